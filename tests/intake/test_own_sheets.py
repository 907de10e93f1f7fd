"""Sheets and texts of people's own: told by what they hold, read with all their headings, or said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats import xlsx
from compliance.kernel.submission import Submission
from tests.intake import inputs
from tests.support.workbooks import Sheets

Rows = Sequence[Sequence[object]]
SCHOOLS = {"2134000001": "第一小学", "2134000002": "第二小学", "2134000003": "第一初中"}
TYPES = ("小学", "小学", "初级中学")
BASIS: Rows = [
    ("学校基础信息", None, None, "在校生数", None, "备注"),
    ("学校（机构）名称", "学校（机构）代码", "办学类型", "小学", "初中", None),
    *((name, code, kind, *figures, None) for (code, name), kind, figures in zip(
        SCHOOLS.items(), TYPES, ((860, None), (480, None), (None, 520)), strict=True)),
]  # fmt: skip
TEACHERS: Rows = [
    ("县教育局 教师基本情况表", None, None, None),
    ("单位：人", None, None, None),
    ("学校名称", "学校标识码", "专任教师", "专任教师"),
    (None, None, "小学", "初中"),
    *((name, code, 40 if "小学" in name else None, None if "小学" in name else 52) for code, name in SCHOOLS.items()),
    (None, None, 80, 52),
]  # fmt: skip
TOTAL: Sequence[object] = ("全县合计", None, 80, 52)
CLASSES: Rows = [
    ("学校标识码", "学段", "年级", "班级", "学生数"),
    ("2134000001", "小学", "一年级", "1班", 45),
]
COUNTY: Rows = [("项目", "填报值"), *inputs.COUNTY_ROWS]


def taken(path: Path) -> Submission:
    return take_in([path], readers(), vocabulary()).completed()


def errors(submission: Submission) -> list[tuple[str, str]]:
    return [(one.code, one.at) for one in submission.problems if one.severity == "error"]


def test_sheets_are_told_by_what_they_hold(tmp_path: Path) -> None:
    sheets: Sheets = {
        "Sheet1": [*TEACHERS[:-1], TOTAL],
        "教基3112": BASIS,
        "学校": CLASSES,
        "新建工作表": COUNTY,
    }
    path = inputs.workbook(tmp_path / "a.xlsx", sheets)
    tables = [(one.name, one.sheet) for one in xlsx.read(path).tables]
    assert tables == [
        ("schools", "Sheet1"), ("schools", "教基3112"), ("classes", "学校"), ("counties", "新建工作表"),
    ]  # fmt: skip
    found = taken(path)
    assert errors(found) == []
    facts = (
        "school_code",
        "primary_students",
        "junior_students",
        "primary_teachers",
        "junior_teachers",
    )
    assert found.schools.select(facts).rows() == [
        ("2134000001", 860, None, 40, None),
        ("2134000002", 480, None, 40, None),
        ("2134000003", None, 520, None, 52),
    ]
    [beside] = [one for one in found.problems if one.code == "total_row"]
    assert beside.at == "Sheet1!A8"
    assert "标题、单位2行（A1、A2）；合计、小计1行（A8）" in beside.message


def test_a_path_is_what_stands_over_a_column(tmp_path: Path) -> None:
    path = inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": TEACHERS[:-1]})
    raw = inputs.table(xlsx.read(path), "schools")
    assert raw.paths == {
        "专任教师/小学": ("专任教师", "小学"), "专任教师/初中": ("专任教师", "初中"),
    }  # fmt: skip
    assert raw.titles == ("县教育局 教师基本情况表", "单位：人", "学校")
    assert raw.heading_place is not None
    assert raw.heading_place("专任教师/初中") == "学校!D4"
    assert raw.place(2, "专任教师/初中") == "学校!D7"
    assert raw.units["专任教师/初中"] == ("人",)


def test_only_a_path_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    twice = [(*row, row[-1]) for row in BASIS]
    twice[0] = (*BASIS[0][:4], None, "在校生数", None)
    twice[1] = (*BASIS[1][:4], "初中", "小学", None)
    path = inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": twice})
    assert [(one.code, one.at) for one in xlsx.read(path).problems] == [
        ("duplicate_heading", "学校!F2")
    ]


def other(rows: Rows, **changes: str) -> Rows:
    """The same rows with words replaced."""
    return [tuple(changes.get(str(cell), cell) for cell in row) for row in rows]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (BASIS, [("error", "duplicate_sheet", "Sheet2")]),
        (other(BASIS, **{"2134000001": "7", "2134000002": "8", "2134000003": "9"}), []),
        (TEACHERS[2:-1], []),
        ([("姓名", "电话"), ("张三", 62999999)], [("warning", "sheet_not_read", "Sheet2")]),
        ([("学校名称", "校长", "电话"), ("第一小学", "张三", 1)], [("warning", "sheet_not_read", "Sheet2")]),
    ],
)  # fmt: skip
def test_a_second_sheet(tmp_path: Path, second: Rows, said: list[tuple[str, str, str]]) -> None:
    """The same figures of the same schools, of other schools, other figures, something else."""
    sheets: Sheets = {"县区": COUNTY, "Sheet1": BASIS, "Sheet2": second}
    document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets))
    assert [(one.severity, one.code, one.at) for one in document.problems] == said
    schools = [one.sheet for one in document.tables if one.name == "schools"]
    assert schools == (["Sheet1"] if said else ["Sheet1", "Sheet2"])


def test_sheets_of_other_content_are_said_once(tmp_path: Path) -> None:
    sheets: Sheets = {
        "县区": COUNTY,
        "学校": BASIS,
        "值班": [("日", "人"), (1, "王")],
        "台账": [("物", 2)],
    }
    [problem] = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets)).problems
    assert (problem.severity, problem.code, problem.at) == ("warning", "sheet_not_read", "值班")
    assert "“值班”、“台账”" in problem.message


def unknown(kind: str) -> Rows:
    codes = [(code, name, kind, 5, 6, 7) for code, name in SCHOOLS.items()]
    return [
        ("学校标识码", "学校名称", "办学类型" if kind else None, "甲项", "乙项", "丙项"),
        *codes,
    ]


@pytest.mark.parametrize(
    ("sheets", "at"),
    [
        ({"学校": unknown("小学")}, "学校!D1"),
        ({"学校": BASIS, "教基9999": unknown("")}, "教基9999!D1"),
        ({"学校": BASIS, "去年": [
            ("学校标识码", "上年", None), (None, "小学在校生数", "初中在校生数"), ("2134000001", 4, 5),
        ]}, "去年!B2"),
    ],
)  # fmt: skip
def test_a_table_of_which_no_figure_was_read_is_an_error(
    tmp_path: Path, sheets: Sheets, at: str
) -> None:
    found = taken(inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, **sheets}))
    [problem] = [one for one in found.problems if one.code == "nothing_read"]
    assert (problem.severity, problem.at) == ("error", at)
    assert "一个数也没有读到" in problem.message
    assert len(found.schools) == 0


def test_a_roster_is_no_table_of_figures(tmp_path: Path) -> None:
    roster = [("学校标识码", "学校名称", "办学类型", "联系电话"), *(
        (code, name, kind, 62999999) for (code, name), kind in zip(SCHOOLS.items(), TYPES, strict=True))]  # fmt: skip
    sheets: Sheets = {"县区": COUNTY, "名册": roster, "数据": TEACHERS[2:-1]}
    found = taken(inputs.workbook(tmp_path / "a.xlsx", sheets))
    assert errors(found) == []
    assert found.schools["school_type"].to_list() == ["primary", "primary", "junior"]


class TestStacked:
    """Several tables one under another."""

    HEAD = ("学校名称", "学校标识码", "办学类型", "在校生数")

    def rows(self, second: Sequence[object]) -> Rows:
        return [
            ("一、小学",),
            self.HEAD,
            ("第一小学", "2134000001", "小学", 860),
            ("小计", None, None, 860),
            ("注：不含教学点",),
            (),
            ("二、初中",),
            second,
            ("实验学校", "2134000003", "九年一贯制学校", 520),
        ]

    @pytest.mark.parametrize(
        "second", [HEAD, ("学校标识码", "学校名称", "办学类型", "在校生数（人）")]
    )
    def test_each_is_read_under_its_own_title(
        self, tmp_path: Path, second: tuple[str, ...]
    ) -> None:
        rows = [*self.rows(second)]
        if second != self.HEAD:
            rows[-1] = ("2134000003", "实验学校", "九年一贯制学校", 520)
        path = inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": rows})
        found = taken(path)
        assert errors(found) == []
        assert found.schools.select("primary_students", "junior_students").rows() == [
            (860, None),
            (None, 520),
        ]
        assert [one.at for one in found.problems if one.code == "stacked_tables"] == ["学校!A6"]

    def test_a_line_that_divides_a_table_takes_its_title_s_stage_away(self, tmp_path: Path) -> None:
        rows = [row for place, row in enumerate(self.rows(())) if place != 7]
        found = taken(inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": rows}))
        first, second = found.schools.select("primary_students", "junior_students").rows()
        assert first == (860, None)
        assert second == (
            None,
            None,
        )  # nobody can tell whose pupils those of a nine-year school are

    def test_headings_that_a_printed_page_repeats(self, tmp_path: Path) -> None:
        rows = [*BASIS[:4], *BASIS[:2], *BASIS[4:]]
        path = inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": rows})
        assert [one.height for one in xlsx.read(path).tables] == [1, 3]
        assert errors(taken(path)) == []


def test_texts_are_told_by_their_headings(tmp_path: Path) -> None:
    def text(rows: Rows) -> str:
        return "".join(
            "\t".join("" if one is None else str(one) for one in row) + "\n" for row in rows
        )

    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "县区.csv").write_text(inputs.COUNTIES_CSV, encoding="utf-8")
    (folder / "教基3112.txt").write_text(text(BASIS), encoding="gb18030")
    (folder / "教师.tsv").write_text(text([*TEACHERS[:-1], TOTAL]), encoding="utf-16")
    (folder / "记录.txt").write_text("会议记录\n2023年9月\n", encoding="utf-8")
    found = taken(folder)
    assert errors(found) == []
    assert found.schools.select("primary_students", "primary_teachers").rows()[0] == (860, 40)
    assert [one.at for one in found.problems if one.code == "file_not_read"] == ["记录.txt"]


def test_merged_headings_of_a_workbook(tmp_path: Path) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        for block in ("A1:C1", "D1:E1", "F1:F2"):
            book["学校"].merge_cells(block)

    path = inputs.workbook(tmp_path / "a.xlsx", {"县区": COUNTY, "学校": BASIS}, merge)
    raw = inputs.table(xlsx.read(path), "schools")
    assert list(raw.columns) == [
        "学校（机构）名称", "学校（机构）代码", "办学类型", "在校生数/小学", "在校生数/初中", "备注",
    ]  # fmt: skip
