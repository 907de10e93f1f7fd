"""The references: what an engineer writes by hand in an afternoon, in Polars, for data without blanks.

    python -m benchmarks.by_hand short|full DATA OUT

short  judges R1–R7, RS and D1–D7 and writes bare verdicts, unordered
full   judges R1–R7 and RS and writes what the product writes of them: every column, the sentence,
       the order

Both compare floats, know schools with a primary or a junior stage only, and stop at nothing that is
missing, contradictory or out of range. No other rule, no dates, no layers. `short` writes no
figures of what is missing; `full` no coefficients, and no warnings.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import polars as pl


class Indicator(NamedTuple):
    """A fact per so many pupils against two limits, and how both are told."""

    fact: str
    per: int
    primary: str
    junior: str
    step: float
    title: str
    unit: str
    measure: str


INDICATORS = {
    "R1": Indicator(
        "teachers_above_degree", 100, "4.2", "5.3", 1,
        "每百名学生拥有高于规定学历教师数", "人/百名学生", "人",
    ),
    "R2": Indicator(
        "backbone_teachers", 100, "1", "1", 1,
        "每百名学生拥有县级以上骨干教师数", "人/百名学生", "人",
    ),
    "R3": Indicator(
        "pe_arts_teachers", 100, "0.9", "0.9", 1,
        "每百名学生拥有体育、艺术（美术、音乐）专任教师数", "人/百名学生", "人",
    ),
    "R4": Indicator(
        "rooms_area", 1, "4.5", "5.8", 0.01, "生均教学及辅助用房面积", "平方米/生", "平方米"
    ),
    "R5": Indicator(
        "sports_area", 1, "7.5", "10.2", 0.01, "生均体育运动场馆面积", "平方米/生", "平方米"
    ),
    "R6": Indicator(
        "equipment_value", 1, "2000", "2500", 1, "生均教学仪器设备值", "元/生", "元"
    ),
    "R7": Indicator(
        "multimedia_rooms", 100, "2.3", "2.4", 1,
        "每百名学生拥有网络多媒体教室数", "间/百名学生", "间",
    ),
}  # fmt: skip
OF_A_STAGE = ("R1", "R2", "R3")
STAGES = (("primary", "小学", 1.0), ("junior", "初中", 1.1))
COEFFICIENT = {"primary": 0.5, "junior": 0.45}
KEY = ("county_code", "school_code", "stage")
PART = pl.Struct(
    {
        "name": pl.String,
        "value": pl.Float64,
        "operator": pl.String,
        "threshold": pl.Float64,
        "status": pl.String,
        "unit": pl.String,
        "shortfall": pl.Float64,
        "shortfall_unit": pl.String,
    }
)


def units(data: Path) -> pl.LazyFrame:
    """A row a school and stage: pupils `p`, amounts R1 …, values R1v …, and how many limits are met."""
    indoor = pl.col("indoor_sports_area")
    schools = pl.scan_parquet(data / "schools.parquet").with_columns(
        rooms_area=pl.col("teaching_area") - indoor,
        sports_area=pl.col("outdoor_sports_area") + indoor,
    )
    rows = pl.concat([_stage(schools, *stage) for stage in STAGES])
    rows = rows.with_columns(
        **{f"{k}v": one.per * pl.col(k) / pl.col("p") for k, one in INDICATORS.items()}
    )
    met = pl.sum_horizontal((pl.col(f"{k}v") >= limit(k)).cast(pl.Int8) for k in INDICATORS)
    low = pl.any_horizontal(pl.col(f"{k}v") < 0.85 * limit(k) for k in INDICATORS)
    return rows.with_columns(met=met, RS=(met >= 6) & ~low)


def _stage(schools: pl.LazyFrame, stage: str, word: str, weight: float) -> pl.LazyFrame:
    primary, junior = pl.col("primary_students"), pl.col("junior_students")
    pupils = pl.col(f"{stage}_students")
    share = weight * pupils / (primary.fill_null(0) + 1.1 * junior.fill_null(0))
    both = ((primary > 0) & (junior > 0)).fill_null(value=False)
    amounts = {
        k: pl.col(f"{stage}_{one.fact}") if k in OF_A_STAGE else pl.col(one.fact) * share
        for k, one in INDICATORS.items()
    }
    return schools.filter(pupils > 0).select(
        "county_code",
        "school_code",
        "school_name",
        stage=pl.lit(stage),
        subject=pl.when(both)
        .then(pl.col("school_name") + f"（{word}部）")
        .otherwise("school_name"),
        share=share,
        p=pupils,
        **{k: amount.cast(pl.Float64) for k, amount in amounts.items()},
    )


def limit(k: str) -> pl.Expr:
    """The limit of a row's stage."""
    one = INDICATORS[k]
    primary = pl.col("stage") == "primary"
    return pl.when(primary).then(pl.lit(float(one.primary))).otherwise(pl.lit(float(one.junior)))


def state(met: pl.Expr) -> pl.Expr:
    """A verdict in the contract's words."""
    return pl.when(met).then(pl.lit("pass")).otherwise(pl.lit("fail"))


# ── the short reference ─────────────────────────────────────────────────────


def short(data: Path, out: Path) -> None:
    """Every verdict as (county, school, stage, rule, value, threshold, status)."""
    rows = units(data).select(pl.exclude("school_name", "subject", "share")).collect()
    verdicts = [
        rows.select(
            *KEY,
            rule=pl.lit(k),
            value=pl.col(f"{k}v"),
            threshold=limit(k),
            status=state(pl.col(f"{k}v") >= limit(k)),
        )
        for k in INDICATORS
    ]
    school = rows.select(
        *KEY,
        rule=pl.lit("RS"),
        value=pl.col("met").cast(pl.Float64),
        threshold=pl.lit(6.0),
        status=state(pl.col("RS")),
    )
    pl.concat([*verdicts, school, _coefficients(rows)]).write_parquet(out)


def _coefficients(rows: pl.DataFrame) -> pl.DataFrame:
    """D1–D7: the deviation from the county's mean, weighted by pupils, over that mean."""
    county = ("county_code", "stage")
    pupils = pl.col("p")
    means = {
        f"{k}m": one.per * pl.col(k).sum().over(county) / pupils.sum().over(county)
        for k, one in INDICATORS.items()
    }
    deviations = {
        k.replace("R", "D"): (
            (pupils * (pl.col(f"{k}v") - pl.col(f"{k}m")) ** 2).sum() / pupils.sum()
        ).sqrt()
        / pl.col(f"{k}m").first()
        for k in INDICATORS
    }
    found = rows.with_columns(**means).group_by(county).agg(**deviations)
    threshold = pl.col("stage").replace_strict(COEFFICIENT)
    return found.unpivot(index=county, variable_name="rule").select(
        "county_code",
        pl.lit(None, pl.String).alias("school_code"),
        "stage",
        "rule",
        "value",
        threshold=threshold,
        status=state(pl.col("value") <= threshold),
    )


# ── the full reference ──────────────────────────────────────────────────────


def full(data: Path, out: Path) -> None:
    """R1–R7 and RS as the product writes them."""
    rows = units(data).collect().lazy()
    tables = [_indicator(rows, place, k) for place, k in enumerate(INDICATORS)]
    order = ("county_code", "school_code", pl.col("stage") == "junior", "place")
    found = pl.concat([*tables, _school(rows)]).sort(*order).drop("place")
    found.collect().write_parquet(out)


def _indicator(rows: pl.LazyFrame, place: int, k: str) -> pl.LazyFrame:
    one, value = INDICATORS[k], pl.col(f"{k}v")
    met = value >= limit(k)
    share = 1 if k in OF_A_STAGE else pl.col("share")
    lacking = (limit(k) * pl.col("p") / one.per - pl.col(k)) / share
    steps = (lacking / one.step - 1e-7).ceil() * one.step
    gap = pl.when(~met).then(steps if one.step == 1 else steps.round(2))
    primary = pl.col("stage") == "primary"
    bar = pl.when(primary).then(pl.lit(one.primary)).otherwise(pl.lit(one.junior))
    shown = value.round(2).cast(pl.String)
    good = f"{{}}{one.title}为{{}}{one.measure}，达到{{}}{one.measure}的标准。"
    bad = f"{{}}{one.title}为{{}}{one.measure}，低于{{}}{one.measure}的标准，缺{{}}{one.measure}。"
    return rows.select(
        _columns(
            k,
            "component",
            place,
            status=state(met),
            value=value,
            threshold=limit(k),
            floor=limit(k) * 0.85,
            unit=pl.lit(one.unit),
            shortfall=gap,
            shortfall_unit=pl.when(~met).then(pl.lit(one.measure)),
            message=pl.when(met)
            .then(pl.format(good, "subject", shown, bar))
            .otherwise(pl.format(bad, "subject", shown, bar, gap.cast(pl.String).fill_null(""))),
        )
    )


def _school(rows: pl.LazyFrame) -> pl.LazyFrame:
    missed = pl.concat_str(
        *(
            pl.when(pl.col(f"{k}v") < limit(k)).then(pl.lit(one.title))
            for k, one in INDICATORS.items()
        ),
        separator="、",
        ignore_nulls=True,
    )
    good = "{}7项指标中{}项达标，学校资源配置综合评估达标。"
    bad = "{}7项指标中{}项达标，学校资源配置综合评估不达标（未达标：{}）。"
    return rows.select(
        _columns(
            "RS",
            "requirement",
            len(INDICATORS),
            status=state(pl.col("RS")),
            value=pl.col("met").cast(pl.Float64),
            threshold=pl.lit(6.0),
            unit=pl.lit("项"),
            message=pl.when("RS")
            .then(pl.format(good, "subject", "met"))
            .otherwise(pl.format(bad, "subject", "met", missed)),
        )
    )


def _columns(k: str, role: str, place: int, **given: pl.Expr) -> list[pl.Expr]:
    """The product's columns in its order, then the rule's place; what is not given is null."""
    number, text = partial(pl.lit, None, pl.Float64), partial(pl.lit, None, pl.String)
    empty = pl.lit([], pl.List(pl.String))
    columns: dict[str, pl.Expr] = {
        "rule": pl.lit(k),
        "level": pl.lit("unit"),
        "role": pl.lit(role),
        "basis": pl.lit("verified"),
        "county_code": pl.col("county_code"),
        "year": pl.lit(2023, pl.Int32),
        "school_code": pl.col("school_code"),
        "school_name": pl.col("school_name"),
        "stage": pl.col("stage"),
        "status": text(),
        "value": number(),
        "operator": pl.lit(">="),
        "threshold": number(),
        "floor": number(),
        "unit": text(),
        "shortfall": number(),
        "shortfall_unit": text(),
        "excess": number(),
        "excess_unit": text(),
        "parts": pl.lit(None, pl.List(PART)),
        "missing": empty,
        "warnings": empty,
        "mean": number(),
        "deviation": number(),
        "layer": pl.lit("evaluation"),
        "given_by": pl.lit("national"),
        "relaxed_by": text(),
        "message": text(),
        "place": pl.lit(place),
    }
    return [column.alias(name) for name, column in (columns | given).items()]


if __name__ == "__main__":
    {"short": short, "full": full}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
