"""The normal standard and what switches put in its place, chosen row by row.

A row passes by the first way that is open to it; a condition that missing facts leave open, or a
way whose own figures are missing, leaves the row unknown where it could still turn out to pass. A
conclusion is drawn whenever the blanks could not change it, and only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.engine.evaluate import SUBJECT, Evaluation
from compliance.engine.kinds import comparison, row_conditions
from compliance.kernel.submission import FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Instead, Limit, floor_of

_TEXTS = ("status", "lacks")


@dataclass(frozen=True)
class Standard:
    """What is asked: an indicator, its limit, and the share of it that a miss must still reach."""

    indicator: str
    limit: Limit
    floor_share: Decimal | None = None

    @property
    def floor(self) -> Limit | None:
        """What a miss must still reach, where a share is set."""
        return floor_of(self.limit, self.floor_share)

    def changed(self, one: Instead) -> Standard:
        """The standard with what a switch puts in its place; the floor stays its share of the limit."""
        indicator, limit = one.indicator or self.indicator, one.limit or self.limit
        return Standard(indicator, limit, self.floor_share)


def judge(
    frame: pl.DataFrame,
    evaluation: Evaluation,
    scope: str,
    normal: Standard,
    instead: Sequence[Instead] = (),
) -> pl.DataFrame:
    """The columns of `comparison.judge`, with `way` and `relaxed_by` where something stands instead."""
    base = comparison.judge(frame, evaluation, scope, normal.indicator, normal.limit, normal.floor)
    if not instead:
        return base
    names = [name for name in base.columns if name not in SUBJECT]
    together = base
    for number, one in enumerate(instead, start=1):
        other = _other_way(frame, evaluation, scope, normal, one).select(
            scope, "_holds", "_open", *names
        )
        together = together.join(
            other.rename({name: f"{name}_{number}" for name in other.columns if name != scope}),
            on=scope,
            how="left",
            maintain_order="left",
        )
    return _chosen(together, base, names, instead)


def _other_way(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, normal: Standard, one: Instead
) -> pl.DataFrame:
    """The rows for which the condition holds or is open, judged by what stands instead.

    Beside the columns of a judgement: _holds (null: open) and _open, the facts that leave it open.
    Rows for which nothing is set instead are left out.
    """
    told = row_conditions.told(frame, evaluation, scope, one.where)
    rows = told.filter(pl.col("_holds").fill_null(value=True))
    standard = normal.changed(one)
    judged = comparison.judge(
        rows, evaluation, scope, standard.indicator, standard.limit, standard.floor
    ).with_columns(rows["_holds"], rows["_open"])
    unset = pl.col("threshold").is_null() & pl.lit(standard.limit.indicator is None)
    return judged.filter(~unset & (pl.col("status") != NOT_APPLICABLE))


def _chosen(
    together: pl.DataFrame, base: pl.DataFrame, names: Sequence[str], instead: Sequence[Instead]
) -> pl.DataFrame:
    """One row a subject again: the figures of the way that decides."""
    numbers = range(1, len(instead) + 1)
    way, waits = _way(instead)
    chosen = together.with_columns(way.cast(pl.UInt8).alias("way"), waits.alias("_waits"))
    picked = {
        name: _by_way(pl.col(name), [pl.col(f"{name}_{n}") for n in numbers]) for name in names
    }
    unknown = pl.col("_waits") | (picked["status"] == UNKNOWN)
    switch = _by_way(pl.lit(None, pl.String), [pl.lit(one.switch) for one in instead])
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
            if name not in _TEXTS
        ),
        pl.when(unknown | floor_open).then(_lacks(numbers)).otherwise(NO_WORDS).alias("lacks"),
        "way",
        pl.when(owing).then(switch).alias("relaxed_by"),
    )


def _floor_open(chosen: pl.Expr, numbers: range) -> pl.Expr:
    """Whether a way whose condition is open would stand on the other side of its floor."""
    return pl.any_horizontal(
        *(
            _sure(
                pl.col(f"_holds_{n}").is_null()
                & (pl.col(f"status_{n}") == FAIL)
                & (pl.col(f"above_floor_{n}") != chosen)
            )
            for n in numbers
        )
    )


def _way(instead: Sequence[Instead]) -> tuple[pl.Expr, pl.Expr]:
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
    for number, test in reversed(list(enumerate(blank, start=1))):
        way = pl.when(test).then(number).otherwise(way)
    for number, test in reversed(list(enumerate(passes, start=1))):
        way = pl.when(test).then(number).otherwise(way)
    return way, pl.any_horizontal(*opens) & ~pl.any_horizontal(*passes)


def _by_way(normal: pl.Expr, others: Sequence[pl.Expr]) -> pl.Expr:
    for number, one in enumerate(others, start=1):
        normal = pl.when(pl.col("way") == number).then(one).otherwise(normal)
    return normal


def _sure(test: pl.Expr) -> pl.Expr:
    return test.fill_null(value=False)


def _lacks(numbers: range) -> pl.Expr:
    """The facts that keep an unknown row from being decided, of every way it could pass by."""
    pieces = [pl.when(pl.col("status") == UNKNOWN).then(pl.col("lacks")).otherwise(NO_WORDS)]
    for number in numbers:
        status = pl.col(f"status_{number}")
        is_open = pl.col(f"_holds_{number}").is_null() & (status != NOT_APPLICABLE)
        missing = _sure(status == UNKNOWN)
        pieces.append(pl.when(_sure(is_open)).then(pl.col(f"_open_{number}")).otherwise(NO_WORDS))
        pieces.append(pl.when(missing).then(pl.col(f"lacks_{number}")).otherwise(NO_WORDS))
    return pl.concat_list(pieces).list.unique(maintain_order=True)
