"""Builds the Word template of the declaration form: python -m docs.word_templates.declaration

Its tables have as many columns as the form asks for, which no docxtpl tag can say: the body is
WordprocessingML with Jinja in it. Styles, page and footers are those of the other papers. Run it
again after a change and commit declaration.docx with it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from .document import SHADE, Paper
from .page import BLACK, BODY, TITLE, Alignment, Look, Untyped, add_style

TEMPLATES = Path(__file__).parents[2] / "templates"
NAME = "declaration.docx"
_TEXT = "word/document.xml"
_DATE = (1980, 1, 1, 0, 0, 0)

_RUNS = """{% for run in cell.runs %}<w:r><w:rPr>{% if run.filled %}<w:u w:val="single"/>{% endif %}\
{% if table.small %}<w:sz w:val="18"/>{% endif %}</w:rPr>\
<w:t xml:space="preserve">{{ run.text }}</w:t></w:r>{% endfor %}"""
_EDGES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_CELL = f"""<w:tc><w:tcPr><w:tcW w:w="{{{{ cell.width }}}}" w:type="dxa"/>\
{{% if cell.columns > 1 %}}<w:gridSpan w:val="{{{{ cell.columns }}}}"/>{{% endif %}}\
{{% if cell.merge %}}<w:vMerge w:val="{{{{ cell.merge }}}}"/>{{% endif %}}\
{{% if cell.shaded %}}<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>{{% endif %}}\
<w:vAlign w:val="center"/></w:tcPr>\
<w:p><w:pPr><w:pStyle w:val="{{{{ cell.style }}}}"/></w:pPr>{_RUNS}</w:p></w:tc>"""
_TABLE = f"""<w:tbl><w:tblPr><w:tblW w:w="{{{{ table.width }}}}" w:type="dxa"/><w:jc w:val="center"/>\
<w:tblBorders>{_EDGES}</w:tblBorders><w:tblLayout w:type="fixed"/>\
<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="40" w:type="dxa"/>\
<w:bottom w:w="20" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr>\
<w:tblGrid>{{% for width in table.grid %}}<w:gridCol w:w="{{{{ width }}}}"/>{{% endfor %}}</w:tblGrid>\
{{% for row in table.rows %}}<w:tr><w:trPr><w:cantSplit/>\
{{% if row.heading %}}<w:tblHeader/>{{% endif %}}</w:trPr>\
{{% for cell in row.cells %}}{_CELL}{{% endfor %}}</w:tr>{{% endfor %}}</w:tbl>"""


def _paragraph(style: str, text: str) -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def _body() -> str:
    return "".join(
        (
            _paragraph("封面标题", "{{ paper.title }}"),
            _each("line in paper.cover", _paragraph("封面文字", "{{ line }}")),
            _tables("paper.tables", "申报表名另页"),
            _each("line in paper.signature", _paragraph("申报表签章", "{{ line }}")),
            _paragraph("申报表名另页", "{{ paper.appendix }}"),
            _each("line in paper.about", _paragraph("申报表注", "{{ line }}")),
            _tables("paper.lists", "申报表名"),
        )
    )


def _each(what: str, body: str) -> str:
    return "{% for " + what + " %}" + body + "{% endfor %}"


def _tables(which: str, title: str) -> str:
    """Tables with their notes below; one without a title goes on from the one above."""
    notes = (
        '<w:p><w:pPr><w:pStyle w:val="申报表注"/></w:pPr>'
        + _RUNS.replace("{% if table.small %}", "{% if false %}")
        + "</w:p>"
    )
    return _each(
        f"table in {which}",
        "{% if table.title %}"
        + _paragraph(title, "{{ table.title }}")
        + "{% else %}"
        + _paragraph("表间空行", "")
        + "{% endif %}{% if table.rows %}"
        + _TABLE
        + "{% endif %}"
        + _each("cell in table.notes", notes),
    )


def _head(header: Untyped) -> None:
    """The county on every page: `paper.head`, at the right."""
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    paragraph.style, paragraph.alignment = "申报表注", Alignment.RIGHT
    paragraph.add_run("{{ paper.head }}")


def build(folder: Path) -> None:
    """Write the template into `folder`."""
    paper = Paper(landscape=True)
    for name, new_page in (("申报表名", False), ("申报表名另页", True)):
        add_style(
            paper.document,
            Look(name, BLACK, 14, Alignment.CENTER, 26, outline=0, keep=True, new_page=new_page),
        )
    for look in (
        Look("申报表注", BODY, 10.5, Alignment.JUSTIFY, 16),
        Look("封面标题", TITLE, 26, Alignment.CENTER, 40, before=96),
        Look("封面文字", BODY, 16, Alignment.LEFT, 36, indent=14),
        Look("申报表签章", BODY, 14, Alignment.RIGHT, 28, inset=64, keep=True),
    ):
        add_style(paper.document, look)
    section = paper.document.sections[0]
    section.different_first_page_header_footer = True  # the cover has neither
    _head(section.header)
    _head(section.even_page_header)
    draft = folder / f".{NAME}.part"
    paper.save(draft, "申报表")
    with zipfile.ZipFile(draft) as made, zipfile.ZipFile(folder / NAME, "w") as packed:
        for name in made.namelist():
            content = made.read(name)
            if name == _TEXT:
                text = content.decode("utf-8")
                content = text.replace("<w:sectPr", f"{_body()}<w:sectPr", 1).encode("utf-8")
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    draft.unlink()


if __name__ == "__main__":
    build(TEMPLATES)
