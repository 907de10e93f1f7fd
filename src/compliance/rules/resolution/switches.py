"""Dated relaxations and named alternatives: which are on, and what they put in a rule's place.

A conflict of definition is a choice between named switches, one of them the default; a relaxation
is off unless it is named. Nothing turns itself on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compliance.kernel.errors import UsageError, suggestion
from compliance.kernel.i18n import say
from compliance.rules.language import parse as declare
from compliance.rules.language.model import Instead, Switch, relaid
from compliance.rules.language.pack import Pack

# the layer of school standards is left out by this name, which no pack may take
WITHOUT_STANDARD = "without-school-standard"
_FIELD = {"applies": "where"}  # an alternative's `where` would be judged row by row


def turned_on(declared: Mapping[str, Switch], asked: Sequence[str]) -> tuple[str, ...]:
    """The switches that `asked` names, groups unfolded, each once, in the order declared.

    Names that are not declared are left to the caller. Raises UsageError where two switches of one
    choice, or two that merge schools, are asked for.
    """
    on: set[str] = set()
    waiting = [name for name in asked if name in declared]
    while waiting:
        name = waiting.pop()
        if name not in on:
            on.add(name)
            waiting += declared[name].includes
    _one_a_choice(declared, on)
    _one_merges(declared, on)
    return tuple(name for name in declared if name in on)


def _one_a_choice(declared: Mapping[str, Switch], on: Iterable[str]) -> None:
    chosen: dict[str, str] = {}
    for name in sorted(on):
        choice = declared[name].choice
        if choice and chosen.setdefault(choice, name) != name:
            raise UsageError(
                say(
                    "开关 {one} 与 {other} 只能选一个",
                    "switches {one} and {other} exclude each other",
                    one=chosen[choice],
                    other=name,
                )
            )


def _one_merges(declared: Mapping[str, Switch], on: Iterable[str]) -> None:
    """A school added to one school cannot be added to another as well."""
    merging = sorted(name for name in on if declared[name].merge)
    if len(merging) > 1:
        raise UsageError(
            say(
                "开关 {names} 都要合并学校，只能选一个",
                "switches {names} each merge schools: only one of them may be on",
                names=say("、", ", ").join(merging),
            )
        )


def check_switches(
    pack: Pack, table: Mapping[str, Any], known: Iterable[str], *address: str
) -> None:
    """PackError where a table's `instead` names a switch that nobody declares; parts too."""
    for entry in table.get("instead", ()):
        name = str(entry["switch"])
        if name not in known:
            raise pack.error(
                say("没有开关“{name}”", "there is no switch '{name}'", name=name),
                *address,
                todo=suggestion(name, known)
                or say("请用 [switch.{name}] 声明", "declare it: [switch.{name}]", name=name),
            )
    for key, part in table.get("part", {}).items():
        check_switches(pack, part, known, *address, "part", key)


def replaced(table: Mapping[str, Any], on: Sequence[str]) -> dict[str, Any]:
    """A rule's or part's table with the unconditional `instead` of switches that are on laid over it."""
    now = dict(table)
    for entry in table.get("instead", ()):
        if entry["switch"] in on and "where" not in entry:
            fields = {_FIELD.get(key, key): v for key, v in entry.items() if key != "switch"}
            now = relaid(now, fields)
    if "part" in now:
        now["part"] = {key: replaced(part, on) for key, part in now["part"].items()}
    return now


def conditional(table: Mapping[str, Any], on: Sequence[str]) -> tuple[Instead, ...]:
    """What switches that are on put in a table's place row by row, in the order stated."""
    return tuple(
        Instead(
            switch=str(entry["switch"]),
            where=entry["where"],
            indicator=entry.get("indicator"),
            limit=declare.limit({"by": table.get("by", "stage"), **entry}),
        )
        for entry in table.get("instead", ())
        if entry["switch"] in on and "where" in entry
    )


def switch(name: str, table: Mapping[str, Any]) -> Switch:
    """A [switch.*] table."""
    return Switch(
        name=name,
        kind=str(table.get("kind", "group")),
        title=str(table["title"]),
        title_en=str(table.get("title_en", "")),
        source=str(table.get("source", "")),
        basis=str(table.get("basis", "unconfirmed")),
        note=str(table.get("note", "")),
        note_en=str(table.get("note_en", "")),
        duty=str(table.get("duty", "")),
        duty_en=str(table.get("duty_en", "")),
        choice=str(table.get("choice", "")),
        default=bool(table.get("default", False)),
        from_=table.get("from"),
        until=table.get("until"),
        includes=tuple(table.get("includes", ())),
        merge=table.get("merge", {}),
    )
