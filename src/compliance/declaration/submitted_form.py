"""A county's own form read back: its cells as people read them, and where tables and lines stand.

A table is known by its title (or its sheet's name), a column by its code, else its heading, a line
by its labels, its school and stage, or its ordinal; moved or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from compliance.declaration.filled_form import FilledTable
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem
from compliance.kernel.number_format import whole_number

_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BLANK = re.compile(r"[_\-—–/]*")
_NUMBER = re.compile(r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)\D{0,4}")
_BEYOND = 10**15
_LONGEST = 4000


def folded(value: object) -> str:
    """A text to be compared: width, space and invisible signs do not matter."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", str(whole_number(value))[:_LONGEST]))


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing but the sign of a blank."""
    return value is None or _BLANK.fullmatch(folded(value)) is not None


def number(value: object) -> Decimal | None:
    """The figure a cell or blank holds, be a unit written after it; None where it is words.

    Nothing of more than 15 digits before the point is a figure, nor what is infinite or undefined.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(repr(value)) if abs(value) < _BEYOND else None
    found = _NUMBER.fullmatch(folded(value).replace(",", ""))
    return Decimal(found[1]) if found else None


@dataclass(frozen=True)
class SubmittedSheet:
    """A worksheet: (row, column) from 0 → what stands there."""

    name: str
    cells: Mapping[tuple[int, int], object]

    @cached_property
    def rows(self) -> dict[int, dict[int, object]]:
        """Row → column → value, from the top down."""
        found: dict[int, dict[int, object]] = {}
        for row, column in sorted(self.cells):
            found.setdefault(row, {})[column] = self.cells[(row, column)]
        return found

    @property
    def end(self) -> int:
        """The first row below all that is filled."""
        return max(self.rows, default=0) + 1

    def alone(self, row: int) -> str:
        """The folded text of a row in which a single cell is filled; empty otherwise."""
        cells = self.rows.get(row, {})
        return folded(next(iter(cells.values()))) if len(cells) == 1 else ""


def read_submitted(path: Path) -> tuple[list[SubmittedSheet], list[Problem]]:
    """The worksheets of a filled form, in order, and what was wrong with the file.

    A figure that a formula never yielded is blank; one shown as a percentage is read as shown.
    """
    sheets: list[SubmittedSheet] = []

    def fill(place: Path, found: RawDocument, complaints: Complaints) -> None:
        book = Workbook(load(place, found, complaints, MOST_OF_A_DOCUMENT), complaints)
        for name in book.sheets:
            try:
                sheets.append(_sheet(book.grid(name)))
            except UnreadableError as stop:
                if stop.whole:
                    raise
                found.problems.append(stop.problem)

    return sheets, document(path, fill).problems


def _sheet(grid: Grid) -> SubmittedSheet:
    found: dict[tuple[int, int], object] = {}
    for row in range(len(grid.rows)):
        for column in range(len(grid.rows[row])):
            value, place = grid.value(row, column), (grid.top + row, grid.left + column)
            if isinstance(value, bool):
                value = "是" if value else "否"
            if grid.percent(row, column) and isinstance(value, int | float):
                value = float(f"{value * 100:.12g}")
            if value is not None:
                found[place] = value
    return SubmittedSheet(grid.sheet, found)


@dataclass(frozen=True)
class Region:
    """The rows of a sheet that a table takes: from `top` up to but without `end`."""

    sheet: SubmittedSheet
    top: int
    end: int

    def rows(self, start: int | None = None) -> Iterator[int]:
        """The filled rows from `start` (or the top)."""
        first = self.top if start is None else start
        return (row for row in self.sheet.rows if first <= row < self.end)

    def beginning(self, words: str) -> tuple[int, int] | None:
        """The first cell that begins with some folded words."""
        cells = ((row, column) for row in self.rows() for column in self.sheet.rows[row])
        return next((one for one in cells if folded(self.sheet.cells[one]).startswith(words)), None)


@dataclass(frozen=True)
class Located:
    """A table found: column of the form → column of the sheet, and the first row of its lines."""

    region: Region
    columns: Mapping[int, int]
    start: int

    def value(self, row: int, column: int) -> object | None:
        """What stands in a row under a column of the form."""
        return self.region.sheet.rows[row].get(self.columns.get(column, -1))


def regions(tables: Sequence[FilledTable], sheets: Sequence[SubmittedSheet]) -> dict[str, Region]:
    """Table key → where it stands; a table below another shares its region."""
    begins: dict[str, tuple[SubmittedSheet, int]] = {}
    for table in tables:
        found = _title(table, sheets) if table.title else None
        if found is not None:
            begins[table.key] = found
    placed: dict[str, Region] = {}
    above: Region | None = None
    for table in tables:
        if table.key in begins:
            sheet, row = begins[table.key]
            later = [at for one, at in begins.values() if one.name == sheet.name and at > row]
            above = Region(sheet, row + 1, min(later, default=sheet.end))
        elif not table.below:
            above = None
        if above is not None:
            placed[table.key] = above
    return placed


def _title(
    table: FilledTable, sheets: Sequence[SubmittedSheet]
) -> tuple[SubmittedSheet, int] | None:
    """The row with a table's title alone in it, exact before shortened; else its sheet's beginning."""
    full, first = folded(table.title), folded(table.title.split("\u3000")[0])
    alone = [(sheet, row, sheet.alone(row)) for sheet in sheets for row in sheet.rows]
    exact = [(sheet, row) for sheet, row, text in alone if text == full]
    near = [(sheet, row) for sheet, row, text in alone if text.startswith(first)]
    if exact or near:
        return (exact or near)[0]
    return next(((one, -1) for one in sheets if folded(one.name) == folded(table.sheet)), None)


def located(table: FilledTable, region: Region) -> Located | None:
    """A table's columns and where its lines begin; None where no column is found."""
    columns: dict[int, int] = {}
    last = region.top - 1
    codes = {folded(one.code): n for n, one in enumerate(table.headings) if one.code}
    row = _row_of(codes, region)
    if row is not None:
        last = row
        for column, value in region.sheet.rows[row].items():
            if folded(value) in codes:
                columns.setdefault(codes[folded(value)], column)
    limit = last if row is not None else region.end - 1
    for n in range(len(table.headings)):
        if n not in columns:
            place = _heading(table, n, region, limit)
            if place is not None:
                last, columns[n] = max(last, place[0]), place[1]
    return Located(region, columns, last + 1) if columns else None


def _row_of(codes: Mapping[str, int], region: Region) -> int | None:
    """The row with most of a table's codes, if it has at least half of them."""

    def there(row: int) -> int:
        return len({folded(value) for value in region.sheet.rows[row].values()} & codes.keys())

    best = max(region.rows(), key=there, default=None)
    return best if best is not None and there(best) and 2 * there(best) >= len(codes) else None


def _heading(table: FilledTable, column: int, region: Region, last: int) -> tuple[int, int] | None:
    """Where a heading stands; of several alike, the one as many places in as in the form."""
    texts = [folded(one.text) for one in table.headings]
    text = texts[column]
    for row in region.rows():
        if row > last:
            break
        found = [at for at, value in region.sheet.rows[row].items() if folded(value) == text]
        if len(found) >= texts.count(text):
            return row, found[texts[:column].count(text)]
    return None


def lines(table: FilledTable, at: Located) -> tuple[dict[int, int], list[int]]:
    """Index of a line → its row on the sheet; and the rows that no line of the form claims."""
    if table.kind == "units":
        return _units(table, at)
    if table.kind == "clauses":
        return _clauses(table, at), []
    return (_labelled(table, at) if table.labels else {0: at.start}), []


def _labelled(table: FilledTable, at: Located) -> dict[int, int]:
    """By labels; one that is blank stands for the one above it, as in merged cells."""
    wanted = {tuple(map(folded, line.key)): n for n, line in enumerate(table.lines)}
    carried = [""] * table.labels
    found: dict[int, int] = {}
    for row in at.region.rows(at.start):
        for n in range(table.labels):
            value = at.value(row, n)
            carried[n] = folded(value) if value is not None else carried[n]
        index = wanted.get(tuple(carried))
        if index is not None:
            found.setdefault(index, row)
    return found


def _units(table: FilledTable, at: Located) -> tuple[dict[int, int], list[int]]:
    """By stage and school; without bands the first row of a school is that of its first stage."""
    first = next((line.cells for line in table.lines if not line.band), ())
    names = next((n for n, cell in enumerate(first) if cell.role == "name"), 1)
    bands = {folded(line.name): line.key[0] for line in table.lines if line.band}
    stage = ""
    left: dict[int, tuple[str, str]] = {}  # row → stage (empty: not known) and school
    for row in at.region.rows(at.start):
        alone = at.region.sheet.alone(row)
        band = next((key for title, key in bands.items() if alone.startswith(title)), None)
        if band is not None:
            stage = band
            continue
        value = at.value(row, names)
        if value is not None and len(at.region.sheet.rows[row]) > 1:
            left[row] = (stage, folded(value))
    found: dict[int, int] = {}
    for n, line in enumerate(table.lines):
        if not line.band:
            key = (line.key[0], folded(line.key[1]))
            row_of = next((row for row, one in left.items() if one in (key, ("", key[1]))), None)
            if row_of is not None:
                found[n] = row_of
                del left[row_of]
    return found, list(left)


def _clauses(table: FilledTable, at: Located) -> dict[int, int]:
    """By the whole title, else by the ordinal before it."""
    filled = ((row, at.value(row, 0)) for row in at.region.rows(at.start))
    labels = {row: folded(value) for row, value in filled if value is not None}
    found: dict[int, int] = {}
    for n, line in enumerate(table.lines):
        title, ordinal = folded(line.name), folded(line.key[0])
        exact = [row for row, text in labels.items() if text == title]
        near = [row for row, text in labels.items() if ordinal and text.startswith(ordinal)]
        if exact or near:
            found[n] = (exact or near)[0]
    return found
