"""资金测算表: what the items cost by school, by section and by year, and what has no price."""

from __future__ import annotations

from collections.abc import Callable

from compliance.kernel.i18n import msg, plural, say
from compliance.render.papers.campaign import Campaign, Task, county_itself, grouped_by, shared_once
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, rows_of, told


def costs(campaign: Campaign) -> Parts:
    """The parts; every table sums up to the same total."""
    if not campaign.planning.priced:
        none = msg("没有给出单价表（--prices），不测算资金。")
        return {"overview": told([none])}
    tasks = [task for task in campaign.open if task.judged is not None]
    without = [task for task in tasks if not task.judged or not task.lacks]

    def school(task: Task) -> str:
        return campaign.school_name(task.school) if task.school else county_itself()

    def section(task: Task) -> str:
        planned = task.planned
        return (planned.section if planned else "") or task.lead

    def year(task: Task) -> str:
        return str(task.deadline.year) if task.deadline else ""

    return {
        "overview": told(
            [
                campaign.money(tasks),
                plural(len(without), "{n}项没有可计量的缺口，不测算。") if without else "",
                msg("所需资金＝缺口×单价，逐项进为整数元。"),
                shared_once(),
            ]
        ),
        "schools": PaperPart(
            heading=msg("一、按学校"), groups=rows_of(*_sums(campaign, tasks, school, "unit"))
        ),
        "sections": PaperPart(
            heading=msg("二、按牵头股室（单位）"),
            groups=rows_of(*_sums(campaign, tasks, section, "unit")),
        ),
        "years": PaperPart(
            heading=msg("三、按完成年度"), groups=rows_of(*_sums(campaign, tasks, year, "year"))
        ),
    }


def _sums(
    campaign: Campaign, tasks: list[Task], key: Callable[[Task], str], column: str
) -> list[PaperRow]:
    """A row a group, the undated or unnamed last, then the total."""
    rows: list[PaperRow] = []
    lacking = [task for task in tasks if task.lacks]
    for name, own in grouped_by(lacking, key, msg("未定")).items():
        found = campaign.cost(own)
        if found is not None:
            rows.append(
                {
                    column: name,
                    "count": len(own),
                    "cost": found.yuan if found.yuan or found.unpriced < len(own) else "",
                    "unpriced": found.unpriced or "",
                }
            )
    every = campaign.cost(lacking)
    if every is not None and rows:
        rows.append(
            {
                column: say("合计"),
                "count": len(lacking),
                "cost": every.yuan,
                "unpriced": every.unpriced or "",
            }
        )
    return rows
