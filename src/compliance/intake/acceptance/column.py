"""Whole columns at once: typed values, and why which cells were refused.

Each distinct value is judged once by the reader of single cells and joined back; plain numbers,
which most columns are, are compared with their bounds without any reader (a test holds the two
together).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.facts.fact import Fact
from compliance.intake.acceptance.cell import NUMBER, CellReader
from compliance.intake.cell_text import BLANKS
from compliance.intake.formats.raw_table import Cells
from compliance.intake.problems import CellError

NUMBERS = pl.List(pl.Float64)
TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "count": pl.Float64,
    "number": pl.Float64,
    "year": pl.Float64,
    "word": pl.String,
    "flag": pl.Boolean,
    "text": pl.String,
    "date": pl.String,
    "counts": NUMBERS,
    "numbers": NUMBERS,
    "texts": pl.List(pl.String),
}


@dataclass(frozen=True)
class Column:
    """The accepted values of a fact, null where missing or refused; row → why it was refused."""

    values: pl.Series
    refused: dict[int, CellError]


def accept_column(fact: Fact, cells: Cells, strict: bool) -> Column:
    """Type the cells of one column, a Python list or a polars Series."""
    read = CellReader(fact, strict)
    if isinstance(cells, pl.Series) and cells.dtype.is_decimal():
        cells = cells.cast(pl.Float64)
    if not fact.numeric or fact.words:
        return _distinct(read, cells)
    if not isinstance(cells, pl.Series):
        if not _sound(fact, cells):
            return _distinct(read, cells)
        return Column(pl.Series(cells, dtype=pl.Float64, strict=False) + 0.0, {})
    if cells.dtype == pl.String and not strict:
        text = cells.str.strip_chars(BLANKS)
        text = text.set(text == "", None)
        return _ranged(read, cells, text.is_not_null(), _parsed(text))
    if cells.dtype.is_numeric():
        return _ranged(read, cells, cells.is_not_null(), cells.cast(pl.Float64, strict=False))
    return _distinct(read, cells)


def scale(values: pl.Series, factor: Decimal) -> pl.Series:
    """Numbers in another unit, exactly: by way of the decimals as typed, never of the doubles."""
    scaled = [None if x is None else float(Decimal(repr(x)) * factor) for x in values.to_list()]
    return pl.Series(values.name, scaled, dtype=pl.Float64)


def _sound(fact: Fact, cells: Sequence[object]) -> bool:
    """Whether every cell is blank or a number within its bounds, told in few steps."""
    if not set(map(type, cells)) <= {int, float, type(None)}:
        return False
    try:
        numbers = [float(cell) for cell in cells if cell is not None]  # type: ignore[arg-type]
    except OverflowError:
        return False
    if not numbers or not math.isfinite(sum(numbers)):
        return not numbers
    low, high = (fact.minimum, fact.maximum)
    if (low is not None and min(numbers) < low) or (high is not None and max(numbers) > high):
        return False
    return fact.form == "number" or all(map(float.is_integer, numbers))


def _parsed(text: pl.Series) -> pl.Series:
    """Texts as numbers, null where they are none."""
    numeric = text.set(~text.str.contains(NUMBER), None)
    numbers = numeric.cast(pl.Float64, strict=False)
    lost = (numeric.is_not_null() & numbers.is_null()).arg_true()
    if len(lost):
        numbers = numbers.scatter(lost, [float(numeric[row]) for row in lost])
    return numbers


def _ranged(read: CellReader, cells: pl.Series, written: pl.Series, numbers: pl.Series) -> Column:
    """Numbers within the bounds as they are; of what else is written the reader says why not."""
    fact = read.fact
    fits = numbers.is_finite()
    if fact.minimum is not None:
        fits &= numbers >= fact.minimum
    if fact.maximum is not None:
        fits &= numbers <= fact.maximum
    if fact.form != "number":
        fits &= numbers == numbers.floor()
    fits = fits.fill_null(value=False)
    rows = (written & ~fits).arg_true()
    refused = _distinct(read, cells.gather(rows)).refused
    return Column(
        (numbers + 0.0).set(~fits, None), {rows[index]: error for index, error in refused.items()}
    )


def _distinct(read: CellReader, cells: Cells) -> Column:
    """Every distinct value judged once."""
    values, codes = _coded(cells)
    judged: list[object] = []
    errors: dict[int, CellError] = {}
    for code, value in enumerate(values):
        try:
            judged.append(read(value))
        except CellError as error:
            judged.append(None)
            errors[code] = error
    column = pl.Series(judged, dtype=TYPES[read.fact.form]).gather(codes)
    bad = codes.is_in(list(errors)).arg_true() if errors else ()
    return Column(column, {row: errors[codes[row]] for row in bad})


def _coded(cells: Cells) -> tuple[Sequence[object], pl.Series]:
    """The distinct values, and of each cell the index of its own."""
    if isinstance(cells, pl.Series) and not (cells.dtype.is_nested() or cells.dtype == pl.Null):
        frame = cells.alias("cell").to_frame()
        values = frame.unique(maintain_order=True).with_row_index("code")
        joined = frame.join(values, on="cell", how="left", nulls_equal=True, maintain_order="left")
        return values["cell"].to_list(), joined["code"]
    known: dict[Hashable, int] = {}
    distinct: list[object] = []
    codes: list[int] = []
    for cell in cells.to_list() if isinstance(cells, pl.Series) else cells:
        # True, 1 and 1.0 are equal to Python, not to a reader; a list is like no other
        key = (type(cell), cell) if isinstance(cell, Hashable) else len(codes)
        code = known.setdefault(key, len(distinct))
        if code == len(distinct):
            distinct.append(cell)
        codes.append(code)
    return distinct, pl.Series(codes, dtype=pl.UInt32)
