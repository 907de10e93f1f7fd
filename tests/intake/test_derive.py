"""Facts that follow from their parts."""

from __future__ import annotations

import pytest

from tests.intake.raws import codes, document, school, submit


def derived(name: str, **facts: object) -> tuple[float | None, list[str]]:
    """The fact of the one school, and the warnings."""
    found = submit(document([school(**{"school_type": "nine_year", **facts})]))
    assert codes(found) == []
    value: float | None = found.schools[name][0]
    return value, codes(found, "warning")


DEGREES = {
    "teachers_doctor": 1, "teachers_master": 2, "teachers_bachelor": 30, "teachers_college": 9,
}  # fmt: skip


def test_degrees_add_up_per_stage() -> None:
    primary = {f"primary_{n}": v for n, v in DEGREES.items()}
    junior = {f"junior_{n}": v for n, v in DEGREES.items()}
    assert derived("primary_teachers_above_degree", **primary) == (42.0, [])
    assert derived("junior_teachers_above_degree", **junior) == (33.0, [])  # college not counted


ARTS = ("pe", "music", "fine_arts", "arts")


@pytest.mark.parametrize("name", list(DEGREES))
def test_a_missing_part_leaves_the_fact_missing(name: str) -> None:
    parts = {f"primary_{n}": v for n, v in DEGREES.items() if n != name}
    assert derived("primary_teachers_above_degree", **parts) == (None, [])


def test_the_fact_itself_prevails_over_its_parts() -> None:
    parts = {f"primary_{n}": v for n, v in DEGREES.items()}
    assert derived("primary_teachers_above_degree", primary_teachers_above_degree=40, **parts) == (
        40.0, ["parts_disagree"],
    )  # fmt: skip
    assert derived("primary_teachers_above_degree", primary_teachers_above_degree=42, **parts) == (
        42.0, [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((2, 3, 4, 7), 9.0),  # arts, as the statistics total them, include music and fine arts
        ((3, 2, 2, 5), 8.0),  # and others
        ((5, None, None, 4), 9.0),
        ((2, 0, 0, 5), 7.0),
        ((2, 3, 4, 1), 3.0),  # less than its parts: a doubt, but the total is the total
        ((2, 3, 4, None), 9.0),  # without a total the parts
        ((2, 3, None, None), None),
        ((None, 3, 4, 7), None),
    ],
)
def test_arts_include_music_and_fine_arts(
    parts: tuple[int | None, ...], expected: float | None
) -> None:
    facts = {f"primary_{n}_teachers": v for n, v in zip(ARTS, parts, strict=True)}
    doubts = ["part_exceeds_whole"] if parts == (2, 3, 4, 1) else []
    assert derived("primary_pe_arts_teachers", **facts) == (expected, doubts)


@pytest.mark.parametrize(
    ("parts", "own", "expected"),
    [((2, 3, 4, 8), 10, []), ((2, 3, 4, 8), 9, ["parts_disagree"]), ((2, 3, 4, None), 9, [])],
)
def test_the_fact_is_held_against_the_first_parts_that_are_whole(
    parts: tuple[int | None, ...], own: int, expected: list[str]
) -> None:
    facts = {f"primary_{n}_teachers": v for n, v in zip(ARTS, parts, strict=True)}
    found = derived("primary_pe_arts_teachers", primary_pe_arts_teachers=own, **facts)
    assert found == (float(own), expected)
