"""A county's figures against the sum of its schools'."""

from __future__ import annotations

import polars as pl

from compliance.facts.plausibility import Bound
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.ledger import Ledger
from compliance.intake.data_checks.reporting import rows, titles, total, warn
from compliance.kernel.i18n import say

KEY = ["_code", "_year"]
# Types whose people are not counted by stage: theirs stand in facts of their own, or nowhere.
WITHOUT_STAGES = ("special", "vocational")


def doubts(
    schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger
) -> None:
    """Totals that are no sum of the schools' figures, and parts greater than all schools have."""
    _county_totals(ledger, schools, counties, vocabulary)
    for bound in vocabulary.checks["county"].schools_bounds:
        _exceeding_schools(ledger, schools, counties, bound, vocabulary)


def _county_totals(
    ledger: Ledger, schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary
) -> None:
    """County totals that are not the sum of what the schools give."""
    junior = pl.col("school_type").is_in([k for k, stages in IMPLIED.items() if "junior" in stages])
    for fact in vocabulary.county.values():
        if not fact.sum_of:
            continue
        one = pl.col(fact.sum_of)
        sums = schools.group_by(KEY).agg(
            one.sum().alias("_sum"),
            one.is_not_null().any().alias("_given"),
            (one.is_null() & junior).any().alias("_partial"),
        )
        frame = counties.join(sums, on=KEY, how="left", maintain_order="left")
        own = pl.col(fact.name)
        less = own < pl.col("_sum")
        differ = pl.col("_given") & (less | (~pl.col("_partial") & (own != pl.col("_sum"))))
        for row in rows(frame, differ, fact.name, "_sum"):
            message = say(
                "{f}填{own:.12g}，各校合计{total:.12g}，以各校所填为准",
                "{f} is {own:.12g}, the schools sum up to {total:.12g}; the schools' figures are used",
                f=fact.label,
                own=row[fact.name],
                total=row["_sum"],
            )
            expected = say(
                "与各校合计一致：{n:.12g}", "the schools' total: {n:.12g}", n=row["_sum"]
            )
            warn(ledger, row, "totals_disagree", message, expected, fact.name, fact.sum_of)


def _exceeding_schools(
    ledger: Ledger,
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    bound: Bound,
    vocabulary: Vocabulary,
) -> None:
    """What the county counts cannot be more than its schools have; a school's blank: no doubt."""
    known = [name for name in bound.within if name in vocabulary.school]
    one = total(known, schools, WITHOUT_STAGES)
    sums = schools.group_by(KEY).agg(
        pl.when(one.is_null().any()).then(None).otherwise(one.sum()).alias("_whole")
    )
    part = pl.sum_horizontal(*bound.of, ignore_nulls=False).alias("_part")
    frame = counties.with_columns(part).join(sums, on=KEY, how="left", maintain_order="left")
    for row in rows(frame, pl.col("_part") > pl.col("_whole"), "_part", "_whole"):
        values = {
            "part": titles(vocabulary.county, bound.of),
            "whole": titles(vocabulary.school, known),
            "a": row["_part"],
            "b": row["_whole"],
        }
        message = say(
            "{part}（{a:.12g}）大于各校{whole}的合计（{b:.12g}）",
            "{part} ({a:.12g}) exceed what all schools have: {whole} ({b:.12g})",
            **values,
        )
        expected = say("不大于各校合计的{b:.12g}", "at most the schools' {b:.12g}", **values)
        warn(ledger, row, "county_exceeds_schools", message, expected, *bound.of, *known)
