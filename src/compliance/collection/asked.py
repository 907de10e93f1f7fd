"""What a school is asked: only what its type has and its rule set needs, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.collection.register import Record, Register, lasting
from compliance.facts.fact import Fact
from compliance.facts.school_types import IMPLIED
from compliance.kernel.submission import COMPULSORY
from compliance.render.school_workbook import AskedFact
from compliance.render.workbook_form import SCHOOL_GROUPS, grouped

_ROOM_AREAS = {"music": "music_room_areas", "art": "art_room_areas"}


@dataclass(frozen=True, slots=True)
class Questions:
    """What one school is asked.

    groups: name → the rows of the form. stages: whose classes are asked. kinds: of rooms that are
    asked. needed, optional: the facts that it is to fill in, those of the lists among them.
    """

    groups: Mapping[str, Sequence[AskedFact]]
    stages: Sequence[str]
    kinds: Sequence[str]
    needed: Sequence[str]
    optional: Sequence[str]


def asked_of(
    register: Register, school: Record, classes: Sequence[Record], rooms: Sequence[Record]
) -> Questions:
    """What this school is asked. classes, rooms: its rows that are known."""
    words = register.form.words
    kind = str(words.school["school_type"].words[str(school["school_type"])])
    stages = [one for one in IMPLIED.get(kind, ()) if one in COMPULSORY]
    standing = {
        name: needed
        for name, needed in _standing(register).items()
        if has(words.school[name], kind)
    }
    known_stages = {words.tables["class"]["stage"].words[str(one["stage"])] for one in classes}
    known_kinds = {words.tables["room"]["kind"].words[str(one["kind"])] for one in rooms}
    asked_stages = [
        stage
        for stage in stages
        if stage not in known_stages
        and f"{stage}_class_sizes" in standing
        and not any(f"{stage}_{one}" in school for one in ("class_bands", "largest_class"))
    ]
    kinds = [
        one for one, name in _ROOM_AREAS.items() if name in standing and one not in known_kinds
    ]
    of_lists = [f"{one}_class_sizes" for one in asked_stages] + [_ROOM_AREAS[one] for one in kinds]
    rows = {
        name: AskedFact(words.school[name], needed, school.get(name))
        for name, needed in standing.items()
        if name in school or not _counted_in_lists(words.school[name])
    }
    groups = {
        name: [rows[fact.name] for fact in facts if fact.name in rows]
        for name, facts in grouped(words.school, SCHOOL_GROUPS).items()
    }
    needed = [name for name, one in rows.items() if one.known is None and one.needed] + of_lists
    optional = [name for name, one in rows.items() if one.known is None and not one.needed]
    return Questions({n: g for n, g in groups.items() if g}, asked_stages, kinds, needed, optional)


def _counted_in_lists(fact: Fact) -> bool:
    """Whether it follows from the classes or rooms that are listed one by one."""
    return fact.listed or bool(fact.largest_of) or fact.counted is not None


def has(fact: Fact, kind: str) -> bool:
    """Whether a school of this type can have the fact."""
    implied = IMPLIED.get(kind, ())
    if fact.stage:
        return fact.stage in implied
    if fact.name.startswith("special_"):
        return kind == "special"
    if fact.name == "senior_students":
        return "senior" in implied
    if fact.name == "preschool_students":
        return "primary" in implied
    if fact.name in (
        "graduates",
        "cohort_at_entry",
        "transferred_in",
        "transferred_out",
        "deceased",
    ):
        return "junior" in implied
    return bool(implied) or lasting(fact) or fact.name.endswith("_budget")


def _standing(register: Register) -> dict[str, bool]:
    rules, school = register.rules, register.form.words.school
    found = set[str]()
    for rule in rules.rules.values():
        if rule.role != "advisory":
            for name in rules.references.all_facts(rule.id):
                found |= {name, *(f"{stage}_{name}" for stage in COMPULSORY)}
    return {
        n: n in found
        for n, f in school.items()
        if n not in ("county_code", "year") and (n in found or lasting(f))
    }
