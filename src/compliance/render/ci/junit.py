"""JUnit XML, as Jenkins (junit-10.xsd of its xUnit plugin) and GitLab take it in.

A suite a county, a case a rule and subject; the problems of the data are a suite of their own. A
case fails where the finding weighs in the verdict, so that a county that conforms has no failure: a
missed rule without weight is skipped and says so, as is what is open, waived or does not apply. GitLab takes
files of 30 MB (docs.gitlab.com/ci/testing/unit_test_reports): of a large run the cases that are met or
do not apply are left out first, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from compliance.assessment.figures import stage, verdict
from compliance.engine.results import CountyResult, Results, Validation
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import status_words
from compliance.kernel.submission import KEY
from compliance.render.ci.remarks import ERROR, QUIET, Remark, Remarks, of_results, of_validation
from compliance.render.documents.text import printable

MOST = 20_000  # cases
_SUBJECT = ("rule", *KEY, "school_code", "stage")
_SKIPPED, _FAILURE, _ERROR = "skipped", "failure", "error"


@dataclass(frozen=True, slots=True)
class _Case:
    """outcome: skipped, failure or error; empty where it is met. body: lines of text."""

    classname: str
    name: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    body: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        head = f"<testcase {_attributes(classname=self.classname, name=self.name)}"
        if not self.outcome:
            yield f"    {head}/>"
            return
        yield f"    {head}>"
        told = _attributes(type=self.type, message=self.message)
        body = escape("\n".join(map(printable, self.body)))
        yield f"      <{self.outcome} {told}>{body}</{self.outcome}>"
        yield "    </testcase>"


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    cases: Sequence[_Case]
    properties: Mapping[str, object]
    file: str = ""
    told: str = ""

    def counts(self) -> dict[str, int]:
        found = Counter(one.outcome for one in self.cases)
        return {
            "tests": len(self.cases),
            "failures": found[_FAILURE],
            "errors": found[_ERROR],
            "skipped": found[_SKIPPED],
        }

    def lines(self) -> Iterator[str]:
        file = {"file": self.file} if self.file else {}
        yield f"  <testsuite {_attributes(name=self.name, **self.counts(), **file)}>"
        if self.properties:
            yield "    <properties>"
            for name, value in self.properties.items():
                yield f"      <property {_attributes(name=name, value=value)}/>"
            yield "    </properties>"
        for case in self.cases:
            yield from case.lines()
        if self.told:
            yield f"    <system-out>{escape(printable(self.told))}</system-out>"
        yield "  </testsuite>"


def junit_results(report: Results, stream: BinaryIO) -> None:
    """A judged run."""
    found = of_results(report, MOST)
    told = {_subject(one.finding): one for one in found.listed if one.finding is not None}
    rows = _chosen(report.findings, told, MOST - len(found.listed))
    cases: dict[tuple[str, int], list[_Case]] = {}
    counties = report.by_key
    for row in rows.iter_rows(named=True):
        key = row["county_code"], row["year"]
        cases.setdefault(key, []).append(_case(counties[key], row, told.get(_subject(row))))
    suites = [_suite(one, cases.get(key, ())) for key, one in counties.items()]
    words, left = status_words(), dict(found.left_out)
    for state in QUIET:
        left[words[state]] = left.get(words[state], 0) - rows.filter(status=state).height
    note = Remarks((), {kind: many for kind, many in left.items() if many}).told()
    problems = [_problem(one) for one in found.listed if one.finding is None]
    if problems or note:
        suites.insert(0, _Suite(msg("数据检查"), problems, {}, told=note))
    _write(suites, stream)


def _chosen(findings: pl.DataFrame, told: Iterable[tuple[Any, ...]], room: int) -> pl.DataFrame:
    """The findings that are told, and so many that are met or do not apply, in their order."""
    placed = findings.with_row_index("_at")
    keys = pl.DataFrame(
        list(told), schema={name: findings.schema[name] for name in _SUBJECT}, orient="row"
    )
    remarks = placed.join(keys, on=_SUBJECT, how="semi", nulls_equal=True)
    quiet = placed.filter(pl.col("status").is_in(QUIET)).head(room)
    return pl.concat([remarks, quiet]).sort("_at")


def junit_problems(checked: Validation, _: int, stream: BinaryIO) -> None:
    """What the data checks found; a county about which nothing is said is a case that is met."""
    found = of_validation(checked, MOST)
    cases = [_problem(one) for one in found.listed]
    spoken_of = {one.county_code for one in checked.problems}
    cases += [
        _Case(_class(one.county_name, one.county_code), msg("数据检查"))
        for one in checked.counties
        if one.county_code not in spoken_of
    ]
    _write([_Suite(msg("数据检查"), cases, {}, told=found.told())], stream)


def _write(suites: Sequence[_Suite], stream: BinaryIO) -> None:
    total: Counter[str] = Counter()
    for one in suites:
        total.update(one.counts())
    counts = {name: total[name] for name in ("tests", "failures", "errors")}
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f"<testsuites {_attributes(name='junheng', **counts)}>\n".encode())
    for one in suites:
        stream.writelines(f"{line}\n".encode() for line in one.lines())
    stream.write(b"</testsuites>\n")


def _suite(county: CountyResult, cases: Sequence[_Case]) -> _Suite:
    name = say(
        "{name}（{code}，{year}学年）",
        name=county.county_name, code=county.county_code, year=county.year,
    )  # fmt: skip
    properties = {
        "verdict": county.verdict, "ruleset": county.ruleset, "as_of": county.as_of,
    }  # fmt: skip
    told = say("结论：{verdict}", verdict=verdict(county.verdict))
    return _Suite(name, cases, properties, county.input, told)


def _case(county: CountyResult, row: Mapping[str, Any], remark: Remark | None) -> _Case:
    """remark: what is said of a finding, None of one that is met or does not apply."""
    where = _class(county.county_name, county.county_code)
    who = (
        _class(row["school_name"] or "", row["school_code"]) if row["school_code"] else msg("全县")
    )
    return _Case(
        f"{where}.{who}",
        printable(" ".join(filter(None, (row["rule"], stage(row["stage"]))))),
        *_outcome(row, remark),
    )


def _outcome(row: Mapping[str, Any], remark: Remark | None) -> tuple[Any, ...]:
    state, message = row["status"], printable(row["message"])
    if remark is None:
        return () if state == "pass" else (_SKIPPED, state, message)
    if state == "error":
        return _ERROR, state, message, _body(remark)
    if remark.level == ERROR:
        return _FAILURE, row["role"], message, _body(remark)
    if state == "fail":
        return _SKIPPED, row["role"], say("不影响结论：{text}", text=message), _body(remark)
    return _SKIPPED, state, message, _body(remark)


def _problem(one: Remark) -> _Case:
    outcome = _ERROR if one.level == ERROR else _SKIPPED
    what = " ".join(filter(None, (one.title, one.place.at if one.place else "")))
    return _Case(
        printable(one.subject or msg("数据检查")),
        printable(what),
        outcome,
        one.rule,
        one.text,
        _body(one),
    )


def _body(one: Remark) -> tuple[str, ...]:
    """What it is about, what is said, and where."""
    place = one.place
    where = ""
    if place is not None:
        line = f":{place.line}" if place.line is not None else ""
        where = say("位置：{where}", where=f"{place.path}{line} {place.at}".strip())
    return tuple(filter(None, (one.title, one.text, one.ground, where)))


def _class(name: str, code: str) -> str:
    """A name and a code; a full stop would part it in two."""
    return printable(f"{name} {code}".strip()).replace(".", "·")


def _subject(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SUBJECT)


def _attributes(**given: object) -> str:
    return " ".join(f"{name}={quoteattr(printable(value))}" for name, value in given.items())
