"""What is accepted, what is refused and in which words; what a fault costs, and whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.fact import Fact
from compliance.intake.accept_cell import CellError, read_cell
from compliance.intake.accept_column import TYPES, accept_column
from compliance.intake.raw import RawDocument
from compliance.model import Refused
from compliance.vocabulary import vocabulary
from compliance.words import use

from tests.intake.raws import COUNTY, codes, dataset, document, problems, school, submit, table

WORDS = vocabulary()


def cell(fact: str, value: object, *, strict: bool = False, record: str = "school") -> object:
    """What the cell says, or the code of its refusal."""
    try:
        return read_cell(WORDS.tables[record][fact], value, strict)
    except CellError as error:
        return error.code


# ── cells ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (350, 350.0), (350.0, 350.0), (0, 0.0), (None, None), ("", None), (" \u3000\n", None),
        ("350", 350.0), (" 350 ", 350.0), ("3.5e2", 350.0), ("+350", 350.0), ("350.", 350.0),
        (100000, 100000.0), (100001, "above_maximum"), ("1e308", "above_maximum"),
        (1e308, "above_maximum"), (10**200, "above_maximum"), (-(10**400), "negative"),
        ("1" * 200, "above_maximum"), ("1" * 400, "not_finite"), (float("nan"), "not_finite"),
        (float("inf"), "not_finite"), ("NaN", "not_a_number"), ("inf", "not_a_number"),
        (-1, "negative"), ("-1", "negative"), (30.5, "not_whole"), ("30.5", "not_whole"),
        ("１２３", "not_a_number"), ("1,234", "not_a_number"), ("98%", "not_a_number"),
        ("350人", "not_a_number"), ("=1+1", "not_a_number"), ("#DIV/0!", "formula_error"),
        (True, "not_a_number"), ([1], "not_a_number"), ({}, "not_a_number"),
        (date(2023, 9, 1), "not_a_number"), ("0x10", "not_a_number"), ("1_000", "not_a_number"),
        ("无", "not_a_number"), ("\ud800", "not_a_number"),
    ],
)  # fmt: skip
def test_a_count(value: object, expected: object) -> None:
    assert cell("primary_students", value) == expected


@pytest.mark.parametrize("value", ["350", " 350 ", "１２", True, [350]])
def test_in_json_a_number_is_a_number(value: object) -> None:
    assert cell("primary_students", value, strict=True) == "not_a_number"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("１２３", "用半角数字，填123"),
        ("1,234", "去掉千位分隔符，填1234"),
        ("１，２３４", "去掉千位分隔符，填1234"),
        ("98%", "去掉百分号，填98"),
        ("350人", "只填数字，不带单位，填350"),
        ("=SUM(A1:A9)", "填计算结果，不填公式文字"),
        ("若干", "0至100000的整数"),
    ],
)
def test_a_refused_number_says_what_to_type(value: str, expected: str) -> None:
    with pytest.raises(CellError) as refused:
        read_cell(WORDS.school["primary_students"], value, strict=False)
    assert refused.value.expected == expected
    assert value[:5] in refused.value.message


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("school_type", "小学", "primary"), ("school_type", "primary", "primary"),
        ("school_type", "初中", "junior"), ("school_type", "九年一贯制", "nine_year"),
        ("school_type", "完全中学", "complete_secondary"), ("school_type", 211.0, "primary"),
        ("school_type", "218", "teaching_point"), ("school_type", 312, "nine_year"),
        ("school_type", 514, "special"), ("school_type", "高中", "senior"),
        ("school_type", "特教学校", "special"), ("school_type", 361, "vocational"),
        ("school_type", "大学", "unknown_word"), ("school_type", 999, "unknown_word"),
        ("school_type", 211.5, "unknown_word"), ("school_type", True, "unknown_word"),
        ("school_type", float("nan"), "unknown_word"), ("school_type", 10**400, "unknown_word"),
        ("setting", 112, "urban"), ("setting", "镇区", "town"), ("setting", "220", "rural"),
        ("sponsor", 10, 10.0), ("sponsor", "民办", 10.0), ("sponsor", "7", 7.0),
        ("sponsor", "县级教育部门", 7.0), ("sponsor", 0, "unknown_word"),
        ("sponsor", 11, "unknown_word"), ("sponsor", 1.5, "unknown_word"),
        ("boarding", "是", True), ("boarding", "否", False), ("boarding", "有", True),
        ("boarding", "无", False), ("boarding", "TRUE", True), ("boarding", "n", False),
        ("boarding", 1, True), ("boarding", 0.0, False), ("boarding", True, True),
        ("boarding", "也许", "unknown_word"), ("boarding", 2, "unknown_word"),
        ("built_year", "2001", 2001.0), ("built_year", 1799, "below_minimum"),
    ],
)  # fmt: skip
def test_words(fact: str, value: object, expected: object) -> None:
    assert cell(fact, value) == expected


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("school_code", 2133000001.0, "2133000001"), ("school_code", "0012", "0012"),
        ("school_code", "2133000001.0", "2133000001"), ("school_code", 2133000001, "2133000001"),
        ("school_code", "2.133E+09", "bad_code"), ("school_code", 2133.5, "bad_code"),
        ("school_code", 1e17, "bad_code"), ("school_code", -5, "bad_code"),
        ("school_code", "x" * 65, "too_long"), ("school_code", True, "not_text"),
        ("county_code", 341622.0, "341622"), ("county_code", "34162", "bad_code"),
        ("county_code", "34162a", "bad_code"), ("county_code", "３４１６２２", "bad_code"),
        ("county_code", "010203", "010203"),
        ("school_name", "  实验小学 ", "实验小学"), ("school_name", "=1+1", "=1+1"),
        ("school_name", "实验\x07小学", "control_character"), ("school_name", "a\u202eb", "control_character"),
        ("school_name", "\ud800", "control_character"), ("school_name", "校" * 201, "too_long"),
        ("school_name", 12.0, "12"), ("school_name", datetime(2023, 9, 1), "not_text"),
        ("school_name", "#REF!", "formula_error"), ("school_name", ["a"], "not_text"),
    ],
)  # fmt: skip
def test_codes_and_names(fact: str, value: object, expected: object) -> None:
    assert cell(fact, value) == expected


def test_in_json_a_name_is_a_text_and_a_code_may_be_digits() -> None:
    assert cell("school_name", 12, strict=True) == "not_text"
    assert cell("school_code", 12, strict=True) == "12"
    assert cell("school_code", "2133000001.0", strict=True) == "2133000001.0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("45;44;43", [45.0, 44.0, 43.0]), ("45；44、43，42,41", [45.0, 44.0, 43.0, 42.0, 41.0]),
        ("无", []), ("", None), (45.0, [45.0]), (" 45 ; 44 ", [45.0, 44.0]), ("45;;44", "bad_item"),
        ("45;44;", "bad_item"), ("45 44", "bad_item"), ("45;-1", "bad_item"), ("45;x", "bad_item"),
        ("45;44.5", "bad_item"), ("45;NaN", "bad_item"), ([45, 44], [45.0, 44.0]), ([], []),
        ([None], "bad_item"), ([True], "bad_item"), (["45"], [45.0]), ([1e308], "bad_item"),
        ({}, "not_a_list"), (True, "not_a_list"), ([1] * 5001, "list_length"), ([[1]], "bad_item"),
    ],
)  # fmt: skip
def test_lists(value: object, expected: object) -> None:
    assert cell("primary_class_sizes", value) == expected


def test_lists_in_json_are_lists_of_numbers() -> None:
    assert cell("primary_class_sizes", "45;44", strict=True) == "not_a_list"
    assert cell("primary_class_sizes", "无", strict=True) == "not_a_list"
    assert cell("primary_class_sizes", ["45"], strict=True) == "bad_item"
    assert cell("music_room_areas", [96.5], strict=True) == [96.5]
    assert cell("primary_class_bands", [0] * 10, strict=True) == [0.0] * 10
    assert cell("primary_class_bands", [0] * 9, strict=True) == "list_length"


def test_a_bad_item_is_counted_from_one() -> None:
    with pytest.raises(CellError, match="第2项"):
        read_cell(WORDS.school["primary_class_sizes"], "45;x", strict=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015", "2015"), (2015, "2015"), (2015.0, "2015"), ("2015-12-30", "2015-12-30"),
        (date(2015, 12, 30), "2015-12-30"), (datetime(2015, 12, 30, 8), "2015-12-30"),
        ("2015/1/3", "2015-01-03"), ("2015年1月3日", "2015-01-03"), ("2015年", "2015"),
        ("2015-02-30", "bad_date"), ("2015-12", "bad_date"), (42368, "bad_date"),
        ("1850", "bad_date"), (True, "bad_date"), ("去年", "bad_date"), (float("inf"), "bad_date"),
    ],
)  # fmt: skip
def test_dates(value: object, expected: object) -> None:
    assert cell("basic_balance_date", value, record="county") == expected


def test_dates_in_json_are_iso() -> None:
    assert cell("basic_balance_date", "2015/1/3", strict=True, record="county") == "bad_date"
    assert cell("basic_balance_date", "2015-01-03", strict=True, record="county") == "2015-01-03"


def test_evidence_is_a_list_of_texts() -> None:
    assert cell("evidence", "文件一；文件二\n文件三", record="attestation") == [
        "文件一", "文件二", "文件三",
    ]  # fmt: skip
    assert cell("evidence", ["a", " "], strict=True, record="attestation") == ["a"]
    assert cell("evidence", [3], strict=True, record="attestation") == "not_text"
    assert cell("evidence", "a", strict=True, record="attestation") == "not_a_list"


# ── columns decide as cells do ──────────────────────────────────────────────

TEXTS = st.one_of(
    st.sampled_from([
        "", " ", "0", "12", "-3", "1e308", "1e400", "NaN", "inf", "１２", "1,2", "98%", "=1+1",
        "小学", "211", "是", "无", "45;44", "45；；", "2.1E+09", "12.0", "#N/A", "a\x07", "300.5",
        "\ufeff7", "341622", "7\n", "+5", ".5", "5.", "00", "民办", "x" * 250, "是 ", "Primary",
    ]),
    st.text(max_size=8),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-10, 2**60),
    st.floats(allow_nan=True),
    st.sampled_from([0.0, -0.0, 211.0, 2133000001.0, 0.5]),
)
FACTS = ["primary_students", "teaching_area", "school_type", "sponsor", "boarding", "school_code",
         "school_name", "county_code", "primary_class_sizes", "primary_class_bands",
         "music_room_areas", "built_year"]  # fmt: skip


def alike(fact: Fact, series: pl.Series, *, strict: bool) -> None:
    column = accept_column(fact, series, strict)
    assert column.values.dtype == TYPES[fact.form]
    for row, raw in enumerate(series.to_list()):
        try:
            wanted, refused = read_cell(fact, raw, strict), False
        except CellError:
            wanted, refused = None, True
        assert column.bad[row] == refused, (fact.name, raw)
        got = column.values[row]
        assert (got.to_list() if isinstance(got, pl.Series) else got) == wanted, (fact.name, raw)


@given(st.lists(st.none() | TEXTS, max_size=12), st.sampled_from(FACTS), st.booleans())
@settings(max_examples=300, deadline=None)
def test_columns_of_text(cells: list[str | None], fact: str, strict: bool) -> None:
    alike(WORDS.school[fact], pl.Series(cells, dtype=pl.String), strict=strict)


@given(st.lists(st.none() | NUMBERS, max_size=12), st.sampled_from(FACTS))
@settings(max_examples=300, deadline=None)
def test_columns_of_numbers(cells: list[float | None], fact: str) -> None:
    floats = pl.Series([None if c is None else float(c) for c in cells], dtype=pl.Float64)
    alike(WORDS.school[fact], floats, strict=False)
    whole = [c for c in cells if c is None or isinstance(c, int)]
    alike(WORDS.school[fact], pl.Series(whole, dtype=pl.Int64), strict=False)


@given(st.lists(st.none() | st.lists(st.none() | NUMBERS, max_size=4), max_size=6))
@settings(max_examples=200, deadline=None)
def test_columns_of_lists(cells: list[list[float | None] | None]) -> None:
    floats = [None if c is None else [None if x is None else float(x) for x in c] for c in cells]
    series = pl.Series(floats, dtype=pl.List(pl.Float64))
    for fact in ("primary_class_sizes", "primary_class_bands", "music_room_areas", "boarding"):
        alike(WORDS.school[fact], series, strict=False)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize(
    "series",
    [
        pl.Series([None, None]),
        pl.Series([True, None]),
        pl.Series([date(2023, 9, 1), None]),
        pl.Series(["小学", None], dtype=pl.Categorical),
        pl.Series([[None], []], dtype=pl.List(pl.Null)),
        pl.Series([["45"], None]),
        pl.Series([{"a": 1}, None]),
        pl.Series([1.5, None], dtype=pl.Decimal(10, 2)),
        pl.Series([300, None], dtype=pl.UInt16),
    ],
)
def test_columns_of_any_type(fact: str, series: pl.Series) -> None:
    plain = series if series.dtype != pl.Categorical else series.cast(pl.String)
    column = accept_column(WORDS.school[fact], series, strict=False)
    assert column.values.dtype == TYPES[WORDS.school[fact].form]
    for row, raw in enumerate(plain.to_list()):
        raw = float(raw) if series.dtype.is_decimal() and raw is not None else raw
        code = cell(fact, raw)
        refused = isinstance(code, str) and code in REFUSALS
        assert column.bad[row] == refused, (fact, raw, code)


REFUSALS = {
    "not_a_number", "not_whole", "unknown_word", "not_text", "not_a_list", "bad_item", "bad_code",
    "list_length", "below_minimum",
}  # fmt: skip


# ── documents ───────────────────────────────────────────────────────────────


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
    assert found.counties.columns == list(WORDS.county)
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
               for p in problems(found, "error"))  # fmt: skip
    assert all(p.message and p.expected for p in problems(found, "error"))
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
    found = submit(document([school(**{"教学仪器设备值（千元）": 5})], strict=False))
    assert codes(found, "warning") == ["unknown_heading"]
    assert "教学仪器设备值" in found.problems[0].expected
    assert found.schools["equipment_value"].to_list() == [None]


def test_two_headings_for_one_fact() -> None:
    found = submit(document([school(**{"小学在校生数": 100})], strict=False))
    assert codes(found) == ["duplicate_heading"]
    assert found.refused == [Refused("341622", 2023, "蒙城县")]
    both = submit(document([school(**{"小学在校生数": 100})]))
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
    from compliance.errors import Problem

    broken = document()
    broken.problems.append(Problem("error", "formula_error", "…", file="a.json", at="学校!F2"))
    found = submit(broken)
    assert found.refused == [Refused("341622", 2023, "蒙城县")]
    assert found.problems[0].county_code == "341622"


# ── datasets ────────────────────────────────────────────────────────────────


def counties(*keys: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"county_code": c, "year": str(y), "county_name": f"县{c}"} for c, y in keys]


def of(code: str, number: int = 1, **facts: object) -> dict[str, Any]:
    return school(county_code=code, school_code=f"{code}{number:04}", **facts)


def test_many_counties_sorted() -> None:
    found = submit(
        dataset(
            counties(("341622", 2023), ("340102", 2023)),
            [of("341622", 2), of("341622", 1), of("340102")],
        )
    )
    assert found.problems == []
    assert found.schools["school_code"].to_list() == ["3401020001", "3416220001", "3416220002"]
    assert found.counties["county_code"].to_list() == ["340102", "341622"]


def test_errors_of_a_dataset_cost_their_own_county() -> None:
    found = submit(
        dataset(
            counties(("340102", 2023), ("341622", 2023), ("341623", 2023)),
            [of("340102", primary_students=-1), of("341622"), of("341623"), of("349999")],
        )
    )
    assert sorted(codes(found)) == ["missing_county", "negative"]
    assert [r.county_code for r in found.refused] == ["340102", "349999"]
    assert found.counties["county_code"].to_list() == ["341622", "341623"]
    (lost,) = [p for p in found.problems if p.code == "missing_county"]
    assert (lost.county_code, lost.at) == ("349999", "/schools/3/county_code")


def test_the_year_of_a_school_may_be_absent_where_there_is_one() -> None:
    one = dataset(counties(("341622", 2023)), [of("341622")])
    assert submit(one).schools["year"].to_list() == [2023]
    two = dataset(counties(("341622", 2023), ("341622", 2022)), [of("341622"), of("341622", 2)])
    found = submit(two)
    assert "year_needed" in codes(found)
    assert len(found.counties) == 0
    dated = [of("341622", year="2023"), of("341622", year="2022")]
    said = dataset(counties(("341622", 2023), ("341622", 2022)), dated)
    assert submit(said).problems == []
    assert submit(said).schools["year"].to_list() == [2022, 2023]


def test_a_row_without_a_county_costs_no_other_county_its_findings() -> None:
    rows = [of("341622"), {**of("341622", 2), "county_code": ""}]
    found = submit(dataset(counties(("341622", 2023)), rows))
    assert codes(found) == ["missing_identity"]
    assert found.refused == []
    assert len(found.schools) == 1


def test_a_dataset_with_an_unreadable_table_judges_nobody() -> None:
    data = dataset(counties(("341622", 2023)), [{**of("341622"), "小学在校生数": "1"}])
    found = submit(data)
    assert codes(found) == ["duplicate_heading"]
    assert [r.county_code for r in found.refused] == ["341622"]


# ── further tables ──────────────────────────────────────────────────────────


def lists(**further: Any) -> Mapping[str, Any]:
    two = [school(), school(school_code="2", school_name="二小")]
    return submit(document(two, strict=False, **further)).schools.sort("school_code").to_dict(
        as_series=False
    )


def test_classes_and_rooms_become_lists() -> None:
    rows = [
        {"学校标识码": 2134000001.0, "学段": "小学", "年级": 1.0, "班级": "1班", "学生数": n}
        for n in (52, 48)
    ]
    rooms = [
        {"学校标识码": "2134000001", "类别": "音乐", "面积": 96.5},
        {"学校标识码": "2", "类别": "美术教室", "面积": "90"},
    ]
    found = lists(classes=rows, rooms=rooms)
    assert found["primary_class_sizes"] == [None, [52.0, 48.0]]
    assert found["music_room_areas"] == [None, [96.5]]
    assert found["art_room_areas"] == [[90.0], None]


def test_the_schools_own_list_prevails() -> None:
    rows = [{"学校标识码": "2134000001", "学段": "小学", "学生数": n} for n in (50, 49)]
    own = school(primary_class_sizes="50;50")
    found = submit(document([own], strict=False, classes=rows))
    assert codes(found, "warning") == ["parts_disagree"]
    assert found.schools["primary_class_sizes"].to_list() == [[50.0, 50.0]]
    same = submit(document([school(primary_class_sizes="49;50", primary_students=99)],
                           strict=False, classes=rows))  # fmt: skip
    assert same.problems == []


def test_a_blank_class_leaves_the_list_missing() -> None:
    rows = [{"学校标识码": "2134000001", "学段": "小学", "学生数": n} for n in (50, None)]
    found = submit(document(strict=False, classes=rows))
    (warning,) = found.problems
    assert (warning.code, warning.facts) == ("incomplete_list", ("primary_class_sizes",))
    assert found.schools["primary_class_sizes"].to_list() == [None]


def test_a_class_of_an_unknown_school_is_an_error() -> None:
    rows = [{"学校标识码": "9", "学段": "小学", "学生数": 50}] * 2
    found = submit(document(strict=False, classes=rows))
    assert codes(found) == ["unknown_school"]
    assert found.refused


def test_monitoring_statements_and_vetoes() -> None:
    found = submit(
        document(
            monitoring=[
                {"subject": "语文", "grade": 4, "year": 2021, "level": 3, "disparity": 0.12},
                {"subject": "数学", "level": "Ⅳ", "disparity": None},
            ],
            attestations=[
                {"rule": "G1", "met": True, "evidence": ["规划"], "note": "见\n附件"},
                {"rule": "Q3"},
            ],
            vetoes=[{"rule": "V1", "exists": False}],
        )
    )
    assert found.problems == []
    assert found.monitoring.rows() == [
        ("341622", 2023, "语文", "4", 2021, 3.0, 0.12),
        ("341622", 2023, "数学", None, None, 4.0, None),
    ]
    assert found.attestations.rows() == [
        ("341622", 2023, "G1", True, ["规划"], "见\n附件"),
        ("341622", 2023, "Q3", None, [], ""),
    ]
    assert found.vetoes.rows() == [("341622", 2023, "V1", False)]


def test_statements_from_a_workbook() -> None:
    found = submit(
        document(
            strict=False,
            attestations=[{"指标": "G1 规划布局合理", "是否达到": "是", "佐证材料": "a；b"}],
            vetoes=[{"事项": "v1以考试方式招生", "是否存在": "否"}],
            monitoring=[{"学科": "语文", "年级": 8.0, "年份": "2021", "等级": "Ⅲ级", "校际差异率": "0.1"}],
        )
    )
    assert found.problems == []
    assert found.attestations.rows() == [("341622", 2023, "G1", True, ["a", "b"], "")]
    assert found.vetoes.rows() == [("341622", 2023, "V1", False)]
    assert found.monitoring.rows() == [("341622", 2023, "语文", "8", 2021, 3.0, 0.1)]


def test_a_statement_is_made_once() -> None:
    said = [{"rule": "G1", "met": True}, {"rule": "G1", "met": False}]
    assert codes(submit(document(attestations=said))) == ["duplicate_statement"] * 2


def test_statements_of_a_dataset_find_their_county() -> None:
    found = submit(
        dataset(
            counties(("341622", 2023), ("340102", 2023)),
            [of("341622"), of("340102")],
            vetoes=[{"county_code": "341622", "事项": "V1", "是否存在": "是"}],
            monitoring=[{"county_code": "340102", "学科": "语文", "年份": "2021", "等级": "3"}],
        )
    )
    assert found.problems == []
    assert found.vetoes.rows() == [("341622", 2023, "V1", True)]
    assert found.monitoring["county_code"].to_list() == ["340102"]


# ── words ───────────────────────────────────────────────────────────────────


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
    row = school(**{"核定公用经费（2022年，元）": 5})
    assert codes(submit(document([row], strict=False)), "warning") == ["period_differs"]
    row = school(**{"核定公用经费（2023年，元）": 5})
    assert submit(document([row], strict=False)).problems == []
