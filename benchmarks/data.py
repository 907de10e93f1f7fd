"""Submissions of any size: invented counties, one large or many of the usual size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from examples.invented import county
from examples.writers import write_json

Record = dict[str, Any]

TOWNSHIPS = "城关镇 柳河镇 青石镇 双桥镇 白杨乡 望湖镇 龙泉乡 马集镇 新安镇 大成乡"
PATTERNS = 5  # different counties; the others repeat them under other codes, with other figures
FIRST_CODE = 510_001
NESTED = ("monitoring", "attestations", "vetoes")


def one_large_county(schools: int, file: Path) -> int:
    """A county of about that many schools as JSON; how many there are."""
    names = " ".join(f"第{number}{'镇乡'[number % 2]}" for number in range(schools // 5 - 2))
    document = county(7, "519901", "大县", names)
    write_json(file, document)
    return len(document["schools"])


def many_counties(schools: int, folder: Path) -> int:
    """A Parquet dataset of about that many schools; how many there are."""
    folder.mkdir(parents=True)
    patterns = [county(seed, "000000", "县", TOWNSHIPS) for seed in range(PATTERNS)]
    size = sum(len(pattern["schools"]) for pattern in patterns) / PATTERNS
    codes = [str(FIRST_CODE + number) for number in range(max(1, round(schools / size)))]
    counties, rows = [], []
    for number, pattern in enumerate(patterns):
        own = pl.DataFrame({"county_code": codes[number::PATTERNS]})
        facts = {k: v for k, v in pattern["county"].items() if k not in NESTED}
        counties.append(_repeated([facts], own))
        rows.append(_repeated(pattern["schools"], own))
    table = pl.concat(rows, how="diagonal_relaxed").sort("county_code", "school_code")
    table.write_parquet(folder / "schools.parquet")
    pl.concat(counties, how="diagonal_relaxed").write_parquet(folder / "counties.parquet")
    return table.height


def _repeated(records: list[Record], codes: pl.DataFrame) -> pl.DataFrame:
    """The same records under every code; school codes follow the county's."""
    names = dict.fromkeys(name for record in records for name in record)
    columns = {name: [record.get(name) for record in records] for name in names}
    frame = pl.DataFrame(
        [pl.Series(name, values, strict=False) for name, values in columns.items()]
    )
    repeated = codes.join(frame.drop("county_code"), how="cross")
    if "school_code" not in repeated.columns:
        return repeated
    number = pl.col("school_code").str.slice(6)
    return _scattered(repeated).with_columns(school_code=pl.concat_str("county_code", number))


def _scattered(schools: pl.DataFrame) -> pl.DataFrame:
    """Every county a little richer or poorer than the others: no school is a copy of another's.

    Up to 10,000 yuan of equipment and 100 square metres more, of no two counties the same.
    """
    county = pl.col("county_code").cast(pl.Int64)
    return schools.with_columns(
        pl.col("equipment_value") + county * 137 % 10_007,
        pl.col("teaching_area") + county % 1_000 / 10,
    )
