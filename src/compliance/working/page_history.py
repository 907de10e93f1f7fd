"""What became of a rule from day to day, as sentences."""

from __future__ import annotations

from typing import Any

from compliance.history import ADDED, DROPPED, Change, Step
from compliance.rule import Rule
from compliance.rule_words import field_words
from compliance.vocabulary import Vocabulary
from compliance.words import pick, say


def step(one: Step, rule: Rule, words: Vocabulary) -> dict[str, Any]:
    """A day on which something changed, as plain values with a sentence."""
    return {
        "from": one.day.isoformat(),
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in one.changes
        ],
        "text": _told(one, rule, words),
    }


def _told(step: Step, rule: Rule, words: Vocabulary) -> str:
    """One day's changes as a sentence."""
    first = step.changes[0]
    if first.field == ADDED:
        told = [
            f"{_key(one.field, rule, words)}{one.after}"
            for one in step.changes
            if "limit" in one.field
        ]
        limits = pick("，", ", ").join(dict.fromkeys(told))
        source = next((one.after for one in step.changes if one.field == "source"), "")
        return say(
            "本规则集自{day}起采用{limits}（{source}）",
            "in this rule set from {day}{limits} ({source})",
            day=step.day, limits=pick("：", ": ") + limits if limits else "", source=source,
        )  # fmt: skip
    if first.field == DROPPED:
        return say("{day}起不再适用", "{day}: no longer applies", day=step.day)
    named = pick("；", "; ").join(_changed(one, rule, words) for one in step.changes)
    return say("{day}起：{what}", "{day}: {what}", day=step.day, what=named)


def _changed(one: Change, rule: Rule, words: Vocabulary) -> str:
    key = _key(one.field, rule, words)
    if one.field == "of":  # a long list: what came and what went
        before, after = one.before.split(", "), one.after.split(", ")
        came = [f"+{name}" for name in after if name not in before]
        went = [f"−{name}" for name in before if name not in after]
        return key + pick("、", ", ").join(came + went)
    return f"{key}{one.before or '—'} → {one.after or '—'}"


def _key(field: str, rule: Rule, words: Vocabulary) -> str:
    """What a changed field is called; of a limit its key alone, and nothing where it has none."""
    told = field_words(field, rule, words)
    if "limit" in field.split("."):
        told = told.replace(field_words("limit"), "", 1).strip().removesuffix(" ·")
    return f"{told} " if told else ""
