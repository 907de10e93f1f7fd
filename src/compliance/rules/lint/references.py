"""Every name a rule mentions must stand for something, in its unit; and no rule may rest on itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import pick, say
from compliance.rules.language.model import Rule, Ruleset
from compliance.rules.language.pack import Pack


def check_references(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    """Raise PackError, with file, line and a suggestion, at the first name that stands for nothing."""
    for rule in resolved.rules.values():
        named = [
            *(("rule", name, resolved.rules) for name in rule.references.rules),
            *(("exclusion", name, resolved.exclusions) for name in rule.exclude),
            *(("indicator", name, resolved.indicators) for name in rule.indicators),
        ]
        for section, name, known in named:
            if name not in known:
                raise _nothing(rule, section, name, known)
        _check_units(rule, resolved)
    _check_switches(resolved, owners)
    _check_clauses(resolved)
    _check_circles(resolved, owners)


def _nothing(rule: Rule, section: str, name: str, known: Iterable[str]) -> PackError:
    return PackError(
        say(
            "规则 {rule} 引用了不存在的 {section} “{name}”",
            "rule {rule} refers to {section} '{name}', which does not exist",
            rule=rule.id,
            section=section,
            name=name,
        ),
        where=rule.stated_at,
        todo=suggestion(name, known),
    )


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
                        "rule {rule}: {one} is in '{unit}', {other} in '{another}': not to be compared",
                        rule=rule.id,
                        one=one.indicator,
                        unit=units[one.indicator],
                        other=name,
                        another=units[name],
                    ),
                    where=rule.stated_at,
                    todo=say("请统一两个指标的 unit", "give both indicators one unit"),
                )


def _check_switches(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    for switch in resolved.switches.values():
        rules = list(switch.merge.get("rules", ()))
        named = [
            *(("switch", name, resolved.switches) for name in switch.includes),
            *(("rule", name, resolved.rules) for name in rules),
        ]
        for section, name, known in named:
            if name not in known:
                raise owners[f"switch {switch.name}"].error(
                    say(
                        "开关 {switch} 引用了不存在的 {section} “{name}”",
                        "switch {switch} refers to {section} '{name}', which does not exist",
                        switch=switch.name,
                        section=section,
                        name=name,
                    ),
                    "switch",
                    switch.name,
                    todo=suggestion(name, known),
                )
        if switch.from_ and switch.until and switch.from_ > switch.until:
            raise owners[f"switch {switch.name}"].error(
                say(
                    "开关 {switch} 的起日 {begin} 晚于止日 {end}",
                    "switch {switch} begins on {begin}, after its end on {end}",
                    switch=switch.name,
                    begin=switch.from_,
                    end=switch.until,
                ),
                "switch",
                switch.name,
                todo=say("请对调 from 与 until", "exchange from and until"),
            )


def _check_clauses(resolved: Ruleset) -> None:
    known = {*resolved.rules, *resolved.enforceable}
    for clause in resolved.clauses:
        for name in clause.rules:
            if name not in known:
                raise PackError(
                    say(
                        "条文“{item}”列了不存在的规则 {rule}",
                        "clause '{item}' lists rule {rule}, which does not exist",
                        item=pick(clause.item, clause.item_en),
                        rule=name,
                    ),
                    where=clause.stated_at,
                )


def _check_circles(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    """PackError, at the line of one reference, where anything rests on itself."""
    circle = list(resolved.references.circle())
    if not circle:
        return
    order = list(resolved.references.edges)
    first = min(circle, key=order.index)  # as written: so that one circle is always told alike
    around = circle[:-1]
    turned = [*around[around.index(first) :], *around[: around.index(first)], first]
    ids = " → ".join(node.name for node in turned)
    todo = say("请去掉其中一处引用", "take one of the references out")
    section, name = first
    if section == "rule":
        what = say(
            "规则互相引用成环：{ids}", "rules refer to each other in a cycle: {ids}", ids=ids
        )
        raise PackError(what, where=resolved.rules[name].stated_at, todo=todo)
    if section == "indicator":
        what = say(
            "指标互相引用成环：{ids}", "indicators refer to each other in a cycle: {ids}", ids=ids
        )
        raise owners[name].error(what, section, name, "else", todo=todo)
    what = say("合计互相引用成环：{ids}", "tallies refer to each other in a cycle: {ids}", ids=ids)
    raise PackError(what, where=resolved.tallies[name].stated_at, todo=todo)
