"""What a template asks for and defines, without filling it: for whoever checks one before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from compliance.kernel.i18n import msg
from compliance.render.documents import template_files
from compliance.render.documents.docx import WordTemplate, sources
from compliance.render.documents.jinja import environment, loaded


@dataclass
class TemplateOutline:
    """names: variable that it asks for → line (0 in a Word file). attributes: variable and attribute → line.

    blocks: that it defines → line. parent: the template that it extends, if any; parts: those that it
    includes or imports.
    """

    names: dict[str, int] = field(default_factory=dict)
    attributes: dict[tuple[str, str], int] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)
    parent: str = ""
    parts: list[str] = field(default_factory=list)


def outline(name: str, template_dirs: Sequence[Path] = ()) -> TemplateOutline:
    """That of the nearest template of a name. Raises PackError where it is not there or not well formed."""
    there = template_files.found(name, template_dirs)
    if there is None:
        raise template_files.fault(msg("找不到模板"), name)
    found = TemplateOutline()
    if name.endswith(".docx"):
        WordTemplate(*there, template_dirs)
        texts = dict.fromkeys(sources(*there).values(), 0)
    else:
        made = environment(name.rpartition(".")[2], template_dirs)
        loaded(partial(made.get_template, name))
        texts = {there[1].decode("utf-8"): 1}
    for text, first in texts.items():
        _read(text, first, found)
    return found


def _read(text: str, first: int, found: TemplateOutline) -> None:
    """first: the number of the text's first line, 0 where lines mean nothing."""
    made = environment("html")
    tree = made.parse(text)
    tested = {
        one.node.name
        for one in tree.find_all(nodes.Test)
        if one.name == "defined" and isinstance(one.node, nodes.Name)
    }
    asked = find_undeclared_variables(tree) - made.globals.keys() - tested - _made(tree)
    for name in tree.find_all(nodes.Name):
        if name.name in asked:
            found.names.setdefault(name.name, name.lineno * first)
    for part in tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name) and part.node.name in asked:
            found.attributes.setdefault((part.node.name, part.attr), part.lineno * first)
    for block in tree.find_all(nodes.Block):
        found.blocks.setdefault(block.name, block.lineno * first)
    for other in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        named = [one.value for one in other.find_all(nodes.Const) if isinstance(one.value, str)]
        if isinstance(other, nodes.Extends):
            found.parent = named[0] if named else ""
        found.parts += named


def _made(tree: nodes.Template) -> set[str]:
    """The names that a template gives itself, wherever it does."""
    found = {one.name for one in tree.find_all(nodes.Name) if one.ctx != "load"}
    found |= {one.name for one in tree.find_all(nodes.Macro)}
    found |= {one.target for one in tree.find_all(nodes.Import)}
    pairs = (name for one in tree.find_all(nodes.FromImport) for name in one.names)
    return found | {name if isinstance(name, str) else name[1] for name in pairs}


def asked_by_ours(stem: str) -> Mapping[str, int]:
    """The variables that our own templates of a stem (`report` of report.html, report.md) ask for, and their parts."""
    return {
        name: 0 for form in (".html", ".md", ".docx") for name in _with_parts(stem + form, set())
    }


def _with_parts(name: str, seen: set[str]) -> Iterator[str]:
    bare = name.removeprefix("core:")
    if bare in seen or template_files.found(bare, ()) is None:
        return
    seen.add(bare)
    one = outline(bare)
    yield from one.names
    for part in one.parts:
        yield from _with_parts(part, seen)
