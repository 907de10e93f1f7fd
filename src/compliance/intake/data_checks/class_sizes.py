"""Contradictions among a stage's pupils, classes, class sizes, size bands and largest class."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.kernel.i18n import say
from compliance.kernel.submission import COMPULSORY

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


Row = dict[str, object]


@dataclass(frozen=True)
class Doubt:
    """One check: a stable code, the rows it concerns, what is wrong, what the others demand."""

    code: str
    when: pl.Expr
    say: Callable[[Row], str]
    expected: Callable[[Row], str]
    facts: tuple[str, ...]


def doubts(vocabulary: Vocabulary) -> Iterator[Doubt]:
    """All checks on classes, for both stages."""
    for stage in COMPULSORY:
        checks = _Classes(vocabulary, stage)
        yield from checks.sizes()
        yield from checks.bands()
        yield from checks.largest()
        yield from checks.emptiness()


@dataclass(frozen=True)
class _Classes:
    vocabulary: Vocabulary
    stage: str

    def _name(self, stem: str) -> str:
        return f"{self.stage}_{stem}"

    def _doubt(self, code: str, when: pl.Expr, zh: str, en: str, *stems: str) -> Doubt:
        """zh and en may name the facts: {0} is the title of the first stem, {0v} its figure."""
        names = tuple(map(self._name, stems))
        facts = [self.vocabulary.school[name] for name in names]

        def sentence(row: Row) -> str:
            values = {f"v{i}": _figure(row[name]) for i, name in enumerate(names)}
            return say(zh, en, **values, **{f"t{i}": fact.label for i, fact in enumerate(facts)})

        def expected(row: Row) -> str:
            return expectation(code, [row[name] for name in names], self._spans())

        return Doubt(code, when, sentence, expected, names)

    def _columns(self, *stems: str) -> list[pl.Expr]:
        return [pl.col(self._name(stem)) for stem in stems]

    def sizes(self) -> Iterator[Doubt]:
        """The list of class sizes against pupils and classes."""
        sizes, students, classes = self._columns("class_sizes", "students", "classes")
        yield self._doubt(
            "class_sizes_students",
            sizes.list.sum() != students,
            "{t0}相加（{v0}）不等于{t1}（{v1}）",
            "{t0} add up to {v0}, but {t1} are {v1}",
            "class_sizes",
            "students",
        )
        yield self._doubt(
            "class_sizes_classes",
            sizes.list.len() != classes,
            "{t0}的项数不等于{t1}（{v1}）",
            "the number of {t0} is not that of {t1} ({v1})",
            "class_sizes",
            "classes",
        )

    def bands(self) -> Iterator[Doubt]:
        """The size bands against classes, pupils and the list of sizes."""
        bands, students, classes = self._columns("class_bands", "students", "classes")
        sizes = pl.col(self._name("class_sizes"))
        yield self._doubt(
            "class_bands_classes",
            bands.list.sum() != classes,
            "{t0}相加（{v0}）不等于{t1}（{v1}）",
            "{t0} add up to {v0}, but {t1} are {v1}",
            "class_bands",
            "classes",
        )
        spans = self._spans()
        least = pl.sum_horizontal(bands.list.get(i) * low for i, (low, _) in enumerate(spans))
        most = pl.sum_horizontal(
            bands.list.get(i) * (high or 0.0) for i, (_, high) in enumerate(spans)
        )
        bounded = bands.list.get(len(spans) - 1) == 0
        yield self._doubt(
            "class_bands_students",
            (students < least) | (bounded & (students > most)),
            "{t1}（{v1}）与{t0}不符",
            "{t1} ({v1}) do not fit {t0}",
            "class_bands",
            "students",
        )
        yield self._doubt(
            "class_sizes_bands",
            reduce(
                or_, (_within(sizes, span) != bands.list.get(i) for i, span in enumerate(spans))
            ),
            "{t0}与{t1}不符",
            "{t0} do not fit {t1}",
            "class_sizes",
            "class_bands",
        )

    def _spans(self) -> list[Span]:
        """The bands' lowest and highest sizes; the last has no highest."""
        edges = self.vocabulary.school[self._name("class_bands")].edges
        lows = [1.0, *(edge + 1 for edge in edges)]
        return list(zip(lows, [*edges, None], strict=True))

    def largest(self) -> Iterator[Doubt]:
        """The largest class against the list, the bands, and the mean of all classes."""
        largest, sizes, bands = self._columns("largest_class", "class_sizes", "class_bands")
        students, classes = self._columns("students", "classes")
        yield self._doubt(
            "largest_class_sizes",
            sizes.list.max() != largest,
            "{t0}（{v0}）与{t1}不符",
            "{t0} ({v0}) does not fit {t1}",
            "largest_class",
            "class_sizes",
        )
        spans = list(enumerate(self._spans()))
        filled = [bands.list.get(i) > 0 for i, _ in spans]
        wrong = [
            (largest >= low)
            & (largest <= (high or float("inf")))
            & reduce(or_, [~filled[i], *filled[i + 1 :]])
            for i, (low, high) in spans
        ]
        yield self._doubt(
            "largest_class_bands",
            reduce(or_, wrong),
            "{t0}（{v0}）与{t1}不符",
            "{t0} ({v0}) does not fit {t1}",
            "largest_class",
            "class_bands",
        )
        yield self._doubt(
            "largest_class_students",
            largest * classes < students,
            "{t0}（{v0}）乘以{t1}（{v1}）小于{t2}（{v2}）",
            "{t0} ({v0}) times {t1} ({v1}) is less than {t2} ({v2})",
            "largest_class",
            "classes",
            "students",
        )

    def emptiness(self) -> Iterator[Doubt]:
        """Pupils without classes, classes without pupils."""
        students, classes = self._columns("students", "classes")
        yield self._doubt(
            "students_without_classes",
            (students > 0) & (classes == 0),
            "有{t0}（{v0}）而{t1}为0",
            "{t0} ({v0}) but no classes",
            "students",
            "classes",
        )
        yield self._doubt(
            "classes_without_students",
            (students == 0) & (classes > 0),
            "{t0}为0而有{t1}（{v1}）",
            "no pupils but {t1} ({v1})",
            "students",
            "classes",
        )


def _within(sizes: pl.Expr, span: Span) -> pl.Expr:
    """How many sizes lie in a band; a class of nobody lies in the lowest."""
    low, high = span
    inside = pl.element() >= (low if low > 1 else 0.0)
    if high is not None:
        inside &= pl.element() <= high
    return sizes.list.eval(inside.cast(pl.Float64)).list.sum()


def _figure(value: object) -> str:
    if isinstance(value, list):
        return f"{sum(value):.12g}"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
