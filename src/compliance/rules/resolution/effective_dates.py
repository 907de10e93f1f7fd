"""What a pack says as of a day: `[[rule.X.since]]` changes laid over their table, `from` waited for.

A law's numbers carry dates. A table may list what changes from which day on; the changes must stand
in order, after the edition's own first day, so that a reader meets them as they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from compliance.kernel.i18n import say
from compliance.rules.language.model import OPERATORS, relaid
from compliance.rules.language.pack import Pack

Table = Mapping[str, Any]
DATED = ("rule", "override", "indicator")
# what a document must stand behind; texts, notes and titles are ours
_WEIGHTY = {*OPERATORS, "where", "exclude", "indicator", "of", "over", "per"}


def in_force(pack: Pack, day: date) -> dict[str, Any]:
    """The pack's tables as they stand on `day`.

    Raises PackError, with file and line, where changes are out of order.
    """
    tables = dict(pack.tables)
    for section in DATED:
        found = {}
        for name, table in pack.table(section).items():
            begins = table.get("from")
            if begins is not None and begins < pack.effective:
                raise _out_of_order(pack, begins, pack.effective, section, name)
            if begins is None or begins <= day:
                found[name] = _as_of(pack, table, day, section, name)
        if found or section in tables:
            tables[section] = found
    if "clause" in tables:
        tables["clause"] = _answered(pack, tables)
    return tables


def _answered(pack: Pack, tables: Mapping[str, Any]) -> dict[str, Table]:
    """The clauses without the rules and overrides of the pack whose first day is to come."""
    later = set(pack.table("rule")) - set(tables.get("rule", {}))
    later |= {
        pack.prefix + name for name in set(pack.table("override")) - set(tables.get("override", {}))
    }
    return {
        key: {**clause, "rules": [name for name in clause.get("rules", ()) if name not in later]}
        for key, clause in pack.table("clause").items()
    }


def days_of_change(pack: Pack) -> list[date]:
    """Every day on which something in the pack begins or changes, its first day among them."""
    days = {pack.effective}
    for section in DATED:
        for table in pack.table(section).values():
            days.update(_days(table))
    return sorted(days)


def _days(table: Table) -> Iterable[date]:
    if isinstance(table.get("from"), date):
        yield table["from"]
    if isinstance(table.get("since"), list):
        yield from (change["date"] for change in table["since"])
    for part in table.get("part", {}).values():
        yield from _days(part)


def _as_of(pack: Pack, table: Table, day: date, *address: str) -> dict[str, Any]:
    """One table with its changes up to `day` laid over it."""
    now = {key: value for key, value in table.items() if key != "from"}
    if isinstance(now.get("since"), list):  # a plain word is the field of a kind
        last = table.get("from", pack.effective)
        for change in now.pop("since"):
            if change["date"] <= last:
                raise _out_of_order(pack, change["date"], last, *address)
            if set(change) & _WEIGHTY and "source" not in change:
                raise _without_source(pack, change["date"], *address)
            last = change["date"]
            if last <= day:
                now = relaid(now, {key: value for key, value in change.items() if key != "date"})
    if "part" in now:
        now["part"] = {
            key: _as_of(pack, part, day, *address, "part", key) for key, part in now["part"].items()
        }
    return now


def _without_source(pack: Pack, day: date, *address: str) -> Exception:
    return pack.error(
        say(
            "{name} 自 {day} 的改变须写明 source",
            "what changes {name} from {day} needs a source",
            name=".".join(address),
            day=day,
        ),
        *address,
        todo='source = "…"',
    )


def _out_of_order(pack: Pack, day: date, last: date, *address: str) -> Exception:
    return pack.error(
        say(
            "{name} 的日期 {day} 应晚于 {last}",
            "{name}: the date {day} should come after {last}",
            name=".".join(address),
            day=day,
            last=last,
        ),
        *address,
        todo=say("请按时间先后排列", "put the changes in order of time"),
    )
