"""What can be measured where, and in which unit: a rule that sums books and square metres is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compliance.facts.vocabulary import Vocabulary, quantity
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import STAGES
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Rule, Ruleset, Terms

# columns that the frames add to the vocabulary, for conditions
DERIVED = ("stage", "stages", "compulsory_students", "known_compulsory_students", "monitoring")
_SCOPES = {"unit": ("学段", "stage"), "school": ("学校", "school"), "county": ("全县", "county")}


def examine_measures(rules: Ruleset, words: Vocabulary) -> None:
    """Raise PackError, with file and line, at the first figure that its scope or unit does not allow."""
    known = {scope: _known(scope, rules, words) for scope in _SCOPES}
    units = _units(rules, words)
    for rule in rules.rules.values():
        scope = "unit" if rule.kind == "dispersion" else rule.scope
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
        for indicator in _indicators(rule, rules):
            _examine_units(rule, indicator, units)


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


def _indicators(rule: Rule, rules: Ruleset) -> Iterator[Indicator]:
    """Every indicator that a rule may compute, those it falls back on too."""
    if rule.kind not in ("threshold", "dispersion", "all"):
        return
    waiting = list(rule.indicators)
    while waiting:
        found = rules.indicators[waiting.pop()]
        yield found
        waiting += [found.fallback] if found.fallback else []


def _facts(rule: Rule, rules: Ruleset) -> Iterator[str]:
    for indicator in _indicators(rule, rules):
        yield from indicator.of.facts
        yield from indicator.over.facts if indicator.over is not None else ()
    if rule.kind in ("threshold", "dispersion", "all", "within"):
        yield from conditions.facts(rule.where)
        wheres = [other.where for one in rule.holders for other in one.instead]
        named = (name for where in wheres for name in conditions.facts(where))
        yield from (name for name in named if name not in rules.indicators)


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
