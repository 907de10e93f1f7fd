"""Several tables of schools made one: figures of one school meet by its code, by its name where only that is there.

A name joins only where it is unique on both sides, and that is said. What two tables both give counts
once where they agree; where they differ, that is an error that names both cells. A school that some
table lacks is kept, with blanks, and that is said.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import islice
from typing import NamedTuple

import polars as pl

from compliance.facts.heading_meaning import ANY, Meaning, own_stage
from compliance.facts.school_types import IMPLIED
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.cell_text import (
    LARGEST_WHOLE,
    blank,
    clip,
    no_data,
    says_nothing,
    show,
    unwrapped,
)
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.limits import EXPLAINED_ROWS, MOST_JOINING
from compliance.intake.own_tables.column_use import ColumnUse, understand
from compliance.intake.own_tables.settle import settle
from compliance.intake.problems import CellError, CellRemark, Location
from compliance.kernel.errors import Problem, closest
from compliance.kernel.i18n import msg, plural, say

IDENTITY = ("county_code", "year", "school_code", "school_name", "school_type")
BY_TYPE = ("by_type", "band", "part", "control")  # whose stage may be left to the school's type
NAMED = 10  # so many schools are named in one line


class Key(NamedTuple):
    """By what a row is known, each folded, "" where it is blank."""

    code: str
    name: str
    county: str
    year: str

    def may_be(self, other: Key) -> bool:
        """Whether both rows may be of one county and year."""
        pairs = ((self.county, other.county), (self.year, other.year))
        return all(mine == its or "" in (mine, its) for mine, its in pairs)


def folded(value: object) -> str:
    """A code or a name as it is compared: however it was typed, in plain characters and without blanks."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        value = int(value)
    if blank(value) or no_data(text := unwrapped(str(value).strip())):
        return ""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain.removesuffix(".0") if plain.removesuffix(".0").isdigit() else plain


@dataclass(frozen=True, eq=False)
class TablePart:
    """One of the tables. rows: of every record of the whole its row here, None where it has none."""

    table: RawTable
    words: Vocabulary
    rows: list[int | None] = field(default_factory=list)

    @cached_property
    def meanings(self) -> Mapping[str, Match]:
        """Heading → what it means, as far as its words say it."""
        record, units = TABLE_OF[self.table.name], self.table.units
        found = {h: self.words.match(record, h, units.get(h, ())) for h in self.table.columns}
        return {heading: match for heading, match in found.items() if match}

    @cached_property
    def uses(self) -> Mapping[str, ColumnUse]:
        """Heading → what its column is used for, before the table is settled."""
        return self.table.uses or understand(self.table, self.words)

    @cached_property
    def keys(self) -> list[Key]:
        """Of every row by what it is known."""
        names = ("school_code", "school_name", "county_code", "year")
        columns = [self._folded(name) for name in names]
        return [Key(*parts) for parts in zip(*columns, strict=True)]

    @cached_property
    def figures(self) -> set[str]:
        """What it tells of a school beside who it is."""
        used = (use.meaning for use in self.uses.values())
        return {name for one in used if one.useful for name in one.names} - set(IDENTITY)

    def heading(self, fact: str) -> str | None:
        """The heading under which the table has a fact that every school has as a whole."""
        known = (h for h, use in self.uses.items() if _is_fact(use, fact))
        settled = (h for h, match in self.meanings.items() if match.fact.name == fact)
        return next((h for h in (*known, *settled) if h in self.table.columns), None)

    def _folded(self, fact: str) -> list[str]:
        heading = self.heading(fact)
        if heading is None:
            return [""] * self.table.height
        return [folded(cell) for cell in self.table.columns[heading]]

    def with_types(self, types: Sequence[object]) -> tuple[RawTable, str]:
        """The table with a column of the types of its schools, and the heading of that."""
        fact = self.words.school["school_type"]
        heading, cells = fact.title, [None] * self.table.height
        while heading in self.table.columns:
            heading += " "
        own: list[object] = [*cells]
        for record, row in enumerate(self.rows):
            if row is not None:
                own[row] = types[record]
        use = ColumnUse(heading, (heading,), Meaning("fact", (fact,), (ANY,)))
        columns = {**self.table.columns, heading: own}
        return replace(self.table, columns=columns, uses={**self.uses, heading: use}), heading

    def named(self, row: int) -> Location:
        """Where a row says which school it is."""
        key = self.keys[row]
        facts = ("school_code",) if key.code else ("school_name", "school_code")
        heading = next(filter(None, map(self.heading, facts)), next(iter(self.table.columns)))
        place = self.table.cell(row, heading)
        return replace(place, county=key.county or None, school=key.code or None)

    def spread(self, heading: str) -> Cells:
        """The cells of a column, one a record of the whole."""
        cells = self.table.columns[heading]
        if isinstance(cells, pl.Series):
            return cells.gather(pl.Series(self.rows, dtype=pl.UInt32))
        return [None if row is None else cells[row] for row in self.rows]


@dataclass(eq=False)
class JoinedTable(RawTable):
    """One table made of several. origins: heading → the table it comes from and its heading there.

    A heading that several have stands here with as many blanks behind it.
    """

    origins: Mapping[str, tuple[TablePart, str]] = field(default_factory=dict)
    parts: Sequence[TablePart] = ()

    def cell(self, row: int, heading: str) -> Location:
        """Where a cell stands; of a table that lacks the school, where another names it."""
        part, own = self.origins.get(heading, (self.parts[0], ""))
        there = part.rows[row]
        if there is not None and own:
            return part.table.cell(there, own)
        part = next(one for one in self.parts if one.rows[row] is not None)
        place = part.named(part.rows[row] or 0)
        return Location(place.file, place.at)

    def written(self, row: int, heading: str) -> str:
        """The heading over a cell in its own table."""
        part, own = self.origins.get(heading, (self.parts[0], heading))
        there = part.rows[row]
        return own if there is None else part.table.written(there, own)

    def apart(self, headings: Iterable[str]) -> bool:
        """Whether each of these headings comes of a table of its own."""
        tables = [id(self.origins[heading][0]) for heading in headings]
        return len(set(tables)) == len(tables)

    def of_heading(self, heading: str) -> Location:
        """Where a heading stands in its own table."""
        part, own = self.origins[heading]
        return part.table.of_heading(own)


def join(
    tables: Sequence[RawTable], words: Vocabulary, problems: list[Problem]
) -> JoinedTable | None:
    """One table of schools from several, the one that says most of who they are first.

    problems: gets what is to be said. None where they are more than any county has.
    """
    columns, rows = sum(len(one.columns) for one in tables), sum(one.height for one in tables)
    if columns * rows * len(tables) > MOST_JOINING:
        message = say(
            "要合并的学校表过多：{n}张表，共{r}行、{c}列", n=len(tables), r=rows, c=columns
        )
        expected = msg("把同样的表合成一张；不同的县分开提交")
        problems.append(Location(tables[0].file).error("too_large", message, expected))
        return None
    parts = sorted((TablePart(table, words) for table in tables), key=_standing, reverse=True)
    joining = _Joining(parts)
    joining.drop_copies()
    joining.align()
    joining.settle()
    whole = joining.merged()
    problems += joining.problems
    if len(joining.parts) > 1:
        problems += [joining.said(), *joining.lacking()]
    return whole


def _standing(part: TablePart) -> int:
    """How much a table says of who its schools are: the code counts most, then the type."""
    weights = {"school_code": 8, "school_type": 4, "school_name": 2, "county_code": 1}
    return sum(weight for fact, weight in weights.items() if part.heading(fact))


class _Joining:
    """Finds which rows are of one school, and merges their columns."""

    def __init__(self, parts: Sequence[TablePart]) -> None:
        self.parts = list(parts)
        self.problems: list[Problem] = []
        self._height = 0
        self._by_code: defaultdict[str, list[int]] = defaultdict(list)
        sheets = [part.table.sheet for part in parts]
        self._plain = all(sheets) and len(set(sheets)) == len(sheets)

    def called(self, part: TablePart) -> str:
        """The name of a table for people."""
        table = part.table
        name = table.sheet if self._plain else f"{table.file} {table.sheet}".strip()
        return say("“{name}”", name=clip(name))

    def drop_copies(self) -> None:
        """Leave out tables that hold nothing but the facts of another for schools that it has: an error."""
        for part in self.parts[1:]:
            codes = {key.code for key in part.keys} - {""}
            for other in self.parts[: self.parts.index(part)]:
                alike = part.figures and part.figures == other.figures
                if alike and not codes.isdisjoint(key.code for key in other.keys):
                    self._copy(part, other)
                    break

    def _copy(self, part: TablePart, other: TablePart) -> None:
        self.parts.remove(part)
        a, b = self.called(other), self.called(part)
        message = say("{a}和{b}是同样的学校表", a=a, b=b)
        where = Location(part.table.file, part.table.sheet)
        code = "duplicate_sheet" if part.table.sheet else "duplicate_table"
        self.problems.append(where.error(code, message, msg("只留一份")))

    # ── which rows are of one school ───────────────────────────────────────────────

    def align(self) -> None:
        """Give every row of every table its record."""
        first, *others = self.parts
        for row in range(first.table.height):
            self._open(first, row)
        for part in others:
            self._by_codes(part)
        for part in others:
            self._by_names(part)

    def _open(self, part: TablePart, row: int) -> None:
        """A new record, which only this table has so far."""
        for one in self.parts:
            one.rows.append(row if one is part else None)
        if code := part.keys[row].code:
            self._by_code[code].append(self._height)
        self._height += 1

    def _keys_of(self, record: int) -> Iterator[Key]:
        for part in self.parts:
            row = part.rows[record]
            if row is not None:
                yield part.keys[row]

    def _may_be(self, key: Key, record: int) -> bool:
        return all(key.may_be(one) for one in self._keys_of(record))

    def _by_codes(self, part: TablePart) -> None:
        for row, key in enumerate(part.keys):
            if not key.code:
                continue
            found = [one for one in self._by_code[key.code] if self._may_be(key, one)]
            homes = {(k.county, k.year) for one in found for k in islice(self._keys_of(one), 1)}
            if len(homes) != 1:  # nobody's yet, or of a year or county that the row does not say
                self._open(part, row)
            elif (there := part.rows[found[0]]) is None:
                part.rows[found[0]] = row
            else:
                self._twice(part, there, row)

    def _twice(self, part: TablePart, *rows: int) -> None:
        message = say("学校标识码{c}重复", c=part.keys[rows[0]].code)
        expected = msg("每张表中每所学校只出现一次")
        for row in rows:
            problem = part.named(row).error("duplicate_school", message, expected, ("school_code",))
            if problem not in self.problems:
                self.problems.append(problem)

    def _by_names(self, part: TablePart) -> None:
        """The rows without a code, to the one school of their name, where that is the only one on both sides."""
        nameless = [row for row, key in enumerate(part.keys) if not key.code]
        if not nameless:
            return
        here = Counter(key.name for key in part.keys)
        there: defaultdict[str, set[int]] = defaultdict(set)
        for record in range(self._height):
            for key in self._keys_of(record):
                there[key.name].add(record)
        met = 0
        for row in nameless:
            key = part.keys[row]
            found = [one for one in sorted(there.get(key.name, ())) if self._may_be(key, one)]
            if not key.name:
                self._open(part, row)
            elif here[key.name] == len(found) == 1 and part.rows[found[0]] is None:
                part.rows[found[0]] = row
                met += 1
            else:
                if self._by_code:
                    self._stray(part, row, there, several=here[key.name] > 1 or len(found) > 1)
                self._open(part, row)
        if met:
            message = plural(
                met, "{table}没有学校标识码，有{n}所学校按名称对应", table=self.called(part)
            )
            heading = part.heading("school_name") or ""
            where = part.table.of_heading(heading)
            expected = msg("请核对；最好各表都写学校标识码")
            self.problems.append(where.warning("joined_by_name", message, expected))

    def _stray(self, part: TablePart, row: int, names: Iterable[str], *, several: bool) -> None:
        name = show(part.table.columns[part.heading("school_name") or ""][row])
        if several:
            message = say("有几所学校叫“{name}”，不能按名称对应", name=name)
            expected = msg("写上学校标识码")
        else:
            near = closest(part.keys[row].name, [one for one in names if one])
            message = say("其他各表没有叫“{name}”的学校，而这一行没有标识码", name=name)
            expected = say("写上学校标识码；最接近的名称是“{near}”", near=clip(near or ""))
            expected = expected if near else msg("写上学校标识码")
        facts = ("school_code",)
        self.problems.append(part.named(row).error("unknown_school", message, expected, facts))

    # ── every table in the vocabulary's words ──────────────────────────────────────

    def settle(self) -> None:
        """Settle each table; one that leaves the stage to the school's type has it from where it stands."""
        types = self._types()
        for number, part in enumerate(self.parts):
            raw, lent = part.table, ""
            open_ones = any(use.meaning.kind in BY_TYPE for use in part.uses.values())
            if open_ones and not part.heading("school_type"):
                raw, lent = part.with_types(types)
            settled, said = settle(raw, raw.uses or part.uses, part.words)
            if lent and settled is not raw:
                settled.columns = {h: c for h, c in settled.columns.items() if h != lent}
            self.problems += said
            whole = part.table if settled is raw else settled
            self.parts[number] = TablePart(whole, part.words, part.rows)

    def _types(self) -> list[object]:
        """Of every record its type as it is written where it is."""
        found: list[object] = [None] * self._height
        for part in self.parts:
            if heading := part.heading("school_type"):
                there = part.spread(heading)
                found = [a if not says_nothing(a) else b for a, b in zip(found, there, strict=True)]
        return found

    # ── one table of their columns ─────────────────────────────────────────────────

    def merged(self) -> JoinedTable:
        """All columns; of what several tables give, the first."""
        columns: dict[str, Cells] = {}
        origins: dict[str, tuple[TablePart, str]] = {}
        given: defaultdict[str, list[str]] = defaultdict(list)  # fact → its headings
        units: dict[str, Sequence[str]] = {}
        uses: dict[str, ColumnUse] = {}
        for part in self.parts:
            for own in part.table.columns:
                cells = part.spread(own)
                match = part.meanings.get(own)
                for before in given[match.fact.name] if match else ():
                    if (other := origins[before])[0] is not part:
                        cells = self._without_repeats(part, own, cells, *other, columns[before])
                        if not _any(cells):
                            break
                else:
                    heading = own
                    while heading in columns:
                        heading += " "
                    columns[heading], origins[heading] = cells, (part, own)
                    if match:
                        given[match.fact.name].append(heading)
                    if own in part.table.units:
                        units[heading] = part.table.units[own]
                    if not match and own in part.uses:
                        uses[heading] = part.uses[own]
        main = self.parts[0].table
        whole = JoinedTable(
            main.name, main.file, columns, self._height,
            lambda row, heading: whole.cell(row, heading).at,
            sheet=main.sheet, titles=main.titles, units=units, uses=uses, origins=origins,
            parts=self.parts,
        )  # fmt: skip
        return whole

    def _without_repeats(
        self, part: TablePart, own: str, cells: Cells, other: TablePart, its: str, before: Cells
    ) -> Cells:
        """A column without what another gives already; whatever differs there is an error."""
        mine, theirs = part.meanings[own], other.meanings[its]
        reader = CellReader(mine.fact, strict=False)
        kept: list[object] = []
        odd: list[int] = []
        for record, (cell, first) in enumerate(zip(cells, before, strict=True)):
            if says_nothing(cell) or says_nothing(first):
                kept.append(cell if says_nothing(first) else None)
                continue
            kept.append(None)
            if cell != first and _value(reader, mine, cell) != _value(reader, theirs, first):
                odd.append(record)
        for record in odd[:EXPLAINED_ROWS]:
            self._differs(part, own, other, its, record)
        if len(odd) > EXPLAINED_ROWS:
            message = say(
                "{f}：另有{n}处错误未逐一列出", f=mine.fact.label, n=len(odd) - EXPLAINED_ROWS
            )
            where = Location(part.table.file, part.table.sheet)
            self.problems.append(where.error("more_errors", message))
        return pl.Series(kept, dtype=cells.dtype) if isinstance(cells, pl.Series) else kept

    def _differs(self, part: TablePart, own: str, other: TablePart, its: str, record: int) -> None:
        row, first = part.rows[record] or 0, other.rows[record] or 0
        fact = part.meanings[own].fact
        here, there = part.table.cell(row, own), other.table.cell(first, its)
        mine, theirs = part.table.columns[own][row], other.table.columns[its][first]
        file = "" if there.file == here.file else f"{there.file} "
        message = say(
            "{f}：这里是“{a}”，{there}是“{b}”",
            f=fact.label, a=show(mine), b=show(theirs), there=f"{file}{there.at}",
        )  # fmt: skip
        keys = list(self._keys_of(record))
        here = replace(
            here,
            county=next((key.county for key in keys if key.county), None),
            school=next((key.code for key in keys if key.code), None),
        )
        names = [folded(mine), folded(theirs)]
        if fact.name == "school_name" and (names[0] in names[1] or names[1] in names[0]):
            expected = say("两处写法统一；按“{b}”读取", b=show(theirs))
            self.problems.append(here.warning("tables_differ", message, expected, (fact.name,)))
        else:
            expected = msg("核对后两处改成一致，或只在一张表里保留")
            self.problems.append(here.error("tables_differ", message, expected, (fact.name,)))

    # ── what is said of it ─────────────────────────────────────────────────────────

    def said(self) -> Problem:
        """That several tables became one, and how many schools each has."""
        sizes = [
            plural(part.table.height, "{table}{n}所", table=self.called(part))
            for part in self.parts
        ]
        message = say("学校的数据分在几张表，已合并：{tables}", tables=msg("、").join(sizes))
        expected = msg("请核对这些表是同一批学校、同一时点的数据")
        table = self.parts[0].table
        return Location(table.file, table.sheet).warning("tables_joined", message, expected)

    def lacking(self) -> Iterator[Problem]:
        """Schools that a table lacks although they should have its figures, once a table."""
        misses = cache(self._misses)  # by the few combinations that there are
        there = list(
            zip(*([row is not None for row in part.rows] for part in self.parts), strict=True)
        )
        stages = self._stages()
        for number, part in enumerate(self.parts):
            lost = [
                record
                for record in range(self._height)
                if not there[record][number] and misses(number, there[record], stages[record])
            ]
            if lost:
                yield self._lacks(part, lost)

    def _stages(self) -> list[tuple[str, ...] | None]:
        """Of every record the stages that its type implies; None where the type is not known."""
        found: list[tuple[str, ...] | None] = [None] * self._height
        for part in self.parts:
            heading = part.heading("school_type")
            if heading is None:
                continue
            match = part.meanings[heading]
            reader = CellReader(match.fact, strict=False)
            for record, cell in enumerate(part.spread(heading)):
                if not says_nothing(cell) and found[record] is None:
                    found[record] = IMPLIED.get(str(_value(reader, match, cell)), ())
        return found

    def _misses(self, number: int, there: Sequence[bool], stages: tuple[str, ...] | None) -> bool:
        """Whether a school lacks a figure of the table that it should have, and has from no other.

        there: the tables that have the school. stages: those that it has, None where that is not known.
        """
        others = [part for part, has in zip(self.parts, there, strict=True) if has]
        given = {match.fact.name for one in others for match in one.meanings.values()}
        return any(
            match.fact.name not in given
            and (not (stage := own_stage(match.fact)) or stages is None or stage in stages)
            for match in self.parts[number].meanings.values()
            if match.fact.name in self.parts[number].figures
        )

    def _lacks(self, part: TablePart, lost: Sequence[int]) -> Problem:
        places = []
        for record in lost:
            one = next(one for one in self.parts if one.rows[record] is not None)
            places.append(one.named(one.rows[record] or 0))
        names = [self._name(record) for record in lost[:NAMED]]
        message = plural(
            len(lost),
            "{table}中没有{n}所学校，其数据按空白处理：{names}",
            table=self.called(part), names=msg("、").join(names),
        )  # fmt: skip
        expected = msg("补上这些学校，或核对标识码是否一致")
        only = places[0] if len(lost) == 1 else replace(places[0], school=None)
        return only.warning("not_in_every_table", message, expected)

    def _name(self, record: int) -> str:
        keys = list(self._keys_of(record))
        return clip(next((key.name for key in keys if key.name), keys[0].code))


def _is_fact(use: ColumnUse, fact: str) -> bool:
    return use.meaning.kind == "fact" and use.meaning.names == (fact,)


def _any(cells: Cells) -> bool:
    if isinstance(cells, pl.Series):
        return cells.null_count() < len(cells)
    return any(cell is not None for cell in cells)


def _value(reader: CellReader, match: Match, cell: object) -> object:
    """What a cell says of its fact, in the fact's unit; as it is written where it says nothing that is valid."""
    try:
        found = reader(cell)
    except CellRemark as remark:
        found = remark.value
    except CellError:
        return f"{cell}"
    if isinstance(found, float):
        return Fraction(repr(found)) * match.factor
    return folded(found) if match.fact.form == "text" else found
