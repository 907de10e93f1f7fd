"""Dot strips: each stage of a school a dot, all limits on one line, so that strips can be compared.

A figure is drawn as a share of its own limit, from nothing to twice the limit; what lies beyond
stands at the edge and is counted. Points are shapes: met a dot, short a triangle, failed a cross.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.assessment.figures import plain, stage, state, with_unit
from compliance.kernel.i18n import msg, say
from compliance.render.report.marks import SHORT, Mark
from compliance.render.report.matrix import IndicatorColumn, Matrix, MatrixRow

WIDTH, HEIGHT, EDGE = 600, 46, 14
_MOST = 2.0  # times the limit
_STEP = 5  # points
_WORST = 3  # stages named
_SHAPES = {
    "pass": "M{x} {y}h0",
    SHORT: "M{x} {y}m-3 -2.5h6l-3 5.5z",
    "fail": "M{x} {y}m-2.5 -2.5l5 5m0 -5l-5 5",
}


@dataclass(frozen=True, slots=True)
class DotStrip:
    """One indicator in one stage ("" where it is judged once a school).

    paths: state -> the path of its points. bar, floor: where limit and floor stand; floor is None
    where there is none, floor_share what it is of the limit. worst: the stages that are furthest from
    meeting it.
    """

    column: IndicatorColumn
    stage: str
    limit: str
    bar: float
    floor: float | None
    floor_share: str
    paths: Mapping[str, str]
    told: str
    worst: Sequence[tuple[MatrixRow, Mark]]


def dot_strips(found: Matrix) -> Iterator[DotStrip]:
    """A strip for each indicator with a limit, and each stage in which it has figures."""
    for place, column in enumerate(found.columns):
        if column.overall:
            continue
        by_stage: dict[str, dict[str, tuple[MatrixRow, Mark]]] = {}
        for row, mark in found.of(place):
            # what is judged once a school stands in each of its rows
            own = by_stage.setdefault(row.key if column.staged else "", {})
            own.setdefault(row.code, (row, mark))
        for key, own in by_stage.items():
            drawn = [(row, one) for row, one in own.values() if one.value and one.threshold]
            if drawn:
                yield _strip(column, key, drawn, Counter(one.status for _, one in own.values()))


def _strip(
    column: IndicatorColumn, key: str, drawn: Sequence[tuple[MatrixRow, Mark]],
    counts: Mapping[str, int],
) -> DotStrip:  # fmt: skip
    ranked = sorted(drawn, key=lambda one: (_share(one[1]), one[0].code), reverse=column.upper)
    floors = {one.floor / one.threshold for _, one in drawn if one.floor and one.threshold}
    floor = floors.pop() if len(floors) == 1 else None
    beyond = sum(_share(one) > _MOST for _, one in drawn)
    told = [
        say("{n}个{word}", n=counts[one], word=word) for one, word in _words() if counts.get(one)
    ]
    if beyond:
        told.append(say("{n}个超过标准的{most}倍，画在右端", n=beyond, most=plain(_MOST)))
    return DotStrip(
        column=column,
        stage=stage(key),
        limit=with_unit(column.limits[key], column.unit) if column.limits.get(key) else "",
        bar=_at(1.0),
        floor=None if floor is None else _at(floor),
        floor_share="" if floor is None else f"{plain(round(floor * 100, 2))}%",
        paths=_paths([(_share(mark), mark.status) for _, mark in drawn]),
        told=msg("，").join(told),
        worst=ranked[:_WORST],
    )


def _words() -> list[tuple[str, str]]:
    """The states that are counted, in this order, and what they are called here."""
    return [
        ("pass", state("pass")),
        (SHORT, msg("未达标，但不低于下限")),
        *((one, state(one)) for one in ("fail", "unknown", "error", "waived", "not_applicable")),
    ]


def _share(one: Mark) -> float:
    """The figure as a share of its limit."""
    return (one.value or 0.0) / (one.threshold or 1.0)


def _at(share: float) -> float:
    """Where a share of the limit stands, in points."""
    inside = max(0.0, min(share, _MOST)) / _MOST
    return round(EDGE + inside * (WIDTH - 2 * EDGE), 1)


def _paths(points: Sequence[tuple[float, str]]) -> dict[str, str]:
    """A path for each state; points that would lie on each other are heaped from the ground up."""
    heaps: dict[int, list[str]] = {}
    for share, status in sorted(points):
        heaps.setdefault(int(_at(share) // _STEP), []).append(status)
    tallest = max(map(len, heaps.values()))
    rise = min(_STEP, (HEIGHT - 2 * _STEP) / tallest)
    made: dict[str, list[str]] = {}
    for heap, statuses in heaps.items():
        for place, status in enumerate(statuses):
            x, y = plain(heap * _STEP + _STEP / 2), plain(round(HEIGHT - _STEP - place * rise, 1))
            shape = _SHAPES.get(status, _SHAPES["fail"])
            made.setdefault(status, []).append(shape.format(x=x, y=y))
    return {status: "".join(shapes) for status, shapes in sorted(made.items())}
