"""within: every item (class) stays within a limit, by its list, its bands or the largest one.

The list is the best evidence, then the bands, then the largest alone. Bands decide where all their
classes lie on one side of the limit; a band that straddles it leaves the question open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from compliance.engine import tallies
from compliance.engine.evaluate import Bench, Kind
from compliance.kernel.i18n import pick
from compliance.kernel.submission import FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Rule


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a unit; value is the largest item where it is known.

    excess is the number of items over the limit; where only the largest is known, by how much that
    one is over. excess_unit says which.
    """
    if rule.limit is None:
        raise ValueError("within needs at_most")
    s = rule.settings
    frame = bench.subjects(rule)
    pieces = [
        _judged(frame.filter(pl.col(rule.limit.by) == key), float(bar), s)
        for key, bar in rule.limit.table.items()
    ]
    unlimited = frame.filter(~pl.col(rule.limit.by).is_in(list(rule.limit.table)))
    pieces.append(unlimited.with_columns(pl.lit(NOT_APPLICABLE, pl.UInt8).alias("status")))
    judged = pl.concat(pieces, how="diagonal").sort("unit")
    lacks = tallies.contract_name(bench.frames, "unit", str(s["list"]))
    return judged.select(
        "county", "school", "unit", "stage", "status", "value", "threshold", "excess",
        "excess_unit", "over_count",
        pl.when(pl.col("status") == UNKNOWN).then(pl.concat_list(lacks)).otherwise(NO_WORDS).alias("lacks"),
    )  # fmt: skip


def _judged(frame: pl.DataFrame, bar: float, s: Mapping[str, Any]) -> pl.DataFrame:
    items, bands, largest = pl.col(s["list"]), pl.col(s["bands"]), pl.col(s["largest"])
    has_items = (items.list.len() > 0).fill_null(value=False)
    has_bands = ~has_items & (bands.list.sum() > 0).fill_null(value=False)
    over_items = items.list.eval((pl.element() > bar).cast(pl.UInt32)).list.sum().cast(pl.Float64)
    over_bands, open_bands = _bands(bands, bar, s["edges"])
    over = pl.when(has_items).then(over_items).when(has_bands).then(over_bands)
    value = pl.when(has_items).then(items.list.max()).when(has_bands).then(None).otherwise(largest)
    status = (
        pl.when(has_items | has_bands)
        .then(
            pl.when(over > 0)
            .then(FAIL)
            .when(has_bands & (open_bands > 0))
            .then(UNKNOWN)
            .otherwise(PASS)
        )
        .when(largest.is_null())
        .then(UNKNOWN)
        .when(largest > bar)
        .then(FAIL)
        .otherwise(PASS)
    )
    counted = has_items | has_bands
    return frame.with_columns(
        status.cast(pl.UInt8).alias("status"),
        value.alias("value"),
        pl.lit(bar).alias("threshold"),
        over.alias("over_count"),
    ).with_columns(
        pl.when(pl.col("status") == FAIL)
        .then(pl.when(counted).then("over_count").otherwise(largest - bar))
        .alias("excess"),
        pl.when(pl.col("status") == FAIL)
        .then(
            pl.when(counted)
            .then(pl.lit(pick(str(s["item_unit"]), str(s.get("item_unit_en", "")))))
            .otherwise(pl.lit(pick(str(s["unit"]), str(s.get("unit_en", "")))))
        )
        .alias("excess_unit"),
    )


def _bands(bands: pl.Expr, bar: float, edges: Sequence[object]) -> tuple[pl.Expr, pl.Expr]:
    """How many items lie in bands above the limit, and how many in a band that straddles it."""
    tops = [float(str(edge)) for edge in edges]
    first_over = sum(1 for top in tops if top < bar)  # this band's top is the limit or above it
    straddles = (first_over < len(tops) and tops[first_over] > bar) or first_over == len(tops)
    above = first_over + 1
    open_count = bands.list.get(first_over, null_on_oob=True) if straddles else pl.lit(0.0)
    return bands.list.slice(above).list.sum().cast(pl.Float64), open_count.cast(pl.Float64)


FIELDS = ("list", "bands", "edges", "largest", "item_unit", "item_unit_en", "unit", "unit_en")
KIND = Kind(evaluate, frozenset(FIELDS))
