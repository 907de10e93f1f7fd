"""Three hundred workbooks sent out and collected: every fault is named, and no figure is lost or moved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from benchmarks.data import one_county
from compliance.checker import load
from compliance.cli.workbook_form import workbook_form
from compliance.collection import Collection, collect, issue, read_register
from compliance.collection.register import lasting
from compliance.intake import take_in
from compliance.kernel.errors import Problem
from compliance.kernel.submission import Submission
from compliance.render.school_workbook import CLASSES, FORM
from tests.collection.filled_forms import WORDS, Form
from tests.support.nonempty import nonempty
from tests.support.sweeps import tried

BOOK = "xl/workbook.xml"
PROPERTIES = "docProps/custom.xml"
PUPILS = "小学在校生数"
Document = dict[str, Any]


def written(path: Path, document: Document) -> Path:
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def only_lasting(document: Document) -> Document:
    schools = [
        {name: value for name, value in school.items() if lasting(WORDS.school[name])}
        for school in document["schools"]
    ]
    return {**document, "schools": schools}


@dataclass
class County:
    """A county whose schools have sent their workbooks back."""

    document: Document
    folder: Path
    collected: Collection
    read: Submission
    out: Path

    def of(self, code: str) -> list[Problem]:
        return [one for one in self.collected.problems if one.school_code == code]

    def said(self, file: str) -> list[Problem]:
        return [one for one in self.collected.problems if one.file.endswith(file)]


# ── what schools do to workbooks: a function each, by the code of the school ─────────


def _sent_twice(form: Form, path: Path) -> None:
    form.write(PUPILS, 999)
    form.saved("2026-03-02T08:00:00Z")
    path.with_stem(f"{path.stem}(1)").write_bytes(form.content())


def _copied(form: Form, path: Path) -> None:
    path.with_stem(f"{path.stem} - 副本").write_bytes(form.content())


def _known_changed(form: Form, path: Path) -> None:
    form.write("学校名称", "改了名的小学")
    path.write_bytes(form.content())


def _cut_off(form: Form, path: Path) -> None:
    path.write_bytes(form.content()[:9000])


def _sheet_renamed(form: Form, path: Path) -> None:
    form.replace(BOOK, f'name="{FORM}"', 'name="我的表"')
    path.write_bytes(form.content())


def _item_renamed(form: Form, path: Path) -> None:
    form.set(FORM, form.place(PUPILS).replace("C", "A"), "学生总数")
    path.write_bytes(form.content())


def _unit_changed(form: Form, path: Path) -> None:
    form.set(FORM, form.place("教学仪器设备值").replace("C", "B"), "万元")
    path.write_bytes(form.content())


def _other_year(form: Form, path: Path) -> None:
    form.mark("year", "2022")
    path.write_bytes(form.content())


def _other_code(form: Form, path: Path) -> None:
    form.write("学校（机构）标识码", "5199019999")
    path.write_bytes(form.content())


def _text_for_number(form: Form, path: Path) -> None:
    form.write(PUPILS, "约八百人")
    path.write_bytes(form.content())


def _formula(form: Form, path: Path) -> None:
    form.write("图书册数", "=3+4")
    path.write_bytes(form.content())


def _left_blank(form: Form, path: Path) -> None:
    form.write(PUPILS, None)
    form.write("计算机台数", None)
    path.write_bytes(form.content())


def _merged_cells(form: Form, path: Path) -> None:
    rows = sorted(int(form.place(title)[1:]) for title in ("图书册数", "计算机台数"))
    assert rows[1] == rows[0] + 1
    form.replace(
        "xl/worksheets/sheet1.xml", "<mergeCell ",
        f'<mergeCell ref="C{rows[0]}:C{rows[1]}"/><mergeCell ',
    )  # fmt: skip
    path.write_bytes(form.content())


def _no_marker(form: Form, path: Path) -> None:
    form.replace(PROPERTIES, "junheng-", "somebody-")
    form.replace(BOOK, 'name="_junheng"', 'name="_other"')
    path.write_bytes(form.content())


def _classes_do_not_add_up(form: Form, path: Path) -> None:
    form.set(CLASSES, "D2", 90)
    path.write_bytes(form.content())


def _nothing_written(form: Form, path: Path) -> None:
    """The workbook comes back as it was sent."""


def _locked(form: Form, path: Path) -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le") * 99
    path.write_bytes(ole)


def _missing(form: Form, path: Path) -> None:
    path.unlink()


FAULTS: tuple[Callable[[Form, Path], None], ...] = (
    _sent_twice, _copied, _known_changed, _cut_off, _sheet_renamed, _item_renamed, _unit_changed,
    _other_year, _other_code, _text_for_number, _formula, _left_blank, _merged_cells, _no_marker,
    _classes_do_not_add_up, _nothing_written, _locked, _missing,
)  # fmt: skip


def returned(document: Document, folder: Path, faults: dict[str, Any]) -> None:
    """Each workbook filled in by its school, in a subfolder a township; some with a fault."""
    schools = {school["school_code"]: school for school in document["schools"]}
    for path in nonempty(sorted(folder.glob("*.xlsx"))):
        school = schools[path.name.partition("_")[0]]
        form = Form(path.read_bytes(), f"{school['school_type']} {'main_school_code' in school}")
        there = folder / school["township"] / path.name
        there.parent.mkdir(exist_ok=True)
        path.rename(there)
        fault = faults.get(school["school_code"])
        if fault is not _nothing_written:
            form.fill(school)
            form.saved("2026-03-01T08:00:00Z")
            there.write_bytes(form.content())
        if fault is not None:
            fault(form, there)


SCHOOLS = tried(288, 96)


@pytest.fixture(scope="module")
def faults() -> dict[str, str]:
    """Name of a fault → the code of the school that it befalls: primary schools, one each."""
    schools = [one for one in one_county(SCHOOLS)["schools"] if one["school_type"] == "primary"]
    return {fault.__name__: one["school_code"] for fault, one in zip(FAULTS, schools, strict=False)}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, faults: dict[str, str]) -> Iterator[County]:
    base = tmp_path_factory.mktemp("round")
    document = one_county(SCHOOLS)
    registry = load()
    list_of_schools = written(base / "schools.json", only_lasting(document))
    register, problems = read_register([list_of_schools], registry, workbook_form)
    assert register is not None
    assert not [one for one in problems if one.severity == "error"]
    folder = base / "returned"
    assert len(issue(register, folder)) == len(document["schools"]) > SCHOOLS
    by_code = {code: FAULTS[n] for n, code in enumerate(faults.values())}
    returned(document, folder, by_code)
    (folder / "~$lock.xlsx").write_bytes(b"x")
    (folder / "扫描件.pdf").write_bytes(b"%PDF")
    (folder / "乡镇.zip").write_bytes(b"PK\5\6" + bytes(18))
    out = base / "county.xlsx"
    found = collect(folder, out, registry, workbook_form)
    read = take_in([out], registry.readers, registry.vocabulary)
    yield County(document, folder, found, read, out)
    shutil.rmtree(base, ignore_errors=True)


NOT_IN = (
    "_sent_twice", "_cut_off", "_sheet_renamed", "_other_year", "_other_code", "_no_marker",
    "_nothing_written", "_locked", "_missing",
)  # fmt: skip


def test_it_says_how_many_are_in_and_who_is_to_be_urged(
    county: County, faults: dict[str, str]
) -> None:
    urged = [one for one in county.collected.schools if not one.collected]
    assert {one.code for one in urged} == {faults[name] for name in NOT_IN}
    assert county.collected.done == len(county.document["schools"]) - len(NOT_IN)
    assert county.collected.schools[: len(urged)] == urged, "first in the list"
    lost = next(one for one in urged if one.code == faults["_missing"])
    school = next(one for one in county.document["schools"] if one["school_code"] == lost.code)
    assert (lost.kind, lost.township, lost.principal) == (
        "小学", school["township"], school["principal"],
    )  # fmt: skip
    assert lost.state == "未交"


@pytest.mark.parametrize(
    ("fault", "code", "at", "words"),
    [
        ("_sent_twice", "sent_twice", "", ("交了2份", "都没有采用", "2026-03-0")),
        ("_copied", "copy", "", ("内容相同",)),
        (
            "_known_changed",
            "known_changed",
            f"{FORM}!C",
            ("学校名称", "改了名的小学", "仍用已知的"),
        ),
        ("_cut_off", "damaged", "", ("损坏",)),
        ("_sheet_renamed", "missing_sheet", "", (FORM, "我的表")),
        ("_item_renamed", "altered_workbook", f"{FORM}!A", ("学生总数",)),
        ("_unit_changed", "altered_workbook", f"{FORM}!B", ("万元", "教学仪器设备值")),
        ("_other_year", "other_workbook", "", ("2022",)),
        ("_other_code", "school_changed", f"{FORM}!C", ("5199019999",)),
        ("_text_for_number", "not_a_number", f"{FORM}!C", ("约八百人",)),
        ("_formula", "formula_cell", f"{FORM}!C", ("图书册数", "7")),
        ("_left_blank", "blanks", FORM, ("2项", PUPILS)),
        ("_merged_cells", "altered_workbook", f"{FORM}!C", ("合并",)),
        ("_no_marker", "no_marker", "", ("标记",)),
        ("_classes_do_not_add_up", "class_sizes_students", f"{FORM}!C", ("不等于",)),
        ("_locked", "encrypted", "", ("密码",)),
    ],
)
def test_each_fault_is_named_by_file_and_cell(
    county: County, faults: dict[str, str], fault: str, code: str, at: str, words: tuple[str, ...]
) -> None:
    school = faults[fault]
    named = [one for one in county.collected.problems if school in one.file and one.code == code]
    assert named, [one.line() for one in county.collected.problems if school in one.file]
    assert all(one.file.startswith("第") and one.file.endswith(".xlsx") for one in nonempty(named))
    assert any(one.at.startswith(at) for one in named), [one.at for one in named]
    assert all(any(word in one.message for one in named) for word in nonempty(words))


def test_what_is_no_workbook_is_told_and_what_cannot_be_read_is_listed(
    county: County, faults: dict[str, str]
) -> None:
    assert [one.code for one in county.said("扫描件.pdf")] == ["not_read"]
    assert [one.code for one in county.said("乡镇.zip")] == ["packed"]
    assert not county.said("~$lock.xlsx")
    unreadable = {name for name in county.collected.unreadable if name != "乡镇.zip"}
    lost = {faults[name] for name in ("_cut_off", "_sheet_renamed", "_locked")}
    assert {name.rpartition("/")[2].partition("_")[0] for name in unreadable} == lost


def test_every_figure_of_a_sound_workbook_stands_in_the_county_and_nothing_else(
    county: County, faults: dict[str, str], tmp_path: Path
) -> None:
    """Read back, each school is the one that filled its workbook in."""
    odd = set(faults.values()) - {faults["_copied"]}
    source = written(tmp_path / "county.json", county.document)
    registry = load()
    schools = take_in([source], registry.readers, registry.vocabulary).schools
    wanted = {row["school_code"]: row for row in schools.iter_rows(named=True)}
    # the wrong cell keeps the county from being accepted: what could be read stands beside it
    assert county.read.unsound is not None
    got = {row["school_code"]: row for row in county.read.unsound.schools.iter_rows(named=True)}
    assert set(got) == set(wanted)
    for code in nonempty(set(wanted) - odd):
        given, found = (
            {name: value for name, value in one[code].items() if value is not None}
            for one in (wanted, got)
        )
        if given["school_type"] == "senior":  # no rule looks at these of such a school: not asked
            given = {n: value for n, value in given.items() if n not in ("books", "computers")}
        assert found == given


def test_faulty_workbooks_change_only_what_is_said(county: County, faults: dict[str, str]) -> None:
    assert county.read.unsound is not None
    got = {row["school_code"]: row for row in county.read.unsound.schools.iter_rows(named=True)}
    source = {one["school_code"]: one for one in county.document["schools"]}
    for name in nonempty(NOT_IN):
        code = faults[name]
        assert got[code]["primary_students"] is None, "nothing of a file that does not count"
        assert got[code]["school_name"] == source[code]["school_name"]
    of = {name: got[code] for name, code in faults.items()}
    assert of["_known_changed"]["school_name"] == source[faults["_known_changed"]]["school_name"]
    assert of["_item_renamed"]["primary_students"] is None
    assert of["_item_renamed"]["books"] == source[faults["_item_renamed"]]["books"]
    assert of["_unit_changed"]["equipment_value"] is None
    assert of["_formula"]["books"] == 7
    assert of["_merged_cells"]["books"] is of["_merged_cells"]["computers"] is None


def test_the_county_workbook_tells_how_far_it_is(county: County, faults: dict[str, str]) -> None:
    book = openpyxl.load_workbook(county.out)
    assert book.active is not None
    assert book.active.title == "填报进度"
    lines = [[cell.value for cell in row] for row in book["填报进度"].iter_rows()]
    done, every = county.collected.done, len(county.document["schools"])
    assert f"已汇集{done}/{every}所" in str(lines[1][0])
    assert [row[1] for row in lines[4 : 4 + len(NOT_IN)] if row[6] == "未交"] == [
        faults["_missing"]
    ]
    listed = [[cell.value for cell in row] for row in book["汇集问题"].iter_rows(min_row=4)]
    assert len(listed) == len(county.collected.problems)
    assert {faults["_known_changed"], faults["_item_renamed"]} <= {row[3] for row in listed}
    cells = {str(book["学校"].cell(row, 1).value): row for row in range(1, 400)}
    headings = [cell.value for cell in book["学校"][2]]
    pupils = next(n for n, text in enumerate(headings, 1) if str(text).startswith(PUPILS))
    wrong = book["学校"].cell(cells[faults["_text_for_number"]], pupils)
    assert wrong.value == "约八百人", "kept as it was typed, for whoever has to correct it"
