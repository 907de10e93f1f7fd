"""What is missing is told with the school, the cell where it should stand, and whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from compliance.cli import main
from examples.invented import county
from examples.writers import write_json, write_workbook
from tests.support.nonempty import nonempty

Document = dict[str, Any]


def incomplete() -> Document:
    """Blank: an area and the class list of the first school, trained teachers of the second, which only a sum of
    the county asks for; of the county the migrant children and one monitored subject."""
    document = county(5, "519988", "试县", "东镇 西镇")
    first, second = document["schools"][:2]
    first["teaching_area"] = None
    for name in ("primary_class_sizes", "primary_class_bands", "primary_largest_class"):
        first.pop(name, None)
    second["primary_trained_teachers"] = None
    document["county"]["migrant_children"] = None
    document["county"]["monitoring"] = document["county"]["monitoring"][1:]
    return document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("incomplete")
    write_workbook(where / "county.xlsx", incomplete())
    write_json(where / "county.json", incomplete())
    return where


def _run(*words: str) -> str:
    ran = CliRunner().invoke(main, list(words))
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    return ran.stdout.replace("\n    ", "")


def _under(path: Path, heading: str, row: int) -> str:
    """The cell of a school below a heading, as a spreadsheet program names it."""
    (cell,) = (one for one in openpyxl.load_workbook(path)["学校"][1] if one.value == heading)
    return f"学校!{cell.column_letter}{row}"


def _beside(path: Path, heading: str) -> str:
    """The cell of the county beside a heading."""
    (cell,) = (one for one in openpyxl.load_workbook(path)["县区"]["A"] if one.value == heading)
    return f"县区!B{cell.row}"


AREA, TRAINED = "教学及辅助用房面积", "小学近5年满360学时专任教师数"


def test_the_terminal_names_school_cell_and_owner_in_a_workbook(folder: Path) -> None:
    file = folder / "county.xlsx"
    cells = {
        "area": _under(file, AREA, 2),
        "trained": _under(file, TRAINED, 3),
        "county": _beside(file, "符合条件的随迁子女"),
        "classes": "班级!E1",  # the heading: no row of the school stands under it
        "subject": "质量监测!D1",
    }
    _names(file, cells)


def test_the_terminal_names_school_pointer_and_owner_in_json(folder: Path) -> None:
    cells = {
        "area": "/schools/0/teaching_area",
        "trained": "/schools/1/primary_trained_teachers",
        "county": "/county/migrant_children",
        "classes": "/schools/0/primary_class_sizes",
        "subject": "/county/monitoring/0/level",
    }
    _names(folder / "county.json", cells)


def _names(file: Path, cells: dict[str, str]) -> None:
    told = _run("check", str(file)).replace(" ", "")
    named = {
        "缺“教学及辅助用房面积”：1所学校（县第一实验小学{area}）——基建（项目）办提供",
        "缺“小学各班学生数”：1所学校（县第一实验小学{classes}）——基础教育股提供",
        "缺“小学近5年满360学时专任教师数”：1所学校（县第二实验小学{trained}）——人事股提供",
        "缺“符合条件的随迁子女”（{county}）——招生办（基础教育股）提供",
        "缺“国家义务教育质量监测结果（语文）”（{subject}）——督导室提供",
    }
    for line in nonempty(named):
        assert line.format(**cells) in told


def test_the_papers_do(folder: Path, tmp_path: Path) -> None:
    _run("rectify", str(folder / "county.xlsx"), "-o", str(tmp_path), "--format", "md")
    (listed,) = tmp_path.rglob("整改清单.md")
    cell = _under(folder / "county.xlsx", TRAINED, 3)
    assert f"| {TRAINED} | 1 | 县第二实验小学 {cell} |" in listed.read_text("utf-8")
    (own,) = (listed.parent / "一校一案").glob("*_县第二实验小学.md")
    assert f"{TRAINED}（{cell}）" in own.read_text("utf-8")


def test_a_table_without_the_column_names_the_row(tmp_path: Path) -> None:
    document = county(5, "519988", "试县", "东镇 西镇")
    for school in document["schools"]:
        school.pop("multimedia_rooms", None)
    write_workbook(tmp_path / "county.xlsx", document)
    told = _run("check", str(tmp_path / "county.xlsx")).replace(" ", "")
    assert "县第一实验小学学校!B2（表中无此项）" in told


def test_in_tables_of_their_own_the_file_stands_before_the_cell(tmp_path: Path) -> None:
    rows = [("code", "name", 90, ""), ("code2", "name2", "", 30)]
    head = "county_code,year,school_code,school_name,school_type,primary_students,primary_teachers"
    lines = (f"519988,2023,{a},{b},primary,{c},{d}" for a, b, c, d in rows)
    (tmp_path / "schools.csv").write_text("\n".join([head, *lines]), "utf-8")
    county_line = "county_code,county_name,year\n519988,试县,2023"
    (tmp_path / "counties.csv").write_text(county_line, "utf-8")
    told = _run("check", str(tmp_path))
    assert "name2 schools.csv F3" in told.replace("\n", "")
