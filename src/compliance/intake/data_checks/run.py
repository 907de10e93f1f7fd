"""Data checks: figures that contradict one another. All are warnings; the judge goes on.

What is a part of what stands in the schemas (``x-bounds``, ``x-counted``, ``x-sum-of``); the code
compares columns. Every warning names the facts concerned, for the verdicts that rest on them.
"""

from __future__ import annotations

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Bound
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.ledger import Ledger
from compliance.intake.data_checks import (
    class_sizes,
    county_totals,
    duplicates,
    percentages,
    plausibility,
    text_damage,
    year_on_year,
)
from compliance.intake.data_checks.reporting import STAGES, rows, titles, total, warn
from compliance.kernel.i18n import say
from compliance.kernel.submission import Submission

# Types that may have attached classes of another compulsory stage without being doubted, and
# those whose pupils are no units at all.
UNDOUBTED = {"senior": ("junior",), "special": ("primary", "junior", "senior")}


def doubts(
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    vocabulary: Vocabulary,
    ledger: Ledger,
    previous: Submission | None = None,
) -> None:
    """Report what contradicts itself; the frames hold accepted figures, every fact a column.

    previous: last year's figures of the same counties, to compare with.
    """
    for doubt in class_sizes.doubts(vocabulary):
        for row in rows(schools, doubt.when, *doubt.facts):
            warn(ledger, row, doubt.code, doubt.say(row), doubt.expected(row), *doubt.facts)
    for bound in vocabulary.bounds["school"]:
        _exceeding(ledger, schools, bound, vocabulary.school)
    for bound in vocabulary.bounds["county"]:
        _exceeding(ledger, counties, bound, vocabulary.county)
    _foreign_stages(ledger, schools, vocabulary)
    _room_counts(ledger, schools, vocabulary)
    county_totals.doubts(schools, counties, vocabulary, ledger)
    plausibility.doubts(schools, "school", vocabulary, ledger)
    plausibility.doubts(counties, "county", vocabulary, ledger)
    percentages.doubts(schools, "school", vocabulary, ledger)
    percentages.doubts(counties, "county", vocabulary, ledger)
    duplicates.doubts(schools, vocabulary, ledger)
    text_damage.doubts(schools, counties, vocabulary, ledger)
    if previous is not None:
        year_on_year.doubts(schools, counties, previous, vocabulary, ledger)


def _exceeding(ledger: Ledger, frame: pl.DataFrame, bound: Bound, facts: dict[str, Fact]) -> None:
    """A part greater than its whole; n of 0 has a code of its own."""
    part = pl.sum_horizontal(*bound.of, ignore_nulls=False)
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in bound.within)
    whole = pl.when(known).then(total(bound.within, frame))  # of blanks alone nothing is said
    frame = frame.with_columns(part.alias("_part"), whole.alias("_whole"))
    exceeding = rows(frame, pl.col("_part") > pl.col("_whole"), "_part", "_whole")
    for row in exceeding:
        values = {
            "part": titles(facts, bound.of),
            "whole": titles(facts, bound.within),
            "a": row["_part"],
            "b": row["_whole"],
        }
        message = say(
            "{part}（{a:.12g}）大于{whole}（{b:.12g}）",
            "{part} ({a:.12g}) exceed {whole} ({b:.12g})",
            **values,
        )
        expected = say("不大于{whole}的{b:.12g}", "at most {b:.12g}, {whole}", **values)
        code = "part_of_zero" if row["_whole"] == 0 else "part_exceeds_whole"
        warn(ledger, row, code, message, expected, *bound.of, *bound.within)


def _foreign_stages(ledger: Ledger, schools: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Pupils in a stage that the school's type does not have."""
    facts = vocabulary.school
    types = list(dict.fromkeys(facts["school_type"].words.values()))
    for stage in STAGES:
        name = f"{stage}_students"
        without = [
            kind
            for kind in types
            if stage not in IMPLIED.get(kind, ()) and stage not in UNDOUBTED.get(kind, ())
        ]
        odd = (pl.col(name) > 0) & pl.col("school_type").is_in(without)
        for row in rows(schools, odd, name, "school_type"):
            words = facts["school_type"].words
            kind = next(w for w, c in words.items() if c == row["school_type"] and w != c)
            message = say(
                "办学类型是{kind}，却有{f}{n:.12g}人",
                "a school of type {kind_en} has {n:.12g} {f}",
                kind=kind,
                kind_en=row["school_type"],
                f=facts[name].label,
                n=row[name],
            )
            expected = say(
                "核对办学类型；确无该学段的，{f}留空或填0",
                "check the school's type; {f} blank or 0 where it has no such stage",
                f=facts[name].label,
            )
            warn(ledger, row, "stage_not_in_type", message, expected, name, "school_type")


def _room_counts(ledger: Ledger, schools: pl.DataFrame, vocabulary: Vocabulary) -> None:
    """Counts by size that differ from the list they count."""
    for fact in vocabulary.school.values():
        counted = fact.counted
        if counted is None:
            continue
        fits = pl.element() >= counted.at_least
        if counted.below is not None:
            fits &= pl.element() < counted.below
        number = pl.col(counted.list).list.eval(fits.cast(pl.UInt32)).list.sum().cast(pl.Float64)
        frame = schools.with_columns(number.alias("_counted"))
        differ = pl.col(fact.name) != pl.col("_counted")
        for row in rows(frame, differ, fact.name, "_counted"):
            message = say(
                "{f}填{own:.12g}，按逐间面积应为{n:.12g}",
                "{f} is {own:.12g}; the list of areas gives {n:.12g}",
                f=fact.label,
                own=row[fact.name],
                n=row["_counted"],
            )
            expected = say(
                "{n:.12g}间，或改正各间面积", "{n:.12g}, or other areas", n=row["_counted"]
            )
            warn(ledger, row, "parts_disagree", message, expected, fact.name, counted.list)
