"""elapsed: full years since a date, as of the day that is judged.

A date given as a year alone may be any day of it: a conclusion is drawn where all of them agree.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from compliance.engine.evaluate import Bench, Kind
from compliance.kernel.submission import FAIL, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language.model import Limit, Rule


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a county; value is the full years, null where the year alone leaves them open."""
    if rule.limit is None:
        raise ValueError("elapsed needs at_least")
    return judge(bench, str(rule.settings["since"]), rule.limit)


def judge(bench: Bench, since: str, limit: Limit) -> pl.DataFrame:
    """Years since the county fact `since`, held against `limit`."""
    needed = int(limit.table[""])
    text = pl.col(since)
    year = text.str.slice(0, 4).cast(pl.Int32, strict=False)
    whole = text.str.len_chars() > 4
    first = (
        pl.when(whole)
        .then(text.str.to_date("%Y-%m-%d", strict=False))
        .otherwise(pl.date(year, 1, 1))
    )
    last = pl.when(whole).then(first).otherwise(pl.date(year, 12, 31))
    return (
        bench.frames.county.select(
            "county",
            since,
            _full_years(first, bench.as_of).alias("_most"),
            _full_years(last, bench.as_of).alias("_least"),
        )
        .with_columns(
            pl.when(pl.col("_most").is_null())
            .then(UNKNOWN)
            .when(pl.col("_least") >= needed)
            .then(PASS)
            .when(pl.col("_most") < needed)
            .then(FAIL)
            .otherwise(UNKNOWN)
            .cast(pl.UInt8)
            .alias("status")
        )
        .select(
            "county",
            "status",
            pl.when(pl.col("_most") == pl.col("_least"))
            .then(pl.col("_least"))
            .cast(pl.Float64)
            .alias("value"),
            pl.lit(float(needed)).alias("threshold"),
            pl.when(pl.col("status") == UNKNOWN)
            .then(pl.lit([since], dtype=pl.List(pl.String)))
            .otherwise(NO_WORDS)
            .alias("lacks"),
        )
    )


def _full_years(since: pl.Expr, as_of: date) -> pl.Expr:
    """Whole years between two days, as birthdays are counted."""
    before = (since.dt.month() > as_of.month) | (
        (since.dt.month() == as_of.month) & (since.dt.day() > as_of.day)
    )
    return as_of.year - since.dt.year() - before.cast(pl.Int32)


KIND = Kind(evaluate, frozenset({"since"}))
