"""A finding as a sentence about the school or county, built in columns.

Three million of them must not go through a template engine: placeholders become expressions.
The columns expected: subject (who), status (index), value, threshold, shortfall, excess,
excess_unit, parts, lacks, mean, deviation, over_count, detail, stage.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from compliance import phrases
from compliance.figures import fixed
from compliance.model import ERROR, FAIL, NOT_APPLICABLE, NOT_CHECKED, UNKNOWN, WAIVED
from compliance.part_phrases import parts
from compliance.phrases import line, safe, state
from compliance.rule import Rule, Ruleset
from compliance.state_words import basis_words
from compliance.words import pick, say


def message(rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]) -> pl.Expr:
    """The sentence of every finding of one rule."""
    indicator = ruleset.indicators.get(rule.indicator or "")
    if rule.kind == "threshold" and indicator is not None:
        body = phrases.threshold(rule, indicator)
    elif rule.kind == "dispersion":
        body = phrases.dispersion(rule)
    elif rule.kind == "most":
        body = phrases.most(rule)
    elif rule.kind == "within":
        body = phrases.within(rule)
    elif rule.parts or rule.kind == "listed":
        body = parts(rule)
    elif rule.kind == "attested":
        body = phrases.attested(rule)
    else:
        body = state(rule)
    about = indicator.title if indicator and indicator.title else rule.title
    about_en = indicator.title_en if indicator and indicator.title_en else rule.title_en
    return _otherwise(rule, body, pick(about, about_en), titles) + _advisory(rule)


def rolled_up(rule: Rule) -> pl.Expr:
    """The sentence of a school rule's county finding; over_count: schools that fail, value: all."""
    return pl.when(pl.col("status") == FAIL).then(
        line(
            say(
                "{{}}：“{title}”有{{}}所学校不达标。",
                "{{}}: {title}: {{}} schools do not meet it.",
                title=safe(rule.label),
            ),
            pl.col("subject"),
            fixed(pl.col("over_count"), 0),
        )
    ).otherwise(state(rule)) + _advisory(rule)


def _otherwise(rule: Rule, body: pl.Expr, about: str, titles: Mapping[str, str]) -> pl.Expr:
    """The sentences of the states that need no figures."""
    about = safe(about)
    subject = pl.col("subject")
    missing = pl.col("lacks").list.eval(pl.element().replace(titles)).list.join(pick("、", ", "))
    unknown = (
        pl.when(pl.col("lacks").list.len() > 0)
        .then(
            line(
                say(
                    "{{}}“{about}”无法判定：缺少{{}}。",
                    "{{}}: {about} cannot be judged: missing {{}}.",
                    about=about,
                ),
                subject,
                missing,
            )
        )
        .otherwise(
            line(
                say(
                    "{{}}“{about}”无法计算：分母为0或所据数据无效。",
                    "{{}}: {about} cannot be computed: nothing to divide by.",
                    about=about,
                ),
                subject,
            )
        )
    )
    return (
        pl.when(pl.col("status") == NOT_APPLICABLE)
        .then(
            line(
                say("{{}}：“{about}”不适用。", "{{}}: {about} does not apply.", about=about),
                subject,
            )
        )
        .when((pl.col("status") == UNKNOWN) & (not rule.of or rule.kind == "dispersion"))
        .then(unknown)
        .when(pl.col("status") == ERROR)
        .then(
            line(
                say(
                    "{{}}：规则{rule}执行出错，未作判定。",
                    "{{}}: rule {rule} broke and judged nothing.",
                    rule=rule.id,
                ),
                subject,
            )
        )
        .when(pl.col("status") == NOT_CHECKED)
        .then(
            line(
                say("{{}}：“{about}”待佐证。", "{{}}: {about} awaits a statement.", about=about),
                subject,
            )
        )
        .when(pl.col("status") == WAIVED)
        .then(
            line(
                say("{{}}：“{about}”已备案豁免。", "{{}}: {about} is waived.", about=about), subject
            )
        )
        .otherwise(body)
    )


def _advisory(rule: Rule) -> pl.Expr:
    if rule.role != "advisory":
        return pl.lit("")
    return pl.lit(
        say(
            "（参考，不计入结论：{basis}）",
            " (advisory, without weight: {basis})",
            basis=basis_words()[rule.basis],
        )
    )
