"""Datasets of many counties, and the tables beside counties and schools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.intake.raws import codes, dataset, document, school, submit


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


def lists(**further: Any) -> Mapping[str, Any]:
    two = [school(), school(school_code="2", school_name="二小")]
    return (
        submit(document(two, strict=False, **further))
        .schools.sort("school_code")
        .to_dict(as_series=False)
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
        ("341622", 2023, "G1", True, ["规划"], "见\n附件", "a.json", "/attestations/0/rule"),
        ("341622", 2023, "Q3", None, [], "", "a.json", "/attestations/1/rule"),
    ]
    assert found.attestations.columns[-2:] == found.vetoes.columns[-2:] == ["file", "at"]
    assert found.vetoes.rows() == [("341622", 2023, "V1", False, "a.json", "/vetoes/0/rule")]


def test_statements_from_a_workbook() -> None:
    found = submit(
        document(
            strict=False,
            attestations=[{"指标": "G1 规划布局合理", "是否达到": "是", "佐证材料": "a；b"}],
            vetoes=[{"事项": "v1以考试方式招生", "是否存在": "否"}],
            monitoring=[
                {"学科": "语文", "年级": 8.0, "年份": "2021", "等级": "Ⅲ级", "校际差异率": "0.1"}
            ],
        )
    )
    assert found.problems == []
    assert found.attestations.drop("file", "at").rows() == [
        ("341622", 2023, "G1", True, ["a", "b"], "")
    ]
    assert found.attestations["at"].to_list() == ["/attestations/0/指标"]
    assert found.vetoes.drop("file", "at").rows() == [("341622", 2023, "V1", False)]
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
    assert found.vetoes.rows() == [("341622", 2023, "V1", True, "vetoes.csv", "/vetoes/0/事项")]
    assert found.monitoring["county_code"].to_list() == ["340102"]


@pytest.mark.parametrize(
    ("changed", "held"),
    [
        ({"county_code": "#N/A"}, True),
        ({"county_code": ""}, True),
        ({"county_code": "34162"}, True),
        ({"county_code": "349999"}, True),  # a single row of a county that has no record
        ({"year": "2033"}, True),
        ({"primary_students": -1}, False),  # it is told whose row it is
    ],
)
def test_an_error_row_of_nobody_keeps_every_county_from_passing(
    changed: dict[str, Any], held: bool
) -> None:
    rows = [of("341622"), {**of("341622", 2), **changed}, of("340102")]
    found = submit(dataset(counties(("341622", 2023), ("340102", 2023)), rows))
    assert codes(found)
    of_nobody = {code: [one.at for one in own] for (code, _), own in found.unattributed.items()}
    places = [one.at for one in found.problems if one.severity == "error"]
    expected = {"341622": places, "340102": places} if held else {}
    if "year" in changed:  # the county is told, its year is not
        expected.pop("340102")
    assert of_nobody == expected


def test_several_rows_of_a_county_without_a_record_are_no_slip() -> None:
    rows = [of("341622"), of("349999"), of("349999", 2)]
    found = submit(dataset(counties(("341622", 2023)), rows))
    assert (codes(found), found.unattributed) == (["missing_county"], {})
