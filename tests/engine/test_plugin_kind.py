"""A new kind in one file, as a plugin would offer it: judged, worded, worked out and exemplified.

And what the core makes of a kind's answer that is none, and of a sentence that fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from compliance.assessment import figures
from compliance.assessment.messages import told
from compliance.checker.check import Batch
from compliance.checker.parts import Job
from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation, evaluate
from compliance.engine.exact_arithmetic import shown, typed
from compliance.engine.findings import findings
from compliance.engine.kinds import kinds
from compliance.engine.subject import Subject
from compliance.engine.working import Comparison, Working
from compliance.explain.context import Context
from compliance.explain.rule_page import page
from compliance.explain.working import workings
from compliance.explain.working_text import text
from compliance.facts.vocabulary import vocabulary
from compliance.intake.cell_locations import Watch
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import use
from compliance.kernel.submission import FAIL, NO_WORDS, PASS, STATUSES, UNKNOWN
from compliance.kinds import FindingForm, Kind, References, Rule, Ruleset, fixed, line, pick
from compliance.rules.language.model import Part
from tests.support.rules import CONCLUSION, DAY, HEAD, rule, ruleset, submission


@dataclass(frozen=True, slots=True)
class MedianSettings:
    stage: str


class Median(Kind):
    """The median of a stage's values of another rule, against a limit."""

    name = "median"
    settings = MedianSettings
    has_limit = True

    def references(self, holder: Rule | Part) -> References:
        return References(figures=holder.of if isinstance(holder, Rule) else ())

    def form(self, rule: Rule) -> FindingForm:
        return FindingForm(decimals=1)

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        indicator = ruleset.indicators[str(ruleset.rules[rule.of[0]].indicator)]
        return pick(indicator.unit, indicator.unit_en)

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        assert rule.limit is not None
        bar = float(rule.limit.table[""])
        units = evaluation.outcome(rule.of[0]).filter(pl.col("stage") == rule.settings.stage)
        middle = units.group_by("county").agg(
            pl.when(pl.col("value").is_not_null().all()).then(pl.col("value").median()),
            pl.col("missing").explode().drop_nulls().unique(maintain_order=True),
        )
        value = pl.col("value")
        status = (
            pl.when(value.is_null()).then(UNKNOWN).when(value >= bar).then(PASS).otherwise(FAIL)
        )
        return (
            evaluation.frames.county.select("county")
            .join(middle, on="county", how="left", maintain_order="left")
            .with_columns(
                status.cast(pl.UInt8).alias("status"),
                pl.lit(bar).alias("threshold"),
                pl.col("missing").fill_null(NO_WORDS),
            )
        )

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        decided = pl.col("status").is_in([PASS, FAIL])
        said = pick("{who}中位数为{value}。", "{who}: the median is {value}.")
        return pl.when(decided).then(
            line(said, who=pl.col("subject"), value=fixed(pl.col("value"), 1))
        )

    def working(self, subject: Subject, begun: Working) -> Working:
        outcome = subject.outcome(subject.rule.id) or {}
        middle = Comparison(
            title=subject.rule.label,
            status=begun.status,
            formula=pick("各校的中位数", "the schools' median"),
            value=typed(outcome["value"]),
            operator=">=",
            threshold=typed(outcome["threshold"]),
        )
        return replace(begun, comparisons=(middle,))

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        assert holder.limit is not None
        bar = Fraction(holder.limit.table[""])
        yield f"{shown(bar - 1)}、{shown(bar)}、{shown(bar + 9)} → {shown(bar)}"


OFFERED = {**kinds(), "median": Median()}
R1 = rule("R1", 'kind = "threshold"\nscope = "unit"\nindicator = "degree"\nat_least = 4.2')
MEDIAN = rule("M", 'kind = "median"\nof = ["R1"]\nstage = "primary"\nat_least = 5')
LAW = ruleset(HEAD + R1 + MEDIAN + CONCLUSION, offered=OFFERED)


def school(students: float, teachers: float | None) -> dict[str, Any]:
    return {
        "school_type": "primary",
        "primary_students": students,
        "primary_teachers_above_degree": teachers,
    }


def judged(offered: Any = None, rules: Ruleset = LAW, *, blank: bool = False) -> Evaluation:
    schools = [school(100, 3), school(100, 6.2), school(100, None if blank else 9)]
    return evaluate(rules, submission(schools), DAY, offered or OFFERED)


def row(evaluation: Evaluation, rule_id: str = "M") -> dict[str, Any]:
    found, problems = told(findings(evaluation), {})
    assert problems == []
    return found.row(by_predicate=pl.col("rule") == rule_id, named=True)


def test_it_is_judged_worded_and_shown() -> None:
    one = row(judged())
    assert (one["status"], one["value"], one["threshold"]) == ("pass", 6.2, 5)
    assert (one["operator"], one["unit"]) == (">=", "人/百名学生")
    assert one["message"] == "甲县中位数为6.2。"
    assert figures.figure(LAW.rules["M"], one) == "6.2人"
    assert figures.bar(LAW.rules["M"], one) == "≥5人"
    with use("en"):
        assert row(judged())["message"] == "甲县: the median is 6.2."


def test_where_it_says_nothing_the_core_does() -> None:
    one = row(judged(blank=True))
    assert one["status"] == "unknown"
    assert one["missing"] == ["primary_teachers_above_degree"]
    assert one["message"] == "甲县“M”无法判定：缺少primary_teachers_above_degree。"


def test_findings_are_said_in_either_language_after_judging() -> None:
    found = findings(judged())
    chinese = told(found, {})[0]
    with use("en"):
        english = told(found, {})[0]
    assert "甲县中位数为6.2。" in chinese["message"].to_list()
    assert "甲县: the median is 6.2." in english["message"].to_list()
    assert chinese.drop("message", "unit", "shortfall_unit").equals(
        english.drop("message", "unit", "shortfall_unit")
    )


def test_it_rests_on_what_its_members_rest_on() -> None:
    assert "primary_teachers_above_degree" in LAW.rules["M"].facts


def test_its_working_and_example_are_explained() -> None:
    evaluation, words = judged(), vocabulary()
    job = Job(LAW, DAY, evaluation.submission)
    batch = Batch(evaluation.submission, (job,), (), (), words)
    county = evaluation.submission.counties.row(0, named=True)
    (found,) = workings(Context(batch, evaluation, Watch({}, words), county), "M")
    assert [(one.value, one.status) for one in found.comparisons] == [(Fraction("6.2"), "pass")]
    assert "各校的中位数" in text(found)
    about = page(LAW.rules["M"], LAW, words, {}, OFFERED)
    assert about["example"] == ["4、5、14 → 5"]
    assert about["standard"][0]["limit"].startswith("≥ 5")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ('stage = "primary"\nat_least = 5\nstag = 1', "没有字段 stag"),
        ("at_least = 5", "缺少字段 stage"),
        ("stage = 3\nat_least = 5", "“3”应为文字"),
    ],
)
def test_a_wrong_setting_is_named_at_its_line(fields: str, says: str) -> None:
    wrong = HEAD + R1 + rule("M", f'kind = "median"\nof = ["R1"]\n{fields}') + CONCLUSION
    with pytest.raises(PackError) as told_:
        ruleset(wrong, offered=OFFERED)
    assert says in told_.value.what
    number = int(told_.value.where.rpartition(":")[2])
    lines = wrong.splitlines()
    assert number == lines.index("[rule.M]") + 1 or lines[number - 1] in fields.splitlines()


STATUS = pl.lit(PASS, pl.UInt8).alias("status")


def counties(evaluation: Any) -> pl.DataFrame:
    found: pl.DataFrame = evaluation.frames.county.select("county")
    return found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda e: None, "应为表"),
        (counties, "缺少列 status"),
        (lambda e: counties(e).select(STATUS), "缺少列 county"),
        (lambda e: counties(e).with_columns(STATUS, mood=pl.lit(1)), "不认识列 mood"),
        (lambda e: counties(e).with_columns(status=pl.lit(None, pl.UInt8)), "status 为空"),
        (lambda e: counties(e).with_columns(status=pl.lit(9)), "超出范围"),
        (lambda e: pl.concat([counties(e).with_columns(STATUS)] * 2), "两行"),
        (lambda e: counties(e).with_columns(STATUS, county=pl.lit(7, pl.UInt32)), "不属于"),
        (lambda e: counties(e).with_columns(STATUS).clear(), "没有判定"),
    ],
)
def test_an_answer_that_is_none_is_an_error(answer: Any, why: str) -> None:
    class Strange(Median):
        offered_by = "junheng-strange 1.0"

        def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
            found: pl.DataFrame = answer(evaluation)
            return found

    evaluation = judged({**OFFERED, "median": Strange()})
    assert STATUSES[evaluation.outcome("M")["status"][0]] == "error"
    assert why in evaluation.broken["M"]
    (problem,) = [p for p in verdicts.remarks(evaluation) if p.code == "rule_broken"]
    assert "规则 M 执行出错（junheng-strange 1.0）" in problem.message
    assert row(evaluation)["message"] == "甲县：规则M执行出错，未作判定。"


@pytest.mark.parametrize(
    "sentence",
    [
        lambda *_: 1 / 0,
        lambda *_: pl.col("no such column"),
        lambda *_: line("{who}{nobody}", who=pl.col("subject")),
    ],
)
def test_a_sentence_that_fails_costs_the_sentence(sentence: Any) -> None:
    class Mute(Median):
        offered_by = "junheng-mute 1.0"

        def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
            said: pl.Expr = sentence(rule, ruleset)
            return said

    found, (problem,) = told(findings(judged({**OFFERED, "median": Mute()})), {})
    one = found.row(by_predicate=pl.col("rule") == "M", named=True)
    assert (one["status"], one["message"]) == ("pass", "甲县：“M”达标。")
    assert problem.code == "sentence_broken"
    assert "junheng-mute 1.0" in problem.message
    assert "规则 M" in problem.message
