"""From packs to one rule set for a day: editions, layers by `extends`, overrides, drops, imports.

Resolution never changes a pack; it yields a new, frozen Ruleset. An override or rule whose legal
basis is not in force decides nothing: it stands beside the base rule as an advisory finding; so does
every rule of a school standard. What came from which layer and document is kept for every value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.rules.kinds import Kinds, kind_of, read_settings
from compliance.rules.language import assembly, conditions, parse
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
    Split,
    Switch,
    floor_of,
)
from compliance.rules.language.pack import Pack
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.lint import examine
from compliance.rules.lint_faults import Faults
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
                code="circle",
            )
        if chain and wanted not in known:
            raise chain[-1].error(
                say("所扩展的规则集“{id}”没有安装", id=wanted),
                "pack",
                "extends",
                todo=msg("请安装相应的插件"),
                code="reference",
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
    words: Vocabulary | None = None,
) -> Ruleset:
    """The rule set `pack_id` as of a day, with the bases and rule ids of `enforce` in force.

    switched: names of switches that are on. confirmations: rules whose texts someone holds.
    kinds: the kinds of rules that are offered. words: the facts it is held against, where given.
    Raises UsageError (unknown id or date) or PackError (wrong packs: every fault, with file and line).
    """
    confirmed = {one.rule: one for one in sorted(confirmations, key=lambda one: one.date)}
    merged = Layers(as_of, enforce, switched, confirmed, kinds)
    chain = merged.lay_all(known, pack_id)
    resolved = merged.examined(chain, words)
    if merged.faults:
        raise PackError.of(merged.faults)
    rests_on = resolved.references.rests_on
    resting = {key: replace(one, facts=rests_on(key)) for key, one in resolved.rules.items()}
    return replace(resolved, rules=resting)


def renamed(pack: Pack) -> Iterator[tuple[str, str]]:
    """Ids by which rules of a pack were known, each with the one that it has now."""
    for section, prefix in (("rule", ""), ("override", pack.prefix)):
        for rule_id, table in pack.table(section).items():
            yield from ((old, f"{prefix}{rule_id}") for old in table.get("formerly", ()))


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
                code="reference",
            )
        found[name] = edition(known, name, as_of)
    return found


_OF_REGISTERS = ("register", "assemble")


class _LostError(PackError):
    """What is named is wrong itself."""


Holder = TypeVar("Holder", Rule, Part)
Table = Mapping[str, Any]


Origin = Mapping[str, tuple[Pack, str]]  # field of a rule → the pack and document that gave it


class Amendment(NamedTuple):
    """What an override made of a rule: by which pack, under which id it stands, the fields touched."""

    pack: Pack
    rule: str
    stands_as: str
    before: Table
    after: Table
    touched: Sequence[str]


@dataclass
class Layers:
    """The tables of a chain of packs, laid over each other one by one.

    day, enforce, switched, confirmed (rule id → its confirmation), kinds: as asked for. What follows
    is gathered on the way; owners: section and name → the pack. A fault costs what it is in, so that
    the others are found too (`faults`); `lost` is what went with it, by section and name.
    """

    day: date
    enforce: Sequence[str]
    switched: Sequence[str]
    confirmed: Mapping[str, Confirmation]
    kinds: Kinds
    tables: Mapping[str, dict[str, Any]] = field(
        default_factory=lambda: {
            name: {} for name in ("exclusion", "tally", "indicator", "rule", *_OF_REGISTERS)
        }
    )
    origins: dict[str, Origin] = field(default_factory=dict)
    owners: dict[tuple[str, str], Pack] = field(default_factory=dict)
    variants: dict[str, str] = field(default_factory=dict)  # advisory variant id → base rule id
    amended: list[Amendment] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)  # base rules that an override in force changed
    raised: dict[str, str] = field(default_factory=dict)  # rule id → the document that confirmed it
    brought: set[str] = field(default_factory=set)  # rules of other rule sets, named last
    replaced: dict[str, str] = field(default_factory=dict)  # rule id → the rule that stands for it
    prefixes: dict[str, str] = field(default_factory=dict)  # prefix → the pack whose rules begin so
    split: dict[str, Any] = field(default_factory=dict)
    switches: dict[str, Switch] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)
    faults: list[PackError] = field(default_factory=list)
    lost: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def _gathering(self, section: str = "", name: str = "") -> Iterator[None]:
        """A fault is kept, and what it is in is lost."""
        try:
            yield
        except _LostError:  # told where it went
            self.lost.add((section, name))
        except PackError as error:
            self.faults.append(error)
            self.lost.add((section, name))

    def lay_all(self, known: Mapping[str, Sequence[Pack]], pack_id: str) -> Sequence[Pack]:
        """Lay the packs of a rule set over each other, from its base up; these.

        Raises UsageError for an unknown id or date, PackError where one is not installed.
        """
        chain = lineage(known, pack_id, self.day)
        if WITHOUT_STANDARD not in self.switched:
            chain = [one for pack in chain for one in (pack, *_standard(known, pack.id, self.day))]
        now = {old: new for pack in chain for old, new in renamed(pack)}
        self.confirmed = {now.get(rule, rule): one for rule, one in self.confirmed.items()}
        self.enforce = [now.get(word, word) for word in self.enforce]
        for pack in chain:
            self.lay(pack, _imported(known, pack, self.day))
        return chain

    def lay(self, pack: Pack, imports: Mapping[str, Pack]) -> None:
        """Add one pack's tables, overrides and drops; imports: the packs it brings rules from."""
        self.faults += pack.faults
        self.lost |= pack.left_out.keys()
        tables, wrong = amendments.in_force(pack, self.day)
        self.faults += wrong.values()
        self.lost |= wrong.keys()
        with self._gathering("pack", "prefix"):
            if pack.prefix and self.prefixes.setdefault(pack.prefix, pack.id) != pack.id:
                raise pack.error(
                    _twice(pack.prefix, self.prefixes[pack.prefix]),
                    "pack",
                    "prefix",
                    todo=msg("请换一个前缀"),
                    code="prefix",
                )
        self._share(pack, pack.table("split"))
        for name, table in pack.table("switch").items():
            with self._gathering("switch", name):
                if name in self.switches or name == WITHOUT_STANDARD:
                    raise pack.error(_twice(name, pack.id), "switch", name, code="taken")
                self.switches[name] = parse.switch(name, table)
                self.owners["switch", name] = pack
        for key, table in tables.get("clause", {}).items():
            self.clauses.append(
                parse.clause(key, table, pack.id, pack.place("clause", key, "rules"))
            )
        for name, table in pack.table("import").items():
            with self._gathering("import", name):
                other, _ = amendments.in_force(imports[name], self.day)
                found = brought(other, table["rules"], imports[name], pack)
                self._bring(imports[name], found, other)
        self._define(pack, tables)
        for section in _OF_REGISTERS:  # how registers are counted, a layer may say anew
            self.tables[section].update(tables.get(section, {}))
            self.owners.update({(section, name): pack for name in tables.get(section, {})})
        for rule_id, table in tables.get("rule", {}).items():
            with self._gathering("rule", rule_id):
                self._new_rule(pack, rule_id, table)
        self._amend(pack, tables)

    def _amend(self, pack: Pack, tables: Table) -> None:
        """Lay a pack's overrides over what stands, and drop what it drops."""
        later = set(pack.table("rule")) - set(tables.get("rule", {}))  # their first day is to come
        overrides = {name: dict(table) for name, table in tables.get("override", {}).items()}
        for table in (one for one in overrides.values() if "add" in one):
            table["add"] = [name for name in table["add"] if name not in later]
        for rule_id, table in overrides.items():
            with self._gathering("override", rule_id):
                self._override(pack, rule_id, table)
        if pack.prefix:  # under which an override that is lost would stand
            gone = {name for section, name in self.lost if section == "override"}
            self.lost |= {("rule", pack.prefix + name) for name in gone}
        for rule_id, table in pack.table("drop").items():
            with self._gathering("drop", rule_id):
                self._known(pack, "drop", rule_id)
                amendments.check_drop(pack, rule_id, table, self.tables["rule"])
                del self.tables["rule"][rule_id]
        for rule_id, table in overrides.items():
            for added in table.get("add", ()):
                with self._gathering("rule", added):
                    self._known(pack, "override", added, rule_id, "add")

    def _share(self, pack: Pack, split: Table) -> None:
        """A base's split, or what an extending pack adds to it."""
        more = [name for name in split.get("add", ()) if name not in self.split.get("facts", ())]
        self.split = {**self.split, **{k: v for k, v in split.items() if k != "add"}}
        if more:
            self.split["facts"] = [*self.split.get("facts", ()), *more]
        for name in (*more, *split.get("facts", ())):
            self.owners["split", name] = pack

    def _define(self, pack: Pack, tables: Table) -> None:
        for name in ("exclusion", "tally", "indicator"):
            for key, table in tables.get(name, {}).items():
                with self._gathering(name, key):
                    self._free(pack, name, key)
                    self.tables[name][key], self.owners[name, key] = table, pack

    def _free(self, pack: Pack, section: str, name: str) -> None:
        """PackError where a layer below has one of this name."""
        if name in self.tables[section]:
            owner = self.owners[section, name].id
            raise pack.error(_twice(name, owner), section, name, code="taken")

    def _bring(self, source: Pack, found: Table, tables: Table) -> None:
        """Rules of another rule set, advisory here; the stages share what they share there."""
        self._define(source, found)
        split = tables.get("split", {})
        if parse.split(split).weights != parse.split(self.split).weights:
            what = msg("拆分的权重与所引入的不同")
            raise source.error(what, "split", "weights", code="contradiction")
        self._share(source, {"add": split.get("facts", ())})
        for rule_id, table in found["rule"].items():
            with self._gathering("rule", rule_id):
                self._free(source, "rule", rule_id)
                self._put(source, rule_id, dict(table), self._given(source, table))
                self.brought.add(rule_id)

    def _given(self, pack: Pack, table: Table) -> Origin:
        document = str(table.get("source", pack.head["source"]))
        return dict.fromkeys(_fields(table), (pack, document))

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
                code="prefix",
            )
        self._put(pack, rule_id, self._as_confirmed(rule_id, table), self._given(pack, table))
        if "replaces" in table:
            self._replace(pack, str(table["replaces"]), rule_id)

    def _replace(self, pack: Pack, base_id: str, rule_id: str) -> None:
        """Let a rule stand wherever a base rule stood. PackError where it asks for less."""
        base = self._known(pack, "rule", base_id, rule_id, "replaces")
        if looser := amendments.loosened(base, self.tables["rule"][rule_id]):
            raise pack.error(
                say(
                    "规则 {rule} 比所代替的 {base} 宽，或无从比较宽严：{fields}",
                    rule=rule_id,
                    base=base_id,
                    fields=amendments.both_stated(base, self.tables["rule"][rule_id], looser),
                ),
                "rule",
                rule_id,
                "replaces",
                todo=msg("省市规则只能从严；请另立规则，不写 replaces"),
                code="loosened",
            )
        del self.tables["rule"][base_id]
        self.replaced[base_id] = rule_id
        for one in self.tables["rule"].values():
            if base_id in one.get("of", ()):
                one["of"] = [rule_id if name == base_id else name for name in one["of"]]

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
        self.owners["rule", rule_id] = pack

    def _override(self, pack: Pack, rule_id: str, table: Table) -> None:
        base = self._known(pack, "override", rule_id)
        if set(table) <= {"add"}:
            base["of"] = [*base.get("of", []), *table.get("add", [])]
            added = {f"add.{pack.id}": (pack, str(pack.head["source"]))}
            self.origins[rule_id] = {**self.origins[rule_id], **added}
            return
        if "source" not in table or "basis" not in table:
            raise pack.error(
                say("对 {rule} 的修改须写明 source 与 basis", rule=rule_id),
                "override",
                rule_id,
                todo='source = "…"  basis = "secondary"',
                code="source",
            )
        variant = pack.prefix + rule_id
        table = self._as_confirmed(variant, table)
        documents = {field: document for field, (_, document) in self.origins[rule_id].items()}
        changed, touched = amendments.overridden(pack, self.day, rule_id, base, table, documents)
        given = dict.fromkeys(touched, (pack, str(table["source"])))
        origin = {**self.origins[rule_id], **given}
        if self._in_force(pack, str(table["basis"]), rule_id, variant):
            self._put(pack, rule_id, changed, origin)
            self.changed.add(rule_id)
            self.raised[rule_id] = self.raised.get(variant, "")  # the base's was of another text
            stands_as = rule_id
        else:
            own = {"formerly": table.get("formerly", [])}  # the base rule's names are its own
            self._put(pack, variant, {**changed, **own}, origin)
            self.variants[variant], stands_as = rule_id, variant
        self.amended.append(Amendment(pack, rule_id, stands_as, base, changed, touched))

    def _known(self, pack: Pack, section: str, rule_id: str, *named_at: str) -> dict[str, Any]:
        rules = self.tables["rule"]
        if rule_id not in rules:
            if ("rule", rule_id) in self.lost:
                raise _LostError(rule_id)
            raise pack.error(
                say("没有规则 {rule}", rule=rule_id),
                section,
                *(named_at or (rule_id,)),
                todo=suggestion(rule_id, rules),
                code="reference",
            )
        found: dict[str, Any] = rules[rule_id]
        return found

    def _in_force(self, pack: Pack, basis: str, *ids: str) -> bool:
        """Whether a rule of this basis decides: verified ones do, but for a school standard's."""
        asked = basis in self.enforce or any(one in self.enforce for one in ids)
        return asked or (basis == VERIFIED and pack.layer != STANDARD)

    def examined(self, chain: Sequence[Pack], words: Vocabulary | None) -> Ruleset:
        """The rule set of a chain that was laid, every reference checked, and every fact where `words` are given.

        Without what is wrong, which is among the `faults`. Raises PackError where no rule is left.
        """
        top = [pack for pack in chain if pack.layer != STANDARD][-1]
        on = amendments.turned_on(self.switches, self.switched)
        rules = dict[str, Rule]()
        for rule_id in self._ordered():
            with self._gathering("rule", rule_id):
                rules[rule_id] = self._rule(rule_id, on)
        if not rules:
            nothing = chain[0].error(
                say("规则集 {id} 没有规则", id=top.id),
                "pack",
                todo=msg('以现有规则集为基础的，请写 extends = "national"'),
                code="no_rules",
            )
            raise PackError.of(self.faults or [nothing])
        split = parse.split(self.split)
        indicators = {k: parse.indicator(k, v) for k, v in self.tables["indicator"].items()}
        for rule_id, one in rules.items():
            with self._gathering("rule", rule_id):
                rules[rule_id] = self._with_floor(with_sharing(one, indicators, split), rules)
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
                k: parse.tally(k, v, self.owners["tally", k].place("tally", k))
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
            enforceable=(*(one.pack.prefix + one.rule for one in self.amended), *self.replaced),
            switches=self.switches,
            switched=on,
            clauses=tuple(
                one._replace(rules=tuple(self.replaced.get(name, name) for name in one.rules))
                for one in self.clauses
            ),
            **_subject(chain),
            assembly=self._assembly(),
        )
        found = Faults(self.place, self.tables, self.lost, self._led(chain), self.faults)
        examine(resolved, self.kinds, words, found)
        return resolved

    def _assembly(self) -> assembly.Assembly:
        def places(section: str) -> Iterator[tuple[str, Table, Pack, str]]:
            for name, table in self.tables[section].items():
                pack = self.owners[section, name]
                yield name, table, pack, pack.place(section, name)

        return assembly.Assembly(
            {
                name: assembly.register_use(name, table, at)
                for name, table, _, at in places("register")
            },
            {
                name: assembly.definition(name, table, pack.id, at)
                for name, table, pack, at in places("assemble")
            },
        )

    def _led(self, chain: Sequence[Pack]) -> set[str]:
        """The rules that what is lost is made of, or would have added to a group."""
        tables = [table for pack in chain for table in pack.left_out.values()]
        for section, name in self.lost:
            tables += [self.tables["rule"].get(name)] if section == "rule" else []
            tables += [pack.table("override").get(name) for pack in chain if section == "override"]
        named = (
            one.get(key) for one in tables if isinstance(one, Mapping) for key in ("of", "add")
        )
        return {str(one) for names in named if isinstance(names, list) for one in names}

    def _ordered(self) -> list[str]:
        """The base pack's rules in the order of the law, those brought in, then the prefixed ones by id."""
        own = [rule_id for rule_id in self.tables["rule"] if "-" not in rule_id]
        own.sort(key=self.brought.__contains__)
        return own + sorted(set(self.tables["rule"]) - set(own), key=_natural)

    def _rule(self, rule_id: str, on: Sequence[str]) -> Rule:
        pack, origin = self.owners["rule", rule_id], self.origins[rule_id]
        address, base = self._address(pack, rule_id), self.variants.get(rule_id, "")
        table = self.tables["rule"][rule_id]
        amendments.check_switches(pack, table, self.switches, *address)
        self._check_limits(rule_id, table)
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
                code="field",
            ) from error
        if rule.quote and rule.basis != VERIFIED:
            raise PackError(
                say(
                    "规则 {rule} 的 quote 是原文，依据却是 {basis}", rule=rule_id, basis=rule.basis
                ),
                where=self.place("rule", rule_id, "quote"),
                todo=msg('只见转述的请写 text；quote 须 basis = "verified"'),
                code="unproven",
            )
        if rule.joint_en and len(rule.joint_en) != len(rule.joint):
            raise PackError(
                say("规则 {rule} 的 joint_en 与 joint 项数不同", rule=rule_id),
                where=self.place("rule", rule_id, "joint_en"),
                todo=msg("请逐项对应"),
                code="field",
            )
        called = (rule_id, *(old for old, new in self.replaced.items() if new == rule_id))
        decides = not base and (
            self._in_force(pack, rule.basis, *called) or rule_id in self.changed
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
            layers={field: giver.id for field, (giver, _) in origin.items()},
            documents={field: document for field, (_, document) in origin.items()},
            shown_only=table.get("role") == "advisory",
            text_seen=rule.text_seen
            or ("text_seen" not in table and bool(pack.head.get("text_seen"))),
        )

    def _with_floor(self, rule: Rule, rules: Mapping[str, Rule]) -> Rule:
        """A rule that is counted by one which asks so of the rest gets its floor: a share of its limit.

        Raises PackError where two such rules count it with different shares.
        """
        counting = [one for one in rules.values() if rule.id in one.of]
        asked = ((one, self.kinds[one.kind].floor_share(one)) for one in counting)
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
                where=self.place("rule", second.id, "rest_at_least"),
                todo=msg("请统一 rest_at_least"),
                code="contradiction",
            )
        if not shares or rule.limit is None:
            return rule
        (share,) = shares
        return replace(rule, floor=floor_of(rule.limit, share), floor_share=share)

    def _address(self, pack: Pack, rule_id: str) -> tuple[str, str]:
        """Where a pack says what it says of a rule: as its own, or as an override."""
        base = self.variants.get(rule_id, rule_id)
        section = "override" if base in pack.table("override") else "rule"
        return section, base

    def giver(self, rule_id: str, *field: str) -> Pack:
        """The pack that gave a field of a rule, or else the rule."""
        origin = self.origins[rule_id]
        keys = (".".join(field[:depth]) for depth in range(len(field), 0, -1))
        given = (origin[key][0] for key in keys if key in origin)
        return next(given, self.owners["rule", rule_id])

    def place(self, section: str, name: str, *field: str) -> str:
        """File and line where a field of what stands now is said: by its last layer, for the day."""
        pack = self.owners[section, name]
        if section == "split":
            return pack.place(
                section, "add" if name in pack.table(section).get("add", ()) else "facts"
            )
        if section == "rule":
            pack = self.giver(name, *field)
            section, name = self._address(pack, name)
        return amendments.said_at(pack, self.day, section, name, *field)

    def _check_limits(self, rule_id: str, table: Table) -> None:
        """PackError where a rule, a part or what a switch puts in its place states two limits."""
        holders: dict[tuple[str, ...], Table] = {(): table}
        holders |= {("part", key): part for key, part in table.get("part", {}).items()}
        ways = {
            (*at, "instead", str(place)): way
            for at, one in holders.items()
            for place, way in enumerate(one.get("instead", ()))
        }
        for at, one in {**holders, **ways}.items():
            stated = [name for name in OPERATORS if name in one]
            if len(stated) > 1:
                raise PackError(
                    say("规则 {rule} 自相矛盾：{why}", rule=rule_id, why=" / ".join(stated)),
                    where=self.place("rule", rule_id, *at, stated[1]),
                    todo=msg("只留一个限值"),
                    code="contradiction",
                )

    def _typed(self, holder: Holder, pack: Pack, rule_id: str, *address: str) -> Holder:
        """A rule or part with the settings of its kind, and what follows from them."""
        kind = kind_of(holder, self.kinds, rule_id, pack.place(*address, "kind"))
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
                code="reference",
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
