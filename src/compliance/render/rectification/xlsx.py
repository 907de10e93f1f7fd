"""Rectification papers as workbooks: the county's list with its side sheets, a school's sheet."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.kernel.i18n import pick, say
from compliance.render.documents.xlsx import Book, Column, NumberCell, Value
from compliance.render.rectification.cells import PaperLine
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.school_sheet import SchoolPaper

_PROGRESS_COLUMN = 10


class WorkbookWriter:
    """Writes workbooks; they have no template."""

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list: problems, suggestions, what is awaited, reference, totals, schools."""
        book = Book(paper.title)
        _problems(book, paper)
        _suggestions(book, paper)
        _awaited(book, paper)
        _references(book, paper)
        _totals(book, paper)
        _schools(book, paper)
        return book.content()

    def school(self, paper: SchoolPaper) -> bytes:
        """One school's sheet."""
        book = Book(paper.title)
        sheet = book.sheet(pick("一校一案", "Plan"), _school_columns())
        sheet.line(paper.title, "title")
        code = pick("学校标识码", "school code")
        sheet.line(f"{paper.county_name} · {paper.years} · {code} {paper.code}")
        if paper.figures:
            about = (f"{heading}{pick('：', ': ')}{text}" for heading, text in paper.figures)
            sheet.line(pick("；", "; ").join(about))
        sheet.line(say("结论：{v}", "Verdict: {v}", v=paper.verdict))
        for sentence in paper.sentences:
            sheet.line(sentence)
        if paper.parts:
            sheet.head()
        for part in paper.parts:
            sheet.line(part.title, "band")
            for row in part.lines:
                sheet.row(
                    (
                        row.number, row.title, row.current, row.standard, row.floor, row.state,
                        NumberCell(row.gap, row.amounts), row.measure,
                        row.responsible if row.due else "", "",
                        paper.deadline if row.due else "", row.note,
                    ),
                    shaded=row.met is False and not part.reference,
                )  # fmt: skip
        sheet.line(paper.county)
        sheet.line(_basis(paper.basis))
        sheet.finish(filters=False)
        return book.content()


def _basis(basis: str) -> str:
    return say("依据：{b}。", "Basis: {b}.", b=basis)


def _item_columns(extra: Sequence[Column] = ()) -> list[Column]:
    return [
        Column(pick("序号", "No."), 5, "centre"),
        *extra,
        Column(pick("学校", "School"), 14),
        Column(pick("存在问题", "Problem"), 31),
        Column(pick("现状值", "Now"), 10),
        Column(pick("标准值", "Standard"), 10),
        Column(pick("缺口", "Gap"), 14, "amount"),
        Column(pick("整改措施", "Measure"), 22),
        Column(pick("牵头单位/责任单位", "Lead / responsible"), 11),
        Column(pick("责任人", "Person"), 8),
        Column(pick("完成时限", "Deadline"), 11, "centre"),
        Column(pick("整改进展", "Progress"), 9, "centre"),
        Column(pick("验收/销号", "Closed"), 8),
        Column(pick("备注", "Remarks"), 13),
    ]


def _item(paper: CountyPaper, item: PaperLine) -> tuple[str | int | NumberCell, ...]:
    return (
        item.subject, item.problem, item.current, item.standard, NumberCell(item.gap, item.amounts),
        item.measure, item.responsible, "", paper.deadline, paper.progress, "", item.note,
    )  # fmt: skip


def _steps() -> list[str]:
    """The words of progress seen in counties' papers."""
    return [
        say("未启动", "not started"),
        say("正在办理", "under way"),
        say("已完成整改", "rectified"),
        say("已经完成长期坚持", "done, kept up"),
        say("办结销号", "closed"),
    ]


def _problems(book: Book, paper: CountyPaper) -> None:
    sheet = book.sheet(pick("整改清单", "Problems"), _item_columns())
    sheet.line(paper.title, "title")
    for line in (paper.years, *paper.summary, _basis(paper.basis)):
        sheet.line(line)
    sheet.head(frozen_columns=2)
    for item in paper.problems:
        sheet.row((item.number, *_item(paper, item)))
    if not paper.problems:
        sheet.line(say("未发现需要整改的问题。", "No problems were found that need rectification."))
    sheet.finish((_PROGRESS_COLUMN, _steps()), filters=bool(paper.problems))


def _suggestions(book: Book, paper: CountyPaper) -> None:
    advised = pick("建议提升", "suggestion")
    waiting = pick("待补数据后确定", "open")
    rows = [(advised, item) for item in paper.suggestions] + [(waiting, i) for i in paper.open]
    _table(
        book,
        pick("建议提升", "Suggestions"),
        _item_columns([Column(pick("类别", "Kind"), 10)]),
        pick("建议提升事项", "Suggestions"),
        [(number, word, *_item(paper, item)) for number, (word, item) in enumerate(rows, 1)],
        say(
            "低于标准但该校综合评估已达标的，建议逐步提升；综合评估因数据缺失尚不能下结论的，待补数据后确定。",
            "What falls short although the school meets the overall assessment, and what is open until data are complete.",
        ),
        frozen_columns=3,
    )


def _awaited(book: Book, paper: CountyPaper) -> None:
    """School by school, so that it can be filtered and handed out."""
    columns = [
        Column(pick("序号", "No."), 6, "centre"),
        Column(pick("学校标识码", "School code"), 14),
        Column(pick("学校", "School"), 24),
        Column(pick("状态", "State"), 10, "centre"),
        Column(pick("待补事项", "What"), 34),
        Column(pick("影响的指标", "Rules that wait"), 34),
        Column(pick("提供单位", "Who can supply it"), 16),
    ]
    _table(
        book,
        pick("待补数据", "Awaited"),
        columns,
        pick("待补数据和待佐证事项", "Data and statements awaited"),
        [
            (row.number, row.school_code, row.names, row.state, row.what, row.affects, row.owner)
            for row in paper.blanks_at
        ],
    )


def _references(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(pick("序号", "No."), 6, "centre"),
        Column(pick("指标", "Rule"), 24),
        Column(pick("依据", "Basis"), 24),
        Column(pick("涉及单位数", "Schools"), 9, "centre"),
        Column(pick("涉及单位", "Which"), 28),
        Column(pick("差距", "Gap"), 16),
        Column(pick("说明", "Remarks"), 30),
    ]
    bases = [
        pick("：", ": ").join(filter(None, (row.basis, row.source))) for row in paper.references
    ]
    _table(
        book,
        pick("参考", "Reference"),
        columns,
        pick("参考指标（不计入结论）", "For reference (without weight)"),
        [
            (row.number, row.title, basis, row.schools or "", row.names, row.gap, row.message)
            for row, basis in zip(paper.references, bases, strict=True)
        ],
    )


def _totals(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(pick("指标", "Indicator"), 44),
        Column(pick("涉及学校", "Schools"), 10, "centre"),
        Column(pick("整改缺口", "Must be added"), 24),
        Column(pick("待补数据后确定", "Open"), 24),
        Column(pick("建议提升另需", "Suggested beyond"), 24),
    ]
    _table(
        book,
        pick("汇总", "Totals"),
        columns,
        pick("缺口汇总", "What is missing in all"),
        [
            (row.of or row.title, row.schools or "", row.problems, row.open, row.also)
            for row in paper.totals
        ],
        say(
            "一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。",
            "Of what the stages of one school share, the largest amount counts, not the sum.",
        ),
    )


def _schools(book: Book, paper: CountyPaper) -> None:
    columns = [
        Column(pick("学校标识码", "Code"), 16),
        Column(pick("学校", "School"), 44),
        Column(pick("结论", "Verdict"), 22),
        Column(pick("需整改", "Problems"), 12, "centre"),
        Column(pick("建议提升", "Suggestions"), 12, "centre"),
        Column(pick("待补", "Awaited"), 12, "centre"),
    ]
    _table(
        book,
        pick("学校一览", "Schools"),
        columns,
        pick("学校一览", "School by school"),
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
    sheet = book.sheet(name, columns)
    sheet.line(title, "title")
    if remark:
        sheet.line(remark)
    sheet.head(frozen_columns=frozen_columns)
    for row in rows:
        sheet.row(row)
    if not rows:
        sheet.line(pick("无", "None"))
    sheet.finish(filters=bool(rows))


def _school_columns() -> list[Column]:
    return [
        Column(pick("序号", "No."), 5, "centre"),
        Column(pick("指标", "Indicator"), 26),
        Column(pick("现状值", "Now"), 12),
        Column(pick("标准值", "Standard"), 12),
        Column(pick("余项下限", "Floor"), 11),
        Column(pick("结论", "State"), 12, "centre"),
        Column(pick("缺口", "Gap"), 15, "amount"),
        Column(pick("整改措施", "Measure"), 24),
        Column(pick("牵头单位/责任单位", "Lead / responsible"), 12),
        Column(pick("责任人", "Person"), 9),
        Column(pick("完成时限", "Deadline"), 12, "centre"),
        Column(pick("备注", "Remarks"), 16),
    ]
