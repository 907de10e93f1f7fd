"""What is stated although the figures say otherwise is said, at the statement; the verdict stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.kinds import kinds
from compliance.engine.results import Results
from compliance.kernel.errors import Problem
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Part, Rule
from tests.support.court import judged_by_the_engine
from tests.support.generate_calm import calm
from tests.support.rules import CONCLUSION, DAY, HEAD, rule, ruleset, submission

CODE = "statement_contradicted"


def judged(
    folder: Path, setting: str | None = "rural", met: bool | None = True, **facts: Any
) -> Results:
    county = calm(1)
    county["county"] |= facts
    county["county"]["attestations"]["G14"]["met"] = met
    for school in county["schools"]:
        school["setting"] = setting
    return judged_by_the_engine([county], folder)


def doubts(report: Results) -> list[Problem]:
    return [one for one in report.problems if one.code == CODE]


def test_a_tilt_without_a_rural_place(tmp_path: Path) -> None:
    report = judged(tmp_path, senior_quota_allocated_rural=0)
    (doubt,) = doubts(report)
    assert (doubt.severity, doubt.at) == ("warning", "/county/attestations/G14")
    assert doubt.message == "G14 佐证“向农村初中倾斜”，而分配到农村初中的名额为0，两者矛盾"
    finding = report.findings.row(by_predicate=pl.col("rule") == "G14", named=True)
    assert finding["status"] == "pass"
    assert CODE in finding["warnings"]


def test_a_tilt_without_a_rural_school(tmp_path: Path) -> None:
    (doubt,) = doubts(judged(tmp_path, setting="urban"))
    assert "镇区和乡村没有初中在校生" in doubt.message


def test_both_are_said_at_once(tmp_path: Path) -> None:
    (doubt,) = doubts(judged(tmp_path, setting="urban", senior_quota_allocated_rural=0))
    assert "分配到农村初中的名额为0，镇区和乡村没有初中在校生" in doubt.message


@pytest.mark.parametrize(
    "facts",
    [
        {"senior_quota_allocated_rural": 5},
        {},  # a blank contradicts nothing
        {"setting": None},
        {"senior_quota_allocated_rural": 0, "met": False},
    ],
)
def test_no_contradiction(facts: dict[str, Any], tmp_path: Path) -> None:
    assert doubts(judged(tmp_path, **facts)) == []


def test_a_doubt_that_breaks_is_told_and_costs_no_verdict() -> None:
    offered = kinds()

    class Doubting(type(offered["threshold"])):  # type: ignore[misc]
        def doubts(
            self, rule: Rule, holder: Rule | Part, evaluation: Evaluation
        ) -> Iterable[Problem]:
            raise ValueError("lost")

    offered = {**offered, "threshold": Doubting()}
    body = 'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = 4.2'
    law = ruleset(HEAD + rule("R1", body) + CONCLUSION, offered=offered)
    school = {"school_type": "primary", "primary_students": 100, "primary_teachers_above_degree": 5}
    evaluation = evaluate(law, submission([school]), DAY, offered)
    assert STATUSES[evaluation.outcome("R1")["status"][0]] == "pass"
    told = [one for one in verdicts.remarks(evaluation) if one.code == "rule_broken"]
    assert ["lost" in one.message for one in told] == [True]
