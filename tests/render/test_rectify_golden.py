"""Whole papers as somebody last found them good; `UPDATE_GOLDEN=1 pytest …` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.kernel.i18n import use
from tests.render.rectify_reading import cells, word_text, written
from tests.render.rectify_sample import conforming, sample
from tests.support.golden import assert_golden

REPORTS = {"sample": sample, "conforming": conforming}
PAPERS = [
    (name, language, form, school)
    for name, language, form, school in (
        *(("sample", "zh", form, school) for form in ("md", "html", "docx", "xlsx") for school in ("", "1002")),
        *(("conforming", "zh", form, "") for form in ("md", "html", "docx", "xlsx")),
        ("sample", "en", "md", ""),
        ("sample", "en", "docx", "1002"),
        ("sample", "zh", "docx", "1004"),
    )
]  # fmt: skip


@pytest.mark.parametrize(("name", "language", "form", "school"), PAPERS)
def test_golden(name: str, language: str, form: str, school: str, tmp_path: Path) -> None:
    with use(language):
        content = written(REPORTS[name](), form, tmp_path, school)
    reading = {"docx": word_text, "xlsx": cells}.get(form, lambda raw: raw.decode("utf-8"))
    suffix = f"{form}.txt" if form in ("docx", "xlsx") else form
    assert_golden(f"rectify/{name}.{school or 'county'}.{language}.{suffix}", reading(content))
