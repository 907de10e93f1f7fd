"""The blank workbook that a county fills in: made from the vocabulary, read back by the intake.

It is a Chinese form in either language: its headings are what counties know, and every fact's own
name is a heading too.

The intake's sheet names and its mark for example rows stand here again (the two rooms do not know
each other); a round trip in the tests holds them together.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from compliance.engine import attestations
from compliance.facts.fact import NOT_INVOLVED, Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, use
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
_LONGEST = 255  # Excel's limit for a list typed into a check, and for its message
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
EXAMPLE = "示例"
CODE = f"{EXAMPLE}2134000001"
# Not asked for in 学校: the county is the workbook's, and lists have sheets of their own.
ELSEWHERE = ("county_code", "year", "*_class_sizes", "*_room_areas")
# What a further table has for datasets of many counties only.
OF_DATASETS = ("county_code", "school_year", "school_name")
# name of the group → the facts in it; a fact belongs to the first group that knows it
SCHOOL_GROUPS = {
    "学校身份": "school_* sponsor setting township alliance principal main_school_code "
    "boarding dense_city_centre built_year",
    "特殊教育学校": "special_*",
    "学生": "*_students boarders",
    "班级": "*_grades *_classes *_class_bands *_largest_class",
    "教师": "*_teachers *_teachers_* *_staff",
    "校舍与设备": "*_area equipment_value multimedia_rooms books computers",
    "专用教室间数（也可改填“专用教室”表）": "music_rooms_* art_rooms_*",
    "经费": "*funds*",
    "招生与巩固": "*_entrants graduates cohort_at_entry transferred_* deceased",
    "其他": "*",
}
_LAST = ("特殊教育学校", "其他")
COUNTY_GROUPS = {
    "基本信息": "county_code county_name province year basic_balance_date",
    "经费与工资": "*funds* special_* *_salary",
    "教师交流轮岗": "exchange*",
    "招生入学": "*_nearby_percent senior_quota*",
    "随迁子女与残疾儿童少年": "migrant_* disabled_*",
    "巩固率（各校已填时不必填）": "*_total",
    "社会认可度": "recognition_percent *survey_* *interviewed*",
    "县情": "population agricultural_population townships villages *_per_capita *_income",
    "其他": "*",
}
SCHOOL_EXAMPLE: Mapping[str, object] = {
    "school_code": CODE,
    "school_name": "示例小学（本行不会被读取）",
    "school_type": "小学",
    "sponsor": "县级教育部门",
    "setting": "镇区",
    "boarding": "否",
    "dense_city_centre": "否",
    "primary_students": 860,
    "primary_grades": 6,
    "primary_classes": 20,
    "primary_class_bands": "0;0;0;4;16;0;0;0;0;0",
    "primary_largest_class": 45,
    "primary_teachers": 48,
    "primary_teachers_above_degree": 47,
    "teaching_area": 4050.5,
    "outdoor_sports_area": 6600,
    "equipment_value": 1900000,
}


@dataclass(frozen=True, slots=True)
class FurtherSheet:
    """A sheet with a row an entry of a further table; rows_a_school: room for so many, or few (0)."""

    name: str
    table: str
    rows_a_school: int
    example: Mapping[str, object]


FURTHER_SHEETS = (
    FurtherSheet("班级", "class", 20, {
        "school_code": CODE, "stage": "小学", "grade": "一年级", "class": "1班", "students": 45,
    }),
    FurtherSheet("专用教室", "room", 4, {"school_code": CODE, "kind": "音乐", "area": 96.5}),
    FurtherSheet("质量监测", "monitoring", 0, {
        "subject": f"{EXAMPLE}：数学", "grade": "四年级", "year": 2022, "level": "Ⅲ",
        "disparity": 0.12,
    }),
    FurtherSheet("佐证", "attestation", 0, {
        "rule": f"{EXAMPLE}：指标编号", "met": "是", "evidence": "文件名称及文号；会议纪要",
        "note": "简要结论",
    }),
    FurtherSheet("一票否决", "veto", 0, {"rule": f"{EXAMPLE}：事项编号", "exists": "否"}),
    FurtherSheet("校舍", "building", 4, {
        "school_code": CODE, "building": "1号教学楼", "built_year": 2008, "area": 3200,
        "fire": "已验收", "seismic": "鉴定合格", "note": "无其他安全问题",
    }),
    FurtherSheet("组织", "organisation", 0, {
        "name": f"{EXAMPLE}：城关学区", "kind": "学区", "lead": CODE, "members": f"{CODE}；{CODE[:-1]}2",
        "start": "2021-09",
    }),
    FurtherSheet("学校沿革", "succession", 0, {
        "old_code": CODE, "new_code": f"{CODE[:-1]}2", "date": "2022-09-01", "reason": "合并",
    }),
)  # fmt: skip


def write_template(
    path: Path, vocabulary: Vocabulary, title: str, rows: int = 500, rules: Iterable[Rule] = (),
    subject: str = "",
) -> None:  # fmt: skip
    """Write the blank workbook, whole or not at all.

    title: of the rule set, shown on the first sheet, and subject: what it is about. rows: schools there is room for (drop-downs
    and checks reach so far). rules: those that wait for a statement are listed ready to answer.
    Raises UsageError where the file cannot be written, or where another one stands there already:
    somebody may have filled it in.
    """
    write_blank(path, template_bytes(vocabulary, title, rows, rules, subject))


def write_blank(path: Path, made: bytes) -> None:
    """Write a form that somebody is to fill in; raises as `write_template`."""
    if path.is_file() and path.stat().st_size and path.read_bytes() != made:
        raise UsageError(
            msg("文件已存在，可能已填写"), where=str(path), todo=msg("请换个文件名或先移走")
        )
    write_whole(path, lambda stream: stream.write(made))


def template_bytes(
    vocabulary: Vocabulary, title: str, rows: int = 500, rules: Iterable[Rule] = (),
    subject: str = "",
) -> bytes:  # fmt: skip
    """The blank workbook; see `write_template`."""
    stream = io.BytesIO()
    stated = _stated(list(rules))
    with use("zh"), xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _MADE})
        made = _BlankWorkbook(book)
        made.guide(title, subject)
        made.county(vocabulary)
        made.schools(vocabulary, rows)
        for sheet in FURTHER_SHEETS:
            made.further(vocabulary, sheet, rows, stated.get(sheet.table))
        book.worksheets()[1].activate()
    return stream.getvalue()


def _stated(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """What people have to state, as ``G1 …``, by the table that it is stated in."""
    attested = []
    for name, rule in attestations.attested(rules).items():
        half = next((f"（{part.name}）" for part in rule.parts if part.statement), "")
        attested.append(f"{name} {rule.title}{half}")
    vetoed = [
        f"{name} {rule.incident or rule.title}" for name, rule in attestations.vetoed(rules).items()
    ]
    return {"attestation": attested, "veto": vetoed}


class _BlankWorkbook:
    """A workbook, its sheets and the formats that they share."""

    def __init__(self, book: Untyped) -> None:
        self._book = book
        self._look = {name: self._format(look) for name, look in _LOOKS.items()}
        self._cells: dict[tuple[str, bool, bool], Untyped] = {}

    def guide(self, title: str, subject: str) -> None:
        """说明: what to fill in, and what the colours mean."""
        sheet, look = self._book.add_worksheet("说明"), self._look
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _GUIDE_WIDTH)
        sheet.write_string(0, 0, f"{subject}填报表", look["title"])
        sheet.write_string(1, 0, f"适用标准：{title}", look["text"])
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

    def county(self, vocabulary: Vocabulary) -> None:
        """县区: heading, value, unit and definition, a row a fact."""
        sheet = self._book.add_worksheet("县区")
        titles = (("项目", 44), ("填报值", 24), ("单位", 16), ("统计口径", 80))
        for column, (text, size) in enumerate(titles):
            sheet.write_string(0, column, text, self._look["optional"])
            sheet.set_column(column, column, size)
        sheet.set_row(0, _LINE * 1.5)
        row = 1
        groups = grouped(vocabulary.county, COUNTY_GROUPS)
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
        told = definition(fact)
        sheet.write_string(row, 2, fact.unit + period, self._look["boxed"])
        sheet.write_string(row, 3, told, self._look["boxed"])
        sheet.set_row(row, _LINE * max(1 + columns(told) // 78, 1 + columns(fact.title) // 42) + 4)
        _check(sheet, row, row, 1, fact)

    def schools(self, vocabulary: Vocabulary, rows: int) -> None:
        """学校: a row a school; bands over the headings, an example under them."""
        sheet = self._book.add_worksheet("学校")
        groups = grouped(vocabulary.school, SCHOOL_GROUPS, ELSEWHERE)
        column = 0
        for name, facts in groups.items():
            last = column + len(facts) - 1
            if last > column:
                sheet.merge_range(0, column, 0, last, name, self._look["band"])
            else:
                sheet.write_string(0, column, name, self._look["band"])
            column = last + 1
        listed = [fact for facts in groups.values() for fact in facts]
        self._table(sheet, listed, 1, rows, SCHOOL_EXAMPLE)
        sheet.freeze_panes(2, 2)
        self._warn(sheet, listed, 3, rows)
        _page(sheet, repeat=1)

    def further(
        self,
        vocabulary: Vocabulary,
        about: FurtherSheet,
        schools: int,
        stated: Sequence[str] | None,
    ) -> None:
        """A row an entry; stated: what has to be stated stands ready."""
        sheet = self._book.add_worksheet(about.name)
        own_year = about.table == "monitoring"
        facts = [
            fact
            for fact in vocabulary.tables[about.table].values()
            if fact.name not in OF_DATASETS and (fact.name != "year" or own_year)
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
            fitting = width(fact, shown, least, _HEADING_LINES - 1)
            sheet.set_column(column, column, fitting, self._cell(fact))
            sheet.write_string(head, column, heading(fact), self._heading(fact))
            sheet.write_comment(head, column, note(fact), {"x_scale": 2.4, "y_scale": 1.8})
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
    words = choices(fact)
    rule: dict[str, object]
    if words and columns(",".join(words)) <= _LONGEST:
        rule = {"validate": "list", "source": words}
    elif fact.not_involved is not None:
        cell = xl_rowcol_to_cell(first, column)
        span = f"AND(ISNUMBER({cell}),{cell}>={fact.minimum or 0:g},{cell}<={fact.maximum:.0f})"
        rule = {"validate": "custom", "value": f'=OR({cell}="{NOT_INVOLVED}",{span})'}
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


def grouped(
    facts: Mapping[str, Fact], groups: Mapping[str, str], without: Iterable[str] = ()
) -> dict[str, list[Fact]]:
    """Group → its facts, each group in the order of the vocabulary; empty groups are left out."""
    found: dict[str, list[Fact]] = {name: [] for name in groups if name not in _LAST}
    found |= {name: [] for name in _LAST if name in groups}
    skipped = tuple(without)
    for fact in facts.values():
        if not _fits(fact.name, skipped):
            home = next(name for name, known in groups.items() if _fits(fact.name, known.split()))
            found[home].append(fact)
    return {name: members for name, members in found.items() if members}


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def guide() -> Sequence[tuple[str, Sequence[str]]]:
    """The first sheet's headings, each with its lines."""
    text = files("compliance.templates").joinpath("blank_workbook.md").read_text("utf-8")
    parts = (part.split("\n") for part in text.removeprefix("# ").split("\n# "))
    return [(head, [line for line in lines if line]) for head, *lines in parts]


def heading(fact: Fact) -> str:
    """The heading as printed: title and, on a line of its own, unit and period.

    The period is printed for figures of a calendar year; all others are of the school year.
    """
    notes = [fact.unit, "自然年度" if fact.period == "calendar_year" else ""]
    inside = "，".join(note for note in notes if note)
    return f"{fact.title}\n（{inside}）" if inside else fact.title


def definition(fact: Fact) -> str:
    """The statistical definition and what may be written, as a sentence for the form."""
    told = fact.description.replace("year年", "学年起始年份").replace("year", "学年起始年份的")
    return f"{told}填写：{fact.expected()}。"


def note(fact: Fact) -> str:
    """What is shown when the pointer rests on a heading."""
    needed = "必填。" if fact.required else "缺失留空，不要填0代替。"
    return f"{fact.title}\n{definition(fact)}{needed}"


def choices(fact: Fact) -> list[str]:
    """The words offered in a drop-down: for each meaning the first word that is not its code."""
    if fact.form == "flag":
        return ["是", "否"]
    chosen: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if word != canonical:
            chosen.setdefault(canonical, word)
    return list(chosen.values())


def width(fact: Fact, given: str, least: int, lines: int, most: int = 26) -> int:
    """Column width for a heading whose title may wrap into `lines`, its choices and an example."""
    title, _, unit = heading(fact).partition("\n")
    wanted = max(math.ceil(columns(title) / lines), columns(unit)) + 2
    widest = max((columns(word) + 3 for word in choices(fact)), default=0)
    return max(least, min(most, wanted), min(30, columns(given) + 2), widest)
