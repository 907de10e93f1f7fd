"""One sheet of a workbook read as one table.

Where the headings of a sheet stand is found by how many of them the vocabulary knows; the table
lies under them, or (the county's one record) beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from compliance.facts.path_words import stage_of
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.county_sheet import CountySheet
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.heading_rows import HeadingRows, find_headings
from compliance.intake.formats.heading_words import HeadingWords
from compliance.intake.formats.merged_cells import Slot, settle
from compliance.intake.formats.raw_table import NEEDED, SHEETS, RawTable
from compliance.intake.formats.side_lines import (
    HEADER_WITHIN,
    SideLines,
    mention_nameless,
    mention_records,
    units_above,
)
from compliance.intake.formats.table_contents import FIGURE_COLUMNS, named_facts, tells
from compliance.intake.limits import MOST_COLUMNS
from compliance.intake.problems import Location, UnreadableError, several_counties
from compliance.kernel.i18n import msg, pick, plural, say

STATEMENTS = ("attestations", "vetoes")


@dataclass
class TableSheet:
    """A sheet read as a table: its cells, the table's name, and the words its headings use.

    named: the sheet is called so.
    """

    grid: Grid
    table: str
    words: Vocabulary
    named: bool = True

    @cached_property
    def _meant(self) -> HeadingWords:
        return HeadingWords(self.words, self.table)

    @cached_property
    def _head(self) -> HeadingRows | None:
        """The rows of headings; None where there are none."""
        lines = map(self._row, range(len(self.grid.rows)))
        return find_headings(lines, self._meant, self.grid.merged)

    def read(self) -> RawTable | None:
        """The table; None where nothing is found, which is an error if the table is needed."""
        grid, complaints = self.grid, self.grid.complaints
        if not grid.rows:
            if self.table in NEEDED:
                message = say("工作表“{s}”是空的", s=grid.sheet)
                complaints.error("empty_sheet", message, at=grid.sheet)
            return None
        if self.table == "counties":
            return self._record()
        raw = self._list()
        if self.table == "schools" and raw is not None and not raw.height:
            message = msg("没有学校")
            expected = msg("“学校”表中至少一所学校")
            complaints.error("no_schools", message, expected, at=grid.sheet)
        return raw

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts that its headings name."""
        return named_facts(self._meant, self._paths)

    @property
    def stage(self) -> str:
        """The one stage that its titles or its name say its figures are of, if any."""
        above = range(self._head.top) if self._head else range(0)
        lines = (" ".join(filter(None, self._row(row))) for row in above)
        return stage_of((*lines, self.grid.sheet))

    @property
    def fits(self) -> bool:
        """Whether its headings are those of the table."""
        return tells(self._meant, self._paths)

    @property
    def is_plain(self) -> bool:
        """Whether most of its headings are facts' own, without a word more or less."""
        known = sum(1 for path in self._paths if self._meant.is_own(path))
        return 2 * known > len(self._paths)

    @property
    def holds_figures(self) -> bool:
        """Whether it gives the codes of schools, and columns of figures beside them."""
        head = self._head
        if head is None or "school_code" not in self.facts:
            return False
        below = self.grid.rows[head.bottom + 1 :]
        columns = [
            column
            for column, path in enumerate(head.paths)
            if path and not self._meant.known(*path)
        ]
        full = (
            column
            for column in columns
            if 2 * sum(1 for row in below if isinstance(row[column], float)) > len(below)
        )
        return sum(1 for _ in full) >= FIGURE_COLUMNS

    @cached_property
    def _paths(self) -> Sequence[Sequence[str]]:
        """The words over its columns; of a county's record also those beside its values."""
        beside = self._beside.pairs if self.table == "counties" else ()
        named = [
            (text,)
            for pair in beside
            for row in pair.rows
            if (text := self.grid.text(row, pair.heading))
        ]
        return [*named, *(path for path in (self._head.paths if self._head else ()) if path)]

    @cached_property
    def records(self) -> frozenset[tuple[str, ...]]:
        """What its rows are called: the school of each, or all that a row of another table says in words."""
        head = self._head
        if head is None:
            return frozenset()
        named = [column for column, path in enumerate(head.paths) if self._meant.describes(path)]
        if self.table == "schools":
            named = [self._meant.key(dict(enumerate(head.paths)))]
        rows = range(head.bottom + 1, len(self.grid.rows))
        called = (tuple(self.grid.text(row, column) for column in named) for row in rows)
        return frozenset(one for one in called if any(one))

    @cached_property
    def _beside(self) -> CountySheet:
        def known(heading: str, units: Sequence[str]) -> Match | None:
            return self._meant.match((heading,), units) if heading else None

        return CountySheet(self.grid, known, self._twice)

    @property
    def _across(self) -> int:
        """How many known headings stand side by side."""
        paths = self._head.paths if self._head else ()
        return sum(1 for path in paths if self._meant.known(*path))

    @property
    def is_beside(self) -> bool:
        """Whether it is a county's record whose headings stand under one another."""
        return self.table == "counties" and self._beside.score > self._across

    def _row(self, row: int) -> list[str]:
        return [self.grid.text(row, column) for column in range(self.grid.width)]

    # ── one row a record, under a row of headings ──────────────────────────────────

    def _list(self) -> RawTable | None:
        grid, head = self.grid, self._head
        if head is None:
            self._no_headings()
            return None
        headings = self._headings(head)
        paths = {heading: head.paths[column] for heading, column in headings.items()}
        above = [(row, self._row(row)) for row in range(head.top)]
        mention_records(above, len(headings), lambda row: grid.at(row, 0), grid.complaints)
        key = self._meant.key({column: paths[heading] for heading, column in headings.items()})
        titles = [(row, texts) for row, line in above if (texts := [text for text in line if text])]
        beside = SideLines(
            head.headings,
            key,
            grid.complaints,
            units_above(line for _, line in above),
            [self._row(row) for row in range(head.top, head.bottom + 1)],
            [grid.at(row, self._row(row).index(texts[0])) for row, texts in titles],
            self._meant.columns(dict(enumerate(head.paths))).get("school_name"),
        )
        below = range(head.bottom + 1, len(grid.rows))
        named = [row for row in below if self._is_data(row, beside)]
        beside.mention()
        rows = named
        if self.table in STATEMENTS:  # one that is only named, as in the template, is not made
            others = [column for column in headings.values() if column != key]
            rows = [row for row in rows if any(grid.filled(row, column) for column in others)]
        of_schools = self.table == "schools"
        codes = [(grid.text(row, key) or None) if of_schools else None for row in rows]
        units = beside.units
        matches = {h: self._meant.match(paths[h], units.get(h, ())) for h in headings}
        columns = {
            heading: [
                grid.value(row, column, matches[heading], code)
                for row, code in zip(rows, codes, strict=True)
            ]
            for heading, column in headings.items()
        }
        numbers = dict.fromkeys(named) | {row: number for number, row in enumerate(rows)}
        there = {column: heading for heading, column in headings.items() if matches[heading]}

        def slot(row: int, column: int) -> Slot | None:
            known = row in numbers and column in there
            return Slot(numbers[row], there[column]) if known else None

        settle(grid, slot, matches, columns)
        self._mention_hidden(rows, there)
        return RawTable(
            self.table,
            grid.complaints.file,
            columns,
            len(rows),
            lambda row, heading: grid.at(rows[row], headings[heading]),
            heading_place=lambda h: grid.at(head.places[headings[h]], headings[h]),
            sheet=grid.sheet,
            units=units,
            paths={heading: path for heading, path in paths.items() if len(path) > 1},
            titles=(*(" ".join(texts) for _, texts in titles), grid.sheet, *beside.sections),
        )

    def _headings(self, head: HeadingRows) -> dict[str, int]:
        """Heading → column; complains of headings that stand twice and of figures under none."""
        grid = self.grid
        found: dict[str, int] = {}
        nameless: list[str] = []
        for column, heading in enumerate(head.headings):
            rows = range(head.top, head.bottom + 1)
            spoilt = [row for row in rows if grid.faults.get((row, column)) == ""]
            filled = [
                row for row in range(head.bottom + 1, len(grid.rows)) if grid.filled(row, column)
            ]
            if spoilt:
                grid.not_calculated(grid.at(spoilt[0], column), fatal=True)
            elif not heading:
                nameless += [grid.at(row, column) for row in filled[:1]]
            elif heading not in found:
                found[heading] = column
            elif filled or any(
                grid.text(row, column) for row in rows
            ):  # no merged cell's empty end
                kind = self._meant.meaning(head.paths[column]).kind
                at, first = (grid.at(head.places[one], one) for one in (column, found[heading]))
                if kind != "silent":
                    self._twice(heading, at, first, fatal=kind != "unknown")
        mention_nameless(nameless, grid.complaints)
        return found

    def _is_data(self, row: int, beside: SideLines) -> bool:
        """Whether a row holds something, and is a record."""
        grid = self.grid
        if not any(grid.filled(row, column) for column in range(grid.width)):
            return False
        return beside.is_record(self._row(row), lambda column: grid.at(row, column))

    # ── one record, its values beside the headings ─────────────────────────────────

    def _record(self) -> RawTable | None:
        """The county's one record; its values may stand under the headings in one row as well."""
        sheet = self._beside
        if self._across > sheet.score:
            return self._list()
        if not sheet.score:
            self._no_headings()
            return None
        if len(codes := sheet.codes) > 1:
            second = Location(self.grid.complaints.file, list(codes.values())[1])
            raise UnreadableError(second.error(*several_counties(codes)))
        if len(sheet.cells) > MOST_COLUMNS:
            number, at_most = f"{len(sheet.cells):,}", f"{MOST_COLUMNS:,}"
            raise self.grid.complaints.unreadable(
                "too_large",
                say("工作表“{s}”有{n}个表头，过多", s=self.grid.sheet, n=number),
                say("不超过{n}个", n=at_most),
                at=self.grid.sheet,
            )
        grid, cells, units = self.grid, sheet.cells, sheet.units()
        matches = {heading: self._meant.match((heading,), units[heading]) for heading in cells}
        given = {h: cell for h, cell in cells.items() if cell.value < grid.width}
        columns = {
            heading: [
                grid.value(cell.row, cell.value, matches[heading]) if heading in given else None
            ]
            for heading, cell in cells.items()
        }
        slots = {(cell.row, cell.value): Slot(0, h) for h, cell in given.items() if matches[h]}
        settle(grid, lambda row, column: slots.get((row, column)), matches, columns)
        self._mention_hidden(
            [cell.row for cell in given.values() if grid.filled(cell.row, cell.value)],
            {cell.value for cell in given.values()},
        )
        return RawTable(
            "counties",
            grid.complaints.file,
            columns,
            1,
            lambda _, heading: grid.at(cells[heading].row, cells[heading].value),
            heading_place=lambda heading: grid.at(cells[heading].row, cells[heading].heading),
            sheet=grid.sheet,
            units=units,
        )

    def _mention_hidden(self, rows: Sequence[int], columns: Collection[int]) -> None:
        """What nobody sees is read all the same, and said to be."""
        grid, expected = self.grid, msg("不应计入的，删去而不是隐藏")
        unseen = [row for row in rows if row in grid.hidden_rows]
        if unseen:
            message = plural(len(unseen), "有{n}行是隐藏的，照样读取")
            grid.complaints.warning("hidden_rows", message, expected, grid.at(unseen[0], 0))
        hidden = [column for column in columns if column in grid.hidden_columns]
        if hidden:
            message = plural(len(hidden), "有{n}列是隐藏的，照样读取")
            grid.complaints.warning("hidden_columns", message, expected, grid.at(0, hidden[0]))

    # ── what is wrong with headings ────────────────────────────────────────────────

    def _twice(self, heading: str, at: str, first: str, *, fatal: bool = True) -> None:
        complain = self.grid.complaints.error if fatal else self.grid.complaints.warning
        message = say("表头“{h}”重复出现（另见 {first}）", h=clip(heading), first=first)
        once = msg("每个表头只出现一次")
        complain("duplicate_heading", message, once, at=at)

    def _no_headings(self) -> None:
        message = say(
            "工作表“{s}”中找不到{t}表的表头",
            s=self.grid.sheet,
            t=pick(SHEETS.get(self.table, self.table), self.table),
        )
        expected = say(
            "表头用模板（compliance template）中的名称，位于前{n}行之内", n=HEADER_WITHIN
        )
        self.grid.complaints.error("no_headings", message, expected, at=self.grid.sheet)
