"""责任表 and 单价表: what is read, what is refused and in which cell, and sums made by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compliance.explain.ruleset_listing import opened
from compliance.kernel.errors import Problem, UsageError
from compliance.ledger.prices import Priced, PricedLack, PriceList, Thing, apportioned, read_prices
from compliance.ledger.responsibilities import Responsibility, read_responsibilities
from compliance.ledger.terms import Term, read_term
from compliance.render.planning_forms import write_prices, write_responsibilities
from compliance.render.rectification.planning import assigned, things
from tests.support.nonempty import nonempty

RULES = {"R1": "高学历教师", "R4": "教学用房", "G3": "专用教室", "AH-G14": "名额分配"}
THINGS = {
    Priced("R1", ""): Thing(("人", "teachers")),
    Priced("R4", ""): Thing(("平方米", "m²")),
    Priced("R6", ""): Thing(("元", "yuan"), money=True),
    Priced("G3", "音乐教室"): Thing(("间", "rooms"), ("音乐教室", "music rooms")),
    Priced("G3", "美术教室"): Thing(("间", "rooms"), ("美术教室", "art rooms")),
}


def written(folder: Path, *rows: tuple[Any, ...], sheet: str = "表") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def faults(problems: list[Problem]) -> list[tuple[str, str]]:
    assert all(one.message and one.severity == "error" for one in nonempty(problems))
    return [(one.code, one.at) for one in problems]


class TestResponsibilities:
    HEAD = ("指标", "牵头单位", "配合单位", "股室", "责任人", "默认时限", "我们自己的列")

    def test_rows_by_id_or_title_below_other_lines(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            ("某县责任分工",),
            (),
            self.HEAD,
            ("R1 高学历教师", "县教育局", "县委编办", "人事股", "张三", date(2026, 6, 30), "x"),
            ("教学用房", None, None, None, None, "3个月"),
            ("AH-G14", "县教育局", None, "招生办", "校长", "2026年9月"),
        )
        found, problems = read_responsibilities(path, RULES)
        assert problems == []
        assert found == {
            "R1": Responsibility(
                "县教育局", "县委编办", "人事股", "张三", Term(day=date(2026, 6, 30))
            ),
            "R4": Responsibility(term=Term(months=3)),
            "AH-G14": Responsibility("县教育局", "", "招生办", "校长", Term(day=date(2026, 9, 30))),
        }

    def test_every_fault_has_its_cell(self, tmp_path: Path) -> None:
        path = written(
            tmp_path, self.HEAD, ("R9", "甲"), ("R1", "甲", None, None, None, "尽快"),
            ("R1", "乙"), (None, "丙"), sheet="责任表",
        )  # fmt: skip
        _, problems = read_responsibilities(path, RULES)
        assert faults(problems) == [
            ("unknown_rule", "责任表!A2"),
            ("bad_term", "责任表!F3"),
            ("duplicate_rule", "责任表!A4"),
            ("missing_identity", "责任表!A5"),
        ]

    def test_no_such_table(self, tmp_path: Path) -> None:
        _, problems = read_responsibilities(written(tmp_path, ("单位", "电话")), RULES)
        assert faults(problems) == [("no_headings", "表")]
        (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nothing")
        _, problems = read_responsibilities(tmp_path / "x.xlsx", RULES)
        assert problems[0].file == "x.xlsx"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("3个月", date(2026, 2, 28)),
            ("半年", date(2026, 5, 30)),
            ("一年半", date(2027, 5, 30)),
            ("90天内", date(2026, 2, 28)),
            ("两周", date(2025, 12, 14)),
            ("一季度", date(2026, 2, 28)),
            ("2026-06", date(2026, 6, 30)),
            ("2026年6月15日", date(2026, 6, 15)),
        ],
    )
    def test_a_term_counts_from_the_day_of_the_figures(self, text: str, expected: date) -> None:
        term = read_term(text)
        assert term is not None
        assert term.after(date(2025, 11, 30)) == expected


class TestPrices:
    HEAD = ("编号", "指标", "项目", "单位", "单价（元）")

    def prices(self) -> PriceList:
        return PriceList(
            THINGS, {Priced("R1", ""): Decimal(80000), Priced("R4", ""): Decimal("2500.5")}
        )

    def test_prices_by_rule_and_part(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            self.HEAD,
            ("R1", "高学历教师", None, "人", "80,000"),
            ("R4", None, None, "平方米", 2500.5),
            ("G3", None, "music rooms", None, 0),
            ("G3", None, "美术教室", "间", None),
        )
        found, problems = read_prices(path, RULES, THINGS)
        assert problems == []
        assert found.prices == {
            Priced("R1", ""): Decimal(80000),
            Priced("R4", ""): Decimal("2500.5"),
            Priced("G3", "音乐教室"): Decimal(0),
        }

    def test_every_fault_has_its_cell(self, tmp_path: Path) -> None:
        path = written(
            tmp_path, self.HEAD, ("R8", None, None, "人", 1), ("G3", None, None, "间", 1),
            ("R1", None, None, "百人", 1), ("R1", None, None, "人", "八万"),
            ("R1", None, None, "人", -1), ("R4", None, None, None, 1), ("R4", None, None, None, 2),
        )  # fmt: skip
        _, problems = read_prices(path, RULES, THINGS)
        assert faults(problems) == [
            ("unknown_rule", "表!A2"),
            ("unknown_part", "表!C3"),
            ("wrong_unit", "表!D4"),
            ("not_a_number", "表!E5"),
            ("out_of_range", "表!E6"),
            ("duplicate_rule", "表!A8"),
        ]

    def test_a_cost_is_exact_and_rounded_up_to_whole_yuan(self) -> None:
        gap = PricedLack(Priced("R4", ""), 590.91, shared=True)
        # 590.91 × 2500.5 = 1477570.455
        assert self.prices().cost([gap]) == 1477571
        assert self.prices().cost([PricedLack(Priced("R6", ""), 36000.0, shared=True)]) == 36000

    def test_what_has_no_price_has_no_cost(self) -> None:
        rooms = [
            PricedLack(Priced("G3", part), 1, shared=False) for part in ("音乐教室", "美术教室")
        ]
        one = PriceList(THINGS, {rooms[0].thing: Decimal(5)})
        assert one.cost(rooms) is None
        assert one.cost(rooms[:1]) == 5
        assert one.cost([]) is None

    def test_a_total_takes_what_is_shared_once_a_school(self) -> None:
        """By hand: 甲 R1 3 + 2 people; R4 260 and 590.91 m² of one house; 乙 R4 10 m²; a room unpriced."""
        area, people = Priced("R4", ""), Priced("R1", "")
        items = [
            ("a", "甲", [PricedLack(people, 3, shared=False)]),
            ("b", "甲", [PricedLack(people, 2, shared=False)]),
            ("c", "甲", [PricedLack(area, 260, shared=True)]),
            ("d", "甲", [PricedLack(area, 590.91, shared=True)]),
            ("e", "乙", [PricedLack(area, 10, shared=True)]),
            ("f", "乙", [PricedLack(Priced("G3", "音乐教室"), 1, shared=False)]),
            ("g", "乙", []),
        ]
        assert apportioned(items, self.prices()) == {
            "a": 240000, "b": 160000, "c": 0, "d": 1477571, "e": 25005, "f": None,
        }  # fmt: skip


class TestForms:
    def test_the_blank_forms_are_read_back(self, tmp_path: Path) -> None:
        rules, words = opened("anhui")
        write_responsibilities(tmp_path / "r.xlsx", rules)
        write_prices(tmp_path / "p.xlsx", rules, words)
        known = {name: rule.title for name, rule in rules.rules.items()}
        found, problems = read_responsibilities(tmp_path / "r.xlsx", known)
        assert problems == []
        assert list(found) == list(assigned([rules]))
        assert found["R1"] == Responsibility("人事股", "县委编办、县人社局")
        prices, problems = read_prices(tmp_path / "p.xlsx", known, things([rules], words))
        assert (problems, prices.prices) == ([], {})

    def test_every_thing_of_the_form_can_be_priced(self, tmp_path: Path) -> None:
        rules, words = opened("anhui")
        write_prices(tmp_path / "p.xlsx", rules, words)
        book = openpyxl.load_workbook(tmp_path / "p.xlsx")
        sheet = book["单价表"]
        rows = [row for row in sheet.iter_rows(min_row=6) if row[0].value]
        for number, row in enumerate(rows, 1):
            row[4].value = number
        book.save(tmp_path / "p.xlsx")
        known = {name: rule.title for name, rule in rules.rules.items()}
        prices, problems = read_prices(tmp_path / "p.xlsx", known, things([rules], words))
        assert problems == []
        assert list(prices.prices.values()) == [Decimal(n) for n in range(1, len(rows) + 1)]
        assert {"R1", "R4", "R7", "G3"} <= {one.rule for one in prices.prices}
        money = {one.rule for one, thing in prices.things.items() if thing.money}
        assert {"R6", "G6", "G7", "Q4"} <= money
        assert "G8" not in {one.rule for one in prices.things}  # a mean is no sum

    def test_what_somebody_filled_in_is_not_overwritten(self, tmp_path: Path) -> None:
        rules, _ = opened("anhui")
        (tmp_path / "r.xlsx").write_bytes(b"filled in")
        with pytest.raises(UsageError, match="已填写"):
            write_responsibilities(tmp_path / "r.xlsx", rules)
