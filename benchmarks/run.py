"""Ratios measured side by side in one run; never a test.

    python -m benchmarks.run [--large]

The engine (whole national rule set, every finding) stands beside seven indicators, the school rule
and the coefficients written by hand in plain Python and in Polars. ``--large`` adds 200,000
schools. Times are the best of several; on a busy machine trust ratios above 1.5 only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import polars as pl

from benchmarks import data, one_off, plain_python
from compliance import intake
from compliance.checker import check, load
from compliance.engine.evaluate import evaluate
from compliance.facts.vocabulary import vocabulary
from compliance.rules.resolution.resolve import resolve

DAY = date(2023, 9, 1)
RESOURCES = ("R", "D")


def best(of: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    found = []
    for _ in range(times):
        start = perf_counter()
        of()
        found.append(perf_counter() - start)
    return min(found)


def line(name: str, seconds: float, against: float) -> None:
    """One row of a table: milliseconds, and how many times the first row."""
    print(f"  {name:<52} {seconds * 1000:>10.1f} ms  {seconds / against:>7.2f} ×")


def judging(schools: int, folder: Path) -> None:
    """In one process: the hand-written references, then the engine."""
    count = data.many_counties(schools, folder)
    times = 5 if count < 50_000 else 2
    offers = load()
    words = vocabulary(offers.fragments)
    submission = intake.take_in([folder], offers.readers, words)
    rules = resolve(offers.packs, "national", DAY, kinds=offers.kinds)
    resources = {name: rule for name, rule in rules.rules.items() if name[0] in RESOURCES}
    few = replace(rules, rules=resources)
    rows = submission.schools.select(_numbers(submission.schools)).to_dicts()
    assert plain_python.judge(rows) == one_off.judge(submission.schools)
    print(f"\n{count:,} schools, {submission.counties.height:,} counties")
    plain = best(lambda: plain_python.judge(rows), times)
    line("plain Python: R1–R7, RS, D1–D7 of dictionaries", plain, plain)
    line("Polars by hand: the same", best(lambda: one_off.judge(submission.schools), times), plain)
    line(
        "engine: the same rules",
        best(lambda: evaluate(few, submission, DAY, offers.kinds), times),
        plain,
    )
    line(
        "engine: all rules",
        best(lambda: evaluate(rules, submission, DAY, offers.kinds), times),
        plain,
    )
    line(
        "read and accept the Parquet dataset",
        best(lambda: intake.take_in([folder], offers.readers, words), times),
        plain,
    )
    line(
        "check(): read, judge, every finding a sentence",
        best(lambda: check([folder]), times),
        plain,
    )


def _numbers(schools: pl.DataFrame) -> list[str]:
    wanted = ("school_type", "county_code")
    return [n for n, kind in schools.schema.items() if kind == pl.Float64 or n in wanted]


def processes(folder: Path) -> None:
    """Whole processes against a bare interpreter: start-up, check and rectify."""
    file = folder / "county.json"
    count = data.one_large_county(300, file)
    bare = best(lambda: _run("-c", "pass"), 7)
    command = ("-c", "from compliance.cli import main; main()")
    print(f"\nwhole processes, a county of {count} schools")
    line("python -c pass", bare, bare)
    for name, arguments in (
        ("compliance --help", ("--help",)),
        ("compliance validate", ("validate", str(file))),
        ("compliance check", ("check", str(file))),
        ("compliance check --format json", ("check", str(file), "--format", "json")),
        (
            "compliance rectify (md)",
            ("rectify", str(file), "--format", "md", "-o", str(folder / "md")),
        ),
        (
            "compliance rectify (docx)",
            ("rectify", str(file), "--format", "docx", "-o", str(folder / "docx")),
        ),
    ):
        line(name, best(partial(_run, *command, *arguments), 5), bare)


def _run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, text=True)
    if done.returncode not in (0, 1, 3):
        print(f"  ({' '.join(arguments[-3:])}: exit {done.returncode}: {done.stderr[-200:]})")


def main() -> None:
    """Print every table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes(folder)
        for schools in (300, 20_000, 200_000) if "--large" in sys.argv else (300, 20_000):
            judging(schools, folder / str(schools))


if __name__ == "__main__":
    main()
