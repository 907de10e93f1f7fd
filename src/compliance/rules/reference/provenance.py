"""Every value of a resolved rule set with the layer and the document that gave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.facts.vocabulary import Vocabulary
from compliance.rules.kinds import written
from compliance.rules.language.model import OPERATORS, Part, Rule
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.reference.describe import (
    condition_words,
    fact_words,
    field_words,
    formula,
    in_one_language,
    left_out,
    limit_words,
    value_words,
)

# what a reader does not look for here: how a value is held, not what it says
_INWARD = {
    "shared", "kind", "scope", "level", "role", "rolls_up", "aspect", "instead", "basis", "source",
    "quote_source", "text_seen",
    "item_unit", "unit",
}  # fmt: skip
_WORDS = ("title", "short", "quote", "text", "remedy", "owner", "joint", "incident", "note", "name")


@dataclass(frozen=True, slots=True)
class Given:
    """One value: of which rule and field, as people read it, and who gave it.

    field: as in the pack, those of parts as ``part.key.field``; ``words``: title, text, remedy and
    the like, told together where one layer gave them.
    """

    rule: str
    field: str
    value: str
    pack: str
    document: str

    def row(self) -> dict[str, str]:
        """For machines."""
        return {
            "rule": self.rule,
            "field": self.field,
            "value": self.value,
            "layer": self.pack,
            "document": self.document,
        }


def provenance(rules: Ruleset, words: Vocabulary | None = None) -> list[Given]:
    """Every value, rules in the order of the law.

    words: the vocabulary with the plugins' facts; without it, the core's own.
    """
    return [one for rule in rules.rules.values() for one in _of_rule(rule, rules, words)]


def _of_rule(rule: Rule, rules: Ruleset, words: Vocabulary | None) -> Iterable[Given]:
    told: dict[tuple[str, str], list[str]] = {}
    for field, pack in rule.layers.items():
        document = rule.documents.get(field, "")
        name = field.rpartition(".")[2].removesuffix("_en")
        if name in _WORDS:
            told.setdefault((pack, document), []).append(name)
        elif name not in _INWARD and not field.endswith("_en"):
            value = _value(field, rule, rules, words)
            yield Given(rule.id, field, value, pack, document)
    for (pack, document), names in told.items():
        told_of = value_words([field_words(name) for name in dict.fromkeys(names)])
        yield Given(rule.id, "words", told_of, pack, document)


def _value(field: str, rule: Rule, rules: Ruleset, words: Vocabulary | None) -> str:
    parts = {part.key: part for part in rule.parts}
    pieces = field.split(".")
    holder: Rule | Part = rule if len(pieces) == 1 else parts.get(pieces[1], rule)
    name = pieces[-1]
    if name in OPERATORS:
        return limit_words(holder.limit, rules, words=words)
    if name == "indicator":
        indicator = rules.indicators.get(holder.indicator or "")
        return f"{indicator.name} = {formula(indicator, {})}" if indicator is not None else ""
    if pieces[0] in ("of", "add"):
        return value_words(_members(rule, rules, pieces[1:]))
    if name == "where":
        return condition_words(rule.where, rules, words)
    if name == "by":
        return fact_words(rule.limit.by if rule.limit else "", words)
    others = {"doubts": rule.doubts, "replaces": rule.replaces}
    return (
        left_out(rule, rules)
        if name == "exclude"
        else value_words(
            others.get(name) or in_one_language(written(holder.settings)).get(name, "")
        )
    )


def _members(rule: Rule, rules: Ruleset, by: Sequence[str]) -> list[str]:
    """The members that the rule began with, or those that the pack `by` added."""
    added = {name.removeprefix("add.") for name in rule.layers if name.startswith("add.")}
    givers = {name: rules.rules[name].given_by_id for name in rule.of if name in rules.rules}
    if by:
        return [name for name in rule.of if givers.get(name) == by[0]]
    return [name for name in rule.of if givers.get(name) not in added or name not in givers]
