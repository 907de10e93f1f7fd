"""The workbook that a county fills in, blank or with figures in it; read back by the intake.

The intake's mark for example rows stands in the form again (the two rooms do not know each other's
insides); a round trip in the tests holds them together.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.facts.school_types import has
from compliance.intake.formats import marker as marks
from compliance.intake.formats.marker import Marker
from compliance.intake.formats.raw_table import NEEDED, SHEETS
from compliance.intake.formats.read_marker import read_marker
from compliance.kernel.i18n import use
from compliance.render.documents.output_files import occupied, write_whole
from compliance.render.documents.text import columns
from compliance.render.documents.xlsx import put
from compliance.render.workbook_form import (
    DECLARED,
    FURTHER_SHEETS,
    JUDGED,
    REFERENCE,
    SCHOOL_EXAMPLE,
    FurtherSheet,
    SheetColumn,
    WorkbookForm,
    bands,
    choices,
    definition,
    heading,
    note,
    origin,
    spread,
    width,
)

Untyped: TypeAlias = Any  # xlsxwriter has no types
Record: TypeAlias = Mapping[str, object]

MADE = datetime(2024, 1, 1)  # the same form gives the same bytes
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_HEADING_LINES = 5
_LINE = 15  # points
_ROW = 18  # of a school, so that a pen has room
_FEW = 60  # rows of what is no school's
_FRAMED = 25  # empty rows that have a frame, to be filled in by hand
_GUIDE_WIDTH = 74  # a wider column would be cut off on paper
_COUNTY_WIDTHS = (38, 18, 16, 76, 36)
_COUNTY_TITLES = ("项目", "填报值", "单位", "统计口径", "从哪里来")
_COMMENT = {"x_scale": 3, "y_scale": 2.4}
_SEPARATOR = re.compile("[;；、，,]")
_NUMERALS = "一二三四五六七八九十"
_LONGEST = 255  # Excel's limit for a list typed into a check, and for its message
_DIGITS = 15  # what Excel keeps of a whole number
_A3, _A4 = 8, 9
_FIXED = 2  # columns that are always in sight: a school's code and name
_SCALE = 72  # per cent, in which the schools are printed
_PAGE_WIDTH = 1470  # pixels across A3 in that scale; some room is left, as fonts differ
NUMBERS = {"count": "#,##0", "number": "#,##0.##", "year": "0"}
_EDGE = {"border": 1, "border_color": "#A6A6A6"}
_BEYOND = {"border": 1, "border_color": "#A7A7A7"}  # another look: what has it alone is not printed
_HEAD = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", **_EDGE}
_COLOURS = {JUDGED: "#F8CBAD", DECLARED: "#BDD7EE", REFERENCE: "#E2E2E2"}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 16},
    "text": {"text_wrap": True, "valign": "top"},
    "strong": {"bold": True, "font_size": 12, "bottom": 1},
    "band": {**_HEAD, "bg_color": "#FFFFFF"},
    "part": {**_HEAD, "bg_color": "#F2F2F2", "align": "left"},
    "head": {**_HEAD, "bg_color": "#D9E1F2"},
    "missing": {"bg_color": "#FFF2CC"},
    "wrong": {"bg_color": "#FF9999"},
    "not had": {"bg_color": "#C9C9C9"},
    "boxed": {"text_wrap": True, "valign": "vcenter", **_EDGE},
    "key": {"align": "center", "valign": "vcenter", "font_size": 9, **_EDGE},
}
_EXAMPLE = {"font_color": "#808080", "italic": True, "bg_color": "#F2F2F2"}
_REQUIRED = {"font_color": "#C00000"}


def write_template(path: Path, form: WorkbookForm) -> None:
    """Write the blank workbook, whole or not at all.

    Raises UsageError where the file cannot be written, or where another one stands there already:
    somebody may have filled it in.
    """
    mark = read_marker(path) or Marker.now(ruleset=form.ruleset)
    write_blank(path, workbook_bytes(form, mark=mark))


def write_blank(path: Path, made: bytes) -> None:
    """Write a form that somebody is to fill in; raises as `write_template`."""
    if path.is_file() and path.stat().st_size and path.read_bytes() != made:
        raise occupied(path)
    write_whole(path, lambda stream: stream.write(made))


def workbook_bytes(
    form: WorkbookForm,
    *,
    room: int = 500,
    tables: Mapping[str, Sequence[Record]] | None = None,
    mark: Marker | None = None,
    more: Callable[[Untyped], object] | None = None,
) -> bytes:
    """The workbook as a file.

    tables: table of a document (``counties``, ``schools`` …) → its records, fact → the value as its
    cell is to hold it, wrong ones too: text stays text, a list is separated by semicolons, None and
    what a record does not name stay blank. room: how many more schools there is room for (drop-downs
    and checks reach so far). mark: see `Marker`. more: adds sheets of its own. Of the further tables
    those have a sheet that the form asks for, or that have records.
    """
    given = tables or {}
    stream = io.BytesIO()
    with use("zh"), xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": form.title, "created": MADE})
        made = _FormWriter(book, form, given)
        further = [one for one in FURTHER_SHEETS if given.get(one.table) or form.further(one.table)]
        made.guide([SHEETS[name] for name in NEEDED] + [one.name for one in further])
        made.county()
        made.schools(room)
        stated = form.stated()
        for sheet in further:
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
        self, book: Untyped, form: WorkbookForm, tables: Mapping[str, Sequence[Record]]
    ) -> None:
        self._book, self._form, self._tables = book, form, tables
        self._look = {name: self._format(look) for name, look in _LOOKS.items()}
        self._cells: dict[tuple[str, frozenset[str]], Untyped] = {}
        self._heads = {
            (use, required): self._format(
                {**_HEAD, "bg_color": colour, **(_REQUIRED if required else {})}
            )
            for use, colour in _COLOURS.items()
            for required in (False, True)
        }

    def guide(self, sheets: Sequence[str]) -> None:
        """说明: what to fill in on these sheets, and what the colours mean."""
        sheet, look = self._book.add_worksheet("说明"), self._look
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _GUIDE_WIDTH)
        sheet.write_string(0, 0, f"{self._form.subject}填报表", look["title"])
        sheet.write_string(1, 0, f"适用标准：{self._form.title}", look["text"])
        row = 3
        for head, lines in self._form.guide(sheets):
            sheet.write_string(row, 0, head, look["strong"])
            for line in lines:
                row += 1
                use = line.partition("：")[0]
                sheet.write_string(row, 0, line, self._swatches().get(use, look["text"]))
                sheet.set_row(row, _LINE * (1 + columns(line) // _GUIDE_WIDTH))
            row += 2
        _page(sheet, landscape=False)
        sheet.fit_to_pages(1, 0)

    def _swatches(self) -> dict[str, Untyped]:
        """A line about a colour stands in it."""
        text = _LOOKS["text"]
        found: dict[str, Mapping[str, object]] = {
            use: {"bg_color": colour} for use, colour in _COLOURS.items()
        }
        found |= {"灰色单元格": _LOOKS["not had"], "黄色单元格": _LOOKS["missing"]}
        found |= {"红色单元格": _LOOKS["wrong"], "红字表头": _REQUIRED}
        return {name: self._format({**text, **look}) for name, look in found.items()}

    def county(self) -> None:
        """县区: heading, value, unit, definition and origin, a row a fact."""
        sheet = self._book.add_worksheet("县区")
        for column, (text, size) in enumerate(zip(_COUNTY_TITLES, _COUNTY_WIDTHS, strict=True)):
            sheet.write_string(0, column, text, self._look["head"])
            sheet.set_column(column, column, size)
        sheet.set_row(0, _LINE * 1.5)
        row = 1
        record: Record = next(iter(self._tables.get("counties", ())), {})
        for number, (name, facts) in enumerate(self._form.of_county(record).items()):
            for column in range(len(_COUNTY_TITLES)):
                text = "" if column else f"{_NUMERALS[number]}、{name}"
                sheet.write_string(row, column, text, self._look["part"])
            row += 1
            for fact in facts:
                self._county_fact(sheet, row, fact, record.get(fact.name))
                row += 1
        sheet.freeze_panes(1, 1)
        self._printed(sheet, "县区", (0, 0))
        sheet.fit_to_pages(1, 0)

    def _county_fact(self, sheet: Untyped, row: int, fact: Fact, value: object) -> None:
        period = "（自然年度）" if fact.period == "calendar_year" else ""
        told = f"{''.join(definition(fact))}填写：{fact.expected()}。"
        beside = [fact.unit + period, told, origin(fact)]
        sheet.write_string(row, 0, fact.title, self._heading(fact))
        sheet.write_comment(row, 0, note(fact, self._form), _COMMENT)
        type_cell(sheet, row, 1, value, self._cell(SheetColumn(fact)))
        for column, text in enumerate(beside, start=2):
            sheet.write_string(row, column, text, self._look["boxed"])
        texts = zip((fact.title, "", *beside), _COUNTY_WIDTHS, strict=True)
        lines = max(1 + columns(text) // (size - 2) for text, size in texts)
        sheet.set_row(row, _LINE * lines + 4)
        check_cell(sheet, row, row, 1, fact)

    def schools(self, room: int) -> None:
        """学校: a row a school; sections over the headings, an example or the schools under them."""
        sheet = self._book.add_worksheet("学校")
        given = self._tables.get("schools", ())
        asked = self._form.of_schools({name for one in given for name in one}, self._kinds(room))
        column, sections = 0, list[int]()
        for name, facts in asked.items():
            last = column + len(spread(facts)) - 1
            sections.append(column)
            if not column and last >= _FIXED:  # these stand on every page
                _over(sheet, 0, 0, _FIXED - 1, name, self._look["band"])
                column = _FIXED
            _over(sheet, 0, column, last, name, self._look["band"])
            column = last + 1
        places = spread(fact for facts in asked.values() for fact in facts)
        first, last, widths = self._table(sheet, "schools", places, 1, room, SCHOOL_EXAMPLE)
        head = first - 1 if given else first - 2
        sheet.freeze_panes(head + 1, _FIXED)
        self._warn(sheet, places, first, last)
        self._printed(sheet, "学校", (0, head), _A3)
        sheet.set_default_row(_ROW)
        sheet.repeat_columns(0, _FIXED - 1)
        sheet.set_print_scale(_SCALE)
        sheet.print_across()
        sheet.set_v_pagebreaks(_breaks(widths, sections))

    def _kinds(self, room: int) -> set[str]:
        """The types of the schools, where there are only these and all are known."""
        words = self._form.words.school["school_type"].words
        kinds = {
            words.get(str(one.get("school_type")), "") for one in self._tables.get("schools", ())
        }
        return set() if room or "" in kinds else kinds

    def further(self, about: FurtherSheet, schools: int, stated: Sequence[str] | None) -> None:
        """A row an entry; stated: what has to be stated stands ready."""
        sheet = self._book.add_worksheet(about.name)
        facts = [SheetColumn(fact) for fact in about.facts(self._form.words)]
        records = self._tables.get(about.table, ())
        if stated:
            records = _with_statements(records, stated)
        rows = max(about.rows_a_school * schools or _FEW, len(records)) - len(records)
        first, *_ = self._table(
            sheet, about.table, facts, 0, rows, about.example, records, least=16
        )
        if stated is not None:
            sheet.set_column(0, 0, 60, self._look["text"])
            sheet.set_column(2, len(facts), 40, self._look["text"])
        for row, record in enumerate(records if stated else (), start=first):
            text = str(record["rule"])
            sheet.write_string(row, 0, text, self._look["boxed"])
            sheet.set_row(row, _LINE * (1 + columns(text) // 58))
        sheet.freeze_panes(1, 1)
        self._printed(sheet, about.name, (0, 0))
        sheet.fit_to_pages(1, 0)

    def _table(
        self,
        sheet: Untyped,
        table: str,
        places: Sequence[SheetColumn],
        head: int,
        room: int,
        example: Record,
        records: Sequence[Record] | None = None,
        least: int = 8,
    ) -> tuple[int, int, list[int]]:
        """Headings from row `head`, an example or the records under them; checks so far and `room` rows
        further. The first and the last row for records, and how wide the columns are.
        """
        given = self._tables.get(table, ())
        records = given if records is None else records
        foot = head + any(place.item is not None for place in places)
        first = foot + (1 if given else 2)
        last = first + len(records) + room - 1
        self._headings(sheet, places, head, foot)
        widths: list[int] = []
        for column, place in enumerate(places):
            fact = place.fact
            values = [_item(place, record.get(fact.name)) for record in records]
            shown = [one for one in values if isinstance(one, str)]
            shown += [] if given else [str(example.get(fact.name, ""))]
            fitting = width(place, shown, _HEADING_LINES - 1, least)
            widths.append(fitting)
            sheet.set_column(column, column, fitting, self._cell(place, "beyond"))
            if not given:
                sample = _item(place, example.get(fact.name))
                type_cell(sheet, first - 1, column, sample, self._cell(place, "example"))
            for number, value in enumerate(values):
                type_cell(sheet, first + number, column, value, self._cell(place))
            for row in range(first + len(records), min(last, first + _FRAMED) + 1):
                type_cell(sheet, row, column, None, self._cell(place))
            if last >= first:
                check_cell(sheet, first, last, column, fact, one=place.item is not None)
        sheet.autofilter(foot, 0, max(last, first), len(places) - 1)
        return first, last, widths

    def _headings(
        self, sheet: Untyped, places: Sequence[SheetColumn], head: int, foot: int
    ) -> None:
        """The headings, in the rows from head to foot: items of a list under the list's own."""
        for column, place in enumerate(places):
            look = self._heading(place.fact)
            if place.item:
                sheet.write_string(foot, column, place.heading, look)
                continue
            if place.item == 0:
                _over(
                    sheet,
                    head,
                    column,
                    column + len(bands(place.fact)) - 1,
                    heading(place.fact),
                    look,
                )
                sheet.write_string(foot, column, place.heading, look)
            elif foot > head:
                sheet.merge_range(head, column, foot, column, place.heading, look)
            else:
                sheet.write_string(head, column, place.heading, look)
            sheet.write_comment(head, column, note(place.fact, self._form), _COMMENT)
        for row in range(head, foot + 1):
            sheet.set_row(row, _LINE * (_HEADING_LINES if head == foot else _HEADING_LINES / 2))

    def _warn(self, sheet: Untyped, places: Sequence[SheetColumn], first: int, last: int) -> None:
        """Colour codes given twice, what is required and still blank, what a type of school has not."""
        if last < first:
            return
        twice = {"type": "duplicate", "format": self._look["wrong"]}
        sheet.conditional_format(first, 0, last, 0, twice)
        kind = next((n for n, one in enumerate(places) if one.fact.name == "school_type"), None)
        for column, place in enumerate(places):
            fact = place.fact
            if fact.required and column:
                blank = f'=AND($A{first + 1}<>"",{xl_col_to_name(column)}{first + 1}="")'
                look = {"type": "formula", "criteria": blank, "format": self._look["missing"]}
                sheet.conditional_format(first, column, last, column, look)
            elif kind is not None and (without := self._without(fact)):
                cell = f"${xl_col_to_name(kind)}{first + 1}"
                either = ",".join(f'{cell}="{word}"' for word in without)
                look = {
                    "type": "formula",
                    "criteria": f"=OR({either})",
                    "format": self._look["not had"],
                }
                sheet.conditional_format(first, column, last, column, look)

    def _without(self, fact: Fact) -> list[str]:
        """The types of schools, as they are offered, that have no such figure."""
        kinds = self._form.words.school["school_type"]
        return [word for word in choices(kinds) if not has(fact, kinds.words[word])]

    def _printed(self, sheet: Untyped, name: str, rows: tuple[int, int], paper: int = _A4) -> None:
        """How a sheet is printed: headings on every page, what it is, its colours, who signs."""
        _page(sheet, paper=paper)
        sheet.repeat_rows(*rows)
        record: Record = next(iter(self._tables.get("counties", ())), {})
        subject, county = (
            str(text).replace("&", "&&")[:60]
            for text in (self._form.subject, record.get("county_name") or "")
        )
        legend = "橙=判定必需 蓝=申报表用 灰=参考"
        sheet.set_header(f"&L{county}&C&14{subject}填报表　{name}&R&9{legend}")
        sheet.set_footer("&L填表人：　　　　　审核人：　　　　　日期：&C第 &P 页，共 &N 页")

    def _format(self, look: Mapping[str, object]) -> Untyped:
        return self._book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, **look})

    def _heading(self, fact: Fact) -> Untyped:
        """A heading in the colour of what it is asked for; a required one in red."""
        return self._heads[self._form.use(fact), fact.required]

    def _cell(self, column: SheetColumn, *kinds: str) -> Untyped:
        """How a figure is written: codes and lists as text, so that none is lost.

        kinds: of ``example`` and ``beyond`` (rows that nobody has framed yet).
        """
        fact = column.fact
        shown = "@" if fact.words else NUMBERS.get(fact.form, "@")
        key = (NUMBERS["count"] if column.item is not None else shown, frozenset(kinds))
        if key not in self._cells:
            look: dict[str, object] = {"num_format": key[0], "valign": "vcenter", "locked": False}
            look |= _BEYOND if "beyond" in kinds else _EDGE
            look |= _EXAMPLE if "example" in kinds else {}
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


def _over(sheet: Untyped, row: int, first: int, last: int, text: str, look: Untyped) -> None:
    """A text over columns, in one cell."""
    if last > first:
        sheet.merge_range(row, first, row, last, text, look)
    else:
        sheet.write_string(row, first, text, look)


def _item(place: SheetColumn, value: object) -> object:
    """What of a fact's value stands in a column; a list that is not as long as it is to be, in its first."""
    if place.item is None or value is None:
        return value
    items = _SEPARATOR.split(value) if isinstance(value, str) else value
    if isinstance(items, Sequence) and len(items) == len(bands(place.fact)):
        item = items[place.item]
        return int(item) if isinstance(item, str) and item.isdecimal() else item
    return None if place.item else value


def _breaks(widths: Sequence[int], sections: Sequence[int]) -> list[int]:
    """The columns before which a page ends: a section stands on one page, if there is room for it."""
    pixels = [7 * wide + 5 for wide in widths]
    room = _PAGE_WIDTH - sum(pixels[:_FIXED])
    found, used = list[int](), 0
    for begin, end in zip(sections, [*sections[1:], len(pixels)], strict=True):
        wide = sum(pixels[max(begin, _FIXED) : end])
        if used and used + wide > room:
            found.append(begin)
            used = 0
        used += wide
    return found


def check_cell(
    sheet: Untyped, first: int, last: int, column: int, fact: Fact, *, one: bool = False
) -> None:
    """Excel's check of what is typed under this fact; none where text is free.

    one: a single item of a list.
    """
    words = choices(fact)
    rule: dict[str, object]
    if words and columns(",".join(words)) <= _LONGEST:
        rule = {"validate": "list", "source": words}
    elif fact.not_involved is not None:
        cell = xl_rowcol_to_cell(first, column)
        span = f"AND(ISNUMBER({cell}),{cell}>={fact.minimum or 0:g},{cell}<={fact.maximum:.0f})"
        rule = {"validate": "custom", "value": f'=OR({cell}="{NOT_INVOLVED}",{span})'}
    elif (
        (one or fact.form in NUMBERS) and fact.maximum is not None and not (fact.words or fact.none)
    ):
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
    said = f"{fact.minimum or 0:g}至{fact.maximum:.0f}的整数" if one else fact.expected()
    rule |= {"error_title": fact.title[:32], "error_message": f"应为{said}"[:_LONGEST]}
    sheet.data_validation(first, column, last, column, rule)


def _page(sheet: Untyped, *, landscape: bool = True, paper: int = _A4) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(0.4, 0.4, 0.8, 0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
