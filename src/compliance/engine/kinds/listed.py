"""listed: every entry of a county's list meets the limits set for its fields; none is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Bench, Kind, part
from compliance.kernel.i18n import pick
from compliance.kernel.submission import FAIL, NO_WORDS, PASS, UNKNOWN
from compliance.rules.language import parse
from compliance.rules.language.model import Rule


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a county; a part for every field of every entry, in the order given."""
    table = rule.of[0]
    each = rule.settings["each"]
    if not isinstance(each, list):
        raise TypeError("each")
    entries = getattr(bench.submission, table).join(
        bench.frames.county.select("county", "county_code", "year"),
        on=["county_code", "year"],
        how="inner",
        maintain_order="left",
    )
    entries = entries.with_row_index("_entry")
    fields = [_judged(entries, place, test) for place, test in enumerate(each)]
    every = pl.concat(fields).sort("_entry", "_place", maintain_order=True)
    grouped = every.group_by("county", maintain_order=True).agg(
        pl.col("status").min(),
        pl.col("part").alias("parts"),
        pl.col("lack").drop_nulls().unique(maintain_order=True).alias("lacks"),
    )
    nothing = pl.lit([table], dtype=pl.List(pl.String))
    return (
        bench.frames.county.select("county")
        .join(grouped, on="county", how="left", maintain_order="left")
        .with_columns(
            pl.col("status").fill_null(UNKNOWN).cast(pl.UInt8),
            pl.when(pl.col("status").is_null())
            .then(nothing)
            .otherwise(pl.col("lacks").fill_null(NO_WORDS))
            .alias("lacks"),
        )
    )


def _judged(entries: pl.DataFrame, place: int, test: Mapping[str, Any]) -> pl.DataFrame:
    limit = parse.limit(test)
    if limit is None:
        raise ValueError(f"no limit for {test['field']}")
    field, bar = str(test["field"]), float(limit.table[""])
    met = exact_arithmetic.meets(pl.col(field), limit.operator, pl.lit(bar))
    status = pl.when(met.is_null()).then(UNKNOWN).when(met).then(PASS).otherwise(FAIL)
    title = pick(str(test.get("name", field)), str(test.get("name_en", "")))
    return entries.with_columns(status.cast(pl.UInt8).alias("status")).select(
        "county",
        "_entry",
        pl.lit(place).alias("_place"),
        "status",
        pl.when(pl.col(field).is_null()).then(pl.lit(f"monitoring.{field}")).alias("lack"),
        part(
            _name(title),
            value=pl.col(field),
            operator=pl.lit(limit.operator),
            threshold=pl.lit(bar),
        ).alias("part"),
    )


def _name(title: str) -> pl.Expr:
    subject = pl.col("subject").fill_null("")
    grade = pl.col("grade").fill_null("")
    return pl.format("{}{} {}", subject, grade, pl.lit(title))


KIND = Kind(evaluate, frozenset({"each"}))
