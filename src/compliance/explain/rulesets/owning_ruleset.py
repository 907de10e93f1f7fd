"""Which installed rule set a rule is meant of, where none was named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

from compliance.kernel.errors import NoEditionError, UsageError
from compliance.kernel.i18n import say
from compliance.rules.kinds import Kinds
from compliance.rules.language.pack import Pack
from compliance.rules.resolution.resolve import edition, resolve

Packs = Mapping[str, Sequence[Pack]]


def holding(known: Packs, kinds: Kinds, usual: str, rule_id: str, day: date) -> str:
    """The rule set that has the rule: the usual one, else the only one that others have it from.

    Where none has it, the usual one. Raises UsageError where several have it, naming them.
    """
    if _has(known, kinds, usual, rule_id, day):
        return usual
    others = [name for name in known if "/" not in name and _has(known, kinds, name, rule_id, day)]
    first = [name for name in others if not _above(known, name, day) & set(others)]
    if len(first) > 1:
        raise UsageError(
            say(
                "有几个规则集都有规则“{rule}”",
                "several rule sets have a rule '{rule}'",
                rule=rule_id,
            ),
            todo=say(
                "加 --ruleset：{names}", "add --ruleset: {names}", names=say("、", ", ").join(first)
            ),
        )
    return first[0] if first else usual


def _has(known: Packs, kinds: Kinds, name: str, rule_id: str, day: date) -> bool:
    with suppress(NoEditionError):  # not in force on that day
        return rule_id.lower() in {
            one.lower() for one in resolve(known, name, day, kinds=kinds).rules
        }
    return False


def _above(known: Packs, name: str, day: date) -> set[str]:
    """What a rule set extends or imports from, through every layer."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        pack = edition(known, waiting.pop(), day)
        for other in (pack.extends, *pack.table("import")):
            if other is not None and other not in found:
                found.add(other)
                waiting.append(other)
    return found
