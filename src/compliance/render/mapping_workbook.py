"""The workbook in which an officer confirms which column of the county's own tables is which fact.

A Chinese form in either language; read back by `intake.own_tables.mapping_file`. What is asked stands
first and is yellow; each cell offers the facts that the headings do not speak against, best first.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell

from compliance.facts.fact import Fact
from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import SHEETS, TABLE_OF
from compliance.intake.own_tables.mapping import BY_TYPE, IGNORE, OPEN, WORDS, Assigned
from compliance.intake.own_tables.mapping_file import HEADINGS, SHEET, SIGNED_BY, SIGNED_ON
from compliance.intake.own_tables.read_columns import ReadColumn
from compliance.kernel.i18n import use
from compliance.render.documents.xlsx import Book, Column, Untyped
from compliance.render.import_report import reason_of_column

_CHOICES = "候选"
_WORD = {meant: word for word, meant in reversed(WORDS.items())}
_UNITS = ("元", "万元", "平方米", "亩", "人")
_ASKED = {"bg_color": "#FFF2CC", "locked": False}
_OPEN = {"locked": False}
_COLUMNS = (
    Column(HEADINGS["heading"], 40),
    Column("样例", 22),
    Column("已填", 9, "centre"),
    Column("程序的判断", 50),
    Column(HEADINGS["fact"], 30),
    Column(HEADINGS["unit"], 9, "centre"),
    Column(HEADINGS["assumed"], 12, "centre"),
    Column(HEADINGS["file"], 18),
    Column(HEADINGS["sheet"], 12),
    Column("位置", 12),
    Column(HEADINGS["record"], 9, "centre"),
    Column(HEADINGS["title"], 26),
)
_FACT, _ASSUMED = 4, 6


def mapping_workbook(columns: Sequence[ReadColumn], words: Vocabulary) -> bytes:
    """The workbook for the columns of a county's tables, those that are asked first."""
    ordered = sorted(columns, key=lambda one: one.state != "asked")
    asked = sum(one.state == "asked" for one in columns)
    with use("zh"):
        book = Book("列对应关系")
        lines = (
            f"黄色的{asked}列程序拿不准，请在“{HEADINGS['fact']}”一栏用下拉框选；其余各列已按表头认出，有误的也可改。",
            "“不使用”：这一列不要。“按办学类型”：小学的归小学，初中的归初中；一贯制学校要看是哪个学段的数。",
            "选好后填确认人、确认日期，保存，再运行 compliance import（或 check）… --mapping 本文件。除这三栏外请勿改动。",
        )
        title = "列对应关系：各表的哪一列是哪个数据项"
        sheet = book.table(SHEET, _COLUMNS, title, lines, 1)
        plain = [book.style(column.style) for column in _COLUMNS]
        for word in (SIGNED_BY, SIGNED_ON):
            forms = [*plain]
            forms[_FACT] = book.style("cell", "@", own=_ASKED)
            sheet.cells([word, *[None] * (len(_COLUMNS) - 1)], forms)
        options: list[list[str]] = []
        first = sheet.body[1] + 1
        for one in ordered:
            forms = [*plain]
            own = _ASKED if one.state == "asked" else _OPEN
            forms[_FACT] = book.style("cell", own=own)
            doubt = _ASKED if one.use.meaning.why == "unit" else _OPEN
            forms[_ASSUMED] = book.style("centre", own=doubt)
            facts = words.tables[TABLE_OF[one.record]]
            sheet.cells(_cells(one, facts.get(one.assigned.fact)), forms)
            options.append(_options(one))
        sheet.finish(filters=True)
        _offer(book, sheet.raw, first, options)
        sheet.raw.protect(
            "", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
        )
        return book.content()


def _cells(one: ReadColumn, fact: Fact | None) -> list[str | None]:
    return [
        one.heading,
        "；".join(one.samples),
        f"{one.filled}/{one.rows}",
        reason_of_column(one),
        _called(one.assigned, fact) or None,
        as_printed(one.assigned.unit) or None,
        as_printed(one.assigned.assumed) or None,
        one.file,
        one.sheet,
        one.at,
        SHEETS[one.record],
        one.title,
    ]


def _called(assigned: Assigned, fact: Fact | None) -> str:
    if assigned.fact == OPEN:
        return ""
    return fact_word(fact) if fact else _WORD[assigned.fact]


def fact_word(fact: Fact) -> str:
    """A fact as it is chosen: its heading, and its unit."""
    return f"{fact.title}（{fact.unit}）" if fact.unit else fact.title


def _options(one: ReadColumn) -> list[str]:
    """What may be chosen of a column."""
    meaning = one.use.meaning
    if one.state == "silent":
        return [_WORD[IGNORE]]
    by_type = (
        [_WORD[BY_TYPE]]
        if len(meaning.facts) > 1 and meaning.kind in ("by_type", "control", "band")
        else []
    )
    return [*by_type, *map(fact_word, one.choices), _WORD[IGNORE]]


def _offer(book: Book, sheet: Untyped, first: int, options: Sequence[Sequence[str]]) -> None:
    """A drop-down in every row; the words stand on a hidden sheet, for a list of them in a check is short."""
    store = book.raw.add_worksheet(_CHOICES)
    store.hide()
    places: dict[tuple[str, ...], int] = {}
    for row, words in enumerate(options, first):
        line = places.setdefault(tuple(words), len(places))
        if line == len(places) - 1:
            for column, word in enumerate(words):
                store.write_string(line, column, word)
        span = ":".join(
            xl_rowcol_to_cell(line, column, row_abs=True, col_abs=True)
            for column in (0, len(words) - 1)
        )
        rule = {
            "validate": "list",
            "source": f"={_CHOICES}!{span}",
            "error_title": "请从下拉框中选",
            "error_message": "只能选列出的数据项、“按办学类型”或“不使用”；暂不确定的留空。",
        }
        sheet.data_validation(row, _FACT, row, _FACT, rule)
        units = {"validate": "list", "source": list(_UNITS)}
        sheet.data_validation(row, _ASSUMED, row, _ASSUMED, units)
