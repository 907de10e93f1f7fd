"""The tables of a chain of packs laid over each other: new rules, overrides, drops.

An override or rule whose legal basis is not in force decides nothing: it stands beside the base
rule as an advisory finding; so does every rule of a school standard. What came from which layer and
document is kept for every value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from compliance.kernel.errors import suggestion
from compliance.kernel.i18n import pick, say
from compliance.rules.kinds import Kinds, kind_of, read_settings
from compliance.rules.language import parse as declare
from compliance.rules.language.model import Clause, Part, Rule, Ruleset, Switch
from compliance.rules.language.pack import Pack
from compliance.rules.lint.references import check_references
from compliance.rules.resolution import switches
from compliance.rules.resolution.confirmations import Confirmation
from compliance.rules.resolution.derived_limits import with_floor, with_sharing
from compliance.rules.resolution.effective_dates import in_force
from compliance.rules.resolution.imports import brought
from compliance.rules.resolution.overrides import check_drop, fields, overridden

Holder = TypeVar("Holder", Rule, Part)


@dataclass(frozen=True)
class Terms:
    """On which terms packs are laid: the day, what is enforced, switched on and confirmed."""

    day: date
    enforce: tuple[str, ...] = ()
    switched: tuple[str, ...] = ()
    confirmed: Mapping[str, Confirmation] = field(default_factory=dict)


@dataclass
class Origin:
    """Where the values of one rule come from: field -> pack id, field -> document."""

    layers: dict[str, str]
    documents: dict[str, str]

    def touched(self, names: Sequence[str], pack: Pack, document: str) -> Origin:
        """The same with some fields given by a pack."""
        return Origin(
            {**self.layers, **dict.fromkeys(names, pack.id)},
            {**self.documents, **dict.fromkeys(names, document)},
        )


VERIFIED = "verified"
STANDARD = "school-standard"  # the layer whose rules never decide by themselves


class Layers:
    """The tables of a chain of packs, laid over each other one by one."""

    def __init__(self, terms: Terms, kinds: Kinds) -> None:
        self.terms = terms
        self.kinds = kinds
        self.tables: dict[str, dict[str, Any]] = {
            name: {} for name in ("exclusion", "tally", "indicator", "rule")
        }
        self.origins: dict[str, Origin] = {}
        self.owners: dict[str, Pack] = {}
        self.variants: dict[str, str] = {}  # advisory variant id -> base rule id
        self.overrides: list[str] = []
        self.enforced: set[str] = set()  # base rules that an enforced or verified override changed
        self.confirmed: dict[str, str] = {}  # rule id -> the document that confirmed it
        self.prefixes: dict[str, str] = {}  # prefix -> the pack whose rules begin so
        self.split: dict[str, Any] = {}
        self.switches: dict[str, Switch] = {}
        self.clauses: list[Clause] = []

    def lay(self, pack: Pack, imports: Mapping[str, Pack]) -> None:
        """Add one pack's tables, overrides and drops; imports: the packs it brings rules from."""
        tables = in_force(pack, self.terms.day)
        if pack.prefix and self.prefixes.setdefault(pack.prefix, pack.id) != pack.id:
            raise pack.error(
                _twice(pack.prefix, self.prefixes[pack.prefix]),
                "pack",
                "prefix",
                todo=say("请换一个前缀", "choose another prefix"),
            )
        self._share(pack.table("split"))
        for name, table in pack.table("switch").items():
            if name in self.switches or name == switches.WITHOUT_STANDARD:
                raise pack.error(_twice(name, pack.id), "switch", name)
            self.switches[name] = switches.switch(name, table)
            self.owners[f"switch {name}"] = pack
        self.clauses += [
            declare.clause(key, table, pack.id, pack.place("clause", key))
            for key, table in tables.get("clause", {}).items()
        ]
        for name, table in pack.table("import").items():
            other = in_force(imports[name], self.terms.day)
            self._bring(imports[name], brought(other, table["rules"], imports[name], pack), other)
        self._define(pack, tables)
        for rule_id, table in tables.get("rule", {}).items():
            self._new_rule(pack, rule_id, table)
        later = set(pack.table("rule")) - set(tables.get("rule", {}))  # their first day is to come
        for rule_id, table in tables.get("override", {}).items():
            self._override(pack, rule_id, _without(table, later))
        for rule_id, table in pack.table("drop").items():
            self._drop(pack, rule_id, table)
        for rule_id, table in tables.get("override", {}).items():
            for added in _without(table, later).get("add", ()):
                self._known(pack, "override", added, rule_id, "add")

    def _share(self, split: Mapping[str, Any]) -> None:
        """A base's split, or what an extending pack adds to it."""
        more = [name for name in split.get("add", ()) if name not in self.split.get("facts", ())]
        self.split = {**self.split, **{k: v for k, v in split.items() if k != "add"}}
        if more:
            self.split["facts"] = [*self.split.get("facts", ()), *more]

    def _define(self, pack: Pack, tables: Mapping[str, Any]) -> None:
        for name in ("exclusion", "tally", "indicator"):
            for key, table in tables.get(name, {}).items():
                if key in self.tables[name]:
                    raise pack.error(_twice(key, self.owners[key].id), name, key)
                self.tables[name][key], self.owners[key] = table, pack

    def _bring(self, source: Pack, found: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
        """Rules of another rule set, advisory here; the stages share what they share there."""
        self._define(source, found)
        split = tables.get("split", {})
        if declare.split(split).weights != declare.split(self.split).weights:
            raise source.error(
                say("拆分的权重与所引入的不同", "the weights of the split differ"),
                "split",
                "weights",
            )
        self._share({"add": split.get("facts", ())})
        for rule_id, table in found["rule"].items():
            if rule_id in self.tables["rule"]:
                raise source.error(_twice(rule_id, self.owners[rule_id].id), "rule", rule_id)
            self._put(source, rule_id, dict(table), self._given(source, table))

    def _given(self, pack: Pack, table: Mapping[str, Any]) -> Origin:
        document = str(table.get("source", pack.head["source"]))
        return Origin({}, {}).touched(fields(table), pack, document)

    def _new_rule(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        if rule_id in self.tables["rule"]:
            raise pack.error(_twice(rule_id, self.owners[rule_id].id), "rule", rule_id)
        bound = pack.extends or pack.layer == STANDARD
        if bound and not (pack.prefix and rule_id.startswith(pack.prefix)):
            raise pack.error(
                say(
                    "规则 {rule} 的编号须以 {prefix} 开头",
                    "the id of rule {rule} must begin with {prefix}",
                    rule=rule_id,
                    prefix=pack.prefix or "prefix",
                ),
                "rule",
                rule_id,
                todo=say("例如 {id}", "such as {id}", id=f"{pack.prefix}1") if pack.prefix else "",
            )
        self._put(pack, rule_id, self._as_confirmed(rule_id, table), self._given(pack, table))

    def _as_confirmed(self, rule_id: str, table: Mapping[str, Any]) -> dict[str, Any]:
        """A table whose basis someone confirmed by the text is verified."""
        confirmation = self.terms.confirmed.get(rule_id)
        if confirmation is None or table.get("basis") == VERIFIED:
            return dict(table)
        self.confirmed[rule_id] = confirmation.document
        return {**table, "basis": VERIFIED}

    def _put(self, pack: Pack, rule_id: str, table: dict[str, Any], origin: Origin) -> None:
        self.tables["rule"][rule_id] = table
        self.origins[rule_id] = origin
        self.owners[rule_id] = pack

    def _override(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        base = self._known(pack, "override", rule_id)
        if set(table) <= {"add"}:
            base["of"] = [*base.get("of", []), *table.get("add", [])]
            self.origins[rule_id] = self.origins[rule_id].touched(
                [f"add.{pack.id}"], pack, str(pack.head["source"])
            )
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
                todo='source = "…"  basis = "secondary"',
            )
        variant = pack.prefix + rule_id
        table = self._as_confirmed(variant, table)
        changed, touched = overridden(pack, rule_id, base, table)
        self.overrides.append(variant)
        origin = self.origins[rule_id].touched(touched, pack, str(table["source"]))
        if self._in_force(pack, str(table["basis"]), rule_id, variant):
            self._put(pack, rule_id, changed, origin)
            self.enforced.add(rule_id)
            if variant in self.confirmed:
                self.confirmed[rule_id] = self.confirmed[variant]
        else:
            self._put(pack, variant, changed, origin)
            self.variants[variant] = rule_id

    def _drop(self, pack: Pack, rule_id: str, table: Mapping[str, Any]) -> None:
        self._known(pack, "drop", rule_id)
        check_drop(pack, rule_id, table, self.tables["rule"])
        del self.tables["rule"][rule_id]

    def _known(self, pack: Pack, section: str, rule_id: str, *named_at: str) -> dict[str, Any]:
        rules = self.tables["rule"]
        if rule_id not in rules:
            raise pack.error(
                say("没有规则 {rule}", "there is no rule {rule}", rule=rule_id),
                section,
                *(named_at or (rule_id,)),
                todo=suggestion(rule_id, rules),
            )
        found: dict[str, Any] = rules[rule_id]
        return found

    def _in_force(self, pack: Pack, basis: str, *ids: str) -> bool:
        """Whether a rule of this basis decides: verified ones do, but for a school standard's."""
        asked = basis in self.terms.enforce or any(one in self.terms.enforce for one in ids)
        return asked or (basis == VERIFIED and pack.layer != STANDARD)

    def ruleset(self, chain: Sequence[Pack]) -> Ruleset:
        """The frozen result, every reference checked."""
        top = [pack for pack in chain if pack.layer != STANDARD][-1]
        on = switches.turned_on(self.switches, self.terms.switched)
        rules = {rule_id: self._rule(rule_id, on) for rule_id in self._ordered()}
        if not rules:
            raise chain[0].error(
                say("规则集 {id} 没有规则", "rule set {id} has no rules", id=top.id),
                "pack",
                todo=say(
                    '以现有规则集为基础的，请写 extends = "national"',
                    'to build on an installed one, say extends = "national"',
                ),
            )
        split = declare.split(self.split)
        indicators = {k: declare.indicator(k, v) for k, v in self.tables["indicator"].items()}
        rules = {
            rule_id: with_floor(with_sharing(one, indicators, split), rules, self.kinds)
            for rule_id, one in rules.items()
        }
        resolved = Ruleset(
            id=top.id,
            title=str(top.head["title"]),
            title_en=str(top.head.get("title_en", "")),
            source=str(top.head["source"]),
            version=top.version,
            effective=top.effective,
            layers=tuple(dict.fromkeys(pack.id for pack in chain)),
            concludes=str(chain[0].head.get("concludes", "C")),
            split=split,
            exclusions={k: declare.exclusion(k, v) for k, v in self.tables["exclusion"].items()},
            tallies={
                k: declare.tally(k, v, self.owners[k].place("tally", k))
                for k, v in self.tables["tally"].items()
            },
            indicators=indicators,
            rules=rules,
            notes=tuple(str(pack.head["note"]) for pack in chain if pack.head.get("note")),
            template_dirs=tuple(
                dict.fromkeys(
                    pack.home / "templates" for pack in reversed(chain) if pack.home is not None
                )
            ),
            enforceable=tuple(self.overrides),
            switches=self.switches,
            switched=on,
            clauses=tuple(self.clauses),
        )
        check_references(resolved, self.owners)
        rests_on = resolved.references.rests_on
        resting = {key: replace(one, facts=rests_on(key)) for key, one in rules.items()}
        return replace(resolved, rules=resting)

    def _ordered(self) -> list[str]:
        """The base pack's rules in the order of the law, then the prefixed ones by id."""
        own = [rule_id for rule_id in self.tables["rule"] if "-" not in rule_id]
        return own + sorted(set(self.tables["rule"]) - set(own), key=_natural)

    def _rule(self, rule_id: str, on: Sequence[str]) -> Rule:
        pack, origin = self.owners[rule_id], self.origins[rule_id]
        base = self.variants.get(rule_id, "")
        section = "override" if base or rule_id in pack.table("override") else "rule"
        address = (section, base or rule_id)
        table = self.tables["rule"][rule_id]
        switches.check_switches(pack, table, self.switches, *address)
        try:
            rule = declare.rule(rule_id, switches.replaced(table, on), origin.layers)
            rule = replace(rule, instead=switches.conditional(table, on))
            parts = tuple(
                replace(
                    self._typed(part, pack, rule_id, *address, "part", part.key),
                    instead=switches.conditional(table["part"][part.key], on),
                )
                for part in rule.parts
            )
            rule = self._typed(rule, pack, rule_id, *address)
            rule = replace(rule, form=self.kinds[rule.kind].form(rule))
        except (ValueError, KeyError) as error:
            raise declare.contradiction(rule_id, pack.place(*address), error) from error
        decides = not base and (
            self._in_force(pack, rule.basis, rule_id) or rule_id in self.enforced
        )
        role = rule.role if decides or rule.role in ("block", "conclusion") else "advisory"
        return replace(
            rule,
            role=role,
            parts=parts,
            of_base=base,
            attested_as=base or rule_id,
            given_by=_short_name(pack),
            given_by_id=pack.id,
            layer=pack.layer,
            stated_at=pack.place(*address),
            confirmed=self.confirmed.get(rule_id, ""),
            documents=origin.documents,
            shown_only=table.get("role") == "advisory",
        )

    def _typed(self, holder: Holder, pack: Pack, rule_id: str, *address: str) -> Holder:
        """A rule or part with the settings of its kind, and what follows from them."""
        kind = kind_of(holder, self.kinds, rule_id, pack.place(*address))
        settings = read_settings(kind, holder.settings, rule_id, pack, *address)
        holder = replace(holder, settings=settings)
        return replace(holder, statement=kind.statement(holder), references=kind.references(holder))


def _without(table: Mapping[str, Any], later: Set[str]) -> Mapping[str, Any]:
    """An override that adds only the members that exist by now."""
    if "add" not in table:
        return table
    return {**table, "add": [name for name in table["add"] if name not in later]}


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
