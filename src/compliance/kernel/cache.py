"""What was worked out once, kept in the user's own folder for the next run: the same, or not at all.

The folder is ``junheng`` in ``COMPLIANCE_CACHE``, else in the system's folder for caches; with
``COMPLIANCE_CACHE=off`` there is none. What lies there is believed only where nobody else can have
put it there: file and folder are the user's, and no one else may write them or what leads to them.
What is read holds plain values and the classes asked for, whatever the file says. Anything else
(torn, foreign, another version's) is made anew; a folder that cannot be written is no fault.
"""

from __future__ import annotations

import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TypeVar, cast

from compliance.kernel import environment
from compliance.kernel.drafts import put_in_place

KEPT = 64  # files; the oldest give way
_PLAIN = (date, Decimal, type(Path()))
_PROGRAM = Path(__file__).parents[1]
_SEAL = sha256().digest_size

Made = TypeVar("Made")


def digest(pieces: Iterable[bytes]) -> bytes:
    """A digest that tells any two lists of pieces apart."""
    found = sha256()
    for piece in pieces:
        found.update(len(piece).to_bytes(8, "big") + piece)
    return found.digest()


def stamp(files: Iterable[Path]) -> bytes:
    """Which state files are in: another after every change of one."""
    seen = ((file, file.stat()) for file in files)
    return digest(f"{file} {one.st_size} {one.st_mtime_ns}".encode() for file, one in seen)


@cache
def _program() -> bytes:
    found = (Path(home, name) for home, _, names in os.walk(_PROGRAM) for name in names)
    code = stamp(sorted(file for file in found if file.suffix == ".py"))
    return digest([version("junheng").encode(), sys.version.encode(), code])


def remembered(key: Iterable[bytes], classes: Iterable[type], make: Callable[[], Made]) -> Made:
    """What `make` makes, or what it made when this program last asked by this key.

    key: everything on which the result depends beside the program itself. classes: what it consists
    of beside plain values, days, decimals and paths; nothing else is ever loaded.
    """
    home = folder()
    if home is None:
        return make()
    path = home / f"{digest([_program(), *key]).hex()}.pickle"
    with suppress(Exception):  # whatever is wrong with it, it is made anew
        return cast("Made", _load(path, classes))
    made = make()
    with suppress(Exception):  # no place to keep it, or a plugin's class that cannot be kept
        _keep(path, made)
    return made


def folder() -> Path | None:
    """Where results are kept; None where nothing is, or where nobody can tell whose a file is."""
    asked = environment.asked(environment.CACHE)
    if asked == environment.OFF or not hasattr(os, "getuid"):
        return None
    usual = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(usual)  # noqa: PTH111 - raises nothing
    if not asked and not Path(base).is_absolute():  # nobody's home
        return None
    return Path(os.path.realpath(asked or base), "junheng")


def is_own(home: Path) -> bool:
    """Whether what lies in a folder can be believed to be the user's own; what is not there yet can be."""
    try:
        _check_folder(home)
    except OSError:
        return False
    return True


def _load(path: Path, classes: Iterable[type]) -> object:
    """Raises something where the file is not there, not the user's own, or not as it was written."""
    _check_own(path, stat.S_ISREG)
    _check_folder(path.parent)
    raw = path.read_bytes()
    seal, kept = raw[:_SEAL], raw[_SEAL:]
    if sha256(kept).digest() != seal:
        raise ValueError(path)
    return _Reader(kept, classes).load()


def _check_own(path: Path, kind: Callable[[int], bool]) -> None:
    """PermissionError for what is of another kind (a link), another's, or open to others."""
    seen = path.lstat()
    own = seen.st_uid == os.getuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not own or not kind(seen.st_mode):
        raise PermissionError(path)


def _check_folder(folder: Path) -> None:
    """PermissionError where others than the user and the system can put something in its place.

    Above it, in a folder like /tmp (sticky), they can add something, and touch nothing that is there.
    What is not there yet is nobody's.
    """
    with suppress(FileNotFoundError):
        _check_own(folder, stat.S_ISDIR)
    for above in folder.parents:
        with suppress(FileNotFoundError):
            seen = above.lstat()
            closed = not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or seen.st_mode & stat.S_ISVTX
            if seen.st_uid not in (0, os.getuid()) or not closed:
                raise PermissionError(above)


class _Reader(pickle.Unpickler):
    """Reads plain values and a few classes; every other name in the file is refused."""

    def __init__(self, kept: bytes, classes: Iterable[type]) -> None:
        super().__init__(BytesIO(kept))
        self._known = {(one.__module__, one.__qualname__): one for one in (*_PLAIN, *classes)}

    def find_class(self, module: str, name: str) -> type:
        """One of the known classes."""
        if (module, name) not in self._known:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return self._known[module, name]


def _keep(path: Path, made: object) -> None:
    """Write it whole or not at all, and let the oldest go."""
    folder = path.parent
    _check_folder(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = pickle.dumps(made, protocol=5)
    path.unlink(missing_ok=True)  # a link, or with permissions that do not hold for ours
    put_in_place(path, lambda file: file.write(sha256(kept).digest() + kept), 0o600)
    files = sorted(
        folder.glob(f"*{path.suffix}"), key=lambda one: one.stat().st_mtime_ns, reverse=True
    )
    for old in files[KEPT:]:
        old.unlink(missing_ok=True)
