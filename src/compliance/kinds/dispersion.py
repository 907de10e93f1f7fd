"""dispersion: the pupil-weighted coefficient of a stage stays under its limit.

    X̄ = Σ P·x ÷ Σ P,  S² = Σ (P ÷ ΣP)·(x − X̄)²,  coefficient = S ÷ X̄

Its own `exclude` and `where` choose the units that count.

x is a unit's indicator value, P its pupils: the population form, no n − 1. Since a unit's part of a
shared fact over its own pupils is x, Σ P·x is the stage's whole resource and X̄ its pupils' mean.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from compliance import conditions, number, tallies
from compliance.engine import Bench, Kind
from compliance.model import COMPULSORY, FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rule import Limit, Rule

PUPILS = "students"


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """Two rows a county, one a stage: value (coefficient), mean and deviation.

    Of a rule (`of`) or of an indicator of its own. Without a limit the figures are shown and the
    status is not_applicable, or unknown where one is missing.
    """
    units = _measured(rule, bench, _own_frame(rule, bench))
    stages = every_stage(bench).join(
        _moments(units), on=["county", "stage"], how="left", maintain_order="left"
    )
    bar = number.limit_column(rule.limit, None) if rule.limit else pl.lit(None, pl.Float64)
    stages = stages.with_columns(
        pl.col("_n").fill_null(0), bar.alias("threshold"), _coefficient().alias("value")
    )
    if rule.limit is not None:
        met = number.meets(pl.col("value"), rule.limit.operator, pl.col("threshold"))
        stages = _exactly(stages.with_columns(met.alias("_meets")), rule.limit, rule, bench)
    return stages.select(
        "county",
        "stage",
        (_status() if rule.limit else _without_limit()).cast(pl.UInt8).alias("status"),
        "value",
        "threshold",
        pl.col("_mean").alias("mean"),
        pl.col("_s").alias("deviation"),
        pl.col("_lacks").fill_null(NO_WORDS).alias("lacks"),
        pl.col("_n").cast(pl.Float64).alias("over_count"),
    )


def every_stage(bench: Bench) -> pl.DataFrame:
    """A row for every county and compulsory stage."""
    stages = pl.DataFrame({"stage": COMPULSORY})
    return bench.frames.county.select("county").join(stages, how="cross")


def _measured(rule: Rule, bench: Bench, frame: pl.DataFrame) -> pl.DataFrame:
    """The units of `frame` that count, or may: unit, county, stage, value, lacks, way and pupils.

    A unit of which cannot be told whether it counts has no value, and lacks the facts that say so.
    """
    if rule.indicator is None:
        measured = bench.outcome(_member(rule, bench).id).select("unit", "value", "lacks", "way")
        units = frame.join(measured, on="unit", how="inner", maintain_order="left")
    else:
        units = _valued(rule.indicator, frame, bench)
    units = units.select("unit", "county", "stage", "value", "lacks", "way", PUPILS)
    if not rule.exclude and not rule.where:
        return units
    chosen = _chosen(rule, frame, bench)
    open_facts = pl.when(pl.col("_counts").is_null()).then("_open").otherwise(NO_WORDS)
    return units.join(chosen, on="unit", how="inner", maintain_order="left").with_columns(
        pl.when("_counts").then("value").alias("value"),
        pl.concat_list(open_facts, "lacks").list.unique(maintain_order=True).alias("lacks"),
    )


def _member(rule: Rule, bench: Bench) -> Rule:
    if len(rule.of) != 1:
        raise ValueError("dispersion needs `of` one rule, or an indicator")
    return bench.ruleset.rules[rule.of[0]]


def _own_frame(rule: Rule, bench: Bench) -> pl.DataFrame:
    """The units that the pupils and figures are taken from."""
    owner = rule if rule.indicator is not None else _member(rule, bench)
    return bench.frames_of(owner).unit


def _valued(indicator: str, frame: pl.DataFrame, bench: Bench) -> pl.DataFrame:
    """The frame with an indicator's value, of the first of its chain whose facts are there."""
    chain = number.chain(indicator, bench.ruleset.indicators, bench.frames, "unit")
    lacks = [one.lacks(bench.frames, "unit") for one in chain]
    complete = pl.any_horizontal(*(one.list.len() == 0 for one in lacks))
    return frame.with_columns(
        pl.coalesce(*(one.value for one in chain)).alias("value"),
        pl.when(complete).then(NO_WORDS).otherwise(pl.concat_list(lacks)).alias("lacks"),
        pl.lit(None, pl.UInt8).alias("way"),
    )


def _chosen(rule: Rule, frame: pl.DataFrame, bench: Bench) -> pl.DataFrame:
    """The units that the rule's own exclusions and `where` leave: _counts (null: open), _open."""
    outs = [bench.ruleset.exclusions[reason].where for reason in rule.exclude]
    tests = [~conditions.matches(out) for out in outs]
    tests += [conditions.matches(rule.where)] if rule.where else []
    asked = [*outs, *([rule.where] if rule.where else [])]
    missing = [
        pl.when(test.is_null())
        .then(tallies.open_facts(bench.frames, "unit", where))
        .otherwise(NO_WORDS)
        for test, where in zip(tests, asked, strict=True)
    ]
    counted = frame.select(
        "unit", pl.all_horizontal(*tests).alias("_counts"), pl.concat_list(missing).alias("_open")
    )
    return counted.filter(pl.col("_counts").fill_null(value=True))


def _moments(units: pl.DataFrame) -> pl.DataFrame:
    """Sums per county and stage; centred before squaring, so that small spreads keep their digits."""
    key = ["county", "stage"]
    weight, value = pl.col(PUPILS), pl.col("value")
    means = units.group_by(key, maintain_order=True).agg(
        pl.len().alias("_n"),
        (value.is_null() | weight.is_null()).any().alias("_blank"),
        weight.sum().alias("_pupils"),
        number.ratio((weight * value).sum(), weight.sum()).alias("_mean"),
        pl.col("lacks").explode().drop_nulls().unique(maintain_order=True).alias("_lacks"),
    )
    means = means.with_columns(
        pl.when("_blank").then(None).otherwise(pl.col("_mean")).alias("_mean")
    )
    squares = (
        units.join(means.select(*key, "_mean"), on=key, how="left", maintain_order="left")
        .group_by(key, maintain_order=True)
        .agg((weight * (value - pl.col("_mean")).pow(2)).sum().alias("_squares"))
    )
    joined = means.join(squares, on=key, how="left", maintain_order="left")
    return joined.with_columns(
        pl.when(pl.col("_mean").is_not_null())
        .then(number.ratio(pl.col("_squares"), pl.col("_pupils")).sqrt())
        .alias("_s")
    )


def _coefficient() -> pl.Expr:
    return (
        pl.when(pl.col("_mean").is_null() | (pl.col("_mean") <= 0))
        .then(None)
        .when(pl.col("_n") == 1)
        .then(0.0)
        .otherwise(number.ratio(pl.col("_s"), pl.col("_mean")))
    )


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("_n") == 0)
        .then(NOT_APPLICABLE)
        .when(pl.col("_meets").is_null())
        .then(UNKNOWN)
        .when(pl.col("_meets"))
        .then(PASS)
        .otherwise(FAIL)
    )


def _without_limit() -> pl.Expr:
    known = (pl.col("_n") == 0) | pl.col("value").is_not_null()
    return pl.when(known).then(NOT_APPLICABLE).otherwise(UNKNOWN)


def _exactly(stages: pl.DataFrame, limit: Limit, rule: Rule, bench: Bench) -> pl.DataFrame:
    """Judge the stages on the line again: S² ≤ (c·X̄)², in fractions, without a root."""
    close = stages.filter(number.near(pl.col("value"), pl.col("threshold")))
    if close.is_empty():
        return stages
    rows = [_exact_row(row, limit, rule, bench) for row in close.iter_rows(named=True)]
    exact = pl.DataFrame(
        rows,
        schema={
            "county": stages.schema["county"],
            "stage": pl.String,
            "_v": pl.Float64,
            "_m": pl.Boolean,
            "_x": pl.Float64,
            "_d": pl.Float64,
        },
        orient="row",
    )
    return stages.join(
        exact, on=["county", "stage"], how="left", maintain_order="left"
    ).with_columns(
        pl.coalesce("_v", "value").alias("value"),
        pl.coalesce("_m", "_meets").alias("_meets"),
        pl.coalesce("_x", "_mean").alias("_mean"),
        pl.coalesce("_d", "_s").alias("_s"),
    )


def _exact_row(
    row: number.Row, limit: Limit, rule: Rule, bench: Bench
) -> tuple[object, object, float, bool, float, float]:
    mean, variance = moments_exactly(rule, bench, row["county"], row["stage"])
    bar = number.exact_limit(limit, None, row)
    if bar is None:
        raise ValueError(f"no limit for stage {row['stage']}")
    met = number.meets_exactly(variance, limit.operator, (bar * mean) ** 2)
    coefficient, deviation = number.root(variance / mean**2), number.root(variance)
    return (row["county"], row["stage"], coefficient, met, float(mean), deviation)


def moments_exactly(
    rule: Rule, bench: Bench, county: object, stage: object
) -> tuple[Fraction, Fraction]:
    """X̄ and S² of one county's stage, exactly; each unit by the way that gave its value.

    Raises ValueError where a unit has no value.
    """
    pairs = [(weight, value) for _, weight, value in units_exactly(rule, bench, county, stage)]
    total = sum((weight for weight, _ in pairs), Fraction(0))
    mean = sum((weight * value for weight, value in pairs), Fraction(0)) / total
    variance = sum((weight * (value - mean) ** 2 for weight, value in pairs), Fraction(0)) / total
    return mean, variance


def units_exactly(
    rule: Rule, bench: Bench, county: object, stage: object
) -> list[tuple[number.Row, Fraction, Fraction]]:
    """The units of one county's stage that count: their rows, with `way`; pupils; values.

    Raises ValueError where a unit has no value.
    """
    chains = ways(rule, bench)
    here = (pl.col("county") == county) & (pl.col("stage") == stage)
    frame = _own_frame(rule, bench).filter(here)
    units = _measured(rule, bench, frame).select("unit", "way")
    found: list[tuple[number.Row, Fraction, Fraction]] = []
    for unit in units.join(frame, on="unit", maintain_order="left").iter_rows(named=True):
        value = number.first_exact(chains[unit["way"] or 0], unit)
        weight = number.typed(unit[PUPILS])
        if value is None or weight is None:
            raise ValueError("a unit without a value has a coefficient")
        found.append((unit, weight, value))
    return found


def ways(rule: Rule, bench: Bench) -> list[list[number.Quantity]]:
    """The quantities a unit's value may come from: the indicator's, then what stands instead."""
    holder = rule if rule.indicator is not None else _member(rule, bench)
    if holder.indicator is None:
        raise ValueError(f"{holder.id} has no indicator")
    names = [holder.indicator, *(one.indicator or holder.indicator for one in holder.instead)]
    known = bench.ruleset.indicators
    return [number.chain(name, known, bench.frames, "unit") for name in names]


KIND = Kind(evaluate, selects=True)
