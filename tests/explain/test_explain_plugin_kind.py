"""A kind of rule that a plugin offers, in one class: a page with an example, and a working."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import polars as pl

from compliance.engine.kinds import kinds
from compliance.explain.rule_page import page
from compliance.explain.rule_page import text as page_text
from compliance.explain.working import workings
from compliance.explain.working_text import text
from compliance.facts.vocabulary import vocabulary
from compliance.kinds import (
    FAIL,
    PASS,
    Evaluation,
    Kind,
    Part,
    Rule,
    Ruleset,
    Subject,
    fixed,
    line,
    quantity,
)
from compliance.rules.language.editions import editions
from compliance.rules.resolution.resolve import resolve
from tests.engine.test_kinds import primary
from tests.support.rules import CONCLUSION, DAY, HEAD, pack, rule
from tests.support.working import context_of


class Median(Kind):
    """The median of an indicator among the stages of the county's schools."""

    name = "median"
    has_limit = True

    def measured_at(self, rule: Rule) -> str:
        return "unit"

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        assert rule.indicator is not None
        assert rule.limit is not None
        indicator = evaluation.ruleset.indicators[rule.indicator]
        value = quantity(indicator, evaluation.frames, "unit").value
        units = evaluation.frames.unit.select("county", value.alias("value"))
        bar = float(rule.limit.table[""])
        met = pl.col("value") >= bar
        return (
            units.group_by("county")
            .agg(pl.col("value").median())
            .with_columns(pl.when(met).then(PASS).otherwise(FAIL).alias("status"), threshold=bar)
        )

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        return line(
            "{who}中位数为{value}。", who=pl.col("subject"), value=fixed(pl.col("value"), 1)
        )

    def remarks(self, subject: Subject, holder: Rule | Part) -> Iterable[str]:
        yield "取各校各学段的中位数。"

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        yield "3、4、9的中位数为4。"


PACK = pack(
    HEAD
    + rule("M1", 'kind = "median"\nindicator = "degree"\nat_least = 4\nscope = "county"')
    + rule("R1", 'kind = "threshold"\nindicator = "degree"\nat_least = 4\nscope = "unit"')
    + CONCLUSION
)
OFFERED: dict[str, Kind] = {**kinds(), "median": Median()}
RULES = resolve(editions([PACK]), "base", DAY, kinds=OFFERED)


def test_its_working_has_its_sentence_figures_and_remarks() -> None:
    """9, 3 and 5 teachers of 100 pupils each: the median is 5."""
    schools = [primary(100, 9), primary(100, 3), primary(100, 5)]
    (found,) = workings(context_of(RULES, schools, OFFERED), "M1")
    assert (found.status, found.message) == ("pass", "甲县中位数为5.0。")
    (one,) = found.comparisons
    assert (one.value, one.operator, one.threshold) == (Fraction(5), ">=", Fraction(4))
    assert one.unit == "人/百名学生"
    assert found.notes == ("取各校各学段的中位数。",)
    shown = text(found)
    assert "标准 ≥ 4：5 > 4，达标。" in shown
    assert found.as_json()["kind"] == "median"


def test_its_page_has_its_limit_formula_facts_and_example() -> None:
    words = vocabulary()
    found = page(RULES.rules["M1"], RULES, words, editions([PACK]), OFFERED)
    assert found["example"] == ["3、4、9的中位数为4。"]
    assert [one["limit"] for one in found["standard"]] == ["≥ 4人"]
    facts = [one["fact"] for one in found["facts"]]
    assert facts[:2] == ["primary_teachers_above_degree", "junior_teachers_above_degree"]
    assert "3、4、9的中位数为4。" in page_text(found, date(2023, 9, 1))
