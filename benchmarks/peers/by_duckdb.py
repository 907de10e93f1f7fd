"""R1–R7, RS and D1–D7 by hand in SQL: `python -m benchmarks.peers.by_duckdb DATA OUT`.

Bare verdicts as the short reference writes them, compared as doubles.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.by_hand import COEFFICIENT, INDICATORS, OF_A_STAGE, STAGES

AMOUNTS = {
    "R4": "teaching_area - indoor_sports_area",
    "R5": "outdoor_sports_area + indoor_sports_area",
}
SHARERS = "(coalesce(primary_students, 0) + 1.1::DOUBLE * coalesce(junior_students, 0))"


def query(data: Path, out: Path) -> str:
    """One statement from the dataset to the file of verdicts."""
    stages = " UNION ALL ".join(_stage(data, *stage) for stage in STAGES)
    names = ", ".join(INDICATORS)
    means = ", ".join(f"sum(p * {k}) OVER w / sum(p) OVER w AS {k}m" for k in INDICATORS)
    coefficients = ", ".join(
        f"sqrt(sum(p * ({k} - {k}m) ** 2) / sum(p)) / any_value({k}m) AS {k.replace('R', 'D')}"
        for k in INDICATORS
    )
    dispersed = names.replace("R", "D")
    met = " + ".join(f"({k} >= {_limit(k)})::INT" for k in INDICATORS)
    enough = " AND ".join(f"{k} >= 0.85::DOUBLE * {_limit(k)}" for k in INDICATORS)
    limits = " ".join(f"WHEN '{k}' THEN {_limit(k)}" for k in INDICATORS)
    most = " ".join(f"WHEN '{stage}' THEN {most}" for stage, most in COEFFICIENT.items())
    return f"""
        COPY (
            WITH units AS ({stages}),
            spread AS (SELECT *, {means} FROM units WINDOW w AS (PARTITION BY county_code, stage)),
            dispersion AS (SELECT county_code, stage, {coefficients} FROM spread GROUP BY ALL)
            SELECT county_code, school_code, stage, rule, value,
                   if(value >= CASE rule {limits} END, 'pass', 'fail') AS status
              FROM (UNPIVOT units ON {names} INTO NAME rule VALUE value)
            UNION ALL
            SELECT county_code, school_code, stage, 'RS', {met},
                   if({met} >= 6 AND {enough}, 'pass', 'fail')
              FROM units
            UNION ALL
            SELECT county_code, NULL, stage, rule, value,
                   if(value <= CASE stage {most} END, 'pass', 'fail')
              FROM (UNPIVOT dispersion ON {dispersed} INTO NAME rule VALUE value)
        ) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"""


def _stage(data: Path, stage: str, _word: str, weight: float) -> str:
    """The stage's rows with their values: the share of what all pupils have, over its own pupils."""
    values = ", ".join(
        f"{one.per}::DOUBLE * {stage}_{one.fact} / {stage}_students AS {k}"
        if k in OF_A_STAGE
        else f"{one.per}::DOUBLE * ({AMOUNTS.get(k, one.fact)}) * {weight}::DOUBLE / {SHARERS} AS {k}"
        for k, one in INDICATORS.items()
    )
    return f"""
        SELECT county_code, school_code, '{stage}' AS stage, {stage}_students AS p, {values}
          FROM '{data}/schools.parquet' WHERE {stage}_students > 0"""


def _limit(k: str) -> str:
    one = INDICATORS[k]
    return f"(CASE stage WHEN 'primary' THEN {one.primary}::DOUBLE ELSE {one.junior}::DOUBLE END)"


def judge(data: Path, out: Path) -> None:
    """From the dataset to the file."""
    duckdb.execute(query(data, out))


if __name__ == "__main__":
    judge(*map(Path, sys.argv[1:]))
