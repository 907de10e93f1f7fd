"""Working with a ledger as an officer does: run the command, open the list, write into it, look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet

from compliance.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "conforming.json"
Figures = dict[str, Any]


def figures() -> Figures:
    """A county that meets everything, to be spoilt."""
    found: Figures = json.loads(EXAMPLE.read_text("utf-8"))
    return found


def school(document: Figures, code: str) -> Figures:
    (found,) = [one for one in document["schools"] if one["school_code"] == f"51990100{code}"]
    assert isinstance(found, dict)
    return found


@dataclass
class Office:
    """A folder where a county's papers lie."""

    folder: Path
    said: str = ""
    warned: str = ""
    runs: int = field(default=0)
    only: tuple[str, ...] = ("--paper", "list")  # the sheets of schools where a test looks at them

    def run(
        self, document: Figures, *words: str | Path, code: int = 0
    ) -> dict[str, dict[str, Any]]:
        """Write the papers; the list's rows by id, each heading → value."""
        self.attempt(document, *words, code=code)
        return rows(self.list)

    def attempt(self, document: Figures, *words: str | Path, code: int) -> None:
        """Run the command, whatever becomes of it."""
        self.runs += 1
        source = self.folder / f"figures{self.runs}.json"
        source.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        told = [
            "rectify",
            source,
            "-o",
            self.folder / "out",
            "--format",
            "xlsx",
            *self.only,
            *words,
        ]
        result: Result = CliRunner().invoke(main, [str(word) for word in told])
        assert result.exit_code == code, result.output
        self.said, self.warned = result.stdout, result.stderr

    @property
    def list(self) -> Path:
        """The list that lies there, of the latest year."""
        return max((self.folder / "out").glob("*/整改清单.xlsx"))

    def edit(self, change: Callable[[Table], object], to: Path | None = None) -> Path:
        """Open the list, change it, save it (under another name)."""
        book = openpyxl.load_workbook(self.list)
        change(Table(book["台账"]))
        book.save(to or self.list)
        return to or self.list


class Table:
    """The sheet of the list, by headings and ids."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.head: int = next(
            number
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
            if "编号" in row
        )

    @property
    def columns(self) -> dict[str, int]:
        cells = self.sheet[self.head]
        return {str(cell.value): cell.column for cell in cells if cell.value is not None}

    @property
    def places(self) -> dict[str, int]:
        column = self.columns["编号"]
        return {
            str(value): row
            for row in range(self.head + 1, self.sheet.max_row + 1)
            if (value := self.sheet.cell(row, column).value) is not None
        }

    def __setitem__(self, place: tuple[str, str], value: Any) -> None:
        key, heading = place
        self.sheet.cell(self.places[key], self.columns[heading]).value = value

    def __getitem__(self, place: tuple[str, str]) -> Any:
        key, heading = place
        return self.sheet.cell(self.places[key], self.columns[heading])


def rows(path: Path) -> dict[str, dict[str, Any]]:
    table = Table(openpyxl.load_workbook(path)["台账"])
    return {
        key: {
            heading: table.sheet.cell(row, column).value
            for heading, column in table.columns.items()
        }
        for key, row in table.places.items()
    }


def sheet(path: Path, name: str) -> list[list[str]]:
    """A sheet's rows as texts."""
    found = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    return [["" if value is None else str(value) for value in row] for row in found]


def spelt(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a workbook says, its hidden sheet too: sheet → its cells with their looks."""
    book = openpyxl.load_workbook(path)
    return {
        one.title: [
            (cell.coordinate, cell.value, cell.number_format, cell.fill.fgColor.rgb)
            for row in one.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        for one in book.worksheets
    }
