"""The rules that a group is made of: each with its verdict, and which of them decide."""

from __future__ import annotations

import polars as pl

from compliance.engine.exact_arithmetic import Row, shown
from compliance.engine.subject import Subject
from compliance.engine.working import Member
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import stage_words, status_words
from compliance.kernel.submission import FAIL, STATUSES, UNKNOWN, WAIVED
from compliance.rules.language.model import UPPER, Rule

_NAMED = 10  # how many schools are named


def members(subject: Subject, *, worst_decides: bool = True) -> tuple[Member, ...]:
    """The rules that a group is made of, for this subject, in the order of the group.

    worst_decides: the group is as the worst of those with weight; else none decides alone.
    """
    known = subject.ruleset.rules
    rows = [(known[name], _row(subject, known[name])) for name in subject.rule.of if name in known]
    weighty = [
        int(row["status"]) for rule, row in rows if row is not None and rule.role != "advisory"
    ]
    worst = min(weighty, default=None) if worst_decides else None
    return tuple(_member(subject, rule, row, worst) for rule, row in rows)


def _row(subject: Subject, rule: Rule) -> Row | None:
    """The member's outcome for the subject: the worst, of several; of a narrower rule its status."""
    rows = subject.outcomes(rule.id).sort("status", maintain_order=True)
    if subject.rule.scope == "county" and rule.scope != "county":
        rows = rows.select("status")
    return rows.row(0, named=True) if rows.height else None


def _member(subject: Subject, rule: Rule, row: Row | None, worst: int | None) -> Member:
    indicator = subject.ruleset.indicators.get(rule.indicator or "")
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
        pick(indicator.unit, indicator.unit_en) if indicator else "",
        row.get("shortfall"),
        str(row.get("shortfall_unit") or ""),
        decides=code == worst and rule.role != "advisory",
        role=rule.role,
        detail=_detail(subject, rule, STATUSES[code]),
    )


def _gap(rule: Rule, row: Row) -> float | None:
    """What is missing (or too much) as a share of the limit; None for a rule that is met."""
    value, threshold = row.get("value"), row.get("threshold")
    if (
        int(row["status"]) not in (FAIL, WAIVED)
        or value is None
        or not threshold
        or rule.limit is None
    ):
        return None
    distance = value - threshold if rule.limit.operator in UPPER else threshold - value
    return float(distance) / float(threshold)


def _detail(subject: Subject, rule: Rule, status: str) -> str:
    """Who is not met: stages of a coefficient, schools of a rule about schools; at most ten."""
    if subject.school is not None or status in ("pass", "not_applicable"):
        return ""
    if rule.form.coefficient:
        rows = subject.outcomes(rule.id).filter(pl.col("status") <= UNKNOWN)
        return msg("、").join(
            f"{stage_words()[row['stage']]}{_coefficient(row)}"
            for row in rows.iter_rows(named=True)
        )
    if rule.scope == "county":
        return ""
    names = [_school(*item[1:]) for item in failing_schools(subject, rule)]
    more = say("等{n}个", n=len(names)) if len(names) > _NAMED else ""
    return msg("、").join(names[:_NAMED]) + more


def _coefficient(row: Row) -> str:
    if row["value"] is None:
        return status_words()[STATUSES[int(row["status"])]]
    return f" {row['value']:.3f} > {shown(row['threshold'])}"


def _school(name: str, stage: str, status: str) -> str:
    """A school with what makes it differ from the plain case: its stage, and that it is open."""
    words = [stage_words()[stage]] if stage else []
    words += [status_words()[status]] if status != "fail" else []
    inner = msg("，").join(words)
    return name + (say("（{inner}）", inner=inner) if inner else "")


def failing_schools(subject: Subject, rule: Rule) -> list[tuple[str, str, str, str]]:
    """Code, name, stage and status of the schools under which a rule is not met, worst first."""
    outcome = subject.evaluation.outcome(rule.id)
    if "school" not in outcome.columns:
        return []
    names = subject.evaluation.frames.school.select("school", "school_code", "school_name")
    rows = outcome.filter(pl.col("status") <= UNKNOWN).join(names, on="school", how="left")
    rows = rows.sort("status", "school_code", maintain_order=True)
    return [
        (row["school_code"], row["school_name"], row.get("stage") or "", STATUSES[row["status"]])
        for row in rows.iter_rows(named=True)
    ]
