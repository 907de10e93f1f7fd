"""What loading lets pass and an author should know: of the rule sets that a plugin's packs make.

Each rule set is looked at on each of its days; a fault is the plugin's own where its pack gave the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import pairwise
from pathlib import Path

from compliance.authoring.check.changes import old_number, stale, tenfold
from compliance.authoring.check.layers import RulesOnDay
from compliance.authoring.check.spans import span
from compliance.facts.units import same_unit
from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg, say
from compliance.rules.kinds import Kinds
from compliance.rules.language.model import (
    ASKED,
    OPERATORS,
    REMEDY_FIGURES,
    UPPER,
    VERIFIED,
    WRITTEN,
    Indicator,
    Part,
    Rule,
)
from compliance.rules.language.references import Node
from compliance.rules.resolution.amendments import both_stated, loosened, said_at
from compliance.rules.resolution.resolve import Amendment, Layers

# what lets somebody find a source: a number of the document, its title, an address, a standard, an article, a year
_FOUND_BY = re.compile(
    r"[〔《]|https?://|[0-9〇一二三四五六七八九十]号|第.{1,8}[条章节款]|GB|[12][0-9]{3}"
)
_OPEN = re.compile(r"\{([^{}]*)\}")
_NO_WORD = re.compile(r"^[\W_x?？]*$|^(?:TODO|TBD|FIXME|XXX|待补|待定|待查|无|略)", re.IGNORECASE)


def advise(days: list[RulesOnDay], own: Set[Path], kinds: Kinds) -> Iterator[PackError]:
    """All of it, for a rule set on its days."""
    for one in days:
        yield from _layers(one, own)
        for rule in one.rules.rules.values():
            if one.layers.owners["rule", rule.id].path in own:
                yield from _words(rule, one.layers, kinds)
                yield from _proof(rule, one.layers)
            yield from _left_open(rule, one.layers, own)
            for holder in rule.holders:
                yield from _limit(rule, holder, one, own, kinds)
        for name, indicator in one.rules.indicators.items():
            if one.layers.owners["indicator", name].path in own:
                yield from _unit(indicator, one)
    for before, after in pairwise(days):
        yield from _from_day_to_day(before, after, own)
    if days:
        yield from _unused(days, own)


def _layers(one: RulesOnDay, own: Set[Path]) -> Iterator[PackError]:
    """What overrides make of what they stand on, and of each other."""
    layers = one.layers
    given: dict[tuple[str, str], Amendment] = {}
    for amended in layers.amended:
        mine = amended.pack.path in own
        for field in amended.touched:
            other = given.setdefault((amended.rule, field), amended)
            beside = other is not amended and other.pack.id == amended.pack.id
            if (
                mine
                and beside
                and field.rpartition(".")[2] in ASKED
                and _differ(other, amended, field)
            ):
                what = say(
                    "{rule} 的 {field} 在同一规则集的两层各改一次：{both}",
                    rule=amended.rule,
                    field=field,
                    both=f"{other.pack.file} / {amended.pack.file}",
                )
                where = said_at(amended.pack, one.day, "override", amended.rule, *field.split("."))
                yield PackError(what, where, msg("只在一层里改"), "contradiction")
        if not mine or amended.stands_as not in layers.tables["rule"]:
            continue
        fields = loosened(amended.before, amended.after)
        if fields:
            what = say(
                "放宽 {rule}：{fields}（已写明 relaxes = true）",
                rule=amended.rule,
                fields=both_stated(amended.before, amended.after, fields),
            )
            where = amended.pack.place("override", amended.rule, "relaxes")
            yield PackError(what, where, msg("请确认放宽确有依据"), "relaxed")
        for field, address, old, new in stale(amended.before, amended.after):
            place = (field,) if field in amended.touched else _without_stage(address)
            yield old_number(
                amended.stands_as, field, old, new, layers.place("rule", amended.stands_as, *place)
            )
        for address, old, new in tenfold(amended.before, amended.after):
            where = layers.place("rule", amended.stands_as, *_without_stage(address))
            yield _far_off(amended.stands_as, old, new, where)
    yield from _beside(layers, own)


def _differ(one: Amendment, other: Amendment, field: str) -> bool:
    first, second = dict(one.after), dict(other.after)
    for key in field.split("."):
        first, second = (
            table.get(key, {}) if isinstance(table, Mapping) else table for table in (first, second)
        )
    return bool(first != second)


def _without_stage(address: tuple[str, ...]) -> tuple[str, ...]:
    """Where a limit is said, whatever its key."""
    names = (*OPERATORS, "pass_at_least", "rest_at_least")
    return tuple(address[: next(n for n, one in enumerate(address) if one in names) + 1])


def _beside(layers: Layers, own: Set[Path]) -> Iterator[PackError]:
    """One pack that changes and drops a rule, or adds what is a member already; two defaults of a choice."""
    packs = {id(pack): pack for pack in layers.owners.values() if pack.path in own}
    for pack in packs.values():
        for rule in pack.table("override").keys() & pack.table("drop").keys():
            what = say("{rule} 既改又删", rule=rule)
            yield pack.error(what, "drop", rule, todo=msg("只留一种"), code="contradiction")
        for rule, table in pack.table("override").items():
            members = layers.tables["rule"].get(rule, {}).get("of", ())
            for name in table.get("add", ()):
                if list(members).count(name) > 1:
                    what = say("{rule} 已是 {group} 的成员，又加了一次", rule=name, group=rule)
                    yield pack.error(
                        what, "override", rule, "add", todo=msg("请去掉"), code="contradiction"
                    )
    defaults: dict[str, str] = {}
    for name, switch in layers.switches.items():
        pack = layers.owners["switch", name]
        if switch.default and defaults.setdefault(switch.choice, name) != name and pack.path in own:
            what = say(
                "{one} 与 {other} 都是 {choice} 的缺省",
                one=defaults[switch.choice],
                other=name,
                choice=switch.choice,
            )
            yield pack.error(
                what, "switch", name, "default", todo=msg("只留一个 default"), code="contradiction"
            )


def _words(rule: Rule, layers: Layers, kinds: Kinds) -> Iterator[PackError]:
    """What whoever misses a rule must be told: what is asked, what to do, who does it."""
    table = layers.tables["rule"][rule.id]
    shows_only = kinds[rule.kind].has_limit and rule.limit is None
    if rule.form.groups or rule.role in ("block", "conclusion") or rule.is_input or shows_only:
        return
    asked = {
        "remedy": (rule.remedy, say("规则 {rule} 没有整改措施（remedy）", rule=rule.id)),
        "owner": (rule.owner, say("规则 {rule} 没有牵头单位（owner）", rule=rule.id)),
        "text": (
            rule.text or rule.quote,
            say("规则 {rule} 没有要求的转述（text）或原文（quote）", rule=rule.id),
        ),
    }
    for code, (said, what) in asked.items():
        if not str(said).strip() and not (code == "text" and table.get("basis") == VERIFIED):
            yield PackError(what, layers.place("rule", rule.id), msg("请补上"), code)


def _left_open(rule: Rule, layers: Layers, own: Set[Path]) -> Iterator[PackError]:
    """What a remedy leaves open and no finding fills in: the remedy would be passed over in silence."""
    for field, text in (("remedy", rule.remedy), ("remedy_en", rule.remedy_en)):
        if layers.giver(rule.id, field).path not in own:
            continue
        for name in dict.fromkeys(_OPEN.findall(text)):
            if name not in REMEDY_FIGURES:
                what = say(
                    "规则 {rule} 的 {field} 有填不出的 {name}",
                    rule=rule.id, field=field, name=f"{{{name}}}",
                )  # fmt: skip
                todo = say("可用：{known}", known=", ".join(f"{{{one}}}" for one in REMEDY_FIGURES))
                yield PackError(what, layers.place("rule", rule.id, field), todo, "remedy")


def _proof(rule: Rule, layers: Layers) -> Iterator[PackError]:
    """A source can be looked up; what decides rests on words."""
    place = layers.place("rule", rule.id, "basis")
    if _NO_WORD.match(rule.source):
        what = say("规则 {rule} 的来源“{source}”什么也没说", rule=rule.id, source=rule.source)
        where = layers.place("rule", rule.id, "source")
        yield PackError(what, where, msg("请写文件名称、文号与条款"), "source")
    elif rule.basis == VERIFIED and not _FOUND_BY.search(rule.source):
        what = say(
            "规则 {rule} 是 verified，来源“{source}”却无从查对", rule=rule.id, source=rule.source
        )
        where = layers.place("rule", rule.id, "source")
        yield PackError(
            what,
            where,
            msg("请写文号、名称或网址；没有见到的写 secondary 或 unconfirmed"),
            "unproven",
        )
    if rule.basis == VERIFIED and not (
        rule.form.groups or rule.text or rule.quote or rule.is_input
    ):
        what = say("规则 {rule} 是 verified，却没有 text 或 quote", rule=rule.id)
        yield PackError(
            what, place, msg("请写出所见的要求；没有见到的写 secondary 或 unconfirmed"), "unproven"
        )


def _limit(
    rule: Rule, holder: Rule | Part, one: RulesOnDay, own: Set[Path], kinds: Kinds
) -> Iterator[PackError]:
    """A limit that nobody or everybody can meet, given what its indicator can be."""
    limit = holder.limit
    if limit is None or not limit.table or kinds[rule.kind].form(rule).coefficient:
        return
    at = ("part", holder.key) if isinstance(holder, Part) else ()
    field = (*at, next(name for name, sign in OPERATORS.items() if sign == limit.operator))
    layers = one.layers
    if layers.giver(rule.id, *field).path not in own:
        return
    indicator = one.rules.indicators.get(holder.indicator or "")
    if indicator is None:
        return
    low, high = span(indicator, one.rules, one.words)
    upper, strict = limit.operator in UPPER, limit.operator in ("<", ">")
    for key, value in limit.table.items():
        # on a bound itself: `< low` and `> high` meets nobody, `>= low` and `<= high` everybody
        under = low is not None and (value < low or (value == low and strict == upper))
        over = high is not None and (value > high or (value == high and (strict or upper)))
        beyond, idle = (under, over) if upper else (over, under)
        if not beyond and not idle:
            continue
        told = {
            "rule": rule.id,
            "limit": f"{WRITTEN[limit.operator]}{value}{indicator.unit}",
            "key": f"（{key}）" if key else "",
            "indicator": indicator.title,
            "low": "—" if low is None else low,
            "high": "—" if high is None else high,
        }
        what = (
            say(
                "规则 {rule} 的限值 {limit}{key} 没有谁达得到：{indicator} 在 {low} 与 {high} 之间",
                **told,
            )
            if beyond
            else say(
                "规则 {rule} 的限值 {limit}{key} 谁都达得到：{indicator} 在 {low} 与 {high} 之间",
                **told,
            )
        )
        code = "limit_impossible" if beyond else "limit_implausible"
        yield PackError(what, layers.place("rule", rule.id, *field), msg("请核对数与单位"), code)


def _unit(indicator: Indicator, one: RulesOnDay) -> Iterator[PackError]:
    """The unit of what is a fact as it stands, or a sum of facts, is that of the fact."""
    weights = indicator.of.facts
    if (
        indicator.over is not None
        or indicator.per != 1
        or {abs(n) for n in weights.values()} != {1}
    ):
        return
    for name in weights:
        facts = (*one.words.school.values(), *one.words.county.values())
        units = {fact.unit for fact in facts if name in (fact.name, fact.stem)} - {""}
        if indicator.unit and units and not any(same_unit(indicator.unit, own) for own in units):
            what = say(
                "指标 {name} 就是数据项 {fact}，单位却是“{unit}”，不是“{another}”",
                name=indicator.name, fact=name, unit=indicator.unit, another=min(units),
            )  # fmt: skip
            where = one.layers.place("indicator", indicator.name, "unit")
            yield PackError(what, where, msg("请写数据项的单位，或用 over、per 换算"), "unit")
            return


def _far_off(rule: str, old: object, new: object, where: str) -> PackError:
    what = say("规则 {rule} 的限值 {new} 与原先的 {old} 差一个数量级", rule=rule, old=old, new=new)
    return PackError(what, where, msg("请核对数与单位"), "limit_implausible")


def _from_day_to_day(before: RulesOnDay, after: RulesOnDay, own: Set[Path]) -> Iterator[PackError]:
    """Limits that change from a day on, and the words that go with them."""
    held = before.layers.tables["rule"], after.layers.tables["rule"]
    for rule in held[0].keys() & held[1].keys():
        was, now = held[0][rule], held[1][rule]
        for field, address, old, new in stale(was, now):
            at = _without_stage(address)
            if after.layers.giver(rule, *at).path in own:
                places = [one.layers.place("rule", rule, field) for one in (before, after)]
                anew = field in now and places[0] != places[1]
                yield old_number(
                    rule,
                    field,
                    old,
                    new,
                    places[1] if anew else after.layers.place("rule", rule, *at),
                )
        for address, old, new in tenfold(was, now):
            at = _without_stage(address)
            if after.layers.giver(rule, *at).path in own:
                yield _far_off(rule, old, new, after.layers.place("rule", rule, *at))


def _unused(days: list[RulesOnDay], own: Set[Path]) -> Iterator[PackError]:
    """Indicators, tallies and exclusions that no rule looks at on any day, nor any switch brings in."""
    used, declared = set[Node](), dict[Node, str]()
    for one in days:
        graph = one.rules.references
        starts = [Node("rule", name) for name in one.rules.rules]
        packs = {id(pack): pack for pack in one.layers.owners.values() if pack.path in own}
        written = [list(one.layers.tables["rule"].values())]
        written += [list(pack.left_out.values()) for pack in packs.values()]
        written += [
            list(pack.table(name).values())
            for pack in packs.values()
            for name in ("rule", "override")
        ]
        named = set(_named(written))
        starts += [node for node in graph.edges if node.name in named]
        used.update(graph.walk(starts))
        for node in graph.edges:
            pack = one.layers.owners.get((node.section, node.name))
            if pack is not None and pack.path in own and node.section != "rule":
                declared.setdefault(node, one.layers.place(*node))
    for node, where in declared.items():
        if node not in used:
            what = say("{section} {name} 没有规则用到", section=node.section, name=node.name)
            yield PackError(what, where, msg("请用上它，或删去"), "unused")


def _named(value: object) -> Iterable[str]:
    """Every word in the ways that switches open."""
    if isinstance(value, Mapping):
        yield from (str(key) for key in value)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, str):
        yield value
