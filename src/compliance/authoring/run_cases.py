"""Cases brought before the judge: those of a folder together, each a county of its own.

They go through the same doors as any submission: a reader that hands over the cells, the acceptance
with its derivations and checks, the engine, the findings. A folder is accepted once, and of every
rule set only the rules that the cases ask for are judged. An error in one county costs no other its
finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from compliance import intake
from compliance.assessment import messages
from compliance.authoring.case import Case, CaseOptions, installed, law
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
SHUFFLED = ("counties", "schools")  # an entry of a list has its place
_RANK = 3  # digits before a school's code in another order
MOST = 999_999 - FIRST + 1
Finding = Mapping[str, Any]
Row = Mapping[str, object]


@dataclass(frozen=True)
class DocketFindings:
    """What was found on some options.

    told: the findings with their sentences. found: the same by county and rule. excluded: schools
    left out. refused: county → why its submission was not accepted.
    """

    told: pl.DataFrame
    found: Mapping[tuple[str, str], Sequence[Finding]]
    excluded: Sequence[Row]
    refused: Mapping[str, str]


class Docket:
    """Cases that are accepted together and judged on the options of each, a county a case.

    order: gives rows, columns and the codes of counties and schools, by which everything is sorted, in
    another order; what is found stands under the codes that they have in None.
    """

    def __init__(self, cases: Sequence[Case], order: Random | None = None) -> None:
        if len(cases) > MOST:
            raise ValueError(f"{len(cases)} counties, more than there are codes")
        self.cases = tuple(cases)
        self._order = order
        self._codes = [str(FIRST + number) for number in range(len(cases))]
        if order is not None:
            order.shuffle(self._codes)
        self._accepted: dict[str, tuple[Submission, Vocabulary]] = {}
        self._judged: dict[CaseOptions, DocketFindings] = {}

    def finding(self, number: int) -> Finding:
        """The one finding the n-th case is about; `{"status": "absent"}` where its subject has none.

        AssertionError where several remain: the case must say `at`.
        """
        case, code = self.cases[number], str(FIRST + number)
        judged = self.judged(case.options)
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

    def status(self, number: int) -> str:
        """That of the finding of the n-th case; empty where its submission was not accepted."""
        return "" if self.refusal(number) else str(self.finding(number)["status"])

    def refusal(self, number: int) -> str:
        """Why the submission of the n-th case was not accepted; empty where it was."""
        return self.judged(self.cases[number].options).refused.get(self._codes[number], "")

    def case_of(self, code: str) -> Case:
        """The case that is judged under a county's code."""
        return self.cases[int(code) - FIRST]

    def _recoded(self, case: Case) -> Case:
        """The case with its schools under other codes, sorted otherwise by them."""
        if self._order is None:
            return case
        ranks = self._order.sample(range(100, 100 + len(case.schools)), len(case.schools))
        codes = {
            one["school_code"]: f"{rank}{one['school_code']}"
            for rank, one in zip(ranks, case.schools, strict=True)
        }
        coded = ("school_code", "main_school_code")
        schools = (
            {
                name: codes.get(value, value) if name in coded else value
                for name, value in one.items()
            }
            for one in case.schools
        )
        return replace(case, schools=tuple(schools))

    def _as_written(self, told: pl.DataFrame) -> pl.DataFrame:
        """Rows under the codes of counties and schools that the cases have as they are written."""
        if self._order is None or told.is_empty():
            return told
        plain = {code: str(FIRST + number) for number, code in enumerate(self._codes)}
        return told.with_columns(
            pl.col("county_code").replace(plain), pl.col("school_code").str.slice(_RANK)
        )

    def everything(self) -> Iterator[tuple[CaseOptions, DocketFindings]]:
        """What was found on each of the options in use, which name no file."""
        for options in dict.fromkeys(_alike(case.options) for case in self.cases):
            yield options, self.judged(options)

    def judged(self, options: CaseOptions) -> DocketFindings:
        """The cases on the same options, whichever file states them; judged once."""
        alike = _alike(options)
        if alike not in self._judged:
            self._judged[alike] = self._judge(alike)
        return self._judged[alike]

    def _accept(self, lone: str) -> tuple[Submission, Vocabulary]:
        """Every case of a pack file, read and accepted in one go, and the facts it may speak of.

        lone: the file, which may bring facts of its own; empty: the cases of what is installed.
        """
        if lone not in self._accepted:
            cases = [one for one in self.cases if _lone(one.options) == lone]
            words = law(cases[0].options).words if lone else installed().vocabulary
            files = dict.fromkeys(case.options.file for case in cases)
            reader = partial(self._document, lone)
            self._accepted[lone] = intake.take_in(list(files), {".toml": reader}, words), words
        return self._accepted[lone]

    def _judge(self, options: CaseOptions) -> DocketFindings:
        offers, rules = installed(), law(options).ruleset
        cases = {
            self._codes[number]: case
            for number, case in enumerate(self.cases)
            if _alike(case.options) == options
        }
        submission, words = self._accept(_lone(options))
        part, problems, without = settle(
            submission.of((code, options.year) for code in cases), rules
        )
        problems = [one for one in (*submission.problems, *problems) if one.county_code in cases]
        asked = {case.rule for case in cases.values()}
        bench = evaluate(rules, part, options.as_of, offers.kinds, only=asked)
        found: dict[tuple[str, str], list[Finding]] = {}
        told, _ = messages.told(findings(bench, problems, only=asked), titles(words))
        meant = pl.DataFrame(
            [(code, case.rule) for code, case in cases.items()],
            schema=["county_code", "rule"],
            orient="row",
        )
        told = told.join(meant, on=["county_code", "rule"], how="semi", maintain_order="left")
        told = self._as_written(told)
        for row in told.iter_rows(named=True):
            found.setdefault((row["county_code"], row["rule"]), []).append(row)
        refused = {one.county_code: "" for one in (*submission.refused, *without)}
        for problem in problems:
            if problem.severity == "error" and problem.county_code in refused:
                refused[problem.county_code] += f"\n  {problem.line()}"
        excluded = self._as_written(pl.DataFrame(verdicts.excluded(bench)))
        return DocketFindings(told, found, excluded.to_dicts(), refused)

    def _document(self, lone: str, path: Path) -> RawDocument:
        """The cases of a file as a dataset of counties; every cell's place is its case's line."""
        document = RawDocument(path.name, many=True)
        rows: dict[str, list[tuple[int, Row]]] = {}
        for number, case in enumerate(self.cases):
            if case.options.file == path and _lone(case.options) == lone:
                for table, found in _records(self._recoded(case), self._codes[number]).items():
                    rows.setdefault(table, []).extend((case.line, row) for row in found)
        if self._order is not None:
            for table in SHUFFLED:
                self._order.shuffle(rows.get(table, []))
        document.tables += [
            _table(name, path, found, self._order) for name, found in rows.items() if found
        ]
        return document


def _lone(options: CaseOptions) -> str:
    """The path of the pack file that cases are judged by; empty for a rule set that is installed."""
    return options.ruleset if options.ruleset.endswith(".toml") else ""


def _alike(options: CaseOptions) -> CaseOptions:
    """The options of every file that judges as this one does."""
    return replace(options, file=Path())


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


def _records(case: Case, code: str) -> dict[str, list[Row]]:
    """The tables of a case, as a submission of many counties has them."""
    key: Row = {"county_code": code, "year": case.options.year}
    name = say("算例{line}县", line=case.line)
    vetoes = law(case.options).vetoes
    said = case.statements.items()
    return {
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


def _table(
    name: str, path: Path, rows: Sequence[tuple[int, Row]], order: Random | None
) -> RawTable:
    headings = list(dict.fromkeys(heading for _, row in rows for heading in row))
    if order is not None:
        order.shuffle(headings)
    columns: dict[str, Sequence[object]] = {
        heading: [row.get(heading) for _, row in rows] for heading in headings
    }

    def place(row: int, heading: str) -> str:
        return f"{rows[row][0]} {heading}"

    return RawTable(name, path.name, columns, len(rows), place, strict=True)


_enrolled: dict[Path, dict[tuple[Path, int], Case]] = {}  # folder → file and line → case


def enrol(cases: Sequence[Case]) -> None:
    """Put cases on the list, so that those of a folder are accepted and judged together."""
    for case in cases:
        listed = _enrolled.setdefault(_folder(case), {})
        if listed.get((case.options.file, case.line)) != case:
            listed[case.options.file, case.line] = case
            docket.cache_clear()


@cache
def docket(folder: Path) -> Docket:
    """Every case of a folder that was enrolled."""
    return Docket(list(_enrolled[folder].values()))


def _folder(case: Case) -> Path:
    return case.options.file.parent


def _number(case: Case) -> int:
    return list(_enrolled[_folder(case)]).index((case.options.file, case.line))


def finding(case: Case) -> Finding:
    """The one finding an enrolled case is about: `Docket.finding`."""
    return docket(_folder(case)).finding(_number(case))


def refusal(case: Case) -> str:
    """Why the submission of an enrolled case was not accepted; empty where it was."""
    return docket(_folder(case)).refusal(_number(case))


def check(case: Case) -> None:
    """Judge a case; AssertionError that says everything that differs."""
    refused = refusal(case)
    if refused:
        raise AssertionError(f"{case.where} {case.rule}: {refused}")
    found = list(differences(case, finding(case)))
    if found:
        raise AssertionError("\n  ".join([f"{case.where} {case.rule}: {case.it}", *found]))
