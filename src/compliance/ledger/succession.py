"""学校沿革: which school goes on for which, so that what was written about the one is not lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.kernel.submission import Succession

RENAMED, SPLIT, CLOSED = "renamed", "split", "closed"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a school's code. heirs: the codes that go on; reason, day: as stated first.

    reason: merged, split, renamed or closed, by the number of heirs where nobody has stated it.
    day: as precise as it was written, or empty.
    """

    heirs: tuple[str, ...]
    reason: str
    day: str


def fate(code: str, table: Sequence[Succession], until: date) -> Fate | None:
    """What became of a code by the day `until`; None where nothing did.

    Steps are followed to the codes that go on then; a circle ends where it closes.
    """
    steps = list(_steps(code, table, until))
    if not steps:
        return None
    heirs = dict.fromkeys(
        heir for one in steps for heir in _last(one.new_code, table, until, {code})
    )
    stated = steps[0].reason
    reason = stated or ((CLOSED, RENAMED)[len(heirs)] if len(heirs) < 2 else SPLIT)
    return Fate(tuple(heirs), reason, steps[0].date or "")


def _steps(code: str, table: Sequence[Succession], until: date) -> Iterator[Succession]:
    for one in table:
        day = one.date or ""
        if one.old_code == code and one.new_code != code and day <= until.isoformat()[: len(day)]:
            yield one


def _last(
    code: str | None, table: Sequence[Succession], until: date, seen: set[str]
) -> Iterator[str]:
    if not code or code in seen:
        return
    steps = list(_steps(code, table, until))
    if not steps:
        yield code
    for one in steps:
        yield from _last(one.new_code, table, until, seen | {code})
