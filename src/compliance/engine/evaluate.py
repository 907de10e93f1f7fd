"""evaluate(ruleset, submission) → outcomes: every rule for every subject, in columns.

The same code judges one school and 200,000: kinds are pure functions on frames. An outcome is a
frame with one row a subject; a status is a small number whose order is the group order of the
contract, so that the verdict of a group is a minimum.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from compliance.engine import tallies
from compliance.engine.units import Frames, Merger, beside, each_once, frames, merger
from compliance.kernel.errors import show_traceback
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NO_WORDS,
    NOT_APPLICABLE,
    PART,
    PASS,
    STATUSES,
    UNKNOWN,
    Submission,
)
from compliance.rules.language import conditions
from compliance.rules.language.model import Instead, Rule, Ruleset

if TYPE_CHECKING:
    from compliance.engine.kinds.kind import Kind

# What a kind yields besides the subject's columns; absent columns are filled with nulls. Nothing in
# it is worded: parts are named by their keys, units by the indicator's name (`sentences.worded`).
# members: of a group, rules that its sentence names; detail: a word of a kind for its own sentence.
# alternative: which `instead` of the rule gave the figures, from 1. relaxed_by: the switches, joined by
# commas, without which a pass would be none. withheld: what keeps a strict verdict from being drawn.
RESULTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "status": pl.UInt8,
    "value": pl.Float64,
    "threshold": pl.Float64,
    "floor": pl.Float64,
    "above_floor": pl.Boolean,
    "shortfall": pl.Float64,
    "shortfall_unit": pl.String,
    "excess": pl.Float64,
    "excess_unit": pl.String,
    "parts": pl.List(PART),
    "missing": pl.List(pl.String),
    "mean": pl.Float64,
    "deviation": pl.Float64,
    "over_count": pl.Float64,
    "members": pl.List(pl.String),
    "detail": pl.String,
    "alternative": pl.UInt8,
    "relaxed_by": pl.String,
    "withheld": pl.List(pl.String),
}
SUBJECT = ("county", "school", "unit", "stage")


class AnswerError(ValueError):
    """A kind's answer that is none; what is wrong with it."""


@dataclass
class Evaluation:
    """What lies before the judge: the rules, the frames, the statements, and what is judged.

    strict: rules of unverified basis keep groups from concluding. merger: the frame of the rules
    for which some schools are added to others. relaxed: of a case judged by the normal standard,
    the one with relaxations.
    """

    ruleset: Ruleset
    frames: Frames
    submission: Submission
    as_of: date
    kinds: Mapping[str, Kind]
    strict: bool = False
    merger: Merger | None = None
    relaxed: Evaluation | None = None
    outcomes: dict[str, pl.DataFrame] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def frames_of(self, rule: Rule) -> Frames:
        """The frames a rule is judged on."""
        merged = self.merger is not None and self.merger.concerns(rule)
        return self.merger.frames if self.merger is not None and merged else self.frames

    def subjects(self, rule: Rule) -> pl.DataFrame:
        """The frame of the rule's scope without the schools it excludes."""
        frame = self.frames_of(rule).of(rule.scope)
        if self.kinds[rule.kind].selects:
            return frame
        for reason in rule.exclude:
            out = conditions.matches(self.ruleset.exclusions[reason].where)
            frame = frame.filter(~out.fill_null(value=False))
        return frame

    def outcome(self, rule_id: str) -> pl.DataFrame:
        """The outcome of a rule, computed once; a rule that breaks is in state error."""
        if self.relaxed is not None and self._unchanged(rule_id):
            return self.relaxed.outcome(rule_id)
        if rule_id not in self.outcomes:
            rule = self.ruleset.rules[rule_id]
            try:
                answer = self._accepted(self.kinds[rule.kind].evaluate(rule, self), rule)
                result = self._attributed(rule, within_reach(completed(answer), rule, self))
            except Exception as error:  # a broken rule is a finding, never a lost run
                show_traceback(error)
                self.broken[rule_id] = f"{type(error).__name__}: {error}"
                result = completed(
                    subject_columns(self.subjects(rule)).with_columns(
                        pl.lit(ERROR, dtype=pl.UInt8).alias("status")
                    )
                )
            self.outcomes[rule_id] = result
        return self.outcomes[rule_id]

    def _accepted(self, answer: pl.DataFrame, rule: Rule) -> pl.DataFrame:
        """A kind's answer, if it is one: a known status for every subject of the rule, and no more.

        Raises AnswerError otherwise, so that what a kind leaves out is never taken for "does not
        apply".
        """
        if not isinstance(answer, pl.DataFrame):
            raise AnswerError(say("应为表，而得{got}", got=type(answer)))
        columns = set(answer.columns)
        if strange := sorted(columns - {*SUBJECT, *RESULTS}):
            raise AnswerError(say("不认识列 {names}", names=", ".join(strange)))
        key = [rule.scope, *(["stage"] if rule.scope == "county" and "stage" in columns else [])]
        if lacking := sorted({"county", "status", *key} - columns):
            raise AnswerError(say("缺少列 {names}", names=", ".join(lacking)))
        known = pl.col("status").is_in(range(len(STATUSES)))
        if not answer.select(known.fill_null(value=False).all()).item():
            raise AnswerError(msg("status 为空或超出范围"))
        if not answer[rule.scope].equals(self.subjects(rule)[rule.scope]):  # as it nearly always is
            self._check_subjects(answer, key, rule)
        return answer

    def _check_subjects(self, answer: pl.DataFrame, key: Sequence[str], rule: Rule) -> None:
        """Raise AnswerError unless every subject of the rule has one row, and nobody else.

        A rule made of others may leave out subjects that one of those does.
        """
        scope = rule.scope
        given, wanted = answer.select(scope).unique(), self.subjects(rule).select(scope)
        if not given.join(self.frames_of(rule).of(scope), on=scope, how="anti").is_empty():
            raise AnswerError(msg("有不属于本范围的对象"))
        if answer.select(key).is_duplicated().any():
            raise AnswerError(msg("同一对象有两行"))
        if scope != "county":
            members = map(self.outcome, rule.references.rules)
            for member in (one for one in members if scope in one.columns):
                wanted = wanted.join(member, on=scope, how="semi")
        if not wanted.join(given, on=scope, how="anti").is_empty():
            raise AnswerError(msg("有对象没有判定"))

    @cached_property
    def eased(self) -> Mapping[str, tuple[str, ...]]:
        """The rules made of others of which some are relaxed, with the switches that may matter."""
        if not self.ruleset.switched:
            return {}
        found = {name: self.ruleset.references.relaxable(name) for name in self.ruleset.rules}
        return {name: switches for name, switches in found.items() if switches}

    @cached_property
    def without_relaxations(self) -> Evaluation:
        """The same case with every row judged by the normal standard."""
        plain = _plain(self.ruleset)
        return replace(self, ruleset=plain, relaxed=self, outcomes={}, broken={})

    def _unchanged(self, rule_id: str) -> bool:
        """Whether a rule is judged alike with and without relaxations."""
        if self.relaxed is None or rule_id in self.relaxed.eased:
            return False
        return self.ruleset.rules[rule_id] is self.relaxed.ruleset.rules[rule_id]

    def _attributed(self, rule: Rule, result: pl.DataFrame) -> pl.DataFrame:
        """The outcome of a rule made of others, with what it owes to their relaxations."""
        if rule.id not in self.eased:
            return result
        members = [self.outcome(name) for name in rule.of if name in self.ruleset.rules]
        plain = self.without_relaxations
        normal = plain.outcome(rule.id)
        self.broken = {**plain.broken, **self.broken}  # what broke there is to be mended as well
        return attributed(result, normal, members, self.eased[rule.id])


def evaluate(
    ruleset: Ruleset,
    submission: Submission,
    as_of: date,
    kinds: Mapping[str, Kind],
    *,
    strict: bool = False,
    only: Collection[str] | None = None,
) -> Evaluation:
    """Judge a submission: afterwards `outcomes` holds every rule of the set.

    only: of these rules, and of what they rest on; any other is judged when it is asked for.
    """
    submission = submission.completed()
    cut = frames(submission, ruleset.split)
    merged = merger(cut, ruleset, submission.amounts)
    cut = tallies.count(cut, ruleset.tallies.values())
    evaluation = Evaluation(ruleset, cut, submission, as_of, kinds, strict, merged)
    for rule_id in ruleset.rules:
        if only is None or rule_id in only:
            evaluation.outcome(rule_id)
    return evaluation


def subject_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Only the columns that say what an outcome is about."""
    return frame.select(name for name in SUBJECT if name in frame.columns)


def completed(result: pl.DataFrame) -> pl.DataFrame:
    """An outcome with all columns of RESULTS, in order, typed."""
    names = [name for name in SUBJECT if name in result.columns]
    return result.select(
        *names,
        *(
            pl.col(name).cast(dtype) if name in result.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in RESULTS.items()
        ),
    )


def within_reach(result: pl.DataFrame, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
    """A completed outcome under the rule's `where`: not met → not_applicable; open → unknown, unless it is met anyway.

    A rule that is met fails nobody whether it applies or not, so that only a failure or a blank has
    to wait for the missing fact.
    """
    if not rule.where or evaluation.kinds[rule.kind].selects:
        return result
    scope = rule.scope
    applies = evaluation.subjects(rule).select(
        scope,
        conditions.matches(rule.where).alias("_applies"),
        tallies.open_facts(evaluation.frames, scope, rule.where).alias("_open"),
    )
    joined = beside(result, applies, scope)
    out = (~pl.col("_applies")).fill_null(value=False)
    settled = pl.col("status").is_in([PASS, NOT_APPLICABLE])
    is_open = pl.col("_applies").is_null() & ~settled
    blank = [
        pl.when(out | is_open).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("value", "threshold", "floor", "shortfall", "excess", "parts", "relaxed_by")
    ]
    missing = pl.col("missing").fill_null(NO_WORDS)
    return joined.with_columns(
        pl.when(out)
        .then(pl.lit(NOT_APPLICABLE, pl.UInt8))
        .when(is_open)
        .then(pl.lit(UNKNOWN, pl.UInt8))
        .otherwise("status")
        .alias("status"),
        pl.when(out)
        .then(NO_WORDS)
        .when(is_open)
        .then(each_once("_open", missing))
        .otherwise(missing)
        .alias("missing"),
        *blank,
    ).drop("_applies", "_open")


def status_name(column: str = "status") -> pl.Expr:
    """A status column as the words of the contract."""
    return pl.col(column).replace_strict(dict(enumerate(STATUSES)), return_dtype=pl.String)


def part_entry(name: pl.Expr, status: str = "status", **fields: pl.Expr) -> pl.Expr:
    """One entry of `parts`; the fields of PART that are not given are null."""
    given = {"name": name, "status": status_name(status), **fields}
    return pl.struct(
        (given[one.name] if one.name in given else pl.lit(None)).cast(one.dtype).alias(one.name)
        for one in PART.fields
    )


def met_status(met: pl.Expr) -> pl.Expr:
    """The status of what is met, missed or (null) unknown."""
    return pl.when(met.is_null()).then(UNKNOWN).when(met).then(PASS).otherwise(FAIL)


def by_county(evaluation: Evaluation, outcome: pl.DataFrame) -> pl.DataFrame:
    """A status for every county: the worst of an outcome's rows, not_applicable where none."""
    worst = outcome.group_by("county", maintain_order=True).agg(pl.col("status").min())
    return beside(evaluation.frames.county.select("county"), worst, "county").with_columns(
        pl.col("status").fill_null(NOT_APPLICABLE)
    )


JOINT = ","  # between the names of several switches


def replacements(rule: Rule) -> list[Instead]:
    """What switches that are on put in the place of a rule or of one of its parts."""
    return [*rule.instead, *(one for part in rule.parts for one in part.instead)]


def _plain(ruleset: Ruleset) -> Ruleset:
    """The rule set without its conditional replacements; rules that have none stay the same."""
    rules = {
        name: replace(
            rule, instead=(), parts=tuple(replace(part, instead=()) for part in rule.parts)
        )
        if replacements(rule)
        else rule
        for name, rule in ruleset.rules.items()
    }
    return replace(ruleset, rules=rules)


def attributed(
    result: pl.DataFrame, normal: pl.DataFrame, members: Sequence[pl.DataFrame], may: Sequence[str]
) -> pl.DataFrame:
    """`result` with relaxed_by where it passes and `normal`, judged without relaxations, does not.

    A rule judged row by row says itself by which switch a row passes; one made of such rules passes
    only by a relaxation where it passes with them and not without.

    The switches named are those by which the subject's members pass; where none does although the
    figures changed, all that `may` matter. A normal judgement that broke says nothing.
    """
    key = _key(result)
    before = normal.select(*key, pl.col("status").alias("_before"))
    names = pl.col("relaxed_by").str.split(JOINT).alias("_names")
    pieces = [
        one.filter(pl.col("relaxed_by").is_not_null()).select(*key, names)
        for one in (result.head(0), *members)  # without a row: no member may be of such subjects
        if set(key) <= set(one.columns)
    ]
    named = (
        pl.concat(pieces)
        .group_by(key, maintain_order=True)
        .agg(pl.col("_names").explode().drop_nulls().unique(maintain_order=True))
        .select(*key, pl.col("_names").list.join(JOINT))
    )
    missed = (pl.col("_before") < PASS) & (pl.col("_before") != ERROR)
    owing = (pl.col("status") == PASS) & missed
    names = pl.when(pl.col("_names") != "").then("_names").otherwise(pl.lit(JOINT.join(may)))
    return (
        beside(beside(result, before, key), named, key)
        .with_columns(pl.when(owing).then(names).alias("relaxed_by"))
        .drop("_before", "_names")
    )


def _key(outcome: pl.DataFrame) -> list[str]:
    for narrow in ("unit", "school"):
        if narrow in outcome.columns:
            return [narrow]
    return ["county", "stage"] if "stage" in outcome.columns else ["county"]
