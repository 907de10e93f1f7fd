"""What a list remembers of itself, in a sheet that nobody sees: what we wrote into every cell, and why.

A line with the format and facts of the run, a line of names, a line a row, then the events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from compliance.ledger.columns import OWN
from compliance.ledger.model import (
    Event,
    Ledger,
    Memory,
    Original,
    Value,
    WrittenRow,
    plain,
    text_of,
)

NAME = "_junheng"
FORMAT = "junheng-ledger/1"
_PEOPLE, _EVENT = "people", "!"
_MEMORY = tuple(one.name for one in fields(Memory))
_HEAD = ("county", "run", "ancestors", "merged", "data", "made", "founded", "own")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What stands in the sheet. head: the lines above the table; sheets: name → `fingerprint`."""

    original: Original = field(default_factory=Original)
    head: tuple[str, ...] = ()
    sheets: Mapping[str, str] = field(default_factory=dict)


def lines(
    ledger: Ledger, head: Sequence[str], sheets: Mapping[str, str]
) -> Iterator[list[str | float]]:
    """The sheet, line by line; blank cells are empty texts."""
    original = ledger.original
    about = {name: getattr(original, name) for name in _HEAD}
    yield [FORMAT, json.dumps({**about, "head": list(head), "sheets": dict(sheets)})]
    written = original.rows.values()
    columns = list(dict.fromkeys(key for one in written for key in one.cells))
    yield [*columns, _PEOPLE, *(f"#{name}" for name in _MEMORY)]
    for one in written:
        cells = [one.cells.get(key) for key in columns]
        people = json.dumps(sorted(one.people))
        yield [*map(_kept, cells), people, *(getattr(one.memory, name) for name in _MEMORY)]
    for event in original.events:
        yield [_EVENT, event.kind, event.id, event.column, json.dumps(list(event.values))]


def _kept(value: Value) -> str | float:
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


def remembered(rows: Sequence[Sequence[object]]) -> Remembered:
    """What stands in the sheet; nothing where it is not whole or not ours."""
    try:
        return _remembered(rows)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return Remembered()


def _remembered(rows: Sequence[Sequence[object]]) -> Remembered:
    if not rows or rows[0][0] != FORMAT:
        return Remembered()
    about: dict[str, Any] = json.loads(str(rows[0][1]))
    names = [text_of(plain(name)) for name in rows[1]]
    found: dict[str, WrittenRow] = {}
    events = []
    for row in rows[2:]:
        values = [*map(plain, row), *[None] * (len(names) - len(row))]
        if values[0] == _EVENT:
            kind, key, column, told = map(text_of, values[1:5])
            events.append(Event(kind, key, column, tuple(map(str, json.loads(told)))))
            continue
        line = dict(zip(names, values, strict=False))
        memory = Memory(**{name: text_of(line.get(f"#{name}")) for name in _MEMORY})
        people = frozenset(json.loads(text_of(line[_PEOPLE])))
        cells = {name: value for name, value in line.items() if _of_a_column(name)}
        found[text_of(line["id"])] = WrittenRow(cells, people, memory)
    original = Original(
        county=str(about["county"]),
        run=str(about["run"]),
        ancestors=tuple(map(str, about["ancestors"])),
        merged=tuple(map(str, about["merged"])),
        data=str(about["data"]),
        made=date.fromisoformat(about["made"]).isoformat(),
        founded=str(about["founded"]),
        own=int(about["own"]),
        rows=found,
        events=tuple(events),
    )
    sheets = {str(name): str(digest) for name, digest in about["sheets"].items()}
    return Remembered(original, tuple(map(str, about["head"])), sheets)


def _of_a_column(name: str) -> bool:
    return bool(name) and (name.startswith(OWN) or not name.startswith("#")) and name != _PEOPLE


def fingerprint(values: Iterable[object]) -> str:
    """Of what a sheet says, in whatever order its rows are: filtering and sorting change nothing."""
    total = 0
    for value in values:
        if (text := text_of(_rounded(plain(value)))) != "":
            total += int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return f"{total % 2**64:016x}"


def _rounded(value: Value) -> Value:
    return round(value, 6) if isinstance(value, float) else value
