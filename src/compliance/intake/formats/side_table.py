"""Small tables that people fill in beside the ledger, read with the place of every cell.

Headings are known by their text, columns in any order; what is above them and unknown columns are
left alone. The file is opened by the intake's own reader, with its guard against hostile packages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say

EXAMPLE = "示例"
_NAMING = 2  # so many first columns say what a row is about, either of them
_WITHIN = 15  # the headings stand in one of so many first rows
_BRACKETS = re.compile(r"[(\[【〔（].*?[)\]】〕）]")


@dataclass(frozen=True, slots=True)
class SideCell:
    """A cell: its text on one line, empty where it is blank, and where it stands."""

    text: str
    file: str
    at: str

    def problem(self, code: str, message: str, expected: str = "") -> Problem:
        """What is wrong with it."""
        return Location(self.file, self.at).error(code, message, expected)


SideRow = Mapping[str, SideCell]


@dataclass
class SideTable:
    """The rows of a table, those without any content left out, and what was wrong while reading it."""

    rows: list[SideRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        """Whether anything in it is an error."""
        return any(one.severity == "error" for one in self.problems)


def read_side_table(path: Path, sheet: str, headings: Mapping[str, Sequence[str]]) -> SideTable:
    """The table on the sheet of that name, or on the first one that has its headings.

    headings: key of a column → what it may be called; one of the first two, which name what a row
    is about, must be there. A row has a cell for each key, also of columns that are not there.
    """
    table = SideTable()

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        book = Workbook(load(path, found, complaints, MOST_OF_A_DOCUMENT), complaints)
        names = sorted(book.sheets, key=lambda name: name != sheet)
        for grid in map(book.grid, names):
            if header := _header(grid, headings):
                table.rows = list(_rows(grid, *header, headings))
                return
        called = msg("、").join(names[0] for names in headings.values())
        message = say("找不到表头“{h}”", h=next(iter(headings.values()))[0])
        complaints.error("no_headings", message, called, at=clip(names[0]))

    table.problems = document(path, fill).problems
    return table


def _header(
    grid: Grid, headings: Mapping[str, Sequence[str]]
) -> tuple[int, Mapping[str, int]] | None:
    """The row of headings and the column of each key: of the first rows the one with most of them.

    One that names what a row is about must be among them: a title may read like a heading.
    """
    naming = set(list(headings)[:_NAMING])
    known = {_folded(name): key for key, names in headings.items() for name in names}
    best: tuple[int, Mapping[str, int]] | None = None
    for row in range(min(len(grid.rows), _WITHIN)):
        columns: dict[str, int] = {}
        for column in range(grid.width):
            if key := known.get(_folded(grid.text(row, column))):
                columns.setdefault(key, column)
        if columns.keys() & naming and (best is None or len(columns) > len(best[1])):
            best = (row, columns)
    return best


def _folded(text: str) -> str:
    return "".join(_BRACKETS.sub("", text).split()).casefold()


def _rows(
    grid: Grid, header: int, columns: Mapping[str, int], headings: Mapping[str, Sequence[str]]
) -> list[SideRow]:
    rows: list[SideRow] = []
    first = next(iter(columns.values()))
    for row in range(header + 1, len(grid.rows)):
        cells = {
            key: SideCell(
                _text(grid, row, columns[key]) if key in columns else "",
                grid.complaints.file,
                grid.at(row, columns.get(key, first)),
            )
            for key in headings
        }
        written = [cell.text for cell in cells.values() if cell.text]
        if written and not written[0].startswith(EXAMPLE):
            rows.append(cells)
    return rows


def _text(grid: Grid, row: int, column: int) -> str:
    value = grid.value(row, column)
    return "" if value is None else " ".join(str(value).split())
