"""Whether the words of --enforce, --switch and --confirm name anything in the rule sets used."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Protocol

from compliance.confirmations import Confirmation
from compliance.errors import UsageError
from compliance.rule import Ruleset
from compliance.ruleset import BASES
from compliance.switches import WITHOUT_STANDARD
from compliance.words import say


class Asked(Protocol):
    """What was asked for beside the rule set and the day."""

    @property
    def enforce(self) -> tuple[str, ...]:
        """Bases and rule ids."""
        ...

    @property
    def switches(self) -> tuple[str, ...]:
        """Names of switches."""
        ...

    @property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """Rules whose texts someone holds."""
        ...


def check_words(asked: Asked, rulesets: Sequence[Ruleset]) -> None:
    """Raise UsageError, with the nearest word, for one that stands for nothing in any rule set."""
    rules = {name for one in rulesets for name in (*one.rules, *one.enforceable)}
    switches = {WITHOUT_STANDARD, *(name for one in rulesets for name in one.switches)}
    _known("--enforce", asked.enforce, {*BASES, *rules}, ", ".join(BASES))
    _known("--switch", asked.switches, switches, ", ".join(sorted(switches)))
    _known("--confirm", [one.rule for one in asked.confirmations], rules, "")


def _known(option: str, words: Iterable[str], known: set[str], choices: str) -> None:
    for word in words:
        if word in known:
            continue
        near = difflib.get_close_matches(word, sorted(known), n=1)
        todo = say("是否指 {near}？", "did you mean {near}?", near=near[0]) if near else ""
        if choices:
            rules = say(" 或规则编号", " or a rule id") if option == "--enforce" else ""
            todo += say("可用：{known}", "use {known}", known=choices) + rules
        raise UsageError(
            say(
                "{option} 不认识“{word}”",
                "{option} does not know '{word}'",
                option=option,
                word=word,
            ),
            todo=todo,
        )
