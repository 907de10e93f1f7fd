"""`compliance import`: a county's own tables into one workbook; what was confirmed once, used again or refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats.read_marker import read_marker
from compliance.intake.own_tables.mapping_file import as_text, read_mapping
from tests.support.commands import run
from tests.support.workbooks import Sheets, write_sheets

WORDS = vocabulary()
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PUPILS: Sheets = {
    "Sheet1": [
        ["青石县2024年中小学生情况"],
        ["学校代码", "学校名称", "办学类型", "在校生数", None, "专任教师数", "室内体育用房面积（平方米）", "备注"],
        [None, None, None, "小学", "初中"],
        ["5101000001", "城关小学", "小学", 600, None, 30, None, "新建"],
        ["5101000002", "青石中学", "初级中学", None, 900, 70, 500, None],
        ["5101000003", "河口学校", "九年一贯制学校", 300, 200, 42, None, None],
        [None, "合计", None, 900, 1100, 142, 500, None],
    ]
}  # fmt: skip
EQUIPMENT: Sheets = {
    "装备": [
        ["学校代码", "教学仪器设备值（万元）", "资料总数"],
        ["5101000001", 120.5, 9000],
        ["5101000002", "一百八十万", 12000],
        ["5101000003", 80, 7000],
    ]
}
COUNTY: Sheets = {
    "县区": [["行政区划代码", "510100"], ["县（市、区）名称", "青石县"], ["学年起始年份", 2024]]
}


def merged(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    sheet.merge_cells("D2:E2")
    for column in "ABCFGH":
        sheet.merge_cells(f"{column}2:{column}3")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Three files of one county (pupils under two rows of headings, equipment, the county), imported; what was said."""
    home = tmp_path_factory.mktemp("county")
    tables = [
        write_sheets(home / "学生.xlsx", PUPILS, merged),
        write_sheets(home / "装备.xlsx", EQUIPMENT),
        write_sheets(home / "县.xlsx", COUNTY),
    ]
    return home, imported(tables)[1]


@pytest.fixture
def tables(first: tuple[Path, str], tmp_path: Path) -> list[Path]:
    """The three files, and beside them what the first import wrote."""
    shutil.copytree(first[0], tmp_path, dirs_exist_ok=True)
    return [tmp_path / name for name in ("学生.xlsx", "装备.xlsx", "县.xlsx")]


@pytest.fixture
def said(first: tuple[Path, str]) -> str:
    """What the first import said."""
    return first[1]


@pytest.fixture
def out(tables: list[Path]) -> Path:
    """The workbook that the first import wrote."""
    return tables[0].with_name("county.xlsx")


@pytest.fixture
def kept(out: Path) -> Path:
    """The mapping that it wrote."""
    return out.with_name("county.映射.toml")


def imported(tables: list[Path], *words: str | Path, code: int = 0) -> tuple[Path, str]:
    """The workbook written, and what was said."""
    out = tables[0].with_name("county.xlsx")
    result = run("import", *tables, "-o", out, *words)
    assert result.exit_code == code, result.output
    return out, result.output


def figures(path: Path, *facts: str) -> dict[str, tuple[Any, ...]]:
    """What a county's workbook says of its schools, read as any workbook is."""
    found = take_in([path], readers(), WORDS)
    frame = (found.unsound or found).completed().schools
    return {row[0]: row[1:] for row in frame.select("school_code", *facts).iter_rows()}


def column_of(path: Path, heading: str) -> list[Any]:
    """What stands under a heading of the schools, as typed."""
    rows = told(path, "学校")
    (column,) = {
        n for row in rows[:4] for n, text in enumerate(row) if str(text).startswith(heading)
    }
    return [row[column] for row in rows if str(row[0]).startswith("5101")]


def told(path: Path, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[sheet].iter_rows()]


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def confirm(book: Any) -> None:
    """An officer's choice: the teachers of the nine-year school are those of its junior stage."""
    sheet = book["列对应"]
    rows = {str(row[0].value): row for row in sheet.iter_rows()}
    rows["专任教师数"][4].value = "初中专任教师数（人）"
    rows["确认人"][4].value = "李四"
    rows["确认日期"][4].value = "2025-10-12"


def test_files_of_one_county_become_its_workbook(out: Path, said: str) -> None:
    assert figures(out, "primary_students", "junior_students", "equipment_value") == {
        "5101000001": (600, None, 1205000), "5101000002": (None, 900, None),
        "5101000003": (300, 200, 800000),
    }  # fmt: skip
    assert figures(out, "primary_teachers", "junior_teachers") == {
        "5101000001": (30, None), "5101000002": (None, 70), "5101000003": (None, None),
    }  # fmt: skip
    assert (
        "学生.xlsx Sheet1!D3 “在校生数/小学” → 小学在校生数 primary_students（人）；已填2/3：600、300"
        in said
    )
    assert (
        "装备.xlsx 装备!B1 “教学仪器设备值（万元）” → 教学仪器设备值 equipment_value（万元→元（1万元=10000元））"
        in said
    )
    assert "学生.xlsx Sheet1!H2 “备注”：不是数据；如 新建" in said
    assert "校舍" not in said
    assert "体育、艺术" in said.partition("还缺")[2]
    assert "人事股提供" in said.partition("还缺")[2]


def test_a_bad_cell_stays_as_typed_for_people_to_mend(out: Path, said: str) -> None:
    assert "装备.xlsx 装备!B3 学校5101000002: 教学仪器设备值：“一百八十万”不是数字" in said
    assert column_of(out, "教学仪器设备值") == [1205000, "一百八十万（万元）", 800000]
    checked = run("check", out)
    assert checked.exit_code == 4
    assert "一百八十万" in checked.output


def test_the_sheet_says_what_became_of_every_column(out: Path) -> None:
    rows = told(out, "导入说明")
    assert ["已使用", "小学在校生数 primary_students", "人", "学生.xlsx", "Sheet1", "Sheet1!D3",
            "在校生数/小学", "600；300", "2/3", "表头写明"] in rows  # fmt: skip
    states = {row[6]: row[0] for row in rows if row[5]}
    assert states["专任教师数"] == "待确认"
    assert states["资料总数"] == "未使用"
    assert states["备注"] == "非数据"
    text = "\n".join(str(row[0]) for row in rows)
    assert "一百八十万" in text
    assert "办提供" in text.partition("还缺的数据")[2]


def test_what_was_confirmed_is_used_kept_and_used_again(
    tables: list[Path], out: Path, kept: Path, said: str
) -> None:
    asking = out.with_name("county.映射.xlsx")
    assert "有1列待确认" in said
    first = figures(out, "junior_teachers")
    again, said = imported(tables, "--mapping", changed(asking, confirm))
    assert "待确认" not in said
    assert "李四 2025-10-12" in said
    assert figures(again, "junior_teachers") == {**first, "5101000003": (42,)}
    assert figures(again, "primary_teachers")["5101000001"] == (30,)  # its own, whatever was chosen
    mapping = read_mapping(kept)
    assert (mapping.confirmed_by, str(mapping.confirmed_on)) == ("李四", "2025-10-12")
    assert '"专任教师数" = "junior_teachers"  # 初中专任教师数' in kept.read_text("utf-8")
    earlier = kept.read_bytes()
    by_toml, _ = imported(tables, "--mapping", kept)
    assert figures(by_toml, "junior_teachers") == figures(again, "junior_teachers")
    assert kept.read_bytes() == earlier
    checked = run("check", *tables, "--mapping", kept, "--format", "json")
    assert '"confirmed_by": "李四"' in checked.output


def test_people_edit_it_by_hand(tables: list[Path]) -> None:
    out = tables[0].with_name("county.xlsx")
    kept, asking = out.with_name("M.toml"), out.with_name("确认.xlsx")  # neither is there yet
    imported(tables, "--mapping", kept, "--mapping-workbook", asking)
    assert (
        read_mapping(asking).resolved(WORDS).layouts == read_mapping(kept).resolved(WORDS).layouts
    )
    text = kept.read_text("utf-8")
    kept.write_text(text.replace('"资料总数" = "ignore"', '"资料总数" = "图书册数"'), "utf-8")
    by_hand, _ = imported(tables, "--mapping", kept)
    assert figures(by_hand, "books")["5101000001"] == (9000,)


@pytest.mark.parametrize(
    ("old", "new", "told_why"),
    [
        ('"在校生数/小学" = "primary_students"', '"在校生数/小学" = "junior_students"', "表头写明的是“小学在校生数”"),
        ('"资料总数" = "ignore"', '"资料总数" = { fact = "teaching_area", assumed = "册" }', "不能换算"),
        ('"备注" = "ignore"', '"备注" = "by_type"', "它不是各学段分列的数"),
        ('unit = "万元"', 'unit = "元"', "的单位由元变为万元"),
    ],
)  # fmt: skip
def test_a_mapping_against_the_headings_is_refused(
    tables: list[Path], kept: Path, old: str, new: str, told_why: str
) -> None:
    text = kept.read_text("utf-8")
    assert old in text
    kept.write_text(text.replace(old, new), "utf-8")
    checked = run("check", *tables, "--mapping", kept)
    assert checked.exit_code in (2, 4)
    assert told_why in checked.output


def test_another_layout_is_refused_and_the_other_tables_are_read(
    tables: list[Path], kept: Path
) -> None:
    write_sheets(
        tables[1], {"装备": [["学校代码", "教学仪器设备值（元）", "生机比"], ["5101000001", 1, 2]]}
    )
    out, said = imported(tables, "--mapping", kept, code=4)
    assert "装备.xlsx 装备!B1: “教学仪器设备值（元）”的单位由万元变为元" in said
    assert "装备.xlsx 装备!C1: 表头“生机比”是新的" in said
    assert "原有的表头“资料总数”不见了" in said
    found = figures(out, "primary_students", "equipment_value")
    assert found["5101000001"] == (600, None)


def test_a_blank_is_zero_only_where_somebody_says_so(tables: list[Path], out: Path) -> None:
    assert figures(out, "indoor_sports_area")["5101000001"] == (None,)
    out, said = imported(tables, "--blank-is-zero", "室内体育用房面积")
    assert figures(out, "indoor_sports_area") == {
        "5101000001": (0,), "5101000002": (500,), "5101000003": (0,),
    }  # fmt: skip
    counted = "学生.xlsx “室内体育用房面积（平方米）”有2格空白，按 --blank-is-zero 计为0"
    assert counted in said
    assert counted in {row[0] for row in told(out, "导入说明")}
    for column, why in (
        ("学校名称", "不是计数或数值"), ("体育馆面积", "输入里没有这一列"), ("资料总数", "不是计数或数值"),
    ):  # fmt: skip
        refused = run("check", *tables, "--blank-is-zero", column)
        assert refused.exit_code == 2
        assert why in refused.output


def test_a_file_that_cannot_be_read_costs_the_others_nothing(tables: list[Path]) -> None:
    broken = tables[0].with_name("坏的.xlsx")
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    out, said = imported([*tables, broken], code=4)
    assert "坏的.xlsx" in said
    assert figures(out, "primary_students")["5101000001"] == (600,)


def test_nothing_that_people_wrote_is_lost(tables: list[Path], out: Path) -> None:
    changed(out, lambda book: book["县区"].cell(3, 2, "改过"))
    _, said = imported(tables)
    kept = out.with_name("county_旧稿1.xlsx")
    assert f"存为 {kept}" in said
    assert told(kept, "县区")[2][1] == "改过"


def test_without_a_school_nothing_is_written(tables: list[Path]) -> None:
    out = tables[0].with_name("none.xlsx")
    result = run("import", tables[2], "-o", out)
    assert result.exit_code == 4
    assert not out.exists()


def test_the_drop_downs_offer_what_the_headings_allow(out: Path) -> None:
    book = openpyxl.load_workbook(out.with_name("county.映射.xlsx"))
    sheet, store = book["列对应"], book["候选"]
    rows = {str(row[0].value): row[0].row for row in sheet.iter_rows()}

    def offered(heading: str) -> list[str]:
        (rule,) = (
            one for one in sheet.data_validations.dataValidation if f"E{rows[heading]}" in one.sqref
        )
        span = rule.formula1.partition("!")[2].replace("$", "")
        return [
            str(cell.value)
            for row in store[span]
            for cell in (row if isinstance(row, tuple) else [row])
        ]

    assert offered("专任教师数")[:3] == [
        "按办学类型",
        "小学专任教师数（人）",
        "初中专任教师数（人）",
    ]
    assert offered("专任教师数")[-1] == "不使用"
    assert offered("在校生数/小学") == ["小学在校生数（人）", "不使用"]
    assert "图书册数（册）" in offered("资料总数")
    assert store.sheet_state == "hidden"


def test_workbook_and_toml_say_the_same(out: Path, kept: Path) -> None:
    book = out.with_name("county.映射.xlsx")
    one, other = (read_mapping(path).resolved(WORDS) for path in (book, kept))
    assert {layout.title: dict(layout.columns) for layout in one.layouts} == {
        layout.title: dict(layout.columns) for layout in other.layouts
    }
    assert as_text(other, WORDS) == kept.read_text("utf-8")


@pytest.mark.office
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_another_program_says_the_same(out: Path, tmp_path: Path) -> None:
    book = changed(out.with_name("county.映射.xlsx"), confirm)
    before = read_mapping(book).resolved(WORDS)
    saved = tmp_path / "saved"
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "xlsx", "--outdir", str(saved), str(book)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    after = read_mapping(saved / book.name).resolved(WORDS)
    assert after == before


def test_check_reads_the_pieces_as_one_county(tables: list[Path], kept: Path) -> None:
    write_sheets(
        tables[1],
        {**EQUIPMENT, "装备": [row for row in EQUIPMENT["装备"] if row[1] != "一百八十万"]},
    )
    checked = run("check", *tables, "--mapping", kept, "--format", "json")
    assert checked.exit_code in (1, 3), checked.output
    found = json.loads(checked.stdout)
    assert [one["county_code"] for one in found["counties"]] == ["510100"]
    assert found["manifest"]["mapping"]["name"] == kept.name
    told = run("explain", "R6", *tables, "--mapping", kept, "--school", "5101000001")
    assert "装备!B2" in told.output


def test_schools_without_their_county_are_told_what_they_lack(tables: list[Path]) -> None:
    out = tables[0].with_name("alone.xlsx")
    result = run("import", tables[0], "-o", out)
    assert result.exit_code == 0  # the county's sheet is there to be filled in
    assert "缺少工作表“县区”" in result.output
    assert "教学仪器设备值：3所学校缺——装备" in result.output
    marker = read_marker(out)
    assert marker is not None
    assert marker.county_code == ""
    assert column_of(out, "学校名称") == ["城关小学", "青石中学", "河口学校"]


def test_two_counties_are_not_made_one(tables: list[Path]) -> None:
    other: Sheets = {
        "县区": [["行政区划代码", "510200"], ["县（市、区）名称", "邻县"], ["学年起始年份", 2024]]
    }
    second = write_sheets(tables[0].with_name("邻县.xlsx"), other)
    out = tables[0].with_name("both.xlsx")
    result = run("import", *tables, second, "-o", out)
    assert result.exit_code == 4
    assert "510200" in result.output
    assert not out.exists()
