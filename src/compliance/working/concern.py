"""A rule set cut down to what one question is about: the fewer rules, the sooner a variant is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compliance.rule import Rule, Ruleset, Tally


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
    return replace(rules, rules=kept, tallies=_tallies_of(kept.values(), rules))


def _tallies_of(kept: Iterable[Rule], rules: Ruleset) -> dict[str, Tally]:
    """The counts and sums that some rule mentions anywhere, through its indicators and exclusions.

    A name that only looks mentioned costs a sum too many, nothing else.
    """
    told = "".join(map(repr, [*kept, *rules.exclusions.values(), *rules.switches.values()]))
    for _ in range(2):  # an indicator may fall back on another
        told += "".join(repr(one) for name, one in rules.indicators.items() if f"'{name}'" in told)
    return {name: one for name, one in rules.tallies.items() if f"'{name}'" in told}
