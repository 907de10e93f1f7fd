"""dispersion: the pupil-weighted coefficient of a stage stays under its limit.

    X̄ = Σ P·x ÷ Σ P,  S² = Σ (P ÷ ΣP)·(x − X̄)²,  coefficient = S ÷ X̄

Its own `exclude` and `where` choose the units that count.

x is a unit's indicator value, P its pupils: the population form, no n − 1. Since a unit's part of a
shared fact over its own pupils is x, Σ P·x is the stage's whole resource and X̄ its pupils' mean.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Evaluation
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import limit_text, line, stage_word, unrounded
from compliance.engine.weighted_moments import PUPILS, measured, moments_exactly, own_frame
from compliance.kernel.i18n import pick
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import COMPULSORY, FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Form, Limit, Part, References, Rule, Ruleset


class Dispersion(Kind):
    """The coefficient of an indicator among the units of a stage."""

    name = "dispersion"
    selects = True
    has_limit = True

    def references(self, holder: Rule | Part) -> References:
        """The rule whose indicator it measures; its own exclusions choose the units."""
        return References(figures=holder.of if isinstance(holder, Rule) else (), exclusions=True)

    def measured_at(self, rule: Rule) -> str:
        """The units of the county."""
        return "unit"

    def form(self, rule: Rule) -> Form:
        """A figure of three decimals for each stage, beside its mean and deviation."""
        return Form(decimals=3, limit_decimals=2, by_stage=True, coefficient=True)

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """None: the indicator's unit is not its own."""
        return ""

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """Two rows a county, one a stage: value (coefficient), mean and deviation."""
        return _coefficients(rule, evaluation)

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The stage's coefficient against its limit."""
        return coefficient_sentence(rule) if rule.limit is not None else _without_bar(rule)


def coefficient_sentence(rule: Rule) -> pl.Expr:
    """A stage's coefficient, or the mean of several, against its limit."""
    if rule.limit is None:
        return pl.lit(None, pl.String)
    holes: dict[str, pl.Expr | str] = {
        "who": pl.col("subject"),
        "stage": stage_word(),
        "title": rule.label,
        "value": fixed(pl.col("value"), 3),
        "bar": limit_text(rule.limit, 3),
    }
    alone = pick(
        "{who}{stage}{title}为{value}（仅一个单位）。",
        "{who}, {stage}: {title} is {value} (a single unit).",
    )
    met = pick(
        "{who}{stage}{title}为{value}，不超过{bar}的上限。",
        "{who}, {stage}: {title} is {value}, within the limit of {bar}.",
    )
    missed = pick(
        "{who}{stage}{title}为{value}{exactly}，超过{bar}的上限。",
        "{who}, {stage}: {title} is {value}{exactly}, over the limit of {bar}.",
    )
    return (
        pl.when((pl.col("status") == PASS) & (pl.col("over_count") == 1))
        .then(line(alone, **holes))
        .when(pl.col("status") == PASS)
        .then(line(met, **holes))
        .when(pl.col("status") == FAIL)
        .then(line(missed, **holes, exactly=unrounded(rule.limit, 3)))
    )


def _without_bar(rule: Rule) -> pl.Expr:
    """A coefficient of which nothing is asked by itself."""
    told = pick(
        "{who}{stage}{title}为{value}（均值{mean}，标准差{deviation}），本项不单设限值。",
        "{who}, {stage}: {title} is {value} (mean {mean}, deviation {deviation}); "
        "it has no limit of its own.",
    )
    figure = line(
        told,
        who=pl.col("subject"),
        stage=stage_word(),
        title=rule.label,
        value=fixed(pl.col("value"), 3),
        mean=short(pl.col("mean"), 4),
        deviation=short(pl.col("deviation"), 4),
    )
    return pl.when((pl.col("status") == NOT_APPLICABLE) & pl.col("value").is_not_null()).then(
        figure
    )


def _coefficients(rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
    """Two rows a county, one a stage: value (coefficient), mean and deviation.

    Of a rule (`of`) or of an indicator of its own. Without a limit the figures are shown and the
    status is not_applicable, or unknown where one is missing.
    """
    units = measured(rule, evaluation, own_frame(rule, evaluation))
    stages = every_stage(evaluation).join(
        _moments(units), on=["county", "stage"], how="left", maintain_order="left"
    )
    bar = (
        exact_arithmetic.limit_column(rule.limit, None) if rule.limit else pl.lit(None, pl.Float64)
    )
    stages = stages.with_columns(
        pl.col("_n").fill_null(0), bar.alias("threshold"), _coefficient().alias("value")
    )
    if rule.limit is not None:
        met = exact_arithmetic.meets(pl.col("value"), rule.limit.operator, pl.col("threshold"))
        stages = exact_arithmetic.judged_again(
            stages.with_columns(met.alias("_meets")),
            ("county", "stage"),
            ("value", "_meets", "_mean", "_s"),
            partial(_exact_row, rule, rule.limit, evaluation),
        )
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


def every_stage(evaluation: Evaluation) -> pl.DataFrame:
    """A row for every county and compulsory stage."""
    stages = pl.DataFrame({"stage": COMPULSORY})
    return evaluation.frames.county.select("county").join(stages, how="cross")


def _moments(units: pl.DataFrame) -> pl.DataFrame:
    """Sums per county and stage; centred before squaring, so that small spreads keep their digits."""
    key = ["county", "stage"]
    weight, value = pl.col(PUPILS), pl.col("value")
    means = units.group_by(key, maintain_order=True).agg(
        pl.len().alias("_n"),
        (value.is_null() | weight.is_null()).any().alias("_blank"),
        weight.sum().alias("_pupils"),
        exact_arithmetic.ratio((weight * value).sum(), weight.sum()).alias("_mean"),
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
        .then(exact_arithmetic.ratio(pl.col("_squares"), pl.col("_pupils")).sqrt())
        .alias("_s")
    )


def _coefficient() -> pl.Expr:
    return (
        pl.when(pl.col("_mean").is_null() | (pl.col("_mean") <= 0))
        .then(None)
        .when(pl.col("_n") == 1)
        .then(0.0)
        .otherwise(exact_arithmetic.ratio(pl.col("_s"), pl.col("_mean")))
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


def _exact_row(
    rule: Rule, limit: Limit, evaluation: Evaluation, row: exact_arithmetic.Row
) -> tuple[float, bool, float, float]:
    """Coefficient, verdict, mean and deviation: S² ≤ (c·X̄)², in fractions, without a root."""
    mean, variance = moments_exactly(rule, evaluation, row["county"], row["stage"])
    bar = exact_arithmetic.exact_limit(limit, None, row)
    if bar is None:
        raise ValueError(f"no limit for stage {row['stage']}")
    met = exact_arithmetic.meets_exactly(variance, limit.operator, (bar * mean) ** 2)
    coefficient, deviation = (
        exact_arithmetic.root(variance / mean**2),
        exact_arithmetic.root(variance),
    )
    return coefficient, met, float(mean), deviation
