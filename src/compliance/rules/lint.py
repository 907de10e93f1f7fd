"""A resolved rule set held against itself, the kinds and the vocabulary: wrong rules stop the program.

Every name must stand for something, nothing may rest on itself, what is compared or summed must be
of one quantity, a condition must ask what its fact can answer, and every rule must lead to the
conclusion. Every fault is told, at the line of the field it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from compliance.facts.units import quantity
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, msg_in, pick, say
from compliance.kernel.submission import STAGES
from compliance.rules.kinds import Kinds
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Part, Rule, Tally, Terms
from compliance.rules.language.references import Node, Role
from compliance.rules.language.ruleset import Ruleset
from compliance.rules.lint_assembly import check_assembly
from compliance.rules.lint_faults import Faults
from compliance.rules.lint_values import Answers, idle

# columns that the frames add to the vocabulary, for conditions, by scope
_SCHOOL = ("stages", "compulsory_students", "known_compulsory_students")
_DERIVED = {"unit": ("stage", *_SCHOOL), "school": _SCHOOL, "county": ("monitoring",)}


DEEPEST = 32  # references, one resting on the other


def examine(rules: Ruleset, kinds: Kinds, words: Vocabulary | None, faults: Faults) -> None:
    """Hold a rule set against itself; where `words` are given, its facts against these, and its reach."""
    _check_names(rules, faults)
    _check_switches(rules, faults)
    _check_clauses(rules, faults)
    _check_former_ids(rules, faults)
    _check_circles(rules, faults)
    sound = _sound(rules)
    _check_depth(sound, faults)
    for rule in sound.rules.values():
        _check_units(rule, sound, faults)
        for holder in rule.holders:
            _check_whole(rule, holder, kinds, faults)
    if words is None:
        return
    _check_facts(sound, kinds, words, faults)
    check_assembly(rules.assembly, words, faults)
    _check_reach(rules, faults)


def _sound(rules: Ruleset) -> Ruleset:
    """The rule set without what rests on a name that stands for nothing, or on itself.

    What else would be told of that is no fault of its own. A group is sound without its members.
    """
    edges = rules.references.edges
    broken = {
        node
        for node, found in edges.items()
        for role, other in found
        if other.section != "fact" and other not in edges and role is not Role.MEMBER
    }
    broken.update(node for circle in rules.references.circles() for node in circle)
    if not broken:
        return rules
    roles = set(Role) - {Role.MEMBER}
    lost = {node for node in edges if not broken.isdisjoint(rules.references.walk([node], roles))}

    def kept(section: str, declared: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in declared.items() if Node(section, name) not in lost}

    return replace(
        rules,
        rules=kept("rule", rules.rules),
        indicators=kept("indicator", rules.indicators),
        tallies=kept("tally", rules.tallies),
        exclusions=kept("exclusion", rules.exclusions),
    )


def _check_names(rules: Ruleset, faults: Faults) -> None:
    """Names that stand for nothing; facts are the vocabulary's to know."""
    edges = rules.references.edges
    for node, other in dict.fromkeys((one, edge[1]) for one in edges for edge in edges[one]):
        if other.section == "fact" or other in edges or other in faults.lost:
            continue
        named = {"one": node.name, "section": other.section, "name": other.name}
        if node.section == "rule":
            what = say("规则 {one} 引用了不存在的 {section} “{name}”", **named)
        else:
            what = say("指标 {one} 引用了不存在的 {section} “{name}”", **named)
        known = [one.name for one in edges if one.section == other.section]
        faults.where("reference", what, node, other.name, todo=suggestion(other.name, known))


def _check_units(rule: Rule, rules: Ruleset, faults: Faults) -> None:
    """What is compared must be of one unit: an indicator, its limit, and what stands in its place."""
    units = {name: one.unit for name, one in rules.indicators.items()}
    for one in rule.holders:
        if not one.indicator:
            continue
        limits = [one.limit, *(other.limit for other in one.instead)]
        names = [limit.indicator for limit in limits if limit is not None and limit.indicator]
        names += [other.indicator for other in one.instead if other.indicator]
        names += [fallback] if (fallback := rules.indicators[one.indicator].fallback) else []
        for name in dict.fromkeys(names):
            if units[name] != units[one.indicator]:
                what = say(
                    "规则 {rule}：{one} 的单位是“{unit}”，{other} 的单位是“{another}”，不能相比",
                    rule=rule.id,
                    one=one.indicator,
                    unit=units[one.indicator],
                    other=name,
                    another=units[name],
                )
                node = (
                    Node("indicator", one.indicator) if name == fallback else Node("rule", rule.id)
                )
                faults.where("unit", what, node, name, todo=msg("请统一两个指标的 unit"))


def _check_switches(rules: Ruleset, faults: Faults) -> None:
    for switch in rules.switches.values():
        merged = switch.merge.get("rules", ())
        named = [
            *(("switch", name, ("includes",), rules.switches) for name in switch.includes),
            *(("rule", name, ("merge", "rules"), rules.rules) for name in merged),
        ]
        for section, name, field, known in named:
            if name not in known and (section, name) not in faults.lost:
                what = say(
                    "开关 {switch} 引用了不存在的 {section} “{name}”",
                    switch=switch.name,
                    section=section,
                    name=name,
                )
                faults.at(
                    "reference", what, "switch", switch.name, *field, todo=suggestion(name, known)
                )
        if switch.from_ and switch.until and switch.from_ > switch.until:
            what = say(
                "开关 {switch} 的起日 {begin} 晚于止日 {end}",
                switch=switch.name,
                begin=switch.from_,
                end=switch.until,
            )
            faults.at(
                "date_order", what, "switch", switch.name, "until", todo=msg("请对调 from 与 until")
            )


def _check_clauses(rules: Ruleset, faults: Faults) -> None:
    known = {*rules.rules, *rules.enforceable}
    for clause in rules.clauses:
        for name in clause.rules:
            if name not in known and ("rule", name) not in faults.lost:
                what = say(
                    "事项“{item}”列了不存在的规则 {rule}",
                    item=pick(clause.item, clause.item_en),
                    rule=name,
                )
                todo = suggestion(name, known)
                faults.found.append(PackError(what, clause.stated_at, todo, "reference"))


def _check_former_ids(rules: Ruleset, faults: Faults) -> None:
    """An id is never used again: neither for another rule nor as the old name of two."""
    meant = set(rules.rules)
    for rule in rules.rules.values():
        for old in rule.formerly:
            if old in meant:
                what = say("编号 {old} 已有所指，不能又是 {rule} 的旧编号", old=old, rule=rule.id)
                faults.at(
                    "taken", what, "rule", rule.id, "formerly", todo=msg("编号不得另用，请换一个")
                )
            meant.add(old)


def _check_circles(rules: Ruleset, faults: Faults) -> None:
    """What rests on itself, each circle at the line of its first reference."""
    for circle in rules.references.circles():
        ids = " → ".join(node.name for node in circle)
        what = {
            "rule": say("规则互相引用成环：{ids}", ids=ids),
            "indicator": say("指标互相引用成环：{ids}", ids=ids),
        }.get(circle[0].section, say("合计互相引用成环：{ids}", ids=ids))
        faults.where("circle", what, circle[0], circle[1].name, todo=msg("请去掉其中一处引用"))


def _check_depth(rules: Ruleset, faults: Faults) -> None:
    """What rests on a longer chain than anybody reads: working it out costs more with every link."""
    from graphlib import TopologicalSorter

    graph = {node: [other for _, other in found] for node, found in rules.references.edges.items()}
    depths: dict[Node, int] = {}
    for node in TopologicalSorter(graph).static_order():
        depths[node] = 1 + max((depths[other] for other in graph.get(node, ())), default=0)
        if depths[node] == DEEPEST + 1:
            what = say("{name} 所依据的引用超过{n}层", name=node.name, n=DEEPEST)
            faults.at("circle", what, *node, todo=msg("请缩短引用的链条"))


def _check_facts(rules: Ruleset, kinds: Kinds, words: Vocabulary, faults: Faults) -> None:
    """Every fact is in the vocabulary, and where and what it is taken for."""
    facts = [fact for table in (words.county, words.school) for fact in table.values()]
    names = {name for fact in facts for name in (fact.name, fact.stem)}
    known = {
        *names,
        *rules.tallies,
        *rules.indicators,
        *(one for own in _DERIVED.values() for one in own),
    }
    at = {scope: _columns(scope, rules, words) for scope in ("unit", "school", "county")}
    numbers = {name for fact in facts if fact.numeric for name in (fact.name, fact.stem)}
    units = _units(rules, words)
    for rule in rules.rules.values():
        unknown = [name for name in rules.references.facts(rule.id) if name not in known]
        for name in unknown:
            what = say("规则 {rule} 用到词汇表中没有的数据项 {fact}", rule=rule.id, fact=name)
            todo = suggestion(name, known)
            faults.where("reference", what, _holder(rules, rule, name), name, todo=todo)
        scope = kinds[rule.kind].measured_at(rule)
        for name in _asked(rule, rules):
            if name not in at[scope] and name not in unknown:
                what = say(
                    "规则 {rule} 按{scope}计算，那里没有数据项 {fact}",
                    rule=rule.id,
                    scope=_scope_word(scope),
                    fact=name,
                )
                todo = suggestion(name, at[scope])
                faults.where("value", what, _holder(rules, rule, name), name, todo=todo)
        for indicator in rules.references.indicators(rule.id):
            _check_numbers(rule.id, indicator, names - numbers, faults)
            _check_quantities(rule.id, indicator, units, faults)
    _check_unused(rules, known, faults)
    for tally in rules.tallies.values():
        _check_tally(tally, at, faults)
    _check_values(rules, kinds, words, at, faults)


def _check_unused(rules: Ruleset, known: Set[str], faults: Faults) -> None:
    """What no rule looks at as things are, a switch may bring in: its facts are there too."""
    used = set(rules.references.walk(Node("rule", name) for name in rules.rules))
    asked = {
        Node("indicator", name): [*_terms(one.of), *_terms(one.over)]
        for name, one in rules.indicators.items()
    } | {
        Node("exclusion", name): list(conditions.facts(one.where))
        for name, one in rules.exclusions.items()
    }
    for node, names in asked.items():
        for name in names if node not in used else ():
            if name not in known:
                what = say("{one} 用到词汇表中没有的数据项 {fact}", one=node.name, fact=name)
                faults.where("reference", what, node, name, todo=suggestion(name, known))


def _check_whole(rule: Rule, holder: Rule | Part, kinds: Kinds, faults: Faults) -> None:
    """What its kind cannot do without: an indicator, a limit; that it judges parts at all."""
    kind = kinds[holder.kind]
    at = ("part", holder.key) if isinstance(holder, Part) else ()
    members = isinstance(holder, Rule) and bool(holder.of or holder.parts)
    has = {
        "indicator": bool(holder.indicator),
        "limit": holder.limit is not None,
        "members": members,
    }
    fields = {"limit": "at_least / at_most", "members": "of / part"}
    for name in kind.needs:
        if not has[name]:
            field = fields.get(name, name)
            what = say("规则 {rule} 缺少字段 {field}", rule=rule.id, field=field)
            faults.at("field", what, "rule", rule.id, *at, todo=msg("请补上"))
    if isinstance(holder, Part) and not kind.in_parts:
        what = say("规则 {rule} 的部分 {part}：种类 {kind} 只能用于整条规则", rule=rule.id,
                   part=holder.key, kind=kind.name)  # fmt: skip
        faults.at("kind", what, "rule", rule.id, *at, "kind")


def _check_values(
    rules: Ruleset, kinds: Kinds, words: Vocabulary, at: Mapping[str, Set[str]], faults: Faults
) -> None:
    """What conditions, limits, formulas, tallies and kinds ask of facts, these can answer."""
    answers = Answers.of(rules, words)
    facts = [*words.county.values(), *words.school.values()]
    lists = {name for fact in facts if fact.listed for name in (fact.name, fact.stem)}
    for rule in rules.rules.values():
        kind = kinds[rule.kind]
        scope = kind.measured_at(rule)
        there = at[scope] | ({"stage"} if kind.form(rule).by_stage else set())
        _check_places(rule, rules, scope, there, faults)
        found = [*answers.condition(rule.where)]
        for one in rule.holders:
            limits = [one.limit, *(way.limit for way in one.instead)]
            found += [fault for limit in limits if limit for fault in answers.keys(limit)]
            found += [fault for way in one.instead for fault in answers.condition(way.where)]
            at_part = ("part", one.key) if isinstance(one, Part) else ()
            for field, wrong in kinds[one.kind].faults(one, words):
                what = say("规则 {rule}：{what}", rule=rule.id, what=wrong)
                faults.at("field", what, "rule", rule.id, *at_part, *field)
        faults.all(Node("rule", rule.id), found)
    for name, exclusion in rules.exclusions.items():
        faults.all(Node("exclusion", name), answers.condition(exclusion.where))
    for name, indicator in rules.indicators.items():
        faults.all(Node("indicator", name), idle((indicator.of, indicator.over)))
    for name, tally in rules.tallies.items():
        faults.all(Node("tally", name), answers.tally(tally, lists))
    _check_shared(rules, words, faults)
    _check_mergers(rules, answers, at["school"], faults)


def _check_places(rule: Rule, rules: Ruleset, scope: str, there: Set[str], faults: Faults) -> None:
    """By what its limits go, and what its exclusions ask, the frame of its scope has."""
    limits = [one.limit for holder in rule.holders for one in (holder, *holder.instead)]
    keyed = [one for one in limits if one is not None and one.table and "" not in one.table]
    asked = [(one.by, Node("rule", rule.id), next(iter(one.table))) for one in keyed]
    for reason in rule.exclude:
        names = conditions.facts(rules.exclusions[reason].where)
        asked += [(name, Node("exclusion", reason), name) for name in names]
    for name, node, word in asked:
        if name not in there:
            what = say(
                "规则 {rule} 按{scope}计算，那里没有数据项 {fact}",
                rule=rule.id,
                scope=_scope_word(scope),
                fact=name,
            )
            faults.where("value", what, node, word, todo=suggestion(name, there))


def _check_mergers(rules: Ruleset, answers: Answers, there: Set[str], faults: Faults) -> None:
    """A switch that merges schools asks facts of schools, and names the main school by one."""
    for switch in rules.switches.values():
        if not switch.merge:
            continue
        where = switch.merge["where"]
        for name in (*conditions.facts(where), str(switch.merge["into"])):
            if name not in there:
                what = say(
                    "开关 {switch} 引用了不存在的 {section} “{name}”",
                    switch=switch.name,
                    section="fact",
                    name=name,
                )
                faults.at(
                    "reference", what, "switch", switch.name, "merge", todo=suggestion(name, there)
                )
        for _, what, todo in answers.condition(where):
            faults.at("value", what, "switch", switch.name, "merge", todo=todo)


def _check_shared(rules: Ruleset, words: Vocabulary, faults: Faults) -> None:
    """What the stages of a school share is a figure of the whole school."""
    whole = {fact.name for fact in words.school.values() if fact.figure and not fact.stage}
    for name in (name for name in rules.split.facts if name not in whole):
        what = say("split 中的 {fact} 不是全校共用的数", fact=name)
        faults.at("value", what, "split", name, todo=suggestion(name, whole))


def _holder(rules: Ruleset, rule: Rule, fact: str) -> Node:
    """What on the way from a rule to a fact names it."""
    edges = rules.references.edges
    found = rules.references.walk([Node("rule", rule.id)])
    return next(node for node in found if any(one.name == fact for _, one in edges.get(node, ())))


def _scope_word(scope: str) -> str:
    if scope == "unit":
        return msg("学段")
    return msg_in("school", "学校") if scope == "school" else msg_in("county", "全县")


def _columns(scope: str, rules: Ruleset, words: Vocabulary) -> set[str]:
    """The columns of a scope's frame, as a pack names them."""
    tallies = {tally.name for tally in rules.tallies.values() if tally.scope == scope}
    if scope == "county":
        return {*words.county, *tallies, *_DERIVED[scope]}
    if scope == "school":
        return {*words.school, *tallies, *_DERIVED[scope]}
    facts = (*words.school.values(), *words.county.values())
    whole = {fact.name for fact in words.school.values() if not fact.stage}
    pupils = {f"{stage}_students" for stage in STAGES}
    return {*(fact.stem for fact in facts if fact.stage), *whole, *_DERIVED[scope], *pupils}


def _asked(rule: Rule, rules: Ruleset) -> Iterator[str]:
    """What a rule takes from the frame of its scope, as its formulas and conditions name it."""
    yield from rules.references.columns(rule.id)
    for role, node in rules.references.edges[Node("rule", rule.id)]:
        if role is Role.CONDITION and node.section in ("tally", "fact"):
            yield node.name


def _check_tally(tally: Tally, at: Mapping[str, Set[str]], faults: Faults) -> None:
    """What a tally takes from a frame must be there; a tally of an indicator is none."""
    for scope, name in _counted(tally):
        if name not in at[scope]:
            what = say(
                "合计 {tally} 按{scope}取数，那里没有数据项 {fact}",
                tally=tally.name,
                scope=_scope_word(scope),
                fact=name,
            )
            todo = suggestion(name, at[scope])
            faults.where("value", what, Node("tally", tally.name), name, todo=todo)


def _counted(tally: Tally) -> Iterator[tuple[str, str]]:
    """The scope and name of everything that a tally takes from a frame."""
    if tally.counts:
        yield "school", tally.counts
    for table in (tally.settings, tally.settings.get("also", {})):
        scope = str(table.get("from", "school"))
        yield from ((scope, str(table[key])) for key in ("sum", "times") if key in table)
        for key in ("where", "unless"):
            yield from ((scope, name) for name in conditions.facts(table.get(key, {})))
    given = tally.settings.get("or", [])
    yield from ((tally.scope, name) for name in ([given] if isinstance(given, str) else given))


def _check_numbers(rule: str, indicator: Indicator, others: Set[str], faults: Faults) -> None:
    """Yes or no, a word or a list is nothing to compute with."""
    for name in (*_terms(indicator.of), *_terms(indicator.over)):
        if name in others:
            what = say(
                "规则 {rule} 的指标 {name} 用到 {fact}，它不是数，不能计算",
                rule=rule,
                name=indicator.name,
                fact=name,
            )
            todo = msg("请改用填数的数据项，或用 where 选择")
            faults.where("value", what, Node("indicator", indicator.name), name, todo=todo)


def _terms(terms: Terms | None) -> Iterable[str]:
    return terms.facts if terms is not None else ()


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


def _check_quantities(
    rule: str, indicator: Indicator, units: Mapping[str, str], faults: Faults
) -> None:
    """What is summed, and what the sum is said to be, must measure one quantity.

    Counts of different things are of one quantity: a computer for every pupil is no mistake.
    """
    summed, divided = (
        [(name, units[name]) for name in _terms(terms) if quantity(units.get(name, ""))]
        for terms in (indicator.of, indicator.over)
    )
    pairs = [(found[0], other) for found in (summed, divided) for other in found[1:]]
    constant = indicator.over is not None and indicator.over.constant is not None
    if not constant and quantity(indicator.measure) not in ("", "percent"):
        pairs += [(one, (indicator.name, indicator.measure)) for one in summed]
    for (one, unit), (other, another) in pairs:
        if quantity(unit) != quantity(another):
            what = say(
                "规则 {rule} 的指标 {name}：{one} 的单位是“{unit}”，{other} 的单位是“{another}”，不是一种量",
                rule=rule,
                name=indicator.name,
                one=one,
                unit=unit,
                other=other,
                another=another,
            )
            todo = msg("请核对数据项与 unit、measure")
            faults.where("unit", what, Node("indicator", indicator.name), one, todo=todo)


def _check_reach(rules: Ruleset, faults: Faults) -> None:
    """A rule that nothing leads to from the conclusion would be judged for nothing, and look in force."""
    led = (name for name in faults.led if name in rules.rules)
    reached = {rule.id for rule in rules.references.members(rules.concludes, *led)}
    for rule in rules.rules.values():
        if rule.id in reached or rule.of_base in reached or rule.shown_only:
            continue
        what = say(
            "规则 {rule} 不在结论 {top} 的任何一条路上，判了也不起作用",
            rule=rule.id,
            top=rules.concludes,
        )
        todo = say(
            '请写 [override.{top}] add = ["{rule}"]，或 role = "advisory"',
            top=rules.concludes,
            rule=rule.id,
        )
        faults.at("unreachable", what, "rule", rule.id, todo=todo)
