"""What a verdict does not speak of, named beside it: what does not apply or is waived, who is left out.

None of it is counted as met. Every paper takes its words from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from compliance.assessment import figures
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, plural, say
from compliance.rules.language.model import Rule

_SCHOOLS = 3  # so many of the schools left out are named
_PLACES = 3  # so many of the places of errors are named
_RUN = 3  # so many rules in a row are named by the first and the last
_NUMBERED = re.compile(r"^(.*?)([0-9]+)$")
OUTSIDE = ("not_applicable", "waived")


class Outside(NamedTuple):
    """A rule that does not apply to the county (or a stage of it), or is waived there.

    name: what it is called in a list; aspect: of what it is a part.
    """

    rule: str
    stage: str
    status: str
    name: str = ""
    aspect: str = ""

    @classmethod
    def of(cls, rule: Rule, stage: str, status: str) -> Outside:
        """A rule with its names in the current language."""
        return cls(rule.id, stage, status, rule.brief, rule.aspect_label)


def asked(rule: Rule, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """The requirements that a block, or the conclusion through its blocks, is made of."""
    members = [rules[name] for name in rule.of if name in rules]
    own = (
        asked(one, rules) if one.role == "block" else (one.id,) * (one.role == "requirement")
        for one in members
    )
    return tuple(dict.fromkeys(name for names in own for name in names))


def leaves_out(rule: Rule, rules: Mapping[str, Rule]) -> bool:
    """Whether a block or the conclusion is made of rules that leave schools out of components."""
    found = [rules[name] for name in asked(rule, rules)]
    below = [rules[name] for one in found for name in one.of if name in rules]
    return any(one.role == "component" and one.exclude for one in below)


def outcomes(counts: Mapping[str, int], level: str, outside: Sequence[Outside] = ()) -> str:
    """``15项中13项达标，2项不适用：G11、G14``, ``300所学校中2所不达标``.

    Empty where nothing was judged. counts: status → how many, without what does not apply. level: what
    is counted, ``unit``, ``school`` or ``county``. outside: those of the county that do not apply or
    are waived.
    """
    beside = [[one for one in outside if one.status == status] for status in OUTSIDE]
    total = sum(counts.values()) + len(beside[0])
    if not total:
        return ""
    others = {s: n for s, n in counts.items() if s != "pass" and not (s == "waived" and beside[1])}
    if level == "unit":
        all_met, head = plural(total, "{n}个学段全部达标"), say("{n}个学段中", n=total)
        each = msg("{n}个{s}")
    elif level == "school":
        all_met, head = plural(total, "{n}所学校全部达标"), plural(total, "{n}所学校中")
        each = msg("{n}所{s}")
    else:
        all_met, head = say("{n}项全部达标", n=total), say("{n}项中", n=total)
        each = msg("{n}项{s}")
    if not others and not outside:
        return all_met
    if not others and counts.get("pass"):
        others = {"pass": counts["pass"]}
    judged = msg("、").join(each.format(n=n, s=figures.state(s)) for s, n in others.items())
    return head + msg("，").join(filter(None, (judged, *map(_named, beside))))


def beside(outside: Sequence[Outside], schools: Sequence[str]) -> str:
    """``2项不适用：G11、G14；3所学校不参加：甲、乙、丙``; empty where everything is judged."""
    found = [[one for one in outside if one.status == status] for status in OUTSIDE]
    return msg("；").join(filter(None, (*map(_named, found), left_out(schools))))


def left_out(schools: Sequence[str]) -> str:
    """``3所学校不参加资源配置评估：甲、乙、丙``; schools: names, each once."""
    if not schools:
        return ""
    more = msg("等") if len(schools) > _SCHOOLS else ""
    names = msg("、").join(schools[:_SCHOOLS])
    return plural(
        len(schools), "{n}所学校（学段）不参加资源配置评估：{names}{more}", names=names, more=more
    )


def unattributed(problems: Sequence[Problem]) -> str:
    """``有1处错误（schools.csv A4）…，改正前不作达标结论``; empty without any. problems: of a county that does not pass for them."""
    if not problems:
        return ""
    first = problems[: _PLACES + 1]  # there may be thousands, and of thousands of counties
    places = list(dict.fromkeys(filter(None, (one.place() for one in first))))
    more = msg("等") if len(problems) > _PLACES else ""
    return plural(
        len(problems), "有{n}处错误所在的记录看不出属于哪个县（{places}{more}），可能是本县的，改正前不作达标结论",
        places=msg("、").join(places[:_PLACES]), more=more,
    )  # fmt: skip


def named_schools(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of schools left out, each school once; of a single stage with its name."""
    names = {}
    for row in rows:
        name, stage = str(row["school_name"] or row["school_code"]), figures.stage(row["stage"])
        told = say("{name}（{stage}部）", name=name, stage=stage) if stage else name
        names[row["school_code"], stage] = told
    return tuple(names.values())


def _named(outside: Sequence[Outside]) -> str:
    """``2项不适用：G11、G14（教师交流轮岗、优质高中招生名额分配）``, of rules of the same status."""
    if not outside:
        return ""
    head = say("{n}项{s}", n=len(outside), s=figures.state(outside[0].status))
    codes, names = list[str](), list[str]()
    for stage in dict.fromkeys(one.stage for one in outside):
        for code, called in _runs([one for one in outside if one.stage == stage]):
            codes.append(
                say("{r}（{stage}）", r=code, stage=figures.stage(stage)) if stage else code
            )
            names += called
    told = msg("、").join(codes)
    if known := msg("、").join(dict.fromkeys(filter(None, names))):
        told = say("{codes}（{names}）", codes=told, names=known)
    return head + msg("：") + told


def _runs(rules: Sequence[Outside]) -> Iterable[tuple[str, list[str]]]:
    """(codes, names): each with its own; D1, D2, D3 of one aspect → ``D1–D3`` with its name."""
    numbered = [_NUMBERED.match(one.rule) for one in rules]
    keys = [
        (found[1], int(found[2]) - place, one.aspect) if found else (one.rule, 0, "")
        for place, (one, found) in enumerate(zip(rules, numbered, strict=True))
    ]
    for _, run in groupby(zip(keys, rules, strict=True), key=lambda one: one[0]):
        own = [one for _, one in run]
        if len(own) < _RUN:
            yield from ((one.rule, [one.name]) for one in own)
        else:
            yield f"{own[0].rule}–{own[-1].rule}", [own[0].aspect]
