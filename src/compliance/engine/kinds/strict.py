"""What a strict verdict does not rest on: rules of unverified basis, and passes owed to such a switch.

Without `strict` a member of a group stands as it was judged. With it, a rule whose text nobody has
seen is worth no more than a blank, whichever way it went: its figures, and those it was made of,
may read otherwise. A failure by a verified rule stays one, since an unverified variant of it could
only ask for more. What applies to nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from compliance.engine.evaluate import Evaluation, by_county
from compliance.engine.relaxations import JOINT
from compliance.kernel.submission import ERROR, NO_WORDS, NOT_APPLICABLE, PASS, UNKNOWN
from compliance.rules.language.model import Rule

VERIFIED = "verified"
STANDARD = "school-standard"  # the layer that is advisory whatever its basis


def counts(evaluation: Evaluation, rule: Rule) -> bool:
    """Whether a member has weight in its group, if only that of a doubt."""
    if rule.role != "advisory":
        return True
    return evaluation.strict and rule.layer != STANDARD and rule.basis != VERIFIED


def standing(evaluation: Evaluation, rule: Rule) -> pl.DataFrame:
    """The member's status for every county, and what is withheld from a strict verdict of it."""
    outcome = evaluation.outcome(rule.id)
    if not evaluation.strict:
        return by_county(evaluation, outcome).with_columns(NO_WORDS.alias("withheld"))
    own = [one.id for one in _on_the_way(evaluation, rule) if one.basis != VERIFIED]
    rows = outcome.with_columns(*_doubted(evaluation, own))
    doubts = rows.group_by("county", maintain_order=True).agg(
        pl.col("withheld").explode().drop_nulls().unique(maintain_order=True)
    )
    result = by_county(evaluation, rows).join(
        doubts, on="county", how="left", maintain_order="left"
    )
    for one in _on_the_way(evaluation, rule):
        for variant in _variants(evaluation, one):
            result = _with_variant(evaluation, result, variant)
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


def _variants(evaluation: Evaluation, rule: Rule) -> Iterable[Rule]:
    """The rules that would stand in this one's place if their basis were verified."""
    for one in evaluation.ruleset.rules.values():
        if one.of_base == rule.id and one.role == "advisory" and one.layer != STANDARD:
            yield one


def _with_variant(evaluation: Evaluation, result: pl.DataFrame, variant: Rule) -> pl.DataFrame:
    """Where the variant applies, a member that does not fail is open."""
    state = by_county(evaluation, evaluation.outcome(variant.id)).select(
        "county", (pl.col("status") != NOT_APPLICABLE).alias("_applies")
    )
    named = pl.concat_list(
        pl.col("withheld").fill_null(NO_WORDS), pl.lit([variant.id], dtype=pl.List(pl.String))
    )
    return (
        result.join(state, on="county", how="left", maintain_order="left")
        .with_columns(
            pl.when("_applies").then(named).otherwise("withheld").alias("withheld"),
            pl.when("_applies")
            .then(pl.min_horizontal("status", pl.lit(UNKNOWN, pl.UInt8)))
            .otherwise("status")
            .alias("status"),
        )
        .drop("_applies")
    )
