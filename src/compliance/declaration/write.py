"""Declaration forms into files: whole or not at all, an earlier one that differs never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.declaration.fill import Declaration
from compliance.kernel.errors import PackError
from compliance.render.documents.output_files import Names, Written, joined, write_beside

if TYPE_CHECKING:
    from compliance.render.documents.pdf import Press

NAME = "申报表"


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
    Raises UsageError where a file cannot be written (nothing is changed then). A faulty template costs
    its own forms (`Written.faults`; without Chinese fonts there is no PDF: `Written.warned`); the first
    fault is raised where nothing is left.
    """
    contents: dict[Path, bytes] = {}
    faults: dict[str, PackError] = {}
    with _Writers() as writers:
        for path, (one, form) in files.items():
            try:
                contents[path] = writers.content(one, form)
            except PackError as error:
                faults.setdefault(str(error), error)
    if faults and not contents:
        raise next(iter(faults.values()))
    return write_beside(contents).with_faults(faults.values())


class _Writers(ExitStack):
    """Puts forms into bytes; a PDF is the Word document set anew."""

    def __init__(self) -> None:
        super().__init__()
        self._presses: dict[tuple[Path, ...], Press] = {}

    def content(self, declaration: Declaration, form: str) -> bytes:
        """The form's bytes as a workbook (xlsx), a Word document (docx) or a PDF."""
        if form == "xlsx":
            from compliance.declaration.xlsx import declaration_workbook

            return declaration_workbook(declaration.form)
        from compliance.declaration.docx import declaration_document

        dirs = declaration.template_dirs
        document = declaration_document(declaration.form, dirs)
        if form == "docx":
            return document
        from compliance.render.documents.pdf import Press

        if dirs not in self._presses:
            self._presses[dirs] = self.enter_context(Press(dirs))
        return self._presses[dirs].of_word(document)
