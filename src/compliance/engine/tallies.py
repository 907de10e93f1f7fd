"""Tallies: counts and sums declared in a pack and made available as facts of a wider scope.

    [tally.x] scope="school" count="list fact" at_least=96 or="count fact"
    [tally.x] scope="school" sum="stem" from="unit" [times="stem"]
    [tally.x] scope="county" sum="fact" from="unit|school" [where] [stage] [unless] [also] [or]

Each tally adds three columns to its frame: its value (null where any figure it needs is missing),
`<name>__missing` (the facts missing, by the names of the contract) and, for products, `<name>__terms`
(the factors, from which `compliance.engine.exact_arithmetic` computes exactly).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from compliance.engine.units import TOGETHER, Frames, beside, each_once
from compliance.kernel.submission import COMPULSORY, NO_WORDS, STAGES
from compliance.rules.language import conditions
from compliance.rules.language.model import Tally

MISSING = "__missing"
TERMS = "__terms"


def count(frames: Frames, tallies: Iterable[Tally]) -> Frames:
    """The frames with every tally's columns added; school tallies first, counties build on them."""
    for scope in ("school", "county"):
        for tally in tallies:
            if tally.scope == scope:
                frames = frames.with_frame(scope, _added(frames, tally))
    return frames


def contract_name(frames: Frames, scope: str, fact: str) -> pl.Expr:
    """How a column of a frame is called in the contract: a unit's stem gets its stage back."""
    if scope == "unit" and fact in frames.staged:
        return pl.format("{}_{}", pl.col("stage"), pl.lit(fact))
    return pl.lit(fact)


def missing_facts(frames: Frames, scope: str, facts: Iterable[str]) -> pl.Expr:
    """A list column: which of `facts` are missing in each row, by the names of the contract."""
    known = frames.of(scope).columns
    pieces = []
    for fact in dict.fromkeys(facts):
        if f"{fact}{MISSING}" in known:
            pieces.append(pl.col(f"{fact}{MISSING}"))
        elif fact == TOGETHER and scope != "county":
            pieces += [_blank(pl.col(f"_{s}"), pl.lit(f"{s}_students")) for s in COMPULSORY]
        else:
            name = contract_name(frames, scope, fact)
            pieces.append(_blank(_column(fact, scope), name))
    return each_once(*pieces) if pieces else NO_WORDS


def _blank(column: pl.Expr, name: pl.Expr) -> pl.Expr:
    return pl.when(column.is_null()).then(pl.concat_list(name)).otherwise(NO_WORDS)


def open_facts(frames: Frames, scope: str, where: conditions.Where) -> pl.Expr:
    """A list column: the missing facts that leave a condition open; of alternatives, the open ones'."""
    if isinstance(where, Mapping):
        return missing_facts(frames, scope, conditions.facts(where))
    pieces = [
        pl.when(conditions.matches(one).is_null())
        .then(missing_facts(frames, scope, conditions.facts(one)))
        .otherwise(NO_WORDS)
        for one in where
    ]
    return each_once(*pieces)


def _column(fact: str, scope: str) -> pl.Expr:
    """Where a fact stands in a frame: at units, the pupils of other stages are helper columns."""
    stage = fact.removesuffix("_students")
    return pl.col(f"_{stage}") if scope == "unit" and stage in STAGES else pl.col(fact)


def _added(frames: Frames, tally: Tally) -> pl.DataFrame:
    settings = tally.settings
    if "count" in settings:
        return frames.school.with_columns(*_counted(tally.name, settings))
    if tally.scope == "school":
        sums = _summed_units(frames, tally.name, settings)
        return beside(frames.school, sums, "school").with_columns(
            pl.col(tally.name).fill_null(pl.when(pl.col("stages") == 0).then(0.0).otherwise(None)),
            pl.col(f"{tally.name}{MISSING}").fill_null(NO_WORDS),
        )
    return _county_tally(frames, tally.name, settings)


def _counted(name: str, settings: Mapping[str, Any]) -> Iterable[pl.Expr]:
    """Items of a list fact that reach a size; where there is no list, counts given instead."""
    listed = pl.col(settings["count"])
    least = float(settings["at_least"])
    reached = listed.list.eval((pl.element() >= least).cast(pl.UInt32)).list.sum().cast(pl.Float64)
    counted = pl.when(listed.is_not_null()).then(reached)
    given = settings.get("or", [])
    others = [given] if isinstance(given, str) else list(given)
    value = counted.otherwise(pl.sum_horizontal(*others, ignore_nulls=False) if others else None)
    yield value.alias(name)
    missing = pl.lit([settings["count"]], dtype=pl.List(pl.String))
    yield pl.when(value.is_null()).then(missing).otherwise(NO_WORDS).alias(f"{name}{MISSING}")


def _summed_units(frames: Frames, name: str, settings: Mapping[str, Any]) -> pl.DataFrame:
    """A sum over a school's units, of a fact or of a product of two."""
    fact, times = settings["sum"], settings.get("times")
    needed = [fact, times] if times else [fact]
    value = pl.col(fact) * pl.col(times) if times else pl.col(fact)
    rows = frames.unit.with_columns(
        value.alias("_value"), missing_facts(frames, "unit", needed).alias("_missing")
    )
    known = ~pl.col("_value").is_null().any()
    missing = pl.col("_missing").explode().drop_nulls().unique(maintain_order=True)
    columns = [
        pl.when(known).then(pl.col("_value").sum()).alias(name),
        missing.alias(f"{name}{MISSING}"),
    ]
    if times:
        factors = pl.struct(pl.col(fact).alias("a"), pl.col(times).alias("b"))
        columns.append(factors.alias(f"{name}{TERMS}"))
    return rows.group_by("school", maintain_order=True).agg(*columns)


def _county_tally(frames: Frames, name: str, settings: Mapping[str, Any]) -> pl.DataFrame:
    sums = _summed(frames, name, settings)
    county = beside(frames.county, sums, "county").with_columns(
        pl.col("_rows").fill_null(0), pl.col("_blank").fill_null(0)
    )
    value: pl.Expr = pl.when(pl.col("_blank") == 0).then(pl.col("_sum").fill_null(0.0))
    blank = pl.col("_missing").fill_null(NO_WORDS)
    total = settings.get("or")
    if total:
        none_given = (pl.col("_blank") == pl.col("_rows")) & (pl.col("_rows") > 0)
        use_total = none_given & pl.col(total).is_not_null()
        value = pl.when(use_total).then(pl.col(total)).otherwise(value)
        blank = pl.when(use_total).then(NO_WORDS).otherwise(blank)
    county = county.with_columns(value.alias(name), blank.alias(f"{name}{MISSING}")).drop(
        "_sum", "_rows", "_blank", "_missing"
    )
    if "also" in settings:
        return _with_another(replace(frames, county=county), name, settings["also"])
    return county


def _with_another(frames: Frames, name: str, also: Mapping[str, Any]) -> pl.DataFrame:
    """The tally plus a second sum, null where either is."""
    other = f"_{name}"
    return (
        _county_tally(frames, other, also)
        .with_columns(
            (pl.col(name) + pl.col(other)).alias(name),
            each_once(f"{name}{MISSING}", f"{other}{MISSING}").alias(f"{name}{MISSING}"),
        )
        .drop(other, f"{other}{MISSING}")
    )


def _summed(frames: Frames, name: str, settings: Mapping[str, Any]) -> pl.DataFrame:
    """Per county: the sum of the rows that count, how many count, how many of them are blank."""
    scope, fact = settings["from"], settings["sum"]
    where = dict(settings.get("where", {}))
    if "stage" in settings:
        where["stage"] = settings["stage"]
    rows = frames.of(scope).with_columns(conditions.matches(where).alias("_counts"))
    rows = rows.filter(pl.col("_counts").fill_null(value=True))
    if settings.get("unless"):
        rows = rows.filter(~conditions.matches(settings["unless"]).fill_null(value=False))
    rows = rows.with_columns(
        pl.when(pl.col("_counts")).then(pl.col(fact)).alias("_value"),
        missing_facts(frames, scope, [fact, *where]).alias("_missing"),
    )
    return rows.group_by("county", maintain_order=True).agg(
        pl.col("_value").sum().alias("_sum"),
        pl.len().alias("_rows"),
        pl.col("_value").is_null().sum().alias("_blank"),
        pl.col("_missing").explode().drop_nulls().unique(maintain_order=True),
    )
