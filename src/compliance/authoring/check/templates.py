"""A plugin's templates: compiled in the sandbox, and what they ask for and define looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import tomli

from compliance.authoring.both_languages import of_template
from compliance.authoring.check.diagnostics import Diagnosis
from compliance.kernel.errors import PackError, suggestion
from compliance.kernel.i18n import msg, say
from compliance.render.documents import template_files
from compliance.render.documents.pdf import Press
from compliance.render.documents.template_outline import TemplateOutline, asked_by_ours, outline
from compliance.render.rectification.county_list import CountyPaper
from compliance.render.rectification.school_sheet import SchoolPaper
from compliance.rules.language.pack import faults

_FORM = "declaration.toml"  # the one template that is no document
_TEXTS = (".html", ".md", ".css", ".js", ".docx")
_ANY_PAPER = "notice.docx"  # some document of ours, to be set by a plugin's typst template
_PAPERS = {"rectify_county": CountyPaper, "rectify_school": SchoolPaper}


def check_templates(homes: Iterable[Path], diagnosis: Diagnosis) -> None:
    """Everything that is wrong with the templates of a plugin's folders."""
    for folder in (home / "templates" for home in homes if (home / "templates").is_dir()):
        ours = {*template_files.names("", ()), _FORM} - {"__init__.py"}
        own = sorted(one for one in folder.iterdir() if not one.name.startswith((".", "__")))
        outlines = {
            one: read for one in own if (read := _outline(one, folder, diagnosis)) is not None
        }
        included = {name for one in outlines.values() for name in (*one.parts, one.parent)}
        for path in own:
            if path.name not in ours | included:
                what = say("没有文书用名为 {name} 的模板", name=path.name)
                todo = suggestion(path.name, ours) or msg(
                    "名称见 docs/templates.md；文件夹里不分层"
                )
                diagnosis.add("template_name", what, path, 0, todo)
        for path, read in outlines.items():
            _look_up(path, folder, read, diagnosis)
            for fault in of_template(path):
                diagnosis.tell(fault, path)
        _set(folder, own, diagnosis)


def _outline(path: Path, folder: Path, diagnosis: Diagnosis) -> TemplateOutline | None:
    """What a template asks for; None where it is none of Jinja's, or is faulty, which is told."""
    try:
        if path.name == _FORM:
            _check_form(path, diagnosis)
        elif path.suffix in _TEXTS:
            return outline(path.name, (folder,))
    except PackError as error:
        diagnosis.tell(error, path, "template")
    return None


def _check_form(path: Path, diagnosis: Diagnosis) -> None:
    """A declaration form held against its schema; what it asks of a rule set is seen when one is filled."""
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
        found = list(faults("declaration", tomli.loads(text, parse_float=Decimal), text))
    except (OSError, ValueError, RecursionError, ArithmeticError) as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        found = [(int(line[1]) if line else 0, str(error))]
    for number, what in found:
        diagnosis.add("template", what, path, number, msg("请按提示修改"))


def _look_up(path: Path, folder: Path, read: TemplateOutline, diagnosis: Diagnosis) -> None:
    """Blocks that the parent has not, names that the document does not give."""
    stem = path.name.rpartition(".")[0]
    if read.parent:
        known = _blocks(read.parent, (folder,))
        for name in read.blocks if known is not None else ():
            if name not in (known or {}):
                what = say("{parent} 没有块 {name}", parent=read.parent, name=name)
                todo = suggestion(name, known or ()) or msg("见 docs/templates.md")
                diagnosis.add("template_block", what, path, read.blocks[name], todo)
    given = asked_by_ours(stem)
    if not given:
        return  # a part of another, or not ours
    for name, line in read.names.items():
        if name not in given:
            what = say("{template} 不提供 {name}", template=path.name, name=name)
            todo = suggestion(name, given) or say("可用：{known}", known=", ".join(sorted(given)))
            diagnosis.add("template_variable", what, path, line, todo)
    if stem in _PAPERS:
        _check_paper(path, read, [one.name for one in fields(_PAPERS[stem])], diagnosis)


def _check_paper(path: Path, read: TemplateOutline, known: list[str], diagnosis: Diagnosis) -> None:
    for (name, attribute), line in read.attributes.items():
        if name == "paper" and attribute not in known:
            what = say("{template} 不提供 {name}", template=path.name, name=f"paper.{attribute}")
            todo = suggestion(attribute, known) or say("可用：{known}", known=", ".join(known))
            diagnosis.add("template_variable", what, path, line, todo)


def _blocks(name: str, folders: tuple[Path, ...]) -> Mapping[str, int] | None:
    """The blocks of a template and of those that it extends; None where it cannot be read."""
    try:
        read = outline(name, folders)
    except PackError:
        return None
    above = _blocks(read.parent, folders) if read.parent and read.parent != name else {}
    return {**(above or {}), **read.blocks}


def _set(folder: Path, own: list[Path], diagnosis: Diagnosis) -> None:
    """Typst templates are tried on a document of ours; a note where typst or a font is not there."""
    typst = [one for one in own if one.suffix == ".typ"]
    if not typst:
        return
    content = files("compliance.templates").joinpath(_ANY_PAPER).read_bytes()
    try:
        with Press((folder,)) as press:
            press.of_word(content)
    except PackError as error:
        faulty = error.code == "template"
        diagnosis.tell(error, typst[0], "template" if faulty else "template_not_set")
