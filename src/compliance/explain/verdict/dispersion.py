"""A coefficient taken apart: the mean, the deviation, each school's exact share of S², and which
school could bring it under the limit alone.

    X̄ = Σ P·x ÷ Σ P,  term = P·(x − X̄)²,  share = term ÷ Σ terms,  S² = Σ terms ÷ Σ P
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Bench
from compliance.engine.exact_arithmetic import Quantity, typed
from compliance.engine.kinds import dispersion as weighted_moments
from compliance.explain.question.context import Hearing
from compliance.explain.question.model import Driver, Flip, Spread
from compliance.explain.question.unit_labels import unit_words
from compliance.explain.verdict.counterfactuals import OPPOSITE
from compliance.kernel.submission import COMPULSORY, STATUSES
from compliance.rules.language.model import Limit, Rule

PUPILS = "students"
TRIED = 5  # the biggest drivers, for which a change is looked for
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Unit:
    """One school's stage in a coefficient: its row, pupils P and value x, exactly."""

    row: Row
    pupils: Fraction
    value: Fraction


def spreads(hearing: Hearing, rule: Rule) -> tuple[Spread, ...]:
    """The coefficient of each stage that has one, with its drivers, the biggest first."""
    bench = hearing.bench
    outcomes = {row["stage"]: row for row in bench.outcome(rule.id).iter_rows(named=True)}
    found = []
    for stage in COMPULSORY:
        if stage not in outcomes:
            continue
        units = units_of(bench, rule, stage)
        if units:
            found.append(_spread(hearing, rule, stage, units, outcomes[stage]))
    return tuple(found)


def units_of(bench: Bench, rule: Rule, stage: str) -> list[Unit]:
    """The units of a stage with their exact values; empty where one is unknown or none is there."""
    county = bench.frames.county["county"][0]
    try:
        found = weighted_moments.units_exactly(rule, bench, county, stage)
    except ValueError:  # a unit without a value: there is no coefficient
        return []
    return [Unit(row, pupils, value) for row, pupils, value in found]


def share_table(units: Sequence[Unit]) -> tuple[Fraction, Fraction, list[Fraction]]:
    """X̄, S² and the terms P·(x − X̄)² of the units, exactly; they need pupils."""
    total = sum((one.pupils for one in units), Fraction(0))
    mean = sum((one.pupils * one.value for one in units), Fraction(0)) / total
    terms = [one.pupils * (one.value - mean) ** 2 for one in units]
    return mean, sum(terms, Fraction(0)) / total, terms


def _spread(
    hearing: Hearing, rule: Rule, stage: str, units: Sequence[Unit], outcome: Row
) -> Spread:
    mean, variance, terms = share_table(units)
    whole = sum(terms, Fraction(0))
    drivers = [
        Driver(
            str(one.row["school_code"]),
            str(one.row["school_name"]),
            one.pupils,
            one.value,
            term,
            term / whole if whole else Fraction(0),
        )
        for one, term in zip(units, terms, strict=True)
    ]
    drivers.sort(key=lambda one: (-one.term, one.school_code))
    threshold = _limit(rule.limit, stage)
    status = STATUSES[int(outcome["status"])]
    flips: tuple[Flip, ...] = ()
    if status in OPPOSITE and threshold is not None:
        found = _turning(hearing.bench, rule, units, drivers, threshold, status)
        flips = tuple(_titled(hearing, stage, flip) for flip in found)
    return Spread(
        stage,
        len(units),
        mean,
        variance,
        exact_arithmetic.root(variance),
        exact_arithmetic.root(variance / mean**2) if mean else 0.0,
        threshold,
        status,
        tuple(drivers),
        flips,
        bool(flips) if status == "fail" and threshold is not None else None,
    )


def _titled(hearing: Hearing, stage: str, flip: Flip) -> Flip:
    """The change under the fact's name in the contract and its title."""
    known = hearing.docket.words.school
    name = f"{stage}_{flip.fact}" if f"{stage}_{flip.fact}" in known else flip.fact
    fact = known.get(name)
    return replace(
        flip,
        fact=name,
        title=fact.label if fact else name,
        unit=unit_words(fact.unit) if fact else "",
    )


def _limit(limit: Limit | None, stage: str) -> Fraction | None:
    return None if limit is None else exact_arithmetic.exact_limit(limit, None, {limit.by: stage})


def _turning(
    bench: Bench, rule: Rule, units: Sequence[Unit], drivers: Sequence[Driver], bar: Fraction,
    status: str,
) -> list[Flip]:  # fmt: skip
    """For each of the biggest drivers the smallest change of its resource that is enough alone: to
    bring a coefficient under its limit, or to break one that is met.
    """
    turn = _mend if status == "fail" else _break
    by_code = {str(one.row["school_code"]): one for one in units}
    found = []
    for driver in drivers[:TRIED]:
        unit = by_code[driver.school_code]
        rest = [one for one in units if one is not unit]
        bound = _bound(bench, rule, unit)
        flip = turn(bound, unit, rest, bar) if bound is not None else None
        if flip is not None:
            found.append(flip)
    return found


def _bound(bench: Bench, rule: Rule, unit: Unit) -> Quantity | None:
    """The quantity that gave the unit its value."""
    chain = weighted_moments.ways(rule, bench)[unit.row.get("way") or 0]
    return next((one for one in chain if one.exact(unit.row) is not None), None)


def _mend(bound: Quantity, unit: Unit, rest: Sequence[Unit], bar: Fraction) -> Flip | None:
    """The fewest steps of one school's resource after which S² ≤ (c·X̄)², or None.

    With everything else left alone the condition is a parabola in x: it holds between two values or
    beyond one. Steps are counted towards the value at which it is best.
    """
    fact = next(iter(bound.indicator.of.facts))
    step = bound.indicator.gap_step
    size = _slope(bound, unit.row, fact, step)
    if size == 0:
        return None
    sums = _sums(rest)
    best = _best(unit.pupils, sums, bar)
    towards = best is None or best > unit.value
    direction = 1 if towards == (size > 0) else -1
    most = _most(bound, unit, fact, size * direction, best)
    reached = _first(
        lambda k: _holds(unit.pupils, unit.value + k * direction * size, sums, bar), most
    )
    return None if reached is None else _flip(unit, fact, direction * reached * step, "pass")


def _break(bound: Quantity, unit: Unit, rest: Sequence[Unit], bar: Fraction) -> Flip | None:
    """The fewest steps of one school's resource, away from where the condition holds best, after
    which it no longer does, or None within what a figure can be.
    """
    fact = next(iter(bound.indicator.of.facts))
    step = bound.indicator.gap_step
    size = _slope(bound, unit.row, fact, step)
    if size == 0:
        return None
    sums = _sums(rest)
    best = _best(unit.pupils, sums, bar)
    away = best is not None and unit.value >= best
    first = 1 if away == (size > 0) else -1
    own = (typed(unit.row[fact]) or Fraction(0)) / Fraction(step)
    for way in (first, -first):  # the other way, across the best, is the longer one
        most = own.numerator // own.denominator if way < 0 else int(own * 10) + 100_000
        reached = _first(partial(_broken, unit, sums, bar, way * size), most)
        if reached is not None:
            return _flip(unit, fact, way * reached * step, "fail")
    return None


def _broken(unit: Unit, sums: Sums, bar: Fraction, size: Fraction, steps: int) -> bool:
    """Whether the coefficient is over its limit with the unit's value moved by so many steps."""
    return not _holds(unit.pupils, unit.value + steps * size, sums, bar)


def _flip(unit: Unit, fact: str, change: Decimal, turns_to: str) -> Flip:
    before = Decimal(repr(float(unit.row[fact])))
    return Flip(
        fact,
        fact,
        float(change),
        float(before),
        float(before + change),
        "",
        turns_to,
        str(unit.row["school_code"]),
        str(unit.row["school_name"]),
    )


def _slope(bound: Quantity, row: Row, fact: str, step: Decimal) -> Fraction:
    """By how much x grows with one step of the fact: x is linear in what it is a sum of."""
    here, there = bound.exact_of(row), bound.exact_over(row)
    if here is None or not there:
        return Fraction(0)
    weight = bound.indicator.of.facts[fact]
    return Fraction(bound.indicator.per) * Fraction(weight) * Fraction(step) / there


Sums = tuple[Fraction, Fraction, Fraction]


def _sums(units: Sequence[Unit]) -> Sums:
    """Σ P, Σ P·x and Σ P·x² of the other schools."""
    return (
        sum((one.pupils for one in units), Fraction(0)),
        sum((one.pupils * one.value for one in units), Fraction(0)),
        sum((one.pupils * one.value**2 for one in units), Fraction(0)),
    )


def _holds(pupils: Fraction, value: Fraction, sums: Sums, bar: Fraction) -> bool:
    """S² ≤ (c·X̄)² with this school at `value`: W·Σ P·x² ≤ (1 + c²)·(Σ P·x)², X̄ above 0."""
    weight, first, second = sums
    total, mean = weight + pupils, first + pupils * value
    return mean > 0 and total * (second + pupils * value**2) <= (1 + bar**2) * mean**2


def _best(pupils: Fraction, sums: Sums, bar: Fraction) -> Fraction | None:
    """The value at which the condition is nearest to holding; None where more is always better."""
    weight, first, _ = sums
    bend = weight + pupils - (1 + bar**2) * pupils
    return (1 + bar**2) * first / bend if bend > 0 else None


def _most(bound: Quantity, unit: Unit, fact: str, per_step: Fraction, best: Fraction | None) -> int:
    """How many steps may be tried: as far as the best value, and never below nothing at all."""
    far = abs((best - unit.value) / per_step) if best is not None else Fraction(10**12)
    steps = -(-far.numerator // far.denominator)
    if per_step < 0:
        own = (typed(unit.row[fact]) or Fraction(0)) / Fraction(bound.indicator.gap_step)
        steps = min(steps, own.numerator // own.denominator)
    return steps


def _first(holds: Callable[[int], bool], most: int) -> int | None:
    """The smallest k in 1…most from which the condition holds, or None."""
    if most < 1 or not holds(most):
        return _first(holds, most - 1) if most > 1 and holds(most - 1) else None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
