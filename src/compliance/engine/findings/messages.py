"""A finding as a sentence about the school or county, built in columns.

Three million of them must not go through a template engine: placeholders become expressions.
The columns expected: subject (who), status (index), value, threshold, shortfall, excess,
excess_unit, parts, lacks, mean, deviation, over_count, detail, stage, way, relaxed_by, withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from compliance.engine.findings import kind_messages, message_suffixes
from compliance.engine.findings.kind_messages import line, parts, safe, state
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import basis_words
from compliance.kernel.number_format import fixed
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PASS,
    UNKNOWN,
    WAIVED,
)
from compliance.rules.language.model import Rule, Ruleset


def message(
    rule: Rule, ruleset: Ruleset, titles: Mapping[str, str], sentence: pl.Expr | None = None
) -> pl.Expr:
    """The sentence of every finding of one rule; `sentence`: what the rule's own kind says."""
    indicator = ruleset.indicators.get(rule.indicator or "")
    if rule.kind == "dispersion":  # it is about the coefficient, not about what it is made of
        indicator = None
    about, about_en = rule.title, rule.title_en
    if indicator is not None and indicator.title:
        about, about_en = indicator.title, indicator.title_en or rule.title_en
    said = _otherwise(rule, _body(rule, ruleset), pick(about, about_en), titles)
    if sentence is not None:
        speaks = pl.col("status").is_in([PASS, FAIL, UNKNOWN])
        said = pl.when(speaks).then(pl.coalesce(sentence, said)).otherwise(said)
    return message_suffixes.after(said + _advisory(rule), rule, ruleset)


def _body(rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """What is said of a rule that is met or missed."""
    if rule.kind == "threshold" and rule.indicator in ruleset.indicators:
        return _by_way(rule, ruleset)
    if rule.kind in ("dispersion", "mean"):
        return kind_messages.dispersion(rule)
    if rule.kind == "most":
        return kind_messages.most(rule)
    if rule.kind == "within":
        return kind_messages.within(rule)
    if rule.parts or rule.kind == "listed":
        return parts(rule)
    return kind_messages.attested(rule) if rule.kind == "attested" else state(rule)


def _by_way(rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """An indicator against its limit: those that decided, where a switch put others in their place."""
    known = ruleset.indicators
    body = kind_messages.threshold(rule, known[str(rule.indicator)])
    for number, one in enumerate(rule.instead, start=1):
        name = one.indicator or str(rule.indicator)
        other = replace(rule, indicator=name, limit=one.limit or rule.limit)
        told = kind_messages.threshold(other, known[name])
        body = pl.when((pl.col("way") == number).fill_null(value=False)).then(told).otherwise(body)
    return body


def rolled_up(rule: Rule, ruleset: Ruleset) -> pl.Expr:
    """The sentence of a school rule's county finding; over_count: schools that fail, value: all."""
    failing = line(
        say(
            "{{}}：“{title}”有{{}}所学校不达标。",
            "{{}}: {title}: {{}} schools do not meet it.",
            title=safe(rule.label),
        ),
        pl.col("subject"),
        fixed(pl.col("over_count"), 0),
    )
    said = pl.when(pl.col("status") == FAIL).then(failing).otherwise(state(rule))
    return message_suffixes.after(said + _advisory(rule), rule, ruleset)


def _otherwise(rule: Rule, body: pl.Expr, about: str, titles: Mapping[str, str]) -> pl.Expr:
    """The sentences of the states that need no figures."""
    about = safe(about)
    by_stage = rule.kind in ("dispersion", "mean")
    subject = kind_messages.with_stage() if by_stage else pl.col("subject")
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
        pl.when((pl.col("status") == NOT_APPLICABLE) & ~_shown(rule))
        .then(
            line(
                say("{{}}：“{about}”不适用。", "{{}}: {about} does not apply.", about=about),
                subject,
            )
        )
        .when((pl.col("status") == UNKNOWN) & (not rule.of or rule.kind in ("dispersion", "mean")))
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


def _shown(rule: Rule) -> pl.Expr:
    """Whether a figure is shown although nothing is asked of it: a coefficient without a limit."""
    unlimited = rule.kind == "dispersion" and rule.limit is None
    return pl.lit(unlimited) & pl.col("value").is_not_null()


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
