"""most: at least n of these rules are met, and the rest reach a share of their own limits.

A conclusion is drawn whenever the blanks could not change it, and only then: one rule below its
share, or too few left to reach n, is a failure whatever the blanks hold; a blank may always turn
out to lie below its share, so that with blanks there is no pass; so may a miss whose limit is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import line
from compliance.kernel.i18n import pick
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import ERROR, FAIL, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Form, Part, References, Rule, Ruleset


@dataclass(frozen=True, slots=True)
class MostSettings:
    """pass_at_least: how many must be met; rest_at_least: the share of its limit each of the rest reaches."""

    pass_at_least: int
    rest_at_least: Decimal


class Most(Kind):
    """How many of some rules are met."""

    name = "most"
    settings = MostSettings

    def references(self, holder: Rule | Part) -> References:
        """The rules counted; what they rest on, it rests on."""
        return References(figures=holder.of if isinstance(holder, Rule) else ())

    def floor_share(self, rule: Rule) -> Decimal | None:
        """What each of the rest must reach."""
        settings: MostSettings = rule.settings
        return settings.rest_at_least

    def form(self, rule: Rule) -> Form:
        """A number of rules."""
        return Form(counts=True, groups=True, counts_members=True)

    def lines(self, rule: Rule) -> tuple[str, ...]:
        """As many as are needed."""
        return ("",)

    def operator(self, rule: Rule) -> str | None:
        """At least so many."""
        return ">="

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """What is counted."""
        return pick("项", "indicators")

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a unit; value is the number of rules met, threshold how many must be."""
        settings: MostSettings = rule.settings
        names = list(rule.of)
        together = evaluation.outcome(names[0]).select("unit", "school", "county", "stage")
        for name in names:
            together = together.join(
                evaluation.outcome(name).select(
                    "unit",
                    pl.col("status").alias(name),
                    pl.col("above_floor").alias(f"{name}_above"),
                    pl.col("lacks").alias(f"{name}_lacks"),
                ),
                on="unit",
                how="left",
                maintain_order="left",
            )
        counted = together.with_columns(
            _count(names, lambda n: pl.col(n) == PASS).alias("_met"),
            _count(names, lambda n: pl.col(n) == UNKNOWN).alias("_blank"),
            _count(names, lambda n: pl.col(n) == ERROR).alias("_broken"),
            _count(
                names, lambda n: (pl.col(n) == FAIL) & ~pl.col(f"{n}_above").fill_null(value=True)
            ).alias("_low"),
            _count(names, lambda n: (pl.col(n) == FAIL) & pl.col(f"{n}_above").is_null()).alias(
                "_open"
            ),
            _count(names, lambda n: pl.col(n) != NOT_APPLICABLE).alias("_apply"),
        )
        return counted.select(
            "county",
            "school",
            "unit",
            "stage",
            _status(settings.pass_at_least).alias("status"),
            pl.col("_met").cast(pl.Float64).alias("value"),
            pl.lit(float(settings.pass_at_least)).alias("threshold"),
            pl.concat_list(pl.when(pl.col(name) == FAIL).then(pl.lit(name)) for name in names)
            .list.drop_nulls()
            .alias("members"),
            pl.concat_list(*(f"{name}_lacks" for name in names))
            .list.unique(maintain_order=True)
            .alias("lacks"),
        )

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """How many of the school's indicators are met."""
        holes: dict[str, pl.Expr | str] = {
            "who": pl.col("subject"),
            "n": str(len(rule.of)),
            "met": fixed(pl.col("value"), 0),
            "title": rule.label,
        }
        titles = {name: ruleset.rules[name].label for name in rule.of}
        named = pl.col("members").list.eval(pl.element().replace(titles))
        met = pick(
            "{who}{n}项指标中{met}项达标，{title}达标。",
            "{who}: {met} of {n} indicators met; {title}: met.",
        )
        missed = pick(
            "{who}{n}项指标中{met}项达标，{title}不达标（未达标：{missed}）。",
            "{who}: {met} of {n} indicators met; {title}: not met (missed: {missed}).",
        )
        blank = pick(
            "{who}{n}项指标中{met}项达标，{title}因数据缺失尚不能下结论。",
            "{who}: {met} of {n} indicators met; {title}: undecided, data missing.",
        )
        return (
            pl.when(pl.col("status") == PASS)
            .then(line(met, **holes))
            .when(pl.col("status") == FAIL)
            .then(line(missed, **holes, missed=named.list.join(pick("、", ", "))))
            .when(pl.col("status") == UNKNOWN)
            .then(line(blank, **holes))
        )


def _count(names: list[str], test: Callable[[str], pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(*(test(name).cast(pl.Int32) for name in names))


def _status(needed: int) -> pl.Expr:
    hopeless = pl.col("_met") + pl.col("_blank") + pl.col("_broken") < needed
    return (
        pl.when(pl.col("_apply") == 0)
        .then(NOT_APPLICABLE)
        .when((pl.col("_low") > 0) | hopeless)
        .then(FAIL)
        .when(pl.col("_broken") > 0)
        .then(ERROR)
        .when(pl.col("_blank") + pl.col("_open") > 0)
        .then(UNKNOWN)
        .otherwise(PASS)
        .cast(pl.UInt8)
    )
