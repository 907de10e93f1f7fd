"""mean: the mean of several coefficients of a stage stays under its limit.

    mean = (c₁ + … + cₙ) ÷ n,  cᵢ = Sᵢ ÷ X̄ᵢ

A coefficient is a root, so that the mean is compared exactly only where every root is rational;
where one is not, the mean is irrational and lies on no line (see `exact_arithmetic.sum_of_roots`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from weakref import ref

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import Columns, Evaluation, Sentences, at_work, met_status
from compliance.engine.exact_arithmetic import Row, shown, typed
from compliance.engine.formula import bars, verdict
from compliance.engine.kinds.dispersion import coefficient_sentence, moments_exactly
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks
from compliance.engine.members import members
from compliance.engine.subject import Subject
from compliance.engine.working import Comparison, Working
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import stage_words
from compliance.kernel.submission import ERROR, NOT_APPLICABLE, STATUSES
from compliance.rules.language.model import FindingForm, Limit, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


class Mean(Kind):
    """The mean of coefficients, a row a stage."""

    name = "mean"
    has_limit = True
    needs = ("limit", "members")

    def references(self, holder: Rule | Part) -> References:
        """The coefficients, whose figures are its own."""
        return References(figures=holder.of if isinstance(holder, Rule) else ())

    def form(self, rule: Rule) -> FindingForm:
        """A finding a stage."""
        return FindingForm(by_stage=True)

    def plan_of(self, rule: Rule) -> str:
        """A row a stage."""
        return "stage"

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """Two rows a county, one a stage: value (the mean).

        Any coefficient missing leaves it unknown; a stage without units has none. Raises ValueError
        where there is nothing to take the mean of, or a coefficient's own rule broke.
        """
        if not rule.of or rule.limit is None:
            raise ValueError("mean needs `of` coefficients and a limit")
        members = {name: evaluation.judged(name) for name in rule.of}
        plan = evaluation.plan("stage")
        for name, one in members.items():
            if one.plan is not plan or plan.frame[one.columns["status"]].eq(ERROR).any():
                raise ValueError(f"{name} broke")
        total = pl.sum_horizontal(
            *(one.column("value") for one in members.values()), ignore_nulls=False
        )
        value = exact_arithmetic.ratio(total, float(len(members)))
        value = plan.let(f"{rule.id}._value", value, rule.id, passing=True)
        bar = exact_arithmetic.limit_column(rule.limit, None)
        fields = {
            "value": (value, pl.Float64),
            "meets": (exact_arithmetic.meets(value, rule.limit.operator, bar), pl.Boolean),
        }
        again = partial(_exact_row, rule, rule.limit, ref(evaluation))
        near = exact_arithmetic.near(value, bar)
        found = exact_arithmetic.exactly(fields, near, again, ("county", "stage"))
        found = plan.let(f"{rule.id}._decided", found, rule.id, passing=True)
        none = pl.any_horizontal(*(one.column("over_count") == 0 for one in members.values()))
        status = (
            pl.when(none).then(NOT_APPLICABLE).otherwise(met_status(found.struct.field("meets")))
        )
        return {
            "status": status,
            "value": found.struct.field("value"),
            "threshold": bar,
            "missing": sum((one.lacks for one in members.values()), Lacks()),
        }

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """The stage's mean against its limit."""
        return coefficient_sentence(rule)

    def working(self, subject: Subject, begun: Working) -> Working:
        """The coefficients, and their mean for each stage."""
        rows = subject.outcomes(subject.rule.id).iter_rows(named=True)
        means = tuple(_written(subject, row) for row in rows)
        return replace(begun, members=members(subject), comparisons=means)

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """Coefficients around the limit: their mean on it, then one of them a thousandth higher."""
        many = len(rule.of)
        for limit, head, bar in bars(rule.limit):
            values = [bar + Fraction(2 * place - many + 1, 100) for place in range(many)]
            for last in (values[-1], values[-1] + Fraction(many, 1000)):
                told = [*values[:-1], last]
                mean = sum(told, Fraction(0)) / many  # the distances from the limit cancel out
                yield (
                    f"{head}({' + '.join(map(shown, told))}) ÷ {many} = {shown(mean)}"
                    f"{msg('；')}{verdict(limit, mean, bar)}{msg('。')}"
                )


def _written(subject: Subject, row: Row) -> Comparison:
    """The mean of one stage: (0.302 + …) ÷ 8."""
    rule, stage = subject.rule, pl.col("stage") == row["stage"]
    outcomes = [subject.evaluation.outcome(name).filter(stage) for name in rule.of]
    known = [shown(value) for one in outcomes for value in one["value"].drop_nulls()]
    whole = len(known) == len(rule.of)
    return Comparison(
        title=stage_words()[row["stage"]],
        status=STATUSES[int(row["status"])],
        formula=say("（{m}）÷ {n}", m=" + ".join(rule.of), n=len(rule.of)),
        filled=f"({' + '.join(known)}) ÷ {len(known)}" if whole else "",
        value=typed(row["value"]),
        operator=rule.limit.operator if rule.limit is not None else "",
        threshold=typed(row["threshold"]),
    )


def _exact_row(rule: Rule, limit: Limit, judging: ref[Evaluation], row: Row) -> tuple[float, bool]:
    """The mean and whether it is met, from the squares of the coefficients."""
    bar = exact_arithmetic.exact_limit(limit, None, row)
    if bar is None:
        raise ValueError(f"no limit for stage {row['stage']}")
    evaluation, squares = at_work(judging), []
    for name in rule.of:
        member = evaluation.ruleset.rules[name]
        mean, variance = moments_exactly(member, evaluation, row["county"], row["stage"])
        squares.append(variance / mean**2)
    value = exact_arithmetic.sum_of_roots(squares) / Fraction(len(squares))
    met = exact_arithmetic.meets_exactly(value, limit.operator, bar)
    return float(value), met
