"""These figures beside earlier ones: last year's, or those given before for the same year."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.data_checks.year_on_year import faults_of
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from tests.intake.raws import COUNTY, codes, dataset, document, school, submit

Rows = list[dict[str, Any]]


def last(schools: Rows, year: int = 2022, code: str = "341622") -> Submission:
    return submit(document(schools, {**COUNTY, "year": year, "county_code": code}))


def compared(schools: Rows, previous: Submission) -> Submission:
    return accept([document(schools)], vocabulary(), previous)


@pytest.mark.parametrize(
    ("fact", "then", "now", "code"),
    [
        ("primary_students", 200, 320, None),  # 1.6 times
        ("primary_students", 200, 321, "jump_from_previous"),
        ("primary_students", 320, 200, None),
        ("primary_students", 321, 200, "jump_from_previous"),
        ("primary_students", 20, 60, None),  # 40 more: too few to matter
        ("primary_students", 0, 60, "jump_from_previous"),
        ("primary_students", None, 500, None),
        ("primary_students", 500, None, None),
        ("primary_teachers", 10, 20, "jump_from_previous"),
        ("primary_teachers", 10, 19, None),  # 9 more
        ("teaching_area", 8000, 12000, None),  # 1.5 times
        ("teaching_area", 8000, 12001, "jump_from_previous"),
        ("teaching_area", 8000, 7600, None),  # 5 % less
        ("teaching_area", 8000, 7599, "shrunk_since_previous"),
        ("teaching_area", 5000, 4701, None),  # 299 m² less
        ("equipment_value", 1_000_000, 900_000, None),
        ("equipment_value", 1_200_000, 1_079_999, "shrunk_since_previous"),
        ("equipment_value", 300_000, 600_001, "jump_from_previous"),
        ("public_funds", 300_000, 600_000, None),
        ("public_funds", 300_000, 600_001, "jump_from_previous"),
        ("public_funds", 300_000, None, None),
    ],
)
def test_a_figure_of_two_years(fact: str, then: object, now: object, code: str | None) -> None:
    blank = {"primary_students": None}
    found = compared([school(**blank | {fact: now})], last([school(**blank | {fact: then})]))
    assert codes(found) == []
    assert codes(found, "warning") == ([code] if code else [])
    places = [(one.facts, one.at, one.school_code, one.year) for one in found.problems]
    assert places == [((fact,), f"/schools/0/{fact}", "2134000001", 2023)] * (code is not None)
    assert not [one for one in found.problems if "2022" not in one.message]


@pytest.mark.parametrize(
    ("fact", "then", "now", "hit"),
    [
        ("teacher_salary", 60_000, 90_000, False),  # 1.5 times
        ("teacher_salary", 60_000, 90_001, True),
        ("teacher_salary", None, 90_000, False),
        ("teacher_salary", 90_000, None, False),
        ("migrant_children", 1000, 499, True),
        ("migrant_children", 1000, 500, False),
        ("migrant_children", 90, 180, False),  # 90 more: too few to matter
        ("special_students", 78, 5, True),
        ("senior_quota", 1000, 1601, True),
        ("senior_quota", 1000, 1600, False),
        ("exchange_eligible_teachers", 60, 0, True),
    ],
)
def test_a_county_s_figure_of_two_years(fact: str, then: object, now: object, hit: bool) -> None:
    rows = [school()]  # teachers blank: no total of the schools contradicts the county's
    county, before = ({**COUNTY, **({fact: v} if v is not None else {})} for v in (now, then))
    previous = submit(document(rows, {**before, "year": 2022}))
    found = accept([document(rows, county)], vocabulary(), previous)
    assert codes(found, "warning") == (["jump_from_previous"] if hit else [])
    places = [(one.facts, one.at, one.school_code) for one in found.problems]
    assert places == [((fact,), f"/counties/0/{fact}", None)] * hit


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ({}, {}, []),
        ({"school_name": "旧校"}, {}, ["学校名称由2022学年的“旧校”变为“实验小学”，标识码未变"]),
        ({}, {"school_type": "九年一贯制学校"},
         ["办学类型由2022学年的“小学”变为“九年一贯制学校”，标识码未变"]),
    ],
)  # fmt: skip
def test_another_name_or_type_under_the_same_code(
    then: dict[str, Any], now: dict[str, Any], said: list[str]
) -> None:
    found = compared([school(**now)], last([school(**then)])).problems
    assert [one.message for one in found] == said
    assert [(one.code, one.facts) for one in found] == [("identity_changed", ())] * len(said)


def test_what_could_not_be_read_is_not_said_to_lack_the_county() -> None:
    broken = RawDocument("b.json", [])
    broken.problems.append(Problem("error", "bad_json", "…", "…", "b.json"))
    previous = accept([broken], vocabulary())
    assert compared([school()], previous).problems == []
    # a county refused for an error of its own is not missing either, another one is
    assert compared([school()], last([school(primary_students=-1)])).problems == []
    other = last([school(primary_students=-1)], code="341623")
    assert codes(compared([school()], other), "warning") == ["no_previous"]


def test_schools_new_and_gone() -> None:
    both, old, new = (school(school_code=c, school_name=f"{c}校") for c in ("1", "2", "3"))
    found = compared([both, new], last([both, old]))
    assert [(one.code, one.school_code, one.facts) for one in found.problems] == [
        ("school_new", "3", ()),
        ("school_gone", "2", ()),
    ]
    new_one, gone = found.problems
    assert new_one.at == "/schools/1/school_code"
    assert gone.file == "对照数据"
    assert (gone.county_code, gone.year) == ("341622", 2023)
    assert gone.message == "2校在2022学年的数据中，本次没有"


def test_other_codes_altogether_are_said_once() -> None:
    found = compared([school(school_code="1")], last([school(school_code="A1")]))
    assert codes(found, "warning") == ["codes_differ_from_previous"]
    assert found.problems[0].school_code is None


@pytest.mark.parametrize(
    ("previous", "said"),
    [(last([school()], code="341623"), "没有本县"), (last([school()], year=2024), "晚于")],
)
def test_nothing_to_compare_with(previous: Submission, said: str) -> None:
    (one,) = compared([school()], previous).problems
    assert (one.severity, one.code, one.facts) == ("warning", "no_previous", ())
    assert said in one.message


def test_of_several_earlier_years_the_latest_counts() -> None:
    counties = [{**COUNTY, "year": year} for year in (2020, 2022, 2024)]
    rows = [
        school(county_code="341622", year=year, primary_students=pupils)
        for year, pupils in ((2020, 100), (2022, 480), (2024, 100))
    ]
    previous = submit(dataset(counties, rows))
    assert compared([school(primary_students=500)], previous).problems == []


def test_faults_of_last_year_are_named_as_its() -> None:
    (fault,) = faults_of(last([school(primary_students=-1)]))
    assert (fault.severity, fault.code, fault.file) == ("error", "negative", "a.json（对照数据）")
    assert faults_of(last([school(primary_students=10, primary_classes=0)])) == []


def test_an_earlier_submission_of_the_same_year() -> None:
    both, gone, new = (school(school_code=c, school_name=f"{c}校") for c in ("1", "2", "3"))
    then = [both | {"equipment_value": 300_000}, gone]
    found = compared([both | {"equipment_value": 3_000_000}, new], last(then, year=2023)).problems
    told = [(one.code, one.school_code, one.message) for one in found]
    assert told == [
        ("school_new", "3", "3校不在本学年上次填报的数据中"),
        ("school_gone", "2", "2校在本学年上次填报的数据中，本次没有"),
        ("jump_from_previous", "1", "教学仪器设备值由本学年上次填报的300000变为3000000"),
    ]
    assert found[-1].expected.startswith("同一学年的数字一般不再大改")


def test_last_year_and_the_same_year_at_once() -> None:
    """Each comparison speaks for itself."""
    county = {**COUNTY, "year": 2022}
    pupils = {2022: 500, 2023: 1000}  # 2 times this year's, 4 times
    documents = [
        document([school(primary_students=n)], {**county, "year": year})
        for year, n in pupils.items()
    ]
    found = compared([school(primary_students=250)], submit(*documents)).problems
    assert [one.message for one in found] == [
        "小学在校生数由2022学年的500变为250",
        "小学在校生数由本学年上次填报的1000变为250",
    ]
