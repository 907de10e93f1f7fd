"""What a path of headings means, and what it does not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from compliance.facts.heading_meaning import Meaning, meaning_of
from compliance.facts.vocabulary import vocabulary
from tests.support.nonempty import nonempty

WORDS = vocabulary()


def meaning(path: str, **given: tuple[str, ...]) -> Meaning:
    return meaning_of(WORDS, "school", path.split("/"), **given)


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ("在校生数/小学", "primary_students"),
        ("小学/在校生数", "primary_students"),
        ("小学部/学生/在校学生人数", "primary_students"),
        ("在校生数（人）/初中/合计", "junior_students"),
        ("高中/在校生数", "senior_students"),
        ("班数/小学", "primary_classes"),
        ("小学/班额/合计", "primary_classes"),
        ("专任教师/初中", "junior_teachers"),
        ("小学/专任教师/#按学历分/博士研究生", "primary_teachers_doctor"),
        ("初中/专任教师/其中：/本科毕业", "junior_teachers_bachelor"),
        ("小学/专任教师/#按授课课程分/体育与健康", "primary_pe_teachers"),
        ("小学/专任教师/#按授课课程分/艺术/计", "primary_arts_teachers"),
        ("小学/专任教师/#按授课课程分/艺术/音乐", "primary_music_teachers"),
        ("小学/教职工数/其中：专任教师", "primary_teachers"),
        ("县级以上骨干教师/小学", "primary_backbone_teachers"),
        ("教学及辅助用房/计", "teaching_area"),
        ("教学及辅助用房/室内体育用房", "indoor_sports_area"),
        ("教学及辅助用房（㎡）/其中：室内体育用房", "indoor_sports_area"),
        ("办学条件/教学及辅助用房", "teaching_area"),
        ("一、校舍情况/运动场地面积", "outdoor_sports_area"),
        ("网络多媒体教室（间）", "multimedia_rooms"),
        ("招生数/小学/其中：就近划片入学", "primary_zoned_entrants"),
        ("在校生数/其中：随迁子女", "migrant_students"),
        ("公用经费预算/其中：教师培训经费", "training_funds_budget"),
        ("毕业生数/初中", "graduates"),
        ("特殊教育学校/专任教师数", "special_teachers"),
        ("学校身份/学校（机构）标识码", "school_code"),
        ("小学/专任教师/按学历分/研究生毕业", "primary_teachers_postgraduate"),
        ("学校情况/是否计校数", "counted"),
    ],
)
def test_a_path_that_means_one_fact(path: str, fact: str) -> None:
    found = meaning(path).fact
    assert (found and found.name) == fact


@pytest.mark.parametrize(
    ("path", "kind", "facts"),
    [
        ("在校生数", "by_type", ["primary_students", "junior_students", "senior_students"]),
        ("在校生数/合计", "by_type", ["primary_students", "junior_students", "senior_students"]),
        ("义务教育阶段在校生数", "by_type", ["primary_students", "junior_students"]),
        ("专任教师/计", "by_type", ["primary_teachers", "junior_teachers", "special_teachers"]),
        ("毕业生数", "by_type", ["graduates"]),
        ("毕业生数/小学", "silent", []),  # no fact holds them, least of all those of juniors
        ("高中/专任教师数", "silent", []),
        ("随迁子女/小学", "part", ["migrant_students"]),
        ("图书/初中", "part", ["books"]),
        ("序号", "silent", []),
        ("备注", "silent", []),
        ("统计三级", "silent", []),
        ("上年/小学在校生数", "doubtful", ["primary_students"]),
        ("规划/教学及辅助用房面积", "doubtful", ["teaching_area"]),
        ("运动场地面积（千元）", "doubtful", ["outdoor_sports_area"]),
        ("小学/女专任教师数", "unknown", []),
        ("在校生数/其中：女", "unknown", []),
        ("小学/初中/在校生数", "unknown", []),
        ("中小学在校生数", "unknown", []),
        ("小学一年级在校生数", "unknown", []),
        ("专任教师/#按学历分/高中阶段毕业", "unknown", []),
    ],
)  # fmt: skip
def test_a_path_that_means_no_single_fact(path: str, kind: str, facts: list[str]) -> None:
    found = meaning(path)
    assert found.fact is None or kind in ("by_type", "part")
    assert (found.kind, [fact.name for fact in found.facts]) == (kind, facts)


@pytest.mark.parametrize(
    ("path", "item", "stages"),
    [
        ("班额/25人及以下", 0, ("primary", "junior")),
        ("小学/班额/26-30人", 1, ("primary",)),
        ("班级数/#按班额分/46～50人", 5, ("primary", "junior")),
        ("班额（个）/初中/31—35人", 2, ("junior",)),
        ("初中/≥66人", 9, ("junior",)),
        ("小学/66人及以上", 9, ("primary",)),
        ("班级与班额/小学各班额段班级数（个）/25人及以下", 0, ("primary",)),
    ],
)
def test_bands_of_class_sizes(path: str, item: int, stages: tuple[str, ...]) -> None:
    found = meaning(path)
    assert (found.kind, found.item, found.stages) == ("band", item, stages)


@pytest.mark.parametrize("path", ["班额/26-31人", "小学/65人以上", "班额/30人以下", "校舍/26-30"])
def test_other_bands_are_none(path: str) -> None:
    assert not meaning(path).useful


@pytest.mark.parametrize(
    ("path", "units", "factor"),
    [
        ("教学仪器设备资产值(万元)", (), 10_000),
        ("教学仪器设备资产值", ("万元",), 10_000),
        ("办学条件/教学仪器设备资产值", ("人", "千元", "平方米"), 1000),
        ("教学仪器设备资产值(亿元)", (), 100_000_000),
        ("运动场地面积(亩)", (), Fraction(2000, 3)),
        ("运动场地面积（公顷）", ("元",), 10_000),
        ("在校生数（万人）/小学", (), 10_000),
        ("小学/在校生数（名）", ("万元",), 1),
    ],
)
def test_units_are_converted_exactly(path: str, units: tuple[str, ...], factor: Fraction) -> None:
    assert (meaning(path, units=units).kind, meaning(path, units=units).factor) == ("fact", factor)


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("教学仪器设备资产值", ("万元", "元")),
        ("教学仪器设备资产值（平方米）", ()),
        ("在校生数（元）", ()),
    ],
)
def test_a_unit_that_nobody_can_tell_is_asked_for(path: str, units: tuple[str, ...]) -> None:
    assert (meaning(path, units=units).kind, meaning(path, units=units).why) == ("doubtful", "unit")


def test_titles_name_the_stage_where_the_heading_does_not() -> None:
    titles = ("颍西县小学专任教师学历情况", "Sheet1")
    found = meaning("专任教师/#按学历分/本科", titles=titles).fact
    assert found is WORDS.school["primary_teachers_bachelor"]
    assert meaning("专任教师/初中", titles=titles).fact is WORDS.school["junior_teachers"]
    for both in (("小学、初中专任教师",), ("中小学专任教师",), ("小学", "初中"), ("普通中学",)):
        assert meaning("专任教师/#按学历分/本科", titles=both).kind == "by_type"
    assert meaning("专任教师数", titles=("高中教师情况",)).kind == "silent"


@pytest.mark.parametrize(
    ("heading", "facts"),
    [
        ("小学在校学声数", ["primary_students"]),
        ("学校名", ["school_name"]),
        ("equipment_valu", ["equipment_value"]),
        ("初中持教师资格正专任教师数", ["junior_certified_teachers"]),
        # following a suggestion must never put a figure where it does not belong
        ("小学离校生数", []),
        ("小学英语专任教师数", []),
        ("小学代课教师数", []),
        ("在编教师", []),
        ("占地面积", []),
        ("中学在校生数", []),
        ("危房面积", []),
        ("学校序号", []),
        ("", []),
    ],
)
def test_suggestions_do_not_mislead(heading: str, facts: list[str]) -> None:
    found = meaning(heading)
    assert (found.kind, [fact.name for fact in found.facts]) == ("unknown", facts)


def test_every_heading_of_the_schemas_means_its_fact_in_any_order_of_its_parts() -> None:
    for table, facts in nonempty(WORDS.tables.items()):
        for fact in nonempty(facts.values()):
            for heading in nonempty(fact.headings):
                parts = heading.split("/")
                for path in (parts, parts[::-1], [heading]):
                    found = meaning_of(WORDS, table, path)
                    assert fact in found.facts, (table, path)
                    assert len(found.facts) == 1 or fact.stage is not None, (table, path)


def test_a_county_has_no_type_that_tells_a_stage() -> None:
    found = meaning_of(WORDS, "county", ("生均公用经费基准定额",))
    assert found.kind == "unknown"
    assert found.names == ("primary_public_funds_standard", "junior_public_funds_standard")
    assert meaning_of(WORDS, "county", ("初中", "生均公用经费基准定额")).fact is found.facts[1]


def test_a_fact_stands_under_the_words_by_which_our_forms_group_it() -> None:
    for table, facts in nonempty(WORDS.tables.items()):
        for fact in nonempty(facts.values()):
            for path in ([fact.section, fact.title], [f"一、{fact.section}", fact.title]):
                assert not fact.section or meaning_of(WORDS, table, path).fact is fact, path
