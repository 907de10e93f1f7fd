"""Reading a workbook: one county, a sheet a table, every place a cell of a sheet."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.formats.source_file import document, load, panicked
from compliance.intake.formats.table_names import SHEETS, TABLE_OF, table_named
from compliance.intake.formats.xlsx_grid import Grid
from compliance.intake.formats.xlsx_layout import read_list, read_record
from compliance.intake.formats.xlsx_package import open_package, percent_styles, sheet_parts
from compliance.intake.formats.xlsx_scan import scan
from compliance.intake.formats.zip_archive import DAMAGE, damaged
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import say

LIMIT = 64 * MIB
NEEDED = ("counties", "schools")
# Sheets that tell people something and are never data.
TALK = ("说明", "目录", "封面", "指南", "字典", "注释", "readme", "notes")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is)>")


def read(path: Path) -> RawDocument:
    """The submission in an .xlsx or .xlsm workbook; for whatever else it is, advice."""
    return document(path, _fill)


def fact_of(table: str, heading: str) -> Fact | None:
    """The fact that a heading of one of a document's tables stands for."""
    found = vocabulary().match(TABLE_OF[table], heading)
    return found.fact if found else None


def _fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, LIMIT)
    _open_elsewhere(path, complaints)
    archive = open_package(data, complaints)
    parts = sheet_parts(archive, complaints)
    book = open_book(data, complaints)
    chosen = _choose(list(parts), complaints)
    for table, sheet in chosen.items():
        try:
            grid = sheet_grid(book, archive, parts[sheet], sheet, complaints)
        except UnreadableError as stop:
            found.problems.append(stop.problem)
            continue
        raw = _table(grid, table, complaints)
        if raw is not None and raw.height:
            found.tables.append(raw)
    _mention_unread(archive, parts, complaints)


def _open_elsewhere(path: Path, complaints: Complaints) -> None:
    locks = (f"~${path.name}", f".~lock.{path.name}#", f".~{path.name}")
    if any(path.with_name(lock).exists() for lock in locks):
        complaints.warning(
            "open_elsewhere",
            say(
                "文件正在 Excel 或 WPS 中打开，读取的是最后一次保存的内容",
                "the file is open in Excel or WPS; what was last saved is read",
            ),
            say("保存并关闭后再检查一次", "save, close and check again"),
        )


def open_book(data: bytes, complaints: Complaints) -> CalamineWorkbook:
    """The workbook in `data`. Raises UnreadableError where it is damaged."""
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, PasswordError, OSError, ValueError) as error:
        raise damaged(complaints) from error
    except BaseException as error:
        if panicked(error):
            raise damaged(complaints) from error
        raise


def _choose(sheets: list[str], complaints: Complaints) -> dict[str, str]:
    """Table → sheet; complains of missing sheets and of two sheets for one table."""
    chosen: dict[str, str] = {}
    for sheet in sheets:
        table = table_named(sheet)
        if table is None:
            continue
        if table in chosen:
            complaints.error(
                "duplicate_sheet",
                say(
                    "工作表“{a}”和“{b}”都是{t}表",
                    "sheets {a} and {b} are both the table {e}",
                    a=chosen[table],
                    b=clip(sheet),
                    t=SHEETS[table],
                    e=table,
                ),
                say("只留一张", "keep one"),
                at=clip(sheet),
            )
        else:
            chosen[table] = sheet
    for table in NEEDED:
        if table not in chosen:
            complaints.error(
                "missing_sheet",
                say(
                    "缺少工作表“{t}”；现有：{found}",
                    "no sheet {t}; found: {found}",
                    t=SHEETS[table],
                    found=say("、", ", ").join(clip(sheet) for sheet in sheets[:20]),
                ),
                say("工作表“县区”和“学校”", "the sheets 县区 and 学校"),
            )
    return chosen


def sheet_grid(
    book: CalamineWorkbook, archive: zipfile.ZipFile, part: str, sheet: str, complaints: Complaints
) -> Grid:
    """A sheet's cells with their true addresses. Raises UnreadableError where it is damaged."""
    if not part:
        raise damaged(complaints)
    scanned = scan(archive, part, sheet, percent_styles(archive), complaints)
    try:
        page = book.get_sheet_by_name(sheet)
        rows = page.to_python()
        top, left = page.start or (0, 0)
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(complaints) from error
    except BaseException as error:
        if panicked(error):
            raise damaged(complaints) from error
        raise
    return Grid(sheet, rows, top, left, scanned, complaints)


def _table(grid: Grid, table: str, complaints: Complaints) -> RawTable | None:
    if not grid.rows:
        if table in NEEDED:
            complaints.error(
                "empty_sheet",
                say("工作表“{s}”是空的", "sheet {s} is empty", s=grid.sheet),
                at=grid.sheet,
            )
        return None
    if table == "counties":
        return read_record(grid, fact_of)
    raw = read_list(grid, table, fact_of)
    if table == "schools" and raw is not None and not raw.height:
        complaints.error(
            "no_schools",
            say("没有学校", "there are no schools"),
            say("“学校”表中至少一所学校", "at least one school in the sheet"),
            at=grid.sheet,
        )
    return raw


def _mention_unread(
    archive: zipfile.ZipFile, parts: dict[str, str], complaints: Complaints
) -> None:
    for sheet, part in parts.items():
        talk = any(word in sheet.casefold() for word in TALK)
        if talk or table_named(sheet) or not _holds_something(archive, part):
            continue
        complaints.warning(
            "sheet_not_read",
            say(
                "工作表“{s}”的名称不认识，未读取",
                "sheet {s} is not known by its name and not read",
                s=clip(sheet),
            ),
            say("、", ", ").join(SHEETS.values()),
            at=clip(sheet),
        )


def _holds_something(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether an unread worksheet has a filled cell near its beginning."""
    if not part.startswith("xl/worksheets/"):
        return False
    try:
        with archive.open(part) as stream:
            return _FILLED.search(stream.read(MIB)) is not None
    except DAMAGE:
        return False
