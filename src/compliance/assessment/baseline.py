"""A run held against an earlier one: which failures are new, for a gate that asks for nothing else.

It is the comparison of `compare`, seen from today's findings: schools that changed their code are the
same, a year's findings go on from those of the year before. What was waived since is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from compliance.assessment.comparison import CountyChanges, RunComparison
from compliance.assessment.fingerprint import fingerprint, fingerprints
from compliance.assessment.standings import DECIDING, PROBLEM, WAITING, Standings
from compliance.engine.results import FINDINGS, Baseline, Results

NEW, UNCHANGED, UPDATED = "new", "unchanged", "updated"
_OPEN = ("fail", *WAITING)
_NAMED_BY = ("rule", "county_code", "school_code", "stage")


def baseline(run: RunComparison, *, only_new: bool, differs: Iterable[str]) -> Baseline:
    """The later of two runs held against the earlier; differs: what to know of that, in words."""
    compared = {(pair.after.county_code, pair.after.year) for pair in run.pairs}
    states: dict[tuple[int, str], str] = {}
    now = run.after.findings.filter(pl.col("status").is_in(_OPEN))
    named = now.select("county_code", "year", fingerprints().alias("fingerprint")).iter_rows()
    for code, year, name in named:
        states[year, name] = UNCHANGED if (code, year) in compared else NEW
    for pair in run.pairs:
        states |= _changed(pair)
    gone = [pl.DataFrame(schema=FINDINGS), *(_gone(pair) for pair in run.pairs)]
    return Baseline(run.before.name, only_new, states, pl.concat(gone), tuple(differs))


def state_of(known: Baseline, finding: Mapping[str, Any]) -> str | None:
    """How a finding stands; None for one that is neither a failure nor waits."""
    rule, county, school, stage = (finding[name] for name in _NAMED_BY)
    return known.states.get((finding["year"], fingerprint(rule, county, school, stage)))


def new_among(known: Baseline, findings: pl.DataFrame) -> pl.DataFrame:
    """The findings that are new, failures and those that wait; columns as given."""
    new = [key for key, state in known.states.items() if state == NEW]
    keys = pl.DataFrame(new, {"year": pl.Int32, "fingerprint": pl.String}, orient="row")
    named = findings.with_columns(fingerprint=fingerprints())
    return named.join(keys, on=keys.columns, how="semi", maintain_order="left").drop("fingerprint")


def _changed(pair: CountyChanges) -> Iterator[tuple[tuple[int, str], str]]:
    """Today's open findings that were not the same before: new, unless they were as bad."""
    status = {side: pl.col(side).struct.field("status") for side in ("before", "after")}
    waited = status["before"].is_in(WAITING) & status["after"].is_in(WAITING)
    as_bad = ((status["before"] == "fail") & (status["after"] == "fail")) | waited
    rows = pair.findings.filter(status["after"].is_in(_OPEN)).select(
        pl.col("after"), as_bad.fill_null(value=False).alias("as_bad")
    )
    named = rows.unnest("after").select("year", fingerprints().alias("fingerprint"), "as_bad")
    for year, name, worse_before in named.iter_rows():
        yield (year, name), UPDATED if worse_before else NEW


def _gone(pair: CountyChanges) -> pl.DataFrame:
    """The failures of before that are none now, nor waived."""
    status = {side: pl.col(side).struct.field("status") for side in ("before", "after")}
    still = status["after"].is_in(["fail", "waived"]).fill_null(value=False)
    return pair.findings.filter((status["before"] == "fail") & ~still).select("before").unnest("before")  # fmt: skip


def new_verdict(report: Results, known: Baseline) -> str:
    """What is concluded from new findings alone: ``fail``, ``undecided``, ``pass``.

    What was missed before and waits for a figure now is new as well: a figure left out mends nothing.
    """
    if new_failures(report, known).height:
        return "fail"
    found = new_among(known, report.findings)
    waits = found.filter(pl.col("status").is_in(WAITING), role="requirement")
    return "undecided" if waits.height else "pass"


def new_failures(report: Results, known: Baseline) -> pl.DataFrame:
    """The new failures that count: requirements, and components that the conclusion fails with."""
    found = new_among(known, report.findings)
    failed = found.filter((pl.col("status") == "fail") & pl.col("role").is_in(DECIDING))
    components = failed.filter(role="component")
    counted: list[pl.DataFrame] = [failed.filter(role="requirement")]
    for county in report.counties:
        own = components.filter(county_code=county.county_code, year=county.year)
        if own.height:
            standings = Standings(report.findings_of(county), report.rules_of(county), set())
            problems = [one.standing == PROBLEM for one in standings.judged(own)]
            counted.append(own.filter(pl.Series(problems)))
    return pl.concat(counted)
