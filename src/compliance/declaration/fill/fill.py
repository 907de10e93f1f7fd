"""A form filled in for one county: every blank asked of its figures, every gap remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from compliance.declaration.fill.amounts import NONE, Amount, blank, finer
from compliance.declaration.fill.county_view import County
from compliance.declaration.fill.data_warnings import suspects
from compliance.declaration.fill.evaluate import Figures
from compliance.declaration.fill.filled_form import (
    Cell,
    Filled,
    FilledTable,
    Head,
    Line,
    Misread,
    Missing,
    Paper,
)
from compliance.declaration.fill.rule_outcomes import why
from compliance.declaration.fill.school_lines import Spellings, unit_lines
from compliance.declaration.form.form import Form, Row, Table
from compliance.declaration.form.placeholders import Sentence
from compliance.engine.evaluate import Bench, by_county
from compliance.kernel.errors import PackError, Problem
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import FAIL, NOT_APPLICABLE, PASS

_SHORT = 24


def papers(
    form: Form, bench: Bench, titles: Mapping[str, str], changes: Sequence[str] = (),
    problems: Sequence[Problem] = (), spellings: Spellings = MappingProxyType({}),
) -> Iterator[Paper]:  # fmt: skip
    """The form of every county on the bench, in order.

    titles: fact → heading in the current language. changes: what makes this judgement differ from
    the usual one, a sentence each. problems: what reading and judging found doubtful. spellings:
    fact → folded word a county may write → what it stands for. Raises PackError where the form asks for what
    the rule set does not have.
    """
    for index in bench.frames.county["county"]:
        county = County(bench, index)
        paper = _Filling(form, Figures(form, county), titles, spellings).paper(changes)
        yield replace(paper, suspect=tuple(suspects(form, county, problems, titles)))


class _Filling:
    """One county's form in the making."""

    def __init__(
        self, form: Form, figures: Figures, titles: Mapping[str, str], spellings: Spellings
    ) -> None:
        self._form, self._figures, self._titles = form, figures, titles
        self._spellings = spellings

    def paper(self, changes: Sequence[str]) -> Paper:
        row, rules = self._figures.county.row, self._figures.county.bench.ruleset
        tables = tuple(self._tables())
        return Paper(
            county_code=row["county_code"],
            county_name=row["county_name"],
            year=row["year"],
            title=str(self._form.title),
            lead=tuple(self._sentence(one, "lead") for one in self._form.lead),
            tables=tables,
            missing=tuple(dict.fromkeys(one for t in tables for one in self._missing(t))),
            misread=tuple(one for table in tables for one in _misread(table)),
            about=(
                say(
                    "依据：{title}（{layers}），{day}。",
                    "Basis: {title} ({layers}), {day}.",
                    title=pick(rules.title, rules.title_en),
                    layers=" → ".join(rules.layers),
                    day=self._figures.county.bench.as_of.isoformat(),
                ),
                *changes,
                *self._relaxed(),
            ),
        )

    def _relaxed(self) -> Iterator[str]:
        """What is met only by relaxations, a sentence a rule."""
        county = self._figures.county
        known = county.bench.ruleset
        for rule in known.rules.values():
            rows = [row for row in county.outcome(rule.id) if row["relaxed_by"]]
            names = dict.fromkeys(name for row in rows for name in row["relaxed_by"].split(","))
            labels = (known.switches[one].label if one in known.switches else one for one in names)
            if rows:
                yield say(
                    "只因放宽规定而达标：{rule}，{n}处（{by}）。",
                    "Met only by a relaxation: {rule}, {n} times ({by}).",
                    rule=rule.label,
                    n=len(rows),
                    by=say("；", "; ").join(labels),
                )

    def _tables(self) -> Iterator[FilledTable]:
        name = ""
        for table in self._form.tables:
            name = str(table.title) or name
            yield self._table(table, name)

    def _table(self, table: Table, name: str) -> FilledTable:
        columns = (*table.labels, *table.columns)
        return FilledTable(
            key=table.key,
            kind=table.kind,
            sheet=str(table.sheet),
            title=str(table.title),
            name=name,
            below=table.below,
            labels=len(table.labels),
            heads=tuple(Head(str(c.heading), str(c.group), c.code, c.width) for c in columns),
            lines=tuple(self._lines(table)),
            notes=(
                *(self._sentence(note, "note") for note in table.notes),
                *(Cell((one,), "note") for one in self._judged_otherwise(table)),
            ),
            remark=_beginnings(table),
        )

    def _judged_otherwise(self, table: Table) -> Iterator[str]:
        """Which rows were judged by a rule of an extending set, whatever the form calls them."""
        rules = self._figures.county.bench.ruleset.rules
        for row in table.rows:
            rule = rules.get(row.rule)
            if rule is not None and row.label and rule.label != str(row.label[0]):
                yield say(
                    "{n}按{by}的规定判定：{title}。",
                    "{n} is judged by {by}: {title}.",
                    n=row.ordinal,
                    by=rule.given_by or rule.given_by_id,
                    title=rule.label,
                )

    def _lines(self, table: Table) -> Iterator[Line]:
        if table.kind == "units":
            yield from unit_lines(self._form, table, self._figures.county, self._spellings)
        for row in table.rows:
            yield self._clause(table, row) if table.kind == "clauses" else self._row(table, row)

    def _row(self, table: Table, row: Row) -> Line:
        labels = tuple(str(one) for one in row.label)
        cells = [Cell((one,), "label") for one in labels]
        for column, asked in zip(table.columns, row.values, strict=True):
            if asked is None:
                cells.append(Cell((NONE,), "label"))
                continue
            decimals = column.decimals if row.decimals is None else row.decimals
            filled = Filled(self._figures.of(asked), decimals, self._form.blank)
            cells.append(Cell((filled,), "value", shaded=filled.amount.met is False))
        return Line(tuple(cells), labels, " ".join(labels))

    def _clause(self, table: Table, row: Row) -> Line:
        rule = self._figures.county.bench.ruleset.rules.get(row.rule)
        if rule is None or row.sentence is None:
            line = self._form.line(f'rule = "{row.rule}"')
            raise PackError(
                say(
                    "申报表提到规则集没有的规则 {rule}",
                    "the form asks for rule {rule}, which the rule set does not have",
                    rule=row.rule,
                ),
                where=f"{self._form.path.name}:{line}",
            )
        title = str(row.label[0]) if row.label else rule.label
        name = f"{row.ordinal}{title}"
        mark = self._mark(table, rule.id)
        cells = (
            Cell((name,), "name"),
            self._sentence(row.sentence, "sentence"),
            Cell((Filled(mark, 0, self._form.blank),), "mark", shaded=mark.met is False),
        )
        return Line(cells, (row.ordinal, title), _short(name))

    def _mark(self, table: Table, rule_id: str) -> Amount:
        """Whether the county meets a rule, as the form says it."""
        county = self._figures.county
        states = dict(by_county(county.bench, county.bench.outcome(rule_id)).iter_rows())
        status = states[county.index]
        if status in (PASS, FAIL):
            return Amount(
                text=str(table.met if status == PASS else table.unmet), met=status == PASS
            )
        if status == NOT_APPLICABLE:
            return Amount(text=NONE)
        return blank(why(county, county.outcome(rule_id)))

    def _sentence(self, sentence: Sentence, role: str) -> Cell:
        return Cell(
            tuple(
                one
                if isinstance(one, str)
                else Filled(self._figures.of(one.reference), one.decimals, self._form.blank)
                for one in sentence.pieces
            ),
            role,
        )

    def _missing(self, table: FilledTable) -> Iterator[Missing]:
        """Every blank cell with what it waits for, one entry a cell and fact."""
        for where, place, filled in blanks(table):
            if filled.amount.known:
                continue
            lacks = sorted(filled.amount.lacks, key=lambda one: (one.fact, one.why))
            for (fact, reason), group in groupby(lacks, key=lambda one: (one.fact, one.why)):
                title = self._titles.get(fact, fact)
                what = "：".join(filter(None, (title, reason))) if fact else reason
                schools = dict.fromkeys(one.school_name or one.school_code for one in group)
                known = tuple(filter(None, schools))
                yield Missing(table.name, where, what, known, f"{table.sheet} {place}")


def _short(title: str) -> str:
    """A clause's title as a message calls it."""
    return title if len(title) <= _SHORT else f"{title[: _SHORT - 1]}…"


def _beginnings(table: Table) -> tuple[str, ...]:
    """What the remarks of a table of units begin with."""
    one = table.remark
    if one is None:
        return ()
    words = (one.met, one.near, one.short, one.open)
    return tuple(str(word).replace("{names}", "").rstrip("：: ") for word in words)


def blanks(table: FilledTable) -> Iterator[tuple[str, str, Filled]]:
    """Every place of a table that is filled in: how a message calls its cell, and its item alone.

    The item is that of all schools alike: the column in a table of units, the line in one of clauses.
    """
    for line in table.lines:
        if line.band:
            continue
        for head, cell in zip(table.heads, line.cells, strict=True):
            where = " ".join(filter(None, (line.name, head.name)))
            short = " ".join(filter(None, (line.name, head.code or head.name)))
            item = {"units": head.name, "clauses": line.name}.get(
                table.kind, short if line.name else head.name
            )
            yield from ((where, item, one) for one in dict.fromkeys(cell.filled))
    note_name = say("表注", "note")
    for note in table.notes:
        yield from ((note_name, note_name, one) for one in dict.fromkeys(note.filled))


def _misread(table: FilledTable) -> Iterator[Misread]:
    for where, _, filled in blanks(table):
        exact = finer(filled.amount, filled.decimals)
        if exact:
            yield Misread(table.name, where, filled.text, exact, bool(filled.amount.met))
