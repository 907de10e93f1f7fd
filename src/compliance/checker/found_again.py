"""The files that results were made from, found again by their digests and laid out as they lay.

Results may be anybody's, and so may the paths in them. A file is read only where its digest is the
one that they state, or where the user named it; nothing is ever written where they point.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from compliance.assessment.replay import CHANGED, MISSING, ReplayDifference
from compliance.intake.limits import MOST_FILES, MOST_OF_A_TABLE
from compliance.rules.language.pack import MAX_PACK_BYTES

_TEXTS = (".toml", ".json")  # whose digest may be that of their lines, whatever ends these


@dataclass(frozen=True)
class Wanted:
    """Something that was named on a command line: a file, or a folder with what was read in it.

    key: of the manifest. path: as it was named. files: way from there (empty for the file itself) →
    digest, empty where none is stated. lines: the digests are of lines, whatever ends them.
    """

    key: str
    path: str
    files: Mapping[str, str]
    lines: bool = False

    @property
    def name(self) -> str:
        """What it is called; of ``.`` and ``..`` nobody knows."""
        name = Path(self.path).name
        return "_" if name in ("", "..") else name

    def lies_at(self, path: Path) -> bool:
        """Whether all its files lie at a path as they were."""
        return all(self.holds(path / way, digest) for way, digest in self.files.items())

    def holds(self, path: Path, digest: str) -> bool:
        """Whether a file of its is as it was."""
        return bool(digest) and _digest(path, lines=self.lines) == digest


@dataclass
class FoundFiles:
    """Where the wanted things are now.

    in_place: everything is where it was. at: of each thing, way → path, as far as it was found.
    whole: the folders in which all of a thing lies. differences: what was not found as it was.
    """

    in_place: bool = True
    at: dict[str, dict[str, Path]] = field(default_factory=dict)
    whole: dict[str, Path] = field(default_factory=dict)
    differences: list[ReplayDifference] = field(default_factory=list)


def find(wanted: Sequence[Wanted], beside: Path, given: Sequence[Path]) -> FoundFiles:
    """Look for everything where it was, then beside the results, then among what the user gave.

    beside: the folder of the results. given: files, and folders with all that is in them. A file
    that was given and has the name of one that is not found stands for it, and is said to differ.
    """
    found = FoundFiles()
    pool = _Pool(given)
    for one in wanted:
        followed = [Path(one.path), beside / one.path] if _may_be_followed(one.path) else []
        places = [*followed, *pool.called(one.name)]
        whole = next((path for path in places if one.lies_at(path)), None)
        found.in_place &= whole is not None and followed[:1] == [whole]
        if whole is not None:
            found.whole[one.path] = whole
            found.at[one.path] = {way: whole / way for way in one.files}
            continue
        found.at[one.path] = {}
        for way, digest in one.files.items():
            there = (path / way for path in places)
            path = next((path for path in there if one.holds(path, digest)), None)
            path = path or pool.by_digest.get(digest)
            if path is None:
                path = pool.by_name.get(Path(one.path, way).name)
                old = Path(one.path, way) if followed else None
                found.differences.append(_not_as_it_was(one, way, path or old))
            if path is not None:
                found.at[one.path][way] = path
    return found


def _not_as_it_was(one: Wanted, way: str, path: Path | None) -> ReplayDifference:
    now = "" if path is None else _digest(path, lines=one.lines)
    kind = CHANGED if now else MISSING
    return ReplayDifference(kind, str(Path(one.path, way)), one.files[way] or None, now or None)


def _may_be_followed(path: str) -> bool:
    """Whether a path leads into this machine's files: what lies on a share would be asked who we are."""
    return not path.startswith(("\\\\", "//")) and "\0" not in path


def _digest(path: Path, *, lines: bool) -> str:
    """The digest of a file; empty where there is none that anybody would have read."""
    try:
        if not path.is_file() or path.stat().st_size > (
            MAX_PACK_BYTES if lines else MOST_OF_A_TABLE
        ):
            return ""
        with path.open("rb") as stream:
            if not lines:
                return hashlib.file_digest(stream, "sha256").hexdigest()
            return _digest_of_lines(stream.read())
    except (OSError, ValueError):  # not there, not ours to read, or no path at all
        return ""


def _digest_of_lines(data: bytes) -> str:
    plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return hashlib.sha256(plain).hexdigest()


class _Pool:
    """What the user gave: all its files, by digest, and those given themselves, by name."""

    def __init__(self, given: Sequence[Path]) -> None:
        self.by_digest: dict[str, Path] = {}
        self.by_name = {path.name: path for path in given if path.is_file()}
        self._folders = [path for path in given if path.is_dir()]
        for path in (*self.by_name.values(), *self._inside()):
            self.by_digest.setdefault(_digest(path, lines=False), path)
            if path.suffix.lower() in _TEXTS:
                self.by_digest.setdefault(_digest(path, lines=True), path)
        self.by_digest.pop("", None)

    def _inside(self) -> Iterator[Path]:
        """The files of the folders, as many as a folder of submissions may have."""
        room = MOST_FILES
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink() and room > 0:
                    room -= 1
                    yield path

    def called(self, name: str) -> Iterator[Path]:
        """Folders that may be one of a name: those given, and those of its name in them."""
        yield from self._folders
        for folder in self._folders:
            yield from (path for path in sorted(folder.rglob(name)) if path.is_dir())


class LaidOut:
    """Found files copied into a folder of our own, under the same names and in the same order."""

    def __init__(self, folder: Path, wanted: Sequence[Wanted], found: FoundFiles) -> None:
        self._wanted = wanted
        homes = sorted({Path(one.path).parent for one in wanted}, key=lambda home: home.parts)
        self._homes = {home: folder / f"{place:04}" for place, home in enumerate(homes)}
        for one in wanted:
            here, whole = self.path(one), found.whole.get(one.path)
            if whole is not None and whole.is_dir() and not one.lines:
                shutil.copytree(whole, here, dirs_exist_ok=True)
                continue
            for way, path in found.at[one.path].items():
                (here / way).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, here / way)

    def path(self, one: Wanted) -> Path:
        """Where a thing lies now."""
        return self._homes[Path(one.path).parent] / one.name

    def told(self, written: bytes) -> bytes:
        """What was written of the files here, with the paths by which they were first named."""
        pairs = {str(self.path(one)): one.path for one in self._wanted}
        pairs |= {Path(here).as_posix(): Path(there).as_posix() for here, there in pairs.items()}
        for here, there in sorted(pairs.items(), reverse=True):  # the longer of two first
            inside = "" if there == "." else f"{there}/"
            written = written.replace(_quoted(f"{here}/"), _quoted(inside))
            written = written.replace(_quoted(here), _quoted(there))
        return written


def _quoted(text: str) -> bytes:
    """A text as it stands inside a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()


def read_files(
    key: str, asked: Iterable[str], rows: Iterable[Mapping[str, str]]
) -> Iterator[Wanted]:
    """Each path that was asked for, with those of the files read that are it, or lie in it.

    Raises ValueError for a file that would lie elsewhere.
    """
    listed = [(PurePosixPath(row.get("path", "")), row["name"], row["sha256"]) for row in rows]
    for path in asked:
        there = PurePosixPath(Path(path).as_posix())
        inside = {
            at.relative_to(there).as_posix(): digest
            for at, _, digest in listed
            if at.parts and there in at.parents
        }
        if any(".." in PurePosixPath(way).parts for way in inside):
            raise ValueError(path)
        own = [
            digest
            for at, name, digest in listed
            if (at == there if at.parts else name == there.name)
        ]
        yield Wanted(key, path, inside or {"": next(iter(own), "")})
