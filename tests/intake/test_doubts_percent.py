"""Fractions for percentages, and percentages that their counts contradict."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intake.raws import COUNTY, codes, document, submit


def doubted(**county: object) -> list[str]:
    given = {name: value for name, value in county.items() if value is not None}
    found = submit(document(county={**COUNTY, **given}))
    assert codes(found) == []
    return codes(found, "warning")


@pytest.mark.parametrize(
    "fact", ["recognition_percent", "primary_nearby_percent", "junior_nearby_percent"]
)
@pytest.mark.parametrize(
    ("value", "hit"),
    [(0.92, True), (1, True), (0.001, True), (1.01, False), (0, False), (92, False), (None, False)],
)
def test_a_fraction_for_a_percentage(fact: str, value: object, hit: bool) -> None:
    assert doubted(**{fact: value}) == (["fraction_for_percent"] if hit else [])


def test_it_says_what_to_write() -> None:
    (one,) = submit(document(county={**COUNTY, "recognition_percent": 0.92})).problems
    assert one.message == "社会认可度填0.92，疑把百分数填成了小数"
    assert one.expected == "以百分数填写：92；确为0.92%的，不必改"
    assert (one.severity, one.at) == ("warning", "/counties/0/recognition_percent")
    assert one.facts == ("recognition_percent",)


# 1800 of 2000 are 90 %; 15 points either way are allowed
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"recognition_percent": 90}, []),
        ({"recognition_percent": 75}, []),
        ({"recognition_percent": 74.9}, ["quotient_differs"]),
        ({"recognition_percent": 60}, ["quotient_differs"]),
        ({"recognition_percent": 100}, []),
        ({"recognition_percent": 0}, ["quotient_differs"]),
        ({"recognition_percent": 0.9}, ["fraction_for_percent"]),  # said once
        ({"recognition_percent": None}, []),
        ({"recognition_percent": 60, "survey_satisfied": None}, []),
        ({"recognition_percent": 60, "survey_valid": None}, []),
        ({"recognition_percent": 60, "survey_valid": 0, "survey_satisfied": 0}, []),
        ({"recognition_percent": 60, "survey_satisfied": 2001}, ["part_exceeds_whole"]),
    ],
)
def test_a_percentage_beside_its_counts(changed: dict[str, Any], expected: list[str]) -> None:
    counts = {"survey_valid": 2000, "survey_satisfied": 1800}
    assert doubted(**{**counts, **changed}) == expected
