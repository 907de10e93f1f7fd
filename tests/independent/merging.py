"""Teaching points counted with the main school they name, where a switch asks for it."""

from __future__ import annotations

from typing import Any

from tests.independent.arithmetic import figure, total
from tests.independent.resources import above_degree, pe_and_arts
from tests.independent.units import COMPULSORY, Unit, out_of_resources, pupils

SWITCH = "teaching-points-merged"
REASON = "merged_into_main_school"
SHARED = (
    "teaching_area",
    "indoor_sports_area",
    "outdoor_sports_area",
    "leased_sports_area",
    "equipment_value",
    "multimedia_rooms",
)
School = dict[str, Any]


def merged(schools: list[School]) -> tuple[list[School], list[School]]:
    """The schools with teaching points added to others, and the teaching points added."""
    mains = {s["school_code"]: s for s in schools if _may_take(s)}
    added: dict[str, list[School]] = {}
    alone: list[School] = []
    for school in schools:
        main = mains.get(school.get("main_school_code") or "")
        if school["school_type"] == "teaching_point" and main is not None and _fits(school, main):
            added.setdefault(main["school_code"], []).append(school)
        else:
            alone.append(school)
    whole = [_sum(school, added.get(school["school_code"], [])) for school in alone]
    return whole, [point for points in added.values() for point in points]


def _may_take(school: School) -> bool:
    return school["school_type"] != "teaching_point" and out_of_resources(school) is None


def _fits(point: School, main: School) -> bool:
    """The main school has every stage of the teaching point, which has one at all."""
    stages = [stage for stage in COMPULSORY if pupils(point, stage) != 0]
    return bool(stages) and all(pupils(main, stage) != 0 for stage in stages)


def _sum(main: School, points: list[School]) -> School:
    if not points:
        return main
    together = [main, *points]
    school = dict(main)
    for fact in SHARED:
        school[fact] = total(figure(one, fact) for one in together)
    for stage in COMPULSORY:
        units = [Unit(one, stage) for one in together if pupils(one, stage) != 0]
        if not units:
            continue
        school[f"{stage}_students"] = total(unit.students for unit in units)
        school[f"{stage}_teachers_above_degree"] = total(above_degree(unit) for unit in units)
        school[f"{stage}_pe_arts_teachers"] = total(pe_and_arts(unit) for unit in units)
        school[f"{stage}_backbone_teachers"] = total(u.fact("backbone_teachers") for u in units)
        _without_parts(school, stage)
    return school


def _without_parts(school: School, stage: str) -> None:
    """What was added up stands for itself: no derivation a second time."""
    for fact in [key for key in school if key.startswith(f"{stage}_teachers_")]:
        if fact != f"{stage}_teachers_above_degree":
            del school[fact]
    for part in ("pe", "music", "fine_arts", "arts"):
        school.pop(f"{stage}_{part}_teachers", None)
