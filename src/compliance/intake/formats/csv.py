"""Reading a CSV table: headings in the first line, every cell a text."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice

import polars as pl

from compliance.facts.vocabulary import vocabulary
from compliance.intake.cell_text import clip, letters
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.formats.source_file import check_size, plain_text
from compliance.intake.limits import LONGEST_LINE
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

BATCH = 20_000
COUNTY_CODE = re.compile("[0-9]{6}")
Record = tuple[int, list[str]]  # the line where it begins, its cells


def read_csv(data: bytes, table: str, complaints: Complaints) -> RawTable | None:
    """The table in `data`; None where its headings are of no use. Raises UnreadableError.

    A line that does not fit the headings is an error of its county, and not in the table.
    """
    text = plain_text(data, complaints)
    check_size(text, complaints)
    separator = _separator(text)
    records = _records(text.decode(), separator, complaints)
    head, headings = next(records, (0, []))
    if not headings:
        raise complaints.unreadable("empty_file", msg("没有表头和数据"))
    clean = None if b'"' in text else _cut(text, separator, head, len(headings))
    lines, cells = clean or _columns(records, table, headings, complaints)
    names = _names(headings, head, complaints)
    if names is None:
        return None
    _mention_nameless(headings, head, cells, complaints)
    columns: dict[str, Cells] = {h: cells[index] for h, index in names.items()}
    return RawTable(
        table,
        complaints.file,
        columns,
        len(lines),
        lambda row, heading: f"{letters(names[heading])}{lines[row]}",
        heading_place=lambda heading: f"{letters(names[heading])}{head}",
    )


def _separator(text: bytes) -> str:
    head = next((line for line in text.split(b"\n", 20) if line.strip(b" \t,")), b"")
    return "\t" if b"\t" in head and b"," not in head else ","


def _records(text: str, separator: str, complaints: Complaints) -> Iterator[Record]:
    """The records that hold something. Raises UnreadableError where quotes do not close."""
    csv.field_size_limit(LONGEST_LINE)  # longer lines have been refused
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        message = say("第{n}行起双引号不成对，或引号后还有文字", n=line)
        raise complaints.unreadable("bad_quotes", message, at=f"A{line}") from error


def _columns(
    records: Iterator[Record], table: str, headings: Sequence[str], complaints: Complaints
) -> tuple[Sequence[int], list[pl.Series]]:
    """Line numbers and columns of the records that fit the headings; blank cells are missing."""
    lines = array("q")
    width, county = len(headings), _county_column(table, headings)
    schema = {f"c{i}": pl.String() for i in range(width)}
    frames = [pl.DataFrame(schema=schema)]
    while batch := list(islice(records, BATCH)):
        sound = []
        for line, record in batch:
            cells = _fitted(record, width)
            if len(cells) == width:
                lines.append(line)
                sound.append(cells)
            else:
                _misfit(line, cells, width, county, complaints)
        if sound:
            columns = dict(zip(schema, zip(*sound, strict=True), strict=True))
            frames.append(pl.DataFrame(columns, schema=schema))
    return lines, _nulled(pl.concat(frames)).get_columns()


def _nulled(frame: pl.DataFrame) -> pl.DataFrame:
    """Blank cells are missing."""
    return frame.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))


def _cut(
    text: bytes, separator: str, head: int, width: int
) -> tuple[Sequence[int], list[pl.Series]] | None:
    """The same, four times as fast, of a text without quotes whose lines all fit; else None.

    A test holds it together with the standard library's reader.
    """
    mark = separator.encode()
    lines = enumerate(text.split(b"\n")[head:], head + 1)
    kept = [(number, line) for number, line in lines if line.strip(mark + b" ")]
    if not kept or any(line.count(mark) + 1 != width for _, line in kept):
        return None
    names = mark.join(b"c%d" % index for index in range(width))
    body = b"\n".join([names, *(line for _, line in kept)])
    frame = _nulled(pl.read_csv(body, separator=separator, quote_char=None, infer_schema=False))
    written = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    numbers = pl.Series([number for number, _ in kept]).filter(written)
    return numbers.to_list(), frame.filter(written).get_columns()


def _county_column(table: str, headings: Sequence[str]) -> int | None:
    """Where the county's code stands."""
    matches = [vocabulary().match(TABLE_OF[table], heading) for heading in headings]
    found = [i for i, match in enumerate(matches) if match and match.fact.name == "county_code"]
    return found[-1] if found else None


def _fitted(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that surplus separators at the end of a line make."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells


def _misfit(
    line: int, cells: Sequence[str], width: int, county: int | None, complaints: Complaints
) -> None:
    """More or fewer cells than headings: an error of the county that the line names, or of all."""
    message = say("第{n}行有{f}格，表头有{w}格", n=line, f=len(cells), w=width)
    expected = msg("每行格数与表头相同；格内有逗号时加双引号")
    code = "" if county is None else "".join(cells[county : county + 1]).strip()
    named = code if COUNTY_CODE.fullmatch(code) else None
    complaints.error("ragged_line", message, expected, at=f"A{line}", county=named)


def _names(headings: Sequence[str], head: int, complaints: Complaints) -> dict[str, int] | None:
    """Heading → column; None where one stands twice."""
    names: dict[str, int] = {}
    for index, written in enumerate(headings):
        heading = " ".join(written.split())
        if heading and heading in names:
            message = say("表头“{h}”重复出现", h=clip(heading))
            once = msg("每个表头只出现一次")
            complaints.error("duplicate_heading", message, once, at=f"{letters(index)}{head}")
            return None
        if heading:
            names[heading] = index
    return names


def _mention_nameless(
    headings: Sequence[str], head: int, columns: Sequence[pl.Series], complaints: Complaints
) -> None:
    for index, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        if not heading.strip() and column.null_count() < len(column):
            name = letters(index)
            message = say("{c}列没有表头，未读取", c=name)
            expected = msg("写上表头，或删去该列")
            complaints.warning("no_heading", message, expected, at=f"{name}{head}")
