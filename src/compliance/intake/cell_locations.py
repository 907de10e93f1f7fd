"""Where single figures stand: looked up when somebody asks, in the one file that holds them.

Keeping the place of every good figure of 200,000 schools would cost more than the figures
themselves. Reading notes which counties each file is about, and keeps a few schools' files as they
were read; whoever explains a verdict has any other file read once more, and finds the school's row
and the fact's column in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.typed_table import Accepted, accept_table
from compliance.intake.cell_text import unwrapped
from compliance.intake.formats.dataset import FORMS, join
from compliance.intake.formats.discover import Reader, with_words
from compliance.intake.formats.json_positions import positions
from compliance.intake.formats.raw_table import LISTS, NEEDED, TABLE_OF, RawDocument, RawTable
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.own_tables import ready
from compliance.intake.own_tables.pieces import groups, whole
from compliance.intake.own_tables.terms import NO_TERMS, ReadingTerms
from compliance.kernel.number_format import whole_number

COUNTY = "county_code"
MONITORING = "monitoring"
_TEXTS = (".csv", ".tsv", ".txt")
_TEXT_CELL = re.compile("[A-Z]+([0-9]+)")
_KEPT = 5_000  # rows of the documents that are kept
WANTED = ("counties", "schools", "classes", "rooms", MONITORING)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: file, cell or JSON pointer, and what is written there.

    heading: the heading it stands under. rows: how many rows a list is spread over, else 1.
    """

    file: str
    at: str
    heading: str
    written: object
    rows: int = 1


Entry = tuple[tuple[str | None, str], Place]  # whose, which fact; where
Found = dict[tuple[str | None, str], Place]


class Watch:
    """Readers that note which counties each file they read is about; tables of one folder are one document.

    paths: what is read. terms: on which people's own tables are. readers: to be used instead of
    those given, file suffix → reader.
    """

    def __init__(
        self,
        readers: Mapping[str, Reader],
        words: Vocabulary,
        paths: Sequence[Path] = (),
        *,
        terms: ReadingTerms = NO_TERMS,
    ) -> None:
        self._originals = with_words(readers, words, paths)
        self._words, self._terms = words, terms.resolved(words)
        self.paths, self._asked = tuple(paths), frozenset(paths)
        self._codes: dict[Path, frozenset[str]] = {}
        self._holds: dict[Path, set[str]] = {}  # the tables of each file
        self._read: dict[Path, RawDocument] = {}
        self._room = _KEPT
        self._grouped: list[tuple[Path, ...]] | None = None
        self._opened: dict[tuple[Path, ...], list[Accepted]] = {}
        self.readers: dict[str, Reader] = {s: self._noting(s) for s in readers}

    def _noting(self, suffix: str) -> Reader:
        def read(path: Path) -> RawDocument:
            document = self._originals[suffix](path)
            codes = (_codes(raw, self._words) for raw in document.tables)
            self._codes[path] = frozenset().union(*codes)
            self._holds[path] = {raw.name for raw in document.tables}
            rows = sum(raw.height for raw in document.tables)
            if rows <= self._room:
                self._room -= rows
                self._read[path] = document
            return document

        return read

    def locate(
        self, key: tuple[str, int], schools: Collection[str], facts: Collection[str]
    ) -> Found:
        """(school code, or None for the county's own record; fact) → where it stands.

        Entries of a list of the county stand under subject and grade in place of a school.

        key: county code and year. Facts that stand nowhere are absent.
        """
        found: Found = {}
        for paths in self._documents():
            codes = frozenset().union(*(self._codes[path] for path in paths))
            if codes and key[0] not in codes:
                continue
            for accepted in self._tables(paths):
                for place in _places(accepted, key, schools, facts):
                    found.setdefault(*place)
        return found

    def _documents(self) -> Collection[tuple[Path, ...]]:
        """The files that make a document together."""
        if self._grouped is None:
            units = _units(self._codes)
            pieces = {self._home(own) for own in units if self._is_piece(own)}
            beside = [own for own in units if self._home(own) in pieces]
            found = [self._unit(paths, keep=True) for paths in beside]
            homes = [self._home(own) for own in beside]
            self._grouped = [own for own in units if self._home(own) not in pieces]
            self._grouped += [
                tuple(path for place in group for path in beside[place])
                for group in groups(found, homes, self._words)
            ]
        return self._grouped

    def _home(self, paths: Sequence[Path]) -> str:
        """Where a document was found, as `together` tells it."""
        return "" if paths[0] in self._asked else str(paths[0].parent)

    def _is_piece(self, paths: Sequence[Path]) -> bool:
        """Whether the files may be a county only together with others."""
        return not {*NEEDED} <= set().union(*(self._holds[path] for path in paths))

    def _tables(self, paths: tuple[Path, ...]) -> list[Accepted]:
        """The tables of a document, looked through on first use and kept: one question asks often."""
        if paths not in self._opened:
            document = whole([self._unit(own) for own in _units(paths)])
            tables = ready(document, self._words, self._terms).tables
            self._opened[paths] = [
                accept_table(raw, self._words) for raw in tables if raw.name in WANTED
            ]
        return self._opened[paths]

    def _unit(self, paths: Sequence[Path], *, keep: bool = False) -> RawDocument:
        """The document of one file, or of the tables of a folder. keep: for the next who asks."""
        parts = []
        for path in paths:
            part = self._read.pop(path, None) or self._originals[path.suffix.lower()](path)
            parts.append(part)
            if keep:
                self._read[path] = part
        return join(paths[0].name, parts) if paths[0].suffix.lower() in FORMS else parts[0]


def text_positions(path: Path, places: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """Place (JSON pointer, cell of a text) → line and column, from 1, in the file as it lies there now.

    A cell of a text has a line alone. Places in what is no text have none, and are absent, as are all
    of a file that cannot be read any more.
    """
    if path.suffix.lower() in _TEXTS:
        cells = ((one, _TEXT_CELL.fullmatch(one)) for one in places)
        return {one: (int(found[1]), None) for one, found in cells if found}
    pointers = [one for one in places if one.startswith("/")]
    if path.suffix.lower() != ".json" or not pointers:
        return {}
    try:
        with path.open("rb") as stream:
            text = stream.read(MOST_OF_A_DOCUMENT).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return {}
    return {**positions(text, pointers)}


def _units(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """The paths, those of the tables of a folder together."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        found.setdefault(path.parent if path.suffix.lower() in FORMS else path, []).append(path)
    return [tuple(own) for own in found.values()]


def _codes(raw: RawTable, words: Vocabulary) -> frozenset[str]:
    """The county codes that a table names, as plain text."""
    for heading, cells in raw.columns.items():
        match = words.match(TABLE_OF[raw.name], heading)
        if match is not None and match.fact.name == COUNTY:
            values = cells.unique().to_list() if isinstance(cells, pl.Series) else set(cells)
            return frozenset(_text(value) for value in values if value is not None)
    return frozenset()


def _text(value: object) -> str:
    return unwrapped(str(whole_number(value)).strip())


def _places(
    table: Accepted, key: tuple[str, int], schools: Collection[str], facts: Collection[str]
) -> Iterator[Entry]:
    """Where this table has the facts: of the county, of its schools, or of entries of a list."""
    kind, rows = table.raw.name, _of_county(table, key)
    if kind == MONITORING:
        for row in rows.iter_rows(named=True):
            entry = f"{row.get('subject') or ''}{row.get('grade') or ''}"
            yield from _row(table, row["_row"], entry, facts)
        if table.has("level"):
            level = _heading(table, "level")
            yield from (((None, one), level) for one in facts if one.startswith(MONITORING))
    elif kind == "counties":
        for row in rows["_row"]:
            yield from _row(table, row, None, facts)
    elif "school_code" in rows.columns:
        rows = rows.filter(pl.col("school_code").is_in(list(schools)))
        if kind in LISTS:
            yield from _lists(table, rows, schools, facts)
            return
        for row, code in rows.select("_row", "school_code").iter_rows():
            yield from _row(table, row, code, facts)


def _of_county(table: Accepted, key: tuple[str, int]) -> pl.DataFrame:
    """The rows of the county, where rows say whose they are; an entry's year is its own."""
    frame = table.frame
    names = (COUNTY,) if table.raw.name == MONITORING else (COUNTY, "year")
    for name, wanted in zip(names, key, strict=False):
        if name in frame.columns:
            column = pl.col(name)
            frame = frame.filter(column.is_null() | (column == wanted))
    return frame


def _row(table: Accepted, row: int, holder: str | None, facts: Collection[str]) -> Iterator[Entry]:
    """The facts of one row that its table has; of JSON also those that its record could have."""
    for fact in facts:
        if table.has(fact):
            yield (holder, fact), _place(table, row, fact)
        elif table.raw.strict and fact in table.facts:
            place = table.at(row, fact)
            yield (holder, fact), Place(place.file, place.at, fact, None)


def _place(table: Accepted, row: int, fact: str) -> Place:
    raw, heading = table.raw, table.heading_at(row, fact)
    place = raw.cell(row, heading)
    return Place(place.file, place.at, raw.written(row, heading), raw.columns[heading][row])


def _heading(table: Accepted, fact: str) -> Place:
    """The heading under which a row should stand that nobody wrote; in JSON the first record's figure."""
    heading = next(iter(table.headings.of[fact]))
    place = table.raw.of_heading(heading)
    return Place(place.file, place.at, heading, None)


def _lists(
    table: Accepted, rows: pl.DataFrame, schools: Collection[str], facts: Collection[str]
) -> Iterator[Entry]:
    """The lists that stand as rows of a sheet of their own: the first of their cells, how many.

    Of a school that has no such row, the heading.
    """
    name, by, value = LISTS[table.raw.name]
    if by not in rows.columns or value not in rows.columns:
        return
    grouped = rows.group_by("school_code", by, maintain_order=True).agg("_row")
    for code, word, numbers in grouped.iter_rows():
        fact = name.format(word)
        if fact in facts:
            first = _place(table, numbers[0], value)
            yield (code, fact), replace(first, written=None, rows=len(numbers))
    before, _, after = name.partition("{}")
    unwritten = _heading(table, value)
    for fact in (one for one in facts if one.startswith(before) and one.endswith(after)):
        yield from (((code, fact), unwritten) for code in schools)
