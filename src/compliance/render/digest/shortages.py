"""Which schools fall short, and how much is missing in all: counted in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from compliance.rules.language.model import Rule

_WEIGHTS = ("required", "pending", "advised")
_THING = ("rule", "name", "unit", "over")


@dataclass(frozen=True, slots=True)
class Miss:
    """A school that falls short: stage (or "") -> ids of the rules it misses."""

    school_code: str
    school_name: str
    rules: Mapping[str, tuple[str, ...]]
    count: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing in all of one thing, `schools` of them lacking it.

    name: the part's name where the rule has several, else "". weight: ``required`` where the
    verdict needs it, ``pending`` where it hangs on missing figures, ``advised`` where the unit
    passes all the same, ``excess`` for what is over an upper limit.
    """

    rule: str
    name: str
    weight: str
    amount: float
    unit: str
    schools: int


def missed(deciding: pl.DataFrame, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """Failing findings of schools and units, in order, with the column `weight`.

    A component that fails in a unit which passes all the same is only ``advised``. The unit's own
    rule is left out: its components say what is wrong.
    """
    gates = {
        part: rule.id
        for rule in rules.values()
        if rule.level == "unit" and rule.role == "requirement"
        for part in rule.of
    }
    whole = list(set(gates.values()))
    outcome = deciding.filter(pl.col("rule").is_in(whole)).select(
        pl.col("rule").alias("gate"), "school_code", "stage", pl.col("status").alias("outcome")
    )
    weight = (
        pl.when(pl.col("outcome").is_null() | (pl.col("outcome") == "fail"))
        .then(pl.lit("required"))
        .when(pl.col("outcome") == "pass")
        .then(pl.lit("advised"))
        .otherwise(pl.lit("pending"))
    )
    gate = pl.col("rule").replace_strict(gates, default=None, return_dtype=pl.String)
    return (
        deciding.filter(
            (pl.col("status") == "fail")
            & (pl.col("level") != "county")
            & ~pl.col("rule").is_in(whole)
        )
        .with_columns(gate.alias("gate"))
        .join(
            outcome, on=["gate", "school_code", "stage"], how="left", maintain_order="left",
            nulls_equal=True,
        )
        .with_columns(weight.alias("weight"))
    )  # fmt: skip


def misses(short: pl.DataFrame) -> tuple[Miss, ...]:
    """The schools that fall short, the one with most misses first."""
    school = ["school_code", "school_name"]
    staged = (
        short.filter(pl.col("weight") == "required")
        .group_by(*school, pl.col("stage").fill_null(""), maintain_order=True)
        .agg("rule")
    )
    by_school = staged.group_by(school, maintain_order=True).agg(
        "stage", "rule", pl.col("rule").list.len().sum().alias("count")
    )
    by_school = by_school.sort("count", descending=True, maintain_order=True)
    return tuple(
        Miss(
            row["school_code"],
            row["school_name"],
            {stage: tuple(ids) for stage, ids in zip(row["stage"], row["rule"], strict=True)},
            row["count"],
        )
        for row in by_school.iter_rows(named=True)
    )


def shortages(short: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Shortage, ...]:
    """Totals a rule and part: people and rooms summed, what stages share taken once a school."""
    shared = [key for key, rule in rules.items() if rule.shared]
    lacking = pl.concat([_own(short), _of_parts(short), _over(short)])
    each = [
        pl.col("amount").filter(pl.col("weight") == weight)
        for weight in _WEIGHTS
    ]  # fmt: skip
    is_shared = pl.col("rule").is_in(shared)
    wide = lacking.group_by(*_THING, "school_code").agg(
        pl.when(is_shared.first()).then(one.max().fill_null(0)).otherwise(one.sum()).alias(weight)
        for weight, one in zip(_WEIGHTS, each, strict=True)
    )
    # Of a shared thing, what the failing stage is given serves the other stage too.
    required, pending, advised = (pl.col(weight) for weight in _WEIGHTS)
    beyond = pl.max_horizontal(required, pending)
    wide = wide.with_columns(
        pl.when(is_shared).then((pending - required).clip(0)).otherwise(pending).alias("pending"),
        pl.when(is_shared).then((advised - beyond).clip(0)).otherwise(advised).alias("advised"),
    )
    return _totals(wide, rules)


def _amounts(name: pl.Expr, unit: pl.Expr, amount: pl.Expr, over: bool) -> list[pl.Expr | str]:
    return [
        "rule",
        "school_code",
        "weight",
        name.alias("name"),
        unit.fill_null("").alias("unit"),
        pl.lit(over).alias("over"),
        amount.alias("amount"),
    ]


def _lacking(parts: pl.Expr) -> pl.Expr:
    return (parts.struct.field("shortfall") > 0) & (parts.struct.field("status") == "fail")


def _own(short: pl.DataFrame) -> pl.DataFrame:
    """Shortfalls of rules without parts, or whose parts name none of their own."""
    of_parts = pl.col("parts").list.eval(_lacking(pl.element())).list.any().fill_null(value=False)
    return short.filter((pl.col("shortfall") > 0) & ~of_parts).select(
        _amounts(pl.lit(""), pl.col("shortfall_unit"), pl.col("shortfall"), over=False)
    )


def _of_parts(short: pl.DataFrame) -> pl.DataFrame:
    part = pl.col("parts").struct
    return (
        short.select("rule", "school_code", "weight", "parts")
        .explode("parts")
        .filter(_lacking(pl.col("parts")))
        .select(
            _amounts(
                part.field("name"), part.field("shortfall_unit"), part.field("shortfall"),
                over=False,
            )
        )
    )  # fmt: skip


def _over(short: pl.DataFrame) -> pl.DataFrame:
    return short.filter(pl.col("excess") > 0).select(
        _amounts(pl.lit(""), pl.col("excess_unit"), pl.col("excess"), over=True)
    )


def _totals(wide: pl.DataFrame, rules: Mapping[str, Rule]) -> tuple[Shortage, ...]:
    order = {key: place for place, key in enumerate(rules)}
    total = (
        wide.unpivot(_WEIGHTS, index=_THING, variable_name="weight", value_name="amount")
        .filter(pl.col("amount") > 0)
        .group_by(*_THING, "weight")
        .agg(pl.col("amount").sum(), pl.len().alias("schools"))
    )
    made = [
        Shortage(
            rule=row["rule"],
            name=row["name"],
            weight="excess" if row["over"] else row["weight"],
            amount=round(row["amount"], 2),
            unit=row["unit"],
            schools=row["schools"],
        )
        for row in total.iter_rows(named=True)
    ]
    return tuple(sorted(made, key=lambda one: (order.get(one.rule, 0), one.name, one.weight)))
