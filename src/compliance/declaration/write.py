"""Declaration forms into files: whole or not at all, an earlier one that differs never lost."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from compliance.declaration.fill import Declaration
from compliance.render.documents.output_files import DRAFTS, Names, Written, joined, staged

NAME = "申报表"


def content(declaration: Declaration, form: str) -> bytes:
    """The form's bytes as a workbook (xlsx) or a Word document (docx)."""
    if form == "xlsx":
        from compliance.declaration.xlsx import declaration_workbook

        return declaration_workbook(declaration.form)
    from compliance.declaration.docx import declaration_document

    return declaration_document(declaration.form, declaration.template_dirs)


def folder_files(
    declarations: Sequence[Declaration], folder: Path, formats: Sequence[str]
) -> dict[Path, tuple[Declaration, str]]:
    """Where the forms of several counties go: ``folder/340199_样县_2023/申报表.xlsx``."""
    names = Names()
    files = {}
    for one in declarations:
        own = names.take(joined(one.form.county_code, one.form.county_name, one.form.year))
        for form in dict.fromkeys(formats):
            files[folder / own / f"{NAME}.{form}"] = (one, form)
    return files


def write_forms(files: Mapping[Path, tuple[Declaration, str]]) -> Written:
    """Write every form; a file that stands there with other content is kept beside it.

    What a county filled in by hand must not be lost: ``申报表.xlsx`` becomes ``申报表_旧稿1.xlsx``.
    Raises UsageError where a file cannot be written (nothing is changed then) and PackError for a
    faulty template.
    """
    contents = {path: content(one, form) for path, (one, form) in files.items()}
    with staged(Path(), _aside) as place:
        for path, written in contents.items():
            place.put(path, written, keep=True)
        return place.place()


def _aside(path: Path) -> Path:
    """The first free name beside a file for what stands in it now."""
    names = (path.with_name(f"{path.stem}_{DRAFTS}{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))
