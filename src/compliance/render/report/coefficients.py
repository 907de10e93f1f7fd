"""The coefficients against their limits, and the schools that drive them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from compliance.assessment import Assessment
from compliance.assessment.figures import Finding, bar, plain, reading, stage
from compliance.kernel.i18n import msg, say
from compliance.render import phrases
from compliance.render.documents.text import printable
from compliance.render.report.marks import Anchors, Mark, shown, state_mark
from compliance.rules.language.model import Rule

_DRIVERS = 3
LENGTH = 200  # points of a bar
_MOST = 1.5  # times the limit


@dataclass(frozen=True, slots=True)
class DrivingSchool:
    """A school that drives a coefficient. value, share: as shown; side: above the mean or below it."""

    code: str
    name: str
    anchor: str
    pupils: str
    value: str
    side: str
    share: str


@dataclass(frozen=True, slots=True)
class CoefficientRow:
    """A coefficient of a stage.

    working: how it follows from deviation and mean. length: how long its bar is, bar: where the limit
    stands, both in points; None where there is no figure or no limit.
    """

    rule: Rule
    anchor: str
    title: str
    stage: str
    mean: str
    deviation: str
    value: str
    limit: str
    state: Mark
    finding: Finding
    working: str
    length: float | None
    bar: float | None
    drivers: Sequence[DrivingSchool]


def coefficients(
    about: Assessment, driving: pl.DataFrame, anchors: Anchors
) -> list[CoefficientRow]:
    """Indicator by indicator and stage by stage, as the verdict rests on them.

    driving: the county's rows of `Results.drivers`.
    """
    order = {key: place for place, key in enumerate(about.rules)}
    rows = about.findings.filter(
        pl.col("rule").is_in([key for key, rule in about.rules.items() if rule.form.coefficient])
        & (pl.col("role") != "advisory")
        & (pl.col("status") != "not_applicable")
    ).to_dicts()
    known = driving.partition_by("rule", "stage", as_dict=True, maintain_order=True)
    return [
        _row(about, row, known.get((row["rule"], row["stage"]), driving.clear()), anchors)
        for row in sorted(rows, key=lambda row: order[row["rule"]])
    ]


def _row(
    about: Assessment, row: Finding, driving: pl.DataFrame, anchors: Anchors
) -> CoefficientRow:
    rule = about.rules[row["rule"]]
    value, mean, deviation = row["value"], row["mean"], row["deviation"]
    working = ""
    if value is not None and mean is not None and deviation is not None:
        working = f"{reading(deviation, 4)} ÷ {reading(mean, 4)} = {reading(value, 3)}"
    share = None if value is None or not row["threshold"] else value / row["threshold"]
    return CoefficientRow(
        rule=rule,
        anchor=anchors.rule(rule.id),
        title=phrases.subject(rule, about.rules),
        stage=stage(row["stage"]),
        mean="" if mean is None else reading(mean, 2),
        deviation="" if deviation is None else reading(deviation, 2),
        value=shown(rule, row),
        limit=bar(rule, row),
        state=state_mark(row["status"]),
        finding=row,
        working=working,
        length=None if share is None else _at(share),
        bar=None if share is None else _at(1.0),
        drivers=[
            _driver(one, mean, anchors) for one in driving.head(_DRIVERS).iter_rows(named=True)
        ],
    )


def _driver(one: Mapping[str, object], mean: float | None, anchors: Anchors) -> DrivingSchool:
    value, code, key = float(str(one["value"])), str(one["school_code"]), str(one["stage"])
    return DrivingSchool(
        code=code,
        name=printable(one["school_name"]),
        anchor=anchors.row(code, key),
        pupils=plain(float(str(one["pupils"]))),
        value=reading(value, 2),
        side=msg("高于均值") if mean is not None and value >= mean else msg("低于均值"),
        share=reading(float(str(one["share"])) * 100, 1, unit="%"),
    )


def told(one: DrivingSchool) -> str:
    """``甲小学（学生1454人，1.10，低于均值，占14.1%）``."""
    return say(
        "{name}（学生{p}人，{x}，{side}，占{share}）",
        name=one.name, p=one.pupils, x=one.value, side=one.side, share=one.share,
    )  # fmt: skip


def _at(share: float) -> float:
    """How long a bar of that share of the limit is, in points."""
    return round(min(share, _MOST) / _MOST * LENGTH, 1)
