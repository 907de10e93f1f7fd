"""A resolved rule set held against itself, the kinds and the vocabulary: wrong rules stop the program.

Every name must stand for something, nothing may rest on itself, what is compared or summed must be
of one quantity, and every rule must lead to the conclusion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from compliance.facts.vocabulary import Vocabulary, quantity
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, msg_in, pick, say
from compliance.kernel.submission import STAGES
from compliance.rules.kinds import Kinds
from compliance.rules.language import conditions
from compliance.rules.language.model import Indicator, Rule, Ruleset, Tally, Terms
from compliance.rules.language.pack import Pack
from compliance.rules.language.references import Node, Role

# columns that the frames add to the vocabulary, for conditions
_DERIVED = ("stage", "stages", "compulsory_students", "known_compulsory_students", "monitoring")


def check_references(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    """Raise PackError, with file, line and a suggestion, at the first name that stands for nothing.

    owners: the pack of every indicator, and of every switch under ``switch <name>``.
    """
    edges = resolved.references.edges
    for node, (_, other) in ((node, edge) for node, found in edges.items() for edge in found):
        if other.section == "fact" or other in edges:  # facts are the vocabulary's to know
            continue
        named = {"one": node.name, "section": other.section, "name": other.name}
        if node.section == "rule":
            what = say("规则 {one} 引用了不存在的 {section} “{name}”", **named)
            where = resolved.rules[node.name].stated_at
        else:
            what = say("指标 {one} 引用了不存在的 {section} “{name}”", **named)
            where = owners[node.name].place("indicator", node.name, "else")
        known = [one.name for one in edges if one.section == other.section]
        raise PackError(what, where=where, todo=suggestion(other.name, known))
    for rule in resolved.rules.values():
        _check_units(rule, resolved)
    _check_switches(resolved, owners)
    _check_clauses(resolved)
    _check_circles(resolved, owners)


def _check_units(rule: Rule, resolved: Ruleset) -> None:
    """What is compared must be of one unit: an indicator, its limit, and what stands in its place."""
    units = {name: one.unit for name, one in resolved.indicators.items()}
    for one in rule.holders:
        if not one.indicator:
            continue
        limits = [one.limit, *(other.limit for other in one.instead)]
        names = [limit.indicator for limit in limits if limit is not None and limit.indicator]
        names += [other.indicator for other in one.instead if other.indicator]
        names += [fallback] if (fallback := resolved.indicators[one.indicator].fallback) else []
        for name in names:
            if units.get(name, units[one.indicator]) != units[one.indicator]:
                raise PackError(
                    say(
                        "规则 {rule}：{one} 的单位是“{unit}”，{other} 的单位是“{another}”，不能相比",
                        rule=rule.id,
                        one=one.indicator,
                        unit=units[one.indicator],
                        other=name,
                        another=units[name],
                    ),
                    where=rule.stated_at,
                    todo=msg("请统一两个指标的 unit"),
                )


def _check_switches(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    for switch in resolved.switches.values():
        pack = owners[f"switch {switch.name}"]
        named = [
            *(("switch", name, resolved.switches) for name in switch.includes),
            *(("rule", name, resolved.rules) for name in switch.merge.get("rules", ())),
        ]
        for section, name, known in named:
            if name not in known:
                raise pack.error(
                    say(
                        "开关 {switch} 引用了不存在的 {section} “{name}”",
                        switch=switch.name,
                        section=section,
                        name=name,
                    ),
                    "switch",
                    switch.name,
                    todo=suggestion(name, known),
                )
        if switch.from_ and switch.until and switch.from_ > switch.until:
            raise pack.error(
                say(
                    "开关 {switch} 的起日 {begin} 晚于止日 {end}",
                    switch=switch.name,
                    begin=switch.from_,
                    end=switch.until,
                ),
                "switch",
                switch.name,
                todo=msg("请对调 from 与 until"),
            )


def _check_clauses(resolved: Ruleset) -> None:
    known = {*resolved.rules, *resolved.enforceable}
    for clause in resolved.clauses:
        for name in clause.rules:
            if name not in known:
                raise PackError(
                    say(
                        "事项“{item}”列了不存在的规则 {rule}",
                        item=pick(clause.item, clause.item_en),
                        rule=name,
                    ),
                    where=clause.stated_at,
                )


def _check_circles(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    """PackError, at the line of one reference, where anything rests on itself."""
    circle = resolved.references.circle()
    if not circle:
        return
    section, name = circle[0]
    ids = " → ".join(node.name for node in circle)
    todo = msg("请去掉其中一处引用")
    if section == "rule":
        what = say("规则互相引用成环：{ids}", ids=ids)
        raise PackError(what, where=resolved.rules[name].stated_at, todo=todo)
    if section == "indicator":
        what = say("指标互相引用成环：{ids}", ids=ids)
        raise owners[name].error(what, section, name, "else", todo=todo)
    what = say("合计互相引用成环：{ids}", ids=ids)
    raise PackError(what, where=resolved.tallies[name].stated_at, todo=todo)


def examine(rules: Ruleset, kinds: Kinds, words: Vocabulary) -> None:
    """Every fact is in the vocabulary, and where and what it is taken for; every rule counts.

    Raises PackError, with file and line, at the first fact that does not exist, that its scope has
    not, or that is computed with although it is no number or of another quantity, and at the first
    rule that nothing leads to from the conclusion.
    """
    facts = [fact for table in (words.county, words.school) for fact in table.values()]
    names = {name for fact in facts for name in (fact.name, fact.stem)}
    known = {*names, *rules.tallies, *_DERIVED, *rules.indicators}
    for rule in rules.rules.values():
        for name in rules.references.facts(rule.id):
            if name not in known:
                raise PackError(
                    say("规则 {rule} 用到词汇表中没有的数据项 {fact}", rule=rule.id, fact=name),
                    where=rule.stated_at,
                    todo=suggestion(name, known),
                )
    at = {scope: _columns(scope, rules, words) for scope in ("unit", "school", "county")}
    numbers = {name for fact in facts if fact.numeric for name in (fact.name, fact.stem)}
    units = _units(rules, words)
    for rule in rules.rules.values():
        scope = kinds[rule.kind].measured_at(rule)
        for name in _asked(rule, rules):
            if name not in at[scope]:
                raise PackError(
                    say(
                        "规则 {rule} 按{scope}计算，那里没有数据项 {fact}",
                        rule=rule.id,
                        scope=_scope_word(scope),
                        fact=name,
                    ),
                    where=rule.stated_at,
                    todo=suggestion(name, at[scope]),
                )
        for indicator in rules.references.indicators(rule.id):
            _examine_numbers(rule, indicator, names - numbers)
            _examine_quantities(rule, indicator, units)
    for tally in rules.tallies.values():
        _examine_tally(tally, at)
    _examine_reach(rules)


def _scope_word(scope: str) -> str:
    if scope == "unit":
        return msg("学段")
    return msg_in("school", "学校") if scope == "school" else msg_in("county", "全县")


def _columns(scope: str, rules: Ruleset, words: Vocabulary) -> set[str]:
    """The columns of a scope's frame, as a pack names them."""
    tallies = {tally.name for tally in rules.tallies.values() if tally.scope == scope}
    if scope == "county":
        return {*words.county, *tallies, *_DERIVED}
    if scope == "school":
        return {*words.school, *tallies, *_DERIVED}
    facts = (*words.school.values(), *words.county.values())
    whole = {fact.name for fact in words.school.values() if not fact.stage}
    pupils = {f"{stage}_students" for stage in STAGES}
    return {*(fact.stem for fact in facts if fact.stage), *whole, *_DERIVED, *pupils}


def _asked(rule: Rule, rules: Ruleset) -> Iterator[str]:
    """What a rule takes from the frame of its scope, as its formulas and conditions name it."""
    yield from rules.references.columns(rule.id)
    for role, node in rules.references.edges[Node("rule", rule.id)]:
        if role is Role.CONDITION and node.section in ("tally", "fact"):
            yield node.name


def _examine_tally(tally: Tally, at: Mapping[str, Set[str]]) -> None:
    """What a tally takes from a frame must be there; a tally of an indicator is none."""
    for scope, name in _counted(tally):
        if name not in at[scope]:
            raise PackError(
                say(
                    "合计 {tally} 按{scope}取数，那里没有数据项 {fact}",
                    tally=tally.name,
                    scope=_scope_word(scope),
                    fact=name,
                ),
                where=tally.stated_at,
                todo=suggestion(name, at[scope]),
            )


def _counted(tally: Tally) -> Iterator[tuple[str, str]]:
    """The scope and name of everything that a tally takes from a frame."""
    for table in (tally.settings, tally.settings.get("also", {})):
        scope = str(table.get("from", "school"))
        yield from ((scope, str(table[key])) for key in ("count", "sum", "times") if key in table)
        for key in ("where", "unless"):
            yield from ((scope, name) for name in conditions.facts(table.get(key, {})))
    given = tally.settings.get("or", [])
    yield from ((tally.scope, name) for name in ([given] if isinstance(given, str) else given))


def _examine_numbers(rule: Rule, indicator: Indicator, others: Set[str]) -> None:
    """Yes or no, a word or a list is nothing to compute with."""
    for name in (*_terms(indicator.of), *_terms(indicator.over)):
        if name in others:
            raise PackError(
                say(
                    "规则 {rule} 的指标 {name} 用到 {fact}，它不是数，不能计算",
                    rule=rule.id,
                    name=indicator.name,
                    fact=name,
                ),
                where=rule.stated_at,
                todo=msg("请改用填数的数据项，或用 where 选择"),
            )


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


def _examine_quantities(rule: Rule, indicator: Indicator, units: Mapping[str, str]) -> None:
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
            raise PackError(
                say(
                    "规则 {rule} 的指标 {name}：{one} 的单位是“{unit}”，{other} 的单位是“{another}”，不是一种量",
                    rule=rule.id,
                    name=indicator.name,
                    one=one,
                    unit=unit,
                    other=other,
                    another=another,
                ),
                where=rule.stated_at,
                todo=msg("请核对数据项与 unit、measure"),
            )


def _examine_reach(rules: Ruleset) -> None:
    """A rule that nothing leads to from the conclusion would be judged for nothing, and look in force."""
    reached = {rule.id for rule in rules.references.members(rules.concludes)}
    for rule in rules.rules.values():
        if rule.id in reached or rule.of_base in reached or rule.shown_only:
            continue
        raise PackError(
            say(
                "规则 {rule} 不在结论 {top} 的任何一条路上，判了也不起作用",
                rule=rule.id,
                top=rules.concludes,
            ),
            where=rule.stated_at,
            todo=say(
                '请写 [override.{top}] add = ["{rule}"]，或 role = "advisory"',
                top=rules.concludes,
                rule=rule.id,
            ),
        )
