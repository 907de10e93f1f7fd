"""里程碑: how much of an item is planned for which month; an item may have several.

People write them on a sheet of that name in the county's workbook, which the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.kernel.i18n import msg
from compliance.ledger.columns import folded
from compliance.ledger.model import CLOSED, CURED, Ledger, OwnSheet, Value, text_of
from compliance.ledger.written_dates import read_date

SHEET = "里程碑"
_WITHIN = 15  # the headings stand in one of so many first rows
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "Id"),
    "month": ("月份", "完成月份", "Month"),
    "planned": ("计划数量", "数量", "计划", "Quantity"),
    "made": ("完成数量", "实际数量", "完成", "Made"),
    "note": ("备注", "说明", "Remarks"),
}


@dataclass(frozen=True, slots=True)
class Milestone:
    """So much of an item until the end of a month. month: ``2026-06``, or as it was typed.

    planned, made: as texts, a number where one was typed; made is what people say, or all of it
    where the figures meet what is asked.
    """

    id: str
    month: str
    planned: str
    made: str
    note: str


def milestones(ledger: Ledger) -> list[Milestone]:
    """All milestones by month, those of an item in the order of their months."""
    done = {row.id for row in ledger.rows if row.state in (CURED, CLOSED)}
    found = [
        one
        for sheet in ledger.sheets
        if folded(sheet.name).startswith(SHEET)
        for one in _read(sheet, done)
    ]
    return sorted(found, key=lambda one: (one.month, one.id))


def _read(sheet: OwnSheet, done: set[str]) -> Iterator[Milestone]:
    for row in sheet_rows(sheet, _COLUMNS):
        if not row["id"] or (row["planned"] is None and row["made"] is None):
            continue
        read = read_date(row["month"])
        planned, made = text_of(row["planned"]), text_of(row["made"])
        yield Milestone(
            id=text_of(row["id"]).strip(),
            month=read.day.isoformat()[:7] if read else text_of(row["month"]) or msg("未定"),
            planned=planned,
            made=made or (planned if text_of(row["id"]).strip() in done else ""),
            note=text_of(row["note"]),
        )


def sheet_rows(
    sheet: OwnSheet, columns: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, Value]]:
    """The rows under the headings, by key; none where the sheet has not the first two headings."""
    known = {folded(name): key for key, names in columns.items() for name in names}
    places = {place: value for place, (value, _) in sheet.cells.items() if value is not None}
    first = list(columns)[:2]
    for header in range(1, _WITHIN + 1):
        heads: dict[str, int] = {}
        for (row, column), value in sorted(places.items()):
            if row == header and (key := known.get(folded(value))):
                heads.setdefault(key, column)
        if all(key in heads for key in first):
            break
    else:
        return
    for row in sorted({row for row, _ in places if row > header}):
        cells = {key: places.get((row, heads[key])) if key in heads else None for key in columns}
        if any(value is not None for value in cells.values()):
            yield cells
