"""A worked example of a rule with small round numbers, by the program's own arithmetic.

The figures are chosen, the results are not: the quantity, the comparison and the shortfall come from
the code that judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.exact_arithmetic import Quantity
from compliance.engine.units import Frames
from compliance.explain.question.number_format import equals, shown
from compliance.explain.verdict.dispersion import Unit, share_table
from compliance.explain.verdict.formula import formula
from compliance.kernel.i18n import pick, say
from compliance.kernel.labels import STAGE_WORDS, status_words
from compliance.kernel.submission import COMPULSORY
from compliance.rules.kinds import written
from compliance.rules.language import parse
from compliance.rules.language.model import UPPER, WRITTEN, Indicator, Limit, Part, Rule, Ruleset

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
                largest=shown(largest), verdict=_limit_verdict(one.limit, largest, bar),
            )  # fmt: skip


def _listed(one: Rule | Part) -> Iterable[str]:
    """For each field of an entry, a figure that just meets its limit and one that just does not."""
    each = written(one.settings)["each"]
    for test in each if isinstance(each, list) else ():
        limit = parse.limit(test)
        title = pick(str(test.get("name", test["field"])), str(test.get("name_en", "")))
        for _, bar in _limits(limit):
            step = Fraction(1) if bar.denominator == 1 else Fraction(1, 100)
            sign = -1 if limit is not None and limit.operator in UPPER else 1
            told = [bar + sign * step, bar, bar - sign * step]
            for value in told:
                yield f"{title} {shown(value)}{pick('：', ': ')}{_limit_verdict(limit, value, bar)}"


def _elapsed(one: Rule | Part) -> Iterable[str]:
    """Since a day: judged on the anniversary, and one day before it."""
    for _, bar in _limits(one.limit):
        full = _FIRST.replace(year=_FIRST.year + int(bar))
        for day, years in ((full, bar), (full - timedelta(days=1), bar - 1)):
            yield say(
                "自{first}，按{day}判定：已满{n}年；{verdict}",
                "since {first}, judged as of {day}: {n} full years; {verdict}",
                first=_FIRST, day=day, n=shown(years), verdict=_limit_verdict(one.limit, years, bar),
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
                f"{pick('；', '; ')}{_limit_verdict(one.limit, mean, bar)}"
            )


def _limits(limit: Limit | None) -> Iterable[tuple[str, Fraction]]:
    table: Mapping[str, Decimal] = limit.table if limit is not None else {}
    return [(key, Fraction(bar)) for key, bar in table.items()]


def _key(key: str) -> str:
    return pick(*STAGE_WORDS[key]) + pick("：", ": ") if key in STAGE_WORDS else ""


def _limit_verdict(limit: Limit | None, value: Fraction, bar: Fraction) -> str:
    if limit is None:
        return ""
    met = exact_arithmetic.meets_exactly(value, limit.operator, bar)
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


_ROUND = (100, 120, 1000, 1200, 10000)  # bases, of which the first that comes out whole is taken
_SMALL = Fraction(24)
_SEVERAL = {"primary": 700.0, "junior": 500.0, "senior": 0.0}


@dataclass(frozen=True)
class Case:
    """Chosen figures with what the program makes of them. row: name of the fact → figure."""

    stage: str
    row: dict[str, object]
    filled: str
    value: Fraction
    unit: str
    operator: str
    threshold: Fraction
    met: bool
    shortfall: Fraction | None
    shortfall_unit: str


def example(rule: Rule, rules: Ruleset, titles: dict[str, str]) -> list[str]:
    """The lines of the example; none for a rule without figures."""
    if rule.kind == "dispersion":
        return list(_dispersion(rule.limit))
    if rule.kind == "most":
        return list(_most(rule))
    if rule.kind in OTHERS:
        return list(OTHERS[rule.kind](rule))
    lines: list[str] = []
    for one in rule.holders:
        if one.kind in OTHERS and isinstance(one, Part):
            lines += OTHERS[one.kind](one)
        indicator = rules.indicators.get(one.indicator or "")
        if indicator is None or one.limit is None:
            continue
        for case in cases(indicator, one.limit, rules, rule.scope):
            lines += _told(case, indicator, titles)
        if rule.scope == "unit" and rule.shared:
            lines += _shared(indicator, one.limit, rules)
    return lines


def cases(indicator: Indicator, limit: Limit, rules: Ruleset, scope: str) -> Iterator[Case]:
    """Two cases: exactly on the limit, and one step to its wrong side."""
    key = next(iter(limit.table), "")
    stage = key if limit.by == "stage" and key in COMPULSORY else ""
    bound = _bound(indicator, rules)
    other = rules.indicators.get(limit.indicator or "")
    row = _row(other) if other is not None else {limit.by: key}
    limits = _bound(other, rules) if other is not None else None
    bar = exact_arithmetic.exact_limit(limit, limits, row)
    if bar is None:
        return
    step = Fraction(indicator.gap_step)
    base, need = _whole(indicator, bar, step)
    names = iter(indicator.of.facts)
    first = next(names, None)
    if first is None:
        return
    weight = Fraction(indicator.of.facts[first])
    wrong = step if limit.operator in UPPER else -step
    shifts = [-wrong, Fraction(0)] if limit.operator in ("<", ">") else [Fraction(0), wrong]
    for shift in shifts:
        filled = {**row, **_zeros(indicator), first: float((need + shift) / weight)}
        if indicator.over is not None and indicator.over.facts:
            filled[next(iter(indicator.over.facts))] = float(base)
        yield from _case(bound, limits, limit, filled, stage)


def _case(
    bound: Quantity, limits: Quantity | None, limit: Limit, row: dict[str, object], stage: str
) -> Iterator[Case]:
    value, bar = bound.exact(row), exact_arithmetic.exact_limit(limit, limits, row)
    of, over = bound.exact_of(row), bound.exact_over(row)
    if value is None or bar is None or of is None or over is None:
        return
    indicator = bound.indicator
    met = exact_arithmetic.meets_exactly(value, limit.operator, bar)
    short = None
    if not met and limit.operator not in UPPER:
        need = bar * over / Fraction(indicator.per) - of
        short = exact_arithmetic.steps_up(need, indicator.gap_step)
    yield Case(
        stage,
        row,
        formula(indicator, lambda name: shown(exact_arithmetic.typed(row.get(name)))),
        value,
        pick(indicator.unit, indicator.unit_en),
        limit.operator,
        bar,
        met,
        short,
        pick(indicator.gap_unit, indicator.gap_unit_en),
    )


def _bound(indicator: Indicator, rules: Ruleset, scope: str = "county") -> Quantity:
    """The indicator bound to no figures at all: only its exact arithmetic is wanted."""
    empty = pl.DataFrame()
    return exact_arithmetic.quantity(
        indicator, Frames(empty, empty, empty, rules.split, empty), scope
    )


def _row(other: Indicator) -> dict[str, object]:
    """Figures for the indicator that is the limit of another."""
    row: dict[str, object] = _zeros(other)
    if other.over is not None and other.over.facts:
        row[next(iter(other.over.facts))] = 80.0
    row[next(iter(other.of.facts))] = float(_SMALL if other.round_up else _SMALL * 2000)
    return row


def _zeros(indicator: Indicator) -> dict[str, object]:
    over = indicator.over.facts if indicator.over is not None else {}
    return dict.fromkeys([*indicator.of.facts, *over], 0.0)


def _whole(indicator: Indicator, bar: Fraction, step: Fraction) -> tuple[int, Fraction]:
    """The base, and what of the resource lies exactly on the limit with it."""
    if indicator.over is None:
        return 1, bar / Fraction(indicator.per)
    if not indicator.over.facts:
        return 1, bar * Fraction(indicator.over.constant or 1) / Fraction(indicator.per)
    for base in _ROUND:
        need = bar * base / Fraction(indicator.per)
        if (need / step).denominator == 1 and need >= step:
            return base, need
    return _ROUND[-1], bar * _ROUND[-1] / Fraction(indicator.per)


def _told(case: Case, indicator: Indicator, titles: dict[str, str]) -> Iterable[str]:
    figures = pick("，", ", ").join(
        f"{titles.get(name, name)} {shown(exact_arithmetic.typed(value))}"
        for name, value in case.row.items()
        if name in titles and isinstance(value, float) and value
    )
    stage = pick(*STAGE_WORDS[case.stage]) + pick("：", ": ") if case.stage else ""
    yield f"{stage}{figures}"
    exactly = "" if case.filled == shown(case.value) else f"{case.filled} "
    sign = "" if exactly else "= "
    yield (
        f"  {sign}{exactly}{equals(case.value) if exactly else shown(case.value)} {case.unit}；"
        if pick("zh", "en") == "zh"
        else f"  {sign}{exactly}{equals(case.value) if exactly else shown(case.value)} {case.unit};"
    ) + _verdict(case)


def _verdict(case: Case) -> str:
    words = status_words()
    text = say(
        "标准 {sign} {bar}，{status}", " limit {sign} {bar}, {status}",
        sign=WRITTEN[case.operator], bar=shown(case.threshold),
        status=words["pass" if case.met else "fail"],
    )  # fmt: skip
    if case.shortfall:
        text += say("，缺{n}{u}", ", {n} {u} short", n=shown(case.shortfall), u=case.shortfall_unit)
    return text + pick("。", ".")


def _shared(indicator: Indicator, limit: Limit, rules: Ruleset) -> Iterable[str]:
    """A school of two stages, whose shared fact is divided by weighted pupils."""
    bound = _bound(indicator, rules, "unit")
    amount = 6000.0
    facts = {name: amount if place == 0 else 0.0 for place, name in enumerate(indicator.of.facts)}
    weights = rules.split.weights
    pupils = {f"_{stage}": _SEVERAL.get(stage, 0.0) for stage in weights}
    total = " + ".join(
        f"{shown(_SEVERAL[stage])}×{shown(Fraction(weights[stage]))}" for stage in COMPULSORY
    )
    yield say(
        "九年一贯制学校小学{p}人、初中{j}人，全校共用{n}{u}，按加权学生数拆分：",
        "a school of both stages, {p} and {j} pupils, sharing {n} {u} by weighted pupils:",
        p=shown(_SEVERAL["primary"]), j=shown(_SEVERAL["junior"]), n=shown(amount),
        u=pick(indicator.gap_unit, indicator.gap_unit_en),
    )  # fmt: skip
    for stage in COMPULSORY:
        row = {**facts, **pupils, "stage": stage, "students": _SEVERAL[stage]}
        value, bar = bound.exact(row), exact_arithmetic.exact_limit(limit, None, {limit.by: stage})
        if value is None or bar is None:
            continue
        met = exact_arithmetic.meets_exactly(value, limit.operator, bar)
        per = "" if indicator.per == 1 else f"{shown(Fraction(indicator.per))} × "
        yield say(
            "  {stage}：{per}{n} × {w} ÷ ({total}) {value}；标准 {sign} {bar}，{status}。",
            "  {stage}: {per}{n} × {w} ÷ ({total}) {value}; limit {sign} {bar}, {status}.",
            stage=pick(*STAGE_WORDS[stage]), per=per, n=shown(amount),
            w=shown(Fraction(weights[stage])), total=total, value=equals(value),
            sign=WRITTEN[limit.operator], bar=shown(bar),
            status=status_words()["pass" if met else "fail"],
        )  # fmt: skip


def _dispersion(limit: Limit | None) -> Iterable[str]:
    """Two schools whose coefficient is exactly one half."""
    units = [Unit({}, Fraction(100), Fraction(9)), Unit({}, Fraction(900), Fraction(3))]
    mean, variance, terms = share_table(units)
    coefficient = exact_arithmetic.root(variance / mean**2)
    yield say(
        "甲校学生100人、x = 9，乙校学生900人、x = 3：",
        "school A: 100 pupils, x = 9; school B: 900 pupils, x = 3:",
    )
    yield f"  X̄ = (100×9 + 900×3) ÷ 1000 = {shown(mean)}"
    yield (
        f"  S² = (100×(9−{shown(mean)})² + 900×(3−{shown(mean)})²) ÷ 1000 = {shown(variance)}"
        f"{pick('，', ', ')}S = {shown(exact_arithmetic.root(variance))}"
    )
    whole = sum(terms, Fraction(0))
    shares = pick("、", ", ").join(f"{shown(term / whole * 100, 2)}%" for term in terms)
    yield say(
        "  差异系数 = S ÷ X̄ = {cv}；两校对S²的贡献分别占{shares}。",
        "  coefficient = S ÷ X̄ = {cv}; the schools' shares of S²: {shares}.",
        cv=shown(coefficient), shares=shares,
    )  # fmt: skip
    if limit is None:
        return
    for stage, value in limit.table.items():
        bar = Fraction(value)
        met = exact_arithmetic.meets_exactly(variance, limit.operator, (bar * mean) ** 2)
        yield say(
            "  {stage}标准 {sign} {bar}：{status}。", "  {stage}, limit {sign} {bar}: {status}.",
            stage=pick(*STAGE_WORDS[stage]) if stage in STAGE_WORDS else "",
            sign=WRITTEN[limit.operator], bar=shown(bar),
            status=status_words()["pass" if met else "fail"],
        )  # fmt: skip


def _most(rule: Rule) -> Iterable[str]:
    needed = int(str(written(rule.settings)["pass_at_least"]))
    share = Fraction(str(written(rule.settings)["rest_at_least"])) * 100
    met, not_met = status_words()["pass"], status_words()["fail"]
    yield say(
        "{n}项达标，另{m}项恰为标准的{share}%：{met}；其中一项为标准的{less}%：{not_met}。",
        "{n} met and the other {m} at exactly {share} % of their limits: {met}; one of them at {less} %: {not_met}.",
        n=needed, m=len(rule.of) - needed, share=shown(share), less=shown(share - 1), met=met,
        not_met=not_met,
    )  # fmt: skip
    yield say(
        "只有{n}项达标，其余均为标准的99%：{not_met}。",
        "only {n} met, the others at 99 % of their limits: {not_met}.",
        n=needed - 1, not_met=not_met,
    )  # fmt: skip
