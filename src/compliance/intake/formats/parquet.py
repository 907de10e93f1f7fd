"""Reading a Parquet table: columns keep their types, lists stay lists."""

from __future__ import annotations

import io
import subprocess
import sys

import polars as pl

from compliance.intake import limits
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import Cells, RawTable
from compliance.intake.formats.source_file import damaged, intact
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

# 0: decoded. 1: refused. 3: nothing learnt, there is no Polars on the child's path.
_TRIAL = """
import io, sys
try:
    import polars
except ImportError:
    sys.exit(3)
polars.read_parquet(io.BytesIO(sys.stdin.buffer.read()))
"""


def decodes(data: bytes) -> bool:
    """Whether the file survives decoding; True where no child process can be had."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return True
    try:
        trial = subprocess.run(  # noqa: S603 (this interpreter, a fixed text, data on stdin)
            [sys.executable, "-I", "-c", _TRIAL],
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.DECODING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    except OSError:
        return True
    return trial.returncode in (0, 3)


MAGIC = b"PAR1"
# What pandas adds to a table to keep its own row numbers.
INDEX = "__index_level_"


def read_parquet(data: bytes, table: str, complaints: Complaints) -> RawTable:
    """The table in `data`. Raises UnreadableError."""
    frame = _decoded(data, complaints)
    columns: dict[str, Cells] = {}
    for column in frame.get_columns():
        if column.name.startswith(INDEX):
            continue
        cells = _cells(column)
        if cells is None:
            _wrong_type(column, complaints)
        else:
            columns[column.name] = cells

    def place(row: int, heading: str) -> str:
        return say("第{n}行 {h}", n=row + 1, h=clip(heading))

    return RawTable(table, complaints.file, columns, frame.height, place, heading_place=clip)


def _decoded(data: bytes, complaints: Complaints) -> pl.DataFrame:
    if not data.startswith(MAGIC):
        raise complaints.unreadable("not_parquet", msg("不是Parquet文件"), "Parquet")
    with intact(complaints, pl.exceptions.PolarsError, OSError, ValueError, MemoryError):
        _check_size(data, complaints)
        if not decodes(data):
            raise damaged(complaints)
        return pl.read_parquet(io.BytesIO(data))


def _check_size(data: bytes, complaints: Complaints) -> None:
    """By what the footer says: a few bytes can stand for billions of rows."""
    lazy = pl.scan_parquet(io.BytesIO(data))
    columns = len(lazy.collect_schema())
    rows = int(lazy.select(pl.len()).collect().item())
    if columns > limits.MOST_COLUMNS or columns * rows > limits.MOST_CELLS:
        message = say("表过大：{r}行{c}列", r=rows, c=columns)
        raise complaints.unreadable("too_large", message)


def _cells(column: pl.Series) -> pl.Series | None:
    """The column in one of the types a table may have; None for bytes, structs and the like."""
    kind = column.dtype
    if kind in (pl.Categorical, pl.Enum, pl.Date):
        return column.cast(pl.String)
    if kind == pl.Datetime:
        return column.dt.date().cast(pl.String)
    if kind == pl.Decimal:
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Array):
        column = column.arr.to_list()
        kind = column.dtype
    inner = kind.inner if isinstance(kind, pl.List) else kind
    plain = isinstance(inner, pl.DataType) and (
        inner.is_numeric() or inner in (pl.String, pl.Boolean, pl.Null)
    )
    return column if plain else None


def _wrong_type(column: pl.Series, complaints: Complaints) -> None:
    complaints.error(
        "wrong_type",
        say("列“{h}”的类型是{t}，无法使用", h=clip(column.name), t=clip(column.dtype)),
        msg("数、文字、是否，或它们的列表"),
        at=clip(column.name),
    )
