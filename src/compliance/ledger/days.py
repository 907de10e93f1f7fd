"""The days that count: when the papers are made, and of which day and kind the figures are."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

OFFICIAL, CURRENT = "official", "current"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one county's papers.

    data: the last day that the figures can be of, as precise as they were dated in `written`
    (``2026``, ``2026-06``, ``2026-06-30``). kind: `OFFICIAL` or `CURRENT`, empty where nobody says. stated:
    somebody has dated them; else it is the day as of which they were judged. today: None
    where a program makes papers without a day on them.
    """

    data: date
    written: str
    kind: str = ""
    stated: bool = False
    today: date | None = None


@dataclass(frozen=True, slots=True)
class DaysAsked:
    """What a run is told of its days; of figures it prevails over what their county has recorded."""

    today: date | None = None
    data_date: date | None = None
    data_kind: str = ""

    def of(self, recorded: str, recorded_kind: str, as_of: str) -> Days:
        """The days of a county. recorded, recorded_kind: as in its record, or empty."""
        stated = self.data_date.isoformat() if self.data_date else recorded
        return Days(
            data=last_day(stated or as_of),
            written=stated or as_of,
            kind=self.data_kind or recorded_kind,
            stated=bool(stated),
            today=self.today,
        )


def last_day(written: str) -> date:
    """The last day of ``2026``, ``2026-06``; ``2026-06-30`` itself."""
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])
