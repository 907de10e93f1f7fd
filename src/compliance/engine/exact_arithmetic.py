"""The number policy: floats propose, fractions dispose.

A quantity is `per` × of ÷ over, one exact product and one division. Whatever lies within a relative
1e-9 of its limit is judged again with fractions, from the figures as typed (the shortest decimal of
a double, not its binary value). No tolerance decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from math import inf, isqrt, lcm
from typing import Any

import polars as pl

from compliance.engine.lacks import Lacks
from compliance.engine.plan import Plan
from compliance.engine.tallies import TERMS, lacks
from compliance.engine.units import EFFECTIVE, SHARE, Frames, effective
from compliance.kernel.number_format import without_zeros
from compliance.rules.language.model import (
    COMPARE,
    Indicator,
    Instead,
    Limit,
    Part,
    Rule,
    Terms,
    floor_of,
)

NEAR = 1e-9
_LOST = 1e-5  # of its terms: in a sum smaller than that, rounding may amount to NEAR of it
_DIGITS = 100  # of a root that is irrational
SHOWN = 6  # decimals of a figure in a working
Row = Mapping[str, Any]  # of a frame, by the names of its columns
Exact = Callable[[Row], Fraction | None]


def typed(value: object) -> Fraction | None:
    """A figure as typed: the shortest decimal that stands for the double."""
    return None if value is None else Fraction(repr(float(str(value))))


@dataclass(frozen=True)
class Quantity:
    """An indicator bound to the frame it is computed on.

    of, over, figure: columns (floats); the figure may be one that cannot be. needs: the facts it takes, for the list of what is missing.
    exact, exact_of, exact_over: the same of one row as fractions, from the columns of `columns`.
    plain: comparing doubles is exact. size: what the terms of `of` amount to without their signs.
    cancels: whether terms of one row nearly cancel out, so that its floats tell little. shared:
    divided among the stages of a school. products: some
    fact is a sum of products.
    """

    indicator: Indicator
    of: pl.Expr
    over: pl.Expr | None
    figure: pl.Expr
    needs: tuple[str, ...]
    exact: Exact
    exact_of: Exact
    exact_over: Exact
    plain: bool
    size: pl.Expr
    cancels: pl.Expr
    shared: bool
    products: bool
    columns: tuple[str, ...]

    def lacks(self, frames: Frames, scope: str) -> Lacks:
        """Which of its facts are missing in each row."""
        return lacks(frames, scope, self.needs)

    def cannot_be(self, figure: pl.Expr) -> pl.Expr:
        """Whether it is none, though it can be computed: below 0, or as a share above 100 %."""
        return (figure < 0) | (figure > highest(self.indicator))

    @property
    def value(self) -> pl.Expr:
        """The figure, null where it cannot be."""
        return pl.when(~self.cannot_be(self.figure)).then(self.figure)


@dataclass(frozen=True)
class Standard:
    """What a rule or part asks in numbers: an indicator and its limit.

    holder: whose standard it is, which says what share of the limit a miss must still reach.
    """

    holder: Rule | Part
    indicator: str
    limit: Limit

    @classmethod
    def of(cls, holder: Rule | Part) -> Standard:
        """The holder's own. Raises ValueError where it lacks an indicator or a limit."""
        if holder.indicator is None or holder.limit is None:
            raise ValueError(f"{holder.label} needs an indicator and a limit")
        return cls(holder, holder.indicator, holder.limit)

    @property
    def floor(self) -> Limit | None:
        """What a miss must still reach, where a share is set: that share of this limit."""
        share = self.holder.floor_share if isinstance(self.holder, Rule) else None
        return floor_of(self.limit, share)

    def changed(self, one: Instead) -> Standard:
        """The standard with what a switch puts in its place."""
        return replace(
            self, indicator=one.indicator or self.indicator, limit=one.limit or self.limit
        )


def ratio(amount: pl.Expr, by: pl.Expr | float) -> pl.Expr:
    """amount ÷ by, rounded once.

    Polars multiplies by the reciprocal where the divisor is a constant, or a column that is one,
    which rounds twice and turns 406 ÷ 100 into 4.0600000000000005. Adding nothing of the amount to
    the divisor makes it a column of its own, which is divided by.
    """
    quotient: pl.Expr = amount / (amount * 0 + by)
    return quotient


def quantity(indicator: Indicator, frames: Frames, scope: str) -> Quantity:
    """Bind an indicator to a frame; a shared fact at unit scope is divided among the stages."""
    shared = scope == "unit" and any(name in frames.split.facts for name in indicator.of.facts)
    of = _sum(indicator.of)
    over = None if indicator.over is None else pl.col(EFFECTIVE) if shared else _sum(indicator.over)
    product = float(indicator.per) * of
    if shared:
        product = product * pl.col(SHARE)
    figure = _quotient(product, over, indicator.over)
    if shared and over is not None:
        over = ratio(over, pl.col(SHARE))
    if indicator.round_up:  # whole facts divided: IEEE division is exact where it is whole
        figure = figure.ceil()
    needs = list(indicator.of.facts)
    if indicator.over is not None:
        needs += list(indicator.over.facts)
    if shared:
        needs += [f"{stage}_students" for stage in frames.split.weights]
    exact_of = _exact_sum(indicator.of)
    exact_over = partial(effective, split=frames.split) if shared else _exact_sum(indicator.over)
    return Quantity(
        indicator=indicator,
        of=of,
        over=over,
        figure=figure,
        needs=tuple(dict.fromkeys(needs)),
        exact=_exact_value(indicator, exact_of, exact_over),
        exact_of=exact_of,
        exact_over=exact_over,
        plain=_is_plain(indicator, frames, scope),
        size=_size(indicator.of),
        cancels=_cancels(indicator.of) | _cancels(indicator.over),
        shared=shared,
        products=any(f"{name}{TERMS}" in frames.of(scope).columns for name in needs),
        columns=_columns(needs, frames, scope, shared=shared),
    )


def highest(indicator: Indicator) -> float:
    """What its value can be at most: a share of a whole is no more than that."""
    return 100.0 if indicator.unit == "%" else inf


def chain(
    name: str, indicators: Mapping[str, Indicator], frames: Frames, scope: str
) -> list[Quantity]:
    """An indicator, and those used in turn where its facts are missing."""
    found: list[Quantity] = []
    following: str | None = name
    while following is not None:
        found.append(quantity(indicators[following], frames, scope))
        following = indicators[following].fallback
    return found


def first_exact(quantities: Iterable[Quantity], row: Row) -> Fraction | None:
    """The value of the first of them whose facts are there, exactly."""
    known = (one for one in quantities if None not in (one.exact_of(row), one.exact_over(row)))
    return next((one.exact(row) for one in known), None)


def first(quantities: Sequence[Quantity], frames: Frames, scope: str) -> tuple[pl.Expr, Lacks]:
    """The value of the first of them whose facts are there; and what is missing where none is."""
    lacking = [one.lacks(frames, scope) for one in quantities]
    incomplete = pl.all_horizontal(*(one.any for one in lacking))
    value = quantities[-1].value
    for one, lack in reversed([*zip(quantities[:-1], lacking[:-1], strict=True)]):
        value = pl.when(lack.any).then(value).otherwise(one.value)
    return value, sum(lacking, Lacks()).where(incomplete)


def _quotient(product: pl.Expr, over: pl.Expr | None, terms: Terms | None) -> pl.Expr:
    if over is None or terms is None:
        return product
    if terms.constant is not None:
        return ratio(product, float(terms.constant))
    return pl.when(over > 0).then(ratio(product, over))


def _is_plain(indicator: Indicator, frames: Frames, scope: str) -> bool:
    """Whether the value is a figure as typed or a whole number: comparing doubles is exact then."""
    if indicator.round_up:
        return True
    facts = list(indicator.of.facts.items())
    return (
        indicator.over is None
        and indicator.per == 1
        and len(facts) == 1
        and facts[0][1] == 1
        and f"{facts[0][0]}{TERMS}" not in frames.of(scope).columns
    )


def _columns(needs: Sequence[str], frames: Frames, scope: str, *, shared: bool) -> tuple[str, ...]:
    """The columns that the exact computation of a row looks at."""
    known = frames.of(scope).columns
    names = [name for name in needs if name in known]
    names += [f"{name}{TERMS}" for name in needs if f"{name}{TERMS}" in known]
    if shared:
        names += ["stage", *(f"_{stage}" for stage in frames.split.weights)]
    return tuple(dict.fromkeys(names))


def _sum(terms: Terms) -> pl.Expr:
    if terms.constant is not None:
        return pl.lit(float(terms.constant))
    pieces = [
        pl.col(name) if weight == 1 else pl.col(name) * float(weight)
        for name, weight in terms.facts.items()
    ]
    total = pieces[0]
    for piece in pieces[1:]:
        total = total + piece
    return total


def _size(terms: Terms) -> pl.Expr:
    pieces = (pl.col(name).abs() * abs(float(weight)) for name, weight in terms.facts.items())
    return pl.sum_horizontal(*pieces) if terms.facts else pl.lit(0.0)


def _cancels(terms: Terms | None) -> pl.Expr:
    """Whether a sum is so much smaller than its terms that their rounding may show in it."""
    if terms is None or len(terms.facts) < 2:
        return pl.lit(value=False)
    return _size(terms) * _LOST > _sum(terms).abs()


def _exact_sum(terms: Terms | None) -> Exact:
    def compute(row: Row) -> Fraction | None:
        if terms is None:
            return Fraction(1)
        if terms.constant is not None:
            return Fraction(terms.constant)
        total = Fraction(0)
        for name, weight in terms.facts.items():
            figure = _figure(row, name)
            if figure is None:
                return None
            total += Fraction(weight) * figure
        return total

    return compute


def _figure(row: Row, name: str) -> Fraction | None:
    """One figure of a row, exactly; a product tally from its factors."""
    factors = row.get(f"{name}{TERMS}")
    if not isinstance(factors, list):
        return typed(row[name])
    total = Fraction(0)
    for pair in factors:
        one, other = typed(pair["a"]), typed(pair["b"])
        if one is None or other is None:
            return None
        total += one * other
    return total


def _exact_value(indicator: Indicator, of: Exact, over: Exact) -> Exact:
    def compute(row: Row) -> Fraction | None:
        above, below = of(row), over(row)
        if above is None or below is None or below == 0:
            return None
        value = Fraction(indicator.per) * above / below
        if value < 0 or value > highest(indicator):
            return None
        return Fraction(-(-value.numerator // value.denominator)) if indicator.round_up else value

    return compute


@dataclass(frozen=True)
class Wholes:
    """A quantity held against the numbers of a limit, in whole numbers and so without rounding.

    gap: B·`of` short of A·`over`, above 0 where the value lies below the limit; low: the same of the
    floor. step: what one step of a shortfall makes of the gap. fits: where all of it is whole and
    below 2^53; elsewhere the gap is a float like any other.
    """

    gap: pl.Expr
    low: pl.Expr | None
    step: pl.Expr
    fits: pl.Expr


_SCALE = 10_000  # a figure of at most four decimals is a whole number of these parts
_BIGGEST = 2.0**53  # below it doubles hold every whole number


def in_wholes(
    q: Quantity, limit: Limit, floor: Limit | None, plan: Plan, key: str, owner: str
) -> Wholes | None:
    """value ≥ limit as A·over ≤ B·of; None where the quantity or the limit is not made for it.

    With figures scaled to whole numbers (`of` by s, `over` by t), per × of ÷ over ≥ l is
    A·over ≤ B·of with A ÷ B = l·s ÷ (per·t); what is missing is A·over − B·of in units of B·s.
    """
    terms = q.indicator
    if limit.indicator is not None or terms.round_up or q.products:
        return None
    of, scale, fit = _scaled(terms.of, plan)
    if q.shared:
        over, below, share = pl.col(EFFECTIVE), Fraction(1), pl.col(SHARE)
        fit = fit & _is_whole(EFFECTIVE, plan)
    else:
        over, below, also = _scaled(terms.over, plan)
        fit, share = fit & also, pl.lit(1.0)
    ratios = {
        (place, by): Fraction(bar) * scale / (Fraction(terms.per) * below)
        for place, one in enumerate((limit, floor))
        if one is not None
        for by, bar in one.table.items()
    }
    b = lcm(*(one.denominator for one in ratios.values()))
    b *= (b * scale * Fraction(terms.gap_step)).denominator
    highest = float(max(abs(one * b) for one in ratios.values()))
    if max(float(b), highest) >= _BIGGEST:
        return None
    have = plan.let(f"{key}._have", of * share * float(b), owner, passing=True)

    def short(place: int, one: Limit) -> pl.Expr:
        bars = {by: float(ratio * b) for (at, by), ratio in ratios.items() if at == place}
        return by_key(one.by, bars) * over - have

    gap = plan.let(f"{key}._gap", short(0, limit), owner, passing=True)
    fits = fit & (highest * over.abs() + have.abs() < _BIGGEST)
    return Wholes(
        gap=gap,
        low=None if floor is None else short(1, floor),
        step=float(b * scale * Fraction(terms.gap_step)) * share,
        fits=plan.let(f"{key}._fits", fits, owner, passing=True),
    )


def _scaled(terms: Terms | None, plan: Plan) -> tuple[pl.Expr, Fraction, pl.Expr]:
    """A sum of facts as whole numbers, by what it was multiplied, and where it is one."""
    if terms is None or terms.constant is not None:
        constant = (
            Fraction(1) if terms is None or terms.constant is None else Fraction(terms.constant)
        )
        return pl.lit(1.0), 1 / constant, pl.lit(value=True)
    weights = {name: Fraction(weight) for name, weight in terms.facts.items()}
    many = lcm(*(weight.denominator for weight in weights.values()))
    pieces = [_whole(name, plan) * float(weight * many) for name, weight in weights.items()]
    total, *rest = pieces
    for piece in rest:
        total = total + piece
    fits = pl.all_horizontal([pl.col(f"#fits {name}") for name in weights])
    if rest:
        fits = fits & (pl.sum_horizontal(piece.abs() for piece in pieces) < _BIGGEST)
    return total, Fraction(_SCALE * many), fits


def _whole(name: str, plan: Plan) -> pl.Expr:
    """A fact in parts of `_SCALE`, worked out once a scope."""
    figure = pl.col(name)
    parts = (figure * _SCALE).round()
    # below 2^52 no two figures of four decimals are the same double
    fits = plan.share(
        f"#fits {name}",
        lambda: (parts / (figure * 0 + _SCALE) == figure) & (parts.abs() < _BIGGEST / 2),
    )
    return plan.share(
        f"#whole {name}", lambda: pl.when(fits).then(parts).otherwise(figure * _SCALE)
    )


def _is_whole(name: str, plan: Plan) -> pl.Expr:
    figure = pl.col(name)
    return plan.share(f"#fits {name}", lambda: (figure == figure.floor()) & (figure < _BIGGEST))


def by_key(column: str, table: Mapping[str, float]) -> pl.Expr:
    """The number of each row's key; null where the table has none. "" holds for all."""
    if "" in table:
        return pl.lit(table[""])
    found: pl.Expr = pl.lit(None, pl.Float64)
    for key, number in table.items():
        found = pl.when(pl.col(column) == key).then(pl.lit(number)).otherwise(found)
    return found


def limit_column(limit: Limit, limits: Quantity | None) -> pl.Expr:
    """The limit of each row as a float: a number, one of a table, or another indicator's value."""
    if limits is not None:
        return limits.value
    return by_key(limit.by, {key: float(value) for key, value in limit.table.items()})


def exact_limit(limit: Limit, limits: Quantity | None, row: Row) -> Fraction | None:
    """The same, exactly."""
    if limits is not None:
        return limits.exact(row)
    value: Decimal | None = limit.table.get("")
    if value is None:
        value = limit.table.get(str(row[limit.by]))
    return None if value is None else Fraction(value)


def meets(value: pl.Expr, operator: str, limit: pl.Expr) -> pl.Expr:
    """The comparison of floats; null where either is missing."""
    met: pl.Expr = COMPARE[operator](value, limit)
    return met


def meets_exactly(value: Fraction, operator: str, limit: Fraction) -> bool:
    """The comparison of fractions."""
    return bool(COMPARE[operator](value, limit))


def near(value: pl.Expr, limit: pl.Expr) -> pl.Expr:
    """Whether floats alone could misjudge the comparison."""
    return ((value - limit).abs() <= NEAR * pl.max_horizontal(value.abs(), limit.abs())).fill_null(
        value=False
    )


def exactly(
    fields: Mapping[str, tuple[pl.Expr, pl.DataType | type[pl.DataType]]],
    doubtful: pl.Expr,
    again: Callable[[Row], Sequence[object]],
    needs: Sequence[str] = (),
    close: pl.Expr | None = None,
) -> pl.Expr:
    """A struct of `fields`, judged again with fractions in the rows that floats may misjudge.

    fields: name → column and its type. doubtful: which rows; of these, where given, only those that are `close`, which is asked of the
    fields alone. again(row) gives the exact figures in the order of `fields`, null where the float
    stands, from `fields` and the columns of `needs`.
    """

    def decide(rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest()
        told = [frame[name] for name in fields]
        if frame["_doubtful"].any():
            unsure = frame.with_row_index("_row").filter("_doubtful")
            unsure = unsure if close is None else unsure.filter(close)
            if unsure.height:
                found = [again(row) for row in unsure.iter_rows(named=True)]
                told = [
                    _replaced(column, unsure["_row"], figures)
                    for column, figures in zip(told, zip(*found, strict=True), strict=True)
                ]
        return pl.DataFrame(told).to_struct()

    looked_at = [pl.col(name) for name in dict.fromkeys(needs) if name not in fields]
    columns = [column.cast(dtype).alias(name) for name, (column, dtype) in fields.items()]
    types = {name: dtype for name, (_, dtype) in fields.items()}
    rows: pl.Expr = pl.struct([*looked_at, doubtful.alias("_doubtful"), *columns])
    return rows.map_batches(decide, return_dtype=pl.Struct(types), is_elementwise=True)


def _replaced(column: pl.Series, rows: pl.Series, figures: Sequence[object]) -> pl.Series:
    """A column with the figures that are known of some rows."""
    known = [(row, one) for row, one in zip(rows, figures, strict=True) if one is not None]
    if not known:
        return column
    places, values = zip(*known, strict=True)
    return column.scatter(list(places), pl.Series(values, dtype=column.dtype))


def root(square: Fraction) -> float:
    """The square root as a float, rounded once: exact wherever the root is a double."""
    return float(root_exactly(square))


def root_exactly(square: Fraction) -> Fraction:
    """The square root: exact where it is rational, else to a hundred digits."""
    above, below = isqrt(square.numerator), isqrt(square.denominator)
    if (above**2, below**2) == (square.numerator, square.denominator):
        return Fraction(above, below)
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction((Decimal(square.numerator) / Decimal(square.denominator)).sqrt())


def sum_of_roots(squares: Sequence[Fraction]) -> Fraction:
    """Σ √square: exact where every root is rational, else to a hundred digits.

    A sum of positive roots of which one is irrational is irrational itself, so that it lies on no
    line and the digits decide.
    """
    return sum(map(root_exactly, squares), Fraction(0))


def rounded(number: Fraction, decimals: int) -> Decimal:
    """Half away from zero, from the exact figure, with all its decimals (5.280)."""
    scaled = abs(number) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = int(number < 0 < whole)
    return Decimal((sign, tuple(map(int, str(whole))), -decimals))


def steps_up(amount: Fraction, step: Decimal) -> Fraction:
    """`amount` rounded up to whole steps (persons, hundredths of a square metre)."""
    size = Fraction(step)
    return -(-amount // size) * size


def shown(value: Fraction | float | None, decimals: int = SHOWN) -> str:
    """A number in a working, as an official writes it: 5.28, 590.91, 0.515257 (halves away from 0)."""
    if value is None:
        return "—"
    fraction = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    return without_zeros(format(rounded(fraction, decimals), "f"))


def equals(value: Fraction) -> str:
    """``= 5.28`` or, where no decimal of that length is the value, ``≈ 3.333333``."""
    ends = (value * 10**SHOWN).denominator == 1
    return f"{'=' if ends else '≈'} {shown(value)}"


def percent(share: Fraction, decimals: int = 2) -> str:
    """A share as a percentage: 0.425 → 42.5%."""
    return f"{shown(share * 100, decimals)}%"
