"""From the bytes of a workbook to the cells of its sheets, each with its true address.

calamine reads the cells; what it loses (formula errors, formulas never calculated, percentages, how
far a sheet reaches) is taken from the sheet's XML, walked through once before.
"""

from __future__ import annotations

import io
import math
import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pyexpat import ExpatError, XMLParserType
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from compliance.facts.fact import Fact
from compliance.intake import cell_text, limits
from compliance.intake.formats.source_file import DAMAGE, damaged, intact, open_archive
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
# Excel keeps and shows fifteen digits. What it stores beyond them is the noise of its arithmetic.
DIGITS = 15
Attributes = Mapping[str, str]
Place = tuple[int, int]  # row and column, counted from 0
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is)>")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BROKEN = (CalamineError, PasswordError, OSError, ValueError)


class HostileXmlError(ValueError):
    """XML that declares entities or a document type, which no workbook needs."""


class Workbook:
    """An opened workbook. parts: sheet → name of its part in the archive, in the book's order.

    Raises UnreadableError, with advice for whatever is no workbook.
    """

    def __init__(self, data: bytes, complaints: Complaints) -> None:
        self._complaints = complaints
        self._archive = _open_package(data, complaints)
        self.parts = _sheet_parts(self._archive, complaints)
        self._percents = _percent_styles(self._archive)
        with intact(complaints, *_BROKEN):
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))

    def grid(self, sheet: str) -> Grid:
        """A sheet's cells. Raises UnreadableError where it is damaged or reaches too far."""
        part, complaints = self.parts[sheet], self._complaints
        if not part:
            raise damaged(complaints)
        scanned = _scan(self._archive, part, sheet, self._percents, complaints)
        with intact(complaints, *_BROKEN):
            page = self._book.get_sheet_by_name(sheet)
            rows = page.to_python()
            top, left = page.start or (0, 0)
        return Grid(sheet, rows, top, left, scanned, complaints)

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell near its beginning."""
        part = self.parts[sheet]
        if not part.startswith("xl/worksheets/"):
            return False
        try:
            with self._archive.open(part) as stream:
                return _FILLED.search(stream.read(limits.MIB)) is not None
        except DAMAGE:
            return False


@dataclass
class Grid:
    """The block of a sheet that holds something. Rows and columns are counted from 0 in it.

    top, left: where the block begins on the sheet. scan: what its XML says of single cells, by their place there.
    """

    sheet: str
    rows: Sequence[Sequence[object]]
    top: int
    left: int
    scan: Scan
    complaints: Complaints

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def at(self, row: int, column: int) -> str:
        """The cell's name: ``学校!F12``."""
        return f"{self.sheet}!{cell_text.address(self.top + row, self.left + column)}"

    def filled(self, row: int, column: int) -> bool:
        """Whether the cell holds something, be it an error."""
        return not cell_text.blank(self.rows[row][column]) or self.fault(row, column) is not None

    def fault(self, row: int, column: int) -> str | None:
        """The error word of a spoilt cell ("" if never calculated), None for a sound one."""
        return self.scan.faults.get((self.top + row, self.left + column))

    def text(self, row: int, column: int) -> str:
        """The cell as a heading: text on one line."""
        value = self.rows[row][column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if cell_text.blank(value) else " ".join(str(value).split())

    def value(
        self, row: int, column: int, fact: Fact | None = None, school: str | None = None
    ) -> object:
        """The cell as a figure or text; None where it is blank or cannot be used (a complaint).

        fact: what the cell is about, None where nobody knows its heading: nothing is complained
        of then but a formula that was never calculated.
        """
        value, fault = self.rows[row][column], self.fault(row, column)
        if fault is not None:
            return self._spoilt(fault, self.at(row, column), school, fact)
        if cell_text.blank(value):
            return None
        if isinstance(value, bool | str):
            return value
        if not isinstance(value, int | float):
            return _moment(value)
        if math.isfinite(value) and abs(value) >= 10**DIGITS:
            return self._long_number(float(value), self.at(row, column), school, fact)
        shown = float(f"{value:.{DIGITS}g}")
        percent = (self.top + row, self.left + column) in self.scan.percents
        if percent and fact is not None and fact.unit == "%":
            shown = float(Decimal(repr(shown)) * 100)
            self._converted(shown, self.at(row, column), school, fact)
        return int(shown) if shown.is_integer() else shown

    def _converted(self, shown: float, at: str, school: str | None, fact: Fact) -> None:
        message = say("单元格为百分比格式，按{v}%读取", v=shown)
        expected = msg("请核对该百分数")
        self.complaints.warning("converted_unit", message, expected, at, school, (fact.name,))

    def _long_number(
        self, value: float, at: str, school: str | None, fact: Fact | None
    ) -> float | str | None:
        """A number beyond Excel's digits: fatal for a code, out of bounds for any figure.

        Where nobody knows the heading, a text that no code may be and any number can.
        """
        if fact is None:
            return f"{value:.{DIGITS - 1}e}"
        if fact.form not in ("text", "texts"):
            return value
        message = say("数字{v}超过15位，Excel已丢失末尾数字", v=cell_text.clip(f"{value:.0f}"))
        expected = msg("将单元格设为“文本”格式后重填")
        self.complaints.error("digits_lost", message, expected, at, school)
        return None

    def _spoilt(self, fault: str, at: str, school: str | None, fact: Fact | None) -> str | None:
        """What a formula left that yields an error or has never been calculated."""
        if fault and fact is None:
            return fault
        if fault:
            message = say("公式错误 {e}", e=cell_text.clip(fault))
            expected = msg("改正公式，或直接填写数值")
            self.complaints.error("formula_error", message, expected, at, school)
            return None
        complain = self.complaints.error if fact else self.complaints.warning
        message = msg("公式从未计算，没有数值")
        expected = msg("用 Excel 或 WPS 打开并保存一次")
        complain("formula_not_calculated", message, expected, at, school)
        return None


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        midnight = value == datetime.combine(value.date(), time())
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


# ── the package ────────────────────────────────────────────────────────────────────


def _open_package(data: bytes, complaints: Complaints) -> zipfile.ZipFile:
    """The zip of an Excel workbook. Raises UnreadableError with advice for whatever else it is."""
    again = msg("用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”")
    foreign = msg("不是 Excel 工作簿（.xlsx）")
    if data.startswith(OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            locked = msg("工作簿有打开密码，无法读取")
            opened = msg("去掉密码后另存为 .xlsx")
            raise complaints.unreadable("encrypted", locked, opened)
        old = msg("是旧版表格文件（.xls/.et），无法读取")
        raise complaints.unreadable("old_format", old, again)
    if not data.startswith(b"PK"):
        raise complaints.unreadable("not_a_workbook", foreign, again)
    archive = open_archive(data, complaints)
    names = [name.casefold() for name in archive.namelist()]
    if len(set(names)) < len(names):
        raise damaged(complaints)
    if WORKBOOK not in archive.namelist():
        raise complaints.unreadable("not_a_workbook", foreign, again)
    return archive


def _parser(start: Callable[[str, Attributes], None]) -> XMLParserType:
    """An XML parser that calls `start` with local names, and takes no document type."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True

    def local(name: str, attributes: Attributes) -> None:
        start(name.rpartition(" ")[2], attributes)

    def refuse(*_: object) -> None:
        raise HostileXmlError

    made.StartElementHandler = local
    made.StartDoctypeDeclHandler = refuse
    return made


def _sheet_parts(archive: zipfile.ZipFile, complaints: Complaints) -> dict[str, str]:
    """Sheet name → name of its part in the archive, in the order of the workbook."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            relation = (value for key, value in attributes.items() if key.endswith(" id"))
            sheets[attributes.get("name", "")] = next(relation, "")

    def relation(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    try:
        for part, handler in ((WORKBOOK, sheet), (RELATIONS, relation)):
            with archive.open(part) as stream:
                _parser(handler).ParseFile(stream)
    except (ExpatError, HostileXmlError, KeyError, *DAMAGE) as error:
        raise damaged(complaints) from error
    members = {name.casefold(): name for name in archive.namelist()}
    return {
        name: members.get(_part(targets.get(key, "")).casefold(), "")
        for name, key in sheets.items()
    }


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The cell styles (as sheets number them) that show a number as a percentage."""
    percent = {"9", "10"}  # the two formats every spreadsheet program has built in
    styles: list[str] = []
    inside = False

    def style(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt" and "%" in attributes.get("formatCode", ""):
            percent.add(attributes.get("numFmtId", ""))
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))

    with suppress(ExpatError, HostileXmlError, KeyError, *DAMAGE), archive.open(STYLES) as stream:
        _parser(style).ParseFile(stream)
    return frozenset(str(number) for number, form in enumerate(styles) if form in percent)


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


# ── a sheet's XML ──────────────────────────────────────────────────────────────────


@dataclass
class Scan:
    """What a sheet's XML says of single cells, by row and column from 0.

    faults: cells that a formula spoilt → its error word, or "" if it was never calculated.
    percents: cells with a number shown as a percentage.
    """

    faults: dict[Place, str] = field(default_factory=dict)
    percents: set[Place] = field(default_factory=set)


class _TooWideError(Exception):
    """The cells lie too far apart."""


@dataclass
class _Walk:
    """The state of one pass over a sheet's XML."""

    found: Scan
    percent_styles: frozenset[str]
    row: int = -1
    column: int = -1
    kind: str = ""
    style: str = ""
    formula: bool = False
    filled: bool = False
    value: list[str] = field(default_factory=list)
    inside: bool = False
    corners: tuple[int, int, int, int] = (limits.MOST_SHEET_ROWS, limits.MOST_SHEET_COLUMNS, -1, -1)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell(attributes)
        elif name == "v":
            self.inside = self.filled = True
        elif name == "f":
            self.formula = self.filled = True
        elif name == "is":
            self.filled = True
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1

    def text(self, text: str) -> None:
        if self.inside:
            self.value.append(text)

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "v":
            self.inside = False
        elif name == "c" and self.filled:
            self._close()

    def _cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if not found:
                raise HostileXmlError
            self.column, self.row = _column(found[1]), int(found[2]) - 1
        self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
        self.formula = self.filled = False
        self.value.clear()

    def _close(self) -> None:
        self._reach()
        value = "".join(self.value).strip()
        if self.kind == "e":
            self.found.faults[self.row, self.column] = value or "#ERROR!"
        elif self.formula and not value and self.kind != "str":
            self.found.faults[self.row, self.column] = ""
        elif self.style in self.percent_styles:
            self.found.percents.add((self.row, self.column))

    def _reach(self) -> None:
        """Widen the block that the filled cells span, if this cell is outside it."""
        top, left, bottom, right = self.corners
        if top <= self.row <= bottom and left <= self.column <= right:
            return
        top, left = min(top, self.row), min(left, self.column)
        bottom, right = max(bottom, self.row), max(right, self.column)
        self.corners = top, left, bottom, right
        if bottom >= limits.MOST_SHEET_ROWS or right >= limits.MOST_SHEET_COLUMNS or top < 0:
            raise HostileXmlError
        if (bottom - top + 1) * (right - left + 1) > limits.MOST_SHEET_CELLS:
            raise _TooWideError


def _scan(
    archive: zipfile.ZipFile,
    part: str,
    sheet: str,
    percent_styles: frozenset[str],
    complaints: Complaints,
) -> Scan:
    """Walk through a sheet's part of the archive. Raises UnreadableError where it is damaged or reaches too far."""
    walk = _Walk(Scan(), percent_styles)
    made = _parser(walk.start)
    made.EndElementHandler = walk.end
    made.CharacterDataHandler = walk.text
    try:
        with archive.open(part) as stream:
            made.ParseFile(stream)
    except _TooWideError as error:
        raise complaints.unreadable(
            "too_large",
            say("工作表“{s}”的单元格范围过大，可能在很远的行或列误填了内容", s=sheet),
            msg("删去表格以外的多余行列"),
            at=sheet,
        ) from error
    except (ExpatError, HostileXmlError, KeyError, *DAMAGE) as error:
        raise damaged(complaints) from error
    return walk.found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
