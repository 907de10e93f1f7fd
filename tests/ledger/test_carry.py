"""What becomes of a row: dates as people type them, successions, deleted rows, copies merged, colours."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.styles.colors import Color

from compliance.kernel.submission import Succession
from compliance.ledger.succession import Fate, fate
from compliance.ledger.written_dates import WrittenDate, read_date
from tests.ledger.test_three_months import DASHU, DONGLING, LIUWAN, PLAN, E, L, Q, april, march
from tests.ledger.working import Office, Table, school, sheet

MADE = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("typed", "day", "exact"),
    [
        ("2026年6月", (2026, 6, 30), False),
        ("2026-06-30", (2026, 6, 30), True),
        ("2026/6/5", (2026, 6, 5), True),
        ("2026.6.5前", (2026, 6, 5), True),
        ("2026年6月底", (2026, 6, 30), False),
        ("２０２６年２月", (2026, 2, 28), False),
        ("二〇二六年9月", (2026, 9, 30), False),
        ("20260630", (2026, 6, 30), True),
        (20260630, (2026, 6, 30), True),
        ("202609", (2026, 9, 30), False),
        ("2026.6", (2026, 6, 30), False),
        (2026.6, (2026, 6, 30), False),
        ("6月底", (2026, 6, 30), False),
        ("3月", (2027, 3, 31), False),  # the list was made in April
        ("4月15日", (2026, 4, 15), True),
        ("2026年6月中旬", (2026, 6, 20), True),
        ("2026年底", (2026, 12, 31), False),
        ("2026年上半年", (2026, 6, 30), False),
        ("2026年第三季度", (2026, 9, 30), False),
        (date(2026, 6, 1), (2026, 6, 1), True),
    ],
)
def test_dates_as_people_type_them(typed: Any, day: tuple[int, int, int], exact: bool) -> None:
    assert read_date(typed, MADE) == WrittenDate(date(*day), exact)


@pytest.mark.parametrize(
    "typed", ["暑假前", "2026年13月", "2026-02-30", "尽快", "开学", "6", 6, 46203, "", None, "=1"]
)
def test_what_is_no_date_is_none(typed: Any) -> None:
    assert read_date(typed, MADE) is None


def test_what_became_of_a_school() -> None:
    table = [
        Succession("A", "B", "2025-09", "merged"),
        Succession("B", "C", "2026-01-15", "renamed"),
        Succession("S", "T", None, None),
        Succession("S", "U", None, None),
        Succession("Z", None, "2026", "closed"),
        Succession("X", "Y", None, "renamed"),
        Succession("Y", "X", None, "renamed"),
        Succession("K", "K", None, "renamed"),
    ]
    until = date(2026, 3, 31)
    assert fate("A", table, until) == Fate(("C",), "merged", "2025-09")
    assert fate("A", table, date(2026, 1, 1)) == Fate(("B",), "merged", "2025-09")
    assert fate("S", table, until) == Fate(("T", "U"), "split", "")
    assert fate("Z", table, until) == Fate((), "closed", "2026")
    assert fate("X", table, until) == Fate((), "renamed", "")  # a circle ends somewhere
    assert fate("K", table, until) is None
    assert fate("Z", table, date(2025, 12, 31)) is None


def with_succession(document: dict[str, Any], *lines: tuple[str, tuple[str, ...], str]) -> None:
    document["county"]["succession"] = [
        {"old_code": old, "new_code": list(new), "date": "2026-04-10", "reason": reason}
        for old, new, reason in lines
    ]


def filled(table: Table) -> None:
    for key, name in ((L, "王芳"), (E, "李强")):
        table[key, "责任人"], table[key, "完成时限"] = name, "2026年9月"


def test_a_merged_school_hands_on_what_was_written(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    document = march()
    document["county"]["data_date"] = "2026-04-30"
    document["schools"].remove(school(document, "20"))
    with_succession(document, (DONGLING, (LIUWAN,), "合并"))
    found = office.run(document, "--today", "2026-05-02")
    assert found[E]["状态"] == "不再适用"
    assert found[E]["责任人"] == "李强"
    assert f"学校已并入{LIUWAN}" in found[E]["提示"]
    assert found[L]["状态"] == "继续"
    assert found[L]["责任人"] == "〔填写冲突〕王芳／李强"  # both had one
    assert "填写冲突1处" in office.said
    office.edit(lambda table: table.__setitem__((L, "责任人"), "王芳"))
    document["county"]["data_date"] = "2026-05-31"
    found = office.run(document, "--today", "2026-06-02")
    assert found[L]["责任人"] == "王芳"  # handed on once
    assert "冲突" not in office.said


def test_a_split_hands_on_to_both_and_a_new_code_keeps_the_item(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    document = march()
    document["county"]["data_date"] = "2026-04-30"
    half = json.loads(json.dumps(school(document, "14")))
    half |= {"school_code": "5199010031", "school_name": "柳湾东校"}
    school(document, "14")["school_code"] = "5199010030"
    document["schools"].append(half)
    school(document, "20")["school_code"] = "5199010040"
    with_succession(
        document,
        (LIUWAN, ("5199010030", "5199010031"), "拆分"),
        (DONGLING, ("5199010040",), "更名"),
    )
    found = office.run(document, "--today", "2026-05-02")
    for heir in ("5199010030-P-R1", "5199010031-P-R1", "5199010040-P-R1"):
        assert found[heir]["状态"] == "继续"
        assert found[heir]["完成时限"] == datetime(2026, 9, 30)
    assert found["5199010031-P-R1"]["责任人"] == "王芳"
    assert found["5199010040-P-R1"]["责任人"] == "李强"
    assert found[L]["状态"] == "不再适用"
    assert E not in found


def test_deleted_rows_come_back_while_they_fall_short(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    office.run(march(), "--today", "2026-04-02")

    def delete(table: Table) -> None:
        for key in (L, E):
            table.sheet.delete_rows(table.places[key])

    office.edit(delete)
    found = office.run(april(), "--today", "2026-05-02")  # by then L is met
    assert L not in found
    assert found[E]["责任人"] == "李强"
    assert "该行曾被删除" in found[E]["提示"]
    assert "删去而数据仍未达标的1行已恢复" in office.warned
    told = {(row[0], row[1]) for row in sheet(office.list, "变化")}
    assert {("恢复的行", E), ("删去的行", L)} <= told


def test_rows_and_columns_of_their_own_keep_their_place_and_colours(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")

    def own(table: Table) -> None:
        last, column = table.sheet.max_row + 1, len(table.columns) + 1
        table.sheet.cell(table.head, column).value = "联系电话"
        phone = table.sheet.cell(table.places[E], column)
        phone.value, phone.fill = "0558-1", PatternFill("solid", fgColor=Color(theme=4, tint=0.5))
        table.sheet.cell(last, table.columns["学校"]).value = "县教育局"
        table.sheet.cell(last, table.columns["存在问题"]).value = "校门前道路未硬化"
        table.sheet.cell(last, table.columns["完成时限"]).value = "2026年4月"
        table.sheet.cell(last + 1, table.columns["编号"]).value = "9999-P-R1"
        table.sheet.cell(last + 1, table.columns["备注"]).value = "别处的"
        table[Q, "现状值"] = 5

    office.edit(own)
    found = office.run(april(), "--today", "2026-05-02")
    road = found["519901-X1"]
    assert (road["学校"], road["存在问题"]) == ("县教育局", "校门前道路未硬化")
    assert (road["状态"], road["提示"]) == ("新增", "逾期2天")
    assert found["9999-P-R1"]["备注"] == "别处的"
    assert "1行编号不是本清单的，原样保留：9999-P-R1" in office.warned
    assert found[E]["联系电话"] == "0558-1"
    assert (found[Q]["现状值"], found[Q]["备注"]) == (None, "〔现状值处曾写：5〕")
    phone = Table(openpyxl.load_workbook(office.list)["台账"])[E, "联系电话"]
    assert phone.fill.fgColor.rgb == "FFA7C0DE"  # half-way from 4F81BD to white
    again = office.run(april(), "--today", "2026-05-03")
    assert again["519901-X1"]["存在问题"] == "校门前道路未硬化"
    assert set(again) == set(found)


def test_copies_of_two_sections_are_merged(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    original = office.list.read_bytes()

    def personnel(table: Table) -> None:
        table[L, "责任人"], table[E, "责任人"], table[L, "备注"] = "王芳", "李强", "已报县政府"

    def basics(table: Table) -> None:
        table[L, "责任人"], table[E, "责任人"], table[PLAN, "整改进展"] = "赵敏", "李强", "正在办理"

    a = office.edit(personnel, tmp_path / "人事.xlsx")
    b = office.edit(basics, tmp_path / "基教.xlsx")
    assert office.list.read_bytes() == original
    found = office.run(march(), "--ledger", a, "--ledger", b, "--today", "2026-04-03")
    assert found[L]["责任人"] == "〔填写冲突〕王芳／赵敏"
    assert "“责任人”填写有冲突" in found[L]["提示"]
    assert f"填写冲突 {L} 启明柳湾小学" in office.warned
    assert (found[E]["责任人"], found[L]["备注"]) == ("李强", "已报县政府")
    assert found[PLAN]["整改进展"] == "正在办理"
    conflicts = [row for row in sheet(office.list, "变化") if row[0] == "填写冲突"]
    assert [(row[1], row[6]) for row in conflicts] == [(L, "“责任人”：王芳／赵敏")]
    # settled by a person; the copies that went into it are not merged once more
    office.edit(lambda table: table.__setitem__((L, "责任人"), "王芳"))
    found = office.run(march(), "--ledger", a, "--ledger", b, "--today", "2026-04-04")
    assert found[L]["责任人"] == "王芳"
    assert "以前已并入、不再重复" in office.said


def test_a_limit_that_moves_closes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    document = march()
    document["county"] |= {"province": "anhui", "data_date": "2026-04-30"}
    found = office.run(document, "--today", "2026-05-02")
    assert found[L]["状态"] == "标准变化"
    assert "national → anhui" in found[L]["提示"]
    assert office.run(document, "--today", "2026-05-03")[L]["状态"] == "标准变化"
    document["county"]["data_date"] = "2026-05-31"
    assert office.run(document, "--today", "2026-06-01")[L]["状态"] == "继续"


def test_days_of_the_colours_are_settings(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")

    def colour(days: int) -> str:
        book = openpyxl.load_workbook(office.list)
        Table(book["台账"])[E, "完成时限"] = "2026-04-01"
        for row in book["设置"].iter_rows():
            if str(row[0].value).startswith("逾期超过"):
                row[1].value = days
        book.save(office.list)
        office.run(march(), "--today", "2026-04-11")
        found = Table(openpyxl.load_workbook(office.list)["台账"])[E, "完成时限"]
        return str(found.fill.fgColor.rgb)

    assert (colour(10), colour(9)) == ("FFFFE699", "FFF4A7A0")
    office.run(march(), "--today", "2026-04-11")
    assert [row[1] for row in sheet(office.list, "设置") if row[0].startswith("逾期超过")] == ["9"]


def test_nothing_is_written_over_unless_asked(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    edited = office.list.read_bytes()
    office.run(march(), "--today", "2026-04-02")
    (kept,) = office.list.parent.glob("旧稿*/整改清单.xlsx")
    assert kept.read_bytes() == edited
    office.run(march(), "--today", "2026-04-03", "--overwrite")
    assert len(list(office.list.parent.glob("旧稿*"))) == 1


@pytest.mark.parametrize("harm", ["cut short", "not a zip", "no ids", "another county"])
def test_a_list_that_cannot_be_read_stops_its_county(tmp_path: Path, harm: str) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    content = office.list.read_bytes()
    words: list[str | Path] = []
    if harm == "cut short":
        office.list.write_bytes(content[: len(content) // 2])
    elif harm == "not a zip":
        office.list.write_bytes(b"PK nothing")
    elif harm == "no ids":
        office.edit(lambda table: table.sheet.delete_cols(table.columns["编号"]))
    else:
        words = ["--ledger", office.list]
    before = office.list.read_bytes()
    document = march()
    if harm == "another county":
        document["county"]["county_code"] = "519902"
        for one in document["schools"]:
            one["county_code"] = "519902"
    office.attempt(document, *words, code=2 if harm == "another county" else 4)
    assert office.list.read_bytes() == before
    assert office.warned.startswith("错误：")


def test_a_list_without_its_memory_still_goes_on(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.run(march(), "--today", "2026-04-01")
    office.edit(filled)
    book = openpyxl.load_workbook(office.list)
    del book["_junheng"]
    book.save(office.list)
    found = office.run(april(), "--today", "2026-05-02")
    assert found[L]["责任人"] == "王芳"
    assert found[L]["状态"] == "已达标待销号"
    assert "由2.84到5.11" in found[L]["提示"]
    assert found[E]["状态"] == "继续"
    assert found[f"{DASHU}-P-R1"]["状态"] == "不再适用"
