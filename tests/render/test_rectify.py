"""What the rectification papers say, worked out by hand in `rectify_sample`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.kernel.i18n import use
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.school_sheet import SchoolPaper
from compliance.render.rectification.write import papers
from tests.render import fixture
from tests.render.fixture import HOSTILE, Sheet
from tests.render.rectify_sample import NANHU, QINGHE, conforming, large, sample


@pytest.fixture(scope="module")
def paper() -> CountyPaper:
    (one,) = papers(sample())
    return one


def school(paper: CountyPaper, code: str) -> SchoolPaper:
    return next(one for one in paper.schools if one.code == code)


def test_problems_by_section_then_by_what_blocks_then_by_relative_gap(paper: CountyPaper) -> None:
    """Relative gaps of the grounds: (10.2−7.04)/10.2 = .31, (7.5−6.4)/7.5 = .147, rooms .090,
    南湖 (10.2−9.8)/10.2 = .039 and (5.8−5.6)/5.8 = .034. Nobody answers for D2: it comes last."""
    found = [
        (group.owner, [(item.number, item.rule, item.subject) for item in group.items])
        for group in paper.groups
    ]
    assert found == [
        ("人事股", [(1, "R1", f"{QINGHE}（小学部）"), (2, "V4", "全县")]),
        (
            "基建股",
            [
                (3, "R5", f"{QINGHE}（初中部）"),
                (4, "R5", f"{QINGHE}（小学部）"),
                (5, "R4", f"{QINGHE}（初中部）"),
                (6, "R5", f"{NANHU}（初中部）"),
                (7, "R4", f"{NANHU}（初中部）"),
            ],
        ),
        ("装备股", [(8, "G3", QINGHE)]),
        ("基教股", [(9, "G5", f"{QINGHE}（小学部）")]),
        ("财务股", [(10, "G6", "镇北教学点"), (11, "G7", "全县")]),
        ("责任单位待定", [(12, "D2", "全县（小学）")]),
    ]
    assert [group.ordinal for group in paper.groups] == ["一", "二", "三", "四", "五", "六"]


def test_a_line_has_the_columns_of_official_papers(paper: CountyPaper) -> None:
    line = paper.problems[2]
    assert line.problem == (
        "清河九年制学校（初中部）生均体育运动场馆面积为7.04平方米，低于10.2平方米的标准，缺3590.91平方米。"
    )
    assert (line.current, line.standard, line.gap) == ("7.04平方米", "≥10.2平方米", "3590.91平方米")
    assert line.measure == "增加体育运动场馆 3590.91 平方米"
    assert line.responsible == "基建股／学校"
    assert line.note == "影响综合评估；缺口按全校计：各学段共用"
    assert (paper.deadline, paper.progress) == ("　　年　月", "未启动")


def test_other_cells(paper: CountyPaper) -> None:
    by_rule = {item.rule: item for item in paper.problems}
    veto, coefficient = by_rule["V4"], by_rule["D2"]
    assert (veto.current, veto.gap, veto.responsible) == ("存在该情形", "—", "人事股")
    assert coefficient.current.startswith("0.500（")  # rounded it would read as met: 0.5004
    assert "0.5004" in coefficient.current
    assert (coefficient.standard, coefficient.gap) == ("≤0.50", "—")
    assert (by_rule["G7"].current, by_rule["G7"].gap) == ("5833.33元", "10000元")
    rooms, classes = by_rule["G3"], by_rule["G5"]
    assert (rooms.current, rooms.standard) == ("音乐专用教室1间", "音乐专用教室≥3间")
    assert rooms.gap == "音乐专用教室缺2间"
    assert (classes.current, classes.standard, classes.gap) == ("49人", "≤45人", "超3个班")
    assert classes.measure == "均衡分班，消除大班额 3 个班"
    assert classes.note == "数据存疑：各班学生数之和703与在校生数700不符"


def test_schools_problems_are_not_told_again_for_the_county(paper: CountyPaper) -> None:
    messages = [item.problem for item in paper.problems]
    assert not any("所学校不达标" in message for message in messages)
    assert not any("综合评估不达标" in message for message in messages)  # its components are listed


def test_a_missed_component_of_a_passing_unit_is_a_suggestion(paper: CountyPaper) -> None:
    """南湖 (7.5−6.6)/7.5 = .12, 第一小学 (.9−.8)/.9 = .11."""
    found = [(item.rule, item.subject, item.gap) for item in paper.suggestions]
    assert found == [("R5", f"{NANHU}（小学部）", "900平方米"), ("R3", "第一小学", "1人")]
    problems = {(item.rule, item.subject) for item in paper.problems}
    assert problems.isdisjoint((rule, subject) for rule, subject, _ in found)


def test_what_hangs_on_missing_data_is_open(paper: CountyPaper) -> None:
    assert [(item.rule, item.subject, item.gap) for item in paper.open] == [("R1", HOSTILE, "3人")]


def test_totals_take_the_largest_of_what_stages_share(paper: CountyPaper) -> None:
    found = {
        (one.rule, one.of): (one.schools, one.problems, one.open, one.also) for one in paper.totals
    }
    assert found == {
        ("R1", ""): (1, "2人", "3人", "—"),
        ("R3", ""): (0, "—", "—", "1人"),
        ("R4", ""): (2, "690.91平方米", "—", "—"),
        ("R5", ""): (2, "3991.41平方米", "—", "499.5平方米"),
        ("G3", "音乐专用教室"): (1, "2间", "—", "—"),
        ("G5", ""): (1, "超3个班", "—", "—"),
        ("G6", ""): (1, "12000元", "—", "—"),
        ("G7", ""): (0, "10000元", "—", "—"),
    }


def test_summary(paper: CountyPaper) -> None:
    assert paper.summary[0] == (
        "县域结论：未达标（资源配置不达标，校际均衡不达标，政府保障程度不达标，教育质量数据缺失，"
        "社会认可度数据缺失，一票否决不达标）。"
    )
    assert paper.summary[1] == (
        "需整改问题12项：学校层面9项、涉及学校3所，全县层面3项；建议提升2项；待补数据后确定1项；"
        "待补数据、待佐证6项。"
    )
    assert paper.summary[2] == "不足50人的教学点：镇北教学点；特殊教育学校：特教学校。"
    assert paper.years == "2023—2024学年"
    assert "皖教督〔2018〕8号" in paper.basis
    assert "2023年9月1日" in paper.basis


def test_blanks_are_told_once_with_who_can_supply_them(paper: CountyPaper) -> None:
    found = [(one.state, one.what, one.schools, one.names, one.owner) for one in paper.blanks]
    four = "建设、编制、经费、装备四项标准统一（建设标准、编制标准、经费定额、装备标准）"
    assert found == [
        ("数据缺失", "教学仪器设备值", 1, HOSTILE, "装备股"),
        ("数据缺失", "教师培训经费预算", 2, f"第一小学、{QINGHE}", "财务股"),
        ("数据缺失", "社会认可度", 0, "全县", "督导室"),
        ("待佐证", "学校规划布局合理", 0, "全县", "规划股"),
        ("待佐证", four, 0, "全县", "规划股"),
        ("待佐证", "优质高中招生名额分配比例（向农村初中倾斜）", 0, "全县", "基教股"),
    ]
    assert len(paper.blanks_at) == 7


def test_advisory_rules_stand_apart_where_they_are_asked_for(paper: CountyPaper) -> None:
    assert (paper.references, paper.unjudged_references) == ((), 0)
    assert not any(part.reference for one in paper.schools for part in one.parts)
    (paper,) = papers(sample(), with_advisory=True)
    assert paper.summary[1].endswith("待补数据、待佐证6项；参考（不计入结论）2项。")
    found = [(one.rule, one.basis, one.schools, one.gap) for one in paper.references]
    assert found == [
        ("AH-G14", "二手来源", 0, "分配名额占比缺125人"),
        ("AH-S1", "来源相互矛盾", 2, "6200册"),
    ]
    assert paper.unjudged_references == 0  # AH-S1 could be judged at two of three schools
    assert school(paper, "1002").parts[3].reference
    assert not any(item.rule.startswith("AH-") for item in paper.problems)


def test_a_school_without_anything_to_do_gets_no_plan(paper: CountyPaper) -> None:
    assert [one.code for one in paper.plans] == ["1001", "1002", "1003", "1004", "1005"]
    assert [one.code for one in paper.without_plan] == ["1006"]


def test_every_judged_school_has_a_verdict(paper: CountyPaper) -> None:
    found = {one.code: (one.verdict, one.problems, one.suggestions) for one in paper.schools}
    assert found == {
        "1001": ("待补数据后确定", 0, 1),
        "1002": ("需整改", 6, 0),
        "1003": ("需整改", 2, 1),
        "1004": ("待补数据后确定", 0, 0),
        "1005": ("需整改", 1, 0),
        "1006": ("达标", 0, 0),
    }


def test_sheet_of_a_nine_year_school(paper: CountyPaper) -> None:
    one = school(paper, "1002")
    assert [(part.title, part.met) for part in one.parts] == [
        ("小学", False), ("初中", False), ("学校整体", False), ("小学已达标", True), ("初中已达标", True),
    ]  # fmt: skip
    rules = [[line.rule for line in part.lines] for part in one.parts]
    met = [["R2", "R3", "R4", "R6", "R7"], ["R1", "R2", "R3", "R6", "R7"]]
    assert rules == [["R1", "R5", "G5"], ["R4", "R5"], ["G3", "Q4"], *met]
    assert [line.number for part in one.parts for line in part.lines] == list(range(1, 18))
    assert [line.rule for line in one.items.values()] == ["R1", "R5", "G5", "R4", "R5", "G3", "Q4"]
    rooms, sets = one.parts[1].lines[0], one.parts[4].lines[3]
    assert (rooms.current, rooms.standard, rooms.floor) == (
        "5.28平方米",
        "≥5.8平方米",
        "4.93平方米",
    )
    assert (rooms.state, rooms.gap, rooms.met, rooms.due) == ("不达标", "590.91平方米", False, True)
    assert (sets.current, sets.state, sets.gap, sets.due) == ("2640.00元", "达标", "—", False)
    training = one.parts[2].lines[1]
    assert (training.state, training.measure) == ("数据缺失", "补报：教师培训经费预算")
    assert one.parts[3].told == (
        "小学已达标5项：县级以上骨干教师1.14人（≥1人）、体育、艺术专任教师1.00人（≥0.9人）、"
        "教学及辅助用房面积4.80平方米（≥4.5平方米）、教学仪器设备值2400.00元（≥2000元）、"
        "网络多媒体教室2.40间（≥2.3间）。"
    )


def test_sentences_of_a_sheet(paper: CountyPaper) -> None:
    assert school(paper, "1002").sentences == (
        "小学：资源配置综合评估不达标，7项指标达标5项（不达标：高于规定学历教师、体育运动场馆面积）。",
        "初中：资源配置综合评估不达标，7项指标达标5项，另有1项低于85%下限"
        "（不达标：教学及辅助用房面积、体育运动场馆面积）。",
        "政府保障有2项要求未达到（序号3、6）。",
        "需整改6项。",
        "数据缺失：教师培训经费预算。",
    )
    assert school(paper, "1003").sentences[0] == (
        "小学：资源配置综合评估达标，7项指标达标6项（不达标：体育运动场馆面积）。"
    )
    assert school(paper, "1004").sentences == (
        "初中：资源配置综合评估数据缺失，7项指标达标5项（不达标：高于规定学历教师；"
        "数据缺失：教学仪器设备值）。",
        "待定1项。",
        "数据缺失：教学仪器设备值。",
    )
    assert school(paper, "1006").sentences == ("没有需要整改的事项。", "特殊教育学校。")


def test_facts_of_a_school_are_in_words(paper: CountyPaper) -> None:
    facts = dict(school(paper, "1002").figures)
    assert facts["办学类型"] == "九年一贯制学校"
    assert facts["小学在校生数"] == "700人"
    assert dict(school(paper, "1001").figures)["校长"] == "王芳"


def test_a_county_without_problems() -> None:
    (one,) = papers(conforming())
    assert one.problems == one.open == one.suggestions == ()
    assert one.summary == ("县域结论：达标（资源配置达标）。", "未发现需要整改的问题。")
    assert one.totals == ()
    assert one.annexes == {
        "problems": 0, "open": 0, "suggestions": 0, "blanks": 0, "references": 0,
    }  # fmt: skip
    assert one.schools[0].verdict == "达标"


def test_three_hundred_schools_stay_readable() -> None:
    (one,) = papers(large(300))
    assert len(one.schools) == 300
    assert len(one.problems) == 120
    assert {t.rule: (t.schools, t.problems) for t in one.totals} == {
        "R1": (60, "180人"),
        "R5": (60, "6030平方米"),
    }
    (blank,) = one.blanks
    assert (blank.what, blank.schools) == ("教师培训经费预算", 300)
    assert blank.names.endswith("等300所")
    assert blank.names.count("、") == 4
    assert len(one.blanks_at) == 300


def test_a_rule_that_broke_is_told() -> None:
    sheet = Sheet()
    sheet.add("Q1", "error", message="样县：规则Q1执行出错，未作判定。")
    sheet.add("P1", "unknown", message="样县社会认可度无法计算。")
    sheet.add("C", "undecided", role="conclusion")
    (one,) = papers(fixture.report([sheet], [sheet.result("undecided")]))
    assert [(blank.state, blank.what) for blank in one.blanks] == [
        ("数据缺失", "社会认可度"),
        ("规则出错", "初中三年巩固率"),
    ]


def test_a_requirement_without_components_and_a_remedy_of_another_number() -> None:
    """A remedy that asks for a number which the finding has not falls back to what it has."""
    sheet = Sheet()
    parts = [
        fixture.part("轮岗比例", "fail", value=8.0, operator=">=", threshold=10.0, unit="%",
                     shortfall=12.0, shortfall_unit="人"),
        fixture.part("骨干占比", "fail", value=18.0, operator=">=", threshold=20.0, unit="%",
                     shortfall=3.0, shortfall_unit="人"),
    ]  # fmt: skip
    sheet.add("G14", "fail", parts=parts, message="样县：交流轮岗不达标。")
    report = fixture.report([sheet], [sheet.result("fail")])
    rules = {
        key: {**known, "G14": replace(known["G14"], remedy="再安排 {shortfall} 人交流")}
        for key, known in report.rules.items()
    }
    (one,) = papers(replace(report, rules=rules))
    (item,) = one.problems
    assert item.current == "轮岗比例8.0%；骨干占比18.0%"
    assert item.standard == "轮岗比例≥10%；骨干占比≥20%"
    assert item.gap == "轮岗比例缺12人；骨干占比缺3人"
    assert item.measure == "轮岗比例：增加12人；骨干占比：增加3人"


def test_enforcement_stands_in_the_head() -> None:
    report = sample()
    (one,) = papers(replace(report, manifest={**report.manifest, "enforced": ["secondary"]}))
    assert one.basis.endswith("；另行启用：二手来源")


def test_english() -> None:
    with use("en"):
        (one,) = papers(sample())
    assert one.summary[1].startswith("12 problems: 9 at 3 schools, 3 of the county; 2 suggestions")
    assert one.problems[2].measure == "Add 3590.91 m2 of sports ground"
    assert one.problems[2].responsible == "基建股 section / school"
    assert school(one, "1002").verdict == "to be rectified"
    assert [group.ordinal for group in one.groups][:2] == ["1", "2"]
