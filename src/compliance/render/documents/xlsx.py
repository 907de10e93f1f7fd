"""A workbook to be printed and worked in: title, frozen heading, filters, A4 across, nothing clever.

What people wrote stays text (a name may begin with ``=``); amounts are numbers that can be summed,
their unit in the cell's format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import chain, count
from typing import Any, TypeAlias

from compliance.assessment import Amount, figures
from compliance.kernel.i18n import msg, msg_in
from compliance.kernel.own_outputs import AUTHOR
from compliance.render.documents.text import columns, wrap

# XlsxWriter says nothing about the types of its sheets and formats.
Untyped: TypeAlias = Any

LONGEST = 32_000
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_FOOT = 220  # letters; Excel takes 255 with the page number
_LINE = 14.0  # points of a line of 10-point text
MADE = datetime(2000, 1, 1)  # of what is made anew: same papers, same bytes
_BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_BOX = {**_BASE, "border": 1, "text_wrap": True}
_STYLES: dict[str, dict[str, object]] = {
    "title": {**_BASE, "font_name": "黑体", "font_size": 16, "align": "center"},
    "front": {**_BASE, "font_name": "黑体", "font_size": 24, "align": "center"},
    "cover": {**_BASE, "font_size": 16, "align": "left", "indent": 20},
    "sign": {**_BASE, "font_size": 14, "align": "right", "indent": 4},
    "text": {**_BASE, "text_wrap": True, "align": "left"},
    "head": {**_BOX, "bold": True, "align": "center", "bg_color": "#EDEDED"},
    "cell": {**_BOX},
    "centre": {**_BOX, "align": "center"},
    "amount": {**_BOX, "align": "center"},
    "plain": {**_BASE, "text_wrap": True},
    "band": {**_BOX, "bold": True, "bg_color": "#EDEDED"},
}
_HEIGHTS = {
    "title": 28.0,
    "front": 40.0,
    "cover": 36.0,
    "sign": 28.0,
}  # points, of what stands on one line
_SHADE = {"bg_color": "#F2DCDB"}
_PLAIN: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, how wide in Latin characters, and how its cells look."""

    heading: str
    width: float
    style: str = "cell"


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A gap as shown, and as a number where it is a single one."""

    text: str
    amounts: tuple[Amount, ...]


Value = str | int | float | NumberCell


class Book:
    """A workbook in memory. foot: at the bottom left of every printed page. keywords: its property.

    within: a workbook that somebody else writes, to which sheets are added.
    """

    def __init__(
        self, title: str, foot: str = "", keywords: str = "", within: Untyped = None
    ) -> None:
        self.foot = foot.replace("&", "&&")[:_LONGEST_FOOT]
        self._formats: dict[tuple[object, ...], Untyped] = {}
        self.sheets: list[Worksheet] = []
        self._stream = BytesIO()
        if within is not None:
            self.raw: Untyped = within
            return
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        import xlsxwriter  # here: papers that are no workbooks name its cells too

        self.raw = xlsxwriter.Workbook(self._stream, options)
        self.raw.set_properties(
            {"title": title, "author": AUTHOR, "created": MADE, "keywords": keywords}
        )

    def sheet(self, name: str, columns_: Sequence[Column]) -> Worksheet:
        """A new sheet with these columns."""
        made = Worksheet(self, name, columns_)
        self.sheets.append(made)
        return made

    def table(
        self, name: str, columns_: Sequence[Column], title: str, lines: Iterable[str] = (),
        frozen_columns: int = 0,
    ) -> Worksheet:  # fmt: skip
        """A new sheet whose rows may follow: its title, lines above the table, its headings."""
        made = self.sheet(name, columns_)
        made.line(title, "title")
        for line in lines:
            made.line(line)
        made.head(frozen_columns)
        return made

    def style(
        self,
        name: str,
        number: str = "",
        *,
        shaded: bool = False,
        own: Mapping[str, object] = _PLAIN,
    ) -> Untyped:
        """A cell format; `number` is an Excel number format, `own` what else XlsxWriter calls it."""
        key = (name, number, shaded, *own.items())
        if key not in self._formats:
            form = {"num_format": number} if number else {}
            shade = _SHADE if shaded else {}
            self._formats[key] = self.raw.add_format({**_STYLES[name], **form, **shade, **own})
        return self._formats[key]

    def content(self) -> bytes:
        """The finished file."""
        self.raw.close()
        return self._stream.getvalue()


class Worksheet:
    """One sheet, written from the top down."""

    def __init__(self, book: Book, name: str, columns_: Sequence[Column]) -> None:
        sheet = book.raw.add_worksheet(name)
        self.name, self.raw = name, sheet
        self.values: list[str | float | date] = []  # everything that was written
        self._book, self._sheet, self._columns = book, sheet, columns_
        self._row = 0
        self._head = 0
        for place, column in enumerate(columns_):
            sheet.set_column(place, place, column.width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{book.foot}&C{msg('第&P页 共&N页')}")

    def on_one_page(self) -> None:
        """Printed on a single page, however small."""
        self._sheet.fit_to_pages(1, 1)

    def line(self, text: str, style: str = "text") -> None:
        """A text over the whole width, as high as it needs."""
        last = len(self._columns) - 1
        width = sum(column.width for column in self._columns)
        self._sheet.set_row(self._row, _HEIGHTS.get(style) or height(text, width))
        if last:
            self._sheet.merge_range(self._row, 0, self._row, last, "", self._book.style(style))
        self._write(self._row, 0, text, self._book.style(style))
        self._row += 1

    def head(self, frozen_columns: int = 0) -> None:
        """The headings; they stay in view and are repeated on every printed page."""
        self._sheet.set_row(self._row, max(height(c.heading, c.width) for c in self._columns))
        for place, column in enumerate(self._columns):
            self._write(self._row, place, column.heading, self._book.style("head"))
        self._sheet.repeat_rows(self._row)
        self._head = self._row
        self._row += 1
        self._sheet.freeze_panes(self._row, frozen_columns)

    def row(self, values: Sequence[Value], *, shaded: bool = False) -> None:
        """One line of the table, as high as its fullest cell needs.

        Excel would find the height itself, WPS and LibreOffice do not always.
        """
        pairs = list(zip(self._columns, values, strict=True))
        self._sheet.set_row(self._row, max(height(text_of_cell(v), c.width) for c, v in pairs))
        for place, (column, value) in enumerate(pairs):
            number, picture = _number(value, column.width)
            form = self._book.style(column.style, picture, shaded=shaded)
            self._write(self._row, place, text_of_cell(value) if number is None else number, form)
        self._row += 1

    def fill(self, rows: Iterable[Sequence[Value]]) -> None:
        """All lines of the table with filters over them; where there are none, that is said."""
        before = self._row
        for row in rows:
            self.row(row)
        filled = self._row > before
        if not filled:
            self.line(msg_in("heading", "无"))
        self.finish(filters=filled)

    def cells(self, values: Sequence[str | float | date | None], forms: Sequence[Untyped]) -> None:
        """One line of the table, each cell in a form of its own."""
        texts = zip(self._columns, values, strict=True)
        self._sheet.set_row(
            self._row, max(height(v if isinstance(v, str) else "", c.width) for c, v in texts)
        )
        for place, (value, form) in enumerate(zip(values, forms, strict=True)):
            self._write(self._row, place, value, form)
        self._row += 1

    def recolour_head(self, place: int, form: Untyped) -> None:
        """A heading in a form of its own."""
        self._write(self._head, place, self._columns[place].heading, form)

    def comment(self, place: int, text: str) -> None:
        """A comment on a cell of the last line."""
        self._sheet.write_comment(self._row - 1, place, text[:LONGEST])

    def hide(self, place: int) -> None:
        """A column that nobody needs to see."""
        width = self._columns[place].width
        self._sheet.set_column(place, place, width, None, {"hidden": True})

    def fold(self, place: int) -> None:
        """A column that a click above it brings to sight."""
        width = self._columns[place].width
        self._sheet.set_column(place, place, width, None, {"hidden": True, "level": 1})
        following = self._columns[place + 1].width
        self._sheet.set_column(place + 1, place + 1, following, None, {"collapsed": True})

    def _write(
        self, row: int, column: int, value: str | float | date | None, form: Untyped
    ) -> None:
        if value is not None:
            self.values.append(value)
        put(self._sheet, row, column, value, form)

    @property
    def body(self) -> tuple[int, int]:
        """The first and the last row below the headings, from 0; one row where there is none yet."""
        return self._head + 1, max(self._row - 1, self._head + 1)

    def finish(self, choices: tuple[int, Sequence[str]] | None = None, *, filters: bool) -> None:
        """Filters over what was written below the headings; choices: a column's allowed words."""
        _, last = self.body
        if filters:
            self._sheet.autofilter(self._head, 0, last, len(self._columns) - 1)
        if choices is not None:
            place, words = choices
            rule = {"validate": "list", "source": list(words), "error_type": "information"}
            self._sheet.data_validation(self._head + 1, place, last, place, rule)


def free_sheet_name(name: str, taken: Iterable[str]) -> str:
    """The name as Excel takes it, with a number behind it where a sheet of the book has it already."""
    known = {one.casefold() for one in taken}
    clean = _NO_SHEET_NAME.sub(" ", name).strip() or "-"
    names = chain([clean[:31]], (f"{clean[:27]} {number}" for number in count(2)))
    return next(one for one in names if one.casefold() not in known)


def put(
    sheet: Untyped, row: int, column: int, value: str | float | date | None, form: Untyped
) -> None:
    """A cell as what it is: a number, a day, or a text that stays one whatever it begins with."""
    if value is None:
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value[:LONGEST], form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), form)
    else:
        sheet.write_number(row, column, value, form)


def text_of_cell(value: Value) -> str:
    """A cell as people read it."""
    return value.text if isinstance(value, NumberCell) else str(value)


def _number(value: Value, width: float) -> tuple[float | None, str]:
    """The number of a cell and its picture: 590.91 shown as 590.91平方米; None where it is text.

    A number wider than its column would be shown as ####, so that one stays text.
    """
    if isinstance(value, (int, float)):
        return value, ""
    if isinstance(value, str) or len(value.amounts) != 1 or '"' in value.text:
        return None, ""
    if columns(value.text) > width - 1:
        return None, ""
    amount = value.amounts[0].value
    figure = figures.amount(amount)
    before, _, after = value.text.rpartition(figure)
    zeros = figure.partition(".")[2]
    picture = "0." + "0" * len(zeros) if zeros else "0"
    quoted = [f'"{text}"' if text else "" for text in (before, after)]
    return amount, picture.join(quoted)


@lru_cache(maxsize=4096)
def height(text: str, width: float) -> float:
    """Points that a wrapped text needs in a column; a Chinese character is two wide, a long address
    begins a line of its own.
    """
    room = max(int(width) - 1, 2)
    return _LINE * (1 if columns(text) < room else len(wrap(text, room))) + 4
