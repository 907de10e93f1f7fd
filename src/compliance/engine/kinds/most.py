"""most: at least n of these rules are met, and the rest reach a share of their own limits.

A conclusion is drawn whenever the blanks could not change it, and only then: one rule below its
share, or too few left to reach n, is a failure whatever the blanks hold; a blank may always turn
out to lie below its share, so that with blanks there is no pass; so may a miss whose limit is open.
"""

from __future__ import annotations

import polars as pl

from compliance.engine.evaluate import Bench, Kind
from compliance.kernel.i18n import pick
from compliance.kernel.submission import ERROR, FAIL, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Rule


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a unit; value is the number of rules met, threshold how many must be."""
    needed = int(str(rule.settings["pass_at_least"]))
    names = list(rule.of)
    together = bench.outcome(names[0]).select("unit", "school", "county", "stage")
    for name in names:
        together = together.join(
            bench.outcome(name).select(
                "unit",
                pl.col("status").alias(name),
                pl.col("above_floor").alias(f"{name}_above"),
                pl.col("lacks").alias(f"{name}_lacks"),
            ),
            on="unit",
            how="left",
            maintain_order="left",
        )
    counted = together.with_columns(
        _count(names, lambda n: pl.col(n) == PASS).alias("_met"),
        _count(names, lambda n: pl.col(n) == UNKNOWN).alias("_blank"),
        _count(names, lambda n: pl.col(n) == ERROR).alias("_broken"),
        _count(
            names, lambda n: (pl.col(n) == FAIL) & ~pl.col(f"{n}_above").fill_null(value=True)
        ).alias("_low"),
        _count(names, lambda n: (pl.col(n) == FAIL) & pl.col(f"{n}_above").is_null()).alias(
            "_open"
        ),
        _count(names, lambda n: pl.col(n) != NOT_APPLICABLE).alias("_apply"),
    )
    return counted.select(
        "county",
        "school",
        "unit",
        "stage",
        _status(needed).alias("status"),
        pl.col("_met").cast(pl.Float64).alias("value"),
        pl.lit(float(needed)).alias("threshold"),
        pl.concat_str(
            *(
                pl.when(pl.col(name) == FAIL).then(pl.lit(bench.ruleset.rules[name].label))
                for name in names
            ),
            separator=pick("、", ", "),
            ignore_nulls=True,
        ).alias("detail"),
        pl.concat_list(*(f"{name}_lacks" for name in names))
        .list.unique(maintain_order=True)
        .alias("lacks"),
    )


def _count(names: list[str], test: object) -> pl.Expr:
    if not callable(test):
        raise TypeError("test")
    return pl.sum_horizontal(*(test(name).cast(pl.Int32) for name in names))


def _status(needed: int) -> pl.Expr:
    hopeless = pl.col("_met") + pl.col("_blank") + pl.col("_broken") < needed
    return (
        pl.when(pl.col("_apply") == 0)
        .then(NOT_APPLICABLE)
        .when((pl.col("_low") > 0) | hopeless)
        .then(FAIL)
        .when(pl.col("_broken") > 0)
        .then(ERROR)
        .when(pl.col("_blank") + pl.col("_open") > 0)
        .then(UNKNOWN)
        .otherwise(PASS)
        .cast(pl.UInt8)
    )


KIND = Kind(evaluate, frozenset({"pass_at_least", "rest_at_least"}))
