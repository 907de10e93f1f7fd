"""The declaration form as a workbook: a sheet a table, headings over one another, the lists last.

Figures are numbers, rounded as the form prescribes, so that they can be summed and read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from compliance.declaration.filled_form import FilledCell, FilledForm, FilledTable, printed, sheets
from compliance.declaration.form import TYPED
from compliance.declaration.layout import (
    LaidCell,
    Listing,
    appendix_title,
    headings,
    lines,
    listings,
)
from compliance.kernel.i18n import msg
from compliance.render.documents.text import printable
from compliance.render.documents.xlsx import Book, Column, Worksheet, height

_MM = 0.55  # characters of a column's width in a millimetre
_ROOM = 0.8  # of a column's width: where the fonts are missing, others are up to a fourth wider
_COVER = 120.0  # characters of the cover's width
Places = Sequence[tuple[int, int]]  # column of a table → first and last column of the sheet


def declaration_workbook(form: FilledForm) -> bytes:
    """The filled form of one county."""
    book = Book(printable(form.title), printable("　".join(line.text for line in form.lead)))
    _cover(book, form)
    for together in sheets(form.tables):
        bounds = sorted({edge for table in together for edge in _edges(table)})
        widths = [Column("", (b - a) * _MM) for a, b in pairwise(bounds)]
        sheet = _FormSheet(book, together[0].sheet, widths)
        for line in form.lead:
            sheet.line(printable(line.text))
        for table in together:
            sheet.table(table, bounds)
        if together[-1] is form.tables[-1]:
            for line in form.signature:
                sheet.line(printable(line.text), "sign")
    first, *more = listings(form)
    sized = zip(first.headings, first.widths, strict=True)
    sheet = _FormSheet(book, first.title, [Column(text, width * _MM) for text, width in sized])
    sheet.line(appendix_title(), "title")
    for about in form.about:
        sheet.line(printable(about))
    for one in (first, *more):
        sheet.listing(one)
    return book.content()


def _cover(book: Book, form: FilledForm) -> None:
    """The title and the lines below it on a sheet of their own."""
    sheet = _FormSheet(book, msg("封面"), [Column("", _COVER)])
    for text in ("", "", form.title, ""):
        sheet.line(printable(text), "front")
    for line in form.cover:
        sheet.line(printable(line.text), "cover")


def _edges(table: FilledTable) -> list[float]:
    """Where its columns begin and end, in millimetres; several tables may share a sheet."""
    return [0.0, *(round(edge, 1) for edge in accumulate(one.width for one in table.headings))]


class _FormSheet(Worksheet):
    """One sheet of the form, written from the top down."""

    def table(self, table: FilledTable, bounds: Sequence[float]) -> None:
        """A table's title, headings, lines and notes; bounds: where the sheet's columns begin."""
        edges = pairwise(_edges(table))
        places = [(bounds.index(left), bounds.index(right) - 1) for left, right in edges]
        if table.title:
            self.line(printable(table.title), "title")
        first, above = self._row, headings(table)
        for row in above:
            self._begin(
                height(one.content.text, self._width(places, one)) / one.rows for one in row
            )
        placed = [(one, n) for n, row in enumerate(above, first) for one in row]
        for one, row_number in sorted(placed, key=lambda at: (at[0].column, at[1])):
            self._cell(row_number, one, places)
        if not table.below:
            self._sheet.repeat_rows(first, self._row - 1)
            self._sheet.freeze_panes(self._row, 0)
        for row, line in zip(lines(table), table.lines, strict=True):
            if line.band:
                self.line(printable(line.cells[0].text), "band")
                continue
            self._begin(
                height(printable(one.content.text), _ROOM * self._width(places, one))
                for one in row
                if one.rows == 1
            )
            for one in row:
                self._cell(self._row - 1, one, places)
        for note in table.notes:
            self.line(printable(note.text))

    def listing(self, one: Listing) -> None:
        """A plain list with its own headings."""
        self.line(one.title, "title")
        self._sheet.set_row(self._row, 20.0)
        for column, text in enumerate(one.headings):
            self._write(self._row, column, text, self._book.style("head"))
        self._sheet.repeat_rows(self._row)
        self._row += 1
        for row in one.rows:
            self.row(row)
        if not one.rows:
            self.line(one.empty)

    def _begin(self, points: Iterable[float]) -> None:
        """The next row, as high as its highest cell."""
        self._sheet.set_row(self._row, max(points))
        self._row += 1

    def _width(self, places: Places, one: LaidCell) -> float:
        left, right = places[one.column][0], places[one.column + one.columns - 1][1]
        return sum(column.width for column in self._columns[left : right + 1])

    def _cell(self, row: int, one: LaidCell, places: Places) -> None:
        """A cell with all the rows and columns that it covers, where it begins."""
        if not one.first:
            return
        left, right = places[one.column][0], places[one.column + one.columns - 1][1]
        style = "cell" if one.is_left else "centre"
        value, picture = _value(one.content)
        if one.content.role == "heading":
            style, value, picture = "head", one.content.text, ""
        form = self._book.style(style, picture, shaded=one.content.shaded)
        bottom = row + one.rows - 1
        if (bottom, right) != (row, left):
            self._sheet.merge_range(row, left, bottom, right, "", form)
        self._write(row, left, value, form)


def _value(cell: FilledCell) -> tuple[str | float, str]:
    """A cell of a single figure as a number with its picture, else its text, whatever it begins with."""
    text = printable(cell.text)
    whole = text if text.isascii() and text.isdigit() else ""
    if cell.role in ("label", "number") and whole:
        return int(whole), "0"
    if cell.role not in ("value", "mark") or len(cell.parts) != 1 or not cell.blanks:
        return text, ""
    (filled,) = cell.blanks
    if filled.entry.number is None:
        return (int(whole), "0") if whole and cell.role == "mark" else (text, "")
    value = printed(filled.entry.number, filled.decimals)
    picture = "General" if filled.decimals == TYPED else "0." + "0" * filled.decimals
    return float(value), picture.rstrip(".")
