"""情况汇报: one page for the head of the county: what fails, who must act, how much, by when, who decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from compliance.assessment import Assessment, Total, figures
from compliance.assessment.scope import unattributed
from compliance.facts.units import quantity
from compliance.kernel.i18n import lang, msg, plural, say
from compliance.render.documents.text import printable, shortened
from compliance.render.papers.campaign import (
    Campaign,
    Task,
    county_itself,
    day_text,
    grouped_by,
    needs,
)
from compliance.render.papers.paper import PaperPart, PaperRow, Parts, rows_of, told
from compliance.render.phrases import counted, named
from compliance.render.rectification import cells

_ROWS = 8  # so many needs fit the page; the others are counted
_MOST = 3  # so many schools are named
_OFFICES = 4  # so many offices are told what to do


def brief(campaign: Campaign) -> Parts:
    """The parts of the page."""
    rows = list(_needs(campaign))
    rest = len(rows) - _ROWS
    return {
        "verdict": told(_verdict(campaign), msg("一、基本结论")),
        "needs": PaperPart(
            heading=msg("二、缺什么、谁来办"),
            lines=tuple(filter(None, [_sums(campaign.open), campaign.money(campaign.open)])),
            groups=rows_of(*rows[:_ROWS]),
            after=(say("其余{n}项见整改清单。", n=rest),) if rest > 0 else (),
        ),
        "deciding": told(_deciding(campaign), msg("三、关键学校")),
        "actions": told(_actions(campaign), msg("四、需要县里推动的事")),
    }


def _verdict(campaign: Campaign) -> Iterator[str]:
    about = campaign.around.about
    yield say("县域结论：{v}。", v=figures.verdict(about.county.verdict))
    failing = [
        printable(one.title) + (say("（{n}）", n=told_) if (told_ := counted(one)) else "")
        for one in about.decisive
        if one.status == "fail"
    ]
    if failing:
        yield say("不达标的：{l}。", l=msg("；").join(failing))
    waiting = [
        printable(one.title) for one in about.decisive if one.status in ("unknown", "not_checked")
    ]
    if waiting:
        yield say("尚缺数据或佐证的：{l}。", l=msg("、").join(waiting))
    if why := unattributed(about.county.unattributed):
        yield say("{l}。", l=why)
    schools = {task.school for task in campaign.open if task.judged and task.school}
    yield say(
        "需整改{n}项，涉及学校{k}所。",
        n=sum(task.judged is not None for task in campaign.open),
        k=len(schools),
    )


def _sums(tasks: Sequence[Task]) -> str:
    """People, square metres, rooms, yuan in all: never added across units."""
    found: Counter[str] = Counter()
    for total in needs(tasks):
        counted_ = quantity(total.amount.unit) or lang() != "zh"  # a percentage point is no thing
        if counted_ and not total.amount.over:
            found[total.amount.unit] += round(total.amount.value * 100)
    pieces = [figures.with_unit(figures.amount(n / 100), unit) for unit, n in found.items()]
    if not pieces:
        return ""
    return say(
        "各项缺口分别合计：{l}（同一人、同一间可补几项，实际需要以县里统筹为准）。",
        l=msg("、").join(pieces),
    )


def _needs(campaign: Campaign) -> Iterator[PaperRow]:
    """An indicator a row, those that lack most schools first, the county's own last."""
    by_title = grouped_by(campaign.open, lambda task: task.brief, "")

    def schools(tasks: Iterable[Task]) -> set[str]:
        return {task.school for task in tasks if task.judged and task.school}

    for tasks in sorted(by_title.values(), key=lambda own: -len(schools(own))):
        days = [task.deadline for task in tasks if task.deadline is not None]
        leads = list(dict.fromkeys(task.lead for task in tasks if task.lead))
        yield {
            "title": tasks[0].brief,
            "gap": msg("；").join(map(_amount, needs(tasks))) or cells.NONE,
            "schools": len(schools(tasks)) or county_itself(),
            "lead": shortened(leads, msg("等{count}个"), 2),
            "deadline": day_text(max(days, default=None)),
        }


def _amount(total: Total) -> str:
    number = cells.quantity(total.amount, part=False)
    return named(printable(total.amount.part), number) if lang() == "zh" else number


def _deciding(campaign: Campaign) -> Iterator[str]:
    """The school that alone keeps a requirement from being met, and those that have most to do."""
    alone = _alone(campaign.around.about)
    for code, what in alone.items():
        yield say(
            "{school}一所学校决定{what}：该校整改到位，全县这一项即达标。",
            school=campaign.school_name(code),
            what=msg("、").join(f"“{one}”" for one in what),
        )
    short = campaign.around.about.falling_short
    if len(short) > 1:
        schools = [
            say(
                "{school}（{n}项）",
                school=printable(one.school_name),
                n=sum(map(len, one.rules.values())),
            )
            for one in short[:_MOST]
        ]
        yield say("需整改指标最多的学校：{l}。", l=msg("、").join(schools))
    if not alone and not short and not campaign.around.about.county.unattributed:
        yield msg("没有学校层面的未达标指标。")


def _alone(about: Assessment) -> dict[str, list[str]]:
    """School code → the requirements that fail at that school and at no other."""
    failing: dict[str, set[str]] = {}
    for one in about.open:
        if one.status == "fail" and one.school and one.decides:
            failing.setdefault(one.rule.id, set()).add(one.school)
    found: dict[str, list[str]] = {}
    for part in about.decisive:
        if part.id and part.status == "fail" and part.level == "unit":
            members = set[str]().union(
                *(failing.get(rule, set()) for rule in about.rules[part.id].of)
            )
            if len(members) == 1:
                found.setdefault(members.pop(), []).append(printable(part.title))
    for rule, schools in failing.items():
        if len(schools) == 1 and about.spread.get(rule, {}).get("fail") == 1:
            found.setdefault(next(iter(schools)), []).append(about.rules[rule].brief)
    for whole in about.breakdowns:
        about_it = about.rules[whole.rule]
        if whole.complete and len(whole.short) == 1 and about_it.role == "requirement":
            found.setdefault(whole.short[0].school_code, []).append(about_it.brief)
    return found


def _actions(campaign: Campaign) -> Iterator[str]:
    """What each office must do, in a line each: how many items, what they come to, until when."""
    by_lead = grouped_by(campaign.open, lambda task: task.lead, msg("责任单位待定"))
    for lead, tasks in list(by_lead.items())[:_OFFICES]:
        days = [task.deadline for task in tasks if task.deadline is not None]
        by = say("，{day}前完成", day=day_text(max(days))) if days else ""
        late = sum(bool(task.row.late) for task in tasks)
        overdue = plural(late, "，已逾期{n}项") if late else ""
        yield say("{lead}：{n}项{by}{late}。", lead=lead, n=len(tasks), by=by, late=overdue)
    if not campaign.open and not campaign.around.about.county.unattributed:
        yield msg("没有未完成的整改事项。")
