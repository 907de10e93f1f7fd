"""What would turn a rule on a list: for each figure of each entry, the smallest change alone."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from compliance.engine import exact_arithmetic
from compliance.explain.question.model import Flip
from compliance.explain.question.subject import Subject
from compliance.kernel.i18n import pick
from compliance.rules.kinds import written
from compliance.rules.language import parse
from compliance.rules.language.model import UPPER

WHOLE, FINE = Decimal(1), Decimal("0.001")  # steps of a grade, and of anything with decimals


def of_entries(subject: Subject, status: str) -> tuple[Flip, ...]:
    """A list that passes is turned by any one figure; one that fails, by its only figure amiss.

    A figure steps by 0.001, by 1 where it and its limit are whole.
    """
    if subject.rule.kind != "listed" or status not in ("pass", "fail"):
        return ()
    found = [(met, flip) for met, flip in _figures(subject) if met is (status == "pass")]
    return tuple(flip for _, flip in found) if status == "pass" or len(found) == 1 else ()


def _figures(subject: Subject) -> Iterable[tuple[bool, Flip]]:
    rule = subject.rule
    each = written(rule.settings)["each"]
    entries = getattr(subject.hearing.bench.submission, rule.of[0])
    for row in entries.iter_rows(named=True):
        name = f"{row.get('subject') or ''}{row.get('grade') or ''}"
        for test in each if isinstance(each, list) else ():
            limit, field = parse.limit(test), str(test["field"])
            value = exact_arithmetic.typed(row[field])
            if limit is None or value is None:
                continue
            before, bar = Decimal(repr(float(row[field]))), limit.table[""]
            met = exact_arithmetic.meets_exactly(value, limit.operator, Fraction(bar))
            title = pick(str(test.get("name", field)), str(test.get("name_en", "")))
            after = _turned(before, Decimal(str(bar)), limit.operator, met=met)
            change, to = float(after - before), "fail" if met else "pass"
            yield (
                met,
                Flip(
                    f"{rule.of[0]}.{field}",
                    f"{name} {title}",
                    change,
                    float(before),
                    float(after),
                    "",
                    to,
                ),
            )


def _turned(value: Decimal, bar: Decimal, operator: str, *, met: bool) -> Decimal:
    """The nearest figure, in whole steps from `value`, on the other side of the limit."""
    step = WHOLE if value == value.to_integral() and bar == bar.to_integral() else FINE
    upwards = (operator in UPPER) is met
    steps = (abs(bar - value) / step).to_integral(ROUND_FLOOR)
    # the figure on the limit meets ≥ and ≤, not < and >: one step more where that is the wrong side
    while True:
        after = value + (steps if upwards else -steps) * step
        if exact_arithmetic.meets_exactly(Fraction(after), operator, Fraction(bar)) is not met:
            return after
        steps += 1
