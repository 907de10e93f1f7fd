"""One table of a register, read piece by piece; what names persons is never read.

A sheet, and a text of ordinary size, are read as people's tables are (titles, notes, any encoding); what is
larger, and Parquet, is set aside first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from compliance.facts.registers import RegisterForm, registers
from compliance.intake.cell_text import clip, letters
from compliance.intake.formats.csv import read_csv
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.parquet import INDEX, plain_cells
from compliance.intake.formats.parquet_footer import MAGIC
from compliance.intake.formats.raw_table import Cells, RawDocument, RawTable
from compliance.intake.formats.source_file import load
from compliance.intake.formats.table_sheet import TableSheet
from compliance.intake.limits import MOST_COLUMNS, STREAMED_FROM
from compliance.intake.problems import Complaints, Location
from compliance.kernel.i18n import msg, say
from compliance.registers.aside import check_rows, pieces, set_aside, text_form

NAMED = 20  # so many columns that were not read are named


@dataclass(frozen=True)
class RegisterTable:
    """A table of a register.

    file: its name. columns: heading → column, of those that are read. rows: how many. chunks: its rows
    with the number of the first, in tables that know where each cell stands. place: row, heading → where.
    """

    form: RegisterForm
    file: str
    headings: Mapping[str, str]
    rows: int
    chunks: Callable[[], Iterator[tuple[int, RawTable]]]
    place: Callable[[int, str], str]

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the register that it has."""
        return frozenset(self.headings.values())

    def at(self, row: int) -> Location:
        """Where a row stands: at the code of its school."""
        heading = next(one for one, column in self.headings.items() if column == "school_code")
        return Location(self.file, self.place(row, heading))


def of_sheet(grid: Grid, form: RegisterForm, complaints: Complaints) -> RegisterTable | None:
    """The register on a sheet; None where its headings are of no use."""
    raw = TableSheet(grid, form.table, registers().words).read()
    return None if raw is None else _of_table(raw, form, complaints)


def of_text(
    path: Path, form: RegisterForm, folder: Path, complaints: Complaints
) -> RegisterTable | None:
    """The register in a text; `folder` holds what is set aside. Raises UnreadableError."""
    if path.stat().st_size <= STREAMED_FROM:
        data = load(path, RawDocument(path.name), complaints, STREAMED_FROM)
        raw = read_csv(data, form.table, complaints, registers().words)
        return None if raw is None else _of_table(raw, form, complaints)
    text = text_form(path, folder, complaints)
    of = {heading: number for number, heading in enumerate(text.headings)}
    columns = _columns(text.headings, form, complaints)
    target = folder / f"{path.name}.parquet"
    rows = set_aside("csv", text.path, list(columns), target, complaints, text.separator)
    check_rows(rows, text, complaints)

    def place(row: int, heading: str) -> str:
        return f"{letters(of[heading])}{row + 2}"

    return _set_aside(form, complaints, columns, target, rows, place)


def of_parquet(
    path: Path, form: RegisterForm, folder: Path, complaints: Complaints
) -> RegisterTable:
    """The register in a Parquet file; `folder` holds what is set aside. Raises UnreadableError."""
    columns = _columns(parquet_headings(path, complaints), form, complaints)
    target = folder / f"{path.name}.parquet"
    rows = set_aside("parquet", path, list(columns), target, complaints)
    for heading, dtype in pl.read_parquet_schema(target).items():
        _cells(pl.Series(heading, [], dtype=dtype), complaints)

    def place(row: int, heading: str) -> str:
        return (
            say("第{n}行 {h}", n=row + 1, h=clip(heading)).strip()
            if heading
            else say("第{n}行", n=row + 1)
        )

    return _set_aside(form, complaints, columns, target, rows, place)


def parquet_headings(path: Path, complaints: Complaints) -> list[str]:
    """The columns of a Parquet file, by its footer. Raises UnreadableError."""
    from compliance.intake.formats.source_file import damaged, intact

    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise complaints.unreadable("not_parquet", msg("不是Parquet文件"), "Parquet")
    with intact(complaints, pl.exceptions.PolarsError, OSError, ValueError):
        names = list(pl.read_parquet_schema(path))
    if len(names) > MOST_COLUMNS:
        raise damaged(complaints)
    return names


def _of_table(raw: RawTable, form: RegisterForm, complaints: Complaints) -> RegisterTable:
    columns = _columns(list(raw.columns), form, complaints)
    kept: Mapping[str, Cells] = {heading: raw.columns[heading] for heading in columns}
    raw = replace(raw, columns=kept)
    one = [(0, raw)]
    return RegisterTable(form, complaints.file, columns, raw.height, lambda: iter(one), raw.place)


def _set_aside(
    form: RegisterForm, complaints: Complaints, columns: Mapping[str, str], target: Path, rows: int,
    place: Callable[[int, str], str],
) -> RegisterTable:  # fmt: skip
    def chunk(start: int, frame: pl.DataFrame) -> RawTable:
        cells = {heading: _cells(frame[heading], complaints) for heading in columns}

        def at(row: int, heading: str) -> str:
            return place(start + row, heading)

        return RawTable(form.table, complaints.file, cells, frame.height, at)

    def chunks() -> Iterator[tuple[int, RawTable]]:
        return ((start, chunk(start, frame)) for start, frame in pieces(target, rows))

    return RegisterTable(form, complaints.file, columns, rows, chunks, place)


def _cells(column: pl.Series, complaints: Complaints) -> pl.Series:
    """A column as intake takes it; whole numbers may be codes, whose digits they are. Raises UnreadableError."""
    cells = plain_cells(column, complaints)
    if cells is None:
        message = say("列“{h}”的类型是{t}，无法使用", h=clip(column.name), t=clip(column.dtype))
        raise complaints.unreadable("wrong_type", message, msg("数、文字、是否，或它们的列表"))
    return cells.cast(pl.String) if cells.dtype.is_integer() else cells


def _columns(
    headings: list[str] | tuple[str, ...], form: RegisterForm, complaints: Complaints
) -> dict[str, str]:
    """Heading → column, of those that are read; complains of all others, and of what is not there."""
    known, of = registers(), dict[str, str]()
    personal, strange = list[str](), list[str]()
    for heading in headings:
        match = known.words.match(form.table, heading)
        if match is not None and match.fact.name != "school_name":
            of[heading] = match.fact.name
        elif match is None and heading.strip() and not heading.startswith(INDEX):
            (personal if known.is_personal(heading) else strange).append(heading)
    if personal:
        message = say("“{h}”涉及个人身份，未读取，也不写入任何结果", h=_told(personal))
        complaints.warning(
            "personal_column", message, msg("登记表只需人员标识（代号），不需姓名、证件号")
        )
    if strange:
        message = say("未使用的列：{h}", h=_told(strange))
        complaints.warning("unknown_heading", message, msg("登记表各列见 docs/registers.md"))
    for heading, name in of.items():
        first = next(other for other, column in of.items() if column == name)
        if first != heading:
            message = say("“{h}”和“{first}”是同一列", h=clip(heading), first=clip(first))
            raise complaints.unreadable("duplicate_heading", message, msg("只保留一列"))
    lacking = [
        one.label for one in form.columns.values() if one.required and one.name not in of.values()
    ]
    if lacking:
        message = say("缺少列：{columns}", columns=msg("、").join(lacking))
        raise complaints.unreadable(
            "missing_heading", message, say("{register}须有这几列", register=form.label)
        )
    return of


def _told(headings: list[str]) -> str:
    told = msg("、").join(clip(one) for one in headings[:NAMED])
    return say("{told}等{n}列", told=told, n=len(headings)) if len(headings) > NAMED else told
