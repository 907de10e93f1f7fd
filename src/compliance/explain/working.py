"""explain RULE INPUT: everything that is to be said of one rule for one school or county."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from compliance.engine.breakdown import Breakdown, broken_down
from compliance.engine.kinds.kind import Kind
from compliance.engine.members import failing_schools
from compliance.engine.subject import Subject
from compliance.engine.working import DataWarning, Version, Working
from compliance.explain.context import Context, find_school
from compliance.explain.inputs import placed
from compliance.explain.layer_versions import versions
from compliance.facts.vocabulary import titles
from compliance.kernel.errors import Problem, UsageError
from compliance.kernel.i18n import msg, pick, plural, say
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.model import Rule
from compliance.rules.reference.describe import condition_words, demands, limit_words

_NAMED = 10  # how many schools a message names


def workings(
    context: Context, rule_id: str, school: str | None = None, stage: str | None = None
) -> list[Working]:
    """The working for the county, the school, or each stage of the school.

    Raises UsageError where a rule about schools gets no school, or the school has no such stage.
    """
    rule = context.rules.rules[rule_id]
    row = find_school(context, school) if school is not None else None
    if rule.scope == "county":
        apart = {"focus": row, "stage": stage} if rule.form.coefficient else {}
        return [_working(context, context.subject(rule, **apart))]
    if row is None and rule.rolls_up:
        return [_of_county(context, context.subject(rule))]
    if row is None:
        raise _whose(context.subject(rule))
    whole = context.subject(rule, school=row)
    if rule.scope == "school":
        return [_working(context, whole)]
    units = context.evaluation.frames.unit.filter(pl.col("school") == row["school"])
    stages = [name for name in units["stage"].to_list() if stage in (None, name)]
    if stages:
        return [_working(context, replace(whole, stage=name)) for name in stages]
    if stage is None and _excluded(whole):
        return [_working(context, whole)]
    raise UsageError(say("{s}没有这个学段的学生", s=row["school_name"]))


def _whose(subject: Subject) -> UsageError:
    """Which school? The first that fail are named."""
    failing = list(
        dict.fromkeys((one[0], one[1]) for one in failing_schools(subject, subject.rule))
    )
    names = msg("；").join(f"{code} {name}" for code, name in failing[:_NAMED])
    return UsageError(
        say(
            "{rule}按学校判定，请用 --school 指明学校（代码或名称）",
            rule=subject.rule.id),
        todo=plural(len(failing), "未达标或数据缺失的{n}所：{names}", names=names)
        if failing
        else msg("各校均达标，任选一所即可"),
    )  # fmt: skip


def _working(context: Context, subject: Subject) -> Working:
    """Who, what rule, which verdict, which sentence; then what its kind works out."""
    rule = subject.rule
    told = _findings(context, subject, rule.level)
    begun = replace(_begun(context, subject, rule.level, told), status=subject.status(rule.id))
    if subject.outcome(rule.id) is None:
        return replace(begun, notes=_excluded(subject) if subject.school is not None else ())
    found = Kind.of(subject).working(subject, begun)
    return replace(
        found,
        inputs=placed(context, subject, found.inputs),
        conditions=placed(context, subject, found.conditions),
        breakdowns=_by_school(context, subject) if rule.scope == "county" else (),
    )


def _of_county(context: Context, subject: Subject) -> Working:
    """What comes of a rule about schools in the county: its verdict there, and the schools that miss it."""
    (told,) = _findings(context, subject, "county")
    begun = _begun(context, subject, "county", [told])
    return replace(begun, status=told["status"], breakdowns=_by_school(context, subject))


def _by_school(context: Context, subject: Subject) -> tuple[Breakdown, ...]:
    return broken_down(subject.rule, subject.ruleset, subject.frames, context.findings)


def _begun(
    context: Context, subject: Subject, level: str, told: Sequence[Mapping[str, Any]]
) -> Working:
    """Who, what rule, which sentence."""
    rule, rules = subject.rule, subject.ruleset
    who = subject.school or subject.focus or {}
    return Working(
        rule=rule.id,
        title=rule.label,
        kind=rule.kind,
        level=level,
        role=rule.role,
        basis=rule.basis,
        text_seen=rule.seen,
        source=rule.source,
        quote=rule.quote,
        text=pick(rule.text, rule.text_en),
        demands=tuple(demands(rule)),
        ruleset=rules.id,
        as_of=subject.evaluation.as_of.isoformat(),
        county_code=context.key[0],
        county_name=str(context.county["county_name"]),
        year=context.key[1],
        school_code=str(who.get("school_code", "")),
        school_name=str(who.get("school_name", "")),
        stage=subject.stage or "",
        message="\n".join(str(one["message"]) for one in told),
        missing=_missing(subject),
        warnings=_doubts(context, subject, str(who.get("school_code", ""))),
        layers=_versions(subject),
        relaxed_by=str(told[0].get("relaxed_by") or "") if told else "",
        switches=tuple(rules.switched),
    )


def _missing(subject: Subject) -> tuple[str, ...]:
    """What the verdict waits for, as every report calls it; coefficients say it stage by stage.

    What is 0 of 0 is not missing: the message says what to write.
    """
    if subject.rule.form.coefficient or subject.status(subject.rule.id) == "not_checked":
        return ()
    lists = subject.outcomes(subject.rule.id)["missing"].to_list()
    known = titles(subject.words)
    return tuple(dict.fromkeys(known.get(fact, fact) for facts in lists for fact in facts or ()))


def _doubts(context: Context, subject: Subject, school: str) -> tuple[DataWarning, ...]:
    """The warnings about the facts of the rule, for the school and stage or the whole county."""
    code, year = context.key
    mine = [
        one
        for one in context.problems
        if one.severity == "warning"
        and one.county_code == code
        and one.year in (None, year)
        and (not school or one.school_code in (None, school))
        and _concerns(one, subject)
    ]
    return tuple(
        DataWarning(one.code, _message(one), f"{one.file} {one.at}".strip(), one.school_code or "")
        for one in dict.fromkeys(mine)
    )


def _concerns(one: Problem, subject: Subject) -> bool:
    """Whether the rule rests on a fact of it, and for the stage of a school on one of that stage."""
    facts = [fact for fact in one.facts if fact in subject.rule.facts]
    if subject.stage is None or subject.school is None:
        return bool(facts)
    others = tuple(f"{stage}_" for stage in COMPULSORY if stage != subject.stage)
    return any(not fact.startswith(others) for fact in facts)


def _message(one: Problem) -> str:
    """The sentence, with what was expected, without its place."""
    return replace(one, file="", at="").line()


def _excluded(subject: Subject) -> tuple[str, ...]:
    """Why the rule leaves the school out, in words that fit any rule: by the condition, not by what
    the exclusion was first made for.
    """
    scope = subject.rule.scope if subject.stage else "school"
    mine = subject.evaluation.frames.of(scope).filter(pl.col("school_code") == subject.code)
    for reason in subject.rule.exclude:
        where = subject.ruleset.exclusions[reason].where
        if not set(conditions.facts(where)) <= set(mine.columns):
            continue
        if mine.select(conditions.matches(where)).to_series().any():
            words = condition_words(where, subject.ruleset, subject.words)
            return (say("不参加本项：{who}", who=words),)
    return ()


def _findings(context: Context, subject: Subject, level: str) -> list[Mapping[str, Any]]:
    """The findings as every report has them, with their sentences; two for a rule by stage."""
    rule = subject.rule
    rows = context.findings.filter((pl.col("rule") == rule.id) & (pl.col("level") == level))
    if subject.school is not None:
        rows = rows.filter(pl.col("school_code") == subject.code)
    if subject.stage is not None:
        rows = rows.filter(pl.col("stage") == subject.stage)
    return list(rows.iter_rows(named=True))


def _versions(subject: Subject) -> tuple[Version, ...]:
    """The base rule and its variants of other layers, each judged on the same figures."""

    def limits(one: Rule) -> Iterable[str]:
        same = replace(subject, rule=one)
        applied = {one.holder.label: one.limit for one in same.limits}
        for holder in one.holders:
            measure = same.evaluation.kinds[holder.kind].measure(holder, same.ruleset)
            if holder.limit is not None and (holder.indicator or measure):
                limit = applied.get(holder.label, holder.limit)
                yield limit_words(limit, same.ruleset, measure, same.words)

    found = versions(subject.rule, subject.ruleset, limits, lambda one: subject.status(one.id))
    return found if len(found) > 1 else ()
