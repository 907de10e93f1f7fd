"""Forms filled in: for the counties in files, judged by their rule sets; every blank asked of its county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from compliance.assessment.scope import OUTSIDE, Outside, beside, named_schools
from compliance.checker import Batch, Choice, judged, prepare
from compliance.checker.waivers import outcomes, waiver_problems
from compliance.declaration.asked import asked_by, facts_asked
from compliance.declaration.county import CountyView, Row
from compliance.declaration.figures import CountyFigures
from compliance.declaration.filled_form import (
    NONE,
    BlankCell,
    DoubtfulFigure,
    Entry,
    FilledBlank,
    FilledCell,
    FilledForm,
    FilledLine,
    FilledTable,
    MisleadingFigure,
    MissingFigure,
    TableHeading,
    blank,
)
from compliance.declaration.form import (
    DeclarationForm,
    FormColumn,
    FormRow,
    FormTable,
    Sentence,
    UnitRemark,
    form_for,
)
from compliance.declaration.submitted_form import folded
from compliance.engine import verdicts
from compliance.engine.evaluate import Evaluation, by_county
from compliance.engine.exact_arithmetic import typed
from compliance.engine.waiver_hits import Hit, hits
from compliance.facts.vocabulary import Vocabulary, titles
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import LANGUAGES, lang, msg, msg_in, pick, say, use
from compliance.kernel.labels import status_words
from compliance.kernel.submission import (
    COMPULSORY,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    STATUSES,
    UNKNOWN,
    WAIVED,
)
from compliance.ledger.days import DaysAsked
from compliance.plugins.registry import Registry
from compliance.render import phrases
from compliance.render.documents.text import truncated
from compliance.render.rectification.cells import dates
from compliance.rules.language.model import Rule

_UNDATED = DaysAsked()
_SHORT = 24  # letters of a clause's title in a message
Spellings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A county's filled form and where its rule set keeps templates that replace ours.

    spoken: the same form in every language, for one that the county wrote in another.
    """

    form: FilledForm
    template_dirs: tuple[Path, ...]
    spoken: tuple[FilledForm, ...]


def declarations(
    paths: Sequence[Path],
    registry: Registry,
    choice: Choice,
    days: DaysAsked = _UNDATED,
    *,
    spoken: bool = False,
) -> tuple[Batch, list[Declaration]]:
    """What lies ready to be judged, and the filled form of every county that can be, in order.

    days: those that are told beside it. spoken: in every language, to be compared with a county's own.
    Raises UsageError where a rule set has no form, PackError where a form is faulty or asks for what
    the rule set does not have, and what `checker.prepare` raises.
    """
    batch = prepare(paths, registry, choice)
    languages = [lang(), *(one for one in LANGUAGES if spoken and one != lang())]
    made, named = [], list[Hit]()
    for job in batch.jobs:
        evaluation, form = judged(job, registry, choice), form_for(job.rules)
        problems = (*batch.problems, *verdicts.remarks(evaluation))
        named += hits(evaluation)
        written = []
        for language in languages:
            with use(language):
                written.append(_filled(form, evaluation, batch.vocabulary, problems, choice, days))
        made += [
            Declaration(alike[0], job.rules.template_dirs, alike)
            for alike in zip(*written, strict=True)
        ]
    idle = waiver_problems(outcomes(choice.waivers, named, batch.jobs))
    batch = batch._replace(problems=(*batch.problems, *idle))
    return batch, sorted(made, key=lambda one: (one.form.county_code, one.form.year))


def _filled(
    form: DeclarationForm,
    evaluation: Evaluation,
    words: Vocabulary,
    problems: Sequence[Problem],
    choice: Choice,
    days: DaysAsked,
) -> list[FilledForm]:
    """The form of every county of a job in the current language.

    problems: what reading and judging found doubtful.
    """
    headings, changes = titles(words), phrases.changes(choice.stated(), [evaluation.ruleset])
    spellings = {  # fact → folded word that a county may write → what it stands for
        name: {folded(word): canonical for word, canonical in fact.words.items()}
        for name, fact in words.school.items()
        if fact.words
    }
    counties = (CountyView(evaluation, index) for index in evaluation.frames.county["county"])
    left_out: dict[tuple[object, object], list[Mapping[str, object]]] = {}
    for row in verdicts.excluded(evaluation):
        left_out.setdefault((row["county_code"], row["year"]), []).append(row)
    return [
        _CountyForm(form, county, headings, spellings).filled(
            days,
            changes,
            problems,
            left_out.get((county.row["county_code"], county.row["year"]), ()),
        )
        for county in counties
    ]


class _CountyForm:
    """One county's form in the making."""

    def __init__(
        self,
        form: DeclarationForm,
        county: CountyView,
        titles_: Mapping[str, str],
        spellings: Spellings,
    ) -> None:
        self._form, self._county = form, county
        self._figures = CountyFigures(form, county)
        self._titles, self._spellings = titles_, spellings

    def filled(
        self,
        asked: DaysAsked,
        changes: Sequence[str],
        problems: Sequence[Problem],
        left_out: Sequence[Mapping[str, object]],
    ) -> FilledForm:
        row, rules = self._county.row, self._county.rules
        lead, cover, signature = (
            tuple(self._sentence(one, "lead") for one in sentences)
            for sentences in (self._form.lead, self._form.cover, self._form.signature)
        )
        tables = tuple(self._tables())
        as_of = self._county.evaluation.as_of.isoformat()
        recorded, kind = (str(row.get(name) or "") for name in ("data_date", "data_kind"))
        basis = say(
            "依据：{title}（{layers}），{day}。",
            title=pick(rules.title, rules.title_en),
            layers=" → ".join(rules.layers),
            day=as_of,
        )
        return FilledForm(
            county_code=row["county_code"],
            county_name=row["county_name"],
            year=row["year"],
            title=str(self._form.title),
            lead=lead,
            cover=cover,
            signature=signature,
            tables=tables,
            blank_cells=tuple(dict.fromkeys(one for t in tables for one in self._blank_cells(t))),
            misleading=tuple(
                MisleadingFigure(table.name, where, filled.text, exact, bool(filled.entry.met))
                for table in tables
                for where, _, filled in table.blanks()
                if (exact := filled.entry.unrounded(filled.decimals))
            ),
            doubtful=tuple(self._doubtful(problems)),
            about=(*filter(None, (self._withheld(),)), dates(asked.of(recorded, kind, as_of)), basis, *changes,
                   *self._relaxed(), *self._outside(left_out),
                   *filter(None, (str(self._form.note),))),
        )  # fmt: skip

    def _withheld(self) -> str:
        """Why the county's figures and verdicts are left blank; empty where they are not."""
        why = self._county.withheld
        return say("{l}，全县的数字和结论留空。", l=why) if why else ""

    def _outside(self, left_out: Sequence[Mapping[str, object]]) -> Iterator[str]:
        """What the form's verdicts do not speak of."""
        county, found = self._county, list[Outside]()
        for rule in county.rules.rules.values():
            if rule.role == "requirement" and (rule.level == "county" or rule.rolls_up):
                rows = county.outcome(rule.id)
                if rule.level != "county":
                    rows = [
                        {"status": min((row["status"] for row in rows), default=NOT_APPLICABLE)}
                    ]
                states = ((row.get("stage") or "", STATUSES[row["status"]]) for row in rows)
                found += [Outside.of(rule, *one) for one in states if one[1] in OUTSIDE]
        if told := beside(found, named_schools(left_out)):
            yield say("不在结论之内：{told}。", told=told)

    def _relaxed(self) -> Iterator[str]:
        """What is met only by relaxations, a sentence a rule."""
        known = self._county.rules
        for rule in known.rules.values():
            rows = [row for row in self._county.outcome(rule.id) if row["relaxed_by"]]
            names = dict.fromkeys(name for row in rows for name in row["relaxed_by"].split(","))
            labels = (known.switches[one].label if one in known.switches else one for one in names)
            if rows:
                yield say(
                    "只因放宽规定而达标：{rule}，{n}处（{by}）。",
                    rule=rule.label,
                    n=len(rows),
                    by=msg("；").join(labels),
                )

    def _tables(self) -> Iterator[FilledTable]:
        name = ""
        for table in self._form.tables:
            name = str(table.title) or name
            columns = (*table.labels, *table.columns)
            yield FilledTable(
                key=table.key,
                kind=table.kind,
                sheet=str(table.sheet),
                title=str(table.title),
                name=name,
                below=table.below,
                labels=len(table.labels),
                headings=tuple(
                    TableHeading(str(c.heading), str(c.group), c.code, c.width) for c in columns
                ),
                lines=tuple(self._lines(table)),
                notes=(
                    *(self._sentence(note, "note") for note in table.notes),
                    *(FilledCell((one,), "note") for one in self._judged_otherwise(table)),
                ),
                remark=_beginnings(table.remark),
            )

    def _judged_otherwise(self, table: FormTable) -> Iterator[str]:
        """Which rows were judged by a rule of an extending set, whatever the form calls them."""
        for row in table.rows:
            rule = self._county.rules.rules.get(row.rule)
            if rule is not None and row.label and rule.label != str(row.label[0]):
                yield say(
                    "{n}按{by}的规定判定：{title}。",
                    n=row.ordinal,
                    by=rule.given_by or rule.given_by_id,
                    title=rule.label,
                )

    def _lines(self, table: FormTable) -> Iterator[FilledLine]:
        if table.kind == "units":
            yield from _UnitLines(self._form, table, self._county, self._spellings).lines()
        for row in table.rows:
            yield self._clause(table, row) if table.kind == "clauses" else self._row(table, row)

    def _row(self, table: FormTable, row: FormRow) -> FilledLine:
        labels = tuple(map(str, row.label))
        cells = [FilledCell((one,), "label") for one in labels]
        for column, asked in zip(table.columns, row.values, strict=True):
            if asked is None:
                cells.append(FilledCell((NONE,), "label"))
                continue
            decimals = column.decimals if row.decimals is None else row.decimals
            filled = FilledBlank(self._figures.of(asked), decimals, self._form.blank)
            cells.append(FilledCell((filled,), "value", shaded=filled.entry.met is False))
        return FilledLine(tuple(cells), labels, " ".join(labels))

    def _clause(self, table: FormTable, row: FormRow) -> FilledLine:
        rule = self._county.rules.rules.get(row.rule)
        if rule is None or row.text is None:
            raise self._form.fault(
                say("申报表提到规则集没有的规则 {rule}", rule=row.rule), f'rule = "{row.rule}"'
            )
        title = str(row.label[0]) if row.label else rule.label
        name = f"{row.ordinal}{title}"
        mark = self._mark(table, rule.id)
        cells = (
            FilledCell((name,), "name"),
            replace(
                self._sentence(row.text, "sentence"),
                also=tuple(self._sentence(one, "sentence") for one in row.also),
            ),
            FilledCell((FilledBlank(mark, 0, self._form.blank),), "mark", shaded=mark.met is False),
        )
        return FilledLine(cells, (row.ordinal, title), truncated(name, _SHORT))

    def _mark(self, table: FormTable, rule_id: str) -> Entry:
        """Whether the county meets a rule, as the form says it."""
        county = self._county
        states = dict(by_county(county.evaluation, county.evaluation.outcome(rule_id)).iter_rows())
        state = states[county.index]
        if county.withheld and state == PASS:
            return county.waits_for_rows()
        return _marked(table, state, county, county.outcome(rule_id))

    def _sentence(self, sentence: Sentence, role: str) -> FilledCell:
        return FilledCell(
            tuple(
                one
                if isinstance(one, str)
                else FilledBlank(self._figures.of(one.reference), one.decimals, self._form.blank)
                for one in sentence.pieces
            ),
            role,
        )

    def _blank_cells(self, table: FilledTable) -> Iterator[BlankCell]:
        """Every blank cell with what it waits for, one entry a cell and fact."""
        for where, place, filled in table.blanks():
            missing = () if filled.entry.known else filled.entry.missing
            ordered = sorted(missing, key=lambda one: (one.fact, one.why))
            for (fact, reason), group in groupby(ordered, key=lambda one: (one.fact, one.why)):
                what = "：".join(filter(None, (fact and self._titles.get(fact, fact), reason)))
                schools = dict.fromkeys(one.school_name or one.school_code for one in group)
                known = tuple(filter(None, schools))
                yield BlankCell(table.name, where, what, known, f"{table.sheet} {place}")

    def _doubtful(self, problems: Sequence[Problem]) -> Iterator[DoubtfulFigure]:
        """The county's warnings about facts the form uses, each once, in the order they were found."""
        row, names = self._county.row, self._county.school_names()
        used = [(str(table.sheet), self._facts(table)) for table in self._form.tables]
        for one in dict.fromkeys(problems):
            mine = one.county_code == row["county_code"] and one.year in (None, row["year"])
            if one.severity != "warning" or not mine:
                continue
            sheets = tuple(dict.fromkeys(sheet for sheet, facts in used if facts & set(one.facts)))
            if not sheets:
                continue
            known = [self._titles[fact] for fact in one.facts if fact in self._titles]
            who = names.get(one.school_code, one.school_code) if one.school_code else ""
            about = (who or msg_in("county", "全县"), msg("、").join(known[:2]))
            said = one.message
            if one.expected:
                said = say("{m}（{e}）", m=one.message, e=one.expected)
            subject = msg("：").join(filter(None, about))
            yield DoubtfulFigure(sheets, subject, said, f"{one.file} {one.at}".strip())

    def _facts(self, table: FormTable) -> set[str]:
        """The facts a table uses, by their names in the submission."""
        rules = self._county.rules
        found = {fact for one in asked_by(table) for fact in facts_asked(self._form, rules, one)}
        return found | {f"{stage}_{name}" for name in found for stage in COMPULSORY}


def _beginnings(remark: UnitRemark | None) -> tuple[str, ...]:
    """What the remarks of a table of units begin with."""
    words = () if remark is None else (remark.met, remark.near, remark.short, remark.open)
    return tuple(str(word).replace("{names}", "").rstrip("：: ") for word in words)


def _marked(table: FormTable, status: int, county: CountyView, rows: Sequence[Row]) -> Entry:
    """A verdict as the table marks it; rows: of the outcome, where it is open."""
    if status in (PASS, FAIL):
        met = status == PASS
        return Entry(text=str(table.met if met else table.unmet), met=met)
    if status == WAIVED:
        return Entry(text=status_words()["waived"], met=False)
    return Entry(text=NONE) if status == NOT_APPLICABLE else blank(county.open(rows))


class _UnitLines:
    """The table school by school: every unit judged, stage after stage, numbered in each.

    A school of two stages stands in both.
    """

    def __init__(
        self, form: DeclarationForm, table: FormTable, county: CountyView, spellings: Spellings
    ) -> None:
        self._form, self._table, self._county = form, table, county
        self._spellings, rules = spellings, county.rules.rules
        self._rules: dict[FormColumn, Rule] = {}
        for column in table.columns:
            kind, _, name = column.value.partition(":")
            if kind == "value" and name not in rules:
                raise form.unknown(column.value)
            if kind == "value":
                self._rules[column] = rules[name]
        if table.rule not in rules:
            raise form.unknown(table.rule)
        self._found = {
            rule.id: {row["unit"]: row for row in county.outcome(rule.id)}
            for rule in self._rules.values()
        }
        units = county.frame("unit", rules[table.rule])
        self._units = {row["unit"]: row for row in units.iter_rows(named=True)}

    def lines(self) -> Iterator[FilledLine]:
        """A band and the units of each stage."""
        for stage, words in self._table.bands.items():
            title, own = str(words), self._county.outcome(self._table.rule, stage)
            count = say("（{n}所）", n=len(own)) if own else msg("（无）")
            band = FilledCell((f"{title}{count}",), "label")
            yield FilledLine((band,), (stage,), title, band=True)
            for number, row in enumerate(own, 1):
                unit = self._units[row["unit"]]
                name = str(unit["school_name"])
                cells = tuple(
                    self._cell(column, number, row, unit) for column in self._table.columns
                )
                yield FilledLine(
                    cells, (stage, name), f"{title}{('' if lang() == 'zh' else ' ')}{number} {name}"
                )

    def _cell(self, column: FormColumn, number: int, row: Row, unit: Row) -> FilledCell:
        kind, _, name = column.value.partition(":")
        role, words = "value", self._spellings.get(name, {}) if kind == "fact" else {}
        if kind == "number":
            return FilledCell((str(number),), "number")
        if kind == "name":
            return FilledCell((str(unit["school_name"]),), "name")
        if kind == "remark" and self._table.remark is not None:
            entry = self._remark(self._table.remark, unit)
            return FilledCell((FilledBlank(entry, 0, ""),), "remark")
        if kind == "fact":
            entry = self._fact(name, unit)
        elif kind == "value":
            entry = self._value(self._rules[column], unit)
        elif kind == "met":
            entry, role = _marked(self._table, row["status"], self._county, [row]), "mark"
        else:
            raise self._form.unknown(column.value)
        filled = FilledBlank(entry, column.decimals, self._form.blank, words)
        return FilledCell((filled,), role, shaded=entry.met is False)

    def _fact(self, name: str, unit: Row) -> Entry:
        if name not in unit:
            raise self._form.unknown(f"fact:{name}")
        given = unit[name]
        if given is None:
            staged = name in self._county.evaluation.frames.staged
            fact = f"{unit['stage']}_{name}" if staged else name
            return blank([MissingFigure(fact, unit["school_code"], unit["school_name"])])
        if isinstance(given, str) and not given.isdigit():
            return Entry(text=given)
        return Entry(typed(given))

    def _value(self, rule: Rule, unit: Row) -> Entry:
        row = self._found[rule.id].get(unit["unit"])
        if row is None or row["status"] == NOT_APPLICABLE:
            return Entry(text=NONE)
        if row["value"] is None or row["status"] == UNKNOWN:
            return blank(self._county.open([row]))
        return self._county.judged(rule, row, self._county.quotients(rule).get(unit["unit"]))

    def _remark(self, words: UnitRemark, unit: Row) -> Entry:
        """Which indicators are met, which reach their floor, which do not, which are open."""
        codes = [column.code or str(column.heading) for column in self._rules]
        found: dict[str, list[int]] = {"met": [], "near": [], "short": [], "open": []}
        for number, rule in enumerate(self._rules.values()):
            row = self._found[rule.id].get(unit["unit"])
            if row is None or row["status"] == NOT_APPLICABLE:
                continue
            place = "met" if row["status"] == PASS else "open"
            if row["status"] in (FAIL, WAIVED):
                place = "near" if row["above_floor"] else "short"
            found[place].append(number)
        said = [
            str(getattr(words, place)).replace("{names}", _listed(codes, numbers))
            for place, numbers in found.items()
            if numbers
        ]
        return Entry(text=msg("；").join(said))


def _listed(codes: Sequence[str], numbers: Sequence[int]) -> str:
    """``L7—L9、L11``: three and more codes in a row are named by the first and the last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = [
        f"{codes[run[0]]}—{codes[run[-1]]}" if len(run) > 2 else codes[number]
        for run in runs
        for number in (run[:1] if len(run) > 2 else run)
    ]
    return msg("、").join(names)
