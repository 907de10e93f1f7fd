"""Where the headings of a table stand: in one row, or in up to four that make a path of words a column.

The row with most known headings is among them. Rows next to it belong to them where merged cells tie
them together, or where they hold nothing but words and none of a record's. Over several columns a word
stands in merged cells, again in each of them, or only in the first; no word that stands over a column
is lost, but the captions that say nothing of its figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from compliance.intake.formats.heading_words import HeadingWords, joined
from compliance.intake.formats.side_lines import (
    HEADER_WITHIN,
    header_row,
    is_figure,
    is_note,
    is_unit,
    numbers_columns,
    units_above,
)
from compliance.intake.formats.workbook import Block

MOST_ROWS = 4
LOOKED_AT = HEADER_WITHIN + MOST_ROWS - 1
_LONGEST_CAPTION = 24
_BAND = re.compile("[0-9]+ ?[-—–~～] ?[0-9]+|[0-9]+[+]")
# what is written above a table, and is no word over some of its columns
_TITLE = re.compile(r"(?:表|名册|台账|登记|汇总|统计|一览)(?:[（(].*[)）])?$|^(?!其中|#).*[:：]")
_YEAR = re.compile(r"[（(]?(?:19|20)[0-9]{2}(?:[年学至.\-/—~ ]|$)")
_OF_WHICH = re.compile("其中|#")


class HeadingRows(NamedTuple):
    """The rows of the headings, from top to bottom, and of each column what they make of it.

    paths: the words over each column, from the top, none where there are none. places: the row in
    which the last of them stands.
    """

    top: int
    bottom: int
    paths: tuple[tuple[str, ...], ...]
    places: tuple[int, ...]

    @property
    def headings(self) -> list[str]:
        """Each column's heading, its words joined."""
        return [joined(path) for path in self.paths]


def find_headings(
    lines: Iterable[Sequence[str]], words: HeadingWords, merged: Sequence[Block] = ()
) -> HeadingRows | None:
    """The headings of a table whose first lines these are, of equal length; None where there are none."""
    first = list(islice(lines, LOOKED_AT))
    anchor = header_row(first, words.known)
    if anchor is None:
        return None
    width = max(map(len, first))
    cells = [[*line, *[""] * (width - len(line))] for line in first]
    near = [block for block in merged if 0 <= block.top < len(first)]
    sheet = _Sheet(cells, words, near)
    top = bottom = anchor
    while bottom - top + 1 < MOST_ROWS and sheet.goes_on_below(top, bottom):
        bottom += 1
    while bottom - top + 1 < MOST_ROWS and sheet.begins_above(top, bottom):
        top -= 1
    while bottom - top + 1 < MOST_ROWS and sheet.goes_on_below(top, bottom):
        bottom += 1  # now that what names a record may be seen, which stands higher up
    return sheet.resolved(top, bottom)


@dataclass(frozen=True)
class _Sheet:
    """The first lines of a sheet or text, filled up to one width."""

    lines: Sequence[Sequence[str]]
    words: HeadingWords
    merged: Sequence[Block]

    # ── which rows ─────────────────────────────────────────────────────────────────

    def goes_on_below(self, top: int, bottom: int) -> bool:
        """Whether the row under these rows of headings is one too."""
        row = bottom + 1
        if row >= len(self.lines) or self._gives_units(row):
            return False
        if self._tied(bottom, row):
            return True
        if not self._talks(row) or self._is_note(row):
            return False
        line, paths = self.lines[row], self._paths(top, bottom)
        filled = [column for column, text in enumerate(line) if text]
        named = [column for column, path in enumerate(paths) if self.words.describes(path)]
        if any(line[column] not in ("", paths[column][-1]) for column in named):
            return False
        return (bool(named) and min(filled) > min(named)) or any(
            self._spans(paths, column, line) or self.words.known(*paths[column], line[column])
            for column in filled
        )

    def begins_above(self, top: int, bottom: int) -> bool:
        """Whether the row over these rows of headings is one too."""
        row = top - 1
        if row < 0:
            return False
        if self._tied(row, top):
            return True
        if not self._talks(row) or self._is_note(row) or self._is_title(row):
            return False
        below, over = self._paths(top, bottom), self._spread(row, bottom)[0]
        begins = {text: column for column, text in reversed(list(enumerate(over))) if text}
        named = [column for column, path in enumerate(below) if self.words.describes(path)]
        if len(begins) == 1 and any(over[column] for column in named):
            return False
        return any(column not in named for column in begins.values())

    def _texts(self, row: int) -> list[str]:
        return [text for text in self.lines[row] if text]

    def _gives_units(self, row: int) -> bool:
        texts = self._texts(row)
        return bool(texts) and all(map(is_unit, texts))

    def _talks(self, row: int) -> bool:
        """Whether a row holds words, and no more figures than words."""
        texts = self._texts(row)
        figures = sum(1 for text in texts if is_figure(text) and not _BAND.fullmatch(text))
        return 2 * figures < len(texts) and not numbers_columns(texts, len(self.lines[row]))

    def _is_note(self, row: int) -> bool:
        """Whether a row begins as a note or a signature does: a column of 备注 has headings beside it."""
        first, *others = self._texts(row)
        return is_note(first) and not any(self.words.known(text) for text in others)

    def _is_title(self, row: int) -> bool:
        """Whether a row says what the table is, when, in which unit: nothing of single columns."""
        texts = set(self._texts(row))
        years = {text for text in texts if _YEAR.match(text)}
        titles = {text for text in texts if len(text) > _LONGEST_CAPTION or _TITLE.search(text)}
        if units_above([sorted(texts)]):
            return True
        return 2 * len(titles | years) >= len(texts) and bool(titles or len(years) == 1)

    def _tied(self, upper: int, lower: int) -> bool:
        """Whether a merged cell reaches from one row into the other, other than a title's."""
        return any(
            block.top <= upper and block.bottom >= lower and not self._is_whole(block)
            for block in self.merged
        )

    def _is_whole(self, block: Block) -> bool:
        """Whether a merged cell reaches over all columns."""
        columns = range(len(self.lines[0]))
        filled = [column for column in columns if any(line[column] for line in self.lines)]
        return block.left < block.right and block.left <= filled[0] and block.right >= filled[-1]

    def _spans(self, paths: Sequence[tuple[str, ...]], column: int, line: Sequence[str]) -> bool:
        """Whether the word over a column is meant for the next one, or the one before, as well."""
        path = paths[column]
        if path and path in (*paths[max(column - 1, 0) : column], *paths[column + 1 : column + 2]):
            return True
        bare = (column + 1 < len(paths) and not paths[column + 1] and line[column + 1], not path)
        return any(bare)

    # ── what stands over a column ──────────────────────────────────────────────────

    def resolved(self, top: int, bottom: int) -> HeadingRows:
        """The headings that these rows make."""
        spread = self._spread(top, bottom)
        paths, places = [], []
        for column, cells in enumerate(zip(*spread, strict=True)):
            path = self._path(cells)
            own = [row for row in range(top, bottom + 1) if self.lines[row][column]]
            given = [row for row, text in enumerate(cells, top) if text]
            paths.append(path)
            places.append((own or given or [bottom])[-1])
        return HeadingRows(top, bottom, tuple(paths), tuple(places))

    def _paths(self, top: int, bottom: int) -> list[tuple[str, ...]]:
        return [self._path(cells) for cells in zip(*self._spread(top, bottom), strict=True)]

    def _path(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The words over a column; without those that change nothing."""
        path: list[str] = []
        for text in cells:
            if text and path[-1:] != [text]:
                path.append(text)
        return self.words.without_captions(tuple(path))

    def _spread(self, top: int, bottom: int) -> list[list[str]]:
        """The rows with every word in all the cells that it stands over."""
        rows = [list(self.lines[row]) for row in range(top, bottom + 1)]
        ends: set[tuple[int, int]] = set()  # cells that are merged across columns
        for block in self.merged:
            inside = block.within(top, 0, bottom, len(rows[0]) - 1)
            for row, column in inside.places() if block.top >= top else ():
                rows[row - top][column] = self.lines[block.top][block.left]
                if block.left < block.right:
                    ends.add((row - top, column))
        for number, cells in enumerate(rows[:-1]):
            above, below = rows[number - 1] if number else None, rows[number + 1 :]
            for column in range(1, len(cells)):
                word, left = cells[column - 1], (number, column - 1)
                if cells[column] or not word or left in ends:
                    continue
                parted = above is not None and above[column] != above[column - 1]
                under, own = (_filled(below, at) for at in (column - 1, column))
                goes_on = set(under) - {word} or (own and _OF_WHICH.match(own[0]))
                if own and goes_on and not parted:
                    cells[column] = word
        return rows


def _filled(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    return [cells[column] for cells in rows if cells[column]]
