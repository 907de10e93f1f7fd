"""What an assessment says as short lines, the same on the terminal and on the page.

Also by what was judged: the rule sets, what makes this judgement differ from the usual one, the bases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from compliance.assessment import (
    OPEN,
    PROBLEM,
    SUGGESTION,
    Advice,
    Assessment,
    Breakdown,
    Contribution,
    Decisive,
    FallingShort,
    Judged,
    MissingFacts,
    OfNobody,
    amounts,
    shares,
)
from compliance.assessment.figures import (
    Finding,
    amount,
    asked,
    bar,
    basis,
    figure,
    limit,
    measure_of,
    stage,
    state,
    with_unit,
)
from compliance.assessment.messages import say_nobody
from compliance.assessment.scope import beside, outcomes, unattributed
from compliance.engine.results import CountyResult, CountyRow, Results, RulesetInfo
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import lang, msg, pick, plural, say
from compliance.kernel.labels import basis_word, problem_words
from compliance.render.documents.text import as_typed, printable, shortened
from compliance.rules.language.model import BASES, Rule, short
from compliance.rules.language.ruleset import Ruleset

_NAMES = 2
_SCHOOLS = 6
_SHORT = 3
_PLACES = 2


def listed(words: Sequence[str]) -> str:
    """The words one after another."""
    return msg("、").join(words)


def named(name: str, text: str) -> str:
    """``音乐专用教室1间``; a name in Latin letters keeps a blank after it."""
    return f"{name} {text}" if name and name[-1].isascii() else f"{name}{text}"


def counties(keys: Iterable[tuple[str, int | None]]) -> str:
    """``2个县``; where a county has several school years ``1个县（分学年共2份）``.

    keys: code and year of each county as given.
    """
    given = list(keys)
    many = len({code for code, _ in given})
    if many == len(given):
        return plural(many, "{n}个县")
    return plural(many, "{n}个县（分学年共{m}份）", m=len(given))


def county(one: CountyResult) -> str:
    """A county with its code and school year."""
    return say(
        "{name}（{code}） {year}学年",
        name=printable(one.county_name), code=printable(one.county_code), year=one.year,
    )  # fmt: skip


def counted(part: Decisive) -> str:
    """``61个学段中7个不达标、1个数据缺失（6所学校）``; empty where there is nothing to count."""
    total = sum(part.counts.values())
    told = ""
    if part.outside or (total and not (total == 1 and part.level == "county")):
        several = part.schools and part.schools != total
        where = say("（{n}所学校）", n=part.schools) if several else ""
        told = outcomes(part.counts, part.level, part.outside) + where
        if part.status == "unknown" not in part.counts:  # a row may be missing
            told = say("已读的记录：{told}", told=told)
    aside = plural(n, "{n}所学校（学段）不参加") if (n := len(part.left_out)) else ""
    return msg("；").join(filter(None, (told, aside)))


_DECIDED = 6  # rules named of a part that decides


def staged(rule: str, stages: str) -> str:
    """``D7 初中``; a rule that is judged once stands alone."""
    return f"{rule} {stage(stages)}".strip()


def deciders(row: CountyRow, rules: Mapping[str, Rule]) -> str:
    """``G9 教师培训、RS 综合评估（3个学段）``: what a county's verdict is drawn from; of a pass nothing."""
    found: dict[str, int] = {}
    for one in row.decides:
        found[one.rule] = found.get(one.rule, 0) + one.number
    told = [
        rules[key].coded
        + (say("（{n}个学段）", n=n) if rules[key].level == "unit" or n > 1 else "")
        for key, n in found.items()
    ]
    return printable(shortened(told, msg("等{count}项"), _DECIDED))


_OWNERS, _OF_OWNER = 8, 4  # who must act, and rules named of each


def decided(about: Assessment) -> str:
    """What decides: ``政府保障程度不达标：G9 教师360学时培训；教育质量不达标：Q1 巩固率。``, of a pass nothing.

    The parts in the state that the conclusion is drawn from, with the county's own rules in it.
    """
    states = {"fail": ("fail",), "undecided": ("error", "unknown", "not_checked", "waived")}
    told = []
    for part in about.decisive:
        if about.county.unattributed and part.status not in part.counts:
            continue  # none of its members is open: it waits for the rows that `withheld` tells of
        if part.status in states.get(about.county.verdict, ()):
            of = about.rules[part.id].of if part.id in about.rules else ()
            names = dict.fromkeys(
                one.rule.coded
                for one in about.open
                if not one.school
                and one.decides
                and one.status == part.status
                and (one.rule.id in of or (not part.id and one.rule.aspect_label == part.title))
            )
            listed_ = shortened(list(names), msg("等{count}项"), _DECIDED) or counted(part)
            head = say("{title}{state}", title=printable(part.title), state=state(part.status))
            told.append(msg("：").join(filter(None, (head, listed_))))
    return say("{l}。", l=msg("；").join(told)) if told else ""


def next_steps(about: Assessment) -> list[str]:
    """What is to be done next, and which commands help, with the file as it was named."""
    missed = any(one.standing == PROBLEM for one in about.open)
    return to_do(about) + _commands(about, missed=missed)


def to_do(about: Assessment) -> list[str]:
    """Who must act on which rules, and who is to supply what is missing."""
    by_owner: dict[str, dict[str, list[Judged]]] = {}
    for one in sorted(about.open, key=lambda one: one.place):
        if one.standing == PROBLEM:
            own = by_owner.setdefault(pick(one.rule.owner, one.rule.owner_en), {})
            own.setdefault(one.rule.id, []).append(one)
    lines = [
        say(
            "{who}：{rules}",
            who=printable(who) or msg("责任单位待定"),
            rules=shortened(
                [_to_do(rule, items, about) for rule, items in own.items()],
                msg("等{count}项"),
                _OF_OWNER,
            ),
        )
        for who, own in list(by_owner.items())[:_OWNERS]
    ]
    if len(by_owner) > _OWNERS:
        lines.append(say("另有{n}个责任单位，见整改清单", n=len(by_owner) - _OWNERS))
    suppliers = [who for one in about.missing for who in one.owners]
    stated = [ids[0] for ids, _ in about.statements]
    stated += [one.rules[0] for one in about.of_nobody]
    suppliers += [pick(about.rules[one].owner, about.rules[one].owner_en) for one in stated]
    if who := list(dict.fromkeys(filter(None, suppliers))):
        told = shortened(who, msg("等{count}个单位"), _OWNERS)
        lines.append(say("补数据和佐证：{who}（见“尚缺的数据和佐证”）", who=told))
    return lines


def _to_do(rule: str, items: Sequence[Judged], about: Assessment) -> str:
    """``G9 教师360学时培训缺17人``, ``Q4 教师培训经费（3所学校）``."""
    coded, schools = about.rules[rule].coded, {one.school for one in items if one.school}
    if schools:
        return coded + say("（{n}所学校）", n=len(schools))
    gaps = [
        say("超{n}", n=amount_) if one.over else say("缺{n}", n=amount_)
        for item in items
        for one in amounts(item.finding)
        for amount_ in (with_unit(amount(one.value), printable(one.unit)),)
    ]
    return f"{coded} {listed(gaps)}" if gaps else coded


def _commands(about: Assessment, *, missed: bool) -> list[str]:
    """Commands ready to paste, with the file as it was named."""
    file = as_typed(about.county.input) if about.county.input else msg("填报.xlsx")
    if about.county.verdict == "pass":
        return [say("生成申报表：compliance declare {file} -o 申报表.docx", file=file)]
    lines = []
    if missed:
        lines.append(say("生成整改清单：compliance rectify {file} -o 整改", file=file))
    own = [one for one in about.open if not one.school and not one.rule.of]
    rules = [one for one in own if one.standing == PROBLEM] or [one for one in own if one.waits]
    if rules:
        rule = min(rules, key=lambda one: one.place).rule
        told = say("看某项怎样算出：compliance explain {rule} {file}", rule=rule.id, file=file)
        lines.append(told)
    return lines


def reasons(about: Assessment) -> list[str]:
    """The county's own failing rules, a line each; coefficients of a stage together."""
    coefficients: dict[str, list[str]] = {}
    others = []
    for row in about.reasons:
        rule = about.rules[row["rule"]]
        if rule.form.coefficient and row["value"] is not None:
            head = say("{stage}差异系数（应{bar}）", stage=stage(row["stage"]), bar=bar(rule, row))
            told = f"{short(subject(rule, about.rules))} {figure(rule, row)}"
            coefficients.setdefault(head, []).append(told)
        else:
            tail = msg("等{count}所，另见 explain {rule}").replace("{rule}", rule.id)
            where = short_schools(about, rule.id, _SHORT, tail)
            reason = msg("；").join(filter(None, (_reason(row, rule, about), where)))
            others.append(f"{rule.id} {reason}")
    return [head + msg("：") + listed(all_) for head, all_ in coefficients.items()] + others


def subject(rule: Rule, rules: Mapping[str, Rule]) -> str:
    """What a coefficient is about: the indicator's heading."""
    return rules[rule.of[0]].label if rule.of and rule.of[0] in rules else rule.label


def _reason(row: Finding, rule: Rule, about: Assessment) -> str:
    head = rule.label + msg("：")
    if rule.id in about.spread:
        return head + outcomes(about.spread[rule.id], "school")
    told = [
        against(rule, row, part)
        for part in row["parts"] or ()
        if part["value"] is not None and (part["status"] == "fail" or part["shortfall"])
    ]
    if told:
        return head + msg("；").join(told)
    return head + against(rule, row) if row["value"] is not None else str(row["message"])


def against(rule: Rule, row: Finding, part: Finding | None = None) -> str:
    """``95元，应不低于100元，缺500元``; of a part ``美术专用教室0间，应有1间，缺1间``."""
    one, unit = part or row, measure_of((part or row)["unit"])
    value = figure(rule, row, part)
    things = part is not None and row["level"] == "school" and unit == one["shortfall_unit"] != ""
    told = [
        named(part["name"], value or state(part["status"])) if part else value,
        asked(one["operator"], one["threshold"], unit, things=things),
    ]
    if one["shortfall"]:
        gap = with_unit(amount(one["shortfall"]), one["shortfall_unit"])
        met = one["status"] == "pass"  # of what is to be added some must be of this part
        told.append(say("补足时其中须增{gap}", gap=gap) if met else say("缺{gap}", gap=gap))
    return msg("，").join(filter(None, told))


def short_schools(about: Assessment, rule: str, shown: int, tail: str) -> str:
    """``西关小学缺5人、东关小学缺3人等8所``: the schools that make a county's figure short, in order.

    Empty where it does not rest on schools. tail: what follows where there are more than `shown`. Parts
    of the rule are told one after another.
    """
    told = []
    for whole in (one for one in about.breakdowns if one.rule == rule):
        names = [
            printable(say("{who}{lack}", who=shares.who(one), lack=shares.lacking(whole, one)))
            for one in whole.short
        ]
        if names:
            told.append(shortened(names, tail, shown))
    return msg("；").join(told)


def makes_short(about: Assessment, school_code: str) -> list[str]:
    """What a school has to do with figures that its county misses, a sentence each."""
    return [_makes_short(whole, one) for whole, one in about.makes_short(school_code)]


def _makes_short(whole: Breakdown, one: Contribution) -> str:
    counted = shares.counted(whole, one)
    return say(
        "全县{title}未达标（{asked}）：本校{counted}{lacking}。",
        title=printable(whole.title),
        asked=asked(whole.operator, whole.bar, whole.unit),
        counted=counted + msg("，") if counted else "",
        lacking=shares.lacking(whole, one),
    )


def school(one: FallingShort, rules: Mapping[str, Rule]) -> str:
    """``九年制学校：小学 骨干教师；初中 体育运动场馆面积；音乐、美术专用教室``."""
    staged = []
    for key, ids in one.rules.items():
        names = listed([rules[rule].brief for rule in ids])
        staged.append(f"{stage(key)} {names}".strip())
    return printable(one.school_name) + msg("：") + msg("；").join(staged)


def shortages(about: Assessment) -> list[tuple[str, list[str]]]:
    """What the schools lack in all, under its headings."""
    headings = {
        PROBLEM: msg("缺口合计（未达标学校）"),
        OPEN: msg("缺口合计（所在学段尚不能判定）"),
        SUGGESTION: msg("建议提升（所在学段已达标）"),
        "": msg("超出上限合计"),
    }
    lines: dict[str, list[str]] = {key: [] for key in headings}
    for one in about.totals:
        if one.schools and one.standing in lines:
            told = say(
                "{name} {amount}（{schools}所学校）",
                name=one.amount.part or about.rules[one.rule].brief,
                amount=with_unit(amount(one.amount.value), one.amount.unit),
                schools=one.schools,
            )
            lines["" if one.amount.over else one.standing].append(told)
    shown = [(headings[key], told) for key, told in lines.items() if told]
    if doubtful := not_summed(about):
        shown.append((msg("缺口所据数据存疑，核实前未计入合计"), doubtful))
    return shown


def not_summed(about: Assessment) -> list[str]:
    """``甲小学 教学仪器设备值（100元）``: the gaps that no total holds, since figures are implausible."""
    told = []
    for one in about.not_summed:
        if one.standing in (PROBLEM, OPEN, SUGGESTION):
            gaps = [with_unit(amount(gap.value), gap.unit) for gap in amounts(one.finding)]
            told.append(
                say("{who} {what}（{gap}）", who=one.subject, what=one.rule.brief, gap=listed(gaps))
            )
    return told


def awaited(about: Assessment, titles: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What is still missing, and who can supply it: facts, then statements."""
    rest = [of_nobody(one, titles, about) for one in about.of_nobody]
    rest += [
        say("待佐证：{rules}", rules=_coded(ids, about)) + _by(owner)
        for ids, owner in about.statements
    ]
    return [_gap(one, titles, about) for one in about.missing], rest


def _coded(ids: Sequence[str], about: Assessment) -> str:
    """``G2 城乡四项标准统一、G8 教师工资收入``."""
    return listed([about.rules[one].coded for one in ids])


def _gap(one: MissingFacts, titles: Mapping[str, str], about: Assessment) -> str:
    """``缺“图书册数”：3所学校（甲小学 学校!BB2、乙小学 学校!BB7等）——装备股提供``."""
    quoted = [say("“{name}”", name=titles.get(fact, fact)) for fact in one.facts]
    what = say("缺{facts}", facts=("" if lang() == "zh" else ", ").join(quoted))
    named = [
        f"{printable(name)} {shares.cells(about, code, one.facts)}".strip()
        for code, name in list(one.schools.items())[:_NAMES]
    ]
    where = ""
    if named:
        others = msg("等") if len(one.schools) > _NAMES else ""
        where = say(
            "：{count}所学校（{named}{others}）",
            count=len(one.schools), named=listed(named), others=others,
        )  # fmt: skip
    elif at := shares.cells(about, "", one.facts):
        where = say("（{at}）", at=at)
    return what + where + _by(listed(one.owners))


def of_nobody(one: OfNobody, titles: Mapping[str, str], about: Assessment) -> str:
    """``“残疾儿童少年”为0，Q2 残疾儿童少年入学率无从计算：确无此类对象的，在该项填“不涉及”，否则改填实际数——…``."""
    rules = _coded(one.rules, about)
    if not one.fact:
        return say("分子、分母均为0，{rules}无从计算：请核对所据数据", rules=rules) + _by(one.owner)
    told = say(
        "“{fact}”为0，{rules}无从计算：{todo}",
        fact=titles.get(one.fact, one.fact), rules=rules, todo=say_nobody(),
    )  # fmt: skip
    return told + _by(one.owner)


def _by(owner: str) -> str:
    return say("——{owner}提供", owner=owner) if owner else ""


def _advice(one: Advice) -> str:
    """``优质高中名额：按国家标准（≥50%）达标；按某省≥80%（二手来源）未达标``."""
    own, doubt = limit(*one.limit), basis(one.rule)
    if one.level == "county" and sum(one.counts.values()) == 1:
        result = state(next(iter(one.counts)))
    else:
        result = outcomes(one.counts, one.level)
    if not one.base:
        return say(
            "{id} {title}（{own}）：{result}",
            id=one.rule.id,
            title=one.rule.label,
            own=msg("，").join(filter(None, [own, doubt])),
            result=result,
        )
    in_force = limit(*one.base_limit)
    return say(
        "{id} {title}：按{base_from}{in_force}{base}；按{given_by}{bar}（{doubt}）{result}",
        id=one.rule.id,
        title=one.rule.label,
        base_from=one.base_from,
        in_force=say("（{l}）", l=in_force) if in_force else "",
        base=_verdict(one.base),
        given_by=one.rule.given_by,
        bar=own,
        doubt=doubt,
        result=_verdict(next(iter(one.counts))) if len(one.counts) == 1 else result,
    )


def advice(found: Iterable[Advice]) -> list[str]:
    """The advisory outcomes: what was decided one by one, what still waits together.

    A school standard has a dozen rules: of its layer only what is not met stands alone.
    """
    alone: list[Advice] = []
    together: list[Advice] = []
    for one in found:
        standard = one.rule.layer != "evaluation" and "fail" not in one.counts
        waits = not one.base and set(one.counts) <= {"unknown", "not_checked"}
        (together if standard or waits else alone).append(one)
    lines = [_advice(one) for one in alone]
    words = {
        "pass": msg("另有参考规则达标"),
        "unknown": msg("缺数据未判定的参考规则"),
        "not_checked": msg("待佐证的参考规则"),
    }
    for status, word in words.items():
        ids = [one.rule.coded for one in together if next(iter(one.counts)) == status]
        if ids:
            lines.append(f"{word}{msg('：')}{listed(ids)}")
    return lines


def _verdict(status: str) -> str:
    """The words of a verdict: 未达标 rather than 不达标."""
    return msg("未达标") if status == "fail" else state(status)


def outside(about: Assessment, *, schools: bool = True) -> str:
    """What the verdict does not speak of: ``不在结论之内：2项不适用：G11、G14。``; empty for nothing."""
    told = beside(about.outside, about.schools_left_out if schools else ())
    return say("不在结论之内：{told}。", told=told) if told else ""


def conforming(about: Assessment) -> str:
    """``可计算指标27项，已达标18项。``."""
    return say(
        "可计算指标{computable}项，已达标{met}项。", computable=about.computable, met=about.met
    )


def by_kind(problems: Iterable[Problem]) -> list[list[Problem]]:
    """The warnings of each kind together, the most frequent kind first."""
    kinds: dict[str, list[Problem]] = {}
    for one in problems:
        if one.severity != "error":
            kinds.setdefault(one.code, []).append(one)
    return sorted(kinds.values(), key=lambda own: -len(own))


def kind_of(own: Sequence[Problem]) -> str:
    """``部分大于整体（12处）``: what the problems of a kind are called, and how many there are."""
    title = problem_words(own[0].code) or own[0].code
    return say("{title}（{n}处）", title=title, n=len(own)) if len(own) > 1 else title


def further(own: Sequence[Problem]) -> str:
    """``；又见 学校!F13、学校!F14等``: where the next ones are, empty where nothing is told."""
    places = list(dict.fromkeys(one.place() for one in own))[1:]
    if not places:
        return ""
    more = msg("等") if len(places) > _PLACES else ""
    return say("；又见{l}{more}", l=listed(places[:_PLACES]), more=more)


def warnings(problems: Iterable[Problem]) -> list[str]:
    """A line a kind: how many, the first in full, and where the next ones are."""
    return [
        msg("：").join((kind_of(own), own[0].line())) + further(own) for own in by_kind(problems)
    ]


def ruleset(info: RulesetInfo) -> str:
    """Which rules, from which layers, as of when."""
    return say(
        "{title}（{layers}），{day}",
        title=pick(info.title, info.title_en),
        layers=" → ".join(info.layers),
        day=info.as_of,
    )


def rulesets(report: Results) -> list[Ruleset]:
    """By what the counties were judged."""
    return [one.ruleset for one in report.grounds.values()]


def called(word: str, rulesets: Iterable[Ruleset]) -> str:
    """The name of a switch, a rule (with its code) or a basis that was given on the command line."""
    for one in rulesets:
        if word in one.switches:
            return say("{title}（{word}）", title=one.switches[word].label, word=word)
        if word in one.rules:
            return one.rules[word].coded
    return basis_word(word)


def changes(manifest: Mapping[str, object], rulesets: Sequence[Ruleset]) -> list[str]:
    """Switches and enforcement: what makes this judgement differ from the usual one."""
    lines = []
    if manifest.get("strict"):
        lines.append(msg("严格判定：经过未核实的规则即不下结论"))
    lines += [
        say(
            "依据经确认：{rule}（{document}，{by}，{date}）",
            rule=printable(called(one["rule"], rulesets)),
            document=printable(one["document"]),
            by=printable(one["confirmed_by"]),
            date=one["date"],
        )
        for one in chosen(manifest, "confirmations")
    ]
    if names := chosen(manifest, "switches"):
        lines.append(
            say(
                "已启用的放宽或替代口径：{names}",
                names=listed([called(one, rulesets) for one in names]),
            )
        )
    if names := chosen(manifest, "enforced"):
        told = listed([called(one, rulesets) for one in names])
        lines.append(say("未核实而参与结论的依据：{names}", names=told))
    waivers = manifest.get("waivers")
    if isinstance(waivers, dict):
        names = [printable(one["name"]) for one in chosen(waivers, "files")]
        day = printable(waivers.get("day"))
        lines.append(say("豁免文件：{names}（是否过期按{day}算）", names=listed(names), day=day))
    return lines


def chosen(manifest: Mapping[str, object], key: str) -> Sequence[Any]:
    """A list of the manifest; empty where it has none."""
    found = manifest.get(key)
    return found if isinstance(found, (list, tuple)) else ()


def bases(about: Assessment) -> str:
    """``依据：多份抄本一致56条参与结论；参考：二手来源2条、未经证实1条``."""
    told_of = [rule for rule in about.rules.values() if not rule.is_input]
    rules = sorted(told_of, key=lambda rule: (BASES.index(rule.basis), not rule.seen))

    def told(*, advisory: bool) -> str:
        many = Counter(basis(one) for one in rules if (one.role == "advisory") == advisory)
        return msg("、").join(say("{word}{n}条", word=word, n=n) for word, n in many.items())

    deciding, advisory = told(advisory=False), told(advisory=True)
    if not deciding:
        return ""
    beside = say("；{a}只作参考", a=advisory) if advisory else ""
    return say("依据：{d}参与结论", d=deciding) + beside


def relaxed(about: Assessment, report: Results) -> list[str]:
    """What passes only by a relaxation, one line a rule and relaxation, with its schools."""
    rules = about.rules
    own = about.findings.filter(
        pl.col("relaxed_by").is_not_null()
        & ~pl.col("role").is_in(["block", "conclusion", "advisory"])
        & pl.col("rule").is_in([key for key, rule in rules.items() if not rule.of])
    )
    at_school = own.filter(pl.col("school_name").is_not_null())
    lines = []
    for rule, name in own.select("rule", "relaxed_by").unique(maintain_order=True).iter_rows():
        same = at_school.filter((pl.col("rule") == rule) & (pl.col("relaxed_by") == name))
        schools = same.unique("school_code", maintain_order=True)["school_name"]
        names = [printable(one) for one in schools]
        more = say("等{n}所", n=len(names)) if len(names) > _SCHOOLS else ""
        where = say("：{names}{more}", names=listed(names[:_SCHOOLS]), more=more)
        lines.append(
            say(
                "{rule} {title}（{name}）{where}",
                rule=rule,
                title=printable(rules[rule].label),
                name=printable(called(name, rulesets(report))),
                where=where if names else "",
            )
        )
    return lines


def withheld(about: Assessment, manifest: Mapping[str, object]) -> str:
    """Why it is not concluded that a county passes: a row may be missing, or the judgement is strict."""
    if why := unattributed(about.county.unattributed):
        return say("{l}。", l=why)
    if not manifest.get("strict") or about.county.verdict != "undecided":
        return ""
    told = about.findings.filter((pl.col("role") == "conclusion") & (pl.col("status") == "unknown"))
    return str(told["message"][0]) if told.height else ""
