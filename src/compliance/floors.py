"""What a rule gets from the others around it: the floor of a counted rule, the sharing of its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compliance import declarations as declare
from compliance.rule import Indicator, Limit, Rule, Split


def with_floor(rule: Rule, rules: Mapping[str, Rule]) -> Rule:
    """A rule that a `most` rule counts gets its floor: the share of its own limit."""
    for group in rules.values():
        if group.kind == "most" and rule.id in group.of and rule.limit is not None:
            share = declare.decimal(group.settings["rest_at_least"])
            table = {key: value * share for key, value in rule.limit.table.items()}
            return replace(rule, floor=Limit(rule.limit.operator, table, rule.limit.by))
    return rule


def with_sharing(rule: Rule, indicators: Mapping[str, Indicator], split: Split) -> Rule:
    """A rule on a fact that a school's stages share says so: its shortfalls are the whole school's."""
    indicator = indicators.get(rule.indicator or "")
    shared = (
        rule.scope == "unit"
        and indicator is not None
        and any(name in split.facts for name in indicator.of.facts)
    )
    return replace(rule, settings={**rule.settings, "shared": shared})
