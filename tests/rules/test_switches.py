"""The national pack's switches: what each changes, on which ground, and that none is on by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from compliance.checker.builtin_offers import load
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve
from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL, RULES

SWITCHES = NATIONAL["switch"]
RELAXATIONS = (
    "small-school-visiting-teachers", "dense-city-sports", "smaller-rooms", "larger-schools",
)  # fmt: skip
CHOICES = {
    "retention": ("retention-a", "retention-b", "retention-c"),
    "rotation": ("rotation-of-eligible", "rotation-of-all-teachers"),
    "rotation-backbone": (
        "backbone-of-exchanged", "backbone-of-eligible", "backbone-of-all-backbone",
    ),
    "teaching-points": (
        "teaching-points-separate", "teaching-points-merged", "uncounted-merged",
    ),
    "small-schools": ("small-schools-table-4", "small-schools-2017"),
}  # fmt: skip


def resolved(*switches: str) -> Ruleset:
    return resolve(
        load().packs, "national", date(2021, 9, 1), switched=switches, kinds=load().kinds
    )


def instead(switch: str) -> list[tuple[str, dict[str, Any]]]:
    """Address and entry of everything that a switch changes."""
    places: list[tuple[str, dict[str, Any]]] = []
    for key, rule in RULES.items():
        places.append((key, rule))
        places += [(f"{key}.{name}", part) for name, part in rule.get("part", {}).items()]
    return [
        (address, entry)
        for address, table in places
        for entry in table.get("instead", ())
        if entry["switch"] == switch
    ]


def test_every_switch_is_a_relaxation_a_choice_or_the_group_of_relaxations() -> None:
    named = [*RELAXATIONS, *(name for names in CHOICES.values() for name in names)]
    assert sorted(SWITCHES) == sorted([*named, "relaxations-2019"])
    assert SWITCHES["relaxations-2019"]["includes"] == list(RELAXATIONS)


@pytest.mark.parametrize("name", RELAXATIONS)
def test_a_relaxation_is_dated_sourced_and_says_what_must_follow(name: str) -> None:
    switch = SWITCHES[name]
    assert switch["kind"] == "relaxation"
    assert switch["source"].startswith("国教督办函〔2019〕30号")
    assert (switch["from"], switch["until"]) == (date(2019, 1, 1), date(2022, 12, 31))
    assert switch["basis"] == "secondary"
    assert "三年内须达到正常标准" in switch["note"]
    assert "近三年" in switch["note"]
    assert instead(name)
    assert all("where" in entry for _, entry in nonempty(instead(name)))  # tied to facts


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_has_one_default_and_it_changes_nothing(choice: str) -> None:
    names = [name for name, switch in SWITCHES.items() if switch.get("choice") == choice]
    assert tuple(names) == CHOICES[choice]
    defaults = [name for name in names if SWITCHES[name].get("default")]
    assert defaults == names[:1]
    assert not instead(names[0])
    assert resolved(names[0]).rules == resolved().rules
    for name in nonempty(names[1:]):
        assert instead(name) or "merge" in SWITCHES[name], name


def test_the_sizes_of_rooms() -> None:
    built, primary, junior = (
        {address: entry["indicator"] for address, entry in instead("smaller-rooms")[number::3]}
        for number in range(3)
    )
    assert built == {"G3.music": "music_rooms_of_73", "G3.art": "art_rooms_of_67"}
    assert primary == {"G3.music": "music_rooms_of_54", "G3.art": "art_rooms_of_54"}
    assert junior == {"G3.music": "music_rooms_of_61", "G3.art": "art_rooms_of_61"}
    tallies = NATIONAL["tally"]
    for kind, full in (("music", [96, 73, 61, 54]), ("art", [90, 67, 61, 54])):
        for size in nonempty(full[1:]):
            tally = tallies[f"{kind}_rooms_from_{size}"]
            assert tally["at_least"] == size
            # each room stands once, in its highest class: the smaller ones add up
            larger = [f"{kind}_rooms_{one}" for one in full if one >= size]
            assert tally["or"] == larger
            assert (
                NATIONAL["indicator"][f"{kind}_rooms_of_{size}"]["of"]
                == f"{kind}_rooms_from_{size}"
            )


def test_the_sizes_of_schools() -> None:
    entries = [entry for _, entry in instead("larger-schools")]
    assert [entry["where"] for entry in entries] == [
        {"built_year": {"at_most": 2010}},
        {"migrant_pupils_share": {"above": 50}},
    ]
    for entry in nonempty(entries):
        assert entry["at_most"] == {"primary": 2400, "junior": 2400, "nine_year": 3000}


def test_who_may_count_visiting_teachers_and_leased_grounds() -> None:
    ((rule, entry),) = instead("small-school-visiting-teachers")
    assert (rule, entry["where"]["compulsory_students"]) == ("R3", {"at_least": 50, "below": 100})
    assert NATIONAL["indicator"][entry["indicator"]]["of"] == [
        "pe_arts_teachers", "visiting_pe_arts_teachers",
    ]  # fmt: skip
    ((rule, entry),) = instead("dense-city-sports")
    assert (rule, entry["where"]) == ("R5", {"dense_city_centre": True})
    assert "leased_sports_area" in NATIONAL["indicator"][entry["indicator"]]["of"]


def test_nothing_is_on_unless_it_is_named() -> None:
    rules = resolved()
    assert rules.switched == ()
    assert all(not rule.instead for rule in nonempty(rules.rules.values()))
    assert rules.rules["Q1"].indicator == "retention"
    on = resolved("relaxations-2019")
    assert set(on.switched) == {"relaxations-2019", *RELAXATIONS}
    assert [one.switch for one in on.rules["G4"].instead] == ["larger-schools"] * 2


def test_the_forms_of_the_retention_rate() -> None:
    forms = {name: resolved(name).rules["Q1"].indicator for name in CHOICES["retention"]}
    assert forms == {
        "retention-a": "retention",
        "retention-b": "retention_b",
        "retention-c": "retention_c",
    }
    over = NATIONAL["indicator"]["retention_b"]["over"]
    assert over == {
        "all_cohort_at_entry": 1,
        "all_transferred_in": 1,
        "all_deceased": -1,
        "all_transferred_out": -1,
    }
    over = NATIONAL["indicator"]["retention_c"]["over"]
    assert over == {"all_cohort_at_entry": 1, "all_transferred_in": 1, "all_transferred_out": -1}


def test_the_subsidy_of_2025_is_a_remark_and_no_limit() -> None:
    packs = load().packs
    before = resolve(packs, "national", date(2025, 2, 28), kinds=load().kinds).rules["G7"]
    after = resolve(packs, "national", date(2025, 3, 1), kinds=load().kinds).rules["G7"]
    assert "7000" not in before.note
    assert "7000" in after.note
    assert before.limit == after.limit
    assert after.limit is not None
    assert after.limit.table[""] == 6000
