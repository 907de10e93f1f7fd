"""What became of one raw table: its typed columns, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from compliance.facts.fact import Fact
from compliance.intake.formats.raw_table import RawTable
from compliance.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """A refused cell, still without its county."""

    row: int
    fact: str
    problem: Problem


@dataclass
class Accepted:
    """A table's typed columns (only the facts it has, with ``_row``) and what was wrong.

    refused: fact → Boolean Series, the cells refused. notes: warnings and errors of the table as
    a whole. headings: fact → as written; years: fact → the year its heading names; mixed: facts
    written in two units. broken: the table cannot be trusted at all, so that no county in it can be judged.
    """

    raw: RawTable
    facts: dict[str, Fact]
    frame: pl.DataFrame
    refused: dict[str, pl.Series] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    headings: dict[str, list[str]] = field(default_factory=dict)
    years: dict[str, int] = field(default_factory=dict)
    mixed: set[str] = field(default_factory=set)
    broken: bool = False

    def bad_rows(self) -> pl.Series:
        """The rows that have at least one refused cell."""
        bad = pl.Series([False]).new_from_index(0, self.raw.height)
        for mask in self.refused.values():
            bad |= mask
        return bad

    def refused_rows(self, fact: str) -> list[int]:
        """The rows whose cell of `fact` was refused: what is wrong with it has been said."""
        mask = self.refused.get(fact)
        return [] if mask is None else mask.arg_true().to_list()

    def at(self, row: int, *facts: str) -> str:
        """Where the first of `facts` that this table has stands in that row."""
        for fact in facts:
            if fact in self.headings:
                return self.raw.place(row, self.heading_at(row, fact))
        if self.raw.strict and facts:
            return self.raw.place(row, facts[0])
        first = next(iter(self.raw.columns), "")
        return self.raw.place(row, first)

    def heading_at(self, row: int, fact: str) -> str:
        """The heading under which the row has the fact: JSON records may use different ones."""
        headings = self.headings[fact]
        if len(headings) > 1 and row < self.raw.height:
            written = (h for h in headings if self.raw.columns[h][row] is not None)
            return next(written, headings[0])
        return headings[0]

    def heading_place(self, heading: str) -> str:
        """Where a heading stands; in JSON, the first record that has it."""
        raw = self.raw
        if raw.heading_place is not None:
            return raw.heading_place(heading)
        cells = raw.columns[heading]
        row = next((row for row, cell in enumerate(cells) if cell is not None), 0)
        return raw.place(row, heading) if raw.height else ""

    def note(
        self, severity: str, code: str, message: str, heading: str, expected: str, *facts: str
    ) -> None:
        """Keep what is to be said of a heading."""
        at = self.heading_place(heading)
        self.notes.append(
            Problem(severity, code, message, expected, self.raw.file, at, facts=facts)
        )
