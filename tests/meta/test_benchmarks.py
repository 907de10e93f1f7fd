"""The submissions that the benchmarks time: what they hold, and that both references agree."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks import data, one_off, plain_python
from compliance import intake
from compliance.checker.builtin_offers import load
from compliance.facts.vocabulary import vocabulary


def test_no_county_is_a_copy_of_another(tmp_path: Path) -> None:
    """Six counties or more of five patterns: the data checks have nothing to say of them."""
    offers = load()
    count = data.many_counties(450, tmp_path / "many")
    found = intake.take_in([tmp_path / "many"], offers.readers, vocabulary(offers.fragments))
    assert found.schools.height == count
    assert found.counties.height > data.PATTERNS
    assert found.problems == []
    figures = found.schools.select(pl.selectors.numeric(), "school_type", "county_code")
    assert plain_python.judge(figures.to_dicts()) == one_off.judge(found.schools)
