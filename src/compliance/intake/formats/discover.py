"""From the paths of a command line to documents: files, folders, datasets.

Nothing here lets a bad file cost its neighbours: whatever a reader does, the rest is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats import dataset, xlsx
from compliance.intake.formats import json as json_file
from compliance.intake.formats.dataset import FORMS
from compliance.intake.formats.raw_table import RawDocument, known_names, table_named
from compliance.intake.formats.source_file import panicked
from compliance.intake.own_tables import ready
from compliance.intake.problems import Complaints
from compliance.kernel.errors import JunhengError, UsageError
from compliance.kernel.i18n import msg, say

Reader = Callable[[Path], RawDocument]
# Old and foreign spreadsheet files go to the reader of workbooks, which tells what to do with them.
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
ASKED_FOR = (".xlsx", ".json", ".csv", ".parquet", ".zip")
# Read as well, or answered with advice, but not what we ask for.
ADVISED = (*SPREADSHEETS[1:], ".tsv", ".txt")


def readers() -> dict[str, Reader]:
    """Suffix with its dot, in lower case → reader, as the core offers them."""
    return {
        ".json": json_file.read,
        **dict.fromkeys(SPREADSHEETS, xlsx.read),
        ".zip": dataset.read_zip,
        **dict.fromkeys(FORMS, dataset.read),
    }


def with_words(readers: Mapping[str, Reader], words: Vocabulary) -> dict[str, Reader]:
    """The readers, where they are the core's with all the facts that headings may stand for."""
    own = (json_file.read, xlsx.read, dataset.read, dataset.read_zip)
    return {
        suffix: partial(one, words=words) if one in own else one for suffix, one in readers.items()
    }


def gather(
    paths: Sequence[Path], readers: Mapping[str, Reader], words: Vocabulary | None = None
) -> list[RawDocument]:
    """A document for every county file and every dataset among files, folders and archives, made ready.

    readers: file suffix with its dot, in lower case → reader. words: as for those of the core. Raises
    UsageError for a path that does not exist and where there is nothing to judge.
    """
    words = words or vocabulary()
    return [ready(document, words) for document in _found(paths, readers)]


def _found(paths: Sequence[Path], readers: Mapping[str, Reader]) -> list[RawDocument]:
    found: list[RawDocument] = []
    seen: set[Path] = set()
    loose: dict[Path, list[Path]] = {}
    named = {path.resolve() for path in paths}
    for path in paths:
        if path.is_dir():
            found += _asked_for(str(path), _folder(path, readers, seen, named))
        elif not path.is_file():
            raise UsageError(msg("没有这个文件或文件夹"), where=str(path), todo=msg("检查路径"))
        elif dataset.litter(path.name) or not _first_time(path, seen):
            continue
        elif path.suffix.lower() in FORMS:
            loose.setdefault(path.parent, []).append(path)
        else:
            found += _asked_for(str(path), [_read(path, readers)])
    for tables in loose.values():
        own = _dataset(", ".join(path.name for path in tables), tables, readers)
        found += _asked_for(", ".join(str(path) for path in tables), [own])
    if not found:
        raise _nothing(", ".join(str(path) for path in paths))
    return found


def _asked_for(path: str, documents: Sequence[RawDocument]) -> Sequence[RawDocument]:
    for document in documents:
        document.given = path
    return documents


@dataclass
class _Contents:
    """The files of a folder that concern us, each kind sorted by name.

    strange: whatever is no table by its name. inner: subfolders that hold something. again: some
    files have been read already.
    """

    tables: list[Path] = field(default_factory=list)
    counties: list[Path] = field(default_factory=list)
    strange: list[Path] = field(default_factory=list)
    inner: list[Path] = field(default_factory=list)
    again: bool = False


def _folder(
    folder: Path, readers: Mapping[str, Reader], seen: set[Path], named: Collection[Path]
) -> list[RawDocument]:
    """named: everything given on the command line, subfolders among them perhaps."""
    contents = _contents(folder, readers, seen)
    found = []
    name = folder.name or folder.resolve().name
    if contents.tables:
        found.append(_dataset(name, contents.tables, readers))
    found += [_read(path, readers) for path in contents.counties]
    if not found and not contents.again:
        raise _nothing(str(folder), contents)
    inner = [path for path in contents.inner if path.resolve() not in named]
    strange = [path.name for path in contents.strange if path.resolve() not in named]
    if found and (inner or strange):
        if len(found) > 1 and not found[0].many:
            found.append(RawDocument(name, many=True))  # what concerns no single county
        complaints = Complaints(name, found[0 if found[0].many else -1].problems)
        _mention_inner(inner, complaints)
        dataset.mention_unread(strange, complaints)
    return found


def _mention_inner(folders: Sequence[Path], complaints: Complaints) -> None:
    expected = msg("需要其中的文件时，另行指定该文件夹")
    for path in folders:
        name = clip(path.name)
        message = say("子文件夹“{n}”未读取", n=name)
        complaints.warning("folder_not_read", message, expected)


def _contents(folder: Path, readers: Mapping[str, Reader], seen: set[Path]) -> _Contents:
    try:
        entries = sorted(path for path in folder.iterdir() if not dataset.litter(path.name))
    except OSError as error:
        raise UsageError(
            say("文件夹无法打开：{why}", why=error.strerror), where=str(folder)
        ) from error
    contents = _Contents(inner=[path for path in entries if _filled(path)])
    for path in entries:
        suffix = path.suffix.lower()
        if not path.is_file():
            continue
        if suffix not in readers or path.name.startswith("."):
            contents.strange.append(path)
        elif not _first_time(path, seen):
            contents.again = True
        elif suffix not in FORMS:
            contents.counties.append(path)
        elif table_named(path.stem):
            contents.tables.append(path)
        else:
            contents.strange.append(path)
    return contents


def _filled(folder: Path) -> bool:
    """Whether it is a folder that holds something and is not hidden."""
    if not folder.is_dir() or folder.name.startswith("."):
        return False
    try:
        return any(not path.name.startswith((".", "~$")) for path in folder.iterdir())
    except OSError:
        return True


def _first_time(path: Path, seen: set[Path]) -> bool:
    real = path.resolve()
    if real in seen:
        return False
    seen.add(real)
    return True


def _dataset(name: str, tables: Sequence[Path], readers: Mapping[str, Reader]) -> RawDocument:
    return dataset.join(name, [_read(path, readers) for path in tables])


def _read(path: Path, readers: Mapping[str, Reader]) -> RawDocument:
    """The document a reader makes of the file; its failure is a problem of this file alone."""
    reader = readers.get(path.suffix.lower())
    if reader is None:
        kind = path.suffix or "?"
        message = say("不支持这种文件（{s}）", s=kind)
        return _failed(path, "unsupported_format", message, _offered(readers))
    try:
        return reader(path)
    except JunhengError as error:
        return _failed(path, "cannot_read", error.what, error.todo)
    except Exception as error:  # a plugin may raise anything
        return _failed(path, "cannot_read", _gave_up(error))
    except BaseException as error:
        if panicked(error):
            return _failed(path, "cannot_read", _gave_up(error))
        raise


def _offered(readers: Mapping[str, Reader]) -> str:
    """The kinds of file to be sent: ours first, then those of plugins."""
    others = sorted(set(readers) - {*ASKED_FOR, *ADVISED})
    return ", ".join([*(suffix for suffix in ASKED_FOR if suffix in readers), *others])


def _gave_up(error: BaseException) -> str:
    return say("读取时出错，无法继续（{e}）", e=type(error).__name__)


def _failed(path: Path, code: str, message: str, expected: str = "") -> RawDocument:
    document = RawDocument(path.name)
    Complaints(path.name, document.problems).error(code, message, expected)
    return document


def _nothing(where: str, contents: _Contents | None = None) -> UsageError:
    found = contents or _Contents()
    strange, inner = (
        ", ".join(path.name for path in paths[:10]) for paths in (found.strange, found.inner)
    )
    return UsageError(
        msg("没有可评估的数据")
        + (say("；不认识的表：{n}", n=strange) if strange else "")
        + (say("；子文件夹未读取：{n}", n=inner) if inner else ""),
        where=where,
        todo=say(
            "提供 .json 或 .xlsx（一县一份），或含县区、学校两张表（.csv、.parquet）的文件夹；表名：{names}",
            names=known_names(),
        ),
    )
