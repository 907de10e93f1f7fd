"""A kind whose columns are none: its rule is in state error, what rests on it knows, the others stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest

from compliance.assessment.messages import told
from compliance.engine.evaluate import Columns, Evaluation, evaluate
from compliance.engine.findings import findings
from compliance.engine.kinds import kinds
from compliance.kernel.submission import FAIL, PASS, STATUSES
from compliance.kinds import Kind, Rule
from tests.support.rules import DAY, HEAD, rule, ruleset, submission

ANSWER = pl.when(pl.col("students") > 100).then(PASS).otherwise(FAIL)


class Own(Kind):
    """A kind of columns, as `broken` makes it answer."""

    name = "own"

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        found: Columns = self._answer()
        return found


def on(scope: str, rule_id: str, body: str) -> str:
    return rule(rule_id, f'scope = "{scope}"\n{body}')


DEGREE = 'kind = "threshold"\nindicator = "degree"\nat_least = { primary = 4.2, junior = 5.3 }'
AREA = 'kind = "threshold"\nindicator = "area"\nat_least = 4.5'
TEXT = (
    HEAD
    + on("unit", "R1", DEGREE)
    + on("unit", "X", 'kind = "own"\nrolls_up = "county"')
    + on("unit", "R2", AREA)
    + on("unit", "M", 'kind = "most"\nof = ["R1", "X"]\npass_at_least = 1\nrest_at_least = 0.85')
    + rule("CX", 'kind = "all"\nrole = "block"\nof = ["X"]')
    + rule("CR", 'kind = "all"\nrole = "block"\nof = ["R1", "R2"]')
    + rule("C", 'kind = "all"\nrole = "conclusion"\nof = ["CX", "CR"]')
)
SCHOOLS = [
    {
        "school_type": "nine_year", "primary_students": 100.0 + n, "junior_students": 200.0,
        "primary_teachers_above_degree": 4.0, "junior_teachers_above_degree": 20.0,
        "teaching_area": 1500.0,
    }
    for n in range(4)
]  # fmt: skip


def judged(answer: Callable[[], Any]) -> Evaluation:
    offered: Mapping[str, Kind] = {**kinds(), "own": Own(answer)}
    law = ruleset(TEXT, offered=offered)
    return evaluate(law, submission(SCHOOLS), DAY, offered)


def statuses(evaluation: Evaluation, rule_id: str) -> list[str]:
    return [STATUSES[code] for code in evaluation.outcome(rule_id)["status"]]


def failing() -> pl.Expr:
    def fail(_: pl.Series) -> pl.Series:
        raise ValueError("broke when computed")

    return pl.col("students").map_batches(fail, return_dtype=pl.UInt8)


def status(answer: pl.Expr) -> dict[str, pl.Expr]:
    return {"status": answer}


WHOLE = judged(lambda: status(ANSWER))
BROKEN: list[tuple[Callable[[], Any], str]] = [
    (lambda: 1 / 0, "division by zero"),  # at declaration
    (lambda: None, ""),
    (dict, "缺少列 status"),
    (lambda: {"status": "pass"}, "缺少列 status"),
    (lambda: {**status(ANSWER), "mood": pl.lit(1)}, "不认识列 mood"),
    (lambda: status(pl.col("no such column")), "no such column"),  # at computing
    (lambda: status(failing()), "broke when computed"),
    (lambda: {**status(ANSWER), "value": pl.lit("words")}, "conversion"),
    (lambda: {**status(ANSWER), "value": failing()}, "broke"),
    (lambda: status(pl.lit(9)), "超出范围"),  # a test of rows
    (lambda: status(pl.lit(-1)), ""),
    (lambda: status(pl.when(pl.col("unit") != 3).then(ANSWER)), "为空"),
]


@pytest.mark.parametrize(("answer", "why"), BROKEN)
def test_it_costs_its_rule_alone(answer: Callable[[], Any], why: str) -> None:
    evaluation = judged(answer)
    assert list(evaluation.broken) == ["X"]
    assert why in evaluation.broken["X"]
    assert statuses(evaluation, "X") == ["error"] * 8
    for name in ("R1", "R2", "CR"):
        assert evaluation.outcome(name).equals(WHOLE.outcome(name))
    assert statuses(evaluation, "CX") == ["error"]
    assert statuses(evaluation, "M") == ["error"] * 8
    found, problems = told(findings(evaluation), {})
    assert problems == []
    by_rule = found.group_by("rule", "level", maintain_order=True).len().sort("rule", "level")
    whole = told(findings(WHOLE), {})[0]
    assert by_rule.equals(
        whole.group_by("rule", "level", maintain_order=True).len().sort("rule", "level")
    )
    said = found.filter((pl.col("rule") == "X") & pl.col("school_code").is_not_null())["message"]
    assert [*said] == [
        f"第{n}学校（{s}）：规则X执行出错，未作判定。"
        for n in range(1, 5)
        for s in ("小学部", "初中部")
    ]
