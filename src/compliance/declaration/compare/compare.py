"""A county's own form against the recomputation, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction

from compliance.declaration.compare.align_text import aligned
from compliance.declaration.compare.compare_remarks import disagrees
from compliance.declaration.compare.locate_tables import Located, Region, lines, located, regions
from compliance.declaration.compare.submitted_sheet import FilledSheet, folded, is_blank, number
from compliance.declaration.fill.amounts import NONE, printed
from compliance.declaration.fill.filled_form import Cell, Filled, FilledTable, Paper
from compliance.declaration.form.placeholders import TYPED
from compliance.kernel.i18n import pick, say

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


def recognised(paper: Paper, sheets: Sequence[FilledSheet]) -> int:
    """How many columns and lines of the form are found; 0: no form, or one in another language."""
    placed = regions(paper.tables, sheets)
    found = [(one, located(one, placed[one.key])) for one in paper.tables if one.key in placed]
    return sum(len(at.columns) + len(lines(one, at)[0]) for one, at in found if at is not None)


def compare(
    paper: Paper, sheets: Sequence[FilledSheet], told: Paper | None = None
) -> list[Difference]:
    """Every difference, in the order of the form.

    paper: in the language of the county's form. told: the same in the language of the messages.
    """
    placed = regions(paper.tables, sheets)
    told = told or paper
    found = list(_lead(paper, sheets, told))
    for table, names in zip(paper.tables, told.tables, strict=True):
        region = placed.get(table.key)
        at = None if region is None else located(table, region)
        if at is None:
            found.append(Difference("table_missing", names.name, "", "", ""))
        else:
            found += _Table(table, at, names).differences()
    return found


def _lead(paper: Paper, sheets: Sequence[FilledSheet], told: Paper) -> Iterator[Difference]:
    """What the form's head says: another county's form is told as such."""
    for cell in paper.lead:
        for sheet in sheets:
            region = Region(sheet, 0, max(sheet.rows, default=0) + 1)
            found = _Table(paper.tables[0], Located(region, {}, 0), told.tables[0])
            place = _beginning(folded(cell.parts[0]), region) if cell.filled else None
            if place is not None:
                what = say("表头", "head")
                yield from found.sentence(cell, str(sheet.cells[place]), place, what)
                break


class _Table:
    """One table of the form beside the county's; told: the table as messages call it."""

    def __init__(self, table: FilledTable, at: Located, told: FilledTable) -> None:
        self._table, self._at, self._sheet, self._told = table, at, at.region.sheet, told

    def differences(self) -> Iterator[Difference]:
        for n, head in enumerate(self._told.heads):
            if n not in self._at.columns:
                yield self._difference("column_missing", None, head.name)
        rows, extra = lines(self._table, self._at)
        for n, line in enumerate(self._table.lines):
            if line.band:
                continue
            if n not in rows:
                yield self._difference("row_missing", None, self._told.lines[n].name)
                continue
            yield from self._line(n, rows)
        for row in extra:
            values = list(self._sheet.rows[row].items())
            text = " ".join(str(value) for _, value in values[:2])
            yield self._difference("row_extra", (row, values[0][0]), text)
        yield from self._notes()

    def _line(self, n: int, rows: Mapping[int, int]) -> Iterator[Difference]:
        """One line, cell by cell; rows: index of a line → its row on the sheet."""
        for column, cell in enumerate(self._table.lines[n].cells):
            if column not in self._at.columns:
                continue
            place = (rows[n], self._at.columns[column])
            names = (self._told.lines[n].name, self._told.heads[column].name)
            what = " ".join(filter(None, names))
            if cell.role == "number":
                yield from self._number(cell, place, what, self._ranks(n, rows))
            elif cell.filled:
                yield from self._cell(cell, place, what)

    def _ranks(self, line: int, rows: Mapping[int, int]) -> set[int]:
        """As which a school may be numbered: as it stands there, in its stage or in all."""
        stage = self._table.lines[line].key[0]
        own = [row for n, row in rows.items() if self._table.lines[n].key[0] == stage]
        return {sum(row <= rows[line] for row in among) for among in (own, rows.values())}

    def _number(
        self, cell: Cell, place: tuple[int, int], what: str, ranks: Collection[int]
    ) -> Iterator[Difference]:
        """The number of a school among the others, which may stand in another order."""
        written = self._sheet.cells.get(place)
        if is_blank(written):
            yield self._difference("blank", place, what, "", cell.text)
        elif number(written) not in (Decimal(cell.text), *ranks):
            yield self._difference("differs", place, what, _shown(written), cell.text)

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
        if cell.role == "remark" and not is_blank(written):
            codes = [head.code for head in self._table.heads if head.code]
            if disagrees(written, filled.text, self._table.remark, codes):
                yield self._difference("differs", place, what, _shown(written), filled.text)
            return
        if cell.role in ("sentence", "remark"):  # words of their own: nothing to recompute
            if is_blank(written) and filled.amount.known:
                yield self._difference("blank", place, what, "", filled.text)
            return
        yield from self._blank(filled, written, place, what)

    def _blank(
        self, filled: Filled, written: object, place: tuple[int, int], what: str
    ) -> Iterator[Difference]:
        """One blank: its figure or word against what stands there."""
        if filled.amount.emptied:
            if not is_blank(written) and folded(written).casefold() not in _NO:
                told = say("空白（未达标）", "blank (not met)")
                yield self._difference("differs", place, what, _shown(written), told)
            return
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
            given = number(filled.words.get(folded(written), written))
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
        values, whole = aligned(cell, folded(written))
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
            kind, self._told.name, self._sheet.name, cell, what, written, recomputed, gap
        )


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
