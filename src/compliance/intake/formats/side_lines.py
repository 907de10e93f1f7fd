"""Lines beside a table, in a sheet or a text: titles and units, numbers of columns, totals, notes, signatures.

A line is its cells as texts. What is left out is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from compliance.facts.vocabulary import unit_words
from compliance.intake.cell_text import clip
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, say

HEADER_WITHIN = 15  # the headings stand in one of so many first lines
EXAMPLE = "示例"
# Patterns that Polars understands as well: a reader of many lines asks it which may be meant.
TOTAL = r"^.{0,20}(?:合 *计|总 *计|小 *计|共 *计)数?(?:[(（].{0,20}[)）])?[:：]?$"
# How the lines under a table begin that say who filled it in, and what is to be noted.
NOTE = (
    r"^(?:(?:填[表报](?:人|者|单位|部门|日期|时间|说明)|(?:审核|复核|校核|核对|经办|制表|编制)人|制表|单位负责人"
    r"|统计负责人|主管领导|报[出送](?:日期|时间)|(?:联系|咨询)(?:人|电话|方式)|负责人|审核|备注|说明|注)"
    r"(?:[0-9一二三四五六七八九十]?[:：.、(（]|$)|填[表报]人|审核人|制表|单位负责人)"
)
# How the columns of a printed table are numbered: 甲 乙 1 2 3.
NUMBERED = (
    r"^[(（]?(?:栏次|序号|[甲乙丙丁戊己庚辛壬癸]|[0-9]{1,3}(?:=[-0-9+×÷*/()（）]+)?|[-—/])[)）]?$"
)
_TOTAL, _NOTE, _NUMBERED = map(re.compile, (TOTAL, NOTE, NUMBERED))
_FIGURE = re.compile(
    r"(?![0-9]{4}-[0-9]+-|1[0-9]{10}$|0[0-9]{2,3}-)[-+0-9.,%]+"
)  # no date, no telephone
_UNIT = re.compile(r"(?:^|[\t(（:：]|金额|计量|数量|货币)单位[:：]\t*([^\t]+)")


def header_row(lines: Iterable[Sequence[str]], known: Callable[[str], object]) -> int | None:
    """Of the first lines the one with most known headings; None where there are none.

    known: whether a text is a heading.
    """
    scores = [
        sum(1 for cell in cells if cell and known(cell))
        for cells, _ in zip(lines, range(HEADER_WITHIN), strict=False)
    ]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def units_above(lines: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The units that a line above the headings gives, as in 单位：万元."""
    for cells in lines:
        line = "\t".join(unicodedata.normalize("NFKC", cell) for cell in cells)
        for found in _UNIT.finditer(line):
            if words := unit_words(found[1]):
                return words
    return ()


def mention_records(
    above: Iterable[tuple[int, Sequence[str]]],
    width: int,
    place: Callable[[int], str],
    complaints: Complaints,
) -> None:
    """Complain of lines above the headings that are as full as a record and hold figures.

    above: each with its number. width: how many headings there are.
    """
    for number, cells in above:
        filled = [cell for cell in cells if cell]
        figures = any(map(_FIGURE.fullmatch, filled))
        if len(filled) >= max(3, width / 2) and figures and not _numbers_columns(filled, width):
            message = say("“{w}”行在表头之上，未读取", w=clip(filled[0], 20))
            expected = msg("数据都写在表头之下")
            complaints.error("record_above_headings", message, expected, at=place(number))


@dataclass
class SideLines:
    """Tells records under a row of headings from the lines beside them, and says what it left out.

    header: the headings. key: the column that names a record. units: heading → the units that a
    line under the headings gives for its column.
    """

    header: Sequence[str]
    key: int
    complaints: Complaints
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def is_record(self, cells: Sequence[str], place: Callable[[int], str]) -> bool:
        """Whether a line is a record. place: column → where its cell stands."""
        key = cells[self.key]
        if key.startswith(EXAMPLE) or (key == self.header[self.key] and self._is_header(cells)):
            return False
        filled = [column for column, cell in enumerate(cells) if cell]
        kind, column = self._kind(cells, filled) if filled else ("", 0)
        if kind:
            message, expected = _WORDS[kind](clip(cells[column], 20))
            self.complaints.warning(kind, message, expected, at=place(column))
        return not kind

    def _is_header(self, cells: Sequence[str]) -> bool:
        return list(cells) == list(self.header)

    def _kind(self, cells: Sequence[str], filled: Sequence[int]) -> tuple[str, int]:
        """What the line is, and the column of the word that says so; "" for a record."""
        words = [column for column in filled if not _FIGURE.fullmatch(cells[column])]
        key, first = cells[self.key], cells[filled[0]].replace(" ", "")
        named = bool(key) and not _TOTAL.match(key.replace(" ", ""))
        for column in words[:1] if named else words[:3]:
            if _TOTAL.match(cells[column].replace(" ", "")):
                return "total_row", column
        talks = len(filled) <= 2 or len(words) == len(filled)
        if talks and _NOTE.match(first) and (not key or filled[0] == self.key):
            return "note_row", filled[0]
        if _numbers_columns([cells[column] for column in filled], len(self.header)):
            return "column_numbers", filled[0]
        if self._gives_units(cells, filled):
            return "unit_row", filled[0]
        return "", 0

    def _gives_units(self, cells: Sequence[str], filled: Sequence[int]) -> bool:
        """Whether the cells hold units alone; those are noted."""
        units = {column: unit_words(cells[column]) for column in filled}
        if cells[self.key] or not all(units.values()):
            return False
        self.units = {self.header[column]: found for column, found in units.items()} | self.units
        return True


def _numbers_columns(cells: Sequence[str], width: int) -> bool:
    """Whether the cells are 甲, 乙 and numbers that follow one another, for most of the columns."""
    if not all(map(_NUMBERED.match, cells)):
        return False
    digits = [re.search("[0-9]+", cell) for cell in cells]
    numbers = [int(number[0]) for number in digits if number]
    named = len(numbers) < len(cells)
    if len(cells) < max(3 if named else 5, width / 2):
        return False
    return len(numbers) > 1 and all(
        number == (numbers[0] if named else 1) + index for index, number in enumerate(numbers)
    )


_WORDS: dict[str, Callable[[str], tuple[str, str]]] = {
    "total_row": lambda word: (say("“{w}”行未读取", w=word), msg("合计由程序计算，可以删去")),
    "note_row": lambda word: (
        say("“{w}”行不是数据，未读取", w=word),
        msg("表内只留表头和数据，说明写在别处"),
    ),
    "column_numbers": lambda word: (say("“{w}”行是栏次，未读取", w=word), msg("可以删去")),
    "unit_row": lambda word: (
        say("“{w}”行是各列的计量单位，不是数据", w=word),
        msg("单位也可写在表头的括号里"),
    ),
}
