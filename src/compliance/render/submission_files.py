"""An accepted submission as files again: JSON for one county, tables of text or Parquet for any number.

What they hold reads back as the same submission. The workbook stands in `filled_workbook`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import polars as pl

from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.json import FORMAT
from compliance.intake.formats.raw_table import TABLE_OF
from compliance.kernel import submission as kernel
from compliance.kernel.formula_guard import guarded
from compliance.kernel.i18n import use
from compliance.kernel.submission import KEY, TABLES, Submission

# what a table of a submission calls otherwise than its record; whose year it is, where that is another
_RECORD_NAMES = {"monitored_year": "year", "member": "members"}
_OWN_YEAR = {"monitoring": "school_year"}
_EXACT = 2**53  # below it every whole double is written without a point
_TEXTS = (pl.String, pl.List(pl.String))
_UTF8_MARK = b"\xef\xbb\xbf"  # by it Excel knows Chinese text


def as_json(submission: Submission, key: tuple[str, int], words: Vocabulary) -> bytes:
    """The document of one county."""
    one = submission.of([key])
    tables = {
        table: [
            _plain(row, words.tables[TABLE_OF[table]])
            for row in _facts_alone(one, table, words).iter_rows(named=True)
        ]
        for table in TABLES
    }
    county = dict(zip(KEY, key, strict=True)) | tables.pop("counties")[0]
    county |= dict.fromkeys(_nobody(one, 0), NOT_INVOLVED)
    schools, vetoes = tables.pop("schools"), tables.pop("vetoes")
    county["attestations"] = {str(one.pop("rule")): one for one in tables.pop("attestations")}
    county["vetoes"] = {str(one["rule"]): one.get("exists") for one in vetoes}
    county |= {table: records for table, records in tables.items() if records}
    document = {"format": FORMAT, "county": county, "schools": schools}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def as_tables(submission: Submission, words: Vocabulary, suffix: str) -> dict[str, bytes]:
    """Name of a file → its content, a file for every table that holds something. suffix: .csv, .parquet."""
    found: dict[str, bytes] = {}
    for table in TABLES:
        frame = _table(submission, table, words)
        if frame.is_empty():
            continue
        stream = io.BytesIO()
        if suffix == ".parquet":
            frame.write_parquet(stream)
        else:
            facts = words.tables[TABLE_OF[table]]
            stream.write(_UTF8_MARK)
            cells = frame.select(_written(one, facts.get(one.name)) for one in frame)
            typed = [name for name, kind in frame.schema.items() if kind in _TEXTS]
            cells.with_columns(guarded(pl.col(name)) for name in typed).write_csv(stream)
        found[f"{table}{suffix}"] = stream.getvalue()
    return found


def _facts_alone(submission: Submission, table: str, words: Vocabulary) -> pl.DataFrame:
    """A table by the names of its record, without whose it is and where it stood."""
    frame: pl.DataFrame = getattr(submission, table)
    facts = words.tables[TABLE_OF[table]]
    own = frame.drop(KEY)
    own = own.rename({old: new for old, new in _RECORD_NAMES.items() if old in own.columns})
    return own.select(_in_words(one, facts[one.name]) for one in own if one.name in facts)


def _in_words(column: pl.Series, fact: Fact) -> pl.Series:
    """The column as it may be typed: a number that only a word may stand for as that word."""
    unspoken = {one for one in fact.words.values() if one not in fact.words}
    if not fact.numeric or not any(
        str(int(one)) in unspoken for one in column.drop_nulls().unique()
    ):
        return column
    texts = _written(column, fact)
    with use("zh"):
        return texts.replace({one: fact.word_of(one) for one in unspoken})


def _table(submission: Submission, table: str, words: Vocabulary) -> pl.DataFrame:
    frame: pl.DataFrame = getattr(submission, table)
    own = _facts_alone(submission, table, words)
    named = frame.select("county_code", pl.col("year").alias(_OWN_YEAR.get(table, "year")))
    if table == "counties":
        nobody = [_nobody(submission, row) for row in range(len(frame))]
        for name in sorted({fact for facts in nobody for fact in facts}):
            said = pl.Series([name in facts for facts in nobody])
            figures = _written(own[name], None).to_frame().to_series()
            own = own.with_columns(figures.set(said, NOT_INVOLVED).alias(name))
    return named.hstack(own)


def _nobody(submission: Submission, row: int) -> list[str]:
    """The facts whose cell says 不涉及, of one county."""
    if kernel.NOT_INVOLVED not in submission.counties.columns:
        return []
    facts = submission.counties[kernel.NOT_INVOLVED][row]
    return [name for name in (() if facts is None else facts) if name in submission.nobody]


def _plain(row: Mapping[str, object], facts: Mapping[str, Fact]) -> dict[str, object]:
    """What is known of a row, whole numbers as such."""
    known = {name: value for name, value in row.items() if value is not None and value != ""}
    return {name: _typed(value, facts[name]) for name, value in known.items()}


def _typed(value: object, fact: Fact) -> object:
    if fact.form == "texts":
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):
        return [_typed(one, fact) for one in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if whole else value  # type: ignore[call-overload]


def _written(column: pl.Series, fact: Fact | None) -> pl.Series:
    """A column as the cells of a table of text."""
    if column.dtype == pl.Boolean:
        yes_no = pl.when(column).then(pl.lit("是")).when(~column).then(pl.lit("否"))
        return pl.select(yes_no.alias(column.name)).to_series()
    if isinstance(column.dtype, pl.List):
        texts = column.list.eval(_text(pl.element(), column.dtype.inner)).list.join(";")
        none = "无" if fact is not None and fact.listed else None
        return pl.select(
            pl.when(column.list.len() == 0).then(pl.lit(none)).otherwise(texts).alias(column.name)
        ).to_series()
    return column.to_frame().select(_text(pl.col(column.name), column.dtype)).to_series()


def _text(cell: pl.Expr, dtype: object) -> pl.Expr:
    if dtype != pl.Float64:
        return cell.cast(pl.String)
    whole = (cell == cell.floor()) & (cell.abs() < _EXACT)
    return (
        pl.when(whole)
        .then(cell.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(cell.cast(pl.String))
    )
