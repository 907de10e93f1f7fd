"""Merged cells among records, and what a workbook hides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats import xlsx
from compliance.kernel.submission import Submission
from tests.intake import inputs

HEAD = (*inputs.SCHOOL_ROWS[0], "教学仪器设备值", "乡镇（街道）")
FIRST = ("2134000001", "第一小学", "小学", 860, 2_200_000, "城关镇")
SECOND = ("2134000002", "第二小学", "小学", 480, None, None)
THIRD = ("2134000003", "第三小学", "小学", 300, 900_000, "河口乡")
SCHOOLS = {**inputs.SHEETS, "学校": [HEAD, FIRST, SECOND, THIRD]}


def merging(**blocks: str | Sequence[str]) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        for sheet, ranges in blocks.items():
            for block in [ranges] if isinstance(ranges, str) else ranges:
                book[sheet].merge_cells(block)

    return change


def taken(path: Path) -> Submission:
    return take_in([path], readers(), vocabulary()).completed()


def said(submission: Submission) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.at) for one in submission.problems]


class TestMerged:
    def test_a_figure_over_two_schools_is_nobody_s_and_a_word_is_for_both(
        self, tmp_path: Path
    ) -> None:
        change = merging(学校=["E2:E3", "F2:F3"])
        found = taken(inputs.workbook(tmp_path / "a.xlsx", SCHOOLS, change))
        assert said(found) == [("warning", "merged_cell", "学校!E2")]
        assert found.problems[0].facts == ("equipment_value",)
        assert found.schools["equipment_value"].to_list() == [None, None, 900_000]
        assert found.schools["township"].to_list() == ["城关镇", "城关镇", "河口乡"]

    def test_what_lies_unseen_under_the_merge_is_nobody_s_either(self, tmp_path: Path) -> None:
        """LibreOffice keeps it there."""
        path = inputs.workbook(tmp_path / "a.xlsx", SCHOOLS)

        def merge(name: str, content: bytes) -> bytes:
            block = b'</sheetData><mergeCells count="1"><mergeCell ref="D2:D3"/></mergeCells>'
            return (
                content.replace(b"</sheetData>", block) if name.endswith("sheet2.xml") else content
            )

        found = taken(inputs.repacked(path, merge))
        assert ("warning", "merged_cell", "学校!D2") in said(found)
        assert found.schools["primary_students"].to_list() == [None, None, 300]

    def test_a_figure_over_two_columns(self, tmp_path: Path) -> None:
        change = merging(学校="D4:E4")
        found = taken(inputs.workbook(tmp_path / "a.xlsx", SCHOOLS, change))
        assert ("warning", "merged_cell", "学校!D4") in said(found)
        assert found.schools["primary_students"].to_list() == [860, 480, None]

    def test_one_school_in_two_lines(self, tmp_path: Path) -> None:
        rows = [HEAD, FIRST, (None,) * 6, THIRD]
        change = merging(学校=[f"{column}2:{column}3" for column in "ABCDEF"])
        found = taken(inputs.workbook(tmp_path / "a.xlsx", {**SCHOOLS, "学校": rows}, change))
        assert said(found) == []
        assert found.schools["equipment_value"].to_list() == [2_200_000, 900_000]

    def test_a_code_over_two_schools_is_the_same_code_twice(self, tmp_path: Path) -> None:
        rows = [HEAD, FIRST, (None, *SECOND[1:]), THIRD]
        found = taken(
            inputs.workbook(tmp_path / "a.xlsx", {**SCHOOLS, "学校": rows}, merging(学校="A2:A3"))
        )
        assert [(code, at) for _, code, at in said(found)] == [
            ("duplicate_school", "学校!A2"),
            ("duplicate_school", "学校!A3"),
        ]

    def test_a_merge_that_reaches_into_the_total_belongs_to_the_school(
        self, tmp_path: Path
    ) -> None:
        rows = [HEAD, FIRST, THIRD, ("合计", None, None, 1160, None, None)]
        found = taken(
            inputs.workbook(tmp_path / "a.xlsx", {**SCHOOLS, "学校": rows}, merging(学校="E3:E4"))
        )
        assert [code for _, code, _ in said(found)] == ["total_row"]
        assert found.schools["equipment_value"].to_list() == [2_200_000, 900_000]

    def test_classes_and_rooms(self, tmp_path: Path) -> None:
        sheets = {
            **SCHOOLS,
            "班级": [
                ("学校标识码", "学段", "年级", "班级", "学生数"),
                ("2134000003", "小学", "一年级", "1班", 45),
                (None, None, None, "2班", 44),
                (None, None, "二年级", "1班", None),
            ],
            "专用教室": [
                ("学校标识码", "类别", "面积"),
                ("2134000003", "音乐", 96),
                (None, "美术", None),
            ],
        }
        change = merging(班级=["A2:A4", "B2:B4", "C2:C3", "E3:E4"], 专用教室=["A2:A3", "C2:C3"])
        found = taken(inputs.workbook(tmp_path / "a.xlsx", sheets, change))
        assert [one for one in said(found) if one[1] == "merged_cell"] == [
            ("warning", "merged_cell", "班级!E3"),
            ("warning", "merged_cell", "专用教室!C2"),
        ]
        last = found.schools.row(-1, named=True)
        assert last["primary_class_sizes"] is None
        assert last["music_room_areas"] is last["art_room_areas"] is None

    def test_a_statement_over_several_vetoes_is_made_of_none(self, tmp_path: Path) -> None:
        sheets = {
            **inputs.SHEETS,
            "一票否决": [("事项", "是否存在"), ("V1", "否"), ("V2", None), ("V3", "否")],
            "佐证": [
                ("指标", "是否达到", "佐证材料"),
                ("G1", "是", "规划.pdf"),
                ("G2", "是", None),
            ],
        }
        found = taken(
            inputs.workbook(tmp_path / "a.xlsx", sheets, merging(一票否决="B2:B3", 佐证="C2:C3"))
        )
        assert ("warning", "merged_cell", "一票否决!B2") in said(found)
        stated = dict(found.vetoes.select("rule", "exists").iter_rows())
        assert stated["V3"] is False
        assert stated.get("V1") is None
        assert stated.get("V2") is None
        assert found.attestations["evidence"].to_list() == [["规划.pdf"], ["规划.pdf"]]

    def test_merges_that_lie_over_each_other_by_the_thousand(self, tmp_path: Path) -> None:
        def merge(name: str, content: bytes) -> bytes:
            blocks = b'<mergeCell ref="A1:XFD1048576"/>' * 300_000
            merges = b"</sheetData><mergeCells>" + blocks + b"</mergeCells>"
            return (
                content.replace(b"</sheetData>", merges) if name.endswith("sheet2.xml") else content
            )

        path = inputs.repacked(inputs.workbook(tmp_path / "a.xlsx", SCHOOLS), merge)
        assert inputs.codes(xlsx.read(path)) == ["damaged"]


class TestHidden:
    @pytest.mark.parametrize("state", ["hidden", "veryHidden"])
    def test_a_hidden_sheet_is_read_and_said_to_be(
        self, tmp_path: Path, state: Literal["hidden", "veryHidden"]
    ) -> None:
        def hide(book: openpyxl.Workbook) -> None:
            book["学校"].sheet_state = state

        found = taken(inputs.workbook(tmp_path / "a.xlsx", SCHOOLS, hide))
        assert ("warning", "hidden_sheet", "学校") in said(found)
        assert len(found.schools) == 3

    @pytest.mark.parametrize(("sheet", "other"), [("学校", "学校（新）"), ("县区", "县区2023")])
    def test_one_that_is_seen_may_be_meant(self, tmp_path: Path, sheet: str, other: str) -> None:
        def hide(book: openpyxl.Workbook) -> None:
            book[sheet].sheet_state = "hidden"

        sheets = {**SCHOOLS, other: SCHOOLS[sheet]}
        found = taken(inputs.workbook(tmp_path / "a.xlsx", sheets, hide))
        [problem] = [one for one in found.problems if one.severity == "error"]
        assert (problem.code, problem.at) == ("duplicate_sheet", other)
        assert f"“{sheet}”是隐藏的" in problem.message
        assert f"“{other}”" in problem.message

    def test_a_visible_sheet_of_another_kind_is_no_rival(self, tmp_path: Path) -> None:
        def hide(book: openpyxl.Workbook) -> None:
            book["学校"].sheet_state = "hidden"

        sheets = {**SCHOOLS, "通讯录": [("学校名称", "校长", "电话"), ("第一小学", "王", 1)]}
        found = taken(inputs.workbook(tmp_path / "a.xlsx", sheets, hide))
        assert [one for one in said(found) if one[0] == "error"] == []

    def test_hidden_rows_and_columns(self, tmp_path: Path) -> None:
        def hide(book: openpyxl.Workbook) -> None:
            for row in (3, 4, 9):
                book["学校"].row_dimensions[row].hidden = True
            book["学校"].column_dimensions["E"].hidden = True
            book["学校"].column_dimensions["Z"].hidden = True
            book["县区"].row_dimensions[2].hidden = True

        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", SCHOOLS, hide))
        assert [(one.severity, one.code, one.at) for one in document.problems] == [
            ("warning", "hidden_rows", "县区!A2"),
            ("warning", "hidden_rows", "学校!A3"),
            ("warning", "hidden_columns", "学校!E1"),
        ]
        assert "2行" in document.problems[1].message
        assert inputs.values(document, "schools")["小学在校生数（人）"] == [860, 480, 300]
