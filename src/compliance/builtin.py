"""The core's own kinds, readers and renderers, offered through the hooks any plugin uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compliance.hookspecs import hookimpl


@hookimpl
def compliance_kinds() -> Mapping[str, Any]:
    """threshold, dispersion, mean, most, all, attested, elapsed, listed, within."""
    from compliance.kinds import kinds

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
