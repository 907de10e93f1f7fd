"""What a judgement costs, in queries that Polars is asked: no clock, so no busy machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.data import one_county
from compliance import Checker, Choice
from examples.writers import write_json, write_workbook
from tests.support.polars_queries import counted_queries

# What a county may take, whatever its size. The aim is 200, from XLSX with Anhui's layers too.
MOST = {"national": 200, "anhui": 240}
CONTENT = 10  # what another county's figures may take more: not its rows


@pytest.mark.parametrize(
    ("ruleset", "name", "write"),
    [("national", "county.json", write_json), ("anhui", "county.xlsx", write_workbook)],
)
def test_a_county_takes_few_queries_whatever_its_size(
    ruleset: str, name: str, write: object, tmp_path: Path
) -> None:
    assert callable(write)
    checker, choice = Checker(), Choice(ruleset=ruleset)
    found = []
    for schools in (118, 400):
        write(tmp_path / name, one_county(schools))
        with counted_queries() as counts:
            report = checker.check(tmp_path / name, choice)
        assert report.findings["school_code"].n_unique() > schools
        found.append(counts.total())
    few, more = found
    assert few <= MOST[ruleset]
    assert more <= few + CONTENT
