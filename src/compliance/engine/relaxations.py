"""What verdicts owe to relaxations: rules made of others, judged with and without them.

A rule judged row by row says itself by which switch a row passes (`compliance.engine.kinds.alternatives`). One
made of such rules passes only by a relaxation where it passes with them and not without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from compliance.kernel.submission import ERROR, PASS
from compliance.rules.language.model import Instead, Rule, Ruleset

JOINT = ","  # between the names of several switches


def replacements(rule: Rule) -> list[Instead]:
    """What switches that are on put in the place of a rule or of one of its parts."""
    return [*rule.instead, *(one for part in rule.parts for one in part.instead)]


def plain(ruleset: Ruleset) -> Ruleset:
    """The rule set without its conditional replacements; rules that have none stay the same."""
    rules = {
        name: replace(
            rule, instead=(), parts=tuple(replace(part, instead=()) for part in rule.parts)
        )
        if replacements(rule)
        else rule
        for name, rule in ruleset.rules.items()
    }
    return replace(ruleset, rules=rules)


def attributed(
    result: pl.DataFrame, normal: pl.DataFrame, members: Sequence[pl.DataFrame], may: Sequence[str]
) -> pl.DataFrame:
    """`result` with relaxed_by where it passes and `normal`, judged without relaxations, does not.

    The switches named are those by which the subject's members pass; where none does although the
    figures changed, all that `may` matter. A normal judgement that broke says nothing.
    """
    key = _key(result)
    before = normal.select(*key, pl.col("status").alias("_before"))
    pieces = [_named(member, key) for member in members if set(key) <= set(member.columns)]
    named = (
        pl.concat([_nobody(result, key), *pieces])
        .group_by(key, maintain_order=True)
        .agg(pl.col("_names").explode().drop_nulls().unique(maintain_order=True))
        .select(*key, pl.col("_names").list.join(JOINT))
    )
    missed = (pl.col("_before") < PASS) & (pl.col("_before") != ERROR)
    owing = (pl.col("status") == PASS) & missed
    names = pl.when(pl.col("_names") != "").then("_names").otherwise(pl.lit(JOINT.join(may)))
    return (
        result.join(before, on=key, how="left", maintain_order="left")
        .join(named, on=key, how="left", maintain_order="left")
        .with_columns(pl.when(owing).then(names).alias("relaxed_by"))
        .drop("_before", "_names")
    )


def _key(outcome: pl.DataFrame) -> list[str]:
    for narrow in ("unit", "school"):
        if narrow in outcome.columns:
            return [narrow]
    return ["county", "stage"] if "stage" in outcome.columns else ["county"]


def _nobody(result: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The columns of `_named` without a row: no member may have rows of the subject's own kind."""
    return result.head(0).select(*key, pl.lit(None, pl.List(pl.String)).alias("_names"))


def _named(member: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The switches that a member's rows owe their pass to."""
    names = pl.col("relaxed_by").str.split(JOINT).alias("_names")
    return member.filter(pl.col("relaxed_by").is_not_null()).select(*key, names)
