"""The reference pages and the READMEs' example, made anew, are unchanged."""

from __future__ import annotations

from pathlib import Path

from docs.make_reference import pages
from tests.support.nonempty import nonempty

ROOT = Path(__file__).parents[2]


def test_the_pages_are_up_to_date() -> None:
    for name, text in nonempty(pages().items()):
        written = (ROOT / name).read_text("utf-8")
        assert written == text, f"{name} is out of date: make reference"
