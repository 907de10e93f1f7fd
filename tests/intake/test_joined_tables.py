"""Tables of schools joined: on the code, on a name only where it is unique, every figure with its own place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.formats.raw_table import RawDocument, RawTable
from compliance.intake.own_tables import ready
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from tests.intake.raws import COUNTY, table
from tests.support.nonempty import nonempty

Rows = Sequence[Mapping[str, Any]]
WORDS = vocabulary()
BASIS: Rows = (
    {"学校标识码": "2134000001", "学校名称": "第一小学", "办学类型": "小学"},
    {"学校标识码": "2134000002", "学校名称": "第二小学", "办学类型": "小学"},
    {"学校标识码": "2134000003", "学校名称": "第三中学", "办学类型": "初中"},
)


def sheet(name: str, rows: Rows, *, file: str = "a.xlsx", bulk: bool = False) -> RawTable:
    """A sheet of schools whose first record stands in row 2, its columns from A."""
    raw = table("schools", rows, strict=False, file=file, bulk=bulk)
    letters = {heading: chr(65 + n) for n, heading in enumerate(raw.columns)}
    raw.sheet = name
    raw.place = lambda row, heading: f"{name}!{letters[heading]}{row + 2}"
    raw.heading_place = lambda heading: f"{name}!{letters[heading]}1"
    return raw


def joined(*sheets: RawTable, many: bool = False) -> tuple[Submission, list[Problem]]:
    """What comes of a county's record and these sheets; the problems but for the line on what was joined."""
    document = RawDocument(
        "a.xlsx", [table("counties", [COUNTY], strict=False), *sheets], many=many
    )
    found = accept([ready(document, WORDS)], WORDS).completed()
    said = [one for one in found.problems if one.code != "tables_joined"]
    return found, said


def figures(found: Submission, *facts: str) -> dict[str, list[object]]:
    """School code → these facts."""
    return {code: rest for code, *rest in found.schools.select("school_code", *facts).iter_rows()}


@pytest.mark.parametrize("bulk", [False, True])
def test_figures_meet_by_the_code_however_it_is_typed(bulk: bool) -> None:
    pupils = (
        {"标识码": " 2134000003 ", "小学在校生数": None, "初中在校生数": "300"},
        {"标识码": "２１３４０００００１", "小学在校生数": "100", "初中在校生数": None},
        {
            "标识码": "2134000002.0" if bulk else 2134000002.0,
            "小学在校生数": "200",
            "初中在校生数": None,
        },
    )
    found, said = joined(sheet("基本情况", BASIS, bulk=bulk), sheet("学生", pupils, bulk=bulk))
    assert figures(found, "primary_students", "junior_students") == {
        "2134000001": [100, None],
        "2134000002": [200, None],
        "2134000003": [None, 300],
    }
    assert said == []


def test_what_was_joined_is_said_in_one_line() -> None:
    pupils = [{"标识码": row["学校标识码"], "小学班级数": 6} for row in BASIS]
    found, _ = joined(sheet("学生", pupils), sheet("基本情况", BASIS))
    [line] = [one for one in found.problems if one.code == "tables_joined"]
    assert (line.severity, line.at) == ("warning", "基本情况")
    assert "“基本情况”3所、“学生”3所" in line.message


def test_every_figure_keeps_its_own_cell() -> None:
    pupils = [{"标识码": row["学校标识码"], "小学班级数": -1} for row in BASIS]
    rooms = [
        {"标识码": row["学校标识码"], "随便": 1, "教学仪器设备值（万元）": "很多"} for row in BASIS
    ]
    _, said = joined(
        sheet("基本情况", BASIS), sheet("学生", pupils), sheet("校舍", rooms[1:], file="b.xlsx")
    )
    assert {(one.code, one.file, one.at) for one in said} == {
        ("negative", "a.xlsx", "学生!B2"),
        ("negative", "a.xlsx", "学生!B3"),
        ("negative", "a.xlsx", "学生!B4"),
        ("unknown_heading", "b.xlsx", "校舍!B1"),
        ("converted_unit", "b.xlsx", "校舍!C1"),
        ("not_a_number", "b.xlsx", "校舍!C2"),
        ("not_a_number", "b.xlsx", "校舍!C3"),
        ("not_in_every_table", "a.xlsx", "基本情况!A2"),
    }


def test_one_figure_in_two_tables_counts_once() -> None:
    first = [{**row, "教学仪器设备值": 4484594} for row in BASIS]
    second = [
        {"学校代码": row["学校标识码"], "教学仪器设备值（万元）": 448.4594, "图书册数": 9}
        for row in BASIS
    ]
    found, said = joined(sheet("甲", first), sheet("乙", second))
    assert figures(found, "equipment_value", "books")["2134000002"] == [4484594, 9]
    assert said == []


def test_a_difference_names_both_cells() -> None:
    first = [{**row, "教学仪器设备值": 4484594, "小学班级数": 6} for row in BASIS]
    second = [
        {"学校代码": row["学校标识码"], "教学仪器设备值（万元）": 448, "图书册数": 9}
        for row in BASIS[:1]
    ]
    _, said = joined(sheet("甲", first), sheet("乙", second))
    [error] = [one for one in said if one.code == "tables_differ"]
    assert (error.severity, error.at, error.school_code) == ("error", "乙!B2", "2134000001")
    assert (error.facts, error.county_code) == (("equipment_value",), "341622")
    assert "448" in error.message
    assert "甲!D2" in error.message
    assert "4484594" in error.message


def test_a_blank_or_a_mark_for_no_data_is_no_difference() -> None:
    first = [{**row, "图书册数": given} for row, given in zip(BASIS, (None, "—", 7), strict=True)]
    second = [
        {"学校代码": row["学校标识码"], "图书册数": given, "寄宿生数": 1}
        for row, given in zip(BASIS, (5, 6, None), strict=True)
    ]
    found, said = joined(sheet("甲", first), sheet("乙", second))
    assert [one for one, _ in figures(found, "books", "boarders").values()] == [5, 6, 7]
    assert [one.code for one in said] == ["no_data"]


def test_names_join_where_they_are_unique_and_that_is_said() -> None:
    pupils = [
        {"学校名称": f" {row['学校名称']}", "小学班级数": n} for n, row in enumerate(BASIS, 1)
    ]
    found, said = joined(sheet("基本情况", BASIS), sheet("学生", pupils))
    assert [one for (one,) in figures(found, "primary_classes").values()] == [1, 2, 3]
    [line] = said
    assert (line.code, line.severity, line.at) == ("joined_by_name", "warning", "学生!A1")
    assert "3所" in line.message


@pytest.mark.parametrize("side", ["codes", "names"])
def test_a_name_of_two_schools_joins_nothing(side: str) -> None:
    twin = {"学校标识码": "2134000009", "学校名称": "第一小学", "办学类型": "小学"}
    pupils = [{"学校名称": row["学校名称"], "小学班级数": 4} for row in BASIS[:2]]
    if side == "codes":
        found, said = joined(sheet("基本情况", [*BASIS, twin]), sheet("学生", pupils))
    else:
        found, said = joined(sheet("基本情况", BASIS), sheet("学生", [*pupils, pupils[0]]))
    errors = [(one.code, one.at) for one in said if one.severity == "error"]
    places = ["学生!A2"] if side == "codes" else ["学生!A2", "学生!A4"]
    assert errors == [("unknown_school", place) for place in places]
    assert all("第一小学" in one.message for one in nonempty(said) if one.severity == "error")
    assert found.schools.is_empty()


def test_a_name_that_nobody_has_is_an_error_with_the_nearest() -> None:
    pupils = [{"学校名称": "第二小学校", "小学班级数": 4}]
    _, said = joined(sheet("基本情况", BASIS), sheet("学生", pupils))
    [error] = [one for one in said if one.severity == "error"]
    assert (error.code, error.at) == ("unknown_school", "学生!A2")
    assert "第二小学" in error.expected


def test_a_school_that_one_table_lacks_is_kept_and_said() -> None:
    pupils = [{"标识码": row["学校标识码"], "小学在校生数": 9} for row in BASIS[1:2]]
    rooms = [{"标识码": row["学校标识码"], "图书册数": 9} for row in BASIS[1:2]]
    found, said = joined(sheet("基本情况", BASIS), sheet("学生", pupils), sheet("设备", rooms))
    assert figures(found, "primary_students", "books") == {
        "2134000001": [None, None],
        "2134000002": [9, 9],
        "2134000003": [None, None],
    }
    lines = [(one.severity, one.at, one.school_code, one.message) for one in said]
    [(_, _, _, of_pupils), (_, _, _, of_rooms)] = lines
    assert lines[0][:3] == ("warning", "基本情况!A2", "2134000001")  # 第三中学 has no primary stage
    assert "第一小学" in of_pupils
    assert "第三中学" not in of_pupils
    assert "2所" in of_rooms


def test_a_school_that_only_a_further_table_has_is_kept() -> None:
    pupils = [
        {"标识码": "2134000008", "学校名称": "新学校", "办学类型": "小学", "小学在校生数": 9},
        *({"标识码": row["学校标识码"], "小学在校生数": 9} for row in BASIS[:2]),
    ]
    found, said = joined(
        sheet("基本情况", [{**row, "图书册数": 1} for row in BASIS]), sheet("学生", pupils)
    )
    assert figures(found, "primary_students", "books")["2134000008"] == [9, None]
    assert [(one.code, one.school_code) for one in said] == [("not_in_every_table", "2134000008")]


def test_one_code_twice_in_a_table_stays_an_error() -> None:
    pupils = [{"标识码": "2134000001", "小学在校生数": n} for n in (5, 6)]
    _, said = joined(sheet("基本情况", BASIS), sheet("学生", pupils))
    assert [(one.code, one.at) for one in said if one.severity == "error"] == [
        ("duplicate_school", "学生!A2"),
        ("duplicate_school", "学生!A3"),
    ]


def test_schools_by_stage_in_sheets_of_their_own_stand_under_one_another() -> None:
    primary = [{**row, "小学在校生数": 10, "图书册数": 3} for row in BASIS[:2]]
    junior = [{**row, "初中在校生数": 20, "图书册数": 3} for row in BASIS[2:]]
    found, said = joined(sheet("小学", primary), sheet("初中", junior))
    assert figures(found, "primary_students", "junior_students", "books") == {
        "2134000001": [10, None, 3],
        "2134000002": [10, None, 3],
        "2134000003": [None, 20, 3],
    }
    assert said == []


def test_the_same_table_twice_is_an_error() -> None:
    rows = [{**row, "小学在校生数": 10} for row in BASIS[:2]]
    _, said = joined(sheet("学校", rows), sheet("学校 (2)", rows))
    assert [(one.code, one.at) for one in said] == [("duplicate_sheet", "学校 (2)")]


@pytest.mark.parametrize("bulk", [False, True])
def test_tables_without_any_school_in_common_stand_under_one_another(bulk: bool) -> None:
    sheets = [sheet(f"表{n}", [one], bulk=bulk) for n, one in enumerate(BASIS)]
    assert set(figures(joined(*sheets)[0], "school_name")) == {f"213400000{n}" for n in (1, 2, 3)}


def test_more_tables_than_a_county_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.intake.own_tables.joined_tables.MOST_JOINING", 3 * 2 * 9 * 2)
    assert joined(sheet("一", BASIS), sheet("二", BASIS[:2]))[1] == []
    [first, *_] = joined(sheet("一", BASIS), sheet("二", BASIS[:2]), sheet("三", BASIS[:1]))[1]
    assert (first.code, first.severity, first.county_code) == (
        "too_large",
        "error",
        COUNTY["county_code"],
    )
    assert "3张表，共6行、9列" in first.message


def test_in_a_dataset_counties_stay_apart() -> None:
    home = {"行政区划代码": "341622"}
    other = {"行政区划代码": "341623"}
    basis = [{**home, **BASIS[0]}, {**other, **BASIS[0], "学校名称": "别县小学"}]
    pupils = [
        {"标识码": "2134000001", **other, "图书册数": 2},
        {"标识码": "2134000001", **home, "图书册数": 1},
    ]
    counties = table("counties", [COUNTY, {**COUNTY, "county_code": "341623"}], strict=False)
    tables = [counties, sheet("基本情况", basis), sheet("学生", pupils)]
    found = accept([ready(RawDocument("d", tables, many=True), WORDS)], WORDS).completed()
    told = found.schools.select("county_code", "books").sort("county_code").rows()
    assert told == [("341622", 1), ("341623", 2)]


def test_one_table_of_schools_passes_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = [table("counties", [COUNTY], strict=False), sheet("学校", BASIS, bulk=True)]
    document = RawDocument("d", tables, many=True)
    monkeypatch.setattr(pl.Series, "to_list", None)
    monkeypatch.setattr(pl.Series, "__iter__", None)
    ready_ones = ready(document, WORDS).tables
    assert [one.columns for one in ready_ones] == [one.columns for one in tables]
    assert all(a.columns is b.columns for a, b in nonempty(zip(ready_ones, tables, strict=True)))
