"""A working as an official reads it: figures and their cells, the arithmetic, what would turn it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from compliance.assessment import Breakdown, Contribution, shares
from compliance.engine.exact_arithmetic import equals, percent, shown
from compliance.engine.working import Comparison, Flip, Input, Member, Spread, Working
from compliance.explain.layer_versions import line
from compliance.kernel.i18n import msg, msg_in, plural, say
from compliance.kernel.labels import basis_word, stage_words, status_words
from compliance.rules.language.model import WRITTEN

DOUBTS = 10  # the warnings told in text; the structure has them all
DRIVERS = 10  # the schools named of a coefficient; the rest are summed up
ITEMS = 12  # of a list


def text(one: Working) -> str:
    """The whole working, line by line, blocks under headings."""
    blocks: list[tuple[str, Iterable[str]]] = [
        (msg("填报数及其位置"), (x for i in one.inputs for x in _input(i))),
        (msg("存疑的数"), _doubts(one)),
        (msg("适用条件"), _conditions(one)),
        (msg("拆分"), _split(one)),
        (msg("计算与比较"), (x for c in one.comparisons for x in _comparison(c))),
        (msg("各项"), member_lines(one.members)),
        (msg("各校情况"), (x for b in one.breakdowns for x in _by_school(b))),
        (msg("各学段差异"), (x for s in one.spread for x in _spread(s))),
        (msg("怎样补齐"), one.plan),
        (msg("什么会改变结论"), _flips(one)),
        (msg("各级标准"), (line(v) for v in one.layers)),
        (msg_in("clause and source", "依据"), _source(one)),
    ]  # fmt: skip
    lines = [*_head(one)]
    for heading, body in blocks:
        lines += block(heading, body)
    return "\n".join(lines)


def block(heading: str, body: Iterable[str]) -> list[str]:
    """Lines under a heading, nothing where there are none."""
    lines = [f"  {line}" for line in body]
    return ["", say("【{h}】", h=heading), *lines] if lines else []


def _head(one: Working) -> Iterable[str]:
    stage = say("·{s}", s=stage_words()[one.stage]) if one.stage else ""
    who = one.county_name + say("（{code}）", code=one.county_code)
    if one.school_name:
        who += say("{n} {c}", n=one.school_name, c=one.school_code)
    yield f"{one.rule}  {one.title}"
    yield say(
        "{who}，{year}学年，规则集 {set}，按{day}有效的规则：{status}",
        who=who + stage, year=one.year, set=one.ruleset, day=one.as_of,
        status=status_words()[one.status])  # fmt: skip
    yield from (line for line in one.message.split("\n") if line)
    if one.missing:
        yield say("缺少：{facts}", facts=msg("、").join(one.missing))
    if one.relaxed_by:
        yield say(
            "仅凭放宽规定（{switch}）达标。",
            switch=one.relaxed_by)  # fmt: skip
    elif one.switches:
        yield say("已打开：{s}", s=", ".join(one.switches))
    yield from one.notes


def _input(item: Input, indent: str = "") -> Iterable[str]:
    yield f"{indent}{item.title} = {_value(item)}{_place(item)}"
    for part in item.parts:
        yield from _input(part, indent + "  ")
    left = item.rows - len(item.parts)
    if item.origin in ("total", "counted") and item.parts and left > 0:
        yield indent + say("  其余{n}所从略。", n=left)


def _value(item: Input) -> str:
    if item.origin == "missing" or item.value is None:
        return msg("（未填报）")
    if isinstance(item.value, bool):
        return msg("是") if item.value else msg("否")
    if isinstance(item.value, list):
        text = msg("、").join(_plain(one) for one in item.value[:ITEMS])
        if len(item.value) > ITEMS:
            text += say("……共{n}项", n=len(item.value))
        return text or msg("无")
    value = _plain(item.value)
    return say("{v}{u}", v=value, u=item.unit) if item.unit else value


def _plain(value: object) -> str:
    return shown(value) if isinstance(value, int | float) else str(value)


def _place(item: Input) -> str:
    if item.source:
        return say("（由“{s}”得出）", s=item.source)
    if item.origin in ("derived", "counted"):
        return msg("（由下列各项相加）") if item.origin == "derived" else msg("（逐校数得）")
    if item.origin == "total" and item.where:
        return say(
            "（{n}所学校填报数之和，计入：{where}）",
            n=item.rows, where=item.where)  # fmt: skip
    if item.origin == "total":
        return msg("（各校填报数之和）")
    if not item.at:
        return ""
    where = f"{item.file} {item.at}"
    if item.rows > 1:
        where = plural(item.rows, "{at} 起{n}行", at=where)
    if item.written and isinstance(item.value, bool):
        where += say("，佐证材料：{w}", w=item.written)
    elif item.written:
        where += say("，原填“{w}”", w=item.written[:60])
    return say("　〔{where}〕", where=where)


def _doubts(one: Working) -> Iterable[str]:
    """Warnings about what the verdict rests on: it was judged by the figures as they were given."""
    if not one.warnings:
        return
    yield msg("结论以所填的数判定，下列各处须先核对：")
    for doubt in one.warnings[:DOUBTS]:
        yield f"{doubt.place}{_colon()}{doubt.message}" if doubt.place else doubt.message
    left = len(one.warnings) - DOUBTS
    if left > 0:
        yield say("另有{n}处，见检查结果。", n=left)


def _conditions(one: Working) -> list[str]:
    named = [f"{item.title}{_colon()}{item.said or _value(item)}" for item in one.conditions]
    return [msg("；").join(named)] if named else []


def _colon() -> str:
    return msg("：")


def _split(one: Working) -> Iterable[str]:
    if not one.split:
        return
    words = stage_words()
    total = shown(sum((item.pupils * item.weight for item in one.split), Fraction(0)))
    yield say(
        "本校有{names}，校舍、场地和设备等各学段共用，按加权学生数拆分，权数为 {weights}；加权学生数 {terms} = {total}。",
        names=msg("、").join(words[item.stage] for item in one.split),
        weights=" : ".join(shown(item.weight) for item in one.split),
        terms=" + ".join(f"{shown(item.pupils)}×{shown(item.weight)}" for item in one.split),
        total=total)  # fmt: skip
    for item in one.split:
        mine = msg("（本学段）") if item.stage == one.stage else ""
        yield (
            f"{words[item.stage]}{mine}{_colon()}{shown(item.pupils)}×{shown(item.weight)} ÷ {total}"
            f" = {percent(item.share, 4)}"
        )


def _comparison(one: Comparison) -> Iterable[str]:
    verdict = status_words().get(one.status, "")
    if one.note:
        yield f"◇ {one.note}{_colon()}{verdict}"
    if one.formula:
        yield f"{one.title} = {one.formula}"
        if one.filled == shown(one.value):
            yield f"  = {one.filled} {one.unit}".rstrip()
        elif one.filled and one.value is not None:
            yield f"  = {one.filled} {equals(one.value)} {one.unit}".rstrip()
    if one.value is None and one.formula:
        unasked = one.status == "not_applicable"
        yield msg("不适用，不必计算。") if unasked else one.why or msg("数据缺失，无法计算。")
    if one.value is None or one.threshold is None or not one.operator:
        return
    if one.threshold_formula:
        yield say("标准：{t} {v}", t=one.threshold_formula, v=equals(one.threshold))
    order = ("<", "=", ">")[(one.value > one.threshold) - (one.value < one.threshold) + 1]
    yield say(
        "标准 {sign} {limit}：{value} {order} {limit}，{verdict}。",
        sign=WRITTEN[one.operator], limit=shown(one.threshold), value=shown(one.value),
        order=order, verdict=verdict)  # fmt: skip
    if one.floor is not None and one.status not in ("pass", "waived"):
        yield say(
            "下限 {floor}：{state}。", floor=shown(one.floor),
            state=msg("已达到")
            if one.value >= one.floor
            else msg("未达到"))  # fmt: skip
    if one.shortfall:
        yield say("尚缺 {n}{unit}。", n=shown(one.shortfall), unit=one.shortfall_unit)


def member_lines(members: Iterable[Member]) -> Iterable[str]:
    """A line each; those without weight on one line, at the end."""
    listed = list(members)
    yield from (_member(one) for one in listed if one.role != "advisory")
    yield from beside(
        f"{m.rule} {status_words()[m.status]}" for m in listed if m.role == "advisory"
    )


def beside(advisory: Iterable[str]) -> Iterable[str]:
    """The members without weight on one line, where there are any."""
    names = msg("、").join(advisory)
    if names:
        yield say("参考，不计入结论：{n}", n=names)


def _member(one: Member) -> str:
    mark = msg("▶") if one.decides and one.status != "pass" else msg("　")
    told = f"{mark}{one.rule} {one.title}{_colon()}{status_words()[one.status]}"
    if one.value is not None and one.threshold is not None:
        told += say("，{v}（标准 {t}）", v=shown(one.value, 4), t=shown(one.threshold))
    if one.status == "fail" and one.floor is not None:
        told += say("，下限 {f} 已达到", f=shown(one.floor)) if one.above_floor \
            else say("，下限 {f} 未达到", f=shown(one.floor))  # fmt: skip
    if one.shortfall:
        told += say("，缺{n}{u}", n=shown(one.shortfall), u=one.shortfall_unit)
    if one.detail:
        told += msg("，") + one.detail
    if one.gap is not None:
        told += say("，差距{g}%", g=f"{one.gap * 100:.1f}")
    return told


def _by_school(one: Breakdown) -> Iterable[str]:
    """A line a school: what it counts and lacks, the one with the largest gap first; then the others."""
    if one.short:
        yield plural(_schools(one.short), "{title}：{n}所学校未达到，按缺口排列：", title=one.title)
    else:
        yield say("{title}：没有学校未达到。", title=one.title)
    for place, school in enumerate(one.short, start=1):
        facts = (shares.counted(one, school), shares.lacking(one, school))
        yield say(
            "  {n}. {code} {name}：{facts}",
            n=place, code=school.school_code, name=shares.who(school),
            facts=msg("，").join(filter(None, facts)))  # fmt: skip
    if one.others is not None:
        many = plural(_schools(one.schools) - _schools(one.short), "其余{n}所学校均达到")
        yield (
            "  " + msg("，").join(filter(None, (many, shares.counted(one, one.others)))) + msg("。")
        )


def _schools(some: Iterable[Contribution]) -> int:
    return len({one.school_code for one in some})


def _spread(one: Spread) -> Iterable[str]:
    """One stage: the figures, the schools that drive it, what would bring it under its limit."""
    if one.mean == 0:
        yield say(
            "{stage}：{n}所，X̄ = ΣP·x ÷ ΣP = 0：均值为0，差异系数 S ÷ X̄ 无从计算。",
            stage=stage_words()[one.stage], n=one.units)  # fmt: skip
        return
    yield say(
        "{stage}：{n}所，X̄ = ΣP·x ÷ ΣP = {mean}，S = √(ΣP·(x−X̄)² ÷ ΣP) = {s}，差异系数 S ÷ X̄ = {cv}",
        stage=stage_words()[one.stage], n=one.units, mean=shown(one.mean),
        s=shown(one.deviation), cv=shown(one.coefficient))  # fmt: skip
    if one.threshold is not None:
        yield say(
            "S² = {variance}，(标准×X̄)² = {bar}；差异系数 {sign} {limit}，{status}。",
            variance=shown(one.variance), bar=shown((one.threshold * one.mean) ** 2),
            sign=WRITTEN["<=" if one.status != "fail" else ">"], limit=shown(one.threshold),
            status=status_words()[one.status])  # fmt: skip
    if any(driver.share for driver in one.drivers):
        yield msg("各校对S²的贡献：占比 = P·(x−X̄)² ÷ Σ，合计100%：")
    for place, driver in enumerate(one.drivers[:DRIVERS], start=1):
        yield say(
            "  {n}. {code} {name}：学生{p}人，x = {x}（{side}均值{away}），占{share}",
            n=place, code=driver.school_code, name=driver.school_name, p=shown(driver.pupils),
            x=shown(driver.value, 4), away=shown(abs(driver.value - one.mean), 4),
            side=msg("高于") if driver.value >= one.mean else msg("低于"),
            share=percent(driver.share))  # fmt: skip
    rest = one.drivers[DRIVERS:]
    if rest:
        left = sum((driver.share for driver in rest), Fraction(0))
        yield say(
            "  其余{n}所合计占{share}",
            n=len(rest), share=percent(left))  # fmt: skip
    yield from _turning(one)


def _turning(one: Spread) -> Iterable[str]:
    """What one school alone would have to change; nothing where nobody asked."""
    if one.flips and one.status == "pass":
        yield msg("其他学校不变，单独改变一所即不达标的最小变动（已用分数重新计算核实）：")
    elif one.flips and one.status == "fail":
        yield msg("其他学校不变，单独改变一所即可达标的最小变动（已用分数重新计算核实）：")
    elif one.status == "fail" and one.alone is not None:
        yield msg("贡献最大的几所学校中，单独改变任何一所的资源都不足以达标，须几所同时改善。")
    yield from map(_change, one.flips)


def _change(flip: Flip) -> str:
    return say(
        "  {name}：{title}{amount}（{change}）",
        name=flip.of_name, title=flip.title, amount=flip.amount, change=flip.before_after)  # fmt: skip


def _flips(one: Working) -> Iterable[str]:
    if one.flips:
        yield msg(
            "其他数不变，单独改变一项的最小变动（少变一个单位则结论不变，均已重新判定核实）："
        )
    elif one.status in ("fail", "pass") and any(_countable(item) for item in one.inputs):
        yield (
            msg("单独改变任何一项都不能使结论变为达标。")
            if one.status == "fail"
            else msg("单独改变任何一项都不能使结论变为不达标。")
        )
    yield from (flip.sentence for flip in one.flips)


def _countable(item: Input) -> bool:
    return isinstance(item.value, int | float) and not isinstance(item.value, bool)


def _source(one: Working) -> Iterable[str]:
    for label, words in one.demands:
        yield f"{label}{_colon()}{words}"
    yield say("{s}（{basis}）", s=one.source, basis=basis_word(one.basis, seen=one.text_seen))
