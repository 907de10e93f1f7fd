"""What became of every column of the tables that were read: for whoever imports them, and confirms it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.heading_meaning import meaning_of
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.cell_text import says_nothing, show
from compliance.intake.formats.raw_table import TABLE_OF, RawDocument, RawTable
from compliance.intake.own_tables.column_use import ColumnUse
from compliance.intake.own_tables.mapping import (
    BY_TYPE,
    IGNORE,
    OPEN,
    Assigned,
    Layout,
    TableMapping,
    certain,
    contradiction,
    title_of,
    written_unit,
)

SAMPLES = 3
# used: its figures became facts. asked: a person has to say. unused: nobody knows it, or a person
# does not want it. control: sums of other columns. silent: never a figure.
State = Literal["used", "asked", "unused", "control", "silent"]


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of a table as it was read.

    heading: its path on one line, the parts joined by "/". title: of its table. unit: as the table
    says it. samples: the first different values, as written. filled: how many cells hold something,
    of `rows`. assigned: what a mapping says of it unless somebody changes that. choices: the facts that
    it may be, the likeliest first.
    """

    file: str
    sheet: str
    at: str
    record: str
    title: str
    heading: str
    use: ColumnUse
    samples: tuple[str, ...]
    filled: int
    rows: int
    state: State
    assigned: Assigned
    choices: tuple[Fact, ...]

    @property
    def own(self) -> bool:
        """Whether there is anything to confirm of it: it is not called as the template calls it."""
        use = self.use
        return self.state not in ("used", "silent") or use.decided != "heading" or len(use.path) > 1


def read_columns(document: RawDocument, words: Vocabulary) -> list[ReadColumn]:
    """The columns of all tables of a document as they were read, table by table."""
    types = _types(document.as_read)
    return [one for raw in document.as_read for one in _columns(raw, words, types)]


def mapping_of(columns: Sequence[ReadColumn], given: TableMapping | None = None) -> TableMapping:
    """The mapping as the columns stand: what is asked is open. given: whose signature it keeps."""
    layouts: dict[tuple[str, ...], dict[str, Assigned]] = {}
    for one in columns:
        table = (one.record, one.title, one.file, one.sheet)
        layouts.setdefault(table, {})[one.heading] = one.assigned
    made = tuple(Layout(record, own, *told) for (record, *told), own in layouts.items())
    return replace(given, layouts=made) if given else TableMapping(made)


def _columns(raw: RawTable, words: Vocabulary, types: Mapping[str, str]) -> Iterator[ReadColumn]:
    table = TABLE_OF[raw.name]
    facts = words.tables[table].values()
    stages = _stages(raw, types)
    for heading, cells in raw.columns.items():
        use: ColumnUse = raw.uses[heading]
        alone = meaning_of(
            words, table, use.path, units=raw.units.get(heading, ()), titles=raw.titles
        )
        unit = written_unit(raw, heading, next(iter(alone.facts), None))
        values = cells.to_list() if isinstance(cells, pl.Series) else cells
        there = [row for row, cell in enumerate(values) if not says_nothing(cell)]
        state = _state(use, (stages[row] for row in there if not _is_zero(values[row])))
        may_be = [
            fact
            for fact in dict.fromkeys((*alone.facts, *facts))
            if not contradiction(fact, alone, use.path, unit, raw.titles)
        ]
        place = raw.of_heading(heading)
        yield ReadColumn(
            place.file, raw.sheet, place.at, raw.name, title_of(raw), " ".join(heading.split()),
            use, tuple(_unique(show(values[row]) for row in there)), len(there), raw.height, state, _assigned(use, state, unit),
            tuple(may_be),
        )  # fmt: skip


def _is_zero(cell: object) -> bool:
    """Whether it is nought, which is nought of every stage."""
    return str(cell).strip() in ("0", "0.0")


def _unique(texts: Iterable[str]) -> list[str]:
    """The first few different ones."""
    seen: dict[str, None] = {}
    for text in texts:
        seen[text] = None
        if len(seen) == SAMPLES:
            break
    return list(seen)


def _types(tables: Sequence[RawTable]) -> dict[str, str]:
    """School code → its type, as far as a table says both."""
    found: dict[str, str] = {}
    for raw in tables:
        codes, types = (_cells(raw, name) for name in ("school_code", "school_type"))
        found |= {str(code).strip(): kind for code, kind in zip(codes, types, strict=False) if kind}
    return found


def _stages(raw: RawTable, types: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Of every row the stages that its school's type implies; none where the type is not known."""
    own = _cells(raw, "school_type") or [None] * raw.height
    codes = _cells(raw, "school_code") or [None] * raw.height
    kinds = (kind or types.get(str(code).strip()) for kind, code in zip(own, codes, strict=True))
    return [IMPLIED.get(kind or "", ()) for kind in kinds]


def _cells(raw: RawTable, name: str) -> list[Any]:
    """What a table says of one fact, row by row; of words their meaning."""
    for heading, use in raw.uses.items():
        fact = use.meaning.fact
        if fact is not None and fact.name == name:
            read = CellReader(fact, strict=False)
            return [read.or_else(cell, None) for cell in raw.columns[heading]]
    return []


def _state(use: ColumnUse, stages: Iterable[Sequence[str]]) -> State:
    """stages: those of the schools that have a figure above nought in the column."""
    meaning = use.meaning
    if meaning.kind == "control":
        return "control"
    if use.decided == "mapping" and not meaning.useful:
        return "unused"
    if meaning.useful:
        several = len(meaning.facts) > 1 and not use.mixed
        open_ = several and any(len(set(own) & set(meaning.stages)) > 1 for own in stages)
        return "asked" if open_ else "used"
    if meaning.kind == "silent":
        return "silent"
    return "asked" if meaning.facts else "unused"


def _assigned(use: ColumnUse, state: State, unit: str) -> Assigned:
    """What a mapping says of it as it stands."""
    meaning = use.meaning
    if state == "asked":
        return Assigned(OPEN, unit)
    if not certain(meaning):
        return Assigned(IGNORE, unit)
    fact = meaning.at(use.mixed) if use.mixed else None
    fact = meaning.facts[0] if len(meaning.facts) == 1 else fact
    return Assigned(fact.name if fact else BY_TYPE, unit, "" if unit else meaning.unit)
