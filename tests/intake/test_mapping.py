"""What people confirmed of their own tables' columns: kept in TOML, and refused for another layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.facts.vocabulary import vocabulary
from compliance.intake.formats.raw_table import TABLE_OF, RawDocument, RawTable
from compliance.intake.own_tables import ready
from compliance.intake.own_tables.mapping import (
    BY_TYPE,
    IGNORE,
    OPEN,
    Assigned,
    Layout,
    TableMapping,
)
from compliance.intake.own_tables.mapping_file import as_text, read_mapping
from compliance.intake.own_tables.terms import ReadingTerms
from compliance.kernel.errors import UsageError

WORDS = vocabulary()
TITLE = "颍西县2024年义务教育学校办学条件统计表"
CONFIRMED = Layout(
    "schools",
    {
        "序号": Assigned(IGNORE),
        "学校名称": Assigned("school_name"),
        "在校生数": Assigned(BY_TYPE),
        "小学/班级数": Assigned("primary_classes"),
        "初中/班级数": Assigned("junior_classes"),
        "办学条件/教学仪器设备资产值(万元)": Assigned("equipment_value", unit="万元"),
        "办学条件/2024年核定经费": Assigned("public_funds", assumed="万元"),
    },
    TITLE,
    "办学条件.xlsx",
    "Sheet1",
)
MAPPING = TableMapping((CONFIRMED,), "M.toml", "张三", date(2025, 10, 12)).resolved(WORDS)


def own(headings: Sequence[str], title: str = TITLE) -> RawTable:
    """A table under these headings, in columns A, B, C …"""
    at = {heading: f"Sheet1!{'ABCDEFGHIJ'[place]}4" for place, heading in enumerate(headings)}
    return RawTable(
        "schools", "新表.xlsx", {heading: [] for heading in headings}, 0, lambda _, h: at[h],
        heading_place=at.__getitem__, sheet="Sheet1", titles=(title, "Sheet1"),
    )  # fmt: skip


HEADINGS = list(CONFIRMED.columns)


def test_the_same_layout_in_another_order_and_year() -> None:
    there = [h.replace("2024", "2025").replace("(万元)", "（ 万元 ）") for h in reversed(HEADINGS)]
    agreed = MAPPING.of(own(there, TITLE.replace("2024", "2025")), WORDS)
    assert agreed is not None
    assert not agreed.refused
    assert [agreed.columns[h].fact for h in there] == [
        "public_funds", "equipment_value", "junior_classes", "primary_classes", BY_TYPE,
        "school_name", IGNORE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "at", "told"),
    [
        (lambda h: [x for x in h if x != "小学/班级数"], "Sheet1", "原有的表头“小学/班级数”不见了"),
        (lambda h: [*h, "图书"], "Sheet1!H4", "表头“图书”是新的"),
        (
            lambda h: [x.replace("初中/班级数", "高中/班级数") for x in h],
            "Sheet1!E4", "表头“高中/班级数”原来是“初中/班级数”",
        ),
        (
            lambda h: [x.replace("(万元)", "(元)") for x in h],
            "Sheet1!F4", "的单位由万元变为元",
        ),
        (lambda h: [x.replace("(万元)", "") for x in h], "Sheet1!F4", "原来写着万元，现在没有写"),
        (lambda h: [f"{x}(元)" if "核定" in x else x for x in h], "Sheet1!G4", "由万元变为元"),
    ],
)  # fmt: skip
def test_another_layout_is_refused_by_heading_and_cell(
    change: Callable[[list[str]], list[str]], at: str, told: str
) -> None:
    agreed = MAPPING.of(own(change(HEADINGS)), WORDS)
    assert agreed is not None
    assert not agreed.columns
    (problem,) = agreed.refused
    assert (problem.severity, problem.code) == ("error", "layout_changed")
    assert (problem.file, problem.at) == ("新表.xlsx", at)
    assert told in problem.message


def test_every_change_is_told_at_once_and_what_is_never_a_figure_is_none() -> None:
    there = own(["序号", "学校名称", "在校生数", "小学/班数", "初中/班级数", "备注"])
    agreed = MAPPING.of(there, WORDS, silent=["备注"])
    assert agreed is not None
    assert len(agreed.refused) == 4
    assert not any("备注" in one.message for one in agreed.refused)


def test_a_table_unlike_any_is_not_known() -> None:
    assert MAPPING.of(own(["学校名称", "图书册数", "计算机台数"], "另一张表"), WORDS) is None
    renamed = MAPPING.of(own(["学校名称", "图书册数"], TITLE), WORDS)  # but by its title it is
    assert renamed is not None
    assert renamed.refused


def test_of_two_tables_with_the_same_headings_the_title_tells() -> None:
    junior = replace(
        CONFIRMED, title="初中办学条件", columns={**CONFIRMED.columns, "在校生数": Assigned("junior_students")}
    )  # fmt: skip
    both = TableMapping((CONFIRMED, junior)).resolved(WORDS)
    agreed = both.of(own(HEADINGS, "初中办学条件"), WORDS)
    assert agreed is not None
    assert agreed.columns["在校生数"].fact == "junior_students"


def test_what_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "M.toml"
    path.write_text(
        'format = "junheng-mapping/1"\n[[table]]\nrecord = "schools"\n[table.columns]\n'
        '"甲" = "小学在校生"\n"乙" = "primary_studens"\n"丙" = { fact = "teaching_area", unit = "万元" }\n',
        "utf-8",
    )
    with pytest.raises(UsageError) as caught:
        read_mapping(path).resolved(WORDS)
    told = str(caught.value)
    assert "M.toml:6: “乙”：没有数据项“primary_studens”是否指 primary_students？" in told
    assert "M.toml:7: “丙”：单位“万元”不能换算为“教学及辅助用房面积”的单位平方米" in told
    assert "甲" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = [", "不是有效的TOML"),
        ('format = "junheng-mapping/1"', "没有 [[table]]"),
        ("[[table]]\nrecord = 1", 'format 应为 "junheng-mapping/1"'),
        ('format = "junheng-mapping/1"\n[[table]]\nrecord = "pupils"\n', "第1个 [[table]]：record 应为"),
        ('format = "junheng-mapping/1"\n[[table]]\nrecord = "schools"\ncolums = 1', "不认识 colums"),
        ('format = "junheng-mapping/1"\n[[table]]\nrecord = "schools"\n[table.columns]\na = 3', "“a”应写成"),
        ('confirmed_on = "昨天"\n', "confirmed_on 应为日期"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_mapping(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "M.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"M\.toml") as caught:
        read_mapping(path)
    assert told in str(caught.value)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def mappings(draw: st.DrawFn) -> TableMapping:
    """Any mapping that a program may have written."""
    layouts = []
    for _ in range(draw(st.integers(1, 3))):
        record = draw(st.sampled_from(sorted(TABLE_OF)))
        facts = st.sampled_from([*WORDS.tables[TABLE_OF[record]], IGNORE, BY_TYPE, OPEN])
        columns = draw(st.dictionaries(_TEXT, st.builds(Assigned, facts), min_size=1, max_size=5))
        layouts.append(Layout(record, columns, draw(_TEXT), draw(_TEXT), draw(_TEXT)))
    day = draw(st.none() | st.dates())
    return TableMapping(tuple(layouts), confirmed_by=draw(_TEXT), confirmed_on=day)


@given(mappings())
def test_toml_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, mapping: TableMapping
) -> None:
    path = tmp_path_factory.mktemp("mapping") / "M.toml"
    path.write_text(as_text(mapping, WORDS), "utf-8")
    assert read_mapping(path).resolved(WORDS) == mapping


def settled_by(said: dict[str, str], rows: Sequence[Sequence[object]]) -> dict[str, list[object]]:
    """What becomes of a table (code, type, a figure whose heading names no stage) with a mapping."""
    headings = ["学校代码", "办学类型", *said]
    columns = {h: [row[n] for row in rows] for n, h in enumerate(headings)}
    raw = replace(own(headings), columns=columns, height=len(rows))
    known = {"学校代码": "school_code", "办学类型": "school_type"}
    layout = Layout("schools", {h: Assigned(f) for h, f in (known | said).items()}, TITLE)
    terms = ReadingTerms(TableMapping((layout,))).resolved(WORDS)
    county = RawTable("counties", "新表.xlsx", {}, 0, lambda _, h: h)
    table = ready(RawDocument("新表.xlsx", [county, raw]), WORDS, terms).tables[1]
    found = {}
    for heading, cells in table.columns.items():
        match = WORDS.match("school", heading)
        found[match.fact.name if match else heading] = list(cells)
    return found


SCHOOLS = (("1", "小学", 600), ("2", "初级中学", 900), ("3", "九年一贯制学校", 500))


@pytest.mark.parametrize("heading", ["专任教师数", "教书先生"])
def test_a_figure_without_a_stage_is_of_the_schools_own_whatever_is_chosen(heading: str) -> None:
    found = settled_by({heading: "junior_teachers"}, SCHOOLS)
    assert found["primary_teachers"] == [600, None, None]
    assert found["junior_teachers"] == [None, 900, 500]


def test_of_two_columns_with_the_same_words_the_chosen_one_is_used() -> None:
    rows = [(*school, 1) for school in SCHOOLS]
    found = settled_by({"运动场地面积": "ignore", "体育运动场地面积": "outdoor_sports_area"}, rows)
    assert found["outdoor_sports_area"] == [1, 1, 1]


def test_a_total_that_is_repeated_stays_one_when_it_is_confirmed() -> None:
    rows = [(*school, school[2]) for school in SCHOOLS]
    said = {"教职工数/小学/合计": "primary_staff", "按性别/教职工数/小学/合计": "primary_staff"}
    found = settled_by(said, rows)
    assert found["primary_staff"][0] == 600
