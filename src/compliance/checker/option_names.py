"""Whether the words of --enforce, --switch and --confirm name anything in the rule sets used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from compliance.kernel.errors import Problem, UsageError, suggestion
from compliance.kernel.i18n import pick, say
from compliance.rules.language.model import BASES, Ruleset
from compliance.rules.resolution.amendments import WITHOUT_STANDARD
from compliance.rules.resolution.confirmations import Confirmation


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
    _needed(asked.confirmations, rulesets)


def out_of_date(judged: Iterable[tuple[Ruleset, date]]) -> list[Problem]:
    """Relaxations switched on for a day on which they are not known to hold; one warning a term."""
    together: dict[tuple[object, ...], list[str]] = {}
    for rules, day in judged:
        for one in (rules.switches[name] for name in rules.switched):
            early = one.from_ is not None and day < one.from_
            late = one.until is not None and day > one.until
            if (early or late) and not one.includes:
                source = one.source.split("（")[0]  # where it was read stands with the switch
                names = together.setdefault((one.from_, one.until, day, source), [])
                names += [one.name] if one.name not in names else []
    return [
        Problem(
            "warning",
            "switch_out_of_date",
            say(
                "放宽 {names} 所知的期限为{begin}至{end}，按{day}判定时仍予适用",
                "the relaxations {names} are known to hold from {begin} to {end}; applied as of {day}",
                names=pick("、", ", ").join(names),
                begin=begin or "—",
                end=end or "—",
                day=day,
            ),
            expected=say(
                "请确认现行规定仍允许，依据：{source}",
                "see that the rules in force allow it; source: {source}",
                source=source,
            ),
        )
        for (begin, end, day, source), names in together.items()
    ]


def _needed(confirmations: Sequence[Confirmation], rulesets: Sequence[Ruleset]) -> None:
    """UsageError for a confirmation given twice, or of a rule whose basis is verified anyway."""
    raised = {rule.confirmed for one in rulesets for rule in one.rules.values()}
    seen: set[str] = set()
    for one in confirmations:
        if one.rule in seen:
            raise UsageError(
                say("规则 {rule} 确认了两次", "rule {rule} is confirmed twice", rule=one.rule),
                todo=say("请只留一条", "keep one"),
            )
        seen.add(one.rule)
        if one.document not in raised:
            raise UsageError(
                say(
                    "规则 {rule} 的依据本已核实，无须确认",
                    "the basis of rule {rule} is verified already",
                    rule=one.rule,
                ),
                todo=say("请删去这一条", "take this one out"),
            )


def _known(option: str, words: Iterable[str], known: set[str], choices: str) -> None:
    for word in words:
        if word in known:
            continue
        todo = suggestion(word, sorted(known))
        if choices:
            rules = say(" 或规则编号", " or a rule id") if option == "--enforce" else ""
            todo += pick("；", "; ") if todo else ""
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
