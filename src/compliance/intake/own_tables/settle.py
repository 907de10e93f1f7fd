"""A table in the vocabulary's words: every column that is no fact by its heading alone becomes facts, row by row.

A figure whose stage no heading names is that of the school's one stage; where a school has several it is
asked for and never divided. Columns of class sizes become a list; what the stages have of a fact of the
whole school is added up; a column that only sums others is held against them. Every cell keeps the place
where it was written, and what was done is said once a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice

from compliance.facts.fact import Fact
from compliance.facts.heading_meaning import ANY, SPECIAL, Meaning, stages_of
from compliance.facts.path_words import COMPULSORY
from compliance.facts.school_types import IMPLIED
from compliance.facts.units import as_printed
from compliance.facts.vocabulary import Match, Vocabulary
from compliance.intake.acceptance.cells import accept_column
from compliance.intake.acceptance.typed_table import column_of
from compliance.intake.cell_text import BLANKS, says_nothing, show
from compliance.intake.formats.raw_table import TABLE_OF, Cells, RawTable
from compliance.intake.limits import EXPLAINED_ROWS
from compliance.intake.own_tables.column_use import ColumnUse
from compliance.intake.problems import Location
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.labels import stage_words

_AS_THEY_ARE = ("silent", "unknown", "doubtful")


def settle(
    raw: RawTable, uses: Mapping[str, ColumnUse], words: Vocabulary
) -> tuple[RawTable, list[Problem]]:
    """The table with headings that `Vocabulary.match` knows, and what is to be said of what was done.

    A table whose headings are such already is handed back as it is. Columns that nobody knows stay.
    """
    if all(_is_plain(raw, use, words) for use in uses.values()):
        return raw, []
    work = _Settling(raw, uses, words)
    for heading, use in uses.items():
        if use.meaning.kind in ("fact", *_AS_THEY_ARE):
            work.keep(heading, use)
    for use in uses.values():
        meaning = use.meaning
        if meaning.kind == "by_type" or (meaning.kind == "control" and len(meaning.facts) > 1):
            work.by_type(use, work.written(use.heading))
            work.held_against(use)
        if meaning.kind == "control" and uses[use.of[0]].meaning.facts == meaning.facts:
            work.repeated(use, uses[use.of[0]])
    for group in work.groups("band"):
        work.banded(group)
    for group in work.groups("part"):
        work.added_up(group)
    return work.table(), work.problems


def _is_plain(raw: RawTable, use: ColumnUse, words: Vocabulary) -> bool:
    """Whether the words of a heading already say all that its column is used for."""
    match = words.match(TABLE_OF[raw.name], use.heading, raw.units.get(use.heading, ()))
    if use.meaning.kind in _AS_THEY_ARE:
        return match is None
    meant = (use.meaning.kind, use.meaning.fact, use.meaning.factor)
    return match is not None and meant == ("fact", match.fact, match.factor)


@dataclass
class SettledTable(RawTable):
    """A table in the vocabulary's words. before: as it was. origins: heading → where its cells come from.

    Those are headings of the table before, each with the rows that come from it; None: all others.
    """

    before: RawTable = field(kw_only=True)
    origins: Mapping[str, Mapping[str, frozenset[int] | None]] = field(default_factory=dict)

    def cell(self, row: int, heading: str) -> Location:
        """Where the cell was written."""
        return self.before.cell(row, self.written(row, heading))

    def written(self, row: int, heading: str) -> str:
        """The heading over the cell where it was written."""
        sources = self.origins.get(heading) or {heading: None}
        own = (source for source, rows in sources.items() if rows is not None and row in rows)
        return next(own, next(iter(sources)))

    def of_heading(self, heading: str) -> Location:
        """Where the heading stands under which its cells were written, the first of several."""
        return self.before.of_heading(next(iter(self.origins[heading])))

    def apart(self, headings: Iterable[str]) -> bool:
        """Whether the columns of these headings come of several tables, one fact in each."""
        return self.before.apart([next(iter(self.origins[heading])) for heading in headings])


@dataclass
class _Settling:
    """One table on its way. keys: fact → its heading in the new table."""

    raw: RawTable
    uses: Mapping[str, ColumnUse]
    words: Vocabulary
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, Cells] = field(default_factory=dict)
    origins: dict[str, dict[str, frozenset[int] | None]] = field(default_factory=dict)
    units: dict[str, Sequence[str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def table(self) -> RawTable:
        """What has come of it."""
        raw = self.raw
        table = SettledTable(
            raw.name, raw.file, self.columns, raw.height,
            lambda row, heading: table.cell(row, heading).at,
            strict=raw.strict, sheet=raw.sheet, units=self.units, titles=raw.titles, uses=self.uses,
            before=raw, origins=self.origins,
        )  # fmt: skip
        return table

    def groups(self, kind: str) -> list[list[ColumnUse]]:
        """The columns that become one fact together."""
        found: dict[tuple[str, ...], list[ColumnUse]] = {}
        for use in self.uses.values():
            if use.meaning.kind == kind:
                found.setdefault(use.meaning.names, []).append(use)
        return list(found.values())

    def written(self, heading: str) -> list[object]:
        """The cells of a column of the table before, None where nothing or a mark for no data stands."""
        return _written(self.raw.columns[heading])

    # ── columns of the new table ───────────────────────────────────────────────────

    def keep(self, heading: str, use: ColumnUse) -> None:
        """A column that stays whole, under a heading that says what it is."""
        key, fact = heading, use.meaning.fact
        if fact and not _is_plain(self.raw, use, self.words):
            key = self._new_key(fact, use.meaning)
        elif heading in self.raw.units:
            self.units[key] = self.raw.units[heading]
        self.columns[key], self.origins[key] = self._of_title(use), {heading: None}
        if fact:
            self.keys.setdefault(fact.name, key)

    def _of_title(self, use: ColumnUse) -> Cells:
        """The cells of a column; where only a title names the stage, without those of schools that lack it."""
        cells, stage = (
            self.raw.columns[use.heading],
            use.meaning.stages[0] if use.meaning.fact else ANY,
        )
        if use.decided != "titles" or stage == ANY:
            return cells
        kept = _listed(cells)
        for row, cell in enumerate(kept):
            stages = self._stages(row, use.meaning)
            if stages and stage not in stages and not (says_nothing(cell) or _zero(cell)):
                kept[row] = None
                message = say(
                    "“{h}”的{v}没有采用：表题写的是{stage}，这所学校没有{stage}",
                    h=show(use.heading), v=show(cell), stage=_stage_word(stage),
                )  # fmt: skip
                expected = say("分开填{stages}", stages=msg("、").join(map(_stage_word, stages)))
                where = self._cell(row, use.heading)
                self.problems.append(
                    where.warning("stage_not_told", message, expected, use.meaning.names)
                )
        return kept

    def _new_key(self, fact: Fact, meaning: Meaning) -> str:
        """A heading for a fact; one more for a fact that has one is told of later, as any that stands twice."""
        said = [f"{meaning.year}年"] if meaning.year else []
        said += [as_printed(meaning.unit)] if meaning.factor != 1 else []
        key = f"{fact.title}（{'、'.join(said)}）" if said else fact.title
        while key in self.columns or key in self.raw.columns:
            key += " "
        return key

    def _take(self, fact: Fact, use: ColumnUse, cells: Mapping[int, object]) -> None:
        """Cells of single rows into the column of a fact, which may have its other rows already."""
        key = self.keys.get(fact.name)
        match = (
            self.words.match(TABLE_OF[self.raw.name], key, self.units.get(key, ())) if key else None
        )
        if key is None or match is None or match.factor != use.meaning.factor:
            key = self._new_key(fact, use.meaning)
            self.keys.setdefault(fact.name, key)
            self.columns[key], self.origins[key] = [None] * self.raw.height, {}
        column = _listed(self.columns[key])
        for row, cell in cells.items():
            column[row] = cell
        self.columns[key] = column
        self.origins[key][use.heading] = frozenset(cells)

    def _there(self, fact: Fact) -> Sequence[object]:
        """Of every row what the new table has for the fact, None where that is nothing."""
        if fact.name not in self.keys:
            return [None] * self.raw.height
        return _written(self.columns[self.keys[fact.name]])

    # ── whose figures they are ─────────────────────────────────────────────────────

    @cached_property
    def _types(self) -> Sequence[str | None]:
        return self._texts("school_type")

    @cached_property
    def _codes(self) -> Sequence[str | None]:
        return self._texts("school_code")

    def _texts(self, name: str) -> Sequence[str | None]:
        """Of every row a fact that is a text or a word, None where it is not known."""
        for use in self.uses.values():
            if use.meaning.kind == "fact" and use.meaning.facts[0].name == name:
                cells = self.raw.columns[use.heading]
                return accept_column(use.meaning.facts[0], cells, self.raw.strict).values.to_list()
        return [None] * self.raw.height

    def _stages(self, row: int, meaning: Meaning) -> tuple[str, ...] | None:
        """The stages whose figures a row has there; None where the school's type is not known."""
        kind = self._types[row]
        if kind is None:
            return None
        stages = (SPECIAL,) if kind == SPECIAL else IMPLIED.get(kind, ())
        return tuple(s for s in stages if s != "senior" or meaning.part != COMPULSORY)

    def by_type(self, use: ColumnUse, cells: Sequence[object]) -> None:
        """Every figure to the fact of its school's one stage, unless a column of that stage has it."""
        facts = dict(zip(use.meaning.stages, use.meaning.facts, strict=True))
        there = {stage: self._there(fact) for stage, fact in facts.items()}
        taken: dict[str, dict[int, object]] = {stage: {} for stage in facts}
        asked, unused, homeless = list[int](), list[int](), list[int]()
        for row, cell in enumerate(cells):
            stages = self._stages(row, use.meaning)
            own = [stage for stage in stages or () if stage in facts]
            given = {
                stage: one for stage, column in there.items() if (one := column[row]) is not None
            }
            if cell is None or any(stage in own or not _zero(given[stage]) for stage in given):
                continue
            if use.mixed in own and not _zero(cell):
                taken[use.mixed][row] = cell
            elif own and (len(stages or ()) == 1 or _zero(cell)):
                for stage in own:
                    taken[stage][row] = cell
            elif own:
                asked.append(row)
            elif not _zero(cell):
                (homeless if stages is None else unused).append(row)
        for stage, fact in facts.items():
            if taken[stage]:
                self._take(fact, use, taken[stage])
        self._say_by_type(use, taken, unused)
        self._ask(use, asked, homeless)

    # ── sums ───────────────────────────────────────────────────────────────────────

    def _numbers(self, use: ColumnUse, fact: Fact) -> list[Fraction | None]:
        """The figures of a column of the table before, in the fact's own unit."""
        match = Match(fact, use.meaning.factor, unit=use.meaning.unit)
        column = column_of(match, self.raw.columns[use.heading], strict=self.raw.strict)
        return [None if x is None else Fraction(repr(x)) for x in column.values]

    def held_against(self, use: ColumnUse) -> None:
        """Say where a figure without a stage is not the sum of those with one, of a row's own stages."""
        facts = dict(zip(use.meaning.stages, use.meaning.facts, strict=True))
        own = {
            stage: self._numbers(one, fact)
            for stage, fact in facts.items()
            for one in self.uses.values()
            if one.meaning.kind == "fact" and one.meaning.fact == fact
        }
        if not own or not use.meaning.facts[0].figure:
            return
        for row, total in enumerate(self._numbers(use, use.meaning.facts[0])):
            parts = [x for numbers in own.values() if (x := numbers[row]) is not None]
            stages = [stage for stage in self._stages(row, use.meaning) or () if stage in facts]
            whole = all(stage in own and own[stage][row] is not None for stage in stages)
            self._compare(use, row, total, parts, whole=whole)

    def repeated(self, use: ColumnUse, first: ColumnUse) -> None:
        """Say where a total that is repeated differs; it stands in where the first is blank."""
        fact = use.meaning.facts[0]
        mine, other = self._numbers(use, fact), self._numbers(first, fact)
        for row, (total, before) in enumerate(zip(mine, other, strict=True)):
            self._compare(use, row, total, [] if before is None else [before], whole=True)
        if len(use.meaning.facts) == 1:
            there, cells = self._there(fact), self.written(use.heading)
            found = {row: cell for row, cell in enumerate(cells) if there[row] is None}
            self._take(fact, use, {row: cell for row, cell in found.items() if cell is not None})

    def _compare(
        self,
        use: ColumnUse,
        row: int,
        total: Fraction | None,
        parts: Sequence[Fraction],
        *,
        whole: bool,
    ) -> None:
        """whole: nothing is missing of the parts; else they may be less than the total."""
        added = sum(parts, Fraction(0))
        if total is None or not parts or total == added or (added < total and not whole):
            return
        message = say(
            "“{h}”是{t}，各部分之和是{a}", h=show(use.heading), t=_plain(total), a=_plain(added)
        )
        expected = msg("核对合计与各部分；评估用各部分的数")
        where = self._cell(row, use.heading)
        names = use.meaning.names
        self.problems.append(where.warning("total_disagrees", message, expected, names))

    def banded(self, uses: Sequence[ColumnUse]) -> None:
        """The columns of the bands as one list a row."""
        uses = sorted(uses, key=lambda use: use.meaning.item)
        first, lists, short = uses[0], list[object](), list[int]()
        for row, cells in enumerate(zip(*(self.written(use.heading) for use in uses), strict=True)):
            gaps = sum(cell is None for cell in cells)
            lists.append(None if gaps else list(cells))
            if 0 < gaps < len(cells):
                short.append(row)
        if len(first.meaning.facts) > 1:
            self.by_type(first, lists)
        else:
            fact = first.meaning.facts[0]
            self._take(fact, first, {row: one for row, one in enumerate(lists) if one is not None})
        if short:
            message = plural(
                len(short), "{f}：有{n}行只填了一部分，按缺失处理", f=first.meaning.facts[0].label
            )
            expected = msg("没有这种班额的填0；空白都表示0的，用 --blank-is-zero 说明")
            where = self._cell(short[0], first.heading)
            self.problems.append(
                where.warning("incomplete_list", message, expected, first.meaning.names)
            )

    def added_up(self, uses: Sequence[ColumnUse]) -> None:
        """What the stages have of a fact of the whole school, where each of its stages has something."""
        fact = uses[0].meaning.facts[0]
        needed, there = stages_of(fact), self._there(fact)
        columns = {use.meaning.part: self._numbers(use, fact) for use in uses}
        sums: dict[int, object] = {}
        short: list[int] = []
        for row in range(self.raw.height):
            given = {s: x for s, numbers in columns.items() if (x := numbers[row]) is not None}
            stages = {s for s in self._stages(row, uses[0].meaning) or () if s in needed}
            if not given or there[row] is not None:
                continue
            if stages and stages <= given.keys():
                sums[row] = _plain(sum(given.values(), Fraction(0)))
            else:
                short.append(row)
        quoted = msg("、").join(f"“{show(use.heading)}”" for use in uses)
        if sums:
            summed = replace(uses[0], meaning=replace(uses[0].meaning, factor=Fraction(1)))
            self._take(fact, summed, sums)
            message = plural(len(sums), "{names}相加为{f}（{n}所）", names=quoted, f=fact.label)
            expected = msg("请核对")
            where = self.raw.of_heading(uses[0].heading)
            self.problems.append(where.warning("stages_added", message, expected, (fact.name,)))
        if short:
            message = plural(len(short), "{names}：有{n}行缺一个学段的数，没有相加", names=quoted)
            expected = say("填全各学段，或另写一列{f}", f=fact.label)
            where = self._cell(short[0], uses[0].heading)
            self.problems.append(where.warning("stage_not_told", message, expected, (fact.name,)))

    # ── what is said ───────────────────────────────────────────────────────────────

    def _cell(self, row: int, heading: str) -> Location:
        place = self.raw.cell(row, heading)
        return Location(place.file, place.at, place.county, place.year, self._codes[row])

    def _say_by_type(
        self, use: ColumnUse, taken: Mapping[str, Mapping[int, object]], unused: Sequence[int]
    ) -> None:
        counts = [
            plural(len(rows), "{stage}{n}所", stage=_stage_word(stage))
            for stage, rows in taken.items()
            if rows
        ]
        pairs = zip(use.meaning.stages, use.meaning.facts, strict=True)
        names = tuple(fact.name for stage, fact in pairs if taken[stage])
        if counts:
            message = say(
                "“{h}”未写学段，按办学类型计入：{stages}",
                h=show(use.heading), stages=msg("、").join(counts),
            )  # fmt: skip
            where = self.raw.of_heading(use.heading)
            expected = msg("请核对；有误的，分学段各写一列")
            self.problems.append(where.warning("stage_by_type", message, expected, names))
        if unused:
            message = plural(
                len(unused), "“{h}”有{n}所学校的数不归任何数据项，未使用", h=show(use.heading)
            )
            where = self._cell(unused[0], use.heading)
            expected = msg("高中、职业学校等的数，评估不用")
            self.problems.append(where.warning("figure_not_used", message, expected))

    def _ask(self, use: ColumnUse, asked: Sequence[int], homeless: Sequence[int]) -> None:
        """Name figures that belong to several stages, or to a school of which nobody knows the stages."""
        cells, pairs = (
            _listed(self.raw.columns[use.heading]),
            list(zip(use.meaning.stages, use.meaning.facts, strict=True)),
        )
        for row in islice(asked, EXPLAINED_ROWS):
            stages = self._stages(row, use.meaning) or ()
            message = say("“{h}”的{v}未分学段，没有采用", h=show(use.heading), v=show(cells[row]))
            expected = say("分开填{stages}", stages=msg("、").join(map(_stage_word, stages)))
            names = tuple(fact.name for stage, fact in pairs if stage in stages)
            where = self._cell(row, use.heading)
            self.problems.append(where.warning("stage_not_told", message, expected, names))
        if homeless:
            message = plural(
                len(homeless), "“{h}”未写学段，有{n}行不知办学类型，没有采用", h=show(use.heading)
            )
            expected = msg("填写办学类型，或分学段各写一列")
            where = self._cell(homeless[0], use.heading)
            self.problems.append(
                where.warning("stage_not_told", message, expected, use.meaning.names)
            )


def _listed(cells: Cells) -> list[object]:
    return list(cells)


def _written(cells: Cells) -> list[object]:
    return [None if says_nothing(cell) else cell for cell in cells]


def _zero(cell: object) -> bool:
    """Whether a figure is zero, which every stage has of it; a list, all of them."""
    if isinstance(cell, list):
        return all(map(_zero, cell))
    return str(cell).strip(BLANKS) in ("0", "0.0")


def _plain(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def _stage_word(stage: str) -> str:
    return stage_words().get(stage) or msg("特殊教育学校")
