"""The data checks for people and for machines: by county and school, counted by severity and kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from compliance.errors import Problem
from compliance.render.check_words import kind_words
from compliance.render.printable import printable
from compliance.render.results import problem_record
from compliance.report import SEVERITIES, Checked, CheckedCounty
from compliance.words import pick, say

FORMAT = "junheng-validation/1"


def as_json(checked: Checked) -> str:
    """The same as a document; problems as in the results, with the facts they concern."""
    document = {
        "format": FORMAT,
        "counts": {severity: checked.count(severity) for severity in SEVERITIES},
        "kinds": [
            {"severity": severity, "code": code, "title": kind_words(code), "count": number}
            for severity, code, number in checked.kinds()
        ],
        "counties": [
            {
                "county_code": county.county_code,
                "county_name": county.county_name,
                "year": county.year,
                "schools": county.schools,
                "can_be_judged": county.judged,
                **{severity: _number(own, severity) for severity in SEVERITIES},
            }
            for county, own in checked.groups()
            if county is not None
        ],
        "problems": [
            {**problem_record(one), "facts": list(one.facts)}
            for _, own in checked.groups()
            for one in _ordered(own)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_text(checked: Checked) -> str:
    """One line a problem, under its county and school; counts by kind; the sum of it all last."""
    lines: list[str] = []
    for county, own in checked.groups():
        if own:
            lines += [_head(county, own), *_listed(own), ""]
    if checked.problems:
        lines += [say("按种类", "By kind"), *map(_kind, checked.kinds()), ""]
    return "\n".join([*lines, _conclusion(checked)])


def _head(county: CheckedCounty | None, own: Sequence[Problem]) -> str:
    counts = say(
        "错误{e}处，提示{w}处",
        "{e} errors, {w} warnings",
        e=_number(own, "error"),
        w=_number(own, "warning"),
    )
    if county is None:
        return say("■ 不属于某一个县：{c}", "■ Of no single county: {c}", c=counts)
    year = say("（{y}学年）", " ({y})", y=county.year) if county.year else ""
    judged = "" if county.judged else say("；有错误，不能判定", "; cannot be judged")
    name = printable(f"{county.county_code} {county.county_name}".strip())
    return say("■ {n}{y}：{c}{j}", "■ {n}{y}: {c}{j}", n=name, y=year, c=counts, j=judged)


def _listed(own: Sequence[Problem]) -> Iterator[str]:
    """What concerns the county first, then school by school."""
    school: str | None = None
    for one in _ordered(own):
        if one.school_code != school:
            school = one.school_code
            yield say("  学校{c}", "  school {c}", c=printable(school))
        indent = "    " if school else "  "
        label = pick("错误", "error") if one.severity == "error" else pick("提示", "warning")
        yield indent + printable(f"[{label}] {_line(one)}")


def _line(one: Problem) -> str:
    place = " ".join(part for part in (one.file, one.at) if part)
    tail = say("（{e}）", " ({e})", e=one.expected) if one.expected else ""
    return f"{place}: {one.message}{tail}" if place else f"{one.message}{tail}"


def _ordered(own: Sequence[Problem]) -> list[Problem]:
    """The county's own first, then by school; errors before warnings, else as they were found."""
    return sorted(
        own,
        key=lambda one: (
            one.school_code is not None,
            one.school_code or "",
            SEVERITIES.index(one.severity),
        ),
    )


def _kind(kind: tuple[str, str, int]) -> str:
    severity, code, number = kind
    label = pick("错误", "error") if severity == "error" else pick("提示", "warning")
    return f"  [{label}] {code} {kind_words(code)}".rstrip() + say("：{n}处", ": {n}", n=number)


def _conclusion(checked: Checked) -> str:
    judged = [county for county in checked.counties if county.judged]
    return say(
        "{counties}个县、{schools}所学校可以判定；错误{errors}处，提示{warnings}处。",
        "{counties} counties with {schools} schools can be judged; "
        "{errors} errors, {warnings} warnings.",
        counties=len(judged),
        schools=sum(county.schools for county in judged),
        errors=checked.count("error"),
        warnings=checked.count("warning"),
    )


def _number(own: Sequence[Problem], severity: str) -> int:
    return sum(one.severity == severity for one in own)
