"""Figures are found again in the file they came from, whatever its form."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.checker import Choice, load
from compliance.engine.working import Input
from compliance.explain.context import UnjudgeableError, find_school, open_context
from compliance.explain.working import workings
from compliance.explain.working_text import text
from compliance.kernel.errors import UsageError
from tests.support.nonempty import nonempty
from tests.support.working import EXAMPLES


def inputs(path: Path, rule: str, school: str, county: str | None = None) -> dict[str, Input]:
    found = workings(open_context([path], load(), Choice(), rule, school, county), rule, school)
    return {one.fact: one for one in found[0].inputs}


def test_cells_of_a_workbook() -> None:
    found = inputs(EXAMPLES / "anhui_county.xlsx", "R3", "3499010001")
    pupils = found["primary_students"]
    assert (pupils.file, pupils.value) == ("anhui_county.xlsx", 2140.0)
    from openpyxl import load_workbook

    book = load_workbook(EXAMPLES / "anhui_county.xlsx", data_only=True)
    sheet, cell = pupils.at.split("!")
    assert book[sheet][cell].value == 2140
    assert book[sheet][f"A{cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"].value is not None


def test_pointers_of_json() -> None:
    found = inputs(EXAMPLES / "conforming.json", "R7", "5199010001")
    assert found["multimedia_rooms"].at == "/schools/0/multimedia_rooms"


def test_cells_of_a_dataset() -> None:
    found = inputs(EXAMPLES / "many", "R3", "3499110001")
    assert found["primary_students"].file == "schools.csv"
    lines = (EXAMPLES / "many" / "schools.csv").read_text("utf-8-sig").splitlines()
    row = int(found["primary_students"].at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert "3499110001" in lines[row - 1]


def test_classes_that_stand_on_a_sheet_of_their_own() -> None:
    found = inputs(EXAMPLES / "anhui_county.xlsx", "G5", "3499010001")
    sizes = found["primary_class_sizes"]
    assert sizes.at.startswith("班级!")
    assert sizes.rows == 49


def test_a_sum_names_the_facts_it_is_made_of(tmp_path: Path) -> None:
    """Where only the parts are given, each part stands with its own place."""
    source = (EXAMPLES / "conforming.json").read_text("utf-8")
    path = tmp_path / "county.json"
    first = '"primary_pe_arts_teachers": 13'
    assert first in source
    parts = '"primary_pe_teachers": 6, "primary_music_teachers": 4, "primary_fine_arts_teachers": 3'
    path.write_text(source.replace(first, parts, 1), "utf-8")
    one = inputs(path, "R3", "5199010001")["primary_pe_arts_teachers"]
    assert (one.value, one.origin) == (13.0, "derived")
    assert [part.value for part in one.parts] == [6.0, 4.0, 3.0]
    assert one.parts[0].at == "/schools/0/primary_pe_teachers"


def test_entries_of_the_national_monitoring_have_their_cells() -> None:
    (found,) = workings(
        open_context([EXAMPLES / "anhui_county.xlsx"], load(), Choice(), "Q9"), "Q9"
    )
    assert [(one.title, one.value, one.at) for one in found.inputs[:2]] == [
        ("语文八年级 学业水平", 3.0, "质量监测!D2"), ("语文八年级 校际差异率", 0.131, "质量监测!E2"),
    ]  # fmt: skip


def test_several_counties_must_be_told_apart() -> None:
    with pytest.raises(UsageError) as error:
        open_context([EXAMPLES / "many"], load(), Choice(), "G7")
    assert "--county" in error.value.todo
    context = open_context([EXAMPLES / "many"], load(), Choice(), "G7", county="349911")
    assert context.key == ("349911", 2023)
    assert workings(context, "G7")[0].county_code == "349911"


def test_an_unknown_county_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        open_context([EXAMPLES / "many"], load(), Choice(), "G7", county="皖东")
    assert "皖东县" in error.value.todo


def test_data_with_errors_are_answered_with_their_errors() -> None:
    with pytest.raises(UnjudgeableError) as error:
        open_context([EXAMPLES / "invalid.json"], load(), Choice(), "R1", "1")
    assert "invalid.json" in error.value.what


def test_a_school_may_be_called_by_its_name() -> None:
    context = open_context(
        [EXAMPLES / "anhui_county.xlsx"], load(), Choice(), "R3", "县第一实验小学"
    )
    assert find_school(context, "县第一实验小学")["school_code"] == "3499010001"


def test_an_advisory_version_stands_beside_the_base() -> None:
    (found,) = workings(
        open_context([EXAMPLES / "anhui_county.xlsx"], load(), Choice(), "G14"), "G14"
    )
    assert [(one.rule, one.decides, one.status) for one in found.layers] == [
        ("G14", True, "pass"), ("AH-G14", False, "fail"),
    ]  # fmt: skip
    assert "起决定作用" in text(found)


def test_the_schools_that_drive_a_coefficient_are_those_it_was_computed_from() -> None:
    """Exclusions, splitting and blanks included: the exact coefficient is the judge's."""
    seen = 0
    for ruleset, names in (("anhui", "D1 D2 D3 D4 D5 D6 D7"), ("basic-2012", "B1 B2 B6 B7")):
        choice = Choice(ruleset=ruleset)
        for name in nonempty(names.split()):
            context = open_context([EXAMPLES / "anhui_county.xlsx"], load(), choice, name)
            judged = {
                row["stage"]: row for row in context.evaluation.outcome(name).iter_rows(named=True)
            }
            (found,) = workings(context, name)
            for one in nonempty(found.spread):
                row = judged[one.stage]
                assert one.coefficient == pytest.approx(row["value"], rel=1e-12)
                assert float(one.mean) == pytest.approx(row["mean"], rel=1e-12)
                assert one.units == row["over_count"] == len(one.drivers)
                seen += 1
    assert seen == 21  # of 22 stages one lacks a figure: D6 of the primary schools
