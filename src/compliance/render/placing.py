"""Papers are placed whole or not at all.

Everything is written into a hidden folder beside its place first (same disk, so that moving is
renaming). Only when all of it is there does it move; should a move fail, what was there before
comes back. Files that are not ours are never touched.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.errors import UsageError
from compliance.words import say

_HIDDEN = ".junheng-"


class Staged:
    """Files on their way into `out`."""

    def __init__(self, out: Path, hidden: Path) -> None:
        self._out, self._new, self._old = out, hidden / "new", hidden / "old"
        self._files: list[Path] = []
        self._made: list[Path] = []
        self._placed: list[tuple[Path, Path | None]] = []

    def put(self, relative: Path, content: bytes) -> None:
        """Write one file; it appears in `out` only after all have been written."""
        target = self._new / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self._files.append(relative)

    def place(self) -> list[Path]:
        """Move everything; returns the paths. Raises OSError with everything as it was."""
        try:
            for relative in self._files:
                self._move(relative)
        except BaseException:
            self._back()
            raise
        return [self._out / relative for relative in self._files]

    def _move(self, relative: Path) -> None:
        target, aside = self._out / relative, self._old / relative
        self._folder(target.parent)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands there", str(target))
        if target.exists() or target.is_symlink():
            aside.parent.mkdir(parents=True, exist_ok=True)
            target.rename(aside)
            self._placed.append((target, aside))
        else:
            self._placed.append((target, None))
        (self._new / relative).replace(target)

    def _folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self._folder(folder.parent)
            folder.mkdir()
            self._made.append(folder)

    def _back(self) -> None:
        for target, aside in reversed(self._placed):
            if aside is not None:
                aside.replace(target)
            else:
                target.unlink(missing_ok=True)
        for folder in reversed(self._made):
            folder.rmdir()


@contextmanager
def staged(out: Path) -> Iterator[Staged]:
    """A place to put files into before they go to `out`; call `place` at the end.

    Raises UsageError where the disk refuses, with nothing changed.
    """
    missing = _missing(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        hidden = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=out))
        try:
            yield Staged(out, hidden)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except OSError as error:
        raise _refused(out, error) from error
    finally:
        _remove_if_empty(missing)


def _missing(out: Path) -> list[Path]:
    """The folders that will have to be made for `out`, the innermost first."""
    return [folder for folder in (out, *out.parents) if not folder.exists()]


def _remove_if_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _refused(out: Path, error: OSError) -> UsageError:
    """The disk's complaint as a sentence: which path, why, what to do."""
    named = [str(name) for name in (error.filename2, error.filename) if name]
    path = next((name for name in named if _HIDDEN not in name), str(out))
    if isinstance(error, PermissionError):
        what = say("无法写入", "cannot be written")
        todo = say(
            "请关闭正在打开它的程序（WPS、Word、Excel），确认对该目录有写入权限，或换一个输出目录（-o）。",
            "Close the program that has it open, check that you may write there, or choose another folder (-o).",
        )
    elif error.errno == errno.ENOSPC:
        what = say("磁盘空间不足，未写入任何文件", "the disk is full, nothing was written")
        todo = say(
            "请清理磁盘，或换一个输出目录（-o）。", "Free some space or choose another folder (-o)."
        )
    elif isinstance(error, (FileExistsError, NotADirectoryError, IsADirectoryError)):
        what = say(
            "该名称已被占用（文件与文件夹同名），未写入任何文件",
            "the name is taken (a file where a folder is needed, or the reverse); nothing was written",
        )
        todo = say(
            "请移走或改名，或换一个输出目录（-o）。",
            "Move or rename it, or choose another folder (-o).",
        )
    else:
        reason = error.strerror or type(error).__name__
        what = say("无法写入：{reason}", "cannot be written: {reason}", reason=reason)
        todo = say("请换一个输出目录（-o）。", "Choose another folder (-o).")
    return UsageError(what, path, todo)
