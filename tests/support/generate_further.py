"""What the provinces, the predecessor and the relaxations ask for, added to a random county.

``further(seed)`` is ``county(seed)`` with figures near and exactly on these lines, some missing,
and ``at_a_composite(seed)`` a county whose eight coefficients have a mean on the line.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.support.generate import BLANKS, TROUBLES, county
from tests.support.generate_school import STAGES_OF, WEIGHTS, Luck, Record, typed

PER_PUPIL = {  # what a school has for each pupil: several lines, of which one is aimed at
    "building_area_without_dormitories": (("8.5", "9.5"),),
    "books": (("25", "35"), ("20", "30")),
    "land_area": (("23", "28"), ("18", "23")),
}
YEARS = (1995, 2010, 2011, 2016, 2017, 2018, 2019, 2020, 2022)
CENT = Fraction("0.01")
# coefficients whose mean stands on the lines of the composite: spreads of two like schools
LINES = {
    "primary": (("0.65", "0.65"), ("0.7", "0.6"), ("0.6", "0.6"), ("0.5", "0.7")),
    "junior": (("0.55", "0.55"), ("0.6", "0.5"), ("0.5", "0.5"), ("0.4", "0.6")),
}
RESOURCES = ("teaching_area", "outdoor_sports_area", "equipment_value", "computers", "books")
PEOPLE = ("teachers", "teachers_above_degree", "teachers_mid_title")


def further(seed: int) -> Record:
    """One county document with every fact that some rule set asks for."""
    luck = Luck(-seed - 1)
    luck.blank, luck.trouble = luck.choice(BLANKS), luck.choice(TROUBLES)
    document = county(seed)
    schools = document["schools"]
    takers = [s["school_code"] for s in schools if s["school_type"] in ("primary", "nine_year")]
    others = [s["school_code"] for s in schools]
    for school in schools:
        more = _school(luck, school)
        if school["school_type"] == "teaching_point" and luck.random() < 0.8:
            wrong = luck.choice((*others, "none"))
            more["main_school_code"] = (
                luck.choice(takers) if takers and luck.random() < 0.8 else wrong
            )
        school |= {fact: value for fact, value in more.items() if luck.random() >= luck.blank}
    facts = _county(luck, document)
    document["county"] |= {f: value for f, value in facts.items() if luck.random() >= luck.blank}
    return document


def _school(luck: Luck, school: Record) -> Record:
    kind = school["school_type"]
    stages = [s for s in ("primary", "junior") if school.get(f"{s}_students")]
    if luck.random() < 0.1 and stages:  # around the limits of a relaxed school size
        sizes = (2400, 2401, 2000, 2001, 3000, 3001, 2500, 599, 600)
        aim = luck.choice(sizes) - sum(school[f"{s}_students"] for s in stages[1:])
        school[f"{stages[0]}_students"] = max(1, aim)
    if luck.random() < 0.15 and stages:  # a small village school
        school["setting"] = "rural"
        for stage in stages:
            school[f"{stage}_students"] = luck.choice((24, 25, 49, 50, 50, 60, 99, 100))
    counts = {s: school[f"{s}_students"] for s in STAGES_OF[kind] if school.get(f"{s}_students")}
    everybody = sum(counts.values())
    pupils = sum(school[f"{stage}_students"] for stage in stages)
    more: Record = {
        "built_year": luck.choice(YEARS),
        "dense_city_centre": luck.random() < 0.3,
        "leased_sports_area": luck.choice((0, 0, 100.5, 5000, everybody)),
        "computers": luck.near(Fraction(everybody, 8)),
        "migrant_students": min(pupils, luck.choice((0, pupils // 2, pupils // 2 + 1))),
        "boarders": (boarders := luck.choice((0, 0, 30, min(100, everybody)))),
        "dormitory_area": luck.near(boarders * Fraction(luck.choice(("3", "3.3"))), CENT),
        "dormitory_beds": luck.near(Fraction(boarders)),
        "track_length": luck.near(Fraction(luck.choice((200, 300))), CENT),
        "computer_room_computers": luck.near(Fraction(45)),
        "health_care_staff": luck.choice((0, 1, 2)),
        "part_time_health_teachers": luck.choice((0, 1)),
        "health_professionals": luck.choice((0, 1, 1, 2)),
        "green_percent": luck.near(Fraction(35), Fraction("0.1")),
        "residential_district_school": luck.random() < 0.5,
        "old_city": luck.random() < 0.5,
        "school_doctors": luck.near(Fraction(pupils, 600)),
        "counselling_teachers": luck.choice((0, 1)),
    }
    for fact, lines in PER_PUPIL.items():
        more[fact] = luck.near(
            _enough(luck, counts, luck.choice(lines)), luck.choice((CENT, Fraction(1)))
        )
    more["books"] = int(more["books"])
    more |= _rooms(luck, school)
    classes = sum(school.get(f"{stage}_classes") or 0 for stage in stages)
    more["psychology_teachers"] = luck.near(Fraction(classes, 10))
    for stage in stages:
        more |= _staged(luck, school, stage, len(stages))
    return more


def _enough(luck: Luck, counts: dict[str, int], limits: tuple[str, str]) -> Fraction:
    """What meets the limit of one stage, shared with the others by their weights."""
    whole = sum((WEIGHTS[stage] * count for stage, count in counts.items()), Fraction(0))
    lines = [
        Fraction(limit) * whole / WEIGHTS[stage]
        for stage, limit in zip(("primary", "junior"), limits, strict=True)
        if counts.get(stage)
    ]
    return luck.choice(lines) if lines and luck.trips() else max(lines, default=Fraction(0))


def _rooms(luck: Luck, school: Record) -> Record:
    """Rooms of the smaller sizes, in the form the school uses."""
    more: Record = {}
    for kind, sizes in (("music", (73, 72.99, 61, 54, 53.9)), ("art", (67, 66.5, 61, 54, 90))):
        areas = school.get(f"{kind}_room_areas")
        if areas is not None:
            some = [luck.choice(sizes) for _ in range(luck.choice((0, 1, 2)))]
            more[f"{kind}_room_areas"] = [*areas[: luck.choice((0, 1, 9))], *some]
            continue
        large = {"music": "music_rooms_96", "art": "art_rooms_90"}[kind]
        if luck.random() < 0.4:
            more[large] = 0
        more |= {f"{kind}_rooms_{size}": luck.choice((0, 1, 2)) for size in (61, 54)}
    return more


def _staged(luck: Luck, school: Record, stage: str, stages: int) -> Record:
    pupils = school[f"{stage}_students"]
    more: Record = {
        f"{stage}_visiting_pe_arts_teachers": luck.choice((0, 1, 1)),
        f"{stage}_teachers_mid_title": luck.randint(0, pupils // 15),
        f"{stage}_day_teaching_hours": luck.near(
            Fraction(6 if stage == "primary" else 7), Fraction("0.5")
        ),
        f"{stage}_collective_hours": luck.near(Fraction(luck.choice((5, 6, 7))), Fraction("0.1")),
        f"{stage}_service_radius": luck.near(Fraction(luck.choice((500, 900, 1000)))),
        f"{stage}_staff": luck.near(
            pupils / (Fraction(19) if stage == "primary" else Fraction("13.5"))
        ),
    }
    if luck.random() < 0.15:
        more[f"{stage}_classes"] = luck.choice((36, 37, 45, 46)) - (stages - 1) * 9
    if pupils <= 100 and luck.random() < 0.7:
        school.pop(f"{stage}_class_sizes", None)
        school.pop(f"{stage}_class_bands", None)
        more[f"{stage}_largest_class"] = luck.choice((12, 24, 29, 29, 30))
    if luck.random() < 0.05:
        more[f"{stage}_students"] = None
    return more


def _county(luck: Luck, document: Record) -> Record:
    classes = sum(
        school.get(f"{stage}_classes") or 0
        for school in document["schools"]
        for stage in ("primary", "junior")
    )
    large = int(luck.near(Fraction(classes, 10)))
    quota = luck.choice((0, 100, 400))
    percent = Fraction(luck.choice((50, 60, 70, 80, 85)), 100)
    facts: Record = {
        "senior_quota": quota,
        "senior_quota_allocated": luck.near(quota * percent),
        "special_funds": luck.near(luck.choice((6000, 8000)) * Fraction(10), CENT),
        "special_students": 10,
        "disabled_children": 100,
        "disabled_children_enrolled": luck.near(Fraction(luck.choice((95, 98)))),
        "migrant_children": 400,
        "migrant_children_public": min(400, luck.near(Fraction(360))),
        "exchange_eligible_teachers": 300,
        "exchanged_teachers": (moved := luck.choice((30, 29, 31, 100, 500))),
        "exchanged_backbone_teachers": luck.choice((6, 20, 60, moved // 5)),
        "graduating_eligible_teachers": luck.choice((0, 20)),
        "graduating_exchanged_teachers": luck.choice((0, 5, 6, 6)),
        "named_senior_quota": 100,
        "named_senior_quota_allocated": luck.choice((79, 80, 80, 81)),
        "small_day_schools": luck.choice((0, 4, 8)),
        "small_day_schools_with_health_staff": luck.choice((0, 3, 6)),
        "rotation_teacher_years": luck.near(Fraction(3), Fraction("0.5")),
        "rotation_principal_terms": luck.near(Fraction(1)),
        "rotation_attachment_years": luck.near(Fraction(1), Fraction("0.5")),
        "classes_of_66_or_more": luck.choice((0, 0, 1)),
        "classes_of_56_or_more": large,
        "compulsory_classes_total": classes,
        "compulsory_places": 1000,
        "compulsory_places_public": luck.choice((949, 950, 950, 951)),
        "nine_year_retention_percent": luck.choice((98.9, 98.99, 99, 99, 99.1)),
        "highest_choice_percent": luck.choice((9.9, 10, 0, 10.1)),
        "satisfaction_percent": min(100, luck.near(Fraction(85), Fraction("0.1"))),
        "government_work_points": min(100, luck.near(Fraction(85), Fraction("0.1"))),
    }
    stated = {
        rule: {"met": luck.random() < 0.9, "evidence": ["佐证"]}
        for rule in ("JS-1", "JS-3", "JS-5", "JN-2")
    }
    known = document["county"].get("attestations") or {}
    facts["attestations"] = {**known, **stated}
    return facts


def at_a_composite(seed: int) -> Record:
    """Pairs of like schools whose eight coefficients have a mean exactly on a line, or just off it."""
    luck = Luck(seed + 500_000)
    code = f"8{seed % 100_000:05d}"
    schools: list[Record] = []
    for stage, lines in LINES.items():
        pair = luck.choice(lines)
        low, high = (_like_school(stage) for _ in range(2))
        for number, fact in enumerate((*RESOURCES, *(f"{stage}_{p}" for p in PEOPLE))):
            spread = Fraction(pair[number % 2])
            low[fact] = typed(200 * (1 - spread))
            high[fact] = typed(200 * (1 + spread))
        schools += [low, high]
    if luck.random() < 0.5:
        luck.choice(schools)[luck.choice(RESOURCES)] += luck.choice((-1, 1))
    if luck.random() < 0.2:
        luck.choice(schools)[luck.choice(("sponsor", "books"))] = None
    for outside in range(luck.choice((0, 2))):  # left out, whatever it has
        schools.append({**_like_school("primary"), "sponsor": (10, 3)[outside], "books": 99_999})
    for number, school in enumerate(schools):
        school |= {
            "county_code": code,
            "school_code": f"{code}{number:04d}",
            "school_name": f"第{number}学校",
        }
    home = {
        "county_code": code,
        "county_name": f"试验县{code}",
        "province": "national",
        "year": 2023,
    }
    return {"format": "junheng-submission/1", "county": home, "schools": schools}


def _like_school(stage: str) -> dict[str, Any]:
    return {"school_type": stage, "sponsor": 7, f"{stage}_students": 1000, "indoor_sports_area": 0}
