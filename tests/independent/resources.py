"""R1–R7, RS and D1–D7."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from tests.independent.arithmetic import NOT_APPLICABLE, Verdict, at_least, figure, root, total
from tests.independent.relaxations import Switches, dense_city_sports, visiting_teachers
from tests.independent.units import Unit, out_of_resources

LIMITS = {
    "R1": {"primary": "4.2", "junior": "5.3"},
    "R2": {"primary": "1", "junior": "1"},
    "R3": {"primary": "0.9", "junior": "0.9"},
    "R4": {"primary": "4.5", "junior": "5.8"},
    "R5": {"primary": "7.5", "junior": "10.2"},
    "R6": {"primary": "2000", "junior": "2500"},
    "R7": {"primary": "2.3", "junior": "2.4"},
}
COEFFICIENT = {"primary": Fraction("0.5"), "junior": Fraction("0.45")}
DEGREES = {
    "primary": ("doctor", "master", "bachelor", "college"),
    "junior": ("doctor", "master", "bachelor"),
}
AREA_STEP = Fraction("0.01")


def rate(unit: Unit, on: Switches = frozenset()) -> dict[str, Verdict] | None:
    """R1–R7 and RS of a unit; None where it stands outside the resource rules."""
    if out_of_resources(unit.school):
        return None
    indoor, outdoor = (figure(unit.school, f"{side}_sports_area") for side in ("indoor", "outdoor"))
    building = figure(unit.school, "teaching_area")
    net = None if building is None or indoor is None else building - indoor
    quantities = {
        "R1": (above_degree(unit), unit.students, 100, Fraction(1)),
        "R2": (unit.fact("backbone_teachers"), unit.students, 100, Fraction(1)),
        "R3": (pe_and_arts(unit), unit.students, 100, Fraction(1)),
        "R4": (net, unit.sharers, 1, AREA_STEP),
        "R5": (total([indoor, outdoor]), unit.sharers, 1, AREA_STEP),
        "R6": (figure(unit.school, "equipment_value"), unit.sharers, 1, Fraction(1)),
        "R7": (figure(unit.school, "multimedia_rooms"), unit.sharers, 100, Fraction(1)),
    }
    found = {}
    for rule, (of, over, per, step) in quantities.items():
        limit = Fraction(LIMITS[rule][unit.stage])
        verdict = at_least(of, over, limit, per=per, step=step)
        if rule == "R3":
            verdict = visiting_teachers(unit, of, verdict, limit, on)
        if rule == "R5":
            verdict = dense_city_sports(unit, of, verdict, limit, on)
        found[rule] = replace(verdict, floor=limit * Fraction("0.85"))
    found["RS"] = _six_of_seven(list(found.values()))
    return found


def above_degree(unit: Unit) -> Fraction | None:
    whole = unit.fact("teachers_above_degree")
    degrees = [unit.fact(f"teachers_{degree}") for degree in DEGREES[unit.stage]]
    return whole if whole is not None else total(degrees)


def pe_and_arts(unit: Unit) -> Fraction | None:
    """The fact, else PE and arts, which include music and fine arts, else PE and these two."""
    whole, pe, arts = (
        unit.fact(name) for name in ("pe_arts_teachers", "pe_teachers", "arts_teachers")
    )
    if whole is not None:
        return whole
    both = total([unit.fact("music_teachers"), unit.fact("fine_arts_teachers")])
    return total([pe, both if arts is None else arts])


def _six_of_seven(seven: list[Verdict]) -> Verdict:
    """At least six met, the rest at 85 %; a blank may yet turn out either way."""
    met = sum(one.status == "pass" for one in seven)
    blank = sum(one.status == "unknown" for one in seven)
    below = any(one.status == "fail" and (one.value or 0) < (one.floor or 0) for one in seven)
    lost = below or met + blank < 6
    status = "fail" if lost else "unknown" if blank else "pass"
    return Verdict(status, Fraction(met), Fraction(6))


def coefficient(
    pairs: list[tuple[Fraction | None, Fraction | None]], limit: Fraction | None
) -> Verdict:
    """The disparity of (pupils, value) pairs, compared with its limit without a root.

    Without a limit the figures are shown and the rule itself is not applicable.
    """
    if not pairs:
        return NOT_APPLICABLE
    units = [(count, value) for count, value in pairs if count is not None and value is not None]
    if len(units) < len(pairs):
        return Verdict("unknown", threshold=limit)
    everybody = sum((count for count, _ in units), Fraction(0))
    mean = sum((count * value for count, value in units), Fraction(0)) / everybody
    if mean <= 0:  # below: rooms smaller than the hall in them
        return Verdict("unknown", threshold=limit)
    square = Fraction(0)
    for count, value in units:
        square += count / everybody * (value - mean) ** 2
    status = "not_applicable"
    if limit is not None:
        status = "pass" if square <= (limit * mean) ** 2 else "fail"
    # the ratio's own root: rational wherever the coefficient is
    ratio = root(square / mean**2)
    return Verdict(status, ratio, limit, mean=mean, deviation=ratio * mean)
