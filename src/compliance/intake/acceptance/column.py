"""Whole columns at once: typed values, and which cells were refused.

Decides as `accept_cell` does (a test holds the two together), without a loop over the rows where
the column is of one kind, as bulk tables are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.facts.fact import Fact
from compliance.intake.acceptance.cell import folded_words, item_of, read_cell
from compliance.intake.acceptance.cell_patterns import (
    BLANKS,
    CONTROL,
    CONTROL_LINES,
    LARGEST_CODE,
    NOTHING,
    NUMBER,
    POINT_ZERO,
    SCIENTIFIC,
    SEPARATORS,
    SPREADSHEET_ERRORS,
    CellError,
)

Cells = Sequence[object] | pl.Series
NUMBERS = pl.List(pl.Float64)
FEW = 200  # so many cells are read faster one by one
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
    """The accepted values of a fact (null where missing or refused) and the refused rows."""

    values: pl.Series
    bad: pl.Series


def accept_column(fact: Fact, cells: Cells, strict: bool) -> Column:
    """Type the cells of one column, a Python list or a polars Series."""
    series = cells if isinstance(cells, pl.Series) else None
    if not isinstance(cells, pl.Series):
        if fact.numeric and not fact.words and _sound(fact, cells):
            return _column(pl.Series(cells, dtype=pl.Float64, strict=False) + 0.0, None)
        if len(cells) > FEW:
            series = _uniform(fact, list(cells), strict)
    if series is None:
        return _by_cells(fact, cells, strict)
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    if series.dtype.is_decimal():
        series = series.cast(pl.Float64)
    if series.dtype == pl.Null:
        return _column(pl.Series([None] * len(series), dtype=TYPES[fact.form]), None)
    reader = _READERS.get(fact.form)
    column = reader(fact, series, strict) if reader else None
    return column or _by_cells(fact, series, strict)


def scale(values: pl.Series, factor: Decimal) -> pl.Series:
    """Numbers in another unit, exactly: by way of the decimals as typed, never of the doubles."""
    scaled = [None if x is None else float(Decimal(repr(x)) * factor) for x in values.to_list()]
    return pl.Series(values.name, scaled, dtype=pl.Float64)


def _column(values: pl.Series, bad: pl.Series | None) -> Column:
    if bad is None:
        bad = pl.Series([False]).new_from_index(0, len(values))
    return Column(values, bad)


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


def _uniform(fact: Fact, cells: list[object], strict: bool) -> pl.Series | None:
    """The cells as a Series where they are all of one kind that can be judged in columns."""
    kinds = set(map(type, cells)) - {type(None)}
    try:
        if not kinds:
            return pl.Series(cells, dtype=pl.Null)
        if kinds <= {int, float} and fact.numeric and not fact.words:
            return pl.Series(cells, dtype=pl.Float64, strict=False)
        if kinds == {str} and (not strict or fact.form in ("text", "word", "flag")):
            return pl.Series(cells, dtype=pl.String)
    except (OverflowError, UnicodeEncodeError, TypeError, pl.exceptions.PolarsError):
        return None
    return None


def _by_cells(fact: Fact, cells: Cells, strict: bool) -> Column:
    rows = cells.to_list() if isinstance(cells, pl.Series) else cells
    values: list[object] = []
    bad: list[bool] = []
    for cell in rows:
        try:
            values.append(read_cell(fact, cell, strict))
            bad.append(False)
        except CellError:
            values.append(None)
            bad.append(True)
    return _column(pl.Series(values, dtype=TYPES[fact.form]), pl.Series(bad, dtype=pl.Boolean))


def _stripped(series: pl.Series) -> pl.Series:
    text = series.str.strip_chars(BLANKS)
    return text.set(text == "", None)


def _numbers(fact: Fact, series: pl.Series, strict: bool) -> Column | None:
    if fact.words:
        found = _words(fact, series, strict)
        return found and Column(found.values.cast(pl.Float64), found.bad)
    if series.dtype == pl.String:
        if strict:
            return None
        text = _stripped(series)
        numbers = _parsed(text)
        return _ranged(fact, text.is_not_null(), numbers)
    if not series.dtype.is_numeric():
        return None
    return _ranged(fact, series.is_not_null(), series.cast(pl.Float64, strict=False))


def _parsed(text: pl.Series) -> pl.Series:
    """Texts as numbers, null where they are none."""
    good = text.str.contains(NUMBER)
    numeric = text.set(~good, None)
    numbers = numeric.cast(pl.Float64, strict=False)
    lost = (numeric.is_not_null() & numbers.is_null()).arg_true()
    if len(lost):
        numbers = numbers.scatter(lost, [float(numeric[row]) for row in lost])
    return numbers


def _ranged(fact: Fact, written: pl.Series, numbers: pl.Series) -> Column:
    fits = numbers.is_finite()
    if fact.minimum is not None:
        fits &= numbers >= fact.minimum
    if fact.maximum is not None:
        fits &= numbers <= fact.maximum
    if fact.form not in ("number", "numbers"):
        fits &= numbers == numbers.floor()
    fits = fits.fill_null(value=False)
    return Column((numbers + 0.0).set(~fits, None), written & ~fits)


def _as_words(series: pl.Series) -> pl.Series | None:
    """The cells as words to look up: text, or the digits of whole numbers."""
    if series.dtype == pl.String:
        return _stripped(series).str.to_lowercase()
    if series.dtype.is_integer():
        return series.cast(pl.String)
    return None


def _words(fact: Fact, series: pl.Series, strict: bool) -> Column | None:
    words = _as_words(series)
    if words is None:
        return None
    table = folded_words(fact)
    found = words.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.String
    )
    return Column(found, words.is_not_null() & found.is_null())


def _flags(fact: Fact, series: pl.Series, strict: bool) -> Column | None:
    if series.dtype == pl.Boolean:
        return _column(series, None)
    found = _words(fact, series, strict)
    return found and Column(found.values == "true", found.bad)


def _texts(fact: Fact, series: pl.Series, strict: bool) -> Column | None:
    if series.dtype.is_integer() and fact.code:
        if (series < 0).any():
            return None
        series = series.cast(pl.String)
    elif series.dtype.is_float() and fact.code:
        whole = (series == series.floor()) & (series < LARGEST_CODE) & (series >= 0)
        if not whole.fill_null(value=True).all():
            return None
        series = series.cast(pl.Int64).cast(pl.String)
    elif series.dtype != pl.String:
        return None
    text = _stripped(series)
    bad = text.is_in(list(SPREADSHEET_ERRORS))
    if fact.code and not strict:
        bad |= text.str.contains(SCIENTIFIC)
        text = text.str.replace(POINT_ZERO, "$1")
    bad |= text.str.contains(CONTROL_LINES if fact.lines else CONTROL)
    if fact.max_length is not None:
        bad |= text.str.len_chars() > fact.max_length
    if fact.pattern:
        bad |= ~text.str.contains(fact.pattern)
    bad = bad.fill_null(value=False)
    return Column(text.set(bad, None), bad)


def _lists(fact: Fact, series: pl.Series, strict: bool) -> Column | None:
    if series.dtype == pl.String and not strict:
        text = _stripped(series)
        items = text.str.replace_all(f"[{SEPARATORS}]", ";").str.split(";")
        none = (text == NOTHING).fill_null(value=False)
        return _listed(fact, text.is_not_null(), items, none)
    if isinstance(series.dtype, pl.List) and _flat(series.dtype.inner):
        return _listed(fact, series.is_not_null(), series, None)
    return None


def _flat(inner: object) -> bool:
    return isinstance(inner, pl.DataType) and (inner.is_numeric() or inner == pl.Null)


def _listed(fact: Fact, written: pl.Series, items: pl.Series, none: pl.Series | None) -> Column:
    """Lists of numbers: every item is judged in one flat column, then each list as a whole."""
    frame = pl.DataFrame({"row": pl.int_range(len(items), eager=True), "item": items})
    if none is not None:
        frame = frame.with_columns(none=none)
        frame = frame.with_columns(item=pl.when("none").then(None).otherwise(pl.col("item")))
    flat = frame.filter(pl.col("item").list.len() > 0).select("row", "item").explode("item")
    one = item_of(fact)
    column = _numbers(one, flat["item"], strict=False)
    if column is None:  # a list of nothing but nulls
        column = Column(pl.Series([None] * len(flat), dtype=pl.Float64), flat["item"].is_not_null())
    judged = flat.with_columns(item=column.values, refused=column.values.is_null())
    groups = judged.group_by("row", maintain_order=True).agg("item", pl.col("refused").any())
    joined = frame.select("row").join(groups, on="row", how="left", maintain_order="left")
    values = joined["item"].cast(NUMBERS)
    empty = (values.is_null() & written).fill_null(value=False)
    if empty.any():
        hollow = pl.Series([[]], dtype=NUMBERS).new_from_index(0, len(values))
        values = hollow.zip_with(empty, values)
    sizes = values.list.len()
    bad = joined["refused"].fill_null(value=False)
    if fact.max_items is not None:
        bad |= sizes > fact.max_items
    if fact.length is not None:
        bad |= sizes != fact.length
    bad = bad.fill_null(value=False) & written
    missing = pl.Series([None], dtype=NUMBERS).new_from_index(0, len(values))
    return Column(missing.zip_with(bad, values), bad)


_READERS: dict[str, Callable[[Fact, pl.Series, bool], Column | None]] = {
    "count": _numbers,
    "number": _numbers,
    "year": _numbers,
    "word": _words,
    "flag": _flags,
    "text": _texts,
    "counts": _lists,
    "numbers": _lists,
}
