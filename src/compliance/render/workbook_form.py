"""What stands in the workbook that a county fills in: its sheets, columns, words and examples.

It is a Chinese form in either language: its headings are what counties know, and every fact's own
name is a heading too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files

from compliance.engine import attestations
from compliance.facts.fact import Fact
from compliance.facts.vocabulary import Vocabulary
from compliance.intake.formats.raw_table import SHEETS, TABLE_OF
from compliance.render.documents.text import columns
from compliance.rules.language.model import Rule

EXAMPLE = "示例"
CODE = f"{EXAMPLE}2134000001"
# Not asked for in 学校: the county is the workbook's, and lists have sheets of their own.
ELSEWHERE = ("county_code", "year", "*_class_sizes", "*_room_areas")
# What a further table has for datasets of many counties only.
OF_DATASETS = ("county_code", "school_year", "school_name")
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
_LAST = ("特殊教育学校", "其他")
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


@dataclass(frozen=True, slots=True)
class FurtherSheet:
    """A sheet with a row an entry of a further table of a document.

    rows_a_school: room for so many, or few (0).
    """

    table: str
    rows_a_school: int
    example: Mapping[str, object]

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return SHEETS[self.table]

    def facts(self, words: Vocabulary) -> list[Fact]:
        """Its columns: without what is for datasets of many counties only."""
        own_year = self.table == "monitoring"
        return [
            fact
            for fact in words.tables[TABLE_OF[self.table]].values()
            if fact.name not in OF_DATASETS and (fact.name != "year" or own_year)
        ]


FURTHER_SHEETS = (
    FurtherSheet("classes", 20, {
        "school_code": CODE, "stage": "小学", "grade": "一年级", "class": "1班", "students": 45,
    }),
    FurtherSheet("rooms", 4, {"school_code": CODE, "kind": "音乐", "area": 96.5}),
    FurtherSheet("monitoring", 0, {
        "subject": f"{EXAMPLE}：数学", "grade": "四年级", "year": 2022, "level": "Ⅲ",
        "disparity": 0.12,
    }),
    FurtherSheet("attestations", 0, {
        "rule": f"{EXAMPLE}：指标编号", "met": "是", "evidence": "文件名称及文号；会议纪要",
        "note": "简要结论",
    }),
    FurtherSheet("vetoes", 0, {"rule": f"{EXAMPLE}：事项编号", "exists": "否"}),
    FurtherSheet("buildings", 4, {
        "school_code": CODE, "building": "1号教学楼", "built_year": 2008, "area": 3200,
        "fire": "已验收", "seismic": "鉴定合格", "note": "无其他安全问题",
    }),
    FurtherSheet("organisations", 0, {
        "name": f"{EXAMPLE}：甲学区", "kind": "学区", "lead": CODE, "members": f"{CODE}；{CODE[:-1]}2",
        "start": "2021-09",
    }),
    FurtherSheet("succession", 0, {
        "old_code": CODE, "new_code": f"{CODE[:-1]}2", "date": "2022-09-01", "reason": "合并",
    }),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkbookForm:
    """For which rule set a workbook is made, and with which words.

    ruleset: its id; title: what it is called, subject: what it is about, both shown on the first
    sheet. rules: those that wait for a statement are listed ready to answer.
    """

    words: Vocabulary
    title: str
    subject: str = ""
    ruleset: str = ""
    rules: tuple[Rule, ...] = ()

    def stated(self) -> dict[str, list[str]]:
        """What people have to state, as ``G1 …``, by the table of a document it is stated in."""
        attested = []
        for name, rule in attestations.attested(self.rules).items():
            half = next((f"（{part.name}）" for part in rule.parts if part.statement), "")
            attested.append(f"{name} {rule.title}{half}")
        vetoed = [
            f"{name} {rule.incident or rule.title}"
            for name, rule in attestations.vetoed(self.rules).items()
        ]
        return {"attestations": attested, "vetoes": vetoed}


def grouped(
    facts: Mapping[str, Fact],
    groups: Mapping[str, str],
    without: Iterable[str] = (),
    given: Collection[str] = (),
) -> dict[str, list[Fact]]:
    """Group → its facts, each group in the order of the vocabulary; empty groups are left out.

    without: patterns of names that stand elsewhere, but for those `given` here.
    """
    found: dict[str, list[Fact]] = {name: [] for name in groups if name not in _LAST}
    found |= {name: [] for name in _LAST if name in groups}
    skipped = tuple(without)
    for fact in facts.values():
        if fact.name in given or not _fits(fact.name, skipped):
            home = next(name for name, known in groups.items() if _fits(fact.name, known.split()))
            found[home].append(fact)
    return {name: members for name, members in found.items() if members}


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def guide() -> Sequence[tuple[str, Sequence[str]]]:
    """The first sheet's headings, each with its lines."""
    text = files("compliance.templates").joinpath("blank_workbook.md").read_text("utf-8")
    parts = (part.split("\n") for part in text.removeprefix("# ").split("\n# "))
    return [(head, [line for line in lines if line]) for head, *lines in parts]


def heading(fact: Fact) -> str:
    """The heading as printed: title and, on a line of its own, unit and period.

    The period is printed for figures of a calendar year; all others are of the school year.
    """
    notes = [fact.unit, "自然年度" if fact.period == "calendar_year" else ""]
    inside = "，".join(note for note in notes if note)
    return f"{fact.title}\n（{inside}）" if inside else fact.title


def definition(fact: Fact) -> str:
    """The statistical definition and what may be written, as a sentence for the form."""
    told = fact.description.replace("year年", "学年起始年份").replace("year", "学年起始年份的")
    return f"{told}填写：{fact.expected()}。"


def note(fact: Fact) -> str:
    """What is shown when the pointer rests on a heading."""
    needed = "必填。" if fact.required else "缺失留空，不要填0代替。"
    return f"{fact.title}\n{definition(fact)}{needed}"


def choices(fact: Fact) -> list[str]:
    """The words offered in a drop-down: for each meaning the first word that is not its code."""
    if fact.form == "flag":
        return ["是", "否"]
    chosen: dict[str, str] = {}
    for word, canonical in fact.words.items():
        if word != canonical:
            chosen.setdefault(canonical, word)
    return list(chosen.values())


def width(fact: Fact, given: str, least: int, lines: int, most: int = 26) -> int:
    """Column width for a heading whose title may wrap into `lines`, its choices and an example."""
    title, _, unit = heading(fact).partition("\n")
    wanted = max(math.ceil(columns(title) / lines), columns(unit)) + 2
    widest = max((columns(word) + 3 for word in choices(fact)), default=0)
    return max(least, min(most, wanted), min(30, columns(given) + 2), widest)
