"""What honest figures hardly are: a unit mistaken, a digit lost or doubled, a day still to come.

The bounds are data of the schemas (``x-plausible``, ``x-plausible-items``, ``x-past``,
``x-quotients``), chosen wide; they are no law, and no verdict ever follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Item, Plausible, Quotient
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import show
from compliance.intake.data_checks.declarations import Check, Doubt, Row, total
from compliance.kernel.i18n import say

VIEWS = {"school": "schools", "county": "counties"}


def checks(vocabulary: Vocabulary) -> Iterator[Check]:
    """Ratios, items and dates of both records, then their percentages."""
    for record, view in VIEWS.items():
        facts, known = vocabulary.tables[record], vocabulary.checks[record]
        for one in known.plausible:
            yield _ratio(view, one, facts)
        for item in known.items:
            yield _items(view, item, facts[item.fact])
        for name in known.past:
            yield _to_come(view, facts[name])
    for record, view in VIEWS.items():
        facts = vocabulary.tables[record]
        for fact in facts.values():
            if fact.unit == "%" and fact.form in ("count", "number"):
                yield _fraction(view, fact)
        for quotient in vocabulary.checks[record].quotients:
            yield _quotient(view, quotient, facts)


def _ratio(view: str, one: Plausible, facts: dict[str, Fact]) -> Check:
    """What is counted is doubted, not the pupils it is counted for: they have their own ratios."""
    part = pl.sum_horizontal(*one.of, ignore_nulls=False)
    judged = part.is_not_null() & ((part > 0) | (not one.zero))
    ratio = part * one.per
    if one.over:
        whole = total(one.over, facts)
        ratio, judged = ratio / whole, judged & (whole >= one.least)
    outside = pl.lit(value=False)
    if one.low is not None:
        outside |= ratio < one.low
    if one.high is not None:
        outside |= ratio > one.high

    def tell(row: Row) -> Doubt:
        value = row["_ratio"]
        message = say(
            "{t}为{v}{u}，不合常理",
            "{t}: {v} is hardly possible",
            t=one.label,
            v=f"{value:.4g}" if value < 10_000 else f"{value:.0f}",
            u=one.unit,
        )
        return Doubt("implausible_ratio", message, _usual(one), one.of)

    return Check(view, judged & outside, tell, (ratio.alias("_ratio"),))


def _usual(one: Plausible) -> str:
    values = {"low": one.low, "high": one.high, "u": one.unit}
    if one.low is None:
        span = say("一般不超过{high:g}{u}", "usually at most {high:g}", **values)
    elif one.high is None:
        span = say("一般不低于{low:g}{u}", "usually at least {low:g}", **values)
    else:
        span = say("一般在{low:g}至{high:g}{u}之间", "usually from {low:g} to {high:g}", **values)
    return span + say("，请核对单位和小数点", "; check the unit and the decimal point")


def _items(view: str, item: Item, fact: Fact) -> Check:
    """The items of a list that are too small or too large, of a record all at once."""
    odd = (pl.element() < item.low) | (pl.element() > item.high)
    those = pl.col(fact.name).list.eval(pl.element().filter(odd))

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}中有{v}{u}，不合常理",
            "{f}: {v} is hardly possible",
            f=fact.label,
            v=show(row["_odd"]).strip("[]"),
            u=fact.unit,
        )
        expected = say(
            "每项一般在{low:g}至{high:g}{u}之间，请核对单位和小数点",
            "usually from {low:g} to {high:g} each; check the unit and the decimal point",
            low=item.low,
            high=item.high,
            u=fact.unit,
        )
        return Doubt("implausible_item", message, expected, (fact.name,))

    return Check(view, those.list.len() > 0, tell, (those.alias("_odd"),))


def _to_come(view: str, fact: Fact) -> Check:
    """What has happened already, dated in a later year than that in which the school year begins."""
    year = pl.col(fact.name).cast(pl.String).str.slice(0, 4).cast(pl.Int32, strict=False)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}（{v}）晚于本次的{y}学年",
            "{f} ({v}) lies after the school year {y}",
            f=fact.label,
            v=show(row[fact.name]),
            y=row["_year"],
        )
        expected = say("不晚于{y}年", "{y} or earlier", y=row["_year"])
        return Doubt("after_the_year", message, expected, (fact.name,))

    return Check(view, year > pl.col("_year"), tell, (fact.name,))


def _is_fraction(name: str) -> pl.Expr:
    return (pl.col(name) > 0) & (pl.col(name) <= 1)


def _fraction(view: str, fact: Fact) -> Check:
    """A fraction where a percentage is asked for; exactly 0 is none."""

    def tell(row: Row) -> Doubt:
        value = row[fact.name]
        message = say(
            "{f}填{v:.12g}，疑把百分数填成了小数",
            "{f} is {v:.12g}: a fraction, it seems, where a percentage is asked for",
            f=fact.label,
            v=value,
        )
        expected = say(
            "以百分数填写：{n:.12g}；确为{v:.12g}%的，不必改",
            "the percentage, {n:.12g}; leave it if it is {v:.12g}% indeed",
            n=value * 100,
            v=value,
        )
        return Doubt("fraction_for_percent", message, expected, (fact.name,))

    return Check(view, _is_fraction(fact.name), tell, (fact.name,))


def _quotient(view: str, one: Quotient, facts: dict[str, Fact]) -> Check:
    """A percentage further from the quotient of its counts than other sources explain."""
    whole = pl.col(one.over)
    worked = pl.when(whole > 0).then(100 * pl.col(one.of) / whole)
    # a part greater than its whole and a fraction have been doubted already
    sound = (worked <= 100) & ~_is_fraction(one.fact)
    far = (pl.col(one.fact) - worked).abs() > one.points

    def tell(row: Row) -> Doubt:
        title = facts[one.fact].label
        message = say(
            "{f}填{v:.12g}%，而{a}÷{b}为{w:.2f}%",
            "{f} is {v:.12g}%, but {a} ÷ {b} gives {w:.2f}%",
            f=title,
            v=row[one.fact],
            a=facts[one.of].label,
            b=facts[one.over].label,
            w=row["_worked"],
        )
        expected = say(
            "一般相差不超过{p:g}个百分点；以所填的{f}判定，请核对",
            "usually within {p:g} points; {f} is judged as given, please compare",
            p=one.points,
            f=title,
        )
        return Doubt("quotient_differs", message, expected, (one.fact, one.of, one.over))

    return Check(view, sound & far, tell, (one.fact, worked.alias("_worked")))
