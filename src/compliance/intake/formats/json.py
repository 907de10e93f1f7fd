"""Reading a JSON submission: one county with its schools, every place a JSON pointer.

The form of records is checked on their way into tables; their cells are not judged.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.intake.cell_text import clip, pointer, unfit
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.formats.source_file import document, load
from compliance.intake.limits import LONGEST_KEY, MOST_DIGITS, MOST_JSON_CELLS, MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

FORMAT = "junheng-submission/1"


def read(path: Path) -> RawDocument:
    """The submission in a JSON file; every fault of its form is a problem of the document."""
    return document(path, _fill)


def _fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, MOST_OF_A_DOCUMENT)
    root = _parse(_decode(data, complaints), complaints)
    reading = Reading(complaints)
    if not isinstance(root, dict):
        raise complaints.unreadable(
            "wrong_type",
            say("最外层不是对象", "the document is not an object"),
            f'{{"format": "{FORMAT}", "county": {{…}}, "schools": [{{…}}]}}',
        )
    _check_form(root, reading)
    county, lists = reading.county(root.get("county"), missing="county" not in root)
    found.tables += [
        table
        for table in (
            reading.table("counties", county),
            reading.table("schools", reading.schools(root)),
            *(reading.table(name, records) for name, records in lists.items()),
        )
        if table.height
    ]


def _decode(data: bytes, complaints: Complaints) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise complaints.unreadable(
            "bad_encoding",
            say(
                "不是UTF-8编码（第{line}行，第{byte}字节起）",
                "not UTF-8 (line {line}, from byte {byte})",
                line=data.count(b"\n", 0, error.start) + 1,
                byte=error.start + 1,
            ),
            say("另存为UTF-8编码", "save it as UTF-8"),
        ) from error


def _parse(text: str, complaints: Complaints) -> object:
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=NoNumber, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        message, at = explain(text, error)
        raise complaints.unreadable("bad_json", message, at=at) from error
    except RecursionError as error:
        raise complaints.unreadable(
            "too_deep", say("括号嵌套过深", "brackets are nested too deeply")
        ) from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    again = Repeated(record)
    times = Counter(key for key, _ in pairs)
    again.keys_again = tuple(key for key, count in times.items() if count > 1)
    return again


def _integer(digits: str) -> int | NoNumber:
    return int(digits) if len(digits) <= MOST_DIGITS else NoNumber(digits)


def _check_form(root: Mapping[str, object], reading: Reading) -> None:
    complaints = reading.complaints
    reading.keys(root, "")
    if "format" not in root:
        complaints.error(
            "wrong_format", say("缺少 format", "format is missing"), f'"{FORMAT}"', at="/format"
        )
    elif root["format"] != FORMAT:
        raise complaints.unreadable(
            "wrong_format",
            say("不是本程序的填报格式：{f}", "another format: {f}", f=clip(root["format"])),
            f'"{FORMAT}"',
            at="/format",
        )
    for key in root:
        if key not in ("format", "county", "schools") and not unfit(key):
            complaints.warning(
                "unknown_key",
                say("不认识的键“{k}”，未读取", "unknown key '{k}', not read", k=clip(key)),
                "format, county, schools",
                at=pointer(clip(key)),
            )


# ── syntax errors ──────────────────────────────────────────────────────────────────


def explain(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    """The sentence and the place (line and column, counted from 1)."""
    line, column = error.lineno, error.colno
    message = _trailing_comma(text, error)
    if message is None:
        message = _reason(error.msg) + _found(text, error.pos)
    elif "trailing comma" not in error.msg:
        spot = _comma(text, error.pos)
        line, column = text.count("\n", 0, spot) + 1, spot - text.rfind("\n", 0, spot)
    place = say("第{line}行第{column}列", "line {line}, column {column}", line=line, column=column)
    return say("JSON语法错误：{why}", "invalid JSON: {why}", why=message), place


def _comma(text: str, position: int) -> int:
    """Where the last character that is not white space stands before `position`."""
    return len(text[:position].rstrip()) - 1


def _trailing_comma(text: str, error: json.JSONDecodeError) -> str | None:
    after = text[error.pos : error.pos + 1]
    spot = _comma(text, error.pos)
    if "trailing comma" in error.msg or (after in ("}", "]") and text[spot : spot + 1] == ","):
        return say(
            "最后一项后面多了逗号，请删去", "a trailing comma after the last item; delete it"
        )
    return None


def _reason(message: str) -> str:
    for start, zh, en in _REASONS:
        if message.startswith(start):
            return say(zh, en)
    return message


def _found(text: str, position: int) -> str:
    if position >= len(text):
        return say("（文件在此处中断）", " (the file ends here)")
    here = " ".join(text[position : position + 12].split())
    return say("（此处是“{c}”）", " (here: '{c}')", c=clip(here))


_REASONS = (
    ("Expecting property name", "应为双引号括起的键名", "a key in double quotes is expected"),
    ("Expecting ':'", "键名后应为冒号", "a colon is expected after the key"),
    ("Expecting ','", "应为逗号或右括号", "a comma or a closing bracket is expected"),
    ("Expecting value", "应为一个值", "a value is expected"),
    ("Extra data", "文件在此处应已结束，却还有内容", "the document ends here, but more follows"),
    ("Unterminated string", "双引号没有闭合", "the closing quote is missing"),
    (
        "Invalid control character",
        "文字中有换行或控制字符",
        "a line break or control character in a text",
    ),
    ("Invalid \\", "反斜杠转义不对", "a wrong backslash escape"),
)


# ── records ────────────────────────────────────────────────────────────────────────


Flat = list[tuple[str, Mapping[str, object]]]
# columns whose value is the key of an object: their place is the object itself
KEYED = frozenset({("attestations", "rule"), ("vetoes", "rule"), ("vetoes", "exists")})


def monitoring(reading: Reading, value: object, at: str) -> Flat:
    """``[{subject, grade, year, level, disparity}]`` → a row each."""
    if not isinstance(value, list):
        reading.wrong_type(at, value, say("列表 [{{…}}]", "a list [{{…}}]"))
        return []
    return list(reading.objects(value, at))


def attestations(reading: Reading, value: object, at: str) -> Flat:
    """``{rule: {met, evidence, note}}`` → rows of rule, met, evidence, note; null is absent."""
    rows: Flat = []
    for rule, statement in _statements(reading, value, at):
        if isinstance(statement, dict):
            reading.keys(statement, at + pointer(rule))
            rows.append((at + pointer(rule), {**statement, "rule": rule}))
        else:
            reading.wrong_type(
                at + pointer(rule),
                statement,
                '{"met": true, "evidence": ["…"], "note": "…"}',
            )
    return rows


def vetoes(reading: Reading, value: object, at: str) -> Flat:
    """``{rule: true | false}`` → rows of rule, exists; null is absent."""
    rows: Flat = []
    for rule, exists in _statements(reading, value, at):
        if isinstance(exists, dict | list):
            reading.wrong_type(at + pointer(rule), exists, "true / false")
        else:  # words such as 否 are for accept to understand or refuse
            rows.append((at + pointer(rule), {"rule": rule, "exists": exists}))
    return rows


def _statements(reading: Reading, value: object, at: str) -> Sequence[tuple[str, object]]:
    if not isinstance(value, dict):
        reading.wrong_type(at, value, say("对象 {{…}}", "an object {{…}}"))
        return []
    reading.keys(value, at)
    return [(rule, given) for rule, given in value.items() if given is not None]


FLATTEN: Mapping[str, Callable[[Reading, object, str], Flat]] = {
    "monitoring": monitoring,
    "attestations": attestations,
    "vetoes": vetoes,
}


Records = Sequence[tuple[str, Mapping[str, object]]]


class Repeated(dict[str, object]):
    """An object that gave some keys twice."""

    keys_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoNumber:
    """NaN, Infinity or an endless integer, kept until its place is known."""

    text: str


class Reading:
    """One document on its way into tables."""

    def __init__(self, complaints: Complaints) -> None:
        self.complaints = complaints

    def county(self, value: object, *, missing: bool) -> tuple[Records, dict[str, Records]]:
        """The county's record without its lists, and the lists as tables."""
        if missing or value is None:
            self.complaints.error(
                "missing_county",
                say("缺少县区记录 county", "county is missing"),
                "{…}",
                at="/county",
            )
            return [], {}
        if not isinstance(value, dict):
            self.wrong_type("/county", value, say("对象 {{…}}", "an object {{…}}"))
            return [], {}
        self.keys(value, "/county")
        plain = {key: item for key, item in value.items() if key not in FLATTEN}
        lists: dict[str, Records] = {
            name: flatten(self, value[name], pointer("county", name))
            for name, flatten in FLATTEN.items()
            if value.get(name) is not None
        }
        return [("/county", plain)], lists

    def schools(self, root: Mapping[str, object]) -> Records:
        """The school records that are objects."""
        value = root.get("schools")
        if value is None or value == []:
            self.complaints.error(
                "no_schools",
                say("没有学校", "there are no schools"),
                say("schools 中至少一所学校", "at least one school in schools"),
                at="/schools",
            )
            return []
        if not isinstance(value, list):
            self.wrong_type("/schools", value, say("列表 [{{…}}]", "a list [{{…}}]"))
            return []
        return self.objects(value, "/schools")

    def objects(self, items: Sequence[object], at: str) -> Records:
        """The objects of a list with their pointers; whatever else is in it is an error."""
        kept: list[tuple[str, Mapping[str, object]]] = []
        for index, item in enumerate(items):
            place = at + pointer(index)
            if isinstance(item, dict):
                self.keys(item, place)
                kept.append((place, item))
            else:
                self.wrong_type(place, item, say("对象 {{…}}", "an object {{…}}"))
        return kept

    def keys(self, record: Mapping[str, object], at: str) -> None:
        """Complain about keys that stand twice in one object."""
        for key in record.keys_again if isinstance(record, Repeated) else ():
            self.complaints.error(
                "duplicate_key",
                say("键“{k}”重复出现", "key '{k}' occurs twice", k=clip(key)),
                say("每个键只写一次", "each key once"),
                at=at + pointer(clip(key)),
                school=_school(record),
            )

    def wrong_type(self, at: str, value: object, expected: str, school: str | None = None) -> None:
        """Complain about a value of the wrong JSON type."""
        self.complaints.error(
            "wrong_type",
            say("类型不对：{what}", "wrong type: {what}", what=_named(value)),
            expected,
            at=at,
            school=school,
        )

    def table(self, name: str, records: Records) -> RawTable:
        """Records as columns; a key that is absent is a missing figure like null."""
        places = [place for place, _ in records]
        columns: dict[str, Sequence[object]] = {}
        for heading in self._headings(name, records):
            columns[heading] = [self._cell(place, record, heading) for place, record in records]

        def place(row: int, heading: str) -> str:
            spot = places[row]
            return spot if (name, heading) in KEYED else spot + pointer(heading)

        return RawTable(name, self.complaints.file, columns, len(records), place, strict=True)

    def _headings(self, name: str, records: Records) -> list[str]:
        headings: dict[str, str] = {}
        for place, record in records:
            for key in record:
                headings.setdefault(key, place)
        if len(headings) * len(records) > MOST_JSON_CELLS:
            raise self.complaints.unreadable(
                "too_large",
                say(
                    "{n}条记录中有{k}个不同的键，过多",
                    "{k} different keys in {n} records: too many",
                    n=len(records),
                    k=len(headings),
                ),
                at=pointer(name),
            )
        for key in [key for key in headings if unfit(key) or len(key) > LONGEST_KEY]:
            self.complaints.error(
                "bad_text",
                say(
                    "键中有非文字字符或过长", "a key with characters that are not text, or too long"
                ),
                at=headings.pop(key) + pointer(clip(key)),
            )
        return list(headings)

    def _cell(self, place: str, record: Mapping[str, object], heading: str) -> object:
        value = record.get(heading)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        school = _school(record)
        if isinstance(value, list):
            items = [
                self._item(item, place + pointer(heading, index), school)
                for index, item in enumerate(value)
            ]
            return None if any(item is _UNUSABLE for item in items) else items
        item = self._item(value, place + pointer(heading), school)
        return None if item is _UNUSABLE else item

    def _item(self, value: object, at: str, school: str | None) -> object:
        if isinstance(value, NoNumber):
            self.complaints.error(
                "not_a_number",
                say("{v} 不是可用的数", "{v} is not a usable number", v=clip(value.text)),
                say("数字；缺失写 null", "a number; null if missing"),
                at=at,
                school=school,
            )
            return _UNUSABLE
        if isinstance(value, dict | list):
            expected = say("数、文字、是否或 null", "a number, text, flag or null")
            self.wrong_type(at, value, expected, school)
            return _UNUSABLE
        return value


_UNUSABLE = object()


def _school(record: Mapping[str, object]) -> str | None:
    code = record.get("school_code")
    return str(code)[:64] if isinstance(code, str | int) else None


def _named(value: object) -> str:
    """What a JSON value is, in words; never its content, which may be nested without end."""
    if isinstance(value, dict):
        return say("对象", "an object")
    if isinstance(value, list):
        return say("列表", "a list")
    if value is None:
        return "null"
    if isinstance(value, NoNumber):
        return clip(value.text)
    return clip(json.dumps(value, ensure_ascii=False))
