"""The own figures of an invented county: every countable rule met, every statement made."""

from __future__ import annotations

from math import ceil
from random import Random
from typing import Any

Record = dict[str, Any]

STANDARD = {"primary": 720, "junior": 940}  # yuan a pupil
EVIDENCE = {
    "G1": "县域义务教育学校布局专项规划",
    "G2": "四统一文件汇编",
    "G8": "绩效工资总量核定文件",
    "G10": "县管校聘编制岗位分配文件",
    "G14": "优质高中指标到校方案",
    "G15": "留守儿童关爱工作台账",
    "Q3": "各校章程与信息化验收材料",
    "Q5": "教学设备使用记录",
    "Q6": "德育与校园文化评估结果",
    "Q7": "课程开设督查记录",
    "Q8": "作业与考试管理检查记录",
    "E1": "历年基本均衡监测报告",
}
SUBJECTS = ("语文", "数学", "科学", "体育", "艺术", "德育")


def county_facts(rng: Random, schools: list[Record]) -> Record:
    """The county's own figures, every countable rule met and every statement made."""
    teachers = sum(school.get(f"{s}_teachers", 0) for school in schools for s in STANDARD)
    eligible = teachers * 2 // 5
    exchanged = ceil(eligible * 0.12)
    return {
        "year": 2023,
        "basic_balance_date": "2018-11-30",
        "primary_public_funds_standard": STANDARD["primary"],
        "junior_public_funds_standard": STANDARD["junior"],
        "special_funds": 520_000,
        "special_students": 78,
        "teacher_salary": 101_320,
        "civil_servant_salary": 99_860,
        "exchange_eligible_teachers": eligible,
        "exchanged_teachers": exchanged,
        "exchanged_backbone_teachers": ceil(exchanged * 0.24),
        "senior_quota": 1800,
        "senior_quota_allocated": 1500,
        "senior_quota_allocated_rural": 930,
        "migrant_children": 1260,
        "migrant_children_public": 1100,
        "migrant_children_purchased": 60,
        "disabled_children": 214,
        "disabled_children_enrolled": 210,
        "disabled_children_special_school": 78,
        "recognition_percent": 92.4,
        "survey_questionnaires": 2400,
        "survey_valid": 2312,
        "survey_satisfied": 2140,
        "interviewed": 120,
        "interviewed_satisfied": 113,
        "parent_survey_questionnaires": 1400,
        "parent_survey_valid": 1356,
        "parent_survey_satisfied": 1249,
        "parent_interviewed": 60,
        "parent_interviewed_satisfied": 57,
        "population": round(rng.uniform(31, 68), 2),
        "agricultural_population": round(rng.uniform(16, 29), 2),
        "townships": len({school["township"] for school in schools}),
        "villages": rng.randint(90, 220),
        "gdp_per_capita": rng.randint(48_000, 72_000),
        "revenue_per_capita": rng.randint(4_200, 7_800),
        "rural_income": rng.randint(18_500, 23_900),
        "urban_income": rng.randint(36_000, 45_000),
        "monitoring": [
            {
                "subject": subject,
                "grade": rng.choice(("四年级", "八年级")),
                "year": 2022,
                "level": rng.choice((3, 3, 4)),
                "disparity": round(rng.uniform(0.06, 0.14), 3),
            }
            for subject in SUBJECTS
        ],
        "attestations": {
            rule: {"met": True, "evidence": [f"{title}.pdf"], "note": ""}
            for rule, title in EVIDENCE.items()
        },
        "vetoes": {f"V{number}": False for number in range(1, 7)},
    }
