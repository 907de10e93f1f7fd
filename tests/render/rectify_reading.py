"""Reading rectification papers back as a person would: Word's text and tables, a workbook's cells."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
from docx import Document
from docx.table import Table

from compliance.engine.results import Results
from compliance.render.rectification.write import write_papers


def written(report: Results, form: str, out: Path, school: str = "") -> bytes:
    """The county's list, or the sheet of the school whose code is `school`."""
    for path in write_papers(report, out, [form], {}).papers:
        if path.name.startswith(f"{school}_") if school else path.stem == "整改清单":
            return path.read_bytes()
    raise LookupError(school)


def word_text(content: bytes) -> str:
    """Paragraphs a line each; a table's cells between bars."""
    return "".join(f"{line}\n" for line in _word_lines(content))


def _word_lines(content: bytes) -> Iterator[str]:
    for block in Document(BytesIO(content)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = dict.fromkeys(cell._tc for cell in row.cells)
                texts = {cell._tc: cell.text for cell in row.cells}
                yield "| " + " | ".join(texts[cell] for cell in cells) + " |"
        else:
            yield block.text


def cells(content: bytes) -> str:
    """Every sheet: its name, then its rows; a number with its format."""
    lines = []
    for sheet in openpyxl.load_workbook(BytesIO(content)).worksheets:
        lines.append(f"## {sheet.title}")
        for row in sheet.iter_rows():
            lines.append(" | ".join(_cell(cell) for cell in row).rstrip(" |"))
    return "\n".join(lines) + "\n"


def _cell(cell: object) -> str:
    value, form = getattr(cell, "value", None), getattr(cell, "number_format", "General")
    if value is None:
        return ""
    return str(value) if form == "General" else f"{value} ({form})"
