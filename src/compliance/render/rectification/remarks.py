"""What the papers of a county say in common: heads, remarks, and what is filled in by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from compliance.assessment import figures
from compliance.engine.findings.report import CountyResult, Report, RulesetInfo
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang, pick, say
from compliance.kernel.submission import COMPULSORY
from compliance.render.digest.digest import groups
from compliance.render.documents.printable import printable, shortened
from compliance.render.rectification import columns
from compliance.render.rectification.case import Case
from compliance.rules.language.model import Rule

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


def basis(report: Report, county: CountyResult) -> str:
    """By which rule set, as of when: one line for the head of a paper."""
    info = next(
        (one for one in report.rulesets if (one.id, one.as_of) == (county.ruleset, county.as_of)),
        RulesetInfo(county.ruleset, "", county.as_of, (), county.ruleset, county.ruleset, ""),
    )
    title, source = printable(pick(info.title, info.title_en)), printable(info.source)
    text = say(
        "{title}（{source}）；规则集 {id} {version}；评估时点 {as_of}",
        "{title} ({source}); rule set {id} {version}; as of {as_of}",
        title=title, source=source, id=info.id, version=info.version, as_of=_day(county.as_of),
    )  # fmt: skip
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


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return say("{d.year}年{d.month}月{d.day}日", "{d}", d=day)


def conclusion(county: CountyResult, rules: Mapping[str, Rule], findings: pl.DataFrame) -> str:
    """The county's verdict and what it rests on: ``未达标（资源配置达标，一票否决不达标）。``

    findings: the county's. What the conclusion asks beside the blocks (vetoes, eligibility) is
    named where it is not met.
    """
    told = [
        columns.named(printable(group.title), figures.state(group.status))
        for group in groups(findings, county, rules)
        if group.id or group.status not in ("pass", "not_applicable")
    ]
    verdict = figures.verdict(county.verdict)
    if not told:
        return say("县域结论：{v}。", "County: {v}.", v=verdict)
    listed = pick("，", ", ").join(told)
    return say("县域结论：{v}（{l}）。", "County: {v} ({l}).", v=verdict, l=listed)


def note(case: Case, doubts: Mapping[str, Sequence[Problem]]) -> str:
    """备注: what the item blocks, and which doubtful figures it rests on."""
    pieces = []
    if case.blocking:
        pieces.append(say("影响综合评估", "blocks the overall assessment"))
    if case.whole and columns.amounts(case.finding):
        pieces.append(say("缺口按全校计", "the gap is the whole school's"))
    codes = case.finding["warnings"]
    if codes:
        known = [one for code in codes for one in doubts.get(code, ()) if _bears_on(one, case)]
        texts = list(dict.fromkeys(printable(one.message).rstrip("。.") for one in known))
        told = shortened(
            texts or [printable(code) for code in codes], pick("等{count}处", " etc. ({count})"), 2
        )
        pieces.append(say("数据存疑：{texts}", "doubtful figures: {texts}", texts=told))
    return pick("；", "; ").join(pieces)


def _bears_on(one: Problem, case: Case) -> bool:
    """Whether a warning is about a figure that the finding rests on: of its rule, school, stage."""
    if case.school and one.school_code not in (case.school, None):
        return False
    stage = case.finding["stage"]
    others = tuple(f"{other}_" for other in COMPULSORY if stage not in (None, other))
    return any(fact in case.rule.facts and not fact.startswith(others) for fact in one.facts)


def doubts_of(problems: Sequence[Problem], county: CountyResult) -> dict[str, list[Problem]]:
    """The county's warnings by their code, as findings name them."""
    found: dict[str, list[Problem]] = {}
    for one in problems:
        if concerns(one, county):
            found.setdefault(one.code, []).append(one)
    return found


def concerns(one: Problem, county: CountyResult) -> bool:
    """Whether a problem is a warning about the county's figures."""
    return (
        one.severity == "warning"
        and one.county_code == county.county_code
        and one.year in (None, county.year)
    )
