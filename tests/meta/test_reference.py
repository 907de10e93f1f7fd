"""The reference pages and the READMEs' example, made anew, are unchanged."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tests.support.nonempty import nonempty

ROOT = Path(__file__).parent.parent.parent


def test_the_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location(
        "make_reference", ROOT / "docs" / "make_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, text in nonempty(module.pages().items()):
        written = (ROOT / name).read_text("utf-8")
        assert written == text, f"{name} is out of date: make reference"
