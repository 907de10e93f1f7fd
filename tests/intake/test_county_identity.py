"""Which county tables are of: their own record, else columns of the schools; a title only suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.accept import accept
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.own_tables import of_one_county, ready
from compliance.intake.problems import Location
from compliance.kernel.submission import Submission
from tests.intake.raws import COUNTY, SCHOOL, document, table

Rows = Sequence[Mapping[str, Any]]
WORDS = vocabulary()
HOME = {"行政区划代码": "341622", "统计三级": "蒙城县", "学年": "2023"}
AWAY = {"行政区划代码": "341623", "统计三级": "利辛县", "学年": "2023"}


def schools(
    *rows: Mapping[str, Any], many: bool = False, titles: Sequence[str] = ()
) -> RawDocument:
    """A document without a record of its county: these rows, each a school of its own."""
    told = [{**row, "school_code": f"213400000{n}"} for n, row in enumerate(rows)]
    raw = replace(table("schools", told, strict=False, file="表.xlsx"), titles=tuple(titles))
    lacks = {
        "counties": Location("表.xlsx").error("missing_sheet", "缺少工作表“县区”", "工作表“县区”")
    }
    return RawDocument("表.xlsx", [raw], many=many, lacks=lacks)


def accepted(*documents: RawDocument) -> Submission:
    return accept([ready(one, WORDS) for one in documents], WORDS).completed()


def errors(found: Submission) -> list[str]:
    return [one.code for one in found.problems if one.severity == "error"]


def test_the_columns_of_the_schools_say_it() -> None:
    found = accepted(schools({**SCHOOL, **HOME}, {**SCHOOL, **HOME}))
    record = found.counties.select("county_code", "county_name", "year").rows()
    assert (record, errors(found), found.schools.height) == ([("341622", "蒙城县", 2023)], [], 2)


def test_of_several_counties_too_in_a_dataset() -> None:
    found = accepted(schools({**SCHOOL, **HOME}, {**SCHOOL, **AWAY}, many=True))
    assert found.counties["county_name"].to_list() == ["蒙城县", "利辛县"]
    assert errors(found) == []


def test_two_counties_in_one_file_are_named_with_the_cure() -> None:
    found = accepted(schools({**SCHOOL, **HOME}, {**SCHOOL, **AWAY}, {**SCHOOL, **AWAY}))
    [error] = [one for one in found.problems if one.severity == "error"]
    assert (error.code, error.at) == ("several_counties", "/schools/1/行政区划代码")
    assert all(word in error.message for word in ("341622 蒙城县", "341623 利辛县"))
    assert "分开另存" in error.expected
    assert found.schools.is_empty()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_schools_of_another_county_than_the_record_says(rows: int) -> None:
    own = [{**SCHOOL, "school_code": str(n)} for n in range(4)]
    for one in own[:rows]:
        one["county_code"] = "341623"
    found = accepted(document(own, COUNTY, strict=False))
    [error] = [one for one in found.problems if one.severity == "error"]
    assert error.code == ("county_differs" if rows == 1 else "several_counties")
    assert rows == 1 or f"{rows}条记录的行政区划代码是341623" in error.message


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("颍西县义务教育学校办学条件统计表（2024—2025学年）", "颍西县、2024学年"),
        ("填报单位（盖章）：颍西县教育局", "颍西县"),
        ("阜阳市颍州区2023年中小学基本情况", "颍州区"),
        ("教基3112 小学学生情况", ""),
    ],
)
def test_a_title_only_suggests(title: str, said: str) -> None:
    found = accepted(schools(SCHOOL, titles=[title]))
    [error] = [one for one in found.problems if one.severity == "error"]
    assert error.code == "missing_sheet"
    assert said in error.expected
    assert ("从标题看" in error.expected) == bool(said)


def test_what_the_schools_do_not_say_is_named() -> None:
    found = accepted(schools({**SCHOOL, "行政区划代码": "341622", "学年": 2023}))
    [error] = [one for one in found.problems if one.severity == "error"]
    assert "学校表中只缺县（市、区）名称" in error.expected


def test_files_of_one_county_become_one_document() -> None:
    pupils = RawDocument(
        "b.csv",
        [table("schools", [{"标识码": "2134000000", "图书册数": 5}], strict=False, file="b.csv")],
    )
    whole = of_one_county([schools({**SCHOOL, **HOME}), pupils], "县")
    found = accepted(whole)
    assert found.schools["books"].to_list() == [5]
    assert errors(found) == []
