"""Every call that changes the disk, counted: what a run leaves if it ends at one of them.

Reading is not counted. A run that is killed changes nothing more, whatever its own clearing up may try.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

CHANGES = (
    "open", "mkdir", "rename", "replace", "link", "symlink", "unlink", "remove", "rmdir", "chmod",
    "utime", "truncate", "ftruncate", "fsync",
)  # fmt: skip
Untyped = Any


class KilledError(BaseException):
    """The run is dead: raised by every further call."""


class Disk:
    """The calls of one run, in the thread that makes this. before, after: what happens then, given the number of the call and its name."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        before: Callable[[int, str], object] = lambda *_: None,
        after: Callable[[int, str], object] = lambda *_: None,
    ) -> None:
        self.calls: list[str] = []
        self._before, self._after, self._looking = before, after, False
        self._thread = threading.get_ident()
        for name in CHANGES:
            monkeypatch.setattr(os, name, partial(self._call, name, getattr(os, name)))
        monkeypatch.setattr(os, "fdopen", self._fdopen)

    def _call(self, name: str, real: Callable[..., Untyped], *args: Untyped, **kwargs: Untyped) -> Untyped:  # fmt: skip
        if name == "open" and not args[1] & (os.O_CREAT | os.O_TRUNC):
            return real(*args, **kwargs)
        if self._looking or threading.get_ident() != self._thread:
            return real(*args, **kwargs)
        self.calls.append(name)
        self._look(self._before, name)
        made = None
        try:
            made = real(*args, **kwargs)
        finally:
            try:
                self._look(self._after, name)
            except BaseException:
                if name == "open" and made is not None:
                    os.close(made)
                raise
        return made

    def _look(self, at: Callable[[int, str], object], name: str) -> None:
        self._looking = True
        try:
            at(len(self.calls), name)
        finally:
            self._looking = False

    def _fdopen(self, descriptor: int, mode: str = "r", *rest: Untyped) -> Untyped:
        if mode != "wb":
            return io.open(descriptor, mode, *rest)  # noqa: UP020 - the counted one calls it
        return io.BufferedWriter(_CountedFile(descriptor, partial(self._call, "write")))


class _CountedFile(io.FileIO):
    def __init__(self, descriptor: int, call: Callable[..., Untyped]) -> None:
        super().__init__(descriptor, "wb")
        self._call = call

    def write(self, data: Untyped) -> int:
        written: int = self._call(super().write, data)
        return written


def kill(at: int) -> Callable[[int, str], None]:
    """Nothing reaches the disk from this call on."""

    def die(number: int, _: str) -> None:
        if number >= at:
            raise KilledError

    return die


def raised(at: int, error: BaseException, *only: str) -> Callable[[int, str], None]:
    """An error at this call; where names of calls are given, at every such one from there on."""

    def fail(number: int, name: str) -> None:
        if (number >= at and name in only) if only else number == at:
            raise error

    return fail


def tree(root: Path) -> dict[str, bytes | str]:
    """Everything below a folder: what files hold, where links lead."""
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }  # fmt: skip


def hidden(root: Path) -> list[Path]:
    """What lies below a folder that nobody should find there."""
    return [path for path in root.rglob("*") if path.name.startswith(".junheng-")]
