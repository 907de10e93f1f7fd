"""The declaration form, cell by cell, against figures worked out by hand (see declare_sample)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from compliance.declaration.filled_form import BlankCell, Entry, FilledForm
from compliance.declaration.form import read_form
from compliance.engine.exact_arithmetic import root_exactly, rounded
from tests.declaration.declare_sample import (
    document,
    filled,
    rows,
    saved,
    school,
    schools,
    stage,
    table,
)
from tests.support.nonempty import nonempty

BLANK = "＿＿"


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> FilledForm:
    return filled(saved(document(), tmp_path_factory.mktemp("declare") / "county.json"))


@pytest.mark.parametrize(
    ("figure", "decimals", "shown"),
    [
        ("1/8", 2, "0.13"),  # a half goes up, where half-even gives 0.12
        ("2.675", 2, "2.68"),  # as a double it lies below the half
        ("-1/8", 2, "-0.13"),
        ("4.605263", 2, "4.61"),
        ("999/2000", 1, "0.5"),
        ("5/2", 0, "3"),
        ("451234/10000", 0, "45"),
        ("5", 3, "5.000"),
        ("-1/1000", 2, "0.00"),  # no minus before a zero
        ("1/3", 2, "0.33"),
    ],
)
def test_halves_go_up_from_the_exact_figure(figure: str, decimals: int, shown: str) -> None:
    assert f"{rounded(Fraction(figure), decimals):f}" == shown


def test_a_root_that_ends_on_a_half_goes_up() -> None:
    exact = root_exactly(Fraction("0.5005") ** 2)
    assert exact == Fraction("0.5005")
    assert f"{rounded(exact, 3):f}" == "0.501"


def test_table_one_counts_and_names_what_is_missing(paper: FilledForm) -> None:
    assert rows(paper, "I") == [["12.35", "6.00", "4", "60", "50813", "4841", "19449", BLANK]]
    # 1 primary, 1 nine-year, no junior, 1 complete secondary, no twelve-year, 1 special, 2 points of
    # which 1 with 50 pupils; classes: one point's are blank, junior 4 + 10; pupils 400 + 300 + 60 +
    # 40 and 200 + 500; staff 25 + 18 + 4 + 3, teachers 24 + 17 + 4 + 3; junior 16 + 40 and 15 + 38
    assert rows(paper, "I-2") == [
        ["1", "1", "0", "1", "0", "1", "2", "1", BLANK, "14", "800", "700", "50", "48", "56", "53"]
    ]
    assert [one for one in paper.blank_cells if one.table.startswith("表Ⅰ　")] == [
        BlankCell("表Ⅰ　基本情况", "经济情况 城镇居民年人均可支配收入（元）（L8）", "城镇居民年人均可支配收入", ()),
        BlankCell("表Ⅰ　基本情况", "教学班数（个） 小学（L17）", "小学班级数", ("村教学点",)),
    ]  # fmt: skip


def test_table_two_one(paper: FilledForm) -> None:
    assert rows(paper, "II-1") == [
        ["小学", "达标学校总数（所）", "2", "3", "3", "3", "3", "3", BLANK, BLANK],
        ["小学", "达标学校比例（%）", "66.7", *["100.0"] * 5, BLANK, BLANK],
        ["初中", "达标学校总数（所）", "2", "2", "2", "1", "1", "2", "1", "1"],
        ["初中", "达标学校比例（%）", *["100.0"] * 3, "50.0", "50.0", "100.0", "50.0", "50.0*"],
    ]


def test_table_two_two_school_by_school(paper: FilledForm) -> None:
    assert rows(paper, "II-2") == [
        ["小学（3所）"],
        ["1", "第一小学", "7", "400", "6", "10", "5.00", "1.00", "1.00", "5.00", "8.00", "2250.00",
         "2.50", "1", "达标：L7—L13"],
        ["2", "清河九年制学校", "7", "300", "6", "6", "4.00*", "1.00", "1.00", "5.00", "10.00",
         "2500.00", "2.50", "1", "达标：L8—L13；达到85%：L7"],
        ["3", "镇北教学点", "7", "60", "4", "4", "5.00", "1.67", "1.67", "5.00", "8.00", "2000.00",
         BLANK, BLANK, "达标：L7—L12；缺数据：L13"],
        ["初中（2所）"],
        ["1", "清河九年制学校", "7", "200", "3", "4", "6.00", "1.00", "1.00", "5.50*", "11.00",
         "2750.00", "2.75", "1", "达标：L7—L9、L11—L13；达到85%：L10"],
        ["2", "第一中学", "10", "500", "3", "10", "6.00", "1.00", "1.00", "10.00", "10.00*",
         "2500.00", "1.98*", "*", "达标：L7—L10、L12；达到85%：L11；不足85%：L13"],
    ]  # fmt: skip
    note = table(paper, "II-2").notes[0].text
    assert note == (
        "注1：小学学校总数3所（其中一贯制小学部1所，50人及以上教学点1个），"
        "初中学校总数2所（其中一贯制初中部1所，完全中学初中部1所）。"
    )


def test_table_three_means_and_coefficients(paper: FilledForm) -> None:
    # Primary teachers: 35 of 760 pupils = 4.60526; deviations 0.394737 (460 pupils), 0.605263 (300):
    # S² = (460 × 0.155817 + 300 × 0.366343) ÷ 760 = 0.238920, S = 0.488795, ÷ 4.605263 = 0.106138
    # Backbone and PE teachers: 8 of 760, values 1, 1 and 5/3: mean 1.05263, S² = 0.0323176, 0.170783
    # Fields: 6680 ÷ 760 = 8.78947, S² = (460 × 0.623269 + 300 × 1.465374) ÷ 760 = 0.955679, 0.111222
    # Equipment: 1,770,000 ÷ 760 = 2328.947; deviations 78.947 (400), 171.053 (300), 328.947 (60):
    #   S² = (400 × 6232.7 + 300 × 29259.0 + 60 × 108206.4) ÷ 760 = 23372.6, 152.881 → 0.065644
    primary = [
        ["小学", "全县平均值", "4.61", "1.05", "1.05", "5.00", "8.79", "2328.95", BLANK, "—"],
        ["小学", "差异系数", "0.106", "0.171", "0.171", "0.000", "0.111", "0.066", BLANK, BLANK],
    ]
    # Junior rooms: (200 × 5.5 + 500 × 10) ÷ 700 = 8.71429, S² = (200 × 10.331633 + 500 × 1.653061)
    #   ÷ 700 = 4.132653, S = 2.032893 → 0.233284. Fields: (2200 + 5000) ÷ 700 = 10.28571, values 11
    #   and 10: S = √(200 × 500) ÷ 700 = 0.451754 → 0.043920. Equipment: 2571.43, S = 250 × 0.451754
    #   = 112.938 → 0.043920. Media rooms: 2.75 and 1700/860 = 1.976744: mean 2.197674, S = 0.773256
    #   × 0.451754 = 0.349321 → 0.158950. Mean of the seven: 0.480074 ÷ 7 = 0.068582
    junior = [
        ["初中", "全县平均值", "6.00", "1.00", "1.00", "8.71", "10.29", "2571.43", "2.20", "—"],
        [
            "初中",
            "差异系数",
            "0.000",
            "0.000",
            "0.000",
            "0.233",
            "0.044",
            "0.044",
            "0.159",
            "0.069",
        ],
    ]
    assert rows(paper, "III") == primary + junior


def test_table_four_sentences(paper: FilledForm) -> None:
    said = [(line[1], line[2]) for line in rows(paper, "IV")]
    assert said[0] == ("规划已批复；佐证材料：布局规划.pdf、批复.pdf", "是")
    assert said[1] == (BLANK, BLANK)
    assert said[3] == ("超过2000人的小学0所，初中0所，超过2500人的一贯制学校0所", "是")
    # 46, 54, 50, 50, 50, 50 are over 45; junior classes of 50 are not over 50
    assert said[4] == ("超过45人的小学班级6个，超过50人的初中班级0个", "否*")
    assert said[5] == ("不足100人的规模较小学校学生数100人，公用经费143999元", "否*")
    # 451,234 ÷ 60 = 7520.57
    assert said[6] == ("特教公用经费45万元，学生60人，生均7521元", "是")
    assert (
        said[7][0] == "全县义务教育学校教师年平均工资收入为98000元，当地公务员年平均工资收入97000元"
    )
    # 48 + 53 + 10 teachers, one at the special school short: 110 ÷ 111 = 99.099
    assert said[8] == ("完成360学时培训的教师110人，全县教师111人，完成率99.1%", "否*")
    assert said[10] == (
        "符合交流轮岗条件教师总数80名，上一年度交流轮岗教师8名，比例10.0%；骨干1名，占12.5%",
        "否*",
    )
    assert said[11] == ("在岗专任教师111人，持证111人，100.0%", "是")
    assert said[13][0] == (
        "优质高中招生名额总数300人，分配名额200人，占比66.7%；其中农村125人，占分配名额62.5%"
    )
    # 79 ÷ 90 = 87.78
    assert said[14][0] == ("符合条件的随迁子女90人，公办70人，政府购买服务民办9人，合计79人，87.8%")


def test_table_five_and_six(paper: FilledForm) -> None:
    five = [(line[1], line[2]) for line in rows(paper, "V")]
    # regulation.md T6 (e): (480 − 12 + 20) ÷ (500 − 1) = 97.7956
    assert five[0] == (
        "毕业班学生数480人，三年前入学500人，转入12人，死亡1人，转出20人，巩固率97.8%",
        "是",
    )
    assert five[1][0] == "残疾儿童少年30人，入学29人，96.7%，其中特教学校20人，69.0%"
    assert five[2] == (BLANK, "否*")
    # of two grades the lower level and the larger disparity; 体育与健康 is 体育
    assert five[8][0].startswith(f"语文Ⅲ级、校际差异率0.142；数学{BLANK}级、校际差异率{BLANK}；")
    assert "体育Ⅳ级、校际差异率0.12；" in five[8][0]
    assert rows(paper, "VI")[0] == ["计", "1000", "960", "900", "93.8", BLANK, BLANK, BLANK]


def test_every_blank_is_named_with_its_school(paper: FilledForm) -> None:
    named = {(one.table, one.cell): (one.what, one.schools) for one in paper.blank_cells}
    media = ("网络多媒体教室数", ("镇北教学点",))
    two = "表Ⅱ-2　小学、初中资源配置基本情况（分学校）"
    assert named[(two, "小学3 镇北教学点 每百名学生拥有网络多媒体教室数（间）（L13）")] == media
    assert named[("表Ⅲ　县域义务教育校际均衡情况", "小学 差异系数 综合（L8）")] == media
    blank_cells = {
        (one.name, line.name)
        for one in paper.tables
        for line in one.lines
        for cell in line.cells
        if BLANK in cell.text
    }
    assert len(blank_cells) > 20
    for title, line in nonempty(blank_cells):
        assert any(t == title and cell.startswith(line) for t, cell in named), (title, line)


def test_a_figure_that_rounding_turns_round_is_listed(tmp_path: Path) -> None:
    """90,030 and 30,000 yuan for 100 and 900 pupils: S = 18009, mean 36003, coefficient 0.500208."""
    own = [
        school("1", "甲小学", "primary", (0, 0, 9_003_000, 0), **stage("primary", 100, (0, 0, 0), 6, 6, (9, 9))),
        school("2", "乙小学", "primary", (0, 0, 27_000_000, 0), **stage("primary", 900, (0, 0, 0), 6, 6, (9, 9))),
    ]  # fmt: skip
    of = document() | {"schools": [{"county_code": "990001", **one} for one in own]}
    paper = filled(saved(of, tmp_path / "county.json"))
    assert rows(paper, "III")[1][7] == "0.500*"
    (one,) = [one for one in paper.misleading if one.table.startswith("表Ⅲ")]
    assert (one.shown, one.exact, one.met) == ("0.500", "0.500208315973669", False)
    assert rows(paper, "III")[2] == ["初中", "全县平均值", *["—"] * 8]


def test_what_reads_as_its_verdict_is_not_listed() -> None:
    """鸠江区 2023: 0.501787 prints as 0.502, which is over 0.50 as well."""
    limit = ("<=", 0.5)
    assert Entry(Fraction("0.501787"), met=False, bar=limit).unrounded(3) == ""
    assert Entry(Fraction("0.501787"), met=False, bar=limit).unrounded(2) == "0.501787"


def test_no_school_at_all_still_gives_a_form(tmp_path: Path) -> None:
    of = document() | {"schools": [{"county_code": "990001", **schools()[5]}]}
    paper = filled(saved(of, tmp_path / "county.json"))
    assert rows(paper, "II-2") == [["小学（无）"], ["初中（无）"]]
    assert rows(paper, "II-1")[0][2:] == ["0"] * 8
    assert rows(paper, "II-1")[1][2:] == ["—"] * 8


def test_a_county_figure_names_the_school_it_waits_for(tmp_path: Path) -> None:
    """Whether a school's entrants count for zoned admission hangs on a setting that is blank."""
    of = document()
    of["schools"][0] |= {"setting": None, "primary_entrants": 60, "primary_zoned_entrants": 60}
    paper = filled(saved(of, tmp_path / "county.json"))
    waits = {
        (one.what, one.schools)
        for one in paper.blank_cells
        if one.table.startswith("表Ⅳ") and one.cell.startswith("（13）")
    }
    assert ("城乡类型", ("第一小学",)) in waits


CHOSEN = """
[pack]
id = "own"
title = "本省"
source = "测试"
effective = 2017-04-19
extends = "national"
prefix = "OW-"

[rule.OW-D]
kind = "dispersion"
scope = "county"
role = "advisory"
title = "普通小学教师的差异"
basis = "verified"
source = "测试"
indicator = "teachers_above_degree"
where = { school_type = "primary" }
"""
FORM = """
[form]
for = "own"
title = "表"

[[table]]
key = "A"
kind = "grid"
sheet = "表"
title = "表"

[[table.column]]
heading = "均值"
decimals = 2

[[table.row]]
values = ["mean:OW-D@primary"]
"""


def test_a_mean_is_of_the_units_that_its_own_rule_chooses_and_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 × (3 + 36) ÷ (100 + 380) = 8.125 → 8.13; doubles summed unit by unit stay below it."""
    (tmp_path / "own.toml").write_text(CHOSEN, "utf-8")
    (tmp_path / "declaration.toml").write_text(FORM, "utf-8")
    of = document()
    of["schools"] += [
        {"county_code": "990001", **school(code, code, "primary"), **stage("primary", pupils, (n, 1, 1), 6, 3, (9, 9))}
        for code, pupils, n in (("2001", 100, 3), ("2002", 380, 36))
    ]  # fmt: skip
    of["schools"] = [one for one in of["schools"] if one["school_code"] != "1001"]
    form = read_form(tmp_path / "declaration.toml")
    monkeypatch.setattr("compliance.declaration.fill.form_for", lambda rules: form)
    paper = filled(saved(of, tmp_path / "county.json"), ruleset=str(tmp_path / "own.toml"))
    assert rows(paper, "A") == [["8.13"]]
