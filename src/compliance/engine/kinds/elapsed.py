"""elapsed: full years since a date, as of the day that is judged.

A date given as a month or a year alone may be any day of it: a conclusion is drawn where all of
them agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from compliance.engine.evaluate import Columns, Evaluation
from compliance.engine.exact_arithmetic import shown
from compliance.engine.formula import bars, verdict
from compliance.engine.kinds.kind import Kind
from compliance.engine.lacks import Lacks
from compliance.engine.subject import Subject
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import FAIL, PASS, UNKNOWN
from compliance.rules.language.model import Limit, Part, References, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class ElapsedSettings:
    """since: the county's fact that is a date; unit: what the limit counts."""

    since: str
    unit: str = ""
    unit_en: str = ""


class Elapsed(Kind):
    """Full years since a county's date, held against a number of years."""

    name = "elapsed"
    settings = ElapsedSettings
    has_limit = True
    needs = ("limit",)

    def references(self, holder: Rule | Part) -> References:
        """The date."""
        settings: ElapsedSettings = holder.settings
        return References(facts=(settings.since,))

    def faults(
        self, holder: Rule | Part, words: Vocabulary
    ) -> Iterable[tuple[tuple[str, ...], str]]:
        """Years run from a date."""
        settings: ElapsedSettings = holder.settings
        fact = words.county.get(settings.since)
        if fact is not None and fact.form != "date":
            yield ("since",), say("{fact} 不是日期", fact=fact.name)

    def measure(self, holder: Rule | Part, ruleset: Ruleset) -> str:
        """Years, as the pack calls them."""
        settings: ElapsedSettings = holder.settings
        return pick(settings.unit, settings.unit_en)

    def lasts(self, holder: Rule | Part) -> bool:
        """Always."""
        return True

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """value is the full years, null where a month or year alone leaves them open."""
        return _columns(rule, rule, rule.id, evaluation)

    def part_columns(self, rule: Rule, part: Part, evaluation: Evaluation) -> Columns:
        """The same of the part's own date."""
        return _columns(rule, part, f"{rule.id}/{part.key}", evaluation)

    def remarks(self, subject: Subject, holder: Rule | Part) -> Iterable[str]:
        """How years are counted, how many are full, and the day from which they are enough."""
        settings: ElapsedSettings = holder.settings
        today = subject.evaluation.as_of
        yield say(
            "自“{t}”至 {day} 按周年计算满几年。",
            t=subject.title(settings.since), day=today.isoformat())  # fmt: skip
        value = (subject.outcome(subject.rule.id) or {}).get("value")
        if isinstance(holder, Rule) and value is not None:
            yield say("已满{n}年。", n=int(value))
        since = subject.record(settings.since)
        if since is None:
            return
        needed, full = _years(holder.limit), _anniversary(str(since), _years(holder.limit))
        yield (
            say(
                "{day} 已满{n}年，在此以前判定则未满。",
                n=needed, day=full.isoformat())
            if full <= today
            else say(
                "{day} 满{n}年。",
                n=needed, day=full.isoformat())
        )  # fmt: skip

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """OutcomeColumns on the anniversary, and one day before it."""
        for limit, _, bar in bars(holder.limit):
            full = _FIRST.replace(year=_FIRST.year + int(bar))
            for day, years in ((full, bar), (full - timedelta(days=1), bar - 1)):
                yield say(
                    "自{first}，按{day}判定：已满{n}年；{verdict}。",
                    first=_FIRST, day=day, n=shown(years), verdict=verdict(limit, years, bar))  # fmt: skip


_FIRST = date(2020, 9, 1)  # the date of the example


def _anniversary(since: str, years: int) -> date:
    """The day on which so many years are full; of a month or year alone, of its last day."""
    first = date.fromisoformat(f"{since}-01-01"[:10])
    begun = first if len(since) > len("2020-12") else _last(first, whole_year=len(since) == 4)
    leap = (begun.month, begun.day) == (2, 29)
    return date(begun.year + years, begun.month, 28 if leap else begun.day)


def _last(first: date, *, whole_year: bool) -> date:
    """The last day of the month, or of the year, that begins on `first`."""
    month = 12 if whole_year else first.month
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _columns(rule: Rule, holder: Rule | Part, key: str, evaluation: Evaluation) -> Columns:
    settings: ElapsedSettings = holder.settings
    needed, plan = _years(holder.limit), evaluation.plan(rule.scope, rule)

    def let(name: str, column: pl.Expr) -> pl.Expr:
        return plan.let(f"{key}._{name}", column, rule.id, passing=True)

    text = pl.col(settings.since)
    day = (text + "-01-01").str.slice(0, len("2020-12-31")).str.to_date("%Y-%m-%d", strict=False)
    span = text.str.len_chars().replace_strict({4: "1y", 7: "1mo"}, default="1d")
    first = let("first", day)
    last = let("last", first.dt.offset_by(span).dt.offset_by("-1d"))
    most = let("most", _full_years(first, evaluation.as_of))
    least = let("least", _full_years(last, evaluation.as_of))
    status = let(
        "state",
        pl.when(most.is_null())
        .then(UNKNOWN)
        .when(least >= needed)
        .then(PASS)
        .when(most < needed)
        .then(FAIL)
        .otherwise(UNKNOWN)
        .cast(pl.UInt8),
    )
    return {
        "status": status,
        "value": pl.when(most == least).then(least).cast(pl.Float64),
        "threshold": pl.lit(float(needed)),
        "missing": Lacks(((settings.since, status == UNKNOWN),)),
    }


def _years(limit: Limit | None) -> int:
    if limit is None:
        raise ValueError("elapsed needs at_least")
    return int(limit.table[""])


def _full_years(since: pl.Expr, as_of: date) -> pl.Expr:
    """Whole years between two days; from 29 February they are full on the month's last day."""
    ended = (as_of + timedelta(days=1)).month != as_of.month
    day = 31 if ended else as_of.day
    before = (since.dt.month() > as_of.month) | (
        (since.dt.month() == as_of.month) & (since.dt.day() > day)
    )
    return as_of.year - since.dt.year() - before.cast(pl.Int32)
