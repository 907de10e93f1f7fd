"""Two judges in one form: what the independent judge finds and what the engine finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any

from compliance.checker import check, load
from compliance.engine.results import Results
from compliance.plugins.registry import Registry
from tests.independent import Key, Verdict, judge
from tests.independent.provinces import ROLLED_UP, left_to_people
from tests.support.nonempty import nonempty

Document = dict[str, Any]

FIGURES = ("value", "threshold", "floor", "shortfall", "excess", "mean", "deviation")
WITH_VALUE = {
    *(f"R{number}" for number in range(1, 8)),
    *(f"D{number}" for number in range(1, 8)),
    *("G7", "G9", "G12", "Q1", "Q2", "P1"),
}
NO_LIMIT = {f"B{number}" for number in range(1, 9)}  # coefficients that are only shown
OVER = {"AH-3", "AH-S6", "AH-S7", "HA-S1", "JS-C7", "JS-S1", "SD-S1", "SD-S2", "SD-S4", "SD-S5"}
RELAXED = {"R3", "R5", "G3", "G4"}
OWN = re.compile(r"(AH|HF|SD|ZB|JN|HA|HE|SJZ|JS|SY|ZZ)-")  # rules of provinces and cities
AT_SCHOOLS = {"RS", "G3", "G4", "G5", "G6", "Q4"}  # their county finding counts nothing
NO_SHORTFALL = {"P1", "RS"}  # the contract names no unit, or null
ONLY_COMPARED = {
    "HA-5",
    "E2",
    "AH-S11",
    "SD-S3",
    "JS-S4",
    "JS-S5",
    "HA-S10",
    "HA-S11",
}  # upper limits
DECIDED = {"pass", "fail"}


@dataclass(frozen=True)
class Found:
    """One finding in floats; ``None`` in a figure: no figure."""

    status: str
    value: float | None = None
    threshold: float | None = None
    floor: float | None = None
    shortfall: float | None = None
    excess: float | None = None
    mean: float | None = None
    deviation: float | None = None
    parts: tuple[str, ...] = ()
    relaxed_by: str | None = None


Findings = dict[Key, Found]


def by_the_judge(
    document: Document, ruleset: str = "national", switches: Sequence[str] = ()
) -> Findings:
    """The independent judge on one county."""
    verdicts = judge(document, ruleset, tuple(switches))
    return {key: _rounded(verdict) for key, verdict in verdicts.items()}


def _rounded(verdict: Verdict) -> Found:
    figures = {name: _number(getattr(verdict, name)) for name in FIGURES}
    parts = tuple(sorted(p.status for p in verdict.parts))
    return Found(verdict.status, **figures, parts=parts, relaxed_by=verdict.relaxed_by)


def _number(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)


@cache
def installed() -> Registry:
    """What the plugins offer, loaded once for all that is judged here."""
    return load()


def judged_by_the_engine(
    documents: Sequence[Document],
    folder: Path,
    ruleset: str | None = "national",
    switches: Sequence[str] = (),
    **options: Any,
) -> Results:
    """The engine's report on any number of counties, read from files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    options.setdefault("offers", installed())
    for document in documents:
        file = folder / f"{document['county']['county_code']}.json"
        file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    report = check([folder], ruleset=ruleset, switches=switches, **options)
    errors = [problem for problem in report.problems if problem.severity == "error"]
    assert not errors, errors[:5]
    return report


def by_the_engine(documents: Sequence[Document], folder: Path) -> dict[str, Findings]:
    """The engine on any number of counties; findings by county code."""
    return findings_of(judged_by_the_engine(documents, folder))


def findings_of(report: Results) -> dict[str, Findings]:
    """The findings of a report by county code."""
    found: dict[str, Findings] = {}
    for row in nonempty(report.findings.iter_rows(named=True)):
        figures = {name: row[name] for name in FIGURES}
        parts = tuple(sorted(part["status"] for part in row["parts"] or []))
        key = (row["rule"], row["school_code"], row["stage"])
        county = found.setdefault(row["county_code"], {})
        assert key not in county, key
        owed = row["relaxed_by"] if row["rule"] in RELAXED and row["school_code"] else None
        county[key] = Found(row["status"], **figures, parts=parts, relaxed_by=owed)
    return found


def judged_rules(found: Findings, ruleset: str) -> Findings:
    """The findings without the rules that only people's statements answer."""
    stated = left_to_people(ruleset)
    return {key: one for key, one in found.items() if key[0] not in stated}


def differences(judged: Findings, found: Findings) -> Iterator[str]:
    """Every subject on which the two disagree; a missing finding is "not applicable"."""
    nothing = Found("not_applicable")
    for key in sorted(judged.keys() | found.keys(), key=str):
        one, other = judged.get(key, nothing), found.get(key, nothing)
        if one.status != other.status:
            yield f"{key}: judge {one.status}, engine {other.status}: {one} {other}"
        elif one.relaxed_by != other.relaxed_by:
            yield f"{key}: relaxed by {one.relaxed_by}, engine {other.relaxed_by}"
        elif one.parts and other.parts and one.parts != other.parts:
            yield f"{key}: parts {one.parts}, engine {other.parts}"
        else:
            yield from _figures(key, one, other)


def _figures(key: Key, one: Found, other: Found) -> Iterator[str]:
    rule = key[0]
    if rule not in NO_LIMIT and (
        one.status == "not_applicable" or one.parts or not _has_figures(key)
    ):
        return
    for name in _compared(rule, one.status):
        scale = (one.mean or 0.0) if name == "deviation" else 1.0
        if not same(getattr(one, name), getattr(other, name), scale):
            yield f"{key} {one.status} {name}: judge {one}, engine {other}"


def _has_figures(key: Key) -> bool:
    rule, code, stage = key
    if rule in WITH_VALUE or rule in ("BM", "HA-5", "E2", "BP", "BGS"):
        return True
    if OWN.match(rule):
        return code is not None or stage is not None or rule not in ROLLED_UP
    return rule in AT_SCHOOLS and code is not None


def _compared(rule: str, status: str) -> Iterator[str]:
    if rule in NO_LIMIT:
        yield from ("value", "mean", "deviation") if status != "unknown" else ()
        return
    partly_known = rule in ("RS", "G3", "G6") or OWN.match(rule)  # of an open rule
    if status in DECIDED or not partly_known:
        yield "value"
    if status in DECIDED:
        yield "threshold"
        yield from ("mean", "deviation") if rule[0] == "D" else ()
        yield from ("floor",) if rule[0] == "R" and rule != "RS" else ()
        if rule in OVER:
            yield "excess"
        elif OWN.match(rule):
            yield from () if rule in ONLY_COMPARED else ("shortfall",)
        elif rule not in NO_SHORTFALL and rule[0] not in "DB":
            yield from ("shortfall", "excess")


def same(one: float | None, other: float | None, scale: float) -> bool:
    """Equal to twelve digits; nothing short and no shortfall at all are the same."""
    if one is None or other is None:
        return not one and not other
    return isclose(one, other, rel_tol=1e-12, abs_tol=1e-13 * scale)
