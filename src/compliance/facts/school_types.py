"""Types of schools, and the stages each implies."""

from __future__ import annotations

from collections.abc import Mapping

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
