"""Sentences about findings as column expressions: what the sentences of all kinds are made of.

Three million of them must not go through a template engine: named holes become expressions. The
columns are those of a finding (`compliance.engine.evaluate.RESULTS`) with `subject`, whom it is
about, and the finding's `stage`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

import polars as pl

from compliance.engine.evaluate import EvaluatedKind
from compliance.engine.exact_arithmetic import meets
from compliance.kernel.i18n import lang, msg, pick, say
from compliance.kernel.labels import stage_words, status_words
from compliance.kernel.number_format import exact, fixed, plain, rounded, short
from compliance.kernel.submission import FAIL, STATUSES, WAIVED
from compliance.rules.language.model import OPERATORS, WRITTEN, Limit, Part, Rule
from compliance.rules.language.ruleset import Ruleset


def line(template: str, **holes: pl.Expr | str) -> pl.Expr:
    """A template with its named holes filled: `str` as it stands, columns row by row.

    A blank of a column is shown as a dash instead of losing the sentence. A name that ends in a digit
    does not run into a figure: ``学校0：7项``.
    """
    pieces: list[pl.Expr] = []
    known = ""  # what stands between two columns, in one piece
    named: pl.Expr | str = ""  # the name that a hole follows at once
    for text, name, _, _ in Formatter().parse(template):
        known += text
        hole = holes[name] if name is not None else ""
        apart = _apart(named, hole) if not text else ""
        named = hole if name in _NAMES else ""
        for piece in (apart, hole):
            if isinstance(piece, str):
                known += piece
            else:
                pieces += [pl.lit(known), piece.fill_null("—")] if known else [piece.fill_null("—")]
                known = ""
    return pl.concat_str([*pieces, pl.lit(known)] if known or not pieces else pieces)


# holes for what people named; a stage's word begins with no digit
_NAMES = ("who", "name", "title")


def _apart(name: pl.Expr | str, figure: pl.Expr | str) -> pl.Expr | str:
    """A colon between a name that ends in a digit and a figure, else nothing."""
    pair = [(name, r"\d$"), (figure, r"^\d")]
    if any(isinstance(one, str) and not re.search(pattern, one) for one, pattern in pair):
        return ""
    meets = [one.str.contains(pattern) for one, pattern in pair if isinstance(one, pl.Expr)]
    if not meets:
        return msg("：")
    return pl.when(pl.all_horizontal(*meets)).then(pl.lit(msg("："))).otherwise(pl.lit(""))


def worded(
    rule: Rule, ruleset: Ruleset, kinds: Mapping[str, EvaluatedKind]
) -> Mapping[str, pl.Expr]:
    """What an outcome of a rule names by the pack's names, in words of the current language.

    Units, which stand as the indicator's name, switches that are withheld, and the keys of parts.
    """
    unproved = {name: one.coded for name, one in ruleset.rules.items()}
    unproved |= {name: say("“{title}”", title=one.label) for name, one in ruleset.switches.items()}
    over = kinds[rule.kind].excess_unit(rule, ruleset)
    words = {
        "shortfall_unit": pl.col("shortfall_unit").replace(gap_units(ruleset)),
        "excess_unit": pl.lit(over or None, pl.String) if isinstance(over, str) else over,
        "withheld": pl.col("withheld").list.eval(pl.element().replace(unproved)),
        "parts": parts_in_words(pl.col("parts"), rule, ruleset, kinds),
    }
    about = {"excess_unit": "excess"}  # no excess, no unit of one, whatever the kind left there
    return {
        name: pl.when(pl.col(about.get(name, name)).is_not_null()).then(column)
        for name, column in words.items()
    }


def gap_units(ruleset: Ruleset) -> dict[str, str]:
    """Indicator → what a shortfall of it is counted in, in the current language."""
    return {name: pick(one.gap_unit, one.gap_unit_en) for name, one in ruleset.indicators.items()}


def in_words(
    outcome: pl.DataFrame, rule: Rule, ruleset: Ruleset, kinds: Mapping[str, EvaluatedKind]
) -> pl.DataFrame:
    """Rows of a rule's outcome with what they name in words of the current language."""
    return outcome.with_columns(
        column.alias(name) for name, column in worded(rule, ruleset, kinds).items()
    )


def parts_in_words(
    parts: pl.Expr, rule: Rule, ruleset: Ruleset, kinds: Mapping[str, EvaluatedKind]
) -> pl.Expr:
    """Lists of a rule's parts with titles in place of the pack's keys, in the current language."""
    units = {part.key: _part_unit(part, ruleset, kinds) for part in rule.parts}
    name, unit = pl.field("name"), pl.field("unit")
    if units:
        unit = name.replace_strict(units, default=unit, return_dtype=pl.String)
    return parts.list.eval(
        pl.element().struct.with_fields(
            kinds[rule.kind].part_title(name, rule, ruleset).alias("name"),
            unit.alias("unit"),
            pl.field("shortfall_unit").replace(gap_units(ruleset)),
        )
    )


def _part_unit(part: Part, ruleset: Ruleset, kinds: Mapping[str, EvaluatedKind]) -> str | None:
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


def limit_text(limit: Limit | None, decimals: int) -> pl.Expr | str:
    """The limit as the law prints it; one computed from figures like any figure."""
    if limit is None or limit.indicator:
        return short(pl.col("threshold"), decimals)
    words = {float(value): plain(value) for value in limit.table.values()}
    if len(words) == 1:
        return next(iter(words.values()))
    told: pl.Expr = pl.lit(None, pl.String)
    for value, text in words.items():
        told = pl.when(pl.col("threshold") == value).then(pl.lit(text)).otherwise(told)
    return told


def unrounded(limit: Limit, decimals: int) -> pl.Expr:
    """Where the rounded figure would read as the other verdict, the unrounded one is said."""
    value, bar = pl.col("value"), pl.col("threshold")
    full = line(msg("（未四舍五入为{value}）"), value=exact(value))
    if limit.indicator is not None:  # the limit is a figure too, and shown rounded
        full = line(msg("（未四舍五入为{value}，标准为{bar}）"), value=exact(value), bar=exact(bar))
        bar = rounded(bar, decimals)
    misleads = meets(rounded(value, decimals), limit.operator, bar)
    missed = pl.col("status").is_in([FAIL, WAIVED])
    return pl.when(misleads & missed).then(full).otherwise(pl.lit(""))


def parts(rule: Rule) -> pl.Expr:
    """Each part with its figure and state; the state alone where there are none."""
    told = line(
        msg("{who}：“{title}”{state}（{parts}）。"),
        who=pl.col("subject"),
        title=rule.label,
        state=status_word(),
        parts=pl.col("parts_told"),
    )
    return pl.when(pl.col("parts_told").is_not_null()).then(told).otherwise(state(rule))


def parts_told(parts: pl.Series, asked: pl.Series) -> pl.Series:
    """Lists of parts in words as text, each part with its figure and state: of the rows that are asked
    for; null where there are none.
    """
    # nothing is worked out list by list: that would be slow
    told = (
        pl.LazyFrame({"part": parts, "asked": asked})
        .with_row_index("_row")
        .filter("asked", pl.col("part").list.len() > 0)
        .explode("part")
        .unnest("part")
        .select("_row", told=_part())
        .group_by("_row", maintain_order=True)
        .agg(pl.col("told"))
        .select("_row", pl.col("told").list.join(msg("；")))
        .collect()
    )
    blank = pl.Series("parts_told", [None], pl.String).new_from_index(0, parts.len())
    return blank.scatter(told["_row"], told["told"])


def _part() -> pl.Expr:
    """One part with its figure and state, of columns named as the fields of PART."""
    status, unit = pl.col("status").replace(status_words()), _spaced(pl.col("unit").fill_null(""))
    figures = line(
        msg("{name}{value}（标准{sign}{bar}{unit}）"),
        name=pl.col("name"),
        value=_part_value(unit),
        sign=pl.col("operator").replace(WRITTEN),
        bar=short(pl.col("threshold")),
        unit=unit,
    )
    amount = {"amount": short(pl.col("shortfall")), "unit": pl.col("shortfall_unit").fill_null("")}
    among = line(msg("，补足时其中须增{amount}{unit}"), **amount)  # of a part that is met as it is
    lacks = line(msg("，缺{amount}{unit}"), **amount)
    gap = pl.when(pl.col("status") == "pass").then(among).otherwise(lacks)
    short_of = pl.when(pl.col("shortfall").is_not_null()).then(gap).otherwise(pl.lit(""))
    return (
        pl.when(pl.col("value").is_not_null() & pl.col("threshold").is_not_null())
        .then(line("{figures}{status}{gap}", figures=figures, status=status, gap=short_of))
        .otherwise(line(msg("{name}{status}"), name=pl.col("name"), status=status))
    )


def _spaced(unit: pl.Expr) -> pl.Expr:
    """English sets a space before a unit, but not before % and not before nothing."""
    if lang() == "zh":
        return unit
    return pl.when(unit.is_in(["", "%"])).then(unit).otherwise(line(" {unit}", unit=unit))


def _part_value(unit: pl.Expr) -> pl.Expr:
    """A part's figure with the decimals that lists show, and in full where it misleads."""
    value, bar, operator = pl.col("value"), pl.col("threshold"), pl.col("operator")
    per, whole = unit.str.contains("/", literal=True), value == value.floor()
    text, shown = fixed(value, 2), rounded(value, 2)
    for which, decimals in ((unit == "", 3), (whole & ~per, 0), (unit == "%", 1)):
        text = pl.when(which).then(fixed(value, decimals)).otherwise(text)
        shown = pl.when(which).then(rounded(value, decimals)).otherwise(shown)
    met = pl.lit(None, pl.Boolean)
    for sign in OPERATORS.values():
        met = pl.when(operator == sign).then(meets(shown, sign, bar)).otherwise(met)
    misleads = (met != (pl.col("status") == "pass")).fill_null(value=False)
    full = line(
        msg("{text}{unit}（未四舍五入为{value}）"), text=text, unit=unit, value=exact(value)
    )
    return pl.when(misleads).then(full).otherwise(line("{text}{unit}", text=text, unit=unit))
