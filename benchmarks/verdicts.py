"""Findings read back: counted, and held against the verdicts of a reference or peer.

    python -m benchmarks.verdicts parquet|ndjson SCHOOLS FINDINGS [OTHER …]

SCHOOLS: how many were judged. OTHER: verdicts of R1–R7, and perhaps RS and D1–D7, of the same data,
as Parquet. Prints a JSON object: how many `findings`, and for each OTHER how many of its verdicts
were compared, how many differ on the line (the value within 1e-9 of its limit, where floats cannot
tell) and how many elsewhere. Raises ValueError where anything is missing or there twice.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypedDict

import polars as pl

KEY = ("county_code", "school_code", "stage", "rule")
LINE = 1e-9
FLOOR = 0.85


class Compared(TypedDict):
    """How the verdicts of two programs agree."""

    compared: int
    on_the_line: int
    elsewhere: int


def counted(findings: pl.LazyFrame, schools: int) -> int:
    """How many findings there are: each once, every school among them, a conclusion for each county."""
    found = findings.select(
        rows=pl.len(),
        distinct=pl.struct(KEY).n_unique(),
        schools=pl.col("school_code").drop_nulls().n_unique(),
        counties=pl.col("county_code").n_unique(),
        conclusions=(pl.col("rule") == "C").sum(),
    ).collect()
    rows, distinct, known, counties, conclusions = found.row(0)
    if rows != distinct or known != schools or counties != conclusions:
        raise ValueError(f"findings are missing or there twice: {found.row(0, named=True)}")
    return int(rows)


def compared(findings: pl.LazyFrame, other: pl.LazyFrame) -> Compared:
    """The other's verdicts beside the findings of the same rules."""
    rules = other.select(pl.col("rule").unique()).collect()["rule"].implode()
    ours = findings.filter(pl.col("rule").is_in(rules)).select(*KEY, "value", "threshold", "status")
    theirs = other.select(*KEY, theirs="status")
    both = ours.join(theirs, on=KEY, how="full", nulls_equal=True, coalesce=True).collect()
    if both["status"].null_count() or both["theirs"].null_count():
        raise ValueError("the two did not judge the same")
    indicator = pl.col("rule").str.contains("^R[1-7]$")
    close = pl.any_horizontal(
        ((pl.col("value") / pl.col("threshold") - bar).abs() <= LINE) & (indicator | (bar == 1))
        for bar in (1, FLOOR)
    )
    unit = ("county_code", "school_code", "stage")  # RS rests on the indicators of its unit
    rests = pl.when(pl.col("rule") == "RS").then((close & indicator).any().over(unit))
    apart = both.with_columns(line=rests.otherwise(close)).filter(
        pl.col("status") != pl.col("theirs")
    )
    on_the_line = int(apart["line"].sum())
    return {
        "compared": both.height,
        "on_the_line": on_the_line,
        "elsewhere": apart.height - on_the_line,
    }


def main(form: str, schools: str, findings: str, *others: str) -> None:
    """Count and compare files."""
    file = f"{findings}/**/*.parquet" if Path(findings).is_dir() else findings  # as Spark writes
    ours = pl.scan_parquet(file) if form == "parquet" else pl.scan_ndjson(file)
    answer = {"findings": counted(ours, int(schools))} | {
        Path(other).name: compared(ours, pl.scan_parquet(other)) for other in others
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
