"""What a kind of rule is to the engine: how it evaluates, words, works out and exemplifies a rule.

A new kind is one class in one file: its settings (`compliance.rules.kinds`), what it looks at, the methods
that the judge asks (`compliance.engine.evaluate`), and those below. Only `columns` or `evaluate` is needed; all else has
a plain default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compliance.engine import formula
from compliance.engine.evaluate import EvaluatedKind
from compliance.engine.figures import applicability, figures
from compliance.engine.subject import Subject
from compliance.engine.variants import turning
from compliance.engine.working import Flip, Input, Working
from compliance.rules.language.model import Part, Rule
from compliance.rules.language.ruleset import Ruleset


class Kind(EvaluatedKind):
    """A kind of rule: one instance serves every rule of it and keeps nothing of any."""

    @staticmethod
    def of(subject: Subject, holder: Rule | Part | None = None) -> Kind:
        """The kind of a subject's rule, or of a part of it, with what the judge does not know: its workings.

        Raises TypeError for one that has none.
        """
        found = subject.evaluation.kinds[(holder or subject.rule).kind]
        if not isinstance(found, Kind):
            raise TypeError(f"kind {found.name} works nothing out")
        return found

    def working(self, subject: Subject, begun: Working) -> Working:
        """How the verdict of a subject came about: its figures, their comparisons, what would turn it.

        begun: who is judged by which rule, and the verdict; the places of figures are found later.
        """
        holders = [(Kind.of(subject, one), one) for one in subject.rule.holders]
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
