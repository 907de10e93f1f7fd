"""A run as remarks beside the inputs: failures first, each with its level, its place and its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from compliance.assessment import PROBLEM
from compliance.assessment.baseline import new_among, state_of
from compliance.assessment.figures import stage
from compliance.assessment.fingerprint import fingerprint
from compliance.assessment.places import InputPlace, of_findings, of_problems
from compliance.assessment.standings import Standings
from compliance.engine.results import CheckedCounty, CountyResult, Results, Validation
from compliance.intake.formats.given_names import called
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import problem_words, severity_word, status_words
from compliance.kernel.submission import STATUSES, Refused
from compliance.render.documents.text import printable
from compliance.render.waived import ground_of
from compliance.rules.language.model import Rule

ERROR, WARNING, NOTE, NONE = ("error", "warning", "note", "none")
QUIET = ("pass", "not_applicable")  # states that are no remark
_ROLES = ("requirement", "conclusion", "block", "component", "advisory")
_Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding or a problem of the data, to be shown beside its place.

    rule: the rule's id, or the problem's code. title: what that is called. state: of a finding; empty
    of a problem. level: error (it weighs in the verdict, or costs the county its findings), warning,
    note (it has no weight), none (not a failure). weighs: whether its rule has a say in the verdict.
    subject: county and school. text: the sentence. place: None
    where nobody knows. name: the same from run to run. finding: its row, of a finding. baseline: how it
    stands beside an earlier run (new, unchanged, updated), None without one. ground: by what it is waived.
    """

    rule: str
    title: str
    state: str
    level: str
    weighs: bool
    subject: str
    text: str
    place: InputPlace | None
    name: str
    finding: Mapping[str, Any] | None = None
    baseline: str | None = None
    ground: str = ""

    @property
    def told(self) -> str:
        """The sentence; with its cell where no line says where that is."""
        if self.place is None or not self.place.at or self.place.line is not None:
            return self.text
        return say("{text}（{cell}）", text=self.text, cell=printable(self.place.at))


@dataclass(frozen=True, slots=True)
class Remarks:
    """listed: the gravest first. left_out: what the others are called → how many."""

    listed: Sequence[Remark]
    left_out: Mapping[str, int]

    def told(self) -> str:
        """What is not listed, in a sentence; empty where all is."""
        kinds = (say("{kind}{n}项", kind=kind, n=many) for kind, many in self.left_out.items())
        listed = msg("、").join(kinds)
        return (
            say("未逐项列出：{listed}；全部结果见 --format json", listed=listed) if listed else ""
        )


def of_results(report: Results, most: int) -> Remarks:
    """What there is to say of a judged run, at most so many; what is met or does not apply is counted.

    Beside a baseline of which only what is new is asked for, other findings are counted too.
    """
    found, known = report.findings, report.baseline
    told = found.filter(~pl.col("status").is_in(QUIET))
    if known is not None and known.only_new:
        told = new_among(known, told)
    order = pl.col("status").replace_strict(_numbered(STATUSES), return_dtype=pl.Int32) * 10
    order += pl.col("role").replace_strict(_numbered(_ROLES), return_dtype=pl.Int32)
    chosen = told.with_columns(_order=order).sort("_order", maintain_order=True).head(most)
    rows = [(int(row.pop("_order")), row) for row in chosen.iter_rows(named=True)]
    problems = [(-1 if one.severity == "error" else len(_ROLES), one) for one in report.problems]
    listed = sorted([*rows, *problems], key=lambda one: one[0])[:most]
    words = status_words()
    kinds = Counter(
        {words[state]: many for state, many in found["status"].value_counts().iter_rows()}
    )
    kinds.update(_severities(report.problems))
    findings = [one for _, one in listed if isinstance(one, dict)]
    kinds.subtract(words[row["status"]] for row in findings)
    doubts = [one for _, one in listed if isinstance(one, Problem)]
    kinds.subtract(_severities(doubts))
    made = iter(_findings(report, findings))
    doubted = iter(_problems(doubts, report.inputs, [*report.refused, *report.counties]))
    remarks = [next(made) if isinstance(one, dict) else next(doubted) for _, one in listed]
    order_told = [*words.values(), *_severities(report.problems)]
    return Remarks(
        remarks, {kind: kinds[kind] for kind in dict.fromkeys(order_told) if kinds[kind]}
    )


def of_validation(checked: Validation, most: int) -> Remarks:
    """What the data checks found, errors first, at most so many."""
    problems = sorted(checked.problems, key=lambda one: one.severity)
    kinds = Counter(_severities(problems[most:]))
    return Remarks(list(_problems(problems[:most], checked.inputs, checked.counties)), dict(kinds))


def _numbered(words: Sequence[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(words)}


def _severities(problems: Iterable[Problem]) -> list[str]:
    return [say("数据{severity}", severity=severity_word(one.severity)) for one in problems]


def _problems(
    problems: Sequence[Problem],
    inputs: Sequence[Path],
    counties: Sequence[CountyResult | CheckedCounty | Refused],
) -> Iterator[Remark]:
    names = {one.county_code: one.county_name for one in counties}
    asked = {one.county_code: one.input for one in counties if isinstance(one, CountyResult)}
    first = called(inputs[0]) if inputs else ""
    for one, found in zip(problems, of_problems(problems, inputs), strict=True):
        code = one.county_code or ""
        place = found or _whole(asked.get(code, first))
        county = " ".join(filter(None, (names.get(code), code)))
        school = say("学校{code}", code=one.school_code) if one.school_code else ""
        expected = say("（{expected}）", expected=one.expected) if one.expected else ""
        what = one.facts or ((one.at,) if one.at else ())
        yield Remark(
            one.code,
            problem_words(one.code) or one.code,
            "",
            ERROR if one.severity == "error" else WARNING,
            weighs=one.severity == "error",
            subject=printable(" ".join(filter(None, (county, school)))),
            text=printable(f"{one.message}{expected}"),
            place=place,
            name="/".join(filter(None, (one.code, code or one.file, one.school_code, *what))),
        )


def _findings(report: Results, rows: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    counties = report.by_key
    asked_for, grounds = _asked_for(report, rows, counties), _grounds(report)
    for row, found in zip(rows, of_findings(report, rows), strict=True):
        key = row["county_code"], row["year"]
        county = counties[key]
        rule = report.rules_of(county)[row["rule"]]
        place = found or _whole(county.input)
        who = [county.county_name, row["school_name"] or row["school_code"]]
        word = stage(row["stage"])
        yield Remark(
            rule.id,
            rule.coded,
            row["status"],
            _level(row, asked_for),
            weighs=row["role"] != "advisory",
            subject=printable(" ".join(filter(None, [*who, word]))),
            text=printable(row["message"]),
            place=place,
            name=fingerprint(row["rule"], row["county_code"], row["school_code"], row["stage"]),
            finding=row,
            baseline=None if report.baseline is None else state_of(report.baseline, row),
            ground=grounds.get(_subject(row), "") if row["status"] == "waived" else "",
        )


def _level(row: Mapping[str, Any], asked_for: set[tuple[Any, ...]]) -> str:
    if row["status"] == "waived" or row["role"] == "advisory":
        return NOTE if row["status"] in {"fail", "waived"} else NONE
    if row["status"] != "fail":
        return NONE
    return ERROR if row["role"] != "component" or _subject(row) in asked_for else WARNING


def _asked_for(
    report: Results, rows: Iterable[Mapping[str, Any]], counties: Mapping[_Key, CountyResult]
) -> set[tuple[Any, ...]]:
    """The missed components that the conclusion asks to put right, each by rule and subject."""
    missed: dict[_Key, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["role"] == "component" and row["status"] == "fail":
            missed.setdefault((row["county_code"], row["year"]), []).append(row)
    found: set[tuple[Any, ...]] = set()
    for key, own in missed.items():
        standings = Standings(
            report.findings_of(counties[key]), report.rules_of(counties[key]), frozenset()
        )
        judged = standings.judged(pl.DataFrame(own, schema=report.findings.schema))
        found |= {_subject(one.finding) for one in judged if one.standing == PROBLEM}
    return found


def _grounds(report: Results) -> dict[tuple[Any, ...], str]:
    """Subject of a waived finding → by what it is waived."""
    return {
        (one.waiver.rule, one.waiver.county_code, one.year, one.waiver.school_code, one.stage or None):
        ground_of(one.waiver)
        for one in report.waivers
        if one.state == "applied"
    }  # fmt: skip


def _subject(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("rule", "county_code", "year", "school_code", "stage"))


def _whole(given: str) -> InputPlace | None:
    """A file as a whole; of the tables of one document the first."""
    return InputPlace(Path(given.split(", ", maxsplit=1)[0]).as_posix()) if given else None


def rules_by_id(report: Results) -> dict[str, list[Rule]]:
    """Rule id → the rule as each rule set has it, in the order of the law."""
    found: dict[str, list[Rule]] = {}
    for rules in report.rules.values():
        for rule in rules.values():
            found.setdefault(rule.id, []).append(rule)
    return found
