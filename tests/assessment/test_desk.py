"""Many counties at once: who submitted what, their rank, what is far from the others, where to look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.assessment.outliers import outliers
from compliance.assessment.site_checks import (
    BLANK,
    CLASSES,
    JUMP,
    NEAR_COUNTY,
    STATED,
    SUSPECT,
    SiteCheck,
    site_checks,
)
from compliance.assessment.submissions import Submitted, submissions
from compliance.checker import Report
from compliance.render.report.index import county_index
from tests.assessment.desk_counties import NAMES, city, code, county, write_county
from tests.support.nonempty import nonempty

CHECKER = Checker()


def pupils_of(row: dict[str, Any]) -> float:
    """All pupils of a school; of fewer than a hundred a ratio says little, so such ones count for none."""
    pupils = sum(row[f"{stage}_students"] or 0 for stage in ("primary", "junior", "senior"))
    return float(pupils) if pupils >= 100 else float("inf")


def of(checks: list[SiteCheck], kind: str) -> Iterator[SiteCheck]:
    return (one for one in checks if one.kind == kind)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("全市"))


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return CHECKER.check(folder)


@pytest.fixture(scope="module")
def checks(report: Report) -> list[SiteCheck]:
    return site_checks(report)


def test_every_file_stands_in_the_list_with_what_became_of_it(report: Report) -> None:
    found: dict[str, Submitted] = {one.file: one for one in submissions(report)}
    assert {file: one.state for file, one in found.items()} == {
        **{f"{name}/填报.json": "judged" for name in NAMES[:6]},
        "甲县旧.json": "superseded",
        "庚县/填报.json": "refused",
        "坏.json": "unread",
    }
    assert found["甲县/填报.json"].version == "2024-03-07 09:00:00+08:00"
    assert found["甲县旧.json"].why == "判定的是“甲县/填报.json”"
    refused = found["庚县/填报.json"]
    assert (refused.county_name, refused.errors) == ("庚县", 1)
    assert refused.why.startswith("/schools/0/teaching_area ")
    assert found["坏.json"].why
    assert found["乙县/填报.json"].why == ""


def test_the_rank_is_the_distance_from_passing(report: Report) -> None:
    """甲 乙 丙 戊 pass, by the room of their tightest coefficient; 丁 waits; 己 fails in two."""
    rows = county_index(report).rows
    assert [one.name for one in rows[4:]] == ["丁县", "己县"]
    assert [(one.failing, one.undecided > 0) for one in rows] == [(0, False)] * 4 + [
        (0, True),
        (2, False),
    ]
    rooms = [float(one.room) for one in rows[:4]]
    assert rooms == sorted(rooms, reverse=True)
    assert [one.rank for one in rows] == [1, 2, 3, 4, 5, 6]
    last = rows[-1]
    assert last.decides == "P1 社会认可度、V1 以考试方式招生"
    assert [cell.told for cell in last.blocks[-2:]] == ["0/1/0", "5/1/0"]
    assert (last.file, last.version) == ("己县/填报.json", "")
    resources = last.blocks[0].count
    assert (resources.met, resources.failed, resources.open) == (resources.met, 0, 0)
    units = report.findings.filter(rule="RS", county_code=code(5)).height
    assert resources.met == units


def test_a_figure_five_times_the_others_is_named_with_its_school(report: Report) -> None:
    found = outliers(report)
    assert not found.few
    assert found.compared > 50
    one = found.outliers[0]
    assert (one.county_code, one.figure.title, one.of) == (code(1), "生均公用经费", 6)
    schools = report.schools.filter(county_code=code(1))
    stages = [f"{stage}_students" for stage in ("primary", "junior", "senior")]
    own = [row for row in schools.to_dicts() if row["public_funds"] is not None]
    funds = sum(row["public_funds"] for row in own)
    pupils = sum(row[stage] or 0 for row in own for stage in stages)
    assert one.value == pytest.approx(funds / pupils)
    assert one.value > 4 * one.median
    assert one.place.startswith("乙县/填报.json /schools/")
    assert "/public_funds" in one.place
    each = {row["school_name"]: row["public_funds"] / pupils_of(row) for row in own}
    most = max(each, key=lambda name: each[name])
    assert one.school == f"{most} {each[most]:.2f}"


def test_the_list_is_in_the_order_of_its_classes(checks: list[SiteCheck]) -> None:
    places = [CLASSES.index(one.kind) for one in nonempty(checks)]
    assert places == sorted(places)
    near = [one for one in of(checks, NEAR_COUNTY) if one.what == "P1 社会认可度"]
    assert [(one.county.county_name, one.reason, one.place) for one in near] == [
        ("丙县", "85.3%（≥85%），距标准0.35%", "丙县/填报.json /county/recognition_percent")
    ]
    assert next(of(checks, NEAR_COUNTY)).what == "P1 社会认可度", "the nearest comes first"


def test_blanks_doubts_and_bare_statements(checks: list[SiteCheck]) -> None:
    blank = list(of(checks, BLANK))
    assert {one.county.county_name for one in blank} == {"丁县"}
    assert blank[0].what == "缺“教学仪器设备值”"
    assert blank[0].reason.startswith("1所学校未填（县第一实验小学）；补上后可判定")
    assert blank[0].place == "丁县/填报.json /schools/0/equipment_value"
    (copied,) = (one for one in of(checks, SUSPECT) if one.what.startswith("两校数字完全相同"))
    assert copied.county.county_name == "戊县"
    assert copied.place.startswith("戊县/填报.json /schools/0/")
    (stated,) = of(checks, STATED)
    assert (stated.county.county_name, stated.reason) == ("戊县", "1项只有陈述：G1 学校规划布局")
    assert stated.place == "戊县/填报.json /county/attestations/G1"
    assert list(of(checks, JUMP)) == []


def test_jumps_since_last_year(folder: Path, tmp_path: Path) -> None:
    before = county(0)
    before["county"]["year"] = 2022
    school = before["schools"][0]
    school["primary_students"] *= 5
    previous = write_county(tmp_path, 0, before)
    report = CHECKER.check([folder / "甲县", folder / "乙县"], previous=[previous])
    assert report.compared
    jumps = [one for one in site_checks(report) if one.kind == JUMP]
    first = jumps[0]
    assert first.county.county_name == "甲县"
    # two files of one name: each is called by its path
    assert first.place.endswith("甲县/填报.json /schools/0/primary_students")
    assert "2022学年" in first.reason


def test_a_folder_of_one_county_has_no_desk(folder: Path) -> None:
    from compliance.render.report.desk import desk

    assert desk(CHECKER.check(folder / "乙县")) is None
    two = desk(CHECKER.check([folder / "乙县", folder / "丙县"]))
    assert two is not None
    assert two.outliers == []
    assert two.outliers_notes == ["同一学年不足6个县有同一项数字，县数太少，不比较。"]
