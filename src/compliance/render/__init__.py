"""Renderers: a Report goes in, bytes come out. Each is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from compliance.errors import UsageError, reason
from compliance.report import Report
from compliance.words import say

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
    render = render or renderers()[form]
    special = path.exists() and not path.is_file()  # a pipe or a device takes no replacement
    draft = path if special else path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as stream:
            render(report, stream)
        if not special:
            draft.replace(path)
    except OSError as error:
        raise UsageError(
            say("不能写入：{reason}", "cannot be written: {reason}", reason=reason(error)),
            where=str(path),
            todo=say(
                "检查文件夹是否存在、可写，磁盘是否已满",
                "check that the folder exists and can be written, and that the disk is not full",
            ),
        ) from error
    finally:
        if not special:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
