"""2,663 real schools: what was converted, counted by hand, and what may be judged of it."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from compliance.checker import check
from compliance.engine.results import Results

FOLDER = Path(__file__).parents[1] / "data" / "tw114"
WITHOUT_PUPILS = 12


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def report() -> Results:
    return check([FOLDER])


def test_the_conversion_counts_every_school_once() -> None:
    schools, counties = rows("schools.csv"), rows("counties.csv")
    assert (len(schools), len(counties)) == (2663, 22)
    assert len({school["school_code"] for school in schools}) == 2663
    assert {school["county_code"] for school in schools} == {c["county_code"] for c in counties}
    assert sum(school["primary_students"] == "0" for school in schools) == WITHOUT_PUPILS


def test_one_school_counted_by_hand() -> None:
    """38 32 33 36 44 49 48 55 42 40 37 44 pupils, 2 2 3 3 3 3 classes, 8 + 16 teachers, 0 + 3."""
    school = rows("schools.csv")[0]
    assert school["school_name"] == "私立淡江高中附設國小部"
    counts = ("students", "classes", "grades", "teachers", "staff")
    assert [school[f"primary_{count}"] for count in counts] == ["498", "16", "6", "24", "27"]
    assert (school["sponsor"], school["township"]) == ("10", "淡水區")


def test_merged_cities_are_one_county() -> None:
    names = [county["county_name"] for county in rows("counties.csv")]
    assert len(set(names)) == 22
    assert {"臺中市", "臺南市", "高雄市"} < set(names)


def test_schools_without_pupils_are_left_out_with_the_reason(report: Results) -> None:
    left_out = [row for row in report.excluded if row["reason"] == "stage_without_pupils"]
    assert len(left_out) == len(report.excluded) == WITHOUT_PUPILS
    units = report.findings.filter(pl.col("rule") == "RS")
    assert len(units) == 2663 - WITHOUT_PUPILS


def test_figures_that_are_not_in_the_list_are_unknown_not_zero(report: Results) -> None:
    found = report.findings.filter(pl.col("rule").is_in(["R1", "RS", "D1"]))
    assert set(found["status"]) <= {"unknown", "not_applicable"}
    assert {county.verdict for county in report.counties} <= {"undecided", "fail"}


def test_only_the_size_of_a_school_can_be_failed(report: Results) -> None:
    """The largest has 3,024 pupils; above 2,000 the list has a handful."""
    failed = report.findings.filter(
        (pl.col("status") == "fail") & pl.col("school_code").is_not_null()
    )
    assert set(failed["rule"]) == {"G4"}
    large = [s for s in rows("schools.csv") if int(s["primary_students"]) > 2000]
    assert len(failed) == len(large)
    assert failed["value"].max() == 3024
