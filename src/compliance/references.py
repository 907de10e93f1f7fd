"""Every name a rule mentions must stand for something; and no rule may rest on itself."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from compliance.errors import PackError
from compliance.packs import Pack
from compliance.rule import Part, Rule, Ruleset
from compliance.words import say


def check_references(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    """Raise PackError, with file, line and a suggestion, at the first name that stands for nothing."""
    for rule in resolved.rules.values():
        pack = owners[rule.id]
        named = [
            *(("rule", name, resolved.rules) for name in rule.of if _names_rules(rule)),
            *(("exclusion", name, resolved.exclusions) for name in rule.exclude),
            *(("indicator", name, resolved.indicators) for name in _indicators(rule)),
        ]
        for section, name, known in named:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                raise pack.error(
                    say(
                        "规则 {rule} 引用了不存在的 {section} “{name}”",
                        "rule {rule} refers to {section} '{name}', which does not exist",
                        rule=rule.id,
                        section=section,
                        name=name,
                    ),
                    "rule",
                    rule.id,
                    todo=say("是否指 {near}？", "did you mean {near}?", near=near[0])
                    if near
                    else "",
                )
    _check_cycles(resolved, owners)


def _names_rules(rule: Rule) -> bool:
    return rule.kind in ("all", "most", "dispersion", "mean")


def _indicators(rule: Rule) -> Iterable[str]:
    both: tuple[Rule | Part, ...] = (rule, *rule.parts)
    for one in both:
        if one.indicator:
            yield one.indicator
        if one.limit is not None and one.limit.indicator:
            yield one.limit.indicator


def _check_cycles(resolved: Ruleset, owners: Mapping[str, Pack]) -> None:
    done: set[str] = set()

    def visit(rule_id: str, path: tuple[str, ...]) -> None:
        if rule_id in path:
            raise PackError(
                say(
                    "规则互相引用成环：{ids}",
                    "rules refer to each other in a cycle: {ids}",
                    ids=" → ".join((*path, rule_id)),
                ),
                where=f"{owners[rule_id].path.name}:{owners[rule_id].line('rule', rule_id)}",
            )
        if rule_id in done:
            return
        rule = resolved.rules[rule_id]
        for name in rule.of if _names_rules(rule) else ():
            visit(name, (*path, rule_id))
        done.add(rule_id)

    for rule_id in resolved.rules:
        visit(rule_id, ())
