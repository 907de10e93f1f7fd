"""The four offers a plugin can make, once, at start-up.

A plugin is a module found through the entry-point group ``compliance``. It imports `hookimpl`
from `compliance` and marks functions of these names with it. Nothing here is called while judging.
Every answer is checked: one that is not what is said here is refused with the plugin's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import pluggy

if TYPE_CHECKING:
    from compliance.engine.kinds.kind import Kind
    from compliance.engine.results import Results
    from compliance.intake.formats.discover import Reader

GROUP = "compliance"
Renderer: TypeAlias = "Callable[[Results, BinaryIO], None]"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def compliance_packs() -> Sequence[Path]:  # type: ignore[empty-body]
    """Directories with ``rules/*.toml``, and ``schemas/`` and ``templates/`` that extend the core's."""


@hookspec
def compliance_kinds() -> Mapping[str, Kind]:  # type: ignore[empty-body]
    """Kinds of rules: name → `compliance.kinds.Kind`."""


@hookspec
def compliance_readers() -> Mapping[str, Reader]:  # type: ignore[empty-body]
    """Readers of submissions: file suffix with its dot, in lower case → reader(path) → RawDocument."""


@hookspec
def compliance_renderers() -> Mapping[str, Renderer]:  # type: ignore[empty-body]
    """Renderers of results: format name → renderer(results, binary stream)."""
