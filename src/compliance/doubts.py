"""Warnings about figures, brought to the findings that rest on them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.engine import Bench
from compliance.errors import Problem
from compliance.model import COMPULSORY, NO_WORDS
from compliance.rule import Rule


def table(problems: Sequence[Problem], bench: Bench) -> pl.DataFrame | None:
    """The warnings as a table: county, _code (school), fact, code, _of (stage); None without any."""
    rows = [
        (p.county_code, p.year, p.school_code, fact, p.code)
        for p in problems
        if p.severity == "warning" and p.county_code
        for fact in p.facts
    ]
    if not rows:
        return None
    doubts = pl.DataFrame(
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
    doubts = doubts.join(named, on="county_code").filter(
        pl.col("year").is_null() | (pl.col("year") == pl.col("_year"))
    )
    return _by_stage(bench, doubts)


def concerning(rule: Rule, frame: pl.DataFrame, doubts: pl.DataFrame | None) -> pl.Series | pl.Expr:
    """The codes of the warnings about figures that each finding of a rule rests on.

    A warning about a school concerns the school's findings and the county's; one about a whole
    column or the county concerns all of them. A fact of a stage concerns that stage; what the
    stages share, the stages that the school has.
    """
    if doubts is None:
        return NO_WORDS.alias("warnings")
    concerned = doubts.filter(pl.col("fact").is_in(rule.facts))
    if concerned.is_empty():
        return NO_WORDS.alias("warnings")
    keys = frame.with_row_index("_row").select("_row", "county", "stage", "school_code")
    hits = _hits(keys, concerned).filter(
        pl.col("stage").is_null() | pl.col("_of").is_null() | (pl.col("stage") == pl.col("_of"))
    )
    codes = hits.group_by("_row").agg(pl.col("code").unique().sort().alias("warnings"))
    joined = keys.join(codes, on="_row", how="left", maintain_order="left")
    return joined.select(pl.col("warnings").fill_null(NO_WORDS)).to_series()


def _hits(keys: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Findings with the doubts of their school and county, stage not yet looked at."""
    wanted = ["_row", "stage", "_of", "code"]
    if keys["school_code"].null_count() == keys.height:
        return keys.join(doubts, on="county").select(wanted)
    own = keys.join(doubts, left_on=["county", "school_code"], right_on=["county", "_code"]).select(
        wanted
    )
    everyone = doubts.filter(pl.col("_code").is_null())
    return pl.concat([own, keys.join(everyone, on="county").select(wanted)])


def _by_stage(bench: Bench, doubts: pl.DataFrame) -> pl.DataFrame:
    """Each doubt with the stage it is about; one about a shared fact, once for each stage."""
    named = pl.col("fact").str.extract(f"^({'|'.join(COMPULSORY)})_", 1)
    doubts = doubts.with_columns(named.alias("_of"))
    stages = bench.frames.unit.select(
        "county", pl.col("school_code").alias("_code"), pl.col("stage").alias("_stage")
    )
    shared = doubts.join(stages, on=["county", "_code"], how="left").with_columns(
        pl.coalesce("_of", "_stage").alias("_of")
    )
    return shared.select("county", "_code", "fact", "code", "_of").unique(maintain_order=True)
