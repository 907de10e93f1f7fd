"""What is missing, or too much: of one finding, and in all of the county."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.assessment.figures import Finding
from compliance.assessment.standings import (
    OPEN,
    PROBLEM,
    REFERENCE,
    SUGGESTION,
    Judged,
)
from compliance.rules.language.model import Rule

# What the first are given of a shared thing serves the later ones too.
_STANDINGS = (PROBLEM, OPEN, SUGGESTION, REFERENCE)


@dataclass(frozen=True, slots=True)
class Amount:
    """Something countable that is missing, or over a limit.

    part: which part of the rule, empty where it has none. value, unit: 2, 间.
    """

    part: str
    value: float
    unit: str
    over: bool


@dataclass(frozen=True, slots=True)
class Total:
    """What is missing (or over a limit) in all of one thing.

    standing: of the findings it sums up. schools: how many lack it; 0 where the county itself does.
    """

    rule: str
    standing: str
    amount: Amount
    schools: int


def amounts(finding: Finding) -> tuple[Amount, ...]:
    """What a missed rule lacks, part by part; empty where that has no meaning."""
    parts = tuple(
        Amount(part["name"], part["shortfall"], part["shortfall_unit"] or "", over=False)
        for part in finding["parts"] or ()
        if part["status"] == "fail" and part["shortfall"]
    )
    if parts:
        return parts
    if finding["shortfall"]:
        return (Amount("", finding["shortfall"], finding["shortfall_unit"] or "", over=False),)
    if finding["excess"]:
        return (Amount("", finding["excess"], finding["excess_unit"] or "", over=True),)
    return ()


def totals(missed: Iterable[Judged]) -> tuple[Total, ...]:
    """Totals a rule and part, in the order of the law, what is over a limit first.

    People and rooms are summed; of what the stages of a school share, the largest amount counts.
    """
    rules: dict[int, Rule] = {}
    found: dict[tuple[int, str, str, bool], dict[str, dict[str, list[float]]]] = {}
    for one in missed:
        rules[one.place] = one.rule
        for amount in amounts(one.finding):
            thing = (one.place, amount.part, amount.unit, amount.over)
            own = found.setdefault(thing, {}).setdefault(one.school, {})
            own.setdefault(one.standing, []).append(amount.value)
    made = []
    for (place, part, unit, over), schools in found.items():
        shared = rules[place].shared
        needed = {school: _needed(own, shared=shared) for school, own in schools.items()}
        for standing in _STANDINGS:
            lacking = {school: own[standing] for school, own in needed.items() if own[standing] > 0}
            if lacking:
                amount = Amount(part, round(sum(lacking.values()), 2), unit, over)
                count = sum(map(bool, lacking))
                made.append((place, Total(rules[place].id, standing, amount, count)))
    made.sort(key=lambda one: (one[0], one[1].amount.part, not one[1].amount.over))
    return tuple(total for _, total in made)


def _needed(own: dict[str, list[float]], *, shared: bool) -> dict[str, float]:
    """Standing -> amount at one school; of a shared thing only what the standings before leave."""
    if not shared:
        return {standing: sum(own.get(standing, ())) for standing in _STANDINGS}
    needed, given = {}, 0.0
    for standing in _STANDINGS:
        most = max(own.get(standing, ()), default=0.0)
        needed[standing] = max(most - given, 0.0)
        given = max(given, most)
    return needed
