"""The cells of a rectification list: what is, what is asked, what is missing, what to do; its heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from compliance.assessment import Amount, Assessment, Judged, amounts, figures, owner
from compliance.assessment.figures import Finding, bar, figure, measure_of, with_unit
from compliance.engine.findings.report import Report, RulesetInfo
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang, pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.documents.printable import printable, shortened

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DIGITS = "零一二三四五六七八九"
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


def deadline() -> str:
    """What stands in the column 完成时限 until it is filled in: to the month."""
    return say("　　年　月", "month/year")


def progress() -> str:
    """What stands in the column 整改进展 at first."""
    return say("未启动", "not started")


def school_year(year: int) -> str:
    """``2023—2024学年``."""
    return say("{a}—{b}学年", "school year {a}–{b}", a=year, b=year + 1)


def ordinal(number: int) -> str:
    """一, 十二, 二十: the number of a heading; from 100 on, and in English, digits."""
    if lang() != "zh" or number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def basis(report: Report, about: Assessment) -> str:
    """By which rule set, as of when: one line for the head of a paper."""
    county = about.county
    info = next(
        (one for one in report.rulesets if (one.id, one.as_of) == (county.ruleset, county.as_of)),
        RulesetInfo(county.ruleset, "", county.as_of, (), county.ruleset, county.ruleset, ""),
    )
    day = date.fromisoformat(county.as_of)
    text = say(
        "{title}（{source}）；规则集 {id} {version}；评估时点 {as_of}",
        "{title} ({source}); rule set {id} {version}; as of {as_of}",
        title=printable(pick(info.title, info.title_en)),
        source=printable(info.source),
        id=info.id,
        version=info.version,
        as_of=say("{d.year}年{d.month}月{d.day}日", "{d}", d=day),
    )
    return text + _chosen(report.manifest)


def _chosen(manifest: Mapping[str, object]) -> str:
    """What was switched on or enforced beyond the rule set: a reader must see it."""
    words: list[str] = []
    for key in ("enforced", "switches"):
        listed = manifest.get(key)
        words += [printable(one) for one in listed] if isinstance(listed, (list, tuple)) else []
    text = pick("、", ", ").join(words)
    told = say("；另行启用：{text}", "; switched on: {text}", text=text) if words else ""
    if manifest.get("strict"):
        told += say("；严格判定", "; strict")
    confirmed = manifest.get("confirmations")
    rules = [one["rule"] for one in confirmed] if isinstance(confirmed, (list, tuple)) else []
    if rules:
        text = pick("、", ", ").join(printable(one) for one in rules)
        told += say("；依据经确认：{text}", "; basis confirmed: {text}", text=text)
    return told


def conclusion(about: Assessment) -> str:
    """The county's verdict and what it rests on: ``未达标（资源配置达标，一票否决不达标）。``

    What the conclusion asks beside the blocks (vetoes, eligibility) is named where it is not met.
    """
    told = [
        named(printable(one.title), figures.state(one.status))
        for one in about.decisive
        if one.id or one.status not in ("pass", "not_applicable")
    ]
    verdict = figures.verdict(about.county.verdict)
    if not told:
        return say("县域结论：{v}。", "County: {v}.", v=verdict)
    listed = pick("，", ", ").join(told)
    return say("县域结论：{v}（{l}）。", "County: {v} ({l}).", v=verdict, l=listed)
