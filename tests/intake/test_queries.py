"""What reading costs, in queries that Polars is asked: no clock, so no busy machine."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from examples.invented import county
from examples.writers import write_json, write_workbook
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


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_a_county_of_120_schools_is_taken_in_by_few_queries(tmp_path: Path, form: str) -> None:
    """Its size makes no difference: a few queries a step, none a column."""
    names = " ".join(f"第{number}镇" for number in range(24))
    document = county(7, "519901", "大县", names)
    assert len(document["schools"]) >= 120
    path = tmp_path / f"county.{form}"
    {"json": write_json, "xlsx": write_workbook}[form](path, document)
    with counted_queries() as counts:
        found = take_in([path], readers(), vocabulary())
    assert found.schools.height == len(document["schools"])
    assert not [one for one in found.problems if one.severity == "error"]
    assert counts.total() <= 55
