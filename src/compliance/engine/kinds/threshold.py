"""threshold: an indicator meets its limit, or what a switch puts in its place."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from compliance.engine.evaluate import Evaluation
from compliance.engine.kinds import alternatives
from compliance.engine.kinds.kind import Kind
from compliance.engine.sentences import limit_text, line, unrounded
from compliance.kernel.i18n import pick
from compliance.kernel.number_format import fixed, short
from compliance.kernel.submission import FAIL, PASS
from compliance.rules.language.model import UPPER, Indicator, Part, Rule, Ruleset


class Threshold(Kind):
    """An indicator held against a limit, row by row."""

    name = "threshold"
    has_limit = True

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a subject of the rule's scope."""
        if rule.indicator is None or rule.limit is None:
            raise ValueError("threshold needs an indicator and a limit")
        normal = alternatives.Standard(rule.indicator, rule.limit, rule.floor_share)
        frame = evaluation.subjects(rule)
        return alternatives.judge(frame, evaluation, rule.scope, normal, rule.instead)

    def judge_part(
        self, rule: Rule, part: Part, frame: pl.DataFrame, evaluation: Evaluation
    ) -> pl.DataFrame:
        """The part's own indicator against its own limit."""
        if part.indicator is None or part.limit is None:
            raise ValueError(f"part {part.key} needs an indicator and a limit")
        normal = alternatives.Standard(part.indicator, part.limit)
        return alternatives.judge(frame, evaluation, rule.scope, normal, part.instead)

    def sentence(self, rule: Rule, ruleset: Ruleset) -> pl.Expr | None:
        """The indicator against its limit: those that decided, where a switch put others in its place."""
        known = ruleset.indicators
        if rule.indicator not in known:
            return None
        body = _against(rule, known[str(rule.indicator)])
        for number, one in enumerate(rule.instead, start=1):
            name = one.indicator or str(rule.indicator)
            other = replace(rule, indicator=name, limit=one.limit or rule.limit)
            decided = (pl.col("way") == number).fill_null(value=False)
            body = pl.when(decided).then(_against(other, known[name])).otherwise(body)
        return body


def _against(rule: Rule, indicator: Indicator) -> pl.Expr:
    """An indicator against its limit, with what is missing or too much."""
    if rule.limit is None:
        return pl.lit(None, pl.String)
    decimals = indicator.decimals
    figure = short if indicator.over is None else fixed  # what is typed is shown as typed
    measure = pick(indicator.measure, indicator.measure_en or indicator.measure)
    holes: dict[str, pl.Expr | str] = {
        "who": pl.col("subject"),
        "title": pick(indicator.title, indicator.title_en),
        "value": figure(pl.col("value"), decimals),
        "m": measure,
        "bar": limit_text(rule.limit, decimals),
        "exactly": unrounded(rule.limit, decimals),
    }
    if rule.limit.operator in UPPER:
        met = pick(
            "{who}{title}为{value}{m}，不超过{bar}{m}的上限。",
            "{who}: {title} is {value} {m}, within the limit of {bar} {m}.",
        )
        missed = pick(
            "{who}{title}为{value}{m}{exactly}，超过{bar}{m}的上限{over}。",
            "{who}: {title} is {value} {m}{exactly}, over the limit of {bar} {m}{over}.",
        )
        over = line(
            pick("，超出{amount}{m}", ", {amount} {m} too many"),
            amount=short(pl.col("excess")),
            m=measure,
        )
        body = line(missed, **holes, over=over)
    else:
        met = pick(
            "{who}{title}为{value}{m}，达到{bar}{m}的标准。",
            "{who}: {title} is {value} {m}, meeting the standard of {bar} {m}.",
        )
        missed = pick(
            "{who}{title}为{value}{m}{exactly}，低于{bar}{m}的标准{gap}。",
            "{who}: {title} is {value} {m}{exactly}, below the standard of {bar} {m}{gap}.",
        )
        gap = line(
            pick("，缺{amount}{unit}", ", short of {amount} {unit}"),
            amount=short(pl.col("shortfall")),
            unit=pick(indicator.gap_unit, indicator.gap_unit_en or indicator.gap_unit),
        )
        known = pl.col("shortfall").is_not_null()
        body = line(missed, **holes, gap=pl.when(known).then(gap).otherwise(pl.lit("")))
    return (
        pl.when(pl.col("status") == PASS)
        .then(line(met, **holes))
        .when(pl.col("status") == FAIL)
        .then(body)
    )
