"""Monitoring results, attestations and vetoes: the statements of accepted counties."""

from __future__ import annotations

import polars as pl

from compliance.intake.acceptance.integrity import Row, Tables, locate
from compliance.intake.acceptance.keys import with_missing
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say

TEXTS = pl.List(pl.String)


def monitoring(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, subject, grade, monitored_year, level, disparity."""
    figures = dict.fromkeys(("year", "level", "disparity"), pl.Float64)
    frame = with_missing(frame, subject=pl.String, grade=pl.String, **figures)
    year = pl.col("year").cast(pl.Int32).alias("monitored_year")
    return _sorted(frame, "subject", "grade", year, "level", "disparity")


def attestations(frame: pl.DataFrame, tables: Tables) -> tuple[pl.DataFrame, list[Problem]]:
    """county_code, year, rule, met, evidence (empty where none is named), note, file, at.

    file and at: where the rule's id stands. Warns of what is said to be met without evidence.
    """
    frame = with_missing(frame, rule=pl.String, met=pl.Boolean, evidence=TEXTS, note=pl.String)
    evidence = pl.col("evidence").fill_null(pl.lit([], dtype=TEXTS))
    frame = _placed(frame.with_columns(evidence, pl.col("note").fill_null("")), tables)
    bare = frame.filter(pl.col("met") & (evidence.list.len() == 0))
    problems = [_unfounded(row, tables) for row in bare.iter_rows(named=True)]
    return _sorted(frame, "rule", "met", "evidence", "note", "file", "at"), problems


def vetoes(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """county_code, year, rule, exists, file, at."""
    frame = _placed(with_missing(frame, rule=pl.String, exists=pl.Boolean), tables)
    return _sorted(frame, "rule", "exists", "file", "at")


def _unfounded(row: Row, tables: Tables) -> Problem:
    message = say(
        "{rule} 说明达到，但没有列出佐证材料",
        "{rule} is attested as met without evidence",
        rule=row["rule"],
    )
    expected = say("列出佐证材料", "name the evidence")
    strict = tables[row["_table"]].raw.strict
    where = locate(tables, row, *(("rule",) if strict else ("evidence", "rule")))
    return where.warning("attested_without_evidence", message, expected, (row["rule"],))


def _placed(frame: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The frame with the file and the place of each row's rule."""
    rows = frame.select("_table", "_row", "_code", "_year").iter_rows(named=True)
    places = [locate(tables, row, "rule") for row in rows]
    return frame.with_columns(
        pl.Series("file", [place.file for place in places], dtype=pl.String),
        pl.Series("at", [place.at for place in places], dtype=pl.String),
    )


def _sorted(frame: pl.DataFrame, *columns: str | pl.Expr) -> pl.DataFrame:
    keys = (pl.col("_code").alias("county_code"), pl.col("_year").alias("year"))
    return frame.select(*keys, *columns).sort("county_code", "year", maintain_order=True)
