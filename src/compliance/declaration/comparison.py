"""A county's own form against the recomputation, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from compliance.declaration.amounts import NONE, printed
from compliance.declaration.blanks import TYPED
from compliance.declaration.locating import Located, Region, lines, located, regions
from compliance.declaration.paper import Cell, Filled, FilledTable, Paper
from compliance.declaration.sheet import FilledSheet, folded, is_blank, number
from compliance.words import pick, say

_YES = frozenset({"1", "是", "达标", "达到", "√", "yes", "met", "y"})
_NO = frozenset({"0", "否", "未达标", "不达标", "未达到", "×", "no", "n"})
# kind → what is said of it
_KINDS = {
    "differs": ("不一致", "differs"),
    "blank": ("表中留空，可以算出", "blank there, can be computed"),
    "unfounded": ("表中有数，数据不足以算出", "filled in there, cannot be computed"),
    "words": ("固定文字被改动", "the form's own words were changed"),
    "table_missing": ("缺这张表", "the table is missing"),
    "column_missing": ("缺这一栏", "the column is missing"),
    "row_missing": ("缺这一行", "the row is missing"),
    "row_extra": ("数据中没有这一行", "the data have no such row"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. kind: a key of _KINDS. sheet, cell: where, empty where nothing stands there.

    difference: written minus recomputed, where both are figures.
    """

    kind: str
    table: str
    sheet: str
    cell: str
    what: str
    written: str = ""
    recomputed: str = ""
    difference: str = ""

    def record(self) -> dict[str, str]:
        """For machines."""
        return asdict(self)

    def line(self) -> str:
        """One line for a terminal."""
        where = f"{self.sheet}!{self.cell}" if self.cell else self.sheet or self.table
        told = [pick(*_KINDS[self.kind])]
        if self.written:
            told.append(say("填写“{w}”", "written '{w}'", w=self.written))
        if self.recomputed:
            told.append(say("重新计算“{r}”", "recomputed '{r}'", r=self.recomputed))
        if self.difference:
            told.append(say("差{d}", "difference {d}", d=self.difference))
        head = f"{where} {self.what}".strip()
        return f"{head}{pick('：', ': ')}{pick('，', ', ').join(told)}"


def recognised(paper: Paper, sheets: Sequence[FilledSheet]) -> bool:
    """Whether any table of the form is found."""
    return any(
        located(table, region) is not None
        for table in paper.tables
        if (region := regions(paper.tables, sheets).get(table.key)) is not None
    )


def compare(paper: Paper, sheets: Sequence[FilledSheet]) -> list[Difference]:
    """Every difference, in the order of the form."""
    placed = regions(paper.tables, sheets)
    found = list(_lead(paper, sheets))
    for table in paper.tables:
        region = placed.get(table.key)
        at = None if region is None else located(table, region)
        if at is None:
            found.append(Difference("table_missing", table.name, "", "", ""))
        else:
            found += _Table(table, at).differences()
    return found


def _lead(paper: Paper, sheets: Sequence[FilledSheet]) -> Iterator[Difference]:
    """What the form's head says: another county's form is told as such."""
    for cell in paper.lead:
        for sheet in sheets:
            region = Region(sheet, 0, max(sheet.rows, default=0) + 1)
            found = _Table(paper.tables[0], Located(region, {}, 0))
            place = _beginning(folded(cell.parts[0]), region) if cell.filled else None
            if place is not None:
                what = say("表头", "head")
                yield from found.sentence(cell, str(sheet.cells[place]), place, what)
                break


class _Table:
    """One table of the form beside the county's."""

    def __init__(self, table: FilledTable, at: Located) -> None:
        self._table, self._at, self._sheet = table, at, at.region.sheet

    def differences(self) -> Iterator[Difference]:
        for n, head in enumerate(self._table.heads):
            if n not in self._at.columns:
                yield self._difference("column_missing", None, head.name)
        rows, extra = lines(self._table, self._at)
        for n, line in enumerate(self._table.lines):
            if line.band:
                continue
            if n not in rows:
                yield self._difference("row_missing", None, line.name)
                continue
            for column, cell in enumerate(line.cells):
                if column in self._at.columns and cell.filled:
                    place = (rows[n], self._at.columns[column])
                    head = self._table.heads[column]
                    what = " ".join(filter(None, (line.name, head.name)))
                    yield from self._cell(cell, place, what)
        for row in extra:
            values = list(self._sheet.rows[row].items())
            text = " ".join(str(value) for _, value in values[:2])
            yield self._difference("row_extra", (row, values[0][0]), text)
        yield from self._notes()

    def _cell(self, cell: Cell, place: tuple[int, int], what: str) -> Iterator[Difference]:
        written = self._sheet.cells.get(place)
        if len(cell.parts) > 1:
            if is_blank(written):
                if any(one.amount.known for one in cell.filled):
                    yield self._difference("blank", place, what, "", cell.text)
            else:
                yield from self.sentence(cell, str(written), place, what)
            return
        (filled,) = cell.filled
        if cell.role == "sentence":  # words of their own: nothing to recompute
            if is_blank(written) and filled.amount.known:
                yield self._difference("blank", place, what, "", filled.text)
            return
        yield from self._blank(filled, written, place, what)

    def _blank(
        self, filled: Filled, written: object, place: tuple[int, int], what: str
    ) -> Iterator[Difference]:
        """One blank: its figure or word against what stands there."""
        expected = filled.text if filled.amount.known else ""
        if is_blank(written):
            if expected and expected != NONE:
                yield self._difference("blank", place, what, "", expected)
            return
        shown = _shown(written)
        if not expected:
            yield self._difference("unfounded", place, what, shown)
        elif filled.amount.number is None:
            if not _same_words(folded(written), folded(expected)):
                yield self._difference("differs", place, what, shown, expected)
        else:
            given = number(written)
            if given is None:
                yield self._difference("differs", place, what, shown, expected)
                return
            asked = printed(filled.amount.number, filled.decimals)
            own = given if filled.decimals == TYPED else printed(Fraction(given), filled.decimals)
            if own != asked:
                gap = f"{given - asked:+f}"
                yield self._difference("differs", place, what, shown, expected, gap)

    def sentence(
        self, cell: Cell, written: str, place: tuple[int, int], what: str
    ) -> Iterator[Difference]:
        """The figures between the form's own words, found one after another."""
        values, whole = _between(cell, folded(written))
        if not whole:
            yield self._difference("words", place, what, _shown(written), cell.text)
        blanks = [part for part in cell.parts if isinstance(part, Filled)]
        for n, (filled, value) in enumerate(zip(blanks, values, strict=False), 1):
            where = say("{what}（第{n}空）", "{what} (blank {n})", what=what, n=n)
            yield from self._blank(filled, value, place, where)

    def _notes(self) -> Iterator[Difference]:
        for note in self._table.notes:
            if not note.filled or not isinstance(note.parts[0], str):
                continue
            place = _beginning(folded(note.parts[0]), self._at.region)
            what = say("表注", "note")
            if place is None:
                yield self._difference("row_missing", None, f"{what} {note.text[:12]}…")
            else:
                yield from self.sentence(note, str(self._sheet.cells[place]), place, what)

    def _difference(
        self, kind: str, place: tuple[int, int] | None, what: str,
        written: str = "", recomputed: str = "", gap: str = "",
    ) -> Difference:  # fmt: skip
        cell = "" if place is None else self._sheet.place(*place).rpartition("!")[2]
        return Difference(
            kind, self._table.name, self._sheet.name, cell, what, written, recomputed, gap
        )


def _between(cell: Cell, text: str) -> tuple[list[str], bool]:
    """What stands in the blanks of a sentence, and whether all its own words are there, no more.

    The words are looked for one after another, each from where the last ended; after the first that
    is not found nothing more is told.
    """
    values: list[str] = []
    end, is_open, whole = 0, False, True
    for part in cell.parts:
        if isinstance(part, Filled):
            is_open = True
            continue
        words = folded(part)
        place = text.find(words, end)
        if place < 0:
            return values, False
        if is_open:
            values.append(text[end:place])
        elif place > end:
            whole = False
        is_open, end = False, place + len(words)
    if is_open:
        values.append(text[end:])
    return values, whole and (is_open or end == len(text))


def _beginning(words: str, region: Region) -> tuple[int, int] | None:
    """The first cell of a region that begins with some words."""
    for row in region.rows():
        for column, value in region.sheet.rows[row].items():
            if folded(value).startswith(words):
                return row, column
    return None


def _same_words(written: str, expected: str) -> bool:
    if written == expected:
        return True
    one, other = written.casefold(), expected.casefold()
    return any(one in words and other in words for words in (_YES, _NO))


def _shown(value: object) -> str:
    """A cell as written, short."""
    figure = number(value) if isinstance(value, int | float) else None
    if figure is not None:
        text = f"{figure:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
