"""The two answers of `explain`: about a rule, and about its verdict; as values and as lines."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from compliance.checker import ruleset_choice
from compliance.checker.builtin_offers import load
from compliance.checker.check import Choice, with_pack_file
from compliance.checker.option_names import check_words
from compliance.explain.question.context import find_rule, hear
from compliance.explain.question.model import FORMAT
from compliance.explain.rule_page import rule_page
from compliance.explain.rulesets.owning_ruleset import holding
from compliance.explain.text.working_text import text
from compliance.explain.verdict.working import workings
from compliance.facts.vocabulary import vocabulary
from compliance.render.documents.text_width import wrap
from compliance.rules.lint import examine
from compliance.rules.resolution.resolve import resolve

WIDTH = 100  # columns: formulas with long names are torn apart at 80
Answer = tuple[dict[str, Any], list[str]]


def of_rule(rule_id: str, choice: Choice) -> Answer:
    """The rule itself: text, source, history, layers, facts, example."""
    offers = load()
    known, name = with_pack_file(offers, choice.ruleset)
    day = choice.as_of or date.today()
    if name is None:
        name = holding(known, offers.kinds, ruleset_choice.base_of(known), rule_id, day)
    rules = resolve(
        known, name, day, choice.enforce, choice.switches, choice.confirmations, kinds=offers.kinds
    )
    words = vocabulary(offers.fragments)
    examine(rules, offers.kinds, words)
    check_words(choice, [rules])
    found = rule_page.page(
        find_rule(rules, rule_id), rules, words, known, choice.enforce, kinds=offers.kinds
    )
    return found, _wrapped(rule_page.text(found, day))


def of_case(
    rule_id: str, paths: list[Path], choice: Choice,
    school: str | None = None, stage: str | None = None, county: str | None = None,
) -> Answer:  # fmt: skip
    """The working of the rule's verdict for a school's stages, a school or the county."""
    hearing = hear(paths, load(), choice, rule_id, school, county)
    found = workings(hearing, rule_id, school, stage)
    lines: list[str] = []
    for one in found:
        lines += [*([""] if lines else []), *_wrapped(text(one))]
    return {"format": FORMAT, "workings": [one.as_json() for one in found]}, lines


def _wrapped(whole: str) -> list[str]:
    """Lines within the width, further lines indented like the first."""
    lines: list[str] = []
    for row in whole.split("\n"):
        indent = " " * (len(row) - len(row.lstrip(" ")))
        lines += wrap(row.strip(), WIDTH, indent, indent + "  ") if row.strip() else [""]
    return lines
