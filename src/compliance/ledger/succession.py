"""学校沿革: which school takes over from which, so that what was written about the one is not lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

MERGED, SPLIT, RENAMED, CLOSED = "merged", "split", "renamed", "closed"
REASONS = (MERGED, SPLIT, RENAMED, CLOSED)


@dataclass(frozen=True, slots=True)
class Succession:
    """One line of the table. new: empty where the school was closed. reason: of `REASONS`."""

    old: str
    new: str
    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a school. heirs: codes of those that exist now; reason: of the first step."""

    heirs: tuple[str, ...]
    reason: str
    day: date


def fate(code: str, table: Sequence[Succession], until: date) -> Fate | None:
    """What became of a school by the day `until`; None where nothing did.

    Steps are followed to the schools that exist then; a circle ends where it closes.
    """
    steps = [one for one in table if one.old == code and one.day <= until]
    if not steps:
        return None
    heirs = dict.fromkeys(heir for one in steps for heir in _last(one.new, table, until, {code}))
    return Fate(tuple(heirs), steps[0].reason, steps[0].day)


def _last(code: str, table: Sequence[Succession], until: date, seen: set[str]) -> Iterable[str]:
    if not code or code in seen:
        return []
    steps = [one for one in table if one.old == code and one.day <= until]
    if not steps:
        return [code]
    return [heir for one in steps for heir in _last(one.new, table, until, seen | {code})]
