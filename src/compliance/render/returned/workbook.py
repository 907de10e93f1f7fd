"""The workbook that goes back: the county's own with marks, or one made of the records.

A mark is a fill and a comment. Of an earlier round the marks are taken off again, the fill that a
cell had before comes back, and the added sheets are replaced; nothing else is touched.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from compliance.engine.results import Validation
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import SHEETS, TABLE_OF, RawDocument, RawTable
from compliance.intake.formats.vetted_book import vet
from compliance.intake.limits import MOST_SHEET_CELLS
from compliance.intake.problems import Complaints
from compliance.kernel.drafts import own_temporary_files
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import severity_word
from compliance.kernel.own_outputs import AUTHOR
from compliance.render.documents.text import printable
from compliance.render.documents.xlsx import MADE, free_sheet_name, height
from compliance.render.returned.lists import (
    ListedProblem,
    StillNeeded,
    by_owner,
    listed_problems,
    needed_headings,
    problem_headings,
    sheet_names,
    still_needed,
)

Untyped: TypeAlias = Any  # openpyxl's cells and sheets, merged or not, have no common type
BOOKS = (".xlsx", ".xlsm")
_FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
_RULE = "\n―― 均衡 Junheng ――\n"  # between what people wrote in a comment and what we add
_SIGN = "junheng-returned/1"  # in A1 of an added sheet, hidden by its colour
_LONGEST = 4000  # of a comment
_BEFORE = 12  # the hidden column with the fill that a marked cell had
_LINE = Side(style="thin", color="FFBFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_PLAIN = Font(name="宋体", size=10)
_WRAP = Alignment(wrap_text=True, vertical="top")
# what openpyxl does not carry over: part of the package → what people call it
_LOSSES = (
    (re.compile(r"^xl/media/"), "图片"),
    (re.compile(r"^xl/(?:slicers|slicerCaches|timelines)/"), "切片器"),
    (re.compile(r"^xl/(?:ctrlProps|activeX)/"), "窗体控件"),
    (re.compile(r"^xl/threadedComments/"), "批注中的对话"),
)
_SHAPE = re.compile(rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]")
_FORMULA = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f[^>]*(?:/>|>.*?</f>))<v ?/?>(?:</v>)?</c>', re.DOTALL
)

Place = tuple[str, str]  # a sheet and the address of a cell


@dataclass(frozen=True)
class ReadFile:
    """A document as it was read, and the file it is, where it is a single one."""

    document: RawDocument
    path: Path | None

    @property
    def is_workbook(self) -> bool:
        """Whether it can be given back itself."""
        return (
            self.path is not None
            and self.path.suffix.lower() in BOOKS
            and zipfile.is_zipfile(self.path)
            and bool(self.document.tables)
        )


def returned(
    checked: Validation, given: Sequence[ReadFile], words: Vocabulary, *, macros: bool = False
) -> bytes:
    """The workbook of these documents with every problem marked and listed.

    macros: the file may hold them (.xlsm). Raises UsageError where the records are too many for one.
    """
    files = {one.document.name for one in given} | {
        item.name for one in given for item in one.document.inputs
    }
    documents = [one.document for one in given]
    problems = [
        one
        for one in listed_problems(checked, documents, words)
        if one.file in files or not one.file
    ]
    needed = [one for one in still_needed(checked) if not one.file or one.file in files]
    path = given[0].path if len(given) == 1 and given[0].is_workbook else None
    opened = None if path is None else _opened(path.read_bytes(), macros=macros)
    if opened is not None:
        return _own(*opened, problems, needed)
    return _made(documents, words, problems, needed)


def _opened(data: bytes, *, macros: bool) -> tuple[Untyped, Untyped] | None:
    """The book, and the results of its formulas; None for one that openpyxl cannot read."""
    try:
        vet(data, Complaints("", []))
        book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True, keep_vba=macros)
        return book, openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception:  # it raises whatever it stumbles over
        return None


def told_of_losses(given: Sequence[ReadFile]) -> list[str]:
    """What the county's own workbooks hold and their marked copies will not."""
    found = []
    for one in given:
        if one.is_workbook and one.path is not None and (losses := _losses(one.path)):
            found.append(
                say(
                    "{f}：标注后的副本不含{what}，以原件为准",
                    f=one.path.name, what=msg("、").join(losses),
                )
            )  # fmt: skip
    return found


def _losses(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        lost = [word for part, word in _LOSSES if any(map(part.match, names))]
        drawings = [one for one in names if re.match(r"xl/drawings/drawing[0-9]+\.xml$", one)]
        if any(_SHAPE.search(package.read(one)) for one in drawings):
            lost.append("形状、文本框")
    return [_loss_word(one) for one in lost]


def _loss_word(word: str) -> str:
    words = {
        "图片": msg("图片"), "切片器": msg("切片器"), "窗体控件": msg("窗体控件"),
        "批注中的对话": msg("批注中的对话"), "形状、文本框": msg("形状、文本框"),
    }  # fmt: skip
    return words[word]


# ── the county's own ─────────────────────────────────────────────────────────────


def _own(
    book: Untyped,
    results: Untyped,
    problems: Sequence[ListedProblem],
    needed: Sequence[StillNeeded],
) -> bytes:
    """The book with its marks and lists."""
    _unmark(book)

    def place(file: str, at: str) -> Place | None:
        sheet, _, cell = at.rpartition("!")
        return (sheet, cell) if sheet in book.sheetnames else None

    _mark(book, problems, needed, place)
    return _saved(book, results)


def _unmark(book: Untyped) -> None:
    """Take off what an earlier round put on."""
    ours = [sheet for sheet in book.worksheets if sheet["A1"].value == _SIGN]
    before = {
        (row[0], row[1]): row[2]
        for sheet in ours
        for value in (cell.value for (cell,) in sheet.iter_rows(min_col=_BEFORE, max_col=_BEFORE))
        if isinstance(value, str) and len(row := value.split("\n")) == 3
    }
    for sheet in ours:
        book.remove(sheet)
    for sheet in book.worksheets:
        for cell in [cell for row in sheet.iter_rows() for cell in row if cell.comment]:
            if cell.comment.author == AUTHOR:
                cell.comment = None
            elif _RULE in cell.comment.text:
                theirs = cell.comment.text.partition(_RULE)[0]
                cell.comment = Comment(theirs, cell.comment.author)
            else:
                continue
            if cell.fill.fgColor.rgb in _FILLS.values():
                colour = before.get((sheet.title, cell.coordinate), "")
                cell.fill = PatternFill("solid", fgColor=colour) if colour else PatternFill()


def _saved(book: Untyped, results: Untyped) -> bytes:
    """The file with the results of its formulas, as its own program had worked them out.

    Same figures and same findings, same bytes: no clock goes into it.
    """
    modified = book.properties.modified or MADE
    stream, found = io.BytesIO(), io.BytesIO()
    with own_temporary_files():  # openpyxl keeps every sheet in one
        book.save(stream)
    book.properties.modified = modified  # which saving set to this moment
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            number = re.fullmatch(r"xl/worksheets/sheet([0-9]+)\.xml", item.filename)
            if item.filename == ARC_CORE:
                part = tostring(book.properties.to_tree())
            elif number is not None:
                title = book.worksheets[int(number[1]) - 1].title
                if title in results.sheetnames:
                    part = _FORMULA.sub(_filled(results[title]), part)
            new.writestr(zipfile.ZipInfo(item.filename), part, zipfile.ZIP_DEFLATED)
    return found.getvalue()


def _filled(sheet: Untyped) -> Callable[[re.Match[bytes]], bytes]:
    def filled(cell: re.Match[bytes]) -> bytes:
        value = sheet[cell[1].decode()].value
        if value is None or not isinstance(value, bool | int | float | str):
            return cell[0]
        kind, text = "n", str(value)
        if isinstance(value, bool):
            kind, text = "b", str(int(value))
        elif isinstance(value, str):
            kind = "e" if value.startswith("#") else "str"
        head = b'<c r="%s"%s t="%s">' % (cell[1], cell[2], kind.encode())
        return head + cell[3] + b"<v>" + escape(text).encode() + b"</v></c>"

    return filled


# ── a workbook of the records ────────────────────────────────────────────────────


def _made(
    documents: Sequence[RawDocument],
    words: Vocabulary,
    problems: Sequence[ListedProblem],
    needed: Sequence[StillNeeded],
) -> bytes:
    tables = [(document, table) for document in documents for table in document.tables]
    if sum(len(table.columns) * table.height for _, table in tables) > MOST_SHEET_CELLS:
        raise UsageError(msg("数据过多，写不成一个工作簿"), todo=msg("分县输出"))
    book: Untyped = openpyxl.Workbook()
    book.remove(book.active)
    places: dict[tuple[str, str], Place] = {}
    for document, table in tables:
        several = len(documents) > 1
        name = f"{Path(document.name).stem} {SHEETS[table.name]}" if several else SHEETS[table.name]
        sheet = book.create_sheet(free_sheet_name(name, book.sheetnames))
        places |= _written(sheet, table, words)
    only = documents[0].inputs[0].name if len(documents) == 1 and documents[0].inputs else ""
    _mark(book, problems, needed, lambda file, at: places.get((file or only, at)))
    book.properties.created = book.properties.modified = MADE
    return _saved(book, book)


def _written(sheet: Untyped, table: RawTable, words: Vocabulary) -> dict[tuple[str, str], Place]:
    """Write a table as it was typed; (file, place) → where it stands now.

    The one record of a county stands beside its headings, as in the template.
    """
    beside = table.name == "counties" and table.height == 1
    places: dict[tuple[str, str], Place] = {}
    for number, (heading, cells) in enumerate(table.columns.items(), 1):
        head = sheet.cell(number, 1) if beside else sheet.cell(1, number)
        _put(head, _heading(table, heading, words))
        head.font = Font(bold=True)
        if not beside:
            sheet.column_dimensions[get_column_letter(number)].width = 14
        for row, value in enumerate(cells):
            cell = sheet.cell(number, 2) if beside else sheet.cell(row + 2, number)
            _put(cell, _as_typed(value))
            stood = table.cell(row, heading)
            places.setdefault((stood.file, stood.at), (sheet.title, cell.coordinate))
    if beside:
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 44, 24
    else:
        sheet.freeze_panes = "B2"
    return places


def _heading(table: RawTable, heading: str, words: Vocabulary) -> str:
    """The heading as people know it where it was a name for machines, else as it was written."""
    match = words.match(TABLE_OF[table.name], heading, table.units.get(heading, ()))
    if match is None or heading != match.fact.name:
        return heading
    return f"{match.fact.title}（{match.fact.unit}）" if match.fact.unit else match.fact.title


def _as_typed(value: object) -> object:
    """A value as a cell can hold it: lists as people write them."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return ";".join(str(_as_typed(one)) for one in value) if value else "无"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _put(cell: Untyped, value: object) -> None:
    """A number or a text, which stays one whatever it begins with."""
    if isinstance(value, str):
        cell.value = printable(value)
        cell.data_type = "s"
    else:
        cell.value = value


# ── marks and lists ──────────────────────────────────────────────────────────────

Finder = Callable[[str, str], Place | None]


def _mark(
    book: Untyped, problems: Sequence[ListedProblem], needed: Sequence[StillNeeded], place: Finder
) -> None:
    places = {id(one): place(one.file, one.at) for one in problems}
    together: dict[Place, list[ListedProblem]] = {}
    for one in problems:
        spot = places[id(one)]
        if spot is not None and re.fullmatch(r"[A-Z]{1,3}[0-9]+", spot[1]):
            together.setdefault(spot, []).append(one)
    before = {spot: _marked(book[spot[0]], spot[1], own) for spot, own in together.items()}
    names = sheet_names()
    for key, rows in (("problems", problems), ("owners", by_owner(problems))):
        lines = [
            (
                number, severity_word(one.severity), one.school, one.code, one.at, one.facts,
                one.message, one.expected, one.owner, one.kind, one.county,
            )
            for number, one in enumerate(rows, 1)
        ]  # fmt: skip
        sheet = _list(book, names[key], _summary(problems), problem_headings(), lines)
        for number, one in enumerate(rows):
            spot = places[id(one)]
            _link(sheet.cell(number + 4, 5), spot)
            sheet.cell(number + 4, 2).fill = PatternFill("solid", fgColor=_FILLS[one.severity])
            if key == "problems" and spot in before:
                sheet.cell(number + 4, _BEFORE).value = "\n".join((*spot, before[spot]))
        sheet.column_dimensions[get_column_letter(_BEFORE)].hidden = True
    awaited = [
        (
            number, one.owner, one.school, one.code, one.what, one.where, one.affects, one.state,
            one.ruleset, one.county,
        )
        for number, one in enumerate(needed, 1)
    ]  # fmt: skip
    said = say("共{n}项；补齐后才能下结论。数据有错误的县，按读得出的数据列出。", n=len(needed)) if needed else msg("没有还缺的数据和佐证；有错误的，先改正再检查。")  # fmt: skip
    sheet = _list(book, names["needed"], said, needed_headings(), awaited)
    for number, need in enumerate(needed):
        _link(sheet.cell(number + 4, 6), place(need.file or _only(problems, needed, book), need.at))


def _only(problems: Sequence[ListedProblem], needed: Sequence[StillNeeded], book: Untyped) -> str:
    """The file meant where a place names none: there is only one."""
    files = {one.file for one in problems if one.file}
    return files.pop() if len(files) == 1 else ""


def _summary(problems: Sequence[ListedProblem]) -> str:
    errors = sum(one.severity == "error" for one in problems)
    return say(
        "错误{e}处（红），必须改正；提示{w}处（黄），请核对，确实无误的不必改。改正后可直接再次提交本工作簿。",
        e=errors, w=len(problems) - errors,
    )  # fmt: skip


def _marked(sheet: Untyped, address: str, own: Sequence[ListedProblem]) -> str:
    """Mark a cell; the colour of the fill it had, empty for none.

    Of merged cells the first holds what is written.
    """
    block = next((one for one in sheet.merged_cells.ranges if address in one), None)
    cell = sheet[address] if block is None else sheet.cell(block.min_row, block.min_col)
    worst = "error" if any(one.severity == "error" for one in own) else "warning"
    had = cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else ""
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])
    texts = [
        f"[{severity_word(one.severity)}] {one.message}" + (f"\n→ {one.expected}" if one.expected else "")
        for one in own
    ]  # fmt: skip
    text, author = "\n".join(texts)[:_LONGEST], AUTHOR
    if cell.comment is not None:
        text, author = cell.comment.text + _RULE + text, cell.comment.author or ""
    comment = Comment(_safe(text), author)
    comment.width, comment.height = (
        320,
        min(60 + 18 * (len(text) // 22 + text.count("\n") + 1), 400),
    )
    cell.comment = comment
    return had if isinstance(had, str) else ""


def _safe(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _list(
    book: Untyped,
    name: str,
    said: str,
    headings: Sequence[tuple[str, float]],
    lines: Iterable[Sequence[object]],
) -> Untyped:
    """A sheet of ours at the end of the book: a sign, a sentence, the headings, the lines."""
    sheet = book.create_sheet(free_sheet_name(name, book.sheetnames))
    sheet["A1"].value, sheet["A1"].font = _SIGN, Font(color="FFFFFFFF", size=1)
    sheet.row_dimensions[1].height = 3
    _put(sheet["A2"], said)
    sheet["A2"].font = Font(bold=True)
    for column, (heading, width) in enumerate(headings, 1):
        cell = sheet.cell(3, column)
        _put(cell, heading)
        cell.font, cell.border, cell.alignment = Font(bold=True), _BOX, _WRAP
        cell.fill = PatternFill("solid", fgColor="FFEDEDED")
        sheet.column_dimensions[get_column_letter(column)].width = width
    last = 3
    for last, line in enumerate(lines, 4):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(last, column)
            _put(cell, value)
            cell.border, cell.alignment, cell.font = _BOX, _WRAP, _PLAIN
        pairs = zip(line, headings, strict=True)
        sheet.row_dimensions[last].height = max(height(str(v or ""), w) for v, (_, w) in pairs)
    sheet.freeze_panes = "D4"
    sheet.auto_filter.ref = f"A3:{get_column_letter(len(headings))}{last}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(0.4, 0.4, 0.5, 0.5)
    sheet.print_title_rows = "3:3"
    return sheet


def _link(cell: Untyped, spot: Place | None) -> None:
    """Make a cell lead to another one."""
    if spot is None:
        return
    sheet, address = spot
    target = address if re.fullmatch(r"[A-Z]{1,3}[0-9]+", address) else "A1"
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{target}")
    cell.font = Font(name="宋体", size=10, color="FF0563C1", underline="single")
