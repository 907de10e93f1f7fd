"""TOML tables turned into the declarations of `compliance.rules.language.model`; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import say
from compliance.rules.language.model import (
    OPERATORS,
    Clause,
    Exclusion,
    Indicator,
    Limit,
    Part,
    Rule,
    Split,
    Tally,
    Terms,
)

Table = Mapping[str, Any]

_TEXTS = (
    "title", "title_en", "source", "text", "text_en", "remedy", "remedy_en", "owner", "owner_en",
    "aspect", "note",
)  # fmt: skip
# fields every kind has; what is left over are the settings of the kind
_COMMON = {
    "kind", "scope", "level", "role", "basis", "indicator", "of", "part", "name", "name_en", "by",
    "where", "exclude", "rolls_up", "instead", "relaxes", *_TEXTS, *OPERATORS,
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


def indicator(name: str, table: Table) -> Indicator:
    """An [indicator.*] table."""
    unit = str(table.get("unit", ""))
    measure = str(table.get("measure", unit))
    return Indicator(
        name=name,
        title=str(table["title"]),
        title_en=str(table.get("title_en", "")),
        unit=unit,
        unit_en=str(table.get("unit_en", unit)),
        measure=measure,
        measure_en=str(table.get("measure_en", "")),
        per=decimal(table.get("per", 1)),
        of=terms(table["of"]),
        over=terms(table["over"]) if "over" in table else None,
        round_up=table.get("round") == "up",
        decimals=int(table.get("decimals", 2)),
        gap_unit=str(table.get("gap_unit", measure)),
        gap_unit_en=str(table.get("gap_unit_en", "")),
        gap_step=decimal(table.get("gap_step", 1)),
        fallback=table.get("else"),
    )


def limit(table: Table) -> Limit | None:
    """The one limit that a rule or part states, or None.

    Raises ValueError where it states two.
    """
    stated = [name for name in OPERATORS if name in table]
    if not stated:
        return None
    if len(stated) > 1:
        raise ValueError(" / ".join(stated))
    value, operator = table[stated[0]], OPERATORS[stated[0]]
    if isinstance(value, str):
        return Limit(operator, {}, indicator=value)
    by = str(table.get("by", "stage"))
    if isinstance(value, Mapping):
        return Limit(operator, {str(key): decimal(item) for key, item in value.items()}, by)
    return Limit(operator, {"": decimal(value)}, by)


def parts(table: Table) -> tuple[Part, ...]:
    """The [rule.X.part.*] tables, in order."""
    return tuple(part(key, value) for key, value in table.get("part", {}).items())


def part(key: str, table: Table) -> Part:
    """One [rule.X.part.<key>] table."""
    kind = str(table.get("kind", "threshold"))
    settings = {name: value for name, value in table.items() if name not in _COMMON}
    return Part(
        key=key,
        name=str(table.get("name", key)),
        name_en=str(table.get("name_en", "")),
        kind=kind,
        settings=settings,
        indicator=table.get("indicator"),
        limit=limit(table),
    )


def rule(rule_id: str, table: Table, layers: Mapping[str, str]) -> Rule:
    """A [rule.*] table, its role as declared (basis and enforcement are settled elsewhere).

    Raises ValueError with the reason where the table contradicts itself.
    """
    scope = str(table.get("scope", "county"))
    of = table.get("of", [])
    texts: dict[str, Any] = {name: str(table.get(name, "")) for name in _TEXTS}
    return Rule(
        id=rule_id,
        kind=str(table["kind"]),
        scope=scope,
        level=str(table.get("level", scope)),
        role=str(table.get("role", "requirement")),
        basis=str(table.get("basis", "verified")),
        indicator=table.get("indicator"),
        limit=limit(table),
        parts=parts(table),
        of=tuple([of] if isinstance(of, str) else of),
        where=table.get("where", {}),
        exclude=tuple(table.get("exclude", ())),
        rolls_up="rolls_up" in table,
        attested_as=rule_id,
        settings={name: value for name, value in table.items() if name not in _COMMON},
        layers=dict(layers),
        **texts,
    )


def exclusion(reason: str, table: Table) -> Exclusion:
    """An [exclusion.*] table."""
    return Exclusion(reason, str(table["title"]), str(table.get("title_en", "")), table["where"])


def clause(key: str, table: Table, pack: str, stated_at: str) -> Clause:
    """A [clause.*] table."""
    return Clause(
        key=key,
        part=str(table["part"]),
        part_en=str(table.get("part_en", "")),
        item=str(table["item"]),
        item_en=str(table.get("item_en", "")),
        how=str(table["how"]),
        rules=tuple(table.get("rules", ())),
        note=str(table.get("note", "")),
        note_en=str(table.get("note_en", "")),
        pack=pack,
        stated_at=stated_at,
    )


def tally(name: str, table: Table, stated_at: str) -> Tally:
    """A [tally.*] table."""
    return Tally(name, str(table["scope"]), table, stated_at)


def split(table: Table) -> Split:
    """The [split] table; a pack without one shares nothing."""
    weights = table.get("weights", {"primary": 1, "junior": 1, "senior": 1})
    return Split(
        tuple(table.get("facts", ())),
        {str(stage): decimal(weight) for stage, weight in weights.items()},
    )


def contradiction(rule_id: str, where: str, why: object) -> PackError:
    """A rule that states two limits or the like."""
    return PackError(
        say(
            "规则 {rule} 自相矛盾：{why}",
            "rule {rule} contradicts itself: {why}",
            rule=rule_id,
            why=why,
        ),
        where=where,
    )
