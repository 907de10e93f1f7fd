"""Rectification papers as workbooks: the county's list with its side sheets, a school's sheet."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.kernel.i18n import msg, msg_in, say
from compliance.render.documents.xlsx import Book, Column, NumberCell, Value
from compliance.render.rectification import ledger_book
from compliance.render.rectification.cells import PaperLine
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.ledger_paper import of_county
from compliance.render.rectification.school_sheet import SchoolPaper


def workbook(paper: CountyPaper | SchoolPaper) -> bytes:
    """A paper as a workbook; there is no template.

    The county's: the ledger with its sheets, then totals, suggestions, what is awaited, reference,
    schools, people's own sheets, and what the next run must remember.
    """
    book = Book(paper.title, keywords=paper.record if isinstance(paper, SchoolPaper) else "")
    if isinstance(paper, SchoolPaper):
        _school(book, paper)
    else:
        ledger = of_county(paper)
        ledger_book.sheets(book, ledger)
        for sheet in (_totals, _shares, _waived, _suggestions, _awaited, _references, _schools):
            sheet(book, paper)
        ledger_book.remember(book, ledger)
    return book.content()


def _school(book: Book, paper: SchoolPaper) -> None:
    columns = [
        Column(msg("序号"), 5, "centre"),
        Column(msg_in("heading", "编号"), 16),
        Column(msg("指标"), 26),
        Column(msg("现状值"), 12),
        Column(msg("标准值"), 12),
        Column(msg("余项下限"), 11),
        Column(msg_in("State", "结论"), 12, "centre"),
        Column(msg("缺口"), 15, "amount"),
        Column(msg("整改措施"), 24),
        Column(msg("牵头单位/责任单位"), 18),
        Column(msg("责任人"), 10, "centre"),
        Column(msg("完成时限"), 12, "centre"),
        Column(msg("备注"), 22),
    ]
    sheet = book.sheet(msg("一校一案"), columns)
    sheet.on_one_page()
    sheet.line(paper.title, "title")
    code = msg_in("school code", "学校标识码")
    sheet.line(f"{paper.county_name} · {paper.years} · {code} {paper.code}")
    if paper.figures:
        sheet.line(msg("；").join(msg("：").join(pair) for pair in paper.figures))
    for line in (say("结论：{v}", v=paper.verdict), *paper.sentences):
        sheet.line(line)
    if paper.parts:
        sheet.head()
    for part in paper.parts:
        sheet.line(part.title, "band")
        for row in part.lines:
            sheet.row(
                (
                    row.number, row.id, row.title, row.current, row.standard, row.floor, row.state,
                    NumberCell(row.gap, row.amounts), row.measure,
                    row.responsible if row.due else "", row.person if row.due else "",
                    row.deadline if row.due else "", row.note,
                ),
                shaded=row.met is False and not part.reference,
            )  # fmt: skip
    sheet.line(paper.county)
    sheet.line(_basis(paper.basis))
    sheet.line(paper.dates)
    sheet.finish(filters=False)


def _basis(basis: str) -> str:
    return say("依据：{b}。", b=basis)


def _item_columns(extra: Sequence[Column] = ()) -> list[Column]:
    return [
        Column(msg("序号"), 5, "centre"),
        Column(msg_in("heading", "编号"), 16),
        *extra,
        Column(msg("学校"), 14),
        Column(msg("存在问题"), 31),
        Column(msg("现状值"), 10),
        Column(msg("标准值"), 10),
        Column(msg("缺口"), 14, "amount"),
        Column(msg("整改措施"), 22),
        Column(msg("牵头单位/责任单位"), 18),
        Column(msg("责任人"), 8),
        Column(msg("完成时限"), 11, "centre"),
        Column(msg("整改进展"), 9, "centre"),
        Column(msg("验收/销号"), 8),
        Column(msg("备注"), 13),
    ]


def _item(paper: CountyPaper, item: PaperLine) -> tuple[str | int | NumberCell, ...]:
    return (
        item.subject, item.problem, item.current, item.standard, NumberCell(item.gap, item.amounts),
        item.measure, item.responsible, "", paper.deadline, paper.progress, "", item.note,
    )  # fmt: skip


def _suggestions(book: Book, paper: CountyPaper) -> None:
    advised = msg_in("suggestion", "建议提升")
    waiting = msg_in("open", "待补数据后确定")
    rows = [(advised, item) for item in paper.suggestions] + [(waiting, i) for i in paper.open]
    _table(
        book,
        msg("建议提升"),
        _item_columns([Column(msg("类别"), 10)]),
        msg("建议提升事项"),
        [
            (number, item.id, word, *_item(paper, item))
            for number, (word, item) in enumerate(rows, 1)
        ],
        msg(
            "低于标准但该校综合评估已达标的，建议逐步提升；综合评估因数据缺失尚不能下结论的，待补数据后确定。"
        ),
        frozen_columns=4,
    )


def _awaited(book: Book, paper: CountyPaper) -> None:
    """School by school, so that it can be filtered and handed out."""
    columns = [
        Column(msg("序号"), 6, "centre"),
        Column(msg_in("heading", "学校标识码"), 14),
        Column(msg("学校"), 24),
        Column(msg("状态"), 10, "centre"),
        Column(msg("待补事项"), 34),
        Column(msg("影响的指标"), 34),
        Column(msg("提供单位"), 16),
    ]
    _table(
        book,
        msg("待补数据"),
        columns,
        msg("待补数据和待佐证事项"),
        [
            (row.number, row.school_code, row.names, row.state, row.what, row.affects, row.owner)
            for row in paper.blanks_at
        ],
    )


def _references(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(msg("序号"), 6, "centre"),
        Column(msg_in("heading", "指标"), 24),
        Column(msg("依据"), 24),
        Column(msg("涉及单位数"), 9, "centre"),
        Column(msg("涉及单位"), 28),
        Column(msg("差距"), 16),
        Column(msg_in("heading", "说明"), 30),
    ]
    bases = [msg("：").join(filter(None, (row.basis, row.source))) for row in paper.references]
    _table(
        book,
        msg("参考"),
        columns,
        msg("参考指标（不计入结论）"),
        [
            (row.number, row.title, basis, row.schools or "", row.names, row.gap, row.message)
            for row, basis in zip(paper.references, bases, strict=True)
        ],
    )


def _totals(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(msg("指标"), 44),
        Column(msg("涉及学校"), 10, "centre"),
        Column(msg("整改缺口"), 24),
        Column(msg("待补数据后确定"), 24),
        Column(msg("建议提升另需"), 24),
    ]
    _table(
        book,
        msg("缺口汇总"),
        columns,
        msg("缺口汇总"),
        [
            (row.of or row.title, row.schools or "", row.problems, row.open, row.also)
            for row in paper.totals
        ],
        msg("一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。"),
    )


def _shares(book: Book, paper: CountyPaper) -> None:
    if not paper.shares:
        return
    columns = [
        Column(msg("指标"), 36),
        Column(msg("标准"), 16),
        Column(msg("学校标识码"), 16),
        Column(msg("学校"), 30),
        Column(msg("现状"), 30),
        Column(msg("缺口"), 30),
    ]
    _table(
        book,
        msg("全县指标分校"),
        columns,
        msg("全县指标由哪些学校拉低"),
        [(one.title, one.asked, *school) for one in paper.shares for school in one.schools],
    )


def _waived(book: Book, paper: CountyPaper) -> None:
    if not paper.waived:
        return
    columns = [
        Column(msg("序号"), 6, "centre"),
        Column(msg_in("heading", "学校标识码"), 14),
        Column(msg_in("column", "对象"), 22),
        Column(msg_in("heading", "指标"), 22),
        Column(msg("现状"), 30),
        Column(msg("豁免理由"), 30),
        Column(msg("批准"), 18),
        Column(msg("文号"), 22),
        Column(msg("有效期至"), 12, "centre"),
    ]
    _table(
        book,
        msg("已备案豁免"),
        columns,
        msg("已备案豁免（不计为达标）"),
        [
            (
                one.number, one.school_code, one.subject, one.rule, one.missed,
                one.reason, one.approver, one.document, one.expiry,
            )
            for one in paper.waived
        ],
        msg("下列各项低于标准，经批准在有效期内暂不要求整改；期满未延期的，列入整改。"),
    )  # fmt: skip


def _schools(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(msg("学校标识码"), 16),
        Column(msg("学校"), 44),
        Column(msg_in("Verdict", "结论"), 22),
        Column(msg("需整改"), 12, "centre"),
        Column(msg("建议提升"), 12, "centre"),
        Column(msg("待补"), 12, "centre"),
    ]
    _table(
        book,
        msg_in("heading", "学校一览"),
        columns,
        msg("学校一览"),
        [
            (one.code, one.name, one.verdict, one.problems, one.suggestions, one.blanks)
            for one in paper.schools
        ],
    )


def _table(
    book: Book,
    name: str,
    columns: Sequence[Column],
    title: str,
    rows: Sequence[Sequence[Value]],
    remark: str = "",
    *,
    frozen_columns: int = 0,
) -> None:
    """A sheet of one table below its title, and a remark where there is one."""
    sheet = book.table(name, columns, title, filter(None, [remark]), frozen_columns)
    sheet.fill(rows)
