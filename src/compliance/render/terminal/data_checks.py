"""The data checks for people and for machines: by county and school, counted by severity and kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compliance.engine.results import SEVERITIES, CheckedCounty, Validation
from compliance.kernel.errors import Problem, summed_up
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import problem_words, severity_word
from compliance.render.documents.text import printable, shortened
from compliance.render.machine_formats import problem_records
from compliance.render.phrases import counties
from compliance.render.returned.lists import still_needed

FORMAT = "junheng-validation/1"
_SCHOOLS = 3  # so many are named
_NEEDED = ("county", "ruleset", "owner", "school", "code", "what", "where", "affects", "state")
_COUNTY = ("county_code", "county_name", "year", "schools")


def as_json(checked: Validation) -> str:
    """The same as a document; problems as in the results, with the facts they concern."""
    problems = [one for _, own in checked.groups() for one in _ordered(own)]
    document = {
        "format": FORMAT,
        "counts": {severity: checked.count(severity) for severity in SEVERITIES},
        "kinds": [
            {"severity": severity, "code": code, "title": problem_words(code), "count": number}
            for severity, code, number in checked.kinds()
        ],
        "counties": [
            {
                **{name: getattr(county, name) for name in _COUNTY},
                "can_be_judged": county.judged,
                **{severity: _number(own, severity) for severity in SEVERITIES},
            }
            for county, own in checked.groups()
            if county is not None
        ],
        "needed": [{name: getattr(one, name) for name in _NEEDED} for one in still_needed(checked)],
        "problems": [
            {**record, "facts": list(one.facts)}
            for one, record in zip(problems, problem_records(problems, checked.inputs), strict=True)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def as_text(checked: Validation) -> str:
    """One line a problem, under its county and school; counts by kind; the sum of it all last."""
    lines: list[str] = []
    for county, own in checked.groups():
        if own:
            lines += [_head(county, own), *_listed(own), ""]
    if checked.problems:
        lines.append(msg("按种类"))
        for severity, code, number in checked.kinds():
            kind = f"  [{severity_word(severity)}] {code} {problem_words(code)}".rstrip()
            lines.append(kind + say("：{n}处", n=number))
        lines.append("")
    lines += _needed(checked)
    judged = [county for county in checked.counties if county.judged]
    schools = msg("{n}所学校")
    if len({county.county_code for county in judged}) < len(judged):
        schools = msg("{n}份学校数据")  # of several school years
    lines.append(
        say(
            "{counties}、{schools}可以判定；错误{errors}处，提示{warnings}处。",
            counties=counties((county.county_code, county.year) for county in judged),
            schools=schools.format(n=sum(county.schools for county in judged)),
            errors=checked.count("error"),
            warnings=checked.count("warning"),
        )
    )
    return "\n".join(lines)


def _needed(checked: Validation) -> Iterator[str]:
    """What a verdict waits for, office by office; nothing where all is there, or of many counties."""
    together: dict[str, dict[tuple[str, str], list[str]]] = {}
    for one in still_needed(checked):
        own = together.setdefault(one.county, {}).setdefault((one.owner, one.what), [])
        own += [one.school] if one.code else []
    for county, items in together.items():
        yield say("下结论还缺（{county}，{n}项）", county=printable(county), n=len(items))
        for (owner, what), schools in items.items():
            where = shortened(schools, msg("等{count}所"), _SCHOOLS)
            told = say("{what}（{where}）", what=what, where=where) if schools else what
            yield "  " + printable(msg("：").join(filter(None, (owner, told))))
        yield ""


def _head(county: CheckedCounty | None, own: Sequence[Problem]) -> str:
    counts = say("错误{e}处，提示{w}处", e=_number(own, "error"), w=_number(own, "warning"))
    if county is None:
        return say("■ 不属于某一个县：{c}", c=counts)
    year = say("（{y}学年）", y=county.year) if county.year else ""
    judged = "" if county.judged else msg("；没有可以判定的数据")
    if county.refused:
        judged = msg("；有错误，不能判定")
    name = printable(f"{county.county_code} {county.county_name}".strip())
    return say("■ {n}{y}：{c}{j}", n=name, y=year, c=counts, j=judged)


def _listed(own: Sequence[Problem]) -> Iterator[str]:
    """What concerns the county first, then school by school."""
    school: str | None = None
    for one in summed_up(_ordered(own)):
        if one.school_code != school:
            school = one.school_code
            yield say("  学校{c}", c=printable(school))
        indent = "    " if school else "  "
        told = replace(one, school_code=None).line()
        yield indent + printable(f"[{severity_word(one.severity)}] {told}")


def _ordered(own: Sequence[Problem]) -> list[Problem]:
    """The county's own first, then by school; errors before warnings, else as they were found."""

    def place(one: Problem) -> tuple[bool, str, int]:
        return one.school_code is not None, one.school_code or "", SEVERITIES.index(one.severity)

    return sorted(own, key=place)


def _number(own: Sequence[Problem], severity: str) -> int:
    return sum(one.severity == severity for one in own)
