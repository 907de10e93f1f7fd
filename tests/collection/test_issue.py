"""What a school is sent: only what its type has, known figures locked, a page to sign, a marker inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.checker import load
from compliance.cli.workbook_form import workbook_form
from compliance.collection import issue, read_register
from compliance.intake.formats.read_marker import read_marker
from compliance.kernel.errors import UsageError
from compliance.render.school_workbook import CLASSES, CONFIRMATION, FORM, ROOMS
from tests.collection.small_county import (
    CODES,
    JUNIOR,
    NINE,
    PRIMARY,
    SPECIAL,
    VOCATIONAL,
    register_file,
    school,
    sent,
)
from tests.support.nonempty import nonempty


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("sent")
    listed = register_file(base, figures=lambda name: name in ("primary_students", "books"))
    return sent(listed, base / "out")


def items(path: Path) -> dict[str, tuple[Any, bool, str]]:
    """Title → value, whether the cell is locked, and what is expected, of every row of the form."""
    sheet = openpyxl.load_workbook(path)[FORM]
    assert sheet.protection.sheet, "protected"
    return {
        str(title.value): (value.value, value.protection.locked, str(standing.value))
        for title, _, value, standing, _ in nonempty(sheet.iter_rows(min_row=7))
        if standing.value
    }


def test_a_workbook_a_school_named_by_code_and_name(files: dict[str, Path]) -> None:
    assert set(files) == set(CODES)
    assert files[PRIMARY].name == f"{PRIMARY}_{school(PRIMARY)['school_name']}.xlsx"


def test_what_is_known_is_filled_in_and_locked_and_nothing_else_is(files: dict[str, Path]) -> None:
    rows = items(files[PRIMARY])
    assert rows["小学在校生数"] == (school(PRIMARY)["primary_students"], True, "已知")
    assert rows["图书册数"] == (school(PRIMARY)["books"], True, "已知")
    assert rows["办学类型"] == ("小学", True, "已知")
    assert rows["小学专任教师数"] == (None, False, "必填")
    assert rows["小学年级数"] == (None, False, "选填")
    for value, locked, standing in nonempty(rows.values()):
        assert locked == (standing == "已知")
        assert (value is None) != locked


def test_a_school_is_asked_only_what_its_type_has(files: dict[str, Path]) -> None:
    asked = {code: set(items(files[code])) for code in CODES}
    assert not [title for title in asked[PRIMARY] if title.startswith(("初中", "高中", "特殊"))]
    assert not [title for title in asked[JUNIOR] if title.startswith(("小学", "特殊"))]
    assert {"小学专任教师数", "初中专任教师数", "三年转入"} <= asked[NINE]
    open_ = {t for t, one in items(files[SPECIAL]).items() if one[2] == "必填"}
    assert open_ == {
        "特殊教育学校专任教师数", "特殊教育学校持教师资格证专任教师数",
        "特殊教育学校近5年满360学时专任教师数", "公用经费预算总额", "教师培训经费预算",
    }  # fmt: skip
    assert "必填" not in {one[2] for one in items(files[VOCATIONAL]).values()}
    sheets = {code: openpyxl.load_workbook(files[code]).sheetnames for code in CODES}
    assert {CLASSES, ROOMS, CONFIRMATION} <= set(sheets[NINE])
    assert not {CLASSES, ROOMS} & set(sheets[SPECIAL])


def test_classes_are_asked_by_stage_each_with_its_bounds(files: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(files[NINE])[CLASSES]
    stages = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert stages == ["小学"] * 100 + ["初中"] * 100
    assert sheet["A2"].protection.locked
    assert not sheet["D2"].protection.locked
    rules = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    assert (rules["D2:D101"].formula1, rules["D2:D101"].formula2) == ("0", "1000")
    assert "九年级" in str(rules["B102:B201"].formula1)


def test_figures_are_checked_while_they_are_typed(files: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(files[PRIMARY])
    rows = {str(row[0].value): row[2].coordinate for row in book[FORM].iter_rows(min_row=7)}
    rules = {str(one.sqref): one for one in book[FORM].data_validations.dataValidation}
    assert rules[rows["小学专任教师数"]].type == "whole"
    assert rules[rows["教学及辅助用房面积"]].type == "decimal"
    assert rows["小学在校生数"] not in rules, "locked"
    kinds = next(one for one in book[ROOMS].data_validations.dataValidation)
    assert kinds.formula1 == '"音乐,美术"'


def test_the_page_to_sign_shows_every_figure_on_one_page(files: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(files[NINE])
    sheet = book[CONFIRMATION]
    setup = sheet.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight or 1) == (1, 1)
    shown = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    places = {str(row[0].value): row[2].coordinate for row in book[FORM].iter_rows(min_row=7)}
    for title in nonempty(one for one, told in items(files[NINE]).items() if told[2] == "必填"):
        assert title in shown
        at = f"{FORM}!${places[title][0]}${places[title][1:]}"
        assert any(at in one for one in shown), "it follows what is typed"
    text = " ".join(shown)
    assert all(word in text for word in ("填报人（签字）", "校长（签字）", "公章", "日期"))
    assert sheet.protection.sheet


def test_the_marker_says_whose_it_is(files: dict[str, Path]) -> None:
    marks = {code: read_marker(path) for code, path in files.items()}
    for code, mark in nonempty(marks.items()):
        assert mark is not None
        assert (mark.county_code, mark.year, mark.school_code) == ("519901", 2023, code)
        assert mark.ruleset == "national"
    assert len({mark.version for mark in marks.values() if mark}) == 1, "one round"


def test_figures_of_another_year_are_not_known(tmp_path: Path) -> None:
    files = sent(register_file(tmp_path, figures=lambda _: True), tmp_path / "out", 2024)
    rows = items(files[PRIMARY])
    assert rows["小学在校生数"] == (None, False, "必填")
    assert rows["校长"][2] == "已知"
    mark = read_marker(files[PRIMARY])
    assert mark is not None
    assert mark.year == 2024


def test_known_classes_and_rooms_are_locked_rows(tmp_path: Path) -> None:
    files = sent(register_file(tmp_path, figures=lambda _: True), tmp_path / "out")
    book = openpyxl.load_workbook(files[PRIMARY])
    sizes = [row[3].value for row in book[CLASSES].iter_rows(min_row=2)]
    assert sizes == school(PRIMARY)["primary_class_sizes"]
    assert all(row[3].protection.locked for row in nonempty(book[CLASSES].iter_rows(min_row=2)))
    areas = [(row[0].value, row[1].value) for row in book[ROOMS].iter_rows(min_row=2)]
    assert areas == [
        *(("音乐", area) for area in school(PRIMARY)["music_room_areas"]),
        *(("美术", area) for area in school(PRIMARY)["art_room_areas"]),
    ]


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path) -> None:
    listed = register_file(tmp_path)
    register, _ = read_register([listed], load(), workbook_form)
    assert register is not None
    there = tmp_path / "out" / f"{PRIMARY}_{school(PRIMARY)['school_name']}.xlsx"
    there.parent.mkdir()
    there.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="可能已填写"):
        issue(register, there.parent)
    assert [path.name for path in there.parent.iterdir()] == [there.name]
    assert there.read_bytes() == b"filled in"


def test_a_list_with_errors_makes_no_workbooks(tmp_path: Path) -> None:
    listed = register_file(tmp_path)
    listed.write_text(listed.read_text("utf-8").replace('"primary"', '"小小学"'), "utf-8")
    register, problems = read_register([listed], load(), workbook_form)
    assert register is None
    assert {"unknown_word"} == {one.code for one in problems if one.severity == "error"}
