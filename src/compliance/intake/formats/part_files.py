"""A table in pieces, as Spark and Hadoop write one: a folder called as the table, its rows in files `part-…`.

Folders in it such as `year=2023` are a column and its value. Only a table that was written to its end is
read: what lies in `_temporary` may be half of one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path, PurePath

import polars as pl

from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import Cells, RawDocument, RawTable, table_named
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

_PART = "part-"
_UNFINISHED = "_temporary"


def table_in_parts(path: PurePath, suffixes: Sequence[str]) -> str | None:
    """The table that a folder in pieces is called, or that a piece belongs to; suffixes: of tables."""
    home = path
    if path.name.startswith(_PART):
        home = next((one for one in path.parents if "=" not in one.name), path)
    return table_named(home.stem if home.suffix.lower() in suffixes else home.name)


def part_files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """The pieces of a table in a folder, in order; none where it is no such folder."""
    if table_in_parts(folder, suffixes) is None:
        return []
    found = sorted(folder.glob(f"**/{_PART}*"))
    return [
        one
        for one in found
        if one.suffix.lower() in suffixes
        and not one.is_symlink()
        and all("=" in part for part in one.relative_to(folder).parts[:-1])
    ]


def stacked(name: str, folder: Path, parts: Sequence[tuple[Path, RawDocument]]) -> RawDocument:
    """The pieces as one table, each row with the place in its own file. name: what the folder is called."""
    whole = RawDocument(name, many=True)
    complaints = Complaints(name, whole.problems)
    if (folder / _UNFINISHED).exists():
        why = say("这张表没有写完（还有{folder}）", folder=_UNFINISHED)
        complaints.error("cannot_read", why, msg("等它写完，或重新写出"))
    for _, document in parts:
        whole.problems += document.problems
        whole.inputs += document.inputs
    tables = [
        (_of_folders(path.relative_to(folder)), table)
        for path, document in parts
        for table in document.tables
    ]
    if not tables:
        return whole
    _, first = tables[0]
    for given, table in tables:
        if (_shape(given, table)) != _shape(*tables[0]):
            why = say("各份的表头不同：{a}，{b}", a=clip(first.file), b=clip(table.file))
            complaints.error("parts_differ", why, msg("一张表的各份表头相同"))
            return whole
    whole.tables.append(_one(name, tables))
    return whole


def _of_folders(inside: PurePath) -> dict[str, str]:
    return dict(part.split("=", 1) for part in inside.parts[:-1])


def _shape(given: dict[str, str], table: RawTable) -> tuple[object, ...]:
    return (*given, *table.columns), dict(table.units), dict(table.paths)


def _one(name: str, tables: Sequence[tuple[dict[str, str], RawTable]]) -> RawTable:
    first = tables[0][1]
    ends = list(accumulate(table.height for _, table in tables))

    def place(row: int, heading: str) -> str:
        number = min(bisect_right(ends, row), len(tables) - 1)
        table = tables[number][1]
        return (
            f"{PurePath(table.file).name} {table.place(row - ends[number] + table.height, heading)}"
        )

    columns: dict[str, Cells] = {
        heading: _joined([table.columns[heading] for _, table in tables])
        for heading in first.columns
    }
    for heading in tables[0][0]:
        values = [pl.Series(heading, [given[heading]]) for given, _ in tables]
        heights = (table.height for _, table in tables)
        columns[heading] = pl.concat(
            value.new_from_index(0, height) for value, height in zip(values, heights, strict=True)
        )
    return RawTable(
        first.name, name, columns, ends[-1], place,
        heading_place=first.heading_place, units=first.units, paths=first.paths, titles=first.titles,
    )  # fmt: skip


def _joined(columns: Sequence[Cells]) -> Cells:
    """The cells one after the other: of one type as a column, of several as they are."""
    series = [one for one in columns if isinstance(one, pl.Series)]
    if len(series) == len(columns) and len({one.dtype for one in series}) == 1:
        return pl.concat(series)
    return [cell for column in columns for cell in column]
