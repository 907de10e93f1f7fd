"""What a finding asks for: to be put right, to be advised, to be left open, excused, or nothing.

A missed component is a problem where nothing stands between it and the conclusion but groups that
fail with it (R1–R7 under RS, RS under CR); where each way to the conclusion leads through a group
that is met all the same it is a suggestion, and where a group still awaits data it is open. What is waived is excused, and so
is what a waived group is made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

import polars as pl

from compliance.assessment import figures
from compliance.assessment.figures import Finding
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import Rule

PROBLEM, OPEN, EXCUSED, SUGGESTION, REFERENCE, NOTHING = (
    "problem", "open", "excused", "suggestion", "reference", "nothing",
)  # fmt: skip
DECIDING = ("component", "requirement")
WAITING = ("unknown", "not_checked", "error")
UNDECIDED = (*WAITING, "waived")  # what keeps a county from passing and does not fail it
# Warnings of a figure that is hardly what was meant (docs/data-checks.md).
IMPLAUSIBLE = frozenset(
    ("fraction_for_percent", "implausible_item", "implausible_ratio", "text_replaced")
)
# Of several ways to the conclusion the one that asks most counts.
_ASKS_MOST = (PROBLEM, OPEN, EXCUSED, SUGGESTION)
_GROUP_MET = ("pass", "not_applicable")


class Judged(NamedTuple):
    """A finding, its rule, and what is to be done about it.

    place: the rule's place in the law. standing: problem, suggestion, open (missed, but whether it
    counts awaits data), excused (waived), reference (advisory), nothing. blocking: a group of its unit fails with it.
    subject: who, named with the stage where the school has several. whole: the gap is the whole
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
    def implausible(self) -> bool:
        """Whether it rests on a figure that can hardly be meant so: a unit or a digit is wrong."""
        return not IMPLAUSIBLE.isdisjoint(self.finding["warnings"] or ())

    @property
    def decides(self) -> bool:
        """Whether it has weight in the verdict and stands for itself (no block, no conclusion)."""
        return self.rule.role in DECIDING

    @property
    def waits(self) -> bool:
        """Whether it has weight and awaits a figure, a statement or a repair."""
        return self.decides and self.status in WAITING


class Standings:
    """The standing of each finding of one county.

    findings: the county's, columns FINDINGS; rules: those that judged it. sharing: codes of schools
    that have several stages of any kind, which share what is the school's.
    """

    def __init__(
        self, findings: pl.DataFrame, rules: Mapping[str, Rule], sharing: Set[str]
    ) -> None:
        self._rules, self._sharing = rules, sharing
        self._places = {rule_id: place for place, rule_id in enumerate(rules)}
        self._groups: dict[str, list[Rule]] = {}
        for rule in rules.values():
            if rule.role != "advisory" and rule.form.groups:
                for member in rule.of:
                    self._groups.setdefault(member, []).append(rule)
        subject = ("rule", "school_code", "stage")
        gathering = {group.id for groups in self._groups.values() for group in groups}
        groups = findings.filter(pl.col("rule").is_in(sorted(gathering)))
        self._status = {
            (rule, school, stage): status
            for rule, school, stage, status in groups.select(*subject, "status").iter_rows()
        }
        at_schools = pl.col("school_code").is_not_null()
        failed = findings.filter((pl.col("status") == "fail") & at_schools).select(subject)
        self._failed_at_schools = set(failed.get_column("rule"))
        self._explained = {
            (group.id, school, stage)
            for rule, school, stage in failed.iter_rows()
            for group in self._unit_groups(rule)
        }
        stages = findings.filter(at_schools & pl.col("stage").is_not_null())
        pairs = stages.select("school_code", "stage").unique().iter_rows()
        self._stages = Counter(school for school, _ in pairs)

    def judged(self, findings: pl.DataFrame) -> tuple[Judged, ...]:
        """These findings of the county with their standings, in their order."""
        return tuple(map(self._judged, findings.iter_rows(named=True)))

    def kept_open(self, one: Judged) -> tuple[Rule, ...]:
        """The blocks and the conclusion that wait for a waiting finding, in the order of the law.

        Between it and them stand only groups that wait as well.
        """
        found = {group.id: group for group in self._open_above(one.rule.id, one.finding)}
        return tuple(found[name] for name in sorted(found, key=self._places.__getitem__))

    def _open_above(self, member: str, row: Finding) -> Iterator[Rule]:
        for group in self._groups.get(member, ()):
            if self._state(group, row) in WAITING:
                if group.role in ("block", "conclusion"):
                    yield group
                yield from self._open_above(group.id, row)

    def _judged(self, row: Finding) -> Judged:
        rule = self._rules[row["rule"]]
        several = self._stages[row["school_code"]] > 1 or row["school_code"] in self._sharing
        standing = self._standing(rule, row)
        return Judged(
            finding=row,
            rule=rule,
            place=self._places[rule.id],
            standing=standing,
            blocking=standing == PROBLEM
            and rule.role == "component"
            and any(self._state(group, row) == "fail" for group in self._unit_groups(rule.id)),
            subject=_subject(row, several=several),
            whole=rule.shared and several,
        )

    def _standing(self, rule: Rule, row: Finding) -> str:
        if row["status"] == "waived" and rule.role in DECIDING:
            return NOTHING if self._told_elsewhere(rule, row) else EXCUSED
        if row["status"] != "fail":
            return NOTHING
        if rule.role == "advisory":
            return REFERENCE
        if rule.role == "component":
            return self._asked(rule.id, row)
        if rule.role != "requirement" or self._told_elsewhere(rule, row):
            return NOTHING
        return PROBLEM

    def _told_elsewhere(self, rule: Rule, row: Finding) -> bool:
        """Whether the missed components, or the schools that miss it, are listed instead."""
        if (rule.id, row["school_code"], row["stage"]) in self._explained:
            return True
        return not row["school_code"] and rule.rolls_up and rule.id in self._failed_at_schools

    def _asked(self, member: str, row: Finding) -> str:
        """What the conclusion makes of a miss, by the way that asks most of all its groups."""
        ways = (self._by_way_of(group, row) for group in self._groups.get(member, ()))
        return min((SUGGESTION, *ways), key=_ASKS_MOST.index)

    def _by_way_of(self, group: Rule, row: Finding) -> str:
        if group.role == "conclusion":
            return PROBLEM
        state = self._state(group, row)
        if group.role == "block" or state == "fail":
            return self._asked(group.id, row)
        if state == "waived":
            return EXCUSED
        return SUGGESTION if state in _GROUP_MET else OPEN

    def _state(self, group: Rule, row: Finding) -> str | None:
        """How a group came out for the subject of its own that `row` belongs to."""
        school = None if group.level == "county" else row["school_code"]
        return self._status.get((group.id, school, row["stage"] if group.level == "unit" else None))

    def _unit_groups(self, member: str) -> Iterator[Rule]:
        for group in self._groups.get(member, ()):
            if group.level == "unit" and group.role == "requirement":
                yield group


def asked_directly(rules: Mapping[str, Rule]) -> set[str]:
    """Components that a block or the conclusion asks itself: missing them counts in any unit."""
    asked = {
        one for rule in rules.values() if rule.role in ("block", "conclusion") for one in rule.of
    }
    return {one for one in asked if one in rules and rules[one].role == "component"}


def _subject(row: Finding, *, several: bool) -> str:
    stage = figures.stage(row["stage"])
    if not row["school_code"]:
        return say("全县（{s}）", s=stage) if stage else msg("全县")
    name = row["school_name"] or str(row["school_code"])
    if stage and several:
        return say("{name}（{stage}部）", name=name, stage=stage)
    return str(name)


def members(group: Judged, among: Iterable[Judged]) -> list[Judged]:
    """The findings of the same school and stage that a group is made of."""
    of = group.finding["school_code"], group.finding["stage"]
    return [
        one
        for one in among
        if one.rule.id in group.rule.of and (one.finding["school_code"], one.finding["stage"]) == of
    ]
