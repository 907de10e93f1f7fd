"""Builds the Word templates of rectification papers: python templates/build_word.py

The layout is GB/T 9704-2012 as commonly applied: A4, margins 37/35/28/26 mm, 22 lines of 28
characters, title 2号小标宋, text 3号仿宋, headings 黑体 and 楷体, page number 4号宋体 on the outer
side. Wide lists lie across the page, their text is 五号. The placeholders are docxtpl's; run it
again after a change and commit the .docx files with it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt

HERE = Path(__file__).parent
LATIN = "Times New Roman"
TITLE, BODY, BLACK, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
# What Word takes where a machine lacks the font, in this order.
STANDINS = {
    TITLE: "FZXiaoBiaoSong-B05S,小标宋,华文中宋,STZhongsong,Noto Serif CJK SC,宋体,SimSun",
    BODY: "仿宋,FangSong,华文仿宋,STFangsong,FandolFang,Noto Serif CJK SC,宋体,SimSun",
    BLACK: "SimHei,华文黑体,STHeiti,Noto Sans CJK SC,Microsoft YaHei",
    KAI: "楷体,KaiTi,华文楷体,STKaiti,FandolKai,Noto Serif CJK SC,宋体,SimSun",
    SONG: "SimSun,华文宋体,STSong,Noto Serif CJK SC",
}
SHADE = "E7E6E6"
PORTRAIT, LANDSCAPE = 156, 225  # millimetres between the margins
Alignment = WD_ALIGN_PARAGRAPH


@dataclass(frozen=True)
class Look:
    """A paragraph style. indent: characters before the first line; line: points, fixed."""

    name: str
    font: str
    size: float
    align: Alignment
    line: float
    indent: int = 0
    outline: int | None = None
    new_page: bool = False
    keep: bool = False
    squeeze: bool = False


LOOKS = (
    Look("公文标题", TITLE, 22, Alignment.CENTER, 34),
    Look("公文副题", KAI, 16, Alignment.CENTER, 28.9),
    Look("公文正文", BODY, 16, Alignment.JUSTIFY, 28.9, indent=2, squeeze=True),
    Look("公文一级标题", BLACK, 16, Alignment.LEFT, 28.9, indent=2, outline=0, keep=True),
    Look("公文二级标题", KAI, 16, Alignment.LEFT, 28.9, indent=2, outline=1, keep=True),
    Look("公文附件", BLACK, 16, Alignment.LEFT, 28.9, new_page=True, keep=True),
    Look("公文落款", BODY, 16, Alignment.RIGHT, 28.9),
    Look("表格说明", BODY, 12, Alignment.JUSTIFY, 20),
    Look("表头", BLACK, 10.5, Alignment.CENTER, 15),
    Look("表格文字", BODY, 10.5, Alignment.LEFT, 15),
    Look("表格居中", BODY, 10.5, Alignment.CENTER, 15),
    Look("表间空行", BODY, 6, Alignment.LEFT, 8),
)


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, millimetres, what stands in a line's cell."""

    heading: str
    width: float
    cell: str
    centred: bool = False


ITEMS = (
    Column("{{ t('序号', 'No.') }}", 10, "{{ row.number }}", centred=True),
    Column("{{ t('学校', 'School') }}", 20, "{{ row.subject }}"),
    Column("{{ t('存在问题', 'Problem') }}", 45, "{{ row.problem }}"),
    Column("{{ t('现状值', 'Now') }}", 15, "{{ row.current }}"),
    Column("{{ t('标准值', 'Standard') }}", 15, "{{ row.standard }}"),
    Column("{{ t('缺口', 'Gap') }}", 15, "{{ row.gap }}"),
    Column("{{ t('整改措施', 'Measure') }}", 29, "{{ row.measure }}"),
    Column("{{ t('牵头单位/责任单位', 'Lead / responsible') }}", 16, "{{ row.responsible }}"),
    Column("{{ t('责任人', 'Person') }}", 11, ""),
    Column("{{ t('完成时限', 'Deadline') }}", 13, "{{ paper.deadline }}", centred=True),
    Column("{{ t('整改进展', 'Progress') }}", 11, "{{ paper.progress }}", centred=True),
    Column("{{ t('验收/销号', 'Closed') }}", 10, ""),
    Column("{{ t('备注', 'Remarks') }}", 15, "{{ row.note }}"),
)
TOTALS = (
    Column(
        "{{ t('指标', 'Indicator') }}",
        62,
        "{{ row.title }}{% if row.of %}{{ t('：', ': ') }}{{ row.of }}{% endif %}",
    ),
    Column("{{ t('涉及学校', 'Schools') }}", 16, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('整改缺口', 'Must be added') }}", 28, "{{ row.problems }}", centred=True),
    Column("{{ t('待补数据后确定', 'Open') }}", 25, "{{ row.open }}", centred=True),
    Column("{{ t('建议提升另需', 'Suggested beyond') }}", 25, "{{ row.also }}", centred=True),
)
BLANKS = (
    Column("{{ t('序号', 'No.') }}", 12, "{{ row.number }}", centred=True),
    Column("{{ t('状态', 'State') }}", 20, "{{ row.state }}", centred=True),
    Column("{{ t('待补事项', 'What') }}", 55, "{{ row.what }}"),
    Column("{{ t('学校数', 'Schools') }}", 15, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('涉及学校', 'Which') }}", 50, "{{ row.names }}"),
    Column("{{ t('影响的指标', 'Rules that wait') }}", 48, "{{ row.affects }}"),
    Column("{{ t('提供单位', 'Who can supply it') }}", 25, "{{ row.owner }}"),
)
REFERENCES = (
    Column("{{ t('序号', 'No.') }}", 12, "{{ row.number }}", centred=True),
    Column("{{ t('指标', 'Rule') }}", 42, "{{ row.title }}"),
    Column(
        "{{ t('依据', 'Basis') }}",
        42,
        "{{ row.basis }}{% if row.source %}{{ t('：', ': ') }}{{ row.source }}{% endif %}",
    ),
    Column("{{ t('涉及单位数', 'Schools') }}", 15, "{{ row.schools or '' }}", centred=True),
    Column("{{ t('涉及单位', 'Which') }}", 44, "{{ row.names }}"),
    Column("{{ t('差距', 'Gap') }}", 22, "{{ row.gap }}"),
    Column("{{ t('说明', 'Remarks') }}", 48, "{{ row.message }}"),
)
LINES = (
    Column("{{ t('序号', 'No.') }}", 10, "{{ row.number }}", centred=True),
    Column("{{ t('指标', 'Indicator') }}", 42, "{{ row.title }}"),
    Column("{{ t('现状值', 'Now') }}", 19, "{{ row.current }}"),
    Column("{{ t('标准值', 'Standard') }}", 19, "{{ row.standard }}"),
    Column("{{ t('余项下限', 'Floor') }}", 17, "{{ row.floor }}"),
    Column("{{ t('结论', 'State') }}", 15, "{{ row.state }}", centred=True),
    Column("{{ t('缺口', 'Gap') }}", 18, "{{ row.gap }}"),
    Column("{{ t('整改措施', 'Measure') }}", 32, "{{ row.measure }}"),
    Column(
        "{{ t('牵头单位/责任单位', 'Lead / responsible') }}",
        16,
        "{% if row.due %}{{ row.responsible }}{% endif %}",
    ),
    Column("{{ t('责任人', 'Person') }}", 11, ""),
    Column(
        "{{ t('完成时限', 'Deadline') }}",
        13,
        "{% if row.due %}{{ paper.deadline }}{% endif %}",
        centred=True,
    ),
    Column("{{ t('备注', 'Remarks') }}", 13, "{{ row.note }}"),
)
NOTE_SHARED = (
    "{{ t('一所学校各学段共用的面积、设备等取各学段缺口的最大值，不相加。', "
    "'Of what the stages of one school share, the largest amount counts, not the sum.') }}"
)
BASIS = "{{ t('依据：', 'Basis: ') }}{{ paper.basis }}{{ t('。', '.') }}"
# key of the list, its title, what is said before it
ANNEXES = (
    ("problems", "{{ t('问题整改清单', 'List of problems') }}", ""),
    (
        "open",
        "{{ t('待补数据后确定事项清单', 'Open until the data are complete') }}",
        "{{ t('下列指标低于标准，但该校综合评估因数据缺失尚不能下结论，是否列入整改待补数据后确定。', "
        "'These fall short, but whether they count depends on data that are missing.') }}",
    ),
    (
        "suggestions",
        "{{ t('建议提升事项清单', 'Suggestions') }}",
        "{{ t('下列指标低于标准，但该校综合评估已达标，不列入整改，建议逐步提升。', "
        "'These fall short, but the school meets the overall assessment: suggestions, not problems.') }}",
    ),
    (
        "blanks",
        "{{ t('待补数据和待佐证事项清单', 'Data and statements awaited') }}",
        "",
    ),
    (
        "references",
        "{{ t('参考指标（不计入结论）', 'For reference (without weight)') }}",
        "",
    ),
)


class Paper:
    """A document in the making: styles, page and footers ready, text added from the top down."""

    def __init__(self, *, landscape: bool) -> None:
        self.document = Document()
        for element in list(self.document.element.body):
            if element.tag != qn("w:sectPr"):
                self.document.element.body.remove(element)
        _defaults(self.document)
        for look in LOOKS:
            _add_style(self.document, look)
        _font_table(self.document)
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        _page(section, landscape=landscape)
        _footer(section.footer, Alignment.RIGHT)
        _footer(section.even_page_footer, Alignment.LEFT)

    def text(self, style: str, text: str) -> Any:
        """A paragraph."""
        return self.document.add_paragraph(text, style=style)

    def tag(self, text: str) -> None:
        """A paragraph that holds only a docxtpl tag, ``p for …``, and vanishes."""
        self.document.add_paragraph("{%" + text + "%}")

    def landscape(self) -> None:
        """What follows lies across the page."""
        _page(self.document.add_section(WD_SECTION.NEW_PAGE), landscape=True)

    def table(self, columns: Sequence[Column], rows: str, *, parts: str = "", shade: str = "") -> None:
        """A table with a line for each of `rows`; parts: an outer loop with a heading line each.

        shade: the condition of a shaded line.
        """
        table = self.document.add_table(rows=0, cols=len(columns))
        _table_properties(table, columns)
        head = table.add_row()
        _row_properties(head, header=True)
        for cell, column in zip(head.cells, columns, strict=True):
            _fill(cell, "表头", column.heading)
        if parts:
            _tag_row(table, f"tr for {parts}")
            heading = table.add_row()
            _row_properties(heading, header=False)
            merged = heading.cells[0].merge(heading.cells[-1])
            _fill(merged, "表头", "{{ part.title }}")
        _tag_row(table, f"tr for {rows}")
        line = table.add_row()
        _row_properties(line, header=False)
        for cell, column in zip(line.cells, columns, strict=True):
            _fill(cell, "表格居中" if column.centred else "表格文字", column.cell)
            if shade:
                _shade(cell, "{{ '" + SHADE + "' if " + shade + " else 'auto' }}")
        _tag_row(table, "tr endfor")
        if parts:
            _tag_row(table, "tr endfor")
        for row in table.rows:
            for cell, column in zip(row.cells, columns, strict=True):
                if not (parts and "part.title" in cell.text):
                    cell.width = Mm(column.width)

    def save(self, path: Path, title: str) -> None:
        """Write the file with fixed dates, so that building twice gives the same bytes."""
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, "均衡 Junheng", ""
        buffer = io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w") as packed:
            for name in made.namelist():
                if name == "docProps/thumbnail.jpeg":
                    continue
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(info, _without_thumbnail(name, made.read(name)))


def _without_thumbnail(name: str, content: bytes) -> bytes:
    """python-docx's own template carries a picture of an empty page."""
    if name != "_rels/.rels":
        return content
    root = parse_xml(content)
    for relation in list(root):
        if relation.get("Target") == "docProps/thumbnail.jpeg":
            root.remove(relation)
    return _serialised(root)


def _serialised(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _fonts(properties: Any, east_asian: str) -> None:
    """Latin letters and digits in Times New Roman, Chinese in `east_asian`; no theme fonts."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    made = parse_xml(
        f'<w:rFonts {nsdecls("w")} w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}"'
        f' w:eastAsia="{east_asian}"/>'
    )
    properties.insert(0, made)


def _defaults(document: Any) -> None:
    """Document defaults without the theme's fonts, distances and English."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _fonts(run, BODY)
    language = run.find(qn("w:lang"))
    language.set(qn("w:eastAsia"), "zh-CN")
    paragraph = defaults.find(qn("w:pPrDefault")).find(qn("w:pPr"))
    for element in list(paragraph):
        paragraph.remove(element)
    normal = document.styles["Normal"]
    normal.font.size = Pt(16)
    _fonts(normal.element.get_or_add_rPr(), BODY)


def _add_style(document: Any, look: Look) -> None:
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    style.font.size = Pt(look.size)
    _fonts(style.element.get_or_add_rPr(), look.font)
    form = style.paragraph_format
    form.alignment = look.align
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    form.page_break_before, form.keep_with_next = look.new_page, look.keep
    if look.indent:
        form.first_line_indent = Pt(look.indent * look.size)
        _indentation(style.element).set(qn("w:firstLineChars"), str(look.indent * 100))
    if look.outline is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(look.outline))
        style.element.get_or_add_pPr().append(level)
    if look.squeeze:  # a quarter of a point closer: 28 characters fit the line
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), "-5")
        style.element.get_or_add_rPr().insert(1, closer)


def _indentation(style: Any) -> Any:
    return style.get_or_add_pPr().find(qn("w:ind"))


def _font_table(document: Any) -> None:
    """Name what may stand in for each font, so that a machine without it still prints."""
    part = next(
        one for one in document.part.package.iter_parts() if one.partname == "/word/fontTable.xml"
    )
    fonts = [f'<w:font w:name="{LATIN}"><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>']
    for name, others in STANDINS.items():
        family = "swiss" if name == BLACK else "roman"
        fonts.append(
            f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )
    declared = nsdecls("w")
    root = parse_xml(f"<w:fonts {declared}>{''.join(fonts)}</w:fonts>")
    part._blob = _serialised(root)  # noqa: SLF001 - python-docx has no door to this part


def _page(section: Any, *, landscape: bool) -> None:
    """A4 and the margins of an official paper; across, the top edge is the bound one."""
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        top, bottom, left, right, foot = 28, 26, 37, 35, 14
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        top, bottom, left, right, foot = 37, 35, 28, 26, 22
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(15), Mm(foot)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - no door either
    if grid is not None:
        section._sectPr.remove(grid)  # noqa: SLF001


def _footer(footer: Any, align: Alignment) -> None:
    """— 1 —, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    edge = Pt(14)
    if align == Alignment.RIGHT:
        paragraph.paragraph_format.right_indent = edge
    else:
        paragraph.paragraph_format.left_indent = edge
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    for piece in ("— ", "PAGE", " —"):
        run = paragraph.add_run() if piece == "PAGE" else paragraph.add_run(piece)
        run.font.size = Pt(14)
        _fonts(run._r.get_or_add_rPr(), SONG)  # noqa: SLF001
        if piece == "PAGE":
            _field(run._r, piece)  # noqa: SLF001


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "code", "separate", "shown", "end"):
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.text = f" {code} "
        elif kind == "shown":
            element = OxmlElement("w:t")
            element.text = "1"
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run.append(element)


def _table_properties(table: Any, columns: Sequence[Column]) -> None:
    """Black lines, fixed widths: Word must not guess them from a thousand rows."""
    properties = table._tbl.tblPr  # noqa: SLF001
    for element in list(properties):
        properties.remove(element)
    total = sum(column.width for column in columns)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    for piece in (
        f'<w:tblW {{ns}} w:w="{_twips(total)}" w:type="dxa"/>',
        '<w:jc {ns} w:val="center"/>',
        f"<w:tblBorders {{ns}}>{lines}</w:tblBorders>",
        '<w:tblLayout {ns} w:type="fixed"/>',
        '<w:tblCellMar {ns}><w:left w:w="45" w:type="dxa"/>'
        '<w:right w:w="45" w:type="dxa"/></w:tblCellMar>',
    ):
        properties.append(parse_xml(piece.replace("{ns}", nsdecls("w"))))
    for grid, column in zip(table.columns, columns, strict=True):
        grid.width = Mm(column.width)


def _twips(millimetres: float) -> int:
    return round(millimetres / 25.4 * 1440)


def _row_properties(row: Any, *, header: bool) -> None:
    """A line stays on one page; the headings come again on every page."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    for name in ("w:cantSplit", "w:tblHeader") if header else ("w:cantSplit",):
        properties.append(OxmlElement(name))


def _tag_row(table: Any, tag: str) -> None:
    _fill(table.add_row().cells[0], "表格文字", "{%" + tag + " %}")


def _fill(cell: Any, style: str, text: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(text)
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    middle = OxmlElement("w:vAlign")
    middle.set(qn("w:val"), "center")
    properties.append(middle)


def _shade(cell: Any, colour: str) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    properties.insert(list(properties).index(properties.find(qn("w:vAlign"))), shade)


def county() -> Paper:
    """整改清单: a letter's first pages, then the lists as annexes."""
    paper = Paper(landscape=False)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text("公文副题", "{{ t('（', '(') }}{{ paper.years }}{{ t('）', ')') }}")
    paper.text("公文正文", "")
    paper.text("公文一级标题", "{{ t('一、总体情况', 'I. Overview') }}")
    paper.tag("p for line in paper.summary ")
    paper.text("公文正文", "{{ line }}")
    paper.tag("p endfor ")
    paper.text("公文正文", BASIS)
    paper.text("公文一级标题", "{{ t('二、缺口汇总', 'II. What is missing in all') }}")
    paper.tag("p if paper.totals ")
    paper.table(TOTALS, "row in paper.totals")
    paper.text("公文正文", NOTE_SHARED)
    paper.tag("p else ")
    paper.text("公文正文", "{{ t('没有可计量的缺口。', 'Nothing countable is missing.') }}")
    paper.tag("p endif ")
    paper.text("公文正文", "")
    for place, (key, title, _) in enumerate(ANNEXES):
        lead = "{{ t('附件：', 'Annexes: ') }}" if place == 0 else "{{ t('　　　', '　　　') }}"
        paper.tag(f"p if paper.annexes.{key} ")
        paper.text("公文正文", f"{lead}{{{{ paper.annexes.{key} }}}}.{title}")
        paper.tag("p endif ")
    paper.text("公文正文", "")
    paper.text("公文落款", "{{ t('（单位盖章）', '(seal)') }}　　　　")
    paper.text("公文落款", "{{ t('　　年　月　日', 'date') }}　　　　")
    paper.landscape()
    for place, (key, title, before) in enumerate(ANNEXES):
        _annex(paper, key, title, before, first=place == 0)
    return paper


def _annex(paper: Paper, key: str, title: str, before: str, *, first: bool) -> None:
    paper.tag(f"p if paper.annexes.{key} ")
    label = paper.text("公文附件", f"{{{{ t('附件', 'Annex ') }}}}{{{{ paper.annexes.{key} }}}}")
    if first:
        label.paragraph_format.page_break_before = False  # the section has begun a page
    paper.text("公文标题", title)
    if before:
        paper.text("公文正文", before)
    paper.text("表间空行", "")
    if key == "problems":
        paper.tag("p for group in paper.groups ")
        paper.text(
            "公文二级标题",
            "{{ t('（', '(') }}{{ group.ordinal }}{{ t('）', ') ') }}{{ group.owner }}"
            "{{ say('（{n}项）', ' ({n})', n=group.items|length) }}",
        )
        paper.table(ITEMS, "row in group.items")
        paper.text("表间空行", "")
        paper.tag("p else ")
        paper.text(
            "公文正文",
            "{{ t('未发现需要整改的问题。', 'No problems were found that need rectification.') }}",
        )
        paper.tag("p endfor ")
    elif key in ("open", "suggestions"):
        paper.table(ITEMS, f"row in paper.{key}")
        paper.text("表间空行", "")
    elif key == "blanks":
        paper.table(BLANKS, "row in paper.blanks")
        paper.text("表间空行", "")
    else:
        paper.table(REFERENCES, "row in paper.references")
        paper.text("表间空行", "")
        paper.tag("p if paper.unjudged_references ")
        paper.text(
            "公文正文",
            "{{ say('另有{n}项参考指标因数据缺失或待佐证未作判定。', '{n} more could not be judged.', "
            "n=paper.unjudged_references) }}",
        )
        paper.tag("p endif ")
    paper.tag("p endif ")


def school() -> Paper:
    """一校一案: one sheet, across the page."""
    paper = Paper(landscape=True)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text(
        "公文副题",
        "{{ paper.county_name }}　{{ paper.years }}　"
        "{{ t('学校标识码', 'school code') }}{{ paper.code }}",
    )
    paper.tag("p if paper.figures ")
    paper.text(
        "表格说明",
        "{% for heading, text in paper.figures %}{{ heading }}{{ t('：', ': ') }}{{ text }}"
        "{% if not loop.last %}{{ t('；', '; ') }}{% endif %}{% endfor %}",
    )
    paper.tag("p endif ")
    verdict = paper.text("表格说明", "")
    run = verdict.add_run("{{ t('结论：', 'Verdict: ') }}{{ paper.verdict }}")
    _fonts(run._r.get_or_add_rPr(), BLACK)  # noqa: SLF001
    paper.tag("p for line in paper.sentences ")
    paper.text("表格说明", "{{ line }}")
    paper.tag("p endfor ")
    paper.text("表间空行", "")
    paper.table(
        LINES,
        "row in part.lines",
        parts="part in paper.parts",
        shade="row.met is false and not part.reference",
    )
    paper.text("表间空行", "")
    paper.text("表格说明", "{{ paper.county }}")
    paper.text("表格说明", BASIS)
    paper.text("表间空行", "")
    paper.text(
        "表格说明",
        "{{ t('校长（签字）：', 'Headteacher: ') }}　　　　　　　　　　"
        "{{ t('填报日期：　　　　年　　月　　日', 'Date: ') }}",
    )
    return paper


def build(folder: Path) -> None:
    """Write both templates into `folder`."""
    county().save(folder / "rectify_county.docx", "整改清单")
    school().save(folder / "rectify_school.docx", "一校一案")


if __name__ == "__main__":
    build(HERE)
