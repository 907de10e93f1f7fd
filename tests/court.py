"""Two judges in one form: what the independent judge finds and what the engine finds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isclose
from pathlib import Path
from typing import Any

from compliance.checker import check
from compliance.report import Report
from tests.independent import Key, Verdict, judge

Document = dict[str, Any]

FIGURES = ("value", "threshold", "floor", "shortfall", "excess", "mean", "deviation")
WITH_VALUE = {
    *(f"R{number}" for number in range(1, 8)),
    *(f"D{number}" for number in range(1, 8)),
    *("G7", "G9", "G12", "Q1", "Q2", "P1"),
}
AT_SCHOOLS = {"RS", "G3", "G4", "G5", "G6", "Q4"}  # their county finding counts nothing
NO_SHORTFALL = {"P1", "RS"}  # the contract names no unit, or null
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


Findings = dict[Key, Found]


def by_the_judge(document: Document) -> Findings:
    """The independent judge on one county."""
    return {key: _rounded(verdict) for key, verdict in judge(document).items()}


def _rounded(verdict: Verdict) -> Found:
    figures = {name: _number(getattr(verdict, name)) for name in FIGURES}
    return Found(verdict.status, **figures, parts=tuple(sorted(p.status for p in verdict.parts)))


def _number(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)


def judged_by_the_engine(documents: Sequence[Document], folder: Path) -> Report:
    """The engine's report on any number of counties, read from files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        file = folder / f"{document['county']['county_code']}.json"
        file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    report = check([folder], ruleset="national")
    errors = [problem for problem in report.problems if problem.severity == "error"]
    assert not errors, errors[:5]
    return report


def by_the_engine(documents: Sequence[Document], folder: Path) -> dict[str, Findings]:
    """The engine on any number of counties; findings by county code."""
    return findings_of(judged_by_the_engine(documents, folder))


def findings_of(report: Report) -> dict[str, Findings]:
    """The findings of a report by county code."""
    found: dict[str, Findings] = {}
    for row in report.findings.iter_rows(named=True):
        figures = {name: row[name] for name in FIGURES}
        parts = tuple(sorted(part["status"] for part in row["parts"] or []))
        key = (row["rule"], row["school_code"], row["stage"])
        county = found.setdefault(row["county_code"], {})
        assert key not in county, key
        county[key] = Found(row["status"], **figures, parts=parts)
    return found


def differences(judged: Findings, found: Findings) -> Iterator[str]:
    """Every subject on which the two disagree; a missing finding is "not applicable"."""
    nothing = Found("not_applicable")
    for key in sorted(judged.keys() | found.keys(), key=str):
        one, other = judged.get(key, nothing), found.get(key, nothing)
        if one.status != other.status:
            yield f"{key}: judge {one.status}, engine {other.status}: {one} {other}"
        elif one.parts and other.parts and one.parts != other.parts:
            yield f"{key}: parts {one.parts}, engine {other.parts}"
        elif one.status != "not_applicable" and (
            key[0] in WITH_VALUE or (key[0] in AT_SCHOOLS and key[1])
        ):
            for name in _compared(key[0], one.status):
                scale = (one.mean or 0.0) if name == "deviation" else 1.0
                if not same(getattr(one, name), getattr(other, name), scale):
                    yield f"{key} {one.status} {name}: judge {one}, engine {other}"


def _compared(rule: str, status: str) -> Iterator[str]:
    if rule not in ("RS", "G3", "G6") or status in DECIDED:
        yield "value"  # of an open rule a part of the figures may be known
    if status in DECIDED:
        yield "threshold"
        yield from ("mean", "deviation") if rule[0] == "D" else ()
        yield from ("floor",) if rule[0] == "R" and rule != "RS" else ()
        yield from () if rule in NO_SHORTFALL or rule[0] == "D" else ("shortfall", "excess")


def same(one: float | None, other: float | None, scale: float) -> bool:
    """Equal to twelve digits; nothing short and no shortfall at all are the same."""
    if one is None or other is None:
        return not one and not other
    return isclose(one, other, rel_tol=1e-12, abs_tol=1e-13 * scale)
