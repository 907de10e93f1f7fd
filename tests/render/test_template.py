"""The template as people get it: complete, checked, safe, and read back without a problem."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake import readers
from compliance.intake.accept import accept
from compliance.intake.formats import raw_table
from compliance.intake.formats.discover import gather
from compliance.intake.formats.read_marker import read_marker
from compliance.kernel.errors import UsageError
from compliance.kernel.submission import Submission
from compliance.render.blank_workbook import workbook_bytes, write_template
from compliance.render.documents.text import columns
from compliance.render.workbook_form import ELSEWHERE, WorkbookForm
from compliance.rules.language.model import Part, Rule
from tests.support.nonempty import nonempty

Sheet = Any  # openpyxl's stubs know merged cells that are none here
WORDS = vocabulary()
FORM = WorkbookForm(WORDS, "某规则集")
SHEETS = [
    "说明",
    "县区",
    "学校",
    "班级",
    "专用教室",
    "质量监测",
    "佐证",
    "一票否决",
    "校舍",
    "组织",
    "学校沿革",
]
FIRST = 5  # the first row of 学校 for data: sections, two of headings, example


@pytest.fixture(scope="module")
def content() -> bytes:
    return workbook_bytes(FORM)


@pytest.fixture
def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def rule(name: str, title: str, kind: str, **more: Any) -> Rule:
    return Rule(
        name, kind, "county", "county", "requirement", "verified", title, "", "",
        attested_as=name, **more,
    )  # fmt: skip


def header(sheet: Sheet, row: int) -> dict[str, int]:
    """Fact → column, by the headings of a row."""
    record = {"学校": "school", "班级": "class", "专用教室": "room"}[sheet.title]
    found = {}
    for cell in nonempty(sheet[row]):
        if cell.value:
            match = WORDS.match(record, str(cell.value))
            assert match, cell.value
            assert match.factor == 1
            found[match.fact.name] = cell.column
    return found


def county_rows(sheet: Sheet) -> dict[str, int]:
    rows = {}
    for [cell] in sheet.iter_rows(min_row=2, max_col=1):
        match = WORDS.match("county", str(cell.value))
        if match:
            rows[match.fact.name] = cell.row
    return rows


def dimension(sheet: Sheet, column: int) -> Any:
    """How a column looks; like neighbours are kept as one."""
    return next(one for one in sheet.column_dimensions.values() if one.min <= column <= one.max)


def figure(fact: Fact) -> Any:
    """Something acceptable for a fact, as a person would type it."""
    if fact.form == "flag":
        return "是"
    if fact.words:
        return next(word for word, meaning in fact.words.items() if word != meaning)
    if fact.listed:
        return ";".join("1" * (fact.length or 2))
    samples: dict[str, Any] = {"count": 12, "number": 12.5, "year": 2010, "date": "2015-12-30"}
    return samples.get(fact.form, "文字")


def submitted(book: Any, path: Path) -> Submission:
    book.save(path)
    return accept(gather([path], readers()), WORDS)


def identify(book: Any) -> None:
    """The least that a submission needs."""
    rows = county_rows(book["县区"])
    for name, value in (("county_code", "341622"), ("county_name", "蒙城县"), ("year", 2023)):
        book["县区"].cell(rows[name], 2, value)
    places = header(book["学校"], 2)
    for name, value in (
        ("school_code", "2134000001"),
        ("school_name", "实验小学"),
        ("school_type", "小学"),
    ):
        book["学校"].cell(FIRST, places[name], value)


class TestReadBack:
    def test_every_figure_comes_back_as_typed(self, book: Any, tmp_path: Path) -> None:
        rows, places = county_rows(book["县区"]), header(book["学校"], 2)
        given = {"county_code": "341622", "year": 2023, "province": "安徽"}
        county = {name: given.get(name) or figure(WORDS.county[name]) for name in rows}
        school = {name: figure(WORDS.school[name]) for name in places}
        for name, row in rows.items():
            book["县区"].cell(row, 2, county[name])
        for name, column in places.items():
            value = school[name]
            if WORDS.school[name].edges:  # a column for each of its items
                for place, item in enumerate(str(value).split(";")):
                    book["学校"].cell(FIRST, column + place, int(item))
            else:
                book["学校"].cell(FIRST, column, value)
        submission = submitted(book, tmp_path / "a.xlsx")
        assert [p for p in submission.problems if p.severity == "error"] == []
        known = {"unknown_heading", "no_heading", "sheet_not_read", "converted_unit"}
        assert not known & {p.code for p in submission.problems}
        [found] = submission.schools.to_dicts()
        for name, value in nonempty(school.items()):
            fact = WORDS.school[name]
            expected = {"flag": True, "word": fact.words.get(value)}.get(fact.form, value)
            if fact.listed:
                expected = [1.0] * (fact.length or 2)
            elif fact.form == "count" and fact.words:
                expected = float(fact.words[value])
            assert found[name] == expected, name
        [one] = submission.counties.to_dicts()
        kept = {**county, "data_kind": "official"}  # a word that stands for it in records
        assert {name: one[name] for name in county} == kept

    def test_the_least_is_enough_and_the_example_is_not_read(
        self, book: Any, tmp_path: Path
    ) -> None:
        identify(book)
        submission = submitted(book, tmp_path / "a.xlsx")
        assert submission.problems == []
        assert submission.schools["school_code"].to_list() == ["2134000001"]
        assert submission.attestations.is_empty()
        assert submission.vetoes.is_empty()
        assert submission.monitoring.is_empty()

    def test_what_concerns_nobody_says_so(self, book: Any, tmp_path: Path) -> None:
        """The sheet lets the word be typed, tells of it, and is read back; a 0 stays a 0."""
        identify(book)
        sheet = book["县区"]
        rows = county_rows(sheet)
        checks = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
        whole, part = f"B{rows['senior_quota']}", f"B{rows['senior_quota_allocated']}"
        wanted = f'=OR({whole}="不涉及",AND(ISNUMBER({whole}),{whole}>=0,{whole}<=10000000))'
        assert checks[whole].formula1 == wanted.removeprefix("=")
        assert "不涉及" in str(checks[whole].error)
        assert checks[part].type == "whole"
        assert any("不涉及" in str(cell.value) for row in book["说明"] for cell in row)
        sheet[whole] = "不涉及"
        sheet.cell(rows["disabled_children"], 2, 0)
        submission = submitted(book, tmp_path / "a.xlsx")
        assert submission.problems == []
        nobody = ["senior_quota", "senior_quota_allocated", "senior_quota_allocated_rural"]
        assert submission.counties["not_involved"].to_list() == [nobody]

    def test_further_sheets(self, tmp_path: Path) -> None:
        rules = [
            rule("G1", "布局合理", "attested", statement="attestations"),
            rule(
                "G8",
                "待遇",
                "all",
                parts=(Part("pay", "足额核定", "", "attested", {}, statement="attestations"),),
            ),
            rule("V1", "=以考试方式招生", "attested", statement="vetoes"),
            rule("R1", "教师", "threshold"),
        ]
        book: Any = openpyxl.load_workbook(
            io.BytesIO(workbook_bytes(WorkbookForm(WORDS, "x", rules=tuple(rules))))
        )
        identify(book)
        classes = header(book["班级"], 1)
        rooms = header(book["专用教室"], 1)
        assert list(classes) == ["school_code", "stage", "grade", "class", "students"]
        assert list(rooms) == ["school_code", "kind", "area"]
        for column, value in enumerate(("2134000001", "小学", "一年级", "1班", 45), start=1):
            book["班级"].cell(3, column, value)
        for column, value in enumerate(("2134000001", "音乐", 96.5), start=1):
            book["专用教室"].cell(3, column, value)
        for column, value in enumerate(("数学", "四年级", 2022, "Ⅲ", 0.12), start=1):
            book["质量监测"].cell(3, column, value)
        assert book["佐证"]["A3"].value == "G1 布局合理"
        assert book["佐证"]["A4"].value == "G8 待遇（足额核定）"
        assert book["佐证"]["A5"].value is None
        assert book["一票否决"]["A3"].value == "V1 =以考试方式招生"
        book["佐证"]["B3"], book["佐证"]["C3"] = "是", "文件；纪要"
        book["一票否决"]["B3"] = "否"
        submission = submitted(book, tmp_path / "a.xlsx")
        assert [p for p in submission.problems if p.severity == "error"] == []
        [school] = submission.schools.to_dicts()
        assert school["primary_class_sizes"] == [45.0]
        assert school["music_room_areas"] == [96.5]
        assert submission.attestations.select("rule", "met").rows() == [("G1", True)]
        assert submission.attestations["evidence"].to_list() == [["文件", "纪要"]]
        assert submission.vetoes.select("rule", "exists").rows() == [("V1", False)]
        assert submission.monitoring.select("subject", "level", "disparity").rows() == [
            ("数学", 3.0, 0.12)
        ]

    def test_the_sheets_names_are_those_the_intake_knows(self) -> None:
        assert SHEETS[1:] == list(raw_table.SHEETS.values())


class TestLook:
    def test_sheets_and_completeness(self, book: Any) -> None:
        assert book.sheetnames == SHEETS
        elsewhere = {"county_code", "year"} | {
            name for name in WORDS.school if name.endswith(("_class_sizes", "_room_areas"))
        }
        assert len(ELSEWHERE) == 4
        assert set(header(book["学校"], 2)) == set(WORDS.school) - elsewhere
        assert set(county_rows(book["县区"])) == set(WORDS.county)
        guide = [str(cell.value) for [cell] in book["说明"].iter_rows(max_col=1) if cell.value]
        assert "适用标准：某规则集" in guide
        for name in nonempty(SHEETS[1:]):
            assert any(line.startswith(f"{name}：") for line in guide)

    def test_headings_fit_and_are_explained(self, book: Any) -> None:
        sheet = book["学校"]
        for name, column in nonempty(header(sheet, 2).items()):
            cell = sheet.cell(2, column)
            title, _, unit = str(cell.value).partition("\n")
            fact = WORDS.school[name]
            assert title == fact.title
            assert fact.unit in unit
            assert ("自然年度" in unit) == (fact.period == "calendar_year")
            assert cell.comment
            assert fact.description[:8].rstrip("。") in cell.comment.text
            assert fact.holder in cell.comment.text
            width = dimension(sheet, column).width
            lines = 3 if unit else 4
            assert columns(title) <= (width + 0.5) * lines
            assert columns(unit) <= width + 0.5

    def test_ten_columns_for_class_bands_under_one_heading(self, book: Any) -> None:
        sheet = book["学校"]
        first = header(sheet, 2)["junior_class_bands"]
        words = [sheet.cell(3, column).value for column in range(first, first + 10)]
        assert words[:3] == ["25人及以下", "26—30", "31—35"]
        assert words[-2:] == ["61—65", "66人及以上"]
        last = sheet.cell(3, first + 9).column_letter
        merged = {str(block) for block in sheet.merged_cells.ranges}
        assert f"{sheet.cell(2, first).column_letter}2:{last}2" in merged
        assert "A2:A3" in merged

    def test_required_headings_stand_out(self, book: Any) -> None:
        red: dict[bool, set[str]] = {True: set(), False: set()}
        for name, column in header(book["学校"], 2).items():
            colour = book["学校"].cell(2, column).font.color
            red[WORDS.school[name].required].add(colour and colour.rgb)
        for name, row in county_rows(book["县区"]).items():
            colour = book["县区"].cell(row, 1).font.color
            red[WORDS.county[name].required].add(colour and colour.rgb)
        assert len(red[True]) == len(red[False]) == 1
        assert red[True] != red[False]

    def test_frozen_filtered_and_formatted(self, book: Any) -> None:
        sheet = book["学校"]
        assert sheet.freeze_panes == "C4"
        assert sheet.auto_filter.ref.startswith("A3:")
        places = header(sheet, 2)
        formats = {name: dimension(sheet, column).number_format for name, column in places.items()}
        for code in ("school_code", "main_school_code", "school_type"):
            assert formats[code] == "@"
        assert formats["primary_students"] == "#,##0"
        assert formats["built_year"] == "0"
        assert sheet["A4"].font.color.rgb.endswith("808080")
        assert str(sheet["A4"].value).startswith("示例")
        rows = county_rows(book["县区"])
        assert book["县区"].cell(rows["basic_balance_date"], 2).number_format == "@"
        assert book["县区"].cell(rows["county_code"], 2).number_format == "@"

    def test_checks_on_what_is_typed(self, book: Any) -> None:
        sheet = book["学校"]
        letters = {
            name: sheet.cell(2, column).column_letter for name, column in header(sheet, 2).items()
        }
        checks = {
            str(one.sqref).split(":")[0].rstrip("0123456789"): one
            for one in sheet.data_validations.dataValidation
        }
        assert str(checks["A"].sqref) == "A5:A504"
        assert checks[letters["boarding"]].formula1 == '"是,否"'
        assert "九年一贯制学校" in checks[letters["school_type"]].formula1
        assert "民办" in checks[letters["sponsor"]].formula1
        whole, area = checks[letters["primary_students"]], checks[letters["teaching_area"]]
        assert (whole.type, whole.formula1, whole.formula2) == ("whole", "0", "100000")
        assert area.type == "decimal"
        bands = checks[letters["primary_class_bands"]]
        assert (bands.type, bands.formula1, bands.formula2) == ("whole", "0", "5000")
        stages = book["班级"].data_validations.dataValidation[1]
        assert stages.formula1 == '"小学,初中"'
        met = book["佐证"].data_validations.dataValidation
        assert '"是,否"' in {one.formula1 for one in met}
        assert all(len(str(one.formula1)) <= 257 for one in nonempty([*checks.values(), *met]))

    def test_nothing_is_a_formula(self) -> None:
        class Hostile(Vocabulary):
            """A province's plugin whose texts would like to be formulas."""

        tables = {name: dict(facts) for name, facts in WORDS.tables.items()}
        tables["school"]["x"] = Fact("x", "=1+1", "", "@SUM(A1)", "school", "text", unit="+1")
        tables["county"]["y"] = Fact("y", "-1+1", "", '=HYPERLINK("http://x")', "county", "text")
        stated = rule("=1", "+1", "attested", statement="attestations")
        content = workbook_bytes(WorkbookForm(Hostile(tables, {}), "=cmd()", rules=(stated,)))
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink]
        assert any(cell.value == "=1+1\n（+1）" for cell in cells)


class TestWriting:
    def test_same_bytes_again(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        write_template(path, FORM)
        mark = read_marker(path)
        assert mark is not None
        assert path.read_bytes() == workbook_bytes(FORM, mark=mark)
        assert [child.name for child in tmp_path.iterdir()] == ["a.xlsx"]

    def test_where_it_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="不能写入"):
            write_template(tmp_path / "no" / "a.xlsx", FORM)
        (tmp_path / "dir.xlsx").mkdir()
        with pytest.raises(UsageError, match="不能写入"):
            write_template(tmp_path / "dir.xlsx", FORM)
        assert [child.name for child in tmp_path.iterdir()] == ["dir.xlsx"]

    def test_more_schools_than_expected(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(workbook_bytes(FORM, room=1200))
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["学校"]
        assert str(sheet.data_validations.dataValidation[0].sqref) == "A5:A1204"
