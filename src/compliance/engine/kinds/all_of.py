"""all: the worst of these rules, rolled up to the county; or the worst of a rule's own parts.

A strict verdict does not rest on rules of unverified basis, nor on passes owed to such a switch.
Without `strict` a member of a group stands as it was judged. With it, a rule whose text nobody has
seen is worth no more than a blank, whichever way it went: its figures, and those it was made of,
may read otherwise. A failure by a verified rule stays one, since an unverified variant of it could
only ask for more. What applies to nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from compliance.engine.evaluate import JOINT, Evaluation, by_county, part_entry, subject_columns
from compliance.engine.kinds.kind import Kind
from compliance.engine.members import members
from compliance.engine.subject import Subject
from compliance.engine.units import beside, each_once
from compliance.engine.working import Working
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import status_words
from compliance.kernel.submission import ERROR, FAIL, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import FindingForm, Part, Rule, Ruleset

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

    def evaluate(self, rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
        """One row a county (of rules) or a subject of the rule's scope (of parts)."""
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


def _of_rules(rule: Rule, evaluation: Evaluation) -> pl.DataFrame:
    """The worst of the members that have weight; advisory ones have none.

    Under a strict verdict, what is not verified is worth no more than a blank.
    """
    result = evaluation.frames.county.select("county")
    names = [name for name in rule.of if _counts(evaluation, evaluation.ruleset.rules[name])]
    for name in names:
        column = _standing(evaluation, evaluation.ruleset.rules[name]).select(
            "county", pl.col("status").alias(name), pl.col("withheld").alias(f"{name}_withheld")
        )
        result = beside(result, column, "county")
    nothing = pl.lit(NOT_APPLICABLE, pl.UInt8)
    worst = pl.min_horizontal(*names).fill_null(nothing) if names else nothing
    lists = [NO_WORDS, *(pl.col(f"{name}_withheld").fill_null(NO_WORDS) for name in names)]
    withheld = pl.when(worst == UNKNOWN).then(each_once(*lists))
    return result.select("county", worst.alias("status"), withheld.alias("withheld"))


def of_parts(rule: Rule, evaluation: Evaluation, *, least: bool = False) -> pl.DataFrame:
    """One row a subject: its parts, each judged by its own kind, and the worst of them.

    least: the parts ask for the same of several things.
    """
    frame = evaluation.subjects(rule)
    key = rule.scope
    result = subject_columns(frame)
    for number, part in enumerate(rule.parts):
        judged = evaluation.kinds[part.kind].judge_part(rule, part, frame, evaluation)
        columns = [
            pl.col(name).alias(f"{name}_{number}") if name in judged.columns
            else pl.lit(None, dtype).alias(f"{name}_{number}")
            for name, dtype in (
                ("status", pl.UInt8), ("value", pl.Float64), ("threshold", pl.Float64),
                ("shortfall", pl.Float64), ("shortfall_unit", pl.String), ("missing", pl.List(pl.String)),
                ("relaxed_by", pl.String),
            )
        ]  # fmt: skip
        result = beside(result, judged.select(key, *columns), key).with_columns(
            _entry(part, number).alias(f"part_{number}")
        )
    numbers = range(len(rule.parts))
    return result.select(
        *subject_columns(frame).columns,
        pl.min_horizontal(*(f"status_{n}" for n in numbers)).alias("status"),
        *_figures(numbers, least=least),
        pl.concat_arr(*(pl.col(f"part_{n}") for n in numbers)).arr.to_list().alias("parts"),
        each_once(*(pl.col(f"missing_{n}").fill_null(NO_WORDS) for n in numbers)).alias("missing"),
        *_relaxed_by(rule),
    )


def _relaxed_by(rule: Rule) -> list[pl.Expr]:
    """The switches that a rule's parts, and with them the rule, owe their pass to."""
    numbers = [n for n, part in enumerate(rule.parts) if part.instead]
    if not numbers:
        return []
    names = pl.concat_list(f"relaxed_by_{n}" for n in numbers).list.drop_nulls()
    owed = names.list.unique(maintain_order=True).list.join(JOINT)
    status = pl.min_horizontal(*(f"status_{n}" for n in range(len(rule.parts))))
    return [pl.when((status == PASS) & (owed != "")).then(owed).alias("relaxed_by")]


def _entry(part: Part, number: int) -> pl.Expr:
    return part_entry(
        pl.lit(part.key),
        f"status_{number}",
        value=pl.col(f"value_{number}"),
        operator=pl.lit(part.limit.operator if part.limit else None, pl.String),
        threshold=pl.col(f"threshold_{number}"),
        shortfall=pl.col(f"shortfall_{number}"),
        shortfall_unit=pl.col(f"shortfall_unit_{number}"),
    )


def _figures(numbers: range, *, least: bool) -> list[pl.Expr]:
    """What the whole rule shows of its parts.

    Of parts that ask for the same of several things the least decides, and what is missing adds up.
    Else the one part that is short tells what is missing.
    """
    short, unit = (
        [pl.col(f"{name}_{n}") for n in numbers] for name in ("shortfall", "shortfall_unit")
    )
    if least:
        total, values = pl.sum_horizontal(*short), [pl.col(f"value_{n}") for n in numbers]
        known = pl.all_horizontal(one.is_not_null() for one in values)
        return [
            pl.when(known).then(pl.min_horizontal(*values)).alias("value"),
            pl.coalesce(*(f"threshold_{n}" for n in numbers)).alias("threshold"),
            pl.when(known & (total > 0)).then(total).alias("shortfall"),
            pl.coalesce(*unit).alias("shortfall_unit"),
        ]
    failing = pl.any_horizontal((pl.col(f"status_{n}") == FAIL) for n in numbers)
    single = failing & (pl.sum_horizontal(one.is_not_null() for one in short) == 1)
    return [
        pl.when(single).then(pl.coalesce(*short)).alias("shortfall"),
        pl.when(single).then(pl.coalesce(*unit)).alias("shortfall_unit"),
    ]


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
