"""A county that conforms to everything national, with a margin that differs from seed to seed."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.support.generate_county import SUBJECTS

Record = dict[str, Any]

ATTESTED = ("G1", "G2", "G8", "G10", "G14", "G15", "Q3", "Q5", "Q6", "Q7", "Q8", "E1")
STAGES_OF = {"primary": ("primary",), "junior": ("junior",), "nine_year": ("primary", "junior")}


def calm(seed: int, schools: int = 4) -> Record:
    """One county document in which every rule of the national set passes."""
    luck = Random(seed)
    code = f"7{seed % 100_000:05d}"
    kinds = ["primary", "junior", "nine_year"]
    kinds += [luck.choice(kinds) for _ in range(schools - 3)]
    return {
        "format": "junheng-submission/1",
        "county": _county(code),
        "schools": [_school(luck, code, n, kind) for n, kind in enumerate(kinds[:schools])],
    }


def _county(code: str) -> Record:
    return {
        "county_code": code,
        "county_name": f"试验县{code}",
        "province": "national",
        "year": 2023,
        "basic_balance_date": "2018-06-01",
        "primary_public_funds_standard": 720,
        "junior_public_funds_standard": 940,
        "civil_servant_salary": 98_000,
        "teacher_salary": 99_000,
        "special_students": 10,
        "special_funds": 90_000,
        "exchange_eligible_teachers": 100,
        "exchanged_teachers": 20,
        "exchanged_backbone_teachers": 5,
        "senior_quota": 100,
        "senior_quota_allocated": 90,
        "disabled_children": 100,
        "disabled_children_enrolled": 99,
        "migrant_children": 100,
        "migrant_children_public": 95,
        "migrant_children_purchased": 1,
        "primary_nearby_percent": 100,
        "junior_nearby_percent": 98,
        "recognition_percent": 92,
        "monitoring": [
            {"subject": name, "grade": "八年级", "year": 2022, "level": 4, "disparity": 0.1}
            for name in SUBJECTS
        ],
        "attestations": {rule: {"met": True, "evidence": ["佐证"]} for rule in ATTESTED},
        "vetoes": {f"V{number}": False for number in range(1, 7)},
    }


def _school(luck: Random, code: str, number: int, kind: str) -> Record:
    counts = {stage: 40 * luck.randint(5, 15) for stage in STAGES_OF[kind]}
    heads = sum(counts.values())
    school: Record = {
        "county_code": code,
        "school_code": f"{code}{number:04d}",
        "school_name": f"第{number}学校",
        "school_type": kind,
        "sponsor": 7,
        "setting": "rural" if number == 1 else luck.choice(("urban", "town", "rural")),  # for G14
        "boarding": False,
        "built_year": 2019,
        "dense_city_centre": False,
        "teaching_area": heads * luck.choice((8, 9, 10)),
        "indoor_sports_area": heads,
        "outdoor_sports_area": heads * luck.choice((12, 13, 14)),
        "leased_sports_area": 0,
        "equipment_value": heads * luck.choice((3000, 3500, 4000)),
        "multimedia_rooms": -(-heads * luck.choice((3, 4)) // 100),
        "computers": heads // 5,
        "books": heads * luck.choice((36, 40, 50)),
        "music_room_areas": [96] * 3,
        "art_room_areas": [90] * 3,
        "public_funds": 500_000,
        "public_funds_budget": 500_000,
        "training_funds_budget": 30_000,
    }
    for stage, count in counts.items():
        teachers = count // 12
        school |= {
            f"{stage}_students": count,
            f"{stage}_classes": count // 40,
            f"{stage}_class_sizes": [40] * (count // 40),
            f"{stage}_largest_class": 40,
            f"{stage}_teachers": teachers,
            f"{stage}_teachers_above_degree": teachers - 1,
            f"{stage}_backbone_teachers": -(-count * luck.choice((15, 20)) // 1000),
            f"{stage}_pe_arts_teachers": -(-count * luck.choice((10, 13)) // 1000),
            f"{stage}_visiting_pe_arts_teachers": 0,
            f"{stage}_teachers_mid_title": teachers // 2,
            f"{stage}_certified_teachers": teachers,
            f"{stage}_trained_teachers": teachers,
            f"{stage}_staff": teachers + 3,
            f"{stage}_entrants": count // 4,
            f"{stage}_zoned_entrants": count // 4,
        }
    if "junior" in counts:
        school |= {"graduates": 98, "cohort_at_entry": 100, "deceased": 0}
        school |= {"transferred_in": 0, "transferred_out": 0}
    return school
