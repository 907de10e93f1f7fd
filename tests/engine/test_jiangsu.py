"""Jiangsu: the title's ten items that are known, its grading, and what is openly left out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from compliance.checker import check, load
from compliance.kernel.i18n import use
from tests.support.pack_files import read

TITLE, STANDARD = read("jiangsu", "2017"), read("jiangsu", "school-standard-2015")
RULES = TITLE["rule"]
KNOWN = (1, 2, 3, 4, 5, 7, 8, 9, 10, 11)


def findings(
    tmp_path: Path, county: dict[str, Any], attested: dict[str, bool]
) -> dict[str, dict[str, Any]]:
    document = {
        "format": "junheng-submission/1",
        "county": {"county_code": "329901", "county_name": "苏甲县", "year": 2023, **county,
                   "attestations": {rule: {"met": met, "evidence": ["文件"]} for rule, met in attested.items()}},
        "schools": [{"county_code": "329901", "school_code": "S1", "school_name": "实验小学",
                     "school_type": "primary", "primary_students": 80,
                     "primary_class_sizes": [41, 39]}],
    }  # fmt: skip
    file = tmp_path / "苏甲县.json"
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    report = check([file])
    assert not [problem for problem in report.problems if problem.severity == "error"]
    assert {info.id for info in report.rulesets} == {"jiangsu"}  # chosen by the county's code
    return {
        row["rule"]: row
        for row in report.findings.iter_rows(named=True)
        if row["school_code"] is None
    }


def test_the_kinds_are_the_plugins_own() -> None:
    offers = load()
    assert {"graded", "overall_grade"} <= set(offers.kinds)
    assert offers.kinds["graded"].columns.__module__ == "compliance_jiangsu.kinds"


def test_every_item_is_encoded_or_named_as_not_seen() -> None:
    clauses = TITLE["clause"]
    assert {f"js{number}" for number in range(1, 36)} <= set(clauses)
    for number in range(1, 36):
        clause = clauses[f"js{number}"]
        if number in KNOWN:
            assert f"JS-{number}" in clause["rules"]
            assert RULES[f"JS-{number}"]["kind"] == "graded"
        else:
            assert clause["how"] == "text_not_seen"
            assert f"JS-{number}" not in RULES
    assert RULES["JS-T"]["of"] == [f"JS-{number}" for number in KNOWN]
    assert RULES["JS-T"]["items"] == 35


def test_the_figures_of_the_items() -> None:
    parts = {
        f"{key}.{name}": part
        for key, rule in RULES.items()
        for name, part in rule.get("part", {}).items()
        if "indicator" in part
    }
    assert {
        name: (part["indicator"], part.get("at_least", part.get("below")))
        for name, part in parts.items()
    } == {
        "JS-1.retention": ("nine_year_retention", 99),
        "JS-2.choice": ("highest_choice", 10),
        "JS-3.disabled": ("disabled_enrolment", 98),
        "JS-3.migrants": ("migrant_public_share", 90),
        "JS-5.quota": ("senior_quota_share", 70),
        "JS-R1.teachers": ("exchanged_share_of_all", 15),
        "JS-R1.backbone": ("exchanged_backbone_of_all_backbone", 15),
    }
    assert "below" in parts["JS-2.choice"]  # less than a tenth, not a tenth
    assert RULES["JS-C7"]["at_most"] == {"primary": 40, "junior": 45}
    assert TITLE["indicator"]["migrant_public_share"]["of"] == "migrant_children_public"


def test_the_standard_of_2015() -> None:
    rules = STANDARD["rule"]
    limits = {
        key: rule.get("at_least", rule.get("at_most"))
        for key, rule in rules.items()
        if rule["kind"] != "attested"
    }
    assert limits == {
        "JS-S1": {"primary": 45, "junior": 50},
        "JS-S2": {"primary": 23, "junior": 28},
        "JS-S3": {"primary": 18, "junior": 23},
        "JS-S4": {"primary": 19, "junior": Decimal("13.5")},
        "JS-S5": {"primary": 6, "junior": 7},
    }
    assert (STANDARD["pack"]["id"], STANDARD["pack"]["layer"]) == ("jiangsu", "school-standard")
    assert STANDARD["split"] == {"add": ["land_area"]}


def test_nothing_of_it_is_verified_and_nothing_changes_the_national_rules() -> None:
    for pack in (TITLE, STANDARD):
        assert {rule["basis"] for rule in pack["rule"].values()} <= {
            "secondary",
            "conflicting",
            "unconfirmed",
        }
        assert set(pack.get("override", {})) == {"C"}
        assert "drop" not in pack


def test_an_item_is_a_or_it_is_left_open_which(tmp_path: Path) -> None:
    found = findings(tmp_path, {"nine_year_retention_percent": 98.9}, {"JS-1": True, "JS-4": True})
    assert found["JS-4"]["status"] == "pass"
    assert found["JS-4"]["message"].startswith(
        "苏甲县：“招生公开，均衡编班，不设重点班、快慢班、特长班、实验班（省第4项）”达标"
    )
    assert "所见要点均达到A等。" in found["JS-4"]["message"]
    assert found["JS-1"]["status"] == "fail"
    assert (
        "未达到A等；C等情形的原文未见，属B等还是C等不能判定。（参考，不计入结论：二手来源）"
        in found["JS-1"]["message"]
    )
    assert found["JS-2"]["status"] == "unknown"
    assert "缺少公办学校择校生占招生数比例的最高值" in found["JS-2"]["message"]
    assert found["JS-7"]["status"] == "fail"  # a class of 41
    assert found["G5"]["status"] == "pass"  # and within the country's 45


def test_the_grade_is_never_told(tmp_path: Path) -> None:
    found = findings(tmp_path, {"highest_choice_percent": 9.9}, {"JS-4": True, "JS-8": False})
    row = found["JS-T"]
    assert (row["status"], row["role"]) == ("unknown", "advisory")
    assert row["message"].startswith(
        "苏甲县：“省定称号总评等级”不能判定：35项中只见10项，其中达到A等2项、未达到A等2项、待定6项；"
        "其余25项和认定所需的A等项数原文未见。"
    )


def test_in_english(tmp_path: Path) -> None:
    with use("en"):
        found = findings(tmp_path, {}, {"JS-9": False})
    assert (
        "Not A; the C situations were not seen, so B or C is not decided."
        in found["JS-9"]["message"]
    )
    assert "of 35 items 10 were seen, 0 of them A, 2 not A, 8 open" in found["JS-T"]["message"]


@pytest.mark.parametrize("key", sorted(RULES))
def test_what_was_not_seen_is_said(key: str) -> None:
    assert any(word in RULES[key]["note"] for word in ("未见", "转载", "矛盾", "供省第7项")), key
