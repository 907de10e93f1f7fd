"""Which facts a rule looks at, by their names in a frame, tallies and indicators unfolded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compliance import conditions
from compliance.model import COMPULSORY
from compliance.rule import Instead, Rule, Ruleset, Terms


def facts_of(rule: Rule, ruleset: Ruleset) -> list[str]:
    """The facts of one rule, its parts, its condition and the rules it is made of; each once."""
    found: list[str] = []
    indicators = [rule.indicator, *(part.indicator for part in rule.parts)]
    limits = [rule.limit, *(part.limit for part in rule.parts)]
    indicators += [limit.indicator for limit in limits if limit is not None]
    for name in indicators:
        found += _of_indicator(name, ruleset) if name else []
    for one in [*rule.instead, *(one for part in rule.parts for one in part.instead)]:
        found += _of_another_way(one, ruleset)
    found += conditions.facts(rule.where)
    if rule.kind == "dispersion":
        for reason in rule.exclude:
            found += conditions.facts(ruleset.exclusions[reason].where)
    for key in ("list", "bands", "largest", "since"):
        found += [str(rule.settings[key])] if key in rule.settings else []
        found += [str(part.settings[key]) for part in rule.parts if key in part.settings]
    if rule.kind == "listed":
        return [*found, *rule.of]
    if rule.kind in ("most", "dispersion", "mean"):
        for name in rule.of:
            found += facts_of(ruleset.rules[name], ruleset)
    return list(dict.fromkeys(found))


def resting_on(rule: Rule, ruleset: Ruleset) -> tuple[str, ...]:
    """The facts a verdict rests on, through every rule it is made of; stems also by stage."""
    found = facts_of(rule, ruleset)
    if rule.kind == "all":
        for name in rule.of:
            found += resting_on(ruleset.rules[name], ruleset)
    by_stage = [f"{stage}_{name}" for name in found for stage in COMPULSORY]
    return tuple(dict.fromkeys([*found, *by_stage, rule.attested_as]))


def _of_another_way(one: Instead, ruleset: Ruleset) -> Iterable[str]:
    """The facts of what a switch puts in a rule's place, and of the condition for it."""
    names = [one.indicator, one.limit.indicator if one.limit is not None else None]
    for name in names:
        yield from _of_indicator(name, ruleset) if name else []
    for name in conditions.facts(one.where):
        yield from _of_indicator(name, ruleset) if name in ruleset.indicators else [name]


def _of_indicator(name: str, ruleset: Ruleset) -> list[str]:
    indicator = ruleset.indicators[name]
    found = [*_of_terms(indicator.of, ruleset), *_of_terms(indicator.over, ruleset)]
    if indicator.fallback:
        found += _of_indicator(indicator.fallback, ruleset)
    return found


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
