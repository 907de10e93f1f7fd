"""Numbers as people read them: halves away from zero, no sign on a zero."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from compliance.kernel.number_format import fixed, plain, rounded, short


def of(column: Callable[[pl.Expr, int], pl.Expr], value: float | None, decimals: int) -> object:
    return pl.select(column(pl.lit(value, pl.Float64), decimals)).item()


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (4.1, 2, "4.10"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (-0.001, 2, "0.00"),
        (1234567.0, 0, "1234567"),
        (2.5, 0, "3"),
        (None, 2, None),
    ],
)
def test_so_many_decimals(value: float | None, decimals: int, shown: str | None) -> None:
    assert of(fixed, value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(6.0, 2, "6"), (0.25, 3, "0.25"), (100.0, 2, "100"), (100.0, 0, "100"), (None, 2, None)],
)
def test_no_more_decimals_than_needed(
    value: float | None, decimals: int, shown: str | None
) -> None:
    assert of(short, value, decimals) == shown


@pytest.mark.parametrize(("limit", "shown"), [("3.50", "3.5"), ("100", "100"), ("1E+3", "1000")])
def test_a_limit_as_the_law_prints_it(limit: str, shown: str) -> None:
    assert plain(Decimal(limit)) == shown


@pytest.mark.parametrize(("value", "near"), [(0.125, 0.13), (-0.125, -0.13), (None, None)])
def test_the_float_that_is_shown(value: float | None, near: float | None) -> None:
    assert of(rounded, value, 2) == near
