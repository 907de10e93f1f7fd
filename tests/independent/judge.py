"""One county: every rule and subject, the blocks and the conclusion."""

from __future__ import annotations

from typing import Any

from tests.independent.arithmetic import Verdict, fold
from tests.independent.county import county_verdicts
from tests.independent.resources import LIMITS, coefficient, rate
from tests.independent.school import school_verdicts
from tests.independent.units import COMPULSORY, exclusions, units_of

Key = tuple[str, str | None, str | None]  # rule, school code, stage
ROLLED_UP = ("G3", "G4", "G5", "G6", "Q4")
VETOES = ("V1", "V2", "V3", "V4", "V5")  # V6 is unconfirmed: shown, without weight


def judge(document: dict[str, Any]) -> dict[Key, Verdict]:
    """Every verdict the national rule set has on one county.

    A subject for which a rule is not applicable may be left out.
    """
    county, schools = document["county"], document["schools"]
    verdicts = _resources(schools)
    for school in schools:
        for (rule, stage), verdict in school_verdicts(school, county).items():
            verdicts[rule, school["school_code"], stage] = verdict
    for rule in ROLLED_UP:
        members = [v.status for (r, code, _), v in verdicts.items() if r == rule and code]
        verdicts[rule, None, None] = Verdict(fold(members))
    units = [unit for school in schools for unit in units_of(school)]
    for rule, verdict in county_verdicts(county, schools, units).items():
        verdicts[rule, None, None] = verdict
    _conclude(verdicts)
    return verdicts


def excluded(document: dict[str, Any]) -> set[tuple[str, str | None, str]]:
    """School code, stage and reason of everything left out of the resource rules."""
    return {row for school in document["schools"] for row in exclusions(school)}


def _resources(schools: list[dict[str, Any]]) -> dict[Key, Verdict]:
    verdicts: dict[Key, Verdict] = {}
    rated = [(unit, rate(unit)) for school in schools for unit in units_of(school)]
    for unit, ratings in rated:
        for rule, verdict in (ratings or {}).items():
            verdicts[rule, unit.code, unit.stage] = verdict
    for stage in COMPULSORY:
        for rule in LIMITS:
            pairs = [(u.students, r[rule].value) for u, r in rated if r and u.stage == stage]
            verdicts[rule.replace("R", "D"), None, stage] = coefficient(pairs, stage)
    return verdicts


def _conclude(verdicts: dict[Key, Verdict]) -> None:
    """The blocks CR, CD, CG, CQ, CP and the conclusion C."""
    members: dict[str, list[Key]] = {
        "CR": [key for key in verdicts if key[0] == "RS"],
        "CD": [key for key in verdicts if key[0].startswith("D")],
        "CG": [(f"G{number}", None, None) for number in range(1, 16)],
        "CQ": [(f"Q{number}", None, None) for number in range(1, 10)],
        "CP": [("P1", None, None)],
        "C": [(rule, None, None) for rule in ("CR", "CD", "CG", "CQ", "CP", *VETOES, "E1")],
    }
    for rule, keys in members.items():
        verdicts[rule, None, None] = Verdict(fold(verdicts[key].status for key in keys))
