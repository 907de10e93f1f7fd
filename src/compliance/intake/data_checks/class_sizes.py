"""Contradictions among a stage's pupils, classes, class sizes, size bands and largest class."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from compliance.facts.vocabulary import Vocabulary
from compliance.intake.data_checks.declarations import Check, Doubt, Row
from compliance.kernel.i18n import say
from compliance.kernel.submission import COMPULSORY

Span = tuple[float, float | None]  # lowest and highest size of a band; the last has no highest
Figures = Sequence[Sequence[float]]  # of the facts that a check names, a single figure as a list


def checks(vocabulary: Vocabulary) -> Iterator[Check]:
    """All checks on classes, for both stages."""
    for stage in COMPULSORY:
        classes = _Classes(vocabulary, stage)
        yield from classes.against_sizes()
        yield from classes.against_bands()
        yield from classes.against_the_largest()
        yield from classes.emptiness()


@dataclass(frozen=True)
class _Classes:
    vocabulary: Vocabulary
    stage: str

    def _name(self, stem: str) -> str:
        return f"{self.stage}_{stem}"

    def _columns(self, *stems: str) -> list[pl.Expr]:
        return [pl.col(self._name(stem)) for stem in stems]

    @property
    def spans(self) -> list[Span]:
        """The bands' lowest and highest sizes."""
        edges = self.vocabulary.school[self._name("class_bands")].edges
        lows = [1.0, *(edge + 1 for edge in edges)]
        return list(zip(lows, [*edges, None], strict=True))

    def _check(
        self,
        code: str,
        when: pl.Expr,
        message: Callable[[dict[str, str]], str],
        expected: Callable[[Figures, Sequence[Span]], str],
        *stems: str,
    ) -> Check:
        """A check on the facts of these stems.

        message: from their titles (t0, t1 …) and figures (v0, v1 …). expected: what the others
        demand, from their figures; a doubt rests on none that is missing.
        """
        names = tuple(map(self._name, stems))
        titles = {f"t{i}": self.vocabulary.school[name].label for i, name in enumerate(names)}

        def tell(row: Row) -> Doubt:
            values = {f"v{i}": _figure(row[name]) for i, name in enumerate(names)}
            figures = [row[n] if isinstance(row[n], list) else [row[n]] for n in names]
            return Doubt(code, message(titles | values), expected(figures, self.spans), names)

        return Check("schools", when, tell, names)

    def against_sizes(self) -> Iterator[Check]:
        """Pupils and classes against the list of class sizes."""
        sizes, students, classes = self._columns("class_sizes", "students", "classes")
        yield self._check(
            "class_sizes_students",
            sizes.list.sum() != students,
            _no_sum,
            _sum,
            "class_sizes",
            "students",
        )
        yield self._check(
            "class_sizes_classes",
            sizes.list.len() != classes,
            lambda values: say(
                "{t0}的项数不等于{t1}（{v1}）",
                "the number of {t0} is not that of {t1} ({v1})",
                **values,
            ),
            _length,
            "class_sizes",
            "classes",
        )

    def against_bands(self) -> Iterator[Check]:
        """Classes, pupils and the list of sizes against the size bands."""
        bands, students, classes = self._columns("class_bands", "students", "classes")
        spans = self.spans
        yield self._check(
            "class_bands_classes",
            bands.list.sum() != classes,
            _no_sum,
            _sum,
            "class_bands",
            "classes",
        )
        least = pl.sum_horizontal(bands.list.get(i) * low for i, (low, _) in enumerate(spans))
        most = pl.sum_horizontal(
            bands.list.get(i) * (high or 0.0) for i, (_, high) in enumerate(spans)
        )
        bounded = bands.list.get(len(spans) - 1) == 0
        yield self._check(
            "class_bands_students",
            (students < least) | (bounded & (students > most)),
            lambda values: say("{t1}（{v1}）与{t0}不符", "{t1} ({v1}) do not fit {t0}", **values),
            _pupils_of_bands,
            "class_bands",
            "students",
        )
        sizes = pl.col(self._name("class_sizes"))
        yield self._check(
            "class_sizes_bands",
            reduce(or_, (_within(sizes, one) != bands.list.get(i) for i, one in enumerate(spans))),
            lambda values: say("{t0}与{t1}不符", "{t0} do not fit {t1}", **values),
            _bands_of_sizes,
            "class_sizes",
            "class_bands",
        )

    def against_the_largest(self) -> Iterator[Check]:
        """The list, the bands, and the mean of all classes against the largest class."""
        largest, sizes, bands = self._columns("largest_class", "class_sizes", "class_bands")
        students, classes = self._columns("students", "classes")
        yield self._check(
            "largest_class_sizes",
            sizes.list.max() != largest,
            _not_the_largest,
            _largest_of_sizes,
            "largest_class",
            "class_sizes",
        )
        filled = [bands.list.get(i) > 0 for i in range(len(self.spans))]
        wrong = [
            (largest >= low)
            & (largest <= (math.inf if high is None else high))
            & reduce(or_, [~filled[i], *filled[i + 1 :]])
            for i, (low, high) in enumerate(self.spans)
        ]
        yield self._check(
            "largest_class_bands",
            reduce(or_, wrong),
            _not_the_largest,
            _largest_of_bands,
            "largest_class",
            "class_bands",
        )
        yield self._check(
            "largest_class_students",
            largest * classes < students,
            lambda values: say(
                "{t0}（{v0}）乘以{t1}（{v1}）小于{t2}（{v2}）",
                "{t0} ({v0}) times {t1} ({v1}) is less than {t2} ({v2})",
                **values,
            ),
            _mean,
            "largest_class",
            "classes",
            "students",
        )

    def emptiness(self) -> Iterator[Check]:
        """Pupils without classes, classes without pupils."""
        students, classes = self._columns("students", "classes")
        yield self._check(
            "students_without_classes",
            (students > 0) & (classes == 0),
            lambda values: say("有{t0}（{v0}）而{t1}为0", "{t0} ({v0}) but no classes", **values),
            _original,
            "students",
            "classes",
        )
        yield self._check(
            "classes_without_students",
            (students == 0) & (classes > 0),
            lambda values: say("{t0}为0而有{t1}（{v1}）", "no pupils but {t1} ({v1})", **values),
            _original,
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
    return f"{sum(value) if isinstance(value, list) else value:.12g}"


# ── what is said ───────────────────────────────────────────────────────────────────


def _no_sum(values: dict[str, str]) -> str:
    return say(
        "{t0}相加（{v0}）不等于{t1}（{v1}）", "{t0} add up to {v0}, but {t1} are {v1}", **values
    )


def _not_the_largest(values: dict[str, str]) -> str:
    return say("{t0}（{v0}）与{t1}不符", "{t0} ({v0}) does not fit {t1}", **values)


# ── what the other figures demand ──────────────────────────────────────────────────


def _original(_: Figures, __: Sequence[Span]) -> str:
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
    return say(
        "按班额段为{a:.12g}至{b:.12g}人",
        "by the bands, {a:.12g} to {b:.12g} pupils",
        a=least,
        b=most,
    )


def _bands_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    """The bands that the sizes make; a class of nobody lies in the lowest."""
    sizes = [max(size, spans[0][0]) for size in values[0]]
    counts = [
        sum(low <= size and (high is None or size <= high) for size in sizes) for low, high in spans
    ]
    bands = ";".join(map(str, counts))
    return say("按各班学生数，各档为{b}", "by the sizes, the bands are {b}", b=bands)


def _largest_of_sizes(values: Figures, spans: Sequence[Span]) -> str:
    if not values[1]:
        return _original(values, spans)
    return say("按各班学生数为{n:.12g}", "by the sizes, {n:.12g}", n=max(values[1]))


def _largest_of_bands(values: Figures, spans: Sequence[Span]) -> str:
    filled = [span for count, span in zip(values[1], spans, strict=True) if count]
    if not filled:
        return _original(values, spans)
    low, high = filled[-1]
    if high is None:
        return say("按班额段至少{a:.12g}人", "by the bands, at least {a:.12g}", a=low)
    return say(
        "按班额段为{a:.12g}至{b:.12g}人", "by the bands, {a:.12g} to {b:.12g}", a=low, b=high
    )


def _mean(values: Figures, spans: Sequence[Span]) -> str:
    _, classes, pupils = (value[0] for value in values)
    if not classes:
        return _original(values, spans)
    return say("不小于平均班额{n}", "at least the mean of {n}", n=math.ceil(pupils / classes))
