"""The warnings about the figures that a verdict rests on."""

from __future__ import annotations

from compliance.explain.question.model import Doubt
from compliance.explain.question.subject import Subject
from compliance.kernel.errors import Problem
from compliance.kernel.submission import COMPULSORY


def doubts(subject: Subject) -> tuple[Doubt, ...]:
    """The warnings about the facts of the rule, for the school and stage or the whole county."""
    hearing = subject.hearing
    code, year = hearing.key
    mine = [
        one
        for one in hearing.problems
        if one.severity == "warning"
        and one.county_code == code
        and one.year in (None, year)
        and _concerns(one, subject)
    ]
    return tuple(
        Doubt(one.code, _message(one), f"{one.file} {one.at}".strip(), one.school_code or "")
        for one in dict.fromkeys(mine)
    )


def _concerns(one: Problem, subject: Subject) -> bool:
    """The rule rests on the fact, the school is the subject's, and so is the stage of the fact."""
    if subject.school is not None and one.school_code not in (None, subject.code):
        return False
    facts = [fact for fact in one.facts if fact in subject.rule.facts]
    if subject.stage is None:
        return bool(facts)
    others = tuple(f"{stage}_" for stage in COMPULSORY if stage != subject.stage)
    return any(not fact.startswith(others) for fact in facts)


def _message(one: Problem) -> str:
    """The sentence, with what was expected."""
    return Problem(
        one.severity, one.code, one.message, one.expected, school_code=one.school_code
    ).line()
