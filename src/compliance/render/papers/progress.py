"""What has been done and what is late: 序时进度表, 调度会材料, 通报 and the quarterly 公示."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from compliance.kernel.i18n import msg, plural, say
from compliance.ledger.milestones import Milestone, milestones
from compliance.ledger.model import AWAITING, CLOSED, CURED
from compliance.ledger.tallies import months
from compliance.render.documents.xlsx import Value
from compliance.render.papers.campaign import (
    Campaign,
    Task,
    county_itself,
    grouped_by,
    needs_text,
    nowhere,
    numbered,
    percent,
)
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, rows_of, told

_BLANK_DECISIONS = 8  # rows to write into


def schedule(campaign: Campaign) -> Parts:
    """序时进度表: month by month, what was planned and what is done; milestones; what has no date."""
    rows: list[PaperRow] = []
    for month in months(campaign.ledger):
        if month.name:
            rows.append(
                {
                    "month": month.name,
                    "planned": month.planned,
                    "actual": month.done,
                    "running": month.planned_so_far,
                    "achieved": month.done_so_far,
                    "rate": percent(month.done_so_far, month.planned_so_far),
                    "late": month.late or "",
                }
            )
    undated = [task for task in campaign.open if task.deadline is None]
    steps = milestones(campaign.ledger)
    return {
        "overview": told(
            [
                _state(campaign),
                plural(len(undated), "{n}项没有填完成时限，未列入月度计划，见下表。")
                if undated
                else "",
                ""
                if rows
                else msg(
                    "各项都没有填完成时限：在整改清单中填写，或用责任表给出默认时限后再生成。"
                ),
            ]
        ),
        "months": PaperPart(heading=msg("一、月度进度") if rows else "", groups=rows_of(*rows)),
        "milestones": PaperPart(
            heading=msg("二、里程碑") if steps else "",
            groups=rows_of(*(_milestone(one, campaign) for one in steps)),
        ),
        "undated": PaperPart(
            heading=msg("未填完成时限的事项") if undated else "",
            groups=rows_of(*(task.cells() for task in undated)),
        ),
    }


def _milestone(one: Milestone, campaign: Campaign) -> PaperRow:
    task = next((task for task in campaign.tasks if task.row.id == one.id), None)
    return {
        "id": one.id,
        "school": task.text("school") if task else "",
        "title": task.text("indicator") if task else "",
        "month": one.month,
        "quantity": one.planned,
        "made": one.made,
        "note": one.note,
    }


def meeting(campaign: Campaign) -> Parts:
    """调度会材料: where things stand, who is ahead, what is late, and room for what is decided."""
    late = _late(campaign)
    cured = [task for task in campaign.tasks if task.row.state == CURED]
    at_schools = [task for task in campaign.tasks if task.school in campaign.schools]
    townships = _ranking(
        campaign, at_schools, lambda task: campaign.township(task.school) or nowhere()
    )
    blank = {"id": "", "decision": "", "lead": "", "person": "", "deadline": ""}
    return {
        "overview": told([_state(campaign), campaign.money(campaign.open)], msg("一、总体进展")),
        "ranking": PaperPart(
            heading=msg("二、各牵头单位进展"),
            groups=rows_of(*_ranking(campaign, campaign.tasks, lambda task: task.lead)),
        ),
        "townships": PaperPart(heading=msg("三、各乡镇进展"), groups=rows_of(*townships)),
        "late": _overdue(late),
        "cured": PaperPart(
            heading=msg("五、已达标待销号事项") if cured else "",
            groups=rows_of(*(task.cells() for task in cured)),
        ),
        "decisions": PaperPart(
            heading=msg("议定事项"),
            lines=(
                msg(
                    "针对某一事项的，填它的编号；新增事项编号留空。填好后放在原处，下次生成整改清单时记入台账。"
                ),
            ),
            groups=rows_of(*(dict(blank) for _ in range(_BLANK_DECISIONS))),
        ),
    }


def _overdue(late: Sequence[Task]) -> PaperPart:
    return PaperPart(
        heading=msg("四、逾期事项"),
        lines=() if late else (msg("没有逾期事项。"),),
        groups=rows_of(*(task.cells() for task in late)),
    )


def circular(campaign: Campaign) -> Parts:
    """通报: done, overdue, ranked."""
    late = _late(campaign)
    by_school = _ranking(campaign, campaign.tasks, _whose)
    return {
        "overview": told([_state(campaign)], msg("一、总体情况")),
        "schools": PaperPart(heading=msg("二、各校进展"), groups=rows_of(*by_school)),
        "sections": PaperPart(
            heading=msg("三、各牵头单位进展"),
            groups=rows_of(*_ranking(campaign, campaign.tasks, lambda task: task.lead)),
        ),
        "late": _overdue(late),
    }


def notice(campaign: Campaign) -> Parts:
    """The tables of the quarterly 公示: by indicator and by school, without names of persons."""
    by_title = grouped_by(campaign.tasks, lambda task: task.brief, "")
    indicators = [
        {**_counts(title, tasks, _month(campaign)), "title": title, "gap": needs_text(tasks)}
        for title, tasks in by_title.items()
    ]
    schools = _tallied(campaign, campaign.tasks, _whose)
    return {
        "overview": told(
            [
                _state(campaign),
                msg(
                    "完成：数据已达标；人工认定的事项以佐证为准。数据更新后重新核对，未达标的恢复为未完成。"
                ),
            ]
        ),
        "indicators": PaperPart(heading=msg("一、各指标整改进展"), groups=rows_of(*indicators)),
        "schools": PaperPart(heading=msg("二、各校整改进展"), groups=rows_of(*numbered(schools))),
    }


def _whose(task: Task) -> str:
    return task.text("school") if task.school else county_itself()


def quarter(day: date) -> str:
    """``2026年第二季度``."""
    numbers = (msg("一"), msg("二"), msg("三"), msg("四"))
    return say("{y}年第{q}季度", y=day.year, q=numbers[(day.month - 1) // 3])


def _state(campaign: Campaign) -> str:
    """How many items there are, how many are done, closed, late."""
    total, late = len(campaign.tasks), len(_late(campaign))
    states = Counter(task.row.state for task in campaign.tasks)
    cured, closed, waiting = states[CURED], states[CLOSED], states[AWAITING]
    pieces = [
        say("列入台账{n}项", n=total),
        say("已销号{n}项", n=closed),
        say("已达标待销号{n}项", n=cured),
        say("未完成{n}项", n=len(campaign.open)),
        say("其中逾期{n}项", n=late) if late else "",
        say("待新数据{n}项", n=waiting) if waiting else "",
    ]
    done = closed + cured
    text = msg("，").join(filter(None, pieces))
    return say("{text}，完成率{rate}。", text=text, rate=percent(done, total))


def _late(campaign: Campaign) -> list[Task]:
    """The overdue ones, the longest first."""
    return sorted(
        (task for task in campaign.open if task.row.late), key=lambda task: -task.row.late
    )


def _month(campaign: Campaign) -> str:
    """The month of the figures."""
    return campaign.around.days.data.isoformat()[:7]


def _counts(name: str, tasks: Sequence[Task], month: str) -> dict[str, Value]:
    done = sum(task.done for task in tasks)
    return {
        "unit": name,
        "total": len(tasks),
        "done": done,
        "now": sum(task.done_in == month for task in tasks) or "",
        "open": len(tasks) - done,
        "late": sum(bool(task.row.late) for task in tasks) or "",
        "rate": percent(done, len(tasks)),
    }


def _tallied(
    campaign: Campaign, tasks: Iterable[Task], key: Callable[[Task], str]
) -> list[dict[str, Value]]:
    found = grouped_by(tasks, key, msg("责任单位待定"))
    return [_counts(name, own, _month(campaign)) for name, own in found.items()]


def _ranking(
    campaign: Campaign, tasks: Iterable[Task], key: Callable[[Task], str]
) -> list[PaperRow]:
    """By the share that is done and by what is late, then by what is open; equals share a place."""
    rows = _tallied(campaign, tasks, key)

    def standing(row: Mapping[str, object]) -> tuple[float, int, int]:
        done, total = int(str(row["done"])), int(str(row["total"]))
        return (-done / total, int(str(row["late"] or 0)), total - done)

    rows.sort(key=standing)
    places: dict[tuple[float, int], int] = {}
    for place, row in enumerate(rows, 1):
        places.setdefault(standing(row)[:2], place)
    return [{"rank": places[standing(row)[:2]], **row} for row in rows]
