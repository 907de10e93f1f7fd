"""Blanks that mean zero: only where somebody says so of a column, counted, never silently.

A cell that says there are no data (— or 暂无) is no blank, and a row in which nothing stands is no
record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import polars as pl

from compliance.facts.fact import Fact
from compliance.intake.cell_text import blank, clip
from compliance.intake.formats.raw_table import Cells, RawTable
from compliance.intake.own_tables.mapping import key
from compliance.kernel.errors import Problem, UsageError, closest
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.submission import IDENTITY, BlankIsZero

FactOf = Callable[[str], Fact | None]  # heading → the fact of a cell under it, if it has one


def filled(
    raw: RawTable, asked: Sequence[str], fact_of: FactOf
) -> tuple[RawTable, list[BlankIsZero], list[Problem]]:
    """The table with a zero in every blank of the columns asked for; what was done, and said of it.

    asked: columns by fact, by heading or by the last part of its path. A column that counts nothing
    is told of as refused, and left alone.
    """
    columns, done, said = dict(raw.columns), list[BlankIsZero](), list[Problem]()
    found = {heading: _asked_for(heading, fact_of(heading), asked) for heading in raw.columns}
    record = _records(raw) if any(found.values()) else pl.Series(dtype=pl.Boolean)
    for heading, names in found.items():
        if not names:
            continue
        fact = fact_of(heading)
        counts = fact is not None and fact.figure and fact.name not in IDENTITY
        empty = _empty(columns[heading]) & record
        cells = int(empty.sum()) if counts else None
        name = fact.name if fact else ""
        done += [
            BlankIsZero(one, " ".join(heading.split()), name, raw.file, cells) for one in names
        ]
        if cells:
            columns[heading] = _with_zeros(columns[heading], empty)
            told = plural(cells, "“{h}”有{n}格空白，按 --blank-is-zero 计为0", h=clip(heading))
            said.append(raw.of_heading(heading).warning("blank_is_zero", told, facts=(name,)))
    return replace(raw, columns=columns), done, said


def require_each(asked: Sequence[str], done: Iterable[BlankIsZero], known: Iterable[str]) -> None:
    """Raise UsageError for a column that no input has, with the nearest one, or that counts nothing.

    known: every column of the inputs, by heading and by fact.
    """
    told = list(done)
    for name in asked:
        own = [one for one in told if one.asked == name]
        refused = next((one for one in own if one.cells is None), None)
        option = f"--blank-is-zero {clip(name)}"
        if refused is not None:
            raise UsageError(
                say("“{h}”不是计数或数值的一列，空白不能当作0", h=clip(refused.heading)),
                where=option,
                todo=msg("只用于人数、间数、面积、金额这样的列"),
            )
        if not own:
            near = closest(name, sorted(set(known)), cutoff=0.3)
            raise UsageError(
                msg("输入里没有这一列"),
                where=option,
                todo=say("最接近的是“{near}”", near=clip(near))
                if near
                else msg("写表头或数据项的名称"),
            )


def _asked_for(heading: str, fact: Fact | None, asked: Sequence[str]) -> list[str]:
    own = key(heading)
    names = {own, own[-1:]} | ({key(fact.name), key(fact.title)} if fact else set())
    return [one for one in asked if key(one) in names]


def _records(raw: RawTable) -> pl.Series:
    """Of every row, whether anything stands in it."""
    held = [~_empty(cells) for cells in raw.columns.values()]
    return pl.select(pl.any_horizontal(held)).to_series()


def _empty(cells: Cells) -> pl.Series:
    if not isinstance(cells, pl.Series):
        return pl.Series([blank(cell) for cell in cells], dtype=pl.Boolean)
    if cells.dtype == pl.String:
        return cells.is_null() | (cells.str.strip_chars() == "").fill_null(value=False)
    return cells.is_null()


def _with_zeros(cells: Cells, empty: pl.Series) -> Cells:
    if not isinstance(cells, pl.Series):
        return [0 if is_empty else cell for cell, is_empty in zip(cells, empty, strict=True)]
    nought = pl.lit("0" if cells.dtype == pl.String else 0, dtype=cells.dtype)
    return pl.select(pl.when(empty).then(nought).otherwise(cells)).to_series().alias(cells.name)
