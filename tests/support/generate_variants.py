"""The same county with something changed: blanks, another order, other sizes, twins for schools."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

from compliance.checker.builtin_offers import load
from compliance.facts.vocabulary import vocabulary
from tests.support.generate_school import STAGES_OF, typed

Record = dict[str, Any]

IDENTITY = ("county_code", "county_name", "province", "year", "school_code", "school_name")
KINDS = ("school_type", "main_school_code")
# figures of the county that stand in where no school gives any: a blank beside them brings another
# source into play, and says nothing about information
STAND_INS = ("_total", "_nearby_percent")
AMOUNTS = {fact.name for fact in vocabulary(load().fragments).school.values() if fact.adds}


def recoded(document: Record, code: str) -> Record:
    """A copy under another county code, so that several fit beside each other."""
    copy = deepcopy(document)
    old = copy["county"]["county_code"]
    copy["county"]["county_code"] = code
    for school in copy["schools"]:
        school["county_code"] = code
        for fact in ("school_code", "main_school_code"):
            if str(school.get(fact) or "").startswith(old):
                school[fact] = code + school[fact][len(old) :]
    return copy


def without_stand_ins(document: Record) -> Record:
    """A copy without the county's own figures for what its schools add up to."""
    copy = deepcopy(document)
    for fact in [name for name in copy["county"] if name.endswith(STAND_INS)]:
        del copy["county"][fact]
    return copy


def blanked(document: Record, luck: Random, chance: float) -> Record:
    """A copy with some figures and statements left out."""
    copy = deepcopy(document)
    for record in (copy["county"], *copy["schools"]):
        for fact, value in list(record.items()):
            if fact in (*IDENTITY, *KINDS, "monitoring") or _no_stage(record, fact):
                continue
            if fact in ("attestations", "vetoes"):
                kept = {r: said for r, said in record[fact].items() if luck.random() >= chance}
                record[fact] = kept
            elif luck.random() < chance and not (fact.endswith("_students") and value == 0):
                record[fact] = None  # nobody in a stage that has classes: figures at odds
    for subject in copy["county"].get("monitoring") or []:
        for fact in ("level", "disparity"):
            if luck.random() < chance:
                subject.pop(fact, None)
    return copy


def _no_stage(record: Record, fact: str) -> bool:
    """Pupils of a stage that the type does not imply: a blank there means nobody."""
    stage = fact.removesuffix("_students")
    kind = record.get("school_type")
    return kind is not None and fact != stage and stage not in STAGES_OF[kind]


def shuffled(document: Record, luck: Random) -> Record:
    """The schools, and the figures of each, in another order."""
    schools = [dict(luck.sample(list(s.items()), len(s))) for s in document["schools"]]
    return {**document, "schools": luck.sample(schools, len(schools))}


def scaled(school: Mapping[str, Any], by: int, *, pupils: bool = True) -> Record:
    """A school with every amount times ``by``; its pupils too, or only what they have."""
    found: Record = {}
    for fact, value in school.items():
        if fact not in AMOUNTS or value is None or (fact.endswith("_students") and not pupils):
            found[fact] = value
        else:
            found[fact] = typed(Fraction(repr(value)) * by)
    return found


def twins(school: Record) -> list[Record]:
    """Two schools like this one."""
    other = f"{school['school_code']}b"
    return [school, {**school, "school_code": other, "school_name": f"{school['school_name']}分校"}]
