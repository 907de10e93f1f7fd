"""What people have confirmed of a county's own tables: which column is which fact, layout by layout.

A mapping holds for the layout it was confirmed for. Where a heading has gone, is new, stands under
another head or is in another unit, the table is refused with every reason: nobody has said what
its columns are now.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from compliance.facts.fact import Fact
from compliance.facts.heading_meaning import Meaning, own_stage
from compliance.facts.path_words import read_path, stage_of
from compliance.facts.units import as_printed, factor, quantity, unit_words
from compliance.facts.vocabulary import Heading, Vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import TABLE_OF, RawTable, table_named
from compliance.intake.limits import NAMED_HEADINGS
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem, UsageError, suggestion
from compliance.kernel.i18n import msg, say

IGNORE = "ignore"  # in place of a fact: the column is not used
BY_TYPE = "by_type"  # in place of a fact: of the stage that the school's type implies
OPEN = ""  # in place of a fact: nobody has said yet
# what people write for them, in a workbook or by hand
WORDS = {
    "不使用": IGNORE, "忽略": IGNORE, "按办学类型": BY_TYPE, "待确认": OPEN,
}  # fmt: skip
# problems of a table that a mapping keeps from being used
REFUSED = ("layout_changed", "mapping_contradicts")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DIGITS = re.compile(r"[0-9]+")
_ALIKE = 0.5  # a table with so many of a layout's headings is meant to have that layout


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a column is confirmed to be.

    fact: its name, IGNORE, BY_TYPE or OPEN. unit: that of the figures as the table says it,
    empty where it says none. assumed: that which a person says, where the table says none; both as
    `unit_words` has them. place: where in the mapping it stands.
    """

    fact: str
    unit: str = ""
    assumed: str = ""
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one table: heading as written, its parts joined by "/", and what it is.

    record: a name of `TABLE_OF`. title, file, sheet: of the table it was confirmed for; of these
    the title alone tells layouts apart, its figures aside.
    """

    record: str
    columns: Mapping[str, Assigned]
    title: str = ""
    file: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a mapping says of a table: heading → what it is; or why it says nothing of it any more."""

    columns: Mapping[str, Assigned] = field(default_factory=dict)
    refused: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class TableMapping:
    """The layouts that people have confirmed. path: of the file it was read from.

    confirmed_by, confirmed_on: who says so and since when, as they wrote it. sha256: of the file.
    """

    layouts: tuple[Layout, ...]
    path: str = field(default="", compare=False)
    confirmed_by: str = ""
    confirmed_on: date | None = None
    sha256: str = field(default="", compare=False)

    @property
    def source(self) -> str:
        """The name of its file."""
        return Path(self.path).name

    def row(self) -> dict[str, str]:
        """As it stands in every manifest."""
        day = "" if self.confirmed_on is None else self.confirmed_on.isoformat()
        return {
            "name": self.source, "sha256": self.sha256,
            "confirmed_by": self.confirmed_by, "confirmed_on": day,
        }  # fmt: skip

    @property
    def signatures(self) -> set[tuple[str, frozenset[tuple[str, ...]]]]:
        """What tells its layouts from those of other tables."""
        return {(one.record, frozenset(map(key, one.columns))) for one in self.layouts}

    def resolved(self, words: Vocabulary) -> TableMapping:
        """The same with every fact by its name. Raises UsageError for what is none, each with its place."""
        faults: list[str] = []
        layouts = tuple(
            replace(
                layout,
                columns={
                    heading: _resolved(heading, one, TABLE_OF[layout.record], words, faults)
                    for heading, one in layout.columns.items()
                },
            )
            for layout in self.layouts
        )
        if faults:
            raise UsageError(
                say("列对应关系有误：\n{told}", told="\n".join(faults)),
                todo=msg(
                    "数据项写名称或中文表头（见 docs/reference/facts.md）；不用的列写“不使用”"
                ),
            )
        return replace(self, layouts=layouts)

    def of(self, raw: RawTable, words: Vocabulary, silent: Sequence[str] = ()) -> Agreed | None:
        """What it says of a table; None where it knows no table like it. For one that is `resolved`.

        silent: headings of the table that never are figures; new ones of them change no layout.
        """
        known = {key(heading): heading for heading in raw.columns}
        title = title_key(title_of(raw))

        def likeness(layout: Layout) -> tuple[int, bool]:
            shared = sum(key(heading) in known for heading in layout.columns)
            return shared, title_key(layout.title) == title

        own = [layout for layout in self.layouts if layout.record == raw.name]
        if not own:
            return None
        best = max(own, key=likeness)
        shared, same_title = likeness(best)
        if shared < _ALIKE * len(best.columns) and not (same_title and title):
            return None
        pairs = _paired(best, raw)
        refused = [*_changes(best, raw, pairs, silent), *_other_units(best, raw, pairs, words)]
        if refused:
            return Agreed(refused=_clipped(refused, raw))
        return Agreed({heading: best.columns[old] for old, heading in pairs.items()})


def key(heading: str) -> tuple[str, ...]:
    """What makes two headings one: their parts by their words, without width, space, unit and period."""
    return tuple(Heading.read(part).key for part in heading.split("/"))


def title_of(raw: RawTable) -> str:
    """The first line that says what a table is about; a sheet's name that says no more than its record is none."""
    return next((line for line in raw.titles if table_named(line) is None), "")


def title_key(title: str) -> str:
    """A title without its figures: years, numbers of tables."""
    return _DIGITS.sub("", Heading.read(title).key)


def written_unit(raw: RawTable, heading: str, fact: Fact | None = None) -> str:
    """The unit that a table gives for a column: in the heading, else beside the table.

    Beside it units of several kinds may stand: that of the fact's kind is meant; empty where none is.
    """
    for part in reversed(heading.split("/")):
        if unit := Heading.read(part).unit:
            return unit
    beside = raw.units.get(heading, ())
    if fact is not None:
        beside = [unit for unit in beside if factor(unit, fact.unit) is not None]
    return beside[0] if len(set(beside)) == 1 else ""


def contradiction(
    fact: Fact, meaning: Meaning, path: Sequence[str], unit: str, titles: Sequence[str]
) -> str:
    """Why a column cannot be of a fact, whoever says so; empty where nothing speaks against it.

    What stands over it may say another fact, another stage, another unit or another kind of figure.
    meaning: of the headings alone. unit: that of its figures, if any is known.
    """
    why = ""
    if certain(meaning):
        if fact not in meaning.facts:
            named = msg("、").join(one.label for one in meaning.facts)
            why = say("表头写明的是“{f}”", f=named)
    elif any(one.figure != fact.figure for one in meaning.facts):
        why = msg("表头是另一种内容")
    elif fact.figure:
        kinds = {quantity(one.unit) for one in meaning.facts}
        stages = read_path(path).stages or ({stage_of(tuple(titles))} - {""})
        if unit and factor(unit, fact.unit) is None:
            why = say("它的单位是{u}", u=as_printed(unit))
        elif kinds - {quantity(fact.unit)}:
            why = msg("表头是另一种数")
        elif stages and stages != {own_stage(fact)}:
            why = msg("表头（或表题）写的是别的学段")
    return why


def certain(meaning: Meaning) -> bool:
    """Whether the headings say by themselves what a column is."""
    return meaning.useful or meaning.kind == "control"


def _resolved(
    heading: str, one: Assigned, record: str, words: Vocabulary, faults: list[str]
) -> Assigned:
    """The same with its fact by name and its units folded; what is wrong with it is added to `faults`."""

    def fault(why: str) -> Assigned:
        place = f"{one.place}: " if one.place else ""
        faults.append(place + say("“{h}”：{why}", h=clip(heading), why=why))
        return one

    named = WORDS.get(one.fact, one.fact)
    units = [unit_words(unit) if unit else ("",) for unit in (one.unit, one.assumed)]
    unit, assumed = (unit[0] if len(unit) == 1 else None for unit in units)
    if unit is None or assumed is None:
        return fault(say("不认识单位“{u}”", u=clip(one.unit if unit is None else one.assumed)))
    if named in WORDS.values():
        return replace(one, fact=named, unit=unit, assumed=assumed)
    match = words.match(record, named)
    if match is None or match.factor != 1:
        known = words.tables[record]
        near = suggestion(named, [*known, *(each.title for each in known.values())])
        return fault(say("没有数据项“{f}”", f=clip(named)) + near)
    for written in (unit, assumed):
        if factor(written, match.fact.unit) is None:
            told = {"f": match.fact.label, "own": match.fact.unit, "u": as_printed(written)}
            return fault(say("单位“{u}”不能换算为“{f}”的单位{own}", **told))
    return replace(one, fact=match.fact.name, unit=unit, assumed=assumed)


def _paired(layout: Layout, raw: RawTable) -> dict[str, str]:
    """Heading of the layout → the table's; those that only name another year are one."""
    there = {key(heading): heading for heading in raw.columns}
    pairs = {old: there[key(old)] for old in layout.columns if key(old) in there}
    taken = set(pairs.values())
    ages = Counter(map(_ageless, layout.columns))
    left = [heading for heading in raw.columns if heading not in taken]
    new = Counter(map(_ageless, left))
    by_age = {_ageless(heading): heading for heading in left if new[_ageless(heading)] == 1}
    for old in layout.columns:
        if old not in pairs and ages[_ageless(old)] == 1 and _ageless(old) in by_age:
            pairs[old] = by_age[_ageless(old)]
    return pairs


def _ageless(heading: str) -> tuple[str, ...]:
    return tuple(_YEAR.sub("", part) for part in key(heading))


def _changes(
    layout: Layout, raw: RawTable, pairs: Mapping[str, str], silent: Sequence[str]
) -> Iterator[Problem]:
    """Headings that have gone, are new or stand elsewhere."""
    gone = [heading for heading in layout.columns if heading not in pairs]
    left = [heading for heading in raw.columns if heading not in pairs.values()]
    for old in gone:
        moved = next((heading for heading in left if key(heading)[-1] == key(old)[-1]), None)
        if moved is not None:
            left.remove(moved)
            message = say("表头“{h}”原来是“{old}”", h=clip(moved), old=clip(old))
            yield _refusal(raw.of_heading(moved), message)
        else:
            message = say("原有的表头“{old}”不见了", old=clip(old))
            yield _refusal(Location(raw.file, raw.sheet), message)
    for heading in left:
        if heading not in silent:
            message = say("表头“{h}”是新的", h=clip(heading))
            yield _refusal(raw.of_heading(heading), message)


def _other_units(
    layout: Layout, raw: RawTable, pairs: Mapping[str, str], words: Vocabulary
) -> Iterator[Problem]:
    """Columns whose figures are in another unit now, or in one that nobody says any more."""
    facts = words.tables[TABLE_OF[layout.record]]
    for old, heading in pairs.items():
        was = layout.columns[old]
        fact = facts.get(was.fact)
        if fact is None:
            continue
        now = written_unit(raw, heading, fact)
        scale = factor(was.unit or was.assumed, fact.unit)
        if now and factor(now, fact.unit) != scale:
            message = say(
                "“{h}”的单位由{old}变为{new}",
                h=clip(heading),
                old=as_printed(was.unit or was.assumed) or fact.unit,
                new=as_printed(now),
            )
            yield _refusal(raw.of_heading(heading), message)
        elif was.unit and not now and (scale != 1 or quantity(fact.unit) != "count"):
            message = say(
                "“{h}”的单位原来写着{old}，现在没有写", h=clip(heading), old=as_printed(was.unit)
            )
            yield _refusal(raw.of_heading(heading), message)


def _refusal(where: Location, message: str) -> Problem:
    expected = msg("表的版式与确认时不同，没有使用；核对后重新 compliance import")
    return where.error("layout_changed", message, expected)


def _clipped(problems: Sequence[Problem], raw: RawTable) -> list[Problem]:
    """At most so many of them, the others counted."""
    if len(problems) <= NAMED_HEADINGS:
        return list(problems)
    more = say("另有{n}处版式变化", n=len(problems) - NAMED_HEADINGS)
    last = _refusal(Location(raw.file, raw.sheet), more)
    return [*problems[:NAMED_HEADINGS], last]
