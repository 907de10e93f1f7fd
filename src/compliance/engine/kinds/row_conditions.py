"""Whether a condition holds for each row, where it may also ask for an indicator's value.

A fact of the frame comes before an indicator of the same name. Where a value lies so close to the
bound that floats could misjudge it, the fractions decide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Evaluation
from compliance.engine.exact_arithmetic import Quantity
from compliance.engine.units import Frames
from compliance.kernel.submission import NO_WORDS
from compliance.rules.language import conditions
from compliance.rules.language.model import OPERATORS


def told(
    frame: pl.DataFrame, evaluation: Evaluation, scope: str, where: conditions.Where
) -> pl.DataFrame:
    """The frame with _holds (null: cannot be told) and _open, the missing facts that leave it open."""
    known = evaluation.ruleset.indicators
    names = [n for n in conditions.facts(where) if n not in frame.columns and n in known]
    for name in names:
        chain = exact_arithmetic.chain(name, known, evaluation.frames, scope)
        frame = _measured(frame, chain, name, where, evaluation.frames, scope)
    frames = evaluation.frames if not names else evaluation.frames.with_frame(scope, frame)
    return frame.with_columns(
        conditions.matches(where).alias("_holds"),
        tallies.open_facts(frames, scope, where).alias("_open"),
    ).with_columns(
        pl.when(pl.col("_holds").is_null()).then("_open").otherwise(NO_WORDS).alias("_open")
    )


def _measured(
    frame: pl.DataFrame, chain: list[Quantity], name: str, where: conditions.Where,
    frames: Frames, scope: str,
) -> pl.DataFrame:  # fmt: skip
    """The frame with an indicator as a column, and the facts it lacks beside it."""
    lacks = [one.lacks(frames, scope) for one in chain]
    complete = pl.any_horizontal(*(one.list.len() == 0 for one in lacks))
    frame = frame.with_columns(
        pl.coalesce(*(one.value for one in chain)).alias(name),
        pl.when(complete)
        .then(NO_WORDS)
        .otherwise(pl.concat_list(lacks).list.unique(maintain_order=True))
        .alias(f"{name}{tallies.LACKS}"),
    )
    for bound in _bounds(name, where):
        frame = _beside(frame, chain, name, bound)
    return frame


def _bounds(name: str, where: conditions.Where) -> Iterable[float]:
    """The numbers that an indicator is compared with."""
    for table in [where] if isinstance(where, Mapping) else where:
        wanted: Any = table.get(name, {})
        if isinstance(wanted, Mapping):
            yield from (float(value) for word, value in wanted.items() if word in OPERATORS)


def _beside(frame: pl.DataFrame, chain: list[Quantity], name: str, bound: float) -> pl.DataFrame:
    """Values close to `bound` put on the side of it, or on it, where the fractions say they are."""
    rows = frame.with_row_index("_at").filter(exact_arithmetic.near(pl.col(name), pl.lit(bound)))
    if rows.is_empty():
        return frame
    limit = exact_arithmetic.typed(bound)
    exact = []
    for row in rows.iter_rows(named=True):
        value = exact_arithmetic.first_exact(chain, row)
        if value is not None and limit is not None:
            side = (value > limit) - (value < limit)
            exact.append((row["_at"], math.nextafter(bound, side * math.inf) if side else bound))
    placed = pl.DataFrame(exact, schema={"_at": pl.UInt32, "_v": pl.Float64}, orient="row")
    return (
        frame.with_row_index("_at")
        .join(placed, on="_at", how="left", maintain_order="left")
        .with_columns(pl.coalesce("_v", name).alias(name))
        .drop("_at", "_v")
    )
