"""TOML tables turned into the declarations of `compliance.rules.language.model`; nothing is computed here.

The pack's schema has checked names and types before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from compliance.rules.language.model import (
    OPERATORS,
    SCHOOLS,
    VERIFIED,
    Clause,
    Condition,
    Exclusion,
    Indicator,
    Instead,
    Limit,
    Part,
    Rule,
    Split,
    Switch,
    Tally,
    Terms,
)

if TYPE_CHECKING:
    from cattrs import Converter

Table = Mapping[str, Any]
Declared = TypeVar("Declared")

# fields of a rule that are taken as they stand
_PLAIN = {
    "kind", "role", "basis", "indicator", "where", "title", "title_en", "short", "short_en", "source", "text", "text_en",
    "remedy", "remedy_en", "owner", "owner_en", "aspect", "aspect_en", "note",
    "quote", "quote_source", "text_seen", "incident", "incident_en",
}  # fmt: skip
# fields every kind has; what is left over are the settings of the kind
_COMMON = {
    "scope", "level", "of", "part", "name", "name_en", "by", "exclude", "rolls_up", "instead",
    "relaxes", "doubts", "replaces", "formerly", "joint", "joint_en", *_PLAIN, *OPERATORS,
}  # fmt: skip


def decimal(value: object) -> Decimal:
    """A number of a pack, exactly as typed."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def terms(value: object) -> Terms:
    """``"fact"``, ``["fact", …]``, ``{fact = 1, other = -1}`` or a plain number."""
    if isinstance(value, str):
        return Terms({value: Decimal(1)})
    if isinstance(value, list):
        return Terms({str(name): Decimal(1) for name in value})
    if isinstance(value, Mapping):
        return Terms({str(name): decimal(weight) for name, weight in value.items()})
    return Terms({}, constant=decimal(value))


@cache
def _converter() -> Converter:
    from cattrs import Converter, override
    from cattrs.cols import namedtuple_dict_structure_factory
    from cattrs.gen import make_dict_structure_fn

    made = Converter(detailed_validation=False)
    made.register_structure_hook(Decimal, lambda value, _: decimal(value))
    made.register_structure_hook(date, lambda value, _: value)
    made.register_structure_hook(Terms, lambda value, _: terms(value))
    # a condition: a table or a list of tables, read where it is applied
    made.register_structure_hook_func(
        lambda wanted: wanted in (Condition, Mapping[str, Any]), lambda value, _: value
    )
    made.register_structure_hook(
        Switch, make_dict_structure_fn(Switch, made, from_=override(rename="from"))
    )
    for wanted, renamed in (
        (Indicator, {"fallback": override(rename="else"), "round_up": override(rename="round")}),
        (Exclusion, {}),
        (Clause, {}),
    ):
        hook = namedtuple_dict_structure_factory(wanted, made, **renamed)
        made.register_structure_hook(wanted, hook)
    return made


def _read(wanted: type[Declared], table: Table, **given: object) -> Declared:
    return _converter().structure({**table, **given}, wanted)


def indicator(name: str, table: Table) -> Indicator:
    """An [indicator.*] table."""
    unit = table.get("unit", "")
    usual = {"unit": unit, "unit_en": unit, **table}
    for field, like in (("measure", "unit"), ("gap_unit", "measure")):
        if field not in table:
            usual = {field: usual[like], f"{field}_en": usual.get(f"{like}_en", ""), **usual}
    return _read(Indicator, usual, name=name)


def limit(table: Table) -> Limit | None:
    """The one limit that a rule or part states, or None."""
    stated = [name for name in OPERATORS if name in table]
    if not stated:
        return None
    value, operator = table[stated[0]], OPERATORS[stated[0]]
    if isinstance(value, str):
        return Limit(operator, {}, indicator=value)
    by = str(table.get("by", "stage"))
    if isinstance(value, Mapping):
        return Limit(operator, {str(key): decimal(item) for key, item in value.items()}, by)
    return Limit(operator, {"": decimal(value)}, by)


def _instead(table: Table, on: Sequence[str]) -> tuple[Instead, ...]:
    """What the switches that are `on` put in a table's place row by row, in the order stated."""
    return tuple(
        Instead(
            switch=str(entry["switch"]),
            where=entry["where"],
            indicator=entry.get("indicator"),
            limit=limit({"by": table.get("by", "stage"), **entry}),
        )
        for entry in table.get("instead", ())
        if entry["switch"] in on and "where" in entry
    )


def part(key: str, table: Table, on: Sequence[str]) -> Part:
    """One [rule.X.part.<key>] table; on: the switches that are on."""
    return Part(
        key=key,
        name=str(table.get("name", key)),
        name_en=str(table.get("name_en", "")),
        kind=str(table.get("kind", "threshold")),
        settings=_settings(table),
        indicator=table.get("indicator"),
        limit=limit(table),
        instead=_instead(table, on),
    )


def rule(rule_id: str, table: Table, on: Sequence[str]) -> Rule:
    """A [rule.*] table, its role as declared (basis and enforcement are settled elsewhere).

    Raises ValueError with the reason where the table contradicts itself.
    """
    scope = str(table.get("scope", "county"))
    of = table.get("of", ())
    usual = {"role": "requirement", "basis": VERIFIED}
    return Rule(
        id=rule_id,
        scope=scope,
        level=str(table.get("level", scope)),
        limit=limit(table),
        parts=tuple(part(key, value, on) for key, value in table.get("part", {}).items()),
        of=(of,) if isinstance(of, str) else tuple(of),
        exclude=tuple(table.get("exclude", ())),
        joint=tuple(table.get("joint", ())),
        joint_en=tuple(table.get("joint_en", ())),
        rolls_up="rolls_up" in table,
        doubts=tuple(table.get("doubts", ())),
        replaces=table.get("replaces", ""),
        formerly=tuple(table.get("formerly", ())),
        attested_as=rule_id,
        settings=_settings(table),
        instead=_instead(table, on),
        **{**usual, **{name: table[name] for name in _PLAIN if name in table}},
    )


def _settings(table: Table) -> Table:
    return {name: value for name, value in table.items() if name not in _COMMON}


def exclusion(reason: str, table: Table) -> Exclusion:
    """An [exclusion.*] table."""
    return _read(Exclusion, table, reason=reason)


def clause(key: str, table: Table, pack: str, stated_at: str) -> Clause:
    """A [clause.*] table."""
    return _read(Clause, table, key=key, pack=pack, stated_at=stated_at)


def switch(name: str, table: Table) -> Switch:
    """A [switch.*] table."""
    return _read(Switch, table, name=name)


def tally(name: str, table: Table, stated_at: str) -> Tally:
    """A [tally.*] table; schools are counted from schools."""
    usual = {"from": "school"} if table.get("count") == SCHOOLS else {}
    return Tally(name, str(table["scope"]), {**usual, **table}, stated_at)


def split(table: Table) -> Split:
    """The [split] table; a pack without one shares nothing."""
    return _read(Split, table)
