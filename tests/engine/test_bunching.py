"""Values that crowd just above a limit: the statistic, and what it says of a county."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import Choice, load, prepare
from compliance.engine.evaluate import evaluate
from compliance.engine.verdicts import bunched, crowded
from compliance.kernel.errors import Problem
from tests.support.nonempty import nonempty

PUPILS = 1000
LIMIT = 7.5  # m² of sports field a primary pupil


def chances(total: int) -> list[Fraction]:
    """P(at least n of `total`) for n from 0, each with 2/3: ways counted on from trial to trial.

    Every success counts double, every miss once, so that all ways together are 3 to the power of
    `total`.
    """
    ways = [1]
    for _ in range(total):
        misses, successes = [*ways, 0], [0, *(2 * count for count in ways)]
        ways = [a + b for a, b in zip(misses, successes, strict=True)]
    return [Fraction(sum(ways[n:]), 3**total) for n in range(total + 1)]


def test_all_on_one_side_takes_eighteen() -> None:
    """(2/3)^17 = 131072/129140163 = 0.00101…; (2/3)^18 = 0.00067…"""
    assert not crowded(17, 0)
    assert crowded(18, 0)
    assert not crowded(0, 18)
    assert not crowded(0, 0)


@pytest.mark.parametrize("total", [18, 25, 40, 90])
def test_the_line_is_drawn_where_the_binomial_law_has_it(total: int) -> None:
    for inside, chance in nonempty(enumerate(chances(total))):
        assert crowded(inside, total - inside) is (chance < Fraction(1, 1000))


def test_twice_as_many_above_as_below_are_no_doubt() -> None:
    assert not crowded(20, 10)
    assert not crowded(200, 100)
    assert not crowded(1000, 500)


def doubted(tmp_path: Path, areas: list[float | None], **county: Any) -> list[Problem]:
    schools = [
        {
            "school_code": f"21340000{n:02}",
            "school_name": f"第{n}小学",
            "school_type": "primary",
            "primary_students": PUPILS,
            "outdoor_sports_area": area,
            "indoor_sports_area": 0,
        }
        for n, area in enumerate(areas)
    ]
    document = {
        "format": "junheng-submission/1",
        "county": {"county_code": "519901", "county_name": "示范县", "year": 2023, **county},
        "schools": schools,
    }
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    offers = load()
    (case,) = prepare([path], offers, Choice()).jobs
    components = {name: one for name, one in case.rules.rules.items() if one.role == "component"}
    rules = replace(case.rules, rules=components)  # no other rule is looked at
    return bunched(evaluate(rules, case.part, case.as_of, offers.kinds))


def just_above(number: int) -> list[float | None]:
    """Areas from exactly the limit to 4 % above it, none alike."""
    return [PUPILS * LIMIT * (1 + n / 500) for n in range(number)]


def test_a_county_whose_schools_crowd_at_the_limit(tmp_path: Path) -> None:
    (one,) = doubted(tmp_path, just_above(18))
    assert (one.severity, one.code) == ("warning", "figures_bunched")
    assert one.facts == ("outdoor_sports_area", "indoor_sports_area")
    assert (one.county_code, one.year, one.school_code) == ("519901", 2023, None)
    assert one.message.endswith(
        "（小学）：标准7.5以上5%以内有18所，另一侧5%以内只有0所，数值密集在达标线上"
    )
    assert one.message.startswith("R5 ")
    assert "仅为线索" in one.expected


@pytest.mark.parametrize(
    "areas",
    [
        just_above(17),
        [*just_above(17), None],  # a blank is neither above nor below
        [*just_above(18), *(PUPILS * LIMIT * 0.97 for _ in range(3))],  # 18 of 21: 5.6 %
        [PUPILS * LIMIT * 1.06 + n for n in range(30)],  # beyond the band
        [PUPILS * LIMIT * 0.97 + n for n in range(30)],  # they miss it
    ],
)
def test_near_misses(tmp_path: Path, areas: list[float | None]) -> None:
    assert doubted(tmp_path, areas) == []


def test_the_order_of_the_schools_does_not_matter(tmp_path: Path) -> None:
    areas = [*just_above(25), PUPILS * LIMIT * 0.97]
    usual = doubted(tmp_path, areas)
    assert len(usual) == 1
    assert doubted(tmp_path, areas[::-1]) == usual
