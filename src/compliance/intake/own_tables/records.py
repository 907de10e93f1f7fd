"""The records of a table as the cells of a workbook are to hold them: as typed, in the units of the facts.

Wrong cells too, so that people see and mend them: what is no number stays as it was written, with its
unit where that is another; a number is converted whether or not it is within its bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import polars as pl

from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.acceptance.headings import match_headings
from compliance.intake.cell_text import blank
from compliance.intake.formats.raw_table import RawDocument, RawTable

Record = dict[str, object]  # fact → what its cell is to hold


def records(document: RawDocument, words: Vocabulary) -> dict[str, list[Record]]:
    """Table of a document → its records, for a document that is ready."""
    found: dict[str, list[Record]] = {}
    for raw in document.tables:
        found.setdefault(raw.name, []).extend(_of_table(raw, words))
    return found


def _of_table(raw: RawTable, words: Vocabulary) -> list[Record]:
    rows: list[Record] = [{} for _ in range(raw.height)]
    for fact, meanings in match_headings(raw, words).of.items():
        for heading, match in meanings.items():
            typed = _typed(match)
            cells = raw.columns[heading]
            values = cells.to_list() if isinstance(cells, pl.Series) else cells
            for record, value in zip(rows, values, strict=True):
                if not blank(value):
                    record.setdefault(fact, typed(value))
    return [record for record in rows if record]


def _typed(match: Match) -> Callable[[object], object]:
    """What a value of a column becomes in a cell of its fact."""
    if match.factor == 1:
        return _plain
    boundless = replace(match.fact, form="number", minimum=None, maximum=None)
    read = CellReader(boundless, strict=False)

    def converted(value: object) -> object:
        number = read.or_else(value, value)
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"{_plain(value)}（{as_printed(match.unit)}）"
        return float(Fraction(repr(number)) * match.factor)

    return converted


def _plain(value: object) -> object:
    """A day as people write it, without the time that a spreadsheet gives it."""
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else value
