"""Limits against plain fractions: on the line, one unit in the last place beside it, beyond 2^53.

Figures are as typed: the shortest decimal of a double. What floats or whole numbers make of them must
be what fractions make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import inf, isclose, nextafter
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from compliance.kernel.submission import STATUSES
from tests.independent.arithmetic import Verdict, at_least, at_most
from tests.support.nonempty import nonempty
from tests.support.properties import batched, seed
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

School = dict[str, Any]
WEIGHTS = {"primary": Fraction(1), "junior": Fraction("1.1"), "senior": Fraction("1.32")}
TYPES = {1: "primary", 2: "nine_year", 3: "twelve_year"}
FLOOR = Fraction("0.85")


class Case(NamedTuple):
    """A rule of its own: its indicator, its limit, both as typed in a pack."""

    of: Mapping[str, str]
    limit: str | Mapping[str, str]
    over: str = "students"
    per: str = "1"
    step: str = "1"
    word: str = "at_least"

    def bar(self, stage: str) -> Fraction:
        return Fraction(self.limit if isinstance(self.limit, str) else self.limit[stage])

    @property
    def shared(self) -> bool:
        return "teaching_area" in self.of


CASES = {
    "A": Case({"teachers": "1"}, {"primary": "4.2", "junior": "5.3"}, per="100"),
    "B": Case({"teaching_area": "1"}, {"primary": "4.5", "junior": "5.8"}, step="0.01"),
    "K": Case({"teaching_area": "1", "indoor_sports_area": "-1"}, "0.0237", step="0.01"),
    "D": Case({"teachers": "0.3", "classes": "1.75", "entrants": "-0.05"}, "1.125", per="3"),
    "E": Case({"teaching_area": "2.5"}, {"primary": "10.2", "junior": "7.5"}, step="0.001"),
    "F": Case({"teachers": "1"}, "13.5", over="classes", word="at_most"),
    "G": Case({"teachers": "1"}, "0.07", word="below"),
    "H": Case({"teachers": "1"}, "0.07", word="above"),
    "I": Case({"teachers": "1"}, "87333.33", over="", step="0.01"),
    "J": Case({"teachers": "1"}, "50", over="", word="at_most"),
}
COUNTED = [name for name, case in CASES.items() if case.word == "at_least"]


def pack() -> str:
    text = HEAD.replace(
        'facts = ["teaching_area"]', 'facts = ["teaching_area", "indoor_sports_area"]'
    )
    for name, case in CASES.items():
        of = ", ".join(f"{fact} = {weight}" for fact, weight in case.of.items())
        over = f'over = "{case.over}"\n' if case.over else ""
        text += f'[indicator.{name}]\ntitle = "{name}"\nunit = "x"\nof = {{ {of} }}\n{over}'
        text += f'per = {case.per}\ngap_step = "{case.step}"\n'
        limit = case.limit
        bar = (
            limit
            if isinstance(limit, str)
            else f"{{ {', '.join(f'{k} = {v}' for k, v in limit.items())} }}"
        )
        text += rule(
            name,
            f'kind = "threshold"\nscope = "unit"\nrole = "component"\nindicator = "{name}"\n'
            f"{case.word} = {bar}",
        )
    return (
        text
        + rule(
            "M",
            f'kind = "most"\nscope = "unit"\nof = {COUNTED}\npass_at_least = 1\nrest_at_least = 0.85',
        ).replace("'", '"')
        + CONCLUSION
    )


RULES = ruleset(pack())


# ── the same with fractions ─────────────────────────────────────────────────


def typed(value: float) -> Fraction:
    return Fraction(repr(value))


def parts(case: Case, school: School, stage: str) -> tuple[Fraction, Fraction]:
    """What is had and over what, for one stage of a school."""
    of = sum(
        (Fraction(w) * typed(school[_fact(fact, school, stage)])
         for fact, w in case.of.items()),
        Fraction(0),
    )  # fmt: skip
    if not case.over:
        return of, Fraction(1)
    over = typed(school[f"{stage}_{case.over}"])
    if case.shared and case.over == "students":
        there = {s: typed(school[f"{s}_students"]) for s in WEIGHTS if f"{s}_students" in school}
        over = sum((WEIGHTS[s] / WEIGHTS[stage] * n for s, n in there.items()), Fraction(0))
    return of, over


def _fact(stem: str, school: School, stage: str) -> str:
    return stem if stem in school else f"{stage}_{stem}"


def expected(case: Case, school: School, stage: str) -> Verdict:
    of, over = parts(case, school, stage)
    bar, per = case.bar(stage), int(case.per)
    if case.word in ("at_most", "below"):
        found = at_most(of, over, bar, per=per)
    else:
        found = at_least(of, over, bar, per=per, step=Fraction(case.step))
    if case.word in ("above", "below") and found.value == bar:  # not within it
        return replace(found, status="fail")
    return found


def compare(schools: list[School]) -> int:
    """Every finding of every unit against the fractions; how many units there are."""
    bench = judged(RULES, submission(schools))
    units = bench.frames.unit.select("school_code", "stage").rows()
    for name, case in CASES.items():
        rows = bench.outcome(name).iter_rows(named=True)
        for (code, stage), row in nonempty(zip(units, rows, strict=True)):
            _same(case, row, schools[int(code) - 1], stage)
    return len(units)


def _same(case: Case, row: Mapping[str, Any], school: School, stage: str) -> None:
    wanted, about = expected(case, school, stage), (case, stage, school)
    assert STATUSES[row["status"]] == wanted.status, about
    if wanted.status not in ("pass", "fail"):  # nothing over nothing has no value
        assert (row["shortfall"], row["excess"]) == (None, None), about
        assert (row["value"] is None) == (wanted.value is None), about
        return
    value, bar = _figures(wanted)
    _, over = parts(case, school, stage)
    amount = sum(
        abs(Fraction(w)) * typed(school[_fact(f, school, stage)]) for f, w in case.of.items()
    )
    size = float(int(case.per) * amount / over)  # a difference keeps the rounding of its terms
    assert row["threshold"] == float(bar), about
    assert isclose(row["value"], value, rel_tol=1e-12, abs_tol=1e-15 * size), about
    if value == bar:
        assert row["value"] == row["threshold"], about
    if case.word == "at_least":
        assert row["above_floor"] == (value >= FLOOR * bar), about
    if wanted.status == "pass":
        assert (row["shortfall"], row["excess"]) == (None, None), about
    elif case.word in ("at_most", "below"):
        assert isclose(row["excess"], value - bar, rel_tol=1e-12, abs_tol=1e-15 * size), about
    else:
        assert row["shortfall"] == float(wanted.shortfall or 0), about


def _figures(wanted: Verdict) -> tuple[Fraction, Fraction]:
    assert wanted.value is not None
    assert wanted.threshold is not None
    return wanted.value, wanted.threshold


# ── schools that look for trouble ───────────────────────────────────────────

MANY = 200  # schools of one draw
FACTS = ("teachers", "classes", "entrants")
SHARED = ("teaching_area", "indoor_sports_area")


def decimals(luck: Random, digits: int, most: int) -> float:
    return float(Fraction(luck.randrange(most * 10**digits), 10**digits))


def usual(luck: Random) -> float:
    """A figure with at most four decimals, now and then 0."""
    return decimals(luck, luck.choice((0, 0, 0, 1, 2, 3, 4)), luck.choice((1, 9, 500, 90_000)))


def long(luck: Random) -> float:
    """A figure with more decimals than are counted in."""
    return decimals(luck, luck.randint(5, 9), luck.choice((1, 500, 90_000)))


def huge(luck: Random) -> float:
    """A figure of 10^11 to 10^16, with as many decimals as a double has there."""
    return float(f"{luck.uniform(1, 10):.15f}e{luck.randint(11, 15)}") if luck.random() < 0.7 else usual(luck)  # fmt: skip


def mixed(luck: Random) -> float:
    return luck.choice((usual, long, huge))(luck)


def a_school(luck: Random, figure: Callable[[Random], float]) -> School:
    """One of one, two or three stages; one of its rules stands on its limit, or just beside it."""
    kind = luck.choice((1, 1, 2, 3))
    stages = list(WEIGHTS)[:kind]
    school: School = {"school_type": TYPES[kind]}
    school |= {f"{stage}_students": float(luck.randint(1, 3000)) for stage in stages}
    if figure is not usual and luck.random() < 0.2:
        school["primary_students"] = figure(luck) or 1.0
    school |= {f"{stage}_{fact}": figure(luck) for stage in stages[:2] for fact in FACTS}
    school |= {fact: figure(luck) for fact in SHARED}
    _to_the_line(luck, school, luck.choice(list(CASES)), luck.choice(stages[:2]))
    if luck.random() < 0.05:
        school |= {fact: 0.0 for fact in school if fact.endswith(("_classes", "_teachers"))}
    return school


def _to_the_line(luck: Random, school: School, name: str, stage: str) -> None:
    case = CASES[name]
    first, weight = next(iter(case.of.items()))
    fact = first if first in school else f"{stage}_{first}"
    of, over = parts(case, school, stage)
    line = case.bar(stage) * luck.choice((1, 1, FLOOR)) * over / int(case.per)
    target = float(typed(school[fact]) + (line - of) / Fraction(weight))
    beside = (target, nextafter(target, inf), nextafter(target, -inf), *_by_a_part(target))
    school[fact] = max(0.0, luck.choice(beside))


def _by_a_part(target: float) -> Iterator[float]:
    """Figures of four decimals around one."""
    nearest = round(Fraction(target) * 10_000)
    return (float(Fraction(nearest + step, 10_000)) for step in (-1, 0, 1))


@pytest.mark.parametrize("figure", [usual, long, huge, mixed])
@batched
@given(number=seed)
def test_verdicts_and_gaps_are_those_of_fractions(
    number: int, figure: Callable[[Random], float]
) -> None:
    luck = Random(f"{figure.__name__} {number}")
    assert compare([a_school(luck, figure) for _ in range(MANY)]) > MANY
