"""What a Word document shows, as plain values: sections, paragraphs, tables.

Every paper is filled in as a Word document first, whatever template made it; read here, it can be
set in another form (`pdf`) with the same words. Styles are resolved: a paragraph says itself how it
looks. Lengths are points.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

# python-docx wraps lxml, whose elements have no types.
Untyped: TypeAlias = Any
Values: TypeAlias = dict[str, Any]

_TWIP = 1 / 20
_PLAIN: Values = {
    "font": "", "size": 10.5, "bold": False, "align": "left", "line": 0.0, "before": 0.0,
    "after": 0.0, "left": 0.0, "right": 0.0, "indent": 0.0, "new_page": False, "keep": False,
    "outline": 0,
}  # fmt: skip
_TEXTS = {qn("w:tab"): "　", qn("w:br"): "\n", qn("w:cr"): "\n"}
_ALIGN = {"both": "justify", "center": "center", "right": "right", "end": "right"}


def word_content(content: bytes) -> Values:
    """``{title, fonts, styles, sections}`` of a document.

    fonts: name -> ``{serif, others}``, what may stand in for it. styles: name -> the keys of `_PLAIN`. A section: ``width, height,
    margin`` (of top, bottom, left, right, header, footer), ``headers`` and ``footers`` (of first,
    odd and even pages, each blocks, or null) and ``blocks``. A block is a paragraph
    (``style``, what it has otherwise, and ``runs``: a ``text``, or ``page`` for its number, and what
    they have otherwise) or a table (``widths, heads, rows``).
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {
            name: packed.read(name)
            for name in packed.namelist()
            if name.endswith((".xml", ".rels"))
        }
    styles = _styles(parts["word/styles.xml"])
    reader = _WordReader(styles)
    named = {
        str(one.get("Id")): parts.get(f"word/{one.get('Target')}", b"")
        for one in parse_xml(parts["word/_rels/document.xml.rels"])
    }
    odd_even = b"<w:evenAndOddHeaders/>" in parts.get("word/settings.xml", b"")
    sections: list[Values] = []
    beside: Values = {"headers": {}, "footers": {}}  # a section that names none has those before it
    blocks: list[Values] = []
    for child in parse_xml(parts["word/document.xml"])[0]:
        end = (
            child if child.tag == qn("w:sectPr") else child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        )
        if child.tag in (qn("w:p"), qn("w:tbl")):
            block = reader.blocks([child])
            # a paragraph that ends a section and says nothing is no line of it
            blocks += block if end is None or _shown(block[0]) else []
        if end is not None:
            reader.beside(end, named, beside)
            kinds = {"first": bool(_on(end, "w:titlePg")), "odd": True, "even": odd_even}
            shown = {
                place: {kind: known.get(kind, []) if on else None for kind, on in kinds.items()}
                for place, known in beside.items()
            }
            sections.append({**_page(end), **shown, "blocks": blocks})
            blocks = []
    core = parts.get("docProps/core.xml")
    titles = (
        [] if core is None else [one.text for one in parse_xml(core) if one.tag.endswith("}title")]
    )
    return {
        "title": next(filter(None, titles), ""),
        "fonts": _fonts(parts["word/fontTable.xml"]) if "word/fontTable.xml" in parts else {},
        "styles": styles,
        "sections": sections,
    }


def _page(section: Untyped) -> Values:
    """The size of the paper and its margins."""
    size, edges = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    names = ("top", "bottom", "left", "right", "header", "footer")
    return {
        "width": _points(size, "w:w"),
        "height": _points(size, "w:h"),
        "margin": {name: _points(edges, f"w:{name}") or 0.0 for name in names},
    }


def _shown(block: Values) -> bool:
    return "rows" in block or any(run.get("text", "?").strip() for run in block["runs"])


@lru_cache(maxsize=32)
def _fonts(table: bytes) -> Mapping[str, Values]:
    """Font -> its family, and what else may stand for it in the order of the document's table."""
    return {
        str(font.get(qn("w:name"))): {
            "serif": _value(font, "w:family") != "swiss",
            "others": [one.strip() for one in _value(font, "w:altName").split(",") if one.strip()],
        }
        for font in parse_xml(table)
    }


@lru_cache(maxsize=32)
def _styles(xml: bytes) -> Mapping[str, Values]:
    """Style id -> how its paragraphs look, with what it is based on; ``""`` is the default."""
    root = parse_xml(xml)
    defaults = {**_PLAIN}
    for path in ("w:rPrDefault/w:rPr", "w:pPrDefault/w:pPr"):
        found = root.find(qn("w:docDefaults"))
        for name in path.split("/"):
            found = None if found is None else found.find(qn(name))
        defaults |= _look(found, defaults["size"])
    raw = {str(one.get(qn("w:styleId"))): one for one in root.iter(qn("w:style"))}
    known: dict[str, Values] = {"": defaults}

    def look(name: str, depth: int = 0) -> Values:
        if name not in known:
            style = raw.get(name)
            if style is None or depth > len(raw):
                return defaults
            made = {**look(_value(style, "w:basedOn"), depth + 1)}
            for properties in ("w:rPr", "w:pPr"):
                made |= _look(style.find(qn(properties)), made["size"])
            known[name] = made
        return known[name]

    for name in raw:
        look(name)
    return known


def _value(parent: Untyped, name: str) -> str:
    found = None if parent is None else parent.find(qn(name))
    return "" if found is None else str(found.get(qn("w:val")) or "")


def _points(element: Untyped, name: str) -> float | None:
    text = element.get(qn(name))
    try:
        return None if text is None else round(float(text) * _TWIP, 2)
    except ValueError:
        return None


def _on(parent: Untyped, name: str) -> bool | None:
    """A switch: there and not off; None where it is not there."""
    if parent is None or parent.find(qn(name)) is None:
        return None
    return _value(parent, name) not in ("0", "false", "off")


def _look(properties: Untyped, size: float) -> Values:
    """What paragraph or letter properties set; size: of a letter, for indents counted in letters."""
    if properties is None:
        return {}
    made: Values = {}
    fonts = properties.find(qn("w:rFonts"))
    if fonts is not None and fonts.get(qn("w:eastAsia")):
        made["font"] = str(fonts.get(qn("w:eastAsia")))
    for key, name, read in _SET:
        if text := _value(properties, name):
            made[key] = read(text)
    for key, name in _SWITCHES.items():
        if (switch := _on(properties, name)) is not None:
            made[key] = switch
    return made | _lengths(properties, made.get("size", size))


_SET: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("size", "w:sz", lambda text: float(text) / 2),
    ("align", "w:jc", lambda text: _ALIGN.get(text, "left")),
    ("outline", "w:outlineLvl", lambda text: int(text) + 1),
    ("underline", "w:u", lambda text: text != "none"),
)
_SWITCHES = {"bold": "w:b", "new_page": "w:pageBreakBefore", "keep": "w:keepNext"}


def _lengths(properties: Untyped, size: float) -> Values:
    """Distances of a paragraph."""
    made: Values = {}
    for place, lengths in (
        ("w:spacing", {"before": "w:before", "after": "w:after", "line": "w:line"}),
        ("w:ind", {"left": "w:left", "right": "w:right", "indent": "w:firstLine"}),
    ):
        found = properties.find(qn(place))
        if found is not None:
            read = ((key, _points(found, name)) for key, name in lengths.items())
            made |= {key: value for key, value in read if value is not None}
            if place == "w:spacing" and found.get(qn("w:lineRule")) not in ("exact", "atLeast"):
                made["line"] = 0.0  # as high as its letters
            if letters := found.get(qn("w:firstLineChars")):
                made["indent"] = float(letters) / 100 * size
    return made


class _WordReader:
    """Reads blocks with the styles of one document."""

    def __init__(self, styles: Mapping[str, Values]) -> None:
        self._styles = styles

    def blocks(self, elements: Untyped) -> list[Values]:
        """The paragraphs and tables among some elements, or those of a cell, a header, a footer."""
        made = []
        for one in elements:
            if one.tag == qn("w:p"):
                made.append(self._paragraph(one))
            elif one.tag == qn("w:tbl"):
                made.append(self._table(one))
        return made

    def beside(self, section: Untyped, named: Mapping[str, bytes], known: Values) -> None:
        """Put the headers and footers that a section names into `known`, by place and kind.

        named: relation -> the part.
        """
        for place in ("header", "footer"):
            for one in section.findall(qn(f"w:{place}Reference")):
                if part := named.get(str(one.get(qn("r:id")))):
                    kind = {"default": "odd"}.get(found := str(one.get(qn("w:type"))), found)
                    known[f"{place}s"][kind] = self.blocks(parse_xml(part))

    def _paragraph(self, paragraph: Untyped) -> Values:
        properties = paragraph.find(qn("w:pPr"))
        style = _value(properties, "w:pStyle")
        base = self._styles.get(style, self._styles[""])
        own = _look(properties, base["size"])
        size: float = own.get("size") or base["size"]
        runs = [
            {**_letters(_look(run.find(qn("w:rPr")), size)), **piece}
            for run in paragraph.iter(qn("w:r"))
            for piece in _pieces(run)
        ]
        return {**own, "style": style if style in self._styles else "", "runs": runs}

    def _table(self, table: Untyped) -> Values:
        grid = table.find(qn("w:tblGrid"))
        widths = [_points(one, "w:w") or 0.0 for one in grid]
        rows: list[Values] = []
        heads, above = 0, dict[int, Values]()  # column -> the cell that may go on downwards
        for row in table.findall(qn("w:tr")):
            properties = row.find(qn("w:trPr"))
            if _on(properties, "w:tblHeader") and heads == len(rows):
                heads += 1
            cells, column = [], 0
            for cell in row.findall(qn("w:tc")):
                look = cell.find(qn("w:tcPr"))
                span = int(_value(look, "w:gridSpan") or 1)
                merge = None if look is None else look.find(qn("w:vMerge"))
                going_on = merge is not None and merge.get(qn("w:val")) != "restart"
                if going_on and column in above:
                    above[column]["rows"] += 1
                else:
                    shade = None if look is None else look.find(qn("w:shd"))
                    fill = "" if shade is None else str(shade.get(qn("w:fill")) or "")
                    made = {
                        "column": column, "columns": span, "rows": 1,
                        "fill": "" if fill in ("auto", "FFFFFF") else fill,
                        "blocks": self.blocks(cell),
                    }  # fmt: skip
                    cells.append(made)
                    above[column] = made
                column += span
            rows.append({"cells": cells, "whole": bool(_on(properties, "w:cantSplit"))})
        return {"widths": widths, "heads": heads, "rows": rows}


def _letters(look: Values) -> Values:
    """What letters can look like by themselves."""
    return {k: v for k, v in look.items() if k in ("font", "size", "bold", "underline")}


def _pieces(run: Untyped) -> Iterator[Values]:
    """The texts of a run, and where the number of the page stands in place of one."""
    field = ""  # what a field begun in this run asks for
    for one in run:
        if one.tag == qn("w:fldChar"):
            kind = one.get(qn("w:fldCharType"))
            field = "?" if kind == "begin" else "" if kind == "end" else field
        elif one.tag == qn("w:instrText"):
            if "PAGE" in str(one.text or "").split():
                yield {"page": True}
        elif field:
            continue  # what the field showed when it was saved
        elif text := _TEXTS.get(one.tag) or (one.tag == qn("w:t") and one.text):
            yield {"text": str(text)}
