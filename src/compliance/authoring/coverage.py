"""Which rules lack cases: one that passes, one that fails, one with blanks, one on every line, one between
any two dates at which a limit changes; and which switches no case turns on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from compliance.authoring.case import Case, CaseOptions, Packs, installed, law
from compliance.authoring.case_file import Exemption
from compliance.authoring.run_cases import finding, refusal
from compliance.kernel.errors import NoEditionError
from compliance.kernel.i18n import msg, say
from compliance.rules.language.model import STANDARD, Rule
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.resolution.amendments import days_of_change

PASSES, FAILS, MISSING, ON_LINE, SHOWN = "pass", "fail", "missing", "on_the_line", "shown"
DATED, SWITCHED = "dated", "switched"
SORTS = (PASSES, FAILS, MISSING, ON_LINE, DATED, SHOWN, SWITCHED)
OPEN = ("unknown", "not_checked")


class WantedCase(NamedTuple):
    """A sort of case that a rule wants, of one stage, part or time if of one.

    there: some case is of it; excused: a line of the files says that none can be had.
    """

    sort: str
    of: str
    there: bool
    excused: bool = False


@dataclass(frozen=True)
class Covered:
    """A rule or a switch and the cases it wants. stated_at: file and line."""

    ruleset: str
    name: str
    stated_at: str
    wanted: tuple[WantedCase, ...]

    @property
    def gaps(self) -> Iterator[WantedCase]:
        """What is neither there nor excused."""
        return (one for one in self.wanted if not (one.there or one.excused))


@dataclass(frozen=True)
class Coverage:
    """Of each rule that packs give or change, what its cases cover. in_vain: idle lines of `[[exempt]]`."""

    covered: tuple[Covered, ...]
    in_vain: tuple[str, ...]

    @property
    def percent(self) -> float:
        """How much of what can be had is there; 100 where nothing is wanted."""
        wanted = [case for one in self.covered for case in one.wanted if not case.excused]
        return 100 * sum(case.there for case in wanted) / len(wanted) if wanted else 100.0

    def of(self, ruleset: str) -> Coverage:
        """That of one rule set."""
        own = tuple(one for one in self.covered if one.ruleset == ruleset)
        return replace(self, covered=own, in_vain=())

    def faults(self) -> Iterator[str]:
        """Everything that lacks, with the line of its rule."""
        words = sort_words()
        for one in self.covered:
            for gap in one.gaps:
                yield say(
                    "{where}：{rule} 缺算例：{sort}{of}",
                    where=one.stated_at,
                    rule=one.name,
                    sort=words[gap.sort],
                    of=f" {gap.of}" if gap.of else "",
                )
        yield from self.in_vain


def sort_words() -> Mapping[str, str]:
    """What the sorts of cases are called, in the current language."""
    return {
        PASSES: msg("达标"), FAILS: msg("不达标"), MISSING: msg("缺数据"), ON_LINE: msg("正在线上"),
        DATED: msg("各日期"), SHOWN: msg("只显示"), SWITCHED: msg("打开开关"),
    }  # fmt: skip


def coverage(cases: Sequence[Case], packs: Packs, exempt: Iterable[Exemption] = ()) -> Coverage:
    """What the cases cover of the rule sets, which are given with their editions.

    exempt: what cannot be had; a line that exempts what there is, or no rule, is in vain.
    """
    excuses = list(exempt)
    used, found = set[tuple[str, str, str]](), list[Covered]()
    for ruleset, editions in packs.items():
        if ruleset.endswith(f"/{STANDARD}"):
            continue
        own = [case for case in cases if law(case.options).ruleset.id == ruleset]
        pardoned = {
            (one.rule, sort) for one in excuses if one.ruleset == ruleset for sort in one.lacks
        }
        every = [*editions, *packs.get(f"{ruleset}/{STANDARD}", ())]
        for name, place, wanted in _wanted(ruleset, every, own):
            lacking = {one.sort for one in wanted if not one.there}
            excused = {sort for rule, sort in pardoned if rule == name} & lacking
            used |= {(ruleset, name, sort) for sort in excused}
            marked = (one._replace(excused=one.sort in excused and not one.there) for one in wanted)
            found.append(Covered(ruleset, name, place, tuple(marked)))
    idle = (
        say(
            "{where}：{rule} 不缺“{sort}”的算例，[[exempt]] 多余",
            where=one.where,
            rule=one.rule,
            sort=sort,
        )
        for one in excuses
        if one.ruleset in packs
        for sort in one.lacks
        if (one.ruleset, one.rule, sort) not in used
    )
    return Coverage(tuple(found), tuple(idle))


def _wanted(
    ruleset: str, packs: Sequence[Pack], cases: Sequence[Case]
) -> Iterator[tuple[str, str, list[WantedCase]]]:
    """Every rule and switch of a rule set with where it stands and what it wants."""
    times = _times(ruleset, packs)
    rules = {
        rule.id: rule
        for known in times.values()
        for rule in known.rules.values()
        if _own(rule, known)
    }
    by_rule: dict[str, list[Case]] = {}
    for case in cases:
        by_rule.setdefault(case.rule, []).append(case)
    for rule in rules.values():
        own = by_rule.get(rule.id, [])
        yield rule.id, rule.stated_at, [*_of_rule(rule, own), *_of_dates(rule.id, times, own)]
    turned = {name for case in cases for name in case.options.switches}
    for pack in packs:
        for name, table in pack.table("switch").items():
            if not table.get("default"):
                yield name, pack.place("switch", name), [WantedCase(SWITCHED, "", name in turned)]


def _times(ruleset: str, packs: Sequence[Pack]) -> dict[date, Ruleset]:
    """The rule set on every day on which something in its packs changes."""
    found: dict[date, Ruleset] = {}
    for day in sorted({day for pack in packs for day in days_of_change(pack)}):
        try:
            found[day] = law(CaseOptions(Path(), _named(ruleset, packs), day)).ruleset
        except NoEditionError:  # its school standard is older
            continue
    return found


def _named(ruleset: str, packs: Sequence[Pack]) -> str:
    """How `--ruleset` has it: by id, or by the path of a file that is not installed."""
    return ruleset if ruleset in installed().packs else str(packs[0].path.resolve())


def _own(rule: Rule, ruleset: Ruleset) -> bool:
    """Whether the rule set's own pack gives a field of the rule, other than a member added."""
    fields = (field for field, pack in rule.layers.items() if pack == ruleset.id)
    return any(field != "of" and not field.startswith("add.") for field in fields)


def _of_rule(rule: Rule, cases: Sequence[Case]) -> Iterator[WantedCase]:
    sorts = [(PASSES, "pass"), (FAILS, "fail")]
    if _limitless(rule):
        sorts = [(SHOWN, "not_applicable")]
    for stage in _stages(rule):
        there = {str(case.expect["status"]) for case in cases if _in_stage(case, stage)}
        yield from (WantedCase(sort, stage, state in there) for sort, state in sorts)
    yield WantedCase(MISSING, "", any(case.expect["status"] in OPEN for case in cases))
    lines = _lines(rule)
    if lines:
        reached = {line for case in cases for line in _reached(rule, case)}
        yield from (WantedCase(ON_LINE, line, line in reached) for line in lines)


def _of_dates(
    rule_id: str, times: Mapping[date, Ruleset], cases: Sequence[Case]
) -> Iterator[WantedCase]:
    """Between any two days on which a limit of the rule changes: a case that is held against it."""
    limits = {
        day: [one.limit for one in known.rules[rule_id].holders]
        for day, known in times.items()
        if rule_id in known.rules
    }
    days = list(limits)
    changes = [late for early, late in pairwise(days) if limits[early] != limits[late]]
    if changes:
        judged = [case.options.as_of for case in cases if case.expect["status"] in ("pass", "fail")]
        for begins, ends in pairwise([days[0], *changes, date.max]):
            there = any(begins <= day < ends for day in judged)
            yield WantedCase(DATED, f"{begins}", there)


def _limitless(rule: Rule) -> bool:
    """A rule that only shows a figure: it has no limit, and is none of the kinds without one."""
    return installed().kinds[rule.kind].has_limit and rule.limit is None


def _stages(rule: Rule) -> tuple[str, ...]:
    """The stages whose limits differ, each of which wants its own cases; else ("",)."""
    limit = rule.limit
    if limit is None or limit.by != "stage" or len(set(limit.table.values())) < 2:
        return ("",)
    return tuple(limit.table)


def _in_stage(case: Case, stage: str) -> bool:
    return not stage or (not refusal(case) and finding(case).get("stage") == stage)


def _lines(rule: Rule) -> list[str]:
    """The lines of a rule: its limit (of each stage), its parts' limits by name."""
    if rule.limit is not None:
        return list(_stages(rule))
    return list(installed().kinds[rule.kind].lines(rule))


def _reached(rule: Rule, case: Case) -> Iterator[str]:
    """The lines on which this case's finding stands."""
    if refusal(case):
        return
    found = finding(case)
    if _on_line(found):
        yield str(found.get("stage") or "") if len(_stages(rule)) > 1 else ""
    names = installed().kinds[rule.kind].part_names(rule)
    for number, part in enumerate(found.get("parts") or ()):
        if names and _on_line(part):
            yield names[number % len(names)]


def _on_line(found: Mapping[str, Any]) -> bool:
    value, limit = found.get("value"), found.get("threshold")
    return None not in (value, limit) and Decimal(repr(value)) == Decimal(repr(limit))
