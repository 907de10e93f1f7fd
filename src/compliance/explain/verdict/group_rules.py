"""Groups: their members, which one decides, and what is cheapest to mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from compliance.engine.exact_arithmetic import typed
from compliance.explain.question.model import Comparison, Flip, Member
from compliance.explain.question.number_format import shown
from compliance.explain.question.subject import Row, Subject
from compliance.explain.verdict.counterfactuals import sentence
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, status_words
from compliance.kernel.submission import FAIL, STATUSES, UNKNOWN
from compliance.rules.kinds import written
from compliance.rules.language.model import UPPER, Rule

_NAMED = 10  # how many schools are named


def members(subject: Subject) -> tuple[Member, ...]:
    """The rules that a group is made of, for this subject: each with its verdict."""
    rows = [(name, _row(subject, name)) for name in subject.rule.of if name in subject.rules.rules]
    weighty = [
        int(row["status"])
        for name, row in rows
        if row is not None and subject.rules.rules[name].role != "advisory"
    ]
    worst = min(weighty, default=None)
    found = [_member(subject.rules.rules[name], row, worst, subject) for name, row in rows]
    return tuple(replace(one, detail=_detail(subject, one)) for one in found)


def _detail(subject: Subject, one: Member) -> str:
    """Who is not met: stages of a coefficient, schools of a rule about schools; at most ten."""
    rule = subject.rules.rules[one.rule]
    if subject.school is not None or one.status in ("pass", "not_applicable"):
        return ""
    if rule.kind == "dispersion":
        rows = subject.hearing.bench.outcome(rule.id).filter(pl.col("status") <= UNKNOWN)
        return pick("、", ", ").join(
            f"{pick(*STAGE_WORDS[row['stage']])}{_state(row)}" for row in rows.iter_rows(named=True)
        )
    if rule.scope == "county":
        return ""
    failing = failing_schools(Subject(subject.hearing, rule))
    names = [_told(*item[1:]) for item in failing]
    more = say("等{n}个", " … {n} in all", n=len(names)) if len(names) > _NAMED else ""
    return pick("、", ", ").join(names[:_NAMED]) + more


def _told(name: str, stage: str, status: str) -> str:
    """A school with what makes it differ from the plain case: its stage, and that it is open."""
    words = [pick(*STAGE_WORDS[stage])] if stage else []
    words += [status_words()[status]] if status != "fail" else []
    inner = pick("，", ", ").join(words)
    return name + (pick(f"（{inner}）", f" ({inner})") if inner else "")


def _state(row: Row) -> str:
    if row["value"] is None:
        return status_words()[STATUSES[int(row["status"])]]
    return f" {row['value']:.3f} > {shown(row['threshold'])}"


def _row(subject: Subject, name: str) -> Row | None:
    """The member's outcome for the subject; of a narrower rule the county's worst."""
    rule = subject.rules.rules[name]
    if subject.rule.scope == "county" and subject.school is None and rule.scope != "county":
        outcome = subject.hearing.bench.outcome(name)
        return {"status": outcome["status"].min()} if outcome.height else None
    if rule.kind == "dispersion":
        outcome = subject.hearing.bench.outcome(name)
        return outcome.sort("status").row(0, named=True) if outcome.height else None
    return subject.outcome(name)


def _member(rule: Rule, row: Row | None, worst: int | None, subject: Subject) -> Member:
    indicator = subject.rules.indicators.get(rule.indicator or "")
    unit = pick(indicator.unit, indicator.unit_en) if indicator else ""
    if row is None or row["status"] is None:
        return Member(rule.id, rule.label, "not_applicable", role=rule.role)
    code = int(row["status"])
    return Member(
        rule.id,
        rule.label,
        STATUSES[code],
        row.get("value"),
        row.get("threshold"),
        row.get("floor"),
        row.get("above_floor"),
        _gap(rule, row),
        unit,
        row.get("shortfall"),
        str(row.get("shortfall_unit") or ""),
        decides=subject.rule.kind != "most" and code == worst and rule.role != "advisory",
        role=rule.role,
    )


def _gap(rule: Rule, row: Row) -> float | None:
    """What is missing (or too much) as a share of the limit; None for a rule that is met."""
    value, threshold = row.get("value"), row.get("threshold")
    if int(row["status"]) != FAIL or value is None or not threshold or rule.limit is None:
        return None
    distance = value - threshold if rule.limit.operator in UPPER else threshold - value
    return float(distance) / float(threshold)


def means(subject: Subject) -> tuple[Comparison, ...]:
    """The mean of several coefficients, a line for each stage: (0.302 + …) ÷ 8."""
    bench, rule = subject.hearing.bench, subject.rule
    found = []
    for row in bench.outcome(rule.id).iter_rows(named=True):
        stage = pl.col("stage") == row["stage"]
        values = [
            bench.outcome(name).filter(stage)["value"].to_list() for name in rule.of
        ]  # fmt: skip
        known = [value[0] for value in values if value and value[0] is not None]
        whole = len(known) == len(rule.of)
        found.append(
            Comparison(
                title=pick(*STAGE_WORDS[row["stage"]]),
                status=STATUSES[int(row["status"])],
                formula=say("（{m}）÷ {n}", "({m}) ÷ {n}", m=" + ".join(rule.of), n=len(rule.of)),
                filled=f"({' + '.join(shown(one) for one in known)}) ÷ {len(known)}"
                if whole
                else "",
                value=typed(row["value"]),
                operator=rule.limit.operator if rule.limit is not None else "",
                threshold=typed(row["threshold"]),
            )
        )
    return tuple(found)


def plan(
    subject: Subject, found: Iterable[Member], mending: dict[str, tuple[Flip, ...]],
    raising: dict[str, tuple[Flip, ...]],
) -> tuple[str, ...]:  # fmt: skip
    """What a `most` rule needs, the cheapest first: floors before all, then as many as are short.

    mending, raising: member → the changes that meet its limit, or reach its floor.
    """
    needed = int(str(written(subject.rule.settings)["pass_at_least"]))
    members = list(found)
    met = sum(one.status == "pass" for one in members)
    missed = sorted(
        (one for one in members if one.status == "fail"), key=lambda one: (one.gap or 0.0, one.rule)
    )
    low = [one for one in missed if one.above_floor is False]
    lines = _supplying(subject, members)
    if low:
        lines.append(
            say(
                "低于下限的{n}项必须先达到下限：{names}。",
                "{n} lie below their floor and must reach it first: {names}.",
                n=len(low),
                names=say("、", ", ").join(one.rule for one in low),
            )
        )
    short = max(0, needed - met)
    if short:
        cheapest = missed[:short]
        told = say(
            "已达标{met}项，至少须{needed}项，还差{short}项",
            "{met} are met, {needed} must be, {short} more are needed",
            met=met,
            needed=needed,
            short=short,
        )
        if cheapest:
            told += say(
                "；相对差距最小、最易补齐的{n}项是：{names}",
                "; the {n} smallest relative gaps: {names}",
                n=len(cheapest),
                names=say("、", ", ").join(_with_gap(one) for one in cheapest),
            )
        if len(cheapest) < short:
            told += say(
                "；其余{n}项只能来自补报后达标的各项",
                "; the other {n} can only be met by what is still to be supplied",
                n=short - len(cheapest),
            )
        lines.append(told + pick("。", "."))
        wanted = {one.rule for one in cheapest}
    else:
        wanted = set()
    for one in missed:
        changes = mending.get(one.rule) if one.rule in wanted else None
        if changes is None and one.above_floor is False:
            changes = raising.get(one.rule)
        for flip in (changes or ())[:1]:
            lines.append(f"{one.rule} {sentence(flip)}")
    return tuple(lines)


def _supplying(subject: Subject, members: Iterable[Member]) -> list[str]:
    """The members that cannot be judged yet, with the facts that they wait for."""
    titles = subject.hearing.titles
    waiting = []
    for one in members:
        if one.status != "unknown":
            continue
        lacks = (subject.outcome(one.rule) or {}).get("lacks") or ()
        facts = pick("、", ", ").join(titles.get(fact, fact) for fact in lacks)
        waiting.append(say("{r}（{facts}）", "{r} ({facts})", r=one.rule, facts=facts))
    if not waiting:
        return []
    return [
        say(
            "数据缺失的{n}项须先补报：{names}。",
            "{n} lack data, which must be supplied first: {names}.",
            n=len(waiting),
            names=say("、", ", ").join(waiting),
        )
    ]


def _with_gap(one: Member) -> str:
    if one.gap is None:
        return one.rule
    return say("{r}（差{g:.1f}%）", "{r} ({g:.1f} % short)", r=one.rule, g=one.gap * 100)


def failing_schools(subject: Subject) -> list[tuple[str, str, str, str]]:
    """Code, name, stage and status of the subjects of a rule that are not met, worst first."""
    bench = subject.hearing.bench
    outcome = bench.outcome(subject.rule.id)
    if "school" not in outcome.columns:
        return []
    names = bench.frames.school.select("school", "school_code", "school_name")
    rows = outcome.filter(pl.col("status") <= UNKNOWN).join(names, on="school", how="left")
    rows = rows.sort("status", "school_code", maintain_order=True)
    return [
        (row["school_code"], row["school_name"], row.get("stage") or "", STATUSES[row["status"]])
        for row in rows.iter_rows(named=True)
    ]
