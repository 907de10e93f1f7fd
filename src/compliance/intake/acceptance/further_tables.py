"""The tables beside counties and schools: whose their rows are, and whether they may stand."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.intake.acceptance.county_keys import row_keys
from compliance.intake.acceptance.integrity import refuse_foreign, refuse_homeless, refuse_strangers
from compliance.intake.acceptance.ledger import (
    Ledger,
    report_blank,
    report_faults,
    require,
    stack,
    with_missing,
)
from compliance.intake.acceptance.typed_table import Accepted
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say

REQUIRED = {
    "classes": ("school_code", "stage"),
    "rooms": ("school_code", "kind"),
    "monitoring": ("subject",),
    "attestations": ("rule",),
    "vetoes": ("rule",),
}
KINDS = tuple(REQUIRED)
# what makes a row of a list of statements the same row again
SINGLE = {
    "monitoring": ("subject", "grade", "year"),
    "attestations": ("rule",),
    "vetoes": ("rule",),
}
RULE_ID = r"^([A-Za-z]{1,8}(?:-[A-Za-z]{0,4}[0-9]{1,3}|[0-9]{1,3}))"


def rows(
    ledger: Ledger,
    kind: str,
    tables: Sequence[Accepted],
    counties: pl.DataFrame,
    schools: pl.DataFrame,
    *,
    many: bool,
) -> pl.DataFrame:
    """The rows of one further table of a document, keyed and checked.

    counties, schools: the keyed records of the same document.
    """
    year = "school_year" if kind == "monitoring" else "year"
    frame = stack(ledger, tables)
    if tables:
        frame = with_missing(frame, **dict.fromkeys(REQUIRED[kind], pl.String))
    frame = row_keys(frame, counties, many=many, year=year, schools=schools)
    if not tables:
        return frame
    report_faults(ledger, frame, tables)
    require(ledger, frame, tables, REQUIRED[kind])
    if many:
        _refuse_countyless(ledger, frame, tables, counties, schools)
        refuse_homeless(ledger, _of_dated_schools(frame, schools), counties, year)
    else:
        refuse_foreign(ledger, frame, year)
    refuse_strangers(ledger, frame, schools, many=many)
    if "rule" in frame.columns:
        short = pl.col("rule").str.extract(RULE_ID).str.to_uppercase()
        frame = frame.with_columns(pl.coalesce(short, "rule").alias("rule"))
    _refuse_repeated(ledger, kind, frame, many=many)
    return frame


def _refuse_countyless(
    ledger: Ledger,
    frame: pl.DataFrame,
    tables: Sequence[Accepted],
    counties: pl.DataFrame,
    schools: pl.DataFrame,
) -> None:
    """Rows of a dataset that name no county and do not show it otherwise.

    One error for a table that has no such column or leaves it blank throughout.
    """
    first = len(ledger.tables) - len(tables)
    for offset, accepted in enumerate(tables):
        table = frame.filter(pl.col("_table") == first + offset)
        refused = accepted.refused_rows("county_code")
        lost = table.filter(pl.col("_code").is_null() & ~pl.col("_row").is_in(refused))
        if "school_code" in lost.columns:  # those of unknown schools are strangers
            lost = lost.filter(pl.col("school_code").is_in(_shared(schools)))
        elif counties["_code"].null_count() or counties.is_empty():  # the cause has been said
            continue
        if lost.is_empty():
            continue
        if table["county_code"].null_count() == len(table) and not refused:
            _no_counties(ledger, accepted, lost, counties["_code"].n_unique())
        else:
            report_blank(ledger, accepted, "county_code", lost)


def _shared(schools: pl.DataFrame) -> list[str]:
    """The codes of schools that are given in several counties."""
    schools = with_missing(schools, school_code=pl.String)
    codes = schools.filter(pl.col("school_code").is_not_null()).group_by("school_code")
    number = codes.agg(pl.col("_code").n_unique(), pl.col("_code").null_count().alias("_blank"))
    shared = number.filter((pl.col("_code") > 1) & (pl.col("_blank") == 0))
    return shared["school_code"].to_list()


def _no_counties(ledger: Ledger, accepted: Accepted, lost: pl.DataFrame, counties: int) -> None:
    fact = accepted.facts["county_code"]
    if "school_code" in lost.columns:
        codes = lost["school_code"].unique(maintain_order=True)
        why = say(
            "有{n}个学校标识码（如{c}）几个县都在用",
            "{n} school codes ({c} for one) are used in several counties",
            n=len(codes),
            c=codes[0],
        )
    else:
        why = say("数据有{n}个县", "the data are of {n} counties", n=counties)
    ledger.report(
        Problem(
            "error",
            "missing_heading",
            say(
                "没有填写“{f}”，而{why}，无法确定属于哪个县",
                "“{f}” is not given, and {why}: whose rows these are cannot be told",
                f=fact.label,
                why=why,
            ),
            say("每行写明行政区划代码（6位数字）", "the county code (six digits) in every row"),
            accepted.raw.file,
            accepted.raw.sheet,
            facts=(fact.name,),
        )
    )


def _of_dated_schools(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Without the rows about schools whose own year is not known: that has been said."""
    if "school_code" not in frame.columns:
        return frame
    undated = schools.filter(pl.col("_year").is_null())["_code"].drop_nulls()
    return frame.filter(~pl.col("_code").is_in(undated.to_list()))


def _refuse_repeated(ledger: Ledger, kind: str, frame: pl.DataFrame, *, many: bool) -> None:
    if kind not in SINGLE or frame.is_empty():
        return
    names = [name for name in ("_code", "_year", *SINGLE[kind]) if name in frame.columns]
    said = frame.filter(pl.col(SINGLE[kind][0]).is_not_null())
    if many:
        said = said.filter(pl.col("_code").is_not_null() & pl.col("_year").is_not_null())
    for row in said.filter(pl.struct(names).is_duplicated()).iter_rows(named=True):
        what = row[SINGLE[kind][0]]
        message = say("{w}重复填写", "{w} is given twice", w=what)
        expected = say("每项只填一次", "once each")
        ledger.error(row, "duplicate_statement", message, expected, SINGLE[kind][0])
