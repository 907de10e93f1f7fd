"""Reading a JSON submission: one county with its schools, every place a JSON pointer.

The form of records is checked on their way into tables; their cells are not judged.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeGuard

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.cell_text import clip, pointer, unfit
from compliance.intake.formats.marker import Marker
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawDocument, RawTable
from compliance.intake.formats.source_file import document, load
from compliance.intake.limits import (
    LONGEST_KEY,
    MOST_COLUMNS,
    MOST_DIGITS,
    MOST_JSON_CELLS,
    MOST_OF_A_DOCUMENT,
)
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import STATED

FORMAT = "junheng-submission/1"
STATEMENTS = ("attestations", "vetoes")  # objects by the id of the rule
LISTS = ("monitoring", *STATEMENTS, *STATED)  # of a county; tables of their own
# columns whose value is the key of an object: their place is the object itself
KEYED = frozenset({("attestations", "rule"), ("vetoes", "rule"), ("vetoes", "exists")})
Records = Sequence[tuple[str, Mapping[str, object]]]  # each with its pointer
PLAIN = frozenset({type(None), bool, int, float, str})  # what may be a cell, or an item of one
_UNUSABLE = object()
_KEYS = ("format", "county", "schools", "version")


class Repeated(dict[str, object]):
    """An object that gave some keys twice."""

    keys_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoNumber:
    """NaN, Infinity or an endless integer, kept until its place is known."""

    text: str


def read(path: Path, words: Vocabulary | None = None) -> RawDocument:
    """The submission in a JSON file; every fault of its form is a problem of the document.

    words: the facts that its keys may stand for, with those of plugins; else the core's.
    """

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        _fill(path, found, complaints, words or vocabulary())

    return document(path, fill)


def _fill(path: Path, found: RawDocument, complaints: Complaints, words: Vocabulary) -> None:
    root = _parse(load(path, found, complaints, MOST_OF_A_DOCUMENT), complaints)
    if not isinstance(root, dict):
        message = msg("最外层不是对象")
        expected = f'{{"format": "{FORMAT}", "county": {{…}}, "schools": [{{…}}]}}'
        raise complaints.unreadable("wrong_type", message, expected)
    reading = _Reading(complaints, words)
    reading.check_form(root)
    found.marker = reading.version(root.get("version"))
    county, lists = reading.county(root.get("county"))
    tables = [
        reading.table("counties", county),
        reading.table("schools", reading.schools(root.get("schools"))),
        *(reading.table(name, records) for name, records in lists.items()),
    ]
    found.tables += [table for table in tables if table.height]


def _parse(data: bytes, complaints: Complaints) -> object:
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=NoNumber,
            parse_int=lambda digits: (
                int(digits) if len(digits) <= MOST_DIGITS else NoNumber(digits)
            ),
        )
    except UnicodeDecodeError as error:
        message = say(
            "不是UTF-8编码（第{line}行，第{byte}字节起）",
            line=data.count(b"\n", 0, error.start) + 1,
            byte=error.start + 1,
        )
        utf8 = msg("另存为UTF-8编码")
        raise complaints.unreadable("bad_encoding", message, utf8) from error
    except json.JSONDecodeError as error:
        message, at = _explained(error)
        raise complaints.unreadable("bad_json", message, at=at) from error
    except RecursionError as error:
        message = msg("括号嵌套过深")
        raise complaints.unreadable("too_deep", message) from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    again = Repeated(record)
    times = Counter(key for key, _ in pairs)
    again.keys_again = tuple(key for key, count in times.items() if count > 1)
    return again


# ── syntax errors ──────────────────────────────────────────────────────────────────


def _explained(error: json.JSONDecodeError) -> tuple[str, str]:
    """What the decoder complains about, for a clerk: the sentence, and line and column from 1."""
    text, line, column = error.doc, error.lineno, error.colno
    spot = len(text[: error.pos].rstrip()) - 1  # the last character before that is no white space
    closes = text[error.pos : error.pos + 1] in ("}", "]") and text[spot : spot + 1] == ","
    named = "trailing comma" in error.msg
    if named or closes:
        why = msg("最后一项后面多了逗号，请删去")
        if not named:
            line, column = text.count("\n", 0, spot) + 1, spot - text.rfind("\n", 0, spot)
    else:
        why = _reason(error.msg) + _found(text, error.pos)
    place = say("第{line}行第{column}列", line=line, column=column)
    return say("JSON语法错误：{why}", why=why), place


def _found(text: str, position: int) -> str:
    if position >= len(text):
        return msg("（文件在此处中断）")
    here = " ".join(text[position : position + 12].split())
    return say("（此处是“{c}”）", c=clip(here))


def _reason(message: str) -> str:
    reasons = {
        "Expecting property name": msg("应为双引号括起的键名"),
        "Expecting ':'": msg("键名后应为冒号"),
        "Expecting ','": msg("应为逗号或右括号"),
        "Expecting value": msg("应为一个值"),
        "Extra data": msg("文件在此处应已结束，却还有内容"),
        "Unterminated string": msg("双引号没有闭合"),
        "Invalid control character": msg("文字中有换行或控制字符"),
        "Invalid \\": msg("反斜杠转义不对"),
    }
    return next((text for start, text in reasons.items() if message.startswith(start)), message)


# ── records ────────────────────────────────────────────────────────────────────────


class _Reading:
    """One document on its way into tables."""

    def __init__(self, complaints: Complaints, words: Vocabulary) -> None:
        self.complaints, self.words = complaints, words

    def check_form(self, root: Mapping[str, object]) -> None:
        """The format, and the keys beside the county and its schools."""
        self._twice(root, "")
        wanted = f'"{FORMAT}"'
        if "format" not in root:
            message = msg("缺少 format")
            self.complaints.error("wrong_format", message, wanted, at="/format")
        elif root["format"] != FORMAT:
            given = clip(root["format"])
            message = say("不是本程序的填报格式：{f}", f=given)
            raise self.complaints.unreadable("wrong_format", message, wanted, at="/format")
        if len(root) > MOST_COLUMNS:
            message = say("有{k}个不同的键，过多", k=len(root))
            raise self.complaints.unreadable("too_large", message, ", ".join(_KEYS))
        for key in root:
            if key not in _KEYS and not unfit(key):
                message = say("不认识的键“{k}”，未读取", k=clip(key))
                known, at = ", ".join(_KEYS), pointer(clip(key))
                self.complaints.warning("unknown_key", message, known, at=at)

    def version(self, value: object) -> Marker | None:
        """The mark of the moment at which the document was made, with its UTC offset."""
        if value is None:
            return None
        try:
            written = datetime.fromisoformat(str(value))
        except ValueError:
            written = None
        if not isinstance(value, str) or written is None or written.utcoffset() is None:
            message = say("看不懂版本“{v}”，按没有版本对待", v=clip(value))
            expected = msg("带时区的时刻，如 2024-03-05T09:30:00+08:00")
            self.complaints.warning("bad_date", message, expected, at="/version")
            return None
        return Marker(written, "")

    def county(self, value: object) -> tuple[Records, dict[str, Records]]:
        """The county's record without its lists, and the lists as tables."""
        if value is None:
            message = msg("缺少县区记录 county")
            self.complaints.error("missing_county", message, "{…}", at="/county")
            return [], {}
        if not self._is_object(value, "/county"):
            return [], {}
        self._twice(value, "/county")
        by_rule = dict(zip(STATEMENTS, (self._attestations, self._vetoes), strict=True))
        lists: dict[str, Records] = {
            name: list(by_rule.get(name, self._objects)(value[name], pointer("county", name)))
            for name in LISTS
            if value.get(name) is not None
        }
        return [("/county", {k: one for k, one in value.items() if k not in LISTS})], lists

    def schools(self, value: object) -> Records:
        """The school records that are objects."""
        if value is None or value == []:
            message = msg("没有学校")
            expected = msg("schools 中至少一所学校")
            self.complaints.error("no_schools", message, expected, at="/schools")
            return []
        return list(self._objects(value, "/schools"))

    def _objects(self, value: object, at: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """A list of objects with their pointers; whatever else is in it is an error."""
        if not isinstance(value, list):
            self._wrong_type(at, value, say("列表 [{{…}}]"))
            return
        for index, item in enumerate(value):
            if not isinstance(item, dict) and self.complaints.full:
                continue
            place = at + pointer(index)
            if self._is_object(item, place):
                self._twice(item, place)
                yield place, item

    def _attestations(self, value: object, at: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """``{rule: {met, evidence, note}}`` → rows of rule, met, evidence, note; null is absent."""
        for place, rule, statement in self._statements(value, at):
            if isinstance(statement, dict):
                self._twice(statement, place)
                yield place, {**statement, "rule": rule}
            else:
                expected = '{"met": true, "evidence": ["…"], "note": "…"}'
                self._wrong_type(place, statement, expected)

    def _vetoes(self, value: object, at: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        """``{rule: true | false}`` → rows of rule, exists; null is absent."""
        for place, rule, exists in self._statements(value, at):
            if isinstance(exists, dict | list):
                self._wrong_type(place, exists, "true / false")
            else:  # words such as 否 are for accept to understand or refuse
                yield place, {"rule": rule, "exists": exists}

    def _statements(self, value: object, at: str) -> Iterator[tuple[str, str, object]]:
        if self._is_object(value, at):
            self._twice(value, at)
            for rule, given in value.items():
                if given is not None:
                    yield at + pointer(rule), rule, given

    def _is_object(self, value: object, at: str) -> TypeGuard[dict[str, object]]:
        if isinstance(value, dict):
            return True
        self._wrong_type(at, value, say("对象 {{…}}"))
        return False

    def _twice(self, record: Mapping[str, object], at: str) -> None:
        """Complain about keys that stand twice in one object."""
        for key in record.keys_again if isinstance(record, Repeated) else ():
            if self.complaints.full:
                return
            message = say("键“{k}”重复出现", k=clip(key))
            once, place = msg("每个键只写一次"), at + pointer(clip(key))
            self.complaints.error("duplicate_key", message, once, place, _school(record))

    def _wrong_type(self, at: str, value: object, expected: str, school: str | None = None) -> None:
        if self.complaints.full:
            return
        message = say("类型不对：{what}", what=_named(value))
        self.complaints.error("wrong_type", message, expected, at, school)

    # ── records to columns ─────────────────────────────────────────────────────────

    def table(self, name: str, records: Records) -> RawTable:
        """Records as columns; a key that is absent is a missing figure like null."""
        columns: dict[str, Cells] = {
            heading: self._column(name, heading, records)
            for heading in self._headings(name, records)
        }

        def place(row: int, heading: str) -> str:
            spot = records[row][0]
            return spot if (name, heading) in KEYED else spot + pointer(heading)

        return RawTable(name, self.complaints.file, columns, len(records), place, strict=True)

    def _headings(self, name: str, records: Records) -> list[str]:
        headings: dict[str, str] = {}
        for place, record in records:
            for key in record:
                headings.setdefault(key, place)
        if len(headings) > MOST_COLUMNS or len(headings) * len(records) > MOST_JSON_CELLS:
            message = say("{n}条记录中有{k}个不同的键，过多", n=len(records), k=len(headings))
            raise self.complaints.unreadable("too_large", message, at=pointer(name))
        for key in [key for key in headings if unfit(key) or len(key) > LONGEST_KEY]:
            message = msg("键中有非文字字符或过长")
            at = headings.pop(key) + pointer(clip(key))
            self.complaints.error("bad_text", message, at=at)
        return list(headings)

    def _column(self, name: str, heading: str, records: Records) -> list[object]:
        cells = [record.get(heading) for _, record in records]
        if PLAIN.issuperset(map(type, cells)) or not self.words.match(TABLE_OF[name], heading):
            return cells
        return [
            self._cell(place, record, heading, cell)
            for cell, (place, record) in zip(cells, records, strict=True)
        ]

    def _cell(
        self, place: str, record: Mapping[str, object], heading: str, value: object
    ) -> object:
        if type(value) in PLAIN:
            return value
        if isinstance(value, list) and PLAIN.issuperset(map(type, value)):
            return value
        school, at = _school(record), place + pointer(heading)
        if not isinstance(value, list):
            item = self._item(value, at, school)
            return None if item is _UNUSABLE else item
        items = [self._item(one, at + pointer(n), school) for n, one in enumerate(value)]
        return None if any(item is _UNUSABLE for item in items) else items

    def _item(self, value: object, at: str, school: str | None) -> object:
        if isinstance(value, NoNumber):
            if not self.complaints.full:
                message = say("{v} 不是可用的数", v=clip(value.text))
                expected = msg("数字；缺失写 null")
                self.complaints.error("not_a_number", message, expected, at, school)
            return _UNUSABLE
        if isinstance(value, dict | list):
            expected = msg("数、文字、是否或 null")
            self._wrong_type(at, value, expected, school)
            return _UNUSABLE
        return value


def _school(record: Mapping[str, object]) -> str | None:
    code = record.get("school_code")
    return str(code)[:64] if isinstance(code, str | int) else None


def _named(value: object) -> str:
    """What a JSON value is, in words; never its content, which may be nested without end."""
    if isinstance(value, dict):
        return msg("对象")
    if isinstance(value, list):
        return msg_in("a list", "列表")
    if isinstance(value, NoNumber):
        return clip(value.text)
    return clip(json.dumps(value, ensure_ascii=False))
