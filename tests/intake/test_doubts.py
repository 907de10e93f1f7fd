"""Figures that contradict one another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.raws import COUNTY, codes, document, problems, school, submit


def doubts(
    county: dict[str, Any] | None = None, **facts: object
) -> list[tuple[str, tuple[str, ...]]]:
    """Code and facts of every warning about one school."""
    found = submit(document([school(**facts)], {**COUNTY, **(county or {})}))
    assert codes(found) == []
    return [(one.code, one.facts) for one in problems(found, "warning")]


SOUND: dict[str, Any] = {
    "primary_students": 100,
    "primary_classes": 2,
    "primary_class_sizes": [52, 48],
    "primary_class_bands": [0, 0, 0, 0, 0, 1, 1, 0, 0, 0],
    "primary_largest_class": 52,
    "primary_teachers": 6,
    "primary_teachers_above_degree": 6,
    "primary_staff": 7,
    "teaching_area": 450,
    "indoor_sports_area": 0,
}


def test_sound_figures_raise_no_doubt() -> None:
    assert doubts(**SOUND) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"primary_students": 101}, ["class_sizes_students"]),  # 52 + 48 = 100
        ({"primary_classes": 3}, ["class_sizes_classes", "class_bands_classes"]),
        # 2 classes of 46–50 hold 92 to 100 pupils, and none of 52
        (
            {"primary_class_bands": [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]},
            ["class_sizes_bands", "largest_class_bands"],
        ),
        # 46–50 and 56–60: 102 to 110
        (
            {"primary_class_bands": [0, 0, 0, 0, 0, 1, 0, 1, 0, 0]},
            ["class_bands_students", "class_sizes_bands", "largest_class_bands"],
        ),
        ({"primary_largest_class": 53}, ["largest_class_sizes"]),
        # 49 × 2 < 100
        (
            {"primary_largest_class": 49},
            ["largest_class_sizes", "largest_class_bands", "largest_class_students"],
        ),
        ({"primary_teachers_above_degree": 7}, ["part_exceeds_whole"]),
        ({"primary_backbone_teachers": 7}, ["part_exceeds_whole"]),
        ({"primary_certified_teachers": 7}, ["part_exceeds_whole"]),
        ({"primary_trained_teachers": 7}, ["part_exceeds_whole"]),
        ({"primary_pe_arts_teachers": 7}, ["part_exceeds_whole"]),
        ({"primary_teachers": 8}, ["part_exceeds_whole"]),  # staff 7
        ({"indoor_sports_area": 450.5}, ["part_exceeds_whole"]),
        ({"primary_entrants": 20, "primary_zoned_entrants": 21}, ["part_exceeds_whole"]),
        ({"primary_entrants": 0, "primary_zoned_entrants": 1}, ["part_of_zero"]),
        ({"migrant_students": 101}, ["part_exceeds_whole"]),  # junior is blank and none
        ({"migrant_students": 100}, []),
        ({"junior_students": 30}, ["stage_not_in_type"]),
        ({"senior_students": 30}, ["stage_not_in_type"]),
        ({"junior_students": 0}, []),
        ({"training_funds_budget": 60001, "public_funds_budget": 60000}, ["part_exceeds_whole"]),
    ],
)
def test_a_contradiction(changed: dict[str, Any], expected: list[str]) -> None:
    assert [code for code, _ in doubts(**{**SOUND, **changed})] == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"primary_students": 101}, ["相加等于101"]),
        ({"primary_classes": 3}, ["3项，一班一项", "相加等于3"]),
        (
            {"primary_class_bands": [0, 0, 0, 0, 0, 1, 0, 1, 0, 0]},
            ["按班额段为102至110人", "按各班学生数，各档为0;0;0;0;0;1;1;0;0;0", "按班额段为56至60人"],
        ),
        (
            {"primary_largest_class": 49},
            ["按各班学生数为52", "按班额段为51至55人", "不小于平均班额50"],
        ),
        ({"primary_teachers_above_degree": 7}, ["不大于小学专任教师数的6"]),
        ({"migrant_students": 101}, ["不大于小学在校生数、初中在校生数之和的100"]),
        ({"senior_students": 30}, ["核对办学类型；确无该学段的，高中在校生数留空或填0"]),
        ({"primary_teachers_doctor": 1, "primary_teachers_master": 0,
          "primary_teachers_bachelor": 2, "primary_teachers_college": 2}, ["与各分项合计一致：5"]),
    ],
)  # fmt: skip
def test_a_doubt_says_what_was_expected(changed: dict[str, Any], expected: list[str]) -> None:
    found = submit(document([school(**{**SOUND, **changed})]))
    assert [one.expected for one in found.problems] == expected


RETENTION = {
    "graduates": 96, "transferred_out": 5, "deceased": 1,
    "cohort_at_entry": 99, "transferred_in": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),  # 96 + 5 + 1 = 99 + 3
        ({"graduates": 97}, ["part_exceeds_whole"]),
        ({"graduates": 97, "transferred_in": None}, []),
    ],
)
def test_nobody_is_retained_who_was_never_there(
    changed: dict[str, Any], expected: list[str]
) -> None:
    figures = {**RETENTION, **changed}
    assert [code for code, _ in doubts(school_type="nine_year", **figures)] == expected
    totals = {f"{name}_total": value for name, value in figures.items()}
    found = doubts({name: value for name, value in totals.items() if value is not None})
    assert [code for code, _ in found] == expected
    if expected:
        ((_, facts),) = found
        assert set(facts) == set(totals)


def test_a_doubt_names_school_place_facts_and_figures() -> None:
    found = submit(document([school(**{**SOUND, "primary_teachers_above_degree": 7})]))
    (doubt,) = found.problems
    assert doubt.facts == ("primary_teachers_above_degree", "primary_teachers")
    assert (doubt.county_code, doubt.year, doubt.school_code) == ("341622", 2023, "2134000001")
    assert (doubt.file, doubt.at) == ("a.json", "/schools/0/primary_teachers_above_degree")
    assert doubt.message == "小学高于规定学历教师数（7）大于小学专任教师数（6）"
    assert len(found.schools) == 1
    assert found.refused == []


def test_pupils_and_classes_contradict() -> None:
    assert doubts(primary_students=10, primary_classes=0) == [
        ("students_without_classes", ("primary_students", "primary_classes"))
    ]
    assert doubts(primary_students=0, primary_classes=2) == [
        ("classes_without_students", ("primary_students", "primary_classes"))
    ]


def test_an_empty_list_of_classes() -> None:
    assert doubts(primary_students=0, primary_classes=0, primary_class_sizes=[]) == []
    assert [code for code, _ in doubts(primary_students=10, primary_class_sizes=[])] == [
        "class_sizes_students"
    ]


def test_missing_figures_raise_no_doubt() -> None:
    for name in SOUND:
        assert doubts(**{**SOUND, name: None}) == [], name


def test_what_is_blank_is_no_part_of_nothing() -> None:
    """A junior school's blank primary teachers are not known to be none."""
    junior: dict[str, Any] = {"school_type": "junior", "primary_students": 0}
    known = doubts(**junior, primary_teachers_above_degree=3)
    assert [code for code, _ in known] == ["figures_without_students"]
    known = doubts(**junior, primary_teachers=0, primary_teachers_above_degree=3)
    assert ("part_of_zero", ("primary_teachers_above_degree", "primary_teachers")) in known


def test_the_last_band_is_open() -> None:
    bands = [0] * 9 + [1]
    assert doubts(primary_students=90, primary_class_bands=bands) == []
    assert [c for c, _ in doubts(primary_students=65, primary_class_bands=bands)] == [
        "class_bands_students"
    ]


@pytest.mark.parametrize(
    ("kind", "facts", "doubted"),
    [
        ("nine_year", {"junior_students": 5}, False),
        ("complete_secondary", {"primary_students": 5}, True),
        ("senior", {"primary_students": None, "junior_students": 5}, False),
        ("vocational", {"primary_students": None, "junior_students": 5}, True),
        ("special", {"primary_students": 60}, False),
        ("teaching_point", {"primary_students": 40}, False),
    ],
)
def test_stages_of_a_type(kind: str, facts: dict[str, Any], doubted: bool) -> None:
    found = doubts(school_type=kind, **facts)
    assert ("stage_not_in_type" in [code for code, _ in found]) is doubted


def test_rooms_counted_by_size() -> None:
    areas = [100, 96, 95.9, 60]
    assert doubts(music_room_areas=areas, music_rooms_96=2, music_rooms_73=1) == []
    assert doubts(music_room_areas=areas, music_rooms_96=3) == [
        ("parts_disagree", ("music_rooms_96", "music_room_areas"))
    ]
    assert doubts(art_room_areas=[], art_rooms_90=1) == [
        ("parts_disagree", ("art_rooms_90", "art_room_areas"))
    ]


# ── the county's own figures ────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("county", "expected"),
    [
        ({"exchanged_teachers": 11, "exchange_eligible_teachers": 10}, ["part_exceeds_whole"]),
        ({"exchanged_backbone_teachers": 3, "exchanged_teachers": 2}, ["part_exceeds_whole"]),
        ({"exchanged_backbone_teachers": 1, "exchanged_teachers": 0}, ["part_of_zero"]),
        ({"exchanged_backbone_teachers": 0, "exchanged_teachers": 0}, []),
        ({"senior_quota": 100, "senior_quota_allocated": 101}, ["part_exceeds_whole"]),
        (
            {"senior_quota_allocated": 50, "senior_quota_allocated_rural": 51},
            ["part_exceeds_whole"],
        ),
        # 60 + 50 children of 100
        (
            {
                "migrant_children": 100,
                "migrant_children_public": 60,
                "migrant_children_purchased": 50,
            },
            ["part_exceeds_whole"],
        ),
        ({"disabled_children": 9, "disabled_children_enrolled": 10}, ["part_exceeds_whole"]),
        ({"survey_valid": 10, "survey_satisfied": 11}, ["part_exceeds_whole"]),
        ({"interviewed": 10, "parent_interviewed": 11}, ["part_exceeds_whole"]),
    ],
)
def test_contradictions_of_the_county(county: dict[str, Any], expected: list[str]) -> None:
    assert [code for code, _ in doubts(county)] == expected


def test_county_totals_against_the_schools() -> None:
    schools = [
        school(school_code="1", school_type="junior", primary_students=None, graduates=90),
        school(school_code="2", school_name="二校", school_type="nine_year", graduates=10),
        school(school_code="3", school_name="三校"),
    ]
    for total, expected in ((100, []), (101, ["totals_disagree"]), (99, ["totals_disagree"])):
        found = submit(document(schools, {**COUNTY, "graduates_total": total}))
        assert codes(found, "warning") == expected
    del schools[1]["graduates"]  # one school's figure is missing: only less than the rest is odd
    for total, expected in ((101, []), (89, ["totals_disagree"])):
        found = submit(document(schools, {**COUNTY, "graduates_total": total}))
        assert codes(found, "warning") == expected
    (doubt,) = found.problems
    assert doubt.facts == ("graduates_total", "graduates")
    assert (doubt.school_code, doubt.at) == (None, "/counties/0/graduates_total")


# ── people of a stage that has no pupils ────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"primary_students": 0, "primary_teachers": 8}, "小学在校生数为0，而小学专任教师数为8"),
        (
            {"primary_students": 0, "primary_staff": 9, "primary_backbone_teachers": 0},
            "小学在校生数为0，而小学教职工数为9",
        ),
        (
            {"junior_students": 0, "graduates": 200, "cohort_at_entry": 300},
            "初中在校生数为0，而初中毕业学生数为200、毕业年级入学时在校生数为300",
        ),
        # a primary school: its junior pupils are blank, and yet there are junior people
        ({"junior_certified_teachers": 1}, "初中在校生数未填，而初中持教师资格证专任教师数为1"),
        ({"school_type": "complete_secondary", "junior_students": None, "junior_teachers": 3}, ""),
        ({"school_type": "special", "primary_students": 0, "primary_teachers": 3}, ""),
        ({"primary_students": 0, "primary_teachers": 0}, ""),
        ({"primary_students": 1, "primary_teachers": 8}, ""),
    ],
)
def test_people_without_pupils(facts: dict[str, Any], says: str) -> None:
    found = submit(document([school(**facts)], COUNTY))
    told = [one for one in problems(found, "warning") if one.code == "figures_without_students"]
    assert [one.message for one in told] == ([says] if says else [])
    assert {one.facts[0] for one in told} <= {"primary_students", "junior_students"}


def test_many_such_figures_are_told_by_the_first() -> None:
    many = dict.fromkeys(
        ("junior_teachers", "junior_staff", "junior_backbone_teachers", "junior_trained_teachers"),
        5,
    )
    found = submit(document([school(junior_students=0, **many)], COUNTY))
    (told,) = (one for one in problems(found, "warning") if one.code == "figures_without_students")
    assert told.message.endswith("等4项")
    assert set(told.facts) == {"junior_students", *many}


# ── a yes or no, and its count ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("boarding", "boarders", "says"),
    [
        (True, 0, "是否寄宿制填“是”，而寄宿生数为0"),
        (False, 12, "是否寄宿制填“否”，而寄宿生数为12"),
        (True, 12, ""),
        (False, 0, ""),
        (None, 12, ""),
        (True, None, ""),
    ],
)
def test_boarding_and_boarders(boarding: bool | None, boarders: int | None, says: str) -> None:
    facts = {"boarding": boarding, "boarders": boarders, "primary_students": 100}
    found = submit(document([school(**facts)], COUNTY))
    told = [one.message for one in problems(found, "warning") if one.code == "flag_contradicted"]
    assert told == ([says] if says else [])


# ── one field of two schools ────────────────────────────────────────────────────────────


FIELD = "outdoor_sports_area"


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ({FIELD: 8012.35}, {FIELD: 8012.35}, 2),  # six digits
        ({FIELD: 8012.3}, {FIELD: 8012.3}, 0),  # five
        ({FIELD: 801200}, {FIELD: 801200}, 0),  # a round figure: four
        ({FIELD: 8012, "township": "河东镇"}, {FIELD: 8012, "township": "河东镇"}, 2),
        ({FIELD: 8012, "township": "河东镇"}, {FIELD: 8012, "township": "河西镇"}, 0),
        ({FIELD: 8010, "township": "河东镇"}, {FIELD: 8010, "township": "河东镇"}, 0),
        ({"leased_sports_area": 1234.56}, {"leased_sports_area": 1234.56}, 2),
        ({"equipment_value": 1234567}, {"equipment_value": 1234567}, 0),
    ],
)
def test_a_field_of_two_schools(first: dict[str, Any], second: dict[str, Any], shared: int) -> None:
    schools = [
        school(school_code="A", school_name="甲小学", primary_students=300, **first),
        school(school_code="B", school_name="乙小学", primary_students=411, **second),
    ]
    found = submit(document(schools, COUNTY))
    told = [one for one in problems(found, "warning") if one.code == "figure_shared"]
    assert len(told) == shared
    if shared:
        assert [one.school_code for one in told] == ["A", "B"]
        assert "“乙小学”（B）" in told[0].message


def test_a_whole_copy_is_no_shared_field() -> None:
    facts = {
        "primary_students": 317, "teaching_area": 4125.75, FIELD: 8012.35, "equipment_value": 815_432,
    }  # fmt: skip
    schools = [school(school_code=c, school_name=f"{c}小学", **facts) for c in ("A", "B")]
    found = submit(document(schools, COUNTY))
    assert {one.code for one in problems(found, "warning")} == {"figures_copied"}


# ── classes of nobody, grades that no school has ────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"primary_students": 80, "primary_class_sizes": [40, 40, 0]}, "implausible_item"),
        ({"primary_students": 171, "primary_class_sizes": [40, 131]}, "implausible_item"),
        ({"primary_students": 80, "primary_grades": 9}, "implausible_ratio"),
        ({"junior_grades": 5}, "implausible_ratio"),
        ({"primary_students": 80, "primary_grades": 6, "junior_grades": 4}, None),
        ({"primary_students": 81, "primary_class_sizes": [80, 1]}, None),
    ],
)
def test_classes_and_grades_that_are_none(facts: dict[str, Any], code: str | None) -> None:
    found = submit(document([school(**facts)], COUNTY))
    assert [one.code for one in problems(found, "warning")] == ([code] if code else [])
