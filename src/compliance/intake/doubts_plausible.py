"""Ratios that honest figures hardly have: a unit mistaken, a digit lost or doubled.

The bounds are data of the schemas (``x-plausible``), chosen wide; they are no law, and no verdict
ever follows from them.
"""

from __future__ import annotations

import polars as pl

from compliance.checks import Plausible
from compliance.intake.accept_keys import Ledger
from compliance.intake.doubts_telling import Row, rows, total, warn
from compliance.vocabulary import Vocabulary
from compliance.words import say

CODE = "implausible_ratio"


def doubts(frame: pl.DataFrame, record: str, vocabulary: Vocabulary, ledger: Ledger) -> None:
    """Report every ratio of the records that lies outside its bounds; a blank is no doubt.

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


def _ratio(one: Plausible, frame: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """The ratio, and of which rows it can be told."""
    part = total(one.of, frame)
    judged = part.is_not_null() & ((part > 0) | (not one.zero))
    if not one.over:
        return part * one.per, judged
    whole = total(one.over, frame)
    return part * one.per / whole, judged & (whole >= one.least)


def _message(one: Plausible, row: Row) -> str:
    return say(
        "{t}为{v:.4g}{u}，不合常理",
        "{t}: {v:.4g} is hardly possible",
        t=one.label,
        v=row["_ratio"],
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
