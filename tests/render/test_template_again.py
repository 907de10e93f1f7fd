"""The template written where a workbook stands already."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.errors import UsageError
from compliance.render.template import template_bytes, write_template
from compliance.vocabulary import vocabulary

WORDS = vocabulary()


def test_a_filled_in_workbook_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"filled in")
    with pytest.raises(UsageError, match="文件已存在，可能已填写") as caught:
        write_template(path, WORDS, "某规则集")
    assert caught.value.exit_code == 2
    assert "换个文件名" in caught.value.todo
    assert path.read_bytes() == b"filled in"
    assert [child.name for child in tmp_path.iterdir()] == ["a.xlsx"]


def test_an_empty_file_and_the_same_workbook_are_nobodys_work(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.touch()
    write_template(path, WORDS, "某规则集")
    write_template(path, WORDS, "某规则集")
    assert path.read_bytes() == template_bytes(WORDS, "某规则集")
