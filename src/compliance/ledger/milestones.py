"""里程碑: how much of an item is planned for which month; an item may have several.

People write them on a sheet of that name in the county's workbook, which the ledger keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from compliance.kernel.i18n import msg
from compliance.ledger.forms import MILESTONES, form_rows
from compliance.ledger.model import CLOSED, CURED, Ledger, Value, text_of
from compliance.ledger.written_dates import read_date


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
    found = _read(form_rows(ledger.sheets, MILESTONES), done)
    return sorted(found, key=lambda one: (one.month, one.id))


def _read(rows: Iterable[Mapping[str, Value]], done: set[str]) -> Iterator[Milestone]:
    for row in rows:
        name, read = text_of(row["id"]).strip(), read_date(row["month"])
        planned, made = text_of(row["planned"]), text_of(row["made"])
        if name and (planned or made):
            yield Milestone(
                id=name,
                month=read.day.isoformat()[:7] if read else text_of(row["month"]) or msg("未定"),
                planned=planned,
                made=made or (planned if name in done else ""),
                note=text_of(row["note"]),
            )
