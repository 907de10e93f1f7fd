"""What is installed: the core's own kinds, readers and renderers, and the plugins beside them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from typing import Any

from compliance.plugins import manager
from compliance.plugins.hookspecs import hookimpl
from compliance.plugins.manager import Offers


@hookimpl
def compliance_kinds() -> Mapping[str, Any]:
    """threshold, dispersion, mean, most, all, attested, elapsed, listed, within."""
    from compliance.engine.kinds import kinds

    return kinds()


@hookimpl
def compliance_readers() -> Mapping[str, Any]:
    """json, xlsx, zip, csv, parquet."""
    from compliance.intake import readers

    return readers()


@hookimpl
def compliance_renderers() -> Mapping[str, Any]:
    """json, ndjson, csv, parquet, md, html."""
    from compliance.render import renderers

    return renderers()


def load(found: Iterable[EntryPoint] | None = None) -> Offers:
    """The core's offers and those of every installed plugin, or of the plugins of `found`.

    Raises PluginError or PackError; never leaves a plugin out silently.
    """
    return manager.load(sys.modules[__name__], found)
