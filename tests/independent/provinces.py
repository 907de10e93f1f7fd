"""What the provinces and cities ask of a county, beside the national rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.independent import standards
from tests.independent.arithmetic import Verdict, at_least, at_most, figure, fold, together, total
from tests.independent.county import (
    STAFF,
    attested,
    of_nothing,
    people,
    senior_places,
    share,
    special_funds,
    summed,
)
from tests.independent.units import Unit, summed_of

Record = dict[str, Any]
Key = tuple[str, str | None, str | None]
Found = Iterator[tuple[str, Verdict]]
ONE = Fraction(1)

ABOVE = {  # a city's province
    "anhui-hefei": "anhui",
    "shandong-zibo": "shandong",
    "shandong-jinan": "shandong",
    "henan-zhengzhou": "henan",
    "hebei-shijiazhuang": "hebei",
}
QUOTA = {  # places of good senior schools: what decides; the others stand beside, as variants
    "shandong": 60,
    "shandong-zibo": 60,
    "shandong-jinan": 60,
}
ATTESTED = {  # a person's statement: no figure to compare
    "anhui": {"AH-1", "AH-2", "AH-4", "AH-S12"},
    "shandong": {"SD-S7", "SD-S8", "SD-S12"},
    "henan": {"HA-2", "HA-3", "HA-4", "HA-S12", "HA-S13", "HA-S14"},
    "henan-zhengzhou": {"ZZ-1"},
    "hebei": {"HE-2"},
    "hebei-shijiazhuang": {"SJZ-1"},
    "jiangsu": {"JS-4", "JS-8", "JS-9", "JS-10", "JS-11", "JS-P1", "JS-T"}
    | {"JS-S6", "JS-S7", "JS-S8"},
    "basic-2012": {"BS", "BG", "BC"},
}


def gate(ruleset: str) -> str:
    """The rule that is the gate before applying: Henan has its own."""
    return "HA-5" if "henan" in (ruleset, ABOVE.get(ruleset)) else "E2"


def provincial(ruleset: str, county: Record, schools: list[Record]) -> dict[Key, Verdict]:
    """Every countable rule that a province or city adds, but for the gate; those of a city include
    its province's.
    """
    found: dict[Key, Verdict] = {}
    units = [unit for school in schools for unit in summed_of(school)]
    for name in (ABOVE.get(ruleset), ruleset):
        if name in AT_SCHOOLS:
            found |= dict(AT_SCHOOLS[name](schools))
        if name in IN_COUNTY:
            found |= {(r, None, None): v for r, v in IN_COUNTY[name](county, schools, units)}
    for rule, owner in ROLLED_UP.items():
        members = [v.status for (r, code, _), v in found.items() if r == rule and code]
        if members or ruleset == owner:
            found[rule, None, None] = Verdict(fold(members))
    return found


def left_to_people(ruleset: str) -> set[str]:
    """The rules that only a person's statement answers."""
    return ATTESTED.get(ruleset, set()) | ATTESTED.get(ABOVE.get(ruleset, ""), set())


def _anhui(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "AH-G14", senior_places(county, 80)


def _hefei(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "HF-G14", senior_places(county, 85)
    yield "HF-1", share(county, "graduating_exchanged_teachers", "graduating_eligible_teachers", 30)


def _shandong(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "SD-G7", special_funds(county, 8000)
    staffed, small = "small_day_schools_with_health_staff", "small_day_schools"
    yield "SD-S10", share(county, staffed, small, 75)


def _zibo(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "ZB-G14", senior_places(county, 70)


def _jinan(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "JN-G14", senior_places(county, 60)
    yield "JN-1", share(county, "named_senior_quota_allocated", "named_senior_quota", 80)
    moved = share(county, "exchanged_teachers", "exchange_eligible_teachers", 10)
    yield "JN-2", together(moved, attested(county, "JN-2"))


def _henan(county: Record, schools: list[Record], units: list[Unit]) -> Found:
    needed = {"teacher_years": 3, "principal_terms": 1, "attachment_years": 1}
    parts = [
        at_least(figure(county, f"rotation_{what}"), ONE, Fraction(least))
        for what, least in needed.items()
    ]
    yield "HA-1", together(*parts)
    given = summed(units, "classes")
    classes = total(given)
    if all(one is None for one in given):
        classes = figure(county, "compulsory_classes_total")
    for rule, size, percent in (("HA-S10", 66, 0), ("HA-S11", 56, 10)):
        large = figure(county, f"classes_of_{size}_or_more")
        yield rule, at_most(large, classes, Fraction(percent), percent=True, nothing="not_checked")


def _zhengzhou(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "ZZ-G14", senior_places(county, 60)


def _hebei(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "HE-G14", senior_places(county, 80)
    yield "HE-1", share(county, "compulsory_places_public", "compulsory_places", 95)


def _jiangsu(county: Record, schools: list[Record], units: list[Unit]) -> Found:
    retained = at_least(figure(county, "nine_year_retention_percent"), ONE, Fraction(99))
    yield "JS-1", together(retained, attested(county, "JS-1"))
    chosen = figure(county, "highest_choice_percent")
    few = None if chosen is None else "pass" if chosen < 10 else "fail"
    yield "JS-2", together(Verdict(few or "unknown", chosen))
    yield (
        "JS-3",
        together(
            share(county, "disabled_children_enrolled", "disabled_children", 98),
            share(county, "migrant_children_public", "migrant_children", 90),
            attested(county, "JS-3"),
        ),
    )
    yield (
        "JS-5",
        together(
            share(county, "senior_quota_allocated", "senior_quota", 70), attested(county, "JS-5")
        ),
    )
    special = [school for school in schools if school["school_type"] == "special"]
    backbone = summed(units, "backbone_teachers")
    moved = figure(county, "exchanged_teachers")
    moved_backbone = figure(county, "exchanged_backbone_teachers")
    teachers = people(units, special, "teachers")
    nothing = of_nothing(summed(units, "teachers", *STAFF), special)
    yield (
        "JS-R1",
        together(
            at_least(moved, teachers, Fraction(15), percent=True, nothing=nothing),
            at_least(
                moved_backbone,
                total(backbone),
                Fraction(15),
                percent=True,
                nothing=of_nothing(backbone),
            ),
        ),
    )
    members = [v.status for (r, *_), v in standards.jiangsu(schools) if r == "JS-C7"]
    yield "JS-7", together(Verdict(fold(members)))


def _shenyang(county: Record, _: list[Record], __: list[Unit]) -> Found:
    yield "SY-G7", special_funds(county, 8000)


AT_SCHOOLS: dict[str | None, Callable[[list[Record]], standards.Found]] = {
    "anhui": standards.anhui,
    "shandong": standards.shandong,
    "henan": standards.henan,
    "jiangsu": standards.jiangsu,
    "hebei-shijiazhuang": standards.shijiazhuang,
}
IN_COUNTY: dict[str | None, Callable[[Record, list[Record], list[Unit]], Found]] = {
    "anhui": _anhui,
    "anhui-hefei": _hefei,
    "shandong": _shandong,
    "shandong-zibo": _zibo,
    "shandong-jinan": _jinan,
    "henan": _henan,
    "henan-zhengzhou": _zhengzhou,
    "hebei": _hebei,
    "jiangsu": _jiangsu,
    "liaoning-shenyang": _shenyang,
}
ROLLED_UP = {
    "JS-S1": "jiangsu", "JS-S2": "jiangsu", "JS-S3": "jiangsu", "JS-S4": "jiangsu",
    "JS-S5": "jiangsu", "SJZ-2": "hebei-shijiazhuang", "SJZ-3": "hebei-shijiazhuang",
}  # fmt: skip
