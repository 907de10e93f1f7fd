"""What a kind of rule is to the engine: how it evaluates, words, works out and exemplifies a rule.

A new kind is one class in one file: its settings (`compliance.rules.kinds`), what it looks at, and
the methods below. Only `columns` or `evaluate` is needed; all else has a plain default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar

import polars as pl

from compliance.engine import formula
from compliance.engine.evaluate import Columns, Evaluation
from compliance.engine.figures import applicability, figures
from compliance.engine.subject import Subject
from compliance.engine.variants import turning
from compliance.engine.working import Flip, Input, Working
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick
from compliance.rules.kinds import RuleKind
from compliance.rules.language.model import Indicator, Limit, Part, Rule
from compliance.rules.language.ruleset import Ruleset

Sentences = Mapping[int, pl.Expr] | pl.Expr | None


class Kind(RuleKind):
    """A kind of rule: one instance serves every rule of it and keeps nothing of any.

    withholds: under a strict verdict it says itself (`withheld`) which rules keep it from concluding.
    """

    withholds: ClassVar[bool] = False

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """Names of `compliance.engine.evaluate.RESULTS`, status among them, → columns of the plan.

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
        return type(self).evaluate is not Kind.evaluate

    @property
    def in_parts(self) -> bool:
        """Whether it judges parts of rules: those that give `part_columns` do."""
        return type(self).part_columns is not Kind.part_columns

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
        indicator = _indicator(rule, ruleset)
        return pick(indicator.unit, indicator.unit_en) if indicator is not None else ""

    def measure(self, holder: Rule | Part, ruleset: Ruleset) -> str:
        """What a limit of a rule or part of this kind counts, in the current language."""
        indicator = _indicator(holder, ruleset)
        return pick(indicator.measure, indicator.measure_en) if indicator is not None else ""

    def evidence(self, rule: Rule) -> tuple[str, ...]:
        """Facts of which one is enough, the best first; the last follows from any of the others."""
        return ()

    def entry_limits(self, rule: Rule) -> Iterable[tuple[str, str, Limit]]:
        """What is asked of every entry of a list: field, its title, its limit."""
        return ()

    def working(self, subject: Subject, begun: Working) -> Working:
        """How the verdict of a subject came about: its figures, their comparisons, what would turn it.

        begun: who is judged by which rule, and the verdict; the places of figures are found later.
        """
        holders = [(subject.evaluation.kinds[one.kind], one) for one in subject.rule.holders]
        stated = (item for kind, one in holders for item in kind.stated(subject, one))
        shared = (
            formula.is_shared(subject, subject.ruleset.indicators[one.indicator])
            for one in subject.limits
        )
        remarks = (text for kind, one in holders for text in kind.remarks(subject, one))
        return replace(
            begun,
            inputs=(*figures(subject), *dict.fromkeys(stated)),
            conditions=applicability(subject),
            split=formula.split(subject) if any(shared) else (),
            comparisons=formula.comparisons(subject),
            flips=self.flips(subject, begun.status),
            notes=(*begun.notes, *remarks),
        )

    def stated(self, subject: Subject, holder: Rule | Part) -> Iterable[Input]:
        """What a rule or part of this kind rests on beside figures: statements, entries of a list."""
        return ()

    def remarks(self, subject: Subject, holder: Rule | Part) -> Iterable[str]:
        """What is to be said of how a rule or part of this kind is judged."""
        return ()

    def doubts(self, rule: Rule, holder: Rule | Part, evaluation: Evaluation) -> Iterable[Problem]:
        """Warnings about what a rule or part of this kind was judged by, of all its counties."""
        return ()

    def flips(self, subject: Subject, status: str) -> tuple[Flip, ...]:
        """The smallest changes of single figures that turn the verdict, each found by judging again."""
        return turning(subject, status)

    def example(
        self, holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
    ) -> Iterable[str]:
        """The lines of an example of a rule, or of a part of it, with figures chosen for it.

        titles: what facts are called. By default the indicator on its limit and a step beside it.
        """
        return formula.example(holder, rule, ruleset, titles)


def _indicator(holder: Rule | Part, ruleset: Ruleset) -> Indicator | None:
    return ruleset.indicators.get(holder.indicator or "")
