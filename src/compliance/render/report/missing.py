"""What a verdict still lacks, by the section that can supply it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compliance.assessment import Assessment, offices, supplier
from compliance.kernel.i18n import msg, say
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors
from compliance.rules.language.model import Rule


@dataclass(frozen=True, slots=True)
class MissingItem:
    """One thing that is missing. schools: (code, name, where on the page); empty where it is the county's.

    rules: (id and name, where on the page) of those that wait for it.
    """

    what: str
    schools: Sequence[tuple[str, str, str]]
    rules: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SectionsShare:
    """What one section has to supply; nobody's name where the rule set names none."""

    owner: str
    items: Sequence[MissingItem]


@dataclass
class _Waiting:
    schools: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)


def missing_by_section(
    about: Assessment, titles: Mapping[str, str], holders: Mapping[str, str], anchors: Anchors
) -> list[SectionsShare]:
    """Figures, statements, counts of nobody: section by section, in the order of the law."""
    found: dict[str, dict[str, _Waiting]] = {}
    for one in about.awaited:
        row, rule = one.judged.finding, one.judged.rule
        if one.fact and one.judged.status == "unknown":
            owner = supplier(rule, one.fact, holders)
            what = say("“{name}”", name=titles.get(one.fact, one.fact))
            waiting = found.setdefault(owner, {}).setdefault(what, _Waiting())
            waiting.rules[rule.id] = rule
            if one.judged.school:
                waiting.schools[one.judged.school] = printable(row["school_name"])
    shares = {
        owner: [_item(what, one, anchors) for what, one in wanted.items()]
        for owner, wanted in found.items()
    }
    for ids, owner in about.statements:
        for rule_id in ids:
            told = say("佐证：{title}", title=about.rules[rule_id].stated)
            shares.setdefault(owner, []).append(
                _item(told, _waiting([about.rules[rule_id]]), anchors)
            )
    for nobody in about.of_nobody:
        told = phrases.of_nobody(nobody, titles, about)
        shares.setdefault(nobody.owner, []).append(
            _item(told, _waiting(about.rules[one] for one in nobody.rules), anchors)
        )
    for rule_id in about.waived:
        told = say("豁免的备案：{title}", title=about.rules[rule_id].label)
        owner = offices(about.rules[rule_id])
        shares.setdefault(owner, []).append(_item(told, _waiting([about.rules[rule_id]]), anchors))
    return [SectionsShare(owner or msg("未指明科室"), items) for owner, items in shares.items()]


def _waiting(rules: Iterable[Rule]) -> _Waiting:
    return _Waiting(rules={rule.id: rule for rule in rules})


def _item(what: str, one: _Waiting, anchors: Anchors) -> MissingItem:
    return MissingItem(
        what,
        [(code, name, anchors.school(code)) for code, name in one.schools.items()],
        [(rule.coded, anchors.rule(rule.id)) for rule in one.rules.values()],
    )
