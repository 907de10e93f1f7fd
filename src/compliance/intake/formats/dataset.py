"""A dataset of many counties: files named after their tables, loose or in a zip."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from compliance.facts.vocabulary import Vocabulary, vocabulary
from compliance.intake.cell_text import clip
from compliance.intake.formats.csv import SNIFFED, read_csv, told_by_content
from compliance.intake.formats.parquet import read_parquet
from compliance.intake.formats.part_files import table_in_parts
from compliance.intake.formats.raw_table import (
    NEEDED,
    SHEETS,
    RawDocument,
    RawTable,
    known_names,
    table_named,
)
from compliance.intake.formats.source_file import (
    DAMAGE,
    damaged,
    document,
    is_empty,
    load,
    open_archive,
)
from compliance.intake.limits import MOST_OF_A_TABLE, MOST_TABLES
from compliance.intake.problems import Complaints, Location, UnreadableError
from compliance.kernel.i18n import msg, pick, say

FORMS = {".csv": read_csv, ".tsv": read_csv, ".txt": read_csv, ".parquet": read_parquet}
_TABLES_ONLY = (".csv", ".tsv")  # a .txt may be anything
# how a member of an archive may be packed, by the numbers of the format's description: so that it can
# be unpacked, and otherwise
UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


def read(path: Path, words: Vocabulary | None = None) -> RawDocument:
    """The table in a file; its name says which (``schools.csv``, ``学校.csv``), else a text's headings.

    words: the facts that its headings may stand for, with those of plugins; else the core's.
    """

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        data = load(path, found, complaints, MOST_OF_A_TABLE)
        table = table_in_parts(path, tuple(FORMS))  # a piece has no name of its own
        name = f"{table}{path.suffix}" if table else path.name
        _add(found, _read_table(data, name, complaints, words or vocabulary()))

    return document(path, fill, many=True)


def read_zip(path: Path, words: Vocabulary | None = None) -> RawDocument:
    """The dataset in a .zip of tables; nothing of it is ever written to disk."""

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        _unzip(path, found, complaints, words or vocabulary())

    return document(path, fill, many=True)


NAMED = 10  # so many files that were not read are named
_LITTER = re.compile(
    r"~\$|\.git|\._|\.~lock\.|\.DS_Store$|(?:ehthumbs|Thumbs)\.db$|desktop\.ini$", re.IGNORECASE
)


def join(name: str, parts: Iterable[RawDocument]) -> RawDocument:
    """One dataset from the documents of its table files."""
    whole = RawDocument(name, many=True)
    names = []
    for part in parts:
        named = table_named(PurePosixPath(part.name).stem)
        names.append((part.name, named or next((one.name for one in part.tables), None)))
        whole.tables += part.tables
        whole.problems += part.problems
        whole.inputs += part.inputs
    _check_tables(names, whole)
    return whole


def _add(found: RawDocument, table: RawTable | None) -> None:
    if table is not None:
        found.tables.append(table)


def litter(name: str) -> bool:
    """Whether a file of that name is what systems and programs leave behind, and nobody's table."""
    return _LITTER.match(name) is not None


def mention_unread(names: Sequence[str], complaints: Complaints) -> None:
    """Say which files were not read, in one line: first those that may have been meant to be."""
    if names:
        names = sorted(
            names, key=lambda name: (PurePosixPath(name).suffix.lower() not in FORMS, name)
        )
        some = msg("、").join(clip(name) for name in names[:NAMED])
        message = say("未读取：{names}", names=some)
        if len(names) > NAMED:
            message = say("未读取：{names}等{n}个文件", names=some, n=len(names))
        expected = say("不是数据表，或从文件名和表头看不出是哪张表：{names}", names=known_names())
        complaints.warning("file_not_read", message, expected, at=clip(names[0]))


def _read_table(
    data: bytes, name: str, complaints: Complaints, words: Vocabulary
) -> RawTable | None:
    """The table in `data`, which stood in a file called `name`. Raises UnreadableError."""
    path = PurePosixPath(name)
    table = _table(name, data, words, complaints.file)
    if table is None:
        message = say("从文件名“{n}”和表头看不出是哪张表", n=clip(name))
        raise complaints.unreadable("unknown_table", message, known_names())
    return FORMS[path.suffix.lower()](data, table, complaints, words)


def _table(name: str, data: bytes, words: Vocabulary, file: str = "") -> str | None:
    """The table that a file is called, or that a text holds. Raises UnreadableError, about `file`."""
    path = PurePosixPath(name)
    is_text = FORMS.get(path.suffix.lower()) is read_csv
    return table_named(path.stem) or (told_by_content(data, words, file) if is_text else None)


def holds_table(path: Path) -> bool:
    """Whether a file is one of the tables, by its name or by what it begins with.

    So is what is called one and holds nothing that can be read: whoever reads it says so.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(SNIFFED + 1)
        return _table(path.name, data, vocabulary()) is not None or _is_lost(path.name, data)
    except UnreadableError:
        return _is_lost(path.name, b"")
    except OSError:
        return table_named(path.stem) is not None


def _is_lost(name: str, data: bytes) -> bool:
    """Whether a file that is called a table is empty."""
    return PurePosixPath(name).suffix.lower() in _TABLES_ONLY and is_empty(data)


def _check_tables(names: Iterable[tuple[str, str | None]], whole: RawDocument) -> None:
    """Note what tables are missing, and complain of those given twice.

    names: of each file its name and its table. Schools may be spread over several: their figures are joined.
    """
    complaints = Complaints(whole.name, whole.problems)
    given: dict[str, str] = {}
    for name, table in names:
        if table is None:
            continue
        if given.setdefault(table, name) == name or table == "schools":
            continue
        message = say(
            "“{a}”和“{b}”都是{t}表",
            a=clip(given[table]),
            b=clip(name),
            t=pick(SHEETS[table], table),
        )
        complaints.error("duplicate_table", message, msg("只留一份"), at=clip(name))
    for table in NEEDED:
        if table not in given:
            message = say(
                "缺少{t}表；现有：{found}",
                t=pick(SHEETS[table], table),
                found=msg("、").join(map(clip, given.values())) or msg("无"),
            )
            names_of_it = f"{table}.csv / {table}.parquet / {SHEETS[table]}.csv"
            problem = Location(whole.name).error("missing_table", message, names_of_it)
            whole.lacks[table] = problem


def _unzip(path: Path, found: RawDocument, complaints: Complaints, words: Vocabulary) -> None:
    data = load(path, found, complaints, MOST_OF_A_TABLE)
    if not data.startswith(b"PK"):
        raise complaints.unreadable("not_a_zip", msg("不是zip压缩包"))
    archive = open_archive(data, complaints)
    members = _members(archive, complaints, words)
    if not members:
        message = msg("压缩包内没有数据表（.csv、.parquet）")
        expected = say("{names}；其他文件请解压后提交文件夹", names=known_names())
        raise complaints.unreadable("missing_table", message, expected)
    _check_tables([(posixpath.basename(name), table or None) for name, table, _ in members], found)
    for name, _, member in members:
        inner = Complaints(f"{path.name}/{posixpath.basename(name)}", found.problems)
        try:
            _add(found, _read_table(_unpacked(archive, member, inner), name, inner, words))
        except UnreadableError as stop:
            found.problems.append(stop.problem)


def _members(
    archive: zipfile.ZipFile, complaints: Complaints, words: Vocabulary
) -> list[tuple[str, str, zipfile.ZipInfo]]:
    """The members that are tables, each with its name and its table; what is passed over is said."""
    members: list[tuple[str, str, zipfile.ZipInfo]] = []
    unread: list[str] = []
    of_a_form = (PurePosixPath(name).suffix.lower() in FORMS for name in archive.namelist())
    if sum(of_a_form) > MOST_TABLES:
        message = say("压缩包内的数据表超过{n}张", n=MOST_TABLES)
        raise complaints.unreadable("too_large", message)
    for member in archive.infolist():
        name = _name(member).replace("\\", "/")
        base = posixpath.basename(name)
        if name.endswith("/") or litter(base) or "__MACOSX/" in name:
            continue
        if _escapes(name):
            message = say("忽略路径可疑的文件“{n}”", n=clip(name))
            expected = msg("压缩包内用普通的相对路径")
            complaints.warning("unsafe_path", message, expected, at=clip(name))
        elif (table := _table_of_member(archive, member, base, words)) is not None:
            members.append((name, table, member))
        else:
            unread.append(name)
    mention_unread(unread, complaints)
    return members


def _table_of_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, words: Vocabulary
) -> str | None:
    """Which table a member is; "" of one that may be any, since it is damaged or holds nothing."""
    if PurePosixPath(name).suffix.lower() not in FORMS:
        return None
    if table := table_named(PurePosixPath(name).stem):
        return table
    try:
        return _table(name, _unpacked(archive, member, Complaints("", [])), words)
    except UnreadableError as stop:
        return "" if stop.problem.code == "damaged" or _is_lost(name, b"") else None


def _name(member: zipfile.ZipInfo) -> str:
    """The name as meant: without its flag it may be UTF-8 all the same, or GBK.

    Of two readings the one that names a table is meant: some words of GBK are letters of UTF-8.
    """
    if member.flag_bits & 0x800:
        return member.filename
    readings = []
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeError):
            readings.append(member.filename.encode("cp437").decode(encoding))
    tables = (name for name in readings if table_named(PurePosixPath(name.replace("\\", "/")).stem))
    return next(tables, readings[0] if readings else member.filename)


def _escapes(name: str) -> bool:
    parts = name.split("/")
    return ".." in parts or parts[0] == "" or ":" in name


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, complaints: Complaints) -> bytes:
    method = member.compress_type
    if method not in UNPACKED:
        message = say("压缩方法{m}不能解压", m=METHODS.get(method, str(method)))
        expected = msg("用普通的zip（Deflate）重新压缩，或解压后提交文件夹")
        raise complaints.unreadable("compression", message, expected)
    try:
        with archive.open(member) as stream:
            data = stream.read(min(member.file_size, MOST_OF_A_TABLE) + 1)
    except DAMAGE as error:
        raise damaged(complaints) from error
    if is_empty(data):
        raise complaints.unreadable("empty_file", msg("文件是空的"))
    return data
