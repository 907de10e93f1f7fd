"""From the parts of an .xlsx package to the cells of its sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from compliance.intake.formats.grid import (
    Block,
    Cell,
    Cells,
    MalformedError,
    Place,
    Sheet,
    check_sheets,
)
from compliance.intake.formats.number_format import BUILT_IN, Moment, changes
from compliance.intake.formats.package import TRUE, Attributes, Package

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is)>")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MACROS = "vbaproject"  # the kind of part that holds them


class XlsxBook:
    """The sheets of a package; none where it is no workbook's. Raises what is `FAULTY`."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.sheets: dict[str, Sheet] = {}
        self.macros = False
        self._since_1904 = self._calculated = self._keeps_zeros = False
        self._parts: dict[str, str] = {}  # name → part of the package
        main = package.main()
        if main.endswith(".xml"):
            self._read_book(main)

    def _read_book(self, main: str) -> None:
        relations = self._package.relations(main)
        parts = {one.kind: one.part for one in relations.values()}
        self.macros = _MACROS in parts

        def element(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                title = attributes.get("name", "")
                key = next((value for k, value in attributes.items() if k.endswith(" id")), "")
                kind, part = relations.get(key, ("worksheet", ""))
                check_sheets(len(self.sheets) + 1)
                if title in self.sheets:
                    raise MalformedError
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets[title] = Sheet(hidden, kind == "worksheet")
                self._parts[title] = part
            elif name == "fileVersion":
                self._keeps_zeros = attributes.get("appName") == "Calc"
            elif name == "workbookPr":
                self._since_1904 = attributes.get("date1904") in TRUE
            elif name == "calcPr":  # it calculates, or may leave that to the next program
                put_off = attributes.get("fullCalcOnLoad") in TRUE
                self._calculated = not put_off and attributes.get("calcCompleted", "1") in TRUE

        self._package.parse(main, element)
        self._strings = _shared_strings(self._package, parts.get("sharedstrings", ""))
        self._formats = _cell_formats(self._package, parts.get("styles", ""))

    def cells(self, sheet: str) -> Cells:
        """What a worksheet holds. Raises what is `FAULTY`, BeyondLimitError."""
        walk = _SheetWalk(
            self._strings,
            self._formats,
            Cells(since_1904=self._since_1904, allowance=self._package.allowance),
            calculated=self._calculated,
            keeps_zeros=self._keeps_zeros,
        )
        self._package.parse(self._parts[sheet], walk.start, walk.end, walk.text)
        return walk.found()

    def holds_something(self, sheet: str) -> bool:
        """Whether a worksheet has a filled cell near its beginning. Raises what is `FAULTY`."""
        return _FILLED.search(self._package.beginning(self._parts[sheet])) is not None


# ── what the sheets share ──────────────────────────────────────────────────────────


def _shared_strings(package: Package, part: str) -> list[str]:
    """The texts that cells point to, by number."""
    texts: list[str] = []
    text = _Text()

    def start(name: str, attributes: Attributes) -> None:
        text.start(name)

    def end(name: str) -> None:
        text.end(name)
        if name == "si":
            texts.append(text.taken())

    if part:
        package.parse(part, start, end, text.add)
    return texts


class _Text:
    """Gathers what a text says, run by run; how it is pronounced, which some write beside it, is left out."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._inside = self._spoken = False

    def start(self, name: str) -> None:
        """An element begins."""
        self._spoken = self._spoken or name == "rPh"
        self._inside = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        """An element ends."""
        self._inside = False
        self._spoken = self._spoken and name != "rPh"

    def add(self, text: str) -> None:
        """Characters."""
        if self._inside:
            self._runs.append(text)

    def taken(self) -> str:
        """What has been gathered; the next text begins."""
        text = plain("".join(self._runs))
        self._runs.clear()
        return text


def plain(text: str) -> str:
    """A text whose characters that XML does not like were written as ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _cell_formats(package: Package, part: str) -> list[str]:
    """The format codes of the cell styles, by number."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    inside = False

    def style(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt":
            code = attributes.get("formatCode", "")
            codes[attributes.get("numFmtId", "")] = code if changes(code) else ""
        elif name in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))

    if part:
        package.parse(part, style)
    return [codes.get(number, "") for number in styles]


# ── a sheet's XML ──────────────────────────────────────────────────────────────────


class _SheetWalk:
    """One pass over a sheet's XML: what its cells hold, and what is to be said of single ones."""

    def __init__(
        self,
        strings: Sequence[str],
        formats: Sequence[str],
        cells: Cells,
        *,
        calculated: bool,
        keeps_zeros: bool,
    ) -> None:
        self._strings, self._formats, self._cells = strings, formats, cells
        self._calculated, self._keeps_zeros = calculated, keeps_zeros
        self._arrays: list[Block] = []
        self._row = self._column = -1
        self._kind = self._style = ""
        self._formula = self._filled = self._inside = False
        self._written: list[str] = []
        self._text = _Text()

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._inside = self._filled = True
        elif name == "f":
            self._formula = self._filled = True
            if attributes.get("t") in ("array", "dataTable"):
                self._arrays.append(block_of(attributes.get("ref", "")))
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 2)) - 1
            self._column = -1
            if _unseen(attributes, "ht"):
                self._cells.hidden_rows.add(self._row)
        elif name == "mergeCell":
            self._cells.merged.append(block_of(attributes.get("ref", "")))
        elif name == "col" and _unseen(attributes, "width"):
            self._cells.hide_columns(int(attributes["min"]) - 1, int(attributes["max"]) - 1)
        else:
            self._filled = self._filled or name == "is"
            self._text.start(name)

    def text(self, text: str) -> None:
        """Characters."""
        if self._inside:
            self._written.append(text)
        else:
            self._text.add(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "v":
            self._inside = False
        elif name == "c":
            if self._filled:
                self._end_cell()
            if self._formula:
                self._cells.formulas.add((self._row, self._column))
        else:
            self._text.end(name)
            if name == "is":
                self._written.append(self._text.taken())

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = _place(reference)
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._formula = self._filled = False
        self._written.clear()

    def _end_cell(self) -> None:
        place = self._row, self._column
        written, kind = "".join(self._written), self._kind
        value: Cell = None
        fault = None
        if kind == "e":
            value = fault = written.strip() or "#ERROR!"
        elif self._formula and self._has_no_result(written):
            fault = ""
        elif kind == "s":
            value = _numbered(self._strings, written)
        elif kind == "inlineStr":
            value = written
        elif kind == "str":
            value = plain(written)
        elif written.strip():
            value = self._plain_value(place, written)
            if self._formula and self._keeps_zeros and value == 0:
                self._cells.doubtful.add(place)
        self._cells.put(place, value, fault)

    def _has_no_result(self, written: str) -> bool:
        """Whether a formula's cell holds nothing, or a zero that no program has worked out."""
        if not written.strip():
            return self._kind != "str" or not self._calculated
        return not self._calculated and self._kind in ("n", "b") and float(written) == 0

    def _plain_value(self, place: Place, written: str) -> Cell:
        """A number, a date, yes or no."""
        if self._kind == "b":
            return written.strip() in TRUE
        if self._kind == "d":
            return Moment(datetime.fromisoformat(written.strip()), frozenset("ymd"))
        if self._kind != "n" or "_" in written:
            raise MalformedError
        value = float(written)
        code = _numbered(self._formats, self._style) if self._style else ""
        return self._cells.number(place, value, code)

    def found(self) -> Cells:
        """The cells. A formula over a block is written in its first: where that has no result, none has."""
        cells = self._cells
        for block in self._arrays:
            unknown = cells.faults.get((block.top, block.left)) == ""
            if unknown:
                cells.reach(block.bottom, block.right)
            for place in cells.within(block).places():
                if not cells.values.get(place) and (unknown or not self._calculated):
                    cells.faults[place] = ""
                    cells.values[place] = None
        return cells


def _numbered(words: Sequence[str], number: str) -> str:
    """The word of a number as a cell writes it. Raises what is `FAULTY` where there is none."""
    if not number.strip().isdigit():
        raise MalformedError
    return words[int(number)]


def _unseen(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden, or of no size."""
    return attributes.get("hidden") in TRUE or attributes.get(size) == "0"


def block_of(reference: str) -> Block:
    """The block that a reference such as B2:D9 names. Raises MalformedError."""
    first, _, last = reference.partition(":")
    return Block(*_place(first), *_place(last or first))


def _place(reference: str) -> Place:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise MalformedError
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
