"""How figures read."""

from __future__ import annotations

import pytest

from compliance.assessment import figures
from compliance.kernel import i18n
from compliance.rules.language.model import FindingForm, short


@pytest.mark.parametrize(
    ("value", "unit", "level", "form", "places"),
    [
        (4.1, "人/百名学生", "unit", FindingForm(), 2),
        (84.0, "人/百名学生", "unit", FindingForm(), 2),
        (0.2, None, "county", FindingForm(decimals=3), 3),
        (97.79, "%", "county", FindingForm(), 1),
        (100.0, "%", "school", FindingForm(), 1),
        (5833.33, "元", "county", FindingForm(), 2),
        (57600.0, "元", "school", FindingForm(), 0),
        (5800.0, "元/生", "county", FindingForm(), 2),
        (2000.0, "人", "school", FindingForm(), 0),
        (0.149, None, "county", FindingForm(), 3),
    ],
)
def test_decimals_of_the_declaration_form(
    value: float, unit: str | None, level: str, form: FindingForm, places: int
) -> None:
    assert figures.decimals(value, unit, level, form) == places


@pytest.mark.parametrize(
    ("value", "places", "operator", "threshold", "status", "shown"),
    [
        (0.501787, 3, "<=", 0.5, "fail", "0.502"),
        (0.5004, 3, "<=", 0.5, "fail", "0.500（未四舍五入为0.5004）"),
        (0.50000004, 3, "<=", 0.5, "fail", "0.500（未四舍五入为0.50000004）"),
        (4.1996, 2, ">=", 4.2, "fail", "4.20（未四舍五入为4.1996）"),
        (0.1496, 2, "<", 0.15, "pass", "0.15（未四舍五入为0.1496）"),
        (99.96, 1, ">=", 100.0, "fail", "100.0（未四舍五入为99.96）"),
        # nothing was rounded: it fails for another reason than its number
        (6.0, 0, ">=", 6.0, "fail", "6"),
        (10.0, 1, ">=", 10.0, "fail", "10.0"),
        # judged exactly: the double is above one half, the figures as typed are not
        (0.5000000000000001, 3, "<=", 0.5, "pass", "0.500"),
        (2.345, 2, None, None, None, "2.35"),
        (1.005, 2, None, None, None, "1.01"),
    ],
)
def test_a_rounded_figure_never_reads_as_the_other_verdict(
    value: float, places: int, operator: str | None, threshold: float | None,
    status: str | None, shown: str,
) -> None:  # fmt: skip
    assert figures.reading(value, places, operator, threshold, status) == shown


def test_the_unit_stands_at_each_number() -> None:
    share = (9.996, 1, ">=", 10.0, "fail", "%")
    assert figures.reading(*share) == "10.0%（未四舍五入为9.996%）"
    assert figures.reading(2.0, 0, unit="间") == "2间"
    with i18n.use("en"):
        assert figures.reading(*share) == "10.0% (unrounded 9.996%)"
        assert figures.reading(5800.0, 0, unit="yuan") == "5800 yuan"


def test_a_figure_at_its_floor_is_not_below_it() -> None:
    assert not figures.below(0.765, 0.9 * 0.85)  # the product of the floats is a hair above
    assert figures.below(0.764, 0.765)


def test_limits() -> None:
    assert figures.limit(">=", 4.2) == "≥4.2"
    assert figures.limit(">=", 2000.0, "元") == "≥2000元"
    assert figures.limit("<=", 0.5, least=2) == "≤0.50"
    assert figures.limit("<=", 0.45, least=2) == "≤0.45"
    assert figures.limit(None, None) == ""
    assert figures.asked("<", 0.15) == "应低于0.15"
    with i18n.use("en"):
        assert figures.asked(">=", 6000.0, "yuan") == "at least 6000 yuan required"
        assert figures.limit(">=", 6000.0, "yuan") == "≥6000 yuan"
        assert figures.limit(">=", 80.0, "%") == "≥80%"


def test_headings_without_how_they_are_made() -> None:
    assert short("每百名学生拥有高于规定学历教师数") == "高于规定学历教师"
    assert short("生均体育运动场馆面积") == "体育运动场馆面积"
    assert short("班级学生数") == "班级学生数"
    assert short("Backbone teachers per 100 pupils") == "Backbone teachers"
    assert short("生均") == "生均"


def test_plain_numbers() -> None:
    assert figures.plain(84.0) == "84"
    assert figures.plain(1e21) == "1000000000000000000000"
    assert figures.plain(1e-7) == "0.0000001"
    assert figures.amount(590.9099999) == "590.91"
    assert figures.amount(3.0) == "3"
