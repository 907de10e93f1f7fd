"""Until when: a day, or so long after the day of the figures."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.ledger.written_dates import read_date

_NUMBERS = dict(
    zip("一二两三四五六七八九十半", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0.5), strict=True)
)
_TERM = re.compile(
    r"([0-9]{1,3}|[一二两三四五六七八九十半])(?:个)?(年|季度|月|周|星期|天|日)(半)?(?:以?内|之内)?"
)
_MONTHS = {"年": 12, "季度": 3, "月": 1}
_DAYS = {"周": 7, "星期": 7, "天": 1, "日": 1}


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline as a day, or as months or days after the day that the figures are of."""

    day: date | None = None
    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The deadline, counted from `start` where it is relative."""
        if self.day is not None:
            return self.day
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(start.day, last)) + timedelta(self.days)


def read_term(written: str) -> Term | None:
    """A day, a month, 3个月, 半年, 90天; None where it says none of these."""
    text = "".join(written.split())
    if found := _TERM.fullmatch(text):
        number = float(_NUMBERS.get(found[1], 0) or found[1])
        number += 0.5 if found[3] else 0
        if found[2] in _MONTHS and (months := number * _MONTHS[found[2]]) == int(months):
            return Term(months=int(months))
        if found[2] in _MONTHS:
            return Term(months=int(months), days=15)
        return Term(days=int(number * _DAYS[found[2]]))
    read = read_date(text)
    return None if read is None else Term(day=read.day)
