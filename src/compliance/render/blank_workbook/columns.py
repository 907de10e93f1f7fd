"""Which facts stand together in the template, and what its example rows say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from compliance.facts.fact import Fact

EXAMPLE = "示例"
CODE = f"{EXAMPLE}2134000001"
# Not asked for in 学校: the county is the workbook's, and lists have sheets of their own.
ELSEWHERE = ("county_code", "year", "*_class_sizes", "*_room_areas")
# name of the group → the facts in it; a fact belongs to the first group that knows it
SCHOOL_GROUPS = {
    "学校身份": "school_* sponsor setting township alliance principal main_school_code "
    "boarding dense_city_centre built_year",
    "特殊教育学校": "special_*",
    "学生": "*_students boarders",
    "班级": "*_grades *_classes *_class_bands *_largest_class",
    "教师": "*_teachers *_teachers_* *_staff",
    "校舍与设备": "*_area equipment_value multimedia_rooms books computers",
    "专用教室间数（也可改填“专用教室”表）": "music_rooms_* art_rooms_*",
    "经费": "*funds*",
    "招生与巩固": "*_entrants graduates cohort_at_entry transferred_* deceased",
    "其他": "*",
}
LAST = ("特殊教育学校", "其他")
COUNTY_GROUPS = {
    "基本信息": "county_code county_name province year basic_balance_date",
    "经费与工资": "*funds* special_* *_salary",
    "教师交流轮岗": "exchange*",
    "招生入学": "*_nearby_percent senior_quota*",
    "随迁子女与残疾儿童少年": "migrant_* disabled_*",
    "巩固率（各校已填时不必填）": "*_total",
    "社会认可度": "recognition_percent *survey_* *interviewed*",
    "县情": "population agricultural_population townships villages *_per_capita *_income",
    "其他": "*",
}
SCHOOL_EXAMPLE: Mapping[str, object] = {
    "school_code": CODE,
    "school_name": "示例小学（本行不会被读取）",
    "school_type": "小学",
    "sponsor": "县级教育部门",
    "setting": "镇区",
    "boarding": "否",
    "dense_city_centre": "否",
    "primary_students": 860,
    "primary_grades": 6,
    "primary_classes": 20,
    "primary_class_bands": "0;0;0;4;16;0;0;0;0;0",
    "primary_largest_class": 45,
    "primary_teachers": 48,
    "primary_teachers_above_degree": 47,
    "teaching_area": 4050.5,
    "outdoor_sports_area": 6600,
    "equipment_value": 1900000,
}
CLASS_EXAMPLE: Mapping[str, object] = {
    "school_code": CODE,
    "stage": "小学",
    "grade": "一年级",
    "class": "1班",
    "students": 45,
}
ROOM_EXAMPLE: Mapping[str, object] = {"school_code": CODE, "kind": "音乐", "area": 96.5}
MONITORING_EXAMPLE: Mapping[str, object] = {
    "subject": f"{EXAMPLE}：数学",
    "grade": "四年级",
    "year": 2022,
    "level": "Ⅲ",
    "disparity": 0.12,
}
ATTESTATION_EXAMPLE: Mapping[str, object] = {
    "rule": f"{EXAMPLE}：指标编号",
    "met": "是",
    "evidence": "文件名称及文号；会议纪要",
    "note": "简要结论",
}
VETO_EXAMPLE: Mapping[str, object] = {"rule": f"{EXAMPLE}：事项编号", "exists": "否"}


def grouped(
    facts: Mapping[str, Fact], groups: Mapping[str, str], without: Iterable[str] = ()
) -> dict[str, list[Fact]]:
    """Group → its facts, each group in the order of the vocabulary; empty groups are left out."""
    found: dict[str, list[Fact]] = {name: [] for name in groups if name not in LAST}
    found |= {name: [] for name in LAST if name in groups}
    skipped = tuple(without)
    for fact in facts.values():
        if not _fits(fact.name, skipped):
            home = next(name for name, known in groups.items() if _fits(fact.name, known.split()))
            found[home].append(fact)
    return {name: members for name, members in found.items() if members}


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
