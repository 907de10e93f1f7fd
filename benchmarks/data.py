"""Submissions of any size, invented and the same every time: nations in Parquet, a nation in CSV, counties.

    python -m benchmarks.data KIND SCHOOLS FOLDER

plain     the seven indicators' figures and nothing else; many of the values miss their limits
rich      besides, every fact that the national rules ask for, lists and statements too
limits    rich, and every value of R1–R7 lies exactly on its limit, G3–G5 likewise
csv       rich as CSV, the schools in 60 columns
county    one county with every fact as `county.json` and `county.xlsx`; about so many schools
returned  such a county, and in `returned` a workbook a school as `collect` takes them
layouts   such a county in the layouts of the statistics: its sheets in one workbook, its tables as texts
counties  such counties of 120 schools, a JSON document each
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from benchmarks import registers
from compliance.checker import load
from compliance.cli.workbook_form import workbook_form
from compliance.collection import issue, read_register
from examples import layouts
from examples.invented import county
from examples.writers import write_json, write_workbook

Record = dict[str, Any]

HALL = 300.0  # m², one of the rooms
SCHOOLS_A_COUNTY = 69
FIRST_CODE = 110_000
AT_ONCE = 200_000  # schools held as Python objects
WEIGHT = 1.1  # of a junior pupil
FUNDS = {"primary": 650, "junior": 850}  # yuan a pupil
STATED = ("G1", "G2", "G8", "G10", "G14", "G15", "Q3", "Q5", "Q6", "Q7", "Q8", "E1")
SUBJECTS = ("语文", "数学", "科学", "体育", "艺术", "德育")
FURTHER = ("township", "alliance", "principal", "built_year", "books", "computers", "boarders",
           "migrant_students", "preschool_students", "primary_grades", "junior_grades",
           "leased_sports_area", "special_teachers", "special_certified_teachers")  # fmt: skip
ON_THE_LINE: dict[str, dict[str, Any]] = {  # for 1,000 pupils
    "primary": {
        "people": (42, 10, 9),
        "shared": (4500, 7500, 2_000_000, 23),
        "class_sizes": [45] * 16 + [35] * 8,
    },
    "junior": {
        "people": (53, 10, 9),
        "shared": (5800, 10_200, 2_500_000, 24),
        "class_sizes": [50] * 10 + [36] * 10 + [35] * 4,
    },
}
PEOPLE = ("teachers_above_degree", "backbone_teachers", "pe_arts_teachers")
STAGES = ("primary", "junior")


def identity(number: int, counties: int, kind: str) -> Record:
    """Whose school it is: the counties take turns."""
    return {
        "county_code": f"{FIRST_CODE + number % counties:06d}",
        "school_code": f"{number:010d}",
        "school_name": f"学校{number}",
        "school_type": kind,
    }


def plain(counties: int) -> Iterator[Record]:
    """Schools with what R1–R7 need, from four fifths of what is asked to 1.7 times as much."""
    rng = Random(7)
    number = 0
    while True:
        (kind,) = rng.choices(("primary", "junior", "nine_year"), (62, 26, 12))
        pupils = {
            "primary": rng.randint(60, 2000) if kind != "junior" else 0,
            "junior": rng.randint(60, 1500) if kind != "primary" else 0,
        }
        school = identity(number, counties, kind)
        school |= {f"{stage}_students": count or None for stage, count in pupils.items()}
        for fact, rates in zip(PEOPLE, ((0.042, 0.053), (0.01, 0.01), (0.009, 0.009)), strict=True):
            for (stage, count), rate in zip(pupils.items(), rates, strict=True):
                had = int(rate * count * rng.uniform(0.8, 1.7)) if count else None
                school[f"{stage}_{fact}"] = had
        sharers = pupils["primary"] + WEIGHT * pupils["junior"]
        school |= {
            "teaching_area": round(sharers * 4.6 * rng.uniform(0.8, 1.6) + HALL, 2),
            "indoor_sports_area": HALL,
            "outdoor_sports_area": round(sharers * 7.6 * rng.uniform(0.8, 1.6), 2),
            "equipment_value": int(sharers * 2050 * rng.uniform(0.8, 1.6)),
            "multimedia_rooms": int(0.024 * sharers * rng.uniform(0.8, 1.7)),
        }
        yield school
        number += 1


def rich(counties: int) -> Iterator[Record]:
    """The same schools with every fact: most of the further rules are met, some are not."""
    rng = Random(3)
    for school in plain(counties):
        classes = 0
        for stage, most in (("primary", 46), ("junior", 51)):
            pupils = school[f"{stage}_students"]
            if pupils:
                sizes = _classes(pupils, rng.randint(36, most))
                classes += len(sizes)
                school.update(_taught(stage, pupils, sizes, school[f"{stage}_{PEOPLE[0]}"]))
                school[f"{stage}_trained_teachers"] -= rng.random() >= 0.9
        rooms = -(-classes // 12)
        school.update(
            {
                "music_room_areas": [float(rng.choice((96, 100, 90)))]
                * (rooms + rng.randint(0, 1)),
                "art_room_areas": [float(rng.choice((90, 95, 100)))] * (rooms + rng.randint(0, 1)),
                "sponsor": rng.choice((1, 2, 2, 10)),
                "setting": rng.choice(("urban", "town", "rural")),
                **_funds(school),
                "training_funds_budget": rng.choice((45_000, 50_000, 40_000)),
            }
        )
        yield school


def limits(counties: int) -> Iterator[Record]:
    """Schools of 1,000 or 2,000 pupils that have exactly what is asked, to the last person and room.

    No nine-year schools: the values of two stages cannot both lie on their limits. Figures that no
    limit is held against make every school another.
    """
    rng = Random(5)
    number = 0
    while True:
        stage = rng.choice(STAGES)
        times = rng.choice((1, 2))
        given, pupils = ON_THE_LINE[stage], 1000 * times
        rooms, sports, equipment, media = (amount * times for amount in given["shared"])
        indoor = round(300 + number % 40_000 / 100, 2)
        sizes = given["class_sizes"] * times
        school = identity(number, counties, stage)
        school |= dict.fromkeys(f"{one}_{fact}" for one in STAGES for fact in ("students", *PEOPLE))
        school |= {f"{stage}_students": pupils}
        school |= {
            f"{stage}_{fact}": count * times
            for fact, count in zip(PEOPLE, given["people"], strict=True)
        }
        school |= {
            "teaching_area": round(rooms + indoor, 2),
            "indoor_sports_area": indoor,
            "outdoor_sports_area": round(sports - indoor, 2),
            "equipment_value": equipment,
            "multimedia_rooms": media,
            **_taught(stage, pupils, sizes),
            "music_room_areas": [96.0] * (len(sizes) // 12),
            "art_room_areas": [90.0] * (len(sizes) // 12),
            "sponsor": 2,
            "setting": rng.choice(("urban", "town", "rural")),
            **_funds(school),
            "training_funds_budget": 45_000,
        }
        school["public_funds"] += number
        yield school
        number += 1


def _classes(pupils: int, size: int) -> list[int]:
    """As few classes of about that size as hold the pupils, as equal as can be."""
    count = -(-pupils // size)
    each, more = divmod(pupils, count)
    return [each + 1] * more + [each] * (count - more)


def _taught(stage: str, pupils: int, sizes: list[int], fewest: int = 3) -> Record:
    """Classes, staff and entrants of a stage; whoever enters the last year also leaves it."""
    teachers = max(fewest, 3, pupils // 15)
    found: Record = {
        "classes": len(sizes),
        "class_sizes": sizes,
        **dict.fromkeys(("teachers", "certified_teachers", "trained_teachers"), teachers),
        "staff": teachers + 3,
        **dict.fromkeys(("entrants", "zoned_entrants"), pupils // 6),
    }
    school = {f"{stage}_{fact}": value for fact, value in found.items()}
    if stage == "junior":
        school |= dict.fromkeys(("graduates", "cohort_at_entry"), pupils // 3)
        school |= {"transferred_in": 2, "transferred_out": 2, "deceased": 0}
    return school


def _funds(school: Record) -> Record:
    due = sum(FUNDS[stage] * (school[f"{stage}_students"] or 0) for stage in STAGES)
    return {"boarding": False, "public_funds": due + 200_000, "public_funds_budget": 900_000}


def county_tables(counties: int, *, whole: bool) -> dict[str, pl.DataFrame]:
    """The counties, with `whole` their own figures and statements too."""
    codes = pl.Series("county_code", [f"{FIRST_CODE + one:06d}" for one in range(counties)])
    names = pl.Series("county_name", [f"县{number}" for number in range(counties)])
    table = pl.DataFrame([codes, names]).with_columns(province=pl.lit("national"), year=2023)
    if not whole:
        return {"counties": table}
    keys = table.select("county_code", "year")
    rules = pl.DataFrame({"rule": STATED, "met": True, "evidence": [["文件"]] * len(STATED)})
    vetoes = pl.DataFrame({"rule": [f"V{number}" for number in range(1, 7)], "exists": False})
    subjects = pl.DataFrame({"subject": SUBJECTS, "grade": "八年级", "level": 3, "disparity": 0.12})
    return {
        "counties": table.with_columns(**COUNTY, basic_balance_date=pl.lit("2015-12-30")),
        "attestations": keys.join(rules, how="cross"),
        "vetoes": keys.join(vetoes, how="cross"),
        "monitoring": keys.select("county_code").join(
            subjects.with_columns(year=2022), how="cross"
        ),
    }


COUNTY: dict[str, float] = {
    "primary_public_funds_standard": FUNDS["primary"],
    "junior_public_funds_standard": FUNDS["junior"],
    "special_funds": 600_000,
    "special_students": 100,
    "teacher_salary": 90_000,
    "civil_servant_salary": 90_000,
    "exchange_eligible_teachers": 200,
    "exchanged_teachers": 25,
    "exchanged_backbone_teachers": 6,
    "senior_quota": 1000,
    "senior_quota_allocated": 520,
    "senior_quota_allocated_rural": 300,
    "migrant_children": 100,
    "migrant_children_public": 80,
    "migrant_children_purchased": 10,
    "disabled_children": 20,
    "disabled_children_enrolled": 20,
    "recognition_percent": 90.5,
}


def nation(of: Callable[[int], Iterator[Record]], schools: int, folder: Path) -> None:
    """A dataset of Parquet tables, the schools written some at a time."""
    counties = max(1, schools // SCHOOLS_A_COUNTY)
    for name, table in county_tables(counties, whole=of is not plain).items():
        table.write_parquet(folder / f"{name}.parquet")
    rows = islice(of(counties), schools)
    parts = []
    while some := list(islice(rows, AT_ONCE)):
        parts.append(pl.DataFrame(some, infer_schema_length=None))
    pl.concat(parts, how="diagonal_relaxed").write_parquet(folder / "schools.parquet")


def csv(schools: int, folder: Path) -> None:
    """The rich dataset with a dozen further facts, as CSV."""
    counties = max(1, schools // SCHOOLS_A_COUNTY)
    table = pl.DataFrame(list(islice(rich(counties), schools)), infer_schema_length=None)
    number = pl.int_range(pl.len())
    texts = {name: pl.format("{}之{}", pl.lit("名"), number % 997) for name in FURTHER[:3]}
    numbers = dict.fromkeys(FURTHER[4:], number % 6)
    numbers |= {"junior_grades": number % 4, "boarding": number % 6 > 0}  # nothing to be warned of
    table = table.with_columns(**texts, built_year=1970 + number % 50, **numbers)
    _as_text(table).write_csv(folder / "schools.csv")
    for name, one in county_tables(counties, whole=True).items():
        _as_text(one).write_csv(folder / f"{name}.csv")


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """Lists as a cell holds them."""
    listed = pl.selectors.list()
    return table.with_columns(listed.cast(pl.List(pl.String)).list.join(";"))


def one_county(schools: int, seed: int = 7, code: str = "519901") -> Record:
    """A county of about so many schools, some of which have too little of something."""
    names = " ".join(f"第{number}{'镇乡'[number % 2]}" for number in range(schools // 5 - 2))
    document = county(seed, code, "大县", names)
    rng = Random(seed)
    for school in document["schools"]:
        for fact in (*(f"{stage}_{one}" for stage in STAGES for one in PEOPLE), "equipment_value"):
            if school.get(fact):
                school[fact] = int(school[fact] * rng.uniform(0.8, 1.1))
    return document


def county_files(schools: int, folder: Path) -> None:
    """One county as a document and as a workbook."""
    document = one_county(schools)
    write_json(folder / "county.json", document)
    write_workbook(folder / "county.xlsx", document)


def returned(schools: int, folder: Path) -> None:
    """One county's workbooks, one a school, as they come back: each confirms what is known of it."""
    county_files(schools, folder)
    register, _ = read_register([folder / "county.json"], load(), workbook_form)
    if register is not None:
        issue(register, folder / "returned")


def in_layouts(schools: int, folder: Path) -> None:
    """One county as an office has it: thirteen tables of the statistics, and what they do not hold."""
    told = layouts.statistics(one_county(schools))
    pages = [layouts.county_sheet(told), *layouts.sheets("new", told, layouts.USUAL)]
    layouts.write_book(folder / "statistics.xlsx", pages)
    layouts.write_texts(folder / "statistics", pages)


def corrected(folder: Path) -> Path:
    """The county's document with one school given a little more equipment."""
    document = json.loads((folder / "county.json").read_text("utf-8"))
    document["schools"][0]["equipment_value"] += 100
    write_json(folder / "corrected.json", document)
    return folder / "corrected.json"


def county_documents(schools: int, folder: Path, each: int = 120) -> None:
    """Counties of so many schools, a document each."""
    for number in range(max(1, schools // each)):
        code = str(510_001 + number)
        write_json(folder / f"{code}.json", one_county(each - 2, number, code))


KINDS: dict[str, Callable[[int, Path], None]] = {
    "plain": lambda schools, folder: nation(plain, schools, folder),
    "rich": lambda schools, folder: nation(rich, schools, folder),
    "limits": lambda schools, folder: nation(limits, schools, folder),
    "csv": csv,
    "county": county_files,
    "returned": returned,
    "layouts": in_layouts,
    "counties": county_documents,
    "small counties": partial(county_documents, each=40),
    "registers": registers.write_registers,
}


def main(kind: str, schools: str, folder: str) -> None:
    """Make what was asked for, in a folder that does not exist yet."""
    part = Path(f"{folder}.part")
    part.mkdir(parents=True, exist_ok=True)
    KINDS[kind](int(schools), part)
    part.rename(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
