"""From packs to one rule set for a day: editions, layers by `extends`, overrides, drops, imports.

Resolution never changes a pack; it yields a new, frozen Ruleset. An override or rule whose legal
basis is not in force decides nothing: it stands beside the base rule as an advisory finding; so does
every rule of a school standard. What came from which layer and document is kept for every value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.kinds import Kinds, kind_of, read_settings
from compliance.rules.language import conditions, parse
from compliance.rules.language.editions import edition
from compliance.rules.language.model import (
    OPERATORS,
    STANDARD,
    VERIFIED,
    WITHOUT_STANDARD,
    Clause,
    Indicator,
    Part,
    Rule,
    Ruleset,
    Split,
    Switch,
    floor_of,
)
from compliance.rules.language.pack import Pack
from compliance.rules.lint import check_references
from compliance.rules.resolution import amendments
from compliance.rules.resolution.confirmations import Confirmation


def lineage(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> list[Pack]:
    """The chain of packs from the base to `pack_id`; PackError for a cycle or unknown base."""
    chain: list[Pack] = []
    wanted: str | None = pack_id
    while wanted is not None:
        if wanted in [pack.id for pack in chain]:
            raise chain[-1].error(
                say(
                    "规则集互相引用成环：{ids}",
                    ids=" → ".join([*(pack.id for pack in chain), wanted]),
                ),
                "pack",
                "extends",
            )
        if chain and wanted not in known:
            raise chain[-1].error(
                say("所扩展的规则集“{id}”没有安装", id=wanted),
                "pack",
                "extends",
                todo=msg("请安装相应的插件"),
            )
        chain.append(edition(known, wanted, as_of))
        wanted = chain[-1].extends
    return chain[::-1]


def resolve(
    known: Mapping[str, Sequence[Pack]],
    pack_id: str,
    as_of: date,
    enforce: Sequence[str] = (),
    switched: Sequence[str] = (),
    confirmations: Sequence[Confirmation] = (),
    *,
    kinds: Kinds,
) -> Ruleset:
    """The rule set `pack_id` as of a day, with the bases and rule ids of `enforce` in force.

    switched: names of switches that are on. confirmations: rules whose texts someone holds.
    kinds: the kinds of rules that are offered.
    Raises UsageError (unknown id or date) or PackError (a wrong pack, with file and line).
    """
    chain = lineage(known, pack_id, as_of)
    if WITHOUT_STANDARD not in switched:
        chain = [one for pack in chain for one in (pack, *_standard(known, pack.id, as_of))]
    confirmed = {one.rule: one for one in sorted(confirmations, key=lambda one: one.date)}
    merged = Layers(as_of, enforce, switched, confirmed, kinds)
    for pack in chain:
        merged.lay(pack, _imported(known, pack, as_of))
    return merged.ruleset(chain)


def _standard(known: Mapping[str, Sequence[Pack]], pack_id: str, as_of: date) -> Sequence[Pack]:
    """The edition of a province's school standard in force, none where there is none yet."""
    found = known.get(f"{pack_id}/{STANDARD}", ())
    return [pack for pack in found if pack.effective <= as_of][-1:]


def _imported(known: Mapping[str, Sequence[Pack]], pack: Pack, as_of: date) -> dict[str, Pack]:
    """The packs whose rules a pack brings in, by id."""
    found = {}
    for name in pack.table("import"):
        if name not in known:
            raise pack.error(
                say("所引入的规则集“{id}”没有安装", id=name),
                "import",
                name,
                todo=msg("请安装相应的插件"),
            )
        found[name] = edition(known, name, as_of)
    return found


Holder = TypeVar("Holder", Rule, Part)
Table = Mapping[str, Any]


Origin = Mapping[str, tuple[str, str]]  # field of a rule → id of the pack and document that gave it


@dataclass
class Layers:
    """The tables of a chain of packs, laid over each other one by one.

    day, enforce, switched, confirmed (rule id → its confirmation), kinds: as asked for. What follows
    is gathered on the way.
    """

    day: date
    enforce: Sequence[str]
    switched: Sequence[str]
    confirmed: Mapping[str, Confirmation]
    kinds: Kinds
    tables: Mapping[str, dict[str, Any]] = field(
        default_factory=lambda: {name: {} for name in ("exclusion", "tally", "indicator", "rule")}
    )
    origins: dict[str, Origin] = field(default_factory=dict)
    owners: dict[str, Pack] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)  # advisory variant id → base rule id
    overrides: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)  # base rules that an override in force changed
    raised: dict[str, str] = field(default_factory=dict)  # rule id → the document that confirmed it
    prefixes: dict[str, str] = field(default_factory=dict)  # prefix → the pack whose rules begin so
    split: dict[str, Any] = field(default_factory=dict)
    switches: dict[str, Switch] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)

    def lay(self, pack: Pack, imports: Mapping[str, Pack]) -> None:
        """Add one pack's tables, overrides and drops; imports: the packs it brings rules from."""
        tables = amendments.in_force(pack, self.day)
        if pack.prefix and self.prefixes.setdefault(pack.prefix, pack.id) != pack.id:
            raise pack.error(
                _twice(pack.prefix, self.prefixes[pack.prefix]),
                "pack",
                "prefix",
                todo=msg("请换一个前缀"),
            )
        self._share(pack.table("split"))
        for name, table in pack.table("switch").items():
            if name in self.switches or name == WITHOUT_STANDARD:
                raise pack.error(_twice(name, pack.id), "switch", name)
            self.switches[name] = parse.switch(name, table)
            self.owners[f"switch {name}"] = pack
        self.clauses += [
            parse.clause(key, table, pack.id, pack.place("clause", key))
            for key, table in tables.get("clause", {}).items()
        ]
        for name, table in pack.table("import").items():
            other = amendments.in_force(imports[name], self.day)
            self._bring(imports[name], brought(other, table["rules"], imports[name], pack), other)
        self._define(pack, tables)
        for rule_id, table in tables.get("rule", {}).items():
            self._new_rule(pack, rule_id, table)
        self._amend(pack, tables)

    def _amend(self, pack: Pack, tables: Table) -> None:
        """Lay a pack's overrides over what stands, and drop what it drops."""
        later = set(pack.table("rule")) - set(tables.get("rule", {}))  # their first day is to come
        overrides = {name: dict(table) for name, table in tables.get("override", {}).items()}
        for table in (one for one in overrides.values() if "add" in one):
            table["add"] = [name for name in table["add"] if name not in later]
        for rule_id, table in overrides.items():
            self._override(pack, rule_id, table)
        for rule_id, table in pack.table("drop").items():
            self._known(pack, "drop", rule_id)
            amendments.check_drop(pack, rule_id, table, self.tables["rule"])
            del self.tables["rule"][rule_id]
        for rule_id, table in overrides.items():
            for added in table.get("add", ()):
                self._known(pack, "override", added, rule_id, "add")

    def _share(self, split: Table) -> None:
        """A base's split, or what an extending pack adds to it."""
        more = [name for name in split.get("add", ()) if name not in self.split.get("facts", ())]
        self.split = {**self.split, **{k: v for k, v in split.items() if k != "add"}}
        if more:
            self.split["facts"] = [*self.split.get("facts", ()), *more]

    def _define(self, pack: Pack, tables: Table) -> None:
        for name in ("exclusion", "tally", "indicator"):
            for key, table in tables.get(name, {}).items():
                self._free(pack, name, key)
                self.tables[name][key], self.owners[key] = table, pack

    def _free(self, pack: Pack, section: str, name: str) -> None:
        """PackError where a layer below has one of this name."""
        if name in self.tables[section]:
            raise pack.error(_twice(name, self.owners[name].id), section, name)

    def _bring(self, source: Pack, found: Table, tables: Table) -> None:
        """Rules of another rule set, advisory here; the stages share what they share there."""
        self._define(source, found)
        split = tables.get("split", {})
        if parse.split(split).weights != parse.split(self.split).weights:
            raise source.error(msg("拆分的权重与所引入的不同"), "split", "weights")
        self._share({"add": split.get("facts", ())})
        for rule_id, table in found["rule"].items():
            self._free(source, "rule", rule_id)
            self._put(source, rule_id, dict(table), self._given(source, table))

    def _given(self, pack: Pack, table: Table) -> Origin:
        document = str(table.get("source", pack.head["source"]))
        return dict.fromkeys(_fields(table), (pack.id, document))

    def _new_rule(self, pack: Pack, rule_id: str, table: Table) -> None:
        self._free(pack, "rule", rule_id)
        bound = pack.extends or pack.layer == STANDARD
        if bound and not (pack.prefix and rule_id.startswith(pack.prefix)):
            raise pack.error(
                say(
                    "规则 {rule} 的编号须以 {prefix} 开头",
                    rule=rule_id,
                    prefix=pack.prefix or "prefix",
                ),
                "rule",
                rule_id,
                todo=say("例如 {id}", id=f"{pack.prefix}1") if pack.prefix else "",
            )
        self._put(pack, rule_id, self._as_confirmed(rule_id, table), self._given(pack, table))

    def _as_confirmed(self, rule_id: str, table: Table) -> dict[str, Any]:
        """A table that someone confirmed by the text is verified, and its text is seen."""
        confirmation = self.confirmed.get(rule_id)
        if confirmation is None or table.get("text_seen"):
            return dict(table)
        self.raised[rule_id] = confirmation.document
        return {**table, "basis": VERIFIED}

    def _put(self, pack: Pack, rule_id: str, table: dict[str, Any], origin: Origin) -> None:
        self.tables["rule"][rule_id] = table
        self.origins[rule_id] = origin
        self.owners[rule_id] = pack

    def _override(self, pack: Pack, rule_id: str, table: Table) -> None:
        base = self._known(pack, "override", rule_id)
        if set(table) <= {"add"}:
            base["of"] = [*base.get("of", []), *table.get("add", [])]
            added = {f"add.{pack.id}": (pack.id, str(pack.head["source"]))}
            self.origins[rule_id] = {**self.origins[rule_id], **added}
            return
        if "source" not in table or "basis" not in table:
            raise pack.error(
                say("对 {rule} 的修改须写明 source 与 basis", rule=rule_id),
                "override",
                rule_id,
                todo='source = "…"  basis = "secondary"',
            )
        variant = pack.prefix + rule_id
        table = self._as_confirmed(variant, table)
        changed, touched = amendments.overridden(pack, rule_id, base, table)
        self.overrides.append(variant)
        given = dict.fromkeys(touched, (pack.id, str(table["source"])))
        origin = {**self.origins[rule_id], **given}
        if self._in_force(pack, str(table["basis"]), rule_id, variant):
            self._put(pack, rule_id, changed, origin)
            self.changed.add(rule_id)
            self.raised[rule_id] = self.raised.get(variant, "")  # the base's was of another text
        else:
            self._put(pack, variant, changed, origin)
            self.variants[variant] = rule_id

    def _known(self, pack: Pack, section: str, rule_id: str, *named_at: str) -> dict[str, Any]:
        rules = self.tables["rule"]
        if rule_id not in rules:
            raise pack.error(
                say("没有规则 {rule}", rule=rule_id),
                section,
                *(named_at or (rule_id,)),
                todo=suggestion(rule_id, rules),
            )
        found: dict[str, Any] = rules[rule_id]
        return found

    def _in_force(self, pack: Pack, basis: str, *ids: str) -> bool:
        """Whether a rule of this basis decides: verified ones do, but for a school standard's."""
        asked = basis in self.enforce or any(one in self.enforce for one in ids)
        return asked or (basis == VERIFIED and pack.layer != STANDARD)

    def ruleset(self, chain: Sequence[Pack]) -> Ruleset:
        """The frozen result, every reference checked."""
        top = [pack for pack in chain if pack.layer != STANDARD][-1]
        on = amendments.turned_on(self.switches, self.switched)
        rules = {rule_id: self._rule(rule_id, on) for rule_id in self._ordered()}
        if not rules:
            raise chain[0].error(
                say("规则集 {id} 没有规则", id=top.id),
                "pack",
                todo=msg('以现有规则集为基础的，请写 extends = "national"'),
            )
        split = parse.split(self.split)
        indicators = {k: parse.indicator(k, v) for k, v in self.tables["indicator"].items()}
        rules = {
            rule_id: with_floor(with_sharing(one, indicators, split), rules, self.kinds)
            for rule_id, one in rules.items()
        }
        resolved = Ruleset(
            id=top.id,
            title=str(top.head["title"]),
            title_en=str(top.head.get("title_en", "")),
            documents=tuple(
                dict.fromkeys(pack.document for pack in chain if pack.layer != STANDARD)
            ),
            version=top.version,
            effective=top.effective,
            layers=tuple(dict.fromkeys(pack.id for pack in chain)),
            concludes=str(chain[0].head.get("concludes", "C")),
            split=split,
            exclusions={k: parse.exclusion(k, v) for k, v in self.tables["exclusion"].items()},
            tallies={
                k: parse.tally(k, v, self.owners[k].place("tally", k))
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
            **_subject(chain),
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
        amendments.check_switches(pack, table, self.switches, *address)
        try:
            rule = parse.rule(rule_id, amendments.switched(table, on), on)
            parts = [
                self._typed(part, pack, rule_id, *address, "part", part.key) for part in rule.parts
            ]
            rule = self._typed(replace(rule, parts=tuple(parts)), pack, rule_id, *address)
        except (ValueError, KeyError) as error:
            raise PackError(
                say("规则 {rule} 自相矛盾：{why}", rule=rule_id, why=error),
                where=pack.place(*address),
            ) from error
        if rule.quote and rule.basis != VERIFIED:
            raise pack.error(
                say(
                    "规则 {rule} 的 quote 是原文，依据却是 {basis}", rule=rule_id, basis=rule.basis
                ),
                *(*address, "quote"),
                todo=msg('只见转述的请写 text；quote 须 basis = "verified"'),
            )
        if rule.joint_en and len(rule.joint_en) != len(rule.joint):
            raise pack.error(
                say("规则 {rule} 的 joint_en 与 joint 项数不同", rule=rule_id),
                *(*address, "joint_en"),
                todo=msg("请逐项对应"),
            )
        decides = not base and (
            self._in_force(pack, rule.basis, rule_id) or rule_id in self.changed
        )
        role = rule.role if decides or rule.role in ("block", "conclusion") else "advisory"
        return replace(
            rule,
            role=role,
            form=self.kinds[rule.kind].form(rule),
            of_base=base,
            attested_as=base or rule_id,
            giver=str(pack.head.get("short", pack.head["title"])),
            giver_en=str(pack.head.get("short_en", pack.head.get("title_en", ""))),
            given_by_id=pack.id,
            layer=pack.layer,
            stated_at=pack.place(*address),
            confirmed=self.raised.get(rule_id, ""),
            layers={field: pack_id for field, (pack_id, _) in origin.items()},
            documents={field: document for field, (_, document) in origin.items()},
            shown_only=table.get("role") == "advisory",
            text_seen=rule.text_seen
            or ("text_seen" not in table and bool(pack.head.get("text_seen"))),
        )

    def _typed(self, holder: Holder, pack: Pack, rule_id: str, *address: str) -> Holder:
        """A rule or part with the settings of its kind, and what follows from them."""
        kind = kind_of(holder, self.kinds, rule_id, pack.place(*address))
        settings = read_settings(kind, holder.settings, rule_id, pack, *address)
        holder = replace(holder, settings=settings)
        return replace(holder, statement=kind.statement(holder), references=kind.references(holder))


def _subject(chain: Sequence[Pack]) -> dict[str, str]:
    """What papers call the matter: as the topmost pack says that says it."""
    told = [pack.head for pack in chain if "subject" in pack.head][-1:]
    return {name: str(head.get(name, "")) for head in told for name in ("subject", "subject_en")}


def _twice(name: str, owner: str) -> str:
    return say("“{name}”已由 {owner} 定义", name=name, owner=owner)


def _natural(rule_id: str) -> list[tuple[int, int, str]]:
    """AH-2 before AH-10; numbered rules before variants of base rules."""
    return [
        (0, int(bit), "") if bit.isdigit() else (1, 0, bit)
        for bit in re.findall(r"[0-9]+|[^0-9]+", rule_id)
    ]


def with_floor(rule: Rule, rules: Mapping[str, Rule], kinds: Kinds) -> Rule:
    """A rule that is counted by one which asks so of the rest gets its floor: a share of its limit.

    Raises PackError where two such rules count it with different shares.
    """
    asked = ((one, kinds[one.kind].floor_share(one)) for one in rules.values() if rule.id in one.of)
    shares = {share: one for one, share in asked if share is not None}
    if len(shares) > 1:
        (one, first), (other, second), *_ = shares.items()
        raise PackError(
            say(
                "规则 {rule} 被 {first} 与 {second} 计数，两处的 rest_at_least 不同（{one} 与 {other}）",
                rule=rule.id,
                first=first.id,
                second=second.id,
                one=one,
                other=other,
            ),
            where=second.stated_at,
            todo=msg("请统一 rest_at_least"),
        )
    if not shares or rule.limit is None:
        return rule
    (share,) = shares
    return replace(rule, floor=floor_of(rule.limit, share), floor_share=share)


def with_sharing(rule: Rule, indicators: Mapping[str, Indicator], split: Split) -> Rule:
    """A rule on a fact that a school's stages share says so: its shortfalls are the whole school's."""
    indicator = indicators.get(rule.indicator or "")
    shared = (
        rule.scope == "unit"
        and indicator is not None
        and any(name in split.facts for name in indicator.of.facts)
    )
    return replace(rule, shared=shared)


def brought(tables: Table, wanted: Iterable[str], source: Pack, asker: Pack) -> dict[str, Any]:
    """The sections of `tables` (of pack `source`) that the rules `wanted` rest on, those rules advisory.

    Raises PackError, at the line of the pack that asks, for a rule that the source does not have.
    """
    found: dict[str, Any] = {"rule": {}, "indicator": {}, "tally": {}, "exclusion": {}}
    known = tables.get("rule", {})
    for rule_id in wanted:
        if rule_id not in known:
            raise asker.error(
                say("规则集 {id} 没有规则 {rule}", id=source.id, rule=rule_id),
                "import",
                source.id,
                todo=suggestion(rule_id, known),
            )
        rule = {**known[rule_id], "role": "advisory"}
        found["rule"][rule_id] = rule
        for reason in rule.get("exclude", ()):
            found["exclusion"][reason] = tables["exclusion"][reason]
            _bring_along(tables["exclusion"][reason], tables, found)
        _bring_along(rule, tables, found)
    return found


def _bring_along(table: Table, tables: Table, found: Mapping[str, dict[str, Any]]) -> None:
    """What a table names, and what that names; a name that stands for nothing is found by lint."""
    for name in _names_in(table):
        for section in ("indicator", "tally"):
            named = tables.get(section, {}).get(name)
            if named is not None and name not in found[section]:
                found[section][name] = named
                _bring_along(named, tables, found)


def _names_in(table: Table) -> Iterator[str]:
    """Every name by which a table may call an indicator or tally; those in its parts and `instead` too."""
    for key in ("indicator", *OPERATORS, "else", "of", "over", "count", "sum", "times", "or"):
        value = table.get(key)
        yield from [value] if isinstance(value, str) else value if isinstance(value, list) else ()
        yield from value if isinstance(value, Mapping) else ()
    yield from conditions.facts(table.get("where", {}))
    also = [table["also"]] if "also" in table else ()
    for inner in (*table.get("part", {}).values(), *table.get("instead", ()), *also):
        yield from _names_in(inner)


def _fields(table: Table) -> list[str]:
    """The names under which a table's values are told apart, those of parts with their key."""
    own = [name for name in table if name != "part"]
    parts = table.get("part", {}).items()
    return own + [f"part.{key}.{name}" for key, part in parts for name in part]
