"""Rules of another rule set brought into a pack with all they rest on, shown there and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import say
from compliance.rules.language import conditions
from compliance.rules.language.model import OPERATORS
from compliance.rules.language.pack import Pack

Tables = Mapping[str, Any]


def brought(tables: Tables, wanted: Iterable[str], source: Pack, asker: Pack) -> dict[str, Any]:
    """The sections of `tables` (of pack `source`) that the rules `wanted` rest on, those rules advisory.

    Raises PackError, at the line of the pack that asks, for a rule that the source does not have.
    """
    found: dict[str, Any] = {"rule": {}, "indicator": {}, "tally": {}, "exclusion": {}}
    known = tables.get("rule", {})
    for rule_id in wanted:
        if rule_id not in known:
            raise asker.error(
                say(
                    "规则集 {id} 没有规则 {rule}",
                    "rule set {id} has no rule {rule}",
                    id=source.id,
                    rule=rule_id,
                ),
                "import",
                source.id,
                todo=suggestion(rule_id, known),
            )
        rule = {**known[rule_id], "role": "advisory"}
        found["rule"][rule_id] = rule
        for reason in rule.get("exclude", ()):
            found["exclusion"][reason] = tables["exclusion"][reason]
        for name in _names_in(rule):
            _indicator(name, tables, found)
    return found


def _names_in(rule: Tables) -> Iterable[str]:
    """Every name by which a rule's tables may call an indicator: parts and `instead` of both too."""
    holders = (rule, *rule.get("part", {}).values())
    for table in (way for one in holders for way in (one, *one.get("instead", ()))):
        for key in ("indicator", *OPERATORS):
            if isinstance(table.get(key), str):
                yield table[key]
        yield from conditions.facts(table.get("where", {}))


def _indicator(name: str, tables: Tables, found: dict[str, Any]) -> None:
    indicator = tables.get("indicator", {}).get(name)
    if indicator is None or name in found["indicator"]:
        return  # a name that stands for nothing is found by the check of references
    found["indicator"][name] = indicator
    if "else" in indicator:
        _indicator(indicator["else"], tables, found)
    for terms in (indicator.get("of"), indicator.get("over")):
        for fact in _names(terms):
            if fact in tables.get("tally", {}):
                found["tally"][fact] = tables["tally"][fact]


def _names(terms: object) -> Iterable[str]:
    if isinstance(terms, str):
        return [terms]
    return [str(name) for name in terms] if isinstance(terms, list | Mapping) else []
