"""Ids join an item to itself in the next run, and never to another."""

from __future__ import annotations

from itertools import product

from compliance.ledger.identity import item_id


def test_school_stage_and_rule_in_that_order() -> None:
    assert item_id("3416220001", "primary", "R1") == "3416220001-P-R1"
    assert item_id("3416220001", None, "AH-G14") == "3416220001-AH-G14"
    assert item_id("341622", "junior", "D1") == "341622-J-D1"


def test_different_items_have_different_ids() -> None:
    subjects = list(product(("341622", "3416220001"), (None, "primary", "junior"), ("R1", "G9")))
    assert len({item_id(*subject) for subject in subjects}) == len(subjects)
