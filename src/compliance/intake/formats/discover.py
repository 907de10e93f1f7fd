"""From the paths of a command line to documents: files, folders, datasets.

Nothing here lets a bad file cost its neighbours: whatever a reader does, the rest is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.formats import dataset, xlsx
from compliance.intake.formats import json as json_file
from compliance.intake.formats.dataset import FORMS
from compliance.intake.formats.folder import Contents, contents, refused
from compliance.intake.formats.given_names import called
from compliance.intake.formats.input_names import InputNames
from compliance.intake.formats.part_files import part_files, stacked
from compliance.intake.formats.raw_table import RawDocument, known_names
from compliance.intake.formats.standard_input import NAME, is_kept
from compliance.intake.own_tables import ready
from compliance.intake.own_tables.pieces import together
from compliance.intake.own_tables.terms import NO_TERMS, ReadingTerms
from compliance.intake.problems import Complaints
from compliance.kernel.errors import JunhengError, UsageError, not_there
from compliance.kernel.faults import FAULTS
from compliance.kernel.i18n import msg, say
from compliance.kernel.journal import step
from compliance.kernel.paths import is_folder, is_there, real, shown
from compliance.kernel.submission import InputFile

Reader = Callable[[Path], RawDocument]
# All spreadsheet files go to the reader of workbooks: it looks at what they hold, and tells what to do
# with those it cannot read.
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
ASKED_FOR = (".xlsx", ".xls", ".et", ".json", ".csv", ".parquet", ".zip")
# Read as well, or answered with advice, but not what we ask for.
ADVISED = (".xlsm", ".xlsb", ".ods", ".tsv", ".txt")


def readers() -> dict[str, Reader]:
    """Suffix with its dot, in lower case → reader, as the core offers them."""
    return {
        ".json": json_file.read,
        **dict.fromkeys(SPREADSHEETS, xlsx.read),
        ".zip": dataset.read_zip,
        **dict.fromkeys(FORMS, dataset.read),
    }


def with_words(
    readers: Mapping[str, Reader], words: Vocabulary, paths: Sequence[Path] = ()
) -> dict[str, Reader]:
    """The readers, where they are the core's with all the facts that headings may stand for.

    paths: what is read, by which its files are called (`InputNames`).
    """
    own = (json_file.read, xlsx.read, dataset.read, dataset.read_zip)
    names = InputNames(paths)
    return {
        suffix: placed(partial(one, words=words) if one in own else one, names)
        for suffix, one in readers.items()
    }


def gather(
    paths: Sequence[Path],
    readers: Mapping[str, Reader],
    words: Vocabulary | None = None,
    terms: ReadingTerms = NO_TERMS,
) -> list[RawDocument]:
    """A document for every county file and every dataset among files, folders and archives, made ready.

    Files that are one county only together are one document.

    words: as for the readers of the core. terms: on which people's own tables are read. Raises
    UsageError as `as_read`, and for a mapping of unknown facts.
    """
    words = words or vocabulary()
    terms = terms.resolved(words)
    documents = together(as_read(paths, readers), words)
    return [ready(document, words, terms) for document in documents]


def as_read(paths: Sequence[Path], readers: Mapping[str, Reader]) -> list[RawDocument]:
    """The documents as their readers gave them, still to be made ready.

    readers: file suffix with its dot, in lower case → reader. Raises UsageError for a path that
    does not exist and where there is nothing to judge.
    """
    found: list[RawDocument] = []
    seen: set[Path] = set()
    names = InputNames(paths)
    loose: dict[Path, list[Path]] = {}
    for path in paths:
        if is_folder(path):
            found += _asked_for(called(path), _folder(path, readers, seen, names))
        elif not is_there(path):
            raise not_there(path)
        elif dataset.litter(path.name) or not _first_time(path, seen):
            continue
        elif path.suffix.lower() in FORMS:
            loose.setdefault(path.parent, []).append(path)
        else:
            found += _asked_for(called(path), [_read(path, readers, names)])
    for tables in loose.values():
        told = (NAME if is_kept(path) else shown(path.name) for path in tables)
        own = _dataset(", ".join(told), tables, readers, names)
        found += _asked_for(", ".join(map(called, tables)), [own])
    if not found:
        raise _nothing(", ".join(map(called, paths)))
    return found


def _asked_for(path: str, documents: Sequence[RawDocument]) -> Sequence[RawDocument]:
    for document in documents:
        document.given = path
    return documents


def _folder(
    folder: Path, readers: Mapping[str, Reader], seen: set[Path], names: InputNames
) -> list[RawDocument]:
    """What a folder and its subfolders hold; what was not read is said once."""
    there = contents(folder, readers, seen)
    name = shown(folder.name or real(folder).name)
    found = []
    for shelf in there.shelves:
        if shelf.tables:
            found.append(_dataset(shelf.inside or name, shelf.tables, readers, names))
        found += [_read(path, readers, names) for path in (*shelf.counties, *shelf.shut)]
    if not found and not there.again:
        raise _nothing(str(folder), there)
    if found and (there.strange or there.passed):
        if len(found) > 1 and not found[0].many:
            found.append(RawDocument(name, many=True))  # what concerns no single county
        complaints = Complaints(name, found[0 if found[0].many else -1].problems)
        if there.passed:
            message = say("未读取：{what}", what=there.told())
            complaints.warning("folder_not_read", message, msg("需要其中的文件时，另行指定它"))
        dataset.mention_unread(there.strange, complaints)
    return found


def placed(reader: Reader, names: InputNames) -> Reader:
    """The reader, whose documents are called as inputs are: a hundred counties may each have a 填报.xlsx."""

    def read(path: Path) -> RawDocument:
        document = reader(path)
        inside = names.name(path)
        if inside != path.name == document.name:
            _rename(document, path.name, inside)
        return document

    return read


def _rename(document: RawDocument, name: str, inside: str) -> None:
    """Its file is called `inside` wherever it was called `name`, also before what an archive holds."""

    def renamed(file: str) -> str:
        return inside + file.removeprefix(name) if file.startswith(name) else file

    document.name = inside
    document.problems[:] = [replace(one, file=renamed(one.file)) for one in document.problems]
    for table in document.tables:
        table.file = renamed(table.file)


def _first_time(path: Path, seen: set[Path]) -> bool:
    place = real(path)
    if place in seen:
        return False
    seen.add(place)
    return True


def _dataset(
    name: str, tables: Sequence[Path], readers: Mapping[str, Reader], names: InputNames
) -> RawDocument:
    return dataset.join(name, [_table(path, readers, names) for path in tables])


def _table(path: Path, readers: Mapping[str, Reader], names: InputNames) -> RawDocument:
    """A table in a file, or in pieces in a folder."""
    if not path.is_dir():
        return _read(path, readers, names)
    parts = [(one, _read(one, readers, names)) for one in part_files(path, tuple(FORMS))]
    return stacked(names.name(path), path, parts)


def _read(path: Path, readers: Mapping[str, Reader], names: InputNames) -> RawDocument:
    """The document a reader makes of the file; its failure is a problem of this file alone."""
    step(lambda: say("读取 {path}", path=called(path)))
    name = shown(names.name(path))
    if why := refused(path):
        return _failed(name, "cannot_read", why)
    reader = readers.get(path.suffix.lower())
    if reader is None:
        kind = path.suffix or "?"
        message = say("不支持这种文件（{s}）", s=kind)
        return _failed(name, "unsupported_format", message, _offered(readers))
    try:
        return _noted(reader(path), path)
    except JunhengError as error:
        return _failed(name, "cannot_read", error.what, error.todo)
    except FAULTS as error:  # a plugin may raise anything
        return _failed(name, "cannot_read", _gave_up(error))


def _noted(document: RawDocument, path: Path) -> RawDocument:
    """The document, which says of what file it is; a plugin's reader need not."""
    if document.tables and not document.inputs:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        document.inputs.append(InputFile(path.name, found))
    own = {"path": called(path)} | ({"name": NAME} if is_kept(path) else {})
    document.inputs[:] = [replace(one, **own) for one in document.inputs]
    return document


def _offered(readers: Mapping[str, Reader]) -> str:
    """The kinds of file to be sent: ours first, then those of plugins."""
    others = sorted(set(readers) - {*ASKED_FOR, *ADVISED})
    return ", ".join([*(suffix for suffix in ASKED_FOR if suffix in readers), *others])


def _gave_up(error: BaseException) -> str:
    return say("读取时出错，无法继续（{e}）", e=type(error).__name__)


def _failed(name: str, code: str, message: str, expected: str = "") -> RawDocument:
    document = RawDocument(name)
    Complaints(name, document.problems).error(code, message, expected)
    return document


def _nothing(where: str, there: Contents | None = None) -> UsageError:
    found = there or Contents()
    strange = msg("、").join(found.strange[: dataset.NAMED])
    return UsageError(
        msg("没有可评估的数据")
        + (say("；不认识的表：{n}", n=strange) if strange else "")
        + (say("；未读取：{what}", what=found.told()) if found.passed else ""),
        where=where,
        todo=say(
            "提供 .json 或 .xlsx（一县一份），或含县区、学校两张表（.csv、.parquet）的文件夹；表名：{names}",
            names=known_names(),
        ),
    )
