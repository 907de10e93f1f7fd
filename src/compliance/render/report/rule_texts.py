"""Every rule that judged, with its text: the document's own words as a quotation, the pack's as a paraphrase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment import offices
from compliance.assessment.figures import basis
from compliance.engine.results import Results, RulesetInfo
from compliance.kernel.i18n import lang
from compliance.render.report.marks import RuleAnchors
from compliance.rules.language.model import Rule
from compliance.rules.reference.describe import demands, role_words


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as the page tells it. demands: (what the words are called, the words)."""

    id: str
    anchor: str
    title: str
    block: str
    role: str
    basis: str
    source: str
    demands: Sequence[tuple[str, str]]
    owner: str
    note: str
    given_by: str


def ruleset_texts(report: Results, info: RulesetInfo) -> list[RuleText]:
    """Those of one of the report's rule sets."""
    anchors = RuleAnchors(info.id, day_of(report, info.id, info.as_of))
    return rule_texts(report.rules[(info.id, info.as_of)], anchors)


def day_of(report: Results, ruleset: str, as_of: str) -> str:
    """The day by which a rule set is told from another of the same name; empty where there is none."""
    same = sum(info.id == ruleset for info in report.rulesets)
    return as_of if same > 1 else ""


def rule_texts(rules: Mapping[str, Rule], anchors: RuleAnchors) -> list[RuleText]:
    """In the order of the law; what stands in a rule set for its figure alone is left out."""
    blocks = blocks_of(rules)
    return [
        RuleText(
            id=rule.id,
            anchor=anchors.rule(rule.id),
            title=rule.label,
            block=blocks.get(rule.id, rule.aspect_label),
            role=role_words().get(rule.role, rule.role),
            basis=basis(rule),
            source=rule.source,
            demands=demands(rule),
            owner=offices(rule),
            note=rule.note if lang() == "zh" else "",
            given_by=rule.given_by,
        )
        for rule in rules.values()
        if not rule.is_input and rule.role not in ("block", "conclusion")
    ]


def blocks_of(rules: Mapping[str, Rule]) -> dict[str, str]:
    """Rule -> the title of the block it stands in."""
    return {
        member: rule.label for rule in rules.values() if rule.role == "block" for member in rule.of
    }
