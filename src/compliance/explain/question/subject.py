"""Who a question is about: a stage of a school, a school, or the county, with its row and facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.kinds import alternatives
from compliance.engine.sentences import outcome_in_words
from compliance.engine.units import Frames
from compliance.explain.question.context import Hearing
from compliance.kernel.submission import COMPULSORY, STAGES
from compliance.rules.language.model import Indicator, Limit, Part, Rule, Ruleset, Terms

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """The subject of one verdict.

    school: its row in the frame of schools, None for the county. stage: None unless the rule is
    about stages.
    """

    hearing: Hearing
    rule: Rule
    school: Row | None = None
    stage: str | None = None

    @property
    def rules(self) -> Ruleset:
        """The rule set at hand."""
        return self.hearing.rules

    @property
    def frames(self) -> Frames:
        """The frames the rule is judged on: a switch may have added some schools to others."""
        return self.hearing.bench.frames_of(self.rule)

    @property
    def code(self) -> str:
        """The school's code, empty for the county."""
        return str(self.school["school_code"]) if self.school is not None else ""

    @cached_property
    def row(self) -> Row:
        """The subject's row in the frame of the rule's scope."""
        return self.row_of(self.rule.scope)

    def row_of(self, scope: str) -> Row:
        """The subject's row in the frame of a scope."""
        frames = self.frames
        if scope == "county" or self.school is None:
            return frames.county.row(0, named=True)
        frame = frames.of(scope).filter(pl.col("school_code") == self.code)
        if scope == "unit":
            frame = frame.filter(pl.col("stage") == self.stage)
        return frame.row(0, named=True)

    @cached_property
    def stages(self) -> list[str]:
        """The stages of the school that have pupils, senior ones too."""
        row = self.school or {}
        return [stage for stage in STAGES if row.get(f"_{stage}") != 0]

    def record(self, fact: str) -> object:
        """A fact of the contract as submitted: the school's, else the county's."""
        given = self.hearing.bench.submission
        if self.school is not None and fact in given.schools.columns:
            rows = given.schools.filter(pl.col("school_code") == self.code)
            return rows[fact].to_list()[0] if rows.height else None
        return given.counties[fact].to_list()[0] if fact in given.counties.columns else None

    def holder(self, fact: str) -> str | None:
        """Whose fact it is: the school's code, or None for the county's own."""
        of_school = self.school is not None
        return (
            self.code
            if of_school and fact in self.hearing.bench.submission.schools.columns
            else None
        )

    def contract(self, name: str) -> str:
        """How a column of the unit frame is called in the contract."""
        staged = self.rule.scope == "unit" and name in self.frames.staged
        return f"{self.stage}_{name}" if staged else name

    def outcome(self, rule_id: str) -> Row | None:
        """The outcome of a rule for this subject, or None where it is none of the rule's."""
        rows = outcome_in_words(self.hearing.bench, rule_id)
        if "school" in rows.columns and self.school is not None:
            rows = rows.filter(pl.col("school") == self.school["school"])
        if "stage" in rows.columns and self.stage is not None:
            rows = rows.filter(pl.col("stage") == self.stage)
        return rows.row(0, named=True) if rows.height else None


@dataclass(frozen=True)
class Ask:
    """One quantity that a rule holds against one limit: the whole rule's or a part's."""

    title: str
    indicator: str
    limit: Limit
    floor: Limit | None
    key: str = ""


def asked(subject: Subject) -> list[Ask]:
    """What the rule asks of the subject in numbers, after what switches have put in its place."""
    rule = subject.rule
    found = []
    for one in rule.holders:
        if one.indicator is None or one.limit is None:
            continue
        key = one.key if isinstance(one, Part) else ""
        share = one.floor_share if isinstance(one, Rule) else None
        standard = alternatives.Standard(one.indicator, one.limit, share)
        way = _way(subject, one, standard) if one.instead else 0
        if way:
            standard = standard.changed(one.instead[way - 1])
        found.append(Ask(one.label, standard.indicator, standard.limit, standard.floor, key))
    return found


def _way(subject: Subject, one: Rule | Part, standard: alternatives.Standard) -> int:
    """The way that the judge went: 0 the normal standard, else which `instead`, from 1.

    An outcome has no way for each of its parts: a part is judged again, for this subject alone.
    """
    if isinstance(one, Rule):
        return int((subject.outcome(one.id) or {}).get("way") or 0)
    bench, scope = subject.hearing.bench, subject.rule.scope
    mine = bench.subjects(subject.rule).filter(pl.col(scope) == subject.row[scope])
    if mine.is_empty():
        return 0
    return int(alternatives.judge(mine, bench, scope, standard, one.instead)["way"][0] or 0)


def names_of(rule: Rule, rules: Ruleset) -> list[str]:
    """The columns a rule's own quantities take, in the order of their formulas; each once."""
    found = list(rules.references.columns(rule.id))
    if rule.form.counts_members:
        for member in rule.of:
            found += names_of(rules.rules[member], rules)
    return list(dict.fromkeys(found))


def _terms(terms: Terms | None) -> Iterable[str]:
    return terms.facts if terms is not None else ()


def facts_of(subject: Subject) -> list[str]:
    """The facts of the contract (and the county's tallies) that a verdict rests on; each once."""
    found: list[str] = []
    split = subject.frames.split
    for name in names_of(subject.rule, subject.rules):
        found += _contract_facts(subject, name)
        if subject.rule.scope == "unit" and name in split.facts:
            found += [f"{stage}_students" for stage in subject.stages if stage in split.weights]
    return list(dict.fromkeys(found))


def _contract_facts(subject: Subject, name: str) -> list[str]:
    tally = subject.rules.tallies.get(name)
    if tally is None:
        return [subject.contract(name)]
    if tally.scope == "county":
        return [name]
    settings: Mapping[str, Any] = tally.settings
    if "count" in settings:
        given = settings.get("or", [])
        return [str(settings["count"]), *([given] if isinstance(given, str) else given)]
    staged = subject.frames.staged
    stages = [stage for stage in subject.stages if stage in COMPULSORY]
    return [
        f"{stage}_{fact}" if fact in staged else str(fact)
        for stage in stages
        for fact in (settings["sum"], settings.get("times"))
        if fact is not None
    ]


def unused_facts(subject: Subject) -> set[str]:
    """Facts of the one of two indicators (`else`) that is not the one computed."""
    rules, frames = subject.rules, subject.frames
    used: set[str] = set()
    unused: set[str] = set()
    for ask in asked(subject):
        first = rules.indicators[ask.indicator]
        other = rules.indicators.get(first.fallback or "")
        if other is None:
            used.update(_facts_of_indicator(subject, first))
            continue
        known = (
            exact_arithmetic.quantity(first, frames, subject.rule.scope).exact(subject.row)
            is not None
        )
        spare = (
            exact_arithmetic.quantity(other, frames, subject.rule.scope).exact(subject.row)
            is not None
        )
        if known or spare:
            chosen, left = (first, other) if known else (other, first)
            used.update(_facts_of_indicator(subject, chosen))
            unused.update(_facts_of_indicator(subject, left))
    return unused - used


def _facts_of_indicator(subject: Subject, indicator: Indicator) -> Iterable[str]:
    for terms in (indicator.of, indicator.over):
        for name in _terms(terms):
            yield from _contract_facts(subject, name)
