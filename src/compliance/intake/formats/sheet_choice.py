"""Which sheets of a workbook hold which tables: told by their headings, and by their names where these leave it open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats import marker
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.raw_table import NEEDED, SHEETS, TABLE_OF, RawDocument, table_named
from compliance.intake.formats.stacked_tables import stacked
from compliance.intake.formats.table_contents import NAMING
from compliance.intake.formats.table_sheet import TableSheet
from compliance.intake.formats.workbook import Workbook
from compliance.intake.problems import Complaints, Location, UnreadableError
from compliance.kernel.i18n import msg, pick, plural, say

# Sheets that tell people something and are never data.
TALK = (
    "说明", "目录", "封面", "指南", "字典", "注释", "readme", "notes",
    marker.SHEET,
    "问题清单", "下结论还缺", "problems", "still needed",  # what `validate -o` adds
    "填报进度", "汇集问题", "school progress",  # and `collect`
)  # fmt: skip
_NAMED = 10  # so many sheets that were not read are named


def choose_sheets(
    book: Workbook, words: Vocabulary, found: RawDocument, complaints: Complaints
) -> list[TableSheet]:
    """The sheets to be read, in the book's order; complains of those of which only one can be meant.

    Several sheets of schools with different figures, or with different schools, are all read. found: the
    document, in which problems and what it lacks are noted.
    """
    choice = _Choice(book, complaints)
    for name in book.sheets:
        table = table_named(name)
        if table is None and not _may_be_data(name, book):
            continue
        try:
            grid = book.grid(name)
        except UnreadableError as stop:
            if stop.whole:
                raise
            if table is None:
                choice.unread.append(name)
            else:
                choice.damaged.add(table)
                found.problems.append(stop.problem)
            continue
        parts = stacked(grid, words)
        found_there = [sheet for part in parts if (sheet := _sheet(part, table, words))]
        choice.take(name, found_there, of=len(parts))
    choice.settle()
    _note_lacking(choice, found)
    return choice.chosen


def _may_be_data(name: str, book: Workbook) -> bool:
    return not any(word in name.casefold() for word in TALK) and book.holds_something(name)


def _sheet(grid: Grid, named: str | None, words: Vocabulary) -> TableSheet | None:
    """The sheet as the table that it is called, unless its headings are only those of another.

    One with schools' codes and figures is theirs, even if nobody knows which.
    """
    own = None if named is None else TableSheet(grid, named, words)
    if own is not None and (not grid.rows or own.is_plain):
        return own
    others = (TableSheet(grid, table, words, named=False) for table in TABLE_OF if table != named)
    fitting = [one for one in others if one.fits and not (own and len(one.facts) <= len(own.facts))]
    best = max(fitting, key=lambda one: (len(one.facts), one.table != "schools"), default=own)
    if best is None:
        schools = TableSheet(grid, "schools", words, named=False)
        return schools if schools.holds_figures else None
    return best


@dataclass
class _Choice:
    """The sheets looked at so far: chosen ones, and those that are none of ours.

    damaged: tables whose sheets cannot be read.
    """

    book: Workbook
    complaints: Complaints
    chosen: list[TableSheet] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    damaged: set[str] = field(default_factory=set)
    _found: list[TableSheet] = field(default_factory=list)

    def take(self, name: str, tables: Sequence[TableSheet], of: int) -> None:
        """Note what a sheet holds, one table or several one under another. of: how many there are."""
        if not tables:
            self.unread.append(name)
        elif of > 1:
            self._mention_stacked(name, tables, of)
        self._found += tables

    def _mention_stacked(self, name: str, tables: Sequence[TableSheet], of: int) -> None:
        lines = msg("、").join(one.grid.at(0, 0).rpartition("!")[2] for one in tables)
        message = say(
            "工作表“{s}”里上下有{of}张表，分开读取（从{lines}起）", s=clip(name), of=of, lines=lines
        )
        expected = msg("请核对；最好一张工作表只放一张表")
        self.complaints.warning("stacked_tables", message, expected, at=tables[-1].grid.at(0, 0))

    def settle(self) -> None:
        """Choose, those first that are called what they hold; say what is not read."""
        for sheet in sorted(self._found, key=lambda one: not one.named):
            rival = next(
                (one for one in self.chosen if _are_rivals(one, sheet, self._hidden)), None
            )
            if rival is None:
                self.chosen.append(sheet)
            else:
                self._refuse(sheet, rival)
        order = list(self.book.sheets)
        self.chosen.sort(key=lambda one: order.index(one.grid.sheet))
        self._mention_unread()

    def _hidden(self, sheet: TableSheet) -> bool:
        return self.book.sheets[sheet.grid.sheet].hidden

    def _refuse(self, sheet: TableSheet, rival: TableSheet) -> None:
        """One of two sheets with the same headings: which is meant only people know, unless names say it."""
        names = {"a": rival.grid.sheet, "b": clip(sheet.grid.sheet)}
        only, at = msg("只留一张"), clip(sheet.grid.sheet)
        if self._hidden(rival) and not self._hidden(sheet):
            message = say("工作表“{a}”是隐藏的，而“{b}”的表头与它相同，不知道用哪一张", **names)
            self.complaints.error("duplicate_sheet", message, only, at=at)
        elif sheet.named == rival.named and not self._hidden(sheet):
            kind = pick(SHEETS[sheet.table], sheet.table)
            message = say("工作表“{a}”和“{b}”都是{t}表", t=kind, **names)
            self.complaints.error("duplicate_sheet", message, only, at=at)
        else:
            message = say("工作表“{b}”的表头与“{a}”相同，未读取", **names)
            self.complaints.warning("sheet_not_read", message, only, at=at)

    def _mention_unread(self) -> None:
        if not self.unread:
            return
        names = msg("、").join(f"“{clip(name)}”" for name in self.unread[:_NAMED])
        message = plural(
            len(self.unread), "工作表{names}不是评估用的表，未读取（{n}张）", names=names
        )
        expected = say(
            "要读取的，表头用模板中的名称；各表：{known}", known=msg("、").join(SHEETS.values())
        )
        self.complaints.warning("sheet_not_read", message, expected, at=clip(self.unread[0]))


def _are_rivals(one: TableSheet, other: TableSheet, hidden: Callable[[TableSheet], bool]) -> bool:
    """Whether two sheets give the same figures of the same records."""
    if one.table != other.table:
        return False
    mine, theirs = one.facts - NAMING, other.facts - NAMING
    if one.table == "schools" and (
        one.stage != other.stage or 2 * len(mine & theirs) <= max(len(mine), len(theirs))
    ):
        return False
    both_named = one.named and other.named and one.grid.sheet != other.grid.sheet
    return both_named or hidden(one) or one.table == "counties" or bool(one.records & other.records)


def _note_lacking(choice: _Choice, found: RawDocument) -> None:
    tables = {sheet.table for sheet in choice.chosen} | choice.damaged
    for table in NEEDED:
        if table not in tables:
            message = say(
                "缺少工作表“{t}”；现有：{found}",
                t=SHEETS[table],
                found=msg("、").join(clip(sheet) for sheet in list(choice.book.sheets)[:20]),
            )
            both = msg("工作表“县区”和“学校”")
            problem = Location(choice.complaints.file).error("missing_sheet", message, both)
            found.lacks[table] = problem
