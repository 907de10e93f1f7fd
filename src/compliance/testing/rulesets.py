"""What cases may speak of: the rules in force on their terms, and the facts of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from compliance.checker.builtin_offers import load
from compliance.checker.check import with_pack_file
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.plugins.manager import Offers
from compliance.rules.attestations import attested, vetoed
from compliance.rules.language.model import Rule, Ruleset
from compliance.rules.resolution.resolve import resolve
from compliance.testing.case import Terms


@dataclass(frozen=True)
class Law:
    """rules: by id. attested, vetoes: the ids under which a statement may be given. words: facts."""

    ruleset: Ruleset
    attested: frozenset[str]
    vetoes: frozenset[str]
    words: Vocabulary

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return self.ruleset.rules


@cache
def installed() -> Offers:
    """What is installed, loaded once."""
    return load()


def law(terms: Terms) -> Law:
    """What holds on these terms; the errors of resolving a rule set."""
    return _law(terms.ruleset, terms.as_of, terms.enforce, terms.switches)


@cache
def _law(name: str, day: date, enforce: tuple[str, ...], switches: tuple[str, ...]) -> Law:
    offers = installed()
    known, top = with_pack_file(offers, name)
    rules = resolve(known, str(top), day, enforce, switches, kinds=offers.kinds)
    every = rules.rules.values()
    return Law(
        rules, frozenset(attested(every)), frozenset(vetoed(every)), vocabulary(offers.fragments)
    )
