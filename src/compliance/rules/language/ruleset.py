"""The rules, indicators and counts of a place and a day, resolved into one whole, with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from compliance.kernel.i18n import pick
from compliance.rules.language.assembly import Assembly
from compliance.rules.language.model import (
    Clause,
    Document,
    Exclusion,
    Indicator,
    Rule,
    Split,
    Switch,
    Tally,
    documents_in_words,
)
from compliance.rules.language.references import Declarations, ReferenceGraph


@dataclass(frozen=True)
class Ruleset:
    """A resolved rule set: frozen, complete, in the order of the law.

    layers: ids from the base to the chosen pack. rules: by id, the order of evaluation and output.
    enforceable: ids of overrides that --enforce may name, in force or not. switches: all that are
    declared; switched: those that are on. clauses: what became of every item of the regulation.
    documents: the base's first. subject: what it is about, as papers name it. assembly: how registers
    become facts.
    """

    id: str
    title: str
    title_en: str
    documents: tuple[Document, ...]
    version: str
    effective: date
    layers: tuple[str, ...]
    concludes: str
    split: Split
    exclusions: Mapping[str, Exclusion]
    tallies: Mapping[str, Tally]
    indicators: Mapping[str, Indicator]
    rules: Mapping[str, Rule]
    notes: tuple[str, ...] = ()
    template_dirs: tuple[Path, ...] = ()
    enforceable: tuple[str, ...] = ()
    switches: Mapping[str, Switch] = field(default_factory=dict)
    switched: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    subject: str = ""
    subject_en: str = ""
    assembly: Assembly | None = None

    @property
    def label(self) -> str:
        """The rule set's title in the current language."""
        return pick(self.title, self.title_en)

    @property
    def source(self) -> str:
        """Its documents in words."""
        return documents_in_words(self.documents)

    @cached_property
    def references(self) -> ReferenceGraph:
        """What everything in it rests on."""
        return ReferenceGraph(
            Declarations(self.rules, self.exclusions, self.indicators, self.tallies)
        )
