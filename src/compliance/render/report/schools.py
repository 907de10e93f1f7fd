"""Each school that has something to do: what is not met, what is still open, what it should send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.assessment import EXCUSED, OPEN, PROBLEM, SUGGESTION, Assessment, Judged, amounts
from compliance.assessment.figures import amount, asked, figure, measure_of, stage, with_unit
from compliance.kernel.i18n import lang, msg, once_a_language, say
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors, Mark, doubt, state_mark, township_of, value_mark

_STANDINGS = (PROBLEM, OPEN, EXCUSED, SUGGESTION)


@dataclass(frozen=True, slots=True)
class SchoolItem:
    """One thing at a school. told: figure, limit and what is missing; standing: what is asked for, in words."""

    judged: Judged
    anchor: str
    stage: str
    title: str
    mark: Mark
    told: str
    standing: str


@dataclass(frozen=True, slots=True)
class SchoolSection:
    """A school with what it has to do.

    problems: how many of its items count. shares: what it has to do with figures that its county
    misses, a sentence each.
    """

    code: str
    name: str
    anchor: str
    township: str
    problems: int
    items: Sequence[SchoolItem]
    shares: Sequence[str]


def school_sections(
    about: Assessment, schools: Mapping[str, Mapping[str, object]], titles: Mapping[str, str],
    anchors: Anchors,
) -> list[SchoolSection]:  # fmt: skip
    """The schools that miss something, make their county short or lack a figure, in their order."""
    found: dict[str, list[Judged]] = {}
    for one in about.open:
        if one.school and (one.standing in _STANDINGS or (one.waits and not one.rule.of)):
            found.setdefault(one.school, []).append(one)
    made = []
    schools_ = about.findings.filter(pl.col("school_code").is_not_null())
    for code, name in (
        schools_.select("school_code", "school_name").unique(maintain_order=True).rows()
    ):
        items, shares = found.get(code, []), phrases.makes_short(about, code)
        if items or shares:
            made.append(
                SchoolSection(
                    code=code,
                    name=printable(name),
                    anchor=anchors.school(code),
                    township=township_of(schools.get(code)),
                    problems=sum(one.standing == PROBLEM for one in items),
                    items=[_item(one, titles, anchors) for one in items],
                    shares=shares,
                )
            )
    return made


@once_a_language
def standing_words() -> Mapping[str, str]:
    """Standing -> what it asks for, in words."""
    return {
        PROBLEM: msg("须整改"),
        EXCUSED: msg("已备案豁免"),
        OPEN: msg("待定（该学段尚缺数据）"),
        SUGGESTION: msg("建议提升（该学段已达标）"),
    }


def standing_word(one: Judged) -> str:
    """What the item asks for, in words."""
    waiting = msg("待补数据") if one.status == "unknown" else ""
    return standing_words().get(one.standing, waiting)


def _item(one: Judged, titles: Mapping[str, str], anchors: Anchors) -> SchoolItem:
    mark = value_mark(one.rule, one.finding) if one.status == "fail" else state_mark(one.status)
    return SchoolItem(
        judged=one,
        anchor=anchors.rule(one.rule.id),
        stage=stage(one.finding["stage"]),
        title=one.rule.brief,
        mark=mark,
        told=_lacking(one, titles) if one.waits else missed(one),
        standing=standing_word(one),
    )


def missed(one: Judged) -> str:
    """``3人，应不低于5人，缺2人``; part by part where it has several."""
    row, rule = one.finding, one.rule
    failing = [part for part in row["parts"] or () if part["status"] == "fail"]
    if failing:
        return msg("；").join(phrases.against(rule, row, part) for part in failing)
    if row["value"] is None:
        return str(row["message"])
    told = [
        figure(rule, row) + doubt(row),
        asked(row["operator"], row["threshold"], measure_of(row["unit"])),
    ]
    for gap in amounts(row):
        number = with_unit(amount(gap.value), gap.unit)
        told.append(say("超出{gap}", gap=number) if gap.over else say("缺{gap}", gap=number))
    if one.whole and row["shortfall"]:
        told.append(msg("为全校所缺"))
    return msg("，").join(filter(None, told))


def _lacking(one: Judged, titles: Mapping[str, str]) -> str:
    if not one.finding["missing"]:
        return str(one.finding["message"])
    quoted = [say("“{name}”", name=titles.get(fact, fact)) for fact in one.finding["missing"]]
    return say("缺{facts}", facts=("" if lang() == "zh" else ", ").join(quoted))
