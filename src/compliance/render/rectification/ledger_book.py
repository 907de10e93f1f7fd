"""台账 as sheets of the county's workbook: the list itself, 汇总, 序时进度, 变化, 设置, and its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from compliance.kernel.i18n import msg, msg_in, say
from compliance.ledger import memory_sheet, states, tallies
from compliance.ledger.columns import COLUMNS, headings
from compliance.ledger.model import STATES, Ledger, Look, OwnColumn, OwnSheet, Row, Value
from compliance.ledger.settings import SETTINGS, settings_words, warning
from compliance.render.documents.text import printable
from compliance.render.documents.xlsx import Book, Column, Untyped, Worksheet, put
from compliance.render.rectification.ledger_paper import LedgerPaper

_WIDTHS = {
    "id": 16, "number": 5, "state": 8, "flags": 15, "code": 11, "school": 12, "township": 8,
    "alliance": 9, "stage": 5, "indicator": 12, "problem": 24, "value": 8, "limit": 8, "gap": 9,
    "unit": 7, "cost": 10, "measure": 18, "lead": 10, "joint": 11, "person": 9, "deadline": 11,
    "progress": 15, "applied": 9, "verified": 9, "reviewed": 9, "closed": 11, "evidence": 11,
    "remarks": 15,
}  # fmt: skip
_CENTRED = ("number", "state", "stage", "unit", "deadline", "closed", "value", "limit", "gap")
# For filters and sorting, folded away so that the rest can be read on paper.
_FOLDED = ("code", "alliance")
# Not shown where nobody has given it.
_OPTIONAL = ("township", "cost")
_FROZEN = "code"  # what stands before it stays in view
_COLOURS = {"blue": "DDEBF7", "yellow": "FFE699", "red": "F4A7A0"}
_CLASH = "FCE4D6"
_GREY = "808080"
_DAY, _MONTH = "yyyy-mm-dd", 'yyyy"年"m"月"'
_SIGNS = "≥≤><＞＜="
_A3 = 8


def sheets(book: Book, paper: LedgerPaper) -> None:
    """The sheets that are made of the ledger, in their order; `remember` ends the book."""
    _table(book, paper)
    _tallies(book, paper)
    _months(book, paper)
    _changes(book, paper)


def _table(book: Book, paper: LedgerPaper) -> None:
    ledger = paper.ledger
    titles = headings()
    own = list(ledger.columns)
    columns = [
        *(Column(titles[key], _WIDTHS[key]) for key in COLUMNS),
        *(Column(one.heading, one.width or 14) for one in own),
    ]
    sheet = book.sheet(msg("台账"), columns)
    sheet.raw.set_paper(_A3)
    sheet.line(paper.title, "title")
    # above the headings: below them it would come back as a row of people's own
    nothing = () if ledger.rows else (say("{l}。", l=paper.no_problems),)
    for line in (*paper.lines, *ledger.remarks, *nothing):
        sheet.line(line)
    sheet.head(frozen_columns=COLUMNS.index(_FROZEN) + 2)
    for place, one in enumerate(own, len(COLUMNS)):
        if one.look != Look():
            sheet.recolour_head(place, _form(book, one.look, "head"))
    for key in _FOLDED:
        sheet.fold(COLUMNS.index(key))
    for key in _OPTIONAL:
        if all(row.cells.get(key) is None for row in ledger.rows):
            sheet.hide(COLUMNS.index(key))
    for row in ledger.rows:
        _row(book, sheet, row, own, ledger.settings)
    # The words of progress seen in counties' papers.
    steps = [
        msg("未启动"), msg("正在办理"), msg("已完成整改"), msg("已经完成长期坚持"), msg("办结销号"),
    ]  # fmt: skip
    sheet.finish((COLUMNS.index("progress"), steps), filters=bool(ledger.rows))


def _row(
    book: Book, sheet: Worksheet, row: Row, own: Sequence[OwnColumn], settings: Mapping[str, int]
) -> None:
    keys = [*COLUMNS, *(one.key for one in own)]
    values = [row.cells.get(key) for key in keys]
    colour = _COLOURS.get(warning(row, settings), "")
    forms = []
    for key, value in zip(keys, values, strict=True):
        look = row.looks.get(key, Look())
        if key in row.clashing:
            look = Look(fill=_CLASH, colour="C00000")
        elif colour and key in ("deadline", "flags"):
            look = Look(fill=colour, bold=True)
        elif not row.own and not row.unfinished and key not in row.looks:
            look = Look(colour=_GREY)
        number = _number_format(row, key, value) or look.number
        style = "centre" if key in _CENTRED else "cell"
        forms.append(_form(book, Look(look.fill, look.colour, look.bold, number), style))
    sheet.cells(values, forms)
    for key, text in row.comments.items():
        if key in keys:
            sheet.comment(keys.index(key), text)


def _number_format(row: Row, key: str, value: Value) -> str:
    if isinstance(value, date):
        dated = {"deadline": row.deadline, "closed": row.closed}.get(key)
        return _MONTH if dated is not None and not dated.exact else _DAY
    if key == "limit" and isinstance(value, (int, float)) and row.memory.limit[:1] in _SIGNS:
        return f'"{row.memory.limit[:1]}"General' if row.memory.limit else ""
    return ""


def _form(book: Book, look: Look, style: str) -> Untyped:
    own: dict[str, object] = {}
    if look.fill:
        own["bg_color"] = f"#{look.fill}"
    if look.colour:
        own["font_color"] = f"#{look.colour}"
    if look.bold:
        own["bold"] = True
    return book.style(style, look.number, own=own)


def _tallies(book: Book, paper: LedgerPaper) -> None:
    words = states.words()
    columns = [
        Column(msg("分类"), 14),
        Column(msg_in("heading", "名称"), 34),
        Column(msg("应整改"), 9, "centre"),
        *(Column(words[state], 10, "centre") for state in STATES),
        Column(msg("逾期"), 9, "centre"),
        Column(msg("完成率（%）"), 11, "centre"),
    ]
    remark = msg("应整改不含“不再适用”；完成率＝（已达标待销号＋已销号）÷应整改。")
    title = say("{title}：汇总", title=paper.title)
    sheet = book.table(msg("汇总"), columns, title, [paper.dates, remark], 2)
    for one in tallies.tallies(paper.ledger):
        share = round(100 * one.done / one.total, 1) if one.total else ""
        counts = [one.states.get(state, 0) or "" for state in STATES]
        sheet.row((one.kind, one.name, one.total, *counts, one.late or "", share))
    sheet.finish(filters=True)


def _months(book: Book, paper: LedgerPaper) -> None:
    columns = [
        Column(msg_in("heading", "月份"), 14, "centre"),
        Column(msg("计划完成"), 12, "centre"),
        Column(msg("累计计划"), 12, "centre"),
        Column(msg("实际完成"), 12, "centre"),
        Column(msg("累计完成"), 12, "centre"),
        Column(msg("累计完成率（%）"), 16, "centre"),
        Column(msg("其中逾期"), 12, "centre"),
    ]
    remark = msg("计划按“完成时限”的月份，实际完成按数据首次达标的数据日期所在月份。")
    title = say("{title}：序时进度", title=paper.title)
    sheet = book.table(msg("序时进度"), columns, title, [paper.dates, remark], 1)
    for one in tallies.months(paper.ledger):
        share = round(100 * one.done_so_far / one.planned_so_far, 1) if one.planned_so_far else ""
        sheet.row(
            (
                one.name or msg("未定时限"), one.planned or "", one.planned_so_far, one.done or "",
                one.done_so_far, share, one.late or "",
            )
        )  # fmt: skip
    sheet.finish(filters=False)


def _changes(book: Book, paper: LedgerPaper) -> None:
    columns = [
        Column(msg("类别"), 12, "centre"),
        Column(msg_in("heading", "编号"), 18),
        Column(msg("学校"), 22),
        Column(msg_in("heading", "指标"), 26),
        Column(msg("原来"), 16),
        Column(msg("现在"), 16),
        Column(msg_in("heading", "说明"), 40),
    ]
    remark = msg("与上一数据日期的台账相比；同一批数据重复运行，本表不变。")
    title = say("{title}：变化", title=paper.title)
    sheet = book.table(msg("变化"), columns, title, [paper.dates, remark], 2)
    rows = (
        (one.kind, one.id, one.school, one.indicator, one.before, one.now, one.told)
        for one in tallies.changes(paper.ledger)
    )
    sheet.fill([printable(cell) for cell in row] for row in rows)


def _settings(book: Book, ledger: Ledger) -> None:
    """What people may set; their numbers are read again by the next run."""
    columns = [Column(msg_in("heading", "项目"), 44), Column(msg("天数"), 12, "centre")]
    remark = msg("改动右栏数字后，下次生成时生效。")
    sheet = book.table(msg("设置"), columns, msg("台账设置"), [remark])
    for key, text in settings_words().items():
        sheet.row((text, {**SETTINGS, **ledger.settings}[key]))
    sheet.finish(filters=False)


def _own_sheet(book: Book, one: OwnSheet) -> None:
    raw = book.raw.add_worksheet(_free(book, one.name))
    for column, width in one.widths.items():
        raw.set_column(column - 1, column - 1, width)
    for top, left, bottom, right in one.merged:
        raw.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
    for (row, column), (value, look) in one.cells.items():
        number = look.number or (_DAY if isinstance(value, date) else "")
        form = _form(book, Look(look.fill, look.colour, look.bold, number), "plain")
        put(raw, row - 1, column - 1, value, form)
    for (row, column), text in one.comments.items():
        raw.write_comment(row - 1, column - 1, text)


def _free(book: Book, name: str) -> str:
    """A name that no sheet has yet and Excel takes."""
    taken = {sheet.get_name().casefold() for sheet in book.raw.worksheets()}
    names = (name[:31], *(f"{name[:27]}_{number}" for number in range(2, 100)))
    return next(one for one in names if one.casefold() not in taken)


def remember(book: Book, paper: LedgerPaper) -> None:
    """The last sheets: settings, people's own, and what we wrote, so that the next run knows what
    people wrote. The last of them nobody sees.
    """
    _settings(book, paper.ledger)
    for one in paper.ledger.sheets:
        _own_sheet(book, one)
    made = {sheet.name: memory_sheet.fingerprint(sheet.values) for sheet in book.sheets[1:-1]}
    last = book.sheets[-1]  # the settings: their numbers are there to be changed
    made[last.name] = memory_sheet.fingerprint(one for one in last.values if isinstance(one, str))
    raw = book.raw.add_worksheet(memory_sheet.NAME)
    above = [paper.title, *paper.lines]
    for row, line in enumerate(memory_sheet.lines(paper.ledger, above, made)):
        for column, value in enumerate(line):
            if value != "":
                put(raw, row, column, value, None)
    raw.very_hidden()
