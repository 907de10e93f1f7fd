"""Wrong rules stop the program: nothing is judged by a kind, field or fact that does not exist."""

from __future__ import annotations

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import say
from compliance.rules.kinds import Kinds
from compliance.rules.language.model import Ruleset
from compliance.rules.lint.units import DERIVED, examine_measures


def examine(rules: Ruleset, kinds: Kinds, words: Vocabulary) -> None:
    """Every fact is in the vocabulary, and every rule on the way to the conclusion.

    Raises PackError, with file and line, at the first that is not.
    """
    stems = {fact.stem for table in (words.school, words.county) for fact in table.values()}
    known = {*words.school, *words.county, *stems, *rules.tallies, *DERIVED, *rules.indicators}
    for rule in rules.rules.values():
        for fact in rules.references.facts(rule.id):
            if fact not in known:
                raise PackError(
                    say(
                        "规则 {rule} 用到词汇表中没有的数据项 {fact}",
                        "rule {rule} looks at '{fact}', which the vocabulary does not have",
                        rule=rule.id,
                        fact=fact,
                    ),
                    where=rule.stated_at,
                    todo=suggestion(fact, known),
                )
    examine_measures(rules, kinds, words)
    _examine_reach(rules)


def _examine_reach(rules: Ruleset) -> None:
    """A rule that nothing leads to from the conclusion would be judged for nothing, and look in force."""
    reached = {rule.id for rule in rules.references.members(rules.concludes)}
    for rule in rules.rules.values():
        if rule.id in reached or rule.of_base in reached or rule.shown_only:
            continue
        raise PackError(
            say(
                "规则 {rule} 不在结论 {top} 的任何一条路上，判了也不起作用",
                "nothing leads from the conclusion {top} to rule {rule}: it would be judged for nothing",
                rule=rule.id,
                top=rules.concludes,
            ),
            where=rule.stated_at,
            todo=say(
                '请写 [override.{top}] add = ["{rule}"]，或 role = "advisory"',
                '[override.{top}] add = ["{rule}"], or role = "advisory"',
                top=rules.concludes,
                rule=rule.id,
            ),
        )
