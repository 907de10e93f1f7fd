"""No figure lands in another fact: whatever words stand over a column, in whatever order.

What a heading must say to be a fact is written down here by hand, apart from the schemas' aliases and the
words that the program reads them by.
"""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from compliance.facts.heading_meaning import Meaning, meaning_of
from compliance.facts.units import UNITS, folded, quantity
from compliance.facts.vocabulary import vocabulary
from tests.support.nonempty import nonempty

WORDS = vocabulary()
STAGES = {
    "primary": "小学",
    "junior": "初中|初级中学",
    "senior": "高中|高级中学",
    "special": "特殊教育|特教",
}
# stem → what has to stand over its column, and what must not
SAYS = {
    "students": ("在校|在籍|学生|生数", "随迁|寄宿|住宿|幼儿|毕业|招|班额|教师|入学时|培训|每班|各班"),
    "classes": ("班", "班额段|最大|人数|各班|每班"),
    "grades": ("年级", "一年级|毕业"),
    "class_sizes": ("各班|每班|明细", "最大"),
    "class_bands": ("班额|以下|以上|[0-9]|班级", "最大"),
    "largest_class": ("最大|最多", ""),
    "teachers": ("专任教师|专职教师", "博士|硕士|研究生|本科|专科|大专|体|音|美|艺|骨干|资格|证|360|职称|职务"),
    "teachers_above_degree": ("高于规定学历|高学历|(?:本|专)科(?:及)?以上|大专及?以上", "硕士|博士"),
    "teachers_doctor": ("博士", "硕士|本科|专科"),
    "teachers_master": ("硕士", "博士|本科|专科"),
    "teachers_postgraduate": ("研究生", "博士|硕士|本科|专科"),
    "teachers_bachelor": ("本科", "博士|硕士|专科|以上"),
    "teachers_college": ("专科|大专", "博士|硕士|本科|以上"),
    "backbone_teachers": ("骨干", "交流"),
    "pe_arts_teachers": ("体.*[艺音美]|[艺音美].*体", "交流|走教|兼职"),
    "pe_teachers": ("体育", "艺|音|美|走教"),
    "music_teachers": ("音乐", "体|美术|走教|教室"),
    "fine_arts_teachers": ("美术", "体|音乐|走教|教室"),
    "arts_teachers": ("艺术", "体|走教"),
    "visiting_pe_arts_teachers": ("走教|兼职|交流", ""),
    "certified_teachers": ("证", ""),
    "trained_teachers": ("360", ""),
    "staff": ("教职工", "专任"),
    "entrants": ("招生|新生|招收", "划片|就近"),
    "zoned_entrants": ("划片|就近", ""),
    "teachers_mid_title": ("中级", ""),
    "senior_students": ("在校|在籍|学生|生数", "随迁|寄宿|毕业|招"),
    "preschool_students": ("幼儿", ""),
    "migrant_students": ("随迁", ""),
    "boarders": ("寄宿|住宿", "是否"),
    "graduates": ("毕业", "研究生|本科|专科|教师|入学时"),
    "teaching_area": ("教学及(?:教学)?辅助用房|教学辅助用房|教辅用房", "体育"),
    "indoor_sports_area": ("室内体育用房|体育馆|室内体育场馆|室内运动场馆", ""),
    "outdoor_sports_area": ("运动场|体育场地", "室内|租|馆"),
    "leased_sports_area": ("租", ""),
    "equipment_value": ("仪器设备", ""),
    "multimedia_rooms": ("多媒体教室", ""),
    "books": ("图书|藏书", ""),
    "computers": ("计算机|数字终端", "教室"),
    "public_funds": ("公用经费", "预算|培训|基准|定额"),
    "public_funds_budget": ("公用经费预算", "培训"),
    "training_funds_budget": ("培训", "360"),
    "special_teachers": ("专任教师", "证|360"),
}  # fmt: skip
# words that make another figure of any: under none of them may a column become a fact unasked
OTHERS = (
    "男", "其中：男", "少数民族", "上年", "去年", "规划", "危房", "民办", "代课", "离退休", "一年级", "附设班",
    "新增", "占比（%）", "生均", "平均", "城区", "留守儿童", "正高级", "行政人员", "校医", "缺编", "拟建",
)  # fmt: skip
FIGURES = (
    "在校生数", "学生数", "在校学生", "专任教师", "专任教师数", "教职工", "教职工数", "班级数", "班数", "班额",
    "招生数", "毕业生数", "随迁子女", "寄宿生", "博士研究生", "硕士", "研究生毕业", "本科", "专科毕业", "骨干教师",
    "县级以上骨干教师", "体育与健康", "艺术", "音乐", "美术", "高于规定学历教师数", "教学及辅助用房", "室内体育用房",
    "运动场地面积", "教学仪器设备资产值", "网络多媒体教室", "图书", "计算机数", "公用经费", "占地面积", "校舍建筑面积",
    "固定资产总值", "教室", "音乐教室", "持证教师数", "中级职称", "25人及以下", "26-30人", "66人及以上", "最大班额",
    "就近划片入学", "年级数", "教师数", "学历", "本科及以上", "附设幼儿班幼儿数", "教师培训经费",
)  # fmt: skip
FRAMES = (
    "小学", "初中", "高中", "小学部", "初级中学", "特殊教育学校", "合计", "计", "小计", "其中", "#按学历分",
    "#按授课课程分", "办学条件", "师资情况", "学生", "一、基本情况", "2024年",
)  # fmt: skip
BRACKETS = st.sampled_from(
    ["", "（人）", "（万元）", "（㎡）", "(亩)", "（小学）", "（初中）", "（计）"]
)
FIGURE = st.builds("{}{}".format, st.sampled_from(FIGURES), BRACKETS)
PART = st.one_of(
    FIGURE, FIGURE, st.sampled_from(FRAMES), st.sampled_from(OTHERS),
    st.builds("{}{}".format, st.sampled_from(FRAMES[:5]), FIGURE),
    st.builds("其中：{}".format, FIGURE),
    st.builds("{}{}".format, st.sampled_from(OTHERS), FIGURE),
)  # fmt: skip
PATHS = st.lists(PART, min_size=1, max_size=4)


def read(path: list[str]) -> Meaning:
    return meaning_of(WORDS, "school", path)


@given(PATHS)
@example(["专任教师", "#按学历分", "研究生毕业"])
@example(["教职工数", "其中：男"])
@example(["小学", "毕业生数"])
@example(["音乐教室"])
@example(["教学及辅助用房（㎡）", "其中：男", "室内体育用房"])
def test_a_figure_has_a_fact_only_where_its_own_words_stand_over_it(path: list[str]) -> None:
    found = read(path)
    text = "/".join(path)
    if not found.useful:
        return
    for fact in nonempty(found.facts):
        says, never = SAYS[fact.stem]
        assert re.search(says, text), (fact.name, text)
        assert not (never and re.search(never, text)), (fact.name, text)
    assert not any(word in text for word in OTHERS), text


@given(PATHS)
def test_the_stage_that_stands_there_is_that_of_the_fact(path: list[str]) -> None:
    found, text = read(path), "/".join(path)
    if not found.useful:
        return
    named = {stage for stage, word in STAGES.items() if re.search(word, text)}
    assert len(named) <= 1, text
    if named:
        stage = named.pop()
        assert set(found.stages) <= {stage} or (found.kind == "part" and found.part == stage), text
    elif found.kind == "fact":
        assert found.stages == ("",), text


@given(PATHS)
def test_a_unit_that_stands_there_measures_the_fact(path: list[str]) -> None:
    found, text = read(path), "/".join(path)
    if not found.useful:
        return
    units = [unit for unit in re.findall(r"[(（]([^()（）]+)[)）]", text) if folded(unit) in UNITS]
    own = {quantity(fact.unit) for fact in found.facts}
    assert not units or quantity(folded(units[-1])) in own, text
    assert len(own) == 1


@given(PATHS, st.randoms(use_true_random=False))
def test_in_another_order_the_words_mean_no_other_fact(path: list[str], random: object) -> None:
    other = list(path)
    random.shuffle(other)  # type: ignore[attr-defined]
    first, second = read(path), read(other)
    if first.kind == second.kind == "fact" and first.unit == second.unit:
        assert first.facts == second.facts


@given(PATHS)
def test_a_suggestion_is_of_the_stage_and_unit_that_stand_there(path: list[str]) -> None:
    found, text = read(path), "/".join(path)
    if found.kind != "unknown":
        return
    named = {stage for stage, word in STAGES.items() if re.search(word, text)}
    assert not named or set(found.stages) <= {*named, ""}, text
    assert not (found.facts and any(word in text for word in OTHERS)), text
