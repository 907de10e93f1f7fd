"""One file that came back: whose it is, what the school wrote, and what was done to the workbook.

Items are found by their words, never by their position. A row whose item or unit no longer says what
was sent is not read: no figure may land in another fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

from compliance.collection import sent as sending
from compliance.collection.sent import Record, Sent
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake import accept_value
from compliance.intake.formats import read_marker as marks
from compliance.intake.formats.folder import refused
from compliance.intake.formats.marker import Marker
from compliance.intake.formats.package import FAULTY
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import damaged, load
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem, UsageError
from compliance.kernel.i18n import msg, say
from compliance.render.school_workbook import (
    BY_HAND,
    CLASS_COLUMNS,
    CLASSES,
    FORM,
    ITEM,
    OBJECTION,
    ROOM_COLUMNS,
    ROOMS,
    SENT,
    UNIT,
    VALUE,
)

_HEAD_WITHIN = 30  # rows
# table of a document → its sheet, the record of the vocabulary, its columns, those that say something
LISTS = {
    "classes": (CLASSES, "class", CLASS_COLUMNS, CLASS_COLUMNS[1:]),
    "rooms": (ROOMS, "room", ROOM_COLUMNS, ROOM_COLUMNS),
}


@dataclass(frozen=True, slots=True)
class ReturnedCell:
    """What stands in a cell, and where: ``填报表!C12``."""

    value: object
    at: str


@dataclass(frozen=True, slots=True)
class AlteredFigure:
    """A known figure that no longer says what was sent."""

    fact: Fact
    at: str
    known: object
    written: object


@dataclass
class ReturnedWorkbook:
    """A file as it came back.

    name: its path in the folder. unreadable: nothing of it could be read. saved: the moment its
    program saved it, None where the file does not say. figures: fact → what the school wrote.
    lists: ``classes`` and ``rooms`` → their rows; known_lists: the rows that were known, as they
    stand now. objection: what the school says of known figures. changed: those it changed itself.
    refused: nothing of the file is taken, its problems say why.
    """

    name: str
    unreadable: bool = False
    mark: Marker | None = None
    saved: datetime | None = None
    sent: Sent | None = None
    figures: dict[str, ReturnedCell] = field(default_factory=dict)
    lists: dict[str, list[dict[str, ReturnedCell]]] = field(default_factory=dict)
    known_lists: dict[str, list[dict[str, ReturnedCell]]] = field(default_factory=dict)
    objection: ReturnedCell | None = None
    changed: list[AlteredFigure] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: bool = False

    @property
    def blank(self) -> bool:
        """Whether the school has written nothing, although something is asked of it."""
        lists = [row for rows in self.lists.values() for row in rows]
        written = self.changed or self.objection or self.figures or lists
        return not written and self.sent is not None and bool(self.sent.needed)

    def content(self) -> str:
        """What it says: two files of one content are copies."""
        lists = {table: [_values(row) for row in rows] for table, rows in self.lists.items()}
        changed = [(one.at, one.written) for one in self.changed]
        told = self.objection and self.objection.value
        return repr((sorted(_values(self.figures).items()), sorted(lists.items()), changed, told))


def _values(cells: Mapping[str, ReturnedCell]) -> dict[str, object]:
    return {name: one.value for name, one in cells.items()}


def read_returned(path: Path, name: str, words: Vocabulary) -> ReturnedWorkbook:
    """The file at `path`, called `name`; whatever is wrong with it stands in its problems."""
    found = ReturnedWorkbook(name)
    complaints = Complaints(name, found.problems)
    try:
        if why := refused(path):
            raise complaints.unreadable("cannot_read", why)
        data = load(path, RawDocument(name), complaints, MOST_OF_A_DOCUMENT)
        book = Workbook(data, complaints)
        found.mark = marks.marker_of(data, complaints) or marks.marker_on_sheet(book)
        found.saved = marks.last_saved(data, complaints)
        _ReturnedReader(found, book, complaints, words).read()
    except (UnreadableError, *FAULTY) as stop:
        bad = stop if isinstance(stop, UnreadableError) else damaged(complaints)
        found.problems.append(bad.problem)
        found.unreadable = found.refused = True
    return found


@dataclass(frozen=True)
class _ReturnedReader:
    """Reads one workbook into what is `found`."""

    found: ReturnedWorkbook
    book: Workbook
    complaints: Complaints
    words: Vocabulary

    def read(self) -> None:
        """Everything, as far as the workbook is the one that was sent."""
        mark = self.found.mark
        if mark is None or not mark.school_code:
            what = (
                msg("没有学校填报表的标记，不知道是哪所学校的")
                if mark is None
                else msg("是全县的工作簿，不是学校填报表")
            )
            self._refuse("no_marker", what, msg("在发给该校的原工作簿里填写，不要复制到新建的表中"))
            return
        sent = sending.understood(*self._sent_columns())
        if sent is None:
            self._refuse(
                "altered_workbook", msg("发放时留在表里的核对内容不见了或被改动"), self._original()
            )
            return
        self.found.sent = sent
        if FORM not in self.book.sheets:
            sheets = msg("、").join(name for name in self.book.sheets if not name.startswith("_"))
            what = say("缺少工作表“{s}”；现有：{found}", s=FORM, found=sheets)
            self._refuse("missing_sheet", what, self._original())
            self.found.unreadable = True
            return
        self._form(sent, self.book.grid(FORM))
        for table, (sheet, *_) in LISTS.items():
            self._list(table, sheet, sent)

    def _refuse(self, code: str, message: str, expected: str, at: str = "") -> None:
        """Nothing of the file is taken."""
        self.complaints.error(code, message, expected, at)
        self.found.refused = True

    def _original(self) -> str:
        return msg("在发给该校的原工作簿里重新填写，不增删、不改名")

    def _sent_columns(self) -> tuple[str, str]:
        rows = self.book.grid(SENT).rows if SENT in self.book.sheets else ()
        columns = ([row[n] for row in rows if len(row) > n] for n in (0, 1))
        own, listing = (
            "".join(one for one in column if isinstance(one, str)) for column in columns
        )
        return own, listing

    # ── the form ───────────────────────────────────────────────────────────────────

    def _form(self, sent: Sent, grid: Grid) -> None:
        head = _header(grid, (ITEM, UNIT, VALUE))
        if head is None:
            what = say("找不到“{a}”“{b}”“{c}”三个列标题", a=ITEM, b=UNIT, c=VALUE)
            self._refuse("altered_workbook", what, self._original(), at=FORM)
            return
        top, (item, unit, value) = head
        facts = (
            self.words.school[name]
            for name in (*sent.known, *sent.asked)
            if name in self.words.school
        )
        expected = {one.title: one for one in facts if one.name in sent.known or not one.listed}
        places: dict[str, int] = {}
        for row in range(top + 1, len(grid.rows)):
            title = grid.text(row, item)
            if title in places:
                what = say("“{t}”出现两次（另见 {at}）", t=title, at=grid.at(places[title], item))
                self._altered(what, grid.at(row, item))
            elif title in expected or title in BY_HAND:
                places[title] = row
            elif grid.filled(row, value):
                what = say("“{t}”不是发出的项目，这一行没有读取", t=title)
                self._altered(what, grid.at(row, item))
        for title, fact in expected.items():
            if title not in places:
                self._altered(say("“{t}”一行不见了或改了名", t=title), FORM)
                continue
            row = places[title]
            if grid.text(row, unit) != fact.unit:
                what = say("“{t}”的单位由“{u}”改成了“{v}”，这一行没有读取", t=title, u=fact.unit, v=grid.text(row, unit))  # fmt: skip
                self._altered(what, grid.at(row, unit))
                continue
            self._figure(sent, fact, self._cell(grid, row, value, fact))
        self._merged(grid, {row: title for title, row in places.items()}, value)
        if OBJECTION in places:
            row = places[OBJECTION]
            told = grid.text(row, value)
            self.found.objection = ReturnedCell(told, grid.at(row, value)) if told else None

    def _figure(self, sent: Sent, fact: Fact, written: ReturnedCell) -> None:
        if fact.name not in sent.known:
            if written.value is not None:
                self.found.figures[fact.name] = written
            return
        known = sent.known[fact.name]
        if fact.name == "school_code" and meant(fact, written.value) != meant(fact, known):
            what = say("标识码由{old}改成了{new}，不知道是哪所学校的", old=known, new=written.value)
            self._refuse("school_changed", what, self._original(), at=written.at)
        elif meant(fact, written.value) != meant(fact, known):
            self.found.changed.append(AlteredFigure(fact, written.at, known, written.value))

    def _cell(self, grid: Grid, row: int, column: int, fact: Fact) -> ReturnedCell:
        """What stands in a cell; a formula is read by its result, and told."""
        at, code = grid.at(row, column), self.found.mark.school_code if self.found.mark else None
        value = grid.value(row, column, Match(fact, Fraction(1)), code)
        if (row, column) in grid.formulas and value is not None:
            what = say("{f}：单元格里是公式，按其结果{v}读取", f=fact.label, v=value)
            expected = msg("请直接填数")
            self.complaints.warning("formula_cell", what, expected, at, code, (fact.name,))
        return ReturnedCell(value, at)

    def _merged(self, grid: Grid, titles: Mapping[int, str], value: int) -> None:
        """Values that share one merged cell belong to none of the items."""

        def item(row: int, column: int) -> str | None:
            return titles.get(row) if column == value else None

        for place, inside in grid.shared(item):
            what = say("{t}合并成了一格", t=msg("、").join(inside))
            self._altered(what, grid.at(*place))
            for title in inside:
                facts = (one.name for one in self.words.school.values() if one.title == title)
                self.found.figures.pop(next(facts, ""), None)

    def _altered(self, message: str, at: str) -> None:
        code = self.found.mark.school_code if self.found.mark else None
        self.complaints.error("altered_workbook", message, self._original(), at, code)

    # ── 班级 and 专用教室 ────────────────────────────────────────────────────────────

    def _list(self, table: str, sheet: str, sent: Sent) -> None:
        known: Sequence[Record] = getattr(sent, table)
        names = ("{}_class_sizes", "{}_room_areas")
        asked = any(name.endswith(names[table == "rooms"][2:]) for name in sent.asked)
        if not known and not asked:
            return
        if sheet not in self.book.sheets:
            self._altered(say("缺少工作表“{s}”", s=sheet), sheet)
            return
        grid, (_, record, columns, telling) = self.book.grid(sheet), LISTS[table]
        facts = [self.words.tables[record][name] for name in columns]
        head = _header(grid, [one.title for one in facts], units=True)
        if head is None:
            titles = msg("、").join(one.title for one in facts)
            self._altered(say("找不到列标题{t}", t=titles), sheet)
            return
        rows = [
            {
                fact.name: self._cell(grid, row, column, fact)
                for fact, column in zip(facts, head[1], strict=True)
            }
            for row in range(head[0] + 1, len(grid.rows))
        ]
        filled = [row for row in rows if any(row[name].value is not None for name in telling)]
        by = facts[0]
        locked = {meant(by, one.get(by.name)) for one in known}
        given = [row for row in filled if meant(by, row[by.name].value) in locked]
        for was, row in zip_longest(known, given):
            for fact in facts:
                old = was.get(fact.name) if was else None
                new = row[fact.name] if row else ReturnedCell(None, sheet)
                if meant(fact, new.value) != meant(fact, old):
                    self.found.changed.append(AlteredFigure(fact, new.at, old, new.value))
        self.found.known_lists[table] = _filled_cells(given)
        self.found.lists[table] = _filled_cells([row for row in filled if row not in given])


def _filled_cells(rows: Sequence[Mapping[str, ReturnedCell]]) -> list[dict[str, ReturnedCell]]:
    return [{n: one for n, one in row.items() if one.value is not None} for row in rows]


def _header(
    grid: Grid, titles: Sequence[str], *, units: bool = False
) -> tuple[int, list[int]] | None:
    """The row that holds all these headings, and their columns. units: a unit in brackets may follow."""
    for row in range(min(len(grid.rows), _HEAD_WITHIN)):
        texts = [grid.text(row, column) for column in range(grid.width)]
        if units:
            texts = [text.partition("（")[0].strip() for text in texts]
        if all(title in texts for title in titles):
            return row, [texts.index(title) for title in titles]
    return None


def meant(fact: Fact, value: object) -> object:
    """What a cell says, or the cell itself where it says nothing that can be."""
    try:
        return accept_value(fact, value, strict=False)
    except UsageError:
        return value
