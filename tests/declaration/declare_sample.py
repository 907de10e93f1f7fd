"""A county for the declaration form, small enough to be worked out on paper.

样县 2023, judged by the national set:
  第一小学        primary, 400 pupils: 5.00 1.00 1.00 5.00 8.00 2250.00 2.50, all met
  清河九年制学校    300 + 200 pupils. Shared facts over 300 + 1.1 × 200 = 520: rooms 2600, fields 5200,
                 equipment 1,300,000, media rooms 13. Primary 4.00 1.00 1.00 5.00 10.00 2500.00 2.50:
                 misses teachers, at 85 %. Junior 6.00 1.00 1.00 5.50 11.00 2750.00 2.75: misses
                 rooms (5.8), at 85 % (4.93)
  镇北教学点       60 pupils: 5.00 1.67 1.67 5.00 8.00 2000.00, media rooms blank
  村教学点        40 pupils, left out; classes blank; funded one yuan below 100 × 720
  第一中学        500 junior + 300 senior: shared facts over 500 + 1.2 × 300 = 860. 6.00 1.00 1.00 10.00
                 10.00 2500.00 1.98: fields at 85 % (8.67), media rooms below (2.04)
  特教学校        special
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from compliance.checker import Choice, load
from compliance.cli.declare import declare
from compliance.declaration import declarations
from compliance.declaration.filled_form import FilledForm, FilledTable

Document = dict[str, Any]
SHARED = ("teaching_area", "outdoor_sports_area", "equipment_value", "multimedia_rooms")


def school(
    code: str, name: str, kind: str, shared: tuple[float | None, ...] = (), **facts: Any
) -> Document:
    """A school; shared: rooms (none for sports), fields, equipment, media rooms."""
    areas = dict(zip(SHARED, shared, strict=False)) | ({"indoor_sports_area": 0} if shared else {})
    return {
        "school_code": code, "school_name": name, "school_type": kind, "sponsor": 7,
        "setting": "rural", "boarding": False, **areas, **facts,
    }  # fmt: skip


def stage(
    name: str, pupils: int, teachers: tuple[int, int, int], grades: int, classes: int | None,
    staff: tuple[int, int],
) -> Document:  # fmt: skip
    """A stage's facts; teachers: above the degree, backbone, PE and arts; staff: all, teachers."""
    above, backbone, arts = teachers
    return {
        f"{name}_students": pupils, f"{name}_teachers_above_degree": above,
        f"{name}_backbone_teachers": backbone, f"{name}_pe_arts_teachers": arts,
        f"{name}_grades": grades, f"{name}_classes": classes, f"{name}_staff": staff[0],
        f"{name}_teachers": staff[1], f"{name}_trained_teachers": staff[1],
        f"{name}_certified_teachers": staff[1],
    }  # fmt: skip


def schools() -> list[Document]:
    """The six schools."""
    return [
        school("1001", "第一小学", "primary", (2000, 3200, 900_000, 10),
               **stage("primary", 400, (20, 4, 4), 6, 10, (25, 24)),
               primary_class_sizes=[40] * 10),
        school("1002", "清河九年制学校", "nine_year", (2600, 5200, 1_300_000, 13),
               **stage("primary", 300, (12, 3, 3), 6, 6, (18, 17)),
               **stage("junior", 200, (12, 2, 2), 3, 4, (16, 15)),
               primary_class_sizes=[46, 54, 50, 50, 50, 50], junior_class_sizes=[50] * 4),
        school("1003", "镇北教学点", "teaching_point", (300, 480, 120_000, None),
               **stage("primary", 60, (3, 1, 1), 4, 4, (4, 4)),
               primary_largest_class=20, public_funds=72_000),
        school("1004", "村教学点", "teaching_point", (200, 300, 50_000, 1),
               **stage("primary", 40, (2, 1, 1), 3, None, (3, 3)),
               primary_largest_class=15, public_funds=71_999),
        school("1005", "第一中学", "complete_secondary", (8600, 8600, 2_150_000, 17),
               **stage("junior", 500, (30, 5, 5), 3, 10, (40, 38)), senior_students=300,
               sponsor=10, junior_class_sizes=[50] * 10),
        school("1006", "特教学校", "special", special_teachers=10, special_trained_teachers=9,
               special_certified_teachers=10),
    ]  # fmt: skip


def county() -> Document:
    """The county's own figures."""
    return {
        "county_code": "990001", "county_name": "样县", "year": 2023,
        "population": 12.345, "agricultural_population": 6, "townships": 4, "villages": 60,
        "gdp_per_capita": 50812.5, "revenue_per_capita": 4841, "rural_income": 19449,
        "primary_public_funds_standard": 720, "junior_public_funds_standard": 940,
        "special_funds": 451_234, "special_students": 60,
        "teacher_salary": 98_000, "civil_servant_salary": 97_000.4,
        "exchange_eligible_teachers": 80, "exchanged_teachers": 8,
        "exchanged_backbone_teachers": 1,
        "senior_quota": 300, "senior_quota_allocated": 200, "senior_quota_allocated_rural": 125,
        "migrant_children": 90, "migrant_children_public": 70, "migrant_children_purchased": 9,
        "graduates_total": 480, "cohort_at_entry_total": 500, "transferred_in_total": 12,
        "transferred_out_total": 20, "deceased_total": 1,
        "disabled_children": 30, "disabled_children_enrolled": 29,
        "disabled_children_special_school": 20,
        "survey_questionnaires": 1000, "survey_valid": 960, "survey_satisfied": 900,
        "monitoring": [
            {"subject": "语文", "grade": "四年级", "level": 3, "disparity": 0.1},
            {"subject": "语文", "grade": "八年级", "level": 4, "disparity": 0.142},
            {"subject": "体育与健康", "level": 4, "disparity": 0.12},
        ],
        "attestations": {
            "G1": {"met": True, "note": "规划已批复", "evidence": ["布局规划.pdf", "批复.pdf"]},
            "Q3": {"met": False},
        },
    }  # fmt: skip


def document(**changes: Any) -> Document:
    """The whole submission; changes: fields of the county."""
    return {
        "format": "junheng-submission/1",
        "county": {**county(), **changes},
        "schools": [{"county_code": "990001", **one} for one in schools()],
    }


def saved(of: Document, path: Path) -> Path:
    """The submission as a file."""
    path.write_text(json.dumps(of, ensure_ascii=False), "utf-8")
    return path


def filled(path: Path, **choice: Any) -> FilledForm:
    """The form of the one county in a file."""
    _, (form,) = declarations([path], load(), Choice(**choice))
    return form.form


def table(paper: FilledForm, key: str) -> FilledTable:
    """A table by its key."""
    return next(one for one in paper.tables if one.key == key)


def rows(paper: FilledForm, key: str) -> list[list[str]]:
    """A table's lines as printed; a shaded cell ends with ``*``."""
    return [
        [cell.text + "*" * cell.shaded for cell in line.cells] for line in table(paper, key).lines
    ]


def run(*words: str | Path) -> Result:
    """The command as typed."""
    result = CliRunner().invoke(declare, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result
