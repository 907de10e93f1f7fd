"""threshold: an indicator meets its limit, or what a switch puts in its place."""

from __future__ import annotations

import polars as pl

from compliance.engine.evaluate import Bench, Kind
from compliance.engine.kinds import alternatives
from compliance.rules.language.model import Rule


def evaluate(rule: Rule, bench: Bench) -> pl.DataFrame:
    """One row a subject of the rule's scope."""
    if rule.indicator is None or rule.limit is None:
        raise ValueError("threshold needs an indicator and a limit")
    normal = alternatives.Standard(rule.indicator, rule.limit, rule.floor_share)
    return alternatives.judge(bench.subjects(rule), bench, rule.scope, normal, rule.instead)


KIND = Kind(evaluate)
