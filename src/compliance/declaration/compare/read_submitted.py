"""Reading a declaration form that a county filled in: every sheet's cells, as they stand."""

from __future__ import annotations

from pathlib import Path

from compliance.declaration.compare.submitted_sheet import FilledSheet
from compliance.intake import cell_text
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem


def read_filled(path: Path) -> tuple[list[FilledSheet], list[Problem]]:
    """The worksheets of a filled form, in order, and what was wrong with the file.

    A figure that a formula never yielded is blank; one shown as a percentage is read as shown.
    """
    sheets: list[FilledSheet] = []

    def fill(place: Path, found: RawDocument, complaints: Complaints) -> None:
        book = Workbook(load(place, found, complaints, MOST_OF_A_DOCUMENT), complaints)
        for name, part in book.parts.items():
            if not part.startswith("xl/worksheets/"):
                continue  # a chart has no cells
            try:
                sheets.append(_sheet(book.grid(name)))
            except UnreadableError as stop:
                found.problems.append(stop.problem)

    return sheets, document(path, fill).problems


def _sheet(grid: Grid) -> FilledSheet:
    found: dict[tuple[int, int], object] = {}
    for row in range(len(grid.rows)):
        for column in range(len(grid.rows[row])):
            value = grid.value(row, column)
            if isinstance(value, bool):
                value = "是" if value else "否"
            percent = (grid.top + row, grid.left + column) in grid.scan.percents
            if percent and isinstance(value, int | float):
                value = float(f"{value * 100:.12g}")
            if value is not None:
                found[(grid.top + row, grid.left + column)] = value
    return FilledSheet(
        grid.sheet, found, lambda row, column: f"{grid.sheet}!{cell_text.address(row, column)}"
    )
