"""The page for reading and printing, as Markdown and as one self-contained HTML file.

Every cell of its tables is a short text with the state it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO

import polars as pl

from compliance.assessment import Assessment, assess, block_titles
from compliance.assessment.figures import (
    SIGNS,
    Finding,
    bar,
    below,
    figure,
    limit,
    reading,
    stage,
    state,
    verdict,
)
from compliance.assessment.scope import outcomes
from compliance.engine.results import CountyResult, Results
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import KEY
from compliance.render import phrases
from compliance.render.documents.jinja import environment
from compliance.rules.language.model import Rule, short

# Beyond so many counties a page with every school would no longer open in a browser.
_DETAILED = 100
_PROBLEMS = 500
# Beside a figure that rests on data with a warning.
_DOUBT = "※"
# Missed, but not below the floor: another shape than ✗, since a unit may pass with one of them.
_SHORT_OF = "▽"


@dataclass(frozen=True, slots=True)
class Mark:
    """A text, the sign beside it, and what the sign means in words; no sign where all is well."""

    text: str
    status: str = ""
    sign: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class StageTable:
    """The units of one stage: column heads with their limits, and a row a unit."""

    title: str
    heads: Sequence[tuple[str, str, str]]
    rows: Sequence[tuple[str, Sequence[Mark], Mark]]


def markdown_page(report: Results, stream: BinaryIO) -> None:
    """The page as Markdown."""
    _render(report, "md", stream)


def html_page(report: Results, stream: BinaryIO) -> None:
    """The page as HTML: one file, no script, nothing loaded from elsewhere."""
    _render(report, "html", stream)


def _render(report: Results, suffix: str, stream: BinaryIO) -> None:
    dirs = report.rulesets[0].template_dirs if len(report.rulesets) == 1 else ()
    template = environment(suffix, dirs).get_template(f"report.{suffix}")
    for piece in template.generate(**_context(report)):
        stream.write(piece.encode())


def _context(report: Results) -> dict[str, Any]:
    detailed = len(report.counties) <= _DETAILED
    problems = list(_problems(report))[:_PROBLEMS]
    return {
        "rulesets": [
            {
                "title": phrases.ruleset(info),
                **{name: getattr(info, name) for name in ("id", "version", "source", "notes")},
            }
            for info in report.rulesets
        ],
        "changes": phrases.changes(report.manifest),
        "manifest": report.manifest,
        "overview": _overview(report) if len(report.counties) != 1 else None,
        "detailed": detailed,
        "most_detailed": _DETAILED,
        "counties": _counties(report) if detailed else (),
        "names": [county.county_name for county in report.counties],
        "counted": phrases.counties((one.county_code, one.year) for one in report.counties),
        "year": phrases.listed([str(y) for y in sorted({one.year for one in report.counties})]),
        "refused": [
            {"name": one.county_name, "code": one.county_code, "year": one.year or ""}
            for one in report.refused
        ],
        "problems": problems,
        "more_problems": len(report.problems) - len(problems),
        "short_of": _SHORT_OF,
        "doubt": _DOUBT,
    }


def _overview(report: Results) -> dict[str, Any]:
    """The table of counties: verdict, blocks, schools that fall short, missing figures."""
    blocks, counted = block_titles(report), report.overview
    rows = []
    for county in report.counties:
        row = counted[(county.county_code, county.year)]
        states = [county.blocks.get(block, "not_applicable") for block in blocks]
        rows.append(
            {
                **_identity(county),
                "blocks": [_verdict(one) for one in (*states, row.beside)],
                "schools": row.schools,
                "missing": row.missing,
            }
        )
    return {"blocks": [*blocks.values(), msg("其他")], "rows": rows}


def _identity(county: CountyResult) -> dict[str, Any]:
    return {
        "name": county.county_name,
        "code": county.county_code,
        "year": county.year,
        "key": f"c{county.county_code}-{county.year}",
        "verdict": verdict(county.verdict),
        "sign": SIGNS.get(county.verdict, "?"),
        "status": county.verdict,
    }


def _counties(report: Results) -> Iterator[dict[str, Any]]:
    """Everything on each county, made when the template asks for it."""
    found: Mapping[Any, pl.DataFrame] = report.findings.partition_by(
        KEY, as_dict=True, maintain_order=True
    )
    nothing = report.findings.clear()
    for county in report.counties:
        own = found.get((county.county_code, county.year), nothing)
        yield _county(report, assess(report, county, own))


def _county(report: Results, about: Assessment) -> dict[str, Any]:
    facts, rest = phrases.awaited(about, report.titles)
    return {
        **_identity(about.county),
        "rules": next(
            (
                phrases.ruleset(info)
                for info in report.rulesets
                if (info.id, info.as_of) == (about.county.ruleset, about.county.as_of)
            ),
            about.county.ruleset,
        ),
        "bases": phrases.bases(about),
        "relaxed": phrases.relaxed(about),
        "withheld": phrases.withheld(about, report.manifest),
        "outside": phrases.outside(about),
        "groups": [
            {"title": one.title, "state": _verdict(one.status), "told": phrases.counted(one)}
            for one in about.decisive
        ],
        "conforming": phrases.conforming(about),
        "doubtful": about.doubtful,
        "broken": about.broken,
        "reasons": phrases.reasons(about),
        "misses": [phrases.school(one, about.rules) for one in about.falling_short],
        "shortages": [
            {"title": title, "lines": lines} for title, lines in phrases.shortages(about)
        ],
        "gaps": [*facts, *rest],
        "advice": phrases.advice(about.advice),
        "coefficients": _coefficients(about),
        "county_rules": _county_rules(about),
        "stages": _stage_tables(about),
        "school_rules": _school_rules(about),
        "excluded": [
            {
                "name": str(unit.get("school_name") or unit.get("school_code") or ""),
                "stage": stage(str(unit["stage"])) if unit.get("stage") else "",
                "reason": str(unit.get("title") or unit.get("reason") or ""),
            }
            for unit in about.left_out
        ],
    }


def _problems(report: Results) -> Iterator[dict[str, str]]:
    """Every error, then the warnings, a row a kind."""
    for one in report.problems:
        if one.severity == "error":
            yield _problem(msg("错误"), SIGNS["error"], one, one.message)
    for own in phrases.by_kind(report.problems):
        told = phrases.kind_of(own) + msg("：") + own[0].message + phrases.further(own)
        yield _problem(msg("提示"), SIGNS["unknown"], own[0], told)


def _problem(severity: str, sign: str, one: Problem, told: str) -> dict[str, str]:
    return {
        "severity": severity,
        "sign": sign,
        "place": " ".join(part for part in (one.file, one.at) if part),
        "school": one.school_code or "",
        "message": told,
        "expected": one.expected,
    }


def _verdict(status: str) -> Mark:
    """A state with its sign and word."""
    return Mark(state(status), status, SIGNS.get(status, "?"))


def _coefficients(about: Assessment) -> list[dict[str, Any]]:
    """Indicator and stage: mean, coefficient, limit, verdict."""
    order = {key: place for place, key in enumerate(about.rules)}
    rows = about.findings.filter(
        pl.col("rule").is_in([key for key, rule in about.rules.items() if rule.form.coefficient])
        & (pl.col("role") != "advisory")
        & (pl.col("status") != "not_applicable")
    ).to_dicts()
    made = []
    for row in sorted(rows, key=lambda row: order[row["rule"]]):
        rule = about.rules[row["rule"]]
        made.append(
            {
                "id": rule.id,
                "title": phrases.subject(rule, about.rules),
                "stage": stage(row["stage"]),
                "mean": "" if row["mean"] is None else reading(row["mean"], 2),
                "value": _figure(rule, row),
                "limit": bar(rule, row),
                "state": _verdict(row["status"]),
            }
        )
    return made


def _county_rules(about: Assessment) -> list[dict[str, Any]]:
    """The county's other rules, by block: figures or statement, limit, verdict."""
    rows = {
        row["rule"]: row
        for row in about.findings.filter(
            (pl.col("level") == "county") & (pl.col("role") == "requirement")
        ).iter_rows(named=True)
        if not about.rules[row["rule"]].form.coefficient
    }
    blocks = {
        member: rule.label
        for rule in about.rules.values()
        if rule.role == "block"
        for member in rule.of
    }
    made: list[dict[str, Any]] = []
    for key in (key for key in about.rules if key in rows):
        rule, row = about.rules[key], rows[key]
        block = blocks.get(key, rule.aspect_label)
        made.append(
            {
                "block": "" if made and made[-1]["of"] == block else block,
                "of": block,
                "id": key,
                "title": rule.label,
                "value": outcomes(about.spread[key], "school")
                if key in about.spread
                else _found(rule, row),
                "state": _verdict(row["status"]),
            }
        )
    return made


def _found(rule: Rule, row: Finding) -> str:
    """What the rule found: its figure against the limit, its parts, or what was stated."""
    if row["parts"]:
        told = [
            " ".join(filter(None, [part["name"], _against(rule, row, part), state(part["status"])]))
            for part in row["parts"]
        ]
        return msg("；").join(told)
    return _stated(rule, row["status"]) if rule.statement else _against(rule, row)


def _stated(rule: Rule, status: str) -> str:
    """What a person has stated; empty where nobody has."""
    if rule.statement == "vetoes":
        return {"pass": msg("不存在该情形"), "fail": msg("存在该情形")}.get(status, "")
    return {"pass": msg("已佐证"), "fail": msg("佐证为未达到")}.get(status, "")


def _against(rule: Rule, row: Finding, part: Finding | None = None) -> str:
    value, held = _figure(rule, row, part), bar(rule, part or row)
    return say("{v}（{l}）", v=value, l=held) if value and held else value


def _figure(rule: Rule, row: Finding, part: Finding | None = None) -> str:
    text = figure(rule, row, part)
    return text + _doubt(part or row) if text else ""


def _doubt(one: Finding) -> str:
    return _DOUBT if one.get("warnings") else ""


def _stage_tables(about: Assessment) -> list[StageTable]:
    """One table a stage, one row a unit that counts, one column an indicator."""
    units = about.findings.filter(
        (pl.col("level") == "unit") & pl.col("role").is_in(["component", "requirement"])
    )
    tables = []
    for key in units.get_column("stage").unique(maintain_order=True).sort(descending=True):
        tables.append(_stage_table(units.filter(pl.col("stage") == key), key, about.rules))
    return [table for table in tables if table.rows]


def _stage_table(units: pl.DataFrame, key: str, rules: Mapping[str, Rule]) -> StageTable:
    present = set(units.get_column("rule").unique())
    gates = {rule.id for rule in rules.values() if rule.of} & present
    columns = [one for one in rules if one in present and one not in gates]
    bars: dict[str, set[str]] = {one: set() for one in columns}
    rows = []
    # Units come in one piece.
    for _, own in groupby(units.iter_rows(named=True), itemgetter("school_code")):
        found = {row["rule"]: row for row in own}
        name = next(iter(found.values()))["school_name"]
        overall = [found[gate]["status"] for gate in found if gate in gates]
        if all(row["status"] == "not_applicable" for row in found.values()):
            continue
        for one in columns:
            if one in found:
                bars[one].add(limit(found[one]["operator"], found[one]["threshold"]))
        cells = [_value(rules[one], found[one]) if one in found else Mark("") for one in columns]
        rows.append((name, cells, _verdict(overall[0]) if overall else Mark("")))
    heads = [
        (one, short(rules[one].label), bars[one].pop() if len(bars[one]) == 1 else "")
        for one in columns
    ]
    title = say("{stage}（{n}个）", stage=stage(key), n=len(rows))
    return StageTable(title, heads, rows)


def _value(rule: Rule, row: Finding) -> Mark:
    """A unit's figure, unmet ones marked by shape and word."""
    status = row["status"]
    if row["value"] is None:
        return _verdict(status)
    text = figure(rule, row, bare=True) + _doubt(row)
    if status != "fail":
        return Mark(text, status)
    if row["floor"] is not None and not below(row["value"], row["floor"]):
        return Mark(text, "short", _SHORT_OF, msg("未达标，但不低于下限"))
    return Mark(text, status, SIGNS["fail"], msg("未达标"))


def _school_rules(about: Assessment) -> list[dict[str, Any]]:
    """What is judged at each school beside its resources: only what is not met or not known."""
    rows = about.findings.filter(
        pl.col("status").is_in(["fail", "unknown", "error"]), level="school", role="requirement"
    )
    return [
        {
            "school": row["school_name"],
            "stage": stage(row["stage"]),
            "id": row["rule"],
            "title": about.rules[row["rule"]].label,
            "value": _found(about.rules[row["rule"]], row),
            "state": _verdict(row["status"]),
        }
        for row in rows.iter_rows(named=True)
    ]
