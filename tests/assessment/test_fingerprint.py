"""A name joins a finding to itself in the next run, and never to another."""

from __future__ import annotations

from itertools import product

import polars as pl

from compliance.assessment.fingerprint import fingerprint, fingerprints, item_id
from compliance.engine.results import FINDINGS

COLUMNS = ("rule", "county_code", "school_code", "stage")


def test_school_stage_and_rule_in_that_order() -> None:
    assert item_id("3416220001", "primary", "R1") == "3416220001-P-R1"
    assert item_id("3416220001", None, "AH-G14") == "3416220001-AH-G14"
    assert item_id("341622", "junior", "D1") == "341622-J-D1"


def test_among_all_counties_a_school_is_named_with_its_county() -> None:
    assert fingerprint("R1", "341622", "3416220001", "primary") == "341622/3416220001-P-R1"
    assert fingerprint("G9", "341622", None, None) == "341622-G9"


def test_different_findings_have_different_names_in_columns_too() -> None:
    subjects = list(
        product(
            ("R1", "G9", "AH-G14"),
            ("341622", "341623"),
            (None, "3416220001", "341622", "341623"),  # a school may bear a county's code
            (None, "primary", "junior"),
        )
    )
    one_by_one = [fingerprint(*subject) for subject in subjects]
    assert len(set(one_by_one)) == len(subjects)
    schema = {name: FINDINGS[name] for name in COLUMNS}
    table = pl.DataFrame(subjects, schema=schema, orient="row")
    assert table.select(fingerprints()).to_series().to_list() == one_by_one
