"""Who drives the coefficients: what each stage of a school adds to S², in columns, of many counties."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.engine.findings import Findings
from compliance.engine.kinds.dispersion import PUPILS
from compliance.engine.results import DRIVERS
from compliance.kernel.submission import KEY

_MOST = 5  # of each coefficient


def drivers(found: Findings) -> pl.DataFrame:
    """The schools that add most to each coefficient, the largest first, columns DRIVERS.

    From the very columns that the coefficients were made of: P·(x − X̄)² ÷ Σ P·(x − X̄)². Nothing of
    a coefficient that could not be computed, or in which all are alike.
    """
    parts = pl.collect_all(list(_of_rules(found)))
    if not parts:
        return pl.DataFrame(schema=DRIVERS)
    counties = found.counties.with_row_index("county")
    schools = found.schools.with_row_index("school")
    return (
        pl.concat(parts)
        .join(counties.cast({"county": pl.Int64}), on="county", maintain_order="left")
        .join(schools.cast({"school": pl.Int64}), on="school", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in DRIVERS.items())
        .sort(KEY, maintain_order=True)
    )


def _of_rules(found: Findings) -> Iterator[pl.LazyFrame]:
    stages = found.sheets.get("stage", pl.DataFrame())
    for rule in found.ruleset.rules:
        inside, value, mean, squares = (
            f"{rule}._{name}" for name in ("in", "x", "mean", "squares")
        )
        for units in found.sheets.values():
            if inside in units.columns and squares in stages.columns:
                whole = stages.lazy().select("county", "stage", mean, squares)
                apart = pl.col(PUPILS) * (pl.col(value) - pl.col(mean)) ** 2
                yield (
                    units.lazy()
                    .filter(pl.col(inside))
                    .select("county", "stage", "school", "school_code", PUPILS, value)
                    .join(whole, on=["county", "stage"])
                    .filter(pl.col(squares) > 0)
                    .select(
                        pl.col("county").cast(pl.Int64),
                        pl.col("school").cast(pl.Int64),
                        pl.lit(rule).alias("rule"),
                        "stage",
                        pl.col(PUPILS).alias("pupils"),
                        pl.col(value).alias("value"),
                        (apart / pl.col(squares)).alias("share"),
                        pl.col("school_code").alias("_code"),
                    )
                    .filter(pl.col("share") > 0)
                    .sort("share", "_code", descending=[True, False])
                    .group_by("county", "stage", maintain_order=True)
                    .head(_MOST)
                    .drop("_code")
                )
