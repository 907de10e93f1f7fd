"""One county and year submitted more than once: which document is judged.

The newer one by its mark, where every one of them has a mark of that county and one alone is the
newest. Anything else is for a person to decide: they all stay, and are an error (`given_twice`).
A file's name, its date on the disk and `data_date` say nothing of versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.integrity import county_keys
from compliance.intake.acceptance.typed_table import accept_table
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import SubmittedFile

_Key = tuple[str, int]  # county code and year


def newest(
    documents: Sequence[RawDocument], vocabulary: Vocabulary
) -> tuple[list[RawDocument], list[SubmittedFile]]:
    """The documents to be judged, and those that a newer one takes the place of."""
    marked = [one for one in documents if one.marker is not None and not one.many]
    if len(marked) < 2:
        return list(documents), []
    rivals: dict[_Key, list[RawDocument]] = {}
    names: dict[_Key, str] = {}
    for document in documents:
        if not document.many:
            for key, name in _counties(document, vocabulary):
                rivals.setdefault(key, []).append(document)
                names[key] = name
    older: list[SubmittedFile] = []
    gone: set[int] = set()
    for key, several in rivals.items():
        if len(several) < 2 or not all(_is_of(one, key) for one in several):
            continue
        *rest, last = sorted(several, key=_moment)
        if _moment(rest[-1]) == _moment(last):
            continue
        for one in rest:
            gone.add(id(one))
            older.append(submitted(one, key, names[key], superseded_by=last.name))
    return [one for one in documents if id(one) not in gone], older


def submitted(
    document: RawDocument, key: _Key, name: str, *, superseded_by: str = ""
) -> SubmittedFile:
    """A county's record as it came in."""
    code, year = key
    version = document.marker.written if document.marker is not None else None
    return SubmittedFile(code, year, name, document.name, version, superseded_by)


def told(older: Iterable[SubmittedFile]) -> Iterable[Problem]:
    """A warning for each document that is not judged since a newer one is."""
    for one in older:
        message = say(
            "{code} {year}学年有更新的一份“{file}”，本份（版本{version}）未判定",
            code=one.county_code, year=one.year, file=one.superseded_by, version=one.version_told,
        )  # fmt: skip
        where = Location(one.file, "", one.county_code, one.year)
        yield where.warning("superseded", message, msg("判定的是版本较新的一份"))


def _counties(document: RawDocument, vocabulary: Vocabulary) -> Iterable[tuple[_Key, str]]:
    """The counties and years that the records of a document name, with their names."""
    for raw in document.tables:
        if raw.name == "counties":
            frame = county_keys(accept_table(raw, vocabulary).frame)
            for code, year, name in frame.select("_code", "_year", "county_name").iter_rows():
                if code is not None and year is not None:
                    yield (code, year), name or ""


def _is_of(document: RawDocument, key: _Key) -> bool:
    """Whether a document has a mark, and none of another county or year."""
    mark = document.marker
    return mark is not None and mark.county_code in ("", key[0]) and mark.year in (None, key[1])


def _moment(document: RawDocument) -> float:
    return document.marker.written.timestamp() if document.marker is not None else 0.0
