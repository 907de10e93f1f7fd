"""What a rule gets from the others around it: the floor of a counted rule, the sharing of its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import say
from compliance.rules.kinds import Kinds
from compliance.rules.language.model import Indicator, Limit, Rule, Split


def floor_of(limit: Limit, share: Decimal | None) -> Limit | None:
    """That share of every number of a limit; None without a share or without numbers."""
    if share is None or not limit.table:
        return None
    table = {key: value * share for key, value in limit.table.items()}
    return Limit(limit.operator, table, limit.by)


def with_floor(rule: Rule, rules: Mapping[str, Rule], kinds: Kinds) -> Rule:
    """A rule that is counted by one which asks so of the rest gets its floor: a share of its limit.

    Raises PackError where two such rules count it with different shares.
    """
    asked = ((one, kinds[one.kind].floor_share(one)) for one in rules.values() if rule.id in one.of)
    stated = [(one, share) for one, share in asked if share is not None]
    shares = [share for _, share in stated]
    if len(set(shares)) > 1:
        raise _two_floors(rule, [one for one, _ in stated], shares)
    if not shares or rule.limit is None:
        return rule
    return replace(rule, floor=floor_of(rule.limit, shares[0]), floor_share=shares[0])


def _two_floors(rule: Rule, counting: Sequence[Rule], shares: Sequence[Decimal]) -> PackError:
    stated = dict(zip(shares, counting, strict=True))
    (one, first), (other, second), *_ = stated.items()
    return PackError(
        say(
            "规则 {rule} 被 {first} 与 {second} 计数，两处的 rest_at_least 不同（{one} 与 {other}）",
            "rule {rule} is counted by {first} and {second}, whose rest_at_least differ: "
            "{one} and {other}",
            rule=rule.id,
            first=first.id,
            second=second.id,
            one=one,
            other=other,
        ),
        where=second.stated_at,
        todo=say("请统一 rest_at_least", "give both one rest_at_least"),
    )


def with_sharing(rule: Rule, indicators: Mapping[str, Indicator], split: Split) -> Rule:
    """A rule on a fact that a school's stages share says so: its shortfalls are the whole school's."""
    indicator = indicators.get(rule.indicator or "")
    shared = (
        rule.scope == "unit"
        and indicator is not None
        and any(name in split.facts for name in indicator.of.facts)
    )
    return replace(rule, shared=shared)
