"""Wrong rules stop the program: nothing is judged by a kind, field or fact that does not exist."""

from __future__ import annotations

import difflib

from compliance.engine import Kind
from compliance.errors import PackError
from compliance.plugins import Offers
from compliance.rule import Rule, Ruleset
from compliance.rule_facts import facts_of
from compliance.vocabulary import Vocabulary
from compliance.words import say

# columns that the frames add to the vocabulary, for conditions
DERIVED = ("stage", "stages", "compulsory_students", "known_compulsory_students", "monitoring")


def examine(rules: Ruleset, offers: Offers, words: Vocabulary) -> None:
    """Every kind is offered, every field known to its kind, every fact in the vocabulary.

    Raises PackError at the first that is not.
    """
    stems = {fact.stem for table in (words.school, words.county) for fact in table.values()}
    known = {*words.school, *words.county, *stems, *rules.tallies, *DERIVED}
    for rule in rules.rules.values():
        if rule.kind in offers.kinds:
            _examine_fields(rule, offers.kinds[rule.kind])
        else:
            raise PackError(
                say(
                    "规则 {rule} 的种类 {kind} 没有插件提供",
                    "rule {rule}: no plugin offers kind '{kind}'",
                    rule=rule.id,
                    kind=rule.kind,
                ),
                todo=", ".join(sorted(offers.kinds)),
            )
        for fact in facts_of(rule, rules):
            if fact not in known:
                raise PackError(
                    say(
                        "规则 {rule} 用到词汇表中没有的数据项 {fact}",
                        "rule {rule} looks at '{fact}', which the vocabulary does not have",
                        rule=rule.id,
                        fact=fact,
                    ),
                )


def _examine_fields(rule: Rule, kind: Kind) -> None:
    """A field that the rule's kind does not know is a slip of the pen, not a remark."""
    unknown = sorted(set(rule.settings) - kind.fields - {"shared"})
    if unknown:
        near = difflib.get_close_matches(unknown[0], kind.fields, n=1)
        raise PackError(
            say(
                "规则 {rule} 的种类 {kind} 没有字段 {fields}",
                "rule {rule}: kind '{kind}' has no field {fields}",
                rule=rule.id,
                kind=rule.kind,
                fields=", ".join(unknown),
            ),
            todo=say("是否指 {near}？", "did you mean {near}?", near=near[0]) if near else "",
        )
