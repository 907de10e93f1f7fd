"""One quantity held against its limit, written out: words, then figures, then the exact value."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from compliance.engine import exact_arithmetic
from compliance.engine.exact_arithmetic import typed
from compliance.explain.question.model import Comparison, Weighed
from compliance.explain.question.number_format import shown
from compliance.explain.question.subject import Ask, Row, Subject
from compliance.explain.verdict.inputs import title_of
from compliance.kernel.i18n import pick, say
from compliance.kernel.submission import STATUSES
from compliance.rules.language.model import Indicator, Limit, Terms

Named = Callable[[str], str]


def split_of(subject: Subject) -> tuple[Weighed, ...]:
    """The stages among which a school's shared facts are divided; empty where nothing is."""
    split = subject.frames.split
    if subject.school is None or len(subject.stages) < 2:
        return ()
    weighed = []
    for stage in subject.stages:
        pupils = typed(subject.school.get(f"_{stage}"))
        if pupils is None or stage not in split.weights:
            return ()
        weighed.append((stage, pupils, Fraction(split.weights[stage])))
    total = sum((pupils * weight for _, pupils, weight in weighed), Fraction(0))
    return tuple(Weighed(s, p, w, p * w / total) for s, p, w in weighed) if total else ()


def is_shared(subject: Subject, indicator: Indicator) -> bool:
    """Whether the stages of the school divide what this indicator measures."""
    split = subject.frames.split
    return subject.rule.scope == "unit" and any(name in split.facts for name in indicator.of.facts)


def compare(subject: Subject, ask: Ask, outcome: Row | None = None) -> Comparison:
    """The comparison of one quantity; outcome: what the judge said of it, with its shortfall."""
    known = subject.rules.indicators
    scope = subject.rule.scope
    indicator = known[ask.indicator]
    row = subject.row
    bound = exact_arithmetic.quantity(indicator, subject.frames, scope)
    if indicator.fallback and bound.exact(row) is None:
        indicator = known[indicator.fallback]
        bound = exact_arithmetic.quantity(indicator, subject.frames, scope)
    limits = known[ask.limit.indicator] if ask.limit.indicator else None
    limit_bound = (
        exact_arithmetic.quantity(limits, subject.frames, scope) if limits is not None else None
    )
    value = bound.exact(row)
    threshold = exact_arithmetic.exact_limit(ask.limit, limit_bound, row)
    words, filled = _written(subject, indicator)
    given = outcome or {}
    status = given.get("status")
    return Comparison(
        title=pick(indicator.title, indicator.title_en),
        status=_named(status),
        formula=words,
        filled=filled,
        value=value,
        unit=pick(indicator.unit, indicator.unit_en),
        operator=ask.limit.operator,
        threshold=threshold,
        threshold_formula=_limit_words(subject, limits) if limits is not None else "",
        floor=_floor(ask.floor, row),
        shortfall=given.get("shortfall"),
        shortfall_unit=str(given.get("shortfall_unit") or ""),
    )


def _named(status: object) -> str:
    if isinstance(status, int):
        return STATUSES[status]
    return str(status or "")


def _floor(floor: Limit | None, row: Row) -> Fraction | None:
    return exact_arithmetic.exact_limit(floor, None, row) if floor is not None else None


def _limit_words(subject: Subject, limits: Indicator) -> str:
    words, filled = _written(subject, limits)
    title = pick(limits.title, limits.title_en)
    if filled == words:
        return f"{title} = {words}"
    return f"{title} = {words} = {filled}"


def _written(subject: Subject, indicator: Indicator) -> tuple[str, str]:
    """The formula in words and the same with the figures of the row put in."""
    row = subject.row

    def named(name: str) -> str:
        return title_of(subject, name)

    def figure(name: str) -> str:
        return shown(typed(row.get(name)))

    split = split_of(subject) if is_shared(subject, indicator) else ()
    words = formula(indicator, named, _weights_named(subject, split))
    filled = formula(indicator, figure, _weights_filled(split), own=_own(split, subject.stage))
    if split:
        weight = shown(_own(split, subject.stage))
        words = formula(
            indicator, named, _weights_named(subject, split),
            own=say("本学段权数{w}", "this stage's weight {w}", w=weight),
        )  # fmt: skip
    return words, filled


def _own(split: tuple[Weighed, ...], stage: str | None) -> Fraction:
    return next((one.weight for one in split if one.stage == stage), Fraction(1))


def _weights_named(subject: Subject, split: tuple[Weighed, ...]) -> str:
    terms = [f"{title_of(subject, f'{one.stage}_students')} × {shown(one.weight)}" for one in split]
    return f"({' + '.join(terms)})" if terms else ""


def _weights_filled(split: tuple[Weighed, ...]) -> str:
    terms = [f"{shown(one.pupils)} × {shown(one.weight)}" for one in split]
    return f"({' + '.join(terms)})" if terms else ""


def formula(
    indicator: Indicator, named: Named, shared: str = "", own: Fraction | str | None = None
) -> str:
    """`per × of ÷ over` with names or figures in place of the facts.

    shared: the weighted pupils that a shared fact is divided by; own: the stage's own weight.
    """
    text = terms(indicator.of, named)
    if indicator.per != 1:
        text = f"{shown(Fraction(indicator.per))} × {text}"
    if shared:
        text += f" × {own if isinstance(own, str) else shown(own)}" if own is not None else ""
        text += f" ÷ {shared}"
    elif indicator.over is not None:
        text += f" ÷ {terms(indicator.over, named)}"
    if indicator.round_up:
        text += say("，向上取整", ", rounded up")
    return text


def terms(summed: Terms, named: Named) -> str:
    """A sum with its signs, in brackets where it has more than one term."""
    if summed.constant is not None:
        return shown(Fraction(summed.constant))
    text = ""
    for name, weight in summed.facts.items():
        joint = "" if not text and weight > 0 else (" + " if weight > 0 else " − ")
        size = "" if abs(weight) == 1 else f"{shown(Fraction(abs(weight)))} × "
        text += f"{joint}{size}{named(name)}"
    return f"({text.strip()})" if len(summed.facts) > 1 else text
