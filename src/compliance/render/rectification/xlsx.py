"""Rectification papers as workbooks: the county's list with its side sheets, a school's sheet."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.kernel.i18n import pick, say
from compliance.render.documents.xlsx import Book, Column, Gap, Sheet
from compliance.render.rectification.view_model import CountyPaper, ListItem, SchoolPaper

_PROGRESS_COLUMN = 10


class WorkbookWriter:
    """Writes workbooks; they have no template."""

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list: problems, suggestions, what is awaited, reference, totals, schools."""
        book = Book(paper.title)
        _problems(book, paper)
        _suggestions(book, paper)
        _blanks(book, paper)
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
                        Gap(row.gap, row.amounts), row.measure,
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


def _item(paper: CountyPaper, item: ListItem) -> tuple[str | int | Gap, ...]:
    return (
        item.subject, item.problem, item.current, item.standard, Gap(item.gap, item.amounts),
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
    kind = Column(pick("类别", "Kind"), 10)
    sheet = book.sheet(pick("建议提升", "Suggestions"), _item_columns([kind]))
    sheet.line(pick("建议提升事项", "Suggestions"), "title")
    sheet.line(
        say(
            "低于标准但该校综合评估已达标的，建议逐步提升；综合评估因数据缺失尚不能下结论的，待补数据后确定。",
            "What falls short although the school meets the overall assessment, and what is open until data are complete.",
        )
    )
    sheet.head(frozen_columns=3)
    advised = pick("建议提升", "suggestion")
    waiting = pick("待补数据后确定", "open")
    rows = [(advised, item) for item in paper.suggestions] + [(waiting, i) for i in paper.open]
    for number, (word, item) in enumerate(rows, 1):
        sheet.row((number, word, *_item(paper, item)))
    _end(sheet, has_rows=bool(rows))


def _blanks(book: Book, paper: CountyPaper) -> None:
    """School by school, so that it can be filtered and handed out."""
    sheet = book.sheet(
        pick("待补数据", "Awaited"),
        [
            Column(pick("序号", "No."), 6, "centre"),
            Column(pick("学校标识码", "School code"), 14),
            Column(pick("学校", "School"), 24),
            Column(pick("状态", "State"), 10, "centre"),
            Column(pick("待补事项", "What"), 34),
            Column(pick("影响的指标", "Rules that wait"), 34),
            Column(pick("提供单位", "Who can supply it"), 16),
        ],
    )
    sheet.line(pick("待补数据和待佐证事项", "Data and statements awaited"), "title")
    sheet.head()
    for number, row in enumerate(paper.blanks_at, 1):
        sheet.row(
            (number, row.school_code, row.subject, row.state, row.what, row.affects, row.owner)
        )
    _end(sheet, has_rows=bool(paper.blanks_at))


def _references(book: Book, paper: CountyPaper) -> None:
    sheet = book.sheet(
        pick("参考", "Reference"),
        [
            Column(pick("序号", "No."), 6, "centre"),
            Column(pick("指标", "Rule"), 24),
            Column(pick("依据", "Basis"), 24),
            Column(pick("涉及单位数", "Schools"), 9, "centre"),
            Column(pick("涉及单位", "Which"), 28),
            Column(pick("差距", "Gap"), 16),
            Column(pick("说明", "Remarks"), 30),
        ],
    )
    sheet.line(pick("参考指标（不计入结论）", "For reference (without weight)"), "title")
    sheet.head()
    for row in paper.references:
        basis = pick("：", ": ").join(filter(None, (row.basis, row.source)))
        sheet.row(
            (row.number, row.title, basis, row.schools or "", row.names, row.gap, row.message)
        )
    _end(sheet, has_rows=bool(paper.references))


def _totals(book: Book, paper: CountyPaper) -> None:
    sheet = book.sheet(
        pick("汇总", "Totals"),
        [
            Column(pick("指标", "Indicator"), 44),
            Column(pick("涉及学校", "Schools"), 10, "centre"),
            Column(pick("整改缺口", "Must be added"), 24),
            Column(pick("待补数据后确定", "Open"), 24),
            Column(pick("建议提升另需", "Suggested beyond"), 24),
        ],
    )
    sheet.line(pick("缺口汇总", "What is missing in all"), "title")
    sheet.line(
        say(
            "一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。",
            "Of what the stages of one school share, the largest amount counts, not the sum.",
        )
    )
    sheet.head()
    for row in paper.totals:
        sheet.row((row.of or row.title, row.schools or "", row.problems, row.open, row.also))
    _end(sheet, has_rows=bool(paper.totals))


def _schools(book: Book, paper: CountyPaper) -> None:
    sheet = book.sheet(
        pick("学校一览", "Schools"),
        [
            Column(pick("学校标识码", "Code"), 16),
            Column(pick("学校", "School"), 44),
            Column(pick("结论", "Verdict"), 22),
            Column(pick("需整改", "Problems"), 12, "centre"),
            Column(pick("建议提升", "Suggestions"), 12, "centre"),
            Column(pick("待补", "Awaited"), 12, "centre"),
        ],
    )
    sheet.line(pick("学校一览", "School by school"), "title")
    sheet.head()
    for one in paper.schools:
        sheet.row((one.code, one.name, one.verdict, one.problems, one.suggestions, one.blanks))
    _end(sheet, has_rows=bool(paper.schools))


def _end(sheet: Sheet, *, has_rows: bool) -> None:
    if not has_rows:
        sheet.line(pick("无", "None"))
    sheet.finish(filters=has_rows)


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
