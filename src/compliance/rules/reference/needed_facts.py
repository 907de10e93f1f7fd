"""Which facts the rules of a rule set need, given in the shortest way.

Where a rule can take a figure in several ways, the one that is needed is what the statistics hold: a
list of sizes as bands or counts, and what the schools have rather than a total or a percentage of the
county.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.references import Edge, Node, Role
from compliance.rules.language.ruleset import Ruleset


class Needed(NamedTuple):
    """Facts of schools and of the county by their names.

    judged: what has to be given so that every rule can be judged. weighty: of these, what a rule needs
    that counts in the verdict. readers: fact → the ids of the rules that look at it themselves. instead:
    the other ways to give some of it: fact → what says the same and is needed.
    """

    judged: frozenset[str]
    weighty: frozenset[str]
    readers: Mapping[str, tuple[str, ...]]
    instead: Mapping[str, tuple[str, ...]]


def needed_facts(rules: Ruleset, words: Vocabulary) -> Needed:
    """What a rule set needs, as its switches have it."""
    ways = _Ways(rules, words)
    readers: dict[str, list[str]] = {}
    for rule in rules.rules:
        for name in sorted(ways.facts(rule)):
            readers.setdefault(name, []).append(rule)
    weighty = {name for name, rule in rules.rules.items() if rule.role != "advisory"}
    always = _always(rules, words)
    judged = always | set(readers)
    instead = {
        name: tuple(best)
        for other, best in ways.instead.items()
        for name in named([other], words) - judged
    }
    return Needed(
        frozenset(judged),
        frozenset(always | {name for name, ids in readers.items() if weighty & set(ids)}),
        {name: tuple(ids) for name, ids in readers.items()},
        instead,
    )


def _always(rules: Ruleset, words: Vocabulary) -> set[str]:
    """What tells records apart, makes stages of schools, and shares among them."""
    facts = {**words.county, **words.school}
    every = (*words.county.values(), *words.school.values())
    found = {fact.name for fact in every if fact.required}
    found |= {f"{stage}_students" for stage in COMPULSORY}
    if rules.split.facts:
        found |= {name for stage in rules.split.weights if (name := f"{stage}_students") in facts}
    for merge in (rules.switches[name].merge for name in rules.switched):
        if merge:
            found |= named([str(merge["into"]), *conditions.facts(merge["where"])], words)
    return found


def named(names: Iterable[str], words: Vocabulary) -> set[str]:
    """The facts that have one of these names, or one of them as stem, and the tables of that name."""
    asked = set(names)
    facts = (*words.county.values(), *words.school.values())
    found = {fact.name for fact in facts if fact.name in asked or fact.stem in asked}
    return found | (asked & set(words.tables))


class _Ways:
    """The references of a rule set without those that another reference beside them makes needless.

    instead: name → the names that are needed in its place, as they were met.
    """

    def __init__(self, rules: Ruleset, words: Vocabulary) -> None:
        self._rules, self._words = rules, words
        self.instead: dict[str, Sequence[str]] = {}
        self._facts: dict[str, Fact] = {}
        for fact in (*words.county.values(), *words.school.values()):
            self._facts.setdefault(fact.stem, fact)
            self._facts[fact.name] = fact

    def facts(self, rule: str) -> set[str]:
        """The facts, and further tables, that a rule needs itself."""
        found = self._walk(Node("rule", rule))
        return named((node.name for node in found if node.section == "fact"), self._words)

    def _walk(self, start: Node) -> Iterator[Node]:
        """All that this refers to in the shortest way, verdicts of other rules apart."""
        waiting, seen = [start], set[Node]()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                yield node
                edges = self._rules.references.edges.get(node, ())
                needless = self._needless(node, edges)
                waiting += [
                    other
                    for role, other in edges
                    if role is not Role.MEMBER and other.name not in needless
                ]

    def _needless(self, node: Node, edges: Sequence[Edge]) -> set[str]:
        found: set[str] = set()
        for other, best in (*self._of_lists(node, edges), *self._of_county(node, edges)):
            found.add(other)
            self.instead[other] = best
        return found

    def _of_lists(self, node: Node, edges: Sequence[Edge]) -> Iterator[tuple[str, Sequence[str]]]:
        """A list of sizes, and the largest of them, beside its bands or counts."""
        there = {name: fact for _, (_, name) in edges if (fact := self._facts.get(name))}
        for name, fact in there.items():
            if not fact.listed or fact.edges:
                continue
            stems = {fact.name, fact.stem}
            bands = [n for n, one in there.items() if self._stem(one.bands_of) in stems]
            if bands and not self._on_edges(node, there[bands[0]]):
                bands = []
            counts = [n for n, one in there.items() if one.counted and one.counted.list in stems]
            if best := bands or counts:
                yield name, best
                for largest in (
                    n for n, one in there.items() if self._stem(one.largest_of) in stems
                ):
                    yield largest, best

    def _stem(self, name: str) -> str:
        return self._facts[name].stem if name in self._facts else name

    def _on_edges(self, node: Node, bands: Fact) -> bool:
        """Whether the bands tell what is over the rule's limits: these are tops of bands."""
        limit = self._rules.rules[node.name].limit if node.section == "rule" else None
        return limit is None or all(float(bar) in bands.edges for bar in limit.table.values())

    def _of_county(self, node: Node, edges: Sequence[Edge]) -> Iterator[tuple[str, Sequence[str]]]:
        """A figure of the county beside the schools' figures that it can be worked out from."""
        own = [name for _, (section, name) in edges if section == "fact"]
        of_county = [name for name in own if name in self._words.county]
        of_schools = [name for name in own if name not in self._words.county]
        one = self._rules.indicators.get(node.name) if node.section == "indicator" else None
        if one is not None and one.fallback:
            behind = self._rules.references.behind(one.fallback)
            of_schools += sorted(named(behind, self._words) & set(self._words.school))
        if of_schools and (node.section == "tally" or (one is not None and one.fallback)):
            figures = [name for name in of_schools if self._facts[name].figure]
            yield from ((name, figures) for name in of_county)
