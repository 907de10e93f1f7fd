"""A dataset of many counties: .csv and .parquet files named after their tables, loose or in a zip."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from compliance.intake.cell_text import clip
from compliance.intake.formats.csv import read_csv
from compliance.intake.formats.parquet import read_parquet
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
from compliance.intake.limits import MOST_OF_A_TABLE
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import msg, pick, say

FORMS = {".csv": read_csv, ".parquet": read_parquet}


def read(path: Path) -> RawDocument:
    """The table in a file; its name says which: ``schools.csv``, ``学校.csv``."""

    def fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
        data = load(path, found, complaints, MOST_OF_A_TABLE)
        _add(found, _read_table(data, path.name, complaints))

    return document(path, fill, many=True)


def read_zip(path: Path) -> RawDocument:
    """The dataset in a .zip of tables; nothing of it is ever written to disk."""
    return document(path, _unzip, many=True)


def join(name: str, parts: Iterable[RawDocument]) -> RawDocument:
    """One dataset from the documents of its table files, whose names tell the tables."""
    whole = RawDocument(name, many=True)
    names = []
    for part in parts:
        names.append(part.name)
        whole.tables += part.tables
        whole.problems += part.problems
        whole.inputs += part.inputs
    _check_tables(names, Complaints(name, whole.problems))
    return whole


def _add(found: RawDocument, table: RawTable | None) -> None:
    if table is not None:
        found.tables.append(table)


def _read_table(data: bytes, name: str, complaints: Complaints) -> RawTable | None:
    """The table in `data`, which stood in a file called `name`. Raises UnreadableError."""
    path = PurePosixPath(name)
    table = table_named(path.stem)
    if table is None:
        message = say("从文件名“{n}”看不出是哪张表", n=clip(name))
        raise complaints.unreadable("unknown_table", message, known_names())
    return FORMS[path.suffix.lower()](data, table, complaints)


def _check_tables(names: Iterable[str], complaints: Complaints) -> None:
    """Complain of tables that are missing or given twice, going by the names of the files."""
    given: dict[str, str] = {}
    for name in names:
        table = table_named(PurePosixPath(name).stem)
        if table is None:
            continue
        if table not in given:
            given[table] = name
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
            complaints.error("missing_table", message, names_of_it)


def _unzip(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, MOST_OF_A_TABLE)
    if not data.startswith(b"PK"):
        raise complaints.unreadable("not_a_zip", msg("不是zip压缩包"))
    archive = open_archive(data, complaints)
    members = _members(archive, complaints)
    if not members:
        message = msg("压缩包内没有数据表（.csv、.parquet）")
        expected = say("{names}；其他文件请解压后提交文件夹", names=known_names())
        raise complaints.unreadable("missing_table", message, expected)
    _check_tables([posixpath.basename(name) for name in members], complaints)
    for name, member in members.items():
        inner = Complaints(f"{path.name}/{posixpath.basename(name)}", found.problems)
        try:
            _add(found, _read_table(_unpacked(archive, member, inner), name, inner))
        except UnreadableError as stop:
            found.problems.append(stop.problem)


def _members(archive: zipfile.ZipFile, complaints: Complaints) -> dict[str, zipfile.ZipInfo]:
    """The members that are tables, by name; odd names are passed over, and said to be."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = _name(member)
        base = posixpath.basename(name)
        if member.is_dir() or base.startswith((".", "~$")) or "__MACOSX/" in name:
            continue
        if _escapes(name):
            message = say("忽略路径可疑的文件“{n}”", n=clip(name))
            expected = msg("压缩包内用普通的相对路径")
            complaints.warning("unsafe_path", message, expected, at=clip(name))
        elif PurePosixPath(base).suffix.lower() in FORMS and table_named(PurePosixPath(base).stem):
            members[name] = member
        else:
            message = say("未读取“{n}”", n=clip(name))
            complaints.warning("file_not_read", message, known_names(), at=clip(name))
    return members


def _name(member: zipfile.ZipInfo) -> str:
    """The name as meant: without the UTF-8 flag, Chinese programs write GBK."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in name or "\\" in name


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, complaints: Complaints) -> bytes:
    try:
        with archive.open(member) as stream:
            data = stream.read(MOST_OF_A_TABLE + 1)
    except DAMAGE as error:
        raise damaged(complaints) from error
    if is_empty(data):
        raise complaints.unreadable("empty_file", msg("文件是空的"))
    return data
