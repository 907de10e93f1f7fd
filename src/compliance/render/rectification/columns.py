"""The cells of a rectification list: what is, what is asked, what is missing, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compliance.kernel.i18n import pick, say
from compliance.render.documents import number_format
from compliance.render.documents.number_format import measure_of, with_unit
from compliance.render.documents.printable import printable
from compliance.render.rectification.case import Case, Finding

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
NONE = "—"


@dataclass(frozen=True, slots=True)
class Amount:
    """Something countable that is missing, or over a limit.

    of: which part of the rule, empty where it has none. value, unit: 2, 间.
    """

    of: str
    value: float
    unit: str
    over: bool

    def text(self) -> str:
        """``590.91平方米``, ``超3个班``, ``音乐专用教室缺2间``."""
        number = with_unit(number_format.amount(self.value), self.unit)
        if self.over:
            return say("超{n}", "{n} too many", n=number)
        return say("{of}缺{n}", "{of}: {n}", of=self.of, n=number) if self.of else number


def named(name: str, text: str) -> str:
    """``音乐专用教室1间``; a name in Latin letters keeps a blank after it."""
    return f"{name} {text}" if name and name[-1].isascii() else f"{name}{text}"


def after(head: str, text: str) -> str:
    """``不达标：甲、乙``."""
    return say("{head}：{text}", "{head}: {text}", head=head, text=text)


def amounts(finding: Finding) -> list[Amount]:
    """What a missed rule lacks, part by part; empty where that has no meaning."""
    parts = [
        Amount(part["name"], part["shortfall"], printable(part["shortfall_unit"]), over=False)
        for part in finding["parts"]
        if part["status"] == "fail" and part["shortfall"]
    ]
    if parts:
        return parts
    if finding["shortfall"]:
        unit = printable(finding["shortfall_unit"])
        return [Amount("", finding["shortfall"], unit, over=False)]
    if finding["excess"]:
        return [Amount("", finding["excess"], printable(finding["excess_unit"]), over=True)]
    return []


def brief(case: Case) -> str:
    """The finding's sentence without its subject, where a column beside it names that."""
    sentence, subject = str(case.finding["message"]), case.subject
    if not case.school or not sentence.startswith(subject):
        return sentence
    return sentence.removeprefix(subject).lstrip("：: ") or sentence


def current(case: Case) -> str:
    """现状值: the figure as the forms ask, or the state where there is none."""
    finding = case.finding
    parts = _named_parts(finding)
    if parts:
        return pick("；", "; ").join(_part_value(case, part) for part in parts)
    if finding["value"] is not None:
        return _value(case, finding)
    if amounts(finding) or case.status in ("unknown", "not_checked", "error"):
        return NONE
    return _stated(case)


def _stated(case: Case) -> str:
    """What somebody has stated: a veto exists or not, anything else is met or not."""
    if case.rule.statement != "vetoes":
        return number_format.state(case.status)
    return say("存在", "exists") if case.status == "fail" else say("不存在", "none")


def _named_parts(finding: Finding) -> list[Finding]:
    """The parts to show: of a missed rule the missed ones, else all."""
    failed = [part for part in finding["parts"] if part["status"] == "fail"]
    return failed if finding["status"] == "fail" else list(finding["parts"])


def _part_value(case: Case, part: Finding) -> str:
    if part["value"] is None:
        return named(part["name"], number_format.state(part["status"]))
    return named(part["name"], _value(case, part))


def _value(case: Case, one: Finding) -> str:
    value, unit = float(one["value"]), one["unit"]
    level = str(case.finding["level"])
    if case.rule.form.counts:
        level = "school"  # they count things, whatever they are about
    places = number_format.decimals(value, unit, level, case.rule.kind)
    return number_format.reading(
        value, places, one["operator"], one["threshold"], one["status"], measure_of(unit)
    )


def standard(case: Case) -> str:
    """标准值: ``≥3人``."""
    finding = case.finding
    parts = [part for part in _named_parts(finding) if part["threshold"] is not None]
    if parts:
        return pick("；", "; ").join(named(part["name"], _limit(part)) for part in parts)
    if finding["threshold"] is None:
        return printable(pick(case.rule.text, case.rule.text_en)) or NONE
    return _limit(finding)


def _limit(one: Finding) -> str:
    return number_format.limit(one["operator"], one["threshold"], measure_of(one["unit"]))


def floor(case: Case) -> str:
    """What a missed indicator must reach at least where one miss is allowed: ``2.55人``."""
    value = case.finding["floor"]
    if value is None:
        return NONE
    return with_unit(number_format.plain(round(float(value), 6)), measure_of(case.finding["unit"]))


def gap(case: Case) -> str:
    """缺口: what must be added, or what is over; a dash where that has no meaning."""
    if case.status != "fail":
        return NONE
    pieces = [amount.text() for amount in amounts(case.finding)]
    return pick("；", "; ").join(pieces) or NONE


def measure(case: Case) -> str:
    """整改措施: the rule's remedy with the figures filled in."""
    rule, finding = case.rule, case.finding
    remedy = printable(pick(rule.remedy, rule.remedy_en))
    known = {
        name: number_format.amount(finding[name])
        for name in ("shortfall", "excess", "value", "threshold")
        if finding[name] is not None
    }
    if all(name in known for name in _PLACEHOLDER.findall(remedy)):
        return _PLACEHOLDER.sub(lambda found: known[found[1]], remedy)
    pieces = list(_steps(case))
    if pieces:
        return pick("；", "; ").join(pieces)
    return _PLACEHOLDER.sub(NONE, remedy)


def _steps(case: Case) -> Iterator[str]:
    """A sentence for every amount where the remedy speaks of a single one."""
    about = number_format.short(case.rule.label)
    for amount in amounts(case.finding):
        what = amount.of or about
        number = with_unit(number_format.amount(amount.value), amount.unit)
        if amount.over:
            yield say("{what}：减少{n}", "{what}: {n} fewer", what=what, n=number)
        else:
            yield say("{what}：增加{n}", "{what}: {n} more", what=what, n=number)


def owner(case: Case) -> str:
    """Who answers for the rule; empty where the rule set names nobody."""
    return printable(pick(case.rule.owner, case.rule.owner_en))


def responsible(case: Case) -> str:
    """牵头单位/责任单位: the section that leads, and the school that acts."""
    leads = owner(case)
    if not case.school:
        return leads
    school = say("学校", "school")
    return pick("／", " / ").join(filter(None, (leads, school)))
