"""A rule made of others at one school, as RS of R1–R7: how many are met, how many lie too low."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.kernel.i18n import say
from compliance.render.documents import number_format
from compliance.render.rectification import columns
from compliance.render.rectification.case import Case
from compliance.rules.language.model import Rule

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
    if not group.rule.form.counts_members or group.finding["value"] is None:
        return ""
    own = members(group, cases)
    if own and not any(case.status in _DECIDED for case in own):
        return columns.NONE
    return columns.current(group) + _too_low(own)


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
    return met + _too_low(own)


def _too_low(own: Sequence[Case]) -> str:
    """How many of the missed lie below what each must reach at least."""
    low = [case for case in own if _is_low(case)]
    if not low:
        return ""
    share = _share(low[0].rule)
    return say(
        "，另有{n}项低于{share}下限", ", {n} below the {share}floor", n=len(low), share=share
    )


def _is_low(case: Case) -> bool:
    value, floor = case.finding["value"], case.finding["floor"]
    return (
        case.status == "fail"
        and value is not None
        and floor is not None
        and number_format.below(value, floor)
    )


def _share(rule: Rule) -> str:
    """``85%``, where the rule set says it."""
    if rule.floor_share is None:
        return ""
    text = number_format.plain(float(rule.floor_share * 100))
    return say("{text}%", "{text}% ", text=text)
