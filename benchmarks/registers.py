"""Registers of any size, the same every time: with orphans, doubles, transfers in the year, part-time teachers.

A school has 55 teachers, 20 classes, 15 rooms, so that a nation's 200,000 have eleven, four and three
million. What is irregular are the shares of `SHARES`, in rows a hundred thousand.

    python -m benchmarks.registers DATA OUT      assembles them: rows that are named are no failure here
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

YEAR = 2023
TEACHERS_OF_A_SCHOOL, SCHOOLS_OF_A_COUNTY = 55, 69
CLASSES_OF_A_SCHOOL, ROOMS_OF_A_SCHOOL, DEVICES_OF_A_SCHOOL = 20, 15, 4
SHARES = {
    "orphan": 100,
    "elsewhere": 500,
    "moved": 300,
    "repeated": 100,
    "blank": 10,
    "unsettled": 20,
}
_TYPES = ("primary", "primary", "primary", "junior", "nine_year")
_SUBJECTS = ("语文", "数学", "英语", "科学", "体育", "音乐", "美术", "道德与法治")
_DEGREES = ("本科", "本科", "本科", "专科", "硕士研究生", "高中")
_ROOMS = (
    "普通教室",
    "普通教室",
    "普通教室",
    "实验室",
    "音乐教室",
    "美术教室",
    "图书室",
    "室内体育用房",
    "运动场地",
)


def write_registers(schools: int, folder: Path, suffix: str = ".parquet") -> None:
    """Teachers, classes, rooms and equipment with the list of their schools, into `folder`."""
    made = {
        "counties": _counties(schools),
        "schools": _schools(schools),
        "teachers": _teachers(schools),
        "classes": _classes(schools),
        "rooms": _rooms(schools),
        "equipment": _equipment(schools),
    }
    for name, lazy in made.items():
        path = folder / f"{name}{suffix}"
        if suffix == ".parquet":
            lazy.sink_parquet(path, compression="zstd", compression_level=1)
        else:
            lazy.sink_csv(path)


def _rows(number: int, size: int) -> pl.LazyFrame:
    """`size` rows for each of `number` schools: `school`, and `place` among its rows."""
    row = pl.int_range(number * size, dtype=pl.Int64)
    return (
        pl.LazyFrame()
        .select(row.alias("row"))
        .select("row", school=pl.col("row") // size, place=pl.col("row") % size)
    )


def _some(seed: int, of: int, column: str = "row") -> pl.Expr:
    """A number below `of` that looks like chance, the same every time and with every version."""
    mixed = (pl.col(column) * 2_654_435_761 + seed * 40_503) % 4_294_967_291
    return (mixed * 48_271 % 2_147_483_647) % of


def _pick(words: Sequence[str], seed: int) -> pl.Expr:
    return _some(seed, len(words)).replace_strict(dict(enumerate(words)), return_dtype=pl.String)


def _code(school: pl.Expr) -> pl.Expr:
    return (3_000_000_000 + school).cast(pl.String)


def _county(school: pl.Expr) -> pl.Expr:
    return (110_101 + school // SCHOOLS_OF_A_COUNTY).cast(pl.String)


def _type() -> pl.Expr:
    kinds = dict(enumerate(_TYPES))
    return (pl.col("school") % len(_TYPES)).replace_strict(kinds, return_dtype=pl.String)


def _stage() -> pl.Expr:
    """Of a nine-year school the first rows are of the primary stage."""
    nine = pl.when(pl.col("place") % 2 == 0).then(pl.lit("小学")).otherwise(pl.lit("初中"))
    return (
        pl.when(_type() == "nine_year").then(nine)
        .when(_type() == "junior").then(pl.lit("初中"))
        .otherwise(pl.lit("小学"))
    )  # fmt: skip


def _counties(schools: int) -> pl.LazyFrame:
    number = (schools + SCHOOLS_OF_A_COUNTY - 1) // SCHOOLS_OF_A_COUNTY
    county = pl.int_range(number, dtype=pl.Int64).alias("county")
    return (
        pl.LazyFrame()
        .select(county)
        .select(
            county_code=(110_101 + pl.col("county")).cast(pl.String),
            county_name="示例县" + pl.col("county").cast(pl.String),
            year=pl.lit(YEAR),
        )
    )


def _schools(schools: int) -> pl.LazyFrame:
    school = pl.col("school")
    return _rows(schools, 1).select(
        county_code=_county(school),
        school_code=_code(school),
        school_name="示例学校" + school.cast(pl.String),
        school_type=_type(),
        sponsor=pl.lit(7),
    )


def _teachers(schools: int) -> pl.LazyFrame:
    """A row a teacher, and the irregular rows after them."""

    def row(table: pl.LazyFrame, **changed: pl.Expr) -> pl.LazyFrame:
        columns = {
            "person": (pl.col("row") * 1_000_003 % 99_999_999_977).cast(pl.String).str.zfill(16),
            "school_code": _code(pl.col("school")),
            "stage": _stage(),
            "post": _pick(("专任教师",) * 9 + ("行政人员",), 1),
            "employment": _pick(("在编",) * 8 + ("聘任制", "代课"), 2),
            "main": pl.lit("是"),
            "share": pl.lit(1.0),
            "subject": _pick(_SUBJECTS, 3),
            "degree": pl.when(_is("blank")).then(pl.lit("")).otherwise(_pick(_DEGREES, 4)),
            "title": _pick(("高级教师", "一级教师", "二级教师", "未定职级"), 5),
            "backbone": _pick(("否",) * 9 + ("县级",), 6),
            "certificate": _pick(("是",) * 19 + ("否",), 7),
            "training_hours": 300 + _some(8, 200),
            "from": pl.lit(None, pl.String),
            "until": pl.lit(None, pl.String),
        }
        return table.select(**{**columns, **changed})

    every = _rows(schools, TEACHERS_OF_A_SCHOOL)
    next_school = _code((pl.col("school") + 1) % schools)
    moved, elsewhere = every.filter(_is("moved")), every.filter(_is("elsewhere"))
    parts = [
        row(
            every,
            school_code=pl.when(_is("orphan"))
            .then(pl.lit("9999999999"))
            .otherwise(_code(pl.col("school"))),
            until=pl.when(_is("moved")).then(pl.lit("2023-10-14")).otherwise(pl.lit(None)),
        ),
        row(moved, school_code=next_school, **{"from": pl.lit("2023-10-15")}),
        row(
            elsewhere,
            school_code=next_school,
            main=pl.lit("否"),
            employment=pl.lit("兼职"),
            share=pl.lit(0.4),
        ),
        row(every.filter(_is("repeated"))),
        row(every.filter(_is("unsettled")), school_code=next_school),
    ]
    return pl.concat(parts)


def _is(kind: str) -> pl.Expr:
    """Whether a teacher is irregular in this way; nobody is in two."""
    kinds = list(SHARES)
    low = sum(SHARES[one] for one in kinds[: kinds.index(kind)])
    return _some(9, 100_000).is_between(low, low + SHARES[kind], closed="left")


def _classes(schools: int) -> pl.LazyFrame:
    return _rows(schools, CLASSES_OF_A_SCHOOL).select(
        school_code=_code(pl.col("school")),
        stage=_stage(),
        grade=((pl.col("place") // 2) % 6 + 1).cast(pl.String) + "年级",
        **{"class": pl.col("place").cast(pl.String) + "班"},
        students=25 + _some(11, 25),
    )


def _rooms(schools: int) -> pl.LazyFrame:
    return _rows(schools, ROOMS_OF_A_SCHOOL).select(
        room=pl.col("place").cast(pl.String),
        school_code=_code(pl.col("school")),
        kind=_pick(_ROOMS, 12),
        area=(400 + _some(13, 900)) / 10,
        multimedia=_pick(("是", "否"), 14),
    )


def _equipment(schools: int) -> pl.LazyFrame:
    return _rows(schools, DEVICES_OF_A_SCHOOL).select(
        item=pl.col("row").cast(pl.String),
        school_code=_code(pl.col("school")),
        kind=_pick(("教学仪器", "计算机"), 15),
        teaching=pl.lit("是"),
        value=1000 + _some(16, 1_000_000) / 100,
        quantity=1 + _some(17, 40),
    )


def main(data: str, out: str) -> None:
    """What `compliance assemble` does, ending with 0 where it wrote."""
    from compliance.cli import main as command
    from compliance.kernel.exit_codes import UNREADABLE

    try:
        command(["assemble", data, "-o", out, "-q"])
    except SystemExit as ended:
        written = ended.code == UNREADABLE and Path(out).is_dir()
        sys.exit(0 if written else ended.code)


if __name__ == "__main__":
    main(*sys.argv[1:])
