"""Which damaged submissions may pass: those that no reader can tell from an honest one.

Read here without the program: what the file holds, as tables of texts. It is another submission where each
table keeps its first row, every other row is one of before in which figures became other figures, words
other words of the file, and free texts anything; rows may be missing. A blank, a mark, a broken figure
or a row that was never there is damage.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import openpyxl
import polars as pl
import xlrd

from tests.fuzz.corpus import Files

Rows = list[list[str]]
_FIGURE = re.compile(r"\d{1,15}(\.\d{1,15})?|\d{4}-\d\d?(-\d\d?)?")
_WORDS = {"是", "否", "true", "false", "True", "False"}


def another(before: Files, after: Files) -> bool:
    """Whether what the files hold now is another complete and consistent submission."""
    try:
        old, new = _tables(before), _tables(after)
    except Exception:  # whatever a library says of damage: then it is no honest file
        return False
    return set(new) <= set(old) and all(_honest(old[name], rows) for name, rows in new.items())


def _honest(old: Rows, new: Rows) -> bool:
    if not new or new[0] != old[0]:
        return False
    words = {cell for row in old for cell in row} | _WORDS
    kept = iter(old)
    return all(any(_near(row, one, words) for row in kept) for one in new)


def _near(old: list[str], new: list[str], words: set[str]) -> bool:
    return (
        len(old) == len(new)
        and _same_subject(old[0], new[0])
        and all(
            was == now or (now != "" and (_FIGURE.fullmatch(now) or now in words or _is_free(was)))
            for was, now in zip(old, new, strict=True)
        )
    )


def _same_subject(was: str, now: str) -> bool:
    """Whether two rows are of one school, heading or item; a code may be another code."""
    return was == now or (was.isdigit() and now.isdigit() and len(was) == len(now))


def _is_free(text: str) -> bool:
    """Whether a text is a name or a sentence: anything may stand in its place."""
    marked = any(sign in text for sign in ";[]")  # a list
    return not (_FIGURE.fullmatch(text) or text in _WORDS or len(text) < 2 or marked)


def _tables(files: Files) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for file, data in files.items():
        for name, (head, *rows) in _read(file, data):
            found.setdefault(name, [head]).extend(rows)
    return found


def _read(file: str, data: bytes) -> Iterator[tuple[str, Rows]]:
    suffix = file.rpartition(".")[2]
    if suffix == "xls" and data.lstrip()[:1] == b"<":
        suffix = "html" if b"<html" in data[:200] else "xml"
    for name, rows in _READERS[suffix](file, data):
        yield name, [["" if cell is None else str(cell) for cell in row] for row in rows]


def _json(file: str, data: bytes) -> Iterator[tuple[str, Any]]:
    document = json.loads(data, object_pairs_hook=_once)
    county, schools = document.pop("county"), document.pop("schools")
    yield "head", [[file], *sorted(document.items())]
    yield "county", [[file], *sorted((name, json.dumps(one)) for name, one in county.items() if not isinstance(one, dict | list))]  # fmt: skip
    for name, one in county.items():
        if isinstance(one, dict | list):
            entries = one.items() if isinstance(one, dict) else enumerate(one)
            yield name, [[name], *([str(key), *map(str, _flat(entry))] for key, entry in entries)]
    for one in schools:
        names = sorted(one, key=lambda name: (name != "school_code", name))
        yield f"schools with {names}", [names, [one[name] for name in names]]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(pairs)
    return found


def _flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [sorted(value), *(part for key in sorted(value) for part in _flat(value[key]))]
    return [part for one in value for part in _flat(one)] if isinstance(value, list) else [value]


def _text(file: str, data: bytes) -> Iterator[tuple[str, Any]]:
    if not data.endswith((b"\n", b"\r")):
        raise ValueError(file)
    comma = "\t" if file.endswith(".tsv") else ","
    text = data.decode("utf-8-sig")
    yield file, list(csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True))


def _xlsx(_: str, data: bytes) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.testzip():
            raise ValueError(data)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for sheet in book.worksheets:
        yield sheet.title, list(sheet.iter_rows(values_only=True))


def _zip(_: str, data: bytes) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield from _text(name, archive.read(name))


def _parquet(file: str, data: bytes) -> Iterator[tuple[str, Any]]:
    frame = pl.read_parquet(io.BytesIO(data))
    yield file, [frame.columns, *map(list, frame.rows())]


def _xls(_: str, data: bytes) -> Iterator[tuple[str, Any]]:
    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
    for sheet in book.sheets():
        yield sheet.name, [sheet.row_values(row) for row in range(sheet.nrows)]


def _xml(_: str, data: bytes) -> Iterator[tuple[str, Any]]:
    space = "{urn:schemas-microsoft-com:office:spreadsheet}"
    for sheet in ElementTree.fromstring(data).iter(f"{space}Worksheet"):
        rows = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{space}Row")]
        yield sheet.attrib[f"{space}Name"], rows


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Rows] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "table":
                self.tables.append([])
            case "tr":
                self.tables[-1].append([])
            case "td":
                self.tables[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data.strip()


def _html(_: str, data: bytes) -> Iterator[tuple[str, Any]]:
    page = _Page()
    page.feed(data.decode())
    yield from ((str(number), rows) for number, rows in enumerate(page.tables))


_READERS: dict[str, Callable[[str, bytes], Iterator[tuple[str, Any]]]] = {
    "json": _json,
    **dict.fromkeys(("csv", "tsv", "txt"), _text),
    "xlsx": _xlsx,
    "zip": _zip,
    "parquet": _parquet,
    "xls": _xls,
    "xml": _xml,
    "html": _html,
}
