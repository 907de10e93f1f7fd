"""Renderers: a Report goes in, bytes come out. Each is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from compliance.render.whole_file import write_whole
from compliance.report import Report

Renderer = Callable[[Report, BinaryIO], None]

_PLACES = {
    "text": ("compliance.render.text", "plain_text"),
    "json": ("compliance.render.results", "json_results"),
    "ndjson": ("compliance.render.results", "ndjson"),
    "csv": ("compliance.render.results", "csv"),
    "parquet": ("compliance.render.results", "parquet"),
    "md": ("compliance.render.page", "markdown_page"),
    "html": ("compliance.render.page", "html_page"),
}


def _lazy(module: str, name: str) -> Renderer:
    def render(report: Report, stream: BinaryIO) -> None:
        cast("Renderer", getattr(import_module(module), name))(report, stream)

    return render


def renderers() -> Mapping[str, Renderer]:
    """Format -> renderer, for the formats that the core writes itself."""
    return {name: _lazy(*place) for name, place in _PLACES.items()}


def write(report: Report, form: str, path: Path, render: Renderer | None = None) -> None:
    """Write `report` to `path`, whole or not at all; `render` replaces the core's own renderer.

    Raises UsageError where the file cannot be written.
    """
    fill = render or renderers()[form]
    write_whole(path, lambda stream: fill(report, stream))
