"""The further tables of many counties: whose rows they are, told or not; rooms there are none of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.kernel.submission import Submission
from tests.intake import inputs
from tests.intake.inputs import read
from tests.intake.raws import codes, document, problems, school, submit

COUNTIES = "county_code,county_name,year\n340102,瑶海区,2023\n341622,蒙城县,2023\n"
SCHOOLS = (
    "county_code,school_code,school_name,school_type,primary_students\n"
    "341622,1,一小,小学,90\n341622,2,二小,小学,50\n340102,3,三小,小学,40\n"
)
CLASSES = "学校标识码,学段,年级,班级,学生数\n1,小学,1,1,45\n3,小学,1,1,40\n1,小学,1,2,45\n"
ROOMS = "学校标识码,类别,面积\n1,音乐,无\n1,美术,96\n3,美术,90\n"
MONITORING = "学科,年级,年份,等级,校际差异率\n数学,4,2021,3,0.1\n"
ATTESTATIONS = "指标,是否达到,佐证材料,说明\nG1 规划布局,已达到,,\nG2,未达到,文件,\n"
VETOES = "事项,是否存在\nV1,没有\nV2,不存在\n"


def taken(folder: Path, **files: str) -> Submission:
    """A dataset of two counties (or those in `files`) with further tables."""
    tables = {"counties__csv": COUNTIES, "schools__csv": SCHOOLS, **files}
    return accept([read(inputs.dataset(folder / "d", **tables))], vocabulary()).completed()


class TestTheContractsColumns:
    """班级 and the others have no county code in the contract, in a folder neither."""

    def test_county_and_year_from_the_school(self, tmp_path: Path) -> None:
        found = taken(tmp_path, classes__csv=CLASSES, rooms__csv=ROOMS)
        assert found.problems == []
        rows = found.schools.sort("school_code").select(
            "primary_class_sizes", "music_room_areas", "art_room_areas"
        )
        assert rows.rows() == [
            ([45.0, 45.0], [], [96.0]),
            (None, None, None),
            ([40.0], None, [90.0]),
        ]

    def test_the_only_county_there_is(self, tmp_path: Path) -> None:
        found = taken(
            tmp_path,
            counties__csv=inputs.COUNTIES_CSV,
            schools__csv=inputs.SCHOOLS_CSV,
            monitoring__csv=MONITORING,
            attestations__csv=ATTESTATIONS,
            vetoes__csv=VETOES,
        )
        assert codes(found) == []
        assert found.monitoring["subject"].to_list() == ["数学"]
        assert found.attestations.select("rule", "met").rows() == [("G1", True), ("G2", False)]
        assert found.vetoes.select(
            "county_code", "year", "rule", "exists", "file", "at"
        ).rows() == [
            ("341622", 2023, "V1", False, "vetoes.csv", "A2"),
            ("341622", 2023, "V2", False, "vetoes.csv", "A3"),
        ]
        (doubt,) = problems(found, "warning")
        assert (doubt.code, doubt.file, doubt.at) == (
            "attested_without_evidence", "attestations.csv", "C2",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("table", "text"),
        [
            ("classes", CLASSES + "1,小学,2,1,44\n"),
            ("monitoring", MONITORING),
            ("vetoes", VETOES),
            ("vetoes", "行政区划代码,事项,是否存在\n,V1,否\n,V2,否\n"),
        ],
    )
    def test_one_clear_error_where_it_cannot_be_told(
        self, tmp_path: Path, table: str, text: str
    ) -> None:
        doubled = SCHOOLS + "340102,1,同码小学,小学,30\n"
        found = taken(tmp_path, schools__csv=doubled, **{f"{table}__csv": text})
        (error,) = found.problems
        assert (error.code, error.file) == ("missing_heading", f"{table}.csv")
        assert "行政区划代码" in error.message
        assert error.expected
        assert len(found.counties) == 2  # as for any row whose county is not named

    def test_a_year_is_taken_from_the_school_too(self, tmp_path: Path) -> None:
        counties = COUNTIES.replace("340102,瑶海区,2023", "341622,蒙城县,2022")
        schools = (
            "county_code,year,school_code,school_name,school_type\n"
            "341622,2022,1,一小,小学\n341622,2023,2,二小,小学\n341622,2023,3,三小,小学\n"
        )
        found = taken(tmp_path, counties__csv=counties, schools__csv=schools, classes__csv=CLASSES)
        assert codes(found) == []
        sizes = found.schools.filter(pl.col("school_code") == "1")
        assert sizes.select("year", "primary_class_sizes").rows() == [(2022, [45.0, 45.0])]

    def test_an_unknown_school_costs_the_only_county(self, tmp_path: Path) -> None:
        one = {"counties__csv": inputs.COUNTIES_CSV, "schools__csv": inputs.SCHOOLS_CSV}
        found = taken(tmp_path, **one, classes__csv=CLASSES)
        assert codes(found) == ["unknown_school"] * 2
        assert [one.county_code for one in found.refused] == ["341622"]


class TestRooms:
    def areas(self, *rows: dict[str, Any]) -> tuple[Any, Submission]:
        rooms = [{"学校标识码": "2134000001", **row} for row in rows]
        found = submit(document([school()], strict=False, rooms=rooms))
        return next(iter(found.schools["music_room_areas"].to_list()), None), found

    def test_none_is_an_empty_list(self) -> None:
        known, found = self.areas({"类别": "音乐", "面积": " 无 "})
        assert (known, found.problems) == ([], [])
        assert found.schools["art_room_areas"].to_list() == [None]

    def test_a_blank_is_not_none(self) -> None:
        known, found = self.areas({"类别": "音乐", "面积": None})
        assert known is None
        assert codes(found, "warning") == ["incomplete_list"]

    def test_none_beside_a_room_is_doubted(self) -> None:
        known, found = self.areas({"类别": "音乐", "面积": "无"}, {"类别": "音乐", "面积": 96})
        assert known == [96.0]
        (doubt,) = found.problems
        assert (doubt.code, doubt.facts) == ("none_and_some", ("music_room_areas",))
        assert doubt.expected

    def test_other_words_are_no_areas(self) -> None:
        _, found = self.areas({"类别": "音乐", "面积": "没量"})
        assert codes(found) == ["not_a_number"]
        assert found.problems[0].expected.endswith("没有则填“无”")


class TestStatements:
    def test_attested_without_evidence(self, tmp_path: Path) -> None:
        said = {
            "G1": {"met": True},
            "G2": {"met": True, "evidence": ["文件"]},
            "G3": {"met": False},
        }
        county = {**inputs.SUBMISSION["county"], "attestations": said}
        path = inputs.json_file(tmp_path / "a.json", county=county)
        found = accept([read(path)], vocabulary())
        (doubt,) = found.problems
        assert (doubt.severity, doubt.code) == ("warning", "attested_without_evidence")
        assert (doubt.file, doubt.at) == ("a.json", "/county/attestations/G1")
        assert (doubt.county_code, doubt.year, doubt.facts) == ("341622", 2023, ("G1",))
        assert doubt.expected == "列出佐证材料"
        assert found.attestations["at"].to_list() == [
            f"/county/attestations/{rule}" for rule in ("G1", "G2", "G3")
        ]

    def test_in_a_workbook_at_the_cell(self, tmp_path: Path) -> None:
        sheets = {
            **inputs.SHEETS,
            "佐证": [("指标", "是否达到", "佐证材料"), ("G1 布局", "达到", None)],
            "一票否决": [("事项", "是否存在"), ("V1 考试招生", "未发生")],
        }
        found = accept([read(inputs.workbook(tmp_path / "a.xlsx", sheets))], vocabulary())
        assert [(p.code, p.at) for p in found.problems] == [
            ("attested_without_evidence", "佐证!C2")
        ]
        assert found.attestations.select("rule", "file", "at").rows() == [
            ("G1", "a.xlsx", "佐证!A2")
        ]
        assert found.vetoes.select("exists", "at").rows() == [(False, "一票否决!A2")]

    def test_a_refused_county_is_told_as_well(self) -> None:
        said = [{"rule": "G1", "met": True}]
        found = submit(document([school(primary_students=-1)], attestations=said))
        assert [one.code for one in found.problems] == ["negative", "attested_without_evidence"]
        assert found.attestations.is_empty()
