"""Templates that others write: found by name, told with their place when wrong, and never without an end."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from docx import Document

from compliance.cli.check import check
from compliance.cli.declare import declare
from compliance.cli.diff import diff
from compliance.cli.rectify import rectify
from compliance.kernel.errors import PackError
from compliance.render.documents.docx import WordTemplate
from compliance.render.documents.jinja import environment, filled, loaded
from tests.render.rectify_reading import word_text
from tests.support.nonempty import nonempty


def run(command: Any, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def few(document: dict[str, Any]) -> None:
    document["schools"] = document["schools"][:2]
    document["schools"][0]["primary_backbone_teachers"] = 0


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def fill(folder: Path, name: str, **context: object) -> str:
    made = environment("html", [folder])
    return filled(loaded(lambda: made.get_template(name)), **context)


@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("a\n{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}", "步数过多", 2),
        ("{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}\n{{ f(60) }}", "步数过多", 1),
        ("{% for a in [1] recursive %}{{ loop([1, 1]) }}{% endfor %}", "recursive", 1),
        ("\n{% include 'bad.html' %}", "层层调用过深", 2),
        ("{{ range(10**9) }}", "MAX_RANGE", 1),
        ("{{ 9**9**9 }}", "结果过大", 1),
        ("{{ 'a' * 10**9 }}", "结果过大", 1),
        ("{{ '%99999999999d' % 1 }}", "结果过大", 1),
        ("{{ 'a'.ljust(10**10) }}", "unsafe", 1),
        ("{{ ''.__class__.__mro__ }}", "unsafe", 1),
        ("{{ paper|attr('__init__') }}", "unsafe", 1),
        ("{{ paper.lines.append(1) }}", "unsafe|append", 1),
        ("{% include '../secret' %}", "找不到模板", 1),
        ("{% include '/etc/passwd' %}", "找不到模板", 1),
        ("x\ny\n{{ paper.nothing }}", "nothing", 3),
        ("x\n{% for %}", "Expected", 2),
        ("{{ 1 / 0 }}", "zero", 1),
        ("{{ 1 + 'a' }}", "unsupported", 1),
        # nothing formats by attribute, to any width, or is called that was not handed to templates
        ("{{ say('{x.__init__.__globals__}', '', x=paper) }}", "say 没有给出", 1),
        ("{{ say('{x.lines}', '', x=paper) }}", "say 没有给出", 1),
        ("{{ say('{x:>999999999}', '', x=1) }}", "say 没有给出", 1),
        ("{{ t('{0.__class__}', '').format(1) }}", "unsafe", 1),
        ("{{ '{:>9999999999}'.format(1) }}", "unsafe", 1),
        ("{{ ['{}']|map('attr', 'format_map')|first }}", "unsafe|Undefined", 1),
        ("{{ [paper]|map(attribute='__class__.__mro__')|list }}", "unsafe", 1),
        ("{{ paper.path.read_text() }}", "unsafe", 1),
        ("{{ paper.table.write_csv('x') }}", "unsafe", 1),
        ("{{ t.__globals__ }}", "unsafe", 1),
        ("{{ self._TemplateReference__context }}", "unsafe", 1),
        ("{{ cycler }}", "undefined", 1),
        # what grows in other ways than by a product
        ("{{ range(100000)|join('x' * 1000000) }}", "文字过长", 1),
        ("{{ ['x' * 1000000] * 1000000 }}", "结果过大", 1),
        ("{% set a = [1, 1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}", "结果过大", 1),
        ("{% set a = 999999 %}" + "{% set a = a * a %}" * 60, "结果过大", 1),
        ("{{ ('<' * 1000000)" + "|forceescape" * 20 + " }}", "结果过大", 1),
        ("{{ 'ab'.encode().ljust(10**10) }}", "unsafe", 1),
        ("{{ (5).to_bytes(10**10, 'big') }}", "unsafe", 1),
        ("{{ 1.5|round(10**9, 'ceil') }}", "结果过大", 1),
        ("{{ [1]|tojson(indent=10**10) }}", "结果过大", 1),
        ("{{ [[1]]|sum(start=[]) }}", "sum", 1),
        ("{% for i in range(90000) %}{% if 'z' in 'a' * 1000000 %}{% endif %}{% endfor %}", "步数过多", 1),
        ("{% set l = range(90000)|list %}{% for i in l %}{{ l[1:]|sort|first }}{% endfor %}", "步数过多", 1),
        # what Python cannot make of a template
        ("a\n{{ " + "(" * 9999 + "1" + ")" * 9999 + " }}", "嵌套过深", 2),
        ("\n" + "{% for a in [1] %}" * 30 + "{% endfor %}" * 30, "嵌套过深", 2),
        ("\n{{ " + "9" * 5000 + " }}", "4300", 2),
    ],
)  # fmt: skip
def test_a_faulty_or_hostile_template_is_named_with_its_line(
    source: str, said: str, line: int, own: Path
) -> None:
    (own.parent / "secret").write_text("geheim", "utf-8")
    (own / "bad.html").write_text(source, "utf-8")
    with pytest.raises(PackError, match=said) as caught:
        fill(own, "bad.html", paper={"lines": [], "path": own, "table": pl.DataFrame()})
    assert caught.value.where == f"{own / 'bad.html'}:{line}"


def test_a_link_out_of_the_folder_is_not_followed(own: Path) -> None:
    secret = own.parent / "secret.html"
    secret.write_text("geheim", "utf-8")
    (own / "link.html").symlink_to(secret)
    (own / "inside.html").symlink_to(own / "real.html")
    (own / "real.html").write_text("ours", "utf-8")
    assert fill(own, "inside.html") == "ours"
    with pytest.raises(PackError, match="文件夹之外"):
        fill(own, "link.html")


def test_one_that_replaces_ours_may_extend_it(own: Path) -> None:
    (own / "diff.html").write_text(
        "{% extends 'core:diff.html' %}{% block header %}省版{% endblock %}", "utf-8"
    )
    context = {"before": "甲", "after": "乙", "counties": [], "only_before": [], "only_after": [],
               "same": [], "words": {}, "signs": {}, "toward": {}}  # fmt: skip
    page = fill(own, "diff.html", **context)
    assert "<header>\n省版</header>" in page
    assert "<title>甲 → 乙 比较</title>" in page


def test_loops_know_their_length_and_end(own: Path) -> None:
    (own / "a.html").write_text(
        "{% for a in x if a %}{{ loop.length }}{{ a }}{{ ',' if not loop.last }}{% endfor %}",
        "utf-8",
    )
    assert fill(own, "a.html", x=[0, "b", "c"]) == "2b,2c"


@pytest.mark.parametrize(
    ("text", "said"), [("甲 {{ paper.nothing }} 乙", "甲 {{ paper.nothing }} 乙"), ("丙 {% if %}", "丙 {% if %}")]
)  # fmt: skip
def test_a_word_template_names_the_paragraph(text: str, said: str, own: Path) -> None:
    document = Document()
    for one in ("第一段", text, "第三段"):
        document.add_paragraph(one)
    document.save(str(own / "x.docx"))
    with pytest.raises(PackError) as caught:
        WordTemplate.named("x.docx", [own]).fill(paper={})
    assert caught.value.where == f"{own / 'x.docx'}：段落“{said}”"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip"])
def test_what_is_no_word_document_is_told(content: bytes, own: Path) -> None:
    (own / "x.docx").write_bytes(content)
    with pytest.raises(PackError, match="不是Word文档"):
        WordTemplate.named("x.docx", [own])


_RELATIONS = "word/_rels/document.xml.rels"
_RELATION = '<Relationship Id="x9" Type="http://x/{kind}" Target="{target}"{mode}/></Relationships>'
_OUTSIDE = ' TargetMode="External"'


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (_RELATIONS, "</Relationships>", _RELATION.format(kind="image", target="http://x/a.png", mode=_OUTSIDE), "http://x/a.png"),
        (_RELATIONS, "</Relationships>", _RELATION.format(kind="attachedTemplate", target="file:///etc/passwd", mode=_OUTSIDE), "file:///etc/passwd"),
        (_RELATIONS, "</Relationships>", _RELATION.format(kind="hyperlink", target="file:///etc/passwd", mode=_OUTSIDE), "file:///etc/passwd"),
        (_RELATIONS, "</Relationships>", _RELATION.format(kind="aFChunk", target="a.html", mode=""), "a.html"),
        (_RELATIONS, "</Relationships>", _RELATION.format(kind="hyperlink", target="https://example.org/", mode=_OUTSIDE), ""),
        ("word/vbaProject.bin", "", "x", "宏"),
        ("word/embeddings/a.bin", "", "x", "宏"),
        ("[Content_Types].xml", "wordprocessingml.document.main", "ms-word.document.macroEnabled.main", "宏"),
        ("word/document.xml", "<w:document ", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document ', "DTD"),
        ("word/document.xml", "<w:p>", '<w:p><w:r><w:instrText>INCLUDE</w:instrText><w:instrText>PICTURE "http://x"</w:instrText></w:r>', "INCLUDE"),
        ("word/document.xml", "<w:p>", '<w:p><w:fldSimple w:instr="DDEAUTO c calc"/>', "DDE"),
        ("word/document.xml", "</w:body>", "</w:bdy>", "mismatch"),
        ("word/document.xml", "县", "{" * 40_000, "占位符过多"),
    ],
)  # fmt: skip
def test_a_word_template_brings_nothing_from_elsewhere(
    part: str, old: str, new: str, said: str, own: Path
) -> None:
    document = Document()
    document.add_paragraph("县")
    document.save(str(own / "plain.docx"))
    with zipfile.ZipFile(own / "plain.docx") as plain, zipfile.ZipFile(own / "x.docx", "w") as made:
        for name in plain.namelist():
            text = plain.read(name)
            made.writestr(
                name, text.replace(old.encode(), new.encode(), 1) if name == part else text
            )
        if part not in plain.namelist():
            made.writestr(part, new)
    if not said:
        WordTemplate.named("x.docx", [own]).fill()
        return
    with pytest.raises(PackError, match=said) as caught:
        WordTemplate.named("x.docx", [own])
    assert caught.value.where == f"{own / 'x.docx'}/{part}"


def test_a_word_template_that_unpacks_without_an_end_is_refused(own: Path) -> None:
    with zipfile.ZipFile(own / "x.docx", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", bytes(101_000_000))
    with pytest.raises(PackError, match="文件过大"):
        WordTemplate.named("x.docx", [own])


def test_a_folder_of_ones_own_goes_before_all_others(
    county: Callable[..., Path], own: Path, tmp_path: Path
) -> None:
    data, other = county(few), tmp_path / "other"
    other.mkdir()
    (other / "rectify_county.md").write_text("二版", "utf-8")
    (own / "rectify_county.md").write_text("县版 {{ paper.county_name }}\n", "utf-8")
    for name in ("report.md", "report.html", "diff.html"):
        (own / name).write_text("县版 {{ t('中', 'en') }}", "utf-8")
    document = Document()
    document.add_paragraph("县版 {{ paper.title }}")
    document.save(str(own / "declaration.docx"))
    asked = ("--templates", own, "--templates", other)
    assert run(rectify, data, "-o", tmp_path / "out", "--format", "md", *asked).exit_code == 0
    (made,) = (tmp_path / "out").rglob("整改清单.md")
    assert made.read_text("utf-8") == "县版 示范县\n"
    for form in ("md", "html"):
        assert "县版 中" in run(check, data, "--format", form, *asked).stdout
    changed = county(few, lambda one: one["county"].update(recognition_percent=1), name="b.json")
    assert run(diff, data, changed, "--format", "html", *asked).stdout == "县版 中"
    assert run(declare, data, "-o", tmp_path / "f.docx", *asked).exit_code == 0
    told = word_text((tmp_path / "f.docx").read_bytes())
    assert told.startswith("县版 全国义务教育")


def test_a_faulty_one_costs_its_paper_alone(
    county: Callable[..., Path], own: Path, tmp_path: Path
) -> None:
    data = county(few)
    (own / "rectify_county.md").write_text("{{ paper.nothing }}", "utf-8")
    (own / "report.html").write_text("{% for %}", "utf-8")
    (own / "declaration.docx").write_bytes(b"no zip")
    asked = ("--templates", own)
    out = tmp_path / "out"
    result = run(rectify, data, "-o", out, "--format", "md", "--format", "html", *asked)
    assert (result.exit_code, "rectify_county.md:1" in result.stderr) == (2, True)
    assert list(out.rglob("*.html"))
    result = run(
        check, data, "-o", f"html:{tmp_path / 'a.html'}", "-o", f"md:{tmp_path / 'a.md'}", *asked
    )
    assert (result.exit_code, "report.html:1" in result.stderr) == (2, True)
    assert [path.suffix for path in tmp_path.glob("a.*")] == [".md"]
    result = run(declare, data, "-o", tmp_path / "f.docx", "-o", tmp_path / "f.xlsx", *asked)
    assert (result.exit_code, "declaration.docx" in result.stderr) == (2, True)
    assert [path.suffix for path in tmp_path.glob("f.*")] == [".xlsx"]
    assert "Traceback" not in result.output


def test_no_such_folder_is_said(county: Callable[..., Path], tmp_path: Path) -> None:
    result = run(check, county(few), "--templates", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert os.fspath(tmp_path / "nowhere") in result.stderr


def test_the_page_on_templates_names_what_there_is() -> None:
    from dataclasses import fields, is_dataclass

    from compliance.declaration.docx import WordForm
    from compliance.render.rectification import cells, county_list, school_sheet

    root = Path(__file__).parents[2]
    page = (root / "docs" / "templates.md").read_text("utf-8")
    classes: list[Any] = [WordForm]
    for room in (county_list, school_sheet, cells):
        own = [
            one for one in vars(room).values() if getattr(one, "__module__", "") == room.__name__
        ]
        classes += [
            one for one in own if is_dataclass(one) and one is not school_sheet.Surroundings
        ]
    for kind in nonempty(classes):
        row = next(
            line
            for line in page.splitlines()
            if f"`{kind.__name__}` |" in line
            or (kind is WordForm and line.startswith("`paper` of"))
        )
        assert not [one.name for one in fields(kind) if f"`{one.name}`" not in row], kind
    for name in (
        "report.html",
        "report.md",
        "diff.html",
        "rectify_county.html",
        "rectify_school.html",
    ):
        source = (root / "templates" / name).read_text("utf-8")
        row = [line for line in page.splitlines() if line.startswith(f"| `{name}` | `")][-1]
        blocks = [part.split()[0] for part in source.split("{% block ")[1:]]
        assert sorted(blocks) == sorted(row.replace("`", "").split("|")[2].split())
