"""A coefficient taken apart, as an official reads it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from compliance.explain.question.model import Flip, Spread
from compliance.explain.question.number_format import percent, shown
from compliance.explain.verdict.counterfactuals import amount
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, status_words
from compliance.rules.language.model import WRITTEN

TOP = 10  # the schools named; the rest are summed up


def spread_lines(one: Spread) -> list[str]:
    """One stage: the figures, the schools that drive it, what would bring it under its limit."""
    stage = pick(*STAGE_WORDS[one.stage])
    lines = [
        say(
            "{stage}：{n}所，X̄ = ΣP·x ÷ ΣP = {mean}，S = √(ΣP·(x−X̄)² ÷ ΣP) = {s}，差异系数 S ÷ X̄ = {cv}",
            "{stage}: {n} schools, X̄ = ΣP·x ÷ ΣP = {mean}, S = √(ΣP·(x−X̄)² ÷ ΣP) = {s}, coefficient S ÷ X̄ = {cv}",
            stage=stage, n=one.units, mean=shown(one.mean), s=shown(one.deviation),
            cv=shown(one.coefficient),
        ),
        *_against(one),
    ]  # fmt: skip
    if any(driver.share for driver in one.drivers):
        lines.append(
            say(
                "各校对S²的贡献：占比 = P·(x−X̄)² ÷ Σ，合计100%：",
                "what each school adds to S²: share = P·(x−X̄)² ÷ Σ, 100 % together:",
            )
        )
    for place, driver in enumerate(one.drivers[:TOP], start=1):
        lines.append(
            say(
                "  {n}. {code} {name}：学生{p}人，x = {x}（{side}均值{away}），占{share}",
                "  {n}. {code} {name}: {p} pupils, x = {x} ({away} {side} the mean), {share}",
                n=place, code=driver.school_code, name=driver.school_name, p=shown(driver.pupils),
                x=shown(driver.value, 4), away=shown(abs(driver.value - one.mean), 4),
                side=say("高于", "above") if driver.value >= one.mean else say("低于", "below"),
                share=percent(driver.share),
            )
        )  # fmt: skip
    rest = one.drivers[TOP:]
    if rest:
        left = sum((driver.share for driver in rest), Fraction(0))
        lines.append(
            say(
                "  其余{n}所合计占{share}", "  the other {n} together: {share}",
                n=len(rest), share=percent(left),
            )
        )  # fmt: skip
    return [*lines, *_turning(one)]


def _against(one: Spread) -> list[str]:
    if one.threshold is None:
        return []
    sign = WRITTEN["<="] if one.status != "fail" else WRITTEN[">"]
    return [
        say(
            "S² = {variance}，(标准×X̄)² = {bar}；差异系数 {sign} {limit}，{status}。",
            "S² = {variance}, (limit × X̄)² = {bar}; coefficient {sign} {limit}, {status}.",
            variance=shown(one.variance), bar=shown((one.threshold * one.mean) ** 2),
            sign=sign, limit=shown(one.threshold), status=status_words()[one.status],
        )
    ]  # fmt: skip


def _turning(one: Spread) -> list[str]:
    if one.status == "pass":
        return [*_breaking(one)]
    if one.status != "fail" or one.alone is None:
        return []
    if not one.flips:
        return [
            say(
                "贡献最大的几所学校中，单独改变任何一所的资源都不足以达标，须几所同时改善。",
                "None of the schools that drive it most can bring it under the limit alone.",
            )
        ]
    lines = [
        say(
            "其他学校不变，单独改变一所即可达标的最小变动（已用分数重新计算核实）：",
            "the smallest change of one school that is enough alone (checked with fractions):",
        )
    ]
    return [*lines, *map(_change, one.flips)]


def _breaking(one: Spread) -> Iterable[str]:
    if not one.flips:
        return
    yield say(
        "其他学校不变，单独改变一所即不达标的最小变动（已用分数重新计算核实）：",
        "the smallest change of one school that breaks it alone (checked with fractions):",
    )
    yield from map(_change, one.flips)


def _change(flip: Flip) -> str:
    return say(
        "  {name}：{title}{amount}（{before} → {after}）",
        "  {name}: {title}: {amount} ({before} → {after})",
        name=flip.of_name, title=flip.title, amount=amount(flip),
        before=f"{flip.before:.12g}", after=f"{flip.after:.12g}",
    )  # fmt: skip
