"""Contradictions among a stage's pupils, classes, class sizes, size bands and largest class."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.data_checks.declarations import Check, Doubt, Row
from compliance.kernel.i18n import msg, say
from compliance.kernel.submission import COMPULSORY

Span = tuple[float, float | None]  # lowest and highest size of a band; the last has no highest
Figures = Sequence[Sequence[float]]  # of the facts that a check names, a single figure as a list
Words = dict[str, str]
Sentence = Callable[[Words], str]
Demand = Callable[[Figures, Sequence[Span]], str]  # what the other figures demand


def checks(vocabulary: Vocabulary) -> Iterator[Check]:
    """All checks on classes, for both stages."""
    for stage in COMPULSORY:
        yield from _of_stage(stage, vocabulary.school)


def _of_stage(stage: str, facts: Mapping[str, Fact]) -> list[Check]:
    edges = facts[f"{stage}_class_bands"].edges
    spans: list[Span] = list(zip([1.0, *(e + 1 for e in edges)], [*edges, None], strict=True))
    stems = ("students", "classes", "class_sizes", "class_bands", "largest_class")
    students, classes, sizes, bands, largest = (pl.col(f"{stage}_{stem}") for stem in stems)
    counts = [bands.list.get(i) for i in range(len(spans))]

    def check(code: str, stems: str, when: pl.Expr, say_what: Sentence, demand: Demand) -> Check:
        """A check on the facts of these stems: {t0} is the title of the first, {v0} its figure."""
        names = tuple(f"{stage}_{stem}" for stem in stems.split())
        titles = {f"t{i}": facts[name].label for i, name in enumerate(names)}

        def tell(row: Row) -> Doubt:
            values = {f"v{i}": _figure(row[name]) for i, name in enumerate(names)}
            figures = [row[n] if isinstance(row[n], list) else [row[n]] for n in names]
            return Doubt(code, say_what(titles | values), demand(figures, spans), names)

        return Check("schools", when, tell, names)

    # the pupils that classes of these bands can have
    least = pl.sum_horizontal(count * low for count, (low, _) in zip(counts, spans, strict=True))
    most = pl.sum_horizontal(
        count * (high or 0.0) for count, (_, high) in zip(counts, spans, strict=True)
    )
    beyond = (students < least) | ((counts[-1] == 0) & (students > most))
    other_bands = (_within(sizes, span) != count for count, span in zip(counts, spans, strict=True))
    # the largest class lies in a band that is empty, or not the last of those that are not
    wrong_band = (
        (largest >= low)
        & (largest <= (math.inf if high is None else high))
        & reduce(or_, [~(counts[i] > 0), *(count > 0 for count in counts[i + 1 :])])
        for i, (low, high) in enumerate(spans)
    )
    return [
        check("class_sizes_students", "class_sizes students", sizes.list.sum() != students, _no_sum, _sum),
        check("class_sizes_classes", "class_sizes classes", sizes.list.len() != classes, _other_length, _length),
        check("class_bands_classes", "class_bands classes", bands.list.sum() != classes, _no_sum, _sum),
        check("class_bands_students", "class_bands students", beyond, _unfit_pupils, _pupils_of_bands),
        check("class_sizes_bands", "class_sizes class_bands", reduce(or_, other_bands), _unfit_sizes, _bands_of_sizes),
        check("largest_class_sizes", "largest_class class_sizes", sizes.list.max() != largest, _unfit_largest, _largest_of_sizes),
        check("largest_class_bands", "largest_class class_bands", reduce(or_, wrong_band), _unfit_largest, _largest_of_bands),
        check("largest_class_students", "largest_class classes students", largest * classes < students, _too_small, _mean),
        check("students_without_classes", "students classes", (students > 0) & (classes == 0), _no_classes, _original),
        check("classes_without_students", "students classes", (students == 0) & (classes > 0), _no_pupils, _original),
    ]  # fmt: skip


def _within(sizes: pl.Expr, span: Span) -> pl.Expr:
    """How many sizes lie in a band; a class of nobody lies in the lowest."""
    low, high = span
    inside = pl.element() >= (low if low > 1 else 0.0)
    if high is not None:
        inside &= pl.element() <= high
    return sizes.list.eval(inside.cast(pl.Float64)).list.sum()


def _figure(value: object) -> str:
    return f"{sum(value) if isinstance(value, list) else value:.12g}"


# ── what is said ───────────────────────────────────────────────────────────────────


def _no_sum(v: Words) -> str:
    return say("{t0}相加（{v0}）不等于{t1}（{v1}）", **v)


def _other_length(v: Words) -> str:
    return say("{t0}的项数不等于{t1}（{v1}）", **v)


def _unfit_pupils(v: Words) -> str:
    return say("{t1}（{v1}）与{t0}不符", **v)


def _unfit_sizes(v: Words) -> str:
    return say("{t0}与{t1}不符", **v)


def _unfit_largest(v: Words) -> str:
    return say("{t0}（{v0}）与{t1}不符", **v)


def _too_small(v: Words) -> str:
    return say("{t0}（{v0}）乘以{t1}（{v1}）小于{t2}（{v2}）", **v)


def _no_classes(v: Words) -> str:
    return say("有{t0}（{v0}）而{t1}为0", **v)


def _no_pupils(v: Words) -> str:
    return say("{t0}为0而有{t1}（{v1}）", **v)


# ── what the other figures demand ──────────────────────────────────────────────────


def _original(_: Figures, __: Sequence[Span]) -> str:
    return msg("请核对原始数据")


def _sum(values: Figures, _: Sequence[Span]) -> str:
    return say("相加等于{n:.12g}", n=values[1][0])


def _length(values: Figures, _: Sequence[Span]) -> str:
    return say("{n:.12g}项，一班一项", n=values[1][0])


def _pupils_of_bands(values: Figures, spans: Sequence[Span]) -> str:
    """The least and the most pupils that classes of these bands can have."""
    filled = [(count, *span) for count, span in zip(values[0], spans, strict=True) if count]
    least = sum(count * low for count, low, _ in filled)
    most = sum(count * (math.inf if high is None else high) for count, _, high in filled)
    if math.isinf(most):
        return say("按班额段至少{a:.12g}人", a=least)
    return say("按班额段为{a:.12g}至{b:.12g}人", a=least, b=most)


def _bands_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    """The bands that the sizes make; a class of nobody lies in the lowest."""
    sizes = [max(size, spans[0][0]) for size in values[0]]
    counts = [
        sum(low <= size and (high is None or size <= high) for size in sizes) for low, high in spans
    ]
    bands = ";".join(map(str, counts))
    return say("按各班学生数，各档为{b}", b=bands)


def _largest_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    if not values[1]:
        return _original(values, spans)
    return say("按各班学生数为{n:.12g}", n=max(values[1]))


def _largest_of_bands(values: Figures, spans: Sequence[Span]) -> str:
    filled = [span for count, span in zip(values[1], spans, strict=True) if count]
    if not filled:
        return _original(values, spans)
    low, high = filled[-1]
    if high is None:
        return say("按班额段至少{a:.12g}人", a=low)
    return say("按班额段为{a:.12g}至{b:.12g}人", a=low, b=high)


def _mean(values: Figures, spans: Sequence[Span]) -> str:
    _, classes, pupils = (value[0] for value in values)
    if not classes:
        return _original(values, spans)
    return say("不小于平均班额{n}", n=math.ceil(pupils / classes))
