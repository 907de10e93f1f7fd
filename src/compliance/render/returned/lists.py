"""The added sheets as rows: every problem by school and by office, and what a verdict still needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from compliance.assessment import assess
from compliance.engine.results import Results, Validation
from compliance.facts.vocabulary import Vocabulary, holders, titles
from compliance.intake.formats.raw_table import TABLE_OF, RawDocument
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, msg_in, pick, say
from compliance.kernel.labels import problem_words
from compliance.kernel.number_format import whole_number
from compliance.render.documents.text import printable
from compliance.render.rectification.cells import awaited_lines

_CELL = re.compile(r"^(?:(.*?) )?([^ !]+![A-Z]{1,3}[0-9]+|/[^、（ ]*)")


class ListedProblem(NamedTuple):
    """A problem in words. file, at: where it stands, as it was reported."""

    severity: str
    school: str
    code: str
    file: str
    at: str
    facts: str
    message: str
    expected: str
    owner: str
    kind: str
    county: str


class StillNeeded(NamedTuple):
    """Something that a verdict waits for. at: the cell where it should stand, empty where there is none."""

    owner: str
    school: str
    code: str
    what: str
    file: str
    at: str
    where: str
    affects: str
    state: str
    ruleset: str
    county: str


def listed_problems(
    checked: Validation, documents: Sequence[RawDocument], words: Vocabulary
) -> list[ListedProblem]:
    """The county's own first, then by school, errors before warnings."""
    names, called, held = school_names(documents, words), titles(words), holders(words)
    found = []
    for county, own in checked.groups():
        for one in own:
            found.append(
                ListedProblem(
                    severity=one.severity,
                    school=names.get(one.school_code or "", "") if one.school_code else msg("全县"),
                    code=one.school_code or "",
                    file=one.file,
                    at=one.at,
                    facts=msg("、").join(dict.fromkeys(called.get(f, "") for f in one.facts if f in called)),
                    message=one.message,
                    expected=one.expected,
                    owner=_owner(one, held),
                    kind=problem_words(one.code) or one.code,
                    county="" if county is None else f"{county.county_name} {county.year or ''}".strip(),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.code != "", one.school, one.code, one.severity))


def by_owner(found: Sequence[ListedProblem]) -> list[ListedProblem]:
    """The same, office by office; what nobody is named for last."""
    return sorted(found, key=lambda one: (one.owner == "", one.owner))


def _owner(one: Problem, held: Mapping[str, str]) -> str:
    """The offices that hold the figures concerned."""
    return msg("、").join(dict.fromkeys(held[fact] for fact in one.facts if fact in held))


def school_names(documents: Sequence[RawDocument], words: Vocabulary) -> dict[str, str]:
    """School code → name, as they were typed."""
    found: dict[str, str] = {}
    for table in (one for document in documents for one in document.tables):
        if table.name != "schools":
            continue
        columns = {
            match.fact.name: cells
            for heading, cells in table.columns.items()
            if (match := words.match(TABLE_OF[table.name], heading)) is not None
        }
        if {"school_code", "school_name"} <= columns.keys():
            for code, name in zip(columns["school_code"], columns["school_name"], strict=True):
                found.setdefault(_typed(code), _typed(name))
    return found


def _typed(value: object) -> str:
    return "" if value is None else str(whole_number(value)).strip()


def still_needed(checked: Validation) -> list[StillNeeded]:
    """What the verdict of each county waits for, office by office; each under its rule set."""
    found = [one for results in checked.judged for one in _needed_of(results)]
    return sorted(found, key=lambda one: (one.county, one.owner == "", one.owner, one.code == ""))


def _needed_of(results: Results) -> Iterator[StillNeeded]:
    sets = {(one.id, one.as_of): pick(one.title, one.title_en) for one in results.rulesets}
    for county in results.counties:
        about = assess(results, county)
        names = {code: name for one in about.awaited for code, name in one.schools.items()}
        refused = {(one.file, one.at) for one in results.problems if one.severity == "error"}
        for line in awaited_lines(about, results.titles, results.holders, by_school=True):
            place = _CELL.match(line.at)
            file, at = (place[1] or "", place[2]) if place else ("", "")
            if any(at == bad and file in ("", name) for name, bad in refused if at):
                continue  # what stands in the cell is to be put right, and is listed as that
            yield StillNeeded(
                owner=line.owner,
                school=printable(names.get(line.school_code) or line.school_code) or msg("全县"),
                code=line.school_code,
                what=line.what,
                file=file,
                at=at,
                where=line.at,
                affects=line.affects,
                state=line.state,
                ruleset=sets.get((county.ruleset, county.as_of), county.ruleset),
                county=say("{name} {year}", name=county.county_name, year=county.year),
            )


def sheet_names() -> dict[str, str]:
    """The added sheets: what each is called."""
    return {
        "problems": msg("问题清单"),
        "owners": msg("问题清单（按科室）"),
        "needed": msg("下结论还缺"),
    }


def problem_headings() -> list[tuple[str, float]]:
    """The headings of a list of problems and how wide their columns are."""
    return [
        (msg("序号"), 6), (msg("级别"), 7), (msg("学校"), 20), (msg_in("heading", "学校标识码"), 14),
        (msg("位置"), 15), (msg("数据项"), 22), (msg("问题"), 44), (msg("应当如何"), 38),
        (msg("责任科室"), 15), (msg("种类"), 18), (msg("县（市、区）"), 14),
    ]  # fmt: skip


def needed_headings() -> list[tuple[str, float]]:
    """The headings of what is still needed."""
    return [
        (msg("序号"), 6), (msg("提供单位"), 16), (msg("学校"), 20), (msg_in("heading", "学校标识码"), 14),
        (msg("所缺事项"), 34), (msg("位置"), 20), (msg("影响的指标"), 34), (msg("状态"), 10),
        (msg("规则集"), 26), (msg("县（市、区）"), 14),
    ]  # fmt: skip
