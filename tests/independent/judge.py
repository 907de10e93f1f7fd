"""One county: every rule and subject, the blocks and the conclusion."""

from __future__ import annotations

from typing import Any

from tests.independent.arithmetic import Verdict, fold
from tests.independent.basic import BEFORE_APPLYING, basic_verdicts, coefficients, composite
from tests.independent.county import county_verdicts, of_nobody
from tests.independent.merging import REASON, SWITCH, merged
from tests.independent.provinces import QUOTA, gate, provincial
from tests.independent.relaxations import GROUP, SINGLE, Switches
from tests.independent.resources import COEFFICIENT, LIMITS, coefficient, rate
from tests.independent.school import school_verdicts
from tests.independent.units import COMPULSORY, exclusions, summed_of, units_of

Key = tuple[str, str | None, str | None]  # rule, school code, stage
ROLLED_UP = ("G3", "G4", "G5", "G6", "Q4", "GV")
UNVERIFIED = ("V6", "E2", "GV", "GM")
VETOES = ("V1", "V2", "V3", "V4", "V5")  # V6 is unconfirmed: shown, without weight


def judge(
    document: dict[str, Any], ruleset: str = "national", switches: tuple[str, ...] = ()
) -> dict[Key, Verdict]:
    """Every verdict a rule set has on one county; of a province's own rules, the countable ones.

    A subject for which a rule is not applicable may be left out.
    """
    schools = document["schools"]
    county = of_nobody(document["county"], schools)
    if ruleset == "basic-2012":
        return basic_verdicts(county, schools)
    on = _unfolded(switches)
    verdicts = _resources(merged(schools)[0] if SWITCH in on else schools, on)
    for school in schools:
        for (rule, stage), verdict in school_verdicts(school, county, on).items():
            verdicts[rule, school["school_code"], stage] = verdict
    for rule in ROLLED_UP:
        members = [v.status for (r, code, _), v in verdicts.items() if r == rule and code]
        verdicts[rule, None, None] = Verdict(fold(members))
    units = [unit for school in schools for unit in summed_of(school)]
    quota = QUOTA.get(ruleset, 50)
    for rule, verdict in county_verdicts(county, schools, units, on, quota).items():
        verdicts[rule, None, None] = verdict
    verdicts |= coefficients(schools)
    composite(verdicts, gate(ruleset), BEFORE_APPLYING)
    _conclude(verdicts)
    return verdicts | provincial(ruleset, county, schools)


def strict(document: dict[str, Any], switches: tuple[str, ...] = (), *, confirmed: bool) -> str:
    """The county's verdict by national rules where nothing unverified may carry it.

    Some rules are not verified: without a confirmation of them no county conforms. A pass that the normal
    standard denies is owed to a relaxation and no pass; a failure stays one.
    """
    with_switches = judge(document, switches=switches)
    if with_switches["C", None, None].status == "fail":
        return "fail"
    verdicts = judge(document)
    states = [verdicts["C", None, None].status]
    if confirmed:
        own = [
            verdict.status
            for (rule, code, _), verdict in verdicts.items()
            if rule in UNVERIFIED and code is None
        ]
        states += own
        if "fail" in own:
            return "fail"
    return "pass" if confirmed and fold(states) == "pass" else "undecided"


def _unfolded(switches: tuple[str, ...]) -> Switches:
    return frozenset(switches) | frozenset(SINGLE if GROUP in switches else ())


def excluded(
    document: dict[str, Any], switches: tuple[str, ...] = ()
) -> set[tuple[str, str | None, str]]:
    """School code, stage and reason of everything left out of the resource rules."""
    schools: list[dict[str, Any]] = document["schools"]
    points = merged(schools)[1] if SWITCH in switches else []
    gone = {point["school_code"] for point in points}
    rows: set[tuple[str, str | None, str]] = {(code, None, REASON) for code in gone}
    for school in schools:
        for row in exclusions(school):
            if school["school_code"] not in gone or row[1] is not None:
                rows.add(row)
    return rows


def _resources(schools: list[dict[str, Any]], on: Switches) -> dict[Key, Verdict]:
    verdicts: dict[Key, Verdict] = {}
    rated = [(unit, rate(unit, on)) for school in schools for unit in units_of(school)]
    for unit, ratings in rated:
        for rule, verdict in (ratings or {}).items():
            verdicts[rule, unit.code, unit.stage] = verdict
    for stage in COMPULSORY:
        for rule in LIMITS:
            pairs = [
                (u.students, r[rule].value if r[rule].status != "unknown" else None)
                for u, r in rated
                if r and u.stage == stage
            ]
            found = coefficient(pairs, COEFFICIENT[stage])
            verdicts[rule.replace("R", "D"), None, stage] = found
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
