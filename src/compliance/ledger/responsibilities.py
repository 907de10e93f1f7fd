"""责任表: who leads, who acts with them, who answers and until when, an indicator a row.

What it leaves blank stays as the rule set has it, or blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.intake.formats.side_table import SideCell, SideTable, read_side_table
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.ledger.terms import Term, read_term

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
    for rule, row in rows_of_rules(table, rules, problems):
        if rule in found:
            problems.append(filled_in_twice(row["rule"], rule))
        term = _term(row["term"])
        if isinstance(term, Problem):
            problems.append(term)
            term = None
        texts = {key: row[key].text for key in ("lead", "joint", "section", "person")}
        found[rule] = Responsibility(**texts, term=term)
    return found, problems


def rows_of_rules(
    table: SideTable, rules: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[str, Mapping[str, SideCell]]]:
    """The rows that name a rule, with its id; what is wrong with the others goes to `problems`."""
    for row in table.rows:
        rule = rule_named(row["rule"], row["title"], rules)
        if isinstance(rule, Problem):
            problems.append(rule)
        else:
            yield rule, row


def filled_in_twice(cell: SideCell, rule: str) -> Problem:
    """A rule that a table has a second row for."""
    message = say("{w}重复填写", w=rule)
    return cell.problem("duplicate_rule", message, msg("每项只填一次"))


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


def _term(cell: SideCell) -> Term | Problem | None:
    """A day, a month, 3个月, 半年, 90天; None for a blank."""
    if not cell.text:
        return None
    if (term := read_term(cell.text)) is not None:
        return term
    message = say("时限“{t}”看不懂", t=cell.text)
    expected = msg("日期（2026-06-30、2026年6月）或期限（3个月、半年、90天）")
    return cell.problem("bad_term", message, expected)
