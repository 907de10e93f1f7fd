"""A dataset of many counties: its tables brought together from a folder or a zip archive."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from compliance.intake.cell_text import clip
from compliance.intake.formats.raw_table import RawDocument
from compliance.intake.formats.source_file import document, load
from compliance.intake.formats.table_file import FORMS, LIMIT, known_names, read_table
from compliance.intake.formats.table_names import SHEETS, table_named
from compliance.intake.formats.zip_archive import DAMAGE, damaged, open_archive
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import say

NEEDED = ("counties", "schools")


def read_zip(path: Path) -> RawDocument:
    """The dataset in a .zip of tables; nothing of it is ever written to disk."""
    return document(path, _fill, many=True)


def join(name: str, parts: Iterable[RawDocument]) -> RawDocument:
    """One dataset from the documents of its table files, whose names tell the tables."""
    whole = RawDocument(name, many=True)
    names = []
    for part in parts:
        names.append(part.name)
        whole.tables += part.tables
        whole.problems += part.problems
        whole.inputs += part.inputs
    check_tables(names, Complaints(name, whole.problems))
    return whole


def check_tables(names: Iterable[str], complaints: Complaints) -> None:
    """Complain of tables that are missing or given twice, going by the names of the files."""
    given: dict[str, str] = {}
    for name in names:
        table = table_named(PurePosixPath(name).stem)
        if table is not None and table in given:
            complaints.error(
                "duplicate_table",
                say(
                    "“{a}”和“{b}”都是{t}表",
                    "{a} and {b} are both the table {e}",
                    a=clip(given[table]),
                    b=clip(name),
                    t=SHEETS[table],
                    e=table,
                ),
                say("只留一份", "keep one"),
                at=clip(name),
            )
        elif table is not None:
            given[table] = name
    for table in NEEDED:
        if table not in given:
            complaints.error(
                "missing_table",
                say(
                    "缺少{t}表；现有：{found}",
                    "the table {e} is missing; found: {found}",
                    t=SHEETS[table],
                    e=table,
                    found=say("、", ", ").join(map(clip, given.values())) or say("无", "none"),
                ),
                f"{table}.csv / {table}.parquet / {SHEETS[table]}.csv",
            )


def _fill(path: Path, found: RawDocument, complaints: Complaints) -> None:
    data = load(path, found, complaints, LIMIT)
    if not data.startswith(b"PK"):
        raise complaints.unreadable("not_a_zip", say("不是zip压缩包", "not a zip archive"))
    archive = open_archive(data, complaints)
    members = _members(archive, complaints)
    if not members:
        raise complaints.unreadable(
            "missing_table",
            say(
                "压缩包内没有数据表（.csv、.parquet）", "no tables (.csv, .parquet) in the archive"
            ),
            say(
                "{names}；其他文件请解压后提交文件夹",
                "{names}; unpack other files into a folder",
                names=known_names(),
            ),
        )
    check_tables([posixpath.basename(name) for name in members], complaints)
    for name, member in members.items():
        inner = Complaints(f"{path.name}/{posixpath.basename(name)}", found.problems)
        try:
            table = read_table(_unpacked(archive, member, inner), name, inner)
        except UnreadableError as stop:
            found.problems.append(stop.problem)
            continue
        if table is not None:
            found.tables.append(table)


def _members(archive: zipfile.ZipFile, complaints: Complaints) -> dict[str, zipfile.ZipInfo]:
    """The members that are tables, by name; odd names are passed over, and said to be."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = _name(member)
        base = posixpath.basename(name)
        if member.is_dir() or base.startswith((".", "~$")) or "__MACOSX/" in name:
            continue
        if _escapes(name):
            complaints.warning(
                "unsafe_path",
                say(
                    "忽略路径可疑的文件“{n}”",
                    "'{n}' has a suspicious path and is ignored",
                    n=clip(name),
                ),
                say("压缩包内用普通的相对路径", "plain relative paths in the archive"),
                at=clip(name),
            )
        elif PurePosixPath(base).suffix.lower() not in FORMS or not table_named(
            PurePosixPath(base).stem
        ):
            complaints.warning(
                "file_not_read",
                say("未读取“{n}”", "'{n}' is not read", n=clip(name)),
                known_names(),
                at=clip(name),
            )
        else:
            members[name] = member
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
            data = stream.read(LIMIT + 1)
    except DAMAGE as error:
        raise damaged(complaints) from error
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise complaints.unreadable("empty_file", say("文件是空的", "the file is empty"))
    return data
