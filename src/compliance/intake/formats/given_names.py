"""What people are told of a path whose content was laid somewhere else for the run: as they gave it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

from compliance.kernel.paths import shown

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # longer than the letter of a drive
_given: ContextVar[Mapping[Path, str]] = ContextVar(
    "compliance_given_names", default=MappingProxyType({})
)


@contextmanager
def lying(path: Path, given: str) -> Iterator[Path]:
    """Inside the block, what was given so lies at that path."""
    token = _given.set({**_given.get(), path: given})
    try:
        yield path
    finally:
        _given.reset(token)


def called(path: Path) -> str:
    """What people are told of a path: as it was given; bytes that are no letters are told as such."""
    known = _given.get()
    for place in (path, *path.parents) if known else ():
        if place in known:
            inside = path.relative_to(place).as_posix()
            return known[place] if inside == "." else f"{known[place].rstrip('/')}/{inside}"
    return shown(path)


def lying_at(given: str) -> Path:
    """Where what was given so lies."""
    for path, name in _given.get().items():
        if given == name:
            return path
        if given.startswith(head := f"{name.rstrip('/')}/"):
            return path / given.removeprefix(head)
    return Path(given)


def is_uri(text: str) -> bool:
    """Whether a path names the file system that it is on."""
    return _URI.match(text) is not None
