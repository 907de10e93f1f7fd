"""Raw documents → the accepted submission, all problems at once.

The road: headings matched → cells accepted → integrity of rows → facts derived → data checks. Each
step takes values and gives values; a problem is one of them. An error costs its county its findings
and no other county theirs; nothing is corrected silently and nothing missing is filled.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cells import TYPES
from compliance.intake.acceptance.derived_facts import (
    attestations,
    buildings,
    derive,
    fold,
    monitoring,
    not_involved,
    organisations,
    succession,
    vetoes,
)
from compliance.intake.acceptance.integrity import (
    CheckedRows,
    check_document,
    given_twice,
    refusals,
    refused_keys,
    with_missing,
    without,
)
from compliance.intake.acceptance.typed_table import Accepted, accept_table
from compliance.intake.data_checks import data_checks
from compliance.intake.formats.raw_table import NEEDED, TABLE_OF, RawDocument
from compliance.kernel.errors import Problem, nothing_lost
from compliance.kernel.i18n import msg
from compliance.kernel.submission import IDENTITY, KEY, NOT_INVOLVED, Submission


def accept(
    documents: Sequence[RawDocument], vocabulary: Vocabulary, previous: Submission | None = None
) -> Submission:
    """Type, check and join the tables of all documents; see `Submission` for the shape.

    previous: earlier figures of the same counties, to compare with. Counties with an error
    stand in `refused` only. Problems come in the order of the documents, the readers' first, the
    data checks on accepted counties last.
    """
    tables: list[Accepted] = []
    checked: list[CheckedRows] = []
    for document in documents:
        first = len(tables)
        tables += [accept_table(raw, vocabulary, n) for n, raw in enumerate(document.tables, first)]
        checked.append(check_document(document, tables[first:]))
    rows = {kind: _all([one.rows[kind] for one in checked]) for kind in TABLE_OF}
    outcomes = [outcome for one in checked for outcome in one.outcomes]
    outcomes += given_twice(rows["counties"], tables)
    refused = refused_keys(outcomes)
    kept = {kind: without(frame, refused) for kind, frame in rows.items()}

    schools = _identified(kept["schools"], vocabulary, "school")
    counties = _identified(kept["counties"], vocabulary, "county")
    schools, folding = fold(schools, kept, vocabulary, tables)
    schools, deriving = derive(schools, vocabulary, tables)
    nothing_lost(msg("数据接收"), kept["schools"].height, schools.height)
    counties = not_involved(counties, schools, vocabulary)
    doubts = data_checks(schools, counties, kept["monitoring"], vocabulary, tables, previous)
    attested, unfounded = attestations(kept["attestations"], tables)
    organised, turned = organisations(kept["organisations"], tables)
    return Submission(
        counties=_finished(counties, vocabulary, "county"),
        schools=_finished(schools, vocabulary, "school"),
        monitoring=monitoring(kept["monitoring"]),
        attestations=attested,
        vetoes=vetoes(kept["vetoes"], tables),
        buildings=buildings(kept["buildings"]),
        organisations=organised,
        succession=succession(kept["succession"]),
        amounts=tuple(fact.name for fact in vocabulary.school.values() if fact.adds),
        nobody={
            fact.name: fact.not_involved
            for fact in vocabulary.county.values()
            if fact.not_involved is not None
        },
        problems=[
            *(one for one in outcomes if isinstance(one, Problem)),
            *folding,
            *deriving,
            *doubts,
            *unfounded,
            *turned,
        ],
        inputs=[item for document in documents for item in document.inputs],
        refused=refusals(refused, rows["counties"]),
        facts={kind: _types(vocabulary, TABLE_OF[kind]) for kind in NEEDED},
        given=_given(counties, documents),
    )


def _given(counties: pl.DataFrame, documents: Sequence[RawDocument]) -> dict[tuple[str, int], str]:
    """County and year → the path by which the document of its record was asked for."""
    paths = [document.given for document in documents for _ in document.tables]
    keyed = counties.select("_code", "_year", "_table").iter_rows()
    return {(code, year): paths[number] for code, year, number in keyed}


def _all(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of all documents."""
    empty = {"_table": pl.Int64, "_row": pl.Int64, "_code": pl.String, "_year": pl.Int32}
    filled = [frame for frame in frames if len(frame)]
    if len(filled) == 1:
        return filled[0]
    return pl.concat(filled, how="diagonal") if filled else pl.DataFrame(schema=empty)


def _identified(frame: pl.DataFrame, vocabulary: Vocabulary, record: str) -> pl.DataFrame:
    """What identifies a record as columns, whatever was given."""
    facts = vocabulary.tables[record]
    return with_missing(frame, **{n: TYPES[facts[n].form] for n in IDENTITY if n in facts})


def _types(vocabulary: Vocabulary, record: str) -> dict[str, pl.DataType]:
    """Every fact that a record may have, with the type of its column."""
    types = {name: TYPES[fact.form] for name, fact in vocabulary.tables[record].items()}
    types |= {"year": pl.Int32()}
    return types | {NOT_INVOLVED: TYPES["texts"]} if record == "county" else types


def _finished(frame: pl.DataFrame, vocabulary: Vocabulary, record: str) -> pl.DataFrame:
    """The facts given, in the order of the vocabulary, keyed and sorted, nothing internal left."""
    keys = {"county_code": "_code", "year": "_year"}
    given = [
        pl.col(keys.get(name, name)).cast(dtype).alias(name)
        for name, dtype in _types(vocabulary, record).items()
        if name in IDENTITY or (name in frame.columns and frame[name].null_count() < frame.height)
    ]
    order = KEY if record == "county" else (*KEY, "school_code")
    return frame.lazy().select(given).sort(order, maintain_order=True).collect()
