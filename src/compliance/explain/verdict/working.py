"""explain RULE INPUT: everything that is to be said of one rule for one school or county."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import polars as pl

from compliance.explain.question.context import Hearing, find_rule, find_school
from compliance.explain.question.layer_versions import versions
from compliance.explain.question.model import (
    Comparison,
    Driver,
    Flip,
    Member,
    Spread,
    Version,
    Working,
)
from compliance.explain.question.number_format import shown
from compliance.explain.question.subject import Row, Subject, asked
from compliance.explain.verdict import group_rules, statements
from compliance.explain.verdict.class_sizes import of_classes
from compliance.explain.verdict.counterfactuals import flips, to_floor
from compliance.explain.verdict.data_warnings import doubts
from compliance.explain.verdict.dispersion import spreads
from compliance.explain.verdict.formula import compare, is_shared, split_of
from compliance.explain.verdict.inputs import inputs, stated
from compliance.explain.verdict.list_entries import of_entries
from compliance.kernel.errors import UsageError
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, status_words
from compliance.kernel.submission import STATUSES
from compliance.rules.kinds import written
from compliance.rules.language import conditions
from compliance.rules.language.model import Rule
from compliance.rules.reference.describe import condition_words, limit_words

_NAMED = 10  # how many schools a message or a list names


def workings(
    hearing: Hearing, rule_id: str, school: str | None = None, stage: str | None = None
) -> list[Working]:
    """The working for the county, the school, or each stage of the school.

    Raises UsageError where a rule about schools gets no school, or the school has no such stage.
    """
    rule = find_rule(hearing.rules, rule_id)
    if rule.scope == "county":
        focus = find_school(hearing, school) if school else None
        return [_county(hearing, rule, focus, stage)]
    if school is None:
        raise _whose(Subject(hearing, rule))
    row = find_school(hearing, school)
    if rule.scope == "school":
        return [_of_school(Subject(hearing, rule, row))]
    units = hearing.bench.frames.unit.filter(pl.col("school") == row["school"])
    stages = [name for name in units["stage"].to_list() if stage in (None, name)]
    if not stages:
        barred = Subject(hearing, rule, row)
        if stage is None and _excluded(barred):
            return [_of_school(barred)]
        raise UsageError(
            say("{s}没有这个学段的学生", "{s} has no pupils of that stage", s=row["school_name"])
        )
    return [_of_school(Subject(hearing, rule, row, name)) for name in stages]


def _whose(subject: Subject) -> UsageError:
    """Which school? The first that fail are named."""
    failing = list(dict.fromkeys((one[0], one[1]) for one in group_rules.failing_schools(subject)))
    names = say("；", "; ").join(f"{code} {name}" for code, name in failing[:_NAMED])
    return UsageError(
        say(
            "{rule}按学校判定，请用 --school 指明学校（代码或名称）",
            "{rule} is judged school by school: name one with --school (code or name)",
            rule=subject.rule.id,
        ),
        todo=say("未达标或数据缺失的{n}所：{names}", "{n} schools are not met: {names}",
                 n=len(failing), names=names)
        if failing
        else say("各校均达标，任选一所即可", "all schools meet it; choose any"),
    )  # fmt: skip


def _of_school(subject: Subject) -> Working:
    outcome = subject.outcome(subject.rule.id)
    found = _head(subject, outcome)
    if outcome is None:
        return replace(found, status="not_applicable", notes=_excluded(subject))
    figures = inputs(subject)
    found = replace(found, inputs=figures, conditions=stated(subject))
    rule = subject.rule
    if rule.kind == "most":
        return _most(subject, found)
    if rule.kind == "within":
        return of_classes(subject, found, outcome)
    asks = asked(subject)
    shared = any(is_shared(subject, subject.rules.indicators[ask.indicator]) for ask in asks)
    return replace(
        found,
        split=split_of(subject) if shared else (),
        comparisons=_comparisons(subject, outcome),
        flips=flips(subject, found.status, figures),
    )


def _comparisons(subject: Subject, outcome: Row) -> tuple[Comparison, ...]:
    """One comparison for the rule, or one for each of its parts."""
    parts = {str(one["name"]): one for one in outcome.get("parts") or ()}
    found = []
    for ask in asked(subject):
        told = parts.get(ask.title) if ask.key else outcome
        found.append(replace(compare(subject, ask, told), note=ask.title if ask.key else ""))
    return tuple(found)


def _most(subject: Subject, found: Working) -> Working:
    members = group_rules.members(subject)
    mending: dict[str, tuple[Flip, ...]] = {}
    raising: dict[str, tuple[Flip, ...]] = {}
    for one in members:
        if one.status == "fail":
            inner = Subject(
                subject.hearing, subject.rules.rules[one.rule], subject.school, subject.stage
            )
            figures = inputs(inner)
            mending[one.rule] = flips(inner, "fail", figures)
            if one.above_floor is False:
                raising[one.rule] = to_floor(inner, figures)
    needed = f"{written(subject.rule.settings)['pass_at_least']}"
    return replace(
        found,
        split=split_of(subject),
        members=members,
        plan=group_rules.plan(subject, members, mending, raising),
        flips=flips(subject, found.status, found.inputs),
        notes=(*found.notes, _counting(subject.rule, members, needed)),
    )


def _counting(rule: Rule, members: Iterable[Member], needed: str) -> str:
    listed = list(members)
    share = written(rule.settings).get("rest_at_least")
    return say(
        "共{n}项，达标{met}项；须至少{needed}项达标，其余不低于各自标准的{share}%。",
        "Of {n}, {met} are met; at least {needed} must be, the rest reach {share} % of their limits.",
        n=len(listed),
        met=sum(one.status == "pass" for one in listed),
        needed=needed,
        share=shown(Fraction(str(share)) * 100),
    )


def _county(
    hearing: Hearing, rule: Rule, focus: Mapping[str, Any] | None, stage: str | None
) -> Working:
    subject = Subject(hearing, rule)
    if rule.kind == "dispersion":
        return _dispersion(subject, focus, stage)
    outcome = subject.outcome(rule.id)
    found = _head(subject, outcome)
    if outcome is None:
        return found
    members = group_rules.members(subject) if rule.kind in ("all", "mean") and rule.of else ()
    if rule.kind == "mean":
        return replace(found, members=members, comparisons=group_rules.means(subject))
    if members:
        return replace(found, members=members, notes=_deciding(members))
    figures = inputs(subject)
    given = statements.given(subject)
    parts = statements.parts(outcome, [ask.title for ask in asked(subject)])
    return replace(
        found,
        inputs=(*figures, *given),
        conditions=stated(subject),
        comparisons=(*_comparisons(subject, outcome), *parts),
        flips=(*flips(subject, found.status, figures), *of_entries(subject, found.status)),
        notes=(*found.notes, *statements.remarks(subject, outcome)),
    )


def _deciding(members: Iterable[Member]) -> tuple[str, ...]:
    deciding = [one for one in members if one.decides]
    if not deciding:
        return ()
    return (
        say(
            "结论取各项中最不利者：{names}（{state}）。",
            "The group is as its least favourable member: {names} ({state}).",
            names=say("、", ", ").join(one.rule for one in deciding),
            state=status_words()[deciding[0].status],
        ),
    )


def _dispersion(subject: Subject, focus: Mapping[str, Any] | None, stage: str | None) -> Working:
    hearing, rule = subject.hearing, subject.rule
    outcome = hearing.bench.outcome(rule.id)
    wanted = [one for one in spreads(hearing, rule) if stage in (None, one.stage)]
    if focus is not None:
        wanted = [_focused(one, str(focus["school_code"])) for one in wanted]
    rows = outcome.filter(pl.col("stage") == stage) if stage else outcome
    found = _head(subject, {"status": rows["status"].min()} if rows.height else None, focus)
    if stage:
        message = "\n".join(str(one["message"]) for one in _findings(replace(subject, stage=stage)))
        found = replace(found, stage=stage, message=message)
    told = found.notes
    for one in wanted:
        if not one.drivers:
            told = (*told, _absent(one.stage))
    return replace(found, spread=tuple(wanted), notes=told)


def _absent(stage: str) -> str:
    return say(
        "该校没有{s}段，或不参加该学段的差异计算。",
        "The school is not among those of the {s} stage.",
        s=pick(*STAGE_WORDS[stage]),
    )


def _focused(one: Spread, code: str) -> Spread:
    """Only the school asked about; its share is of the whole all the same."""
    mine: tuple[Driver, ...] = tuple(d for d in one.drivers if d.school_code == code)
    return replace(one, drivers=mine, flips=tuple(f for f in one.flips if f.of == code))


def _excluded(subject: Subject) -> tuple[str, ...]:
    """Why the rule leaves the school out, in words that fit any rule: by the condition, not by what
    the exclusion was first made for.
    """
    frames = subject.hearing.bench.frames
    scope = subject.rule.scope if subject.stage else "school"
    mine = frames.of(scope).filter(pl.col("school_code") == subject.code)
    for reason in subject.rule.exclude:
        where = subject.rules.exclusions[reason].where
        if not set(conditions.facts(where)) <= set(mine.columns):
            continue
        if mine.select(conditions.matches(where)).to_series().any():
            words = condition_words(where, subject.rules, subject.hearing.docket.words)
            return (say("不参加本项：{who}", "left out of this rule: {who}", who=words),)
    return ()


def _head(subject: Subject, outcome: Row | None, focus: Mapping[str, Any] | None = None) -> Working:
    """Who, what rule, which verdict, which sentence; and the rule's versions in other layers."""
    rule, rules, hearing = subject.rule, subject.rules, subject.hearing
    who = subject.school or focus or {}
    told = _findings(subject)
    status = STATUSES[int(outcome["status"])] if outcome is not None else "not_applicable"
    return Working(
        rule=rule.id,
        title=rule.label,
        kind=rule.kind,
        level=rule.level,
        role=rule.role,
        basis=rule.basis,
        source=rule.source,
        text=pick(rule.text, rule.text_en),
        ruleset=rules.id,
        as_of=hearing.case.as_of.isoformat(),
        county_code=hearing.key[0],
        county_name=str(hearing.county["county_name"]),
        year=hearing.key[1],
        school_code=str(who.get("school_code", "")),
        school_name=str(who.get("school_name", "")),
        stage=subject.stage or "",
        status=status,
        message="\n".join(str(one["message"]) for one in told),
        missing=tuple(hearing.titles.get(f, f) for f in (outcome or {}).get("lacks") or ()),
        warnings=doubts(replace(subject, school=who) if who else subject),
        layers=_versions(subject),
        relaxed_by=str(told[0].get("relaxed_by") or "") if told else "",
        switches=tuple(rules.switched),
    )


def _findings(subject: Subject) -> list[Mapping[str, Any]]:
    """The findings as every report has them, with their sentences; two for a rule by stage."""
    rows = subject.hearing.findings.filter(
        (pl.col("rule") == subject.rule.id) & (pl.col("level") == subject.rule.level)
    )
    if subject.school is not None:
        rows = rows.filter(pl.col("school_code") == subject.code)
    if subject.stage is not None:
        rows = rows.filter(pl.col("stage") == subject.stage)
    return list(rows.iter_rows(named=True))


def _versions(subject: Subject) -> tuple[Version, ...]:
    """The base rule and its variants of other layers, each judged on the same figures."""

    def status(one: Rule) -> str:
        row = subject.outcome(one.id)
        return STATUSES[int(row["status"])] if row is not None else "not_applicable"

    found = versions(
        subject.rule, subject.rules, lambda one: _limits(replace(subject, rule=one)), status
    )
    return found if len(found) > 1 else ()


def _limits(subject: Subject) -> Iterable[str]:
    rule, rules = subject.rule, subject.rules
    for one in asked(subject):
        indicator = rules.indicators[one.indicator]
        measure = pick(indicator.measure, indicator.measure_en)
        yield limit_words(one.limit, rules, measure, subject.hearing.docket.words)
    if rule.kind == "within" and rule.limit is not None:
        unit = pick(
            str(written(rule.settings).get("unit", "")),
            str(written(rule.settings).get("unit_en", "")),
        )
        yield limit_words(rule.limit, rules, unit, subject.hearing.docket.words)
