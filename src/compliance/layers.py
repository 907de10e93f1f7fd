"""The tables of a chain of packs laid over each other: new rules, overrides, drops.

An override or rule whose legal basis is not in force decides nothing: it stands beside the base
rule as an advisory finding. What came from which layer is kept.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from compliance import declarations as declare
from compliance.packs import Pack
from compliance.references import check_references
from compliance.rule import OPERATORS, Indicator, Limit, Rule, Ruleset, Split
from compliance.rule_facts import resting_on
from compliance.words import pick, say

VERIFIED = "verified"


class Layers:
    """The tables of a chain of packs, laid over each other one by one."""

    def __init__(self, enforce: tuple[str, ...]) -> None:
        self.enforce = enforce
        self.tables: dict[str, dict[str, Any]] = {
            name: {} for name in ("exclusion", "tally", "indicator", "rule")
        }
        self.layers: dict[str, dict[str, str]] = {}
        self.owners: dict[str, Pack] = {}
        self.variants: dict[str, str] = {}  # advisory variant id -> base rule id
        self.overrides: list[str] = []
        self.enforced: set[str] = set()  # base rules that an enforced or verified override changed
        self.split: Mapping[str, Any] = {}

    def lay(self, pack: Pack) -> None:
        """Add one pack's tables, overrides and drops."""
        self.split = pack.table("split") or self.split
        for name in ("exclusion", "tally", "indicator"):
            for key, table in pack.table(name).items():
                if key in self.tables[name]:
                    raise pack.error(_twice(key, self.owners[key].id), name, key)
                self.tables[name][key], self.owners[key] = table, pack
        for rule_id, table in pack.table("rule").items():
            self._new_rule(pack, rule_id, table)
        for rule_id, table in pack.table("override").items():
            self._override(pack, rule_id, table)
        for rule_id, table in pack.table("drop").items():
            self._drop(pack, rule_id, table)

    def _new_rule(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        if rule_id in self.tables["rule"]:
            raise pack.error(_twice(rule_id, self.owners[rule_id].id), "rule", rule_id)
        if pack.extends and not (pack.prefix and rule_id.startswith(pack.prefix)):
            raise pack.error(
                say(
                    "规则 {rule} 的编号须以 {prefix} 开头",
                    "the id of rule {rule} must begin with {prefix}",
                    rule=rule_id,
                    prefix=pack.prefix or "prefix",
                ),
                "rule",
                rule_id,
            )
        self._put(pack, rule_id, dict(table), dict.fromkeys(table, pack.id))

    def _put(self, pack: Pack, rule_id: str, table: dict[str, Any], layers: dict[str, str]) -> None:
        self.tables["rule"][rule_id] = table
        self.layers[rule_id] = layers
        self.owners[rule_id] = pack

    def _override(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        base = self._known(pack, "override", rule_id)
        if set(table) <= {"add"}:
            base["of"] = [*base.get("of", []), *table.get("add", [])]
            return
        if "source" not in table or "basis" not in table:
            raise pack.error(
                say(
                    "对 {rule} 的修改须写明 source 与 basis",
                    "an override of {rule} needs source and basis",
                    rule=rule_id,
                ),
                "override",
                rule_id,
            )
        changed = _overridden(pack, rule_id, base, table)
        self.overrides.append(pack.prefix + rule_id)
        layers = {**self.layers[rule_id], **dict.fromkeys(table, pack.id)}
        if self._in_force(str(table["basis"]), rule_id, pack.prefix + rule_id):
            self._put(pack, rule_id, changed, layers)
            self.enforced.add(rule_id)
        else:
            variant = pack.prefix + rule_id
            self._put(pack, variant, changed, layers)
            self.variants[variant] = rule_id

    def _drop(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        self._known(pack, "drop", rule_id)
        if not table.get("because") or not table.get("source"):
            raise pack.error(
                say(
                    "删除 {rule} 须写明 because 与 source",
                    "dropping {rule} needs because and source",
                    rule=rule_id,
                ),
                "drop",
                rule_id,
            )
        del self.tables["rule"][rule_id]

    def _known(self, pack: Pack, section: str, rule_id: str) -> dict[str, Any]:
        rules = self.tables["rule"]
        if rule_id not in rules:
            near = difflib.get_close_matches(rule_id, rules, n=1)
            raise pack.error(
                say("没有规则 {rule}", "there is no rule {rule}", rule=rule_id),
                section,
                rule_id,
                todo=say("是否指 {near}？", "did you mean {near}?", near=near[0]) if near else "",
            )
        found: dict[str, Any] = rules[rule_id]
        return found

    def _in_force(self, basis: str, *ids: str) -> bool:
        return basis == VERIFIED or basis in self.enforce or any(i in self.enforce for i in ids)

    def ruleset(self, chain: Sequence[Pack]) -> Ruleset:
        """The frozen result, every reference checked."""
        top = chain[-1]
        rules = {rule_id: self._rule(rule_id) for rule_id in self._ordered()}
        split = declare.split(self.split)
        indicators = {k: declare.indicator(k, v) for k, v in self.tables["indicator"].items()}
        rules = {
            rule_id: _with_floor(_with_sharing(one, indicators, split), rules)
            for rule_id, one in rules.items()
        }
        resolved = Ruleset(
            id=top.id,
            title=str(top.head["title"]),
            title_en=str(top.head.get("title_en", "")),
            source=str(top.head["source"]),
            version=top.version,
            effective=top.effective,
            layers=tuple(pack.id for pack in chain),
            concludes=str(chain[0].head.get("concludes", "C")),
            split=split,
            exclusions={k: declare.exclusion(k, v) for k, v in self.tables["exclusion"].items()},
            tallies={k: declare.tally(k, v) for k, v in self.tables["tally"].items()},
            indicators=indicators,
            rules=rules,
            notes=tuple(str(pack.head["note"]) for pack in chain if pack.head.get("note")),
            template_dirs=tuple(
                pack.home / "templates" for pack in reversed(chain) if pack.home is not None
            ),
            enforceable=tuple(self.overrides),
        )
        check_references(resolved, self.owners)
        resting = {key: replace(one, facts=resting_on(one, resolved)) for key, one in rules.items()}
        return replace(resolved, rules=resting)

    def _ordered(self) -> list[str]:
        """The base pack's rules in the order of the law, then the prefixed ones by id."""
        own = [rule_id for rule_id in self.tables["rule"] if "-" not in rule_id]
        return own + sorted(set(self.tables["rule"]) - set(own), key=_natural)

    def _rule(self, rule_id: str) -> Rule:
        pack = self.owners[rule_id]
        try:
            rule = declare.rule(rule_id, self.tables["rule"][rule_id], self.layers[rule_id])
        except (ValueError, KeyError) as error:
            where = f"{pack.path.name}:{pack.line('rule', rule_id)}"
            raise declare.contradiction(rule_id, where, error) from error
        base = self.variants.get(rule_id, "")
        decides = not base and (self._in_force(rule.basis, rule_id) or rule_id in self.enforced)
        role = rule.role if decides or rule.role in ("block", "conclusion") else "advisory"
        return replace(
            rule, role=role, of_base=base, attested_as=base or rule_id, given_by=_short_name(pack)
        )


def _short_name(pack: Pack) -> str:
    head = pack.head
    name = str(head.get("short", head["title"]))
    return pick(name, str(head.get("short_en", head.get("title_en", ""))))


def _twice(name: str, owner: str) -> str:
    return say(
        "“{name}”已由 {owner} 定义",
        "'{name}' is already defined by {owner}",
        name=name,
        owner=owner,
    )


def _natural(rule_id: str) -> list[tuple[int, int, str]]:
    """AH-2 before AH-10; numbered rules before variants of base rules."""
    return [
        (0, int(bit), "") if bit.isdigit() else (1, 0, bit)
        for bit in re.findall(r"[0-9]+|[^0-9]+", rule_id)
    ]


def _overridden(
    pack: Pack, rule_id: str, base: Mapping[str, Any], table: Mapping[str, Any]
) -> dict[str, Any]:
    """The base rule's table with the fields of an override laid over it."""
    changed = {**base, "part": {key: dict(part) for key, part in base.get("part", {}).items()}}
    if not changed["part"]:
        del changed["part"]
    for field, value in table.items():
        if field == "part":
            for key, fields in value.items():
                if key not in changed.get("part", {}):
                    raise pack.error(
                        say(
                            "规则 {rule} 没有部分 {key}",
                            "rule {rule} has no part {key}",
                            rule=rule_id,
                            key=key,
                        ),
                        "override",
                        rule_id,
                    )
                changed["part"][key].update(fields)
        elif field in OPERATORS and field not in base:
            _limit_of_part(pack, rule_id, changed, field)[field] = value
        else:
            changed[field] = value
    return changed


def _limit_of_part(
    pack: Pack, rule_id: str, table: Mapping[str, Any], field: str
) -> dict[str, Any]:
    """The one part of a rule that states the limit `field`."""
    having: list[dict[str, Any]] = [p for p in table.get("part", {}).values() if field in p]
    if len(having) != 1:
        raise pack.error(
            say(
                "规则 {rule} 没有唯一的 {field} 可改",
                "rule {rule} has no single {field} to override",
                rule=rule_id,
                field=field,
            ),
            "override",
            rule_id,
            todo=say(
                "请写明 [override.{rule}.part.…]",
                "name the part: [override.{rule}.part.…]",
                rule=rule_id,
            ),
        )
    return having[0]


def _with_floor(rule: Rule, rules: Mapping[str, Rule]) -> Rule:
    """A rule that a `most` rule counts gets its floor: the share of its own limit."""
    for group in rules.values():
        if group.kind == "most" and rule.id in group.of and rule.limit is not None:
            share = declare.decimal(group.settings["rest_at_least"])
            table = {key: value * share for key, value in rule.limit.table.items()}
            return replace(rule, floor=Limit(rule.limit.operator, table, rule.limit.by))
    return rule


def _with_sharing(rule: Rule, indicators: Mapping[str, Indicator], split: Split) -> Rule:
    """A rule on a fact that a school's stages share says so: its shortfalls are the whole school's."""
    indicator = indicators.get(rule.indicator or "")
    shared = (
        rule.scope == "unit"
        and indicator is not None
        and any(name in split.facts for name in indicator.of.facts)
    )
    return replace(rule, settings={**rule.settings, "shared": shared})
