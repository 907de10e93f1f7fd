"""The declaration forms of the counties in files: judged by their rule sets, filled in, unwritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compliance.checker.check import Choice, Docket, judged, prepare
from compliance.declaration.compare.submitted_sheet import folded
from compliance.declaration.fill.fill import papers
from compliance.declaration.fill.filled_form import Paper
from compliance.declaration.form.form import Form
from compliance.declaration.form.parse_form import form_for
from compliance.declaration.write.write import Declared
from compliance.engine.evaluate import Bench
from compliance.engine.findings import verdicts
from compliance.facts.vocabulary import titles
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import LANGUAGES, lang, use
from compliance.plugins.manager import Offers
from compliance.render import phrases


def declarations(
    paths: Sequence[Path], offers: Offers, choice: Choice, *, spoken: bool = False
) -> tuple[Docket, list[Declared]]:
    """What lies ready to be judged, and the filled form of every county that can be, in order.

    spoken: in every language, to be compared with a county's own.
    Raises UsageError where a rule set has no form, PackError where a form is faulty, and what
    `checker.prepare` raises.
    """
    docket = prepare(paths, offers, choice)
    forms = []
    for case in docket.cases:
        bench = judged(case, offers, choice)
        form, problems = form_for(case.rules), (*docket.problems, *verdicts.remarks(bench))
        languages = [lang(), *(one for one in LANGUAGES if spoken and one != lang())]
        written = [_spoken(one, form, bench, docket, choice, problems) for one in languages]
        forms += [
            Declared(alike[0], case.rules.template_dirs, alike)
            for alike in zip(*written, strict=True)
        ]
    return docket, sorted(forms, key=lambda one: (one.paper.county_code, one.paper.year))


def _spoken(
    language: str, form: Form, bench: Bench, docket: Docket, choice: Choice,
    problems: Sequence[Problem],
) -> list[Paper]:  # fmt: skip
    """The form of every county of a case in one language."""
    with use(language):
        changes, headings = phrases.changes(choice.stated()), titles(docket.words)
        spellings = {
            name: {folded(word): canonical for word, canonical in fact.words.items()}
            for name, fact in docket.words.school.items()
            if fact.words
        }
        return list(papers(form, bench, headings, changes, problems, spellings))
