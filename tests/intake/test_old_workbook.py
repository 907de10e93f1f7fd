"""Old workbooks (.xls, .et), and what is called so: the same cells as of any other, every value known.

`tests/data/old` holds workbooks that LibreOffice has written (`tests/support/old_workbooks.py`); `script.xls`
is as scripts leave one, with formulas nobody has calculated, and `locked.xlsx` has a password.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from compliance.intake import limits
from compliance.intake.formats import xls_worker
from compliance.intake.formats.grid import Block, Grid
from compliance.intake.formats.workbook import Workbook
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem
from tests.intake import inputs
from tests.intake.inputs import only, written
from tests.support.old_workbooks import HEADINGS, KEPT, converted, source

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
COUNTY = (KEPT / "county.xls").read_bytes()
SCRIPT = (KEPT / "script.xls").read_bytes()
BLANKS = [None] * 9


def opened(data: bytes, problems: list[Problem] | None = None) -> Workbook:
    return Workbook(data, Complaints("a.xls", [] if problems is None else problems))


def told(grid: Grid) -> list[list[object]]:
    return [[one if one is None or isinstance(one, float | bool) else str(one) for one in row] for row in grid.rows]  # fmt: skip


def check_county(book: Workbook) -> None:
    """Every value, mark and hidden line of `old_workbooks.source`."""
    assert {name: sheet.hidden for name, sheet in book.sheets.items()} == {
        "县区": False,
        "学校": False,
        "班级": True,
    }
    county = book.grid("县区")
    assert told(county) == [
        ["行政区划代码", "341622"],
        ["县（市、区）名称", "蒙城县"],
        ["学年起始年份", 2023.0],
        ["通过基本均衡认定时间", "2016-12-30"],
        ["社会认可度", 0.9125],
    ]
    assert [place for place in county.shown if county.percent(*place)] == [(4, 1)]
    schools = book.grid("学校")
    assert told(schools) == [
        ["学校基本情况", *BLANKS],
        [None, *BLANKS],
        ["单位：见表头", *BLANKS],
        [*HEADINGS],
        ["2134000001", "实验小学", "小学", "是", 860.0, 20.0, 3870.25, 123.456789, 1998.0, 25800.0],
        ["2134000002", "城关二小", "小学", False, 45.0, 2.0, 0.3, "#DIV/0!", 2005.0, 12345.678901234],
        ["2134000003", "望河小学", None, "否", 1 / 3, 6.0, 700.0, 8.0, 1987.0, "—"],
    ]  # fmt: skip
    assert schools.faults == {(5, 7): "#DIV/0!"}
    assert {place: how.text for place, how in schools.shown.items()} == {(4, 6): "㎡"}
    assert list(schools.merged) == [Block(0, 0, 0, 9), Block(6, 1, 6, 2)]
    assert (schools.hidden_rows, schools.hidden_columns) == (frozenset({5}), frozenset({9}))
    assert schools.at(5, 7) == "学校!H6"
    assert told(book.grid("班级"))[1] == ["2134000002", "小学", 1.0, 1.0, 45.0]


class TestOldWorkbook:
    @pytest.mark.parametrize("name", ["county.xls", "county_1904.xls"])
    def test_every_value_as_it_was_written(self, name: str) -> None:
        problems: list[Problem] = []
        check_county(opened((KEPT / name).read_bytes(), problems))
        assert problems == []

    @pytest.mark.office
    @pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
    @pytest.mark.parametrize("since_1904", [False, True])
    def test_every_value_as_libreoffice_writes_it_today(
        self, tmp_path: Path, since_1904: bool
    ) -> None:
        made = source(tmp_path / "county.xlsx", since_1904=since_1904)
        check_county(opened(converted(made, "xls", str(OFFICE), tmp_path / "profile").read_bytes()))

    @pytest.mark.parametrize("suffix", [".xls", ".et", ".xlsx"])
    def test_what_the_file_holds_counts_not_its_name(self, tmp_path: Path, suffix: str) -> None:
        document = inputs.read(written(tmp_path / f"a{suffix}", COUNTY))
        schools = inputs.values(document, "schools")
        assert schools["小学在校生数（人）"] == [860, 45, 0.333333333333333]
        assert schools["教学及辅助用房面积（平方米）"] == [3870.25, 0.3, 700]
        assert {(one.severity, one.code, one.at) for one in document.problems} >= {
            ("error", "formula_error", "学校!H6"),
            ("warning", "hidden_sheet", "班级"),
            ("warning", "hidden_rows", "学校!A6"),
            ("warning", "hidden_columns", "学校!J1"),
        }

    @pytest.mark.parametrize("suffix", [".xls", ".et"])
    def test_a_new_workbook_by_an_old_name(self, tmp_path: Path, suffix: str) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        document = inputs.read(path.rename(tmp_path / f"a{suffix}"))
        assert document.problems == []
        assert inputs.values(document, "schools")["小学在校生数（人）"] == [860]

    def test_a_formula_that_nobody_has_calculated_is_no_figure(self, tmp_path: Path) -> None:
        document = inputs.read(written(tmp_path / "a.xls", SCRIPT))
        assert [(one.code, one.at) for one in document.problems] == [
            ("formula_not_calculated", "学校!E2"),
            ("formula_not_calculated", "学校!E3"),
        ]
        assert inputs.values(document, "schools")["图书册数"] == [None, None, None]

    def test_macros_are_told_once_and_not_run(self, tmp_path: Path) -> None:
        summary, macros = (name.encode("utf-16-le") for name in ("\5SummaryInformation", "_VBA_PROJECT_CUR"))  # fmt: skip
        spot = COUNTY.index(summary)
        data = COUNTY[:spot] + macros.ljust(len(summary), b"\0") + COUNTY[spot + len(summary) :]
        document = inputs.read(written(tmp_path / "a.xls", data))
        [problem] = [one for one in document.problems if one.code == "macros"]
        assert problem.severity == "warning"
        assert inputs.table(document, "schools").height == 3


class TestBadOldWorkbook:
    @pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".et"])
    def test_passwords(self, tmp_path: Path, suffix: str) -> None:
        user = COUNTY.index(
            struct.pack("<HH", 0x5C, 112)
        )  # WRITEACCESS stands where FILEPASS would
        old = COUNTY[:user] + struct.pack("<H", 0x2F) + COUNTY[user + 2 :]
        new = (KEPT / "locked.xlsx").read_bytes()
        for data in (old, new):
            problem = only(written(tmp_path / f"a{suffix}", data), "有密码", "去掉")
            assert problem.code == "encrypted"

    @pytest.mark.parametrize("keep", [0.1, 0.5, 0.7, 0.9])
    def test_cut_off(self, tmp_path: Path, keep: float) -> None:
        data = COUNTY[: int(len(COUNTY) * keep)]
        assert only(written(tmp_path / "a.xls", data), "损坏或不完整").code == "damaged"

    def test_another_document_of_the_same_container(self, tmp_path: Path) -> None:
        book, word = (name.encode("utf-16-le") for name in ("Workbook", "WordDoc\0"))
        path = written(tmp_path / "a.xls", COUNTY.replace(book, word))
        assert only(path, "不是 Excel 工作簿", "另存为").code == "not_a_workbook"

    def test_more_than_anybody_fills_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, most in (("MOST_SHEETS", 2), ("MOST_SHEET_CELLS", 20)):
            with monkeypatch.context() as patched:
                patched.setattr(limits, name, most)
                with pytest.raises(UnreadableError) as caught:
                    opened(COUNTY)
                assert caught.value.problem.code == "too_large"

    def test_a_chain_of_sectors_that_bites_its_tail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = COUNTY.index("Workbook".encode("utf-16-le"))
        data = bytearray(COUNTY)
        struct.pack_into("<ii", data, entry + 0x74, 0, 1000)  # a short stream: sector 0 …
        (table,) = struct.unpack_from("<i", data, 0x3C)
        struct.pack_into("<i", data, 512 * (table + 1), 0)  # … after which comes sector 0
        monkeypatch.setattr(limits, "DECODING_SECONDS", 1)
        with pytest.raises(UnreadableError) as caught:
            opened(bytes(data))
        assert caught.value.problem.code == "too_large"  # it went round in circles, and was stopped
        assert "1秒" in caught.value.problem.message

    def test_without_a_child_process(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.executable", "")
        check_county(opened(COUNTY))
        with pytest.raises(UnreadableError):
            opened(COUNTY[:5000])

    @pytest.mark.sweep
    def test_damaged_bytes_are_a_problem_or_a_workbook(self) -> None:
        luck, read = Random(11), 0
        for _ in range(400):
            data = bytearray(luck.choice([COUNTY, SCRIPT]))
            for _ in range(luck.choice([1, 1, 2, 30])):
                data[luck.randrange(len(data))] = luck.randrange(256)
            code, content = xls_worker.tried(bytes(data), 10, 10_000)
            assert code in (0, 1, 5, 6)
            read += bool(content)
        assert read > 100  # most bytes are no structure


# ── text that is called .xls ───────────────────────────────────────────────────────

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gbk">
<!--[if gte mso 9]><xml><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>县区</x:Name></x:ExcelWorksheet>
<x:ExcelWorksheet><x:Name>学校</x:Name></x:ExcelWorksheet></x:ExcelWorksheets></xml><![endif]-->
<style>td {mso-number-format:"\\@"}</style></head><body>
<table><tr><td>行政区划代码<td>341622</tr><tr><td>县（市、区）名称</td><td>蒙城县</td></tr>
<tr><td>学年起始年份</td><td x:num>2023</td></tr></table>
<table border=1><tr><th colspan=4>学校&nbsp;一览表</th></tr>
<tr><th>学校（机构）标识码</th><th>学校名称</th><th>办学<br>类型</th><th>小学在校生数（人）</th></tr>
<tr><td>2134000001</td><td>实验<b>小学</b></td><td rowspan=2>小学</td><td x:num="860.4">860</td></tr>
<tr style="display: none"><td>2134000002</td><td>二&amp;小</td><td>1,045</td></tr>
<tr><td>2134000003</td><td></td><td>#REF!</td><td x:num="0.955">95.5%</td></tr></table></body></html>"""

XML = """<?xml version="1.0" encoding="gb2312"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="县区"><Table><Column ss:Index="3" ss:Hidden="1"/>
<Row><Cell><Data ss:Type="String">行政区划代码</Data></Cell><Cell><Data ss:Type="String">341622</Data></Cell></Row>
<Row ss:Index="3" ss:Hidden="1"><Cell><Data ss:Type="String">社会认可度</Data><Comment><Data>不是</Data></Comment></Cell>
<Cell ss:StyleID="p"><Data ss:Type="Number">0.91</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
<Row><Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="DateTime">2016-12-30T00:00:00.000</Data></Cell>
<Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell ss:Formula="=R1C1"/></Row></Table></Worksheet>
<Worksheet ss:Name="藏"><Table/><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
</Workbook>"""


class TestTextCalledXls:
    @pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
    def test_a_page_of_tables(self, encoding: str) -> None:
        book = opened(PAGE.encode(encoding))
        assert list(book.sheets) == ["县区", "学校"]
        assert told(book.grid("县区")) == [
            ["行政区划代码", "341622"], ["县（市、区）名称", "蒙城县"], ["学年起始年份", "2023"],
        ]  # fmt: skip
        schools = book.grid("学校")
        assert told(schools) == [
            ["学校 一览表", None, None, None],
            ["学校（机构）标识码", "学校名称", "办学 类型", "小学在校生数（人）"],
            ["2134000001", "实验小学", "小学", 860.4],
            ["2134000002", "二&小", None, "1,045"],
            ["2134000003", None, "#REF!", "95.5%"],
        ]
        assert list(schools.merged) == [Block(0, 0, 0, 3), Block(2, 2, 3, 2)]
        assert (schools.hidden_rows, schools.faults) == (frozenset({3}), {(4, 2): "#REF!"})

    def test_a_page_cut_off_between_tables_is_told(self, tmp_path: Path) -> None:
        for text, cut in ((PAGE, False), (PAGE[: PAGE.index("<table border")], True)):
            found = inputs.read(written(tmp_path / "a.xls", text))
            assert ("no_line_end" in {one.code for one in found.problems}) is cut

    def test_a_page_as_libreoffice_writes_it(self) -> None:
        book = opened((KEPT / "county.html").read_bytes())
        county, schools = (book.grid(name) for name in book.sheets)
        assert told(county)[3:] == [
            ["通过基本均衡认定时间", "2016-12-30"],
            ["社会认可度", "91.25%"],
        ]
        assert told(schools)[4][:8] == [
            "2134000001", "实验小学", "小学", "是", 860.0, 20.0, "3870.25㎡", 123.456789,
        ]  # fmt: skip

    def test_spreadsheet_ml(self) -> None:
        book = opened(XML.encode("gbk"))
        assert {name: sheet.hidden for name, sheet in book.sheets.items()} == {"县区": False, "藏": True}  # fmt: skip
        grid = book.grid("县区")
        assert told(grid) == [
            ["行政区划代码", "341622", None, None],
            [None, None, None, None],
            ["社会认可度", 0.91, True, None],
            ["2016-12-30", None, "#N/A", None],
        ]
        assert grid.percent(2, 1)
        assert grid.faults == {(3, 2): "#N/A", (3, 3): ""}
        assert list(grid.merged) == [Block(3, 0, 3, 1)]  # as far as there are cells
        assert (grid.hidden_rows, grid.hidden_columns) == (frozenset({2}), frozenset({2}))

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (PAGE[: len(PAGE) // 2], "damaged"),  # cut off
            ("<table>" + "<!--" * 300_000, "damaged"),
            ("<table>" + "<tr><td rowspan=999999 colspan=16000>1" * 9, "too_large"),
            ("<table><tr>" + "<td colspan=16000>1" * 9, "damaged"),
            (XML[: len(XML) // 2], "damaged"),
            (XML.replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "b">]><Workbook', 1), "damaged"),
            (XML.replace('ss:Index="3" ss:Hidden="1"/>', 'ss:Index="-9"/>'), "damaged"),
            (XML.replace('ss:Index="3"', 'ss:Index="99999999999"'), "damaged"),
            ("<html><body>登录已过期</body></html>", "not_a_workbook"),
            ("学校,人数\n一小,3\n", "not_a_workbook"),
            ("MIME-Version: 1.0\nX: 1\n", "not_a_workbook"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_one_problem(self, tmp_path: Path, text: str, code: str) -> None:
        assert only(written(tmp_path / "a.xls", text)).code == code

    def test_text_with_commas_is_told_what_it_is(self, tmp_path: Path) -> None:
        only(written(tmp_path / "a.xls", "学校,人数\n一小,3\n"), "文本", ".csv")


@pytest.mark.parametrize("name", ["schools.csv", "a.json", "a.zip"])
def test_a_workbook_by_the_name_of_a_text(tmp_path: Path, name: str) -> None:
    document = inputs.read(written(tmp_path / name, COUNTY))
    [problem] = [one for one in document.problems if one.code == "wrong_suffix"]
    assert ".xls" in problem.expected


def test_a_bad_file_costs_no_other(tmp_path: Path) -> None:
    """Bad workbooks of every kind beside a good one: each is named, and nothing is lost."""
    spoil: dict[str, Callable[[], bytes]] = {
        "cut.xls": lambda: COUNTY[:6000],
        "cut.xlsx": lambda: inputs.workbook(tmp_path / "b.xlsx").read_bytes()[:3000],
        "locked.xlsx": (KEPT / "locked.xlsx").read_bytes,
        "page.xls": lambda: b"<html></html>",
    }
    paths = [written(tmp_path / name, data()) for name, data in spoil.items()]
    good = inputs.workbook(tmp_path / "good.xlsx")
    from compliance.checker import Checker

    report = Checker().check([*paths, good])
    assert [county.county_code for county in report.counties] == ["341622"]
    assert {one.file for one in report.problems if one.severity == "error"} == set(spoil)
