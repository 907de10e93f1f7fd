"""Several counties side by side: each one's row of the table, counted in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from compliance.assessment.county import beside_blocks, worst
from compliance.assessment.standings import DECIDING, asked_directly
from compliance.engine.findings.report import Report
from compliance.kernel.submission import KEY
from compliance.rules.language.model import Rule


@dataclass(frozen=True, slots=True)
class CountyRow:
    """A county's row of the table: schools that fall short, facts that are missing, and the state
    of what the conclusion asks beside the blocks.
    """

    schools: int
    missing: int
    beside: str


def overview(report: Report) -> Mapping[tuple[str, int], CountyRow]:
    """The rows of all counties by code and year, the same figures as their assessments give."""
    deciding = report.findings.lazy().filter(pl.col("role").is_in(DECIDING))
    counted = (
        _failing(deciding, report)
        .join(_missing(deciding), on=KEY, how="full", coalesce=True)
        .join(_beside(deciding, report), on=KEY, how="full", coalesce=True)
        .select(*KEY, "schools", "missing", "status")
        .collect()
    )
    found = {(code, year): row for code, year, *row in counted.iter_rows()}
    nothing = (None, None, None)
    rows = {}
    for county in report.counties:
        key = (county.county_code, county.year)
        schools, missing, beside = found.get(key, nothing)
        rows[key] = CountyRow(schools or 0, missing or 0, beside or "not_applicable")
    return rows


def _named(report: Report, members: Callable[[Mapping[str, Rule]], Iterable[str]]) -> pl.LazyFrame:
    """The rules of each county that `members` names of its rule set: columns KEY, rule."""
    named = {key: sorted(set(members(rules))) for key, rules in report.rules.items()}
    rows = [
        (county.county_code, county.year, rule)
        for county in report.counties
        for rule in named[(county.ruleset, county.as_of)]
    ]
    schema = {"county_code": pl.String, "year": pl.Int32, "rule": pl.String}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _failing(deciding: pl.LazyFrame, report: Report) -> pl.LazyFrame:
    """A unit's components are told by their group, but for those that are asked directly."""
    failed = deciding.filter((pl.col("status") == "fail") & pl.col("school_code").is_not_null())
    direct = failed.join(_named(report, asked_directly), on=[*KEY, "rule"], how="semi")
    return (
        pl.concat([failed.filter(pl.col("role") == "requirement"), direct])
        .group_by(KEY)
        .agg(pl.col("school_code").n_unique().alias("schools"))
    )


def _missing(deciding: pl.LazyFrame) -> pl.LazyFrame:
    lacking = (
        deciding.filter((pl.col("status") == "unknown") & (pl.col("missing").list.len() > 0))
        .select(*KEY, "school_code", pl.col("missing").alias("fact"))
        .explode("fact")
        .unique()
    )
    # What a school lacks is not counted again where a coefficient repeats it.
    at_schools = lacking.filter(pl.col("school_code").is_not_null())
    of_counties = lacking.filter(pl.col("school_code").is_null()).join(
        at_schools.select(*KEY, "fact").unique(), on=[*KEY, "fact"], how="anti"
    )
    return pl.concat([at_schools, of_counties]).group_by(KEY).agg(pl.len().alias("missing"))


def _beside(deciding: pl.LazyFrame, report: Report) -> pl.LazyFrame:
    own = deciding.filter(pl.col("level") == "county")
    asked = own.join(_named(report, beside_blocks), on=[*KEY, "rule"], how="semi")
    return asked.group_by(KEY).agg(worst())


def block_titles(report: Report) -> dict[str, str]:
    """Block id -> title, of all the counties' rule sets, in order."""
    return {
        block: report.rules_of(county)[block].label
        for county in report.counties
        for block in county.blocks
        if block in report.rules_of(county)
    }
