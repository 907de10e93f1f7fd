"""The blanks that keep rules undecided, ranked by the verdicts they would decide.

A finding that is unknown is certain to be decided once every fact it misses is filled in; some of
them may be decided earlier, so the numbers are the least that filling in brings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment.county import Assessment, MissingFacts
from compliance.assessment.standings import Judged
from compliance.rules.language.model import Rule


@dataclass(frozen=True, slots=True)
class Blank:
    """A fact that is missing, and what it would decide.

    owners: who holds it. schools: code → name of those that lack it; empty where the county must
    say. waiting: the findings that it is missing for, in order. settles: how many of all findings are
    decided once it and the blanks before it are filled in, beyond those the others decide. settled:
    how many are by then. keeps_open: the blocks and the conclusion that wait for one of them.
    """

    fact: str
    owners: tuple[str, ...]
    schools: Mapping[str, str]
    waiting: tuple[Judged, ...]
    settles: int
    settled: int
    keeps_open: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings that miss the same facts. weighty: those for which a block or the conclusion waits."""

    facts: frozenset[str]
    findings: int
    weighty: int


def ranked_blanks(about: Assessment) -> tuple[Blank, ...]:
    """The county's blanks, the one that decides most first.

    At each place stands the fact that, with those before it, decides most findings for which a block or
    the conclusion waits; among equals the one that decides most findings, then the one that most wait
    for, then the order of the law.
    """
    waiting = [
        one
        for one in about.open
        if one.waits and one.status == "unknown" and one.finding["missing"]
    ]
    above = {id(one): about.standings.kept_open(one) for one in waiting}
    lacks = {fact: lack for lack in about.missing for fact in lack.facts}
    found: list[Blank] = []
    open_, settled = _grouped(waiting, above, lacks), 0
    left = list(lacks)
    while left:
        fact = max(left, key=lambda one: _worth(one, open_))
        left.remove(fact)
        open_ = [_without(group, fact) for group in open_]
        settles = sum(group.findings for group in open_ if not group.facts)
        open_ = [group for group in open_ if group.facts]
        settled += settles
        own = tuple(one for one in waiting if fact in one.finding["missing"])
        lack = lacks[fact]
        kept = {rule.id: rule for one in own for rule in above[id(one)]}
        found.append(
            Blank(fact, lack.owners, lack.schools, own, settles, settled, tuple(kept.values()))
        )
    return tuple(found)


def _grouped(
    waiting: Sequence[Judged],
    above: Mapping[int, Sequence[Rule]],
    lacks: Mapping[str, MissingFacts],
) -> list[_Group]:
    """The findings by what they miss, as far as somebody can supply it."""
    every: Counter[frozenset[str]] = Counter()
    weighty: Counter[frozenset[str]] = Counter()
    for one in waiting:
        facts = frozenset(one.finding["missing"])
        if facts <= lacks.keys():
            every[facts] += 1
            weighty[facts] += bool(above[id(one)])
    return [_Group(facts, number, weighty[facts]) for facts, number in every.items()]


def _worth(fact: str, groups: Sequence[_Group]) -> tuple[int, int, int, int]:
    """What filling in a fact now would decide, then how many wait for it among others."""
    own = [group for group in groups if fact in group.facts]
    alone = [group for group in own if len(group.facts) == 1]
    return (
        sum(group.weighty for group in alone),
        sum(group.findings for group in alone),
        sum(group.weighty for group in own),
        sum(group.findings for group in own),
    )


def _without(group: _Group, fact: str) -> _Group:
    return _Group(group.facts - {fact}, group.findings, group.weighty)
