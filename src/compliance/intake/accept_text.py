"""Cells of text: names, codes that a spreadsheet took for numbers, dates."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from compliance.fact import Fact
from compliance.intake.accept_marks import (
    CONTROL,
    CONTROL_LINES,
    LARGEST_CODE,
    POINT_ZERO,
    SCIENTIFIC,
    CellError,
    refusal,
    show,
)
from compliance.words import say

_SCIENTIFIC = re.compile(SCIENTIFIC)
_POINT_ZERO = re.compile(POINT_ZERO)
_DATE = re.compile(
    r"^([0-9]{4})(?:年|[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)?$"
)
_ISO_DATE = re.compile(r"^([0-9]{4})(?:-([0-9]{2})-([0-9]{2}))?$")


def read_text(fact: Fact, value: object, strict: bool) -> str:
    """A name or code. A number is taken for the digits of a code; raises CellError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and (fact.code or not strict):
        value = _digits(fact, value)
    if not isinstance(value, str):
        raise refusal(fact, "not_text", "{f}：“{v}”不是文字", "{f}: “{v}” is not a text", value)
    if fact.code and not strict:
        if _SCIENTIFIC.match(value):
            raise _lost_digits(fact, value)
        value = _POINT_ZERO.sub(r"\1", value)
    return _clean(fact, value)


def _digits(fact: Fact, value: int | float) -> str:
    """A code that a spreadsheet turned into a number, as its digits again."""
    if isinstance(value, int) and (value.bit_length() > 200 or (fact.code and value < 0)):
        raise _lost_digits(fact, value)
    if isinstance(value, int):
        return str(value)
    whole = abs(value) < LARGEST_CODE and value == int(value)
    if not math.isfinite(value) or (fact.code and (not whole or value < 0)):
        raise _lost_digits(fact, value)
    return str(int(value)) if whole else repr(value)


def _lost_digits(fact: Fact, value: object) -> CellError:
    return refusal(
        fact,
        "bad_code",
        "{f}：“{v}”不是完整的代码",
        "{f}: “{v}” is not a whole code",
        value,
        say("把单元格设为文本格式后重新填写", "format the cell as text and type the code again"),
    )


def _clean(fact: Fact, value: str) -> str:
    control = _CONTROLS[fact.lines]
    if control.search(value) or not _encodable(value):
        raise refusal(
            fact,
            "control_character",
            "{f}：“{v}”含有控制字符",
            "{f}: “{v}” has control characters",
            value,
        )
    if fact.max_length is not None and len(value) > fact.max_length:
        raise refusal(fact, "too_long", "{f}：“{v}”过长", "{f}: “{v}” is too long", value)
    if fact.pattern and not re.search(fact.pattern, value):
        raise refusal(
            fact, "bad_code", "{f}：“{v}”格式不对", "{f}: “{v}” has the wrong form", value
        )
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def python_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern written for polars, as Python has it."""
    return re.compile(re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", pattern))


_CONTROLS = {False: python_pattern(CONTROL), True: python_pattern(CONTROL_LINES)}


def read_date(fact: Fact, value: object, strict: bool) -> str:
    """``YYYY`` or ``YYYY-MM-DD``; tables may write 2015/12/30 or 2015年12月30日."""
    zh, en = "{f}：“{v}”不是日期或年份", "{f}: “{v}” is not a date or year"
    if isinstance(value, datetime | date):
        value = value.strftime("%Y-%m-%d")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value) or value != int(value):
            raise refusal(fact, "bad_date", zh, en, value)
        value = str(int(value)) if abs(value) < LARGEST_CODE else show(value)
    found = (_ISO_DATE if strict else _DATE).match(value) if isinstance(value, str) else None
    if found is None:
        raise refusal(fact, "bad_date", zh, en, value)
    year, *rest = (int(part) for part in found.groups() if part)
    if not (fact.minimum or 1) <= year <= (fact.maximum or 9999):
        raise refusal(fact, "bad_date", zh, en, value)
    if not rest:
        return f"{year:04}"
    try:
        return date(year, *rest).isoformat()
    except ValueError:
        raise refusal(fact, "bad_date", zh, en, value) from None
