"""A sheet's cells as its program meant them, whoever wrote the file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats import number_format, xlsx
from compliance.intake.formats.workbook import Grid, Workbook
from compliance.intake.problems import Complaints
from compliance.kernel.errors import Problem
from tests.intake import inputs
from tests.support.nonempty import nonempty

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET, SCHOOLS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
STRINGS = "xl/sharedStrings.xml"


def opened(path: Path, problems: list[Problem] | None = None) -> Workbook:
    return Workbook(path.read_bytes(), Complaints(path.name, [] if problems is None else problems))


def found(path: Path) -> list[tuple[str, str]]:
    """Code and place of every problem."""
    return [(one.code, one.at) for one in xlsx.read(path).problems]


def edited(path: Path, **changes: Callable[[str], str]) -> Path:
    """The workbook with parts of it (the last word of their names) changed as texts."""

    def change(name: str, content: bytes) -> bytes:
        key = Path(name).stem.removesuffix(".xml")
        return changes[key](content.decode()).encode() if key in changes else content

    return inputs.repacked(path, change)


def scripted(path: Path, fill: Callable[[xlsxwriter.worksheet.Worksheet], object]) -> Path:
    """A workbook by XlsxWriter, which calculates nothing: a sound county, and a school more."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in inputs.SHEETS.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    fill(sheet)
    book.close()
    return path


def sound(path: Path) -> Path:
    return scripted(path, lambda sheet: None)


def calculated(text: str) -> str:
    return text.replace('fullCalcOnLoad="1"', "")


def uncounted(text: str) -> str:
    return re.sub(r"<calcPr[^>]*>", "", text)


class TestFormulas:
    def test_a_zero_that_a_script_wrote_for_a_formula_is_no_figure(self, tmp_path: Path) -> None:
        def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
            sheet.write_formula("D2", "=400+460")
            for column in range(4):
                sheet.write_formula(2, column, "=说明!A1")

        path = scripted(tmp_path / "a.xlsx", fill)
        codes = [("formula_not_calculated", f"学校!{at}") for at in ("A3", "B3", "C3", "D2", "D3")]
        assert sorted(found(path)) == codes

    def test_what_the_script_worked_out_itself_is_read(self, tmp_path: Path) -> None:
        path = scripted(
            tmp_path / "a.xlsx", lambda sheet: sheet.write_formula("D2", "=400+460", None, 860)
        )
        assert found(path) == []
        assert inputs.values(xlsx.read(path), "schools")["小学在校生数（人）"] == [860]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda text: text, True),
            (calculated, False),
            (lambda text: text.replace('fullCalcOnLoad="1"', 'fullCalcOnLoad="true"'), True),
            (lambda text: text.replace('fullCalcOnLoad="1"', 'calcCompleted="0"'), True),
            (uncounted, True),  # as Apache POI's streaming writer leaves it: it never calculates
            (lambda text: re.sub(r"<calcPr[^>]*>", "<calcPr/>", text), False),  # an online office
        ],
    )
    def test_a_zero_is_a_result_where_a_program_has_calculated(
        self, tmp_path: Path, change: Callable[[str], str], told: bool
    ) -> None:
        path = scripted(tmp_path / "a.xlsx", lambda sheet: sheet.write_formula("D2", "=0+0"))
        path = edited(path, workbook=change)
        expected = [("formula_not_calculated", "学校!D2")] if told else []
        assert found(path) == expected
        values = inputs.values(xlsx.read(path), "schools")["小学在校生数（人）"]
        assert values == ([None] if told else [0])

    def test_a_zero_that_libreoffice_may_have_kept_is_read_and_said(self, tmp_path: Path) -> None:
        """It does not calculate a script's workbook when it opens it, and writes it as its own."""

        def fill(sheet: xlsxwriter.worksheet.Worksheet) -> None:
            sheet.write_formula("C2", '="小"&"学"', None, "小学")
            sheet.write_formula("D2", "=400+460")

        saved = edited(
            scripted(tmp_path / "a.xlsx", fill),
            workbook=lambda text: re.sub('appName="xl"', 'appName="Calc"', calculated(text)),
        )
        assert found(saved) == [("formula_zero", "学校!D2")]
        document = xlsx.read(saved)
        assert document.problems[0].facts == ("primary_students",)
        assert inputs.values(document, "schools")["小学在校生数（人）"] == [0]

    @pytest.mark.parametrize("zero", ["0.0", "0", "-0", "0E+00", ""])
    def test_however_the_zero_is_written(self, tmp_path: Path, zero: str) -> None:
        path = scripted(tmp_path / "a.xlsx", lambda sheet: sheet.write_formula("D2", "=1"))
        path = edited(path, sheet2=lambda text: text.replace("<v>0</v></c>", f"<v>{zero}</v></c>"))
        assert ("formula_not_calculated", "学校!D2") in found(path)

    def test_a_formula_over_several_cells_is_written_in_the_first(self, tmp_path: Path) -> None:
        """The others hold mere zeros (XlsxWriter) or are not there at all (openpyxl)."""
        path = scripted(
            tmp_path / "a.xlsx", lambda sheet: sheet.write_array_formula("D2:D4", "{=E2:E4}")
        )
        wanted = [("formula_not_calculated", f"学校!D{row}") for row in (2, 3, 4)]
        assert [one for one in found(path) if one[0] == "formula_not_calculated"] == wanted

        def spread(book: openpyxl.Workbook) -> None:
            formula = ArrayFormula("A3:D4", "=明细!A1:D2")
            book["学校"]["A3"] = formula

        path = inputs.workbook(tmp_path / "b.xlsx", change=spread)
        places = [f"学校!{column}{row}" for column in "ABCD" for row in (3, 4)]
        assert found(path) == [("formula_not_calculated", at) for at in places]

    def test_a_heading_that_was_never_calculated(self, tmp_path: Path) -> None:
        def heading(book: openpyxl.Workbook) -> None:
            book["学校"]["D1"] = "=说明!A1"

        path = inputs.workbook(tmp_path / "a.xlsx", change=heading)
        [problem] = [one for one in xlsx.read(path).problems if one.severity == "error"]
        assert (problem.code, problem.at) == ("formula_not_calculated", "学校!D1")

    def test_cells_with_a_reach_beyond_measure(self, tmp_path: Path) -> None:
        def spread(book: openpyxl.Workbook) -> None:
            formula = ArrayFormula("A3:XFD1048576", "=A1")
            book["学校"]["A3"] = formula

        path = inputs.workbook(tmp_path / "a.xlsx", change=spread)
        assert found(path) == [("too_large", "学校")]


PERCENT = [
    ("0%", 0.857, 85.7), ("0.0%", 0.857, 85.7), ("0.00%;[Red]-0.00%", 0.5, 50), ("#,##0.0 %", 0.5, 50),
    ('0.0"%"', 92.5, 92.5), ("0.0\\%", 92.5, 92.5), ('0.0"%"', 0.9, 0.9), ("0.0!%", 0.9, 0.9),
    ('0"（%）"', 92.5, 92.5), ('0.0_%', 92.5, 92.5), ("0.0*%", 92.5, 92.5), ("General", 92.5, 92.5),
    ('[<1]0.0%;0.0"%"', 0.9, 90), ('[<1]0.0%;0.0"%"', 92.5, 92.5), ("[>=1]0.0;0.0%", 0.5, 50),
    ('0.0%;-0.0%;0"%"', 0, 0), ("[$-804]0.0%", 0.5, 50), ("[红色]0.0", 92.5, 92.5), ("0.0%%", 0.5, 50),
]  # fmt: skip


class TestNumberFormats:
    @pytest.mark.parametrize(("code", "held", "value"), PERCENT)
    def test_only_what_multiplies_is_a_percentage(
        self, tmp_path: Path, code: str, held: float, value: float
    ) -> None:
        sheets = {**inputs.SHEETS, "县区": [*inputs.COUNTY_ROWS, ("社会认可度（%）", held)]}

        def form(book: openpyxl.Workbook) -> None:
            book["县区"]["B4"].number_format = code

        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets, form))
        assert inputs.values(document, "counties")["社会认可度（%）"] == [value]
        told = [("converted_unit", "县区!B4")] if value != held else []
        assert [(one.code, one.at) for one in document.problems] == told

    @pytest.mark.parametrize(
        ("heading", "code", "held", "value"),
        [
            ("教学仪器设备值", '0.00"万元"', 110, 1_100_000),
            ("教学仪器设备值", "0.00\\万\\元", 110.5, 1_105_000),
            ("教学仪器设备值", '0.00"元"', 110, 110),
            ("教学仪器设备值（万元）", '0.00"万元"', 110, 110),  # the heading's own unit
            ("教学仪器设备值", '0\\.0000,"万元"', 1_100_000, 1_100_000),  # shown in another size
            ("教学仪器设备值", '0!.0000"万元"', 1_100_000, 1_100_000),  # a point among its digits
            ("教学仪器设备值", '"¥"#,##0.00', 110, 110),
            ("小学在校生数", '0"人"', 860, 860),
        ],
    )
    def test_a_unit_that_the_format_writes_counts(
        self, tmp_path: Path, heading: str, code: str, held: float, value: float
    ) -> None:
        head, first = inputs.SCHOOL_ROWS
        sheets = {**inputs.SHEETS, "学校": [(*head[:3], heading), (*first[:3], held)]}

        def form(book: openpyxl.Workbook) -> None:
            book["学校"]["D2"].number_format = code

        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets, form))
        assert inputs.values(document, "schools")[heading] == [value]
        assert inputs.codes(document) == ([] if value == held else ["converted_unit"])

    @pytest.mark.parametrize(
        ("code", "serial", "text"),
        [
            ("yyyy-mm-dd", 43800, "2019-12-01"),
            ("yyyy-mm", 43800, "2019-12"),  # no day is shown, and none was typed
            ("mmm-yy", 43800, "2019-12"),
            ('yyyy"年"m"月"', 43800, "2019-12"),
            ('yyyy"年"m"月"', 43814, "2019-12-15"),  # a day was typed
            ('[$-804]yyyy"年"', 43466, "2019"),
            ("[DBNum1]yyyy年m月d日", 43800, "2019-12-01"),
            ("e/m/d", 43800, "2019-12-01"),
            ('m"月"d"日"', 43800, "2019-12-01"),
            ("yyyy-mm-dd h:mm", 43800.4375, "2019-12-01 10:30:00"),
            ("yyyy-mm-dd", 43800.4375, "2019-12-01 10:30:00"),
            ("h:mm:ss", 0.4375, "10:30:00"),
            ("mm:ss.0", 0.4375, "10:30:00"),
            ("yyyy-mm-dd", 1, "1900-01-01"),
            ("yyyy-mm-dd", 61, "1900-03-01"),
        ],
    )
    def test_dates_as_far_as_they_are_shown(self, code: str, serial: float, text: str) -> None:
        shown = number_format.section(code, serial)
        assert shown is not None
        assert str(number_format.moment(serial, shown.shows, since_1904=False)) == text

    @pytest.mark.parametrize(
        "code", ["General", "@", "#,##0.00", "0.00E+00", '"d"0', "[Red]0", "?/?", "0_m"]
    )
    def test_what_is_no_date(self, code: str) -> None:
        assert not number_format.changes(code) or not number_format.sections(code)[0].shows

    @pytest.mark.parametrize("serial", [-1.0, 2_958_466.0, 1e300, float("nan")])
    def test_no_calendar_has_these_days(self, serial: float) -> None:
        assert number_format.moment(serial, frozenset("ymd"), since_1904=False) is None

    @given(st.text(alphabet='0#?%"\\!_*[];.,@ymdhse年<>=1 -', max_size=30), st.floats())
    def test_any_format_at_all(self, code: str, number: float) -> None:
        for part in nonempty(number_format.sections(code)):
            assert not (part.shows and part.percent)
        number_format.section(code, number)


class TestDates:
    def dated(self, path: Path, value: object, code: str, **changes: Callable[[str], str]) -> Path:
        sheets = {**inputs.SHEETS, "县区": [*inputs.COUNTY_ROWS, ("通过基本均衡认定时间", value)]}

        def form(book: openpyxl.Workbook) -> None:
            book["县区"]["B4"].number_format = code

        return edited(inputs.workbook(path, sheets, form), **changes)

    def read(self, path: Path) -> object:
        return inputs.values(xlsx.read(path), "counties")["通过基本均衡认定时间"][0]

    def test_a_time_of_day_is_left_out_and_said_to_be(self, tmp_path: Path) -> None:
        path = self.dated(tmp_path / "a.xlsx", datetime(2015, 12, 30, 16, 0), "yyyy-mm-dd")
        assert self.read(path) == "2015-12-30"
        assert found(path) == [("time_of_day", "县区!B4")]

    def test_days_counted_since_1904(self, tmp_path: Path) -> None:
        def since(text: str) -> str:
            return re.sub(r"<workbookPr\b", '<workbookPr date1904="1"', text)

        path = self.dated(tmp_path / "a.xlsx", date(2015, 12, 30), "yyyy-mm-dd", workbook=since)
        assert self.read(path) == "2019-12-31"  # 1462 days later

    @pytest.mark.parametrize(
        ("built_in", "text"),
        [(14, "2019-12-01"), (31, "2019-12-01"), (57, "2019-12"), (17, "2019-12")],
    )
    def test_formats_that_programs_have_built_in(
        self, tmp_path: Path, built_in: int, text: str
    ) -> None:
        def form(styles: str) -> str:
            return re.sub(r'<xf numFmtId="164"', f'<xf numFmtId="{built_in}"', styles)

        path = self.dated(tmp_path / "a.xlsx", 43800, '0.0"x"', styles=form)
        assert self.read(path) == text

    def test_a_cell_that_holds_its_date_as_text(self, tmp_path: Path) -> None:
        def iso(text: str) -> str:
            return text.replace('t="n"><v>43800</v>', 't="d"><v>2019-12-01T00:00:00</v>')

        path = self.dated(tmp_path / "a.xlsx", 43800, "General", sheet1=iso)
        assert self.read(path) == "2019-12-01"


class TestTexts:
    def test_runs_and_how_they_are_spoken(self, tmp_path: Path) -> None:
        name = "".join(f"&#{ord(sign)};" for sign in "实验小学")  # as openpyxl writes it
        runs = "<r><t>实验</t></r><r><rPr><b/></rPr><t>小学</t></r>"
        spoken = "<rPh sb='0' eb='2'><t>シーイェン</t></rPh>"

        def rich(text: str) -> str:
            return text.replace(name, "实验小学").replace("<t>实验小学</t>", runs + spoken)

        beside = edited(sound(tmp_path / "a.xlsx"), sharedStrings=rich)
        inside = edited(inputs.workbook(tmp_path / "b.xlsx"), sheet2=rich)
        for path in (beside, inside):
            assert b"rPh" in zipfile.ZipFile(path).read(STRINGS if path is beside else SCHOOLS)
            assert inputs.values(xlsx.read(path), "schools")["学校名称"] == ["实验小学"]

    def test_signs_that_xml_does_not_like(self, tmp_path: Path) -> None:
        path = edited(
            sound(tmp_path / "a.xlsx"),
            sharedStrings=lambda text: text.replace("实验小学", "实验_x000D_小学_x005F_x"),
        )
        assert inputs.values(xlsx.read(path), "schools")["学校名称"] == ["实验\r小学_x"]

    @pytest.mark.parametrize("sign", ["9", "-", "1_"])
    def test_a_text_that_is_not_there(self, tmp_path: Path, sign: str) -> None:
        path = edited(
            sound(tmp_path / "a.xlsx"),
            sheet2=lambda text: text.replace('t="s"><v>', f't="s"><v>{sign}'),
        )
        assert found(path) == [("damaged", "")]

    def test_two_cells_of_one_name(self, tmp_path: Path) -> None:
        path = edited(
            inputs.workbook(tmp_path / "a.xlsx"),
            sheet2=lambda text: text.replace('r="B2"', 'r="A2"'),
        )
        assert found(path) == [("damaged", "")]


def moved(path: Path, names: Mapping[str, str]) -> Path:
    """The workbook with its parts renamed."""
    with zipfile.ZipFile(path) as old:
        parts = {names.get(name, name): old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


class TestPackage:
    def sound(self, path: Path) -> None:
        document = xlsx.read(path)
        assert document.problems == []
        assert inputs.values(document, "schools")["小学在校生数（人）"] == [860]

    def test_backslashes_and_capitals(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        self.sound(moved(path, {name: name.replace("/", "\\") for name in names}))
        path = inputs.workbook(tmp_path / "b.xlsx")
        self.sound(moved(path, {name: name.upper() for name in names}))

    def test_another_folder_is_found_by_its_relations(self, tmp_path: Path) -> None:
        parts = {
            BOOK: "office/book.xml",
            RELATIONS: "office/_rels/book.xml.rels",
            SHEET: "tables/one.xml",
            SCHOOLS: "office/two.xml",
            STRINGS: "office/texts.xml",
        }

        def related(name: str, content: bytes) -> bytes:
            for old, new in {
                b"xl/workbook.xml": b"office/book.xml",
                b"worksheets/sheet1.xml": b"../tables/one.xml",
                b"worksheets/sheet2.xml": b"two.xml",
                b"sharedStrings.xml": b"texts.xml",
                b'"styles.xml"': b'"/xl/styles.xml"',
            }.items():
                content = content.replace(old, new) if name.endswith(".rels") else content
            return content

        self.sound(moved(inputs.repacked(sound(tmp_path / "a.xlsx"), related), parts))

    def test_without_relations_of_the_package_its_directory_tells(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        self.sound(
            inputs.repacked(path, lambda name, data: None if name == "_rels/.rels" else data)
        )

    def test_a_text_document_is_no_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            kind = (
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
            )
            archive.writestr(
                "_rels/.rels",
                f'<Relationships><Relationship Id="r" Type="{kind}" Target="word/document.xml"/></Relationships>',
            )
            archive.writestr("word/document.xml", "<document/>")
        assert found(path) == [("not_a_workbook", "")]

    def test_a_sheet_named_twice(self, tmp_path: Path) -> None:
        path = edited(
            inputs.workbook(tmp_path / "a.xlsx"),
            workbook=lambda text: text.replace('name="县区"', 'name="学校"'),
        )
        assert found(path) == [("damaged", "")]

    @pytest.mark.parametrize(
        "part", [BOOK, RELATIONS, SHEET, STRINGS, "xl/styles.xml", "_rels/.rels"]
    )
    def test_a_checksum_that_does_not_fit(self, tmp_path: Path, part: str) -> None:
        """The member itself can still be unpacked: only its checksum tells."""
        path = sound(tmp_path / "a.xlsx")
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(part)
        entry = content.rindex(part.encode()) - 46  # in the central directory, behind its 46 bytes
        assert content[entry : entry + 4] == b"PK\x01\x02"
        content[entry + 16] ^= 1
        content[member.header_offset + 14] ^= 1
        path.write_bytes(bytes(content))
        assert set(inputs.codes(xlsx.read(path))) == {"damaged"}


CELLS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: float(f"{x:.12g}")),
    st.booleans(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=8
    ),
    st.none(),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_cells_are_those_that_another_reader_finds(
    rows: list[list[int | float | bool | str | None]],
) -> None:
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "表"
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(stream)
    grid = Workbook(stream.getvalue(), Complaints("a.xlsx", [])).grid("表")
    other = CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue())).get_sheet_by_name("表")
    assert shown(grid) == [["" if one is None else one for one in row] for row in other.to_python()]
    assert other.start in (None, (grid.top, grid.left))


def shown(grid: Grid) -> list[list[object]]:
    return [["" if one is None else one for one in row] for row in grid.rows]


def test_the_vocabulary_knows_what_is_tried_here() -> None:
    assert vocabulary().match("school", "教学仪器设备值（万元）") is not None
