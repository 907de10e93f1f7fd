"""From outcomes to findings: every rule for every subject, in codes and figures, not yet in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.engine.evaluate import JOINT, Evaluation, by_county, completed
from compliance.engine.findings import data_warnings
from compliance.engine.kinds.kind import Kind
from compliance.kernel.errors import Problem
from compliance.kernel.submission import COMPULSORY, FAIL, KEY, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language.model import Rule, Ruleset


@dataclass(frozen=True)
class Group:
    """The findings of one rule, of one level.

    table: a row a subject with the columns of RESULTS (status a number; parts, units and rules by
    their names in the pack), KEY, county_name, school_code, school_name, stage, among_stages (the
    school has other stages), warnings (codes), and their place in the order of the contract:
    _county, _school, _stage, _rule. whole: of the county, of a rule about schools.
    """

    rule: Rule
    table: pl.DataFrame
    whole: bool = False


@dataclass(frozen=True)
class Findings:
    """Every finding of one rule set, as `compliance.assessment.messages` words them."""

    ruleset: Ruleset
    kinds: Mapping[str, Kind]
    groups: tuple[Group, ...]


def findings(
    evaluation: Evaluation, problems: Sequence[Problem] = (), only: Collection[str] | None = None
) -> Findings:
    """Every rule (or those of `only`) for every subject; problems: what may make figures doubtful."""
    return Findings(
        evaluation.ruleset, evaluation.kinds, tuple(_groups(evaluation, problems, only))
    )


def _groups(
    evaluation: Evaluation, problems: Sequence[Problem], only: Collection[str] | None
) -> Iterator[Group]:
    doubtful = data_warnings.table(problems, evaluation)
    for order, rule in enumerate(evaluation.ruleset.rules.values()):
        if only is not None and rule.id not in only:
            continue
        outcome = evaluation.outcome(rule.id)
        yield Group(rule, _placed(_identified(evaluation, outcome), rule, order, doubtful))
        if rule.rolls_up:
            table = _identified(evaluation, _rolled_up(evaluation, outcome))
            yield Group(rule, _placed(table, rule, order, doubtful), whole=True)


def _rolled_up(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """A school rule's outcome for the counties; over_count: schools that fail."""
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
    return completed(
        states.with_columns(
            pl.when((pl.col("status") == PASS) & (owed != "")).then(owed).alias("relaxed_by")
        )
    )


def _identified(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """The outcome with the names of its subject."""
    county = evaluation.frames.county.select("county", *KEY, "county_name")
    frame = outcome.join(county, on="county", how="left", maintain_order="left")
    absent = {
        "school": pl.UInt32,
        "school_code": pl.String,
        "school_name": pl.String,
        "stage": pl.String,
        "among_stages": pl.Boolean,
    }
    if "school" in outcome.columns:
        school = evaluation.frames.school.select("school", "school_code", "school_name")
        frame = frame.join(school, on="school", how="left", maintain_order="left")
    if "unit" in outcome.columns:
        several = evaluation.frames.unit.select("unit", "among_stages")
        frame = frame.join(several, on="unit", how="left", maintain_order="left")
    return frame.with_columns(
        pl.lit(None, dtype).alias(name)
        for name, dtype in absent.items()
        if name not in frame.columns
    )


def _placed(
    frame: pl.DataFrame, rule: Rule, order: int, doubtful: data_warnings.Doubts | None
) -> pl.DataFrame:
    """The findings with the warnings they rest on, and where they stand among all."""
    orders = {stage: place for place, stage in enumerate(COMPULSORY)}
    missing = pl.when(pl.col("status") == UNKNOWN).then(pl.col("lacks").fill_null(NO_WORDS))
    return frame.with_columns(
        data_warnings.concerning(rule, frame, doubtful),
        missing.otherwise(NO_WORDS).alias("missing"),
        pl.col("county").cast(pl.UInt32).alias("_county"),
        pl.col("school").cast(pl.UInt32).alias("_school"),
        pl.col("stage").replace_strict(orders, default=None, return_dtype=pl.Int8).alias("_stage"),
        pl.lit(order).alias("_rule"),
    )
