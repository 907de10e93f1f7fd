"""A rule made of others at one school, as RS of R1–R7: how many are met, how many lie too low."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from compliance.assessment import figures
from compliance.kernel.i18n import say
from compliance.render.rectification import columns
from compliance.render.rectification.case import Case

_DECIDED = ("pass", "fail")


def members(group: Case, cases: Sequence[Case]) -> list[Case]:
    """The cases of the same stage that a group rule is made of."""
    return [
        case
        for case in cases
        if case.rule.id in group.rule.of and case.finding["stage"] == group.finding["stage"]
    ]


def current(group: Case, cases: Sequence[Case]) -> str:
    """``6项，另有1项低于85%下限``; empty for a rule that does not count others."""
    if group.rule.kind != "most" or group.finding["value"] is None:
        return ""
    own = members(group, cases)
    if own and not any(case.status in _DECIDED for case in own):
        return columns.NONE
    return columns.current(group) + _too_low(group, own)


def counted(group: Case, own: Sequence[Case]) -> str:
    """``，7项指标达标6项，另有1项低于85%下限``; empty where none of them could be judged."""
    if not any(case.status in _DECIDED for case in own):
        return ""
    met = say(
        "，{n}项指标达标{met}项",
        ", {met} of {n} met",
        n=len(own),
        met=sum(case.status == "pass" for case in own),
    )
    return met + _too_low(group, own)


def _too_low(group: Case, own: Sequence[Case]) -> str:
    """How many of the missed lie below what each must reach at least."""
    low = sum(_is_low(case) for case in own)
    if not low:
        return ""
    share = _share(group)
    return say("，另有{n}项低于{share}下限", ", {n} below the {share}floor", n=low, share=share)


def _is_low(case: Case) -> bool:
    value, floor = case.finding["value"], case.finding["floor"]
    return (
        case.status == "fail"
        and value is not None
        and floor is not None
        and figures.below(value, floor)
    )


def _share(group: Case) -> str:
    """``85%``, where the rule set says it."""
    given = group.rule.settings.get("rest_at_least")
    if given is None:
        return ""
    text = figures.plain(float(Decimal(str(given)) * 100))
    return say("{text}%", "{text}% ", text=text)
