"""From outcomes to findings: every rule for every subject, in the order of the contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from compliance.engine.evaluate import Evaluation, by_county, completed, status_name
from compliance.engine.findings import data_warnings, messages
from compliance.engine.findings.report import FINDINGS
from compliance.engine.relaxations import JOINT
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick
from compliance.kernel.labels import STAGE_WORDS
from compliance.kernel.submission import COMPULSORY, FAIL, KEY, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language.model import UPPER, Rule


def findings(
    evaluation: Evaluation,
    problems: Sequence[Problem],
    titles: Mapping[str, str],
    only: Collection[str] | None = None,
) -> pl.DataFrame:
    """Every rule (or those of `only`) for every subject, columns FINDINGS.

    Ordered by county, school, stage, rule.
    """
    doubtful = data_warnings.table(problems, evaluation)
    pieces = []
    for order, rule in enumerate(evaluation.ruleset.rules.values()):
        if only is not None and rule.id not in only:
            continue
        outcome = evaluation.outcome(rule.id)
        pieces.append(_piece(evaluation, rule, outcome, order, doubtful, titles))
        if rule.rolls_up:
            pieces.append(_rolled_up(evaluation, rule, outcome, order, doubtful, titles))
    everything = pl.concat(pieces).sort("_county", "_school", "_stage", "_rule", nulls_last=True)
    return everything.select(FINDINGS.names()).cast(FINDINGS)


def _piece(
    evaluation: Evaluation, rule: Rule, outcome: pl.DataFrame, order: int,
    doubtful: data_warnings.Doubts | None, titles: Mapping[str, str],
) -> pl.DataFrame:  # fmt: skip
    frame = _identified(evaluation, outcome)
    frame = frame.with_columns(data_warnings.concerning(rule, frame, doubtful))
    frame = frame.with_columns(
        messages.message(rule, evaluation, titles).alias("message"),
        *_units(rule, evaluation),
    )
    return _columns(frame, rule, order, level=rule.level)


def _rolled_up(
    evaluation: Evaluation, rule: Rule, outcome: pl.DataFrame, order: int,
    doubtful: data_warnings.Doubts | None, titles: Mapping[str, str],
) -> pl.DataFrame:  # fmt: skip
    worst = outcome.group_by("county", maintain_order=True).agg(
        pl.col("school")
        .filter(pl.col("status") == FAIL)
        .n_unique()
        .cast(pl.Float64)
        .alias("over_count"),
        pl.col("lacks").filter(pl.col("status") == UNKNOWN).explode().drop_nulls()
        .unique(maintain_order=True).alias("lacks"),
        pl.col("relaxed_by").str.split(JOINT).explode().drop_nulls().unique(maintain_order=True),
    )  # fmt: skip
    owed = pl.col("relaxed_by").list.join(JOINT)
    states = by_county(evaluation, outcome).join(
        worst, on="county", how="left", maintain_order="left"
    )
    states = completed(
        states.with_columns(
            pl.when((pl.col("status") == PASS) & (owed != "")).then(owed).alias("relaxed_by")
        )
    )
    frame = _identified(evaluation, states)
    frame = frame.with_columns(data_warnings.concerning(rule, frame, doubtful))
    frame = frame.with_columns(
        messages.rolled_up(rule, evaluation.ruleset).alias("message"),
        *(pl.lit(None, pl.String).alias(name) for name in ("operator", "unit", "shortfall_unit")),
    )
    return _columns(frame, rule, order, level="county")


def _identified(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """The outcome with the names of its subject, and the subject as a sentence begins with it."""
    county = evaluation.frames.county.select("county", *KEY, "county_name")
    frame = outcome.join(county, on="county", how="left", maintain_order="left")
    if "school" not in outcome.columns:
        return frame.with_columns(
            pl.lit(None, pl.UInt32).alias("school"),
            pl.lit(None, pl.String).alias("school_code"),
            pl.lit(None, pl.String).alias("school_name"),
            pl.col("county_name").alias("subject"),
            *([] if "stage" in outcome.columns else [pl.lit(None, pl.String).alias("stage")]),
        )
    school = evaluation.frames.school.select("school", "school_code", "school_name")
    frame = frame.join(school, on="school", how="left", maintain_order="left")
    if "unit" not in outcome.columns:
        return frame.with_columns(
            pl.lit(None, pl.String).alias("stage"), pl.col("school_name").alias("subject")
        )
    several = evaluation.frames.unit.select("unit", "among_stages")
    part = pl.col("stage").replace(
        {stage: pick(f"（{zh}部）", f" ({en})") for stage, (zh, en) in STAGE_WORDS.items()}
    )
    return frame.join(several, on="unit", how="left", maintain_order="left").with_columns(
        pl.when("among_stages")
        .then(pl.col("school_name") + part)
        .otherwise("school_name")
        .alias("subject")
    )


def _units(rule: Rule, evaluation: Evaluation) -> list[pl.Expr]:
    """operator, unit, shortfall_unit, excess_unit of one rule's findings."""
    kind = evaluation.kinds[rule.kind]
    operator, unit = kind.operator(rule), kind.unit(rule, evaluation.ruleset)
    over = pl.col("excess_unit")
    if rule.limit is not None and rule.limit.operator in UPPER:
        over = pl.coalesce(over, pl.lit(kind.measure(rule, evaluation.ruleset) or None, pl.String))
    return [
        pl.lit(operator, pl.String).alias("operator"),
        pl.lit(unit or None, pl.String).alias("unit"),
        pl.when(pl.col("shortfall").is_not_null()).then("shortfall_unit").alias("shortfall_unit"),
        pl.when(pl.col("excess").is_not_null()).then(over).alias("excess_unit"),
    ]


def _clean(name: str) -> pl.Expr:
    """A figure without the noise of its last binary digits: 29.9 ÷ 10 is 2.99; judged before.

    What is over a limit is a difference, whose noise is that of the figures subtracted.
    """
    if name == "excess":
        return pl.col(name).round(14)
    return pl.col(name).round_sig_figs(15)


def _columns(frame: pl.DataFrame, rule: Rule, order: int, level: str) -> pl.DataFrame:
    orders = {stage: place for place, stage in enumerate(COMPULSORY)}
    missing = pl.when(pl.col("status") == UNKNOWN).then(pl.col("lacks").fill_null(NO_WORDS))
    return frame.select(
        pl.col("county").cast(pl.UInt32).alias("_county"),
        pl.col("school").cast(pl.UInt32).alias("_school"),
        pl.col("stage").replace_strict(orders, default=None, return_dtype=pl.Int8).alias("_stage"),
        pl.lit(order).alias("_rule"),
        pl.lit(rule.id).alias("rule"),
        pl.lit(level).alias("level"),
        pl.lit(rule.role).alias("role"),
        pl.lit(rule.basis).alias("basis"),
        *KEY, "school_code", "school_name", "stage",
        status_name().alias("status"),
        _clean("value"), "operator", "threshold", "floor", "unit", "shortfall", "shortfall_unit",
        _clean("excess"), "excess_unit", "parts",
        missing.otherwise(NO_WORDS).alias("missing"),
        "warnings", "mean", "deviation",
        pl.lit(rule.layer).alias("layer"),
        pl.lit(rule.given_by_id or None, pl.String).alias("given_by"),
        "relaxed_by", "message",
    )  # fmt: skip
