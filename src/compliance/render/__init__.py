"""What people read and machines take in: text, pages, papers, workbooks, machine formats.

In: `Results`, rules, the assessment of each county. Out: bytes. A renderer shows and decides
nothing; what is shown, how it is rounded and what counts as a problem stand in `assessment`.
Each renderer is imported when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from compliance.engine.results import Results

Renderer = Callable[[Results, BinaryIO], None]

_PLACES = {
    "text": ("compliance.render.terminal.summary", "plain_text"),
    "json": ("compliance.render.machine_formats", "json_results"),
    "ndjson": ("compliance.render.machine_formats", "ndjson"),
    "csv": ("compliance.render.machine_formats", "csv"),
    "parquet": ("compliance.render.machine_formats", "parquet"),
    "md": ("compliance.render.page", "markdown_page"),
    "html": ("compliance.render.page", "html_page"),
}


def _lazy(module: str, name: str) -> Renderer:
    def render(report: Results, stream: BinaryIO) -> None:
        cast("Renderer", getattr(import_module(module), name))(report, stream)

    return render


def renderers() -> Mapping[str, Renderer]:
    """Format -> renderer, for the formats that the core writes itself."""
    return {name: _lazy(*place) for name, place in _PLACES.items()}


def write(report: Results, form: str, path: Path, render: Renderer | None = None) -> None:
    """Write `report` to `path`, whole or not at all; `render` replaces the core's own renderer.

    Raises UsageError where the file cannot be written.
    """
    from compliance.render.documents.output_files import write_whole

    fill = render or renderers()[form]
    write_whole(path, lambda stream: fill(report, stream))
