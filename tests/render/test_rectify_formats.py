"""Each format on its own terms: hostile names, official layout, working sheets, own templates."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import use
from compliance.render.rectification.write import write_papers
from docs.word_templates.rectification import TEMPLATES, build
from tests.render import fixture
from tests.render.fixture import HOSTILE, Sheet
from tests.render.rectify_reading import word_text, written
from tests.render.rectify_sample import conforming, large, sample
from tests.support.nonempty import nonempty

NASTY = "<b>&{{7*7}}{% raw %}\"'㎡\x00\x0b\u202e]]>"


def nasty() -> Any:
    """A county and a school whose names are one long attack."""
    sheet = Sheet(("340101", NASTY, 2023))
    values = (4.0, 1.2, 0.95, 4.6, 7.0, 2100.0, 2.4)
    sheet.unit("A/1", NASTY, "primary", values, "fail", {"R1": 3.0, "R5": 100.5})
    sheet.add("C", "fail", role="conclusion")
    return fixture.report([sheet], [sheet.result("fail")])


def test_a_name_prints_exactly_as_it_is_in_word(tmp_path: Path) -> None:
    clean = "<b>&{{7*7}}{% raw %}\"'平方米 ]]>"
    for code in ("", "A_1"):
        text = word_text(written(nasty(), "docx", tmp_path, code))
        assert clean in text
        assert "49" not in text
    text = word_text(written(sample(), "docx", tmp_path / "b", "1004"))
    assert HOSTILE in text


def test_a_name_is_inert_in_html_and_markdown(tmp_path: Path) -> None:
    page = written(sample(), "html", tmp_path).decode()
    assert "<script" not in page
    assert "{{7*7}}&lt;script&gt;" in page
    text = written(sample(), "md", tmp_path).decode()
    assert "<script" not in text
    assert "=cmd()\\|{{7\\*7}}&lt;script&gt;" in text


def test_html_needs_nothing_from_outside(tmp_path: Path) -> None:
    for school in ("", "1002"):
        page = written(sample(), "html", tmp_path, school).decode()
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", page)
        assert "default-src 'none'" in page
        assert 'lang="zh-CN"' in page


def test_a_name_stays_text_in_a_workbook(tmp_path: Path) -> None:
    for school in ("", "1004"):
        content = written(sample(), "xlsx", tmp_path, school)
        with zipfile.ZipFile(BytesIO(content)) as packed:
            for part in nonempty(packed.namelist()):
                assert b"<f>" not in packed.read(part)
    book = openpyxl.load_workbook(BytesIO(written(sample(), "xlsx", tmp_path)))
    names = [row[3].value for row in book["建议提升"].iter_rows()]
    assert HOSTILE in names


def test_workbook_of_the_county(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(written(sample(), "xlsx", tmp_path)))
    assert book.sheetnames == [
        "台账", "汇总", "序时进度", "变化", "缺口汇总", "建议提升", "待补数据", "参考", "学校一览",
        "设置", "里程碑", "议定事项", "_junheng",
    ]  # fmt: skip
    assert book["_junheng"].sheet_state == "veryHidden"
    sheet = book["台账"]
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "编号")
    assert [cell.value for cell in sheet[head]] == [
        "编号", "序号", "状态", "提示", "标识码", "学校", "乡镇", "学区（联盟）", "学段", "指标",
        "存在问题", "现状值", "标准值", "缺口", "单位", "所需资金（元）", "整改措施", "牵头单位", "配合单位", "责任人",
        "完成时限", "整改进展", "学校申请", "县级核验", "市级复核", "销号日期", "佐证", "备注",
    ]  # fmt: skip
    assert sheet.freeze_panes == f"G{head + 1}"
    assert sheet.auto_filter.ref == f"A{head}:AB{head + 12}"
    assert sheet.print_title_rows == f"${head}:${head}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    setup: Any = sheet.sheet_properties.pageSetUpPr
    assert setup.fitToPage  # one page wide, as many as it takes high
    assert sheet.page_setup.fitToHeight == 0
    folded = [sheet.column_dimensions[name] for name in "EH"]  # for filters: 标识码, 学区
    assert [(one.hidden, one.outlineLevel) for one in folded] == [(True, 1), (True, 1)]
    row = [cell.value for cell in sheet[head + 3]]
    assert row[:2] == ["1002-J-R5", 3]
    assert row[11:15] == [7.04, 10.2, 3590.91, "平方米"]
    assert sheet.cell(head + 3, 13).number_format == '"≥"General'
    assert sheet.cell(head + 9, 14).value == 3
    (choice,) = sheet.data_validations.dataValidation
    assert "办结销号" in choice.formula1


def test_side_sheets_of_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BytesIO(written(large(300), "xlsx", tmp_path)))
    assert book["待补数据"].max_row == 2 + 300
    assert book["学校一览"].max_row == 2 + 300
    empty = openpyxl.load_workbook(BytesIO(written(conforming(), "xlsx", tmp_path / "c")))
    assert empty["建议提升"].cell(4, 1).value == "无"
    assert empty["台账"].auto_filter.ref is None


def sections(document: Any) -> list[tuple[float, ...]]:
    found = []
    for one in document.sections:
        edges = (one.top_margin, one.bottom_margin, one.left_margin, one.right_margin)
        found.append((one.page_width, one.page_height, *edges))
    return [tuple(round(length.mm) for length in lengths) for lengths in found]


def test_pages_of_an_official_paper(tmp_path: Path) -> None:
    document = Document(BytesIO(written(sample(), "docx", tmp_path)))
    assert sections(document) == [(210, 297, 37, 35, 28, 26), (297, 210, 25, 18, 15, 15)]
    assert document.settings.odd_and_even_pages_header_footer
    first = document.sections[0]
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert paragraph.alignment is not None
        assert paragraph.alignment.name.lower() == side
        assert " PAGE " in paragraph._p.xml
        assert {run.font.size.pt for run in paragraph.runs} == {14}
    sheet = Document(BytesIO(written(sample(), "docx", tmp_path, "1002")))
    assert sections(sheet) == [(297, 210, 25, 18, 15, 15)]


@pytest.mark.parametrize(
    ("style", "font", "size", "line"),
    [
        ("公文标题", "方正小标宋简体", 22, 34),
        ("公文正文", "仿宋_GB2312", 16, 28.9),
        ("公文一级标题", "黑体", 16, 28.9),
        ("公文二级标题", "楷体_GB2312", 16, 28.9),
        ("表格文字", "仿宋_GB2312", 10.5, 12),
    ],
)
def test_fonts_of_an_official_paper(style: str, font: str, size: float, line: float) -> None:
    for name in ("rectify_county.docx", "rectify_school.docx"):
        look: Any = Document(str(TEMPLATES / name)).styles[style]
        fonts = look.element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:ascii")) == fonts.get(qn("w:hAnsi")) == "Times New Roman"
        assert look.font.size.pt == size
        assert look.paragraph_format.line_spacing.pt == pytest.approx(line, abs=0.05)


def test_fonts_have_stand_ins() -> None:
    with zipfile.ZipFile(TEMPLATES / "rectify_county.docx") as packed:
        fonts = packed.read("word/fontTable.xml").decode("utf-8")
    for name in ("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"):
        assert re.search(f'w:name="{name}"[^>]*><w:altName w:val="[^"]+,', fonts)


def test_tables_repeat_their_heads_and_keep_their_rows(tmp_path: Path) -> None:
    for school in ("", "1002"):
        document = Document(BytesIO(written(sample(), "docx", tmp_path, school)))
        assert document.tables
        for table in nonempty(document.tables):
            rows = [row._tr.trPr for row in table.rows]
            assert rows[0].find(qn("w:tblHeader")) is not None
            assert all(row.find(qn("w:tblHeader")) is None for row in nonempty(rows[1:]))
            assert all(row.find(qn("w:cantSplit")) is not None for row in nonempty(rows))
            widths = sum(column.width for column in table.columns)
            assert widths in (pytest.approx(Mm(156), abs=9999), pytest.approx(Mm(267), abs=9999))


def test_columns_are_wide_enough_to_write_in(tmp_path: Path) -> None:
    """Millimetres; the table fills the page across, whose margins are a list's."""
    for school, least in (
        ("", {"责任人": 15, "验收/销号": 20, "完成时限": 14}),
        ("1002", {"责任人": 15}),
    ):
        document = Document(BytesIO(written(sample(), "docx", tmp_path, school)))
        (table,) = [one for one in document.tables if one.rows[0].cells[-1].text == "备注"]
        widths = {cell.text: cell.width / Mm(1) for cell in table.rows[0].cells}
        assert all(widths[name] >= least[name] for name in nonempty(least))
        page: Any = document.sections[-1]
        assert page.page_width > page.page_height
        inner = page.page_width - page.left_margin - page.right_margin
        assert sum(widths.values()) == pytest.approx(inner / Mm(1), abs=0.5)


def test_a_sheets_signature_stays_with_the_last_line(tmp_path: Path) -> None:
    """From the table's last line on everything is kept with what follows it."""
    document = Document(BytesIO(written(sample(), "docx", tmp_path, "1002")))
    kept = [
        all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells)
        for row in document.tables[0].rows
        if row.cells[0].text.isdigit()
    ]
    assert kept == [*[False] * (len(kept) - 1), True]
    after = [one for one in document.paragraphs if one._p.getprevious() is not None]
    start = next(n for n, one in enumerate(after) if one.text.startswith("小学已达标"))
    assert all(one.paragraph_format.keep_with_next for one in nonempty(after[start:-1]))
    assert after[-1].text.startswith("校长（签字）")


def test_no_square_metre_sign_in_word(tmp_path: Path) -> None:
    for path in nonempty(write_papers(nasty(), tmp_path, ["docx"], {}).papers):
        with zipfile.ZipFile(path) as packed:
            assert "㎡" not in packed.read("word/document.xml").decode("utf-8")


@pytest.mark.parametrize("report", [sample, conforming, large], ids=lambda one: str(one.__name__))
def test_word_files_are_well_formed(report: Callable[[], Any], tmp_path: Path) -> None:
    content = written(report(), "docx", tmp_path)
    with zipfile.ZipFile(BytesIO(content)) as packed:
        assert packed.testzip() is None
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.namelist()[0] == "[Content_Types].xml"
    assert "{%" not in word_text(content)
    assert "{{" not in word_text(content).replace(HOSTILE, "")


def test_english_papers_have_english_labels(tmp_path: Path) -> None:
    labels = ("序号", "整改措施", "完成时限", "备注", "缺口", "依据")
    with use("en"):
        read = {
            "md": written(sample(), "md", tmp_path).decode("utf-8"),
            "html": written(sample(), "html", tmp_path).decode("utf-8"),
            "docx": word_text(written(sample(), "docx", tmp_path, "1002")),
        }
    for text in nonempty(read.values()):
        assert not [label for label in labels if label in text]


def test_a_province_replaces_a_template(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "rectify_county.md").write_text("{{ paper.county_name }}：省版\n", encoding="utf-8")
    papers = write_papers(sample(), tmp_path / "out", ["md"], {"anhui": [own]}).papers
    assert papers[0].read_text(encoding="utf-8") == "样县：省版\n"
    assert papers[1].read_text(encoding="utf-8").startswith("# ")  # the sheets are still ours
    other = write_papers(sample(), tmp_path / "other", ["md"], {"henan": [own]})
    assert other.papers[0].read_text(encoding="utf-8").startswith("# 样县义务教育")


def test_a_province_replaces_a_word_template(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    document = Document()
    document.add_paragraph("省版 {{ paper.name }}")
    document.save(str(own / "rectify_school.docx"))
    papers = write_papers(sample(), tmp_path / "out", ["docx"], {"anhui": [own]}).papers
    sheet = next(path for path in papers if path.name.startswith("1004_"))
    assert word_text(sheet.read_bytes()) == f"省版 {HOSTILE}\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rectify_county.md", "{% if %}", "rectify_county.md:1"),
        ("rectify_county.md", "{{ paper.nothing }}", "rectify_county.md:1"),
        ("rectify_county.md", "{{ ''.__class__.__mro__ }}", "rectify_county.md"),
        ("rectify_county.html", "{% include 'nowhere.html' %}", "rectify_county.html:1"),
        ("rectify_county.docx", "no zip", "rectify_county.docx"),
    ],
)
def test_a_faulty_template_is_a_faulty_pack(
    name: str, text: str, said: str, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / name).write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        write_papers(sample(), tmp_path / "out", [Path(name).suffix[1:]], {"anhui": [own]})
    assert said in caught.value.where
    assert not (tmp_path / "out").exists()


def test_the_bundled_word_templates_are_what_the_script_builds(tmp_path: Path) -> None:
    build(tmp_path)
    for name in ("rectify_county.docx", "rectify_school.docx"):
        with zipfile.ZipFile(tmp_path / name) as built, zipfile.ZipFile(TEMPLATES / name) as kept:
            for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml"):
                assert built.read(part) == kept.read(part), (name, part)
