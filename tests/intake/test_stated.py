"""校舍, 组织, 学校沿革: what is stated beside the figures, in every form, with the cell of each fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.kernel.errors import Problem
from compliance.kernel.submission import STATED, Submission, Succession, successions
from tests.intake import inputs
from tests.intake.inputs import COUNTY_ROWS, SHEETS, read
from tests.intake.raws import codes

SCHOOLS = (
    ("学校（机构）标识码", "学校名称", "办学类型", "小学在校生数（人）"),
    ("01", "一小", "小学", 860),
    ("02", "二小", "小学", 100),
    ("03", "三小", "小学", 100),
    ("04", "三小", "小学", 90),
)
BUILDINGS = ("学校标识码", "楼栋", "建成年份", "建筑面积", "消防", "抗震", "说明")
ORGANISATIONS = ("名称", "类型", "牵头学校", "成员学校", "起", "止")
SUCCESSION = ("旧标识码", "新标识码", "日期", "事由")


def taken(path: Path) -> Submission:
    return accept([read(path)], vocabulary())


def workbook(folder: Path, **sheets: list[tuple[Any, ...]]) -> Submission:
    """One county of four schools with these sheets, each under its headings."""
    heads = {"校舍": BUILDINGS, "组织": ORGANISATIONS, "学校沿革": SUCCESSION}
    tables = {name: (heads[name], *rows) for name, rows in sheets.items()}
    return taken(
        inputs.workbook(folder / "a.xlsx", {"县区": COUNTY_ROWS, "学校": SCHOOLS, **tables})
    )


def told(found: Submission) -> list[Problem]:
    """What was found, but for the two schools of one name."""
    return [one for one in found.problems if one.code != "same_name"]


def rows(table: pl.DataFrame) -> list[tuple[Any, ...]]:
    assert table.select("county_code", "year").unique().rows() == [("341622", 2023)]
    return table.drop("county_code", "year").rows()


class TestWorkbook:
    def test_buildings(self, tmp_path: Path) -> None:
        found = workbook(
            tmp_path,
            校舍=[
                ("01", "教学楼", 1996, 2100.5, "未验收", "D级", "已列入改造\n2024年拆除"),
                ("01", 2, None, None, None, None, None),
            ],
        )
        assert told(found) == []
        assert rows(found.buildings) == [
            ("01", "教学楼", 1996, 2100.5, "未验收", "D级", "已列入改造\n2024年拆除"),
            ("01", "2", None, None, None, None, None),
        ]

    def test_organisations_by_code_or_name_in_one_cell_or_many(self, tmp_path: Path) -> None:
        found = workbook(
            tmp_path,
            组织=[
                ("城关学区", "学区", "一小", "02；03", "2021-09", None),
                ("城关学区", "学区", None, "04", "2022", "2023-07-31"),
                ("新星集团", "教育集团", "02", "一小、02", "2020年9月", None),
            ],
        )
        assert told(found) == []
        assert rows(found.organisations) == [
            ("城关学区", "district", "01", "01", "2021-09", None),
            ("城关学区", "district", "01", "02", "2021-09", None),
            ("城关学区", "district", "01", "03", "2021-09", None),
            ("城关学区", "district", "01", "04", "2022", "2023-07-31"),
            ("新星集团", "group", "02", "02", "2020-09", None),
            ("新星集团", "group", "02", "01", "2020-09", None),
        ]

    def test_codes_that_are_no_schools_any_more(self, tmp_path: Path) -> None:
        found = workbook(
            tmp_path,
            学校沿革=[
                ("91", "92", "2021", "更名"),
                ("92", "01、二小", "2023-09-01", "拆分"),
                ("93", None, "2022-07", "撤销"),
            ],
        )
        assert told(found) == []
        assert successions(found.succession, "341622", 2023) == [
            Succession("91", "92", "2021", "renamed"),
            Succession("92", "01", "2023-09-01", "split"),
            Succession("92", "02", "2023-09-01", "split"),
            Succession("93", None, "2022-07", "closed"),
        ]
        assert successions(found.succession, "341622", 2022) == []

    @pytest.mark.parametrize(
        ("sheet", "row", "fault"),
        [
            ("校舍", ("09", "教学楼"), ("unknown_school", "校舍!A2")),
            ("校舍", ("01", None, 1996), ("missing_identity", "校舍!B2")),
            ("校舍", ("01", "教学楼", "九几年"), ("not_a_number", "校舍!C2")),
            ("校舍", ("01", "教学楼", None, -3), ("negative", "校舍!D2")),
            ("组织", ("甲", "片区", "01"), ("unknown_word", "组织!B2")),
            ("组织", ("甲", "联盟", "09"), ("unknown_school", "组织!C2")),
            ("组织", ("甲", "联盟", "01", "02；09"), ("unknown_school", "组织!D2")),
            ("组织", ("甲", "联盟", "三小"), ("unknown_school", "组织!C2")),
            ("组织", ("甲", "联盟", "01", None, "去年"), ("bad_date", "组织!E2")),
            ("组织", (None, "联盟", "01"), ("missing_identity", "组织!A2")),
            ("学校沿革", (None, "01", "2023", "更名"), ("missing_identity", "学校沿革!A2")),
            ("学校沿革", ("91", "09", "2023", "合并"), ("unknown_school", "学校沿革!B2")),
            ("学校沿革", ("91", None, "2023", "合并"), ("missing_identity", "学校沿革!B2")),
            ("学校沿革", ("91", "01", "2023-13-01", "合并"), ("bad_date", "学校沿革!C2")),
            ("学校沿革", ("91", "01", "2023", "搬家"), ("unknown_word", "学校沿革!D2")),
        ],
    )
    def test_each_fault_is_told_with_its_cell(
        self, tmp_path: Path, sheet: str, row: tuple[Any, ...], fault: tuple[str, str]
    ) -> None:
        found = workbook(tmp_path, **{sheet: [row]})
        (error,) = told(found)
        assert (error.code, error.at, error.severity) == (*fault, "error")
        assert error.expected
        assert [one.county_code for one in found.refused] == ["341622"]

    def test_a_period_that_ends_first_is_a_doubt(self, tmp_path: Path) -> None:
        found = workbook(
            tmp_path,
            组织=[
                ("甲", "联盟", "01", "02", "2021-09", "2020"),
                ("乙", "联盟", "01", "", "2021-09", "2021"),
            ],
        )
        (doubt,) = told(found)
        assert (doubt.code, doubt.at) == ("ends_before_start", "组织!F2")
        assert found.refused == []


LISTS: dict[str, Any] = {
    "buildings": [{"school_code": "2134000001", "building": "教学楼", "fire": "合格"}],
    "organisations": [
        {"name": "甲", "kind": "group", "lead": "2134000001", "members": [2134000001]}
    ],
    "succession": [{"old_code": 91, "new_code": ["实验小学"], "reason": "合并"}],
}


def test_json_has_them_as_lists_of_the_county(tmp_path: Path) -> None:
    county = {**inputs.SUBMISSION["county"], **LISTS}
    found = taken(inputs.json_file(tmp_path / "a.json", county=county))
    assert told(found) == []
    code = "2134000001"
    assert rows(found.buildings) == [(code, "教学楼", None, None, "合格", None, None)]
    assert rows(found.organisations) == [("甲", "group", code, code, None, None)]
    assert rows(found.succession) == [("91", code, None, "merged")]
    county["organisations"] = [{"name": "甲", "kind": "group", "members": ["no"]}]
    (error,) = taken(inputs.json_file(tmp_path / "b.json", county=county)).problems
    assert (error.code, error.at) == ("unknown_school", "/county/organisations/0/members")


MANY = {
    "counties__csv": "county_code,county_name,year\n340102,瑶海区,2023\n341622,蒙城县,2023\n",
    "schools__csv": "county_code,school_code,school_name,school_type,primary_students\n"
    "341622,1,一小,小学,90\n341622,2,二小,小学,50\n340102,3,三小,小学,40\n",
}


def test_a_folder_of_counties_tells_them_by_their_schools(tmp_path: Path) -> None:
    folder = inputs.dataset(
        tmp_path / "d",
        **MANY,
        校舍__csv="学校标识码,楼栋\n3,教学楼\n1,教学楼\n",
        组织__csv="名称,类型,牵头学校,成员学校\n甲,学区,,二小;1\n乙,集团,3,\n",
        学校沿革__csv="旧标识码,新标识码,日期,事由\n91,3,2023,合并\n2,,2023,撤销\n",
    )
    found = taken(folder)
    assert told(found) == []
    assert found.buildings["county_code"].to_list() == ["340102", "341622"]
    assert found.organisations.select("county_code", "name", "member").rows() == [
        ("340102", "乙", "3"), ("341622", "甲", "2"), ("341622", "甲", "1"),
    ]  # fmt: skip
    assert found.succession.select("county_code", "old_code").rows() == [
        ("340102", "91"), ("341622", "2"),
    ]  # fmt: skip


def test_a_row_of_no_county_is_told(tmp_path: Path) -> None:
    folder = inputs.dataset(
        tmp_path / "d", **MANY, succession__csv="old_code,reason\n91,closed\n2,closed\n"
    )
    (error,) = taken(folder).problems
    assert (error.code, error.file) == ("missing_heading", "succession.csv")


def test_parquet_has_lists_and_dates(tmp_path: Path) -> None:
    folder = inputs.dataset(tmp_path / "d", **MANY)
    table = pl.DataFrame(
        {"名称": ["甲"], "类型": ["学区"], "成员学校": [["1", "2"]], "起": ["2021-09-01"]}
    ).with_columns(pl.col("起").str.to_date())
    table.write_parquet(folder / "organisations.parquet")
    found = taken(folder)
    assert told(found) == []
    assert found.organisations.select("member", "start").rows() == [
        ("1", "2021-09-01"), ("2", "2021-09-01"),
    ]  # fmt: skip


def test_nothing_stated_leaves_empty_tables(tmp_path: Path) -> None:
    found = taken(inputs.workbook(tmp_path / "a.xlsx", SHEETS))
    assert [getattr(found, name).height for name in STATED] == [0, 0, 0]
    assert codes(found) == []
    assert found.of([("341622", 2023)]).buildings.columns == found.buildings.columns
