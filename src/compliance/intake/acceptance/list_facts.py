"""The rows of 班级 and 专用教室, folded into the lists that the schools' records hold."""

from __future__ import annotations

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.column import NUMBERS
from compliance.intake.acceptance.ledger import Ledger, problem_at, with_missing
from compliance.intake.acceptance.table import NONE
from compliance.kernel.i18n import say

SCHOOL = ["_code", "_year", "school_code"]


def fold_classes(
    ledger: Ledger, schools: pl.DataFrame, classes: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The rows of the sheet 班级 as the schools' P_class_sizes."""
    return _fold(ledger, schools, classes, vocabulary, ("class", "stage", "students"))


def fold_rooms(
    ledger: Ledger, schools: pl.DataFrame, rooms: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The rows of the sheet 专用教室 as the schools' music_room_areas and art_room_areas."""
    return _fold(ledger, schools, rooms, vocabulary, ("room", "kind", "area"))


LISTS = {"class": "{}_class_sizes", "room": "{}_room_areas"}


def _fold(
    ledger: Ledger,
    schools: pl.DataFrame,
    items: pl.DataFrame,
    vocabulary: Vocabulary,
    names: tuple[str, str, str],
) -> pl.DataFrame:
    """Lists from rows: one list a school and value of `by`, in the order of the rows.

    A list with a blank item is no list: the fact stays missing. A row that says 无 is no item,
    and alone an empty list. Where the school gives the list itself, its own is used.
    """
    if items.is_empty() or schools.is_empty():
        return schools
    record, by, value = names
    items = with_missing(items, **{value: pl.Float64, NONE: pl.Boolean})
    none = pl.col(NONE).fill_null(value=False)
    lists = items.group_by(*SCHOOL, by, maintain_order=True).agg(
        pl.col(value).filter(~none).alias("_list"),
        pl.col(value).filter(~none).null_count().alias("_blank"),
        none.any().alias("_none"),
        pl.col("_table", "_row").first(),
    )
    for word in lists[by].drop_nulls().unique(maintain_order=True):
        fact = vocabulary.school[LISTS[record].format(word)]
        column = vocabulary.tables[record][value]
        given = lists.filter(pl.col(by) == word)
        for row in given.filter(pl.col("_blank") > 0).iter_rows(named=True):
            _incomplete(ledger, row, fact, column)
        whole = given.filter(pl.col("_blank") == 0)
        for row in whole.filter(pl.col("_none") & (pl.col("_list").list.len() > 0)).to_dicts():
            _none_and_some(ledger, row, fact, column)
        schools = with_missing(schools, **{fact.name: NUMBERS})
        joined = schools.join(
            whole.select(*SCHOOL, "_list"), on=SCHOOL, how="left", maintain_order="left"
        )
        _compare(ledger, joined, fact)
        schools = joined.with_columns(pl.coalesce(fact.name, "_list").alias(fact.name))
        schools = schools.drop("_list")
    return schools


def _incomplete(ledger: Ledger, row: dict[str, object], fact: Fact, column: Fact) -> None:
    message = say(
        "有{n}行没有填数，{f}按缺失处理", "{n} rows are blank; {f} counts as missing",
        n=row["_blank"], f=fact.label,
    )  # fmt: skip
    expected = say("每行都填{c}", "{c} in every row", c=column.label)
    warning = problem_at(ledger, row, "warning", "incomplete_list", message, expected, column.name)
    ledger.report_about(warning, fact.name)


def _none_and_some(ledger: Ledger, row: dict[str, object], fact: Fact, column: Fact) -> None:
    message = say(
        "{f}既填“无”，又填了{n}间", "{f}: 无 is given beside {n} rooms",
        n=len(row["_list"]), f=fact.label,  # type: ignore[arg-type]
    )  # fmt: skip
    expected = say("确实没有才填“无”，且只填一行", "无 alone, where there really is none")
    warning = problem_at(ledger, row, "warning", "none_and_some", message, expected, column.name)
    ledger.report_about(warning, fact.name)


def _compare(ledger: Ledger, joined: pl.DataFrame, fact: Fact) -> None:
    own, found = pl.col(fact.name), pl.col("_list")
    both = own.is_not_null() & found.is_not_null()
    differ = joined.filter(both & (own.list.sort() != found.list.sort()))
    columns = ("_table", "_row", *SCHOOL, "_list")
    for row in differ.select(columns).iter_rows(named=True):
        message = say(
            "{f}与明细表不一致，以学校表所填为准",
            "{f} differs from the detailed sheet; the school's own list is used",
            f=fact.label,
        )
        gives = ";".join(f"{item:.12g}" for item in row["_list"]) or say("无", "none")
        expected = say("与明细表一致：{l}", "as in the detailed sheet: {l}", l=_short(gives))
        ledger.report(
            problem_at(ledger, row, "warning", "parts_disagree", message, expected, fact.name)
        )


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
