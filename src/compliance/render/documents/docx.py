"""Word documents from docxtpl templates that a province may replace.

docxtpl turns a template's XML into what Jinja understands; that is done once a run, and only the
filled parts are written anew for each of the hundreds of schools (several times faster than docxtpl's own rendering).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from docx.opc.oxml import serialize_part_xml
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import FunctionLoader, Template

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg, say
from compliance.render.documents import template_files
from compliance.render.documents.jinja import environment, filled, loaded
from compliance.render.documents.text import printable, truncated
from compliance.render.documents.word_parts import BODY, word_parts

# python-docx wraps lxml, whose elements have no types.
Untyped: TypeAlias = Any

# Every entry of every file carries this date: same figures, same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_TAG = re.compile(r"<[^>]*>")
_SHORT = 40  # letters of a paragraph in a message
# The text of a document without the page that it ends with.
_BODY = re.compile(r"<w:body>(.*?)(?:<w:sectPr\b(?:(?!<w:sectPr\b).)*)?</w:body>", re.DOTALL)


class WordTemplate:
    """A Word file whose parts with placeholders are compiled, the others kept as they are."""

    def __init__(self, name: str, content: bytes, template_dirs: Sequence[Path] = ()) -> None:
        self._name, self._parts = name, word_parts(name, content)
        self._lines: dict[str, Sequence[str]] = {}  # part → its source, a line a paragraph
        self._filled = _compiled(name, content, self._lines, template_dirs)

    @classmethod
    def named(cls, name: str, template_dirs: Sequence[Path]) -> WordTemplate:
        """The first file of that name, in the given directories or among the bundled ones.

        What it includes by name (``{%p include 'paper_end.docx' %}``) is looked for likewise.
        """
        there = template_files.found(name, template_dirs)
        if there is None:
            raise template_files.fault(msg("找不到模板"), name)
        return cls(*there, template_dirs)

    def fill(self, *, without_last_section: bool = False, **context: object) -> bytes:
        """The finished document; without_last_section: it goes where it would be an empty page."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as packed:
            for part, content in self._parts.items():
                info = zipfile.ZipInfo(part, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3  # the same bytes on Windows
                template = self._filled.get(part)
                text = content
                if template is not None:
                    text = self._text(template, context).encode("utf-8")
                if without_last_section and part == BODY:
                    try:
                        text = _without_last_section(text)
                    except SyntaxError as error:  # what lxml calls XML that is none
                        raise template_files.fault(str(error), self._name) from error
                packed.writestr(info, text)
        return stream.getvalue()

    def _text(self, template: Template, context: Mapping[str, object]) -> str:
        """A filled part; a fault names the paragraph that it stands in."""
        try:
            return filled(template, **context)
        except PackError as error:
            raise _with_paragraph(error, self._lines[template.name or ""]) from error


def _with_paragraph(error: PackError, lines: Sequence[str]) -> PackError:
    """A fault in the words of Word: not the line of its XML, but the text of its paragraph."""
    name, _, line = error.where.rpartition(":")
    if not line.isdecimal() or not 0 < int(line) <= len(lines):
        return error
    text = truncated(printable(_TAG.sub("", lines[int(line) - 1])), _SHORT)
    return PackError(
        error.what, say("{name}：段落“{text}”", name=name, text=text), error.todo, error.code
    )


def _patched(name: str, raw: bytes) -> str:
    """The XML of a Word file as a Jinja template."""
    try:
        return str(DocxTemplate(name).patch_xml(raw.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise template_files.fault(msg("不是UTF-8编码"), name) from error


def _block(name: str, template_dirs: Sequence[Path]) -> tuple[str, str, None] | None:
    """What a Word file contributes where another includes it: its paragraphs and tables.

    They take the styles of those names from the file that includes them.
    """
    there = template_files.found(name, template_dirs)
    if there is None:
        return None
    found, content = there
    source = _patched(found, word_parts(found, content)[BODY])
    body = _BODY.search(source)
    return (body[1] if body else ""), found, None


def _without_last_section(text: bytes) -> bytes:
    """A document's XML without the empty section at its end, which would print as an empty page."""
    root = parse_xml(text)
    body = root.find(qn("w:body"))
    ends = body.findall(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:sectPr')}")
    if not ends:
        return text
    end = ends[-1].getparent().getparent()
    rest = body[body.index(end) + 1 :]
    if any(map(_has_content, rest)):
        return text
    for piece in rest:
        body.remove(piece)
    body.append(ends[-1])  # its page is the last one now
    if not _has_content(end):
        body.remove(end)
    return bytes(serialize_part_xml(root))


def _has_content(piece: Untyped) -> bool:
    """Whether a paragraph or table prints anything: text, a table, a picture."""
    shown = any(piece.iter(qn("w:tbl"), qn("w:drawing"), qn("w:pict"), qn("w:object")))
    return shown or bool("".join(piece.itertext()).strip())


def sources(name: str, content: bytes) -> dict[str, str]:
    """The parts of a Word file that have placeholders, each as the template that it is.

    Raises PackError where it is no Word file.
    """
    found = {}
    for part, raw in word_parts(name, content).items():
        ours = part.startswith(("word/", "docProps/")) and part.endswith(".xml")
        if ours and (b"{{" in raw or b"{%" in raw):
            found[part] = _patched(name, raw).replace("</w:p>", "</w:p>\n")
    return found


def _compiled(
    name: str, content: bytes, lines: dict[str, Sequence[str]], template_dirs: Sequence[Path]
) -> dict[str, Template]:
    """Part name -> template, for the parts with placeholders: text, headers, footers, properties.

    lines: where the source of each goes.
    """
    made = environment("html")  # escapes what is printed, as XML needs it too
    made.loader = FunctionLoader(partial(_block, template_dirs=template_dirs))
    compiled = {}
    for part, source in sources(name, content).items():
        own = f"{name}/{part}" if part != BODY else name
        lines[own] = source.splitlines()
        try:
            compiled[part] = loaded(partial(made.from_string, source))
        except PackError as error:
            place = error.where.rpartition(":")[2]
            told = PackError(error.what, f"{own}:{place}", error.todo, error.code)
            raise _with_paragraph(told, lines[own]) from error
        compiled[part].name = compiled[part].filename = own
    return compiled
