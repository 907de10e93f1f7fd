"""The facts by name: one vocabulary for JSON, tables, rule files, results and code.

Nothing is defined here. The schemas define every fact; this module reads them, adds a province's
fragments, and matches the headings that people write: text decides, never a table's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from compliance.facts.fact import Counted, Fact, fact_of
from compliance.facts.plausibility import (
    Bound,
    Checks,
    Jump,
    OfOneSchool,
    Plausible,
    PlausibleItem,
    Quotient,
    Recent,
    checks_of,
)
from compliance.facts.units import UNITS, factor, folded, of_its_kind
from compliance.kernel.cache import remembered
from compliance.kernel.errors import PluginError
from compliance.kernel.i18n import lang, msg, pick, say

# record schemas of one submission: table -> (schema file, definition inside it)
TABLES = {
    "school": ("school", ""),
    "county": ("county", ""),
    "class": ("school", "class"),
    "room": ("school", "room"),
    "monitoring": ("county", "monitoring"),
    "attestation": ("county", "attestation"),
    "veto": ("county", "veto"),
    "building": ("county", "building"),
    "organisation": ("county", "organisation"),
    "succession": ("county", "succession"),
}
EXTENSIBLE = ("school", "county")
_OF_MANY = ("x-owners", "x-sections")  # what a schema says of many facts at once


class Match(NamedTuple):
    """What a heading means. factor: multiply the figures by it (10000 for 万元 of a yuan fact).

    year: the year named in the heading's bracket, if any. unit: the one in which its figures are
    written, empty where nothing says it.
    """

    fact: Fact
    factor: Fraction
    year: int | None = None
    unit: str = ""


class Vocabulary:
    """The facts of every table of a submission, and the headings by which they are known.

    tables: table → fact name → Fact; the tables are those of `TABLES`. checks: what the schemas
    say of figures side by side, by table.
    """

    def __init__(
        self, tables: Mapping[str, Mapping[str, Fact]], checks: Mapping[str, Checks]
    ) -> None:
        self.tables = {name: dict(facts) for name, facts in tables.items()}
        self.checks = dict(checks)
        self._keys = {name: _index(facts.values()) for name, facts in self.tables.items()}

    @property
    def school(self) -> dict[str, Fact]:
        """The facts of a school's record, in the order of the schema."""
        return self.tables["school"]

    @property
    def county(self) -> dict[str, Fact]:
        """The facts of a county's record, in the order of the schema."""
        return self.tables["county"]

    def match(self, table: str, heading: str, units: Sequence[str] = ()) -> Match | None:
        """The fact that `heading` stands for in `table`; None if unknown or in a foreign unit.

        units: those written beside the table, for headings that name none themselves; of several for
        one kind of thing nobody knows which is meant.
        """
        written = Heading.read(heading)
        fact = self._keys[table].get(written.key)
        if fact is None or (written.past and fact.period == "school_year"):
            return None  # the year before is another figure, but of funds, which are those of a calendar year
        meant = [written.unit] if written.unit else of_its_kind(units, fact.unit) or [""]
        scale, *others = {factor(unit, fact.unit) for unit in meant}
        return None if scale is None or others else Match(fact, scale, written.year, meant[0])


# what a vocabulary consists of
_CLASSES = (
    Vocabulary, Fact, Counted, Checks, Bound, Plausible, PlausibleItem, Quotient, Recent, Jump, OfOneSchool
)  # fmt: skip


class Titles(dict[str, str]):
    """Fact → what it is called; what is missing of a list, such as monitoring.数学, after the list.

    entries: what an entry of a list is called where that is another word, in English.
    """

    entries: Mapping[str, str] = {}

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as dict has it
        """The title, or `default` for what is not known."""
        table, _, entry = name.partition(".")
        if entry and table in self and name not in self:
            return say(
                "{table}（{entry}）", table=self[table], entry=self.entries.get(entry, entry)
            )
        return super().get(name, default)


def titles(words: Vocabulary) -> Titles:
    """Fact → what a sentence calls it where it is missing, in the current language."""
    facts = {**words.county, **words.school}
    found = Titles({name: fact.label for name, fact in facts.items()})
    for name, fact in facts.items():
        if fact.form == "date":  # a year alone may not be enough
            found[name] += msg("（填到年月日）")
    found["monitoring"] = msg("国家义务教育质量监测结果")
    if lang() == "en":
        found.entries = words.tables["monitoring"]["subject"].words_en
    for name in ("level", "disparity"):
        found[f"monitoring.{name}"] = found.get(
            f"monitoring.{words.tables['monitoring'][name].label}"
        )
    return found


def yearly(words: Vocabulary) -> frozenset[str]:
    """The facts that are figures of a calendar year: not whole before it ends."""
    facts = (fact for table in words.tables.values() for fact in table.values())
    return frozenset(fact.name for fact in facts if fact.period == "calendar_year")


def holders(words: Vocabulary) -> dict[str, str]:
    """Fact → the office that holds it, in the current language; those that none is named for are absent."""
    facts = {**words.county, **words.school, "monitoring": words.tables["monitoring"]["level"]}
    return {name: pick(one.holder, one.holder_en) for name, one in facts.items() if one.holder}


def _index(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Heading key → fact. An earlier claim wins; `_clashes` reports what was claimed twice."""
    keys: dict[str, Fact] = {}
    for fact in facts:
        for heading in fact.headings:
            keys.setdefault(Heading.read(heading).key, fact)
    return keys


@cache
def schema_text(name: str) -> str:
    """The bundled schema of that name (school, county, submission, pack, results) as written."""
    path = files("compliance.schemas").joinpath(f"{name}.schema.json")
    return path.read_text(encoding="utf-8")


def read_schema(name: str) -> dict[str, Any]:
    """A bundled schema, a fresh copy."""
    schema: dict[str, Any] = json.loads(schema_text(name))
    return schema


def vocabulary(fragments: Sequence[Path] = ()) -> Vocabulary:
    """The core's facts and those that plugins add.

    fragments: files called ``school.schema.json`` or ``county.schema.json``, or directories that
    hold them (themselves or in ``schemas/``). Raises PluginError for a fragment that cannot be
    read, defines a fact otherwise than it is, claims a known heading or leaves a number without a
    maximum. The same definition may stand in several.
    """
    return _vocabulary(tuple(path.resolve() for path in fragments))


def fragment_files(fragments: Iterable[Path]) -> list[Path]:
    """The files called ``school.schema.json`` or ``county.schema.json`` that `vocabulary` would read."""
    names = [f"{table}.schema.json" for table in EXTENSIBLE]
    found: list[Path] = []
    for path in fragments:
        if path.is_dir():
            homes = (path, path / "schemas")
            found += [home / name for home in homes for name in names if (home / name).is_file()]
        elif path.name in names:
            found.append(path)
        else:
            raise _faulty(path, say("文件名应为{names}", names=names))
    return list(dict.fromkeys(found))


def sources(fragments: Sequence[Path] = ()) -> list[bytes]:
    """All that the vocabulary of these fragments is made from: names and contents of its schemas."""
    return list(_sources(tuple(path.resolve() for path in fragments)))


@cache
def _sources(fragments: tuple[Path, ...]) -> tuple[bytes, ...]:
    core = [schema_text(name) for name in EXTENSIBLE]
    added = [text for path, text in _texts(fragments).items() for text in (path.name, text)]
    return tuple(text.encode() for text in (*core, *added))


def fragment_texts(fragments: Sequence[Path]) -> Mapping[Path, str]:
    """The files of fragments, as for `vocabulary`, and what stands in them."""
    return _texts(tuple(path.resolve() for path in fragments))


@cache
def _texts(fragments: tuple[Path, ...]) -> Mapping[Path, str]:
    return {path: _text(path) for path in fragment_files(fragments)}


@cache
def _vocabulary(fragments: tuple[Path, ...]) -> Vocabulary:
    key = [b"vocabulary", *_sources(fragments)]
    return remembered(key, _CLASSES, lambda: joined(_texts(fragments)))


def joined(fragments: Mapping[Path, str]) -> Vocabulary:
    """The core's facts and checks with those of the fragments (file → text), in their order.

    Raises PluginError as `vocabulary` does.
    """
    tables: dict[str, dict[str, Fact]] = {}
    checks: dict[str, Checks] = {}
    for table, (name, definition) in TABLES.items():
        schema = read_schema(name)
        record = schema["$defs"][definition] if definition else schema
        tables[table] = facts_of(table, record)
        checks[table] = checks_of(record)
    for path, text in fragments.items():
        table = path.name.removesuffix(".schema.json")
        record = _record(path, text)
        added = _added(path, table, record)
        _refuse_clashes(path, tables[table], added)
        tables[table].update(added)
        checks[table] = checks[table].joined(_added_checks(path, tables[table], record))
        known = {**tables["school"], **tables["county"]}
        for name in (one for fact in added.values() for one in fact.not_involved or ()):
            if name not in known:
                raise _faulty(path, say("x-not-involved中没有事实{f}", f=name))
    return Vocabulary(tables, checks)


def facts_of(table: str, record: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts that the schema of a record defines. Raises KeyError, ValueError where it is not whole."""
    required = frozenset(record.get("required", ()))
    offices, sections = (
        {fact: one for one in record.get(key, ()) for fact in one["facts"]} for key in _OF_MANY
    )
    found = {
        name: fact_of(
            name, table, node, required=name in required, offices=offices, sections=sections
        )
        for name, node in record["properties"].items()
        if "x-table" not in node
    }
    known = {name for fact in found.values() for name in (fact.name, fact.stem)}
    for key, named in zip(_OF_MANY, (offices, sections), strict=True):
        if unknown := set(named) - known:
            raise ValueError(f"{key}: {', '.join(sorted(unknown))}")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise _faulty(path, str(error)) from error


def _record(path: Path, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _faulty(path, str(error)) from error
    if not isinstance(record, dict) or not isinstance(record.get("properties"), dict):
        raise _faulty(path, msg("没有properties"))
    return record


def _added(path: Path, table: str, record: Mapping[str, Any]) -> dict[str, Fact]:
    try:
        added = facts_of(table, record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _faulty(path, say("事实的定义不完整：{e}", e=error)) from error
    for fact in added.values():
        if fact.form in ("count", "number", "counts", "numbers", "year") and fact.maximum is None:
            raise _faulty(path, say("{f}：数值必须有maximum", f=fact.name))
    return added


def _added_checks(path: Path, facts: Mapping[str, Fact], record: Mapping[str, Any]) -> Checks:
    try:
        added = checks_of(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _faulty(path, say("x-注解不完整：{e}", e=error)) from error
    for name in added.facts():
        if name not in facts:
            raise _faulty(path, say("检查中没有事实{f}", f=name))
    return added


def _refuse_clashes(path: Path, known: Mapping[str, Fact], added: Mapping[str, Fact]) -> None:
    keys = _index(known.values())
    for fact in added.values():
        if known.get(fact.name, fact) != fact:
            raise _faulty(path, say("重复定义了事实{f}，与已有的定义不同", f=fact.name))
        for heading in fact.headings:
            other = keys.setdefault(Heading.read(heading).key, fact)
            if other.name != fact.name:
                what = say("{f}的表头“{h}”已属于{o}", f=fact.name, h=heading, o=other.name)
                raise _faulty(path, what, "heading")


def _faulty(path: Path, why: str, code: str = "fact") -> PluginError:
    return PluginError(
        say("事实定义有误：{why}", why=why),
        where=str(path),
        todo=msg("请修改该文件（已安装的插件，请其作者修改）"),
        code=code,
    )


# ── headings ───────────────────────────────────────────────────────────────────────

_BRACKET = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_PERIOD = re.compile(
    r"^(?:((?:19|20)[0-9]{2})(?:[-—~至](?:19|20)?[0-9]{2})?)?"
    r"(?:年|年度|自然年|自然年度|学年|学年度|学年初|公历年|(上年|上年度|上一年度|上学年|上一学年|去年)"
    r"|年[0-9]{1,2}月(?:[0-9]{1,2}日|初|底|末)?|本年|本年度|本学年|必填|选填|是|否)?$"
)
_NOISE = re.compile(r"[()\[\]【】〔〕、,;/\\\-—–_:.·'\"“”‘’《》#*|]+")
_STAGE = re.compile(r"^(小学|初中)(?:部|学段|阶段|段)")
_TAIL = re.compile(r"^(.+?)[(\[【](小学|初中|高中)(?:部|学段|阶段|段)?[)\]】]$")


class Heading(NamedTuple):
    """A heading read: its comparable key, the unit in its bracket, the year named there.

    text: the heading folded, without the bracket that named them. past: the bracket speaks of the year before.
    """

    key: str
    unit: str
    year: int | None
    text: str
    past: bool

    @classmethod
    def read(cls, text: str) -> Heading:
        """Fold width, case, space and punctuation; take the bracketed unit and period out."""
        plain = folded(str(text)).strip("*:")
        unit, year, past = "", None, False

        def take(found: re.Match[str]) -> str:
            nonlocal unit, year, past
            words = [word for word in re.split(r"[,、;/]", found[1].replace("单位:", "")) if word]
            periods = [_PERIOD.match(word) for word in words]
            named = {word for word in words if word in UNITS}
            if (
                not words
                or len(named) > 1
                or not all(
                    word in UNITS or period for word, period in zip(words, periods, strict=True)
                )
            ):
                return found[0]
            for word, period in zip(words, periods, strict=True):
                if word in UNITS:
                    unit = word
                elif period:
                    year = int(period[1]) if period[1] else year
                    past = past or bool(period[2])
            return ""

        text = _BRACKET.sub(take, plain).strip("*:")
        plain = _STAGE.sub(r"\1", _TAIL.sub(r"\2\1", text))
        return cls(_NOISE.sub("", plain), unit, year, text, past)
