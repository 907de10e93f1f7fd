"""What everything in a rule set rests on: one graph, from the conclusion down to the facts.

A rule refers to the rules it is made of, to the indicators it looks at or is held against, and to what
its conditions ask; an indicator to the one used where its facts are missing (`else`), to tallies and
facts; a tally to what it counts or sums. Whoever asks what something rests on, or leads to, asks here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any, NamedTuple

from compliance.kernel.submission import COMPULSORY
from compliance.rules.language import conditions
from compliance.rules.language.model import Exclusion, Indicator, Rule, Tally, Terms


class Node(NamedTuple):
    """Something that refers or is referred to. section: rule, exclusion, indicator, tally or fact."""

    section: str
    name: str


class Role(Enum):
    """In which role one node refers to another."""

    FIGURE = auto()  # what its value or its limit is computed from
    ELSE = auto()  # what it is computed from where facts are missing
    MEASURED = auto()  # a rule or list whose own figures are its figures
    MEMBER = auto()  # a rule whose verdict counts in its own
    CONDITION = auto()  # what decides whom it is about, or by which standard
    EXCLUSION = auto()  # who is left out of its findings


_COMPUTED = {Role.FIGURE, Role.ELSE}
_LOOKED_AT = {*_COMPUTED, Role.MEASURED, Role.CONDITION}
_OF_RULES = {Role.MEASURED, Role.MEMBER}

Edge = tuple[Role, Node]


class Declarations(NamedTuple):
    """All that refers and is referred to, by name."""

    rules: Mapping[str, Rule]
    exclusions: Mapping[str, Exclusion]
    indicators: Mapping[str, Indicator]
    tallies: Mapping[str, Tally]


@dataclass(frozen=True)
class ReferenceGraph:
    """The references of one rule set; names that stand for nothing are taken for facts."""

    known: Declarations

    @cached_property
    def edges(self) -> Mapping[Node, Sequence[Edge]]:
        """What every rule, exclusion, indicator and tally refers to, in the order written."""
        sections: Sequence[tuple[str, Mapping[str, Any], Callable[[Any], Iterable[Edge]]]] = (
            ("rule", self.known.rules, self._of_rule),
            ("exclusion", self.known.exclusions, lambda one: self._asked(one.where)),
            ("indicator", self.known.indicators, self._of_indicator),
            ("tally", self.known.tallies, self._of_tally),
        )
        return {
            Node(section, name): list(of(one))
            for section, declared, of in sections
            for name, one in declared.items()
        }

    def walk(
        self,
        start: Iterable[Node],
        roles: Iterable[Role] = Role,
        into: Callable[[Node], bool] = lambda _: True,
    ) -> Iterator[Node]:
        """`start` and all it refers to in these roles, each once, before what it refers to itself.

        into: whether a node's own references are followed. Ends on circles too.
        """
        following, seen = frozenset(roles), set[Node]()
        waiting = [*start][::-1]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            yield node
            if into(node):
                found = [other for role, other in self.edges.get(node, ()) if role in following]
                waiting += reversed(found)

    def circles(self) -> Iterator[Sequence[Node]]:
        """Nodes that refer to each other in a circle, the first once more at the end.

        Each begins with the one that stands first in the rule set, so that it is always told alike;
        together they account for every circle: without their first references there is none.
        """
        from graphlib import CycleError, TopologicalSorter

        graph = {node: [other for _, other in found] for node, found in self.edges.items()}
        while True:
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as error:
                around: list[Node] = error.args[1][:0:-1]
                first = around.index(min(around, key=list(graph).index))
                circle = [*around[first:], *around[: first + 1]]
                yield circle
                graph[circle[0]] = [one for one in graph[circle[0]] if one != circle[1]]
            else:
                return

    def facts(self, rule_id: str) -> tuple[str, ...]:
        """The facts a rule looks at, by their names in a frame, tallies and indicators unfolded.

        Those of its parts and conditions too, and of the rules whose figures are its own; not those
        of the rules whose verdicts it counts.
        """
        return self._facts(rule_id, _LOOKED_AT)

    def rests_on(self, rule_id: str) -> tuple[str, ...]:
        """The facts a verdict rests on, through every rule it is made of; stems also by stage."""
        found = self._facts(rule_id, {*_LOOKED_AT, Role.MEMBER})
        by_stage = [f"{stage}_{name}" for name in found for stage in COMPULSORY]
        return tuple(dict.fromkeys([*found, *by_stage, self.known.rules[rule_id].attested_as]))

    def columns(self, rule_id: str) -> tuple[str, ...]:
        """The facts and tallies from which a rule's own figures are computed, as its formulas name them."""
        found = self.walk([Node("rule", rule_id)], _COMPUTED, lambda node: node.section != "tally")
        return tuple(node.name for node in found if node.section in ("tally", "fact"))

    def behind(self, name: str) -> tuple[str, ...]:
        """An indicator's or tally's name unfolded: the facts and tallies it comes from, `else` too."""
        found = self.walk([self.node(name)])
        return tuple(node.name for node in found if node.section in ("tally", "fact"))

    def indicators(self, rule_id: str) -> list[Indicator]:
        """Every indicator that a rule may compute, each before the one it falls back on."""
        found = self.walk([Node("rule", rule_id)], _COMPUTED)
        return [self.known.indicators[node.name] for node in found if node.section == "indicator"]

    def tallies(self, rule_id: str) -> list[Tally]:
        """The counts and sums a rule looks at itself, through indicators, conditions and exclusions."""
        found = self.walk([Node("rule", rule_id)], set(Role) - _OF_RULES)
        return [self.known.tallies[node.name] for node in found if node.section == "tally"]

    def all_facts(self, rule_id: str) -> set[str]:
        """The facts behind a rule in any role, exclusions too, by their names in a frame."""
        return {node.name for node in self.walk([Node("rule", rule_id)]) if node.section == "fact"}

    @cached_property
    def used_tallies(self) -> list[Tally]:
        """The counts and sums behind any rule, or behind what a figure given for a county is compared with."""
        known = self.known
        start = [Node("rule", name) for name in known.rules]
        start += [Node("indicator", name) for name, one in known.indicators.items() if one.fallback]
        found = set(self.walk(start))
        return [tally for name, tally in known.tallies.items() if Node("tally", name) in found]

    @cached_property
    def summed_together(self) -> Mapping[str, Sequence[str]]:
        """Fact that is summed → the facts whose sums stand beside its own in formulas, itself among them."""
        known = self.known.tallies
        sums = {n: str(one.settings["sum"]) for n, one in known.items() if "sum" in one.settings}
        found = {fact: {fact: None} for fact in sums.values()}
        for one in self.known.indicators.values():
            beside = [sums[n] for n in (*one.of.facts, *_names(one.over)) if n in sums]
            group = {fact: None for name in beside for fact in found[name]}
            found |= dict.fromkeys(group, group)
        return {fact: tuple(group) for fact, group in found.items()}

    def counted_within(self, rule: Rule) -> Mapping[str, str]:
        """Part of a rule → the part whose count it is a share of: what is added there is to be shared too."""
        known = self.known.indicators
        named = {one.key: known.get(one.indicator or "") for one in rule.parts}
        shares = {
            key: one for key, one in named.items() if one is not None and one.over is not None
        }
        return {
            key: other
            for key, one in shares.items()
            for other, whole in shares.items()
            if one.over == whole.of and not one.fallback and not whole.fallback
        }

    def members(self, *rule_ids: str) -> list[Rule]:
        """The rules and all that they are made of, each once, a rule before its members."""
        start = [Node("rule", rule_id) for rule_id in rule_ids]
        found = self.walk(start, _OF_RULES)
        return [self.known.rules[node.name] for node in found if node in self.edges]

    def relaxable(self, rule_id: str) -> tuple[str, ...]:
        """The switches that put something, row by row, in the place of a rule this one is made of."""
        _, *members = self.members(rule_id)
        ways = (way for member in members for one in member.holders for way in one.instead)
        return tuple(dict.fromkeys(way.switch for way in ways))

    def node(self, name: str) -> Node:
        """What a name in a condition or formula stands for."""
        known = self.known
        section = (
            "indicator"
            if name in known.indicators
            else "tally"
            if name in known.tallies
            else "fact"
        )
        return Node(section, name)

    def _facts(self, rule_id: str, roles: Iterable[Role]) -> tuple[str, ...]:
        found = self.walk([Node("rule", rule_id)], roles)
        return tuple(node.name for node in found if node.section == "fact")

    def _column(self, name: str) -> Node:
        return Node("tally" if name in self.known.tallies else "fact", name)

    def _of_rule(self, rule: Rule) -> Iterator[Edge]:
        for name in rule.indicators:
            yield Role.FIGURE, Node("indicator", name)
        ways = [way.where for one in rule.holders for way in one.instead]
        for name in (name for where in ways for name in conditions.facts(where)):
            yield Role.CONDITION, self.node(name)
        yield from self._asked(rule.where)
        left_out = Role.CONDITION if rule.references.exclusions else Role.EXCLUSION
        yield from ((left_out, Node("exclusion", reason)) for reason in rule.exclude)
        for name in (name for one in rule.holders for name in one.references.facts):
            yield Role.MEASURED if name in rule.of else Role.FIGURE, self._column(name)
        yield from ((Role.MEASURED, Node("rule", name)) for name in rule.references.figures)
        yield from ((Role.MEMBER, Node("rule", name)) for name in rule.references.verdicts)

    def _of_indicator(self, indicator: Indicator) -> Iterator[Edge]:
        for terms in (indicator.of, indicator.over):
            yield from ((Role.FIGURE, self._column(name)) for name in _names(terms))
        if indicator.fallback is not None:
            yield Role.ELSE, Node("indicator", indicator.fallback)

    def _of_tally(self, tally: Tally) -> Iterator[Edge]:
        if tally.counts:
            yield Role.FIGURE, self._column(tally.counts)
        for settings in (tally.settings, tally.settings.get("also", {})):
            for key in ("sum", "times"):
                if key in settings:
                    yield Role.FIGURE, self._column(str(settings[key]))
            given = settings.get("or", [])
            for name in [given] if isinstance(given, str) else given:
                yield Role.ELSE, self._column(name)
            yield from self._asked(settings.get("where", {}))

    def _asked(self, where: conditions.Where) -> Iterator[Edge]:
        yield from ((Role.CONDITION, self._column(name)) for name in conditions.facts(where))


def _names(terms: Terms | None) -> Iterable[str]:
    return terms.facts if terms is not None else ()
