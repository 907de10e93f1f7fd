"""What a county may write otherwise in its form, and what it may not."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from compliance.declaration.compare import remarks_disagree
from tests.declaration.declare_sample import document, filled, run, saved, school, stage
from tests.declaration.test_declare_against import Desk, cell_of, put, told

LABELS = ("达标", "达到85%", "不足85%", "缺数据")
CODES = [f"L{n}" for n in range(1, 15)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("back"))


@pytest.mark.parametrize(
    ("written", "differs"),
    [
        ("达标：L7、L9、L10、L11、L12、L13；达到85%：L8", False),
        ("L7及L9－L13达标，L8达到85%", False),
        ("达标: l7, l9-13; 未达标: L8", False),
        ("学校正在改扩建", False),
        ("达标：L7—L13", True),
        ("达标：无", True),
        ("达标：L7、L9—L13", True),  # which reach 85 % is asked for as well
        ("全部达标", True),
        ("达标：L7、L9—L13；不足85%：L8", True),
    ],
)
def test_a_remark_is_compared_by_the_items_it_names(written: str, *, differs: bool) -> None:
    expected = "达标：L7、L9—L13；达到85%：L8"
    assert remarks_disagree(written, expected, LABELS, CODES) is differs


def test_a_remark_and_a_number_changed_are_found(desk: Desk) -> None:
    remark = cell_of(desk, "表Ⅱ-2", "清河九年制学校", 13)
    number = cell_of(desk, "表Ⅱ-2", "清河九年制学校", -1)
    found = desk.differences(put("表Ⅱ-2", remark, "达标：L7—L13"), put("表Ⅱ-2", number, 99))
    assert told(found) == [
        ("differs", "表Ⅱ-2", number, "99", "2", ""),
        ("differs", "表Ⅱ-2", remark, "达标：L7—L13", "达标：L8—L13；达到85%：L7", ""),
    ]


def test_an_unmet_mark_is_blank_or_no_and_a_sponsor_may_be_named(desk: Desk) -> None:
    book = openpyxl.load_workbook(desk.edited())["表Ⅱ-2"]
    (row,) = [r for r in book.iter_rows() if r[1].value == "第一中学"]
    sponsor, mark = row[2].coordinate, row[13].coordinate
    assert not row[13].value
    assert not desk.differences(put("表Ⅱ-2", sponsor, "民办"), put("表Ⅱ-2", mark, "否"))
    assert told(desk.differences(put("表Ⅱ-2", mark, 1))) == [
        ("differs", "表Ⅱ-2", mark, "1", "空白（未达标）", "")
    ]


def test_figures_of_a_reworded_sentence_are_compared(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅳ", "符合交流轮岗条件教师总数80名")
    text = "符合交流条件的教师共80人，去年轮岗9人，占10.0%；骨干教师2人，占轮岗教师12.5%"
    assert [one[0:1] + one[3:5] for one in told(desk.differences(put("表Ⅳ", cell, text)))] == [
        ("words", text, "符合交流轮岗条件教师总数80名，上一年度交流轮岗教师8名，比例10.0%；骨干1名，占12.5%"),
        ("differs", "9", "8"),
        ("differs", "2", "1"),
    ]  # fmt: skip


def test_a_form_in_the_layout_and_wording_of_before_is_read(tmp_path: Path) -> None:
    """layout_of_0_1.xlsx was written from the same figures before there was a cover."""
    data = saved(document(), tmp_path / "county.json")
    old = Path(__file__).with_name("layout_of_0_1.xlsx")
    result = run(data, "--against", old)
    assert (result.exit_code, result.stdout) == (0, "与重新计算的结果一致。\n")


def test_clauses_in_another_order_are_the_same_sentence(desk: Desk) -> None:
    cell = cell_of(desk, "表Ⅴ", "毕业班学生数480人")
    text = "毕业班学生数480人，三年前入学500人，转入12人，转出{}人，死亡1人，巩固率97.8%"
    assert not desk.differences(put("表Ⅴ", cell, text.format(20)))
    found = told(desk.differences(put("表Ⅴ", cell, text.format(21))))
    assert found == [("differs", "表Ⅴ", cell, "21", "20", "+1")]


@pytest.mark.parametrize(("form", "asked"), [("zh", "en"), ("en", "zh")])
def test_a_form_in_the_other_language_is_found(form: str, asked: str, tmp_path: Path) -> None:
    data, out = saved(document(), tmp_path / "county.json"), tmp_path / "form.xlsx"
    assert run(data, "-o", out, "--lang", form).exit_code == 0
    result = run(data, "--against", out, "--lang", asked)
    assert result.exit_code == 0, result.output
    other = saved(document(townships=5), tmp_path / "other.json")
    result = run(other, "--against", out, "--lang", asked)
    assert result.exit_code == 1
    assert {"zh": "乡镇数", "en": "Townships"}[asked] in result.stdout


def test_no_such_form_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    result = run(desk.data, "--against", tmp_path / "nofile.xlsx")
    assert result.exit_code == 2
    assert "文件或文件夹不存在" in result.stderr
    result = run(desk.data, "--against", tmp_path / "nofile.xlsx", "--lang", "en")
    assert "no such file or folder" in result.stderr


def test_doubtful_figures_are_listed(tmp_path: Path) -> None:
    of = document(exchanged_teachers=90)  # of 80 eligible
    of["schools"][0] |= {"primary_teachers_above_degree": 25, "primary_class_sizes": [41] * 10}
    data = saved(of, tmp_path / "county.json")
    paper = filled(data)
    found = {one.place.rpartition("/")[2]: one for one in paper.doubtful}
    # 25 above the degree of 24 teachers; classes of 410 in all for 400 pupils
    assert "表Ⅱ-2" in found["primary_teachers_above_degree"].sheets
    assert found["primary_teachers_above_degree"].subject.startswith("第一小学：")
    assert found["primary_class_sizes"].sheets[-1] == "表Ⅳ"
    assert found["exchanged_teachers"].subject.startswith("全县：")
    assert "（90）大于" in found["exchanged_teachers"].message
    form = tmp_path / "form.xlsx"
    result = run(data, "-o", form)
    assert f"存疑数据{len(paper.doubtful)}条" in result.stdout
    book = openpyxl.load_workbook(form)
    texts = [str(cell.value) for row in book["缺项清单"].iter_rows() for cell in row]
    assert "存疑数据" in texts


def test_what_is_missing_is_listed_fact_by_fact(tmp_path: Path) -> None:
    own = [
        school(f"{n:04}", f"第{n}小学", "primary", (3000, 5000, 1_500_000, 15),
               **stage("primary", 500, (25, 6, 5), 6, 12, (32, 30))
               | {"primary_pe_arts_teachers": None})
        for n in range(9)
    ]  # fmt: skip
    of = document() | {"schools": [{"county_code": "990001", **one} for one in own]}
    paper = filled(saved(of, tmp_path / "county.json"))
    (cells,) = [cells for what, cells in paper.missing.items() if what.startswith("小学体育")]
    assert len({name for one in cells for name in one.schools}) == 9
    places = {one.place for one in cells}
    (place,) = [one for one in places if one.startswith("表Ⅱ-2") and "L9" in one]
    assert "第" not in place


def test_a_province_is_judged_beside_the_nations_wording(tmp_path: Path) -> None:
    paper = filled(saved(document(), tmp_path / "county.json"), ruleset="shandong")
    (table,) = [one for one in paper.tables if one.key == "IV"]
    assert "不低于50%" in table.lines[13].name or "不低于50%" in table.lines[13].cells[0].text
    assert any("（14）" in note.text and "60%" in note.text for note in table.notes)
