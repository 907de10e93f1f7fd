"""Whatever people do to a list, everything they wrote into it stands in the next one.

What is expected is read from the edited file by openpyxl alone: every mark that anybody has left.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from compliance.engine.results import Results
from compliance.ledger.columns import PEOPLES, headings
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.earlier_lists import EarlierLists
from compliance.render.rectification.write import papers
from compliance.render.rectification.xlsx import workbook
from tests.ledger.working import Table
from tests.render.rectify_sample import sample
from tests.support.examples import PLAIN, examples

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
MARK = "记"
ROWS, COLUMNS = 12, 27


@cache
def report() -> Results:
    return sample()


@cache
def first() -> bytes:
    (paper,) = papers(report())
    return workbook(paper)


def goes_on(folder: Path, *lists: bytes) -> CountyPaper:
    paths = []
    for number, content in enumerate(lists):
        paths.append(folder / f"{number}.xlsx")
        paths[-1].write_bytes(content)
    earlier = EarlierLists(folder / "none", paths, 1)
    (paper,) = papers(report(), earlier=earlier)
    return paper


def marks(content: bytes) -> set[str]:
    """Every mark that stands in a workbook where people can see it."""
    book = openpyxl.load_workbook(BytesIO(content))
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    cells = [cell for sheet in visible for row in sheet.iter_rows() for cell in row]
    texts = [str(cell.value) for cell in cells if cell.value is not None]
    texts += [cell.comment.text for cell in cells if cell.comment is not None]
    texts += [sheet.title for sheet in visible]
    return {mark for text in texts for mark in re.findall(rf"{MARK}\d\d", text)}


# ── what people do ─────────────────────────────────────────────────────────────────

Act = Callable[[Table, str, Sequence[int]], object]


@dataclass(frozen=True)
class Edit:
    """Something that somebody does to the table, at places that the numbers say."""

    act: Act
    numbers: tuple[int, ...]

    def __repr__(self) -> str:
        return f"{self.act.__name__}{self.numbers}"


NUMBERS = st.integers(0, 1000)


def table(book: Workbook) -> Table | None:
    for sheet in book.worksheets:
        if any("编号" in row and "责任人" in row for row in sheet.iter_rows(values_only=True)):
            return Table(sheet)
    return None


def edit(act: Act) -> st.SearchStrategy[Edit]:
    return st.builds(Edit, st.just(act), st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS))


def cell(sheet: Table, row: int, column: int) -> Any:
    """A cell of the table, of the lines below it or of the columns beside it, never a heading."""
    width = len(sheet.columns) + 2
    return sheet.sheet.cell(sheet.head + 1 + row % (ROWS + 3), 1 + column % width)


def writes(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    found = cell(sheet, *numbers[:2])
    if isinstance(found, Cell):
        found.value = mark


def notes(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    found = cell(sheet, *numbers[:2])
    if isinstance(found, Cell) and sheet.sheet.cell(found.row, sheet.columns["编号"]).value:
        found.comment = Comment(mark, "某")


def writes_above(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    sheet.sheet.cell(1 + numbers[0] % (sheet.head - 1), len(sheet.columns) + 2).value = mark


def adds_a_column(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    column = sheet.sheet.max_column + 1
    sheet.sheet.cell(sheet.head, column).value = f"{mark}列"
    sheet.sheet.cell(sheet.head + 1 + numbers[0] % ROWS, column).value = f"{mark}值"
    fill = PatternFill("solid", fgColor="FFC000")
    sheet.sheet.cell(sheet.head + 1 + numbers[0] % ROWS, column).fill = fill


def adds_a_row(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    sheet.sheet.insert_rows(sheet.head + 1 + numbers[0] % ROWS)
    cell(sheet, numbers[0] % ROWS, 4 + numbers[1] % 20).value = mark


def moves_rows(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    if sheet.sheet.merged_cells.ranges:
        for block in list(sheet.sheet.merged_cells.ranges):
            if block.max_row > sheet.head:
                sheet.sheet.unmerge_cells(str(block))
    first, last = sheet.head + 1, sheet.sheet.max_row
    lines = [[cell.value for cell in row] for row in sheet.sheet.iter_rows(first, last)]
    lines.sort(key=lambda line: hash((str(line[numbers[0] % len(line)]), numbers[1])))
    for row, line in enumerate(lines, first):
        for column, value in enumerate(line, 1):
            sheet.sheet.cell(row, column).value = value


def swaps_columns(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    one, other = (1 + number % len(sheet.columns) for number in numbers[:2])
    for row in range(sheet.head, sheet.sheet.max_row + 1):
        cells = [sheet.sheet.cell(row, column) for column in (one, other)]
        if all(isinstance(each, Cell) for each in cells):
            cells[0].value, cells[1].value = cells[1].value, cells[0].value


def deletes_a_row(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    sheet.sheet.delete_rows(sheet.head + 1 + numbers[0] % ROWS)


def deletes_a_column(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    column = 1 + numbers[0] % len(sheet.columns)
    if column != sheet.columns["编号"]:
        sheet.sheet.delete_cols(column)


def merges(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    row, column, down, across = numbers
    top = sheet.head + 1 + row % ROWS
    left = 1 + column % len(sheet.columns)
    block = f"{get_column_letter(left)}{top}:{get_column_letter(left + across % 3)}{top + down % 4}"
    if ":" in block and block.split(":", maxsplit=1)[0] != block.split(":")[1]:
        sheet.sheet.merge_cells(block)


def hides(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    sheet.sheet.row_dimensions[sheet.head + 1 + numbers[0] % ROWS].hidden = True
    sheet.sheet.auto_filter.ref = f"A{sheet.head}:C{sheet.head + ROWS}"
    sheet.sheet.auto_filter.add_filter_column(2, ["新增"])


def renames(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    sheet.sheet.title = f"我们的表{numbers[0]}"


def renames_a_heading(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    column = 1 + numbers[0] % len(sheet.columns)
    if column != sheet.columns["编号"] and column != sheet.columns.get("责任人"):
        found = sheet.sheet.cell(sheet.head, column)
        found.value = f"{found.value}（{mark}）" if numbers[1] % 2 else f"{mark}"


def copies_a_row(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    source = sheet.head + 1 + numbers[0] % ROWS
    target = sheet.sheet.max_row + 1
    for column in range(1, sheet.sheet.max_column + 1):
        sheet.sheet.cell(target, column).value = sheet.sheet.cell(source, column).value
    sheet.sheet.cell(target, sheet.columns.get("责任人", 1)).value = mark


def adds_a_sheet(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    book = sheet.sheet.parent
    assert book is not None
    book.create_sheet(f"{mark}页")["B2"] = mark


def writes_elsewhere(sheet: Table, mark: str, numbers: Sequence[int]) -> None:
    book = sheet.sheet.parent
    assert book is not None
    others = [one for one in book.worksheets if one.sheet_state == "visible" and one != sheet.sheet]
    others[numbers[0] % len(others)].cell(20 + numbers[1] % 20, 9).value = mark


ACTS = (
    writes, writes, writes, notes, writes_above, adds_a_column, adds_a_row, moves_rows,
    swaps_columns, deletes_a_row, deletes_a_column, merges, hides, renames, renames_a_heading,
    copies_a_row, adds_a_sheet, writes_elsewhere,
)  # fmt: skip
EDITS = st.lists(st.one_of([edit(act) for act in ACTS]), min_size=1, max_size=12)


def edited(content: bytes, edits: Sequence[Edit]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    for number, change in enumerate(edits):
        if (found := table(book)) is not None:
            with suppress(KeyError, AttributeError):  # openpyxl loses count of cells once merged
                change.act(found, f"{MARK}{number:02}", change.numbers)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


@settings(examples(0.3), phases=PLAIN)
@given(EDITS)
def test_every_mark_comes_back(tmp_path_factory: pytest.TempPathFactory, edits: list[Edit]) -> None:
    folder = tmp_path_factory.mktemp("list")
    content = edited(first(), edits)
    second = workbook(goes_on(folder, content))
    assert marks(content) - marks(second) == set()
    third = workbook(goes_on(folder, second))
    assert marks(second) - marks(third) == set()


@pytest.mark.office
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_a_list_that_another_program_has_saved(tmp_path: Path) -> None:
    """LibreOffice writes every part of the file anew, as WPS does."""
    acts = (writes, notes, writes_above, adds_a_column, adds_a_row, moves_rows, adds_a_sheet)
    numbers = (3, 21, 2, 1)  # 整改进展 of the fourth row
    (tmp_path / "list.xlsx").write_bytes(edited(first(), [Edit(act, numbers) for act in acts]))
    saved = tmp_path / "saved"
    subprocess.run(
        [
            str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "xlsx", "--outdir", str(saved), str(tmp_path / "list.xlsx"),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    content = (saved / "list.xlsx").read_bytes()
    left = marks((tmp_path / "list.xlsx").read_bytes())
    assert len(left) == len(acts) - 1  # moving rows leaves no mark
    paper = goes_on(tmp_path, content)
    assert left - marks(workbook(paper)) == set()
    kinds = {event.kind for event in paper.ledger.original.events}
    assert kinds == {
        "adopted"
    }  # the memory has come through: nothing of ours seems to be written over
    assert [row.state for row in paper.ledger.rows].count("new") == ROWS + 1


# ── two copies ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Entry:
    row: int
    column: str
    text: str


def entries(initial: str) -> st.SearchStrategy[list[Entry]]:
    columns = [column for column in PEOPLES if column not in ("deadline", "closed")]
    return st.lists(
        st.builds(
            Entry,
            st.integers(0, ROWS - 1),
            st.sampled_from([*columns, "measure", "lead"]),
            st.sampled_from([f"{initial}甲", f"{initial}乙", "同"]),
        ),
        max_size=10,
    )


def with_entries(content: bytes, given_: Sequence[Entry]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    found = Table(book["台账"])
    for entry in given_:
        cell(found, entry.row, list(headings()).index(entry.column)).value = entry.text
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def last(given_: Sequence[Entry]) -> Iterator[tuple[tuple[int, str], str]]:
    """What stands in each cell in the end."""
    yield from {(entry.row, entry.column): entry.text for entry in given_}.items()


@settings(examples(0.3), phases=PLAIN)
@given(entries("南"), entries("北"), st.booleans())
def test_either_copys_entries_are_in_the_merged_cell(
    tmp_path_factory: pytest.TempPathFactory,
    south: list[Entry],
    north: list[Entry],
    one_after_the_other: bool,
) -> None:
    folder = tmp_path_factory.mktemp("list")
    ids = list(Table(openpyxl.load_workbook(BytesIO(first()))["台账"]).places)
    copies = [with_entries(first(), south), with_entries(first(), north)]
    if one_after_the_other:  # the southern copy went into a list before the northern came back
        copies[0] = workbook(goes_on(folder, copies[0]))
    ledger = goes_on(folder, *copies).ledger
    cells = {row.id: row.cells for row in ledger.rows}
    lost = [
        text
        for (row, column), text in (*last(south), *last(north))
        if text not in str(cells[ids[row]][column])
    ]
    assert not lost
    both = dict(last(south)).items() ^ dict(last(north)).items()
    places = [place for place, _ in both]
    clashing = {place for place in places if places.count(place) > 1}
    told = {
        (event.id, event.column) for event in ledger.original.events if event.kind == "conflict"
    }
    assert told == {(ids[row], column) for row, column in clashing}
