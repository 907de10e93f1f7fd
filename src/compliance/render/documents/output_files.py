"""Outputs are written whole or not at all: one file, or all papers of a run.

Everything is written into hidden folders of random names beside its place first (same disk, so
that moving is renaming), in files that did not exist before, and reaches the disk before it moves.
Should a move fail or be interrupted, what was there before comes back. An output that is a link is
written where the link leads. Files that are not ours are never touched; ours that somebody may
have filled in are moved aside, never overwritten.

Names made from what a county typed are harmless, short, and never twice in a folder.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from compliance.kernel.errors import JunhengError, NoFontError, UsageError, reason
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.journal import step
from compliance.render.documents.text import printable, shortened

DRAFTS = "旧稿"
# What no file system of the offices takes, and what could lead out of the folder.
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_DEVICES = re.compile(r"^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# A name of 255 bytes is the longest a disk takes; three such parts and a suffix stay below it.
_BYTES = 75
_HIDDEN = ".junheng-"
_PACKED = (1980, 1, 1, 0, 0, 0)  # the date of every entry: same papers, same bytes
_EXCLUSIVE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
# What one system or the other does not have: a link is not followed, a line break not rewritten.
_EXCLUSIVE |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write_whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Let `fill` write beside `path`, then move the result into place.

    Raises UsageError where the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes no replacement
            with path.open("wb") as stream:
                fill(stream)
            return
        target = _led_to(path)
        with tempfile.TemporaryDirectory(
            prefix=_HIDDEN, dir=target.parent, ignore_cleanup_errors=True
        ) as folder:
            draft = Path(folder) / "draft"
            with _exclusive(draft) as stream:
                fill(stream)
            draft.replace(target)
        _settle(target.parent)
        step(lambda: say("写出 {path}", path=path))
    except OSError as error:
        raise UsageError(
            say("不能写入：{why}", why=reason(error)),
            where=str(path),
            todo=msg("检查文件夹是否存在、可写，文件是否正被打开，磁盘是否已满"),
        ) from error


@dataclass(frozen=True, slots=True)
class Written:
    """What a run has written; its length is the number of papers.

    kept: earlier papers that differ from the new ones and may have been filled in, where they are
    now. stale: earlier papers of schools that need none any more, likewise. faults: what was
    not written, because a template or an earlier list is wrong. said, warned: what else there is to say,
    and to complain of.
    """

    papers: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    stale: tuple[Path, ...] = ()
    faults: tuple[JunhengError, ...] = ()
    said: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.papers)

    def with_faults(self, faults: Iterable[JunhengError]) -> Written:
        """The same, with what was not written: a machine without Chinese fonts is only warned of."""
        fonts = [one for one in faults if isinstance(one, NoFontError)]
        warned = dict.fromkeys((*self.warned, *map(str, fonts)))
        rest = tuple(one for one in faults if one not in fonts)
        return replace(self, faults=(*self.faults, *rest), warned=tuple(warned))

    def told(self) -> list[str]:
        """What was moved aside and where to, a sentence each; empty where nothing was."""
        told = {
            msg("原有{n}份与新稿不同（可能已填写），移到 {where}"): self.kept,
            msg("原有{n}份所属学校已不在数据中或不再需要整改方案，移到 {where}"): self.stale,
        }
        tail = msg("等{count}处")
        return [
            text.format(n=len(moved), where=shortened(_drafts_of(moved), tail))
            for text, moved in told.items()
            if moved
        ]


def _drafts_of(moved: tuple[Path, ...]) -> list[str]:
    """The folders of old drafts that files were moved to, each once."""
    folders = (
        next((up for up in path.parents if up.name.startswith(DRAFTS)), path.parent)
        for path in moved
    )
    return list(dict.fromkeys(map(str, folders)))


class Staged:
    """Files on their way into `out`."""

    def __init__(self, out: Path, aside: Callable[[Path], Path]) -> None:
        self._out, self._aside = out, aside
        self._hidden: dict[Path, Path] = {}  # folder → ours in it
        self._drafts: dict[Path, tuple[Path, bool]] = {}  # relative → its draft, whether to keep
        self._records: set[Path] = set()
        self._stale: list[Path] = []
        self._made: list[Path] = []
        self._moves: list[tuple[Path, Path]] = []
        self._numbers = count()
        self._stuck = False

    def put(
        self, relative: Path, content: bytes, *, keep: bool = False, record: bool = False
    ) -> None:
        """Write one file; it appears in `out` only after all have been written.

        keep: a file of other content that stands there is kept aside. record: it is for the program,
        not one of the papers.
        """
        if record:
            self._records.add(relative)
        draft = self._beside(_led_to(self._out / relative))
        with _exclusive(draft) as stream:
            stream.write(content)
        self._drafts[relative] = (draft, keep)

    def _pack(self, relative: Path) -> None:
        """Put all papers into one archive beside them; it is none of the papers itself."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, (draft, _) in self._drafts.items():
                if name not in self._records:
                    info = zipfile.ZipInfo(name.as_posix(), _PACKED)
                    info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                    info.external_attr = 0o644 << 16
                    packed.writestr(info, draft.read_bytes())
        self.put(relative, stream.getvalue(), record=True)

    def retire(self, relative: Path) -> None:
        """An existing file moves aside with the others."""
        self._stale.append(relative)

    def place(self, archive: Path | None = None) -> Written:
        """Move everything, and all papers once more in one archive where it is asked for.

        Raises OSError with everything as it was.
        """
        if archive is not None:
            self._pack(archive)
        try:
            stale = tuple(self._keep(self._out / relative) for relative in self._stale)
            kept = tuple(filter(None, map(self._move, self._drafts)))
        except BaseException:
            self._stuck = True
            for source, target in reversed(self._moves):
                if os.path.lexists(target) and not os.path.lexists(source):
                    target.rename(source)
            self._stuck = False
            raise
        for folder in dict.fromkeys(target.parent for _, target in self._moves):
            _settle(folder)
        step(lambda: plural(len(self._drafts), "写出{n}个文件，在 {path}", path=self._out))
        papers = (relative for relative in self._drafts if relative not in self._records)
        return Written(tuple(self._out / relative for relative in papers), kept, stale)

    def folder(self, folder: Path) -> None:
        """Make a folder with those above it; whichever stay empty go again in the end."""
        self._made += reversed([up for up in (folder, *folder.parents) if not up.exists()])
        folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Remove what is ours; where something could not be brought back, it stays."""
        for hidden in () if self._stuck else self._hidden.values():
            shutil.rmtree(hidden, ignore_errors=True)
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def _beside(self, target: Path) -> Path:
        """A free name on the disk of `target`, in the nearest folder that is there."""
        folder = next(up for up in target.parents if up.is_dir())
        if folder not in self._hidden:
            self._hidden[folder] = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=folder))
        return self._hidden[folder] / str(next(self._numbers))

    def _move(self, relative: Path) -> Path | None:
        """Move one file in; returns where the one that stood there is kept, if it is."""
        path, (draft, keep) = self._out / relative, self._drafts[relative]
        self.folder(path.parent)
        target = _led_to(path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands there", str(target))
        kept = None
        if keep and target.is_file() and target.read_bytes() != draft.read_bytes():
            kept = self._keep(path)
        elif os.path.lexists(target):
            self._rename(target, self._beside(target))
        self._rename(draft, target)
        return kept

    def _keep(self, path: Path) -> Path:
        """Move a file aside; from another disk, where a link led there, by a copy."""
        aside, source = self._aside(path), _led_to(path)
        self.folder(aside.parent)
        try:
            self._rename(source, aside)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            copy = self._beside(aside)
            with _exclusive(copy) as stream:
                stream.write(source.read_bytes())
            self._rename(copy, aside)
            self._rename(source, self._beside(source))
        return aside

    def _rename(self, source: Path, target: Path) -> None:
        """Move what can be moved back; it is noted before, so that no interrupt finds it unknown."""
        self._moves.append((source, target))
        source.rename(target)


def _to_drafts(out: Path) -> Callable[[Path], Path]:
    """Earlier papers go to the first free folder of old drafts in their county's, one a run."""

    @cache
    def drafts(county: str) -> Path:
        numbers = (out / county / f"{DRAFTS}{number}" for number in count(1))
        return next(folder for folder in numbers if not os.path.lexists(folder))

    def aside(path: Path) -> Path:
        county, *rest = path.relative_to(out).parts
        return drafts(county).joinpath(*rest)

    return aside


@contextmanager
def staged(out: Path, aside: Callable[[Path], Path] | None = None) -> Iterator[Staged]:
    """A place to put files into before they go to `out`; call `place` at the end.

    aside: path of a file → the free one to which it moves to be kept; without it a folder of old
    drafts in the county's. Raises UsageError where the disk refuses, with nothing changed.
    """
    place = Staged(out, aside or _to_drafts(out))
    try:
        place.folder(out)
        yield place
    except OSError as error:
        raise _refused(out, error) from error
    finally:
        place.clear()


def beside(path: Path) -> Path:
    """The first free name beside a file for what stands in it now: ``申报表_旧稿1.xlsx``."""
    names = (path.with_name(f"{path.stem}_{DRAFTS}{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))


def write_beside(files: Mapping[Path, bytes]) -> Written:
    """Write files wherever they go, all or none; what stands there and differs is kept beside.

    Raises UsageError where one cannot be written.
    """
    with staged(Path(), beside) as place:
        for path, content in files.items():
            place.put(path, content, keep=True)
        return place.place()


@contextmanager
def _exclusive(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there before, on the disk when it is closed."""
    try:
        with os.fdopen(os.open(path, _EXCLUSIVE, 0o666), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say which
        raise


def _settle(folder: Path) -> None:
    """The names in a folder reach the disk too, where the system can be asked for it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _led_to(path: Path) -> Path:
    """`path` itself, or where it leads if it is a link. Raises OSError for links in a circle."""
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def _refused(out: Path, error: OSError) -> UsageError:
    """The disk's complaint as a sentence: which path, why, what to do.

    Of what is hidden the user knows nothing: the folder that it stands in is named.
    """
    named = sorted(
        (str(name) for name in (error.filename2, error.filename) if name),
        key=lambda name: _HIDDEN in name,
    )
    path = str(Path(named[0].partition(_HIDDEN)[0]) if named else out)
    todo = msg("请换一个输出目录（-o）。")
    if isinstance(error, PermissionError):
        what = msg("无法写入")
        todo = msg(
            "请关闭正在打开它的程序（WPS、Word、Excel），确认对该目录有写入权限，或换一个输出目录（-o）。"
        )
    elif error.errno == errno.ENOSPC:
        what = msg("磁盘空间不足，未写入任何文件")
        todo = msg("请清理磁盘，或换一个输出目录（-o）。")
    elif isinstance(error, (FileExistsError, NotADirectoryError, IsADirectoryError)):
        what = msg("该名称已被占用（文件与文件夹同名），未写入任何文件")
        todo = msg("请移走或改名，或换一个输出目录（-o）。")
    else:
        what = say("无法写入：{why}", why=reason(error))
    return UsageError(what, path, todo)


def safe(text: object) -> str:
    """One part of a file name: reserved signs replaced, dots and blanks at its ends gone, cut."""
    name = _RESERVED.sub("_", unicodedata.normalize("NFC", printable(text))).strip(" .　")
    while len(name.encode("utf-8")) > _BYTES:
        name = name[:-1]
    return name.rstrip(" .　")


def joined(*parts: object) -> str:
    """``340199_样县_2023``: the parts that are not empty, made safe."""
    name = "_".join(part for part in map(safe, parts) if part) or "_"
    return f"_{name}" if _DEVICES.match(name) else name


class Names:
    """Hands out names of one folder; two that a disk could take for one get a suffix."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """`name`, or `name_2`, `name_3` … where it is taken."""
        for made in chain((name,), (f"{name}_{number}" for number in count(2))):
            key = unicodedata.normalize("NFKC", made).casefold()
            if key not in self._taken:
                break
        self._taken.add(key)
        return made
