"""Worked examples of the kinds that compute no quotient: sizes of classes, entries of a list, years,
the mean of several coefficients.

The figures lie on the limit and one step to its wrong side; the comparison is the judge's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from compliance import declarations, number
from compliance.rule import UPPER, WRITTEN, Limit, Part, Rule
from compliance.state_words import STAGE_WORDS, status_words
from compliance.words import pick, say
from compliance.working.figures import shown

_FIRST = date(2020, 9, 1)
_CLASSES = 3


def _within(one: Rule | Part) -> Iterable[str]:
    """Three classes, the largest on the limit and one pupil over it."""
    for key, bar in _limits(one.limit):
        for largest in (bar, bar + 1):
            sizes = [largest - 2, largest - 1, largest]
            yield say(
                "{stage}{n}个班{sizes}：最大{largest}，{verdict}",
                "{stage}{n} classes of {sizes}: the largest has {largest}, {verdict}",
                stage=_key(key), n=_CLASSES, sizes=pick("、", ", ").join(map(shown, sizes)),
                largest=shown(largest), verdict=_verdict(one.limit, largest, bar),
            )  # fmt: skip


def _listed(one: Rule | Part) -> Iterable[str]:
    """For each field of an entry, a figure that just meets its limit and one that just does not."""
    each = one.settings["each"]
    for test in each if isinstance(each, list) else ():
        limit = declarations.limit(test)
        title = pick(str(test.get("name", test["field"])), str(test.get("name_en", "")))
        for _, bar in _limits(limit):
            step = Fraction(1) if bar.denominator == 1 else Fraction(1, 100)
            sign = -1 if limit is not None and limit.operator in UPPER else 1
            told = [bar + sign * step, bar, bar - sign * step]
            for value in told:
                yield f"{title} {shown(value)}{pick('：', ': ')}{_verdict(limit, value, bar)}"


def _elapsed(one: Rule | Part) -> Iterable[str]:
    """Since a day: judged on the anniversary, and one day before it."""
    for _, bar in _limits(one.limit):
        full = _FIRST.replace(year=_FIRST.year + int(bar))
        for day, years in ((full, bar), (full - timedelta(days=1), bar - 1)):
            yield say(
                "自{first}，按{day}判定：已满{n}年；{verdict}",
                "since {first}, judged as of {day}: {n} full years; {verdict}",
                first=_FIRST, day=day, n=shown(years), verdict=_verdict(one.limit, years, bar),
            )  # fmt: skip


def _mean(one: Rule | Part) -> Iterable[str]:
    """Coefficients around the limit: their mean on it, then one of them a thousandth higher."""
    if not isinstance(one, Rule) or not one.of:
        return
    many = len(one.of)
    for key, bar in _limits(one.limit):
        spread = [Fraction(2 * place - many + 1, 100) for place in range(many)]
        values = [bar + away for away in spread]  # the distances cancel out
        for last in (Fraction(0), Fraction(many, 1000)):
            told = [*values[:-1], values[-1] + last]
            mean = sum(told, Fraction(0)) / many
            yield (
                f"{_key(key)}({' + '.join(map(shown, told))}) ÷ {many} = {shown(mean)}"
                f"{pick('；', '; ')}{_verdict(one.limit, mean, bar)}"
            )


def _limits(limit: Limit | None) -> Iterable[tuple[str, Fraction]]:
    table: Mapping[str, Decimal] = limit.table if limit is not None else {}
    return [(key, Fraction(bar)) for key, bar in table.items()]


def _key(key: str) -> str:
    return pick(*STAGE_WORDS[key]) + pick("：", ": ") if key in STAGE_WORDS else ""


def _verdict(limit: Limit | None, value: Fraction, bar: Fraction) -> str:
    if limit is None:
        return ""
    met = number.meets_exactly(value, limit.operator, bar)
    return say(
        "标准 {sign} {bar}，{status}。", "limit {sign} {bar}, {status}.",
        sign=WRITTEN[limit.operator], bar=shown(bar),
        status=status_words()["pass" if met else "fail"],
    )  # fmt: skip


OTHERS: Mapping[str, Callable[[Rule | Part], Iterable[str]]] = {
    "within": _within,
    "listed": _listed,
    "elapsed": _elapsed,
    "mean": _mean,
}
