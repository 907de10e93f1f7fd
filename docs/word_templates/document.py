"""A Word document put together from the top down, with placeholders for docxtpl.

Wide lists lie across the page, their text is 五号. Used by the builders beside it only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from .page import (
    BLACK,
    LOOKS,
    Alignment,
    Untyped,
    add_style,
    element,
    set_defaults,
    set_font_table,
    set_fonts,
    set_footer,
    set_page,
    strip,
)

SHADE = "E7E6E6"


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, millimetres, what stands in a line's cell."""

    heading: str
    width: float
    cell: str
    centred: bool = False


class Paper:
    """A document in the making: styles, page and footers ready, text added from the top down."""

    def __init__(self, *, landscape: bool, wide: bool = False) -> None:
        self.document = Document()
        strip(self.document)
        set_defaults(self.document)
        for look in LOOKS:
            add_style(self.document, look)
        set_font_table(self.document)
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        set_page(section, landscape=landscape, wide=wide)
        set_footer(section.footer, Alignment.RIGHT)
        set_footer(section.even_page_footer, Alignment.LEFT)

    def text(self, style: str, text: str) -> Untyped:
        """A paragraph."""
        return self.document.add_paragraph(text, style=style)

    def kept(self, style: str, text: str) -> None:
        """A paragraph on the page of the one after it."""
        self.text(style, text).paragraph_format.keep_with_next = True

    def bold(self, style: str, text: str, rest: str) -> None:
        """A paragraph that begins in 黑体."""
        paragraph = self.text(style, "")
        set_fonts(paragraph.add_run(text)._r.get_or_add_rPr(), BLACK)
        paragraph.add_run(rest)

    def tag(self, text: str) -> None:
        """A paragraph that holds only a docxtpl tag, ``p for …``, and vanishes."""
        self.document.add_paragraph("{%" + text + " %}")

    def across(self) -> None:
        """What follows lies across the page."""
        set_page(self.document.add_section(WD_SECTION.NEW_PAGE), landscape=True, wide=True)

    def table(
        self,
        columns: Sequence[Column],
        rows: str,
        *,
        parts: str = "",
        band: str = "{{ part.title }}",
        titled: str = "",
        last: str = "",
    ) -> None:
        """A table with a line for each of `rows` (``row in paper.totals``).

        parts: an outer loop with a heading line each, `band`, titled: where it has one at all. last:
        the condition of the line that stays on the page of what follows the table.
        """
        table = self.document.add_table(rows=0, cols=len(columns))
        _table_properties(table, columns)
        _line(table, columns, [column.heading for column in columns], header=True)
        if parts:
            _tag_row(table, f"tr for {parts}")
            if titled:
                _tag_row(table, f"tr if {titled}")
            _band(table, band)
            if titled:
                _tag_row(table, "tr endif")
        _tag_row(table, f"tr for {rows}")
        ways = [f"tr if {last}", "tr else", "tr endif"] if last else ["", ""]
        for place, way in enumerate(ways[:-1]):
            if way:
                _tag_row(table, way)
            line = _line(table, columns, [column.cell for column in columns], header=False)
            for cell in line.cells if last and not place else ():
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        if last:
            _tag_row(table, ways[-1])
        _tag_row(table, "tr endfor")
        if parts:
            _tag_row(table, "tr endfor")

    def save(self, path: Path, title: str, keywords: str = "") -> None:
        """Write the file with fixed dates, so that building twice gives the same bytes."""
        properties = self.document.core_properties
        properties.keywords = keywords
        properties.title, properties.author, properties.comments = title, "均衡 Junheng", ""
        buffer = io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w") as packed:
            for name in made.namelist():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(info, made.read(name))


def _table_properties(table: Untyped, columns: Sequence[Column]) -> None:
    """Black lines, fixed widths: Word must not guess them from a thousand rows."""
    properties = table._tbl.tblPr
    for child in list(properties):
        properties.remove(child)
    total = sum(column.width for column in columns)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    for piece in (
        f'<w:tblW NS w:w="{round(total / 25.4 * 1440)}" w:type="dxa"/>',
        '<w:jc NS w:val="center"/>',
        f"<w:tblBorders NS>{lines}</w:tblBorders>",
        '<w:tblLayout NS w:type="fixed"/>',
        '<w:tblCellMar NS><w:top w:w="20" w:type="dxa"/><w:left w:w="40" w:type="dxa"/>'
        '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>',
    ):
        properties.append(parse_xml(piece.replace("NS", nsdecls("w"))))
    for grid, column in zip(table.columns, columns, strict=True):
        grid.width = Mm(column.width)


def _line(
    table: Untyped, columns: Sequence[Column], texts: Sequence[str], *, header: bool
) -> Untyped:
    """A row that stays on one page; the headings come again on every page."""
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader") if header else ("w:cantSplit",):
        properties.append(OxmlElement(name))
    for cell, column, text in zip(row.cells, columns, texts, strict=True):
        centred = "表格居中" if column.centred else "表格文字"
        _fill(cell, "表头" if header else centred, text)
        cell.width = Mm(column.width)
    return row


def _band(table: Untyped, text: str) -> None:
    """A heading over the whole width, kept with the line below it."""
    row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    merged = row.cells[0].merge(row.cells[-1])
    _fill(merged, "表头", text)
    merged.paragraphs[0].paragraph_format.keep_with_next = True


def _tag_row(table: Untyped, tag: str) -> None:
    _fill(table.add_row().cells[0], "表格文字", "{%" + tag + " %}")


def _fill(cell: Untyped, style: str, text: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(text)
    cell._tc.get_or_add_tcPr().append(element("w:vAlign", "center"))
