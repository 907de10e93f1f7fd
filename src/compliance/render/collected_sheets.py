"""填报进度 and 汇集问题: the sheets of a collected county that tell how far it is and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.labels import severity_word
from compliance.render.documents.text import shortened
from compliance.render.documents.xlsx import Book, Column

Untyped: TypeAlias = Any  # xlsxwriter has no types


@dataclass(frozen=True, slots=True)
class SchoolProgress:
    """How far one school is. collected: its figures are in. saved: when its file was saved last."""

    code: str
    name: str
    kind: str
    township: str
    principal: str
    state: str
    collected: bool
    files: Sequence[str]
    saved: datetime | None
    blanks: Sequence[str]
    changed: int
    errors: int


def told(schools: Sequence[SchoolProgress], done: int) -> list[str]:
    """How far the collecting is, and who is to be urged, a line each."""
    lines = [say("填报进度：{done}/{all}", done=done, all=len(schools))]
    for one in schools:
        if not one.collected:
            who = say(
                "{name}（{code}，{kind}，{township}，校长{principal}）",
                name=one.name, code=one.code, kind=one.kind,
                township=one.township or "—", principal=one.principal or "—",
            )  # fmt: skip
            lines.append(say("  催报：{who}：{state}", who=who, state=one.state))
    return lines


def add_sheets(
    raw: Untyped, county: str, schools: Sequence[SchoolProgress], done: int,
    problems: Sequence[Problem],
) -> None:  # fmt: skip
    """Add both sheets to XlsxWriter's workbook, the progress in front of people's eyes."""
    book = Book("", within=raw)
    _progress(book, county, schools, done)
    _problems(book, problems, {one.code: one.name for one in schools})


def _progress(book: Book, county: str, schools: Sequence[SchoolProgress], done: int) -> None:
    columns = [
        Column(msg("序号"), 6, "centre"), Column(msg("学校标识码"), 14), Column(msg("学校名称"), 26),
        Column(msg("办学类型"), 16), Column(msg("乡镇（街道）"), 14), Column(msg("校长"), 10),
        Column(msg("填报状态"), 16), Column(msg("错误"), 7, "centre"),
        Column(msg("改动已知数据"), 9, "centre"), Column(msg("必填空项"), 32),
        Column(msg("文件"), 40), Column(msg("保存时间"), 17),
    ]  # fmt: skip
    left = len(schools) - done
    lines = [
        say("已汇集{done}/{all}所。", done=done, all=len(schools)),
        plural(left, "还有{n}所要催报，列在最前。") if left else msg("全部交齐。"),
    ]
    title = say("{county}填报进度", county=county)
    sheet = book.table(msg("填报进度"), columns, title, lines, 3)
    for number, one in enumerate(schools, 1):
        blanks = shortened(list(one.blanks), msg("等{count}项"), 3)
        saved = f"{one.saved.astimezone():%Y-%m-%d %H:%M}" if one.saved else ""
        row = (
            number, one.code, one.name, one.kind, one.township, one.principal, one.state,
            one.errors or "", one.changed or "", blanks, msg("；").join(one.files), saved,
        )  # fmt: skip
        sheet.row(row, shaded=not one.collected)
    sheet.finish(filters=True)
    sheet.raw.activate()
    sheet.raw.set_first_sheet()


def _problems(book: Book, problems: Sequence[Problem], names: dict[str, str]) -> None:
    columns = [
        Column(msg("序号"), 6, "centre"), Column(msg("级别"), 7, "centre"),
        Column(msg("学校名称"), 24), Column(msg("学校标识码"), 14), Column(msg("文件"), 36),
        Column(msg("单元格"), 16), Column(msg("问题"), 56), Column(msg("怎么办"), 40),
    ]  # fmt: skip
    errors = sum(one.severity == "error" for one in problems)
    counted = say("错误{e}处，提示{w}处；按学校和文件列出。", e=errors, w=len(problems) - errors)
    sheet = book.table(msg("汇集问题"), columns, msg("汇集问题"), [counted], 3)
    ordered = sorted(problems, key=lambda one: (one.severity, one.school_code or "", one.file))
    for number, one in enumerate(ordered, 1):
        code = one.school_code or ""
        row = (number, severity_word(one.severity), names.get(code, ""), code, one.file, one.at, one.message, one.expected)  # fmt: skip
        sheet.row(row)
    sheet.finish(filters=True)
