"""What is missing in amounts: at each school, in each township, for each section to see to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from compliance.assessment import (
    OPEN,
    PROBLEM,
    SUGGESTION,
    Amount,
    Assessment,
    Judged,
    Total,
    amounts,
    offices,
    totals,
)
from compliance.assessment.figures import bar, limit, stage
from compliance.assessment.shares import counted
from compliance.kernel.i18n import msg
from compliance.render.documents.text import printable
from compliance.render.report.marks import Figure, township_of, value_mark
from compliance.render.report.schools import standing_word
from compliance.rules.language.model import Rule

_COUNTED = (PROBLEM, OPEN, SUGGESTION)


class Gap(NamedTuple):
    """One amount that is missing (or over a limit) at a school, or in the county as a whole.

    value: the figure that missed the limit, None where it has several parts. amount:
    None where nothing can be counted.
    """

    township: str
    code: str
    school: str
    stage: str
    rule: Rule
    value: Figure | None
    limit: str
    amount: Amount | None
    note: str
    standing: str


def gaps(about: Assessment, schools: Mapping[str, Mapping[str, object]]) -> Iterator[Gap]:
    """Everything missed, school by school, then the county's own; what schools bring to the county's
    figures stands beside them, and is none of their own.
    """
    for one in (one for one in about.open if one.standing in _COUNTED):
        yield from _of(one, schools)
    for whole in (one for one in about.breakdowns if one.complete):
        rule = about.rules[whole.rule]
        for school in whole.short:
            yield Gap(
                township_of(schools.get(school.school_code)),
                school.school_code, printable(school.school_name), stage(school.stage), rule,
                None if school.value is None else Figure(float(school.value), 1 if whole.unit == "%" else 2),
                limit(whole.operator, whole.bar, whole.unit),
                Amount("" if whole.title == rule.label else whole.title, float(school.gap), whole.lack_unit, whole.over),
                counted(whole, school), msg("使全县未达标"),
            )  # fmt: skip


def _of(one: Judged, schools: Mapping[str, Mapping[str, object]]) -> Iterator[Gap]:
    row = one.finding
    known = amounts(row) or (None,)
    for amount in known:
        yield Gap(
            township_of(schools.get(one.school)),
            one.school,
            printable(row["school_name"]) if one.school else msg("全县"),
            stage(row["stage"]),
            one.rule,
            value_mark(one.rule, row).figure if len(known) == 1 else None,
            bar(one.rule, row),
            amount,
            msg("为全校所缺") if one.whole and row["shortfall"] else "",
            standing_word(one),
        )


def by_township(
    about: Assessment, schools: Mapping[str, Mapping[str, object]]
) -> list[tuple[str, Total]]:
    """(township, total) of what its schools lack, township by township."""
    found: dict[str, list[Judged]] = {}
    for one in (one for one in about.open if one.school and one.standing in _COUNTED):
        township = township_of(schools.get(one.school))
        found.setdefault(township, []).append(one)
    return [(township, total) for township in sorted(found) for total in totals(found[township])]


def by_section(about: Assessment) -> list[tuple[str, Total]]:
    """(who leads, total) of what schools and county lack, section by section."""
    found: dict[str, list[Total]] = {}
    counted: Iterable[Total] = (one for one in about.totals if one.standing in _COUNTED)
    for one in counted:
        found.setdefault(offices(about.rules[one.rule]), []).append(one)
    return [(office, total) for office, own in found.items() for total in own]
