"""Types of schools, and the stages each implies."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.facts.fact import Fact

# Which stages a type of school implies: part of the vocabulary, not of any rule.
IMPLIED: Mapping[str, tuple[str, ...]] = {
    "primary": ("primary",),
    "teaching_point": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "twelve_year": ("primary", "junior", "senior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
}


def has(fact: Fact, kind: str) -> bool:
    """Whether a school of this type can have a figure of this fact.

    A type that implies no stages, such as a special school, may have any.
    """
    if fact.types:
        return kind in fact.types or (kind not in IMPLIED and fact.types[0] in IMPLIED)
    return not fact.stage or kind not in IMPLIED or fact.stage in IMPLIED[kind]
