"""What became of the waivers of a run, and what is to be said of those that did nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from compliance.assessment.figures import state
from compliance.checker.parts import Job
from compliance.engine.results import WaiverOutcome
from compliance.engine.waiver_hits import Hit
from compliance.engine.waiving import NOT_ALLOWED, TOO_BROAD, expired, refusal, rule_named
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.kernel.labels import stage_words
from compliance.kernel.submission import KEY
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.waivers import Waiver, Waivers

APPLIED, EXPIRED, UNUSED = "applied", "expired", "unused"
_Judged = tuple[int, Ruleset, date]  # year, rule set, day


def outcomes(waivers: Waivers, hits: Iterable[Hit], jobs: Sequence[Job]) -> Iterator[WaiverOutcome]:
    """In the order of the files: each finding that is waived, and each waiver that waives none."""
    named: dict[int, list[Hit]] = {}
    for hit in sorted(hits):
        named.setdefault(hit.place, []).append(hit)
    years: dict[str, list[_Judged]] = {}
    for job in jobs if waivers.entries else ():
        for code, year in job.part.counties.select(KEY).iter_rows():
            years.setdefault(code, []).append((year, job.rules, job.as_of))
    for place, one in enumerate(waivers.entries):
        found = named.get(place, [])
        if applied := [hit for hit in found if hit.applied]:
            for hit in applied:
                yield WaiverOutcome(
                    one, APPLIED, hit.rule, hit.year, hit.school_name, hit.stage, "fail"
                )
            continue
        own = [judged for judged in years.get(one.county_code, ()) if one.year in (None, judged[0])]
        yield _idle(one, waivers, found, own)


def _idle(
    one: Waiver, waivers: Waivers, found: Sequence[Hit], own: Sequence[_Judged]
) -> WaiverOutcome:
    """Why a waiver waives nothing: the first reason, in the latest of its county's years."""
    if "*" in one.county_code:
        why = msg("一项豁免只能针对一个县，不能用通配符")
        return WaiverOutcome(one, TOO_BROAD, one.rule, why=why)
    if not own:
        return WaiverOutcome(one, UNUSED, one.rule)
    year, ruleset, as_of = max(own, key=lambda judged: judged[0])
    state_, why = _not_heeded(one, ruleset, waivers, as_of)
    if state_:
        return WaiverOutcome(one, state_, one.rule, year, why=why)
    hits = [hit for hit in found if hit.year == year]
    judged = [hit for hit in hits if hit.status != "not_applicable"] or hits
    if len(judged) == 1:
        (hit,) = judged
        why = say("该项现在是“{state}”，豁免只用于不达标的项", state=state(hit.status))
        return WaiverOutcome(
            one, UNUSED, hit.rule, year, hit.school_name, hit.stage, hit.status, why
        )
    if judged:
        why = msg("两个学段都有这项判定，请写明 stage")
        return WaiverOutcome(one, TOO_BROAD, one.rule, year, why=why)
    why = msg("该规则在该县没有这样的对象：学校（学段）不存在，或不参加这项判定")
    return WaiverOutcome(one, UNUSED, one.rule, year, why=why)


def _not_heeded(one: Waiver, ruleset: Ruleset, waivers: Waivers, as_of: date) -> tuple[str, str]:
    """Why a waiver was not among those in force; empty where it was."""
    rule = rule_named(one, ruleset)
    if rule is None:
        return UNUSED, say("规则集 {ruleset} 没有规则 {rule}", ruleset=ruleset.id, rule=one.rule)
    refused = refusal(one, rule)
    if refused == NOT_ALLOWED:
        return refused, msg("一票否决说的是已发生的事，不是可以豁免的要求")
    if refused and rule.role in ("block", "conclusion"):
        return refused, msg("一个方面或总结论不能整体豁免，请豁免其中具体的要求")
    if refused:
        return refused, msg("逐校判定的规则须写明学校（school_code），不能对全县豁免")
    if expired(one, waivers, as_of):
        return EXPIRED, say("有效期已于{day}届满", day=one.expiry)
    return "", ""


def waiver_problems(found: Iterable[WaiverOutcome]) -> Iterator[Problem]:
    """A warning for each waiver that waives nothing; of a county that was not judged, one a file."""
    elsewhere: dict[tuple[str, str], list[Waiver]] = {}
    for one in found:
        if one.state != APPLIED and not one.why:
            elsewhere.setdefault((one.waiver.file, one.waiver.county_code), []).append(one.waiver)
        elif one.state != APPLIED:
            yield _problem(one.waiver, one.state, one.why, one.year)
    for (_, county), idle in elsewhere.items():
        lines = msg("、").join(str(one.line) for one in idle)
        why = say("这次没有判定县 {county}（第{lines}行）", county=county, lines=lines)
        yield _problem(idle[0], UNUSED, why, None)


def _problem(one: Waiver, state_: str, why: str, year: int | None) -> Problem:
    """What a waiver does not do, why, and what to do about it."""
    stage = stage_words().get(one.stage or "", "")
    about = " ".join(filter(None, (one.rule, one.county_code, one.school_code, stage)))
    holes = {"about": about, "document": one.document, "why": why}
    told = {
        EXPIRED: say("豁免已过期，不再适用：{about}（{document}）：{why}", **holes),
        UNUSED: say("豁免没有用到：{about}（{document}）：{why}", **holes),
        TOO_BROAD: say("豁免过宽，未予适用：{about}（{document}）：{why}", **holes),
        NOT_ALLOWED: say("不能豁免，未予适用：{about}（{document}）：{why}", **holes),
    }
    todo = {
        EXPIRED: msg("整改到位，或办理延期后改写 expiry"),
        UNUSED: msg("请核对，或从豁免文件中删去"),
        TOO_BROAD: msg("请逐项写明对象，每项只针对一条判定"),
        NOT_ALLOWED: msg("请从豁免文件中删去"),
    }
    return Problem(
        "warning",
        f"waiver_{state_}",
        told[state_],
        expected=todo[state_],
        file=f"{one.file}:{one.line}",
        county_code=one.county_code,
        year=year,
        school_code=one.school_code,
    )
