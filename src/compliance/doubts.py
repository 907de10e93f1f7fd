"""Warnings about figures, brought to the findings that rest on them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.engine import Bench
from compliance.errors import Problem
from compliance.model import COMPULSORY
from compliance.rule import Rule
from compliance.rule_facts import facts_of

_NONE = pl.lit([], dtype=pl.List(pl.String))


def table(problems: Sequence[Problem], bench: Bench) -> pl.DataFrame | None:
    """The warnings as a table: county, school code, fact, code; None where there are none."""
    rows = [
        (p.county_code, p.year, p.school_code, fact, p.code)
        for p in problems
        if p.severity == "warning" and p.county_code
        for fact in p.facts
    ]
    if not rows:
        return None
    table = pl.DataFrame(
        rows,
        schema={
            "county_code": pl.String,
            "year": pl.Int32,
            "_code": pl.String,
            "fact": pl.String,
            "code": pl.String,
        },
        orient="row",
    )
    named = bench.frames.county.select("county", pl.col("year").alias("_year"), "county_code")
    return table.join(named, on="county_code").filter(
        pl.col("year").is_null() | (pl.col("year") == pl.col("_year"))
    )


def concerning(
    bench: Bench, rule: Rule, frame: pl.DataFrame, doubts: pl.DataFrame | None
) -> pl.Series | pl.Expr:
    """The codes of the warnings about figures that a finding rests on."""
    if doubts is None:
        return _NONE.alias("warnings")
    facts = facts_of(rule, bench.ruleset)
    staged = [f"{s}_{fact}" for s in COMPULSORY for fact in facts if fact in bench.frames.staged]
    concerned = doubts.filter(pl.col("fact").is_in([*facts, *staged]))
    if concerned.is_empty():
        return _NONE.alias("warnings")
    stage = pl.col("fact").str.extract(f"^({'|'.join(COMPULSORY)})_", 1)
    concerned = concerned.with_columns(stage.alias("_of"))
    by_school = "school" in frame.columns and frame["school"].null_count() < frame.height
    keys = frame.with_row_index("_row").select("_row", "county", "stage", "school_code")
    left = ["county", "school_code"] if by_school else ["county"]
    right = ["county", "_code"] if by_school else ["county"]
    hits = keys.join(concerned, left_on=left, right_on=right, how="inner")
    hits = hits.filter(
        pl.col("stage").is_null() | pl.col("_of").is_null() | (pl.col("stage") == pl.col("_of"))
    )
    codes = hits.group_by("_row").agg(pl.col("code").unique().sort().alias("warnings"))
    joined = keys.join(codes, on="_row", how="left", maintain_order="left")
    return joined.select(pl.col("warnings").fill_null(_NONE)).to_series()
