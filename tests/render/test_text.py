"""The summary on a terminal: what an officer reads first."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import width

from compliance.assessment import assess
from compliance.engine.results import Results
from compliance.kernel import i18n
from compliance.kernel.errors import Problem
from compliance.render import renderers
from compliance.render.documents.text import columns
from compliance.render.terminal.summary import summary
from tests.render import fixture
from tests.support.golden import assert_golden
from tests.support.nonempty import nonempty

REPORTS = {
    "one_county": fixture.one_county,
    "many_schools": fixture.many_schools,
    "several": fixture.several,
    "nothing_judged": fixture.nothing_judged,
}


def lines_of(report: Results) -> list[str]:
    return summary(report, colour=False).splitlines()


def section(text: str, head: str) -> list[str]:
    """The points below a heading, wrapped lines joined again."""
    blocks = text.split("\n\n")
    (block,) = [one for one in blocks if one.startswith(head)]
    return re.sub(r"\n {4,}", "", block).replace("\n  ", "\n").splitlines()[1:]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_golden(name: str, language: str) -> None:
    with i18n.use(language):
        assert_golden(f"check/{name}.{language}.txt", summary(REPORTS[name](), colour=False) + "\n")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_fits_the_terminal(name: str, width: int, language: str) -> None:
    with i18n.use(language):
        text = summary(REPORTS[name](), colour=False, width=width)
    table = max(width, 80)  # a table has its own width
    for line in nonempty(text.splitlines()):
        assert columns(line) <= (table if name == "several" else width), line
        assert line == line.rstrip() or name == "several"


@pytest.mark.parametrize("name", REPORTS)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain = summary(REPORTS[name](), colour=False)
    coloured = summary(REPORTS[name](), colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]+m", "", coloured) == plain


def test_verdict_and_blocks_in_words() -> None:
    lines = lines_of(fixture.one_county())
    assert lines[0] == "样县（340199） 2023学年"
    assert lines[1] == "✗ 结论：未达标"
    assert "规则：安徽省义务教育优质均衡督导评估（national → anhui），2023-09-01" in lines
    # four units: S1 passes, both stages of S2 fail, S3 waits for its equipment value
    assert "  ✗ 资源配置      不达标    4个学段中2个不达标、1个数据缺失（1所学校）" in lines
    # fourteen coefficients: D2 of the primary stage fails, D6 of the junior stage is unknown
    assert "  ✗ 校际均衡      不达标    14项中1项不达标、1项数据缺失" in lines
    assert "  ? 教育质量      数据缺失  3项中1项数据缺失" in lines
    assert "  ✓ 社会认可度    达标" in lines
    assert "  ? 一票否决      待佐证    2项中1项待佐证" in lines
    assert "  ✓ 申报条件      达标" in lines


def test_first_what_decides_then_what_to_do_then_the_details() -> None:
    report = fixture.one_county()
    (county,) = report.counties
    report = replace(report, counties=(replace(county, input="2023 样县.xlsx"),))
    blocks = summary(fixture.counted(report), colour=False).split("\n\n")
    heads = [block.splitlines()[0] for block in blocks]
    assert heads[:3] == ["样县（340199） 2023学年", "接下来", "各部分"]
    why = blocks[0].splitlines()[2]
    # what fails decides, not what waits
    assert why.startswith("资源配置不达标：4个学段中2个不达标、1个数据缺失（1所学校）；")
    assert "；政府保障程度不达标：G3 音乐、美术专用教室、G5 班级学生数、G7 " in why
    assert "教育质量" not in why
    steps = blocks[1].splitlines()[1:]
    assert "  财务股：G7 特殊教育学校生均公用经费 缺10000元" in steps
    assert "  基建股：R4 教学及辅助用房面积（1所学校）、R5 体育运动场馆面积（1所学校）" in steps
    # ready to paste, with a name that has a blank
    assert '  生成整改清单：compliance rectify "2023 样县.xlsx" -o 整改' in steps
    assert '  看某项怎样算出：compliance explain G7 "2023 样县.xlsx"' in steps


@pytest.mark.parametrize("name", REPORTS)
def test_elsewhere_a_paragraph_is_a_line(name: str) -> None:
    """Copied into Word or a chat nothing is torn: the lines of a terminal, put together, are these."""
    whole = summary(REPORTS[name](), colour=False)
    assert not [line for line in whole.splitlines() if line.startswith("    ")]
    narrow = summary(REPORTS[name](), colour=False, width=60)
    if name != "several":  # a table breaks otherwise
        assert "".join(whole.split()) == "".join(narrow.split())


def test_what_can_be_computed_and_what_of_it_is_met() -> None:
    # met: R2, R7; D1–D7 primary without D2: 6; junior without D6: 6; Q1, Q9, P1, E1 → 18
    # not met: R1, R3, R4, R5, RS; D2 primary; G3, G5, G7; G9 (waived) → 10
    # neither: R6 (blank), D6 junior, Q4, G14 (half stated), G1, G2, V1, V4 (stated)
    assert "可计算指标28项，已达标18项。" in lines_of(fixture.one_county())


def test_what_decides() -> None:
    reasons = section(summary(fixture.one_county(), colour=False), "不达标的县级指标")
    assert reasons == [
        "小学差异系数（应≤0.50）：县级以上骨干教师 0.500（未四舍五入为0.5004）",
        "G3 音乐、美术专用教室：2所学校中1所不达标",
        "G5 班级学生数：2所学校中1所不达标",
        "G7 特殊教育学校生均公用经费：5833.33元，应不低于6000元，缺10000元",
    ]


def test_schools_with_what_they_miss() -> None:
    schools = section(summary(fixture.one_county(), colour=False), "未达标学校（1所）")
    # 第一小学 misses R3 too, but passes all the same: it is not among them
    assert schools == [
        "清河九年制学校：小学 高于规定学历教师、体育运动场馆面积、班级学生数；"
        "初中 教学及辅助用房面积、体育运动场馆面积；音乐、美术专用教室"
    ]


def test_totals_take_what_stages_share_once() -> None:
    text = summary(fixture.one_county(), colour=False)
    assert section(text, "缺口合计（未达标学校）") == [
        "高于规定学历教师 2人（1所学校）",
        "教学及辅助用房面积 590.91平方米（1所学校）",
        "体育运动场馆面积 3590.91平方米（1所学校）",  # max(1375, 3590.91), not their sum
        "音乐专用教室 2间（1所学校）",
    ]
    assert section(text, "建议提升（所在学段已达标）") == ["体育、艺术专任教师 1人（1所学校）"]
    assert section(text, "超出上限合计") == ["班级学生数 3个班（1所学校）"]


def _stages(outcomes: tuple[str, str]) -> Results:
    """One nine-year school whose stages lack 1,375 and 3,590.91 m², passing or failing as told."""
    sheet = fixture.Sheet()
    low = {"R5": 1375.0}, {"R5": 3590.91}
    for stage, outcome, short in zip(("primary", "junior"), outcomes, low, strict=True):
        values = (6.0, 1.5, 1.0, 6.0, 7.0, 3000.0, 3.0)
        sheet.unit("S2", "九年制学校", stage, values, outcome, short)
    return fixture.report([sheet], [sheet.result("fail", CR="fail")])


@pytest.mark.parametrize(
    ("outcomes", "amounts"),
    [
        (("fail", "fail"), [("problem", 3590.91)]),
        (("fail", "pass"), [("problem", 1375.0), ("suggestion", 2215.91)]),
        (("pass", "fail"), [("problem", 3590.91)]),  # what the junior stage gets serves both
        (("pass", "pass"), [("suggestion", 3590.91)]),
        (("unknown", "fail"), [("problem", 3590.91)]),
        (("fail", "unknown"), [("problem", 1375.0), ("open", 2215.91)]),
    ],
)
def test_a_shared_shortfall_is_never_counted_twice(
    outcomes: tuple[str, str], amounts: list[tuple[str, float]]
) -> None:
    report = _stages(outcomes)
    found = assess(report, report.counties[0]).totals
    assert [(one.standing, one.amount.value) for one in found] == amounts


def test_what_is_missing_and_from_whom() -> None:
    gaps = section(summary(fixture.one_county(), colour=False), "尚缺的数据和佐证")
    assert (
        gaps[1:]
        == [
            "缺“教师培训经费预算”：1所学校（第一小学）——财务股提供",
            "待佐证：G1 学校规划布局合理、G2 建设、编制、经费、装备四项标准统一——规划股提供",
            "待佐证：G14 优质高中招生名额分配比例——基教股提供",  # its countable half is met, its stated half is open
            "待佐证：V4 有编不补或长期聘用编外教师——人事股提供",
        ]
    )
    # once, from the school; not again from D6 and RS, which rest on it
    assert sum("教学仪器设备值" in gap for gap in gaps) == 1


def test_facts_missing_together_stand_together() -> None:
    sheet = fixture.Sheet()
    for code, name in (("A", "甲小学"), ("B", "乙小学"), ("C", "丙小学")):
        sheet.unit(code, name, "primary", (4.5, 1.2, 1.0, 4.6, 7.6, None, None), "unknown",
                   missing={"R6": ["equipment_value"], "R7": ["books"]})  # fmt: skip
    sheet.add("Q1", "unknown", missing=["senior_quota"])
    report = fixture.report([sheet], [sheet.result("undecided", CR="unknown")])
    text = summary(report, colour=False)
    assert "? 结论：尚不能下结论" in text
    assert section(text, "尚缺的数据和佐证") == [
        "缺“教学仪器设备值”“图书册数”：3所学校（甲小学、乙小学等）——装备股提供",
        "缺“优质高中招生名额总数”——基教股提供",
    ]


def test_advisory_results_beside_the_verdict() -> None:
    assert section(summary(fixture.one_county(), colour=False), "参考结果") == [
        "AH-G14 优质高中招生名额分配比例：按国家标准（≥50%）待佐证；按安徽省≥80%（二手来源）未达标",
        "AH-S1 生均图书册数（≥25册，来源相互矛盾）：2所学校中1所不达标、1所数据缺失",
    ]


def test_refused_counties_and_errors_are_said() -> None:
    text = summary(fixture.one_county(), colour=False)
    assert section(text, "数据有误，未判定（1个县）") == ["别县 340198 2023学年"]
    assert section(text, "错误（1处）")[0].startswith("别县.xlsx 学校!F9")
    assert "有1项判定所依据的数据有提示，见文末。" in text


def test_three_hundred_schools() -> None:
    lines = lines_of(fixture.many_schools())
    assert sum("校区：" in line for line in lines) == 20
    assert "  另有40所，见整改清单（compliance rectify）" in lines  # 60 fall short
    assert "  高于规定学历教师 180人（60所学校）" in lines  # 60 × 3
    assert "  体育运动场馆面积 6030平方米（60所学校）" in lines  # 60 × 100.5
    assert len(lines) < 50


def test_the_school_with_most_misses_comes_first() -> None:
    sheet = fixture.Sheet()
    sheet.unit("A", "少缺小学", "primary", (4.0, 1.2, 0.9, 4.6, 7.0, 2100.0, 2.3), "fail")
    sheet.unit("B", "多缺小学", "primary", (4.0, 0.5, 0.1, 4.6, 7.0, 2100.0, 2.3), "fail")
    report = fixture.report([sheet], [sheet.result("fail", CR="fail")])
    schools = section(summary(report, colour=False), "未达标学校（2所）")
    assert [school[:4] for school in schools] == ["多缺小学", "少缺小学"]


def test_several_counties_are_a_table() -> None:
    lines = lines_of(fixture.several())
    assert "340101  甲县          ✓ 达标          ✓   ✓            0       0" in lines
    assert "370101  乙市中区      ✗ 未达标        ✗   ✗            1       0" in lines
    assert "340103  丙自治县      ? 尚不能下结论  ?   -            0       1" in lines
    assert "合计3个县：达标1个，未达标1个，尚不能下结论1个。" in lines
    assert not any("乙小学" in line for line in lines)  # details are for one county


def test_a_rule_of_the_province_beside_its_block() -> None:
    own = fixture.rule("AH-1", title="本省规则", aspect="政府保障程度")
    hint = fixture.rule("AH-2", title="仅供参考", aspect="政府保障程度", role="advisory")
    sheet = fixture.Sheet()
    sheet.add("AH-1", "fail", value=1.0, operator=">=", threshold=2.0, unit="项")
    sheet.add("AH-2", "fail", role="advisory")
    result = sheet.result("fail", CG="pass")
    report = fixture.report([sheet], [result])
    rules = dict(report.rules_of(result))
    rules["C"] = replace(rules["C"], of=(*rules["C"].of, "AH-1", "AH-2"))
    rules |= {"AH-1": own, "AH-2": hint}
    text = summary(replace(report, rules={(result.ruleset, result.as_of): rules}), colour=False)
    assert "  ✗ 政府保障程度（AH-1）  不达标" in text
    assert "AH-1 本省规则：1项，应不低于2项" in text
    assert "政府保障程度（AH-2）" not in text


def test_long_clauses_go_by_their_short_name() -> None:
    clause = "小学、初中所有班级学生数分别不超过一个规定的人数"
    sheet = fixture.Sheet()
    sheet.add("G5", "fail", level="school", school_code="A", school_name="甲小学", stage="primary",
              excess=3.0, excess_unit="个班")  # fmt: skip
    sheet.add("G5", "fail")
    result = sheet.result("fail", CG="fail")
    report = fixture.report([sheet], [result])
    rules = dict(report.rules_of(result))
    rules["G5"] = replace(rules["G5"], title=clause, short="班额")
    text = summary(replace(report, rules={(result.ruleset, result.as_of): rules}), colour=False)
    assert f"G5 {clause}：1所学校中1所不达标" in text
    assert "甲小学：小学 班额" in text
    assert "班额 3个班（1所学校）" in text


def test_years_are_told_apart() -> None:
    report = fixture.several()
    first = report.counties[0]
    again = replace(first, year=2024, as_of=first.as_of)
    text = summary(fixture.counted(replace(report, counties=(first, again))), colour=False)
    assert "甲县 2023" in text
    assert "甲县 2024" in text


def test_nothing_judged() -> None:
    lines = lines_of(fixture.nothing_judged())
    assert lines[0] == "数据有误，未判定（1个县）"
    assert "  丁县 340104 2023学年" in lines


def test_warnings_are_told_by_kind_and_errors_one_by_one() -> None:
    problems = [
        Problem("warning", "part_exceeds_whole", f"大于{n}", "", "a.json", f"/schools/{n}")
        for n in range(25)
    ]
    problems += [Problem("error", "e", f"错误{n}") for n in range(30)]
    problems.insert(3, Problem("warning", "of_a_plugin", "别的", "改正"))
    text = summary(replace(fixture.several(), problems=tuple(problems)), colour=False, width=100)
    assert sum(line.startswith("  错误") for line in text.splitlines()) == 30
    assert text.split("提示（26处）\n")[1].splitlines() == [
        "  部分大于整体（25处）：a.json /schools/0: 大于0；又见a.json /schools/1、a.json /schools/2等",
        "  of_a_plugin：别的（改正）",
        "  同类的只列首处；逐条见 compliance validate 或 -o json:结果.json",
    ]
    assert text.index("错误（30处）") < text.index("提示（26处）")


def test_warnings_that_are_all_told_need_no_pointer() -> None:
    one = Problem("warning", "converted_unit", "换算")
    text = summary(replace(fixture.several(), problems=(one,)), colour=False)
    assert text.endswith("提示（1处）\n  换算了单位：换算")


def test_a_rule_that_broke_is_said() -> None:
    sheet = fixture.Sheet()
    sheet.add("G7", "error", message="规则 G7 出错")
    report = fixture.report([sheet], [sheet.result("undecided", CG="error")])
    text = summary(report, colour=False)
    assert "! 规则出错，未作判定：G7" in text
    assert "  ! 政府保障程度" in text


def test_switches_and_enforcement_stand_in_the_head() -> None:
    report = fixture.one_county()
    manifest: dict[str, Any] = {**report.manifest, "switches": ["relaxations"], "enforced": ["G6"]}
    text = summary(replace(report, manifest=manifest), colour=False)
    assert "已启用的放宽或替代口径：relaxations" in text
    assert "未核实而参与结论的依据：G6" in text


def test_names_cannot_command_the_terminal() -> None:
    sheet = fixture.Sheet(("340199", "样\x1b[2J县\n", 2023))
    sheet.unit("S1", "\x1b[31m红\u202e校\r\n", "primary", (1.0,) * 7, "fail")
    text = summary(fixture.report([sheet], [sheet.result("fail", CR="fail")]), colour=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[31m红校：小学" in text


def test_english() -> None:
    with i18n.use("en"):
        text = summary(fixture.many_schools(), colour=False)
    assert "✗ Verdict: does not conform" in text
    assert "of 300 stages of schools: 60 not met (schools: 60)" in text
    own_words = re.sub(r"中心小学第\d+校区|样县|人事股|基建股|人|平方米", "", text)
    assert not re.search(r"[\u4e00-\u9fff]", own_words)


@given(st.text() | st.text(st.sampled_from("中（）　，“”‘’—…–·×≥≤²✓✗a ~〩〪\u200d\ufe0f\u0301🏫㎡①")))
def test_columns_are_those_of_the_tables_of_widths(text: str) -> None:
    assert columns(text) == width(text, control_codes="ignore", ambiguous_width=2)


def test_every_sign_takes_the_columns_of_the_tables() -> None:
    signs = [chr(code) for code in range(0x11000)]
    tables = [width(sign, control_codes="ignore", ambiguous_width=2) for sign in signs]
    assert [columns(sign) for sign in signs] == tables


def test_the_text_format_is_the_summary() -> None:
    stream = io.BytesIO()
    renderers()["text"](fixture.one_county(), stream)
    assert stream.getvalue().decode() == summary(fixture.one_county(), colour=False) + "\n"


def test_thousands_of_counties_without_a_loop_over_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small = fixture.many_schools(20)
    codes = [f"{100000 + n}" for n in range(300)]
    findings = pl.concat(
        [small.findings.with_columns(pl.lit(code).alias("county_code")) for code in codes]
    )
    counties = tuple(replace(small.counties[0], county_code=code) for code in codes)
    longest = 0
    plain = pl.DataFrame.iter_rows

    def counting(self: pl.DataFrame, **options: Any) -> Any:
        nonlocal longest
        longest = max(longest, self.height)
        return plain(self, **options)

    many = fixture.counted(replace(small, findings=findings, counties=counties))
    monkeypatch.setattr(pl.DataFrame, "iter_rows", counting)
    text = summary(many, colour=False)
    assert text.count("✗ 未达标") == 300
    assert longest <= 300
