"""What honest figures hardly are: a unit mistaken, a digit lost or doubled, a day still to come.

The bounds are data of the schemas (``x-plausible``, ``x-plausible-items``, ``x-past``), chosen wide;
they are no law, and no verdict ever follows from them.
"""

from __future__ import annotations

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Item, Plausible
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cell_patterns import show
from compliance.intake.acceptance.ledger import Ledger
from compliance.intake.data_checks.reporting import Row, rows, total, warn
from compliance.kernel.i18n import say

CODE = "implausible_ratio"
ITEM = "implausible_item"
LATE = "after_the_year"


def doubts(frame: pl.DataFrame, record: str, vocabulary: Vocabulary, ledger: Ledger) -> None:
    """Report every ratio and item outside its bounds, and what is dated later than its year.

    A blank is no doubt.
    What is counted is doubted, not the pupils it is counted for: they have ratios of their own.
    """
    for one in vocabulary.checks[record].plausible:
        ratio, judged = _ratio(one, frame)
        outside = pl.lit(value=False)
        if one.low is not None:
            outside |= pl.col("_ratio") < one.low
        if one.high is not None:
            outside |= pl.col("_ratio") > one.high
        held = frame.filter(judged).with_columns(ratio.alias("_ratio"))
        for row in rows(held, outside, "_ratio"):
            warn(ledger, row, CODE, _message(one, row), _expected(one), *one.of)
    facts = vocabulary.tables[record]
    for item in vocabulary.checks[record].items:
        _items(ledger, frame, item, facts[item.fact])
    for name in vocabulary.checks[record].past:
        _to_come(ledger, frame, facts[name])


def _ratio(one: Plausible, frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """The ratio, and of which rows it can be told."""
    part = pl.sum_horizontal(*one.of, ignore_nulls=False)
    judged = part.is_not_null() & ((part > 0) | (not one.zero))
    if not one.over:
        return part * one.per, judged
    whole = total(one.over, frame)
    return part * one.per / whole, judged & (whole >= one.least)


def _message(one: Plausible, row: Row) -> str:
    ratio = float(str(row["_ratio"]))
    return say(
        "{t}为{v}{u}，不合常理",
        "{t}: {v} is hardly possible",
        t=one.label,
        v=f"{ratio:.4g}" if ratio < 10_000 else f"{ratio:.0f}",
        u=one.unit,
    )


def _expected(one: Plausible) -> str:
    values = {"low": one.low, "high": one.high, "u": one.unit}
    if one.low is None:
        span = say("一般不超过{high:g}{u}", "usually at most {high:g}", **values)
    elif one.high is None:
        span = say("一般不低于{low:g}{u}", "usually at least {low:g}", **values)
    else:
        span = say("一般在{low:g}至{high:g}{u}之间", "usually from {low:g} to {high:g}", **values)
    return span + say("，请核对单位和小数点", "; check the unit and the decimal point")


def _items(ledger: Ledger, frame: pl.DataFrame, item: Item, fact: Fact) -> None:
    """The items of a list that are too small or too large, of a record all at once."""
    odd = (pl.element() < item.low) | (pl.element() > item.high)
    held = frame.with_columns(pl.col(fact.name).list.eval(pl.element().filter(odd)).alias("_odd"))
    for row in rows(held, pl.col("_odd").list.len() > 0, "_odd"):
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
        warn(ledger, row, ITEM, message, expected, fact.name)


def _to_come(ledger: Ledger, frame: pl.DataFrame, fact: Fact) -> None:
    """What has happened already, dated in a later year than that in which the school year begins."""
    year = pl.col(fact.name).cast(pl.String).str.slice(0, 4).cast(pl.Int32, strict=False)
    for row in rows(frame, year > pl.col("_year"), fact.name):
        message = say(
            "{f}（{v}）晚于本次的{y}学年",
            "{f} ({v}) lies after the school year {y}",
            f=fact.label,
            v=show(row[fact.name]),
            y=row["_year"],
        )
        expected = say("不晚于{y}年", "{y} or earlier", y=row["_year"])
        warn(ledger, row, LATE, message, expected, fact.name)
