"""Each kind of rule: its three-valued logic, its exactness on the line, its shortfalls."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.engine.sentences import in_words
from compliance.kernel.submission import STATUSES
from tests.support.examples import examples
from tests.support.nonempty import nonempty
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

DEGREE = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }'
AREA = 'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "area"\nat_least = { primary = 4.5, junior = 5.8 }'
SCHOOL_RULE = (
    'kind = "most"\nscope = "unit"\nof = ["R1", "R2"]\npass_at_least = 1\nrest_at_least = 0.85'
)
EVEN = 'kind = "dispersion"\nof = "R1"\nat_most = { primary = 0.5, junior = 0.45 }'
BASE = (
    HEAD
    + rule("R1", DEGREE)
    + rule("R2", AREA)
    + rule("RS", SCHOOL_RULE)
    + rule("D1", EVEN)
    + CONCLUSION
)


def primary(
    students: float | None, teachers: float | None, area: float | None = 1e6
) -> dict[str, Any]:
    return {
        "school_type": "primary", "primary_students": students,
        "primary_teachers_above_degree": teachers, "teaching_area": area,
    }  # fmt: skip


def statuses(outcome: Any) -> list[str]:
    return [STATUSES[code] for code in outcome["status"]]


def test_84_of_2000_stand_on_the_line_and_pass() -> None:
    bench = judged(ruleset(BASE), submission([primary(2000, 84), primary(2000, 83)]))
    outcome = bench.outcome("R1")
    assert statuses(outcome) == ["pass", "fail"]
    assert outcome["value"].to_list() == [4.2, 4.15]
    assert outcome["shortfall"].to_list() == [None, 1.0]


def test_a_coefficient_of_exactly_one_half_passes() -> None:
    """T6 (a): X̄ 3.6, S 1.8; doubles alone give 0.5000000000000001."""
    bench = judged(ruleset(BASE), submission([primary(100, 9), primary(900, 27)]))
    row = bench.outcome("D1").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"]) == ("pass", 0.5)
    assert row["mean"] == pytest.approx(3.6)
    assert row["deviation"] == pytest.approx(1.8)


def test_a_school_with_two_stages_shares_by_weighted_pupils() -> None:
    """T6 (b): 700 + 500 pupils, 6600 → 5.28 and 5.808; 6000 → the junior stage lacks 590.91."""
    school = {
        "school_type": "nine_year", "primary_students": 700.0, "junior_students": 500.0,
        "primary_teachers_above_degree": 50.0, "junior_teachers_above_degree": 50.0,
    }  # fmt: skip
    bench = judged(ruleset(BASE), submission([{**school, "teaching_area": 6600.0}]))
    assert bench.outcome("R2")["value"].to_list() == pytest.approx([5.28, 5.808], rel=1e-15)
    assert statuses(bench.outcome("R2")) == ["pass", "pass"]
    short = judged(ruleset(BASE), submission([{**school, "teaching_area": 6000.0}]))
    assert short.outcome("R2")["shortfall"].to_list() == [None, 590.91]


def test_shares_are_those_of_the_worked_case() -> None:
    """T6 (c): twelve years 300/200/100 → 0.460123 and 0.337423; (d) 600/900 → 0.357143."""
    twelve = {
        "school_type": "twelve_year", "primary_students": 300.0, "junior_students": 200.0,
        "senior_students": 100.0, "teaching_area": 652.0,
    }  # fmt: skip
    secondary = {
        "school_type": "complete_secondary", "junior_students": 600.0, "senior_students": 900.0,
        "teaching_area": 1680.0,
    }  # fmt: skip
    bench = judged(ruleset(BASE), submission([twelve, secondary]))
    values = bench.outcome("R2")["value"].to_list()
    shares = [
        value * pupils / area
        for value, pupils, area in zip(values, (300, 200, 600), (652, 652, 1680), strict=True)
    ]
    assert shares == pytest.approx([0.460123, 0.337423, 0.357143], abs=5e-7)


@pytest.mark.parametrize(
    ("teachers", "area", "verdict", "met"),
    [
        (84, 9000, "pass", 2),  # both on the line
        (84, 7650, "pass", 1),  # the other exactly at 85 % of 4.5
        (84, 7649.99, "fail", 1),  # just below it
        (83, 8999, "fail", 0),  # two misses
        (84, None, "unknown", 1),  # a blank may be below its floor
        (None, 7649, "fail", 0),  # already hopeless
        (None, None, "unknown", 0),
    ],
)
def test_most(teachers: float | None, area: float | None, verdict: str, met: int) -> None:
    bench = judged(ruleset(BASE), submission([primary(2000, teachers, area)]))
    row = bench.outcome("RS").row(0, named=True)
    assert (STATUSES[row["status"]], row["value"]) == (verdict, met)


def test_a_stage_without_pupils_is_no_unit_and_a_blank_one_is_unknown() -> None:
    bench = judged(ruleset(BASE), submission([primary(0, 1), primary(None, 1)]))
    assert statuses(bench.outcome("R1")) == ["unknown"]
    assert bench.outcome("R1")["missing"].to_list() == [["primary_students"]]
    assert bench.frames.excluded.select("school_code", "stage", "reason").rows() == [
        ("1", "primary", "stage_without_pupils")
    ]


def test_one_blank_leaves_the_coefficient_open_and_one_unit_has_none() -> None:
    blank = judged(ruleset(BASE), submission([primary(100, 5), primary(100, None)])).outcome("D1")
    assert statuses(blank) == ["unknown", "not_applicable"]
    assert blank["missing"][0].to_list() == ["primary_teachers_above_degree"]
    single = judged(ruleset(BASE), submission([primary(100, 5)])).outcome("D1")
    assert (statuses(single)[0], single["value"][0]) == ("pass", 0.0)
    nothing = judged(ruleset(BASE), submission([primary(100, 0), primary(50, 0)])).outcome("D1")
    assert (statuses(nothing)[0], nothing["value"][0]) == ("unknown", None)


COUNTY = (
    HEAD
    + '[indicator.share]\ntitle = "率"\nunit = "%"\nper = 100\nof = "exchanged_teachers"\nover = "exchange_eligible_teachers"\n'
)


@pytest.mark.parametrize(
    ("part", "whole", "verdict", "short"),
    [
        (10, 100, "pass", None), (9, 100, "fail", 1), (0, 0, "not_checked", None),
        (5, 0, "unknown", None), (None, 100, "unknown", None), (9, 91, "fail", 1), (10, 99, "pass", None),
    ],
)  # fmt: skip
def test_shares_of_nothing(part: Any, whole: Any, verdict: str, short: float | None) -> None:
    rules = ruleset(
        COUNTY + rule("G1", 'kind = "threshold"\nindicator = "share"\nat_least = 10') + CONCLUSION
    )
    county = {"exchanged_teachers": part, "exchange_eligible_teachers": whole}
    row = judged(rules, submission([primary(1, 1)], county)).outcome("G1").row(0, named=True)
    assert (STATUSES[row["status"]], row["shortfall"]) == (verdict, short)


@pytest.mark.parametrize(
    ("since", "verdict", "years"),
    [
        ("2020-09-01", "pass", 3), ("2020-09-02", "fail", 2), ("2019", "pass", None),
        ("2020", "unknown", None), ("2021", "fail", None), (None, "unknown", None),
    ],
)  # fmt: skip
def test_elapsed(since: str | None, verdict: str, years: float | None) -> None:
    rules = ruleset(
        HEAD
        + rule("E1", 'kind = "elapsed"\nsince = "basic_balance_date"\nat_least = 3')
        + CONCLUSION
    )
    figures = submission([primary(1, 1)], {"basic_balance_date": since})
    row = judged(rules, figures, date(2023, 9, 1)).outcome("E1").row(0, named=True)
    assert STATUSES[row["status"]] == verdict
    if years is not None:
        assert row["value"] == years


@pytest.mark.parametrize(
    ("said", "statement", "veto"),
    [(True, "pass", "fail"), (False, "fail", "pass"), (None, "not_checked", "not_checked")],
)
def test_statements(said: bool | None, statement: str, veto: str) -> None:
    rules = ruleset(
        HEAD
        + rule("G1", 'kind = "attested"')
        + rule("V1", 'kind = "attested"\nstatement = "vetoes"')
        + CONCLUSION
    )
    bench = judged(rules, submission([primary(1, 1)], attested={"G1": said}, vetoes={"V1": said}))
    assert statuses(bench.outcome("G1")) == [statement]
    assert statuses(bench.outcome("V1")) == [veto]


LISTED = 'kind = "listed"\nof = "monitoring"\n[[rule.Q9.each]]\nfield = "level"\nname = "水平"\nat_least = 3\n[[rule.Q9.each]]\nfield = "disparity"\nname = "差异率"\nbelow = 0.15'


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([("语文", 3, 0.1499)], "pass"), ([("语文", 3, 0.15)], "fail"), ([("语文", 2, 0.1)], "fail"),
        ([], "unknown"), ([("语文", 3, None)], "unknown"), ([("语文", None, 0.15)], "fail"),
        ([("语文", 3, 0.1), ("数学", 4, 0.2)], "fail"),
    ],
)  # fmt: skip
def test_listed_is_strict(entries: list[Any], verdict: str) -> None:
    bench = judged(
        ruleset(HEAD + rule("Q9", LISTED) + CONCLUSION),
        submission([primary(1, 1)], monitoring=entries),
    )
    assert statuses(bench.outcome("Q9")) == [verdict]
    parts = bench.outcome("Q9")["parts"][0]
    assert (0 if parts is None else len(parts)) == 2 * len(entries)


WITHIN = (
    'kind = "within"\nscope = "unit"\nlevel = "school"\nlist = "class_sizes"\nbands = "class_bands"\nlargest = "largest_class"\n'
    "edges = [25, 30, 35, 40, 45, 50, 55, 60, 65]\nat_most = { primary = 45, junior = 50 }\n"
    'unit = "人"\nitem_unit = "个班"'
)


@pytest.mark.parametrize(
    ("facts", "verdict", "value", "excess", "unit"),
    [
        ({"class_sizes": [45.0, 44.0]}, "pass", 45, None, None),
        ({"class_sizes": [45.0, 46.0, 50.0]}, "fail", 50, 2, "个班"),
        ({"class_bands": [0, 0, 0, 0, 3, 0, 0, 0, 0, 0]}, "pass", None, None, None),
        ({"class_bands": [0, 0, 0, 0, 3, 2, 0, 0, 0, 1]}, "fail", None, 3, "个班"),
        ({"largest_class": 45.0}, "pass", 45, None, None),
        ({"largest_class": 48.0}, "fail", 48, 3, "人"),
        ({}, "unknown", None, None, None),
        ({"class_sizes": [40.0], "class_bands": [0.0] * 9 + [1.0], "largest_class": 70.0}, "pass", 40, None, None),
    ],
)  # fmt: skip
def test_within(facts: dict[str, Any], verdict: str, value: Any, excess: Any, unit: Any) -> None:
    school = primary(100, 5) | {f"primary_{name}": fact for name, fact in facts.items()}
    bench = judged(ruleset(HEAD + rule("G5", WITHIN) + CONCLUSION), submission([school]))
    row = in_words(bench.outcome("G5"), bench.ruleset.rules["G5"], bench.ruleset, bench.kinds).row(
        0, named=True
    )
    found = (STATUSES[row["status"]], row["value"], row["excess"], row["excess_unit"])
    assert found == (verdict, value, excess, unit)


def test_a_band_that_straddles_the_limit_leaves_the_question_open() -> None:
    rules = ruleset(HEAD + rule("G5", WITHIN.replace("primary = 45", "primary = 43")) + CONCLUSION)
    school = primary(100, 5) | {"primary_class_bands": [0, 0, 0, 0, 3, 0, 0, 0, 0, 0]}
    assert statuses(judged(rules, submission([school])).outcome("G5")) == ["unknown"]


def test_an_open_condition_waits_only_where_the_rule_is_not_met_anyway() -> None:
    body = DEGREE.replace('scope = "unit"', 'scope = "unit"\nwhere = { setting = ["rural"] }')
    rules = ruleset(HEAD + rule("R1", body) + CONCLUSION)
    schools = [primary(100, 9) | {"setting": s} for s in ("rural", "urban", None)]
    schools += [primary(100, 1) | {"setting": s} for s in ("rural", "urban", None)]
    outcome = judged(rules, submission(schools)).outcome("R1")
    assert statuses(outcome) == [
        "pass",
        "not_applicable",
        "pass",
        "fail",
        "not_applicable",
        "unknown",
    ]
    assert outcome["missing"][5].to_list() == ["setting"]


def test_a_broken_rule_is_a_finding_in_state_error() -> None:
    from compliance.engine.evaluate import evaluate
    from compliance.engine.kinds import kinds

    rules = ruleset(
        HEAD
        + rule("G1", 'kind = "elapsed"\nsince = "no_such_fact"\nat_least = 3')
        + rule("G2", 'kind = "attested"')
        + CONCLUSION
    )
    bench = evaluate(
        rules, submission([primary(1, 1)], attested={"G2": True}), date(2023, 9, 1), kinds()
    )
    assert statuses(bench.outcome("G1")) == ["error"]
    assert statuses(bench.outcome("G2")) == ["pass"]


figures = st.one_of(st.none(), st.integers(0, 40))
schools = st.lists(
    st.tuples(st.integers(1, 600), figures, st.one_of(st.none(), st.integers(0, 4000))),
    min_size=1,
    max_size=6,
)
RULES = ruleset(BASE)
DECIDED = {"pass", "fail"}


@examples(0.6)
@given(schools, st.randoms(use_true_random=False))
def test_order_never_matters(rows: list[Any], random: Any) -> None:
    one = judged(RULES, submission([primary(*row) for row in rows]))
    shuffled = list(enumerate(rows, start=1))
    random.shuffle(shuffled)
    other = judged(
        RULES, submission([primary(*row) | {"school_code": str(n)} for n, row in shuffled])
    )
    for name in ("R1", "R2", "RS", "D1"):
        assert one.outcome(name).equals(other.outcome(name))


@examples(0.6)
@given(schools, st.integers(0, 40), st.integers(0, 4000))
def test_filling_in_a_blank_never_turns_a_decided_verdict(
    rows: list[Any], teachers: int, area: int
) -> None:
    filled = [(s, teachers if t is None else t, area if a is None else a) for s, t, a in rows]
    before = judged(RULES, submission([primary(*row) for row in rows]))
    after = judged(RULES, submission([primary(*row) for row in filled]))
    for name in ("R1", "R2", "RS", "D1"):
        for old, new in nonempty(
            zip(statuses(before.outcome(name)), statuses(after.outcome(name)), strict=True)
        ):
            assert old not in DECIDED or old == new


@examples(0.6)
@given(
    st.lists(st.tuples(st.integers(1, 600), st.integers(0, 40)), min_size=2, max_size=6),
    st.integers(2, 9),
)
def test_scaling_every_school_keeps_the_coefficient(
    rows: list[tuple[int, int]], times: int
) -> None:
    one = judged(RULES, submission([primary(s, t) for s, t in rows])).outcome("D1")
    other = judged(RULES, submission([primary(s, t * times) for s, t in rows])).outcome("D1")
    assert one["status"].to_list() == other["status"].to_list()
    assert [value is None for value in one["value"]] == [value is None for value in other["value"]]
    known = [value for value in other["value"] if value is not None]
    assert [value for value in one["value"] if value is not None] == pytest.approx(known, rel=1e-9)


@examples(0.6)
@given(st.integers(1, 3000), st.integers(0, 200))
def test_the_shortfall_is_the_least_that_mends_the_rule(students: int, teachers: int) -> None:
    row = judged(RULES, submission([primary(students, teachers)])).outcome("R1").row(0, named=True)
    short = row["shortfall"]
    if short is None:
        assert Fraction(teachers * 100, students) >= Fraction("4.2")
        return
    assert Fraction((teachers + int(short)) * 100, students) >= Fraction("4.2")
    assert Fraction((teachers + int(short) - 1) * 100, students) < Fraction("4.2")


@examples(0.6)
@given(schools, st.integers(43, 90))
def test_raising_a_limit_never_turns_fail_into_pass(rows: list[Any], tenths: int) -> None:
    stricter = ruleset(BASE.replace("primary = 4.2", f"primary = {tenths / 10}"))
    figures_of = submission([primary(*row) for row in rows])
    for old, new in nonempty(
        zip(
            statuses(judged(RULES, figures_of).outcome("R1")),
            statuses(judged(stricter, figures_of).outcome("R1")),
            strict=True,
        )
    ):
        assert (old, new) != ("fail", "pass")


def test_areas_are_short_by_hundredths_without_noise() -> None:
    """Polars multiplies by 1/100 where it should divide: 406 steps would be 4.0600000000000005."""
    school = {"school_type": "nine_year", "primary_students": 20.0, "junior_students": 8.0}
    # 8 + 20/1.1 effective pupils × 5.8 − 147.80 = 4.0545… → 4.06
    schools = [school | {"teaching_area": 147.8} for _ in range(40)]
    outcome = judged(ruleset(BASE), submission(schools)).outcome("R2")
    assert set(outcome.filter(outcome["stage"] == "junior")["shortfall"]) == {4.06}


def test_split_values_are_the_nearest_doubles() -> None:
    school = {"school_type": "nine_year", "primary_students": 700.0, "junior_students": 500.0}
    bench = judged(ruleset(BASE), submission([school | {"teaching_area": 6600.0}]))
    assert bench.outcome("R2")["value"].to_list() == [5.28, 5.808]


@examples(0.6)
@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(0, 3_000_000))
def test_split_values_never_lie_more_than_one_double_off(
    primaries: int, juniors: int, area: int
) -> None:
    school = {
        "school_type": "nine_year", "primary_students": primaries, "junior_students": juniors,
        "teaching_area": area / 100,
    }  # fmt: skip
    values = judged(ruleset(BASE), submission([school])).outcome("R2")["value"].to_list()
    whole = Fraction(repr(area / 100))
    weighed = primaries + juniors * Fraction("1.1")
    for value, weight in zip(values, (Fraction(1), Fraction("1.1")), strict=True):
        assert value == pytest.approx(float(whole * weight / weighed), rel=3e-16)
