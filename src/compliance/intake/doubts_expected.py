"""What a stage's other figures demand of the one that contradicts them, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from compliance.words import say

Span = tuple[float, float | None]  # lowest and highest size of a band; the last has no highest
Values = Sequence[object]


def expectation(code: str, values: Values, spans: Sequence[Span]) -> str:
    """What was expected, for a doubt about classes. values: the figures the doubt names."""
    return _DEMANDS.get(code, _checked)([*map(_numbers, values)], spans)


def _numbers(value: object) -> list[float]:
    """The figures of a list or of a single fact; a doubt rests on none that is missing."""
    return [float(str(item)) for item in (value if isinstance(value, list) else [value])]


Figures = Sequence[Sequence[float]]


def _checked(_: Figures, __: Sequence[Span]) -> str:
    return say("请核对原始数据", "check the original figures")


def _sum(values: Figures, _: Sequence[Span]) -> str:
    return say("相加等于{n:.12g}", "a sum of {n:.12g}", n=values[1][0])


def _length(values: Figures, _: Sequence[Span]) -> str:
    return say("{n:.12g}项，一班一项", "{n:.12g} items, one a class", n=values[1][0])


def _pupils_of_bands(values: Figures, spans: Sequence[Span]) -> str:
    """The least and the most pupils that classes of these bands can have."""
    filled = [(count, *span) for count, span in zip(values[0], spans, strict=True) if count]
    least = sum(count * low for count, low, _ in filled)
    most = sum(count * (math.inf if high is None else high) for count, _, high in filled)
    if math.isinf(most):
        return say("按班额段至少{a:.12g}人", "by the bands, at least {a:.12g} pupils", a=least)
    zh, en = "按班额段为{a:.12g}至{b:.12g}人", "by the bands, {a:.12g} to {b:.12g} pupils"
    return say(zh, en, a=least, b=most)


def _bands_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    """The bands that the sizes make; a class of nobody lies in the lowest."""
    counts = [
        sum(1 for size in values[0] if _inside(max(size, spans[0][0]), span)) for span in spans
    ]
    bands = ";".join(map(str, counts))
    return say("按各班学生数，各档为{b}", "by the sizes, the bands are {b}", b=bands)


def _inside(size: float, span: Span) -> bool:
    low, high = span
    return low <= size and (high is None or size <= high)


def _largest_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    if not values[1]:
        return _checked(values, spans)
    return say("按各班学生数为{n:.12g}", "by the sizes, {n:.12g}", n=max(values[1]))


def _largest_of_bands(values: Figures, spans: Sequence[Span]) -> str:
    filled = [span for count, span in zip(values[1], spans, strict=True) if count]
    if not filled:
        return _checked(values, spans)
    low, high = filled[-1]
    if high is None:
        return say("按班额段至少{a:.12g}人", "by the bands, at least {a:.12g}", a=low)
    return say(
        "按班额段为{a:.12g}至{b:.12g}人", "by the bands, {a:.12g} to {b:.12g}", a=low, b=high
    )


def _largest_of_pupils(values: Figures, spans: Sequence[Span]) -> str:
    _largest, classes, pupils = (value[0] for value in values)
    if not classes:
        return _checked(values, spans)
    mean = math.ceil(pupils / classes)
    return say("不小于平均班额{n}", "at least the mean of {n}", n=mean)


_DEMANDS: Mapping[str, Callable[[Figures, Sequence[Span]], str]] = {
    "class_sizes_students": _sum,
    "class_sizes_classes": _length,
    "class_bands_classes": _sum,
    "class_bands_students": _pupils_of_bands,
    "class_sizes_bands": _bands_of_sizes,
    "largest_class_sizes": _largest_of_sizes,
    "largest_class_bands": _largest_of_bands,
    "largest_class_students": _largest_of_pupils,
}
