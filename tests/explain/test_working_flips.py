"""Whatever is said to turn a verdict turns it when the submission is judged again, and one step
less does not: properties over made-up schools, and the published examples as files.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.checker import Choice, check, load
from compliance.engine.working import Flip
from compliance.explain.context import open_context
from compliance.explain.working import workings
from compliance.kernel.submission import STATUSES
from tests.engine.test_kinds import BASE, primary
from tests.support.examples import examples
from tests.support.nonempty import nonempty
from tests.support.rules import judged, ruleset, submission
from tests.support.working import EXAMPLES, working

RULES = ruleset(BASE)
OPPOSITE = {"pass": "fail", "fail": "pass"}
FACTS = {"teaching_area": Decimal("0.01")}


def stepped(flip: Flip, less: int) -> float:
    """The figure after the change, or that many steps short of it."""
    step = FACTS.get(flip.fact, Decimal(1)) * (1 if flip.change > 0 else -1)
    return float(Decimal(repr(flip.after)) - less * step)


def verdict(school: dict[str, Any], rule: str, stage: str) -> str:
    outcome = judged(RULES, submission([school])).outcome(rule)
    row = outcome.filter(pl.col("stage") == stage).row(0, named=True)
    return STATUSES[row["status"]]


schools = st.fixed_dictionaries(
    {
        "school_type": st.just("nine_year"),
        "primary_students": st.integers(1, 3000).map(float),
        "junior_students": st.integers(1, 3000).map(float),
        "primary_teachers_above_degree": st.integers(0, 200).map(float),
        "junior_teachers_above_degree": st.integers(0, 200).map(float),
        "teaching_area": st.integers(0, 3_000_000).map(lambda n: n / 100),
    }
)


@examples(0.24)
@given(schools, st.sampled_from(["R1", "R2", "RS"]), st.sampled_from(["primary", "junior"]))
def test_a_flip_turns_the_verdict_and_one_step_less_does_not(
    school: dict[str, Any], rule: str, stage: str
) -> None:
    found = working(RULES, [school], rule, "1", stage)
    assert found.status == verdict(school, rule, stage)
    turned, short = (
        {verdict({**school, flip.fact: stepped(flip, n)}, rule, stage) for flip in found.flips}
        for n in (0, 1)
    )
    assert {flip.turns_to for flip in found.flips} == turned <= {OPPOSITE[found.status]}
    assert short <= {found.status}


@examples(0.24)
@given(schools, st.sampled_from(["primary", "junior"]))
def test_a_threshold_always_turns_on_its_own_resource(school: dict[str, Any], stage: str) -> None:
    """More of a school's own resource always helps, and a pass ends where nothing is left of it."""
    found = working(RULES, [school], "R1", "1", stage)
    assert [f for f in found.flips if f.fact == f"{stage}_teachers_above_degree"]


@examples(0.24)
@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 60)), min_size=2, max_size=6))
def test_one_school_that_mends_a_coefficient(counts: list[tuple[int, int]]) -> None:
    county = [primary(float(pupils), float(teachers)) for pupils, teachers in counts]

    def met(figures: list[dict[str, Any]]) -> bool:
        outcome = judged(RULES, submission(figures)).outcome("D1").row(0, named=True)
        return STATUSES[outcome["status"]] == "pass"

    def with_one(flip: Any, steps: int) -> list[dict[str, Any]]:
        place = int(flip.of) - 1
        changed = {**county[place], flip.fact: stepped(flip, steps)}
        return [*county[:place], changed, *county[place + 1 :]]

    spreads = working(RULES, county, "D1").spread  # none where no school has a teacher
    assert {sum(one.share for one in spread.drivers) for spread in spreads} <= {0, 1}
    flips = [(spread.status, flip) for spread in spreads for flip in spread.flips]
    assert [met(with_one(flip, 0)) for _, flip in flips] == [one == "fail" for one, _ in flips]
    assert [met(with_one(flip, 1)) for _, flip in flips] == [one == "pass" for one, _ in flips]


def edited(tmp_path: Path, edit: Any) -> Path:
    document = json.loads((EXAMPLES / "conforming.json").read_text("utf-8"))
    edit(document)
    path = tmp_path / "county.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize("rule", ["G7", "G11", "G14", "G15", "Q2", "P1"])
def test_a_rule_of_the_county_turns_as_said(tmp_path: Path, rule: str) -> None:
    """The changed figure is typed into the file, and the whole county judged again."""
    offers = load()
    path = edited(tmp_path, lambda document: None)
    (found,) = workings(open_context([path], offers, Choice(), rule), rule)
    assert found.status == "pass"
    assert found.flips
    for flip in nonempty(found.flips):

        def typed(document: dict[str, Any], flip: Flip = flip) -> None:
            document["county"][flip.fact] = flip.after

        report = check([edited(tmp_path, typed)], offers=offers)
        row = report.findings.filter(pl.col("rule") == rule).row(0, named=True)
        assert row["status"] == "fail", flip


def test_the_plan_of_a_group_is_enough(tmp_path: Path) -> None:
    """Two of seven missed, one of them under its floor: mending as planned makes the school pass."""

    def poor(document: dict[str, Any]) -> None:
        school = document["schools"][0]
        school["outdoor_sports_area"] = school["indoor_sports_area"] = 0
        school["primary_teachers_above_degree"] = round(school["primary_students"] * 0.04)

    offers = load()
    path = edited(tmp_path, poor)
    context = open_context([path], offers, Choice(), "RS", "5199010001")
    (found,) = workings(context, "RS", "5199010001")
    missed = {one.rule: one.above_floor for one in found.members if one.status == "fail"}
    assert missed == {"R1": True, "R5": False}
    school = context.evaluation.submission.schools.row(0, named=True)
    assert school["primary_students"] == 1141
    pupils = school["primary_students"]

    def mended(document: dict[str, Any]) -> None:
        poor(document)
        mine = document["schools"][0]
        mine["primary_teachers_above_degree"] = -(-pupils * 42 // 1000)
        mine["outdoor_sports_area"] = 7273.88

    lines = "".join(found.plan)
    more = int(-(-pupils * 42 // 1000)) - round(pupils * 0.04)
    assert f"增加{more}人" in lines
    assert "增加7273.88平方米" in lines  # 1141 × 7.5 × 0.85 = 7273.875
    again = open_context([edited(tmp_path, mended)], offers, Choice(), "RS", "5199010001")
    assert workings(again, "RS", "5199010001")[0].status == "pass"
