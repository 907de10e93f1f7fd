"""Builds the Word template of the declaration form: python -m docs.word_templates.declaration

Its tables have as many columns as the form asks for, which no docxtpl tag can say: the body is
WordprocessingML with Jinja in it. Styles, page and footers are those of the other papers. Run it
again after a change and commit declaration.docx with it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from .document import SHADE, Paper
from .page import BLACK, Alignment, Look, add_style

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
            _paragraph("公文标题", "{{ paper.title }}"),
            "{% for line in paper.lead %}",
            _paragraph("表格说明", "{{ line }}"),
            "{% endfor %}{% for table in paper.tables %}{% if table.title %}",
            "{% if loop.first %}",
            _paragraph("申报表名", "{{ table.title }}"),
            "{% else %}",
            _paragraph("申报表名另页", "{{ table.title }}"),
            "{% endif %}{% else %}",
            _paragraph("表间空行", ""),
            "{% endif %}{% if table.rows %}",
            _TABLE,
            "{% endif %}{% for cell in table.notes %}",
            '<w:p><w:pPr><w:pStyle w:val="申报表注"/></w:pPr>',
            _RUNS.replace("{% if table.small %}", "{% if false %}"),
            "</w:p>{% endfor %}{% endfor %}",
        )
    )


def build(folder: Path) -> None:
    """Write the template into `folder`."""
    paper = Paper(landscape=True)
    for name, new_page in (("申报表名", False), ("申报表名另页", True)):
        add_style(
            paper.document,
            Look(name, BLACK, 14, Alignment.CENTER, 26, outline=0, keep=True, new_page=new_page),
        )
    add_style(paper.document, Look("申报表注", "仿宋_GB2312", 10.5, Alignment.JUSTIFY, 16))
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
