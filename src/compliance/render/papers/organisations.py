"""一学区（联盟、集团）一档案: its members side by side, who leads, and what they are stated to share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from compliance.assessment import PROBLEM, Judged, figures
from compliance.facts.vocabulary import vocabulary
from compliance.kernel.i18n import msg, msg_in, plural, say
from compliance.render.documents.text import printable
from compliance.render.papers.campaign import Campaign
from compliance.render.papers.forms import INDICATORS
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, rows_of, told
from compliance.render.rectification import cells

_TABLES = ("indicators", "more")


class Membership(NamedTuple):
    """A school of an organisation; school: its code."""

    school: str
    leads: bool
    start: str
    end: str


class Organisation(NamedTuple):
    """A school district, alliance or group with its members, the leading one first."""

    name: str
    kind: str
    members: tuple[Membership, ...]


def organisations(campaign: Campaign) -> list[Organisation]:
    """Those of the table; where there is none, those that the schools' own records name."""
    found: dict[tuple[str, str], list[Membership]] = {}
    for row in campaign.stated["organisations"].iter_rows(named=True):
        own = found.setdefault((row["name"], row["kind"]), [])
        if row["member"] is not None:
            leads = row["member"] == row["lead"]
            own.append(Membership(row["member"], leads, row["start"] or "", row["end"] or ""))
    if not found:
        for code, record in campaign.schools.items():
            if record.get("alliance"):
                own = found.setdefault((record["alliance"], ""), [])
                own.append(Membership(code, leads=False, start="", end=""))
    return [
        Organisation(printable(name), kind, tuple(sorted(members, key=lambda one: not one.leads)))
        for (name, kind), members in found.items()
    ]


def of_organisations(campaign: Campaign) -> Iterator[tuple[str, Parts]]:
    """The name of each organisation and the parts of its archive."""
    every = organisations(campaign)
    judged: dict[str, list[Judged]] = {}
    for one in campaign.around.about.judged():
        judged.setdefault(one.school, []).append(one)
    for own in every:
        others = {
            member.school: [
                one.name
                for one in every
                if one is not own and member.school in {other.school for other in one.members}
            ]
            for member in own.members
        }
        yield (
            own.name,
            {
                "overview": told(_overview(campaign, own, judged)),
                "members": PaperPart(
                    heading=msg("一、成员学校"), groups=rows_of(*_members(campaign, own, judged))
                ),
                **_indicators(campaign, own, judged),
                "shared": PaperPart(
                    heading=msg("三、共享情况"),
                    groups=rows_of(*_shared(campaign, own, others)),
                    after=(msg("共享的教师、场地、课程、教研和管理由牵头学校据实填写在备注中。"),),
                ),
            },
        )


def _overview(
    campaign: Campaign, own: Organisation, judged: Mapping[str, Sequence[Judged]]
) -> Iterator[str]:
    kinds = {"district": msg("学区"), "alliance": msg("联盟"), "group": msg("集团")}
    lead = [campaign.school_name(one.school) for one in own.members if one.leads]
    short = [one for one in own.members if _problems(judged.get(one.school, ()))]
    yield (
        (say("类型：{kind}；", kind=kinds[own.kind]) if own.kind else "")
        + say("牵头学校：{lead}；", lead=lead[0] if lead else msg("未填报"))
        + plural(len(own.members), "成员学校{n}所，")
        + plural(len(short), "其中{n}所有需整改的指标。")
    )


def _problems(judged: Sequence[Judged]) -> int:
    return sum(one.standing == PROBLEM for one in judged)


def _members(
    campaign: Campaign, own: Organisation, judged: Mapping[str, Sequence[Judged]]
) -> Iterator[PaperRow]:
    types = vocabulary().school["school_type"]
    for number, one in enumerate(own.members, 1):
        record = campaign.schools.get(one.school, {})
        pupils = [record.get(f"{stage}_students") for stage in ("primary", "junior")]
        known = [value for value in pupils if value is not None]
        yield {
            "number": number,
            "school": campaign.school_name(one.school),
            "code": printable(one.school),
            "kind": printable(types.word_of(str(record.get("school_type") or ""))),
            "township": campaign.township(one.school),
            "role": msg_in("of a school", "牵头") if one.leads else msg("成员"),
            "period": _period(one.start, one.end),
            "pupils": figures.amount(sum(known)) if known else cells.NONE,
            "problems": _problems(judged.get(one.school, ())) or "",
        }


def _period(start: str, end: str) -> str:
    if start and end:
        return say("{a}至{b}", a=start, b=end)
    return say("自{a}", a=start) if start else say("至{b}", b=end) if end else ""


def _indicators(
    campaign: Campaign, own: Organisation, judged: Mapping[str, Sequence[Judged]]
) -> dict[str, PaperPart]:
    """The components of the overall assessment, a row a school and stage; marked where they miss."""
    rules = [rule for rule in campaign.around.about.rules.values() if rule.role == "component"]
    parts = {}
    for table, key in enumerate(_TABLES):
        some = rules[table * INDICATORS : (table + 1) * INDICATORS]
        rows: list[PaperRow] = []
        for member in own.members:
            stages: dict[str, dict[str, Judged]] = {}
            for one in judged.get(member.school, ()):
                if one.rule in some:
                    stages.setdefault(str(one.finding["stage"] or ""), {})[one.rule.id] = one
            for stage, found in stages.items():
                values = {
                    f"v{place}": _value(found.get(rule.id)) for place, rule in enumerate(some, 1)
                }
                school = campaign.school_name(member.school)
                rows.append(
                    _blank_values() | {"school": school, "stage": figures.stage(stage)} | values
                )
        if rows:
            heads = {f"v{n}": rule.brief for n, rule in enumerate(some, 1)}
            parts[key] = PaperPart(
                heading=msg("二、指标对照") if key == _TABLES[0] else "",
                groups=rows_of(*rows),
                after=(msg("▼：未达标。数值按实际计算，显示时四舍五入。"),)
                if key == _TABLES[0]
                else (),
                heads={**dict.fromkeys(_blank_values(), ""), **heads},
            )
    return parts


def _blank_values() -> dict[str, str]:
    return {f"v{n}": "" for n in range(1, INDICATORS + 1)}


def _value(one: Judged | None) -> str:
    if one is None:
        return cells.NONE
    told_ = figures.figure(one.rule, one.finding, bare=True) or figures.state(one.status)
    return f"▼{told_}" if one.status == "fail" else told_


def _shared(
    campaign: Campaign, own: Organisation, others: Mapping[str, Sequence[str]]
) -> Iterator[PaperRow]:
    """What the figures say of sharing: other memberships, visiting teachers, fields outside."""
    for one in own.members:
        record = campaign.schools.get(one.school, {})
        visiting = [
            record.get(f"{stage}_visiting_pe_arts_teachers") for stage in ("primary", "junior")
        ]
        yield {
            "school": campaign.school_name(one.school),
            "also": msg("、").join(others[one.school]),
            "visiting": _sum(visiting),
            "leased": _sum([record.get("leased_sports_area")]),
            "note": "",
        }


def _sum(values: Sequence[Any]) -> str:
    known = [value for value in values if value is not None]
    return figures.amount(sum(known)) if known else cells.NONE
