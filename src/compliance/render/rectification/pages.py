"""Rectification papers as Markdown and as web pages, from templates that a province may replace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compliance.render.documents.jinja import environment, filled, loaded
from compliance.render.rectification.view_model import CountyPaper, SchoolPaper


class PageWriter:
    """Fills ``rectify_county.<suffix>`` and ``rectify_school.<suffix>``."""

    def __init__(self, suffix: str, template_dirs: Sequence[Path]) -> None:
        made = environment(suffix, template_dirs)
        self._county = loaded(lambda: made.get_template(f"rectify_county.{suffix}"))
        self._school = loaded(lambda: made.get_template(f"rectify_school.{suffix}"))

    def county(self, paper: CountyPaper) -> bytes:
        """The county's list."""
        return filled(self._county, paper=paper).encode("utf-8")

    def school(self, paper: SchoolPaper) -> bytes:
        """One school's sheet."""
        return filled(self._school, paper=paper).encode("utf-8")


def markdown_writer(template_dirs: Sequence[Path]) -> PageWriter:
    """Writes the papers as Markdown."""
    return PageWriter("md", template_dirs)


def html_writer(template_dirs: Sequence[Path]) -> PageWriter:
    """Writes the papers as web pages."""
    return PageWriter("html", template_dirs)
