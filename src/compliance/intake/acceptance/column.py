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
from compliance.intake.acceptance.cell import NOTHING, NUMBER, SEPARATORS, CellReader
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
    if fact.listed and isinstance(cells, pl.Series):
        return _listed(read, cells)
    if not fact.numeric or fact.words:
        return _distinct(read, cells)
    if not isinstance(cells, pl.Series):
        if not _sound(fact, cells):
            return _distinct(read, cells)
        cells = pl.Series(cells, dtype=pl.Float64, strict=False)
    return _ranged(read, cells)


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


def _ranged(read: CellReader, cells: pl.Series) -> Column:
    """Numbers within the bounds as they are; of what else is written the reader says why not."""
    if cells.dtype == pl.String and not read.strict:
        text = cells.str.strip_chars(BLANKS)
        text = text.set(text == "", None)
        written, numbers = text.is_not_null(), _parsed(text)
    elif cells.dtype.is_numeric():
        written, numbers = cells.is_not_null(), cells.cast(pl.Float64, strict=False)
    else:
        return _distinct(read, cells)
    fact = read.fact
    fits = numbers.is_finite()
    if fact.minimum is not None:
        fits &= numbers >= fact.minimum
    if fact.maximum is not None:
        fits &= numbers <= fact.maximum
    if fact.form != "number":
        fits &= numbers == numbers.floor()
    fits = fits.fill_null(value=False)
    return Column((numbers + 0.0).set(~fits, None), _refused(read, cells, written & ~fits))


def _parsed(text: pl.Series) -> pl.Series:
    """Texts as numbers, null where they are none."""
    numeric = text.set(~text.str.contains(NUMBER), None)
    numbers = numeric.cast(pl.Float64, strict=False)
    lost = (numeric.is_not_null() & numbers.is_null()).arg_true()
    if len(lost):
        numbers = numbers.scatter(lost, [float(numeric[row]) for row in lost])
    return numbers


def _items(cells: pl.Series, strict: bool) -> pl.Series | None:
    """Lists of items still to be judged; None where the cells are neither texts nor numbers."""
    if cells.dtype == pl.String and not strict:
        text = cells.str.strip_chars(BLANKS)
        items = text.set(text == "", None).str.replace_all(SEPARATORS, ";").str.split(";")
        return (
            pl.Series([[]], dtype=items.dtype)
            .new_from_index(0, len(items))
            .zip_with((text == NOTHING).fill_null(value=False), items)
        )
    inner = cells.dtype.inner if isinstance(cells.dtype, pl.List) else None
    plain = isinstance(inner, pl.DataType) and inner.is_numeric()
    return cells if plain else None


def _listed(read: CellReader, cells: pl.Series) -> Column:
    """Lists of numbers: every item is judged in one flat column, then each list as a whole."""
    items = _items(cells, read.strict)
    if items is None:
        return _distinct(read, cells)
    frame = pl.DataFrame({"row": pl.int_range(len(items), eager=True), "item": items})
    flat = frame.filter(pl.col("item").list.len() > 0).explode("item")
    judged = accept_column(read.of_items.fact, flat["item"], read.strict).values
    lists = flat.with_columns(item=judged).group_by("row", maintain_order=True).agg("item")
    joined = frame.join(lists, on="row", how="left", maintain_order="left")
    size, value = pl.col("item").list.len(), pl.col("item_right")
    fits = ~value.list.eval(pl.element().is_null()).list.any().fill_null(value=False)
    if read.fact.max_items is not None:
        fits &= size <= read.fact.max_items
    if read.fact.length is not None:
        fits &= size == read.fact.length
    value = pl.when(size == 0).then(pl.lit([], dtype=NUMBERS)).otherwise(value)
    found = joined.select(value=pl.when(fits).then(value), bad=~fits & size.is_not_null())
    return Column(found["value"].cast(NUMBERS), _refused(read, cells, found["bad"]))


def _refused(read: CellReader, cells: pl.Series, bad: pl.Series) -> dict[int, CellError]:
    """Why the reader refuses these cells, which are within no bounds."""
    rows = bad.arg_true()
    refused = _distinct(read, cells.gather(rows)).refused
    return {rows[index]: error for index, error in refused.items()}


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
