"""A case as written, the options it is judged with, and the rules and facts it may speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from compliance.checker import load, own_words, with_pack_file
from compliance.engine.attestations import attested, vetoed
from compliance.facts.vocabulary import Vocabulary
from compliance.plugins.registry import Registry
from compliance.rules.language.editions import edition
from compliance.rules.language.model import Rule
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.resolve import resolve

DAY = date(2023, 9, 1)  # judged where a file names no day
YEAR_BEGINS = 9  # the month in which a school year begins

Record = Mapping[str, Any]
Packs = Mapping[str, Sequence[Pack]]


@dataclass(frozen=True)
class CaseOptions:
    """On what options cases are judged together; all but the file as `--ruleset` and its fellows."""

    file: Path
    ruleset: str
    as_of: date = DAY
    enforce: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """The school year in which the day lies."""
        return self.as_of.year if self.as_of.month >= YEAR_BEGINS else self.as_of.year - 1


@dataclass(frozen=True)
class Case:
    """One `[[case]]` of a file.

    county, schools, monitoring: records as in a submission. statements: rule id → what is attested
    (of a veto: whether it exists). school, stage: whose finding is meant, the code and the stage;
    None: the county's, of any stage. chosen: the file says so itself. expect: what the finding
    must say, figures as Decimal.
    """

    it: str
    rule: str
    options: CaseOptions
    line: int
    county: Record = field(default_factory=dict)
    schools: tuple[Record, ...] = ()
    statements: Mapping[str, bool] = field(default_factory=dict)
    monitoring: tuple[Record, ...] = ()
    school: str | None = None
    stage: str | None = None
    chosen: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """File and line, as an author finds it."""
        return f"{self.options.file.name}:{self.line}"

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.rule} {self.it} [{self.where}]"


@dataclass(frozen=True)
class RulesInForce:
    """rules: by id. attested, vetoes: the ids under which a statement may be given. words: facts."""

    ruleset: Ruleset
    attested: frozenset[str]
    vetoes: frozenset[str]
    words: Vocabulary

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return self.ruleset.rules


_on_trial: ContextVar[Registry | None] = ContextVar("compliance_on_trial", default=None)


def installed() -> Registry:
    """What is installed, loaded once; inside of `on_trial` what is given there."""
    return _on_trial.get() or _installed()


@cache
def _installed() -> Registry:
    return load()


@contextmanager
def on_trial(registry: Registry) -> Iterator[None]:
    """Judge cases by what a registry has, such as packs that are not installed, inside the block."""
    token = _on_trial.set(registry)
    _law.cache_clear()
    try:
        yield
    finally:
        _on_trial.reset(token)
        _law.cache_clear()


def law(options: CaseOptions) -> RulesInForce:
    """What holds on these options; the errors of resolving a rule set."""
    return _law(options.ruleset, options.as_of, options.enforce, options.switches)


@cache
def _law(name: str, day: date, enforce: tuple[str, ...], switches: tuple[str, ...]) -> RulesInForce:
    offers = installed()
    known, top = with_pack_file(offers, name)
    words = own_words(offers, known, str(top))
    rules = resolve(known, str(top), day, enforce, switches, kinds=offers.kinds, words=words)
    every = rules.rules.values()
    return RulesInForce(rules, frozenset(attested(every)), frozenset(vetoed(every)), words)


def packs_beside(ruleset: str) -> Packs:
    """The editions of a rule set first, then of the others that its plugin offers or that lie in its file's folder.

    Raises UsageError, with what is installed, where there is no such rule set.
    """
    known, top = with_pack_file(installed(), ruleset)
    home = edition(known, str(top), date.max).home
    others = {
        name: editions
        for name, editions in known.items()
        if home is not None and any(pack.home == home for pack in editions)
    }
    return {str(top): known[str(top)], **others}
