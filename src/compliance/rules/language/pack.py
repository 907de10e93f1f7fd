"""A `rules/*.toml` file read into a Pack, checked against the pack schema, with file and line.

A wrong pack stops the program: nothing is judged with half a rule set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from compliance.facts.vocabulary import read_schema, schema_text
from compliance.kernel.cache import remembered
from compliance.kernel.errors import PackError, reason
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import Document

MAX_PACK_BYTES = 4 << 20
_DAYS = ("effective", "from", "until", "date")


@dataclass(frozen=True)
class Pack:
    """One edition of one rule set as written: its tables, unresolved.

    home: the directory whose templates/ and schemas/ extend the core's (None for a lone file).
    version: the version of the distribution it came with.
    """

    id: str
    path: Path
    text: str
    tables: Mapping[str, Any]
    version: str
    home: Path | None = None

    @property
    def head(self) -> Mapping[str, Any]:
        """The [pack] table."""
        head: Mapping[str, Any] = self.tables["pack"]
        return head

    @property
    def document(self) -> Document:
        """The document that its rules come from."""
        return Document(str(self.head["source"]), self.head.get("text_seen") is False)

    @property
    def effective(self) -> date:
        """The first day on which this edition applies."""
        effective: date = self.head["effective"]
        return effective

    @property
    def extends(self) -> str | None:
        """The rule set this one builds on, or None for a base."""
        return self.head.get("extends")

    @property
    def layer(self) -> str:
        """evaluation, school-standard or city."""
        return str(self.head.get("layer", "evaluation"))

    @property
    def prefix(self) -> str:
        """What the ids of this pack's own rules begin with."""
        return str(self.head.get("prefix", ""))

    def table(self, name: str) -> Mapping[str, Any]:
        """A top-level table, empty where the pack has none."""
        found: Mapping[str, Any] = self.tables.get(name, {})
        return found

    def line(self, *address: str) -> int:
        """The line on which a table (or the last key of it) stands, for error messages."""
        return find_line(self.text, address)

    def place(self, *address: str) -> str:
        """File and line of `address`."""
        return f"{self.path.name}:{self.line(*address)}"

    def error(self, what: str, *address: str, todo: str = "") -> PackError:
        """An error that names this file and the line of `address`."""
        return PackError(what, where=self.place(*address), todo=todo)


def find_line(text: str, address: Sequence[str]) -> int:
    """The line of the deepest part of `address` that the text states; 1 where none is found.

    One of several tables of a name is addressed by its place: ("rule", "R1", "since", "0").
    """
    headings = _headings(text)
    for depth in range(len(address), 0, -1):
        number = headings.get(".".join(address[:depth]))
        if number is not None:
            return _key_line(text, number, address[depth:]) or number
    return 1


_HEADING = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")


@cache
def _headings(text: str) -> Mapping[str, int]:
    """Every table's heading -> the line on which it first stands; of several, also by its place."""
    found: dict[str, int] = {}
    latest: dict[str, int] = {}  # address of a list of tables -> the place of the last one
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            found.setdefault(heading[2], number)
            address = ""
            for name in heading[2].split("."):
                if address in latest:
                    address += f".{latest[address]}"
                address = f"{address}.{name}".strip(".")
            if heading[1] == "[[":
                latest[address] = latest.get(address, -1) + 1
                address += f".{latest[address]}"
            found.setdefault(address, number)
    return found


def _key_line(text: str, start: int, keys: Sequence[str]) -> int | None:
    """The line of the first of `keys` inside the table that begins at `start`."""
    if not keys:
        return None
    key = re.compile(r"^\s*\"?" + re.escape(keys[0]) + r"\"?\s*=")
    for number, line in enumerate(text.splitlines()[start:], start=start + 1):
        if line.lstrip().startswith("["):
            return None
        if key.match(line):
            return number
    return None


def read_pack(path: Path, version: str = "file", home: Path | None = None) -> Pack:
    """Read and check one pack file.

    Raises PackError for a file that cannot be read, is not TOML or breaks the pack schema.
    """
    return _parsed(path, _text(path), version, home)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PackError(
            say("规则文件无法读取：{why}", why=reason(error)), where=str(path.name)
        ) from error
    if len(raw) > MAX_PACK_BYTES:
        raise PackError(msg("规则文件过大"), where=path.name)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _no_toml(path, error) from error


def _no_toml(path: Path, error: Exception) -> PackError:
    return PackError(
        say("规则文件不是有效的TOML：{why}", why=error),
        where=path.name,
        todo=msg("请按提示的行列修改"),
    )


def _parsed(path: Path, text: str, version: str, home: Path | None) -> Pack:
    import tomli

    try:
        tables = tomli.loads(text, parse_float=Decimal)
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _no_toml(path, error) from error
    pack_id = tables.get("pack", {}).get("id") if isinstance(tables.get("pack"), dict) else None
    pack = Pack(str(pack_id), path, text, tables, version, home)
    check(pack)
    return pack


def check(pack: Pack) -> None:
    """Hold the pack against schemas/pack.schema.json; all faults in one PackError."""
    found = sorted({*faults("pack", pack.tables, pack.text), *_quoted_dates(pack, pack.tables)})
    if not found:
        return
    what = "\n".join(f"{pack.path.name}:{line}: {message}" for line, message in found)
    raise PackError(say("规则文件不符合规则语言：\n{what}", what=what), where=pack.path.name)


def faults(schema: str, tables: Mapping[str, Any], text: str) -> Iterable[tuple[int, str]]:
    """Line and sentence of everything in a TOML file's tables that breaks a bundled schema."""
    plain = _plain(tables)
    if _screen(schema).is_valid(plain):  # explaining costs a hundred times what refusing does
        return
    from compliance.rules.language.pack_errors import sentence

    for error in _validator(schema).iter_errors(plain):
        address = [str(part) for part in error.absolute_path]
        yield find_line(text, address), sentence(error, read_schema(schema))


def _quoted_dates(pack: Pack, table: Mapping[str, Any], *address: str) -> Iterable[tuple[int, str]]:
    """Days written as text: TOML knows dates, and knows which of them exist."""
    for key, value in table.items():
        here = (*address, str(key))
        if isinstance(value, Mapping):
            yield from _quoted_dates(pack, value, *here)
        elif isinstance(value, list):
            tables = [one for one in value if isinstance(one, Mapping)]
            yield from (fault for one in tables for fault in _quoted_dates(pack, one, *here))
        elif key in _DAYS and address[:1] != ("tally",) and type(value) is not date:
            what = say("{name}：日期不加引号，写作 2023-09-01", name=".".join(here))
            yield pack.line(*here), what


@cache
def _screen(name: str) -> Any:  # noqa: ANN401 - jsonschema's validators have no common public type
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(read_schema(name))


@cache
def _validator(name: str) -> Any:  # noqa: ANN401
    from jsonschema import Draft202012Validator

    return Draft202012Validator(read_schema(name))


def _plain(value: object) -> object:
    """TOML values as JSON has them: dates as text, decimals as numbers, infinities as text.

    What is no number keeps no bound, and the two validators disagree about it.
    """
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() and isfinite(float(value)) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def packs_in(home: Path, version: str) -> list[Pack]:
    """All packs of a plugin's directory, editions side by side; parsed and checked once for many runs.

    Raises PackError for the first faulty one.
    """
    texts = {path: _text(path) for path in sorted((home / "rules").glob("*.toml"))}

    def parsed() -> list[Mapping[str, Any]]:
        return [_parsed(path, text, version, home).tables for path, text in texts.items()]

    key = ["packs", schema_text("pack"), *texts.values()]
    found = remembered([text.encode() for text in key], (), parsed)
    return [
        Pack(str(tables["pack"]["id"]), path, text, tables, version, home)
        for (path, text), tables in zip(texts.items(), found, strict=True)
    ]
