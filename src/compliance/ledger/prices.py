"""单价表 and 所需资金: what an item costs, exactly and in whole yuan; nothing without a price.

A gap that is counted in yuan already is its own cost. What has no price has no cost, and is counted
as such: it is never taken for nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from compliance.intake.formats.side_table import SideCell, read_side_table
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, say
from compliance.ledger.responsibilities import filled_in_twice, rows_of_rules

SHEET = "单价表"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "rule": ("编号", "指标编号", "规则编号", "Id", "Rule"),
    "title": ("指标", "指标名称", "Indicator"),
    "part": ("项目", "Part"),
    "unit": ("单位", "计量单位", "Unit"),
    "price": ("单价", "Price"),
    "note": ("说明", "备注", "Note"),
}
HIGHEST = Decimal(10) ** 10  # yuan for one: beyond it somebody has mistaken the unit
_WHOLE = Decimal(1)


class Priced(NamedTuple):
    """A thing that may be missing. part: of the rule, empty where it has none."""

    rule: str
    part: str


@dataclass(frozen=True, slots=True)
class Thing:
    """What a price is of. units, names: how its unit and its part may be written.

    money: it is missing in yuan, so that its gap is the cost itself.
    """

    units: tuple[str, ...]
    names: tuple[str, ...] = ()
    money: bool = False


class PricedLack(NamedTuple):
    """How much of a thing an item lacks. shared: with the other items of its school, by stage."""

    thing: Priced
    amount: float
    shared: bool


@dataclass(frozen=True)
class PriceList:
    """What things cost. things: all that may be missing; prices: yuan for one of them."""

    things: Mapping[Priced, Thing] = field(default_factory=dict)
    prices: Mapping[Priced, Decimal] = field(default_factory=dict)

    def cost(self, gaps: Iterable[PricedLack]) -> int | None:
        """Whole yuan, rounded up; None where nothing is missing or any of it has no price."""
        each = [self._of(gap) for gap in gaps]
        if not each or None in each:
            return None
        return sum(one for one in each if one is not None)

    def _of(self, gap: PricedLack) -> int | None:
        thing = self.things.get(gap.thing)
        price = _WHOLE if thing and thing.money else self.prices.get(gap.thing)
        if price is None:
            return None
        exact = Decimal(repr(gap.amount)) * price
        return int(exact.to_integral_value(ROUND_CEILING))


NO_PRICES = PriceList()


class Sum(NamedTuple):
    """A total in yuan, and how many items lack something that has no price."""

    yuan: int
    unpriced: int

    @classmethod
    def of(cls, costs: Iterable[int | None]) -> Sum:
        """The sum of what items cost, None for one without a price."""
        each = list(costs)
        return cls(sum(filter(None, each)), each.count(None))


def apportioned(
    items: Iterable[tuple[str, Hashable, Sequence[PricedLack]]], prices: PriceList
) -> dict[str, int | None]:
    """Id → its part of what all items cost together, None where it has no price; those without gaps not.

    items: id, whose it is, what it lacks. Of a thing that the stages of a school share, the largest
    amount counts and the others cost nothing more: however items are grouped, the parts add up.
    """
    found: dict[str, int | None] = {}
    largest: dict[tuple[Hashable, Priced], tuple[int, str]] = {}
    for name, whose, gaps in items:
        if not gaps:
            continue
        if prices.cost(gaps) is None:
            found[name] = None
            continue
        found[name] = prices.cost([gap for gap in gaps if not gap.shared]) or 0
        for gap in gaps:
            key, cost = (whose, gap.thing), prices.cost([gap]) or 0
            if gap.shared and (key not in largest or cost > largest[key][0]):
                largest[key] = (cost, name)
    for cost, name in largest.values():
        found[name] = (found[name] or 0) + cost
    return found


def read_prices(
    path: Path, rules: Mapping[str, str], things: Mapping[Priced, Thing]
) -> tuple[PriceList, list[Problem]]:
    """The prices given, and what is wrong, each with its cell. rules: id → title."""
    table = read_side_table(path, SHEET, HEADINGS)
    problems, prices = list(table.problems), dict[Priced, Decimal]()
    for rule, row in rows_of_rules(table, rules, problems):
        thing = _thing(rule, row["part"], row["unit"], things)
        price = _price(row["price"])
        problems += [one for one in (thing, price) if isinstance(one, Problem)]
        if isinstance(thing, Problem) or isinstance(price, Problem) or price is None:
            continue
        if thing in prices:
            problems.append(filled_in_twice(row["rule"], rule))
        prices[thing] = price
    return PriceList(things, prices), problems


def _thing(
    rule: str, part: SideCell, unit: SideCell, things: Mapping[Priced, Thing]
) -> Priced | Problem:
    """What the row prices; its unit must be that in which the thing is missing."""
    own = {key: thing for key, thing in things.items() if key.rule == rule}
    named = [key for key, thing in own.items() if part.text in thing.names]
    if not part.text and len(own) == 1:
        named = list(own)
    if not named:
        known = msg("、").join(filter(None, (key.part for key in own)))
        message = say("{r}没有可计价的“{p}”", r=rule, p=part.text or rule)
        return part.problem("unknown_part", message, known)
    thing = own[named[0]]
    if unit.text and unit.text not in thing.units:
        message = say("单位“{u}”与缺口的单位不同", u=unit.text)
        return unit.problem("wrong_unit", message, thing.units[0])
    return named[0]


def _price(cell: SideCell) -> Decimal | Problem | None:
    """Yuan for one; None where it is left open."""
    text = cell.text.replace(",", "").replace("，", "")
    if not text:
        return None
    expected = msg("不小于0的数，单位元")
    try:
        price = Decimal(text)
    except InvalidOperation:
        return cell.problem("not_a_number", say("单价“{v}”不是数", v=cell.text), expected)
    if not price.is_finite() or not 0 <= price <= HIGHEST:
        return cell.problem("out_of_range", say("单价“{v}”超出范围", v=cell.text), expected)
    return price
