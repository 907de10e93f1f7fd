"""The predecessor of 2012: eight coefficients and their mean, with exclusions of its own.

Left out are private schools, schools not run by the county and teaching points; whose sponsor is
blank may or may not be in.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.independent.arithmetic import NOT_APPLICABLE, Verdict, at_least, figure, total
from tests.independent.resources import above_degree, coefficient
from tests.independent.units import COMPULSORY, Unit, units_of

COUNTY_RUN = (7, 8)  # by the county's education office, by another office of the county
MEAN = {"primary": Fraction("0.65"), "junior": Fraction("0.55")}
BEFORE_APPLYING = {"primary": Fraction("0.60"), "junior": Fraction("0.50")}  # the gate
Key = tuple[str, str | None, str | None]


def takes_part(school: dict[str, Any]) -> bool | None:
    """Whether the school is measured; open where nobody says who runs it."""
    if school["school_type"] in ("special", "vocational", "teaching_point"):
        return False
    sponsor = school.get("sponsor")
    return None if sponsor is None else sponsor in COUNTY_RUN


def eight(unit: Unit) -> list[Fraction | None]:
    """The unit's eight quantities per pupil, in the order of the documents."""
    school = unit.school
    building, indoor, outdoor = (
        figure(school, fact)
        for fact in ("teaching_area", "indoor_sports_area", "outdoor_sports_area")
    )
    net = None if building is None or indoor is None else building - indoor
    shared = [net, total([indoor, outdoor])]
    shared += [figure(school, fact) for fact in ("equipment_value", "computers", "books")]
    people = [unit.fact("teachers"), above_degree(unit), unit.fact("teachers_mid_title")]
    values = [_each(amount, unit.sharers) for amount in shared]
    values[3] = None if values[3] is None else 100 * values[3]  # computers for a hundred pupils
    return [*values, *(_each(count, unit.students) for count in people)]


def _each(amount: Fraction | None, pupils: Fraction | None) -> Fraction | None:
    """Below 0 there is none: nobody has less than nothing."""
    return None if amount is None or amount < 0 or not pupils else amount / pupils


def coefficients(schools: list[dict[str, Any]]) -> dict[Key, Verdict]:
    """B1–B8 of each stage: figures without a limit of their own."""
    found: dict[Key, Verdict] = {}
    for stage in COMPULSORY:
        rows: list[tuple[Fraction | None, list[Fraction | None]]] = []
        for school in schools:
            part = takes_part(school)
            for unit in units_of(school):
                if unit.stage == stage and part is not False:
                    rows.append((unit.students if part else None, eight(unit)))
        for number in range(8):
            pairs = [(pupils, values[number]) for pupils, values in rows]
            found[f"B{number + 1}", None, stage] = coefficient(pairs, None)
    return found


def composite(found: dict[Key, Verdict], rule: str, limits: dict[str, Fraction]) -> None:
    """The mean of the eight, a verdict for each stage.

    A sum of roots of which one is irrational lies on no line, so that forty decimals decide.
    """
    for stage in COMPULSORY:
        members = [found[f"B{number}", None, stage] for number in range(1, 9)]
        if any(one.status == "unknown" for one in members):
            verdict = Verdict("unknown", threshold=limits[stage])
        elif any(one.value is None for one in members):
            verdict = NOT_APPLICABLE
        else:
            value = sum((one.value or Fraction(0) for one in members), Fraction(0)) / 8
            status = "pass" if value <= limits[stage] else "fail"
            verdict = Verdict(status, value, limits[stage])
        found[rule, None, stage] = verdict


def basic_verdicts(county: dict[str, Any], schools: list[dict[str, Any]]) -> dict[Key, Verdict]:
    """Every countable rule of the set."""
    found = coefficients(schools)
    composite(found, "BM", MEAN)
    for rule, fact in (("BGS", "government_work_points"), ("BP", "satisfaction_percent")):
        found[rule, None, None] = at_least(figure(county, fact), Fraction(1), Fraction(85))
    return found
