"""Two runs beside each other: the classes, their mirror, schools and rules that came and went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assessment.comparison import (
    APPEARED,
    BETTER,
    CLASSES,
    COMPARED,
    MOVED,
    VANISHED,
    WORSE,
    CountyChanges,
    Side,
    compare,
)
from compliance.engine.results import FINDINGS, CountyResult, RulesetInfo
from compliance.kernel.submission import STATUSES, Succession

Row = dict[str, Any]


def finding(school: str | None = "1", rule: str = "R1", **other: Any) -> Row:
    row: Row = {
        "rule": rule, "level": "unit" if school else "county", "role": "component",
        "basis": "verified", "county_code": "341622", "year": 2023, "school_code": school,
        "school_name": school and f"{school}校", "stage": "primary" if school else None,
        "status": "pass", "value": 5.0, "operator": ">=", "threshold": 4.2, "missing": [],
    }  # fmt: skip
    return {**row, **other}


def side(
    rows: Sequence[Row],
    code: str = "341622",
    years: Sequence[int] = (2023,),
    schools: Sequence[Row] | None = None,
    **other: Any,
) -> Side:
    """One county's run; schools: its records, where it was a submission."""
    counties = tuple(
        CountyResult(code, "县", year, "fail", "national", f"{year}-09-01", {}, {})
        for year in years
    )
    rows = [{**row, "county_code": code, "year": row.get("year", years[-1])} for row in rows]
    records = None
    if schools is not None:
        keyed = [{"county_code": code, "year": years[-1], **one} for one in schools]
        county = pl.DataFrame({"county_code": [code], "year": [years[-1]], "population": [90.0]})
        types = {"county_code": pl.String, "year": pl.Int32, "school_code": pl.String, "school_name": pl.String, "books": pl.Float64}  # fmt: skip
        records = (county.cast({"year": pl.Int32}), pl.DataFrame(keyed, schema=types))
    infos = [RulesetInfo("national", "1", f"{y}-09-01", ("national",), "", "") for y in years]
    found = pl.DataFrame(rows, schema=FINDINGS)
    made = Side("甲", counties, found, tuple(infos), {}, {}, {}, {}, records=records)
    return replace(made, **other)


def renumbered(*links: tuple[str, str]) -> tuple[Succession, ...]:
    return tuple(Succession(old, new, None, "renamed") for old, new in links)


def one(before: Side, after: Side) -> CountyChanges:
    (pair,) = compare(before, after).pairs
    return pair


def classes(pair: CountyChanges) -> list[tuple[str, str]]:
    return pair.findings.select("kind", "cause").rows()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("fail", "pass", "better"),
        ("pass", "fail", "worse"),
        ("unknown", "pass", "better"),
        ("pass", "unknown", "worse"),
        ("pass", "waived", "worse"),
        ("unknown", "not_checked", "better"),
        ("fail", "unknown", "vanished"),  # a figure that went missing cures nothing
        ("fail", "not_checked", "vanished"),
        ("unknown", "fail", "appeared"),
        ("error", "fail", "appeared"),
        ("fail", "not_applicable", "vanished"),
        ("not_applicable", "pass", "appeared"),
        ("not_applicable", "not_applicable", None),
    ],
)
def test_the_class_of_a_change(before: str, after: str, expected: str | None) -> None:
    pair = one(side([finding(status=before)]), side([finding(status=after)]))
    assert classes(pair) == ([(expected, "")] if expected else [])


@pytest.mark.parametrize(
    ("changed", "toward"),
    [
        ({"value": 5.5}, "better"),
        ({"value": 4.9}, "worse"),
        ({"value": 4.9, "operator": "<="}, None),  # another limit: nothing to say of it
        ({"value": None}, None),
        ({"shortfall": 3.0}, None),
        ({"value": 5.000000000000001}, "better"),
    ],
)
def test_a_figure_moves_while_the_state_stays(changed: Row, toward: str | None) -> None:
    pair = one(side([finding()]), side([finding(**changed)]))
    assert pair.findings.select("kind", "toward").rows() == [("moved", toward)]
    up = one(
        side([finding(operator="<=", threshold=0.5, value=0.4)]),
        side([finding(operator="<=", threshold=0.5, value=0.3)]),
    )
    assert up.findings["toward"].to_list() == ["better"]  # of a coefficient less is better


def test_words_alone_are_no_difference() -> None:
    assert not compare(side([finding(message="达标")]), side([finding(message="met")])).differs


def test_schools_that_came_went_and_were_renamed() -> None:
    pair = one(
        side([finding("1"), finding("2")]), side([finding("1", school_name="新校"), finding("3")])
    )
    assert [(move.kind, move.before_code, move.after_code) for move in pair.schools] == [
        ("went", "2", ""),
        ("came", "", "3"),
        ("renamed", "1", "1"),
    ]
    assert sorted(classes(pair)) == [("appeared", "school"), ("vanished", "school")]


def test_a_school_under_another_code_is_the_same_school() -> None:
    old = side([finding("1", value=5.0)])
    new = side(
        [finding("9", value=4.0, status="fail")], successions=renumbered(("1", "5"), ("5", "9"))
    )
    for before, after, kind in ((old, new, "worse"), (new, old, "better")):
        pair = one(before, after)
        assert [move.kind for move in pair.schools] == ["recoded"]
        assert classes(pair) == [(kind, "")]


@pytest.mark.parametrize("links", [(("1", "8"), ("1", "9")), (("1", "9"), ("2", "9"))])
def test_of_a_split_or_a_merger_no_school_is_the_same(links: tuple[tuple[str, str], ...]) -> None:
    pair = one(
        side([finding("1"), finding("2")]),
        side([finding("8"), finding("9")], successions=renumbered(*links)),
    )
    assert {move.kind for move in pair.schools} == {"came", "went"}
    assert {cause for _, cause in classes(pair)} == {"school"}
    (went,) = [move for move in pair.schools if move.before_code == "1"]
    assert (went.reason, went.kin) == (
        "renamed",
        tuple(f"{new}校" for old, new in links if old == "1"),
    )


def test_rules_that_came_and_limits_that_moved() -> None:
    pair = one(
        side([finding(None, "G14", threshold=50.0, value=70.0)]),
        side(
            [
                finding(None, "G14", threshold=80.0, value=70.0, status="fail"),
                finding(None, "X-1", threshold=None),
            ]
        ),
    )
    assert [(move.rule, move.field, move.before, move.after) for move in pair.rules] == [
        ("G14", "limit", (">=", 50.0, None), (">=", 80.0, None)),
        ("X-1", "rule", False, True),
    ]
    assert classes(pair) == [("worse", ""), ("appeared", "rule")]


def test_a_limit_that_hangs_on_figures_is_no_other_rule() -> None:
    """Two subjects held against limits of their own: what differs is their figures."""
    then = [finding("1", threshold=100.0), finding("2", threshold=200.0)]
    now = [finding("1", threshold=110.0), finding("2", threshold=200.0)]
    pair = one(side(then), side(now))
    assert pair.rules == ()
    assert classes(pair) == [("moved", "")]


def test_years_are_matched_where_both_have_them_else_the_latest() -> None:
    a, b = side([], years=(2021, 2022, 2023)), side([], years=(2022, 2023, 2024))
    made = compare(a, b)
    assert [(p.before.year, p.after.year) for p in made.pairs] == [(2022, 2022), (2023, 2023)]
    assert [one.year for one in (*made.only_before, *made.only_after)] == [2021, 2024]
    made = compare(side([], years=(2020, 2021)), side([], years=(2022, 2023)))
    assert [(p.before.year, p.after.year) for p in made.pairs] == [(2021, 2023)]


def test_two_counties_are_compared_by_indicator() -> None:
    a = side([finding("1"), finding("2", status="fail"), finding(None, "D1", value=0.3)])
    b = side([finding("1"), finding(None, "D1", value=0.4)], code="370100")
    pair = one(a, b)
    assert not pair.same_county
    assert pair.schools == ()
    assert pair.findings["rule"].to_list() == ["D1"]
    assert pair.spread == {("R1", "primary"): ((1, 2), (1, 1))}


def test_figures_as_typed() -> None:
    then: list[Row] = [{"school_code": "1", "school_name": "甲", "books": 0.1}, {"school_code": "2", "school_name": "乙"}]  # fmt: skip
    now: list[Row] = [{"school_code": "1", "school_name": "甲", "books": 0.10000000000000002}, {"school_code": "2", "school_name": "乙", "books": 0}]  # fmt: skip
    pair = one(side([], schools=then), side([], schools=now))
    assert pair.figures is not None
    assert pair.figures.select("school", "fact", "before", "after").rows() == [
        ("1", "books", "0.1", "0.10000000000000002"),
        ("2", "books", None, "0.0"),
    ]
    assert one(side([], schools=then), side([])).figures is None


# ── whatever is compared ─────────────────────────────────────────────────────────

RULES = ("R1", "G4", "D1")


@st.composite
def sides(draw: st.DrawFn) -> Side:
    codes = draw(st.lists(st.sampled_from("123"), unique=True))
    subjects = [(school, rule) for school in (*codes, None) for rule in RULES]
    rows = [
        finding(
            school,
            rule,
            status=draw(st.sampled_from(STATUSES)),
            value=draw(st.sampled_from((None, 4.0, 4.2, 5.0))),
            threshold=draw(st.sampled_from((4.2, 4.5))),
        )
        for school, rule in draw(st.lists(st.sampled_from(subjects), unique=True))
    ]
    links = st.tuples(st.sampled_from("123"), st.sampled_from("123"))
    schools: list[Row] = [
        {"school_code": c, "school_name": f"{c}校", "books": draw(st.sampled_from((None, 1, 2)))}
        for c in codes
    ]
    return side(
        rows,
        schools=draw(st.sampled_from((None, schools))),
        successions=renumbered(*draw(st.lists(links, max_size=3))),
    )


MIRRORED = {BETTER: WORSE, WORSE: BETTER, APPEARED: VANISHED, VANISHED: APPEARED, MOVED: MOVED}


def told(pair: CountyChanges, *, flipped: bool = False) -> set[tuple[object, ...]]:
    """The changed findings with what was compared; flipped: as the other way round would have them."""
    sides = ("after", "before") if flipped else ("before", "after")
    flip: dict[str | None, str | None] = {None: None, **{one: one for one in CLASSES}}
    if flipped:
        flip.update(MIRRORED)
    found = set[tuple[object, ...]]()
    for row in pair.findings.iter_rows(named=True):
        each = [row[s] and [row[s][name] for name in (*COMPARED, "school_code")] for s in sides]
        found.add((flip[row["kind"]], row["cause"], flip[row["toward"]], row["rule"], str(each)))
    return found


def typed(pair: CountyChanges, step: int) -> set[tuple[object, ...]] | None:
    if pair.figures is None:
        return None
    return {(fact, *(old, new)[::step]) for *_, fact, old, new in pair.figures.iter_rows()}


@given(sides())
def test_a_run_does_not_differ_from_itself(a: Side) -> None:
    assert not compare(a, a).differs


@given(sides(), sides())
def test_the_other_way_round_is_the_mirror(a: Side, b: Side) -> None:
    there, back = one(a, b), one(b, a)
    assert told(there) == told(back, flipped=True)
    flipped = {"came": "went", "went": "came"}
    assert {(m.kind, m.before_code, m.after_code) for m in there.schools} == {
        (flipped.get(m.kind, m.kind), m.after_code, m.before_code) for m in back.schools
    }
    assert {(m.rule, m.stage, m.field, m.before, m.after) for m in there.rules} == {
        (m.rule, m.stage, m.field, m.after, m.before) for m in back.rules
    }
    assert typed(there, 1) == typed(back, -1)


@given(sides(), sides())
def test_every_change_stands_in_exactly_one_class(a: Side, b: Side) -> None:
    """By hand: every subject of either side whose state or figures differ, school by school."""
    a, b = replace(a, successions=()), replace(b, successions=())
    rows = [
        {(f["rule"], f["school_code"]): f for f in one.findings.iter_rows(named=True)}
        for one in (a, b)
    ]
    differing = {
        key
        for key in {*rows[0], *rows[1]}
        for old, new in [(rows[0].get(key), rows[1].get(key))]
        if (old and {n: old[n] for n in COMPARED}) != (new and {n: new[n] for n in COMPARED})
        if {f["status"] for f in (old, new) if f} != {"not_applicable"}
    }
    found = one(a, b).findings
    assert found.select("rule", "school").rows() == list(
        dict.fromkeys(found.select("rule", "school").rows())
    )
    assert set(found.select("rule", "school").rows()) == differing
    assert set(found["kind"]) <= set(CLASSES)
