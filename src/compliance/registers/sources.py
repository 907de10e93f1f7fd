"""Which of the files that were given are registers, and which hold the list of schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compliance.facts.registers import RegisterForm, register_called, registers
from compliance.intake.formats.csv import SNIFFED
from compliance.intake.formats.dataset import litter
from compliance.intake.formats.folder import refused
from compliance.intake.formats.grid import Grid
from compliance.intake.formats.heading_words import HeadingWords
from compliance.intake.formats.input_names import InputNames
from compliance.intake.formats.raw_table import RawDocument, table_named
from compliance.intake.formats.source_file import load, plain_text
from compliance.intake.formats.table_sheet import TableSheet
from compliance.intake.formats.workbook import Workbook
from compliance.intake.limits import MOST_FILES, MOST_OF_A_DOCUMENT
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.errors import Problem, UsageError, not_there
from compliance.kernel.i18n import msg, say
from compliance.kernel.paths import is_folder, is_there, real, shown
from compliance.registers.listing import (
    RegisterTable,
    of_parquet,
    of_sheet,
    of_text,
    parquet_headings,
)

_TEXTS, _PARQUET = (".csv", ".tsv", ".txt"), (".parquet",)
_BOOKS = (".xlsx", ".xlsm", ".xls", ".et")
_LISTS = (".json",)  # holds schools, never a register
_FEWEST = 3  # known columns by which a table without a telling name is a register


@dataclass
class Sources:
    """Registers' tables, the files that may hold the list of schools, and what was odd in reading.

    A register of which a file cannot be read whole gives no tables at all: what is lost would only make
    its figures less. untold: such a file may be of any register.
    """

    listings: list[RegisterTable] = field(default_factory=list)
    schools: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    untold: bool = False


def sources_in(paths: Sequence[Path], scratch: Path) -> Sources:
    """What lies at `paths`, files and folders with all that is in them; `scratch` holds what is set aside.

    Raises UsageError for a path that does not exist, and where no file is a register.
    """
    found, names, broken = Sources(), InputNames(paths), set[str]()
    for number, path in enumerate(_files(paths)):
        complaints = Complaints(shown(names.name(path)), found.problems)
        before, listings = len(found.problems), list[RegisterTable]()
        try:
            if why := refused(path):
                complaints.error("cannot_read", why)
            else:
                folder = scratch / str(number)
                folder.mkdir()
                listings += _listings(path, folder, complaints)
        except UnreadableError as stop:
            found.problems.append(stop.problem)
        except OSError as error:
            why = error.strerror or type(error).__name__
            complaints.error("cannot_read", say("无法读取：{why}", why=why))
        if any(one.severity == "error" for one in found.problems[before:]):
            of = {one.form.name for one in listings} or set(filter(None, [_called(path)]))
            broken |= of
            found.untold |= not of
        elif listings:
            found.listings += listings
        else:
            found.schools.append(path)
    found.listings = [one for one in found.listings if one.form.name not in broken]
    if not found.listings and not any(one.severity == "error" for one in found.problems):
        raise UsageError(
            msg("没有登记表"),
            where=", ".join(map(str, paths)),
            todo=say("登记表：{names}；各表的列见 docs/registers.md", names=_known()),
        )
    return found


def _known() -> str:
    return msg("、").join(f"{one.name}/{one.title}" for one in registers().forms.values())


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they were named, those of folders by name; each once."""
    seen: set[Path] = set()
    for path in paths:
        if not is_there(path):
            raise not_there(path)
        inside = sorted(path.rglob("*")) if is_folder(path) else [path]
        readable = (_TEXTS, _PARQUET, _BOOKS, _LISTS)
        for one in inside:
            hidden = any(part.startswith(".") for part in one.relative_to(path).parts)
            wanted = one.suffix.lower() in [suffix for some in readable for suffix in some]
            if is_folder(one) or hidden or litter(one.name) or not wanted:
                continue
            place = real(one)
            if place not in seen:
                seen.add(place)
                yield one
    if len(seen) > MOST_FILES:
        raise UsageError(say("文件超过{n}个", n=MOST_FILES))


def _listings(path: Path, folder: Path, complaints: Complaints) -> Iterator[RegisterTable]:
    """The registers in a file, none where it is something else. Raises UnreadableError."""
    suffix = path.suffix.lower()
    called = _called(path)
    form = registers().forms[called] if called else None
    if suffix in _BOOKS:
        yield from _of_book(path, form, complaints)
    elif suffix in _PARQUET:
        if form := form or _by_headings(
            [(one,) for one in parquet_headings(path, complaints)], path
        ):
            yield of_parquet(path, form, folder, complaints)
    elif suffix in _TEXTS and (form := form or _by_beginning(path)):
        found = of_text(path, form, folder, complaints)
        if found is not None:
            yield found


def _called(path: Path) -> str | None:
    """The register that a file is called, or one of the nearest two folders that it lies in."""
    names = (path.stem, *(one.name for one in real(path).parents[:2]))
    return next(filter(None, map(register_called, names)), None)


def _by_headings(paths: Sequence[Sequence[str]], of: Path | None = None) -> RegisterForm | None:
    """The register whose headings these are; None where they are those of schools, or of nothing."""
    if of is not None and table_named(of.stem) in ("counties", "schools"):
        return None
    best, most = None, _FEWEST - 1
    for form in registers().forms.values():
        words = HeadingWords(registers().words, form.table)
        facts = {fact.name for one in paths if (fact := words.fact(*one))}
        required = {one.name for one in form.columns.values() if one.required}
        if required <= facts and len(facts) > most:
            best, most = form, len(facts)
    return best


def _by_beginning(path: Path) -> RegisterForm | None:
    """The register whose headings the first lines of a text hold."""
    if table_named(path.stem) in ("counties", "schools"):
        return None
    with path.open("rb") as stream:
        data = stream.read(SNIFFED)
    try:
        text = plain_text(data[: data.rfind(b"\n") + 1] or data, Complaints("", []))
    except UnreadableError:
        return None
    lines = text.decode(errors="replace").splitlines()[:10]
    cells = (
        [(cell.strip('" '),) for cell in line.split(max(",\t;|", key=line.count))] for line in lines
    )
    return next(filter(None, map(_by_headings, cells)), None)


def _of_book(
    path: Path, form: RegisterForm | None, complaints: Complaints
) -> Iterator[RegisterTable]:
    """The registers on the sheets of a workbook; none of one that holds the county or its schools."""
    book = Workbook(load(path, RawDocument(path.name), complaints, MOST_OF_A_DOCUMENT), complaints)
    if form is None and any(table_named(name) in ("counties", "schools") for name in book.sheets):
        return
    for name in book.sheets:
        if not book.holds_something(name):
            continue
        grid = book.grid(name)
        called = register_called(name)
        own = registers().forms[called] if called else _of_grid(grid) or form
        listing = of_sheet(grid, own, complaints) if own else None
        if listing is not None and listing.rows:
            yield listing


def _of_grid(grid: Grid) -> RegisterForm | None:
    """The register whose headings a sheet has."""
    known = registers()
    sheets = (
        (form, TableSheet(grid, form.table, known.words, named=False))
        for form in known.forms.values()
    )
    fitting = [
        (len(sheet.facts), form)
        for form, sheet in sheets
        if {one.name for one in form.columns.values() if one.required} <= set(sheet.facts)
    ]
    most, form = max(fitting, key=lambda one: one[0], default=(0, None))
    return form if most >= _FEWEST else None
