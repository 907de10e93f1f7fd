"""A rule set cut down to what one question is about: the fewer rules, the sooner a variant is judged."""

from __future__ import annotations

from dataclasses import replace

from compliance.rule import Indicator, Rule, Ruleset
from compliance.rule_facts import tallies_of


def concerning(rule: Rule, rules: Ruleset) -> Ruleset:
    """The rule set cut down to the rule, what it is made of, and its versions of other layers."""
    base = rule.of_base or rule.id
    wanted = {rule.id, base} | {one.id for one in rules.rules.values() if one.of_base == base}
    waiting = list(wanted)
    while waiting:
        for member in rules.rules[waiting.pop()].of:
            if member in rules.rules and member not in wanted:
                wanted.add(member)
                waiting.append(member)
    kept = {name: one for name, one in rules.rules.items() if name in wanted}
    tallies = {tally.name: tally for one in kept.values() for tally in tallies_of(one, rules)}
    left = rules.tallies.keys() - tallies.keys()
    indicators = {
        name: one for name, one in rules.indicators.items() if left.isdisjoint(_terms(one, rules))
    }
    return replace(rules, rules=kept, tallies=tallies, indicators=indicators)


def _terms(indicator: Indicator, rules: Ruleset) -> set[str]:
    """What an indicator is computed from, the one it falls back on included."""
    found = {name for terms in (indicator.of, indicator.over) if terms for name in terms.facts}
    other = rules.indicators.get(indicator.fallback or "")
    return found if other is None else found | _terms(other, rules)
