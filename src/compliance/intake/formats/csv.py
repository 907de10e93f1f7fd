"""Reading a CSV table: headings in the first line, every cell a text."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

import polars as pl

from compliance.facts.vocabulary import vocabulary
from compliance.intake.cell_text import clip, letters
from compliance.intake.formats.encoding import check_size, plain_text
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.formats.table_names import TABLE_OF
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

BATCH = 20_000
COUNTY_CODE = re.compile("[0-9]{6}")


def read_csv(data: bytes, table: str, complaints: Complaints) -> RawTable | None:
    """The table in `data`; None where its headings are of no use. Raises UnreadableError.

    A line that does not fit the headings is an error of its county, and not in the table.
    """
    text = plain_text(data, complaints)
    check_size(text, complaints)
    misfits = _Misfits(table, complaints)
    sheet = _split_quoted(text, misfits) if b'"' in text else _split(text, misfits)
    names = _names(sheet, complaints)
    if names is None:
        return None
    _mention_nameless(sheet, complaints)

    def place(row: int, heading: str) -> str:
        return f"{letters(names[heading])}{sheet.lines[row]}"

    def heading_place(heading: str) -> str:
        return f"{letters(names[heading])}{sheet.head}"

    # a Series stands for the sequence of its cells (see RawTable)
    columns = {h: cast("Sequence[object]", sheet.columns[index]) for h, index in names.items()}
    height = len(sheet.lines)
    return RawTable(table, complaints.file, columns, height, place, heading_place=heading_place)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """headings stand in line `head`; columns[i][row] was written in line lines[row] of the file."""

    head: int
    headings: list[str]
    lines: Sequence[int]
    columns: list[pl.Series]


def _separator(head: str) -> str:
    return "\t" if "\t" in head and "," not in head else ","


class _Misfits:
    """Lines with more or fewer cells than the heading: who answers for them?"""

    def __init__(self, table: str, complaints: Complaints) -> None:
        self.table = table
        self.complaints = complaints
        self._county: int | None = None
        self._width = 0

    def headings(self, headings: Sequence[str]) -> None:
        """Learn where the county's code stands."""
        words = vocabulary()
        self._width = len(headings)
        for index, heading in enumerate(headings):
            match = words.match(TABLE_OF[self.table], heading)
            if match is not None and match.fact.name == "county_code":
                self._county = index

    def report(self, line: int, cells: Sequence[str]) -> None:
        """An error of the county that the line names, or of the whole table."""
        self.complaints.error(
            "ragged_line",
            say(
                "第{n}行有{f}格，表头有{w}格",
                "line {n} has {f} cells, the heading {w}",
                n=line,
                f=len(cells),
                w=self._width,
            ),
            say(
                "每行格数与表头相同；格内有逗号时加双引号",
                "as many cells as headings; a cell with a comma in quotes",
            ),
            at=f"A{line}",
            county=self._named(cells),
        )

    def _named(self, cells: Sequence[str]) -> str | None:
        code = "" if self._county is None else "".join(cells[self._county : self._county + 1])
        return code.strip() if COUNTY_CODE.fullmatch(code.strip()) else None


def _split(text: bytes, misfits: _Misfits) -> _Sheet:
    """A table without quotes, where every line is a record: counted here, cut up by Polars."""
    lines = text.split(b"\n")
    head = next((i for i, line in enumerate(lines) if line.strip(b" \t,")), None)
    if head is None:
        raise _nothing(misfits.complaints)
    separator = _separator(lines[head].decode())
    mark = separator.encode()
    headings = lines[head].decode().split(separator)
    misfits.headings(headings)
    width = len(headings)
    kept: list[int] = []
    for i in range(head + 1, len(lines)):
        if not lines[i].strip(mark + b" "):
            continue
        if lines[i].count(mark) + 1 != width:
            cells = _fitted(lines[i].decode().split(separator), width)
            if len(cells) != width:
                misfits.report(i + 1, cells)
                continue
            lines[i] = separator.join(cells).encode()
        kept.append(i)
    frame = _cut(b"\n".join(lines[i] for i in kept), separator, width)
    return _Sheet(head + 1, headings, array("q", (i + 1 for i in kept)), frame.get_columns())


def _cut(body: bytes, separator: str, width: int) -> pl.DataFrame:
    schema = {f"c{i}": pl.String() for i in range(width)}
    if not body:
        return pl.DataFrame(schema=schema)
    head = separator.join(schema).encode() + b"\n"
    frame = pl.read_csv(head + body, separator=separator, quote_char=None, infer_schema=False)
    return frame.select(_nulled(pl.col(name)) for name in schema)


def _nulled(column: pl.Expr) -> pl.Expr:
    """Cells of white space are missing."""
    return pl.when(column.str.strip_chars() != "").then(column)


def _split_quoted(text: bytes, misfits: _Misfits) -> _Sheet:
    """A table whose quoted cells may hold separators and line breaks: read record by record."""
    records = _records(text.decode())
    try:
        head, headings = next(records)
        misfits.headings(headings)
        lines, columns = _columns(records, len(headings), misfits)
    except StopIteration as error:
        raise _nothing(misfits.complaints) from error
    except _Quotes as error:
        raise misfits.complaints.unreadable(
            "bad_quotes",
            say(
                "第{n}行起双引号不成对，或引号后还有文字",
                "from line {n} quotes do not pair, or text follows a closing quote",
                n=error.line,
            ),
            at=f"A{error.line}",
        ) from error
    return _Sheet(head, headings, lines, columns)


def _nothing(complaints: Complaints) -> Exception:
    return complaints.unreadable("empty_file", say("没有表头和数据", "neither headings nor data"))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line where it begins, cells) of the records that hold something. Raises _Quotes."""
    head = next((line for line in text.split("\n", 20) if line.strip(" \t,")), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(head), strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Quotes(line) from error


class _Quotes(csv.Error):
    """Quotes that do not close, in the record that begins at `line`."""

    def __init__(self, line: int) -> None:
        super().__init__(str(line))
        self.line = line


def _columns(
    records: Iterator[tuple[int, list[str]]], width: int, misfits: _Misfits
) -> tuple[Sequence[int], list[pl.Series]]:
    """Line numbers and columns of the records that have `width` cells."""
    lines = array("q")
    schema = {f"c{i}": pl.String() for i in range(width)}
    frames = [pl.DataFrame(schema=schema)]
    while batch := [(line, _fitted(cells, width)) for line, cells in islice(records, BATCH)]:
        for line, cells in batch:
            if len(cells) != width:
                misfits.report(line, cells)
        sound = [(line, cells) for line, cells in batch if len(cells) == width]
        lines.extend(line for line, _ in sound)
        frame = pl.DataFrame([cells for _, cells in sound], schema=schema, orient="row")
        frames.append(frame.select(_nulled(pl.col(name)) for name in schema))
    return lines, pl.concat(frames).get_columns()


def _names(sheet: _Sheet, complaints: Complaints) -> dict[str, int] | None:
    """Heading → column; None where one stands twice."""
    names: dict[str, int] = {}
    for index, written in enumerate(sheet.headings):
        heading = " ".join(written.split())
        if heading and heading in names:
            complaints.error(
                "duplicate_heading",
                say("表头“{h}”重复出现", "heading '{h}' occurs twice", h=clip(heading)),
                say("每个表头只出现一次", "each heading once"),
                at=f"{letters(index)}{sheet.head}",
            )
            return None
        if heading:
            names[heading] = index
    return names


def _fitted(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that surplus separators at the end of a line make."""
    return cells[:width] if not any(cell.strip() for cell in cells[width:]) else cells


def _mention_nameless(sheet: _Sheet, complaints: Complaints) -> None:
    for index, (heading, column) in enumerate(zip(sheet.headings, sheet.columns, strict=True)):
        if not heading.strip() and column.null_count() < len(column):
            complaints.warning(
                "no_heading",
                say(
                    "{c}列没有表头，未读取",
                    "column {c} has no heading and is not read",
                    c=letters(index),
                ),
                say("写上表头，或删去该列", "give it a heading or delete it"),
                at=f"{letters(index)}{sheet.head}",
            )
