"""A county's own columns become facts row by row: every figure where it belongs, or asked for, or said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake.acceptance.typed_table import accept_table
from compliance.intake.cell_text import address
from compliance.intake.formats.raw_table import RawTable
from compliance.intake.own_tables.column_use import understand
from compliance.intake.own_tables.mapping import Assigned
from compliance.intake.own_tables.settle import settle
from compliance.kernel.errors import Problem

WORDS = vocabulary()
TYPES = ("211", "311", "312", "341", "342", "511")
WHO = {"学校代码": [str(n) for n in range(1, 7)], "办学类型": list(TYPES)}


def raw(columns: Mapping[str, Sequence[object]], titles: tuple[str, ...] = ()) -> RawTable:
    """A table of schools, its headings paths; row 0 stands in line 3, the columns in their order."""
    places = {heading: number for number, heading in enumerate(columns)}
    return RawTable(
        "schools", "own.xlsx", {heading: list(cells) for heading, cells in columns.items()},
        len(next(iter(columns.values()))),
        lambda row, heading: address(row + 2, places[heading]),
        heading_place=lambda heading: address(0, places[heading]),
        paths={heading: tuple(heading.split("/")) for heading in columns}, titles=titles,
    )  # fmt: skip


def settled(
    columns: Mapping[str, Sequence[object]], titles: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, list[Problem], RawTable]:
    table = raw(columns, titles)
    found, problems = settle(table, understand(table, WORDS), WORDS)
    accepted = accept_table(found, WORDS)
    every = [*problems, *accepted.notes, *(problem for _, problem in accepted.faults())]
    return accepted.frame, every, found


def said(problems: Sequence[Problem]) -> list[tuple[str, str, str | None]]:
    return [(one.code, one.at, one.school_code) for one in problems]


def test_a_plain_table_passes_untouched() -> None:
    table = raw(
        {**WHO, "小学在校生数（人）": [1] * 6, "序号": [1] * 6, "运动场地面积(亩)": [3] * 6}
    )
    found, problems = settle(table, understand(table, WORDS), WORDS)
    assert found is table
    assert problems == []


def test_the_stage_that_no_heading_names_is_that_of_the_school() -> None:
    frame, problems, table = settled({**WHO, "在校生数": [10, 20, 30, 40, 50, 60]})
    assert frame["primary_students"].to_list() == [10, None, None, None, None, None]
    assert frame["junior_students"].to_list() == [None, 20, None, None, None, None]
    assert frame["senior_students"].to_list() == [None, None, None, None, 50, None]
    assert said(problems) == [
        ("stage_by_type", "C1", None),
        ("figure_not_used", "C8", "6"),  # pupils of a special school are no school's fact
        ("stage_not_told", "C5", "3"),  # of a nine-year school
        ("stage_not_told", "C6", "4"),  # of a complete secondary school
    ]
    assert "小学1所、初中1所、高中1所" in problems[0].message
    assert problems[2].expected == "分开填小学、初中"
    assert problems[2].facts == ("primary_students", "junior_students")
    assert problems[3].expected == "分开填初中、高中"
    assert table.place(1, "初中在校生数") == "C4"
    assert table.cell(0, "小学在校生数").at == "C3"
    assert table.written(0, "小学在校生数") == "在校生数"


def test_nothing_of_nothing_is_nothing_for_every_stage() -> None:
    frame, problems, _ = settled({**WHO, "县级以上骨干教师数": [0, 0, 0, 0, 0, 0]})
    assert frame["primary_backbone_teachers"].to_list() == [0, None, 0, None, None, None]
    assert frame["junior_backbone_teachers"].to_list() == [None, 0, 0, 0, None, None]
    assert [code for code, _, _ in said(problems)] == ["stage_by_type"]


def test_compulsory_education_leaves_the_senior_stage_out() -> None:
    frame, problems, _ = settled({**WHO, "义务教育阶段在校生数": [1, 2, 3, 4, 5, 0]})
    assert frame["primary_students"].to_list() == [1, None, None, None, None, None]
    assert frame["junior_students"].to_list() == [None, 2, None, 4, None, None]
    assert [one for one in said(problems) if one[0] == "stage_not_told"] == [
        ("stage_not_told", "C5", "3")
    ]


def test_what_people_confirmed_tells_the_stage_of_schools_of_several() -> None:
    table = raw({**WHO, "专任教师数": [10, 20, 30, 40, 50, 60], "合计": [1] * 6})
    confirmed = {"专任教师数": Assigned("junior_teachers"), "合计": Assigned("books")}
    found, problems = settle(table, understand(table, WORDS, confirmed), WORDS)
    frame = accept_table(found, WORDS).frame
    assert frame["primary_teachers"].to_list() == [10, None, None, None, None, None]
    assert frame["junior_teachers"].to_list() == [None, 20, 30, 40, None, None]
    assert frame["special_teachers"].to_list() == [None, None, None, None, None, 60]
    assert frame["books"].to_list() == [1] * 6
    assert "stage_not_told" not in [one.code for one in problems]


def test_the_type_of_a_school_that_is_not_known_tells_no_stage() -> None:
    frame, problems, _ = settled(
        {"学校代码": ["1", "2"], "办学类型": ["学校", None], "在校生数": [10, 20]}
    )
    assert "primary_students" not in frame.columns
    assert said(problems)[:2] == [("stage_not_told", "C3", "1"), ("unknown_word", "B3", None)]
    assert "2行" in problems[0].message


def test_titles_name_the_stage_of_a_whole_table() -> None:
    titles = ("填报单位（盖章）：城关镇中心小学", "颍西县初中专任教师学历情况")
    column = {"专任教师/#按学历分/本科": [0, 2, 3, 4, None, None]}
    frame, problems, _ = settled({**WHO, **column}, titles)
    assert frame["junior_teachers_bachelor"].to_list() == [0, 2, 3, 4, None, None]
    assert problems == []


def test_a_title_does_not_speak_for_a_school_without_its_stage() -> None:
    frame, problems, _ = settled({**WHO, "在校生数": [1, 2, 3, 4, None, None]}, ("小学情况",))
    assert frame["primary_students"].to_list() == [1, None, 3, None, None, None]
    assert "junior_students" not in frame.columns
    assert said(problems) == [("stage_not_told", "C4", "2"), ("stage_not_told", "C6", "4")]
    assert problems[0].expected == "分开填初中"


def test_a_total_is_held_against_its_parts_and_stands_in_for_none() -> None:
    frame, problems, _ = settled(
        {
            **WHO,
            "在校生数/合计": [10, 21, 30, 40, 50, None],
            "在校生数/小学": [10, None, 12, None, None, None],
            "在校生数/初中": [None, 20, 18, 15, None, None],
        }
    )
    assert frame["primary_students"].to_list() == [10, None, 12, None, None, None]
    assert frame["junior_students"].to_list() == [None, 20, 18, 15, None, None]
    assert frame["senior_students"].to_list() == [None, None, None, None, 50, None]
    assert said(problems) == [("stage_by_type", "C1", None), ("total_disagrees", "C4", "2")]
    assert problems[1].message == "“在校生数/合计”是21，各部分之和是20"


def test_the_only_figure_of_a_school_of_one_stage_is_its_total() -> None:
    frame, problems, table = settled(
        {
            **WHO,
            "专任教师/合计": [10, 20, 30, 40, None, 7],
            "专任教师/小学": [None, None, None, None, None, None],
            "专任教师/初中": [None, 20, None, None, None, None],
        }
    )
    assert frame["primary_teachers"].to_list() == [10, None, None, None, None, None]
    assert frame["junior_teachers"].to_list() == [None, 20, None, None, None, None]
    assert frame["special_teachers"].to_list() == [None, None, None, None, None, 7]
    assert [one for one in said(problems) if one[0] == "stage_not_told"] == [
        ("stage_not_told", "C5", "3"),
        ("stage_not_told", "C6", "4"),
    ]
    assert (table.place(0, "小学专任教师数"), table.place(1, "初中专任教师数")) == ("C3", "E4")


def test_a_figure_under_another_stage_is_not_taken_twice() -> None:
    frame, _, _ = settled(
        {
            "学校代码": ["1", "2"],
            "办学类型": ["311", "311"],
            "在校生数/合计": [500, 500],
            "在校生数/小学": [500, 0],
            "在校生数/初中": [None, None],
        }
    )
    assert frame["primary_students"].to_list() == [500, 0]
    assert frame["junior_students"].to_list() == [None, 500]


def test_a_total_over_every_division_is_one_figure() -> None:
    frame, problems, _ = settled(
        {
            **WHO,
            "小学/专任教师/合计": [10, None, 30, None, None, None],
            "小学/专任教师/#按学历分/合计": [10, 5, 31, None, None, None],
        }
    )
    assert frame["primary_teachers"].to_list() == [10, 5, 30, None, None, None]
    assert said(problems) == [("total_disagrees", "D5", "3")]


def test_what_the_stages_have_of_a_fact_of_the_whole_school_is_added_up() -> None:
    frame, problems, table = settled(
        {
            **WHO,
            "随迁子女/小学": [3, None, 4, None, None, None],
            "随迁子女/初中": [None, 5, 6, 7, None, None],
            "图书（万册）/小学": [0.5, None, 1, None, None, None],
            "图书（册）/初中": [None, 9000, None, 8000, None, None],
        }
    )
    assert frame["migrant_students"].to_list() == [3, 5, 10, 7, None, None]
    assert frame["books"].to_list() == [5000, 9000, None, None, None, None]
    assert said(problems) == [
        ("stages_added", "C1", None),
        ("stages_added", "E1", None),
        ("stage_not_told", "E5", "3"),
    ]
    assert table.place(2, "义务教育阶段随迁子女在校生数") == "C5"


BANDS = ("25人及以下", "26—30人", "31-35人", "36～40人", "41至45人", "46-50人", "51-55人", "56-60人", "61-65人", "66人及以上")  # fmt: skip


def bands(stage: str, *rows: Sequence[object]) -> dict[str, list[object]]:
    return {
        f"{stage}班额/{band}": list(column)
        for band, column in zip(BANDS, zip(*rows, strict=True), strict=True)
    }


def test_ten_columns_of_class_sizes_become_a_list() -> None:
    rows = [[n, 1, 0, 0, 2, 0, 0, 0, 0, 0] for n in range(6)]
    frame, problems, table = settled({**WHO, **bands("", *rows)})
    assert frame["primary_class_bands"].to_list() == [rows[0], None, None, None, None, None]
    assert frame["junior_class_bands"].to_list() == [None, rows[1], None, None, None, None]
    assert [code for code, _, _ in said(problems)] == [
        "stage_by_type", "figure_not_used", "stage_not_told", "stage_not_told",
    ]  # fmt: skip
    assert table.place(1, "初中各班额段班级数") == "C4"
    frame, problems, _ = settled({**WHO, **bands("小学/", *rows), **bands("初中/", *rows)})
    assert frame["primary_class_bands"].to_list() == frame["junior_class_bands"].to_list() == rows
    assert problems == []


def test_bands_with_gaps_are_missing_and_said_once() -> None:
    rows: list[list[object]] = [
        [3, None, 0, 0, 0, 0, 0, 0, 0, 0],
        [1] * 10,
        [None] * 10,
        [None] * 10,
        ["—"] * 10,
        [None] * 10,
    ]
    frame, problems, _ = settled({**WHO, **bands("小学/", *rows)})
    assert frame["primary_class_bands"].to_list() == [None, [1] * 10, None, None, None, None]
    assert said(problems) == [("incomplete_list", "C3", "1")]


def test_bands_that_are_not_all_there_are_asked_for() -> None:
    columns = bands("小学/", *([[1] * 10] * 6))
    columns.pop("小学/班额/26—30人", None) or columns.pop(next(iter(columns)))
    frame, problems, _ = settled({**WHO, **columns})
    assert "primary_class_bands" not in frame.columns
    assert {code for code, _, _ in said(problems)} == {"unknown_heading"}


def test_units_are_converted_exactly_and_said() -> None:
    frame, problems, _ = settled(
        {**WHO, "办学条件/运动场地面积(亩)": [30, 0.3, 1, None, None, 6], "在校生数（万人）": [0.1, 0.0123, 0, 0, 0, 0]}
    )  # fmt: skip
    assert frame["outdoor_sports_area"].to_list() == [20000, 200, 2000 / 3, None, None, 4000]
    assert frame["primary_students"].to_list()[0] == 1000
    assert frame["junior_students"].to_list()[1] == 123
    converted = [one for one in problems if one.code == "converted_unit"]
    assert [one.at for one in converted] == ["C1", "D1", "D1", "D1"]
    assert "1亩=2000/3平方米" in converted[0].message


def test_what_is_wrong_in_a_cell_is_told_where_it_was_written() -> None:
    _, problems, _ = settled({**WHO, "在校生数": ["十", -1, None, None, None, None]})
    assert [(one.code, one.at) for one in problems if one.severity == "error"] == [
        ("not_a_number", "C3"),
        ("negative", "C4"),
    ]


def test_the_same_fact_twice_is_still_an_error() -> None:
    _, problems, _ = settled({**WHO, "小学/在校生数": [1] * 6, "小学在校生数": [2] * 6})
    assert [(one.severity, one.code) for one in problems] == [("error", "duplicate_heading")]


@pytest.mark.parametrize("cells", [["是"] * 6, ["1", "0", "否", "计", "不计", None]])
def test_whether_a_school_is_counted(cells: list[object]) -> None:
    frame, problems, _ = settled({**WHO, "是否计校数": cells})
    assert problems == []
    assert set(frame["counted"].to_list()) <= {True, False, None}


def test_a_campus_that_is_not_counted_is_judged_alone_and_said() -> None:
    from tests.intake.raws import document, school, submit

    rows = [
        school(school_code="1"),
        school(school_code="2", 是否计校数="否", 主校标识码="1"),
        school(school_code="3", 是否计校数="否"),
        school(school_code="4", school_type="教学点", 是否计校数="否"),
        school(school_code="5", 是否计校数="是"),
    ]
    found = submit(document(rows, strict=False))
    said = [one for one in found.problems if one.code == "school_not_counted"]
    assert [one.school_code for one in said] == ["2", "3"]
    assert "主校是1" in said[0].expected
    assert found.schools.height == 5
