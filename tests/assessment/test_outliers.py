"""What stands far from the other counties: medians and distances worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from compliance.assessment.outliers import far, scores


def scored(values: list[float], year: int = 2023) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "county_code": [f"{n:06}" for n in range(len(values))],
            "year": [year] * len(values),
            "figure": ["x"] * len(values),
            "value": list(map(float, values)),
        }
    )
    return scores(frame)


def told(found: pl.DataFrame) -> list[float]:
    return found.filter(far())["value"].to_list()


def test_the_median_and_the_median_distance() -> None:
    """10 … 14 and 50: median 12.5; distances 2.5 1.5 0.5 0.5 1.5 37.5, their median 1.5.

    0.6745 × 37.5 ÷ 1.5 = 16.8625; of 10 it is 1.1242.
    """
    found = scored([10, 11, 12, 13, 14, 50])
    assert found["median"].unique().to_list() == [12.5]
    assert found["deviation"].unique().to_list() == [1.5]
    assert found["of"].unique().to_list() == [6]
    assert found["score"].to_list() == pytest.approx(
        [1.12417, 0.6745, 0.22483, 0.22483, 0.6745, 16.8625], abs=1e-5
    )
    assert told(found) == [50]


def test_where_most_have_the_very_same_figure() -> None:
    """Seven times 100 and 62: MAD 0, mean distance 38 ÷ 8 = 4.75; 38 ÷ (1.253314 × 4.75) = 6.3831."""
    found = scored([100.0] * 7 + [62.0])
    assert found["deviation"].unique().to_list() == [0]
    assert found["score"].max() == pytest.approx(6.38307, abs=1e-5)
    assert told(found) == [62]
    assert told(scored([100.0] * 8)) == []


def test_alike_figures_are_not_told_for_a_hair() -> None:
    """104.9 is thirty MADs from 100.25, and less than 5 % of it."""
    assert told(scored([100, 100.1, 100.2, 100.3, 100.4, 104.9])) == []
    assert told(scored([100, 100.1, 100.2, 100.3, 100.4, 105.3])) == [105.3]


def test_too_few_counties_or_years_apart() -> None:
    assert scored([1, 1, 1, 1, 99]).is_empty()
    names = ["county_code", "year", "figure", "value"]
    last = scored([10, 11, 12, 13, 14, 50]).select(names)
    before = pl.DataFrame([["000001"], [2022], ["x"], [90.0]], schema=last.schema)
    two = pl.concat([last, before])
    assert scores(two)["year"].unique().to_list() == [2023], "a year is compared with itself alone"
