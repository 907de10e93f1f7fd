"""Intake: from files and folders to the accepted submission; every value keeps its place.

In: paths, readers by file suffix, a vocabulary. Out: a `Submission` in columns, with all problems.
The road: read (`formats`) → made ready (`own_tables`) → headings matched, cells accepted, integrity of rows, facts derived
(`acceptance`) → data checks (`data_checks`); `accept` walks it. Other rooms may touch, beside this
face: `cell_locations` (where a figure stands), `formats.raw_table` (what a reader hands over) and
`formats.workbook` (a sheet's cells). May not know rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.facts.fact import Fact
    from compliance.facts.vocabulary import Vocabulary
    from compliance.intake.formats.discover import Reader
    from compliance.intake.formats.raw_table import RawDocument
    from compliance.intake.own_tables.terms import ReadingTerms
    from compliance.kernel.submission import Submission


def readers() -> Mapping[str, Reader]:
    """File suffix with its dot → reader, as the core offers them."""
    from compliance.intake.formats.discover import readers as offered

    return offered()


def take_in(
    paths: Sequence[Path],
    readers: Mapping[str, Reader],
    vocabulary: Vocabulary,
    previous: Sequence[Path] = (),
    terms: ReadingTerms | None = None,
) -> Submission:
    """Read and accept what lies at `paths`; all problems at once stand in the submission.

    previous: earlier figures of the same counties, to compare with; what is wrong with them is
    reported as of their files. terms: on which people's own tables are read; a blank of earlier
    figures is never zero. Raises UsageError where there is nothing to judge, and for terms that no
    table of these has.
    """
    from compliance.intake.accept import accept
    from compliance.intake.data_checks.year_on_year import faults_of
    from compliance.intake.formats.discover import gather, with_words
    from compliance.intake.formats.given_names import called
    from compliance.intake.own_tables.terms import NO_TERMS

    terms = terms or NO_TERMS
    reading = with_words(readers, vocabulary, [*paths, *previous])
    documents = gather(paths, reading, vocabulary, terms)
    require_zeros(terms, documents)
    asked = [called(path) for path in paths]
    if not previous:
        return replace(accept(documents, vocabulary), asked=asked)
    earlier = replace(terms, blank_is_zero=())
    before = accept(gather(previous, reading, vocabulary, earlier), vocabulary)
    found = accept(documents, vocabulary, before)
    return replace(
        found,
        problems=[*found.problems, *faults_of(before)],
        asked=asked,
        asked_previous=[str(path) for path in previous],
        previous=before.inputs,
    )


def require_zeros(terms: ReadingTerms, documents: Sequence[RawDocument]) -> None:
    """Raise UsageError where a column whose blanks mean zero is in none of the documents, or no figure."""
    if terms.blank_is_zero:
        from compliance.intake.own_tables.blank_is_zero import require_each

        tables = [table for document in documents for table in document.tables]
        known = [heading for table in tables for heading in (*table.columns, *table.uses)]
        done = [one for document in documents for one in document.zeros]
        require_each(terms.blank_is_zero, done, known)


def accept_value(fact: Fact, value: object, *, strict: bool = True) -> object:
    """One value of a fact as a submission holds it, None where it is blank.

    strict: as in JSON, else as a cell of a table. Raises UsageError where the value cannot be one of it.
    """
    from compliance.intake.acceptance.cells import CellReader
    from compliance.intake.problems import CellError, CellRemark
    from compliance.kernel.errors import UsageError

    try:
        return CellReader(fact, strict=strict)(value)
    except CellRemark as remark:
        return remark.value
    except CellError as error:
        raise UsageError(f"{fact.label}：{error.message}", todo=error.expected) from error
