"""What the readers hand over: cells as typed, with the place where each stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats import dataset as datasets
from compliance.intake.formats import json as json_file
from compliance.intake.formats import xlsx
from compliance.intake.formats.discover import Reader
from tests.intake import inputs
from tests.support.nonempty import nonempty

READERS: Mapping[str, Reader] = readers()


def test_every_reader_is_offered_under_its_suffix() -> None:
    assert READERS[".json"] is json_file.read
    assert READERS[".xlsx"] is READERS[".xlsm"] is READERS[".xls"] is READERS[".et"]
    assert READERS[".xlsx"] is xlsx.read
    assert READERS[".zip"] is datasets.read_zip
    assert READERS[".csv"] is READERS[".parquet"] is datasets.read


class TestJson:
    def test_county_and_schools_with_pointers(self, tmp_path: Path) -> None:
        document = json_file.read(inputs.json_file(tmp_path / "a.json"))
        assert document.problems == []
        assert not document.many
        schools = inputs.table(document, "schools")
        assert schools.strict
        assert schools.columns["primary_students"] == [860]
        assert schools.place(0, "primary_students") == "/schools/0/primary_students"
        assert inputs.table(document, "counties").place(0, "year") == "/county/year"

    def test_absent_and_null_are_missing_and_places_keep_their_numbers(
        self, tmp_path: Path
    ) -> None:
        path = inputs.json_file(
            tmp_path / "a.json", schools=[{"a": 1}, "oops", {"b": None, "c/d": 2}]
        )
        document = json_file.read(path)
        assert inputs.values(document, "schools") == {
            "a": [1, None],
            "b": [None, None],
            "c/d": [None, 2],
        }
        schools = inputs.table(document, "schools")
        assert schools.place(1, "c/d") == "/schools/2/c~1d"

    def test_the_county_s_lists_become_tables(self, tmp_path: Path) -> None:
        county = {
            **inputs.SUBMISSION["county"],
            "monitoring": [{"subject": "数学", "level": 3}],
            "attestations": {"G1": {"met": True, "evidence": ["文件"]}, "G/2": None},
            "vetoes": {"V1": False, "V2": None},
        }
        document = json_file.read(inputs.json_file(tmp_path / "a.json", county=county))
        assert document.problems == []
        assert set(inputs.values(document, "counties")) == {"county_code", "county_name", "year"}
        assert inputs.values(document, "monitoring") == {"subject": ["数学"], "level": [3]}
        assert inputs.values(document, "attestations") == {
            "met": [True],
            "evidence": [["文件"]],
            "rule": ["G1"],
        }
        assert inputs.values(document, "vetoes") == {"rule": ["V1"], "exists": [False]}
        places = {
            ("monitoring", "level"): "/county/monitoring/0/level",
            ("attestations", "met"): "/county/attestations/G1/met",
            ("attestations", "rule"): "/county/attestations/G1",
            ("vetoes", "exists"): "/county/vetoes/V1",
        }
        for (name, heading), place in nonempty(places.items()):
            assert inputs.table(document, name).place(0, heading) == place

    def test_a_byte_order_mark_is_accepted(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert json_file.read(path).problems == []

    def test_figures_stay_as_typed(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json", schools=[{"x": 7.10, "y": 10**20, "z": [1.5]}])
        assert inputs.values(json_file.read(path), "schools") == {
            "x": [7.1],
            "y": [10**20],
            "z": [[1.5]],
        }

    def test_the_fingerprint_is_of_the_bytes(self, tmp_path: Path) -> None:
        path = inputs.json_file(tmp_path / "a.json")
        [known] = json_file.read(path).inputs
        assert known.name == "a.json"
        assert known.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


class TestWorkbook:
    def test_sheets_with_cells(self, tmp_path: Path) -> None:
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx"))
        assert document.problems == []
        assert inputs.values(document, "counties") == {
            "行政区划代码": ["341622"],
            "县（市、区）名称": ["蒙城县"],
            "学年起始年份": [2023],
        }
        assert inputs.table(document, "counties").place(0, "学年起始年份") == "县区!B3"
        schools = inputs.table(document, "schools")
        assert not schools.strict
        assert schools.columns["小学在校生数（人）"] == [860]
        assert schools.place(0, "小学在校生数（人）") == "学校!D2"

    def test_true_cells_where_the_table_stands_off_the_corner(self, tmp_path: Path) -> None:
        def shift(book: openpyxl.Workbook) -> None:
            book["学校"].insert_rows(1, 3)
            book["学校"].insert_cols(1, 2)
            book["学校"]["C2"] = "蒙城县学校基本情况表"
            book["学校"].merge_cells("C2:F2")
            book["学校"]["C9"], book["学校"]["D9"], book["学校"]["F9"] = "2134000002", "二小", 12

        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", change=shift))
        assert document.problems == []
        schools = inputs.table(document, "schools")
        assert schools.columns["小学在校生数（人）"] == [860, 12]
        assert schools.place(0, "小学在校生数（人）") == "学校!F5"
        assert schools.place(1, "小学在校生数（人）") == "学校!F9"

    @pytest.mark.parametrize(
        ("county", "schools"),
        [
            ("counties", "schools"),
            ("县区信息", "学校信息表"),
            ("1.区县", "2、学校基本情况"),
            ("表1 县区", "表2 学校"),
            ("County", "School"),
            ("县（市、区）", "学校一览表"),
        ],
    )
    def test_variants_of_sheet_names(self, tmp_path: Path, county: str, schools: str) -> None:
        sheets = {county: inputs.COUNTY_ROWS, schools: inputs.SCHOOL_ROWS}
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert document.problems == []
        assert [one.name for one in document.tables] == ["counties", "schools"]

    def test_a_county_in_one_row_or_beside_a_column_of_units(self, tmp_path: Path) -> None:
        header, values = zip(*inputs.COUNTY_ROWS, strict=True)
        across = {**inputs.SHEETS, "县区": [header, values]}
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", across))
        assert inputs.values(document, "counties")["学年起始年份"] == [2023]
        assert inputs.table(document, "counties").place(0, "学年起始年份") == "县区!C2"

        beside = {
            **inputs.SHEETS,
            "县区": [
                ("全县情况",),
                ("项目", "单位", "填报值"),
                *((heading, "", value) for heading, value in inputs.COUNTY_ROWS),
                ("二、经费",),
                ("没听说过的项目", "元", 5),
            ],
        }
        document = xlsx.read(inputs.workbook(tmp_path / "b.xlsx", beside))
        assert document.problems == []
        assert inputs.values(document, "counties")["学年起始年份"] == [2023]
        assert inputs.values(document, "counties")["没听说过的项目"] == [5]
        assert inputs.table(document, "counties").place(0, "没听说过的项目") == "县区!C7"

    def test_dates_flags_and_numbers_as_people_see_them(self, tmp_path: Path) -> None:
        sheets = {
            **inputs.SHEETS,
            "县区": [*inputs.COUNTY_ROWS, ("通过基本均衡认定时间", date(2015, 12, 30))],
            "学校": [
                (*inputs.SCHOOL_ROWS[0], "是否寄宿制", "教学及辅助用房面积", "校长"),
                (2134000001, "一小", "小学", 860, True, 28.2 - 1e-14, "  王 "),
            ],
        }
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert inputs.values(document, "counties")["通过基本均衡认定时间"] == ["2015-12-30"]
        schools = inputs.values(document, "schools")
        assert schools["学校（机构）标识码"] == [2134000001]
        assert isinstance(schools["学校（机构）标识码"][0], int)
        assert schools["是否寄宿制"] == [True]
        assert schools["教学及辅助用房面积"] == [28.2]
        assert schools["校长"] == ["  王 "]

    def test_a_cell_formatted_as_a_percentage_is_a_percentage(self, tmp_path: Path) -> None:
        rows = [*inputs.COUNTY_ROWS, ("社会认可度（%）", 0.857)]
        sheets = {
            **inputs.SHEETS,
            "县区": rows,
            "质量监测": [("学科", "等级", "校际差异率"), ("数学", 3, 0.12)],
        }

        def format_cells(book: openpyxl.Workbook) -> None:
            book["县区"]["B4"].number_format = "0.0%"
            book["质量监测"]["C2"].number_format = "0%"

        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets, format_cells))
        assert inputs.values(document, "counties")["社会认可度（%）"] == [85.7]
        assert inputs.values(document, "monitoring")["校际差异率"] == [0.12]
        [problem] = document.problems
        assert (problem.severity, problem.code, problem.at) == (
            "warning",
            "converted_unit",
            "县区!B4",
        )
        assert problem.facts == ("recognition_percent",)

    def test_what_is_not_data_is_not_read(self, tmp_path: Path) -> None:
        blank: tuple[object, ...] = (None,) * 4
        sheets = {
            **inputs.SHEETS,
            "学校": [
                inputs.SCHOOL_ROWS[0],
                ("示例2134000009", "示例小学", "小学", "=1/0"),
                blank,
                inputs.SCHOOL_ROWS[1],
                inputs.SCHOOL_ROWS[0],
                ("", " ", None, None),
                ("合计", None, None, 860),
            ],
            "班级": [("学校标识码", "学段", "学生数"), ("示例1", "小学", 45)],
            "佐证": [("指标", "是否达到", "佐证材料", "说明"), ("G1 布局", None, None, None)],
        }
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert inputs.values(document, "schools")["学校名称"] == ["实验小学"]
        assert [one.name for one in document.tables] == ["counties", "schools"]
        assert inputs.codes(document) == ["total_row"]

    def test_further_tables(self, tmp_path: Path) -> None:
        sheets = {
            **inputs.SHEETS,
            "班级": [
                ("学校标识码", "学段", "年级", "班级", "学生数"),
                ("2134000001", "小学", "一年级", "1班", 45),
            ],
            "专用教室": [("学校标识码", "类别", "面积"), ("2134000001", "音乐", 96)],
            "质量监测": [("学科", "年级", "年份", "等级", "校际差异率"), ("数学", 4, 2022, 3, 0.1)],
            "佐证": [("指标", "是否达到", "佐证材料", "说明"), ("G1", "是", "文件；照片", None)],
            "一票否决": [("事项", "是否存在"), ("V1", "否")],
        }
        document = xlsx.read(inputs.workbook(tmp_path / "a.xlsx", sheets))
        assert document.problems == []
        assert inputs.values(document, "classes")["学生数"] == [45]
        assert inputs.values(document, "rooms")["面积"] == [96]
        assert inputs.values(document, "monitoring")["等级"] == [3]
        assert inputs.values(document, "attestations")["佐证材料"] == ["文件；照片"]
        assert inputs.table(document, "vetoes").place(0, "是否存在") == "一票否决!B2"

    def test_an_open_workbook_is_read_as_last_saved(self, tmp_path: Path) -> None:
        path = inputs.workbook(tmp_path / "a.xlsx")
        (tmp_path / "~$a.xlsx").write_bytes(b"lock")
        document = xlsx.read(path)
        assert [(p.severity, p.code) for p in document.problems] == [("warning", "open_elsewhere")]
        assert "最后一次保存" in document.problems[0].message
        assert len(document.tables) == 2

    def test_macro_workbooks_and_xml_with_prefixes(self, tmp_path: Path) -> None:
        def prefix(name: str, content: bytes) -> bytes:
            if not name.startswith("xl/worksheets/"):
                return content
            text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", content.decode())
            return text.replace("xmlns=", "xmlns:x=").encode()

        def add_fault(book: openpyxl.Workbook) -> None:
            book["学校"]["D2"] = "#N/A"

        plain = inputs.workbook(tmp_path / "a.xlsm", change=add_fault)
        odd = inputs.repacked(inputs.workbook(tmp_path / "b.xlsm", change=add_fault), prefix)
        for document in (xlsx.read(plain), xlsx.read(odd)):
            assert [(p.code, p.at) for p in document.problems] == [("formula_error", "学校!D2")]
            assert inputs.values(document, "schools")["学校名称"] == ["实验小学"]


def test_a_percentage_cell_of_a_plugins_fact_is_read_as_shown(tmp_path: Path) -> None:
    share = {
        "type": ["number", "null"], "minimum": 0, "maximum": 100, "title": "数字校园覆盖率",
        "x-title-en": "Digital campus share", "description": "示例。", "x-unit": "%",
    }  # fmt: skip
    (tmp_path / "school.schema.json").write_text(json.dumps({"properties": {"share": share}}))
    head, first = inputs.SCHOOL_ROWS
    rows = [(*head, "数字校园覆盖率（%）"), (*first, 0.985)]

    def percent(book: openpyxl.Workbook) -> None:
        book["学校"].cell(2, 5).number_format = "0.0%"

    path = inputs.workbook(tmp_path / "a.xlsx", {**inputs.SHEETS, "学校": rows}, percent)
    found = take_in([path], readers(), vocabulary([tmp_path]))
    assert found.schools["share"].to_list() == [98.5]
    assert [(one.code, one.at, one.facts) for one in found.problems] == [
        ("converted_unit", "学校!E2", ("share",))
    ]
