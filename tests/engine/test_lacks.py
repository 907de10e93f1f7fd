"""What is missing, as bits, lists and places: against a model in plain Python, with any number of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.assessment.messages import told
from compliance.engine import lacks
from compliance.engine.findings import findings
from compliance.engine.lacks import STAGE, Lacks
from compliance.engine.tallies import by_stage
from compliance.facts.vocabulary import vocabulary
from compliance.rules.language.ruleset import Ruleset
from tests.support.nonempty import nonempty
from tests.support.rules import CONCLUSION, HEAD, judged, rule, ruleset, submission

STAGES = ("primary", "junior")
BITS = 62  # names beside a stage's number in 64 bits


# ── expressions ─────────────────────────────────────────────────────────────


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[str], list[list[bool]]]:
    """Names, some twice; rows of stages; for each row what is missing."""
    many, height = draw(st.integers(1, BITS)), draw(st.integers(1, 6))
    known = [f"f{n}" if n % 3 else f"{STAGE}_f{n}" for n in range(max(1, many - many // 4))]
    luck = Random(draw(st.integers(0, 9_999)))
    names = [luck.choice(known) for _ in range(many)]
    rows = [[luck.random() < 0.3 for _ in names] for _ in range(height)]
    return names, [luck.choice(STAGES) for _ in rows], rows


def model(names: list[str], stage: str, row: list[bool]) -> list[str]:
    """The names that are missing, each once, in their order."""
    found = (name.replace(STAGE, stage) for name, gone in zip(names, row, strict=True) if gone)
    return list(dict.fromkeys(found))


def framed(
    names: list[str], stages: list[str], rows: list[list[bool]]
) -> tuple[Lacks, pl.DataFrame]:
    columns = [f"c{n}" for n in range(len(names))]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Boolean), orient="row")
    items = tuple((name, pl.col(column)) for name, column in zip(names, columns, strict=True))
    return Lacks(items), frame.with_columns(pl.Series("stage", stages))


@given(table=tables())
def test_codes_and_lists_name_each_once_in_order(
    table: tuple[list[str], list[str], list[list[bool]]],
) -> None:
    names, stages, rows = table
    found, frame = framed(*table)
    wanted = [model(names, stage, row) for stage, row in zip(stages, rows, strict=True)]
    named = found.named()
    first = list(dict.fromkeys(names))
    assert list(named) == first
    codes = frame.select(lacks.coded(named)).to_series().to_list()
    # a name that stands twice is told where it stands first
    told = [lacks.decoded(code, first, stage) for code, stage in zip(codes, stages, strict=True)]
    assert [set(one) for one in told] == [set(one) for one in wanted]
    assert all(one == sorted(one, key=lambda n: _place(first, n)) for one in nonempty(told))
    assert frame.select(found.listed()).to_series().to_list() == wanted
    assert frame.select(found.any).to_series().to_list() == [bool(one) for one in wanted]
    last = len(first) - 1
    bits = frame.select(lacks.coded(named).alias("_")).select(lacks.bit(pl.col("_"), last))
    assert bits.to_series().to_list() == [bool(code >> last & 1) for code in codes]


def _place(names: list[str], name: str) -> int:
    return next(
        n for n, one in enumerate(names) if one.split("_")[-1] == name.rsplit("_", maxsplit=1)[-1]
    )


@given(table=tables())
def test_where_a_condition_does_not_hold_nothing_is_missing(
    table: tuple[list[str], list[str], list[list[bool]]],
) -> None:
    names, stages, rows = table
    found, frame = framed(*table)
    holds = [(True, False, None)[n % 3] for n in range(len(rows))]
    frame = frame.with_columns(pl.Series("holds", holds, pl.Boolean))
    listed = Lacks((pl.lit(["of others"], dtype=pl.List(pl.String)),))
    wanted = [
        [*model(names, stage, row), "of others"] if met else []
        for met, stage, row in zip(holds, stages, rows, strict=True)
    ]
    both = (found + listed).where(pl.col("holds"))
    assert both.has_lists
    assert frame.select(both.listed()).to_series().to_list() == wanted
    assert frame.select(both.any).to_series().fill_null(value=False).to_list() == [
        bool(w) for w in wanted
    ]
    with pytest.raises(ValueError, match="no code"):
        both.named()


@given(table=tables())
def test_of_rows_the_first_that_lacks_a_fact_tells_it_first(
    table: tuple[list[str], list[str], list[list[bool]]],
) -> None:
    """As a county tells what its schools lack: a row before the next, in a row by the order of names."""
    names, stages, rows = table
    found, frame = framed(*table)
    first = list(dict.fromkeys(names))
    told = [
        name
        for stage, row in zip(stages, rows, strict=True)
        for name in _once(names, first, stage, row)
    ]
    places = {name: pl.col("_at").filter(test).min() for name, test in by_stage(found).items()}
    listed = frame.with_row_index("_at").select(lacks.in_order(places)).to_series().to_list()
    assert listed == [list(dict.fromkeys(told))]


def _once(names: list[str], first: list[str], stage: str, row: list[bool]) -> list[str]:
    gone = {name for name, missing in zip(names, row, strict=True) if missing}
    return [name.replace(STAGE, stage) for name in first if name in gone]


def test_nothing_can_be_missing() -> None:
    frame = pl.DataFrame({"n": [1, 2]})
    found = frame.with_columns(
        any=Lacks().any, listed=Lacks().listed(), code=lacks.coded({}), places=lacks.in_order({})
    )
    assert found["any"].to_list() == [False, False]
    assert found["code"].to_list() == [0, 0]
    assert found["listed"].to_list() == found["places"].to_list() == [[], []]


# ── rules ───────────────────────────────────────────────────────────────────

FACTS = [name for name, one in vocabulary().school.items() if one.form in ("count", "number")]
SHARED = [name for name in FACTS if name.split("_")[0] not in ("primary", "junior", "senior")]
STEMS = [name.removeprefix("junior_") for name in FACTS if name.startswith("junior_")]


def law(scope: str, names: Sequence[str]) -> Ruleset:
    """A rule T that needs so many facts, told of the county as well."""
    listed = ", ".join(f'"{name}"' for name in names)
    text = f'[indicator.i]\ntitle = "i"\nunit = "x"\nof = [{listed}]\n'
    body = f'kind = "threshold"\nscope = "{scope}"\nrolls_up = "county"\nindicator = "i"\nat_least = 1\n'
    return ruleset(HEAD + text + rule("T", body) + CONCLUSION)


def lacking(rules: Ruleset, schools: list[dict[str, Any]]) -> dict[tuple[Any, ...], list[str]]:
    """(rule, school, stage) → what its finding lacks."""
    found, problems = told(findings(judged(rules, submission(schools))), {})
    assert problems == []
    keys = ("rule", "school_code", "stage")
    return {tuple(row[k] for k in keys): row["missing"] for row in found.iter_rows(named=True)}


def given_some(luck: Random, names: Iterable[str]) -> dict[str, float]:
    return {name: 1.0 for name in names if luck.random() < 0.7}


@pytest.mark.parametrize("many", [1, 20, 30, 62, 63, 64, 65, len(FACTS)])
def test_a_school_may_lack_any_number_of_facts(many: int) -> None:
    luck = Random(many)
    names = luck.sample(FACTS, many)
    schools = [{"school_type": "twelve_year", **given_some(luck, names)} for _ in range(5)]
    schools.append({"school_type": "twelve_year"})
    wanted = [[name for name in names if name not in one] for one in schools]
    found = lacking(law("school", names), schools)
    assert [found["T", str(n), None] for n in range(1, 7)] == wanted
    # the county: by its first school that lacks something, then by the next
    assert found["T", None, None] == list(dict.fromkeys(name for one in wanted for name in one))


@pytest.mark.parametrize("many", [1, 20, len(STEMS + SHARED)])
def test_so_may_a_stage(many: int) -> None:
    luck = Random(many)
    names = luck.sample(STEMS + SHARED, many)
    schools: list[dict[str, Any]] = []
    for _ in range(6):
        pupils = {f"{stage}_students": 9.0 for stage in STAGES}
        staged = [f"{stage}_{stem}" for stage in STAGES for stem in STEMS]
        schools.append({"school_type": "nine_year", **pupils, **given_some(luck, staged + SHARED)})
    wanted = {
        (str(number), stage): [
            fact
            for fact in (f"{stage}_{name}" if name in STEMS else name for name in names)
            if fact not in school and fact != f"{stage}_students"
        ]
        for number, school in enumerate(schools, start=1)
        for stage in STAGES
    }
    found = lacking(law("unit", names), schools)
    assert {key: found["T", *key] for key in wanted} == wanted
    assert found["T", None, None] == list(
        dict.fromkeys(name for one in wanted.values() for name in one)
    )
