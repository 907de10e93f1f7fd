"""A county's own tables taken in as one county: what its workbook is to hold, and what became of every column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from compliance.checker.check import Checker, asked_words, prepared
from compliance.checker.choice import Choice
from compliance.checker.report import Report
from compliance.facts.vocabulary import Vocabulary
from compliance.intake import require_zeros
from compliance.intake.accept import accept
from compliance.intake.formats.discover import as_read, with_words
from compliance.intake.formats.raw_table import Cells, RawDocument, RawTable
from compliance.intake.own_tables import of_one_county, ready
from compliance.intake.own_tables.mapping import REFUSED
from compliance.intake.own_tables.read_columns import ReadColumn, read_columns
from compliance.intake.own_tables.records import Record, records
from compliance.kernel.errors import Problem
from compliance.kernel.submission import BlankIsZero, Submission


@dataclass(frozen=True)
class Imported:
    """A county's tables as one.

    files: those of which something was read. records: table of a document → its records, as the cells
    of a workbook are to hold them. columns: of all tables. unreadable: whether a file, a sheet or a
    table could not be read. problems: of reading and of the figures. judged: the county as far as it
    can be judged, for what it still lacks.
    """

    files: tuple[str, ...]
    records: dict[str, list[Record]]
    columns: tuple[ReadColumn, ...]
    zeros: tuple[BlankIsZero, ...]
    problems: tuple[Problem, ...]
    unreadable: bool
    judged: tuple[Report, ...]
    words: Vocabulary

    @property
    def county(self) -> tuple[str, int | None]:
        """Its code and year, as far as it says them and they can be."""
        said = {(one.county_code, one.year) for report in self.judged for one in report.counties}
        (record,) = self.records.get("counties", [{}])[:1] or [{}]
        known = (key for key in said if key[0] == str(record.get("county_code", "")).strip())
        return next(known, ("", None))


def import_tables(checker: Checker, paths: Sequence[Path], choice: Choice) -> Imported:
    """The tables at the paths, all of one county. Raises UsageError where there is nothing to read."""
    registry = checker.registry
    words = asked_words(registry, choice)
    given = as_read(paths, with_words(registry.readers, words, paths))
    read = tuple(file.name for one in given if one.tables for file in one.inputs)
    whole = ready(of_one_county(given, ", ".join(read)), words, choice.terms.resolved(words))
    require_zeros(choice.terms, [whole])
    submission = accept([whole], words)
    batch = prepared(_judgeable(submission, whole, words), words, registry, choice)
    return Imported(
        files=read,
        records=_without_county(records(whole, words)),
        columns=tuple(read_columns(whole, words)),
        zeros=tuple(whole.zeros),
        problems=tuple(submission.problems),
        unreadable=any(_is_error(one) for document in given for one in document.problems)
        or any(_is_error(one) and one.code in REFUSED for one in whole.problems),
        judged=checker.needs(batch, choice),
        words=words,
    )


def _without_county(found: dict[str, list[Record]]) -> dict[str, list[Record]]:
    """The records; what all schools say of their county stands in its own record alone."""
    (county,) = found.get("counties", [{}])[:1] or [{}]
    for name in ("county_code", "year"):
        said = {str(one[name]) for one in found.get("schools", ()) if name in one}
        if said == {str(county.get(name))}:
            for one in found["schools"]:
                one.pop(name, None)
    return found


def _is_error(problem: Problem) -> bool:
    return problem.severity == "error"


def _judgeable(submission: Submission, whole: RawDocument, words: Vocabulary) -> Submission:
    """What was accepted; of schools whose county nobody names what they would be under any county.

    For what the schools lack only: it is said of nobody and written nowhere.
    """
    if submission.counties.height or submission.unsound or submission.refused:
        return submission
    columns: dict[str, Cells] = {
        "county_code": ["000000"],
        "county_name": ["某县"],
        "year": [date.today().year],
    }
    stand_in = RawTable("counties", "", columns, 1, lambda _, heading: heading)
    tables = [one for one in whole.tables if one.name != "counties"]
    return accept([RawDocument("", [stand_in, *tables])], words)
