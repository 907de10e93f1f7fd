"""Whether PDFs can be made here, and what they say."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from compliance.kernel.errors import PackError
from compliance.render.documents.pdf import Press


def _missing() -> str:
    """Why no PDF can be made here; empty where one can."""
    if find_spec("typst") is None:
        return "typst is not installed"
    if shutil.which("pdftotext") is None:
        return "pdftotext is not installed"
    try:
        with Press() as press:
            press.fill("paper.typ", {"title": "", "fonts": {}, "styles": {}, "sections": []})
    except PackError as error:
        return str(error)
    return ""


MISSING = _missing()
needs_pdf = pytest.mark.skipif(bool(MISSING), reason=MISSING or "PDFs can be made")


def text_of(pdf: Path) -> str:
    """What a PDF says, without blanks and line breaks: those are the typesetter's."""
    told = subprocess.run(["pdftotext", "-q", str(pdf), "-"], capture_output=True, check=True)
    return "".join(told.stdout.decode().split())
