"""Workbooks for tests, a sheet at a time, as people's programs write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl

Sheets = Mapping[str, Sequence[Sequence[object]]]  # a sheet: its rows


def write_sheets(
    path: Path, sheets: Sheets, change: Callable[[openpyxl.Workbook], object] | None = None
) -> Path:
    """A workbook with these sheets; `change` has the last word before it is saved."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change is not None:
        change(book)
    book.save(path)
    return path
