"""One county and year submitted more than once: the newer by its mark, or an error that says so."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats.marker import Marker
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from compliance.render.blank_workbook import workbook_bytes
from compliance.render.workbook_form import WorkbookForm
from tests.intake import inputs
from tests.support.nonempty import nonempty

WORDS = vocabulary()
CHINA = timezone(timedelta(hours=8))
FORM = WorkbookForm(WORDS, "某规则集")


def workbook(path: Path, day: int, pupils: int, **mark: Any) -> Path:
    """A filled workbook of 蒙城县, marked as of that day of March 2024."""
    path.parent.mkdir(exist_ok=True)
    written = datetime(2024, 3, day, 9, 30, tzinfo=CHINA)
    tables: dict[str, list[dict[str, object]]] = {
        "counties": [{"county_code": "341622", "county_name": "蒙城县", "year": 2023}],
        "schools": [
            {
                "school_code": "2134000001",
                "school_name": "实验小学",
                "school_type": "小学",
                "primary_students": pupils,
            }
        ],
    }
    marker = Marker(written, "1a2b3c4d", **{"county_code": "341622", "year": 2023, **mark})
    path.write_bytes(workbook_bytes(FORM, room=0, tables=tables, mark=marker))
    return path


def taken(folder: Path) -> Submission:
    return take_in([folder], readers(), WORDS)


def pupils(submission: Submission) -> list[float]:
    return submission.schools["primary_students"].to_list()


def errors(submission: Submission) -> list[Problem]:
    return [one for one in submission.problems if one.severity == "error"]


def test_the_newer_is_judged_and_the_older_listed(tmp_path: Path) -> None:
    """Whatever the files are called, and whatever stands in the older one."""
    workbook(tmp_path / "最终.xlsx", 5, 860)
    workbook(tmp_path / "二次报送" / "a.xlsx", 7, 861)
    found = taken(tmp_path)
    assert pupils(found) == [861]
    assert found.refused == []
    assert errors(found) == []
    [told] = [one for one in found.problems if one.code == "superseded"]
    assert (told.severity, told.code, told.file, told.county_code, told.year) == (
        "warning", "superseded", "最终.xlsx", "341622", 2023,
    )  # fmt: skip
    assert told.message == (
        "341622 2023学年有更新的一份“二次报送/a.xlsx”，本份（版本2024-03-05 09:30:00+08:00）未判定"
    )
    assert [(one.file, one.version_told[:10], one.superseded_by) for one in found.submitted] == [
        ("二次报送/a.xlsx", "2024-03-07", ""),
        ("最终.xlsx", "2024-03-05", "二次报送/a.xlsx"),
    ]
    assert len(found.inputs) == 2, "both were read, and stand in the manifest"


def test_of_three_the_newest(tmp_path: Path) -> None:
    for day in (3, 9, 6):
        workbook(tmp_path / f"{day}.xlsx", day, 800 + day)
    found = taken(tmp_path)
    assert pupils(found) == [809]
    assert {one.file for one in found.submitted if one.superseded_by == "9.xlsx"} == {
        "3.xlsx",
        "6.xlsx",
    }


def test_what_is_wrong_with_the_older_costs_nothing(tmp_path: Path) -> None:
    workbook(tmp_path / "旧.xlsx", 5, -860)
    assert errors(taken(tmp_path))
    workbook(tmp_path / "新.xlsx", 6, 860)
    assert (errors(taken(tmp_path)), pupils(taken(tmp_path))) == ([], [860])


def test_the_sheets_of_schools_are_not_taken_for_counties(tmp_path: Path) -> None:
    workbook(tmp_path / "全县.xlsx", 5, 860)
    workbook(tmp_path / "各校" / "实验小学.xlsx", 6, 861, school_code="2134000001")
    found = taken(tmp_path)
    assert pupils(found) == [860]
    assert [one.message for one in found.problems if one.code == "folder_not_read"] == [
        "未读取：各校/实验小学.xlsx（一校一份的填报表，用 compliance collect 汇总）"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, None),
        ({}, {"day": 5}),
        ({}, {"day": 6, "county_code": "341623"}),
        ({}, {"day": 6, "year": 2022}),
        (None, None),
    ],
    ids=["one bare", "the same moment", "another county's", "another year's", "both bare"],
)
def test_where_no_mark_tells_both_are_named_and_the_county_alone_pays(
    tmp_path: Path, first: dict[str, Any] | None, second: dict[str, Any] | None
) -> None:
    for name, mark in (("甲.xlsx", first), ("乙.xlsx", second)):
        if mark is None:
            inputs.workbook(tmp_path / name)
        else:
            workbook(tmp_path / name, **{"day": 5, "pupils": 860, **mark})
    inputs.json_file(
        tmp_path / "丙.json",
        county={"county_code": "341623", "county_name": "利辛县", "year": 2023},
    )
    found = taken(tmp_path)
    wrong = errors(found)
    assert {(one.code, one.file, one.county_code) for one in wrong} == {
        ("duplicate_county", "甲.xlsx", "341622"),
        ("duplicate_county", "乙.xlsx", "341622"),
    }
    assert {one.message for one in wrong} == {
        "341622（2023）交了2份，看不出哪一份较新：乙.xlsx、甲.xlsx"
    }
    assert all("只留要判定的一份" in one.expected for one in nonempty(wrong))
    assert found.counties["county_name"].to_list() == ["利辛县"]
    assert [one.county_code for one in found.refused] == ["341622"]


def test_json_says_its_version_itself(tmp_path: Path) -> None:
    """Moments are compared as such, whatever their offset; a day of the data is none."""
    old, new = tmp_path / "a.json", tmp_path / "b.json"
    school = inputs.SUBMISSION["schools"][0]
    inputs.json_file(old, version="2024-03-05T09:30:00+08:00")
    inputs.json_file(
        new, version="2024-03-05T02:00:00+00:00", schools=[{**school, "primary_students": 861}]
    )
    found = taken(tmp_path)
    assert (pupils(found), errors(found)) == ([861], [])
    inputs.json_file(new, version="2024-03-06")
    found = taken(tmp_path)
    assert {one.code for one in errors(found)} == {"duplicate_county"}
    [odd] = [one for one in found.problems if one.code == "bad_date"]
    assert (odd.severity, odd.at) == ("warning", "/version")
    for path, day in ((old, "2024-03-05"), (new, "2024-03-06")):
        inputs.json_file(path, county={**inputs.SUBMISSION["county"], "data_date": day})
    assert {one.code for one in errors(taken(tmp_path))} == {"duplicate_county"}
