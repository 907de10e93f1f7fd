"""One raw table: its headings matched, its columns typed, its faults explained.

Nothing here knows which county a row belongs to; `accept_keys` finds that out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cell import read_cell
from compliance.intake.acceptance.cell_patterns import BLANKS, NOTHING, CellError, show
from compliance.intake.acceptance.column import Cells, Column, accept_column, scale
from compliance.intake.acceptance.headings import match_headings, size_word
from compliance.intake.acceptance.typed_table import Accepted, Fault
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.formats.table_names import TABLE_OF
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say

EXPLAINED_ROWS = 10_000
NONE = "_none"  # the column that says of a row: 无 is written where a figure may stand


def accept_table(raw: RawTable, vocabulary: Vocabulary) -> Accepted:
    """Match the headings and type the columns; every fault is kept, none is raised."""
    record = TABLE_OF[raw.name]
    accepted = Accepted(raw, vocabulary.tables[record], pl.DataFrame())
    matches = match_headings(accepted, vocabulary, record)
    columns = [pl.int_range(raw.height, eager=True).alias("_row")]
    for name, match in matches.items():
        cells = _cells(accepted, match.fact)
        if match.fact.none:
            none = _says_none(cells)
            columns.append(none.alias(NONE))
            cells = [None if said else cell for said, cell in zip(none, cells, strict=True)]
        column = _column(match, cells, strict=raw.strict)
        columns.append(column.values.alias(name))
        if column.bad.any():
            accepted.refused[name] = column.bad
            _explain(accepted, _in_written_unit(match), column.bad)
    accepted.frame = pl.DataFrame(columns)
    _drop_blank_rows(accepted)
    return accepted


def _cells(accepted: Accepted, fact: Fact) -> Cells:
    headings = accepted.headings[fact.name]
    if len(headings) > 1:
        return _joined(accepted, fact, headings)
    return accepted.raw.columns[headings[0]]


def _says_none(cells: Cells) -> pl.Series:
    """Which cells say that there is none: neither a figure nor a missing one."""
    said = [isinstance(cell, str) and cell.strip(BLANKS) == NOTHING for cell in cells]
    return pl.Series(said, dtype=pl.Boolean)


def _column(match: Match, cells: Cells, *, strict: bool) -> Column:
    column = accept_column(_in_written_unit(match), cells, strict)
    if match.factor == 1:
        return column
    return Column(scale(column.values, match.factor), column.bad)


def _in_written_unit(match: Match) -> Fact:
    """The fact with the bounds and the unit that its heading asks for."""
    fact, size = match.fact, float(match.factor)
    if match.factor == 1:
        return fact
    low, high = (None if x is None else x / size for x in (fact.minimum, fact.maximum))
    return replace(fact, minimum=low, maximum=high, unit=f"{size_word(match.factor)}{fact.unit}")


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
        message = say(
            "{names}是同一项“{f}”", "{names} are one fact, “{f}”", names=names, f=fact.label
        )
        expected = say("只保留一列", "keep one of them")
        accepted.note("error", "duplicate_heading", message, headings[1], expected)
    return cells


def _explain(accepted: Accepted, fact: Fact, bad: pl.Series) -> None:
    raw = accepted.raw
    rows = bad.arg_true().to_list()
    for row in rows[:EXPLAINED_ROWS]:
        heading = accepted.heading_at(row, fact.name)
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
    names = [name for name in accepted.frame.columns if not name.startswith("_")]
    if accepted.raw.strict or not names:
        return
    empty = accepted.frame.select(pl.all_horizontal(pl.col(names).is_null())).to_series()
    if NONE in accepted.frame.columns:
        empty &= ~accepted.frame[NONE]
    empty &= ~accepted.bad_rows()
    accepted.frame = accepted.frame.filter(~empty)
