"""Bad and hostile files: each is a clear problem with its place, never an exception."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import openpyxl
import polars as pl
import pytest

from compliance.errors import Problem
from compliance.intake import json_file, plain_text, probe, readers, workbook
from compliance.intake.gather import gather
from compliance.intake.json_file import LIMIT
from compliance.intake.opening import MIB
from compliance.intake.raw import RawDocument
from compliance.words import use
from tests.intake import inputs

BIG = 200 * MIB
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def read(path: Path) -> RawDocument:
    [document] = gather([path], readers())
    return document


def only(path: Path, *parts: str) -> Problem:
    """The one problem of the file; an error that names it and says all of `parts`."""
    document = read(path)
    assert len(document.problems) == 1, document.problems
    [problem] = document.problems
    assert problem.severity == "error"
    assert problem.file == path.name
    for part in parts:
        assert part in f"{problem.message} {problem.expected} {problem.at}"
    return problem


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sparse(path: Path, start: bytes) -> Path:
    """A file of 200 MB in one line that takes no room on disk."""
    path.write_bytes(start)
    os.truncate(path, BIG)
    return path


class TestAnyFile:
    SUFFIXES = (".json", ".xlsx", ".zip")

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf"])
    def test_empty(self, tmp_path: Path, suffix: str, content: bytes) -> None:
        assert only(written(tmp_path / f"a{suffix}", content), "空").code == "empty_file"

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_not_allowed_or_held_by_another_program(
        self, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path / f"a{suffix}", "x")

        def refuse(self: Path, *_: object, **__: object) -> IO[Any]:
            raise PermissionError(13, "denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
        assert only(path, "被其他程序占用", "关闭").code == "cannot_read"

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_disk_that_fails(
        self, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path / f"a{suffix}", "x")

        def fail(self: Path, *_: object, **__: object) -> IO[Any]:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(Path, "open", fail)
        assert only(path, "Input/output error").code == "cannot_read"

    def test_a_kind_of_file_nobody_reads(self, tmp_path: Path) -> None:
        assert (
            only(written(tmp_path / "a.docx", "x"), ".docx", ".xlsx").code == "unsupported_format"
        )

    def test_a_bad_file_costs_its_neighbours_nothing(self, tmp_path: Path) -> None:
        inputs.json_file(tmp_path / "good.json")
        written(tmp_path / "bad.json", "{")
        written(tmp_path / "bad.xlsx", "no workbook")
        documents = gather([tmp_path], readers())
        codes = {document.name: inputs.codes(document) for document in documents}
        assert codes == {
            "bad.json": ["bad_json"],
            "bad.xlsx": ["not_a_workbook"],
            "good.json": [],
        }

    def test_english(self, tmp_path: Path) -> None:
        with use("en"):
            only(written(tmp_path / "a.json", '{"a": 1,}'), "trailing comma", "line 1, column 8")
            only(written(tmp_path / "a.xlsx", "x"), "not an Excel workbook")


class TestJson:
    @pytest.mark.parametrize(
        ("text", "at", "says"),
        [
            ('{\n  "a": 1,\n}', "第2行第9列", "多了逗号"),
            ('{"a": [1,\n 2,]}', "第2行第3列", "多了逗号"),
            ('{"a": 1', "第1行第8列", "中断"),
            ('{"a" 1}', "第1行第6列", "冒号"),
            ("{'a': 1}", "第1行第2列", "双引号"),
            ('{"a": 1} x', "第1行第10列", "还有内容"),
            ('{"a": "x\ny"}', "第1行第9列", "控制字符"),
            ('{"a": "x}', "第1行第7列", "没有闭合"),
            ('{"a": "\\x"}', "第1行第8列", "反斜杠"),
            ('{"a": nul}', "第1行第7列", "应为一个值"),
            ("not json", "第1行第1列", "应为一个值"),
        ],
    )
    def test_syntax(self, tmp_path: Path, text: str, at: str, says: str) -> None:
        problem = only(written(tmp_path / "a.json", text), says, at)
        assert problem.code == "bad_json"
        assert problem.at == at
        assert at in problem.message

    @pytest.mark.parametrize(
        "text", ["[" * 200_000, '{"a":' * 200_000, '{"county":{"a":' + "[" * 200_000]
    )
    def test_nested_without_end(self, tmp_path: Path, text: str) -> None:
        assert only(written(tmp_path / "a.json", text), "嵌套").code == "too_deep"

    def test_nested_deep_but_readable(self, tmp_path: Path) -> None:
        deep: Any = 1
        for _ in range(400):
            deep = {"x": [deep]}
        school = {**inputs.SUBMISSION["schools"][0], "primary_students": deep}
        problem = only(inputs.json_file(tmp_path / "a.json", schools=[school]))
        assert (problem.code, problem.at) == ("wrong_type", "/schools/0/primary_students")
        assert problem.school_code == "2134000001"

    def test_a_line_of_200_mb(self, tmp_path: Path) -> None:
        path = sparse(tmp_path / "a.json", b'{"a": "')
        assert only(path, f"{LIMIT // MIB} MB").code == "too_large"
        assert read(path).inputs == []

    @pytest.mark.parametrize(
        "constant", ["NaN", "Infinity", "-Infinity", "9" * 5000, "-" + "9" * 5000]
    )
    def test_what_is_no_number(self, tmp_path: Path, constant: str) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(path.read_text("utf-8").replace("860", constant), encoding="utf-8")
        problem = only(path, "不是可用的数")
        assert (problem.code, problem.at) == ("not_a_number", "/schools/0/primary_students")
        assert problem.school_code == "2134000001"
        assert len(problem.message) < 80

    def test_a_constant_inside_a_list(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json", schools=[{"x": [1, 860]}])
        path.write_text(path.read_text("utf-8").replace("860", "NaN"), encoding="utf-8")
        assert only(path, "NaN").at == "/schools/0/x/1"
        assert inputs.values(read(path), "schools") == {"x": [None]}

    def test_numbers_only_just_too_large_reach_the_checks_of_figures(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(path.read_text("utf-8").replace("860", "1e400"), encoding="utf-8")
        assert read(path).problems == []
        assert inputs.values(read(path), "schools")["primary_students"] == [float("inf")]

    def test_keys_that_stand_twice_are_named_everywhere(self, tmp_path: Path) -> None:
        text = """{"format": "junheng-submission/1", "format": "junheng-submission/1",
          "county": {"year": 2023, "year": 2024, "vetoes": {"V1": true, "V1": false},
                     "attestations": {"G1": {"met": true, "met": false}},
                     "monitoring": [{"subject": "a", "subject": "b"}]},
          "schools": [{"school_code": "7", "a": 1, "a": 2, "a": 3}]}"""
        problems = read(written(tmp_path / "a.json", text)).problems
        assert {(p.severity, p.code) for p in problems} == {("error", "duplicate_key")}
        assert {p.at for p in problems} == {
            "/format",
            "/county/year",
            "/county/vetoes/V1",
            "/county/attestations/G1/met",
            "/county/monitoring/0/subject",
            "/schools/0/a",
        }
        assert problems[-1].school_code == "7"

    def test_encodings(self, tmp_path: Path) -> None:
        text = inputs.json_file(tmp_path / "a.json").read_text("utf-8")
        for name, encoding in (("b", "gbk"), ("c", "utf-16")):
            problem = only(written(tmp_path / f"{name}.json", text.encode(encoding)), "UTF-8")
            assert problem.code == "bad_encoding"
        broken = written(tmp_path / "d.json", b'{\n"a": "\xff"}')
        assert "第2行" in only(broken).message

    @pytest.mark.parametrize(
        ("changes", "code", "at", "says"),
        [
            ({"format": "junheng-results/1"}, "wrong_format", "/format", "junheng-results/1"),
            ({"format": ["x"]}, "wrong_format", "/format", "junheng-submission/1"),
            ({"format": None}, "wrong_format", "/format", "缺少"),
            ({"county": None}, "missing_county", "/county", "缺少县区"),
            ({"county": [1]}, "wrong_type", "/county", "列表"),
            ({"county": "蒙城"}, "wrong_type", "/county", "对象"),
            ({"schools": None}, "no_schools", "/schools", "没有学校"),
            ({"schools": []}, "no_schools", "/schools", "没有学校"),
            ({"schools": {"a": {}}}, "wrong_type", "/schools", "列表"),
            ({"schools": 3}, "wrong_type", "/schools", "列表"),
            ({"schools": [{"a": 1}, 7]}, "wrong_type", "/schools/1", "7"),
            ({"schools": [{"a": {}}]}, "wrong_type", "/schools/0/a", "对象"),
            ({"schools": [{"a": [[1]]}]}, "wrong_type", "/schools/0/a/0", "列表"),
            ({"schools": [{"a\u0000": 1}]}, "bad_text", "/schools/0/a\ufffd", "键"),
            ({"county": {"monitoring": {}}}, "wrong_type", "/county/monitoring", "列表"),
            ({"county": {"monitoring": [3]}}, "wrong_type", "/county/monitoring/0", "对象"),
            ({"county": {"attestations": []}}, "wrong_type", "/county/attestations", "对象"),
            (
                {"county": {"attestations": {"G1": True}}},
                "wrong_type",
                "/county/attestations/G1",
                "met",
            ),
            ({"county": {"vetoes": ["V1"]}}, "wrong_type", "/county/vetoes", "对象"),
            (
                {"county": {"vetoes": {"V1": "否"}}},
                "wrong_type",
                "/county/vetoes/V1",
                "true / false",
            ),
            (
                {"county": {"vetoes": {"V/1": {}}}},
                "wrong_type",
                "/county/vetoes/V~11",
                "true / false",
            ),
        ],
    )
    def test_shapes(
        self, tmp_path: Path, changes: dict[str, Any], code: str, at: str, says: str
    ) -> None:
        problem = only(inputs.json_file(tmp_path / "a.json", **changes), says)
        assert (problem.code, problem.at) == (code, at)

    @pytest.mark.parametrize("text", ["[]", "3", '"x"', "null", "true", "NaN"])
    def test_no_object_at_all(self, tmp_path: Path, text: str) -> None:
        assert (
            only(written(tmp_path / "a.json", text), "对象", "junheng-submission/1").code
            == "wrong_type"
        )

    def test_unknown_parts_are_a_warning(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_text(
            path.read_text("utf-8").replace('"schools"', '"x/y": 1, "schools"'), encoding="utf-8"
        )
        [problem] = read(path).problems
        assert (problem.severity, problem.code, problem.at) == ("warning", "unknown_key", "/x~1y")

    def test_half_characters_harm_nobody(self, tmp_path: Path) -> None:
        text = json.dumps({**inputs.SUBMISSION, "\ud800": 1}).replace("\\u5b9e", "\\ud800")
        document = read(written(tmp_path / "a.json", text))
        assert [p.message.encode() for p in document.problems] == []

    def test_a_table_larger_than_the_file_is_not_built(self, tmp_path: Path) -> None:
        schools = [{f"k{n}": 1} for n in range(5000)]
        assert (
            only(inputs.json_file(tmp_path / "a.json", schools=schools), "5000").code == "too_large"
        )

    def test_a_flood_of_faults_is_cut_short(self, tmp_path: Path) -> None:
        document = read(inputs.json_file(tmp_path / "a.json", schools=[1] * 5000))
        assert len(document.problems) == 1000
        assert document.problems[-1].code == "too_many_problems"
        assert document.problems[-1].severity == "error"


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
            return content.replace(b"<f>A1</f><v></v>", b"<f>A1</f><v></v>").replace(
                b'<c r="D2"><f>A1</f>', b'<c r="D2" t="str"><f>A1</f>'
            )

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

    @pytest.mark.parametrize(
        ("content", "code", "says"),
        [
            (b"just text", "not_a_workbook", "另存为"),
            (b"<html><table></table></html>", "not_a_workbook", "另存为"),
            (b"PK\x03\x04 cut short", "damaged", "损坏"),
            (OLD, "old_format", "另存为"),
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
        sheets: inputs.Sheets = {
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
        sheets = {"县区": [("甲", 1), ("乙", 2)], "学校": [("甲", "乙"), (1, 2)]}
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
        sheets: inputs.Sheets = {
            "县区": [*inputs.COUNTY_ROWS, ("学年起始年份", 2024), ("省份", None), ("省份", "安徽")],
            "学校": [
                (*inputs.SCHOOL_ROWS[0], None, "小学在校生数（人）"),
                (*inputs.SCHOOL_ROWS[1], 77, 860),
            ],
        }
        document = read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert [(p.severity, p.code, p.at) for p in document.problems] == [
            ("error", "duplicate_heading", "县区!A4"),
            ("warning", "no_heading", "学校!E2"),
            ("error", "duplicate_heading", "学校!F1"),
        ]
        assert "县区!A3" in document.problems[0].message
        assert inputs.values(document, "counties")["省份"] == ["安徽"]


class TestDatasets:
    def problem(self, tmp_path: Path, **files: str | bytes) -> Problem:
        document = read(inputs.dataset(tmp_path / "d", **files))
        assert len(document.problems) == 1, document.problems
        return document.problems[0]

    def test_missing_and_doubled_tables(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, counties__csv="")
        assert (problem.code, problem.file) == ("missing_table", "d")
        assert "县区" in problem.message
        assert "schools.csv" in problem.message
        assert "counties.csv" in problem.expected
        assert self.problem(tmp_path, 学校__csv=inputs.SCHOOLS_CSV).code == "duplicate_table"

    def test_empty_tables(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, schools__csv=" ")
        assert (problem.code, problem.file) == ("empty_file", "schools.csv")
        assert self.problem(tmp_path, schools__csv=",,\n,\n").code == "empty_file"
        assert self.problem(tmp_path, schools__csv='""\n').code == "empty_file"

    @pytest.mark.parametrize(
        "content",
        [
            inputs.SCHOOLS_CSV.encode()[:-20] + b"\xff\n",
            inputs.SCHOOLS_CSV.encode("utf-16")[:-1],
            b"a,b\n\xff\xff,1\n",
        ],
    )
    def test_no_known_encoding(self, tmp_path: Path, content: bytes) -> None:
        problem = self.problem(tmp_path, schools__csv=content)
        assert (problem.code, problem.file) == ("bad_encoding", "schools.csv")
        assert "行起" in problem.message
        assert "GBK" in problem.expected

    def test_nul_bytes(self, tmp_path: Path) -> None:
        for content in (inputs.SCHOOLS_CSV.encode("utf-16-le"), b"a,b\n" + b"\0" * 100):
            problem = self.problem(tmp_path, schools__csv=content)
            assert (problem.code, problem.file) == ("bad_text", "schools.csv")
            assert "NUL" in problem.message
        one = read(
            inputs.dataset(tmp_path / "e", schools__csv=inputs.SCHOOLS_CSV * 3 + "1\0,2,3,4,5\n")
        )
        assert one.problems == []  # a stray one is left to the checks of cells

    def test_ragged_lines_cost_the_county_they_name(self, tmp_path: Path) -> None:
        for quote in ("", '"'):
            text = (
                f"county_code,{quote}school_code{quote},a\n341622,1,5\n341623,2\n341624,3,5,6\n,4\n"
            )
            document = read(inputs.dataset(tmp_path / "d", schools__csv=text))
            assert [(p.code, p.at, p.county_code) for p in document.problems] == [
                ("ragged_line", "A3", "341623"),
                ("ragged_line", "A4", "341624"),
                ("ragged_line", "A5", None),
            ]
            assert "第3行有2格，表头有3格" in document.problems[0].message
            assert inputs.values(document, "schools")["school_code"] == ["1"]

    @pytest.mark.parametrize(("text", "line"), [('a,b\n1,"2\n3,4\n', 2), ('a,b\n1,2\n1,"2"x\n', 3)])
    def test_quotes_that_do_not_pair(self, tmp_path: Path, text: str, line: int) -> None:
        problem = self.problem(tmp_path, schools__csv=text)
        assert (problem.code, problem.at) == ("bad_quotes", f"A{line}")
        assert "引号" in problem.message

    def test_headings(self, tmp_path: Path) -> None:
        problem = self.problem(tmp_path, schools__csv="a,b,a\n1,2,3\n")
        assert (problem.code, problem.at) == ("duplicate_heading", "C1")
        problem = self.problem(tmp_path, schools__csv="a,,b\n1,2,3\n")
        assert (problem.severity, problem.code, problem.at) == ("warning", "no_heading", "B1")

    def test_a_line_of_200_mb(self, tmp_path: Path) -> None:
        folder = inputs.dataset(tmp_path / "d")
        with (folder / "schools.csv").open("ab") as stream:
            for _ in range(200):
                stream.write(b"1," * (MIB // 2))
        [problem] = read(folder).problems
        assert (problem.code, problem.file) == ("line_too_long", "schools.csv")
        assert "第3行" in problem.message

    def test_tables_beyond_any_nation(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.problem(tmp_path, schools__csv="a," * 3000 + "\n").code == "too_large"
        monkeypatch.setattr(plain_text, "MOST_CELLS", 1)
        assert read(inputs.dataset(tmp_path / "e")).problems[0].code == "too_large"

    def parquet(self, frame: pl.DataFrame) -> bytes:
        stream = io.BytesIO()
        frame.write_parquet(stream)
        return stream.getvalue()

    def test_parquet_that_is_none(self, tmp_path: Path) -> None:
        good = self.parquet(pl.DataFrame({"county_code": ["341622"] * 50}))
        cases = {
            "not_parquet": [b"a,b\n1,2\n", b"PK\x03\x04"],
            "damaged": [b"PAR1", good[:60], good[:-4], b"PAR1" + b"\0" * 99 + b"PAR1"],
        }
        for code, contents in cases.items():
            for content in contents:
                problem = self.problem(tmp_path, schools__csv="", schools__parquet=content)
                assert (problem.code, problem.file) == (code, "schools.parquet")

    def test_parquet_that_ends_the_process_that_reads_it(self, tmp_path: Path) -> None:
        good = self.parquet(pl.DataFrame({"a": range(50)}))
        assert probe.decodes(good)
        assert not probe.decodes(good[:40] + b"\xff" * 30 + good[70:])

    def test_columns_of_no_use(self, tmp_path: Path) -> None:
        frame = pl.DataFrame({"county_code": ["341622"], "s": [{"x": 1}], "b": [b"x"]})
        document = read(
            inputs.dataset(tmp_path / "d", schools__csv="", schools__parquet=self.parquet(frame))
        )
        assert [(p.code, p.at) for p in document.problems] == [
            ("wrong_type", "s"),
            ("wrong_type", "b"),
        ]

    def test_billions_of_rows_in_a_few_bytes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.intake.parquet_file.MOST_CELLS", 10)
        content = self.parquet(pl.DataFrame({"a": [1] * 11}))
        problem = self.problem(tmp_path, schools__csv="", schools__parquet=content)
        assert problem.code == "too_large"
        assert "11行" in problem.message


class TestZip:
    def test_no_zip_and_no_tables(self, tmp_path: Path) -> None:
        assert only(written(tmp_path / "a.zip", "text"), "zip").code == "not_a_zip"
        assert only(written(tmp_path / "b.zip", b"PK\x03\x04xx"), "损坏").code == "damaged"
        problems = read(inputs.zipped(tmp_path / "c.zip", a__json="{}")).problems
        assert [(p.severity, p.code) for p in problems] == [
            ("warning", "file_not_read"),
            ("error", "missing_table"),
        ]
        assert "文件夹" in problems[1].expected

    @pytest.mark.parametrize(
        "name", ["../schools.csv", "/etc/schools.csv", "C:/schools.csv", "a\\..\\schools.csv"]
    )
    def test_names_that_lead_elsewhere_are_ignored(self, tmp_path: Path, name: str) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        )
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "evil\n1\n")
        document = read(path)
        assert [(p.severity, p.code) for p in document.problems] == [("warning", "unsafe_path")]
        assert inputs.values(document, "schools")["school_name"] == ["实验小学"]
        assert [child.name for child in tmp_path.iterdir()] == ["a.zip"]

    def test_problems_name_the_inner_file(self, tmp_path: Path) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv="a,b\n1\n"
        )
        [problem] = read(path).problems
        assert (problem.code, problem.file, problem.at) == (
            "ragged_line",
            "a.zip/schools.csv",
            "A2",
        )
        empty = inputs.zipped(
            tmp_path / "b.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=""
        )
        assert [(p.code, p.file) for p in read(empty).problems] == [
            ("empty_file", "b.zip/schools.csv")
        ]

    def test_one_table_too_few_or_too_many(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV)
        assert only(path, "缺少学校表", "counties.csv").code == "missing_table"
        doubled = inputs.zipped(
            tmp_path / "b.zip",
            counties__csv=inputs.COUNTIES_CSV,
            schools__csv=inputs.SCHOOLS_CSV,
            学校__csv=inputs.SCHOOLS_CSV,
        )
        assert "duplicate_table" in inputs.codes(read(doubled))

    def test_a_member_whose_contents_are_damaged(self, tmp_path: Path) -> None:
        path = inputs.zipped(
            tmp_path / "a.zip", counties__csv=inputs.COUNTIES_CSV, schools__csv=inputs.SCHOOLS_CSV
        )
        content = bytearray(path.read_bytes())
        spot = re.search(b"schools.csv", bytes(content))
        assert spot
        content[spot.end() + 5] ^= 0xFF
        [problem] = read(written(path, bytes(content))).problems
        assert (problem.code, problem.file) == ("damaged", "a.zip/schools.csv")

    def test_a_bomb(self, tmp_path: Path) -> None:
        path = inputs.zipped(tmp_path / "a.zip", counties__csv=b"\n" * (40 * MIB))
        assert only(path, "压缩炸弹").code == "zip_bomb"


def test_readers_never_raise(tmp_path: Path) -> None:
    """Every offered reader, on every kind of wrong content."""
    contents = [
        b"",
        b"\0" * 64,
        b"PK\x03\x04",
        b"PAR1PAR1",
        b"{",
        b"\xff\xfe",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ]
    for suffix, reader in readers().items():
        for content in contents:
            for name in ("schools", "x"):
                document = reader(written(tmp_path / f"{name}{suffix}", content))
                assert document.problems or [one.height for one in document.tables] == [0]
    assert json_file.read(tmp_path / "gone.json").problems[0].code == "cannot_read"
    assert workbook.read(tmp_path / "gone.xlsx").problems[0].code == "cannot_read"
