"""What reading costs, in queries that Polars is asked: no clock, so no busy machine."""

from __future__ import annotations

import io

import polars as pl
import pytest

from tests.support.polars_queries import counted_queries

FRAME = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})


@pytest.mark.parametrize(
    ("ask", "number"),
    [
        (lambda: FRAME.lazy().select("a").collect(), 1),
        (lambda: FRAME.filter(pl.col("a") > 1), 1),
        (lambda: FRAME.group_by("b").agg(pl.len()), 1),
        (lambda: FRAME.join(FRAME, on="a"), 1),
        (lambda: FRAME.sort("a").select("b"), 2),
        (lambda: pl.collect_all([FRAME.lazy(), FRAME.lazy().select("a")]), 2),
        (lambda: FRAME.lazy().sink_csv(io.BytesIO()), 1),
        (lambda: pl.read_csv(io.BytesIO(b"a\n1\n")), 1),
        (FRAME["a"].sum, 0),
        (lambda: FRAME.get_column("a") > 1, 0),
    ],
)
def test_every_query_is_counted_once(ask: object, number: int) -> None:
    assert callable(ask)
    with counted_queries() as counts:
        ask()
    assert counts.total() == number
    with counted_queries() as counts:
        pass
    assert counts.total() == 0
