"""Reads an old workbook (BIFF) in a process of its own: `python xls_worker.py SHEETS CELLS`, see `old_workbook`.

Whoever made the file may lead its reader in circles or make it eat all memory: that costs this
process and not the run. The file comes in, JSON (`BookContents`) goes out; how it ends says the rest.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import TypedDict

import xlrd
from xlrd.biffh import XLRDError
from xlrd.book import Book
from xlrd.sheet import Sheet

DAMAGED, ENCRYPTED, TOO_LARGE = 1, 5, 6  # what it exits with beside 0
TEXT, NUMBER, YES_NO, ERROR, NEVER_CALCULATED = "tnbef"  # kinds of cells
_KINDS = {
    xlrd.XL_CELL_TEXT: TEXT,
    xlrd.XL_CELL_NUMBER: NUMBER,
    xlrd.XL_CELL_DATE: NUMBER,
    xlrd.XL_CELL_BOOLEAN: YES_NO,
    xlrd.XL_CELL_ERROR: ERROR,
}
_FORMULA = (0x0006, 0x0206, 0x0406)
_NO_RESULT = (bytes(8), b"\x03\0\0\0\0\0\xff\xff")  # a zero, an empty text
_LATER = 0x0002  # to be calculated by whoever opens the file: how scripts leave a formula


class TooLargeError(Exception):
    """More sheets or cells than anybody fills in."""


class SheetContents(TypedDict):
    """A worksheet. cells: row, column, kind, value (of a text or error: its number), number of the format."""

    name: str
    hidden: bool
    cells: list[tuple[int, int, str, float, int]]
    merged: list[tuple[int, int, int, int]]
    hidden_rows: list[int]
    hidden_columns: list[int]


class BookContents(TypedDict):
    """A workbook. formats: number and code; a code of its own has the number of none built in."""

    since_1904: bool
    texts: list[str]
    formats: list[tuple[int, str]]
    sheets: list[SheetContents]


def contents(data: bytes, most_sheets: int, most_cells: int) -> BookContents:
    """What is in the workbook; no sheets where the container holds something else.

    Raises TooLargeError, and whatever the library stumbles over.
    """
    found = BookContents(since_1904=False, texts=[], formats=[], sheets=[])
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - no path of ours
        try:
            book = xlrd.open_workbook(
                file_contents=data,
                formatting_info=True,
                on_demand=True,
                ragged_rows=True,
                logfile=nowhere,
            )
        except XLRDError as error:
            if "find workbook" in str(error):
                return found
            raise
        if book.nsheets > most_sheets:
            raise TooLargeError
        texts: dict[str, int] = {}
        for number in range(book.nsheets):
            waiting = _waiting(book)
            found["sheets"].append(_sheet(book.sheet_by_index(number), texts, waiting))
            book.unload_sheet(number)
            most_cells -= len(found["sheets"][-1]["cells"])
            if most_cells < 0:
                raise TooLargeError
    found["since_1904"], found["texts"] = book.datemode == 1, list(texts)
    keys = [style.format_key for style in book.xf_list]
    found["formats"] = [(key, book.format_map[key].format_str or "") for key in keys]
    return found


def _waiting(book: Book) -> set[tuple[int, int]]:
    """Where formulas stand that nobody has calculated; filled while the next sheet is read."""
    found: set[tuple[int, int]] = set()
    read = type(book).get_record_parts

    def noticing() -> tuple[int, int, bytes]:
        code, _, data = record = read(book)
        if code in _FORMULA:
            row, column, result, flags = struct.unpack("<HH2x8sH", data[:16])
            if flags & _LATER and result in _NO_RESULT:
                found.add((row, column))
        return record

    book.get_record_parts = noticing  # type: ignore[method-assign]
    return found


def _sheet(sheet: Sheet, texts: dict[str, int], waiting: set[tuple[int, int]]) -> SheetContents:
    cells: list[tuple[int, int, str, float, int]] = []
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            kind, value = _KINDS.get(cell.ctype), cell.value
            if kind is None:  # only formatted
                continue
            if kind == ERROR:
                value = xlrd.error_text_from_code.get(int(value), "#ERROR!")
            elif (row, column) in waiting:
                kind = NEVER_CALCULATED
            if isinstance(value, str):
                value = texts.setdefault(value, len(texts))
            cells.append((row, column, kind, value, cell.xf_index or 0))
    rows, columns = sheet.rowinfo_map, sheet.colinfo_map
    return SheetContents(
        name=sheet.name,
        hidden=sheet.visibility != 0,
        cells=cells,
        merged=[
            (top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
        ],
        hidden_rows=[row for row, how in rows.items() if how.hidden or not how.height],
        hidden_columns=[column for column, how in columns.items() if how.hidden or not how.width],
    )


def tried(data: bytes, most_sheets: int, most_cells: int) -> tuple[int, str]:
    """How the reading ended, and its `BookContents` as JSON where it ended well."""
    try:
        return 0, json.dumps(contents(data, most_sheets, most_cells))
    except (TooLargeError, MemoryError):
        return TOO_LARGE, ""
    except XLRDError as error:
        return ENCRYPTED if "encrypted" in str(error) else DAMAGED, ""
    except Exception:  # the library raises whatever it stumbles over
        return DAMAGED, ""


def main(most_sheets: int, most_cells: int) -> int:
    """Read the file on standard input, write JSON; how it ended."""
    code, found = tried(sys.stdin.buffer.read(), most_sheets, most_cells)
    sys.stdout.write(found)
    return code


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
