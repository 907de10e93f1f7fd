"""A folder as an office keeps it: its files and those of its subfolders, and what is passed over.

No link is followed out of the folder, and none to a folder at all: what lies in it is read where it
really is, and a circle leads nowhere. Papers that the program wrote itself are no submissions.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from compliance.intake.formats.dataset import FORMS, NAMED, holds_table, litter
from compliance.intake.formats.part_files import part_files
from compliance.intake.formats.read_marker import read_marker
from compliance.intake.formats.source_file import DAMAGE
from compliance.intake.limits import DEEPEST_FOLDER, MOST_FILES
from compliance.kernel.errors import reason
from compliance.kernel.i18n import msg, say
from compliance.kernel.own_outputs import ARCHIVE, AUTHOR, CONCLUSION, COUNTY_LIST, SCHOOL_SHEETS
from compliance.kernel.paths import is_folder, is_text, real, shown

_PROPERTIES = 64 * 1024  # bytes of a workbook's properties
_CREATOR = re.compile(f"<dc:creator>{AUTHOR}</dc:creator>".encode())
_MARKED = (".xlsx", ".xlsm")  # those in which a mark of ours may stand


@dataclass
class Shelf:
    """What one folder holds that may be read, each kind sorted by name.

    inside: its way from the folder that was named, "" for that itself. shut: folders that cannot be
    opened, subfolders or itself.
    """

    inside: str
    shut: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    counties: list[Path] = field(default_factory=list)


@dataclass
class Contents:
    """A folder with its subfolders.

    strange: files that are no table by their name. passed: why something was passed over → what.
    again: some files have been read already. Both name things by their way from the folder.
    """

    shelves: list[Shelf] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    passed: dict[str, list[str]] = field(default_factory=dict)
    again: bool = False

    def told(self) -> str:
        """What was passed over and why, in one line; empty where nothing was."""
        return msg("；").join(
            say("{names}（{why}）", names=_some(names), why=why)
            for why, names in self.passed.items()
        )


def _some(names: list[str]) -> str:
    shown = msg("、").join(names[:NAMED])
    return say("{names}等{n}个", names=shown, n=len(names)) if len(names) > NAMED else shown


def contents(
    folder: Path, suffixes: Collection[str], seen: set[Path], *, of_schools: bool = False
) -> Contents:
    """What a folder and its subfolders hold.

    suffixes: of the files that can be read, in lower case. seen: files that were read already, as
    they are really called; those found here are added. of_schools: workbooks of schools are wanted,
    and no marks are looked for. What cannot be read is there too: whoever reads it says so.
    """
    found = _FolderWalk(folder, suffixes, seen, of_schools=of_schools)
    found.enter(folder, 0)
    return found.contents


class _FolderWalk:
    """One folder looked through, from the top down, subfolders after files."""

    def __init__(
        self, root: Path, suffixes: Collection[str], seen: set[Path], *, of_schools: bool
    ) -> None:
        self.contents = Contents()
        self._root, self._real = root, real(root)
        self._suffixes, self._seen = suffixes, seen
        self._marked = () if of_schools else _MARKED
        self._room = MOST_FILES

    def enter(self, folder: Path, depth: int) -> None:
        """Take the files of a folder, then enter its subfolders."""
        try:
            entries = sorted(path for path in folder.iterdir() if not litter(path.name))
        except OSError:
            if not depth:
                self.contents.shelves.append(Shelf(""))
            self.contents.shelves[0].shut.append(folder)
            return
        if depth and any(map(_is_paper, entries)):
            self._pass(folder, msg("本程序写的文书"))
            return
        shelf = Shelf(self._inside(folder))
        self.contents.shelves.append(shelf)
        inner = []
        for path in entries:
            if is_folder(path):
                inner.append(path)
            else:
                self._take(path, shelf)
        for path in inner:
            self._descend(path, depth + 1, shelf)

    def _descend(self, folder: Path, depth: int, shelf: Shelf) -> None:
        if folder.name.startswith("."):
            return
        if _leads_elsewhere(folder):
            self._pass(folder, msg("链接"))
        elif depth > DEEPEST_FOLDER:
            self._pass(folder, say("超过{n}层", n=DEEPEST_FOLDER))
        elif parts := part_files(folder, tuple(FORMS)):
            self._seen |= {real(part) for part in parts}
            self._room -= len(parts)
            shelf.tables.append(folder)
        else:
            self.enter(folder, depth)

    def _take(self, path: Path, shelf: Shelf) -> None:
        suffix, place, readable = path.suffix.lower(), real(path), not refused(path)
        if path.name == ARCHIVE:
            self._pass(path, msg("本程序写的文书"))
        elif suffix not in self._suffixes or path.name.startswith("."):
            self.contents.strange.append(self._inside(path))
        elif readable and self._real not in place.parents:
            self._pass(path, msg("链接指向文件夹之外"))
        elif place in self._seen:
            self.contents.again = True
        elif self._room <= 0:
            self._pass(path, say("文件超过{n}个", n=MOST_FILES))
        elif readable and suffix in FORMS and not holds_table(path):
            self.contents.strange.append(self._inside(path))
        elif readable and suffix in self._marked and (why := self._not_of_a_county(path)):
            self._pass(path, why)
        else:
            self._seen.add(place)
            self._room -= 1
            (shelf.tables if suffix in FORMS else shelf.counties).append(path)

    def _not_of_a_county(self, path: Path) -> str:
        """Why a workbook is no submission; empty where it may be one."""
        mark = read_marker(path)
        if mark is None:
            return msg("本程序写的文书") if _is_own_workbook(path) else ""
        return msg("一校一份的填报表，用 compliance collect 汇总") if mark.school_code else ""

    def _pass(self, path: Path, why: str) -> None:
        self.contents.passed.setdefault(why, []).append(self._inside(path))

    def _inside(self, path: Path) -> str:
        way = shown(path.relative_to(self._root).as_posix())
        return "" if way == "." else way


def refused(path: Path) -> str:
    """Why something is not read, whatever it holds; empty where it may be opened."""
    if not is_text(path):
        return msg("文件名不是文字（编码不对），请改名")
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
    except OSError as error:
        return say("无法打开：{why}", why=reason(error))
    return "" if stat.S_ISREG(mode) else msg("不是普通文件")


def _leads_elsewhere(folder: Path) -> bool:
    """Whether a folder is a link, or a junction as Windows has them."""
    return folder.is_symlink() or real(folder) != real(folder.parent) / folder.name


def _is_paper(path: Path) -> bool:
    """Whether it stands only in folders that `rectify` or `papers` wrote."""
    return path.stem == COUNTY_LIST or path.name in (SCHOOL_SHEETS, CONCLUSION)


def _is_own_workbook(path: Path) -> bool:
    """Whether a workbook without a mark is a report or paper of the program: by its author."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as properties:
            return _CREATOR.search(properties.read(_PROPERTIES)) is not None
    except (*DAMAGE, KeyError, RuntimeError):
        return False  # whatever is wrong with it is said where it is read
