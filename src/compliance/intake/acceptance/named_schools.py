"""Schools that rows of organisations and of succession name: by their code, or by their name in 学校.

Nothing is guessed: a name that two schools of the county have stands for neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

# kind of table → its columns that name schools
NAMING = {"organisations": ("lead", "members"), "succession": ("new_code",)}
_SEVERAL = ""  # in place of a code: that of several schools


class Stranger(NamedTuple):
    """A school that is named and not known; several: because more than one has that name."""

    row: Mapping[str, Any]
    column: str
    named: str
    several: bool


def with_home(kind: str, rows: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """The rows with `school_code`, a school of theirs that tells their county; null where none does."""
    known: dict[str, str] = {}
    for names in _known(schools).values():
        for name, code in names.items():
            known[name] = code if known.get(name, code) == code else _SEVERAL
    homes = [
        next((known[name] for name in _named(row, kind) if known.get(name)), None)
        for row in rows.iter_rows(named=True)
    ]
    return rows.with_columns(pl.Series("school_code", homes, dtype=pl.String))


def resolved(
    kind: str, rows: pl.DataFrame, schools: pl.DataFrame
) -> tuple[pl.DataFrame, list[Stranger]]:
    """The keyed rows with codes for names, and the first row of each school that is not known.

    A code that the table itself says has gone on to another is known too.
    """
    known = _known(schools)
    if kind == "succession" and "old_code" in rows.columns:
        for code, year, old in rows.select("_code", "_year", "old_code").iter_rows():
            known[code, year].setdefault(old, old)
    strangers: dict[tuple[object, ...], Stranger] = {}
    for column in NAMING[kind]:
        if column not in rows.columns:
            continue
        found: list[object] = []
        for row in rows.iter_rows(named=True):
            given, names = row[column], known[row["_code"], row["_year"]]
            each = given if isinstance(given, list) else [] if given is None else [given]
            for name in each:
                if not names.get(name):
                    key = (row["_code"], row["_year"], name)
                    strangers.setdefault(key, Stranger(row, column, name, name in names))
            codes = [names.get(name) or name for name in each]
            found.append(codes if isinstance(given, list) else next(iter(codes), None))
        rows = rows.with_columns(pl.Series(column, found, dtype=rows.schema[column]))
    return rows, list(strangers.values())


def _named(row: Mapping[str, Any], kind: str) -> Iterator[str]:
    for column in (*NAMING[kind], "old_code"):
        given = row.get(column)
        yield from given if isinstance(given, list) else [given] if given else []


def _known(schools: pl.DataFrame) -> defaultdict[Any, dict[str, str]]:
    """A school's code stands for itself before it can be another's name."""
    known: defaultdict[Any, dict[str, str]] = defaultdict(dict)
    if not {"school_code", "school_name"} <= set(schools.columns):
        return known
    records = schools.select("_code", "_year", "school_code", "school_name").drop_nulls(
        "school_code"
    )
    for code, year, school, name in records.iter_rows():
        names = known[code, year]
        if name:
            names[name] = school if names.get(name, school) == school else _SEVERAL
    for code, year, school, _ in records.iter_rows():
        known[code, year][school] = school
    return known
