"""The working of a verdict by what a switch puts in a rule's place: the same limit as the finding's."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from compliance.checker.builtin_offers import load
from compliance.engine.working import Working
from compliance.explain.working_text import text
from compliance.rules.language.editions import editions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.engine.test_kinds import AREA, primary
from tests.support.rules import CONCLUSION, HEAD, pack, rule
from tests.support.working import working

DAY = date(2023, 9, 1)


def national(*switches: str) -> Ruleset:
    return resolve(load().packs, "national", DAY, (), switches, kinds=load().kinds)


def school(**facts: Any) -> dict[str, Any]:
    return {"school_type": "primary", "primary_students": 2000.0, "junior_students": 0.0, **facts}


def rooms(music: list[float], art: list[float], **facts: Any) -> dict[str, Any]:
    given = {"primary_classes": 30.0, "music_room_areas": music, "art_room_areas": art}
    return school(**{**given, **facts})


def compared(found: Working) -> list[tuple[Fraction | None, Fraction | None, str]]:
    return [(one.value, one.threshold, one.status) for one in found.comparisons]


def turned(found: Working) -> dict[str, tuple[float, str]]:
    return {flip.fact: (flip.change, flip.turns_to) for flip in found.flips}


def test_a_school_over_even_the_larger_limit_is_held_against_that() -> None:
    """Built in 2005: 2400 pupils, not 2000; 2450 are 50 too many, and 50 fewer meet it."""
    old = school(primary_students=2450.0, built_year=2005.0)
    found = working(national("larger-schools"), [old], "G4", "1")
    assert compared(found) == [(Fraction(2450), Fraction(2400), "fail")]
    assert turned(found) == {"primary_students": (-50.0, "pass")}
    assert "标准 ≤ 2400：2450 > 2400" in text(found)
    assert "2000" not in text(found).split("【依据】")[0].split("\n", 1)[1]  # the title has it


def test_a_school_within_the_larger_limit_passes_by_it() -> None:
    old = school(primary_students=2400.0, built_year=2010.0)
    found = working(national("larger-schools"), [old], "G4", "1")
    assert compared(found) == [(Fraction(2400), Fraction(2400), "pass")]
    assert found.relaxed_by == "larger-schools"
    assert turned(found)["primary_students"] == (1.0, "fail")


def test_a_school_to_which_the_switch_does_not_apply_keeps_the_normal_limit() -> None:
    young = school(primary_students=2450.0, built_year=2015.0, compulsory_migrant_students=0.0)
    found = working(national("larger-schools"), [young], "G4", "1")
    (test,) = found.comparisons
    assert (test.value, test.threshold) == (Fraction(2450), Fraction(2000))


def test_smaller_rooms_are_counted_where_the_school_falls_short_all_the_same() -> None:
    """Built in 2010, 30 classes: three rooms; one of 80 m² counts from 73, none from 96."""
    old = rooms([80.0], [67.0, 67.0, 67.0], built_year=2010.0)
    found = working(national("smaller-rooms"), [old], "G3", "1")
    assert compared(found) == [
        (Fraction(1), Fraction(3), "fail"), (Fraction(3), Fraction(3), "pass"),
    ]  # fmt: skip
    assert turned(found)["music_room_areas"] == (2.0, "pass")
    assert "73" in text(found)
    assert "96" not in text(found).split("【计算与比较】")[1].split("【依据】")[0]


def test_the_second_of_two_entries_of_one_switch_is_the_one_that_is_told() -> None:
    """A small rural school built in 2020: rooms count from 54 m², not from 73."""
    small = rooms(
        [60.0], [54.0], built_year=2020.0, setting="rural", primary_students=80.0,
        primary_largest_class=20.0, primary_classes=6.0,
    )  # fmt: skip
    found = working(national("smaller-rooms"), [small], "G3", "1")
    assert found.relaxed_by == "smaller-rooms"
    assert compared(found) == [
        (Fraction(1), Fraction(1), "pass"), (Fraction(1), Fraction(1), "pass"),
    ]  # fmt: skip
    assert "54" in found.comparisons[0].title
    assert turned(found)["music_room_areas"] == (-1.0, "fail")


SHARED = """
[switch.wide]
kind = "relaxation"
title = "可以较小"
source = "某函"
basis = "verified"
from = 2019-01-01

[[rule.R2.instead]]
switch = "wide"
where = { built_year = { at_most = 2010 } }
at_least = { primary = 4 }
"""


@pytest.mark.parametrize(
    ("year", "limit", "floor"),
    [(2005.0, Fraction(4), Fraction(17, 5)), (2015.0, Fraction(9, 2), Fraction(153, 40))],
)
def test_the_floor_is_a_share_of_the_limit_that_holds(
    year: float, limit: Fraction, floor: Fraction
) -> None:
    """3.5 m² a pupil: 4 where the switch holds and 3.4 its floor of 85 %, else 4.5 and 3.825."""
    most = rule(
        "RS",
        'kind = "most"\nof = ["R2"]\npass_at_least = 1\nrest_at_least = "0.85"\nscope = "unit"',
    )
    body = HEAD + rule("R2", AREA) + most + CONCLUSION + SHARED
    rules = resolve(editions([pack(body)]), "base", DAY, (), ["wide"], kinds=load().kinds)
    found = working(rules, [{**primary(1000, 50, 3500.0), "built_year": year}], "R2", "1")
    (test,) = found.comparisons
    assert (test.value, test.threshold) == (Fraction(7, 2), limit)
    assert test.floor == floor
