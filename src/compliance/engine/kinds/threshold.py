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
from functools import partial
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import RESULTS, Columns, Evaluation, Sentences, met_status
from compliance.engine.exact_arithmetic import Quantity, Standard, highest, near
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks
from compliance.engine.plan import Plan
from compliance.engine.sentences import limit_text, line, unrounded
from compliance.kernel.i18n import msg, pick
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import (
    FAIL,
    NOT_APPLICABLE,
    NOT_CHECKED,
    NOT_INVOLVED,
    PASS,
    UNKNOWN,
)
from compliance.rules.language import conditions
from compliance.rules.language.model import (
    COMPARE,
    OPERATORS,
    UPPER,
    Indicator,
    Instead,
    Part,
    Rule,
)
from compliance.rules.language.ruleset import Ruleset


class Threshold(Kind):
    """An indicator held against a limit, row by row."""

    name = "threshold"
    has_limit = True
    needs = ("indicator", "limit")

    def lasts(self, holder: Rule | Part) -> bool:
        """Always."""
        return True

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """The rule's indicator against its limit."""
        return held(evaluation, rule, rule, rule.id)

    def part_columns(self, rule: Rule, part: Part, evaluation: Evaluation) -> Columns:
        """The part's own indicator against its own limit."""
        return held(evaluation, rule, part, f"{rule.id}/{part.key}")

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """The indicator against its limit: those that decided, where a switch put others in its place."""
        known = ruleset.indicators
        if rule.indicator not in known:
            return None
        said = _against(rule, known[str(rule.indicator)])
        for number, one in enumerate(rule.instead, start=1):
            name = one.indicator or str(rule.indicator)
            other = _against(
                replace(rule, indicator=name, limit=one.limit or rule.limit), known[name]
            )
            decided = (pl.col("alternative") == number).fill_null(value=False)
            said = {
                status: pl.when(decided).then(other[status]).otherwise(text)
                for status, text in said.items()
            }
        return said


def _against(rule: Rule, indicator: Indicator) -> Mapping[int, pl.Expr]:
    """An indicator against its limit, with what is missing or too much, by status."""
    if rule.limit is None:
        return {}
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
    span = msg("不低于0") if highest(indicator) == math.inf else msg("在0至100之间")
    strange = msg("{who}{title}算得{value}{m}，不可能如此（应{span}），不作判定；请核对所据数据。")
    unsure = pl.when(pl.col("value").is_not_null()).then(line(strange, **holes, span=span))
    if rule.limit.operator in UPPER:
        if rule.limit.table and not any(rule.limit.table.values()):  # none at all is allowed
            return {
                PASS: line(msg("{who}{title}为{value}{m}，符合要求。"), **holes),
                FAIL: line(msg("{who}{title}为{value}{m}{exactly}，应为0。"), **holes),
                UNKNOWN: unsure,
            }
        met = msg("{who}{title}为{value}{m}，不超过{bar}{m}的上限。")
        missed = msg("{who}{title}为{value}{m}{exactly}，超过{bar}{m}的上限{over}。")
        over = line(msg("，超出{amount}{m}"), amount=short(pl.col("excess")), m=measure)
        return {
            PASS: line(met, **holes), FAIL: line(missed, **holes, over=over), UNKNOWN: unsure,
        }  # fmt: skip
    met = msg("{who}{title}为{value}{m}，达到{bar}{m}的标准。")
    missed = msg("{who}{title}为{value}{m}{exactly}，低于{bar}{m}的标准{gap}。")
    gap = line(
        msg("，缺{amount}{unit}"),
        amount=short(pl.col("shortfall")),
        unit=pick(indicator.gap_unit, indicator.gap_unit_en or indicator.gap_unit),
    )
    gap = pl.when(pl.col("shortfall").is_not_null()).then(gap).otherwise(pl.lit(""))
    return {PASS: line(met, **holes), FAIL: line(missed, **holes, gap=gap), UNKNOWN: unsure}


NAMES = (
    "status", "value", "threshold", "floor", "above_floor", "shortfall", "shortfall_unit", "excess",
)  # fmt: skip


def held(evaluation: Evaluation, rule: Rule, holder: Rule | Part, key: str) -> Columns:
    """The standard of a rule or part held against the rows of the rule's scope.

    NAMES and missing, of a county's 0 of 0 the counts that may say 不涉及; where switches put others
    in the standard's place also `alternative` and `relaxed_by`. key: what the columns it needs are
    called by. Raises ValueError where the holder has no limit or indicator.
    """
    normal, instead = Standard.of(holder), holder.instead
    base = _Comparison.of(evaluation, rule, normal, key).columns()
    told: Columns = base
    if instead:
        ways = [
            _alternative(evaluation, rule, normal, one, f"{key}~{number}")
            for number, one in enumerate(instead, start=1)
        ]
        told = _chosen(evaluation.plan(rule.scope, rule), base, ways, instead, key, rule.id)
    awaited = base["awaited"].where(told["status"] == NOT_CHECKED)
    told = {**told, "missing": told["missing"] + awaited}
    return {name: column for name, column in told.items() if name != "awaited"}


@dataclass(frozen=True)
class _Way:
    """What stands instead of the standard: where its condition holds (null: open), what leaves it
    open, and the columns judged by it; status is null where nothing is set instead.
    """

    holds: pl.Expr
    open: Lacks
    columns: Mapping[str, Any]


def _alternative(
    evaluation: Evaluation, rule: Rule, normal: Standard, one: Instead, key: str
) -> _Way:
    """The rows for which the condition holds or is open, judged by what stands instead."""
    plan, owner = evaluation.plan(rule.scope, rule), rule.id
    holds, lacking = _conditioned(evaluation, rule, one.where, key)
    standard = normal.changed(one)
    judged = _Comparison.of(evaluation, rule, standard, key).columns()
    unset = judged["threshold"].is_null() & pl.lit(standard.limit.indicator is None)
    there = ~unset & (judged["status"] != NOT_APPLICABLE) & holds.fill_null(value=True)
    there = plan.let(f"{key}._there", there, owner, passing=True)
    columns = {
        name: plan.let(
            f"{key}._w {name}", pl.when(there).then(given(judged, name)), owner, passing=True
        )
        for name in NAMES
    }
    holds = plan.let(f"{key}._holds", pl.when(there).then(holds), owner, passing=True)
    return _Way(holds, lacking.where(there), {**columns, "missing": judged["missing"].where(there)})


def _chosen(
    plan: Plan, base: Mapping[str, Any], ways: Sequence[_Way], instead: Sequence[Instead], key: str,
    owner: str,
) -> Columns:  # fmt: skip
    """One row a subject again: the figures of the way that decides."""
    base = {
        name: plan.let(f"{key}._n {name}", given(base, name), owner, passing=True) for name in NAMES
    } | {"missing": base["missing"]}
    way, waiting = _which(base["status"], ways, instead)
    way = plan.let(f"{key}._way", way.cast(pl.UInt8), owner, passing=True)
    waits = plan.let(f"{key}._waits", waiting, owner, passing=True)
    picked = {
        name: plan.let(
            f"{key}._p {name}", _of_way(way, base[name], [one.columns[name] for one in ways]),
            owner, passing=True,
        )
        for name in NAMES
    }  # fmt: skip
    unknown = plan.let(
        f"{key}._unknown", waits | (picked["status"] == UNKNOWN), owner, passing=True
    )
    switch = _of_way(way, pl.lit(None, pl.String), [pl.lit(one.switch) for one in instead])
    # a miss either way, whose floor the open condition decides
    floor_open = ~unknown & (picked["status"] == FAIL) & _floor_open(picked["above_floor"], ways)
    floor_open = plan.let(f"{key}._floor open", floor_open, owner, passing=True)
    told = {**picked, "above_floor": pl.when(~floor_open).then(picked["above_floor"])}
    lasting = {"threshold": told["threshold"], "floor": told["floor"]}
    lasting["value"] = pl.when(~waits).then(told["value"])  # the figure that cannot be stays
    owing = (picked["status"] == PASS) & (base["status"] != PASS)
    return {
        **{name: lasting.get(name, pl.when(~unknown).then(told[name])) for name in told},
        "status": pl.when(waits).then(UNKNOWN).otherwise(picked["status"]),
        "missing": _lacking(base, ways).where(unknown | floor_open),
        "alternative": way,
        "relaxed_by": pl.when(owing).then(switch),
    }


def _floor_open(chosen: pl.Expr, ways: Sequence[_Way]) -> pl.Expr:
    """Whether a way whose condition is open would stand on the other side of its floor."""
    return pl.any_horizontal(
        _sure(
            one.holds.is_null()
            & (one.columns["status"] == FAIL)
            & (one.columns["above_floor"] != chosen)
        )
        for one in ways
    )


def _which(
    status: pl.Expr, ways: Sequence[_Way], instead: Sequence[Instead]
) -> tuple[pl.Expr, pl.Expr]:
    """Which way decides (0: the normal standard), and whether the row waits for a condition.

    1. The first way that passes; beside a normal pass only one that changes the indicator, so that
       what is computed from the values follows the rule. 2. A pass stays, and what the rule does not
       apply to. 3. Of a row that could still pass, the way that is unknown. 4. The last way that
       holds. 5. The normal standard.
    """
    settled = status.is_in([PASS, NOT_APPLICABLE])
    passes, blank, holds, opens = [], [], [], []
    for one, way in zip(instead, ways, strict=True):
        other, met = way.columns["status"], way.holds
        asked = (status == PASS) if one.indicator is not None else pl.lit(value=False)
        passes.append(_sure(met & (other == PASS) & (~settled | asked)))
        blank.append(_sure(met & (other == UNKNOWN) & ~settled))
        holds.append(_sure(met & (other == FAIL) & ~settled))
        opens.append(
            _sure(met.is_null() & other.is_in([PASS, UNKNOWN]) & other.is_not_null() & ~settled)
        )
    chosen: pl.Expr = pl.lit(0)
    for number, test in enumerate(holds, start=1):  # of those that hold, the last
        chosen = pl.when(test).then(number).otherwise(chosen)
    chosen = pl.when(status == UNKNOWN).then(0).otherwise(chosen)
    for tests in (blank, passes):
        for number, test in reversed(list(enumerate(tests, start=1))):
            chosen = pl.when(test).then(number).otherwise(chosen)
    return chosen, pl.any_horizontal(*opens) & ~pl.any_horizontal(*passes)


def _of_way(way: pl.Expr, normal: pl.Expr, others: Sequence[pl.Expr]) -> pl.Expr:
    for number, one in enumerate(others, start=1):
        normal = pl.when(way == number).then(one).otherwise(normal)
    return normal


def _sure(test: pl.Expr) -> pl.Expr:
    return test.fill_null(value=False)


def _lacking(base: Mapping[str, Any], ways: Sequence[_Way]) -> Lacks:
    """The facts that keep an unknown row from being decided, of every way it could pass by."""
    found: Lacks = base["missing"].where(base["status"] == UNKNOWN)
    for one in ways:
        status = one.columns["status"]
        is_open = one.holds.is_null() & (status != NOT_APPLICABLE)
        found += one.open.where(_sure(is_open))
        found += one.columns["missing"].where(_sure(status == UNKNOWN))
    return found


@dataclass(frozen=True)
class _Comparison:
    """One quantity, its limit and its floor, over a plan; limits: the limit's own quantity.

    key: what the columns it needs are called by; owner: the rule whose they are.
    """

    evaluation: Evaluation
    rule: Rule
    standard: Standard
    quantity: Quantity
    limits: Quantity | None
    plan: Plan
    key: str

    @classmethod
    def of(cls, evaluation: Evaluation, rule: Rule, standard: Standard, key: str) -> _Comparison:
        known, frames, scope = evaluation.ruleset.indicators, evaluation.frames, rule.scope
        limits = standard.limit.indicator
        return cls(
            evaluation, rule, standard,
            exact_arithmetic.quantity(known[standard.indicator], frames, scope),
            exact_arithmetic.quantity(known[limits], frames, scope) if limits else None,
            evaluation.plan(scope, rule), key,
        )  # fmt: skip

    def columns(self) -> dict[str, Any]:
        """NAMES, missing and awaited, what a 0 of 0 waits for. Missing facts give unknown, n of 0 and
        what cannot be too; 0 of 0 is not_applicable, of a county only where it is said to be.

        Where the indicator's facts are missing and it names another (`else`), that one is judged.
        """
        first = self._judged()
        fallback = self.quantity.indicator.fallback
        if fallback is None:
            return first
        other = _Comparison.of(
            self.evaluation, self.rule, replace(self.standard, indicator=fallback), f"{self.key}~"
        )
        second = other.columns()
        blank = self._let("blank", first["missing"].any)
        chosen = {
            name: pl.when(blank).then(given(second, name)).otherwise(given(first, name))
            for name in NAMES
        }
        open_ = blank & (second["status"] == UNKNOWN)
        return {
            **chosen,
            "missing": (first["missing"] + second["missing"]).where(open_),
            "awaited": first["awaited"].where(~blank) + second["awaited"].where(blank),
        }

    def _let(self, name: str, column: pl.Expr) -> pl.Expr:
        return self.plan.let(f"{self.key}._{name}", column, self.rule.id, passing=True)

    def _judged(self) -> dict[str, Any]:
        q, limits, limit = self.quantity, self.limits, self.standard.limit
        frames, scope, floor = self.evaluation.frames, self.rule.scope, self.standard.floor
        lacking = q.lacks(frames, scope)
        if limits is not None:
            lacking += limits.lacks(frames, scope)
        figure = self._let("figure", q.figure)
        wrong = self._let("wrong", q.cannot_be(figure))
        value = self._let("value", pl.when(~wrong).then(figure))
        bar = self._let("bar", exact_arithmetic.limit_column(limit, limits))
        low = None
        if floor is not None:
            low = self._let("floor", exact_arithmetic.limit_column(floor, None))
        decided = self._decided(value, bar, low)
        blank = self._let("lacks", lacking.any)
        unset = ~blank & bar.is_null() if limits is not None else bar.is_null()
        nobody, unsaid, awaited = self._of_nobody()
        status = self._let(
            "status",
            pl.when(unset | nobody).then(NOT_APPLICABLE)
            .when(blank).then(UNKNOWN)
            .when((self._over == 0) & (q.of == 0)).then(unsaid)
            .otherwise(met_status(decided["meets"]))
            .cast(pl.UInt8),
        )  # fmt: skip
        fails = status == FAIL
        told = {
            "status": status,
            "value": pl.when(status != UNKNOWN).then(decided["value"]).when(wrong).then(figure),
            "threshold": bar,
            "missing": lacking.where(status == UNKNOWN),
            "awaited": awaited.where(status == NOT_CHECKED),
        }
        if low is not None:
            told |= {"floor": low, "above_floor": decided["above_floor"]}
        if limit.operator in UPPER:
            return {**told, "excess": pl.when(fails).then(decided["value"] - bar)}
        # the gap unit is a word, and said at the edge
        shortfall = pl.when(fails).then(decided["shortfall"])
        return {**told, "shortfall": shortfall, "shortfall_unit": q.indicator.name}

    def _of_nobody(self) -> tuple[pl.Expr, pl.Expr, Lacks]:
        """Whether a share is said to be of nobody; the state of one of 0 of 0 of which nobody says so;
        the counts that could.

        A school's needs no word, nor a sum of which no school or stage is a part.
        """
        over, plan = self.quantity.indicator.over, self.plan
        if self.rule.scope != "county" or over is None or not over.facts:
            return pl.lit(value=False), pl.lit(NOT_APPLICABLE), Lacks()
        names, nobody = list(over.facts), self.evaluation.submission.nobody
        said, none = pl.lit(value=False), pl.lit(value=False)
        if NOT_INVOLVED in plan:
            listed = (pl.col(NOT_INVOLVED).list.contains(name) for name in names)
            said = pl.all_horizontal(*listed).fill_null(value=False)
        if all(f"{name}{tallies.ROWS}" in plan for name in names):
            none = pl.all_horizontal(*(pl.col(f"{name}{tallies.ROWS}") == 0 for name in names))
        could = [
            (whole, pl.col(whole) == 0)
            for whole, parts in nobody.items()
            if any(name == whole or name in parts for name in names)
        ]
        return said, pl.when(none).then(NOT_APPLICABLE).otherwise(NOT_CHECKED), Lacks(tuple(could))

    @property
    def _over(self) -> pl.Expr:
        return self.quantity.over if self.quantity.over is not None else pl.lit(1.0)

    @property
    def _plain(self) -> bool:
        """Whether doubles of typed figures compare like the figures themselves."""
        return self.quantity.plain and (self.limits is None or self.limits.plain)

    def _decided(self, value: pl.Expr, bar: pl.Expr, low: pl.Expr | None) -> Mapping[str, pl.Expr]:
        """value and meets, where there is a floor above_floor, of a lower limit shortfall: exactly."""
        operator, step = self.standard.limit.operator, self.quantity.indicator.gap_step
        upper, fields = operator in UPPER, dict[str, tuple[pl.Expr, Any]]()
        value, sides, steps, doubtful = self._sides(value, bar, low)
        if self._plain and upper and low is None:
            return {"value": value, "meets": sides["meets"]}
        fields["value"] = (value, pl.Float64)
        fields |= {name: (side, pl.Boolean) for name, side in sides.items()}
        close = (
            [] if self._plain else [near(pl.col("value"), pl.col("_bar")), self.quantity.cancels]
        )
        if low is not None and not self._plain:
            close.append(near(pl.col("value"), pl.col("_low")))
            fields["_low"] = (low, pl.Float64)
        fields["_bar"] = (bar, pl.Float64)
        if not upper:
            shortfall = exact_arithmetic.ratio(steps.ceil(), float(1 / Fraction(step)))
            fields |= {"shortfall": (shortfall, pl.Float64), "_steps": (steps, pl.Float64)}
            count, of_size = pl.col("_steps"), 1e-14 * self.quantity.size / float(step)
            off = 1e-6 + 1e-11 * count.abs() + of_size
            close.append(((count - count.round()).abs() <= off) & ~pl.col("meets"))
        again = partial(_exact_row, self.quantity, self.limits, self.standard, tuple(fields))
        found = exact_arithmetic.exactly(
            fields, doubtful, again, self._columns(), pl.any_horizontal(close)
        )
        found = self._let("decided", found)
        return {name: found.struct.field(name) for name in fields if not name.startswith("_")}

    def _sides(
        self, value: pl.Expr, bar: pl.Expr, low: pl.Expr | None
    ) -> tuple[pl.Expr, dict[str, pl.Expr], pl.Expr, pl.Expr]:
        """The value, on which side of limit and floor it lies, the steps that are missing, and where
        floats may have misjudged these.
        """
        q, operator = self.quantity, self.standard.limit.operator
        bars = {"meets": bar} | ({} if low is None else {"above_floor": low})
        sides = {name: exact_arithmetic.meets(value, operator, one) for name, one in bars.items()}
        wholes = exact_arithmetic.in_wholes(
            q, self.standard.limit, self.standard.floor, self.plan, self.key, self.rule.id
        )
        if wholes is not None:  # the sign of a whole number decides
            gaps = {"meets": wholes.gap, "above_floor": wholes.low}
            if not self._plain:
                known, nothing = value.is_not_null(), pl.lit(0.0)
                sides = {
                    name: pl.when(known).then(COMPARE[operator](nothing, gaps[name]))
                    for name in sides
                }
                on_it = known & wholes.fits & (wholes.gap == 0)
                value = pl.when(on_it).then(bar).otherwise(value)
            # a value that was rounded across its limit
            doubtful = ~wholes.fits | (wholes.gap.sign() * (value - bar) > 0)
            return value, sides, exact_arithmetic.ratio(wholes.gap, wholes.step), doubtful
        over, step = self._over, q.indicator.gap_step
        wanted = exact_arithmetic.ratio(bar * over, float(q.indicator.per))
        steps = exact_arithmetic.ratio(wanted - q.of, float(step))
        if step != 1 or not self._plain:
            return value, sides, steps, pl.lit(value=True)
        # of whole numbers a quotient that is whole is one
        whole = [one == one.floor() for one in (bar, over, q.of, steps)]
        return value, sides, steps, ~pl.all_horizontal(*whole, bar * over < 2.0**53)

    def _columns(self) -> list[str]:
        """What the exact computation of a row looks at."""
        names = [*self.quantity.columns, *(self.limits.columns if self.limits else ())]
        bars = [self.standard.limit, self.standard.floor]
        keys = [one.by for one in bars if one is not None and one.table]
        known = self.evaluation.frames.of(self.rule.scope).columns
        return list(dict.fromkeys([*names, *(key for key in keys if key in known)]))


def _exact_row(
    q: Quantity, limits: Quantity | None, standard: Standard, fields: Sequence[str],
    row: exact_arithmetic.Row,
) -> Sequence[object]:  # fmt: skip
    """These of the fields of `_Comparison._decided` of one row, with fractions; null of the others."""
    value, of, over = q.exact(row), q.exact_of(row), q.exact_over(row)
    bar = exact_arithmetic.exact_limit(standard.limit, limits, row)
    if value is None or bar is None or of is None or over is None:
        return (None,) * len(fields)
    low = exact_arithmetic.exact_limit(standard.floor, None, row) if standard.floor else None
    meets, operator = exact_arithmetic.meets_exactly, standard.limit.operator
    need = bar * over / Fraction(q.indicator.per) - of
    found: dict[str, object] = {
        "value": float(value),
        "meets": meets(value, operator, bar),
        "above_floor": None if low is None else meets(value, operator, low),
        "shortfall": float(exact_arithmetic.steps_up(need, q.indicator.gap_step)),
    }
    return [found.get(name) for name in fields]


def given(columns: Columns, name: str) -> pl.Expr:
    """One of the columns that a kind gives, null where it gives none; a word stands where there is
    a shortfall.
    """
    column = columns.get(name)
    if isinstance(column, str):
        return pl.when(columns["shortfall"].is_not_null()).then(pl.lit(column))
    return pl.lit(None, RESULTS[name]) if column is None else column


def _conditioned(
    evaluation: Evaluation, rule: Rule, where: conditions.Where, key: str
) -> tuple[pl.Expr, Lacks]:
    """Whether a condition holds (null: cannot be told), and the missing facts that leave it open.

    The condition may ask for an indicator's value; a fact of the frame comes before an indicator of
    the same name. Where a value lies so close to the bound that floats could misjudge it, the
    fractions decide.
    """
    known, frames, scope = evaluation.ruleset.indicators, evaluation.frames, rule.scope
    plan, columns = evaluation.plan(scope, rule), evaluation.frames_of(rule).of(scope).columns
    lacking = dict(frames.lacks)
    for name in conditions.facts(where):
        if name in columns or name not in known:
            continue
        chain = exact_arithmetic.chain(name, known, frames, scope)
        value, missing = exact_arithmetic.first(chain, frames, scope)
        for bound in _bounds(name, where):
            value = _on_its_side(value, chain, bound)
        plan.let(f"{key} {name}", value, rule.id, passing=True)
        lacking[scope, name] = missing
        where = _renamed(where, name, f"{key} {name}")
        lacking[scope, f"{key} {name}"] = missing
    holds = plan.let(f"{key}._condition", conditions.matches(where), rule.id, passing=True)
    found = tallies.open_facts(replace(frames, lacks=lacking), scope, where)
    return holds, found.where(holds.is_null())


def _renamed(where: conditions.Where, name: str, column: str) -> conditions.Where:
    """A condition that asks a column instead of an indicator."""
    tables = [where] if isinstance(where, Mapping) else where
    found = [
        {column if fact == name else fact: asked for fact, asked in table.items()}
        for table in tables
    ]
    return found[0] if isinstance(where, Mapping) else found


def _bounds(name: str, where: conditions.Where) -> Iterable[float]:
    """The numbers that an indicator is compared with."""
    for table in [where] if isinstance(where, Mapping) else where:
        wanted: Any = table.get(name, {})
        if isinstance(wanted, Mapping):
            yield from (float(value) for word, value in wanted.items() if word in OPERATORS)


def _on_its_side(value: pl.Expr, chain: Sequence[Quantity], bound: float) -> pl.Expr:
    """Values close to `bound` put on the side of it, or on it, where the fractions say they are."""
    limit = exact_arithmetic.typed(bound)

    def placed(row: exact_arithmetic.Row) -> Sequence[object]:
        exact = exact_arithmetic.first_exact(chain, row)
        if exact is None or limit is None:
            return (None,)
        side = (exact > limit) - (exact < limit)
        return (math.nextafter(bound, side * math.inf) if side else bound,)

    needs = [name for one in chain for name in one.columns]
    close = exact_arithmetic.near(pl.col("value"), pl.lit(bound))
    fields = {"value": (value, pl.Float64)}
    found = exact_arithmetic.exactly(fields, pl.lit(value=True), placed, needs, close)
    column: pl.Expr = found.struct.field("value")
    return column
