"""What is judged at each school: G3, G4, G5, G6, GV and Q4."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

from tests.independent.arithmetic import (
    NOT_APPLICABLE,
    UNKNOWN,
    Verdict,
    at_least,
    figure,
    fold,
    total,
)
from tests.independent.relaxations import Switches, larger_schools, smaller_rooms
from tests.independent.units import Unit, compulsory_pupils, pupils, units_of

LARGEST_SCHOOL = {"nine_year": 2500, "twelve_year": 2500}
LARGEST_CLASS = {"primary": 45, "junior": 50}
Subject = tuple[str, str | None]  # rule and stage


def school_verdicts(
    school: dict[str, Any], county: dict[str, Any], on: Switches = frozenset()
) -> dict[Subject, Verdict]:
    """Every school rule on one school; what does not apply may be left out."""
    found: dict[Subject, Verdict] = {}
    units = units_of(school)
    kind = school["school_type"]
    for unit in units:
        found["G5", unit.stage] = class_size(unit)
    if kind == "vocational":
        found["GV", None] = attached(school)
    if units and kind != "vocational":
        found["G4", None] = larger_schools(school, school_size(school), on)
    if units:
        funds = small_school_funds(school, county)
        found["G6", None] = funds if "small-schools-2017" not in on else only_village(school, funds)
    if units and kind not in ("teaching_point", "vocational"):
        found["G3", None] = rooms(school, units, on)
    if kind == "special" or (units and kind != "teaching_point"):
        budget, training = (
            figure(school, f"{what}_funds_budget") for what in ("public", "training")
        )
        found["Q4", None] = at_least(training, budget, Fraction(5), percent=True)
    return found


def rooms(school: dict[str, Any], units: list[Unit], on: Switches = frozenset()) -> Verdict:
    """G3: one music and one art room for every twelve classes begun."""
    classes = total(unit.fact("classes") for unit in units)
    if classes is None:
        return UNKNOWN
    needed = ceil(classes / 12)
    kinds = [smaller_rooms(school, kind, needed, on) for kind in ("music", "art")]
    status = fold(kind.status for kind in kinds)
    values = [kind.value for kind in kinds if kind.value is not None]
    owed = kinds[0].relaxed_by or kinds[1].relaxed_by if status == "pass" else None
    if len(values) < 2:
        return Verdict(status, threshold=Fraction(needed), relaxed_by=owed)
    short = sum((kind.shortfall or Fraction(0) for kind in kinds), Fraction(0))
    return Verdict(status, min(values), Fraction(needed), shortfall=short, relaxed_by=owed)


def attached(school: dict[str, Any]) -> Verdict:
    """GV: a vocational school has no primary or junior pupils."""
    count = compulsory_pupils(school)
    if count is None:
        return Verdict("unknown", threshold=Fraction(0))
    return Verdict("fail" if count else "pass", count, Fraction(0), excess=count)


def school_size(school: dict[str, Any]) -> Verdict:
    """G4: not too many compulsory pupils; what is over is told in pupils."""
    count = compulsory_pupils(school)
    limit = Fraction(LARGEST_SCHOOL.get(school["school_type"], 2000))
    if count is None:
        return Verdict("unknown", threshold=limit)
    over = max(Fraction(0), count - limit)
    return Verdict("fail" if over else "pass", count, limit, excess=over)


def class_size(unit: Unit, largest_class: dict[str, int] = LARGEST_CLASS) -> Verdict:
    """G5: class sizes, else bands, else the largest class."""
    limit = Fraction(largest_class[unit.stage])
    too_large = (largest_class[unit.stage] - 25) // 5 + 1  # bands: up to 25, then by fives
    sizes = unit.school.get(f"{unit.stage}_class_sizes")
    bands = unit.school.get(f"{unit.stage}_class_bands")
    largest = unit.fact("largest_class")
    if sizes is not None:
        over = Fraction(sum(size > limit for size in sizes))
        value: Fraction | None = Fraction(max(sizes))
    elif bands is not None:
        over = Fraction(sum(bands[too_large:]))
        value = None
    elif largest is not None:
        over = max(Fraction(0), largest - limit)
        value = largest
    else:
        return Verdict("unknown", threshold=limit)
    return Verdict("fail" if over else "pass", value, limit, excess=over)


def small_school_funds(school: dict[str, Any], county: dict[str, Any]) -> Verdict:
    """G6: a small public school outside the city is funded as for a hundred pupils.

    Where it is open whether the rule applies, a school that has the money needs no answer.
    """
    if school["school_type"] in ("complete_secondary", "senior", "vocational"):
        return NOT_APPLICABLE
    counts = {stage: pupils(school, stage) for stage in ("primary", "junior")}
    known = sum((count for count in counts.values() if count is not None), Fraction(0))
    sponsor, setting = school.get("sponsor"), school.get("setting")
    if sponsor == 10 or setting == "urban" or known >= 100:
        return NOT_APPLICABLE
    if None in counts.values():
        return UNKNOWN
    verdict = _funds(school, county, counts, known)
    undecided = sponsor is None or setting is None
    return UNKNOWN if undecided and verdict.status == "fail" else verdict


def only_village(school: dict[str, Any], verdict: Verdict) -> Verdict:
    """G6 in the words of 2017: village primary schools and teaching points alone are asked."""
    kind, setting = school["school_type"], school.get("setting")
    outside = kind != "teaching_point" and (kind != "primary" or setting == "town")
    return NOT_APPLICABLE if outside else verdict


def _funds(
    school: dict[str, Any],
    county: dict[str, Any],
    counts: dict[str, Fraction | None],
    everybody: Fraction,
) -> Verdict:
    due = Fraction(0)
    for stage, count in counts.items():
        if count:
            standard = figure(county, f"{stage}_public_funds_standard")
            if standard is None:
                return UNKNOWN
            due += count * standard
    return at_least(figure(school, "public_funds"), Fraction(1), 100 * due / everybody)
