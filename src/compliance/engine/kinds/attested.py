"""attested: a person's statement is as expected; without one the rule waits for it.

A statement under `attestations` says that something is met, one under `vetoes` that an incident
exists. Where a rule lists several `statements`, one attestation under its id stands for all.
"""

from __future__ import annotations

import polars as pl

from compliance.engine.evaluate import Bench, Kind, part
from compliance.kernel.submission import FAIL, NOT_CHECKED, PASS
from compliance.rules.language.model import Rule

_SOURCES = {"attestations": "met", "vetoes": "exists"}


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a county; true → pass (or, where false is expected, fail), absent → not_checked."""
    result = judge(rule.attested_as, bench, rule.settings)
    names = rule.settings.get("statements")
    if not isinstance(names, list):
        return result
    parts = [part(pl.lit(str(name))) for name in names]
    return result.with_columns(pl.concat_arr(*parts).arr.to_list().alias("parts"))


def judge(rule_id: str, bench: Bench, settings: object) -> pl.DataFrame:
    """The statement given under `rule_id`, for every county."""
    given = settings if isinstance(settings, dict) else {}
    source = str(given.get("statement", "attestations"))
    expected = bool(given.get("expect", source == "attestations"))
    statements = getattr(bench.submission, source)
    said = (
        statements.filter(pl.col("rule") == rule_id)
        .select("county_code", "year", pl.col(_SOURCES[source]).alias("_said"))
        .unique(["county_code", "year"], keep="last", maintain_order=True)
    )
    return (
        bench.frames.county.select("county", "county_code", "year")
        .join(said, on=["county_code", "year"], how="left", maintain_order="left")
        .select(
            "county",
            pl.when(pl.col("_said").is_null())
            .then(NOT_CHECKED)
            .when(pl.col("_said") == expected)
            .then(PASS)
            .otherwise(FAIL)
            .cast(pl.UInt8)
            .alias("status"),
        )
    )


KIND = Kind(evaluate, frozenset({"expect", "statement", "statements"}))
