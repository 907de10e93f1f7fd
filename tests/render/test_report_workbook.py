"""The report as a workbook, read back by another library: figures as numbers, states that colour them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from compliance.cli import main
from compliance.engine.results import Results
from compliance.kernel import i18n
from compliance.render import renderers
from compliance.render.report import county
from tests.render import fixture
from tests.support.nonempty import nonempty

EXAMPLE = Path(__file__).parents[2] / "examples" / "anhui_county.xlsx"
SHEETS = ["结论", "由什么决定", "县级指标", "矩阵", "缺口", "缺口分乡镇", "缺口分科室", "差异系数",
          "已备案豁免", "尚缺数据", "数据问题", "规则"]  # fmt: skip
Row = dict[str, Any]


def written(report: Results) -> bytes:
    stream = io.BytesIO()
    renderers()["xlsx"](report, stream)
    return stream.getvalue()


def opened(report: Results) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(report)))


def body(sheet: Worksheet) -> list[Row]:
    """The rows below the headings, by their headings."""
    first, last = (int(row) for row in re.findall(r"\d+", str(sheet.auto_filter.ref)))
    heads = [str(cell.value).split("\n")[0] for cell in sheet[first]]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(first + 1, last)]
    return [dict(zip(heads, row, strict=True)) for row in cells]


def test_the_sheets_are_set_up_to_be_worked_in_and_printed() -> None:
    book = opened(fixture.one_county())
    assert book.sheetnames == SHEETS
    for sheet in nonempty(book.worksheets):
        first = re.findall(r"\d+", str(sheet.auto_filter.ref))[0]
        assert sheet.print_title_rows == f"${first}:${first}", "headings on every page"
        assert str(sheet.freeze_panes).endswith(str(int(first) + 1))
        paper = "8" if sheet.title == "矩阵" else "9"
        assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == (
            "landscape",
            paper,
        )
        assert sheet.page_setup.fitToHeight == 0, "as many pages as it takes, one wide"


def test_the_matrix_holds_numbers_and_their_states() -> None:
    rows = body(opened(fixture.one_county())["矩阵"])
    names = [row["学校"] for row in rows]
    assert names == ["第一小学", "清河九年制学校", "清河九年制学校", fixture.HOSTILE]
    junior = rows[2]
    assert (junior["学段"], junior["未达标项"], junior["RS判定"]) == ("初中", 4, "✗ 不达标")
    found = {key: (junior[head], junior[f"{key}判定"]) for key, head in (
        ("R1", "R1 高于规定学历教师"), ("R4", "R4 教学及辅助用房面积"), ("R5", "R5 体育运动场馆面积"),
        ("R6", "R6 教学仪器设备值"), ("G3", "G3 音乐、美术专用教室"), ("G5", "G5 班级学生数"),
    )}  # fmt: skip
    assert found == {"R1": (5.4, "✓"), "R4": (5.28, "▽"), "R5": (7.04, "✗"), "R6": (2640, "✓"),
                     "G3": (1, "✗"), "G5": (None, None)}  # fmt: skip
    assert (rows[3]["R6 教学仪器设备值"], rows[3]["R6判定"]) == (None, "?"), "missing is not zero"
    assert (rows[0]["G5 班级学生数"], rows[0]["G5判定"]) == (45, "✓※")


def test_colours_follow_the_state_beside_the_figure() -> None:
    """Each figure with its state, and each state of its own, has four formats that look at that state."""
    book = opened(fixture.one_county())
    sheet = book["矩阵"]
    head = int(re.findall(r"\d+", str(sheet.auto_filter.ref))[0])
    states = [
        str(cell.coordinate).rstrip("0123456789")
        for cell in sheet[head]
        if str(cell.value).endswith("判定")
    ]
    looked = {}
    for found in nonempty(list(sheet.conditional_formatting)):
        formulas = [rule.formula[0] for rule in found.rules]
        signs = [re.fullmatch(r'LEFT\(\$([A-Z]+)\d+,1\)="(.)"', one) for one in formulas]
        assert {one[1] for one in signs if one} == {
            str(found.sqref).split(":")[1].rstrip("0123456789")
        }
        assert [one[2] for one in signs if one] == ["✗", "▽", "?", "✓"]
        looked[str(found.sqref).split(":")[1].rstrip("0123456789")] = found.sqref
    assert sorted(looked, key=lambda name: (len(name), name)) == states


def test_gaps_by_school_township_and_section() -> None:
    """Made by hand: the stages of 清河 share 3590.91 m² of ground; 第一小学 meets all the same."""
    book = opened(fixture.one_county())
    gaps = [
        (row["学校"], row["学段"], row["编号"], row["其中"], row["缺口"], row["超出"], row["性质"])
        for row in body(book["缺口"])
    ]
    put_right, advised = "须整改", "建议提升（该学段已达标）"
    assert gaps == [
        ("第一小学", "小学", "R3", None, 1, None, advised),
        ("清河九年制学校", "小学", "R1", None, 2, None, put_right),
        ("清河九年制学校", "小学", "R5", None, 1375, None, put_right),
        ("清河九年制学校", "初中", "R4", None, 590.91, None, put_right),
        ("清河九年制学校", "初中", "R5", None, 3590.91, None, put_right),
        ("清河九年制学校", None, "G3", "音乐专用教室", 2, None, put_right),
        ("清河九年制学校", "小学", "G5", None, None, 3, put_right),
        ("全县", "小学", "D2", None, None, None, put_right),
        ("全县", None, "G7", None, 10000, None, put_right),
    ]
    town = {
        (row["乡镇"], row["编号"], row["性质"]): (row["缺口"] or row["超出"], row["学校数"])
        for row in body(book["缺口分乡镇"])
    }
    assert town == {
        ("城关镇", "R1", put_right): (2, 1),
        ("城关镇", "R3", advised): (1, 1),
        ("城关镇", "R4", put_right): (590.91, 1),
        ("城关镇", "R5", put_right): (3590.91, 1),
        ("城关镇", "G3", put_right): (2, 1),
        ("城关镇", "G5", put_right): (3, 1),
    }
    office = [(row["牵头单位"], row["编号"], row["学校数"]) for row in body(book["缺口分科室"])]
    assert office == [
        ("人事股", "R1", 1), ("人事股", "R3", 1), ("基建股", "R4", 1), ("基建股", "R5", 1),
        ("装备股", "G3", 1), ("基教股", "G5", 1), ("财务股", "G7", "全县"),
    ]  # fmt: skip


def test_coefficients_are_numbers_and_shown_in_full_where_rounding_would_mislead() -> None:
    (row, *_) = [
        row for row in body(opened(fixture.one_county())["差异系数"]) if row["编号"] == "D2"
    ]
    assert (row["均值"], row["差异系数"], row["标准"], row["判定"]) == (
        0.8876,
        0.5004,
        0.5,
        "✗ 不达标",
    )
    county_ = CliRunner().invoke(main, ["check", str(EXAMPLE), "--format", "xlsx"])
    assert county_.exit_code == 1
    book = openpyxl.load_workbook(io.BytesIO(county_.stdout_bytes))
    drivers = {(row["编号"], row["学段"]): row["主要影响学校"] for row in body(book["差异系数"])}
    assert drivers["D2", "初中"].startswith(
        "县第一初级中学（学生1302人，3.69，高于均值，占82.0%）；"
    )


def test_what_people_wrote_stays_text() -> None:
    """A school named like a formula, and a problem with one: no formula, no link, in any sheet."""
    with zipfile.ZipFile(io.BytesIO(written(fixture.one_county()))) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
        whole = "".join(package.read(name).decode() for name in nonempty(sheets))
        assert not [
            name for name in package.namelist() if "external" in name or "_rels/sheet" in name
        ]
    assert "<f>" not in whole
    assert "<hyperlink" not in whole


def test_several_counties_stand_in_one_table_each() -> None:
    book = opened(fixture.several())
    assert [(row["县（市、区）"], row["位次"]) for row in body(book["排名"])] == [
        ("甲县", 1), ("丙自治县", 2), ("乙市中区", 3)
    ]  # fmt: skip
    assert [(row["县（市、区）"], row["学年"], row["学校"]) for row in body(book["矩阵"])] == [
        ("甲县", 2023, "甲小学"), ("乙市中区", 2023, "乙小学"), ("丙自治县", 2023, "丙小学")
    ]  # fmt: skip


def test_a_nation_gets_its_counties_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(county, "_COUNTIES", 2)
    book = opened(fixture.several())
    assert book.sheetnames == ["排名", "各县各项", "数据问题", "规则"]
    assert "县数过多" in str([cell.value for row in book["排名"].iter_rows() for cell in row])


def test_nothing_judged_is_told() -> None:
    book = opened(fixture.nothing_judged())
    assert "丁县 340104 数据有误，未判定" in [
        cell.value for row in book["结论"].iter_rows() for cell in row
    ]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_same_report_gives_the_same_bytes(language: str) -> None:
    with i18n.use(language):
        assert written(fixture.one_county()) == written(fixture.one_county())


def test_english_sheets_are_english() -> None:
    told = CliRunner().invoke(main, ["check", str(EXAMPLE), "--format", "xlsx", "--lang", "en"])
    book = openpyxl.load_workbook(io.BytesIO(told.stdout_bytes))
    heads = [
        str(cell.value)
        for sheet in nonempty(book.worksheets)
        for cell in sheet[int(re.findall(r"\d+", str(sheet.auto_filter.ref))[0])]
    ]
    assert [one for one in [*book.sheetnames, *heads] if re.search(r"[一-鿿]", one)] == []
