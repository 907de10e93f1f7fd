"""The sheets of the template, one function each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.render.blank_workbook import columns as known
from compliance.render.blank_workbook.styles import (
    HEAD_LINES,
    LINE,
    Style,
    check,
    choices,
    definition,
    heading,
    note,
    width,
)
from compliance.render.documents.text import columns

Sheet = Any  # xlsxwriter has no types
HEAD = HEAD_LINES * LINE
STATEMENTS = 60
NUMERALS = "一二三四五六七八九十"
# What a further table has for datasets of many counties only.
OF_DATASETS = ("county_code", "school_year", "school_name")

GUIDE: Sequence[tuple[str, Sequence[str]]] = (
    (
        "怎样填写",
        (
            "一个县（市、区）一个学年填一本。必填：“县区”和“学校”两张表；其余各表有则填写。",
            "不知道、没有统计的，留空：留空表示“缺失”，不会当作0。确实为零的，填0；清单确实没有的，填“无”。",
            "表头、工作表名称请勿改动；列的顺序可以调整，用不到的列可以删除。",
            "灰色斜体的示例行（标识码以“示例”开头）不会被读取，可以删除。",
            "只填数值，不写单位、百分号和千位逗号；单位见表头。用公式时，保存前确认没有 #DIV/0! 之类的错误。",
            "标识码、代码按文本填写，单元格已设为文本格式；从别处粘贴时选“只粘贴数值”，以免位数丢失。",
        ),
    ),
    (
        "各表的内容",
        (
            "县区：全县的数据，一行一项。",
            "学校：一所学校一行；一贯制学校、完全中学各学段填在同一行的小学、初中、高中各列。",
            "班级：一个教学班一行，用于判断班额；也可以不填，改填“学校”表的班额段班级数或最大班额。",
            "专用教室：一间音乐、美术专用教室一行；也可以不填，改填“学校”表的间数。",
            "质量监测：国家义务教育质量监测结果，一个学科一行。",
            "佐证：需要由人认定的指标，写明是否达到和佐证材料；多份材料用分号隔开。",
            "一票否决：各事项是否存在，逐项填“是”或“否”。",
        ),
    ),
    (
        "时点",
        (
            "学生、班级、教师、校舍：学年初（学年起始年份的9月1日）。",
            "经费、工资、交流轮岗：学年起始年份的自然年度，表头标有“自然年度”。",
        ),
    ),
    (
        "颜色",
        (
            "橙色表头：必填。蓝色表头：选填。",
            "黄色单元格：该行的必填项还空着。红色单元格：标识码重复。",
        ),
    ),
    (
        "填好以后",
        (
            "保存为 .xlsx，运行：compliance validate 文件名.xlsx  检查数据；compliance check 文件名.xlsx  评估。",
            "数据只在本机处理，不会上传。",
        ),
    ),
)


def guide(style: Style, title: str) -> None:
    """说明: what to fill in, and what the colours mean."""
    sheet = style.book.add_worksheet("说明")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 104)
    sheet.write_string(0, 0, "县域义务教育均衡发展填报表", style.title)
    sheet.write_string(1, 0, f"适用标准：{title}", style.text)
    row = 3
    for head, lines in GUIDE:
        sheet.write_string(row, 0, head, style.strong)
        for line in lines:
            row += 1
            sheet.write_string(row, 0, line, style.text)
            sheet.set_row(row, LINE * (1 + columns(line) // 104))
        row += 2
    _page(sheet, landscape=False)
    sheet.fit_to_pages(1, 0)


def county(style: Style, vocabulary: Vocabulary) -> None:
    """县区: heading, value, unit and definition, a row a fact."""
    sheet = style.book.add_worksheet("县区")
    for column, (text, size) in enumerate(
        (("项目", 44), ("填报值", 24), ("单位", 16), ("统计口径", 80))
    ):
        sheet.write_string(0, column, text, style.head)
        sheet.set_column(column, column, size)
    sheet.set_row(0, LINE * 1.5)
    row = 1
    groups = known.grouped(vocabulary.county, known.COUNTY_GROUPS)
    for number, (name, facts) in zip(NUMERALS, groups.items(), strict=False):
        for column in range(4):
            sheet.write_string(row, column, "" if column else f"{number}、{name}", style.band)
        row += 1
        for fact in facts:
            _county_fact(style, sheet, row, fact)
            row += 1
    sheet.freeze_panes(1, 1)
    _page(sheet, repeat=0)
    sheet.fit_to_pages(1, 0)


def _county_fact(style: Style, sheet: Sheet, row: int, fact: Fact) -> None:
    period = "自然年度" if fact.period == "calendar_year" else ""
    unit = fact.unit + (f"（{period}）" if period else "")
    sheet.write_string(row, 0, fact.title, style.heading(fact))
    sheet.write_blank(row, 1, None, style.cell(fact, framed=True))
    sheet.write_string(row, 2, unit, style.boxed)
    told = definition(fact)
    sheet.write_string(row, 3, told, style.boxed)
    sheet.set_row(row, LINE * max(1 + columns(told) // 78, 1 + columns(fact.title) // 42) + 4)
    _check(sheet, row, row, 1, fact)


def schools(style: Style, vocabulary: Vocabulary, rows: int) -> None:
    """学校: a row a school; bands over the headings, an example under them."""
    sheet = style.book.add_worksheet("学校")
    groups = known.grouped(vocabulary.school, known.SCHOOL_GROUPS, known.ELSEWHERE)
    column = 0
    for name, facts in groups.items():
        last = column + len(facts) - 1
        if last > column:
            sheet.merge_range(0, column, 0, last, name, style.band)
        else:
            sheet.write_string(0, column, name, style.band)
        column = last + 1
    listed = [fact for facts in groups.values() for fact in facts]
    _table(style, sheet, listed, 1, rows, known.SCHOOL_EXAMPLE)
    sheet.freeze_panes(2, 2)
    _warn(style, sheet, listed, 3, rows)
    _page(sheet, repeat=1)


def classes(style: Style, vocabulary: Vocabulary, rows: int) -> None:
    """班级: a row a class."""
    _further(style, vocabulary, "班级", "class", rows, known.CLASS_EXAMPLE)


def rooms(style: Style, vocabulary: Vocabulary, rows: int) -> None:
    """专用教室: a row a music or art room."""
    _further(style, vocabulary, "专用教室", "room", rows, known.ROOM_EXAMPLE)


def monitoring(style: Style, vocabulary: Vocabulary) -> None:
    """质量监测: a row a subject."""
    _further(style, vocabulary, "质量监测", "monitoring", STATEMENTS, known.MONITORING_EXAMPLE)


def attestations(style: Style, vocabulary: Vocabulary, listed: Sequence[str]) -> None:
    """佐证: a row a statement; what has to be stated stands ready."""
    example = known.ATTESTATION_EXAMPLE
    _further(style, vocabulary, "佐证", "attestation", STATEMENTS, example, listed)


def vetoes(style: Style, vocabulary: Vocabulary, listed: Sequence[str]) -> None:
    """一票否决: a row an incident that would block the county."""
    _further(style, vocabulary, "一票否决", "veto", STATEMENTS, known.VETO_EXAMPLE, listed)


def _further(
    style: Style,
    vocabulary: Vocabulary,
    name: str,
    table: str,
    rows: int,
    example: Mapping[str, object],
    listed: Sequence[str] = (),
) -> None:
    sheet = style.book.add_worksheet(name)
    own_year = table == "monitoring"
    facts = [
        fact
        for fact in vocabulary.tables[table].values()
        if fact.name not in OF_DATASETS and (fact.name != "year" or own_year)
    ]
    _table(style, sheet, facts, 0, max(rows, len(listed)), example, least=16)
    if listed or table in ("attestation", "veto"):
        sheet.set_column(0, 0, 60, style.text)
        sheet.set_column(2, len(facts), 40, style.text)
    for row, text in enumerate(listed, start=2):
        sheet.write_string(row, 0, text, style.boxed)
        sheet.set_row(row, LINE * (1 + columns(text) // 58))
    sheet.freeze_panes(1, 1)
    _page(sheet, repeat=0)
    sheet.fit_to_pages(1, 0)


def _table(
    style: Style,
    sheet: Sheet,
    facts: Sequence[Fact],
    head: int,
    rows: int,
    example: Mapping[str, object],
    least: int = 9,
) -> None:
    """Headings in row `head`, an example under them, checks on `rows` rows under that."""
    first, last = head + 2, head + 1 + rows
    for column, fact in enumerate(facts):
        text = heading(fact)
        given = str(example.get(fact.name, ""))
        fitting = max(width(text, least), min(30, columns(given) + 2), _widest(fact))
        sheet.set_column(column, column, fitting, style.cell(fact))
        sheet.write_string(head, column, text, style.heading(fact))
        sheet.write_comment(head, column, note(fact), {"x_scale": 2.4, "y_scale": 1.8})
        _example(style, sheet, head + 1, column, fact, example.get(fact.name))
        _check(sheet, first, last, column, fact)
    sheet.set_row(head, HEAD)
    sheet.autofilter(head, 0, last, len(facts) - 1)


def _widest(fact: Fact) -> int:
    return max((columns(word) + 3 for word in choices(fact)), default=0)


def _example(style: Style, sheet: Sheet, row: int, column: int, fact: Fact, value: object) -> None:
    look = style.cell(fact, example=True)
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    else:
        sheet.write_blank(row, column, None, look)


def _check(sheet: Sheet, first: int, last: int, column: int, fact: Fact) -> None:
    rule = check(fact)
    if rule is not None:
        sheet.data_validation(first, column, last, column, rule)


def _warn(style: Style, sheet: Sheet, facts: Sequence[Fact], first: int, rows: int) -> None:
    """Colour what is required and still blank, and codes given twice."""
    last = first + rows - 1
    needed = [column for column, fact in enumerate(facts) if fact.required and column]
    for column in needed:
        letter = chr(ord("A") + column)
        rule = f'=AND($A{first + 1}<>"",{letter}{first + 1}="")'
        sheet.conditional_format(
            first,
            column,
            last,
            column,
            {"type": "formula", "criteria": rule, "format": style.missing},
        )
    sheet.conditional_format(first, 0, last, 0, {"type": "duplicate", "format": style.wrong})


def _page(sheet: Sheet, *, landscape: bool = True, repeat: int | None = None) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    if repeat is not None:
        sheet.repeat_rows(repeat)
