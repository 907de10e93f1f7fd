"""What a form asks for, before there is a county: its references, and the facts that these rest on."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.declaration.form import (
    DeclarationForm,
    FigureReference,
    FormTable,
    Placeholder,
    Sentence,
    form_for,
)
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import UsageError
from compliance.rules.language import conditions
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.needed_facts import named


def printed_facts(rules: Ruleset, words: Vocabulary) -> frozenset[str]:
    """The facts by their names that the form of a rule set shows or counts; none where it has no form.

    What a verdict or figure of a rule rests on is the rule's, and not named here.
    """
    try:
        form = form_for(rules)
    except UsageError:
        return frozenset()
    sentences = [*form.lead, *form.cover, *form.signature]
    references = [one for table in form.tables for one in asked_by(table)]
    references += [one for sentence in sentences for one in _blanks(sentence)]
    plain = [one for one in references if not one.kind]
    return frozenset(
        named((name for one in plain for name in facts_asked(form, rules, one)), words)
    )


def asked_by(table: FormTable) -> Iterator[FigureReference]:
    """Everything a table asks for."""
    if table.rule:
        yield FigureReference("value", table.rule)
    for column in table.columns:
        kind, _, name = column.value.partition(":")
        if kind in ("fact", "value"):
            yield FigureReference("" if kind == "fact" else kind, name)
    for row in table.rows:
        yield from (one for one in row.values if one is not None)
        if row.rule:
            yield FigureReference("met", row.rule)
    for sentence in (*table.notes, *(row.text for row in table.rows if row.text)):
        yield from _blanks(sentence)


def _blanks(sentence: Sentence) -> Iterator[FigureReference]:
    yield from (one.reference for one in sentence.zh if isinstance(one, Placeholder))


def facts_asked(form: DeclarationForm, rules: Ruleset, asked: FigureReference) -> set[str]:
    """The facts a reference rests on, by their names in a frame; none of what is not known."""
    figure = form.figures.get(asked.name)
    if asked.kind:
        names = asked.name.split("+")
        return {fact for name in names if name in rules.rules for fact in rules.rules[name].facts}
    if figure is None:
        return set(rules.references.behind(asked.name))
    found = {*conditions.facts(figure.where), figure.total, figure.listed} - {""}
    for scope in (figure.count, figure.scope):
        found |= set(rules.rules[scope].facts) if scope in rules.rules else set()
    for name in figure.members:
        found |= facts_asked(form, rules, FigureReference("", name))
    return found
