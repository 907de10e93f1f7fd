"""Rows counted, summed and listed by school and stage, piece by piece; what cannot be told stays untold.

A condition holds, does not hold, or cannot be told because a cell is blank; figures of which even one row
cannot be told are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from compliance.registers.once import HOME
from compliance.registers.rows import FILE, HOLDS, ROW, SCHOOL
from compliance.rules.language import conditions
from compliance.rules.language.assembly import STAGE, Definition

# columns of the outcome: rows of any kind; of a definition: rows counted, rows untold, its value
ROWS = "_rows"
COUNTED, UNTOLD, VALUE = "counted {}", "untold {}", "value {}"
BLANK = "blank {}"  # of a column: rows where it is not known
_GROUP = (SCHOOL, STAGE)
_DECIMALS = 4  # of what is summed: as whole numbers, exactly, in whatever order they come
_FINEST = 10**_DECIMALS
_FEW = 8  # so many pieces are added up at once


@dataclass
class RowCounts:
    """What has been counted so far. definitions: those of a register whose columns are all there."""

    definitions: list[Definition]
    counts: list[pl.DataFrame] = field(default_factory=list)
    items: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, rows: pl.DataFrame) -> None:
        """Count a piece: rows with SCHOOL, HOLDS, HOME and the columns of the register."""
        rows = rows.filter(pl.col(SCHOOL).is_not_null())
        if STAGE not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String).alias(STAGE))
        rows = rows.with_columns(pl.col(STAGE).cast(pl.String))
        taken = [_taken(one).alias(one.name) for one in self.definitions]
        marks = rows.select(
            *_GROUP,
            FILE,
            ROW,
            *self._columns(),
            *(one.alias(f"? {one.meta.output_name()}") for one in taken),
        )
        self.counts.append(marks.group_by(_GROUP).agg(*self._measures()))
        if len(self.counts) >= _FEW:
            self.counts = [_added(self.counts)]
        for one in self.definitions:
            if one.how in ("list", "distinct"):
                self.items.setdefault(one.name, []).append(self._items(one, marks))

    def _columns(self) -> list[str]:
        looked_at = (name for one in self.definitions for name in one.columns)
        return [name for name in dict.fromkeys(looked_at) if name != STAGE]

    def _measures(self) -> Iterator[pl.Expr]:
        yield pl.len().cast(pl.Int64).alias(ROWS)
        for name in self._columns():
            yield pl.col(name).null_count().cast(pl.Int64).alias(BLANK.format(name))
        for one in self.definitions:
            taken = pl.col(f"? {one.name}")
            untold = taken.is_null()
            if one.column:
                untold |= taken & pl.col(one.column).is_null()
            yield taken.sum().cast(pl.Int64).alias(COUNTED.format(one.name))
            yield untold.fill_null(value=True).sum().cast(pl.Int64).alias(UNTOLD.format(one.name))
            if one.how == "sum":
                whole = (pl.col(one.column) * _FINEST).round().cast(pl.Int64)
                yield whole.filter(taken).sum().alias(VALUE.format(one.name))

    def _items(self, one: Definition, marks: pl.DataFrame) -> pl.DataFrame:
        found = marks.filter(pl.col(f"? {one.name}")).select(*_GROUP, FILE, ROW, pl.col(one.column))
        return (
            found
            if one.how == "list"
            else found.unique([*_GROUP, one.column]).with_columns(pl.lit(0).alias(FILE))
        )

    def outcome(self) -> pl.DataFrame:
        """A row a school and stage: ROWS, BLANK of columns, and COUNTED, UNTOLD, VALUE of definitions."""
        if not self.counts:
            return self._nothing()
        found = _added(self.counts)
        for one in self.definitions:
            value = VALUE.format(one.name)
            if one.how == "count":
                found = found.with_columns(
                    pl.col(COUNTED.format(one.name)).cast(pl.Float64).alias(value)
                )
            elif one.how == "sum":
                found = found.with_columns((pl.col(value) / _FINEST).round(_DECIMALS).alias(value))
            else:
                items = pl.concat(self.items[one.name])
                of = pl.col(one.column)
                made = (
                    of.sort_by(FILE, ROW) if one.how == "list" else of.n_unique().cast(pl.Float64)
                )
                of_group = items.group_by(_GROUP).agg(made.alias(value))
                found = found.join(of_group, on=_GROUP, how="left", nulls_equal=True)
        return found

    def _nothing(self) -> pl.DataFrame:
        counts = (ROWS, *map(BLANK.format, self._columns()))
        of = [text.format(one.name) for one in self.definitions for text in (COUNTED, UNTOLD)]
        values = {
            VALUE.format(one.name): pl.List(pl.Float64) if one.how == "list" else pl.Float64
            for one in self.definitions
        }
        return pl.DataFrame(
            schema={
                SCHOOL: pl.UInt32,
                STAGE: pl.String,
                **dict.fromkeys((*counts, *of), pl.Int64),
                **values,
            }
        )


def _taken(one: Definition) -> pl.Expr:
    """Whether a row counts, null where that cannot be told."""
    holds: pl.Expr = conditions.matches(one.where) & pl.col(HOLDS)
    return holds if one.everywhere else holds & pl.col(HOME)


def _added(counts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(counts).group_by(_GROUP).sum()
