"""all: the worst of these rules, rolled up to the county; or the worst of a rule's own parts.

A strict verdict does not rest on rules of unverified basis, nor on passes owed to such a switch.
Without `strict` a member of a group stands as it was judged. With it, a rule whose text nobody has
seen is worth no more than a blank, whichever way it went: its figures, and those it was made of,
may read otherwise. A failure by a verified rule stays one, since an unverified variant of it could
only ask for more. What applies to nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.evaluate import RESULTS, Columns, Evaluation, by_county, part_entry
from compliance.engine.exact_arithmetic import typed
from compliance.engine.kinds.kind import Kind
from compliance.engine.kinds.threshold import given
from compliance.engine.lacks import Lacks
from compliance.engine.members import members
from compliance.engine.relaxations import JOINT
from compliance.engine.subject import Subject
from compliance.engine.units import beside, each_once
from compliance.engine.working import Working
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import status_words
from compliance.kernel.submission import (
    ERROR,
    FAIL,
    NO_WORDS,
    NOT_APPLICABLE,
    NOT_CHECKED,
    PASS,
    UNKNOWN,
)
from compliance.rules.language.model import UPPER, FindingForm, Limit, Part, Rule
from compliance.rules.language.ruleset import Ruleset

LEAST = "least"


@dataclass(frozen=True, slots=True)
class AllSettings:
    """value: "least" where the parts ask for the same of several things; the least is then the value."""

    value: str = ""


class All(Kind):
    """The worst of some rules, or of a rule's own parts."""

    name = "all"
    settings = AllSettings
    withholds = True

    def form(self, rule: Rule) -> FindingForm:
        """A group of the rules it names."""
        return FindingForm(groups=True)

    def operator(self, rule: Rule) -> str | None:
        """That of the parts, where the least of them is the value."""
        first = _first_of_least(rule)
        return first.limit.operator if first is not None and first.limit else None

    def unit(self, rule: Rule, ruleset: Ruleset) -> str:
        """That of the parts, where the least of them is the value."""
        first = _first_of_least(rule)
        indicator = ruleset.indicators[first.indicator or ""] if first is not None else None
        return pick(indicator.unit, indicator.unit_en) if indicator is not None else ""

    def lasts(self, holder: Rule | Part) -> bool:
        """Of parts: what rules come to stands in narrower scopes."""
        return isinstance(holder, Rule) and bool(holder.parts)

    def columns(self, rule: Rule, evaluation: Evaluation) -> Columns:
        """For every county (of rules) or subject of the rule's scope (of parts)."""
        if not rule.parts:
            return _of_rules(rule, evaluation)
        settings: AllSettings = rule.settings
        return of_parts(rule, evaluation, least=settings.value == LEAST)

    def working(self, subject: Subject, begun: Working) -> Working:
        """Of rules: each of them, and which decide. Of parts: as any rule with parts."""
        joined = members(subject)
        if not joined:
            return super().working(subject, begun)
        deciding = [one for one in joined if one.decides]
        notes = begun.notes
        if deciding:
            notes += (
                say(
                    "结论取各项中最不利者：{names}（{state}）。",
                    names=msg("、").join(one.rule for one in deciding),
                    state=status_words()[deciding[0].status],
                ),
            )
        return replace(begun, members=joined, notes=notes)


def _first_of_least(rule: Rule) -> Part | None:
    """The first part of a rule whose value is the least of its parts', where it has a limit."""
    settings: AllSettings = rule.settings
    if settings.value != LEAST or rule.parts[0].limit is None:
        return None
    return rule.parts[0]


def _of_rules(rule: Rule, evaluation: Evaluation) -> Columns:
    """The worst of the members that have weight; advisory ones have none.

    Under a strict verdict, what is not verified is worth no more than a blank.
    """
    names = [name for name in rule.of if _counts(evaluation, evaluation.ruleset.rules[name])]
    if not names:
        return {"status": pl.lit(NOT_APPLICABLE)}
    if not evaluation.strict:
        return {"status": pl.min_horizontal(*(evaluation.county_status(name) for name in names))}
    plan, states, lists = evaluation.plan("county"), [], []
    for name in names:
        status, withheld = f"{rule.id}._{name} status", f"{rule.id}._{name} withheld"
        standing = _standing(evaluation, evaluation.ruleset.rules[name])
        plan.join(
            standing.select(
                "county", pl.col("status").alias(status), pl.col("withheld").alias(withheld)
            ),
            "county",
        )
        states.append(pl.col(status))
        lists.append(pl.col(withheld).fill_null(NO_WORDS))
    worst = plan.let(f"{rule.id}._worst", pl.min_horizontal(*states), rule.id, passing=True)
    return {
        "status": worst,
        "withheld": pl.when(worst == UNKNOWN).then(each_once(NO_WORDS, *lists)),
    }


def of_parts(rule: Rule, evaluation: Evaluation, *, least: bool = False) -> Columns:
    """The parts of a rule, each judged by its own kind, and the worst of them.

    least: the parts ask for the same of several things.
    """
    plan, judged = evaluation.plan(rule.scope, rule), []
    for part in rule.parts:
        columns = evaluation.kinds[part.kind].part_columns(rule, part, evaluation)
        judged.append(
            {
                name: plan.let(
                    f"{rule.id}/{part.key}.{name}",
                    given(columns, name).cast(dtype),
                    rule.id, passing=name != "alternative" or not part.instead,
                )
                for name, dtype in _OF_A_PART.items()
            }
            | {"missing": columns.get("missing", Lacks())}
        )  # fmt: skip
    within = evaluation.ruleset.references.counted_within(rule)
    known = dict(zip((part.key for part in rule.parts), judged, strict=True))
    for key, other in within.items():
        _shared_out(rule, key, other, known, evaluation)
    entries = [_entry(part, one) for part, one in zip(rule.parts, judged, strict=True)]
    worst = pl.min_horizontal(*(one["status"] for one in judged))
    return {
        "status": worst,
        **(_least(judged) if least else _lacking(rule, known, within, evaluation)),
        "parts": pl.concat_arr(*entries).arr.to_list(),
        "missing": sum((_told(one, worst) for one in judged), Lacks()),
        **_relaxed_by(rule, judged),
    }


_OF_A_PART: Mapping[str, pl.DataType | type[pl.DataType]] = {
    name: RESULTS[name]
    for name in (
        "status", "value", "threshold", "shortfall", "shortfall_unit", "relaxed_by", "alternative",
    )
}  # fmt: skip


def _told(part: Mapping[str, Any], worst: pl.Expr) -> Lacks:
    """What a part lacks; what a 0 of 0 waits for only where nothing else keeps the rule open."""
    lacks: Lacks = part["missing"]
    return lacks.where((part["status"] != NOT_CHECKED) | (worst == NOT_CHECKED))


def _relaxed_by(rule: Rule, judged: Sequence[Mapping[str, Any]]) -> Columns:
    """The switches that a rule's parts, and with them the rule, owe their pass to."""
    eased = [
        one["relaxed_by"] for part, one in zip(rule.parts, judged, strict=True) if part.instead
    ]
    if not eased:
        return {}
    owed = pl.concat_list(eased).list.drop_nulls().list.unique(maintain_order=True).list.join(JOINT)
    status = pl.min_horizontal(*(one["status"] for one in judged))
    return {"relaxed_by": pl.when((status == PASS) & (owed != "")).then(owed)}


def _entry(part: Part, judged: Mapping[str, Any]) -> pl.Expr:
    return part_entry(
        pl.lit(part.key),
        judged["status"],
        value=judged["value"],
        operator=pl.lit(part.limit.operator if part.limit else None, pl.String),
        threshold=judged["threshold"],
        shortfall=judged["shortfall"],
        shortfall_unit=judged["shortfall_unit"],
    )


def _least(judged: Sequence[Mapping[str, Any]]) -> Columns:
    """Of parts that ask for the same of several things the least decides, and what is missing adds up."""
    short, units, values = (
        [one[name] for one in judged] for name in ("shortfall", "shortfall_unit", "value")
    )
    total = pl.sum_horizontal(*short)
    known = pl.all_horizontal(one.is_not_null() for one in values)
    return {
        "value": pl.when(known).then(pl.min_horizontal(*values)),
        "threshold": pl.coalesce(*(one["threshold"] for one in judged)),
        "shortfall": pl.when(known & (total > 0)).then(total),
        "shortfall_unit": pl.coalesce(*units),
    }


def _lacking(
    rule: Rule, known: Mapping[str, Mapping[str, Any]], within: Mapping[str, str],
    evaluation: Evaluation,
) -> Columns:  # fmt: skip
    """What meets every part: the one that is short, or what all of them lack, if that adds up.

    Things that are counted, of one kind, add up; percentage points do not. What a part lacks of what
    another lacks is among that.
    """
    plan, indicators = evaluation.plan(rule.scope, rule), evaluation.ruleset.indicators
    counted = [one.gap_unit for one in indicators.values() if one.over is not None]
    kinds = {
        name: counted.index(one.gap_unit)
        for name, one in indicators.items()
        if one.over is not None
    }

    def let(name: str, column: pl.Expr) -> pl.Expr:
        return plan.let(f"{rule.id}._{name}", column, rule.id, passing=True)

    short, units, alike = [], [], []
    for key, one in known.items():
        amount, unit = one["shortfall"], one["shortfall_unit"]
        if key in within:
            own = known[within[key]]["shortfall"].is_null()
            amount, unit = pl.when(own).then(amount), pl.when(own).then(unit)
        short.append(let(f"{key} short", amount))
        units.append(let(f"{key} unit", pl.when(short[-1].is_not_null()).then(unit)))
        kind = units[-1].replace_strict(kinds, default=None, return_dtype=pl.Int32)
        alike.append(let(f"{key} kind", kind))
    many = let("short", pl.sum_horizontal(one.is_not_null() for one in short))
    adds_up = pl.min_horizontal(*alike) == pl.max_horizontal(*alike)
    adds_up &= pl.sum_horizontal(one.is_not_null() for one in alike) == many
    failing = pl.any_horizontal(one["status"] == FAIL for one in known.values())
    told = let("told", failing & ((many == 1) | ((many > 1) & adds_up)))
    return {
        "shortfall": pl.when(told).then(pl.sum_horizontal(*short)),
        "shortfall_unit": pl.when(told).then(pl.coalesce(*units)),
    }


def _shared_out(
    rule: Rule, key: str, other: str, judged: Mapping[str, dict[str, Any]], evaluation: Evaluation
) -> None:
    """Let what one part lacks meet also another that is a share of what it counts.

    Of n persons to be added to a count C of which c are to make up a share r, at least
    r·(C + n) − c are to be of them, which are no more than n.
    """
    parts = {part.key: part for part in rule.parts}
    limits = [parts[one].limit for one in (key, other)]
    if any(one.instead for one in (parts[key], parts[other])) or not all(map(_is_number, limits)):
        return
    plan, frames = evaluation.plan(rule.scope, rule), evaluation.frames_of(rule)
    bound = exact_arithmetic.quantity(
        evaluation.ruleset.indicators[str(parts[key].indicator)], frames, rule.scope
    )
    share = Fraction(limits[0].table[""]) / Fraction(bound.indicator.per)  # type: ignore[union-attr]  # checked
    fields = {name: (judged[name]["shortfall"], pl.Float64) for name in (key, other)}
    again = partial(_among, bound, share, other)
    short = judged[other]["shortfall"].is_not_null()
    found = exact_arithmetic.exactly(fields, short, again, bound.columns)
    found = plan.let(f"{rule.id}/{key}._among", found, rule.id, passing=True)
    for name in (key, other):
        judged[name]["shortfall"] = found.struct.field(name)
    unit = pl.coalesce(judged[key]["shortfall_unit"], pl.lit(bound.indicator.name))
    judged[key]["shortfall_unit"] = pl.when(found.struct.field(key).is_not_null()).then(unit)


def _is_number(limit: Limit | None) -> bool:
    return limit is not None and limit.operator not in UPPER and "" in limit.table


def _among(
    bound: exact_arithmetic.Quantity, share: Fraction, other: str, row: exact_arithmetic.Row
) -> Sequence[object]:
    """How many of those to be added are to be of the share, and how many are to be added."""
    own, count, added = bound.exact_of(row), bound.exact_over(row), typed(row[other])
    if own is None or count is None or added is None or share >= 1:
        return (None, None)
    step = bound.indicator.gap_step
    alone = exact_arithmetic.steps_up((share * count - own) / (1 - share), step)
    added = max(added, alone)
    needed = exact_arithmetic.steps_up(share * (count + added) - own, step)
    return (float(needed) if needed > 0 else None, float(added))


VERIFIED = "verified"
STANDARD = "school-standard"  # the layer that is advisory whatever its basis


def _counts(evaluation: Evaluation, rule: Rule) -> bool:
    """Whether a member has weight in its group, if only that of a doubt."""
    if rule.role != "advisory":
        return True
    return evaluation.strict and rule.layer != STANDARD and rule.basis != VERIFIED


def _standing(evaluation: Evaluation, rule: Rule) -> pl.DataFrame:
    """The member's status for every county, and what is withheld from a strict verdict of it."""
    outcome = evaluation.outcome(rule.id)
    if not evaluation.strict:
        return by_county(evaluation, outcome).with_columns(NO_WORDS.alias("withheld"))
    own = [one.id for one in _on_the_way(evaluation, rule) if one.basis != VERIFIED]
    rows = outcome.with_columns(*_doubted(evaluation, own))
    doubts = rows.group_by("county", maintain_order=True).agg(
        pl.col("withheld").explode().drop_nulls().unique(maintain_order=True)
    )
    result = beside(by_county(evaluation, rows), doubts, "county")
    on_the_way = {one.id for one in _on_the_way(evaluation, rule)}
    for one in evaluation.ruleset.rules.values():
        if one.of_base in on_the_way and one.role == "advisory" and one.layer != STANDARD:
            result = _with_variant(evaluation, result, one)
    return result.with_columns(pl.col("withheld").fill_null(NO_WORDS))


def _on_the_way(evaluation: Evaluation, rule: Rule) -> Iterable[Rule]:
    """The rule and those it is made of; a group of rules judges its own members strictly."""
    yield rule
    if not evaluation.kinds[rule.kind].withholds:
        for name in rule.of:
            if name in evaluation.ruleset.rules:
                yield from _on_the_way(evaluation, evaluation.ruleset.rules[name])


def _doubted(evaluation: Evaluation, own: list[str]) -> Iterable[pl.Expr]:
    """status and withheld of a member's rows: of an unverified rule all, else the relaxed ones."""
    status = pl.col("status")
    inner = pl.col("withheld").fill_null(NO_WORDS)
    if own:
        open_to_doubt = ~status.is_in([NOT_APPLICABLE, ERROR])
        yield _unknown(open_to_doubt).alias("status")
        named = pl.concat_list(inner, pl.lit(own, dtype=pl.List(pl.String)))
        yield pl.when(open_to_doubt).then(named).otherwise(inner).alias("withheld")
        return
    weak = [n for n, one in evaluation.ruleset.switches.items() if one.basis != VERIFIED]
    if not evaluation.ruleset.switched or not weak:
        yield inner.alias("withheld")
        return
    names = (
        pl.col("relaxed_by")
        .str.split(JOINT)
        .list.eval(pl.element().filter(pl.element().is_in(weak)))
    )
    owing = ((status == PASS) & (names.list.len() > 0)).fill_null(value=False)
    yield _unknown(owing).alias("status")
    yield pl.when(owing).then(pl.concat_list(inner, names)).otherwise(inner).alias("withheld")


def _unknown(where: pl.Expr) -> pl.Expr:
    return pl.when(where).then(pl.lit(UNKNOWN, pl.UInt8)).otherwise(pl.col("status"))


def _with_variant(evaluation: Evaluation, result: pl.DataFrame, variant: Rule) -> pl.DataFrame:
    """What would stand in a rule's place if its basis were verified: where it applies, a member that
    does not fail is open.
    """
    state = by_county(evaluation, evaluation.outcome(variant.id)).select(
        "county", (pl.col("status") != NOT_APPLICABLE).alias("_applies")
    )
    named = pl.concat_list(
        pl.col("withheld").fill_null(NO_WORDS), pl.lit([variant.id], dtype=pl.List(pl.String))
    )
    return (
        beside(result, state, "county")
        .with_columns(
            pl.when("_applies").then(named).otherwise("withheld").alias("withheld"),
            pl.when("_applies")
            .then(pl.min_horizontal("status", pl.lit(UNKNOWN, pl.UInt8)))
            .otherwise("status")
            .alias("status"),
        )
        .drop("_applies")
    )
