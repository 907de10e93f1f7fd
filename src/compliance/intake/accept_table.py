"""One raw table: its headings matched, its columns typed, its faults explained.

Nothing here knows which county a row belongs to; `accept_keys` finds that out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import polars as pl

from compliance.errors import Problem
from compliance.fact import Fact
from compliance.intake.accept_cell import read_cell
from compliance.intake.accept_column import Column, accept_column, scale
from compliance.intake.accept_marks import CellError, show
from compliance.intake.raw import RawTable
from compliance.vocabulary import Match, Vocabulary
from compliance.words import say

# RawTable name -> table of the vocabulary
RECORDS = {
    "counties": "county",
    "schools": "school",
    "classes": "class",
    "rooms": "room",
    "monitoring": "monitoring",
    "attestations": "attestation",
    "vetoes": "veto",
}
EXPLAINED_ROWS = 10_000
NAMED_HEADINGS = 50


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

    def at(self, row: int, *facts: str) -> str:
        """Where the first of `facts` that this table has stands in that row."""
        for fact in facts:
            if fact in self.headings:
                return self.raw.place(row, _heading_at(self.raw, self.headings[fact], row))
        first = next(iter(self.raw.columns), "")
        return self.raw.place(row, first)


def accept_table(raw: RawTable, vocabulary: Vocabulary) -> Accepted:
    """Match the headings and type the columns; every fault is kept, none is raised."""
    record = RECORDS[raw.name]
    accepted = Accepted(raw, vocabulary.tables[record], pl.DataFrame())
    matches = _match(accepted, vocabulary, record)
    columns = [pl.int_range(raw.height, eager=True).alias("_row")]
    for name, match in matches.items():
        column = _column(accepted, match)
        columns.append(column.values.alias(name))
        if column.bad.any():
            accepted.refused[name] = column.bad
            _explain(accepted, _in_written_unit(match), column.bad)
    accepted.frame = pl.DataFrame(columns)
    _drop_blank_rows(accepted)
    return accepted


def _match(accepted: Accepted, vocabulary: Vocabulary, record: str) -> dict[str, Match]:
    matches: dict[str, Match] = {}
    unknown: list[str] = []
    for heading in accepted.raw.columns:
        match = vocabulary.match(record, heading)
        if match is None:
            unknown.append(heading)
            continue
        name = match.fact.name
        accepted.headings.setdefault(name, []).append(heading)
        known = matches.setdefault(name, match)
        if match.factor != known.factor:
            accepted.mixed.add(name)
        if match.factor != 1:
            _note_unit(accepted, heading, match)
        if match.year is not None:
            accepted.years[name] = match.year
    _note_unknown(accepted, vocabulary, record, unknown)
    return matches


def _note(
    accepted: Accepted, severity: str, code: str, message: str, heading: str, expected: str = ""
) -> None:
    raw = accepted.raw
    row = _first_written(raw.columns[heading])
    at = raw.place(row, heading) if raw.height else ""
    accepted.notes.append(Problem(severity, code, message, expected, raw.file, at))


def _note_unit(accepted: Accepted, heading: str, match: Match) -> None:
    _note(
        accepted,
        "warning",
        "converted_unit",
        say(
            "“{h}”以{factor}{unit}为单位，已换算为{unit}",
            "“{h}” is in {factor} {unit} and was converted to {unit}",
            h=show(heading),
            factor=_size(match.factor),
            unit=match.fact.unit,
        ),
        heading,
    )
    accepted.notes[-1] = replace(accepted.notes[-1], facts=(match.fact.name,))


def _note_unknown(
    accepted: Accepted, vocabulary: Vocabulary, record: str, headings: Sequence[str]
) -> None:
    for heading in headings[:NAMED_HEADINGS]:
        near = vocabulary.nearest(record, heading)
        unit = f"（{near.unit}）" if near and near.unit else ""
        _note(
            accepted,
            "warning",
            "unknown_heading",
            say("不认识“{h}”，已忽略", "“{h}” is not known and was ignored", h=show(heading)),
            heading,
            expected=say(
                "最接近的是“{t}{unit}”（{n}）", "the nearest is “{t}” ({n})",
                t=near.label, n=near.name, unit=unit,
            ) if near else "",
        )  # fmt: skip
    if len(headings) > NAMED_HEADINGS:
        more = len(headings) - NAMED_HEADINGS
        _note(
            accepted,
            "warning",
            "unknown_heading",
            say("另有{n}个不认识的表头", "{n} more headings are not known", n=more),
            headings[NAMED_HEADINGS],
        )


def _first_written(cells: Sequence[object]) -> int:
    return next((row for row, cell in enumerate(cells) if cell is not None), 0)


def _heading_at(raw: RawTable, headings: Sequence[str], row: int) -> str:
    if len(headings) > 1 and row < raw.height:
        return next((h for h in headings if raw.columns[h][row] is not None), headings[0])
    return headings[0]


def _column(accepted: Accepted, match: Match) -> Column:
    raw, fact = accepted.raw, match.fact
    headings = accepted.headings[fact.name]
    cells = raw.columns[headings[0]]
    if len(headings) > 1:
        cells = _joined(accepted, fact, headings)
    column = accept_column(_in_written_unit(match), cells, raw.strict)
    if match.factor == 1:
        return column
    return Column(scale(column.values, match.factor), column.bad)


def _in_written_unit(match: Match) -> Fact:
    """The fact with the bounds and the unit that its heading asks for."""
    fact, size = match.fact, float(match.factor)
    if match.factor == 1:
        return fact
    low, high = (None if x is None else x / size for x in (fact.minimum, fact.maximum))
    return replace(fact, minimum=low, maximum=high, unit=f"{_size(match.factor)}{fact.unit}")


def _size(factor: Decimal) -> str:
    return "万" if factor == 10000 else str(factor)


def _joined(accepted: Accepted, fact: Fact, headings: Sequence[str]) -> list[object]:
    """Several headings for one fact: in JSON one record may use this name and another that."""
    raw = accepted.raw
    columns = [list(raw.columns[heading]) for heading in headings]
    cells: list[object] = []
    doubled = not raw.strict or fact.name in accepted.mixed
    for values in zip(*columns, strict=True):
        written = [value for value in values if value is not None]
        doubled = doubled or len(written) > 1
        cells.append(written[0] if written else None)
    if doubled:
        accepted.broken = True
        names = "、".join(f"“{show(heading)}”" for heading in headings)
        _note(
            accepted,
            "error",
            "duplicate_heading",
            say("{names}是同一项“{f}”", "{names} are one fact, “{f}”", names=names, f=fact.label),
            headings[1],
            expected=say("只保留一列", "keep one of them"),
        )
    return cells


def _explain(accepted: Accepted, fact: Fact, bad: pl.Series) -> None:
    raw = accepted.raw
    rows = bad.arg_true().to_list()
    for row in rows[:EXPLAINED_ROWS]:
        heading = _heading_at(raw, accepted.headings[fact.name], row)
        cell = raw.columns[heading][row]
        if isinstance(cell, pl.Series | Decimal):
            cell = cell.to_list() if isinstance(cell, pl.Series) else float(cell)
        code, message, expected = _reason(fact, cell, strict=raw.strict)
        problem = Problem(
            "error", code, message, expected, raw.file, raw.place(row, heading), facts=(fact.name,)
        )
        accepted.faults.append(Fault(row, fact.name, problem))
    if len(rows) > EXPLAINED_ROWS:
        more = say("{f}：另有{n}处错误未逐一列出", "{f}: {n} more errors are not listed",
                   f=fact.label, n=len(rows) - EXPLAINED_ROWS)  # fmt: skip
        problem = Problem("error", "more_errors", more, fact.expected(), raw.file)
        accepted.faults.append(Fault(rows[EXPLAINED_ROWS], fact.name, problem))


def _reason(fact: Fact, cell: object, *, strict: bool) -> tuple[str, str, str]:
    try:
        read_cell(fact, cell, strict)
    except CellError as bad:
        return bad.code, bad.message, bad.expected
    message = say("{f}：“{v}”不合要求", "{f}: “{v}” is not acceptable", f=fact.label, v=show(cell))
    return "bad_value", message, fact.expected()


def _drop_blank_rows(accepted: Accepted) -> None:
    """Rows without any figure are no records, in a table; in JSON an empty record is one."""
    names = [name for name in accepted.frame.columns if name != "_row"]
    if accepted.raw.strict or not names:
        return
    empty = accepted.frame.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    empty &= ~accepted.bad_rows()
    accepted.frame = accepted.frame.filter(~empty)
