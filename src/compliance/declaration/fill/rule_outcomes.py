"""Blanks bound to rules: a value, a mean, a coefficient, how many meet it or fail it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from compliance.declaration.fill.amounts import NONE, Amount, Lack, blank
from compliance.declaration.fill.county_view import County, Row, near
from compliance.declaration.form.placeholders import Reference
from compliance.engine.exact_arithmetic import root_exactly, typed
from compliance.engine.kinds.dispersion import moments_exactly
from compliance.kernel.i18n import say
from compliance.kernel.submission import ERROR, FAIL, NOT_APPLICABLE, NOT_CHECKED, PASS, UNKNOWN
from compliance.rules.language.model import Rule

_OPEN = (UNKNOWN, NOT_CHECKED, ERROR)


def judged(county: County, asked: Reference) -> Amount:
    """What a reference to a rule asks for. Raises LookupError where there is no such rule or part."""
    if asked.kind == "average":
        return _average(county, asked)
    if asked.name not in county.bench.ruleset.rules:
        raise LookupError(asked.name)
    return _KINDS[asked.kind](county, county.bench.ruleset.rules[asked.name], asked)


def verdict(row: Row) -> bool | None:
    """Whether a row of an outcome is met; None where that is not known or does not apply."""
    return {PASS: True, FAIL: False}.get(row["status"])


def bar(rule: Rule, row: Row) -> tuple[str, float] | None:
    """The operator and limit a row of an outcome was held against."""
    if rule.limit is None or row["threshold"] is None:
        return None
    return rule.limit.operator, row["threshold"]


def why(county: County, rows: Sequence[Row]) -> list[Lack]:
    """What keeps rows from being judged."""
    lacks: list[Lack] = []
    for row in rows:
        if row["status"] == UNKNOWN:
            lacks += county.lacks(row)
        elif row["status"] == NOT_CHECKED:
            lacks.append(Lack("", why=say("待认定", "awaits a statement")))
        elif row["status"] == ERROR:
            lacks.append(Lack("", why=say("规则执行出错", "the rule broke")))
    return lacks


def _value(county: County, rule: Rule, asked: Reference) -> Amount:
    rows = county.outcome(rule.id, asked.stage)
    if len(rows) != 1:
        raise LookupError(asked.name)
    row = rows[0]
    if rule.form.coefficient:
        return _coefficient(county, rule, row)
    if asked.part:
        return _part(county, rule, row, asked.part)
    if row["status"] == NOT_APPLICABLE:
        return Amount(text=NONE)
    if row["value"] is None:
        return blank(why(county, rows))
    worked = county.quotient(rule.indicator, row["value"]) if rule.indicator else None
    return Amount(near(worked, row["value"]), met=verdict(row), bar=bar(rule, row))


def _part(county: County, rule: Rule, row: Row, key: str) -> Amount:
    place = next((n for n, part in enumerate(rule.parts) if part.key == key), None)
    if place is None:
        raise LookupError(f"{rule.id}.{key}")
    part, found = rule.parts[place], (row["parts"] or [])[place]
    if found["status"] == "not_applicable":
        return Amount(text=NONE)
    if found["value"] is None:
        needs = [fact for fact in row["lacks"] or () if _rests_on(county, part.indicator, fact)]
        lacks = [lack for fact in needs for lack in county.of_county(fact)]
        return blank(lacks or list(county.lacks(row)))
    worked = county.quotient(part.indicator, found["value"]) if part.indicator else None
    met = {"pass": True, "fail": False}.get(found["status"])
    held = None if found["threshold"] is None else (found["operator"], found["threshold"])
    return Amount(near(worked, found["value"]), met=met, bar=held)


def _rests_on(county: County, indicator: str | None, fact: str) -> bool:
    """Whether an indicator needs a fact, itself or behind a tally, or by what it falls back on."""
    known = county.bench.ruleset
    if indicator is None or indicator not in known.indicators:
        return True
    return any(fact.endswith(name) for name in known.references.behind(indicator))


def _coefficient(county: County, rule: Rule, row: Row) -> Amount:
    if row["status"] == NOT_APPLICABLE and row["value"] is None:
        return Amount(text=NONE)
    if row["value"] is None:
        return blank(_unit_lacks(county, rule, row))
    mean, variance = moments_exactly(rule, county.bench, county.index, row["stage"])
    worked = root_exactly(variance / mean**2)
    return Amount(near(worked, row["value"]), met=verdict(row), bar=bar(rule, row))


def _mean(county: County, rule: Rule, asked: Reference) -> Amount:
    (row,) = county.outcome(rule.id, asked.stage)
    if row["mean"] is None:
        if row["status"] == NOT_APPLICABLE:
            return Amount(text=NONE)
        return blank(_unit_lacks(county, rule, row))
    mean, _ = moments_exactly(rule, county.bench, county.index, row["stage"])
    return Amount(near(mean, row["mean"]))


def _unit_lacks(county: County, rule: Rule, row: Row) -> list[Lack]:
    """What a coefficient waits for: what the units lack by the rule it is of, else its own facts."""
    lacks = [
        lack for one in rule.of for lack in why(county, county.outcome(one, row["stage"]))
    ] or why(county, [row])
    return lacks or [Lack("", why=say("无法计算", "cannot be computed"))]


def _average(county: County, asked: Reference) -> Amount:
    """The plain mean of several rules' values, for information."""
    found = [
        judged(county, Reference("value", name, "", asked.stage)) for name in asked.name.split("+")
    ]
    numbers = [one.number for one in found if one.number is not None]
    if len(numbers) == len(found):
        return Amount(sum(numbers, Fraction(0)) / len(numbers))
    if any(one.text for one in found):
        return Amount(text=NONE)
    return blank(lack for one in found for lack in one.lacks)


def _counting(status: int) -> Callable[[County, Rule, Reference], Amount]:
    def count(county: County, rule: Rule, asked: Reference) -> Amount:
        rows = county.outcome(rule.id, asked.stage)
        lacks = why(county, rows)
        if any(row["status"] in _OPEN for row in rows):
            return blank(lacks)
        return Amount(Fraction(sum(row["status"] == status for row in rows)))

    return count


def _units(county: County, rule: Rule, asked: Reference) -> Amount:
    rows = county.outcome(rule.id, asked.stage)
    return Amount(Fraction(sum(row["status"] != NOT_APPLICABLE for row in rows)))


def _share(county: County, rule: Rule, asked: Reference) -> Amount:
    met, units = _counting(PASS)(county, rule, asked), _units(county, rule, asked)
    if met.number is None or units.number is None:
        return met
    if not units.number:
        return Amount(text=NONE)
    all_met = None if rule.role == "component" else met.number == units.number
    return Amount(100 * met.number / units.number, met=all_met)


def _over(county: County, rule: Rule, asked: Reference) -> Amount:
    """How many items (classes) are over the limit; blank where only the largest is known to be."""
    rows = county.outcome(rule.id, asked.stage)
    counted, lacks = Fraction(0), list(why(county, rows))
    for row in rows:
        if row["over_count"] is not None:
            counted += typed(row["over_count"]) or 0
        elif row["status"] == FAIL:
            lacks += county.at(f"{row['stage']}_{rule.settings.list}", row["school"])
    return blank(lacks) if lacks else Amount(counted)


def _note(county: County, rule: Rule, _: Reference) -> Amount:
    """What was stated with an attestation: its remark, and the documents it names."""
    given = county.bench.submission.attestations
    for row in given.filter(
        (given["county_code"] == county.row["county_code"])
        & (given["year"] == county.row["year"])
        & (given["rule"] == rule.attested_as)
    ).iter_rows(named=True):
        papers = say("、", ", ").join(one for one in row["evidence"] or () if one)
        said = [
            row["note"] or "",
            say("佐证材料：{p}", "evidence: {p}", p=papers) if papers else "",
        ]
        if any(said):
            return Amount(text=say("；", "; ").join(filter(None, said)))
    return blank([Lack("", why=say("结论由县填写", "to be concluded by the county"))])


_KINDS: dict[str, Callable[[County, Rule, Reference], Amount]] = {
    "value": _value,
    "mean": _mean,
    "met": _counting(PASS),
    "failing": _counting(FAIL),
    "share": _share,
    "units": _units,
    "over": _over,
    "note": _note,
}
