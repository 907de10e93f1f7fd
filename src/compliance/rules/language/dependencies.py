"""Which facts a rule looks at, by their names in a frame, tallies and indicators unfolded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Rule, Ruleset, Tally, Terms


def facts_of(rule: Rule, ruleset: Ruleset) -> list[str]:
    """The facts of one rule, its parts, its condition and the rules it is made of; each once."""
    found: list[str] = []
    for indicator in unfolded(rule.indicators, ruleset):
        found += _of_indicator(indicator, ruleset)
    for name in _asked_by_ways(rule):
        inner = unfolded([name], ruleset)
        found += [fact for one in inner for fact in _of_indicator(one, ruleset)] or [name]
    found += conditions.facts(rule.where)
    if rule.references.exclusions:
        for reason in rule.exclude:
            found += conditions.facts(ruleset.exclusions[reason].where)
    for one in rule.holders:
        found += one.references.facts
    for name in rule.references.figures:
        found += facts_of(ruleset.rules[name], ruleset)
    return list(dict.fromkeys(found))


def resting_on(rule: Rule, ruleset: Ruleset) -> tuple[str, ...]:
    """The facts a verdict rests on, through every rule it is made of; stems also by stage."""
    found = facts_of(rule, ruleset)
    for name in rule.references.verdicts:
        found += resting_on(ruleset.rules[name], ruleset)
    by_stage = [f"{stage}_{name}" for name in found for stage in COMPULSORY]
    return tuple(dict.fromkeys([*found, *by_stage, rule.attested_as]))


def unfolded(names: Iterable[str], ruleset: Ruleset) -> list[Indicator]:
    """The indicators of these names, each before the one it falls back on; names of none are left out."""
    found: dict[str, Indicator] = {}
    for name in names:
        waiting = name
        while waiting in ruleset.indicators and waiting not in found:
            found[waiting] = ruleset.indicators[waiting]
            waiting = found[waiting].fallback or ""
    return list(found.values())


def tallies_of(rule: Rule, ruleset: Ruleset) -> list[Tally]:
    """The counts and sums a rule looks at itself, through its indicators, conditions and exclusions."""
    left_out = [ruleset.exclusions[reason] for reason in rule.exclude]
    names = [*_asked_by_ways(rule), *conditions.facts(rule.where)]
    names += [name for one in left_out for name in conditions.facts(one.where)]
    for indicator in unfolded([*rule.indicators, *names], ruleset):
        for terms in (indicator.of, indicator.over):
            names += terms.facts if terms is not None else ()
    return [ruleset.tallies[name] for name in dict.fromkeys(names) if name in ruleset.tallies]


def _asked_by_ways(rule: Rule) -> list[str]:
    """The facts and indicators by which it is told whether a switch changes the rule for a subject."""
    ways = [way for one in rule.holders for way in one.instead]
    return [name for way in ways for name in conditions.facts(way.where)]


def _of_indicator(indicator: Indicator, ruleset: Ruleset) -> list[str]:
    return [*_of_terms(indicator.of, ruleset), *_of_terms(indicator.over, ruleset)]


def _of_terms(terms: Terms | None, ruleset: Ruleset) -> Iterable[str]:
    for name in terms.facts if terms is not None else ():
        if name in ruleset.tallies:
            yield from _of_tally(ruleset.tallies[name].settings)
        else:
            yield name


def _of_tally(settings: Mapping[str, Any]) -> Iterable[str]:
    for key in ("count", "sum", "times"):
        if key in settings:
            yield str(settings[key])
    given = settings.get("or", [])
    yield from [given] if isinstance(given, str) else given
    yield from conditions.facts(settings.get("where", {}))
    if "also" in settings:
        yield from _of_tally(settings["also"])
