"""The county's sheet as offices fill it: pairs side by side, several years, units in a column of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from compliance.facts.vocabulary import vocabulary
from compliance.intake import readers, take_in
from compliance.intake.formats import xlsx
from compliance.kernel.submission import Submission
from tests.intake import inputs

Rows = Sequence[Sequence[object]]
CODE, NAME, YEAR = inputs.COUNTY_ROWS
SALARY, SERVANTS = "教师年平均工资收入", "当地公务员年平均工资收入"


def book(path: Path, rows: Rows, merge: Sequence[str] = ()) -> Path:
    def change(workbook: openpyxl.Workbook) -> None:
        for block in merge:
            workbook["县区"].merge_cells(block)

    return inputs.workbook(path, {**inputs.SHEETS, "县区": rows}, change)


def taken(path: Path) -> Submission:
    return take_in([path], readers(), vocabulary())


def wages(submission: Submission) -> tuple[object, object]:
    whole = submission.completed().counties
    return whole["teacher_salary"][0], whole["civil_servant_salary"][0]


def said(submission: Submission) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.at) for one in submission.problems]


def years(*columns: str, figures: Sequence[object] = (1, 2)) -> Rows:
    """A sheet with a label over each column; figures of one salary, and nines of the other."""
    identity = [(head, *[value] * len(columns)) for head, value in (CODE, NAME, YEAR)]
    return [("项目", *columns), *identity, (SALARY, *figures), (SERVANTS, *[99999] * len(columns))]


class TestSeveralColumns:
    @pytest.mark.parametrize(
        ("columns", "taken_from"),
        [
            (("上年数", "本年数"), "C"),
            (("本年数", "上年数"), "B"),
            (("2022年", "2023年"), "C"),
            (("2023-2024学年", "2022-2023学年"), "B"),
            (("上学年", "本学年"), "C"),
            (("去年", "今年"), "C"),
            (("上年数", "填报值"), "C"),
            (("填报值", "比上年增减"), "B"),
            (("计划数", "实际数"), "C"),
            (("2022", "2023"), "C"),
        ],
    )
    def test_the_column_of_the_school_year_is_read_and_said_to_be(
        self, tmp_path: Path, columns: tuple[str, str], taken_from: str
    ) -> None:
        figures = {"B": (80_000, 70_000), "C": (70_000, 80_000)}[taken_from]
        found = taken(book(tmp_path / "a.xlsx", years(*columns, figures=figures)))
        assert wages(found) == (80_000, 99_999)
        other = "C" if taken_from == "B" else "B"
        assert said(found) == [("warning", "value_column_chosen", f"县区!{other}1")]
        assert {label for label in columns if f"“{label}”" in found.problems[0].message} == {
            *columns
        }

    @pytest.mark.parametrize(
        "columns",
        [("", ""), ("甲", "乙"), ("2023年", "本年"), ("填报值", "2023年"), ("填报值", "数值")],
    )
    def test_two_that_may_both_be_meant_are_an_error_that_names_both(
        self, tmp_path: Path, columns: tuple[str, str]
    ) -> None:
        found = taken(book(tmp_path / "a.xlsx", years(*columns, figures=(80_000, 70_000))))
        [problem] = [one for one in found.problems if one.severity == "error"]
        first = 1 if columns[1] else 2
        assert (problem.code, problem.at) == ("several_value_columns", f"县区!C{first}")
        assert "B列" in problem.message
        assert "C列" in problem.message
        assert found.counties.is_empty()
        assert [one.county_code for one in found.refused] == ["341622"]

    @pytest.mark.parametrize("label", ["上年数", "2022年", "上学年", "计划数"])
    def test_figures_of_another_year_alone_are_an_error(self, tmp_path: Path, label: str) -> None:
        found = taken(book(tmp_path / "a.xlsx", years(label, figures=(80_000,))))
        assert said(found) == [("error", "several_value_columns", "县区!B1")]
        assert label in found.problems[0].message

    def test_remarks_beside_the_figures_are_no_second_column(self, tmp_path: Path) -> None:
        rows = [(*row, "财政局提供") for row in years("", figures=(80_000,))]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == []
        assert wages(found) == (80_000, 99_999)

    @pytest.mark.parametrize(
        "other", [(70_000, 99_999), ("70000", "99999"), ("7万", "９９９９９元"), ("7,0000", None)]
    )
    def test_figures_that_nobody_reads_are_said(
        self, tmp_path: Path, other: Sequence[object]
    ) -> None:
        beside = ("校对数", None, None, None, *other)
        labelled = [(*row, beside[i]) for i, row in enumerate(years("填报值", figures=(80_000,)))]
        found = taken(book(tmp_path / "a.xlsx", labelled))
        assert said(found) == [("warning", "value_column_chosen", "县区!C1")]
        assert wages(found) == (80_000, 99_999)
        nameless = [
            ("项目",),
            *((*row[:2], other[i - 4] if i > 3 else row[1]) for i, row in enumerate(labelled) if i),
        ]
        found = taken(book(tmp_path / "b.xlsx", nameless))
        assert said(found) == [("error", "several_value_columns", "县区!C2")]

    def test_numbers_of_lines_are_no_figures(self, tmp_path: Path) -> None:
        rows = [("项目", "代码", "填报值", "序号"), *((a, 7, b, 1) for a, b in (CODE, NAME, YEAR))]
        found = taken(book(tmp_path / "a.xlsx", [*rows, (SALARY, 8, 80_000, 2)]))
        assert said(found) == []
        assert wages(found) == (80_000, None)

    def test_labels_of_a_next_part_are_no_heading(self, tmp_path: Path) -> None:
        rows = [("项目", "填报值"), CODE, NAME, YEAR, ("工资", "填报值"), (SALARY, 80_000)]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == []
        assert wages(found) == (80_000, None)

    def test_what_stands_above_the_first_known_heading(self, tmp_path: Path) -> None:
        rows = [("青石县", None), ("教师工资水平", 80_000), ("项目", 2023), CODE, NAME, YEAR]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == [("warning", "unknown_heading", "县区!A2")]
        rows[1] = ("=说明!A1", "=说明!B1")
        found = taken(book(tmp_path / "b.xlsx", rows))
        assert said(found) == [("error", "formula_not_calculated", "县区!A2")]

    def test_headings_without_room_for_values(self, tmp_path: Path) -> None:
        found = taken(book(tmp_path / "a.xlsx", [(value, head) for head, value in (CODE, NAME)]))
        assert [(severity, code) for severity, code, _ in said(found)] == [
            ("error", "missing_county")
        ]

    def test_two_records_under_one_row_of_headings(self, tmp_path: Path) -> None:
        head, values = zip(*inputs.COUNTY_ROWS, strict=True)
        rows = [("", *head, SALARY), ("上年数", *values, 70_000), ("本年数", *values, 80_000)]
        assert "several_counties" in [
            code for _, code, _ in said(taken(book(tmp_path / "a.xlsx", rows)))
        ]


class TestPairs:
    @pytest.mark.parametrize("gap", [(), (None,)])
    def test_side_by_side(self, tmp_path: Path, gap: tuple[None, ...]) -> None:
        rows = [
            ("项目", "填报值"),
            (*CODE, *gap, SALARY, 80_000),
            (*NAME, *gap, SERVANTS, 79_000),
            YEAR,
        ]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == []
        assert wages(found) == (80_000, 79_000)
        places = inputs.table(xlsx.read(tmp_path / "a.xlsx"), "counties")
        assert places.place(0, SALARY) == f"县区!{'E' if gap else 'D'}2"

    def test_three_pairs_with_units_between(self, tmp_path: Path) -> None:
        rows = [
            ("项目", "单位", "数值") * 3,
            (CODE[0], None, CODE[1], SALARY, "万元", 8, "社会认可度", "%", 92.5),
            (NAME[0], None, NAME[1], SERVANTS, "元", 79_000, *YEAR[:1], None, YEAR[1]),
        ]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == [("warning", "converted_unit", "县区!D2")]
        assert wages(found) == (80_000, 79_000)
        assert found.counties["recognition_percent"].to_list() == [92.5]

    def test_a_fact_in_both_pairs(self, tmp_path: Path) -> None:
        rows = [(*CODE, SALARY, 80_000), (*NAME, SALARY, 79_000), YEAR]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == [("error", "duplicate_heading", "县区!C2")]

    def test_a_second_name_beside_the_first(self, tmp_path: Path) -> None:
        rows = [
            ("行政区划代码", "county_code", CODE[1]),
            ("县（市、区）名称", "county_name", NAME[1]),
        ]
        rows += [("学年起始年份", "year", YEAR[1]), (SALARY, "teacher_salary", 80_000)]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == []
        assert wages(found) == (80_000, None)


class TestUnits:
    @pytest.mark.parametrize(
        "rows",
        [
            [("项目", "填报值", "单位"), CODE, NAME, YEAR, (SALARY, 8, "万元"), (SERVANTS, 79_000, "元")],
            [("项目", "计量单位", "填报值"), (CODE[0], None, CODE[1]), (NAME[0], None, NAME[1]),
             (YEAR[0], None, YEAR[1]), (SALARY, "万元", 8), (SERVANTS, "元/年", 79_000)],
            [CODE, NAME, YEAR, (SALARY, 8, "（万元）"), (SERVANTS, 79_000)],  # nothing says 单位
            [CODE, NAME, YEAR, (SALARY, 8, "万元（自然年度）"), (SERVANTS, 79_000)],
            [("项目", "填报值（万元）"), CODE, NAME, YEAR, (SALARY, 8), (f"{SERVANTS}（元）", 79_000)],
            [("单位：万元",), CODE, NAME, YEAR, (SALARY, 8), (f"{SERVANTS}（元）", 79_000)],
            [("", "（金额单位：万元）"), CODE, NAME, YEAR, (SALARY, 8), (f"{SERVANTS}（元）", 79_000)],
        ],
    )  # fmt: skip
    def test_a_unit_beside_or_above_is_heeded(self, tmp_path: Path, rows: Rows) -> None:
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert [(severity, code) for severity, code, _ in said(found)] == [
            ("warning", "converted_unit")
        ]
        assert wages(found) == (80_000, 79_000)

    @pytest.mark.parametrize("unit", ["百元", "人", "财政局", "千人"])
    def test_what_is_no_unit_of_the_figure_is_said(self, tmp_path: Path, unit: str) -> None:
        rows = [("项目", "填报值", "单位"), CODE, NAME, YEAR, (SALARY, 80_000, unit)]
        found = taken(book(tmp_path / "a.xlsx", [*rows, (SERVANTS, None, unit)]))
        assert said(found) == [("warning", "unclear_unit", "县区!C5")]
        assert wages(found) == (80_000, None)

    def test_the_template_s_own_units_change_nothing(self, tmp_path: Path) -> None:
        rows = [("项目", "填报值", "单位", "统计口径"), CODE, NAME, YEAR]
        rows += [
            (SALARY, 80_000, "元（自然年度）", "全县义务教育学校教师，单位：元"),
            ("社会认可度", 92, "%", ""),
        ]
        found = taken(book(tmp_path / "a.xlsx", rows))
        assert said(found) == []
        assert wages(found) == (80_000, None)


class TestMerged:
    def test_a_figure_over_two_facts_is_nobody_s(self, tmp_path: Path) -> None:
        rows = [CODE, NAME, YEAR, (SALARY, 80_000), (SERVANTS, None)]
        found = taken(book(tmp_path / "a.xlsx", rows, ["B4:B5"]))
        assert said(found) == [("warning", "merged_cell", "县区!B4")]
        assert found.problems[0].facts == ("teacher_salary", "civil_servant_salary")
        assert wages(found) == (None, None)

    def test_what_is_merged_over_both_years_holds_for_both(self, tmp_path: Path) -> None:
        rows = [("项目", "上年数", "本年数"), CODE, NAME, YEAR, (SALARY, 70_000, 80_000)]
        rows += [(SERVANTS, 70_000, 80_000)]
        found = taken(book(tmp_path / "a.xlsx", rows, ["B2:C2", "B3:C3", "B4:C4"]))
        assert said(found) == [("warning", "value_column_chosen", "县区!B1")]
        assert found.counties["county_code"].to_list() == ["341622"]
        assert wages(found) == (80_000, 80_000)

    def test_a_figure_beside_a_merged_heading_is_its_own(self, tmp_path: Path) -> None:
        rows = [CODE, NAME, YEAR, (SALARY, 80_000), (None, None), (SERVANTS, 79_000, "元")]
        found = taken(book(tmp_path / "a.xlsx", rows, ["A4:A5", "B4:B5"]))
        assert said(found) == []
        assert wages(found) == (80_000, 79_000)
