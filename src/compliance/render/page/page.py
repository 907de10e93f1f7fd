"""The page for reading and printing, as Markdown and as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import polars as pl

from compliance.assessment.figures import SIGNS, stage, verdict
from compliance.engine.findings.report import CountyResult, Report, RulesetInfo
from compliance.kernel.i18n import pick
from compliance.kernel.submission import KEY
from compliance.render.digest import phrases, ruleset_note
from compliance.render.digest.digest import Digest, digest
from compliance.render.digest.overview import Load, block_titles, load
from compliance.render.documents.jinja import environment
from compliance.render.page import tables

# Beyond so many counties a page with every school would no longer open in a browser.
_DETAILED = 100
_PROBLEMS = 500


def markdown_page(report: Report, stream: BinaryIO) -> None:
    """The page as Markdown."""
    _render(report, "md", stream)


def html_page(report: Report, stream: BinaryIO) -> None:
    """The page as HTML: one file, no script, nothing loaded from elsewhere."""
    _render(report, "html", stream)


def _render(report: Report, suffix: str, stream: BinaryIO) -> None:
    dirs = report.rulesets[0].template_dirs if len(report.rulesets) == 1 else ()
    template = environment(suffix, dirs).get_template(f"report.{suffix}")
    for piece in template.generate(**_context(report)):
        stream.write(piece.encode())


def _context(report: Report) -> dict[str, Any]:
    detailed = len(report.counties) <= _DETAILED
    return {
        "rulesets": [_ruleset(info) for info in report.rulesets],
        "changes": ruleset_note.changes(report.manifest),
        "manifest": report.manifest,
        "overview": _overview(report) if len(report.counties) != 1 else None,
        "detailed": detailed,
        "most_detailed": _DETAILED,
        "counties": _counties(report) if detailed else (),
        "names": [county.county_name for county in report.counties],
        "year": _years(report),
        "refused": [
            {"name": one.county_name, "code": one.county_code, "year": one.year or ""}
            for one in report.refused
        ],
        "problems": _problems(report)[:_PROBLEMS],
        "more_problems": max(0, len(report.problems) - _PROBLEMS),
        "short_of": tables.SHORT_OF,
        "doubt": tables.DOUBT,
    }


def _years(report: Report) -> str:
    return phrases.listed([str(year) for year in sorted({one.year for one in report.counties})])


def _ruleset(info: RulesetInfo) -> dict[str, str | list[str]]:
    return {
        "title": ruleset_note.ruleset(info),
        "id": info.id,
        "version": info.version,
        "source": info.source,
        "notes": list(info.notes),
    }


def _overview(report: Report) -> dict[str, Any]:
    """The table of counties: verdict, blocks, schools that fall short, missing figures."""
    blocks, loads = block_titles(report), load(report)
    rows = []
    for county in report.counties:
        row = loads.get((county.county_code, county.year), Load())
        rows.append(
            {
                **_identity(county),
                "blocks": [
                    tables.verdict_cell(county.blocks.get(block, "not_applicable"))
                    for block in blocks
                ]
                + [tables.verdict_cell(row.beside)],
                "schools": row.schools,
                "missing": row.missing,
            }
        )
    return {"blocks": [*blocks.values(), pick("其他", "Others")], "rows": rows}


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


def _counties(report: Report) -> Iterator[dict[str, Any]]:
    """Everything on each county, made when the template asks for it."""
    found: Mapping[Any, pl.DataFrame] = report.findings.partition_by(
        KEY, as_dict=True, maintain_order=True
    )
    nothing = report.findings.clear()
    for county in report.counties:
        own = found.get((county.county_code, county.year), nothing)
        yield _county(report, digest(report, county, own))


def _county(report: Report, about: Digest) -> dict[str, Any]:
    return {
        **_identity(about.county),
        "rules": next(
            (
                ruleset_note.ruleset(info)
                for info in report.rulesets
                if (info.id, info.as_of) == (about.county.ruleset, about.county.as_of)
            ),
            about.county.ruleset,
        ),
        "bases": ruleset_note.bases(about.county),
        "relaxed": ruleset_note.relaxed(about.findings, about.rules),
        "withheld": ruleset_note.withheld(about.findings, about.county, report.manifest),
        "groups": [
            {
                "title": group.title,
                "state": tables.verdict_cell(group.status),
                "told": phrases.counted(group),
            }
            for group in about.groups
        ],
        "conforming": phrases.conforming(about),
        "doubtful": about.doubtful,
        "broken": about.broken,
        "reasons": phrases.reasons(about),
        "misses": [phrases.school(miss, about.rules) for miss in about.misses],
        "shortages": _shortages(about),
        "gaps": [
            *(phrases.gap(gap, report.titles) for gap in about.gaps),
            *(phrases.statement(ids, owner) for ids, owner in about.statements),
            *([phrases.waived(about.waived)] if about.waived else []),
        ],
        "advice": phrases.advices(about.advice),
        "coefficients": tables.coefficients(about),
        "county_rules": tables.county_rules(about),
        "stages": tables.stage_tables(about),
        "school_rules": tables.school_rules(about),
        "excluded": _excluded(report, about.county),
    }


def _shortages(about: Digest) -> list[dict[str, Any]]:
    made = []
    for weight, title in phrases.weights().items():
        lines = [phrases.shortage(s, about.rules) for s in about.shortages if s.weight == weight]
        if lines:
            made.append({"title": title, "lines": lines})
    return made


def _excluded(report: Report, county: CountyResult) -> list[dict[str, str]]:
    return [
        {
            "name": str(unit.get("school_name") or unit.get("school_code") or ""),
            "stage": stage(str(unit["stage"])) if unit.get("stage") else "",
            "reason": str(unit.get("title") or unit.get("reason") or ""),
        }
        for unit in report.excluded
        if unit.get("county_code") == county.county_code and unit.get("year") == county.year
    ]


def _problems(report: Report) -> list[dict[str, str]]:
    """Errors first."""
    words = {"error": pick("错误", "error"), "warning": pick("提示", "warning")}
    return [
        {
            "severity": words.get(one.severity, one.severity),
            "sign": SIGNS["error"] if one.severity == "error" else SIGNS["unknown"],
            "place": " ".join(part for part in (one.file, one.at) if part),
            "school": one.school_code or "",
            "message": one.message,
            "expected": one.expected,
        }
        for one in sorted(report.problems, key=lambda one: one.severity != "error")
    ]
