"""What a school is asked: only what its type has and its rule set needs, each thing once.

Class sizes and room areas are asked for one by one, so whatever only counts them is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compliance.collection.register import Record, Register, lasting
from compliance.facts.fact import Fact
from compliance.facts.school_types import IMPLIED
from compliance.kernel.submission import COMPULSORY, STAGES
from compliance.render.school_workbook import AskedFact
from compliance.render.workbook_form import SCHOOL_GROUPS, grouped

SIZES, AREAS = "{}_class_sizes", "{}_room_areas"


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


@dataclass(frozen=True)
class Asking:
    """What the schools of a register are asked."""

    register: Register
    _of_types: dict[str, dict[str, bool]] = field(default_factory=dict)

    def of(self, school: Record, classes: Sequence[Record], rooms: Sequence[Record]) -> Questions:
        """What this school is asked. classes, rooms: its rows that are known."""
        words = self.register.form.words
        kind = words.school["school_type"].words[str(school["school_type"])]
        standing = self._standing(kind)
        lists = {_listed_as(words.school[name]) for name in standing} | set(standing)
        lists -= {_listed_as(words.school[name]) for name in school}  # known in another way
        lists -= {SIZES.format(one) for one in _known(classes, words.tables["class"]["stage"])}
        lists -= {AREAS.format(one) for one in _known(rooms, words.tables["room"]["kind"])}
        stages = [one for one in IMPLIED.get(kind, ()) if SIZES.format(one) in lists]
        meant = dict.fromkeys(words.tables["room"]["kind"].words.values())
        kinds = [one for one in meant if AREAS.format(one) in lists]
        rows = {
            name: AskedFact(words.school[name], needed, school.get(name))
            for name, needed in standing.items()
            if name in school or not (words.school[name].listed or _listed_as(words.school[name]))
        }
        groups = {
            name: [rows[fact.name] for fact in facts if fact.name in rows]
            for name, facts in grouped(words.school, SCHOOL_GROUPS, given=rows).items()
        }
        open_ = [one for one in rows.values() if one.known is None]
        of_lists = [*map(SIZES.format, stages), *map(AREAS.format, kinds)]
        return Questions(
            {name: found for name, found in groups.items() if found},
            stages,
            kinds,
            [*(one.fact.name for one in open_ if one.needed), *of_lists],
            [one.fact.name for one in open_ if not one.needed],
        )

    def _standing(self, kind: str) -> dict[str, bool]:
        """The facts of a type of school that are asked, and whether they are needed."""
        if kind not in self._of_types:
            words, rules = self.register.form.words, self.register.rules
            found = {f"{stage}_students" for stage in STAGES}
            for rule in rules.rules.values():
                if rule.role != "advisory":
                    for name in rules.references.all_facts(rule.id):
                        found |= {name, *(f"{stage}_{name}" for stage in COMPULSORY)}
            self._of_types[kind] = {
                name: name in found
                for name, fact in words.school.items()
                if name not in ("county_code", "year")
                and (name in found or lasting(fact))
                and has(fact, kind)
            }
        return self._of_types[kind]


def _known(rows: Sequence[Record], fact: Fact) -> set[str]:
    return {fact.words[str(one[fact.name])] for one in rows}


def _listed_as(fact: Fact) -> str:
    """The list from which the fact follows; empty where it follows from none."""
    if fact.edges:
        return SIZES.format(fact.stage)
    return fact.largest_of or (fact.counted.list if fact.counted else "")


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
    return bool(implied) or lasting(fact) or (kind == "special" and fact.name.endswith("_budget"))
