"""What a verdict still lacks, by the section that can supply it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment import Assessment, shares
from compliance.kernel.i18n import lang, msg, say
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors
from compliance.rules.language.model import Rule


@dataclass(frozen=True, slots=True)
class SchoolLack:
    """A school that lacks something. at: the cells where it should stand; anchor: its section, or empty."""

    code: str
    name: str
    at: str
    anchor: str


@dataclass(frozen=True, slots=True)
class MissingItem:
    """What is missing together. schools: empty where it is the county's; at: then the cells for it.

    rules: (id and name, where on the page) of those that wait for it.
    """

    what: str
    at: str
    schools: Sequence[SchoolLack]
    rules: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SectionsShare:
    """What one section has to supply."""

    owner: str
    items: Sequence[MissingItem]


def missing_by_section(
    about: Assessment, titles: Mapping[str, str], anchors: Anchors, with_section: Collection[str] = ()
) -> list[SectionsShare]:  # fmt: skip
    """Figures, statements, counts of nobody, section by section, each in the order of the law.

    with_section: the codes of schools that have a section of their own.
    """
    found: dict[str, list[MissingItem]] = {}

    def add(
        owner: str,
        what: str,
        rules: Iterable[Rule],
        at: str = "",
        schools: Sequence[SchoolLack] = (),
    ) -> None:
        linked = [(rule.coded, anchors.rule(rule.id)) for rule in rules]
        items = found.setdefault(owner or msg("未指明科室"), [])
        items.append(MissingItem(what, at, schools, linked))

    waiting: dict[str, dict[str, Rule]] = {}
    for one in about.awaited:
        waiting.setdefault(one.fact, {})[one.judged.rule.id] = one.judged.rule
    for lack in about.missing:
        quoted = [say("“{name}”", name=titles.get(fact, fact)) for fact in lack.facts]
        rules = {key: rule for fact in lack.facts for key, rule in waiting[fact].items()}
        schools = [
            SchoolLack(
                code,
                printable(name),
                shares.cells(about, code, lack.facts),
                anchors.school(code) if code in with_section else "",
            )
            for code, name in lack.schools.items()
        ]
        at = "" if schools else shares.cells(about, "", lack.facts)
        what = ("" if lang() == "zh" else ", ").join(quoted)
        add(phrases.listed(lack.owners), what, rules.values(), at, schools)
    for ids, owner in about.statements:
        for rule in (about.rules[rule_id] for rule_id in ids):
            add(owner, say("佐证：{title}", title=rule.stated), [rule])
    for nobody in about.of_nobody:
        rules_ = [about.rules[rule_id] for rule_id in nobody.rules]
        add(nobody.owner, phrases.of_nobody(nobody, titles, about), rules_)
    return [SectionsShare(owner, items) for owner, items in found.items()]
