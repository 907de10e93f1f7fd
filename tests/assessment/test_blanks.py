"""Blanks are ranked by what filling them in decides: filled in one by one, so much is decided."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from compliance import check
from compliance.assessment import assess
from compliance.assessment.blanks import Blank, ranked_blanks
from compliance.cli import main
from examples.invented import county
from examples.writers import write_json
from tests.support.nonempty import nonempty

Document = dict[str, Any]
WHOLE = county(5, "519988", "试县", "东镇 西镇")
FACTS = ("teaching_area", "primary_trained_teachers", "primary_teachers_above_degree")


def asked_of(school: Document) -> bool:
    """Whether the rules on premises are about the school: contract, section 2."""
    small = school["school_type"] == "teaching_point" and school["primary_students"] < 50
    return school["school_type"] != "special" and not small


def with_blanks() -> Document:
    """Three figures are blank at some schools, one of the county's."""
    document = deepcopy(WHOLE)
    for place, school in enumerate(document["schools"]):
        for fact in FACTS[: (3, 1, 0, 2)[place % 4]]:
            if school.get(fact) is not None:
                school[fact] = None
    document["county"]["migrant_children"] = None
    return document


def filled(document: Document, blank: Blank) -> None:
    """Put the figures back."""
    if not blank.schools:
        document["county"][blank.fact] = WHOLE["county"][blank.fact]
    for school, own in zip(document["schools"], WHOLE["schools"], strict=True):
        if school["school_code"] in blank.schools:
            school[blank.fact] = own[blank.fact]


def undecided(path: Path, document: Document) -> int:
    """How many findings of requirements and their components await a figure."""
    write_json(path, document)
    found = check(path).findings
    deciding = pl.col("role").is_in(["component", "requirement"])
    return found.filter(deciding & (pl.col("status") == "unknown")).height


@pytest.fixture(scope="module")
def blanks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blank, ...]:
    path = tmp_path_factory.mktemp("blanks") / "county.json"
    write_json(path, with_blanks())
    report = check(path)
    return ranked_blanks(assess(report, report.counties[0]))


def test_every_blank_is_there_with_its_schools(blanks: tuple[Blank, ...]) -> None:
    document = with_blanks()
    expected = {
        fact: {
            now["school_code"]
            for now, before in zip(document["schools"], WHOLE["schools"], strict=True)
            if now.get(fact) != before.get(fact)
            if fact != "teaching_area" or asked_of(now)
        }
        for fact in FACTS
    } | {"migrant_children": set()}
    assert {one.fact: set(one.schools) for one in blanks} == expected


def test_filled_in_one_by_one_they_decide_as_much(
    blanks: tuple[Blank, ...], tmp_path: Path
) -> None:
    document = with_blanks()
    at_first = undecided(tmp_path / "0.json", document)
    assert at_first > 0
    for place, blank in nonempty(enumerate(blanks, 1)):
        filled(document, blank)
        assert at_first - undecided(tmp_path / f"{place}.json", document) >= blank.settled
    assert undecided(tmp_path / "all.json", document) == 0
    assert blanks[-1].settled == at_first


def test_no_other_order_begins_with_more(blanks: tuple[Blank, ...], tmp_path: Path) -> None:
    at_first = undecided(tmp_path / "0.json", with_blanks())
    brought = []
    for blank in nonempty(blanks):
        document = with_blanks()
        filled(document, blank)
        brought.append(at_first - undecided(tmp_path / f"{blank.fact}.json", document))
    assert brought[0] == max(brought)


def test_the_workbook_asks_each_office_for_its_own(tmp_path: Path) -> None:
    source, out = tmp_path / "county.json", tmp_path / "missing.xlsx"
    document = with_blanks()
    write_json(source, document)
    ran = CliRunner().invoke(main, ["missing", str(source), "-o", str(out)])
    assert ran.exit_code == 0, ran.output
    book = openpyxl.load_workbook(out)
    sheet = book["基建（项目）办"]
    rows = [row for row in sheet.iter_rows() if row[0].value]
    place = next(at for at, row in enumerate(rows) if row[0].value == "学校（机构）标识码")
    column = [cell.value for cell in rows[place]].index("教学及辅助用房面积（平方米）")
    blank = {
        one["school_code"]
        for one in document["schools"]
        if "teaching_area" in one and one["teaching_area"] is None and asked_of(one)
    }
    below = rows[place + 1 :]
    assert {str(row[0].value) for row in below} == blank
    cells = [row[column] for row in below]
    assert all(
        cell.value is None and cell.fill.fgColor.rgb == "FFFFF2CC" for cell in nonempty(cells)
    )
    assert "随迁" in str([cell.value for row in book["招生办（基础教育股）（全县）"].iter_rows() for cell in row])  # fmt: skip


def test_bad_files_cost_the_others_nothing(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    write_json(good, with_blanks())
    broken = deepcopy(WHOLE)
    broken["county"]["county_code"] = "519987"
    broken["schools"][0]["teaching_area"] = -1
    bad.write_text(json.dumps(broken, ensure_ascii=False), "utf-8")
    ran = CliRunner().invoke(main, ["missing", str(good), str(bad)])
    assert ran.exit_code == 4
    assert "1. " in ran.stdout
    assert "bad.json" in ran.stderr


def test_nothing_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "county.json"
    write_json(path, WHOLE)
    ran = CliRunner().invoke(main, ["missing", str(path)])
    assert (ran.exit_code, "没有因缺数据而未判定的规则" in ran.stdout) == (0, True)
