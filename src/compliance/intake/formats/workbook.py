"""From the bytes of a workbook to the cells of its sheets, each with its true address.

A cell is what its program worked out. What no program has worked out is no figure: a formula without
a result, and one whose zero only keeps the place in a file that a script has written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple, TypeVar

from compliance.facts.fact import Fact
from compliance.facts.units import factor, unit_words
from compliance.facts.vocabulary import Match
from compliance.intake import cell_text, limits
from compliance.intake.formats.number_format import (
    BUILT_IN,
    Moment,
    Section,
    changes,
    moment,
    section,
)
from compliance.intake.formats.package import FAULTY, TRUE, Attributes, HostileXmlError, Package
from compliance.intake.formats.source_file import damaged
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Excel keeps and shows fifteen digits. What it stores beyond them is the noise of its arithmetic.
DIGITS = 15
Place = tuple[int, int]  # row and column, counted from 0
Cell = str | float | bool | Moment | None
_T = TypeVar("_T")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is)>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class _TooWideError(Exception):
    """The cells lie too far apart."""


class Sheet(NamedTuple):
    """What the workbook says of a sheet. part: its name in the package; cells: it is no chart."""

    part: str
    hidden: bool
    cells: bool


class Workbook:
    """An opened workbook. sheets: name → what is known of it, in the book's order.

    Raises UnreadableError, with advice for whatever is no workbook.
    """

    def __init__(self, data: bytes, complaints: Complaints) -> None:
        self._complaints = complaints
        self._package = _open_package(data, complaints)
        self.sheets: dict[str, Sheet] = {}
        self._since_1904 = self._calculated = self._keeps_zeros = False
        try:
            main = self._package.main()
            if main.endswith(".xml"):
                self._read_book(main)
        except FAULTY as error:
            raise damaged(complaints) from error
        if not self.sheets:
            raise _foreign(complaints)

    def _read_book(self, main: str) -> None:
        relations = self._package.relations(main)
        parts = {one.kind: one.part for one in relations.values()}

        def element(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                title = attributes.get("name", "")
                key = next((value for k, value in attributes.items() if k.endswith(" id")), "")
                kind, part = relations.get(key, ("worksheet", ""))
                if title in self.sheets:
                    raise HostileXmlError
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets[title] = Sheet(part, hidden, kind == "worksheet")
            elif name == "fileVersion":
                self._keeps_zeros = attributes.get("appName") == "Calc"
            elif name == "workbookPr":
                self._since_1904 = attributes.get("date1904") in TRUE
            elif name == "calcPr":  # it calculates, or may leave that to the next program
                put_off = attributes.get("fullCalcOnLoad") in TRUE
                self._calculated = not put_off and attributes.get("calcCompleted", "1") in TRUE

        self._package.parse(main, element)
        self._strings = _shared_strings(self._package, parts.get("sharedstrings", ""))
        self._formats = _cell_formats(self._package, parts.get("styles", ""))

    def grid(self, sheet: str) -> Grid:
        """A sheet's cells; none of a chart. Raises UnreadableError where it is damaged or reaches too far."""
        walk = _Walk(
            self._strings,
            self._formats,
            since_1904=self._since_1904,
            calculated=self._calculated,
            keeps_zeros=self._keeps_zeros,
        )
        complaints, known = self._complaints, self.sheets[sheet]
        try:
            if known.cells:
                self._package.parse(known.part, walk.start, walk.end, walk.text)
            return walk.grid(sheet, complaints)
        except _TooWideError as error:
            raise complaints.unreadable(
                "too_large",
                say("工作表“{s}”的单元格范围过大，可能在很远的行或列误填了内容", s=sheet),
                msg("删去表格以外的多余行列"),
                at=sheet,
            ) from error
        except FAULTY as error:
            raise damaged(complaints) from error

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell near its beginning."""
        known = self.sheets[sheet]
        try:
            return known.cells and _FILLED.search(self._package.beginning(known.part)) is not None
        except FAULTY:
            return False


class Block(NamedTuple):
    """Cells side by side, as merged ones: its first and last rows and columns, all of them in it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return max(self.bottom - self.top + 1, 0) * max(self.right - self.left + 1, 0)

    def within(self, top: int, left: int, bottom: int, right: int) -> Block:
        """The part of it that lies in another block."""
        return Block(
            max(self.top, top),
            max(self.left, left),
            min(self.bottom, bottom),
            min(self.right, right),
        )

    def moved(self, rows: int, columns: int) -> Block:
        """The block so many rows further down and columns further right."""
        return Block(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def places(self) -> Iterator[Place]:
        """Its cells, row by row."""
        columns = range(self.left, self.right + 1)
        return ((row, column) for row in range(self.top, self.bottom + 1) for column in columns)


@dataclass
class Grid:
    """The block of a sheet that holds something. Rows and columns are counted from 0 in it.

    top, left: where the block begins on the sheet. faults: cells that a formula spoilt → its error
    word, or "" if it was never calculated. shown: numbers that their format changes → how.
    doubtful: zeros of formulas in the file of a program that keeps those of scripts.
    merged: blocks of merged cells. hidden_rows, hidden_columns: what is not seen.
    """

    sheet: str
    rows: Sequence[Sequence[Cell]]
    top: int
    left: int
    complaints: Complaints
    faults: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, Section] = field(default_factory=dict)
    doubtful: Collection[Place] = ()
    merged: Sequence[Block] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def at(self, row: int, column: int) -> str:
        """The cell's name: ``学校!F12``."""
        return f"{self.sheet}!{cell_text.address(self.top + row, self.left + column)}"

    def filled(self, row: int, column: int) -> bool:
        """Whether the cell holds something, be it an error."""
        return not cell_text.blank(self.rows[row][column]) or (row, column) in self.faults

    def percent(self, row: int, column: int) -> bool:
        """Whether the cell shows its number as a percentage, a hundred times as large."""
        shown = self.shown.get((row, column))
        return shown is not None and shown.percent

    def text(self, row: int, column: int) -> str:
        """The cell as a heading: text on one line."""
        value = self.rows[row][column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if cell_text.blank(value) else " ".join(str(value).split())

    def shared(self, cell: Callable[[int, int], _T | None]) -> Iterator[tuple[Place, list[_T]]]:
        """Filled merged blocks in which several of these cells lie: where a block begins, which cells.

        cell: row and column → the cell, None for one that does not matter.
        """
        for block in self.merged:
            inside = [one for one in (cell(*place) for place in block.places()) if one is not None]
            if len(inside) > 1 and self.filled(block.top, block.left):
                yield (block.top, block.left), inside

    def value(
        self, row: int, column: int, match: Match | None = None, school: str | None = None
    ) -> object:
        """The cell as a figure or text; None where it is blank or cannot be used (a complaint).

        match: what its heading means, None where nobody knows it: nothing is complained of then
        but a formula that was never calculated.
        """
        value, fault = self.rows[row][column], self.faults.get((row, column))
        fact = match.fact if match else None
        if fault is not None:
            return self._spoilt(fault, self.at(row, column), school, fact)
        if value is None or cell_text.blank(value):
            return None
        if isinstance(value, bool | str):
            return value
        if isinstance(value, Moment):
            return self._day(value, self.at(row, column), school, fact)
        if math.isfinite(value) and abs(value) >= 10**DIGITS:
            return self._long_number(value, self.at(row, column), school, fact)
        if fact is not None and (row, column) in self.doubtful:
            self._doubt(self.at(row, column), school, fact)
        number = float(f"{value:.{DIGITS}g}")
        shown = self.shown.get((row, column))
        if shown is not None and match is not None:
            number = self._as_shown(number, shown, match, self.at(row, column), school)
        return int(number) if number.is_integer() else number

    def _as_shown(
        self, number: float, shown: Section, match: Match, at: str, school: str | None
    ) -> float:
        """A percentage as it is read; what the format shows in another unit, in that of its column."""
        fact, units = match.fact, unit_words(shown.text)
        size = factor(units[0], fact.unit) if len(units) == 1 else None
        if shown.percent and fact.unit == "%":
            number = float(Decimal(repr(number)) * 100)
            message = say("单元格为百分比格式，按{v}%读取", v=number)
            expected = msg("请核对该百分数")
        elif size is not None and size != match.factor:
            message = say("单元格显示为{n}{u}，已换算", n=f"{number:.12g}", u=units[0])
            expected = msg("请核对换算后的数值")
            number = float(Fraction(repr(number)) * size / match.factor)
        else:
            return number
        self.complaints.warning("converted_unit", message, expected, at, school, (fact.name,))
        return number

    def _day(self, value: Moment, at: str, school: str | None, fact: Fact | None) -> str:
        """A date; of a fact that is one, without the time of day."""
        if fact is None or fact.form != "date" or not value.timed:
            return str(value)
        message = say("单元格带有时刻（{v}），按{d}读取", v=str(value), d=value.day)
        self.complaints.warning("time_of_day", message, msg("只填日期"), at, school, (fact.name,))
        return value.day

    def _doubt(self, at: str, school: str | None, fact: Fact) -> None:
        message = msg("公式的结果为0；LibreOffice 打开脚本生成的表时不重算，可能从未计算")
        expected = msg("在 LibreOffice 中按 Ctrl+Shift+F9 全部重算，再保存")
        self.complaints.warning("formula_zero", message, expected, at, school, (fact.name,))

    def _long_number(
        self, value: float, at: str, school: str | None, fact: Fact | None
    ) -> float | str | None:
        """A number beyond Excel's digits: fatal for a code, out of bounds for any figure.

        Where nobody knows the heading, a text that no code may be and any number can.
        """
        if fact is None:
            return f"{value:.{DIGITS - 1}e}"
        if fact.form not in ("text", "texts"):
            return value
        message = say("数字{v}超过15位，Excel已丢失末尾数字", v=cell_text.clip(f"{value:.0f}"))
        expected = msg("将单元格设为“文本”格式后重填")
        self.complaints.error("digits_lost", message, expected, at, school)
        return None

    def _spoilt(self, fault: str, at: str, school: str | None, fact: Fact | None) -> str | None:
        """What a formula left that yields an error or has never been calculated."""
        if fault and fact is None:
            return fault
        if fault:
            message = say("公式错误 {e}", e=cell_text.clip(fault))
            expected = msg("改正公式，或直接填写数值")
            self.complaints.error("formula_error", message, expected, at, school)
            return None
        self.not_calculated(at, school, fatal=fact is not None)
        return None

    def not_calculated(self, at: str, school: str | None = None, *, fatal: bool) -> None:
        """Complain of a formula without a result."""
        complain = self.complaints.error if fatal else self.complaints.warning
        message = msg("公式从未计算，没有数值")
        expected = msg("用 Excel 或 WPS 打开并保存一次")
        complain("formula_not_calculated", message, expected, at, school)


# ── what the sheets share ──────────────────────────────────────────────────────────


def _open_package(data: bytes, complaints: Complaints) -> Package:
    """The zip of an Excel workbook. Raises UnreadableError with advice for whatever else it is."""
    if data.startswith(OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            locked = msg("工作簿有打开密码，无法读取")
            opened = msg("去掉密码后另存为 .xlsx")
            raise complaints.unreadable("encrypted", locked, opened)
        old = msg("是旧版表格文件（.xls/.et），无法读取")
        raise complaints.unreadable("old_format", old, _save_again())
    if not data.startswith(b"PK"):
        raise _foreign(complaints)
    return Package(data, complaints)


def _foreign(complaints: Complaints) -> UnreadableError:
    foreign = msg("不是 Excel 工作簿（.xlsx）")
    return complaints.unreadable("not_a_workbook", foreign, _save_again())


def _save_again() -> str:
    return msg("用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”")


def _shared_strings(package: Package, part: str) -> list[str]:
    """The texts that cells point to, by number."""
    texts: list[str] = []
    text = _Text()

    def start(name: str, attributes: Attributes) -> None:
        text.start(name)

    def end(name: str) -> None:
        text.end(name)
        if name == "si":
            texts.append(text.taken())

    if part:
        package.parse(part, start, end, text.add)
    return texts


class _Text:
    """Gathers what a text says, run by run; how it is pronounced, which some write beside it, is left out."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._inside = self._spoken = False

    def start(self, name: str) -> None:
        """An element begins."""
        self._spoken = self._spoken or name == "rPh"
        self._inside = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        """An element ends."""
        self._inside = False
        self._spoken = self._spoken and name != "rPh"

    def add(self, text: str) -> None:
        """Characters."""
        if self._inside:
            self._runs.append(text)

    def taken(self) -> str:
        """What has been gathered; the next text begins."""
        text = plain("".join(self._runs))
        self._runs.clear()
        return text


def plain(text: str) -> str:
    """A text whose characters that XML does not like were written as ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _cell_formats(package: Package, part: str) -> list[str]:
    """The format codes of the cell styles, by number."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    inside = False

    def style(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt":
            code = attributes.get("formatCode", "")
            codes[attributes.get("numFmtId", "")] = code if changes(code) else ""
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))

    if part:
        package.parse(part, style)
    return [codes.get(number, "") for number in styles]


# ── a sheet's XML ──────────────────────────────────────────────────────────────────


class _Walk:
    """One pass over a sheet's XML: what its cells hold, and what is to be said of single ones."""

    def __init__(
        self,
        strings: Sequence[str],
        formats: Sequence[str],
        *,
        since_1904: bool,
        calculated: bool,
        keeps_zeros: bool,
    ) -> None:
        self._strings, self._formats = strings, formats
        self._since_1904, self._calculated, self._keeps_zeros = since_1904, calculated, keeps_zeros
        self._cells: dict[Place, Cell] = {}
        self._faults: dict[Place, str] = {}
        self._shown: dict[Place, Section] = {}
        self._doubtful: set[Place] = set()
        self._merged: list[Block] = []
        self._arrays: list[Block] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns = [0] * (limits.MOST_SHEET_COLUMNS + 1)  # how many more begin here
        self._corners = limits.MOST_SHEET_ROWS, limits.MOST_SHEET_COLUMNS, -1, -1
        self._row = self._column = -1
        self._kind = self._style = ""
        self._formula = self._filled = self._inside = False
        self._written: list[str] = []
        self._text = _Text()

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._inside = self._filled = True
        elif name == "f":
            self._formula = self._filled = True
            if attributes.get("t") in ("array", "dataTable"):
                self._arrays.append(_block(attributes.get("ref", "")))
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 2)) - 1
            self._column = -1
            if _unseen(attributes, "ht"):
                self._hidden_rows.add(self._row)
        elif name == "mergeCell":
            self._merged.append(_block(attributes.get("ref", "")))
        elif name == "col" and _unseen(attributes, "width"):
            self._hidden_columns[int(attributes["min"]) - 1] += 1
            self._hidden_columns[min(int(attributes["max"]), limits.MOST_SHEET_COLUMNS)] -= 1
        else:
            self._filled = self._filled or name == "is"
            self._text.start(name)

    def text(self, text: str) -> None:
        """Characters."""
        if self._inside:
            self._written.append(text)
        else:
            self._text.add(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "v":
            self._inside = False
        elif name == "c":
            if self._filled:
                self._end_cell()
        else:
            self._text.end(name)
            if name == "is":
                self._written.append(self._text.taken())

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = _place(reference)
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula = self._filled = False
        self._written.clear()

    def _end_cell(self) -> None:
        place = self._row, self._column
        top, left, bottom, right = self._corners
        if not (top <= place[0] <= bottom and left <= place[1] <= right):
            self._reach(*place)
        if place in self._cells:
            raise HostileXmlError
        written, kind = "".join(self._written), self._kind
        value: Cell = None
        if kind == "e":
            value = self._faults[place] = written.strip() or "#ERROR!"
        elif self._formula and self._has_no_result(written):
            self._faults[place] = ""
        elif kind == "s":
            value = _numbered(self._strings, written)
        elif kind == "inlineStr":
            value = written
        elif kind == "str":
            value = plain(written)
        elif written.strip():
            value = self._plain_value(place, written)
            if self._formula and self._keeps_zeros and value == 0:
                self._doubtful.add(place)
        self._cells[place] = value

    def _has_no_result(self, written: str) -> bool:
        """Whether a formula's cell holds nothing, or a zero that no program has worked out."""
        if not written.strip():
            return self._kind != "str" or not self._calculated
        return not self._calculated and self._kind in ("n", "b") and float(written) == 0

    def _plain_value(self, place: Place, written: str) -> Cell:
        """A number, a date, yes or no."""
        if self._kind == "b":
            return written.strip() in TRUE
        if self._kind == "d":
            return Moment(datetime.fromisoformat(written.strip()), frozenset("ymd"))
        if self._kind != "n" or "_" in written:
            raise HostileXmlError
        value = float(written)
        code = _numbered(self._formats, self._style) if self._style else ""
        if not code:
            return value
        shown = section(code, value)
        if shown is not None and shown.shows:
            return moment(value, shown.shows, since_1904=self._since_1904) or value
        if shown is not None:
            self._shown[place] = shown
        return value

    def _reach(self, row: int, column: int) -> None:
        """Widen the block that the filled cells span."""
        top, left, bottom, right = self._corners
        top, left = min(top, row), min(left, column)
        bottom, right = max(bottom, row), max(right, column)
        self._corners = top, left, bottom, right
        if bottom >= limits.MOST_SHEET_ROWS or right >= limits.MOST_SHEET_COLUMNS or top < 0:
            raise HostileXmlError
        if (bottom - top + 1) * (right - left + 1) > limits.MOST_SHEET_CELLS:
            raise _TooWideError

    def _spread_formulas(self) -> None:
        """A formula over a block is written in its first cell: where that has no result, no cell has."""
        for block in self._arrays:
            unknown = self._faults.get((block.top, block.left)) == ""
            if unknown:
                self._reach(block.bottom, block.right)
            for place in block.within(*self._corners).places():
                if not self._cells.get(place) and (unknown or not self._calculated):
                    self._faults[place] = ""
                    self._cells[place] = None

    def grid(self, sheet: str, complaints: Complaints) -> Grid:
        """What was found."""
        self._spread_formulas()
        top, left, bottom, right = self._corners
        width = max(right - left + 1, 0)
        rows: list[list[Cell]] = [[None] * width for _ in range(top, bottom + 1)]
        for (row, column), value in self._cells.items():
            rows[row - top][column - left] = value
        columns = list(accumulate(self._hidden_columns))
        merged = [one.within(top, left, bottom, right) for one in self._merged]
        return Grid(
            sheet,
            rows,
            top,
            left,
            complaints,
            {(row - top, column - left): word for (row, column), word in self._faults.items()},
            {(row - top, column - left): how for (row, column), how in self._shown.items()},
            {(row - top, column - left) for row, column in self._doubtful},
            [block.moved(-top, -left) for block in _bearable(merged)],
            frozenset(row - top for row in self._hidden_rows),
            frozenset(column for column in range(width) if columns[left + column] > 0),
        )


def _numbered(words: Sequence[str], number: str) -> str:
    """The word of a number as a cell writes it. Raises what is `FAULTY` where there is none."""
    if not number.strip().isdigit():
        raise HostileXmlError
    return words[int(number)]


def _bearable(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks, which do not lie over each other by the thousand. Raises HostileXmlError."""
    if sum(block.size for block in blocks) > limits.MOST_SHEET_CELLS:
        raise HostileXmlError
    return blocks


def _unseen(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden, or of no size."""
    return attributes.get("hidden") in TRUE or attributes.get(size) == "0"


def _block(reference: str) -> Block:
    first, _, last = reference.partition(":")
    return Block(*_place(first), *_place(last or first))


def _place(reference: str) -> Place:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise HostileXmlError
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
