"""The units that a coefficient measures, and their mean and squared deviation, exactly.

    X̄ = Σ P·x ÷ Σ P,  S² = Σ P·(x − X̄)² ÷ Σ P

x is a unit's indicator value, P its pupils. A coefficient is of a rule (`of`), whose exclusions and
relaxations then hold, or of an indicator of its own; its own `exclude` and `where` choose among the
units.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Evaluation
from compliance.kernel.submission import NO_WORDS
from compliance.rules.language import conditions
from compliance.rules.language.model import Rule

PUPILS = "students"


def measured(rule: Rule, evaluation: Evaluation, frame: pl.DataFrame) -> pl.DataFrame:
    """The units of `frame` that count, or may: unit, county, stage, value, lacks, way and pupils.

    A unit of which cannot be told whether it counts has no value, and lacks the facts that say so.
    """
    if rule.indicator is None:
        measured = evaluation.outcome(member_of(rule, evaluation).id).select(
            "unit", "value", "lacks", "way"
        )
        units = frame.join(measured, on="unit", how="inner", maintain_order="left")
    else:
        units = _valued(rule.indicator, frame, evaluation)
    units = units.select("unit", "county", "stage", "value", "lacks", "way", PUPILS)
    if not rule.exclude and not rule.where:
        return units
    chosen = _chosen(rule, frame, evaluation)
    open_facts = pl.when(pl.col("_counts").is_null()).then("_open").otherwise(NO_WORDS)
    return units.join(chosen, on="unit", how="inner", maintain_order="left").with_columns(
        pl.when("_counts").then("value").alias("value"),
        pl.concat_list(open_facts, "lacks").list.unique(maintain_order=True).alias("lacks"),
    )


def member_of(rule: Rule, evaluation: Evaluation) -> Rule:
    """The rule that a coefficient is of."""
    if len(rule.of) != 1:
        raise ValueError("dispersion needs `of` one rule, or an indicator")
    return evaluation.ruleset.rules[rule.of[0]]


def own_frame(rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
    """The units that the pupils and figures are taken from."""
    owner = rule if rule.indicator is not None else member_of(rule, evaluation)
    return evaluation.frames_of(owner).unit


def _valued(indicator: str, frame: pl.DataFrame, evaluation: Evaluation) -> pl.DataFrame:
    """The frame with an indicator's value, of the first of its chain whose facts are there."""
    chain = exact_arithmetic.chain(
        indicator, evaluation.ruleset.indicators, evaluation.frames, "unit"
    )
    lacks = [one.lacks(evaluation.frames, "unit") for one in chain]
    complete = pl.any_horizontal(*(one.list.len() == 0 for one in lacks))
    return frame.with_columns(
        pl.coalesce(*(one.value for one in chain)).alias("value"),
        pl.when(complete).then(NO_WORDS).otherwise(pl.concat_list(lacks)).alias("lacks"),
        pl.lit(None, pl.UInt8).alias("way"),
    )


def _chosen(rule: Rule, frame: pl.DataFrame, evaluation: Evaluation) -> pl.DataFrame:
    """The units that the rule's own exclusions and `where` leave: _counts (null: open), _open."""
    outs = [evaluation.ruleset.exclusions[reason].where for reason in rule.exclude]
    tests = [~conditions.matches(out) for out in outs]
    tests += [conditions.matches(rule.where)] if rule.where else []
    asked = [*outs, *([rule.where] if rule.where else [])]
    missing = [
        pl.when(test.is_null())
        .then(tallies.open_facts(evaluation.frames, "unit", where))
        .otherwise(NO_WORDS)
        for test, where in zip(tests, asked, strict=True)
    ]
    counted = frame.select(
        "unit", pl.all_horizontal(*tests).alias("_counts"), pl.concat_list(missing).alias("_open")
    )
    return counted.filter(pl.col("_counts").fill_null(value=True))


def moments_exactly(
    rule: Rule, evaluation: Evaluation, county: object, stage: object
) -> tuple[Fraction, Fraction]:
    """X̄ and S² of one county's stage, exactly; each unit by the way that gave its value.

    Raises ValueError where a unit has no value.
    """
    pairs = [(weight, value) for _, weight, value in units_exactly(rule, evaluation, county, stage)]
    total = sum((weight for weight, _ in pairs), Fraction(0))
    mean = sum((weight * value for weight, value in pairs), Fraction(0)) / total
    variance = sum((weight * (value - mean) ** 2 for weight, value in pairs), Fraction(0)) / total
    return mean, variance


def units_exactly(
    rule: Rule, evaluation: Evaluation, county: object, stage: object
) -> list[tuple[exact_arithmetic.Row, Fraction, Fraction]]:
    """The units of one county's stage that count: their rows, with `way`; pupils; values.

    Raises ValueError where a unit has no value.
    """
    chains = ways(rule, evaluation)
    here = (pl.col("county") == county) & (pl.col("stage") == stage)
    frame = own_frame(rule, evaluation).filter(here)
    units = measured(rule, evaluation, frame).select("unit", "way")
    found: list[tuple[exact_arithmetic.Row, Fraction, Fraction]] = []
    for unit in units.join(frame, on="unit", maintain_order="left").iter_rows(named=True):
        value = exact_arithmetic.first_exact(chains[unit["way"] or 0], unit)
        weight = exact_arithmetic.typed(unit[PUPILS])
        if value is None or weight is None:
            raise ValueError("a unit without a value has a coefficient")
        found.append((unit, weight, value))
    return found


def ways(rule: Rule, evaluation: Evaluation) -> list[list[exact_arithmetic.Quantity]]:
    """The quantities a unit's value may come from: the indicator's, then what stands instead."""
    holder = rule if rule.indicator is not None else member_of(rule, evaluation)
    if holder.indicator is None:
        raise ValueError(f"{holder.id} has no indicator")
    names = [holder.indicator, *(one.indicator or holder.indicator for one in holder.instead)]
    known = evaluation.ruleset.indicators
    return [exact_arithmetic.chain(name, known, evaluation.frames, "unit") for name in names]
