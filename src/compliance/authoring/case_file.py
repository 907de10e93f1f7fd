"""A file of cases read into Case values; every fault of it with file, line and a suggestion.

Nothing about a case is guessed: a rule, a fact or a key that does not exist is an error, so that no
case can pass by saying nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli

from compliance.authoring.case import DAY, Case, CaseOptions, RulesInForce, law
from compliance.authoring.expected import KEYS, fault_of
from compliance.authoring.records import CaseRecords, figures
from compliance.kernel.errors import JunhengError, UsageError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import COMPULSORY

HEAD = ("ruleset", "as_of", "enforce", "switches")
CASE = (
    "it", "rule", *HEAD, "unit", "school", "schools", "county", "statements", "monitoring",
    "given", "blank", "at", "expect",
)  # fmt: skip
GIVEN = ("schools", "county", "statements", "monitoring")
EXEMPT = ("ruleset", "rule", "lacks", "because")
FILE = (*HEAD, "given", "case", "exempt")
_ALIKE = 0.5  # how alike a word must be to be suggested


class CaseError(JunhengError):
    """A file of cases is wrong: nothing in it is run."""


@dataclass(frozen=True)
class Exemption:
    """What a rule cannot have a case for, and why. where: file and line."""

    where: str
    ruleset: str
    rule: str
    lacks: tuple[str, ...]
    because: str


@dataclass
class CaseFile:
    """One file on its way into cases: its text and every fault found in it."""

    path: Path
    lines: Sequence[str]
    tables: Mapping[str, Any]
    starts: Sequence[int]
    faults: list[str] = field(default_factory=list)

    def fault(self, line: int, what: str, near: str = "") -> None:
        """Keep a fault; near: the question what may have been meant."""
        tail = msg("（{}）").format(near) if near else ""
        text = f"{self.path.name}:{line}: {what}{tail}"
        if text not in self.faults:
            self.faults.append(text)

    def known(self, given: Iterable[str], allowed: Iterable[str], number: int, what: str) -> None:
        """A fault for every key of `given` that is not allowed."""
        names = list(allowed)
        for key in given:
            if key not in names:
                self.fault(
                    self.line(number, key),
                    say("{what}中没有“{key}”", what=what, key=key),
                    suggestion(key, names, _ALIKE),
                )

    def line(self, number: int, word: str = "") -> int:
        """The line of case `number` (from 0), or of a word in it; -1: of the head."""
        first = self.starts[number] if number >= 0 else 1
        later = [start for start in self.starts if start > first]
        last = later[0] - 1 if later else len(self.lines)
        found = re.compile(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])")
        for place in range(first, last + 1) if word else ():
            if found.search(self.lines[place - 1].split("#")[0]):
                return place
        return first


def read_cases(place: Path) -> list[Case]:
    """The cases of a file, or of every `*.toml` in a folder.

    Raises CaseError with all faults of all files, each with file and line, or where there is none.
    """
    cases: list[Case] = []
    faults: list[str] = []
    for path in _files(place):
        file = _opened(path)
        cases += _cases(file)
        faults += file.faults
    if faults:
        raise CaseError("\n".join(faults), where=str(place))
    return cases


def read_exemptions(place: Path) -> list[Exemption]:
    """What the files say cannot be had; CaseError as with cases."""
    found: list[Exemption] = []
    for path in _files(place):
        file = _opened(path)
        places = _headings(file.lines, "exempt")
        for line, one in zip(places, file.tables.get("exempt", ()), strict=False):
            options = _options(file, -1, one)
            if options is not None:
                lacks = tuple(str(word) for word in one["lacks"])
                held, where = law(options).ruleset.id, f"{path.name}:{line}"
                found.append(Exemption(where, held, str(one["rule"]), lacks, str(one["because"])))
    return found


def _files(place: Path) -> list[Path]:
    place = place.resolve()
    found = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    if not found or not all(path.is_file() for path in found):
        raise CaseError(msg("没有算例文件"), where=str(place))
    return found


def _opened(path: Path) -> CaseFile:
    text = path.read_text("utf-8")
    try:
        tables = tomli.loads(text, parse_float=Decimal)
    except (RecursionError, ValueError, ArithmeticError) as error:
        why = str(error)
        line = re.search(r"line (\d+)", why)
        where = f"{path.name}:{line[1] if line else 1}"
        raise CaseError(say("不是有效的TOML：{why}", why=why), where=where) from error
    lines = text.splitlines()
    return CaseFile(path, lines, tables, _headings(lines, "case"))


def _headings(lines: Sequence[str], name: str) -> list[int]:
    """The lines on which the tables of a list begin."""
    heading = re.compile(rf"^\s*\[\[\s*{name}\s*\]\]")
    return [number for number, line in enumerate(lines, start=1) if heading.match(line)]


def _cases(file: CaseFile) -> list[Case]:
    file.known(file.tables, FILE, -1, msg("文件"))
    given = file.tables.get("given", {})
    for name, table in given.items():
        file.known(table, GIVEN, -1, f"[given.{name}]")
    if not file.tables.get("case"):
        file.fault(1, msg("没有 [[case]]"))
    found = [_case(file, number) for number in range(len(file.tables.get("case", ())))]
    for one in file.tables.get("exempt", ()):
        missing = [key for key in ("rule", "lacks", "because") if key not in one]
        if missing or set(one) - set(EXEMPT):
            file.fault(1, msg("[[exempt]] 须写明 rule、lacks、because"))
    return [one for one in found if one is not None]


def _case(file: CaseFile, number: int) -> Case | None:
    table = file.tables["case"][number]
    before = len(file.faults)
    file.known(table, CASE, number, "[[case]]")
    for key in ("it", "rule", "expect"):
        if key not in table:
            file.fault(file.line(number), say("缺少 {key}", key=key))
    options = _options(file, number, table)
    if len(file.faults) > before or options is None:
        return None
    try:
        rules = law(options)
    except UsageError as error:  # a broken pack or plugin is no fault of the case
        place = number if "ruleset" in table else -1
        file.fault(file.line(place, "ruleset"), str(error))
        return None
    _check_rule(file, number, table, rules)
    _check_expected(file, number, table["expect"])
    read = _figures(file, number, table, rules)
    if len(file.faults) > before or read is None:
        return None
    school, stage, chosen = _subject(file, number, table, read)
    return Case(
        it=str(table["it"]),
        rule=str(table["rule"]),
        options=options,
        line=file.starts[number],
        county=read.county,
        schools=read.schools,
        statements=read.statements,
        monitoring=read.monitoring,
        school=school,
        stage=stage,
        chosen=chosen,
        expect=table["expect"],
    )


def _options(file: CaseFile, number: int, table: Mapping[str, Any]) -> CaseOptions | None:
    def said(key: str, otherwise: Any) -> Any:  # noqa: ANN401 a TOML value
        return table.get(key, file.tables.get(key, otherwise))

    name, day = said("ruleset", None), said("as_of", DAY)
    if not isinstance(name, str):
        file.fault(1, msg("文件须写明 ruleset"))
        return None
    if type(day) is not date:
        file.fault(file.line(number, "as_of"), msg("as_of 须是日期"))
        return None
    if name.endswith(".toml"):
        name = str((file.path.parent / name).resolve())
    return CaseOptions(
        file.path, name, day, tuple(said("enforce", ())), tuple(said("switches", ()))
    )


def _check_rule(file: CaseFile, number: int, table: Mapping[str, Any], rules: RulesInForce) -> None:
    if table["rule"] not in rules.rules:
        file.fault(
            file.line(number, "rule"),
            say("没有规则 {rule}", rule=table["rule"]),
            suggestion(str(table["rule"]), rules.rules, _ALIKE),
        )


def _check_expected(file: CaseFile, number: int, expect: Mapping[str, Any]) -> None:
    file.known(expect, KEYS, number, "expect")
    if "status" not in expect:
        file.fault(file.line(number, "expect"), msg("expect 须写明 status"))
    for key, value in expect.items():
        why = fault_of(key, value)
        if why:
            file.fault(file.line(number, key), why)


def _figures(
    file: CaseFile, number: int, table: Mapping[str, Any], rules: RulesInForce
) -> CaseRecords | None:
    given = file.tables.get("given", {})
    name = table.get("given")
    if name is not None and name not in given:
        file.fault(
            file.line(number, "given"),
            say("没有 [given.{name}]", name=name),
            suggestion(str(name), given, _ALIKE),
        )
        return None
    read = figures(table, given.get(name, {}), rules)
    for word, what, known in read.faults:
        file.fault(file.line(number, word), what, suggestion(word, known, _ALIKE))
    return read


def _subject(
    file: CaseFile, number: int, table: Mapping[str, Any], read: CaseRecords
) -> tuple[str | None, str | None, bool]:
    """Whose finding is meant: what `at` says, else the one school or the county; the one stage."""
    stages = {one.get("stage") for one in _stated(table)}
    stage = stages.pop() if len(stages) == 1 else None
    if "at" not in table:
        alone = "unit" in table or "school" in table
        return (str(read.schools[0]["school_code"]) if alone else None), stage, False
    at = table["at"]
    if at == "county":
        return None, stage, True
    if not isinstance(at, dict) or not set(at) <= {"school", "stage"}:
        file.fault(file.line(number, "at"), say('at 写 "county" 或 {{school, stage}}'))
        return None, None, True
    codes = [str(one["school_code"]) for one in read.schools]
    code = str(at["school"]) if "school" in at else None
    if code is not None and code not in codes:
        file.fault(file.line(number, "at"), say("没有学校 {c}", c=code))
    if at.get("stage", "primary") not in COMPULSORY:
        file.fault(file.line(number, "at"), msg("没有这个学段"))
    if code is None and "stage" in at and ("unit" in table or "school" in table):
        code = codes[0]
    return code, at.get("stage"), True


def _stated(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "unit" in table:
        yield table["unit"]
    yield from table.get("schools", ())
