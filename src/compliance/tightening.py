"""A layer may only tighten what it stands on: which limits an override would loosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from compliance.rule import COMPARE, OPERATORS

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
