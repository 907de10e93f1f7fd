"""The one road to the disk: what is written lies in a hidden folder of drafts until it is whole.

Such a folder has a random name, is open to its owner alone, and holds a lock as long as its run lives;
what a run that was killed has left, the next one that comes to the same place removes. A draft is a
file that was not there before (no planted link is followed), and is on the disk before it is moved.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from compliance.kernel import interrupts

HIDDEN = ".junheng-"
_LOCK = f"{HIDDEN}lock"  # in a folder of drafts while its run lives, in another while files move in
_PAUSE = 0.05  # seconds
_PATIENCE = 60.0  # seconds until a run that is moving its files is not waited for any longer
# What one system or the other does not have: a link is not followed, a line break not rewritten.
_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_MANY = 8  # files
ANYBODY = 0o666  # less what the user's mask says

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Drafts:
    """A hidden folder in `home`, ours until it is removed; what dead runs left there goes first."""

    def __init__(self, home: Path) -> None:
        sweep(home)
        with ExitStack() as begun:
            begun.enter_context(interrupts.told())  # what lies here is put away first
            self.folder, self.lock = _begun(home)
            begun.callback(_remove, self.folder)
            begun.callback(self.lock.close)
            self._open = begun.pop_all()
        self._numbers = count()

    def __enter__(self) -> Drafts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self.remove()

    def new(self) -> Path:
        """A free name in it."""
        return self.folder / str(next(self._numbers))

    def remove(self) -> None:
        """Remove it with all that it holds; what cannot be removed is left to the next run."""
        self._open.close()


def scratch() -> Drafts:
    """A folder for what is gone when the run ends, where the system keeps such."""
    return Drafts(Path(tempfile.gettempdir()))


@contextmanager
def own_temporary_files() -> Iterator[None]:
    """What a library writes to temporary files meanwhile lies in a folder of ours."""
    with scratch() as drafts:
        usual, tempfile.tempdir = tempfile.tempdir, str(drafts.folder)
        try:
            yield
        finally:
            tempfile.tempdir = usual


def sweep(*homes: Path) -> None:
    """Remove what the user's runs left that live no more; what is somebody else's, or in use, stays."""
    for home in homes:
        with suppress(OSError):
            for entry in list(os.scandir(home)):
                if entry.name.startswith(HIDDEN):
                    with suppress(OSError):
                        _remove_left(Path(entry.path))


def put_in_place(path: Path, fill: Callable[[BinaryIO], object], mode: int = ANYBODY) -> None:
    """Let `fill` write a draft, then move it to `path`: what is there is the old or the new, whole.

    Where `path` is a link, to where it leads; a pipe or a device takes what is written as it comes.
    """
    if is_outlet(path):
        with path.open("wb") as stream:
            fill(stream)
        return
    target = led_to(path)
    with Drafts(target.parent) as drafts:
        draft = drafts.new()
        with exclusive(draft, mode) as stream:
            fill(stream)
        take_place(draft, target)
    settle(target.parent)


@contextmanager
def exclusive(path: Path, mode: int = ANYBODY, *, settled: bool = True) -> Iterator[BinaryIO]:
    """A file that was not there before, on the disk when it is closed; not yet settled: once `settle_files` is asked."""
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS
        with os.fdopen(os.open(path, flags, mode), "wb") as stream:
            yield stream
            if settled:
                stream.flush()
                os.fsync(stream.fileno())
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say which
        raise


def settle_files(files: Sequence[Path]) -> None:
    """Files reach the disk; many at once, which costs it hardly more than one."""

    def settled(path: Path) -> None:
        with _opened(path) as file:
            os.fsync(file.fileno())

    if len(files) < _MANY:
        for one in files:
            settled(one)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_MANY) as pool:
        for _ in pool.map(settled, files):  # raises what one of them raised
            pass


def take_place(draft: Path, target: Path) -> None:
    """Move a draft to its place, with the permissions of the file that stood there."""
    with suppress(OSError):
        draft.chmod(stat.S_IMODE(target.stat().st_mode) & 0o777)
    draft.replace(target)


def settle(folder: Path) -> None:
    """The names in a folder reach the disk too, where the system can be asked for it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno == errno.EIO:
            raise


def is_outlet(path: Path) -> bool:
    """Whether it is there and neither file nor folder: a pipe or a device takes no replacement."""
    return path.exists() and not path.is_file() and not path.is_dir()


def led_to(path: Path) -> Path:
    """`path` itself, or where it leads if it is a link. Raises OSError for links in a circle."""
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While files are moved into a folder no other run moves its own there, so that none mix.

    Raises BlockingIOError where another does not come to an end.
    """
    path, waited, held = folder / _LOCK, 0.0, None
    while held is None:
        try:
            held = _held(path)
        except BlockingIOError as error:
            if waited >= _PATIENCE:
                raise BlockingIOError(error.errno, error.strerror, str(folder)) from error
            time.sleep(_PAUSE)
            waited += _PAUSE
        except PermissionError:  # another user's, left there for good
            break
    try:
        yield
    finally:
        if held is not None:
            _let_go(held, path)


def _begun(home: Path) -> tuple[Path, BinaryIO]:
    """A new folder and its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=home))
        try:
            return folder, _held(folder / _LOCK)
        except (FileNotFoundError, BlockingIOError):  # another run took it for one left
            continue
        except BaseException:
            _remove(folder)
            raise


def _held(path: Path) -> BinaryIO:
    """The lock at `path`, ours until it is closed or the process ends. BlockingIOError where it is taken.

    On a disk that knows no locks there is none: every run goes on, and removes nobody's drafts.
    """
    file = _opened(path, os.O_CREAT)
    try:
        _locked(file)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.lstat()):
                return file
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), str(path))  # it was removed
    except BaseException:
        file.close()
        raise


def _locked(file: BinaryIO) -> bool:
    """Lock an open file; whether the disk could. BlockingIOError where another run has it."""
    try:
        _take(file.fileno())
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


def _opened(path: Path, more: int = 0) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | _AS_IT_IS | more, ANYBODY), "r+b")


def _let_go(held: BinaryIO, path: Path) -> None:
    """Remove a lock while it is held; where an open file cannot be removed, after it is closed."""
    if os.name == "nt":
        held.close()
    try:
        with suppress(OSError):
            path.unlink()
    finally:
        held.close()


def _remove_left(path: Path) -> None:
    """Remove a folder of drafts, or the lock of files that move, whose run is dead.

    Raises OSError where it is no such thing, or in use.
    """
    seen = path.lstat()
    if hasattr(os, "getuid") and seen.st_uid != os.getuid():
        return
    if stat.S_ISDIR(seen.st_mode):
        try:
            lock = _opened(path / _LOCK)
        except FileNotFoundError:
            path.rmdir()  # only if it is empty: its run died before it had a lock, or after
            return
        with lock:
            left = _locked(lock)
            if left:
                _remove(path)
        if left:  # where an open file cannot be removed
            _remove(path)
    elif path.name == _LOCK and stat.S_ISREG(seen.st_mode):
        lock = _opened(path)
        with lock:
            if _locked(lock):
                _let_go(lock, path)


def _remove(folder: Path) -> None:
    """Remove a folder of drafts, its lock last: what is left of it on the way is known for ours."""
    with suppress(OSError):
        for entry in list(folder.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != _LOCK:
                entry.unlink(missing_ok=True)
        (folder / _LOCK).unlink(missing_ok=True)
        folder.rmdir()
