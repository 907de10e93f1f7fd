"""Cases brought before the judge: those of a folder together, each a county of its own.

They go through the same doors as any submission: a reader that hands over the cells, the acceptance
with its derivations and checks, the engine, the findings. A folder is accepted once, and of every
rule set only the rules that the cases ask for are judged. An error in one county costs no other its
finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from compliance import intake
from compliance.assessment import messages
from compliance.authoring.case import Case, CaseOptions, installed, law
from compliance.authoring.case_file import read_cases
from compliance.authoring.expected import differences
from compliance.engine import verdicts
from compliance.engine.attestations import settle
from compliance.engine.evaluate import evaluate
from compliance.engine.findings import findings
from compliance.facts.vocabulary import Vocabulary, titles
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import Submission

FIRST = 990001  # no county of the country has a code that begins so
Finding = Mapping[str, Any]
Row = Mapping[str, object]


@dataclass(frozen=True)
class _Judged:
    """What was found on some options: findings and schools left out by county, why one is refused."""

    found: Mapping[tuple[str, str], Sequence[Finding]]
    excluded: Sequence[Row]
    refused: Mapping[str, str]


def finding(case: Case) -> Finding:
    """The one finding a case is about; `{"status": "absent"}` where its subject has none.

    AssertionError where several remain: the case must say `at`.
    """
    judged, code = _judged(_alike(case.options)), _code(case)
    rows = judged.found.get((code, case.rule), ())
    kept = [row for row in _of_school(case, rows) if _of_stage(case, row)]
    if len(kept) == 1:
        return kept[0]
    if kept:
        raise AssertionError(
            say(
                "{where} {rule}：有几条结果（{which}），请写 at",
                where=case.where,
                rule=case.rule,
                which="; ".join(_named(row) for row in kept),
            )
        )
    reasons = [
        str(one["reason"])
        for one in judged.excluded
        if one["county_code"] == code and one["school_code"] == case.school
    ]
    others = "; ".join(_named(row) for row in rows)
    return {"status": "absent", "excluded": reasons, "message": others}


def refusal(case: Case) -> str:
    """Why the submission of a case was not accepted; empty where it was."""
    return _judged(_alike(case.options)).refused.get(_code(case), "")


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
    school, stage = row["school_code"] or msg("县"), row["stage"] or ""
    return f"{school} {stage} {row['status']}".replace("  ", " ")


_enrolled: dict[Path, dict[tuple[Path, int], Case]] = {}  # folder → file and line → case


def enrol(cases: Sequence[Case]) -> None:
    """Put cases on the list, so that those of a folder are accepted and judged together."""
    for case in cases:
        listed = _enrolled.setdefault(_folder(case.options), {})
        if listed.get((case.options.file, case.line)) != case:
            listed[case.options.file, case.line] = case
            for made in (_codes, _accepted, _judged):
                made.cache_clear()


def _folder(options: CaseOptions) -> Path:
    return options.file.parent


def _alike(options: CaseOptions) -> CaseOptions:
    """The options of every file of the folder that judges as this one does."""
    return replace(options, file=_folder(options))


@cache
def _codes(folder: Path) -> Mapping[tuple[Path, int], str]:
    """File and line of every case in a folder → the code of its county."""
    return {place: str(FIRST + number) for number, place in enumerate(_enrolled[folder])}


def _code(case: Case) -> str:
    return _codes(_folder(case.options))[case.options.file, case.line]


@cache
def _accepted(folder: Path, lone: str) -> tuple[Submission, Vocabulary]:
    """Every case of a folder, read and accepted in one go, and the facts that they may speak of.

    lone: only those of this pack file, which may bring facts of its own; empty: those of what is installed.
    """
    cases = [one for one in _enrolled[folder].values() if _lone(one.options) == lone]
    words = law(cases[0].options).words if lone else installed().vocabulary
    files = dict.fromkeys(one.options.file for one in cases)
    return intake.take_in(list(files), {".toml": partial(_document, cases)}, words), words


def _lone(options: CaseOptions) -> str:
    """The path of the pack file that cases are judged by; empty for a rule set that is installed."""
    return options.ruleset if options.ruleset.endswith(".toml") else ""


@cache
def _judged(options: CaseOptions) -> _Judged:
    """The cases on the same options, `options.file` their folder."""
    folder, offers, rules = options.file, installed(), law(options).ruleset
    codes = _codes(folder)
    cases = {
        codes[place]: case
        for place, case in _enrolled[folder].items()
        if _alike(case.options) == options
    }
    submission, words = _accepted(folder, _lone(options))
    part, problems, without = settle(submission.of((code, options.year) for code in cases), rules)
    problems = [one for one in (*submission.problems, *problems) if one.county_code in cases]
    asked = {case.rule for case in cases.values()}
    bench = evaluate(rules, part, options.as_of, offers.kinds, only=asked)
    found: dict[tuple[str, str], list[Finding]] = {}
    told, _ = messages.told(findings(bench, problems, only=asked), titles(words))
    for row in told.iter_rows(named=True):
        found.setdefault((row["county_code"], row["rule"]), []).append(row)
    refused = {one.county_code: "" for one in (*submission.refused, *without)}
    for problem in problems:
        if problem.severity == "error" and problem.county_code in refused:
            refused[problem.county_code] += f"\n  {problem.line()}"
    return _Judged(found, verdicts.excluded(bench), refused)


def _document(among: Sequence[Case], path: Path) -> RawDocument:
    """The cases of a file, of those given, as a dataset of counties; every cell's place is its case's line."""
    document = RawDocument(path.name, many=True)
    codes = _codes(path.parent)
    cases = [one for one in among if one.options.file == path]
    rows: dict[str, list[tuple[int, Row]]] = {}
    for case in cases:
        key: Row = {"county_code": codes[path, case.line], "year": case.options.year}
        name = say("算例{line}县", line=case.line)
        vetoes = law(case.options).vetoes
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


def check(case: Case) -> None:
    """Judge a case; AssertionError that says everything that differs."""
    refused = refusal(case)
    if refused:
        raise AssertionError(f"{case.where} {case.rule}: {refused}")
    found = list(differences(case, finding(case)))
    if found:
        raise AssertionError("\n  ".join([f"{case.where} {case.rule}: {case.it}", *found]))


def cases(place: Path | str) -> Callable[[Case], None]:
    """A test of every case in a file or in the `*.toml` of a folder, to be named `test_…`.

    Raises CaseError, with file and line, where a file is wrong. Needs pytest.
    """
    import pytest

    found = read_cases(Path(place))
    enrol(found)

    @pytest.mark.parametrize("case", found, ids=[one.name for one in found])
    def test_case(case: Case) -> None:
        check(case)

    return test_case
