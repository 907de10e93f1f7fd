"""Several tables one under another on one sheet: each is read as if it stood alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.heading_rows import find_headings
from compliance.intake.formats.heading_words import HeadingWords
from compliance.intake.formats.side_lines import is_figure, is_note
from compliance.intake.formats.table_contents import NAMING

_FIRST_COLUMNS = 6  # the columns that name a record are among them
_NAMES = re.compile("名称|代码|标识|编号|校名|^学校")
_LONGEST_TITLE = 3  # cells of a line that says what follows
_MOST_BETWEEN = 6  # lines between two tables: notes of one, titles of the next


def stacked(grid: Grid, words: Vocabulary) -> list[Grid]:
    """The tables of a sheet, from the top: the whole sheet where it is one table.

    A new one begins where other headings follow the records, or the same under a title of their own;
    headings that a printed page repeats begin none.
    """
    starts = [0, *_later_starts(grid, HeadingWords(words, "schools"))]
    ends = [*starts[1:], len(grid.rows)]
    if len(starts) == 1:
        return [grid]
    return [grid.part(first, end) for first, end in zip(starts, ends, strict=True)]


def _later_starts(grid: Grid, words: HeadingWords) -> Iterator[int]:
    """The rows where the second table begins, the third …, with the lines above their headings."""
    heads = [row for row in range(len(grid.rows)) if _may_head(grid, row)]
    seen: set[tuple[str, ...]] = set()
    start = bottom = -1
    while later := [row for row in heads if row > bottom]:
        if bottom >= 0:
            row = next((row for row in later if _heads(grid, row, words, seen)), None)
            if row is None:
                return
            start = row
            while (
                start - 1 > bottom and row - start < _MOST_BETWEEN and _introduces(grid, start - 1)
            ):
                start -= 1
            yield start
        first = max(start, 0)
        lines = (_texts(grid, row) for row in range(first, len(grid.rows)))
        head = find_headings(lines, words, [one.moved(-first, 0) for one in grid.merged])
        if len(later) == 1 or head is None:
            return
        bottom = first + head.bottom
        seen |= {tuple(_texts(grid, row)) for row in range(first, bottom + 1)}


def _texts(grid: Grid, row: int) -> list[str]:
    return [grid.text(row, column) for column in range(grid.width)]


def _may_head(grid: Grid, row: int) -> bool:
    """Whether a row looks as if it held headings, among them that of a school's name or code."""
    first = (grid.text(row, column) for column in range(min(_FIRST_COLUMNS, grid.width)))
    return any(map(_NAMES.search, first)) and not _has_figure(grid, row)


def _heads(grid: Grid, row: int, words: HeadingWords, seen: set[tuple[str, ...]]) -> bool:
    """Whether a row that may hold headings holds new ones."""
    first = (grid.text(row, column) for column in range(min(_FIRST_COLUMNS, grid.width)))
    names = (words.fact(text) for text in first if _NAMES.search(text))
    if not any(fact is not None and fact.name in NAMING for fact in names):
        return False
    return tuple(_texts(grid, row)) not in seen or _has_new_title(grid, row - 1, seen)


def _introduces(grid: Grid, row: int) -> bool:
    """Whether a line may stand above headings: it is blank, or words that are no note of what was before."""
    texts = [text for text in _texts(grid, row) if text]
    return not texts or not (is_note(texts[0]) or any(map(is_figure, texts)))


def _has_new_title(grid: Grid, row: int, seen: set[tuple[str, ...]]) -> bool:
    """Whether a line says what follows it, and has not said so before."""
    texts = _texts(grid, row)
    told = 0 < len(list(filter(None, texts))) <= _LONGEST_TITLE and _introduces(grid, row)
    return told and tuple(texts) not in seen


def _has_figure(grid: Grid, row: int) -> bool:
    return any(map(is_figure, filter(None, _texts(grid, row))))
