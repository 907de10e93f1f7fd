"""The county's list in Word: annexes only where they hold something, rows that do not waste paper."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from compliance.engine.results import Results
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.write import papers, writer
from tests.render import fixture
from tests.render.fixture import Sheet
from tests.render.rectify_reading import word_text
from tests.render.rectify_sample import GOOD, conforming, large, sample

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PDF_TEXT = shutil.which("pdftotext")
office = pytest.mark.skipif(
    not (OFFICE and PDF_TEXT), reason="LibreOffice or pdftotext is not installed"
)


def suggestion() -> Results:
    """A county that conforms, with one indicator to improve."""
    sheet = Sheet()
    values = (*GOOD[:2], 0.8, *GOOD[3:])
    sheet.unit("A", "甲小学", "primary", values, "pass", {"R3": 1.0})
    return fixture.report([sheet], [sheet.result("pass", CR="pass")])


def paper_of(report: Results, *, annexes: bool = False, with_advisory: bool = False) -> CountyPaper:
    (one,) = papers(report, annexes=annexes, with_advisory=with_advisory)
    return one


def written(report: Results, *, annexes: bool = False, with_advisory: bool = False) -> bytes:
    return writer("docx", ())(paper_of(report, annexes=annexes, with_advisory=with_advisory))


def sections(content: bytes) -> list[Any]:
    return list(Document(BytesIO(content)).sections)


def pages(content: bytes, out: Path) -> list[str]:
    """The text of each page, as LibreOffice lays the document out."""
    (out / "list.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    convert = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(out)]
    subprocess.run([*convert, str(out / "list.docx")], check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        [str(PDF_TEXT), "-layout", str(out / "list.pdf"), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    return text.split("\f")[:-1]


def test_a_county_without_problems_has_a_letter_and_nothing_else() -> None:
    content = written(conforming())
    text = word_text(content)
    assert "附件" not in text
    assert "未发现需要整改的问题。" in text
    (only,) = sections(content)
    assert only.page_width < only.page_height
    assert [footer.paragraphs[0].text for footer in (only.footer, only.even_page_footer)] == [
        "— 1 —", "— 1 —",
    ]  # fmt: skip
    with zipfile.ZipFile(BytesIO(content)) as packed:
        assert packed.testzip() is None
        assert packed.read("word/document.xml").startswith(b"<?xml")
    assert content == written(conforming())


def test_a_single_annex_takes_no_number() -> None:
    content = written(suggestion(), annexes=True)
    text = word_text(content)
    assert "附件：建议提升事项清单" in text
    assert [line for line in text.splitlines() if line.startswith("附件")] == [
        "附件：建议提升事项清单", "附件",
    ]  # fmt: skip
    assert "问题整改清单\n" not in text.replace("义务教育优质均衡发展问题整改清单\n", "")
    assert len(sections(content)) == 2
    alone = written(suggestion())
    assert "附件" not in word_text(alone)
    assert "建议提升各项不附于本清单" in word_text(alone)
    assert len(sections(alone)) == 1


def test_several_annexes_are_numbered() -> None:
    text = word_text(written(sample(), annexes=True, with_advisory=True))
    lines = [line for line in text.splitlines() if re.match("附件|　　　", line)]
    assert lines[:3] == [
        "附件：1.问题整改清单",
        "　　　2.待补数据后确定事项清单",
        "　　　3.建议提升事项清单",
    ]
    assert [line for line in lines if re.fullmatch(r"附件\d", line)] == [
        f"附件{number}" for number in range(1, 6)
    ]


def test_only_annexes_after_the_first_break_the_page() -> None:
    """The section has begun a page for the first one, whichever that is."""
    for report in (sample(), suggestion()):
        document = Document(BytesIO(written(report, annexes=True)))
        labels = [one for one in document.paragraphs if re.fullmatch(r"附件\d?", one.text)]
        breaks = [one.paragraph_format.page_break_before for one in labels]
        assert breaks == [False, *[None] * (len(labels) - 1)]  # None: the style's own, a break


def test_a_province_keeps_what_it_puts_after_the_lists(tmp_path: Path) -> None:
    """Only an empty section is dropped."""
    document = Document()
    document.add_paragraph("函")
    document.add_section()
    document.add_paragraph("省里的附言{% if paper.annexes.problems %}{% endif %}")
    document.save(str(tmp_path / "rectify_county.docx"))
    content = writer("docx", [tmp_path])(paper_of(conforming()))
    assert "省里的附言" in word_text(content)
    assert len(sections(content)) == 2


def test_a_row_names_its_school_once() -> None:
    table = Document(BytesIO(written(sample()))).tables[1]
    (row,) = [one for one in table.rows if one.cells[0].text == "3*"]
    assert [cell.text for cell in row.cells][2:4] == [
        "清河九年制学校（初中部）",
        "生均体育运动场馆面积为7.04平方米，低于10.2平方米的标准，缺3590.91平方米。"
        "（缺口按全校计：各学段共用）",
    ]


@pytest.mark.office
@office
def test_pages_are_full(tmp_path: Path) -> None:
    """120 problems: once five a page; "未启" since the word breaks in its column."""
    found = pages(written(large(300)), tmp_path)
    rows = [len(re.findall("未启", page)) for page in found]
    first = next(n for n, many in enumerate(rows) if many)
    assert rows[first] >= 9
    assert rows[first + 1] >= 10
    assert len(found) <= 17


@pytest.mark.office
@office
def test_no_page_is_empty(tmp_path: Path) -> None:
    assert len(pages(written(conforming()), tmp_path)) == 1
    found = pages(written(suggestion(), annexes=True), tmp_path)
    assert len(found) == 2
    assert "未启" in found[1]
