"""Declaration forms into files: whole or not at all, an earlier one that differs never lost."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from compliance.declaration.fill.filled_form import Paper
from compliance.render.documents.atomic_write import DRAFTS, Written, staged
from compliance.render.documents.file_names import Names, joined

FORMATS = ("xlsx", "docx")
NAME = "申报表"


@dataclass(frozen=True, slots=True)
class Declared:
    """A county's form and where its rule set keeps templates that replace ours.

    spoken: the same form in every language, for one that the county wrote in another.
    """

    paper: Paper
    template_dirs: tuple[Path, ...]
    spoken: tuple[Paper, ...] = ()


def declaration(declared: Declared, form: str) -> bytes:
    """The form's bytes as a workbook or a Word document."""
    if form == "xlsx":
        from compliance.declaration.write.xlsx import declaration_workbook

        return declaration_workbook(declared.paper)
    from compliance.declaration.write.docx import DeclarationWriter

    return DeclarationWriter(declared.template_dirs).write(declared.paper)


def folder_files(
    forms: Sequence[Declared], folder: Path, formats: Sequence[str]
) -> dict[Path, tuple[Declared, str]]:
    """Where the forms of several counties go: ``folder/340199_样县_2023/申报表.xlsx``."""
    names = Names()
    files = {}
    for one in forms:
        paper = one.paper
        own = names.take(joined(paper.county_code, paper.county_name, paper.year))
        for form in dict.fromkeys(formats):
            files[folder / own / f"{NAME}.{form}"] = (one, form)
    return files


def write_forms(files: Mapping[Path, tuple[Declared, str]]) -> Written:
    """Write every form; a file that stands there with other content is kept beside it.

    What a county filled in by hand must not be lost: ``申报表.xlsx`` becomes ``申报表_旧稿1.xlsx``.
    Raises UsageError where a file cannot be written (nothing is changed then) and PackError for a faulty template.
    """
    contents = {path: declaration(one, form) for path, (one, form) in files.items()}
    with staged(Path(), _aside) as place:
        for path, content in contents.items():
            place.put(path, content, keep=True)
        return place.place()


def _aside(path: Path) -> Path:
    """The first free name beside a file for what stands in it now."""
    names = (path.with_name(f"{path.stem}_{DRAFTS}{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))
