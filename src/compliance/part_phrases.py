"""The sentence of a rule with several parts, as a column expression."""

from __future__ import annotations

from typing import Any

import polars as pl

from compliance.figures import fixed, rounded, short
from compliance.number import meets
from compliance.phrases import line, safe, state, status_word
from compliance.rule import OPERATORS, WRITTEN, Rule
from compliance.state_words import status_words
from compliance.words import pick, say


def parts(rule: Rule) -> pl.Expr:
    """Each part with its figure and state."""
    words = status_words()
    part = pl.element().struct
    status = part.field("status").replace(words)
    bar = short(part.field("threshold"))
    unit = _spaced(part.field("unit").fill_null(""))
    sign = part.field("operator").replace(WRITTEN)
    figures = line(
        pick("{}{}（标准{}{}{}）", "{} {} (standard {}{}{}) "),
        part.field("name"), _telling(part, unit), sign, bar, unit,
    )  # fmt: skip
    short_of = part.field("shortfall")
    short_unit = part.field("shortfall_unit").fill_null("")
    gap = (
        pl.when(short_of.is_not_null())
        .then(line(pick("，缺{}{}", ", short of {} {}"), short(short_of), short_unit))
        .otherwise(pl.lit(""))
    )
    one = (
        pl.when(part.field("value").is_not_null() & part.field("threshold").is_not_null())
        .then(line("{}{}{}", figures, status, gap))
        .otherwise(line(pick("{}{}", "{} {}"), part.field("name"), status))
    )
    all_parts = pl.col("parts").list.eval(one).list.join(pick("；", "; "))
    told = line(
        say("{{}}：“{title}”{{}}（{{}}）。", "{{}}: {title}: {{}} ({{}}).", title=safe(rule.label)),
        pl.col("subject"), status_word(), all_parts,
    )  # fmt: skip
    return pl.when(pl.col("parts").list.len() > 0).then(told).otherwise(state(rule))


def _spaced(unit: pl.Expr) -> pl.Expr:
    """English sets a space before a unit, but not before % and not before nothing."""
    if pick("zh", "en") == "zh":
        return unit
    return pl.when(unit.is_in(["", "%"])).then(unit).otherwise(line(" {}", unit))


def _telling(part: Any, unit: pl.Expr) -> pl.Expr:  # noqa: ANN401 - Polars exports no type for it
    """A part's figure: percentages with one decimal, others with two, and in full where it misleads."""
    value, bar, operator = part.field("value"), part.field("threshold"), part.field("operator")
    percent = unit == "%"
    ratio = value.abs() < 1  # a share of one shows its third decimal, as coefficients do
    figure = pl.when(ratio).then(short(value, 3)).otherwise(short(value))
    text = pl.when(percent).then(fixed(value, 1)).otherwise(figure)
    nearest = pl.when(ratio).then(rounded(value, 3)).otherwise(rounded(value, 2))
    shown = pl.when(percent).then(rounded(value, 1)).otherwise(nearest)
    met = pl.lit(None, pl.Boolean)
    for sign in OPERATORS.values():
        met = pl.when(operator == sign).then(meets(shown, sign, bar)).otherwise(met)
    misleads = (met != (part.field("status") == "pass")).fill_null(value=False)
    full = line(
        pick("{}{}（未四舍五入为{}）", "{}{} (unrounded {})"), text, unit, value.cast(pl.String)
    )
    return pl.when(misleads).then(full).otherwise(line("{}{}", text, unit))
