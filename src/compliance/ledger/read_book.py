"""Reading a list that people edited: found by its column 编号, wherever it stands and whatever moved."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils import get_column_letter

from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import damaged, load
from compliance.intake.formats.vetted_book import vet
from compliance.intake.limits import MIB, MOST_SHEET_CELLS
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import JunhengError
from compliance.kernel.i18n import msg, say
from compliance.ledger import memory_sheet
from compliance.ledger.columns import FIGURES, OWN, folded, known_headings, our_headings
from compliance.ledger.forms import own_form
from compliance.ledger.memory_sheet import Remembered
from compliance.ledger.model import (
    EditedList,
    Look,
    OwnColumn,
    OwnSheet,
    ReadRow,
    Value,
    plain,
    text_of,
)
from compliance.ledger.settings import setting_labels
from compliance.ledger.written_dates import read_date

MOST_OF_A_LIST = 32 * MIB
# A merged block speaks for all its rows; of a figure that is each row's own it says nothing.
_FOR_ALL = frozenset({"code", "school", "township", "alliance", "stage", "indicator"})
_DATES = ("deadline", "closed")
_BLANK_DATE = re.compile(r"[\s年月日]*")
_FEWEST_HEADINGS = 4
_WIDEST = 256  # columns of a sheet whose widths are kept
_THEME = re.compile(rb"<a:(?:sysClr[^>]*?lastClr|srgbClr val)=\"([0-9A-Fa-f]{6})\"")
_THEME_ORDER = (1, 0, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11)  # Excel counts light before dark

Cell: TypeAlias = Any  # openpyxl's cells, merged or not, have no common type
Place = tuple[int, int]


class ListUnreadableError(JunhengError):
    """A list of before cannot be read: going on without it would lose what people wrote."""

    exit_code = 4


def read_book(path: Path) -> EditedList | None:
    """A list as people gave it back; None where it has no column of ids, as lists of old.

    Raises ListUnreadableError where it cannot be read, or the column has gone from a list of ours.
    """
    found = RawDocument(path.name)
    complaints = Complaints(path.name, found.problems)
    try:
        data = load(path, found, complaints, MOST_OF_A_LIST)
        vet(data, complaints)
        workbook = _opened(data, complaints)
    except UnreadableError as stop:
        raise ListUnreadableError(
            stop.problem.message,
            str(path),
            stop.problem.expected or msg("请用WPS或Excel打开，另存为.xlsx后再试"),
        ) from stop
    return _ListReader(path, hashlib.sha256(data).hexdigest()[:16], workbook).book()


def _opened(data: bytes, complaints: Complaints) -> Any:  # noqa: ANN401 - openpyxl's
    """The workbook; of formulas what they came to, where a program has worked it out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(BytesIO(data))
            formulas = [
                (sheet.title, place)
                for sheet in workbook.worksheets
                for place, cell in _cells(sheet).items()
                if getattr(cell, "data_type", "") == "f"
            ]
            if formulas:
                worked_out = openpyxl.load_workbook(BytesIO(data), data_only=True)
                for title, (row, column) in formulas:
                    value = worked_out[title].cell(row, column).value
                    cell = workbook[title].cell(row, column)
                    formula = getattr(cell.value, "text", cell.value)
                    cell.value = value if value is not None else str(formula)
    except Exception as error:  # whatever a library makes of what a stranger sends
        raise damaged(complaints) from error
    if sum(len(_cells(sheet)) for sheet in workbook.worksheets) > MOST_SHEET_CELLS:
        raise complaints.unreadable("too_large", msg("表过大，不像一份整改台账"))
    return workbook


def _cells(sheet: Any) -> dict[Place, Cell]:  # noqa: ANN401
    """Only the cells that the file has: a formatted last row must not make a million of them."""
    cells: dict[Place, Cell] = sheet._cells
    return cells


@dataclass
class _ListReader:
    path: Path
    digest: str
    workbook: Any
    columns: dict[str, OwnColumn] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)

    def book(self) -> EditedList | None:
        rows: list[ReadRow] = []
        sheets: list[OwnSheet] = []
        settings: dict[str, int] = {}
        tables: list[tuple[Any, int]] = []
        for sheet in self.workbook.worksheets:
            if sheet.title == memory_sheet.NAME:
                continue
            given = _settings(sheet)
            settings = {**given, **settings}
            if (kept := self._kept_as(sheet, texts_only=bool(given))) is None:
                continue
            own = given or own_form(kept)
            if not own and kept == sheet.title and (head := self._head(sheet)):
                tables.append((sheet, head))
            else:
                sheets.append(self._own_sheet(sheet, kept))
        for sheet, head in tables:
            rows += self._rows(sheet, head)
        if not tables:
            if not self.remembered.original.rows:
                return None
            raise ListUnreadableError(
                msg("找不到“编号”一列，无法与数据对上"),
                str(self.path),
                msg("请恢复“编号”列（标题须为“编号”）后再运行"),
            )
        return EditedList(
            name=str(self.path),
            digest=self.digest,
            original=self.remembered.original,
            rows=tuple(rows),
            columns=tuple(self.columns.values()),
            remarks=tuple(self.remarks),
            sheets=tuple(sheets),
            settings=settings,
        )

    @cached_property
    def remembered(self) -> Remembered:
        """What we wrote, from the sheet that nobody sees."""
        if memory_sheet.NAME not in self.workbook.sheetnames:
            return Remembered()
        sheet = self.workbook[memory_sheet.NAME]
        return memory_sheet.remembered([[cell.value for cell in row] for row in sheet.iter_rows()])

    # ── the table ──────────────────────────────────────────────────────────────────

    def _head(self, sheet: Any) -> int:  # noqa: ANN401
        """The row of the headings; 0 where the sheet is no list of ours."""
        rows: dict[int, list[str]] = {}
        for (row, _), cell in _cells(sheet).items():
            if cell.value is not None:
                rows.setdefault(row, []).append(known_headings().get(folded(cell.value), ""))
        ours = self.remembered.original.rows
        for row in sorted(rows):
            known = set(rows[row]) - {""}
            if "id" not in known:
                continue
            if len(known) >= _FEWEST_HEADINGS:
                return row
            if any(text_of(plain(cell.value)) in ours for cell in _cells(sheet).values()):
                return row
        return 0

    def _rows(self, sheet: Any, head: int) -> Iterator[ReadRow]:  # noqa: ANN401
        """Its rows below the headings, blank ones left out; headings that come again count anew."""
        cells = _cells(sheet)
        by_row: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in cells.items():
            by_row.setdefault(row, {})[column] = cell
        self._remarks_above(by_row, head)
        merged = _merged(sheet)
        keys: dict[int, str] = {}
        for row in sorted(number for number in by_row if number >= head):
            own = by_row[row]
            if self._is_head(own):
                keys = self._keys(sheet, own, by_row, row)
                continue
            if any(plain(cell.value) is not None for cell in own.values()):
                yield self._row(row, own, keys, merged, cells)

    @staticmethod
    def _is_head(row: Mapping[int, Cell]) -> bool:
        return any(known_headings().get(folded(cell.value)) == "id" for cell in row.values())

    def _remarks_above(self, rows: Mapping[int, Mapping[int, Cell]], head: int) -> None:
        ours = {text_of(plain(line)) for line in self.remembered.head}
        for row in sorted(number for number in rows if number < head):
            for _, cell in sorted(rows[row].items()):
                text = text_of(plain(cell.value))
                if text and text not in ours and self.remembered.head:
                    self.remarks[text] = None

    def _keys(
        self,
        sheet: Any,  # noqa: ANN401
        head: Mapping[int, Cell],
        rows: Mapping[int, Mapping[int, Cell]],
        at: int,
    ) -> dict[int, str]:
        """Column of the sheet → key; a heading nobody knows, or one that comes twice, is people's own."""
        below = {
            column
            for row, cells in rows.items()
            if row > at
            for column, cell in cells.items()
            if plain(cell.value) is not None or cell.comment is not None
        }
        keys: dict[int, str] = {}
        for column in sorted({*head, *below}):
            heading = text_of(plain(head[column].value)) if column in head else ""
            key = known_headings().get(folded(heading)) if heading else None
            if key is None or key in keys.values():
                if not heading and column not in below:
                    continue
                key = self._own_column(sheet, heading, column, head.get(column), keys)
            elif heading not in our_headings():
                self.remarks[say("〔列标题曾写：{heading}〕", heading=heading)] = None
            keys[column] = key
        return keys

    def _own_column(
        self,
        sheet: Any,  # noqa: ANN401
        heading: str,
        column: int,
        cell: Cell | None,
        taken: Mapping[int, str],
    ) -> str:
        named = heading or say("补充列{n}", n=get_column_letter(column))
        names = (named, *(f"{named}{number}" for number in range(2, 100)))
        name = next(one for one in names if f"{OWN}{one}" not in taken.values())
        width = sheet.column_dimensions[get_column_letter(column)].width or 0
        look = self._look(cell) if cell is not None else Look()
        key = f"{OWN}{name}"
        self.columns[key] = OwnColumn(key, name, _set_width(width), look)
        return key

    def _row(
        self,
        row: int,
        own: Mapping[int, Cell],
        keys: Mapping[int, str],
        merged: Mapping[Place, Place],
        cells: Mapping[Place, Cell],
    ) -> ReadRow:
        values: dict[str, Value] = {}
        months, comments, looks = set(), {}, {}
        for column, key in keys.items():
            if (row, column) in merged:
                top, left = merged[row, column]
                if left == column and (key not in FIGURES or key in _FOR_ALL):
                    values[key] = plain(cells[top, left].value)
                continue
            cell = own.get(column)
            values[key] = None if cell is None else plain(cell.value)
            if cell is None:
                continue
            if key in _DATES and _BLANK_DATE.fullmatch(text_of(values[key])):
                values[key] = None
            if key in _DATES and isinstance(values[key], date) and not _shows_day(cell):
                months.add(key)
                values[key] = _end_of_month(values[key])
            if cell.comment is not None:
                comments[key] = cell.comment.text
            if key.startswith(OWN) and (look := self._look(cell)) != Look():
                looks[key] = look
        key = text_of(values.pop("id", None))
        return ReadRow(key, values, frozenset(months), comments, looks)

    # ── looks and other sheets ─────────────────────────────────────────────────────

    def _look(self, cell: Cell) -> Look:
        fill = cell.fill.fgColor if cell.fill is not None and cell.fill.fill_type else None
        number = cell.number_format if cell.number_format != "General" else ""
        return Look(self._rgb(fill), self._rgb(cell.font.color), bool(cell.font.bold), number)

    def _rgb(self, colour: Any) -> str:  # noqa: ANN401
        """RRGGBB; empty where it is none or the ordinary one."""
        if colour is None:
            return ""
        found = ""
        if colour.type == "rgb":
            found = str(colour.rgb)[-6:]
        elif colour.type == "indexed" and colour.indexed < len(COLOR_INDEX):
            found = COLOR_INDEX[colour.indexed][-6:]
        elif colour.type == "theme" and colour.theme < len(self._theme):
            found = _tinted(self._theme[colour.theme], colour.tint)
        found = found.upper()
        return "" if found in ("", "000000") or not re.fullmatch(r"[0-9A-F]{6}", found) else found

    @cached_property
    def _theme(self) -> list[str]:
        found = [one.decode() for one in _THEME.findall(self.workbook.loaded_theme or b"")]
        return [found[place] for place in _THEME_ORDER if place < len(found)]

    def _kept_as(self, sheet: Any, *, texts_only: bool) -> str | None:  # noqa: ANN401
        """Under which name the sheet is kept as people's; None where it is ours and untouched.

        texts_only: its numbers are there to be changed.
        """
        ours = self.remembered.sheets
        values = [cell.value for cell in _cells(sheet).values()]
        made = memory_sheet.fingerprint(
            one for one in values if isinstance(one, str) or not texts_only
        )
        if made in ours.values() or all(plain(one) is None for one in values):
            return None
        if sheet.title not in ours:
            return str(sheet.title)
        names = (say("{name}（曾改动{n}）", name=sheet.title[:20], n=n or "") for n in count())
        return next(name for name in names if name not in self.workbook.sheetnames)

    def _own_sheet(self, sheet: Any, name: str) -> OwnSheet:  # noqa: ANN401
        cells = _cells(sheet)
        return OwnSheet(
            name=name,
            cells={
                place: (plain(cell.value), self._look(cell))
                for place, cell in sorted(cells.items())
                if hasattr(cell, "font") and (cell.value is not None or cell.has_style)
            },
            widths={
                column: _set_width(one.width)
                for one in sheet.column_dimensions.values()
                if one.width and one.min
                for column in range(one.min, min(one.max or one.min, _WIDEST) + 1)
            },
            merged=tuple(
                (one.min_row, one.min_col, one.max_row, one.max_col)
                for one in sheet.merged_cells.ranges
            ),
            comments={p: c.comment.text for p, c in cells.items() if c.comment is not None},
        )


def _set_width(stored: float) -> float:
    """The width that was asked for: a file holds it with the margin of a cell, five of seven points a letter."""
    return max(float(stored) - 5 / 7 + 0.001, 0.0) if stored else 0.0


def _merged(sheet: Any) -> dict[Place, Place]:  # noqa: ANN401
    """Every cell of a merged block but its first → that one."""
    found: dict[Place, Place] = {}
    for block in sheet.merged_cells.ranges:
        first = (block.min_row, block.min_col)
        rows = range(block.min_row, min(block.max_row, block.min_row + MOST_SHEET_CELLS // 100) + 1)
        for row in rows:
            for column in range(block.min_col, block.max_col + 1):
                if (row, column) != first:
                    found[row, column] = first
    return found


def _shows_day(cell: Cell) -> bool:
    return "d" in re.sub(r"\"[^\"]*\"|\[[^\]]*\]|\\.", "", cell.number_format.lower())


def _end_of_month(value: Value) -> Value:
    assert isinstance(value, date)  # noqa: S101 - its only caller has looked
    read = read_date(f"{value.year}-{value.month}")
    return read.day if read else value


def _tinted(rgb: str, tint: float) -> str:
    """A colour of the theme made lighter or darker, as Excel does, near enough."""
    parts = (int(rgb[at : at + 2], 16) for at in (0, 2, 4))
    made = (part * (1 + tint) if tint < 0 else part + (255 - part) * tint for part in parts)
    return "".join(f"{min(max(round(part), 0), 255):02X}" for part in made)


def _settings(sheet: Any) -> dict[str, int]:  # noqa: ANN401
    """The settings that a sheet of labels and numbers holds; empty where it is no such sheet."""
    labels = setting_labels()
    found = {}
    for row in sheet.iter_rows(max_row=40, max_col=2):
        key = labels.get(folded(row[0].value))
        value = plain(row[1].value) if len(row) > 1 else None
        if key is not None:
            with suppress(ValueError):
                found[key] = int(text_of(value))
    return found
