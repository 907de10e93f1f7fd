"""evaluate(ruleset, submission) → outcomes: every rule for every subject, in columns.

The same code judges one school and 200,000: kinds are pure functions on frames. An outcome is a
frame with one row a subject; a status is a small number whose order is the group order of the
contract, so that the verdict of a group is a minimum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, NamedTuple
from weakref import ref

import polars as pl

from compliance.engine import tallies
from compliance.engine.attestations import with_statements
from compliance.engine.lacks import Lacks, bit, coded, in_order
from compliance.engine.plan import Declared, Plan
from compliance.engine.relaxations import JOINT, attributed, key_of, without
from compliance.engine.units import Frames, Merger, beside, frames, merger, refilled
from compliance.engine.waiving import NONE_IN_FORCE, InForce
from compliance.kernel.errors import Problem, show_traceback
from compliance.kernel.faults import FAULTS
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.submission import (
    COMPULSORY,
    ERROR,
    FAIL,
    KEY,
    NO_WORDS,
    NOT_APPLICABLE,
    PART,
    PASS,
    STATUSES,
    UNKNOWN,
    WAIVED,
    Submission,
)
from compliance.rules.kinds import RuleKind
from compliance.rules.language import conditions
from compliance.rules.language.model import Limit, Part, Rule
from compliance.rules.language.ruleset import Ruleset

# What a kind yields besides the subject's columns; absent columns are filled with nulls. Nothing in
# it is worded: parts are named by their keys, units by the indicator's name (`sentences.worded`).
# members: of a group, which of its rules its sentence names, the n-th as bit n; detail: a word of a kind for its own sentence.
# alternative: which `instead` of the rule gave the figures, from 1. relaxed_by: the switches, joined by
# commas, without which a pass would be none. withheld: what keeps a strict verdict from being drawn.
# waived_by: the place of the waiver by which a failure is none; no kind gives it.
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
    "members": pl.UInt64,
    "detail": pl.String,
    "alternative": pl.UInt8,
    "relaxed_by": pl.String,
    "withheld": pl.List(pl.String),
    "waived_by": pl.UInt32,
}
SUBJECT = ("county", "school", "unit", "stage")
SCOPES = ("unit", "school", "county")  # each rests on those before
# What a kind gives for names of RESULTS: a column; of `missing` also `Lacks`, of a unit also a word that
# all rows share.
Columns = Mapping[str, Any]


# what is not shown of a pass that is withheld
_FIGURES = ("value", "floor", "shortfall", "excess", "parts", "mean", "deviation", "relaxed_by")


class AnswerError(ValueError):
    """A kind's answer that is none; what is wrong with it."""


_ABOUT = {"shortfall_unit": "shortfall", "excess_unit": "excess"}  # what a word of all rows is of


@dataclass(frozen=True)
class OutcomeColumns:
    """Where the outcome of a rule stands: the plan, the columns by their names in RESULTS.

    words: what all its rows share. lacking: the names behind the bits of its `missing`; None where
    that is a list. Rows without a status are no subjects of it.
    """

    plan: Plan
    columns: Mapping[str, str]
    words: Mapping[str, str]
    lacking: tuple[str, ...] | None

    def column(self, name: str) -> pl.Expr:
        """One of RESULTS, null where the rule has none; of `missing` the code."""
        if name in self.words:
            return pl.when(self.column(_ABOUT[name]).is_not_null()).then(pl.lit(self.words[name]))
        if name in self.columns:
            return pl.col(self.columns[name])
        return pl.lit(None, pl.UInt64 if name == "missing" else RESULTS[name])

    @property
    def lacks(self) -> Lacks:
        """What is missing, row by row."""
        if "missing" not in self.columns:
            return Lacks()
        code = pl.col(self.columns["missing"])
        if self.lacking is None:
            return Lacks((code.fill_null(NO_WORDS),))
        tests = ((name, bit(code, place)) for place, name in enumerate(self.lacking))
        return Lacks(tuple((name, test.fill_null(value=False)) for name, test in tests))

    def results(self) -> Iterable[pl.Expr]:
        """The columns of RESULTS, `missing` as a list of names."""
        for name, dtype in RESULTS.items():
            column = self.lacks.listed() if name == "missing" else self.column(name)
            yield column.cast(dtype).alias(name)


class Tape(NamedTuple):
    """What a rule declared, with the test it is held to; the rest as in `OutcomeColumns`."""

    declared: list[Declared]
    test: tuple[pl.Expr, BaseException] | None
    columns: Mapping[str, str]
    words: Mapping[str, str]
    lacking: tuple[str, ...] | None


Tapes = dict[str, Tape]


@dataclass
class Evaluation:
    """What lies before the judge: the rules, the frames, the statements, and what is judged.

    strict: rules of unverified basis keep groups from concluding. merger: the frame of the rules
    for which some schools are added to others. waivers: those that are heeded. broken: rule → what went wrong in it. declared: what
    rules declared whose columns follow from the rule set alone; to be handed to the next counties.
    kept: kind → what it keeps for itself of these counties, by rule. untallied: the frames before
    anything was counted, to which corrections are made.
    """

    ruleset: Ruleset
    frames: Frames
    submission: Submission
    as_of: date
    kinds: Mapping[str, EvaluatedKind]
    strict: bool = False
    merger: Merger | None = None
    waivers: InForce = NONE_IN_FORCE
    broken: dict[str, str] = field(default_factory=dict)
    declared: Tapes = field(default_factory=dict)
    untallied: Frames | None = None

    def __post_init__(self) -> None:
        self._plans: dict[str, Plan] = {}
        self._judged: dict[str, OutcomeColumns] = {}
        self._outcomes: dict[str, pl.DataFrame] = {}
        self.kept: dict[str, dict[str, Any]] = {}

    def frames_of(self, rule: Rule) -> Frames:
        """The frames a rule is judged on."""
        merged = self.merger is not None and self.merger.concerns(rule)
        return self.merger.frames if self.merger is not None and merged else self.frames

    def subjects(self, rule: Rule) -> pl.DataFrame:
        """The frame of the rule's scope without the schools it excludes."""
        frame = self.frames_of(rule).of(rule.scope)
        out = self._excluded(rule)
        return frame if out is None else frame.filter(~out)

    def _excluded(self, rule: Rule) -> pl.Expr | None:
        if self.kinds[rule.kind].selects or not rule.exclude:
            return None
        outs = [conditions.matches(self.ruleset.exclusions[one].where) for one in rule.exclude]
        return pl.any_horizontal(*(out.fill_null(value=False) for out in outs))

    def plan(self, scope: str, rule: Rule | None = None) -> Plan:
        """The columns over a scope's frame (stage: a row a county and stage), as a rule sees it."""
        frames = self.frames if rule is None else self.frames_of(rule)
        key = scope if frames is self.frames or scope != "unit" else "merged"
        if key not in self._plans:
            self._plans[key] = self._begun(self._facts(key))
        return self._plans[key]

    def _begun(self, frame: pl.DataFrame) -> Plan:
        """A plan that tells of what fails; it does not keep the evaluation from being forgotten."""
        me = ref(self)

        def fails(owner: str, error: BaseException) -> None:
            if (evaluation := me()) is not None:
                evaluation._fails(owner, error)

        def typed(name: str) -> pl.DataType | type[pl.DataType]:
            evaluation = me()
            return pl.Null if evaluation is None else evaluation._type(name)

        return Plan(frame, fails, typed)

    def _facts(self, key: str) -> pl.DataFrame:
        """The frame that a plan is begun with."""
        if key == "stage":
            return every_stage(self.frames.county)
        if key == "merged" and self.merger is not None:
            return self.merger.frames.unit
        if key == "county":
            return with_statements(self.frames.county, self.submission, self.ruleset)
        return self.frames.of(key)

    def judged(self, rule_id: str) -> OutcomeColumns:
        """Where a rule's outcome stands; declared once, with all that it is made of."""
        if rule_id not in self._judged:
            rule = self.ruleset.rules[rule_id]
            try:
                self._judged[rule_id] = self._lasting(rule) or self._declared(
                    rule, *self._answer(rule)
                )
            except FAULTS as error:  # a broken rule is a finding, never a lost run
                self._fails(rule_id, error)
            if rule_id in self.eased:
                self._attribute(rule)
        return self._judged[rule_id]

    def _lasting(self, rule: Rule) -> OutcomeColumns | None:
        """The columns of a rule as they were declared over other counties; else kept for others."""
        if not all(self.kinds[one.kind].lasts(one) for one in rule.holders):
            return None
        for name in rule.references.rules:
            self.judged(name)
        plan = self.plan(rule.scope, rule)
        if rule.id not in self.declared:
            begun = len(plan.tape)
            found = self._declared(rule, *self._answer(rule))
            test, shape = plan.expected(rule.id), (found.columns, found.words, found.lacking)
            self.declared[rule.id] = Tape(plan.tape[begun:], test, *shape)
            return found
        known = self.declared[rule.id]
        for one in known.declared:
            plan.again(one)
        if known.test is not None:
            plan.expect(rule.id, *known.test)
        return OutcomeColumns(plan, known.columns, known.words, known.lacking)

    def _answer(self, rule: Rule) -> tuple[Plan, Columns]:
        """What its kind makes of a rule, and over which plan."""
        kind = self.kinds[rule.kind]
        if not kind.answers:
            return self.plan(kind.plan_of(rule), rule), kind.columns(rule, self)
        answer = self._accepted(kind.evaluate(rule, self), rule)
        key = key_of(answer)
        plan = self.plan("stage" if len(key) > 1 else rule.scope, rule)
        results = [name for name in RESULTS if name in answer.columns]
        named = {name: f"{rule.id}.{name}" for name in results}
        plan.join(answer.select(*key, *results).rename(named), key)
        return plan, {name: pl.col(column) for name, column in named.items()}

    def _declared(self, rule: Rule, plan: Plan, columns: Columns) -> OutcomeColumns:
        """The columns of a rule in its plan, under its `where` and without whom it excludes."""
        if strange := sorted(set(columns) - {*RESULTS}):
            raise AnswerError(say("不认识列 {names}", names=", ".join(strange)))
        if not isinstance(columns.get("status"), pl.Expr):
            raise AnswerError(say("缺少列 {names}", names="status"))
        told = dict(self._within_reach(rule, plan, columns))
        out, left = self._excluded(rule), pl.lit(value=False)
        if out is not None:
            left = plan.share(f"#out {' '.join(rule.exclude)}", lambda: out)
            told["status"] = pl.when(~left).then(told["status"])
        told |= self._waived(rule, plan, told["status"])
        told |= self._withheld(rule, plan, told)
        missing, lacking = told.pop("missing", None), None
        if isinstance(missing, Lacks) and missing.has_code:
            lacking = tuple(missing.named())
            missing = coded(missing.named())
        if missing is not None:
            told["missing"] = missing.listed() if isinstance(missing, Lacks) else missing
        names = {}
        for name, column in told.items():
            if isinstance(column, pl.Expr):
                typed = column if name == "missing" else column.cast(RESULTS[name])
                names[name] = f"{rule.id}.{name}"
                plan.let(names[name], typed, rule.id)
        if not rule.of:  # one made of others has no subjects beside theirs
            known = (pl.col(names["status"]) < len(STATUSES)).fill_null(left)
            plan.expect(rule.id, known, AnswerError(msg("status 为空或超出范围")))
        words = {name: word for name, word in told.items() if isinstance(word, str)}
        return OutcomeColumns(plan, names, words, lacking)

    def _waived(self, rule: Rule, plan: Plan, status: pl.Expr) -> Columns:
        """Its status with what is waived of it, and by which waiver; nothing where none is in force."""
        if rule.id not in self.waivers.of:
            return {}
        judged = plan.let(f"{rule.id}._judged", status.cast(pl.UInt8), rule.id, passing=True)
        place = self.waivers.waived_by(rule.id, judged, plan.table.columns)
        if place is None:
            return {"status": judged}
        by = plan.let(f"{rule.id}._waived", place, rule.id, passing=True)
        waived = pl.when(by.is_not_null()).then(pl.lit(WAIVED, pl.UInt8)).otherwise(judged)
        return {"status": waived, "waived_by": by}

    def _withheld(self, rule: Rule, plan: Plan, told: Columns) -> Columns:
        """Its columns without the passes of counties that may lack a row which could undo them."""
        if not self.submission.unattributed or rule.id not in self.resting_on_rows:
            return {}
        judged = plan.let(f"{rule.id}._drawn", told["status"].cast(pl.UInt8), rule.id, passing=True)
        met = (PASS, NOT_APPLICABLE) if rule.role == "conclusion" else (PASS,)
        open_ = plan.let(
            f"{rule.id}._open", self._lacking & judged.is_in(met), rule.id, passing=True
        )
        figures = (name for name in _FIGURES if isinstance(told.get(name), pl.Expr))
        return {
            "status": pl.when(open_).then(pl.lit(UNKNOWN, pl.UInt8)).otherwise(judged),
            **{name: pl.when(~open_).then(told[name]) for name in figures},
        }

    @cached_property
    def _lacking(self) -> pl.Expr:
        """Whether a row is about a county that may lack one."""
        keys = [dict(zip(KEY, key, strict=True)) for key in self.submission.unattributed]
        dtype = pl.Struct({"county_code": pl.String, "year": pl.Int32})
        return pl.struct(KEY).is_in(pl.Series(keys, dtype=dtype).implode())

    @cached_property
    def resting_on_rows(self) -> Set[str]:
        """The rules of counties that a pass of more schools could undo; the conclusion among them."""
        rules, graph = self.ruleset.rules, self.ruleset.references
        return {
            name
            for name, rule in rules.items()
            if rule.scope == "county"
            and (
                rule.role == "conclusion"
                or any(one.scope == "county" for one in graph.tallies(name))
                or any(rules[one].scope != "county" for one in rule.of if one in rules)
            )
        }

    def _type(self, name: str) -> pl.DataType | type[pl.DataType]:
        """The type of a column of some rule, by the name it has in a plan."""
        owner, _, field = name.rpartition(".")
        if field == "missing" and owner in self._judged and self._judged[owner].lacking is not None:
            return pl.UInt64
        return RESULTS.get(field, pl.Null)

    def _within_reach(self, rule: Rule, plan: Plan, columns: Columns) -> Columns:
        """The columns under the rule's `where`: not met → not_applicable; open → unknown, unless it is met anyway.

        A rule that is met fails nobody whether it applies or not, so that only a failure or a blank
        has to wait for the missing fact.
        """
        if not rule.where or self.kinds[rule.kind].selects:
            return columns
        key = f"{rule.id}._where"
        status = plan.let(f"{key} status", columns["status"], rule.id, passing=True)
        applies = plan.let(f"{key} applies", conditions.matches(rule.where), rule.id, passing=True)
        out = (~applies).fill_null(value=False)
        settled = status.is_in([PASS, NOT_APPLICABLE])
        is_open = plan.let(f"{key} open", applies.is_null() & ~settled, rule.id, passing=True)
        missing = columns.get("missing")
        if not isinstance(missing, Lacks):
            missing = Lacks(() if missing is None else (missing,))
        open_facts = tallies.open_facts(self.frames_of(rule), rule.scope, rule.where)
        told = {
            name: pl.when(out | is_open).then(None).otherwise(columns[name])
            for name in (
                "value",
                "threshold",
                "floor",
                "shortfall",
                "excess",
                "parts",
                "relaxed_by",
            )
            if isinstance(columns.get(name), pl.Expr)
        }
        state = pl.when(out).then(NOT_APPLICABLE).when(is_open).then(UNKNOWN).otherwise(status)
        return {
            **columns,
            **told,
            "status": state,
            "missing": open_facts.where(is_open) + missing.where(~out),
        }

    def _fails(self, owner: str, error: BaseException) -> None:
        """Put a rule into state error, for all its subjects."""
        if owner not in self.ruleset.rules:
            return
        show_traceback(error)
        self.broken[owner] = f"{type(error).__name__}: {error}"
        rule = self.ruleset.rules[owner]
        plan = self.plan(rule.scope, rule)
        out = self._excluded(rule)
        status = (
            pl.lit(ERROR, pl.UInt8) if out is None else pl.when(~out).then(pl.lit(ERROR, pl.UInt8))
        )
        name = f"{owner}.status"
        plan.let(name, status)
        self._judged[owner] = OutcomeColumns(plan, {"status": name}, {}, None)

    @property
    def done(self) -> Set[str]:
        """The rules judged so far."""
        return self._judged.keys()

    def outcome(self, rule_id: str) -> pl.DataFrame:
        """The outcome of a rule: a row a subject, with the columns of RESULTS; computed once."""
        if rule_id not in self._outcomes:
            self._outcomes[rule_id] = self.outcomes(rule_id).collect()
        return self._outcomes[rule_id]

    def outcomes(self, rule_id: str) -> pl.LazyFrame:
        """As `outcome`, for a question that goes on."""
        self.run([rule_id])
        judged = self.judged(rule_id)
        frame = judged.plan.frame
        names = [name for name in SUBJECT if name in frame.columns]
        there = judged.column("status").is_not_null()
        return frame.lazy().filter(there).select(*names, *judged.results())

    def run(self, rules: Iterable[str]) -> None:
        """Declare rules, and all that they are made of, the narrowest scopes first.

        What is declared is computed when a plan's frame is asked for.
        """
        wanted = {rule.id for rule in self.ruleset.references.members(*rules)}
        todo = [rule for name, rule in self.ruleset.rules.items() if name in wanted]
        todo = [rule for rule in todo if rule.id not in self._judged]
        for scope in SCOPES:
            here = [rule for rule in todo if rule.scope == scope]
            for rule in here:
                self._prepare(rule)
            for rule in here:
                self.judged(rule.id)

    def _prepare(self, rule: Rule) -> None:
        try:
            self.kinds[rule.kind].prepare(rule, self)
        except FAULTS as error:
            self._fails(rule.id, error)

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

    def corrected(
        self, submission: Submission, facts: Collection[str], affected: Collection[str]
    ) -> Evaluation:
        """The same subjects judged with other figures of the schools' facts, of which only these rules
        (and all made of them) are judged again; the outcomes of the others are taken over.

        Where all are, the facts may also say which stages a school has.
        """
        known = self.untallied if len(affected) < len(self.ruleset.rules) else None
        cut = untallied = (
            frames(submission, self.ruleset.split)
            if known is None
            else refilled(known, submission.schools, facts)
        )
        merged = merger(cut, self.ruleset, submission.amounts)
        graph = self.ruleset.references
        again = {tally.name for name in affected for tally in graph.tallies(name)}
        kept = set(self.ruleset.rules) - set(affected)
        used = [one for one in graph.used_tallies if one.name in again or not kept]
        cut = tallies.count(cut, used, graph.summed_together)
        other = replace(
            self, frames=cut, submission=submission, merger=merged, broken={}, untallied=untallied
        )
        for key, old in self._plans.items():
            columns = [one for one in old.frame if _owner(one.name) in kept]
            other._plans[key] = other._begun(other._facts(key).hstack(columns))
        plans = {id(old): other._plans[key] for key, old in self._plans.items()}
        for name in kept & self._judged.keys():
            judged = self._judged[name]
            other._judged[name] = replace(judged, plan=plans[id(judged.plan)])
        other.broken = {name: why for name, why in self.broken.items() if name in kept}
        other.run(affected)
        other.settle()
        return other

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
        return replace(self, ruleset=without(self.ruleset), broken={}, declared={})

    def _attribute(self, rule: Rule) -> None:
        """Say of a rule made of others what it owes to their relaxations."""
        plain, judged = self.without_relaxations, self._judged[rule.id]
        result = self.outcome(rule.id)
        members = [self.outcome(name) for name in rule.of if name in self.ruleset.rules]
        owed = attributed(result, plain.outcome(rule.id), members, self.eased[rule.id])
        self.broken = {**plain.broken, **self.broken}  # what broke there is to be mended as well
        key, name = key_of(result), f"{rule.id}.owed"
        judged.plan.join(owed.select(*key, pl.col("relaxed_by").alias(name)), key)
        self._judged[rule.id] = replace(judged, columns={**judged.columns, "relaxed_by": name})
        del self._outcomes[rule.id]

    def settle(self) -> None:
        """Compute all that is declared, so that `broken` is complete."""
        for key in ("unit", "merged", "school", "stage", "county"):
            if key in self._plans:
                _ = self._plans[key].frame

    def sheets(self) -> Mapping[str, pl.DataFrame]:
        """Plan → its frame, with all that is declared computed."""
        self.settle()
        return {key: plan.frame for key, plan in self._plans.items()}

    def sheet_of(self, judged: OutcomeColumns) -> str:
        """The name of the plan in which an outcome stands."""
        return next(key for key, plan in self._plans.items() if plan is judged.plan)

    def county_status(self, rule_id: str) -> pl.Expr:
        """A rule's status in the plan of counties: the worst of its rows, not_applicable where none."""
        judged = self.judged(rule_id)
        if judged.plan is not self.plan("county"):
            self.roll_up()
            judged = self.judged(rule_id)  # it may have broken
        own = judged.plan is self.plan("county")
        status = judged.column("status") if own else pl.col(f"{rule_id}.county status")
        if self.submission.unattributed and self.ruleset.rules[rule_id].scope != "county":
            status = pl.when(self._lacking & (status == PASS)).then(UNKNOWN).otherwise(status)
        return status.fill_null(NOT_APPLICABLE)

    def county_lacks(self, rule_id: str) -> Lacks:
        """The facts that keep a rule unknown anywhere in a county, in the plan of counties."""
        judged, name = self.judged(rule_id), f"{rule_id}.county lacks"
        if judged.plan is self.plan("county"):
            return judged.lacks.where(judged.column("status") == UNKNOWN)
        if name not in self.plan("county"):
            unknown = self.outcome(rule_id).filter(pl.col("status") == UNKNOWN)
            lists = pl.col("missing").explode().drop_nulls().unique(maintain_order=True)
            table = unknown.group_by("county", maintain_order=True).agg(lists.alias(name))
            self.plan("county").join(table, "county")
        return Lacks((pl.col(name).fill_null(NO_WORDS),))

    def roll_up(self) -> None:
        """Bring what narrower scopes found to the counties, in one query a plan.

        `<rule>.county status`, the worst; of rules whose findings roll up also how many schools
        fail, what is missing where it is unknown, and by which switches they pass.
        """
        county = self.plan("county")
        for key in ("unit", "merged", "school", "stage"):
            plan = self._plans.get(key)
            if plan is None:
                continue
            rows = plan.frame.with_row_index("_at")
            found = [
                (self.ruleset.rules[name], judged)
                for name, judged in self._judged.items()
                if judged.plan is plan and f"{name}.county status" not in county
            ]
            if found:
                columns = [one for rule, judged in found for one in self._rolled(rule, judged)]
                table = rows.group_by("county", maintain_order=True).agg(*columns)
                county.join(table, "county")

    def _rolled(self, rule: Rule, judged: OutcomeColumns) -> Iterator[pl.Expr]:
        status, name = judged.column("status"), f"{rule.id}.county"
        yield status.min().alias(f"{name} status")
        if not rule.rolls_up:
            return
        yield (
            pl.col("school")
            .filter(status == FAIL)
            .n_unique()
            .cast(pl.Float64)
            .alias(f"{name} failing")
        )
        if judged.lacks.has_lists:
            lists = judged.column("missing").filter(status == UNKNOWN).explode().drop_nulls()
            yield lists.unique(maintain_order=True).alias(f"{name} missing")
        else:
            for fact, test in self._by_stage(judged).items():
                yield pl.col("_at").filter((status == UNKNOWN) & test).min().alias(f"{name} {fact}")
        if "relaxed_by" in judged.columns:
            names = judged.column("relaxed_by").str.split(JOINT).explode().drop_nulls()
            yield names.unique(maintain_order=True).alias(f"{name} owed")

    def _by_stage(self, judged: OutcomeColumns) -> Mapping[str, pl.Expr]:
        return tallies.by_stage(judged.lacks, staged="unit" in judged.plan)

    def rolled_up(self, rule_id: str) -> Mapping[str, pl.Expr]:
        """What the counties' findings of a school rule show, by names of RESULTS; over_count: schools that fail."""
        judged, name = self.judged(rule_id), f"{rule_id}.county"
        status = self.county_status(rule_id)
        if judged.lacks.has_lists:
            missing = pl.col(f"{name} missing").fill_null(NO_WORDS)
        else:
            missing = in_order({fact: pl.col(f"{name} {fact}") for fact in self._by_stage(judged)})
        found = {
            "status": status.cast(pl.UInt8),
            "over_count": pl.col(f"{name} failing"),
            "missing": missing,
        }
        if "relaxed_by" in judged.columns:
            owed = pl.col(f"{name} owed").list.join(JOINT)
            found["relaxed_by"] = pl.when((status == PASS) & (owed != "")).then(owed)
        return found


Sentences = Mapping[int, pl.Expr] | pl.Expr | None


class EvaluatedKind(RuleKind):
    """A kind of rule to the judge: how it evaluates and words a rule.

    withholds: under a strict verdict it says itself (`withheld`) which rules keep it from concluding.
    """

    withholds: ClassVar[bool] = False

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """Names of RESULTS, status among them, → columns of the plan.

        Expressions over the frame of the rule's scope and what was declared over it; all rules of a
        scope are computed in one query. Missing facts are given as `Lacks`. Rows that are excluded are
        left out afterwards.
        """
        raise NotImplementedError(f"kind {self.name} has neither columns nor evaluate")

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a subject: the subject's columns, and any of RESULTS, status among them.

        For a kind that needs more than its row, instead of `columns`: the outcomes of other rules
        are at hand. Every subject of the rule, once. An answer that lacks a subject or status, or has
        strange ones, puts the rule into state error, and so does whatever is raised.
        """
        raise NotImplementedError

    @property
    def answers(self) -> bool:
        """Whether it gives a frame of its own instead of columns."""
        return type(self).evaluate is not EvaluatedKind.evaluate

    @property
    def in_parts(self) -> bool:
        """Whether it judges parts of rules: those that give `part_columns` do."""
        return type(self).part_columns is not EvaluatedKind.part_columns

    def prepare(self, rule: Rule, evaluation: Evaluation) -> None:
        """Declare over narrower scopes what is to be gathered for the rule's own."""

    def lasts(self, holder: Rule | Part) -> bool:
        """Whether its `columns` follow from the rule set alone, so that those of some counties serve others."""
        return False

    def plan_of(self, rule: Rule) -> str:
        """Over which plan it gives its columns: the rule's scope, or stage."""
        return rule.scope

    def part_columns(self, rule: Rule, part: Part, evaluation: Evaluation) -> Columns:
        """The same for one part of a rule, over the rule's plan.

        Raises ValueError for a kind that judges whole rules only.
        """
        raise ValueError(f"part {part.key}: {self.name}")

    def sentence(self, rule: Rule, ruleset: Ruleset) -> Sentences:
        """What is met, missed or unknown, in the current language, of the columns of a finding.

        Of the columns of RESULTS, `subject` (whom it is about) and `stage`: status → its sentence,
        for every row of that status (of not_applicable for those that show a value all the same), or
        one for all, which is asked of what passes, fails, is unknown or shows a value. Where that is
        null, and for a kind without a sentence, the core's words stand.
        """
        return None

    def part_title(self, name: pl.Expr, rule: Rule, ruleset: Ruleset) -> pl.Expr:
        """What a part of a finding is called, by its name: the key of a rule's part, or a rule's id."""
        titles = {key: ruleset.rules[key].label for key in rule.of if key in ruleset.rules}
        return name.replace({**titles, **{part.key: part.label for part in rule.parts}})

    def excess_unit(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | str:
        """What is too much is counted in: by default what the limit counts."""
        return self.measure(rule, ruleset)

    def operator(self, rule: Rule) -> str | None:
        """How a finding's value is compared with its threshold; None where it is not."""
        return rule.limit.operator if rule.limit is not None else None

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """The unit of a finding's value, in the current language; empty where it has none."""
        indicator = ruleset.indicators.get(rule.indicator or "")
        return pick(indicator.unit, indicator.unit_en) if indicator is not None else ""

    def measure(self, holder: Rule | Part, ruleset: Ruleset) -> str:
        """What a limit of a rule or part of this kind counts, in the current language."""
        indicator = ruleset.indicators.get(holder.indicator or "")
        return pick(indicator.measure, indicator.measure_en) if indicator is not None else ""

    def evidence(self, rule: Rule) -> tuple[str, ...]:
        """Facts of which one is enough, the best first; the last follows from any of the others."""
        return ()

    def entry_limits(self, rule: Rule) -> Iterable[tuple[str, str, Limit]]:
        """What is asked of every entry of a list: field, its title, its limit."""
        return ()

    def doubts(self, rule: Rule, holder: Rule | Part, evaluation: Evaluation) -> Iterable[Problem]:
        """Warnings about what a rule or part of this kind was judged by, of all its counties."""
        return ()


def evaluate(
    ruleset: Ruleset,
    submission: Submission,
    as_of: date,
    kinds: Mapping[str, EvaluatedKind],
    *,
    strict: bool = False,
    only: Collection[str] | None = None,
    declared: Tapes | None = None,
    waivers: InForce = NONE_IN_FORCE,
) -> Evaluation:
    """Judge a submission: afterwards `outcomes` holds every rule of the set.

    only: of these rules, and of what they rest on; any other is judged when it is asked for.
    declared: what was declared over other counties by the same rules, of the same switches and day.
    waivers: those heeded for all of these counties.
    """
    submission = submission.completed()
    untallied = frames(submission, ruleset.split)
    merged = merger(untallied, ruleset, submission.amounts)
    graph = ruleset.references
    cut = tallies.count(untallied, graph.used_tallies, graph.summed_together)
    evaluation = Evaluation(ruleset, cut, submission, as_of, kinds, strict, merged, waivers)
    evaluation.untallied = untallied
    evaluation.declared = {} if declared is None else declared
    evaluation.run(ruleset.rules if only is None else only)
    evaluation.settle()
    return evaluation


def at_work(judging: ref[Evaluation]) -> Evaluation:
    """The evaluation whose columns are being computed.

    A column that looks at others' rows holds it weakly: Polars keeps what a column calls, unseen by
    Python's search for what is no longer used.
    """
    evaluation = judging()
    if evaluation is None:
        raise RuntimeError("computed after its evaluation was gone")
    return evaluation


def _owner(column: str) -> str:
    """The rule whose column it is, by its name in a plan; facts have none."""
    return column.partition("/")[0].partition(".")[0] if "." in column else ""


def every_stage(county: pl.DataFrame) -> pl.DataFrame:
    """A row for every county and compulsory stage."""
    names = county.select("county", *KEY, "county_name")
    order = pl.Series(range(len(COMPULSORY)), dtype=pl.Int32)
    stages = pl.DataFrame({"stage": COMPULSORY, "stage_order": order})
    return names.join(stages, how="cross")


def part_entry(name: pl.Expr, status: pl.Expr | str = "status", **fields: pl.Expr) -> pl.Expr:
    """One entry of `parts`; the fields of PART that are not given are null."""
    code = pl.col(status) if isinstance(status, str) else status
    words = code.replace_strict(dict(enumerate(STATUSES)), return_dtype=pl.String)
    given = {"name": name, "status": words, **fields}
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
