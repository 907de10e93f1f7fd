"""Schools' workbooks filled in by their schools: cells are set in the XML, as programs leave them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.workbook import Workbook
from compliance.intake.problems import Complaints
from compliance.render.school_workbook import CLASSES, FORM, ROOMS

SHEETS = {FORM: 1, CLASSES: 2, ROOMS: 3}
WORDS = vocabulary()
_TITLES = {fact.title: fact.name for fact in WORDS.school.values()}
_STAGES, _KINDS = {"primary": "小学", "junior": "初中"}, {"music": "音乐", "art": "美术"}
_YES_NO = {True: "是", False: "否"}
School = Mapping[str, Any]


class Form:
    """One workbook while it is changed."""

    def __init__(self, content: bytes, layout: str = "") -> None:
        """layout: what workbooks of the same rows have in common, to look for them once."""
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.parts = {item.filename: package.read(item) for item in package.infolist()}
        if not layout or layout not in _LAYOUTS:
            _LAYOUTS[layout] = _Layout(content)
        self.layout = _LAYOUTS[layout]

    def set(self, sheet: str, address: str, value: object) -> None:
        """Type a value into a cell; a text that begins with = is a formula with the result 7."""
        if isinstance(value, str) and value.startswith("="):
            kind, inside = b"", f"<f>{escape(value[1:])}</f><v>7</v>"
        elif isinstance(value, str):
            kind, inside = b' t="inlineStr"', f"<is><t>{escape(value)}</t></is>"
        else:
            kind, inside = b"", "" if value is None else f"<v>{value}</v>"
        part = f"xl/worksheets/sheet{SHEETS[sheet]}.xml"
        cell = re.compile(rb'<c r="%s"( s="\d+")?[^>]*?(/>|>.*?</c>)' % address.encode())
        self.parts[part], count = cell.subn(
            lambda found: (
                b'<c r="%s"%s%s>%s</c>' % (address.encode(), found[1] or b"", kind, inside.encode())
            ),
            self.parts[part],
            count=1,
        )
        assert count == 1, (sheet, address)

    def replace(self, part: str, old: str, new: str) -> None:
        """Put one text in the place of another, which must be there."""
        assert old.encode() in self.parts[part], old
        self.parts[part] = self.parts[part].replace(old.encode(), new.encode())

    def mark(self, name: str, value: str) -> None:
        """Let its mark say something else."""
        part = "docProps/custom.xml"
        wanted = re.compile(rf'(name="junheng-{name}"[^>]*>\s*<vt:lpwstr>)[^<]*'.encode())
        self.parts[part], count = wanted.subn(rb"\g<1>" + value.encode(), self.parts[part])
        assert count == 1, name

    def saved(self, moment: str) -> None:
        """Say when a program saved it, as ``2026-03-01T08:00:00Z``."""
        core = self.parts["docProps/core.xml"]
        core = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment.encode(), core)
        self.parts["docProps/core.xml"] = core

    def place(self, title: str) -> str:
        """Where the value of an item stands."""
        return f"C{self.layout.rows[title]}"

    def write(self, title: str, value: object) -> None:
        """Type the value of an item."""
        self.set(FORM, self.place(title), value)

    def fill(self, school: School) -> None:
        """Everything that the school knows of what it is asked."""
        for title, row in self.layout.rows.items():
            name = _TITLES.get(title, "")
            if name in school and title in self.layout.open and not WORDS.school[name].listed:
                value = school[name]
                told = _YES_NO[value] if isinstance(value, bool) else value
                self.set(FORM, f"C{row}", told)
        for stage, first in self.layout.classes.items():
            for row, size in enumerate(school.get(f"{stage}_class_sizes", ()), first):
                self.set(CLASSES, f"D{row}", size)
        row = 2
        for kind, word in _KINDS.items():
            for area in school.get(f"{kind}_room_areas", ()):
                self.set(ROOMS, f"A{row}", word)
                self.set(ROOMS, f"B{row}", area)
                row += 1

    def content(self) -> bytes:
        """The file."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for name, data in self.parts.items():
                package.writestr(name, data)
        return stream.getvalue()


class _Layout:
    """Where things stand: title → row, the titles that are open, stage → its first row of classes."""

    def __init__(self, content: bytes) -> None:
        book = Workbook(content, Complaints("", []))
        form = book.grid(FORM)
        lines = range(6 - form.top, len(form.rows))
        self.rows = {form.text(row, 0): form.top + row + 1 for row in lines}
        self.open = {form.text(row, 0) for row in lines if form.text(row, 3) in ("必填", "选填")}
        words = [row[0] for row in book.grid(CLASSES).rows] if CLASSES in book.sheets else []
        self.classes = {s: words.index(w) + 1 for s, w in _STAGES.items() if w in words}


_LAYOUTS: dict[str, _Layout] = {}
