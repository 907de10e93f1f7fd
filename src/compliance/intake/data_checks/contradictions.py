"""Figures of one record that contradict one another: parts and wholes, counts and lists, stages.

What is a part of what stands in the schemas (``x-bounds``, ``x-counted``, ``x-sum-of``).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.facts.fact import Counted, Fact
from compliance.facts.plausibility import Bound
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.data_checks.declarations import KEY, Check, Doubt, Row, titles, total
from compliance.kernel.i18n import say
from compliance.kernel.submission import STAGES

# Types that may have attached classes of another compulsory stage without being doubted, and
# those whose pupils are no units at all.
UNDOUBTED = {"senior": ("junior",), "special": ("primary", "junior", "senior")}
# Types whose people are not counted by stage: theirs stand in facts of their own, or nowhere.
WITHOUT_STAGES = ("special", "vocational")


def checks(vocabulary: Vocabulary) -> Iterator[Check]:
    """Within a record, then the counties against the sums of their schools (see `county_view`)."""
    for bound in vocabulary.checks["school"].bounds:
        yield _exceeding("schools", bound, vocabulary.school)
    for bound in vocabulary.checks["county"].bounds:
        yield _exceeding("counties", bound, vocabulary.county)
    for stage in STAGES:
        yield _foreign_stage(stage, vocabulary.school)
    for fact in vocabulary.school.values():
        if fact.counted is not None:
            yield _room_count(fact, fact.counted)
    for fact in vocabulary.county.values():
        if fact.sum_of:
            yield _county_total(fact)
    for number, bound in enumerate(vocabulary.checks["county"].schools_bounds):
        yield _exceeding_schools(number, bound, vocabulary)


def _exceeding(view: str, bound: Bound, facts: dict[str, Fact]) -> Check:
    """A part greater than its whole; n of 0 has a code of its own."""
    part = pl.sum_horizontal(*bound.of, ignore_nulls=False)
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in bound.within)
    whole = pl.when(known).then(total(bound.within, facts))  # of blanks alone nothing is said

    def tell(row: Row) -> Doubt:
        values = {
            "part": titles(facts, bound.of),
            "whole": titles(facts, bound.within),
            "a": row["_part"],
            "b": row["_whole"],
        }
        return Doubt(
            "part_of_zero" if row["_whole"] == 0 else "part_exceeds_whole",
            say(
                "{part}（{a:.12g}）大于{whole}（{b:.12g}）",
                "{part} ({a:.12g}) exceed {whole} ({b:.12g})",
                **values,
            ),
            say("不大于{whole}的{b:.12g}", "at most {b:.12g}, {whole}", **values),
            (*bound.of, *bound.within),
        )

    return Check(view, part > whole, tell, (part.alias("_part"), whole.alias("_whole")))


def _foreign_stage(stage: str, facts: dict[str, Fact]) -> Check:
    """Pupils in a stage that the school's type does not have."""
    name, words = f"{stage}_students", facts["school_type"].words
    without = [
        kind
        for kind in dict.fromkeys(words.values())
        if stage not in IMPLIED.get(kind, ()) and stage not in UNDOUBTED.get(kind, ())
    ]

    def tell(row: Row) -> Doubt:
        kind = row["school_type"]
        message = say(
            "办学类型是{kind}，却有{f}{n:.12g}人",
            "a school of type {kind_en} has {n:.12g} {f}",
            kind=next(word for word, canonical in words.items() if canonical == kind != word),
            kind_en=kind,
            f=facts[name].label,
            n=row[name],
        )
        expected = say(
            "核对办学类型；确无该学段的，{f}留空或填0",
            "check the school's type; {f} blank or 0 where it has no such stage",
            f=facts[name].label,
        )
        return Doubt("stage_not_in_type", message, expected, (name, "school_type"))

    when = (pl.col(name) > 0) & pl.col("school_type").is_in(without)
    return Check("schools", when, tell, (name, "school_type"))


def _room_count(fact: Fact, counted: Counted) -> Check:
    """A count by size that differs from the list it counts."""
    fits = pl.element() >= counted.at_least
    if counted.below is not None:
        fits &= pl.element() < counted.below
    number = pl.col(counted.list).list.eval(fits.cast(pl.UInt32)).list.sum().cast(pl.Float64)

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}填{own:.12g}，按逐间面积应为{n:.12g}",
            "{f} is {own:.12g}; the list of areas gives {n:.12g}",
            f=fact.label,
            own=row[fact.name],
            n=row["_counted"],
        )
        expected = say("{n:.12g}间，或改正各间面积", "{n:.12g}, or other areas", n=row["_counted"])
        return Doubt("parts_disagree", message, expected, (fact.name, counted.list))

    needs = (fact.name, number.alias("_counted"))
    return Check("schools", pl.col(fact.name) != number, tell, needs)


def county_view(
    counties: pl.DataFrame, schools: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The counties with what their schools have together.

    _sum:F of what a county's fact F totals, _given:F whether any school gives it, _partial:F
    whether one with a junior stage does not; _whole:N of the whole of the N-th bound, null where
    a school's figure is missing.
    """
    junior = pl.col("school_type").is_in([k for k, stages in IMPLIED.items() if "junior" in stages])
    sums: list[pl.Expr] = []
    for fact in vocabulary.county.values():
        if fact.sum_of:
            one = pl.col(fact.sum_of)
            sums.append(one.sum().alias(f"_sum:{fact.name}"))
            sums.append(one.is_not_null().any().alias(f"_given:{fact.name}"))
            sums.append((one.is_null() & junior).any().alias(f"_partial:{fact.name}"))
    for number, bound in enumerate(vocabulary.checks["county"].schools_bounds):
        one = total(_known(bound, vocabulary), vocabulary.school, WITHOUT_STAGES)
        whole = pl.when(one.is_null().any()).then(None).otherwise(one.sum())
        sums.append(whole.alias(f"_whole:{number}"))
    together = schools.group_by(KEY).agg(sums)
    return counties.join(together, on=KEY, how="left", maintain_order="left")


def _known(bound: Bound, vocabulary: Vocabulary) -> list[str]:
    return [name for name in bound.within if name in vocabulary.school]


def _county_total(fact: Fact) -> Check:
    """A county's total that is not the sum of what the schools give."""
    own, total_of = pl.col(fact.name), f"_sum:{fact.name}"
    less, other = own < pl.col(total_of), own != pl.col(total_of)
    when = pl.col(f"_given:{fact.name}") & (less | (~pl.col(f"_partial:{fact.name}") & other))

    def tell(row: Row) -> Doubt:
        message = say(
            "{f}填{own:.12g}，各校合计{total:.12g}，以各校所填为准",
            "{f} is {own:.12g}, the schools sum up to {total:.12g}; the schools' figures are used",
            f=fact.label,
            own=row[fact.name],
            total=row[total_of],
        )
        expected = say("与各校合计一致：{n:.12g}", "the schools' total: {n:.12g}", n=row[total_of])
        return Doubt("totals_disagree", message, expected, (fact.name, fact.sum_of))

    return Check("counties", when, tell, (fact.name, total_of))


def _exceeding_schools(number: int, bound: Bound, vocabulary: Vocabulary) -> Check:
    """What the county counts cannot be more than its schools have; a school's blank: no doubt."""
    part, whole = pl.sum_horizontal(*bound.of, ignore_nulls=False), f"_whole:{number}"

    def tell(row: Row) -> Doubt:
        known = _known(bound, vocabulary)
        values = {
            "part": titles(vocabulary.county, bound.of),
            "whole": titles(vocabulary.school, known),
            "a": row["_part"],
            "b": row[whole],
        }
        message = say(
            "{part}（{a:.12g}）大于各校{whole}的合计（{b:.12g}）",
            "{part} ({a:.12g}) exceed what all schools have: {whole} ({b:.12g})",
            **values,
        )
        expected = say("不大于各校合计的{b:.12g}", "at most the schools' {b:.12g}", **values)
        return Doubt("county_exceeds_schools", message, expected, (*bound.of, *known))

    return Check("counties", part > pl.col(whole), tell, (part.alias("_part"), whole))
