"""Outputs are written whole or not at all: one file, or all papers of a run.

Everything becomes a draft first, on the disk of its place, so that moving is renaming. Should a move
fail or be interrupted, what was there before comes back; should the run be killed, nothing is lost. An
output that is a link is written where the link leads. Files that are not ours are never touched;
ours that somebody may have filled in are kept aside, never overwritten.

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
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from compliance.kernel.drafts import (
    ANYBODY,
    HIDDEN,
    Drafts,
    alone,
    exclusive,
    is_outlet,
    led_to,
    put_in_place,
    settle,
    settle_files,
    sweep,
    take_place,
)
from compliance.kernel.errors import JunhengError, NoFontError, UsageError, reason
from compliance.kernel.i18n import msg, plural, say
from compliance.kernel.journal import step
from compliance.render.documents.text import printable, shortened

Aside = Callable[[Path], Path]  # the path of a file → a free one, for what stands in it now

DRAFTS = "旧稿"
# What no file system of the offices takes, and what could lead out of the folder.
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_DEVICES = re.compile(r"^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
# A name of 255 bytes is the longest a disk takes; three such parts and a suffix stay below it.
_BYTES = 75
_PACKED = (1980, 1, 1, 0, 0, 0)  # the date of every entry: same papers, same bytes


def write_whole(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Let `fill` write beside `path`, then move the result into place.

    Raises UsageError where the file cannot be written.
    """
    try:
        put_in_place(path, fill)
    except OSError as error:
        raise UsageError(
            say("不能写入：{why}", why=reason(error)),
            where=str(path),
            todo=msg("检查文件夹是否存在、可写，文件是否正被打开，磁盘是否已满"),
        ) from error
    step(lambda: say("写出 {path}", path=path))


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
        """What was kept aside and where, a sentence each; empty where nothing was."""
        told = [
            say("原有一份与新稿不同（可能已填写），存为 {path}", path=path)
            for path in self.kept
            if _drafts_of(path) is None
        ]
        moved = {
            msg("原有{n}份与新稿不同（可能已填写），移到 {where}"): self.kept,
            msg("原有{n}份所属学校已不在数据中或不再需要整改方案，移到 {where}"): self.stale,
        }
        tail = msg("等{count}处")
        for text, paths in moved.items():
            folders = [folder for folder in map(_drafts_of, paths) if folder is not None]
            if folders:
                where = shortened(list(dict.fromkeys(map(str, folders))), tail)
                told.append(text.format(n=len(folders), where=where))
        return told


def _drafts_of(path: Path) -> Path | None:
    """The folder of old drafts that a file lies in; None where it lies beside the new one."""
    return next((up for up in path.parents if up.name.startswith(DRAFTS)), None)


@dataclass(slots=True)
class _Move:
    """A file on its way in; out, where there is no draft.

    keep: where what stands there and differs is copied to. fresh: nothing may stand there. old: where
    what stood there is to be had until the run has ended; kept: for good.
    """

    path: Path
    draft: Path | None
    keep: Aside | None = None
    fresh: bool = False
    target: Path = Path()
    old: Path | None = None
    kept: Path | None = None

    def go(self) -> None:
        """Move it, in one step; where it is a pipe or a device, write it there."""
        if self.draft is not None and is_outlet(self.path):
            with self.path.open("wb") as stream:
                stream.write(self.draft.read_bytes())
        elif self.draft is not None:
            take_place(self.draft, self.target)
        elif self.old is not None:
            self.target.rename(self.old)

    def undo(self) -> None:
        """Bring back what was, at whichever step it stopped."""
        if self.draft is None:
            if self.old is not None and not os.path.lexists(self.target):
                self.old.rename(self.target)
        elif not os.path.lexists(self.draft):
            if self.old is None:
                self.target.unlink(missing_ok=True)
            else:
                self.old.replace(self.target)
        if self.kept is not None:
            self.kept.unlink(missing_ok=True)


class Staged:
    """Files on their way into `out`; wherever their paths lead where that is None."""

    def __init__(self, out: Path | None) -> None:
        self._root, self._out = out, out or Path()
        self._open = ExitStack()
        self._drafts: dict[Path, Drafts] = {}  # folder → ours in it
        self._moves: dict[Path, _Move] = {}
        self._records: set[Path] = set()
        self._made: list[Path] = []

    def put(
        self, relative: Path, content: bytes, *, keep: Aside | None = None, fresh: bool = False,
        record: bool = False, mode: int = ANYBODY,
    ) -> None:  # fmt: skip
        """Write one file; it appears in `out` only after all have been written.

        keep: where a file of other content that stands there is kept. fresh: it is an error that one
        stands there. record: it is for the program, not one of the papers. mode: its permissions,
        less what the user's mask says.
        """
        if record:
            self._records.add(relative)
        path = self._out / relative
        if self._root is None:
            self.reach(path.parent)
        draft = self._beside(path if is_outlet(path) else led_to(path))
        with exclusive(draft, mode, settled=False) as stream:
            stream.write(content)
        self._moves[relative] = _Move(path, draft, keep, fresh)

    def _pack(self, relative: Path) -> None:
        """Put all papers into one archive beside them; it is none of the papers itself."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, move in self._moves.items():
                if move.draft is not None and name not in self._records:
                    info = zipfile.ZipInfo(name.as_posix(), _PACKED)
                    info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
                    info.external_attr = 0o644 << 16
                    packed.writestr(info, move.draft.read_bytes())
        self.put(relative, stream.getvalue(), record=True)

    def retire(self, relative: Path, aside: Aside) -> None:
        """An existing file moves aside with the others."""
        self._moves[relative] = _Move(self._out / relative, None, aside)

    def place(self, archive: Path | None = None) -> Written:
        """Move everything, and all papers once more in one archive where it is asked for.

        A folder that is not there yet appears at once with all its files. In one that is there, what
        people may have filled in lies copied aside, and on the disk, before anything is moved: at no
        moment is a file missing that was there, nor half of one there. Raises OSError, or UsageError
        where something stands in the way, with everything as it was.
        """
        if archive is not None:
            self._pack(archive)
        moves = list(self._moves.values())
        settle_files([move.draft for move in moves if move.draft is not None])
        if moves and not self._appear():
            self._move_all()
        papers = [name for name, move in self._moves.items() if move.draft is not None]
        step(lambda: plural(len(papers), "写出{n}个文件，在 {path}", path=self._out))
        return Written(
            tuple(self._out / name for name in papers if name not in self._records),
            tuple(move.kept for move in moves if move.kept and move.draft),
            tuple(move.kept for move in moves if move.kept and not move.draft),
        )

    def clear(self) -> None:
        """Remove what is ours."""
        self._open.close()
        for folder in reversed(self._made):
            with suppress(OSError):
                folder.rmdir()

    def _appear(self) -> bool:
        """Let the folder appear at once, with all its files; whether it could."""
        root = self._root
        if root is None or os.path.lexists(root):
            return False
        tree = self._beside(root)
        folders = {tree}
        try:
            for relative, move in self._moves.items():
                if move.draft is not None:
                    there = tree / relative
                    there.parent.mkdir(parents=True, exist_ok=True)
                    move.draft = move.draft.rename(there)
                    folders |= {tree / up for up in relative.parents}
            for folder in folders:
                settle(folder)
            tree.rename(root)
        except OSError:  # another run made it just now; or what is wrong is told file by file
            return False
        settle(root.parent)
        return True

    def _move_all(self) -> None:
        """Move one file after the other, alone in the folder; what cannot be taken back comes last."""
        moves = sorted(self._moves.values(), key=lambda move: is_outlet(move.path))
        for move in moves:
            self.reach(move.path.parent)
        with self._alone():
            try:
                for move in moves:
                    self._remember(move)
                for folder in {move.kept.parent for move in moves if move.kept}:
                    settle(folder)
                for move in moves:
                    move.go()
            except BaseException:
                for move in moves:
                    with suppress(OSError):
                        move.undo()
                raise
        for folder in {move.target.parent for move in moves}:
            settle(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other run moves files into the same folders."""
        files = [move.path for move in self._moves.values() if not is_outlet(move.path)]
        homes = {self._root} if self._root else {path.parent for path in files}
        with ExitStack() as others:
            for home in sorted({home.resolve() for home in homes}):
                others.enter_context(alone(home))
            yield

    def reach(self, folder: Path) -> None:
        """Make a folder with those above it, which go again in the end where they stay empty."""
        self._made += reversed([up for up in (folder, *folder.parents) if not up.exists()])
        folder.mkdir(parents=True, exist_ok=True)

    def _beside(self, target: Path) -> Path:
        """A free name on the disk of `target`."""
        home = self._home(target)
        if home not in self._drafts:
            self._drafts[home] = self._open.enter_context(Drafts(home))
        return self._drafts[home].new()

    def _home(self, target: Path) -> Path:
        """Where its draft lies: in `out`, or beside it while that is not there; else near the target."""
        root = self._root
        near = next(up for up in target.parents if up.is_dir())
        if is_outlet(target):
            return Path(tempfile.gettempdir())
        if root is None or root not in target.parents:
            return near
        if not root.is_dir():
            return root.parent
        return root if near.stat().st_dev == root.stat().st_dev else near

    def _remember(self, move: _Move) -> None:
        """Have what stands in a file's place a second time: for good if it is to be kept."""
        target = move.target = led_to(move.path)
        if move.fresh and os.path.lexists(target):
            raise occupied(move.path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder stands there", str(target))
        if not target.is_file():
            return
        if move.keep and not (move.draft and target.read_bytes() == move.draft.read_bytes()):
            kept = move.keep(move.path)
            self.reach(kept.parent)
            copy = self._beside(kept)
            _copy(target, copy)
            move.kept = kept
            copy.rename(kept)
        move.old = self._beside(target)
        if move.draft is not None:
            try:
                os.link(target, move.old)
            except OSError:  # a disk that knows no second names, or a file of somebody else's
                _copy(target, move.old)


def _copy(source: Path, target: Path) -> None:
    """A file once more, with its date and permissions, on the disk."""
    with exclusive(target) as stream:
        stream.write(source.read_bytes())
    with suppress(OSError):
        shutil.copystat(source, target)


def old_drafts(out: Path) -> Aside:
    """Earlier papers go to the first free folder of old drafts in their county's, one a run."""

    @cache
    def drafts(county: str) -> Path:
        numbers = (out / county / f"{DRAFTS}{number}" for number in count(1))
        return next(folder for folder in numbers if not os.path.lexists(folder))

    def aside(path: Path) -> Path:
        county, *rest = path.relative_to(out).parts
        return drafts(county).joinpath(*rest)

    return aside


def beside(path: Path) -> Path:
    """The first free name beside a file for what stands in it now: ``申报表_旧稿1.xlsx``."""
    names = (path.with_name(f"{path.stem}_{DRAFTS}{n}{path.suffix}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))


@contextmanager
def staged(out: Path | None) -> Iterator[Staged]:
    """A place to put files into before they go to `out`; call `place` at the end.

    What earlier runs that were killed left in `out`, or beside it, is removed. None: every file goes
    where its own path leads. Raises UsageError where the disk refuses, with nothing changed.
    """
    place = Staged(out)
    try:
        if out is not None:
            place.reach(out.parent)
            sweep(out.parent, out)
            if out.exists() and not out.is_dir():
                raise FileExistsError(errno.EEXIST, "a file stands there", str(out))
        yield place
    except OSError as error:
        raise _refused(out or Path(), error) from error
    finally:
        place.clear()


def write_beside(files: Mapping[Path, bytes]) -> Written:
    """Write files wherever they go, all or none; what stands there and differs is kept beside.

    Raises UsageError where one cannot be written.
    """
    with staged(None) as place:
        for path, content in files.items():
            place.put(path, content, keep=beside)
        return place.place()


def occupied(path: Path) -> UsageError:
    """Something stands where nothing may stand."""
    return UsageError(
        msg("文件已存在，可能已填写"), where=str(path), todo=msg("请换个文件名或先移走")
    )


def _refused(out: Path, error: OSError) -> UsageError:
    """The disk's complaint as a sentence: which path, why, what to do.

    Of what is hidden the user knows nothing.
    """
    named = [str(name) for name in (error.filename2, error.filename) if name]
    path = next((name for name in named if HIDDEN not in name), str(out))
    todo = msg("请换一个输出目录（-o）。")
    if isinstance(error, PermissionError):
        what = msg("无法写入")
        todo = msg(
            "请关闭正在打开它的程序（WPS、Word、Excel），确认对该目录有写入权限，或换一个输出目录（-o）。"
        )
    elif isinstance(error, BlockingIOError):
        what = msg("另一次运行正往这里写，等不到它结束，未写入任何文件")
        todo = msg("请等它结束再运行。")
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
