"""The findings that waivers name, whether they are waived by them or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.kernel.submission import KEY, STATUSES


class Hit(NamedTuple):
    """A finding that a waiver names. place: the waiver's; applied: the finding is waived by it."""

    place: int
    rule: str
    county_code: str
    year: int
    school_name: str
    stage: str
    status: str
    applied: bool


def hits(evaluation: Evaluation) -> Iterator[Hit]:
    """The findings that the waivers in force name, whatever their states."""
    for rule_id in evaluation.waivers.of:
        judged = evaluation.judged(rule_id)
        frame = judged.plan.frame
        ways = [where for _, where in evaluation.waivers.named(rule_id, frame.columns)]
        if not ways:
            continue
        names = [
            (pl.col(one) if one in frame.columns else pl.lit("")).cast(pl.String).alias(one)
            for one in ("school_name", "stage")
        ]
        table = frame.select(
            *KEY, *names,
            judged.column("status").alias("status"),
            judged.column("waived_by").is_not_null().alias("applied"),
            pl.concat_list(ways).list.drop_nulls().alias("places"),
        ).filter(pl.col("status").is_not_null() & (pl.col("places").list.len() > 0))  # fmt: skip
        for code, year, school, stage, status, applied, places in table.iter_rows():
            for one in places:
                yield Hit(
                    one, rule_id, code, year, school or "", stage or "", STATUSES[status], applied
                )
