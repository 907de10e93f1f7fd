"""From schools to units: one school's one compulsory stage."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.independent.arithmetic import figure, total

COMPULSORY = ("primary", "junior")
WEIGHTS = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}
IMPLIED = {
    "primary": ("primary",),
    "teaching_point": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "twelve_year": ("primary", "junior", "senior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "special": (),
    "vocational": (),
}


def pupils(school: dict[str, Any], stage: str) -> Fraction | None:
    """The stage's pupils; 0 for a stage that neither the type nor any figure of it implies."""
    given = figure(school, f"{stage}_students")
    if given is None and stage not in IMPLIED[school["school_type"]]:
        figures = [name for name in school if name.startswith(f"{stage}_")]
        return None if any(_above_nothing(school[name]) for name in figures) else Fraction(0)
    return given


def _above_nothing(given: Any) -> bool:
    items = given if isinstance(given, list) else [given]
    return any(isinstance(one, int | float) and one > 0 for one in items)


@dataclass(frozen=True)
class Unit:
    """One school's one stage that has pupils, or should have and does not say how many."""

    school: dict[str, Any]
    stage: str

    @property
    def code(self) -> str:
        """The school's code."""
        return str(self.school["school_code"])

    @property
    def students(self) -> Fraction | None:
        """The stage's own pupils."""
        return pupils(self.school, self.stage)

    @property
    def sharers(self) -> Fraction | None:
        """Pupils of the school in this stage's weight: what a shared fact is divided by."""
        own = WEIGHTS[self.stage]
        stages = [(weight, pupils(self.school, stage)) for stage, weight in WEIGHTS.items()]
        return total(None if count is None else weight / own * count for weight, count in stages)

    def fact(self, stem: str) -> Fraction | None:
        """A figure of the stage."""
        return figure(self.school, f"{self.stage}_{stem}")

    def counts(self, *facts: str) -> bool:
        """Whether it counts in the county's sums of such facts: it has pupils, or any of these."""
        given = (self.school.get(fact) for fact in facts)
        return self.students != 0 or any(one is not None and one > 0 for one in given)


def units_of(school: dict[str, Any]) -> list[Unit]:
    """The units of a school; a special school has none."""
    if school["school_type"] == "special":
        return []
    return [Unit(school, stage) for stage in COMPULSORY if pupils(school, stage) != 0]


def summed_of(school: dict[str, Any]) -> list[Unit]:
    """Every stage that may count in the county's sums, whatever pupils it has."""
    return [] if school["school_type"] == "special" else [Unit(school, s) for s in COMPULSORY]


def compulsory_pupils(school: dict[str, Any]) -> Fraction | None:
    """Primary and junior pupils."""
    return total(pupils(school, stage) for stage in COMPULSORY)


def out_of_resources(school: dict[str, Any]) -> str | None:
    """Why the school stands outside the resource rules, if it does."""
    if school["school_type"] == "special":
        return "special_school"
    if school["school_type"] == "vocational":
        return "vocational_school"
    count = compulsory_pupils(school)
    if school["school_type"] == "teaching_point" and count is not None and 0 < count < 50:
        return "teaching_point_under_50"
    return None


def exclusions(school: dict[str, Any]) -> set[tuple[str, str | None, str]]:
    """School code, stage and reason of what is left out."""
    code = school["school_code"]
    reason = out_of_resources(school)
    found: set[tuple[str, str | None, str]] = {(code, None, reason)} if reason else set()
    for stage in COMPULSORY:
        if stage in IMPLIED[school["school_type"]] and pupils(school, stage) == 0:
            found.add((code, stage, "stage_without_pupils"))
    return found
