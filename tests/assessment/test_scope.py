"""The words for how a verdict's members came out, and for what it does not speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from compliance.assessment.scope import Outside, beside, left_out, named_schools, outcomes
from compliance.kernel.i18n import use


def outside(status: str, *rules: str, stage: str = "") -> list[Outside]:
    return [Outside(rule, stage, status) for rule in rules]


NO = outside("not_applicable", "G11", "G14")


@pytest.mark.parametrize(
    ("counts", "level", "which", "told"),
    [
        ({"pass": 15}, "county", (), "15项全部达标"),
        ({"pass": 13}, "county", NO, "15项中13项达标，2项不适用：G11、G14"),
        ({"fail": 1, "pass": 12}, "county", NO, "15项中1项不达标，2项不适用：G11、G14"),
        ({"fail": 2, "unknown": 1, "pass": 12}, "county", (), "15项中2项不达标、1项数据缺失"),
        ({}, "county", NO, "2项中2项不适用：G11、G14"),
        # what is waived is among the counts, and still no pass
        (
            {"waived": 1, "pass": 12},
            "county",
            [*NO, *outside("waived", "G3")],
            "15项中12项达标，2项不适用：G11、G14，1项已备案豁免：G3",
        ),
        ({"waived": 1}, "county", outside("waived", "G3"), "1项中1项已备案豁免：G3"),
        ({"pass": 4}, "unit", (), "4个学段全部达标"),
        ({"fail": 1, "pass": 3}, "school", (), "4所学校中1所不达标"),
        ({}, "school", (), ""),
        (
            {"pass": 7},
            "county",
            outside("not_applicable", *(f"D{n}" for n in range(1, 8)), stage="junior"),
            "14项中7项达标，7项不适用：D1–D7（初中）",
        ),
    ],
)
def test_how_the_members_came_out(
    counts: Mapping[str, int], level: str, which: Sequence[Outside], told: str
) -> None:
    assert outcomes(counts, level, which) == told


def test_beside_a_verdict() -> None:
    schools = ["甲", "乙", "丙", "丁"]
    assert beside(NO, []) == "2项不适用：G11、G14"
    assert beside([], schools[:1]) == "1所学校（学段）不参加资源配置评估：甲"
    told = "2项不适用：G11、G14；4所学校（学段）不参加资源配置评估：甲、乙、丙等"
    assert beside(NO, schools) == told
    assert beside([], []) == left_out([]) == ""
    with use("en"):
        assert beside(NO, []) == "2 not applicable: G11, G14"


def test_schools_are_named_once_a_stage_with_its_name() -> None:
    rows: list[dict[str, Any]] = [
        {"school_name": "甲", "school_code": "1", "stage": None},
        {"school_name": "甲", "school_code": "1", "stage": None},
        {"school_name": "乙", "school_code": "2", "stage": "junior"},
        {"school_name": None, "school_code": "3", "stage": None},
    ]
    assert named_schools(rows) == ("甲", "乙（初中部）", "3")
