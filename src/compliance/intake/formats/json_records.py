"""JSON records on their way into tables: their form is checked, their cells are not judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compliance.intake.cell_text import clip, pointer, unfit
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

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


LONGEST_KEY = 200
# Distinct keys × records: a hostile file could ask for a table far larger than itself.
MOST_CELLS = 20_000_000

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
        if len(headings) * len(records) > MOST_CELLS:
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
