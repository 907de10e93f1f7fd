"""What cells say, or what is wrong with them in words: one at a time, and whole columns at once.

`CellReader` is the reference for what may be written. In a column each distinct value is judged
once by it and joined back; plain numbers, lists of them and plain texts, which most columns are,
are compared with their bounds without it (a test holds the two together).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeGuard, TypeVar

import polars as pl

from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.facts.units import factor, unit_words
from compliance.intake.cell_text import (
    BLANKS,
    INVISIBLE,
    LARGEST_WHOLE,
    ODD_BLANKS,
    no_data,
    show,
    unwrapped,
)
from compliance.intake.formats.raw_table import Cells
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.problems import CellError, CellRemark
from compliance.kernel.i18n import msg, say

# a point ends no number: it is what a file cut off has left of a fraction
NUMBER = r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
NOTHING = "无"
SEPARATORS = "[;；、，,]"
SPREADSHEET_ERRORS = (
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!",
)  # fmt: skip
_NUMBER = re.compile(NUMBER)
_DIGITS = re.compile(r"^[0-9]+(\.[0-9]+)?$")
_ITEMS = re.compile(SEPARATORS)
_TEXTS = re.compile("[;；\n]")
_CODES = re.compile(f"{SEPARATORS}|\n")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_CONTROL_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_ODD_BLANKS = re.compile(f" *{ODD_BLANKS}+ *")
# a text that the reader of single cells may take for a mark, wrapped or odd within
_SUSPECT = rf"^[^\p{{L}}\p{{N}}]+$|^(?:[暂尚无没缺不未待nN'=])|{ODD_BLANKS}"
_UNSEEN = re.compile(re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", INVISIBLE))
_SCIENTIFIC = re.compile(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$")
_POINT_ZERO = re.compile(r"^([0-9]+)\.0+$")
# a day, month or year as people write it; of text that says roughly when, the month or year it names
_DATE = re.compile(
    r"^([0-9]{4})(?:年|[-/.—–](?=[0-9])|$)"
    r"(?:([0-9]{1,2})(?:月份?|[-/.—–](?=[0-9])|$)(?:([0-9]{1,2})(?:日|号)?)?)?"
    r"(?:[初中底末]|[上中下]旬|[上下]半年|年[初中底末])?$"
)
_RUN_TOGETHER = re.compile(r"^((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-9]{2})?$")
_TIME = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9:]+)?$")
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_FIRST_DAY = date(1899, 12, 30)  # day 0 of a spreadsheet that counts days
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$")
_GLUED_YEAR = re.compile(r"((?:19|20)[0-9]{2})[0-9]|[0-9]((?:19|20)[0-9]{2})")
_LETTERED = re.compile(r"^(?=.*[0-9])[0-9OoIl]+(\.[0-9OoIl]+)?$")
_SPACED = re.compile(r"^[0-9]+(?:[ \xa0\u2009\u202f\u3000][0-9.]+)+$")
_WITH_UNIT = re.compile(r"^([0-9]+(?:\.[0-9]+)?) *([^0-9. ].{0,2})$")
# words that may say zero, or that there are no data
_NONE = ("无", "没有", "空", "无此项", "null", "none", "nil", "零")
_NUMBERED_WORD = re.compile(r"([0-9]{1,4})[ .、:\-—]*([^0-9 ].*)")


class CellReader:
    """Reads cells of one fact: None for a blank, else a value in the form of the submission.

    Numbers come back as float, flags as bool, lists as list. strict: a number must be a number,
    a list a list (JSON). Raises CellError for what is refused, CellRemark for what is accepted
    although it is written in a way that is to be mentioned.
    """

    def __init__(self, fact: Fact, strict: bool) -> None:
        self.fact, self.strict = fact, strict
        self._read: Callable[[object], object] = getattr(self, f"_{fact.form}")
        self._words = {word.lower(): canonical for word, canonical in fact.words.items()}

    def __call__(self, value: object) -> object:
        """What the cell says. Raises CellError, CellRemark."""
        if not isinstance(value, str):
            return None if value is None else self._read(value)
        written = value.strip(BLANKS)
        value = self._plain(written)
        found = self._read(value) if value else None
        if value != written:
            raise CellRemark(found, *self._remark(written, value))
        return found

    def or_else(self, value: object, otherwise: object) -> object:
        """What the cell says, remarked on or not; `otherwise` where it cannot be."""
        try:
            return self(value)
        except CellRemark as remark:
            return remark.value
        except CellError:
            return otherwise

    def _plain(self, written: str) -> str:
        """A text without what is not part of it; "" for a mark that there are no data."""
        value = unwrapped(written).strip(BLANKS)
        if value in SPREADSHEET_ERRORS:
            message = say("{f}：单元格公式出错，显示{v}", f=self.fact.label, v=value)
            raise self._refusal("formula_error", message)
        if value == NOT_INVOLVED and self.fact.form not in ("text", "texts"):
            message = say("{f}：此项不能填“不涉及”", f=self.fact.label)
            wanted = say("{e}；确实没有的填0，没有数据的留空", e=self.fact.expected())
            raise self._refusal("not_involved", message, wanted)
        if no_data(value):
            return ""
        if not self.strict and self._in_wide_digits(value):
            return _narrow(value)
        if self._words or self.fact.form == "text":
            between = "" if self._words or self.fact.code else " "
            return value if self.fact.lines else _ODD_BLANKS.sub(between, value)
        return value

    def _in_wide_digits(self, value: str) -> bool:
        """Whether a number or a code is typed in full-width digits: nothing else can be meant."""
        narrow = "" if value.isascii() else _narrow(value)
        digits = self.fact.code or (self.fact.numeric and not self._words)
        return digits and bool(_DIGITS.match(narrow))

    def _remark(self, written: str, value: str) -> tuple[str, str, str]:
        """What is to be said of a text that is not read as it is written."""
        quoted = self._quoted(written)
        if not value:
            expected = msg("没有数据就留空；确实为0才填0")
            return "no_data", say("{f}：“{v}”按未填处理", **quoted), expected
        if value == _narrow(written):
            message = say("{f}：全角数字“{v}”按{read}读取", read=show(value), **quoted)
            return "full_width", message, msg("用半角数字")
        if unwrapped(written) != written:
            message = say("{f}：“{v}”按“{read}”读取", read=show(value), **quoted)
            return "wrapped_text", message, msg("只写内容，不加等号、引号、撇号")
        message = say("{f}：换行、制表符等按空格读取，读作“{v}”", **self._quoted(value))
        return "odd_blanks", message, msg("写在一行内，只用普通空格")

    def _refusal(self, code: str, message: str, expected: str = "") -> CellError:
        return CellError(code, message, expected or self.fact.expected())

    def _quoted(self, value: object) -> dict[str, str]:
        return {"f": self.fact.label, "v": show(value)}

    # ── texts and dates ────────────────────────────────────────────────────────────

    def _text(self, value: object) -> str:
        """A name or code. A number is taken for the digits of a code."""
        fact = self.fact
        if _is_number(value) and (fact.code or not self.strict):
            value = self._digits_of(value)
        if not isinstance(value, str):
            raise self._refusal("not_text", say("{f}：“{v}”不是文字", **self._quoted(value)))
        if fact.code and not self.strict:
            if _SCIENTIFIC.match(value):
                raise self._lost_digits(value)
            value = _POINT_ZERO.sub(r"\1", value)
        return self._clean(value)

    def _digits_of(self, value: int | float) -> str:
        """A code that a spreadsheet turned into a number, as its digits again."""
        code = self.fact.code
        if isinstance(value, int):
            if value.bit_length() > 200 or (code and value < 0):
                raise self._lost_digits(value)
            return str(value)
        whole = abs(value) < LARGEST_WHOLE and value == int(value)
        if not math.isfinite(value) or (code and (not whole or value < 0)):
            raise self._lost_digits(value)
        return str(int(value)) if whole else repr(value)

    def _lost_digits(self, value: object) -> CellError:
        quoted = self._quoted(value)
        if isinstance(value, str) and _SCIENTIFIC.match(value):
            message = say("{f}：“{v}”是科学计数法，代码的末尾数字已丢失", **quoted)
        else:
            message = say("{f}：“{v}”不是完整的代码", **quoted)
        expected = msg("把整列设为“文本”格式，按原件重填代码，或从原系统重新导出")
        return self._refusal("bad_code", message, expected)

    def _clean(self, value: str) -> str:
        fact = self.fact
        control = _CONTROL_LINES if fact.lines else _CONTROL
        if control.search(value) or not _encodable(value):
            raise self._refusal(
                "control_character", say("{f}：“{v}”含有控制字符", **self._quoted(value))
            )
        if fact.max_length is not None and len(value) > fact.max_length:
            raise self._refusal("too_long", say("{f}：“{v}”过长", **self._quoted(value)))
        if fact.pattern and not re.search(fact.pattern, value):
            raise self._refusal("bad_code", say("{f}：“{v}”格式不对", **self._quoted(value)))
        return value

    def _date(self, value: object) -> str:
        """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, as precise as it is written."""
        written = value.isoformat() if isinstance(value, datetime | date) else value
        if _is_number(value) and abs(value) < LARGEST_WHOLE:
            # a number 2019.1 may have been January or, as 2019.10, October
            written = str(int(value)) if value == int(value) else repr(value).removesuffix(".1")
        found = _parts_of(written) if isinstance(written, str) else None
        if found is None:
            raise self._no_date(value)
        year, *rest = found
        if not (self.fact.minimum or 1) <= year <= (self.fact.maximum or 9999):
            raise self._no_date(value)
        try:
            day = date(year, *(rest or [1, 1])) if len(rest) != 1 else date(year, rest[0], 1)
        except ValueError:
            raise self._no_date(value) from None
        return day.isoformat()[: (4, 7, 10)[len(rest)]]

    def _no_date(self, value: object) -> CellError:
        return self._refusal("bad_date", say("{f}：“{v}”不是日期或年份", **self._quoted(value)))

    # ── numbers ────────────────────────────────────────────────────────────────────

    def _number(self, value: object) -> float:
        if self._words:
            return float(self._word(value))
        if isinstance(value, str) and not self.strict and _NUMBER.match(value):
            return self._in_range(float(value), value)
        if not _is_number(value):
            raise self._not_a_number(value)
        try:
            return self._in_range(float(value), value)
        except OverflowError:
            return self._in_range(-1e308 if value < 0 else 1e308, value)

    _count = _year = _number

    def _in_range(self, number: float, written: object) -> float:
        fact = self.fact
        if not math.isfinite(number):
            raise self._refusal(
                "not_finite", say("{f}：“{v}”不是有限的数", **self._quoted(written))
            )
        if fact.minimum is not None and number < fact.minimum:
            code = "negative" if number < 0 and fact.minimum == 0 else "below_minimum"
            raise self._refusal(code, say("{f}：{v}低于下限", **self._quoted(written)))
        if fact.maximum is not None and number > fact.maximum:
            wanted = msg("；").join(one for one in (fact.expected(), _damage(written)) if one)
            message = say("{f}：{v}超过上限", **self._quoted(written))
            raise self._refusal("above_maximum", message, wanted)
        if fact.form != "number" and number != math.floor(number):
            raise self._refusal("not_whole", say("{f}：{v}不是整数", **self._quoted(written)))
        return number + 0.0

    def _not_a_number(self, value: object) -> CellError:
        message = say("{f}：“{v}”不是数字", **self._quoted(value))
        if isinstance(value, list | tuple | dict):
            message = say("{f}：应是一个数，填了多个值", f=self.fact.label)
        return self._refusal("not_a_number", message, self._advice(value))

    def _advice(self, value: object) -> str:
        """What to type instead, where the slip is a common one. Nothing is corrected silently."""
        if not isinstance(value, str) or len(value) > 40:
            return ""
        if value.startswith("="):
            return msg("填计算结果，不填公式文字")
        plain, why = _meant(self.fact, _narrow(value))
        if not _NUMBER.match(plain):
            return why
        if self.fact.maximum is not None and float(plain) > self.fact.maximum:
            return _damage(value)
        if self.strict:
            return say("不加引号的数字：{p}", p=plain)
        return say("{reason}，填{p}", reason=why, p=plain)

    # ── words ──────────────────────────────────────────────────────────────────────

    def _word(self, value: object) -> str:
        key = ""
        if isinstance(value, str):
            key = self._word_alone(_narrow(value).lower())
        elif _is_number(value):
            key = str(int(value)) if abs(value) < LARGEST_WHOLE and value == int(value) else ""
        found = self._words.get(key) if len(key) <= 100 else None
        if found is None:
            raise self._refusal("unknown_word", say("{f}：不认识“{v}”", **self._quoted(value)))
        return found

    def _word_alone(self, text: str) -> str:
        """The word of a text that says its number before it, as in 10 民办; else the text."""
        both = _NUMBERED_WORD.fullmatch(text)
        if both and both[1] in self._words and self._words[both[1]] == self._words.get(both[2]):
            return both[2]
        return text

    def _flag(self, value: object) -> bool:
        return value if isinstance(value, bool) else self._word(value) == "true"

    # ── lists ──────────────────────────────────────────────────────────────────────

    def _numbers(self, value: object) -> list[object]:
        fact, items = self.fact, self._items_of(value)
        if fact.max_items is not None and len(items) > fact.max_items:
            raise self._too_many(fact.expected(strict=self.strict))
        if fact.length is not None and len(items) != fact.length:
            message = say("{f}：“{v}”的项数不对", **self._quoted(value))
            raise self._refusal("list_length", message, fact.expected(strict=self.strict))
        numbers = []
        for position, item in enumerate(items, start=1):
            number = self._item(position, item)
            if number is None:
                message = say("{f}：“{v}”中有空项", **self._quoted(value))
                raise self._refusal("bad_item", message, fact.expected(strict=self.strict))
            numbers.append(number)
        return numbers

    _counts = _numbers

    @cached_property
    def of_items(self) -> CellReader:
        """Reads single items: numbers within the same bounds."""
        form = "count" if self.fact.form == "counts" else "number"
        return CellReader(replace(self.fact, form=form, length=None), self.strict)

    def _item(self, position: int, item: object) -> object:
        """One item. A list with one that is not known is itself not known."""
        try:
            return self.of_items(item)
        except (CellError, CellRemark) as bad:
            message = say("{m}（第{n}项）", m=bad.message, n=position)
            if isinstance(bad, CellRemark) and bad.value is None:
                raise CellRemark(None, bad.code, message, bad.expected) from None
            raise CellError("bad_item", message, bad.expected) from None

    def _items_of(self, value: object) -> Sequence[object]:
        if isinstance(value, list | tuple):
            return value
        if not self.strict and isinstance(value, str):
            return [] if value == NOTHING else _ITEMS.split(value)
        if not self.strict and _is_number(value):
            return [value]
        raise self._not_a_list(value)

    def _texts(self, value: object) -> list[str]:
        fact = self.fact
        if isinstance(value, str) and not self.strict:
            split = _CODES if fact.code else _TEXTS
            value = [] if value == NOTHING else split.split(value)
        if fact.code and not self.strict and _is_number(value):
            value = [value]
        if not isinstance(value, list | tuple):
            raise self._not_a_list(value)
        one = replace(fact, form="text", max_length=fact.item_length, pattern="")
        read, texts, remarks = CellReader(one, self.strict), [], []
        for item in value:
            try:
                texts.append(read(item))
            except CellRemark as odd:
                texts.append(odd.value)
                remarks.append(odd)
        if fact.max_items is not None and len(texts) > fact.max_items:
            raise self._too_many(say("不超过{n}项", n=fact.max_items))
        found = [text for text in texts if isinstance(text, str)]
        if remarks:
            first = remarks[0]
            raise CellRemark(found, first.code, first.message, first.expected)
        return found

    def _too_many(self, expected: str) -> CellError:
        message = say("{f}：项数过多", f=self.fact.label)
        return self._refusal("list_length", message, expected)

    def _not_a_list(self, value: object) -> CellError:
        message = say("{f}：“{v}”不是列表", **self._quoted(value))
        return self._refusal("not_a_list", message, self.fact.expected(strict=self.strict))


def _parts_of(text: str) -> list[int] | None:
    """Year, month and day, as far as the text names them; None where it names no date."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"\s+", "", _TIME.sub("", plain))
    plain = _POINT_ZERO.sub(r"\1", plain)  # 2015.0, as a script writes a column with blanks
    if len(plain) == 5 and plain.isdecimal():  # the days a spreadsheet counts
        day = _FIRST_DAY + timedelta(days=int(plain))
        return [day.year, day.month, day.day]
    plain = _in_digits(plain)
    found = _DATE.match(plain) or _RUN_TOGETHER.match(plain)
    return [int(part) for part in found.groups() if part] if found else None


def _in_digits(text: str) -> str:
    """二〇一九年十二月三十一日 → 2019年12月31日."""
    text = re.sub("([二三]?)十([一二三四五六七八九]?)", _tens, text)
    return text.translate(_CHINESE)


def _tens(found: re.Match[str]) -> str:
    return f"{found[1] or '一'}{found[2] or '零'}"


def not_involved(cells: Cells) -> tuple[Cells, pl.Series | None]:
    """The cells of a count with a zero in place of NOT_INVOLVED, and which of them say so, if any."""
    if isinstance(cells, pl.Series):
        if cells.dtype != pl.String:
            return cells, None
        said = (cells.str.strip_chars(BLANKS) == NOT_INVOLVED).fill_null(value=False)
        return (cells.set(said, "0"), said) if said.any() else (cells, None)
    told = [isinstance(one, str) and one.strip(BLANKS) == NOT_INVOLVED for one in cells]
    if not any(told):
        return cells, None
    zeros = [0 if nobody else one for one, nobody in zip(cells, told, strict=True)]
    return zeros, pl.Series(told, dtype=pl.Boolean)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _damage(written: object) -> str:
    """Advice on a number too large because a replacement glued a year into it: 20230% for 100%."""
    glued = _GLUED_YEAR.search(str(written))
    if glued is None:
        return ""
    return say("数字中夹着“{y}”，疑为文字批量替换所致，请恢复原数", y=glued[1] or glued[2])


def _narrow(text: str) -> str:
    """A text with its full-width signs in their usual width, and nothing else changed.

    What is raised, circled or a fraction is no digit of the number before it: 480① is not 4801.
    """
    return "".join(
        unicodedata.normalize("NFKC", sign)
        if unicodedata.decomposition(sign).startswith(("<wide>", "<narrow>"))
        else sign
        for sign in text
    )


def _meant(fact: Fact, text: str) -> tuple[str, str]:  # noqa: PLR0911 - one slip a line
    """The number that was meant, and what to leave out; what to look at where it is not certain."""
    if text.lower() in _NONE:
        return "", msg("没有的填0，没有数据的留空")
    unseen = _UNSEEN.sub("", text)
    if unseen != text and _NUMBER.match(unseen):
        return unseen, msg("去掉看不见的字符")
    if _THOUSANDS.match(text):
        return text.replace(",", ""), msg("去掉千位分隔符")
    if text.endswith("%") and fact.unit == "%":
        return text[:-1].strip(), msg("去掉百分号")
    if text.endswith("%") and not fact.unit and _NUMBER.match(text[:-1]):
        ratio = Decimal(text[:-1]).scaleb(-2)
        return f"{ratio:f}", msg("写成小数")
    unit = _WITH_UNIT.match(text)
    if unit and unit_words(unit[2]) and factor(unit_words(unit[2])[0], fact.unit) == 1:
        return unit[1], msg("只填数字，不带单位")
    if _LETTERED.match(text) and not _NUMBER.match(text):
        return "", msg("其中的字母疑为数字，请核对后改正")
    if _SPACED.match(text):
        return "", msg("数字中间不留空格，请核对后改正")
    return (text, msg("用半角数字")) if _NUMBER.match(text) else ("", "")


# ── whole columns ───────────────────────────────────────────────────────────────────


NUMBERS = pl.List(pl.Float64)
# narrow numbers, and from where on they no longer tell whole numbers apart
NARROW: dict[pl.DataType, float] = {pl.Float32(): 2**24, pl.Float16(): 2**11}
TYPES: dict[str, pl.DataType] = {
    "count": pl.Float64(),
    "number": pl.Float64(),
    "year": pl.Float64(),
    "word": pl.String(),
    "flag": pl.Boolean(),
    "text": pl.String(),
    "date": pl.String(),
    "counts": NUMBERS,
    "numbers": NUMBERS,
    "texts": pl.List(pl.String),
}


Said = TypeVar("Said", CellError, CellRemark)


@dataclass(frozen=True)
class AcceptedColumn:
    """The accepted values of a fact, null where missing or refused.

    refused: row → why it was refused. remarked: row → what is to be said of an accepted one.
    """

    values: pl.Series
    refused: Mapping[int, CellError] = field(default_factory=dict)
    remarked: Mapping[int, CellRemark] = field(default_factory=dict)


def accept_column(fact: Fact, cells: Cells, strict: bool) -> AcceptedColumn:
    """Type the cells of one column, a Python list or a polars Series."""
    read = CellReader(fact, strict)
    return _series(read, cells) if isinstance(cells, pl.Series) else _sequence(read, cells)


def _sequence(read: CellReader, cells: Sequence[object]) -> AcceptedColumn:
    fact = read.fact
    if fact.numeric and not fact.words and _sound(fact, cells):
        return AcceptedColumn(pl.Series(cells, dtype=pl.Float64, strict=False) + 0.0)
    if fact.listed and _sound_lists(read, cells):
        lists = [[x + 0.0 for x in cell] if isinstance(cell, list) else None for cell in cells]
        return AcceptedColumn(pl.Series(lists, dtype=NUMBERS))
    return _distinct(read, cells)


def _series(read: CellReader, cells: pl.Series) -> AcceptedColumn:
    fact = read.fact
    if cells.dtype.is_decimal() or cells.dtype in NARROW:
        cells = _as_written(cells, code=fact.form == "text")
    if fact.listed:
        return _listed(read, cells)
    if fact.numeric and not fact.words:
        sound = _sound_numbers(fact, cells, strict=read.strict)
        return _ranged(read, cells) if sound is None else AcceptedColumn(sound + 0.0)
    if fact.form == "text" and cells.dtype == pl.String:
        return _texts(read, cells)
    return _distinct(read, cells)


def _as_written(cells: pl.Series, *, code: bool) -> pl.Series:
    """Decimals, and numbers of less than double precision, as the shortest numbers they are written with.

    code: they stand for digits; where those cannot be told apart any more, they are left in powers.
    """
    if code and cells.dtype in NARROW and (cells.abs() >= NARROW[cells.dtype]).any():
        return pl.Series(
            [None if x is None else f"{x:e}" for x in cells.to_list()], dtype=pl.String
        )
    if cells.dtype == pl.Float16:
        return pl.Series([None if x is None else _half(x) for x in cells], dtype=pl.Float64)
    return cells.cast(pl.String).cast(pl.Float64)


def _half(number: float) -> float:
    """A number of half precision as its shortest decimal, of at most five digits."""
    if not math.isfinite(number):
        return number
    shorter = (float(f"{number:.{digits}g}") for digits in range(1, 6))
    return next(one for one in shorter if pl.Series([one], dtype=pl.Float16)[0] == number)


def scale(values: pl.Series, factor: Fraction) -> pl.Series:
    """Numbers in another unit, exactly: by way of the decimals as typed, never of the doubles."""
    scaled = [None if x is None else float(Fraction(repr(x)) * factor) for x in values.to_list()]
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


def _sound_lists(read: CellReader, cells: Sequence[object]) -> bool:
    """Whether every cell is blank or a list, of a length that may be, of numbers within bounds."""
    if not set(map(type, cells)) <= {list, type(None)}:
        return False
    lists = [cell for cell in cells if isinstance(cell, list)]
    items = [item for one in lists for item in one]
    fact, sizes = read.fact, set(map(len, lists))
    return (
        None not in items
        and _sound(read.of_items.fact, items)
        and (fact.max_items is None or max(sizes, default=0) <= fact.max_items)
        and (fact.length is None or sizes <= {fact.length})
    )


def _sound_numbers(fact: Fact, cells: pl.Series, *, strict: bool) -> pl.Series | None:
    """The cells as numbers where each is blank or a number within its bounds, told in few steps."""
    numbers = None
    if cells.dtype.is_numeric():
        numbers = cells.cast(pl.Float64, strict=False)
    elif cells.dtype == pl.String and not strict:
        numbers = cells.cast(pl.Int64, strict=False).cast(pl.Float64)
        if (
            numbers.null_count() > cells.null_count()
            and not cells.str.contains(r"[eE]|\.\s*$").any()
        ):
            numbers = cells.cast(pl.Float64, strict=False)
    if numbers is None or numbers.null_count() > cells.null_count():
        return None
    least, most = numbers.min(), numbers.max()
    if not isinstance(least, float) or not isinstance(most, float):
        return numbers  # all are blank
    if not math.isfinite(numbers.sum()):
        return None
    low, high = fact.minimum, fact.maximum
    if (low is not None and least < low) or (high is not None and most > high):
        return None
    if fact.form != "number" and not cells.dtype.is_integer():
        whole = numbers.cast(pl.Int64, strict=False).cast(pl.Float64)
        if whole.null_count() > numbers.null_count() or not (whole == numbers).all():
            return None
    return numbers


def _texts(read: CellReader, cells: pl.Series) -> AcceptedColumn:
    """Plain texts as they are; the reader judges those with anything odd about them."""
    fact, text = read.fact, pl.col("cell")
    odd = text.is_in(SPREADSHEET_ERRORS) | (text.str.strip_chars(BLANKS) != text) | (text == "")
    odd |= text.str.contains((_CONTROL_LINES if fact.lines else _CONTROL).pattern)
    odd |= text.str.contains(_SUSPECT)
    if fact.max_length is not None:
        odd |= text.str.len_chars() > fact.max_length
    if fact.code and not read.strict:
        odd |= text.str.contains(f"{_SCIENTIFIC.pattern}|{_POINT_ZERO.pattern}|[０-９]")
    if fact.pattern:
        odd |= ~text.str.contains(fact.pattern)
    try:
        found = cells.alias("cell").to_frame().select(odd).to_series()
    except pl.exceptions.ComputeError:  # a pattern that Polars does not know
        return _distinct(read, cells)
    return _judged(read, cells, cells, found)


def _ranged(read: CellReader, cells: pl.Series) -> AcceptedColumn:
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
    return _judged(read, cells, (numbers + 0.0).set(~fits, None), written & ~fits)


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


def _listed(read: CellReader, cells: pl.Series) -> AcceptedColumn:
    """Lists of numbers: every item is judged in one flat column, then each list as a whole."""
    items = _items(cells, read.strict)
    if items is None:
        return _distinct(read, cells)
    frame = pl.DataFrame({"row": pl.int_range(len(items), eager=True), "item": items})
    flat = frame.filter(pl.col("item").list.len() > 0).explode("item")
    judged = accept_column(read.of_items.fact, flat["item"], read.strict)
    whole = judged.values.scatter(list(judged.remarked), None)
    lists = flat.with_columns(item=whole).group_by("row", maintain_order=True).agg("item")
    joined = frame.join(lists, on="row", how="left", maintain_order="left")
    size, value = pl.col("item").list.len(), pl.col("item_right")
    fits = ~value.list.eval(pl.element().is_null()).list.any().fill_null(value=False)
    if read.fact.max_items is not None:
        fits &= size <= read.fact.max_items
    if read.fact.length is not None:
        fits &= size == read.fact.length
    value = pl.when(size == 0).then(pl.lit([], dtype=NUMBERS)).otherwise(value)
    found = joined.select(value=pl.when(fits).then(value), bad=~fits & size.is_not_null())
    return _judged(read, cells, found["value"].cast(NUMBERS), found["bad"])


def _judged(
    read: CellReader, cells: pl.Series, values: pl.Series, odd: pl.Series
) -> AcceptedColumn:
    """The values, but of the odd cells what the reader makes of them, one by one."""
    rows = odd.arg_true()
    if rows.is_empty():
        return AcceptedColumn(values)
    judged = _distinct(read, cells.gather(rows))
    last = len(values)
    index = pl.int_range(last, eager=True).scatter(rows, range(last, last + len(rows)))
    return AcceptedColumn(
        pl.concat([values, judged.values]).gather(index),
        {rows[number]: error for number, error in judged.refused.items()},
        {rows[number]: remark for number, remark in judged.remarked.items()},
    )


def _distinct(read: CellReader, cells: Cells) -> AcceptedColumn:
    """Every distinct value judged once; beyond EXPLAINED_ROWS refusals those of a kind share their words."""
    values, codes = _coded(cells)
    judged: list[object] = []
    errors: dict[int, CellError] = {}
    of_a_kind: dict[str, CellError] = {}
    remarks: dict[int, CellRemark] = {}
    for code, value in enumerate(values):
        try:
            judged.append(read(value))
        except CellRemark as remark:
            judged.append(remark.value)
            remarks[code] = remark
        except CellError as error:
            judged.append(None)
            error.__traceback__ = None  # its frames hold far more than its words
            many = len(errors) > EXPLAINED_ROWS
            errors[code] = of_a_kind.setdefault(error.code, error) if many else error
    column = pl.Series(judged, dtype=TYPES[read.fact.form])[codes]
    return AcceptedColumn(column, _by_row(errors, codes), _by_row(remarks, codes))


def _by_row(said: Mapping[int, Said], codes: pl.Series) -> dict[int, Said]:
    rows = codes.is_in(list(said)).arg_true() if said else ()
    return {row: said[codes[row]] for row in rows}


def _coded(cells: Cells) -> tuple[Sequence[object], pl.Series]:
    """The distinct values, and of each cell the index of its own."""
    if isinstance(cells, pl.Series) and not (cells.dtype.is_nested() or cells.dtype == pl.Null):
        frame = cells.alias("cell").to_frame()
        values = frame.unique(maintain_order=True).with_row_index("code")
        joined = frame.lazy().join(
            values.lazy(), on="cell", how="left", nulls_equal=True, maintain_order="left"
        )
        return values["cell"].to_list(), joined.select("code").collect().to_series()
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
