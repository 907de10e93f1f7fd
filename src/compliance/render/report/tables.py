"""A table of the report's workbook as data: what its sheet is called, its headings, its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from compliance.render.report.marks import DOUBT, Figure, Mark

Value = str | float | Figure | None
Row = list[Value]
Heading = tuple[str, float, str]  # words, width, number format of its figures
WIDEST = 60.0


class SheetTable(NamedTuple):
    """One sheet. frozen: columns that stay in view. coloured: the first column whose states colour it and
    the figure before it, 0 for none.
    """

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Row]
    notes: Sequence[str] = ()
    frozen: int = 0
    coloured: int = 0


def told(mark: Mark) -> str:
    """A state in words, its sign before it."""
    return f"{mark.sign} {mark.text}".strip()


def sign(cell: Mark, met: str) -> str:
    """The sign of a state in its column, with that of doubtful data; blank where nothing was asked."""
    if not cell.status:
        return ""
    known = {"pass": met, "not_applicable": "–"}
    doubtful = DOUBT if cell.text.endswith(DOUBT) else ""
    return (known.get(cell.status) or cell.sign) + doubtful
