"""The cells of a sheet as every form of workbook gives them, each with its true address.

A form of workbook fills `Cells`; what is read above is the `Grid` it makes of them. A cell is what its
program worked out. What no program has worked out is no figure: a formula without a result, and one
whose zero only keeps the place in a file that a script has written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Protocol, TypeVar

from compliance.facts.fact import Fact
from compliance.facts.units import factor, unit_words
from compliance.facts.vocabulary import Match
from compliance.intake import cell_text, limits
from compliance.intake.formats.allowance import Allowance, BeyondLimitError
from compliance.intake.formats.number_format import Moment, Section, moment, section
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say
from compliance.kernel.number_format import whole_number

# Excel keeps and shows fifteen digits. What it stores beyond them is the noise of its arithmetic.
DIGITS = 15
Place = tuple[int, int]  # row and column, counted from 0
Cell = str | float | bool | Moment | None
_T = TypeVar("_T")


class Sheet(NamedTuple):
    """What the workbook says of a sheet. cells: it is no chart."""

    hidden: bool
    cells: bool


class MalformedError(ValueError):
    """Content that no honest workbook holds: it contradicts itself, or declares what none needs."""


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
    doubtful: zeros of formulas in the file of a program that keeps those of scripts. formulas: cells
    that hold one, as far as the file tells.
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
    formulas: frozenset[Place] = frozenset()

    @cached_property
    def merged_from(self) -> Mapping[int, Sequence[Block]]:
        """Row → the merged blocks that begin there."""
        found: dict[int, list[Block]] = {}
        for block in self.merged:
            found.setdefault(block.top, []).append(block)
        return found

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def part(self, first: int, end: int) -> Grid:
        """Its rows from `first` on to before `end`, as if nothing else stood on the sheet."""

        def moved(places: Iterable[Place]) -> Iterator[tuple[Place, Place]]:
            return (
                (place, (place[0] - first, place[1])) for place in places if first <= place[0] < end
            )

        blocks = (one.within(first, 0, end - 1, self.width - 1) for one in self.merged)
        return replace(
            self,
            rows=self.rows[first:end],
            top=self.top + first,
            faults={to: self.faults[place] for place, to in moved(self.faults)},
            shown={to: self.shown[place] for place, to in moved(self.shown)},
            doubtful={to for _, to in moved(self.doubtful)},
            merged=[block.moved(-first, 0) for block in blocks if block.size > 1],
            hidden_rows=frozenset(row - first for row in self.hidden_rows if first <= row < end),
        )

    def at(self, row: int, column: int) -> str:
        """The cell's name: ``学校!F12``, without the sheet where that is a text's only one."""
        place = cell_text.address(self.top + row, self.left + column)
        return f"{self.sheet}!{place}" if self.sheet else place

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
        return "" if value is None else " ".join(str(whole_number(value)).split())

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
        expected = msg("把整列设为“文本”格式，按原件重填代码，或从原系统重新导出")
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


class Cells:
    """What the cells of a sheet hold, put in one by one, and what is to be said of single ones.

    faults, shown, doubtful, formulas, merged, hidden_rows: as of a `Grid`, but counted from the sheet's corner.
    allowance: what the sheets of its book may still hold together.
    """

    def __init__(self, *, since_1904: bool, allowance: Allowance | None = None) -> None:
        self._since_1904, self._allowance = since_1904, allowance or Allowance()
        self.values: dict[Place, Cell] = {}
        self.faults: dict[Place, str] = {}
        self.shown: dict[Place, Section] = {}
        self.doubtful: set[Place] = set()
        self.formulas: set[Place] = set()
        self.merged: list[Block] = []
        self.hidden_rows: set[int] = set()
        self._hidden_columns: Counter[int] = Counter()  # how many more begin here
        self._corners = limits.MOST_SHEET_ROWS, limits.MOST_SHEET_COLUMNS, -1, -1

    def reach(self, row: int, column: int) -> None:
        """Widen the block that the filled cells span. Raises BeyondLimitError, MalformedError off the sheet."""
        top, left, bottom, right = self._corners
        if top <= row <= bottom and left <= column <= right:
            return
        top, left = min(top, row), min(left, column)
        bottom, right = max(bottom, row), max(right, column)
        self._corners = top, left, bottom, right
        if bottom >= limits.MOST_SHEET_ROWS or right >= limits.MOST_SHEET_COLUMNS or top < 0:
            raise MalformedError
        if (bottom - top + 1) * (right - left + 1) > limits.MOST_SHEET_CELLS:
            most = f"{limits.MOST_SHEET_CELLS:,}"
            raise BeyondLimitError(
                say("单元格的范围过大，超过{n}格；可能在很远的行或列误填了内容", n=most),
                whole=False,
            )

    def put(self, place: Place, value: Cell, fault: str | None = None) -> None:
        """A filled cell, which may hold what a formula spoilt.

        Raises MalformedError for a second one, BeyondLimitError.
        """
        self.reach(*place)
        if place in self.values:
            raise MalformedError
        if isinstance(value, str):
            self._allowance.text(len(value))
        self.values[place] = value
        if fault is not None:
            self.faults[place] = fault

    def number(self, place: Place, value: float, code: str) -> Cell:
        """What a number is in a cell of this format: itself, or the moment it stands for."""
        shown = section(code, value) if code else None
        if shown is not None and shown.shows:
            return moment(value, shown.shows, since_1904=self._since_1904) or value
        if shown is not None:
            self.shown[place] = shown
        return value

    def hide_columns(self, first: int, last: int) -> None:
        """Columns that are not seen, the last among them. Raises MalformedError off the sheet."""
        if first > limits.MOST_SHEET_COLUMNS:
            raise MalformedError
        self._hidden_columns[max(first, 0)] += 1
        self._hidden_columns[min(last + 1, limits.MOST_SHEET_COLUMNS)] -= 1

    def within(self, block: Block) -> Block:
        """The part of a block that the filled cells span."""
        return block.within(*self._corners)

    def grid(self, sheet: str, complaints: Complaints) -> Grid:
        """What was put in.

        Raises BeyondLimitError for too many columns, MalformedError where merged blocks lie over each
        other by the thousand.
        """
        top, left, bottom, right = self._corners
        width = max(right - left + 1, 0)
        if len({column for _, column in self.values}) > limits.MOST_COLUMNS:
            raise BeyondLimitError(say("超过{n}列", n=f"{limits.MOST_COLUMNS:,}"), whole=False)
        rows: list[list[Cell]] = [[None] * width for _ in range(top, bottom + 1)]
        for (row, column), value in self.values.items():
            rows[row - top][column - left] = value
        columns = list(accumulate(self._hidden_columns[column] for column in range(right + 1)))
        merged = [block for one in self.merged if (block := self.within(one)).size]
        if sum(block.size for block in merged) > limits.MOST_SHEET_CELLS:
            raise MalformedError
        if len(merged) > limits.MOST_MERGED:
            most = f"{limits.MOST_MERGED:,}"
            raise BeyondLimitError(say("合并的单元格超过{n}处", n=most), whole=False)
        return Grid(
            sheet,
            rows,
            top,
            left,
            complaints,
            {(row - top, column - left): word for (row, column), word in self.faults.items()},
            {(row - top, column - left): how for (row, column), how in self.shown.items()},
            {(row - top, column - left) for row, column in self.doubtful},
            [block.moved(-top, -left) for block in merged],
            frozenset(row - top for row in self.hidden_rows),
            frozenset(column for column in range(width) if columns[left + column] > 0),
            frozenset((row - top, column - left) for row, column in self.formulas),
        )


class OpenedFile(Protocol):
    """A form of workbook. sheets: name → what is known of it, in the book's order; macros: it has some.

    Reading raises what is `FAULTY` where it is damaged, and BeyondLimitError.
    """

    sheets: dict[str, Sheet]
    macros: bool

    def cells(self, sheet: str) -> Cells:
        """What a worksheet holds."""

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell near its beginning."""


def check_sheets(number: int) -> None:
    """Raise BeyondLimitError for more sheets than anybody fills in."""
    if number > limits.MOST_SHEETS:
        raise BeyondLimitError(say("工作表超过{n}张", n=limits.MOST_SHEETS))


class WholeBook:
    """A form of workbook that has been read whole."""

    macros = False

    def __init__(self) -> None:
        self.sheets: dict[str, Sheet] = {}
        self._cells: dict[str, Cells] = {}

    def add(self, name: str, cells: Cells, *, hidden: bool = False) -> None:
        """One more sheet; never two of one name. Raises BeyondLimitError for more than anybody fills in."""
        check_sheets(len(self.sheets) + 1)
        number, free = 1, name
        while free in self.sheets:
            number += 1
            free = f"{name} ({number})"
        self.sheets[free], self._cells[free] = Sheet(hidden, cells=True), cells

    def cells(self, sheet: str) -> Cells:
        """What a sheet holds."""
        return self._cells[sheet]

    def holds_something(self, sheet: str) -> bool:
        """Whether a sheet has a filled cell."""
        return bool(self._cells[sheet].values)
