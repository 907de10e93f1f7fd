"""What holds for every county whatever its figures: order, size, blanks, looser and stricter law.

``JUNHENG_EXAMPLES=50`` tries more counties than the usual few.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from compliance.engine.findings.report import Report
from compliance.rules.resolution.confirmations import Confirmation
from tests.support.court import Document, Findings, findings_of, judged_by_the_engine, same
from tests.support.generate_calm import calm
from tests.support.generate_further import at_a_composite, further
from tests.support.generate_variants import (
    blanked,
    recoded,
    scaled,
    shuffled,
    twins,
    without_stand_ins,
)

GROUP = "relaxations-2019"
DECIDED = ("pass", "fail")
RULESETS = ("national", "anhui", "shandong", "henan", "hebei", "jiangsu")
few = settings(  # a smaller county would tell little more, and take minutes to be found
    max_examples=int(os.environ.get("JUNHENG_EXAMPLES", "2")),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
seed = st.integers(0, 9_999)
ruleset = st.sampled_from(RULESETS)


def judged(documents: Sequence[Document], rules: str = "national", **options: Any) -> Report:
    with TemporaryDirectory() as folder:
        return judged_by_the_engine(documents, Path(folder), rules, **options)


def a_county(number: int) -> Document:
    """Calm counties and troubled ones in turn."""
    return calm(number) if number % 3 == 0 else small(number)


def small(number: int) -> Document:
    """A random county of a dozen schools at most."""
    one = further(number)
    return {**one, "schools": one["schools"][:12]}


def findings(
    documents: Sequence[Document], rules: str = "national", **options: Any
) -> list[Findings]:
    """Of each document its findings, under the codes of schools within the county."""
    numbered = [recoded(one, f"6{n:05d}") for n, one in enumerate(documents)]
    found = findings_of(judged(numbered, rules, **options))
    return [
        {(rule, code and code[6:], stage): one for (rule, code, stage), one in found[key].items()}
        for key in sorted(found)
    ]


# ── information ─────────────────────────────────────────────────────────────


@few
@given(seed, st.sampled_from([*RULESETS, "basic-2012"]))
def test_filling_in_a_blank_never_turns_a_decided_verdict(number: int, rules: str) -> None:
    luck = Random(number)
    whole = without_stand_ins(at_a_composite(number) if rules == "basic-2012" else a_county(number))
    known = [blanked(whole, luck, chance) for chance in (0.01, 0.05, 0.3)]
    filled, *blank = findings([whole, *known], rules)
    for less in blank:
        _nothing_turned(less, filled)


@few
@given(seed)
def test_nor_under_the_relaxations(number: int) -> None:
    luck = Random(number)
    whole = without_stand_ins(a_county(number))
    known = [blanked(whole, luck, chance) for chance in (0.01, 0.05, 0.3)]
    filled, *blank = findings([whole, *known], switches=[GROUP])
    for less in blank:
        _nothing_turned(less, filled)


def _nothing_turned(less: Findings, more: Findings) -> None:
    for key, one in less.items():
        if one.status in DECIDED:  # what is met may turn out not to be asked
            allowed = ("pass", "not_applicable") if one.status == "pass" else ("fail",)
            assert key in more, (key, one)
            assert more[key].status in allowed, (key, one, more[key])


# ── order, size, twins ──────────────────────────────────────────────────────


@few
@given(st.lists(seed, min_size=2, max_size=3, unique=True), ruleset)
def test_no_order_matters(numbers: list[int], rules: str) -> None:
    documents = [recoded(a_county(n), f"6{n:05d}") for n in numbers]
    luck = Random(numbers[0])
    others = [shuffled(one, luck) for one in reversed(documents)]
    assert_frame_equal(judged(documents, rules).findings, judged(others, rules).findings)


@few
@given(seed, st.integers(2, 5))
@example(3, 2)
def test_scaling_every_school_keeps_every_coefficient(number: int, by: int) -> None:
    one = _measured(number)
    sizes = [one]
    for pupils in (True, False):
        sizes.append({**one, "schools": [scaled(s, by, pupils=pupils) for s in one["schools"]]})
    plain, larger, richer = findings(sizes, "henan")
    _same_coefficients(plain, larger, 1)
    _same_coefficients(plain, richer, by)


@few
@given(seed)
def test_two_identical_halves_weigh_as_much_as_the_whole(number: int) -> None:
    one = _measured(number)
    luck = Random(number)
    whole, halves = [], []
    for school in one["schools"]:
        if luck.random() < 0.5:
            whole.append(scaled(school, 2))
            halves += twins(school)
        else:
            whole.append(school)
            halves.append(school)
    sizes = [{**one, "schools": schools} for schools in (whole, halves)]
    plain, split = findings(sizes, "henan")
    _same_coefficients(plain, split, 1)


def _measured(number: int) -> Document:
    """A county whose schools are in the resource rules whatever their size, and not too large."""
    one = at_a_composite(number) if number % 2 else small(number)
    kept = [
        school
        for school in one["schools"]
        if school["school_type"] not in ("teaching_point", "special")
        and all((school.get(f"{s}_students") or 0) <= 3000 for s in ("primary", "junior", "senior"))
    ]
    return {**one, "schools": kept or calm(number)["schools"]}


def _same_coefficients(one: Findings, other: Findings, by: int) -> None:
    """The same coefficients; means ``by`` times as large."""
    rules = [*(f"{kind}{n}" for kind in "DB" for n in range(1, 8)), "B8", "HA-5"]
    for key, first in one.items():
        if key[0] in rules:
            second = other[key]
            assert first.status == second.status, (key, first, second)
            assert same(first.value, second.value, 1.0), (key, first, second)
            mean = None if first.mean is None else first.mean * by
            assert same(mean, second.mean, 1.0), (key, first, second)


@few
@given(seed, seed)
def test_two_counties_joined_fold_as_their_parts(first: int, second: int) -> None:
    """What is judged school by school: the whole is the worse of its parts."""
    one, other = small(first), small(second + 10_000)
    schools = [
        {**school, "school_code": f"x{number}"}
        for number, school in enumerate([*one["schools"], *other["schools"]])
    ]
    many = len(one["schools"])
    parts = [{**one, "schools": some} for some in (schools, schools[:many], schools[many:])]
    whole, *halves = findings(parts)
    order = ("fail", "error", "unknown", "not_checked", "waived", "pass", "not_applicable")
    for rule in ("CR", "G3", "G4", "G5", "G6", "Q4"):
        states = [half[rule, None, None].status for half in halves]
        assert whole[rule, None, None].status == min(states, key=order.index), rule


# ── stricter and looser law ─────────────────────────────────────────────────


@few
@given(seed)
def test_a_relaxation_never_turns_a_pass_into_a_fail(number: int) -> None:
    """Except for a coefficient: counting more at one school may widen the gaps between schools."""
    documents = [a_county(number), small(number + 1), small(number + 2)]
    for normal, relaxed in zip(
        findings(documents), findings(documents, switches=[GROUP]), strict=True
    ):
        for key, one in normal.items():
            if key[0] not in ("D3", "D5", "CD", "C") and one.status == "pass":
                assert relaxed[key].status == "pass", (key, one, relaxed[key])


@few
@given(seed, ruleset)
def test_enforcing_never_turns_a_fail_into_a_pass(number: int, rules: str) -> None:
    documents = [calm(number), small(number), small(number + 1)]
    bases = ["secondary", "conflicting", "unconfirmed"]
    normal = findings(documents, rules)
    enforced = findings(documents, rules, enforce=bases)
    for one, other in zip(normal, enforced, strict=True):
        for key in one.keys() & other.keys():
            if one[key].status == "fail":
                assert other[key].status == "fail", (key, one[key], other[key])


@pytest.mark.parametrize(
    ("rules", "unverified"),
    [
        ("national", ["V6"]),
        ("anhui", ["AH-G14", "AH-1"]),
        ("shandong", ["SD-G7"]),
        ("henan", ["HA-5", "HA-1"]),
        ("hebei", ["HE-1"]),
        ("jiangsu", ["JS-R1"]),
        ("anhui-hefei", ["HF-G14", "HF-1"]),
    ],
)
def test_a_confirmation_decides_as_enforcing_does(rules: str, unverified: list[str]) -> None:
    documents = [calm(1), *(small(number) for number in range(20, 24))]
    held = [Confirmation(r, "某号文", "某人", date(2023, 1, 1), "0" * 64) for r in unverified]
    confirmed = judged(documents, rules, confirmations=held)
    enforced = judged(documents, rules, enforce=unverified)
    assert _verdicts(confirmed) == _verdicts(enforced)
    assert findings_of(confirmed) == findings_of(enforced)


def _verdicts(report: Report) -> list[tuple[str, str, dict[str, str]]]:
    return [(one.county_code, one.verdict, dict(one.blocks)) for one in report.counties]


@few
@given(
    seed,
    ruleset,
    st.sampled_from([(), ("secondary",), ("V6",), ("secondary", "unconfirmed", "conflicting")]),
    st.sampled_from([(), (GROUP,), ("retention-b", "rotation-of-all-teachers")]),
)
def test_a_strict_verdict_never_passes_where_a_plain_one_does_not(
    number: int, rules: str, enforce: tuple[str, ...], switches: tuple[str, ...]
) -> None:
    documents = [recoded(calm(number), "600001"), recoded(small(number), "600002")]
    plain = judged(documents, rules, enforce=enforce, switches=switches)
    strictly = judged(documents, rules, enforce=enforce, switches=switches, strict=True)
    for one, other in zip(plain.counties, strictly.counties, strict=True):
        assert other.verdict != "pass" or one.verdict == "pass"
