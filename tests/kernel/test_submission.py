"""A submission completed: every fact a column."""

from __future__ import annotations

import polars as pl

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.acceptance.cells import TYPES
from compliance.kernel.submission import IDENTITY, KEY, NOT_INVOLVED
from tests.intake.raws import COUNTY, SCHOOL, dataset

WORDS = vocabulary()


def test_only_what_somebody_gives_is_a_column() -> None:
    counties = [{**COUNTY, "county_code": code} for code in ("341622", "341623")]
    schools = [
        {**SCHOOL, "county_code": "341622", "teaching_area": 5.0, "junior_students": None},
        {**SCHOOL, "county_code": "341623", "school_code": "2134000002"},
    ]
    found = accept([dataset(counties, schools)], WORDS)
    figures = ["primary_students", "teaching_area"]
    assert set(found.schools.columns) == {*figures, *IDENTITY} - {"county_name", "province"}
    assert set(found.counties.columns) == {*KEY, "county_name", "province"}
    whole = found.completed()
    nobody = {NOT_INVOLVED: pl.List(pl.String)}
    for name, facts, more in (("schools", WORDS.school, {}), ("counties", WORDS.county, nobody)):
        frame = getattr(whole, name)
        types = {fact: TYPES[one.form] for fact, one in facts.items()}
        types |= {"year": pl.Int32(), **more}
        assert list(frame.schema.items()) == list(types.items())
        given_columns = getattr(found, name).columns
        assert frame.select(given_columns).equals(getattr(found, name))
        assert frame.drop(given_columns).null_count().row(0) == (frame.height,) * (
            frame.width - len(given_columns)
        )
    assert found.schools["teaching_area"].to_list() == [5.0, None]
    assert whole.completed().schools.equals(whole.schools)
