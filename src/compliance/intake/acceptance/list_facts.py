"""The rows of 班级 and 专用教室, folded into the lists that the schools' records hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.integrity import SCHOOL, Tables, locate
from compliance.intake.acceptance.keys import with_missing
from compliance.intake.acceptance.typed_table import NONE
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import TABLE_OF
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say

# table of a document → the fact of schools that it lists, what tells the lists apart, their items
LISTS = {
    "classes": ("{}_class_sizes", "stage", "students"),
    "rooms": ("{}_room_areas", "kind", "area"),
}


def fold(
    schools: pl.DataFrame, rows: Mapping[str, pl.DataFrame], vocabulary: Vocabulary, tables: Tables
) -> tuple[pl.DataFrame, list[Problem]]:
    """The schools with the lists of both tables, and what was odd about them.

    A list with a blank item is no list: the fact stays missing. A row that says 无 is no item,
    and alone an empty list. Where the school gives the list itself, its own is used.
    """
    problems: list[Problem] = []
    for kind, (name, by, value) in LISTS.items():
        if rows[kind].is_empty() or schools.is_empty():
            continue
        lists = _lists(rows[kind], by, value)
        column = vocabulary.tables[TABLE_OF[kind]][value]
        for word in lists[by].drop_nulls().unique(maintain_order=True):
            fact, given = vocabulary.school[name.format(word)], lists.filter(pl.col(by) == word)
            whole = given.filter(pl.col("_blank") == 0).select(*SCHOOL, "_list")
            schools = schools.join(whole, on=SCHOOL, how="left", maintain_order="left")
            problems += _odd_lists(given, fact, column, tables)
            problems += _differing(schools, fact, tables)
            own = pl.coalesce(fact.name, "_list").alias(fact.name)
            schools = schools.with_columns(own).drop("_list")
    return schools, problems


def _lists(items: pl.DataFrame, by: str, value: str) -> pl.DataFrame:
    """One list a school and value of `by`, in the order of the rows."""
    items = with_missing(items, **{value: pl.Float64, NONE: pl.Boolean})
    none = pl.col(NONE).fill_null(value=False)
    return items.group_by(*SCHOOL, by, maintain_order=True).agg(
        pl.col(value).filter(~none).alias("_list"),
        pl.col(value).filter(~none).null_count().alias("_blank"),
        none.any().alias("_none"),
        pl.col("_table", "_row").first(),
    )


def _odd_lists(given: pl.DataFrame, fact: Fact, column: Fact, tables: Tables) -> Iterator[Problem]:
    for row in given.filter(pl.col("_blank") > 0).iter_rows(named=True):
        message = say(
            "有{n}行没有填数，{f}按缺失处理",
            "{n} rows are blank; {f} counts as missing",
            n=row["_blank"],
            f=fact.label,
        )
        expected = say("每行都填{c}", "{c} in every row", c=column.label)
        where = locate(tables, row, column.name)
        yield where.warning("incomplete_list", message, expected, (fact.name,))
    some = (pl.col("_blank") == 0) & pl.col("_none") & (pl.col("_list").list.len() > 0)
    for row in given.filter(some).iter_rows(named=True):
        message = say(
            "{f}既填“无”，又填了{n}间",
            "{f}: 无 is given beside {n} rooms",
            n=len(row["_list"]),
            f=fact.label,
        )
        expected = say("确实没有才填“无”，且只填一行", "无 alone, where there really is none")
        where = locate(tables, row, column.name)
        yield where.warning("none_and_some", message, expected, (fact.name,))


def _differing(joined: pl.DataFrame, fact: Fact, tables: Tables) -> Iterator[Problem]:
    own, found = pl.col(fact.name), pl.col("_list")
    differ = own.is_not_null() & found.is_not_null() & (own.list.sort() != found.list.sort())
    columns = ("_table", "_row", *SCHOOL, "_list")
    for row in joined.filter(differ).select(columns).iter_rows(named=True):
        message = say(
            "{f}与明细表不一致，以学校表所填为准",
            "{f} differs from the detailed sheet; the school's own list is used",
            f=fact.label,
        )
        gives = ";".join(f"{item:.12g}" for item in row["_list"]) or say("无", "none")
        expected = say("与明细表一致：{l}", "as in the detailed sheet: {l}", l=clip(gives, 60))
        where = locate(tables, row, fact.name)
        yield where.warning("parts_disagree", message, expected, (fact.name,))
