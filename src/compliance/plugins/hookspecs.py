"""The four offers a plugin can make, once, at start-up.

A plugin is a module found through the entry-point group ``compliance``. It imports `hookimpl`
from `compliance` and marks functions of these names with it. Nothing here is called while judging.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pluggy

GROUP = "compliance"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def compliance_packs() -> Sequence[Path]:  # type: ignore[empty-body]
    """Directories with ``rules/*.toml``, and ``schemas/`` and ``templates/`` that extend the core's."""


@hookspec
def compliance_kinds() -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Kinds of rules: name → `compliance.engine.evaluate.Kind`."""


@hookspec
def compliance_readers() -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Readers of submissions: file suffix with its dot → reader(path) → RawDocument."""


@hookspec
def compliance_renderers() -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Renderers of results: format name → renderer(report, binary stream)."""
