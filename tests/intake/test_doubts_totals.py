"""A county's figures against what its schools have together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.raws import COUNTY, document, problems, school, submit

SCHOOLS = [
    school(school_code="1", primary_teachers=30, primary_backbone_teachers=4, migrant_students=20),
    school(
        school_code="2",
        school_name="初级中学",
        school_type="junior",
        primary_students=None,
        junior_students=300,
        junior_teachers=25,
        junior_backbone_teachers=5,
        migrant_students=30,
    ),
    school(
        school_code="3",
        school_name="特殊教育学校",
        school_type="special",
        primary_students=40,
        special_teachers=10,
        migrant_students=0,
    ),
]


def doubts(county: dict[str, Any], schools: list[dict[str, Any]]) -> list[str]:
    found = submit(document(schools, {**COUNTY, **county}))
    return [one.code for one in problems(found, "warning")]


@pytest.mark.parametrize(
    ("county", "expected"),
    [
        ({"exchange_eligible_teachers": 65}, []),  # 30 + 25 + 10
        ({"exchange_eligible_teachers": 66}, ["county_exceeds_schools"]),
        ({"exchanged_backbone_teachers": 9}, []),
        ({"exchanged_backbone_teachers": 10}, ["county_exceeds_schools"]),
        ({"migrant_children_public": 30, "migrant_children_purchased": 20}, []),
        ({"migrant_children_public": 30, "migrant_children_purchased": 21},
         ["county_exceeds_schools"]),
        ({"migrant_children_public": 51}, []),  # the other half is blank
    ],
)  # fmt: skip
def test_no_county_has_more_than_its_schools(county: dict[str, Any], expected: list[str]) -> None:
    assert doubts(county, SCHOOLS) == expected


def test_one_school_s_blank_leaves_it_open() -> None:
    first = {name: fact for name, fact in SCHOOLS[0].items() if name != "primary_teachers"}
    assert doubts({"exchange_eligible_teachers": 66}, [first, *SCHOOLS[1:]]) == []


def test_a_stage_that_the_type_has_not_but_pupils_are_given_of_leaves_it_open() -> None:
    """A senior school with attached junior classes: its junior teachers are not known to be none."""
    senior = school(school_code="4", school_name="高级中学", school_type="senior",
                    primary_students=None, senior_students=900)  # fmt: skip
    county = {"exchange_eligible_teachers": 66}
    assert doubts(county, [*SCHOOLS, senior]) == ["county_exceeds_schools"]
    assert doubts(county, [*SCHOOLS, {**senior, "junior_students": 90}]) == []
    assert doubts(county, [*SCHOOLS, {**senior, "junior_classes": 2}]) == []


def test_it_stands_at_the_county_and_names_the_facts_of_both() -> None:
    found = submit(document(SCHOOLS, {**COUNTY, "exchange_eligible_teachers": 66}))
    (one,) = found.problems
    assert (one.at, one.school_code) == ("/counties/0/exchange_eligible_teachers", None)
    assert one.facts == (
        "exchange_eligible_teachers", "primary_teachers", "junior_teachers", "special_teachers",
    )  # fmt: skip
    assert one.expected == "不大于各校合计的65"
