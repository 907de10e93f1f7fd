"""One school's workbook: a row a fact, its classes and rooms, and the sheet that its head signs.

A Chinese form in either language, as the blank workbook is. What is known is filled in and locked;
only what this school is to fill in takes what is typed. It is read back in `collection`, which
finds everything by the words that stand here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.marker import Marker
from compliance.kernel.i18n import use
from compliance.render.blank_workbook import NUMBERS, OPTIONS, check_cell, mark_book, type_cell
from compliance.render.documents.xlsx import height
from compliance.render.workbook_form import choices, heading

Untyped: TypeAlias = Any  # xlsxwriter has no types

FORM, CLASSES, ROOMS, CONFIRMATION = "填报表", "班级", "专用教室", "数据确认表"
SENT = "_sent"  # the sheet that nobody sees: what the school was sent
ITEM, UNIT, VALUE = "项目", "单位", "填报值"
OBJECTION, FILLED_BY = "对锁定数据的异议", "填报人"
BY_HAND = (OBJECTION, FILLED_BY)  # rows of the form that are no facts
KNOWN, NEEDED, OPTIONAL = "已知", "必填", "选填"
CLASS_COLUMNS = ("stage", "grade", "class", "students")
ROOM_COLUMNS = ("kind", "area")
_WIDTHS = {ITEM: 34, UNIT: 9, VALUE: 18, "要求": 7, "填报说明": 58}
_TOLD_ROOM = 64  # letters of the smaller script in the last column
_HEAD_ROW = 5
_NO_LINE = ("", "", "", None, "@")
_CLASS_ROWS, _ROOM_ROWS = 100, 30
_STAGES = {"primary": "小学", "junior": "初中"}
_GRADES = {
    "primary": ["一年级", "二年级", "三年级", "四年级", "五年级", "六年级"],
    "junior": ["六年级", "七年级", "八年级", "九年级"],
}
_KINDS = {"music": "音乐", "art": "美术"}
_HOW = {"count": "填整数", "number": "可填小数", "year": "填四位年份"}
_DAY = re.compile("^截至|自然年度")  # a sentence that says of which day a figure is
_BASE = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_BOX = {**_BASE, "border": 1, "border_color": "#808080", "text_wrap": True}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "title": {**_BASE, "font_name": "黑体", "font_size": 16, "align": "center"},
    "text": {**_BASE, "text_wrap": True},
    "strong": {**_BASE, "bold": True, "font_color": "#C00000"},
    "head": {**_BOX, "bold": True, "align": "center", "bg_color": "#D9D9D9"},
    "band": {**_BOX, "bold": True, "bg_color": "#EDEDED"},
    "box": _BOX,
    "small": {**_BOX, "font_size": 9},
    "centre": {**_BOX, "align": "center"},
    KNOWN: {**_BOX, "bg_color": "#EDEDED"},
    NEEDED: {**_BOX, "bg_color": "#FFF2CC", "locked": False},
    OPTIONAL: {**_BOX, "bg_color": "#DDEBF7", "locked": False},
    "filled": {"bg_color": "#FFFFFF"},
    "line": {**_BASE, "font_size": 11},
}


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A row of the form. known: its value as a cell holds it; None where the school fills it in."""

    fact: Fact
    needed: bool
    known: object = None

    @property
    def standing(self) -> str:
        """What is expected of the school here."""
        return KNOWN if self.known is not None else NEEDED if self.needed else OPTIONAL


@dataclass(frozen=True, slots=True)
class KnownRows:
    """The rows of 班级 or 专用教室 that are known, and the stages or kinds that are to be filled in."""

    known: Sequence[Mapping[str, object]]
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class SchoolForm:
    """What one school is asked. groups: name → its rows. sent: the columns of the hidden sheet."""

    county_name: str
    year: int
    standard: str
    school_code: str
    school_name: str
    groups: Mapping[str, Sequence[AskedFact]]
    classes: KnownRows
    rooms: KnownRows
    sent: Sequence[Sequence[str]]


def school_workbook(form: SchoolForm, words: Vocabulary, marker: Marker) -> bytes:
    """The workbook that this school is sent."""
    stream = io.BytesIO()
    with use("zh"), xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties(
            {
                "title": f"{form.school_name}{FORM}",
                "created": marker.written.astimezone(UTC).replace(tzinfo=None),
            }
        )
        made = _SchoolWorkbook(book, form, words)
        rows = made.form()
        spans = made.classes()
        rooms = made.rooms()
        made.confirmation(rows, spans, rooms, marker.version)
        made.sent()
        mark_book(book, marker)
        book.get_worksheet_by_name(FORM).activate()
    return stream.getvalue()


class _SchoolWorkbook:
    """The workbook while it is written."""

    def __init__(self, book: Untyped, form: SchoolForm, words: Vocabulary) -> None:
        self._book, self._form, self._words = book, form, words
        self._looks: dict[tuple[str, str], Untyped] = {}

    def form(self) -> list[tuple[AskedFact, str]]:
        """填报表; every row's fact with the address of its value."""
        about, sheet = self._form, self._sheet(FORM)
        last = len(_WIDTHS) - 1
        for column, (name, size) in enumerate(_WIDTHS.items()):
            sheet.set_column(column, column, size)
            sheet.write_string(_HEAD_ROW, column, name, self._look("head"))
        sheet.merge_range(0, 0, 0, last, f"{about.county_name}{_school_year(about.year)}学校数据{FORM}", self._look("title"))  # fmt: skip
        sheet.set_row(0, 26)
        told = (
            f"学校：{about.school_name}（标识码 {about.school_code}）    适用标准：{about.standard}",
            "黄色格必填，蓝色格有则填写；灰色格是已知数据，已锁定，有误的写在本表末尾。不知道的留空，确实为零的填0，只填数，不写单位。",
            f"学生、班级、教师、校舍截至{about.year}年9月1日；经费为{about.year}年1月1日至12月31日。填好后打印“{CONFIRMATION}”签字盖章，本工作簿存为 .xlsx 交回。",
        )
        for row, text in enumerate(told, 1):
            sheet.merge_range(row, 0, row, last, text, self._look("text"))
            sheet.set_row(row, height(text, sum(_WIDTHS.values())))
        row, found = _HEAD_ROW + 1, []
        for name, asked in about.groups.items():
            for column in range(last + 1):
                sheet.write_string(row, column, "" if column else name, self._look("band"))
            for one in asked:
                row += 1
                found.append((one, xl_rowcol_to_cell(row, 2, row_abs=True, col_abs=True)))
                self._row(sheet, row, one)
            row += 1
        self._own_words(sheet, row)
        spans = [xl_range_abs(_HEAD_ROW + 1, column, row - 1, column) for column in (3, 2)]
        left = f'COUNTIFS({spans[0]},"{NEEDED}",{spans[1]},"")'
        open_ = sum(one.standing == NEEDED for one, _ in found)
        sheet.merge_range(4, 0, 4, last, "", self._look("strong"))
        sheet.write_formula(4, 0, f'="必填的还有"&{left}&"格没有填"', self._look("strong"), f"必填的还有{open_}格没有填")  # fmt: skip
        filled = f'=AND($D{_HEAD_ROW + 2}<>"{KNOWN}",$C{_HEAD_ROW + 2}<>"")'
        look = {"type": "formula", "criteria": filled, "format": self._look("filled")}
        sheet.conditional_format(_HEAD_ROW + 1, 2, row + len(BY_HAND), 2, look)
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.repeat_rows(_HEAD_ROW)
        return found

    def _row(self, sheet: Untyped, row: int, asked: AskedFact) -> None:
        fact, standing = asked.fact, asked.standing
        told = explained(asked)
        sheet.set_row(row, max(height(told, _TOLD_ROOM), height(fact.title, _WIDTHS[ITEM])))
        sheet.write_string(row, 0, fact.title, self._look("box"))
        sheet.write_string(row, 1, fact.unit, self._look("centre"))
        type_cell(sheet, row, 2, asked.known, self._look(standing, number_format(fact)))
        sheet.write_string(row, 3, standing, self._look("centre"))
        sheet.write_string(row, 4, told, self._look("small"))
        if asked.known is None:
            check_cell(sheet, row, row, 2, fact)

    def _own_words(self, sheet: Untyped, row: int) -> None:
        """The rows that are no facts: what the school has to say."""
        told = {
            OBJECTION: "灰色格有误的，写明哪一项、应为多少、依据什么；没有的留空。",
            FILLED_BY: "填报人姓名和电话。",
        }
        for column in range(len(_WIDTHS)):
            sheet.write_string(
                row, column, "" if column else "填报说明与联系人", self._look("band")
            )
        for number, name in enumerate(BY_HAND, row + 1):
            sheet.write_string(number, 0, name, self._look("box"))
            sheet.write_string(number, 1, "", self._look("box"))
            sheet.write_blank(number, 2, None, self._look(OPTIONAL, "@"))
            sheet.write_string(number, 3, OPTIONAL, self._look("centre"))
            sheet.write_string(number, 4, told[name], self._look("small"))
            sheet.set_row(number, 44 if name == OBJECTION else 20)

    def classes(self) -> dict[str, tuple[int, int]]:
        """班级: a row a class, those of a stage together; stage → its first and last row."""
        about = self._form.classes
        spans: dict[str, tuple[int, int]] = {}
        rows: list[tuple[str, Mapping[str, object] | None]] = []
        for stage, name in _STAGES.items():
            mine: list[tuple[str, Mapping[str, object] | None]]
            mine = [(stage, one) for one in about.known if one["stage"] == name]
            if stage in about.asked:
                mine = [(stage, None)] * _CLASS_ROWS
            if mine:
                spans[stage] = len(rows) + 1, len(rows) + len(mine)
                rows += mine
        if not rows:
            return spans
        sheet = self._list(CLASSES, "class", CLASS_COLUMNS, [12, 16, 20, 14])
        for row, (stage, known_row) in enumerate(rows, 1):
            given = known_row or {"stage": _STAGES[stage]}
            self._entry(sheet, row, "class", CLASS_COLUMNS, given, open_=known_row is None)
        for stage, (first, last) in spans.items():
            if stage in about.asked:
                choice = {"validate": "list", "source": _GRADES[stage], "error_type": "information"}
                sheet.data_validation(first, 1, last, 1, choice)
                check_cell(sheet, first, last, 3, self._words.tables["class"]["students"])
        return spans

    def rooms(self) -> int:
        """专用教室: a row a room; the number of rows."""
        about = self._form.rooms
        rows: list[Mapping[str, object] | None] = [*about.known, *([None] * (_ROOM_ROWS if about.asked else 0))]  # fmt: skip
        if not rows:
            return 0
        sheet = self._list(ROOMS, "room", ROOM_COLUMNS, [12, 20])
        for row, known in enumerate(rows, 1):
            self._entry(sheet, row, "room", ROOM_COLUMNS, known or {}, open_=known is None)
        if about.asked:
            first, last = len(about.known) + 1, len(rows)
            choice = {"validate": "list", "source": [_KINDS[one] for one in about.asked]}
            sheet.data_validation(first, 0, last, 0, choice)
            sheet.write_comment(0, 1, "没有这类专用教室的，选好类别，面积填“无”。")
        return len(rows)

    def _list(self, name: str, table: str, columns: Sequence[str], sizes: Sequence[int]) -> Untyped:
        sheet = self._sheet(name)
        for column, (fact_name, size) in enumerate(zip(columns, sizes, strict=True)):
            fact = self._words.tables[table][fact_name]
            sheet.set_column(column, column, size)
            sheet.write_string(0, column, heading(fact), self._look("head"))
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _entry(
        self, sheet: Untyped, row: int, table: str, columns: Sequence[str],
        given: Mapping[str, object], *, open_: bool,
    ) -> None:  # fmt: skip
        for column, name in enumerate(columns):
            fact = self._words.tables[table][name]
            standing = NEEDED if open_ and name not in given else KNOWN
            type_cell(
                sheet, row, column, given.get(name), self._look(standing, number_format(fact))
            )

    def confirmation(
        self, rows: Sequence[tuple[AskedFact, str]], spans: Mapping[str, tuple[int, int]],
        rooms: int, version: str,
    ) -> None:  # fmt: skip
        """数据确认表: every figure as it stands, on one page, and the places to sign."""
        about, sheet = self._form, self._sheet(CONFIRMATION)
        sheet.fit_to_pages(1, 1)
        for column, size in enumerate((30, 8, 16) * 2):
            sheet.set_column(column, column, size)
        sheet.merge_range(0, 0, 0, 5, f"{about.county_name}{_school_year(about.year)}学校{CONFIRMATION}", self._look("title"))  # fmt: skip
        sheet.set_row(0, 30)
        sheet.merge_range(1, 0, 1, 5, f"学校：{about.school_name}（标识码 {about.school_code}）    适用标准：{about.standard}", self._look("text"))  # fmt: skip
        for column, heading_ in enumerate((ITEM, UNIT, "数值") * 2):
            sheet.write_string(2, column, heading_, self._look("head"))
        lines = [
            (
                one.fact.title, one.fact.unit, f'=IF({FORM}!{at}="","未填",{FORM}!{at})', one.known,
                number_format(one.fact),
            )
            for one, at in rows
        ]  # fmt: skip
        lines += self._sums(spans, rooms)
        half = (len(lines) + 1) // 2
        for place in range(2 * half):
            row, column = 3 + place % half, 3 * (place // half)
            title, unit, formula, known, shown = lines[place] if place < len(lines) else _NO_LINE
            sheet.write_string(row, column, title, self._look("small"))
            sheet.write_string(row, column + 1, unit, self._look("centre"))
            look = self._look("centre", "General" if shown == "@" else shown)
            if formula:
                sheet.write_formula(
                    row, column + 2, formula, look, "未填" if known is None else known
                )
            else:
                sheet.write_string(row, column + 2, "", look)
        for row in range(3, 3 + half):
            sheet.set_row(row, max(height(lines[place][0], 32) for place in (row - 3, row - 3 + half) if place < len(lines)))  # fmt: skip
        self._signatures(sheet, 3 + half, version)

    def _sums(
        self, spans: Mapping[str, tuple[int, int]], rooms: int
    ) -> list[tuple[str, str, str, object, str]]:
        """What the other sheets say, in a line each."""
        found: list[tuple[str, str, str, object, str]] = []
        for stage, (first, last) in spans.items():
            span = f"{CLASSES}!{xl_range_abs(first, 3, last, 3)}"
            sizes = [one["students"] for one in self._form.classes.known if one["stage"] == _STAGES[stage]]  # fmt: skip
            for told, unit, function, known in (
                ("教学班数", "个", "COUNT", len(sizes)),
                ("各班学生数之和", "人", "SUM", sum(map(_number, sizes))),
                ("最大班额", "人", "MAX", max(map(_number, sizes), default=0)),
            ):
                title = f"“{CLASSES}”表：{_STAGES[stage]}{told}"
                formula = f'=IF(COUNT({span})=0,"未填",{function}({span}))'
                found.append((title, unit, formula, known or None, "General"))
        for name in _KINDS.values() if rooms else ():
            kinds, areas = (
                f"{ROOMS}!{xl_range_abs(1, column, rooms, column)}" for column in (0, 1)
            )
            known = sum(one["kind"] == name and _number(one["area"]) > 0 for one in self._form.rooms.known)  # fmt: skip
            formula = (
                f'=IF(COUNTIFS({kinds},"{name}")=0,"未填",COUNTIFS({kinds},"{name}",{areas},">0"))'
            )
            listed = known if any(one["kind"] == name for one in self._form.rooms.known) else None
            found.append((f"“{ROOMS}”表：{name}专用教室", "间", formula, listed, "General"))
        return found

    def _signatures(self, sheet: Untyped, row: int, version: str) -> None:
        lines = (
            "以上数据经本校逐项核对，与实际情况一致。",
            "填报人（签字）：　　　　　　　　　　　　　　　校长（签字）：",
            "学校（公章）：　　　　　　　　　　　　　　　　日期：　　　　　年　　　月　　　日",
        )
        for number, text in enumerate(lines, row):
            sheet.merge_range(number, 0, number, 5, text, self._look("line"))
            sheet.set_row(number, 24 if number == row else 34)
        sheet.set_footer(f"&L&8表号 {version}")

    def sent(self) -> None:
        """What the school was sent, to compare what comes back with; nobody sees it."""
        sheet = self._book.add_worksheet(SENT)
        sheet.very_hidden()
        for column, pieces in enumerate(self._form.sent):
            for row, piece in enumerate(pieces):
                sheet.write_string(row, column, piece)

    def _sheet(self, name: str) -> Untyped:
        sheet = self._book.add_worksheet(name)
        sheet.protect(
            "", {"select_locked_cells": True, "format_columns": True, "format_rows": True}
        )
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.set_margins(0.5, 0.5, 0.6, 0.6)
        sheet.center_horizontally()
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.fit_to_pages(1, 0)
        return sheet

    def _look(self, name: str, shown: str = "General") -> Untyped:
        if (name, shown) not in self._looks:
            form = {} if shown == "General" else {"num_format": shown}
            self._looks[name, shown] = self._book.add_format({**_LOOKS[name], **form})
        return self._looks[name, shown]


def number_format(fact: Fact) -> str:
    """How a cell shows a figure: codes and lists as text, so that none is lost."""
    return "@" if fact.words else NUMBERS.get(fact.form, "@")


def explained(asked: AskedFact) -> str:
    """What the item means, and how to fill it in where the school is to; its day stands above all."""
    fact = asked.fact
    if asked.known is not None and not fact.figure:
        return ""
    told = [one for one in fact.description.split("。") if one and not _DAY.search(one)]
    if asked.known is None:
        how = "从下拉框里选" if choices(fact) else _HOW.get(fact.form, "")
        told = [*([] if choices(fact) else told), how]
    return "".join(f"{one}。" for one in told if one)


def _school_year(year: int) -> str:
    return f"{year}—{year + 1}学年"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
