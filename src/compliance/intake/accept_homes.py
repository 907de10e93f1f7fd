"""Rows and the records they belong to: strangers, doubles, and counties without schools."""

from __future__ import annotations

import polars as pl

from compliance.intake.accept_keys import Ledger, with_missing
from compliance.words import say


def refuse_foreign(ledger: Ledger, rows: pl.DataFrame, year: str = "year") -> None:
    """In a document of one county: rows that name another county or year than its record."""
    other = (pl.col("county_code") != pl.col("_code")) | (pl.col(year) != pl.col("_year"))
    for row in rows.filter(other).iter_rows(named=True):
        differs = row["county_code"] is not None and row["county_code"] != row["_code"]
        ledger.error(
            row,
            "county_differs" if differs else "year_differs",
            say(
                "{what}与本县记录（{code}，{year}）不同",
                "the {what_en} is not that of the county record ({code}, {year})",
                what="行政区划代码" if differs else "学年起始年份",
                what_en="county code" if differs else "year",
                code=row["_code"],
                year=row["_year"],
            ),
            str(row["_code"] if differs else row["_year"]),
            "county_code" if differs else year,
        )


def refuse_homeless(
    ledger: Ledger, rows: pl.DataFrame, counties: pl.DataFrame, year: str = "year"
) -> None:
    """In a dataset: rows whose county has no record, or several years to choose from."""
    known = counties.select("_code", "_year").unique()
    lost = rows.filter(pl.col("_code").is_not_null()).join(
        known, on=["_code", "_year"], how="anti", maintain_order="left"
    )
    codes = set(known["_code"])
    for (code, of_year), group in lost.group_by("_code", "_year", maintain_order=True):
        row = group.row(0, named=True) | {"school_code": None}
        if of_year is None and code in codes:
            _year_needed(ledger, row, len(group), year)
        else:
            _no_county(ledger, row, len(group))


def _year_needed(ledger: Ledger, row: dict[str, object], count: int, year: str) -> None:
    ledger.error(
        row,
        "year_needed",
        say(
            "{c}有多个学年，{n}条记录没有写明学年",
            "{c} has several years; {n} records name none",
            c=row["_code"],
            n=count,
        ),
        say("填写学年起始年份", "the year in which the school year begins"),
        year,
        "county_code",
    )


def _no_county(ledger: Ledger, row: dict[str, object], count: int) -> None:
    year = "" if row["_year"] is None else f"（{row['_year']}）"
    ledger.error(
        row,
        "missing_county",
        say(
            "{c}{y}没有县区记录，却有{n}条记录属于它",
            "{c}{y} has no county record, but {n} records",
            c=row["_code"],
            y=year,
            n=count,
        ),
        say("县区表中有该县该学年的记录", "a record of that county and year"),
        "county_code",
    )


def refuse_doubled(ledger: Ledger, schools: pl.DataFrame) -> None:
    """One school twice in a county and year: each place is named."""
    schools = with_missing(schools, school_code=pl.String)
    named = schools.filter(pl.col("school_code").is_not_null())
    twice = named.filter(pl.struct("_code", "_year", "school_code").is_duplicated())
    for row in twice.iter_rows(named=True):
        message = say("学校标识码{c}重复", "school code {c} is given twice", c=row["school_code"])
        expected = say("每所学校只出现一次", "every school once")
        ledger.error(row, "duplicate_school", message, expected, "school_code")


def refuse_repeated(ledger: Ledger, counties: pl.DataFrame) -> None:
    """One county and year twice, in one file or in two."""
    known = counties.filter(pl.col("_code").is_not_null() & pl.col("_year").is_not_null())
    twice = known.filter(pl.struct("_code", "_year").is_duplicated())
    for row in twice.iter_rows(named=True):
        message = say(
            "{c}（{y}）的数据给了两次", "{c} ({y}) is given twice", c=row["_code"], y=row["_year"]
        )
        expected = say("一县一学年只给一份", "one record a county and year")
        ledger.error(row, "duplicate_county", message, expected, "county_code")


def refuse_empty(ledger: Ledger, counties: pl.DataFrame, schools: pl.DataFrame) -> None:
    """A county without any school cannot be judged."""
    keys = set(schools.select("_code", "_year").rows())
    columns = [name for name in ("_table", "_row", "_code", "_year") if name in counties.columns]
    for row in counties.select(columns).iter_rows(named=True):
        if (row["_code"], row["_year"]) not in keys:
            message = say("没有任何学校", "the county has no schools")
            expected = say("至少一所学校", "at least one school")
            ledger.error(row, "no_schools", message, expected, "county_code")


def refuse_strangers(ledger: Ledger, rows: pl.DataFrame, schools: pl.DataFrame) -> None:
    """Rows about a school that the county's schools do not include."""
    names = ["_code", "_year", "school_code"]
    if "school_code" not in rows.columns or rows.is_empty():
        return
    known = with_missing(schools, school_code=pl.String).select(names)
    lost = rows.filter(pl.col("school_code").is_not_null()).join(
        known, on=names, how="anti", maintain_order="left"
    )
    for row in lost.unique(names, keep="first", maintain_order=True).iter_rows(named=True):
        message = say("学校表中没有{c}", "there is no school {c}", c=row["school_code"])
        expected = say("学校表中已有的标识码", "the code of a school in the table of schools")
        ledger.error(row, "unknown_school", message, expected, "school_code")
