"""What is judged once for the county: government, quality, recognition, vetoes, eligibility."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.independent.arithmetic import (
    NOBODY,
    NOT_APPLICABLE,
    UNKNOWN,
    Verdict,
    at_least,
    figure,
    together,
    total,
)
from tests.independent.relaxations import Switches
from tests.independent.units import Unit

ATTESTED = ("G1", "G2", "G10", "Q3", "Q5", "Q6", "Q7", "Q8")
VETOES = ("V1", "V2", "V3", "V4", "V5", "V6")
MINIMUM = {"primary": (650, 720), "junior": (850, 940)}  # until 2022, and from spring 2023
RETENTION = ("graduates", "cohort_at_entry", "transferred_in", "transferred_out", "deceased")


def county_verdicts(
    county: dict[str, Any],
    schools: list[dict[str, Any]],
    units: list[Unit],
    on: Switches = frozenset(),
    quota: int = 50,
) -> dict[str, Verdict]:
    """Every rule that is judged from the county's own figures and sums."""
    found = {rule: attested(county, rule) for rule in ATTESTED}
    for rule in VETOES:
        exists = (county.get("vetoes") or {}).get(rule)
        found[rule] = Verdict(_answer(exists, bad=True))
    special = [school for school in schools if school["school_type"] == "special"]
    teachers = people(units, special, "teachers")
    nothing = of_nothing(summed(units, "teachers", *STAFF), special)
    for rule, fact in (("G9", "trained_teachers"), ("G12", "certified_teachers")):
        found[rule] = at_least(
            people(units, special, fact), teachers, Fraction(100), percent=True, nothing=nothing
        )
    found["G7"] = special_funds(county, 6000)
    found["G8"] = together(_salaries(county), attested(county, "G8"))
    found["G11"] = rotation(county, units, special, on)
    found["G13"] = together(
        nearby(county, units, "primary", 100), nearby(county, units, "junior", 95)
    )
    found["G14"] = senior_places(county, quota)
    found["G15"] = together(_migrants(county), attested(county, "G15"))
    found["Q1"] = retention(county, units, on)
    found["Q2"] = share(county, "disabled_children_enrolled", "disabled_children", 95)
    found["Q9"] = monitoring(county)
    found["P1"] = at_least(figure(county, "recognition_percent"), Fraction(1), Fraction(85))
    found["GM"] = together(*(_minimum(county, stage) for stage in MINIMUM))
    found["E1"] = together(elapsed(county), attested(county, "E1"))
    return found


def _answer(stated: bool | None, *, bad: bool = False) -> str:
    if stated is None:
        return "not_checked"
    return "fail" if stated is bad else "pass"


def attested(county: dict[str, Any], rule: str) -> Verdict:
    """A person's statement: met, not met, or not yet made."""
    statement = (county.get("attestations") or {}).get(rule) or {}
    return Verdict(_answer(statement.get("met")))


# a count that may be of nobody, what then counts nobody either: at the county, at its schools
FOLLOWERS = {
    "exchange_eligible_teachers": (("exchanged_teachers", "exchanged_backbone_teachers"), ()),
    "senior_quota": (("senior_quota_allocated", "senior_quota_allocated_rural"), ()),
    "migrant_children": (
        ("migrant_children_public", "migrant_children_purchased"),
        ("migrant_students",),
    ),
    "disabled_children": (("disabled_children_enrolled", "disabled_children_special_school"), ()),
    "special_students": (("special_funds",), ("special_teachers",)),
    "graduating_eligible_teachers": (("graduating_exchanged_teachers",), ()),
    "named_senior_quota": (("named_senior_quota_allocated",), ()),
    "small_day_schools": (("small_day_schools_with_health_staff",), ()),
}


def of_nobody(county: dict[str, Any], schools: list[dict[str, Any]]) -> dict[str, Any]:
    """The county with `nobody`, what counts nobody there; a word that figures contradict is a 0."""
    found: set[str] = set()
    for whole, (own, at_schools) in FOLLOWERS.items():
        figures = [figure(county, name) for name in own]
        figures += [figure(school, name) for school in schools for name in at_schools]
        if county.get(whole) == NOBODY and not any(figures):
            found |= {whole, *own}
    return {**county, "nobody": found}


def share(county: dict[str, Any], of: str, over: str, percent: int) -> Verdict:
    if over in county["nobody"]:
        return NOT_APPLICABLE
    return at_least(
        figure(county, of),
        figure(county, over),
        Fraction(percent),
        percent=True,
        nothing="not_checked",
    )


def special_funds(county: dict[str, Any], yuan: int) -> Verdict:
    """G7: the funds of special schools for each pupil."""
    if "special_students" in county["nobody"]:
        return NOT_APPLICABLE
    pupils = figure(county, "special_students")
    return at_least(figure(county, "special_funds"), pupils, Fraction(yuan), nothing="not_checked")


def senior_places(county: dict[str, Any], percent: int) -> Verdict:
    """G14: places of good senior schools given to the junior ones, with a tilt to rural ones."""
    given = share(county, "senior_quota_allocated", "senior_quota", percent)
    nobody = "senior_quota" in county["nobody"]
    return together(given, NOT_APPLICABLE if nobody else attested(county, "G14"))


def _minimum(county: dict[str, Any], stage: str) -> Verdict:
    """GM, one stage: the county's own standard is not below the national one of 1 September."""
    before, since = MINIMUM[stage]
    least = since if county["year"] >= 2023 else before
    return at_least(figure(county, f"{stage}_public_funds_standard"), Fraction(1), Fraction(least))


def rotation(
    county: dict[str, Any], units: list[Unit], special: list[dict[str, Any]], on: Switches
) -> Verdict:
    """G11; what the shares are taken of is disputed, so that a switch may name another whole."""
    moved = figure(county, "exchanged_teachers")
    backbone = figure(county, "exchanged_backbone_teachers")
    first = share(county, "exchanged_teachers", "exchange_eligible_teachers", 10)
    second = share(county, "exchanged_backbone_teachers", "exchanged_teachers", 20)
    if "rotation-of-all-teachers" in on:
        nothing = of_nothing(summed(units, "teachers", *STAFF), special)
        teachers = people(units, special, "teachers")
        first = at_least(moved, teachers, Fraction(10), percent=True, nothing=nothing)
    if "backbone-of-eligible" in on:
        second = share(county, "exchanged_backbone_teachers", "exchange_eligible_teachers", 20)
    if "backbone-of-all-backbone" in on:
        everybody = summed(units, "backbone_teachers")
        nothing = of_nothing(everybody)
        second = at_least(backbone, total(everybody), Fraction(20), percent=True, nothing=nothing)
    return together(first, second)


STAFF = ("teachers", "certified_teachers", "trained_teachers")


def summed(units: list[Unit], stem: str, *beside: str) -> list[Fraction | None]:
    """The figures of every stage that has pupils, or without them any of the figures that go together."""
    together = (stem, *beside)
    return [one.fact(stem) for one in units if one.counts(*(f"{one.stage}_{n}" for n in together))]


def of_nothing(*rows: Sequence[object]) -> str:
    """The state of a county's share of 0 of 0, a sum of these rows: nobody has said that there are none."""
    return "not_checked" if any(rows) else "not_applicable"


def people(units: list[Unit], special: list[dict[str, Any]], stem: str) -> Fraction | None:
    staged = summed(units, stem, *STAFF)
    return total([*staged, *(figure(school, f"special_{stem}") for school in special)])


def _salaries(county: dict[str, Any]) -> Verdict:
    teacher, servant = figure(county, "teacher_salary"), figure(county, "civil_servant_salary")
    return UNKNOWN if servant is None else at_least(teacher, Fraction(1), servant)


def _migrants(county: dict[str, Any]) -> Verdict:
    placed = total(figure(county, f"migrant_children_{how}") for how in ("public", "purchased"))
    return share({**county, "placed": placed}, "placed", "migrant_children", 85)


def nearby(county: dict[str, Any], units: list[Unit], stage: str, percent: int) -> Verdict:
    """G13, one stage: the county's percentage, else that of its public town and city schools."""
    given = figure(county, f"{stage}_nearby_percent")
    if given is not None:
        return at_least(given, Fraction(1), Fraction(percent))
    entrants, zoned = [], []
    undecided = False
    for unit in units:
        if unit.stage != stage or not unit.counts(f"{stage}_entrants", f"{stage}_zoned_entrants"):
            continue
        sponsor, setting = unit.school.get("sponsor"), unit.school.get("setting")
        boarding = unit.school.get("boarding")
        if sponsor == 10 or setting == "rural" or boarding is True:
            continue
        undecided |= None in (sponsor, setting, boarding)
        entrants.append(unit.fact("entrants"))
        zoned.append(unit.fact("zoned_entrants"))
    if undecided:
        return UNKNOWN
    if not entrants:
        return NOT_APPLICABLE
    return at_least(
        total(zoned), total(entrants), Fraction(percent), percent=True, nothing="not_checked"
    )


def retention(county: dict[str, Any], units: list[Unit], on: Switches = frozenset()) -> Verdict:
    """Q1: (graduates − in + out) ÷ (at entry − deceased), of schools that had a junior stage too.

    Two other forms: graduates ÷ (at entry + in − deceased − out); graduates ÷ (at entry + in − out).
    """
    juniors = [one.school for one in units if one.stage == "junior" and one.counts(*RETENTION)]
    leaving = [school for school in juniors if not _no_graduating_class(school)]
    totals = {fact: figure(county, f"{fact}_total") for fact in RETENTION}
    if not leaving:
        return NOT_APPLICABLE  # nobody graduates
    sums: dict[str, Fraction | None] = {}
    for fact in RETENTION:
        given = [figure(school, fact) for school in leaving]
        if any(one is not None for one in given):
            sums[fact] = total(given)
        else:
            sums[fact] = totals[fact]
    values = list(sums.values())
    if "retention-c" in on:
        del sums["deceased"]
    if None in sums.values():
        return Verdict("unknown", threshold=Fraction(95))
    graduates, entered, came, went, died = (value or Fraction(0) for value in values)
    of, over = graduates - came + went, entered - died
    if "retention-b" in on:
        of, over = graduates, entered + came - died - went
    if "retention-c" in on:
        of, over = graduates, entered + came - went
    return at_least(of, over, Fraction(95), percent=True, nothing="not_checked")


def _no_graduating_class(school: dict[str, Any]) -> bool:
    return school.get("graduates") == 0 and school.get("cohort_at_entry") == 0


SUBJECTS = ("语文", "数学", "科学", "体育", "艺术", "德育")


def monitoring(county: dict[str, Any]) -> Verdict:
    """Q9: the six subjects and any other listed at level 3 or above, disparity strictly below 0.15.

    What is 未监测 is left out; a subject that is not listed is missing.
    """
    listed = county.get("monitoring") or []
    parts = []
    for subject in listed:
        if subject.get("level") == "未监测":
            continue
        level, disparity = figure(subject, "level"), figure(subject, "disparity")
        parts.append(UNKNOWN if level is None else Verdict("pass" if level >= 3 else "fail", level))
        if disparity is None:
            parts.append(UNKNOWN)
        else:
            small = disparity < Fraction("0.15")
            parts.append(Verdict("pass" if small else "fail", disparity))
    known = {{"体育与健康": "体育"}.get(one["subject"], one["subject"]) for one in listed}
    parts += [UNKNOWN for name in SUBJECTS if listed and name not in known]
    return together(*parts) if parts else UNKNOWN


def elapsed(county: dict[str, Any]) -> Verdict:
    """E1: three years since the recognition on 1 September; of a year or month, every day of it."""
    written = county.get("basic_balance_date")
    if written is None:
        return UNKNOWN
    year, *rest = (int(part) for part in str(written).split("-"))
    as_of = [county["year"], 9, 1]
    if [year + 3, *rest, *[12, 31][len(rest) :]] <= as_of:
        return Verdict("pass")
    return Verdict("fail") if [year + 3, *rest, *[1, 1][len(rest) :]] > as_of else UNKNOWN
