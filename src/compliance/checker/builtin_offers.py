"""What is installed: the core's own kinds, readers and renderers, and the plugins beside them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from compliance.plugins import registry
from compliance.plugins.hookspecs import Renderer, hookimpl

if TYPE_CHECKING:
    from compliance.engine.kinds.kind import Kind
    from compliance.intake.formats.discover import Reader


@hookimpl
def compliance_kinds() -> Mapping[str, Kind]:
    """threshold, dispersion, mean, most, all, attested, elapsed, listed, within."""
    from compliance.engine.kinds import kinds

    return kinds()


@hookimpl
def compliance_readers() -> Mapping[str, Reader]:
    """json, xlsx, zip, csv, parquet."""
    from compliance.intake import readers

    return readers()


@hookimpl
def compliance_renderers() -> Mapping[str, Renderer]:
    """json, ndjson, csv, parquet, md, html, pdf, xlsx, sarif, junit, github."""
    from compliance.render import renderers

    return renderers()


def load(found: Iterable[EntryPoint] | None = None) -> registry.Registry:
    """The core's offers and those of every installed plugin, or of the plugins of `found`.

    Raises PluginError where two plugins offer the same name, UsageError where a plugin that is to
    be switched off is not installed; never leaves a plugin out silently (`Registry.broken`).
    """
    return registry.load(sys.modules[__name__], found)
