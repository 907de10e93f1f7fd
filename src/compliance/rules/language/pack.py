"""A `rules/*.toml` file read into a Pack, checked against the pack schema, with file and line.

A wrong pack stops the program: nothing is judged with half a rule set.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.facts.vocabulary import read_schema, schema_text
from compliance.kernel.cache import remembered
from compliance.kernel.errors import PackError, reason
from compliance.kernel.i18n import msg, say
from compliance.kernel.limited_read import read_limited
from compliance.kernel.versions import admits
from compliance.rules.language.model import LANGUAGE, OF_A_FILE, Document

if TYPE_CHECKING:
    from compliance.rules.language.pack_errors import Complaint

MAX_PACK_BYTES = 4 << 20
MOST_TABLES = 2000  # rules, indicators and the like of one pack
_DECIMALS = 15  # before and after the point of a number: as many as a double tells apart
_BEYOND: int = 10 ** (_DECIMALS + 1)
_DAYS = ("effective", "from", "until", "date")


@dataclass(frozen=True)
class Pack:
    """One edition of one rule set as written: its tables, unresolved.

    home: the directory whose templates/ and schemas/ extend the core's (None for a lone file).
    version: the version of the distribution it came with; plugin: that with its name, empty for a lone file.
    faults: what is wrong with it as written; the tables concerned (`left_out`: section and name → as
    it stands) are not among its tables.
    """

    id: str
    path: Path
    text: str
    tables: Mapping[str, Any]
    version: str
    home: Path | None = None
    plugin: str = ""
    faults: tuple[PackError, ...] = ()
    left_out: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """What a message calls it: the plugin, and the file's name."""
        return f"{self.plugin} {self.path.name}".lstrip()

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
        return f"{self.file}:{self.line(*address)}"

    def error(self, what: str, *address: str, todo: str = "", code: str = "") -> PackError:
        """An error that names this file and the line of `address`."""
        return PackError(what, where=self.place(*address), todo=todo, code=code)


def find_line(text: str, address: Sequence[str]) -> int:
    """The line of the deepest part of `address` that the text states; 1 where none is found.

    One of several tables of a name is addressed by its place: ("rule", "R1", "since", "0").
    """
    headings = {"": 0, **_headings(text)}  # keys before the first table
    for depth in range(len(address), -1, -1):
        number = headings.get(".".join(address[:depth]))
        if number is not None:
            key = _key_line(text, number, address[depth]) if depth < len(address) else None
            return key or number or 1
    return 1


_HEADING = re.compile(r"^\s*(\[\[?)\s*([^\[\]=,]+?)\s*\]\]?\s*(?:#.*)?$")


@cache
def _headings(text: str) -> Mapping[str, int]:
    """Every table's heading -> the line on which it first stands; of several, also by its place."""
    found: dict[str, int] = {}
    inner: list[tuple[list[str], int]] = []
    latest: dict[str, int] = {}  # address of a list of tables -> the place of the last one
    for number, line in enumerate(_lines(text), start=1):
        if heading := _HEADING.match(line):
            names = [name.strip(" \t\"'") for name in heading[2].split(".")]
            found.setdefault(".".join(names), number)
            address = ""
            for name in names:
                if address in latest:
                    address += f".{latest[address]}"
                address = f"{address}.{name}".strip(".")
            if heading[1] == "[[":
                latest[address] = latest.get(address, -1) + 1
                address += f".{latest[address]}"
            found.setdefault(address, number)
            inner.append((names[:_TABLE], number))
    for names, number in inner:  # a table of which only what is in it has a heading
        if len(names) == _TABLE:
            found.setdefault(".".join(names), number)
    return found


@cache
def _lines(text: str) -> Sequence[str]:
    return text.splitlines()


@cache
def _key_line(text: str, start: int, name: str) -> int | None:
    """The line of a key inside the table that begins at `start`."""
    key = re.compile(r"^\s*[\"']?" + re.escape(name) + r"[\"']?\s*[=.]")
    lines = _lines(text)
    for number in range(start + 1, len(lines) + 1):
        line = lines[number - 1]
        if _HEADING.match(line):
            return None
        if key.match(line):
            return number
    return None


def read_pack(
    path: Path, version: str = OF_A_FILE, home: Path | None = None, plugin: str = ""
) -> Pack:
    """Read and check one pack file: without the tables that are wrong, but with their faults.

    Raises PackError for a file that cannot be read, is not TOML or is no pack at all.
    """
    return _parsed(Pack("", path, _text(path, plugin), {}, version, home, plugin))


def _text(path: Path, plugin: str = "") -> str:
    file = Pack("", path, "", {}, "", plugin=plugin).file
    try:
        raw = read_limited(path, MAX_PACK_BYTES)
    except OSError as error:
        what = say("规则文件无法读取：{why}", why=reason(error))
        raise PackError(what, where=file, code="toml") from error
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _no_toml(file, error) from error


def _no_toml(file: str, error: Exception) -> PackError:
    at = re.search(r"\(at line ([0-9]+)", str(error))
    return PackError(
        say("规则文件不是有效的TOML：{why}", why=error),
        where=f"{file}:{at[1]}" if at else file,
        todo=msg("请按提示的行列修改"),
        code="toml",
    )


def _parsed(pack: Pack) -> Pack:
    """A pack with the tables that its text states; PackError where it is no pack at all."""
    import tomli

    text, faults = _real_days(pack)
    try:
        tables = tomli.loads(text, parse_float=Decimal)
    except (tomli.TOMLDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise PackError.of([*faults, _no_toml(pack.file, error)]) from error
    head = tables.get("pack")
    pack_id = head.get("id") if isinstance(head, dict) else None
    pack = replace(pack, id=str(pack_id), tables=tables, faults=tuple(faults))
    _check_language(pack)
    return _sound(pack)


_DAY = re.compile(
    r"^(\s*[\w\"'.-]+\s*=\s*)([0-9]{4})-([0-9]{2})-([0-9]{2})(?=\s*(?:#.*)?$)", re.MULTILINE
)


def _real_days(pack: Pack) -> tuple[str, list[PackError]]:
    """The text with the nearest day for each that no calendar has, so that all else is found too."""
    faults = list[PackError]()

    def real(found: re.Match[str]) -> str:
        year, month, day = int(found[2]), int(found[3]), int(found[4])
        last = monthrange(max(year, 1), min(max(month, 1), 12))[1]
        near = (max(year, 1), min(max(month, 1), 12), min(max(day, 1), last))
        if near == (year, month, day):
            return found[0]
        line = pack.text.count("\n", 0, found.start(2)) + 1
        what = say("没有这一天：{day}", day="-".join(found.groups()[1:]))
        where = f"{pack.file}:{line}"
        faults.append(PackError(what, where, msg("请核对文件上的日期"), "date"))
        return f"{found[1]}{date(*near).isoformat()}"

    return _DAY.sub(real, pack.text), faults


def _check_language(pack: Pack) -> None:
    """PackError where a pack asks for another version of the language than this program speaks."""
    head = pack.tables.get("pack")
    wanted = head.get("requires", "") if isinstance(head, dict) else ""
    if not isinstance(wanted, str) or admits(wanted, LANGUAGE):
        return
    raise pack.error(
        say(
            "规则包要求规则语言 {wanted}，已安装的 junheng {tool} 是 {language}",
            wanted=wanted,
            tool=installed_version("junheng"),
            language=LANGUAGE,
        ),
        "pack",
        "requires",
        todo=msg("请升级 junheng，或改用与其相配的规则包"),
        code="language",
    )


def _sound(pack: Pack) -> Pack:
    """The pack held against schemas/pack.schema.json: with its faults, without the tables they are in.

    PackError where what is wrong is in no table of its own, so that nothing of it can be used.
    """
    found = {at: (what, code) for at, what, code in complaints("pack", pack.tables)}
    found |= {at: (what, code) for at, what, code in _misspelt(pack.tables)}
    number = sum(len(one) for name in _NAMED if isinstance(one := pack.tables.get(name), Mapping))
    if number > MOST_TABLES:
        what = say("规则包有{n}个表，过多；不超过{most}个", n=number, most=MOST_TABLES)
        raise PackError.of([pack.error(what, code="schema")])
    if not found:
        return pack
    faults = pack.faults + tuple(
        pack.error(what, *address, code=code) for address, (what, code) in found.items()
    )
    places = {address[:_TABLE] for address in found}
    if not all(len(one) == _TABLE and one[0] in _NAMED for one in places):
        raise PackError.of(faults)
    tables = {
        section: {name: one for name, one in table.items() if (section, name) not in places}
        if section in _NAMED
        else table
        for section, table in pack.tables.items()
    }
    left_out = {(section, name): pack.tables[section][name] for section, name in places}
    return replace(pack, tables=tables, faults=faults, left_out=left_out)


_TABLE = 2  # section and name
_NAMED = (
    "exclusion", "tally", "indicator", "rule", "override", "drop", "switch", "clause",
    "register", "assemble",
)  # fmt: skip


def complaints(schema: str, tables: Mapping[str, Any]) -> Iterable[Complaint]:
    """Address, sentence and code of everything in a TOML file's tables that breaks a bundled schema."""
    plain = _plain(tables)
    if not _screen(schema).is_valid(plain):  # explaining costs a hundred times what refusing does
        from compliance.rules.language.pack_errors import sentences

        for error in _validator(schema).iter_errors(plain):
            yield from sentences(error, read_schema(schema))
    yield from _mistyped(tables)


def faults(schema: str, tables: Mapping[str, Any], text: str) -> Iterable[tuple[int, str]]:
    """The same with the line in place of the address."""
    return ((find_line(text, address), what) for address, what, _ in complaints(schema, tables))


def _misspelt(value: object) -> Iterable[Complaint]:
    """Days written as text: TOML knows dates, and which of them exist."""
    for address, one in _leaves(value):
        if address[-1] in _DAYS and address[0] != "tally" and type(one) is not date:
            what = say("{name}：日期不加引号，写作 2023-09-01", name=".".join(address))
            yield address, what, "date"


def _mistyped(value: object) -> Iterable[Complaint]:
    """Numbers that nobody types, which the schemas see as texts."""
    for address, one in _leaves(value):
        if isinstance(one, Decimal | int) and not _is_typed(one):
            what = say(
                "{name}：“{found}”不是可用的数，小数点前后各不超过{n}位",
                name=".".join(address),
                found=_shown(one),
                n=_DECIMALS,
            )
            yield address, what, "schema"


def _leaves(value: object, *address: str) -> Iterator[tuple[tuple[str, ...], object]]:
    """What is neither table nor list, each with its address."""
    if isinstance(value, Mapping | list):
        inner = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, one in inner:
            yield from _leaves(one, *address, str(key))
    else:
        yield address, value


@cache
def _screen(name: str) -> Any:  # noqa: ANN401 - jsonschema's validators have no common public type
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(read_schema(name))


@cache
def _validator(name: str) -> Any:  # noqa: ANN401
    from jsonschema import Draft202012Validator

    return Draft202012Validator(read_schema(name))


def _plain(value: object) -> object:
    """TOML values as JSON has them: dates as text, decimals as numbers, what no limit can be as text.

    What is infinite or no number keeps no bound, and the two validators disagree about it; a figure
    of more digits than a double tells apart is none that anybody typed.
    """
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | int):
        plain = float(value) if isinstance(value, Decimal) else value
        return plain if _is_typed(value) else _shown(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _shown(value: Decimal | int) -> str:
    """A number that nobody typed, shortened: of a whole one with thousands of digits Python makes no text."""
    if isinstance(value, int) and abs(value) >= 10**_DECIMALS * 1000:
        return f"{'-' if value < 0 else ''}≥10^{_DECIMALS + 3}"
    return str(value)[:60]


def _is_typed(value: Decimal | int) -> bool:
    """Whether a number has no more digits before and after its point than somebody would type."""
    if isinstance(value, int):
        return abs(value) < _BEYOND
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMALS and value.adjusted() <= _DECIMALS


def packs_in(home: Path, version: str, plugin: str = "") -> list[Pack]:
    """All packs of a plugin's directory, editions side by side; parsed and checked once for many runs.

    Raises PackError with the faults of all of them.
    """
    paths = sorted((home / "rules").glob("*.toml"))
    packs = [Pack("", path, _text(path, plugin), {}, version, home, plugin) for path in paths]

    def parsed() -> list[Mapping[str, Any]]:
        tables, wrong = [], list[PackError]()
        for pack in packs:
            try:
                read = _parsed(pack)
                wrong += read.faults
                tables.append(read.tables)
            except PackError as error:
                wrong.append(error)
        if wrong:
            raise PackError.of(wrong)
        return tables

    key = ["packs", schema_text("pack"), *(pack.text for pack in packs)]
    found = remembered([text.encode() for text in key], (), parsed)
    return [
        replace(pack, id=str(tables["pack"]["id"]), tables=tables)
        for pack, tables in zip(packs, found, strict=True)
    ]
