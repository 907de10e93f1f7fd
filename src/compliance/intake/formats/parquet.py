"""Reading a Parquet table: columns keep their types, lists stay lists.

A few bytes can stand for billions of rows, and damaged pages can end the process that decodes them: the
footer is asked first, then a child process of limited memory decodes the file and hands the columns over.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from datetime import timedelta
from typing import IO

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake import limits
from compliance.intake.cell_text import clip
from compliance.intake.formats.allowance import BeyondLimitError
from compliance.intake.formats.guarded_child import run_apart
from compliance.intake.formats.parquet_footer import MAGIC, Extent, extent
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.formats.source_file import damaged, intact, too_large
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

# Parquet in, Arrow out
_DECODE = """
import io
try:
    import polars
except ImportError:
    sys.exit(3)
polars.read_parquet(io.BytesIO(sys.stdin.buffer.read())).write_ipc(sys.stdout.buffer)
"""
_NO_POLARS = 3  # what it exits with: none on the child's path
# what the child may take: for itself, for each value, for what is unpacked
_BYTES, _BYTES_A_VALUE, _TIMES_UNPACKED = 512 * MIB, 48, 3
CLOCK = timedelta(hours=8)  # of the counties, all the year
# What pandas adds to a table to keep its own row numbers.
INDEX = "__index_level_"


def read_parquet(data: bytes, table: str, complaints: Complaints, words: Vocabulary) -> RawTable:
    """The table in `data`. Raises UnreadableError."""
    frame = _decoded(data, complaints)
    columns: dict[str, Cells] = {}
    for column in frame.get_columns():
        if column.name.startswith(INDEX):
            continue
        match = words.match(TABLE_OF[table], column.name)
        cells = plain_cells(column, complaints) if match else column
        if cells is None:
            _wrong_type(column, complaints)
        else:
            columns[column.name] = cells
    return RawTable(table, complaints.file, columns, frame.height, _place, heading_place=clip)


def _place(row: int, heading: str) -> str:
    return say("第{n}行 {h}", n=row + 1, h=clip(heading))


def _decoded(data: bytes, complaints: Complaints) -> pl.DataFrame:
    if not data.startswith(MAGIC):
        raise complaints.unreadable("not_parquet", msg("不是Parquet文件"), "Parquet")
    with intact(complaints, pl.exceptions.PolarsError, OSError, ValueError, MemoryError):
        stated = extent(data)
        _bearable(stated, len(data), complaints)
        with _scratch() as columns:
            try:
                code = decode_apart(data, columns, stated)
            except BeyondLimitError as error:
                raise too_large(complaints, error) from error
            if code == 0:
                frame = pl.read_ipc(columns)
            elif code in (None, _NO_POLARS):
                frame = pl.read_parquet(io.BytesIO(data))
            else:
                raise damaged(complaints)
        _check_texts(frame, complaints)
        return frame


def _bearable(stated: Extent, size: int, complaints: Complaints) -> None:
    """Refuse what is far beyond any nation, and what a file of this size holds only by repetition."""
    values = min(limits.FREE_VALUES + size * limits.VALUES_A_BYTE, limits.MOST_CELLS)
    given = {"r": f"{stated.rows:,}", "c": f"{stated.columns:,}", "v": f"{stated.values:,}"}
    if stated.columns > limits.MOST_COLUMNS or max(stated.rows, stated.values) > values:
        raise complaints.unreadable(
            "too_large",
            say("表过大：{r}行、{c}列，共{v}个值（列表的各项分别计）", **given),
            say("这样大的文件不超过{c}列、{v}个值", c=f"{limits.MOST_COLUMNS:,}", v=f"{values:,}"),
        )
    most = min(limits.FREE_UNPACKED + size * limits.UNPACKED_A_BYTE, limits.MOST_UNPACKED)
    if stated.unpacked > most:
        message = say("解压后声称有{n} MB，过大，不予读取", n=stated.unpacked // MIB)
        at_most = say("解压后不超过{n} MB", n=most // MIB)
        raise complaints.unreadable("too_large", message, at_most)


def _check_texts(frame: pl.DataFrame, complaints: Complaints) -> None:
    """Refuse texts that stand for far more than the file held: one may be meant in every row."""
    texts = frame.lazy().select(pl.col(pl.String).str.len_bytes().cast(pl.Int64).sum()).collect()
    if sum(sum(row) for row in texts.rows()) > limits.MOST_UNPACKED:
        most = limits.MOST_UNPACKED // MIB
        raise complaints.unreadable("too_large", say("各格的文字合计超过{n} MB", n=most))


def _scratch() -> IO[bytes]:
    """A file without a name, in memory where the system has such."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("columns"), "w+b")
    return tempfile.TemporaryFile()


def decode_apart(data: bytes, columns: IO[bytes], stated: Extent) -> int | None:
    """How a child process ends that decodes the file into `columns`, of which it writes Arrow IPC.

    stated: how much there is by the file's own word, to which the child's memory holds it. None where
    no child can be had.
    """
    memory = _BYTES + _BYTES_A_VALUE * stated.values + _TIMES_UNPACKED * stated.unpacked
    return run_apart(_DECODE, (), data, columns, memory)


def plain_cells(column: pl.Series, complaints: Complaints) -> pl.Series | None:
    """The column in one of the types a table may have; None for bytes, structs and the like."""
    kind = column.dtype
    if kind in (pl.Categorical, pl.Enum, pl.Date):
        return column.cast(pl.String)
    if kind == pl.Datetime:
        return _days(column, complaints)
    if isinstance(kind, pl.Array):
        column = column.arr.to_list()
        kind = column.dtype
    inner = kind.inner if isinstance(kind, pl.List) else kind
    if inner in (pl.Categorical, pl.Enum):
        column, inner = column.cast(pl.List(pl.String)), pl.String()
    plain = isinstance(inner, pl.DataType) and (
        inner.is_numeric() or inner in (pl.String, pl.Boolean, pl.Null)
    )
    return column if plain else None


def _days(column: pl.Series, complaints: Complaints) -> pl.Series:
    """The days of moments, those with a time zone by the clock of the counties; other times are told."""
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) + CLOCK
    days = column.dt.date()
    timed = (column != days.cast(column.dtype)).fill_null(value=False)
    if timed.any():
        row = timed.arg_max() or 0
        message = say("“{h}”有时刻（{t}），只取日期", h=clip(column.name), t=column[row])
        expected, at = msg("只填日期"), _place(row, column.name)
        complaints.warning("time_of_day", message, expected, at=at)
    return days.cast(pl.String)


def _wrong_type(column: pl.Series, complaints: Complaints) -> None:
    complaints.error(
        "wrong_type",
        say("列“{h}”的类型是{t}，无法使用", h=clip(column.name), t=clip(column.dtype)),
        msg("数、文字、是否，或它们的列表"),
        at=clip(column.name),
    )
