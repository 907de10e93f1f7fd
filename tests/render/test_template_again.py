"""The template written where a workbook stands already."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from compliance.facts.vocabulary import vocabulary
from compliance.kernel.errors import UsageError
from compliance.render.blank_workbook import write_template
from compliance.render.workbook_form import WorkbookForm

WORDS = vocabulary()
FORM = WorkbookForm(WORDS, "某规则集")


def test_a_filled_in_workbook_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="文件已存在，可能已填写") as caught:
        write_template(path, FORM)
    assert caught.value.exit_code == 2
    assert "换个文件名" in caught.value.todo
    assert path.read_bytes() == b"filled in"
    assert [child.name for child in tmp_path.iterdir()] == ["a.xlsx"]


def test_an_empty_file_and_the_same_workbook_are_nobodys_work(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.touch()
    write_template(path, FORM)
    write_template(path, FORM)
    once = path.read_bytes()
    write_template(path, FORM)
    assert path.read_bytes() == once


def test_a_room_sheet_lets_an_officer_say_none(tmp_path: Path) -> None:
    """无 in 面积 is a known empty list, so that Excel must not insist on a number there."""
    path = tmp_path / "blank.xlsx"
    write_template(path, FORM)
    sheet = load_workbook(path)["专用教室"]
    headings = {str(cell.value).split("\n")[0]: cell.coordinate[0] for cell in sheet[1]}
    checked = {str(rule.sqref)[0] for rule in sheet.data_validations.dataValidation}
    area = next(letter for heading, letter in headings.items() if heading.startswith("面积"))
    assert area not in checked
    assert headings["类别"] in checked
