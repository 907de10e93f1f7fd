"""The county's own facts of a random county, many of them exactly on a line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.support.generate_school import Luck

Record = dict[str, Any]

ATTESTED = ("G1", "G2", "G8", "G10", "G14", "G15", "Q3", "Q5", "Q6", "Q7", "Q8", "E1")
SUBJECTS = ("语文", "数学", "科学", "体育", "艺术", "德育")
SHARES = (  # part, whole, the least percentage
    ("exchanged_teachers", "exchange_eligible_teachers", 10),
    ("senior_quota_allocated", "senior_quota", 50),
    ("disabled_children_enrolled", "disabled_children", 95),
)
NOBODY = "不涉及"
CENT = Fraction("0.01")


def county_facts(luck: Luck, code: str) -> Record:
    """County facts, some missing."""
    facts: Record = {"primary_public_funds_standard": 720, "junior_public_funds_standard": 940}
    if luck.random() < 0.1:
        facts["junior_public_funds_standard"] = 939.5
    facts["civil_servant_salary"] = 98_000
    facts["teacher_salary"] = luck.near(Fraction(98_000), CENT)
    pupils = luck.choice((0, 10, 37))
    facts["special_students"] = pupils or luck.choice((0, NOBODY))
    facts["special_funds"] = luck.near(Fraction(6000 * pupils), CENT) if pupils else 0
    for part, whole, percent in SHARES:
        everybody = luck.choice((0, 20, 100, 400))
        facts[whole] = everybody or luck.choice((0, NOBODY, NOBODY))
        few = 3 if luck.trips() and luck.random() < 0.1 else 0
        facts[part] = luck.near(Fraction(everybody * percent, 100)) if everybody else few
    facts["exchanged_backbone_teachers"] = luck.near(Fraction(facts["exchanged_teachers"]) / 5)
    facts["migrant_children"] = 400
    facts["migrant_children_public"] = luck.near(Fraction(300))
    facts["migrant_children_purchased"] = luck.choice((40, 41))
    if luck.random() < 0.3:
        facts["primary_nearby_percent"] = 99.9 if luck.trips() else 100
    if luck.random() < 0.3:
        facts["junior_nearby_percent"] = min(100, luck.near(Fraction(95), CENT))
    if luck.random() < 0.3:
        facts |= _totals(luck)
    facts["recognition_percent"] = min(100, luck.near(Fraction(85), CENT))
    facts["basic_balance_date"] = luck.choice(("2016", "2019", "2019-12", "2020-09-01"))
    if luck.trips():
        facts["basic_balance_date"] = luck.choice(("2020", "2021", "2020-09", "2020-10"))
    kept = {fact: value for fact, value in facts.items() if luck.random() >= luck.blank}
    return {
        "county_code": code,
        "county_name": f"试验县{code}",
        "province": "national",
        "year": 2023,
        **kept,
        "monitoring": _monitoring(luck),
        "attestations": _attestations(luck),
        "vetoes": _vetoes(luck),
    }


def _totals(luck: Luck) -> Record:
    return {
        "graduates_total": luck.near(Fraction(480)),
        "cohort_at_entry_total": 500,
        "transferred_in_total": 12,
        "transferred_out_total": luck.choice((7, 8)),
        "deceased_total": 0,
    }


def _monitoring(luck: Luck) -> list[Record]:
    rows: list[Record] = []
    for subject in luck.sample(
        SUBJECTS, 0 if luck.random() < luck.blank else luck.choice((5, 6, 6, 6))
    ):
        row: Record = {"subject": subject, "grade": luck.choice(("四年级", "八年级")), "year": 2022}
        if luck.random() >= luck.blank:
            row["level"] = luck.choice((2, 3)) if luck.trips() else luck.choice((3, 4))
        if luck.random() >= luck.blank:
            row["disparity"] = luck.choice((0.1, 0.1499, 0.02))
            if luck.trips() and luck.random() < 0.2:
                row["disparity"] = 0.15
        if luck.random() < 0.1:
            row["level"] = "未监测"
        rows.append(row)
    return rows


def _bad(luck: Luck) -> bool:
    return luck.trips() and luck.random() < 0.1


def _attestations(luck: Luck) -> Record:
    stated: Record = {}
    for rule in ATTESTED:
        if luck.random() >= luck.blank:
            stated[rule] = {"met": not _bad(luck), "evidence": [f"{rule} 佐证"], "note": ""}
    return stated


def _vetoes(luck: Luck) -> Record:
    names = [f"V{number}" for number in range(1, 7)]
    return {name: _bad(luck) for name in names if luck.random() >= luck.blank}
