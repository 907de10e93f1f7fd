"""The school standards of Anhui, Shandong, Henan and Jiangsu, as of 1 September 2023."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.independent.arithmetic import (
    UNKNOWN,
    Verdict,
    at_least,
    at_most,
    both,
    either,
    figure,
    largest_class,
    total,
    where,
)
from tests.independent.resources import AREA_STEP, rate
from tests.independent.school import class_size
from tests.independent.units import Unit, compulsory_pupils, out_of_resources, pupils, units_of

Key = tuple[str, str | None, str | None]
Found = Iterator[tuple[Key, Verdict]]
School = dict[str, Any]
ONE = Fraction(1)
OF_NINE_YEARS = {"nine_year": 2500, "twelve_year": 2500}


def _each(
    unit: Unit, fact: str, limits: tuple[str, str], step: Fraction = ONE, per: int = 1
) -> Verdict:
    """A resource that the stages share, for each pupil of this one."""
    limit = Fraction(limits[unit.stage == "junior"])
    return at_least(figure(unit.school, fact), unit.sharers, limit, per=per, step=step)


def _hours(unit: Unit, fact: str) -> Verdict:
    return at_most(unit.fact(fact), ONE, Fraction(6 if unit.stage == "primary" else 7))


def _ordinary(school: School) -> bool:
    """Neither special nor vocational, and with compulsory pupils."""
    return bool(units_of(school)) and school["school_type"] not in ("special", "vocational")


def _classes(school: School) -> Fraction | None:
    return total(unit.fact("classes") for unit in units_of(school))


def _large(school: School) -> bool | None:
    """From 600 pupils; an indicator, so that a blank in either stage leaves it open."""
    count = compulsory_pupils(school)
    return None if count is None else count >= 600


def _built_since(school: School, year: int) -> bool | None:
    built = figure(school, "built_year")
    return None if built is None else built >= year


def anhui(schools: list[School]) -> Found:
    """Anhui 2018: AH-S1 to AH-S11, and AH-3 on classes above 65."""
    for school in schools:
        code, of = school["school_code"], school["school_type"]
        for unit in units_of(school):
            key = (code, unit.stage)
            yield ("AH-3", *key), class_size(unit, {"primary": 65, "junior": 65})
            yield ("AH-S6", *key), class_size(unit)
            yield ("AH-S11", *key), _hours(unit, "day_teaching_hours")
            ratings = rate(unit)
            if ratings is None:
                continue
            area, ground = "building_area_without_dormitories", "outdoor_sports_area"
            yield ("AH-S1", *key), _each(unit, area, ("8.5", "9.5"), AREA_STEP)
            yield ("AH-S2", *key), _each(unit, ground, ("7.7", "10.6"), AREA_STEP)
            yield ("AH-S3", *key), _each(unit, "books", ("25", "35"))
            for number, rule in ((8, "R1"), (9, "R2"), (10, "R3")):
                yield (f"AH-S{number}", *key), ratings[rule]
        if not _ordinary(school):
            continue
        if of in ("twelve_year", "complete_secondary", "senior"):
            everybody = total(pupils(school, s) for s in ("primary", "junior", "senior"))
            yield ("AH-S5", code, None), _computers(school, everybody)
        elif out_of_resources(school) is None:
            yield ("AH-S4", code, None), _computers(school, compulsory_pupils(school))
        limit = Fraction(OF_NINE_YEARS.get(of, 2000))
        yield ("AH-S7", code, None), at_most(compulsory_pupils(school), ONE, limit)


def _computers(school: School, everybody: Fraction | None) -> Verdict:
    """One computer for eight pupils."""
    return at_least(figure(school, "computers"), everybody, Fraction(100, 8), per=100)


def shandong(schools: list[School]) -> Found:
    """Shandong: SD-S1 to SD-S6, SD-S9 and SD-S11."""
    for school in schools:
        code, of = school["school_code"], school["school_type"]
        estate = both(school.get("residential_district_school"), _built_since(school, 2019))
        for unit in units_of(school):
            key = (code, unit.stage)
            yield ("SD-S2", *key), where(estate, class_size(unit))
            radius = Fraction(500 if unit.stage == "primary" else 1000)
            yield ("SD-S3", *key), where(estate, at_most(unit.fact("service_radius"), ONE, radius))
        if not _ordinary(school):
            continue
        caps = {"primary": 36, "junior": 36, "nine_year": 45}
        new = _built_since(school, 2020)
        if of in caps:
            count = _classes(school)
            yield ("SD-S1", code, None), where(estate, at_most(count, ONE, Fraction(caps[of])))
            rule = "SD-S5" if of == "nine_year" else "SD-S4"
            yield (rule, code, None), where(new, at_most(count, ONE, Fraction(36)))
        green = at_least(figure(school, "green_percent"), ONE, Fraction(35), step=Fraction("0.1"))
        yield ("SD-S6", code, None), where(new, green)
        asked = either(school.get("boarding"), _large(school))
        health = at_least(figure(school, "health_professionals"), ONE, ONE)
        yield ("SD-S9", code, None), where(asked, health)
        if of != "teaching_point":
            psychology = figure(school, "psychology_teachers")
            yield ("SD-S11", code, None), at_least(psychology, _classes(school), ONE, per=10)


def henan(schools: list[School]) -> Found:
    """Henan 2012: HA-S1 to HA-S9."""
    for school in schools:
        code, of = school["school_code"], school["school_type"]
        for unit in units_of(school):
            key = (code, unit.stage)
            yield ("HA-S1", *key), class_size(unit)
            if out_of_resources(school) is None:
                yield ("HA-S2", *key), _each(unit, "books", ("20", "30"))
                yield ("HA-S4", *key), _a_computer_each(unit)
        if not units_of(school):
            continue
        with_junior = of in ("junior", "nine_year", "twelve_year", "complete_secondary")
        if with_junior or of == "primary":
            limit = Fraction(300 if with_junior else 200)
            track = at_least(figure(school, "track_length"), ONE, limit, step=AREA_STEP)
            yield ("HA-S3", code, None), track
        boarders = figure(school, "boarders")
        live_in = None if boarders is None else boarders > 0
        if with_junior or of in ("primary", "teaching_point"):
            limit = Fraction("3.3" if with_junior else "3")
            area = figure(school, "dormitory_area")
            yield (
                ("HA-S5", code, None),
                where(live_in, at_least(area, boarders, limit, step=AREA_STEP)),
            )
        if not _ordinary(school):
            continue
        beds = figure(school, "dormitory_beds")
        enough = UNKNOWN if boarders is None else at_least(beds, ONE, boarders)
        yield ("HA-S6", code, None), where(live_in, enough)
        yield from _health_staff(school)


def _a_computer_each(unit: Unit) -> Verdict:
    """HA-S4: as many computers in the room as the largest class has pupils."""
    largest = largest_class(unit.school, unit.stage)
    if largest is None:
        return UNKNOWN
    return at_least(figure(unit.school, "computer_room_computers"), ONE, largest)


def _health_staff(school: School) -> Found:
    """HA-S7 to HA-S9: two where pupils board, one from 600 pupils, else one of any kind."""
    code = school["school_code"]
    boarding, large = school.get("boarding"), _large(school)
    day = None if boarding is None else not boarding
    small = None if large is None else not large
    staff = figure(school, "health_care_staff")
    anybody = total([staff, figure(school, "part_time_health_teachers")])
    yield ("HA-S7", code, None), where(boarding, at_least(staff, ONE, Fraction(2)))
    yield ("HA-S8", code, None), where(both(day, large), at_least(staff, ONE, ONE))
    yield ("HA-S9", code, None), where(both(day, small), at_least(anybody, ONE, ONE))


def jiangsu(schools: list[School]) -> Found:
    """Jiangsu: JS-C7 of the title, JS-S1 to JS-S5 of the school standard."""
    for school in schools:
        for unit in units_of(school):
            key = (school["school_code"], unit.stage)
            yield ("JS-C7", *key), class_size(unit, {"primary": 40, "junior": 45})
            yield ("JS-S1", *key), class_size(unit)
            if school["school_type"] == "vocational":
                continue
            old = school.get("old_city")
            new = None if old is None else not old
            land = _each(unit, "land_area", ("23", "28"), AREA_STEP)
            yield ("JS-S2", *key), where(new, land)
            land = _each(unit, "land_area", ("18", "23"), AREA_STEP)
            yield ("JS-S3", *key), where(old, land)
            staff = Fraction(19) if unit.stage == "primary" else Fraction("13.5")
            yield ("JS-S4", *key), at_most(unit.students, unit.fact("staff"), staff)
            yield ("JS-S5", *key), _hours(unit, "collective_hours")


def shijiazhuang(schools: list[School]) -> Found:
    """Shijiazhuang, private schools: a doctor for 600 pupils begun, one counsellor."""
    for school in schools:
        sponsor, count = school.get("sponsor"), compulsory_pupils(school)
        if count == 0:
            continue
        private = None if sponsor is None else sponsor == 10
        doctors: Verdict = UNKNOWN
        if count is not None:
            needed = Fraction(-(-count // 600))
            doctors = at_least(figure(school, "school_doctors"), ONE, needed)
        counsellors = at_least(figure(school, "counselling_teachers"), ONE, ONE)
        yield ("SJZ-2", school["school_code"], None), where(private, doctors)
        yield ("SJZ-3", school["school_code"], None), where(private, counsellors)


__all__ = ["anhui", "henan", "jiangsu", "shandong", "shijiazhuang"]
