"""Figures of a county that rest on its schools' figures, taken apart by school.

A share (trained teachers of all teachers) or a count is broken down where its parts add up to the
very figure that was judged: where the county gave a total or a percentage itself, nobody can say
which school made it. A rule that is judged at each school is broken down into those that miss it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isclose, isinf
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic, tallies
from compliance.engine.exact_arithmetic import NEAR, Quantity, exact_limit, highest, steps_up, typed
from compliance.engine.units import Frames, frames
from compliance.kernel.i18n import pick
from compliance.kernel.submission import Submission
from compliance.rules.language.model import SCHOOLS, UPPER, Indicator, Limit, Part, Rule
from compliance.rules.language.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one school brings to a figure of its county.

    counted, whole: its parts of what is counted and of whom; None where the figure is no sum or has no
    such part. value: the figure of the school alone. lack: what keeps it from the most there can be
    (every one of a share, none under an upper limit), below 0 where it has more than that. gap: what
    keeps its own figure from the limit, rounded up to whole persons (or the unit's steps); 0 where it
    meets it. stage: of a rule that is judged stage by stage.
    """

    school_code: str
    school_name: str
    stage: str
    counted: Fraction | None
    whole: Fraction | None
    value: Fraction | None
    lack: Fraction
    gap: Fraction


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A county's figure by school; those that make it short come first, the largest gap first.

    part: the key of the part of the rule whose figure it is, empty for the rule's own; title: what is
    measured. unit: of the values; lack_unit: of lacks and gaps. over: gaps are what is too much.
    threshold: None where schools are held against different ones. complete: it holds every school that
    counts, so that its parts add up to the county's; else only those that miss the rule.
    """

    rule: str
    part: str
    title: str
    unit: str
    operator: str
    threshold: Fraction | None
    lack_unit: str
    over: bool
    complete: bool
    schools: tuple[Contribution, ...]

    @property
    def bar(self) -> float | None:
        """The threshold as findings show it."""
        return None if self.threshold is None else float(self.threshold)

    @property
    def short(self) -> tuple[Contribution, ...]:
        """The schools that make the county's figure miss its limit."""
        return tuple(one for one in self.schools if one.gap > 0)

    @property
    def others(self) -> Contribution | None:
        """What all the other schools that count bring together; None where there are none."""
        rest = [one for one in self.schools if one.gap == 0]
        if not rest:
            return None
        counted, whole, lack = (
            sum((number or Fraction(0) for number in numbers), Fraction(0))
            for numbers in zip(*((one.counted, one.whole, one.lack) for one in rest), strict=True)
        )
        share = rest[0].whole is not None
        return Contribution("", "", "", counted, whole if share else None, None, lack, Fraction(0))


def county_frames(rules: Iterable[Rule], ruleset: Ruleset, submission: Submission) -> Frames:
    """The frames of one county that breakdowns of these rules are made of."""
    graph = ruleset.references
    wanted = {tally.name for rule in rules for tally in graph.tallies(rule.id)}
    used = [one for one in graph.used_tallies if one.name in wanted or one.scope == "school"]
    return tallies.count(frames(submission.completed(), ruleset.split), used, graph.summed_together)


def resting_on_schools(ruleset: Ruleset) -> tuple[Rule, ...]:
    """The rules whose county figures may rest on those of schools."""
    graph = ruleset.references
    return tuple(
        rule
        for rule in ruleset.rules.values()
        if rule.rolls_up
        or (rule.scope == "county" and any(one.scope == "county" for one in graph.tallies(rule.id)))
    )


def blank_at(rule: Rule, ruleset: Ruleset, cut: Frames) -> Mapping[str, Mapping[str, str]]:
    """The facts that leave a county's rule open → the schools at which they are blank, code → name."""
    found: dict[str, dict[str, str]] = {}
    for tally in ruleset.references.tallies(rule.id):
        if tally.scope == "county":
            for fact, schools in tallies.blanks(cut, tally).items():
                found.setdefault(fact, {}).update(schools)
    return found


def broken_down(
    rule: Rule, ruleset: Ruleset, cut: Frames, findings: pl.DataFrame, *, missed: bool = False
) -> tuple[Breakdown, ...]:
    """A county's rule by school: its own figure and those of its parts, or the schools that miss it.

    cut: the frames of that county alone, with the tallies. findings: those of the county, columns
    FINDINGS. missed: only figures that miss their limit.
    """
    own = findings.filter(pl.col("rule") == rule.id)
    if rule.rolls_up:
        missing = own.filter(pl.col("school_code").is_not_null(), status="fail")
        return _at_schools(rule, ruleset, cut, missing.to_dicts())
    found = []
    for row in own.to_dicts():
        # a rule is the first of its holders, its parts are the others
        for holder, figure in zip(rule.holders, (row, *(row["parts"] or ())), strict=False):
            if figure["value"] is not None and (figure["status"] == "fail" or not missed):
                ways = _ways(holder, ruleset)
                taken = (_taken_apart(one, rule, holder, figure, ruleset, cut) for one in ways)
                found += [one for one in taken if one is not None][:1]
    return tuple(found)


def _at_schools(
    rule: Rule, ruleset: Ruleset, cut: Frames, rows: Sequence[Mapping[str, Any]]
) -> tuple[Breakdown, ...]:
    """The schools that miss a rule that is judged at each of them."""
    if not rows:
        return ()
    indicator = ruleset.indicators.get(rule.indicator or "")
    own = _shares(indicator, cut, [row["school_code"] for row in rows])
    bars = {typed(row["threshold"]) for row in rows}
    units = [_gap(row)[1] for row in rows]
    found = Breakdown(
        rule=rule.id,
        part="",
        title=rule.label if indicator is None else pick(indicator.title, indicator.title_en),
        unit=str(rows[0]["unit"] or ""),
        operator=str(rows[0]["operator"] or ""),
        threshold=bars.pop() if len(bars) == 1 else None,
        lack_unit=next(filter(None, units), ""),
        over=rows[0]["excess"] is not None,
        complete=False,
        schools=_in_order(_at_school(row, own) for row in rows),
    )
    return (found,)


_Share = tuple[Fraction | None, Fraction | None, Fraction | None]


def _shares(
    indicator: Indicator | None, cut: Frames, schools: Sequence[str]
) -> Mapping[str, _Share]:
    """School → what its own share counts, of how much, and the share; empty where it is none."""
    if indicator is None or indicator.over is None or not indicator.over.facts:
        return {}
    own = exact_arithmetic.quantity(indicator, cut, "school")
    mine = cut.school.filter(pl.col("school_code").is_in(schools))
    rows = mine.select("school_code", *own.columns).iter_rows(named=True)
    return {
        str(row["school_code"]): (own.exact_of(row), own.exact_over(row), own.exact(row))
        for row in rows
    }


def _at_school(row: Mapping[str, Any], own: Mapping[str, _Share]) -> Contribution:
    """A school that misses a rule, from its finding."""
    code, (gap, _) = str(row["school_code"]), _gap(row)
    counted, whole, value = own.get(code, (None, None, typed(row["value"])))
    name, stage = str(row["school_name"]), str(row["stage"] or "")
    return Contribution(code, name, stage, counted, whole, value, gap, gap)


def _gap(row: Mapping[str, Any]) -> tuple[Fraction, str]:
    """What a finding says is missing, or too much, and its unit; of a rule with parts that of all of them."""
    for name in ("shortfall", "excess"):
        if row[name]:
            return typed(row[name]) or Fraction(0), str(row[f"{name}_unit"] or "")
    lacking = [part for part in row["parts"] or () if part["shortfall"]]
    units = [str(part["shortfall_unit"] or "") for part in lacking]
    return sum((typed(part["shortfall"]) or Fraction(0) for part in lacking), Fraction(0)), next(
        iter(units), ""
    )


def _ways(holder: Rule | Part, ruleset: Ruleset) -> Iterator[tuple[Indicator, Limit]]:
    """What may have given the judged figure: the indicator, what a switch puts there, their `else`."""
    for way in (holder, *holder.instead):
        name, limit = way.indicator or holder.indicator, way.limit or holder.limit
        while name is not None and limit is not None:
            indicator = ruleset.indicators[name]
            yield indicator, limit
            name = indicator.fallback


def _taken_apart(
    way: tuple[Indicator, Limit],
    rule: Rule,
    holder: Rule | Part,
    figure: Mapping[str, Any],
    ruleset: Ruleset,
    cut: Frames,
) -> Breakdown | None:
    """An indicator by school; None where it is not made of the schools' sums, or was not judged by them."""
    indicator, limit = way
    over = indicator.over.facts if indicator.over is not None else {}
    names = [*indicator.of.facts, *over]
    known = [ruleset.tallies[name] for name in names if name in ruleset.tallies]
    bar = exact_limit(limit, None, {limit.by: ""}) if limit.indicator is None else None
    constant = not indicator.of.facts or (indicator.over is not None and not over)
    if constant or len(known) < len(names) or bar is None or indicator.round_up:
        return None
    bound = exact_arithmetic.quantity(indicator, cut, "county")
    rows = tallies.by_school(cut, known)
    value = bound.exact(rows.select(names).sum().row(0, named=True))
    if value is None or not isclose(value, figure["value"], rel_tol=NEAR):
        return None
    # a count of schools asks each of them; of other sums only those that add something do
    each = not over and all(tally.settings.get("count") == SCHOOLS for tally in known)
    schools = [
        _contribution(row, bound, limit.operator, bar, each=each)
        for row in rows.iter_rows(named=True)
        if each or any(row[name] for name in names)
    ]
    return Breakdown(
        rule=rule.id,
        part=holder.key if isinstance(holder, Part) else "",
        title=pick(indicator.title, indicator.title_en),
        unit=pick(indicator.unit, indicator.unit_en),
        operator=limit.operator,
        threshold=bar,
        lack_unit=pick(indicator.gap_unit, indicator.gap_unit_en),
        over=limit.operator in UPPER,
        complete=True,
        schools=_in_order(schools),
    )


def _contribution(
    row: Mapping[str, object], bound: Quantity, operator: str, bar: Fraction, *, each: bool
) -> Contribution:
    """One school's part of a sum or share, and how far it is from the limit by itself."""
    indicator = bound.indicator
    counted, per = bound.exact_of(row) or Fraction(0), Fraction(indicator.per)
    whole = None if indicator.over is None else bound.exact_over(row) or Fraction(0)
    upper, top = operator in UPPER, highest(indicator)
    lack = counted if upper else Fraction(1) - counted if each else Fraction(0)
    gap = lack  # of a sum the limit is the county's alone
    if whole is not None:
        asked = bar * whole / per
        gap = counted - asked if upper else asked - counted
        if not upper:
            lack = (bar if isinf(top) else Fraction(top)) * whole / per - counted
    value = per * counted / whole if whole else None if whole == 0 else per * counted
    return Contribution(
        str(row["school_code"]), str(row["school_name"]), "", counted, whole, value, lack,
        max(steps_up(gap, indicator.gap_step), Fraction(0)),
    )  # fmt: skip


def _in_order(schools: Iterable[Contribution]) -> tuple[Contribution, ...]:
    return tuple(sorted(schools, key=lambda one: (-one.gap, -one.lack, one.school_code, one.stage)))
