"""The parts of a Word template, refused where its papers would fetch or run something from elsewhere.

Whoever opens a paper would have Word load a picture from a server, run a macro, or ask another
program: none of that may come with a template. A link that is clicked is a reader's own doing.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from compliance.kernel.i18n import msg, say
from compliance.render.documents import template_files

# python-docx wraps lxml, whose elements have no types.
Untyped: TypeAlias = Any

BODY = "word/document.xml"
_UNPACKED = 100_000_000  # bytes of a template's parts
_BRACES = 1_000_000_000  # braces × bytes of a part: docxtpl looks from each through the rest of it
_ACTIVE = re.compile(
    r"vbaProject|vbaData|activeX|embeddings/|oleObject|macroEnabled", re.IGNORECASE
)
_LINKS = ("http://", "https://", "mailto:")
# Fields that bring in files or speak to programs; a code may be spread over several runs.
_FIELDS = re.compile(r"DDE|INCLUDE|\b(?:LINK|IMPORT|DATABASE|RD)\b", re.IGNORECASE)


def word_parts(name: str, content: bytes) -> dict[str, bytes]:
    """Name → content. Raises PackError where it is no Word file, too large, or not of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _UNPACKED:
                raise template_files.fault(msg("文件过大"), name)
            parts = {part: packed.read(part) for part in packed.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise template_files.fault(msg("不是Word文档"), name) from error
    if BODY not in parts:
        raise template_files.fault(msg("不是Word文档"), name)
    for part, what in _foreign(parts):
        raise template_files.fault(what, f"{name}/{part}")
    return parts


def _foreign(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The parts that a template may not have, and why."""
    for part, raw in parts.items():
        if _ACTIVE.search(part):
            yield part, msg("含有宏或嵌入的对象，模板不能带")
        if not part.endswith((".xml", ".rels")):
            continue
        if raw.count(b"{") * len(raw) > _BRACES:
            yield part, msg("占位符过多")
        try:
            root = parse_xml(raw)
        except SyntaxError as error:  # what lxml calls XML that is none
            yield part, str(error)
            continue
        if root.getroottree().docinfo.doctype:
            yield part, msg("含有DTD，模板不能带")
        if part == "[Content_Types].xml" and _ACTIVE.search(raw.decode("utf-8", "replace")):
            yield part, msg("含有宏或嵌入的对象，模板不能带")
        told = _relations(root) if part.endswith(".rels") else _fields(root)
        yield from ((part, what) for what in told)


def _relations(root: Untyped) -> Iterator[str]:
    """What is loaded from outside of the file; a link to a page is not, before somebody clicks it."""
    for one in root:
        target, kind = str(one.get("Target")), str(one.get("Type"))
        outside = one.get("TargetMode") == "External"
        link = kind.endswith("/hyperlink") and target.lower().startswith(_LINKS)
        if (outside and not link) or kind.endswith("/aFChunk"):
            yield say("引用外部内容 {target}，模板不能带", target=target)


def _fields(root: Untyped) -> Iterator[str]:
    codes = [one.text or "" for one in root.iter(qn("w:instrText"))]
    codes += [str(one.get(qn("w:instr"))) for one in root.iter(qn("w:fldSimple"))]
    for code in (*codes, "".join(codes)):
        if found := _FIELDS.search(code):
            yield say("含有引入外部内容的域 {field}，模板不能带", field=found[0])
            return
