"""Sentences about findings as column expressions: what the sentences of all kinds are made of.

Three million of them must not go through a template engine: named holes become expressions. The
columns are those of a finding (`compliance.engine.evaluate.RESULTS`) with `subject`, whom it is
about, and the finding's `stage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

import polars as pl

from compliance.engine.exact_arithmetic import meets
from compliance.kernel.i18n import lang, msg, pick, say
from compliance.kernel.labels import stage_words, status_words
from compliance.kernel.number_format import exact, fixed, plain, rounded, short
from compliance.kernel.submission import FAIL, STATUSES
from compliance.rules.language.model import OPERATORS, WRITTEN, Limit, Part, Rule, Ruleset

if TYPE_CHECKING:
    from compliance.engine.kinds.kind import Kind


def line(template: str, **holes: pl.Expr | str) -> pl.Expr:
    """A template with its named holes filled: `str` as it stands, columns row by row.

    A blank of a column is shown as a dash instead of losing the sentence.
    """
    pieces = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            pieces.append(pl.lit(text))
        if name is not None:
            hole = holes[name]
            pieces.append(pl.lit(hole) if isinstance(hole, str) else hole.fill_null("—"))
    return pl.concat_str(pieces)


def worded(rule: Rule, ruleset: Ruleset, kinds: Mapping[str, Kind]) -> Mapping[str, pl.Expr]:
    """What an outcome of a rule names by the pack's names, in words of the current language.

    parts become titles; units, which stand as the indicator's name, and switches that are withheld too.
    """
    kind = kinds[rule.kind]
    gaps = {name: pick(one.gap_unit, one.gap_unit_en) for name, one in ruleset.indicators.items()}
    switches = {name: say("“{title}”", title=one.label) for name, one in ruleset.switches.items()}
    units = {part.key: _part_unit(part, ruleset, kinds) for part in rule.parts}
    part = pl.element().struct
    name, unit = part.field("name"), part.field("unit")
    over = kind.excess_unit(rule, ruleset)
    words = {
        "parts": pl.col("parts").list.eval(
            part.with_fields(
                kind.part_title(name, rule, ruleset).alias("name"),
                name.replace_strict(units, default=unit, return_dtype=pl.String).alias("unit"),
                part.field("shortfall_unit").replace(gaps).alias("shortfall_unit"),
            )
        ),
        "shortfall_unit": pl.col("shortfall_unit").replace(gaps),
        "excess_unit": pl.lit(over or None, pl.String) if isinstance(over, str) else over,
        "withheld": pl.col("withheld").list.eval(pl.element().replace(switches)),
    }
    about = {"excess_unit": "excess"}  # no excess, no unit of one, whatever the kind left there
    return {
        name: pl.when(pl.col(about.get(name, name)).is_not_null()).then(column)
        for name, column in words.items()
    }


def in_words(
    outcome: pl.DataFrame, rule: Rule, ruleset: Ruleset, kinds: Mapping[str, Kind]
) -> pl.DataFrame:
    """Rows of a rule's outcome with what they name in words of the current language."""
    return outcome.with_columns(
        column.alias(name) for name, column in worded(rule, ruleset, kinds).items()
    )


def _part_unit(part: Part, ruleset: Ruleset, kinds: Mapping[str, Kind]) -> str | None:
    """The unit of a part's value."""
    indicator = ruleset.indicators.get(part.indicator or "")
    if indicator is not None:
        return pick(indicator.unit, indicator.unit_en)
    return kinds[part.kind].measure(part, ruleset) or None


def state(rule: Rule, status: int | None = None) -> pl.Expr:
    """Title and state, where there is no figure to show; status: that of all rows."""
    word = status_word() if status is None else status_words()[STATUSES[status]]
    return line(
        msg("{who}：“{title}”{state}。"), who=pl.col("subject"), title=rule.label, state=word
    )


def status_word() -> pl.Expr:
    """The state in words."""
    words = status_words()
    return pl.col("status").replace_strict(
        {number: words[name] for number, name in enumerate(STATUSES)}, return_dtype=pl.String
    )


def stage_word() -> pl.Expr:
    """The stage in words."""
    return pl.col("stage").replace(stage_words())


def limit_text(limit: Limit | None, decimals: int) -> pl.Expr:
    """The limit as the law prints it; one computed from figures like any figure."""
    if limit is None or limit.indicator:
        return short(pl.col("threshold"), decimals)
    words = {float(value): plain(value) for value in limit.table.values()}
    return pl.col("threshold").replace_strict(words, default=None, return_dtype=pl.String)


def unrounded(limit: Limit, decimals: int) -> pl.Expr:
    """Where the rounded figure would read as the other verdict, the unrounded one is said."""
    value, bar = pl.col("value"), pl.col("threshold")
    full = line(msg("（未四舍五入为{value}）"), value=exact(value))
    if limit.indicator is not None:  # the limit is a figure too, and shown rounded
        full = line(msg("（未四舍五入为{value}，标准为{bar}）"), value=exact(value), bar=exact(bar))
        bar = rounded(bar, decimals)
    misleads = meets(rounded(value, decimals), limit.operator, bar)
    return pl.when(misleads & (pl.col("status") == FAIL)).then(full).otherwise(pl.lit(""))


def parts(rule: Rule) -> pl.Expr:
    """Each part with its figure and state; the state alone where there are none."""
    part = pl.element().struct
    name, status = part.field("name"), part.field("status").replace(status_words())
    unit = _spaced(part.field("unit").fill_null(""))
    figures = line(
        msg("{name}{value}（标准{sign}{bar}{unit}）"),
        name=name,
        value=_part_value(part, unit),
        sign=part.field("operator").replace(WRITTEN),
        bar=short(part.field("threshold")),
        unit=unit,
    )
    gap = line(
        msg("，缺{amount}{unit}"),
        amount=short(part.field("shortfall")),
        unit=part.field("shortfall_unit").fill_null(""),
    )
    short_of = pl.when(part.field("shortfall").is_not_null()).then(gap).otherwise(pl.lit(""))
    one = (
        pl.when(part.field("value").is_not_null() & part.field("threshold").is_not_null())
        .then(line("{figures}{status}{gap}", figures=figures, status=status, gap=short_of))
        .otherwise(line(msg("{name}{status}"), name=name, status=status))
    )
    told = line(
        msg("{who}：“{title}”{state}（{parts}）。"),
        who=pl.col("subject"),
        title=rule.label,
        state=status_word(),
        parts=pl.col("parts").list.eval(one).list.join(msg("；")),
    )
    return pl.when(pl.col("parts").list.len() > 0).then(told).otherwise(state(rule))


def _spaced(unit: pl.Expr) -> pl.Expr:
    """English sets a space before a unit, but not before % and not before nothing."""
    if lang() == "zh":
        return unit
    return pl.when(unit.is_in(["", "%"])).then(unit).otherwise(line(" {unit}", unit=unit))


def _part_value(part: Any, unit: pl.Expr) -> pl.Expr:  # noqa: ANN401 - Polars exports no type for it
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
        msg("{text}{unit}（未四舍五入为{value}）"), text=text, unit=unit, value=exact(value)
    )
    return pl.when(misleads).then(full).otherwise(line("{text}{unit}", text=text, unit=unit))
