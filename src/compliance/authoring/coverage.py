"""Which rules lack cases: one that passes, one that fails, one with blanks, one on the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from compliance.authoring.case import Case, installed, law
from compliance.authoring.case_file import Exemption
from compliance.authoring.run_cases import enrol, finding, refusal
from compliance.rules.language.model import Rule, Ruleset

PASSES, FAILS, MISSING, ON_LINE, SHOWN = "pass", "fail", "missing", "on_the_line", "shown"
OPEN = ("unknown", "not_checked")


@dataclass(frozen=True)
class MissingCase:
    """A case that is not there: of which rule, of what sort, of which stage or part if of one."""

    rule: str
    lacks: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.lacks}{' ' if self.of else ''}{self.of}"


def coverage_of(
    cases: Iterable[Case], ruleset: Ruleset, exempt: Iterable[Exemption] = ()
) -> list[MissingCase]:
    """What the cases of a rule set leave out, over the rules that its own pack gives or changes.

    exempt: what cannot be had; a line that exempts what there is (or no such rule) is a gap too.
    """
    everything = list(cases)
    enrol(everything)
    listed = [case for case in everything if law(case.options).ruleset.id == ruleset.id]
    by_rule: dict[str, list[Case]] = {}
    for case in listed:
        by_rule.setdefault(case.rule, []).append(case)
    gaps = [
        gap
        for rule in ruleset.rules.values()
        if _own(rule, ruleset)
        for gap in _gaps(rule, by_rule.get(rule.id, ()))
    ]
    excused = {
        (one.rule, word) for one in exempt if one.ruleset == ruleset.id for word in one.lacks
    }
    idle = excused - {(gap.rule, gap.lacks) for gap in gaps}
    kept = [gap for gap in gaps if (gap.rule, gap.lacks) not in excused]
    return kept + [MissingCase(rule, "exempt_in_vain", word) for rule, word in sorted(idle)]


def _own(rule: Rule, ruleset: Ruleset) -> bool:
    """Whether the rule set's own pack gives a field of the rule, other than a member added."""
    fields = (field for field, pack in rule.layers.items() if pack == ruleset.id)
    return any(field != "of" and not field.startswith("add.") for field in fields)


def _gaps(rule: Rule, cases: Sequence[Case]) -> Iterator[MissingCase]:
    wanted = [(PASSES, "pass"), (FAILS, "fail")]
    if _limitless(rule):
        wanted = [(SHOWN, "not_applicable")]
    for stage in _stages(rule):
        there = {str(case.expect["status"]) for case in cases if _in_stage(case, stage)}
        yield from (
            MissingCase(rule.id, lack, stage) for lack, state in wanted if state not in there
        )
    if not any(case.expect["status"] in OPEN for case in cases):
        yield MissingCase(rule.id, MISSING)
    lines = _lines(rule)
    if lines:
        reached = {line for case in cases for line in _reached(rule, case)}
        yield from (MissingCase(rule.id, ON_LINE, line) for line in lines if line not in reached)


def _limitless(rule: Rule) -> bool:
    """A rule that only shows a figure: it has no limit, and is none of the kinds without one."""
    return installed().kinds[rule.kind].has_limit and rule.limit is None


def _stages(rule: Rule) -> tuple[str, ...]:
    """The stages whose limits differ, each of which wants its own cases; else ("",)."""
    limit = rule.limit
    if limit is None or limit.by != "stage" or len(set(limit.table.values())) < 2:
        return ("",)
    return tuple(limit.table)


def _in_stage(case: Case, stage: str) -> bool:
    return not stage or (not refusal(case) and finding(case).get("stage") == stage)


def _lines(rule: Rule) -> list[str]:
    """The lines of a rule: its limit (of each stage), its parts' limits by name."""
    if rule.limit is not None:
        return list(_stages(rule))
    return list(installed().kinds[rule.kind].lines(rule))


def _reached(rule: Rule, case: Case) -> Iterator[str]:
    """The lines on which this case's finding stands."""
    if refusal(case):
        return
    found = finding(case)
    if _on_line(found):
        yield str(found.get("stage") or "") if len(_stages(rule)) > 1 else ""
    names = installed().kinds[rule.kind].part_names(rule)
    for number, part in enumerate(found.get("parts") or ()):
        if names and _on_line(part):
            yield names[number % len(names)]


def _on_line(found: Mapping[str, Any]) -> bool:
    value, limit = found.get("value"), found.get("threshold")
    return None not in (value, limit) and Decimal(repr(value)) == Decimal(repr(limit))
