"""The tables of ``own-tables`` and whatever offices make of them: every figure, by its own place in the sheet.

What each column is was written down here by hand, column by column; nothing is asked of the readers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from compliance.authoring.case import installed
from compliance.intake import readers, take_in
from compliance.kernel.submission import Submission
from tests.support.workbooks import write_sheets

FOLDER = Path(__file__).parent / "own-tables"
WORDS = installed().vocabulary
Cells = list[list[Any]]
SETTINGS = {"城区": "urban", "镇区": "town", "乡村": "rural", "111": "urban", "112": "urban"}
SETTINGS |= {"121": "town", "122": "town", "123": "town", "210": "rural", "220": "rural"}
TYPES = {
    "小学": "primary", "211": "primary", "初级中学": "junior", "311": "junior", "教学点": "teaching_point",
    "218": "teaching_point", "九年一贯制学校": "nine_year", "312": "nine_year", "完全中学": "complete_secondary",
    "341": "complete_secondary", "特殊教育学校": "special", "514": "special", "511": "special",
}  # fmt: skip
STAGED = "students classes teachers teachers_above_degree backbone_teachers pe_arts_teachers largest_class"
STAGED += " certified_teachers trained_teachers"
# of each column the fact it holds; "" for one that holds none, "?" before a fact of the school's one stage
COLUMNS = {
    "ownB": [
        "", "school_name", "school_code", "school_type", "setting", "sponsor",
        *(f"{stage}_{stem}" for stage in ("primary", "junior") for stem in STAGED.split()),
        "senior_students", "teaching_area", "indoor_sports_area", "outdoor_sports_area", "equipment_value",
        "multimedia_rooms",
    ],
    "ownC": [
        "school_name", "school_code", "school_type", "setting", "", "primary_students", "junior_students",
        "primary_classes", "junior_classes", "", "primary_teachers", "junior_teachers", "?teachers_doctor",
        "?teachers_master", "?teachers_bachelor", "?teachers_college", "?pe_teachers", "?arts_teachers",
        "teaching_area", "indoor_sports_area", "outdoor_sports_area", "equipment_value", "multimedia_rooms",
        "counted",
    ],
}  # fmt: skip
HEADINGS = {"ownB": range(2, 4), "ownC": range(4)}  # rows of the headings, from 0
# whose one stage a figure without a stage is; where there are several, only a zero is each one's
STAGES = {"primary": ["primary"], "teaching_point": ["primary"], "junior": ["junior"]}
SEVERAL = {"nine_year": ["primary", "junior"], "complete_secondary": ["junior"]}
FLAGS = {"是": True, "否": False}


@cache
def sheet(name: str, table: str = "学校") -> tuple[tuple[Any, ...], ...]:
    """The cells of a sheet of the case."""
    rows = openpyxl.load_workbook(FOLDER / f"{name}.xlsx")[table].iter_rows(values_only=True)
    return tuple(rows)


def filled_heads(name: str) -> Cells:
    """The rows of headings, a word over several columns again in each of them."""
    book = openpyxl.load_workbook(FOLDER / f"{name}.xlsx")["学校"]
    cells = [list(row) for row in book.iter_rows(values_only=True)]
    for block in book.merged_cells.ranges:
        for column in range(block.min_col - 1, block.max_col):
            cells[block.min_row - 1][column] = cells[block.min_row - 1][block.min_col - 1]
    return [cells[row] for row in HEADINGS[name]]


def records(name: str) -> Cells:
    """The schools' rows of the case."""
    return [
        list(row)
        for row in sheet(name)[HEADINGS[name].stop :]
        if str(row[1] or row[2])[:2] == "21" or str(row[2])[:2] == "21"
    ]


def expected(name: str) -> dict[str, dict[str, Any]]:
    """School code → every figure that the sheet gives, in the vocabulary's units and words."""
    found = {}
    for row in records(name):
        cells = dict(zip(COLUMNS[name], row, strict=False))
        kind = TYPES[str(cells["school_type"])]
        own: dict[str, Any] = {"school_code": str(cells["school_code"]), "school_type": kind}
        for fact, cell in cells.items():
            if cell is None or fact in ("", "school_code", "school_type"):
                continue
            if fact.startswith("?"):
                stages = STAGES.get(kind, []) if cell else {**STAGES, **SEVERAL}.get(kind, [])
                own |= {f"{stage}_{fact[1:]}": cell for stage in stages}
            elif fact == "setting":
                own[fact] = SETTINGS[str(cell)]
            elif fact == "equipment_value":
                own[fact] = float(Fraction(str(cell)) * 10000)
            elif fact == "sponsor":
                own[fact] = {"县级教育部门": 7, "民办": 10}[cell]
            else:
                own[fact] = FLAGS.get(cell, cell)
        found[own["school_code"]] = own
    return found


def read(path: Path) -> Submission:
    return take_in([path], readers(), WORDS)


def differences(found: Submission, wanted: dict[str, dict[str, Any]]) -> list[str]:
    """What is not as it stands in the sheet: a figure lost, changed, or in another fact's place."""
    facts = {name for one in wanted.values() for name in one}
    odd = []
    assert found.schools["school_code"].to_list() == sorted(wanted)
    for row in found.schools.iter_rows(named=True):
        own = wanted[row["school_code"]]
        odd += [
            f"{own['school_code']} {name}: {row.get(name)} for {own.get(name)}"
            for name in facts
            if row.get(name) != own.get(name)
        ]
    return odd


@pytest.mark.parametrize("name", COLUMNS)
def test_every_figure_is_read_where_it_belongs(name: str) -> None:
    found = read(FOLDER / f"{name}.xlsx")
    assert len(records(name)) == 40
    assert differences(found, expected(name)) == []


# ── whatever offices make of them ──────────────────────────────────────────────────


def as_texts(name: str, folder: Path) -> Path:
    """Saved as CSV: of a merged heading only the first cell is left."""
    folder.mkdir()
    for table in ("学校", "县区"):
        with (folder / f"{table}.csv").open("w", encoding="gb18030", newline="") as lines:
            csv.writer(lines).writerows(sheet(name, table))
    return folder


def shuffled(name: str, folder: Path) -> Path:
    """Columns in another order, every word of a heading in each of its columns."""
    order = list(range(len(COLUMNS[name])))
    Random(11).shuffle(order)
    rows = [*filled_heads(name), *records(name)]
    return book(folder, {"学校": [[row[n] for n in order] for row in rows]}, name)


def with_sums(name: str, folder: Path) -> Path:
    """A line 小计 after every ten schools and one 合计, a remark and a signature below."""
    heads, own = filled_heads(name), records(name)
    at = COLUMNS[name].index("school_name")
    rows = list(heads)
    for begin in range(0, len(own), 10):
        rows += [
            *own[begin : begin + 10],
            total(own[begin : begin + 10], at, f"城关镇第{begin}片小计"),
        ]
    rows += [total(own, at, "总  计"), ["注：不含幼儿园。"], ["填表人：张某", "审核人：李某"]]
    return book(folder, {"学校": rows}, name)


def total(rows: Cells, at: int, word: str) -> list[Any]:
    numbers = [
        [cell for cell in column if isinstance(cell, int | float)]
        for column in zip(*rows, strict=True)
    ]
    line: list[Any] = [sum(column) if column else None for column in numbers]
    line[at] = word
    return line


def in_parts(name: str, folder: Path) -> Path:
    """Who the schools are in one sheet, their figures in two others, by the code alone."""
    code, facts = COLUMNS[name].index("school_code"), COLUMNS[name]
    who = [
        n
        for n, fact in enumerate(facts)
        if fact in ("school_name", "school_code", "school_type", "setting", "sponsor")
    ]
    rest = [n for n in range(len(facts)) if n not in who and facts[n] != ""]
    half = len(rest) // 2
    rows = [*filled_heads(name), *records(name)]
    parts = {"基本情况": who, "Sheet2": [code, *rest[:half]], "Sheet3": [*rest[half:], code]}
    return book(
        folder,
        {title: [[row[n] for n in columns] for row in rows] for title, columns in parts.items()},
        name,
    )


def book(folder: Path, sheets: dict[str, Cells], name: str) -> Path:
    folder.mkdir()
    return write_sheets(
        folder / "县.xlsx", {**sheets, "县区": [list(row) for row in sheet(name, "县区")]}
    )


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("form", [as_texts, shuffled, with_sums, in_parts])
def test_a_sibling_reads_the_same(
    tmp_path: Path, name: str, form: Callable[[str, Path], Path]
) -> None:
    found = read(form(name, tmp_path / "a"))
    assert [one for one in found.problems if one.severity == "error"] == []
    assert differences(found, expected(name)) == []


def test_every_problem_of_the_odd_one_is_told_in_the_first_run() -> None:
    found = read(FOLDER / "odd.xlsx")
    told: Sequence[tuple[str, str]] = [(one.code, one.at) for one in found.problems]
    for one in (
        ("not_a_number", "学校!BP9"),  # a date for a sports field
        ("missing_identity", "学校!A47"),  # a teaching point without a code
        ("part_exceeds_whole", "学校!BO5"),  # a gym larger than its building
        ("implausible_ratio", "学校!BR4"),  # 0.26 yuan a pupil
        ("same_name", "学校!B6"),
        ("same_name", "学校!B7"),
    ):
        assert one in told
    assert "unknown_heading" not in dict(told)
    sums = [one for one in found.problems if "B44、B45" in one.message]
    assert len(sums) == 1
    assert sums[0].severity == "warning"
