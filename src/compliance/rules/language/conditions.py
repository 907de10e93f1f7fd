"""Conditions on facts (`where`), in three values: holds, does not hold, cannot be told.

A missing fact leaves a condition open unless another condition already fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from compliance.rules.language.model import COMPARE, OPERATORS, Condition

Where = Condition | Sequence[Condition]


def matches(where: Where) -> pl.Expr:
    """A Boolean column: true, false, or null where missing facts leave it open.

    A table joins its conditions by "and"; a list of tables is an "or".
    """
    if not isinstance(where, Mapping):
        return pl.any_horizontal(*(matches(one) for one in where))
    tests = [_test(pl.col(fact), wanted) for fact, wanted in where.items()]
    return pl.all_horizontal(*tests) if tests else pl.lit(value=True)


def facts(where: Where) -> list[str]:
    """The facts a condition looks at, each once, in order."""
    tables: Iterable[Condition] = [where] if isinstance(where, Mapping) else where
    return list(dict.fromkeys(fact for table in tables for fact in table))


def _test(column: pl.Expr, wanted: Any) -> pl.Expr:  # noqa: ANN401 - a TOML value
    if isinstance(wanted, Mapping):
        return pl.all_horizontal(*(_compare(column, word, value) for word, value in wanted.items()))
    if isinstance(wanted, list):
        return column.is_in([_number(one) for one in wanted])
    same: pl.Expr = column == _number(wanted)
    return same


def _compare(column: pl.Expr, word: str, value: Any) -> pl.Expr:  # noqa: ANN401
    if word == "not":
        return ~_test(column, value)
    test: pl.Expr = COMPARE[OPERATORS[word]](column, _number(value))
    return test


def _number(value: Any) -> Any:  # noqa: ANN401
    return float(value) if not isinstance(value, str | bool) else value
