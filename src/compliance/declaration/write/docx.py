"""The declaration form as a Word document, from a template that a province may replace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.declaration.fill.filled_form import Cell, FilledTable, Line, Paper
from compliance.declaration.write.layout import (
    Listing,
    Place,
    depth,
    heading,
    listings,
    merged_labels,
)
from compliance.render.documents.docx import WordTemplate
from compliance.render.documents.printable import printable

TEMPLATE = "declaration.docx"
_PAGE = 225.0  # millimetres of text on a page across
_TWIPS = 1440 / 25.4
_MANY = 9  # columns from which a table is set in small type
_STYLES = {
    "label": "表格居中",
    "number": "表格居中",
    "value": "表格居中",
    "mark": "表格居中",
    "name": "表格文字",
    "sentence": "表格文字",
    "remark": "表格文字",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; filled: what stands in a blank of a sentence."""

    text: str
    filled: bool = False


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell; merge: restart or continue where it is one of several over one another."""

    runs: tuple[Run, ...]
    width: int
    style: str
    columns: int = 1
    merge: str = ""
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class WordRow:
    """A row; heading: it comes again on every page."""

    cells: tuple[WordCell, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table: widths in twentieths of a point."""

    title: str
    grid: tuple[int, ...]
    rows: tuple[WordRow, ...]
    notes: tuple[WordCell, ...]
    small: bool

    @property
    def width(self) -> int:
        """All columns together."""
        return sum(self.grid)


@dataclass(frozen=True, slots=True)
class WordPaper:
    """What the template sees."""

    title: str
    lead: tuple[str, ...]
    tables: tuple[WordTable, ...]


class DeclarationWriter:
    """Fills ``declaration.docx``; made once a run and rule set."""

    def __init__(self, template_dirs: Sequence[Path]) -> None:
        self._template = WordTemplate.named(TEMPLATE, template_dirs)

    def write(self, paper: Paper) -> bytes:
        """The filled form of one county."""
        lead = (*(cell.text for cell in paper.lead), *paper.about)
        tables = (*map(_table, paper.tables), *map(_listing, listings(paper)))
        view = WordPaper(printable(paper.title), tuple(map(printable, lead)), tables)
        return self._template.fill(paper=view)


def _table(table: FilledTable) -> WordTable:
    grid = _grid([head.width for head in table.heads])
    spans = merged_labels(table)
    rows = [*_headings(heading(table), grid)]
    for number, line in enumerate(table.lines):
        rows.append(_band(line, grid) if line.band else _line(line, number, grid, spans))
    return WordTable(
        title=printable(table.title),
        grid=grid,
        rows=tuple(rows),
        notes=tuple(WordCell(_runs(note), 0, "申报表注") for note in table.notes),
        small=len(grid) >= _MANY,
    )


def _grid(widths: Sequence[float]) -> tuple[int, ...]:
    """Widths as wide as the page, in twentieths of a point."""
    scale = _PAGE / sum(widths)
    return tuple(round(width * scale * _TWIPS) for width in widths)


def _headings(block: Sequence[Place], grid: Sequence[int]) -> Iterator[WordRow]:
    """Rows of headings; one over several rows is continued in each of them."""
    for row in range(depth(block)):
        here = sorted(
            (one for one in block if one.row <= row < one.row + one.rows),
            key=lambda one: one.column,
        )
        cells = []
        for one in here:
            merge = "" if one.rows == 1 else "restart" if one.row == row else "continue"
            text = one.text if one.row == row else ""
            width = sum(grid[one.column : one.column + one.columns])
            runs = (Run(printable(text)),)
            cells.append(WordCell(runs, width, "表头", one.columns, merge))
        yield WordRow(tuple(cells), heading=True)


def _band(line: Line, grid: Sequence[int]) -> WordRow:
    cell = WordCell(_runs(line.cells[0]), sum(grid), "表头", len(grid))
    return WordRow((cell,))


def _line(
    line: Line, number: int, grid: Sequence[int], spans: dict[tuple[int, int], int]
) -> WordRow:
    cells = []
    for column, cell in enumerate(line.cells):
        lines = spans.get((number, column), 1)
        merge = "" if lines == 1 else "restart" if lines else "continue"
        runs = _runs(cell) if lines else (Run(""),)
        cells.append(WordCell(runs, grid[column], _STYLES[cell.role], 1, merge, cell.shaded))
    return WordRow(tuple(cells))


def _runs(cell: Cell) -> tuple[Run, ...]:
    """The text in pieces; what fills a blank inside a sentence is underlined, as on the form."""
    if len(cell.parts) == 1:
        return (Run(printable(cell.text)),)
    return tuple(
        Run(_wide(part)) if isinstance(part, str) else Run(printable(part.text), filled=True)
        for part in cell.parts
    )


def _wide(text: str) -> str:
    """The form's own words, whose blanks at the ends part them from the figures."""
    return f"{text[: len(text) - len(text.lstrip())]}{printable(text)}{text[len(text.rstrip()) :]}"


def _listing(one: Listing) -> WordTable:
    grid = _grid(one.widths)

    def row(texts: Sequence[str], *, head: bool = False) -> WordRow:
        style = "表头" if head else "表格文字"
        cells = (WordCell((Run(printable(t)),), w, style) for t, w in zip(texts, grid, strict=True))
        return WordRow(tuple(cells), heading=head)

    rows = (row(one.heads, head=True), *map(row, one.rows)) if one.rows else ()
    notes = () if one.rows else (WordCell((Run(one.empty),), 0, "申报表注"),)
    return WordTable(one.title, grid, rows, notes, small=False)
