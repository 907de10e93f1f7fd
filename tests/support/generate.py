"""Random counties that look for trouble: figures exactly on a line, blanks, nobody there.

``county(seed)`` gives one submission document in the JSON form of the contract; the same seed
gives the same county. Roughly one county in six stands exactly on the limit of a coefficient,
and some are calm enough to conform.
"""

from __future__ import annotations

from typing import Any

from tests.support.generate_county import county_facts
from tests.support.generate_school import Luck, at_a_coefficient, random_school

Record = dict[str, Any]

BLANKS = (0.0, 0.0, 0.0, 0.002, 0.01, 0.05, 0.3)
TROUBLES = (0.0, 0.0, 0.02, 0.2, 1.0)
KEPT = ("county_code", "school_code", "school_name", "school_type")


def county(seed: int) -> Record:
    """One county document."""
    luck = Luck(seed)
    luck.blank, luck.trouble = luck.choice(BLANKS), luck.choice(TROUBLES)
    code = f"9{seed % 100_000:05d}"
    if luck.random() < 1 / 6:
        schools = at_a_coefficient(luck)
    else:
        schools = [random_school(luck) for _ in range(luck.choice((1, 2, 3, 5, 8, 13, 21, 40)))]
    for number, school in enumerate(schools):
        school["county_code"] = code
        school["school_code"] = f"{code}{number:04d}"
        school["school_name"] = f"第{number}学校"
    return {
        "format": "junheng-submission/1",
        "county": county_facts(luck, code),
        "schools": [_with_blanks(luck, school) for school in schools],
    }


def _with_blanks(luck: Luck, record: Record) -> Record:
    """Some figures left out, some written as null."""
    kept: Record = {}
    for fact, value in record.items():
        if fact in KEPT or luck.random() >= luck.blank:
            kept[fact] = value
        elif luck.random() < 0.5:
            kept[fact] = None
    return kept
