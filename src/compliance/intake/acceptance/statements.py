"""Monitoring results, attestations and vetoes: the statements of accepted counties."""

from __future__ import annotations

import polars as pl

from compliance.intake.acceptance.ledger import Ledger, problem_at, with_missing
from compliance.kernel.i18n import say

TEXTS = pl.List(pl.String)


def monitoring(frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, subject, grade, monitored_year, level, disparity."""
    frame = with_missing(
        frame,
        subject=pl.String,
        grade=pl.String,
        year=pl.Float64,
        level=pl.Float64,
        disparity=pl.Float64,
    )
    return _sorted(
        frame,
        "subject",
        "grade",
        pl.col("year").cast(pl.Int32).alias("monitored_year"),
        "level",
        "disparity",
    )


def attestations(ledger: Ledger, frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, rule, met, evidence (empty where none is named), note, file, at.

    file and at: where the rule's id stands. Warns of what is said to be met without evidence.
    """
    frame = with_missing(frame, rule=pl.String, met=pl.Boolean, evidence=TEXTS, note=pl.String)
    evidence = pl.col("evidence").fill_null(pl.lit([], dtype=TEXTS))
    frame = _placed(ledger, frame.with_columns(evidence, pl.col("note").fill_null("")))
    for row in frame.filter(pl.col("met") & (evidence.list.len() == 0)).iter_rows(named=True):
        _unfounded(ledger, row)
    return _sorted(frame, "rule", "met", "evidence", "note", "file", "at")


def vetoes(ledger: Ledger, frame: pl.DataFrame) -> pl.DataFrame:
    """county_code, year, rule, exists, file, at."""
    frame = _placed(ledger, with_missing(frame, rule=pl.String, exists=pl.Boolean))
    return _sorted(frame, "rule", "exists", "file", "at")


def _unfounded(ledger: Ledger, row: dict[str, object]) -> None:
    table = ledger.tables[int(str(row["_table"]))]
    message = say(
        "{rule} 说明达到，但没有列出佐证材料",
        "{rule} is attested as met without evidence",
        rule=row["rule"],
    )
    expected = say("列出佐证材料", "name the evidence")
    cell = ("rule",) if table.raw.strict else ("evidence", "rule")
    warning = problem_at(
        ledger, row, "warning", "attested_without_evidence", message, expected, *cell
    )
    ledger.report_about(warning, str(row["rule"]))


def _placed(ledger: Ledger, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the file and the place of each row's rule."""
    places = [
        ledger.place(row, "rule") for row in frame.select("_table", "_row").iter_rows(named=True)
    ]
    return frame.with_columns(
        pl.Series(name, [place[name] for place in places], dtype=pl.String)
        for name in ("file", "at")
    )


def _sorted(frame: pl.DataFrame, *columns: str | pl.Expr) -> pl.DataFrame:
    keys = (pl.col("_code").alias("county_code"), pl.col("_year").alias("year"))
    return frame.select(*keys, *columns).sort("county_code", "year", maintain_order=True)
