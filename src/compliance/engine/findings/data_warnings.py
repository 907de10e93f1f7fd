"""Warnings about figures, brought to the findings that rest on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.kernel.errors import Problem
from compliance.kernel.submission import COMPULSORY, NO_WORDS
from compliance.rules.language.model import Rule


@dataclass(frozen=True)
class Doubts:
    """The warnings about figures. Many name the same facts: those stand once, as a set.

    about: county, _code (school), code, _set. named: _set, fact, _of (the fact's stage). stages:
    county, _code, _stage of every unit.
    """

    about: pl.DataFrame
    named: pl.DataFrame
    stages: pl.DataFrame

    def of(self, rule: Rule) -> pl.DataFrame:
        """Those about facts that a rule rests on: county, _code, code, _of.

        One about a fact that the stages share stands once for each stage of the school.
        """
        named = self.named.filter(pl.col("fact").is_in(rule.facts))
        found = self.about.join(named.select("_set", "_of").unique(), on="_set")
        return (
            found.join(self.stages, on=["county", "_code"], how="left")
            .select("county", "_code", "code", pl.coalesce("_of", "_stage").alias("_of"))
            .unique()
        )


def table(problems: Sequence[Problem], evaluation: Evaluation) -> Doubts | None:
    """The warnings that name facts, of the counties judged; None without any."""
    warned = [p for p in problems if p.severity == "warning" and p.county_code and p.facts]
    if not warned:
        return None
    sets = {facts: n for n, facts in enumerate(dict.fromkeys(p.facts for p in warned))}
    given = pl.DataFrame(
        [(p.county_code, p.year, p.school_code, p.code, sets[p.facts]) for p in warned],
        schema={
            "county_code": pl.String,
            "year": pl.Int32,
            "_code": pl.String,
            "code": pl.String,
            "_set": pl.Int64,
        },
        orient="row",
    )
    known = evaluation.frames.county.select("county", pl.col("year").alias("_year"), "county_code")
    about = given.join(known, on="county_code").filter(
        pl.col("year").is_null() | (pl.col("year") == pl.col("_year"))
    )
    named = pl.DataFrame(
        [(number, fact) for facts, number in sets.items() for fact in facts],
        schema={"_set": pl.Int64, "fact": pl.String},
        orient="row",
    ).with_columns(pl.col("fact").str.extract(f"^({'|'.join(COMPULSORY)})_", 1).alias("_of"))
    stages = evaluation.frames.unit.select(
        "county", pl.col("school_code").alias("_code"), pl.col("stage").alias("_stage")
    )
    return Doubts(about.select("county", "_code", "code", "_set"), named, stages)


def concerning(rule: Rule, frame: pl.DataFrame, doubts: Doubts | None) -> pl.Series | pl.Expr:
    """The codes of the warnings about figures that each finding of a rule rests on.

    A warning about a school concerns the school's findings and the county's; one about a whole
    column or the county concerns all of them. A fact of a stage concerns that stage; what the
    stages share, the stages that the school has.
    """
    if doubts is None:
        return NO_WORDS.alias("warnings")
    concerned = doubts.of(rule)
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
