"""Paths as a disk has them: names that are no text, links in a circle, folders that nobody may enter."""

from __future__ import annotations

import os
from pathlib import Path


def shown(path: Path | str) -> str:
    """A path in what is said and written: bytes that are no letters, such as GBK on a disk of POSIX, as such."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def is_text(path: Path) -> bool:
    """Whether all of it is letters."""
    return shown(path) == str(path)


def is_folder(path: Path) -> bool:
    """Whether it is a folder, or a link to one; not where it lies in one that may not be entered."""
    return os.path.isdir(path)  # noqa: PTH112 - pathlib's raises


def is_there(path: Path) -> bool:
    """Whether there is something of this name, were it a link that leads nowhere, or nobody can say."""
    try:
        path.lstat()
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)
    return True


def real(path: Path) -> Path:
    """Where a path leads to; of links in a circle one of them."""
    return Path(os.path.realpath(path))
