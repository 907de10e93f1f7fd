"""Reading a workbook: one county, a sheet a table, every place a cell of a sheet.

Where the headings of a sheet stand is found by how many of them the vocabulary knows; the table
lies under them, or (the county's one record) beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import (
    NEEDED,
    SHEETS,
    TABLE_OF,
    RawDocument,
    RawTable,
    table_named,
)
from compliance.intake.formats.side_lines import (
    HEADER_WITHIN,
    SideLines,
    header_row,
    mention_records,
    units_above,
)
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, pick, say

# Sheets that tell people something and are never data.
TALK = ("说明", "目录", "封面", "指南", "字典", "注释", "readme", "notes")
STATEMENTS = ("attestations", "vetoes")
VALUE_HEADINGS = frozenset({"填报值", "数值", "值", "填报内容", "内容", "指标值", "实际数", "数据"})


def read(path: Path, words: Vocabulary | None = None) -> RawDocument:
    """The submission in an .xlsx or .xlsm workbook; for whatever else it is, advice.

    words: the facts that its headings may stand for, with those of plugins; else the core's.
    """
    words = words or vocabulary()

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        data = load(path, found, complaints, MOST_OF_A_DOCUMENT)
        _open_elsewhere(path, complaints)
        book = Workbook(data, complaints)
        for table, name in _choose(list(book.parts), complaints).items():
            try:
                grid = book.grid(name)
            except UnreadableError as stop:
                found.problems.append(stop.problem)
                continue
            raw = _Sheet(grid, table, words).read()
            if raw is not None and raw.height:
                found.tables.append(raw)
        _mention_unread(book, complaints)

    return document(path, fill)


def _open_elsewhere(path: Path, complaints: Complaints) -> None:
    locks = (f"~${path.name}", f".~lock.{path.name}#", f".~{path.name}")
    if any(path.with_name(lock).exists() for lock in locks):
        complaints.warning(
            "open_elsewhere",
            msg("文件正在 Excel 或 WPS 中打开，读取的是最后一次保存的内容"),
            msg("保存并关闭后再检查一次"),
        )


def _choose(sheets: list[str], complaints: Complaints) -> dict[str, str]:
    """Table → sheet; complains of missing sheets and of two sheets for one table."""
    chosen: dict[str, str] = {}
    for sheet in sheets:
        table = table_named(sheet)
        if table is None or chosen.setdefault(table, sheet) == sheet:
            continue
        message = say(
            "工作表“{a}”和“{b}”都是{t}表",
            a=chosen[table],
            b=clip(sheet),
            t=pick(SHEETS[table], table),
        )
        only = msg("只留一张")
        complaints.error("duplicate_sheet", message, only, at=clip(sheet))
    for table in NEEDED:
        if table not in chosen:
            message = say(
                "缺少工作表“{t}”；现有：{found}",
                t=SHEETS[table],
                found=msg("、").join(clip(sheet) for sheet in sheets[:20]),
            )
            both = msg("工作表“县区”和“学校”")
            complaints.error("missing_sheet", message, both)
    return chosen


def _mention_unread(book: Workbook, complaints: Complaints) -> None:
    for sheet in book.parts:
        talk = any(word in sheet.casefold() for word in TALK)
        if talk or table_named(sheet) or not book.holds_something(sheet):
            continue
        message = say("工作表“{s}”的名称不认识，未读取", s=clip(sheet))
        known = msg("、").join(SHEETS.values())
        complaints.warning("sheet_not_read", message, known, at=clip(sheet))


@dataclass(frozen=True)
class _Sheet:
    """A sheet that holds a table: its cells, the table's name, and the words its headings use."""

    grid: Grid
    table: str
    words: Vocabulary

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

    def _fact(self, heading: str) -> Fact | None:
        match = self.words.match(TABLE_OF[self.table], heading) if heading else None
        return match.fact if match else None

    def _score(self, texts: Sequence[str]) -> int:
        return sum(1 for text in texts if self._fact(text))

    def _row(self, row: int) -> list[str]:
        return [self.grid.text(row, column) for column in range(self.grid.width)]

    # ── one row a record, under a row of headings ──────────────────────────────────

    def _list(self) -> RawTable | None:
        grid, header = self.grid, self._header_row()
        if header is None:
            self._no_headings()
            return None
        headings = self._headings(header)
        above = [(row, self._row(row)) for row in range(header)]
        mention_records(above, len(headings), lambda row: grid.at(row, 0), grid.complaints)
        facts = {heading: self._fact(heading) for heading in headings}
        key = self._key_column(headings, facts)
        beside = SideLines(self._row(header), key, grid.complaints)
        rows = [row for row in range(header + 1, len(grid.rows)) if self._is_data(row, beside)]
        if self.table in STATEMENTS:  # one that is only named, as in the template, is not made
            others = [column for column in headings.values() if column != key]
            rows = [row for row in rows if any(grid.filled(row, column) for column in others)]
        of_schools = self.table == "schools"
        codes = [(grid.text(row, key) or None) if of_schools else None for row in rows]
        columns: dict[str, Sequence[object]] = {
            heading: [
                grid.value(row, column, facts[heading], code)
                for row, code in zip(rows, codes, strict=True)
            ]
            for heading, column in headings.items()
        }
        return RawTable(
            self.table,
            grid.complaints.file,
            columns,
            len(rows),
            lambda row, heading: grid.at(rows[row], headings[heading]),
            heading_place=lambda heading: grid.at(header, headings[heading]),
            sheet=grid.sheet,
            units=dict.fromkeys(headings, units_above(line for _, line in above)) | beside.units,
        )

    def _header_row(self) -> int | None:
        """The row of headings; None where there are none."""
        return header_row(map(self._row, range(len(self.grid.rows))), self._fact)

    def _headings(self, header: int) -> dict[str, int]:
        """Heading → column; complains of headings that stand twice and of figures under none."""
        grid = self.grid
        found: dict[str, int] = {}
        for column, heading in enumerate(self._row(header)):
            if not heading:
                self._nameless(header, column)
            elif heading in found:
                self._twice(heading, grid.at(header, column), grid.at(header, found[heading]))
            else:
                found[heading] = column
        return found

    def _key_column(self, headings: dict[str, int], facts: dict[str, Fact | None]) -> int:
        """The column that names a row: the school's code, else the first known one."""
        known = {fact.name: headings[h] for h, fact in reversed(facts.items()) if fact}
        return known.get("school_code", min(known.values(), default=0))

    def _is_data(self, row: int, beside: SideLines) -> bool:
        """Whether a row holds something, and is a record."""
        grid = self.grid
        if not any(grid.filled(row, column) for column in range(grid.width)):
            return False
        return beside.is_record(self._row(row), lambda column: grid.at(row, column))

    # ── one record, its values beside the headings ─────────────────────────────────

    def _record(self) -> RawTable | None:
        """The county's one record; its values may stand under the headings in one row as well."""
        column, down = self._heading_column()
        header = self._header_row()
        across = 0 if header is None else self._score(self._row(header))
        if across > down:
            return self._list()
        if not down:
            self._no_headings()
            return None
        return self._beside(column)

    def _heading_column(self) -> tuple[int, int]:
        """The column with most known headings, and how many."""
        grid = self.grid
        scores = [
            self._score([grid.text(row, column) for row in range(len(grid.rows))])
            for column in range(min(grid.width, HEADER_WITHIN))
        ]
        best = max(scores, default=0)
        return (scores.index(best), best) if best else (0, 0)

    def _beside(self, column: int) -> RawTable:
        grid = self.grid
        rows = range(len(grid.rows))
        first = next(row for row in rows if self._fact(grid.text(row, column)))
        values = self._value_column(column, first)

        def given(row: int) -> bool:
            return values < grid.width and grid.filled(row, values)

        places: dict[str, int] = {}
        for row in rows[first:]:
            heading = grid.text(row, column)
            if not heading or not (given(row) or self._fact(heading)):
                continue
            if heading not in places or not given(places[heading]):
                places[heading] = row
            elif given(row):
                self._twice(heading, grid.at(row, column), grid.at(places[heading], column))
        columns: dict[str, Sequence[object]] = {
            heading: [grid.value(row, values, self._fact(heading)) if values < grid.width else None]
            for heading, row in places.items()
        }
        return RawTable(
            "counties",
            grid.complaints.file,
            columns,
            1,
            lambda _, heading: grid.at(places[heading], values),
            heading_place=lambda heading: grid.at(places[heading], column),
            sheet=grid.sheet,
        )

    def _value_column(self, column: int, first: int) -> int:
        """The column called 填报值 or the like above the first heading, else the next one."""
        for row in range(first):
            for candidate in range(column + 1, self.grid.width):
                if self.grid.text(row, candidate) in VALUE_HEADINGS:
                    return candidate
        return column + 1

    # ── what is wrong with headings ────────────────────────────────────────────────

    def _nameless(self, header: int, column: int) -> None:
        grid = self.grid
        rows = [row for row in range(header + 1, len(grid.rows)) if grid.filled(row, column)]
        if rows:
            message = say("没有表头的一列有{n}格内容，未读取", n=len(rows))
            expected = msg("写上表头，或删去该列")
            grid.complaints.warning("no_heading", message, expected, at=grid.at(rows[0], column))

    def _twice(self, heading: str, at: str, first: str) -> None:
        message = say("表头“{h}”重复出现（另见 {first}）", h=clip(heading), first=first)
        once = msg("每个表头只出现一次")
        self.grid.complaints.error("duplicate_heading", message, once, at=at)

    def _no_headings(self) -> None:
        message = say(
            "工作表“{s}”中找不到{t}表的表头",
            s=self.grid.sheet,
            t=pick(SHEETS[self.table], self.table),
        )
        expected = say(
            "表头用模板（compliance template）中的名称，位于前{n}行之内", n=HEADER_WITHIN
        )
        self.grid.complaints.error("no_headings", message, expected, at=self.grid.sheet)
