"""What a verdict owes to the switches that are on: the same case without them, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from compliance.engine.units import beside
from compliance.kernel.submission import ERROR, PASS
from compliance.rules.language.model import Instead, Rule
from compliance.rules.language.ruleset import Ruleset

JOINT = ","  # between the names of several switches


def _replacements(rule: Rule) -> list[Instead]:
    """What switches that are on put in the place of a rule or of one of its parts."""
    return [*rule.instead, *(one for part in rule.parts for one in part.instead)]


def without(ruleset: Ruleset) -> Ruleset:
    """The rule set without its conditional replacements; rules that have none stay the same."""
    rules = {
        name: replace(
            rule, instead=(), parts=tuple(replace(part, instead=()) for part in rule.parts)
        )
        if _replacements(rule)
        else rule
        for name, rule in ruleset.rules.items()
    }
    return replace(ruleset, rules=rules)


def attributed(
    result: pl.DataFrame, normal: pl.DataFrame, members: Sequence[pl.DataFrame], may: Sequence[str]
) -> pl.DataFrame:
    """`result` with relaxed_by where it passes and `normal`, judged without relaxations, does not.

    A rule judged row by row says itself by which switch a row passes; one made of such rules passes
    only by a relaxation where it passes with them and not without.

    The switches named are those by which the subject's members pass; where none does although the
    figures changed, all that `may` matter. A normal judgement that broke says nothing.
    """
    key = key_of(result)
    before = normal.select(*key, pl.col("status").alias("_before"))
    names = pl.col("relaxed_by").str.split(JOINT).alias("_names")
    pieces = [
        one.filter(pl.col("relaxed_by").is_not_null()).select(*key, names)
        for one in (result.head(0), *members)  # without a row: no member may be of such subjects
        if set(key) <= set(one.columns)
    ]
    named = (
        pl.concat(pieces)
        .group_by(key, maintain_order=True)
        .agg(pl.col("_names").explode().drop_nulls().unique(maintain_order=True))
        .select(*key, pl.col("_names").list.join(JOINT))
    )
    missed = (pl.col("_before") < PASS) & (pl.col("_before") != ERROR)
    owing = (pl.col("status") == PASS) & missed
    names = pl.when(pl.col("_names") != "").then("_names").otherwise(pl.lit(JOINT.join(may)))
    return (
        beside(beside(result, before, key), named, key)
        .with_columns(pl.when(owing).then(names).alias("relaxed_by"))
        .drop("_before", "_names")
    )


def key_of(outcome: pl.DataFrame) -> list[str]:
    """The columns that tell the subjects of an outcome apart."""
    for narrow in ("unit", "school"):
        if narrow in outcome.columns:
            return [narrow]
    return ["county", "stage"] if "stage" in outcome.columns else ["county"]
