"""For which rule set a command writes the workbook that a county fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from compliance.render.workbook_form import WorkbookForm


def workbook_form(
    ruleset: str | None = None,
    as_of: date | None = None,
    *,
    switches: tuple[str, ...] = (),
    everything: bool = False,
) -> WorkbookForm:
    """The form for a rule set, the base where None, as of a day or today, with these switches on.

    everything: with what is only for reference. Raises UsageError for a word that stands for nothing.
    """
    from compliance.declaration import printed_facts
    from compliance.explain.ruleset_listing import opened
    from compliance.render.workbook_form import WorkbookForm
    from compliance.rules.reference.needed_facts import needed_facts

    rules, words = opened(ruleset, as_of, switches)
    return WorkbookForm(
        words,
        rules.label,
        rules.subject,
        rules.id,
        tuple(rules.rules.values()),
        needed_facts(rules, words),
        printed_facts(rules, words),
        everything,
    )
