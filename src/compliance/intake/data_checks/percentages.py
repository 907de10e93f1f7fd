"""Percentages: a fraction where a percentage is asked for, and one that its own counts contradict.

What a percentage should come from is data of the schemas (``x-quotients``).
"""

from __future__ import annotations

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.plausibility import Quotient
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.acceptance.ledger import Ledger
from compliance.intake.data_checks.reporting import rows, warn
from compliance.kernel.i18n import say

FRACTION = "fraction_for_percent"
DIFFERS = "quotient_differs"


def doubts(frame: pl.DataFrame, record: str, vocabulary: Vocabulary, ledger: Ledger) -> None:
    """Report them; a blank is no doubt, nor is a percentage of exactly 0."""
    facts = vocabulary.tables[record]
    for fact in facts.values():
        if fact.unit == "%" and fact.form in ("count", "number"):
            _fractions(ledger, frame, fact)
    for one in vocabulary.checks[record].quotients:
        _differing(ledger, frame, one, facts)


def _fraction(name: str) -> pl.Expr:
    return (pl.col(name) > 0) & (pl.col(name) <= 1)


def _fractions(ledger: Ledger, frame: pl.DataFrame, fact: Fact) -> None:
    for row in rows(frame, _fraction(fact.name), fact.name):
        value = row[fact.name]
        message = say(
            "{f}填{v:.12g}，疑把百分数填成了小数",
            "{f} is {v:.12g}: a fraction, it seems, where a percentage is asked for",
            f=fact.label,
            v=value,
        )
        expected = say(
            "以百分数填写：{n:.12g}；确为{v:.12g}%的，不必改",
            "the percentage, {n:.12g}; leave it if it is {v:.12g}% indeed",
            n=float(str(value)) * 100,
            v=value,
        )
        warn(ledger, row, FRACTION, message, expected, fact.name)


def _differing(ledger: Ledger, frame: pl.DataFrame, one: Quotient, facts: dict[str, Fact]) -> None:
    """A percentage further from the quotient of its counts than other sources explain."""
    whole = pl.col(one.over)
    worked = pl.when(whole > 0).then(100 * pl.col(one.of) / whole)
    frame = frame.with_columns(worked.alias("_worked"))
    # a part greater than its whole and a fraction have been doubted already
    sound = (pl.col("_worked") <= 100) & ~_fraction(one.fact)
    far = (pl.col(one.fact) - pl.col("_worked")).abs() > one.points
    for row in rows(frame, sound & far, one.fact, "_worked"):
        values = {"f": facts[one.fact].label, "a": facts[one.of].label, "b": facts[one.over].label}
        message = say(
            "{f}填{v:.12g}%，而{a}÷{b}为{w:.2f}%",
            "{f} is {v:.12g}%, but {a} ÷ {b} gives {w:.2f}%",
            v=row[one.fact],
            w=row["_worked"],
            **values,
        )
        expected = say(
            "一般相差不超过{p:g}个百分点；以所填的{f}判定，请核对",
            "usually within {p:g} points; {f} is judged as given, please compare",
            p=one.points,
            **values,
        )
        warn(ledger, row, DIFFERS, message, expected, one.fact, one.of, one.over)
