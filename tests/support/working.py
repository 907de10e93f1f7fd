"""The context of a working, on small rule sets and on files, as tests of `working` need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compliance.checker import Batch, Job
from compliance.engine.evaluate import evaluate
from compliance.engine.kinds import Kind, kinds
from compliance.engine.working import Working
from compliance.explain.context import Context
from compliance.explain.working import workings
from compliance.facts.vocabulary import vocabulary
from compliance.intake.cell_locations import Watch
from compliance.rules.language.ruleset import Ruleset
from tests.support.rules import DAY, submission

EXAMPLES = Path(__file__).parents[2] / "examples"


def context_of(
    rules: Ruleset, schools: Sequence[Mapping[str, Any]],
    offered: Mapping[str, Kind] | None = None, **county: Any,
) -> Context:  # fmt: skip
    """One county of made-up schools, whose codes are 1, 2, 3 …; offered: kinds beside the core's."""
    figures = submission(schools, county.pop("county", None), **county)
    words = vocabulary()
    batch = Batch(figures, (Job(rules, DAY, figures),), (), (), words)
    evaluation = evaluate(rules, figures, DAY, {**kinds(), **(offered or {})})
    assert evaluation.broken == {}
    row = figures.counties.row(0, named=True)
    return Context(batch, evaluation, Watch({}, words), row)


def working(
    rules: Ruleset, schools: Sequence[Mapping[str, Any]], rule: str, school: str | None = None,
    stage: str | None = None, **county: Any,
) -> Working:  # fmt: skip
    """The one working of a rule for a school's stage, or the county."""
    (found,) = workings(context_of(rules, schools, **county), rule, school, stage)
    return found
