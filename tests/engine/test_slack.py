"""Limits that are only just met: worked out on paper, one school at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.engine.slack import Slack, barely_met

CHECKER = Checker()
# A primary school of 1,000 pupils far above every limit of R1–R7.
PLENTY: Mapping[str, Any] = {
    "school_code": "5199010001",
    "school_name": "实验小学",
    "school_type": "primary",
    "setting": "urban",
    "primary_students": 1000,
    "primary_classes": 25,
    "primary_class_sizes": [40] * 25,
    "primary_teachers": 90,
    "primary_teachers_above_degree": 80,
    "primary_backbone_teachers": 30,
    "primary_pe_arts_teachers": 20,
    "teaching_area": 9000,
    "indoor_sports_area": 0,
    "outdoor_sports_area": 12000,
    "equipment_value": 4_000_000,
    "multimedia_rooms": 40,
}
COUNTY = {"county_code": "519901", "county_name": "样县", "year": 2023}


def narrow(folder: Path, county: Mapping[str, Any] = COUNTY, /, **facts: Any) -> list[Slack]:
    path = folder / "a.json"
    document = {
        "format": "junheng-submission/1",
        "county": dict(county),
        "schools": [{**PLENTY, **facts}],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    report = CHECKER.check(path)
    assert [one.message for one in report.problems if one.severity == "error"] == []
    (grounds,) = report.grounds.values()
    return barely_met(report.findings, grounds.ruleset, grounds.figures)


def told(slacks: list[Slack]) -> dict[str, tuple[Fraction, str, bool]]:
    return {one.finding["rule"]: (one.margin, one.one, one.floor) for one in slacks}


def test_nothing_is_near_where_everything_is_plenty(tmp_path: Path) -> None:
    assert told(narrow(tmp_path)) == {}


def test_a_component_counts_where_its_group_has_nothing_to_spare(tmp_path: Path) -> None:
    """42 teachers for 1,000 pupils are 4.2 exactly; 41 would miss. With all seven met one may miss."""
    assert told(narrow(tmp_path, primary_teachers_above_degree=42)) == {}
    tight = {"primary_teachers_above_degree": 42, "multimedia_rooms": 20}  # R7: 2.0, floor 1.955
    found = told(narrow(tmp_path, **tight))
    assert found["R1"] == (Fraction(0), "人", False)


def test_one_person_of_few_pupils_though_far_in_percent(tmp_path: Path) -> None:
    """5 for 100 pupils are 5.0, a fifth above 4.2; 4 are 4.0."""
    few = {
        "primary_students": 100,
        "primary_classes": 4,
        "primary_class_sizes": [25] * 4,
        "primary_teachers": 12,
        "primary_teachers_above_degree": 5,
        "primary_backbone_teachers": 3,
        "primary_pe_arts_teachers": 3,
        "multimedia_rooms": 2,  # 2.0 for 2.3, above the floor of 1.955
    }
    found = told(narrow(tmp_path, **few))
    assert found["R1"] == ((Fraction(5) - Fraction("4.2")) / Fraction("4.2"), "人", False)
    assert "R2" not in found, "3.0 for 1, and 2.0 with one less"
    assert "R1" not in told(narrow(tmp_path, **{**few, "primary_teachers_above_degree": 6}))


@pytest.mark.parametrize(("area", "near"), [(4589, True), (4590, False), (4500, True)])
def test_two_percent_of_the_limit_is_where_near_ends(tmp_path: Path, area: int, near: bool) -> None:
    """4.5 m² a pupil: 4.59 lies exactly 2 % above it, 4.589 nearer."""
    found = told(narrow(tmp_path, teaching_area=area, multimedia_rooms=20))
    assert ("R4" in found) is near
    if near:
        assert found["R4"] == (
            (Fraction(area, 1000) - Fraction("4.5")) / Fraction("4.5"),
            "",
            False,
        )


def test_what_is_missed_and_just_above_the_floor_holds_its_group(tmp_path: Path) -> None:
    """R7: 85 % of 2.3 is 1.955, and 2.0 lies 2.3 % above it. R6: 85 % of 2,000 is 1,700."""
    assert "R7" not in told(narrow(tmp_path, multimedia_rooms=20))
    found = told(narrow(tmp_path, equipment_value=1_710_000))  # R6: floor 1,700
    assert found == {"R6": (Fraction(10, 1700), "", True)}


def test_under_an_upper_limit_one_more_is_too_many(tmp_path: Path) -> None:
    sizes = {"primary_classes": 50, "primary_class_sizes": [40] * 50, "primary_students": 2000}
    more = {
        "primary_teachers": 180,
        "primary_teachers_above_degree": 160,
        "primary_backbone_teachers": 60,
        "primary_pe_arts_teachers": 40,
        "teaching_area": 18000,
        "outdoor_sports_area": 24000,
        "equipment_value": 8_000_000,
        "multimedia_rooms": 80,
    }
    assert told(narrow(tmp_path, **sizes, **more)) == {"G4": (Fraction(0), "人", False)}
    sizes = {
        "primary_classes": 40,
        "primary_class_sizes": [45] + [40] * 39,
        "primary_students": 1605,
    }
    found = narrow(tmp_path, **sizes, **more)
    assert told(found)["G5"] == (Fraction(0), "", False)


def test_of_the_county_its_own_figures(tmp_path: Path) -> None:
    """85.3 % lies 0.3 ÷ 85 above 85 %; what can only be met exactly is not near for that."""
    county = {
        **COUNTY,
        "recognition_percent": 85.3,
        "primary_nearby_percent": 100,
        "junior_nearby_percent": 100,
    }
    found = narrow(tmp_path, county)
    assert told(found) == {"P1": (Fraction(3, 850), "", False)}
    assert found[0].finding["school_code"] is None
