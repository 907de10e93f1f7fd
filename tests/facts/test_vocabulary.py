"""Headings find their fact, and plugins add facts of their own."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from compliance.facts.vocabulary import TABLES, Heading, vocabulary
from compliance.kernel.errors import PluginError
from tests.support.nonempty import nonempty

WORDS = vocabulary()


@pytest.mark.parametrize("table", list(TABLES))
def test_no_heading_stands_for_two_facts(table: str) -> None:
    seen: dict[str, str] = {}
    for fact in nonempty(WORDS.tables[table].values()):
        for heading in nonempty(fact.headings):
            key = Heading.read(heading).key
            assert key, heading
            assert seen.setdefault(key, fact.name) == fact.name, heading
            match = WORDS.match(table, heading)
            assert match is not None, heading
            assert (match.fact, match.factor) == (fact, Fraction(1)), heading


@pytest.mark.parametrize(
    ("heading", "fact", "factor"),
    [
        ("小学在校生数（人）", "primary_students", 1),
        (" 小学 在校生数 ", "primary_students", 1),
        ("小学部在校生数", "primary_students", 1),
        ("在校生数（小学）", "primary_students", 1),
        ("PRIMARY_STUDENTS", "primary_students", 1),
        ("*学校名称：", "school_name", 1),
        ("学校(机构)标识码", "school_code", 1),
        ("学校代码", "school_code", 1),
        ("教学仪器设备资产值(万元)", "equipment_value", 10000),
        ("教学仪器设备资产值（单位：元）", "equipment_value", 1),
        ("教学及辅助用房/计", "teaching_area", 1),
        ("运动场地面积(㎡)", "outdoor_sports_area", 1),
        ("网络多媒体教室（间）", "multimedia_rooms", 1),
        ("初中专任教师/#按授课课程分/艺术/计", "junior_arts_teachers", 1),
        ("核定公用经费（自然年度，万元）", "public_funds", 10000),
        ("是否寄宿制（是/否）", "boarding", 1),
    ],
)
def test_headings_seen_in_practice(heading: str, fact: str, factor: int) -> None:
    match = WORDS.match("school", heading)
    assert match is not None
    assert (match.fact.name, match.factor) == (fact, Fraction(factor))


@pytest.mark.parametrize(
    "heading", ["在校生数", "教师", "教学仪器设备值（千克）", "运动场地面积（米）", "备注", "", "（人）", "x" * 9999]
)  # fmt: skip
def test_headings_that_are_not_known(heading: str) -> None:
    assert WORDS.match("school", heading) is None


def test_population_is_in_ten_thousands() -> None:
    for heading, factor in (("人口总数（人）", Fraction(1, 10_000)), ("人口总数（万人）", 1)):
        match = WORDS.match("county", heading)
        assert match is not None
        assert match.factor == factor


def fragment(folder: Path, **properties: Any) -> Path:
    path = folder / "school.schema.json"
    path.write_text(json.dumps({"properties": properties}, ensure_ascii=False), encoding="utf-8")
    return folder


DORM = {
    "title": "学生宿舍面积", "description": "宿舍面积。", "x-unit": "平方米", "type": ["number", "null"],
    "minimum": 0, "maximum": 1e7,
}  # fmt: skip


def test_a_fragment_adds_a_fact(tmp_path: Path) -> None:
    words = vocabulary([fragment(tmp_path, dorm_area=DORM)])
    match = words.match("school", "学生宿舍面积（㎡）")
    assert match is not None
    assert match.fact.name == "dorm_area"
    assert list(words.school)[-1] == "dorm_area"
    assert "dorm_area" not in vocabulary().school


def test_a_fragment_is_found_in_a_plugins_home(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    fragment(tmp_path / "schemas", dorm_area=DORM)
    assert "dorm_area" in vocabulary([tmp_path]).school
    assert list(vocabulary([tmp_path / "schemas"]).school) == list(vocabulary([tmp_path]).school)


@pytest.mark.parametrize(
    "properties",
    [
        {"primary_students": DORM},  # redefines a fact
        {"dorm_area": {**DORM, "title": "运动场地面积"}},  # claims a known heading
        {"dorm_area": {k: v for k, v in DORM.items() if k != "maximum"}},
        {"dorm_area": {"type": "number", "maximum": 1}},  # no title
        {"dorm_area": {"title": "宿舍"}},  # no type
        {"dorm_area": 3},
    ],
)
def test_a_faulty_fragment_stops_the_program(tmp_path: Path, properties: dict[str, Any]) -> None:
    with pytest.raises(PluginError):
        vocabulary([fragment(tmp_path, **properties)])


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"properties": 3}', "\udcff"])
def test_an_unreadable_fragment_stops_the_program(tmp_path: Path, text: str) -> None:
    path = tmp_path / "county.schema.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PluginError):
        vocabulary([path])
    with pytest.raises(PluginError):
        vocabulary([tmp_path / "other.json"])


def test_every_unit_may_stand_in_a_heading() -> None:
    """The workbook prints headings with their unit; what it prints it must be able to read."""
    from compliance.checker.builtin_offers import load
    from compliance.facts.vocabulary import Heading

    words = vocabulary(load().fragments)
    for fact in nonempty([*words.school.values(), *words.county.values()]):
        printed = Heading.read(f"{fact.title}\n（{fact.unit}）") if fact.unit else None
        assert printed is None or printed.key == Heading.read(fact.title).key, fact.name
