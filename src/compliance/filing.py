"""The declaration forms of the counties in files: judged by their rule sets, filled in, unwritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compliance.checker import Choice, Docket, prepare
from compliance.declaration.filling import papers
from compliance.declaration.reading import form_for
from compliance.engine import evaluate
from compliance.plugins import Offers
from compliance.render import judged_by
from compliance.render.declare import Declared
from compliance.vocabulary import titles


def declarations(
    paths: Sequence[Path], offers: Offers, choice: Choice
) -> tuple[Docket, list[Declared]]:
    """What lies ready to be judged, and the filled form of every county that can be, in order.

    Raises UsageError where a rule set has no form, PackError where a form is faulty, and what
    `checker.prepare` raises.
    """
    docket = prepare(paths, offers, choice)
    changes, headings = judged_by.changes(choice.stated()), titles(docket.words)
    forms = []
    for case in docket.cases:
        bench = evaluate(case.rules, case.part, case.as_of, offers.kinds, strict=choice.strict)
        forms += [
            Declared(paper, case.rules.template_dirs)
            for paper in papers(form_for(case.rules), bench, headings, changes)
        ]
    return docket, sorted(forms, key=lambda one: (one.paper.county_code, one.paper.year))
