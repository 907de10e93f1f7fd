"""dispersion: the pupil-weighted coefficient of a stage stays under its limit.

    X̄ = Σ P·x ÷ Σ P,  S² = Σ (P ÷ ΣP)·(x − X̄)²,  coefficient = S ÷ X̄

A coefficient is of a rule (`of`), whose exclusions and relaxations then hold, or of an indicator of
its own; its own `exclude` and `where` choose among the units. A relaxation is a permission: where its
figures are blank nobody has claimed it, and x stays the normal one.

x is a unit's indicator value, P its pupils: the population form, no n − 1. Since a unit's part of a
shared fact over its own pupils is x, Σ P·x is the stage's whole resource and X̄ its pupils' mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple
from weakref import ref

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Columns, Evaluation, Sentences, at_work, met_status
from compliance.engine.exact_arithmetic import Row, percent, shown, typed
from compliance.engine.formula import met_words
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks, in_order
from compliance.engine.plan import Plan
from compliance.engine.sentences import limit_text, line, stage_word, unrounded
from compliance.engine.subject import Subject
from compliance.engine.units import beside
from compliance.engine.variants import OPPOSITE
from compliance.engine.working import Driver, Flip, Spread, Working
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import stage_words, unit_words
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import FAIL, NOT_APPLICABLE, PASS, STATUSES, UNKNOWN
from compliance.rules.language import conditions
from compliance.rules.language.model import WRITTEN, FindingForm, Limit, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset

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

    def plan_of(self, rule: Rule) -> str:
        """A row a stage."""
        return "stage"

    def prepare(self, rule: Rule, evaluation: Evaluation) -> None:
        """Declare which units count and with what value; the coefficients are gathered together."""
        _measure(rule, evaluation)

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """Two rows a county, one a stage: value (coefficient), mean and deviation.

        Of a rule (`of`) or of an indicator of its own. Without a limit the figures are shown and
        the status is not_applicable, or unknown where one is missing.
        """
        gather(rule, evaluation)
        stages, limit, key = evaluation.plan("stage"), rule.limit, f"{rule.id}._"
        n, mean, deviation = (pl.col(f"{key}{name}") for name in ("n", "mean", "s"))
        coefficient = (
            pl.when(mean.is_null() | (mean <= 0))
            .then(None)
            .when(n == 1)
            .then(0.0)
            .otherwise(exact_arithmetic.ratio(deviation, mean))
        )
        value = stages.let(f"{key}value", coefficient, rule.id, passing=True)
        bar = pl.lit(None, pl.Float64)
        status = pl.when(value.is_null()).then(UNKNOWN).otherwise(NOT_APPLICABLE)
        if limit is not None:
            bar = exact_arithmetic.limit_column(limit, None)
            fields = {
                "value": (value, pl.Float64),
                "meets": (exact_arithmetic.meets(value, limit.operator, bar), pl.Boolean),
                "mean": (mean, pl.Float64),
                "deviation": (deviation, pl.Float64),
            }
            again = partial(_exact_row, rule, limit, ref(evaluation))
            near = exact_arithmetic.near(value, bar)
            found = exact_arithmetic.exactly(fields, near, again, ("county", "stage"))
            found = stages.let(f"{key}decided", found, rule.id, passing=True)
            value, mean, deviation = (
                found.struct.field(name) for name in ("value", "mean", "deviation")
            )
            status = met_status(found.struct.field("meets"))
        lacking = measured(evaluation)[rule.id].lacking
        return {
            "status": pl.when(n == 0).then(NOT_APPLICABLE).otherwise(status),
            "value": value,
            "threshold": bar,
            "mean": mean,
            "deviation": deviation,
            "missing": Lacks((in_order({one: pl.col(f"{key}{one}") for one in lacking}),)),
            "over_count": n.cast(pl.Float64),
        }

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """The stage's coefficient against its limit."""
        told = coefficient_sentence(rule)
        if not isinstance(told, Mapping):
            return _without_bar(rule)
        holes: dict[str, pl.Expr | str] = {
            "who": pl.col("subject"),
            "stage": stage_word(),
            "title": rule.label,
        }
        nothing = line(msg("{who}{stage}{title}无从计算：均值为0。"), **holes)
        return {**told, UNKNOWN: pl.when(pl.col("mean") == 0).then(nothing)}

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


def coefficient_sentence(rule: Rule) -> Sentences:
    """A stage's coefficient, or the mean of several, against its limit."""
    if rule.limit is None:
        return None
    holes: dict[str, pl.Expr | str] = {
        "who": pl.col("subject"),
        "stage": stage_word(),
        "title": rule.label,
        "value": fixed(pl.col("value"), 3),
        "bar": limit_text(rule.limit, 3),
    }
    alone = line(msg("{who}{stage}{title}为{value}（仅一个单位）。"), **holes)
    met = line(msg("{who}{stage}{title}为{value}，不超过{bar}的上限。"), **holes)
    missed = msg("{who}{stage}{title}为{value}{exactly}，超过{bar}的上限。")
    return {
        PASS: pl.when(pl.col("over_count") == 1).then(alone).otherwise(met),
        FAIL: line(missed, **holes, exactly=unrounded(rule.limit, 3)),
    }


def _without_bar(rule: Rule) -> Sentences:
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
    return {NOT_APPLICABLE: pl.when(pl.col("value").is_not_null()).then(figure)}


def gather(rule: Rule, evaluation: Evaluation) -> None:
    """Bring to the stages the sums of all coefficients measured so far, in two queries a plan.

    Centred before squaring, so that small spreads keep their digits.
    """
    if rule.id not in measured(evaluation):
        _measure(rule, evaluation)
    stages = evaluation.plan("stage")
    waiting = {
        name: one for name, one in measured(evaluation).items() if f"{name}._n" not in stages
    }
    for plan in {id(one.plan): one.plan for one in waiting.values()}.values():
        names = [name for name, one in waiting.items() if one.plan is plan]
        units = plan.frame.with_row_index("_at")
        names = [name for name in names if f"{name}._in" in units.columns]
        lacks = [f"{name}._lacks {fact}" for name in names for fact in waiting[name].lacking]
        found = units.select(pl.col(lacks).any()).row(0, named=True) if lacks else {}
        for name in names:
            lacking = [one for one in waiting[name].lacking if found[f"{name}._lacks {one}"]]
            measured(evaluation)[name] = replace(waiting[name], lacking=tuple(lacking))
        grouped = units.group_by(_KEY, maintain_order=True)
        means = grouped.agg(
            one for name in names for one in _means(name, measured(evaluation)[name].lacking)
        )
        known = beside(units, means.select(*_KEY, *(f"{name}._mean" for name in names)), _KEY)
        squares = known.group_by(_KEY, maintain_order=True).agg(
            _weighted(name, (pl.col(f"{name}._x") - pl.col(f"{name}._mean")).pow(2))
            .sum()
            .alias(f"{name}._squares")
            for name in names
        )
        stages.join(means, _KEY)
        stages.join(squares, _KEY)
        for name in names:
            mean = pl.col(f"{name}._mean")
            s = exact_arithmetic.ratio(pl.col(f"{name}._squares"), pl.col(f"{name}._pupils")).sqrt()
            stages.let(f"{name}._s", pl.when(mean.is_not_null()).then(s), name)
            stages.let(f"{name}._n", pl.col(f"{name}._units").fill_null(0), name)


def _weighted(name: str, value: pl.Expr) -> pl.Expr:
    return pl.when(f"{name}._in").then(pl.col(PUPILS) * value)


def _means(name: str, facts: Sequence[str]) -> Iterator[pl.Expr]:
    """Per county and stage: how many units count, their pupils, the mean, what is first missing where."""
    there, value, weight = pl.col(f"{name}._in"), pl.col(f"{name}._x"), pl.col(PUPILS)
    pupils = pl.when(there).then(weight).sum()
    mean = exact_arithmetic.ratio(_weighted(name, value).sum(), pupils)
    blank = (there & (value.is_null() | weight.is_null())).any()
    yield there.sum().alias(f"{name}._units")
    yield pupils.alias(f"{name}._pupils")
    yield pl.when(~blank & (there.sum() > 0)).then(mean).alias(f"{name}._mean")
    for fact in facts:
        where = pl.col(f"{name}._lacks {fact}")
        yield pl.col("_at").filter(where).min().alias(f"{name}._{fact}")


def _exact_row(
    rule: Rule, limit: Limit, judging: ref[Evaluation], row: Row
) -> tuple[float, bool, float, float]:
    """Coefficient, verdict, mean and deviation: S² ≤ (c·X̄)², in fractions, without a root."""
    mean, variance = moments_exactly(rule, at_work(judging), row["county"], row["stage"])
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


@dataclass(frozen=True)
class Measured:
    """The units of a coefficient: the plan they stand in, the facts of which one may be missing
    (once gathered: is, somewhere).

    In the plan: `<rule>._in`, whether a unit counts or may, `<rule>._x` its value, null where it is
    not known or where it cannot be told whether it counts, `<rule>._way` the alternative that gave it.
    """

    plan: Plan
    lacking: tuple[str, ...]


def measured(evaluation: Evaluation) -> dict[str, Measured]:
    """The coefficients whose units are declared, by rule."""
    return evaluation.kept.setdefault(Dispersion.name, {})


def _measure(rule: Rule, evaluation: Evaluation) -> None:
    """Declare the units of a coefficient."""
    if rule.indicator is not None:
        plan, frames = evaluation.plan("unit", rule), evaluation.frames
        chain = exact_arithmetic.chain(
            rule.indicator, evaluation.ruleset.indicators, frames, "unit"
        )
        value, lacking = exact_arithmetic.first(chain, frames, "unit")
        there, way = pl.lit(value=True), pl.lit(None, pl.UInt8)
    else:
        judged = evaluation.judged(member_of(rule, evaluation).id)
        plan, lacking = judged.plan, judged.lacks
        value = pl.when(judged.column("status") != UNKNOWN).then(judged.column("value"))
        way = judged.column("alternative")
        there = judged.column("status").is_not_null()

    def let(name: str, column: pl.Expr) -> pl.Expr:
        return plan.let(f"{rule.id}._{name}", column, rule.id)

    if rule.exclude or rule.where:
        counts, waiting = _chosen(rule, evaluation, plan)
        there &= counts.fill_null(value=True)
        value = pl.when(counts).then(value)
        lacking = waiting + lacking
    there = let("in", there)
    let("x", value)
    let("way", way)
    facts = tallies.by_stage(lacking)
    for fact, test in facts.items():
        let(f"lacks {fact}", there & test)
    measured(evaluation)[rule.id] = Measured(plan, tuple(facts))


def member_of(rule: Rule, evaluation: Evaluation) -> Rule:
    """The rule that a coefficient is of."""
    if len(rule.of) != 1:
        raise ValueError("dispersion needs `of` one rule, or an indicator")
    return evaluation.ruleset.rules[rule.of[0]]


def _chosen(rule: Rule, evaluation: Evaluation, plan: Plan) -> tuple[pl.Expr, Lacks]:
    """Which units the rule's own exclusions and `where` leave (null: open), and what leaves it open.

    The tests are shared: many coefficients choose alike.
    """
    asked = [(reason, evaluation.ruleset.exclusions[reason].where, True) for reason in rule.exclude]
    asked += [(str(rule.where), rule.where, False)] if rule.where else []
    tests, lacking = [], Lacks()
    for name, where, out in asked:
        test = plan.share(f"#holds {name}", partial(conditions.matches, where))
        tests.append(~test if out else test)
        open_facts = tallies.open_facts(evaluation.frames, "unit", where)
        lacking += open_facts.where(test.is_null())
    names = " and ".join(f"not {name}" if out else name for name, _, out in asked)
    every = plan.share(f"#chosen {names}", lambda: pl.all_horizontal(*tests))
    return every, lacking.where(every.is_null())


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
    if rule.id not in measured(evaluation):
        _measure(rule, evaluation)
    here = (pl.col("county") == county) & (pl.col("stage") == stage) & pl.col(f"{rule.id}._in")
    found = []
    for unit in measured(evaluation)[rule.id].plan.frame.filter(here).iter_rows(named=True):
        value = exact_arithmetic.first_exact(quantities[unit[f"{rule.id}._way"] or 0], unit)
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
    chain = chains(subject.rule, subject.evaluation)[unit.row[f"{subject.rule.id}._way"] or 0]
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
