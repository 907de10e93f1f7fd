"""One county before the judge, as its form sees it: its own row, its schools, what each rule found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import polars as pl

from compliance.declaration.fill.amounts import Lack
from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Bench
from compliance.engine.exact_arithmetic import typed
from compliance.engine.sentences import outcome_in_words
from compliance.kernel.i18n import say
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.conditions import Where
from compliance.rules.language.model import Rule

Row = Mapping[str, Any]
# Columns the frames derive; what is missing behind them are a school's pupils by stage.
_PUPILS = ("compulsory_students", "known_compulsory_students", "compulsory_pupils")
_CLOSE = 1e-9


class County:
    """The rows of one county in every frame of a bench; index: its number there."""

    def __init__(self, bench: Bench, index: int) -> None:
        self.bench, self.index = bench, index
        self.row: Row = self.frame("county").row(0, named=True)
        self._outcomes: dict[str, list[Row]] = {}
        self._exact: dict[str, dict[int, Fraction]] = {}
        names = self.frame("school").select("school", "school_code", "school_name")
        self._names = {one: (code, name) for one, code, name in names.iter_rows()}

    def frame(self, scope: str, rule: Rule | None = None) -> pl.DataFrame:
        """The county's rows of a scope's frame; rule: as that rule sees them."""
        frames = self.bench.frames if rule is None else self.bench.frames_of(rule)
        return frames.of(scope).filter(pl.col("county") == self.index)

    def outcome(self, rule_id: str, stage: str = "") -> list[Row]:
        """What a rule found here, a row a subject; of one stage where it is named."""
        if rule_id not in self._outcomes:
            found = outcome_in_words(self.bench, rule_id).filter(pl.col("county") == self.index)
            self._outcomes[rule_id] = list(found.rows(named=True))
        rows = self._outcomes[rule_id]
        return [row for row in rows if row["stage"] == stage] if stage else rows

    def lacks(self, row: Row) -> Iterator[Lack]:
        """Why a row of an outcome could not be judged."""
        school = row.get("school")
        for fact in row["lacks"] or ():
            yield from self.at(fact, school)
        if row["withheld"]:
            why = say("依据未核实：{r}", "unverified: {r}", r=say("、", ", ").join(row["withheld"]))
            yield Lack("", why=why)
        elif not row["lacks"]:
            code, name = self._names.get(school, ("", ""))
            yield Lack(
                "", code, name, say("无法计算（分母为零）", "cannot be computed (divided by 0)")
            )

    def at(self, fact: str, school: int | None) -> Iterator[Lack]:
        """A missing fact where it belongs: the county's own, or a school's."""
        if fact in self.bench.submission.counties.columns or school is None:
            yield from self.of_county(fact)
            return
        code, name = self._names[school]
        if fact not in _PUPILS:
            yield Lack(fact, code, name)
            return
        record = self.frame("school").row(by_predicate=pl.col("school") == school, named=True)
        for stage in COMPULSORY:
            if record[f"_{stage}"] is None:
                yield Lack(f"{stage}_students", code, name)

    def of_county(self, fact: str) -> Iterator[Lack]:
        """A missing fact of the county: its own, or behind a tally the schools' that are blank."""
        tally = self.bench.ruleset.tallies.get(fact)
        if tally is None:
            yield from self._behind(fact)
            return
        for settings in (tally.settings, tally.settings.get("also")):
            if isinstance(settings, Mapping) and "sum" in settings:
                where = dict(settings.get("where", {}))
                where |= {"stage": settings["stage"]} if "stage" in settings else {}
                rows = self.rows(str(settings["from"]), where, settings.get("unless", {}))
                yield from self.blanks(rows, str(settings["from"]), [str(settings["sum"]), *where])

    def _behind(self, fact: str) -> Iterator[Lack]:
        """A school's fact that a county's figure waits for: at the schools that a tally looks at."""
        found: dict[Lack, None] = {}
        if fact not in self.bench.submission.counties.columns:
            for name, tally in self.bench.ruleset.tallies.items():
                if tally.scope == "county":
                    found |= dict.fromkeys(one for one in self.of_county(name) if one.fact == fact)
        yield from found or [Lack(fact)]

    def rows(
        self, scope: str, where: Where, unless: Where = (), rule: Rule | None = None
    ) -> pl.DataFrame:
        """The rows that count, with the column _counts null where that cannot be told."""
        frame = self.frame(scope, rule).with_columns(
            conditions.matches(where or {}).alias("_counts")
        )
        frame = frame.filter(pl.col("_counts").is_null() | pl.col("_counts"))
        if unless:
            out = conditions.matches(unless).fill_null(value=False)
            frame = frame.filter(~out)
        return frame

    def blanks(self, rows: pl.DataFrame, scope: str, facts: Iterable[str]) -> Iterator[Lack]:
        """Which of `facts` are missing in `rows`, and at which schools."""
        missing = rows.with_columns(
            tallies.lacks(self.bench.frames, scope, facts).alias("_lacks")
        ).select("school", "_lacks")
        for school, names in missing.iter_rows():
            for name in names or ():
                yield from self.at(name, school)

    def exact(self, rule: Rule) -> dict[int, Fraction]:
        """Unit → the rule's value there, exactly; units without a value are left out.

        The exact quotient of the rule's own indicator stands where it is what was judged, else the
        judged value as it is (another indicator may have taken its place).
        """
        if rule.id not in self._exact:
            worked = self._quotients(rule)
            self._exact[rule.id] = {
                row["unit"]: near(worked.get(row["unit"]), row["value"])
                for row in self.outcome(rule.id)
                if row["value"] is not None
            }
        return self._exact[rule.id]

    def _quotients(self, rule: Rule) -> dict[int, Fraction | None]:
        indicator = self.bench.ruleset.indicators.get(rule.indicator or "")
        if indicator is None:
            return {}
        bound = exact_arithmetic.quantity(indicator, self.bench.frames_of(rule), "unit")
        columns = list(dict.fromkeys(["unit", *bound.columns]))
        rows = self.frame("unit", rule).select(columns).iter_rows(named=True)
        return {row["unit"]: bound.exact(row) for row in rows}

    def quotient(self, name: str, value: float | None) -> Fraction | None:
        """The county's value of an indicator, exactly; value: what was judged, where it was.

        Where facts are missing, that of the indicator it falls back on.
        """
        indicator = self.bench.ruleset.indicators[name]
        worked = exact_arithmetic.quantity(indicator, self.bench.frames, "county").exact(self.row)
        if worked is None and indicator.fallback:
            worked = self.quotient(indicator.fallback, None)
        return worked if value is None else near(worked, value)


def near(worked: Fraction | None, value: float) -> Fraction:
    """`worked` where it is what the float `value` stands for, else the float as typed."""
    if worked is not None and abs(float(worked) - value) <= _CLOSE * max(1.0, abs(value)):
        return worked
    given = typed(value)
    if given is None:
        raise ValueError("no value")
    return given
