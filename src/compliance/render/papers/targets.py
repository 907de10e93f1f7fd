"""目标任务清单: what each school, each department of the county and each township has to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.assessment import figures
from compliance.kernel.i18n import msg, msg_in, say
from compliance.render.documents.text import printable
from compliance.render.papers.campaign import (
    Campaign,
    Task,
    county_itself,
    day_text,
    grouped_by,
    needs,
    needs_text,
    nowhere,
    numbered,
    school_names,
    shared_once,
)
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, RowGroup, rows_of, told
from compliance.render.phrases import named
from compliance.render.rectification import cells


def of_schools(campaign: Campaign) -> Parts:
    """By school, each with its tasks; the county's own last."""
    by_school = grouped_by(
        campaign.open,
        lambda task: campaign.school_name(task.school) if task.judged and task.school else "",
        county_itself(),
    )
    groups = tuple(
        RowGroup(_band(name, tasks, campaign), tuple(numbered(task.cells() for task in tasks)))
        for name, tasks in by_school.items()
    )
    schools = len(by_school) - (county_itself() in by_school)
    lines = [
        say("目标任务{n}项，涉及{k}所学校。", n=len(campaign.open), k=schools),
        campaign.money(campaign.open),
        shared_once() if campaign.planning.priced else "",
    ]
    return {"overview": told(lines), "tasks": PaperPart(groups=groups)}


def _band(name: str, tasks: Sequence[Task], campaign: Campaign) -> str:
    pieces = [say("{n}项", n=len(tasks)), needs_text(tasks)]
    found = campaign.cost(tasks)
    if found is not None and found.yuan:
        pieces.append(say("{n}元", n=f"{found.yuan:,}"))
    text = msg("，").join(one for one in pieces if one != cells.NONE)
    return say("{name}（{told}）", name=name, told=text)


def of_departments(campaign: Campaign) -> Parts:
    """By office, as the one that leads or that acts with it: a line an indicator, not a school."""
    by_office: dict[tuple[str, str], list[Task]] = {}
    for task in campaign.open:
        by_office.setdefault((task.lead or msg("责任单位待定"), _leads()), []).append(task)
        shown = str(task.cells()["joint"])
        for office in filter(None, shown.split(msg("、"))):
            if office != msg_in("school", "学校"):
                by_office.setdefault((office, _joins()), []).append(task)
    offices: dict[str, list[PaperRow]] = {}
    for (office, role), tasks in sorted(by_office.items(), key=lambda one: one[0][1] != _leads()):
        offices.setdefault(office, []).extend(_of_office(campaign, tasks, role))
    groups = tuple(
        RowGroup(office, tuple(numbered(map(dict, rows)))) for office, rows in offices.items()
    )
    lines = [
        say("目标任务{n}项，由{k}个单位牵头或配合。", n=len(campaign.open), k=len(groups)),
        campaign.money(campaign.open),
    ]
    return {"overview": told(lines), "tasks": PaperPart(groups=groups)}


def _leads() -> str:
    return msg("牵头")


def _joins() -> str:
    return msg("配合")


def _of_office(campaign: Campaign, tasks: Sequence[Task], role: str) -> Iterator[PaperRow]:
    """A line an indicator: the gap of all its items, the schools, the first deadline."""
    for title, own in grouped_by(tasks, lambda task: task.brief, "").items():
        schools = [campaign.school_name(task.school) for task in own if task.judged and task.school]
        days = [task.deadline for task in own if task.deadline is not None]
        people = list(dict.fromkeys(task.person for task in own if task.person))
        found = campaign.cost(own)
        yield {
            "title": title,
            "task": _goal(own),
            "schools": len(set(schools)) or "",
            "names": school_names(schools) if schools else county_itself(),
            "role": role,
            "person": people[0] if len(people) == 1 else "",
            "deadline": day_text(max(days, default=None)),
            "cost": found.yuan if found is not None and found.yuan else "",
            "note": say("{n}项无单价", n=found.unpriced)
            if found is not None and found.unpriced
            else "",
        }


def _goal(tasks: Sequence[Task]) -> str:
    """What has to be added or taken away in all: ``补足5人``."""
    pieces = []
    for one in needs(tasks):
        number = figures.with_unit(figures.amount(one.amount.value), printable(one.amount.unit))
        what = named(printable(one.amount.part), number)
        pieces.append(say("压减{n}", n=number) if one.amount.over else say("补足{n}", n=what))
    return msg("；").join(pieces) or msg("达到标准")


def of_townships(campaign: Campaign) -> Parts:
    """By township, the items of its schools, and what they come to."""
    at_schools = [task for task in campaign.open if task.judged and task.school]
    by_township = grouped_by(at_schools, lambda task: campaign.township(task.school), nowhere())
    groups = tuple(
        RowGroup(
            say("{name}（{n}项）", name=name, n=len(tasks)),
            tuple(numbered(task.cells() for task in tasks)),
        )
        for name, tasks in by_township.items()
    )
    totals: list[PaperRow] = []
    for name, tasks in by_township.items():
        found = campaign.cost(tasks)
        totals.append(
            {
                "township": name,
                "count": len(tasks),
                "schools": len({task.school for task in tasks}),
                "task": needs_text(tasks),
                "cost": found.yuan if found is not None and found.yuan else "",
            }
        )
    townships = [name for name in by_township if name != nowhere()]
    lines = [
        say("学校的目标任务{n}项，分在{k}个乡镇（街道）。", n=len(at_schools), k=len(townships)),
        msg("学校表没有填乡镇（街道）的，列在最后。") if nowhere() in by_township else "",
        campaign.money(at_schools),
        shared_once() if campaign.planning.priced else "",
    ]
    return {
        "overview": told(lines),
        "tasks": PaperPart(groups=groups),
        "totals": PaperPart(heading=msg("各乡镇合计"), groups=rows_of(*totals)),
    }
