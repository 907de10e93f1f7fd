"""Rows and the records they belong to: the lost, the doubled, and counties without schools."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from compliance.intake.acceptance.ledger import Ledger, with_missing
from compliance.intake.acceptance.typed_table import Accepted
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say

NAMES = ["_code", "_year", "school_code"]
Key = tuple[object, object]


def refuse_strangers(
    ledger: Ledger, rows: pl.DataFrame, schools: pl.DataFrame, *, many: bool
) -> None:
    """Rows about a school that the county's schools do not include.

    Where the county's schools are not all known themselves, that is the cause and has been said.
    """
    if "school_code" not in rows.columns or rows.is_empty():
        return
    schools = with_missing(schools, school_code=pl.String)
    known = _Known.of(schools, many=many)
    for row in _strangers(rows, schools).iter_rows(named=True):
        code, year = row["_code"], row["_year"]
        unread = code is not None and code in ledger.blamed
        if unread or known.doubtful(code, year, row["school_code"]):
            ledger.refuse((code, year))
            continue
        message = say("学校表中没有{c}", "there is no school {c}", c=row["school_code"])
        expected = say("学校表中已有的标识码", "the code of a school in the table of schools")
        ledger.error(row, "unknown_school", message, expected, "school_code")


def _strangers(rows: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """The first row of each unknown school; compared by as much of its key as the row has."""
    named = rows.filter(pl.col("school_code").is_not_null())
    code, year = pl.col("_code").is_not_null(), pl.col("_year").is_not_null()
    parts = ((code & year, NAMES), (code & ~year, ["_code", "school_code"]))
    lost = [
        named.filter(which).join(schools, on=keys, how="anti", maintain_order="left")
        for which, keys in (*parts, (~code, ["school_code"]))
    ]
    return pl.concat(lost).unique(NAMES, keep="first", maintain_order=True)


@dataclass(frozen=True)
class _Known:
    """What is known of the schools: the counties they are of, and what is missing of them.

    counties: those with schools, with and without their year. nameless: those with a school
    that has no usable code. homeless: codes of schools whose county or year is not known.
    """

    counties: frozenset[Key]
    nameless: frozenset[object]
    homeless: frozenset[object]
    any_code: bool

    @classmethod
    def of(cls, schools: pl.DataFrame, *, many: bool) -> _Known:
        keys = schools.select("_code", "_year").unique().rows()
        named = schools["school_code"].is_not_null()
        unclear = pl.col("_code").is_null()
        if many:
            unclear |= pl.col("_year").is_null()
        return cls(
            frozenset([*keys, *((code, None) for code, _ in keys)]),
            frozenset(schools.filter(~named)["_code"]),
            frozenset(schools.filter(unclear)["school_code"]),
            bool(named.any()),
        )

    def doubtful(self, code: object, year: object, school: object) -> bool:
        """Whether the school may be missing only for a reason that has been given."""
        if school in self.homeless or not self.any_code:
            return True
        return code is not None and (code in self.nameless or (code, year) not in self.counties)


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
    """In a dataset: rows whose county has no record, or several years to choose from.

    Where the record itself has no usable code or year, that is the cause and has been said.
    """
    known = counties.select("_code", "_year").unique()
    undated = known.filter(pl.col("_year").is_null())["_code"].drop_nulls()
    lost = rows.filter(pl.col("_code").is_not_null()).join(
        known, on=["_code", "_year"], how="anti", maintain_order="left"
    )
    lost = lost.filter(~pl.col("_code").is_in(undated.to_list()))
    dateless = pl.col("_year").is_null() & pl.col("_code").is_in(known["_code"].to_list())
    _refuse_undated(ledger, lost.filter(dateless), year)
    unclear = known["_code"].null_count() > 0 or (known.is_empty() and None in ledger.blamed)
    groups = lost.filter(~dateless).group_by("_code", "_year", maintain_order=True)
    for _, group in groups:
        row = group.row(0, named=True) | {"school_code": None}
        if unclear or row["_code"] in ledger.blamed:
            ledger.refuse((row["_code"], row["_year"]))
        elif ledger.once("missing_county", row["_code"], row["_year"]):
            _no_county(ledger, row, len(group))


def _refuse_undated(ledger: Ledger, rows: pl.DataFrame, year: str) -> None:
    """Rows without a year whose county has several: once for a table that has no such heading."""
    for (number,), group in rows.group_by("_table", maintain_order=True):
        table = ledger.tables[int(str(number))]
        if year not in table.headings:
            _no_years(ledger, group, table, year)
            continue
        blank = group.filter(~pl.col("_row").is_in(table.refused_rows(year)))
        for _, of_county in blank.group_by("_code", maintain_order=True):
            row = of_county.row(0, named=True) | {"school_code": None}
            _year_needed(ledger, row, len(of_county), year)


def _no_years(ledger: Ledger, rows: pl.DataFrame, table: Accepted, year: str) -> None:
    codes = rows["_code"].unique(maintain_order=True).to_list()
    for code in codes:
        ledger.refuse((code, None))
    message = say(
        "没有“{f}”这一项，而{c}有多个学年",
        "there is no heading “{f}”, but {c} has several years",
        f=table.facts[year].label,
        c=codes[0] if len(codes) == 1 else say("{n}个县", "each of {n} counties", n=len(codes)),
    )
    ledger.report(
        Problem(
            "error",
            "year_needed",
            message,
            say("每行写明学年起始年份", "the year in which the school year begins, in every row"),
            table.raw.file,
            table.raw.sheet,
            county_code=codes[0] if len(codes) == 1 else None,
            facts=(year,),
        )
    )


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


def refuse_doubled(ledger: Ledger, schools: pl.DataFrame, *, many: bool) -> None:
    """One school twice in a county and year: each place is named."""
    schools = with_missing(schools, school_code=pl.String)
    named = schools.filter(pl.col("school_code").is_not_null())
    named = named.filter(_keyed()) if many else named
    twice = named.filter(pl.struct("_code", "_year", "school_code").is_duplicated())
    for row in twice.iter_rows(named=True):
        message = say("学校标识码{c}重复", "school code {c} is given twice", c=row["school_code"])
        expected = say("每所学校只出现一次", "every school once")
        ledger.error(row, "duplicate_school", message, expected, "school_code")


def _keyed() -> pl.Expr:
    return pl.col("_code").is_not_null() & pl.col("_year").is_not_null()


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
    """A county without any school cannot be judged.

    The cause may have been said: by the reader, or where schools name no county or a year that
    it does not have.
    """
    keys = set(schools.select("_code", "_year").rows())
    unread = None in ledger.blamed and not keys
    records = set(counties.select("_code", "_year").rows())
    astray = {code for code, year in keys - records}
    columns = [name for name in ("_table", "_row", "_code", "_year") if name in counties.columns]
    for row in counties.select(columns).iter_rows(named=True):
        key = (row["_code"], row["_year"])
        if key in keys:
            continue
        if unread or key[0] in ledger.blamed or astray & {None, key[0]} or (keys and None in key):
            ledger.refuse(key)
            continue
        message = say("没有任何学校", "the county has no schools")
        expected = say("至少一所学校", "at least one school")
        ledger.error(row, "no_schools", message, expected, "county_code")
