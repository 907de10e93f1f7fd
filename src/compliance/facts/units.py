"""Units as people write them, what each measures, and what figures in one are in another, exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

# what may stand in a bracket as a unit -> the quantity it measures and its size
_COUNTERS = "人 名 位 个 间 台 册 所 班 份 件 套 张 片 处 座 户 届"
UNITS: dict[str, tuple[str, Fraction]] = {
    **{word: ("count", Fraction(1)) for word in _COUNTERS.split()},
    "万人": ("count", Fraction(10_000)),
    "万册": ("count", Fraction(10_000)),
    "元": ("yuan", Fraction(1)),
    "人民币元": ("yuan", Fraction(1)),
    "千元": ("yuan", Fraction(1000)),
    "万元": ("yuan", Fraction(10_000)),
    "百万元": ("yuan", Fraction(1_000_000)),
    "亿元": ("yuan", Fraction(100_000_000)),
    "m2": ("area", Fraction(1)),
    "亩": ("area", Fraction(2000, 3)),
    "公顷": ("area", Fraction(10_000)),
    "万m2": ("area", Fraction(10_000)),
    "米": ("length", Fraction(1)),
    "公里": ("length", Fraction(1000)),
    "千米": ("length", Fraction(1000)),
    "小时": ("hours", Fraction(1)),
    "学时": ("hours", Fraction(1)),
    "分": ("points", Fraction(1)),
    "%": ("percent", Fraction(1)),
    "‰": ("per mille", Fraction(1)),
}
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_SQUARE = str.maketrans({"㎡": "m2"})


def folded(text: str) -> str:
    """A text without differences of width, case and space, its square metres written in one way."""
    plain = _BLANK.sub("", unicodedata.normalize("NFKC", text[:300]).casefold())
    return _square(plain)


def _square(text: str) -> str:
    return text.translate(_SQUARE).replace("平方米", "m2").replace("平米", "m2")


def factor(written: str, own: str) -> Fraction | None:
    """What figures in the unit `written` are multiplied by to be in the unit `own`.

    1 where the heading names no unit; None where the two do not measure the same thing.
    """
    if not written:
        return Fraction(1)
    known, there = UNITS.get(_square(own)), UNITS[written]
    if known is None or known[0] != there[0]:
        return None
    return there[1] / known[1]


def quantity(unit: str) -> str:
    """What a unit measures: ``count``, ``yuan``, ``area`` …; empty for one that is not known."""
    return UNITS.get(_square(unit), ("", Fraction(1)))[0]


def same_unit(one: str, other: str) -> bool:
    """Whether figures in both are the same figures, as far as can be told: 名 and 人, 节/周 and 节."""
    first, second = sorted((folded(one), folded(other)), key=len)
    known = [UNITS.get(word) for word in (first, second)]
    return second.startswith(first) or (known[0] is not None and known[0] == known[1])


def of_its_kind(units: Iterable[str], own: str) -> list[str]:
    """The units that measure the kind of thing that `own` measures."""
    kind = quantity(own)
    return [unit for unit in units if kind and quantity(unit) == kind]


def as_printed(unit: str) -> str:
    """A unit as folded, such as 万m2, as it is printed."""
    return unit.replace("m2", "平方米")


@lru_cache(maxsize=4096)
def unit_words(text: str) -> tuple[str, ...]:
    """The units that a text such as 人、平方米、万元 names."""
    return tuple(word for word in re.split(r"[,、;/()\[\]和及与]", folded(text)) if word in UNITS)
