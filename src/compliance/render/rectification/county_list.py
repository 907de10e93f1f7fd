"""整改清单: the county's list, from its cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from compliance.assessment import figures
from compliance.assessment.figures import amount, with_unit
from compliance.engine.findings.report import CountyResult, Report
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.documents.printable import printable, shortened
from compliance.render.rectification import columns, remarks
from compliance.render.rectification.case import OPEN, PROBLEM, REFERENCE, SUGGESTION, Case
from compliance.render.rectification.missing_data import blanks, blanks_at
from compliance.render.rectification.school_sheet import Surroundings
from compliance.render.rectification.totals import reference_gaps, totals
from compliance.render.rectification.view_model import (
    CountyPaper,
    Group,
    Item,
    Reference,
    SchoolPaper,
)

# What a share counts, and out of whom; facts of the stages and of special schools.
_SHARES = (("trained_teachers", "teachers"), ("certified_teachers", "teachers"))
_STAGES = tuple(f"{stage}_" for stage in COMPULSORY)
_SHOWN = 3


def short_at(case: Case, schools: pl.DataFrame) -> str:
    """``涉及：西关小学缺2人、东关小学缺1人``; empty where the records do not tell.

    schools: the county's, as submitted.
    """
    finding = case.finding
    if case.status != "fail" or finding["threshold"] != 100 or finding["unit"] != "%":
        return ""
    lacks = [
        (printable(row["school_name"]), lack)
        for row in schools.iter_rows(named=True)
        if (lack := sum(_lacks(case, row))) > 0
    ]
    if not lacks or sum(lack for _, lack in lacks) != finding["shortfall"]:
        return ""
    lacks.sort(key=lambda one: -one[1])
    unit = printable(finding["shortfall_unit"])
    named = [
        say("{name}缺{n}", "{name}: {n}", name=name, n=with_unit(amount(lack), unit))
        for name, lack in lacks
    ]
    tail = pick("等{count}所", " and others, {count} in all")
    return say("涉及：{names}", "at {names}", names=shortened(named, tail, _SHOWN))


def _lacks(case: Case, school: Mapping[str, object]) -> Iterator[float]:
    """How many of a school's teachers the share leaves out, a stage at a time."""
    prefixes = ("special_",) if school.get("school_type") == "special" else _STAGES
    for part, whole in _SHARES:
        if part in case.rule.facts:
            for prefix in prefixes:
                counted, everybody = school.get(prefix + part), school.get(prefix + whole)
                if isinstance(counted, float) and isinstance(everybody, float):
                    yield everybody - counted


# An address of the web says nothing on paper; the rule set keeps it.
_ADDRESS = re.compile(r"\s*https?://\S+\s*")
_WAITING = ("unknown", "not_checked", "error", "waived")
Note = Callable[[Case], str]


def county_paper(
    report: Report,
    around: Surroundings,
    findings: pl.DataFrame,
    cases: Sequence[Case],
    sheets: Sequence[SchoolPaper],
    schools: pl.DataFrame,
) -> CountyPaper:
    """The county's list.

    findings: the county's, in the order of `cases`; sheets: its schools', as a directory; schools:
    their records.
    """
    county = around.county
    rules = report.rules_of(county)

    def note(case: Case) -> str:
        where = "" if case.school else short_at(case, schools)
        return pick("；", "; ").join(filter(None, (remarks.note(case, around.doubts), where)))

    paper = CountyPaper(
        county_code=county.county_code,
        county_name=printable(county.county_name),
        year=county.year,
        years=remarks.school_year(county.year),
        ruleset=county.ruleset,
        title=say(
            "{county}义务教育均衡发展问题整改清单",
            "{county}: balanced compulsory education, list of rectification",
            county=printable(county.county_name),
        ),
        verdict=figures.verdict(county.verdict),
        summary=(),
        basis=around.basis,
        groups=_groups(cases, note),
        open=_items((case for case in cases if case.standing == OPEN), note),
        suggestions=_items((case for case in cases if case.standing == SUGGESTION), note),
        blanks=blanks(cases, report.titles),
        blanks_at=blanks_at(cases, report.titles),
        references=_references(cases, reference_gaps(findings, cases, rules)),
        unjudged_references=sum(
            case.rule.role == "advisory" and case.status in _WAITING for case in cases
        ),
        totals=totals(findings, cases, rules),
        schools=tuple(sheets),
        annexes={},
        deadline=remarks.deadline(),
        progress=remarks.progress(),
    )
    return replace(paper, summary=_summary(report, around, paper), annexes=_annexes(paper))


def _summary(report: Report, around: Surroundings, paper: CountyPaper) -> tuple[str, ...]:
    county = around.county
    lines = [around.context, _counted(paper)]
    left_out = _left_out(report, county)
    if left_out:
        lines.append(left_out)
    warnings = [one for one in report.problems if remarks.concerns(one, county)]
    if warnings:
        lines.append(
            say(
                "上报数据另有{n}条提示（见校验结果），所涉事项已在备注中注明。",
                "The figures gave {n} warnings (see the validation); the remarks name what rests on them.",
                n=len(warnings),
            )
        )
    return tuple(lines)


def _counted(paper: CountyPaper) -> str:
    problems = paper.problems
    at_schools = [item for item in problems if item.school_code]
    if not problems:
        first = say("未发现需要整改的问题", "No problems were found that need rectification")
    else:
        first = say(
            "需整改问题{n}项：学校层面{s}项、涉及学校{k}所，全县层面{c}项",
            "{n} problems: {s} at {k} schools, {c} of the county",
            n=len(problems), s=len(at_schools),
            k=len({item.school_code for item in at_schools}), c=len(problems) - len(at_schools),
        )  # fmt: skip
    rest = [
        (len(paper.suggestions), "建议提升{n}项", "{n} suggestions"),
        (len(paper.open), "待补数据后确定{n}项", "{n} to be settled when data are complete"),
        (len(paper.blanks), "待补数据、待佐证{n}项", "{n} facts or statements awaited"),
        (len(paper.references), "参考（不计入结论）{n}项", "{n} for reference only"),
    ]
    lines = [first, *(say(zh, en, n=n) for n, zh, en in rest if n)]
    return pick("；", "; ").join(lines) + pick("。", ".")


def _left_out(report: Report, county: CountyResult) -> str:
    reasons: dict[str, list[str]] = {}
    for one in report.excluded:
        if (one["county_code"], one["year"]) == (county.county_code, county.year):
            name = printable(one.get("school_name") or one["school_code"])
            reasons.setdefault(printable(one.get("title") or one["reason"]), []).append(name)
    if not reasons:
        return ""
    listed = pick("；", "; ").join(
        say("{reason}（{n}所）", "{reason} ({n})", reason=reason, n=len(dict.fromkeys(names)))
        for reason, names in reasons.items()
    )
    return say("{l}。", "{l}.", l=listed)


def _annexes(paper: CountyPaper) -> dict[str, int]:
    """Numbers of the lists that have entries, else 0."""
    lists = {
        "problems": bool(paper.groups),
        "open": bool(paper.open),
        "suggestions": bool(paper.suggestions),
        "blanks": bool(paper.blanks),
        "references": bool(paper.references),
    }
    filled = [name for name, has in lists.items() if has]
    return {name: filled.index(name) + 1 if has else 0 for name, has in lists.items()}


def _groups(cases: Sequence[Case], note: Note) -> tuple[Group, ...]:
    """By the section that answers, in the order of the law, what nobody answers for last.

    The items are numbered through.
    """
    by_owner: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: case.place):
        if case.standing == PROBLEM:
            by_owner.setdefault(case.rule.owner, []).append(case)
    by_owner.update({"": by_owner.pop("")} if "" in by_owner else {})
    groups, done = [], 0
    for number, own in enumerate(by_owner.values(), 1):
        items = _items(own, note, start=done + 1)
        done += len(items)
        owner = items[0].owner or say("责任单位待定", "to be assigned")
        groups.append(Group(remarks.ordinal(number), owner, items))
    return tuple(groups)


def _items(cases: Iterable[Case], note: Note, start: int = 1) -> tuple[Item, ...]:
    ordered = sorted(cases, key=_urgency)
    return tuple(_item(number, case, note) for number, case in enumerate(ordered, start))


def _urgency(case: Case) -> tuple[int, float, int, str, bool]:
    """First what blocks a school's overall assessment, then what is furthest from its standard.

    The county's own items come last, in the order of the law.
    """
    if not case.school:
        return (2, 0.0, case.place, "", case.finding["stage"] != "primary")
    rank = 0 if case.blocking else 1
    junior = case.finding["stage"] == "junior"
    return (rank, -relative_gap(case), case.place, case.school, junior)


def relative_gap(case: Case) -> float:
    """How far from the standard, as a share of it; of a rule with parts the worst one."""
    failed = [part for part in case.finding["parts"] if part["status"] == "fail"]
    gaps = [
        abs(one["threshold"] - one["value"]) / abs(one["threshold"])
        for one in failed or [case.finding]
        if one["value"] is not None and one["threshold"]
    ]
    return max(gaps, default=0.0)


def _item(number: int, case: Case, note: Note) -> Item:
    return Item(
        number=number,
        rule=case.rule.id,
        school_code=case.school,
        subject=case.subject,
        problem=case.finding["message"],
        brief=columns.brief(case),
        current=columns.current(case),
        standard=columns.standard(case),
        gap=columns.gap(case),
        measure=columns.measure(case),
        owner=columns.owner(case),
        responsible=columns.responsible(case),
        note=note(case),
        blocking=case.blocking,
        amounts=tuple(columns.amounts(case.finding)),
    )


def _references(cases: Sequence[Case], gaps: Mapping[str, str]) -> tuple[Reference, ...]:
    """Missed rules without weight, each once with who misses it."""
    grouped: dict[int, list[Case]] = {}
    for case in cases:
        if case.standing == REFERENCE:
            grouped.setdefault(case.place, []).append(case)
    return tuple(
        _reference(number, grouped[place], gaps) for number, place in enumerate(sorted(grouped), 1)
    )


def _reference(number: int, cases: Sequence[Case], gaps: Mapping[str, str]) -> Reference:
    own = [case for case in cases if case.school] or list(cases)
    rule = own[0].rule
    names = list(dict.fromkeys(case.subject for case in own))
    schools = {case.school for case in own if case.school}
    return Reference(
        number=number,
        rule=rule.id,
        title=rule.label,
        basis=figures.basis(rule.basis),
        source=_ADDRESS.sub("", printable(rule.source)),
        schools=len(schools),
        names=shortened(names, pick("等{count}个", " and others, {count} in all")),
        gap=gaps.get(rule.id, columns.NONE),
        message=own[0].finding["message"] if len(own) == 1 else "",
    )
