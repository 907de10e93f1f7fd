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
from decimal import Decimal
from functools import lru_cache

from compliance.facts.fact import Fact
from compliance.facts.headings import UNITS, factor
from compliance.intake.acceptance.cell_patterns import (
    BLANKS,
    CONTROL,
    CONTROL_LINES,
    INVISIBLE,
    LARGEST_CODE,
    NOTHING,
    NUMBER,
    POINT_ZERO,
    SCIENTIFIC,
    SEPARATORS,
    SPREADSHEET_ERRORS,
    CellError,
    refusal,
    show,
)
from compliance.kernel.i18n import say

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


_NUMBER = re.compile(NUMBER)
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
_GLUED_YEAR = re.compile(r"((?:19|20)[0-9]{2})[0-9]|[0-9]((?:19|20)[0-9]{2})")
_LETTERED = re.compile(r"^(?=.*[0-9])[0-9OoIl]+(\.[0-9OoIl]+)?$")
_UNSEEN = python_pattern(INVISIBLE)
_DIGITS = str.maketrans("OoIl", "0011")
_WITH_UNIT = re.compile(r"^([0-9]+(?:\.[0-9]+)?)([^0-9.].{0,2})$")


def read_cell(fact: Fact, value: object, strict: bool) -> object:
    """What the cell says for `fact`: None for a blank, else in the form of the submission.

    Numbers come back as float, flags as bool, lists as list. strict: a number must be a number.
    Raises CellError.
    """
    if isinstance(value, str):
        value = value.strip(BLANKS)
        if value in SPREADSHEET_ERRORS:
            raise CellError(
                "formula_error",
                say(
                    "{f}：单元格公式出错，显示{v}",
                    "{f}: the formula yields {v}",
                    f=fact.label,
                    v=value,
                ),
                fact.expected(),
            )
    if value is None or value == "":
        return None
    return _READERS[fact.form](fact, value, strict)


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
        raise refusal(
            fact,
            "not_finite",
            "{f}：“{v}”不是有限的数",
            "{f}: “{v}” is not a finite number",
            written,
        )
    if fact.minimum is not None and number < fact.minimum:
        code = "negative" if number < 0 and fact.minimum == 0 else "below_minimum"
        raise refusal(fact, code, "{f}：{v}低于下限", "{f}: {v} is below the minimum", written)
    if fact.maximum is not None and number > fact.maximum:
        zh, en = "{f}：{v}超过上限", "{f}: {v} is above the maximum"
        wanted = "；".join(one for one in (fact.expected(), _damage(written)) if one)
        raise refusal(fact, "above_maximum", zh, en, written, wanted)
    if fact.form != "number" and number != math.floor(number):
        raise refusal(
            fact, "not_whole", "{f}：{v}不是整数", "{f}: {v} is not a whole number", written
        )
    return number + 0.0


def _not_a_number(fact: Fact, value: object, strict: bool) -> CellError:
    zh, en = "{f}：“{v}”不是数字", "{f}: “{v}” is not a number"
    if isinstance(value, list | tuple | dict):
        zh, en = "{f}：应是一个数，填了多个值", "{f}: one number is wanted, not several values"
    return refusal(fact, "not_a_number", zh, en, value, _advice(fact, value, strict))


def _advice(fact: Fact, value: object, strict: bool) -> str:
    """What to type instead, where the slip is a common one. Nothing is corrected silently."""
    if not isinstance(value, str) or len(value) > 40:
        return ""
    if value.startswith("="):
        return say("填计算结果，不填公式文字", "type the result, not the formula's text")
    plain, reason = _meant(fact, unicodedata.normalize("NFKC", value).replace(" ", ""))
    if not _NUMBER.match(plain):
        return ""
    if fact.maximum is not None and float(plain) > fact.maximum:
        return _damage(value)
    if strict:
        return say("不加引号的数字：{p}", "a number without quotes: {p}", p=plain)
    return say("{reason}，填{p}", "{reason}: {p}", reason=reason, p=plain)


def _damage(written: object) -> str:
    """Advice on a number too large because a replacement glued a year into it: 20230% for 100%."""
    glued = _GLUED_YEAR.search(str(written))
    if glued is None:
        return ""
    return say(
        "数字中夹着“{y}”，疑为文字批量替换所致，请恢复原数",
        "“{y}” is glued into it, as a careless replacement leaves it: the figure as it was",
        y=glued[1] or glued[2],
    )


def _meant(fact: Fact, text: str) -> tuple[str, str]:  # noqa: PLR0911 - one slip a line
    """The number that was probably meant, and what to leave out; "" where that is not certain."""
    unseen = _UNSEEN.sub("", text)
    if unseen != text and _NUMBER.match(unseen):
        return unseen, say("去掉看不见的字符", "without the unseen characters")
    if _THOUSANDS.match(text):
        return text.replace(",", ""), say("去掉千位分隔符", "without thousands separators")
    if text.endswith("%") and fact.unit == "%":
        return text[:-1], say("去掉百分号", "without the percent sign")
    if text.endswith("%") and not fact.unit and _NUMBER.match(text[:-1]):
        ratio = Decimal(text[:-1]).scaleb(-2)
        return f"{ratio:f}", say("写成小数", "as a decimal")
    unit = _WITH_UNIT.match(text)
    if unit and unit[2] in UNITS and factor(unit[2], fact.unit) == 1:
        return unit[1], say("只填数字，不带单位", "the number alone, without its unit")
    if _LETTERED.match(text) and not _NUMBER.match(text):
        return text.translate(_DIGITS), say(
            "字母O、I、l应为数字", "digits, not letters like O or l"
        )
    return text, say("用半角数字", "in half-width digits")


def _word(fact: Fact, value: object, strict: bool) -> str:
    key = ""
    if isinstance(value, str):
        key = value.lower()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        key = str(int(value)) if abs(value) < LARGEST_CODE and value == int(value) else ""
    found = folded_words(fact).get(key) if len(key) <= 100 else None
    if found is None:
        raise refusal(fact, "unknown_word", "{f}：不认识“{v}”", "{f}: “{v}” is not known", value)
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


def _list(fact: Fact, value: object, strict: bool) -> list[float]:
    wanted = fact.expected(strict=strict)
    items = _items(fact, value, strict)
    if fact.max_items is not None and len(items) > fact.max_items:
        raise refusal(fact, "list_length", "{f}：项数过多", "{f}: too many items", value, wanted)
    if fact.length is not None and len(items) != fact.length:
        raise refusal(
            fact,
            "list_length",
            "{f}：“{v}”的项数不对",
            "{f}: “{v}” has the wrong number of items",
            value,
            wanted,
        )
    one = item_of(fact)
    numbers = []
    for position, item in enumerate(items, start=1):
        try:
            number = read_cell(one, item, strict)
        except CellError as bad:
            message = say("{m}（第{n}项）", "{m} (item {n})", m=bad.message, n=position)
            raise CellError("bad_item", message, bad.expected) from None
        if number is None:
            zh, en = "{f}：“{v}”中有空项", "{f}: “{v}” has an empty item"
            raise refusal(fact, "bad_item", zh, en, value, wanted)
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
    raise _not_a_list(fact, value, strict)


def _not_a_list(fact: Fact, value: object, strict: bool) -> CellError:
    zh, en = "{f}：“{v}”不是列表", "{f}: “{v}” is not a list"
    return refusal(fact, "not_a_list", zh, en, value, fact.expected(strict=strict))


def _texts(fact: Fact, value: object, strict: bool) -> list[str]:
    if isinstance(value, str) and not strict:
        value = [] if value == NOTHING else re.split(r"[;；\n]", value)
    if not isinstance(value, list | tuple):
        raise _not_a_list(fact, value, strict)
    one = replace(fact, form="text", max_length=fact.item_length, pattern="")
    texts = [read_cell(one, item, strict) for item in value]
    if fact.max_items is not None and len(texts) > fact.max_items:
        wanted = say("不超过{n}项", "at most {n} items", n=fact.max_items)
        raise refusal(fact, "list_length", "{f}：项数过多", "{f}: too many items", value, wanted)
    return [text for text in texts if isinstance(text, str)]


_READERS: dict[str, Callable[[Fact, object, bool], object]] = {
    "count": _number,
    "number": _number,
    "year": _number,
    "word": _word,
    "flag": _flag,
    "text": read_text,
    "date": read_date,
    "counts": _list,
    "numbers": _list,
    "texts": _texts,
}
