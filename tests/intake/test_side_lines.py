"""Lines beside a table: what is none of its records is left out and said, and no record is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from compliance.intake.formats.side_lines import SideLines, header_row, units_above
from compliance.intake.problems import Complaints
from compliance.kernel.errors import Problem

HEADER = ("序号", "行政区划代码", "学校标识码", "学校名称", "在校生数", "教学仪器设备值")
KEY = 2


def left_out(line: Sequence[str]) -> str:
    """What a line was taken for; "" for a record."""
    problems: list[Problem] = []
    beside = SideLines(HEADER, KEY, Complaints("a.csv", problems), rows=[HEADER], name=3)
    record = beside.is_record(line, lambda column: f"column {column}")
    beside.mention()
    assert record or line[KEY].startswith("示例") or line == HEADER or len(problems) == 1
    return "" if record else problems[0].code if problems else "silently"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (("合计", "", "", "", "860", "1200"), "total_row"),
        (("", "", "", "合 计：", "860", "1200"), "total_row"),
        (("3", "519907", "", "城关镇小计", "860", "1200"), "total_row"),
        (("", "519907", "", "全县合计（3所）", "860", ""), "total_row"),
        (("", "519907", "519907", "小学合计", "860", ""), "total_row"),
        (("", "", "总计", "", "860", ""), "total_row"),
        (("", "", "", "其中：民办", "860", ""), "total_row"),
        (("合计", "", "", "小学", "860", ""), "total_row"),
        (("", "", "", "全县平均", "860", ""), "total_row"),
        (("二、初中", "", "", "", "", ""), "note_row"),
        (("", "", "（二）初中", "", "", ""), "note_row"),
        (("2023年10月8日", "", "", "", "", ""), "note_row"),
        (("A", "B", "C", "D", "E", "F"), "column_numbers"),
        (("填表人：教育股", "", "", "", "", ""), "note_row"),
        (("填表人：", "张三", "", "联系电话", "0551-62999999", "2023-09-20"), "note_row"),
        (("注：本表截至9月1日", "", "", "", "", ""), "note_row"),
        (("填表人：张三", "审核人：李四", "联系电话：", "", "", ""), "note_row"),
        (("数据来源：教育事业统计", "", "", "", "", ""), "note_row"),
        (("", "青石县教育局（盖章）", "", "", "", ""), "note_row"),
        (("甲", "乙", "丙", "丁", "1", "2"), "column_numbers"),
        (("甲", "乙", "丙", "丁", "戊", "1"), "column_numbers"),
        (("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"), "column_numbers"),
        (("栏次", "—", "—", "—", "7", "8=7/2"), "column_numbers"),
        (("", "", "", "", "（人）", "（万元）"), "unit_row"),
        (("", "", "示例2134000009", "示例小学", "1", "1"), "silently"),
        (HEADER, "silently"),
    ],
)
def test_lines_that_are_no_records(line: Sequence[str], kind: str) -> None:
    assert left_out(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        ("1", "519907", "5199070001", "合计路小学", "860", "1200"),
        ("1", "519907", "5199070001", "制表小学", "860", "1200"),
        ("#N/A", "519907", "5199070001", "育红小学", "860", "1200"),
        ("#REF!", "", "", "育红小学", "860", "1200"),
        ("小计", "519907", "5199070001", "育红小学", "860", "1200"),
        ("合计", "", "", "育红小学", "860", "1200"),
        ("1", "519907", "A12", "全县合计", "860", "1200"),
        ("1", "519907", "", "育红小学", "860", "1200"),
        ("1", "2", "5", "育红小学", "", ""),
        ("2", "3", "4", "5", "6", "7"),  # numbers alone, not from 1 on
        ("", "", "", "", "860", ""),
        ("", "", "", "育红小学", "人", "元"),
        ("", "", "", "", "", ""),
        ("备注小学", "", "", "育红小学", "860", "1200"),
        ("备注：新设", "519907", "5199070001", "育红小学", "", ""),
        ("1", "519907", "5199070001", "育红小学（盖章）", "", ""),
        ("甲", "乙", "丙", "育红小学", "1", "2"),
        (
            "1",
            "519907",
            "示例2134000001",
            "育红小学",
            "860",
            "1200",
        ),  # figures put into the example
    ],
)
def test_records_stay(line: Sequence[str]) -> None:
    assert left_out(line) == ""


def test_units_of_a_line_under_the_headings() -> None:
    beside = SideLines(HEADER, KEY, Complaints("a.csv", []))
    beside.is_record(("", "", "", "", "（人）", "万元"), str)
    assert beside.units == {"在校生数": ("人",), "教学仪器设备值": ("万元",)}


@pytest.mark.parametrize(
    ("line", "units"),
    [
        (("单位：万元",), ("万元",)),
        (("", "金额单位:", "万元", "2023年"), ("万元",)),
        (("学校情况表（单位：人、平方米、万元）",), ("人", "m2", "万元")),
        (("填报单位：青石县教育局",), ()),
        (("单位：青石县教育局", "单位：万元"), ("万元",)),
        (("2023年",), ()),
        (("单位：平方米  金额单位：万元",), ("m2", "万元")),
        (("单位:人民币万元",), ("万元",)),
        (("单位", "万 元", "2023年"), ("万元",)),
        (("单位：人 平 方 米 万 元",), ("人", "m2", "万元")),
        (("经费单位均为万元",), ("万元",)),
        (("金额以万元为单位",), ("万元",)),
        (("按万元计",), ("万元",)),
        (("单位：元", "单位：万元"), ("元", "万元")),
        (("万元以上设备统计表",), ()),
    ],
)
def test_units_above_the_headings(line: Sequence[str], units: tuple[str, ...]) -> None:
    assert units_above([("青石县", ""), line]) == units


def test_units_above_below_and_in_notes() -> None:
    """A line under the headings is nearer than one above; a note beneath stands beside both."""
    beside = SideLines(HEADER, KEY, Complaints("a.csv", []), ("元",))
    assert set(beside.units.values()) == {("元",)}
    beside.is_record(("", "", "", "", "", "万元"), str)
    assert beside.units == dict.fromkeys(HEADER, ("元",)) | {"教学仪器设备值": ("万元",)}
    beside.is_record(("注：金额单位为千元", "", "", "", "", ""), str)
    assert beside.units["教学仪器设备值"] == ("万元", "千元")
    assert beside.units["在校生数"] == ("元", "千元")


def test_a_note_that_names_a_larger_unit_in_other_words_is_told() -> None:
    problems: list[Problem] = []
    beside = SideLines(HEADER, KEY, Complaints("a.csv", problems))
    assert not beside.is_record(("说明：设备值系万元数", "", "", "", "", ""), lambda _: "A9")
    beside.mention()
    assert [(one.code, one.at) for one in problems] == [("note_row", "A9"), ("unclear_unit", "A9")]


def test_the_row_of_headings_is_the_one_with_most_of_them() -> None:
    lines = [("学校表", ""), ("学校名称", ""), ("学校名称", "在校生数"), ("学校名称", "在校生数")]
    known = {"学校名称", "在校生数"}.__contains__
    assert header_row(lines, known) == 2
    assert header_row([("a", "b")], known) is None
    assert header_row([*[("", "")] * 15, *lines], known) is None
