"""What people read and machines take in: text, pages, papers, workbooks, machine formats.

In: `Results`, rules, the assessment of each county. Out: bytes. A renderer shows and decides
nothing; what is shown, how it is rounded and what counts as a problem stand in `assessment`.
Each renderer is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from compliance.engine.results import Results

if TYPE_CHECKING:
    import polars as pl

Renderer = Callable[[Results, BinaryIO], None]

_PLACES = {
    "text": ("compliance.render.terminal.summary", "plain_text"),
    "json": ("compliance.render.machine_formats", "json_results"),
    "md": ("compliance.render.report.page", "markdown_page"),
    "html": ("compliance.render.report.page", "html_page"),
    "pdf": ("compliance.render.report.pdf", "pdf_page"),
    "xlsx": ("compliance.render.report.workbook", "xlsx_report"),
    "sarif": ("compliance.render.ci.sarif", "sarif_results"),
    "junit": ("compliance.render.ci.junit", "junit_results"),
    "github": ("compliance.render.ci.github", "github_results"),
}
# Formats that take the findings part by part, as they are judged.
_STREAMED = ("ndjson", "csv", "parquet")
Stream = Callable[[Iterable["pl.DataFrame"], BinaryIO], None]


def _lazy(module: str, name: str) -> Renderer:
    def render(report: Results, stream: BinaryIO) -> None:
        cast("Renderer", getattr(import_module(module), name))(report, stream)

    return render


def _whole(name: str) -> Renderer:
    def render(report: Results, stream: BinaryIO) -> None:
        streams()[name]([report.findings], stream)

    return render


def streams() -> Mapping[str, Stream]:
    """Format -> what writes findings in that format, part by part."""
    formats = import_module("compliance.render.machine_formats")
    return {name: getattr(formats, name) for name in _STREAMED}


@cache
def renderers() -> Mapping[str, Renderer]:
    """Format -> renderer, for the formats that the core writes itself."""
    whole = {name: _lazy(*place) for name, place in _PLACES.items()}
    return whole | {name: _whole(name) for name in _STREAMED}


def write(report: Results, form: str, path: Path, render: Renderer | None = None) -> None:
    """Write `report` to `path`, whole or not at all; `render` replaces the core's own renderer.

    Raises UsageError where the file cannot be written.
    """
    from compliance.render.documents.output_files import write_whole

    fill = render or renderers()[form]
    write_whole(path, lambda stream: fill(report, stream))
