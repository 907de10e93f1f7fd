"""An override laid over a rule's table: which fields it changes, and whether it may.

A layer tightens what it stands on. To loosen needs ``relaxes = true`` and a source, so that nobody
does it by a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from compliance.kernel.i18n import say
from compliance.rules.language.model import COMPARE, OPERATORS, relaid
from compliance.rules.language.pack import Pack

Table = Mapping[str, Any]
LOWER = ("at_least", "above", "pass_at_least", "rest_at_least")  # more is stricter


# what cannot be compared: a layer that changes it might let somebody off
_SIDEWAYS = (
    "role",
    "where",
    "exclude",
    "indicator",
    "kind",
    "scope",
    "statement",
    "expect",
    "each",
)


def loosened(base: Table, changed: Table) -> list[str]:
    """The fields of `changed` that ask for less than `base` does, parts as ``part.key.field``.

    So do fields that cannot be compared, such as who is judged at all.
    """
    if _swapped(base, changed):  # another operator: compared by what it asks for
        found = [field for field in _limits(base) if not _kept_by_another(field, base, changed)]
    else:
        found = [
            field for field in _limits(base) if _looser(field, base[field], changed.get(field))
        ]
    found += [name for name in _SIDEWAYS if changed.get(name) != base.get(name)]
    for key, part in base.get("part", {}).items():
        other = changed.get("part", {}).get(key)
        if other is None:
            found.append(f"part.{key}")
            continue
        found += [f"part.{key}.{field}" for field in loosened(part, other)]
    members = set(base.get("of", ())) if isinstance(base.get("of"), list) else set()
    if members - set(changed.get("of", ())):
        found.append("of")
    return found


def _limits(table: Table) -> Iterable[str]:
    return [field for field in (*OPERATORS, "pass_at_least", "rest_at_least") if field in table]


def _swapped(base: Table, changed: Table) -> bool:
    return {f for f in OPERATORS if f in base} != {f for f in OPERATORS if f in changed}


def _kept_by_another(field: str, base: Table, changed: Table) -> bool:
    """Whether ``above 4`` stands for ``at_least 4``, and the like: the strict form of the same side."""
    stricter = {"at_least": "above", "at_most": "below"}.get(field)
    if field not in OPERATORS:
        return not _looser(field, base[field], changed.get(field))
    return stricter is not None and not _looser(field, base[field], changed.get(stricter))


def _looser(field: str, before: object, after: object) -> bool:
    """Whether `after` asks for less; figures that cannot be compared are taken as looser."""
    if after is None:
        return True
    if before == after:
        return False
    if isinstance(before, str) or isinstance(after, str):
        return True  # a limit that is computed: nobody can say
    one, other = _table(before), _table(after)
    if "" in other:
        other = dict.fromkeys(one, other[""])
    sign = ">=" if field in LOWER else "<="
    return any(key not in other or not COMPARE[sign](other[key], one[key]) for key in one)


def _table(value: object) -> Mapping[str, Decimal]:
    if isinstance(value, Mapping):
        return {str(key): Decimal(str(item)) for key, item in value.items()}
    return {"": Decimal(str(value))}


def overridden(
    pack: Pack, rule_id: str, base: Table, table: Table
) -> tuple[dict[str, Any], list[str]]:
    """The base rule's table with an override laid over it, and the fields changed (``part.x.at_least``).

    Raises PackError, with file and line, for a part or limit that the base does not have, and where
    a limit is loosened without ``relaxes = true``.
    """
    changed = {**base, "part": {key: dict(part) for key, part in base.get("part", {}).items()}}
    if not changed["part"]:
        del changed["part"]
    touched: list[str] = []
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
            changed = relaid(changed, {field: value})
            touched.append(field)
    _only_tighten(pack, rule_id, base, changed, table)
    return changed, touched


def check_drop(pack: Pack, rule_id: str, table: Table, rules: Mapping[str, Table]) -> None:
    """Raise PackError where a drop gives no reason, or where another rule still counts the rule."""
    if not table.get("because") or not table.get("source"):
        raise pack.error(
            say(
                "删除 {rule} 须写明 because 与 source",
                "dropping {rule} needs because and source",
                rule=rule_id,
            ),
            "drop",
            rule_id,
        )
    counting = [name for name, one in rules.items() if rule_id in one.get("of", ())]
    if counting:
        raise pack.error(
            say(
                "规则 {group} 仍包含 {rule}",
                "rule {group} still counts {rule}",
                group=counting[0],
                rule=rule_id,
            ),
            "drop",
            rule_id,
            todo=say(
                "请用 [override.{group}] 写明其余的 of，relaxes = true 并注明来源",
                "state the remaining `of` in [override.{group}], with relaxes = true and a source",
                group=counting[0],
            ),
        )


def fields(table: Table) -> list[str]:
    """The names under which a table's values are told apart, those of parts with their key."""
    own = [name for name in table if name != "part"]
    parts = table.get("part", {}).items()
    return own + [f"part.{key}.{name}" for key, part in parts for name in part]


def _parts(pack: Pack, rule_id: str, changed: dict[str, Any], parts: Table) -> Iterable[str]:
    for key, given in parts.items():
        if key not in changed.get("part", {}):
            raise pack.error(
                say(
                    "规则 {rule} 没有部分 {key}",
                    "rule {rule} has no part {key}",
                    rule=rule_id,
                    key=key,
                ),
                "override",
                rule_id,
                "part",
                key,
                todo=say(
                    "可用：{known}",
                    "known: {known}",
                    known=", ".join(changed.get("part", {})) or "—",
                ),
            )
        changed["part"][key] = relaid(changed["part"][key], given)
        yield from (f"part.{key}.{name}" for name in given)


def _part_with(pack: Pack, rule_id: str, table: Table, field: str) -> str:
    """The key of the one part of a rule that states the limit `field`."""
    having = [key for key, part in table.get("part", {}).items() if field in part]
    if len(having) != 1:
        raise pack.error(
            say(
                "规则 {rule} 没有唯一的 {field} 可改",
                "rule {rule} has no single {field} to override",
                rule=rule_id,
                field=field,
            ),
            "override",
            rule_id,
            todo=say(
                "请写明 [override.{rule}.part.…]",
                "name the part: [override.{rule}.part.…]",
                rule=rule_id,
            ),
        )
    return str(having[0])


def _only_tighten(pack: Pack, rule_id: str, base: Table, changed: Table, table: Table) -> None:
    looser = loosened(base, changed)
    if looser and not (table.get("relaxes") and table.get("source")):
        raise pack.error(
            say(
                "对 {rule} 的修改放宽了 {fields}，或无从比较宽严；省市规则只能从严",
                "the override of {rule} loosens {fields}, or cannot be compared; a layer may only tighten",
                rule=rule_id,
                fields=", ".join(looser),
            ),
            "override",
            rule_id,
            looser[0].rsplit(".", 1)[-1],
            todo=say(
                "确有放宽的依据时，写明 relaxes = true 与 source",
                "with a source that allows it, say relaxes = true",
            ),
        )
