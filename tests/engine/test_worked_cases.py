"""The worked examples of the regulation, §7, with the figures printed there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from tests.support.court import Document, Findings, by_the_engine, by_the_judge

Court = Callable[[Document], Findings]


@pytest.fixture(params=["judge", "engine"])
def court(request: pytest.FixtureRequest, tmp_path: Path) -> Court:
    """First the independent judge, then the engine."""
    if request.param == "judge":
        return by_the_judge
    folders = itertools.count()

    def engine(of: Document) -> Findings:
        (findings,) = by_the_engine([of], tmp_path / str(next(folders))).values()
        return findings

    return engine


def document(*schools: dict[str, Any], **county: Any) -> Document:
    rows = [{"school_code": f"S{n}", "school_name": f"第{n}学校"} for n in range(len(schools))]
    home = {"county_code": "990001", "county_name": "算例县", "year": 2023, **county}
    return {
        "format": "junheng-submission/1",
        "county": home,
        "schools": [
            {"county_code": "990001", **row, **school}
            for row, school in zip(rows, schools, strict=True)
        ],
    }


def school(kind: str, primary: int = 0, junior: int = 0, senior: int = 0, **facts: Any) -> Document:
    counts = {"primary": primary, "junior": junior, "senior": senior}
    pupils = {f"{stage}_students": count for stage, count in counts.items() if count}
    return {"school_type": kind, **pupils, **facts}


def with_coefficients(stage: str, published: Sequence[str]) -> list[Document]:
    """Two schools, one with a fifth of the pupils, whose seven coefficients are these.

    With values m(1 + 2c) and m(1 − c/2) the mean is m and S² = m²(4c²·⅕ + ¼c²·⅘) = (mc)².
    For c = p/q the resources 2q + 4p and 4(2q − p) over N and 4N pupils do, in whole numbers.
    """
    small, large = (school(stage, **{stage: pupils}) for pupils in (10_000, 40_000))
    facts = [f"{stage}_{stem}_teachers" for stem in ("backbone", "pe_arts")]
    facts = [f"{stage}_teachers_above_degree", *facts]
    facts += ["teaching_area", "outdoor_sports_area", "equipment_value", "multimedia_rooms"]
    for fact, figure in zip(facts, published, strict=True):
        near = Fraction(figure).limit_denominator(2500)
        small[fact] = 2 * near.denominator + 4 * near.numerator
        large[fact] = 4 * (2 * near.denominator - near.numerator)
    return [{**one, "indoor_sports_area": 0} for one in (small, large)]


def test_t4_one_coefficient_of_seven_fails_the_county(court: Court) -> None:
    """鸠江区 2023: the composite 0.3675 looks fine; L2's 0.501787 does not meet 0.50."""
    published = ["0.297929", "0.501787", "0.401952", "0.288419", "0.375450", "0.312782", "0.394205"]
    found = court(document(*with_coefficients("primary", published)))
    seven = [found[f"D{number}", None, "primary"] for number in range(1, 8)]
    assert [f"{one.value:.6f}" for one in seven] == published
    assert [one.status for one in seven] == ["pass", "fail", *["pass"] * 5]
    assert found["CD", None, None].status == "fail"
    assert sum(one.value or 0 for one in seven) / 7 == pytest.approx(0.367503, abs=5e-7)


def test_t5_two_of_fourteen_pass(court: Court) -> None:
    """宁国市 2022: in each stage L6 alone meets 0.50 and 0.45."""
    primary = ["0.677", "0.674", "0.618", "0.519", "0.597", "0.167", "0.759"]
    junior = ["0.542", "1.055", "0.507", "0.587", "0.686", "0.254", "0.496"]
    schools = with_coefficients("primary", primary) + with_coefficients("junior", junior)
    found = court(document(*schools))
    for stage, published in (("primary", primary), ("junior", junior)):
        seven = [found[f"D{number}", None, stage] for number in range(1, 8)]
        assert [f"{one.value:.3f}" for one in seven] == published
        assert [one.status for one in seven] == [*["fail"] * 5, "pass", "fail"]
    assert found["CD", None, None].status == "fail"


def test_t1_the_coefficient_is_weighted_by_pupils(court: Court) -> None:
    pupils, books = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
    pairs = list(zip(pupils, books, strict=True))
    of = document(*(school("primary", many, equipment_value=value) for many, value in pairs))
    verdict = court(of)["D6", None, "primary"]
    assert verdict.mean == pytest.approx(6.334437, abs=5e-7)
    assert verdict.deviation == pytest.approx(3.263861, abs=5e-7)
    assert verdict.value == pytest.approx(0.515257, abs=5e-7)
    assert verdict.status == "fail"
    ratios = [value / many for many, value in pairs]
    mean = sum(ratios) / 5
    unweighted = sqrt(sum((ratio - mean) ** 2 for ratio in ratios) / 5) / mean
    assert unweighted == pytest.approx(0.488771, abs=5e-7)  # and would have passed 0.50


def test_t2_a_nine_year_school_shares_its_resources(court: Court) -> None:
    of = document(school("nine_year", 166, 210, equipment_value=23226))
    primary, junior = (court(of)["R6", "S0", stage] for stage in ("primary", "junior"))
    assert primary.value == pytest.approx(58.503778, abs=5e-7)
    assert junior.value == pytest.approx(64.354156, abs=5e-7)
    assert (primary.value or 0) * 166 == pytest.approx(9711.63, abs=0.005)
    assert (junior.value or 0) * 210 == pytest.approx(13514.37, abs=0.005)


def test_t6a_a_coefficient_of_exactly_one_half_passes(court: Court) -> None:
    of = document(
        school("primary", 100, primary_teachers_above_degree=9),
        school("primary", 900, primary_teachers_above_degree=27),
    )
    verdict = court(of)["D1", None, "primary"]
    assert (verdict.mean, verdict.deviation) == pytest.approx((3.6, 1.8), rel=1e-12)
    assert (verdict.status, verdict.value) == ("pass", 0.5)
    of["schools"][1]["primary_teachers_above_degree"] = 26
    assert court(of)["D1", None, "primary"].status == "fail"


def test_t6b_the_split_area_meets_both_limits(court: Court) -> None:
    facts = {"teaching_area": 6600, "indoor_sports_area": 0}
    of = document(school("nine_year", 700, 500, **facts))
    values = [court(of)["R4", "S0", stage] for stage in ("primary", "junior")]
    assert [verdict.value for verdict in values] == pytest.approx([5.28, 5.808], rel=1e-12)
    assert [verdict.status for verdict in values] == ["pass", "pass"]


def test_t6b_the_shortfall_is_the_whole_schools_amount(court: Court) -> None:
    facts = {"teaching_area": 6200, "indoor_sports_area": 200}
    verdict = court(document(school("nine_year", 700, 500, **facts)))["R4", "S0", "junior"]
    assert (verdict.status, verdict.shortfall) == ("fail", 590.91)


@pytest.mark.parametrize(
    ("of", "stage", "share"),
    [
        (school("twelve_year", 300, 200, 100, equipment_value=1), "primary", 0.460123),
        (school("twelve_year", 300, 200, 100, equipment_value=1), "junior", 0.337423),
        (school("complete_secondary", 0, 600, 900, equipment_value=1), "junior", 0.357143),
    ],
    ids=["T6c primary", "T6c junior", "T6d"],
)
def test_t6cd_the_share_of_a_stage(of: Document, stage: str, share: float, court: Court) -> None:
    verdict = court(document(of))["R6", "S0", stage]
    assert (verdict.value or 0) * of[f"{stage}_students"] == pytest.approx(share, abs=5e-7)


def test_t6e_the_retention_rate(court: Court) -> None:
    cohort = {"graduates": 480, "cohort_at_entry": 500, "deceased": 1}
    moves = {"transferred_in": 12, "transferred_out": 20}
    verdict = court(document(school("junior", 0, 1500, **cohort, **moves)))["Q1", None, None]
    assert verdict.value == pytest.approx(97.7956, abs=5e-5)
    assert verdict.status == "pass"


def test_84_teachers_for_2000_pupils_meet_4_2_and_83_do_not(court: Court) -> None:
    of = document(
        school("primary", 2000, primary_teachers_above_degree=84),
        school("primary", 2000, primary_teachers_above_degree=83),
    )
    assert court(of)["R1", "S0", "primary"].status == "pass"
    short = court(of)["R1", "S1", "primary"]
    assert (short.status, short.shortfall) == ("fail", 1)
