"""The workbook with figures in it: what is read back is what was given, figure by figure."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given

from compliance.checker import load
from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats.marker import Marker
from compliance.intake.formats.read_marker import read_marker
from compliance.kernel.submission import TABLES, Submission
from compliance.render.blank_workbook import workbook_bytes
from compliance.render.filled_workbook import submission_tables
from compliance.render.workbook_form import WorkbookForm
from tests.support.nonempty import nonempty
from tests.support.properties import a_county, seed

EXAMPLES = Path(__file__).parents[2] / "examples"
WORDS = vocabulary(load().fragments)
FORM = WorkbookForm(WORDS, "某规则集", ruleset="national")
# what JSON and other workbooks can say of things that papers show
STATED = {
    "buildings": [
        {"school_code": "1", "building": "=1号楼", "built_year": 1998, "area": 1200.25, "fire": "已验收"}
    ],
    "organisations": [
        {"name": "城关学区", "kind": "district", "lead": "1", "members": ["2", "3"], "start": "2021-09"},
        {"name": "城关学区", "kind": "district", "members": ["4"], "start": "2022", "end": "2024"},
    ],
    "succession": [
        {"old_code": "9", "new_code": ["1", "2"], "date": "2022-09-01", "reason": "split"},
        {"old_code": "8", "reason": "closed"},
    ],
}  # fmt: skip


def read(path: Path) -> Submission:
    return take_in([path], readers(), WORDS)


def written(submission: Submission, path: Path, **more: Any) -> Path:
    [key] = submission.counties.select("county_code", "year").iter_rows()
    tables = submission_tables(submission, key, WORDS)
    path.write_bytes(workbook_bytes(FORM, tables=tables, **{"room": 0, **more}))
    return path


def same(one: Submission, other: Submission) -> None:
    """Every figure, statement and list, but for where it stands."""
    for table in nonempty(TABLES):
        before, after = getattr(one, table), getattr(other, table)
        places = [name for name in ("file", "at") if name in before.columns]
        given_ = [name for name in before.columns if before[name].is_not_null().any()]
        read_ = [name for name in after.columns if after[name].is_not_null().any()]
        assert set(given_) ^ set(read_) <= {"data_kind"}, table
        kept = [name for name in given_ if name not in places]
        assert before.select(kept).equals(after.select(kept)), table


@given(number=seed)
def test_a_county_comes_back_whole(number: int) -> None:
    document = a_county(number)
    document["county"] |= STATED
    with TemporaryDirectory() as folder:
        path = Path(folder) / "county.json"
        path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        before = read(path)
        if before.counties.height:
            same(before, read(written(before, Path(folder) / "county.xlsx")))


def test_the_examples_come_back_whole(tmp_path: Path) -> None:
    for name in ("anhui_county.xlsx", "henan_county.xlsx", "conforming.json"):
        before = read(EXAMPLES / name)
        after = read(written(before, tmp_path / f"{name}.xlsx", room=20))
        same(before, after)
        assert not {"unknown_heading", "sheet_not_read"} & {one.code for one in after.problems}


def test_cells_stand_as_typed_wrong_ones_too(tmp_path: Path) -> None:
    """Nothing is put right in passing: the reader then says what is wrong, cell by cell."""
    county = {"county_code": "349901", "county_name": "=皖均县", "year": 2023}
    typed = {
        "school_code": "0012345678", "school_name": "城关小学", "school_type": "大学",
        "primary_students": "八百", "primary_teachers": 12.5, "teaching_area": -3,
        "primary_class_sizes": "45;44", "junior_students": 12345678901234567890,
        "indoor_sports_area": 0.1 + 0.2, "boarding": True, "books": None,
    }  # fmt: skip
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook_bytes(FORM, room=0, tables={"counties": [county], "schools": [typed]})
    )
    sheet = openpyxl.load_workbook(path)["学校"]
    headings = [str(one.value).partition("\n")[0] for one in sheet[2]]
    cells = dict(zip(headings, sheet[4], strict=True))
    assert cells["学校（机构）标识码"].value == "0012345678"
    assert cells["小学在校生数"].value == "八百"
    assert cells["小学专任教师数"].value == 12.5
    assert cells["小学各班学生数"].value == "45;44"
    assert cells["初中在校生数"].value == "12345678901234567890"
    assert cells["室内体育用房面积"].value == "0.30000000000000004"
    assert cells["是否寄宿制"].value == "是"
    assert cells["图书册数"].value is None
    assert cells["办学类型"].value == "大学"
    found = {one.at: one.code for one in read(path).problems if one.severity == "error"}
    assert found[f"学校!{cells['小学在校生数'].coordinate}"] == "not_a_number"
    assert found[f"学校!{cells['小学专任教师数'].coordinate}"] == "not_whole"
    assert found[f"学校!{cells['教学及辅助用房面积'].coordinate}"] == "negative"
    assert found[f"学校!{cells['初中在校生数'].coordinate}"] == "above_maximum"


def test_the_mark_stands_beside_the_figures(tmp_path: Path) -> None:
    before = read(EXAMPLES / "conforming.json")
    mark = Marker.now("519901", 2023, ruleset="national")
    path = written(before, tmp_path / "a.xlsx", mark=mark)
    assert read_marker(path) == mark
    same(before, read(path))
