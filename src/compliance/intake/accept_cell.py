"""One cell: what it says, or what is wrong with it in words.

This is the reference for what may be written. `accept_column` decides the same for whole columns
and comes here only for the cells it refuses, so that each is explained.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from compliance.fact import Fact
from compliance.words import say

# what counts as nothing written: every white space, and the marks that only look like nothing
BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
BLANKS += "\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
CONTROL = r"[\x00-\x1f\x7f-\x9f\x{2028}-\x{202e}\x{2066}-\x{2069}]"
CONTROL_LINES = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{2028}-\x{202e}\x{2066}-\x{2069}]"
SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
POINT_ZERO = r"^([0-9]+)\.0+$"
SPREADSHEET_ERRORS = (
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!",
)  # fmt: skip
SEPARATORS = "；、，,"
NOTHING = "无"
LARGEST_CODE = 2**53

_NUMBER = re.compile(NUMBER)
_SCIENTIFIC = re.compile(SCIENTIFIC)
_POINT_ZERO = re.compile(POINT_ZERO)
_DATE = re.compile(r"^([0-9]{4})(?:年|[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)?$")
_ISO_DATE = re.compile(r"^([0-9]{4})(?:-([0-9]{2})-([0-9]{2}))?$")


class Bad(Exception):
    """A cell that cannot be accepted: a stable code, what is wrong, what was expected."""

    def __init__(self, code: str, message: str, expected: str) -> None:
        super().__init__(message)
        self.code, self.message, self.expected = code, message, expected


def show(value: object, width: int = 40) -> str:
    """A value for a message: cut, and with nothing in it that a terminal would act upon."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"{'-' if value < 0 else ''}≈10^{int(value.bit_length() * 0.30103)}"
    text = str(value)[: width + 1]
    safe = "".join(c if c.isprintable() else "�" for c in text)
    return safe if len(safe) <= width else safe[:width] + "…"


def read_cell(fact: Fact, value: object, strict: bool) -> object:
    """What the cell says for `fact`: None for a blank, else in the form of the submission.

    Numbers come back as float, flags as bool, lists as list. strict: a number must be a number.
    Raises Bad.
    """
    if isinstance(value, str):
        value = value.strip(BLANKS)
        if value in SPREADSHEET_ERRORS:
            raise Bad(
                "formula_error",
                say("{f}：单元格公式出错，显示{v}", "{f}: the formula yields {v}", f=fact.label, v=value),
                fact.expected(),
            )
    if value is None or value == "":
        return None
    return _READERS[fact.form](fact, value, strict)


def _bad(fact: Fact, code: str, zh: str, en: str, value: object, expected: str = "") -> Bad:
    message = say(zh, en, f=fact.label, v=show(value))
    return Bad(code, message, expected or fact.expected())


def _number(fact: Fact, value: object, strict: bool) -> float:
    if fact.words:
        return float(_word(fact, value, strict))
    if isinstance(value, str) and not strict and _NUMBER.match(value):
        return _in_range(fact, float(value), value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _not_a_number(fact, value, strict)
    try:
        return _in_range(fact, float(value), value)
    except OverflowError:
        side = -math.inf if value < 0 else math.inf
        return _in_range(fact, math.copysign(1e308, side), value)


def _in_range(fact: Fact, number: float, written: object) -> float:
    if not math.isfinite(number):
        raise _bad(
            fact, "not_finite", "{f}：“{v}”不是有限的数", "{f}: “{v}” is not a finite number", written
        )
    if fact.minimum is not None and number < fact.minimum:
        code = "negative" if number < 0 and fact.minimum == 0 else "below_minimum"
        raise _bad(fact, code, "{f}：{v}低于下限", "{f}: {v} is below the minimum", written)
    if fact.maximum is not None and number > fact.maximum:
        raise _bad(fact, "above_maximum", "{f}：{v}超过上限", "{f}: {v} is above the maximum", written)
    if fact.form != "number" and number != math.floor(number):
        raise _bad(
            fact, "not_whole", "{f}：{v}不是整数", "{f}: {v} is not a whole number", written
        )
    return number + 0.0


def _not_a_number(fact: Fact, value: object, strict: bool) -> Bad:
    zh, en = "{f}：“{v}”不是数字", "{f}: “{v}” is not a number"
    if isinstance(value, list | tuple | dict):
        zh, en = "{f}：应是一个数，填了多个值", "{f}: one number is wanted, not several values"
    return _bad(fact, "not_a_number", zh, en, value, _advice(fact, value, strict))


def _advice(fact: Fact, value: object, strict: bool) -> str:
    """What to type instead, where the slip is a common one. Nothing is corrected silently."""
    if not isinstance(value, str):
        return ""
    if value.startswith("="):
        return say("填计算结果，不填公式文字", "type the result, not the formula's text")
    folded = unicodedata.normalize("NFKC", value)
    plain = folded.replace(",", "").replace("，", "").replace("%", "").replace(" ", "")
    unit = re.fullmatch(r"([0-9.]+)(?:人|名|元|间|个|台|册|平方米|m2|㎡|年)", plain)
    plain = unit[1] if unit else plain
    if not _NUMBER.match(plain) or len(plain) > 30:
        return ""
    if strict:
        return say("不加引号的数字：{p}", "a number without quotes: {p}", p=plain)
    reason = (
        say("去掉百分号", "without the percent sign") if "%" in folded
        else say("去掉千位分隔符", "without thousands separators") if "," in folded
        else say("只填数字，不带单位", "the number alone, without its unit") if unit
        else say("用半角数字", "in half-width digits")
    )  # fmt: skip
    return say("{reason}，填{p}", "{reason}: {p}", reason=reason, p=plain)


def _word(fact: Fact, value: object, strict: bool) -> str:
    key = ""
    if isinstance(value, str):
        key = value.lower()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        key = str(int(value)) if abs(value) < LARGEST_CODE and value == int(value) else ""
    found = folded_words(fact).get(key) if len(key) <= 100 else None
    if found is None:
        raise _bad(fact, "unknown_word", "{f}：不认识“{v}”", "{f}: “{v}” is not known", value)
    return found


@lru_cache(maxsize=512)
def _folded(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {word.lower(): canonical for word, canonical in words}


def folded_words(fact: Fact) -> dict[str, str]:
    """The words accepted for `fact`, in lower case → canonical."""
    return _folded(tuple(fact.words.items()))


def _flag(fact: Fact, value: object, strict: bool) -> bool:
    if isinstance(value, bool):
        return value
    return _word(fact, value, strict) == "true"


def _text(fact: Fact, value: object, strict: bool) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and (fact.code or not strict):
        value = _digits(fact, value)
    if not isinstance(value, str):
        raise _bad(fact, "not_text", "{f}：“{v}”不是文字", "{f}: “{v}” is not a text", value)
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


def _lost_digits(fact: Fact, value: object) -> Bad:
    return _bad(
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
        raise _bad(
            fact,
            "control_character",
            "{f}：“{v}”含有控制字符",
            "{f}: “{v}” has control characters",
            value,
        )
    if fact.max_length is not None and len(value) > fact.max_length:
        raise _bad(fact, "too_long", "{f}：“{v}”过长", "{f}: “{v}” is too long", value)
    if fact.pattern and not re.search(fact.pattern, value):
        raise _bad(fact, "bad_code", "{f}：“{v}”格式不对", "{f}: “{v}” has the wrong form", value)
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _python(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", pattern))


_CONTROLS = {False: _python(CONTROL), True: _python(CONTROL_LINES)}


def _date(fact: Fact, value: object, strict: bool) -> str:
    zh, en = "{f}：“{v}”不是日期或年份", "{f}: “{v}” is not a date or year"
    if isinstance(value, datetime | date):
        value = value.strftime("%Y-%m-%d")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value) or value != int(value):
            raise _bad(fact, "bad_date", zh, en, value)
        value = str(int(value)) if abs(value) < LARGEST_CODE else show(value)
    found = (_ISO_DATE if strict else _DATE).match(value) if isinstance(value, str) else None
    if found is None:
        raise _bad(fact, "bad_date", zh, en, value)
    year, *rest = (int(part) for part in found.groups() if part)
    if not (fact.minimum or 1) <= year <= (fact.maximum or 9999):
        raise _bad(fact, "bad_date", zh, en, value)
    if not rest:
        return f"{year:04}"
    try:
        return date(year, *rest).isoformat()
    except ValueError:
        raise _bad(fact, "bad_date", zh, en, value) from None


def _list(fact: Fact, value: object, strict: bool) -> list[float]:
    items = _items(fact, value, strict)
    if fact.max_items is not None and len(items) > fact.max_items:
        raise _bad(fact, "list_length", "{f}：项数过多", "{f}: too many items", value)
    if fact.length is not None and len(items) != fact.length:
        raise _bad(
            fact, "list_length", "{f}：“{v}”的项数不对", "{f}: “{v}” has the wrong number of items", value
        )
    one = item_of(fact)
    numbers = []
    for position, item in enumerate(items, start=1):
        try:
            number = read_cell(one, item, strict)
        except Bad as bad:
            message = say("{m}（第{n}项）", "{m} (item {n})", m=bad.message, n=position)
            raise Bad("bad_item", message, bad.expected) from None
        if number is None:
            raise _bad(fact, "bad_item", "{f}：“{v}”中有空项", "{f}: “{v}” has an empty item", value)
        assert isinstance(number, float)  # noqa: S101 - item_of is a numeric fact
        numbers.append(number)
    return numbers


def item_of(fact: Fact) -> Fact:
    """The fact that one item of a list fact is."""
    return replace(fact, form="count" if fact.form == "counts" else "number", length=None)


def _items(fact: Fact, value: object, strict: bool) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    if not strict and isinstance(value, str):
        if value == NOTHING:
            return []
        return re.split(f"[;{SEPARATORS}]", value)
    if not strict and isinstance(value, int | float) and not isinstance(value, bool):
        return [value]
    raise _bad(fact, "not_a_list", "{f}：“{v}”不是列表", "{f}: “{v}” is not a list", value)


def _texts(fact: Fact, value: object, strict: bool) -> list[str]:
    if isinstance(value, str) and not strict:
        value = [] if value == NOTHING else re.split(r"[;；\n]", value)
    if not isinstance(value, list | tuple):
        raise _bad(fact, "not_a_list", "{f}：“{v}”不是列表", "{f}: “{v}” is not a list", value)
    one = replace(fact, form="text", max_length=500, pattern="")
    texts = [read_cell(one, item, strict) for item in value]
    if fact.max_items is not None and len(texts) > fact.max_items:
        raise _bad(fact, "list_length", "{f}：项数过多", "{f}: too many items", value)
    return [text for text in texts if isinstance(text, str)]


_READERS: dict[str, Callable[[Fact, object, bool], object]] = {
    "count": _number,
    "number": _number,
    "year": _number,
    "word": _word,
    "flag": _flag,
    "text": _text,
    "date": _date,
    "counts": _list,
    "numbers": _list,
    "texts": _texts,
}
