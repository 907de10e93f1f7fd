"""The figures of the national pack against tables typed out by hand from the regulation.

The TOML is read as it stands, without the program's own loader: a slip in either shows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.nonempty import nonempty
from tests.support.pack_files import NATIONAL, RULES


def exactly(value: object) -> Decimal:
    """A figure as typed; TOML keeps whole numbers and text apart from decimals."""
    return Decimal(str(value))


# ── the seven resource indicators: limit primary, limit junior, 85 % of each, and of ÷ over ──

RESOURCES = [
    ("R1", "4.2", "5.3", "3.57", "4.505", 100, ["teachers_above_degree"], "人/百名学生"),
    ("R2", "1", "1", "0.85", "0.85", 100, ["backbone_teachers"], "人/百名学生"),
    ("R3", "0.9", "0.9", "0.765", "0.765", 100, ["pe_arts_teachers"], "人/百名学生"),
    ("R4", "4.5", "5.8", "3.825", "4.93", 1, ["teaching_area", "-indoor_sports_area"], "平方米/生"),
    (
        "R5", "7.5", "10.2", "6.375", "8.67", 1,
        ["outdoor_sports_area", "indoor_sports_area"], "平方米/生",
    ),
    ("R6", "2000", "2500", "1700", "2125", 1, ["equipment_value"], "元/生"),
    ("R7", "2.3", "2.4", "1.955", "2.04", 100, ["multimedia_rooms"], "间/百名学生"),
]  # fmt: skip
OUT_OF_RESOURCES = ["special_school", "vocational_school", "teaching_point_under_50"]


def terms(of: object) -> list[str]:
    """The facts of an indicator, those subtracted with a minus."""
    if isinstance(of, str):
        return [of]
    if isinstance(of, list):
        return of
    assert isinstance(of, dict)
    assert {abs(weight) for weight in of.values()} == {1}
    return [name if weight > 0 else f"-{name}" for name, weight in of.items()]


@pytest.mark.parametrize("row", RESOURCES, ids=lambda row: row[0])
def test_the_fourteen_limits_and_their_floors(row: tuple[Any, ...]) -> None:
    rule_id, primary, junior, primary_floor, junior_floor, per, of, unit = row
    rule = RULES[rule_id]
    assert {stage: exactly(limit) for stage, limit in rule["at_least"].items()} == {
        "primary": Decimal(primary),
        "junior": Decimal(junior),
    }
    share = RULES["RS"]["rest_at_least"]
    floors = [share * exactly(rule["at_least"][stage]) for stage in ("primary", "junior")]
    assert floors == [Decimal(primary_floor), Decimal(junior_floor)]
    assert (rule["scope"], rule["role"], rule["exclude"]) == ("unit", "component", OUT_OF_RESOURCES)
    indicator = NATIONAL["indicator"][rule["indicator"]]
    assert indicator.get("per", 1) == per
    assert sorted(terms(indicator["of"])) == sorted(of)
    assert (indicator["over"], indicator["unit"]) == ("students", unit)
    step = "0.01" if unit == "平方米/生" else "1"
    assert exactly(indicator.get("gap_step", 1)) == Decimal(step)


def test_six_of_seven_and_the_rest_at_85_percent() -> None:
    rule = RULES["RS"]
    assert rule["of"] == [f"R{number}" for number in range(1, 8)]
    assert (rule["pass_at_least"], rule["rest_at_least"]) == (6, Decimal("0.85"))


@pytest.mark.parametrize("number", range(1, 8))
def test_the_coefficients(number: int) -> None:
    rule = RULES[f"D{number}"]
    assert (rule["kind"], rule["scope"], rule["of"]) == ("dispersion", "county", f"R{number}")
    assert rule["at_most"] == {"primary": Decimal("0.50"), "junior": Decimal("0.45")}


def test_what_the_stages_share_and_by_which_weights() -> None:
    assert sorted(NATIONAL["split"]["facts"]) == [
        "equipment_value",
        "indoor_sports_area",
        "multimedia_rooms",
        "outdoor_sports_area",
        "teaching_area",
    ]
    weights = {stage: exactly(weight) for stage, weight in NATIONAL["split"]["weights"].items()}
    assert weights == {"primary": 1, "junior": Decimal("1.1"), "senior": Decimal("1.32")}
    assert weights["senior"] / weights["junior"] == Decimal("1.2")


def test_who_stands_outside_the_resource_rules() -> None:
    where = {reason: table["where"] for reason, table in NATIONAL["exclusion"].items()}
    assert where == {
        "special_school": {"school_type": "special"},
        "vocational_school": {"school_type": "vocational"},
        "teaching_point_under_50": {
            "school_type": "teaching_point",
            "compulsory_students": {"above": 0, "below": 50},
        },
    }


# ── government and quality: rule or rule.part, operator, limit, of, over, per ──────────────

SHARES: list[tuple[str, int, list[str], list[str], int]] = [
    ("G7", 6000, ["special_funds"], ["special_students"], 1),
    ("G9", 100, ["all_trained_teachers"], ["all_teachers"], 100),
    ("G11.exchanged", 10, ["exchanged_teachers"], ["exchange_eligible_teachers"], 100),
    ("G11.backbone", 20, ["exchanged_backbone_teachers"], ["exchanged_teachers"], 100),
    ("G12", 100, ["all_certified_teachers"], ["all_teachers"], 100),
    ("G13.primary", 100, ["primary_nearby_percent"], [], 1),
    ("G13.junior", 95, ["junior_nearby_percent"], [], 1),
    ("G14.quota", 50, ["senior_quota_allocated"], ["senior_quota"], 100),
    (
        "G15.migrants",
        85,
        ["migrant_children_public", "migrant_children_purchased"],
        ["migrant_children"],
        100,
    ),
    (
        "Q1",
        95,
        ["all_graduates", "-all_transferred_in", "all_transferred_out"],
        ["all_cohort_at_entry", "-all_deceased"],
        100,
    ),
    ("Q2", 95, ["disabled_children_enrolled"], ["disabled_children"], 100),
    ("Q4", 5, ["training_funds_budget"], ["public_funds_budget"], 100),
    ("P1", 85, ["recognition_percent"], [], 1),
]


@pytest.mark.parametrize("row", SHARES, ids=lambda row: row[0])
def test_lower_limits_of_government_and_quality(row: tuple[Any, ...]) -> None:
    address, limit, of, over, per = row
    rule_id, _, part = address.partition(".")
    stated = RULES[rule_id]["part"][part] if part else RULES[rule_id]
    assert stated["at_least"] == limit
    indicator = NATIONAL["indicator"][stated["indicator"]]
    assert terms(indicator["of"]) == of
    assert terms(indicator.get("over", [])) == over
    assert indicator.get("per", 1) == per
    if rule_id != "G7":
        assert (indicator["unit"], indicator["decimals"]) == ("%", 1)


def test_rooms_for_music_and_art() -> None:
    rule = RULES["G3"]
    assert {part["at_least"] for part in rule["part"].values()} == {"rooms_required"}
    needed = NATIONAL["indicator"]["rooms_required"]
    assert (needed["of"], needed["over"], needed["round"]) == ("compulsory_classes", 12, "up")
    sizes = {
        key: NATIONAL["tally"][NATIONAL["indicator"][part["indicator"]]["of"]]["at_least"]
        for key, part in rule["part"].items()
    }
    assert sizes == {"music": 96, "art": 90}
    assert rule["where"]["school_type"] == {"not": ["teaching_point", "special", "vocational"]}
    assert (rule["scope"], rule["value"], rule["rolls_up"]) == ("school", "least", "county")


def test_sizes_of_schools_and_classes() -> None:
    assert RULES["G4"]["by"] == "school_type"
    assert RULES["G4"]["at_most"] == {
        "primary": 2000,
        "teaching_point": 2000,
        "junior": 2000,
        "complete_secondary": 2000,
        "senior": 2000,
        "nine_year": 2500,
        "twelve_year": 2500,
    }
    assert RULES["G5"]["at_most"] == {"primary": 45, "junior": 50}
    assert RULES["G5"]["edges"] == list(range(25, 70, 5))
    assert (RULES["G5"]["scope"], RULES["G5"]["level"]) == ("unit", "school")


def test_a_small_school_is_funded_as_for_a_hundred() -> None:
    rule = RULES["G6"]
    assert (rule["indicator"], rule["at_least"]) == ("public_funds", "funds_floor")
    floor = NATIONAL["indicator"]["funds_floor"]
    assert (floor["per"], floor["of"], floor["over"]) == (
        100,
        "standard_funds",
        "compulsory_pupils",
    )
    funds = NATIONAL["tally"]["standard_funds"]
    assert (funds["sum"], funds["times"]) == ("students", "public_funds_standard")
    assert rule["where"] == {
        "school_type": {"not": ["complete_secondary", "senior", "special", "vocational"]},
        "stages": {"above": 0},
        "compulsory_pupils": {"below": 100},
        "known_compulsory_students": {"below": 100},
        "setting": {"not": "urban"},
        "sponsor": {"not": 10},
    }


def test_teachers_are_paid_like_civil_servants() -> None:
    part = RULES["G8"]["part"]["salary"]
    assert (part["indicator"], part["at_least"]) == ("teacher_salary", "civil_servant_salary")


def test_zoned_admission_is_derived_from_public_day_schools_of_city_and_town() -> None:
    for stage in ("primary", "junior"):
        given = NATIONAL["indicator"][RULES["G13"]["part"][stage]["indicator"]]
        derived = NATIONAL["indicator"][given["else"]]
        tallies = [NATIONAL["tally"][derived[side]] for side in ("of", "over")]
        assert [tally["sum"] for tally in tallies] == ["zoned_entrants", "entrants"]
        for tally in nonempty(tallies):
            assert tally["stage"] == stage
            assert tally["where"] == {
                "school_type": {"not": "special"},
                "sponsor": {"not": 10},
                "setting": ["urban", "town"],
                "boarding": False,
            }


def test_the_retention_rate_sums_the_schools_or_takes_the_countys_totals() -> None:
    facts = ("graduates", "cohort_at_entry", "transferred_in", "transferred_out", "deceased")
    for fact in nonempty(facts):
        tally = NATIONAL["tally"][f"all_{fact}"]
        assert (tally["sum"], tally["stage"], tally["or"]) == (fact, "junior", f"{fact}_total")
        assert tally["unless"] == {"graduates": 0, "cohort_at_entry": 0}


def test_training_and_certificates_count_special_schools_too() -> None:
    for kind in ("teachers", "trained_teachers", "certified_teachers"):
        tally = NATIONAL["tally"][f"all_{kind}"]
        assert tally["sum"] == kind
        assert tally["also"]["sum"] == f"special_{kind}"
        assert tally["also"]["where"] == {"school_type": "special"}


def test_monitoring_is_strictly_below_0_15() -> None:
    level, disparity = RULES["Q9"]["each"]
    assert (level["field"], level["at_least"]) == ("level", 3)
    assert (disparity["field"], disparity["below"]) == ("disparity", Decimal("0.15"))


def test_three_years_since_the_recognition() -> None:
    part = RULES["E1"]["part"]["years"]
    assert (part["kind"], part["since"], part["at_least"]) == ("elapsed", "basic_balance_date", 3)


def test_every_stated_half_and_every_statement() -> None:
    alone = {key for key, rule in RULES.items() if rule["kind"] == "attested"}
    assert alone == {"G1", "G2", "G10", "Q3", "Q5", "Q6", "Q7", "Q8"} | {
        f"V{number}" for number in range(1, 7)
    }
    halves = {
        key
        for key, rule in RULES.items()
        if any(part.get("kind") == "attested" for part in rule.get("part", {}).values())
    }
    assert halves == {"G8", "G14", "G15", "E1"}
    assert len(RULES["G2"]["statements"]) == 4
    vetoes = {
        key: rule["expect"] for key, rule in RULES.items() if rule.get("statement") == "vetoes"
    }
    assert vetoes == {f"V{number}": False for number in range(1, 7)}


def test_school_rules_roll_up_to_the_county() -> None:
    assert {key for key, rule in RULES.items() if rule.get("rolls_up") == "county"} == {
        "G3", "G4", "G5", "G6", "Q4", "GV",
    }  # fmt: skip
