"""One county: what is accepted, what an error costs, what is only warned of."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.cells import TYPES
from compliance.intake.formats.raw_table import RawDocument
from compliance.kernel.errors import Problem
from compliance.kernel.i18n import use
from compliance.kernel.submission import NOT_INVOLVED, Refused
from tests.intake.raws import (
    COUNTY,
    SCHOOL,
    codes,
    dataset,
    document,
    problems,
    school,
    submit,
    table,
)
from tests.support.nonempty import nonempty

WORDS = vocabulary()


def test_a_sound_county() -> None:
    found = submit(document([school(primary_class_sizes=[50, 50], boarding="否", sponsor="民办")]))
    assert found.problems == []
    assert found.refused == []
    row = found.schools.row(0, named=True)
    assert (row["county_code"], row["year"], row["school_code"]) == ("341622", 2023, "2134000001")
    assert (row["school_type"], row["primary_students"]) == ("primary", 100.0)
    assert (row["primary_class_sizes"], row["boarding"]) == ([50.0, 50.0], False)
    assert row["sponsor"] == 10.0
    assert row["junior_students"] is None
    assert found.schools.columns == list(WORDS.school)
    assert found.counties.columns == [*WORDS.county, NOT_INVOLVED]
    assert found.schools.schema["year"] == pl.Int32
    assert found.counties.row(0, named=True)["county_name"] == "蒙城县"


def test_every_fact_is_a_column_of_its_type_even_if_nothing_is_accepted() -> None:
    found = submit(document([school(primary_students=-1)]))
    for frame, facts in ((found.schools, WORDS.school), (found.counties, WORDS.county)):
        assert len(frame) == 0
        assert {n: frame.schema[n] for n in facts if n != "year"} == {
            n: TYPES[f.form] for n, f in facts.items() if n != "year"
        }


def test_all_errors_at_once_each_with_its_place() -> None:
    found = submit(
        document(
            [
                school(primary_students=-3, primary_teachers="12"),
                school(school_code="2", school_type="大学", boarding=7),
                school(school_code="3", school_name=None),
            ]
        )
    )
    where = sorted((p.at, p.code, p.school_code, p.facts) for p in problems(found, "error"))
    assert where == [
        ("/schools/0/primary_students", "negative", "2134000001", ("primary_students",)),
        ("/schools/0/primary_teachers", "not_a_number", "2134000001", ("primary_teachers",)),
        ("/schools/1/boarding", "unknown_word", "2", ("boarding",)),
        ("/schools/1/school_type", "unknown_word", "2", ("school_type",)),
        ("/schools/2/school_name", "missing_identity", "3", ("school_name",)),
    ]
    assert all(p.county_code == "341622" and p.year == 2023 and p.file == "a.json"
               for p in nonempty(problems(found, "error")))  # fmt: skip
    assert all(p.message and p.expected for p in nonempty(problems(found, "error")))
    assert found.refused == [Refused("341622", 2023, "蒙城县")]


@pytest.mark.parametrize("name", ["school_code", "school_name", "school_type"])
def test_missing_identity_of_a_school(name: str) -> None:
    found = submit(document([school(**{name: None}), school(school_code="2")]))
    assert codes(found) == ["missing_identity"]
    assert found.refused == [Refused("341622", 2023, "蒙城县")]


@pytest.mark.parametrize("name", ["county_code", "county_name", "year"])
def test_missing_identity_of_the_county(name: str) -> None:
    found = submit(document(county={k: v for k, v in COUNTY.items() if k != name}))
    assert codes(found) == ["missing_identity"]
    assert len(found.schools) == len(found.counties) == 0


def test_what_json_lacks_is_missed_where_it_belongs() -> None:
    county = {k: v for k, v in COUNTY.items() if k != "year"}
    (error,) = submit(document(county=county)).problems
    assert error.at == "/counties/0/year"
    bare = {k: v for k, v in school().items() if k != "school_type"}
    (error,) = submit(document([bare])).problems
    assert (error.at, error.facts) == ("/schools/0/school_type", ("school_type",))


def test_a_cell_the_reader_has_refused_is_not_missed_as_well() -> None:
    broken = document([school(school_name=None, school_code="1"), school()])
    at = "/schools/0/school_name"
    broken.problems.append(Problem("error", "formula_error", "…", file="a.json", at=at))
    assert codes(submit(broken)) == ["formula_error"]
    # of another document of that name it says nothing
    other = document([school(school_name=None)], {**COUNTY, "county_code": "340102"})
    assert codes(submit(broken, other)) == ["formula_error", "missing_identity"]


def test_a_workbook_without_a_column_says_so_once() -> None:
    rows = [{k: v for k, v in school(school_code=str(n)).items() if k != "school_type"}
            for n in range(5)]  # fmt: skip
    found = submit(document(rows, strict=False))
    assert codes(found) == ["missing_heading"]
    assert found.refused == [Refused("341622", 2023, "蒙城县")]


def test_chinese_headings_units_and_numbers_from_a_workbook() -> None:
    row = {
        "学校（机构）标识码": 2133000001.0,
        "学校名称 ": "实验小学",
        "办学类型": 211.0,
        "小学在校生数（人）": "100",
        "教学仪器设备值（万元）": 12.3456,
        "教学及辅助用房面积（㎡）": 450.5,
        "音乐专用教室各间面积": "96；100.5",
        "美术专用教室各间面积": "无",
    }
    county = {"行政区划代码": 341622.0, "县（市、区）名称": "蒙城县", "学年起始年份": 2023.0}
    found = submit(document([row], county, strict=False))
    assert codes(found, "warning") == ["converted_unit"]
    assert codes(found) == []
    values = found.schools.row(0, named=True)
    assert values["school_code"] == "2133000001"
    assert values["equipment_value"] == 123456.0  # exactly: not 123455.99999999999
    assert values["teaching_area"] == 450.5
    assert (values["music_room_areas"], values["art_room_areas"]) == ([96.0, 100.5], [])


def test_ten_thousands_of_yuan_are_bounded_in_their_own_unit() -> None:
    found = submit(document([school(**{"教学仪器设备值（万元）": 2e8})], strict=False))
    assert codes(found) == ["above_maximum"]
    assert "100000000" in problems(found, "error")[0].expected
    bulk = dataset([COUNTY], [school(county_code="341622", **{"教学仪器设备值(万元)": "0.1"})])
    assert submit(bulk).schools["equipment_value"].to_list() == [1000.0]


def test_an_unknown_heading_is_warned_of_once_and_names_the_nearest() -> None:
    rows = [school(school_code=str(n), 小学在校学声数=3) for n in range(3)]
    found = submit(document(rows))
    (warning,) = found.problems
    assert (warning.severity, warning.code) == ("warning", "unknown_heading")
    assert "primary_students" in warning.expected
    assert warning.at == "/schools/0/小学在校学声数"
    assert len(found.schools) == 3


def test_a_heading_in_another_unit_is_not_taken() -> None:
    found = submit(document([school(**{"教学仪器设备值（平方米）": 5})], strict=False))
    assert codes(found, "warning") == ["unknown_heading"]
    assert "教学仪器设备值" in found.problems[0].expected
    assert found.schools["equipment_value"].to_list() == [None]


@pytest.mark.parametrize(
    ("units", "value"),
    [
        ((), 5.0),
        (("人", "元", "m2"), 5.0),
        (("万元",), 50_000.0),
        (("人", "m2", "万元"), 50_000.0),
        (("元", "万元"), None),
        (("千元",), 5000.0),
        (("万元", "亿元"), None),
    ],
)
def test_the_unit_beside_a_table(units: tuple[str, ...], value: float | None) -> None:
    """It holds for the headings that name none of its kind; of several nobody knows which is meant."""
    rows = [school(教学仪器设备值=5, 小学专任教师数=3)]
    raw = document(rows, strict=False)
    headings = raw.tables[1].columns
    raw.tables[1] = replace(raw.tables[1], units=dict.fromkeys(headings, units))
    found = submit(raw)
    if value is None:
        [problem] = found.problems
        assert (problem.severity, problem.code) == ("error", "unclear_unit")
        assert all(unit in problem.message for unit in nonempty(units))
    else:
        assert found.schools["equipment_value"].to_list() == [value]
        assert found.schools["primary_teachers"].to_list() == [3.0]
        assert ("converted_unit" in codes(found, "warning")) == (value > 5)


def test_a_heading_s_own_unit_comes_before_one_beside_the_table() -> None:
    raw = document([school(**{"教学仪器设备值（元）": 5})], strict=False)
    headings = raw.tables[1].columns
    raw.tables[1] = replace(raw.tables[1], units=dict.fromkeys(headings, ("万元", "千元")))
    assert submit(raw).schools["equipment_value"].to_list() == [5.0]
    both = submit(document([school(**{"教学仪器设备值（元、万元）": 5})], strict=False))
    assert codes(both, "warning") == ["unknown_heading"]


def test_two_headings_for_one_fact() -> None:
    found = submit(document([school(小学在校生数=100)], strict=False))
    assert codes(found) == ["duplicate_heading"]
    assert found.refused == [Refused("341622", 2023, "蒙城县")]
    both = submit(document([school(小学在校生数=100)]))
    assert codes(both) == ["duplicate_heading"]


def test_json_records_may_differ_in_the_name_they_use() -> None:
    other = school(school_code="2", primary_students=None) | {"小学在校生数": -5}
    found = submit(document([school(), other]))
    (error,) = problems(found, "error")
    assert (error.code, error.at) == ("negative", "/schools/1/小学在校生数")
    other["小学在校生数"] = 5
    assert submit(document([school(), other])).schools["primary_students"].to_list() == [5.0, 100.0]


def test_duplicate_schools_and_counties() -> None:
    twice = submit(document([school(), school(school_name="又一校")]))
    assert codes(twice) == ["duplicate_school"] * 2
    assert [p.at for p in twice.problems] == ["/schools/0/school_code", "/schools/1/school_code"]
    again = submit(document(file="a.json"), document(file="b.json"))
    assert codes(again) == ["duplicate_county"] * 2
    assert [p.file for p in again.problems] == ["a.json", "b.json"]
    assert again.refused == [Refused("341622", 2023, "蒙城县")]
    assert len(again.schools) == 0
    next_year = document(county={**COUNTY, "year": 2024})
    assert submit(document(), next_year).problems == []


def test_a_bad_county_does_not_cost_the_good_one() -> None:
    bad = document([school(primary_students="很多")], {**COUNTY, "county_code": "341600"})
    found = submit(bad, document())
    assert found.refused == [Refused("341600", 2023, "蒙城县")]
    assert found.schools["county_code"].to_list() == ["341622"]
    assert codes(found) == ["not_a_number"]


def test_a_school_of_another_county_or_year() -> None:
    found = submit(document([school(county_code="341623"), school(school_code="2", year=2022)]))
    assert codes(found) == ["county_differs", "year_differs"]
    assert submit(document([school(county_code=341622, year=2023)])).problems == []


def test_no_schools_no_county_several_counties() -> None:
    assert codes(submit(document([]))) == ["no_schools"]
    empty = RawDocument("a.json", [table("schools", [school()])])
    assert codes(submit(empty)) == ["missing_county"]
    two = RawDocument("a.json", [table("counties", [COUNTY, COUNTY]), table("schools", [school()])])
    found = submit(two)
    assert "several_counties" in codes(found)
    assert len(found.schools) == 0


def test_the_readers_errors_cost_the_county_too() -> None:
    broken = document()
    broken.problems.append(Problem("error", "formula_error", "…", file="a.json", at="学校!F2"))
    found = submit(broken)
    assert found.refused == [Refused("341622", 2023, "蒙城县")]
    assert found.problems[0].county_code == "341622"


def test_messages_in_english_and_long_texts_cut() -> None:
    with use("en"):
        found = submit(document([school(school_type="x" * 500)]))
    (error,) = problems(found, "error")
    assert error.message == "School type: “" + "x" * 40 + "…” is not known"
    assert error.expected.startswith("one of: primary, junior")


def test_messages_are_safe_for_a_terminal() -> None:
    found = submit(document([school(school_type="\x1b[31m{0.__class__}")]))
    (error,) = problems(found, "error")
    assert "\x1b" not in error.message
    assert "{0.__class__}" in error.message


def test_the_year_in_a_heading_must_be_that_of_the_data() -> None:
    row = school(**{"核定公用经费（2022年，元）": 50000})
    assert codes(submit(document([row], strict=False)), "warning") == ["period_differs"]
    row = school(**{"核定公用经费（2023年，元）": 50000})
    assert submit(document([row], strict=False)).problems == []


def test_marks_for_no_data_cost_no_county_its_findings() -> None:
    found = submit(
        document(
            [
                school(primary_students="—", township="/"),
                school(school_code="2", primary_students="约300"),
            ]
        )
    )
    assert [(one.code, one.at, one.school_code) for one in problems(found, "error")] == [
        ("not_a_number", "/schools/1/primary_students", "2")
    ]
    assert codes(found, "warning") == ["no_data", "no_data"]
    sound = submit(document([school(primary_students="—", township="/")]))
    assert sound.refused == []
    assert sound.schools["primary_students"].to_list() == [None]
    assert [(one.at, one.county_code, one.facts) for one in problems(sound, "warning")] == [
        ("/schools/0/primary_students", "341622", ("primary_students",)),
        ("/schools/0/township", "341622", ("township",)),
    ]


def test_a_line_of_marks_is_no_record() -> None:
    dashes = dict.fromkeys(SCHOOL, "—")
    found = submit(document([SCHOOL, dashes], strict=False))
    assert found.refused == []
    assert found.schools.height == 1
    assert codes(found, "warning") == ["no_data"] * len(SCHOOL)
