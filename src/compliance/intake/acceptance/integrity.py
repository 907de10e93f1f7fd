"""Rows and the records they belong to: the lost, the doubled, the nameless, counties without schools.

Whatever is found is an outcome: a problem, which as an error refuses its county, or the bare
refusal of a county whose cause has been said already. Rows carry ``_table`` and ``_row`` (where
they stand), ``_code`` and ``_year`` (whose they are).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from compliance.intake.acceptance.named_schools import NAMING, Stranger, resolved, with_home
from compliance.intake.acceptance.typed_table import Accepted
from compliance.intake.cell_text import clip, show
from compliance.intake.formats.raw_table import TABLE_OF, RawDocument, table_named
from compliance.intake.limits import EXPLAINED_ROWS, MOST_COUNTIES, MOST_SCHOOLS
from compliance.intake.problems import Location, several_counties
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import Refused

# ── whose row it is ─────────────────────────────────────────────────────────────────


def with_missing(frame: pl.DataFrame, **types: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """The frame with these columns added as missing where it has none."""
    absent = [name for name in types if name not in frame.columns]
    return frame.hstack([_constant(name, None, types[name], frame) for name in absent])


def _constant(
    name: str, value: object, dtype: pl.DataType | type[pl.DataType], frame: pl.DataFrame
) -> pl.Series:
    """A column of one value, as long as the frame; made without asking a query."""
    return pl.Series(name, [value], dtype=dtype).new_from_index(0, frame.height)


def keyed() -> pl.Expr:
    """The rows whose county and year are known."""
    return pl.col("_code").is_not_null() & pl.col("_year").is_not_null()


def county_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """County rows with their key, from their own code and year."""
    frame = with_missing(frame, county_code=pl.String, year=pl.Float64, county_name=pl.String)
    return _own_keys(frame, "year")


def _own_keys(frame: pl.DataFrame, year: str) -> pl.DataFrame:
    return frame.with_columns(_code=pl.col("county_code"), _year=pl.col(year).cast(pl.Int32))


def row_keys(
    frame: pl.DataFrame,
    counties: pl.DataFrame,
    *,
    many: bool,
    year: str = "year",
    schools: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Rows of schools and further tables with the key of their county.

    In a document of one county, that county. In a dataset, the row's own code and year; what a
    row of a further table does not say is taken from its school, where the school's code is that
    of one county, or from the only county there is; and the year, where a county has only one.
    year: the column that names the school year. schools: the keyed schools, for further tables.
    """
    frame = with_missing(frame, county_code=pl.String, **{year: pl.Float64})
    if not many:
        code, one = (counties["_code"][0], counties["_year"][0]) if len(counties) else (None, None)
        own = _constant("_code", code, pl.String, frame)
        return frame.hstack([own, _constant("_year", one, pl.Int32, frame)])
    frame = _own_keys(frame, year)
    if schools is not None:
        frame = _of_only_county(_of_school(frame, schools), counties)
    return _of_only_year(frame, counties)


def _of_school(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """County and year of the row's school, as far as its code leaves no doubt."""
    if "school_code" not in frame.columns or "school_code" not in schools.columns:
        return frame
    named = pl.col("school_code").is_not_null() & pl.col("_code").is_not_null()
    homes = schools.filter(named).select("school_code", "_code", "_year").unique()
    frame = _taken(frame, homes, ["school_code", "_year"], "_code")
    frame = _taken(frame, homes, ["school_code"], "_code")
    return _taken(frame, homes, ["school_code", "_code"], "_year")


def _taken(frame: pl.DataFrame, homes: pl.DataFrame, by: list[str], what: str) -> pl.DataFrame:
    """The frame with missing values of `what` taken from the homes that agree on it."""
    only = homes.group_by(by).agg(
        pl.col(what).first().alias("_found"), pl.col(what).n_unique().alias("_number")
    )
    only = only.filter(pl.col("_number") == 1).drop("_number")
    joined = frame.join(only, on=by, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(what, "_found").alias(what)).drop("_found")


def _of_only_county(frame: pl.DataFrame, counties: pl.DataFrame) -> pl.DataFrame:
    codes = counties["_code"].unique()
    if len(codes) != 1 or codes[0] is None:
        return frame
    return frame.with_columns(pl.col("_code").fill_null(codes[0]))


def _of_only_year(frame: pl.DataFrame, counties: pl.DataFrame) -> pl.DataFrame:
    named = counties.filter(pl.col("_code").is_not_null())
    return _taken(frame, named.select("_code", "_year"), ["_code"], "_year")


# ── what keeps a record from being judged ───────────────────────────────────────────


Outcome = Problem | Refused
Row = Mapping[str, Any]
Tables = Mapping[int, Accepted] | Sequence[Accepted]  # by number
Key = tuple[str, int | None]
# What must stand in every row; 学校 of a dataset name their county as well.
REQUIRED = {
    "counties": ("county_code", "county_name", "year"),
    "schools": ("school_code", "school_name", "school_type"),
    "classes": ("school_code", "stage"),
    "rooms": ("school_code", "kind"),
    "monitoring": ("subject",),
    "attestations": ("rule",),
    "vetoes": ("rule",),
    "buildings": ("school_code", "building"),
    "organisations": ("name", "kind"),
    "succession": ("old_code",),
}
FURTHER = tuple(REQUIRED)[2:]
# what makes a row of a list of statements the same row again
SINGLE = {
    "monitoring": ("subject", "grade", "year"),
    "attestations": ("rule",),
    "vetoes": ("rule",),
}
NOBODY: Row = {"_code": None, "_year": None}
NAMED = 20  # so many files are named in one line
# what keeps a file from being read at all
_UNREAD = frozenset({"bad_encoding", "bad_text", "empty_file", "damaged"})
RULE_ID = r"^([A-Za-z]{1,8}(?:-[A-Za-z]{0,4}[0-9]{1,3}|[0-9]{1,3}))"
SCHOOL = ["_code", "_year", "school_code"]


def locate(tables: Tables, row: Row, *facts: str) -> Location:
    """Where a row has the first of `facts` that its table knows, and whose it is."""
    place = tables[row["_table"]].at(row["_row"], *facts)
    return replace(place, county=row["_code"], year=row["_year"], school=row.get("school_code"))


@dataclass(frozen=True)
class CheckedRows:
    """The rows of a document by kind of table, each with its key, and what was found of them.

    unattributed: of each county with a record the errors about rows that may be its own.
    """

    rows: Mapping[str, pl.DataFrame]
    outcomes: Sequence[Outcome]
    unattributed: Mapping[tuple[str, int], tuple[Problem, ...]] = field(default_factory=dict)


def check_document(raw: RawDocument, tables: Sequence[Accepted]) -> CheckedRows:
    """Find each row's county and school, and whatever keeps one from being judged."""
    document = _Document(raw, {table.number: table for table in tables})
    counties = county_keys(document.stacked("counties"))
    if len(counties) > MOST_COUNTIES or not tables:
        return CheckedRows(dict.fromkeys(TABLE_OF, _NONE), list(_nothing(document, counties)))
    outcomes = [
        *_notes(document, counties),
        *_faults(document, "counties", counties),
        *_require(document, "counties", counties),
    ]
    if not raw.many:
        outcomes += _only_county(document, counties)
        counties = counties.head(1)
    schools = row_keys(document.stacked("schools"), counties, many=raw.many)
    crowded = _crowded(schools)
    outcomes += _too_many_schools(document, crowded)
    counties, schools = (_besides(frame, crowded) for frame in (counties, schools))
    outcomes += _schools(document, schools, counties)
    rows = {"counties": counties, "schools": schools}
    for kind in FURTHER:
        rows[kind] = _besides(_further_rows(document, kind, counties, schools), crowded)
        if document.of(kind):
            outcomes += _further(document, kind, rows[kind], counties, schools)
        if document.of(kind) and kind in NAMING:
            rows[kind], strangers = resolved(kind, rows[kind], schools)
            outcomes += _unknown(document, schools, strangers)
    if not raw.many:
        return CheckedRows(rows, outcomes)
    outcomes = list(_once(outcomes))
    return CheckedRows(rows, outcomes, _unattributed(outcomes, rows))


_NONE = pl.DataFrame(
    schema={"_table": pl.Int64, "_row": pl.Int64, "_code": pl.String, "_year": pl.Int32}
)


def _nothing(document: _Document, counties: pl.DataFrame) -> Iterator[Outcome]:
    """What is to be said of a document that has no table, or far more counties than there are."""
    yield from _notes(document, counties.clear())
    if document.tables:
        [table, *_] = document.of("counties")
        message = say("县区记录过多：{n}条", n=f"{len(counties):,}")
        at_most = say("不超过{n}条", n=f"{MOST_COUNTIES:,}")
        yield Location(table.raw.file, table.raw.sheet).error("too_large", message, at_most)
    elif not document.raw.many:
        yield from _only_county(document, counties)


def _crowded(schools: pl.DataFrame) -> pl.DataFrame:
    """Counties with far more schools than any has: how many, and where the first one stands."""
    if len(schools) <= MOST_SCHOOLS:
        return schools.head(0)
    groups = schools.lazy().filter(keyed()).group_by("_code", "_year", maintain_order=True)
    counted = groups.agg(pl.col("_table", "_row").first(), pl.len().alias("_schools"))
    return counted.filter(pl.col("_schools") > MOST_SCHOOLS).collect()


def _too_many_schools(document: _Document, crowded: pl.DataFrame) -> Iterator[Problem]:
    for row in crowded.iter_rows(named=True):
        message = say("{c}的学校过多：{n}所", c=row["_code"], n=f"{row['_schools']:,}")
        expected = say("一个县不超过{n}所", n=f"{MOST_SCHOOLS:,}")
        yield document.error(row, "too_large", message, expected, "school_code")


def _besides(rows: pl.DataFrame, crowded: pl.DataFrame) -> pl.DataFrame:
    """The rows of all other counties."""
    key = ["_code", "_year"]
    if crowded.is_empty():
        return rows
    return rows.join(crowded.select(key), on=key, how="anti", maintain_order="left")


def _each(rows: pl.DataFrame, tell: Callable[[Row], Problem]) -> Iterator[Outcome]:
    """An error for every row; of those beyond so many the first, with the number of the others."""
    for row in rows.head(EXPLAINED_ROWS).iter_rows(named=True):
        yield tell(row)
    for row in rows.slice(EXPLAINED_ROWS, 1).iter_rows(named=True):
        one, more = tell(row), len(rows) - EXPLAINED_ROWS - 1
        message = say("{m}（这样的另有{n}处）", m=one.message, n=more) if more else one.message
        yield replace(one, message=message)
        yield from _refused(rows.slice(EXPLAINED_ROWS))


@dataclass(frozen=True)
class _Document:
    """A document whose tables are accepted, each still by itself."""

    raw: RawDocument
    tables: Mapping[int, Accepted]

    def of(self, kind: str) -> list[Accepted]:
        """The tables of one kind."""
        return [table for table in self.tables.values() if table.raw.name == kind]

    def stacked(self, kind: str) -> pl.DataFrame:
        """The rows of all tables of one kind."""
        frames = [table.frame for table in self.of(kind)]
        if not frames:
            return pl.DataFrame(schema={"_row": pl.Int64, "_table": pl.Int64})
        return pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]

    def each(self, kind: str, rows: pl.DataFrame) -> Iterator[tuple[Accepted, pl.DataFrame]]:
        """The tables of one kind, each with its own of these rows."""
        tables = self.of(kind)
        for table in tables:
            own = pl.col("_table") == table.number
            yield table, rows if len(tables) == 1 else rows.filter(own)

    def error(self, row: Row, code: str, message: str, expected: str, *facts: str) -> Problem:
        """An error about a row, at the first of `facts`."""
        return locate(self.tables, row, *facts).error(code, message, expected, facts)

    @cached_property
    def notes(self) -> list[Problem]:
        """What the reader and the headings had to say."""
        tables = [table for kind in TABLE_OF for table in self.of(kind)]
        return [*self.raw.problems, *(note for table in tables for note in table.notes)]

    @cached_property
    def blamed(self) -> frozenset[str | None]:
        """The counties of whose records the reader has said what is wrong; None stands for all."""
        return frozenset(one.county_code for one in self.raw.problems if one.severity == "error")

    @cached_property
    def explained(self) -> frozenset[tuple[str, str]]:
        """The cells of which it has been said already why they hold nothing."""
        errors = (one for one in self.notes if one.severity == "error")
        return frozenset((one.file, one.at) for one in errors if one.at)


def _refused(rows: pl.DataFrame) -> list[Refused]:
    """The refusal of every county that these rows belong to."""
    if rows.is_empty():
        return []
    keys = rows.lazy().select("_code", "_year").unique(maintain_order=True).collect()
    return [Refused(code, year, "") for code, year in keys.iter_rows() if code is not None]


def _once(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """A county that has no record is named once, however many tables of a dataset speak of it."""
    said: set[tuple[str | None, int | None]] = set()
    for one in outcomes:
        if isinstance(one, Problem) and one.code == "missing_county":
            if (one.county_code, one.year) in said:
                continue
            said.add((one.county_code, one.year))
        yield one


def _unattributed(
    outcomes: Iterable[Outcome], rows: Mapping[str, pl.DataFrame]
) -> dict[tuple[str, int], tuple[Problem, ...]]:
    """The errors about rows whose county nobody can tell, for every county of a dataset.

    So is a single row of a county, or of a year of one, that has no record: it may be a slip, as in
    `_of_another_county`, where several are a county of their own.
    """
    errors = [one for one in outcomes if isinstance(one, Problem) and one.severity == "error"]
    counties = (
        rows["counties"].filter(keyed()).select("_code", "_year").unique().sort("_code", "_year")
    )
    codes = set(counties["_code"])
    slips: dict[str | None, list[Problem]] = {}  # county, None where it has no record
    for one in _single(errors, rows):
        slips.setdefault(one.county_code if one.county_code in codes else None, []).append(one)
    everyones = (*(one for one in errors if one.county_code is None), *slips.get(None, ()))
    found = {}
    for code, year in counties.iter_rows():
        if everyones or code in slips:
            # thousands of counties share one tuple
            found[code, year] = (*everyones, *slips[code]) if code in slips else everyones
    return found


def _single(errors: Iterable[Problem], rows: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Of the errors about counties, or years of one, without a record those about a single row."""
    lost = {(one.county_code, one.year): one for one in errors if one.code == "missing_county"}
    if not lost:
        return []
    named = pl.concat(
        [one.select("_code", "_year") for one in rows.values()], how="vertical_relaxed"
    )
    counted = named.filter(pl.col("_code").is_in([code for code, _ in lost])).group_by(
        "_code", "_year"
    )
    numbers = {(code, year): n for code, year, n in counted.len().iter_rows()}
    return [one for key, one in lost.items() if numbers.get(key) == 1]


# ── what was wrong before any county was known ─────────────────────────────────────


def _notes(document: _Document, counties: pl.DataFrame) -> Iterator[Outcome]:
    """The notes, now with their county; an error without one costs all counties of the document.

    A file of which nobody can tell what it held costs none its findings: that is `_unattributed`.
    """
    keys = counties.select("_code", "_year").unique(maintain_order=True).rows()
    code, year = keys[0] if len(keys) == 1 else (None, None)
    for note in document.notes:
        if note.county_code is not None or (document.raw.many and _is_of_nothing_known(note)):
            yield note
            continue
        yield replace(note, county_code=code, year=year)
        if note.severity == "error":
            yield from _refused(counties)
    years = {key[1] for key in keys}
    if years != {None}:
        for kind in TABLE_OF:
            for table in document.of(kind):
                yield from _other_periods(table, years)


def _is_of_nothing_known(note: Problem) -> bool:
    """Whether it is about a file that cannot be read, and is not called one of the tables."""
    return (
        note.code in _UNREAD and not note.at and table_named(PurePosixPath(note.file).stem) is None
    )


def _other_periods(table: Accepted, years: set[int | None]) -> Iterator[Problem]:
    for fact, heading, year in table.headings.years():
        if year not in years:
            message = say("“{h}”写的是{y}年", h=heading, y=year)
            expected = msg("与学年起始年份一致")
            where = table.raw.of_heading(heading)
            yield where.warning("period_differs", message, expected, (fact,))


def _faults(document: _Document, kind: str, rows: pl.DataFrame) -> Iterator[Outcome]:
    """Every refused or odd cell, with its county and school; a county with a refused one is refused."""
    for table, own in document.each(kind, rows):
        if not (table.refused or table.remarked):
            continue
        yield from _refused(own.filter(pl.col("_row").is_in(table.bad_rows)))
        faults = list(table.faults())
        concerned = own.filter(pl.col("_row").is_in({row for row, _ in faults}))
        names = [name for name in ("_row", *SCHOOL) if name in own.columns]
        known = {row["_row"]: row for row in concerned.select(names).iter_rows(named=True)}
        for number, problem in faults:
            row = known.get(number, NOBODY)  # a row of nothing but marks is no record
            yield replace(
                problem,
                county_code=row["_code"],
                year=row["_year"],
                school_code=row.get("school_code"),
            )


def _require(
    document: _Document, kind: str, rows: pl.DataFrame, names: Sequence[str] = ()
) -> Iterator[Outcome]:
    """Missing identity is an error; what was written and refused has been explained already."""
    for table, own in document.each(kind, rows):
        for name in names or REQUIRED[kind]:
            if table.has(name) or table.raw.strict or own.is_empty():
                yield from _blank(document, table, name, own)
                continue
            yield from _refused(own)
            fact, codes = table.facts[name], own["_code"].unique()
            code = codes[0] if len(codes) == 1 else None
            message = say("没有“{f}”这一项", f=fact.label)
            where = Location(table.raw.file, table.raw.sheet, code)
            yield where.error("missing_heading", message, fact.expected(), (name,))


def _blank(
    document: _Document, table: Accepted, name: str, rows: pl.DataFrame
) -> Iterator[Outcome]:
    """Each row that lacks the fact, unless what stands in its cell has been refused already."""
    if name in rows.columns and not rows[name].null_count():
        return
    blank = rows.filter(pl.col(name).is_null()) if name in rows.columns else rows
    if name in table.refused:
        blank = blank.filter(~pl.col("_row").is_in(list(table.refused[name])))
    yield from _refused(blank)
    fact = table.facts[name]
    for row in blank.head(EXPLAINED_ROWS).iter_rows(named=True):
        # in JSON a key may be absent and still have its place
        absent = table.raw.strict and not table.has(name)
        beside = (name,) if absent else (name, "school_name")
        where = locate(document.tables, row, *beside)
        if (where.file, where.at) in document.explained:
            continue
        message = say("缺少{f}", f=fact.label)
        if row.get("school_name"):
            message = say("{s}：{m}", s=show(row["school_name"]), m=message)
        yield where.error("missing_identity", message, fact.expected(), (name,))


# ── counties and schools ───────────────────────────────────────────────────────────


def _only_county(document: _Document, counties: pl.DataFrame) -> Iterator[Outcome]:
    """A document of one county has exactly one record of it."""
    if len(counties) == 1 or document.blamed:
        return
    yield from _refused(counties)
    raw, at = document.raw, ""
    file = raw.inputs[0].name if len(raw.inputs) == 1 else raw.name
    code, message = "missing_county", msg("没有县区记录")
    if len(counties):
        at = locate(document.tables, counties.row(1, named=True), "county_code").at
        codes = counties["_code"].drop_nulls().unique(maintain_order=True)
        code, message = "several_counties", msg("一份文件只能有一个县区记录")
        if len(codes) > 1:
            yield Location(file, at).error(*several_counties(codes))
            return
    expected = msg("恰好一个县区记录")
    yield Location(file, at).error(code, message, expected)


def _schools(
    document: _Document, schools: pl.DataFrame, counties: pl.DataFrame
) -> Iterator[Outcome]:
    yield from _faults(document, "schools", schools)
    if document.raw.many:
        yield from _require(document, "schools", schools, ("county_code", *REQUIRED["schools"]))
        yield from _homeless(document, schools, counties)
    else:
        yield from _require(document, "schools", schools)
        yield from _foreign(document, schools)
    yield from _doubled(document, schools)
    yield from _empty(document, counties, schools)


def _foreign(document: _Document, rows: pl.DataFrame, year: str = "year") -> Iterator[Outcome]:
    """In a document of one county: rows that name another county or year than its record."""
    if all(rows[name].null_count() == rows.height for name in ("county_code", year)):
        return
    other = (pl.col("county_code") != pl.col("_code")) | (pl.col(year) != pl.col("_year"))
    strange = rows.filter(other)
    if strange.is_empty():
        return
    elsewhere = (strange["county_code"] != strange["_code"]).fill_null(value=False)
    for _, own in strange.filter(elsewhere).group_by("county_code", maintain_order=True):
        yield _of_another_county(document, own)

    def tell(row: Row) -> Problem:
        message = _differs(row, msg_in("differs", "学年起始年份"), year)
        return document.error(row, "year_differs", message, str(row["_year"]), year)

    yield from _each(strange.filter(~elsewhere), tell)


def _differs(row: Row, what: str, fact: str) -> str:
    return say(
        "{what}是{own}，与本县记录（{code}，{year}）不同",
        what=what, own=row[fact], code=row["_code"], year=row["_year"],
    )  # fmt: skip


def _of_another_county(document: _Document, rows: pl.DataFrame) -> Problem:
    """Rows that name another county than the record: one may be a slip, several are a second county."""
    row = rows.row(0, named=True)
    if len(rows) == 1:
        message = _differs(row, msg_in("differs", "行政区划代码"), "county_code")
        expected = say("{code}；别的县的记录放到它自己的文件里", code=row["_code"])
        return document.error(row, "county_differs", message, expected, "county_code")
    code, _, expected = several_counties(())
    message = say(
        "{n}条记录的行政区划代码是{other}，与本县记录（{code}，{year}）不同",
        n=len(rows), other=row["county_code"], code=row["_code"], year=row["_year"],
    )  # fmt: skip
    return document.error(row | {"school_code": None}, code, message, expected, "county_code")


def _homeless(
    document: _Document, rows: pl.DataFrame, counties: pl.DataFrame, year: str = "year"
) -> Iterator[Outcome]:
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
    yield from _undated(document, lost.filter(dateless), year)
    unclear = known["_code"].null_count() > 0 or (known.is_empty() and None in document.blamed)
    lost = lost.filter(~dateless)
    blamed = pl.col("_code").is_in([code for code in document.blamed if code]) | unclear
    yield from _refused(lost.filter(blamed))
    groups = lost.lazy().filter(~blamed).group_by("_code", "_year", maintain_order=True)
    counted = groups.agg(pl.all().first(), pl.len().alias("_rows")).collect()
    yield from _each(counted, partial(_no_county, document))


def _of_county(rows: pl.DataFrame) -> Row:
    """The first of rows that only their county is told of."""
    return rows.row(0, named=True) | {"school_code": None}


def _no_county(document: _Document, row: Row) -> Problem:
    message = say(
        "{c}{y}没有县区记录，却有{n}条记录属于它",
        c=row["_code"],
        y="" if row["_year"] is None else f"（{row['_year']}）",
        n=row["_rows"],
    )
    expected = msg("县区表中有该县该学年的记录")
    return document.error(
        {**row, "school_code": None}, "missing_county", message, expected, "county_code"
    )


def _undated(document: _Document, rows: pl.DataFrame, year: str) -> Iterator[Outcome]:
    """Rows without a year whose county has several: once for a table that has no such heading."""
    for (number,), group in rows.group_by("_table", maintain_order=True):
        table = document.tables[int(str(number))]
        if not table.has(year):
            yield from _no_years(group, table, year)
            continue
        blank = group.filter(~pl.col("_row").is_in(list(table.refused.get(year, ()))))
        for _, of_county in blank.group_by("_code", maintain_order=True):
            row = _of_county(of_county)
            message = say("{c}有多个学年，{n}条记录没有写明学年", c=row["_code"], n=len(of_county))
            expected = msg("填写学年起始年份")
            yield document.error(row, "year_needed", message, expected, year, "county_code")


def _no_years(rows: pl.DataFrame, table: Accepted, year: str) -> Iterator[Outcome]:
    codes = rows["_code"].unique(maintain_order=True).to_list()
    yield from (Refused(code, None, "") for code in codes)
    only = codes[0] if len(codes) == 1 else None
    message = say(
        "没有“{f}”这一项，而{c}有多个学年",
        f=table.facts[year].label,
        c=only or say("{n}个县各", n=len(codes)),
    )
    expected = msg("每行写明学年起始年份")
    where = Location(table.raw.file, table.raw.sheet, only)
    yield where.error("year_needed", message, expected, (year,))


def _doubled(document: _Document, schools: pl.DataFrame) -> Iterator[Outcome]:
    """One school twice in a county and year: each place is named."""
    if "school_code" not in schools.columns:
        return
    named = schools.lazy().filter(pl.col("school_code").is_not_null())
    named = named.filter(keyed()) if document.raw.many else named
    twice = named.filter(pl.struct(SCHOOL).is_duplicated()).collect()

    def tell(row: Row) -> Problem:
        message = say("学校标识码{c}重复", c=row["school_code"])
        expected = msg("每所学校只出现一次")
        return document.error(row, "duplicate_school", message, expected, "school_code")

    yield from _each(twice, tell)


def _empty(document: _Document, counties: pl.DataFrame, schools: pl.DataFrame) -> Iterator[Outcome]:
    """A county without any school cannot be judged.

    The cause may have been said: by the reader, or where schools name no county or a year that
    it does not have.
    """
    keys = _keys(schools)
    blamed = document.blamed
    unread = None in blamed and not keys
    records = _keys(counties)
    astray = {code for code, _ in keys - records}
    places = [name for name in ("_table", "_row", "_code", "_year") if name in counties.columns]
    for row in counties.select(places).iter_rows(named=True):
        code, year = key = (row["_code"], row["_year"])
        if key in keys:
            continue
        if unread or code in blamed or astray & {None, code} or (keys and None in key):
            yield Refused(code, year, "")
            continue
        message = msg("没有任何学校")
        expected = msg("至少一所学校")
        yield document.error(row, "no_schools", message, expected, "county_code")


def _keys(frame: pl.DataFrame) -> set[tuple[str | None, int | None]]:
    return set(zip(frame["_code"].to_list(), frame["_year"].to_list(), strict=True))


# ── the tables beside them ─────────────────────────────────────────────────────────


def _further_rows(
    document: _Document, kind: str, counties: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """The keyed rows of one further table; rules by their ids."""
    frame = document.stacked(kind)
    if document.of(kind):
        frame = with_missing(frame, **dict.fromkeys(REQUIRED[kind], pl.String))
    # by the schools that a row names
    homes = kind in NAMING and document.raw.many and not frame.is_empty()
    frame = with_home(kind, frame, schools) if homes else frame
    frame = row_keys(frame, counties, many=document.raw.many, year=_year_of(kind), schools=schools)
    frame = frame.drop("school_code") if homes else frame
    if "rule" in frame.columns:
        short = pl.col("rule").str.extract(RULE_ID).str.to_uppercase()
        frame = frame.with_columns(pl.coalesce(short, "rule").alias("rule"))
    return frame


def _year_of(kind: str) -> str:
    """The column that names the school year: in monitoring results `year` is another."""
    return "school_year" if kind == "monitoring" else "year"


def _further(
    document: _Document,
    kind: str,
    rows: pl.DataFrame,
    counties: pl.DataFrame,
    schools: pl.DataFrame,
) -> Iterator[Outcome]:
    yield from _faults(document, kind, rows)
    yield from _require(document, kind, rows)
    if document.raw.many:
        yield from _countyless(document, kind, rows, counties, schools)
        dated = _of_dated_schools(rows, schools)
        yield from _homeless(document, dated, counties, _year_of(kind))
    else:
        yield from _foreign(document, rows, _year_of(kind))
    yield from _strangers(document, rows, schools)
    yield from _stated_twice(document, kind, rows)
    if kind == "succession":
        yield from _heirless(document, rows)


def _countyless(
    document: _Document,
    kind: str,
    rows: pl.DataFrame,
    counties: pl.DataFrame,
    schools: pl.DataFrame,
) -> Iterator[Outcome]:
    """Rows of a dataset that name no county and do not show it otherwise.

    One error for a table that has no such column or leaves it blank throughout.
    """
    for table, own in document.each(kind, rows):
        refused = list(table.refused.get("county_code", ()))
        lost = own.filter(pl.col("_code").is_null() & ~pl.col("_row").is_in(refused))
        if "school_code" in lost.columns:  # those of unknown schools are strangers
            lost = lost.filter(pl.col("school_code").is_in(_shared(schools)))
        elif counties["_code"].null_count() or counties.is_empty():  # the cause has been said
            continue
        if lost.is_empty():
            continue
        if own["county_code"].null_count() == len(own) and not refused:
            yield _no_counties(table, lost, counties["_code"].n_unique())
        else:
            yield from _blank(document, table, "county_code", lost)


def _shared(schools: pl.DataFrame) -> list[str]:
    """The codes of schools that are given in several counties."""
    schools = with_missing(schools, school_code=pl.String)
    codes = schools.filter(pl.col("school_code").is_not_null()).group_by("school_code")
    number = codes.agg(pl.col("_code").n_unique(), pl.col("_code").null_count().alias("_blank"))
    shared = number.filter((pl.col("_code") > 1) & (pl.col("_blank") == 0))
    return shared["school_code"].to_list()


def _no_counties(table: Accepted, lost: pl.DataFrame, counties: int) -> Problem:
    fact = table.facts["county_code"]
    why = say("数据有{n}个县", n=counties)
    if "school_code" in lost.columns:
        codes = lost["school_code"].unique(maintain_order=True)
        why = say("有{n}个学校标识码（如{c}）几个县都在用", n=len(codes), c=codes[0])
    message = say("没有填写“{f}”，而{why}，无法确定属于哪个县", f=fact.label, why=why)
    expected = msg("每行写明行政区划代码（6位数字）")
    where = Location(table.raw.file, table.raw.sheet)
    return where.error("missing_heading", message, expected, (fact.name,))


def _of_dated_schools(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Without the rows about schools whose own year is not known: that has been said."""
    if "school_code" not in frame.columns:
        return frame
    undated = schools.filter(pl.col("_year").is_null())["_code"].drop_nulls()
    return frame.filter(~pl.col("_code").is_in(undated.to_list()))


def _heirless(document: _Document, rows: pl.DataFrame) -> Iterator[Outcome]:
    """A school that was merged, split or renamed has gone on under some code."""
    given = with_missing(rows, reason=pl.String, new_code=pl.List(pl.String))
    none = pl.col("new_code").list.len().fill_null(0) == 0
    goes_on = pl.col("reason").is_in(["merged", "split", "renamed"])

    def tell(row: Row) -> Problem:
        message = say("{c}：缺少新标识码", c=show(row["old_code"]))
        expected = msg("接续学校的标识码；没有接续学校的，事由填“撤销”")
        return document.error(row, "missing_identity", message, expected, "new_code")

    yield from _each(given.filter(goes_on & none), tell)


def _strangers(document: _Document, rows: pl.DataFrame, schools: pl.DataFrame) -> Iterator[Outcome]:
    """Rows about a school that the county's schools do not include."""
    if "school_code" not in rows.columns or rows.is_empty():
        return
    schools = with_missing(schools, school_code=pl.String)
    lost = _unmatched(rows, schools).iter_rows(named=True)
    each = [Stranger(row, "school_code", row["school_code"], several=False) for row in lost]
    yield from _unknown(document, schools, each)


def _unknown(
    document: _Document, schools: pl.DataFrame, strangers: Sequence[Stranger]
) -> Iterator[Outcome]:
    """Schools that are named and not known.

    Where the county's schools are not all known themselves, that is the cause and has been said.
    """
    if not strangers:
        return
    schools = with_missing(schools, school_code=pl.String)
    doubtful, told = _doubtful(schools, many=document.raw.many), 0
    for one in strangers:
        row = {**one.row, "school_code": one.named}
        code, year = row["_code"], row["_year"]
        told += 1
        unread = code is not None and code in document.blamed
        if unread or told > EXPLAINED_ROWS or doubtful(row):
            yield Refused(code, year, "")
            continue
        message, expected = say("学校表中没有{c}", c=one.named), msg("学校表中已有的标识码")
        if one.several:
            message = say("学校表中有几所学校叫{c}", c=one.named)
            expected = msg("学校标识码")
        yield document.error(row, "unknown_school", message, expected, one.column)


def _unmatched(rows: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """The first row of each unknown school; compared by as much of its key as the row has."""
    named, known = rows.lazy().filter(pl.col("school_code").is_not_null()), schools.lazy()
    code, year = pl.col("_code").is_not_null(), pl.col("_year").is_not_null()
    parts = ((code & year, SCHOOL), (code & ~year, ["_code", "school_code"]))
    lost = [
        named.filter(which).join(known, on=keys, how="anti", maintain_order="left")
        for which, keys in (*parts, (~code, ["school_code"]))
    ]
    return pl.concat(lost).unique(SCHOOL, keep="first", maintain_order=True).collect()


def _doubtful(schools: pl.DataFrame, *, many: bool) -> Callable[[Row], bool]:
    """Whether a row's school may be missing only for a reason that has been given.

    Its county has no schools of its year or one without a usable code, the school itself stands
    there without its county or year, or no school has any code.
    """
    named = schools["school_code"].is_not_null()
    keys = schools.select("_code", "_year").unique().rows()
    counties = {*keys, *((code, None) for code, _ in keys)}
    nameless = set(schools.filter(~named)["_code"])
    homeless = set(schools.filter(~keyed() if many else pl.col("_code").is_null())["school_code"])

    def doubtful(row: Row) -> bool:
        code = row["_code"]
        if row["school_code"] in homeless or not named.any():
            return True
        return code is not None and (code in nameless or (code, row["_year"]) not in counties)

    return doubtful


def _stated_twice(document: _Document, kind: str, rows: pl.DataFrame) -> Iterator[Outcome]:
    if kind not in SINGLE or rows.is_empty():
        return
    first = SINGLE[kind][0]
    names = [name for name in ("_code", "_year", *SINGLE[kind]) if name in rows.columns]
    said = rows.lazy().filter(pl.col(first).is_not_null())
    said = said.filter(keyed()) if document.raw.many else said
    twice = said.filter(pl.struct(names).is_duplicated()).collect()

    def tell(row: Row) -> Problem:
        message = say("{w}重复填写", w=row[first])
        expected = msg("每项只填一次")
        return document.error(row, "duplicate_statement", message, expected, first)

    yield from _each(twice, tell)


# ── across documents ───────────────────────────────────────────────────────────────


def given_twice(counties: pl.DataFrame, tables: Tables) -> Iterator[Outcome]:
    """One county and year twice, in one file or in several: each place, with all the files."""
    known = counties.filter(keyed())
    twice = known.filter(pl.struct("_code", "_year").is_duplicated())
    files: dict[Key, Counter[str]] = {}
    for code, year, number in twice.select("_code", "_year", "_table").iter_rows():
        files.setdefault((code, year), Counter())[tables[number].raw.file] += 1
    told = {
        (code, year): say(
            "{c}（{y}）交了{n}份，看不出哪一份较新：{files}",
            c=code, y=year, n=own.total(),
            files=msg("、").join([*map(clip, islice(own, NAMED)), *["…"][: len(own) - NAMED]]),
        )
        for (code, year), own in files.items()
    }  # fmt: skip

    def tell(row: Row) -> Problem:
        expected = msg(
            "只留要判定的一份；本程序写的工作簿带有版本标记，各份都有且不同的，判定较新的一份"
        )
        where = locate(tables, row, "county_code")
        message = told[row["_code"], row["_year"]]
        return where.error("duplicate_county", message, expected, ("county_code",))

    yield from _each(twice, tell)


def refused_keys(outcomes: Iterable[Outcome]) -> set[Key]:
    """Code and year of every county that gets no findings; a year of None stands for all."""
    refused = (one for one in outcomes if isinstance(one, Refused) or one.severity == "error")
    return {(one.county_code, one.year) for one in refused if one.county_code is not None}


def refusals(keys: Iterable[Key], counties: pl.DataFrame) -> list[Refused]:
    """The refused counties in order, each once, with its name where that is known."""
    names: dict[Key, str] = {}
    named = with_missing(counties, county_name=pl.String).select("_code", "_year", "county_name")
    for code, year, name in named.iter_rows():
        if name:
            names[code, year] = names[code, None] = name
    dated = {code for code, year in keys if year is not None}
    found = [
        Refused(code, year, names.get((code, year), ""))
        for code, year in keys
        if year is not None or code not in dated
    ]
    return sorted(found, key=lambda one: (one.county_code, one.year or 0))


def without(
    frame: pl.DataFrame, refused: Collection[Key], key: Sequence[str] = ("_code", "_year")
) -> pl.DataFrame:
    """The rows whose county is known and not refused; key: the columns that say which it is."""
    if not refused and not any(frame[name].null_count() for name in key):
        return frame
    code, year = key
    wholes = [one for one, when in refused if when is None]
    pairs = [(one, when) for one, when in refused if when is not None]
    gone = pl.DataFrame(pairs, schema={code: pl.String, year: pl.Int32}, orient="row")
    named = pl.col(code).is_not_null() & pl.col(year).is_not_null()
    return frame.filter(named & ~pl.col(code).is_in(wholes)).join(
        gone, on=list(key), how="anti", maintain_order="left"
    )
