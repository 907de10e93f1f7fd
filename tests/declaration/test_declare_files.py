"""The form as files: golden copies, where they go, what is refused, hostile names, many schools."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn

from docs.word_templates.declaration import TEMPLATES, build
from tests.declaration.declare_sample import document, run, saved, school, stage
from tests.render.rectify_reading import cells, word_text
from tests.support.golden import assert_golden
from tests.support.nonempty import nonempty
from tests.support.sweeps import tried

EXAMPLES = Path(__file__).parents[2] / "examples"
MANY = tried(300, 60)  # schools; three hundred in a sweep
HOSTILE = '=HYPERLINK("x")<w:t>{{7*7}}{% x %}小学'


@pytest.mark.parametrize("form", ["xlsx", "docx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_golden(form: str, language: str, tmp_path: Path) -> None:
    out = tmp_path / f"form.{form}"
    data = saved(document(), tmp_path / "county.json")
    run(data, "-o", out, "--lang", language, "--today", "2026-07-01")
    text = {"docx": word_text, "xlsx": cells}[form](out.read_bytes())
    assert_golden(f"declare/sample.{language}.{form}.txt", text)


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    data = saved(document(), tmp_path / "county.json")
    for form in ("xlsx", "docx"):
        one, other = tmp_path / f"1.{form}", tmp_path / f"2.{form}"
        run(data, "-o", one, "-o", other)
        assert one.read_bytes() == other.read_bytes()


def test_unmet_cells_are_shaded_and_figures_are_numbers(tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    run(saved(document(), tmp_path / "county.json"), "-o", out)
    sheet = openpyxl.load_workbook(out)["表Ⅱ-2"]
    (row,) = [row for row in sheet.iter_rows() if row[1].value == "第一中学"]
    shaded = [cell.coordinate[0] for cell in row if cell.fill.fgColor.rgb == "FFF2DCDB"]
    assert shaded == ["K", "M", "N"]  # fields, media rooms, as a whole
    assert (row[12].value, row[12].number_format) == (1.98, "0.00")
    assert not row[13].value
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.page_setup.orientation == "landscape"


def test_word_repeats_its_headings_and_lies_across(tmp_path: Path) -> None:
    out = tmp_path / "form.docx"
    run(saved(document(), tmp_path / "county.json"), "-o", out)
    word = WordDocument(str(out))
    page = word.sections[0]
    assert (page.page_width or 0) > (page.page_height or 0)
    for table in nonempty(word.tables):
        properties: Any = table.rows[0]._tr.trPr
        assert properties.find(qn("w:tblHeader")) is not None
        grid = table._tbl.tblGrid.findall(qn("w:gridCol"))
        assert sum(int(one.get(qn("w:w"))) for one in grid) <= 225 / 25.4 * 1440 + len(grid)
    units = next(t for t in word.tables if t.rows[0].cells[1].text == "学校名称")
    (row,) = [row for row in units.rows if row.cells[1].text == "第一中学"]
    fills = [cell._tc.tcPr.find(qn("w:shd")) is not None for cell in row.cells]
    assert [n for n, shaded in enumerate(fills) if shaded] == [10, 12, 13]


def test_a_cover_a_seal_and_the_county_on_every_page(tmp_path: Path) -> None:
    word, book = tmp_path / "form.docx", tmp_path / "form.xlsx"
    run(saved(document(county_name="样&县"), tmp_path / "county.json"), "-o", word, "-o", book)
    page = WordDocument(str(word)).sections[0]
    for header in (page.header, page.even_page_header):
        assert header.paragraphs[0].text.startswith("申报县（市、区）：样&县　行政区划代码：990001")
    assert not page.first_page_header.paragraphs[0].text  # the cover has its own
    text = word_text(word.read_bytes()).splitlines()
    assert text[:2] == ["全国义务教育优质均衡发展县（市、区）申报表", "申报县（市、区）：样&县"]
    seal = text.index("县（市、区）人民政府（盖章）")
    assert text[seal + 1 : seal + 3] == [
        "＿＿＿＿年＿＿月＿＿日",
        "表后说明（不属于申报表，报送时可抽去）",
    ]
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames[0] == "封面"
    assert all("样&&县" in (sheet.oddFooter.left.text or "") for sheet in nonempty([*sheets]))
    assert "县（市、区）人民政府（盖章）" in [row[0].value for row in sheets["表Ⅵ"].rows]


def test_a_remark_has_room_for_letters_a_fifth_wider(tmp_path: Path) -> None:
    """No machine but the officer's has 宋体: elsewhere the digits are wider, and none may be cut."""
    of = document()
    of["schools"] = [  # above 85 % in backbone teachers, below in arts teachers, rooms, media rooms
        school("1001", "甲小学", "primary", (1000, 3200, None, 3),
               **stage("primary", 400, (20, 4, 1), 6, 10, (25, 24)))
    ]  # fmt: skip
    out = tmp_path / "form.xlsx"
    run(saved(of, tmp_path / "county.json"), "-o", out)
    sheet: Any = openpyxl.load_workbook(out)["表Ⅱ-2"]
    (row,) = [row for row in sheet.rows if row[1].value == "甲小学"]
    remark = row[14]
    needed = sum(2 if ord(sign) > 0x2000 else 1.25 for sign in remark.value)
    lines = needed / (sheet.column_dimensions["O"].width - 1)
    assert lines > 1, remark.value
    assert (sheet.row_dimensions[remark.row].height - 4) / 14 >= ceil(lines) - 0.1  # whole pixels


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    of = document(county_name="../=县")
    of["schools"][0]["school_name"] = HOSTILE
    data = saved(of, tmp_path / "county.json")
    form, folder = tmp_path / "form.xlsx", tmp_path / "out"
    result = run(data, "-o", form, "-o", folder)
    assert result.exit_code == 0, result.output
    (own,) = folder.iterdir()
    assert own.name == "990001__=县_2023"
    assert sorted(path.name for path in own.iterdir()) == ["申报表.docx", "申报表.xlsx"]
    sheet = openpyxl.load_workbook(form)["表Ⅱ-2"]
    (cell,) = [c for row in sheet.iter_rows() for c in row if "HYPERLINK" in str(c.value)]
    assert (cell.data_type, cell.value) == ("s", HOSTILE)
    assert HOSTILE in word_text((own / "申报表.docx").read_bytes())
    assert run(data, "--against", form).exit_code == 0


def test_several_counties_need_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for code in ("990001", "990002"):
        of = document(county_code=code)
        of["schools"] = [{**one, "county_code": code} for one in of["schools"]]
        saved(of, data / f"{code}.json")
    result = run(data, "-o", tmp_path / "form.xlsx")
    assert result.exit_code == 2
    assert "-o 文件夹/" in result.stderr
    assert list(tmp_path.iterdir()) == [data]
    result = run(data, "-o", tmp_path / "forms", "--format", "xlsx")
    assert result.exit_code == 0, result.output
    assert len(list(tmp_path.glob("forms/*/申报表.xlsx"))) == 2
    assert not list(tmp_path.glob("forms/*/申报表.docx"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "-o 申报表.xlsx"),
        (("-o", "form.odt"), ".xlsx、.docx 或 .pdf"),
        (("-o", "form.xlsx", "--format", "json"), "--against"),
        (("-o", "form.xlsx", "-o", "form.xlsx"), "同一个文件"),
    ],
)
def test_wrong_usage_says_what_to_do(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    data = saved(document(), tmp_path / "county.json")
    given = [tmp_path / one if one.startswith("form") else one for one in words]
    result = run(data, *given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["county.json"]


def test_neither_the_data_nor_the_filled_form_is_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "county.xlsx"
    data.write_bytes((EXAMPLES / "anhui_county.xlsx").read_bytes())
    before = data.read_bytes()
    assert run(data, "-o", data).exit_code == 2
    form = tmp_path / "form.xlsx"
    run(data, "-o", form)
    assert run(data, "--against", form, "-o", form).exit_code == 2
    assert data.read_bytes() == before


def test_a_form_filled_in_by_hand_is_kept(tmp_path: Path) -> None:
    data, form = saved(document(), tmp_path / "county.json"), tmp_path / "form.xlsx"
    run(data, "-o", form)
    fresh = form.read_bytes()
    book = openpyxl.load_workbook(form)
    book["表Ⅳ"]["B5"] = "县里写的结论"
    book.save(form)
    filled = form.read_bytes()
    result = run(data, "-o", form)
    assert form.read_bytes() == fresh
    assert (tmp_path / "form_旧稿1.xlsx").read_bytes() == filled
    assert "form_旧稿1.xlsx" in result.stdout
    run(data, "-o", form)
    assert not (tmp_path / "form_旧稿2.xlsx").exists()


def test_nothing_is_left_where_one_file_cannot_be_written(tmp_path: Path) -> None:
    data, blocked = saved(document(), tmp_path / "county.json"), tmp_path / "blocked"
    blocked.write_text("no folder")
    result = run(data, "-o", tmp_path / "out" / "form.docx", "-o", blocked / "form.xlsx")
    assert result.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocked", "county.json"]


def test_data_with_errors_are_not_declared(tmp_path: Path) -> None:
    result = run(EXAMPLES / "invalid.json", "-o", tmp_path / "form.xlsx")
    assert result.exit_code == 4
    assert not list(tmp_path.iterdir())


def test_what_was_switched_and_enforced_stands_on_the_form(tmp_path: Path) -> None:
    data, out = saved(document(), tmp_path / "county.json"), tmp_path / "form.docx"
    run(data, "-o", out, "--switch", "retention-b", "--enforce", "V6")
    text = word_text(out.read_bytes())
    assert "已启用的放宽或替代口径：" in text
    assert "V6" in text
    # regulation.md T6 (e), form (b): 480 ÷ (500 + 12 − 1 − 20) = 97.7597: the same to one decimal
    assert "巩固率97.8%" in text


def test_three_hundred_schools(tmp_path: Path) -> None:
    own = [
        school(f"{n:04}", f"第{n}小学", "primary", (3000, 5000, 1_500_000, 15),
               **stage("primary", 500, (25, 6, 5), 6, 12, (32, 30)), primary_class_sizes=[42] * 12)
        for n in range(MANY)
    ]  # fmt: skip
    of = document() | {"schools": [{"county_code": "990001", **one} for one in own]}
    data = saved(of, tmp_path / "county.json")
    result = run(data, "-o", tmp_path / "form.xlsx", "-o", tmp_path / "form.docx")
    assert result.exit_code == 0, result.output
    assert run(data, "--against", tmp_path / "form.xlsx").exit_code == 0
    lines = word_text((tmp_path / "form.docx").read_bytes()).splitlines()
    assert sum(line.startswith(f"| {MANY} | 第{MANY - 1}小学 | 7 | 500 | ") for line in lines) == 1
    assert any(f"小学学校总数{MANY}所" in line for line in lines)


def test_the_bundled_template_is_what_the_script_builds(tmp_path: Path) -> None:
    build(tmp_path)
    name = "declaration.docx"
    with zipfile.ZipFile(tmp_path / name) as built, zipfile.ZipFile(TEMPLATES / name) as kept:
        for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
            assert built.read(part) == kept.read(part), part


def test_the_word_file_is_sound(tmp_path: Path) -> None:
    out = tmp_path / "form.docx"
    run(saved(document(), tmp_path / "county.json"), "-o", out)
    with zipfile.ZipFile(BytesIO(out.read_bytes())) as packed:
        assert packed.testzip() is None
        text = packed.read("word/document.xml").decode("utf-8")
    assert "{%" not in text
    assert "{{" not in text


def test_differences_as_json_carry_the_file(tmp_path: Path) -> None:
    data, form = saved(document(), tmp_path / "county.json"), tmp_path / "form.xlsx"
    run(data, "-o", form)
    other = saved(document(population=13), tmp_path / "other.json")
    (found,) = json.loads(run(other, "--against", form, "--format", "json").stdout)
    wanted: dict[str, Any] = {
        "file": "form.xlsx", "kind": "differs", "table": "表Ⅰ　基本情况", "sheet": "表Ⅰ",
        "cell": "A6", "what": "自然情况 人口总数（万人）（L1）", "written": "12.35",
        "recomputed": "13.00", "difference": "-0.65",
    }  # fmt: skip
    assert found == wanted


def test_what_is_met_only_by_a_relaxation_is_said(tmp_path: Path) -> None:
    """A primary school of 2,100 pupils built in 2005: over 2,000, within the relaxed 2,400."""
    of = document()
    of["schools"][0] |= {"primary_students": 2100, "built_year": 2005}
    data, out = saved(of, tmp_path / "county.json"), tmp_path / "form.docx"
    run(data, "-o", out)
    assert "| 超过2000人的小学1所，初中0所，超过2500人的一贯制学校0所 | 否 |" in word_text(
        out.read_bytes()
    )
    run(data, "-o", out, "--switch", "larger-schools")
    text = word_text(out.read_bytes())
    assert "| 超过2000人的小学1所，初中0所，超过2500人的一贯制学校0所 | 是 |" in text
    assert "只因放宽规定而达标：所有小学、初中规模不超过2000人" in text


def test_forms_in_two_folders_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    data = saved(document(), tmp_path / "county.json")
    first, blocked = tmp_path / "one" / "form.xlsx", tmp_path / "two" / "form.docx"
    first.parent.mkdir()
    first.write_bytes(b"by hand")
    blocked.parent.write_text("no folder")
    result = run(data, "-o", first, "-o", blocked)
    assert result.exit_code == 2
    assert first.read_bytes() == b"by hand"
    assert [path.name for path in first.parent.iterdir()] == ["form.xlsx"]
