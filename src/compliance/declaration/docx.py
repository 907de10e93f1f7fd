"""The declaration form as a Word document, from a template that a province may replace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.declaration.filled_form import FilledCell, FilledForm, FilledTable
from compliance.declaration.layout import (
    LaidRow,
    Listing,
    appendix_title,
    headings,
    lines,
    listings,
)
from compliance.render.documents.docx import WordTemplate
from compliance.render.documents.text import printable

TEMPLATE = "declaration.docx"
_PAGE = 225.0  # millimetres of text on a page across
_TWIPS = 1440 / 25.4
_MANY = 9  # columns from which a table is set in small type
_HEADING, _NOTE, _CENTRED, _TEXT = "表头", "申报表注", "表格居中", "表格文字"


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
class WordForm:
    """What the template sees as `paper`.

    head: at the top of every page but the cover. cover, signature: lines. appendix: the title above
    `about` (by what it was judged, a sentence each) and the lists, which are not part of the form.
    """

    title: str
    head: str
    cover: tuple[str, ...]
    tables: tuple[WordTable, ...]
    signature: tuple[str, ...]
    appendix: str
    about: tuple[str, ...]
    lists: tuple[WordTable, ...]


def declaration_document(form: FilledForm, template_dirs: Sequence[Path]) -> bytes:
    """The filled form of one county; template_dirs: where a template may replace ours."""
    view = WordForm(
        title=printable(form.title),
        head=printable("　".join(line.text for line in form.lead)),
        cover=tuple(printable(line.text) for line in form.cover),
        tables=tuple(map(_table, form.tables)),
        signature=tuple(printable(line.text) for line in form.signature),
        appendix=appendix_title(),
        about=tuple(map(printable, form.about)),
        lists=tuple(map(_listing, listings(form))),
    )
    return WordTemplate.named(TEMPLATE, template_dirs).fill(paper=view)


def _table(table: FilledTable) -> WordTable:
    grid = _grid([head.width for head in table.headings])
    above = [_row(row, grid, heading=True) for row in headings(table)]
    return WordTable(
        title=printable(table.title),
        grid=grid,
        rows=(*above, *(_row(row, grid) for row in lines(table))),
        notes=tuple(WordCell(_runs(note), 0, _NOTE) for note in table.notes),
        small=len(grid) >= _MANY,
    )


def _grid(widths: Sequence[float]) -> tuple[int, ...]:
    """Widths as wide as the page, in twentieths of a point."""
    scale = _PAGE / sum(widths)
    return tuple(round(width * scale * _TWIPS) for width in widths)


def _row(row: LaidRow, grid: Sequence[int], *, heading: bool = False) -> WordRow:
    cells = []
    for one in row:
        style = _TEXT if one.is_left else _CENTRED
        if heading or one.columns > 1:  # a band's cell goes all across
            style = _HEADING
        cells.append(
            WordCell(
                runs=_runs(one.content) if one.first else (Run(""),),
                width=sum(grid[one.column : one.column + one.columns]),
                style=style,
                columns=one.columns,
                merge="" if one.rows == 1 else "restart" if one.first else "continue",
                shaded=one.content.shaded,
            )
        )
    return WordRow(tuple(cells), heading)


def _runs(cell: FilledCell) -> tuple[Run, ...]:
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

    def row(texts: Sequence[str], style: str) -> WordRow:
        cells = (WordCell((Run(text),), w, style) for text, w in zip(texts, grid, strict=True))
        return WordRow(tuple(cells), heading=style == _HEADING)

    rows = [row(one.headings, _HEADING), *(row(texts, _TEXT) for texts in one.rows)]
    notes = () if one.rows else (WordCell((Run(one.empty),), 0, _NOTE),)
    return WordTable(one.title, grid, tuple(rows) if one.rows else (), notes, small=False)
