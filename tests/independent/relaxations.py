"""The relaxations of the 2019 procedure: each loosens one rule for some schools.

A relaxation whose condition missing figures leave open decides nothing that they could change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tests.independent.arithmetic import (
    UNKNOWN,
    Verdict,
    at_least,
    both,
    figure,
    largest_class,
    total,
)
from tests.independent.units import COMPULSORY, Unit, compulsory_pupils, pupils

Switches = frozenset[str]

GROUP = "relaxations-2019"
VISITING = "small-school-visiting-teachers"
SPORTS = "dense-city-sports"
ROOMS = "smaller-rooms"
LARGER = "larger-schools"
SINGLE = (VISITING, SPORTS, ROOMS, LARGER)
LARGER_LIMIT = {"primary": 2400, "junior": 2400, "nine_year": 3000}
ROOM_SIZES = {"music": (96, 73, 61, 54), "art": (90, 67, 61, 54)}


@dataclass(frozen=True)
class Way:
    """What may be asked instead: by which switch, whether its condition holds, what it finds.

    counts: whether other things are counted, so that the value is another one.
    """

    switch: str
    holds: bool | None
    verdict: Verdict
    counts: bool


def relaxed(base: Verdict, ways: Iterable[Way]) -> Verdict:
    """The normal verdict and what stands instead of it, joined."""
    ways = list(ways)
    if base.status == "not_applicable":
        return base
    for way in ways:
        if way.holds and way.verdict.status == "pass":
            if base.status != "pass":
                return replace(way.verdict, relaxed_by=way.switch)
            if way.counts:
                return way.verdict
    if base.status == "pass":
        return base
    could_pass = ("pass", "unknown")
    if any(way.holds is not False and way.verdict.status in could_pass for way in ways):
        return Verdict("unknown", threshold=base.threshold)
    last = [way.verdict for way in ways if way.holds]
    return last[-1] if last and base.status == "fail" else base


def _rural(school: dict[str, Any]) -> bool | None:
    setting = school.get("setting")
    return None if setting is None else setting == "rural"


def _under(school: dict[str, Any], many: int) -> bool | None:
    """Fewer pupils than that; a blank stage leaves it open unless the other alone has as many."""
    known = sum((pupils(school, stage) or Fraction(0) for stage in COMPULSORY), Fraction(0))
    if known >= many:
        return False
    return None if compulsory_pupils(school) is None else True


def visiting_teachers(
    unit: Unit, of: Fraction | None, base: Verdict, limit: Fraction, on: Switches
) -> Verdict:
    """R3: a small rural school of 50 to 99 pupils also counts visiting and part-time teachers."""
    if VISITING not in on:
        return base
    tiny = _under(unit.school, 50)
    small = both(None if tiny is None else not tiny, _under(unit.school, 100))
    everybody = total([of, unit.fact("visiting_pe_arts_teachers")])
    verdict = at_least(everybody, unit.students, limit, per=100)
    return relaxed(base, [Way(VISITING, both(_rural(unit.school), small), verdict, counts=True)])


def dense_city_sports(
    unit: Unit, of: Fraction | None, base: Verdict, limit: Fraction, on: Switches
) -> Verdict:
    """R5: a school in a dense city centre also counts leased grounds, cellars and roofs."""
    if SPORTS not in on:
        return base
    area = total([of, figure(unit.school, "leased_sports_area")])
    verdict = at_least(area, unit.sharers, limit, step=Fraction("0.01"))
    return relaxed(base, [Way(SPORTS, unit.school.get("dense_city_centre"), verdict, counts=True)])


def rooms_of(school: dict[str, Any], kind: str, size: int) -> Fraction | None:
    """Rooms of at least that area; counts name each room once, in its highest class."""
    areas = school.get(f"{kind}_room_areas")
    if areas is not None:
        return Fraction(sum(Fraction(repr(area)) >= size for area in areas))
    classes = [one for one in ROOM_SIZES[kind] if one >= size]
    return total(figure(school, f"{kind}_rooms_{one}") for one in classes)


def smaller_rooms(school: dict[str, Any], kind: str, needed: int, on: Switches) -> Verdict:
    """G3, one kind of room: smaller ones in schools built by 2016 and in small rural schools."""

    def judged(size: int) -> Verdict:
        return at_least(rooms_of(school, kind, size), Fraction(1), Fraction(needed))

    sizes = ROOM_SIZES[kind]
    base = judged(sizes[0])
    if ROOMS not in on:
        return base
    built = figure(school, "built_year")
    old = None if built is None else built <= 2016
    of = school["school_type"]
    ways = [Way(ROOMS, old, judged(sizes[1]), counts=True)]
    small = both(_rural(school), _under(school, 100))
    if of == "primary":
        holds = both(small, _largest_below_30(school, "primary"))
        ways.append(Way(ROOMS, holds, judged(54), counts=True))
    if of in ("junior", "nine_year"):
        stages = ("junior",) if of == "junior" else ("primary", "junior")
        holds = both(small, *(_largest_below_30(school, stage) for stage in stages))
        ways.append(Way(ROOMS, holds, judged(61), counts=True))
    return relaxed(base, ways)


def _largest_below_30(school: dict[str, Any], stage: str) -> bool | None:
    largest = largest_class(school, stage)
    return None if largest is None else largest < 30


def larger_schools(school: dict[str, Any], base: Verdict, on: Switches) -> Verdict:
    """G4: 2,400 and 3,000 in schools built by 2010 or with more than half migrant pupils."""
    limit = LARGER_LIMIT.get(school["school_type"])
    if LARGER not in on or limit is None:
        return base
    count = compulsory_pupils(school)
    verdict = UNKNOWN
    if count is not None:
        over = max(Fraction(0), count - limit)
        verdict = Verdict("fail" if over else "pass", count, Fraction(limit), excess=over)
    built, migrants = figure(school, "built_year"), figure(school, "migrant_students")
    conditions = [None if built is None else built <= 2010]
    conditions.append(None if migrants is None or count is None else 2 * migrants > count)
    return relaxed(base, [Way(LARGER, holds, verdict, counts=False) for holds in conditions])
