"""Sheets that people fill in beside the table of a list: 里程碑 and 议定事项.

They stand blank in a new list and are people's from then on, kept as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

from compliance.kernel.i18n import msg, msg_in
from compliance.ledger.columns import folded, in_every_language
from compliance.ledger.model import Ledger, Look, OwnSheet, Value

MILESTONES, DECISIONS = "milestones", "decisions"
_WITHIN = 15  # the headings stand in one of so many first rows
_HEAD = Look(fill="EDEDED", bold=True)


def form_names() -> Mapping[str, str]:
    """Form → what its sheet is called."""
    return {MILESTONES: msg("里程碑"), DECISIONS: msg_in("sheet", "议定事项")}


def form_headings() -> Mapping[str, Mapping[str, str]]:
    """Form → key of a column → its heading; the first two tell the row of headings."""
    return {
        MILESTONES: {
            "id": msg_in("heading", "编号"),
            "month": msg("月份"),
            "planned": msg("计划数量"),
            "made": msg("完成数量"),
            "note": msg("备注"),
        },
        DECISIONS: {
            "id": msg_in("heading", "编号"),
            "text": msg("议定事项"),
            "lead": msg("牵头单位"),
            "person": msg("责任人"),
            "deadline": msg("完成时限"),
        },
    }


@cache
def _known() -> tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]:
    """Folded name → form, and form → folded heading → key, in every language."""
    names = {folded(name): form for name, form in in_every_language(form_names).items()}
    heads = {
        form: {
            folded(heading): key
            for heading, key in in_every_language(partial(_headings_of, form)).items()
        }
        for form in form_headings()
    }
    return names, heads


def _headings_of(form: str) -> Mapping[str, str]:
    return form_headings()[form]


def own_form(name: str) -> str:
    """Which form a sheet of that name is; empty for any other."""
    return next((form for known, form in _known()[0].items() if folded(name).startswith(known)), "")


def form_headings_known(form: str) -> Mapping[str, str]:
    """Folded heading in either language → key of the column."""
    return _known()[1][form]


def form_rows(ledger_sheets: tuple[OwnSheet, ...], form: str) -> Iterator[dict[str, Value]]:
    """The rows under the headings, by key, of all sheets of a form."""
    for sheet in ledger_sheets:
        if own_form(sheet.name) == form:
            yield from _rows(sheet, form)


def _rows(sheet: OwnSheet, form: str) -> Iterator[dict[str, Value]]:
    known, keys = form_headings_known(form), list(form_headings()[form])
    places = {place: value for place, (value, _) in sheet.cells.items() if value is not None}
    for header in range(1, _WITHIN + 1):
        heads: dict[str, int] = {}
        for (row, column), value in sorted(places.items()):
            if row == header and (key := known.get(folded(value))):
                heads.setdefault(key, column)
        if all(key in heads for key in keys[:2]):
            break
    else:
        return
    for row in sorted({row for row, _ in places if row > header}):
        cells = {key: places.get((row, heads[key])) if key in heads else None for key in keys}
        if any(value is not None for value in cells.values()):
            yield cells


def with_forms(ledger: Ledger) -> Ledger:
    """The ledger with a blank sheet of each form that it does not have."""
    there = {own_form(sheet.name) for sheet in ledger.sheets}
    added = [_blank(form) for form in form_names() if form not in there]
    return replace(ledger, sheets=(*ledger.sheets, *added))


def _blank(form: str) -> OwnSheet:
    heads = form_headings()[form].values()
    return OwnSheet(
        name=form_names()[form],
        cells={(1, column): (heading, _HEAD) for column, heading in enumerate(heads, 1)},
        widths={column: 40.0 if column == 2 else 18.0 for column in range(1, len(heads) + 1)},
    )
