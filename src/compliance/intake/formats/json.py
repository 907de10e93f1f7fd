"""Reading a JSON submission: one county with its schools, every place a JSON pointer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from compliance.intake.cell_text import clip, pointer, unfit
from compliance.intake.formats.json_errors import explain
from compliance.intake.formats.json_records import NoNumber, Reading, Repeated
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import document, load
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import say

FORMAT = "junheng-submission/1"
LIMIT = 64 * MIB
# A fact takes at most twenty digits; what is longer cannot even be turned into a number safely.
MOST_DIGITS = 30


def read(path: Path) -> RawDocument:
    """The submission in a JSON file; every fault of its form is a problem of the document."""
    return document(path, _fill)


def _fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, LIMIT)
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
