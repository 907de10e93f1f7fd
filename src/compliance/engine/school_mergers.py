"""Schools added to the one they name, for the rules that a switch lists.

Pupils and resources are added up, school by school, and the stages unfolded anew; a figure that is
missing in either school is missing in the sum. What a school has no pupils for adds nothing. What two
schools do not have the sum of (a code, a length, a percentage) stays the main school's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from compliance.engine.units import Frames, presence, unfold
from compliance.kernel.submission import COMPULSORY, KEY, STAGES
from compliance.rules.language import conditions
from compliance.rules.language.model import Rule, Ruleset

REASON = "merged_into_main_school"
_IDENTITY = ("school", *KEY, "school_code", "school_name")


@dataclass(frozen=True)
class Merger:
    """The frames with some schools added to others, and which.

    rules: the ids it holds for, also through the variants of these rules. frames: units keep the
    numbers they have in the frames of everyone else. absorbed: the schools that are no units of
    their own; left: those that would be, but name no school they could be added to. Both have the
    columns school, county_code, year, school_code, school_name.
    """

    rules: frozenset[str]
    frames: Frames
    absorbed: pl.DataFrame
    left: pl.DataFrame

    def concerns(self, rule: Rule) -> bool:
        """Whether the rule is judged on the added figures."""
        return rule.id in self.rules or rule.of_base in self.rules


def merger(frames: Frames, ruleset: Ruleset, amounts: Sequence[str]) -> Merger | None:
    """What the switch that is on adds up; None where none does.

    amounts: the facts of a school that are added. No two switches merge at once: `turned_on` refuses.
    """
    merges = [ruleset.switches[name].merge for name in ruleset.switched if name in ruleset.switches]
    merge = next((merge for merge in merges if merge), None)
    if merge is None:
        return None
    pairs = _pairs(frames, merge, _excluded(ruleset, merge["rules"]))
    found = pairs.filter(pl.col("_main").is_not_null())
    left = pairs.filter(pl.col("_main").is_null())
    school = _added(frames, found, amounts)
    unit = unfold(school, frames.county, frames.split).drop("unit")
    numbers = frames.unit.select("school", "stage", "unit")
    unit = unit.join(numbers, on=["school", "stage"], how="left", maintain_order="left")
    return Merger(
        frozenset(str(name) for name in merge["rules"]),
        replace(frames, unit=unit.select(frames.unit.columns)),
        found.select(_IDENTITY),
        left.select(_IDENTITY),
    )


def _excluded(ruleset: Ruleset, rules: Sequence[str]) -> pl.Expr:
    """The schools that the merged rules leave out: nothing is added to them."""
    reasons = {
        reason for name in rules if name in ruleset.rules for reason in ruleset.rules[name].exclude
    }
    outs = [conditions.matches(ruleset.exclusions[r].where) for r in sorted(reasons)]
    return pl.any_horizontal(*outs).fill_null(value=False) if outs else pl.lit(value=False)


def _pairs(frames: Frames, merge: Mapping[str, Any], excluded: pl.Expr) -> pl.DataFrame:
    """The schools to be added, each with the number of its main school (_main), null without one.

    A main school stands in the same county, is itself not to be added, not left out by the rules,
    and has every stage that is added to it.
    """
    moves = conditions.matches(merge["where"]).fill_null(value=False)
    there = [((pl.col(f"_{s}") > 0) | pl.col(f"_{s}").is_null()).alias(f"_has_{s}") for s in STAGES]
    known = frames.school.with_columns(*there, moves.alias("_moves"), excluded.alias("_out"))
    has = [f"_has_{stage}" for stage in COMPULSORY]
    mains = known.filter(~pl.col("_moves") & ~pl.col("_out")).select(
        "county",
        pl.col("school_code").alias("_code"),
        pl.col("school").alias("_main"),
        *(pl.col(name).alias(f"{name}_main") for name in has),
    )
    moving = known.filter(pl.col("_moves") & pl.any_horizontal(*has)).with_columns(
        pl.col(str(merge["into"])).str.strip_chars().alias("_code")
    )
    joined = moving.join(mains, on=["county", "_code"], how="left", maintain_order="left")
    fits = pl.all_horizontal(*(~pl.col(name) | pl.col(f"{name}_main") for name in has))
    return joined.with_columns(pl.when(fits).then("_main").alias("_main"))


def _added(frames: Frames, pairs: pl.DataFrame, amounts: Sequence[str]) -> pl.DataFrame:
    """The school frame without the schools that are added, their figures in their main schools'."""
    facts = [name for name in amounts if name in frames.school.columns]
    rows = pl.concat(
        [
            pairs.select(pl.col("_main").alias("school"), *_shares(facts)),
            frames.school.join(pairs, left_on="school", right_on="_main", how="semi").select(
                "school", *_shares(facts)
            ),
        ]
    )
    sums = rows.group_by("school", maintain_order=True).agg(pl.col(facts))
    sums = sums.with_columns(_total(pl.col(name)).alias(name) for name in facts)
    stays = frames.school.join(pairs, on="school", how="anti", maintain_order="left")
    added = pl.col("_added").is_not_null()
    school = stays.join(
        sums.with_columns(pl.lit(value=True).alias("_added")),
        on="school", how="left", maintain_order="left", suffix="_sum",
    ).with_columns(
        pl.when(added).then(f"{name}_sum").otherwise(name).alias(name) for name in facts
    )  # fmt: skip
    return school.select(frames.school.columns).with_columns(*presence())


def _shares(facts: Sequence[str]) -> Iterable[pl.Expr]:
    """What a school brings: of a stage that is not there, nothing; else its figure or a blank."""
    for name in facts:
        stage = next((stage for stage in STAGES if name.startswith(f"{stage}_")), None)
        own = pl.col(name)
        yield (
            own
            if stage is None
            else pl.when((pl.col(f"_{stage}") == 0).fill_null(value=False))
            .then(0.0)
            .otherwise(own)
            .alias(name)
        )


def _total(listed: pl.Expr) -> pl.Expr:
    """The sum of each list, null where one of it is; figures with decimals are added as decimals."""
    blank = listed.list.eval(pl.element().is_null()).list.any()
    whole = listed.list.eval(pl.element() == pl.element().floor()).list.all()
    typed = listed.map_batches(_decimal_sums, return_dtype=pl.Float64)
    return pl.when(~blank).then(pl.when(whole).then(listed.list.sum()).otherwise(typed))


def _decimal_sums(lists: pl.Series) -> pl.Series:
    """Sums of figures as typed: the double nearest to the exact decimal sum."""
    return pl.Series(
        [
            None
            if None in figures or all(float(figure).is_integer() for figure in figures)
            else float(sum(Decimal(repr(figure)) for figure in figures))
            for figures in lists.to_list()
        ],
        dtype=pl.Float64,
    )
