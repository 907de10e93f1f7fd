"""Reading a workbook: one county, a sheet a table, every place a cell of a sheet."""

from __future__ import annotations

from pathlib import Path

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.read_marker import marker_in
from compliance.intake.formats.sheet_choice import choose_sheets
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.workbook import Workbook
from compliance.intake.limits import MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, say


def read(path: Path, words: Vocabulary | None = None) -> RawDocument:
    """The submission in an .xlsx or .xlsm workbook; for whatever else it is, advice.

    words: the facts that its headings may stand for, with those of plugins; else the core's.
    """

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        data = load(path, found, complaints, MOST_OF_A_DOCUMENT)
        _open_elsewhere(path, complaints)
        book = Workbook(data, complaints)
        found.marker = marker_in(data, book)
        for sheet in choose_sheets(book, words or vocabulary(), found, complaints):
            name = sheet.grid.sheet
            try:
                raw = sheet.read()
            except UnreadableError as stop:
                found.problems.append(stop.problem)
                continue
            if book.sheets[name].hidden:
                message = say("工作表“{a}”是隐藏的，照样读取", a=name)
                expected = msg("请核对是否为要提交的数据")
                complaints.warning("hidden_sheet", message, expected, at=name)
            if raw is not None and raw.height:
                found.tables.append(raw)

    return document(path, fill)


def _open_elsewhere(path: Path, complaints: Complaints) -> None:
    locks = (f"~${path.name}", f".~lock.{path.name}#", f".~{path.name}")
    if any(path.with_name(lock).exists() for lock in locks):
        complaints.warning(
            "open_elsewhere",
            msg("文件正在 Excel 或 WPS 中打开，读取的是最后一次保存的内容"),
            msg("保存并关闭后再检查一次"),
        )
