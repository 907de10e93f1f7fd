"""The inspector's sheets: what stands in them, and that the command writes them beside a bad file."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.worksheet.worksheet import Worksheet

from compliance.cli import main
from tests.assessment.desk_counties import city

SHEETS = ["提交情况", "排名", "离群", "现场核查清单", "各县各项"]
Told = tuple[Result, openpyxl.Workbook, Path]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The run over the city: its workbook, and the folder of its outputs."""
    folder = tmp_path_factory.mktemp("desk")
    outputs = [f"{form}:{folder / f'out.{form}'}" for form in ("xlsx", "html", "json")]
    words = [
        "check",
        str(city(folder / "全市")),
        *(word for one in outputs for word in ("-o", one)),
    ]
    done = CliRunner().invoke(main, words)
    return done, openpyxl.load_workbook(folder / "out.xlsx"), folder


def rows(sheet: Worksheet) -> list[dict[str, object]]:
    first = int(str(sheet.auto_filter.ref).split(":")[0].strip("A"))
    heads, *body = sheet.iter_rows(min_row=first, values_only=True)
    return [dict(zip(map(str, heads), line, strict=True)) for line in body]


def test_a_bad_file_costs_no_other_its_place(told: Told) -> None:
    done, book, folder = told
    assert done.exit_code == 4
    assert book.sheetnames[:5] == SHEETS
    assert {one["input"] for one in json.loads((folder / "out.json").read_text())["counties"]} == {
        str(folder / "全市")
    }
    for words in (
        "甲县旧.json（版本2024-03-01 09:00:00+08:00）：判定的是“甲县/填报.json”",
        "决定结论：P1 社会认可度、V1 以考试方式招生",
        "甲县/填报.json（版本2024-03-07 09:00:00+08:00）",
        "乙县/填报.json（无版本标记）",
    ):
        assert words in done.stdout


def test_what_stands_in_the_sheets(told: Told) -> None:
    _, book, _ = told
    files = {row["文件"]: row for row in rows(book["提交情况"])}
    assert len(files) == 9
    assert (files["庚县/填报.json"]["情况"], files["庚县/填报.json"]["错误"]) == (
        "数据有误，未判定",
        1,
    )
    ranked = rows(book["排名"])
    assert [row["位次"] for row in ranked] == [1, 2, 3, 4, 5, 6]
    last = ranked[-1]
    assert (last["县（市、区）"], last["不达标要求数"], last["社会认可度（达标/不达标/未定）"]) == (
        "己县",
        2,
        "✗ 不达标\n0/1/0",
    )
    far = rows(book["离群"])[0]
    assert (far["县（市、区）"], far["数字"], far["方向"], far["县数"]) == (
        "乙县",
        "生均公用经费",
        "偏高",
        6,
    )
    assert isinstance(far["本县"], float)
    assert far["本县"] > 4 * float(str(far["各县中位数"]))
    visits = rows(book["现场核查清单"])
    assert [row["序号"] for row in visits] == list(range(1, len(visits) + 1))
    assert visits[0]["类别"] == "县级指标刚过线"
    matrix = {row["县（市、区）"]: row for row in rows(book["各县各项"])}
    assert (matrix["己县"]["P1 社会认可度"], matrix["己县"]["P1判定"]) == (60, "✗※")
    assert (matrix["丙县"]["P1 社会认可度"], matrix["丙县"]["P1判定"]) == (85.3, "✓")
    assert str(matrix["己县"]["V1 以考试方式招生"]).startswith("✗")
