"""Who answers, until when and what it costs: the responsibility table and the price list, item by item.

Without them the columns stay blank: nothing is invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compliance.assessment import Judged, amounts
from compliance.facts.units import quantity
from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, pick, say
from compliance.ledger.prices import NO_PRICES, Priced, PricedLack, PriceList, Thing, read_prices
from compliance.ledger.responsibilities import NOBODY_NAMED, Responsibility, read_responsibilities
from compliance.ledger.terms import Term
from compliance.render.documents.text import printable
from compliance.rules.language.model import Rule
from compliance.rules.language.ruleset import Ruleset

# In the responsibility table: whoever leads the school that the item is about.
PRINCIPAL = ("校长", "headteacher")


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned for one item; empty or None is what nobody has said.

    lead: who leads, joint: who acts with it; section: of the bureau. term: until when, counted from
    the day of the figures that first missed it. cost: whole yuan.
    """

    lead: str
    joint: str
    section: str = ""
    person: str = ""
    term: Term | None = None
    cost: int | None = None

    @property
    def offices(self) -> str:
        """Who leads, and with whom; empty where nobody is named."""
        if not self.joint:
            return self.lead
        return say("{lead}（会同{joint}）", lead=self.lead, joint=self.joint)


@dataclass(frozen=True)
class Planning:
    """The two tables that people filled in, where they gave them. priced: prices were given."""

    responsibilities: Mapping[str, Responsibility] = field(default_factory=dict)
    prices: PriceList = NO_PRICES
    priced: bool = False

    def of(self, one: Judged, principal: str) -> Planned:
        """What is planned for a finding. principal: of its school; empty where it has none."""
        named = self.responsibilities.get(one.rule.id, NOBODY_NAMED)
        joint = msg("、").join(one.rule.partners)
        person = printable(named.person)
        if (not person and one.school) or person in PRINCIPAL:
            person = principal
        return Planned(
            lead=printable(named.lead or pick(one.rule.owner, one.rule.owner_en)),
            joint=printable(named.joint or joint),
            section=printable(named.section),
            person=person,
            term=named.term,
            cost=self.prices.cost(gaps(one)) if self.priced else None,
        )


UNPLANNED = Planning()


def gaps(one: Judged) -> list[PricedLack]:
    """What a finding lacks; what is over a limit is no gap."""
    return [
        PricedLack(Priced(one.rule.id, amount.part), amount.value, one.rule.shared)
        for amount in amounts(one.finding)
        if not amount.over
    ]


def assigned(rulesets: Iterable[Ruleset]) -> dict[str, Rule]:
    """The rules that somebody answers for: what decides, but for groups of others."""
    return {
        rule.id: rule
        for ruleset in rulesets
        for rule in ruleset.rules.values()
        if rule.role in ("component", "requirement") and not rule.of
    }


def things(rulesets: Iterable[Ruleset], words: Vocabulary) -> dict[Priced, Thing]:
    """What items of these rules may lack, in the order of the law: things that can be counted.

    A part is named as findings name it, in the current language. Money is a thing only where it is
    a sum, not where it is a mean; a percentage point is none.
    """
    found: dict[Priced, Thing] = {}
    facts = {**words.county, **words.school}
    adds = {fact.stem: fact.adds for fact in facts.values()} | {
        name: fact.adds for name, fact in facts.items()
    }
    for ruleset in rulesets:
        for rule in ruleset.rules.values():
            for holder in rule.holders:
                indicator = ruleset.indicators.get(holder.indicator or "")
                if indicator is None or not (measured := quantity(indicator.gap_unit)):
                    continue
                if holder.limit is not None and holder.limit.operator.startswith("<"):
                    continue  # what is over a limit is not bought
                names = () if isinstance(holder, Rule) else (holder.name, holder.name_en)
                money = measured == "yuan"
                if money and not all(adds.get(fact, True) for fact in indicator.of.facts):
                    continue
                thing = Thing((indicator.gap_unit, indicator.gap_unit_en), names, money)
                found.setdefault(Priced(rule.id, pick(*names) if names else ""), thing)
    return found


def read_planning(
    responsibilities: Path | None,
    prices: Path | None,
    rulesets: Sequence[Ruleset],
    words: Vocabulary,
) -> tuple[Planning, list[Problem]]:
    """The two tables as people filled them in, where they are given, and what is wrong with them."""
    known = {rule.id: rule.title for ruleset in rulesets for rule in ruleset.rules.values()}
    rows, problems = dict[str, Responsibility](), list[Problem]()
    if responsibilities is not None:
        rows, found = read_responsibilities(responsibilities, known)
        problems += found
    listed = NO_PRICES
    if prices is not None:
        listed, found = read_prices(prices, known, things(rulesets, words))
        problems += found
    return Planning(rows, listed, priced=prices is not None), problems
