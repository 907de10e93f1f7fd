"""What the papers of a county say in common: heads, and what is filled in by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from compliance.assessment import Assessment, figures
from compliance.engine.findings.report import Report, RulesetInfo
from compliance.kernel.i18n import lang, pick, say
from compliance.render.documents.printable import printable
from compliance.render.rectification.cells import named

_DIGITS = "零一二三四五六七八九"


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
