"""SpreadsheetML: the XML of Excel 2003, which many systems write and call .xls."""

from __future__ import annotations

import io
from datetime import datetime

from compliance.intake.formats.allowance import Allowance
from compliance.intake.formats.grid import Block, Cells, MalformedError, WholeBook
from compliance.intake.formats.number_format import Moment, changes
from compliance.intake.formats.package import TRUE, Attributes, parse_xml
from compliance.intake.limits import MOST_SHEET_COLUMNS

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
_FORMATS = {"Percent": "0%"}  # formats that have a name


def read_spreadsheet_ml(text: bytes) -> WholeBook:
    """The worksheets in a text of UTF-8. Raises what is `FAULTY`, BeyondLimitError."""
    walk = _Worksheets()
    parse_xml(
        io.BytesIO(text), walk.start, walk.end, walk.text, encoding="utf-8", allowance=Allowance()
    )
    return walk.book


class _Worksheets:
    """One pass over SpreadsheetML. Rows and columns are counted from 0."""

    def __init__(self) -> None:
        self.book = WholeBook()
        self._formats: dict[str, str] = {}  # style → format code
        self._style = self._name = self._visible = ""
        self._of_columns: dict[int, str] = {}  # column → style
        self._of_row = ""
        self._row = self._column = -1
        self._rows_more = 0
        self._cells = Cells(since_1904=False)
        self._cell: Attributes = {}
        self._kind: str | None = None  # of the data that is being read
        self._filled = self._beside = self._seen = False
        self._text: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        match name:
            case "Style":
                self._style = given.get("ID", "")
            case "NumberFormat":
                code = _FORMATS.get(given.get("Format", ""), given.get("Format", ""))
                self._formats[self._style] = code if changes(code) else ""
            case "Worksheet":
                self._begin_sheet(given)
            case "Column":
                self._begin_column(given)
            case "Row":
                self._begin_row(given)
            case "Cell":
                self._column = int(given.get("Index", self._column + 2)) - 1
                self._cell, self._filled = given, False
            case "Comment":
                self._beside = True
            case "Data" if not self._beside:
                self._kind = given.get("Type", "String")
                self._text.clear()
            case "Visible":
                self._seen = True
                self._text.clear()

    def text(self, text: str) -> None:
        """Characters."""
        if self._kind is not None or self._seen:
            self._text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        match name:
            case "Data" if self._kind is not None:
                self._put("".join(self._text), self._kind)
                self._kind = None
            case "Cell":
                self._end_cell()
            case "Row":
                self._row += self._rows_more
            case "Comment":
                self._beside = False
            case "Visible":
                self._seen, self._visible = False, "".join(self._text).strip()
            case "Worksheet":
                hidden = self._visible.endswith("Hidden")
                self.book.add(self._name, self._cells, hidden=hidden)

    def _begin_sheet(self, given: Attributes) -> None:
        self._name, self._visible = given.get("Name", ""), ""
        self._cells = Cells(since_1904=False)
        self._row = self._column = -1
        self._of_columns.clear()

    def _begin_row(self, given: Attributes) -> None:
        self._row = int(given.get("Index", self._row + 2)) - 1
        self._column, self._of_row = -1, given.get("StyleID", "")
        if given.get("Hidden") in TRUE or given.get("Height") == "0":
            self._cells.hidden_rows.add(self._row)
        self._rows_more = int(given.get("Span", 0))

    def _begin_column(self, given: Attributes) -> None:
        first = int(given.get("Index", self._column + 2)) - 1
        last = first + int(given.get("Span", 0))
        if not self._column < first <= last:
            raise MalformedError
        self._column = last
        if given.get("Hidden") in TRUE or given.get("Width") == "0":
            self._cells.hide_columns(first, last)
        if "StyleID" in given and last < MOST_SHEET_COLUMNS:
            self._of_columns.update(dict.fromkeys(range(first, last + 1), given["StyleID"]))

    def _put(self, text: str, kind: str) -> None:
        place = self._row, self._column
        style = self._cell.get("StyleID") or self._of_row or self._of_columns.get(place[1], "")
        self._filled = True
        if kind == "Error":
            self._cells.put(place, text, text or "#ERROR!")
        elif kind == "Number":
            self._cells.put(
                place, self._cells.number(place, float(text), self._formats.get(style, ""))
            )
        elif kind == "DateTime":
            self._cells.put(place, Moment(datetime.fromisoformat(text), frozenset("ymd")))
        elif kind == "Boolean":
            self._cells.put(place, text in TRUE)
        else:
            self._cells.put(place, text)

    def _end_cell(self) -> None:
        row, column = self._row, self._column
        if "Formula" in self._cell and not self._filled:
            self._cells.put((row, column), None, "")
        down, across = (int(self._cell.get(name, 0)) for name in ("MergeDown", "MergeAcross"))
        if down < 0 or across < 0:
            raise MalformedError
        if down + across:
            self._cells.merged.append(Block(row, column, row + down, column + across))
        self._column = column + across
