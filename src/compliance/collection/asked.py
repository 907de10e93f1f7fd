"""What a school is asked: only what its type has and its rule set needs, each thing once.

Class sizes and room areas are asked for one by one, so whatever only counts them is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from compliance.collection.register import Record, Register, lasting
from compliance.facts.fact import Fact
from compliance.facts.school_types import IMPLIED, has
from compliance.kernel.submission import COMPULSORY
from compliance.render.school_workbook import AskedFact
from compliance.render.workbook_form import JUDGED, sections
from compliance.rules.language.conditions import Where, matches

_OF_COUNTY = ("county_code", "year")
_OF_LISTS = ("township", "principal")  # whom to urge
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
            name: [rows[fact.name] for fact in facts]
            for name, facts in sections(words.school[name] for name in rows).items()
        }
        open_ = [one for one in rows.values() if one.known is None]
        of_lists = [*map(SIZES.format, stages), *map(AREAS.format, kinds)]
        return Questions(
            groups,
            stages,
            kinds,
            [*(one.fact.name for one in open_ if one.needed), *of_lists],
            [one.fact.name for one in open_ if not one.needed],
        )

    def _standing(self, kind: str) -> dict[str, bool]:
        """The facts that a type of school is asked, and whether they are needed."""
        if kind not in self._of_types:
            form = self.register.form
            found: dict[str, bool] = {}
            for name, fact in form.words.school.items():
                if name in _OF_COUNTY or not has(fact, kind):
                    continue
                needed = form.use(fact) == JUDGED and self._concerned(fact, kind)
                beside = lasting(fact) or _stages(kind) > 0
                if needed or (beside and (form.asks(fact) or name in _OF_LISTS)):
                    found[name] = needed
            self._of_types[kind] = found
        return self._of_types[kind]

    def _concerned(self, fact: Fact, kind: str) -> bool:
        """Whether a rule looks at this fact of a school of this type."""
        if _stages(kind) or kind in fact.types:
            return True
        return any(
            rule.level == "school" and rule.role != "advisory" and _about(rule.where, kind)
            for rule in self.register.form.readers(fact)
        )


def _stages(kind: str) -> int:
    """How many stages of compulsory schooling the type implies."""
    return sum(one in COMPULSORY for one in IMPLIED.get(kind, ()))


def _about(where: Where, kind: str) -> bool:
    """Whether a condition can hold for a school of this type, whatever its other facts."""
    known = pl.DataFrame({"school_type": [kind], "stages": [_stages(kind)]})
    tables = [where] if isinstance(where, Mapping) else where
    told = (
        {fact: wanted for fact, wanted in one.items() if fact in known.columns} for one in tables
    )
    return any(known.select(matches(one)).item() for one in told)


def _known(rows: Sequence[Record], fact: Fact) -> set[str]:
    return {fact.words[str(one[fact.name])] for one in rows}


def _listed_as(fact: Fact) -> str:
    """The list from which the fact follows; empty where it follows from none."""
    if fact.edges:
        return SIZES.format(fact.stage)
    return fact.largest_of or (fact.counted.list if fact.counted else "")
