"""Problems of headings stand at the heading's own cell; lines that are no records are told."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from tests.intake import inputs
from tests.intake.inputs import read
from tests.support.nonempty import nonempty
from tests.support.workbooks import Sheets


def shift(book: openpyxl.Workbook) -> None:
    """A band over the headings and an example under them, as in the template."""
    book["学校"].insert_rows(1)
    book["学校"].insert_rows(3)
    book["学校"]["A3"] = "示例213"


def places(path: Path) -> dict[str, str]:
    """Code of the problem → its place."""
    found = accept([read(path)], vocabulary())
    assert all(one.expected for one in nonempty(found.problems))
    return {f"{one.code} {one.severity}": one.at for one in found.problems}


def test_headings_of_a_workbook(tmp_path: Path) -> None:
    more = (
        "随便写写",
        "初中在校生数",
        "在校生数（初中）",
        "教学仪器设备值（万元）",
        "核定公用经费（2022年）",
    )
    sheets: Sheets = {
        "县区": [*inputs.COUNTY_ROWS, ("随便写写", 3)],
        "学校": [(*inputs.SCHOOL_ROWS[0], *more), (*inputs.SCHOOL_ROWS[1], "x", None, None, 3, 5)],
    }
    path = inputs.workbook(tmp_path / "a.xlsx", sheets, shift)
    found = accept([read(path)], vocabulary()).problems
    assert {(one.code, one.at) for one in found} == {
        ("unknown_heading", "县区!A4"),
        ("unknown_heading", "学校!E2"),
        ("duplicate_heading", "学校!G2"),
        ("converted_unit", "学校!H2"),
        ("period_differs", "学校!I2"),
        ("implausible_ratio", "学校!H4"),
        ("implausible_ratio", "学校!I4"),
    }
    assert all(one.expected for one in nonempty(found))


def test_headings_of_tables(tmp_path: Path) -> None:
    lines = inputs.SCHOOLS_CSV.split("\n")
    text = "\n".join(["", f"{lines[0]},随便写写", f"{lines[1]},5", ""])
    path = inputs.dataset(tmp_path / "d", schools__csv=text)
    assert places(path) == {"unknown_heading warning": "F2"}
    stream = io.BytesIO()
    pl.read_csv(io.StringIO(text.lstrip()), infer_schema=False).write_parquet(stream)
    whole = inputs.dataset(tmp_path / "e", schools__csv="", schools__parquet=stream.getvalue())
    assert places(whole) == {"unknown_heading warning": "随便写写"}


def test_a_key_of_json(tmp_path: Path) -> None:
    schools = [{**inputs.SUBMISSION["schools"][0], "随便写写": 1}]
    path = inputs.json_file(tmp_path / "a.json", schools=schools)
    assert places(path) == {"unknown_heading warning": "/schools/0/随便写写"}


def test_a_heading_missing_names_its_sheet(tmp_path: Path) -> None:
    rows = [row[1:] for row in inputs.SCHOOL_ROWS]
    sheets = {"县区": inputs.COUNTY_ROWS, "2、学校基本情况": rows}
    assert places(inputs.workbook(tmp_path / "b.xlsx", sheets)) == {
        "missing_heading error": "2、学校基本情况"
    }


def test_a_year_missing_in_json(tmp_path: Path) -> None:
    county = {"county_code": "341622", "county_name": "蒙城县"}
    path = inputs.json_file(tmp_path / "a.json", county=county)
    assert places(path) == {"missing_identity error": "/county/year"}


def test_lines_under_the_table_that_say_who_filled_it_in(tmp_path: Path) -> None:
    notes: list[Sequence[object]] = [
        ("填表人：张三", None, None, "审核人：李四"),
        (None, "单位负责人", "（签字）"),
        ("填表人：", "张三", "审核人：", "李四"),
        ("备注：本表数据截至9月1日",),
        ("注1：略",),
        ("制表",),
        ("填报日期", date(2023, 9, 20)),
    ]
    schools = ("填表人小学校", "备注小学", "小学", 12), (None, "制表小学", "小学", 30)
    rows = [*inputs.SCHOOL_ROWS, *schools, *notes]
    sheets = {**inputs.SHEETS, "学校": rows}
    document = read(inputs.workbook(tmp_path / "a.xlsx", sheets))
    [problem] = document.problems
    assert (problem.severity, problem.code, problem.at) == ("warning", "note_row", "学校!A5")
    assert problem.message.endswith("说明、签名7行（A5、B6、A7、A8、A9等）")
    assert problem.expected
    assert inputs.values(document, "schools")["学校名称"] == ["实验小学", "备注小学", "制表小学"]
