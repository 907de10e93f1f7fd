"""A county for the rectification papers: every sentence and sum here is worked out on paper.

样县 2023, judged by rule set ``anhui``:
  第一小学        1,000 pupils; misses R3 only (0.8 of 0.9): RS passes, so a suggestion of 1 teacher
  清河九年制学校    700 + 500 pupils, 6,000 m² of rooms, 8,000 m² of sports ground. Primary: 28 teachers
                 for 29.4 (2 missing), 7.5 × 1,250 − 8,000 = 1,375 m². Junior: 5.8 ÷ 1.1 × 1,250 −
                 6,000 = 590.91 m², 10.2 ÷ 1.1 × 1,250 − 8,000 = 3,590.91 m². RS fails in both stages.
                 1 music room of 3; three classes over 45
  南湖九年制学校    its primary stage passes RS and misses R5 only (lacks 900 m²), its junior stage fails
                 and lacks 400.5 m² of R5 and 100 m² of R4
  HOSTILE        a junior school with a name that attacks every format; R6 unknown, so that whether
                 its missed R1 (3 teachers) counts is open
  镇北教学点       left out of the resource rules; funded 12,000 yuan below 100 pupils' worth
  特教学校        left out; its share of training funds is met
Totals of R5: problems 3,590.91 + 400.5 = 3,991.41; suggestions 900 − 400.5 = 499.5 beyond.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from compliance.engine.results import Results
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Refused
from tests.render import fixture
from tests.render.fixture import COUNTY, HOSTILE, Sheet, part

CODE, NAME, YEAR = COUNTY
QINGHE, NANHU = "清河九年制学校", "南湖九年制学校"
GOOD = (4.5, 1.2, 0.95, 4.6, 7.6, 2100.0, 2.4)
R = {key: about[0] for key, about in fixture.RESOURCES.items()}
REMEDIES = {
    "R1": ("补充高于规定学历教师 {shortfall} 人", "Add {shortfall} teachers above the degree"),
    "R3": ("补充体育、艺术专任教师 {shortfall} 人", "Add {shortfall} PE and arts teachers"),
    "R4": ("增加教学及辅助用房 {shortfall} 平方米", "Add {shortfall} m2 of teaching rooms"),
    "R5": ("增加体育运动场馆 {shortfall} 平方米", "Add {shortfall} m2 of sports ground"),
    "G5": ("均衡分班，消除大班额 {excess} 个班", "Divide {excess} classes"),
    "G6": ("足额核拨公用经费，补足 {shortfall} 元", "Allot {shortfall} yuan more"),
    "G7": ("提高特殊教育经费，补足 {shortfall} 元", "Allot {shortfall} yuan more"),
    "D2": ("统筹调配骨干教师", "Spread the backbone teachers"),
    "V4": ("清理长期聘用的编外教师", "End long hiring outside the posts"),
}


def missed(who: str, rule: str, value: str, limit: str, gap: str) -> str:
    """The engine's sentence about a missed indicator."""
    unit = fixture.RESOURCES[rule][2].split("/")[0]
    return f"{who}{R[rule]}为{value}{unit}，低于{limit}{unit}的标准，缺{gap}。"


def overall(who: str, met: int, names: str) -> str:
    """The engine's sentence about a unit's overall assessment."""
    tail = f"综合评估不达标（未达标：{names}）。" if names else "综合评估达标。"
    return f"{who}7项资源配置指标中{met}项达标，{tail}"


# (rule, school, stage) -> the sentence; where none stands here it is not printed anywhere
SAID = {
    ("R3", "1001", "primary"): missed("第一小学", "R3", "0.80", "0.9", "1人"),
    ("RS", "1001", "primary"): overall("第一小学", 6, ""),
    ("R1", "1002", "primary"): missed(f"{QINGHE}（小学部）", "R1", "4.00", "4.2", "2人"),
    ("R5", "1002", "primary"): missed(f"{QINGHE}（小学部）", "R5", "6.40", "7.5", "1375平方米"),
    ("R4", "1002", "junior"): missed(f"{QINGHE}（初中部）", "R4", "5.28", "5.8", "590.91平方米"),
    ("R5", "1002", "junior"): missed(f"{QINGHE}（初中部）", "R5", "7.04", "10.2", "3590.91平方米"),
    ("RS", "1002", "primary"): overall(f"{QINGHE}（小学部）", 5, f"{R['R1']}、{R['R5']}"),
    ("RS", "1002", "junior"): overall(f"{QINGHE}（初中部）", 5, f"{R['R4']}、{R['R5']}"),
    ("R5", "1003", "primary"): missed(f"{NANHU}（小学部）", "R5", "6.60", "7.5", "900平方米"),
    ("R4", "1003", "junior"): missed(f"{NANHU}（初中部）", "R4", "5.60", "5.8", "100平方米"),
    ("R5", "1003", "junior"): missed(f"{NANHU}（初中部）", "R5", "9.80", "10.2", "400.5平方米"),
    ("RS", "1003", "primary"): overall(f"{NANHU}（小学部）", 6, ""),
    ("RS", "1003", "junior"): overall(f"{NANHU}（初中部）", 5, f"{R['R4']}、{R['R5']}"),
    ("R1", "1004", "junior"): missed(HOSTILE, "R1", "5.00", "5.3", "3人"),
    ("RS", "1004", "junior"): f"{HOSTILE}7项资源配置指标中5项达标，因数据缺失尚不能下结论。",
}


def _units(sheet: Sheet) -> None:
    values: tuple[float | None, ...] = (4.5, 1.2, 0.8, 4.6, 7.6, 2100.0, 2.4)
    sheet.unit("1001", "第一小学", "primary", values, "pass", {"R3": 1.0})
    values = (4.0, 1.14, 1.0, 4.8, 6.4, 2400.0, 2.4)
    sheet.unit("1002", QINGHE, "primary", values, "fail", {"R1": 2.0, "R5": 1375.0})
    values = (5.4, 1.0, 1.0, 5.28, 7.04, 2640.0, 2.64)
    sheet.unit("1002", QINGHE, "junior", values, "fail", {"R4": 590.91, "R5": 3590.91})
    values = (4.5, 1.2, 0.95, 4.6, 6.6, 2100.0, 2.4)
    sheet.unit("1003", NANHU, "primary", values, "pass", {"R5": 900.0})
    values = (5.4, 1.0, 1.0, 5.6, 9.8, 2640.0, 2.64)
    sheet.unit("1003", NANHU, "junior", values, "fail", {"R4": 100.0, "R5": 400.5})
    values = (5.0, 1.0, 0.9, 6.0, 11.0, None, 2.5)
    sheet.unit(
        "1004", HOSTILE, "junior", values, "unknown", {"R1": 3.0}, {"R6": ["equipment_value"]}
    )


def _at(code: str, name: str, stage: str | None = None) -> dict[str, Any]:
    return {"level": "school", "school_code": code, "school_name": name, "stage": stage}


def _schools(sheet: Sheet) -> None:
    rooms = {"unit": "间", "operator": ">=", "threshold": 3.0, "shortfall_unit": "间"}
    sheet.add(
        "G3", "fail", **_at("1002", QINGHE), value=1.0, shortfall=2.0, **rooms,
        parts=[
            part("音乐专用教室", "fail", value=1.0, shortfall=2.0, **rooms),
            part("美术专用教室", "pass", value=3.0, shortfall=0.0, **rooms),
        ],
        message=f"{QINGHE}：音乐、美术专用教室不达标（音乐专用教室1间（标准≥3间）不达标，缺2间；"
        "美术专用教室3间（标准≥3间）达标）。",
    )  # fmt: skip
    sheet.add(
        "G5", "fail", **_at("1002", QINGHE, "primary"), value=49.0, operator="<=", threshold=45.0,
        unit="人", excess=3.0, excess_unit="个班", warnings=["class_sizes_students"],
        message=f"{QINGHE}（小学部）有3个班超过45人（最大班额49人）。",
    )  # fmt: skip
    sheet.add("G3", "pass", **_at("1001", "第一小学"), value=2.0, operator=">=", threshold=2.0,
              unit="间")  # fmt: skip
    sheet.add("G6", "not_applicable", **_at("1001", "第一小学"))
    sheet.add(
        "G6", "fail", **_at("1005", "镇北教学点"), value=60000.0, operator=">=", threshold=72000.0,
        unit="元", shortfall=12000.0, shortfall_unit="元",
        message="镇北教学点核定公用经费为60000元，低于72000元的标准，缺12000元。",
    )  # fmt: skip
    missing = ["training_funds_budget"]
    for code, name in (("1001", "第一小学"), ("1002", QINGHE)):
        sheet.add("Q4", "unknown", **_at(code, name), missing=missing)
    sheet.add("Q4", "pass", **_at("1006", "特教学校"), value=6.0, operator=">=", threshold=5.0,
              unit="%")  # fmt: skip
    books = {"role": "advisory", "basis": "conflicting", "operator": ">=", "threshold": 25.0,
             "unit": "册", "shortfall_unit": "册"}  # fmt: skip
    for code, name, value, short in (
        ("1001", "第一小学", 20.0, 5000.0),
        ("1002", QINGHE, 24.0, 1200.0),
    ):
        sheet.add("AH-S1", "fail", **_at(code, name), value=value, shortfall=short, **books,
                  message=f"{name}生均图书{value:.0f}册，低于25册（参考）。")  # fmt: skip
    sheet.add("AH-S1", "unknown", **_at("1004", HOSTILE), role="advisory", basis="conflicting",
              missing=["books"])  # fmt: skip


def _county(sheet: Sheet) -> None:
    sheet.dispersion("primary", {"D2": (0.8876, 0.5004, "fail")})
    sheet.dispersion("junior", {"D6": (0.0, None, "unknown")})
    for row in sheet.rows:
        if row["rule"] == "D2" and row["status"] == "fail":
            row["message"] = (
                "样县小学每百名学生拥有县级以上骨干教师数的差异系数为0.500（未四舍五入为0.5004），"
                "超过0.5的上限。"
            )
    names = ("建设标准", "编制标准", "经费定额", "装备标准")
    sheet.add("G1", "not_checked")
    sheet.add("G2", "not_checked", parts=[part(name, "not_checked") for name in names])
    sheet.add("G3", "fail", message="样县：音乐、美术专用教室：1所学校不达标。")
    sheet.add("G5", "fail", message="样县：班级学生数：1所学校不达标。")
    sheet.add("G6", "fail", message="样县：小规模学校公用经费：1所学校不达标。")
    sheet.add(
        "G7", "fail", value=5833.333333333333, operator=">=", threshold=6000.0, unit="元",
        shortfall=10000.0, shortfall_unit="元",
        message="样县特殊教育学校生均公用经费为5833.33元，低于6000元的标准，缺10000元。",
    )  # fmt: skip
    quota = part("分配名额占比", "pass", value=55.0, operator=">=", threshold=50.0, unit="%")
    tilt = part("向农村初中倾斜", "not_checked")
    sheet.add("G14", "not_checked", parts=[quota, tilt])
    sheet.add("Q1", "pass", value=97.79559118236473, operator=">=", threshold=95.0, unit="%")
    sheet.add("Q4", "unknown", missing=["training_funds_budget"])
    sheet.add("P1", "unknown", missing=["recognition_percent"])
    sheet.add("V1", "pass", message="样县不存在“以考试方式招生”。")
    sheet.add("V4", "fail", message="样县存在“有编不补或长期聘用编外教师”，一票否决。")
    for block, status in BLOCKS.items():
        sheet.add(block, status, role="block")
    sheet.add("C", "fail", role="conclusion")
    strict = part("分配名额占比", "fail", value=55.0, operator=">=", threshold=80.0, unit="%",
                  shortfall=125.0, shortfall_unit="人")  # fmt: skip
    sheet.add("AH-G14", "fail", role="advisory", basis="secondary", parts=[strict, tilt],
              message="样县：优质高中招生名额分配比例不达标（参考，不计入结论：二手来源）。")  # fmt: skip


BLOCKS = {"CR": "fail", "CD": "fail", "CG": "fail", "CQ": "unknown", "CP": "unknown"}
SCHOOLS = [
    ("1001", "第一小学", "primary", 7.0),
    ("1002", QINGHE, "nine_year", 7.0),
    ("1003", NANHU, "nine_year", 10.0),
    ("1004", HOSTILE, "junior", 10.0),
    ("1005", "镇北教学点", "teaching_point", 7.0),
    ("1006", "特教学校", "special", 7.0),
]
TITLES = {
    "equipment_value": "教学仪器设备值",
    "training_funds_budget": "教师培训经费预算",
    "recognition_percent": "社会认可度",
    "books": "图书册数",
    "primary_students": "小学在校生数",
    "special_teachers": "特殊教育专任教师数",
}
G6 = fixture.rule(
    "G6", scope="school", title="小规模学校公用经费", owner="财务股", rolls_up=True,
    title_en="Funds of small schools",
)  # fmt: skip


def with_remedies(report: Results) -> Results:
    """The same report, its rules with G6 and the remedies of this module."""
    made = {}
    for key, rules in report.rules.items():
        known = {}
        for rule_id, rule in rules.items():
            if rule_id == "G7":
                known["G6"] = G6
            known[rule_id] = rule
        made[key] = {
            rule_id: replace(
                rule, remedy=REMEDIES[rule_id][0], remedy_en=REMEDIES[rule_id][1]
            ) if rule_id in REMEDIES else rule
            for rule_id, rule in known.items()
        }  # fmt: skip
    return replace(report, rules=made)


def sample() -> Results:
    """The county of the module's docstring."""
    sheet = Sheet()
    _units(sheet)
    for row in sheet.rows:
        row["message"] = SAID.get((row["rule"], row["school_code"], row["stage"]), row["message"])
    _schools(sheet)
    _county(sheet)
    excluded = tuple(
        {"county_code": CODE, "year": YEAR, "school_code": code, "school_name": name,
         "stage": None, "reason": reason, "title": title}
        for code, name, reason, title in (
            ("1005", "镇北教学点", "teaching_point_under_50", "不足50人的教学点"),
            ("1006", "特教学校", "special_school", "特殊教育学校"),
        )
    )  # fmt: skip
    doubt = Problem(
        "warning", "class_sizes_students", "各班学生数之和703与在校生数700不符", "700人", "样县.xlsx",
        "学校!F3", CODE, YEAR, "1002", ("primary_class_sizes",),
    )  # fmt: skip
    schools = fixture.schools(SCHOOLS).with_columns(
        pl.Series("primary_students", [1000.0, 700.0, 600.0, None, 40.0, None]),
        pl.Series("special_teachers", [None, None, None, None, None, 12.0]),
        pl.Series("principal", ["王芳", None, None, None, None, None], dtype=pl.String),
    )
    blocks = dict(BLOCKS)
    return with_remedies(
        fixture.report(
            [sheet], [sheet.result("fail", **blocks)], schools=schools, excluded=excluded,
            problems=(doubt,), refused=(Refused("340198", YEAR, "别县"),), titles=TITLES,
        )
    )  # fmt: skip


def conforming() -> Results:
    """A county without problems: one school, everything met."""
    sheet = Sheet(("340101", "甲县", 2023))
    sheet.unit("A1", "甲小学", "primary", GOOD, "pass")
    sheet.rows[-1]["message"] = overall("甲小学", 7, "")
    sheet.add("CR", "pass", role="block")
    sheet.add("C", "pass", role="conclusion")
    return fixture.report([sheet], [sheet.result("pass", CR="pass")])


def large(count: int = 300) -> Results:
    """`count` primary schools: each fifth lacks 3 teachers and 100.5 m², all lack Q4's budget."""
    sheet = Sheet()
    listed = []
    for n in range(count):
        code, name = f"S{n:03}", f"城关镇中心小学第{n}校区"
        listed.append((code, name, "primary", 7.0))
        if n % 5:
            sheet.unit(code, name, "primary", GOOD, "pass")
            sheet.rows[-1]["message"] = overall(name, 7, "")
        else:
            values = (4.0, 1.2, 0.95, 4.6, 7.0, 2100.0, 2.4)
            sheet.unit(code, name, "primary", values, "fail", {"R1": 3.0, "R5": 100.5})
            for row in sheet.rows[-8:]:
                if row["rule"] == "R1":
                    row["message"] = missed(name, "R1", "4.00", "4.2", "3人")
                if row["rule"] == "R5":
                    row["message"] = missed(name, "R5", "7.00", "7.5", "100.5平方米")
            sheet.rows[-1]["message"] = overall(name, 5, f"{R['R1']}、{R['R5']}")
        sheet.add("Q4", "unknown", **_at(code, name), missing=["training_funds_budget"])
    sheet.dispersion("primary", {})
    sheet.add("Q4", "unknown", missing=["training_funds_budget"])
    sheet.add("CR", "fail", role="block")
    sheet.add("C", "fail", role="conclusion")
    return with_remedies(
        fixture.report(
            [sheet], [sheet.result("fail", CR="fail")], schools=fixture.schools(listed),
            titles=TITLES,
        )
    )  # fmt: skip
