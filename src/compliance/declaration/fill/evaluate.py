"""Blanks bound to names: figures that the form counts itself, facts, tallies and indicators.

    [figure.x] count = "school" | "unit" | RULE   where = {…}    rows (of a rule: its subjects)
    [figure.x] sum = "fact"  from = the same      where = {…}    the sum of a fact over them
    [figure.x] add = ["a", "b"]                                  a + b
    [figure.x] share = ["a", "b"]                                100 × a ÷ b
    [figure.x] divide = "a"  by = 10000                          a ÷ 10000
    [figure.x] listed = "monitoring"  subject = ["…"]  field = "level"  take = "least" | "most"

A row that cannot be told to count, or whose fact is blank, leaves the figure blank and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, cast

import polars as pl

from compliance.declaration.fill.amounts import NONE, Amount, Lack, blank
from compliance.declaration.fill.county_view import County
from compliance.declaration.fill.rule_outcomes import judged
from compliance.declaration.form.form import Figure, Form
from compliance.declaration.form.placeholders import Reference
from compliance.engine.exact_arithmetic import typed
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import say
from compliance.rules.language import conditions
from compliance.rules.language.conditions import Where

_SCOPES = ("school", "unit")


class Figures:
    """Everything the blanks of a form can ask of one county."""

    def __init__(self, form: Form, county: County) -> None:
        self.form, self.county = form, county

    def of(self, asked: Reference) -> Amount:
        """What a reference asks for. Raises PackError where the rule set does not know it."""
        try:
            return judged(self.county, asked) if asked.kind else self.named(asked.name)
        except LookupError as error:
            what = str(error.args[0])
            places = [str(asked)] if asked.kind else [what, asked.name]
            raise PackError(
                say(
                    "申报表提到规则集没有的 {what}",
                    "the form asks for {what}, which the rule set does not have",
                    what=what,
                ),
                where=f"{self.form.path.name}:{self.form.line(*places)}",
            ) from error

    def named(self, name: str) -> Amount:
        """A figure of the form, else a fact, tally or indicator of the county."""
        if name in self.form.figures:
            figure = self.form.figures[name]
            return _FIGURES[figure.kind](self, figure)
        if name in self.county.row:
            return self._fact(name)
        if name in self.county.bench.ruleset.indicators:
            worked = self.county.quotient(name, None)
            return Amount(worked) if worked is not None else blank(self._needs(name))
        raise LookupError(name)

    def _fact(self, name: str) -> Amount:
        given = self.county.row[name]
        if given is None:
            lacks = list(self.county.of_county(name))
            return blank(lacks or [Lack(name)])
        return Amount(text=given) if isinstance(given, str) else Amount(typed(given))

    def _needs(self, indicator: str) -> list[Lack]:
        one = self.county.bench.ruleset.indicators[indicator]
        names = [*one.of.facts, *(one.over.facts if one.over else ())]
        return [lack for name in names for lack in self.named(name).lacks]

    def rows(self, scope: str, where: Where) -> tuple[str, pl.DataFrame]:
        """The rows of a scope that count; of a rule: of the subjects that it applies to."""
        if scope in _SCOPES:
            _know(conditions.facts(where), self.county.frame(scope))
            return scope, self.county.rows(scope, where)
        if scope not in self.county.bench.ruleset.rules:
            raise LookupError(scope)
        rule = self.county.bench.ruleset.rules[scope]
        _know(conditions.facts(where), self.county.frame(rule.scope, rule))
        subjects = self.county.bench.subjects(rule).select(rule.scope)
        frame = self.county.rows(rule.scope, where, rule=rule).join(
            subjects, on=rule.scope, how="semi", maintain_order="left"
        )
        if rule.where:
            applies = conditions.matches(rule.where)
            frame = frame.with_columns((applies & pl.col("_counts")).alias("_counts"))
            frame = frame.filter(pl.col("_counts").is_null() | pl.col("_counts"))
        return rule.scope, frame


def _know(names: Iterable[str], table: pl.DataFrame) -> None:
    """LookupError for a name that the table has not."""
    for name in names:
        if name not in table.columns:
            raise LookupError(name)


def _where(figure: Figure) -> Where:
    where: Where = cast("Where", figure.settings.get("where", {}))
    return where


def _conditions(figures: Figures, figure: Figure, scope: str) -> list[str]:
    names = conditions.facts(_where(figure))
    known = figures.county.bench.ruleset.rules
    return [*names, *conditions.facts(known[scope].where)] if scope in known else names


def _count(figures: Figures, figure: Figure) -> Amount:
    scope = str(figure.settings["count"])
    frame_of, rows = figures.rows(scope, _where(figure))
    open_rows = rows.filter(pl.col("_counts").is_null())
    if open_rows.height:
        names = _conditions(figures, figure, scope)
        return blank(figures.county.blanks(open_rows, frame_of, names))
    return Amount(Fraction(rows.height))


def _sum(figures: Figures, figure: Figure) -> Amount:
    fact, scope = str(figure.settings["sum"]), str(figure.settings.get("from", "school"))
    frame_of, rows = figures.rows(scope, _where(figure))
    _know([fact], rows)
    incomplete = rows.filter(pl.col("_counts").is_null() | pl.col(fact).is_null())
    if incomplete.height:
        county = figures.county
        open_rows = incomplete.filter(pl.col("_counts").is_null())
        names = _conditions(figures, figure, scope)
        return blank(
            [
                *county.blanks(open_rows, frame_of, names),
                *county.blanks(incomplete, frame_of, [fact]),
            ]
        )
    return Amount(sum((typed(one) or Fraction(0) for one in rows[fact]), Fraction(0)))


def _members(figures: Figures, figure: Figure) -> tuple[list[Fraction], list[Lack], bool]:
    """The numbers of the figures named, what they lack, and whether one does not apply."""
    names: Any = figure.settings[figure.kind]
    found = [figures.named(str(name)) for name in names]
    numbers = [one.number for one in found if one.number is not None]
    return numbers, [lack for one in found for lack in one.lacks], any(one.text for one in found)


def _add(figures: Figures, figure: Figure) -> Amount:
    numbers, lacks, idle = _members(figures, figure)
    if lacks:
        return blank(lacks)
    return Amount(text=NONE) if idle else Amount(sum(numbers, Fraction(0)))


def _share(figures: Figures, figure: Figure) -> Amount:
    numbers, lacks, idle = _members(figures, figure)
    if lacks:
        return blank(lacks)
    if idle or not numbers[1]:
        return Amount(text=NONE)
    return Amount(100 * numbers[0] / numbers[1])


def _divide(figures: Figures, figure: Figure) -> Amount:
    found = figures.named(str(figure.settings["divide"]))
    by = Fraction(str(figure.settings.get("by", 1)))
    return found if found.number is None else Amount(found.number / by)


def _listed(figures: Figures, figure: Figure) -> Amount:
    """A field of the entry of one subject; of several entries the least or the most."""
    settings: Mapping[str, Any] = figure.settings
    table = getattr(figures.county.bench.submission, str(settings["listed"]))
    _know([settings["field"]], table)
    row = figures.county.row
    own = table.filter(
        (pl.col("county_code") == row["county_code"])
        & (pl.col("year") == row["year"])
        & pl.col("subject").is_in(list(settings["subject"]))
    )
    values = own[str(settings["field"])]
    if not own.height or values.null_count():
        return blank([Lack(str(settings["listed"]), why=str(settings["subject"][0]))])
    value = typed(values.max() if settings.get("take") == "most" else values.min())
    if value is None or not settings.get("numerals"):
        return Amount(value)
    words = figures.form.numerals
    place = int(value)
    return Amount(text=words[place]) if 0 <= place < len(words) else Amount(value)


_FIGURES: dict[str, Callable[[Figures, Figure], Amount]] = {
    "count": _count,
    "sum": _sum,
    "add": _add,
    "share": _share,
    "divide": _divide,
    "listed": _listed,
}
