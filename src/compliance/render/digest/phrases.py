"""The condensed findings as short lines, the same on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compliance.kernel.i18n import pick, say
from compliance.render.digest.digest import Advice, Digest, Gap, Group
from compliance.render.digest.shortages import Miss, Shortage
from compliance.render.documents.number_format import (
    amount,
    asked,
    basis,
    decimals,
    limit,
    measure_of,
    reading,
    short,
    stage,
    state,
    with_unit,
)
from compliance.render.documents.printable import printable
from compliance.render.documents.text_width import columns
from compliance.rules.language.model import Rule

_NAMES = 2
_CLAUSE = 32


def listed(words: Sequence[str]) -> str:
    """The words one after another."""
    return pick("、", ", ").join(words)


def named(rule: Rule) -> str:
    """The rule in a list: an indicator by its heading, a whole clause of the law by its id."""
    label = short(rule.label)
    return label if rule.role == "component" or columns(label) <= _CLAUSE else rule.id


def counted(group: Group) -> str:
    """``61个学段中7个不达标、1个数据缺失（6所学校）``; empty where there is nothing to count."""
    total = sum(group.counts.values())
    if not total or (total == 1 and group.level == "county"):
        return ""
    where = ""
    if group.schools and group.schools != total:
        where = say("（{n}所学校）", " (schools: {n})", n=group.schools)
    return outcomes(group.counts, group.level) + where


def outcomes(counts: Mapping[str, int], level: str) -> str:
    """``300所学校中2所不达标``; level: what is counted, ``unit``, ``school`` or ``county``."""
    total = sum(counts.values())
    others = {status: number for status, number in counts.items() if status != "pass"}
    if others:
        return _of(level, total) + _states(others, level)
    zh, en = {
        "unit": ("{n}个学段全部达标", "all {n} stages of schools meet it"),
        "school": ("{n}所学校全部达标", "all {n} schools meet it"),
    }.get(level, ("{n}项全部达标", "all {n} met"))
    return say(zh, en, n=total)


def _of(level: str, total: int) -> str:
    zh, en = {
        "unit": ("{n}个学段中", "of {n} stages of schools: "),
        "school": ("{n}所学校中", "of {n} schools: "),
    }.get(level, ("{n}项中", "of {n}: "))
    return say(zh, en, n=total)


def _states(counts: Mapping[str, int], level: str) -> str:
    each = {"unit": "个", "school": "所"}.get(level, "项")
    return listed([pick(f"{n}{each}{state(s)}", f"{n} {state(s)}") for s, n in counts.items()])


def reasons(about: Digest) -> list[str]:
    """The county's own failing rules, a line each; coefficients of a stage together."""
    rows = about.failing.to_dicts()
    coefficients: dict[str, list[str]] = {}
    others = []
    for row in rows:
        rule = about.rules[row["rule"]]
        if rule.form.coefficient and row["value"] is not None:
            head = say(
                "{stage}差异系数（应{bar}）",
                "{stage}, disparity ({bar})",
                stage=stage(row["stage"]),
                bar=limit(row["operator"], row["threshold"], kind=rule.kind),
            )
            coefficients.setdefault(head, []).append(_coefficient(row, rule, about.rules))
        else:
            others.append(f"{rule.id} {_reason(row, rule, about)}")
    return [head + pick("：", ": ") + listed(all_) for head, all_ in coefficients.items()] + others


def subject(rule: Rule, rules: Mapping[str, Rule]) -> str:
    """What a coefficient is about: the indicator's heading."""
    return rules[rule.of[0]].label if rule.of and rule.of[0] in rules else rule.label


def _coefficient(row: Mapping[str, Any], rule: Rule, rules: Mapping[str, Rule]) -> str:
    value = reading(row["value"], 3, row["operator"], row["threshold"], row["status"])
    return f"{short(subject(rule, rules))} {value}"


def _reason(row: Mapping[str, Any], rule: Rule, about: Digest) -> str:
    head = rule.label + pick("：", ": ")
    if rule.id in about.spread:
        return head + outcomes(about.spread[rule.id], "school")
    parts = [part for part in row["parts"] or () if part["status"] == "fail"]
    told = [_against(part, part["name"]) for part in parts if part["value"] is not None]
    if told:
        return head + pick("；", "; ").join(told)
    return head + _against(row) if row["value"] is not None else str(row["message"])


def figure(row: Mapping[str, Any], level: str = "county", kind: str = "") -> str:
    """The value of a finding or part with its unit: ``5833.33元``; empty where there is none."""
    if row["value"] is None:
        return ""
    places = decimals(row["value"], row["unit"], level, kind)
    unit = measure_of(row["unit"])
    return reading(row["value"], places, row["operator"], row["threshold"], row["status"], unit)


def bar(row: Mapping[str, Any], kind: str = "") -> str:
    """The limit of a finding or part with its unit: ``≥100元``."""
    return limit(row["operator"], row["threshold"], measure_of(row["unit"]), kind)


def _against(row: Mapping[str, Any], name: str = "") -> str:
    """``95元，应不低于100元，缺500元``."""
    unit = measure_of(row["unit"])
    told = [f"{name} {figure(row)}".strip(), asked(row["operator"], row["threshold"], unit)]
    if row["shortfall"]:
        gap = with_unit(amount(row["shortfall"]), row["shortfall_unit"])
        told.append(say("缺{gap}", "short of {gap}", gap=gap))
    return pick("，", ", ").join(one for one in told if one)


def school(miss: Miss, rules: Mapping[str, Rule]) -> str:
    """``九年制学校：小学 骨干教师；初中 体育运动场馆面积；音乐、美术专用教室``."""
    staged = []
    for key, ids in miss.rules.items():
        names = listed([named(rules[one]) for one in ids])
        staged.append(f"{stage(key)} {names}".strip())
    return printable(miss.school_name) + pick("：", ": ") + pick("；", "; ").join(staged)


def weights() -> dict[str, str]:
    """The headings of what is missing in all, by weight."""
    return {
        "required": say("缺口合计（未达标学校）", "Missing in all, at schools that fall short"),
        "pending": say("缺口合计（所在学段尚不能判定）", "Missing in stages not yet decided"),
        "advised": say("建议提升（所在学段已达标）", "Worth improving in stages that pass"),
        "excess": say("超出上限合计", "Over upper limits in all"),
    }


def shortage(one: Shortage, rules: Mapping[str, Rule]) -> str:
    """``体育运动场馆面积 3590.91平方米（1所学校）``."""
    return say(
        "{name} {amount}（{schools}所学校）",
        "{name} {amount} (schools: {schools})",
        name=one.name or named(rules[one.rule]),
        amount=with_unit(amount(one.amount), one.unit),
        schools=one.schools,
    )


def gap(one: Gap, titles: Mapping[str, str]) -> str:
    """``缺“图书册数”：3所学校（甲小学、乙小学等）——装备股提供``."""
    quoted = [pick(f"“{name}”", f"'{name}'") for name in (titles.get(f, f) for f in one.facts)]
    what = say("缺{facts}", "missing {facts}", facts=pick("", ", ").join(quoted))
    where = ""
    if one.schools:
        others = pick("等", " and others") if len(one.schools) > _NAMES else ""
        where = say(
            "：{count}所学校（{named}{others}）",
            ": {count} of the schools ({named}{others})",
            count=len(one.schools),
            named=listed([printable(name) for name in one.schools[:_NAMES]]),
            others=others,
        )
    return what + where + _by(listed(one.owners))


def statement(ids: Sequence[str], owner: str) -> str:
    """``待佐证：G1、G2——督导室提供``."""
    return say("待佐证：{rules}", "To be attested: {rules}", rules=listed(ids)) + _by(owner)


def waived(ids: Sequence[str]) -> str:
    """``已备案豁免：G9``."""
    return say("已备案豁免：{rules}", "Exempted on record: {rules}", rules=listed(ids))


def _by(owner: str) -> str:
    return say("——{owner}提供", " - from {owner}", owner=owner) if owner else ""


def advice(one: Advice) -> str:
    """``优质高中名额：按国家标准（≥50%）达标；按某省≥80%（来源待核实）未达标``."""
    bar, doubt = limit(*one.limit), basis(one.rule.basis)
    if one.level == "county" and sum(one.counts.values()) == 1:
        result = state(next(iter(one.counts)))
    else:
        result = outcomes(one.counts, one.level)
    if not one.base:
        return say(
            "{id} {title}（{own}）：{result}",
            "{id} {title} ({own}): {result}",
            id=one.rule.id,
            title=one.rule.label,
            own=pick("，", ", ").join(filter(None, [bar, doubt])),
            result=result,
        )
    in_force = limit(*one.base_limit)
    return say(
        "{id} {title}：按{base_from}{in_force}{base}；按{given_by}{bar}（{doubt}）{result}",
        "{id} {title}: by {base_from}{in_force}: {base}; by {given_by} {bar} ({doubt}): {result}",
        id=one.rule.id,
        title=one.rule.label,
        base_from=one.base_from,
        in_force=pick(f"（{in_force}）", f" ({in_force})") if in_force else "",
        base=_verdict(one.base),
        given_by=one.rule.given_by,
        bar=bar,
        doubt=doubt,
        result=_verdict(next(iter(one.counts))) if len(one.counts) == 1 else result,
    )


def advices(found: Sequence[Advice]) -> list[str]:
    """The advisory outcomes: what was decided one by one, what still waits together.

    A school standard has a dozen rules: of its layer only what is not met stands alone.
    """
    alone: list[Advice] = []
    together: list[Advice] = []
    for one in found:
        standard = one.rule.layer != "evaluation" and "fail" not in one.counts
        waits = not one.base and set(one.counts) <= {"unknown", "not_checked"}
        (together if standard or waits else alone).append(one)
    lines = [advice(one) for one in alone]
    words = {
        "pass": say("另有参考规则达标", "further advisory rules met"),
        "unknown": say("缺数据未判定的参考规则", "advisory rules without the figures to judge"),
        "not_checked": say("待佐证的参考规则", "advisory rules awaiting a statement"),
    }
    for status, word in words.items():
        ids = [one.rule.id for one in together if next(iter(one.counts)) == status]
        if ids:
            lines.append(f"{word}{pick('：', ': ')}{listed(ids)}")
    return lines


def _verdict(status: str) -> str:
    """The words of a verdict: 未达标 rather than 不达标."""
    return pick("未达标", "not met") if status == "fail" else state(status)


def conforming(about: Digest) -> str:
    """``可计算指标27项，已达标18项。``."""
    return say(
        "可计算指标{computable}项，已达标{met}项。",
        "{computable} indicators can be worked out from the figures; {met} of them are met.",
        computable=about.computable,
        met=about.met,
    )
