"""What a finding means for rectification: a problem, a suggestion, not yet known, or nothing to do.

A missed component (R1–R7) is a problem only where the group rule of its unit (RS) fails; where that
passes it is a suggestion, and where that is open, so is this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from compliance.kernel.i18n import say
from compliance.render.documents import number_format
from compliance.render.documents.printable import printable
from compliance.rules.language.model import Rule

Finding = Mapping[str, Any]

PROBLEM, SUGGESTION, OPEN, REFERENCE, NOTHING = (
    "problem", "suggestion", "open", "reference", "nothing",
)  # fmt: skip
_DECIDING = ("component", "requirement")


@dataclass(frozen=True, slots=True)
class Case:
    """A finding, its rule, and what is to be done about it.

    place: the rule's place in the law. standing: problem, suggestion, open (missed, but whether it
    counts awaits data), reference (advisory), nothing. blocking: it keeps its unit's group rule
    from being met. subject: who, as the list's column 学校 shows it. whole: the gap is the whole
    school's although the finding is about one of its stages.
    """

    finding: Finding
    rule: Rule
    place: int
    standing: str
    blocking: bool
    subject: str
    whole: bool

    @property
    def status(self) -> str:
        """The finding's state."""
        return str(self.finding["status"])

    @property
    def school(self) -> str:
        """The code of the school it is about; empty for the county."""
        return str(self.finding["school_code"] or "")

    @property
    def decides(self) -> bool:
        """Whether it has weight in the verdict and stands for itself (no block, no conclusion)."""
        return self.rule.role in _DECIDING


def cases(findings: pl.DataFrame, rules: Mapping[str, Rule]) -> list[Case]:
    """The cases of one county's findings, in their order."""
    rows = [_printable(row) for row in findings.iter_rows(named=True)]
    places = {rule_id: place for place, rule_id in enumerate(rules)}
    standings = _Standings(rows, rules)
    stages = _stages(rows)
    made = []
    for row in rows:
        rule = rules[row["rule"]]
        several = stages[row["school_code"]] > 1
        standing = standings.of(row, rule)
        made.append(
            Case(
                finding=row,
                rule=rule,
                place=places[rule.id],
                standing=standing,
                blocking=standing == PROBLEM and standings.gate(rule) is not None,
                subject=_subject(row, several=several),
                whole=several and rule.shared,
            )
        )
    return made


def _printable(row: Finding) -> Finding:
    """The texts that come from outside, made fit for print."""
    parts = [{**part, "name": printable(part["name"])} for part in row["parts"] or []]
    return {
        **row,
        "school_name": printable(row["school_name"]),
        "message": printable(row["message"]),
        "unit": printable(row["unit"]),
        "parts": parts,
    }


def _stages(rows: Sequence[Finding]) -> Counter[str | None]:
    """School code -> of how many stages there are findings."""
    pairs = {(row["school_code"], row["stage"]) for row in rows if row["stage"]}
    return Counter(code for code, _ in pairs if code)


def _subject(row: Finding, *, several: bool) -> str:
    stage = number_format.stage(row["stage"])
    if not row["school_code"]:
        whole = say("全县", "County")
        return say("全县（{s}）", "County ({s})", s=stage) if stage else whole
    name = row["school_name"] or str(row["school_code"])
    if stage and several:
        return say("{name}（{stage}部）", "{name} ({stage})", name=name, stage=stage)
    return str(name)


class _Standings:
    """Looks up the group rules of the units, and which county findings only repeat schools'."""

    def __init__(self, rows: Sequence[Finding], rules: Mapping[str, Rule]) -> None:
        self._gates = {
            member: rule
            for rule in reversed(list(rules.values()))
            if rule.role == "requirement" and rule.level == "unit"
            for member in rule.of
            if member in rules and rules[member].level == "unit"
        }
        self._members = {rule.id for rule in self._gates.values()}
        self._status = {
            (row["rule"], row["school_code"], row["stage"]): row["status"]
            for row in rows
            if row["rule"] in self._members
        }
        failed = [row for row in rows if row["status"] == "fail" and row["school_code"]]
        self._at_schools = {row["rule"] for row in failed}
        self._explained = {
            (gate.id, row["school_code"], row["stage"])
            for row in failed
            if (gate := self._gates.get(row["rule"])) is not None
        }

    def gate(self, rule: Rule) -> Rule | None:
        """The group rule that decides whether a missed component is a problem."""
        return self._gates.get(rule.id) if rule.role == "component" else None

    def of(self, row: Finding, rule: Rule) -> str:
        if row["status"] != "fail" or rule.role not in ("advisory", *_DECIDING):
            return NOTHING
        if rule.role == "advisory":
            return REFERENCE
        if rule.role == "component":
            return self._component(row, rule)
        return NOTHING if self._told_elsewhere(row, rule) else PROBLEM

    def _told_elsewhere(self, row: Finding, rule: Rule) -> bool:
        """Whether the missed components, or the schools that miss it, are listed instead."""
        if (rule.id, row["school_code"], row["stage"]) in self._explained:
            return True
        return not row["school_code"] and rule.rolls_up and rule.id in self._at_schools

    def _component(self, row: Finding, rule: Rule) -> str:
        gate = self._gates.get(rule.id)
        if gate is None:
            return SUGGESTION
        decided = self._status.get((gate.id, row["school_code"], row["stage"]))
        if decided == "fail":
            return PROBLEM
        return SUGGESTION if decided in ("pass", "not_applicable") else OPEN
