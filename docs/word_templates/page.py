"""The page of an official paper in Word: fonts, styles, margins, page number (GB/T 9704-2012).

A4, margins 37/35/28/26 mm, 22 lines of 28 characters, title 2号小标宋, text 3号仿宋, headings 黑体
and 楷体, page number 4号宋体 on the outer side. Used by the builders beside it only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt

# python-docx wraps lxml, whose elements have no types.
Untyped: TypeAlias = Any

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
Alignment = WD_ALIGN_PARAGRAPH
# What python-docx's own template brings along and no paper needs.
_IDLE = ("stylesWithEffects", "customXml", "numbering", "thumbnail", "webSettings")
_KEPT_STYLES = ("Normal", "Footer", "Default Paragraph Font", "Normal Table", "No List")


@dataclass(frozen=True)
class Look:
    """A paragraph style. indent: characters before the first line; line: points, fixed.

    inset: points from the right margin. before: points above.
    squeeze: a quarter of a point between characters less, so that 28 of them fit the line.
    """

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
    inset: float = 0
    before: float = 0


LOOKS = (
    Look("公文标题", TITLE, 22, Alignment.CENTER, 34),
    Look("公文副题", KAI, 16, Alignment.CENTER, 28.9),
    Look("公文正文", BODY, 16, Alignment.JUSTIFY, 28.9, indent=2, squeeze=True),
    Look("公文一级标题", BLACK, 16, Alignment.LEFT, 28.9, indent=2, outline=0, keep=True),
    Look("公文二级标题", KAI, 16, Alignment.LEFT, 28.9, indent=2, outline=1, keep=True),
    Look("公文附件", BLACK, 16, Alignment.LEFT, 28.9, new_page=True, keep=True),
    Look("公文落款", BODY, 16, Alignment.RIGHT, 28.9, inset=64),
    Look("表格说明", BODY, 12, Alignment.JUSTIFY, 20),
    Look("表头", BLACK, 10.5, Alignment.CENTER, 13),
    Look("表格文字", BODY, 10.5, Alignment.LEFT, 12),
    Look("表格居中", BODY, 10.5, Alignment.CENTER, 12),
    Look("表间空行", BODY, 6, Alignment.LEFT, 8),
)


def strip(document: Untyped) -> None:
    """Leave of python-docx's own template what a paper needs: every school carries it."""
    for child in list(document.element.body):
        if child.tag != qn("w:sectPr"):
            document.element.body.remove(child)
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, one in relations.items() if one.reltype.endswith(_IDLE)]:
            relations.pop(key)
    for style in list(document.styles):
        if style.name not in _KEPT_STYLES:
            style.element.getparent().remove(style.element)


def set_fonts(properties: Untyped, east_asian: str) -> None:
    """Latin letters and digits in Times New Roman, Chinese in `east_asian`; no theme fonts."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None:
        properties.remove(fonts)
    made = parse_xml(
        f'<w:rFonts {nsdecls("w")} w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}"'
        f' w:eastAsia="{east_asian}"/>'
    )
    properties.insert(0, made)


def set_defaults(document: Untyped) -> None:
    """Document defaults without the theme's fonts, distances and English."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    set_fonts(run, BODY)
    run.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    paragraph = defaults.find(qn("w:pPrDefault")).find(qn("w:pPr"))
    for child in list(paragraph):
        paragraph.remove(child)
    normal = document.styles["Normal"]
    normal.font.size = Pt(16)
    set_fonts(normal.element.get_or_add_rPr(), BODY)


def add_style(document: Untyped, look: Look) -> None:
    """Add one of `LOOKS`."""
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    style.font.size = Pt(look.size)
    letters = style.element.get_or_add_rPr()
    set_fonts(letters, look.font)
    form = style.paragraph_format
    form.alignment = look.align
    form.space_before, form.space_after = Pt(look.before), Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    form.page_break_before, form.keep_with_next = look.new_page, look.keep
    paragraph = style.element.get_or_add_pPr()
    if look.indent:
        form.first_line_indent = Pt(look.indent * look.size)
        paragraph.find(qn("w:ind")).set(qn("w:firstLineChars"), str(look.indent * 100))
    if look.inset:
        form.right_indent = Pt(look.inset)
    if look.outline is not None:
        paragraph.append(element("w:outlineLvl", str(look.outline)))
    if look.squeeze:
        letters.insert(1, element("w:spacing", "-5"))


def element(name: str, value: str) -> Untyped:
    """An element with its one attribute ``w:val``."""
    made = OxmlElement(name)
    made.set(qn("w:val"), value)
    return made


def set_font_table(document: Untyped) -> None:
    """Name what may stand in for each font, so that a machine without it still prints."""
    parts = document.part.package.iter_parts()
    part = next(one for one in parts if one.partname == "/word/fontTable.xml")
    fonts = [
        f'<w:font w:name="{LATIN}"><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    ]
    for name, others in STANDINS.items():
        family = "swiss" if name == BLACK else "roman"
        fonts.append(
            f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )
    root = parse_xml(f"<w:fonts {nsdecls('w')}>{''.join(fonts)}</w:fonts>")
    part._blob = serialize_part_xml(root)


def set_page(section: Untyped, *, landscape: bool, wide: bool = False) -> None:
    """A4 and the margins of an official paper.

    Across, the top edge is the bound one; wide: the margins give way to the columns of a list to be
    written in.
    """
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        top, bottom, left, right, foot = (25, 18, 15, 15, 10) if wide else (28, 26, 37, 35, 14)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        top, bottom, left, right, foot = 37, 35, 28, 26, 22
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(15), Mm(foot)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)


def set_footer(footer: Untyped, align: Alignment) -> None:
    """— 1 —, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    form = paragraph.paragraph_format
    if align == Alignment.RIGHT:
        form.right_indent = Pt(14)
    else:
        form.left_indent = Pt(14)
    form.line_spacing_rule = WD_LINE_SPACING.SINGLE
    for piece in ("— ", "", " —"):
        run = paragraph.add_run(piece)
        run.font.size = Pt(14)
        set_fonts(run._r.get_or_add_rPr(), SONG)
        if not piece:
            _page_field(run._r)


def _page_field(run: Untyped) -> None:
    for kind in ("begin", "PAGE", "separate", "1", "end"):
        if kind in ("PAGE", "1"):
            child = OxmlElement("w:instrText" if kind == "PAGE" else "w:t")
            child.text = f" {kind} " if kind == "PAGE" else kind
        else:
            child = OxmlElement("w:fldChar")
            child.set(qn("w:fldCharType"), kind)
        run.append(child)
