"""One quantity held against its limit, written out: words, then figures, then the exact value.

For a subject that was judged; and with small round figures as an example. The figures of an example
are chosen, its results are not: they come from the code that judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import polars as pl

from compliance.engine import exact_arithmetic
from compliance.engine.exact_arithmetic import Quantity, Row, Standard, equals, shown, typed
from compliance.engine.subject import Subject
from compliance.engine.units import Frames
from compliance.engine.working import Comparison, Weighed
from compliance.kernel.i18n import msg, pick, say
from compliance.kernel.labels import STAGE_WORDS, stage_words, status_words
from compliance.kernel.submission import COMPULSORY, STATUSES
from compliance.rules.language.model import UPPER, WRITTEN, Indicator, Limit, Part, Rule, Terms
from compliance.rules.language.ruleset import Ruleset


def formula(
    indicator: Indicator, named: Callable[[str], str], shared: str = "", own: str = ""
) -> str:
    """`per × of ÷ over` with names or figures in place of the facts.

    shared: the weighted pupils that a shared fact is divided by; own: the stage's own weight.
    """
    text = _terms(indicator.of, named)
    if indicator.per != 1:
        text = f"{shown(Fraction(indicator.per))} × {text}"
    if shared:
        text += f" × {own} ÷ {shared}"
    elif indicator.over is not None:
        text += f" ÷ {_terms(indicator.over, named)}"
    if indicator.round_up:
        text += msg("，向上取整")
    return text


def _terms(summed: Terms, named: Callable[[str], str]) -> str:
    """A sum with its signs, in brackets where it has more than one term."""
    if summed.constant is not None:
        return shown(Fraction(summed.constant))
    text = ""
    for name, weight in summed.facts.items():
        joint = "" if not text and weight > 0 else (" + " if weight > 0 else " − ")
        size = "" if abs(weight) == 1 else f"{shown(Fraction(abs(weight)))} × "
        text += f"{joint}{size}{named(name)}"
    return f"({text.strip()})" if len(summed.facts) > 1 else text


def comparisons(subject: Subject) -> tuple[Comparison, ...]:
    """What the rule and its parts hold against limits, as the judge found it, then whatever else its
    parts are: entries of a list, statements, years.
    """
    outcome = subject.outcome(subject.rule.id) or {}
    parts: list[Row] = outcome.get("parts") or []
    told = {str(one["name"]): one for one in parts}
    found = []
    for applied in subject.limits:
        holder = applied.holder
        whole = isinstance(holder, Rule)
        one = _compared(subject, applied)
        judged = outcome if whole else told.get(holder.label, {})
        found.append(
            replace(
                one,
                status=_state(judged.get("status")),
                shortfall=judged.get("shortfall"),
                shortfall_unit=str(judged.get("shortfall_unit") or ""),
                note="" if whole else holder.label,
            )
        )
    named = {applied.holder.label for applied in subject.limits}
    others = (_of_part(one) for one in parts if one["name"] not in named)
    return (*found, *_computed_elsewhere(subject), *others)


def _computed_elsewhere(subject: Subject) -> Iterable[Comparison]:
    """The figures of a rule whose indicator is computed on other subjects than its own."""
    rule = subject.rule
    if rule.indicator is None or rule.limit is None or subject.limits:
        return
    for row in subject.outcomes(rule.id).iter_rows(named=True):
        yield Comparison(
            title=rule.label,
            status=STATUSES[int(row["status"])],
            value=typed(row["value"]),
            unit=subject.kind.unit(rule, subject.ruleset),
            operator=rule.limit.operator,
            threshold=typed(row["threshold"]),
            note=stage_words()[row["stage"]] if "stage" in row else "",
        )


def _of_part(part: Row) -> Comparison:
    name = str(part["name"])
    return Comparison(
        name, str(part["status"]), value=typed(part["value"]), unit=str(part["unit"] or ""),
        operator=str(part["operator"] or ""), threshold=typed(part["threshold"]), note=name,
    )  # fmt: skip


def _state(status: object) -> str:
    return STATUSES[status] if isinstance(status, int) else str(status or "")


def _compared(subject: Subject, applied: Standard) -> Comparison:
    """One quantity and its limit, both exactly and in words."""
    known, scope, row = subject.ruleset.indicators, subject.rule.scope, subject.row
    limit, floor = applied.limit, applied.floor
    chain = exact_arithmetic.chain(applied.indicator, known, subject.frames, scope)
    whole = (one for one in chain if None not in (one.exact_of(row), one.exact_over(row)))
    bound = next(whole, chain[-1])
    indicator = bound.indicator
    limits = known[limit.indicator] if limit.indicator else None
    bar = exact_arithmetic.quantity(limits, subject.frames, scope) if limits is not None else None
    words, filled = _written(subject, indicator)
    return Comparison(
        title=pick(indicator.title, indicator.title_en),
        status="",
        formula=words,
        filled=filled,
        value=bound.exact(row),
        why=_without_value(bound, row),
        unit=pick(indicator.unit, indicator.unit_en),
        operator=limit.operator,
        threshold=exact_arithmetic.exact_limit(limit, bar, row),
        threshold_formula="" if limits is None else _limit_written(subject, limits),
        floor=exact_arithmetic.exact_limit(floor, None, row) if floor is not None else None,
    )


def _without_value(bound: Quantity, row: Row) -> str:
    """Why a quantity whose figures are all there has no value in a row, where it has none."""
    above, below = bound.exact_of(row), bound.exact_over(row)
    if above is None or below is None:
        return ""
    if below == 0:
        return msg("分母为0，无法计算。") if above else msg("分子、分母均为0，无从计算。")
    value = Fraction(bound.indicator.per) * above / below
    return say("算得{v}，不可能如此，不作判定。", v=shown(value, 4))


def _limit_written(subject: Subject, limits: Indicator) -> str:
    words, filled = _written(subject, limits)
    title = pick(limits.title, limits.title_en)
    return f"{title} = {words}" if filled == words else f"{title} = {words} = {filled}"


def _written(subject: Subject, indicator: Indicator) -> tuple[str, str]:
    """The formula in words and the same with the figures of the row put in."""

    def figure(name: str) -> str:
        return shown(typed(subject.row.get(name)))

    weighed = split(subject) if is_shared(subject, indicator) else ()
    if not weighed:
        return formula(indicator, subject.title), formula(indicator, figure)
    weight = shown(next((w.weight for w in weighed if w.stage == subject.stage), Fraction(1)))
    names = [f"{subject.title(f'{w.stage}_students')} × {shown(w.weight)}" for w in weighed]
    sizes = [f"{shown(w.pupils)} × {shown(w.weight)}" for w in weighed]
    own = say("本学段权数{w}", w=weight)
    return (
        formula(indicator, subject.title, f"({' + '.join(names)})", own),
        formula(indicator, figure, f"({' + '.join(sizes)})", weight),
    )


def is_shared(subject: Subject, indicator: Indicator) -> bool:
    """Whether the stages of the school divide what this indicator measures."""
    facts = subject.frames.split.facts
    return subject.rule.scope == "unit" and any(name in facts for name in indicator.of.facts)


def split(subject: Subject) -> tuple[Weighed, ...]:
    """The stages among which a school's shared facts are divided; empty where nothing is."""
    weights = subject.frames.split.weights
    if subject.school is None or len(subject.stages) < 2:
        return ()
    weighed = []
    for stage in subject.stages:
        pupils = typed(subject.school.get(f"_{stage}"))
        if pupils is None or stage not in weights:
            return ()
        weighed.append((stage, pupils, Fraction(weights[stage])))
    total = sum((pupils * weight for _, pupils, weight in weighed), Fraction(0))
    return tuple(Weighed(s, p, w, p * w / total) for s, p, w in weighed) if total else ()


_ROUND = (100, 120, 1000, 1200, 10000)  # bases, of which the first that comes out whole is taken
_SMALL = Fraction(24)
_SEVERAL = {"primary": 700.0, "junior": 500.0, "senior": 0.0}


def example(
    holder: Rule | Part, rule: Rule, ruleset: Ruleset, titles: Mapping[str, str]
) -> Iterable[str]:
    """Two cases of a rule's or part's indicator: exactly on the limit, and one step to its wrong
    side; then a school of several stages, where these divide what is measured.

    titles: what facts are called; those without a title go unnamed.
    """
    indicator, limit = ruleset.indicators.get(holder.indicator or ""), holder.limit
    if indicator is None or limit is None:
        return
    other = ruleset.indicators.get(limit.indicator or "")
    key = next(iter(limit.table), "")
    bound = _unbound(indicator, ruleset)
    limits = _unbound(other, ruleset) if other is not None else None
    row: dict[str, object] = {limit.by: key} if other is None else _limit_row(other)
    bar = exact_arithmetic.exact_limit(limit, limits, row)
    first = next(iter(indicator.of.facts), None)
    if bar is None or first is None:
        return
    step = Fraction(indicator.gap_step)
    base, need = _whole(indicator, bar, step)
    wrong = step if limit.operator in UPPER else -step
    shifts = [-wrong, Fraction(0)] if limit.operator in ("<", ">") else [Fraction(0), wrong]
    for shift in shifts:
        weight = Fraction(indicator.of.facts[first])
        figures = {**row, **_zeros(indicator), first: float((need + shift) / weight)}
        if indicator.over is not None and indicator.over.facts:
            figures[next(iter(indicator.over.facts))] = float(base)
        stage = key if limit.by == "stage" and key in COMPULSORY else ""
        yield from _case(bound, limits, limit, figures, stage, titles)
    if rule.scope == "unit" and rule.shared:
        yield from _several(indicator, limit, ruleset)


def _case(
    bound: Quantity, limits: Quantity | None, limit: Limit, row: Mapping[str, object], stage: str,
    titles: Mapping[str, str],
) -> Iterable[str]:  # fmt: skip
    """Chosen figures, then what the program makes of them."""
    value, bar = bound.exact(row), exact_arithmetic.exact_limit(limit, limits, row)
    of, over = bound.exact_of(row), bound.exact_over(row)
    if value is None or bar is None or of is None or over is None:
        return
    indicator = bound.indicator
    yield (f"{stage_words()[stage]}{msg('：')}" if stage else "") + msg("，").join(
        f"{titles[name]} {shown(typed(figure))}"
        for name, figure in row.items()
        if name in titles and isinstance(figure, float) and figure
    )
    filled = formula(indicator, lambda name: shown(typed(row.get(name))))
    unit = pick(indicator.unit, indicator.unit_en)
    exactly = f"= {shown(value)}" if filled == shown(value) else f"{filled} {equals(value)}"
    text = f"  {exactly} {unit}{msg('；')}{verdict(limit, value, bar)}"
    if (
        not exact_arithmetic.meets_exactly(value, limit.operator, bar)
        and limit.operator not in UPPER
    ):
        need = bar * over / Fraction(indicator.per) - of
        short = exact_arithmetic.steps_up(need, indicator.gap_step)
        gap_unit = pick(indicator.gap_unit, indicator.gap_unit_en)
        text += say("，缺{n}{u}", n=shown(short), u=gap_unit) if short else ""
    yield text + msg("。")


def verdict(limit: Limit, value: Fraction, bar: Fraction) -> str:
    """The limit, and whether a value meets it: “标准 ≥ 3，达标”."""
    return say(
        "标准 {sign} {bar}，{status}",
        sign=WRITTEN[limit.operator], bar=shown(bar),
        status=met_words(met=exact_arithmetic.meets_exactly(value, limit.operator, bar)))  # fmt: skip


def met_words(*, met: bool) -> str:
    """“达标”, “不达标”."""
    return status_words()["pass" if met else "fail"]


def bars(limit: Limit | None) -> Iterable[tuple[Limit, str, Fraction]]:
    """The limit with each number of its table, and the stage it is for as the head of a line."""
    if limit is None:
        return
    for key, bar in limit.table.items():
        stage = f"{stage_words()[key]}{msg('：')}" if key in STAGE_WORDS else ""
        yield limit, stage, Fraction(bar)


def _unbound(indicator: Indicator, rules: Ruleset, scope: str = "county") -> Quantity:
    """The indicator bound to no figures at all: only its exact arithmetic is wanted."""
    empty = pl.DataFrame()
    return exact_arithmetic.quantity(
        indicator, Frames(empty, empty, empty, rules.split, empty), scope
    )


def _limit_row(other: Indicator) -> dict[str, object]:
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


def _several(indicator: Indicator, limit: Limit, rules: Ruleset) -> Iterable[str]:
    """A school of two stages, whose shared fact is divided by weighted pupils."""
    bound = _unbound(indicator, rules, "unit")
    amount = 6000.0
    facts = {name: amount if place == 0 else 0.0 for place, name in enumerate(indicator.of.facts)}
    weights = {stage: Fraction(weight) for stage, weight in rules.split.weights.items()}
    pupils = {f"_{stage}": _SEVERAL.get(stage, 0.0) for stage in weights}
    total = " + ".join(f"{shown(_SEVERAL[s])}×{shown(weights[s])}" for s in COMPULSORY)
    yield say(
        "九年一贯制学校小学{p}人、初中{j}人，全校共用{n}{u}，按加权学生数拆分：",
        p=shown(_SEVERAL["primary"]), j=shown(_SEVERAL["junior"]), n=shown(amount),
        u=pick(indicator.gap_unit, indicator.gap_unit_en))  # fmt: skip
    for stage in COMPULSORY:
        row = {**facts, **pupils, "stage": stage, "students": _SEVERAL[stage]}
        value, bar = bound.exact(row), exact_arithmetic.exact_limit(limit, None, {limit.by: stage})
        if value is None or bar is None:
            continue
        per = "" if indicator.per == 1 else f"{shown(Fraction(indicator.per))} × "
        yield say(
            "  {stage}：{per}{n} × {w} ÷ ({total}) {value}；{verdict}。",
            stage=stage_words()[stage], per=per, n=shown(amount), w=shown(weights[stage]),
            total=total, value=equals(value), verdict=verdict(limit, value, bar))  # fmt: skip
