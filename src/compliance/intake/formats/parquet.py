"""Reading a Parquet table: columns keep their types, lists stay lists.

Damaged pages can end the process that decodes them, and nobody vouches for the file: it is decoded
once, by a child process, which hands the columns over.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from typing import IO

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake import limits
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.formats.source_file import damaged, intact
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say

# Parquet in, Arrow out. By what the footer says: a few bytes can stand for billions of rows.
_DECODE = """
import io, sys
try:
    import polars
except ImportError:
    sys.exit(3)
data = sys.stdin.buffer.read()
lazy = polars.scan_parquet(io.BytesIO(data))
columns = len(lazy.collect_schema())
rows = lazy.select(polars.len()).collect().item()
if columns > int(sys.argv[1]) or columns * rows > int(sys.argv[2]):
    print(rows, columns)
    sys.exit(4)
polars.read_parquet(io.BytesIO(data)).write_ipc(sys.stdout.buffer)
"""
_NO_POLARS, _TOO_LARGE = 3, 4  # what it exits with: none on the child's path; beyond the limits
MAGIC = b"PAR1"
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
        with _scratch() as columns:
            code = decode_apart(data, columns)
            if code == 0:
                return pl.read_ipc(columns)
            if code == _TOO_LARGE:
                rows, width = map(int, columns.read(99).split())
                raise _too_large(rows, width, complaints)
        if code != _NO_POLARS:
            raise damaged(complaints)
        return _decoded_here(data, complaints)


def _scratch() -> IO[bytes]:
    """A file without a name, in memory where the system has such."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("columns"), "w+b")
    return tempfile.TemporaryFile()


def decode_apart(data: bytes, columns: IO[bytes]) -> int:
    """How a child process ends that decodes the file into `columns`, of which it writes Arrow IPC.

    As without Polars where no child process can be had.
    """
    if getattr(sys, "frozen", False) or not sys.executable:
        return _NO_POLARS
    most = (str(limits.MOST_COLUMNS), str(limits.MOST_CELLS))
    try:
        child = subprocess.run(  # noqa: S603 (this interpreter, a fixed text, data on stdin)
            [sys.executable, "-I", "-c", _DECODE, *most],
            input=data,
            stdout=columns,
            stderr=subprocess.DEVNULL,
            timeout=limits.DECODING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1
    except OSError:
        return _NO_POLARS
    columns.seek(0)
    return child.returncode


def _decoded_here(data: bytes, complaints: Complaints) -> pl.DataFrame:
    lazy = pl.scan_parquet(io.BytesIO(data))
    columns = len(lazy.collect_schema())
    rows = int(lazy.select(pl.len()).collect().item())
    if columns > limits.MOST_COLUMNS or columns * rows > limits.MOST_CELLS:
        raise _too_large(rows, columns, complaints)
    return pl.read_parquet(io.BytesIO(data))


def _too_large(rows: int, columns: int, complaints: Complaints) -> UnreadableError:
    return complaints.unreadable("too_large", say("表过大：{r}行{c}列", r=rows, c=columns))


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
