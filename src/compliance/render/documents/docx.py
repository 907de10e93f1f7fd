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
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from docx.opc.oxml import serialize_part_xml
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import FunctionLoader, Template

from compliance.kernel.errors import PackError
from compliance.kernel.i18n import msg
from compliance.render.documents.jinja import environment, filled, loaded

# python-docx wraps lxml, whose elements have no types.
Untyped: TypeAlias = Any

# Every entry of every file carries this date: same figures, same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_TEXT = "word/document.xml"
# The text of a document without the page that it ends with.
_BODY = re.compile(r"<w:body>(.*?)(?:<w:sectPr\b(?:(?!<w:sectPr\b).)*)?</w:body>", re.DOTALL)


class WordTemplate:
    """A Word file whose parts with placeholders are compiled, the others kept as they are."""

    def __init__(self, name: str, content: bytes, template_dirs: Sequence[Path] = ()) -> None:
        self._parts = _parts(name, content)
        self._filled = _compiled(name, content, self._parts, template_dirs)

    @classmethod
    def named(cls, name: str, template_dirs: Sequence[Path]) -> WordTemplate:
        """The first file of that name, in the given directories or among the bundled ones.

        What it includes by name (``{%p include 'paper_end.docx' %}``) is looked for likewise.
        """
        return cls(*_found(name, template_dirs), template_dirs)

    def fill(self, *, without_last_section: bool = False, **context: object) -> bytes:
        """The finished document; without_last_section: it goes where it would be an empty page."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as packed:
            for part, content in self._parts.items():
                info = zipfile.ZipInfo(part, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3  # the same bytes on Windows
                template = self._filled.get(part)
                text = content if template is None else filled(template, **context).encode("utf-8")
                if without_last_section and part == _TEXT:
                    text = _without_last_section(text)
                packed.writestr(info, text)
        return stream.getvalue()


def _found(name: str, template_dirs: Sequence[Path]) -> tuple[str, bytes]:
    """Name and content of the first file of that name. Raises FileNotFoundError where there is none."""
    for folder in template_dirs:
        if (folder / name).is_file():
            return str(folder / name), (folder / name).read_bytes()
    return name, files("compliance.templates").joinpath(name).read_bytes()


def _block(name: str, template_dirs: Sequence[Path]) -> tuple[str, str, None] | None:
    """What a Word file contributes where another includes it: its paragraphs and tables.

    They take the styles of those names from the file that includes them.
    """
    try:
        found, content = _found(name, template_dirs)
    except OSError:
        return None
    patch = DocxTemplate(io.BytesIO(content)).patch_xml
    source = patch(_parts(found, content)[_TEXT].decode("utf-8"))
    body = _BODY.search(source)
    return (body[1] if body else ""), found, None


def _parts(name: str, content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return {part: packed.read(part) for part in packed.namelist()}
    except zipfile.BadZipFile as error:
        raise PackError(msg("不是Word文档"), name) from error


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


def _compiled(
    name: str, content: bytes, parts: Mapping[str, bytes], template_dirs: Sequence[Path]
) -> dict[str, Template]:
    """Part name -> template, for the parts with placeholders: text, headers, footers, properties."""
    patch = DocxTemplate(io.BytesIO(content)).patch_xml
    made = environment("html")  # escapes what is printed, as XML needs it too
    made.loader = FunctionLoader(partial(_block, template_dirs=template_dirs))
    compiled = {}
    for part, raw in parts.items():
        if (
            part.startswith(("word/", "docProps/"))
            and part.endswith(".xml")
            and (b"{{" in raw or b"{%" in raw)
        ):
            source = patch(raw.decode("utf-8"))
            compiled[part] = loaded(partial(made.from_string, source))
            compiled[part].name = f"{name}/{part}"
    return compiled
