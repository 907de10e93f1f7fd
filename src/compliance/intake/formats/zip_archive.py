"""Opening a zip archive that may have been made to harm: sizes are believed only once checked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

from compliance.intake.cell_text import clip
from compliance.intake.limits import MIB
from compliance.intake.problems import Complaints, UnreadableError
from compliance.kernel.i18n import say

MOST_UNPACKED = 512 * MIB
MOST_MEMBERS = 10_000
# Deflate reaches 1032:1 on nothing but repetition; a sheet of figures stays below 50:1.
MOST_RATIO = 250
RATIO_FROM = 16 * MIB
# What reading a damaged or exotic member can raise.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)


def open_archive(data: bytes, complaints: Complaints) -> zipfile.ZipFile:
    """The archive in `data`, whose declared sizes are bearable. Raises UnreadableError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except DAMAGE as error:
        raise damaged(complaints) from error
    if len(members) > MOST_MEMBERS:
        raise complaints.unreadable(
            "too_large",
            say("压缩包内文件过多：{n}个", "too many files inside: {n}", n=len(members)),
            say("不超过{n}个", "at most {n}", n=MOST_MEMBERS),
        )
    _check_sizes(members, complaints)
    if any(member.flag_bits & 1 for member in members):
        raise complaints.unreadable(
            "encrypted",
            say("文件有密码", "the file is encrypted"),
            say("去掉密码后再提交", "remove the password"),
        )
    return archive


def _check_sizes(members: Sequence[zipfile.ZipInfo], complaints: Complaints) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        raise complaints.unreadable(
            "zip_bomb",
            say(
                "解压后声称有{n} MB，过大，不予读取",
                "claims to unpack to {n} MB: too large, not read",
                n=unpacked // MIB,
            ),
            say("解压后不超过{n} MB", "at most {n} MB unpacked", n=MOST_UNPACKED // MIB),
        )
    for member in members:
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > RATIO_FROM and ratio > MOST_RATIO:
            raise complaints.unreadable(
                "zip_bomb",
                say(
                    "“{m}”解压后是压缩时的{r}倍，疑似压缩炸弹，不予读取",
                    "{m} unpacks to {r} times its size: taken for a zip bomb and not read",
                    m=clip(member.filename),
                    r=ratio,
                ),
                say(
                    "数据表不会超过{r}倍；请检查文件内容",
                    "tables stay below {r} times; check the file's contents",
                    r=MOST_RATIO,
                ),
            )


def damaged(complaints: Complaints) -> UnreadableError:
    """A file cut short or broken on its way."""
    return complaints.unreadable(
        "damaged",
        say("文件已损坏或不完整", "the file is damaged or incomplete"),
        say("重新保存或重新传送", "save or transfer it again"),
    )
