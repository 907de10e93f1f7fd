"""Three months of one county, told: figures improve and fall back, a school closes, an officer writes.

Every figure is worked out by hand: 启明柳湾小学 has 176 pupils, so 5 teachers above degree are
2.84 a hundred and 9 are 5.11 (asked: 4.2); 致远东岭小学 148, so 4 are 2.70; 致远清水小学 73, so 2 are 2.74.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.ledger.working import Figures, Office, Table, figures, rows, school, sheet, spelt
from tests.support.nonempty import nonempty

LIUWAN, DONGLING, QINGSHUI, DASHU = (f"51990100{code}" for code in ("14", "20", "21", "19"))
L, E, Q, D = (f"{code}-P-R1" for code in (LIUWAN, DONGLING, QINGSHUI, DASHU))
PLAN, FUNDS = "519901-G1", "5199010012-Q4"
ABOVE = "primary_teachers_above_degree"


def march() -> Figures:
    document = figures()
    for code, teachers in (("14", 5), ("20", 4), ("21", 2), ("19", 5)):
        school(document, code)[ABOVE] = teachers
    school(document, "12")["training_funds_budget"] = 10000
    document["county"]["attestations"]["G1"]["met"] = False
    document["county"] |= {"data_date": "2026-03-31", "data_kind": "动态数据"}
    return document


def april() -> Figures:
    """柳湾's teachers came; 清水's figure is not in; 大树 is closed; 启明中心小学 lost teachers."""
    document = march()
    school(document, "14")[ABOVE] = 9
    del school(document, "21")[ABOVE]
    document["schools"].remove(school(document, "19"))
    document["county"]["succession"] = [
        {"old_code": DASHU, "new_code": None, "date": "2026-04-10", "reason": "撤销"}
    ]
    school(document, "12")[ABOVE] = 20
    document["county"]["data_date"] = "2026-04-30"
    return document


def june() -> Figures:
    """柳湾's teachers are gone again, 清水 has its four, the plan is made, the centre has its 31."""
    document = april()
    school(document, "14")[ABOVE] = 5
    school(document, "21")[ABOVE] = 4
    school(document, "12")[ABOVE] = 31
    document["county"]["attestations"]["G1"]["met"] = True
    document["county"]["data_date"] = "2026-06-30"
    return document


def in_april(table: Table) -> None:
    """What the officer and the sections have written since March."""
    table[L, "责任人"], table[L, "完成时限"] = "王芳", "2026年5月"
    table[L, "整改进展"], table[L, "整改措施"] = "已完成整改", "公开招聘4名本科毕业生"
    table[E, "责任人"], table[E, "完成时限"] = "李强", datetime(2026, 4, 15)
    table[E, "整改进展"] = "已完成整改"
    table[Q, "完成时限"], table[Q, "备注"] = "6月底", "=现金"
    table[FUNDS, "完成时限"] = "2026-04-30"
    table[PLAN, "完成时限"] = "暑假前"
    table[PLAN, "牵头单位"] = "县政府办"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Nobody's work but the test's own: each may run in a process of its own."""
    folder = tmp_path / "office"
    folder.mkdir()
    return Office(folder)


@pytest.fixture
def filled_in(office: Office) -> Office:
    """The list of March, as the officer has filled it in."""
    office.run(march(), "--today", "2026-04-01")
    office.edit(in_april)
    return office


def test_three_months(office: Office, tmp_path: Path) -> None:
    first = office.run(march(), "--today", "2026-04-01")
    assert set(first) == {L, E, Q, D, PLAN, FUNDS}
    assert {row["状态"] for row in first.values()} == {"新增"}
    assert (first[L]["现状值"], first[L]["标准值"], first[L]["缺口"]) == (2.84, 4.2, 3)
    assert (first[L]["单位"], first[L]["乡镇"], first[L]["学段"]) == ("人", "启明镇", "小学")

    office.edit(in_april)
    second = office.run(april(), "--today", "2026-05-02")
    new = "5199010012-P-R1"
    assert {key: row["状态"] for key, row in second.items()} == {
        L: "已达标待销号", E: "继续", Q: "待新数据", D: "不再适用", PLAN: "继续", FUNDS: "继续",
        new: "新增",
    }  # fmt: skip
    assert "由2.84到5.11（数据日期2026-04-30）" in second[L]["提示"]
    assert second[L]["整改措施"] == "公开招聘4名本科毕业生"
    assert second[L]["完成时限"] == datetime(2026, 5, 31)
    assert second[E]["提示"].startswith("逾期17天；写已完成但数据未达标")
    assert (second[Q]["完成时限"], second[Q]["备注"]) == (datetime(2026, 6, 30), "=现金")
    assert "学校已撤销（2026-04-10）" in second[D]["提示"]
    assert "年终前不计逾期" in second[FUNDS]["提示"]
    assert second[PLAN]["完成时限"] == "暑假前"
    assert "“完成时限”认不出日期" in second[PLAN]["提示"]
    assert second[PLAN]["牵头单位"] == "县政府办"
    assert "承接6项，新增1项，继续3项，待新数据1项，已达标待销号1项，不再适用1项" in office.said
    assert "逾期1项" in office.said
    assert "日期认不出" in office.warned
    told = {(row[0], row[1]): row for row in sheet(office.list, "变化")}
    assert told["已达标", L][4:6] == ["2.84", "5.11"]
    assert ("新增", new) in told
    assert told["状态变化", D][4:6] == ["新增", "不再适用"]

    def closed(table: Table) -> None:
        table[L, "销号日期"] = date(2026, 5, 12)
        table[E, "责任人"] = None

    office.edit(closed)
    again = office.run(april(), "--today", "2026-05-13")
    assert again[L]["状态"] == "已销号"
    assert again[new]["状态"] == "新增"  # the same figures do not age it
    assert again[E]["责任人"] is None

    third = office.run(june(), "--today", "2026-07-01")
    assert {key: row["状态"] for key, row in third.items()} == {
        L: "继续", E: "继续", Q: "已达标待销号", D: "不再适用", PLAN: "已达标待销号", FUNDS: "继续",
        new: "已达标待销号",
    }  # fmt: skip
    assert "反弹" in third[L]["提示"]
    assert third[L]["销号日期"] == datetime(2026, 5, 12)
    assert third[L]["提示"].startswith("逾期31天")
    assert "由2.74到5.48" in third[Q]["提示"]
    assert "逾期77天" in third[E]["提示"]
    assert "反弹1项" in office.said
    assert "逾期2项" in office.said
    told = {(row[0], row[1]): row for row in sheet(office.list, "变化")}
    assert told["反弹", L][4:6] == ["5.11", "2.84"]


def test_a_rerun_on_the_same_figures_changes_nothing_but_the_date(filled_in: Office) -> None:
    office = filled_in
    office.run(june(), "--today", "2026-07-01")
    before = spelt(office.list)
    office.run(june(), "--today", "2026-07-01")
    assert spelt(office.list) == before
    office.run(june(), "--today", "2026-07-02")
    later = spelt(office.list)
    different = {
        (name, str(old[1]), str(new[1]))
        for name in before
        for old, new in zip(before[name], later[name], strict=True)
        if old != new
    }
    assert all(
        "生成日期" in old or "逾期" in old or "made" in old for _, old, _ in nonempty(different)
    )


def test_the_next_school_year_goes_on_from_the_folder_of_the_last(filled_in: Office) -> None:
    office = filled_in
    assert rows(office.list)
    document = june()
    document["county"] |= {"year": 2024, "data_date": "2026-09-01"}
    found = office.run(document, "--today", "2026-09-10")
    assert office.list.parent.name.endswith("_2024")
    assert found[L]["责任人"] == "王芳"
    assert found[L]["状态"] == "继续"


def test_a_county_with_errors_awaits_new_figures(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(in_april)
    broken = april()
    school(broken, "14")["primary_students"] = -1
    found = office.run(broken, "--today", "2026-05-02", code=4)
    assert {row["状态"] for row in found.values()} == {"待新数据"}
    assert found[L]["责任人"] == "王芳"
    assert "待新数据6项" in office.said
    found = office.run(april(), "--today", "2026-05-03")
    assert found[L]["状态"] == "已达标待销号"
    assert found[L]["责任人"] == "王芳"
