"""Which finding it is: the same name from run to run, by rule and subject, whatever its figures.

Neither the year nor any figure, nor the language, nor the order is in it: a finding of this year goes
on from that of last year, in a ledger, in a comparison, and in what a CI service remembers.
"""

from __future__ import annotations

import polars as pl

_STAGES = {"primary": "P", "junior": "J"}


def item_id(subject_code: str, stage: str | None, rule: str) -> str:
    """Within one county: ``3416220001-P-R1``, ``3416220001-G3``, ``341622-J-D1``, ``341622-G9``.

    subject_code: the school's code, or the county's for what the county itself must put right.
    """
    return "-".join(filter(None, (subject_code, _STAGES.get(stage or ""), rule)))


def fingerprint(rule: str, county_code: str, school_code: str | None, stage: str | None) -> str:
    """Among all counties: ``341622/3416220001-P-R1``, of the county itself ``341622-G9``.

    No school of any county has the county's own, be its code the county's.
    """
    own = item_id(school_code or county_code, stage, rule)
    return f"{county_code}/{own}" if school_code else own


def fingerprints() -> pl.Expr:
    """The fingerprint of every row of a table of findings (columns FINDINGS)."""
    at_school = pl.col("school_code").fill_null("") != ""
    where = pl.when(at_school).then(pl.concat_str("county_code", pl.lit("/"), "school_code"))
    stage = pl.col("stage").replace_strict(_STAGES, default=None, return_dtype=pl.String)
    subject = where.otherwise("county_code")
    return pl.concat_str(subject, stage, "rule", separator="-", ignore_nulls=True)
