"""Raw documents → the accepted submission, all problems at once.

The road: headings matched → cells accepted → integrity of rows → facts derived → data checks. Each
step takes values and gives values; a problem is one of them. An error costs its county its findings
and no other county theirs; nothing is corrected silently and nothing missing is filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

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
    Key,
    Outcome,
    check_document,
    given_twice,
    keyed,
    refusals,
    refused_keys,
    with_missing,
    without,
)
from compliance.intake.acceptance.typed_table import Accepted, accept_table
from compliance.intake.acceptance.unread import Unread
from compliance.intake.acceptance.versions import newest, submitted, told
from compliance.intake.data_checks import data_checks
from compliance.intake.formats.raw_table import NEEDED, TABLE_OF, RawDocument
from compliance.kernel.errors import Problem, nothing_lost
from compliance.kernel.i18n import msg
from compliance.kernel.submission import (
    IDENTITY,
    KEY,
    NOT_INVOLVED,
    TABLES,
    Submission,
    SubmittedFile,
)


def accept(
    documents: Sequence[RawDocument], vocabulary: Vocabulary, previous: Submission | None = None
) -> Submission:
    """Type, check and join the tables of all documents; see `Submission` for the shape.

    previous: earlier figures of the same counties, to compare with. Counties with an error
    stand in `refused` only. Problems come in the order of the documents, the readers' first, the
    data checks last; they look at all rows whose county is known, and are silent where a cell that was
    refused would be all they speak of.
    """
    given, (documents, older) = documents, newest(documents, vocabulary)
    tables: list[Accepted] = []
    tables_of: list[list[Accepted]] = []
    checked: list[CheckedRows] = []
    for document in documents:
        first = len(tables)
        tables += [accept_table(raw, vocabulary, n) for n, raw in enumerate(document.tables, first)]
        tables_of.append(tables[first:])
        checked.append(check_document(document, tables[first:]))
    rows = {kind: _all([one.rows[kind] for one in checked]) for kind in TABLE_OF}
    outcomes = [outcome for one in checked for outcome in one.outcomes]
    outcomes += given_twice(rows["counties"], tables)
    refused = refused_keys(outcomes)
    known = _readable(rows, documents, tables_of) if any(_is_error(o) for o in outcomes) else rows
    unread = Unread(tables, known["schools"], outcomes)

    schools = _identified(known["schools"], vocabulary, "school")
    counties = _identified(known["counties"], vocabulary, "county")
    schools, folding = fold(schools, known, vocabulary, tables, unread)
    schools, deriving = derive(schools, vocabulary, tables, unread)
    nothing_lost(msg("数据接收"), known["schools"].height, schools.height)
    counties = not_involved(counties, schools, vocabulary)
    monitored = known["monitoring"]
    doubts = data_checks(schools, counties, monitored, vocabulary, tables, unread, previous)
    attested, unfounded = attestations(known["attestations"], tables, unread)
    organised, turned = organisations(known["organisations"], tables)
    unattributed = {key: own for one in checked for key, own in one.unattributed.items()}
    whole = Submission(
        counties=_finished(counties, vocabulary, "county"),
        schools=_finished(schools, vocabulary, "school"),
        monitoring=monitoring(monitored),
        attestations=attested,
        vetoes=vetoes(known["vetoes"], tables),
        buildings=buildings(known["buildings"]),
        organisations=organised,
        succession=succession(known["succession"]),
        amounts=tuple(fact.name for fact in vocabulary.school.values() if fact.adds),
        nobody={
            fact.name: fact.not_involved
            for fact in vocabulary.county.values()
            if fact.not_involved is not None
        },
        problems=[
            *(one for one in outcomes if isinstance(one, Problem)),
            *told(older),
            *map(_of_county, (*folding, *deriving, *doubts, *unfounded, *turned)),
        ],
        inputs=[item for document in given for item in document.inputs],
        refused=refusals(refused, rows["counties"]),
        facts={kind: _types(vocabulary, TABLE_OF[kind]) for kind in NEEDED},
        given=_given(counties, documents),
        zeros=tuple(one for document in documents for one in document.zeros),
        submitted=[*_submitted(rows["counties"], documents), *older],
        unattributed=unattributed,
    )
    return _parted(whole, refused, unread) if unread else whole


def _parted(whole: Submission, refused: set[Key], unread: Unread) -> Submission:
    """The accepted counties; beside them those whose refused cells alone keep them from being so."""
    accepted = whole.with_tables(
        {n: without(getattr(whole, n), refused, KEY).filter(_named()) for n in TABLES}
    )
    sound = set(accepted.counties.select(KEY).iter_rows())
    known = [
        key
        for key in whole.counties.drop_nulls("county_name").select(KEY).unique().iter_rows()
        if key not in sound and not unread.lost(key) and not _is_unnamed(key)
    ]
    if not known:
        return accepted
    identity = ["school_code", "school_name", "school_type"]
    beside = whole.of(known)
    schools = beside.schools.drop_nulls(identity)
    return replace(accepted, unsound=replace(beside, schools=schools))


_UNKNOWN = "?"  # begins the code of a county that its own document does not say
_NO_YEAR = 0  # of a county whose document does not say it


def _is_error(outcome: Outcome) -> bool:
    return isinstance(outcome, Problem) and outcome.severity == "error"


def _readable(
    rows: Mapping[str, pl.DataFrame],
    documents: Sequence[RawDocument],
    tables: Sequence[Sequence[Accepted]],
) -> dict[str, pl.DataFrame]:
    """The rows that can be checked: of a document of one county all, whatever its code and year.

    tables: those of each document.
    """
    homes = [
        (table.number, f"{_UNKNOWN}{place}")
        for place, (document, own) in enumerate(zip(documents, tables, strict=True))
        for table in own
        if not document.many
    ]
    places = pl.DataFrame(homes, schema={"_table": pl.Int64, "_home": pl.String}, orient="row")
    there, year = pl.col("_home").is_not_null(), pl.col("_year")
    return {
        kind: frame.join(places, on="_table", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("_code", "_home").alias("_code"),
            pl.when(there).then(year.fill_null(_NO_YEAR)).otherwise(year).alias("_year"),
        )
        .drop("_home")
        .filter(keyed())
        for kind, frame in rows.items()
    }


def _named() -> pl.Expr:
    """Rows whose county is known by more than its own document; also a school's without any county's."""
    unnamed = pl.col("county_code").str.starts_with(_UNKNOWN) | (pl.col("year") == _NO_YEAR)
    return ~unnamed.fill_null(value=False)


def _is_unnamed(key: Key) -> bool:
    return key[0].startswith(_UNKNOWN) or key[1] == _NO_YEAR


def _of_county(problem: Problem) -> Problem:
    """A problem with what is known of its county."""
    code = problem.county_code
    if code is not None and code.startswith(_UNKNOWN):
        problem = replace(problem, county_code=None)
    return replace(problem, year=None) if problem.year == _NO_YEAR else problem


def _given(counties: pl.DataFrame, documents: Sequence[RawDocument]) -> dict[tuple[str, int], str]:
    """County and year → the path by which the document of its record was asked for."""
    paths = [document.given for document in documents for _ in document.tables]
    keyed = counties.select("_code", "_year", "_table").iter_rows()
    return {(code, year): paths[number] for code, year, number in keyed}


def _submitted(counties: pl.DataFrame, documents: Sequence[RawDocument]) -> Iterator[SubmittedFile]:
    """The file of every county's record whose county and year are known."""
    homes = [(document, table) for document in documents for table in document.tables]
    names = ["_code", "_year", "_table", *({"county_name"} & set(counties.columns))]
    for code, year, number, *name in zip(*(counties[one] for one in names), strict=True):
        if code is None or year is None:
            continue
        document, table = homes[number]
        one = submitted(document, (code, year), next(iter(name), None) or "")
        yield one._replace(file=table.file) if document.many else one


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
