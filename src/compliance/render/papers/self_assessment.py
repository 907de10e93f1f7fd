"""The computed tables of 自查自评报告: what the figures say of every requirement, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compliance.assessment import PROBLEM, Judged, amounts, figures
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.documents.text import printable
from compliance.render.papers.campaign import Campaign, needs_text, percent
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, rows_of, told
from compliance.render.rectification import cells


def self_assessment(campaign: Campaign) -> Parts:
    """The parts, in the order of the form: resources, balance, the county's requirements, gaps."""
    judged = [one for one in campaign.around.about.judged() if one.decides]
    return {
        "overview": told(
            [
                cells.conclusion(campaign.around.about),
                msg("表中数值由填报数据计算，未舍入判定；待佐证和缺数据的如实列出。"),
            ]
        ),
        "resources": PaperPart(heading=msg("一、资源配置"), groups=rows_of(*_resources(judged))),
        "balance": PaperPart(
            heading=msg("二、校际均衡"), groups=rows_of(*_balance(judged, campaign))
        ),
        "requirements": PaperPart(
            heading=msg("三、政府保障、教育质量、社会认可度及其他要求"),
            groups=rows_of(*_requirements(judged)),
        ),
        "gaps": PaperPart(heading=msg("四、缺口摸底"), groups=rows_of(*_gaps(campaign, judged))),
    }


def _resources(judged: list[Judged]) -> Iterator[PaperRow]:
    """Each indicator and the overall assessment: how many schools of a stage meet it."""
    by_rule: dict[str, list[Judged]] = {}
    for one in judged:
        if one.finding["level"] == "unit" and one.status != "not_applicable":
            by_rule.setdefault(one.rule.id, []).append(one)
    for own in by_rule.values():
        row: dict[str, str | int] = {"title": own[0].rule.label}
        for stage in COMPULSORY:
            all_ = [one for one in own if one.finding["stage"] == stage]
            met = sum(one.status == "pass" for one in all_)
            row[f"{stage}_met"] = say("{met}/{all}", met=met, all=len(all_)) if all_ else cells.NONE
            row[f"{stage}_rate"] = percent(met, len(all_))
        yield row


def _balance(judged: list[Judged], campaign: Campaign) -> Iterator[PaperRow]:
    rules = campaign.around.about.rules
    for one in judged:
        if one.rule.form.coefficient and one.finding["level"] == "county":
            of = rules.get(one.rule.of[0]) if one.rule.of else None
            mean = one.finding["mean"]
            yield {
                "title": of.label if of else one.rule.label,
                "stage": figures.stage(one.finding["stage"]),
                "mean": cells.NONE if mean is None else figures.reading(float(mean), 2),
                "coefficient": figures.figure(one.rule, one.finding) or cells.NONE,
                "standard": figures.bar(one.rule, one.finding) or cells.NONE,
                "met": figures.state(one.status),
            }


def _requirements(judged: list[Judged]) -> Iterator[PaperRow]:
    for one in judged:
        if one.finding["level"] == "county" and not one.rule.form.coefficient:
            value = cells.current(one)
            yield {
                "aspect": printable(one.rule.aspect_label),
                "title": say("{id} {title}", id=one.rule.id, title=one.rule.label),
                "value": printable(one.finding["message"]) if value == cells.NONE else value,
                "standard": figures.bar(one.rule, one.finding) or cells.NONE,
                "met": figures.state(one.status),
            }


def _gaps(campaign: Campaign, judged: list[Judged]) -> Iterator[PaperRow]:
    """What is missing in all, by indicator: of the schools, and of the county itself."""
    by_rule: dict[str, list[Judged]] = {}
    for one in judged:
        if one.standing == PROBLEM and amounts(one.finding):
            by_rule.setdefault(one.rule.id, []).append(one)
    every: Mapping[str, int] = {
        rule: len({one.school for one in own if one.school}) for rule, own in by_rule.items()
    }
    for rule, own in by_rule.items():
        tasks = [task for task in campaign.tasks if task.judged and task.judged.rule.id == rule]
        county = [one for one in own if not one.school]
        yield {
            "title": own[0].rule.label,
            "current": cells.current(county[0]) if county else cells.NONE,
            "gap": needs_text(tasks),
            "schools": every[rule] or "",
        }
