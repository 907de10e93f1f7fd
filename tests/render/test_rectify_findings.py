"""What an acceptance test found in the papers, each case worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compliance.kernel.errors import Problem
from compliance.kernel.i18n import use
from compliance.render.rectification.cells import PaperLine
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.write import papers
from tests.render import fixture
from tests.render.fixture import COUNTY, Sheet
from tests.render.rectify_sample import GOOD, conforming, sample

CODE, _, YEAR = COUNTY
SEVEN = tuple(fixture.RESOURCES)
# R5 must reach 7.5, and 6.375 at least
LOW = (4.5, 1.2, 0.95, 4.6, 5.0, 2100.0, 2.4)


def school(status: str, **fields: Any) -> dict[str, Any]:
    return {
        "status": status,
        "level": "school",
        "school_code": "A",
        "school_name": "甲小学",
    } | fields


def paper_of(sheet: Sheet, verdict: str = "fail", **fields: Any) -> CountyPaper:
    blocks = fields.pop("blocks", {})
    (one,) = papers(fixture.report([sheet], [sheet.result(verdict, **blocks)], **fields))
    return one


def line(paper: CountyPaper, rule: str, of: str = "A") -> PaperLine:
    (own,) = [one for one in paper.schools if one.code == of]
    return next(row for part in own.parts for row in part.lines if row.rule == rule)


class TestTheGroupRule:
    """A stage's overall assessment is told in a sentence; the lines are those of its indicators."""

    def told(self, sheet: Sheet, verdict: str = "fail") -> str:
        (own,) = paper_of(sheet, verdict).schools
        assert not any(line.rule == "RS" for part in own.parts for line in part.lines)
        return own.sentences[0]

    def test_six_met_and_one_below_its_floor(self) -> None:
        sheet = Sheet()
        sheet.unit("A", "甲小学", "primary", LOW, "fail", {"R5": 2500.0})
        assert self.told(sheet) == (
            "小学：资源配置综合评估不达标，7项指标达标6项，另有1项低于85%下限"
            "（不达标：体育运动场馆面积）。"
        )
        with use("en"):
            assert "1 below the 85% floor" in self.told(sheet)

    def test_one_below_its_standard_but_not_its_floor(self) -> None:
        sheet = Sheet()
        sheet.unit("A", "甲小学", "primary", (*LOW[:4], 6.375, *LOW[5:]), "pass", {"R5": 900.0})
        assert "达标6项（" in self.told(sheet)

    def test_nothing_known(self) -> None:
        sheet = Sheet()
        missing = {key: ["equipment_value"] for key in SEVEN}
        sheet.unit("A", "甲小学", "primary", (None,) * 7, "unknown", missing=missing)
        assert "达标0项" not in self.told(sheet, "undecided")

    def test_none_met_of_what_is_known(self) -> None:
        sheet = Sheet()
        values = (0.1, *(None,) * 6)
        missing = {key: ["equipment_value"] for key in SEVEN[1:]}
        sheet.unit("A", "甲小学", "primary", values, "fail", {"R1": 41.0}, missing)
        assert "7项指标达标0项，另有1项低于85%下限" in self.told(sheet)


def doubt(code: str, message: str, *facts: str, school_code: str | None = "A") -> Problem:
    return Problem(
        "warning", code, message, county_code=CODE, year=YEAR, school_code=school_code, facts=facts
    )


class TestDoubts:
    """A remark names only the doubtful figures that its own rule, school and stage rest on."""

    ROOMS = doubt("part_greater", "教学用房大于校舍面积", "teaching_area")
    TEACHERS = doubt("part_greater", "持证教师多于专任教师", "primary_certified_teachers")
    OTHER = doubt("part_greater", "别校的用房", "teaching_area", school_code="B")

    def note(self, *problems: Problem, facts: tuple[str, ...] = ("teaching_area",)) -> str:
        sheet = Sheet()
        low = (*GOOD[:3], 1.0, *GOOD[4:])
        sheet.unit("A", "甲小学", "primary", low, "fail", {"R4": 10.0})
        sheet.rows[3]["warnings"] = ["part_greater"]
        report = fixture.report([sheet], [sheet.result("fail")], problems=problems)
        rules = {
            key: {**known, "R4": replace(known["R4"], facts=facts)}
            for key, known in report.rules.items()
        }
        (paper,) = papers(replace(report, rules=rules))
        assert line(paper, "R4").note == paper.problems[0].note
        return paper.problems[0].note

    def test_of_its_own_facts(self) -> None:
        told = "影响综合评估；数据存疑：教学用房大于校舍面积"
        assert self.note(self.TEACHERS, self.OTHER, self.ROOMS) == told

    def test_of_its_own_stage(self) -> None:
        facts = ("students", "primary_students", "junior_students")
        one = doubt("part_greater", "小学人数", "primary_students")
        two = doubt("part_greater", "初中人数", "junior_students")
        assert self.note(two, one, facts=facts).endswith("数据存疑：小学人数")

    def test_of_a_whole_column(self) -> None:
        column = doubt("part_greater", "整列已换算", "teaching_area", school_code=None)
        assert self.note(column).endswith("数据存疑：整列已换算")


class TestTheCountyInOneLine:
    def conclusion(self, verdict: str = "fail", **states: str) -> str:
        sheet = Sheet()
        for rule, status in states.items():
            sheet.add(rule, status)
        return paper_of(sheet, verdict, blocks={"CR": "pass"}).summary[0]

    def test_a_veto_is_named(self) -> None:
        told = self.conclusion(V1="pass", V4="fail", E1="pass")
        assert told == "县域结论：未达标（资源配置达标，一票否决不达标）。"

    def test_eligibility_is_named(self) -> None:
        told = self.conclusion(V1="pass", E1="fail")
        assert told == "县域结论：未达标（资源配置达标，申报条件不达标）。"
        told = self.conclusion("undecided", V1="not_checked")
        assert told == "县域结论：尚不能下结论（资源配置达标，一票否决待佐证）。"

    def test_what_is_met_is_not(self) -> None:
        told = self.conclusion("pass", V1="pass", E1="pass", V4="not_applicable")
        assert (
            told
            == "县域结论：达标（资源配置达标）。不在结论之内：1项不适用：V4（有编不补或长期聘用编外教师）。"
        )

    def test_on_every_schools_sheet_too(self) -> None:
        (paper,) = papers(sample())
        assert {one.county for one in paper.schools} == {paper.summary[0]}
        assert paper.summary[0].endswith("，一票否决不达标）。")


def test_schools_are_counted_once_whatever_the_unit() -> None:
    """Two schools with lists of classes, two with the largest class only, one with both stages."""
    sheet = Sheet()
    for code, stage, excess, unit in (
        ("A", "primary", 2.0, "个班"),
        ("B", "primary", 1.0, "个班"),
        ("C", "primary", 3.0, "人"),
        ("D", "primary", 4.0, "人"),
        ("D", "junior", 1.0, "个班"),
    ):
        sheet.add("G5", **school("fail", school_code=code, stage=stage, excess=excess,
                                 excess_unit=unit, value=60.0, operator="<=", threshold=45.0))  # fmt: skip
    sheet.add("G5", "fail")
    (total,) = paper_of(sheet).totals
    assert (total.schools, set(total.problems.split("、"))) == (4, {"超4个班", "超7人"})


class TestASchoolWithoutRules:
    def test_nothing_applies(self) -> None:
        sheet = Sheet()
        sheet.add("G5", **school("not_applicable"))
        sheet.add("AH-S1", **school("fail", role="advisory", basis="conflicting"))
        paper = paper_of(sheet, "pass")
        assert paper.schools[0].verdict == "不参加评估（无适用要求）"
        assert paper.schools[0].sentences == ("1项要求均不适用。",)

    @pytest.mark.parametrize(
        ("status", "verdict"), [("pass", "达标"), ("unknown", "待补数据后确定"), ("fail", "需整改")]
    )
    def test_one_rule_is_enough(self, status: str, verdict: str) -> None:
        sheet = Sheet()
        sheet.add("G5", **school("not_applicable"))
        sheet.add("Q4", **school(status))
        assert paper_of(sheet).schools[0].verdict == verdict


def test_yuan_that_were_typed_whole_have_no_decimals() -> None:
    sheet = Sheet()
    money = {"operator": ">=", "shortfall_unit": "元"}
    sheet.add("Q4", **school("fail", value=57600.0, threshold=72000.0, unit="元",
                             shortfall=14400.0, **money))  # fmt: skip
    sheet.add("G7", "fail", value=5800.0, threshold=6000.0, unit="元/生", shortfall=400.0, **money)
    found = {item.rule: (item.current, item.standard) for item in paper_of(sheet).problems}
    assert found == {"Q4": ("57600元", "≥72000元"), "G7": ("5800.00元", "≥6000元")}


def test_the_unit_stands_at_each_number_of_a_cell() -> None:
    sheet = Sheet()
    sheet.add("P1", "fail", value=9.996, operator=">=", threshold=10.0, unit="%")
    (item,) = paper_of(sheet).problems
    assert item.current == "10.0%（未四舍五入为9.996%）"


def test_the_brief_sentence_leaves_the_name_to_its_column() -> None:
    (paper,) = papers(sample())
    brief = {(item.rule, item.subject): item.brief for item in paper.problems}
    assert brief["R1", "清河九年制学校（小学部）"].startswith(
        "每百名学生拥有高于规定学历教师数为4.00人"
    )
    # by figures; the clause of the law is not said again
    assert brief["G3", "清河九年制学校"] == "音乐专用教室1间，应有3间，缺2间。"
    assert brief["G7", "全县"].startswith("样县特殊教育学校")


def test_annexes_that_are_empty_have_no_number() -> None:
    (paper,) = papers(sample(), annexes=True, with_advisory=True)
    assert list(paper.annexes.values()) == [1, 2, 3, 4, 5]
    assert not paper.single_annex
    assert paper.apart == ""
    (alone,) = papers(sample())
    assert list(alone.annexes.values()) == [1, 0, 0, 0, 0]
    assert alone.single_annex
    assert alone.apart == (
        "待补数据后确定、建议提升、待补数据、待佐证各项不附于本清单，逐条见整改清单电子表格。"
    )
    (none,) = papers(conforming())
    assert set(none.annexes.values()) == {0}
    assert not none.single_annex
