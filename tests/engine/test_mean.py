"""Coefficients on an indicator of their own, and the mean of several, exactly on the line."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from compliance.assessment.messages import told
from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import evaluate
from compliance.engine.findings import findings
from compliance.engine.kinds import Kind, kinds
from compliance.engine.kinds.dispersion import Dispersion
from compliance.kernel.submission import STATUSES
from tests.support.rules import CONCLUSION, DAY, HEAD, judged, rule, ruleset, submission

OUT = '\n[exclusion.private]\ntitle = "民办"\nwhere = { sponsor = 10 }\n'
B1 = rule("B1", 'kind = "dispersion"\nindicator = "degree"\nexclude = ["private"]')
B2 = rule("B2", 'kind = "dispersion"\nindicator = "area"\nexclude = ["private"]')
BM = rule("BM", 'kind = "mean"\nof = ["B1", "B2"]\nat_most = { primary = 0.65, junior = 0.55 }')
LAW = ruleset(HEAD + OUT + B1 + B2 + BM + CONCLUSION)


def school(pupils: float, teachers: Any, area: Any, sponsor: Any = 5, **facts: Any) -> Any:
    return {
        "school_type": "primary", "primary_students": pupils, "teaching_area": area,
        "primary_teachers_above_degree": teachers, "sponsor": sponsor, **facts,
    }  # fmt: skip


# 100 and 900 pupils. 9 and 3 teachers a hundred: X̄ 3.6, S 0.3 × 6 = 1.8, exactly 0.5.
# 51 and 11 m² each: X̄ 15, S 0.3 × 40 = 12, exactly 0.8. Their mean is 0.65.
ON_THE_LINE = [school(100, 9, 5100), school(900, 27, 9900)]


def state(outcome: pl.DataFrame, row: int = 0) -> str:
    return STATUSES[outcome["status"][row]]


def test_a_coefficient_without_a_limit_is_shown() -> None:
    row = judged(LAW, submission(ON_THE_LINE)).outcome("B1").row(0, named=True)
    assert STATUSES[row["status"]] == "not_applicable"
    assert (row["value"], row["mean"]) == (pytest.approx(0.5), pytest.approx(3.6))
    assert (row["deviation"], row["threshold"]) == (pytest.approx(1.8), None)


def test_the_mean_exactly_on_the_line_is_met() -> None:
    outcome = judged(LAW, submission(ON_THE_LINE)).outcome("BM")
    assert (state(outcome), outcome["value"][0], outcome["threshold"][0]) == ("pass", 0.65, 0.65)
    assert state(outcome, 1) == "not_applicable"  # no junior stage


def test_a_little_above_the_line_is_missed() -> None:
    schools = [school(100, 9, 5100.1), school(900, 27, 9900)]
    outcome = judged(LAW, submission(schools)).outcome("BM")
    assert state(outcome) == "fail"
    assert outcome["value"][0] > 0.65


def test_where_it_must_lie_below_the_line_itself_is_missed() -> None:
    text = HEAD + OUT + B1 + B2 + BM.replace("at_most", "below") + CONCLUSION
    assert state(judged(ruleset(text), submission(ON_THE_LINE)).outcome("BM")) == "fail"


def test_a_root_that_is_irrational_lies_on_no_line() -> None:
    assert exact_arithmetic.sum_of_roots([Fraction(1, 4), Fraction(16, 25)]) == Fraction(13, 10)
    two = exact_arithmetic.sum_of_roots([Fraction(2)])
    assert two**2 != 2
    assert abs(two**2 - 2) < Fraction(1, 10**98)


def test_any_coefficient_missing_leaves_the_mean_open() -> None:
    schools = [school(100, None, 5100), school(900, 27, None)]
    outcome = judged(LAW, submission(schools)).outcome("BM")
    assert (state(outcome), outcome["value"][0]) == ("unknown", None)
    assert outcome["missing"][0].to_list() == ["primary_teachers_above_degree", "teaching_area"]


@pytest.mark.parametrize(
    ("sponsor", "value", "status", "missing"),
    [
        (10, 0.5, "not_applicable", []),  # out: the other two remain
        (None, None, "unknown", ["sponsor"]),  # who knows
    ],
)
def test_who_counts(sponsor: Any, value: Any, status: str, missing: list[str]) -> None:
    schools = [*ON_THE_LINE, school(500, 40, 1000, sponsor)]
    outcome = judged(LAW, submission(schools)).outcome("B1")
    assert (state(outcome), outcome["value"][0]) == (
        status,
        pytest.approx(value) if value else None,
    )
    assert outcome["missing"][0].to_list() == missing
    mean = judged(LAW, submission(schools)).outcome("BM")
    assert (state(mean), mean["value"][0]) == (("pass", 0.65) if value else ("unknown", None))


def test_a_condition_chooses_units_and_one_that_is_open_is_named() -> None:
    body = 'kind = "dispersion"\nindicator = "degree"\nwhere = { setting = "rural" }\nat_most = { primary = 0.5 }'
    rules = ruleset(HEAD + rule("B1", body) + CONCLUSION)
    assert rules.references.facts("B1") == ("teachers_above_degree", "students", "setting")
    schools = [one | {"setting": "rural"} for one in ON_THE_LINE]
    assert state(judged(rules, submission(schools)).outcome("B1")) == "pass"  # 0.5 exactly
    town = [*schools, school(500, 40, 1, setting="town")]
    assert judged(rules, submission(town)).outcome("B1")["value"][0] == 0.5
    blank = [*schools, school(500, 40, 1)]
    outcome = judged(rules, submission(blank)).outcome("B1")
    assert (state(outcome), outcome["missing"][0].to_list()) == ("unknown", ["setting"])
    none = judged(rules, submission([school(500, 40, 1, setting="town")])).outcome("B1")
    assert state(none) == "not_applicable"


def test_one_unit_and_units_of_nothing() -> None:
    single = judged(LAW, submission([school(100, 9, 5100)])).outcome("BM")
    assert (state(single), single["value"][0]) == ("pass", 0.0)
    nothing = judged(LAW, submission([school(100, 0, 5100), school(50, 0, 10)])).outcome("BM")
    assert (state(nothing), nothing["missing"][0].to_list()) == ("unknown", [])


def test_a_broken_coefficient_breaks_the_mean() -> None:

    broken = {**kinds(), "dispersion": Breaking()}
    bench = evaluate(LAW, submission(ON_THE_LINE), DAY, broken)
    assert set(bench.broken) == {"B1", "B2", "BM"}
    assert state(bench.outcome("BM")) == "error"


class Breaking(Dispersion):
    def evaluate(self, rule: Any, evaluation: Any) -> pl.DataFrame:
        raise RuntimeError("broken")


def messages(schools: list[Any], rules: Any = LAW, offered: Any = None) -> dict[Any, str]:
    bench = evaluate(rules, submission(schools), DAY, offered or kinds())
    found = told(findings(bench, []), {"sponsor": "举办者类型"})[0]
    return {(row["rule"], row["stage"]): row["message"] for row in found.iter_rows(named=True)}


def test_their_sentences() -> None:
    said = messages(ON_THE_LINE)
    assert said["BM", "primary"] == "甲县小学BM为0.650，不超过0.65的上限。"
    assert said["B1", "primary"] == "甲县小学B1为0.500（均值3.6，标准差1.8），本项不单设限值。"
    assert said["B1", "junior"] == "甲县初中：“B1”不适用。"
    open_ = messages([*ON_THE_LINE, school(500, 40, 1000, None)])
    assert open_["BM", "primary"] == "甲县小学“BM”无法判定：缺少举办者类型。"
    worse = messages([school(100, 9, 5100.1), school(900, 27, 9900)])["BM", "primary"]
    assert worse.startswith("甲县小学BM为0.650（未四舍五入为0.65000")
    assert worse.endswith("超过0.65的上限。")


def test_a_coefficient_has_no_unit() -> None:
    found = told(findings(judged(LAW, submission(ON_THE_LINE)), []), {})[0]
    assert found.filter(pl.col("rule") == "B1")["unit"].to_list() == [None, None]


def test_a_kind_of_a_plugin_speaks_for_itself() -> None:
    """Its sentence for what it met, missed or left open; the core's where it says nothing."""
    statuses = {"G1": 5, "G2": 2, "G3": 6, "G4": 0}

    class Graded(Kind):
        name = "graded"

        def columns(self, rule: Any, evaluation: Any) -> Mapping[str, pl.Expr]:
            return {
                "status": pl.lit(statuses[rule.id], pl.UInt8),
                "detail": pl.lit(None if rule.id == "G4" else "甲等"),
            }

        def sentence(self, rule: Any, ruleset: Any) -> pl.Expr:
            return pl.format("{}评为{}，共{}项。", "subject", "detail", pl.lit(len(ruleset.rules)))

    text = "".join(rule(name, 'kind = "graded"') for name in statuses)
    offered = {**kinds(), "graded": Graded()}
    rules = ruleset(HEAD + text + CONCLUSION, offered=offered)
    said = messages(ON_THE_LINE, rules, offered)
    assert said["G1", None] == said["G2", None] == "甲县评为甲等，共5项。"
    assert said["G3", None] == "甲县：“G3”不适用。"
    assert said["G4", None] == "甲县：“G4”不达标。"
