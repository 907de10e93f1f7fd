"""The figures of a case as records of a submission: what is left out stays missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.authoring.case import RulesInForce
from compliance.facts.school_types import IMPLIED
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import COMPULSORY

KEYS = ("county_code", "year")  # given by the runner
STATED = ("unit", "school", "schools")
Table = Mapping[str, Any]
Record = dict[str, Any]


@dataclass
class CaseRecords:
    """faults: (the word at fault, what is wrong, what it may be)."""

    county: Record = field(default_factory=dict)
    schools: tuple[Record, ...] = ()
    statements: dict[str, bool] = field(default_factory=dict)
    monitoring: tuple[Record, ...] = ()
    faults: list[tuple[str, str, Iterable[str]]] = field(default_factory=list)

    def fault(self, word: str, what: str, known: Iterable[str] = ()) -> None:
        """Keep what is wrong about a word."""
        self.faults.append((word, what, known))


def figures(table: Table, given: Table, law: RulesInForce) -> CaseRecords:
    """A case's own figures laid over those of the `given` table it names; `blank` taken out."""
    found = CaseRecords()
    own = [key for key in STATED if key in table]
    if len(own) > 1:
        found.fault(own[1], msg("unit、school、schools 只写一个"))
    found.county = _known(
        {**given.get("county", {}), **table.get("county", {})}, law.words.county, found, "county"
    )
    found.statements = {**given.get("statements", {}), **table.get("statements", {})}
    takers = law.attested | law.vetoes
    for rule, met in found.statements.items():
        if rule not in takers:
            what = say("{rule} 不是要说明的规则", rule=rule)
            found.fault(rule, what, takers)
        elif not isinstance(met, bool):
            found.fault(rule, msg("说明写 true 或 false"))
    entries = table.get("monitoring", given.get("monitoring", ()))
    found.monitoring = tuple(
        _known(one, law.words.tables["monitoring"], found, "monitoring") for one in entries
    )
    found.schools = _schools(table, given, law, found)
    _take_out(table.get("blank", ()), found)
    return found


def _schools(
    table: Table, given: Table, law: RulesInForce, found: CaseRecords
) -> tuple[Record, ...]:
    stated: list[Record] = [dict(one) for one in table.get("schools", given.get("schools", ()))]
    for key in ("unit", "school"):
        if key in table:
            first = stated[0] if stated else {}
            stated = [{**first, **table[key]}, *stated[1:]]
    if "unit" in table and table["unit"].get("stage") not in COMPULSORY:
        found.fault("unit", msg("unit 须写明 stage"))
    schools = stated or [{}]  # a submission has a school; of this one everything is missing
    return tuple(_school(one, number, law, found) for number, one in enumerate(schools, start=1))


def _school(table: Record, number: int, law: RulesInForce, found: CaseRecords) -> Record:
    facts = law.words.school
    stage = table.pop("stage", None)
    if stage is not None and stage not in COMPULSORY:
        found.fault("stage", msg("没有这个学段"), COMPULSORY)
    spelt = {
        f"{stage}_{name}" if stage and f"{stage}_{name}" in facts else name: value
        for name, value in table.items()
    }
    known = [*facts, *({fact.stem for fact in facts.values()} if stage else ())]
    record = _known(spelt, facts, found, msg_in("a school", "学校"), known)
    record.setdefault("school_type", stage or _type(record))
    return {"school_code": str(number), "school_name": f"第{number}学校", **record}


def _type(record: Record) -> str:
    """The type of school that has just the stages whose pupils are given; a primary school else."""
    there = {stage for stage in ("primary", "junior", "senior") if f"{stage}_students" in record}
    alike = [name for name, stages in IMPLIED.items() if set(stages) == there]
    return alike[0] if alike else "primary"


def _known(
    table: Table, facts: Mapping[str, Any], found: CaseRecords, what: str, near: Iterable[str] = ()
) -> Record:
    for name in table:
        if name in KEYS or name not in facts:
            text = say("{what}没有数据项“{name}”", what=what, name=name)
            found.fault(name, text, near or facts)
    return {name: _plain(value) for name, value in table.items()}


def _take_out(names: Iterable[str], found: CaseRecords) -> None:
    """What `blank` names is missing; it is a fault if it was not there."""
    for name in names:
        holders: list[dict[str, Any]] = [found.county, found.statements, *found.schools]
        for holder in (holders := [one for one in holders if name in one]):
            del holder[name]
        if not holders:
            found.fault(name, say("{n} 本来就没有", n=name))


def _plain(value: object) -> object:
    """A TOML value as a cell: decimals as the double typed, days as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
