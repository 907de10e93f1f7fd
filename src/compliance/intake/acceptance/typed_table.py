"""One raw table, its headings matched: its columns typed, its refused cells explained.

Nothing here knows which county a row belongs to; `integrity` finds that out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cells import (
    NOTHING,
    AcceptedColumn,
    accept_column,
    not_involved,
    scale,
)
from compliance.intake.acceptance.headings import Headings, match_headings
from compliance.intake.cell_text import BLANKS, show
from compliance.intake.formats.raw_table import Cells, RawTable, record_of
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import CellError, CellRemark, Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say

NONE = "_none"  # the column that says of a row: 无 is written where a figure may stand
NOBODY = "_nobody "  # begins the column that says of a fact: 不涉及 is written in its cell


@dataclass(frozen=True)
class Accepted:
    """A table's typed columns (only the facts it has) and what was wrong with it.

    facts: all that its record may have. number: of the table in its run. frame: a column a fact,
    beside ``_row`` and ``_table``, the number; rows of blanks alone are no records. refused:
    fact → row → why its cell was refused. remarked: what is to be said of cells that were accepted.
    notes: warnings and errors of the table as a whole.
    """

    raw: RawTable
    facts: dict[str, Fact]
    headings: Headings
    number: int
    frame: pl.DataFrame
    refused: dict[str, Mapping[int, CellError]]
    remarked: dict[str, Mapping[int, CellRemark]]
    notes: list[Problem]

    @property
    def bad_rows(self) -> list[int]:
        """The rows that have at least one refused cell."""
        return sorted({row for cells in self.refused.values() for row in cells})

    def has(self, fact: str) -> bool:
        """Whether a heading of the table stands for the fact."""
        return fact in self.headings.of

    def at(self, row: int, *facts: str) -> Location:
        """Where the first of `facts` that this table has stands in that row."""
        for fact in facts:
            if self.has(fact):
                return self.raw.cell(row, self.heading_at(row, fact))
        if self.raw.strict and facts:
            return self.raw.cell(row, facts[0])
        return self.raw.cell(row, next(iter(self.raw.columns), ""))

    def heading_at(self, row: int, fact: str) -> str:
        """The heading under which the row has the fact: JSON records may use different ones."""
        headings = list(self.headings.of[fact])
        if len(headings) > 1 and row < self.raw.height:
            written = (h for h in headings if self.raw.columns[h][row] is not None)
            return next(written, headings[0])
        return headings[0]

    def faults(self) -> Iterator[tuple[int, Problem]]:
        """Row and problem of every cell that was refused or remarked on, still without its county."""
        for name, cells in self.refused.items():
            for row, bad in islice(cells.items(), EXPLAINED_ROWS):
                yield row, self.at(row, name).error(bad.code, bad.message, bad.expected, (name,))
            for row in islice(cells, EXPLAINED_ROWS, EXPLAINED_ROWS + 1):
                fact = _in_written_unit(self.headings.meaning(name))
                message = say(
                    "{f}：另有{n}处错误未逐一列出", f=fact.label, n=len(cells) - EXPLAINED_ROWS
                )
                yield row, Location(self.raw.file).error("more_errors", message, fact.expected())
        for name, odd in self.remarked.items():
            for row, one in islice(odd.items(), EXPLAINED_ROWS):
                yield (
                    row,
                    self.at(row, name).warning(one.code, one.message, one.expected, (name,)),
                )
            for row in islice(odd, EXPLAINED_ROWS, EXPLAINED_ROWS + 1):
                label, more = self.facts[name].label, len(odd) - EXPLAINED_ROWS
                message = say("{f}：另有{n}处提示未逐一列出", f=label, n=more)
                yield row, Location(self.raw.file).warning("more_warnings", message, facts=(name,))


def accept_table(raw: RawTable, vocabulary: Vocabulary, number: int = 0) -> Accepted:
    """Match the headings and type the columns; every fault is kept, none is raised."""
    headings = match_headings(raw, vocabulary)
    notes = list(headings.notes)
    refused: dict[str, Mapping[int, CellError]] = {}
    remarked: dict[str, Mapping[int, CellRemark]] = {}
    columns = [
        pl.int_range(raw.height, eager=True).alias("_row"),
        pl.Series("_table", [number], dtype=pl.Int64).new_from_index(0, raw.height),
    ]
    for name, meanings in headings.of.items():
        first, match = next(iter(meanings.items()))
        cells: Cells = raw.columns[first]
        apart = len(meanings) > 1 and raw.apart(meanings)
        if len(meanings) > 1 and not apart:
            cells, doubled = _joined(raw, match.fact, meanings)
            notes += doubled
        if match.fact.none:
            none = [isinstance(cell, str) and cell.strip(BLANKS) == NOTHING for cell in cells]
            columns.append(pl.Series(NONE, none, dtype=pl.Boolean))
            cells = [None if said else cell for said, cell in zip(none, cells, strict=True)]
        if match.fact.not_involved is not None:
            cells, nobody = not_involved(cells)
            columns += [] if nobody is None else [nobody.alias(f"{NOBODY}{name}")]
        column = _coalesced(raw, meanings) if apart else column_of(match, cells, strict=raw.strict)
        columns.append(column.values.alias(name))
        if column.refused:
            refused[name] = column.refused
        if column.remarked:
            remarked[name] = column.remarked
    facts = vocabulary.tables[record_of(raw.name)]
    typed = Accepted(raw, facts, headings, number, pl.DataFrame(columns), refused, remarked, notes)
    return typed if raw.strict else replace(typed, frame=_without_blanks(typed))


def column_of(match: Match, cells: Cells, *, strict: bool) -> AcceptedColumn:
    """A column typed and in the fact's own unit; of a count written in a larger one that has to be whole."""
    fact = _in_written_unit(match)
    column = accept_column(fact, cells, strict)
    if match.factor == 1:
        return column
    values = scale(column.values, match.factor)
    if fact.form == match.fact.form:
        return replace(column, values=values)
    refused = dict(column.refused)
    for row in (values != values.floor()).fill_null(value=False).arg_true():
        message = say("{f}：{v}{unit}不是整数", f=fact.label, v=show(cells[row]), unit=fact.unit)
        refused[row] = CellError("not_whole", message, match.fact.expected())
    whole = [None if row in refused else value for row, value in enumerate(values)]
    return replace(column, values=pl.Series(whole, dtype=pl.Float64), refused=refused)


def _coalesced(raw: RawTable, meanings: Mapping[str, Match]) -> AcceptedColumn:
    """One fact from several tables, each with a unit of its own; of a row one of them speaks."""
    found = [column_of(match, raw.columns[h], strict=raw.strict) for h, match in meanings.items()]
    values = pl.DataFrame([one.values.alias(str(n)) for n, one in enumerate(found)])
    return AcceptedColumn(
        values.select(pl.coalesce(pl.all())).to_series(),
        {row: error for one in found for row, error in one.refused.items()},
        {row: remark for one in found for row, remark in one.remarked.items()},
    )


def _in_written_unit(match: Match) -> Fact:
    """The fact with the bounds and the unit that its heading asks for."""
    fact, size = match.fact, float(match.factor)
    if match.factor == 1:
        return fact
    low, high = (None if x is None else x / size for x in (fact.minimum, fact.maximum))
    form = "number" if fact.form == "count" and match.factor > 1 else fact.form
    return replace(fact, form=form, minimum=low, maximum=high, unit=as_printed(match.unit))


def _joined(
    raw: RawTable, fact: Fact, meanings: Mapping[str, Match]
) -> tuple[list[object], list[Problem]]:
    """Several headings for one fact: in JSON one record may use this name and another that."""
    names = list(meanings)
    cells: list[object] = []
    sizes = {match.factor for match in meanings.values()}
    doubled = not raw.strict or len(sizes) > 1
    for values in zip(*(list(raw.columns[name]) for name in names), strict=True):
        written = [value for value in values if value is not None]
        doubled = doubled or len(written) > 1
        cells.append(written[0] if written else None)
    if not doubled:
        return cells, []
    quoted = "、".join(f"“{show(name)}”" for name in names)
    message = say("{names}是同一项“{f}”", names=quoted, f=fact.label)
    expected = msg("只保留一列")
    return cells, [raw.of_heading(names[1]).error("duplicate_heading", message, expected)]


def _without_blanks(typed: Accepted) -> pl.DataFrame:
    """The rows with any figure: others are no records, in a table; in JSON an empty record is one."""
    frame = typed.frame
    names = [name for name in frame.columns if not name.startswith("_")]
    if not names or any(frame[name].null_count() == 0 for name in names):
        return frame
    kept = pl.any_horizontal(pl.col(names).is_not_null()) | pl.col("_row").is_in(typed.bad_rows)
    return frame.filter(kept | pl.col(NONE) if NONE in frame.columns else kept)
