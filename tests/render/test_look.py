"""Papers opened by LibreOffice, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "anhui_county.xlsx"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PDF_TEXT = shutil.which("pdftotext")

office = pytest.mark.skipif(
    not (OFFICE and PDF_TEXT), reason="LibreOffice or pdftotext is not installed"
)


def run(*words: str | Path) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code in (0, 1), result.output


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("papers")
    run("rectify", EXAMPLE, "-o", out, "--format", "docx", "--format", "xlsx", "--format", "html")
    (county,) = out.iterdir()
    return county


def pdf_pages(path: Path, out: Path) -> list[str]:
    """The text of each page, as LibreOffice lays the document out."""
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    convert = [
        str(OFFICE),
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(out),
        str(path),
    ]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        [str(PDF_TEXT), str(out / f"{path.stem}.pdf"), "-"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode()
    return text.split("\f")[:-1]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.office
@office
def test_the_county_list_in_word(papers: Path, tmp_path: Path) -> None:
    pages = pdf_pages(papers / "整改清单.docx", tmp_path)
    assert "皖均县义务教育优质均衡发展问题整改清单" in squeezed(pages[0])
    assert "—1—" in squeezed(pages[0])
    assert "—2—" in squeezed(pages[1])
    whole = squeezed("".join(pages))
    for column in ("序号", "存在问题", "整改措施", "备注"):
        assert column in whole
    assert "㎡" not in whole
    assert "平方米" in whole


@pytest.mark.office
@office
def test_one_school_one_sheet_in_word(papers: Path, tmp_path: Path) -> None:
    (path,) = (papers / "一校一案").glob("3499010001_*.docx")
    whole = squeezed("".join(pdf_pages(path, tmp_path)))
    assert "县第一实验小学" in whole
    for indicator in ("高于规定学历教师", "体育运动场馆面积", "网络多媒体教室"):
        assert indicator in whole, "met and unmet stand on the sheet"


@pytest.mark.office
@office
def test_the_workbook_prints_whole_columns(papers: Path, tmp_path: Path) -> None:
    pages = pdf_pages(papers / "整改清单.xlsx", tmp_path)
    assert "####" not in "".join(pages)
    assert "备注" in squeezed(pages[0]), "the last column stands on the first page: fitted to width"


@pytest.mark.office
@office
def test_the_report_as_a_workbook_prints_whole_columns(tmp_path: Path) -> None:
    """Figures as papers show them, in LibreOffice too; 4.20 of a school on the line is met."""
    report = tmp_path / "report.xlsx"
    run("check", EXAMPLE, "-o", f"xlsx:{report}")
    pages = pdf_pages(report, tmp_path)
    assert "####" not in "".join(pages)
    (matrix, *_) = [page for page in map(squeezed, pages) if "RS判定" in page]
    assert "Q4判定" in matrix, "the last column stands on the first page: fitted to width"
    assert "4.20✓" in matrix
    assert "5.31✗" in matrix
