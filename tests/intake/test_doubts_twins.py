"""The same school twice, and figures that are copies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.raws import COUNTY, codes, dataset, document, problems, school, submit

# digits that say something, zeros at the end left out: 100 → 1, 4321.5 → 5, 1234567 → 7,
# 2345.6 → 5, 12 → 2: together 20
FIGURES: dict[str, Any] = {
    "primary_students": 100,
    "teaching_area": 4321.5,
    "equipment_value": 1234567,
    "outdoor_sports_area": 2345.6,
    "computers": 12,
    "primary_grades": 6,
}


def pair(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str | None]]:
    rows = [
        school(**{"school_code": "1", "school_name": "甲小学", **FIGURES, **first}),
        school(**{"school_code": "2", "school_name": "乙小学", **FIGURES, **second}),
    ]
    found = submit(document(rows))
    assert codes(found) == []
    return [(one.code, one.school_code) for one in problems(found, "warning")]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({}, {}, "figures_copied"),
        ({}, {"teaching_area": 4321.6}, None),
        ({}, {"computers": None}, None),  # a blank is not the same as a figure
        ({"computers": 20}, {"computers": 20}, None),  # 19 digits
        ({"computers": None}, {"computers": None}, None),
        ({}, {"school_name": "甲小学"}, "school_twice"),
        ({}, {"school_name": "甲小学", "computers": 13}, "same_name"),
        ({}, {"school_name": "甲小学", "computers": None}, "same_name"),
    ],
)
def test_two_records(first: dict[str, Any], second: dict[str, Any], code: str | None) -> None:
    assert pair(first, second) == ([(code, "1"), (code, "2")] if code else [])


def test_of_one_name_few_digits_suffice() -> None:
    few = dict.fromkeys(FIGURES) | {"school_name": "甲小学", "primary_students": 100}
    for teachers, doubted in ((12, True), (20, False)):
        found = pair({**few, "primary_teachers": teachers}, {**few, "primary_teachers": teachers})
        assert bool(found) is doubted


def test_each_of_three_copies_is_named_once_with_the_next() -> None:
    rows = [school(**FIGURES, school_code=c, school_name=f"{c}校") for c in ("3", "1", "2")]
    found = submit(document(rows))
    named = {one.school_code: one.message for one in found.problems}
    assert len(found.problems) == 3
    assert named["1"] == "与“2校”（2）填报的6项数字完全相同"
    assert "（3）" in named["2"]
    assert "（1）" in named["3"]
    assert len({id(one.facts) for one in found.problems}) == 1  # there may be very many
    assert found.problems[0].facts == tuple(sorted(FIGURES, key=[*found.schools.columns].index))


def test_of_one_name_are_different_schools() -> None:
    names = ("甲小学", "乙小学", "甲小学", "甲小学")
    rows = [
        school(school_code=str(n), school_name=name, primary_students=100 + n)
        for n, name in enumerate(names)
    ]
    found = submit(document(rows)).problems
    assert [(one.code, one.school_code, one.facts) for one in found] == [
        ("same_name", "0", ()), ("same_name", "2", ()), ("same_name", "3", ()),
    ]  # fmt: skip
    assert found[0].message == "校名“甲小学”与同县的2相同"
    assert found[0].at == "/schools/0/school_name"


def test_one_name_in_two_counties_is_common() -> None:
    assert in_two({"school_code": "7"}, {"school_code": "8", "primary_students": 90}) == []


def in_two(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    counties = [COUNTY, {**COUNTY, "county_code": "341623", "county_name": "利辛县"}]
    rows = [
        school(**{"county_code": "341622", **first}),
        school(**{"county_code": "341623", **second}),
    ]
    found = submit(dataset(counties, rows))
    assert codes(found) == []
    return codes(found, "warning")


def test_a_national_code_in_two_counties() -> None:
    assert in_two({}, {"school_name": "另一所"}) == ["school_in_two_counties"] * 2
    assert in_two({}, {"school_code": "2134000002"}) == []


def test_a_number_of_the_county_s_own_only_with_the_name() -> None:
    assert in_two({"school_code": "7"}, {"school_code": "7", "school_name": "另一所"}) == []
    assert in_two({"school_code": "7"}, {"school_code": "7"}) == ["school_in_two_counties"] * 2


def test_the_same_school_in_two_years_is_no_twin() -> None:
    counties = [COUNTY, {**COUNTY, "year": 2022}]
    rows = [school(county_code="341622", year=year, **FIGURES) for year in (2023, 2022)]
    assert submit(dataset(counties, rows)).problems == []
