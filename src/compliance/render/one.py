"""One county in the terminal summary: the verdict, what decides it, what is missing, by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.render.digest import Advice, Digest, Gap, Group
from compliance.render.lines import Lines
from compliance.render.figures import (
    amount,
    asked,
    basis,
    decimals,
    limit,
    reading,
    short,
    stage,
    state,
    verdict,
)
from compliance.render.shortages import Miss, Shortage
from compliance.render.width import columns, pad
from compliance.report import CountyResult, Report, RulesetInfo
from compliance.rule import Rule
from compliance.words import pick, say

_SCHOOLS, _GAPS, _NAMES = 20, 30, 2


def details(sheet: Lines, report: Report, about: Digest) -> None:
    """Everything on one county, nothing twice, empty sections left out."""
    _head(sheet, report, about.county)
    _states(sheet, about)
    _reasons(sheet, about)
    _schools(sheet, about)
    _amounts(sheet, about)
    _open(sheet, about, report.titles)
    _advisory(sheet, about)


def ruleset_line(info: RulesetInfo) -> str:
    """Which rules, from which layers, as of when."""
    return say(
        "规则：{title}（{layers}），按{day}有效的规则",
        "Rules: {title} ({layers}), as in force on {day}",
        title=pick(info.title, info.title_en),
        layers=" → ".join(info.layers),
        day=info.as_of,
    )


def _head(sheet: Lines, report: Report, county: CountyResult) -> None:
    sheet.head(
        say(
            "{name}（{code}） {year}学年",
            "{name} ({code}), school year {year}",
            name=county.county_name,
            code=county.county_code,
            year=county.year,
        )
    )
    for info in report.rulesets:
        if (info.id, info.as_of) == (county.ruleset, county.as_of):
            sheet.line(ruleset_line(info))
    changed(sheet, report)
    sheet.line()
    word = verdict(county.verdict)
    sheet.state(county.verdict, say("结论：{word}", "Verdict: {word}", word=word), "", "  ")


def changed(sheet: Lines, report: Report) -> None:
    """Switches and enforcement: what makes this judgement differ from the usual one."""
    for key, zh, en in (
        ("switches", "已启用的放宽或替代口径：{names}", "Switched on: {names}"),
        ("enforced", "未核实而参与结论的依据：{names}", "Enforced though unverified: {names}"),
    ):
        names = report.manifest.get(key)
        if isinstance(names, (list, tuple)) and names:
            sheet.line(say(zh, en, names=pick("、", ", ").join(map(str, names))))


def _states(sheet: Lines, about: Digest) -> None:
    """The blocks, then the rest that the conclusion asks, one a line."""
    sheet.line()
    title_width = min(max((columns(group.title) for group in about.groups), default=0), 24)
    state_width = max((columns(state(group.status)) for group in about.groups), default=0)
    for group in about.groups:
        title, word = pad(group.title, title_width), pad(state(group.status), state_width)
        sheet.state(group.status, f"{title}  {word}  {_counted(group)}")
    sheet.line()
    sheet.line(
        say(
            "可计算指标{computable}项，已达标{met}项。",
            "{computable} indicators can be worked out from the figures; {met} of them are met.",
            computable=about.computable,
            met=about.met,
        )
    )
    if about.broken:
        rules = pick("、", ", ").join(about.broken)
        sheet.state("error", say("规则出错，未作判定：{rules}", "Rules that broke: {rules}", rules=rules))


def _counted(group: Group) -> str:
    """``61个学段中7个不达标、1个数据缺失（6所学校）``."""
    total = sum(group.counts.values())
    of_units = group.level == "unit"
    open_ = {status: number for status, number in group.counts.items() if status != "pass"}
    if total <= 1 and not of_units:
        return ""
    if not open_:
        return (
            say("{n}个学段全部达标", "all {n} stages of schools meet it", n=total)
            if of_units
            else say("{n}项全部达标", "all {n} met", n=total)
        )
    each = pick("{n}个{word}" if of_units else "{n}项{word}", "{n} {word}")
    listed = pick("、", ", ").join(
        each.format(n=number, word=state(status)) for status, number in open_.items()
    )
    where = (
        say("（{n}所学校）", " ({n} schools)", n=group.schools)
        if group.schools and group.schools != total
        else ""
    )
    whole = (
        say("{n}个学段中", "of {n} stages of schools: ", n=total)
        if of_units
        else say("{n}项中", "of {n}: ", n=total)
    )
    return whole + listed + where


def _reasons(sheet: Lines, about: Digest) -> None:
    """The county's own failing rules; coefficients of a stage together."""
    rows = about.failing.to_dicts()
    if not rows:
        return
    sheet.head(say("不达标的县级指标", "County rules not met"))
    coefficients: dict[str, list[str]] = {}
    for row in rows:
        rule = about.rules[row["rule"]]
        if rule.kind == "dispersion" and row["value"] is not None:
            bar = limit(row["operator"], row["threshold"], kind=rule.kind)
            key = say(
                "{stage}差异系数（应{bar}）", "{stage}, disparity ({bar})",
                stage=stage(row["stage"]), bar=bar,
            )  # fmt: skip
            coefficients.setdefault(key, []).append(_coefficient(row, rule, about.rules))
    for key, listed in coefficients.items():
        sheet.item(key + pick("：", ": ") + pick("、", "; ").join(listed))
    for row in rows:
        if about.rules[row["rule"]].kind != "dispersion":
            sheet.item(f"{row['rule']} {_reason(row, about)}")


def _coefficient(row: Mapping[str, Any], rule: Rule, rules: Mapping[str, Rule]) -> str:
    subject = rules[rule.of[0]].label if rule.of and rule.of[0] in rules else rule.label
    value = reading(row["value"], 3, row["operator"], row["threshold"], row["status"])
    return f"{short(subject)} {value}"


def _reason(row: Mapping[str, Any], about: Digest) -> str:
    rule = about.rules[row["rule"]]
    parts = [part for part in row["parts"] or () if part["status"] == "fail"]
    told = [_against(part, part["name"]) for part in parts if part["value"] is not None]
    colon = pick("：", ": ")
    if row["rule"] in about.spread:
        fails, total = about.spread[row["rule"]]
        return rule.label + colon + say(
            "{total}所学校中{fails}所不达标", "{fails} of {total} schools do not meet it",
            total=total, fails=fails,
        )  # fmt: skip
    if told:
        return rule.label + colon + pick("；", "; ").join(told)
    if row["value"] is not None:
        return rule.label + colon + _against(row)
    return str(row["message"])


def _against(row: Mapping[str, Any], name: str = "") -> str:
    """``5833.33元，应不低于6000元，缺10000元``."""
    unit = row["unit"] or ""
    places = decimals(row["value"], unit, "county")
    value = reading(row["value"], places, row["operator"], row["threshold"], row["status"])
    told = [f"{name} {value}{unit}".strip()]
    told.append(asked(row["operator"], row["threshold"], unit))
    if row["shortfall"]:
        gap = f"{amount(row['shortfall'])}{row['shortfall_unit'] or ''}"
        told.append(say("缺{gap}", "short of {gap}", gap=gap))
    return pick("，", ", ").join(one for one in told if one)


def _schools(sheet: Lines, about: Digest) -> None:
    if not about.misses:
        return
    count = len(about.misses)
    sheet.head(say("未达标学校（{count}所）", "Schools that fall short ({count})", count=count))
    for miss in about.misses[:_SCHOOLS]:
        sheet.item(_school(miss, about.rules))
    if count > _SCHOOLS:
        sheet.item(
            say(
                "另有{more}所，见整改清单（compliance rectify）",
                "{more} more: see the rectification lists (compliance rectify)",
                more=count - _SCHOOLS,
            )
        )


def _school(miss: Miss, rules: Mapping[str, Rule]) -> str:
    staged = []
    for key, ids in miss.rules.items():
        names = pick("、", ", ").join(short(rules[one].label) for one in ids)
        staged.append(f"{stage(key)} {names}".strip())
    return miss.school_name + pick("：", ": ") + pick("；", "; ").join(staged)


def _amounts(sheet: Lines, about: Digest) -> None:
    for weight, title in (
        ("required", say("缺口合计（达标所必需）", "Missing in all, needed for the verdict")),
        ("pending", say("缺口合计（所在学段尚不能判定）", "Missing in stages not yet decided")),
        ("advised", say("建议提升（所在学段已达标）", "Worth improving, though the stage meets it")),
        ("excess", say("超出上限合计", "Over upper limits in all")),
    ):
        listed = [one for one in about.shortages if one.weight == weight]
        if listed:
            sheet.head(title)
        for one in listed:
            sheet.item(_amount(one, about.rules[one.rule]))


def _amount(one: Shortage, rule: Rule) -> str:
    return say(
        "{name} {amount}{unit}（{schools}所学校）", "{name}: {amount} {unit} ({schools} schools)",
        name=one.name or short(rule.label), amount=amount(one.amount), unit=one.unit,
        schools=one.schools,
    )  # fmt: skip


def _open(sheet: Lines, about: Digest, titles: Mapping[str, str]) -> None:
    """What is still missing, and who can supply it."""
    if not (about.gaps or about.statements or about.waived):
        return
    sheet.head(say("尚缺的数据和佐证", "Still missing, and from whom"))
    for gap in about.gaps[:_GAPS]:
        sheet.item(gap_line(gap, titles))
    if len(about.gaps) > _GAPS:
        more = len(about.gaps) - _GAPS
        sheet.item(say("另缺{more}组数据", "{more} more groups of figures", more=more))
    for ids, owner in about.statements:
        rules = pick("、", ", ").join(ids)
        sheet.item(say("待佐证：{rules}", "To be attested: {rules}", rules=rules) + _by(owner))
    if about.waived:
        rules = pick("、", ", ").join(about.waived)
        sheet.item(say("已备案豁免：{rules}", "Exempted on record: {rules}", rules=rules))


def gap_line(gap: Gap, titles: Mapping[str, str]) -> str:
    """``缺“图书册数”：3所学校（甲小学、乙小学等）——装备股提供``."""
    facts = "".join(
        pick("“{fact}”", "'{fact}' ").format(fact=titles.get(fact, fact)) for fact in gap.facts
    ).strip()
    what = say("缺{facts}", "missing {facts}", facts=facts)
    where = f"{pick('：', ': ')}{_where(gap.schools)}" if gap.schools else ""
    return what + where + _by(pick("、", ", ").join(gap.owners))


def _where(schools: Sequence[str]) -> str:
    named = pick("、", ", ").join(schools[:_NAMES])
    others = pick("等", " and others") if len(schools) > _NAMES else ""
    return say(
        "{count}所学校（{named}{others}）", "{count} schools ({named}{others})",
        count=len(schools), named=named, others=others,
    )  # fmt: skip


def _by(owner: str) -> str:
    return say("——{owner}提供", " - from {owner}", owner=owner) if owner else ""


def _advisory(sheet: Lines, about: Digest) -> None:
    if about.advice:
        sheet.head(say("参考结果（不计入结论）", "Beside the verdict, without weight in it"))
    for one in about.advice:
        sheet.item(advice_line(one))


def advice_line(one: Advice) -> str:
    """``优质高中名额：按现行标准（≥50%）达标；按AH-G14（≥80%，来源待核实）不达标``."""
    own = [limit(*one.limit), basis(one.rule.basis)]
    own_words = pick("，", ", ").join(word for word in own if word)
    result = _outcome(one)
    if not one.base:
        return say(
            "{id} {title}（{own}）：{result}", "{id} {title} ({own}): {result}",
            id=one.rule.id, title=one.rule.label, own=own_words, result=result,
        )  # fmt: skip
    bar = limit(*one.base_limit)
    return say(
        "{title}：按现行标准{bar}{base}；按{id}（{own}）{result}",
        "{title}: {base} by the standard in force{bar}; by {id} ({own}): {result}",
        title=one.rule.label, bar=pick(f"（{bar}）", f" ({bar})") if bar else "",
        base=state(one.base), id=one.rule.id, own=own_words, result=result,
    )  # fmt: skip


def _outcome(one: Advice) -> str:
    total = sum(one.counts.values())
    if one.level == "county" and total == 1:
        return state(next(iter(one.counts)))
    noun = {
        "unit": say("{n}个学段中", "of {n} stages: ", n=total),
        "school": say("{n}所学校中", "of {n} schools: ", n=total),
    }.get(one.level, say("{n}项中", "of {n}: ", n=total))
    return noun + pick("、", ", ").join(
        pick("{n}个{word}", "{n} {word}").format(n=number, word=state(status))
        for status, number in one.counts.items()
    )
