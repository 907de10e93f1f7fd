"""The sentence of each kind of rule, as column expressions; see `compliance.engine.findings.messages`."""

from __future__ import annotations

from typing import Any

import polars as pl

from compliance.engine.exact_arithmetic import meets
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, status_words
from compliance.kernel.number_format import fixed, plain, rounded, short
from compliance.kernel.submission import FAIL, PASS, STATUSES
from compliance.rules.language.model import OPERATORS, UPPER, WRITTEN, Indicator, Rule


def parts(rule: Rule) -> pl.Expr:
    """Each part with its figure and state."""
    words = status_words()
    part = pl.element().struct
    status = part.field("status").replace(words)
    bar = short(part.field("threshold"))
    unit = _spaced(part.field("unit").fill_null(""))
    sign = part.field("operator").replace(WRITTEN)
    figures = line(
        pick("{}{}（标准{}{}{}）", "{} {} (standard {}{}{}) "),
        part.field("name"), _telling(part, unit), sign, bar, unit,
    )  # fmt: skip
    short_of = part.field("shortfall")
    short_unit = part.field("shortfall_unit").fill_null("")
    gap = (
        pl.when(short_of.is_not_null())
        .then(line(pick("，缺{}{}", ", short of {} {}"), short(short_of), short_unit))
        .otherwise(pl.lit(""))
    )
    one = (
        pl.when(part.field("value").is_not_null() & part.field("threshold").is_not_null())
        .then(line("{}{}{}", figures, status, gap))
        .otherwise(line(pick("{}{}", "{} {}"), part.field("name"), status))
    )
    all_parts = pl.col("parts").list.eval(one).list.join(pick("；", "; "))
    told = line(
        say("{{}}：“{title}”{{}}（{{}}）。", "{{}}: {title}: {{}} ({{}}).", title=safe(rule.label)),
        pl.col("subject"), status_word(), all_parts,
    )  # fmt: skip
    return pl.when(pl.col("parts").list.len() > 0).then(told).otherwise(state(rule))


def _spaced(unit: pl.Expr) -> pl.Expr:
    """English sets a space before a unit, but not before % and not before nothing."""
    if pick("zh", "en") == "zh":
        return unit
    return pl.when(unit.is_in(["", "%"])).then(unit).otherwise(line(" {}", unit))


def _telling(part: Any, unit: pl.Expr) -> pl.Expr:  # noqa: ANN401 - Polars exports no type for it
    """A part's figure: percentages with one decimal, others with two, and in full where it misleads."""
    value, bar, operator = part.field("value"), part.field("threshold"), part.field("operator")
    percent = unit == "%"
    ratio = value.abs() < 1  # a share of one shows its third decimal, as coefficients do
    figure = pl.when(ratio).then(short(value, 3)).otherwise(short(value))
    text = pl.when(percent).then(fixed(value, 1)).otherwise(figure)
    nearest = pl.when(ratio).then(rounded(value, 3)).otherwise(rounded(value, 2))
    shown = pl.when(percent).then(rounded(value, 1)).otherwise(nearest)
    met = pl.lit(None, pl.Boolean)
    for sign in OPERATORS.values():
        met = pl.when(operator == sign).then(meets(shown, sign, bar)).otherwise(met)
    misleads = (met != (part.field("status") == "pass")).fill_null(value=False)
    full = line(
        pick("{}{}（未四舍五入为{}）", "{}{} (unrounded {})"), text, unit, value.cast(pl.String)
    )
    return pl.when(misleads).then(full).otherwise(line("{}{}", text, unit))


def line(template: str, *values: pl.Expr) -> pl.Expr:
    """pl.format, blanks shown as a dash instead of losing the sentence."""
    return pl.format(template, *(value.fill_null("—") for value in values))


def safe(text: str) -> str:
    """Titles go into a format string: their braces are theirs."""
    return text.replace("{", "（").replace("}", "）")


def threshold(rule: Rule, indicator: Indicator) -> pl.Expr:
    """An indicator against its limit, with what is missing or too much."""
    if rule.limit is None:
        return state(rule)
    decimals = indicator.decimals
    title = safe(pick(indicator.title, indicator.title_en))
    measure = safe(pick(indicator.measure, indicator.measure_en or indicator.measure))
    gap = safe(pick(indicator.gap_unit, indicator.gap_unit_en or indicator.gap_unit))
    figure = short if indicator.over is None else fixed  # what is typed is shown as typed
    subject, value = pl.col("subject"), figure(pl.col("value"), decimals)
    bar = _bar(rule, indicator)
    upper = rule.limit.operator in UPPER
    met = say(
        "{{}}{title}为{{}}{m}，不超过{{}}{m}的上限。"
        if upper
        else "{{}}{title}为{{}}{m}，达到{{}}{m}的标准。",
        "{{}}: {title} is {{}} {m}, within the limit of {{}} {m}."
        if upper
        else "{{}}: {title} is {{}} {m}, meeting the standard of {{}} {m}.",
        title=title,
        m=measure,
    )
    missed = say(
        "{{}}{title}为{{}}{m}{{}}，超过{{}}{m}的上限{{}}。"
        if upper
        else "{{}}{title}为{{}}{m}{{}}，低于{{}}{m}的标准{{}}。",
        "{{}}: {title} is {{}} {m}{{}}, over the limit of {{}} {m}{{}}."
        if upper
        else "{{}}: {title} is {{}} {m}{{}}, below the standard of {{}} {m}{{}}.",
        title=title,
        m=measure,
    )
    if upper:
        tail = line(say("，超出{{}}{m}", ", {{}} {m} too many", m=measure), short(pl.col("excess")))
    else:
        tail = (
            pl.when(pl.col("shortfall").is_not_null())
            .then(
                line(
                    say("，缺{{}}{gap}", ", short of {{}} {gap}", gap=gap),
                    short(pl.col("shortfall")),
                )
            )
            .otherwise(pl.lit(""))
        )
    return (
        pl.when(pl.col("status") == PASS)
        .then(line(met, subject, value, bar))
        .otherwise(line(missed, subject, value, _unrounded(rule, decimals), bar, tail))
    )


def _bar(rule: Rule, indicator: Indicator) -> pl.Expr:
    """The limit as the law prints it; one computed from figures like any figure."""
    if rule.limit is None or rule.limit.indicator:
        return short(pl.col("threshold"), indicator.decimals)
    words = {float(value): plain(value) for value in rule.limit.table.values()}
    return pl.col("threshold").replace_strict(words, default=None, return_dtype=pl.String)


def _unrounded(rule: Rule, decimals: int) -> pl.Expr:
    """Where the rounded figure would read as the other verdict, the unrounded one is said."""
    value, bar = pl.col("value"), pl.col("threshold")
    computed = rule.limit is not None and rule.limit.indicator is not None
    full = line(pick("（未四舍五入为{}）", " (unrounded {})"), value.cast(pl.String))
    if computed:  # the limit is a figure too, and shown rounded
        both = pick("（未四舍五入为{}，标准为{}）", " (unrounded {}, the standard {})")
        full = line(both, value.cast(pl.String), bar.cast(pl.String))
        bar = rounded(bar, decimals)
    misleads = meets(rounded(value, decimals), rule.limit.operator if rule.limit else ">=", bar)
    return pl.when(misleads & (pl.col("status") == FAIL)).then(full).otherwise(pl.lit(""))


def _stage_word() -> pl.Expr:
    words = {stage: pick(*both) for stage, both in STAGE_WORDS.items()}
    return pl.col("stage").replace(words)


def with_stage() -> pl.Expr:
    """The county with the stage that a coefficient is about."""
    return line(pick("{}{}", "{}, {}"), pl.col("subject"), _stage_word())


def dispersion(rule: Rule) -> pl.Expr:
    """A stage's coefficient, or the mean of several, against its limit."""
    if rule.limit is None:
        return _unlimited(rule)
    title = safe(rule.label)
    value = fixed(pl.col("value"), 3)
    words = {float(v): plain(v) for v in rule.limit.table.values()}
    bar = pl.col("threshold").replace_strict(words, default=None, return_dtype=pl.String)
    figures = (pl.col("subject"), _stage_word(), value)
    alone = say(
        "{{}}{{}}{title}为{{}}（仅一个单位）。",
        "{{}}, {{}}: {title} is {{}} (a single unit).",
        title=title,
    )
    met = say(
        "{{}}{{}}{title}为{{}}，不超过{{}}的上限。",
        "{{}}, {{}}: {title} is {{}}, within the limit of {{}}.",
        title=title,
    )
    missed = say(
        "{{}}{{}}{title}为{{}}{{}}，超过{{}}的上限。",
        "{{}}, {{}}: {title} is {{}}{{}}, over the limit of {{}}.",
        title=title,
    )
    return (
        pl.when((pl.col("status") == PASS) & (pl.col("over_count") == 1))
        .then(line(alone, *figures))
        .when(pl.col("status") == PASS)
        .then(line(met, *figures, bar))
        .otherwise(line(missed, *figures, _unrounded(rule, 3), bar))
    )


def _unlimited(rule: Rule) -> pl.Expr:
    """A coefficient of which nothing is asked by itself."""
    told = say(
        "{{}}{{}}{title}为{{}}（均值{{}}，标准差{{}}），本项不单设限值。",
        "{{}}, {{}}: {title} is {{}} (mean {{}}, deviation {{}}); it has no limit of its own.",
        title=safe(rule.label),
    )
    figures = fixed(pl.col("value"), 3), short(pl.col("mean"), 4), short(pl.col("deviation"), 4)
    return line(told, pl.col("subject"), _stage_word(), *figures)


def most(rule: Rule) -> pl.Expr:
    """How many of the school's indicators are met."""
    count = fixed(pl.col("value"), 0)
    total = len(rule.of)
    met = say(
        "{{}}{n}项指标中{{}}项达标，{title}达标。",
        "{{}}: {{}} of {n} indicators met; {title}: met.",
        n=total,
        title=safe(rule.label),
    )
    missed = say(
        "{{}}{n}项指标中{{}}项达标，{title}不达标（未达标：{{}}）。",
        "{{}}: {{}} of {n} indicators met; {title}: not met (missed: {{}}).",
        n=total,
        title=safe(rule.label),
    )
    blank = say(
        "{{}}{n}项指标中{{}}项达标，{title}因数据缺失尚不能下结论。",
        "{{}}: {{}} of {n} indicators met; {title}: undecided, data missing.",
        n=total,
        title=safe(rule.label),
    )
    subject = pl.col("subject")
    return (
        pl.when(pl.col("status") == PASS)
        .then(line(met, subject, count))
        .when(pl.col("status") == FAIL)
        .then(line(missed, subject, count, pl.col("detail")))
        .otherwise(line(blank, subject, count))
    )


def within(rule: Rule) -> pl.Expr:
    """The classes over the limit, or the largest one."""
    title = safe(rule.label)
    unit = safe(pick(str(rule.settings["unit"]), str(rule.settings.get("unit_en", ""))))
    items = safe(pick(str(rule.settings["item_unit"]), str(rule.settings.get("item_unit_en", ""))))
    bar, value = short(pl.col("threshold"), 0), short(pl.col("value"), 0)
    subject, over = pl.col("subject"), short(pl.col("over_count"), 0)
    known = pl.col("value").is_not_null()
    met = (
        pl.when(known)
        .then(
            line(
                say(
                    "{{}}最大班额{{}}{u}，不超过{{}}{u}。",
                    "{{}}: the largest class has {{}} {u}, within {{}} {u}.",
                    u=unit,
                ),
                subject,
                value,
                bar,
            )
        )
        .otherwise(
            line(
                say("{{}}各班均不超过{{}}{u}。", "{{}}: no class exceeds {{}} {u}.", u=unit),
                subject,
                bar,
            )
        )
    )
    largest = (
        pl.when(known)
        .then(line(say("（最大班额{{}}{u}）", " (the largest has {{}} {u})", u=unit), value))
        .otherwise(pl.lit(""))
    )
    counted = line(
        say(
            "{{}}有{{}}{i}超过{{}}{u}{{}}。",
            "{{}}: {{}} {i} exceed {{}} {u}{{}}.",
            i=items,
            u=unit,
        ),
        subject,
        over,
        bar,
        largest,
    )
    single = line(
        say(
            "{{}}最大班额{{}}{u}，超过{{}}{u}的上限。",
            "{{}}: the largest class has {{}} {u}, over the limit of {{}} {u}.",
            u=unit,
            title=title,
        ),
        subject,
        value,
        bar,
    )
    return (
        pl.when(pl.col("status") == PASS)
        .then(met)
        .when(pl.col("over_count").is_not_null())
        .then(counted)
        .otherwise(single)
    )


def attested(rule: Rule) -> pl.Expr:
    """What was stated."""
    title, subject = safe(rule.label), pl.col("subject")
    if rule.settings.get("statement") == "vetoes":
        met = say("{{}}不存在“{title}”。", "{{}}: no case of '{title}'.", title=title)
        missed = say("{{}}存在“{title}”，一票否决。", "{{}}: '{title}' exists: veto.", title=title)
    else:
        met = say("{{}}：“{title}”，经佐证达标。", "{{}}: {title}: attested as met.", title=title)
        missed = say(
            "{{}}：“{title}”，佐证为未达到。", "{{}}: {title}: attested as not met.", title=title
        )
    return (
        pl.when(pl.col("status") == PASS).then(line(met, subject)).otherwise(line(missed, subject))
    )


def state(rule: Rule) -> pl.Expr:
    """Title and state, where there is no figure to show."""
    return line(
        say("{{}}：“{title}”{{}}。", "{{}}: {title}: {{}}.", title=safe(rule.label)),
        pl.col("subject"),
        status_word(),
    )


def status_word() -> pl.Expr:
    """The state in words."""
    words = status_words()
    return pl.col("status").replace_strict(
        {number: words[name] for number, name in enumerate(STATUSES)}, return_dtype=pl.String
    )
