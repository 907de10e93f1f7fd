"""The rows of the table of counties: what decides each, how much of it is met, how far it is from passing.

Worked out part by part while counties are judged, so that a nation needs no findings for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from compliance.assessment.county import beside_blocks
from compliance.assessment.standings import DECIDING, UNDECIDED, asked_directly
from compliance.engine.results import CountyResult, CountyRow, Decider, Margin, PartCount, Results
from compliance.kernel.submission import KEY, STATUSES
from compliance.rules.language.model import UPPER, Rule

BESIDE = ""  # the part of what the conclusion asks beside the blocks
_Keyed = dict[tuple[str, int], Any]


def overview(
    findings: pl.DataFrame, counties: Iterable[CountyResult], rules: Mapping[str, Rule]
) -> Mapping[tuple[str, int], CountyRow]:
    """The rows of counties that one rule set judged, the same figures as their assessments give.

    findings: those of the counties, columns FINDINGS, words also as Enums.
    """
    deciding = findings.lazy().filter(pl.col("role").cast(pl.String).is_in(DECIDING))
    short, missing = pl.collect_all([_falling_short(deciding, rules), _missing_facts(deciding)])
    asked = _asked(deciding, rules)
    schools, lacking = _by_county(short), _by_county(missing)
    parts, deciders, margins = _parts(asked), _deciders(asked), _margins(asked, rules)
    found = {}
    for one in counties:
        key = (one.county_code, one.year)
        counted = parts.get(key, {})
        found[key] = CountyRow(
            schools.get(key, 0),
            lacking.get(key, 0),
            _state(counted.get(BESIDE, {})),
            {part: _counted(states) for part, states in counted.items()},
            tuple(deciders.get((*key, one.verdict), ())),
            margins.get(key),
        )
    return found


def _by_county(counted: pl.DataFrame) -> _Keyed:
    """Code and year → the number beside them."""
    return {(code, year): number for code, year, number in counted.iter_rows()}


def _falling_short(deciding: pl.LazyFrame, rules: Mapping[str, Rule]) -> pl.LazyFrame:
    """How many schools of each county miss what counts."""
    failed = deciding.filter(pl.col("school_code").is_not_null() & (pl.col("status") == "fail"))
    # a unit's components are told by their group, but for those that are asked directly
    short = failed.filter((pl.col("role") == "requirement") | _among(asked_directly(rules)))
    return short.group_by(KEY).agg(pl.col("school_code").n_unique().alias("schools"))


def _among(rules: Collection[str]) -> pl.Expr:
    return pl.col("rule").cast(pl.String).is_in(list(rules))


def _asked(deciding: pl.LazyFrame, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """The findings that a block or the conclusion asks for, each with its part.

    Of what is judged at schools first and then at the county, the county's alone.
    """
    parts = dict.fromkeys(beside_blocks(rules), BESIDE)
    for block in (one for one in rules.values() if one.role == "block"):
        parts |= dict.fromkeys(block.of or (block.id,), block.id)
    rolled = [name for name in parts if name in rules and rules[name].rolls_up]
    asked = deciding.filter(_among(parts) & ((pl.col("level") == "county") | ~_among(rolled)))
    words = [pl.col(name).cast(pl.String) for name in ("rule", "stage", "status", "operator")]
    return (
        asked.select(*KEY, *words, "value", "threshold")
        .with_columns(part=pl.col("rule").replace_strict(parts, return_dtype=pl.String))
        .collect()
    )


def _parts(asked: pl.DataFrame) -> _Keyed:
    """Code and year → part → status → number."""
    found: _Keyed = {}
    counted = asked.group_by(*KEY, "part", "status").len()
    for code, year, part, status, number in counted.iter_rows():
        found.setdefault((code, year), {}).setdefault(part, {})[status] = number
    return found


def _counted(states: Mapping[str, int]) -> PartCount:
    return PartCount(
        states.get("pass", 0), states.get("fail", 0), sum(states.get(one, 0) for one in UNDECIDED)
    )


def _state(states: Mapping[str, int]) -> str:
    """The first of the contract's order that occurs."""
    return next((one for one in STATUSES if states.get(one)), "not_applicable")


def _deciders(asked: pl.DataFrame) -> dict[tuple[str, int, str], list[Decider]]:
    """Code, year and verdict → what it is drawn from, in the order of the findings."""
    drawn = {"fail": "fail", **dict.fromkeys(UNDECIDED, "undecided")}
    open_ = asked.filter(pl.col("status").is_in(list(drawn)))
    grouped = (
        open_.with_columns(verdict=pl.col("status").replace_strict(drawn))
        .group_by(*KEY, "verdict", "part", "rule", "stage", maintain_order=True)
        .len()
    )
    found: dict[tuple[str, int, str], list[Decider]] = {}
    for code, year, verdict, part, rule, stage, number in grouped.iter_rows():
        found.setdefault((code, year, verdict), []).append(Decider(part, rule, stage or "", number))
    return found


def _margins(asked: pl.DataFrame, rules: Mapping[str, Rule]) -> _Keyed:
    """Code and year → the coefficient that has least room below its limit."""
    coefficients = [name for name, rule in rules.items() if rule.form.coefficient]
    room = (pl.col("threshold") - pl.col("value")) / pl.col("threshold")
    narrow = (
        asked.filter(
            pl.col("rule").is_in(coefficients),
            pl.col("operator").is_in(list(UPPER)),
            pl.col("threshold") > 0,
        )
        .with_columns(room=room)
        .drop_nulls("room")
        .sort("room", maintain_order=True)
        .unique(KEY, keep="first", maintain_order=True)
    )
    named = narrow.select(*KEY, "rule", "stage", "value", "threshold", "room").iter_rows()
    return {(code, year): Margin(*rest) for code, year, *rest in named}


def _missing_facts(deciding: pl.LazyFrame) -> pl.LazyFrame:
    lacking = (
        deciding.filter((pl.col("missing").list.len() > 0) & (pl.col("status") == "unknown"))
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


def block_titles(report: Results) -> dict[str, str]:
    """Block id -> title, of all the counties' rule sets, in order."""
    return {
        block: report.rules_of(county)[block].label
        for county in report.counties
        for block in county.blocks
        if block in report.rules_of(county)
    }
