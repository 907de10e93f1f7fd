"""Several counties side by side: each one's row of the table, counted in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from compliance.engine.findings.report import Report
from compliance.kernel.submission import KEY
from compliance.render.digest.digest import beside_blocks, worst


@dataclass(frozen=True, slots=True)
class Load:
    """A county's row of the table: schools that fall short, facts that are missing, and the state
    of what the conclusion asks beside the blocks.
    """

    schools: int = 0
    missing: int = 0
    beside: str = "not_applicable"


def load(report: Report) -> Mapping[tuple[str, int], Load]:
    """The rows of all counties, counted in columns."""
    deciding = report.findings.lazy().filter(pl.col("role").is_in(["requirement", "component"]))
    joined = (
        _failing(deciding)
        .join(_missing(deciding), on=KEY, how="full", coalesce=True)
        .join(_beside(deciding, report), on=KEY, how="full", coalesce=True)
        .with_columns(
            pl.col("schools", "missing").fill_null(0), pl.col("status").fill_null("not_applicable")
        )
        .collect()
    )
    return {
        (code, year): Load(schools, facts, beside)
        for code, year, schools, facts, beside in joined.select(
            *KEY, "schools", "missing", "status"
        ).iter_rows()
    }


def _failing(deciding: pl.LazyFrame) -> pl.LazyFrame:
    return (
        deciding.filter(
            (pl.col("status") == "fail")
            & (pl.col("role") == "requirement")
            & pl.col("school_code").is_not_null()
        )
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
    ids = {member for rules in report.rules.values() for member in beside_blocks(rules)}
    own = deciding.filter((pl.col("level") == "county") & pl.col("rule").is_in(sorted(ids)))
    return own.group_by(KEY).agg(worst())


def block_titles(report: Report) -> dict[str, str]:
    """Block id -> title, of all the counties' rule sets, in order."""
    return {
        block: report.rules_of(county)[block].label
        for county in report.counties
        for block in county.blocks
        if block in report.rules_of(county)
    }
