"""The template asks for what the rules need and no more: held against the engine, figure by figure.

How the form finds out is not used here: a figure is needed where a finding changes without it.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from copy import deepcopy
from typing import Any

import openpyxl
import pytest

from compliance.cli.workbook_form import workbook_form
from compliance.facts.fact import Fact
from compliance.render.blank_workbook import workbook_bytes
from compliance.render.workbook_form import DECLARED, JUDGED, REFERENCE, WorkbookForm
from examples.invented import county
from tests.support.court import Document
from tests.support.nonempty import nonempty
from tests.support.properties import findings
from tests.support.properties import judged as judged_by

Sheet = Any
IDENTITY = ("county_code", "county_name", "year", "school_code", "school_name", "school_type")
TABLES = ("monitoring", "attestations", "vetoes")
STANDARDS = ("national", "anhui", "anhui-hefei")
OF_ANHUI = {"building_area_without_dormitories": 5000, "day_teaching_hours": 6}
OF_HEFEI = {"graduating_eligible_teachers": 40, "graduating_exchanged_teachers": 8}


def asked(form: WorkbookForm) -> dict[str, Fact]:
    groups = (*form.of_county().values(), *form.of_schools().values())
    return {fact.name: fact for group in groups for fact in group}


def whole(form: WorkbookForm) -> Document:
    """A county with its lists given in every way."""
    document = county(5, "519955", "全数县", "城关镇 柳河镇 青石镇")
    document["county"] |= OF_HEFEI
    by_size = sorted(document["schools"], key=lambda one: one.get("primary_students") or 9999)
    kinds = {school["school_type"]: school for school in by_size}  # the largest: in town
    village = next(one for one in by_size if one["school_type"] == "primary")
    document["schools"] = [*kinds.values(), {**village, "school_code": "5199559999"}]
    for school in document["schools"]:
        school["building_area_without_dormitories"] = OF_ANHUI["building_area_without_dormitories"]
        for stage in ("primary", "junior"):
            if sizes := school.get(f"{stage}_class_sizes"):
                edges = form.words.school[f"{stage}_class_bands"].edges
                places = [sum(size > edge for edge in edges) for size in sizes]
                school[f"{stage}_class_bands"] = [places.count(n) for n in range(10)]
                school[f"{stage}_largest_class"] = max(sizes)
                school[f"{stage}_day_teaching_hours"] = OF_ANHUI["day_teaching_hours"]
        for kind, least in (("music", 96), ("art", 90)):
            if (areas := school.get(f"{kind}_room_areas")) is not None:
                school[f"{kind}_rooms_{least}"] = sum(area >= least for area in areas)
    return document


def schools(form: WorkbookForm) -> Sheet:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(form)))["学校"]


def first_row(sheet: Sheet) -> int:
    """The first for a school: under the headings and the example."""
    return int(sheet.freeze_panes[1:]) + 1


def only(document: Document, facts: Collection[str]) -> Document:
    """A copy with nothing but these facts, and what people state."""
    kept = {*facts, *TABLES}
    copy = deepcopy(document)
    copy["county"] = {name: value for name, value in copy["county"].items() if name in kept}
    copy["schools"] = [
        {name: value for name, value in school.items() if name in kept}
        for school in copy["schools"]
    ]
    return copy


def _asked_by_the_base(ruleset: str) -> set[str]:
    """What the rule set below asks for, which is tried with it."""
    place = STANDARDS.index(ruleset)
    return set(asked(workbook_form(STANDARDS[place - 1]))) if place else set()


@pytest.mark.parametrize("ruleset", STANDARDS)
def test_every_column_is_needed_and_nothing_else(ruleset: str) -> None:
    form = workbook_form(ruleset)
    facts = asked(form)
    assert {form.use(fact) for fact in facts.values()} == {JUDGED, DECLARED}
    document = whole(form)
    tried = {*IDENTITY, *_asked_by_the_base(ruleset)}
    names = [name for name in facts if name not in tried]
    short = only(document, facts)
    lacking = [only(document, set(facts) - {name}) for name in names]
    everything, given, *without = findings([document, short, *lacking], ruleset)
    assert {key: one.status for key, one in everything.items()} == {
        key: one.status for key, one in given.items()
    }
    needed = {name for name, found in zip(names, without, strict=True) if found != given}
    judged = {name for name in names if form.use(facts[name]) == JUDGED}
    assert needed <= judged

    def contradicts(name: str) -> bool:
        """Whether it speaks against a statement where it is none."""
        short["county"][name] = 0
        return any(name in one.facts for one in judged_by([short], ruleset).problems)

    assert all(map(contradicts, judged - needed))


def test_rule_sets_and_switches_ask_for_what_is_theirs() -> None:
    national, everything = workbook_form(), workbook_form(everything=True)
    relaxed = workbook_form(switches=("relaxations-2019",))
    merged = workbook_form(switches=("teaching-points-merged",))
    basic = workbook_form("basic-2012")
    assert set(asked(merged)) - set(asked(national)) == {"main_school_code"}
    more = {"built_year", "dense_city_centre", "leased_sports_area", "music_rooms_73"}
    assert more <= set(asked(relaxed)) - set(asked(national))
    assert "primary_class_bands" not in asked(basic)
    assert [basic.further(name) for name in TABLES] == [False, True, False]
    uses = {everything.use(fact) for fact in asked(everything).values()}
    assert uses == {JUDGED, DECLARED, REFERENCE}
    assert set(asked(everything)) >= set(everything.words.county)


def test_one_way_to_give_a_figure_and_the_others_told() -> None:
    form = workbook_form()
    others = {
        "primary_class_sizes", "primary_largest_class", "music_room_areas", "art_room_areas",
        "junior_teachers_bachelor", "primary_pe_teachers", "graduates_total",
        "primary_nearby_percent",
    }  # fmt: skip
    assert not others & set(asked(form))
    assert {
        "primary_class_bands", "music_rooms_96", "art_rooms_90", "junior_teachers_above_degree",
        "primary_pe_arts_teachers", "graduates", "primary_zoned_entrants",
    } <= set(asked(form))  # fmt: skip
    told = "\n".join(form.other_ways())
    for words in (
        "各班额段班级数：也可改填各班学生数（“班级”表）、最大班额。",
        "音乐专用教室间数（96平方米及以上）：也可改填音乐专用教室各间面积（“专用教室”表）。",
        "初中高于规定学历教师数：没有的，也可填博士学历专任教师数、硕士学历专任教师数、本科学历专任教师数",
        "初中毕业学生数：也可改填全县初中毕业学生数。",
    ):
        assert words in told
    guide = [line for _, lines in form.guide(["县区", "学校"]) for line in lines]
    assert set(form.other_ways()) <= set(guide)


def test_a_heading_says_what_is_counted_when_from_where_and_for_what() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(workbook_form())))
    notes = {
        str(cell.value).partition("\n")[0]: cell.comment.text
        for cell in book["学校"][2]
        if cell.comment
    }
    assert notes["运动场地面积"].split("\n")[1:5] == [
        "统计什么：校园内室外运动场地面积。",
        "什么时候：截至学年起始年份的9月1日（学年初）。",
        "从哪里来：教育事业统计“占地与其他办学条件”，由基建（项目）办提供",
        "用在哪里：判定必需：R5 体育运动场馆面积、RS 综合评估、D5 体育运动场馆面积的校际差异系数、"
        "E2 申报前综合差异系数、B2 体育运动场馆面积的校际差异系数（基本均衡）",
    ]
    assert "只用于参考指标，不影响结论" in notes["图书册数"]
    assert "用在哪里：申报表用" in notes["小学教职工数"]


def test_colours_have_their_key_and_stand_over_the_columns() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(workbook_form(everything=True))))
    key = {
        str(cell.value).partition("：")[0]: cell.fill.fgColor.rgb
        for [cell] in book["说明"].iter_rows(max_col=1)
        if "：" in str(cell.value)
    }
    heads = {str(cell.value).partition("\n")[0]: cell.fill.fgColor.rgb for cell in book["学校"][2]}
    assert heads["小学在校生数"] == key[JUDGED]
    assert heads["小学年级数"] == key[DECLARED]
    assert heads["校长"] == key[REFERENCE]
    assert len({key[JUDGED], key[DECLARED], key[REFERENCE]}) == 3


def test_what_a_type_of_school_has_not_is_grey() -> None:
    sheet = schools(workbook_form())
    letters = {
        str(cell.value).partition("\n")[0]: cell.column_letter for cell in sheet[2] if cell.value
    }
    grey = {
        str(block.sqref).partition(":")[0].rstrip("0123456789"): rule.formula[0]
        for block in sheet.conditional_formatting
        for rule in block.rules
        if rule.formula and rule.formula[0].startswith("OR(")
    }

    def without(heading: str) -> set[str]:
        return set(grey[letters[heading]].split('"')[1::2])

    assert grey[letters["初中专任教师数"]].startswith(
        f"OR(${letters['办学类型']}{first_row(sheet)}="
    )
    assert without("初中专任教师数") == {"小学", "教学点", "高级中学"}
    assert without("小学专任教师数") == {"初级中学", "完全中学", "高级中学"}
    assert without("高中在校生数") == {"小学", "教学点", "初级中学", "九年一贯制学校"}
    assert without("初中毕业学生数") == {"小学", "教学点", "高级中学"}
    assert {"小学", "职业学校"} <= without("特殊教育学校专任教师数")
    assert "特殊教育学校" not in without("特殊教育学校专任教师数")
    assert letters["教学及辅助用房面积"] not in grey


def test_columns_stand_in_the_order_of_the_statistical_tables() -> None:
    sections = list(workbook_form().of_schools())
    assert sections == [
        "学校基本情况", "学生", "班级与班额", "教师", "校舍与场地", "设备", "专用教室",
        "经费", "招生与巩固", "特殊教育学校",
    ]  # fmt: skip


def test_a_page_repeats_the_headings_and_the_schools_name() -> None:
    sheet = schools(workbook_form())
    head = first_row(sheet) - 2
    assert sheet.freeze_panes == f"C{head + 1}"
    assert sheet.print_title_rows == f"$1:${head}"
    assert sheet.print_title_cols == "$A:$B"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert 2 <= len(sheet.col_breaks.brk) <= 6
    assert all(sheet.cell(head + 5, column).border.left.style for column in nonempty(range(1, 20)))
