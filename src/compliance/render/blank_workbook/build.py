"""The workbook to fill in: derived from the vocabulary, read back by the intake.

The intake's sheet names and its mark for example rows stand here again (the two rooms do not know
each other); a round trip in the tests holds them together.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter

from compliance.engine import attestations
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, use
from compliance.render.blank_workbook import content
from compliance.render.documents.output_files import write_whole
from compliance.render.documents.text import columns
from compliance.rules.language.model import Rule

Untyped: TypeAlias = Any  # xlsxwriter has no types

_MADE = datetime(2024, 1, 1)  # the same vocabulary gives the same bytes
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_HEADING_LINES = 4
_LINE = 16  # points
_FEW = 60  # rows of what is no school's
_GUIDE_WIDTH = 104
_NUMERALS = "一二三四五六七八九十"
# Excel's limits for a list typed into a check, and for its message.
_LONGEST_LIST = 255
_LONGEST_MESSAGE = 255
_NUMBERS = {"count": "#,##0", "number": "#,##0.##", "year": "0"}
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


def write_template(
    path: Path, vocabulary: Vocabulary, title: str, rows: int = 500, rules: Iterable[Rule] = ()
) -> None:
    """Write the blank workbook, whole or not at all.

    title: of the rule set, shown on the first sheet. rows: schools there is room for (drop-downs
    and checks reach so far). rules: those that wait for a statement are listed ready to answer.
    Raises UsageError where the file cannot be written, or where another one stands there already:
    somebody may have filled it in.
    """
    made = template_bytes(vocabulary, title, rows, rules)
    if path.is_file() and path.stat().st_size and path.read_bytes() != made:
        raise UsageError(
            msg("文件已存在，可能已填写"), where=str(path), todo=msg("请换个文件名或先移走")
        )
    write_whole(path, lambda stream: stream.write(made))


def template_bytes(
    vocabulary: Vocabulary, title: str, rows: int = 500, rules: Iterable[Rule] = ()
) -> bytes:
    """The blank workbook; see `write_template`."""
    stream = io.BytesIO()
    stated = _stated(list(rules))
    with use("zh"), xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _MADE})
        made = _BlankWorkbook(book)
        made.guide(title)
        made.county(vocabulary)
        made.schools(vocabulary, rows)
        for sheet in content.FURTHER_SHEETS:
            made.further(vocabulary, sheet, rows, stated.get(sheet.table))
        book.worksheets()[1].activate()
    return stream.getvalue()


def _stated(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """What people have to state, as ``G1 …``, by the table that it is stated in."""
    return {
        "attestation": [
            f"{name} {rule.title}{_half(rule)}"
            for name, rule in attestations.attested(rules).items()
        ],
        "veto": [f"{name} {rule.title}" for name, rule in attestations.vetoed(rules).items()],
    }


def _half(rule: Rule) -> str:
    """Which part of a rule is to be stated, where it is not the whole."""
    return next((f"（{part.name}）" for part in rule.parts if part.statement), "")


class _BlankWorkbook:
    """A workbook, its sheets and the formats that they share."""

    def __init__(self, book: Untyped) -> None:
        self._book = book
        self._look = {name: self._format(look) for name, look in _LOOKS.items()}
        self._cells: dict[tuple[str, bool, bool], Untyped] = {}

    def guide(self, title: str) -> None:
        """说明: what to fill in, and what the colours mean."""
        sheet, look = self._book.add_worksheet("说明"), self._look
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _GUIDE_WIDTH)
        sheet.write_string(0, 0, "县域义务教育均衡发展填报表", look["title"])
        sheet.write_string(1, 0, f"适用标准：{title}", look["text"])
        row = 3
        for head, lines in content.guide():
            sheet.write_string(row, 0, head, look["strong"])
            for line in lines:
                row += 1
                sheet.write_string(row, 0, line, look["text"])
                sheet.set_row(row, _LINE * (1 + columns(line) // _GUIDE_WIDTH))
            row += 2
        _page(sheet, landscape=False)
        sheet.fit_to_pages(1, 0)

    def county(self, vocabulary: Vocabulary) -> None:
        """县区: heading, value, unit and definition, a row a fact."""
        sheet = self._book.add_worksheet("县区")
        titles = (("项目", 44), ("填报值", 24), ("单位", 16), ("统计口径", 80))
        for column, (text, size) in enumerate(titles):
            sheet.write_string(0, column, text, self._look["optional"])
            sheet.set_column(column, column, size)
        sheet.set_row(0, _LINE * 1.5)
        row = 1
        groups = content.grouped(vocabulary.county, content.COUNTY_GROUPS)
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
        sheet.write_blank(row, 1, None, self._cell(fact, framed=True))
        sheet.write_string(row, 2, fact.unit + period, self._look["boxed"])
        told = content.definition(fact)
        sheet.write_string(row, 3, told, self._look["boxed"])
        sheet.set_row(row, _LINE * max(1 + columns(told) // 78, 1 + columns(fact.title) // 42) + 4)
        _check(sheet, row, row, 1, fact)

    def schools(self, vocabulary: Vocabulary, rows: int) -> None:
        """学校: a row a school; bands over the headings, an example under them."""
        sheet = self._book.add_worksheet("学校")
        groups = content.grouped(vocabulary.school, content.SCHOOL_GROUPS, content.ELSEWHERE)
        column = 0
        for name, facts in groups.items():
            last = column + len(facts) - 1
            if last > column:
                sheet.merge_range(0, column, 0, last, name, self._look["band"])
            else:
                sheet.write_string(0, column, name, self._look["band"])
            column = last + 1
        listed = [fact for facts in groups.values() for fact in facts]
        self._table(sheet, listed, 1, rows, content.SCHOOL_EXAMPLE)
        sheet.freeze_panes(2, 2)
        self._warn(sheet, listed, 3, rows)
        _page(sheet, repeat=1)

    def further(
        self,
        vocabulary: Vocabulary,
        about: content.FurtherSheet,
        schools: int,
        stated: Sequence[str] | None,
    ) -> None:
        """A row an entry; stated: what has to be stated stands ready."""
        sheet = self._book.add_worksheet(about.name)
        own_year = about.table == "monitoring"
        facts = [
            fact
            for fact in vocabulary.tables[about.table].values()
            if fact.name not in content.OF_DATASETS and (fact.name != "year" or own_year)
        ]
        rows = max(about.rows_a_school * schools or _FEW, len(stated or ()))
        self._table(sheet, facts, 0, rows, about.example, least=16)
        if stated is not None:
            sheet.set_column(0, 0, 60, self._look["text"])
            sheet.set_column(2, len(facts), 40, self._look["text"])
        for row, text in enumerate(stated or (), start=2):
            sheet.write_string(row, 0, text, self._look["boxed"])
            sheet.set_row(row, _LINE * (1 + columns(text) // 58))
        sheet.freeze_panes(1, 1)
        _page(sheet, repeat=0)
        sheet.fit_to_pages(1, 0)

    def _table(
        self,
        sheet: Untyped,
        facts: Sequence[Fact],
        head: int,
        rows: int,
        example: Mapping[str, object],
        least: int = 9,
    ) -> None:
        """Headings in row `head`, an example under them, checks on `rows` rows under that."""
        first, last = head + 2, head + 1 + rows
        for column, fact in enumerate(facts):
            given = example.get(fact.name)
            shown = "" if given is None else str(given)
            fitting = content.width(fact, shown, least, _HEADING_LINES - 1)
            sheet.set_column(column, column, fitting, self._cell(fact))
            sheet.write_string(head, column, content.heading(fact), self._heading(fact))
            sheet.write_comment(head, column, content.note(fact), {"x_scale": 2.4, "y_scale": 1.8})
            look = self._cell(fact, example=True)
            if isinstance(given, int | float):
                sheet.write_number(head + 1, column, given, look)
            elif isinstance(given, str):
                sheet.write_string(head + 1, column, given, look)
            else:
                sheet.write_blank(head + 1, column, None, look)
            _check(sheet, first, last, column, fact)
        sheet.set_row(head, _HEADING_LINES * _LINE)
        sheet.autofilter(head, 0, last, len(facts) - 1)

    def _warn(self, sheet: Untyped, facts: Sequence[Fact], first: int, rows: int) -> None:
        """Colour what is required and still blank, and codes given twice."""
        last = first + rows - 1
        for column in (place for place, fact in enumerate(facts) if fact.required and place):
            blank = f'=AND($A{first + 1}<>"",{chr(ord("A") + column)}{first + 1}="")'
            look = {"type": "formula", "criteria": blank, "format": self._look["missing"]}
            sheet.conditional_format(first, column, last, column, look)
        twice = {"type": "duplicate", "format": self._look["wrong"]}
        sheet.conditional_format(first, 0, last, 0, twice)

    def _format(self, look: Mapping[str, object]) -> Untyped:
        return self._book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, **look})

    def _heading(self, fact: Fact) -> Untyped:
        """Required headings have a colour of their own."""
        return self._look["required" if fact.required else "optional"]

    def _cell(self, fact: Fact, *, example: bool = False, framed: bool = False) -> Untyped:
        """How a figure of this fact is written: codes and lists as text, so that none is lost."""
        shown = "@" if fact.words else _NUMBERS.get(fact.form, "@")
        key = (shown, example, framed)
        if key not in self._cells:
            look: dict[str, object] = {"num_format": shown, "valign": "vcenter"}
            if example:
                look |= {"font_color": "#808080", "italic": True, "bg_color": "#F2F2F2"}
            self._cells[key] = self._format(look | (_EDGE if example or framed else {}))
        return self._cells[key]


def _check(sheet: Untyped, first: int, last: int, column: int, fact: Fact) -> None:
    """Excel's check of what is typed under this fact; none where text is free."""
    words = content.choices(fact)
    rule: dict[str, object]
    if words and columns(",".join(words)) <= _LONGEST_LIST:
        rule = {"validate": "list", "source": words}
    elif fact.form in _NUMBERS and fact.maximum is not None and not (fact.words or fact.none):
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
    told = {
        "error_title": fact.title[:32],
        "error_message": f"应为{fact.expected()}"[:_LONGEST_MESSAGE],
    }
    sheet.data_validation(first, column, last, column, {**rule, **told})


def _page(sheet: Untyped, *, landscape: bool = True, repeat: int | None = None) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if repeat is not None:
        sheet.repeat_rows(repeat)
