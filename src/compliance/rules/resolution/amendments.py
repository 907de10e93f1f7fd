"""What changes a table of a pack: the day, a switch, another layer.

A law's numbers carry dates: a table may list what changes from which day on, in order, after the
edition's own first day. A relaxation is off unless it is named; a conflict of definition is a choice
between named switches, one of them the default. A layer tightens what it stands on: to loosen needs
``relaxes = true`` and a source, so that nobody does it by a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.kernel.errors import PackError, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import ASKED, COMPARE, OPERATORS, Switch, relaid
from compliance.rules.language.pack import Pack

Table = Mapping[str, Any]
_DATED = ("rule", "override", "indicator")
_ABOUT_DAYS = ("from", "date", "date_basis")
# what a document must stand behind; texts, notes and titles are ours
_WEIGHTY = {*OPERATORS, "where", "exclude", "indicator", "of", "over", "per"}
_COUNTS = ("pass_at_least", "rest_at_least")
_LOWER = ("at_least", "above", *_COUNTS)  # more is stricter
# what cannot be compared: a layer that changes it might let somebody off
_SIDEWAYS = (
    "role", "where", "exclude", "indicator", "kind", "scope", "statement", "expect", "each",
)  # fmt: skip


def in_force(pack: Pack, day: date) -> tuple[dict[str, Any], dict[tuple[str, str], PackError]]:
    """The pack's tables as they stand on `day`; without those whose changes are out of order.

    Of these (section and name) what is wrong, with file and line.
    """
    tables, faults = dict(pack.tables), dict[tuple[str, str], PackError]()
    for section in _DATED:
        found = {}
        for name, table in pack.table(section).items():
            begins = table.get("from", pack.effective)
            if begins < pack.effective:
                wrong = _out_of_order(pack, begins, pack.effective, section, name, "from")
                faults[section, name] = wrong
            elif "from" not in table or begins <= day:
                try:
                    found[name] = _as_of(pack, table, day, section, name)
                except PackError as error:
                    faults[section, name] = error
        if found or section in tables:
            tables[section] = found
    if "clause" in tables:
        later = set(pack.table("rule")) - set(tables.get("rule", {}))
        overrides = set(pack.table("override")) - set(tables.get("override", {}))
        later |= {pack.prefix + name for name in overrides}
        tables["clause"] = {
            key: {**clause, "rules": [one for one in clause.get("rules", ()) if one not in later]}
            for key, clause in tables["clause"].items()
        }
    return tables, faults


def days_of_change(pack: Pack) -> dict[date, str]:
    """Every day on which something in the pack begins or changes, its first day among them; with how
    sure the day is, empty where nothing is said of it.
    """
    tables = [table for section in _DATED for table in pack.table(section).values()]
    found = dict(day for table in tables for day in _days(table))
    return {**found, pack.effective: str(pack.head.get("date_basis", ""))}


def _days(table: Table) -> Iterable[tuple[date, str]]:
    if "from" in table:
        yield table["from"], str(table.get("date_basis", ""))
    if isinstance(table.get("since"), list):
        yield from ((one["date"], str(one.get("date_basis", ""))) for one in table["since"])
    for part in table.get("part", {}).values():
        yield from _days(part)


def _as_of(pack: Pack, table: Table, day: date, *address: str) -> dict[str, Any]:
    """One table with its changes up to `day` laid over it."""
    now = {key: value for key, value in table.items() if key not in _ABOUT_DAYS}
    if "part" in now:
        now = _with_parts(
            now,
            {k: _as_of(pack, part, day, *address, "part", k) for k, part in now["part"].items()},
        )
    if isinstance(now.get("since"), list):  # a plain word is the field of a kind
        last = table.get("from", pack.effective)
        for place, change in enumerate(now.pop("since")):
            if change["date"] <= last:
                raise _out_of_order(
                    pack, change["date"], last, *address, "since", f"{place}", "date"
                )
            last = change["date"]
            if set(change) & _WEIGHTY and "source" not in change:
                raise pack.error(
                    say("{name} 自 {day} 的改变须写明 source", name=".".join(address), day=last),
                    *address,
                    "since",
                    f"{place}",
                    todo='source = "…"',
                    code="source",
                )
            if last <= day:
                now = relaid(now, {k: v for k, v in change.items() if k not in _ABOUT_DAYS})
    return now


def _with_parts(table: Table, parts: Mapping[str, Table]) -> dict[str, Any]:
    """A rule's table with its parts as they stand now; where one asks something else, see `relaid`."""
    held = [
        {key: {name: part.get(name) for name in ASKED} for key, part in each.items()}
        for each in (table["part"], parts)
    ]
    return {**table, "part": parts} if held[0] == held[1] else relaid(table, {"part": parts})


def _out_of_order(pack: Pack, day: date, last: date, *address: str) -> PackError:
    name = ".".join(address[:2])
    return pack.error(
        say("{name} 的日期 {day} 应晚于 {last}", name=name, day=day, last=last),
        *address,
        todo=msg("请按时间先后排列"),
        code="date_order",
    )


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
    chosen: dict[str, str] = {}
    for name in sorted(on):
        choice = declared[name].choice
        if choice and chosen.setdefault(choice, name) != name:
            raise UsageError(
                say("开关 {one} 与 {other} 只能选一个", one=chosen[choice], other=name)
            )
    merging = sorted(name for name in on if declared[name].merge)
    if len(merging) > 1:  # a school added to one school cannot be added to another as well
        raise UsageError(
            say("开关 {names} 都要合并学校，只能选一个", names=msg("、").join(merging))
        )
    return tuple(name for name in declared if name in on)


def check_switches(pack: Pack, table: Table, known: Iterable[str], *address: str) -> None:
    """PackError where a table's `instead` names a switch that nobody declares; parts too."""
    for place, entry in enumerate(table.get("instead", ())):
        name = str(entry["switch"])
        if name not in known:
            raise pack.error(
                say("没有开关“{name}”", name=name),
                *address,
                "instead",
                f"{place}",
                "switch",
                todo=suggestion(name, known) or say("请用 [switch.{name}] 声明", name=name),
                code="reference",
            )
    for key, part in table.get("part", {}).items():
        check_switches(pack, part, known, *address, "part", key)


def switched(table: Table, on: Sequence[str]) -> dict[str, Any]:
    """A rule's or part's table with the unconditional `instead` of switches that are on laid over it."""
    now = dict(table)
    if "part" in now:
        now = _with_parts(now, {key: switched(part, on) for key, part in now["part"].items()})
    for entry in table.get("instead", ()):
        if entry["switch"] in on and "where" not in entry:
            change = {key: value for key, value in entry.items() if key != "switch"}
            if "applies" in change:  # called so, since `where` would be judged row by row
                change["where"] = change.pop("applies")
            now = relaid(now, change)
    return now


def overridden(
    pack: Pack, day: date, rule_id: str, base: Table, table: Table, documents: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The base rule's table with an override laid over it, and the fields changed (``part.x.at_least``).

    documents: field of the base → the document that gave it. Raises PackError, with file and line,
    for a part or limit that the base does not have, and where a limit is loosened without
    ``relaxes = true``.
    """
    changed = dict(base)
    if "part" in base:
        changed["part"] = {key: dict(part) for key, part in base["part"].items()}
    touched: list[str] = []
    own: dict[str, Any] = {}
    for field, value in table.items():
        if field == "relaxes":
            continue
        if field == "part":
            touched += _parts(pack, rule_id, changed, value)
        elif field in OPERATORS and field not in base and base.get("part"):
            key = _part_with(pack, rule_id, changed, field)
            changed["part"][key][field] = value
            touched.append(f"part.{key}.{field}")
        else:
            own[field] = value
            touched.append(field)
    parts = {"part": changed["part"]} if any(one.startswith("part.") for one in touched) else {}
    changed = relaid(changed, {**parts, **own})
    looser = loosened(base, changed)
    if looser and not (table.get("relaxes") and table.get("source")):
        raise PackError.of(
            PackError(
                say(
                    "对 {rule} 的修改放宽了 {field}，或无从比较宽严：{document}为{before}，本文件（{source}）"
                    "为{after}；省市规则只能从严",
                    rule=rule_id,
                    field=field,
                    document=documents.get(field, "—"),
                    before=_stated(base, field),
                    source=table["source"],
                    after=_stated(changed, field),
                ),
                said_at(pack, day, "override", rule_id, *field.split(".")),
                msg("确有放宽的依据时，写明 relaxes = true 与 source"),
                "loosened",
            )
            for field in looser
        )
    return changed, touched


def said_at(pack: Pack, day: date, section: str, name: str, *field: str) -> str:
    """File and line where a pack says a field, as it stands on `day`: in the last change that gives it.

    An override may name a part of a rule by its limit alone.
    """
    table = pack.table(section).get(name, {})
    changes = table.get("since", ())
    ways = [field, field[-1:]] if section == "override" and "part" not in table else [field]
    for place, change in reversed([*enumerate(changes if isinstance(changes, list) else ())]):
        for keys in ways:
            if keys and keys[0] in change and change["date"] <= day:
                return pack.place(section, name, "since", str(place), *keys)
    said = next((keys for keys in ways if keys and keys[0] in table), field)
    return pack.place(section, name, *said)


def both_stated(base: Table, changed: Table, fields: Iterable[str]) -> str:
    """Fields with what the one and the other says: ``at_least（… → …）``."""
    told = (f"{one}（{_stated(base, one)} → {_stated(changed, one)}）" for one in fields)
    return ", ".join(told)


def _stated(table: Table, field: str) -> str:
    """A field of a rule as a pack writes it; where a limit is swapped for another, that one."""
    *outer, name = field.split(".")
    for key in outer:
        table = table.get(key, {})
    if name in OPERATORS and name not in table:
        name = next((one for one in OPERATORS if one in table), name)
        return f"{name} = {_written(table[name])}" if name in table else "—"
    return _written(table[name]) if name in table else "—"


def _written(value: object) -> str:
    """A value as TOML has it, on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _parts(pack: Pack, rule_id: str, changed: dict[str, Any], parts: Table) -> Iterable[str]:
    known = changed.get("part", {})
    unknown = [
        pack.error(
            say("规则 {rule} 没有部分 {key}", rule=rule_id, key=key),
            "override",
            rule_id,
            "part",
            key,
            todo=say("可用：{known}", known=", ".join(known) or "—"),
            code="reference",
        )
        for key in parts
        if key not in known
    ]
    if unknown:
        raise PackError.of(unknown)
    for key, given in parts.items():
        known[key] = relaid(known[key], given)
        yield from (f"part.{key}.{name}" for name in given)


def _part_with(pack: Pack, rule_id: str, table: Table, field: str) -> str:
    """The key of the one part of a rule that states the limit `field`."""
    having = [key for key, part in table.get("part", {}).items() if field in part]
    if len(having) != 1:
        raise pack.error(
            say("规则 {rule} 没有唯一的 {field} 可改", rule=rule_id, field=field),
            "override",
            rule_id,
            field,
            todo=say("请写明 [override.{rule}.part.…]", rule=rule_id),
            code="reference",
        )
    return str(having[0])


def loosened(base: Table, changed: Table) -> list[str]:
    """The fields of `changed` that ask for less than `base` does, parts as ``part.key.field``.

    So do fields that cannot be compared, such as who is judged at all.
    """
    swapped = set(OPERATORS) & set(base) != set(OPERATORS) & set(changed)
    found = [
        field
        for field in (*OPERATORS, *_COUNTS)
        if field in base and _looser(field, base[field], changed.get(_held(field, swapped=swapped)))
    ]
    found += [name for name in _SIDEWAYS if changed.get(name) != base.get(name)]
    for key, part in base.get("part", {}).items():
        other = changed.get("part", {}).get(key)
        if other is None:
            found.append(f"part.{key}")
        else:
            found += [f"part.{key}.{field}" for field in loosened(part, other)]
    members = set(base.get("of", ())) if isinstance(base.get("of"), list) else set()
    if members - set(changed.get("of", ())):
        found.append("of")
    return found


def _held(field: str, *, swapped: bool) -> str:
    """The field that may stand for a limit: itself, or of another operator the strict form of its side."""
    if field in _COUNTS or not swapped:
        return field
    return {"at_least": "above", "at_most": "below"}.get(field, "")


def _looser(field: str, before: object, after: object) -> bool:
    """Whether `after` asks for less; figures that cannot be compared are taken as looser."""
    if after is None:
        return True
    if before == after:
        return False
    if isinstance(before, str) or isinstance(after, str):
        return True  # a limit that is computed: nobody can say
    one, other = _numbers(before), _numbers(after)
    if "" in other:
        other = dict.fromkeys(one, other[""])
    holds = COMPARE[">=" if field in _LOWER else "<="]
    return any(key not in other or not holds(other[key], one[key]) for key in one)


def _numbers(value: object) -> Mapping[str, Decimal]:
    table = value if isinstance(value, Mapping) else {"": value}
    return {str(key): Decimal(str(item)) for key, item in table.items()}


def check_drop(pack: Pack, rule_id: str, table: Table, rules: Mapping[str, Table]) -> None:
    """Raise PackError where a drop gives no reason, or where another rule still counts the rule."""
    if not table.get("because") or not table.get("source"):
        what = say("删除 {rule} 须写明 because 与 source", rule=rule_id)
        raise pack.error(what, "drop", rule_id, code="source")
    counting = [name for name, one in rules.items() if rule_id in one.get("of", ())]
    if counting:
        raise pack.error(
            say("规则 {group} 仍包含 {rule}", group=counting[0], rule=rule_id),
            "drop",
            rule_id,
            todo=say(
                "请用 [override.{group}] 写明其余的 of，relaxes = true 并注明来源",
                group=counting[0],
            ),
            code="contradiction",
        )
