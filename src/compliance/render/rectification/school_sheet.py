"""一校一案: one school's sheet, every indicator of it, met and unmet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.assessment import figures
from compliance.engine.findings.report import CountyResult
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang, pick, say
from compliance.render.documents.printable import printable
from compliance.render.rectification import columns, group_figures, remarks
from compliance.render.rectification.case import OPEN, PROBLEM, REFERENCE, SUGGESTION, Case
from compliance.render.rectification.school_facts import school_facts
from compliance.render.rectification.view_model import BlankAt, SchoolLine, SchoolPaper, SchoolPart

_WAITING = ("unknown", "not_checked", "waived", "error")
_REFERENCE = 3


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
    parts, numbers = _parts(cases, around)
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
        sentences=tuple(_sentences(around, cases, blanks, numbers)),
        parts=parts,
        problems=standings.count(PROBLEM),
        suggestions=standings.count(SUGGESTION),
        blanks=len(blanks),
        county=around.context,
        basis=around.basis,
        deadline=remarks.deadline(),
        progress=remarks.progress(),
    )


def _applies(case: Case) -> bool:
    return case.decides and case.status != "not_applicable"


def _verdict(cases: Sequence[Case]) -> str:
    if not any(map(_applies, cases)):
        return say("不参加评估（无适用要求）", "not assessed (no rule applies)")
    if any(case.standing == PROBLEM for case in cases):
        return say("需整改", "to be rectified")
    if any(case.standing == OPEN or (case.decides and case.status in _WAITING) for case in cases):
        return say("待补数据后确定", "open until the data are complete")
    return say("达标", "conforms")


def _sentences(
    around: Surroundings,
    cases: Sequence[Case],
    blanks: Sequence[BlankAt],
    numbers: Mapping[int, int],
) -> Iterable[str]:
    """Why: the overall assessment of each stage, what else is missed, what is awaited.

    numbers: place in `cases` -> number of the line in the table below.
    """
    for case in cases:
        if case.decides and case.rule.of and case.finding["level"] == "unit":
            yield _overall(case, cases)
    yield from _missed(cases, numbers)
    applies = any(map(_applies, cases))
    if applies:
        yield _counted(cases)
    for state in dict.fromkeys(blank.state for blank in blanks):
        what = pick("、", ", ").join(blank.what for blank in blanks if blank.state == state)
        yield say("{state}：{what}。", "{state}: {what}.", state=state, what=what)
    for reason in around.left_out.get(cases[0].school, ()):
        yield say("{r}。", "{r}.", r=reason)
    beside = sum(case.decides and case.status == "not_applicable" for case in cases)
    if beside and not applies:
        yield say("{n}项要求均不适用。", "None of the {n} rules applies.", n=beside)
    elif beside:
        yield say(
            "不适用的要求{n}项，未列入下表。", "{n} rules do not apply and are not shown.", n=beside
        )


def _overall(group: Case, cases: Sequence[Case]) -> str:
    """How a stage's overall assessment came out, with the names of what it misses or lacks."""
    members = group_figures.members(group, cases)
    named = [
        columns.after(
            figures.state(status), _listed(case for case in members if case.status == status)
        )
        for status in ("fail", "unknown")
        if any(case.status == status for case in members)
    ]
    tail = pick("；", "; ").join(named)
    return say(
        "{stage}：{rule}{state}{counted}{tail}。",
        "{stage}: {rule}: {state}{counted}{tail}.",
        stage=figures.stage(group.finding["stage"]),
        rule=group.rule.label,
        state=figures.state(group.status),
        counted=group_figures.counted(group, members),
        tail=say("（{t}）", " ({t})", t=tail) if tail else "",
    )


def _missed(cases: Sequence[Case], numbers: Mapping[int, int]) -> Iterable[str]:
    """The other problems by aspect, with their lines in the table."""
    by_aspect: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        if case.standing == PROBLEM and not case.blocking:
            aspect = printable(case.rule.aspect) if lang() == "zh" else ""
            by_aspect.setdefault(aspect, []).append(numbers[place])
    for aspect, lines in by_aspect.items():
        yield say(
            "{aspect}{n}项要求未达到（序号{lines}）。",
            "{n} other rules missed (no. {lines}).",
            aspect=aspect or say("其他", "other"),
            n=len(lines),
            lines=pick("、", ", ").join(map(str, sorted(lines))),
        )


def _counted(cases: Sequence[Case]) -> str:
    counts = [
        (sum(case.standing == PROBLEM for case in cases), "需整改{n}项", "{n} to be rectified"),
        (sum(case.standing == OPEN for case in cases), "待定{n}项", "{n} open"),
        (sum(case.standing == SUGGESTION for case in cases), "建议提升{n}项", "{n} suggestions"),
    ]
    told = [say(zh, en, n=n) for n, zh, en in counts if n]
    if not told:
        return say("没有需要整改的事项。", "Nothing has to be rectified.")
    return say("{l}。", "{l}.", l=pick("，", ", ").join(told))


def _listed(cases: Iterable[Case]) -> str:
    return pick("、", ", ").join(figures.short(case.rule.label) for case in cases)


def _parts(
    cases: Sequence[Case], around: Surroundings
) -> tuple[tuple[SchoolPart, ...], dict[int, int]]:
    """The stages, the whole school, then the rules without weight; each in the law's order.

    Also place in `cases` -> number of its line.
    """
    grouped: dict[tuple[int, str], list[int]] = {}
    for place, case in enumerate(cases):
        told = case.rule.role == "advisory" and case.status not in _WAITING
        if case.status != "not_applicable" and (case.decides or told):
            grouped.setdefault(_part_of(case), []).append(place)
    parts: list[SchoolPart] = []
    numbers: dict[int, int] = {}
    for (rank, title), places in sorted(grouped.items()):
        places.sort(key=lambda place: cases[place].place)
        numbers.update({place: len(numbers) + n for n, place in enumerate(places, 1)})
        lines = tuple(_line(place, cases, numbers, around) for place in places)
        parts.append(SchoolPart(title, reference=rank == _REFERENCE, lines=lines))
    return tuple(parts), numbers


def _part_of(case: Case) -> tuple[int, str]:
    if case.rule.role == "advisory":
        return _REFERENCE, say("参考指标（不计入结论）", "For reference (without weight)")
    stage = case.finding["stage"]
    if stage is None:
        return 2, say("学校整体", "The school as a whole")
    return (0 if stage == "primary" else 1), figures.stage(stage)


def _line(
    place: int, cases: Sequence[Case], numbers: Mapping[int, int], around: Surroundings
) -> SchoolLine:
    case = cases[place]
    due = case.standing in (PROBLEM, OPEN, SUGGESTION) or (case.decides and _waits(case))
    return SchoolLine(
        number=numbers[place],
        rule=case.rule.id,
        title=case.rule.label,
        current=group_figures.current(case, cases) or columns.current(case),
        standard=columns.standard(case),
        floor=columns.floor(case),
        state=_state(case),
        gap=columns.gap(case),
        measure=_lines_of_members(case, cases, numbers) or _measure(case, around),
        responsible=columns.responsible(case),
        note=_note(case, around),
        met={"pass": True, "fail": False}.get(case.status),
        due=due,
        amounts=tuple(columns.amounts(case.finding)) if case.status == "fail" else (),
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


def _lines_of_members(case: Case, cases: Sequence[Case], numbers: Mapping[int, int]) -> str:
    """Where the measures stand for a missed rule that is made of others; empty for any other."""
    if case.status != "fail" or not case.rule.of:
        return ""
    own = {id(member) for member in group_figures.members(case, cases) if member.status == "fail"}
    lines = sorted(number for place, number in numbers.items() if id(cases[place]) in own)
    if not lines:
        return ""
    return say("见序号{lines}", "see no. {lines}", lines=pick("、", ", ").join(map(str, lines)))


def _measure(case: Case, around: Surroundings) -> str:
    if case.status == "unknown" and not case.rule.of:
        missing = [around.titles.get(fact, fact) for fact in case.finding["missing"]]
        what = printable(pick("、", ", ").join(missing))
        return say("补报：{what}", "hand in: {what}", what=what) if what else columns.NONE
    if case.status == "not_checked":
        return say("提供佐证材料", "hand in the evidence")
    return columns.measure(case) if case.status == "fail" else columns.NONE


def _note(case: Case, around: Surroundings) -> str:
    pieces = [remarks.note(case, around.doubts)]
    if case.standing == REFERENCE or case.rule.role == "advisory":
        pieces.append(figures.basis(case.rule.basis))
    if case.finding["relaxed_by"]:
        pieces.append(
            say(
                "仅依放宽（{name}）达标",
                "met by a relaxation only ({name})",
                name=case.finding["relaxed_by"],
            )
        )
    return pick("；", "; ").join(piece for piece in pieces if piece)
