"""dispersion: the pupil-weighted coefficient of a stage stays under its limit.

    X̄ = Σ P·x ÷ Σ P,  S² = Σ (P ÷ ΣP)·(x − X̄)²,  coefficient = S ÷ X̄

A coefficient is of a rule (`of`), whose exclusions and relaxations then hold, or of an indicator of
its own; its own `exclude` and `where` choose among the units.

x is a unit's indicator value, P its pupils: the population form, no n − 1. Since a unit's part of a
shared fact over its own pupils is x, Σ P·x is the stage's whole resource and X̄ its pupils' mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Evaluation, met_status
from compliance.engine.exact_arithmetic import percent, shown, typed
from compliance.engine.formula import met_words
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import limit_text, line, stage_word, unrounded
from compliance.engine.subject import Row, Subject
from compliance.engine.units import beside, each_once
from compliance.engine.variants import OPPOSITE
from compliance.engine.working import Driver, Flip, Spread, Working
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import stage_words, unit_words
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import (
    COMPULSORY,
    FAIL,
    NO_WORDS,
    NOT_APPLICABLE,
    PASS,
    STATUSES,
    UNKNOWN,
)
from compliance.rules.language import conditions
from compliance.rules.language.model import (
    WRITTEN,
    FindingForm,
    Limit,
    Part,
    References,
    Rule,
    Ruleset,
)

_KEY = ["county", "stage"]


class Dispersion(Kind):
    """The coefficient of an indicator among the units of a stage."""

    name = "dispersion"
    selects = True
    has_limit = True

    def references(self, holder: Rule | Part) -> References:
        """The rule whose indicator it measures; its own exclusions choose the units."""
        return References(figures=holder.of if isinstance(holder, Rule) else (), exclusions=True)

    def measured_at(self, rule: Rule) -> str:
        """The units of the county."""
        return "unit"

    def form(self, rule: Rule) -> FindingForm:
        """A figure of three decimals for each stage, beside its mean and deviation."""
        return FindingForm(decimals=3, limit_decimals=2, by_stage=True, coefficient=True)

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """None: the indicator's unit is not its own."""
        return ""

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """Two rows a county, one a stage: value (coefficient), mean and deviation.

        Of a rule (`of`) or of an indicator of its own. Without a limit the figures are shown and
        the status is not_applicable, or unknown where one is missing.
        """
        units = measured(rule, evaluation, own_frame(rule, evaluation))
        value, limit = pl.col("value"), rule.limit
        bar = exact_arithmetic.limit_column(limit, None) if limit else pl.lit(None, pl.Float64)
        stages = beside(every_stage(evaluation), _moments(units), _KEY).with_columns(
            pl.col("_n").fill_null(0), bar.alias("threshold"), _coefficient().alias("value")
        )
        status = pl.when(value.is_null()).then(UNKNOWN).otherwise(NOT_APPLICABLE)
        if limit is not None:
            met = exact_arithmetic.meets(value, limit.operator, pl.col("threshold"))
            stages = exact_arithmetic.judged_again(
                stages.with_columns(met.alias("_meets")),
                _KEY,
                ("value", "_meets", "_mean", "_s"),
                partial(_exact_row, rule, limit, evaluation),
            )
            status = met_status(pl.col("_meets"))
        return stages.select(
            *_KEY,
            pl.when(pl.col("_n") == 0).then(NOT_APPLICABLE).otherwise(status).alias("status"),
            "value",
            "threshold",
            pl.col("_mean").alias("mean"),
            pl.col("_s").alias("deviation"),
            pl.col("_missing").fill_null(NO_WORDS).alias("missing"),
            pl.col("_n").alias("over_count"),
        )

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The stage's coefficient against its limit."""
        return coefficient_sentence(rule) if rule.limit is not None else _without_bar(rule)

    def working(self, subject: Subject, begun: Working) -> Working:
        """The coefficient of each stage that has one, with the schools that drive it.

        Of a school asked about only its own share, of the whole all the same.
        """
        rows = subject.outcomes(subject.rule.id).iter_rows(named=True)
        found = [one for row in rows for one in _spread(subject, row)]
        if subject.focus is not None:
            found = [_only(one, str(subject.focus["school_code"])) for one in found]
        absent = [
            say("该校没有{s}段，或不参加该学段的差异计算。", s=stage_words()[one.stage])
            for one in found
            if not one.drivers
        ]
        return replace(begun, spread=tuple(found), notes=(*begun.notes, *absent))

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """Two schools whose coefficient is exactly one half."""
        units = [Unit({}, Fraction(100), Fraction(9)), Unit({}, Fraction(900), Fraction(3))]
        mean, variance = _exact_moments(units)
        whole = variance * 1000
        shares = [percent(one.term(mean) / whole) for one in units]
        yield msg("甲校学生100人、x = 9，乙校学生900人、x = 3：")
        yield f"  X̄ = (100×9 + 900×3) ÷ 1000 = {shown(mean)}"
        yield (
            f"  S² = (100×(9−{shown(mean)})² + 900×(3−{shown(mean)})²) ÷ 1000 = {shown(variance)}"
            f"{msg('，')}S = {shown(exact_arithmetic.root(variance))}"
        )
        yield say(
            "  差异系数 = S ÷ X̄ = {cv}；两校对S²的贡献分别占{shares}。",
            cv=shown(exact_arithmetic.root(variance / mean**2)),
            shares=msg("、").join(shares),
        )
        if holder.limit is None:
            return
        for stage, number in holder.limit.table.items():
            bar, sign = Fraction(number), holder.limit.operator
            yield say(
                "  {stage}标准 {sign} {bar}：{status}。",
                stage=stage_words().get(stage, ""), sign=WRITTEN[sign], bar=shown(bar),
                status=met_words(
                    met=exact_arithmetic.meets_exactly(variance, sign, (bar * mean) ** 2)
                ))  # fmt: skip


def coefficient_sentence(rule: Rule) -> pl.Expr:
    """A stage's coefficient, or the mean of several, against its limit."""
    if rule.limit is None:
        return pl.lit(None, pl.String)
    holes: dict[str, pl.Expr | str] = {
        "who": pl.col("subject"),
        "stage": stage_word(),
        "title": rule.label,
        "value": fixed(pl.col("value"), 3),
        "bar": limit_text(rule.limit, 3),
    }
    alone = msg("{who}{stage}{title}为{value}（仅一个单位）。")
    met = msg("{who}{stage}{title}为{value}，不超过{bar}的上限。")
    missed = msg("{who}{stage}{title}为{value}{exactly}，超过{bar}的上限。")
    return (
        pl.when((pl.col("status") == PASS) & (pl.col("over_count") == 1))
        .then(line(alone, **holes))
        .when(pl.col("status") == PASS)
        .then(line(met, **holes))
        .when(pl.col("status") == FAIL)
        .then(line(missed, **holes, exactly=unrounded(rule.limit, 3)))
    )


def _without_bar(rule: Rule) -> pl.Expr:
    """A coefficient of which nothing is asked by itself."""
    told = msg("{who}{stage}{title}为{value}（均值{mean}，标准差{deviation}），本项不单设限值。")
    figure = line(
        told,
        who=pl.col("subject"),
        stage=stage_word(),
        title=rule.label,
        value=fixed(pl.col("value"), 3),
        mean=short(pl.col("mean"), 4),
        deviation=short(pl.col("deviation"), 4),
    )
    return pl.when((pl.col("status") == NOT_APPLICABLE) & pl.col("value").is_not_null()).then(
        figure
    )


def every_stage(evaluation: Evaluation) -> pl.DataFrame:
    """A row for every county and compulsory stage."""
    stages = pl.DataFrame({"stage": COMPULSORY})
    return evaluation.frames.county.select("county").join(stages, how="cross")


def _moments(units: pl.DataFrame) -> pl.DataFrame:
    """Sums per county and stage; centred before squaring, so that small spreads keep their digits."""
    weight, value = pl.col(PUPILS), pl.col("value")
    means = units.group_by(_KEY, maintain_order=True).agg(
        pl.len().alias("_n"),
        (value.is_null() | weight.is_null()).any().alias("_blank"),
        weight.sum().alias("_pupils"),
        exact_arithmetic.ratio((weight * value).sum(), weight.sum()).alias("_mean"),
        pl.col("missing").explode().drop_nulls().unique(maintain_order=True).alias("_missing"),
    )
    means = means.with_columns(
        pl.when("_blank").then(None).otherwise(pl.col("_mean")).alias("_mean")
    )
    squares = (
        beside(units, means.select(*_KEY, "_mean"), _KEY)
        .group_by(_KEY, maintain_order=True)
        .agg((weight * (value - pl.col("_mean")).pow(2)).sum().alias("_squares"))
    )
    deviation = exact_arithmetic.ratio(pl.col("_squares"), pl.col("_pupils")).sqrt()
    return beside(means, squares, _KEY).with_columns(
        pl.when(pl.col("_mean").is_not_null()).then(deviation).alias("_s")
    )


def _coefficient() -> pl.Expr:
    return (
        pl.when(pl.col("_mean").is_null() | (pl.col("_mean") <= 0))
        .then(None)
        .when(pl.col("_n") == 1)
        .then(0.0)
        .otherwise(exact_arithmetic.ratio(pl.col("_s"), pl.col("_mean")))
    )


def _exact_row(
    rule: Rule, limit: Limit, evaluation: Evaluation, row: exact_arithmetic.Row
) -> tuple[float, bool, float, float]:
    """Coefficient, verdict, mean and deviation: S² ≤ (c·X̄)², in fractions, without a root."""
    mean, variance = moments_exactly(rule, evaluation, row["county"], row["stage"])
    bar = exact_arithmetic.exact_limit(limit, None, row)
    if bar is None:
        raise ValueError(f"no limit for stage {row['stage']}")
    met = exact_arithmetic.meets_exactly(variance, limit.operator, (bar * mean) ** 2)
    coefficient, deviation = (
        exact_arithmetic.root(variance / mean**2),
        exact_arithmetic.root(variance),
    )
    return coefficient, met, float(mean), deviation


PUPILS = "students"


def measured(rule: Rule, evaluation: Evaluation, frame: pl.DataFrame) -> pl.DataFrame:
    """The units of `frame` that count, or may: unit, county, stage, value, missing, alternative and pupils.

    A unit of which cannot be told whether it counts has no value, and lacks the facts that say so.
    """
    if rule.indicator is None:
        measured = evaluation.outcome(member_of(rule, evaluation).id).select(
            "unit", "value", "missing", "alternative"
        )
        units = frame.join(measured, on="unit", how="inner", maintain_order="left")
    else:
        units = _valued(rule.indicator, frame, evaluation)
    units = units.select("unit", "county", "stage", "value", "missing", "alternative", PUPILS)
    if not rule.exclude and not rule.where:
        return units
    chosen = _chosen(rule, frame, evaluation)
    open_facts = pl.when(pl.col("_counts").is_null()).then("_open").otherwise(NO_WORDS)
    return units.join(chosen, on="unit", how="inner", maintain_order="left").with_columns(
        pl.when("_counts").then("value").alias("value"),
        each_once(open_facts, "missing").alias("missing"),
    )


def member_of(rule: Rule, evaluation: Evaluation) -> Rule:
    """The rule that a coefficient is of."""
    if len(rule.of) != 1:
        raise ValueError("dispersion needs `of` one rule, or an indicator")
    return evaluation.ruleset.rules[rule.of[0]]


def own_frame(rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
    """The units that the pupils and figures are taken from."""
    owner = rule if rule.indicator is not None else member_of(rule, evaluation)
    return evaluation.frames_of(owner).unit


def _valued(indicator: str, frame: pl.DataFrame, evaluation: Evaluation) -> pl.DataFrame:
    """The frame with an indicator's value, of the first of its chain whose facts are there."""
    frames = evaluation.frames
    chain = exact_arithmetic.chain(indicator, evaluation.ruleset.indicators, frames, "unit")
    value, missing = exact_arithmetic.first(chain, frames, "unit")
    return frame.with_columns(
        value.alias("value"), missing.alias("missing"), pl.lit(None, pl.UInt8).alias("alternative")
    )


def _chosen(rule: Rule, frame: pl.DataFrame, evaluation: Evaluation) -> pl.DataFrame:
    """The units that the rule's own exclusions and `where` leave: _counts (null: open), _open."""
    outs = [evaluation.ruleset.exclusions[reason].where for reason in rule.exclude]
    tests = [~conditions.matches(out) for out in outs]
    tests += [conditions.matches(rule.where)] if rule.where else []
    asked = [*outs, *([rule.where] if rule.where else [])]
    missing = [
        pl.when(test.is_null())
        .then(tallies.open_facts(evaluation.frames, "unit", where))
        .otherwise(NO_WORDS)
        for test, where in zip(tests, asked, strict=True)
    ]
    counted = frame.select(
        "unit", pl.all_horizontal(*tests).alias("_counts"), pl.concat_list(missing).alias("_open")
    )
    return counted.filter(pl.col("_counts").fill_null(value=True))


def moments_exactly(
    rule: Rule, evaluation: Evaluation, county: object, stage: object
) -> tuple[Fraction, Fraction]:
    """X̄ and S² of one county's stage, exactly; each unit by the way that gave its value.

    Raises ValueError where a unit has no value.
    """
    return _exact_moments(units_exactly(rule, evaluation, county, stage))


def units_exactly(rule: Rule, evaluation: Evaluation, county: object, stage: object) -> list[Unit]:
    """The units of one county's stage that count, their rows with `alternative`.

    Raises ValueError where a unit has no value.
    """
    quantities = chains(rule, evaluation)
    here = (pl.col("county") == county) & (pl.col("stage") == stage)
    frame = own_frame(rule, evaluation).filter(here)
    units = measured(rule, evaluation, frame).select("unit", "alternative")
    found = []
    for unit in units.join(frame, on="unit", maintain_order="left").iter_rows(named=True):
        value = exact_arithmetic.first_exact(quantities[unit["alternative"] or 0], unit)
        weight = exact_arithmetic.typed(unit[PUPILS])
        if value is None or weight is None:
            raise ValueError("a unit without a value has a coefficient")
        found.append(Unit(unit, weight, value))
    return found


def chains(rule: Rule, evaluation: Evaluation) -> list[list[exact_arithmetic.Quantity]]:
    """The quantities a unit's value may come from: the indicator's, then what stands instead."""
    holder = rule if rule.indicator is not None else member_of(rule, evaluation)
    if holder.indicator is None:
        raise ValueError(f"{holder.id} has no indicator")
    names = [holder.indicator, *(one.indicator or holder.indicator for one in holder.instead)]
    known = evaluation.ruleset.indicators
    return [exact_arithmetic.chain(name, known, evaluation.frames, "unit") for name in names]


class Unit(NamedTuple):
    """One school's stage in a coefficient: its row, pupils P and value x, exactly."""

    row: Row
    pupils: Fraction
    value: Fraction

    def term(self, mean: Fraction) -> Fraction:
        """What it adds to the sum of squares: P·(x − X̄)²."""
        return self.pupils * (self.value - mean) ** 2


def _exact_moments(units: Sequence[Unit]) -> tuple[Fraction, Fraction]:
    """X̄ and S² of the units; they need pupils."""
    total = sum((one.pupils for one in units), Fraction(0))
    mean = sum((one.pupils * one.value for one in units), Fraction(0)) / total
    return mean, sum((one.term(mean) for one in units), Fraction(0)) / total


TRIED = 5  # the biggest drivers, for which a change is looked for


def _spread(subject: Subject, outcome: Row) -> Iterable[Spread]:
    """One stage's coefficient taken apart; nothing where a unit lacks its value or none is there.

    term = P·(x − X̄)², share = term ÷ Σ terms
    """
    rule, evaluation, stage = subject.rule, subject.evaluation, str(outcome["stage"])
    try:
        units = units_exactly(rule, evaluation, outcome["county"], stage)
    except ValueError:  # a unit without a value: there is no coefficient
        return
    if not units:
        return
    mean, variance = _exact_moments(units)
    whole = sum((one.term(mean) for one in units), Fraction(0))
    ranked = sorted(units, key=lambda one: (-one.term(mean), str(one.row["school_code"])))
    status = STATUSES[int(outcome["status"])]
    bar = None if rule.limit is None else exact_arithmetic.exact_limit(rule.limit, None, outcome)
    flips: tuple[Flip, ...] = ()
    if status in OPPOSITE and bar is not None:
        turned = (_turned(subject, one, units, bar, status) for one in ranked[:TRIED])
        flips = tuple(flip for flip in turned if flip is not None)
    yield Spread(
        stage,
        len(units),
        mean,
        variance,
        exact_arithmetic.root(variance),
        exact_arithmetic.root(variance / mean**2) if mean else 0.0,
        bar,
        status,
        tuple(
            Driver(
                str(one.row["school_code"]), str(one.row["school_name"]), one.pupils, one.value,
                one.term(mean), one.term(mean) / whole if whole else Fraction(0),
            )
            for one in ranked
        ),
        flips,
        bool(flips) if status == "fail" and bar is not None else None,
    )  # fmt: skip


def _only(one: Spread, code: str) -> Spread:
    mine = tuple(driver for driver in one.drivers if driver.school_code == code)
    return replace(one, drivers=mine, flips=tuple(flip for flip in one.flips if flip.of == code))


def _turned(
    subject: Subject, unit: Unit, units: Sequence[Unit], bar: Fraction, status: str
) -> Flip | None:
    """The fewest steps of one school's resource that turn the coefficient alone, or None.

    With everything else left alone S² ≤ (c·X̄)² is a parabola in x: it holds between two values or
    beyond one. A miss is mended by steps towards the value at which it holds best; a pass is broken
    by steps away from it, else by the longer way across it.
    """
    chain = chains(subject.rule, subject.evaluation)[unit.row["alternative"] or 0]
    bound = next((one for one in chain if one.exact(unit.row) is not None), None)
    if bound is None:
        return None
    fact, weight = next(iter(bound.indicator.of.facts.items()))
    step = bound.indicator.gap_step
    # x is linear in what it is a sum of: by so much it grows with one step
    over = bound.exact_over(unit.row)
    size = Fraction(bound.indicator.per * weight * step) / over if over else Fraction(0)
    if size == 0:
        return None
    rest = [one for one in units if one is not unit]
    sums = _sums(rest)
    best = _best(unit.pupils, sums, bar)
    own = (typed(unit.row[fact]) or Fraction(0)) / Fraction(step)
    wanted = OPPOSITE[status]
    if wanted == "pass":
        towards = best is None or best > unit.value
        far = int(-(-abs(best - unit.value) // abs(size))) if best is not None else 10**12
        tries = [(1 if towards == (size > 0) else -1, far)]
    else:
        away = best is not None and unit.value >= best
        first = 1 if away == (size > 0) else -1
        tries = [(first, int(own * 10) + 100_000), (-first, int(own * 10) + 100_000)]
    for way, far in tries:
        most = min(far, int(own)) if way < 0 else far
        turns = partial(_holds, unit, sums, bar, way * size, wanted=wanted == "pass")
        reached = _first(turns, most)
        if reached is not None:
            return _flip(subject, unit, fact, way * reached * step, wanted)
    return None


def _flip(subject: Subject, unit: Unit, fact: str, change: Decimal, turns_to: str) -> Flip:
    """The change under the fact's name in the contract and its title."""
    known = subject.words.school
    staged = f"{unit.row['stage']}_{fact}"
    name = staged if staged in known else fact
    before = Decimal(repr(float(unit.row[fact])))
    return Flip(
        name,
        known[name].label if name in known else name,
        float(change),
        float(before),
        float(before + change),
        unit_words(known[name].unit) if name in known else "",
        turns_to,
        str(unit.row["school_code"]),
        str(unit.row["school_name"]),
    )


Sums = tuple[Fraction, Fraction, Fraction]


def _sums(units: Sequence[Unit]) -> Sums:
    """Σ P, Σ P·x and Σ P·x² of the other schools."""
    return (
        sum((one.pupils for one in units), Fraction(0)),
        sum((one.pupils * one.value for one in units), Fraction(0)),
        sum((one.pupils * one.value**2 for one in units), Fraction(0)),
    )


def _holds(
    unit: Unit, sums: Sums, bar: Fraction, size: Fraction, steps: int, *, wanted: bool
) -> bool:
    """Whether S² ≤ (c·X̄)² is as wanted with the unit's x moved by so many steps:
    W·Σ P·x² ≤ (1 + c²)·(Σ P·x)², X̄ above 0.
    """
    weight, first, second = sums
    value = unit.value + steps * size
    total, mean = weight + unit.pupils, first + unit.pupils * value
    holds = mean > 0 and total * (second + unit.pupils * value**2) <= (1 + bar**2) * mean**2
    return holds is wanted


def _best(pupils: Fraction, sums: Sums, bar: Fraction) -> Fraction | None:
    """The value at which the condition is nearest to holding; None where more is always better."""
    weight, first, _ = sums
    bend = weight + pupils - (1 + bar**2) * pupils
    return (1 + bar**2) * first / bend if bend > 0 else None


def _first(holds: Callable[[int], bool], most: int) -> int | None:
    """The smallest k in 1…most from which the condition holds, or None."""
    if most < 1 or not holds(most):
        return _first(holds, most - 1) if most > 1 and holds(most - 1) else None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
