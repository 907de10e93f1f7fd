"""Counties that fail for one reason, as files of every format, and ways to damage them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from compliance.checker.builtin_offers import load
from tests.support.generate_calm import Record, calm

Rows = list[list[Any]]
Tables = dict[str, Rows]  # a sheet: its rows, headings first
STEP = 37  # between the codes of counties, so that a changed digit seldom makes another's


@dataclass(frozen=True)
class Failing:
    """A county's document that fails for one reason, and where it stands: table, row, heading."""

    document: Record
    reason: str
    table: str
    row: int
    heading: str


@dataclass(frozen=True)
class Mutant:
    """A damaged submission.

    whole: as far as can be told without the product it is another complete and consistent one, as
    where a figure has become another figure. places: what a problem's place or message must hold,
    one of them, where the county passes nevertheless; none: the damage has no place.
    """

    path: Path
    what: str
    whole: bool = False
    places: tuple[str, ...] = ()


@cache
def titles(table: str) -> Mapping[str, str]:
    """Fact → heading, of schools or counties."""
    vocabulary = load().vocabulary
    return {name: fact.title for name, fact in getattr(vocabulary, table).items()}


def failing(seed: int) -> Failing:
    """A county that conforms but for one figure or statement."""
    luck = Random(seed)
    document = calm(seed * STEP)
    county, schools = document["county"], document["schools"]
    county |= {"primary_nearby_percent": 100, "junior_nearby_percent": 100}
    number = luck.randrange(len(schools))
    school = schools[number]
    stage = luck.choice([one for one in ("primary", "junior") if f"{one}_students" in school])
    row = number + 1

    def of_school(fact: str, value: Any) -> Failing:
        school[fact] = value
        return Failing(document, fact, "学校", row, titles("school")[fact])

    def of_county(fact: str, value: Any) -> Failing:
        county[fact] = value
        names = list(tables(document)["县区"])
        heading = titles("county")[fact]
        place = next(n for n, (name, _) in enumerate(names) if name == heading)
        return Failing(document, fact, "县区", place, heading)

    pupils = school[f"{stage}_students"]
    sizes = school[f"{stage}_class_sizes"]

    def crowded() -> Failing:
        sizes[0], sizes[-1] = 65, sizes[-1] - 25 if len(sizes) > 1 else 65
        school[f"{stage}_largest_class"] = 65
        if len(sizes) == 1:
            school[f"{stage}_students"] = 65
        return of_school(f"{stage}_class_sizes", sizes)

    reasons: list[Callable[[], Failing]] = [
        lambda: of_school(f"{stage}_teachers_above_degree", pupils // 60),
        lambda: of_school(f"{stage}_certified_teachers", school[f"{stage}_teachers"] - 1),
        lambda: of_school(f"{stage}_trained_teachers", school[f"{stage}_teachers"] - 1),
        lambda: of_school("equipment_value", pupils * 500),
        lambda: of_school("outdoor_sports_area", pupils),
        lambda: of_school("training_funds_budget", 15_000),
        lambda: of_county("teacher_salary", 90_000),
        lambda: of_county("exchanged_teachers", 6),
        lambda: of_county("special_funds", 30_000),
        lambda: of_county("migrant_children_public", 60),
        lambda: of_county("disabled_children_enrolled", 90),
        lambda: of_county("recognition_percent", 80),
        lambda: _stated(document, luck),
        crowded,
    ]
    return luck.choice(reasons)()


def _stated(document: Record, luck: Random) -> Failing:
    county = document["county"]
    if luck.random() < 0.5:
        county["vetoes"]["V1"] = True
        return Failing(document, "V1", "一票否决", 1, "是否存在")
    rule = luck.choice(list(county["attestations"]))
    county["attestations"][rule]["met"] = False
    place = list(county["attestations"]).index(rule) + 1
    return Failing(document, rule, "佐证", place, "是否达到")


def tables(document: Record) -> Tables:
    """The document as the sheets of a workbook."""
    county, schools = document["county"], document["schools"]
    names, facts = titles("county"), titles("school")
    plain = {name: value for name, value in county.items() if not isinstance(value, list | dict)}
    given = [name for name in facts if any(name in school for school in schools)]
    listed = [name for name in given if any(isinstance(one.get(name), list) for one in schools)]
    found: Tables = {
        "县区": [[names[name], _cell(value)] for name, value in plain.items()],
        "学校": [[facts[name] for name in given]]
        + [[_cell(school.get(name)) for name in given] for school in schools],
        "质量监测": [["学科", "年级", "年份", "等级", "校际差异率"]]
        + [[one.get(key) for key in ("subject", "grade", "year", "level", "disparity")]
           for one in county["monitoring"]],
        "佐证": [["指标", "是否达到", "佐证材料"]]
        + [[rule, _cell(one["met"]), one["evidence"][0]]
           for rule, one in county["attestations"].items()],
        "一票否决": [["事项", "是否存在"]]
        + [[rule, _cell(exists)] for rule, exists in county["vetoes"].items()],
    }  # fmt: skip
    assert listed
    return found


def _cell(value: Any) -> Any:
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return ";".join(str(one) for one in value)
    return value


def as_json(path: Path, document: Record) -> None:
    """Written as a program writes it, indented, so that damage hits keys and values alike."""
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def as_csv(folder: Path, document: Record) -> None:
    """A folder of tables, as a spreadsheet saves them."""
    folder.mkdir()
    for name, rows in datasets(document).items():
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
        (folder / f"{name}.csv").write_text(stream.getvalue(), encoding="utf-8-sig", newline="")


def datasets(document: Record) -> Tables:
    """The document as the tables of a folder: the county is a row too, schools name theirs."""
    sheets = deepcopy(tables(document))
    turned = [list(column) for column in zip(*sheets["县区"], strict=True)]
    return {**sheets, "县区": turned}


def as_parquet(folder: Path, document: Record, **options: Any) -> None:
    """A folder of Parquet tables with lists as lists."""
    folder.mkdir()
    for name, rows in frames_of(document).items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(
            folder / f"{name}.parquet", **options
        )


def frames_of(document: Record) -> dict[str, list[Record]]:
    """The document as the tables of a dataset, every row of which names its county."""
    county = document["county"]
    key = {"county_code": county["county_code"]}
    plain = {name: value for name, value in county.items() if not isinstance(value, list | dict)}
    return {
        "counties": [plain],
        "schools": document["schools"],
        "monitoring": [{**key, **one} for one in county["monitoring"]],
        "attestations": [
            {**key, "rule": rule, **one} for rule, one in county["attestations"].items()
        ],
        "vetoes": [{**key, "rule": rule, "exists": one} for rule, one in county["vetoes"].items()],
    }


def flipped(data: bytes, luck: Random, aim: bytes = b"") -> bytes:
    """The bytes with one bit another; aim: within five bytes of one of these, where there is any."""
    places = [place for place in range(len(data)) if data.startswith(aim, place)] if aim else []
    place = (
        luck.choice(places) + luck.randrange(5 + len(aim)) if places else luck.randrange(len(data))
    )
    place = min(place, len(data) - 1)
    return data[:place] + bytes([data[place] ^ (1 << luck.randrange(8))]) + data[place + 1 :]


def stored(path: Path) -> None:
    """The same package with its members as they are, so that a bit of theirs is one of a figure's."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value of a document with its keys."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in entries:
            yield from leaves(one, (*path, key))
    else:
        yield path, value
