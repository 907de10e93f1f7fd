"""Values bunched just above their limit: a hint that figures were made to fit.

Schools scatter about a limit; how dense they lie changes little from just below it to just above.
For each indicator of a unit, each stage and county, the units within `BAND` of the limit are
counted on either side. Were the upper band twice as dense as the lower one, a unit in the two bands
would lie in the upper with a chance of 2/3; the share seen is doubted where so many or more would
then lie above with a chance of less than `CHANCE` (exact binomial, one-sided). At least 18 units are
needed, since (2/3)^17 > 1/1000 > (2/3)^18. For an upper limit the sides change places.

It is a hint and no proof: honest schools that were topped up to a known limit look the same. No
verdict follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import msg, msg_in, say
from compliance.kernel.submission import KEY
from compliance.rules.language.model import UPPER, Rule

BAND = Fraction(1, 20)  # of the limit, on either side
SHARE = Fraction(2, 3)  # in the upper band, where it is twice as dense as the lower
CHANCE = Fraction(1, 1000)


def bunched(evaluation: Evaluation) -> list[Problem]:
    """A warning for every county, stage and indicator whose values crowd just within the limit."""
    problems: list[Problem] = []
    for rule in evaluation.ruleset.rules.values():
        if rule.role == "component" and rule.scope == "unit" and rule.limit and rule.indicator:
            problems += _of_rule(rule, evaluation)
    return problems


def crowded(inside: int, outside: int) -> bool:
    """Whether so many units just within a limit, and so few just beyond it, are no accident."""
    total = inside + outside
    if inside <= SHARE * total or SHARE**total >= CHANCE:  # even all of them would not do
        return False
    within, all_ways = SHARE.as_integer_ratio()
    ways = sum(
        comb(total, k) * within**k * (all_ways - within) ** (total - k)
        for k in range(inside, total + 1)
    )
    return Fraction(ways, all_ways**total) < CHANCE


def _of_rule(rule: Rule, evaluation: Evaluation) -> Iterator[Problem]:
    if rule.limit is None or rule.indicator is None:
        return
    found = evaluation.outcome(rule.id)
    band = float(BAND)
    value, limit = pl.col("value"), pl.col("threshold")
    near = (value - limit).abs() <= limit * band
    inside = (value <= limit) if rule.limit.operator in UPPER else (value >= limit)
    counts = (
        found.filter(near & (limit > 0))
        .group_by("county", "stage")
        .agg(inside.sum().alias("_in"), (~inside).sum().alias("_out"), limit.mean().alias("_at"))
    )
    named = evaluation.frames.county.select("county", *KEY)
    for row in (
        counts.join(named, on="county")
        .sort(*KEY, "stage", descending=[False, False, True])
        .to_dicts()
    ):
        if crowded(row["_in"], row["_out"]):
            yield _problem(rule, evaluation, row)


def _problem(rule: Rule, evaluation: Evaluation, row: dict[str, object]) -> Problem:
    upper = rule.limit is not None and rule.limit.operator in UPPER
    stage = {"primary": msg("小学"), "junior": msg("初中")}
    message = say(
        "{rule}（{stage}）：标准{at:g}{side}{band}以内有{a}所，另一侧{band}以内只有{b}所，数值密集在达标线上",
        rule=f"{rule.id} {rule.label}",
        stage=stage.get(str(row["stage"]), str(row["stage"])),
        side=msg_in("of a limit", "以下") if upper else msg_in("of a limit", "以上"),
        at=row["_at"],
        band=f"{float(BAND):.0%}",
        a=row["_in"],
        b=row["_out"],
    )
    return Problem(
        "warning",
        "figures_bunched",
        message,
        msg("仅为线索：按标准补足的学校也会如此，请抽查原始台账"),
        county_code=str(row["county_code"]),
        year=int(str(row["year"])),
        facts=_facts(rule, evaluation, str(row["stage"])),
    )


def _facts(rule: Rule, evaluation: Evaluation, stage: str) -> tuple[str, ...]:
    """The facts that can have been fitted: what is counted, not the pupils it is counted for."""
    names = evaluation.ruleset.indicators[str(rule.indicator)].of.facts
    staged = evaluation.frames.staged
    return tuple(f"{stage}_{name}" if name in staged else name for name in names)
