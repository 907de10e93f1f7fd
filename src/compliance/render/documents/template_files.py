"""Where templates are found: in the directories given, then among our own, by a plain name.

A directory may come from anybody: nothing outside of it is read, be it by a name such as
``../x`` or by a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from compliance.kernel.errors import PackError, reason
from compliance.kernel.i18n import msg, say
from compliance.kernel.paths import real

_CORE = "core:"
_LARGEST = 20_000_000  # bytes of one template


def found(name: str, template_dirs: Sequence[Path]) -> tuple[str, bytes] | None:
    """The path of the nearest template of that name and its content; None where there is none.

    Our own go by their bare names; ``core:NAME`` is ours whatever the directories have, so that one
    that replaces it can extend it. Raises PackError for a link that leads out of its directory, a
    template that cannot be read or is larger than any is.
    """
    bare = name.removeprefix(_CORE)
    if not _plain(bare):
        return None
    for folder in template_dirs if bare == name else ():
        if (path := folder / name).is_file():
            return str(path), _content(path, folder)
    bundled = files("compliance.templates").joinpath(bare)
    return (bare, bundled.read_bytes()) if bundled.is_file() else None


def names(suffix: str, template_dirs: Sequence[Path]) -> list[str]:
    """The names of all templates with that suffix, ours and others."""
    folders = [files("compliance.templates"), *(one for one in template_dirs if one.is_dir())]
    found_ = (one.name for folder in folders for one in folder.iterdir())
    return sorted({name for name in found_ if name.endswith(suffix)})


def fault(what: str, where: str) -> PackError:
    """A template is wrong; where: its file and line."""
    return PackError(
        say("模板有误：{what}", what=what),
        where,
        msg(
            "请改正这个模板（省级插件的，或 --templates 所给文件夹里的），或删去它以使用内置模板。"
        ),
        "template",
    )


def _plain(name: str) -> bool:
    return name not in ("", ".", "..") and not set(name) & set("/\\:\0")


def _content(path: Path, folder: Path) -> bytes:
    try:
        if not real(path).is_relative_to(real(folder)):
            raise fault(msg("链接指向模板文件夹之外"), str(path))
        if path.stat().st_size > _LARGEST:
            raise fault(say("文件超过{n}MB", n=_LARGEST // 1_000_000), str(path))
        return path.read_bytes()
    except OSError as error:
        raise fault(reason(error), str(path)) from error
