"""The one record of a county whose values stand beside their headings: in one pair of columns, or several.

Which column holds the values is said above it (填报值, 本年数, 2023年), or only one holds figures. Of
several that might, none is taken in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from compliance.facts.units import factor, quantity, unit_words
from compliance.facts.vocabulary import Match
from compliance.intake.cell_text import clip, letters
from compliance.intake.formats.side_lines import units_above
from compliance.intake.formats.workbook import Grid
from compliance.intake.limits import MOST_COLUMNS
from compliance.kernel.i18n import msg, say

COLUMNS_WITHIN = 40
VALUE_HEADINGS = frozenset({"填报值", "数值", "值", "填报内容", "内容", "指标值", "实际数", "数据"})
UNIT_HEADINGS = frozenset({"单位", "计量单位"})
NUMBERINGS = frozenset({"序号", "编号", "行次", "代码", "指标代码"})
LONGEST_UNIT = 12
_FIGURE = re.compile(r"[-+]?[0-9０-９][0-9０-９,，.． ]*\D{0,3}")
_THIS_YEAR = re.compile("本年|本学年|今年|当年|本期")
_OTHER_YEAR = re.compile(
    "上[一]?[学]?年|上期|去年|前年|往年|同期|增[减长]|变化|较|下[一]?[学]?年|计划|目标|预[计测]"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_CODE = re.compile(r"[0-9]{6}")


class Cell(NamedTuple):
    """Where a fact of the county stands: its row, the column of its heading, that of its value."""

    row: int
    heading: int
    value: int


@dataclass(frozen=True)
class CountySheet:
    """A sheet of headings and values beside each other.

    known: a heading and the units written beside it → what it means, None where nobody knows it.
    twice: complains of a heading that stands in two places.
    """

    grid: Grid
    known: Callable[[str, Sequence[str]], Match | None]
    twice: Callable[[str, str, str], None]
    _meanings: dict[str, Match | None] = field(default_factory=dict)

    def _means(self, row: int, column: int) -> Match | None:
        text = self.grid.text(row, column)
        if text not in self._meanings:
            if len(self._meanings) > 2 * MOST_COLUMNS:  # far more than a county's record has
                return None
            self._meanings[text] = self.known(text, ())
        return self._meanings[text]

    @cached_property
    def pairs(self) -> list[_Pair]:
        """Its columns of headings with the columns that belong to each; none of mere names beside another."""
        rows = range(len(self.grid.rows))
        found = {
            column: [row for row in rows if self._means(row, column)]
            for column in range(min(self.grid.width, COLUMNS_WITHIN))
        }
        starts = [column for column, known in found.items() if known]
        ends = pairwise([*starts, self.grid.width])
        pairs = [_Pair(self.grid, start, end, found[start]) for start, end in ends]
        filled = [pair for pair in pairs if pair.columns]
        return filled or sorted(pairs, key=lambda pair: -len(pair.rows))[:1]

    @property
    def score(self) -> int:
        """How many known headings it has."""
        return sum(len(pair.rows) for pair in self.pairs)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Heading → where it stands, as far as it is known or something stands beside it."""
        grid = self.grid
        places: dict[str, Cell] = {}
        for pair in self.pairs:
            values = pair.value_column(self._year())
            for row in range(len(grid.rows)):
                heading = grid.text(row, pair.heading)
                here = Cell(row, pair.heading, pair.value(row, values))
                if row < pair.rows[0] and not self._counts(here, pair):
                    continue
                if grid.faults.get((row, pair.heading)) == "" and self._given(here):
                    grid.not_calculated(grid.at(row, pair.heading), fatal=True)
                if not heading or not (self._says(here) or self._means(row, pair.heading)):
                    continue
                if heading not in places or not self._given(places[heading]):
                    places[heading] = here
                elif self._given(here):
                    there = places[heading]
                    self.twice(
                        heading, grid.at(row, here.heading), grid.at(there.row, there.heading)
                    )
        return places

    @property
    def codes(self) -> dict[str, str]:
        """County code → where it stands first, of every column that may hold values."""
        found: dict[str, str] = {}
        for pair in self.pairs:
            for row in pair.rows:
                match = self._means(row, pair.heading)
                if match is not None and match.fact.name == "county_code":
                    for column in pair.columns:
                        text = self.grid.text(row, column)
                        if _CODE.fullmatch(text):
                            found.setdefault(text, self.grid.at(row, column))
        return found

    def _given(self, cell: Cell) -> bool:
        return cell.value < self.grid.width and self.grid.filled(cell.row, cell.value)

    def _says(self, cell: Cell) -> bool:
        """Whether something stands beside the heading, other than the label of a next part's values."""
        return self._given(cell) and self.grid.text(cell.row, cell.value) not in VALUE_HEADINGS

    def _counts(self, cell: Cell, pair: _Pair) -> bool:
        """Whether a figure stands beside what is not known, other than a year over a column."""
        if not self._given(cell):
            return False
        place = cell.row, cell.value
        number = isinstance(self.grid.rows[cell.row][cell.value], float)
        return place in self.grid.faults or (
            number and self.grid.text(*place) != pair.label(cell.value)
        )

    def _year(self) -> int | None:
        """The school year, where the sheet gives one."""
        given = {
            self.grid.rows[row][column]
            for pair in self.pairs
            for row in pair.rows
            if (match := self._means(row, pair.heading)) and match.fact.name == "year"
            for column in pair.columns
        }
        years = {
            int(float(str(one)))
            for one in given
            if re.fullmatch(r"(?:19|20)\d\d(?:\.0)?", str(one))
        }
        return years.pop() if len(years) == 1 else None

    def units(self) -> dict[str, tuple[str, ...]]:
        """Heading → the units that its row gives, else those over its column or in a line above."""
        pairs = {pair.heading: pair for pair in self.pairs}
        above = {
            start: units_above(self._texts(row) for row in range(pair.rows[0]))
            for start, pair in pairs.items()
        }
        found: dict[str, tuple[str, ...]] = {}
        for heading, cell in self.cells.items():
            pair = pairs[cell.heading]
            for column in pair.unit_columns:
                self._mention_odd_unit(cell, column)
            texts = [self.grid.text(cell.row, column) for column in pair.unit_columns]
            given = (unit_words(text) for text in (*texts, pair.label(cell.value)))
            found[heading] = next(filter(None, given), above[cell.heading])
        return found

    def _mention_odd_unit(self, cell: Cell, column: int) -> None:
        """Complain of what stands where a figure's unit should, and is no unit of such a figure."""
        text, meant = self.grid.text(cell.row, column), self._means(cell.row, cell.heading)
        if not (text and meant and meant.fact.unit and self._given(cell)):
            return
        own = meant.fact.unit
        alike = (
            factor(word, own) is not None or quantity(word) == quantity(own)
            for word in unit_words(text)
        )
        if not text.startswith(own) and not any(alike):
            message = say("单位“{u}”不适用，未据此换算", u=clip(text, 20))
            expected = say("按{unit}填写", unit=own)
            place = self.grid.at(cell.row, column)
            self.grid.complaints.warning("unclear_unit", message, expected, place)

    def _texts(self, row: int) -> list[str]:
        return [self.grid.text(row, column) for column in range(self.grid.width)]


@dataclass(frozen=True)
class _Pair:
    """A column of headings and the columns up to the next one. rows: those with known headings."""

    grid: Grid
    heading: int
    end: int
    rows: Sequence[int]

    @cached_property
    def columns(self) -> list[int]:
        """The columns that hold something beside a known heading, and no units or numbers of lines."""
        filled = [
            column
            for column in range(self.heading + 1, self.end)
            if any(self.grid.filled(row, column) for row in self.rows)
        ]
        others = [*self.unit_columns, *(one for one in filled if self.label(one) in NUMBERINGS)]
        return [column for column in filled if column not in others]

    @cached_property
    def unit_columns(self) -> list[int]:
        """The columns of units: called so, or holding nothing else."""
        return [
            column
            for column in range(self.heading + 1, self.end)
            if self.label(column) in UNIT_HEADINGS or self._all_units(column)
        ]

    def _all_units(self, column: int) -> bool:
        texts = [text for row in self.rows if (text := self.grid.text(row, column))]
        return bool(texts) and all(len(text) <= LONGEST_UNIT and unit_words(text) for text in texts)

    def label(self, column: int) -> str:
        """What stands above the values of a column."""
        if column >= self.grid.width:
            return ""
        above = (self.grid.text(row, column) for row in reversed(range(self.rows[0])))
        return next((text for text in above if text), "")

    def value(self, row: int, values: int) -> int:
        """Where the row's value stands, if not in the column of values: a cell merged across it."""
        return next(
            (
                block.left
                for block in self.grid.merged_from.get(row, ())
                if self.heading < block.left <= values <= block.right
            ),
            values,
        )

    def value_column(self, year: int | None) -> int:
        """The column of the values; an error where several may be meant, or only those of another year."""
        called = [c for c in range(self.heading + 1, self.end) if self.label(c) in VALUE_HEADINGS]
        if not any(map(self._holds_figures, self.columns)) and not set(called) & set(self.columns):
            # a form that nobody has filled in: what stands beside are definitions
            return (called or self.columns or [self.heading + 1])[0]
        ranks = {column: self._rank(column, year) for column in self.columns}
        best = max(ranks.values())
        figures = [column for column in ranks if self._holds_figures(column)]
        first, *more = [column for column, rank in ranks.items() if rank == best]
        if best == 0 and more:
            first, *more = [column for column in (first, *more) if column in figures] or [first]
        if best < 0:
            self._of_another_year(first)
        elif more:
            self._several(first, more[0])
        elif others := [column for column in figures if column != first]:
            self._chosen(first, others[0])
        return first

    def _rank(self, column: int, year: int | None) -> int:
        """1 for a column called the values or this year's, -1 for one of another year, else 0."""
        label = self.label(column)
        if label in VALUE_HEADINGS:
            return 1
        named = _YEAR.search(label)
        if _OTHER_YEAR.search(label) or (named and year is not None and int(named[0]) != year):
            return -1
        return 1 if named or _THIS_YEAR.search(label) else 0

    def _holds_figures(self, column: int) -> bool:
        """Whether most of it are figures, be they typed as texts; remarks hold one now and then."""
        texts = [self.grid.text(row, column) for row in self.rows if self.grid.filled(row, column)]
        return 2 * sum(1 for text in texts if _FIGURE.fullmatch(text)) >= len(texts)

    def _called(self, column: int) -> str:
        name = letters(self.grid.left + column)
        label = clip(self.label(column), 20)
        return say("“{label}”（{c}列）", label=label, c=name) if label else say("{c}列", c=name)

    def _place(self, column: int) -> str:
        filled = (row for row in range(len(self.grid.rows)) if self.grid.filled(row, column))
        return self.grid.at(next(filled, 0), column)

    def _several(self, first: int, second: int) -> None:
        message = say(
            "{a}和{b}都有数，不知道哪一列是本学年的", a=self._called(first), b=self._called(second)
        )
        expected = msg("只留一列，或在列的上方写明“填报值”")
        self.grid.complaints.error("several_value_columns", message, expected, self._place(second))

    def _of_another_year(self, column: int) -> None:
        message = say("只有{a}，没有本学年的数", a=self._called(column))
        expected = msg("填本学年的数，列的上方写明“填报值”或“本年数”")
        self.grid.complaints.error("several_value_columns", message, expected, self._place(column))

    def _chosen(self, column: int, other: int) -> None:
        message = say("按{a}读取，{b}未读取", a=self._called(column), b=self._called(other))
        expected = msg("请核对是否为本学年的数")
        self.grid.complaints.warning("value_column_chosen", message, expected, self._place(other))
