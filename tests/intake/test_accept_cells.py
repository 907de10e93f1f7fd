"""One cell: what is accepted, what is refused and in which words."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.cells import CellReader, accept_column
from compliance.intake.problems import CellError, CellRemark
from tests.intake.raws import cell

WORDS = vocabulary()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (350, 350.0), (350.0, 350.0), (0, 0.0), (None, None), ("", None), (" \u3000\n", None),
        ("350", 350.0), (" 350 ", 350.0), ("3.5e2", 350.0), ("+350", 350.0),
        (100000, 100000.0), (100001, "above_maximum"), ("1e308", "above_maximum"),
        (1e308, "above_maximum"), (10**200, "above_maximum"), (-(10**400), "negative"),
        ("1" * 200, "above_maximum"), ("1" * 400, "not_finite"), (float("nan"), "not_finite"),
        (float("inf"), "not_finite"), ("NaN", "not_a_number"), ("inf", "not_a_number"),
        (-1, "negative"), ("-1", "negative"), (30.5, "not_whole"), ("30.5", "not_whole"), ("0.", "not_a_number"), ("350.", "not_a_number"),
        ("４８０．５", "not_whole"), ("－３", "not_a_number"), ("1,234", "not_a_number"), ("98%", "not_a_number"),
        ("350人", "not_a_number"), ("=1+1", "not_a_number"), ("#DIV/0!", "formula_error"),
        (True, "not_a_number"), ([1], "not_a_number"), ({}, "not_a_number"),
        (date(2023, 9, 1), "not_a_number"), ("0x10", "not_a_number"), ("1_000", "not_a_number"),
        ("无", "not_a_number"), ("\ud800", "not_a_number"),
    ],
)  # fmt: skip
def test_a_count(value: object, expected: object) -> None:
    assert cell("primary_students", value) == expected


@pytest.mark.parametrize("value", ["350", " 350 ", "１２", True, [350]])
def test_in_json_a_number_is_a_number(value: object) -> None:
    assert cell("primary_students", value, strict=True) == "not_a_number"


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("primary_students", "＋１２３", "用半角数字，填+123"),
        ("primary_students", "1,234", "去掉千位分隔符，填1234"),
        ("primary_students", "１，２３４", "去掉千位分隔符，填1234"),
        ("primary_students", "350人", "只填数字，不带单位，填350"),
        ("teaching_area", "450.5㎡", "只填数字，不带单位，填450.5"),
        ("primary_students", "=SUM(A1:A9)", "填计算结果，不填公式文字"),
        ("primary_students", "480 人", "只填数字，不带单位，填480"),
        ("teaching_area", "2500 m²", "只填数字，不带单位，填2500"),
        # nothing is advised where it is not certain what was meant
        ("primary_students", "480①", "0至100000的整数"),
        ("primary_students", "480⑴", "0至100000的整数"),
        ("primary_students", "480⒈", "0至100000的整数"),
        ("primary_students", "①", "0至100000的整数"),
        ("teaching_area", "2500²", "0至10000000的数（单位：平方米）"),
        ("teaching_area", "2500₃", "0至10000000的数（单位：平方米）"),
        ("primary_students", "480½", "0至100000的整数"),
        ("primary_students", "48 0", "数字中间不留空格，请核对后改正"),
        ("primary_students", "1 480", "数字中间不留空格，请核对后改正"),
        ("primary_students", "48O", "其中的字母疑为数字，请核对后改正"),
        *(
            ("primary_students", none, "没有的填0，没有数据的留空")
            for none in ("无", "没有", "null", "空")
        ),
        ("primary_students", "若干", "0至100000的整数"),
        ("primary_students", "1,23", "0至100000的整数"),
        ("primary_students", "98%", "0至100000的整数"),
        ("teaching_area", "2亩", "0至10000000的数（单位：平方米）"),
        ("equipment_value", "12万元", "0至1000000000000的数（单位：元）"),
        ("equipment_value", "12元", "只填数字，不带单位，填12"),
    ],
)
def test_a_refused_number_says_what_to_type(fact: str, value: str, expected: str) -> None:
    with pytest.raises(CellError) as refused:
        CellReader(WORDS.school[fact], strict=False)(value)
    assert refused.value.expected == expected
    assert value[:5] in refused.value.message


def test_percent_signs() -> None:
    for record, fact, expected in (
        ("county", "recognition_percent", "去掉百分号，填12"),
        ("monitoring", "disparity", "写成小数，填0.12"),
    ):
        with pytest.raises(CellError) as refused:
            CellReader(WORDS.tables[record][fact], strict=False)("12%")
        assert refused.value.expected == expected


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("school_type", "小学", "primary"), ("school_type", "primary", "primary"),
        ("school_type", "初中", "junior"), ("school_type", "九年一贯制", "nine_year"),
        ("school_type", "完全中学", "complete_secondary"), ("school_type", 211.0, "primary"),
        ("school_type", "218", "teaching_point"), ("school_type", 312, "nine_year"),
        ("school_type", 514, "special"), ("school_type", "高中", "senior"),
        ("school_type", "特教学校", "special"), ("school_type", 361, "vocational"),
        ("school_type", "大学", "unknown_word"), ("school_type", 999, "unknown_word"),
        ("school_type", 211.5, "unknown_word"), ("school_type", True, "unknown_word"),
        ("school_type", float("nan"), "unknown_word"), ("school_type", 10**400, "unknown_word"),
        ("setting", 112, "urban"), ("setting", "镇区", "town"), ("setting", "220", "rural"),
        ("setting", "城市", "urban"), ("setting", "农村", "rural"), ("setting", "城镇", "unknown_word"),
        ("sponsor", "县级教育行政部门", 7.0), ("sponsor", "省级教育行政部门", 3.0),
        ("sponsor", "市级教育部门", "unknown_word"),
        ("sponsor", 10, 10.0), ("sponsor", "民办", 10.0), ("sponsor", "7", 7.0),
        ("sponsor", "县级教育部门", 7.0), ("sponsor", 0, "unknown_word"),
        ("sponsor", 11, "unknown_word"), ("sponsor", 1.5, "unknown_word"),
        ("boarding", "是", True), ("boarding", "否", False), ("boarding", "有", True),
        ("boarding", "无", False), ("boarding", "TRUE", True), ("boarding", "n", False),
        ("boarding", 1, True), ("boarding", 0.0, False), ("boarding", True, True),
        ("boarding", "也许", "unknown_word"), ("boarding", 2, "unknown_word"),
        ("built_year", "2001", 2001.0), ("built_year", 1799, "below_minimum"),
    ],
)  # fmt: skip
def test_words(fact: str, value: object, expected: object) -> None:
    assert cell(fact, value) == expected


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("school_code", 2133000001.0, "2133000001"), ("school_code", "0012", "0012"),
        ("school_code", "2133000001.0", "2133000001"), ("school_code", 2133000001, "2133000001"),
        ("school_code", "2.133E+09", "bad_code"), ("school_code", 2133.5, "bad_code"),
        ("school_code", 1e17, "bad_code"), ("school_code", -5, "bad_code"),
        ("school_code", "x" * 65, "too_long"), ("school_code", True, "not_text"),
        ("county_code", 341622.0, "341622"), ("county_code", "34162", "bad_code"),
        ("county_code", "34162a", "bad_code"), ("county_code", "３４１６２", "bad_code"),
        ("county_code", "010203", "010203"),
        ("school_name", "  实验小学 ", "实验小学"), ("school_name", "=1+1", "=1+1"),
        ("school_name", "实验\x07小学", "control_character"), ("school_name", "a\u202eb", "control_character"),
        ("school_name", "\ud800", "control_character"), ("school_name", "校" * 201, "too_long"),
        ("school_name", 12.0, "12"), ("school_name", datetime(2023, 9, 1), "not_text"),
        ("school_name", "#REF!", "formula_error"), ("school_name", ["a"], "not_text"),
    ],
)  # fmt: skip
def test_codes_and_names(fact: str, value: object, expected: object) -> None:
    assert cell(fact, value) == expected


@pytest.mark.parametrize(
    ("fact", "value", "read"),
    [
        ("primary_students", "１２３", 123.0),
        ("primary_students", " ４8０．０", 480.0),
        ("county_code", "３４１６２２", "341622"),
        ("school_code", "00１2", "0012"),
        ("built_year", "２００１", 2001.0),
    ],
)
def test_full_width_digits_are_read_and_said(fact: str, value: str, read: object) -> None:
    with pytest.raises(CellRemark) as said:
        cell(fact, value)
    assert (said.value.value, said.value.code) == (read, "full_width")
    column = accept_column(WORDS.school[fact], pl.Series([value, None]), False)
    assert (column.values.to_list(), list(column.remarked)) == ([read, None], [0])


def test_in_json_a_name_is_a_text_and_a_code_may_be_digits() -> None:
    assert cell("school_name", 12, strict=True) == "not_text"
    assert cell("school_code", 12, strict=True) == "12"
    assert cell("school_code", "2133000001.0", strict=True) == "2133000001.0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("45;44;43", [45.0, 44.0, 43.0]), ("45；44、43，42,41", [45.0, 44.0, 43.0, 42.0, 41.0]),
        ("无", []), ("", None), (45.0, [45.0]), (" 45 ; 44 ", [45.0, 44.0]), ("45;;44", "bad_item"),
        ("45;44;", "bad_item"), ("45 44", "bad_item"), ("45;-1", "bad_item"), ("45;x", "bad_item"),
        ("45;44.5", "bad_item"), ("45;NaN", "bad_item"), ([45, 44], [45.0, 44.0]), ([], []),
        ([None], "bad_item"), ([True], "bad_item"), (["45"], [45.0]), ([1e308], "bad_item"),
        ({}, "not_a_list"), (True, "not_a_list"), ([1] * 5001, "list_length"), ([[1]], "bad_item"),
    ],
)  # fmt: skip
def test_lists(value: object, expected: object) -> None:
    assert cell("primary_class_sizes", value) == expected


@pytest.mark.parametrize(
    ("record", "fact", "yes", "no"),
    [
        ("attestation", "met", "达到 已达到 达标 符合", "未达到 不达到 不达标 未达标 不符合"),
        ("veto", "exists", "存在 有", "不存在 没有 未发生 无"),
    ],
)
def test_statements_in_the_words_of_the_forms(record: str, fact: str, yes: str, no: str) -> None:
    for words, meaning in ((yes, True), (no, False)):
        assert [cell(fact, word, record=record) for word in words.split()] == (
            [meaning] * len(words.split())
        )
    assert cell(fact, "基本达到", record=record) == "unknown_word"


@pytest.mark.parametrize(
    ("record", "fact", "value", "expected"),
    [
        ("school", "music_room_areas", "无", "数的列表，每项0至100000；没有则写[]"),
        ("school", "primary_class_sizes", [1, None], "整数的列表，每项0至1000；没有则写[]"),
        ("attestation", "evidence", "x", '文字的列表，如["文件名称"]，每项不超过500字；没有则写[]'),
    ],
)
def test_json_is_told_what_json_may_say(
    record: str, fact: str, value: object, expected: str
) -> None:
    with pytest.raises(CellError) as refused:
        CellReader(WORDS.tables[record][fact], strict=True)(value)
    assert refused.value.expected == expected


def test_a_table_is_told_what_a_cell_may_say() -> None:
    assert WORDS.school["music_room_areas"].expected().endswith("没有则填“无”")
    assert WORDS.tables["attestation"]["evidence"].expected() == "不超过500字的文字，多份用分号分隔"
    assert WORDS.tables["room"]["area"].expected().endswith("没有则填“无”")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "“true”"), ([1, None, "x"], "“[1, null, \"x\"]”"), (["a"], "“[\"a\"]”"),
        ([False, 2.0, 0.5], "“[false, 2, 0.5]”"), ([], "“[]”"),
    ],
)  # fmt: skip
def test_values_are_quoted_as_json_has_them(value: object, shown: str) -> None:
    with pytest.raises(CellError) as refused:
        CellReader(WORDS.school["school_type"], strict=True)(value)
    assert shown in refused.value.message


def test_lists_in_json_are_lists_of_numbers() -> None:
    assert cell("primary_class_sizes", "45;44", strict=True) == "not_a_list"
    assert cell("primary_class_sizes", "无", strict=True) == "not_a_list"
    assert cell("primary_class_sizes", ["45"], strict=True) == "bad_item"
    assert cell("music_room_areas", [96.5], strict=True) == [96.5]
    assert cell("primary_class_bands", [0] * 10, strict=True) == [0.0] * 10
    assert cell("primary_class_bands", [0] * 9, strict=True) == "list_length"


def test_a_bad_item_is_counted_from_one() -> None:
    with pytest.raises(CellError, match="第2项"):
        CellReader(WORDS.school["primary_class_sizes"], strict=False)("45;x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015", "2015"), (2015, "2015"), (2015.0, "2015"), ("2015-12-30", "2015-12-30"),
        (date(2015, 12, 30), "2015-12-30"), (datetime(2015, 12, 30, 8), "2015-12-30"),
        ("2015/1/3", "2015-01-03"), ("2015年1月3日", "2015-01-03"), ("2015年", "2015"),
        ("2015-12", "2015-12"), ("2015年12月", "2015-12"), ("2015.12", "2015-12"),
        ("2015/12", "2015-12"), ("2015 年 1 月 3 日", "2015-01-03"), ("２０１５年", "2015"),
        ("20151230", "2015-12-30"), ("201512", "2015-12"), (42368, "2015-12-30"),
        ("42368", "2015-12-30"), (2015.12, "2015-12"), (2015.1, "2015"),  # or as 2015.10
        ("二〇一五年十二月三十一日", "2015-12-31"), ("二○一五年十月", "2015-10"),
        ("2015.0", "2015"), ("201512.0", "2015-12"), ("42368.0", "2015-12-30"),
        ("2015年底", "2015"), ("2015年12月上旬", "2015-12"), ("2015-12-30 08:30:00", "2015-12-30"),
        ("2015-02-30", "bad_date"), ("2015-13", "bad_date"), ("12/30/2015", "bad_date"),
        ("2015-", "bad_date"), ("20151330", "bad_date"), (20151.0, "bad_date"), (2015.5, "2015-05"),
        ("1850", "bad_date"), (True, "bad_date"), ("去年", "bad_date"), (float("inf"), "bad_date"),
    ],
)  # fmt: skip
def test_dates(value: object, expected: object) -> None:
    assert cell("basic_balance_date", value, record="county") == expected


def test_dates_in_json_are_read_alike() -> None:
    assert cell("basic_balance_date", "2015/1/3", strict=True, record="county") == "2015-01-03"
    assert cell("basic_balance_date", "2015-01", strict=True, record="county") == "2015-01"


@pytest.mark.parametrize("strict", [True, False])
def test_only_some_counts_may_be_of_nobody(strict: bool) -> None:
    """Of the others the word is refused with what to write; those are read where tables are typed."""
    assert cell("exchanged_teachers", "不涉及", strict=strict, record="county") == "not_involved"
    assert cell("population", "不涉及", strict=strict, record="county") == "not_involved"
    assert cell("basic_balance_date", "不涉及", strict=strict, record="county") == "not_involved"
    assert cell("primary_students", "不涉及", strict=strict) == "not_involved"
    with pytest.raises(CellError) as refused:
        CellReader(WORDS.county["exchanged_teachers"], strict=strict)("不涉及")
    assert refused.value.expected.endswith("确实没有的填0，没有数据的留空")


def test_evidence_is_a_list_of_texts() -> None:
    assert cell("evidence", "文件一；文件二\n文件三", record="attestation") == [
        "文件一", "文件二", "文件三",
    ]  # fmt: skip
    assert cell("evidence", ["a", " "], strict=True, record="attestation") == ["a"]
    assert cell("evidence", [3], strict=True, record="attestation") == "not_text"
    assert cell("evidence", "a", strict=True, record="attestation") == "not_a_list"


@pytest.mark.parametrize(
    ("fact", "value", "read", "code"),
    [
        *[("primary_students", mark, None, "no_data") for mark in (
            "—", "－", "-", "——", "/", "／", "…", "……", "暂无", "无数据", "暂无数据", "N/A", " — ", "不详",
        )],
        ("primary_students", "'480", 480.0, "wrapped_text"),
        ("primary_students", "'", None, "no_data"),
        ("primary_students", '=""', None, "no_data"),
        ("primary_class_sizes", "—", None, "no_data"),
        ("primary_class_sizes", "45;—", None, "no_data"),
        ("music_room_areas", "/", None, "no_data"),
        ("boarding", "—", None, "no_data"),
        ("school_type", "暂无", None, "no_data"),
        ("school_type", "九年一贯制\n学校", "nine_year", "odd_blanks"),
        ("school_name", "/", None, "no_data"),
        ("school_name", "青石县\n第一小学", "青石县 第一小学", "odd_blanks"),
        ("school_name", "青石县 \r\n 第一小学", "青石县 第一小学", "odd_blanks"),
        ("school_name", "青石县\t第一小学", "青石县 第一小学", "odd_blanks"),
        ("school_name", "青石县\xa0第一小学", "青石县 第一小学", "odd_blanks"),
        ("school_code", "51990\n70001", "5199070001", "odd_blanks"),
        ("school_code", '="5199070001"', "5199070001", "wrapped_text"),
        ("school_code", "=5199070001", "5199070001", "wrapped_text"),
        ("school_code", "'5199070001", "5199070001", "wrapped_text"),
        ("school_code", "'5199070001'", "5199070001", "wrapped_text"),
        ("county_code", '="519907"', "519907", "wrapped_text"),
        ("county_code", '="#N/A"', "formula_error", ""),
        ("primary_students", "约300", "not_a_number", ""),
        ("primary_students", "无", "not_a_number", ""),  # none, or no data? nobody knows
        ("primary_class_sizes", "45;约30", "bad_item", ""),
        ("primary_class_sizes", "45;'44", "bad_item", ""),
        ("primary_class_sizes", "无", [], ""),
        ("school_name", "无锡路小学", "无锡路小学", ""),
        ("school_name", "N/A小学", "N/A小学", ""),
    ],
)  # fmt: skip
def test_what_is_read_with_a_remark(fact: str, value: str, read: object, code: str) -> None:
    remarks: list[str] = []
    try:
        found = cell(fact, value)
    except CellRemark as remark:
        found, said = remark.value, remark.code
        remarks.append(said)
    assert (found, remarks) == (read, [code] if code else [])


@pytest.mark.parametrize("value", ["—", "/", "暂无"])
def test_marks_for_no_data_are_blank_in_json_too(value: str) -> None:
    for fact in ("primary_students", "primary_class_sizes", "boarding", "built_year", "township"):
        with pytest.raises(CellRemark) as remark:
            cell(fact, value, strict=True)
        assert (remark.value.value, remark.value.code) == (None, "no_data")
    [words] = {remark.value.expected}
    assert "留空" in words


def test_items_of_texts_are_read_with_a_remark() -> None:
    evidence = WORDS.tables["attestation"]["evidence"]
    for value in ("会议\xa0纪要；—", ["会议\xa0纪要", "—"]):
        with pytest.raises(CellRemark) as remark:
            CellReader(evidence, strict=isinstance(value, list))(value)
        assert remark.value.value == ["会议 纪要"]


@pytest.mark.parametrize(
    ("written", "sponsor"),
    [
        ("10 民办", 10.0), ("10民办", 10.0), ("10、民办", 10.0), ("１０ 民办", 10.0), ("7 县级教育部门", 7.0),
        ("民办", 10.0), ("10", 10.0), ("７", 7.0), ("7 民办", "unknown_word"), ("10 ", 10.0),
        ("10 公办", "unknown_word"), ("民办 10", "unknown_word"),
    ],
)  # fmt: skip
def test_a_word_with_its_number_before_it(written: str, sponsor: object) -> None:
    assert cell("sponsor", written) == sponsor


def test_a_statistical_code_before_its_word() -> None:
    assert cell("school_type", "211 小学") == "primary"
    assert cell("setting", "111主城区") == "urban"
    assert cell("school_type", "311 小学") == "unknown_word"
