"""Dates as people type them into a list: 2026年6月, 2026-06-30, 6月底."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_TAIL = r"(?:之?前|以前|止|前完成)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}[-/.年](?P<month>\d\d?)[-/.月](?P<day>\d\d?)[日号]?{_TAIL}",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        rf"{_YEAR}[-/.年](?P<month>\d\d?)月?份?(?P<part>[底末初]|[上中下]旬)?{_TAIL}",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])",
        rf"(?P<month>\d\d?)月(?P<day>\d\d?)[日号]{_TAIL}",
        rf"(?P<month>\d\d?)月份?(?P<part>[底末初]|[上中下]旬)?{_TAIL}",
        rf"{_YEAR}年?(?P<part>[底末]|上半年|下半年)?{_TAIL}",
        rf"{_YEAR}年第?(?P<part>[一二三四1-4]季度)[底末]?{_TAIL}",
    )
)
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[一二][〇零○一二三四五六七八九]{3}年")
_DAYS = {"上旬": 10, "中旬": 20, "初": 10}
_MONTHS = {"上半年": 6, "一季度": 3, "1季度": 3, "二季度": 6, "2季度": 6, "三季度": 9, "3季度": 9}


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """The last day that is meant; exact: it was written to the day, else to the month or year."""

    day: date
    exact: bool


def read_date(
    value: object, since: date | None = None, *, exact: bool = True
) -> WrittenDate | None:
    """What a cell means as a date; None where that cannot be told.

    since: the day from which on it was written: a month without its year is the first one that ends
    after it, and cannot be told without. exact: a cell that holds a date shows its day.
    """
    if isinstance(value, date):
        return WrittenDate(value, exact)
    text = unicodedata.normalize("NFKC", str(value if value is not None else ""))
    text = _CHINESE_YEAR.sub(lambda year: year[0].translate(_DIGITS), "".join(text.split()))
    for form in _FORMS:
        if (found := form.fullmatch(text)) and (read := _meant(found.groupdict(), since)):
            return read
    return None


def _meant(parts: dict[str, str | None], since: date | None) -> WrittenDate | None:
    part, month, day = parts.get("part") or "", parts.get("month"), parts.get("day")
    number = int(month) if month else _MONTHS.get(part, 12)
    if not 1 <= number <= 12:
        return None
    if year := parts.get("year"):
        return _day(int(year), number, day or _DAYS.get(part))
    if since is None:
        return None
    found = _day(since.year, number, day or _DAYS.get(part))
    if found and found.day < since:
        return _day(since.year + 1, number, day or _DAYS.get(part))
    return found


def _day(year: int, month: int, day: str | int | None) -> WrittenDate | None:
    last = calendar.monthrange(year, month)[1]
    number = int(day) if day is not None else last
    return WrittenDate(date(year, month, number), day is not None) if 1 <= number <= last else None
