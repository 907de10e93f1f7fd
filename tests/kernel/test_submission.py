"""A submission completed, and cut into batches of whole counties."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.acceptance.cells import TYPES
from compliance.kernel.submission import IDENTITY, KEY, TABLES, Submission
from tests.intake.raws import COUNTY, SCHOOL, dataset

WORDS = vocabulary()
KEYS = {"county_code": pl.String, "year": pl.Int32}
Sizes = list[tuple[int, int, int]]  # schools, attestations and vetoes of each county


def submission(sizes: Sizes) -> Submission:
    def table(which: int) -> pl.DataFrame:
        rows = [(f"{n:06}", 2020 + n % 2) for n, own in enumerate(sizes) for _ in range(own[which])]
        frame = pl.DataFrame(rows, schema=KEYS, orient="row")
        return frame.with_columns(pl.int_range(len(rows)).alias("number"))

    counties = pl.DataFrame(
        [(f"{n:06}", 2020 + n % 2) for n in range(len(sizes))], schema=KEYS, orient="row"
    )
    schools, attestations, vetoes = (table(which) for which in range(3))
    return Submission(counties, schools, schools.clear(), attestations, vetoes, ())


COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), max_size=12)


@given(COUNTS, st.integers(1, 30))
def test_batches_are_whole_counties_in_order_and_leave_nothing_out(sizes: Sizes, most: int) -> None:
    whole = submission(sizes)
    parts = list(whole.batches(most))
    largest = max((size for size, _, _ in sizes), default=0)
    for name in TABLES:
        tables = [getattr(whole, name).clear(), *(getattr(part, name) for part in parts)]
        assert pl.concat(tables).equals(getattr(whole, name))
    for part in parts:
        codes = set(part.counties["county_code"])
        assert codes
        assert part.schools.height < most + largest
        for name in TABLES:
            assert set(getattr(part, name)["county_code"]) <= codes
    # no batch could have taken the next county without passing a multiple of the size
    assert len(parts) <= whole.schools.height // most + 1


@given(COUNTS)
def test_a_batch_is_what_its_counties_have(sizes: Sizes) -> None:
    whole = submission(sizes)
    for part in whole.batches(5):
        again = whole.of(part.counties.select(KEY).iter_rows())
        for name in TABLES:
            assert getattr(part, name).equals(getattr(again, name))


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
    for name, facts in (("schools", WORDS.school), ("counties", WORDS.county)):
        frame = getattr(whole, name)
        types = {fact: TYPES[one.form] for fact, one in facts.items()} | {"year": pl.Int32()}
        assert list(frame.schema.items()) == list(types.items())
        given_columns = getattr(found, name).columns
        assert frame.select(given_columns).equals(getattr(found, name))
        assert frame.drop(given_columns).null_count().row(0) == (frame.height,) * (
            frame.width - len(given_columns)
        )
    assert found.schools["teaching_area"].to_list() == [5.0, None]
    assert whole.completed().schools.equals(whole.schools)
