"""The same as ``plain_python`` in one hand-written Polars query."""

from __future__ import annotations

import polars as pl

from benchmarks.plain_python import COEFFICIENT, LIMITS, PER, WEIGHTS, Tally

VALUES = [f"R{number}" for number in range(1, 8)]


def judge(schools: pl.DataFrame) -> Tally:
    """How many units and how many coefficients meet the standard; a blank meets nothing."""
    inside = pl.col("school_type").is_in(["special", "vocational"]).not_()
    shared = pl.sum_horizontal(
        pl.col(f"{stage}_students").fill_null(0) * weight for stage, weight in WEIGHTS.items()
    )
    rows = schools.lazy().filter(inside).with_columns(shared=shared)
    queries = [query for stage in ("primary", "junior") for query in _stage(rows, stage)]
    counts = [int(found.item()) for found in pl.collect_all(queries)]
    return sum(counts[::2]), sum(counts[1::2])


def _stage(rows: pl.LazyFrame, stage: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    pupils = pl.col(f"{stage}_students")
    sharers = pl.col("shared") / WEIGHTS[stage]
    indoor = pl.col("indoor_sports_area")
    amounts = (
        *(
            pl.col(f"{stage}_{stem}") / pupils
            for stem in ("teachers_above_degree", "backbone_teachers", "pe_arts_teachers")
        ),
        (pl.col("teaching_area") - indoor) / sharers,
        (pl.col("outdoor_sports_area") + indoor) / sharers,
        pl.col("equipment_value") / sharers,
        pl.col("multimedia_rooms") / sharers,
    )
    point = (pl.col("school_type") == "teaching_point") & (pupils < 50)
    units = rows.filter((pupils > 0) & ~point).select(
        "county_code",
        pupils.alias("pupils"),
        *(
            (per * amount).alias(name)
            for name, per, amount in zip(VALUES, PER, amounts, strict=True)
        ),
    )
    limits = dict(zip(VALUES, LIMITS[stage], strict=True))
    passed = pl.sum_horizontal(pl.col(name) >= limits[name] for name in VALUES) >= 6
    floors = pl.all_horizontal(
        (pl.col(name) >= 0.85 * limits[name]).fill_null(value=False) for name in VALUES
    )
    good = units.select((passed & floors).sum())
    return good, _coefficients(units, COEFFICIENT[stage])


def _coefficients(units: pl.LazyFrame, limit: float) -> pl.LazyFrame:
    everybody = pl.col("pupils").sum().over("county_code")
    centred = units.with_columns(
        *(
            ((pl.col("pupils") * pl.col(name)).sum().over("county_code") / everybody).alias(
                f"{name}_mean"
            )
            for name in VALUES
        )
    )
    squares = centred.group_by("county_code").agg(
        pl.col("pupils").sum(),
        *(
            (pl.col("pupils") * (pl.col(name) - pl.col(f"{name}_mean")) ** 2).sum().alias(name)
            for name in VALUES
        ),
        *(pl.col(f"{name}_mean").first() for name in VALUES),
        *(pl.col(name).null_count().alias(f"{name}_blank") for name in VALUES),
    )
    ok = [
        (
            ((pl.col(name) / pl.col("pupils")).sqrt() / pl.col(f"{name}_mean") <= limit)
            & (pl.col(f"{name}_blank") == 0)
        )
        .fill_null(value=False)
        .sum()
        for name in VALUES
    ]
    return squares.select(pl.sum_horizontal(ok))
