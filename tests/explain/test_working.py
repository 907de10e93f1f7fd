"""The working of a verdict, against numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from compliance.engine.working import Flip, Working
from compliance.explain.working import workings
from compliance.explain.working_text import text
from compliance.kernel.errors import UsageError
from tests.engine.test_kinds import AREA, BASE, DEGREE, EVEN, primary
from tests.support.nonempty import nonempty
from tests.support.rules import CONCLUSION, HEAD, rule, ruleset
from tests.support.working import context_of, working

BOOKS = (
    HEAD.replace('of = "teachers_above_degree"', 'of = "equipment_value"').replace(
        "per = 100", "per = 1"
    )
    + rule("R1", DEGREE)
    + rule("D1", EVEN)
    + CONCLUSION
)
NINE_YEARS = {
    "school_type": "nine_year", "primary_students": 700.0, "junior_students": 500.0,
    "primary_teachers_above_degree": 50.0, "junior_teachers_above_degree": 50.0,
}  # fmt: skip


def changes(found: Working) -> dict[str, tuple[float, str]]:
    """fact and direction → change and what it turns to."""
    return {
        f"{flip.fact}{'+' if flip.change > 0 else '-'}": (flip.change, flip.turns_to)
        for flip in found.flips
    }


def test_shares_of_the_published_coefficient() -> None:
    """T1: terms 0.002693, 0.848553, 5.127446, 4.501090, 0.173004; S 3.263861; CV 0.515257."""
    pupils = [45, 37, 89, 76, 55]
    books = [279, 137, 935, 160, 402]
    schools = [
        {**primary(p, None), "equipment_value": float(b)}
        for p, b in zip(pupils, books, strict=True)
    ]
    found = working(ruleset(BOOKS), schools, "D1")
    (spread,) = found.spread
    assert float(spread.mean) == pytest.approx(6.334437, abs=5e-7)
    assert spread.deviation == pytest.approx(3.263861, abs=5e-7)
    assert spread.coefficient == pytest.approx(0.515257, abs=5e-7)
    terms = {"1": 0.002693, "2": 0.848553, "3": 5.127446, "4": 4.501090, "5": 0.173004}
    total = sum(terms.values())
    assert [one.school_code for one in spread.drivers] == ["3", "4", "2", "5", "1"]
    for one in nonempty(spread.drivers):
        assert float(one.term) / 302 == pytest.approx(terms[one.school_code], abs=6e-7)
        assert float(one.share) == pytest.approx(terms[one.school_code] / total, abs=1e-6)
    assert sum(one.share for one in spread.drivers) == 1


def test_one_school_brings_the_published_coefficient_under_its_limit() -> None:
    """T1 again: the smallest change of each driver is judged with fractions, and one less fails."""
    pupils = [45, 37, 89, 76, 55]
    books = [279, 137, 935, 160, 402]

    def coefficient_is_met(owned: list[int]) -> bool:
        total = sum(pupils)
        mean = Fraction(sum(owned), total)
        variance = sum(p * (Fraction(b, p) - mean) ** 2 for p, b in zip(pupils, owned, strict=True))
        return variance / total <= (mean / 2) ** 2

    schools = [
        {**primary(p, None), "equipment_value": float(b)}
        for p, b in zip(pupils, books, strict=True)
    ]
    (spread,) = working(ruleset(BOOKS), schools, "D1").spread
    assert not coefficient_is_met(books)
    assert {flip.of for flip in spread.flips} >= {"3", "4"}
    for flip in nonempty(spread.flips):
        place, change = int(flip.of) - 1, int(flip.change)
        step = 1 if change > 0 else -1
        turned, short = list(books), list(books)
        turned[place] += change
        short[place] += change - step
        assert coefficient_is_met(turned)
        assert not coefficient_is_met(short)


def test_a_coefficient_of_exactly_one_half() -> None:
    """T6 (a): 100 and 900 pupils, 9 and 27 teachers: X̄ 3.6, S² 3.24, shares 90 % and 10 %."""
    (spread,) = working(ruleset(BASE), [primary(100, 9), primary(900, 27)], "D1").spread
    assert (spread.mean, spread.variance) == (Fraction(18, 5), Fraction(81, 25))
    assert (spread.coefficient, spread.status, spread.alone) == (0.5, "pass", None)
    assert [one.share for one in spread.drivers] == [Fraction(9, 10), Fraction(1, 10)]


def test_a_mean_of_0_is_said_as_that() -> None:
    found = working(ruleset(BASE), [primary(100, 0), primary(900, 0)], "D1")
    (spread,) = found.spread
    assert spread.mean == 0
    assert found.status == "unknown"
    assert found.missing == ()
    assert found.message.startswith("甲县小学D1无从计算：均值为0。")
    told = text(found)
    assert "X̄ = ΣP·x ÷ ΣP = 0：均值为0，差异系数 S ÷ X̄ 无从计算。" in told
    assert "S ÷ X̄ = 0" not in told
    assert "高于均值" not in told


def test_no_single_school_can_mend_a_deep_disparity() -> None:
    """Two schools that own everything among six: neither alone evens the county out."""
    schools = [primary(100, 20), primary(100, 20), *(primary(100, 0) for _ in range(4))]
    (spread,) = working(ruleset(BASE), schools, "D1").spread
    assert (spread.status, spread.flips, spread.alone) == ("fail", (), False)


def test_the_share_of_a_nine_year_school() -> None:
    """T6 (b): 700 + 500 pupils, weights 1 : 1.1, sum 1250; 6000 m² → 4.8 and 5.28; 590.91 lack."""
    rules = ruleset(BASE)
    schools = [{**NINE_YEARS, "teaching_area": 6000.0}]
    found = working(rules, schools, "R2", "1", "junior")
    shares = {one.stage: one.share for one in found.split}
    assert shares == {"primary": Fraction(14, 25), "junior": Fraction(11, 25)}
    (test,) = found.comparisons
    assert (test.value, test.threshold, test.shortfall) == (
        Fraction(132, 25), Fraction(29, 5), 590.91,
    )  # fmt: skip
    assert test.filled == "6000 × 1.1 ÷ (700 × 1 + 500 × 1.1)"
    assert changes(found) == {
        "teaching_area+": (590.91, "pass"),
        # 6600 ÷ 5.8 = 1137.93…: the weighted pupils may be that many, 550 of them junior ones
        "primary_students-": (-113.0, "pass"),
        # 1137.93 − 700 = 437.93… ÷ 1.1 = 398.1…
        "junior_students-": (-102.0, "pass"),
    }
    kept = working(rules, schools, "R2", "1", "primary")
    assert kept.status == "pass"
    # 4.5 × 1250 = 5625 is still enough, 5624.99 is not
    assert changes(kept)["teaching_area-"] == (-375.01, "fail")


def test_two_stages_give_two_workings() -> None:
    found = workings(
        context_of(ruleset(BASE), [{**NINE_YEARS, "teaching_area": 6600.0}]), "R2", "1"
    )
    assert [(one.stage, float(one.comparisons[0].value or 0)) for one in found] == [
        ("primary", 5.28), ("junior", 5.808),
    ]  # fmt: skip


def test_a_pass_on_the_line_fails_with_one_step() -> None:
    """84 of 2000 is 4.2 exactly: a teacher less or a pupil more fails."""
    found = working(ruleset(BASE), [primary(2000, 84)], "R1", "1")
    assert changes(found) == {
        "primary_teachers_above_degree-": (-1.0, "fail"),
        "primary_students+": (1.0, "fail"),
    }


def test_how_far_a_failure_is_from_passing() -> None:
    """80 of 2000: four teachers more, or pupils down to 80 ÷ 0.042 = 1904.76…, 1904."""
    found = working(ruleset(BASE), [primary(2000, 80)], "R1", "1")
    assert changes(found) == {
        "primary_teachers_above_degree+": (4.0, "pass"),
        "primary_students-": (-96.0, "pass"),
    }


def test_the_group_names_the_cheapest_to_mend() -> None:
    """One of two must pass, the other reach 85 %: the area lacks 2.2 %, the teachers 50 %."""
    found = working(ruleset(BASE), [primary(1000, 21, 4400.0)], "RS", "1")
    states = {one.rule: (one.status, one.above_floor) for one in found.members}
    assert states == {"R1": ("fail", False), "R2": ("fail", True)}
    gaps = {one.rule: one.gap for one in found.members}
    assert gaps["R1"] == pytest.approx(0.5)
    assert gaps["R2"] == pytest.approx(0.1 / 4.5)
    # 4.5 × 1000 − 4400 = 100 m²; 0.85 × 4.2 × 10 = 35.7 → 36 teachers
    assert any(line.startswith("R2 ") and "100平方米" in line for line in found.plan)
    assert any(line.startswith("R1 ") and "15人" in line for line in found.plan)


def test_what_is_missing_is_named_and_nothing_is_said_to_flip() -> None:
    found = working(ruleset(BASE), [primary(2000, None)], "R1", "1")
    assert (found.status, found.flips) == ("unknown", ())
    assert found.missing == ("小学高于规定学历教师数",)
    assert "（未填报）" in text(found)


def test_a_rule_about_schools_asks_for_one_and_names_those_that_fail() -> None:
    context = context_of(ruleset(BASE), [primary(2000, 84), primary(2000, 83)])
    with pytest.raises(UsageError) as error:
        workings(context, "R1")
    assert "--school" in error.value.what
    assert "2 第2学校" in error.value.todo
    assert "第1学校" not in error.value.todo


def test_an_unknown_school_is_answered_with_the_nearest() -> None:
    context = context_of(ruleset(BASE), [primary(2000, 84), primary(2000, 83)])
    with pytest.raises(UsageError) as error:
        workings(context, "R1", "第3学校")
    assert "第2学校" in error.value.todo


def test_a_school_has_its_own_share_of_a_coefficient() -> None:
    context = context_of(ruleset(BASE), [primary(100, 9), primary(900, 27)])
    (found,) = workings(context, "D1", "2")
    (one,) = found.spread[0].drivers
    assert (one.school_code, one.share) == ("2", Fraction(1, 10))


def test_the_deciding_member_of_a_group() -> None:
    rules = ruleset(
        BASE.replace('role = "conclusion"\nof = []', 'role = "conclusion"\nof = ["RS", "D1"]')
    )
    found = working(rules, [primary(1000, 42), primary(1000, 10)], "C")
    decides = {one.rule: one.decides for one in found.members}
    assert decides == {"RS": True, "D1": True}
    assert {one.rule: one.detail for one in found.members}["RS"] == "第2学校（小学）"


def test_json_keeps_what_no_decimal_ends() -> None:
    found = working(ruleset(BASE), [primary(300, 14)], "R1", "1").as_json()
    assert found["comparisons"][0]["value_exact"] == "14/3"
    assert found["comparisons"][0]["threshold"] == pytest.approx(4.2)
    assert found["format"] == "junheng-explanation/1"


def test_every_line_of_a_working_is_made_of_its_figures() -> None:
    shown = text(working(ruleset(BASE), [primary(2000, 80)], "R1", "1"))
    assert "100 × 80 ÷ 2000 = 4" in shown
    assert "标准 ≥ 4.2：4 < 4.2，不达标" in shown
    assert "增加4人（80 → 84），即可达标" in shown


def test_flips_are_plain_values() -> None:
    one: Flip = working(ruleset(BASE), [primary(2000, 80)], "R1", "1").flips[0]
    assert (one.before, one.after) == (80.0, 84.0)


def quantities(**facts: Any) -> dict[str, Any]:
    return {**primary(1000, 50), **facts}


def test_an_indicator_of_two_facts_turns_on_either() -> None:
    """4500 m² less 0 of halls is 4.5 on the line; a hundredth of either turns it."""
    rules = ruleset(
        HEAD.replace('of = "teaching_area"', "of = { teaching_area = 1, indoor_sports_area = -1 }")
        + rule("R2", AREA)
        + CONCLUSION
    )
    found = working(rules, [quantities(teaching_area=4500.0, indoor_sports_area=0.0)], "R2", "1")
    assert changes(found) == {
        "teaching_area-": (-0.01, "fail"),
        "indoor_sports_area+": (0.01, "fail"),
        "primary_students+": (1.0, "fail"),
    }
