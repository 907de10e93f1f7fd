"""Raw documents → the accepted submission, all problems at once.

Columns first, and only what they refuse is explained cell by cell. An error costs its county its
findings and no other county theirs; nothing is corrected silently and nothing missing is filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance import further_tables as further
from compliance.intake.acceptance import integrity as homes
from compliance.intake.acceptance import list_facts as lists
from compliance.intake.acceptance import statements
from compliance.intake.acceptance.column import TYPES
from compliance.intake.acceptance.county_keys import row_keys
from compliance.intake.acceptance.derived_facts import derive
from compliance.intake.acceptance.ledger import (
    Ledger,
    county_keys,
    report_faults,
    require,
    stack,
    with_missing,
)
from compliance.intake.acceptance.table import accept_table
from compliance.intake.acceptance.typed_table import Accepted
from compliance.intake.data_checks.run import doubts
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.table_names import TABLE_OF
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import say
from compliance.kernel.submission import KEY, Submission


@dataclass
class _Gathered:
    """The rows of all documents so far, by kind."""

    frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, kind: str, frame: pl.DataFrame) -> None:
        self.frames.setdefault(kind, []).append(frame)

    def all(self, kind: str) -> pl.DataFrame:
        empty = {"_table": pl.Int64, "_row": pl.Int64, "_code": pl.String, "_year": pl.Int32}
        frames = [frame for frame in self.frames.get(kind, []) if len(frame)]
        return pl.concat(frames, how="diagonal") if frames else pl.DataFrame(schema=empty)


def accept(
    documents: Sequence[RawDocument], vocabulary: Vocabulary, previous: Submission | None = None
) -> Submission:
    """Type, check and join the tables of all documents; see `Submission` for the shape.

    previous: last year's figures of the same counties, to compare with. Counties with an error stand in `refused` only. Problems come in the order of the documents,
    the readers' first, the data checks on accepted counties last.
    """
    ledger, gathered = Ledger(), _Gathered()
    for document in documents:
        _accept_document(document, vocabulary, ledger, gathered)
    counties = gathered.all("counties")
    homes.refuse_repeated(ledger, counties)
    _name_refused(ledger, counties)
    frames = {kind: ledger.keep(gathered.all(kind)) for kind in TABLE_OF}
    schools = lists.fold_classes(ledger, frames["schools"], frames["classes"], vocabulary)
    schools = lists.fold_rooms(ledger, schools, frames["rooms"], vocabulary)
    schools = _complete(schools, vocabulary, "school")
    counties = _complete(frames["counties"], vocabulary, "county")
    schools = derive(schools, vocabulary, ledger)
    doubts(schools, counties, vocabulary, ledger, previous)
    return Submission(
        counties=_finished(counties, vocabulary, "county", "county_code"),
        schools=_finished(schools, vocabulary, "school", "school_code"),
        monitoring=statements.monitoring(frames["monitoring"]),
        attestations=statements.attestations(ledger, frames["attestations"]),
        vetoes=statements.vetoes(ledger, frames["vetoes"]),
        amounts=tuple(fact.name for fact in vocabulary.school.values() if fact.adds),
        problems=ledger.problems,
        inputs=[item for document in documents for item in document.inputs],
        refused=ledger.refusals(),
    )


def _accept_document(
    document: RawDocument, vocabulary: Vocabulary, ledger: Ledger, gathered: _Gathered
) -> None:
    ledger.begin(document.problems)
    tables: dict[str, list[Accepted]] = {kind: [] for kind in TABLE_OF}
    for raw in document.tables:
        tables[raw.name].append(accept_table(raw, vocabulary))
    counties = county_keys(stack(ledger, tables["counties"]))
    _report_notes(document, ledger, counties, [t for kind in tables.values() for t in kind])
    report_faults(ledger, counties, tables["counties"])
    require(ledger, counties, tables["counties"], ("county_code", "county_name", "year"))
    if not document.many:
        counties = _only_county(document, ledger, counties)
    schools = row_keys(stack(ledger, tables["schools"]), counties, many=document.many)
    report_faults(ledger, schools, tables["schools"])
    _check_schools(document, ledger, schools, counties, tables["schools"])
    gathered.add("counties", counties)
    gathered.add("schools", schools)
    for kind in further.KINDS:
        rows = further.rows(ledger, kind, tables[kind], counties, schools, many=document.many)
        gathered.add(kind, rows)


def _report_notes(
    document: RawDocument, ledger: Ledger, counties: pl.DataFrame, tables: Sequence[Accepted]
) -> None:
    """What the reader and the headings had to say; an error without a county costs them all."""
    keys = counties.select("_code", "_year").unique(maintain_order=True).rows()
    alone = keys[0] if len(keys) == 1 else (None, None)
    notes = [*document.problems, *(note for table in tables for note in table.notes)]
    for note in notes:
        known = note.county_code is not None
        owned = note if known else replace(note, county_code=alone[0], year=alone[1])
        ledger.report(owned)
        if note.severity == "error" and not known:
            for key in keys:
                ledger.refuse(key)
    for table in tables:
        for fact, year in table.years.items():
            _check_period(ledger, table, fact, year, {key[1] for key in keys})


def _check_period(
    ledger: Ledger, table: Accepted, fact: str, year: int, years: set[int | None]
) -> None:
    if year in years or years == {None}:
        return
    heading = table.headings[fact][0]
    ledger.report(
        Problem(
            "warning",
            "period_differs",
            say("“{h}”写的是{y}年", "“{h}” names the year {y}", h=heading, y=year),
            say("与学年起始年份一致", "the year in which the school year begins"),
            table.raw.file,
            table.heading_place(heading),
            facts=(fact,),
        )
    )


def _only_county(document: RawDocument, ledger: Ledger, counties: pl.DataFrame) -> pl.DataFrame:
    """The single record of a one-county document."""
    if len(counties) == 1 or ledger.blamed:
        return counties.head(1)
    code = "missing_county" if len(counties) == 0 else "several_counties"
    message = (
        say("没有县区记录", "there is no county record")
        if len(counties) == 0
        else say("一份文件只能有一个县区记录", "one file holds one county only")
    )
    file = document.inputs[0].name if len(document.inputs) == 1 else document.name
    at = ledger.place(counties.row(1, named=True), "county_code")["at"] if len(counties) else ""
    for key in counties.select("_code", "_year").rows():
        ledger.refuse(key)
    expected = say("恰好一个县区记录", "exactly one county record")
    ledger.report(Problem("error", code, message, expected, file, at))
    return counties.head(1)


def _check_schools(
    document: RawDocument,
    ledger: Ledger,
    schools: pl.DataFrame,
    counties: pl.DataFrame,
    tables: Sequence[Accepted],
) -> None:
    names = ("school_code", "school_name", "school_type")
    if document.many:
        require(ledger, schools, tables, ("county_code", *names))
        homes.refuse_homeless(ledger, schools, counties)
    else:
        require(ledger, schools, tables, names)
        homes.refuse_foreign(ledger, schools)
    homes.refuse_doubled(ledger, schools, many=document.many)
    homes.refuse_empty(ledger, counties, schools)


def _name_refused(ledger: Ledger, counties: pl.DataFrame) -> None:
    names = with_missing(counties, county_name=pl.String)
    for code, year, name in names.select("_code", "_year", "county_name").iter_rows():
        for key in ((code, year), (code, None)):
            if key in ledger.refused and name:
                ledger.refused[key] = name


def _complete(frame: pl.DataFrame, vocabulary: Vocabulary, record: str) -> pl.DataFrame:
    """Every fact as a column, of its type."""
    facts = vocabulary.tables[record]
    return with_missing(frame, **{name: TYPES[fact.form] for name, fact in facts.items()})


def _finished(frame: pl.DataFrame, vocabulary: Vocabulary, record: str, last: str) -> pl.DataFrame:
    """The facts in the order of the vocabulary, keyed and sorted, nothing internal left."""
    facts = vocabulary.tables[record]
    keyed = frame.with_columns(pl.col("_code").alias("county_code"), pl.col("_year").alias("year"))
    columns = [
        pl.col(name).cast(pl.Int32 if name == "year" else TYPES[fact.form])
        for name, fact in facts.items()
    ]
    order = [*KEY, *(() if last == "county_code" else (last,))]
    return keyed.select(columns).sort(order, maintain_order=True)
