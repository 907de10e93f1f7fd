"""Ratios that honest figures hardly have; the bounds are the schemas'."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.facts.vocabulary import vocabulary
from tests.intake.raws import COUNTY, codes, document, problems, school, submit
from tests.support.nonempty import nonempty

CODE = "implausible_ratio"


def doubted(county: dict[str, Any] | None = None, **facts: object) -> list[tuple[str, ...]]:
    """The facts of each doubted ratio of one school and its county."""
    found = submit(document([school(**facts)], {**COUNTY, **(county or {})}))
    assert codes(found) == []
    return [one.facts for one in problems(found, "warning") if one.code == CODE]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # 100 pupils: at most 90 a class where there are 3 classes or more
        ({"primary_students": 270, "primary_classes": 3}, 0),
        ({"primary_students": 271, "primary_classes": 3}, 1),
        ({"primary_students": 271, "primary_classes": 2}, 0),  # too few classes to tell
        ({"primary_students": 271, "primary_classes": None}, 0),
        # 1.5 teachers per 100 pupils
        ({"primary_students": 200, "primary_teachers": 3}, 0),
        ({"primary_students": 200, "primary_teachers": 2}, 1),
        ({"primary_students": 99, "primary_teachers": 1}, 0),
        ({"primary_students": 200, "primary_teachers": None}, 0),
        ({"primary_teachers": 10, "primary_staff": 40}, 0),
        ({"primary_teachers": 10, "primary_staff": 41}, 1),
        # square metres a pupil
        ({"teaching_area": 10_000}, 0),
        ({"teaching_area": 10_001}, 1),
        ({"teaching_area": 50}, 0),
        ({"teaching_area": 49.9}, 1),
        ({"teaching_area": 0}, 1),
        ({"outdoor_sports_area": 0}, 0),  # a school may have none
        ({"outdoor_sports_area": 19}, 1),  # 19 mu, perhaps
        # yuan a pupil: a figure in 10,000 yuan is too small
        ({"equipment_value": 5_000}, 0),
        ({"equipment_value": 35}, 1),
        ({"equipment_value": 5_000_001}, 1),
        ({"equipment_value": None}, 0),
        ({"equipment_value": 35, "primary_students": None}, 0),
        # junior pupils are blank and the type has none; in a nine-year school nobody can tell
        ({"equipment_value": 35, "school_type": "nine_year"}, 0),
        ({"equipment_value": 35, "school_type": "nine_year", "junior_students": 0}, 1),
    ],
)
def test_a_ratio_of_a_school(facts: dict[str, Any], expected: int) -> None:
    assert len(doubted(**facts)) == expected


@pytest.mark.parametrize(
    ("county", "expected"),
    [
        ({"teacher_salary": 101_320}, 0),
        ({"teacher_salary": 10.13}, 1),  # in 10,000 yuan
        ({"teacher_salary": None}, 0),
        ({"special_funds": 3_000, "special_students": 6}, 0),
        ({"special_funds": 2_999, "special_students": 6}, 1),
        ({"special_funds": 100, "special_students": 4}, 0),
        ({"special_funds": 100}, 0),
        ({"population": 120.5}, 0),
        ({"population": 1_205_000 / 1_000}, 1),
        ({"special_funds": 400_000, "special_students": 5}, 0),
        ({"special_funds": 400_001, "special_students": 5}, 1),
        ({"special_funds": 520_000, "special_students": None}, 0),
    ],
)
def test_a_figure_of_a_county(county: dict[str, Any], expected: int) -> None:
    assert len(doubted(county)) == expected


def test_a_missing_figure_is_never_doubted() -> None:
    """A junior school with primary classes and no word of primary teachers."""
    junior: dict[str, Any] = {"school_type": "junior", "primary_students": 0, "primary_classes": 8}
    about = ("primary_teachers",)
    assert about not in doubted(**junior)
    assert about in doubted(**junior, primary_teachers=0)  # this is a figure: 0 teachers a class


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ([10, 96, 600], None),
        ([96, 9.9], "音乐专用教室各间面积中有9.9平方米，不合常理"),
        ([9800, 96, 1], "音乐专用教室各间面积中有9800, 1平方米，不合常理"),
        ([], None),
        (None, None),
    ],
)
def test_an_item_of_a_list(areas: list[float] | None, said: str | None) -> None:
    found = submit(document([school(music_room_areas=areas)])).problems
    assert [one.message for one in found] == ([said] if said else [])
    expected = ("implausible_item", ("music_room_areas",), "/schools/0/music_room_areas")
    assert [(one.code, one.facts, one.at) for one in found] == ([expected] if said else [])


@pytest.mark.parametrize(
    ("built", "balanced", "expected"),
    [
        (2023, "2023-12-31", []),
        (2024, None, ["built_year"]),
        (None, "2024-01-01", ["basic_balance_date"]),
        (None, 2030, ["basic_balance_date"]),
        (None, 2015, []),
        (None, None, []),
    ],
)
def test_what_is_past_is_not_dated_later(
    built: int | None, balanced: object, expected: list[str]
) -> None:
    county = {**COUNTY, **({"basic_balance_date": balanced} if balanced else {})}
    found = submit(document([school(built_year=built)], county)).problems
    assert [one.code for one in found] == ["after_the_year"] * len(expected)
    assert [one.facts for one in found] == [(name,) for name in expected]


def test_it_says_the_ratio_its_span_and_what_is_doubted() -> None:
    found = submit(document([school(equipment_value=35)]))
    (one,) = found.problems
    assert one.message == "生均教学仪器设备值为0.35元，不合常理"
    assert one.expected == "一般在50至50000元之间，请核对单位和小数点"
    assert one.facts == ("equipment_value",)  # not the pupils
    assert (one.severity, one.at) == ("warning", "/schools/0/equipment_value")
    assert (one.county_code, one.year, one.school_code) == ("341622", 2023, "2134000001")
    assert found.refused == []
    county = {**COUNTY, "special_funds": 520_000, "special_students": 5}
    (one,) = submit(document(county=county)).problems
    assert one.message == "特殊教育学校生均公用经费为104000元，不合常理"


def test_the_bounds_name_facts_that_exist_and_leave_room() -> None:
    words = vocabulary()
    for table, facts in (("school", words.school), ("county", words.county)):
        checks = words.checks[table]
        assert set(checks.facts()) <= set(facts)
        for one in nonempty(checks.plausible):
            assert one.low is None or one.high is None or one.high >= 10 * one.low
            assert one.title
            assert one.title_en
    for bound in nonempty(words.checks["county"].schools_bounds):
        assert set(bound.within) <= set(words.school)
