"""How much is missing in all, as the lists print it; the adding up is done in `shortages`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from compliance.kernel.i18n import pick
from compliance.render.digest.shortages import Shortage, shortages
from compliance.render.documents.printable import printable
from compliance.render.rectification import columns
from compliance.render.rectification.case import OPEN, PROBLEM, REFERENCE, SUGGESTION, Case
from compliance.render.rectification.view_model import Total
from compliance.rules.language.model import Rule

_WEIGHTS = {PROBLEM: "required", OPEN: "pending", SUGGESTION: "advised"}


def totals(
    findings: pl.DataFrame, cases: Sequence[Case], rules: Mapping[str, Rule]
) -> tuple[Total, ...]:
    """One total a rule (and part), in the order of the law; suggestions are counted apart.

    findings: one county's, in the order of `cases`.
    """
    weights = [_WEIGHTS.get(case.standing) for case in cases]
    grouped: dict[tuple[str, str], list[Shortage]] = {}
    for one in _shortages(findings, weights, rules):
        grouped.setdefault((one.rule, one.name), []).append(one)
    where = _schools(cases)
    return tuple(
        _total(rules[rule], own, len(where.get((rule, printable(of)), ())))
        for (rule, of), own in grouped.items()
    )


def _schools(cases: Sequence[Case]) -> dict[tuple[str, str], set[str]]:
    """(rule, missed part) -> codes of the schools that must act; the rule as a whole as part "".

    A school counts once, whatever its stages lack and in whatever unit.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        if case.standing == PROBLEM and case.school:
            parts = [part["name"] for part in case.finding["parts"] if part["status"] == "fail"]
            for name in ("", *parts):
                found.setdefault((case.rule.id, name), set()).add(case.school)
    return found


def reference_gaps(
    findings: pl.DataFrame, cases: Sequence[Case], rules: Mapping[str, Rule]
) -> dict[str, str]:
    """Rule without weight -> what is missing in all; rules whose gap has no number are left out."""
    weights = ["required" if case.standing == REFERENCE else None for case in cases]
    grouped: dict[str, list[str]] = {}
    for one in _shortages(findings, weights, rules):
        grouped.setdefault(one.rule, []).append(_amount(one, printable(one.name)))
    return {rule: pick("；", "; ").join(texts) for rule, texts in grouped.items()}


def _shortages(
    findings: pl.DataFrame, weights: Sequence[str | None], rules: Mapping[str, Rule]
) -> Sequence[Shortage]:
    weight = pl.Series("weight", weights, dtype=pl.String)
    return shortages(findings.with_columns(weight).filter(pl.col("weight").is_not_null()), rules)


def _total(rule: Rule, own: Sequence[Shortage], schools: int) -> Total:
    must = [one for one in own if one.weight in ("required", "excess")]
    return Total(
        rule=rule.id,
        title=rule.label,
        of=printable(own[0].name),
        schools=schools if must else 0,
        problems=_text(must),
        open=_text(one for one in own if one.weight == "pending"),
        also=_text(one for one in own if one.weight == "advised"),
    )


def _text(shortages_: Iterable[Shortage]) -> str:
    return pick("、", ", ").join(map(_amount, shortages_)) or columns.NONE


def _amount(one: Shortage, of: str = "") -> str:
    over = one.weight == "excess"
    return columns.Amount(of, one.amount, printable(one.unit), over).text()
