"""One county before the judge, as its form sees it: its rows, what each rule found, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from compliance.assessment.messages import say_nobody
from compliance.assessment.scope import unattributed
from compliance.declaration.filled_form import Entry, MissingFigure, blank
from compliance.engine import exact_arithmetic, tallies
from compliance.engine.evaluate import Evaluation
from compliance.engine.exact_arithmetic import typed
from compliance.engine.sentences import in_words
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import COMPULSORY, ERROR, FAIL, NOT_CHECKED, PASS, UNKNOWN, WAIVED
from compliance.rules.language import conditions
from compliance.rules.language.conditions import Where
from compliance.rules.language.model import Rule

Row = Mapping[str, Any]
# Columns the frames derive; what are missing behind them are a school's pupils by stage.
_PUPILS = ("compulsory_students", "known_compulsory_students", "compulsory_pupils")
_CLOSE = 1e-9


class CountyView:
    """The rows of one county in every frame of an evaluation; index: its number there."""

    def __init__(self, evaluation: Evaluation, index: int) -> None:
        self.evaluation, self.index, self.rules = evaluation, index, evaluation.ruleset
        self.row: Row = self.frame("county").row(0, named=True)
        self._outcomes: dict[str, list[Row]] = {}
        self._quotients: dict[str, dict[int, Fraction | None]] = {}
        self._schools = {row["school"]: row for row in self.frame("school").iter_rows(named=True)}
        of_nobody = evaluation.submission.unattributed
        # why nothing is concluded from the rows: one of its own may be missing; else empty
        self.withheld = unattributed(of_nobody.get((self.row["county_code"], self.row["year"]), ()))

    def frame(self, scope: str, rule: Rule | None = None) -> pl.DataFrame:
        """The county's rows of a scope's frame; rule: as that rule sees them."""
        frames = self.evaluation.frames if rule is None else self.evaluation.frames_of(rule)
        return frames.of(scope).filter(pl.col("county") == self.index)

    def listed(self, table: pl.DataFrame) -> pl.DataFrame:
        """The county's entries of a further table of the submission."""
        return table.filter(
            (pl.col("county_code") == self.row["county_code"])
            & (pl.col("year") == self.row["year"])
        )

    def waits_for_rows(self) -> Entry:
        """What stands in place of a figure or verdict of a county that may lack a row."""
        return blank([MissingFigure("", why=self.withheld)])

    def school_names(self) -> dict[str, str]:
        """Code → name."""
        return {row["school_code"]: row["school_name"] for row in self._schools.values()}

    def outcome(self, rule_id: str, stage: str = "") -> list[Row]:
        """What a rule found here, a row a subject; of one stage where it is named."""
        if rule_id not in self._outcomes:
            judged = self.evaluation
            found = judged.outcome(rule_id).filter(pl.col("county") == self.index)
            told = in_words(found, judged.ruleset.rules[rule_id], judged.ruleset, judged.kinds)
            self._outcomes[rule_id] = list(told.iter_rows(named=True))
        rows = self._outcomes[rule_id]
        return [row for row in rows if row["stage"] == stage] if stage else rows

    def judged(self, rule: Rule, row: Row, worked: Fraction | None) -> Entry:
        """The value of a row of an outcome as an entry; worked: the same, exactly, if it is that."""
        limit, met = rule.limit, {PASS: True, FAIL: False, WAIVED: False}.get(row["status"])
        held = (
            None
            if limit is None or row["threshold"] is None
            else (limit.operator, row["threshold"])
        )
        return Entry(near(worked, row["value"]), met=met, bar=held)

    def open(self, rows: Sequence[Row]) -> list[MissingFigure]:
        """What keeps rows of an outcome from being judged."""
        missing: list[MissingFigure] = []
        for row in rows:
            if row["status"] == UNKNOWN:
                missing += self.missing(row)
            elif row["status"] == NOT_CHECKED and row["missing"]:
                missing += [MissingFigure(fact, why=say_nobody()) for fact in row["missing"]]
            elif row["status"] == NOT_CHECKED:
                missing.append(MissingFigure("", why=msg("待认定")))
            elif row["status"] == ERROR:
                missing.append(MissingFigure("", why=msg("规则执行出错")))
        return missing

    def missing(self, row: Row) -> Iterator[MissingFigure]:
        """Why a row of an outcome has no figure."""
        school = row.get("school")
        for fact in row["missing"] or ():
            yield from self.missing_at(fact, school)
        if row["withheld"]:
            rules = msg("、").join(row["withheld"])
            yield MissingFigure("", why=say("依据未核实：{r}", r=rules))
        elif not row["missing"]:
            why = (
                msg("无法计算（分母为零）")
                if school is not None or not self.withheld
                else self.withheld
            )
            if row["value"] is not None:
                why = msg("算得的数不可能如此，请核对所据数据")
            yield self._of_school("", school, why)

    def missing_at(self, fact: str, school: int | None) -> Iterator[MissingFigure]:
        """A missing fact where it belongs: the county's own, or a school's."""
        if fact in self.evaluation.submission.counties.columns or school is None:
            yield from self.missing_of_county(fact)
        elif fact not in _PUPILS:
            yield self._of_school(fact, school)
        else:
            for stage in COMPULSORY:
                if self._schools[school][f"_{stage}"] is None:
                    yield self._of_school(f"{stage}_students", school)

    def _of_school(self, fact: str, school: int | None, why: str = "") -> MissingFigure:
        if school is None:
            return MissingFigure(fact, why=why)
        row = self._schools[school]
        return MissingFigure(fact, row["school_code"], row["school_name"], why)

    def missing_of_county(self, fact: str) -> Iterator[MissingFigure]:
        """A missing fact of the county: its own, or behind a tally the schools' that are blank."""
        tally = self.rules.tallies.get(fact)
        if tally is None:
            yield from self._behind(fact)
            return
        for settings in (tally.settings, tally.settings.get("also")):
            if isinstance(settings, Mapping) and "sum" in settings:
                rows, counts = tallies.summed_rows(self.evaluation.frames, settings)
                rows = rows.filter(pl.col("county") == self.index)
                names = [str(settings["sum"]), *settings.get("where", ())]
                yield from self.missing_in(counting(rows, counts), str(settings["from"]), names)

    def _behind(self, fact: str) -> Iterator[MissingFigure]:
        """A school's fact that a county's figure waits for: at the schools that a tally looks at."""
        found: dict[MissingFigure, None] = {}
        if fact not in self.evaluation.submission.counties.columns:
            for name, tally in self.rules.tallies.items():
                if tally.scope == "county":
                    behind = self.missing_of_county(name)
                    found |= dict.fromkeys(one for one in behind if one.fact == fact)
        yield from found or [MissingFigure(fact)]

    def rows(self, scope: str, where: Where, rule: Rule | None = None) -> pl.DataFrame:
        """The rows that count, with the column _counts null where that cannot be told."""
        return counting(self.frame(scope, rule), conditions.matches(where or {}))

    def missing_in(
        self, rows: pl.DataFrame, scope: str, facts: Iterable[str]
    ) -> Iterator[MissingFigure]:
        """Which of `facts` are missing in `rows`, and at which schools."""
        lacks = tallies.lacks(self.evaluation.frames, scope, facts).listed().alias("_missing")
        for school, names in rows.with_columns(lacks).select("school", "_missing").iter_rows():
            for name in names or ():
                yield from self.missing_at(name, school)

    def quotients(self, rule: Rule) -> Mapping[int, Fraction | None]:
        """Unit → the value there of the rule's own indicator, exactly; empty for a rule without."""
        indicator = self.rules.indicators.get(rule.indicator or "")
        if indicator is not None and rule.id not in self._quotients:
            bound = exact_arithmetic.quantity(indicator, self.evaluation.frames_of(rule), "unit")
            columns = list(dict.fromkeys(["unit", *bound.columns]))
            rows = self.frame("unit", rule).select(columns).iter_rows(named=True)
            self._quotients[rule.id] = {row["unit"]: bound.exact(row) for row in rows}
        return self._quotients.get(rule.id, {})

    def quotient(self, name: str) -> Fraction | None:
        """The county's value of an indicator, exactly, or of the one that it falls back on."""
        indicators, frames = self.rules.indicators, self.evaluation.frames
        chain = exact_arithmetic.chain(name, indicators, frames, "county")
        return exact_arithmetic.first_exact(chain, self.row)


def counting(frame: pl.DataFrame, counts: pl.Expr) -> pl.DataFrame:
    """The rows of a frame that count, or of which that cannot be told: there _counts is null."""
    frame = frame.with_columns(counts.alias("_counts"))
    return frame.filter(pl.col("_counts").is_null() | pl.col("_counts"))


def near(worked: Fraction | None, value: float) -> Fraction:
    """`worked` where it is what the float `value` stands for, else the float as typed."""
    if worked is not None and abs(float(worked) - value) <= _CLOSE * max(1.0, abs(value)):
        return worked
    given = typed(value)
    if given is None:
        raise ValueError("no value")
    return given
