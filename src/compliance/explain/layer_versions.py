"""The same rule as each layer has it: which version decides, and which stands beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from compliance.engine.working import Version
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.labels import basis_word, status_words
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset


def versions(
    rule: Rule, rules: Ruleset, limits: Callable[[Rule], Iterable[str]],
    status: Callable[[Rule], str] = lambda _: "",
) -> tuple[Version, ...]:  # fmt: skip
    """The base rule and its variants of other layers, in the order of the rule set.

    limits: what a version asks, in words. status: its verdict, empty where nothing is judged.
    """
    base = rule.of_base or rule.id
    return tuple(
        Version(
            rule=one.id,
            given_by=one.given_by,
            pack=one.given_by_id,
            layer=one.layer,
            basis=one.basis,
            text_seen=one.seen,
            decides=one.role != "advisory",
            limit=msg("；").join(limits(one)),
            status=status(one),
            source=one.source,
        )
        for one in rules.rules.values()
        if base in (one.id, one.of_base)
    )


def line(one: Version) -> str:
    """A version on one line: who gave it, what it asks, what became of it, its source."""
    weight = msg("起决定作用") if one.decides else msg_in("advisory", "参考")
    verdict = msg("，") + status_words()[one.status] if one.status else ""
    return say(
        "{rule}（{by}，{basis}，{weight}）：{limit}{verdict}；{source}",
        rule=one.rule, by=one.given_by, basis=basis_word(one.basis, seen=one.text_seen), weight=weight,
        limit=one.limit, verdict=verdict, source=one.source)  # fmt: skip
