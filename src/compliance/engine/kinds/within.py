"""within: every item (class) stays within a limit, by its list, its bands or the largest one.

The list is the best evidence, then the bands, then the largest alone. Bands decide where all their
classes lie on one side of the limit; a band that straddles it leaves the question open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from compliance.engine import tallies
from compliance.engine.evaluate import Evaluation
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import line
from compliance.kernel.i18n import pick
from compliance.kernel.number_format import short
from compliance.kernel.submission import FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Form, Part, References, Rule, Ruleset


@dataclass(frozen=True, slots=True)
class WithinSettings:
    """The facts that are the evidence, the best first: list, bands (whose tops are edges), largest.

    unit: what the size of an item is counted in; item_unit: what items are counted in.
    """

    list: str
    bands: str
    edges: tuple[Decimal, ...]
    largest: str
    item_unit: str = ""
    item_unit_en: str = ""
    unit: str = ""
    unit_en: str = ""


_ITEMS, _SIZE = (
    "items",
    "size",
)  # what an excess counts: items over the limit, or what one has too much


class Within(Kind):
    """The size of every item of a unit against a limit."""

    name = "within"
    settings = WithinSettings
    has_limit = True

    def references(self, holder: Rule | Part) -> References:
        """The evidence of sizes."""
        settings: WithinSettings = holder.settings
        return References(facts=(settings.list, settings.bands, settings.largest))

    def form(self, rule: Rule) -> Form:
        """A number of people."""
        return Form(counts=True)

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """What a size is counted in."""
        return self.measure(rule, ruleset)

    def measure(self, holder: Rule | Part, ruleset: Ruleset) -> str:
        """What a size is counted in."""
        settings: WithinSettings = holder.settings
        return pick(settings.unit, settings.unit_en)

    def excess_unit(self, rule: Rule, ruleset: Ruleset) -> pl.Expr:
        """Items, where those over the limit were counted."""
        settings: WithinSettings = rule.settings
        words = {
            _ITEMS: pick(settings.item_unit, settings.item_unit_en),
            _SIZE: pick(settings.unit, settings.unit_en),
        }
        return pl.col("excess_unit").replace(words)

    def columns(self, rule: Rule, evaluation: Evaluation) -> Mapping[str, pl.Expr]:
        """value is the largest item where it is known.

        excess is the number of items over the limit; where only the largest is known, by how much
        that one is over. excess_unit says which.
        """
        if rule.limit is None:
            raise ValueError("within needs at_most")
        settings: WithinSettings = rule.settings
        by = pl.col(rule.limit.by)
        judged: dict[str, pl.Expr] = {}
        for key, bar in rule.limit.table.items():
            for name, column in _judged(float(bar), settings).items():
                other = judged.get(name, pl.lit(None))
                judged[name] = pl.when(by == key).then(column).otherwise(other)
        limited = by.is_in(list(rule.limit.table))
        judged["status"] = (
            pl.when(limited).then(judged["status"]).otherwise(NOT_APPLICABLE).cast(pl.UInt8)
        )
        missing = tallies.contract_name(evaluation.frames, "unit", settings.list)
        lacks = pl.when(judged["status"] == UNKNOWN).then(pl.concat_list(missing))
        return {**judged, "lacks": lacks.otherwise(NO_WORDS)}

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The items over the limit, or the largest one."""
        settings: WithinSettings = rule.settings
        holes: dict[str, pl.Expr | str] = {
            "who": pl.col("subject"),
            "value": short(pl.col("value"), 0),
            "bar": short(pl.col("threshold"), 0),
            "u": pick(settings.unit, settings.unit_en),
        }
        known = pl.col("value").is_not_null()
        met = (
            pl.when(known)
            .then(
                line(
                    pick(
                        "{who}最大班额{value}{u}，不超过{bar}{u}。",
                        "{who}: the largest class has {value} {u}, within {bar} {u}.",
                    ),
                    **holes,
                )
            )
            .otherwise(
                line(
                    pick("{who}各班均不超过{bar}{u}。", "{who}: no class exceeds {bar} {u}."),
                    **holes,
                )
            )
        )
        largest = line(pick("（最大班额{value}{u}）", " (the largest has {value} {u})"), **holes)
        counted = line(
            pick(
                "{who}有{over}{items}超过{bar}{u}{largest}。",
                "{who}: {over} {items} exceed {bar} {u}{largest}.",
            ),
            **holes,
            over=short(pl.col("over_count"), 0),
            items=pick(settings.item_unit, settings.item_unit_en),
            largest=pl.when(known).then(largest).otherwise(pl.lit("")),
        )
        single = line(
            pick(
                "{who}最大班额{value}{u}，超过{bar}{u}的上限。",
                "{who}: the largest class has {value} {u}, over the limit of {bar} {u}.",
            ),
            **holes,
        )
        missed = pl.when(pl.col("over_count").is_not_null()).then(counted).otherwise(single)
        return (
            pl.when(pl.col("status") == PASS).then(met).when(pl.col("status") == FAIL).then(missed)
        )


def _judged(bar: float, settings: WithinSettings) -> Mapping[str, pl.Expr]:
    """The columns of the units whose limit is `bar`."""
    items, bands = pl.col(settings.list), pl.col(settings.bands)
    largest = pl.col(settings.largest)
    has_items = (items.list.len() > 0).fill_null(value=False)
    has_bands = ~has_items & (bands.list.sum() > 0).fill_null(value=False)
    over_items = items.list.eval((pl.element() > bar).cast(pl.UInt32)).list.sum().cast(pl.Float64)
    over_bands, open_bands = _bands(bands, bar, settings.edges)
    over = pl.when(has_items).then(over_items).when(has_bands).then(over_bands)
    value = pl.when(has_items).then(items.list.max()).when(has_bands).then(None).otherwise(largest)
    counted = has_items | has_bands
    by_count = (
        pl.when(over > 0)
        .then(FAIL)
        .when(has_bands & (open_bands > 0))
        .then(UNKNOWN)
        .otherwise(PASS)
    )
    by_largest = (
        pl.when(largest.is_null()).then(UNKNOWN).when(largest > bar).then(FAIL).otherwise(PASS)
    )
    status = pl.when(counted).then(by_count).otherwise(by_largest)
    excess = pl.when(counted).then(over).otherwise(largest - bar)
    unit = pl.when(counted).then(pl.lit(_ITEMS)).otherwise(pl.lit(_SIZE))
    return {
        "status": status,
        "value": value,
        "threshold": pl.lit(bar),
        "over_count": over,
        "excess": pl.when(status == FAIL).then(excess),
        "excess_unit": pl.when(status == FAIL).then(unit),
    }


def _bands(bands: pl.Expr, bar: float, edges: Sequence[Decimal]) -> tuple[pl.Expr, pl.Expr]:
    """How many items lie in bands above the limit, and how many in a band that straddles it."""
    tops = [float(edge) for edge in edges]
    first_over = sum(1 for top in tops if top < bar)  # this band's top is the limit or above it
    straddles = (first_over < len(tops) and tops[first_over] > bar) or first_over == len(tops)
    above = first_over + 1
    open_count = bands.list.get(first_over, null_on_oob=True) if straddles else pl.lit(0.0)
    return bands.list.slice(above).list.sum().cast(pl.Float64), open_count.cast(pl.Float64)
