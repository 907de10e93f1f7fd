"""The workbook that a county fills in, blank or with figures in it; read back by the intake.

The intake's mark for example rows stands in the form again (the two rooms do not know each other's
insides); a round trip in the tests holds them together.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.intake.formats import marker as marks
from compliance.intake.formats.marker import Marker, read_marker
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, use
from compliance.render.documents.output_files import write_whole
from compliance.render.documents.text import columns
from compliance.render.documents.xlsx import put
from compliance.render.workbook_form import (
    COUNTY_GROUPS,
    ELSEWHERE,
    FURTHER_SHEETS,
    SCHOOL_EXAMPLE,
    SCHOOL_GROUPS,
    FurtherSheet,
    WorkbookForm,
    choices,
    definition,
    grouped,
    guide,
    heading,
    note,
    width,
)

Untyped: TypeAlias = Any  # xlsxwriter has no types
Record: TypeAlias = Mapping[str, object]
# one figure: its table, the number of its record there, its fact
Place: TypeAlias = tuple[str, int, str]

MADE = datetime(2024, 1, 1)  # the same form gives the same bytes
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_HEADING_LINES = 4
_LINE = 16  # points
_FEW = 60  # rows of what is no school's
_GUIDE_WIDTH = 104
_NUMERALS = "一二三四五六七八九十"
_LONGEST = 255  # Excel's limit for a list typed into a check, and for its message
_DIGITS = 15  # what Excel keeps of a whole number
NUMBERS = {"count": "#,##0", "number": "#,##0.##", "year": "0"}
_EDGE = {"border": 1, "border_color": "#A6A6A6"}
_HEAD = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", **_EDGE}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 16},
    "text": {"text_wrap": True, "valign": "top"},
    "strong": {"bold": True, "font_size": 12, "bottom": 1},
    "band": {"bold": True, "bg_color": "#BDD7EE", "align": "left", **_EDGE},
    "optional": {"bg_color": "#DDEBF7", **_HEAD},
    "required": {"bg_color": "#F4B183", **_HEAD},
    "missing": {"bg_color": "#FFF2CC"},
    "wrong": {"bg_color": "#F8CBAD"},
    "boxed": {"text_wrap": True, "valign": "vcenter", **_EDGE},
}
_EXAMPLE = {"font_color": "#808080", "italic": True, "bg_color": "#F2F2F2"}
_LOCKED = {"locked": True, "bg_color": "#E7E6E6"}
# what people may still do on a sheet with locked cells
_ALLOWED = ("format_columns", "format_rows", "sort", "autofilter")


def write_template(path: Path, form: WorkbookForm, rows: int = 500) -> None:
    """Write the blank workbook, whole or not at all.

    rows: schools there is room for (drop-downs and checks reach so far). Raises UsageError where the
    file cannot be written, or where another one stands there already: somebody may have filled it in.
    """
    mark = read_marker(path) or Marker.now(ruleset=form.ruleset)
    write_blank(path, workbook_bytes(form, room=rows, mark=mark))


def write_blank(path: Path, made: bytes) -> None:
    """Write a form that somebody is to fill in; raises as `write_template`."""
    if path.is_file() and path.stat().st_size and path.read_bytes() != made:
        raise UsageError(
            msg("文件已存在，可能已填写"), where=str(path), todo=msg("请换个文件名或先移走")
        )
    write_whole(path, lambda stream: stream.write(made))


def workbook_bytes(
    form: WorkbookForm,
    *,
    room: int = 500,
    tables: Mapping[str, Sequence[Record]] | None = None,
    locked: Collection[Place] = (),
    mark: Marker | None = None,
    sheets: Collection[str] | None = None,
    more: Callable[[Untyped], object] | None = None,
) -> bytes:
    """The workbook as a file.

    tables: table of a document → its records, fact → what the cell is to hold. room: how many more
    schools there is room for. locked: figures that cannot be changed while their sheet is protected.
    sheets: the further tables that have one, all where None; those with records have one anyway.
    more: adds sheets of its own.
    """
    given = tables or {}
    stream = io.BytesIO()
    with use("zh"), xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": form.title, "created": MADE})
        made = _FormWriter(book, form, given, locked)
        made.guide()
        made.county()
        made.schools(room)
        stated = form.stated()
        for sheet in FURTHER_SHEETS:
            if sheets is None or sheet.table in sheets or given.get(sheet.table):
                made.further(sheet, room + len(given.get("schools", ())), stated.get(sheet.table))
        book.worksheets()[1].activate()
        if more is not None:
            more(book)
        if mark is not None:
            mark_book(book, mark)
    return stream.getvalue()


def mark_book(book: Untyped, mark: Marker) -> None:
    """Say twice, where people do not see it, whose workbook it is."""
    sheet = book.add_worksheet(marks.SHEET)
    sheet.very_hidden()
    for row, (name, text) in enumerate(mark.entries().items()):
        book.set_custom_property(name, text, "text")
        sheet.write_row(row, 0, (name, text))


class _FormWriter:
    """A workbook, its sheets and the formats that they share, and what is to stand in them."""

    def __init__(
        self,
        book: Untyped,
        form: WorkbookForm,
        tables: Mapping[str, Sequence[Record]],
        locked: Collection[Place],
    ) -> None:
        self._book, self._form, self._tables = book, form, tables
        self._locked = frozenset(locked)
        self._look = {name: self._format(look) for name, look in _LOOKS.items()}
        self._cells: dict[tuple[str, frozenset[str]], Untyped] = {}

    def guide(self) -> None:
        """说明: what to fill in, and what the colours mean."""
        sheet, look = self._book.add_worksheet("说明"), self._look
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _GUIDE_WIDTH)
        sheet.write_string(0, 0, f"{self._form.subject}填报表", look["title"])
        sheet.write_string(1, 0, f"适用标准：{self._form.title}", look["text"])
        row = 3
        for head, lines in guide():
            sheet.write_string(row, 0, head, look["strong"])
            for line in lines:
                row += 1
                sheet.write_string(row, 0, line, look["text"])
                sheet.set_row(row, _LINE * (1 + columns(line) // _GUIDE_WIDTH))
            row += 2
        _page(sheet, landscape=False)
        sheet.fit_to_pages(1, 0)

    def county(self) -> None:
        """县区: heading, value, unit and definition, a row a fact."""
        sheet = self._sheet("counties", "县区")
        titles = (("项目", 44), ("填报值", 24), ("单位", 16), ("统计口径", 80))
        for column, (text, size) in enumerate(titles):
            sheet.write_string(0, column, text, self._look["optional"])
            sheet.set_column(column, column, size)
        sheet.set_row(0, _LINE * 1.5)
        row = 1
        groups = grouped(self._form.words.county, COUNTY_GROUPS)
        for number, (name, facts) in zip(_NUMERALS, groups.items(), strict=False):
            for column in range(4):
                text = "" if column else f"{number}、{name}"
                sheet.write_string(row, column, text, self._look["band"])
            row += 1
            for fact in facts:
                self._county_fact(sheet, row, fact)
                row += 1
        sheet.freeze_panes(1, 1)
        _page(sheet, repeat=0)
        sheet.fit_to_pages(1, 0)

    def _county_fact(self, sheet: Untyped, row: int, fact: Fact) -> None:
        period = "（自然年度）" if fact.period == "calendar_year" else ""
        sheet.write_string(row, 0, fact.title, self._heading(fact))
        record: Record = next(iter(self._tables.get("counties", ())), {})
        place = ("counties", 0, fact.name)
        self._figure(sheet, row, 1, place, fact, record.get(fact.name))
        told = definition(fact)
        sheet.write_string(row, 2, fact.unit + period, self._look["boxed"])
        sheet.write_string(row, 3, told, self._look["boxed"])
        sheet.set_row(row, _LINE * max(1 + columns(told) // 78, 1 + columns(fact.title) // 42) + 4)
        check_cell(sheet, row, row, 1, fact)

    def schools(self, room: int) -> None:
        """学校: a row a school; bands over the headings, an example or the schools under them."""
        sheet = self._sheet("schools", "学校")
        groups = self._school_groups()
        column = 0
        for name, facts in groups.items():
            last = column + len(facts) - 1
            if last > column:
                sheet.merge_range(0, column, 0, last, name, self._look["band"])
            else:
                sheet.write_string(0, column, name, self._look["band"])
            column = last + 1
        listed = [fact for facts in groups.values() for fact in facts]
        first, last = self._table(sheet, "schools", listed, 1, room, SCHOOL_EXAMPLE)
        sheet.freeze_panes(2, 2)
        self._warn(sheet, listed, first, last)
        _page(sheet, repeat=1)

    def _school_groups(self) -> dict[str, list[Fact]]:
        """The columns; a list of a school stands here only where a record gives it itself."""
        given = {name for record in self._tables.get("schools", ()) for name in record}
        return grouped(self._form.words.school, SCHOOL_GROUPS, ELSEWHERE, given)

    def further(self, about: FurtherSheet, schools: int, stated: Sequence[str] | None) -> None:
        """A row an entry; stated: what has to be stated stands ready."""
        sheet = self._sheet(about.table, about.name)
        facts = about.facts(self._form.words)
        records = self._tables.get(about.table, ())
        if stated:
            records = _with_statements(records, stated)
        rows = max(about.rows_a_school * schools or _FEW, len(records)) - len(records)
        first, _ = self._table(sheet, about.table, facts, 0, rows, about.example, records, least=16)
        if stated is not None:
            sheet.set_column(0, 0, 60, self._look["text"])
            sheet.set_column(2, len(facts), 40, self._look["text"])
        for row, record in enumerate(records if stated else (), start=first):
            text = str(record["rule"])
            sheet.write_string(row, 0, text, self._look["boxed"])
            sheet.set_row(row, _LINE * (1 + columns(text) // 58))
        sheet.freeze_panes(1, 1)
        _page(sheet, repeat=0)
        sheet.fit_to_pages(1, 0)

    def _sheet(self, table: str, name: str) -> Untyped:
        """A new sheet; protected where some of its cells are locked."""
        sheet = self._book.add_worksheet(name)
        if any(place[0] == table for place in self._locked):
            sheet.protect("", dict.fromkeys(_ALLOWED, True))
        return sheet

    def _table(
        self,
        sheet: Untyped,
        table: str,
        facts: Sequence[Fact],
        head: int,
        room: int,
        example: Record,
        records: Sequence[Record] | None = None,
        least: int = 9,
    ) -> tuple[int, int]:
        """Headings in row `head`, an example or the records under them; checks so far and `room` rows
        further. The first and the last row for records.
        """
        given = self._tables.get(table, ())
        records = given if records is None else records
        first = head + 1 if given else head + 2
        last = first + len(records) + room - 1
        for column, fact in enumerate(facts):
            shown = "" if given else str(example.get(fact.name, ""))
            fitting = width(fact, shown, least, _HEADING_LINES - 1)
            sheet.set_column(column, column, fitting, self._cell(fact))
            sheet.write_string(head, column, heading(fact), self._heading(fact))
            sheet.write_comment(head, column, note(fact), {"x_scale": 2.4, "y_scale": 1.8})
            if not given:
                look = self._cell(fact, "example", "framed")
                type_cell(sheet, head + 1, column, example.get(fact.name), look)
            for number, record in enumerate(records):
                if fact.name in record:
                    place = (table, number, fact.name)
                    self._figure(sheet, first + number, column, place, fact, record[fact.name])
            if last >= first:
                check_cell(sheet, first, last, column, fact)
        sheet.set_row(head, _HEADING_LINES * _LINE)
        sheet.autofilter(head, 0, max(last, head + 1), len(facts) - 1)
        return first, last

    def _figure(
        self, sheet: Untyped, row: int, column: int, place: Place, fact: Fact, value: object
    ) -> None:
        """A cell that a figure stands in, or is to."""
        framed = ["framed"] if place[0] == "counties" else []
        locked = ["locked"] if place in self._locked else []
        type_cell(sheet, row, column, value, self._cell(fact, *framed, *locked))

    def _warn(self, sheet: Untyped, facts: Sequence[Fact], first: int, last: int) -> None:
        """Colour what is required and still blank, and codes given twice."""
        for column in (place for place, fact in enumerate(facts) if fact.required and place):
            blank = f'=AND($A{first + 1}<>"",{xl_col_to_name(column)}{first + 1}="")'
            look = {"type": "formula", "criteria": blank, "format": self._look["missing"]}
            sheet.conditional_format(first, column, last, column, look)
        twice = {"type": "duplicate", "format": self._look["wrong"]}
        sheet.conditional_format(first, 0, last, 0, twice)

    def _format(self, look: Mapping[str, object]) -> Untyped:
        return self._book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, **look})

    def _heading(self, fact: Fact) -> Untyped:
        """Required headings have a colour of their own."""
        return self._look["required" if fact.required else "optional"]

    def _cell(self, fact: Fact, *kinds: str) -> Untyped:
        """How a figure of this fact is written: codes and lists as text, so that none is lost.

        kinds: of ``example``, ``framed``, ``locked``.
        """
        shown = "@" if fact.words else NUMBERS.get(fact.form, "@")
        key = (shown, frozenset(kinds))
        if key not in self._cells:
            look: dict[str, object] = {"num_format": shown, "valign": "vcenter", "locked": False}
            look |= _EXAMPLE if "example" in kinds else {}
            look |= _EDGE if "framed" in kinds else {}
            look |= _LOCKED if "locked" in kinds else {}
            self._cells[key] = self._format(look)
        return self._cells[key]


def _with_statements(records: Sequence[Record], stated: Sequence[str]) -> list[Record]:
    """What has to be stated, each with the record that states it; then the other records."""
    own = {_id(record["rule"]): record for record in records}
    asked = [{**own.pop(_id(text), {}), "rule": text} for text in stated]
    return [*asked, *own.values()]


def _id(rule: object) -> str:
    """The id with which the text of a statement begins."""
    return (str(rule).split() or [""])[0].casefold()


def type_cell(sheet: Untyped, row: int, column: int, value: object, look: Untyped) -> None:
    """A value as it is typed into a cell; a number that a cell cannot keep is text.

    A workbook has fifteen digits of a whole number, sixteen of any.
    """
    match value:
        case bool():
            value = "是" if value else "否"
        case list() | tuple():
            value = (
                ";".join(
                    f"{item:.17g}" if isinstance(item, float) and item == int(item) else str(item)
                    for item in value
                )
                or "无"
            )
        case int() if abs(value) >= 10**_DIGITS:
            value = str(value)
        case float() if not math.isfinite(value) or float(f"{value:.16G}") != value:
            value = repr(value)
        case None | int() | float() | str():
            pass
        case _:
            value = str(value)
    put(sheet, row, column, value, look)


def check_cell(sheet: Untyped, first: int, last: int, column: int, fact: Fact) -> None:
    """Excel's check of what is typed under this fact; none where text is free."""
    words = choices(fact)
    rule: dict[str, object]
    if words and columns(",".join(words)) <= _LONGEST:
        rule = {"validate": "list", "source": words}
    elif fact.not_involved is not None:
        cell = xl_rowcol_to_cell(first, column)
        span = f"AND(ISNUMBER({cell}),{cell}>={fact.minimum or 0:g},{cell}<={fact.maximum:.0f})"
        rule = {"validate": "custom", "value": f'=OR({cell}="{NOT_INVOLVED}",{span})'}
    elif fact.form in NUMBERS and fact.maximum is not None and not (fact.words or fact.none):
        rule = {
            "validate": "decimal" if fact.form == "number" else "integer",
            "criteria": "between",
            "minimum": fact.minimum or 0,
            "maximum": fact.maximum,
        }
    elif fact.max_length and not fact.listed:
        rule = {"validate": "length", "criteria": "<=", "value": fact.max_length}
    else:
        return
    rule |= {"error_title": fact.title[:32], "error_message": f"应为{fact.expected()}"[:_LONGEST]}
    sheet.data_validation(first, column, last, column, rule)


def _page(sheet: Untyped, *, landscape: bool = True, repeat: int | None = None) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if repeat is not None:
        sheet.repeat_rows(repeat)
