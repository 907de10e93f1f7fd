"""A county's own form against the recomputation, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction

from compliance.declaration.filled_form import (
    NONE,
    FilledBlank,
    FilledCell,
    FilledForm,
    FilledTable,
    printed,
)
from compliance.declaration.form import TYPED
from compliance.declaration.submitted_form import (
    Located,
    Region,
    SubmittedSheet,
    folded,
    is_blank,
    lines,
    located,
    number,
    regions,
)
from compliance.intake.cell_text import address
from compliance.kernel.i18n import msg, say
from compliance.kernel.number_format import without_zeros
from compliance.render.documents.text import truncated

Place = tuple[int, int]
_YES = frozenset({"1", "是", "达标", "达到", "√", "yes", "met", "y"})
_NO = frozenset({"0", "否", "未达标", "不达标", "未达到", "×", "no", "n"})
_LONGEST = 60  # letters of what a county wrote, in a message


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. kind: see `line`. sheet, cell: where, empty where nothing stands there.

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
        kinds = {
            "differs": msg("不一致"),
            "blank": msg("表中留空，可以算出"),
            "unfounded": msg("表中有数，数据不足以算出"),
            "words": msg("固定文字被改动"),
            "table_missing": msg("缺这张表"),
            "column_missing": msg("缺这一栏"),
            "row_missing": msg("缺这一行"),
            "row_extra": msg("数据中没有这一行"),
        }
        where = f"{self.sheet}!{self.cell}" if self.cell else self.sheet or self.table
        told = [kinds[self.kind]]
        if self.written:
            told.append(say("填写“{w}”", w=self.written))
        if self.recomputed:
            told.append(say("重新计算“{r}”", r=self.recomputed))
        if self.difference:
            told.append(say("差{d}", d=self.difference))
        head = f"{where} {self.what}".strip()
        return f"{head}{msg('：')}{msg('，').join(told)}"


def recognised(form: FilledForm, sheets: Sequence[SubmittedSheet]) -> int:
    """How many columns and lines of the form are found; 0: no form, or one in another language."""
    placed = regions(form.tables, sheets)
    found = [(one, located(one, placed[one.key])) for one in form.tables if one.key in placed]
    return sum(len(at.columns) + len(lines(one, at)[0]) for one, at in found if at is not None)


def differences(
    form: FilledForm, sheets: Sequence[SubmittedSheet], told: FilledForm
) -> list[Difference]:
    """Every difference, in the order of the form.

    form: in the language of the county's own. told: the same in the language of the messages.
    """
    placed = regions(form.tables, sheets)
    found = list(_lead(form, sheets, told))
    for table, names in zip(form.tables, told.tables, strict=True):
        region = placed.get(table.key)
        at = None if region is None else located(table, region)
        if at is None:
            found.append(Difference("table_missing", names.name, "", "", ""))
        else:
            found += _TableComparison(table, at, names).all()
    return found


def _lead(
    form: FilledForm, sheets: Sequence[SubmittedSheet], told: FilledForm
) -> Iterator[Difference]:
    """What the form's head says: another county's form is told as such."""
    for cell in form.lead:
        regions_ = [Region(sheet, 0, sheet.end) for sheet in sheets if cell.blanks]
        begun = [(one, one.beginning(folded(cell.parts[0]))) for one in regions_]
        places = [(region, place) for region, place in begun if place is not None]
        whole = [  # a cover begins with the same words and stops there
            (region, place)
            for region, place in places
            if _aligned(cell, folded(region.sheet.cells[place]))[1]
        ]
        for region, place in (whole or places)[:1]:
            found = _TableComparison(form.tables[0], Located(region, {}, 0), told.tables[0])
            yield from found.sentence(cell, place, msg("表头"))


class _TableComparison:
    """One table of the form beside the county's; told: the table as messages call it."""

    def __init__(self, table: FilledTable, at: Located, told: FilledTable) -> None:
        self._table, self._at, self._told = table, at, told
        self._cells, self._name = at.region.sheet.cells, at.region.sheet.name

    def all(self) -> Iterator[Difference]:
        for n, head in enumerate(self._told.headings):
            if n not in self._at.columns:
                yield self._difference("column_missing", None, head.name)
        rows, extra = lines(self._table, self._at)
        for n, line in enumerate(self._table.lines):
            if n in rows and not line.band:
                yield from self._line(n, rows)
            elif not line.band:
                yield self._difference("row_missing", None, self._told.lines[n].name)
        for row in extra:
            values = list(self._at.region.sheet.rows[row].items())
            text = " ".join(str(value) for _, value in values[:2])
            yield self._difference("row_extra", (row, values[0][0]), text)
        yield from self._notes()

    def _line(self, n: int, rows: Mapping[int, int]) -> Iterator[Difference]:
        """One line, cell by cell; rows: index of a line → its row on the sheet."""
        for column, cell in enumerate(self._table.lines[n].cells):
            if column in self._at.columns:
                place = (rows[n], self._at.columns[column])
                names = (self._told.lines[n].name, self._told.headings[column].name)
                what = " ".join(filter(None, names))
                if cell.role == "number":
                    yield from self._number(cell, place, what, self._ranks(n, rows))
                elif cell.blanks:
                    yield from self._cell(cell, place, what)

    def _ranks(self, line: int, rows: Mapping[int, int]) -> set[int]:
        """As which a school may be numbered: as it stands there, in its stage or in all."""
        stage = self._table.lines[line].key[0]
        own = [row for n, row in rows.items() if self._table.lines[n].key[0] == stage]
        return {sum(row <= rows[line] for row in among) for among in (own, rows.values())}

    def _number(
        self, cell: FilledCell, place: Place, what: str, ranks: Collection[int]
    ) -> Iterator[Difference]:
        """The number of a school among the others, which may stand in another order."""
        written = self._cells.get(place)
        if is_blank(written):
            yield self._difference("blank", place, what, "", cell.text)
        elif number(written) not in (Decimal(cell.text), *ranks):
            yield self._difference("differs", place, what, _shown(written), cell.text)

    def _cell(self, cell: FilledCell, place: Place, what: str) -> Iterator[Difference]:
        written = self._cells.get(place)
        own = len(cell.parts) > 1 or cell.role in (
            "sentence",
            "remark",
        )  # words, not a figure alone
        if not own:
            yield from self._blank(cell.blanks[0], written, place, what)
        elif is_blank(written):
            if any(one.entry.known for one in cell.blanks):
                yield self._difference("blank", place, what, "", cell.text)
        elif len(cell.parts) > 1:
            yield from self.sentence(cell, place, what)
        elif cell.role == "remark":  # a sentence of the county's own has nothing to recompute
            codes = [head.code for head in self._table.headings if head.code]
            if remarks_disagree(written, cell.text, self._table.remark, codes):
                yield self._difference("differs", place, what, _shown(written), cell.text)

    def _blank(
        self, filled: FilledBlank, written: object, place: Place, what: str
    ) -> Iterator[Difference]:
        """One blank: its figure or word against what stands there."""
        entry, shown = filled.entry, _shown(written)
        if entry.emptied:
            if not is_blank(written) and folded(written).casefold() not in _NO:
                told = msg("空白（未达标）")
                yield self._difference("differs", place, what, shown, told)
            return
        expected = filled.text if entry.known else ""
        if is_blank(written):
            if expected and expected != NONE:
                yield self._difference("blank", place, what, "", expected)
        elif not expected:
            yield self._difference("unfounded", place, what, shown)
        elif entry.number is None:
            if not _same_words(folded(written), folded(expected)):
                yield self._difference("differs", place, what, shown, expected)
        else:
            given = number(filled.words.get(folded(written), written))
            if given is None:
                yield self._difference("differs", place, what, shown, expected)
                return
            asked, places = printed(entry.number, filled.decimals), filled.decimals
            if (given if places == TYPED else printed(Fraction(given), places)) != asked:
                gap = f"{given - asked:+f}"
                yield self._difference("differs", place, what, shown, expected, gap)

    def sentence(self, cell: FilledCell, place: Place, what: str) -> Iterator[Difference]:
        """The figures between the form's own words, found one after another."""
        written = str(self._cells[place])
        wordings = [(one, *_aligned(one, folded(written))) for one in (cell, *cell.also)]
        cell, values, whole = next((one for one in wordings if one[2]), wordings[0])
        if not whole:
            yield self._difference("words", place, what, _shown(written), cell.text)
        for n, (filled, value) in enumerate(zip(cell.blanks, values, strict=False), 1):
            where = say("{what}（第{n}空）", what=what, n=n)
            yield from self._blank(filled, value, place, where)

    def _notes(self) -> Iterator[Difference]:
        what = msg("表注")
        for note in self._table.notes:
            if not note.blanks or not isinstance(note.parts[0], str):
                continue
            place = self._at.region.beginning(folded(note.parts[0]))
            if place is None:
                yield self._difference("row_missing", None, f"{what} {truncated(note.text, 13)}")
            else:
                yield from self.sentence(note, place, what)

    def _difference(
        self, kind: str, place: Place | None, what: str,
        written: str = "", recomputed: str = "", gap: str = "",
    ) -> Difference:  # fmt: skip
        cell = "" if place is None else address(*place)
        return Difference(kind, self._told.name, self._name, cell, what, written, recomputed, gap)


def _same_words(written: str, expected: str) -> bool:
    one, other = written.casefold(), expected.casefold()
    return written == expected or any(one in words and other in words for words in (_YES, _NO))


def _shown(value: object) -> str:
    """A cell as written, short."""
    figure = number(value) if isinstance(value, int | float) else None
    if figure is None:
        return truncated(" ".join(str(value).split()), _LONGEST)
    return without_zeros(f"{figure:f}")


# What a county wrote in the blanks of a sentence, be its words in another order or reworded: first
# the form's own words are looked for one after another; then clause by clause, in any order; last
# the figures alone, if there are as many as on the form.

_HOLE = "\x00"
_CLAUSES = (r"[;。]", r"[;。,:、()]")  # coarse, then fine; texts are folded
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TOKEN = re.compile(r"\x00|(?<![A-Za-z])[IV]+(?![A-Za-z])|(?:(?<![\d.])[+-])?\d+(?:\.\d+)?|_+|—+")


def _aligned(cell: FilledCell, text: str) -> tuple[list[str], bool]:
    """The values of the blanks in the form's order, and whether all its words are there, no more.

    text: folded. Where nothing can be told apart, the values up to the first word not found.
    """
    first, whole = _in_order(cell, text)
    if _fit(cell, first):
        return first, whole
    form = "".join(_HOLE if isinstance(one, FilledBlank) else folded(one) for one in cell.parts)
    plain = _THOUSANDS.sub("", text)
    for separators in _CLAUSES:
        values, complete = _by_clauses(form, plain, separators)
        if _fit(cell, values):
            return values, complete
    values = _by_figures(form, plain)
    return (values, False) if _fit(cell, values) else (first, False)


def _fit(cell: FilledCell, values: Sequence[str]) -> bool:
    """Whether there is a value for every blank, a figure where one is asked for."""
    return len(values) == len(cell.blanks) and all(
        one.entry.number is None or is_blank(value) or number(value) is not None
        for one, value in zip(cell.blanks, values, strict=True)
    )


def _in_order(cell: FilledCell, text: str) -> tuple[list[str], bool]:
    """What stands between the words, each looked for from where the last ended."""
    values: list[str] = []
    end, is_open, whole = 0, False, True
    for part in cell.parts:
        if isinstance(part, FilledBlank):
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


def _by_clauses(form: str, text: str, separators: str) -> tuple[list[str], bool]:
    """Each clause of the form where it is found; of several alike the first not yet taken."""
    wanted = [one for one in re.split(separators, form) if one]
    left = [one for one in re.split(separators, text) if one]
    values: list[str] = []
    complete = True
    for clause in wanted:
        pattern = re.escape(clause).replace(re.escape(_HOLE), "(.*?)")
        found = next((m for one in left if (m := re.fullmatch(pattern, one))), None)
        if found is not None:
            left.remove(found[0])
            values += found.groups()
        elif _HOLE in clause:
            return [], False
        else:
            complete = False
    return values, complete and not left


def _by_figures(form: str, text: str) -> list[str]:
    """The figures in order, if as many stand there: with those in the form's words or without."""
    asked, given = _TOKEN.findall(form), _TOKEN.findall(text)
    fixed = [n for n, one in enumerate(asked) if one != _HOLE]
    if len(given) == len(asked) and all(given[n] == asked[n] for n in fixed):
        return [one for n, one in enumerate(given) if n not in fixed]
    return given if len(given) == len(asked) - len(fixed) else []


# The remark of a school as a county words it, by the items it calls met, near, short or open:
# ``达标：L7—L9、L11；达到85%：L10`` and ``L7-L9及L11达标，L10达到85%`` say the same.

_REMARKS = ("met", "near", "short", "open")
_UNMET = ("未达标", "不达标", "未达到标准", "notmet", "unmet")
_NOTHING = re.compile(r":?(无|没有|none)")
_ALL = r"全部|均|all"


def remarks_disagree(
    written: object, expected: str, labels: Sequence[str], codes: Sequence[str]
) -> bool:
    """Whether a remark names other items than it should; one that names none says nothing.

    labels: what the form writes before each of _REMARKS. codes: of the table's columns.
    """
    own = _items(expected, labels, codes, set())
    given = _items(written, labels, codes, {code for items in own.values() for code in items})
    if not given:
        return False
    short = own.get("near", set()) | own.get("short", set())
    unmet = given.get("unmet")
    if unmet is not None and not own.get("short", set()) <= unmet <= short:
        return True
    asked = [kind for kind in ("short", "open") if kind in given]
    asked += ["met"] if unmet is None or "met" in given else []
    asked += ["near"] if unmet is None or "near" in given else []
    return any(given.get(kind, set()) != own.get(kind, set()) for kind in asked)


def _items(
    text: object, labels: Sequence[str], codes: Sequence[str], everything: set[str]
) -> Mapping[str, set[str]]:
    """Kind → codes; empty where the text says neither which items, nor all, nor none."""
    known = {folded(label).casefold(): kind for kind, label in zip(_REMARKS, labels, strict=True)}
    known |= dict.fromkeys(_UNMET, "unmet")
    words = folded(text).casefold()
    prefixes = {folded(code).casefold().rstrip("0123456789") for code in codes} - {""}
    if not prefixes:
        return {}
    prefix = "|".join(map(re.escape, prefixes))
    label = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    pattern = re.compile(
        rf"(?P<label>{label})|(?<![a-z])(?P<prefix>{prefix})(?P<first>\d{{1,3}})"
        rf"(?:[-—–~至到]+(?:{prefix})?(?P<last>\d{{1,3}}))?|(?P<all>{_ALL})"
    )
    found: dict[str, set[str]] = {}
    kind = ""
    waiting: set[str] = set()
    named = False
    for one in pattern.finditer(words):
        if one["label"]:
            kind = known[one["label"]]
            none = _NOTHING.match(words, one.end())
            named = named or none is not None
            found.setdefault(kind, set()).update(waiting)
            if waiting:  # the items stand before the word: so will the next ones
                kind, waiting = "", set()
            continue
        named = True
        items = everything if one["all"] else _run(one["prefix"], one["first"], one["last"])
        (found[kind] if kind else waiting).update(items)
    return found if named else {}


def _run(prefix: str, first: str, last: str | None) -> Collection[str]:
    return {f"{prefix}{n}" for n in range(int(first), int(last or first) + 1)}
