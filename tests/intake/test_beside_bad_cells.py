"""The checks run beside a bad cell in the first round, and never report what only follows from it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.formats.json import read
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from tests.intake.raws import COUNTY, codes, document, school, submit, table

Record = dict[str, Any]
SOUND: Record = json.loads(
    (Path(__file__).parents[2] / "examples" / "conforming.json").read_text("utf-8")
)
SOUND["schools"] = SOUND["schools"][:6]
# a part greater than its whole in one school, 10,000 yuan taken for yuan in another, the county's own
DOUBTED = copy.deepcopy(SOUND)
DOUBTED["schools"][1]["primary_trained_teachers"] = 5000
DOUBTED["schools"][2]["equipment_value"] /= 10_000
DOUBTED["county"]["migrant_children_public"] = DOUBTED["county"]["migrant_children"] + 1


def warnings(found: Submission) -> set[tuple[str, str, str]]:
    return {(p.code, p.at, p.message) for p in found.problems if p.severity == "warning"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.fixture(scope="module")
def known(folder: Path) -> frozenset[tuple[str, str, str]]:
    """What is doubted where no cell is bad."""
    return frozenset(warnings(taken(folder, DOUBTED)))


def taken(folder: Path, submission: Record) -> Submission:
    path = folder / "a.json"
    path.write_text(json.dumps(submission, ensure_ascii=False), "utf-8")
    return accept([read(path)], vocabulary())


CELLS: list[tuple[int | None, str]] = [
    (None, fact) for fact, one in SOUND["county"].items() if isinstance(one, int | float)
]
CELLS += [
    (place, fact)
    for place, one in enumerate(SOUND["schools"])
    for fact in one
    if fact not in ("county_code", "school_name", "township", "alliance", "principal")
]


@given(st.sampled_from(CELLS), st.sampled_from(["坏", -1, {"a": 1}, "12人"]))
def test_one_bad_cell_is_one_error_and_hides_nothing_else(
    folder: Path, known: frozenset[tuple[str, str, str]], cell: tuple[int | None, str], bad: object
) -> None:
    place, fact = cell
    submission = copy.deepcopy(DOUBTED)
    record = submission["county"] if place is None else submission["schools"][place]
    if fact in ("school_code", "county_code"):
        bad = {"a": 1}
    record[fact] = bad
    found = taken(folder, submission)
    at = f"/county/{fact}" if place is None else f"/schools/{place}/{fact}"
    assert {p.at for p in found.problems if p.severity == "error"} == {at}
    assert warnings(found) <= known
    holder = at.rpartition("/")[0]
    assert {one for one in known if not one[1].startswith(holder)} <= warnings(found)


def test_other_figures_of_the_same_record_are_held_against_each_other() -> None:
    rows = [school(primary_students="三百", primary_teachers=10, primary_certified_teachers=11)]
    found = submit(document(rows))
    assert codes(found) == ["not_a_number"]
    assert codes(found, "warning") == ["part_exceeds_whole"]
    assert found.schools.is_empty()


def test_a_cell_that_was_not_read_is_no_zero() -> None:
    """A junior school's blank primary pupils count as none beside its teachers, bad ones do not."""
    rows = [school(school_type="初级中学", primary_students="不详细", primary_teachers=9)]
    assert codes(submit(document(rows)), "warning") == []
    del rows[0]["primary_students"]
    assert codes(submit(document(rows)), "warning") == ["figures_without_students"]


@pytest.mark.parametrize(
    "bad",
    [
        {"school_code": "2134000001", "stage": "小学", "students": "四十"},
        {"school_code": "2134000001", "stage": "中专", "students": 40},
        {"school_code": "2134000009", "stage": "小学", "students": 40},
        {"school_code": None, "stage": "小学", "students": 40},
    ],
)
def test_a_list_with_a_row_that_was_not_read_is_not_a_short_list(bad: Record) -> None:
    classes = [{"school_code": "2134000001", "stage": "小学", "students": n} for n in (40, 41)]
    rows = [school(primary_students=121, primary_classes=3)]
    whole = [*classes, {**classes[0], "students": 40}]
    assert codes(submit(document(rows, classes=whole)), "warning") == []
    found = submit(document(rows, classes=[*classes, bad]))
    assert len(codes(found)) == 1
    assert codes(found, "warning") == []


def test_totals_of_the_county_wait_for_every_school() -> None:
    rows = [
        school(school_code=c, school_name=c, school_type="九年一贯制学校", graduates=n)
        for c, n in (("1", 100), ("2", "一百"))
    ]
    county = {**COUNTY, "graduates_total": 90}
    assert codes(submit(document(rows, county)), "warning") == []
    rows[1]["graduates"] = 1
    assert codes(submit(document(rows, county)), "warning") == ["totals_disagree"]


def test_a_school_whose_code_was_not_read_is_not_gone() -> None:
    def compared(*schools: Record) -> list[Problem]:
        before = submit(document([school(school_code=c, school_name=c) for c in "12"], {**COUNTY, "year": 2022}))  # fmt: skip
        return accept([document(schools)], vocabulary(), before).problems

    first = school(school_code="1", school_name="1")
    found = compared(first, school(school_code=True, school_name="2"))
    assert [one.severity for one in found] == ["error"]
    twice = compared(first, first)
    assert {one.code for one in twice} == {"duplicate_school"}


def test_evidence_that_was_not_read_is_not_lacking() -> None:
    said = [{"rule": "G1", "met": True, "evidence": 5}]
    found = submit(document([school()], attestations=said))
    assert [one.severity for one in found.problems] == ["error"]


def test_schools_of_a_county_that_no_document_names_go_nowhere() -> None:
    """A damaged file may keep its schools and lose its county's sheet: nothing is left of it to be judged."""
    nameless = RawDocument("b.json", [table("schools", [school(school_code="9")], file="b.json")])
    found = submit(document(), nameless)
    assert codes(found)
    assert found.schools.get_column("school_code").to_list() == ["2134000001"]
    assert found.counties.height == 1
