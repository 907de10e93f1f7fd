"""Registers written for tests, and what `compliance assemble` makes of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from click.testing import CliRunner

from compliance.cli import main

ONE, TWO, NINE = "9901000001", "9901000002", "9901000003"
SCHOOLS = {ONE: "小学", TWO: "初级中学", NINE: "九年一贯制学校"}
Rows = Sequence[Mapping[str, object]]


class Outcome(NamedTuple):
    """code: the exit code. schools: code → fact → value. problems: their rows, with the codes as `代码`."""

    code: int
    said: str
    schools: dict[str, dict[str, Any]]
    problems: list[dict[str, str]]

    def of(self, code: str) -> list[dict[str, str]]:
        """The problems of a kind."""
        return [one for one in self.problems if one["代码"] == code]


def write(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """A table of text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def listed(folder: Path, schools: Mapping[str, str] | None = None) -> Path:
    """The county and its schools, beside the registers."""
    folder.mkdir(exist_ok=True)
    write(
        folder / "counties.csv", [{"county_code": "990101", "county_name": "虚构县", "year": 2023}]
    )
    rows = [
        {
            "county_code": "990101",
            "school_code": code,
            "school_name": f"虚构{code[-1]}校",
            "school_type": kind,
        }
        for code, kind in (schools or SCHOOLS).items()
    ]
    write(folder / "schools.csv", rows)
    return folder


def assembled(out: Path, *words: str | Path) -> Outcome:
    """What the command makes of its arguments; out: a folder, or a name of tables' archive."""
    ran = CliRunner().invoke(main, ["assemble", *map(str, words), "-o", str(out)])
    if not out.is_dir():
        return Outcome(ran.exit_code, ran.output, {}, [])
    (table,) = out.glob("schools.*")
    if table.suffix == ".parquet":
        rows = pl.read_parquet(table).to_dicts()
    else:
        rows = pl.read_csv(table, infer_schema=False).to_dicts()
    problems = out.with_name(f"{out.name}.问题.csv").read_text("utf-8-sig")
    return Outcome(
        ran.exit_code,
        ran.output,
        {row["school_code"]: {k: v for k, v in row.items() if v is not None} for row in rows},
        list(csv.DictReader(problems.splitlines())),
    )


def teacher(person: str, school: str, stage: str = "小学", **other: object) -> dict[str, object]:
    """A row of a register of teachers: someone who counts, where nothing else is said."""
    return {
        "人员标识": person, "学校标识码": school, "学段": stage, "岗位类别": "专任教师", "用人形式": "在编",
        "任教学科": "语文", "学历": "本科", "职称": "一级教师", "骨干教师级别": "否", "教师资格证": "是",
        "近5年培训学时": 360, **other,
    }  # fmt: skip
