"""Lines beside a table, in a sheet or a text: titles and units, numbers of columns, totals, notes, signatures.

A line is its cells as texts. What is left out is said, once for a table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.facts.units import unit_words
from compliance.intake.cell_text import clip, letters
from compliance.intake.problems import Complaints
from compliance.kernel.i18n import msg, plural, say

HEADER_WITHIN = 15  # the headings stand in one of so many first lines
EXAMPLE = "示例"
NAMED = 5  # so many of the lines of one kind are named
WORDS_BEFORE_TOTAL = 6  # 合计 is one of so many first words of a line that names no school
# Patterns that Polars understands as well: a reader of many lines asks it which may be meant.
TOTAL = (
    r"^.{0,20}(?:合 *计|总 *计|小 *计|共 *计|累 *计|平 *均)[数值]?(?:[(（].{0,20}[)）])?[:：]?$"
    r"|^(?:其中[:：]?|#)[\u4e00-\u9fff（()）]{1,12}$"
)
# How the lines under a table begin that say who filled it in, and what is to be noted.
NOTE = (
    r"^(?:(?:填[表报](?:人|者|单位|部门|日期|时间|说明)|(?:审核|复核|校核|核对|经办|制表|编制)人|制表|单位负责人"
    r"|统计负责人|主管领导|报[出送](?:日期|时间)|(?:联系|咨询)(?:人|电话|方式)|负责人|审核|备注|说明|注)"
    r"(?:[0-9一二三四五六七八九十]?[:：.、(（]|$)|填[表报]人|审核人|制表|单位负责人"
    r"|(?:19|20)[0-9]{2}年[0-9]{1,2}月(?:[0-9]{1,2}日)?$|(?:数据|资料)来源|(?:数据|资料)?截[至止]|.{0,20}[(（](?:盖章|公章|签字|签名|签章)[)）])"
)
_KIND_OF_SCHOOL = re.compile(
    "(?:小学|初中|高中|初级中学|九年一贯制学校|完全中学|教学点|公办|民办|城区|镇区|乡村)"
)
# How a line begins that divides a table, and how those go on that note several things.
SECTION = r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）])"
_ITEM = re.compile(r"[0-9]{1,2}[.．、]|[（(][0-9]{1,2}[)）]|[*※★]")
# How the columns of a printed table are numbered: 甲 乙 1 2 3.
NUMBERED = (
    r"^[(（]?(?:栏次|列次|序号|[甲乙丙丁戊己庚辛壬癸]|[0-9]{1,3}(?:=[-0-9+×÷*/()（）]+)?|[-—/])[)）]?$"
    r"|^[A-Z]{1,2}$"
)
_TOTAL, _NOTE, _NUMBERED, _SECTION = map(re.compile, (TOTAL, NOTE, NUMBERED, SECTION))
_FIGURE = re.compile(
    r"(?![0-9]{4}-[0-9]+-|1[0-9]{10}$|0[0-9]{2,3}-)[-+0-9.,%]+"
)  # no date, no telephone
# what stands between the word 单位 and a unit; how a next such word begins
_BEFORE_UNIT = re.compile(r"^(?:均|都|统一|一律)*[为是: \t]*")
_NEXT_UNIT = re.compile(r"[ (]*(?:金额|面积|数量|货币|计量|经费|人数)?$")
_AS_UNIT = re.compile(r"[以按]([^\t]{1,8}?)(?:为单位|计(?:算|量)?(?![\w]))")
_APART = re.compile(r"(?<=[十百千万亿平方]) (?=[元人方平米])")
_SCALED = re.compile(r"[十百千万亿] ?(?:元|平方米|m2)")


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
    """The units that lines above the headings give, as in 单位：万元."""
    units: dict[str, None] = {}
    for cells in lines:
        line = "\t".join(" ".join(unicodedata.normalize("NFKC", cell).split()) for cell in cells)
        line = _APART.sub("", line.replace("人民币", ""))
        said = [_BEFORE_UNIT.sub("", part).split("\t")[0] for part in line.split("单位")[1:]]
        for text in (_NEXT_UNIT.sub("", part) for part in (*said, *_AS_UNIT.findall(line))):
            units |= dict.fromkeys(unit_words(text.replace(" ", "、")))
    return tuple(units)


def mention_records(
    above: Iterable[tuple[int, Sequence[str]]],
    width: int,
    place: Callable[[int], str],
    complaints: Complaints,
) -> None:
    """Complain of lines above the headings that are as full as a record and hold figures, or units.

    above: each with its number. width: how many headings there are.
    """
    for number, cells in above:
        _mention_unit(cells, place(number), complaints)
        filled = [cell for cell in cells if cell]
        figures = any(map(_FIGURE.fullmatch, filled))
        if len(filled) >= max(3, width / 2) and figures and not numbers_columns(filled, width):
            message = say("“{w}”行在表头之上，未读取", w=clip(filled[0], 20))
            expected = msg("数据都写在表头之下")
            complaints.error("record_above_headings", message, expected, at=place(number))


def mention_nameless(places: Sequence[str], complaints: Complaints) -> None:
    """Say, in one line, which columns hold something and have no heading. places: a cell of each."""
    if places:
        message = plural(len(places), "{n}列有内容而没有表头，未读取（{at}）", at=_listed(places))
        expected = msg("写上表头，或删去这些列")
        complaints.warning("no_heading", message, expected, at=places[0])


def _mention_unit(cells: Sequence[str], place: str, complaints: Complaints) -> None:
    """Say where a line beside the table names a larger unit in words that are not understood."""
    odd = next((cell for cell in cells if _SCALED.search(cell)), "")
    if odd and not units_above([cells]):
        message = say("“{w}”提到较大的单位，未据此换算", w=clip(odd))
        expected = msg("数据以此为单位的，在表头的括号里写明，如（万元）")
        complaints.warning("unclear_unit", message, expected, at=place)


class _LeftOut(NamedTuple):
    """A line that is no record: what it is, the word that says so, where that stands."""

    kind: str
    word: str
    at: str


@dataclass
class SideLines:
    """Tells records under the headings from the lines beside them, and says what it left out.

    header: the headings. key: the column that names a record. above: the units that lines above give.
    rows: the lines of the headings, which printed pages repeat. titles: where the lines above the
    headings stand. name: the column of schools' names. sections: lines among the records that divide them, which may name another stage than
    the titles.
    """

    header: Sequence[str]
    key: int
    complaints: Complaints
    above: tuple[str, ...] = ()
    rows: Sequence[Sequence[str]] = ()
    titles: Sequence[str] = ()
    name: int | None = None
    sections: list[str] = field(default_factory=list)
    _left: list[_LeftOut] = field(default_factory=list)
    _notes: list[tuple[Sequence[str], str]] = field(default_factory=list)
    _noted: tuple[str, ...] = ()
    _under: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Heading → the units that lines beside the table give for its column, if any do."""
        found = {name: self._under.get(name, self.above) + self._noted for name in self.header}
        return {name: words for name, words in found.items() if words}

    def is_record(self, cells: Sequence[str], place: Callable[[int], str]) -> bool:
        """Whether a line is a record. place: column → where its cell stands."""
        if self._is_example(cells) or self._is_header(cells):
            return False
        filled = [column for column, cell in enumerate(cells) if cell]
        kind, column = self._kind(cells, filled) if filled else ("", 0)
        if kind:
            self._left.append(_LeftOut(kind, clip(cells[column], 20), place(column)))
        if kind == "note_row":
            self._notes.append((cells, place(column)))
            self._noted += units_above([cells])
        return not kind

    def mention(self) -> None:
        """Say what was left out, in one line, once all lines have been looked at."""
        if len(self._left) + len(self.titles) * (len(self.rows) > 1) > 1:
            self._mention_all()
        elif self._left:
            [(kind, word, at)] = self._left
            message, expected = _WORDS[kind](word)
            self.complaints.warning(kind, message, expected, at)
        for cells, at in self._notes:
            _mention_unit(cells, at, self.complaints)

    def _mention_all(self) -> None:
        places: dict[str, list[str]] = {"title": list(self.titles)} if self.titles else {}
        for kind, _, at in self._left:
            places.setdefault(kind, []).append(at)
        parts = msg("；").join(
            _COUNTED[kind](n=len(found), at=_listed(found)) for kind, found in places.items()
        )
        number = sum(map(len, places.values()))
        message = plural(number, "{n}行不是数据，未读取：{parts}", parts=parts)
        code = next((kind for kind in _WORDS if kind in places), "note_row")
        expected = msg("请核对这些行中没有学校的数据；合计由程序计算")
        at = self._left[0].at if self._left else self.titles[0]
        self.complaints.warning(code, message, expected, at)

    def _is_example(self, cells: Sequence[str]) -> bool:
        """Whether a line is the template's example; one that names a school has its code refused."""
        name = "" if self.name is None else cells[self.name]
        return cells[self.key].startswith(EXAMPLE) and (not name or name.startswith(EXAMPLE))

    def _is_header(self, cells: Sequence[str]) -> bool:
        return any(list(cells) == list(row) for row in self.rows)

    def _kind(self, cells: Sequence[str], filled: Sequence[int]) -> tuple[str, int]:
        """What the line is, and the column of the word that says so; "" for a record."""
        words = [column for column in filled if not _FIGURE.fullmatch(cells[column])]
        key, first = cells[self.key], cells[filled[0]].replace(" ", "")
        named = bool(key) and not _TOTAL.match(key.replace(" ", ""))
        if not self._is_named(cells):
            for column in words[:1] if named else words[:WORDS_BEFORE_TOTAL]:
                if _TOTAL.match(cells[column].replace(" ", "")):
                    return "total_row", column
        talks = len(filled) <= 2 or len(words) == len(filled)
        code = filled[0] != self.key and re.search("[0-9]", key)
        single = len(filled) == 1 and bool(words)
        if single and _SECTION.match(first):
            self.sections.append(cells[filled[0]])
            return "note_row", filled[0]
        again = single and bool(self._notes) and _ITEM.match(first)
        if talks and not code and (_NOTE.match(first) or again):
            return "note_row", filled[0]
        if numbers_columns([cells[column] for column in filled], len(self.header)):
            return "column_numbers", filled[0]
        if self._gives_units(cells, filled):
            return "unit_row", filled[0]
        return "", 0

    def _is_named(self, cells: Sequence[str]) -> bool:
        """Whether a line names a school: such a line is no total, whatever else it says."""
        name = "" if self.name is None else cells[self.name].replace(" ", "")
        return bool(name) and not _TOTAL.match(name) and not _KIND_OF_SCHOOL.fullmatch(name)

    def _gives_units(self, cells: Sequence[str], filled: Sequence[int]) -> bool:
        """Whether the cells hold units alone; those are noted."""
        if cells[self.key]:
            return False
        units = {column: unit_words(cells[column]) for column in filled}
        if not all(units.values()):
            return False
        for column, found in units.items():
            name = self.header[column]
            self._under[name] = self._under.get(name, ()) + found
        return True


def _listed(places: Sequence[str]) -> str:
    """Cells to be named in one line, without their sheet."""
    some = msg("、").join(place.rpartition("!")[2] for place in places[:NAMED])
    return say("{some}等", some=some) if len(places) > NAMED else some


def is_figure(text: str) -> bool:
    """Whether a text is a figure, not a word."""
    return _FIGURE.fullmatch(text) is not None


def is_note(text: str) -> bool:
    """Whether a line that begins so says who filled the table in, or what is to be noted."""
    return _NOTE.match(text.replace(" ", "")) is not None


def is_unit(text: str) -> bool:
    """Whether a text names units and nothing else."""
    words = [word for word in re.split(r"[,，、;；/()（）\[\]]", text.replace(" ", "")) if word]
    return bool(words) and all(map(unit_words, words))


def numbers_columns(cells: Sequence[str], width: int) -> bool:
    """Whether the cells are 甲, 乙 and numbers that follow one another, or letters, for most columns."""
    if not all(map(_NUMBERED.match, cells)):
        return False
    digits = [re.search("[0-9]+", cell) for cell in cells]
    numbers = [int(number[0]) for number in digits if number]
    named = len(numbers) < len(cells)
    if len(cells) < max(3 if named else 5, width / 2):
        return False
    if list(cells) == [letters(column) for column in range(len(cells))]:
        return True
    enough = 1 if cells[0] == "甲" else 2
    return len(numbers) >= enough and all(
        number == (numbers[0] if named else 1) + index for index, number in enumerate(numbers)
    )


_COUNTED: dict[str, Callable[..., str]] = {
    "title": lambda **at: say("标题、单位{n}行（{at}）", **at),
    "total_row": lambda **at: say("合计、小计{n}行（{at}）", **at),
    "note_row": lambda **at: say("说明、签名{n}行（{at}）", **at),
    "column_numbers": lambda **at: say("栏次{n}行（{at}）", **at),
    "unit_row": lambda **at: say("计量单位{n}行（{at}）", **at),
}
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
