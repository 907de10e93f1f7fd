"""Several years of a county: its verdicts, the share of stages that meet each indicator, its coefficients.

Only what was judged year by year stands here; how it was judged in which year is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.assessment import Assessment
from compliance.assessment.figures import bar, plain, reading, stage
from compliance.assessment.standings import DECIDING
from compliance.kernel.i18n import msg, say
from compliance.render.documents.text import printable
from compliance.render.report.index import verdict_mark
from compliance.render.report.marks import Anchors, Mark, shown, state_mark
from compliance.rules.language.model import Rule

WIDTH, HEIGHT, _EDGE = 120, 28, 4


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One figure over the years. cells: a year each; line: the path of the years that have a figure.

    points: where they stand, each with its state.
    """

    group: str
    title: str
    stage: str
    limit: str
    cells: Sequence[Mark]
    line: str
    points: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class CountyTrend:
    """The years of one county. years: (year, where it stands, rule set)."""

    name: str
    code: str
    anchor: str
    years: Sequence[tuple[int, str, str]]
    verdicts: Sequence[Mark]
    rows: Sequence[TrendRow]


def county_trend(years: Sequence[Assessment]) -> CountyTrend:
    """The assessments of one county, the earliest year first."""
    last = years[-1].county
    found = [dict(_figures(about)) for about in years]
    keys = dict.fromkeys(key for one in reversed(found) for key in one)
    return CountyTrend(
        printable(last.county_name),
        last.county_code,
        f"trend-{Anchors(last).county}",
        [(one.county.year, Anchors(one.county).county, one.county.ruleset) for one in years],
        [verdict_mark(one.county) for one in years],
        [_row(key, [one.get(key) for one in found]) for key in keys],
    )


_Key = tuple[str, str, str]  # group, title, stage


def _figures(about: Assessment) -> Iterator[tuple[_Key, tuple[Mark, str]]]:
    """Everything that a year has to show: its mark and its limit in words."""
    rules = about.rules
    deciding = about.findings.filter(pl.col("role").is_in(list(DECIDING)))
    yield from _met(deciding, rules)
    for row in deciding.filter(level="county").iter_rows(named=True):
        rule = rules[row["rule"]]
        if row["value"] is None and row["status"] not in ("unknown", "fail"):
            continue
        if rule.id in about.spread:
            continue
        group = msg("差异系数") if rule.form.coefficient else msg("县级指标")
        title = (
            f"{rule.id} {rules[rule.of[0]].brief}"
            if rule.form.coefficient and rule.of
            else rule.coded
        )
        text = shown(rule, row) or state_mark(row["status"]).text
        mark = state_mark(row["status"])
        yield (
            (group, title, stage(row["stage"])),
            (Mark(text, mark.status, mark.sign, mark.text, row["value"]), bar(rule, row)),
        )


def _met(
    deciding: pl.DataFrame, rules: Mapping[str, Rule]
) -> Iterator[tuple[_Key, tuple[Mark, str]]]:
    """Of the stages and schools for which an indicator is known, how many meet it."""
    counted = (
        deciding.filter(
            pl.col("level").is_in(["unit", "school"])
            & pl.col("status").is_in(["pass", "fail", "waived"])
        )
        .group_by("rule", "stage", maintain_order=True)
        .agg((pl.col("status") == "pass").sum().alias("met"), pl.len().alias("all"))
    )
    order = {key: place for place, key in enumerate(rules)}
    rows = sorted(counted.iter_rows(named=True), key=lambda row: order[row["rule"]])
    for row in rows:
        share = row["met"] / row["all"] * 100
        text = say(
            "{share}（{met}/{all}）",
            share=reading(share, 1, unit="%"),
            met=row["met"],
            all=row["all"],
        )
        title = rules[row["rule"]].coded
        yield (
            (msg("达标的学段（学校）所占比例"), title, stage(row["stage"])),
            (Mark(text, value=share), ""),
        )


def _row(key: _Key, found: Sequence[tuple[Mark, str] | None]) -> TrendRow:
    cells = [one[0] if one else Mark("") for one in found]
    limits = list(dict.fromkeys(one[1] for one in found if one and one[1]))
    points = list(_points(cells))
    line = "".join(
        f"{'L' if n else 'M'}{plain(x)} {plain(y)}" for n, (x, y, _) in enumerate(points)
    )
    return TrendRow(*key, msg("、").join(limits), cells, line, points)


def _points(cells: Sequence[Mark]) -> Iterator[tuple[float, float, str]]:
    """The years across, the figures between the smallest and the largest."""
    known = [one.value for one in cells if one.value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    for place, one in enumerate(cells):
        if one.value is not None:
            x = _EDGE + place * (WIDTH - 2 * _EDGE) / max(len(cells) - 1, 1)
            up = (one.value - low) / (high - low) if high > low else 0.5
            yield round(x, 1), round(HEIGHT - _EDGE - up * (HEIGHT - 2 * _EDGE), 1), one.status


def trends(counties: Iterable[Assessment]) -> list[CountyTrend]:
    """The counties that were judged for several years."""
    years: dict[str, list[Assessment]] = {}
    for one in counties:
        years.setdefault(one.county.county_code, []).append(one)
    return [county_trend(own) for own in years.values() if len(own) > 1]
