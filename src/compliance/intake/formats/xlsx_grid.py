"""A sheet's cells with their true addresses, and what a figure in a cell is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from compliance.facts.fact import Fact
from compliance.intake import cell_text
from compliance.intake.formats.xlsx_scan import Scan
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

# Excel keeps and shows fifteen digits. What it stores beyond them is the noise of its arithmetic.
DIGITS = 15
About = tuple[str, str | None]  # the cell, the school


@dataclass
class Grid:
    """The block of a sheet that holds something. Rows and columns are counted from 0 in it.

    top, left: where the block begins on the sheet. scan: what its XML says of single cells, by their place there.
    """

    sheet: str
    rows: Sequence[Sequence[object]]
    top: int
    left: int
    scan: Scan
    complaints: Complaints

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def at(self, row: int, column: int) -> str:
        """The cell's name: ``学校!F12``."""
        return f"{self.sheet}!{cell_text.address(self.top + row, self.left + column)}"

    def filled(self, row: int, column: int) -> bool:
        """Whether the cell holds something, be it an error."""
        return not cell_text.blank(self.rows[row][column]) or self.fault(row, column) is not None

    def fault(self, row: int, column: int) -> str | None:
        """The error word of a spoilt cell ("" if never calculated), None for a sound one."""
        return self.scan.faults.get((self.top + row, self.left + column))

    def text(self, row: int, column: int) -> str:
        """The cell as a heading: text on one line."""
        value = self.rows[row][column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if cell_text.blank(value) else " ".join(str(value).split())

    def value(
        self, row: int, column: int, fact: Fact | None = None, school: str | None = None
    ) -> object:
        """The cell as a figure or text; None where it is blank or cannot be used (a complaint).

        fact: what the cell is about, None where the core does not know its heading.
        """
        fault = self.fault(row, column)
        if fault is not None:
            return self._spoilt(fault, (self.at(row, column), school), fact)
        value = self.rows[row][column]
        if cell_text.blank(value):
            return None
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float):
            if math.isfinite(value) and abs(value) >= 10**DIGITS:
                return self._long_number(float(value), (self.at(row, column), school), fact)
            percent = (self.top + row, self.left + column) in self.scan.percents
            return self._number(float(value), (row, column, school), fact if percent else None)
        return _moment(value)

    def _number(
        self, value: float, cell: tuple[int, int, str | None], percent: Fact | None
    ) -> int | float | None:
        row, column, school = cell
        shown = float(f"{value:.{DIGITS}g}")
        if percent is not None and percent.unit == "%":
            shown = float(Decimal(repr(shown)) * 100)
            self.complaints.warning(
                "converted_unit",
                say(
                    "单元格为百分比格式，按{v}%读取",
                    "the cell is formatted as a percentage: read as {v} %",
                    v=shown,
                ),
                say("请核对该百分数", "check the percentage"),
                at=self.at(row, column),
                school=school,
                facts=(percent.name,),
            )
        return int(shown) if shown.is_integer() else shown

    def _long_number(self, value: float, about: About, fact: Fact | None) -> object:
        """A number beyond Excel's digits: fatal for a code, out of bounds for any figure.

        Where the core does not know the heading, a text that no code may be and any number can.
        """
        if fact is None:
            return f"{value:.{DIGITS - 1}e}"
        if fact.form not in ("text", "texts"):
            return value
        self.complaints.error(
            "digits_lost",
            say(
                "数字{v}超过15位，Excel已丢失末尾数字",
                "{v} has more than 15 digits; Excel has lost the last ones",
                v=cell_text.clip(f"{value:.0f}"),
            ),
            say("将单元格设为“文本”格式后重填", "format the cell as text and type it again"),
            *about,
        )
        return None

    def _spoilt(self, fault: str, about: About, fact: Fact | None) -> str | None:
        """Where the core does not know the heading, a province's plugin may: leave it to be told."""
        if fault and fact is None:
            return fault
        if fault:
            self.complaints.error(
                "formula_error",
                say("公式错误 {e}", "formula error {e}", e=cell_text.clip(fault)),
                say("改正公式，或直接填写数值", "correct the formula or type the figure"),
                at=about[0],
                school=about[1],
            )
            return None
        complain = self.complaints.error if fact else self.complaints.warning
        complain(
            "formula_not_calculated",
            say("公式从未计算，没有数值", "the formula was never calculated and has no value"),
            say("用 Excel 或 WPS 打开并保存一次", "open it in Excel or WPS and save it"),
            *about,
        )
        return None


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value == _midnight(value) else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _midnight(value: datetime) -> datetime:
    return value.replace(hour=0, minute=0, second=0, microsecond=0)
