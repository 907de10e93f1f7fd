"""Verdicts and the exact arithmetic under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isqrt
from typing import Any

GROUP_ORDER = ("fail", "error", "unknown", "not_checked", "waived", "pass", "not_applicable")


@dataclass(frozen=True)
class Verdict:
    """What the judge found. ``None`` in a figure: missing, or without meaning for the rule."""

    status: str
    value: Fraction | None = None
    threshold: Fraction | None = None
    floor: Fraction | None = None
    shortfall: Fraction | None = None
    excess: Fraction | None = None
    mean: Fraction | None = None
    deviation: Fraction | None = None
    parts: tuple[Verdict, ...] = ()
    relaxed_by: str | None = None


UNKNOWN = Verdict("unknown")
NOBODY = "不涉及"
NOT_APPLICABLE = Verdict("not_applicable")


def figure(record: dict[str, Any], fact: str) -> Fraction | None:
    """The figure as typed: the shortest decimal of a number, not its binary value."""
    typed = record.get(fact)
    if typed == NOBODY:
        return Fraction(0)
    if typed is None or isinstance(typed, Fraction):
        return typed
    return Fraction(repr(typed))


def largest_class(school: dict[str, Any], stage: str) -> Fraction | None:
    """As given, else the largest of the class sizes."""
    sizes = school.get(f"{stage}_class_sizes") or []
    given = figure(school, f"{stage}_largest_class")
    return given if given is not None or not sizes else Fraction(max(sizes))


def total(figures: Iterable[Fraction | None]) -> Fraction | None:
    """A sum; one missing figure makes it missing."""
    found = Fraction(0)
    for one in figures:
        if one is None:
            return None
        found += one
    return found


def fold(statuses: Iterable[str]) -> str:
    """The state of a group: the first of the order that occurs in it."""
    return min(statuses, key=GROUP_ORDER.index, default="not_applicable")


def root(square: Fraction) -> Fraction:
    """A square root: exactly where it is rational, else to forty decimals."""
    exact = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    if exact * exact == square:
        return exact
    return Fraction(isqrt(square.numerator * 10**80 // square.denominator), 10**40)


def round_up(amount: Fraction, step: Fraction) -> Fraction:
    """Nothing below zero, else the next multiple of ``step``."""
    return max(Fraction(0), ceil(amount / step) * step)


def at_least(
    of: Fraction | None,
    over: Fraction | None,
    limit: Fraction,
    *,
    per: int = 1,
    step: Fraction = Fraction(1),
    percent: bool = False,
    nothing: str = "not_applicable",
) -> Verdict:
    """``per × of ÷ over`` against a lower limit; 0 of 0 is what `nothing` says, n of 0 unknown.

    percent: a share, which is nothing between 0 and 100 and then decides nothing.
    """
    value = _quotient(of, over, 100 if percent else per)
    if of is None or over is None or value is None:
        return Verdict(nothing if over == of == 0 else "unknown", threshold=limit)
    if value < 0 or (percent and value > 100):
        return Verdict("unknown", value, limit)
    short = round_up(limit * over / (100 if percent else per) - of, step)
    return Verdict("pass" if value >= limit else "fail", value, limit, shortfall=short)


def at_most(
    of: Fraction | None,
    over: Fraction | None,
    limit: Fraction,
    *,
    per: int = 1,
    percent: bool = False,
    nothing: str = "not_applicable",
) -> Verdict:
    """``per × of ÷ over`` against an upper limit; percent, nothing: as above."""
    per = 100 if percent else per
    value = _quotient(of, over, per)
    if of is None or over is None or value is None:
        return Verdict(nothing if over == of == 0 else "unknown", threshold=limit)
    if value < 0 or (percent and value > 100):
        return Verdict("unknown", value, limit)
    over_it = max(Fraction(0), of - limit * over / per)
    return Verdict("pass" if value <= limit else "fail", value, limit, excess=over_it)


def _quotient(of: Fraction | None, over: Fraction | None, per: int) -> Fraction | None:
    """``per × of ÷ over``; None where there is none."""
    return None if of is None or over is None or over <= 0 else per * of / over


def both(*conditions: bool | None) -> bool | None:
    """And, where a condition may be open: one that fails settles it."""
    if False in conditions:
        return False
    return None if None in conditions else True


def either(*conditions: bool | None) -> bool | None:
    """Or, where a condition may be open: one that holds settles it."""
    if True in conditions:
        return True
    return None if None in conditions else False


def where(applies: bool | None, verdict: Verdict) -> Verdict:
    """A rule for some subjects only; what holds anyway needs no answer whether it applies."""
    if applies is False:
        return NOT_APPLICABLE
    if applies is None and verdict.status == "fail":
        return UNKNOWN
    return verdict


def together(*parts: Verdict) -> Verdict:
    """A rule of several parts: all must hold."""
    return Verdict(fold(part.status for part in parts), parts=parts)
