"""The tables beside counties and schools: classes and rooms, monitoring, statements."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.intake.accept_column import NUMBERS
from compliance.intake.accept_homes import refuse_foreign, refuse_homeless
from compliance.intake.accept_keys import (
    Ledger,
    problem_at,
    report_faults,
    require,
    row_keys,
    stack,
    with_missing,
)
from compliance.intake.accept_table import Accepted
from compliance.vocabulary import Vocabulary
from compliance.words import say

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
SCHOOL = ["_code", "_year", "school_code"]


def rows(
    ledger: Ledger,
    kind: str,
    tables: Sequence[Accepted],
    counties: pl.DataFrame,
    *,
    many: bool,
) -> pl.DataFrame:
    """The rows of one further table of a document, keyed and checked."""
    year = "school_year" if kind == "monitoring" else "year"
    frame = row_keys(stack(ledger, tables), counties, many=many, year=year)
    if not tables:
        return frame
    frame = with_missing(frame, **dict.fromkeys(REQUIRED[kind], pl.String))
    report_faults(ledger, frame, tables)
    require(ledger, frame, tables, (("county_code",) if many else ()) + REQUIRED[kind])
    if many:
        refuse_homeless(ledger, frame, counties, year)
    else:
        refuse_foreign(ledger, frame, year)
    if "rule" in frame.columns:
        short = pl.col("rule").str.extract(RULE_ID).str.to_uppercase()
        frame = frame.with_columns(pl.coalesce(short, "rule").alias("rule"))
    _refuse_repeated(ledger, kind, frame)
    return frame


def _refuse_repeated(ledger: Ledger, kind: str, frame: pl.DataFrame) -> None:
    if kind not in SINGLE or frame.is_empty():
        return
    names = [name for name in ("_code", "_year", *SINGLE[kind]) if name in frame.columns]
    said = frame.filter(pl.col(SINGLE[kind][0]).is_not_null())
    for row in said.filter(pl.struct(names).is_duplicated()).iter_rows(named=True):
        what = row[SINGLE[kind][0]]
        message = say("{w}重复填写", "{w} is given twice", w=what)
        expected = say("每项只填一次", "once each")
        ledger.error(row, "duplicate_statement", message, expected, SINGLE[kind][0])


def fold_classes(
    ledger: Ledger, schools: pl.DataFrame, classes: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The rows of the sheet 班级 as the schools' P_class_sizes."""
    return _fold(ledger, schools, classes, vocabulary, "stage", "students", "{}_class_sizes")


def fold_rooms(
    ledger: Ledger, schools: pl.DataFrame, rooms: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The rows of the sheet 专用教室 as the schools' music_room_areas and art_room_areas."""
    return _fold(ledger, schools, rooms, vocabulary, "kind", "area", "{}_room_areas")


def _fold(
    ledger: Ledger,
    schools: pl.DataFrame,
    items: pl.DataFrame,
    vocabulary: Vocabulary,
    by: str,
    value: str,
    name: str,
) -> pl.DataFrame:
    """Lists from rows: one list a school and value of `by`, in the order of the rows.

    A list with a blank item is no list: the fact stays missing. Where the school gives the list
    itself, its own is used.
    """
    if items.is_empty() or schools.is_empty():
        return schools
    items = with_missing(items, **{value: pl.Float64})
    lists = items.group_by(*SCHOOL, by, maintain_order=True).agg(
        pl.col(value).alias("_list"),
        pl.col(value).null_count().alias("_blank"),
        pl.col("_table", "_row").first(),
    )
    for word in lists[by].drop_nulls().unique(maintain_order=True):
        fact = name.format(word)
        given = lists.filter(pl.col(by) == word)
        for row in given.filter(pl.col("_blank") > 0).iter_rows(named=True):
            _incomplete(ledger, row, vocabulary.school[fact].label, value, fact)
        whole = given.filter(pl.col("_blank") == 0)
        schools = with_missing(schools, **{fact: NUMBERS})
        joined = schools.join(
            whole.select(*SCHOOL, "_list"), on=SCHOOL, how="left", maintain_order="left"
        )
        _compare(ledger, joined, fact, vocabulary.school[fact].label)
        schools = joined.with_columns(pl.coalesce(fact, "_list").alias(fact)).drop("_list")
    return schools


def _incomplete(ledger: Ledger, row: dict[str, object], label: str, column: str, fact: str) -> None:
    message = say(
        "有{n}行没有填数，{f}按缺失处理", "{n} rows are blank; {f} counts as missing",
        n=row["_blank"], f=label,
    )  # fmt: skip
    warning = problem_at(ledger, row, "warning", "incomplete_list", message, "", column)
    ledger.report_about(warning, fact)


def _compare(ledger: Ledger, joined: pl.DataFrame, fact: str, label: str) -> None:
    both = pl.col(fact).is_not_null() & pl.col("_list").is_not_null()
    differ = joined.filter(both & (pl.col(fact).list.sort() != pl.col("_list").list.sort()))
    for row in differ.select("_table", "_row", *SCHOOL).iter_rows(named=True):
        message = say(
            "{f}与明细表不一致，以学校表所填为准",
            "{f} differs from the detailed sheet; the school's own list is used",
            f=label,
        )
        ledger.report(problem_at(ledger, row, "warning", "parts_disagree", message, "", fact))


def monitoring(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, subject, grade, monitored_year, level, disparity."""
    frame = with_missing(
        frame,
        subject=pl.String,
        grade=pl.String,
        year=pl.Float64,
        level=pl.Float64,
        disparity=pl.Float64,
    )
    return _sorted(
        frame,
        "subject",
        "grade",
        pl.col("year").cast(pl.Int32).alias("monitored_year"),
        "level",
        "disparity",
    )


def attestations(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, rule, met, evidence (empty where none is named), note."""
    texts = pl.List(pl.String)
    frame = with_missing(frame, rule=pl.String, met=pl.Boolean, evidence=texts, note=pl.String)
    none = pl.lit([], dtype=texts)
    evidence = pl.when(pl.col("evidence").is_null()).then(none).otherwise("evidence")
    return _sorted(frame, "rule", "met", evidence.alias("evidence"), pl.col("note").fill_null(""))


def vetoes(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, rule, exists."""
    return _sorted(with_missing(frame, rule=pl.String, exists=pl.Boolean), "rule", "exists")


def _sorted(frame: pl.DataFrame, *columns: str | pl.Expr) -> pl.DataFrame:
    keys = (pl.col("_code").alias("county_code"), pl.col("_year").alias("year"))
    return frame.select(*keys, *columns).sort("county_code", "year", maintain_order=True)
