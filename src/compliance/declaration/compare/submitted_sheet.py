"""A county's own form as read back: the filled cells of a sheet, compared as people read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

Place = tuple[int, int]
_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BLANK = re.compile(r"[_\-—–/]*")
_NUMBER = re.compile(r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)\D{0,4}")
_BEYOND = 10**15
_LONGEST = 4000


def folded(value: object) -> str:
    """A text to be compared: width, space and invisible signs do not matter."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _SPACE.sub("", unicodedata.normalize("NFKC", str(value)[:_LONGEST]))


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing but the sign of a blank."""
    return value is None or _BLANK.fullmatch(folded(value)) is not None


def number(value: object) -> Decimal | None:
    """The figure a cell or blank holds, be a unit written after it; None where it is words.

    Nothing of more than 15 digits before the point is a figure, nor what is infinite or undefined.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(repr(value)) if abs(value) < _BEYOND else None
    found = _NUMBER.fullmatch(folded(value).replace(",", ""))
    return Decimal(found[1]) if found else None


@dataclass(frozen=True)
class FilledSheet:
    """A worksheet: (row, column) from 0 → what stands there; place: a cell's name, ``表Ⅳ!B7``."""

    name: str
    cells: Mapping[Place, object]
    place: Callable[[int, int], str]

    @cached_property
    def rows(self) -> dict[int, dict[int, object]]:
        """Row → column → value, from the top down."""
        found: dict[int, dict[int, object]] = {}
        for row, column in sorted(self.cells):
            found.setdefault(row, {})[column] = self.cells[(row, column)]
        return found

    def alone(self, row: int) -> str:
        """The folded text of a row in which a single cell is filled; empty otherwise."""
        cells = self.rows.get(row, {})
        return folded(next(iter(cells.values()))) if len(cells) == 1 else ""
