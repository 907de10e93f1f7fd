"""Figures of a county that stand far from the other counties' of the same school year.

Far is said robustly, so that the odd counties do not move the measure they are held against: by the
modified z-score of Iglewicz and Hoaglin (1993), 0.6745·|x − median| ÷ MAD above 3.5. Where more than half
the counties have the very same figure, MAD is 0 and |x − median| ÷ (1.2533·mean deviation) takes its
place, as they advise. An outlier is no error and decides nothing: it says where to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from compliance.assessment.places import Places, facts_behind
from compliance.engine.results import Results
from compliance.facts.plausibility import Plausible
from compliance.kernel.i18n import say
from compliance.kernel.labels import stage_words
from compliance.kernel.submission import KEY
from compliance.rules.language.model import Rule

LEAST = 6  # counties with a figure, below which none is called far from the others
FAR = 3.5
NEAR = 0.05  # of the median: nearer than that is not worth a visit, however alike the others are
LEAST_SCHOOLS = 5  # of which a county's shares of schools are told
_ROUND_FROM, _ROUND_TO = 1000, 100  # figures from 1000 up that are whole hundreds
_FIGURE = pl.Schema(
    {"county_code": pl.String, "year": pl.Int32, "figure": pl.String, "value": pl.Float64}
)


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """A figure of every county, set beside each other.

    decimals: it is shown with. stage: it is of, or empty. rule: whose it is, else empty; ratio: of schools' figures, else None.
    only_high: it is told where it is high alone. facts: it is made of.
    """

    title: str
    unit: str
    decimals: int
    facts: tuple[str, ...] = ()
    stage: str = ""
    rule: str = ""
    ratio: Plausible | None = None
    only_high: bool = False


@dataclass(frozen=True, slots=True)
class Outlier:
    """A county's figure far from the others'.

    median, deviation: of all counties that have it, their number `of`; deviation is the median absolute
    one. far: the score. school: the one that stands out most among those it is made of, as words; place:
    where it stands.
    """

    county_code: str
    year: int
    figure: ComparedFigure
    value: float
    median: float
    deviation: float
    of: int
    far: float
    school: str
    place: str


@dataclass(frozen=True, slots=True)
class OutliersFound:
    """The outliers, the farthest first; compared: how many figures could be; few: counties were too few."""

    outliers: Sequence[Outlier]
    compared: int
    few: bool


def outliers(report: Results) -> OutliersFound:
    """What stands far from the other counties, in one run over all findings and schools."""
    figures = _Figures(report)
    scored = scores(figures.values)
    compared = scored["figure"].n_unique()
    known = figures.known
    high = pl.col("figure").is_in([name for name, one in known.items() if one.only_high])
    told = scored.filter(far() & (~high | ((pl.col("value") == 100) & (pl.col("median") < 100))))
    told = told.sort(
        "score", "figure", *KEY, descending=[True, False, False, False], maintain_order=True
    )
    rows = told.iter_rows(named=True)
    return OutliersFound([figures.outlier(row) for row in rows], compared, few=not compared)


def scores(values: pl.DataFrame) -> pl.DataFrame:
    """Of every figure that enough counties of a year have: median, deviation, of, score.

    values: county_code, year, figure, value.
    """
    own = ["figure", "year"]
    value, deviation = pl.col("value"), pl.col("_away").median().over(own)
    mean = pl.col("_away").mean().over(own) * 1.253314
    return (
        values.lazy()
        .filter(value.is_finite())
        .with_columns(median=value.median().over(own), of=pl.len().over(own).cast(pl.Int64))
        .filter(pl.col("of") >= LEAST)
        .with_columns(_away=(value - pl.col("median")).abs())
        .with_columns(deviation=deviation, _mean=mean)
        .with_columns(
            score=pl.when(pl.col("deviation") > 0)
            .then(0.6745 * pl.col("_away") / pl.col("deviation"))
            .when(pl.col("_mean") > 0)
            .then(pl.col("_away") / pl.col("_mean"))
            .otherwise(0.0)
        )
        .drop("_away", "_mean")
        .collect()
    )


def far() -> pl.Expr:
    """Whether a scored figure is called far from the others."""
    away = (pl.col("value") - pl.col("median")).abs()
    return (pl.col("score") > FAR) & (away > pl.col("median").abs() * NEAR)


class _Figures:
    """The figures of all counties. known: what stands under `figure` → the figure."""

    def __init__(self, report: Results) -> None:
        self._report = report
        self.known: dict[str, ComparedFigure] = {}
        self._rules: dict[str, Rule] = {}
        for rules in report.rules.values():
            self._rules |= {name: one for name, one in rules.items() if name not in self._rules}
        # a fact that nobody gives has no column
        self._ratios = [one for one in report.checks.plausible if one.over and self._has(one)]
        self.values = pl.concat(
            [
                pl.DataFrame(schema=_FIGURE),
                *(one.select(list(_FIGURE)).cast(_FIGURE) for one in self._all()),
            ]
        )

    def _has(self, ratio: Plausible) -> bool:
        columns = self._report.schools.columns
        return all(name in columns for name in (*ratio.of, *ratio.over))

    def _all(self) -> Iterator[pl.DataFrame]:
        yield from self._of_rules()
        if self._report.schools.height:
            yield from (self._of_ratio(one) for one in self._ratios)
            yield from self._everywhere()
            yield self._round()

    # ── of rules ───────────────────────────────────────────────────────────────────

    def _of_rules(self) -> Iterator[pl.DataFrame]:
        """Values of the county's own requirements, of their parts, and the means of coefficients."""
        own = self._report.findings.filter(level="county", role="requirement").filter(
            pl.col("status").is_in(["pass", "fail", "waived"])
        )
        names = ["county_code", "year", "rule", "stage", "unit"]
        yield from self._named(own.filter(~_is_whole(self._rules)), names, "")
        parts = own.select(*names[:-1], "parts").explode("parts").drop_nulls("parts")
        yield from self._named(parts.unnest("parts"), names, "name")
        means = own.with_columns(value=pl.col("mean"))
        yield from self._named(means, names, "mean")

    def _named(self, rows: pl.DataFrame, names: Sequence[str], of: str) -> Iterator[pl.DataFrame]:
        """of: the column that tells a rule's figures apart, or `mean`, or empty."""
        told = [pl.col("rule"), pl.col("stage").fill_null("")]
        told.append(pl.col("name") if of == "name" else pl.lit(of))
        rows = rows.drop_nulls("value").with_columns(
            figure=pl.concat_str(told, separator="|"), value=pl.col("value").cast(pl.Float64)
        )
        for name, unit in rows.select("figure", "unit").unique("figure").iter_rows():
            rule, stage, part = name.split("|", 2)
            made = self._figure(self._rules[rule], stage, part, unit or "")
            if made is not None:
                self.known[name] = made
        yield rows.filter(pl.col("figure").is_in(list(self.known)))

    def _figure(self, rule: Rule, stage: str, part: str, unit: str) -> ComparedFigure | None:
        of_member = self._rules.get(rule.of[0]) if rule.of else None
        title, word = rule.coded, stage_words().get(stage, "")
        if part == "mean":
            if of_member is None or any(
                set(one.of) <= set(of_member.facts) for one in self._ratios
            ):
                return None  # told by its facts below
            title = say("{what}（全县均值）", what=of_member.coded)
            return ComparedFigure(_staged(title, word), "", 2, of_member.facts, stage, of_member.id)
        if part:
            title = say("{rule}：{part}", rule=rule.coded, part=part)
        behind = rule.facts if of_member is None else of_member.facts
        decimals = 3 if rule.form.coefficient else 1 if unit == "%" else 2
        return ComparedFigure(_staged(title, word), unit, decimals, behind, stage, rule.id)

    # ── of schools ─────────────────────────────────────────────────────────────────

    def _of_ratio(self, ratio: Plausible) -> pl.DataFrame:
        """What all schools of a county have of something, for all of what it is held against."""
        name = "ratio|" + ratio.title
        facts = (*ratio.of, *ratio.over)
        self.known[name] = ComparedFigure(ratio.label, ratio.unit, 2, facts, ratio=ratio)
        of, over = _amounts(ratio)
        both = self._report.schools.select(*KEY, of=of, over=over).filter(
            pl.col("of").is_not_null() & (pl.col("over") > 0)
        )
        summed = both.group_by(KEY).agg(pl.col("of").sum(), pl.col("over").sum())
        value = ratio.per * pl.col("of") / pl.col("over")
        return summed.select(*KEY, figure=pl.lit(name), value=value)

    def _everywhere(self) -> Iterator[pl.DataFrame]:
        """At how many schools of a county everybody, or nobody, is counted as something."""
        columns = self._report.schools.columns
        for bound in self._report.checks.bounds:
            if len(bound.of) == len(bound.within) == 1 and {*bound.of, *bound.within} <= {*columns}:
                yield from self._share(bound.of[0], bound.within[0])

    def _share(self, part: str, whole: str) -> Iterator[pl.DataFrame]:
        titles = self._report.titles
        words = {"part": titles.get(part, part), "whole": titles.get(whole, whole)}
        given = self._report.schools.filter(pl.col(whole) > 0).drop_nulls(part)
        for name, title, when in (
            ("all", say("“{part}”等于“{whole}”的学校占比", **words), pl.col(part) == pl.col(whole)),
            ("none", say("“{part}”为0的学校占比", **words), pl.col(part) == 0),
        ):
            key = f"{name}|{part}|{whole}"
            made = ComparedFigure(title, "%", 1, (part, whole), only_high=True)
            self.known[key] = made
            yield (
                given.group_by(KEY)
                .agg(pl.len().alias("n"), when.mean().alias("share"))
                .filter(pl.col("n") >= LEAST_SCHOOLS)
                .select(*KEY, figure=pl.lit(key), value=pl.col("share") * 100)
            )

    def _round(self) -> pl.DataFrame:
        """How many of a county's large figures are whole hundreds."""
        names = {name for one in self._ratios for name in one.of}
        facts = [name for name in self._report.schools.columns if name in names]
        title = say("{n}以上的数中整百的占比", n=_ROUND_FROM)
        self.known["round"] = ComparedFigure(title, "%", 1, tuple(facts))
        long = self._report.schools.select(*KEY, *facts).unpivot(
            facts, index=list(KEY), value_name="given"
        )
        large = long.filter(pl.col("given") >= _ROUND_FROM)
        counted = large.group_by(KEY).agg(
            pl.len().alias("n"), (pl.col("given") % _ROUND_TO == 0).mean().alias("share")
        )
        enough = counted.filter(pl.col("n") >= LEAST_SCHOOLS)
        return enough.select(*KEY, figure=pl.lit("round"), value=pl.col("share") * 100)

    # ── told ───────────────────────────────────────────────────────────────────────

    @cached_property
    def _places(self) -> Places:
        return Places(self._report)

    def outlier(self, row: Mapping[str, Any]) -> Outlier:
        """A scored row, with the school that stands out most and where its figures stand."""
        figure, key = self.known[row["figure"]], (row["county_code"], row["year"])
        code, school = self._standing_out(figure, key, high=row["value"] > row["median"])
        facts = facts_behind(figure.facts, figure.stage)
        return Outlier(
            *key, figure, row["value"], row["median"], row["deviation"], row["of"], row["score"],
            school, self._places.told(key, code, facts),
        )  # fmt: skip

    def _standing_out(
        self, figure: ComparedFigure, key: tuple[str, int], *, high: bool
    ) -> tuple[str, str]:
        """The code of a school and what it has: of a ratio the one whose own is farthest out."""
        ratio, schools = figure.ratio, self._report.schools
        if ratio is None:
            return "", ""
        of, over = _amounts(ratio)
        own = schools.filter((pl.col("county_code") == key[0]) & (pl.col("year") == key[1])).select(
            "school_code", "school_name", value=ratio.per * of / over, over=over
        )
        own = own.filter((pl.col("over") >= ratio.least) & pl.col("value").is_finite())
        if own.is_empty():
            return "", ""
        code, name, value, _ = own.sort("value", descending=high, maintain_order=True).row(0)
        return code, say("{school} {value}", school=name, value=f"{value:.2f}")


def _is_whole(rules: Mapping[str, Rule]) -> pl.Expr:
    """Whether a finding's value only counts what the rule is made of."""
    counting = [name for name, rule in rules.items() if rule.form.counts_members or rule.rolls_up]
    return pl.col("rule").is_in(counting)


def _staged(title: str, stage: str) -> str:
    return say("{title}（{stage}）", title=title, stage=stage) if stage else title


def _amounts(ratio: Plausible) -> tuple[pl.Expr, pl.Expr]:
    """What is counted, and what for; of several facts of what for those that are given."""
    of = pl.sum_horizontal(*ratio.of, ignore_nulls=False)
    return of, pl.sum_horizontal(*ratio.over)
