"""The rows of a register typed, brought to their schools, held against the day, and laid down for counting.

A row of another day is gone; one whose day cannot be read stays and is doubtful. A row of no listed school
stays too, since it may say where somebody belongs, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeAlias

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.registers import RegisterForm, registers
from compliance.facts.school_types import IMPLIED
from compliance.intake.acceptance.typed_table import Accepted, accept_table
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.registers.listing import RegisterTable
from compliance.registers.tellings import Tellings
from compliance.rules.language.assembly import STAGE, RegisterUse

# columns beside a register's own: where a row stands, its school, whether it surely holds on the day,
# and what tells rows of one person or thing apart from others
FILE, ROW, SCHOOL, HOLDS, KEY = "_file", "_row", "_school", "_holds", "_key"


Progress: TypeAlias = Callable[[str, int, int], None]


class SchoolList(NamedTuple):
    """The listed schools. frame: SCHOOL from 0, county_code, school_code and the facts that are known."""

    frame: pl.DataFrame

    @property
    def only_stages(self) -> pl.DataFrame:
        """SCHOOL and STAGE of those whose type has a single one."""
        only = {kind: stages[0] for kind, stages in IMPLIED.items() if len(stages) == 1}
        stage = pl.col("school_type").replace_strict(only, default=None, return_dtype=pl.String)
        return self.frame.select(SCHOOL, stage.alias(STAGE)).drop_nulls()

    def found(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with their SCHOOL, null where none is listed; by the code alone where that is unique."""
        codes = self.frame.select(SCHOOL, "school_code", county="county_code")
        unique = codes.filter(pl.col("school_code").is_unique())
        rows = rows.join(unique, on="school_code", how="left", maintain_order="left")
        if "county_code" not in rows.columns:
            return rows.drop("county")
        elsewhere = (pl.col("county") != pl.col("county_code")).fill_null(value=False)
        rows = rows.with_columns(pl.when(~elsewhere).then(SCHOOL).alias(SCHOOL)).drop("county")
        if unique.height < codes.height:
            keys = ["school_code", "county_code"]
            of_county = codes.rename({SCHOOL: "own", "county": "county_code"})
            rows = rows.join(of_county, on=keys, how="left", maintain_order="left")
            rows = rows.with_columns(pl.coalesce(SCHOOL, "own").alias(SCHOOL)).drop("own")
        return rows


@dataclass
class LaidDown:
    """The rows of one register.

    key: the columns by which rows are told apart, none where they cannot be. parts: files of our own.
    there: the columns of the tables; columns: with those that something stands for. hashes: of the keys of
    all rows that hold.
    """

    form: RegisterForm
    use: RegisterUse
    key: tuple[str, ...]
    parts: list[Path] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)
    hashes: list[pl.Series] = field(default_factory=list)
    listings: list[RegisterTable] = field(default_factory=list)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows, piece by piece."""
        return (pl.read_parquet(part) for part in self.parts)

    def at(self, file: int, row: int) -> Location:
        """Where a row stands."""
        return self.listings[file].at(row)


def lay_down(
    listings: list[RegisterTable], use: RegisterUse, schools: SchoolList, day: date, folder: Path,
    tellings: Tellings, *, partial: bool, progress: Progress | None = None,
) -> LaidDown:  # fmt: skip
    """Type all rows of a register's tables. partial: rows of no listed school are no errors."""
    form = listings[0].form
    there = set().union(*(one.columns for one in listings))
    key = tuple(name for name in use.key if name in there or name in use.without)
    if (
        any(name not in there for name in use.key if form.columns[name].required)
        or not set(key) & there
    ):
        key = ()
    found = LaidDown(form, use, key, there=there, listings=listings)
    columns = _all_columns(form, use, there)
    found.columns = set(columns)
    for number, listing in enumerate(listings):
        tellings.tell(form.name, _assumed(listing, form, use))
        for start, raw in listing.chunks():
            if progress:
                progress(f"{form.label} {listing.file}", start + raw.height - 1, listing.rows)
            accepted = accept_table(raw, registers().words)
            if not accepted.frame.height:
                continue
            if not start:
                tellings.tell(form.name, accepted.notes)
            piece = _Piece(accepted, form, use, day, number, start, found)
            frame = piece.frame(columns, schools)
            tellings.tell(form.name, piece.faults())
            piece.tell_orphans(frame, tellings, partial=partial)
            part = folder / f"{form.name}-{len(found.parts)}.parquet"
            frame.write_parquet(part, compression="lz4", statistics=False)
            found.parts.append(part)
            if key:
                found.hashes.append(frame[KEY].drop_nulls())
    return found


def _all_columns(form: RegisterForm, use: RegisterUse, there: set[str]) -> dict[str, Fact]:
    names = [
        name for name in form.columns if name in there or name == STAGE or _given(name, use, there)
    ]
    return {
        name: form.columns[name] for name in names if name not in ("county_code", "school_name")
    }


def _given(name: str, use: RegisterUse, there: set[str]) -> bool:
    given = use.without.get(name)
    return name in use.without and (not isinstance(given, Mapping) or given["column"] in there)


def _assumed(listing: RegisterTable, form: RegisterForm, use: RegisterUse) -> Iterator[Problem]:
    """What stands for a column that a table does not have."""
    if STAGE in form.columns and STAGE not in listing.columns:
        label = form.columns[STAGE].label
        message = say("没有“{column}”列，只有一个学段的学校按办学类型定", column=label)
        expected = say("学校有几个学段的，补上“{column}”列", column=label)
        yield Location(listing.file).warning("column_assumed", message, expected, (STAGE,))
    for name, given in use.without.items():
        if name in listing.columns or not _given(name, use, set(listing.columns)):
            continue
        fact = form.columns[name]
        if isinstance(given, Mapping):
            other = form.columns[given["column"]].label
            message = say("没有“{column}”列，以“{other}”代替", column=fact.label, other=other)
        elif fact.form == "text":
            continue  # only tells rows apart
        else:
            word = _word(fact, given)
            message = say("没有“{column}”列，每一行都按“{word}”计", column=fact.label, word=word)
        expected = say("请核对；不是这样的，补上“{column}”列", column=fact.label)
        yield Location(listing.file).warning("column_assumed", message, expected, (name,))


def _word(fact: Fact, given: object) -> str:
    if isinstance(given, bool):
        return msg("是") if given else msg("否")
    return fact.word_of(str(given))


@dataclass
class _Piece:
    """A piece of one table, typed."""

    accepted: Accepted
    form: RegisterForm
    use: RegisterUse
    day: date
    number: int
    start: int
    laid: LaidDown

    def faults(self) -> Iterator[Problem]:
        """What is wrong with single cells, and with what is blank that must not be."""
        for _, problem in self.accepted.faults():
            yield problem
        yield from self._imprecise()
        for fact in self.form.columns.values():
            if fact.required and fact.form == "text" and self.accepted.has(fact.name):
                blank = self.accepted.frame.filter(pl.col(fact.name).is_null())["_row"]
                refused = self.accepted.refused.get(fact.name, {})
                for row in (one for one in blank if one not in refused):
                    message = say("{column}空白，这一行无法归属", column=fact.label)
                    at = self.accepted.at(row, fact.name)
                    yield at.error(
                        "missing_identity", message, say("填写{column}", column=fact.label)
                    )

    def _imprecise(self) -> Iterator[Problem]:
        """Days of which only the month or the year is written."""
        for name in (self.use.begin, self.use.end):
            if not name or not self.accepted.has(name):
                continue
            rows = self.accepted.frame.filter(pl.col(name).is_not_null() & _day(name).is_null())[
                "_row"
            ]
            for row in rows:
                message = say(
                    "{column}没有写到日，不知道这一天是否在内", column=self.form.columns[name].label
                )
                yield self.accepted.at(row, name).error("bad_date", message, "2023-09-01")

    def frame(self, columns: Mapping[str, Fact], schools: SchoolList) -> pl.DataFrame:
        """The rows that may hold on the day, with all columns of the register."""
        rows = self.accepted.frame
        text = [name for name in ("school_code", "county_code") if name in rows.columns]
        rows = schools.found(rows.with_columns(pl.col(text).cast(pl.String)))
        if STAGE in columns and STAGE not in rows.columns:
            rows = rows.join(schools.only_stages, on=SCHOOL, how="left", maintain_order="left")
        holds = self._holds(rows)
        given = [self._column(name, fact, rows) for name, fact in columns.items()]
        rows = rows.select(
            *given,
            pl.lit(self.number, pl.UInt16).alias(FILE),
            (pl.col("_row") + self.start).cast(pl.UInt32).alias(ROW),
            pl.col(SCHOOL),
            holds.alias(HOLDS),
        )
        rows = rows.filter(pl.col(HOLDS).fill_null(value=True))
        return rows.with_columns(self._key()) if self.laid.key else rows

    def _key(self) -> pl.Expr:
        whole = ~pl.any_horizontal(pl.col(self.laid.key).is_null())
        return pl.when(whole).then(pl.struct(self.laid.key).hash()).alias(KEY)

    def _column(self, name: str, fact: Fact, rows: pl.DataFrame) -> pl.Expr:
        words = pl.Enum(sorted(set(fact.words.values())))
        kinds = {"word": words, "flag": pl.Boolean(), "text": pl.String(), "date": pl.Date()}
        kind = kinds.get(fact.form, pl.Float64())
        given = self.use.without.get(name)
        if name in rows.columns:
            column = _day(name) if fact.form == "date" else pl.col(name).cast(kind)
        elif isinstance(given, Mapping) and given["column"] in rows.columns:
            column = pl.col(given["column"]).cast(kind)
        elif given is not None and not isinstance(given, Mapping):
            column = pl.lit(given, dtype=pl.String if fact.form == "word" else None).cast(kind)
        else:
            column = pl.lit(None, dtype=kind)
        return column.alias(name)

    def _holds(self, rows: pl.DataFrame) -> pl.Expr:
        """Whether a row holds on the day: null where one of its days cannot be read."""
        holds = pl.lit(value=True)
        for name, other in ((self.use.begin, "le"), (self.use.end, "ge")):
            if name and name in rows.columns:
                inside = getattr(_day(name), other)(pl.lit(self.day))
                refused = pl.col("_row").is_in(list(self.accepted.refused.get(name, {})))
                open_end = pl.col(name).is_null() & ~refused
                holds &= pl.when(open_end).then(pl.lit(value=True)).otherwise(inside)
        return holds

    def tell_orphans(self, frame: pl.DataFrame, tellings: Tellings, *, partial: bool) -> None:
        """Name the rows whose school is not listed."""
        orphans = frame.filter(pl.col(SCHOOL).is_null() & pl.col("school_code").is_not_null())
        if not orphans.height:
            return
        rows = orphans.select(ROW, "school_code").head(EXPLAINED_ROWS)
        expected = msg("核对学校标识码，或把学校补入名单")

        def told() -> Iterator[Problem]:
            for row, code in rows.iter_rows():
                at = self.accepted.at(row - self.start, "school_code")
                message = say(
                    "学校{code}不在名单中（或行政区划代码与名单不同），这一行没有计入", code=code
                )
                make = at.warning if partial else at.error
                yield make("unknown_school", message, expected)

        tellings.tell(self.form.name, told(), orphans.height - rows.height)


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.to_date("%Y-%m-%d", strict=False)
