"""The workbook with figures in it: those of an accepted county, or cells as somebody typed them.

What `submission_tables` makes of a county and `workbook_bytes` writes is read back as the same county.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path

from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.package import FAULTY
from compliance.intake.formats.raw_table import LISTS, NEEDED, TABLE_OF, RawDocument
from compliance.intake.formats.read_marker import last_saved, marker_of
from compliance.intake.formats.source_file import load
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel import submission as kernel
from compliance.kernel.i18n import use
from compliance.kernel.submission import KEY, Submission
from compliance.render.blank_workbook import MADE

# what a table of a submission calls otherwise than the record it comes from
_COLUMNS = {"monitored_year": "year", "member": "members"}
_UNTYPED = ("file", "at", kernel.NOT_INVOLVED)
_SEPARATORS = re.compile("[;；\n]")


def untouched(path: Path) -> bool:
    """Whether the workbook at `path` is as we wrote it: no program has saved it since."""
    complaints = Complaints(path.name, [])
    try:
        data = load(path, RawDocument(path.name), complaints, MOST_OF_A_DOCUMENT)
        marked = marker_of(data, complaints) is not None
        return marked and last_saved(data, complaints) == MADE.replace(tzinfo=UTC)
    except (UnreadableError, *FAULTY):
        return False


def submission_tables(
    submission: Submission, key: tuple[str, int], words: Vocabulary
) -> dict[str, list[dict[str, object]]]:
    """The records of one accepted county, as `workbook_bytes` takes them; nothing that is missing.

    Codes of words are written in Chinese. The lists of a school become records of ``classes`` and
    ``rooms``. What separates items, within an item of a list of texts, becomes a comma.
    """
    with use("zh"):
        return _tables(submission.of([key]), words)


def _tables(one: Submission, words: Vocabulary) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {
        table: [
            _typed(row, words.tables[TABLE_OF[table]])
            for row in getattr(one, table).drop(*KEY).iter_rows(named=True)
        ]
        for table in kernel.TABLES
    }
    for county, row in zip(found["counties"], one.counties.iter_rows(named=True), strict=True):
        nobody = row.get(kernel.NOT_INVOLVED) or ()
        county |= {name: row[name] for name in KEY}
        county |= {name: NOT_INVOLVED for name in nobody if name in one.nobody}
    for table in LISTS:
        found[table] = [
            item for school in found["schools"] for item in _items(school, table, words)
        ]
    return {table: records for table, records in found.items() if records or table in NEEDED}


def _typed(row: Mapping[str, object], facts: Mapping[str, Fact]) -> dict[str, object]:
    """What is known of a row of a submission, as an officer types it."""
    named = {_COLUMNS.get(column, column): value for column, value in row.items()}
    return {
        name: _word(facts[name], value)
        for name, value in named.items()
        if name not in _UNTYPED and value is not None and value != ""
    }


def _word(fact: Fact, value: object) -> object:
    if fact.form == "texts":
        items = value if isinstance(value, list) else [value]
        return [_SEPARATORS.sub("，", str(item)) for item in items] or None
    if fact.form == "flag" or not fact.words:
        return value
    return fact.word_of(str(int(value)) if isinstance(value, float) else str(value))


def _items(school: dict[str, object], table: str, words: Vocabulary) -> Iterator[dict[str, object]]:
    """The records of a school's lists, which it then no longer has itself."""
    name, by, value = LISTS[table]
    facts = words.tables[TABLE_OF[table]]
    for word in dict.fromkeys(facts[by].words.values()):
        given = school.get(name.format(word))
        if not isinstance(given, list) or not (given or facts[value].none):
            continue  # an empty list of what knows no 无 stands with the school
        del school[name.format(word)]
        about = {"school_code": school["school_code"], by: facts[by].word_of(word)}
        for item in given or ["无"]:
            yield {**about, value: item}
