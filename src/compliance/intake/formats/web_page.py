"""A page of tables (HTML): what web systems write when they say .xls.

A page says what its cells show; the number behind it counts where it is written beside it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from compliance.intake.formats.allowance import BeyondLimitError
from compliance.intake.formats.grid import (
    Block,
    Cell,
    Cells,
    MalformedError,
    WholeBook,
    check_sheets,
)
from compliance.intake.formats.package import Attributes
from compliance.intake.limits import MIB, MOST_SHEET_CELLS
from compliance.kernel.i18n import say

_BEGUN = re.compile(rb"<html[\s>]", re.IGNORECASE)
_ENDED = re.compile(rb"</html\s*>", re.IGNORECASE)
PAGE = re.compile(rb"<(?:html|table|!doctype html)[\s>]", re.IGNORECASE)
_PIECE = 2**16  # so many characters are read at once
_NAMED = re.compile(r"<x:Name>([^<]*)</x:Name>")  # sheets, in what Excel hides in a comment
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?")
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


def lacks_end(text: bytes) -> bool:
    """Whether a page that begins as a whole document does not end as one: tables may be missing."""
    return _BEGUN.search(text) is not None and _ENDED.search(text) is None


def read_page(text: bytes) -> WholeBook:
    """The tables of a page that hold something, in their order, each a sheet.

    Raises MalformedError where the page ends amid a table or a mark never ends, BeyondLimitError.
    """
    page = _Page()
    stream = io.StringIO(text.decode())
    while piece := stream.read(_PIECE):
        page.feed(piece)
        if len(page.rawdata) > MIB:  # waits for the end of a mark, and looks for it in all of that
            raise MalformedError
    if page.unfinished:
        raise MalformedError
    book = WholeBook()
    tables = [one for one in page.tables if one.cells.values]
    names = page.names if len(page.names) == len(tables) else [""] * len(tables)
    for number, (table, name) in enumerate(zip(tables, names, strict=True), 1):
        book.add(table.caption or name or say("表{n}", n=number), table.cells)
    return book


class _Table:
    """A table while it is read, cell by cell; its area, blocks that cells span among it, is bounded."""

    def __init__(self) -> None:
        self.cells = Cells(since_1904=False)
        self.caption = ""
        self._row, self._column = -1, 0
        self._taken: dict[
            int, int
        ] = {}  # column → the last row that a cell further up reaches down to
        self._area = 0

    def begin_row(self, *, hidden: bool) -> None:
        """The next row."""
        self._row, self._column = self._row + 1, 0
        if hidden:
            self.cells.hidden_rows.add(self._row)

    def put(self, text: str, attributes: Attributes) -> None:
        """The next cell of the row; of the first where none has begun."""
        self._row = max(self._row, 0)
        while self._taken.get(self._column, -1) >= self._row:
            self._column += 1
        down, across = (_span(attributes.get(name)) for name in ("rowspan", "colspan"))
        self._area += down * across
        if self._area > MOST_SHEET_CELLS:
            raise BeyondLimitError(
                say("合并的单元格范围过大，超过{n}格", n=f"{MOST_SHEET_CELLS:,}")
            )
        row, column = self._row, self._column
        block = Block(row, column, row + down - 1, column + across - 1)
        if _UNSEEN.search(attributes.get("style", "")) and row not in self.cells.hidden_rows:
            self.cells.hide_columns(block.left, block.right)
        if text:
            value = _shown(text, attributes)
            self.cells.put((row, column), value, text if text in _ERRORS else None)
        if down * across > 1:
            self.cells.merged.append(block)
        if down > 1:
            self._taken.update(dict.fromkeys(range(block.left, block.right + 1), block.bottom))
        self._column = block.right + 1


def _span(written: str | None) -> int:
    """How many rows or columns a cell spans."""
    return max(int(written), 1) if written and written.isascii() and written.isdigit() else 1


def _shown(text: str, attributes: Attributes) -> Cell:
    """The number behind what a cell shows, where it shows a plain number; else what it shows."""
    behind = attributes.get("x:num") or attributes.get("sdval") or ""
    if _PLAIN_NUMBER.fullmatch(text):
        try:
            return float(behind)
        except ValueError:
            pass
    return text


class _Page(HTMLParser):
    """Gathers the tables of a page. names: of sheets, as Excel writes them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.names: list[str] = []
        self._open: list[_Table] = []  # tables that lie in each other
        self._cell: Attributes | None = None  # the attributes of the cell that is being read
        self._caption = self._silent = False
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """An element begins; whatever was left open before it ends."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._end_cell()
            check_sheets(len(self.tables) + 1)
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif tag in ("tr", "td", "th") and self._open:
            self._end_cell()
            if tag == "tr":
                unseen = _UNSEEN.search(attributes.get("style", "")) is not None
                self._open[-1].begin_row(hidden=unseen)
            else:
                self._cell = attributes
        elif tag == "caption":
            self._caption = True
            self._text.clear()
        elif tag in ("script", "style"):
            self._silent = True
        else:
            self._text.append(" " if tag in ("br", "p", "div") else "")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._open:
            self._open.pop()
        elif tag == "caption" and self._caption:
            self._caption = False
            if self._open:
                self._open[-1].caption = _on_one_line(self._text)
        elif tag in ("script", "style"):
            self._silent = False

    def handle_data(self, data: str) -> None:
        """Characters."""
        if (self._cell is not None or self._caption) and not self._silent:
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        """A comment, in which Excel names its sheets."""
        self.names += [name.strip() for name in _NAMED.findall(data)]

    @property
    def unfinished(self) -> bool:
        """Whether a table is still open."""
        return bool(self._open)

    def _end_cell(self) -> None:
        if self._cell is not None and self._open:
            self._open[-1].put(_on_one_line(self._text), self._cell)
        self._cell = None
        self._text.clear()


def _on_one_line(text: Sequence[str]) -> str:
    return " ".join("".join(text).split())
