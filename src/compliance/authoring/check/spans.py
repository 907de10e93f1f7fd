"""Between which figures an indicator can lie, given what the schemas let its facts be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from compliance.facts.vocabulary import Vocabulary
from compliance.rules.language.model import Indicator, Terms
from compliance.rules.language.ruleset import Ruleset

Span = tuple[Decimal | None, Decimal | None]  # the least and the greatest, None where there is none
_PERCENT = (Decimal(0), Decimal(100))


def span(indicator: Indicator, rules: Ruleset, words: Vocabulary) -> Span:
    """The least and the greatest that an indicator can be."""
    if indicator.unit in ("%", "％"):
        return _PERCENT
    low, high = _sum(indicator.of, rules, words)
    over = indicator.over
    if over is not None and over.constant is None:
        low, high = (
            (low if low is not None and low == 0 else None),
            None,
        )  # by ever more, or by next to none
    factor = indicator.per / (over.constant if over is not None and over.constant else 1)
    return tuple(None if one is None else one * factor for one in (low, high))  # type: ignore[return-value]


def _sum(terms: Terms, rules: Ruleset, words: Vocabulary) -> Span:
    if terms.constant is not None:
        return terms.constant, terms.constant
    ends = [_term(name, weight, rules, words) for name, weight in terms.facts.items()]
    return tuple(
        None if any(one is None for one in side) else sum(side) for side in zip(*ends, strict=True)
    )  # type: ignore[return-value]


def _term(name: str, weight: Decimal, rules: Ruleset, words: Vocabulary) -> Span:
    low, high = _of_fact(name, rules, words)
    ends = [None if one is None else one * weight for one in (low, high)]
    return (ends[0], ends[1]) if weight >= 0 else (ends[1], ends[0])


def _of_fact(name: str, rules: Ruleset, words: Vocabulary) -> Span:
    if name in rules.tallies:  # of any number of schools
        return Decimal(0), None
    bounds = list(_bounds(name, words))
    if not bounds:
        return None, None
    lows, highs = zip(*bounds, strict=True)
    least = None if None in lows else min(Decimal(str(one)) for one in lows)
    return least, None if None in highs else max(Decimal(str(one)) for one in highs)


def _bounds(name: str, words: Vocabulary) -> Iterator[tuple[float | None, float | None]]:
    """Those of a fact, or of the facts of all stages that it is the stem of."""
    for fact in (*words.school.values(), *words.county.values()):
        if name in (fact.name, fact.stem):
            yield fact.minimum, fact.maximum
