"""Facts that follow from their parts, where all the parts are given. Nothing else is filled in."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.integrity import SCHOOL, Tables, locate
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say


def derive(
    schools: pl.DataFrame, vocabulary: Vocabulary, tables: Tables
) -> tuple[pl.DataFrame, list[Problem]]:
    """Fill in each missing fact whose parts are all there; warn where both are and disagree."""
    problems: list[Problem] = []
    for fact in vocabulary.school.values():
        for parts in fact.parts:
            summed = _with_sums(schools, vocabulary, parts)
            problems += _assumed(summed, fact, parts, tables)
            problems += _disagreeing(summed, fact, parts, tables)
            derived = pl.when("_doubled").then("_once").otherwise("_sum")
            schools = summed.with_columns(pl.coalesce(fact.name, derived).alias(fact.name))
            schools = schools.drop("_sum", "_once", "_doubled")
        if fact.largest_of:
            largest = pl.col(fact.largest_of).list.max()
            schools = schools.with_columns(pl.coalesce(fact.name, largest).alias(fact.name))
    return schools, problems


def _with_sums(
    schools: pl.DataFrame, vocabulary: Vocabulary, parts: tuple[str, ...]
) -> pl.DataFrame:
    """The parts' sum; whether one of them is the total of others; the sum without those others."""
    total = pl.sum_horizontal(*parts, ignore_nulls=False)
    doubled, once = pl.lit(value=False), total
    for name in parts:
        inner = vocabulary.school[name].may_total
        if inner and set(inner) <= set(parts):
            again = pl.sum_horizontal(*inner, ignore_nulls=False)
            doubled = (pl.col(name) == again) & (pl.col(name) > 0)
            once = total - again
    return schools.with_columns(
        total.alias("_sum"),
        once.alias("_once"),
        doubled.fill_null(value=False).alias("_doubled"),
    )


def _assumed(
    schools: pl.DataFrame, fact: Fact, parts: tuple[str, ...], tables: Tables
) -> Iterator[Problem]:
    missing = pl.col(fact.name).is_null() & pl.col("_sum").is_not_null() & pl.col("_doubled")
    for row in _rows(schools, missing, "_once"):
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
        where = locate(tables, row, *parts[::-1])
        yield where.warning("arts_total_assumed", message, expected, (fact.name, *parts))


def _disagreeing(
    schools: pl.DataFrame, fact: Fact, parts: tuple[str, ...], tables: Tables
) -> Iterator[Problem]:
    own = pl.col(fact.name)
    agrees = (own == pl.col("_sum")) | (pl.col("_doubled") & (own == pl.col("_once")))
    for row in _rows(schools, ~agrees, fact.name, "_sum"):
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
        where = locate(tables, row, fact.name)
        yield where.warning("parts_disagree", message, expected, (fact.name, *parts))


def _rows(frame: pl.DataFrame, which: pl.Expr, *columns: str) -> list[dict[str, object]]:
    return frame.filter(which).select("_table", "_row", *SCHOOL, *columns).to_dicts()
