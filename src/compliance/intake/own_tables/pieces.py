"""Files that are one county only together: each lacks what the others have.

A file that lacks the county's record or its schools is a piece. Pieces of one folder, or named side by
side, are one county where no other county is there that they might belong to; a table of schools joins
a file that is a county by itself only where most of its schools are that county's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import NEEDED, RawDocument
from compliance.intake.own_tables import of_one_county
from compliance.intake.own_tables.joined_tables import TablePart
from compliance.kernel.paths import is_folder

_MOST = 0.5  # so much of its schools must be known for a table to belong to a county


def together(documents: Sequence[RawDocument], words: Vocabulary) -> list[RawDocument]:
    """The documents, those that are one county only together as one."""
    found = groups(documents, [_home(one) for one in documents], words)
    return [whole([documents[place] for place in group]) for group in found]


def groups(
    documents: Sequence[RawDocument], homes: Sequence[str], words: Vocabulary
) -> list[list[int]]:
    """Which of the documents are one county, by their places. homes: where each was found."""
    found: list[list[int]] = []
    at: dict[str, list[int]] = {}
    for place, (document, home) in enumerate(zip(documents, homes, strict=True)):
        if document.tables and not (document.many and not document.lacks):
            at.setdefault(home, []).append(place)
        else:
            found.append([place])
    for places in at.values():
        own = [documents[place] for place in places]
        alone = not any(one.lacks for one in own) or not _are_one(own, words)
        found += [[place] for place in places] if alone else [places]
    return sorted(found)


def _home(document: RawDocument) -> str:
    """The folder in which it was found; empty for what was named by itself."""
    given = Path(document.given)
    return str(given / Path(document.name).parent) if is_folder(given) else ""


def whole(documents: Sequence[RawDocument]) -> RawDocument:
    """The pieces of a county as one document."""
    if len(documents) == 1:
        return documents[0]
    found = of_one_county(documents, ", ".join(one.name for one in documents))
    found.given = ", ".join(dict.fromkeys(one.given for one in documents))
    found.marker = next((one.marker for one in documents if one.marker is not None), None)
    return found


def _are_one(documents: Sequence[RawDocument], words: Vocabulary) -> bool:
    """Whether pieces, and at most one whole county among them, are one county."""
    names = [{table.name for table in one.tables} for one in documents]
    if sum("counties" in own for own in names) != 1:
        return False
    complete = [one for one, own in zip(documents, names, strict=True) if set(NEEDED) <= own]
    known = {code for one in complete for code in _codes(one, words)}
    pieces = [
        _codes(one, words)
        for one, own in zip(documents, names, strict=True)
        if "schools" in own and "counties" not in own
    ]
    return not complete or all(
        codes and len(codes & known) > _MOST * len(codes) for codes in pieces
    )


def _codes(document: RawDocument, words: Vocabulary) -> set[str]:
    schools = (table for table in document.tables if table.name == "schools")
    return {key.code for table in schools for key in TablePart(table, words).keys if key.code}
