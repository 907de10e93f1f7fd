"""The data checks before judging: everything that `check` would doubt, and last year beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from compliance.checker.check import Batch, Choice, judged, prepare
from compliance.engine.findings import verdicts
from compliance.engine.findings.report import Checked, CheckedCounty
from compliance.kernel.errors import Problem
from compliance.kernel.submission import KEY
from compliance.plugins.registry import Registry


def validate(
    paths: Sequence[Path],
    registry: Registry,
    choice: Choice | None = None,
    previous: Sequence[Path] = (),
) -> Checked:
    """Check the figures at `paths`; previous: last year's figures of the same counties.

    Each county's rule set is needed to tell values that crowd at a limit. Raises UsageError,
    PackError or PluginError where nothing can be checked.
    """
    choice = choice or Choice()
    batch = prepare(paths, registry, choice, previous)
    problems: list[Problem] = list(batch.problems)
    for job in batch.jobs:
        bench = judged(job, registry, choice)
        problems += verdicts.remarks(bench)
    return Checked(_counties(batch), tuple(dict.fromkeys(problems)))


def _counties(batch: Batch) -> tuple[CheckedCounty, ...]:
    """Those that can be judged and those that cannot, in order."""
    counties = [_empty_counties(), *(job.part.counties for job in batch.jobs)]
    known = pl.concat([table.select(*KEY, "county_name") for table in counties])
    sizes = batch.submission.schools.group_by(KEY).len()
    sized = known.join(sizes, on=list(KEY), how="left")
    found = [
        CheckedCounty(code, name, year, schools or 0, judged=True)
        for code, year, name, schools in sized.iter_rows()
    ]
    found += [
        CheckedCounty(one.county_code, one.county_name, one.year, 0, judged=False)
        for one in batch.refused
    ]
    return tuple(sorted(found, key=lambda one: (one.county_code, one.year or 0)))


def _empty_counties() -> pl.DataFrame:
    types = {"county_code": pl.String, "year": pl.Int32, "county_name": pl.String}
    return pl.DataFrame(schema=types)
