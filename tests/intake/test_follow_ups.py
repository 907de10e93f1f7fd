"""One cause, one error: what only follows from it is not said, and costs the county all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.kernel.submission import Submission
from tests.intake import inputs
from tests.intake.inputs import read
from tests.intake.raws import codes

Rows = Sequence[Sequence[object]]
CODES = [str(2134000001 + n) for n in range(20)]
SCHOOLS: Rows = [inputs.SCHOOL_ROWS[0], *((c, f"{c}小学", "小学", 43) for c in CODES)]
CLASSES: Rows = [("学校标识码", "学段", "学生数"), *((code, "小学", 43) for code in CODES)]


def book(
    folder: Path, schools: Rows | None = SCHOOLS, county: Rows = inputs.COUNTY_ROWS
) -> Submission:
    sheets = {"县区": county, "学校": schools or [], "班级": CLASSES}
    if schools is None:
        del sheets["学校"]
    return accept([read(inputs.workbook(folder / "a.xlsx", sheets))], vocabulary())


def refused(found: Submission) -> set[str]:
    return {one.county_code for one in found.refused}


class TestWorkbook:
    def test_sound(self, tmp_path: Path) -> None:
        assert book(tmp_path).problems == []

    def test_no_sheet_of_schools(self, tmp_path: Path) -> None:
        found = book(tmp_path, None)
        assert codes(found) == ["missing_sheet"]
        assert refused(found) == {"341622"}

    def test_no_column_of_codes(self, tmp_path: Path) -> None:
        found = book(tmp_path, [row[1:] for row in SCHOOLS])
        (error,) = found.problems
        assert (error.code, error.at) == ("missing_heading", "学校")
        assert refused(found) == {"341622"}

    @pytest.mark.parametrize(
        ("code", "says"),
        [(2134000001213400123, "digits_lost"), ("校" * 65, "too_long"), (None, "missing_identity")],
    )
    def test_a_code_refused(self, tmp_path: Path, code: object, says: str) -> None:
        found = book(tmp_path, [SCHOOLS[0], (code, *SCHOOLS[1][1:]), *SCHOOLS[2:]])
        assert codes(found) == [says]
        assert refused(found) == {"341622"}

    @pytest.mark.parametrize(
        ("rows", "says", "at"),
        [
            ([("学年起始年份", date(2023, 9, 1))], "not_a_number", "县区!B3"),
            ([("学年起始年份", "#REF!")], "formula_error", "县区!B3"),
            ([], "missing_heading", "县区"),
        ],
    )
    def test_no_usable_year(self, tmp_path: Path, rows: Rows, says: str, at: str) -> None:
        found = book(tmp_path, county=[*inputs.COUNTY_ROWS[:2], *rows])
        (error,) = found.problems
        assert (error.code, error.at) == (says, at)
        assert refused(found) == {"341622"}

    def test_a_school_really_unknown_is_still_an_error(self, tmp_path: Path) -> None:
        found = book(tmp_path, SCHOOLS[:-1])
        assert codes(found) == ["unknown_school"]


TWO = "county_code,county_name,year\n340102,瑶海区,2023\n341622,蒙城县,2023\n"
TABLE = (
    "county_code,school_code,school_name,school_type\n"
    "341622,1,一小,小学\n341622,2,二小,小学\n340102,3,三小,小学\n"
)
OF_SCHOOLS = "school_code,stage,students\n1,小学,45\n2,小学,40\n3,小学,40\n"


def folder(path: Path, counties: str = TWO, schools: str = TABLE, **further: str) -> Submission:
    files = {"counties__csv": counties, "schools__csv": schools, "classes__csv": OF_SCHOOLS}
    return accept([read(inputs.dataset(path / "d", **files, **further))], vocabulary())


class TestDataset:
    def test_sound(self, tmp_path: Path) -> None:
        assert folder(tmp_path).problems == []

    def test_two_years_and_no_column_of_years(self, tmp_path: Path) -> None:
        counties = TWO + "340102,瑶海区,2022\n341622,蒙城县,2022\n"
        rows = TABLE.partition("\n")
        found = folder(tmp_path, counties, TABLE + rows[2])
        (error,) = found.problems
        assert (error.code, error.file) == ("year_needed", "schools.csv")
        assert "学年起始年份" in error.message
        assert len(found.counties) == 0
        assert refused(found) == {"340102", "341622"}

    def test_years_written_as_dates(self, tmp_path: Path) -> None:
        counties = TWO + "341622,蒙城县,2022\n"
        schools = TABLE.replace("school_name", "year,school_name").replace(
            ",2,二", ",2,2023-09-01,二"
        )
        schools = schools.replace(",1,一", ",1,2023,一").replace(",3,三", ",3,2023,三")
        found = folder(tmp_path, counties, schools)
        assert codes(found) == ["not_a_number"]
        assert refused(found) == {"341622"}
        assert found.counties["county_code"].to_list() == ["340102"]

    @pytest.mark.parametrize(
        ("counties", "says"),
        [
            (TWO.replace("341622", "34162"), "bad_code"),
            (TWO.replace("蒙城县,2023", "蒙城县,2023学年"), "not_a_number"),
            (TWO.replace("341622,蒙城县,2023", "341622,蒙城县"), "ragged_line"),
            (TWO.replace("341622,蒙城县,2023\n", ""), "missing_county"),
        ],
    )
    def test_a_county_s_record_unusable(self, tmp_path: Path, counties: str, says: str) -> None:
        found = folder(tmp_path, counties, vetoes__csv="county_code,rule,exists\n341622,V1,否\n")
        assert codes(found) == [says]
        assert "341622" in refused(found)
        assert found.counties["county_code"].to_list() == ["340102"]

    @pytest.mark.parametrize("name", ["counties", "schools"])
    def test_a_table_missing(self, tmp_path: Path, name: str) -> None:
        found = folder(tmp_path, **{name: ""})
        assert codes(found) == ["missing_table"]
        assert len(found.counties) == len(found.schools) == 0
        assert refused(found) == {"340102", "341622"}

    def test_schools_that_name_no_county(self, tmp_path: Path) -> None:
        found = folder(tmp_path, schools=TABLE.replace("county_code", "note"))
        assert codes(found) == ["missing_heading"]
        assert refused(found) == {"340102", "341622"}

    def test_a_line_of_schools_cut_short(self, tmp_path: Path) -> None:
        classes = OF_SCHOOLS.replace("school_code", "county_code,school_code")
        for code, county in (("1", "341622"), ("2", "341622"), ("3", "340102")):
            classes = classes.replace(f"\n{code},", f"\n{county},{code},")
        short = TABLE.replace("三小,小学", "三小")
        files = {"counties__csv": TWO, "schools__csv": short, "classes__csv": classes}
        found = accept([read(inputs.dataset(tmp_path / "d", **files))], vocabulary())
        assert codes(found) == ["ragged_line"]
        assert refused(found) == {"340102"}

    def test_schools_of_another_year(self, tmp_path: Path) -> None:
        schools = "year," + TABLE.replace("\n", "\n2022,").removesuffix("2022,")
        found = folder(tmp_path, schools=schools)
        assert codes(found) == ["missing_county"] * 2  # and not also: the county has no schools
        assert len(found.counties) == 0
