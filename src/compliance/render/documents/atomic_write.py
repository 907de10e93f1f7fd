"""Papers are placed whole or not at all.

Everything is written into a hidden folder beside its place first (same disk, so that moving is
renaming). Only when all of it is there does it move; should a move fail, what was there before
comes back. Files that are not ours are never touched; ours that somebody may have filled in are
moved aside, never overwritten.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO

from compliance.kernel.errors import UsageError, reason
from compliance.kernel.i18n import pick, say
from compliance.render.documents.printable import shortened


def write_whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Let `fill` write beside `path`, then move the result into place.

    Raises UsageError where the file cannot be written.
    """
    special = path.exists() and not path.is_file()  # a pipe or a device takes no replacement
    draft = path if special else path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as stream:
            fill(stream)
        if not special:
            draft.replace(path)
    except OSError as error:
        raise UsageError(
            say("不能写入：{why}", "cannot be written: {why}", why=reason(error)),
            where=str(path),
            todo=say(
                "检查文件夹是否存在、可写，文件是否正被打开，磁盘是否已满",
                "check that the folder exists and can be written, that the file is not open, "
                "and that the disk is not full",
            ),
        ) from error
    finally:
        if not special:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


_HIDDEN = ".junheng-"
DRAFTS = "旧稿"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has written; its length is the number of papers.

    kept: earlier papers that differ from the new ones and may have been filled in, where they are
    now. stale: earlier papers of schools that are no longer in the data, likewise.
    """

    papers: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    stale: tuple[Path, ...] = ()

    def __len__(self) -> int:
        return len(self.papers)

    def told(self) -> list[str]:
        """What was moved aside and where to, a sentence each; empty where nothing was."""
        lines = []
        for moved, zh, en in (
            (self.kept, "原有{n}份与新稿不同（可能已填写），移到 {where}",
             "{n} earlier papers differ from the new ones (filled in, perhaps): moved to {where}"),
            (self.stale, "原有{n}份所属学校已不在数据中，移到 {where}",
             "{n} earlier papers are of schools no longer in the data: moved to {where}"),
        ):  # fmt: skip
            if moved:
                places = list(dict.fromkeys(str(_drafts_of(path)) for path in moved))
                tail = pick("等{count}处", " and others, {count} in all")
                lines.append(say(zh, en, n=len(moved), where=shortened(places, tail)))
        return lines


def _drafts_of(path: Path) -> Path:
    return next((up for up in path.parents if up.name.startswith(DRAFTS)), path.parent)


class Staged:
    """Files on their way into `out`."""

    def __init__(self, out: Path, hidden: Path) -> None:
        self._out, self._new, self._old = out, hidden / "new", hidden / "old"
        self._files: dict[Path, bool] = {}
        self._stale: list[Path] = []
        self._made: list[Path] = []
        self._placed: list[tuple[Path, Path | None]] = []
        self._drafts: dict[Path, Path] = {}

    def put(self, relative: Path, content: bytes, *, keep: bool = False) -> None:
        """Write one file; it appears in `out` only after all have been written.

        keep: a file of other content that stands there is moved to a folder of old drafts.
        """
        target = self._new / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self._files[relative] = keep

    def retire(self, relative: Path) -> None:
        """An existing file moves to the old drafts with the others."""
        self._stale.append(relative)

    def place(self) -> Written:
        """Move everything. Raises OSError with everything as it was."""
        try:
            stale = tuple(self._retired(relative) for relative in self._stale)
            kept = tuple(filter(None, map(self._move, self._files)))
        except BaseException:
            self._back()
            raise
        return Written(tuple(self._out / relative for relative in self._files), kept, stale)

    def _move(self, relative: Path) -> Path | None:
        """Move one file in; returns where the one that stood there is kept, if it is."""
        target, aside = self._out / relative, self._old / relative
        self._folder(target.parent)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands there", str(target))
        kept = self._retired(relative) if self._differs(relative) else None
        if _taken(target):
            aside.parent.mkdir(parents=True, exist_ok=True)
            target.rename(aside)
            self._placed.append((target, aside))
        else:
            self._placed.append((target, None))
        (self._new / relative).replace(target)
        return kept

    def _differs(self, relative: Path) -> bool:
        """Whether a file to be kept stands there with another content."""
        target = self._out / relative
        if not (self._files[relative] and target.is_file()):
            return False
        return target.read_bytes() != (self._new / relative).read_bytes()

    def _retired(self, relative: Path) -> Path:
        """Move a file to the first free folder of old drafts beside it, one a run and county."""
        county = Path(relative.parts[0])
        if county not in self._drafts:
            numbers = (self._out / county / f"{DRAFTS}{number}" for number in count(1))
            self._drafts[county] = next(folder for folder in numbers if not _taken(folder))
        target = self._out / relative
        aside = self._drafts[county] / relative.relative_to(county)
        self._folder(aside.parent)
        target.rename(aside)
        self._placed.append((target, aside))
        return aside

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


def _taken(path: Path) -> bool:
    return path.exists() or path.is_symlink()


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
        what = say("无法写入：{why}", "cannot be written: {why}", why=reason(error))
        todo = say("请换一个输出目录（-o）。", "Choose another folder (-o).")
    return UsageError(what, path, todo)
