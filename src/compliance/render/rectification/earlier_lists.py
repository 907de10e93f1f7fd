"""The lists that a county's ledger goes on from: the one that lies below the folder, and those given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from compliance.kernel.errors import JunhengError, UsageError
from compliance.kernel.i18n import msg, say
from compliance.kernel.own_outputs import COUNTY_LIST
from compliance.ledger import EditedList
from compliance.ledger.decisions import Decision, read_decisions, with_decisions
from compliance.render.papers.forms import MEETING


class EarlierLists:
    """Finds and reads them. faults: lists that cannot be read; warned: what is to be said of others.

    Raises UsageError, or what `read_book` raises, where a list that was asked for is none. counties: how many there are.
    """

    def __init__(self, out: Path, given: Sequence[Path], counties: int) -> None:
        self._out, self._alone = out, counties == 1
        self.faults: list[JunhengError] = []
        self.warned: list[str] = []
        self.decided: set[str] = set()  # counties in whose folder a meeting's paper has decisions
        self._given = [_asked_for(path) for path in given]
        self._unused = [book.name for book in self._given]

    def of(self, county: str, year: int, schools: Iterable[str]) -> list[EditedList] | None:
        """A county's lists, the one that lies there last; None where that cannot be read.

        county, schools: codes. With what meetings decided, on a sheet of a list or in the meeting's
        paper that lies beside it.
        """
        books = self._lists(county, year, schools)
        if books is None:
            return None
        lying = _lying(self._out, county, year)
        decided = self._decisions(lying.parent) if lying else []
        if decided:
            self.decided.add(county)
        return with_decisions(books, decided)

    def _decisions(self, folder: Path) -> list[Decision]:
        found: list[Decision] = []
        for suffix in (".xlsx", ".docx"):
            path = folder / f"{MEETING.file}{suffix}"
            if path.is_file():
                decided, problems = read_decisions(path)
                found += decided
                self.warned += [one.line() for one in problems]
        return found

    def _lists(self, county: str, year: int, schools: Iterable[str]) -> list[EditedList] | None:
        books = [book for book in self._given if self._is_of(book, county, schools)]
        self._unused = [name for name in self._unused if name not in {b.name for b in books}]
        path = _lying(self._out, county, year)
        if path is None:
            return books
        try:
            found = _read(path)
        except JunhengError as error:
            self.faults.append(error)
            return None
        if found is None:
            self.warned.append(
                say("{path} 没有“编号”一列（旧版清单），未能承接，原样移到旧稿", path=path)
            )
            return books
        if any(book.digest == found.digest for book in books):
            books = [book for book in books if book.digest != found.digest]
        # It is replaced by what this run writes; its digest would be that of a file that is gone.
        return [*books, replace(found, digest="")]

    def require_all_used(self) -> None:
        """Raises UsageError where a list that was asked for belongs to none of the counties."""
        if self._unused:
            raise UsageError(
                msg("这份台账不是所给各县的，未写入任何文件"),
                where=self._unused[0],
                todo=msg("请核对 --ledger 与数据是否同一个县"),
            )

    def _is_of(self, book: EditedList, county: str, schools: Iterable[str]) -> bool:
        if book.original.county:
            return book.original.county == county
        begins = tuple(f"{code}-" for code in (county, *schools))
        return self._alone or any(row.id.startswith(begins) for row in book.rows)


def _read(path: Path) -> EditedList | None:
    from compliance.ledger.read_book import read_book

    return read_book(path)


def _asked_for(path: Path) -> EditedList:
    if not path.is_file():
        raise UsageError(msg("文件不存在"), where=str(path))
    book = _read(path)
    if book is None:
        raise UsageError(
            msg("没有“编号”一列，不是本工具写出的台账"),
            where=str(path),
            todo=msg("请用 rectify 写出的“整改清单.xlsx”"),
        )
    return book


def _lying(out: Path, county: str, school_year: int) -> Path | None:
    """The county's list of this year, else of the latest year before: folders are code_name_year."""
    form = re.compile(rf"{re.escape(county)}_(?:.*_)?(\d{{4}})")
    found = {}
    for folder in sorted(out.iterdir()) if out.is_dir() else ():
        path = folder / f"{COUNTY_LIST}.xlsx"
        year = form.fullmatch(folder.name)
        if year and int(year[1]) <= school_year and path.is_file():
            found[int(year[1])] = path
    return found[max(found)] if found else None
