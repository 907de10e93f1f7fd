"""PDFs: the words of the Word papers, safe from what names and templates say, and what a machine lacks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from docx import Document

from compliance.cli.check import check
from compliance.cli.declare import declare
from compliance.cli.rectify import rectify
from compliance.kernel.errors import PackError
from compliance.render.documents import pdf
from compliance.render.documents.pdf import Press
from compliance.render.documents.word_content import word_content
from tests.support.nonempty import nonempty
from tests.support.pdf import needs_pdf, text_of

HOSTILE = '#panic() #read("/etc/passwd") $x$ <b> \\ 小学'
Edit = Callable[[dict[str, Any]], None]


def run(command: Any, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def hostile(document: dict[str, Any]) -> None:
    document["schools"] = document["schools"][:3]
    document["schools"][0] |= {"school_name": HOSTILE, "primary_backbone_teachers": 0}


@pytest.fixture
def data(county: Callable[..., Path]) -> Path:
    return county(hostile)


@needs_pdf
def test_papers_as_pdf_say_what_word_says(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(
        rectify, data, "-o", out, "--format", "pdf", "--format", "docx", "--today", "2026-07-01"
    )
    assert result.exit_code == 0, result.output
    made = sorted(path.relative_to(out).with_suffix("") for path in out.rglob("*.pdf"))
    assert made == sorted(path.relative_to(out).with_suffix("") for path in out.rglob("*.docx"))
    (sheet,) = [path for path in out.rglob("*.pdf") if "panic" in path.name]
    assert "".join(HOSTILE.split()) in text_of(sheet)
    first = sheet.read_bytes()
    assert first.startswith(b"%PDF-")
    run(rectify, data, "-o", tmp_path / "2", "--format", "pdf", "--today", "2026-07-01")
    assert (tmp_path / "2" / sheet.relative_to(out)).read_bytes() == first


@needs_pdf
def test_the_form_and_the_report_as_pdf(data: Path, tmp_path: Path) -> None:
    form, page = tmp_path / "form.pdf", tmp_path / "page.pdf"
    assert run(declare, data, "-o", form).exit_code == 0
    assert "申报县（市、区）：示范县" in text_of(form)
    assert "县（市、区）人民政府（盖章）" in text_of(form)
    run(check, data, "-o", f"pdf:{page}")
    assert "示范县2023学年达标核查" in text_of(page)
    assert "".join(HOSTILE.split()) in text_of(page)


@needs_pdf
def test_without_a_chinese_font_all_else_is_written(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_SERIF", ())
    monkeypatch.setattr(pdf, "_SANS", ())
    both, alone = tmp_path / "both", tmp_path / "alone"
    result = run(rectify, data, "-o", both, "--format", "pdf", "--format", "docx")
    assert result.exit_code == 0
    assert "fonts-noto-cjk" in result.stderr
    assert list(both.rglob("*.docx"))
    assert not list(both.rglob("*.pdf"))
    result = run(rectify, data, "-o", alone, "--format", "pdf")
    assert (result.exit_code, alone.exists()) == (2, False)
    assert "fonts-noto-cjk" in result.stderr
    result = run(declare, data, "-o", tmp_path / "a.pdf", "-o", tmp_path / "a.xlsx")
    assert (result.exit_code, "fonts-noto-cjk" in result.stderr) == (0, True)
    assert [path.suffix for path in tmp_path.glob("a.*")] == [".xlsx"]
    result = run(check, data, "-o", f"pdf:{tmp_path / 'b.pdf'}", "-o", f"md:{tmp_path / 'b.md'}")
    assert (result.exit_code, "fonts-noto-cjk" in result.stderr) == (1, True)
    assert [path.suffix for path in tmp_path.glob("b.*")] == [".md"]


def test_without_typst_the_extra_is_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    result = run(rectify, data, "-o", tmp_path / "out", "--format", "pdf", "--format", "md")
    assert result.exit_code == 2
    assert "junheng[pdf]" in result.stderr
    assert list((tmp_path / "out").rglob("*.md"))


@needs_pdf
@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("#let a = 1\n#b", "unknown variable: b", ":2"),
        ('#read("/etc/passwd")', "file not found", ":1"),
        ('#read("../../../etc/passwd")', "escape", ":1"),
        ('#import "@preview/cetz:0.3.0"', "failed to download", ":1"),
        ("#while true {}", "always true", ":1"),
        ("#let f(x) = f(x)\n#f(1)", "depth", ":1"),
        ("#range(1000000000000)", "没有结束", ""),
        ('#("a" * 1000000000000)', "模板有误", ""),
    ],
)
def test_a_template_reaches_nothing_and_ends(
    source: str, said: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.typ").write_text(source, "utf-8")
    with Press([tmp_path]) as press:
        with pytest.raises(PackError, match=said) as caught:
            press.fill("mine.typ", {})
        assert caught.value.where.startswith(f"{tmp_path / 'mine.typ'}{line}")
        empty: dict[str, Any] = {"title": "", "fonts": {}, "styles": {}, "sections": []}
        assert press.fill("paper.typ", empty).startswith(b"%PDF-")  # the next one is made


def test_a_word_document_is_read_with_its_merged_cells_and_fields() -> None:
    document = Document()
    document.add_paragraph("甲\t乙")
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "高"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "宽"
    table.cell(1, 2).text = "末"
    stream = io.BytesIO()
    document.save(stream)
    (section,) = word_content(stream.getvalue())["sections"]
    paragraph, read = section["blocks"]
    assert "".join(run["text"] for run in paragraph["runs"]) == "甲　乙"
    cells = [
        (cell["column"], cell["columns"], cell["rows"], cell["blocks"][0]["runs"][0]["text"])
        for row in read["rows"]
        for cell in row["cells"]
        if cell["blocks"][0]["runs"]
    ]
    assert cells == [(0, 1, 2, "高"), (1, 2, 1, "宽"), (2, 1, 1, "末")]


def test_one_archive_holds_what_the_run_wrote(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = (
        data,
        "-o",
        out,
        "--format",
        "md",
        "--format",
        "html",
        "--zip",
        "--today",
        "2026-07-01",
    )
    result = run(rectify, *words)
    assert result.exit_code == 0, result.output
    assert "整改文书.zip" in result.stdout
    (own,) = [path for path in out.iterdir() if path.is_dir()]
    (own / "别的.txt").write_text("县里自己的", "utf-8")
    archive = out / "整改文书.zip"
    first = archive.read_bytes()
    run(rectify, *words)
    assert archive.read_bytes() == first
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        assert names
        assert all(name.startswith(f"{own.name}/") for name in nonempty(names))
        assert not [name for name in names if "别的" in name or name.startswith(".")]
        for one in nonempty(packed.infolist()):
            assert packed.read(one) == (out / one.filename).read_bytes()
            assert one.flag_bits & 0x800  # the name is UTF-8
    assert f"已写{len(names)}份" in result.stdout


def test_the_archive_does_not_disturb_the_next_list(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        result = run(rectify, data, "-o", out, "--format", "xlsx", "--zip", "--today", "2026-07-01")
        assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out / "整改文书.zip") as packed:
        assert not [name for name in packed.namelist() if "旧稿" in name]
        assert "整改清单.xlsx" in {Path(name).name for name in packed.namelist()}
