"""What goes wrong in the example counties: each story spoils an invented county that conforms."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, sqrt
from typing import Any

Record = dict[str, Any]

PEOPLE = (
    "teachers",
    "certified_teachers",
    "trained_teachers",
    "teachers_above_degree",
    "backbone_teachers",
    "pe_arts_teachers",
    "staff",
)


def schools_in(document: Record, township: str, kind: str) -> Iterator[Record]:
    """The schools of one type in one township, in their order."""
    for school in document["schools"]:
        if school["township"] == township and school["school_type"] == kind:
            yield school


def named(document: Record, name: str) -> Record:
    """The school of this name."""
    return next(school for school in document["schools"] if school["school_name"] == name)


def coefficient(document: Record, stage: str, stem: str) -> float:
    """The pupil-weighted disparity of a fact that is counted by stage."""
    pairs = [
        (school[f"{stage}_students"], school[f"{stage}_{stem}"])
        for school in document["schools"]
        if school.get(f"{stage}_students", 0) >= 50 and school.get(f"{stage}_{stem}") is not None
    ]
    everybody = sum(pupils for pupils, _ in pairs)
    mean: float = sum(count for _, count in pairs) / everybody
    square: float = sum(n / everybody * (count / n - mean) ** 2 for n, count in pairs)
    return sqrt(square) / mean


def drive_apart(document: Record, stage: str, stem: str, limit: float) -> None:
    """Give one town school ever more until the county stands just over its limit."""
    where = [
        s for s in document["schools"] if s["school_type"] == stage and s["setting"] == "urban"
    ]
    while coefficient(document, stage, stem) <= limit:
        where[0][f"{stage}_{stem}"] += 1


def on_the_line(school: Record) -> None:
    """Exactly the standard: 500 pupils, 21 teachers above degree, 4.5 m² and 7.5 m² a pupil."""
    school |= {
        "primary_students": 500,
        "primary_grades": 6,
        "primary_classes": 12,
        "primary_class_sizes": [42] * 8 + [41] * 4,
        "primary_teachers_above_degree": 21,
        "teaching_area": 2250,
        "indoor_sports_area": 0,
        "outdoor_sports_area": 3750,
        "music_room_areas": [96],
        "art_room_areas": [90],
    }


def one_over(sizes: list[int], most: int) -> list[int]:
    """The same pupils with one class over ``most``: its neighbours give the pupils."""
    missing = most - sizes[0]
    return [most, *(size - (number < missing) for number, size in enumerate(sizes[1:]))]


def outgrow(school: Record, pupils: int) -> None:
    """A primary school that has grown to ``pupils``: staff kept up, site and rooms did not."""
    grown = pupils / school["primary_students"]
    for fact in ("students", *PEOPLE):
        school[f"primary_{fact}"] = ceil(school[f"primary_{fact}"] * grown)
    school["primary_students"] = pupils
    school["equipment_value"] = ceil(school["equipment_value"] * grown)
    school["multimedia_rooms"] = ceil(school["multimedia_rooms"] * grown)
    rest, classes = pupils - 4 * 46, ceil((pupils - 4 * 46) / 44)
    even = [rest // classes + (number < rest % classes) for number in range(classes)]
    school["primary_class_sizes"] = [46] * 4 + even
    school["primary_classes"] = 4 + classes


def only_the_largest_class(school: Record) -> None:
    """A school that reports no more than its largest class."""
    for stage in ("primary", "junior"):
        sizes = school.pop(f"{stage}_class_sizes", None)
        if sizes:
            school[f"{stage}_largest_class"] = max(sizes)


def anhui(document: Record) -> None:
    """Sports fields and degrees missing in the country, a school too big, one backbone too few."""
    town, first, second, *_ = document_townships(document)
    centre = next(schools_in(document, first, "primary"))
    centre["primary_teachers_above_degree"] = centre["primary_students"] * 39 // 1000
    centre["outdoor_sports_area"] = round(centre["primary_students"] * 5.31)
    on_the_line(next(schools_in(document, second, "primary")))
    big = named(document, "县第一实验小学")
    outgrow(big, 2140)
    village = next(s for s in document["schools"] if 50 < s.get("primary_students", 0) < 98)
    village["public_funds"] = village["primary_students"] * 720
    junior = named(document, "县第二初级中学")
    junior["art_room_areas"] = [*junior["art_room_areas"][1:], 72]
    junior["junior_trained_teachers"] -= 3
    mixed = next(s for s in document["schools"] if s["school_type"] == "nine_year")
    mixed["teaching_area"] = round(mixed["teaching_area"] * 0.7)
    named(document, "育英学校")["training_funds_budget"] = None
    for school in list(schools_in(document, town, "primary"))[1:2]:
        school["equipment_value"] = None
    drive_apart(document, "junior", "backbone_teachers", 0.45)
    document["county"]["senior_quota_allocated"] = 1404
    del document["county"]["attestations"]["Q7"]


def shandong(document: Record) -> None:
    """The resources are nearly there; people, places and statements are not."""
    _, first, second, third, *_ = document_townships(document)
    on_the_line(next(schools_in(document, second, "primary")))
    centre = next(schools_in(document, first, "primary"))
    centre["primary_backbone_teachers"] = centre["primary_students"] * 9 // 1000
    point = next(s for s in document["schools"] if 50 <= s.get("primary_students", 0) < 90)
    point["primary_pe_arts_teachers"] = 0
    school = next(schools_in(document, third, "primary"))
    school["primary_class_sizes"] = one_over(school["primary_class_sizes"], 49)
    only_the_largest_class(named(document, "县第二实验小学"))
    secondary = named(document, "县第三中学")
    secondary["multimedia_rooms"] = secondary["multimedia_rooms"] * 3 // 5
    secondary["junior_certified_teachers"] -= 1
    named(document, "明德双语学校")["junior_backbone_teachers"] = None
    facts = document["county"]
    facts["senior_quota_allocated"] = 1044
    facts["exchanged_backbone_teachers"] = facts["exchanged_teachers"] // 6
    facts["recognition_percent"] = None


def henan(document: Record) -> None:
    """Crowded town schools, poor equipment in the country, monitoring below the mark."""
    town, first, second, third, *_ = document_townships(document)
    on_the_line(next(schools_in(document, second, "primary")))
    for school in schools_in(document, town, "primary"):
        sizes = school["primary_class_sizes"]
        school["primary_class_sizes"] = one_over(sizes, 52)
        school["equipment_value"] = round(school["equipment_value"] * 1.6)
    for township in (first, third):
        for kind in ("primary", "junior", "nine_year"):
            for school in schools_in(document, township, kind):
                school["equipment_value"] = round(school["equipment_value"] * 0.52)
    junior = named(document, "县第一初级中学")
    junior["music_room_areas"] = junior["music_room_areas"][1:]
    junior["graduates"] = junior["cohort_at_entry"] * 88 // 100
    named(document, "育英学校")["public_funds_budget"] = None
    village = [s for s in document["schools"] if 50 < s.get("primary_students", 0) < 98][-1]
    village["setting"] = None
    drive_apart(document, "primary", "pe_arts_teachers", 0.5)
    facts = document["county"]
    facts["monitoring"][1]["disparity"] = 0.163
    facts["special_funds"] = 452_400
    facts["basic_balance_date"] = "2019"


def document_townships(document: Record) -> list[str]:
    """The townships, the county town first."""
    return list(dict.fromkeys(school["township"] for school in document["schools"]))


def conforming(document: Record) -> None:
    """Nothing goes wrong here."""


def one_class_too_large(document: Record) -> None:
    """One school has a class over the limit, its pupils those of its other classes; all else is met."""
    school = next(s for s in document["schools"] if s["school_type"] == "primary")
    school["primary_class_sizes"] = one_over(school["primary_class_sizes"], 51)


def undecided(document: Record) -> None:
    """Nothing fails, but figures and statements are missing."""
    document["county"]["recognition_percent"] = None
    del document["county"]["attestations"]["Q5"]
    document["schools"][3]["equipment_value"] = None


def over_the_coefficient(document: Record) -> None:
    """Every school meets the standard; the county stands just over one coefficient."""
    drive_apart(document, "junior", "backbone_teachers", 0.45)


def vetoed(document: Record) -> None:
    """Everything is met, and key classes were found."""
    document["county"]["vetoes"]["V3"] = True
