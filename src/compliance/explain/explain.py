"""The two answers of `explain`: about a rule, and about its verdict; as values and as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from compliance.checker import (
    Choice,
    base_of,
    check_words,
    chosen_rules,
    load,
    own_words,
    with_pack_file,
)
from compliance.engine.working import FORMAT
from compliance.explain import rule_page, working_text
from compliance.explain.context import open_context
from compliance.explain.rule_names import find_rule, has_rule
from compliance.explain.working import workings
from compliance.kernel.errors import NoEditionError, UsageError
from compliance.kernel.i18n import msg, say
from compliance.plugins.registry import Registry
from compliance.rules.language.editions import edition
from compliance.rules.language.pack import Pack

Answer = tuple[dict[str, Any], str]
Packs = Mapping[str, Sequence[Pack]]


def of_rule(rule_id: str, choice: Choice) -> Answer:
    """The rule itself: text, source, history, layers, facts, example."""
    registry = load()
    known, name = with_pack_file(registry, choice.ruleset)
    day = choice.as_of or date.today()
    if name is None:
        name = _holding(registry, known, base_of(known), rule_id, day)
    rules = chosen_rules(registry, known, name, day, choice)
    words = own_words(registry, known, name)
    check_words(choice, [rules])
    rule = find_rule(rules, rule_id, words)
    found = rule_page.page(rule, rules, words, known, registry.kinds, choice.enforce)
    return found, rule_page.text(found, day)


def of_case(
    rule_id: str, paths: list[Path], choice: Choice,
    school: str | None = None, stage: str | None = None, county: str | None = None,
) -> Answer:  # fmt: skip
    """The working of the rule's verdict for a school's stages, a school or the county."""
    context = open_context(paths, load(), choice, rule_id, school, county)
    found = workings(context, context.asked, school, stage)
    told = "\n\n".join(working_text.text(one) for one in found)
    return {"format": FORMAT, "workings": [one.as_json() for one in found]}, told


def _holding(registry: Registry, known: Packs, usual: str, rule_id: str, day: date) -> str:
    """The rule set that has the rule: the usual one, else the only one that others have it from.

    Where none has it, the usual one. Raises UsageError where several have it, naming them.
    """

    def has(name: str) -> bool:
        with suppress(NoEditionError):  # not in force on that day
            rules = chosen_rules(registry, known, name, day, Choice())
            return has_rule(rules, rule_id, own_words(registry, known, name))
        return False

    if has(usual):
        return usual
    others = [name for name in known if "/" not in name and has(name)]
    first = [name for name in others if not _above(known, name, day) & set(others)]
    if len(first) > 1:
        raise UsageError(
            say(
                "有几个规则集都有规则“{rule}”",
                rule=rule_id),
            todo=say(
                "加 --ruleset：{names}", names=msg("、").join(first)
            ),
        )  # fmt: skip
    return first[0] if first else usual


def _above(known: Packs, name: str, day: date) -> set[str]:
    """What a rule set extends or imports from, through every layer."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        pack = edition(known, waiting.pop(), day)
        new = {one for one in (pack.extends, *pack.table("import")) if one is not None} - found
        found |= new
        waiting += new
    return found
