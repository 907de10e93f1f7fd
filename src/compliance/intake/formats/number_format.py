"""What a cell's number format makes of its number: a percentage, a date, a figure in a unit.

Only what a program would work out counts: a sign in quotes or after a backslash is mere text, and
of several sections the one that the number falls under.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

# the formats every program has built in, as far as they matter here; those of East Asia among them
_YEAR_MONTH, _DAY, _MOMENT, _TIME = "yyyy-m", "yyyy-m-d", "yyyy-m-d h:mm", "h:mm"
BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58), _DAY),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), _YEAR_MONTH),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), _TIME),
    22: _MOMENT,
}
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"?|[\\!].)|(?P<space>[_*].)|(?P<bracket>\[[^\]]*\])|(?P<word>General|AM/PM|A/P|E[+-])
    |(?P<end>;)|(?P<sign>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\]")
_HOLDS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_FRACTION = re.compile(r"s\.0+")  # of a second
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
# Excel's first day, counted so that the 29 February 1900 it believes in does no harm from March on
_FIRST, _FIRST_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_958_466  # the first of the year 10000


class Section(NamedTuple):
    """One section of a format. shows: the letters of dates in it. text: what it writes beside the number."""

    condition: tuple[str, float] | None
    percent: bool
    shows: frozenset[str]
    text: str


class Moment(NamedTuple):
    """A date as its cell shows it. shows: some of y, m, d, h, s."""

    when: datetime
    shows: frozenset[str]

    @property
    def day(self) -> str:
        """The date; only its year and month, or its year, where the cell shows no more of it."""
        month_alone = "y" in self.shows and "d" not in self.shows and not self.timed
        if not month_alone or self.when.day > 1:
            return f"{self.when:%Y-%m-%d}"
        return f"{self.when:%Y-%m}" if "m" in self.shows else f"{self.when:%Y}"

    @property
    def timed(self) -> bool:
        """Whether there is a time of day."""
        return (self.when.hour, self.when.minute, self.when.second) != (0, 0, 0)

    def __str__(self) -> str:
        clock = f"{self.when:%H:%M:%S}"
        if not self.shows & {"y", "d"}:
            return clock
        return f"{self.day} {clock}" if self.timed else self.day


@lru_cache(maxsize=1024)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of a format code."""
    return tuple(_sections(code))


def _sections(code: str) -> Iterator[Section]:
    tokens = [(token.lastgroup or "", token[0]) for token in _TOKEN.finditer(code)]
    begin = 0
    for end, (kind, _) in enumerate([*tokens, ("end", "")]):
        if kind == "end":
            yield _section(tokens[begin:end])
            begin = end + 1


def _section(tokens: Sequence[tuple[str, str]]) -> Section:
    condition, signs, text = None, "", ""
    for kind, written in tokens:
        if kind == "text":
            text += written.strip('"') if written.startswith('"') else written[1:]
        elif kind == "bracket":
            found = _CONDITION.fullmatch(written)
            condition = (found[1], float(found[2])) if found else condition
            signs += "h" if _ELAPSED.fullmatch(written) else ""
        elif kind == "sign":
            signs += written.lower().replace("e", "y")  # the year, in East Asia
            text += "" if written in "0#?.,%" else written
    signs = _FRACTION.sub("s", signs)
    dated = not set(signs) & set("0#?%")
    scaled = signs.rstrip("%").endswith(",")
    shows = frozenset(signs) & frozenset("ymdhs") if dated else frozenset()
    return Section(condition, "%" in signs, shows, "" if scaled else text)


def changes(code: str) -> bool:
    """Whether a format may show a number as something else."""
    return any(part.percent or part.shows or part.text.strip() for part in sections(code))


def section(code: str, number: float) -> Section | None:
    """The section of a format that a number falls under; None where it is written as it is."""
    parts = sections(code)
    if any(part.condition for part in parts):
        for part in parts:
            if part.condition is None or _HOLDS[part.condition[0]](number, part.condition[1]):
                return part
        return None
    negative, zero = number < 0 and len(parts) > 1, number == 0 and len(parts) > 2
    return parts[1 if negative else 2 if zero else 0]


def moment(number: float, shows: frozenset[str], *, since_1904: bool) -> Moment | None:
    """The date that a number stands for; None where it lies beyond every calendar."""
    if not 0 <= number < _LAST_DAY:
        return None
    first = _FIRST_1904 if since_1904 else _FIRST
    early = 1 <= number < 60 and not since_1904
    seconds = timedelta(seconds=round(number * 86_400))
    try:
        return Moment(first + seconds + timedelta(days=1 if early else 0), shows)
    except OverflowError:
        return None
