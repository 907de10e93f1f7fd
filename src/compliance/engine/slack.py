"""Requirements that are only just met: by less than a share of the limit, or by a single person or room.

Floats propose, as everywhere; whether a figure is near is decided with fractions, from the finding's
own value and limit, and for one thing less (or more, under an upper limit) from the figures as typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isclose
from typing import Any

import polars as pl

from compliance.engine.breakdown import county_frames
from compliance.engine.exact_arithmetic import (
    NEAR,
    Quantity,
    highest,
    meets_exactly,
    quantity,
    typed,
)
from compliance.engine.units import Frames
from compliance.kernel.i18n import pick
from compliance.kernel.submission import KEY, Submission
from compliance.rules.language.model import UPPER, WRITTEN, Part, Rule
from compliance.rules.language.ruleset import Ruleset

_MONEY = "元"  # nobody counts single ones
SHARE = Fraction(2, 100)  # of the limit: nearer than that is near
_SUBJECTS = {"unit": (*KEY, "school_code", "stage"), "school": (*KEY, "school_code"), "county": KEY}
_DECIDING = ("component", "requirement")


@dataclass(frozen=True, slots=True)
class Slack:
    """A limit that is only just met.

    finding: in columns FINDINGS. part: the finding's own figure or that of a part of it, likewise.
    limit: what it is near to; floor: that it is what a miss must still reach. margin: the distance from
    it, as a share of it. one: what a single one of fewer (or more) would break it; empty where it is
    near by its share alone.
    """

    finding: Mapping[str, Any]
    part: Mapping[str, Any]
    limit: Fraction
    margin: Fraction
    one: str = ""
    floor: bool = False


def barely_met(findings: pl.DataFrame, ruleset: Ruleset, figures: Submission) -> list[Slack]:
    """Every deciding limit that is only just met, of counties judged by one rule set.

    A component counts where missing it would fail a group that has nothing to spare. What can only be
    met exactly (100 % of everybody) is not near for that.
    """
    by_rule: Mapping[Any, pl.DataFrame] = findings.filter(
        pl.col("role").is_in(_DECIDING)
    ).partition_by("rule", as_dict=True)
    frames = county_frames(ruleset.rules.values(), ruleset, figures)
    found: list[Slack] = []
    for (name,), every in by_rule.items():
        rule = ruleset.rules[name]
        if rule.form.counts_members or rule.statement:
            continue
        decides = rule.role != "component"
        own = every if decides else _decisive(every, rule, ruleset, by_rule)
        found += _met(own.filter(status="pass"), rule, ruleset, frames)
        found += _floors(own.filter(status="fail"))
    return found


def _decisive(
    own: pl.DataFrame, rule: Rule, ruleset: Ruleset, by_rule: Mapping[Any, pl.DataFrame]
) -> pl.DataFrame:
    """The findings of a component whose groups are met with nothing to spare, or that no group counts."""
    known = (one for one in ruleset.rules.values() if one.form.groups and one.role != "advisory")
    groups = [one for one in known if rule.id in one.of]
    counting = [one for one in groups if one.form.counts_members]
    if len(counting) < len(groups):
        return own
    subject = ["county_code", "year", "school_code", "stage"]
    spare = pl.col("value") - pl.col("threshold")
    tight = [
        by_rule[one.id,].filter(pl.col("status") == "pass", spare < 1).select(subject)
        for one in counting
        if (one.id,) in by_rule
    ]
    return own.join(pl.concat(tight), on=subject, how="semi") if tight else own.clear()


def _floors(missed: pl.DataFrame) -> Iterator[Slack]:
    """What misses its limit and just reaches its floor, so that its group is met all the same."""
    value, floor = pl.col("value"), pl.col("floor")
    near = missed.filter((floor > 0) & ((value - floor).abs() <= floor * float(SHARE) * (1 + NEAR)))
    for row in near.iter_rows(named=True):
        bar, held = typed(row["floor"]), typed(row["value"])
        if bar and held is not None and 0 <= held - bar < SHARE * bar:
            yield Slack(row, row, bar, (held - bar) / bar, floor=True)


def _met(met: pl.DataFrame, rule: Rule, ruleset: Ruleset, frames: Frames) -> Iterator[Slack]:
    if rule.parts:
        for place, part in enumerate(rule.parts):
            figure = pl.col("parts").list.get(place, null_on_oob=True)
            own = met.with_columns(
                _value=figure.struct.field("value"),
                _limit=figure.struct.field("threshold"),
                _operator=figure.struct.field("operator"),
            )
            yield from _near(own, rule, part, place, ruleset, frames)
    else:
        own = met.with_columns(_value="value", _limit="threshold", _operator="operator")
        yield from _near(own, rule, rule, None, ruleset, frames)


def _near(
    own: pl.DataFrame, rule: Rule, holder: Rule | Part, place: int | None, ruleset: Ruleset,
    frames: Frames,
) -> Iterator[Slack]:  # fmt: skip
    """The findings of which one figure is near its limit; place: of the part, None for the rule's own."""
    value, limit = pl.col("_value"), pl.col("_limit")
    own = own.filter(value.is_not_null(), limit != 0, pl.col("_operator").is_in(list(WRITTEN)))
    if own.is_empty():
        return
    close = (value - limit).abs() <= limit.abs() * float(SHARE) * (1 + NEAR)
    bound = _counted(holder, ruleset, frames, rule.scope)
    single = pl.lit(value=False)
    if bound is not None:
        own = own.join(
            _amounts(bound, frames, rule.scope), on=_SUBJECTS[rule.scope], how="left",
            nulls_equal=True,
        )  # fmt: skip
        single = _breaks(value, limit, pl.col("_amount"))
    for row in own.filter(close | single.fill_null(value=False)).iter_rows(named=True):
        made = _exactly(row, place, bound)
        if made is not None:
            yield made


def _counted(holder: Rule | Part, ruleset: Ruleset, frames: Frames, scope: str) -> Quantity | None:
    """The figure of whole things that a limit is held against; None where none is counted."""
    indicator = ruleset.indicators.get(holder.indicator or "")
    if indicator is None or indicator.gap_step != 1 or indicator.gap_unit == _MONEY:
        return None
    if (
        indicator.round_up
        or len(indicator.of.facts) != 1
        or set(indicator.of.facts.values()) != {1}
    ):
        return None
    bound = quantity(indicator, frames, scope)
    return bound if set(bound.columns) <= set(frames.of(scope).columns) else None


def _amounts(bound: Quantity, frames: Frames, scope: str) -> pl.DataFrame:
    """How many of the things each subject has, with the figures of its row."""
    frame = frames.of(scope)
    return frame.select(*_SUBJECTS[scope], _amount=bound.of, _row=pl.struct(bound.columns))


def _breaks(value: pl.Expr, limit: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """Whether one thing less, or more under an upper limit, may break the limit."""
    upper = pl.col("_operator").is_in(list(UPPER))
    one = pl.when(upper).then(amount + 1).otherwise(amount - 1)
    then = value * one / amount
    slightly = limit.abs() * NEAR
    broken = pl.when(upper).then(then > limit - slightly).otherwise(then < limit + slightly)
    return (amount > 0) & broken


def _exactly(row: Mapping[str, Any], place: int | None, bound: Quantity | None) -> Slack | None:
    """What floats proposed, decided by fractions."""
    limit, value = typed(row["_limit"]), typed(row["_value"])
    if limit is None or value is None:
        return None
    part = row if place is None else {**row, **row["parts"][place]}
    if bound is not None and not row["relaxed_by"] and row["_row"] is not None:
        if highest(bound.indicator) == limit:
            return None
        exact, amount = bound.exact(row["_row"]), typed(row["_amount"])
        # a figure that was given in another way (a percentage, a total) is not made of these
        if exact is not None and amount and isclose(float(exact), row["_value"], rel_tol=NEAR):
            one = amount + 1 if row["_operator"] in UPPER else amount - 1
            if not meets_exactly(exact * one / amount, row["_operator"], limit):
                unit = pick(bound.indicator.gap_unit, bound.indicator.gap_unit_en)
                return Slack(row, part, limit, abs(exact - limit) / abs(limit), unit)
            value = exact
    margin = abs(value - limit) / abs(limit)
    if margin >= SHARE or (part["unit"] == "%" and limit == 100):
        return None
    return Slack(row, part, limit, margin)
