"""The order of the schools never matters to what is doubted."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.kernel.submission import Submission
from tests.intake.raws import COUNTY, document, school, submit
from tests.support.examples import examples

FIGURES = {"equipment_value": 1234567, "outdoor_sports_area": 2345.6, "public_funds": 98765.4}
SCHOOLS = [
    school(school_code="01", school_name="甲", **FIGURES, teaching_area=4321.5),
    school(school_code="02", school_name="乙", **FIGURES, teaching_area=4321.5),
    school(school_code="03", school_name="丙", **FIGURES, teaching_area=4321.5),
    school(school_code="04", primary_teachers=5, primary_backbone_teachers=6),
    school(school_code="0O", primary_students=50, primary_class_sizes=[20, 31]),
    school(school_code="06", equipment_value=35),
    school(school_code="07", junior_students=30),
    *(school(school_code=f"1{n}", school_name=f"{n}校", teaching_area=20231.5 + 10_000_000 * n / 100)
      for n in range(6)),
]  # fmt: skip
COUNTY_OF_ALL = {**COUNTY, "exchange_eligible_teachers": 9, "graduates_total": 3}
BEFORE = [
    school(school_code="01", equipment_value=2234567, teaching_area=4321.5),
    school(school_code="06", primary_students=900),
    school(school_code="99"),
]


@cache
def before() -> Submission:
    return submit(document(BEFORE, {**COUNTY, "year": 2022}))


def doubted(order: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    found = accept([document(order, COUNTY_OF_ALL)], vocabulary(), before())
    told = [(p.severity, p.code, p.school_code, p.facts, p.message) for p in found.problems]
    assert len(told) == len(set(told))
    return set(told)


@cache
def as_written() -> set[tuple[object, ...]]:
    usual = doubted(SCHOOLS)
    assert {code for _, code, *_ in usual} >= {
        "figures_copied", "part_exceeds_whole", "class_sizes_students", "implausible_ratio",
        "stage_not_in_type", "odd_characters", "text_replaced", "jump_from_previous",
        "shrunk_since_previous", "school_new", "school_gone",
    }  # fmt: skip
    return usual


@examples(0.2)
@given(st.permutations(SCHOOLS))
@example(SCHOOLS[::-1])  # of every two schools the other one first
def test_the_order_of_the_schools_never_matters(order: list[dict[str, Any]]) -> None:
    assert doubted(order) == as_written()
