"""The formats of `check`, known without loading what writes them; those of plugins where help is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compliance.kernel.i18n import say

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FORMATS = (
    "text", "json", "ndjson", "csv", "parquet", "md", "html", "pdf", "xlsx", "sarif", "junit", "github",
)  # fmt: skip
FOR_CI = ("sarif", "junit", "github")
_HOOK = "compliance_renderers"


def format_help() -> str:
    """What `--format` takes."""
    return say(
        "输出到屏幕的格式：text（默认）{others}，可重复", others=" ".join(known_formats()[1:])
    )


def known_formats() -> tuple[str, ...]:
    """The core's formats, then those of installed plugins.

    A plugin is loaded only where its module speaks of renderers: most have none, and help is quick.
    """
    from importlib.metadata import entry_points

    from compliance.kernel.errors import JunhengError

    rendering = [one for one in entry_points(group="compliance") if _may_render(one)]
    if not rendering:
        return FORMATS
    from compliance.checker.builtin_offers import load

    try:
        offered = load(rendering).renderers
    except JunhengError:  # said where something is judged
        return FORMATS
    return (*FORMATS, *(name for name in offered if name not in FORMATS))


def _may_render(entry: EntryPoint) -> bool:
    """Whether the text of a plugin's module names the hook."""
    from importlib.util import find_spec

    try:
        spec = find_spec(entry.module)
        source = spec.loader.get_source(entry.module) if spec and spec.loader else ""  # type: ignore[attr-defined]
    except (ImportError, ValueError, AttributeError, SyntaxError):
        return False
    return _HOOK in (source or "")
