"""Facts that follow from their parts, where all the parts are given. Nothing else is filled in."""

from __future__ import annotations

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.ledger import Ledger, problem_at
from compliance.kernel.i18n import say

ROW = ("_table", "_row", "_code", "_year", "school_code")


def derive(schools: pl.DataFrame, vocabulary: Vocabulary, ledger: Ledger) -> pl.DataFrame:
    """Fill in each missing fact whose parts are all there; warn where both are and disagree."""
    for fact in vocabulary.school.values():
        for parts in fact.parts:
            schools = _derive_one(schools, vocabulary, ledger, fact, parts)
        if fact.largest_of:
            largest = pl.col(fact.largest_of).list.max()
            schools = schools.with_columns(pl.coalesce(fact.name, largest).alias(fact.name))
    return schools


def _derive_one(
    schools: pl.DataFrame,
    vocabulary: Vocabulary,
    ledger: Ledger,
    fact: Fact,
    parts: tuple[str, ...],
) -> pl.DataFrame:
    total = pl.sum_horizontal(*parts, ignore_nulls=False)
    doubled = pl.lit(value=False)
    once = total
    for name in parts:
        inner = vocabulary.school[name].may_total
        if inner and set(inner) <= set(parts):
            again = pl.sum_horizontal(*inner, ignore_nulls=False)
            doubled = (pl.col(name) == again) & (pl.col(name) > 0)
            once = total - again
    frame = schools.with_columns(
        total.alias("_sum"), once.alias("_once"), doubled.alias("_doubled")
    )
    frame = frame.with_columns(pl.col("_doubled").fill_null(value=False))
    missing = pl.col(fact.name).is_null() & pl.col("_sum").is_not_null()
    for row in _rows(frame, missing & pl.col("_doubled"), "_once"):
        _warn_doubled(ledger, row, fact, parts)
    agrees = (pl.col(fact.name) == pl.col("_sum")) | (
        pl.col("_doubled") & (pl.col(fact.name) == pl.col("_once"))
    )
    for row in _rows(frame, ~agrees, fact.name, "_sum"):
        _warn_disagreement(ledger, row, fact, parts)
    derived = pl.when("_doubled").then("_once").otherwise("_sum")
    return frame.with_columns(pl.coalesce(fact.name, derived).alias(fact.name)).drop(
        "_sum", "_once", "_doubled"
    )


def _rows(frame: pl.DataFrame, which: pl.Expr, *columns: str) -> list[dict[str, object]]:
    return frame.filter(which).select(*ROW, *columns).to_dicts()


def _warn_doubled(
    ledger: Ledger, row: dict[str, object], fact: Fact, parts: tuple[str, ...]
) -> None:
    message = say(
        "艺术专任教师数恰为音乐与美术之和，按统计表“艺术（计）”处理，不重复相加：{f}为{n}",
        "arts teachers equal music and fine arts together and are taken as their total: {f} is {n}",
        f=fact.label,
        n=f"{row['_once']:.12g}",
    )
    expected = say(
        "如“艺术”不含音乐、美术，请直接填写{f}",
        "if arts do not include music and fine arts, give {f} itself",
        f=fact.label,
    )
    place = parts[::-1]
    warning = problem_at(ledger, row, "warning", "arts_total_assumed", message, expected, *place)
    ledger.report_about(warning, fact.name, *parts)


def _warn_disagreement(
    ledger: Ledger, row: dict[str, object], fact: Fact, parts: tuple[str, ...]
) -> None:
    message = say(
        "{f}填{own:.12g}，各分项合计{total:.12g}，以所填为准",
        "{f} is {own:.12g}, its parts sum up to {total:.12g}; the fact itself is used",
        f=fact.label,
        own=row[fact.name],
        total=row["_sum"],
    )
    expected = say(
        "与各分项合计一致：{total:.12g}",
        "what the parts sum up to: {total:.12g}",
        total=row["_sum"],
    )
    warning = problem_at(ledger, row, "warning", "parts_disagree", message, expected, fact.name)
    ledger.report_about(warning, fact.name, *parts)
