"""What the schemas say of figures side by side: parts and wholes, plausible ratios, jumps, copies.

Data for the checks before judging. None of it is law: whatever contradicts it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from compliance.kernel.i18n import pick


class Bound(NamedTuple):
    """The sum of the facts `of` is a part of the sum of the facts `within`."""

    of: tuple[str, ...]
    within: tuple[str, ...]


class Plausible(NamedTuple):
    """What `per` × the sum of `of` ÷ the sum of `over` is with honest figures: no law, a doubt.

    low, high: bounds, None where there is none. least: looked at only where `over` is at least
    that. zero: nothing at all is plausible too. over empty: the figure itself.
    """

    title: str
    title_en: str
    unit: str
    of: tuple[str, ...]
    over: tuple[str, ...] = ()
    per: float = 1.0
    low: float | None = None
    high: float | None = None
    least: float = 1.0
    zero: bool = False

    @property
    def label(self) -> str:
        """What it is called, in the current language."""
        return pick(self.title, self.title_en)


class PlausibleItem(NamedTuple):
    """What each item of the list `fact` is with honest figures: from `low` to `high`."""

    fact: str
    low: float
    high: float


class Quotient(NamedTuple):
    """A percentage and the counts it should come from: 100 × `of` ÷ `over`, give or take `points`.

    The counts are one of its sources only: a larger difference is a doubt, a smaller one is none.
    """

    fact: str
    of: str
    over: str
    points: float


class Jump(NamedTuple):
    """By how much a figure may differ from last year's without a doubt.

    factor: at most so many times as much or as little. least: smaller differences do not count.
    shrinks: the share by which what lasts may become less; None where the factor alone counts.
    """

    fact: str
    factor: float
    least: float
    shrinks: float | None = None


class Recent(NamedTuple):
    """A year that lies at most so many years before the school year's first."""

    fact: str
    years: int


class OfOneSchool(NamedTuple):
    """A figure of at least so many digits that two schools hardly have alike: one was filled in twice.

    within: text fact → the digits that do where both schools have the same text there.
    """

    fact: str
    digits: int
    within: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What a schema says of figures side by side: the data checks of intake read it.

    bounds: parts and wholes of a record. schools_bounds: a county's figure against the sum of the
    schools'. past: dates and years that do not lie after the school year's first; recent: nor long
    before. shown_by: a yes or no, and the count that is above 0 with a yes alone. of_one: figures that
    two schools hardly share. twin_digits: with so many digits alike, two records are a copy and no
    coincidence; None where copies are not looked for. national: the form of a code that only one school
    has.
    """

    bounds: tuple[Bound, ...] = ()
    schools_bounds: tuple[Bound, ...] = ()
    plausible: tuple[Plausible, ...] = ()
    items: tuple[PlausibleItem, ...] = ()
    quotients: tuple[Quotient, ...] = ()
    past: tuple[str, ...] = ()
    recent: tuple[Recent, ...] = ()
    jumps: tuple[Jump, ...] = ()
    shown_by: tuple[tuple[str, str], ...] = ()
    of_one: tuple[OfOneSchool, ...] = ()
    twin_digits: int | None = None
    national: str = ""

    def joined(self, more: Checks) -> Checks:
        """These and those of a fragment, each once."""
        own: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        added = {name: getattr(more, name) for name in own}
        for name, value in own.items():
            if isinstance(value, tuple):
                own[name] = (*value, *(one for one in added[name] if one not in value))
            else:
                own[name] = added[name] or value
        return Checks(**own)

    def facts(self) -> Iterator[str]:
        """The facts of the record's own table that are named."""
        for bound in self.bounds:
            yield from (*bound.of, *bound.within)
        for bound in self.schools_bounds:
            yield from bound.of
        for one in self.plausible:
            yield from (*one.of, *one.over)
        for item in self.items:
            yield item.fact
        for quotient in self.quotients:
            yield from (quotient.fact, quotient.of, quotient.over)
        yield from (*self.past, *(one.fact for one in self.recent))
        for jump in self.jumps:
            yield jump.fact
        for pair in self.shown_by:
            yield from pair
        for shared in self.of_one:
            yield shared.fact
            yield from (name for name, _ in shared.within)


NO_CHECKS = Checks()


def checks_of(record: Mapping[str, Any]) -> Checks:
    """What a schema's annotations say. Raises KeyError, TypeError or ValueError for faulty ones."""
    return Checks(
        _bounds(record, "x-bounds"),
        _bounds(record, "x-bounds-of-schools"),
        tuple(_plausible(item) for item in record.get("x-plausible", ())),
        tuple(
            PlausibleItem(fact, item["low"], item["high"])
            for item in record.get("x-plausible-items", ())
            for fact in item["facts"]
        ),
        tuple(
            Quotient(item["fact"], item["of"], item["over"], item["points"])
            for item in record.get("x-quotients", ())
        ),
        tuple(record.get("x-past", ())),
        tuple(Recent(one["fact"], one["years"]) for one in record.get("x-recent", ())),
        tuple(
            Jump(fact, item["factor"], item["least"], item.get("shrinks"))
            for item in record.get("x-jumps", ())
            for fact in item["facts"]
        ),
        tuple(record.get("x-shown-by", {}).items()),
        tuple(_of_one_school(record.get("x-of-one-school", {}))),
        record.get("x-twin-digits"),
        record.get("x-national-code", ""),
    )


def _bounds(record: Mapping[str, Any], key: str) -> tuple[Bound, ...]:
    return tuple(Bound(tuple(item["of"]), tuple(item["within"])) for item in record.get(key, ()))


def _of_one_school(item: Mapping[str, Any]) -> Iterator[OfOneSchool]:
    for fact in item.get("facts", ()):
        yield OfOneSchool(fact, item["digits"], tuple(item.get("within", {}).items()))


def _plausible(item: Mapping[str, Any]) -> Plausible:
    if "low" not in item and "high" not in item:
        raise ValueError(f"{item['title']}: low? high?")
    return Plausible(
        item["title"],
        item.get("title-en", item["title"]),
        item.get("unit", ""),
        tuple(item["of"]),
        tuple(item.get("over", ())),
        item.get("per", 1.0),
        item.get("low"),
        item.get("high"),
        item.get("least", 1.0),
        item.get("zero", False),
    )
