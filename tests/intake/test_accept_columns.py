"""Whole columns decide as single cells do."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.cells import TYPES, CellReader, accept_column
from compliance.intake.problems import CellError, CellRemark
from tests.intake.raws import cell
from tests.support.examples import examples
from tests.support.nonempty import nonempty

WORDS = vocabulary()

TEXTS = st.one_of(
    st.sampled_from([
        "", " ", "0", "12", "-3", "1e308", "1e400", "NaN", "inf", "１２", "1,2", "98%", "=1+1",
        "小学", "211", "是", "无", "45;44", "45；；", "2.1E+09", "12.0", "#N/A", "a\x07", "300.5",
        "\ufeff7", "341622", "7\n", "+5", ".5", "5.", "00", "民办", "x" * 250, "是 ", "Primary",
        "—", "/", "……", "暂无", "n/a", "45;—", "'12", '="12"', "'是", '="45;44"', "45;'44", "第一\n小学",
        "第一\xa0小学", "小\n学", "无锡小学", "'无'",
    ]),
    st.text(max_size=8),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-10, 2**60),
    st.floats(allow_nan=True),
    st.sampled_from([0.0, -0.0, 211.0, 2133000001.0, 0.5]),
)
ITEMS = st.none() | st.booleans() | st.just("7") | st.integers(0, 60) | st.floats(0, 99) | NUMBERS
FACTS = ["primary_students", "teaching_area", "school_type", "sponsor", "boarding", "school_code",
         "school_name", "county_code", "primary_class_sizes", "primary_class_bands",
         "music_room_areas", "built_year"]  # fmt: skip


def alike(fact: Fact, series: pl.Series | list[Any], *, strict: bool) -> None:
    column = accept_column(fact, series, strict)
    assert column.values.dtype == TYPES[fact.form]
    got = [
        (value, row in column.refused, row in column.remarked)
        for row, value in enumerate(column.values.to_list())
    ]
    cells = series if isinstance(series, list) else series.to_list()
    assert got == [cell_by_cell(fact, raw, strict) for raw in cells], fact.name


def cell_by_cell(fact: Fact, raw: Any, strict: bool) -> tuple[Any, bool, bool]:
    """What the reader of single cells makes of one, whether it refuses it or remarks on it."""
    try:
        return CellReader(fact, strict)(raw), False, False
    except CellRemark as remark:
        return remark.value, False, True
    except CellError:
        return None, True, False


@given(st.lists(st.none() | TEXTS, max_size=12), st.sampled_from(FACTS), st.booleans())
@examples(6)
def test_columns_of_text(cells: list[str | None], fact: str, strict: bool) -> None:
    alike(WORDS.school[fact], pl.Series(cells, dtype=pl.String), strict=strict)


@given(st.lists(st.none() | NUMBERS, max_size=12), st.sampled_from(FACTS))
@examples(6)
def test_columns_of_numbers(cells: list[float | None], fact: str) -> None:
    floats = pl.Series([None if c is None else float(c) for c in cells], dtype=pl.Float64)
    alike(WORDS.school[fact], floats, strict=False)
    whole = [c for c in cells if c is None or isinstance(c, int)]
    alike(WORDS.school[fact], pl.Series(whole, dtype=pl.Int64), strict=False)


@given(st.lists(st.none() | st.lists(st.none() | NUMBERS, max_size=4), max_size=6))
@examples(4)
def test_columns_of_lists(cells: list[list[float | None] | None]) -> None:
    floats = [None if c is None else [None if x is None else float(x) for x in c] for c in cells]
    series = pl.Series(floats, dtype=pl.List(pl.Float64))
    for fact in ("primary_class_sizes", "primary_class_bands", "music_room_areas", "boarding"):
        alike(WORDS.school[fact], series, strict=False)


@given(st.lists(st.none() | st.lists(ITEMS, max_size=5) | NUMBERS, max_size=6), st.booleans())
@examples(4)
def test_columns_of_python_lists(cells: list[object], strict: bool) -> None:
    for fact in ("primary_class_sizes", "primary_class_bands", "music_room_areas"):
        alike(WORDS.school[fact], cells, strict=strict)
        sound = [cell for cell in cells if not cell_by_cell(WORDS.school[fact], cell, strict)[1]]
        alike(WORDS.school[fact], sound, strict=strict)


@pytest.mark.parametrize("number", ["0.1", "4.2", "99999.5", "0.3", "1e-3"])
def test_a_float32_and_a_decimal_stand_for_the_number_as_written(number: str) -> None:
    for dtype in (pl.Float32, pl.Decimal(38, 6)):
        column = pl.Series([float(number)], dtype=pl.Float64).cast(dtype)
        found = accept_column(WORDS.school["teaching_area"], column, strict=False)
        assert found.values.to_list() == [float(number)]


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize(
    "series",
    [
        pl.Series([None, None]),
        pl.Series([True, None]),
        pl.Series([date(2023, 9, 1), None]),
        pl.Series(["小学", None], dtype=pl.Categorical),
        pl.Series([[None], []], dtype=pl.List(pl.Null)),
        pl.Series([["45"], None]),
        pl.Series([{"a": 1}, None]),
        pl.Series([1.5, None], dtype=pl.Decimal(10, 2)),
        pl.Series([300, None], dtype=pl.UInt16),
    ],
)
def test_columns_of_any_type(fact: str, series: pl.Series) -> None:
    plain = series if series.dtype != pl.Categorical else series.cast(pl.String)
    column = accept_column(WORDS.school[fact], series, strict=False)
    assert column.values.dtype == TYPES[WORDS.school[fact].form]
    for row, raw in nonempty(enumerate(plain.to_list())):
        number = series.dtype.is_decimal() and raw is not None
        code = cell(fact, float(raw) if number else raw)
        refused = isinstance(code, str) and code in REFUSALS
        assert (row in column.refused) == refused, (fact, raw, code)


REFUSALS = {
    "not_a_number", "not_whole", "unknown_word", "not_text", "not_a_list", "bad_item", "bad_code",
    "list_length", "below_minimum",
}  # fmt: skip
