"""A judged county held ready: a school's figures corrected, and what that changes judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from compliance import intake
from compliance.checker.report import Wording
from compliance.engine.evaluate import Evaluation
from compliance.engine.findings import findings
from compliance.engine.results import FINDINGS
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import Problem, UsageError, suggestion
from compliance.kernel.i18n import say, use
from compliance.kernel.submission import COMPULSORY, STAGES

_SUBJECT = ("rule", "level", "school_code", "stage")
_COMPARED = ("status", "value", "threshold", "shortfall", "excess", "message")
# They say which stages a school has, on which every rule rests.
_WHO = {"school_type", *(f"{stage}_students" for stage in STAGES)}


@dataclass(frozen=True)
class Correction:
    """What a correction changed.

    before, after: the findings that differ, columns FINDINGS, the same rules and subjects in the same
    order (a stage that came or went stands in one of them alone). verdict: the state of the conclusion.
    """

    before: pl.DataFrame
    after: pl.DataFrame
    verdict: str


class HeldCounty:
    """One county, of which figures are corrected one after another (`Checker.hold`).

    Only the rules that rest on a corrected figure are judged again, over the whole county and by the
    same judge. What followed from its parts follows from the corrected ones. The data checks are not
    repeated: their warnings stay those of the files. findings: all as they are now, in order.
    """

    def __init__(self, evaluation: Evaluation, words: Wording, problems: Sequence[Problem]) -> None:
        self._evaluation, self._words, self._problems = evaluation, words, problems
        self.findings = self._told(evaluation, evaluation.ruleset.rules)

    def correct(self, school_code: str, figures: Mapping[str, object]) -> Correction:
        """Put figures (fact → value, None: blank) in the place of a school's, and judge.

        Raises UsageError where there is no such school or fact, or the value cannot be one.
        """
        given = self._evaluation.submission
        mine = pl.col("school_code") == school_code
        if school_code not in given.schools["school_code"]:
            known = given.schools["school_code"].to_list()
            what = say("没有学校（机构）标识码为 {code} 的学校", code=school_code)
            raise UsageError(what, todo=suggestion(school_code, known))
        row = given.schools.row(by_predicate=mine, named=True)
        changes = _followed(row, self._accepted(figures), self._words.vocabulary)
        columns = [
            pl.when(mine)
            .then(pl.lit(value, given.schools.schema[fact]))
            .otherwise(fact)
            .alias(fact)
            for fact, value in changes.items()
        ]
        submission = replace(given, schools=given.schools.with_columns(columns))
        affected = self._affected(set(changes), row)
        self._evaluation = self._evaluation.corrected(submission, changes.keys(), affected)
        now = self._told(self._evaluation, affected)
        again = pl.col("rule").is_in(list(affected))
        before = self.findings.filter(again)
        self.findings = _in_order([self.findings.filter(~again), now], self._places)
        key = [*_SUBJECT, *_COMPARED]
        return Correction(
            before.join(now, on=key, how="anti", nulls_equal=True, maintain_order="left"),
            now.join(before, on=key, how="anti", nulls_equal=True, maintain_order="left"),
            str(self.findings.row(by_predicate=self._concludes, named=True)["status"]),
        )

    def _accepted(self, figures: Mapping[str, object]) -> dict[str, object]:
        facts = self._words.vocabulary.school
        for name in figures:
            if name not in facts:
                what = say("没有名为 {fact} 的数据项", fact=name)
                raise UsageError(what, todo=suggestion(name, facts))
        return {name: intake.accept_value(facts[name], one) for name, one in figures.items()}

    def _told(self, evaluation: Evaluation, rules: Mapping[str, object]) -> pl.DataFrame:
        found = findings(evaluation, self._problems, only=rules.keys())
        with use(self._words.language):
            return self._words.told(found).frame.cast(FINDINGS)

    def _affected(self, changed: set[str], row: Mapping[str, object]) -> dict[str, None]:
        """The rules that rest on any of the facts, through whatever; of a stage whose pupils are blank
        any figure may say that the school has it.
        """
        every = self._evaluation.ruleset.rules
        open_ = tuple(f"{stage}_" for stage in STAGES if row[f"{stage}_students"] is None)
        if changed & _WHO or any(name.startswith(open_) for name in changed):
            return dict.fromkeys(every)
        return {name: None for name in every if changed & self._behind[name]}

    @cached_property
    def _behind(self) -> Mapping[str, set[str]]:
        """Rule → all facts behind it, stems by both stages too."""
        graph = self._evaluation.ruleset.references
        return {
            name: {
                one
                for fact in graph.all_facts(name)
                for one in (fact, *(f"{stage}_{fact}" for stage in COMPULSORY))
            }
            for name in self._evaluation.ruleset.rules
        }

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self._evaluation.ruleset.rules)}

    @property
    def _concludes(self) -> pl.Expr:
        concludes = self._evaluation.ruleset.concludes
        return (pl.col("rule") == concludes) & (pl.col("level") == "county")


def _followed(
    row: Mapping[str, object], figures: Mapping[str, object], vocabulary: Vocabulary
) -> dict[str, object]:
    """Corrected figures of a school with what follows from them.

    What is given itself stays; what equals the sum of its parts, or the largest of its list, before
    the correction follows from them after it.
    """
    found = {**row, **figures}
    for fact in vocabulary.school.values():
        if fact.name in figures:
            continue
        ways: list[tuple[tuple[str, ...], object]] = [(parts, sum) for parts in fact.parts]
        ways += [((fact.largest_of,), max)] if fact.largest_of else []
        for parts, follows in ways:
            old, new = ([one.get(name) for name in parts] for one in (row, found))
            if old != new and None not in old and row[fact.name] == _worked(follows, old):
                found[fact.name] = None if None in new else _worked(follows, new)
    return {name: value for name, value in found.items() if name in figures or value != row[name]}


def _worked(follows: object, values: Sequence[object]) -> object:
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return follows(flat) if flat and callable(follows) else None


def _in_order(frames: Sequence[pl.DataFrame], places: Mapping[str, int]) -> pl.DataFrame:
    """Findings of one county in the order of the contract."""
    stages = {stage: place for place, stage in enumerate(COMPULSORY)}
    order = [
        pl.col("school_code"),
        pl.col("stage").replace_strict(stages, default=None, return_dtype=pl.Int8),
        pl.col("rule").replace_strict(places, return_dtype=pl.Int32),
    ]
    return pl.concat(frames).sort(order, nulls_last=True, maintain_order=True)
