"""What holds for every county whatever its figures: order, size, blanks, looser and stricter law."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

from compliance.engine.results import Results
from compliance.rules.resolution.confirmations import Confirmation
from tests.support.court import Document, Findings, Found, findings_of, same
from tests.support.generate_calm import calm
from tests.support.generate_further import at_a_composite
from tests.support.generate_variants import blanked, scaled, shuffled, twins, without_stand_ins
from tests.support.nonempty import nonempty
from tests.support.properties import (
    a_county,
    batched,
    findings,
    in_groups,
    in_provinces,
    judged,
    numbers,
    seed,
    small,
)
from tests.support.sweeps import sampled

GROUP = "relaxations-2019"
# a permission nobody has claimed leaves a school's figure, and then the coefficient, what it is without
PERMITTED = ("D3", "D5", "CD", "C")
SWITCHED: tuple[list[str], ...] = ([], [GROUP], ["retention-b", "rotation-of-all-teachers"])
DECIDED = ("pass", "fail")
pytestmark = pytest.mark.sweep


# ── information ─────────────────────────────────────────────────────────────


@batched
@given(number=seed)
def test_filling_in_a_blank_never_turns_a_decided_verdict(number: int) -> None:
    _nothing_turned(in_provinces(number, salt="blank"), Random(number), None)


@batched
@given(number=seed)
def test_nor_by_the_predecessor(number: int) -> None:
    documents = [at_a_composite(n) for n in numbers(number, 5)]
    _nothing_turned(documents, Random(number), "basic-2012")


@batched
@given(number=seed)
def test_nor_under_the_relaxations(number: int) -> None:
    _nothing_turned([a_county(n) for n in numbers(number)], Random(number), "national", GROUP)


def _nothing_turned(
    counties: Sequence[Document], luck: Random, rules: str | None, *switches: str
) -> None:
    chances = sampled((0.01, 0.05, 0.3), 2)
    documents = []
    for county in counties:
        whole = without_stand_ins(county)
        documents += [whole, *(blanked(whole, luck, chance) for chance in chances)]
    found = in_groups(findings(documents, rules, switches=switches), 1 + len(chances))
    out_of_scope = Found("not_applicable")
    for number, (filled, *blank) in nonempty(enumerate(found)):
        for less in nonempty(blank):
            for key, one in nonempty(less.items()):
                if switches and key[0] in PERMITTED:
                    continue
                if one.status in DECIDED:  # what is met may turn out not to be asked
                    allowed = ("pass", "not_applicable") if one.status == "pass" else ("fail",)
                    now = filled.get(key, out_of_scope)
                    assert now.status in allowed, (number, key, one, now)


# ── order, size, twins ──────────────────────────────────────────────────────


@batched
@given(number=seed)
def test_no_order_matters(number: int) -> None:
    documents = in_provinces(number, salt="order")
    luck = Random(number)
    others = [shuffled(one, luck) for one in reversed(documents)]
    assert_frame_equal(judged(documents, None).findings, judged(others, None).findings)


@batched
@given(number=seed)
def test_scaling_every_school_keeps_every_coefficient(number: int) -> None:
    luck = Random(number)
    factors = [(3, 2), *((n, luck.randint(2, 5)) for n in numbers(number))]
    sizes = []
    for n, by in factors:
        one = _measured(n)
        sizes.append(one)
        for pupils in (True, False):
            sizes.append({**one, "schools": [scaled(s, by, pupils=pupils) for s in one["schools"]]})
    found = in_groups(findings(sizes, "henan"), 3)
    for (_, by), (plain, larger, richer) in zip(factors, found, strict=True):
        _same_coefficients(plain, larger, 1)
        _same_coefficients(plain, richer, by)


@batched
@given(number=seed)
def test_two_identical_halves_weigh_as_much_as_the_whole(number: int) -> None:
    sizes = []
    for n in numbers(number):
        one, luck = _measured(n), Random(n)
        whole, halves = [], []
        for school in one["schools"]:
            if luck.random() < 0.5:
                whole.append(scaled(school, 2))
                halves += twins(school)
            else:
                whole.append(school)
                halves.append(school)
        sizes += [{**one, "schools": schools} for schools in (whole, halves)]
    for plain, split in in_groups(findings(sizes, "henan"), 2):
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
    keys = [key for key in one if key[0] in rules]
    assert keys
    for key in nonempty(keys):
        first, second = one[key], other[key]
        assert first.status == second.status, (key, first, second)
        assert same(first.value, second.value, 1.0), (key, first, second)
        mean = None if first.mean is None else first.mean * by
        assert same(mean, second.mean, 1.0), (key, first, second)


@batched
@given(number=seed)
def test_two_counties_joined_fold_as_their_parts(number: int) -> None:
    """What is judged school by school: the whole is the worse of its parts."""
    parts: list[Document] = []
    for first in numbers(number):
        one, other = small(first), small(first + 10_000)
        schools = [
            {**school, "school_code": f"x{position}"}
            for position, school in enumerate([*one["schools"], *other["schools"]])
        ]
        many = len(one["schools"])
        parts += [{**one, "schools": some} for some in (schools, schools[:many], schools[many:])]
    order = ("fail", "error", "unknown", "not_checked", "waived", "pass", "not_applicable")
    for whole, *halves in nonempty(in_groups(findings(parts), 3)):
        for rule in ("CR", "G3", "G4", "G5", "G6", "Q4"):
            states = [half[rule, None, None].status for half in halves]
            assert whole[rule, None, None].status == min(states, key=order.index), rule


# ── stricter and looser law ─────────────────────────────────────────────────


@batched
@given(number=seed)
def test_a_relaxation_never_turns_a_pass_into_a_fail(number: int) -> None:
    """Except for a coefficient: counting more at one school may widen the gaps between schools."""
    documents = [a_county(n) for n in numbers(number)]
    for normal, relaxed in nonempty(
        zip(findings(documents), findings(documents, switches=[GROUP]), strict=True)
    ):
        for key, one in nonempty(normal.items()):
            if key[0] not in PERMITTED and one.status == "pass":
                assert relaxed[key].status == "pass", (key, one, relaxed[key])


@batched
@given(number=seed)
def test_enforcing_never_turns_a_fail_into_a_pass(number: int) -> None:
    documents = in_provinces(number, salt="enforced")
    bases = ["secondary", "conflicting", "unconfirmed"]
    normal = findings(documents, None)
    enforced = findings(documents, None, enforce=bases)
    for one, other in nonempty(zip(normal, enforced, strict=True)):
        for key in nonempty(one.keys() & other.keys()):
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
    documents = [calm(1), small(20)]
    held = [Confirmation(r, "某号文", "某人", date(2023, 1, 1), "0" * 64) for r in unverified]
    confirmed = judged(documents, rules, confirmations=held)
    enforced = judged(documents, rules, enforce=unverified)
    assert _verdicts(confirmed) == _verdicts(enforced)
    assert findings_of(confirmed) == findings_of(enforced)


def _verdicts(report: Results) -> list[tuple[str, str, dict[str, str]]]:
    return [(one.county_code, one.verdict, dict(one.blocks)) for one in report.counties]


@pytest.mark.parametrize("enforce", [[], ["V6"], ["secondary", "unconfirmed", "conflicting"]])
@batched
@given(number=seed)
def test_a_strict_verdict_never_passes_where_a_plain_one_does_not(
    number: int, enforce: list[str]
) -> None:
    documents = in_provinces(number, 3, salt=f"strict {enforce}")
    switches = Random(f"{number} {enforce}").choice(SWITCHED)
    plain = judged(documents, None, enforce=enforce, switches=switches)
    strictly = judged(documents, None, enforce=enforce, switches=switches, strict=True)
    for one, other in nonempty(zip(plain.counties, strictly.counties, strict=True)):
        assert other.verdict != "pass" or one.verdict == "pass"
