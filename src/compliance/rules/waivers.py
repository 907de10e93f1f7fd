"""The waivers file: a requirement that one school or county need not meet, by whose document, until when.

[[waiver]]
rule = "RS"
county_code = "341622"
school_code = "3416220001"     # of what is judged at schools
stage = "primary"              # where both stages are judged
year = 2023                    # optional: of this school year alone
reason = "…"
approver = "…"
document = "…"                 # its number
expiry = 2026-08-31            # the last day on which it holds

A waiver names one finding (docs/waivers.md). What it does to it: `compliance.engine.waiving`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from compliance.kernel.errors import UsageError, reason, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited
from compliance.rules.language.pack import faults, find_line

MAX_BYTES = 4 << 20
_TEXTS = ("rule", "county_code", "school_code", "reason", "approver", "document")
_COUNTY = re.compile(r"[0-9]{6}|[0-9]*\*")  # a wildcard is refused by name: it is too broad
_STAGES = {"小学": "primary", "初中": "junior"}


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule waived for one subject. year: None for every year; file, line: where it is stated."""

    rule: str
    county_code: str
    reason: str
    approver: str
    document: str
    expiry: date
    school_code: str | None = None
    stage: str | None = None
    year: int | None = None
    file: str = ""
    line: int = 0

    @property
    def subject(self) -> tuple[object, ...]:
        """What no other waiver is for."""
        return self.rule, self.county_code, self.school_code, self.stage, self.year

    def concerns(self, county_code: str, year: int) -> bool:
        """Whether a county of that year is the one it names."""
        return self.county_code == county_code and self.year in (None, year)


@dataclass(frozen=True)
class Waivers:
    """All waivers of a run, in the order of their files' names and of their lines.

    files: path as given and digest of each. day: the day of the judgement, on which they must hold.
    """

    entries: tuple[Waiver, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    day: date = date.min

    def stated(self) -> dict[str, object]:
        """As a manifest states them; nothing where there are none."""
        if not self.files and not self.entries:
            return {}
        files = [{"name": Path(path).name, "sha256": sha256} for path, sha256 in self.files]
        return {"waivers": {"day": self.day.isoformat(), "files": files}}


NO_WAIVERS = Waivers()


def read_waivers(paths: Iterable[Path], day: date, rules: Collection[str]) -> Waivers:
    """The waivers of some files on the day of the judgement; rules: every id that may be named.

    UsageError with every fault of every file, each with its line.
    """
    files, wrong = list[_File](), list[str]()
    for path in dict.fromkeys(paths):
        try:
            files.append(_read(path))
        except UsageError as error:
            wrong.append(f"{error.where}: {error.what}")
    files.sort(key=lambda one: (Path(one.name).name, one.sha256, one.name))
    found = list[Waiver]()
    for file in files:
        told = list(file.faults(rules))
        wrong += [f"{file.name}:{line}: {what}" for line, what in sorted(set(told))]
        found += file.waivers() if not told else []
    wrong += _twice(found)
    if wrong:
        raise UsageError(
            say("豁免文件有误：\n{told}", told="\n".join(wrong)), todo=msg("写法见 docs/waivers.md")
        )
    return Waivers(tuple(found), tuple((one.name, one.sha256) for one in files), day)


@dataclass(frozen=True)
class _File:
    """A file as it is written. name: its path as given."""

    name: str
    text: str
    sha256: str
    tables: Mapping[str, Any]

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        rows = self.tables.get("waiver")
        rows = rows if isinstance(rows, list) else []
        return [row if isinstance(row, dict) else {} for row in rows]

    def faults(self, rules: Collection[str]) -> Iterator[tuple[int, str]]:
        """Line and sentence of all that is wrong."""
        yield from faults("waivers", self.tables, self.text)
        for place, row in enumerate(self.rows):
            for name in _TEXTS:
                if isinstance(row.get(name), str) and row[name] and not _plain(row[name]):
                    yield self._line(place, name), say("{name} 不能为空", name=name)
                if isinstance(row.get(name), date | time):  # which passes for a text
                    yield self._line(place, name), say("{name} 应为文字，请加引号", name=name)
            rule = row.get("rule")
            if isinstance(rule, str) and _plain(rule) and _plain(rule) not in rules:
                what = say("已安装的规则集都没有规则“{rule}”", rule=rule)
                near = suggestion(rule, rules)
                yield self._line(place, "rule"), what + (msg("；") + near if near else "")
            code = row.get("county_code")
            if isinstance(code, str) and _plain(code) and not _COUNTY.fullmatch(_plain(code)):
                yield self._line(place, "county_code"), msg("county_code 应为6位行政区划代码")
            if isinstance(row.get("expiry"), date | str) and _day(row["expiry"]) is None:
                what = say("expiry 应为日期，如 {day}", day="2026-08-31")
                yield self._line(place, "expiry"), what

    def waivers(self) -> Iterator[Waiver]:
        """One a row; the file has no faults."""
        for place, row in enumerate(self.rows):
            texts = {name: _plain(row[name]) for name in _TEXTS if name in row}
            stage = row.get("stage")
            yield Waiver(
                **texts,
                stage=_STAGES.get(stage, stage) if stage else None,
                year=row.get("year"),
                expiry=_day(row["expiry"]) or date.min,
                file=self.name,
                line=self._line(place),
            )

    def _line(self, place: int, *key: str) -> int:
        return find_line(self.text, ["waiver", str(place), *key])


def _plain(text: str) -> str:
    """A text on one line, without signs that nobody sees."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _day(value: object) -> date | None:
    """A day as TOML has it, or in quotes."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _read(path: Path) -> _File:
    import tomli

    try:
        data = read_limited(path, MAX_BYTES)
    except OSError as error:
        raise UsageError(say("无法读取：{why}", why=reason(error)), str(path)) from error
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        tables = tomli.loads(text)
    except UnicodeDecodeError as error:
        raise UsageError(msg("不是UTF-8编码的文本"), str(path)) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(say("不是有效的TOML：{why}", why=error), str(path)) from error
    return _File(path.as_posix(), text, hashlib.sha256(data).hexdigest(), tables)


def _twice(found: Sequence[Waiver]) -> Iterator[str]:
    """What is waived twice, in one file or in two."""
    many = Counter(one.subject for one in found)
    first: dict[tuple[object, ...], Waiver] = {}
    for one in found:
        if many[one.subject] > 1 and first.setdefault(one.subject, one) is not one:
            other = first[one.subject]
            yield say(
                "{file}:{line}: 与 {other}:{at} 是同一项豁免，请只留一条",
                file=one.file, line=one.line, other=other.file, at=other.line,
            )  # fmt: skip
