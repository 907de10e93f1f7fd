"""What keeps a county from a verdict: facts that are missing, statements that nobody has given.

Three hundred schools may miss the same fact; it is asked for once, with who can supply it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compliance.assessment.standings import Judged
from compliance.kernel.i18n import pick
from compliance.rules.language.model import Rule


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that one finding waits for.

    fact: by its name; empty where the rule itself waits (for a statement, or to be computed).
    at_schools: the finding is the county's, but the fact is missing at schools.
    """

    judged: Judged
    fact: str
    at_schools: bool


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """Facts that are missing together: where, and whose task they are.

    schools: names in the order of the findings; empty where the county itself must say.
    """

    facts: tuple[str, ...]
    owners: tuple[str, ...]
    schools: tuple[str, ...]


def owner(rule: Rule) -> str:
    """Who answers for a rule; empty where the rule set names nobody."""
    return pick(rule.owner, rule.owner_en)


def awaited(judged: Iterable[Judged]) -> tuple[Awaited, ...]:
    """Everything awaited; a finding that only repeats what its members or its schools wait for is
    left out.
    """
    waiting = [one for one in judged if one.waits]
    at_schools = {(one.rule.id, one.status) for one in waiting if one.school}
    known = {fact for one in waiting if one.school for fact in one.finding["missing"]}
    components = {one.rule.id for one in waiting if one.rule.role == "component"}
    return tuple(
        Awaited(one, fact, not one.school and fact in known)
        for one in waiting
        if one.school or (one.rule.id, one.status) not in at_schools
        if not (components.intersection(one.rule.of) and _repeats(one, known))
        for fact in (one.finding["missing"] if one.status == "unknown" else ()) or ("",)
    )


def _repeats(one: Judged, known: set[str]) -> bool:
    """Whether a rule made of others names no fact that those do not name already.

    A coefficient may be impossible to compute (a mean of 0) although every school has its figure.
    """
    missing = one.finding["missing"]
    return all(fact in known for fact in missing) if missing else bool(one.school)


def missing_together(entries: Iterable[Awaited]) -> tuple[MissingFacts, ...]:
    """The missing facts in the order of the law, those of the same schools and owners together."""
    facts: dict[str, list[Judged]] = {}
    for one in sorted(entries, key=lambda one: one.judged.place):
        if one.fact and not one.at_schools:
            facts.setdefault(one.fact, []).append(one.judged)
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[list[str], Sequence[str]]] = {}
    for fact, found in facts.items():
        owners = tuple(dict.fromkeys(filter(None, (owner(one.rule) for one in found))))
        schools = {one.school: one.finding["school_name"] for one in found if one.school}
        same = together.setdefault((owners, tuple(schools)), ([], list(schools.values())))
        same[0].append(fact)
    return tuple(
        MissingFacts(tuple(named), owners, tuple(schools))
        for (owners, _), (named, schools) in together.items()
    )


def statements(judged: Iterable[Judged]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """(rule ids, owner) of the county's rules that await a person's statement, or half of one."""
    by_owner: dict[str, dict[str, None]] = {}
    for one in judged:
        if one.decides and one.finding["level"] == "county" and _unstated(one):
            by_owner.setdefault(owner(one.rule), {})[one.rule.id] = None
    return tuple((tuple(ids), who) for who, ids in by_owner.items())


def _unstated(one: Judged) -> bool:
    states: Iterator[str] = (part["status"] for part in one.finding["parts"] or ())
    return one.status == "not_checked" or "not_checked" in states
