"""What the blanks of a form ask of one county: its own figures, and what its rules found.

    [figure.x] count = "school" | "unit" | RULE   where = {…}    rows (of a rule: its subjects)
    [figure.x] sum = "fact"  from = the same      where = {…}    the sum of a fact over them
    [figure.x] add = ["a", "b"]                                  a + b
    [figure.x] share = ["a", "b"]                                100 × a ÷ b
    [figure.x] divide = "a"  by = 10000                          a ÷ 10000
    [figure.x] listed = "monitoring"  subject = ["…"]  field = "level"  take = "least" | "most"

A row that cannot be told to count, or whose fact is blank, leaves the figure blank and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction

import polars as pl

from compliance.declaration.county import CountyView, Row, counting, near
from compliance.declaration.filled_form import NONE, Entry, MissingFigure, blank
from compliance.declaration.form import DeclarationForm, FigureReference, FormFigure
from compliance.engine.exact_arithmetic import root_exactly, typed
from compliance.engine.kinds.dispersion import moments_exactly
from compliance.facts.fact import NOT_INVOLVED as NOBODY
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NOT_APPLICABLE,
    NOT_CHECKED,
    NOT_INVOLVED,
    PASS,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language import conditions
from compliance.rules.language.conditions import Where
from compliance.rules.language.model import Rule

_OPEN = (UNKNOWN, NOT_CHECKED, ERROR)
_SCOPES = ("school", "unit")
_PART_MET = {"pass": True, "fail": False}


class CountyFigures:
    """Everything the blanks of a form can ask of one county."""

    def __init__(self, form: DeclarationForm, county: CountyView) -> None:
        self.form, self.county, self._rules = form, county, county.rules
        self._moments: dict[tuple[str, object], tuple[Fraction, Fraction]] = {}

    def of(self, asked: FigureReference) -> Entry:
        """What a reference asks for; of a county that may lack a row only what it states itself.

        Raises PackError where the rule set does not know it.
        """
        counted = asked.name in self.form.figures or asked.name in self._rules.tallies
        if self.county.withheld and (counted or asked.kind not in ("", "note")):
            return self.county.waits_for_rows()
        try:
            return self._of_rule(asked) if asked.kind else self._named(asked.name)
        except LookupError as error:
            what = str(error.args[0])
            places = [str(asked)] if asked.kind else [what, asked.name]
            raise self.form.unknown(what, *places) from error

    def _named(self, name: str) -> Entry:
        """A figure of the form, else a fact, tally or indicator of the county."""
        county = self.county
        if name in self.form.figures:
            return self._of_form(self.form.figures[name])
        if name in county.row:
            given = county.row[name]
            if name in (county.row[NOT_INVOLVED] or ()):
                return Entry(text=NOBODY)
            if given is None:
                return blank(list(county.missing_of_county(name)) or [MissingFigure(name)])
            return Entry(text=given) if isinstance(given, str) else Entry(typed(given))
        if name not in self._rules.indicators:
            raise LookupError(name)
        worked = county.quotient(name)
        if worked is not None:
            return Entry(worked)
        one = self._rules.indicators[name]
        inner = [*one.of.facts, *(one.over.facts if one.over else ())]
        return blank(lack for fact in inner for lack in self._named(fact).missing)

    # figures of the form

    def _of_form(self, figure: FormFigure) -> Entry:
        if figure.count:
            return self._count(figure)
        if figure.total:
            return self._total(figure)
        return self._listed(figure) if figure.listed else self._worked_out(figure)

    def _worked_out(self, figure: FormFigure) -> Entry:
        """A figure from others; what does not apply to one of them does not to it."""
        found = [self._named(name) for name in figure.members]
        missing = [lack for one in found for lack in one.missing]
        numbers = [one.number for one in found if one.number is not None]
        if missing:
            return blank(missing)
        if any(one.text for one in found) or (figure.share and not numbers[1]):
            return Entry(text=NONE)
        if figure.divide:
            return Entry(numbers[0] / Fraction(figure.by))
        return Entry(100 * numbers[0] / numbers[1] if figure.share else sum(numbers, Fraction(0)))

    def _count(self, figure: FormFigure) -> Entry:
        scope, rows = self._rows(figure.count, figure.where)
        missing = self._untold(figure.count, scope, figure.where, rows)
        return blank(missing) if missing is not None else Entry(Fraction(rows.height))

    def _total(self, figure: FormFigure) -> Entry:
        fact = figure.total
        scope, rows = self._rows(figure.scope, figure.where)
        _know([fact], rows)
        incomplete = rows.filter(pl.col("_counts").is_null() | pl.col(fact).is_null())
        if incomplete.height:
            untold = self._untold(figure.scope, scope, figure.where, incomplete)
            return blank([*(untold or ()), *self.county.missing_in(incomplete, scope, [fact])])
        return Entry(sum((typed(one) or Fraction(0) for one in rows[fact]), Fraction(0)))

    def _listed(self, figure: FormFigure) -> Entry:
        """A field of the entry of one subject; of several entries the least or the most."""
        table: pl.DataFrame = getattr(self.county.evaluation.submission, figure.listed)
        _know([figure.field], table)
        own = self.county.listed(table).filter(pl.col("subject").is_in(list(figure.subject)))
        if own.height and (own["level"] == 0).all():  # not monitored
            return Entry(text=NONE)
        values = own.filter(pl.col("level").ne_missing(0))[figure.field]
        if not own.height or values.null_count():
            return blank([MissingFigure(f"{figure.listed}.{figure.subject[0]}")])
        value = typed(values.max() if figure.take == "most" else values.min())
        if value is None or not figure.numerals:
            return Entry(value)
        words, place = self.form.numerals, int(value)
        return Entry(text=words[place]) if 0 <= place < len(words) else Entry(value)

    def _rows(self, scope: str, where: Where) -> tuple[str, pl.DataFrame]:
        """The rows of a scope that count; of a rule: of the subjects that it applies to."""
        if scope in _SCOPES:
            _know(conditions.facts(where), self.county.frame(scope))
            return scope, self.county.rows(scope, where)
        if scope not in self._rules.rules:
            raise LookupError(scope)
        rule = self._rules.rules[scope]
        _know(conditions.facts(where), self.county.frame(rule.scope, rule))
        subjects = self.county.evaluation.subjects(rule).select(rule.scope)
        frame = self.county.rows(rule.scope, where, rule=rule).join(
            subjects, on=rule.scope, how="semi", maintain_order="left"
        )
        if rule.where:
            frame = counting(frame, conditions.matches(rule.where) & pl.col("_counts"))
        return rule.scope, frame

    def _untold(
        self, asked: str, scope: str, where: Where, rows: pl.DataFrame
    ) -> list[MissingFigure] | None:
        """What is missing where it cannot be told whether a row counts; None where it always can."""
        rows = rows.filter(pl.col("_counts").is_null())
        if not rows.height:
            return None
        names, rule = conditions.facts(where), self._rules.rules.get(asked)
        names += conditions.facts(rule.where) if rule is not None else []
        return list(self.county.missing_in(rows, scope, names))

    # what a rule found

    def _of_rule(self, asked: FigureReference) -> Entry:
        """What a reference to a rule asks for. Raises LookupError for no such rule or part."""
        if asked.kind == "average":
            return self._average(asked)
        if asked.name not in self._rules.rules:
            raise LookupError(asked.name)
        return _OF_RULE[asked.kind](self, self._rules.rules[asked.name], asked)

    def _value(self, rule: Rule, asked: FigureReference) -> Entry:
        row, county = self._only(rule, asked), self.county
        coefficient = rule.form.coefficient
        if asked.part and not coefficient:
            return self._part(rule, row, asked.part)
        if row["status"] == NOT_APPLICABLE and (row["value"] is None or not coefficient):
            return Entry(text=NONE)
        if row["value"] is None or row["status"] == UNKNOWN:
            return blank(self._waits(rule, row) if coefficient else county.open([row]))
        if coefficient:
            mean, variance = self._moments_of(rule, row["stage"])
            return county.judged(rule, row, root_exactly(variance / mean**2))
        return county.judged(rule, row, county.quotient(rule.indicator) if rule.indicator else None)

    def _only(self, rule: Rule, asked: FigureReference) -> Row:
        """The one row of a rule's outcome. Raises LookupError where there are several."""
        rows = self.county.outcome(rule.id, asked.stage)
        if len(rows) != 1:
            raise LookupError(asked.name)
        return rows[0]

    def _part(self, rule: Rule, row: Row, key: str) -> Entry:
        place = next((n for n, part in enumerate(rule.parts) if part.key == key), None)
        if place is None:
            raise LookupError(f"{rule.id}.{key}")
        indicator, found = rule.parts[place].indicator, (row["parts"] or [])[place]
        if found["status"] == "not_applicable":
            return Entry(text=NONE)
        if found["value"] is None or found["status"] == "unknown":
            own = self._rules.references.behind(indicator) if indicator else ("",)
            needs = [fact for fact in row["missing"] or () if fact.endswith(own)]
            missing = [lack for fact in needs for lack in self.county.missing_of_county(fact)]
            return blank(missing or list(self.county.missing(row)))
        worked = self.county.quotient(indicator) if indicator else None
        held = None if found["threshold"] is None else (found["operator"], found["threshold"])
        met = _PART_MET.get(found["status"])
        return Entry(near(worked, found["value"]), met=met, bar=held)

    def _mean(self, rule: Rule, asked: FigureReference) -> Entry:
        row = self._only(rule, asked)
        if row["mean"] is not None:
            mean, _ = self._moments_of(rule, row["stage"])
            return Entry(near(mean, row["mean"]))
        idle = row["status"] == NOT_APPLICABLE
        return Entry(text=NONE) if idle else blank(self._waits(rule, row))

    def _moments_of(self, rule: Rule, stage: object) -> tuple[Fraction, Fraction]:
        """X̄ and S² of a stage, exactly; a form asks for those of one rule several times."""
        asked = (rule.id, stage)
        if asked not in self._moments:
            found = moments_exactly(rule, self.county.evaluation, self.county.index, stage)
            self._moments[asked] = found
        return self._moments[asked]

    def _waits(self, rule: Rule, row: Row) -> list[MissingFigure]:
        """What a coefficient waits for: what the units lack by the rule it is of, else its own facts."""
        rows = [one for name in rule.of for one in self.county.outcome(name, row["stage"])]
        missing = self.county.open(rows) or self.county.open([row])
        return missing or [MissingFigure("", why=msg("无法计算"))]

    def _average(self, asked: FigureReference) -> Entry:
        """The plain mean of several rules' values, for information."""
        names = asked.name.split("+")
        found = [self._of_rule(FigureReference("value", name, "", asked.stage)) for name in names]
        numbers = [one.number for one in found if one.number is not None]
        if len(numbers) == len(found):
            return Entry(sum(numbers, Fraction(0)) / len(numbers))
        if any(one.text for one in found):
            return Entry(text=NONE)
        return blank(lack for one in found for lack in one.missing)

    def _of_status(self, states: Collection[int], rule: Rule, asked: FigureReference) -> Entry:
        rows = self.county.outcome(rule.id, asked.stage)
        if any(row["status"] in _OPEN for row in rows):
            return blank(self.county.open(rows))
        return Entry(Fraction(sum(row["status"] in states for row in rows)))

    def _units(self, rule: Rule, asked: FigureReference) -> Entry:
        rows = self.county.outcome(rule.id, asked.stage)
        return Entry(Fraction(sum(row["status"] != NOT_APPLICABLE for row in rows)))

    def _share(self, rule: Rule, asked: FigureReference) -> Entry:
        met, units = self._of_status((PASS,), rule, asked), self._units(rule, asked)
        if met.number is None or units.number is None:
            return met
        if not units.number:
            return Entry(text=NONE)
        all_met = None if rule.role == "component" else met.number == units.number
        return Entry(100 * met.number / units.number, met=all_met)

    def _over(self, rule: Rule, asked: FigureReference) -> Entry:
        """How many items (classes) are over the limit; blank where only the largest is known to be."""
        rows = self.county.outcome(rule.id, asked.stage)
        counted, missing = Fraction(0), self.county.open(rows)
        for row in rows:
            if row["over_count"] is not None:
                counted += typed(row["over_count"]) or 0
            elif row["status"] in (FAIL, WAIVED):
                fact = f"{row['stage']}_{rule.settings.list}"
                missing += self.county.missing_at(fact, row["school"])
        return blank(missing) if missing else Entry(counted)

    def _note(self, rule: Rule, _: FigureReference) -> Entry:
        """What was stated with an attestation: its remark, and the documents it names."""
        given = self.county.listed(self.county.evaluation.submission.attestations)
        for row in given.filter(pl.col("rule") == rule.attested_as).iter_rows(named=True):
            documents = msg("、").join(one for one in row["evidence"] or () if one)
            evidence = say("佐证材料：{p}", p=documents) if documents else ""
            if row["note"] or evidence:
                return Entry(text=msg("；").join(filter(None, (row["note"], evidence))))
        return blank([MissingFigure("", why=msg("结论由县填写"))])


_OF_RULE: Mapping[str, Callable[[CountyFigures, Rule, FigureReference], Entry]] = {
    "value": CountyFigures._value,
    "mean": CountyFigures._mean,
    "met": lambda figures, *asked: figures._of_status((PASS,), *asked),
    "failing": lambda figures, *asked: figures._of_status((FAIL, WAIVED), *asked),
    "share": CountyFigures._share,
    "units": CountyFigures._units,
    "over": CountyFigures._over,
    "note": CountyFigures._note,
}


def _know(names: Iterable[str], table: pl.DataFrame) -> None:
    """LookupError for a name that the table has not."""
    for name in names:
        if name not in table.columns:
            raise LookupError(name)
