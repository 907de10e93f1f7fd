"""The way back: a county's own form, edited by hand, moved about or spoilt, against the figures."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from compliance.declaration.submitted_form import number
from tests.declaration.declare_sample import document, run, saved, school, stage

Edit = Callable[[Workbook], None]
EXAMPLES = Path(__file__).parents[2] / "examples"


class Desk:
    """A county's figures and its form, written once; each test edits its own copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.data = saved(document(), folder / "county.json")
        self._form = folder / "written.xlsx"
        result = run(self.data, "-o", self._form)
        assert result.exit_code == 0, result.output
        self.written = openpyxl.load_workbook(self._form)

    def edited(self, *edits: Edit) -> Path:
        book = openpyxl.load_workbook(self._form)
        for edit in edits:
            edit(book)
        path = self._folder / "filled.xlsx"
        book.save(path)
        return path

    def differences(self, *edits: Edit) -> list[dict[str, Any]]:
        result = run(self.data, "--against", self.edited(*edits), "--format", "json")
        found: list[dict[str, Any]] = json.loads(result.stdout)
        assert result.exit_code == (1 if found else 0)
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("against"))


def put(sheet: str, cell: str, value: str | float | None) -> Edit:
    def edit(book: Workbook) -> None:
        book[sheet][cell] = value

    return edit


def told(found: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    names = ("kind", "sheet", "cell", "written", "recomputed", "difference")
    return [tuple(one[name] for name in names) for one in found]


def cell_of(desk: Desk, sheet: str, text: str, right: int = 0) -> str:
    """The cell with this text, or the one so many columns to its right."""
    for row in desk.written[sheet].iter_rows():
        for cell in row:
            if cell.value is not None and str(cell.value).startswith(text):
                return str(cell.offset(0, right).coordinate)
    raise LookupError(text)


def test_what_was_written_agrees(desk: Desk) -> None:
    result = run(desk.data, "--against", desk.edited())
    assert (result.exit_code, result.stdout) == (0, "与重新计算的结果一致。\n")


@pytest.mark.parametrize(
    ("name", "lang"),
    [("anhui_county.xlsx", "en"), ("henan_county.xlsx", "zh"), ("conforming.json", "en")],
)
def test_every_example_agrees_with_itself(name: str, lang: str, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    assert run(EXAMPLES / name, "-o", form, "--lang", lang).exit_code == 0
    result = run(EXAMPLES / name, "--against", form, "--lang", lang)
    assert result.exit_code == 0, result.output


def test_a_figure_changed_by_hand_is_found_with_its_cell(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅱ-2", "清河九年制学校", 5)  # 每百名学生…教师数, 4.00
    assert told(desk.differences(put("表Ⅱ-2", cell, 4.2))) == [
        ("differs", "表Ⅱ-2", cell, "4.2", "4.00", "+0.20")
    ]
    result = run(desk.data, "--against", desk.edited(put("表Ⅱ-2", cell, 4.2)))
    assert result.stdout.splitlines() == [
        f"filled.xlsx 表Ⅱ-2!{cell} 小学2 清河九年制学校 每百名学生拥有高于规定学历教师数（人）（L7）："
        "不一致，填写“4.2”，重新计算“4.00”，差+0.20",
        "1处不一致。",
    ]


def test_a_figure_written_otherwise_is_the_same_figure(desk: Desk) -> None:
    teachers = cell_of(desk, "表Ⅱ-2", "第一小学", 5)
    pupils = cell_of(desk, "表Ⅱ-2", "第一小学", 2)
    share = cell_of(desk, "表Ⅱ-1", "达标学校比例", 1)  # 66.666…

    def as_percentage(number: float, code: str) -> Edit:
        def change(book: Workbook) -> None:
            book["表Ⅱ-1"][share] = number
            book["表Ⅱ-1"][share].number_format = code

        return change

    assert not desk.differences(
        put("表Ⅱ-2", teachers, "５.０ 人"),
        put("表Ⅱ-2", pupils, "400"),
        as_percentage(0.66666667, "0.0%"),
    )
    assert not desk.differences(as_percentage(66.666667, '0.0"%"'))  # a sign that is mere text
    for code in ('0.0"%"', "0.0\\%"):
        [found] = desk.differences(as_percentage(0.66666667, code))
        assert (found["kind"], found["cell"]) == ("differs", share)


def test_a_mark_may_be_written_in_other_words(desk: Desk) -> None:
    mark = cell_of(desk, "表Ⅱ-2", "第一小学", 12)
    assert not desk.differences(put("表Ⅱ-2", mark, "达标"))
    assert told(desk.differences(put("表Ⅱ-2", mark, "否"))) == [
        ("differs", "表Ⅱ-2", mark, "否", "1", "")
    ]


def test_blanks_and_unfounded_figures_are_kinds_of_their_own(desk: Desk) -> None:
    school_cell = cell_of(desk, "表Ⅱ-2", "第一小学", 6)
    unknown = cell_of(desk, "表Ⅱ-2", "镇北教学点", 11)
    found = desk.differences(put("表Ⅱ-2", school_cell, None), put("表Ⅱ-2", unknown, 3.33))
    assert told(found) == [
        ("blank", "表Ⅱ-2", school_cell, "", "1.00", ""),
        ("unfounded", "表Ⅱ-2", unknown, "3.33", "", ""),
    ]


def test_a_blank_of_a_sentence_is_counted(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅳ", "完成360学时培训的教师110人")
    text = "完成360学时培训的教师 111 人，全县教师111人，完成率100.0%"
    found = desk.differences(put("表Ⅳ", cell, text))
    assert told(found) == [
        ("differs", "表Ⅳ", cell, "111", "110", "+1"),
        ("differs", "表Ⅳ", cell, "100.0", "99.1", "+0.9"),
    ]
    assert found[0]["what"].endswith("指标值或简要结论（第1空）")


def test_words_changed_are_told_and_the_figures_still_compared(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅳ", "完成360学时培训的教师110人")
    text = "完成360学时培训的教师109人，全县教师111人，完成率99.1%，其余已安排。"
    kinds = [one["kind"] for one in desk.differences(put("表Ⅳ", cell, text))]
    assert kinds == ["words", "differs"]


def test_a_conclusion_in_words_is_the_countys_own(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅳ", "（2）", 1)
    assert not desk.differences(put("表Ⅳ", cell, "四项标准已于2021年统一"))


def test_moved_rows_and_columns_are_found(desk: Desk) -> None:
    def move(book: Workbook) -> None:
        for sheet in ("表Ⅱ-2", "表Ⅳ", "表Ⅵ"):
            for merged in list(book[sheet].merged_cells.ranges):
                book[sheet].unmerge_cells(str(merged))
            book[sheet].insert_rows(1, 3)
            book[sheet].insert_cols(1, 2)

    assert not desk.differences(move)


def test_schools_in_another_order_are_found(desk: Desk) -> None:
    first, second = (cell_of(desk, "表Ⅱ-2", name)[1:] for name in ("第一小学", "镇北教学点"))

    def swap(book: Workbook) -> None:
        sheet = book["表Ⅱ-2"]
        for column in range(2, 16):
            one, other = (sheet.cell(int(row), column) for row in (first, second))
            one.value, other.value = other.value, one.value

    assert not desk.differences(swap)


def test_a_school_left_out_and_one_too_many(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅱ-2", "第一小学")
    found = desk.differences(put("表Ⅱ-2", cell, "第九小学"))
    assert [(one["kind"], one["what"]) for one in found] == [
        ("row_missing", "小学1 第一小学"),
        ("row_extra", "1 第九小学"),
    ]


def test_a_table_left_out_is_told(desk: Desk) -> None:
    found = desk.differences(lambda book: book.remove(book["表Ⅲ"]))
    assert [(one["kind"], one["table"]) for one in found] == [
        ("table_missing", "表Ⅲ　县域义务教育校际均衡情况")
    ]


def test_the_note_with_the_counts_is_compared(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅱ-2", "注1：")
    text = "注1：小学学校总数4所（其中一贯制小学部1所，50人及以上教学点1个），初中学校总数2所（其中一贯制初中部1所，完全中学初中部1所）。"
    assert told(desk.differences(put("表Ⅱ-2", cell, text))) == [
        ("differs", "表Ⅱ-2", cell, "4", "3", "+1")
    ]


def test_two_schools_of_one_name_are_taken_in_order(tmp_path: Path) -> None:
    own = [
        school(code, "中心小学", "primary", (900, 1500, 400_000, 5),
               **stage("primary", pupils, (9, 2, 2), 6, 6, (12, 11)), primary_class_sizes=[30] * 6)
        for code, pupils in (("1", 180), ("2", 170))
    ]  # fmt: skip
    of = document() | {"schools": [{"county_code": "990001", **one} for one in own]}
    data = saved(of, tmp_path / "county.json")
    form = tmp_path / "form.xlsx"
    assert run(data, "-o", form).exit_code == 0
    assert run(data, "--against", form).exit_code == 0


def test_another_countys_form_is_told_as_such(desk: Desk, tmp_path: Path) -> None:
    other = saved(document(county_name="邻县", population=9), tmp_path / "other.json")
    result = run(other, "--against", desk.edited(), "--format", "json")
    found = json.loads(result.stdout)
    assert [(one["written"], one["recomputed"]) for one in found] == [
        ("样县", "邻县"),
        ("12.35", "9.00"),
    ]


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "空的"), (b"PK\x03\x04 torn", "损坏"), (b"name,value\n", "Excel")]
)
def test_what_cannot_be_read_ends_with_four(
    desk: Desk, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    result = run(desk.data, "--against", path)
    assert result.exit_code == 4
    assert said in result.stderr


def test_a_workbook_that_is_no_form_ends_with_four(desk: Desk) -> None:
    result = run(desk.data, "--against", EXAMPLES / "anhui_county.xlsx")
    assert result.exit_code == 4
    assert "认不出" in result.stderr


def test_a_formula_that_broke_is_a_difference(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅱ-2", "第一小学", 7)
    found = desk.differences(put("表Ⅱ-2", cell, "#DIV/0!"))
    assert told(found) == [("differs", "表Ⅱ-2", cell, "#DIV/0!", "1.00", "")]


def test_a_number_beyond_all_numbers_is_a_difference(desk: Desk) -> None:
    """A cell may hold 1e999 (no workbook library writes it, a program may): it is read as infinite."""
    cell = cell_of(desk, "表Ⅱ-2", "第一小学", 5)
    path = desk.edited(put("表Ⅱ-2", cell, 4321.5))
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(b"<v>4321.5</v>", b"<v>1e999</v>"))
    result = run(desk.data, "--against", path, "--format", "json")
    assert result.exit_code == 1, result.output
    assert [one[:3] for one in told(json.loads(result.stdout))] == [("differs", "表Ⅱ-2", cell)]


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e15, True, "1e999"])
def test_what_is_no_figure_of_a_form(value: object) -> None:
    assert number(value) is None


def test_the_data_changed_since_the_form_was_written(desk: Desk, tmp_path: Path) -> None:
    """One teacher more: the school's value, the mean and the coefficient, each where it stands."""
    of = document()
    of["schools"][0]["primary_teachers_above_degree"] = 21
    found = json.loads(
        run(saved(of, tmp_path / "new.json"), "--against", desk.edited(), "--format", "json").stdout
    )
    # 21 ÷ 400 = 5.25; 36 ÷ 760 = 4.7368; (400 × 0.263333 + 300 × 0.542936 + 60 × 0.069252) ÷ 760
    # = 0.358380, S = 0.598648 ÷ 4.736842 = 0.126382
    assert [(one["table"][:3], one["written"], one["recomputed"]) for one in found] == [
        ("表Ⅱ-", "5", "5.25"),
        ("表Ⅲ　", "4.61", "4.74"),
        ("表Ⅲ　", "0.106", "0.126"),
    ]


def test_a_percent_sign_that_is_mere_text_is_not_calculated_with() -> None:
    form = EXAMPLES.parent / "tests/cases/input/23-declare/literal-percent-cell.xlsx"
    result = run(EXAMPLES / "conforming.json", "--against", form, "--format", "json")
    differing = json.loads(result.stdout)
    assert {one["kind"] for one in differing} == {"words"}  # sentences of an older form
    assert ("表Ⅵ", "E5") not in {(one["sheet"], one["cell"]) for one in differing}
