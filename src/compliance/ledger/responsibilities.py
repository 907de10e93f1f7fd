"""责任表: who leads, who acts with them, who answers and until when, an indicator a row.

What it leaves blank stays as the rule set has it, or blank.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.ledger.side_table import SideCell, read_side_table
from compliance.ledger.written_dates import read_date

SHEET = "责任表"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "rule": ("编号", "指标编号", "规则编号", "Id", "Rule"),
    "title": ("指标", "指标名称", "Indicator"),
    "lead": ("牵头单位", "牵头", "责任单位", "Lead"),
    "joint": ("配合单位", "配合", "Joint"),
    "section": ("责任股室", "股室", "科室", "责任科室", "Section"),
    "person": ("责任人", "姓名", "Person"),
    "term": ("默认时限", "完成时限", "时限", "Term"),
}
_RULE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z]{0,4}[0-9]{1,3}|[0-9]{1,3})")
_NUMBERS = dict(
    zip("一二两三四五六七八九十半", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0.5), strict=True)
)
_TERM = re.compile(
    r"([0-9]{1,3}|[一二两三四五六七八九十半])(?:个)?(年|季度|月|周|星期|天|日)(半)?(?:以?内|之内)?"
)
_MONTHS = {"年": 12, "季度": 3, "月": 1}
_DAYS = {"周": 7, "星期": 7, "天": 1, "日": 1}


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline as a day, or as months or days after the day that the figures are of."""

    day: date | None = None
    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The deadline, counted from `start` where it is relative."""
        if self.day is not None:
            return self.day
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(start.day, last)) + timedelta(self.days)


@dataclass(frozen=True, slots=True)
class Responsibility:
    """A row of the table; empty is what it leaves open."""

    lead: str = ""
    joint: str = ""
    section: str = ""
    person: str = ""
    term: Term | None = None


NOBODY_NAMED = Responsibility()


def read_responsibilities(
    path: Path, rules: Mapping[str, str]
) -> tuple[dict[str, Responsibility], list[Problem]]:
    """Rule id → its row, and what is wrong, each with its cell.

    rules: id → title of those that may be named; a row may give either.
    """
    table = read_side_table(path, SHEET, HEADINGS)
    problems, found = list(table.problems), dict[str, Responsibility]()
    for row in table.rows:
        rule = rule_named(row["rule"], row["title"], rules)
        if isinstance(rule, Problem):
            problems.append(rule)
            continue
        if rule in found:
            message = say("{w}重复填写", w=rule)
            problems.append(row["rule"].problem("duplicate_rule", message, msg("每项只填一次")))
        term = read_term(row["term"])
        if isinstance(term, Problem):
            problems.append(term)
            term = None
        texts = {key: row[key].text for key in ("lead", "joint", "section", "person")}
        found[rule] = Responsibility(**texts, term=term)
    return found, problems


def rule_named(rule: SideCell, title: SideCell, rules: Mapping[str, str]) -> str | Problem:
    """The rule that a row is about: by its id, which its title may follow, or by its title."""
    written = rule.text or title.text
    match = _RULE.match(written.upper())
    if match and match[0] in rules:
        return match[0]
    named = [known for known, own in rules.items() if own == (title.text or written)]
    if named and not rule.text:
        return named[0]
    message = say("没有指标“{w}”", w=written) if written else msg("没有写明指标")
    expected = msg("规则集中的指标编号，如R1（compliance rules 列出全部）")
    return (rule if rule.text or not title.text else title).problem(
        "unknown_rule" if written else "missing_identity", message, expected
    )


def read_term(cell: SideCell) -> Term | Problem | None:
    """A day, a month, 3个月, 半年, 90天; None for a blank."""
    text = "".join(cell.text.split())
    if not text:
        return None
    if found := _TERM.fullmatch(text):
        number = float(_NUMBERS.get(found[1], 0) or found[1])
        number += 0.5 if found[3] else 0
        if found[2] in _MONTHS and (months := number * _MONTHS[found[2]]) == int(months):
            return Term(months=int(months))
        if found[2] in _MONTHS:
            return Term(months=int(months), days=15)
        return Term(days=int(number * _DAYS[found[2]]))
    if read := read_date(text):
        return Term(day=read.day)
    message = say("时限“{t}”看不懂", t=cell.text)
    return cell.problem(
        "bad_term", message, msg("日期（2026-06-30、2026年6月）或期限（3个月、半年、90天）")
    )
