"""The declaration form as a workbook: a sheet a table, headings over one another, the list last.

Figures are numbers, rounded as the form prescribes, so that they can be summed and read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from compliance.declaration.fill.amounts import printed
from compliance.declaration.fill.filled_form import Cell, FilledTable, Line, Paper, sheets
from compliance.declaration.form.placeholders import TYPED
from compliance.declaration.write.layout import Listing, depth, heading, listings, merged_labels
from compliance.render.documents.printable import printable
from compliance.render.documents.xlsx import LONGEST, Book, Column, Sheet, height

_MM = 0.55  # characters of a column's width in a millimetre
_STYLES = {
    "label": "centre",
    "number": "centre",
    "value": "centre",
    "mark": "centre",
    "name": "cell",
    "sentence": "cell",
    "remark": "cell",
}


def declaration_workbook(paper: Paper) -> bytes:
    """The filled form of one county."""
    book = _FormBook(printable(paper.title))
    for together in sheets(paper.tables):
        bounds = _bounds(together)
        widths = [Column("", (b - a) * _MM) for a, b in pairwise(bounds)]
        sheet = book.form(together[0].sheet, widths)
        if together[0] is paper.tables[0]:
            sheet.line(printable(paper.title), "title")
        for line in paper.lead:
            sheet.line(printable(line.text))
        for table in together:
            sheet.table(table, bounds)
        for about in paper.about:
            sheet.line(printable(about))
    found = listings(paper)
    sheet = book.form(
        found[0].title,
        [Column(h, w * _MM) for h, w in zip(found[0].heads, found[0].widths, strict=True)],
    )
    for one in found:
        sheet.listing(one)
    return book.content()


def _bounds(tables: Sequence[FilledTable]) -> list[float]:
    """Where columns begin and end on a sheet that several tables share, in millimetres."""
    edges = {0.0}
    for table in tables:
        edges |= {round(edge, 1) for edge in accumulate(head.width for head in table.heads)}
    return sorted(edges)


class _FormBook(Book):
    """A workbook whose sheets take tables with headings over one another."""

    def form(self, name: str, columns: Sequence[Column]) -> _FormSheet:
        return _FormSheet(self, self._book.add_worksheet(name), columns)


class _FormSheet(Sheet):
    """One sheet of the form, written from the top down."""

    def table(self, table: FilledTable, bounds: Sequence[float]) -> None:
        """A table's title, headings, lines and notes."""
        places = _columns(table, bounds)
        if table.title:
            self.line(printable(table.title), "title")
        self._headings(table, places)
        spans = merged_labels(table)
        for number, line in enumerate(table.lines):
            if line.band:
                self.line(printable(line.cells[0].text), "band")
            else:
                self._line(
                    table, line, places, {c: n for (at, c), n in spans.items() if at == number}
                )
        for note in table.notes:
            self.line(printable(note.text))

    def _headings(self, table: FilledTable, places: Sequence[tuple[int, int]]) -> None:
        block = heading(table)
        rows, first = depth(block), self._row
        for row in range(rows):
            self._sheet.set_row(
                first + row,
                max(
                    (
                        height(one.text, self._width(places, one.column, one.columns)) / one.rows
                        for one in block
                        if one.row <= row < one.row + one.rows
                    ),
                    default=18.0,
                ),
            )
        for one in block:
            left, right = places[one.column][0], places[one.column + one.columns - 1][1]
            self._put(
                first + one.row, left, first + one.row + one.rows - 1, right, one.text, "head"
            )
        self._row += rows
        if not table.below:
            self._sheet.repeat_rows(first, self._row - 1)
            self._sheet.freeze_panes(self._row, 0)

    def _line(
        self,
        table: FilledTable,
        line: Line,
        places: Sequence[tuple[int, int]],
        spans: dict[int, int],
    ) -> None:
        texts = [printable(cell.text) for cell in line.cells]
        self._sheet.set_row(
            self._row,
            max(
                height(text, self._width(places, column, 1))
                for column, text in enumerate(texts)
                if spans.get(column, 1) == 1
            ),
        )
        for column, cell in enumerate(line.cells):
            rows = spans.get(column, 1)
            if rows:
                left, right = places[column]
                self._cell(self._row + rows - 1, left, right, cell)
        self._row += 1

    def _cell(self, bottom: int, left: int, right: int, cell: Cell) -> None:
        style, text = _STYLES[cell.role], printable(cell.text)
        number, picture = _number(cell)
        self._put(
            self._row,
            left,
            bottom,
            right,
            text if number is None else number,
            style,
            picture,
            shaded=cell.shaded,
        )

    def _put(
        self, top: int, left: int, bottom: int, right: int, value: str | float, style: str,
        picture: str = "", *, shaded: bool = False,
    ) -> None:  # fmt: skip
        """A value in one cell or several merged; text stays text whatever it begins with."""
        form = self._book.style(style, picture, shaded=shaded)
        if (top, left) != (bottom, right):
            self._sheet.merge_range(top, left, bottom, right, "", form)
        if isinstance(value, str):
            self._sheet.write_string(top, left, value[:LONGEST], form)
        else:
            self._sheet.write_number(top, left, value, form)

    def _width(self, places: Sequence[tuple[int, int]], column: int, columns: int) -> float:
        left, right = places[column][0], places[column + columns - 1][1]
        return sum(one.width for one in self._columns[left : right + 1])

    def listing(self, one: Listing) -> None:
        """A plain list with its own headings."""
        self.line(one.title, "title")
        top = self._row
        self._sheet.set_row(top, 20.0)
        for column, text in enumerate(one.heads):
            self._put(top, column, top, column, text, "head")
        self._row += 1
        self._sheet.repeat_rows(top)
        for row in one.rows:
            self.row(row)
        if not one.rows:
            self.line(one.empty)


def _columns(table: FilledTable, bounds: Sequence[float]) -> list[tuple[int, int]]:
    """Table column → first and last column of the sheet."""
    edges = [0.0, *(round(edge, 1) for edge in accumulate(head.width for head in table.heads))]
    return [(bounds.index(left), bounds.index(right) - 1) for left, right in pairwise(edges)]


def _number(cell: Cell) -> tuple[float | None, str]:
    """A cell of a single figure as a number with its picture; None where it is text."""
    if cell.role in ("label", "number") and cell.text.isascii() and cell.text.isdigit():
        return int(cell.text), "0"
    if len(cell.parts) != 1 or cell.role not in ("value", "mark"):
        return None, ""
    (filled,) = cell.filled or (None,)
    if filled is None:
        return None, ""
    if filled.amount.number is None:
        digit = filled.text.isascii() and filled.text.isdigit()
        return (int(filled.text), "0") if digit and cell.role == "mark" else (None, "")
    value = printed(filled.amount.number, filled.decimals)
    picture = "General" if filled.decimals == TYPED else "0." + "0" * filled.decimals
    return float(value), picture.rstrip(".")
