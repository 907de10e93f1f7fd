"""One county in the report: every section of it as data, in the order of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

import polars as pl

from compliance.assessment import Assessment, assess
from compliance.assessment.figures import stage
from compliance.assessment.scope import outcomes
from compliance.engine.results import DRIVERS, CountyResult, Results
from compliance.kernel.submission import KEY
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.coefficients import coefficients
from compliance.render.report.index import verdict_mark
from compliance.render.report.marks import Anchors, found, state_mark
from compliance.render.report.matrix import Matrix, matrix, reference_matrix
from compliance.render.report.missing import missing_by_section
from compliance.render.report.rule_texts import blocks_of, day_of
from compliance.render.report.schools import school_sections
from compliance.render.report.strips import dot_strips

# What a browser opens and a reader finds his way in.
from compliance.render.waived import waived_lines

_SCHOOLS = 4_000
_COUNTIES = 200

School = Mapping[str, object]


class Detail(Enum):
    """How much a report of many schools tells of each county.

    WHOLE: everything. MISSED: of the matrix the stages alone that miss something or are not known.
    INDEX: the table of counties alone.
    """

    WHOLE = "whole"
    MISSED = "missed"
    INDEX = "index"


def detail_of(report: Results) -> Detail:
    """As much as can be opened and read."""
    if len(report.counties) > _COUNTIES:
        return Detail.INDEX
    return Detail.WHOLE if report.schools.height <= _SCHOOLS else Detail.MISSED


def assessments(report: Results) -> Iterator[Assessment]:
    """The assessment of each county, made when it is asked for."""
    own: Mapping[Any, pl.DataFrame] = report.findings.partition_by(
        KEY, as_dict=True, maintain_order=True
    )
    nothing = report.findings.clear()
    for county in report.counties:
        key = (county.county_code, county.year)
        yield assess(report, county, own.get(key, nothing))


class CountyParts:
    """What the sections of a county are made of, taken apart once for all counties.

    schools: of each county, code -> its record.
    """

    def __init__(self, report: Results) -> None:
        self.report = report
        self._driving: Mapping[Any, pl.DataFrame] = report.drivers().partition_by(
            KEY, as_dict=True, maintain_order=True
        )
        wanted = ("school_code", "township", "primary_students", "junior_students")
        there = [name for name in wanted if name in report.schools.columns]
        self._schools: Mapping[Any, pl.DataFrame] = (
            report.schools.select(*KEY, *there).partition_by(KEY, as_dict=True)
            if report.schools.height
            else {}
        )

    def anchors(self, county: CountyResult) -> Anchors:
        """Where the county's things stand."""
        return Anchors(county, day_of(self.report, county.ruleset, county.as_of))

    def driving(self, county: CountyResult) -> pl.DataFrame:
        """Who drives the county's coefficients."""
        nothing = pl.DataFrame(schema=DRIVERS)
        return self._driving.get((county.county_code, county.year), nothing)

    def schools(self, county: CountyResult) -> Mapping[str, School]:
        """Code -> record."""
        own = self._schools.get((county.county_code, county.year))
        if own is None:
            return {}
        return {str(row["school_code"]): row for row in own.iter_rows(named=True)}


def county_sections(report: Results, detail: Detail) -> Iterator[dict[str, Any]]:
    """Everything on each county, made when the template asks for it."""
    parts = CountyParts(report)
    for about in assessments(report):
        yield _county(about, parts, detail)


def _county(about: Assessment, parts: CountyParts, detail: Detail) -> dict[str, Any]:
    report, county = parts.report, about.county
    anchors, schools = parts.anchors(county), parts.schools(county)
    sections = school_sections(about, schools, report.titles, anchors)
    whole = matrix(about, schools, anchors, [one.code for one in sections])
    listed = _missed(whole) if detail is Detail.MISSED else whole
    return {
        "county": county,
        "name": printable(county.county_name),
        "anchors": anchors,
        "verdict": verdict_mark(county),
        "ruleset": ruleset_of(report, county),
        "decided": phrases.decided(about),
        "to_do": phrases.to_do(about),
        "bases": phrases.bases(about),
        "relaxed": phrases.relaxed(about, report),
        "withheld": phrases.withheld(about, report.manifest),
        "outside": phrases.outside(about),
        "groups": [
            {"title": one.title, "state": state_mark(one.status), "told": phrases.counted(one)}
            for one in about.decisive
        ],
        "conforming": phrases.conforming(about),
        "doubtful": about.doubtful,
        "broken": about.broken,
        "reasons": phrases.reasons(about),
        "misses": [
            (anchors.school(one.school_code), phrases.school(one, about.rules))
            for one in about.falling_short
        ],
        "shortages": [
            {"title": title, "lines": lines} for title, lines in phrases.shortages(about)
        ],
        "waived": waived_lines(about),
        "advice": phrases.advice(about.advice),
        "strips": list(dot_strips(whole)),
        "matrix": listed,
        "rows": {row.anchor for row in listed.rows},
        "unlisted": len(whole.rows) - len(listed.rows),
        "reference": reference_matrix(about, schools, anchors) if detail is Detail.WHOLE else None,
        "coefficients": coefficients(about, parts.driving(county), anchors),
        "county_rules": county_rules(about, anchors),
        "schools": sections,
        "missing": missing_by_section(
            about, report.titles, anchors, {one.code for one in sections}
        ),
        "excluded": [
            {
                "name": printable(unit.get("school_name") or unit.get("school_code")),
                "stage": stage(str(unit["stage"])) if unit.get("stage") else "",
                "reason": str(unit.get("title") or unit.get("reason") or ""),
            }
            for unit in about.left_out
        ],
    }


def several_years(report: Results) -> Iterator[Assessment]:
    """The assessments of the counties that were judged for several years, year by year."""
    many = Counter(county.county_code for county in report.counties)
    repeated = tuple(one for one in report.counties if many[one.county_code] > 1)
    if repeated:
        yield from assessments(replace(report, counties=repeated))


def ruleset_of(report: Results, county: CountyResult) -> str:
    """Which rules judged the county, in words."""
    return next(
        (
            phrases.ruleset(info)
            for info in report.rulesets
            if (info.id, info.as_of) == (county.ruleset, county.as_of)
        ),
        county.ruleset,
    )


_QUIET = ("pass", "not_applicable", "")


def _missed(table: Matrix) -> Matrix:
    """The rows that miss something or are not known."""
    rows = [row for row in table.rows if any(cell.status not in _QUIET for cell in row.cells)]
    return replace(table, rows=rows)


def county_rules(about: Assessment, anchors: Anchors) -> list[dict[str, Any]]:
    """The county's other rules, by block: figures or statement, limit, verdict."""
    rows = {
        row["rule"]: row
        for row in about.findings.filter(
            (pl.col("level") == "county") & (pl.col("role") == "requirement")
        ).iter_rows(named=True)
        if not about.rules[row["rule"]].form.coefficient
    }
    blocks = blocks_of(about.rules)
    made: list[dict[str, Any]] = []
    for key in (key for key in about.rules if key in rows):
        rule, row = about.rules[key], rows[key]
        block = blocks.get(key, rule.aspect_label)
        made.append(
            {
                "block": "" if made and made[-1]["of"] == block else block,
                "of": block,
                "id": key,
                "anchor": anchors.rule(key),
                "title": rule.label,
                "value": outcomes(about.spread[key], "school")
                if key in about.spread
                else found(rule, row),
                "state": state_mark(row["status"]),
            }
        )
    return made
