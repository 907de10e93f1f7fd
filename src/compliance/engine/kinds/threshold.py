"""threshold: an indicator meets its limit, or what a switch puts in its place.

The normal standard and what switches put in its place are chosen row by row. A row passes by the
first way that is open to it; a condition that missing facts leave open, or a way whose own figures
are missing, leaves the row unknown where it could still turn out to pass. A conclusion is drawn
whenever the blanks could not change it, and only then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import SUBJECT, Evaluation, met_status, subject_columns
from compliance.engine.exact_arithmetic import Quantity, Standard
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import limit_text, line, unrounded
from compliance.engine.units import beside, each_once
from compliance.kernel.i18n import msg, pick
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language import conditions
from compliance.rules.language.model import (
    OPERATORS,
    UPPER,
    Indicator,
    Instead,
    Limit,
    Part,
    Rule,
    Ruleset,
)


class Threshold(Kind):
    """An indicator held against a limit, row by row."""

    name = "threshold"
    has_limit = True

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a subject of the rule's scope."""
        return held(evaluation.subjects(rule), evaluation, rule.scope, rule)

    def judge_part(
        self, rule: Rule, part: Part, frame: pl.DataFrame, evaluation: Evaluation
    ) -> pl.DataFrame:
        """The part's own indicator against its own limit."""
        return held(frame, evaluation, rule.scope, part)

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The indicator against its limit: those that decided, where a switch put others in its place."""
        known = ruleset.indicators
        if rule.indicator not in known:
            return None
        body = _against(rule, known[str(rule.indicator)])
        for number, one in enumerate(rule.instead, start=1):
            name = one.indicator or str(rule.indicator)
            other = replace(rule, indicator=name, limit=one.limit or rule.limit)
            decided = (pl.col("alternative") == number).fill_null(value=False)
            body = pl.when(decided).then(_against(other, known[name])).otherwise(body)
        return body


def _against(rule: Rule, indicator: Indicator) -> pl.Expr:
    """An indicator against its limit, with what is missing or too much."""
    if rule.limit is None:
        return pl.lit(None, pl.String)
    decimals = indicator.decimals
    figure = short if indicator.over is None else fixed  # what is typed is shown as typed
    measure = pick(indicator.measure, indicator.measure_en or indicator.measure)
    holes: dict[str, pl.Expr | str] = {
        "who": pl.col("subject"),
        "title": pick(indicator.title, indicator.title_en),
        "value": figure(pl.col("value"), decimals),
        "m": measure,
        "bar": limit_text(rule.limit, decimals),
        "exactly": unrounded(rule.limit, decimals),
    }
    if rule.limit.operator in UPPER:
        met = msg("{who}{title}为{value}{m}，不超过{bar}{m}的上限。")
        missed = msg("{who}{title}为{value}{m}{exactly}，超过{bar}{m}的上限{over}。")
        over = line(
            msg("，超出{amount}{m}"),
            amount=short(pl.col("excess")),
            m=measure,
        )
        body = line(missed, **holes, over=over)
    else:
        met = msg("{who}{title}为{value}{m}，达到{bar}{m}的标准。")
        missed = msg("{who}{title}为{value}{m}{exactly}，低于{bar}{m}的标准{gap}。")
        gap = line(
            msg("，缺{amount}{unit}"),
            amount=short(pl.col("shortfall")),
            unit=pick(indicator.gap_unit, indicator.gap_unit_en or indicator.gap_unit),
        )
        known = pl.col("shortfall").is_not_null()
        body = line(missed, **holes, gap=pl.when(known).then(gap).otherwise(pl.lit("")))
    return (
        pl.when(pl.col("status") == PASS)
        .then(line(met, **holes))
        .when(pl.col("status") == FAIL)
        .then(body)
    )


def held(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, holder: Rule | Part
) -> pl.DataFrame:
    """The standard of a rule or part held against the rows of a scope's frame.

    The subject's columns, those of `_compared`, and where switches put others in the standard's
    place also `alternative` and `relaxed_by`. Raises ValueError where the holder has no limit or indicator.
    """
    normal, instead = Standard.of(holder), holder.instead
    base = _compared(frame, evaluation, scope, normal)
    if not instead:
        return base
    names = [name for name in base.columns if name not in SUBJECT]
    together = base
    for number, one in enumerate(instead, start=1):
        other = _alternative(frame, evaluation, scope, normal, one)
        columns = [pl.col(name).alias(f"{name}_{number}") for name in ("_holds", "_open", *names)]
        together = beside(together, other.select(scope, *columns), scope)
    return _chosen(together, base, names, instead)


def _alternative(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, normal: Standard, one: Instead
) -> pl.DataFrame:
    """The rows for which the condition holds or is open, judged by what stands instead.

    Beside the columns of a judgement: _holds (null: open) and _open, the facts that leave it open.
    Rows for which nothing is set instead are left out.
    """
    told = _conditioned(frame, evaluation, scope, one.where)
    rows = told.filter(pl.col("_holds").fill_null(value=True))
    standard = normal.changed(one)
    judged = _compared(rows, evaluation, scope, standard).with_columns(
        rows["_holds"], rows["_open"]
    )
    unset = pl.col("threshold").is_null() & pl.lit(standard.limit.indicator is None)
    return judged.filter(~unset & (pl.col("status") != NOT_APPLICABLE))


def _chosen(
    together: pl.DataFrame, base: pl.DataFrame, names: Sequence[str], instead: Sequence[Instead]
) -> pl.DataFrame:
    """One row a subject again: the figures of the way that decides."""
    numbers = range(1, len(instead) + 1)
    alternative, waits = _which(instead)
    chosen = together.with_columns(
        alternative.cast(pl.UInt8).alias("alternative"), waits.alias("_waits")
    )
    picked = {
        name: _of_alternative(pl.col(name), [pl.col(f"{name}_{n}") for n in numbers])
        for name in names
    }
    unknown = pl.col("_waits") | (picked["status"] == UNKNOWN)
    switch = _of_alternative(pl.lit(None, pl.String), [pl.lit(one.switch) for one in instead])
    # a miss either way, whose floor the open condition decides
    floor_open = ~unknown & (picked["status"] == FAIL) & _floor_open(picked["above_floor"], numbers)
    picked["above_floor"] = pl.when(~floor_open).then(picked["above_floor"])
    owing = (picked["status"] == PASS) & (pl.col("status") != PASS)
    kept = ("threshold", "floor")
    return chosen.select(
        *(name for name in base.columns if name in SUBJECT),
        pl.when("_waits").then(UNKNOWN).otherwise(picked["status"]).cast(pl.UInt8).alias("status"),
        *(
            (picked[name] if name in kept else pl.when(~unknown).then(picked[name])).alias(name)
            for name in names
            if name not in ("status", "missing")
        ),
        pl.when(unknown | floor_open).then(_lacks(numbers)).otherwise(NO_WORDS).alias("missing"),
        "alternative",
        pl.when(owing).then(switch).alias("relaxed_by"),
    )


def _floor_open(chosen: pl.Expr, numbers: range) -> pl.Expr:
    """Whether a way whose condition is open would stand on the other side of its floor."""
    return pl.any_horizontal(
        _sure(
            pl.col(f"_holds_{n}").is_null()
            & (pl.col(f"status_{n}") == FAIL)
            & (pl.col(f"above_floor_{n}") != chosen)
        )
        for n in numbers
    )


def _which(instead: Sequence[Instead]) -> tuple[pl.Expr, pl.Expr]:
    """Which way decides (0: the normal standard), and whether the row waits for a condition.

    1. The first way that passes; beside a normal pass only one that changes the indicator, so that
       what is computed from the values follows the rule. 2. A pass stays, and what the rule does not
       apply to. 3. Of a row that could still pass, the way that is unknown. 4. The last way that
       holds. 5. The normal standard.
    """
    settled = pl.col("status").is_in([PASS, NOT_APPLICABLE])
    passes, blank, holds, opens = [], [], [], []
    for number, one in enumerate(instead, start=1):
        status = pl.col(f"status_{number}")
        met = pl.col(f"_holds_{number}")
        asked = (pl.col("status") == PASS) if one.indicator is not None else pl.lit(value=False)
        passes.append(_sure(met & (status == PASS) & (~settled | asked)))
        blank.append(_sure(met & (status == UNKNOWN) & ~settled))
        holds.append(_sure(met & (status == FAIL) & ~settled))
        opens.append(
            _sure(met.is_null() & status.is_in([PASS, UNKNOWN]) & status.is_not_null() & ~settled)
        )
    way: pl.Expr = pl.lit(0)
    for number, test in enumerate(holds, start=1):  # of those that hold, the last
        way = pl.when(test).then(number).otherwise(way)
    way = pl.when(pl.col("status") == UNKNOWN).then(0).otherwise(way)
    for tests in (blank, passes):
        for number, test in reversed(list(enumerate(tests, start=1))):
            way = pl.when(test).then(number).otherwise(way)
    return way, pl.any_horizontal(*opens) & ~pl.any_horizontal(*passes)


def _of_alternative(normal: pl.Expr, others: Sequence[pl.Expr]) -> pl.Expr:
    for number, one in enumerate(others, start=1):
        normal = pl.when(pl.col("alternative") == number).then(one).otherwise(normal)
    return normal


def _sure(test: pl.Expr) -> pl.Expr:
    return test.fill_null(value=False)


def _lacks(numbers: range) -> pl.Expr:
    """The facts that keep an unknown row from being decided, of every way it could pass by."""
    pieces = [pl.when(pl.col("status") == UNKNOWN).then(pl.col("missing")).otherwise(NO_WORDS)]
    for number in numbers:
        status = pl.col(f"status_{number}")
        is_open = pl.col(f"_holds_{number}").is_null() & (status != NOT_APPLICABLE)
        missing = _sure(status == UNKNOWN)
        pieces.append(pl.when(_sure(is_open)).then(pl.col(f"_open_{number}")).otherwise(NO_WORDS))
        pieces.append(pl.when(missing).then(pl.col(f"missing_{number}")).otherwise(NO_WORDS))
    return each_once(*pieces)


def _compared(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, standard: Standard
) -> pl.DataFrame:
    """A standard held against the rows of a scope's frame.

    The subject's columns with status, value, threshold, floor, above_floor, shortfall,
    shortfall_unit, excess and missing. Missing facts give unknown, 0 of 0 not_applicable, n of 0
    unknown. Where the indicator's facts are missing and it names another (`else`), that one is judged.
    """
    test = _Comparison.of(evaluation, scope, standard)
    first = test.judge(frame)
    fallback = test.quantity.indicator.fallback
    if fallback is None:
        return first
    second = _compared(frame, evaluation, scope, replace(standard, indicator=fallback))
    names = [name for name in first.columns if name not in (*SUBJECT, "missing")]
    both = pl.concat(
        [first, second.select(pl.col(*names, "missing").name.suffix("_other"))], how="horizontal"
    )
    missing = pl.col("missing").list.len() > 0
    return both.select(
        *subject_columns(first).columns,
        *(pl.when(missing).then(f"{name}_other").otherwise(name).alias(name) for name in names),
        pl.when(missing & (pl.col("status_other") == UNKNOWN))
        .then(pl.concat_list("missing", "missing_other"))
        .when(missing)
        .then(NO_WORDS)
        .otherwise("missing")
        .alias("missing"),
    )


@dataclass(frozen=True)
class _Comparison:
    """One quantity, its limit and its floor, bound to a frame; limits: the limit's own quantity."""

    evaluation: Evaluation
    scope: str
    quantity: Quantity
    limit: Limit
    limits: Quantity | None
    floor: Limit | None

    @classmethod
    def of(cls, evaluation: Evaluation, scope: str, standard: Standard) -> _Comparison:
        known, frames, limit = evaluation.ruleset.indicators, evaluation.frames, standard.limit
        bound = exact_arithmetic.quantity(known[standard.indicator], frames, scope)
        limits = (
            exact_arithmetic.quantity(known[limit.indicator], frames, scope)
            if limit.indicator
            else None
        )
        return cls(evaluation, scope, bound, limit, limits, standard.floor)

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame's subjects with the columns of `_compared`."""
        q, frames, operator = self.quantity, self.evaluation.frames, self.limit.operator
        pieces = [one.missing(frames, self.scope) for one in (q, self.limits) if one is not None]
        floor = exact_arithmetic.limit_column(self.floor, None) if self.floor else None
        value, threshold = pl.col("value"), pl.col("threshold")
        measured = frame.with_columns(
            pl.int_range(pl.len()).alias("_row"),
            q.of.alias("_of"),
            (q.over if q.over is not None else pl.lit(1.0)).alias("_over"),
            exact_arithmetic.limit_column(self.limit, self.limits).alias("threshold"),
            (pl.lit(None, pl.Float64) if floor is None else floor).alias("floor"),
            each_once(*pieces).alias("missing"),
            q.value.alias("value"),
        ).with_columns(
            exact_arithmetic.meets(value, operator, threshold).alias("_meets"),
            exact_arithmetic.meets(value, operator, pl.col("floor")).alias("above_floor"),
        )
        judged = self._exactly(measured).with_columns(self._status().alias("status"))
        unknown = pl.col("status") == UNKNOWN
        return self._gaps(judged).select(
            *subject_columns(frame).columns,
            "status",
            pl.when(~unknown).then("value").alias("value"),
            "threshold", "floor", "above_floor", "shortfall", "excess",
            # by its indicator's name: the gap unit is a word, and said at the edge
            pl.when(pl.col("shortfall").is_not_null()).then(pl.lit(q.indicator.name))
            .alias("shortfall_unit"),
            pl.when(unknown).then("missing").otherwise(NO_WORDS).alias("missing"),
        )  # fmt: skip

    def _exactly(self, measured: pl.DataFrame) -> pl.DataFrame:
        """Judge again, with fractions, the rows that lie on a line."""
        if self.quantity.plain and (self.limits is None or self.limits.plain):
            return measured  # doubles of typed figures compare like the figures themselves
        near = exact_arithmetic.near
        return exact_arithmetic.judged_again(
            measured,
            ("_row",),
            ("value", "_meets", "above_floor"),
            self._exact_row,
            close=near(pl.col("value"), pl.col("threshold"))
            | near(pl.col("value"), pl.col("floor")),
            needs=self._columns(),
        )

    def _exact_row(
        self, row: exact_arithmetic.Row
    ) -> tuple[float | None, bool | None, bool | None]:
        value = self.quantity.exact(row)
        limit = exact_arithmetic.exact_limit(self.limit, self.limits, row)
        if value is None or limit is None:
            return (None, None, None)
        floor = exact_arithmetic.exact_limit(self.floor, None, row) if self.floor else None
        meets, operator = exact_arithmetic.meets_exactly, self.limit.operator
        above = None if floor is None else meets(value, operator, floor)
        return (float(value), meets(value, operator, limit), above)

    def _columns(self) -> list[str]:
        """What the exact computation of a row looks at."""
        names = [*self.quantity.columns, *(self.limits.columns if self.limits else ())]
        keys = [one.by for one in (self.limit, self.floor) if one is not None and one.table]
        known = self.evaluation.frames.of(self.scope).columns
        return list(dict.fromkeys([*names, *(key for key in keys if key in known)]))

    def _gaps(self, judged: pl.DataFrame) -> pl.DataFrame:
        """Shortfall of a missed lower limit, excess over an upper one, for the rows that fail."""
        empty, fails = pl.lit(None, pl.Float64), pl.col("status") == FAIL
        if self.limit.operator in UPPER:
            over = pl.when(fails).then(pl.col("value") - pl.col("threshold"))
            return judged.with_columns(empty.alias("shortfall"), over.alias("excess"))
        indicator = self.quantity.indicator
        step, ratio = indicator.gap_step, exact_arithmetic.ratio
        wanted = ratio(pl.col("threshold") * pl.col("_over"), float(indicator.per))
        steps = ratio(wanted - pl.col("_of"), float(step))
        judged = judged.with_columns(pl.when(fails).then(steps).alias("_steps"))
        steps = pl.col("_steps")
        rounded = ratio(steps.ceil(), float(1 / Fraction(step)))
        return exact_arithmetic.judged_again(
            judged.with_columns(rounded.alias("shortfall"), empty.alias("excess")),
            ("_row",),
            ("shortfall",),
            self._exact_gap,
            close=(steps - steps.round()).abs() <= (1e-6 + 1e-11 * steps.abs()),
            needs=self._columns(),
        )

    def _exact_gap(self, row: exact_arithmetic.Row) -> tuple[float | None]:
        of, over = self.quantity.exact_of(row), self.quantity.exact_over(row)
        limit = exact_arithmetic.exact_limit(self.limit, self.limits, row)
        if of is None or over is None or limit is None:
            return (None,)
        indicator = self.quantity.indicator
        need = limit * over / Fraction(indicator.per) - of
        return (float(exact_arithmetic.steps_up(need, indicator.gap_step)),)

    def _status(self) -> pl.Expr:
        """No limit for this subject → not_applicable, whatever is missing; missing → unknown; 0 of 0
        → not_applicable; n of 0 → unknown."""
        has_all = pl.col("missing").list.len() == 0
        unset = pl.col("threshold").is_null() & pl.lit(self.limits is None)
        return (
            pl.when(unset | (has_all & pl.col("threshold").is_null()))
            .then(NOT_APPLICABLE)
            .when(~has_all)
            .then(UNKNOWN)
            .when((pl.col("_over") == 0) & (pl.col("_of") == 0))
            .then(NOT_APPLICABLE)
            .otherwise(met_status(pl.col("_meets")))
            .cast(pl.UInt8)
        )


def _conditioned(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, where: conditions.Where
) -> pl.DataFrame:
    """The frame with _holds (null: cannot be told) and _open, the missing facts that leave it open.

    The condition may ask for an indicator's value; a fact of the frame comes before an indicator of
    the same name. Where a value lies so close to the bound that floats could misjudge it, the
    fractions decide.
    """
    known, frames = evaluation.ruleset.indicators, evaluation.frames
    names = [n for n in conditions.facts(where) if n not in frame.columns and n in known]
    for name in names:
        chain = exact_arithmetic.chain(name, known, frames, scope)
        value, missing = exact_arithmetic.first(chain, frames, scope)
        frame = frame.with_columns(value.alias(name), missing.alias(f"{name}{tallies.MISSING}"))
        for bound in _bounds(name, where):
            frame = _on_its_side(frame, chain, name, bound)
    if names:
        frames = frames.with_frame(scope, frame)
    holds = conditions.matches(where)
    missing = tallies.open_facts(frames, scope, where)
    return frame.with_columns(
        holds.alias("_holds"),
        pl.when(holds.is_null()).then(missing).otherwise(NO_WORDS).alias("_open"),
    )


def _bounds(name: str, where: conditions.Where) -> Iterable[float]:
    """The numbers that an indicator is compared with."""
    for table in [where] if isinstance(where, Mapping) else where:
        wanted: Any = table.get(name, {})
        if isinstance(wanted, Mapping):
            yield from (float(value) for word, value in wanted.items() if word in OPERATORS)


def _on_its_side(
    frame: pl.DataFrame, chain: Sequence[Quantity], name: str, bound: float
) -> pl.DataFrame:
    """Values close to `bound` put on the side of it, or on it, where the fractions say they are."""
    limit = exact_arithmetic.typed(bound)

    def placed(row: exact_arithmetic.Row) -> tuple[float | None]:
        value = exact_arithmetic.first_exact(chain, row)
        if value is None or limit is None:
            return (None,)
        side = (value > limit) - (value < limit)
        return (math.nextafter(bound, side * math.inf) if side else bound,)

    close = exact_arithmetic.near(pl.col(name), pl.lit(bound))
    rows = frame.with_row_index("_at")
    return exact_arithmetic.judged_again(rows, ("_at",), (name,), placed, close=close).drop("_at")
