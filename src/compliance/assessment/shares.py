"""What a school brings to a figure of its county, in words."""

from __future__ import annotations

from compliance.assessment import figures
from compliance.assessment.figures import with_unit
from compliance.engine.breakdown import Breakdown, Contribution
from compliance.kernel.i18n import msg, say


def lacking(whole: Breakdown, one: Contribution) -> str:
    """``缺5人``, ``超140人``; of a limit below everybody also what everybody takes: ``缺251人（至100%缺278人）``."""
    gap = with_unit(figures.amount(float(one.gap)), whole.lack_unit)
    if whole.over:
        return say("超{n}", n=gap)
    told = say("缺{n}", n=gap)
    if whole.complete and one.lack > one.gap:
        rest = with_unit(figures.amount(float(one.lack)), whole.lack_unit)
        told += say("（至100%缺{n}）", n=rest)
    return told


def counted(whole: Breakdown, one: Contribution) -> str:
    """``91人中86人，94.5%``; empty where it is no share of anything."""
    if one.counted is None or one.whole is None:
        return ""
    some, all_ = (
        with_unit(figures.amount(float(number)), whole.lack_unit)
        for number in (one.counted, one.whole)
    )
    told = say("{all}中{some}", all=all_, some=some)
    if one.value is None:
        return told
    bar = None if whole.threshold is None else float(whole.threshold)
    status = "fail" if one.gap > 0 else "pass"
    places = 1 if whole.unit == "%" else 2
    value = figures.reading(float(one.value), places, whole.operator, bar, status, whole.unit)
    return msg("，").join((told, value))


def who(one: Contribution) -> str:
    """The school, with the stage where it is judged by stage."""
    if not one.stage:
        return one.school_name
    return say("{name}（{stage}部）", name=one.school_name, stage=figures.stage(one.stage))
