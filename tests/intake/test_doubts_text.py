"""Damage to the text of a file: replaced digits, odd characters; refused cells say what to type."""

from __future__ import annotations

import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.cells import CellReader
from compliance.intake.problems import CellError
from tests.intake.raws import COUNTY, codes, document, problems, school, submit

# areas as they were; every “10” in them became “2023”
WHOLE = [4105, 2107, 5101, 6210, 3108]
DAMAGED = [420235, 220237, 520231, 622023, 320238]


def areas(*values: float) -> list[dict[str, object]]:
    return [
        school(
            school_code=str(n), school_name=f"第{n}小学", primary_students=None, teaching_area=value
        )
        for n, value in enumerate(values)
    ]


def test_a_year_glued_into_many_figures() -> None:
    assert [str(one).replace("10", "2023") for one in WHOLE] == [str(one) for one in DAMAGED]
    assert submit(document(areas(*WHOLE))).problems == []
    found = submit(document(areas(*DAMAGED)))
    assert codes(found, "warning") == ["text_replaced"] * 5
    one = found.problems[0]
    assert one.message == (
        "教学及辅助用房面积填420235，其中的“2023”夹在本县5个不同的数字里，疑为批量替换造成的损坏"
    )
    assert (one.at, one.school_code, one.facts) == (
        "/schools/0/teaching_area",
        "0",
        ("teaching_area",),
    )
    assert found.schools["teaching_area"].to_list() == DAMAGED  # nothing is corrected


@pytest.mark.parametrize(
    "values",
    [
        DAMAGED[:4],  # too few to tell
        [*DAMAGED[:4], DAMAGED[0]],  # a repeated figure is one figure
        [*DAMAGED[:4], None],
        [*DAMAGED, 12019, 22019],  # years are common here: 5 is not four times 2
        [420205, 220207, 520201, 622000, 320208],  # round figures hold 2000 and 2020
    ],
)
def test_no_damage(values: list[float]) -> None:
    found = submit(document(areas(*values))).problems
    assert "text_replaced" not in {one.code for one in found}


def test_the_county_s_own_figures_count() -> None:
    county = {**COUNTY, "exchange_eligible_teachers": 12023}
    found = submit(document(areas(*DAMAGED[:4]), county))
    assert codes(found, "warning") == ["text_replaced"] * 5
    assert found.problems[-1].school_code is None
    assert found.problems[-1].at == "/counties/0/exchange_eligible_teachers"


NUMERALS = "一二三四五"


def named(*names: str) -> list[str]:
    rows = [school(school_code=str(n), school_name=name) for n, name in enumerate(names)]
    return codes(submit(document(rows)), "warning")


def test_a_year_glued_into_many_names() -> None:
    damaged = [f"县第{n}2023中学" for n in NUMERALS]
    assert named(*damaged) == ["text_replaced"] * 5
    assert named(*damaged[:4]) == []  # too few to tell
    # four names and one figure of the county make five cells
    county = {**COUNTY, "exchange_eligible_teachers": 12023}
    rows = [
        school(school_code=n, school_name=name) for n, name in zip("1234", damaged, strict=False)
    ]
    assert codes(submit(document(rows, county)), "warning") == ["text_replaced"] * 5


@pytest.mark.parametrize(
    "pattern",
    ["第10{n}中学", "2023{n}小学", "实验小学（2023年{n}建）", "{n}村2023级学校", "第{n}020小学"],
)
def test_honest_numbers_in_names(pattern: str) -> None:
    assert named(*(pattern.format(n=n) for n in NUMERALS)) == []
    assert named(*(f"第{n}中学" for n in range(101, 130))) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"school_code": "２１３４000001"}, "全角"),
        ({"school_code": "21340O0001"}, "字母"),
        ({"main_school_code": "2134\u200b000001"}, "看不见"),
        ({"school_name": "实验\u200b小学"}, "看不见"),
        ({"principal": "王\ufeff明"}, "看不见"),
        ({"school_name": "Ｏ２小学"}, ""),  # full width is odd in a code only
        ({"school_code": "O21340001"}, ""),  # a code may begin with a letter
        ({"principal": None}, ""),
        ({"township": "20230%"}, "百分数"),
        ({"township": "城关镇"}, ""),
        ({"township": "110"}, ""),
    ],
)
def test_odd_characters(facts: dict[str, object], said: str) -> None:
    found = submit(document([school(**facts)]))
    assert codes(found) == []
    assert codes(found, "warning") == (["odd_characters"] if said else [])
    if said:
        (one,) = problems(found, "warning")
        assert said in one.message
        assert one.facts == (next(iter(facts)),)
        assert found.schools[next(iter(facts))].to_list() == [*facts.values()]


@pytest.mark.parametrize(
    ("table", "fact", "value", "code", "expected"),
    [
        ("school", "primary_students", "1O5", "not_a_number", "其中的字母疑为数字，请核对后改正"),
        ("school", "primary_students", "l2", "not_a_number", "其中的字母疑为数字，请核对后改正"),
        ("school", "primary_students", "1\u200b2", "not_a_number", "去掉看不见的字符，填12"),
        ("school", "primary_students", "Ol", "not_a_number", "0至100000的整数"),
        ("county", "recognition_percent", "85％", "not_a_number", "去掉百分号，填85"),
        (
            "county", "recognition_percent", "20230%", "not_a_number",
            "数字中夹着“2023”，疑为文字批量替换所致，请恢复原数",
        ),
        (
            "county", "recognition_percent", 20230, "above_maximum",
            "0至100的数（单位：%）；数字中夹着“2023”，疑为文字批量替换所致，请恢复原数",
        ),
        ("county", "recognition_percent", 101, "above_maximum", "0至100的数（单位：%）"),
        ("county", "recognition_percent", "140%", "not_a_number", "0至100的数（单位：%）"),
    ],
)  # fmt: skip
def test_a_damaged_cell_is_refused_and_says_why(
    table: str, fact: str, value: object, code: str, expected: str
) -> None:
    with pytest.raises(CellError) as refused:
        CellReader(vocabulary().tables[table][fact], strict=False)(value)
    assert (refused.value.code, refused.value.expected) == (code, expected)
