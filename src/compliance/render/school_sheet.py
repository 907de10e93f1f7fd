"""一校一案: one school's sheet, every indicator of it, met and unmet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.errors import Problem
from compliance.render import cells, figures, remarks
from compliance.render.cases import OPEN, PROBLEM, REFERENCE, SUGGESTION, Case
from compliance.render.papers import BlankAt, SchoolLine, SchoolPaper, SchoolPart
from compliance.render.printable import printable
from compliance.render.school_facts import school_facts
from compliance.report import CountyResult
from compliance.words import pick, say

_WAITING = ("unknown", "not_checked", "waived", "error")


@dataclass(frozen=True)
class Surroundings:
    """What the sheets of one county's schools have in common.

    titles: fact -> heading. doubts: code -> warnings. left_out: school code -> reasons.
    context: the county's state in one line.
    """

    county: CountyResult
    titles: Mapping[str, str]
    doubts: Mapping[str, Sequence[Problem]]
    left_out: Mapping[str, Sequence[str]]
    context: str
    basis: str


def school_paper(
    around: Surroundings,
    cases: Sequence[Case],
    blanks: Sequence[BlankAt],
    school: Mapping[str, Any],
    stem: str,
) -> SchoolPaper:
    """The sheet of one school, from its own cases and blanks. school: its record, may be empty."""
    code = cases[0].school
    name = str(cases[0].finding["school_name"] or code)
    standings = [case.standing for case in cases]
    return SchoolPaper(
        county_code=around.county.county_code,
        county_name=printable(around.county.county_name),
        year=around.county.year,
        years=remarks.school_year(around.county.year),
        code=printable(code),
        name=name,
        stem=stem,
        title=say(
            "{name}义务教育均衡发展整改方案（一校一案）",
            "{name}: plan of rectification",
            name=name,
        ),
        figures=tuple(school_facts(school, around.titles)),
        verdict=_verdict(cases),
        sentences=tuple(_sentences(around, cases, blanks)),
        parts=tuple(_parts(cases, around)),
        problems=standings.count(PROBLEM),
        suggestions=standings.count(SUGGESTION),
        blanks=len(blanks),
        county=around.context,
        basis=around.basis,
        deadline=remarks.deadline(),
        progress=remarks.progress(),
    )


def _verdict(cases: Iterable[Case]) -> str:
    if any(case.standing == PROBLEM for case in cases):
        return say("需整改", "to be rectified")
    if any(case.standing == OPEN or (case.decides and case.status in _WAITING) for case in cases):
        return say("待补数据后确定", "open until the data are complete")
    return say("达标", "conforms")


def _sentences(
    around: Surroundings, cases: Sequence[Case], blanks: Sequence[BlankAt]
) -> Iterable[str]:
    """Why: the overall assessment of each stage, what else fails, what is awaited."""
    deciding = [case for case in cases if case.decides]
    for case in deciding:
        if case.rule.of and case.finding["level"] == "unit":
            yield case.finding["message"]
    missed = [case for case in deciding if case.standing == PROBLEM and not case.blocking]
    if missed:
        yield say("未达到：{l}。", "Missed: {l}.", l=_listed(missed))
    counts = [
        (sum(case.standing == PROBLEM for case in cases), "需整改{n}项", "{n} to be rectified"),
        (sum(case.standing == OPEN for case in cases), "待定{n}项", "{n} open"),
        (sum(case.standing == SUGGESTION for case in cases), "建议提升{n}项", "{n} suggestions"),
    ]
    told = [say(zh, en, n=n) for n, zh, en in counts if n]
    yield (
        say("{l}。", "{l}.", l=pick("，", ", ").join(told))
        if told
        else say("没有需要整改的事项。", "Nothing has to be rectified.")
    )
    for state in dict.fromkeys(blank.state for blank in blanks):
        what = pick("、", ", ").join(blank.what for blank in blanks if blank.state == state)
        yield say("{state}：{what}。", "{state}: {what}.", state=state, what=what)
    for reason in around.left_out.get(cases[0].school, ()):
        yield say("不参加资源配置评估：{r}。", "Left out of the resource rules: {r}.", r=reason)
    beside = [case for case in deciding if case.status == "not_applicable"]
    if beside:
        yield say("不适用：{l}。", "Not applicable: {l}.", l=_listed(beside))


def _listed(cases: Iterable[Case]) -> str:
    return pick("；", "; ").join(dict.fromkeys(figures.short(case.rule.label) for case in cases))


def _parts(cases: Sequence[Case], around: Surroundings) -> Iterable[SchoolPart]:
    """The stages, the whole school, then the rules without weight; each in the law's order."""
    shown = [case for case in cases if case.status != "not_applicable"]
    own = [case for case in shown if case.decides]
    stages = dict.fromkeys(case.finding["stage"] for case in own)
    number = 0
    for stage in sorted(stages, key=lambda stage: (stage is None, stage != "primary")):
        title = (
            say("{stage}", "{stage}", stage=figures.stage(stage))
            if stage
            else say("学校整体", "The school as a whole")
        )
        part = _part(title, (c for c in own if c.finding["stage"] == stage), around, number)
        number += len(part.lines)
        yield part
    advisory = [case for case in shown if case.rule.role == "advisory"]
    if advisory:
        title = say("参考指标（不计入结论）", "For reference (without weight)")
        yield _part(title, advisory, around, number, reference=True)


def _part(
    title: str,
    cases: Iterable[Case],
    around: Surroundings,
    before: int,
    *,
    reference: bool = False,
) -> SchoolPart:
    ordered = sorted(cases, key=lambda case: case.place)
    lines = (_line(number, case, around) for number, case in enumerate(ordered, before + 1))
    return SchoolPart(title, reference=reference, lines=tuple(lines))


def _line(number: int, case: Case, around: Surroundings) -> SchoolLine:
    due = case.standing in (PROBLEM, OPEN, SUGGESTION) or (case.decides and _waits(case))
    return SchoolLine(
        number=number,
        rule=case.rule.id,
        title=case.rule.label,
        current=cells.current(case),
        standard=cells.standard(case),
        floor=cells.floor(case),
        state=_state(case),
        gap=cells.gap(case),
        measure=_measure(case, around),
        responsible=cells.responsible(case),
        note=_note(case, around),
        met={"pass": True, "fail": False}.get(case.status),
        due=due,
        amounts=tuple(cells.amounts(case.finding)) if case.status == "fail" else (),
    )


def _state(case: Case) -> str:
    if case.standing == SUGGESTION:
        return say("未达标（建议提升）", "not met (suggestion)")
    if case.standing == OPEN:
        return say("未达标（待定）", "not met (open)")
    return figures.state(case.status)


def _waits(case: Case) -> bool:
    """Whether a figure or statement is awaited for it; what is made of others awaits theirs."""
    return case.status in _WAITING and not case.rule.of


def _measure(case: Case, around: Surroundings) -> str:
    if case.status == "unknown" and not case.rule.of:
        missing = [around.titles.get(fact, fact) for fact in case.finding["missing"]]
        what = printable(pick("、", ", ").join(missing))
        return say("补报：{what}", "hand in: {what}", what=what) if what else cells.NONE
    if case.status == "not_checked":
        return say("提供佐证材料", "hand in the evidence")
    return cells.measure(case) if case.status == "fail" else cells.NONE


def _note(case: Case, around: Surroundings) -> str:
    pieces = [remarks.note(case, around.doubts)]
    if case.standing == REFERENCE or case.rule.role == "advisory":
        pieces.append(figures.basis(case.rule.basis))
    return pick("；", "; ").join(piece for piece in pieces if piece)
