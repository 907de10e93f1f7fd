"""议定事项: what a meeting decided, written into its own paper or a sheet of the list, back into the ledger.

A decision about an item stands on the item, in a column of its own; one about no item becomes a row
of the county's own. Reading the same paper again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from compliance.intake.formats.package import FAULTY, Attributes, Package
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.side_table import read_side_table
from compliance.intake.formats.source_file import damaged, document, load
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.ledger.columns import OWN, folded
from compliance.ledger.forms import (
    DECISIONS,
    form_headings,
    form_headings_known,
    form_names,
    form_rows,
)
from compliance.ledger.model import (
    EditedList,
    Original,
    OwnColumn,
    OwnSheet,
    ReadRow,
    Value,
    text_of,
)

COLUMN = OWN + "议定事项"
MOST_OF_A_PAPER = 16 * MIB
_TEXT = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. id: of the item that it is about, empty for none."""

    text: str
    id: str = ""
    lead: str = ""
    person: str = ""
    deadline: Value = None

    @property
    def told(self) -> str:
        """The decision with who and until when."""
        beside = [self.lead, self.person, text_of(self.deadline)]
        more = msg("，").join(filter(None, beside))
        return say("{text}（{more}）", text=self.text, more=more) if more else self.text


def read_decisions(path: Path) -> tuple[list[Decision], list[Problem]]:
    """The decisions in a meeting's paper, a workbook or a Word file, and what kept it from being read."""
    if path.suffix.lower() == ".docx":
        return _of_word(path)
    headings = {key: (heading,) for key, heading in form_headings()[DECISIONS].items()}
    table = read_side_table(path, form_names()[DECISIONS], headings)
    rows = [{key: cell.text for key, cell in row.items()} for row in table.rows]
    return list(_decided(rows)), table.problems


def sheet_decisions(sheets: Iterable[OwnSheet]) -> Iterator[Decision]:
    """Those on sheets of that name which people keep in the list."""
    yield from _decided(form_rows(tuple(sheets), DECISIONS))


def _decided(rows: Iterable[Mapping[str, Value]]) -> Iterator[Decision]:
    for row in rows:
        if text := text_of(row["text"]).strip():
            words = {key: text_of(row[key]).strip() for key in ("id", "lead", "person")}
            yield Decision(text, **words, deadline=row["deadline"] or None)


def with_decisions(books: Sequence[EditedList], decisions: Sequence[Decision]) -> list[EditedList]:
    """The lists with what was decided: on the items, or as rows of the county's own."""
    each = [*(one for book in books for one in sheet_decisions(book.sheets)), *decisions]
    if not each:
        return list(books)
    *before, last = books or [EditedList("", "", Original(), ())]
    known = {row.id: place for place, row in enumerate(last.rows) if row.id}
    rows = list(last.rows)
    own = {text_of(row.cells.get("problem")) for book in books for row in book.rows}
    for one in dict.fromkeys(each):
        if one.id:
            if one.id not in known:
                known[one.id] = len(rows)
                rows.append(ReadRow(one.id, {}))
            rows[known[one.id]] = _noted(rows[known[one.id]], one)
        elif one.text not in own:
            own.add(one.text)
            cells = {"problem": one.text, "lead": one.lead, "person": one.person}
            cells = {key: value for key, value in cells.items() if value}
            rows.append(ReadRow("", {**cells, "deadline": one.deadline, COLUMN: msg("调度会议定")}))
    columns = last.columns
    if COLUMN not in {column.key for column in columns}:
        columns = (*columns, OwnColumn(COLUMN, COLUMN.removeprefix(OWN)))
    return [*before, replace(last, rows=tuple(rows), columns=columns)]


def _noted(row: ReadRow, one: Decision) -> ReadRow:
    """The row with a decision about it; who and until when also where the row leaves that open."""
    noted = text_of(row.cells.get(COLUMN))
    if one.told not in noted:
        noted = msg("；").join(filter(None, [noted, one.told]))
    open_ = {"person": one.person or None, "deadline": one.deadline}
    filled = {key: value for key, value in open_.items() if value and not row.cells.get(key)}
    return replace(row, cells={**row.cells, **filled, COLUMN: noted})


# ── Word ───────────────────────────────────────────────────────────────────────────


def _of_word(path: Path) -> tuple[list[Decision], list[Problem]]:
    tables: list[list[list[str]]] = []

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        package = Package(load(path, found, complaints, MOST_OF_A_PAPER), complaints)
        walk = _Tables()
        try:
            package.parse(_TEXT, walk.start, walk.end, walk.text)
        except FAULTY as error:
            raise damaged(complaints) from error
        tables.extend(walk.tables)

    problems = document(path, fill).problems
    return [one for table in tables for one in _decided(_word_rows(table))], problems


def _word_rows(table: Sequence[Sequence[str]]) -> Iterator[Mapping[str, Value]]:
    """The rows of a table that has the two headings; none of any other."""
    known = form_headings_known(DECISIONS)
    heads = [known.get(folded(cell), "") for cell in table[0]] if table else []
    if {"text", "id"} <= set(heads):
        for row in table[1:]:
            cells = dict(zip(heads, row, strict=False))
            yield {key: cells.get(key, "") for key in form_headings()[DECISIONS]}


class _Tables:
    """Gathers the tables of a Word file: rows of cells, a cell its paragraphs one after another."""

    def __init__(self) -> None:
        self.tables: list[list[list[str]]] = []
        self._depth = 0
        self._writing = False

    def start(self, name: str, _: Attributes) -> None:
        if name == "tbl":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
        elif self._depth == 1 and name == "tr":
            self.tables[-1].append([])
        elif self._depth == 1 and name == "tc" and self.tables[-1]:
            self.tables[-1][-1].append("")
        self._writing = name == "t"

    def end(self, name: str) -> None:
        if name == "tbl":
            self._depth -= 1
        self._writing = False

    def text(self, text: str) -> None:
        if self._writing and self._depth and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += text
