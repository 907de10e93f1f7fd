"""What keeps a county from a verdict: facts that are missing, statements that nobody has given.

Three hundred schools may miss the same fact; the list says it once, with how many and who.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment import figures
from compliance.kernel.i18n import pick, say
from compliance.render.documents.printable import printable, shortened
from compliance.render.rectification import columns
from compliance.render.rectification.case import Case
from compliance.render.rectification.view_model import Blank, BlankAt

_MISSING = ("unknown",)
_ORDER = ("unknown", "error", "not_checked", "waived")
_AFFECTED = 3


@dataclass(frozen=True, slots=True)
class _Gap:
    """One thing that one case waits for."""

    case: Case
    what: str


def blanks(cases: Sequence[Case], titles: Mapping[str, str]) -> tuple[Blank, ...]:
    """What is awaited, each once: missing facts, rules not computed, then statements."""
    grouped: dict[tuple[str, str], list[_Gap]] = {}
    for gap in _gaps(cases, titles):
        grouped.setdefault((gap.case.status, gap.what), []).append(gap)
    ordered = sorted(grouped.items(), key=lambda entry: _ORDER.index(entry[0][0]))
    return tuple(_blank(number, gaps) for number, (_, gaps) in enumerate(ordered, 1))


def _blank(number: int, gaps: Sequence[_Gap]) -> Blank:
    first = gaps[0]
    schools = list(dict.fromkeys((gap.case.school, _name(gap.case)) for gap in gaps))
    named = [name for code, name in schools if code]
    count = pick("等{count}所", " and others, {count} in all")
    return Blank(
        number=number,
        state=figures.state(first.case.status),
        what=first.what,
        schools=len(named),
        names=shortened(named, count) if named else say("全县", "County"),
        affects=_affected(gaps),
        owner=_owners(gaps),
    )


def blanks_at(cases: Sequence[Case], titles: Mapping[str, str]) -> tuple[BlankAt, ...]:
    """The same school by school, every blank of a school once."""
    grouped: dict[tuple[str, str, str], list[_Gap]] = {}
    for gap in _gaps(cases, titles):
        grouped.setdefault((gap.case.school, gap.case.status, gap.what), []).append(gap)
    return tuple(
        BlankAt(
            school_code=gaps[0].case.school,
            subject=_name(gaps[0].case) if gaps[0].case.school else say("全县", "County"),
            state=figures.state(gaps[0].case.status),
            what=gaps[0].what,
            affects=_affected(gaps),
            owner=_owners(gaps),
        )
        for gaps in grouped.values()
    )


def _gaps(cases: Sequence[Case], titles: Mapping[str, str]) -> Iterator[_Gap]:
    """A gap for everything awaited; a county finding that only repeats its schools' is left out."""
    waiting = [case for case in cases if case.decides and case.status in _ORDER]
    at_schools = {(case.rule.id, case.status) for case in waiting if case.school}
    known = {fact for case in waiting if case.school for fact in case.finding["missing"]}
    components = {case.rule.id for case in waiting if case.rule.role == "component"}
    for case in waiting:
        if not case.school and (case.rule.id, case.status) in at_schools:
            continue
        if components.intersection(case.rule.of) and _repeats(case, known):
            continue
        for what in _awaited(case, titles):
            yield _Gap(case, what)


def _repeats(case: Case, known: set[str]) -> bool:
    """Whether a rule made of others names no fact that those do not name already.

    A coefficient may be impossible to compute (a mean of 0) although every school has its figure.
    """
    missing = case.finding["missing"]
    return all(fact in known for fact in missing) if missing else bool(case.school)


def _awaited(case: Case, titles: Mapping[str, str]) -> Iterable[str]:
    """The headings of the missing facts, or the rule itself."""
    missing = case.finding["missing"] if case.status in _MISSING else []
    if missing:
        return [printable(_title(fact, titles)) for fact in missing]
    open_parts = [part["name"] for part in case.finding["parts"] if part["status"] == case.status]
    if open_parts and case.status not in _MISSING:
        listed = pick("、", ", ").join(open_parts)
        return [say("{rule}（{parts}）", "{rule} ({parts})", rule=case.rule.label, parts=listed)]
    return [case.rule.label]


def _title(fact: str, titles: Mapping[str, str]) -> str:
    """The heading of a fact; of one column of a table (monitoring.level) the table's."""
    return titles.get(fact) or titles.get(fact.split(".", maxsplit=1)[0]) or fact


def _name(case: Case) -> str:
    return str(case.finding["school_name"] or case.school)


def _affected(gaps: Sequence[_Gap]) -> str:
    rules = {gap.case.place: figures.short(gap.case.rule.label) for gap in gaps}
    names = [rules[place] for place in sorted(rules)]
    return shortened(names, pick("等{count}项", " and others, {count} in all"), _AFFECTED)


def _owners(gaps: Sequence[_Gap]) -> str:
    owners = {gap.case.place: columns.owner(gap.case) for gap in gaps}
    return pick("、", ", ").join(
        dict.fromkeys(owners[place] for place in sorted(owners) if owners[place])
    )
