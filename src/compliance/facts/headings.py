"""Headings as people write them, brought to one form: text decides, never a table's number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

# what may stand in a bracket as a unit -> the quantity it measures and its size
_COUNTERS = "人 名 位 个 间 台 册 所 班 份 件 套 张 片 处 座 户 届"
UNITS: dict[str, tuple[str, Decimal]] = {
    **{word: ("count", Decimal(1)) for word in _COUNTERS.split()},
    "万人": ("persons10k", Decimal(1)),
    "元": ("yuan", Decimal(1)),
    "人民币元": ("yuan", Decimal(1)),
    "万元": ("yuan", Decimal(10000)),
    "千元": ("thousands of yuan", Decimal(1)),
    "百万元": ("millions of yuan", Decimal(1)),
    "亿元": ("100 millions of yuan", Decimal(1)),
    "m2": ("area", Decimal(1)),
    "亩": ("mu", Decimal(1)),
    "公顷": ("hectares", Decimal(1)),
    "万m2": ("area10k", Decimal(1)),
    "米": ("length", Decimal(1)),
    "公里": ("length", Decimal(1000)),
    "千米": ("length", Decimal(1000)),
    "小时": ("hours", Decimal(1)),
    "学时": ("hours", Decimal(1)),
    "分": ("points", Decimal(1)),
    "%": ("percent", Decimal(1)),
    "‰": ("per mille", Decimal(1)),
}
_BLANK = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BRACKET = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_PERIOD = re.compile(
    r"^(?:((?:19|20)[0-9]{2})(?:[-—~至](?:19|20)?[0-9]{2})?)?"
    r"(?:年|年度|自然年|自然年度|学年|学年度|学年初|公历年|上年|上年度|上一年度|上学年|必填|选填|是|否)?$"
)
_NOISE = re.compile(r"[()\[\]【】〔〕、,;/\\\-—–_:.·'\"“”‘’《》#*|]+")
_STAGE = re.compile(r"^(小学|初中)(?:部|学段|阶段|段)")
_TAIL = re.compile(r"^(.+?)[(\[【](小学|初中|高中)(?:部|学段|阶段|段)?[)\]】]$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading read: its comparable key, the unit in its bracket, the year named there."""

    key: str
    unit: str
    year: int | None

    @classmethod
    def read(cls, text: str) -> Heading:
        """Fold width, case, space and punctuation; take the bracketed unit and period out."""
        folded = unicodedata.normalize("NFKC", str(text)[:300]).casefold()
        folded = _BLANK.sub("", folded).strip("*:").replace("平方米", "m2").replace("平米", "m2")
        unit, year = "", None

        def take(found: re.Match[str]) -> str:
            nonlocal unit, year
            words = [word for word in re.split(r"[,、;/]", found[1].replace("单位:", "")) if word]
            periods = [_PERIOD.match(word) for word in words]
            if not words or not all(
                word in UNITS or period for word, period in zip(words, periods, strict=True)
            ):
                return found[0]
            for word, period in zip(words, periods, strict=True):
                if word in UNITS:
                    unit = word
                elif period and period[1]:
                    year = int(period[1])
            return ""

        folded = _BRACKET.sub(take, folded).strip("*:")
        folded = _TAIL.sub(r"\2\1", folded)
        folded = _STAGE.sub(r"\1", folded)
        return cls(_NOISE.sub("", folded), unit, year)


def factor(written: str, own: str) -> Decimal | None:
    """What figures in the unit `written` are multiplied by to be in the unit `own`.

    1 where the heading names no unit; None where the two do not measure the same thing.
    """
    if not written:
        return Decimal(1)
    known = UNITS.get(own.replace("平方米", "m2"))
    there = UNITS[written]
    if known is None or known[0] != there[0]:
        return None
    return there[1] / known[1]


def quantity(unit: str) -> str:
    """What a unit measures: ``count``, ``yuan``, ``area`` …; empty for one that is not known."""
    return UNITS.get(unit.replace("平方米", "m2"), ("", Decimal(1)))[0]
