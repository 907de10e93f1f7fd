"""Where the figures behind what is said of many counties stand, each county's looked up in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from compliance.assessment.county import NAMED_BY
from compliance.engine.attestations import SAYING
from compliance.engine.results import Grounds, Results
from compliance.intake.cell_locations import Found, Place, text_positions
from compliance.intake.formats.given_names import lying_at
from compliance.intake.formats.input_names import InputNames
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import Text, msg, say
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language.model import Rule

_SHOWN = 3
_LINE = re.compile("(.+?):([0-9]+)")  # a file of settings with its line


@dataclass(frozen=True, slots=True)
class InputPlace:
    """Where something stands in the inputs, for whoever puts a remark beside it.

    path: the file or folder as given. at: the cell, JSON pointer or line in people's words, with the
    table of an archive; may be empty. line, column: from 1, of a text; None elsewhere.
    """

    path: str
    at: str = ""
    line: int | None = None
    column: int | None = None


def of_problems(problems: Sequence[Problem], inputs: Sequence[Path]) -> list[InputPlace | None]:
    """The place of each problem; None where it stands in no file.

    inputs: the paths as given, earlier figures too.
    """
    return _input_places([(one.file, one.at) for one in problems], InputNames(inputs))


def of_findings(report: Results, rows: Sequence[Mapping[str, Any]]) -> list[InputPlace | None]:
    """The place of each finding (a row of FINDINGS); None where nobody knows what lies behind it.

    Of a figure: where it is written, the blank that is missing, or the statement; else where its
    school or county is named. Only the files of these findings' counties are looked into.
    """
    places = Places(report)
    wanted: dict[tuple[str, int], tuple[set[str], set[str]]] = {}
    for row in rows:
        schools, facts = wanted.setdefault(_key(row), (set(), set(NAMED_BY)))
        schools.update({row["school_code"]} - {None})
        facts.update(places.looked_for(row))
    found = {key: places.found(key, *asked) for key, asked in wanted.items()}
    at = [places.of_finding(row, found[_key(row)]) for row in rows]
    return _input_places(at, InputNames(report.inputs))


def _key(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["county_code"], row["year"]


def _input_places(
    places: Sequence[tuple[str, str] | None], names: InputNames
) -> list[InputPlace | None]:
    """(what the file is called, where in it) → as given, with lines: each file is opened once."""
    found = [None if one is None else _as_given(*one, names) for one in places]
    asked: dict[str, set[str]] = {}
    for one in found:
        if one is not None and one.line is None:
            asked.setdefault(one.path, set()).add(one.at)
    lines = {path: text_positions(lying_at(path), at) for path, at in asked.items()}
    return [
        one
        if one is None or one.at not in lines.get(one.path, {})
        else InputPlace(one.path, one.at, *lines[one.path][one.at])
        for one in found
    ]


def _as_given(file: str, at: str, names: InputNames) -> InputPlace | None:
    """A file by its name among the inputs; a file of settings, named by its path, as it is."""
    if isinstance(file, Text) and file.values:
        file = str(file.values.get("f", file))  # earlier figures are called so as well
    said = at.values or {} if isinstance(at, Text) else {}
    line, column = said.get("line"), said.get("column")
    if settings := _LINE.fullmatch(file):
        file, line = settings[1], int(settings[2])
    path = names.path(file)
    if not path:
        return InputPlace(file, at, _number(line)) if file and Path(file).is_file() else None
    inside = path.endswith(f"/{file}") or path == file or "/" not in file
    member = "" if inside else f"{file.rpartition('/')[2]} "
    return InputPlace(path, f"{member}{at}".strip(), _number(line), _number(column))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


class Places:
    """The cells of a run's figures."""

    def __init__(self, report: Results) -> None:
        self._report = report
        self._grounds = {
            key: one
            for one in report.grounds.values()
            for key in one.figures.counties.select("county_code", "year").iter_rows()
        }
        self._schools = report.schools
        self._known: dict[tuple[int, str], Mapping[tuple[str, int, str], tuple[str, str]]] = {}

    @cached_property
    def _rules(self) -> Mapping[tuple[str, int], Mapping[str, Rule]]:
        counties = self._report.counties
        return {(one.county_code, one.year): self._report.rules_of(one) for one in counties}

    def looked_for(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """The facts whose place is a finding's, by the names they have in files; those missing, if any are.

        None of what joins other verdicts. Facts that are words only tell whom it concerns.
        """
        grounds = self._grounds.get(_key(row))
        if row["missing"] or grounds is None:
            return facts_behind(row["missing"] or (), row["stage"])
        rule = self._rules[_key(row)][row["rule"]]
        facts = () if rule.form.groups and rule.of else facts_behind(rule.facts, row["stage"])
        types = grounds.figures.facts["schools" if row["school_code"] else "counties"]
        return tuple(n for n in facts if n in types and not _is_words(types[n]))

    def of_finding(self, row: Mapping[str, Any], found: Found) -> tuple[str, str] | None:
        """The file and the place in it; found: where the facts of `looked_for` and NAMED_BY stand."""
        who = row["school_code"] or None
        cells = [found[who, fact] for fact in self.looked_for(row) if (who, fact) in found]
        cells += [found[who, fact] for fact in NAMED_BY if (who, fact) in found]
        if not cells or not who:
            stated = self._stated(row)
            if stated is not None:
                return stated
        if not cells:
            return None
        written = (one for one in cells if not row["missing"] and _is_written(one))
        first = next(written, cells[0])
        return first.file, first.at

    def _stated(self, row: Mapping[str, Any]) -> tuple[str, str] | None:
        """Where the statement stands that decides a rule of the county, if one was given."""
        grounds = self._grounds.get(_key(row))
        rule = None if grounds is None else self._rules[_key(row)][row["rule"]]
        if grounds is None or rule is None or rule.statement not in SAYING:
            return None
        return self._statements(grounds, rule.statement).get((*_key(row), rule.attested_as))

    def _statements(
        self, grounds: Grounds, table: str
    ) -> Mapping[tuple[str, int, str], tuple[str, str]]:
        if (id(grounds), table) not in self._known:
            rows = getattr(grounds.figures, table).select(
                "county_code", "year", "rule", "file", "at"
            )
            self._known[id(grounds), table] = {
                (code, year, rule): (file, at) for code, year, rule, file, at in rows.iter_rows()
            }
        return self._known[id(grounds), table]

    def found(self, key: tuple[str, int], schools: Iterable[str], facts: Iterable[str]) -> Found:
        """(school code, or None for the county's own record; fact) → where it stands."""
        grounds = self._grounds.get(key)
        return {} if grounds is None else grounds.watch.locate(key, set(schools), set(facts))

    def told(self, key: tuple[str, int], school: str, facts: Sequence[str]) -> str:
        """The first cells of a county's figures, with their file.

        school: whose cells they are; empty: the county's own, or from the first school's downwards.
        """
        first = school or self._first_school(key)
        found = self.found(key, [first], facts)
        if school or not (own := [one for who, one in found if who is None]):
            cells = [found[first, fact] for fact in facts if (first, fact) in found]
            tail = "" if school or not cells else msg(" 起")
        else:
            cells, tail = [found[None, fact] for fact in facts if fact in own], ""
        if not cells:
            return ""
        at = list(dict.fromkeys(one.at for one in cells))
        more = say(" 等{n}处", n=len(at)) if len(at) > _SHOWN else ""
        return f"{cells[0].file} {msg('、').join(at[:_SHOWN])}{more}{tail}".strip()

    def listed(self, found: Found, wanted: Iterable[tuple[str | None, Sequence[str]]]) -> str:
        """The cells of these records' facts, with their file; the first of each record where there are many."""
        each = [
            [found[who, fact] for fact in facts if (who, fact) in found] for who, facts in wanted
        ]
        each = [own for own in each if own]
        if not each:
            return ""
        shown = [one.at for own in each for one in own[: max(_SHOWN // len(each), 1)]]
        return f"{each[0][0].file} {msg('、').join(dict.fromkeys(shown))}".strip()

    def _first_school(self, key: tuple[str, int]) -> str:
        own = self._schools.filter(county_code=key[0], year=key[1])
        return str(own["school_code"][0]) if own.height else ""


def _is_words(dtype: pl.DataType) -> bool:
    return not dtype.is_numeric() and not dtype.is_nested()


def _is_written(place: Place) -> bool:
    """Whether something stands there; of a list that is spread over rows, rows of it do."""
    return place.written is not None or place.rows > 1


def facts_behind(facts: Iterable[str], stage: str | None = None) -> tuple[str, ...]:
    """Facts by the names they stand under in files: those of stages by each stage's, or by that of one."""
    others = tuple(f"{one}_" for one in COMPULSORY if stage and one != stage)
    stages = [stage] if stage else COMPULSORY
    named = (one for fact in facts for one in (fact, *(f"{each}_{fact}" for each in stages)))
    return tuple(dict.fromkeys(one for one in named if not one.startswith(others)))
