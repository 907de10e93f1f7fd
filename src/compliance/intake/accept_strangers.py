"""Rows about schools that the table of schools does not include, and what that follows from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from compliance.intake.accept_keys import Ledger, with_missing
from compliance.words import say

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
