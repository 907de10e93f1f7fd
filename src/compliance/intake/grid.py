"""A sheet's cells with their true addresses, and what a figure in a cell is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from compliance.intake import cells
from compliance.intake.opening import Complaints
from compliance.intake.sheet_scan import Faults
from compliance.words import say

# Excel keeps and shows fifteen digits. What it stores beyond them is the noise of its arithmetic.
DIGITS = 15


@dataclass
class Grid:
    """The block of a sheet that holds something. Rows and columns are counted from 0 in it.

    top, left: where the block begins on the sheet. faults: spoilt cells by their place there.
    """

    sheet: str
    rows: Sequence[Sequence[object]]
    top: int
    left: int
    faults: Faults
    complaints: Complaints

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def at(self, row: int, column: int) -> str:
        """The cell's name: ``学校!F12``."""
        return f"{self.sheet}!{cells.address(self.top + row, self.left + column)}"

    def filled(self, row: int, column: int) -> bool:
        """Whether the cell holds something, be it an error."""
        return not cells.blank(self.rows[row][column]) or self.fault(row, column) is not None

    def fault(self, row: int, column: int) -> str | None:
        """The error word of a spoilt cell ("" if never calculated), None for a sound one."""
        return self.faults.get((self.top + row, self.left + column))

    def text(self, row: int, column: int) -> str:
        """The cell as a heading: text on one line."""
        value = self.rows[row][column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if cells.blank(value) else " ".join(str(value).split())

    def value(self, row: int, column: int, school: object = None) -> object:
        """The cell as a figure or text; None where it is blank or cannot be used (a complaint)."""
        fault = self.fault(row, column)
        if fault is not None:
            self._spoilt(fault, self.at(row, column), school)
            return None
        value = self.rows[row][column]
        if cells.blank(value):
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._number(float(value), self.at(row, column), school)
        if isinstance(value, str):
            return self._text(value, self.at(row, column), school)
        return _moment(value)

    def _number(self, value: float, at: str, school: object) -> int | float | None:
        if not math.isfinite(value):
            self.complaints.error(
                "not_a_number", say("不是可用的数", "not a usable number"), at=at, school=school
            )
            return None
        if abs(value) >= 10**DIGITS:
            self.complaints.error(
                "digits_lost",
                say(
                    "数字{v}超过15位，Excel已丢失末尾数字",
                    "{v} has more than 15 digits; Excel has lost the last ones",
                    v=f"{value:.0f}"[:40],
                ),
                say("将单元格设为“文本”格式后重填", "format the cell as text and type it again"),
                at=at,
                school=school,
            )
            return None
        shown = float(f"{value:.{DIGITS}g}")
        return int(shown) if shown.is_integer() else shown

    def _text(self, value: str, at: str, school: object) -> str | None:
        if not cells.unfit(value):
            return value
        self.complaints.error(
            "bad_text",
            say("文字中有控制字符：{v}", "control characters in the text: {v}", v=cells.clip(value)),
            at=at,
            school=school,
        )
        return None

    def _spoilt(self, fault: str, at: str, school: object) -> None:
        if fault:
            self.complaints.error(
                "formula_error",
                say("公式错误 {e}", "formula error {e}", e=cells.clip(fault)),
                say("改正公式，或直接填写数值", "correct the formula or type the figure"),
                at=at,
                school=school,
            )
        else:
            self.complaints.error(
                "formula_not_calculated",
                say("公式从未计算，没有数值", "the formula was never calculated and has no value"),
                say("用 Excel 或 WPS 打开并保存一次", "open it in Excel or WPS and save it"),
                at=at,
                school=school,
            )


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value == _midnight(value) else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _midnight(value: datetime) -> datetime:
    return value.replace(hour=0, minute=0, second=0, microsecond=0)
