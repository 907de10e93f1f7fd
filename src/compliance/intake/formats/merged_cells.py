"""Merged cells among records: a word written across several holds for each, a figure for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Match
from compliance.intake.cell_text import clip
from compliance.intake.formats.workbook import Grid
from compliance.kernel.i18n import msg, say


class Slot(NamedTuple):
    """A record's cell of a fact. record: its number, None for one that is not read."""

    record: int | None
    heading: str


def settle(
    grid: Grid,
    slot: Callable[[int, int], Slot | None],
    matches: Mapping[str, Match | None],
    columns: Mapping[str, list[object]],
) -> None:
    """Give every record what its merged cells say, and take away what is nobody's; that is said.

    slot: row and column → whose cell it is, None where it is no record's. columns: heading →
    values, changed in place.
    """
    for anchor, slots in grid.shared(slot):
        first = slots[0]
        facts = [match.fact for one in slots if (match := matches[one.heading])]
        down = len({one.heading for one in slots}) == 1
        if down and slot(*anchor) == first and _is_word(facts[0]):
            given = columns[first.heading][first.record] if first.record is not None else None
        else:
            given = None
            _complain(grid, anchor, facts)
        for one in slots:
            if one.record is not None:
                columns[one.heading][one.record] = given


def _is_word(fact: Fact) -> bool:
    """Whether a fact names or describes its record; a yes or no states something, as figures do."""
    return fact.form in ("text", "texts") or (bool(fact.words) and fact.form != "flag")


def _complain(grid: Grid, anchor: tuple[int, int], facts: list[Fact]) -> None:
    message = say(
        "“{v}”填在合并的单元格里，跨{n}格，不知属于哪一格，未读取",
        v=clip(grid.text(*anchor)),
        n=len(facts),
    )
    expected = msg("取消合并，每格各填各的")
    names = tuple(dict.fromkeys(fact.name for fact in facts))
    grid.complaints.warning("merged_cell", message, expected, grid.at(*anchor), facts=names)
