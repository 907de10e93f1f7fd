"""Data checks: figures that contradict one another. All are warnings; the judge goes on.

What is a part of what stands in the schemas (``x-bounds``, ``x-counted``, ``x-sum-of``); the code
compares columns. Every warning names the facts concerned, for the verdicts that rest on them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.fact import Bound, Fact
from compliance.intake import doubts_classes
from compliance.intake.accept_keys import Ledger, problem_at
from compliance.units import IMPLIED
from compliance.vocabulary import Vocabulary
from compliance.words import say

ROW = ("_table", "_row", "_code", "_year")
# Types that may have attached classes of another compulsory stage without being doubted, and
# those whose pupils are no units at all.
UNDOUBTED = {"senior": ("junior",), "special": ("primary", "junior", "senior")}
STAGES = ("primary", "junior", "senior")


def doubts(
    schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger
) -> None:
    """Report what contradicts itself; the frames hold accepted figures, every fact a column."""
    for doubt in doubts_classes.doubts(vocabulary):
        for row in _rows(schools, doubt.when, *doubt.facts):
            _warn(ledger, row, doubt.code, doubt.say(row), doubt.expected(row), *doubt.facts)
    for bound in vocabulary.bounds["school"]:
        _exceeding(ledger, schools, bound, vocabulary.school)
    for bound in vocabulary.bounds["county"]:
        _exceeding(ledger, counties, bound, vocabulary.county)
    _foreign_stages(ledger, schools, vocabulary)
    _room_counts(ledger, schools, vocabulary)
    _county_totals(ledger, schools, counties, vocabulary)


def _rows(frame: pl.DataFrame, which: pl.Expr, *facts: str) -> list[dict[str, object]]:
    names = [name for name in ("school_code",) if name in frame.columns]
    return frame.filter(which).select(*ROW, *names, *dict.fromkeys(facts)).to_dicts()


def _warn(
    ledger: Ledger, row: dict[str, object], code: str, message: str, expected: str, *facts: str
) -> None:
    ledger.report(problem_at(ledger, row, "warning", code, message, expected, *facts))


def _pupils(name: str) -> pl.Expr:
    """A whole, where a blank stage that the school's type does not have counts as none.

    Only for a doubt: no verdict ever rests on it.
    """
    stage = name.removesuffix("_students")
    if stage not in STAGES:
        return pl.col(name)
    without = [kind for kind, stages in IMPLIED.items() if stage not in stages]
    blank = pl.col(name).is_null() & pl.col("school_type").is_in(without)
    return pl.when(blank).then(0.0).otherwise(pl.col(name))


def _titles(facts: dict[str, Fact], names: Sequence[str]) -> str:
    joined = say("{t}", "{e}", t="、".join(facts[n].title for n in names),
                 e=" + ".join(facts[n].title_en for n in names))  # fmt: skip
    return joined + say("之和", "") if len(names) > 1 else joined


def _exceeding(ledger: Ledger, frame: pl.DataFrame, bound: Bound, facts: dict[str, Fact]) -> None:
    """A part greater than its whole; n of 0 has a code of its own."""
    part = pl.sum_horizontal(*bound.of, ignore_nulls=False)
    whole = pl.sum_horizontal(*map(_pupils, bound.within), ignore_nulls=False)
    frame = frame.with_columns(part.alias("_part"), whole.alias("_whole"))
    rows = _rows(frame, pl.col("_part") > pl.col("_whole"), "_part", "_whole")
    for row in rows:
        values = {
            "part": _titles(facts, bound.of),
            "whole": _titles(facts, bound.within),
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
        _warn(ledger, row, code, message, expected, *bound.of, *bound.within)


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
        for row in _rows(schools, odd, name, "school_type"):
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
            _warn(ledger, row, "stage_not_in_type", message, expected, name, "school_type")


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
        for row in _rows(frame, differ, fact.name, "_counted"):
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
            _warn(ledger, row, "parts_disagree", message, expected, fact.name, counted.list)


def _county_totals(
    ledger: Ledger, schools: pl.DataFrame, counties: pl.DataFrame, vocabulary: Vocabulary
) -> None:
    """County totals that are not the sum of what the schools give."""
    key = ["_code", "_year"]
    junior = pl.col("school_type").is_in([k for k, stages in IMPLIED.items() if "junior" in stages])
    for fact in vocabulary.county.values():
        if not fact.sum_of:
            continue
        one = pl.col(fact.sum_of)
        sums = schools.group_by(key).agg(
            one.sum().alias("_sum"),
            one.is_not_null().any().alias("_given"),
            (one.is_null() & junior).any().alias("_partial"),
        )
        frame = counties.join(sums, on=key, how="left", maintain_order="left")
        own = pl.col(fact.name)
        less = own < pl.col("_sum")
        differ = pl.col("_given") & (less | (~pl.col("_partial") & (own != pl.col("_sum"))))
        for row in _rows(frame, differ, fact.name, "_sum"):
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
            _warn(ledger, row, "totals_disagree", message, expected, fact.name, fact.sum_of)
