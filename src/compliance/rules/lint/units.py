"""What can be measured where, and in which unit: a rule that sums books and square metres is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from compliance.facts.vocabulary import Vocabulary, quantity
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import STAGES
from compliance.rules.kinds import Kinds
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Rule, Ruleset, Tally, Terms
from compliance.rules.language.references import Node, Role

# columns that the frames add to the vocabulary, for conditions
DERIVED = ("stage", "stages", "compulsory_students", "known_compulsory_students", "monitoring")
_SCOPES = {"unit": ("学段", "stage"), "school": ("学校", "school"), "county": ("全县", "county")}


def examine_measures(rules: Ruleset, kinds: Kinds, words: Vocabulary) -> None:
    """Raise PackError, with file and line, at the first figure that its scope or unit does not allow."""
    known = {scope: _known(scope, rules, words) for scope in _SCOPES}
    units = _units(rules, words)
    facts = [fact for table in (words.county, words.school) for fact in table.values()]
    numbers = {name for fact in facts if fact.numeric for name in (fact.name, fact.stem)}
    others = {name for fact in facts for name in (fact.name, fact.stem)} - numbers
    for rule in rules.rules.values():
        scope = kinds[rule.kind].measured_at(rule)
        for name in _facts(rule, rules):
            if name not in known[scope]:
                raise PackError(
                    say(
                        "规则 {rule} 按{scope}计算，那里没有数据项 {fact}",
                        "rule {rule} is judged by {scope}, where there is no fact {fact}",
                        rule=rule.id,
                        scope=pick(*_SCOPES[scope]),
                        fact=name,
                    ),
                    where=rule.stated_at,
                    todo=suggestion(name, known[scope]),
                )
        for indicator in rules.references.indicators(rule.id):
            _examine_numbers(rule, indicator, others)
            _examine_units(rule, indicator, units)
    for tally in rules.tallies.values():
        _examine_tally(tally, known)


def _examine_tally(tally: Tally, known: Mapping[str, Set[str]]) -> None:
    """What a tally takes from a frame must be there; a tally of an indicator is none."""
    for scope, name in _taken(tally):
        if name not in known[scope]:
            raise PackError(
                say(
                    "合计 {tally} 按{scope}取数，那里没有数据项 {fact}",
                    "tally {tally} is taken by {scope}, where there is no fact {fact}",
                    tally=tally.name,
                    scope=pick(*_SCOPES[scope]),
                    fact=name,
                ),
                where=tally.stated_at,
                todo=suggestion(name, known[scope]),
            )


def _taken(tally: Tally) -> Iterator[tuple[str, str]]:
    """The scope and name of everything that a tally takes from a frame."""
    for table in (tally.settings, tally.settings.get("also", {})):
        scope = str(table.get("from", "school"))
        counted = [str(table[key]) for key in ("count", "sum", "times") if key in table]
        asked = [
            name for key in ("where", "unless") for name in conditions.facts(table.get(key, {}))
        ]
        yield from ((scope, name) for name in (*counted, *asked))
    instead = tally.settings.get("or", [])
    yield from ((tally.scope, n) for n in ([instead] if isinstance(instead, str) else instead))


def _examine_numbers(rule: Rule, indicator: Indicator, others: Set[str]) -> None:
    """Yes or no, a word or a list is nothing to compute with."""
    for terms in (indicator.of, indicator.over):
        for name in terms.facts if terms is not None else ():
            if name in others:
                raise PackError(
                    say(
                        "规则 {rule} 的指标 {name} 用到 {fact}，它不是数，不能计算",
                        "indicator {name} of rule {rule} takes {fact}, which is no number",
                        rule=rule.id,
                        name=indicator.name,
                        fact=name,
                    ),
                    where=rule.stated_at,
                    todo=say(
                        "请改用填数的数据项，或用 where 选择", "take a figure, or choose by `where`"
                    ),
                )


def _known(scope: str, rules: Ruleset, words: Vocabulary) -> set[str]:
    """The columns of a scope's frame, as a pack names them."""
    tallies = {tally.name for tally in rules.tallies.values() if tally.scope == scope}
    if scope == "county":
        return {*words.county, *tallies, *DERIVED}
    if scope == "school":
        return {*words.school, *tallies, *DERIVED}
    staged = {
        fact.stem for table in (words.school, words.county) for fact in table.values() if fact.stage
    }
    whole = {fact.name for fact in words.school.values() if not fact.stage}
    return {*staged, *whole, *DERIVED, *(f"{stage}_students" for stage in STAGES)}


def _facts(rule: Rule, rules: Ruleset) -> Iterable[str]:
    """What a rule takes from the frame of its scope, as its formulas and conditions name it."""
    graph = rules.references
    yield from graph.columns(rule.id)
    for role, node in graph.edges[Node("rule", rule.id)]:
        if role is Role.CONDITION and node.section in ("tally", "fact"):
            yield node.name


def _units(rules: Ruleset, words: Vocabulary) -> Mapping[str, str]:
    """Name of a fact, stem or plain sum → its unit."""
    units: dict[str, str] = {}
    for fact in (*words.county.values(), *words.school.values()):
        units[fact.name] = fact.unit
        units.setdefault(fact.stem, fact.unit)
    for tally in rules.tallies.values():
        summed = tally.settings.get("sum")
        if summed is not None and "times" not in tally.settings and summed in units:
            units[tally.name] = units[str(summed)]
    return units


def _examine_units(rule: Rule, indicator: Indicator, units: Mapping[str, str]) -> None:
    """What is summed, and what the sum is said to be, must measure one quantity.

    Counts of different things are of one quantity: a computer for every pupil is no mistake.
    """
    for terms in (indicator.of, indicator.over):
        found = _of_terms(terms, units)
        for name, unit in found.items():
            first = next(iter(found))
            if quantity(unit) != quantity(found[first]):
                raise _mismatch(rule, indicator, first, found[first], name, unit)
    constant = indicator.over is not None and indicator.over.constant is not None
    wanted = quantity(indicator.measure)
    for name, unit in _of_terms(indicator.of, units).items():
        if not constant and wanted not in ("", "percent", quantity(unit)):
            raise _mismatch(rule, indicator, name, unit, indicator.name, indicator.measure)


def _of_terms(terms: Terms | None, units: Mapping[str, str]) -> dict[str, str]:
    names = terms.facts if terms is not None else ()
    return {name: units[name] for name in names if quantity(units.get(name, ""))}


def _mismatch(
    rule: Rule, indicator: Indicator, one: str, unit: str, other: str, another: str
) -> PackError:
    return PackError(
        say(
            "规则 {rule} 的指标 {name}：{one} 的单位是“{unit}”，{other} 的单位是“{another}”，不是一种量",
            "indicator {name} of rule {rule}: {one} is in '{unit}', {other} in '{another}'",
            rule=rule.id,
            name=indicator.name,
            one=one,
            unit=unit,
            other=other,
            another=another,
        ),
        where=rule.stated_at,
        todo=say("请核对数据项与 unit、measure", "see the facts, and unit and measure"),
    )
