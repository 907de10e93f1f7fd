"""A table that looks like one with figures, of which none was read: never passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.formats.side_lines import is_figure
from compliance.intake.formats.table_contents import FIGURE_COLUMNS, NAMING
from compliance.intake.own_tables.column_use import ColumnUse
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say

_NAMED = 5  # so many headings of a kind are named
_LOOKED_AT = 1000  # rows that show what a column holds
# the meanings of columns whose figures nobody misses
_NO_LOSS = ("silent", "control")


def nothing_read(raw: RawTable, uses: Mapping[str, ColumnUse]) -> list[Problem]:
    """An error, where a table names its records and none of its columns of figures is understood.

    A table that describes its records as well may hold a few such columns; one of which people said that
    it is not to be used is no loss.
    """
    if raw.strict or not raw.height:
        return []
    facts = {use.meaning.facts[0] for use in uses.values() if use.meaning.useful}
    named = any(fact.name in NAMING for fact in facts)  # else the rows are refused anyhow
    if not named or any(fact.figure or fact.listed for fact in facts if fact.name not in NAMING):
        return []
    lost = [
        heading
        for heading, use in uses.items()
        if not use.meaning.useful
        and use.meaning.kind not in _NO_LOSS
        and _holds_figures(raw, heading)
    ]
    describes = raw.name == "counties" or any(fact.name not in NAMING for fact in facts)
    if len(lost) < (FIGURE_COLUMNS if describes else 1):
        return []
    understood = [heading for heading, use in uses.items() if use.meaning.useful]
    message = plural(
        raw.height,
        "表中有{n}行，一个数也没有读到：看懂的表头只有{known}，没有看懂{lost}",
        known=_listed(understood) or msg("（无）"),
        lost=_listed(lost),
    )
    expected = msg(
        "表头改用模板中的名称；或用 compliance import 逐列确认；用不到的表，删去它或写明“不使用”"
    )
    return [raw.of_heading(lost[0]).error("nothing_read", message, expected)]


def _holds_figures(raw: RawTable, heading: str) -> bool:
    """Whether most of what a column holds are figures, be they typed as texts."""
    cells = raw.columns[heading][:_LOOKED_AT]
    given = [cell for cell in cells if cell is not None]
    figures = [cell for cell in given if _is_figure(cell)]
    return bool(given) and 2 * len(figures) > len(given)


def _is_figure(cell: object) -> bool:
    if isinstance(cell, str):
        return is_figure(cell.strip())
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _listed(headings: Sequence[str]) -> str:
    some = msg("、").join(f"“{clip(heading, 20)}”" for heading in headings[:_NAMED])
    if len(headings) > _NAMED:
        return say("{some}等{n}列", some=some, n=len(headings))
    return some
