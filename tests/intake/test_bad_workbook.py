"""Bad and hostile workbooks: each is a clear problem with its place, never an exception."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.limits import MIB
from tests.intake import inputs
from tests.intake.inputs import only, read, written
from tests.support.old_workbooks import KEPT
from tests.support.workbooks import Sheets

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def formulas(book: openpyxl.Workbook) -> None:
    sheet = book["学校"]
    sheet["E1"], sheet["F1"], sheet["G1"], sheet["H1"] = (
        "教学及辅助用房面积",
        "图书册数",
        "我的备注",
        "草稿",
    )
    sheet["D2"] = "#DIV/0!"
    sheet["E2"] = "=SUM(D2:D9)"
    sheet["G2"] = "#REF!"
    sheet["H2"] = "=1+1"
    book["县区"]["B3"] = "#VALUE!"


class TestWorkbook:
    def test_formula_errors_and_formulas_never_calculated(self, tmp_path: Path) -> None:
        document = read(inputs.workbook(tmp_path / "a.xlsx", change=formulas))
        found = [(p.severity, p.code, p.at, p.school_code) for p in document.problems]
        assert found == [
            ("error", "formula_error", "县区!B3", None),
            ("error", "formula_error", "学校!D2", "2134000001"),
            ("error", "formula_not_calculated", "学校!E2", "2134000001"),
            ("warning", "formula_not_calculated", "学校!H2", "2134000001"),
        ]
        assert "#VALUE!" in document.problems[0].message
        assert "公式错误 #DIV/0!" in document.problems[1].message
        assert "打开并保存" in document.problems[2].expected
        schools = inputs.values(document, "schools")
        assert schools["小学在校生数（人）"] == [None]
        assert schools["我的备注"] == ["#REF!"]  # a plugin's fact, perhaps: acceptance decides

    def test_a_formula_that_gave_an_empty_text_is_a_blank(self, tmp_path: Path) -> None:
        def calculate(name: str, content: bytes) -> bytes:
            content = content.replace(b'fullCalcOnLoad="1"', b"")  # as a program leaves it
            return content.replace(b'<c r="D2"><f>A1</f>', b'<c r="D2" t="str"><f>A1</f>')

        def formula(book: openpyxl.Workbook) -> None:
            book["学校"]["D2"] = "=A1"

        path = inputs.repacked(inputs.workbook(tmp_path / "a.xlsx", change=formula), calculate)
        assert read(path).problems == []
        assert inputs.values(read(path), "schools")["小学在校生数（人）"] == [None]

    def test_codes_whose_digits_excel_has_lost(self, tmp_path: Path) -> None:
        sheets = {
            **inputs.SHEETS,
            "学校": [inputs.SCHOOL_ROWS[0], (2134000001213400123, "一小", "小学", 1)],
        }
        problem = only(inputs.workbook(tmp_path / "a.xlsx", sheets), "15位", "文本")
        assert (problem.code, problem.at) == ("digits_lost", "学校!A2")

    def test_a_figure_beyond_measure_is_simply_too_large(self, tmp_path: Path) -> None:
        sheets = {
            "县区": [*inputs.COUNTY_ROWS, ("联系人身份证号", 341622198001011234)],
            "学校": [inputs.SCHOOL_ROWS[0], ("1", "一小", "小学", 1e308)],
        }
        path = inputs.workbook(tmp_path / "a.xlsx", sheets)
        document = read(path)
        assert document.problems == []  # and a heading nobody knows costs nothing
        found = accept([document], vocabulary())
        assert [(p.severity, p.code, p.at) for p in found.problems] == [
            ("warning", "unknown_heading", "县区!A4"),
            ("error", "above_maximum", "学校!D2"),
        ]
        assert "1e+308超过上限" in found.problems[1].message

    @pytest.mark.parametrize(
        ("content", "code", "says"),
        [
            (b"just text", "not_a_workbook", "另存为"),
            (b"<html><table></table></html>", "not_a_workbook", "另存为"),
            (b"PK\x03\x04 cut short", "damaged", "损坏"),
            (OLD, "damaged", "损坏"),
            (OLD + "EncryptedPackage".encode("utf-16-le"), "encrypted", "密码"),
        ],
    )
    @pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".et"])
    def test_what_is_no_xlsx(
        self, tmp_path: Path, content: bytes, code: str, says: str, suffix: str
    ) -> None:
        assert only(written(tmp_path / f"a{suffix}", content), says).code == code

    def test_other_zips_are_no_workbooks(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.xlsx", counties__csv=inputs.COUNTIES_CSV)
        assert only(path, "不是 Excel 工作簿").code == "not_a_workbook"

    @pytest.mark.parametrize("keep", [0.2, 0.7, 0.99])
    def test_truncated(self, tmp_path: Path, keep: float) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        content = path.read_bytes()
        problem = only(written(path, content[: int(len(content) * keep)]), "损坏或不完整")
        assert problem.code == "damaged"

    @pytest.mark.parametrize(
        "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet2.xml"]
    )
    @pytest.mark.parametrize("how", ["gone", "cut", "garbage", "entities"])
    def test_damaged_parts(self, tmp_path: Path, part: str, how: str) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        changes: dict[str, Callable[[bytes], bytes | None]] = {
            "gone": lambda _: None,
            "cut": lambda content: content[: len(content) // 2],
            "garbage": lambda _: b"\0\1\2",
            "entities": lambda content: bomb + content[content.index(b"<") :],
        }

        def change(name: str, content: bytes) -> bytes | None:
            return changes[how](content) if name == part else content

        path = inputs.repacked(inputs.workbook(tmp_path / "a.xlsx"), change)
        problems = read(path).problems
        assert problems
        assert {p.code for p in problems} <= {"damaged", "not_a_workbook"}

    def test_a_zip_bomb(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/zeros.bin", bytes(40 * MIB))
        assert only(path, "压缩炸弹").code == "zip_bomb"

    def test_sizes_declared_beyond_measure(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        content = bytearray(path.read_bytes())
        spot = content.index(b"PK\x01\x02")
        struct.pack_into("<I", content, spot + 24, 600 * MIB)
        assert only(written(path, bytes(content)), "600 MB").code == "zip_bomb"

    def test_a_member_with_a_password(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        content = bytearray(path.read_bytes())
        spot = content.index(b"PK\x01\x02")
        content[spot + 8] |= 1
        assert only(written(path, bytes(content)), "密码").code == "encrypted"

    def test_names_that_differ_only_in_case(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("XL/worksheets/SHEET1.xml", "<worksheet/>")
        assert only(path).code == "damaged"

    def test_two_cells_in_opposite_corners_do_not_fill_the_memory(self, tmp_path: Path) -> None:
        def stray(book: openpyxl.Workbook) -> None:
            book["学校"]["XFD1048576"] = 1

        problem = only(inputs.workbook(tmp_path / "a.xlsx", change=stray), "范围过大")
        assert (problem.code, problem.at) == ("too_large", "学校")

    def test_cells_off_the_sheet(self, tmp_path: Path) -> None:
        def displace(name: str, content: bytes) -> bytes:
            return content.replace(b'r="B2"', b'r="B9999999"')

        path = inputs.repacked(inputs.workbook(tmp_path / "a.xlsx"), displace)
        assert set(inputs.codes(read(path))) == {"damaged"}

    @pytest.mark.parametrize(
        ("gone", "says"), [("县区", "缺少工作表“县区”"), ("学校", "缺少工作表“学校”")]
    )
    def test_missing_sheets_name_what_is_there(self, tmp_path: Path, gone: str, says: str) -> None:
        sheets = {("封面" if name == gone else name): rows for name, rows in inputs.SHEETS.items()}
        problem = only(inputs.workbook(tmp_path / "a.xlsx", sheets), says, "封面")
        assert problem.code == "missing_sheet"

    def test_sheets_not_understood(self, tmp_path: Path) -> None:
        sheets: Sheets = {
            **inputs.SHEETS,
            "学校信息": inputs.SCHOOL_ROWS,
            "学校 (2)": inputs.SCHOOL_ROWS,
            "填表说明": [("请先阅读",)],
            "Sheet9": [],
        }
        problems = read(inputs.workbook(tmp_path / "a.xlsx", sheets)).problems
        assert [(p.severity, p.code, p.at) for p in problems] == [
            ("error", "duplicate_sheet", "学校信息"),
            ("warning", "sheet_not_read", "学校 (2)"),
        ]

    def test_tables_not_understood(self, tmp_path: Path) -> None:
        sheets: Sheets = {"县区": [("甲", 1), ("乙", 2)], "学校": [("甲", "乙"), (1, 2)]}
        problems = read(inputs.workbook(tmp_path / "a.xlsx", sheets)).problems
        assert [(p.code, p.at) for p in problems] == [
            ("no_headings", "县区"),
            ("no_headings", "学校"),
        ]

    def test_empty_sheets(self, tmp_path: Path) -> None:
        problems = read(inputs.workbook(tmp_path / "a.xlsx", {"县区": [], "学校": []})).problems
        assert [(p.code, p.at) for p in problems] == [
            ("empty_sheet", "县区"),
            ("empty_sheet", "学校"),
        ]
        sheets = {**inputs.SHEETS, "学校": inputs.SCHOOL_ROWS[:1]}
        assert only(inputs.workbook(tmp_path / "a.xlsx", sheets)).code == "no_schools"

    def test_headings_twice_and_figures_under_none(self, tmp_path: Path) -> None:
        sheets: Sheets = {
            "县区": [*inputs.COUNTY_ROWS, ("学年起始年份", 2024), ("省份", None), ("省份", "安徽")],
            "学校": [
                (*inputs.SCHOOL_ROWS[0], None, "小学在校生数（人）"),
                (*inputs.SCHOOL_ROWS[1], 77, 860),
            ],
        }
        document = read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert [(p.severity, p.code, p.at) for p in document.problems] == [
            ("error", "duplicate_heading", "县区!A4"),
            ("error", "duplicate_heading", "学校!F1"),
            ("warning", "no_heading", "学校!E2"),
        ]
        assert "县区!A3" in document.problems[0].message
        assert inputs.values(document, "counties")["省份"] == ["安徽"]


COUNTY = [("行政区划代码", "341622"), ("县（市、区）名称", "蒙城县"), ("学年起始年份", 2023)]
OTHER = [("行政区划代码", "341623"), ("县（市、区）名称", "利辛县"), ("学年起始年份", 2023)]


class TestTwoCounties:
    @pytest.mark.parametrize(
        ("rows", "at"),
        [
            ([(name, one, two) for (name, one), (_, two) in zip(COUNTY, OTHER, strict=True)], "C1"),
            ([*COUNTY, (), *OTHER], "B5"),
            ([next(zip(*COUNTY, strict=True)), *([v for _, v in one] for one in (COUNTY, OTHER))], "A3"),
        ],
    )  # fmt: skip
    def test_on_the_sheet_of_the_county(
        self, tmp_path: Path, rows: list[tuple[object, ...]], at: str
    ) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx", {**inputs.SHEETS, "县区": rows})
        [problem] = accept([read(path)], vocabulary()).problems
        assert (problem.severity, problem.code, problem.at) == ("error", "several_counties", f"县区!{at}")  # fmt: skip
        assert "341622、341623" in problem.message
        assert "单独一份文件" in problem.expected

    def test_in_the_list_of_schools(self, tmp_path: Path) -> None:
        rows = [(*row, code) for row, code in zip([*inputs.SCHOOL_ROWS, ("2134000002", "二小", "小学", 9)], ["行政区划代码", "341622", "341623"], strict=True)]  # fmt: skip
        path = inputs.workbook(tmp_path / "a.xlsx", {**inputs.SHEETS, "学校": rows})
        [problem] = accept([read(path)], vocabulary()).problems
        assert (problem.code, problem.at, problem.school_code) == ("county_differs", "学校!E3", "2134000002")  # fmt: skip
        assert "341623" in problem.message
        assert "341622" in problem.expected

    def test_the_same_county_twice_over_is_one(self, tmp_path: Path) -> None:
        rows = [("行政区划代码", "341622", "341622"), ("县（市、区）名称", "蒙城县", "蒙城县"), ("学年起始年份", 2022, 2023), ("项目", "2022年", "2023年")]  # fmt: skip
        document = read(inputs.workbook(tmp_path / "a.xlsx", {**inputs.SHEETS, "县区": rows}))
        assert "several_counties" not in inputs.codes(document)


class TestScientificCodes:
    """A code that a spreadsheet has shown as 2.134E+09 and somebody has kept so."""

    def said(self, path: Path) -> list[tuple[str, str, str]]:
        found = accept([read(path)], vocabulary()).problems
        codes = [one for one in found if one.code in ("bad_code", "digits_lost")]
        assert all("文本" in one.expected for one in codes)
        return [(one.code, one.at, one.severity) for one in codes]

    def test_in_a_new_workbook(self, tmp_path: Path) -> None:
        rows = [
            inputs.SCHOOL_ROWS[0],
            ("2.134E+09", "一小", "小学", 1),
            (2.134000001123456e18, "二小", "小学", 1),
            (2134000003.0, "三小", "小学", 1),
        ]
        path = inputs.workbook(tmp_path / "a.xlsx", {**inputs.SHEETS, "学校": rows})
        assert self.said(path) == [
            ("digits_lost", "学校!A3", "error"),
            ("bad_code", "学校!A2", "error"),
        ]

    def test_in_an_old_workbook(self, tmp_path: Path) -> None:
        data = (KEPT / "county.xls").read_bytes().replace(b"2134000001", b"2.1340E+09")
        assert self.said(written(tmp_path / "a.xls", data)) == [("bad_code", "学校!A5", "error")]

    def test_in_text(self, tmp_path: Path) -> None:
        schools = inputs.SCHOOLS_CSV + "341622,2.134E+09,二小,小学,8\n341622,2.13400000112346E+18,三小,小学,8\n"  # fmt: skip
        path = inputs.dataset(tmp_path / "d", schools__csv=schools)
        assert self.said(path) == [("bad_code", "B3", "error"), ("bad_code", "B4", "error")]
        [problem, _] = accept([read(path)], vocabulary()).problems
        assert "科学计数法" in problem.message


def test_macros_of_a_new_workbook_are_told_once(tmp_path: Path) -> None:
    path = inputs.workbook(tmp_path / "a.xlsm")
    relation = b'<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>'  # fmt: skip

    def add(name: str, content: bytes) -> bytes:
        ours = name == "xl/_rels/workbook.xml.rels"
        return content.replace(b"</Relationships>", relation) if ours else content

    document = read(inputs.repacked(path, add))
    assert [(one.severity, one.code) for one in document.problems] == [("warning", "macros")]
    assert inputs.values(document, "schools")["小学在校生数（人）"] == [860]
