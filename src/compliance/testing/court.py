"""Cases brought before the judge: those on the same terms together, each a county of its own.

They go through the same door as any submission: a reader that hands over the cells, the acceptance
with its derivations and checks, the checker. An error in one county costs no other its finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from compliance.checker import check
from compliance.intake.raw import RawDocument, RawTable
from compliance.report import Report
from compliance.testing.case import Case, Terms
from compliance.testing.law import installed, law
from compliance.words import say

FIRST = 990001  # no county of the country has a code that begins so
Finding = Mapping[str, Any]
Row = Mapping[str, object]


@dataclass(frozen=True)
class _Judged:
    """A report on cases: county code of each, and the rows of the findings by code and rule."""

    report: Report
    codes: Mapping[int, str]
    found: Mapping[tuple[str, str], Sequence[Finding]]
    refused: Mapping[str, str]


def finding(case: Case) -> Finding:
    """The one finding a case is about; `{"status": "absent"}` where its subject has none.

    AssertionError where several remain: the case must say `at`.
    """
    judged = _judged(case.terms)
    code = judged.codes[case.line]
    rows = judged.found.get((code, case.rule), ())
    kept = [row for row in _of_school(case, rows) if _of_stage(case, row)]
    if len(kept) == 1:
        return kept[0]
    if kept:
        raise AssertionError(
            say(
                "{where} {rule}：有几条结果（{which}），请写 at",
                "{where} {rule}: several findings ({which}); say `at`",
                where=case.where,
                rule=case.rule,
                which="; ".join(_named(row) for row in kept),
            )
        )
    reasons = [
        str(one["reason"])
        for one in judged.report.excluded
        if one["county_code"] == code and one["school_code"] == case.school
    ]
    others = "; ".join(_named(row) for row in rows)
    return {"status": "absent", "excluded": reasons, "message": others}


def refusal(case: Case) -> str:
    """Why the submission of a case was not accepted; empty where it was."""
    judged = _judged(case.terms)
    return judged.refused.get(judged.codes[case.line], "")


def _of_school(case: Case, rows: Sequence[Finding]) -> list[Finding]:
    of_county = [row for row in rows if row["school_code"] is None]
    if case.school is None:
        return of_county
    own = [row for row in rows if row["school_code"] == case.school]
    return own if own or case.chosen or _has_schools(rows) else of_county


def _has_schools(rows: Sequence[Finding]) -> bool:
    return any(row["level"] in ("unit", "school") for row in rows)


def _of_stage(case: Case, row: Finding) -> bool:
    return case.stage is None or row["stage"] in (None, case.stage)


def _named(row: Finding) -> str:
    school, stage = row["school_code"] or say("县", "county"), row["stage"] or ""
    return f"{school} {stage} {row['status']}".replace("  ", " ")


_docket: dict[Terms, dict[int, Case]] = {}  # by line


def enrol(cases: Sequence[Case]) -> None:
    """Put cases on the list, so that those on the same terms are judged in one run."""
    for case in cases:
        listed = _docket.setdefault(case.terms, {})
        if listed.get(case.line) != case:
            listed[case.line] = case
            _judged.cache_clear()


@cache
def _judged(terms: Terms) -> _Judged:
    cases = list(_docket[terms].values())
    codes = {case.line: str(FIRST + number) for number, case in enumerate(cases)}
    reader = {".toml": lambda path: _document(path, cases, codes)}
    offers = replace(installed(), readers=reader)
    report = check(
        [terms.file],
        terms.ruleset,
        terms.as_of,
        terms.enforce,
        offers=offers,
        switches=terms.switches,
    )
    found: dict[tuple[str, str], list[Finding]] = {}
    for row in report.findings.iter_rows(named=True):
        found.setdefault((row["county_code"], row["rule"]), []).append(row)
    refused = {one.county_code: "" for one in report.refused}
    for problem in report.problems:
        if problem.severity == "error" and problem.county_code in refused:
            refused[problem.county_code] += f"\n  {problem.line()}"
    return _Judged(report, codes, found, refused)


def _document(path: Path, cases: Sequence[Case], codes: Mapping[int, str]) -> RawDocument:
    """The cases of a file as a dataset of counties; every cell's place is its case's line."""
    document = RawDocument(path.name, many=True)
    rows: dict[str, list[tuple[int, Row]]] = {}
    for case in cases:
        key: Row = {"county_code": codes[case.line], "year": case.terms.year}
        name = say("算例{line}县", "county of case {line}", line=case.line)
        vetoes = law(case.terms).vetoes
        said = case.statements.items()
        records: dict[str, list[Row]] = {
            "counties": [{"county_name": name, **key, **case.county}],
            "schools": [{**key, **one} for one in case.schools],
            "monitoring": [
                {**one, "county_code": key["county_code"], "school_year": key["year"]}
                for one in case.monitoring
            ],
            "attestations": [
                {**key, "rule": rule, "met": met, "evidence": [name]}
                for rule, met in said
                if rule not in vetoes
            ],
            "vetoes": [
                {**key, "rule": rule, "exists": exists} for rule, exists in said if rule in vetoes
            ],
        }
        for table, found in records.items():
            rows.setdefault(table, []).extend((case.line, row) for row in found)
    document.tables += [_table(name, path, found) for name, found in rows.items() if found]
    return document


def _table(name: str, path: Path, rows: Sequence[tuple[int, Row]]) -> RawTable:
    headings = dict.fromkeys(heading for _, row in rows for heading in row)
    columns: dict[str, Sequence[object]] = {
        heading: [row.get(heading) for _, row in rows] for heading in headings
    }

    def place(row: int, heading: str) -> str:
        return f"{rows[row][0]} {heading}"

    return RawTable(name, path.name, columns, len(rows), place, strict=True)
