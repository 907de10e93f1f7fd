"""What a school brings to a figure of its county, and where figures are missing, in words."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.assessment import figures
from compliance.assessment.county import NAMED_BY, Assessment
from compliance.assessment.figures import with_unit
from compliance.engine.breakdown import Breakdown, Contribution
from compliance.kernel.i18n import msg, say

_CELLS = 3  # so many are named


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
    status = "fail" if one.gap > 0 else "pass"
    places = 1 if whole.unit == "%" else 2
    value = figures.reading(float(one.value), places, whole.operator, whole.bar, status, whole.unit)
    return msg("，").join((told, value))


def who(one: Contribution) -> str:
    """The school, with the stage where it is judged by stage."""
    if not one.stage:
        return one.school_name
    return say("{name}（{stage}部）", name=one.school_name, stage=figures.stage(one.stage))


def cells(about: Assessment, school_code: str, facts: Iterable[str], shown: int = _CELLS) -> str:
    """``学校!M2、N2``: where a record should have what it lacks; empty where no file has a place for it.

    school_code: empty for the county's own. The file is named where there are several.
    """
    places, holder = about.places, school_code or None
    several = len({one.file for one in places.values()}) > 1
    row = next((places[holder, name] for name in NAMED_BY if (holder, name) in places), None)
    if row is not None:
        nowhere = say("{at}（表中无此项）", at=f"{row.file} {row.at}" if several else row.at)
    told: dict[str, None] = {}
    for fact in facts:
        place = places.get((holder, fact))
        if place is not None:
            told[f"{place.file} {place.at}" if several else place.at] = None
        elif row is not None:
            told[nowhere] = None
    names, sheet = [], ""
    for one in told:
        own, _, cell = one.rpartition("!")
        names.append(cell if own and own == sheet else one)
        sheet = own
    if len(names) <= shown:
        return msg("、").join(names)
    return msg("、").join(names[:shown]) + say("等{n}格", n=len(names))
