"""The report as a page: one self-contained HTML file, and the same as Markdown.

What is shown is worked out in `assessment` and laid out in the files beside this one; the templates
`report.html` and `report.md` word it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from markupsafe import Markup

from compliance.assessment.figures import SIGNS
from compliance.engine.results import Results, RulesetInfo
from compliance.kernel.errors import Problem, summed_up
from compliance.kernel.i18n import msg
from compliance.kernel.labels import problem_words, severity_word
from compliance.render import baseline, phrases
from compliance.render.documents.jinja import environment, filled, loaded, pieces
from compliance.render.report import coefficients, strips, trends
from compliance.render.report.county import Detail, county_sections, detail_of, several_years
from compliance.render.report.desk import desk
from compliance.render.report.index import county_index, order_told
from compliance.render.report.marks import DOUBT, SHORT_SIGN
from compliance.render.report.rule_texts import ruleset_texts

_PROBLEMS = 1_000  # that are listed one by one


def markdown_page(report: Results, stream: BinaryIO) -> None:
    """The page as Markdown."""
    made = environment("md", template_dirs(report))
    page = loaded(lambda: made.get_template("report.md"))
    for piece in pieces(page, report.schools.height, **_context(report)):
        stream.write(piece.encode())


def html_page(report: Results, stream: BinaryIO) -> None:
    """The page as HTML: one file, nothing loaded from elsewhere, and no script runs but its own."""
    templates = environment("html", template_dirs(report))
    # both are the template's own text: no figure and no name of the data stands in them
    style, script = (
        filled(loaded(partial(templates.get_template, name)))
        for name in ("report.css", "report.js")
    )
    own = {
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
        "script_hash": b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    page = loaded(partial(templates.get_template, "report.html"))
    for piece in pieces(page, report.schools.height, **_context(report), **own):
        stream.write(piece.encode())


def template_dirs(report: Results) -> tuple[Path, ...]:
    """Where templates may replace ours: what all rule sets of the report have in common."""
    first, *others = report.rulesets or (None,)
    own = first.template_dirs if first is not None else ()
    return tuple(one for one in own if all(one in other.template_dirs for other in others))


def _context(report: Results) -> dict[str, Any]:
    detail, known = detail_of(report), report.baseline
    return {
        "baseline": [] if known is None else list(baseline.sections(report, known)),
        "only_new": known is not None and known.only_new,
        "verdicts": baseline.verdicts(report),
        "rulesets": [_ruleset(report, info) for info in report.rulesets],
        "changes": phrases.changes(report.manifest, phrases.rulesets(report)),
        "manifest": report.manifest,
        "index": county_index(report) if len(report.counties) != 1 else None,
        "ranked_by": order_told(),
        "desk": desk(report, whole=detail is not Detail.INDEX),
        "trends": [] if detail is Detail.INDEX else trends.trends(several_years(report)),
        "detail": detail,
        "counties": county_sections(report, detail) if detail is not Detail.INDEX else (),
        "names": [county.county_name for county in report.counties],
        "counted": phrases.counties((one.county_code, one.year) for one in report.counties),
        "years": phrases.listed([str(y) for y in sorted({one.year for one in report.counties})]),
        "refused": [
            {"name": one.county_name, "code": one.county_code, "year": one.year or ""}
            for one in report.refused
        ],
        "problems": [
            _problem(one) for one in sorted(report.problems, key=_errors_first)[:_PROBLEMS]
        ],
        "more_problems": max(len(report.problems) - _PROBLEMS, 0),
        "problem_kinds": list(_by_kind(report)),
        "signs": SIGNS,
        "short_of": SHORT_SIGN,
        "doubt": DOUBT,
        "strip": {"width": strips.WIDTH, "height": strips.HEIGHT, "edge": strips.EDGE},
        "bar_length": coefficients.LENGTH,
        "line": {"width": trends.WIDTH, "height": trends.HEIGHT},
        "driver": coefficients.told,
    }


def _ruleset(report: Results, info: RulesetInfo) -> dict[str, Any]:
    """A rule set with the text of its rules."""
    return {
        "title": phrases.ruleset(info),
        **{name: getattr(info, name) for name in ("id", "version", "source", "notes")},
        "rules": ruleset_texts(report, info),
    }


def _problem(one: Problem) -> dict[str, str]:
    error = one.severity == "error"
    return {
        "severity": severity_word(one.severity),
        "status": "error" if error else "unknown",
        "kind": problem_words(one.code) or one.code,
        "place": " ".join(part for part in (one.file, one.at) if part),
        "school": one.school_code or "",
        "message": one.message,
        "expected": one.expected,
    }


def _by_kind(report: Results) -> Iterator[dict[str, str]]:
    """The errors, identical ones summed up, then the warnings, a row a kind."""
    errors = (one for one in report.problems if one.severity == "error")
    yield from map(_problem, summed_up(errors))
    for own in phrases.by_kind(report.problems):
        told = phrases.kind_of(own) + msg("：") + own[0].message + phrases.further(own)
        yield {**_problem(own[0]), "message": told}


def _errors_first(one: Problem) -> bool:
    return one.severity != "error"
