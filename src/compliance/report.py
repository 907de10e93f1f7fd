"""What a run of the judge yields, and what every renderer eats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from compliance.errors import Problem
from compliance.model import PART, Refused
from compliance.rule import Rule

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "rule": pl.String,
    "level": pl.String,
    "role": pl.String,
    "basis": pl.String,
    "county_code": pl.String,
    "year": pl.Int32,
    "school_code": pl.String,
    "school_name": pl.String,
    "stage": pl.String,
    "status": pl.String,
    "value": pl.Float64,
    "operator": pl.String,
    "threshold": pl.Float64,
    "floor": pl.Float64,
    "unit": pl.String,
    "shortfall": pl.Float64,
    "shortfall_unit": pl.String,
    "excess": pl.Float64,
    "excess_unit": pl.String,
    "parts": pl.List(PART),
    "missing": pl.List(pl.String),
    "warnings": pl.List(pl.String),
    "mean": pl.Float64,
    "deviation": pl.Float64,
    "layer": pl.String,
    "given_by": pl.String,
    "relaxed_by": pl.String,
    "message": pl.String,
}
FINDINGS = pl.Schema(_COLUMNS)


@dataclass(frozen=True, slots=True)
class RulesetInfo:
    """Which rule set judged, as of when; layers from the base to the chosen pack.

    template_dirs: where its layers keep templates that replace the core's, nearest layer first.
    """

    id: str
    version: str
    as_of: str
    layers: tuple[str, ...]
    title: str
    title_en: str
    source: str
    notes: tuple[str, ...] = ()
    template_dirs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class CountyResult:
    """One county's conclusion: verdict pass, fail or undecided; blocks and exact counts.

    bases: legal basis -> how many rules of it were deciding, how many advisory.
    """

    county_code: str
    county_name: str
    year: int
    verdict: str
    ruleset: str
    as_of: str
    blocks: Mapping[str, str]
    counts: Mapping[str, int]
    bases: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The judged submission.

    findings: every rule for every subject, in the order of the contract, columns FINDINGS.
    rules: (rule set id, as_of) -> rule id -> Rule, in the order of the law.
    schools: the judged counties' schools as submitted. titles: fact name -> heading in the current
    language. excluded: dicts county_code, year, school_code, school_name, stage, reason, title.
    """

    findings: pl.DataFrame
    counties: tuple[CountyResult, ...]
    rulesets: tuple[RulesetInfo, ...]
    rules: Mapping[tuple[str, str], Mapping[str, Rule]]
    schools: pl.DataFrame
    excluded: tuple[Mapping[str, object], ...]
    problems: tuple[Problem, ...]
    refused: tuple[Refused, ...]
    manifest: Mapping[str, object]
    titles: Mapping[str, str]

    def rules_of(self, county: CountyResult) -> Mapping[str, Rule]:
        """The rules that judged `county`."""
        return self.rules[(county.ruleset, county.as_of)]

    def findings_of(self, county: CountyResult) -> pl.DataFrame:
        """The findings of one county, in order."""
        return self.findings.filter(
            (pl.col("county_code") == county.county_code) & (pl.col("year") == county.year)
        )
