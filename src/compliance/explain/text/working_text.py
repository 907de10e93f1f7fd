"""A working as an official reads it: figures and their cells, the arithmetic, what would turn it."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.explain.question.layer_versions import line
from compliance.explain.question.model import Comparison, Input, Member, Working
from compliance.explain.question.number_format import equals, percent, shown
from compliance.explain.text.dispersion_text import spread_lines
from compliance.explain.verdict.counterfactuals import sentence
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, basis_words, status_words
from compliance.rules.language.model import WRITTEN

DOUBTS = 10  # the warnings told in text; the structure has them all


def text(one: Working) -> str:
    """The whole working, line by line, blocks under headings."""
    blocks = [
        (say("填报数及其位置", "figures and where they stand"), _inputs(one)),
        (say("存疑的数", "doubtful figures"), _doubts(one)),
        (say("适用条件", "whether it applies"), _conditions(one)),
        (say("拆分", "shared among stages"), _split(one)),
        (say("计算与比较", "computed and compared"), _comparisons(one.comparisons)),
        (say("各项", "members"), _members(one.members)),
        (say("各学段差异", "disparity by stage"), [x for s in one.spread for x in spread_lines(s)]),
        (say("怎样补齐", "how to mend it"), list(one.plan)),
        (say("什么会改变结论", "what would turn it"), _flips(one)),
        (say("各级标准", "by layer"), [line(v) for v in one.layers]),
        (say("依据", "clause and source"), _source(one)),
    ]
    lines = [*_head(one)]
    for heading, body in blocks:
        if body:
            lines += ["", pick(f"【{heading}】", f"[{heading}]"), *(f"  {line}" for line in body)]
    return "\n".join(lines)


def _head(one: Working) -> Iterable[str]:
    stage = pick(*STAGE_WORDS[one.stage]) if one.stage else ""
    county = say("（{code}）", " ({code})", code=one.county_code)
    stage = say("·{s}", " {s}", s=stage) if stage else ""
    if one.school_name:
        gap = pick("", " ")
        who = f"{one.county_name}{county}{gap}{one.school_name} {one.school_code}{stage}"
    else:
        who = f"{one.county_name}{county}{stage}"
    yield f"{one.rule}  {one.title}"
    yield say(
        "{who}，{year}学年，规则集 {set}，按{day}有效的规则：{status}",
        "{who}, school year {year}, rule set {set} as of {day}: {status}",
        who=who, year=one.year, set=one.ruleset, day=one.as_of, status=status_words()[one.status],
    )  # fmt: skip
    yield from (line for line in one.message.split("\n") if line)
    if one.missing:
        yield say("缺少：{facts}", "missing: {facts}", facts=pick("、", ", ").join(one.missing))
    if one.relaxed_by:
        yield say(
            "仅凭放宽规定（{switch}）达标。", "Met only by the relaxation {switch}.",
            switch=one.relaxed_by,
        )  # fmt: skip
    elif one.switches:
        yield say("已打开：{s}", "switched on: {s}", s=", ".join(one.switches))
    yield from one.notes


def _inputs(one: Working) -> list[str]:
    lines: list[str] = []
    for item in one.inputs:
        lines += _input(item)
    return lines


def _input(item: Input, indent: str = "") -> Iterable[str]:
    yield f"{indent}{item.title} = {_value(item)}{_place(item)}"
    for part in item.parts:
        yield from _input(part, indent + "  ")
    left = item.rows - len(item.parts)
    if item.origin == "total" and item.parts and left > 0:
        yield indent + say("  其余{n}所从略。", "  … and {n} more schools.", n=left)


def _value(item: Input) -> str:
    if item.origin == "missing" or item.value is None:
        return say("（未填报）", "(not given)")
    if isinstance(item.value, bool):
        return say("是", "yes") if item.value else say("否", "no")
    if isinstance(item.value, list):
        shownsome = pick("、", ", ").join(_plain(one) for one in item.value[:12])
        more = pick(f"……共{len(item.value)}项", f" … {len(item.value)} in all")
        return (
            shownsome + (more if len(item.value) > 12 else "") if item.value else say("无", "none")
        )
    return f"{_plain(item.value)}{pick(item.unit, ' ' + item.unit if item.unit else '')}"


def _plain(value: object) -> str:
    return shown(value) if isinstance(value, int | float) else str(value)


def _place(item: Input) -> str:
    if item.source:
        return say("（由“{s}”得出）", " (follows from '{s}')", s=item.source)
    if item.origin == "derived":
        return say("（由下列各项相加）", " (the sum of the following)")
    if item.origin == "total" and item.where:
        return say(
            "（{n}所学校填报数之和，计入：{where}）",
            " (the sum of {n} schools' figures; counted: {where})",
            n=item.rows, where=item.where,
        )  # fmt: skip
    if item.origin == "total":
        return say("（各校填报数之和）", " (the sum of the schools' figures)")
    if not item.at:
        return ""
    where = f"{item.file} {item.at}"
    if item.rows > 1:
        where = say("{at} 起{n}行", "{at} and on, {n} rows", at=where, n=item.rows)
    if item.written and isinstance(item.value, bool):
        where += say("，佐证材料：{w}", ", evidence: {w}", w=item.written)
    elif item.written:
        where += say("，原填“{w}”", ", written '{w}'", w=item.written[:60])
    return pick(f"　〔{where}〕", f"  [{where}]")


def _doubts(one: Working) -> list[str]:
    """Warnings about what the verdict rests on: it was judged by the figures as they were given."""
    if not one.warnings:
        return []
    lines = [f"{doubt.place}{_colon()}{doubt.message}" if doubt.place else doubt.message
             for doubt in one.warnings[:DOUBTS]]  # fmt: skip
    left = len(one.warnings) - DOUBTS
    if left > 0:
        lines.append(say("另有{n}处，见检查结果。", "{n} more: see the check's report.", n=left))
    first = say(
        "结论以所填的数判定，下列各处须先核对：",
        "judged by the figures as given; these should be checked first:",
    )
    return [first, *lines]


def _conditions(one: Working) -> list[str]:
    named = [f"{item.title}{_colon()}{item.said or _value(item)}" for item in one.conditions]
    return [pick("；", "; ").join(named)] if named else []


def _colon() -> str:
    return pick("：", ": ")


def _split(one: Working) -> list[str]:
    if not one.split:
        return []
    weights = " : ".join(shown(item.weight) for item in one.split)
    names = pick("、", ", ").join(_stage(item.stage) for item in one.split)
    total = sum(item.pupils * item.weight for item in one.split)
    terms = " + ".join(f"{shown(item.pupils)}×{shown(item.weight)}" for item in one.split)
    lines = [
        say(
            "本校有{names}，校舍、场地和设备等各学段共用，按加权学生数拆分，权数为 {weights}；加权学生数 {terms} = {total}。",
            "{names} share buildings, grounds and equipment by weighted pupils, weights {weights}; {terms} = {total}.",
            names=names, weights=weights, terms=terms, total=shown(total),
        )
    ]  # fmt: skip
    for item in one.split:
        mine = say("（本学段）", " (this stage)") if item.stage == one.stage else ""
        lines.append(
            f"{_stage(item.stage)}{mine}{_colon()}{shown(item.pupils)}×{shown(item.weight)} ÷ {shown(total)}"
            f" = {percent(item.share, 4)}"
        )
    return lines


def _stage(stage: str) -> str:
    return pick(*STAGE_WORDS.get(stage, ("高中", "senior")))


def _comparisons(tests: Iterable[Comparison]) -> list[str]:
    lines: list[str] = []
    for one in tests:
        if one.note:
            lines.append(f"◇ {one.note}{_colon()}{status_words().get(one.status, '')}")
        if one.formula:
            lines.append(f"{one.title} = {one.formula}")
            if one.filled == shown(one.value):
                lines.append(f"  = {one.filled} {one.unit}".rstrip())
            elif one.filled and one.value is not None:
                lines.append(f"  = {one.filled} {equals(one.value)} {one.unit}".rstrip())
        lines += _compared(one)
    return lines


def _compared(one: Comparison) -> Iterable[str]:
    if one.value is None or one.threshold is None or not one.operator:
        if one.formula and one.value is None:
            yield say("数据缺失，无法计算。", "It cannot be computed: figures are missing.")
        return
    if one.threshold_formula:
        yield say(
            "标准：{t} {v}", "limit: {t} {v}", t=one.threshold_formula, v=equals(one.threshold)
        )
    met = one.status in ("pass", "waived")
    verdict = status_words().get(one.status, "")
    yield say(
        "标准 {sign} {limit}：{value} {comparison} {limit}，{verdict}。",
        "limit {sign} {limit}: {value} {comparison} {limit}, {verdict}.",
        sign=WRITTEN[one.operator], limit=shown(one.threshold), value=shown(one.value),
        comparison=_comparison(one), verdict=verdict,
    )  # fmt: skip
    if one.floor is not None and not met and one.value is not None:
        reached = one.value >= one.floor
        yield say(
            "下限 {floor}：{state}。", "floor {floor}: {state}.", floor=shown(one.floor),
            state=say("已达到", "reached") if reached else say("未达到", "not reached"),
        )  # fmt: skip
    if one.shortfall:
        yield say(
            "尚缺 {n}{unit}。", "{n} {unit} short.", n=shown(one.shortfall), unit=one.shortfall_unit
        )


def _comparison(one: Comparison) -> str:
    if one.value is None or one.threshold is None or one.value == one.threshold:
        return "="
    return ">" if one.value > one.threshold else "<"


def _members(members: Iterable[Member]) -> list[str]:
    """A line each; those without weight on one line, at the end."""
    listed = list(members)
    lines = [_member(one) for one in listed if one.role != "advisory"]
    beside = [
        f"{one.rule} {status_words()[one.status]}" for one in listed if one.role == "advisory"
    ]
    if beside:
        names = pick("、", ", ").join(beside)
        lines.append(say("参考，不计入结论：{n}", "advisory, without weight: {n}", n=names))
    return lines


def _member(one: Member) -> str:
    mark = pick("▶", ">") if one.decides and one.status != "pass" else pick("　", " ")
    told = f"{mark}{one.rule} {one.title}{_colon()}{status_words()[one.status]}"
    if one.value is not None and one.threshold is not None:
        told += say(
            "，{v}（标准 {t}）", ", {v} (limit {t})", v=shown(one.value, 4), t=shown(one.threshold)
        )
    if one.status == "fail" and one.floor is not None:
        told += say("，下限 {f} 已达到", ", floor {f} reached", f=shown(one.floor)) if one.above_floor \
            else say("，下限 {f} 未达到", ", floor {f} not reached", f=shown(one.floor))  # fmt: skip
    if one.shortfall:
        told += say("，缺{n}{u}", ", {n} {u} short", n=shown(one.shortfall), u=one.shortfall_unit)
    if one.detail:
        told += pick("，", ", ") + one.detail
    if one.gap is not None:
        told += say("，差距{g}", ", gap {g}", g=f"{one.gap * 100:.1f}%")
    return told


def _flips(one: Working) -> list[str]:
    lines = [sentence(flip) for flip in one.flips]
    if lines:
        lines.insert(
            0,
            say(
                "其他数不变，单独改变一项的最小变动（少变一个单位则结论不变，均已重新判定核实）：",
                "the smallest change of one figure alone (one unit less does not turn it; each was judged again):",
            ),
        )
    elif one.status in ("fail", "pass") and any(_countable(item) for item in one.inputs):
        lines = [
            say(
                "单独改变任何一项都不能使结论变为达标。",
                "No change of a single figure alone makes it meet the standard.",
            )
            if one.status == "fail"
            else say(
                "单独改变任何一项都不能使结论变为不达标。",
                "No change of a single figure alone makes it fail the standard.",
            )
        ]
    return lines


def _countable(item: Input) -> bool:
    return isinstance(item.value, int | float) and not isinstance(item.value, bool)


def _source(one: Working) -> list[str]:
    return [
        *([one.text] if one.text else []),
        say("{s}（{basis}）", "{s} ({basis})", s=one.source, basis=basis_words()[one.basis]),
    ]
