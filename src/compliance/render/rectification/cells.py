"""The cells of a rectification list: what is, what is asked, what is missing, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from compliance.assessment import Amount, Judged, amounts, figures, owner
from compliance.assessment.figures import Finding, bar, figure, measure_of, with_unit
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.documents.printable import printable, shortened

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
NONE = "—"


def named(name: str, text: str) -> str:
    """``音乐专用教室1间``; a name in Latin letters keeps a blank after it."""
    return f"{name} {text}" if name and name[-1].isascii() else f"{name}{text}"


def quantity(amount: Amount, *, part: bool = True) -> str:
    """``590.91平方米``, ``超3个班``, ``音乐专用教室缺2间``; part: the part's name before it."""
    number = with_unit(figures.amount(amount.value), printable(amount.unit))
    if amount.over:
        return say("超{n}", "{n} too many", n=number)
    if part and amount.part:
        return say("{of}缺{n}", "{of}: {n}", of=printable(amount.part), n=number)
    return number


def brief(one: Judged) -> str:
    """The finding's sentence without its subject, where a column beside it names that."""
    sentence = str(one.finding["message"])
    if not one.school or not sentence.startswith(one.subject):
        return sentence
    return sentence.removeprefix(one.subject).lstrip("：: ") or sentence


def current(one: Judged) -> str:
    """现状值: the figure as the forms ask, or the state where there is none."""
    finding = one.finding
    if parts := _parts(finding):
        return pick("；", "; ").join(
            named(part["name"], figure(one.rule, finding, part) or figures.state(part["status"]))
            for part in parts
        )
    if finding["value"] is not None:
        return figure(one.rule, finding)
    if amounts(finding) or one.status in ("unknown", "not_checked", "error"):
        return NONE
    if one.rule.statement != "vetoes":
        return figures.state(one.status)
    return say("存在", "exists") if one.status == "fail" else say("不存在", "none")


def _parts(finding: Finding) -> list[Finding]:
    """The parts to show: of a missed rule the missed ones, else all."""
    failed = [part for part in finding["parts"] if part["status"] == "fail"]
    return failed if finding["status"] == "fail" else list(finding["parts"])


def standard(one: Judged) -> str:
    """标准值: ``≥3人``."""
    parts = [part for part in _parts(one.finding) if part["threshold"] is not None]
    if parts:
        limits = (named(part["name"], bar(one.rule, part)) for part in parts)
        return pick("；", "; ").join(limits)
    if one.finding["threshold"] is None:
        return printable(pick(one.rule.text, one.rule.text_en)) or NONE
    return bar(one.rule, one.finding)


def floor(one: Judged) -> str:
    """What a missed indicator must reach at least where one miss is allowed: ``2.55人``."""
    value = one.finding["floor"]
    if value is None:
        return NONE
    return with_unit(figures.plain(round(float(value), 6)), measure_of(one.finding["unit"]))


def gap(one: Judged) -> str:
    """缺口: what must be added, or what is over; a dash where that has no meaning."""
    if one.status != "fail":
        return NONE
    return pick("；", "; ").join(map(quantity, amounts(one.finding))) or NONE


def measure(one: Judged) -> str:
    """整改措施: the rule's remedy with the figures filled in."""
    remedy = printable(pick(one.rule.remedy, one.rule.remedy_en))
    known = {
        name: figures.amount(one.finding[name])
        for name in ("shortfall", "excess", "value", "threshold")
        if one.finding[name] is not None
    }
    if all(name in known for name in _PLACEHOLDER.findall(remedy)):
        return _PLACEHOLDER.sub(lambda found: known[found[1]], remedy)
    return pick("；", "; ").join(_steps(one)) or _PLACEHOLDER.sub(NONE, remedy)


def _steps(one: Judged) -> Iterator[str]:
    """A sentence for every amount where the remedy speaks of a single one."""
    for amount in amounts(one.finding):
        what = amount.part or figures.short(one.rule.label)
        number = with_unit(figures.amount(amount.value), printable(amount.unit))
        if amount.over:
            yield say("{what}：减少{n}", "{what}: {n} fewer", what=what, n=number)
        else:
            yield say("{what}：增加{n}", "{what}: {n} more", what=what, n=number)


def leads(one: Judged) -> str:
    """牵头单位: the section that answers for the rule; empty where the rule set names nobody."""
    return printable(owner(one.rule))


def responsible(one: Judged) -> str:
    """牵头单位/责任单位: the section that leads, and the school that acts."""
    if not one.school:
        return leads(one)
    school = say("学校", "school")
    return pick("／", " / ").join(filter(None, (leads(one), school)))


def note(one: Judged, warnings: Sequence[Problem]) -> str:
    """备注: what the item blocks, and which doubtful figures it rests on.

    warnings: about the county's figures.
    """
    pieces = []
    if one.blocking:
        pieces.append(say("影响综合评估", "blocks the overall assessment"))
    if one.whole and amounts(one.finding):
        pieces.append(say("缺口按全校计", "the gap is the whole school's"))
    if codes := one.finding["warnings"]:
        texts = dict.fromkeys(
            printable(warning.message).rstrip("。.")
            for code in codes
            for warning in warnings
            if warning.code == code and _bears_on(warning, one)
        )
        told = shortened(
            list(texts) or [printable(code) for code in codes],
            pick("等{count}处", " etc. ({count})"),
            2,
        )
        pieces.append(say("数据存疑：{texts}", "doubtful figures: {texts}", texts=told))
    return pick("；", "; ").join(pieces)


def _bears_on(warning: Problem, one: Judged) -> bool:
    """Whether a warning is about a figure that the finding rests on: of its rule, school, stage."""
    if one.school and warning.school_code not in (one.school, None):
        return False
    stage = one.finding["stage"]
    others = tuple(f"{other}_" for other in COMPULSORY if stage not in (None, other))
    return any(fact in one.rule.facts and not fact.startswith(others) for fact in warning.facts)


def heading(fact: str, titles: Mapping[str, str]) -> str:
    """The heading of a fact; of one column of a table (monitoring.level) the table's."""
    return printable(titles.get(fact) or titles.get(fact.split(".", maxsplit=1)[0]) or fact)
